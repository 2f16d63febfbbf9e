"""What the delta explorer shows: the factors of delta, the number that checks it, and the runs."""

import re

import numpy as np
import pytest

from backprop_lib import activations, losses
from backprop_lib.widgets import DeltaExplorer
from backprop_lib.widgets.output_sweeps import (
    COMBINATIONS,
    LEARNING_RATES,
    RUN_EVERY,
    SAMPLES,
    SIGMOID_SLOPE,
    STEPS,
    OutputSweeps,
)


@pytest.fixture(scope="module")
def sweeps():
    return OutputSweeps()


def test_delta_is_the_product_of_its_factors_and_what_the_nudge_says(sweeps):
    product = sweeps.grad * sweeps.slope[:, np.newaxis, np.newaxis]
    np.testing.assert_allclose(sweeps.delta, product, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(sweeps.delta, sweeps.nudged, rtol=1e-5, atol=1e-8)


def test_a_wrong_factor_would_not_pass(sweeps):
    assert not np.allclose(2 * sweeps.delta, sweeps.nudged, rtol=1e-5, atol=1e-8)
    without_slope = sweeps.grad[2:]
    assert not np.allclose(without_slope, sweeps.nudged[2:], rtol=1e-5, atol=1e-8)


def test_a_batch_of_n_divides_by_n(sweeps):
    for size, n in enumerate(SAMPLES):
        np.testing.assert_allclose(sweeps.delta[:, size] * n, sweeps.delta[:, 0])


def test_mse_has_twice_the_delta_of_half_mse(sweeps):
    np.testing.assert_allclose(sweeps.delta[1], 2 * sweeps.delta[0])


def test_delta_is_that_of_a_batch_in_which_the_others_are_like_it(sweeps):
    one = COMBINATIONS[2]
    f, loss = activations.get(one.output), losses.get(one.loss)
    z = np.full((4, 1), sweeps.z[13])
    y = np.full((4, 1), one.targets[3])
    delta = loss.derivative(f(z), y) * f.derivative(z)
    assert sweeps.delta[2, SAMPLES.index(4), 3, 13] == pytest.approx(delta[0, 0])


def test_the_runs_are_gradient_descent(sweeps):
    for c, one in enumerate(COMBINATIONS):
        f = activations.get(one.output)
        loss = losses.get(one.loss)
        for size, n in enumerate(SAMPLES):
            z, seen = np.full((n, 1), sweeps.z[7]), []
            y = np.full((n, 1), one.targets[1])
            for _ in range(STEPS + 1):
                seen.append(f(z[0, 0]))
                pushed = loss.derivative(z if loss.takes_logits else f(z), y)
                z = z - LEARNING_RATES[one.output] * (pushed if loss.takes_logits else pushed * f.derivative(z))
            np.testing.assert_allclose(sweeps.runs[c, size, 1, 7], seen[::RUN_EVERY], rtol=1e-9)


def test_cross_entropy_learns_where_squared_error_does_not(sweeps):
    badly_wrong = int(np.abs(sweeps.z + 4).argmin())
    squared, crossed = sweeps.runs[2:, 0, 4, badly_wrong, -1]
    assert squared < 0.1
    assert crossed > 0.9


def test_another_beginning_is_refused_in_words():
    with pytest.raises(ValueError, match="one of linear_half_mse"):
        DeltaExplorer("relu_half_mse")
    assert DeltaExplorer("linear_mse")._where["picked"] == {"combination": 1, "size": 0, "target": 4}


def test_the_code_chooses_among_what_was_recorded_and_the_still_picture_shows_it():
    explorer = DeltaExplorer()
    explorer.change(combination="linear_mse", target=-1, samples=4)
    assert explorer._where["picked"] == {"combination": 1, "size": 1, "target": 1}
    assert "linear output, mse, target −1.0000, 4 samples." in explorer._sentence()
    with pytest.raises(ValueError, match=r"target is 0\.25; one of -2\.0, -1\.0, 0\.0, 1\.0, 2\.0 was expected"):
        explorer.change(samples=10, target=0.25)
    assert explorer._where["picked"] == {"combination": 1, "size": 1, "target": 1}


def test_each_equation_marks_what_is_shown_in_numbers():
    for one in DeltaExplorer()._sent["facts"]["combinations"]:
        loss, grad, delta = one["mathml"]
        assert all(f'data-term="{name}"' in loss for name in ("loss", "y_hat", "y", "n"))
        assert all(f'data-term="{name}"' in grad for name in ("grad", "y_hat", "y", "n"))
        assert all(f'data-term="{name}"' in delta for name in ("delta", "y_hat", "y", "n"))


@pytest.mark.parametrize("one", COMBINATIONS, ids=lambda one: one.name)
def test_the_equations_give_the_numbers(one, sweeps):
    """The right-hand sides, read as Python, give the recorded slope and delta."""
    c, place, n = COMBINATIONS.index(one), 13, SAMPLES[1]
    y_hat, y = sweeps.y_hat[c, place], one.targets[3]
    for formula, recorded in ((one.grad_formula, sweeps.grad), (one.formula, sweeps.delta)):
        for side in formula.split("=")[1:]:
            assert _value(side, y_hat, y, n) == pytest.approx(recorded[c, 1, 3, place])


def _value(latex, y_hat, y, n):
    latex = latex.replace(SIGMOID_SLOPE, SIGMOID_SLOPE[1:-1])
    text = re.sub(r"\\frac\{(.*)\}\{(n|2 n|n .*)\}(?= \\cdot|\s*$)", r"((\1) / (\2))", latex.strip())
    text = text.replace(r"\cdot", "*").replace(r"\hat y", "h")
    text = re.sub(r"(?<=[\dnh]) (?=[(nh])", " * ", text)
    return eval(text, {"h": y_hat, "y": y, "n": n})
