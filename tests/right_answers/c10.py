"""Right answers to the exercises of chapter 10, each written differently."""

import math

import numpy as np

from backprop_lib import Network, losses

# ---- the delta of one sample ----------------------------------------------------------------------------


def sample(z_0, z_1, z_2):
    e = [math.exp(float(z)) for z in (z_0, z_1, z_2)]
    p = [part / sum(e) for part in e]
    return {
        "z_0": z_0,
        "z_1": z_1,
        "z_2": z_2,
        "delta_0": p[0] / 4,
        "delta_1": -(p[0] + p[2]) / 4,
        "delta_2": p[2] / 4,
    }


# ---- accuracy -------------------------------------------------------------------------------------------


def accuracy_by_count(logits, labels):
    right = 0
    for row, label in zip(logits, labels, strict=True):
        right += int(list(row).index(max(row)) == label)
    return right / len(labels)


def accuracy_by_softmax(logits, labels):
    return (losses.softmax(logits).argmax(axis=-1) == labels).sum() / labels.size


def accuracy_by_errors(logits, labels):
    return 1 - np.count_nonzero(logits.argmax(axis=1) - labels) / logits.shape[0]


def accuracy_by_largest(logits, labels):
    return {"share": np.mean(logits[np.arange(len(labels)), labels] >= logits.max(axis=1))}


def accuracy_in_columns(logits, labels):
    return [np.average(np.argmax(logits.T, axis=0) == labels)]


def accuracy_by_one_hot(logits, labels):
    k = logits.shape[1]
    both = np.eye(k)[logits.argsort(axis=1)[:, -1]] * np.eye(k)[labels]
    return np.float32(both.sum() / len(both))


# ---- the classifier -------------------------------------------------------------------------------------


def gradients_by_network(W1, b1, W2, b2, X, labels):
    network = Network((*W1.shape, len(b2)), hidden="relu", loss="softmax_cross_entropy", rng=np.random.default_rng(0))
    for array, values in zip([*network.weights, *network.biases], [W1, W2, b1, b2], strict=True):
        array[...] = values
    found = network.backward(network.forward(X), labels)
    return found.dW[0], found.db[0], found.dW[1], found.db[1]


def gradients_by_index(W1, b1, W2, b2, X, labels):
    n = len(X)
    z1 = X @ W1 + b1
    delta2 = losses.softmax(np.where(z1 > 0, z1, 0) @ W2 + b2) / n
    delta2[np.arange(n), labels] -= 1 / n
    delta1 = np.where(z1 > 0, delta2 @ W2.T, 0)
    return {
        "dW2": np.maximum(z1, 0).T @ delta2,
        "db2": delta2.sum(axis=0),
        "dW1": X.T @ delta1,
        "db1": delta1.sum(axis=0),
    }


def gradients_by_einsum(W1, b1, W2, b2, X, labels):
    a1 = np.maximum(np.einsum("si,ij->sj", X, W1) + b1, 0)
    e = np.exp(a1 @ W2 + b2)
    error = e / e.sum(axis=1)[:, np.newaxis] - (labels[:, np.newaxis] == np.arange(len(b2)))
    gated = np.einsum("sk,jk->sj", error, W2) * (a1 > 0)
    pairs = ((X, gated), (a1, error))
    (dW1, db1), (dW2, db2) = [(np.einsum("si,sj->ij", x, d) / len(X), d.mean(axis=0)) for x, d in pairs]
    return dW1, db1, dW2, db2


def gradients_sample_by_sample(W1, b1, W2, b2, X, labels):
    dW1, db1, dW2, db2 = (np.zeros_like(array) for array in (W1, b1, W2, b2))
    for x, label in zip(X, labels, strict=True):
        z1 = x @ W1 + b1
        a1 = z1 * (z1 > 0)
        z2 = a1 @ W2 + b2
        p = np.exp(z2 - z2.max())
        delta2 = p / p.sum()
        delta2[label] -= 1
        delta1 = (W2 @ delta2) * (z1 > 0)
        dW1 += np.outer(x, delta1)
        db1 += delta1
        dW2 += np.outer(a1, delta2)
        db2 += delta2
    return [array / len(X) for array in (dW1, db1, dW2, db2)]


def gradients_by_jacobian(W1, b1, W2, b2, X, labels):
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    p = losses.softmax(a1 @ W2 + b2)
    grad_p = -np.eye(len(b2))[labels] / p / len(X)
    delta2 = p * (grad_p - (grad_p * p).sum(axis=1, keepdims=True))
    delta1 = (W2 @ delta2.T).T * np.heaviside(z1, 0)
    return (
        (delta1.T @ X).T,
        delta1.sum(axis=0, keepdims=True),
        (delta2.T @ a1).T.tolist(),
        list(np.ones(len(X)) @ delta2),
    )


# ---- softmax --------------------------------------------------------------------------------------------


def softmax_by_newaxis(logits):
    e = np.exp(logits - np.max(logits, axis=1)[:, None])
    return e / np.sum(e, axis=1)[:, None]


def softmax_by_rows(logits):
    rows = []
    for z in logits:
        e = np.exp(z - max(z))
        rows.append(e / e.sum())
    return rows


def softmax_by_log(logits):
    shifted = logits - logits.max(axis=1).reshape(-1, 1)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def softmax_in_columns(logits):
    columns = np.exp((logits.T - logits.T.max(axis=0)).T).T
    return (columns / columns.sum(axis=0)).T


def softmax_with_amax(logits):
    e = np.exp(logits - np.amax(logits, axis=-1)[:, None])
    return {"p": e / e.sum(axis=1, keepdims=True)}


def softmax_by_differences(logits):
    return 1 / np.exp(logits[:, np.newaxis, :] - logits[:, :, np.newaxis]).sum(axis=2)


def softmax_by_row_mean(logits):
    e = np.exp(logits - logits.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


RIGHT = {
    "10.sample_delta": [
        sample(0.5, 2.0, -0.75),
        sample(-1.5, -2.5, -3.5),
        sample(np.float64(2.2), np.float64(-0.3), 0.9),
        sample(3, -2, 4),
        {name: np.array([value]) for name, value in sample(1.2, 0.4, -2.0).items()},
    ],
    "10.accuracy": [
        accuracy_by_count,
        accuracy_by_softmax,
        accuracy_by_errors,
        accuracy_by_largest,
        accuracy_in_columns,
        accuracy_by_one_hot,
    ],
    "10.mended": [
        gradients_by_network,
        gradients_by_index,
        gradients_by_einsum,
        gradients_sample_by_sample,
        gradients_by_jacobian,
    ],
    "10.softmax_again": [
        softmax_by_newaxis,
        softmax_by_rows,
        softmax_by_log,
        softmax_in_columns,
        softmax_with_amax,
        softmax_by_differences,
        softmax_by_row_mean,
    ],
}
