"""Right answers to the exercises of chapter 06, each written differently."""

import numpy as np

from backprop_lib import Gradients, Network
from backprop_lib.activations import Activation

# ---- batches --------------------------------------------------------------------------------------------


def batches_in_one_line(order, batch_size):
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def batches_by_split(order, batch_size):
    return np.split(order, range(batch_size, len(order), batch_size))


def batches_by_while(order, batch_size):
    pieces, start = [], 0
    while start < order.shape[0]:
        end = min(start + batch_size, order.shape[0])
        pieces.append(order[start:end].copy())
        start = end
    return tuple(pieces)


def batches_row_by_row(order, batch_size):
    pieces = []
    for place, row in enumerate(order):
        if place % batch_size == 0:
            pieces.append([])
        pieces[-1].append(row)
    return pieces


def batches_by_count(order, batch_size):
    count = int(np.ceil(len(order) / batch_size))
    return [order[i * batch_size : (i + 1) * batch_size].tolist() for i in range(count)]


def batches_from_the_rest(order, batch_size):
    if len(order) <= batch_size:
        return [order]
    return [order[:batch_size], *batches_from_the_rest(order[batch_size:], batch_size)]


def batches_by_mask(order, batch_size):
    number = np.arange(len(order)) // batch_size
    return [order[number == i] for i in np.unique(number)]


# ---- one update -----------------------------------------------------------------------------------------


def updated_in_one_line(parameters, gradients, learning_rate):
    return [p - learning_rate * g for p, g in zip(parameters, gradients, strict=True)]


def updated_on_copies(parameters, gradients, learning_rate):
    new = [p.copy() for p in parameters]
    for p, g in zip(new, gradients, strict=True):
        p -= learning_rate * g
    return new


def updated_by_index(parameters, gradients, learning_rate):
    new = list(parameters)
    for i in range(len(parameters)):
        new[i] = new[i] + gradients[i] * -learning_rate
    return tuple(new)


def updated_by_map(parameters, gradients, learning_rate):
    return list(map(lambda p, g: np.subtract(p, np.multiply(learning_rate, g)), parameters, gradients))


def updated_entry_by_entry(parameters, gradients, learning_rate):
    new = []
    for p, g in zip(parameters, gradients, strict=True):
        array = np.empty(p.shape)
        for index in np.ndindex(*p.shape):
            array[index] = p[index] - learning_rate * g[index]
        new.append(array)
    return {"new": new}


def updated_as_lists(parameters, gradients, learning_rate):
    return [(p - learning_rate * g).tolist() for p, g in zip(parameters, gradients, strict=True)]


def updated_in_float32(parameters, gradients, learning_rate):
    return [(p - learning_rate * g).astype(np.float32) for p, g in zip(parameters, gradients, strict=True)]


# ---- one epoch ------------------------------------------------------------------------------------------


def epoch_by_library(W, b, X, y, order, batch_size, learning_rate):
    network = Network((len(W), len(b)))
    network.weights, network.biases = [W.copy()], [b.copy()]
    for rows in batches_by_split(order, batch_size):
        network.update_parameters(network.backward(network.forward(X[rows]), y[rows]), learning_rate)
    return network.weights[0], network.biases[0]


def epoch_shuffled_first(W, b, X, y, order, batch_size, learning_rate):
    X, y, W, b = X[order], y[order], W.copy(), b.copy()
    for start in range(0, len(X), batch_size):
        X_batch, y_batch = X[start : start + batch_size], y[start : start + batch_size]
        error = X_batch @ W + b - y_batch
        W -= learning_rate * X_batch.T @ error / len(X_batch)
        b -= learning_rate * error.mean(axis=0)
    return [W, b]


def epoch_sample_by_sample(W, b, X, y, order, batch_size, learning_rate):
    for rows in batches_row_by_row(order, batch_size):
        dW, db = np.zeros(W.shape), np.zeros(b.shape)
        for row in rows:
            error = X[row] @ W + b - y[row]
            dW += np.outer(X[row], error) / len(rows)
            db += error / len(rows)
        W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b


def epoch_with_a_row_of_ones(W, b, X, y, order, batch_size, learning_rate):
    extended, both = np.column_stack([X, np.ones(len(X))]), np.vstack([W, b])
    for rows in batches_by_while(order, batch_size):
        error = np.einsum("si,ij->sj", extended[rows], both) - y[rows]
        both = both - learning_rate / rows.size * np.einsum("si,sj->ij", extended[rows], error)
    return {"W": both[:-1], "b": both[-1]}


def epoch_bias_first(W, b, X, y, order, batch_size, learning_rate):
    W, b = np.array(W), np.array(b)[np.newaxis]
    while len(order):
        rows, order = order[:batch_size], order[batch_size:]
        delta = (y[rows] - (b + np.dot(X[rows], W))) / -np.float64(len(rows))
        b = b - learning_rate * np.sum(delta, axis=0, keepdims=True)
        W = W - learning_rate * np.dot(delta.T, X[rows]).T
    return W, b


def epoch_in_columns(W, b, X, y, order, batch_size, learning_rate):
    W, b, X, y = W.T, b.reshape(-1, 1), X.T, y.T
    for rows in batches_in_one_line(order, batch_size):
        dz = (W @ X[:, rows] + b - y[:, rows]) / len(rows)
        W, b = W - learning_rate * dz @ X[:, rows].T, b - learning_rate * dz.sum(axis=1, keepdims=True)
    return W.T, b.ravel()


# ---- the training loop ----------------------------------------------------------------------------------


def mended_by_library(X, y, W1, b1, W2, b2, learning_rate, steps):
    network = Network((*W1.shape, W2.shape[1]), hidden="tanh")
    for mine, given in zip([*network.weights, *network.biases], [W1, W2, b1, b2], strict=True):
        mine[...] = given
    for _ in range(steps):
        network.update_parameters(network.backward(network.forward(X), y), learning_rate)
    return network.weights[0], network.biases[0], network.weights[1], network.biases[1]


def mended_pass_at_the_end(X, y, W1, b1, W2, b2, learning_rate, steps):
    a1 = np.tanh(X @ W1 + b1)
    y_hat = a1 @ W2 + b2
    for _ in range(steps):
        delta2 = (y_hat - y) / len(y)
        delta1 = (delta2 @ W2.T) * (1 - a1**2)
        W2, b2 = W2 - learning_rate * a1.T @ delta2, b2 - learning_rate * delta2.sum(axis=0)
        W1, b1 = W1 - learning_rate * X.T @ delta1, b1 - learning_rate * delta1.sum(axis=0)
        a1 = np.tanh(X @ W1 + b1)
        y_hat = a1 @ W2 + b2
    return W1, b1, W2, b2


def mended_with_a_kept_copy(X, y, W1, b1, W2, b2, learning_rate, steps):
    for _ in range(steps):
        old = W2.copy()
        a1 = np.tanh(np.dot(X, W1) + b1)
        delta2 = (a1 @ W2 + b2 - y) / len(y)
        W2, b2 = W2 - learning_rate * a1.T @ delta2, b2 - learning_rate * delta2.sum(axis=0)
        delta1 = (delta2 @ old.T) * (1 - a1**2)
        W1, b1 = W1 - learning_rate * X.T @ delta1, b1 - learning_rate * delta1.sum(axis=0)
    return {"W2": W2, "b2": b2, "W1": W1, "b1": b1}


def mended_recursive(X, y, W1, b1, W2, b2, learning_rate, steps):
    if steps == 0:
        return W1, b1, W2, b2
    a1 = np.tanh(X @ W1 + b1)
    delta2 = (a1 @ W2 + b2 - y) / len(y)
    delta1 = np.einsum("sk,jk->sj", delta2, W2) / np.cosh(X @ W1 + b1) ** 2
    g = Gradients([X.T @ delta1, a1.T @ delta2], [delta1.sum(axis=0), delta2.sum(axis=0)])
    new = updated_in_one_line([W1, b1, W2, b2], [g.dW[0], g.db[0], g.dW[1], g.db[1]], learning_rate)
    return mended_recursive(X, y, *new, learning_rate, steps - 1)


def mended_in_place_on_copies(X, y, W1, b1, W2, b2, learning_rate, steps):
    W1, b1, W2, b2 = (array.copy() for array in (W1, b1, W2, b2))
    step = 0
    while step < steps:
        a1 = np.tanh(X @ W1 + b1)
        delta2 = (a1 @ W2 + b2 - y) / y.shape[0]
        delta1 = (1 - a1 * a1) * (W2 @ delta2.T).T
        for array, gradient in ((W1, X.T @ delta1), (W2, a1.T @ delta2), (b1, delta1.sum(0)), (b2, delta2.sum(0))):
            array -= learning_rate * gradient
        step += 1
    return [W1, b1[np.newaxis], W2, b2[:, np.newaxis]]


# ---- momentum by hand -----------------------------------------------------------------------------------


def by_hand(w, learning_rate, g_1, g_2):
    v_2 = 0.9 * g_1 + g_2
    w_2 = w - learning_rate * g_1 - learning_rate * v_2
    return {"w": w, "learning_rate": learning_rate, "g_1": g_1, "g_2": g_2, "v_2": v_2, "w_2": w_2}


# ---- the gradients of a layer ---------------------------------------------------------------------------


def layer_in_one_line(a_prev, z, function, grad_a):
    return a_prev.T @ (grad_a * function.derivative(z)), (grad_a * function.derivative(z)).sum(axis=0)


def layer_sample_by_sample(a_prev, z, function, grad_a):
    dW, db = 0, 0
    for x, slope, arrives in zip(a_prev, function.derivative(z), grad_a, strict=True):
        dW, db = dW + np.outer(x, arrives * slope), db + arrives * slope
    return [dW, db]


def layer_by_einsum(a_prev, z, function, grad_a):
    slope = function.derivative(z)
    return {"dW": np.einsum("si,sj,sj->ij", a_prev, slope, grad_a), "db": np.einsum("sj,sj->j", slope, grad_a)}


def layer_in_columns(a_prev, z, function, grad_a):
    dz = grad_a.T * function.derivative(z.T)
    return (dz @ a_prev).T, dz.sum(axis=1, keepdims=True).T


def layer_as_lists(a_prev, z, function, grad_a):
    delta = np.multiply(grad_a, function.derivative(z))
    return np.dot(a_prev.T, delta).tolist(), list(delta.sum(axis=0))


def layer_by_short_forms(a_prev, z, function: Activation, grad_a):
    a = function(z)
    slope = {"relu": np.where(z > 0, 1.0, 0.0), "tanh": 1 - a**2, "sigmoid": a * (1 - a)}[function.name]
    delta = (grad_a * slope).astype(np.float32)
    return a_prev.T.astype(np.float32) @ delta, np.ones(len(delta), dtype=np.float32) @ delta


RIGHT = {
    "06.batches": [
        batches_in_one_line,
        batches_by_split,
        batches_by_while,
        batches_row_by_row,
        batches_by_count,
        batches_from_the_rest,
        batches_by_mask,
    ],
    "06.updated": [
        updated_in_one_line,
        updated_on_copies,
        updated_by_index,
        updated_by_map,
        updated_entry_by_entry,
        updated_as_lists,
        updated_in_float32,
    ],
    "06.one_epoch": [
        epoch_by_library,
        epoch_shuffled_first,
        epoch_sample_by_sample,
        epoch_with_a_row_of_ones,
        epoch_bias_first,
        epoch_in_columns,
    ],
    "06.mended": [
        mended_by_library,
        mended_pass_at_the_end,
        mended_with_a_kept_copy,
        mended_recursive,
        mended_in_place_on_copies,
    ],
    "06.momentum_by_hand": [
        by_hand(2.0, 0.1, 3.0, -1.5),
        by_hand(-0.7, 0.25, 0.4, 1.3),
        by_hand(np.float64(1.6), 0.05, -2.5, -4),
        by_hand(5, 0.5, np.float64(0.3), 2),
        {name: np.array([value]) for name, value in by_hand(-3.5, 0.02, 12.0, -0.6).items()},
        by_hand(0.8, np.float32(0.3), 7, 0.2),
    ],
    "06.layer_again": [
        layer_in_one_line,
        layer_sample_by_sample,
        layer_by_einsum,
        layer_in_columns,
        layer_as_lists,
        layer_by_short_forms,
    ],
}
