"""Right answers to the exercises of chapter 02, each written differently."""

import numpy as np

from backprop_lib import losses, numerical_gradient

# ---- one layer -------------------------------------------------------------------------------------------


def layer_by_loops(a_prev, W, b):
    n, k = len(a_prev), W.shape[1]
    z, a = np.zeros((n, k)), np.zeros((n, k))
    for s in range(n):
        for j in range(k):
            z[s, j] = sum(a_prev[s, i] * W[i, j] for i in range(len(W))) + b[j]
            a[s, j] = max(z[s, j], 0)
    return z, a


def layer_by_where(a_prev, W, b):
    z = np.dot(a_prev, W) + b[np.newaxis, :]
    return [z, np.where(z > 0, z, 0)]


def layer_by_mask(a_prev, W, b):
    z = np.einsum("si,ij->sj", a_prev, W) + b
    return {"a": z * (z > 0), "z": z}


def layer_in_columns(a_prev, W, b):
    z = (W.T @ a_prev.T + b.reshape(-1, 1)).T
    a = z.copy()
    a[a < 0] = 0
    return z, a


def layer_as_lists(a_prev, W, b):
    z = [[sum(x * w for x, w in zip(row, column, strict=True)) + c for column, c in zip(W.T, b, strict=True)]
         for row in a_prev]  # fmt: skip
    return z, [[(v + abs(v)) / 2 for v in row] for row in z]


def layer_in_float32(a_prev, W, b):
    z = (a_prev @ W + b).astype(np.float32)
    return z, np.clip(z, 0, None)


# ---- the forward pass ------------------------------------------------------------------------------------


def forward_by_index(weights, biases, functions, X):
    a = [X]
    z = []
    for layer in range(1, len(weights) + 1):
        z.append(np.matmul(a[layer - 1], weights[layer - 1]) + biases[layer - 1])
        a.append(functions[layer - 1](z[layer - 1]))
    return z, a


def forward_recursive(weights, biases, functions, X):
    if not weights:
        return [], [X]
    z = X @ weights[0] + biases[0]
    more_z, more_a = forward_recursive(weights[1:], biases[1:], functions[1:], functions[0](z))
    return [z, *more_z], [X, *more_a]


def forward_into_places(weights, biases, functions, X):
    count = len(weights)
    z, a = [None] * count, [None] * (count + 1)
    a[0] = X.copy()
    for i in range(count):
        z[i] = a[i].dot(weights[i])
        z[i] += biases[i]
        a[i + 1] = functions[i](z[i])
    return tuple(z), tuple(a)


def forward_as_dict(weights, biases, functions, X):
    found = {"a": [X], "z": []}
    for W, b, f in zip(weights, biases, functions, strict=True):
        found["z"] += [found["a"][-1] @ W + b]
        found["a"] += [f(found["z"][-1])]
    return found


def forward_sample_by_sample(weights, biases, functions, X):
    rows = [forward_by_index(weights, biases, functions, X[s : s + 1]) for s in range(len(X))]
    return tuple([np.vstack(parts) for parts in zip(*(row[i] for row in rows), strict=True)] for i in (0, 1))


def forward_with_bias_as_weight(weights, biases, functions, X):
    z, a = [], [X]
    for W, b, f in zip(weights, biases, functions, strict=True):
        extended = np.hstack([a[-1], np.ones((len(X), 1))])
        z.append(extended @ np.vstack([W, b]))
        a.append(f(z[-1]))
    return z, a


# ---- the hunt --------------------------------------------------------------------------------------------


def mended_by_maximum(weights, biases, X, y):
    z, a = [], X
    for W, b in zip(weights, biases, strict=True):
        z.append(a @ W + b)
        a = np.maximum(z[-1], 0)
    return z, 0.5 * np.mean(np.sum((z[-1] - y) ** 2, axis=1))


def mended_by_copies(weights, biases, X, y):
    z, a = [], X
    for W, b in zip(weights, biases, strict=True):
        a = a @ W + b
        z.append(a.copy())
        if len(z) < len(weights):
            a[a < 0] = 0
    return z, ((a - y) ** 2).sum() / 2 / len(X)


def mended_by_index(weights, biases, X, y):
    z = []
    for i in range(len(weights)):
        a = X if i == 0 else np.where(z[i - 1] > 0, z[i - 1], 0)
        z.append(np.dot(a, weights[i]) + biases[i])
    return {"C": losses.half_mse.value(z[-1], y), "z": z}


def mended_by_loops(weights, biases, X, y):
    z, a = [], X
    for W, b in zip(weights, biases, strict=True):
        z.append(layer_by_loops(a, W, b)[0])
        a = z[-1] * (z[-1] > 0)
    C = 0.0
    for s in range(len(y)):
        for k in range(y.shape[1]):
            C += (z[-1][s, k] - y[s, k]) ** 2
    return z, C / 2 / len(y)


def mended_by_mean_over_samples(weights, biases, X, y):
    z = [X @ weights[0] + biases[0]]
    for W, b in zip(weights[1:], biases[1:], strict=True):
        z.append(z[-1].clip(min=0) @ W + b)
    return z, np.mean((z[-1] - y) ** 2) * y.shape[1] / 2


# ---- the retest ------------------------------------------------------------------------------------------


SLOPES = [
    lambda x: 9 * x**2 + 2 * x,
    lambda x: 3 * x * x + (3 * x + 1) * (x + x),
    lambda x: x * (9 * x + 2),
    lambda x: np.polyval([9, 2, 0], x),
    lambda x: [3 * x**2 + 2 * x * (3 * x + 1)],
    lambda x: numerical_gradient(lambda v: (3 * v + 1) * v**2, x),
]


RIGHT = {
    "02.two_layers": [
        "F B D C A",
        "fbdca",
        "F, B, D, C, A",
        ["F", "B", "D", "C", "A"],
        "F-B-D-C-A",
        "F > B > D > C > A",
    ],
    "02.layer": [
        layer_by_loops,
        layer_by_where,
        layer_by_mask,
        layer_in_columns,
        layer_as_lists,
        layer_in_float32,
    ],
    "02.forward": [
        forward_by_index,
        forward_recursive,
        forward_into_places,
        forward_as_dict,
        forward_sample_by_sample,
        forward_with_bias_as_weight,
    ],
    "02.mended": [
        mended_by_maximum,
        mended_by_copies,
        mended_by_index,
        mended_by_loops,
        mended_by_mean_over_samples,
    ],
    "02.used_twice_again": SLOPES,
}
