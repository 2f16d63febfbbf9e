"""What a check says to wrong answers of learners: each of these once got a message that did not help."""

import linecache
import textwrap
from dataclasses import dataclass

import numpy as np
import proof
import pytest

from backprop_lib.checks import check
from backprop_lib.checks.exercise import EXERCISES

SEED = 5


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, the words that its message has to hold, and words that it must not hold."""

    exercise: str
    what: str
    source: str
    says: tuple
    silent: tuple = ()


def tape_walk(leaf="pass", source="inputs[0]", summed="g * np.ones(inputs[0].shape)", add="grads[source] + share"):
    """Return the source of 09.mended, right but for what is given."""
    return f"""
        def mended(tape, values):
            grads = [np.zeros(value.shape) for value in values]
            grads[-1] = np.ones(values[-1].shape)
            for line in reversed(range(len(tape))):
                name, *sources = tape[line]
                g = grads[line]
                inputs = [values[source] for source in sources]
                shares = []
                if name == "leaf":
                    {leaf}
                elif name == "@":
                    a, b = inputs
                    shares = [g @ b.T, a.T @ g]
                elif name == "bias":
                    shares = [g, g.sum(axis=0)]
                elif name == "*":
                    a, b = inputs
                    shares = [g * b, g * a]
                elif name == "relu":
                    shares = [g * ({source} > 0)]
                elif name == "sum":
                    shares = [{summed}]
                for source, share in zip(sources, shares, strict=True):
                    grads[source] = {add}
            return grads
        """


ANSWERS = (
    Wrong(
        "05.backward",
        "the layers are counted",
        """
        def backward(weights, functions, z, a, y):
            grad_a = (a[-1] - y) / len(weights)
            dW, db = [], []
            for W, f, here, a_prev in zip(weights[::-1], functions[::-1], z[::-1], a[-2::-1]):
                delta = grad_a * f.derivative(here)
                dW.insert(0, a_prev.T @ delta)
                db.insert(0, delta.sum(axis=0))
                grad_a = delta @ W.T
            return dW, db
        """,
        ("Recognized: The layers are counted",),
        ("n/k",),
    ),
    Wrong(
        "05.backward",
        "the whole list z",
        """
        def backward(weights, functions, z, a, y):
            grad_a = (a[-1] - y) / len(y)
            return [grad_a * functions[-1].derivative(z)], []
        """,
        ("such as `z[0]`",),
        ("keep them in a list",),
    ),
    Wrong(
        "05.layer_gradients",
        "Python's own sum with a direction",
        """
        def layer_gradients(a_prev, delta):
            return a_prev.T @ delta, sum(delta, 1)
        """,
        ("The sum of db begins with 1",),
    ),
    Wrong(
        "05.layer_gradients",
        "an outer product of tables",
        """
        def layer_gradients(a_prev, delta):
            return np.outer(a_prev, delta), delta.sum(axis=0)
        """,
        ("`np.outer` takes each of its two tables for one long row",),
    ),
    Wrong(
        "05.layer_gradients",
        "transpose without parentheses",
        """
        def layer_gradients(a_prev, delta):
            return a_prev.transpose @ delta, delta.sum(axis=0)
        """,
        ("Does a function stand there without its parentheses",),
    ),
    Wrong(
        "05.layer_gradients",
        "sizes that are no tuple",
        """
        def layer_gradients(a_prev, delta):
            dW = np.zeros(a_prev.shape[1], delta.shape[1])
            return dW, delta.sum(axis=0)
        """,
        ("as one tuple",),
    ),
    Wrong(
        "05.layer_gradients",
        "a shape that is called",
        """
        def layer_gradients(a_prev, delta):
            return a_prev.T @ delta / delta.shape(0), delta.sum(axis=0)
        """,
        ("`y.shape[0]`",),
    ),
    Wrong(
        "05.hidden_delta_again",
        "a mask as an index",
        """
        def hidden_delta_again(delta_next, W_next, z, function):
            return (delta_next @ W_next.T)[z > 0]
        """,
        ("picked with a mask",),
    ),
    Wrong(
        "05.hidden_delta_again",
        "a function of another language",
        """
        def hidden_delta_again(delta_next, W_next, z, function):
            return (delta_next @ W_next.T) * function.derivative(z) / length(z)
        """,
        ("Python writes `length` as `len`",),
    ),
    Wrong(
        "05.hidden_delta_again",
        "an index past the end of an array",
        """
        def hidden_delta_again(delta_next, W_next, z, function):
            return delta_next[:, delta_next.shape[1]]
        """,
        ("its indices go from 0 to",),
    ),
    Wrong(
        "04.mended",
        "one number for each sample",
        """
        def mended(z, y):
            e = np.exp(z - z.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            delta = np.zeros_like(p)
            for s in range(len(y)):
                J = np.diag(p[s]) - np.outer(p[s], p[s])
                delta[s] = (-y[s] / p[s] / len(y) @ J).sum()
            return delta, p
        """,
        (),
        ("-0.000 times", "Multiply first"),
    ),
    Wrong(
        "03.cross_entropy_delta",
        "np.where computes both branches",
        """
        def cross_entropy_delta(z, y):
            p = np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
            return (p - y) / len(y)
        """,
        ("computes both of its branches",),
    ),
    Wrong(
        "03.cross_entropy_delta",
        "if on an array",
        """
        def cross_entropy_delta(z, y):
            if z >= 0:
                p = 1 / (1 + np.exp(-z))
            else:
                p = np.exp(z) / (1 + np.exp(z))
            return (p - y) / len(y)
        """,
        ("`if` needs a single one", "np.where"),
    ),
    Wrong(
        "03.cross_entropy_delta",
        "1/n missing behind an overflow",
        """
        def cross_entropy_delta(z, y):
            return 1 / (1 + np.exp(-z)) - y
        """,
        ("Summed where the loss averages", "7.000 times"),
    ),
    Wrong(
        "03.half_mse_again",
        "keepdims where one number is expected",
        """
        def half_mse_again(y_hat, y):
            return np.sum((y_hat - y) ** 2, axis=0, keepdims=True) / (2 * len(y))
        """,
        ("expected a single number",),
        ("expected ()",),
    ),
    Wrong(
        "03.half_mse_again",
        "two values where one is expected",
        """
        def half_mse_again(y_hat, y):
            C = np.sum((y_hat - y) ** 2) / (2 * len(y))
            return C, 0.0
        """,
        ("several values come back; hand back `C` alone",),
    ),
    Wrong(
        "03.one_sample",
        "rounded",
        "one_sample = {'y_hat': 0.85, 'y': 0, 'n': 7, 'squared': 0.0155, 'crossed': 0.85 / 7}",
        ("Your `squared` is close, but rounded",),
        ("wrong sign",),
    ),
    Wrong(
        "03.one_sample",
        "two wrong numbers",
        "one_sample = {'y_hat': 0.85, 'y': 1, 'n': 7, 'squared': 3.5, 'crossed': 4.5}",
        ("Not yet right: squared, crossed", "Your `squared` is 3.5", "Your `crossed` is 4.5"),
    ),
    Wrong(
        "03.one_sample",
        "the square is not differentiated",
        "one_sample = {'y_hat': 0.3, 'y': 1, 'n': 7, 'squared': (0.3 - 1) ** 2 / 7 * 0.3 * 0.7, "
        "'crossed': (0.3 - 1) / 7}",
        ("The square is not differentiated",),
        ("wrong sign;",),
    ),
    Wrong(
        "05.layer_gradients",
        "a product whose sizes do not meet",
        """
        def layer_gradients(a_prev, delta):
            return a_prev @ delta, delta.sum(axis=0)
        """,
        ("`a_prev` is (7, 4) and `delta` is (7, 3)", "The inner sizes have to be equal"),
        ("gufunc",),
    ),
    Wrong(
        "05.one_step",
        "an order whose product fails",
        "one_step = 'E F H B D A'",
        ("in the product `delta2 @ W2`",),
        ("gufunc",),
    ),
    Wrong(
        "03.sigmoid_delta",
        "@ for *",
        """
        def sigmoid_delta(z, y):
            a = 1 / (1 + np.exp(-z))
            return ((a - y) / len(y)) @ (a * (1 - a))
        """,
        ("That product is written `*`",),
    ),
    Wrong(
        "05.layer_gradients",
        "* for @",
        """
        def layer_gradients(a_prev, delta):
            return a_prev.T * delta, delta.sum(axis=0)
        """,
        ("the matrix product is written `@`",),
    ),
    Wrong(
        "05.backward",
        "an index below 0",
        """
        def backward(weights, functions, z, a, y):
            delta = (a[-1] - y) / len(y) * functions[-1].derivative(z[-1])
            dW, db = [], []
            for layer in range(len(weights) - 1, -1, -1):
                dW.insert(0, a[layer].T @ delta)
                db.insert(0, delta.sum(axis=0))
                delta = delta @ weights[layer].T * functions[layer - 1].derivative(z[layer - 1])
            return dW, db
        """,
        ("has a negative index there, and Python counts that from the end of the list",),
    ),
    Wrong(
        "06.updated",
        "arithmetic with lists",
        """
        def updated(parameters, gradients, learning_rate):
            return parameters - learning_rate * gradients
        """,
        ("take its entries one by one",),
    ),
    Wrong(
        "06.one_epoch",
        "the answer to another exercise that was not run",
        """
        def one_epoch(W, b, X, y, order, batch_size, learning_rate):
            for rows in batches(order, batch_size):
                pass
        """,
        ("`batches` is the answer to another exercise of this notebook: run its cell first",),
    ),
    Wrong(
        "05.backward",
        "too few entries",
        """
        def backward(weights, functions, z, a, y):
            delta = (a[-1] - y) / len(y) * functions[-1].derivative(z[-1])
            return [a[-2].T @ delta], [delta.sum(axis=0)]
        """,
        ("1 entry, 3 were expected",),
        ("Right: `dW[0]`",),
    ),
    Wrong(
        "01.chain_slope",
        "Nothing is returned",
        """
        def chain_slope(functions, x):
            print(2 * x)
        """,
        ("Nothing is returned", "chapter 01"),
        ("chapter 07",),
    ),
    Wrong(
        "05.hidden_delta_again",
        "the function where its slope belongs",
        """
        def hidden_delta_again(delta_next, W_next, z, function):
            return delta_next @ W_next.T * function(z)
        """,
        ("The function where its slope belongs",),
    ),
    Wrong(
        "05.hidden_delta_again",
        "the mask of the ReLU",
        """
        def hidden_delta_again(delta_next, W_next, z, function):
            return delta_next @ W_next.T * (z > 0)
        """,
        ("The mask of the ReLU for every function",),
    ),
    Wrong(
        "05.backward",
        "a list turned round in place",
        """
        def backward(weights, functions, z, a, y):
            weights.reverse()
            dW, db = [], []
            delta = (a[-1] - y) / len(y) * functions[-1].derivative(z[-1])
            for i, W in enumerate(weights):
                layer = len(weights) - 1 - i
                dW.insert(0, a[layer].T @ delta)
                db.insert(0, delta.sum(axis=0))
                if layer:
                    delta = delta @ W.T * functions[layer - 1].derivative(z[layer - 1])
            return dW, db
        """,
        ("for a list that is turned round",),
    ),
    Wrong(
        "05.backward",
        "db summed over the units",
        """
        def backward(weights, functions, z, a, y):
            grad_a, dW, db = (a[-1] - y) / len(y), [], []
            for layer in reversed(range(len(weights))):
                delta = grad_a * functions[layer].derivative(z[layer])
                dW.insert(0, a[layer].T @ delta)
                db.insert(0, delta.sum(axis=1))
                grad_a = delta @ weights[layer].T
            return dW, db
        """,
        ("db is summed over the wrong axis",),
    ),
    Wrong(
        "04.mended",
        "an axis dropped by a sum",
        """
        def mended(z, y):
            e = np.exp(z - z.max(axis=1))
            return e
        """,
        ("counts as a row", "keepdims=True", "samples in columns"),
    ),
    Wrong(
        "10.accuracy",
        "max for argmax",
        """
        def accuracy(logits, labels):
            return np.mean(logits.max(axis=1) == labels)
        """,
        (),
        ("argmax without an axis",),
    ),
    Wrong(
        "05.one_step",
        "a wrong line that changes nothing",
        "one_step = 'E F G C B D A'",
        ("the same without line G",),
    ),
    Wrong(
        "10.softmax_again",
        "one shift for the whole table",
        """
        def softmax_again(logits):
            e = np.exp(logits - logits.max())
            return e / e.sum(axis=1, keepdims=True)
        """,
        ("not yet right",),
    ),
    Wrong(
        "10.sample_delta",
        "a bracket forgotten",
        "e = [np.exp(v) for v in (1.5, -0.7, 0.4)]\n"
        "sample_delta = {'z_0': 1.5, 'z_1': -0.7, 'z_2': 0.4, 'delta_0': e[0] / sum(e), "
        "'delta_1': e[1] / sum(e) - 1 / 4, 'delta_2': e[2] / sum(e)}",
        ("Only the target is divided",),
    ),
    Wrong(
        "07.relative_error",
        "norm without its module",
        """
        def relative_error(given, expected, floor):
            return norm(given - expected) / max(norm(given), norm(expected), floor)
        """,
        ("`np.linalg.norm`",),
    ),
    Wrong(
        "02.layer",
        "one array where two are expected",
        """
        def layer(a_prev, W, b):
            return np.maximum(a_prev @ W + b, 0)
        """,
        ("An array of the shape (7, 3) came back where z and a were expected",),
        ("7 values",),
    ),
    Wrong(
        "02.forward",
        "the place of a layer looked up by its function",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for f in functions:
                i = functions.index(f)
                z.append(a[-1] @ weights[i] + biases[i])
                a.append(f(z[-1]))
            return z, a
        """,
        (),
    ),
    Wrong(
        "02.forward",
        "lists that are cleared at each call",
        """
        z, a = [], []
        def forward(weights, biases, functions, X):
            z.clear(), a.clear()
            a.append(X)
            for W, b, f in zip(weights, biases, functions):
                z.append(a[-1] @ W + b)
                a.append(f(z[-1]))
            return z, a
        """,
        ("A later call replaces what an earlier one returned",),
    ),
    Wrong(
        "02.forward",
        "(n,) for (n, 1)",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for W, b, f in zip(weights, biases, functions):
                z.append((a[-1] @ W + b).squeeze())
                a.append(f(z[-1]))
            return z, a
        """,
        ("has the shape (4,), expected (4, 1)",),
    ),
    Wrong(
        "02.forward",
        "functions in the wrong order, wrong from layer 1 on",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for W, b, f in zip(weights, biases, reversed(functions)):
                z.append(a[-1] @ W + b)
                a.append(f(z[-1]))
            return z, a
        """,
        ("from the input to the output: a[1]",),
    ),
    Wrong(
        "02.forward",
        "parentheses for brackets",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for i in range(len(weights)):
                z.append(a[i] @ weights[i] + biases[i])
                a.append(functions(i)(z[i]))
            return z, a
        """,
        ("picked with square brackets",),
        ("no arithmetic",),
    ),
    Wrong(
        "02.forward",
        "what append gives",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for W, b, f in zip(weights, biases, functions):
                z = z.append(a[-1] @ W + b)
                a = a.append(f(z[-1]))
            return z, a
        """,
        ("change a list in place and give None",),
    ),
    Wrong(
        "02.layer",
        "a ReLU with a ceiling",
        """
        def layer(a_prev, W, b):
            z = a_prev @ W + b
            return z, np.clip(z, 0, 10)
        """,
        ("The first wrong one: a",),
    ),
    Wrong(
        "02.mended",
        "the loop unmended and the mean over all entries halved",
        """
        def mended(weights, biases, X, y):
            z, a = [], X
            for W, b in zip(weights, biases):
                z.append(a @ W + b)
                a = z[-1]
                if len(z) < len(weights):
                    a[a < 0] = 0
            return z, np.mean((a - y) ** 2) / 2
        """,
        ("the outputs are averaged too",),
    ),
    Wrong(
        "02.mended",
        "the outputs averaged",
        """
        def mended(weights, biases, X, y):
            z, a = [], X
            for W, b in zip(weights, biases):
                z.append(a @ W + b)
                a = np.maximum(z[-1], 0)
            return z, np.mean((z[-1] - y) ** 2) / 2
        """,
        ("1/k is 0.2",),
        ("every layer", "1/n"),
    ),
    Wrong(
        "01.mended",
        "the size of z",
        """
        def mended(z, w_out, b_out, y):
            return np.sum((w_out * z**2 + b_out - y) * w_out) * 2 * abs(z)
        """,
        (),
    ),
    Wrong(
        "01.chain_slope",
        "the sizes of the slopes",
        """
        def chain_slope(functions, x):
            slope = 1.0
            for f in functions:
                slope *= abs(f.derivative(x))
                x = f(x)
            return slope
        """,
        (),
    ),
    Wrong(
        "01.chain_slope",
        "the sizes of the values",
        """
        def chain_slope(functions, x):
            slope = 1.0
            for f in functions:
                slope *= f.derivative(x)
                x = abs(f(x))
            return slope
        """,
        (),
    ),
    Wrong(
        "01.used_twice",
        "numbers with which half a square is the number itself",
        "used_twice = {'w': 3, 'x': 2, 'b': 0.5, 'y': 17.5, 'C': 19.5 - 17.5, 'dC_dw': (19.5 - 17.5) * (6.5 + 6)}",
        ("a − y is 0, ±1 or ±2",),
    ),
    Wrong(
        "01.used_twice",
        "numbers with which w squared is 2w",
        "used_twice = {'w': 2, 'x': 3, 'b': 0.5, 'y': 4, 'C': 0.5 * (13 - 4) ** 2, 'dC_dw': (13 - 4) * (4 * 3 + 0.5)}",
        ("w² and 2w are the same",),
    ),
    Wrong(
        "04.hidden_delta",
        "a gate that opens too late",
        """
        def hidden_delta(delta_next, W_next, z):
            grad_a = delta_next @ W_next.T
            return grad_a * (z > 1e-3), grad_a
        """,
        (),
    ),
    Wrong(
        "02.layer",
        "the results in another order",
        """
        def layer(a_prev, W, b):
            z = a_prev @ W + b
            return np.maximum(z, 0), z
        """,
        ("The results come back in another order", "`z, a`"),
    ),
    Wrong(
        "02.layer",
        "a whole row into a place for one number",
        """
        def layer(a_prev, W, b):
            z = np.zeros(W.shape[1])
            for j in range(W.shape[1]):
                for i in range(W.shape[0]):
                    z[j] += a_prev[i] * W[i, j]
            return z + b, np.maximum(z + b, 0)
        """,
        ("The place on the left holds one number",),
    ),
    Wrong(
        "04.all_deltas",
        "the arguments in another order",
        """
        def all_deltas(weights, functions, z, delta):
            deltas = [delta]
            for i in range(len(weights) - 1, 0, -1):
                delta = delta @ weights[i].T * functions[i - 1].derivative(z[i - 1])
                deltas.insert(0, delta)
            return deltas
        """,
        ("The arguments stand in another order", "`all_deltas(delta, weights, functions, z)`"),
        ("IndexError",),
    ),
    Wrong(
        "09.walk_back",
        "an array of integers",
        """
        def walk_back(sources, slopes):
            grads = np.zeros(len(sources), dtype=int)
            grads[-1] = 1
            for i in reversed(range(len(sources))):
                for j, s in enumerate(sources[i]):
                    grads[s] += grads[i] * slopes[i][j]
            return grads
        """,
        ("integers have nothing behind the point",),
        ("numbers were expected",),
    ),
    Wrong(
        "09.walk_back",
        "the same share once, by a set",
        """
        def walk_back(sources, slopes):
            grads = [0.0] * len(sources)
            grads[-1] = 1.0
            for i in reversed(range(len(sources))):
                for s, k in sorted(set(zip(sources[i], slopes[i]))):
                    grads[s] += grads[i] * k
            return grads
        """,
        ("counted once",),
    ),
    Wrong(
        "09.walk_back",
        "the walk ends at the first leaf",
        """
        def walk_back(sources, slopes):
            grads = [0.0] * len(sources)
            grads[-1] = 1.0
            for i in reversed(range(len(sources))):
                if not sources[i]:
                    break
                for s, k in zip(sources[i], slopes[i]):
                    grads[s] += grads[i] * k
            return grads
        """,
        ("a leaf in the middle: sources [[], [0, 0], [], [1, 2]]",),
    ),
    Wrong(
        "09.walk_back",
        "a dict without the line that nothing uses",
        """
        def walk_back(sources, slopes):
            grads = {len(sources) - 1: 1.0}
            for i in reversed(range(len(sources))):
                for s, k in zip(sources[i], slopes[i]):
                    grads[s] = grads.get(s, 0.0) + grads.get(i, 0.0) * k
            return grads
        """,
        ("no number for line 6",),
    ),
    Wrong("09.mended", "the line before for the source", tape_walk(source="values[line - 1]"), ()),
    Wrong("09.mended", "a name left over from another branch", tape_walk(source="a"), ()),
    Wrong("09.mended", "the walk ends at the first leaf", tape_walk(leaf="break"), ()),
    Wrong(
        "09.mended",
        "a share is kept and added to in place",
        tape_walk(add="share if not grads[source].any() else np.add(grads[source], share, out=grads[source])"),
        ("a value that a product and a bias use",),
    ),
    Wrong(
        "09.mended",
        "the gradient lost at a sum",
        tape_walk(summed="np.ones(inputs[0].shape)"),
        ("The gradient that arrives at the sum is lost",),
    ),
    Wrong(
        "09.stretched_gradient",
        "one direction of size 1 alone",
        """
        def stretched_gradient(g, a):
            while g.ndim > a.ndim:
                g = g.sum(axis=0)
            for i, size in enumerate(a.shape):
                if size == 1:
                    g = g.sum(axis=i, keepdims=True)
                    break
            return g
        """,
        ("a of shape (1, 1)",),
    ),
    Wrong(
        "09.layer_shares",
        "db as a column",
        """
        def layer_shares(a_prev, W, delta):
            return delta @ W.T, a_prev.T @ delta, delta.sum(axis=0).reshape(-1, 1)
        """,
        ("has the shape (3, 1), expected (3,)",),
    ),
    Wrong(
        "04.all_deltas",
        "what reverse gives is returned",
        """
        def all_deltas(delta, weights, functions, z):
            deltas = [delta]
            for i in range(len(weights) - 1, 0, -1):
                delta = delta @ weights[i].T * functions[i - 1].derivative(z[i - 1])
                deltas.append(delta)
            return deltas.reverse()
        """,
        ("`reverse` or `append`",),
    ),
    Wrong(
        "04.hidden_delta",
        "right by chance in some settings",
        """
        def hidden_delta(delta_next, W_next, z):
            grad_a = delta_next @ W_next.T
            return grad_a * (z >= 0), grad_a
        """,
        ("Right in 3 of 4 settings", "in all 4 settings, also where they are right"),
    ),
    Wrong(
        "04.output_delta_again",
        "a caret for a power",
        """
        def output_delta_again(z, y):
            return 2 * (np.tanh(z) - y) / len(y) * (1 - np.tanh(z) ^ 2)
        """,
        ("a power is written `**`",),
    ),
    Wrong(
        "04.output_delta_again",
        "a method of another library",
        """
        def output_delta_again(z, y):
            return 2 * (z.tanh() - y) / len(y) * (1 - z.tanh() ** 2)
        """,
        ("`np.tanh(...)`",),
    ),
    Wrong(
        "09.walk_back",
        "a queue",
        """
        def walk_back(sources, slopes):
            grads = [0.0] * len(sources)
            grads[-1] = 1.0
            queue, seen = [len(sources) - 1], {len(sources) - 1}
            while queue:
                i = queue.pop(0)
                for s, k in zip(sources[i], slopes[i]):
                    grads[s] += grads[i] * k
                    if s not in seen:
                        seen.add(s)
                        queue.append(s)
            return grads
        """,
        ("A line has its turn before all its shares have arrived",),
    ),
    Wrong(
        "09.stretched_gradient",
        "the word of another library",
        """
        def stretched_gradient(g, a):
            return g.sum(dim=0)
        """,
        ("NumPy's word for a direction is `axis`",),
    ),
    Wrong(
        "09.layer_shares",
        "the first sample alone",
        """
        def layer_shares(a_prev, W, delta):
            return delta @ W.T, np.outer(a_prev[0], delta[0]), delta[0]
        """,
        ("The first sample alone",),
    ),
    Wrong(
        "01.central_difference",
        "the size of the slope",
        """
        def central_difference(f, x, h):
            return abs(f(x + h) - f(x - h)) / (2 * h)
        """,
        ("The sign is lost",),
    ),
    Wrong(
        "01.central_difference",
        "rounded",
        """
        def central_difference(f, x, h):
            return round(float((f(x + h) - f(x - h)) / (2 * h)), 4)
        """,
        ("It is the right one, rounded",),
    ),
    Wrong(
        "01.central_difference",
        "text",
        """
        def central_difference(f, x, h):
            return str((f(x + h) - f(x - h)) / (2 * h))
        """,
        ("is text", "a number was expected"),
    ),
    Wrong(
        "01.chain_slope",
        "a method that is not called",
        """
        def chain_slope(functions, x):
            slope = 1.0
            for f in functions:
                slope *= f.derivative
                x = f(x)
            return slope
        """,
        ("without its parentheses",),
    ),
    Wrong(
        "01.used_twice",
        "numbers with which dC/da is the slope",
        "used_twice = {'w': 0.5, 'x': 3, 'b': -2, 'y': 4, 'C': 0.5 * 4.25**2, 'dC_dw': -4.25}",
        ("“The slope stops at a”",),
        ("no two alike",),
    ),
    Wrong(
        "01.used_twice",
        "another sign and another size",
        "used_twice = {'w': -2, 'x': 3, 'b': 0.5, 'y': 4, 'C': 0.5 * (11 - 4) ** 2, 'dC_dw': 3.5}",
        ("neither its size nor its sign",),
    ),
    Wrong(
        "01.composed",
        "numbers for letters",
        "composed = [6, 3, 8, 5, 9, 1]",
        ("the letters of the lines were expected",),
        ("A B C D E F G H I",),
    ),
    Wrong(
        "01.used_twice",
        "numbers as text",
        "used_twice = {'w': 3, 'x': 2, 'b': 0.5, 'y': 4, 'C': '0.5*(19.5-4)**2', 'dC_dw': (19.5 - 4) * (6.5 + 3 * 2)}",
        ("leave the quotation marks out",),
    ),
    Wrong(
        "01.chain_slope",
        "every slope at x",
        """
        def chain_slope(functions, x):
            slope = 1
            for f in functions:
                slope *= f.derivative(x)
            return slope
        """,
        ("Every slope is taken at x", "expected"),
        ("times the expected one",),
    ),
    Wrong(
        "02.forward",
        "the last layer's arrays for the lists",
        """
        def forward(weights, biases, functions, X):
            a = X
            for W, b, f in zip(weights, biases, functions):
                z = a @ W + b
                a = f(z)
            return z, a
        """,
        ("`z` is an array of the shape (7, 3); a list of 3 with an array for each layer was expected",),
        ("7 entries",),
    ),
    Wrong(
        "02.forward",
        "a place that the list does not have",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for i in range(len(weights)):
                z[i] = a[i] @ weights[i] + biases[i]
            return z, a
        """,
        ("`append` adds a place",),
    ),
    Wrong(
        "02.used_twice_again",
        "a number that is no plain multiple",
        """
        def used_twice_again(x):
            return 9 * x**2 + 2
        """,
        ("by nudging",),
        ("times the expected one",),
    ),
    Wrong(
        "02.layer",
        "a function that NumPy does not have",
        """
        def layer(a_prev, W, b):
            z = a_prev @ W + b
            return z, np.relu(z)
        """,
        ("NumPy has no `relu`",),
    ),
    Wrong(
        "02.layer",
        "np.maximum of one array",
        """
        def layer(a_prev, W, b):
            z = a_prev @ W + b
            return z, np.maximum(z)
        """,
        ("hand over both",),
    ),
    Wrong(
        "02.layer",
        "* for @, factors exchanged",
        """
        def layer(a_prev, W, b):
            z = W * a_prev + b
            return z, np.maximum(z, 0)
        """,
        ("Is an index that both have to be summed away?",),
    ),
    Wrong(
        "02.forward",
        "a loop over a number",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for i in len(weights):
                z.append(a[i] @ weights[i] + biases[i])
                a.append(functions[i](z[i]))
            return z, a
        """,
        ("`range` of a number",),
    ),
    Wrong(
        "02.forward",
        "indices that count from 1",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for i in range(1, len(weights) + 1):
                z.append(a[-1] @ weights[i] + biases[i])
                a.append(functions[i](z[-1]))
            return z, a
        """,
        ("`weights` has the length 1: its only index is 0, and the index was 1.",),
    ),
    Wrong(
        "02.forward",
        "a list that is still empty",
        """
        def forward(weights, biases, functions, X):
            z, a = [], []
            for W, b, f in zip(weights, biases, functions):
                z.append(a[-1] @ W + b)
                a.append(f(z[-1]))
            return z, a
        """,
        ("`a` is still empty there",),
    ),
    Wrong(
        "02.forward",
        "two names of one list",
        """
        def forward(weights, biases, functions, X):
            z = a = [X]
            for W, b, f in zip(weights, biases, functions):
                z.append(a[-1] @ W + b)
                a.append(f(z[-1]))
            return z, a
        """,
        ("are they two names of one list?",),
    ),
    Wrong(
        "02.forward",
        "rows as entries",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for W, b, f in zip(weights, biases, functions):
                z += list(a[-1] @ W + b)
                a.append(f(a[-1] @ W + b))
            return z, a
        """,
        ("`append` puts in one array",),
    ),
    Wrong(
        "02.forward",
        "a function that is not called",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            x = X
            for W, b, f in zip(weights, biases, functions):
                z.append(x @ W + b)
                x = f(z[-1])
                a.append(f)
            return z, a
        """,
        ("`a[1]` is a function that is not called",),
    ),
    Wrong(
        "02.forward",
        "entries for places",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for i in weights:
                z.append(a[-1] @ weights[i] + biases[i])
                a.append(functions[i](z[-1]))
            return z, a
        """,
        ("An index is the number of a place",),
    ),
    Wrong(
        "02.forward",
        "two names for three",
        """
        def forward(weights, biases, functions, X):
            z, a = [], [X]
            for W, b in zip(weights, biases, functions):
                z.append(a[-1] @ W + b)
                a.append(f(z[-1]))
            return z, a
        """,
        ("As many names have to stand on the left",),
    ),
    Wrong(
        "02.mended",
        "an array that is called",
        """
        def mended(weights, biases, X, y):
            return [X(0)], 0.0
        """,
        ("Parentheses after an array call it",),
    ),
    Wrong(
        "04.hidden_delta",
        "grad_a turned round",
        """
        def hidden_delta(delta_next, W_next, z):
            grad_a = W_next @ delta_next.T
            return grad_a * (z > 0), grad_a
        """,
        ("One of the two is turned round",),
        ("the matrix product is written",),
    ),
    Wrong(
        "04.hidden_delta",
        "a comparison without parentheses",
        """
        def hidden_delta(delta_next, W_next, z):
            grad_a = delta_next @ W_next.T
            return grad_a * z > 0, grad_a
        """,
        ("It holds True and False only",),
    ),
    Wrong(
        "04.mended",
        "a table into a row",
        """
        def mended(z, y):
            p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            delta = np.zeros_like(p)
            for s in range(len(y)):
                delta[s] = p[s] * (np.diag(p[s]) - np.outer(p[s], p[s]))
            return delta, p
        """,
        ("The place on the left has the shape (3,), and what stands on the right has the shape (3,3).",),
    ),
    Wrong(
        "08.starting_scale",
        "a condition that is always true",
        """
        def starting_scale(n_in, n_out, before):
            if before == "relu" or "leaky_relu" or "elu":
                return np.sqrt(2 / n_in)
            return np.sqrt(2 / (n_in + n_out))
        """,
        ("A condition that is always true",),
    ),
)


def said(wrong):
    """Return the verdict on an answer that stands in a cell of its own, whose lines can be looked up."""
    source, scope = textwrap.dedent(wrong.source), {"np": np}
    file = f"<cell of {wrong.exercise}, {wrong.what}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), scope)
    return proof.verdict_on(wrong.exercise, scope[wrong.exercise.partition(".")[2]], SEED)[0]


@pytest.mark.parametrize("wrong", ANSWERS, ids=lambda wrong: f"{wrong.exercise}: {wrong.what}")
def test_the_message_helps(wrong):
    verdict = said(wrong)
    assert verdict.status == "not yet right"
    for words in wrong.says:
        assert words in verdict.text, verdict.text
    for words in wrong.silent:
        assert words not in verdict.text, verdict.text


def test_no_link_of_a_message_leads_past_the_chapter_of_its_notebook():
    """An argument that is changed in place is a matter of chapter 05; a notebook before it links to its own."""
    wrong = Wrong(
        "03.half_mse_again",
        "in place",
        """
        def half_mse_again(y_hat, y):
            y_hat -= y
            y_hat += y
            y_hat[0, 0] = 7
            return np.sum((y_hat - y) ** 2) / (2 * len(y))
        """,
        (),
    )
    assert all(section.link is None or section.link[1] <= "03_z" for section in said(wrong).sections)


def test_the_walk_from_which_these_answers_are_made_is_right():
    assert said(Wrong("09.mended", "nothing", tape_walk(), ())).right


def test_a_slope_that_was_measured_is_right_and_told_to_be_measured():
    source = """
    def chain_slope(functions, x):
        def end(x):
            for f in functions:
                x = f(x)
            return x
        return (end(x + 1e-6) - end(x - 1e-6)) / 2e-6
    """
    verdict = said(Wrong("01.chain_slope", "nudged", source, ()))
    assert verdict.right
    assert "it was measured by a nudge" in verdict.text


def test_open_dots_are_told_with_their_line():
    source = """
    def layer(a_prev, W, b):
        z = ...  # (n, n_out)
        a = np.maximum(z, 0)
        return z, a
    """
    verdict = said(Wrong("02.layer", "three dots", source, ()))
    assert verdict.status == "not attempted"
    assert "in the line `z = ...`." in verdict.text


@pytest.mark.parametrize(
    ("exercise", "numbers", "words"),
    [
        ("05.two_samples", {"x_1": 2.0, "x_2": 2.0, "delta_1": 0.3, "delta_2": 0.5}, "`x_1` and `x_2` are alike"),
        ("05.two_samples", {"x_1": 1.0, "x_2": 2.0, "delta_1": 0.3, "delta_2": 0.5}, "`x_1` is 1"),
        ("05.two_samples", {"x_1": (0, 5), "x_2": 2.0, "delta_1": 0.3, "delta_2": 0.7}, "written with a point"),
        ("01.used_twice", {"w": 3.0, "x": 3.0, "b": 0.5, "y": 7.0}, "The inner slope is w instead of x"),
        ("01.used_twice", {"w": 1500.0, "x": 3.0, "b": 0.5, "y": 7.0}, "between 0.001 and 1000"),
    ],
)
def test_own_numbers_that_prove_nothing_are_not_taken(exercise, numbers, words):
    exercise = EXERCISES[exercise]
    results = dict.fromkeys(exercise.returns, 1.0)
    assert words in check(exercise.name, numbers | results).text


@pytest.mark.parametrize(
    ("exercise", "numbers"),
    [
        ("05.two_samples", {"x_1": 0.02, "x_2": 2.0, "delta_1": 0.01, "delta_2": 0.5}),
        ("01.used_twice", {"w": 3.0, "x": 0.02, "b": 0.5, "y": 7.0}),
    ],
)
def test_small_numbers_of_ones_own_are_taken(exercise, numbers):
    exercise = EXERCISES[exercise]
    results = dict(zip(exercise.returns, exercise.reference(**numbers), strict=True))
    assert check(exercise.name, numbers | results).right
