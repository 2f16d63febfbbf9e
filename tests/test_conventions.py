"""The convention card of chapter 00: each conversion it prints is read from the chapter, run, and compared.

Each source's backward pass is written here in that source's own notation, from its own loss, and is itself checked
against HIPS autograd before anything is converted.
"""

import re
from dataclasses import dataclass

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from repository import ROOT

from backprop_lib import Network

CARD = (ROOT / "chapters" / "00_start_here.md").read_text(encoding="utf-8")
COLUMNS = ["source", "a layer there", "its loss", "what is called δ there", "our `delta`", "our `dW`", "our `db`"]
SIZES, N = (3, 5, 4, 3), 7


def translation_table(text):
    """Return the rows of the translation table: the source's short name and the code of the last three columns."""
    start = text.index("| " + " | ".join(COLUMNS) + " |")
    rows = {}
    for line in text[start:].split("\n\n")[0].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == len(COLUMNS), line
        name = re.match(r"\**(?:Dive into Deep Learning|[A-Z][A-Za-z0-9]+)", cells[0]).group().strip("*")
        rows[name] = [re.fullmatch(r"`(.+)`", cell).group(1) if cell != "none" else None for cell in cells[4:]]
    return rows


TABLE = translation_table(CARD)


def our_network(loss, sizes=SIZES, biases=True):
    rng = np.random.default_rng(3)
    network = Network(sizes, hidden="tanh", loss=loss, rng=rng)
    for b in network.biases:
        b[...] = rng.normal(0, 0.3, b.shape) if biases else 0
    X = rng.normal(size=(N, sizes[0]))
    if loss == "softmax_cross_entropy":
        y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], N)]
    elif loss == "binary_cross_entropy":
        y = rng.integers(0, 2, (N, sizes[-1])).astype(float)
    else:
        y = rng.normal(size=(N, sizes[-1]))
    return network, X, y


def tanh_slope(z):
    return 1 - np.tanh(z) ** 2


def walk_columns(weights, biases, X, error_at_output):
    """Return the inputs of the layers and dC/dz of each layer, a sample in each column."""
    inputs, zs = [X.T], []
    for w, b in zip(weights, biases, strict=True):
        zs.append(w @ inputs[-1] + b)
        inputs.append(np.tanh(zs[-1]))
    errors = [error_at_output(zs[-1])]
    for w, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        errors.insert(0, (w.T @ errors[0]) * tanh_slope(z))
    return inputs[:-1], errors


def as_columns(network):
    return [W.T.copy() for W in network.weights], [b[:, None].copy() for b in network.biases]


@dataclass
class Source:
    """One source: which of our losses stands beside its own, its own loss, and what it computes for each layer."""

    ours: str
    loss: object  # (weights in its layout, biases in its layout, X, y) -> number, for HIPS autograd
    layout: object  # network -> (weights, biases) as that source keeps them
    backward: object  # (weights, biases, X, y) -> one dict of names a layer
    gradient_of_its_loss: object  # one dict of a layer -> (dC/dW, dC/db) of its own loss, in its own layout
    biases: bool = True
    sizes: tuple = SIZES


def columns_output(weights, biases, X):
    a = X.T
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        a = anp.tanh(w @ a + b)
    return weights[-1] @ a + biases[-1]


def rows_output(weights, biases, X):
    a = X
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        a = anp.tanh(a @ W + b)
    return a @ weights[-1] + biases[-1]


def nielsen(weights, biases, X, y):
    inputs, deltas = walk_columns(weights, biases, X, lambda z: z - y.T)
    return [
        {"delta": d, "nabla_w": d @ a.T, "nabla_b": d.sum(axis=1, keepdims=True), "n": len(X)}
        for a, d in zip(inputs, deltas, strict=True)
    ]


def cs231n(weights, biases, X, y):
    inputs, zs = [X], []
    for W, b in zip(weights, biases, strict=True):
        zs.append(inputs[-1].dot(W) + b)
        inputs.append(np.tanh(zs[-1]))
    scores = np.exp(zs[-1] - zs[-1].max(axis=1, keepdims=True))
    dz = scores / scores.sum(axis=1, keepdims=True)
    dz[range(len(X)), y.argmax(axis=1)] -= 1
    dz /= len(X)
    layers = []
    for i in reversed(range(len(weights))):
        layers.insert(0, {"dz": dz, "dW": inputs[i].T.dot(dz), "db": np.sum(dz, axis=0, keepdims=True)})
        if i:
            dz = dz.dot(weights[i].T) * tanh_slope(zs[i - 1])
    return layers


def specialization(weights, biases, X, y):
    m = len(X)
    inputs, dZs = walk_columns(weights, biases, X, lambda z: 1 / (1 + np.exp(-z)) - y.T)
    return [
        {"dZ": dZ, "dW": dZ @ A.T / m, "db": dZ.sum(axis=1, keepdims=True) / m, "m": m}
        for A, dZ in zip(inputs, dZs, strict=True)
    ]


def d2l(weights, biases, X, y):
    inputs, dJ_dz = walk_columns(weights, biases, X, lambda o: o - y.T)
    return [
        {"dJ_dz": g, "dJ_dW": np.stack([np.outer(g[:, s], h[:, s]) for s in range(len(X))]), "n": len(X)}
        for h, g in zip(inputs, dJ_dz, strict=True)
    ]


def prince(weights, biases, X, y):
    inputs, dl_df = walk_columns(weights, biases, X, lambda f: 2 * (f - y.T))
    return [
        {"dl_df": g, "dl_dOmega": g @ h.T, "dl_dbeta": g.sum(axis=1, keepdims=True), "n": len(X)}
        for h, g in zip(inputs, dl_df, strict=True)
    ]


def pytorch(weights, biases, X, y):
    inputs, zs = [X], []
    for weight, bias in zip(weights, biases, strict=True):
        zs.append(inputs[-1] @ weight.T + bias)
        inputs.append(np.tanh(zs[-1]))
    z_grad = 2 * (zs[-1] - y) / y.size
    layers = []
    for i in reversed(range(len(weights))):
        layers.insert(
            0,
            {
                "z_grad": z_grad,
                "weight_grad": z_grad.T @ inputs[i],
                "bias_grad": z_grad.sum(axis=0),
                "k": y.shape[1],
            },
        )
        if i:
            z_grad = (z_grad @ weights[i]) * tanh_slope(zs[i - 1])
    return layers


def log_softmax(scores):
    top = anp.max(scores, axis=1, keepdims=True)
    return scores - top - anp.log(anp.sum(anp.exp(scores - top), axis=1, keepdims=True))


SOURCES = {
    "Nielsen": Source(
        ours="half_mse",
        loss=lambda w, b, X, y: anp.sum((y.T - columns_output(w, b, X)) ** 2) / (2 * len(X)),
        layout=as_columns,
        backward=nielsen,
        gradient_of_its_loss=lambda names: (names["nabla_w"] / names["n"], names["nabla_b"] / names["n"]),
    ),
    "CS231n": Source(
        ours="softmax_cross_entropy",
        loss=lambda w, b, X, y: -anp.sum(y * log_softmax(rows_output(w, b, X))) / len(X),
        layout=lambda network: (network.weights, [b[None, :] for b in network.biases]),
        backward=cs231n,
        gradient_of_its_loss=lambda names: (names["dW"], names["db"]),
    ),
    "Deep": Source(
        ours="binary_cross_entropy",
        loss=lambda w, b, X, y: (
            -anp.sum(
                y.T * anp.log(1 / (1 + anp.exp(-columns_output(w, b, X))))
                + (1 - y.T) * anp.log(1 - 1 / (1 + anp.exp(-columns_output(w, b, X))))
            )
            / len(X)
        ),
        layout=as_columns,
        backward=specialization,
        gradient_of_its_loss=lambda names: (names["dW"], names["db"]),
        sizes=(3, 5, 4, 1),
    ),
    "Dive into Deep Learning": Source(
        ours="half_mse",
        loss=lambda w, b, X, y: anp.sum((columns_output(w, b, X) - y.T) ** 2) / 2 / len(X),
        layout=as_columns,
        backward=d2l,
        gradient_of_its_loss=lambda names: (names["dJ_dW"].mean(axis=0), None),
        biases=False,
    ),
    "Prince": Source(
        ours="half_mse",
        loss=lambda w, b, X, y: anp.sum((columns_output(w, b, X) - y.T) ** 2),
        layout=as_columns,
        backward=prince,
        gradient_of_its_loss=lambda names: (names["dl_dOmega"], names["dl_dbeta"]),
    ),
    "PyTorch": Source(
        ours="half_mse",
        loss=lambda w, b, X, y: anp.mean((rows_output([A.T for A in w], b, X) - y) ** 2),
        layout=lambda network: ([W.T.copy() for W in network.weights], network.biases),
        backward=pytorch,
        gradient_of_its_loss=lambda names: (names["weight_grad"], names["bias_grad"]),
    ),
}

every_source = pytest.mark.parametrize("name", SOURCES)


def test_the_card_translates_exactly_these_sources():
    assert set(TABLE) == set(SOURCES)


def case(name):
    source = SOURCES[name]
    network, X, y = our_network(source.ours, source.sizes, source.biases)
    weights, biases = source.layout(network)
    return source, network, X, y, weights, biases


@every_source
def test_what_the_source_computes_is_the_gradient_of_the_loss_it_states(name):
    source, _, X, y, weights, biases = case(name)
    of_weights, of_biases = autograd.grad(source.loss, (0, 1))(weights, biases, X, y)
    for names, dw, db in zip(source.backward(weights, biases, X, y), of_weights, of_biases, strict=True):
        mine_w, mine_b = source.gradient_of_its_loss(names)
        np.testing.assert_allclose(mine_w, dw, rtol=1e-9, atol=1e-12)
        if mine_b is not None:
            np.testing.assert_allclose(mine_b, db, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "times", "words"),
    [
        ("Nielsen", lambda n, k: 1, "our `half_mse`"),
        ("CS231n", lambda n, k: 1, "our `softmax_cross_entropy`"),
        ("Deep", lambda n, k: 1, "our `binary_cross_entropy`"),
        ("Dive into Deep Learning", lambda n, k: 1, "is our `half_mse`"),
        ("Prince", lambda n, k: 2 * n, "2n times our `half_mse`"),
        ("PyTorch", lambda n, k: 2 / k, "2/k times our `half_mse`"),
    ],
)
def test_the_loss_of_the_source_is_as_many_times_ours_as_the_card_says(name, times, words):
    source, network, X, y, weights, biases = case(name)
    n, k = y.shape
    assert np.isclose(source.loss(weights, biases, X, y), times(n, k) * network.loss_value(X, y))
    (line,) = [line for line in CARD.splitlines() if re.match(rf"\| \*?{name}", line)]
    assert words in line


def differences(name, conversions):
    """Return the names of the converted quantities that are not those of this course, over all layers."""
    source, network, X, y, weights, biases = case(name)
    ours = network.backward(network.forward(X), y)
    wrong = set()
    for layer, names in enumerate(source.backward(weights, biases, X, y)):
        for quantity, code in zip(("delta", "dW", "db"), conversions, strict=True):
            if code is None:
                continue
            expected = getattr(ours, quantity)[layer]
            converted = np.asarray(eval(code, {"np": np}, names))
            if converted.shape != expected.shape or not np.allclose(converted, expected, rtol=1e-9, atol=1e-12):
                wrong.add(quantity)
    return wrong


@every_source
def test_each_conversion_on_the_card_gives_our_delta_dW_and_db_in_every_layer(name):  # noqa: N802
    assert differences(name, TABLE[name]) == set()


@every_source
def test_a_wrong_factor_or_transpose_in_any_conversion_is_noticed(name):
    for position, quantity in enumerate(("delta", "dW", "db")):
        code = TABLE[name][position]
        if code is None:
            continue
        mutants = [f"2 * ({code})", f"-({code})", f"({code}).T" if quantity != "db" else f"({code})[::-1] + 1"]
        mutants += [code.replace(" / n", "")] if " / n" in code else []
        mutants += [code.replace("2 * n", "n")] if "2 * n" in code else []
        mutants += [code.replace(" * k / 2", "")] if "k / 2" in code else []
        for mutant in mutants:
            conversions = [mutant if i == position else None for i in range(3)]
            assert differences(name, conversions) == {quantity}, mutant


def test_the_factor_of_pytorchs_mean_shows_with_three_outputs_where_two_would_hide_it():
    source = SOURCES["PyTorch"]
    for n_out, hidden_by_chance in ((2, True), (3, False)):
        network, X, y = our_network(source.ours, (3, 5, n_out))
        (*_, last) = source.backward(*source.layout(network), X, y)
        ours = network.backward(network.forward(X), y).delta[-1]
        assert np.allclose(last["z_grad"], ours) == hidden_by_chance
        assert np.allclose(eval(TABLE["PyTorch"][0], {}, last), ours)


def test_with_cross_entropy_pytorchs_factor_drops_out_as_the_card_says():
    network, X, y = our_network("softmax_cross_entropy", (3, 5, 4))

    def cross_entropy(weights, biases):  # nn.CrossEntropyLoss(): the mean over samples
        return -anp.sum(y * log_softmax(rows_output([A.T for A in weights], biases, X))) / len(X)

    of_weights = autograd.grad(cross_entropy)([W.T for W in network.weights], network.biases)
    ours = network.backward(network.forward(X), y)
    for theirs, dW in zip(of_weights, ours.dW, strict=True):
        np.testing.assert_allclose(theirs.T, dW, rtol=1e-9, atol=1e-12)
