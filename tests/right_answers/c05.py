"""Right answers to the exercises of chapter 05, each written differently."""

import numpy as np

from backprop_lib import Gradients


def gradients_by_loop(a_prev, delta):
    dW = np.zeros((a_prev.shape[1], delta.shape[1]))
    db = np.zeros(delta.shape[1])
    for row, d in zip(a_prev, delta, strict=True):
        dW += np.outer(row, d)
        db += d
    return dW, db


def gradients_by_einsum(a_prev, delta):
    return np.einsum("si,sj->ij", a_prev, delta), np.einsum("sj->j", delta)


def gradients_by_dot(a_prev, delta):
    return [np.dot(np.transpose(a_prev), delta), np.sum(delta, 0, keepdims=True)]


def gradients_as_lists(a_prev, delta):
    return (delta.T @ a_prev).T.tolist(), list(delta.sum(axis=0))


def gradients_as_dict(a_prev, delta):
    ones = np.ones(len(delta))
    return {"db": ones @ delta, "dW": a_prev.T.dot(delta)}


def gradients_in_float32(a_prev, delta):
    a_prev, delta = a_prev.astype(np.float32), delta.astype(np.float32)
    return a_prev.T @ delta, delta.sum(axis=0)


def backward_by_index(weights, functions, z, a, y):
    n_layers = len(weights)
    dW, db = [None] * n_layers, [None] * n_layers
    delta = None
    for layer in range(n_layers - 1, -1, -1):
        arrives = (a[-1] - y) / y.shape[0] if delta is None else delta @ weights[layer + 1].T
        delta = arrives * functions[layer].derivative(z[layer])
        dW[layer] = a[layer].T @ delta
        db[layer] = delta.sum(axis=0)
    return dW, db


def backward_recursive(weights, functions, z, a, y):
    def deltas(layer):
        if layer == len(weights) - 1:
            return [functions[layer].derivative(z[layer]) * (a[-1] - y) / len(y)]
        later = deltas(layer + 1)
        return [later[0].dot(weights[layer + 1].T) * functions[layer].derivative(z[layer]), *later]

    found = deltas(0)
    return [x.T @ d for x, d in zip(a, found, strict=False)], [np.sum(d, axis=0) for d in found]


def backward_as_gradients(weights, functions, z, a, y):
    dW, db = backward_by_index(weights, functions, z, a, y)
    return Gradients(dW=dW, db=db)


def backward_inserting(weights, functions, z, a, y):
    dW, db = [], []
    error = a[-1] - y
    for layer in reversed(range(len(weights))):
        error = error * functions[layer].derivative(z[layer])
        dW.insert(0, a[layer].T @ error / len(y))
        db.insert(0, error.mean(axis=0).reshape(1, -1))
        error = error @ weights[layer].T
    return {"dW": dW, "db": db}


def backward_sample_by_sample(weights, functions, z, a, y):
    total_W = [np.zeros_like(W) for W in weights]
    total_b = [np.zeros(W.shape[1]) for W in weights]
    for s in range(len(y)):
        delta = (a[-1][s] - y[s]) * functions[-1].derivative(z[-1][s])
        for layer in range(len(weights) - 1, -1, -1):
            total_W[layer] += np.outer(a[layer][s], delta) / len(y)
            total_b[layer] += delta / len(y)
            if layer:
                delta = weights[layer] @ delta * functions[layer - 1].derivative(z[layer - 1][s])
    return tuple(total_W), tuple(total_b)


def backward_in_columns(weights, functions, z, a, y):
    delta = ((a[-1] - y) * functions[-1].derivative(z[-1])).T / len(y)
    dW, db = [], []
    for layer in range(len(weights) - 1, -1, -1):
        dW.append((delta @ a[layer]).T)
        db.append(delta.sum(axis=1))
        if layer > 0:
            delta = (weights[layer] @ delta) * functions[layer - 1].derivative(z[layer - 1]).T
    dW.reverse()
    db.reverse()
    return dW, db


def delta_in_one_line(delta_next, W_next, z, function):
    return (delta_next @ W_next.T) * function.derivative(z)


def delta_by_einsum(delta_next, W_next, z, function):
    return np.einsum("sk,jk->sj", delta_next, W_next) * function.derivative(z)


def delta_by_columns(delta_next, W_next, z, function):
    return ((W_next @ delta_next.T) * function.derivative(z.T)).T


def delta_by_paths(delta_next, W_next, z, function):
    delta = np.zeros_like(z)
    for k in range(W_next.shape[1]):
        delta += np.outer(delta_next[:, k], W_next[:, k]) * function.derivative(z)
    return delta


def delta_as_list(delta_next, W_next, z, function):
    return [list(row @ W_next.T * function.derivative(z[i])) for i, row in enumerate(delta_next)]


def delta_in_float32(delta_next, W_next, z, function):
    return (np.dot(delta_next, W_next.T) * function.derivative(z)).astype(np.float32)


def own(x_1, x_2, delta_1, delta_2):
    return {
        "x_1": x_1,
        "x_2": x_2,
        "delta_1": delta_1,
        "delta_2": delta_2,
        "dw": x_1 * delta_1 + x_2 * delta_2,
        "db": delta_1 + delta_2,
    }


RIGHT = {
    "05.one_step": [
        "E F C B D A",
        "E F C A B D",
        "e c b d f a",
        "E, C, F, A, B, D",
        ["E", "C", "B", "F", "D", "A"],
        "ecfbad",
    ],
    "05.layer_gradients": [
        gradients_by_loop,
        gradients_by_einsum,
        gradients_by_dot,
        gradients_as_lists,
        gradients_as_dict,
        gradients_in_float32,
    ],
    "05.backward": [
        backward_by_index,
        backward_recursive,
        backward_as_gradients,
        backward_inserting,
        backward_sample_by_sample,
        backward_in_columns,
    ],
    "05.mended": [
        backward_by_index,
        backward_recursive,
        backward_as_gradients,
        backward_inserting,
        backward_sample_by_sample,
    ],
    "05.two_samples": [
        own(2.0, 3.0, 0.5, 0.25),
        own(-2, 3, 4, 5),
        own(np.float64(1.7), -2.3, 0.11, -0.4),
        own(0.4, 0.7, np.float32(-1.5), 2.5),
        {name: np.array([value]) for name, value in own(5.0, 6.5, -0.2, 0.9).items()},
    ],
    "05.hidden_delta_again": [
        delta_in_one_line,
        delta_by_einsum,
        delta_by_columns,
        delta_by_paths,
        delta_as_list,
        delta_in_float32,
    ],
}
