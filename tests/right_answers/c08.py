"""Right answers to the exercises of chapter 08, each written differently."""

import math

import numpy as np

from backprop_lib import Gradients, activations

# ---- the chain ------------------------------------------------------------------------------------------


def chain(w_1, w_2, w_3, slope_1, slope_2, slope_3, delta_3):
    delta_2 = delta_3 * w_3 * slope_2
    return {
        "w_1": w_1,
        "w_2": w_2,
        "w_3": w_3,
        "slope_1": slope_1,
        "slope_2": slope_2,
        "slope_3": slope_3,
        "delta_3": delta_3,
        "delta_2": delta_2,
        "delta_1": delta_2 * w_2 * slope_1,
    }


# ---- scales ---------------------------------------------------------------------------------------------


def scale_by_power(n_in, n_out, before):
    return (2 / n_in) ** 0.5 if before in {"relu", "leaky_relu", "elu"} else (2 / (n_in + n_out)) ** 0.5


def scale_by_math(n_in, n_out, before):
    inputs = n_in if before.endswith("elu") or before == "relu" else (n_in + n_out)
    return math.sqrt(2) / math.sqrt(inputs)


def scale_by_table(n_in, n_out, before):
    he = math.sqrt(2 / n_in)
    return {"relu": he, "leaky_relu": he, "elu": he}.get(before, 1 / math.sqrt((n_in + n_out) / 2))


def scale_by_variance(n_in, n_out, before):
    variance = 2 / (n_in + n_out)
    if before == "relu" or before == "leaky_relu" or before == "elu":
        variance = 2 / n_in
    return np.sqrt(variance)


def scale_as_array(n_in, n_out, before):
    relatives = ["elu", "relu", "leaky_relu"]
    return np.array([np.where(before in relatives, np.sqrt(2 / n_in), np.sqrt(2 / (n_in + n_out)))])


def scale_in_float32(n_in, n_out, before):
    return np.float32(scale_by_variance(n_in, n_out, before))


# ---- sizes ----------------------------------------------------------------------------------------------


def sizes_recursive(delta, weights, functions, z):
    size = float(np.sqrt((delta**2).mean()))
    if len(weights) == 1:
        return [size]
    before = (delta @ weights[-1].T) * functions[-2].derivative(z[-2])
    return [*sizes_recursive(before, weights[:-1], functions[:-1], z[:-1]), size]


def sizes_by_norm(delta, weights, functions, z):
    sizes = np.zeros(len(weights))
    for layer in reversed(range(len(weights))):
        sizes[layer] = np.linalg.norm(delta) / np.sqrt(delta.size)
        if layer > 0:
            delta = np.einsum("sk,jk->sj", delta, weights[layer]) * functions[layer - 1].derivative(z[layer - 1])
    return sizes


def sizes_by_zip(delta, weights, functions, z):
    deltas = [delta]
    for W, f, here in zip(weights[:0:-1], functions[-2::-1], z[-2::-1], strict=True):
        deltas.insert(0, deltas[0].dot(W.T) * f.derivative(here))
    return tuple(math.sqrt(np.mean(np.square(d))) for d in deltas)


def sizes_in_columns(delta, weights, functions, z):
    delta, sizes = delta.T, {}
    for layer in range(len(weights) - 1, -1, -1):
        sizes[layer] = (np.sum(delta * delta) / delta.size) ** 0.5
        if layer:
            delta = (weights[layer] @ delta) * functions[layer - 1].derivative(z[layer - 1]).T
    return [[sizes[layer]] for layer in range(len(weights))]


def sizes_as_dict(delta, weights, functions, z):
    return {"sizes": np.array(sizes_recursive(delta.copy(), weights, functions, z))[:, np.newaxis]}


def sizes_by_paths(delta, weights, functions, z):
    found = [np.sqrt(np.average(delta * delta))]
    for layer in range(len(weights) - 1, 0, -1):
        earlier = np.zeros_like(z[layer - 1])
        for s in range(len(delta)):
            for k in range(delta.shape[1]):
                earlier[s] += weights[layer][:, k] * delta[s, k]
        delta = earlier * functions[layer - 1].derivative(z[layer - 1])
        found = [np.sqrt(np.average(delta * delta)), *found]
    return found


# ---- residual layers ------------------------------------------------------------------------------------


def residual_by_index(weights, z, a, y, penalty):
    depth = len(weights)
    dW, db = [None] * depth, [None] * depth
    arrives = (a[depth] - y) / y.shape[0]
    for layer in range(depth - 1, -1, -1):
        delta = arrives / np.cosh(z[layer]) ** 2
        dW[layer] = penalty * weights[layer] + a[layer].T @ delta
        db[layer] = delta.sum(axis=0)
        arrives = arrives + delta @ weights[layer].T
    return dW, db


def residual_as_gradients(weights, z, a, y, penalty):
    dW, db = residual_by_index(weights, z, a, y, penalty)
    return Gradients(dW=dW, db=db)


def residual_by_activation(weights, z, a, y, penalty):
    slope = activations.get("tanh").derivative
    error, dW, db = a[-1] - y, [], []
    for W, here, before in zip(weights[::-1], z[::-1], a[-2::-1], strict=True):
        delta = error * slope(here)
        dW.insert(0, before.T @ delta / len(y) + W * penalty)
        db.insert(0, delta.mean(axis=0, keepdims=True))
        error = error + delta @ W.T
    return {"db": db, "dW": dW}


def residual_by_output(weights, z, a, y, penalty):
    arrives, dW, db = (a[-1] - y) / len(y), [], []
    for layer in reversed(range(len(weights))):
        added = a[layer + 1] - a[layer]  # what the layer adds is tanh(z)
        delta = arrives * (1 - added**2)
        dW.append(np.einsum("si,sj->ij", a[layer], delta) + penalty * weights[layer])
        db.append(np.ones(len(y)) @ delta)
        arrives = arrives + np.einsum("sj,ij->si", delta, weights[layer])
    dW.reverse()
    db.reverse()
    return tuple(dW), tuple(db)


def residual_sample_by_sample(weights, z, a, y, penalty):
    n = len(y)
    dW = [penalty * W for W in weights]
    db = [np.zeros(len(W)) for W in weights]
    for s in range(n):
        arrives = (a[-1][s] - y[s]) / n
        for layer in range(len(weights) - 1, -1, -1):
            delta = arrives * (1 - np.tanh(z[layer][s]) ** 2)
            dW[layer] += np.outer(a[layer][s], delta)
            db[layer] += delta
            arrives = arrives + weights[layer] @ delta
    return [W.tolist() for W in dW], db


# ---- the relative error ---------------------------------------------------------------------------------


def error_by_sums(g, g_num):
    squares = [((x) ** 2).sum() for x in (g - g_num, g, g_num)]
    return np.sqrt(squares[0] / max(squares[1:]))


def error_flat(g, g_num):
    g, g_num = g.ravel(), g_num.ravel()
    d = g_num - g
    return math.sqrt(d @ d) / np.maximum(math.sqrt(g @ g), math.sqrt(g_num @ g_num))


def error_by_branch(g, g_num):
    larger = g if np.linalg.norm(g) > np.linalg.norm(g_num) else g_num
    return np.linalg.norm(g - g_num) / np.linalg.norm(larger)


def error_by_quotients(g, g_num):
    d = np.linalg.norm(np.subtract(g, g_num))
    return [min(d / np.linalg.norm(g), d / np.linalg.norm(g_num))]


def error_by_loops(g, g_num):
    def size(x):
        return sum(float(v) ** 2 for v in x.flat) ** 0.5

    return {"r": size(g - g_num) / max(size(g), size(g_num))}


RIGHT = {
    "08.chain_delta": [
        chain(2.0, 3.0, 5.0, 0.2, 0.3, 0.4, 0.7),
        chain(-2.0, -3.0, 0.5, 0.9, 0.1, 0.25, -1.5),
        chain(np.float64(0.3), 0.7, -1.2, np.float64(0.45), 0.6, 0.35, 2),
        chain(4, -5, 6, 0.125, 0.0625, 0.75, 8),
        {name: np.array([value]) for name, value in chain(1.1, 1.2, 1.3, 0.51, 0.52, 0.53, 1.4).items()},
    ],
    "08.starting_scale": [
        scale_by_power,
        scale_by_math,
        scale_by_table,
        scale_by_variance,
        scale_as_array,
        scale_in_float32,
    ],
    "08.sizes_back": [
        sizes_recursive,
        sizes_by_norm,
        sizes_by_zip,
        sizes_in_columns,
        sizes_as_dict,
        sizes_by_paths,
    ],
    "08.mended": [
        residual_by_index,
        residual_as_gradients,
        residual_by_activation,
        residual_by_output,
        residual_sample_by_sample,
    ],
    "08.relative_error_again": [
        error_by_sums,
        error_flat,
        error_by_branch,
        error_by_quotients,
        error_by_loops,
    ],
}
