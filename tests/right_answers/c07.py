"""Right answers to the exercises of chapter 07, each written differently."""

import itertools
import math

import numpy as np

from backprop_lib import Gradients, numerical_gradient
from backprop_lib.activations import sigmoid


def error_by_squares(given, expected, floor):
    def size(x):
        return np.sqrt((x**2).sum())

    return size(given - expected) / np.max([size(given), size(expected), floor])


def error_by_loop(given, expected, floor):
    apart = larger = smaller = 0.0
    for g, e in zip(given.ravel(), expected.ravel(), strict=True):
        apart, larger, smaller = apart + (g - e) ** 2, larger + g * g, smaller + e * e
    return math.sqrt(apart) / max(math.sqrt(max(larger, smaller)), floor)


def error_by_dot(given, expected, floor):
    g, e = given.flatten(), expected.flatten()
    d = e - g
    size = max(g @ g, e @ e) ** 0.5
    if size < floor:
        size = floor
    return {"r": np.sqrt(d @ d) / size}


def error_by_vdot(given, expected, floor):
    sizes = [np.sqrt(np.vdot(x, x)) for x in (given, expected)]
    divisor = np.maximum(floor, np.maximum(*sizes))
    return np.array([np.sqrt(np.vdot(given - expected, given - expected)) / divisor])


def error_scaled_first(given, expected, floor):
    size = max(np.linalg.norm(given), np.linalg.norm(expected), floor)
    return float(np.linalg.norm(given / size - expected / size))


def error_in_float32(given, expected, floor):
    return np.float32(np.linalg.norm(given - expected) / max(floor, *map(np.linalg.norm, (given, expected))))


def nudged_on_copies(f, x, h):
    slopes = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        up, down = x.astype(float), x.astype(float)
        up[index] += h
        down[index] -= h
        slopes[index] = (f(up) - f(down)) / 2 / h
    return slopes


def nudged_flat(f, x, h):
    slopes = []
    for i in range(x.size):
        nudge = np.zeros(x.size)
        nudge[i] = h
        nudge = nudge.reshape(x.shape)
        slopes.append((f(x + nudge) - f(x - nudge)) / (2 * h))
    return np.array(slopes).reshape(x.shape)


def nudged_by_recursion(f, x, h, at=()):
    if len(at) == x.ndim:
        one = np.zeros(x.shape)
        one[at] = 1
        return (f(x + h * one) - f(x - h * one)) / (h + h)
    return [nudged_by_recursion(f, x, h, (*at, i)) for i in range(x.shape[len(at)])]


def nudged_with_identity(f, x, h):
    units = np.eye(x.size).reshape(x.size, *x.shape)
    differences = [0.5 * (f(x + h * unit) - f(x - h * unit)) / h for unit in units]
    return np.reshape(differences, x.shape)


def nudged_by_product(f, x, h):
    work = x * 1.0
    slopes = work * 0
    for index in itertools.product(*map(range, x.shape)):
        values = []
        for sign in (1, -1):
            work[index] = x[index] + sign * h
            values.append(f(work))
        work[index] = x[index]
        slopes[index] = (values[0] - values[1]) / (2 * h)
    return slopes


def nudged_from_two_halves(f, x, h):
    here, x = f(x), x.astype(float)
    right, left = np.zeros(x.shape), np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        nudge = np.zeros(x.shape)
        nudge[it.multi_index] = h
        right[it.multi_index] = (f(x + nudge) - here) / h
        left[it.multi_index] = (here - f(x - nudge)) / h
    return {"slopes": (right + left) / 2}


def nudged_in_place(f, x, h):
    if x.dtype.kind == "i":
        x = x.astype(float)
    slopes = np.zeros_like(x)
    for index, kept in np.ndenumerate(x):
        x[index] = kept + h
        slopes[index] = f(x)
        x[index] = kept - h
        slopes[index] -= f(x)
        x[index] = kept
    return slopes / (2 * h)


def factors(n, k):
    return {
        "n": n,
        "k": k,
        "summed": n,
        "all_entries": 2 / k,
        "both_averaged": 1 / k,
        "twice_averaged": 1 / n,
    }


def first_with_x_in_front(X, weights, z, a, y):
    a = [X, *a]
    dW, db = [], []
    grad_a = (a[-1] - y) * 2 / y.shape[0]
    for i in reversed(range(len(weights))):
        delta = grad_a if i + 1 == len(weights) else np.where(z[i] > 0, grad_a, 0)
        dW.insert(0, a[i].T @ delta)
        db.insert(0, delta.sum(axis=0))
        grad_a = delta @ weights[i].T
    return dW, db


def first_dividing_at_the_end(X, weights, z, a, y):
    last, delta = len(weights) - 1, a[-1] - y
    dW, db = {}, {}
    for i in range(last, -1, -1):
        came_in = a[i - 1] if i else X
        dW[i], db[i] = 2 * came_in.T @ delta / len(X), 2 * delta.mean(axis=0, keepdims=True)
        if i:
            delta = (delta @ weights[i].T) * (a[i - 1] > 0)
    return [dW[i] for i in range(last + 1)], [db[i] for i in range(last + 1)]


def first_mended_in_the_branch(X, weights, z, a, y):
    last = len(weights) - 1
    dW, db = [None] * len(weights), [None] * len(weights)
    grad_a = (a[last] - y) / (len(y) / 2)
    for i in range(last, -1, -1):
        if i == last:
            delta, comes_in = grad_a, (a[i - 1] if last else X)
        else:
            delta = grad_a * (z[i] > 0)
            comes_in = X if i == 0 else a[i - 1]
        dW[i] = comes_in.T @ delta
        db[i] = delta.sum(axis=0)
        grad_a = delta @ weights[i].T
    return Gradients(dW, db)


def first_by_deltas(X, weights, z, a, y):
    deltas = [2 / len(y) * (a[-1] - y)]
    for W, z_here in zip(weights[:0:-1], z[-2::-1], strict=True):
        deltas.append(np.heaviside(z_here, 0) * np.dot(deltas[-1], W.T))
    deltas.reverse()
    dW = [np.einsum("si,sj->ij", came_in, delta) for came_in, delta in zip([X, *a[:-1]], deltas, strict=True)]
    return {"dW": dW, "db": [np.ones(len(y)) @ delta for delta in deltas]}


def first_sample_by_sample(X, weights, z, a, y):
    dW, db = [np.zeros(W.shape) for W in weights], [np.zeros(W.shape[1]) for W in weights]
    for s in range(len(y)):
        delta = 2 * (a[-1][s] - y[s]) / len(y)
        for i in range(len(weights) - 1, -1, -1):
            dW[i] += np.outer(X[s] if i == 0 else a[i - 1][s], delta)
            db[i] += delta
            if i > 0:
                delta = (weights[i] @ delta) * (z[i - 1][s] > 0)
    return tuple(dW), tuple(db)


def second_with_slope_of_z(X, W, b, y):
    z = X @ W + b
    delta = (sigmoid(z) - y) * sigmoid.derivative(z)
    return X.T @ delta, np.sum(delta, axis=0, keepdims=True)


def second_by_loop(X, W, b, y):
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for x, target in zip(X, y, strict=True):
        a = 1 / (1 + np.exp(-(x @ W + b)))
        delta = (a - target) * a * (1 - a)
        dW, db = dW + np.outer(x, delta), db + delta
    return [dW.tolist(), db.tolist()]


def second_by_units(X, W, b, y):
    dW, db = np.zeros(W.shape), []
    for j in range(W.shape[1]):
        a = sigmoid(X @ W[:, j] + b[j])
        delta = (a - y[:, j]) * (a - a**2)
        dW[:, j] = delta @ X
        db.append(sum(delta))
    return {"db": db, "dW": dW}


def second_with_a_column_of_ones(X, W, b, y):
    extended = np.hstack([X, np.ones((len(X), 1))])
    a = 0.5 + 0.5 * np.tanh((extended @ np.vstack([W, b])) / 2)
    gradient = extended.T @ ((a - y) * a * (1 - a))
    return gradient[:-1], gradient[-1]


def second_by_einsum(X, W, b, y):
    a = sigmoid(np.einsum("si,ij->sj", X, W) + b)
    delta = a * (1 - a) * (a - y)
    return np.einsum("si,sj->ij", X, delta), np.einsum("sj->j", delta)


def second_by_nudging(X, W, b, y):
    def loss(W, b):
        return ((sigmoid(X @ W + b) - y) ** 2).sum() / 2

    return numerical_gradient(lambda V: loss(V, b), W), numerical_gradient(lambda c: loss(W, c), b)


def epoch_on_copies(X, y, W, b, batch_size, learning_rate):
    W, b = W.copy(), b.copy()
    for start in range(0, len(X), batch_size):
        rows = range(start, min(start + batch_size, len(X)))
        error = X[rows] @ W + b - y[rows]
        W -= learning_rate * X[rows].T @ error / len(rows)
        b -= learning_rate * error.mean(axis=0)
    return W, b


def epoch_by_while(X, y, W, b, batch_size, learning_rate):
    while len(X):
        X_now, y_now, X, y = X[:batch_size], y[:batch_size], X[batch_size:], y[batch_size:]
        delta = (X_now.dot(W) + b - y_now) / X_now.shape[0]
        W, b = W - learning_rate * X_now.T.dot(delta), b - learning_rate * np.sum(delta, 0)
    return {"b": b, "W": W}


def epoch_by_split(X, y, W, b, batch_size, learning_rate):
    places = range(batch_size, len(X), batch_size)
    for X_now, y_now in zip(np.split(X, places), np.split(y, places), strict=True):
        dW, db = np.zeros(W.shape), np.zeros(b.shape)
        for x, target in zip(X_now, y_now, strict=True):
            delta = (x @ W + b - target) / len(X_now)
            dW += np.outer(x, delta)
            db += delta
        W, b = W - learning_rate * dW, b - learning_rate * db
    return [W, b]


def epoch_with_ones(X, y, W, b, batch_size, learning_rate):
    both, extended = np.vstack([W, b]), np.hstack([X, np.ones((len(X), 1))])
    for batch in range(-(-len(X) // batch_size)):
        rows = slice(batch * batch_size, (batch + 1) * batch_size)
        A = extended[rows]
        both = both - learning_rate / len(A) * (A.T @ (A @ both - y[rows]))
    return both[:-1], both[-1:]


def epoch_by_rows(X, y, W, b, batch_size, learning_rate):
    order = np.arange(len(X))
    for number in np.unique(order // batch_size):
        batch = order[order // batch_size == number]
        delta = (X[batch] @ W + b - y[batch]) / batch.size
        W, b = W - learning_rate * np.einsum("si,sj->ij", X[batch], delta), b - learning_rate * delta.sum(axis=0)
    return W.tolist(), b.tolist()


RIGHT = {
    "07.relative_error": [
        error_by_squares,
        error_by_loop,
        error_by_dot,
        error_by_vdot,
        error_scaled_first,
        error_in_float32,
    ],
    "07.nudged": [
        nudged_on_copies,
        nudged_flat,
        nudged_by_recursion,
        nudged_with_identity,
        nudged_by_product,
        nudged_from_two_halves,
        nudged_in_place,
    ],
    "07.bug_factors": [
        factors(7, 3),
        factors(4, 9),
        factors(np.int64(10), np.float64(4.0)),
        {**factors(8, 5), "all_entries": np.float64(0.4)},
        {name: np.array([value]) for name, value in factors(100, 99).items()},
        factors(5, 7.0),
    ],
    "07.first_text": [
        first_with_x_in_front,
        first_dividing_at_the_end,
        first_mended_in_the_branch,
        first_by_deltas,
        first_sample_by_sample,
    ],
    "07.second_text": [
        second_with_slope_of_z,
        second_by_loop,
        second_by_units,
        second_with_a_column_of_ones,
        second_by_einsum,
        second_by_nudging,
    ],
    "07.epoch_again": [
        epoch_on_copies,
        epoch_by_while,
        epoch_by_split,
        epoch_with_ones,
        epoch_by_rows,
    ],
}
