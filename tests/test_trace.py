"""A trace is a forward and a backward pass to the last digit, and stays what it was."""

import dataclasses
import itertools
import re

import numpy as np
import pytest

from backprop_lib import Network, equations
from backprop_lib.activations import ACTIVATIONS, Activation
from backprop_lib.losses import LOSSES, Loss
from backprop_lib.running_example import running_example
from backprop_lib.trace import Step, trace

SIZES = {"one layer": (3, 2), "one output": (3, 4, 1), "2-3-2": (2, 3, 2), "deep": (4, 5, 5, 3), "wide": (64, 32, 10)}


def network_and_data(loss, sizes, hidden="tanh", output="identity", dtype=float, n=7):
    rng = np.random.default_rng(3)
    network = Network(sizes, hidden=hidden, output=output, loss=loss, dtype=dtype, rng=rng)
    for b in network.biases:
        b[...] = rng.normal(size=b.shape)
    y = rng.normal(size=(n, sizes[-1]))
    if loss == "binary_cross_entropy":
        y = rng.random((n, sizes[-1]))
    if loss == "softmax_cross_entropy":
        y = rng.integers(0, sizes[-1], n)
    return network, rng.normal(size=(n, sizes[0])), y


def of_the_network(network, X, y):
    """Return what the network itself computes, by phase, layer and name."""
    forward = network.forward(X)
    gradients = network.backward(forward, y)
    last = len(network.weights)
    found = {("loss", last, "C"): network.loss_value(X, y), ("forward", last, "y_hat"): forward.y_hat}
    for i in range(last):
        found["forward", i + 1, "z"], found["forward", i + 1, "a"] = forward.z[i], forward.a[i + 1]
        for name in ("delta", "dW", "db"):
            found["backward", i + 1, name] = getattr(gradients, name)[i]
    return found


def same(a, b):
    return np.array_equal(a, b) and np.shape(a) == np.shape(b) and np.asarray(a).dtype.kind == np.asarray(b).dtype.kind


def equals_the_network(steps, network, X, y):
    """Whether every number that the network computes stands in the trace, to the last digit."""
    traced = {(step.phase, step.layer, step.name): step.output for step in steps}
    expected = of_the_network(network, X, y)
    if not network.loss.takes_logits:
        traced["forward", len(network.weights), "y_hat"] = traced["forward", len(network.weights), "a"]
    return all(same(traced[place], value) for place, value in expected.items())


CASES = [
    pytest.param(
        loss, sizes, hidden, output, dtype, n, id=f"{loss}-{name}-{hidden}-{output}-{np.dtype(dtype).name}-{n}"
    )
    for loss, (name, sizes), (hidden, output, dtype, n) in itertools.product(
        LOSSES,
        SIZES.items(),
        [("relu", "identity", float, 7), ("tanh", "identity", np.float32, 7), ("sigmoid", "identity", float, 1)],
    )
] + [
    pytest.param("half_mse", (2, 3, 2), hidden, output, float, 7, id=f"{hidden}-{output}")
    for hidden, output in itertools.product(ACTIVATIONS, ("sigmoid", "tanh"))
]


@pytest.mark.parametrize(("loss", "sizes", "hidden", "output", "dtype", "n"), CASES)
def test_the_numbers_equal_forward_loss_and_backward_to_the_last_digit(loss, sizes, hidden, output, dtype, n):
    network, X, y = network_and_data(loss, sizes, hidden, output, dtype, n)
    steps = trace(network, X, y)
    assert equals_the_network(steps, network, X, y)
    for step in steps:
        assert same(step.equation.compute(**step.inputs), step.output)
        assert np.asarray(step.output).dtype == (network.dtype if np.ndim(step.output) else float)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_each_step_stands_where_it_is_computed(loss, sizes):
    network, X, y = network_and_data(loss, sizes)
    steps = trace(network, X, y)
    last = len(sizes) - 1
    more = {"binary_cross_entropy": ["y_hat"], "softmax_cross_entropy": ["z_shifted", "y_hat"]}.get(loss, [])
    forward = [("forward", layer, name) for layer in range(1, last + 1) for name in ("z", "a")]
    forward += [("forward", last, name) for name in more]
    names = ("grad_a", "slope", "delta", "dW", "db")
    backward = [("backward", layer, name) for layer in range(last, 0, -1) for name in names]
    assert [(step.phase, step.layer, step.name) for step in steps] == [*forward, ("loss", last, "C"), *backward]
    assert len(steps) == 2 * last + len(more) + 1 + 5 * last


def test_what_a_step_takes_is_what_an_earlier_step_gave_or_a_parameter():
    network, X, y = network_and_data("softmax_cross_entropy", (4, 5, 5, 3))
    known = [X, len(X), np.eye(3)[y], *network.weights, *network.biases]
    for step in trace(network, X, y):
        for value in step.inputs.values():
            assert isinstance(value, Activation) or any(same(value, array) for array in known)
        known.append(step.output)


def test_the_equations_are_those_of_the_way_back():
    network, X, y = running_example()
    backward = [step.equation.name for step in trace(network, X, y) if step.phase == "backward"]
    rest = ["weight_gradient", "bias_gradient"]
    assert backward[:5] == ["output_grad_a", "activation_slope", "output_delta", *rest]
    assert backward[5:] == ["hidden_grad_a", "activation_slope", "hidden_delta", *rest]


def test_the_numbers_of_the_running_example():
    network, X, y = running_example()
    found = {(step.phase, step.layer, step.name): step.output for step in trace(network, X[:1], y[:1])}
    assert np.array_equal(found["forward", 1, "a"], [[2.5, 1, 0]])
    assert found["loss", 2, "C"] == 0.625
    assert np.array_equal(found["backward", 1, "grad_a"], [[1.25, -0.25, -2.75]])
    assert np.array_equal(found["backward", 1, "slope"], [[1, 1, 0]])
    assert np.array_equal(found["backward", 1, "delta"], [[1.25, -0.25, 0]])
    assert np.array_equal(found["backward", 1, "dW"], [[1.25, -0.25, 0], [2.5, -0.5, 0]])


def test_shapes_are_those_of_the_arrays_and_of_numbers_none():
    network, X, y = network_and_data("half_mse", (2, 3, 2))
    for step in trace(network, X, y):
        named = {**step.inputs, step.name: step.output}
        assert step.shapes == {k: np.shape(v) for k, v in named.items() if not isinstance(v, Activation)}
        assert step.inputs.keys() == set(step.equation.inputs)


def test_a_trace_stays_what_it_was():
    network, X, y = network_and_data("half_mse", (2, 3, 2))
    steps = trace(network, X, y)
    before = [(step.output, dict(step.inputs)) for step in steps]
    kept = [(np.copy(output), {k: np.copy(v) for k, v in inputs.items()}) for output, inputs in before]
    for array in (*network.weights, *network.biases, X, y):
        array += 1.0
    for (output, inputs), (kept_output, kept_inputs) in zip(before, kept, strict=True):
        assert np.array_equal(output, kept_output)
        assert all(np.array_equal(inputs[k], v) for k, v in kept_inputs.items() if k != "f")
    for step in steps:
        arrays = [v for v in (*step.inputs.values(), step.output) if isinstance(v, np.ndarray)]
        assert not any(array.flags.writeable for array in arrays)
        with pytest.raises(dataclasses.FrozenInstanceError):
            step.output = 0


def test_a_trace_changes_nothing():
    network, X, y = network_and_data("binary_cross_entropy", (2, 3, 2))
    before = [np.copy(array) for array in (*network.weights, *network.biases, X, y)]
    trace(network, X, y)
    assert all(np.array_equal(a, b) for a, b in zip(before, (*network.weights, *network.biases, X, y), strict=True))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("pre_activation", "z = a_prev @ W - b"),
        ("output_grad_a", "grad_a = (y_hat - y) / n / n"),
        ("hidden_grad_a", "grad_a = 2 * delta_next @ W_next.T"),
        ("hidden_delta", "delta = grad_a * f(z)"),
        ("weight_gradient", "dW = -a_prev.T @ delta"),
        ("bias_gradient", "db = delta.mean(axis=0)"),
        ("half_mse", "C = ((y_hat - y) ** 2).sum() / n"),
    ],
)
def test_a_wrong_equation_would_be_noticed(monkeypatch, name, code):
    network, X, y = network_and_data("half_mse", (2, 3, 2))
    assert equals_the_network(trace(network, X, y), network, X, y)
    monkeypatch.setitem(equations.EQUATIONS, name, dataclasses.replace(equations.get(name), code=code))
    assert not equals_the_network(trace(network, X, y), network, X, y)


def test_targets_come_in_the_forms_that_the_loss_takes():
    network, X, y = network_and_data("half_mse", (3, 4, 1))
    flat = trace(network, X.tolist(), y[:, 0])
    assert equals_the_network(flat, network, X, y)
    loss = next(step for step in flat if step.phase == "loss")
    assert loss.shapes["y"] == (7, 1)


def test_columns_of_a_larger_array_give_the_networks_own_numbers():
    network, X, y = network_and_data("half_mse", (3, 4, 1))
    wide = np.repeat(X, 2, axis=1)
    for view in (wide[:, ::2], np.asfortranarray(X), X[::-1]):
        assert equals_the_network(trace(network, view, y), network, view, y)


def test_errors_are_those_of_the_network():
    network, X, y = network_and_data("half_mse", (3, 4, 1))
    with pytest.raises(ValueError, match="is X transposed"):
        trace(network, X[:4].T, y[:3])
    with pytest.raises(ValueError, match="y has the shape"):
        trace(network, X, y[:3])


def test_what_is_no_network_is_refused_in_words():
    with pytest.raises(TypeError, match=r"network is 'x' \(str\), a Network was expected"):
        trace("x", [[1.0]], [[1.0]])


@pytest.mark.parametrize("loss", LOSSES)
def test_the_docstring_of_a_step_names_every_output(loss):
    steps = trace(*network_and_data(loss, (2, 3, 1) if loss == "binary_cross_entropy" else (2, 3, 2)))
    assert {step.name for step in steps} <= set(re.findall(r'"(\w+)"', Step.__doc__.split("name : str")[1]))


def test_a_loss_without_equations_is_refused():
    network, X, y = network_and_data("half_mse", (3, 4, 1))
    network.loss = Loss("cubic", formula=lambda a, y: ((a - y) ** 3).sum(), gradient=lambda a, y: 3 * (a - y) ** 2)
    del LOSSES["cubic"]
    with pytest.raises(ValueError, match="no equations for the loss 'cubic'"):
        trace(network, X, y)


def test_a_step_says_what_it_is():
    network, X, y = running_example()
    steps = trace(network, X, y)
    assert isinstance(steps[0], Step)
    assert repr(steps[0]) == "<step forward, layer 1: z = a_prev @ W + b, shape (4, 3)>"
    assert repr(next(s for s in steps if s.phase == "loss")).endswith("(2 * n)>")
