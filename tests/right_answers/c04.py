"""Right answers to the exercises of chapter 04, each written differently."""

import numpy as np

from backprop_lib import activations, losses

# ---- a layer of ReLUs ------------------------------------------------------------------------------------


def relu_by_where(delta_next, W_next, z):
    arrives = np.dot(delta_next, W_next.T)
    return np.where(z > 0, arrives, 0), arrives


def relu_by_loops(delta_next, W_next, z):
    n, h = z.shape
    grad_a, delta = np.zeros((n, h)), np.zeros((n, h))
    for s in range(n):
        for j in range(h):
            for k in range(W_next.shape[1]):
                grad_a[s, j] += delta_next[s, k] * W_next[j, k]
            delta[s, j] = grad_a[s, j] if z[s, j] > 0 else 0
    return delta, grad_a


def relu_by_einsum(delta_next, W_next, z):
    grad_a = np.einsum("sk,jk->sj", delta_next, W_next)
    return {"grad_a": grad_a, "delta": grad_a * np.heaviside(z, 0)}


def relu_by_copy(delta_next, W_next, z):
    grad_a = (W_next @ delta_next.T).T
    delta = grad_a.copy()
    delta[z <= 0] = 0
    return [delta, grad_a]


def relu_from_library(delta_next, W_next, z):
    grad_a = np.matmul(delta_next, np.transpose(W_next))
    return grad_a * activations.relu.derivative(z), grad_a


def relu_by_activation(delta_next, W_next, z):
    a = np.maximum(0, z)
    grad_a = np.array([[row @ w for w in W_next] for row in delta_next])
    return (grad_a * (a > 0).astype(int)).tolist(), grad_a.tolist()


def relu_in_float32(delta_next, W_next, z):
    grad_a = delta_next.astype(np.float32) @ W_next.astype(np.float32).T
    return grad_a * (np.sign(z) == 1), grad_a


# ---- all deltas ------------------------------------------------------------------------------------------


def deltas_by_index(delta, weights, functions, z):
    found = [None] * len(weights)
    found[-1] = delta
    for layer in range(len(weights) - 2, -1, -1):
        found[layer] = (found[layer + 1] @ weights[layer + 1].T) * functions[layer].derivative(z[layer])
    return found


def deltas_reversed_at_the_end(delta, weights, functions, z):
    found = [delta]
    for layer in reversed(range(1, len(weights))):
        arrives = np.dot(found[-1], weights[layer].T)
        found.append(np.multiply(arrives, functions[layer - 1].derivative(z[layer - 1])))
    found.reverse()
    return found


def deltas_by_calling_itself(delta, weights, functions, z):
    if len(weights) == 1:
        return [delta]
    before = functions[-2].derivative(z[-2]) * (delta @ weights[-1].T)
    return [*deltas_by_calling_itself(before, weights[:-1], functions[:-1], z[:-1]), delta]


def deltas_by_einsum(delta, weights, functions, z):
    found, layer = (delta,), len(weights) - 1
    while layer > 0:
        slope = functions[layer - 1].derivative(z[layer - 1])
        found = (np.einsum("sk,jk,sj->sj", found[0], weights[layer], slope), *found)
        layer -= 1
    return found


def deltas_sample_by_sample(delta, weights, functions, z):
    found = [np.zeros_like(here) for here in z]
    for s in range(len(delta)):
        d = delta[s]
        found[-1][s] = d
        for layer in range(len(weights) - 1, 0, -1):
            d = weights[layer] @ d * functions[layer - 1].derivative(z[layer - 1][s])
            found[layer - 1][s] = d
    return {"deltas": found}


def deltas_in_columns(delta, weights, functions, z):
    d = delta.T
    found = [delta.tolist()]
    for W, f, here in list(zip(weights[1:], functions, z, strict=False))[::-1]:
        d = (W @ d) * f.derivative(here).T
        found = [d.T.tolist(), *found]
    return found


# ---- softmax ---------------------------------------------------------------------------------------------


def softmax_shortcut(z, y):
    p = losses.softmax(z)
    return (p - y) / len(y), p


def softmax_by_index(z, y):
    n, k = z.shape
    p, delta = np.zeros((n, k)), np.zeros((n, k))
    for s in range(n):
        e = np.exp(z[s])
        p[s] = e / e.sum()
        for j in range(k):
            for i in range(k):
                delta[s, j] += -y[s, i] / p[s, i] * p[s, i] * ((i == j) - p[s, j]) / n
    return delta, p


def softmax_by_columns(z, y):
    e = np.exp(z.T - z.max())
    p = (e / e.sum(axis=0)).T
    delta = []
    for p_row, y_row in zip(p, y, strict=True):
        J = np.diag(p_row) - np.outer(p_row, p_row)
        delta.append(J @ (-y_row / p_row) / len(y))
    return [delta, p]


def softmax_by_einsum(z, y):
    e = np.exp(z)
    p = e / e.sum(axis=1)[:, np.newaxis]
    J = np.einsum("si,ij->sij", p, np.eye(z.shape[1])) - np.einsum("si,sj->sij", p, p)
    return {"p": p, "delta": np.einsum("si,sij->sj", -y / p, J) / y.shape[0]}


def softmax_from_library(z, y):
    return losses.softmax_cross_entropy.derivative(z, y), losses.softmax(z).tolist()


def softmax_by_true_class(z, y):
    p = np.exp(z - np.log(np.sum(np.exp(z), axis=1, keepdims=True)))
    delta = p.copy()
    delta[np.arange(len(y)), y.argmax(axis=1)] -= 1
    return delta / len(y), p


# ---- the retest ------------------------------------------------------------------------------------------


def tanh_from_library(z, y):
    return losses.mse.derivative(activations.tanh(z), y) * activations.tanh.derivative(z)


def tanh_by_loops(z, y):
    n, k = z.shape
    return [[2 / n * (np.tanh(z[s, j]) - y[s, j]) * (1 - np.tanh(z[s, j]) ** 2) for j in range(k)] for s in range(n)]


def tanh_by_cosh(z, y):
    return {"delta": (np.tanh(z) - y) / np.cosh(z) ** 2 / (len(y) / 2)}


def tanh_by_exponentials(z, y):
    up, down = np.exp(z), np.exp(-z)
    a = (up - down) / (up + down)
    return -2 * (y - a) * (1 + a) * (1 - a) / z.shape[0]


def tanh_by_einsum(z, y):
    a = np.tanh(z)
    d = a - y
    return np.einsum("sk,sk->sk", d + d, 1 - a * a) / len(z)


def tanh_in_float32(z, y):
    a = np.tanh(z.astype(np.float32))
    return np.float32(2 / len(y)) * (a - y.astype(np.float32)) * (1 - a**2)


RIGHT = {
    "04.way_back": [
        "H B F I D",
        "hbfid",
        "H, B, F, I, D",
        ["H", "B", "F", "I", "D"],
        "H -> B -> F -> I -> D",
        "h;b;f;i;d",
    ],
    "04.hidden_delta": [
        relu_by_where,
        relu_by_loops,
        relu_by_einsum,
        relu_by_copy,
        relu_from_library,
        relu_by_activation,
        relu_in_float32,
    ],
    "04.all_deltas": [
        deltas_by_index,
        deltas_reversed_at_the_end,
        deltas_by_calling_itself,
        deltas_by_einsum,
        deltas_sample_by_sample,
        deltas_in_columns,
    ],
    "04.mended": [
        softmax_shortcut,
        softmax_by_index,
        softmax_by_columns,
        softmax_by_einsum,
        softmax_from_library,
        softmax_by_true_class,
    ],
    "04.output_delta_again": [
        tanh_from_library,
        tanh_by_loops,
        tanh_by_cosh,
        tanh_by_exponentials,
        tanh_by_einsum,
        tanh_in_float32,
    ],
}
