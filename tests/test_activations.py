"""Activations against 1000-digit references, and their derivatives against central differences."""

import decimal
from decimal import Decimal

import numpy as np
import pytest

from backprop_lib import activations, numerical_gradient
from backprop_lib.activations import ACTIVATIONS, Activation

# With 1000 digits even 1 + exp(-1000) is exact to more than 500 of them.
EXACT = decimal.Context(prec=1000)


def exp(z):
    return EXACT.exp(z)


REFERENCES = {
    "identity": (lambda z: z, lambda z: Decimal(1)),
    "relu": (lambda z: max(z, Decimal(0)), lambda z: Decimal(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else z * Decimal("0.01"), lambda z: Decimal(1) if z > 0 else Decimal("0.01")),
    "elu": (
        lambda z: z if z > 0 else EXACT.subtract(exp(z), Decimal(1)),
        lambda z: Decimal(1) if z > 0 else exp(z),
    ),
    "sigmoid": (
        lambda z: EXACT.divide(Decimal(1), EXACT.add(1, exp(-z))),
        lambda z: EXACT.divide(exp(-z), EXACT.power(EXACT.add(1, exp(-z)), 2)),
    ),
    "tanh": (
        lambda z: EXACT.divide(EXACT.subtract(exp(2 * z), 1), EXACT.add(exp(2 * z), 1)),
        lambda z: EXACT.divide(4 * exp(2 * z), EXACT.power(EXACT.add(exp(2 * z), 1), 2)),
    ),
    "softplus": (
        lambda z: EXACT.ln(EXACT.add(1, exp(z))),
        lambda z: EXACT.divide(Decimal(1), EXACT.add(1, exp(-z))),
    ),
}
POINTS = np.array([-1000, -40, -3.5, -1, -0.25, -1e-9, 0, 1e-9, 0.25, 1, 3.5, 40, 1000])

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


def test_the_table_holds_the_seven_activations_of_the_course():
    assert list(ACTIVATIONS) == ["identity", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus"]
    assert {a.name for a in ACTIVATIONS.values() if a.kinks == (0.0,)} == {"relu", "leaky_relu"}
    assert {a.name for a in ACTIVATIONS.values() if a.relu_like} == {"relu", "leaky_relu", "elu"}


@every_activation
def test_the_value_is_exact_to_the_last_digits_from_minus_to_plus_1000(activation):
    exact, _ = REFERENCES[activation.name]
    expected = [float(exact(Decimal(z))) for z in POINTS.tolist()]
    np.testing.assert_allclose(activation(POINTS), expected, rtol=2e-15, atol=0)


@every_activation
def test_the_derivative_is_exact_to_the_last_digits_from_minus_to_plus_1000(activation):
    _, exact_slope = REFERENCES[activation.name]
    expected = [float(exact_slope(Decimal(z))) for z in POINTS.tolist()]
    np.testing.assert_allclose(activation.derivative(POINTS), expected, rtol=2e-15, atol=0)


@every_activation
def test_the_derivative_is_what_a_nudge_finds_away_from_kinks(activation):
    z = np.array([[-3.0, -0.7, -0.1], [0.2, 1.3, 5.0]])
    nudged = numerical_gradient(lambda z: activation(z).sum(), z)
    np.testing.assert_allclose(activation.derivative(z), nudged, rtol=0, atol=1e-9)


@every_activation
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nothing_overflows_or_warns_at_1000(activation, dtype):
    z = np.array([-1000, -100, 0, 100, 1000], dtype=dtype)
    with np.errstate(all="raise"):
        assert np.isfinite(activation(z)).all()
        assert np.isfinite(activation.derivative(z)).all()


@every_activation
def test_float32_stays_float32_and_agrees_with_float64(activation):
    z = np.linspace(-5, 5, 12, dtype=np.float32).reshape(3, 4)
    for function in (activation, activation.derivative):
        assert function(z).dtype == np.float32
        assert function(z).shape == z.shape
        np.testing.assert_allclose(function(z), function(z.astype(float)), rtol=1e-5, atol=1e-7)


@every_activation
@pytest.mark.parametrize("z", [[-2, 0, 3], np.array([[-2], [3]]), True, 7])
def test_whole_numbers_are_taken_as_floats(activation, z):
    as_floats = np.asarray(z, dtype=float)
    for function in (activation, activation.derivative):
        assert function(z).dtype == np.float64
        np.testing.assert_array_equal(function(z), function(as_floats))


@every_activation
def test_the_result_is_new_memory_and_the_input_stays_as_it_was(activation):
    z = np.array([-1.0, 0.0, 2.0])
    for function in (activation, activation.derivative):
        result = function(z)
        result += 1
        np.testing.assert_array_equal(z, [-1.0, 0.0, 2.0])


@every_activation
@pytest.mark.parametrize("z", ["0.5", ["a", "b"], 1 + 2j, None, [None, 1.0]])
def test_what_is_no_real_number_is_refused(activation, z):
    for function in (activation, activation.derivative):
        with pytest.raises(TypeError, match="real numbers was expected"):
            function(z)


def test_the_slope_of_the_relu_at_0_is_0_by_convention_where_a_nudge_finds_one_half():
    relu = ACTIVATIONS["relu"]
    np.testing.assert_array_equal(relu.derivative(np.array([0.0, -0.0])), [0, 0])
    assert numerical_gradient(relu, 0.0) == 0.5


def test_the_slope_of_the_leaky_relu_at_0_is_that_of_its_left_side():
    assert ACTIVATIONS["leaky_relu"].derivative(0.0) == 0.01


def test_a_new_activation_enters_the_table_and_is_found_by_name(monkeypatch):
    monkeypatch.setattr(activations, "ACTIVATIONS", dict(ACTIVATIONS))
    square = Activation("square", function=np.square, slope=lambda z: 2 * z)
    assert activations.get("square") is square
    assert "square" not in ACTIVATIONS


def test_a_name_and_an_activation_find_the_same_and_a_slip_is_answered_with_the_nearest_name():
    assert activations.get("tanh") is activations.tanh is activations.get(activations.tanh)
    with pytest.raises(ValueError, match=r'"tahn" is not the name of an activation\. Did you mean "tanh"'):
        activations.get("tahn")
