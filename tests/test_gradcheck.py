"""The gradient check passes what is right, fails what is wrong, and says so where it cannot tell.

Every slip of the two texts the course grew out of that concerns a gradient is rebuilt here, with its number in the
list of their slips.
"""

import copy
import dataclasses
import itertools
import math
from xml.etree import ElementTree

import numpy as np
import pytest

from backprop_lib import Gradients, Network, gradient_check, losses, numerical_gradient, train
from backprop_lib.activations import ACTIVATIONS, relu, sigmoid
from backprop_lib.datasets import xor
from backprop_lib.gradcheck import (
    GradientReport,
    at_kinks,
    compare_gradients,
    compare_tensor,
    compare_with_nudges,
    first_difference,
)
from backprop_lib.losses import LOSSES, Loss
from backprop_lib.running_example import running_example

WIDTHS = {1: (3, 2), 2: (3, 4, 2), 3: (3, 4, 5, 2), 4: (3, 4, 5, 3, 2)}


def make(sizes, *, n_samples=8, seed=0, **settings):
    """Return a network with biases that are not zero, inputs, and targets that suit its loss."""
    rng = np.random.default_rng(seed)
    network = Network(sizes, rng=rng, **settings)
    for b in network.biases:
        b[...] = rng.uniform(0.1, 0.8, b.shape)
    X = rng.normal(size=(n_samples, sizes[0]))
    draw = {
        "numbers": lambda: rng.normal(size=(n_samples, sizes[-1])),
        "probabilities": lambda: rng.uniform(size=(n_samples, sizes[-1])),
        "classes": lambda: rng.dirichlet(np.ones(sizes[-1]), size=n_samples),
    }
    return network, X, draw[network.loss.target_kind]()


def right_gradients(network, X, y):
    return network.backward(network.forward(X), y)


def with_factor(gradients, name, layer, factor):
    wrong = copy.deepcopy(gradients)
    getattr(wrong, name)[layer][...] *= factor
    return wrong


def tensors(network):
    return list(itertools.product(("dW", "db"), range(len(network.weights))))


def every_combination():
    for depth, output, loss in itertools.product(WIDTHS, ACTIVATIONS, LOSSES):
        if LOSSES[loss].takes_logits and output != "identity":
            continue
        for hidden in ACTIVATIONS if depth > 1 else ["relu"]:
            yield pytest.param(depth, hidden, output, loss, id=f"{depth}-{hidden}-{output}-{loss}")


# ---- right gradients pass ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "hidden", "output", "loss"), list(every_combination()))
def test_the_check_passes_every_activation_loss_and_depth(depth, hidden, output, loss):
    network, X, y = make(WIDTHS[depth], hidden=hidden, output=output, loss=loss, seed=4)
    report = gradient_check(network, X, y)
    assert report.passed, report
    assert report.max_relative_error < 1e-6
    assert [row.name for row in report.rows] == [f"{d}[{layer}]" for layer in range(depth) for d in ("dW", "db")]
    assert all(row.at_kinks == 0 and row.norm > 1e-4 for row in report.rows), "nothing left out, nothing dead"


@pytest.mark.parametrize("hidden", ["relu", "tanh", "softplus"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
def test_a_right_gradient_passes_with_weights_of_any_size(scale, hidden):
    network, X, y = make((3, 4, 2), hidden=hidden)
    for W in network.weights:
        W *= scale
    report = gradient_check(network, X, y)
    assert report.passed, report


@pytest.mark.parametrize("hidden", ["relu", "tanh", "elu"])
@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e2, 1e3, 1e4])
def test_a_right_gradient_passes_with_inputs_of_any_size(scale, hidden):
    network, X, y = make((3, 4, 2), hidden=hidden)
    network.weights[0] /= max(scale, 1)  # so that z stays of the order of 1
    report = gradient_check(network, scale * X, y)
    assert report.passed, report


@pytest.mark.parametrize("loss", ["half_mse", "mse", "half_sse"])
@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3, 1e6])
def test_a_right_gradient_passes_with_targets_of_any_size(scale, loss):
    network, X, y = make((3, 4, 2), hidden="tanh", loss=loss)
    report = gradient_check(network, X, scale * y)
    assert report.passed, report


@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize("hidden", ["relu", "tanh", "sigmoid", "softplus"])
def test_a_right_gradient_passes_where_the_fit_is_perfect_and_the_loss_0(hidden, scale):
    network, X, _ = make((3, 4, 2), hidden=hidden)
    network.weights[-1] *= scale
    report = gradient_check(network, X, network.predict(X))
    assert report.passed, report


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_right_gradient_passes_after_training_has_solved_the_task(dtype):
    X, y = xor()
    network = Network((2, 4, 1), hidden="tanh", dtype=dtype, rng=np.random.default_rng(3))
    history = train(network, X, y, learning_rate=0.2, epochs=500)
    assert history.loss[-1] < 1e-10
    report = gradient_check(network, X, y)
    assert report.passed, report


def test_a_right_gradient_passes_on_the_plateau_where_one_unit_leaves_xor():
    X, y = xor()
    network = Network((2, 1), output="sigmoid", initializer="zeros")
    assert network.loss_value(X, y) == 0.125
    report = gradient_check(network, X, y)
    assert report.passed, report


@pytest.mark.parametrize("depth", [6, 12, 20])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "elu"])
def test_a_right_gradient_passes_in_deep_networks(hidden, depth):
    network, X, y = make((3, *[4] * depth, 2), hidden=hidden)
    report = gradient_check(network, X, y)
    assert report.passed, report


@pytest.mark.parametrize("loss", ["half_mse", "half_sse", "softmax_cross_entropy"])
def test_a_right_gradient_passes_on_a_large_batch(loss):
    network, X, y = make((3, 4, 2), hidden="tanh", loss=loss, n_samples=20_000)
    report = gradient_check(network, X, y)
    assert report.passed, report


@pytest.mark.parametrize("wrong_side", [False, True])
def test_a_right_gradient_passes_at_logits_of_1000(wrong_side):
    for loss in ("binary_cross_entropy", "softmax_cross_entropy"):
        network, X, _ = make((3, 2), loss=loss)
        network.weights[0] *= 1000
        y = np.eye(2)[network.predict(X).argmax(axis=1)]
        report = gradient_check(network, X, 1 - y if wrong_side else y)
        assert report.passed, report


def test_the_elu_passes_at_0_where_its_slope_bends():
    network = Network((2, 3, 1), hidden="elu", rng=np.random.default_rng(0))
    report = gradient_check(network, [[0.0, 0.0]], [[1.0]])  # the first sample of XOR, biases 0: every z is 0
    assert report.passed, report


def test_the_report_holds_the_central_differences_of_the_running_example_s_hand_numbers():
    network, X, y = running_example()
    report = gradient_check(network, X[:1], y[:1])
    assert report.passed
    np.testing.assert_allclose(report.numerical.dW[0], [[1.25, -0.25, 0], [2.5, -0.5, 0]], atol=1e-9)
    np.testing.assert_allclose(report.numerical.db[1], [0.5, -1], atol=1e-9)


# ---- wrong gradients fail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_a_gradient_0_1_percent_wrong_fails_whichever_tensor_it_is(hidden, loss):
    network, X, y = make(WIDTHS[3], hidden=hidden, loss=loss, seed=4)
    right = right_gradients(network, X, y)
    for (name, layer), factor in zip(tensors(network), itertools.cycle([1.001, 0.999]), strict=False):
        report = gradient_check(network, X, y, with_factor(right, name, layer, factor))
        assert not report.passed
        wrong = [row for row in report.rows if not row.passed]
        assert [row.name for row in wrong] == [f"{name}[{layer}]"]
        assert wrong[0].factor == pytest.approx(factor, rel=1e-6)
        assert report.first_difference is wrong[0]


@pytest.mark.parametrize("entry", [(0, 0), (1, 3), (2, 2)])
def test_a_single_wrong_entry_fails(entry):
    network, X, y = make(WIDTHS[2], hidden="tanh")
    gradients = right_gradients(network, X, y)
    gradients.dW[0][entry] += 1e-3 * gradients.norms[0]
    report = gradient_check(network, X, y, gradients)
    assert [row.name for row in report.rows if not row.passed] == ["dW[0]"]
    assert report.rows[0].finding == "wrong", "no factor explains it"


@pytest.mark.parametrize(("sizes", "finding"), [((3, 3, 3, 3), "wrong"), ((3, 4, 5, 2), "wrong shape")])
@pytest.mark.parametrize("name", ["dW", "db"])
def test_a_swapped_pair_of_tensors_fails(name, sizes, finding):
    network, X, y = make(sizes, hidden="tanh")
    gradients = right_gradients(network, X, y)
    swapped = getattr(gradients, name)
    swapped[0], swapped[1] = swapped[1], swapped[0]
    report = gradient_check(network, X, y, gradients)
    assert {row.name: row.status for row in report.rows if not row.passed} == {
        f"{name}[0]": finding,
        f"{name}[1]": finding,
    }
    assert report.first_difference.name == f"{name}[1]", "back from the output"


@pytest.mark.parametrize(
    ("wrong", "first"),
    [
        (["dW[0]", "db[0]", "dW[1]", "db[1]"], "dW[1]"),
        (["dW[0]", "db[0]", "db[1]"], "db[1]"),
        (["dW[0]", "db[0]"], "dW[0]"),
        (["db[0]"], "db[0]"),
        ([], None),
    ],
)
def test_the_first_difference_is_met_on_a_backward_pass_where_a_layer_makes_dw_before_db(wrong, first):
    network, X, y = make((3, 4, 2), hidden="tanh")
    gradients = right_gradients(network, X, y)
    for name in wrong:
        gradients = with_factor(gradients, name[:2], int(name[3]), 2)
    found = gradient_check(network, X, y, gradients).first_difference
    assert (found and found.name) == first


@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_a_gradient_0_1_percent_wrong_fails_with_weights_of_any_size(scale):
    network, X, y = make((3, 4, 2), hidden="relu")
    for W in network.weights:
        W *= scale
    for layer in range(2):
        wrong = with_factor(right_gradients(network, X, y), "dW", layer, 1.001)
        assert wrong_tensors(gradient_check(network, X, y, wrong)) == [f"dW[{layer}]"]


@pytest.mark.parametrize("scale", [1e-3, 1e3, 1e5])
def test_a_gradient_0_1_percent_wrong_fails_with_targets_of_any_size(scale):
    network, X, y = make((3, 4, 2), hidden="tanh")
    y = scale * y
    for name, layer in tensors(network):
        wrong = with_factor(right_gradients(network, X, y), name, layer, 1.001)
        assert wrong_tensors(gradient_check(network, X, y, wrong)) == [f"{name}[{layer}]"]


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_a_gradient_0_1_percent_wrong_fails_with_inputs_of_any_size(scale):
    network, X, y = make((3, 4, 2), hidden="tanh")
    network.weights[0] /= max(scale, 1)
    X = scale * X
    for name, layer in tensors(network):
        wrong = with_factor(right_gradients(network, X, y), name, layer, 1.001)
        assert wrong_tensors(gradient_check(network, X, y, wrong)) == [f"{name}[{layer}]"]


def test_a_gradient_0_1_percent_wrong_fails_when_training_has_all_but_solved_the_task():
    X, y = xor()
    network = Network((2, 4, 1), hidden="tanh", rng=np.random.default_rng(3))
    assert 1e-9 < train(network, X, y, learning_rate=0.2, epochs=380).loss[-1] < 1e-7
    for name, layer in tensors(network):
        wrong = with_factor(right_gradients(network, X, y), name, layer, 1.001)
        assert wrong_tensors(gradient_check(network, X, y, wrong)) == [f"{name}[{layer}]"]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_fails(bad):
    network, X, y = make((3, 4, 2), hidden="tanh")
    gradients = right_gradients(network, X, y)
    gradients.dW[1][2, 1] = bad
    report = gradient_check(network, X, y, gradients)
    assert [row.name for row in report.rows if not row.passed] == ["dW[1]"]


def test_the_check_judges_the_backward_of_a_subclass_and_not_the_library_s():
    class Doubled(Network):
        def backward(self, forward, y):
            right = super().backward(forward, y)
            return Gradients(dW=[2 * dW for dW in right.dW], db=right.db)

    network = Doubled((3, 4, 2), hidden="tanh", rng=np.random.default_rng(0))
    _, X, y = make((3, 4, 2))
    report = gradient_check(network, X, y)
    assert [row.finding for row in report.rows] == ["wrong: 2 times the numerical one", "right"] * 2


@pytest.mark.parametrize(
    "spoil", [lambda f: np.maximum(f.z[0], 0, out=f.z[0]), lambda f: f.a[0].fill(0)], ids=["its z", "its X"]
)
def test_a_backward_that_spoils_its_pass_is_still_judged_by_its_numbers(spoil):
    class Spoiling(Network):
        def backward(self, forward, y):
            gradients = super().backward(forward, y)
            spoil(forward)
            return gradients

    _, X, y = make((3, 4, 2))
    network = Spoiling((3, 4, 2), rng=np.random.default_rng(0))
    network.biases[0][...] = 0.3
    report = gradient_check(network, X, y)
    assert report.passed, report


# ---- the slips of the two texts ----------------------------------------------------------------------------------


def course_backward(network, X, y, *, error=None, slope=None, dW=None, db=None, send=None):
    """The five steps of the course, with each line open to a slip."""
    error = error or network.loss.derivative
    slope = slope or (lambda activation, z, a: activation.derivative(z))
    dW = dW or (lambda a_prev, delta, grad_a: a_prev.T @ delta)
    db = db or (lambda delta: delta.sum(axis=0))
    send = send or (lambda delta, W, gradient: delta @ W.T)
    forward = network.forward(X)
    grad_a = error(forward.a[-1], y)
    found = Gradients(dW=[], db=[])
    layers = zip(network.weights, network.activations, forward.z, forward.a[1:], forward.a[:-1], strict=True)
    for W, activation, z, a, a_prev in reversed(list(layers)):
        delta = grad_a * slope(activation, z, a)
        found.dW.insert(0, dW(a_prev, delta, grad_a))
        found.db.insert(0, db(delta))
        grad_a = send(delta, W, found.dW[0])
    return found


def check_with(slip, sizes, **settings):
    network, X, y = make(sizes, **settings)
    return gradient_check(network, X, y, course_backward(network, X, y, **slip))


def numerical_over_given(report):
    """Return by what clean factor central differences exceed the gradients, one number a tensor."""
    assert all(row.proportional for row in report.rows)
    return np.array([1 / row.factor for row in report.rows])


def wrong_tensors(report):
    return [row.name for row in report.rows if not row.passed]


@pytest.mark.parametrize("depth", WIDTHS)
def test_without_a_slip_the_five_steps_pass(depth):
    assert check_with({}, WIDTHS[depth], hidden="tanh", output="sigmoid").passed


HALVED = {"error": lambda a, y: (a - y) / len(y)}


@pytest.mark.parametrize("depth", WIDTHS)
def test_row_1_a_delta_without_the_2_of_the_stated_loss_is_off_by_exactly_2_in_every_layer(depth):
    sizes = (*WIDTHS[depth][:-1], 1)
    report = check_with(HALVED, sizes, loss="mse")
    assert not report.passed
    np.testing.assert_allclose(numerical_over_given(report), 2.0, rtol=1e-7)
    assert all(row.finding == "wrong: 0.5 times the numerical one" for row in report.rows)
    assert check_with(HALVED, sizes, loss="half_mse").passed, "the loss it does belong to"


@pytest.mark.parametrize(("n_out", "ratio"), [(1, 2), (2, 1), (3, 2 / 3)])
def test_row_2_averaging_over_all_entries_gives_2_then_1_by_coincidence_then_two_thirds(n_out, ratio, monkeypatch):
    monkeypatch.setattr(losses, "LOSSES", dict(LOSSES))
    mean_of_all = Loss("mean_of_all", lambda a, y: np.mean((a - y) ** 2), lambda a, y: 2 * (a - y) / y.size)
    report = check_with(HALVED, (3, 4, n_out), loss=mean_of_all, hidden="tanh")
    assert report.passed == (n_out == 2), "with two outputs the slip is invisible"
    np.testing.assert_allclose(numerical_over_given(report), ratio, rtol=1e-7)


def backward_of_document_a(network, X, y):
    """Section 5 of document A, line by line, with its missing `return`; the cache holds the layers' own outputs."""
    activations = network.forward(X).a[1:]
    zs = network.forward(X).z
    dw, db = [None] * len(network.weights), [None] * len(network.weights)
    error = (activations[-1] - y) / len(X)
    for i in reversed(range(len(network.weights))):
        if i == len(network.weights) - 1:
            dw[i] = activations[i - 1].T @ error
        else:
            error = error * (zs[i] > 0)
            dw[i] = (X if i == 0 else activations[i - 1]).T @ error
        db[i] = error.sum(axis=0)
        error = error @ network.weights[i].T
    return Gradients(dW=dw, db=db)


def test_row_3_activations_i_minus_1_is_the_network_s_own_output_where_there_is_one_layer():
    network, X, y = make((3, 1))
    wrong = backward_of_document_a(network, X, y)
    row = gradient_check(network, X, y, wrong).first_difference
    assert (row.name, row.status, row.shape, row.expected_shape) == ("dW[0]", "wrong shape", (1, 1), (3, 1))
    with pytest.raises(ValueError, match=r"dW\[0\] has the shape \(1, 1\), its parameter has \(3, 1\)"):
        network.update_parameters(wrong)
    deeper, X, y = make((3, 4, 1))
    assert gradient_check(deeper, X, y, backward_of_document_a(deeper, X, y)).passed, "invisible with two layers"


def test_row_4_a_backward_that_returns_nothing_is_refused():
    class Silent(Network):
        def backward(self, forward, y):
            super().backward(forward, y)

    with pytest.raises(TypeError, match="gradients is NoneType, the Gradients that network"):
        gradient_check(Silent((3, 2)), *make((3, 2))[1:])


COLUMNS = {"dW": lambda a_prev, delta, grad_a: delta.T @ a_prev}


def test_row_5_the_column_formula_in_rows_is_the_transposed_gradient():
    report = check_with(COLUMNS, (3, 4, 2))
    assert wrong_tensors(report) == ["dW[0]", "dW[1]"]
    assert report.rows[0].finding == "wrong shape (4, 3) (transposed?)"
    square = check_with(COLUMNS, (3, 3, 3))
    assert [row.status for row in square.rows] == ["wrong", "right", "wrong", "right"], "the shape says nothing here"
    assert check_with(COLUMNS, (1, 1, 1)).passed, "nor do the numbers of a single weight"


def test_row_5_w_without_its_transpose_shows_in_the_numbers_of_a_square_matrix():
    slip = {"send": lambda delta, W, gradient: delta @ W}
    assert wrong_tensors(check_with(slip, (3, 3, 3), hidden="tanh")) == ["dW[0]", "db[0]"]
    with pytest.raises(ValueError, match="matmul"):
        check_with(slip, (3, 4, 2))


def test_row_6_the_error_of_one_path_only_shows_with_two_outputs_and_not_with_one():
    slip = {"send": lambda delta, W, gradient: delta[:, :1] @ W[:, :1].T}
    assert wrong_tensors(check_with(slip, (3, 4, 2), hidden="tanh")) == ["dW[0]", "db[0]"]
    assert check_with(slip, (3, 4, 1), hidden="tanh").passed


def test_row_8_a_nudge_at_the_relu_s_0_finds_one_half_and_the_check_calls_it_a_kink():
    network = Network((1, 1, 1), initializer="zeros")
    network.weights[1][...] = 1
    report = gradient_check(network, [[1.0]], [[1.0]])  # z = 0, a = 0, y_hat = 0
    assert report.numerical.db[0] == pytest.approx(-0.5, abs=1e-5)
    assert [row.status for row in report.rows] == ["kink", "kink", "right", "right"]


BEFORE_THE_SLOPE = {"dW": lambda a_prev, delta, grad_a: a_prev.T @ grad_a}
NO_SLOPE = {"slope": lambda activation, z, a: 1.0}


@pytest.mark.parametrize("slip", [BEFORE_THE_SLOPE, NO_SLOPE], ids=["dW from grad_a", "slope left out"])
def test_row_9_the_error_before_the_slope_is_not_delta(slip):
    assert "dW[0]" in wrong_tensors(check_with(slip, (3, 4, 2), hidden="tanh"))
    assert "dW[0]" in wrong_tensors(check_with(slip, (3, 4, 2), hidden="relu"))
    network, X, y = make((3, 4, 2), hidden="relu")
    network.biases[0][...] = 100.0
    open_gates = gradient_check(network, X, y, course_backward(network, X, y, **slip))
    assert open_gates.passed, "invisible while every gate is open"


def test_row_10_the_forgotten_gradients_of_the_output_layer_are_found_to_be_zero():
    network, X, y = make((3, 4, 2), hidden="tanh")
    forgotten = with_factor(with_factor(right_gradients(network, X, y), "dW", 1, 0), "db", 1, 0)
    report = gradient_check(network, X, y, forgotten)
    assert [row.finding for row in report.rows] == ["right", "right", "wrong: zero", "wrong: zero"]
    assert report.first_difference.name == "dW[1]"


def test_row_13_averaged_gradients_of_a_summed_loss_are_off_by_4_on_four_samples():
    report = check_with(HALVED, (2, 1), loss="half_sse", output="sigmoid", n_samples=4)
    assert not report.passed
    np.testing.assert_allclose(numerical_over_given(report), 4.0, rtol=1e-7)
    assert check_with(HALVED, (2, 1), loss="half_sse", output="sigmoid", n_samples=1).passed, "invisible with one"


def test_row_14_y_hat_minus_y_is_the_error_of_a_and_misses_the_slope_of_a_sigmoid_output():
    slip = {"slope": lambda activation, z, a: 1.0 if activation is sigmoid else activation.derivative(z)}
    assert wrong_tensors(check_with(slip, (3, 4, 2), hidden="tanh", output="sigmoid")) == [
        "dW[0]", "db[0]", "dW[1]", "db[1]",
    ]  # fmt: skip
    assert check_with(slip, (3, 4, 2), hidden="tanh", loss="binary_cross_entropy").passed, "there it is right"


def test_row_15_an_error_sent_through_weights_already_updated_is_off_in_proportion_to_the_learning_rate():
    def updating(learning_rate):
        return {"send": lambda delta, W, gradient: delta @ (W - learning_rate * gradient).T}

    small, large = (check_with(updating(rate), (3, 4, 2), hidden="tanh") for rate in (0.001, 0.01))
    assert wrong_tensors(small) == wrong_tensors(large) == ["dW[0]", "db[0]"]
    assert large.rows[0].relative_error == pytest.approx(10 * small.rows[0].relative_error, rel=0.02)
    assert check_with(updating(0), (3, 4, 2), hidden="tanh").passed


def test_row_15_the_error_of_the_output_used_in_every_layer_is_wrong_below_it():
    slip = {"send": lambda delta, W, gradient: delta}
    assert wrong_tensors(check_with(slip, (2, 2, 2), hidden="tanh")) == ["dW[0]", "db[0]"]


ONE_FOR_ALL = {"db": lambda delta: np.full(delta.shape[1], delta.sum())}


def test_row_18_db_summed_over_everything_gives_every_bias_the_same_and_is_right_for_one_unit_only():
    report = check_with(ONE_FOR_ALL, (3, 4, 2), hidden="tanh")
    assert wrong_tensors(report) == ["db[0]", "db[1]"]
    assert check_with(ONE_FOR_ALL, (3, 1), output="sigmoid").passed
    scalar = check_with({"db": np.sum}, (3, 4, 2), hidden="tanh")
    assert [row.finding for row in scalar.rows] == ["right", "wrong shape ()"] * 2


def test_row_20_the_derivative_taken_at_a_is_silent_and_wrong():
    slip = {"slope": lambda activation, z, a: activation.derivative(a)}
    for hidden in ("sigmoid", "tanh", "softplus", "elu"):
        assert wrong_tensors(check_with(slip, (3, 4, 2), hidden=hidden)) == ["dW[0]", "db[0]"]
    assert check_with(slip, (3, 4, 2), hidden="relu").passed, "a > 0 where z > 0: for a ReLU it is the same"


def test_row_20_the_mask_a_at_least_0_is_always_true_and_shows_as_soon_as_a_gate_is_closed():
    slip = {"slope": lambda activation, z, a: (a >= 0) if activation is relu else activation.derivative(z)}
    assert wrong_tensors(check_with(slip, (3, 4, 2), hidden="relu")) == ["dW[0]", "db[0]"]
    network, X, y = make((3, 4, 2), hidden="relu")
    network.biases[0][...] = 100.0
    assert gradient_check(network, X, y, course_backward(network, X, y, **slip)).passed, "invisible: all gates open"


def test_row_20_the_mask_z_at_least_0_differs_at_a_z_of_0_alone_where_the_check_decides_nothing():
    slip = {"slope": lambda activation, z, a: (z >= 0) if activation is relu else activation.derivative(z)}
    assert check_with(slip, (3, 4, 2), hidden="relu").passed
    network, X, y = at_a_kink(0.0)
    wrong, right = course_backward(network, X, y, **slip), right_gradients(network, X, y)
    assert (wrong.dW[0] != right.dW[0]).tolist() == [[True, False], [True, False]]
    report = gradient_check(network, X, y, wrong)
    assert report.passed
    assert report.rows[0].at_kinks == 2, "the very entries in which the slip shows are the ones left out"


# ---- kinks -------------------------------------------------------------------------------------------------------


def at_a_kink(z):
    """A network of two hidden ReLUs, of which the first has the pre-activation `z` on the first of two samples."""
    network = Network((2, 2, 1), initializer="zeros")
    network.weights[0][...] = [[2.0, 1.0], [-1.0, 1.0]]
    network.biases[0][...] = [z, 0.5]
    network.weights[1][...] = [[1.5], [-0.5]]
    return network, np.array([[1.0, 2.0], [1.0, 1.0]]), np.array([[1.0], [-1.0]])


@pytest.mark.parametrize("z", [0.0, 1e-6, -1e-6])
def test_a_z_within_reach_of_the_step_is_reported_as_a_kink_and_not_as_wrong(z):
    network, X, y = at_a_kink(z)
    report = gradient_check(network, X, y)
    assert report.passed
    assert [row.at_kinks for row in report.rows] == [2, 1, 0, 0]
    assert report.rows[0].finding == "right (2 of 4 at a kink, left out)"
    assert "right (1 of 2 at a kink, left out)" in str(report)
    nudged = numerical_gradient(lambda b: loss_with_bias(network, b, X, y), network.biases[0])
    assert abs(nudged[0] - right_gradients(network, X, y).db[0][0]) > 0.1, "a naive check calls it wrong"


def loss_with_bias(network, b, X, y):
    other = network.copy()
    other.biases[0][...] = b
    return other.loss_value(X, y)


def test_a_z_out_of_reach_of_the_step_is_no_kink():
    network, X, y = at_a_kink(1e-3)
    assert [row.at_kinks for row in gradient_check(network, X, y).rows] == [0, 0, 0, 0]


@pytest.mark.parametrize(("name", "layer", "entry"), [("dW", 0, (0, 1)), ("db", 0, 1), ("dW", 1, (0, 0)), ("db", 1, 0)])
def test_a_wrong_gradient_elsewhere_is_found_beside_a_kink(name, layer, entry):
    network, X, y = at_a_kink(0.0)
    gradients = right_gradients(network, X, y)
    getattr(gradients, name)[layer][entry] *= 1.001
    assert wrong_tensors(gradient_check(network, X, y, gradients)) == [f"{name}[{layer}]"]


def test_a_nan_at_a_kink_is_wrong_all_the_same():
    network, X, y = at_a_kink(0.0)
    gradients = right_gradients(network, X, y)
    gradients.dW[0][0, 0] = np.nan
    assert wrong_tensors(gradient_check(network, X, y, gradients)) == ["dW[0]"]


@pytest.mark.parametrize("hidden", ["relu", "leaky_relu"])
def test_where_every_entry_lies_at_a_kink_nothing_is_decided_and_the_check_does_not_pass(hidden):
    network = Network((2, 3, 1), hidden=hidden, initializer="zeros")
    report = gradient_check(network, *xor())
    assert not report.passed
    assert report.first_difference is None
    assert [row.status for row in report.rows] == ["kink", "kink", "right", "right"]
    assert report.rows[0].finding == "not decided: every entry lies at a kink"
    assert report.summary().startswith("Not decided: every entry of dW[0], db[0] lies at a kink")
    assert "FAIL" not in str(report)
    network.weights[1][...] = 1
    wrong = with_factor(right_gradients(network, *xor()), "db", 1, 1.001)
    assert gradient_check(network, *xor(), wrong).first_difference.name == "db[1]"


def test_a_kink_of_the_output_activation_counts_too():
    network = Network((1, 1), output="relu", initializer="zeros")
    assert [row.status for row in gradient_check(network, [[1.0]], [[1.0]]).rows] == ["kink", "kink"]


def test_a_smooth_activation_has_no_kink_at_0():
    for hidden in ("identity", "sigmoid", "tanh", "softplus"):
        network = Network((2, 3, 1), hidden=hidden, initializer="zeros")
        report = gradient_check(network, *xor())
        assert report.passed
        assert all(row.at_kinks == 0 for row in report.rows)


# ---- gradients of zero -------------------------------------------------------------------------------------------


def dead_layer():
    network, X, y = make((3, 4, 2), hidden="relu")
    network.biases[0][...] = -100.0
    return network, X, y


def zero_weights():
    network, X, y = make((3, 4, 2), hidden="tanh", initializer="zeros")
    return network, X, y


@pytest.mark.parametrize("setting", [dead_layer, zero_weights])
def test_a_tensor_of_zeros_passes_and_a_small_wrong_one_beside_it_fails(setting):
    network, X, y = setting()
    report = gradient_check(network, X, y)
    assert report.passed
    assert report.rows[0].norm == report.rows[1].norm == 0
    wrong = right_gradients(network, X, y)
    wrong.dW[0][1, 2] = 1e-8
    report = gradient_check(network, X, y, wrong)
    assert wrong_tensors(report) == ["dW[0]"]
    assert math.isnan(report.rows[0].factor), "nothing times zero"
    assert report.rows[0].finding == "wrong"


def test_one_dead_unit_passes_and_a_wrong_number_in_its_place_fails():
    network, X, y = make((3, 4, 2), hidden="relu")
    network.biases[0][2] = -100.0
    assert gradient_check(network, X, y).passed
    gradients = right_gradients(network, X, y)
    assert not gradients.dW[0][:, 2].any()
    gradients.dW[0][0, 2] = 1e-3
    assert wrong_tensors(gradient_check(network, X, y, gradients)) == ["dW[0]"]


# ---- float32 -----------------------------------------------------------------------------------------------------


def test_a_float32_network_is_checked_in_float64_to_the_digits_of_float64():
    network, X, y = make((3, 4, 2), hidden="tanh", dtype=np.float32)
    report = gradient_check(network, X, y)
    assert report.passed
    assert report.max_relative_error < 1e-7
    assert {row.tolerance for row in report.rows} == {1e-6}
    assert report.numerical.dW[0].dtype == np.float64
    assert network.weights[0].dtype == np.float32


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ["relu", "tanh", "sigmoid"])
def test_gradients_in_float32_get_a_wider_tolerance_and_still_fail_when_0_1_percent_wrong(hidden, loss):
    network, X, y = make(WIDTHS[3], hidden=hidden, loss=loss, dtype=np.float32, n_samples=50)
    right = right_gradients(network, X, y)
    report = gradient_check(network, X, y, right)
    assert {row.tolerance for row in report.rows} == {1e-4}
    assert report.passed, report
    for name, layer in tensors(network):
        wrong = gradient_check(network, X, y, with_factor(right, name, layer, 1.001))
        assert wrong_tensors(wrong) == [f"{name}[{layer}]"]


def test_a_tolerance_given_by_the_caller_is_the_one_that_counts():
    network, X, y = make((3, 4, 2), hidden="tanh")
    wrong = with_factor(right_gradients(network, X, y), "dW", 0, 1.001)
    assert gradient_check(network, X, y, wrong, tolerance=1e-2).passed
    assert not gradient_check(network, X, y, wrong, tolerance=1e-4).passed


# ---- the check leaves everything as it was -----------------------------------------------------------------------


def test_network_data_and_gradients_are_unchanged_by_the_check():
    network, X, y = make((3, 4, 2), dtype=np.float32)
    gradients = right_gradients(network, X, y)
    everything = [*network.weights, *network.biases, X, y, *gradients.dW, *gradients.db]
    before = [array.copy() for array in everything]
    attributes = set(vars(network))
    gradient_check(network, X, y, gradients)
    gradient_check(network, X, y)
    for array, old in zip(everything, before, strict=True):
        np.testing.assert_array_equal(array, old)
        assert array.dtype == old.dtype
    assert set(vars(network)) == attributes


@pytest.mark.parametrize(
    ("gradients", "error", "message"),
    [
        (Gradients(dW=[np.ones((3, 2))], db=[]), ValueError, "db holds 0 arrays, the network has 1 layers"),
        (Gradients(dW=[np.ones((3, 2))] * 2, db=[np.ones(2)]), ValueError, "dW holds 2 arrays"),
        (Gradients(dW=[None], db=[np.ones(2)]), TypeError, r"dW\[0\] holds None"),
        (Gradients(dW=[np.ones((3, 2))], db=[["a", "b"]]), TypeError, r"db\[0\] holds text"),
        (([np.ones((3, 2))], [np.ones(2)]), TypeError, "gradients is tuple, the Gradients .* were expected"),
    ],
)
def test_gradients_that_are_none_of_this_network_are_refused(gradients, error, message):
    network, X, y = make((3, 2))
    with pytest.raises(error, match=message):
        gradient_check(network, X, y, gradients)


# ---- the report --------------------------------------------------------------------------------------------------


def failing_report():
    network, X, y = make((3, 4, 2), hidden="tanh")
    wrong = with_factor(right_gradients(network, X, y), "db", 0, 2)
    wrong.dW[1] = wrong.dW[1].T
    return gradient_check(network, X, y, wrong)


def test_the_text_names_every_tensor_its_shape_and_the_finding():
    lines = str(failing_report()).splitlines()
    assert lines[0].split() == ["tensor", "shape", "norm", "numerical", "relative", "error", "finding"]
    assert set(lines[1]) == {"-", " "}
    table = {line.split()[0]: line for line in lines[2:6]}
    assert list(table) == ["dW[0]", "db[0]", "dW[1]", "db[1]"]
    assert table["dW[0]"].endswith("right")
    assert table["db[0]"].endswith("wrong: 2 times the numerical one")
    assert table["dW[1]"].endswith("wrong shape (2, 4) (transposed?)")
    assert "(4,)" in table["db[0]"]
    assert "5.0e-01" in table["db[0]"]
    assert "below 1e-06" in table["db[1]"], "rounding noise is not printed: it differs from machine to machine"
    assert lines[6] == (
        "The given gradients FAIL. Back from the output, the first wrong tensor is dW[1]: "
        "wrong shape (2, 4) (transposed?)."
    )
    assert repr(failing_report()) == str(failing_report())


def test_the_text_of_a_check_that_passes_says_so():
    report = gradient_check(*make((3, 4, 2)))
    assert str(report).endswith("The network's own gradients pass: all 4 tensors agree with central differences.")
    assert report.first_difference is None
    assert "FAIL" not in str(report)


def test_the_html_is_well_formed_and_says_what_the_text_says():
    report = failing_report()
    table = ElementTree.fromstring(report._repr_html_())
    assert table.tag == "table"
    assert next(th.text for th in table.iter("th")) == "tensor"
    assert all(th.get("scope") == "col" for th in table.iter("th"))
    cells = [[td.text for td in tr] for tr in table.find("tbody")]
    assert [line[0] for line in cells] == [row.name for row in report.rows]
    assert [line[-1] for line in cells] == [row.finding for row in report.rows]
    assert table.find("caption").text == report.summary()
    assert "caption-side: bottom" in table.find("caption").get("style"), "the finding stands below its reasons"
    assert table.find("tbody/tr/th") is None
    text = [line.split()[0] for line in str(report).splitlines()]
    assert [td[0] for td in cells] == text[2:-1]


def test_the_html_is_escaped():
    report = failing_report()
    odd = GradientReport(tuple(dataclasses.replace(row, name="<b>&\"'") for row in report.rows), report.numerical)
    assert "<b>" not in odd._repr_html_()
    table = ElementTree.fromstring(odd._repr_html_())
    assert {tr[0].text for tr in table.find("tbody")} == {"<b>&\"'"}
    assert "<b>&\"'" in table.find("caption").text


def test_compare_gradients_and_first_difference_work_on_any_two_sets():
    a = Gradients(dW=[np.ones((2, 2)), np.ones((2, 1))], db=[np.ones(2), np.ones(1)])
    b = copy.deepcopy(a)
    assert first_difference(compare_gradients(a, b)) is None
    b.dW[0][0, 0] = 0
    b.dW[1][0, 0] = 0
    assert first_difference(compare_gradients(a, b)).name == "dW[1]"
    with pytest.raises(ValueError, match="dW holds 2 arrays, the network has 1 layers"):
        compare_gradients(a, Gradients(dW=a.dW[:1], db=a.db[:1]))


# ---- numerical_gradient ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [3, 3.0, np.float32(3), np.array(3.0)])
def test_the_slope_of_x_squared_at_3_is_6(x):
    slope = numerical_gradient(lambda x: x**2, x)
    assert np.shape(slope) == ()
    assert slope == pytest.approx(6, rel=1e-9)


def test_the_gradient_has_the_shape_of_its_argument_and_one_slope_for_each_entry():
    weights = np.arange(12.0).reshape(2, 3, 2)
    gradient = numerical_gradient(lambda x: (weights * x**2).sum() / 2, np.ones((2, 3, 2)))
    assert gradient.shape == (2, 3, 2)
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, weights, atol=1e-9)


@pytest.mark.parametrize("x", [[1, 2], (1, 2), np.array([1, 2], np.uint8), np.array([1, 2], np.float32)])
def test_whole_numbers_and_float32_are_nudged_in_float64(x):
    np.testing.assert_allclose(numerical_gradient(lambda x: (x**3).sum(), x), [3, 12], rtol=1e-9)


def test_the_difference_is_central_its_error_falls_with_the_square_of_the_step():
    large, small = (abs(numerical_gradient(np.exp, 0.0, step=step) - 1) for step in (1e-2, 1e-3))
    assert large / small == pytest.approx(100, rel=1e-3)


@pytest.mark.parametrize(("x", "reach"), [(1e6, 10), (1.0, 1e-5), (1e-3, 1e-5), (0.0, 1e-5), (-1e6, 10)])
def test_the_step_grows_with_the_number_that_is_nudged(x, reach):
    seen = []
    numerical_gradient(lambda x: seen.append(float(x)) or 0.0, x)
    assert len(seen) == 2
    assert min(seen) < x < max(seen)
    assert reach / 10 < max(seen) - min(seen) < 2 * reach


def test_a_function_that_changes_its_argument_does_no_harm():
    x = np.array([1.0, 2.0, 3.0])

    def careless(x):
        x *= x
        return x.sum()

    np.testing.assert_allclose(numerical_gradient(careless, x), [2, 4, 6], rtol=1e-9)
    np.testing.assert_array_equal(x, [1, 2, 3])


@pytest.mark.parametrize("value", [np.float32(1), np.array([2.0]), np.array([[2.0]]), 3, True])
def test_any_single_number_is_taken_as_the_value_of_f(value):
    np.testing.assert_array_equal(numerical_gradient(lambda x: value, np.ones(2)), [0, 0])


NO_GRADIENT = {
    "an array": (lambda x: x, [1.0, 2.0], TypeError, r"f returned an array of shape \(2,\), one number .* Is a sum or"),
    "an empty list": (lambda x: [], [1.0, 2.0], TypeError, r"f returned an array of shape \(0,\)"),
    "nothing": (lambda x: None, [1.0, 2.0], TypeError, "None"),
    "text": (lambda x: "1.0", [1.0, 2.0], TypeError, "f returned"),
    "a complex number": (lambda x: 1j, [1.0, 2.0], TypeError, "complex"),
    "NaN": (lambda x: np.nan, [1.0, 2.0], ValueError, r"f is nan where entry \(0,\) of x is nudged"),
    "inf": (lambda x: np.inf if x[1] > 2 else 0.0, [1.0, 2.0], ValueError, r"f is inf where entry \(1,\)"),
    "x with NaN": (lambda x: 0.0, [1.0, np.nan], ValueError, "x holds 1 value that is NaN"),
    "x in text": (lambda x: 0.0, ["a"], TypeError, "x holds text"),
    "x missing": (lambda x: 0.0, None, TypeError, "x holds None"),
}


@pytest.mark.parametrize(("f", "x", "error", "message"), NO_GRADIENT.values(), ids=NO_GRADIENT)
def test_what_has_no_numerical_gradient_is_refused_in_words(f, x, error, message):
    with pytest.raises(error, match=message):
        numerical_gradient(f, x)


def test_the_report_says_whose_gradients_were_checked():
    network, X, y = running_example()

    def forgets_its_return(forward, y):
        network.backward(forward, y)

    report = gradient_check(network, X, y, forgets_its_return(network.forward(X), y))
    assert report.summary().startswith("The network's own gradients pass")
    given = gradient_check(network, X, y, network.backward(network.forward(X), y))
    assert given.summary().startswith("The given gradients pass")


def test_a_tensor_whose_error_rounding_would_hide_is_not_called_right_without_saying_so():
    network, X, _ = running_example()
    y = np.full((4, 2), 1e9)
    y[:, 1] *= -1
    report = gradient_check(network, X, y)
    blind = [row for row in report.rows if row.resolution > 1e-3]
    assert blind
    for row in blind:
        assert "could not be seen" in row.finding
    assert not any("could not be seen" in row.finding for row in gradient_check(*running_example()).rows)


def test_a_function_that_reads_the_array_itself_instead_of_its_argument_is_refused():
    network, X, y = running_example()
    W = network.weights[0]
    before = W.copy()
    with pytest.raises(ValueError, match="does not change with its argument, only with the array x itself"):
        numerical_gradient(lambda ignored: network.loss_value(X, y), W)
    np.testing.assert_array_equal(W, before)


def test_a_gradient_that_is_truly_zero_is_no_reason_to_refuse():
    x = np.array([1.0, -2.0])
    np.testing.assert_array_equal(numerical_gradient(lambda x: 3.0, x), [0.0, 0.0])
    np.testing.assert_array_equal(numerical_gradient(lambda z: relu(z).sum(), np.array([-1.0, -2.0])), [0.0, 0.0])


class Decaying(Network):
    """A subclass with a penalty on the weights, in the loss and, if told so, in the gradient."""

    in_gradient = True

    def loss_value(self, X, y):
        return super().loss_value(X, y) + 0.05 * sum(float((W**2).sum()) for W in self.weights)

    def backward(self, forward, y):
        gradients = super().backward(forward, y)
        if not self.in_gradient:
            return gradients
        return Gradients([dW + 0.1 * W for dW, W in zip(gradients.dW, self.weights, strict=True)], gradients.db)


@pytest.mark.parametrize("in_gradient", [True, False])
def test_a_subclass_is_checked_against_its_own_loss(in_gradient):
    network = Decaying((3, 4, 2), hidden="tanh", rng=np.random.default_rng(0))
    network.in_gradient = in_gradient
    rng = np.random.default_rng(1)
    report = gradient_check(network, rng.normal(size=(6, 3)), rng.normal(size=(6, 2)))
    assert report.passed is in_gradient
    assert [row.name for row in report.rows if not row.passed] == ([] if in_gradient else ["dW[0]", "dW[1]"])


def test_a_loss_that_is_not_finite_is_no_wrong_gradient():
    network, X, y = running_example()
    with pytest.raises(ValueError, match="the loss is inf at these parameters"):
        gradient_check(network, X * 1e200, y)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"step": 0}, ValueError, "step is 0, a number above 0"),
        ({"step": 1e-20}, ValueError, "too small to change"),
        ({"step": "a"}, TypeError, "step is 'a'"),
        ({"tolerance": 0}, ValueError, "tolerance is 0"),
        ({"tolerance": np.nan}, ValueError, "tolerance is nan"),
        ({"tolerance": np.inf}, ValueError, "tolerance is inf"),
    ],
)
def test_steps_and_tolerances_that_could_hide_everything_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        gradient_check(*running_example(), **arguments)


def test_arguments_in_the_wrong_order_are_named():
    network, X, y = running_example()
    with pytest.raises(TypeError, match=r"gradient_check\(network, X, y\)"):
        gradient_check(X, y, network)
    with pytest.raises(TypeError, match=r"it comes first: numerical_gradient\(f, x\)"):
        numerical_gradient(X, np.sum)


def test_entries_whose_squares_overflow_are_wrong_without_a_warning():
    found = compare_tensor("dW", np.array([1e200, 1.0]), np.array([1.0, 1.0]))
    assert not found.passed
    assert found.relative_error == np.inf


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x**3, 0.0),
        (lambda x: x**2, 0.0),
        (lambda x: 1e5 * x**2, 0.3),
        (lambda x: 1e-9 * x + 1.0, 5.0),
        (lambda x: np.sin(300 * x), 1.0),
        (lambda x: np.exp(30 * x), 1.0),
        (lambda x: 7.0 + 0 * x, 2.0),
        (relu, 0.001),
        (relu, -0.001),
    ],
)
def test_a_smooth_place_is_no_kink(f, x):
    assert not at_kinks(f, x)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (abs, 0.0),
        (relu, 0.0),
        (relu, 1e-7),
        (lambda x: abs(x) + 1e4, 0.0),
        (lambda x: max(x, 2 * x - 100), 100.0),
        (lambda x: np.exp(x) + 0.01 * abs(x - 1), 1.0),
    ],
)
def test_a_kink_is_found(f, x):
    assert at_kinks(f, x)


def test_the_kinks_of_an_array_are_found_entry_by_entry():
    x = np.array([[0.0, 1.0], [-1.0, 0.0]])
    np.testing.assert_array_equal(at_kinks(lambda x: (relu(x) * [[1, 2], [3, 4]]).sum(), x), x == 0)
    with pytest.raises(ValueError, match="step"):
        at_kinks(abs, 1.0, step=-1)


@pytest.mark.parametrize(
    ("f", "slope", "x"),
    [
        (np.log, lambda x: 1 / x, 1e-4),
        (np.log, lambda x: 1 / x, 0.002),
        (lambda x: np.exp(1000 * x), lambda x: 1000 * np.exp(1000 * x), 0.01),
        (relu, lambda x: 1.0, 5.45e-6),
        (lambda x: x**3, lambda x: 3 * x**2, 2.0),
    ],
)
def test_nudges_are_made_finer_where_a_function_is_steep_and_a_wrong_slope_stays_wrong(f, slope, x):
    row, nudged, use = compare_with_nudges("x", slope(x), f, x)
    assert row.passed
    assert use
    assert nudged == pytest.approx(slope(x), rel=1e-6)
    for factor in (1.0001, -1, 2):
        assert compare_with_nudges("x", factor * slope(x), f, x)[0].status == "wrong"


def test_an_entry_at_a_kink_is_left_out_and_the_others_are_compared():
    x = np.array([0.0, 1.0, -2.0])
    row, _, use = compare_with_nudges("x", [7.0, 1.0, 0.0], lambda x: relu(x).sum(), x)
    np.testing.assert_array_equal(use, [False, True, True])
    assert (row.status, row.at_kinks) == ("right", 1)
    assert compare_with_nudges("x", [0.0, 1.0, 0.1], lambda x: relu(x).sum(), x)[0].status == "wrong"
    assert compare_with_nudges("x", 3.0, relu, 0.0)[0].status == "kink"


def test_differences_that_are_all_rounding_are_not_believed():
    row, _, _ = compare_with_nudges("x", 0.0, lambda x: 1e9 + x, 1.0)
    assert row.status == "wrong"
