"""Right answers to the exercises of chapter 03, each written differently."""

import math

import numpy as np

from backprop_lib import activations, losses

# ---- three deltas ----------------------------------------------------------------------------------------


def three_by_index(y_hat, y):
    n, k = y.shape
    found = {name: np.zeros((n, k)) for name in ("half_sse", "half_mse", "mse")}
    for s in range(n):
        for j in range(k):
            found["half_sse"][s, j] = y_hat[s, j] - y[s, j]
            found["half_mse"][s, j] = (y_hat[s, j] - y[s, j]) / n
            found["mse"][s, j] = 2 * (y_hat[s, j] - y[s, j]) / n
    return found


def three_from_one(y_hat, y):
    half_sse = np.subtract(y_hat, y)
    half_mse = half_sse / y.shape[0]
    return [half_sse, half_mse, half_mse + half_mse]


def three_turned_round(y_hat, y):
    away = y - y_hat
    return -away, -away * (1 / len(away)), -2 / len(away) * away


def three_as_lists(y_hat, y):
    rows = [[p - t for p, t in zip(*pair, strict=True)] for pair in zip(y_hat.tolist(), y.tolist(), strict=True)]
    n = len(rows)
    return rows, [[d / n for d in row] for row in rows], [[2 * d / n for d in row] for row in rows]


def three_from_library(y_hat, y):
    return np.stack([losses.get(name).derivative(y_hat, y) for name in ("half_sse", "half_mse", "mse")])


def three_in_float32(y_hat, y):
    d = (y_hat - y).astype(np.float32)
    return d, d / np.float32(len(y)), d * np.float32(2) / np.float32(len(y))


# ---- a sigmoid output ------------------------------------------------------------------------------------


def squared_from_library(z, y):
    a = activations.sigmoid(z)
    return losses.half_mse.derivative(a, y) * activations.sigmoid.derivative(z)


def squared_by_exponentials(z, y):
    e = np.exp(-z)
    return (1 / (1 + e) - y) * e / (1 + e) ** 2 / y.shape[0]


def squared_by_helper(z, y):
    def sigmoid(v):
        return 0.5 * (1 + np.tanh(v / 2))

    def slope(v):
        return sigmoid(v) - sigmoid(v) ** 2

    return slope(z) * (sigmoid(z) - y) / len(z)


def squared_by_index(z, y):
    delta = [[0.0] * z.shape[1] for _ in range(z.shape[0])]
    for s in range(z.shape[0]):
        for k in range(z.shape[1]):
            a = 1 / (1 + math.exp(-z[s, k]))
            delta[s][k] = (a - y[s, k]) * a * (1 - a) / z.shape[0]
    return delta


def squared_by_einsum(z, y):
    a = 1 / (1 + np.exp(-z))
    return {"delta": np.einsum("sk,sk,sk->sk", a - y, a, 1 - a) / len(y)}


def squared_in_float32(z, y):
    z = z.astype(np.float32)
    a = 1 / (1 + np.exp(-z))
    return (a - y.astype(np.float32)) / np.float32(len(y)) * a * (1 - a)


# ---- cross-entropy ---------------------------------------------------------------------------------------


def crossed_from_library(z, y):
    return losses.binary_cross_entropy.derivative(z, y)


def crossed_by_tanh(z, y):
    return ((1 + np.tanh(z / 2)) / 2 - y) / len(y)


def crossed_by_mask(z, y):
    p = np.empty_like(z)
    on = z >= 0
    p[on] = 1 / (1 + np.exp(-z[on]))
    p[~on] = np.exp(z[~on]) / (1 + np.exp(z[~on]))
    return (p - y) / y.size


def crossed_by_loop(z, y):
    found = []
    for logit, label in zip(z.ravel(), y.ravel(), strict=True):
        e = math.exp(-abs(logit))
        p = 1 / (1 + e) if logit > 0 else e / (1 + e)
        found.append((p - label) / len(y))
    return found


def crossed_by_logaddexp(z, y):
    return np.exp(-np.logaddexp(0, -z)).ravel() / len(y) - y.ravel() / len(y)


def crossed_by_clipping(z, y):
    p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return np.mean([y - p], axis=0) / -len(y)


def crossed_by_label(z, y):
    e = np.exp(-np.abs(z))
    p = np.where(z > 0, 1 / (1 + e), e / (1 + e))
    return np.where(y == 1, p - 1, p) / len(y)


# ---- the hunt --------------------------------------------------------------------------------------------


def mended_with_slope_of_z(z, y):
    a = activations.sigmoid(z)
    return np.sum((a - y) ** 2) / len(y), 2 * (a - y) / len(y) * activations.sigmoid.derivative(z)


def mended_from_library(z, y):
    a = activations.sigmoid(z)
    delta = losses.mse.derivative(a, y) * a * (1 - a)
    return {"delta": delta, "loss": losses.mse.value(a, y)}


def mended_by_sample(z, y):
    loss, rows = 0.0, []
    for z_row, y_row in zip(z, y, strict=True):
        a = 1 / (1 + np.exp(-z_row))
        loss += float((a - y_row) @ (a - y_row)) / len(y)
        rows.append(2 / len(y) * (a - y_row) * (a - a**2))
    return loss, np.vstack(rows)


def mended_dividing_late(z, y):
    a = 1 / (1 + np.exp(-z))
    d = a - y
    return [np.array([np.mean(np.sum(d * d, axis=1))]), ((d + d) * a * (1 - a) / y.shape[0]).tolist()]


def mended_by_exponentials(z, y):
    e = np.exp(-z)
    d = 1 / (1 + e) - y
    return np.linalg.norm(d) ** 2 / len(d), d / (len(d) / 2) * e / (1 + e) / (1 + e)


# ---- numbers and the retest ------------------------------------------------------------------------------


def own(y_hat, y, n):
    return {
        "y_hat": y_hat,
        "y": y,
        "n": n,
        "squared": (y_hat - y) / n * y_hat * (1 - y_hat),
        "crossed": (y_hat - y) / n,
    }


def loss_by_loop(y_hat, y):
    total = 0.0
    for s in range(len(y)):
        for k in range(y.shape[1]):
            total += 0.5 * (y_hat[s, k] - y[s, k]) ** 2
    return total / len(y)


def loss_by_means(y_hat, y):
    return np.mean(np.sum((y - y_hat) ** 2, axis=1)) / 2


def loss_by_einsum(y_hat, y):
    d = y_hat - y
    return {"C": np.einsum("sk,sk->", d, d) / 2 / y.shape[0]}


def loss_by_norm(y_hat, y):
    return np.linalg.norm(y_hat - y) ** 2 / (2 * len(y))


def loss_from_entries(y_hat, y):
    return np.array([[np.mean((y_hat - y) ** 2) * y.shape[1] / 2]])


def loss_in_float32(y_hat, y):
    d = (y_hat - y).astype(np.float32)
    return np.float32((d * d).sum() / np.float32(2 * len(d)))


RIGHT = {
    "03.three_deltas": [
        three_by_index,
        three_from_one,
        three_turned_round,
        three_as_lists,
        three_from_library,
        three_in_float32,
    ],
    "03.sigmoid_delta": [
        squared_from_library,
        squared_by_exponentials,
        squared_by_helper,
        squared_by_index,
        squared_by_einsum,
        squared_in_float32,
    ],
    "03.cross_entropy_delta": [
        crossed_from_library,
        crossed_by_tanh,
        crossed_by_mask,
        crossed_by_loop,
        crossed_by_logaddexp,
        crossed_by_clipping,
        crossed_by_label,
    ],
    "03.mended": [
        mended_with_slope_of_z,
        mended_from_library,
        mended_by_sample,
        mended_dividing_late,
        mended_by_exponentials,
    ],
    "03.one_sample": [
        own(0.8, 1, 5),
        own(np.float64(0.3), 1.0, 12),
        own(0.15, 0, np.int64(7)),
        own(np.array([0.62]), np.array([0.0]), 100),
        own(0.05, True, 33.0),
    ],
    "03.half_mse_again": [
        loss_by_loop,
        loss_by_means,
        loss_by_einsum,
        loss_by_norm,
        loss_from_entries,
        loss_in_float32,
    ],
}
