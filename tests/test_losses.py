"""Losses against loops written by hand, their derivatives against central differences, and every form of target."""

import math

import numpy as np
import pytest

from backprop_lib import losses, numerical_gradient
from backprop_lib.losses import LOSSES, Loss, log_softmax, softmax

SQUARED = ("half_mse", "mse", "half_sse")
RNG = np.random.default_rng(5)
A = RNG.normal(size=(5, 3))
TARGETS = {
    "numbers": RNG.normal(size=(5, 3)),
    "probabilities": RNG.uniform(size=(5, 3)),
    "classes": RNG.dirichlet([1, 1, 1], size=5),
}

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def squares(a, y):
    return sum((a[s][j] - y[s][j]) ** 2 for s in range(len(a)) for j in range(len(a[0])))


def bernoulli(a, y):
    total = 0.0
    for row_a, row_y in zip(a, y, strict=True):
        for logit, target in zip(row_a, row_y, strict=True):
            p = 1 / (1 + math.exp(-logit))
            total -= target * math.log(p) + (1 - target) * math.log(1 - p)
    return total


def categorical(a, y):
    total = 0.0
    for row_a, row_y in zip(a, y, strict=True):
        partition = sum(math.exp(logit) for logit in row_a)
        total -= sum(t * math.log(math.exp(logit) / partition) for logit, t in zip(row_a, row_y, strict=True))
    return total


BY_HAND = {
    "half_mse": lambda a, y: squares(a, y) / (2 * len(a)),
    "mse": lambda a, y: squares(a, y) / len(a),
    "half_sse": lambda a, y: squares(a, y) / 2,
    "binary_cross_entropy": lambda a, y: bernoulli(a, y) / len(a),
    "softmax_cross_entropy": lambda a, y: categorical(a, y) / len(a),
}


def test_the_table_holds_the_five_losses_of_the_course():
    assert list(LOSSES) == list(BY_HAND)


@every_loss
def test_the_value_is_that_of_a_loop_over_samples_and_outputs(loss):
    y = TARGETS[loss.target_kind]
    value = loss.value(A, y)
    assert type(value) is float
    assert value == pytest.approx(BY_HAND[loss.name](A.tolist(), y.tolist()), rel=1e-14)


@every_loss
def test_the_derivative_is_what_a_nudge_finds(loss):
    y = TARGETS[loss.target_kind]
    np.testing.assert_allclose(loss.derivative(A, y), numerical_gradient(lambda a: loss.value(a, y), A), atol=1e-9)


def test_the_derivative_belongs_to_the_value_also_where_probabilities_sum_to_1_only_nearly():
    loss, y = LOSSES["softmax_cross_entropy"], [[0.333333] * 3] * 5
    np.testing.assert_allclose(loss.derivative(A, y), numerical_gradient(lambda a: loss.value(a, y), A), atol=1e-9)


def test_the_three_squared_losses_differ_by_the_factors_1_over_2n_and_1_over_n_and_one_half():
    y, n = TARGETS["numbers"], len(A)
    for method in ("value", "derivative"):
        half_mse, mse, half_sse = (np.asarray(getattr(LOSSES[name], method)(A, y)) for name in SQUARED)
        np.testing.assert_allclose(mse, 2 * half_mse, rtol=1e-15)
        np.testing.assert_allclose(half_sse, n * half_mse, rtol=1e-15)


@pytest.mark.parametrize("name", ["half_mse", "mse", "half_sse", "binary_cross_entropy"])
def test_a_second_output_adds_to_the_loss_and_is_not_averaged_away(name):
    loss = LOSSES[name]
    y = TARGETS[loss.target_kind]
    both = loss.value(np.hstack([A, A]), np.hstack([y, y]))
    assert both == pytest.approx(2 * loss.value(A, y), rel=1e-14)


@pytest.mark.parametrize("name", ["half_mse", "mse", "binary_cross_entropy", "softmax_cross_entropy"])
def test_repeating_every_sample_changes_nothing_where_the_loss_averages(name):
    loss = LOSSES[name]
    y = TARGETS[loss.target_kind]
    assert loss.value(np.vstack([A, A]), np.vstack([y, y])) == pytest.approx(loss.value(A, y), rel=1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("name", "logits", "target", "value", "slope"),
    [
        ("binary_cross_entropy", [1000], [1], 0, [0]),
        ("binary_cross_entropy", [1000], [0], 1000, [1]),
        ("binary_cross_entropy", [-1000], [0], 0, [0]),
        ("binary_cross_entropy", [-1000], [1], 1000, [-1]),
        ("softmax_cross_entropy", [1000, 0], [1, 0], 0, [0, 0]),
        ("softmax_cross_entropy", [1000, 0], [0, 1], 1000, [1, -1]),
        ("softmax_cross_entropy", [-1000, 0], [1, 0], 1000, [-1, 1]),
        ("softmax_cross_entropy", [-1000, 0], [0, 1], 0, [0, 0]),
    ],
)
def test_cross_entropy_is_exact_and_silent_at_logits_of_1000(name, logits, target, value, slope, dtype):
    a = np.array([logits], dtype=dtype)
    with np.errstate(all="raise"):
        assert LOSSES[name].value(a, [target]) == value
        np.testing.assert_array_equal(LOSSES[name].derivative(a, [target]), [slope])


@every_loss
def test_a_loss_of_zero_has_no_minus_sign(loss):
    a = np.array([[1000.0, -1000.0]])
    y = a if loss.target_kind == "numbers" else [[1, 0]]
    assert str(loss.value(a, y)) == "0.0"


@every_loss
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_derivative_and_the_prediction_keep_the_float_type(loss, dtype):
    a = A.astype(dtype)
    assert loss.derivative(a, TARGETS[loss.target_kind]).dtype == dtype
    assert loss.prediction(a).dtype == dtype


def test_the_prediction_is_a_itself_or_the_probabilities_of_the_logits():
    for name in SQUARED:
        np.testing.assert_array_equal(LOSSES[name].prediction(A), A)
    by_hand = [[1 / (1 + math.exp(-logit)) for logit in row] for row in A.tolist()]
    np.testing.assert_allclose(LOSSES["binary_cross_entropy"].prediction(A), by_hand, rtol=1e-14)
    by_hand = [[math.exp(logit) / sum(map(math.exp, row)) for logit in row] for row in A.tolist()]
    np.testing.assert_allclose(LOSSES["softmax_cross_entropy"].prediction(A), by_hand, rtol=1e-14)


def test_softmax_rows_sum_to_1_and_do_not_change_when_a_row_is_shifted():
    np.testing.assert_allclose(softmax(A).sum(axis=1), 1, rtol=1e-14)
    shifted = np.add(A, [[700.0], [-700.0], [0], [1e4], [-1e4]])
    np.testing.assert_allclose(softmax(shifted), softmax(A), rtol=1e-10)
    np.testing.assert_allclose(np.exp(log_softmax(A)), softmax(A), rtol=1e-14)


def test_the_loss_changes_neither_predictions_nor_targets():
    for loss in LOSSES.values():
        a, y = A.copy(), TARGETS[loss.target_kind].copy()
        loss.value(a, y)
        loss.derivative(a, y)
        np.testing.assert_array_equal(a, A)
        np.testing.assert_array_equal(y, TARGETS[loss.target_kind])


@pytest.mark.parametrize("name", [*SQUARED, "binary_cross_entropy"])
@pytest.mark.parametrize(
    "y",
    [[1, 0, 1], [True, False, True], [[1], [0], [1]], np.array([1, 0, 1], dtype=np.uint8), (1.0, 0.0, 1.0)],
    ids=["list of int", "bools", "column", "bytes", "tuple"],
)
def test_targets_of_one_output_may_be_flat_whole_or_boolean(name, y):
    a = [[0.3], [-2.0], [1.0]]
    exact = np.array([[1.0], [0.0], [1.0]])
    assert LOSSES[name].value(a, y) == LOSSES[name].value(a, exact)
    np.testing.assert_array_equal(LOSSES[name].derivative(a, y), LOSSES[name].derivative(a, exact))


@pytest.mark.parametrize("labels", [[2, 0, 1], [2.0, 0.0, 1.0], np.array([2, 0, 1], dtype=np.uint8)])
def test_whole_number_labels_stand_for_one_hot_rows(labels):
    loss, a = LOSSES["softmax_cross_entropy"], A[:3]
    one_hot = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert loss.value(a, labels) == loss.value(a, one_hot)
    np.testing.assert_array_equal(loss.targets(labels, (3, 3)), one_hot)


# What came, what was expected, the likely slip: (loss, outputs, targets of three samples, exception, pieces of it).
REFUSED = {
    "too few": ("half_mse", 1, [1, 2], ValueError, ["2 targets", "3 samples"]),
    "too many": ("half_mse", 1, [1, 2, 3, 4], ValueError, ["4 targets", "3 samples"]),
    "too few rows": ("half_mse", 2, np.ones((2, 2)), ValueError, ["(2, 2)", "(3, 2)", "2 rows", "3 samples"]),
    "transposed": ("half_mse", 2, np.ones((2, 3)), ValueError, ["(2, 3)", "(3, 2)", "transposed", "Rows are samples"]),
    "flat for two outputs": ("mse", 2, [1, 2, 3], ValueError, ["(3,)", "(3, 2)", "2 outputs", "softmax_cross_entropy"]),
    "too few columns": ("mse", 2, [[1], [2], [3]], ValueError, ["(3, 1)", "(3, 2)", "one column an output"]),
    "three dimensions": ("mse", 1, np.ones((3, 1, 1)), ValueError, ["(3, 1, 1)", "(3, 1)"]),
    "one number": ("mse", 1, 5.0, ValueError, ["()", "(3, 1)"]),
    "none at all": ("mse", 1, [], ValueError, ["(0,)", "no target at all", "(3, 1)"]),
    "missing": ("mse", 1, None, TypeError, ["y", "None", "numbers were expected"]),
    "one missing": ("mse", 1, [1.0, None, 2.0], TypeError, ["None", "Is a value missing"]),
    "text": ("half_mse", 1, ["cat", "dog", "cat"], TypeError, ["y holds text", "'cat'", "label column"]),
    "complex": ("half_mse", 1, [1j, 0, 0], TypeError, ["y holds complex numbers", "real numbers"]),
    "nan": ("half_mse", 1, [0, np.nan, 1], ValueError, ["y holds 1 value", "NaN", "index 1"]),
    "infinite": ("half_mse", 1, [0, np.inf, -np.inf], ValueError, ["2 values", "infinite", "index 1"]),
    "ragged": ("half_mse", 2, [[1, 2], [3], [4, 5]], ValueError, ["rows differ in length"]),
    "coded -1 and 1": ("binary_cross_entropy", 1, [-1, 1, 1], ValueError, ["-1", "from 0 to 1", "coded -1 and 1"]),
    "a number to fit": ("binary_cross_entropy", 1, [0, 0.5, 3.7], ValueError, ["3.7", "from 0 to 1", "half_mse"]),
    "negative probability": ("softmax_cross_entropy", 2, [[-0.5, 1.5]] * 3, ValueError, ["-0.5", "from 0 to 1"]),
    "no probabilities": ("softmax_cross_entropy", 2, [[1, 0], [1, 1], [0, 1]], ValueError, ["row 1", "sums to 2"]),
    "column of labels": ("softmax_cross_entropy", 3, [[0], [1], [2]], ValueError, ["(3, 1)", "(3, 3)", "y.ravel()"]),
    "too few labels": ("softmax_cross_entropy", 3, [0, 1], ValueError, ["2 targets", "3 samples"]),
    "labels from 1": ("softmax_cross_entropy", 3, [1, 2, 3], ValueError, ["label 3", "0 to 2", "start at 1"]),
    "negative label": ("softmax_cross_entropy", 3, [0, -1, 2], ValueError, ["label -1", "0 to 2"]),
    "no whole label": ("softmax_cross_entropy", 3, [0, 0.5, 2], ValueError, ["0.5", "whole numbers from 0 to 2"]),
    "huge label": ("softmax_cross_entropy", 3, [0, 1e300, 2], ValueError, ["labels"]),
    "labels for one output": ("softmax_cross_entropy", 1, [0, 1, 1], ValueError, ["1 output", "binary_cross_entropy"]),
}


@pytest.mark.parametrize(("name", "n_out", "y", "error", "pieces"), REFUSED.values(), ids=REFUSED)
def test_targets_that_do_not_fit_are_refused_with_what_came_and_what_was_expected(name, n_out, y, error, pieces):
    for method in (LOSSES[name].value, LOSSES[name].derivative):
        with pytest.raises(error) as caught:
            method(np.zeros((3, n_out)), y)
        assert [piece for piece in pieces if piece not in str(caught.value)] == []


@pytest.mark.parametrize("a", [[1.0, 2.0], 3.0, np.ones((0, 2)), np.ones((2, 2, 1))])
def test_predictions_that_are_no_table_of_samples_and_outputs_are_refused(a):
    with pytest.raises(ValueError, match=r"a has the shape .* expected \(n_samples, n_out\)"):
        LOSSES["half_mse"].value(a, [1.0, 2.0])


def test_a_new_loss_enters_the_table_and_a_misspelt_name_is_answered_with_the_nearest(monkeypatch):
    monkeypatch.setattr(losses, "LOSSES", dict(LOSSES))
    absolute = Loss("absolute", formula=lambda a, y: np.abs(a - y).sum(), gradient=lambda a, y: np.sign(a - y))
    assert losses.get("absolute") is absolute is losses.get(absolute)
    assert "absolute" not in LOSSES
    for slip, right in (("half mse", "half_mse"), ("cross-entropy", "binary_cross_entropy"), ("HALF_SSE", "half_sse")):
        with pytest.raises(ValueError, match=f'"{slip}" is not the name of a loss. Did you mean "{right}"'):
            losses.get(slip)
