"""The data sets: shapes, classes, reproducibility; the digits against the counts of their documentation."""

from importlib import resources

import numpy as np
import pytest

from backprop_lib import datasets
from backprop_lib.datasets import DATASETS, digits, hold_out, moons, noisy_sine, rings, spiral, xor

two_classes = pytest.mark.parametrize("make", [moons, rings, spiral])
drawn = pytest.mark.parametrize("make", [moons, rings, spiral, noisy_sine])


def test_xor_is_the_exclusive_or():
    X, y = xor()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [[0], [1], [1], [0]]


@two_classes
@pytest.mark.parametrize("n_samples", [2, 7, 200])
def test_two_classes_share_the_points_equally_and_class_0_gets_the_odd_one(make, n_samples):
    X, y = make(n_samples, rng=np.random.default_rng(0))
    assert X.shape == (n_samples, 2)
    assert y.shape == (n_samples, 1)
    assert np.bincount(y.ravel().astype(int)).tolist() == [(n_samples + 1) // 2, n_samples // 2]


@drawn
def test_the_same_seed_gives_the_same_points_and_another_seed_others(make):
    (X, y), (X_again, y_again), (X_other, _) = (make(rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(X, X_again)
    np.testing.assert_array_equal(y, y_again)
    assert (X_other != X).all()


@drawn
def test_the_global_generator_is_left_alone(make):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must not move
    make(rng=np.random.default_rng(0))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_without_noise_the_points_lie_on_their_curves():
    X, y = rings(400, noise=0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y.ravel() == 0, 1, 0.5), rtol=1e-12)
    X, y = moons(400, noise=0, rng=np.random.default_rng(0))
    center = np.where(y == 0, [[-0.5, -0.25]], [[0.5, 0.25]])
    np.testing.assert_allclose(np.hypot(*(X - center).T), 1, rtol=1e-12)
    assert (np.sign(X - center)[:, 1] == np.where(y.ravel() == 0, 1, -1)).all()
    X, y = spiral(400, noise=0, turns=1.5, rng=np.random.default_rng(0))
    radius = np.hypot(*X.T)
    angle = 2 * np.pi * 1.5 * radius + np.pi * y.ravel()
    np.testing.assert_allclose(X, radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), atol=1e-12)
    X, y = noisy_sine(50, noise=0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(y, np.sin(np.pi * X), rtol=1e-12)


@drawn
def test_noise_is_the_standard_deviation_of_what_is_added(make):
    exact, noisy = (make(4000, noise=noise, rng=np.random.default_rng(0)) for noise in (0, 0.2))
    added = noisy[1] - exact[1] if make is noisy_sine else noisy[0] - exact[0]
    assert added.std() == pytest.approx(0.2, rel=0.05)


def test_the_noisy_sine_has_one_input_between_minus_1_and_1():
    X, y = noisy_sine(300, rng=np.random.default_rng(0))
    assert X.shape == y.shape == (300, 1)
    assert -1 <= X.min() < -0.9
    assert 0.9 < X.max() <= 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_samples": 1}, ValueError, "n_samples is 1, a whole number of at least 2"),
        ({"n_samples": -3}, ValueError, "n_samples is -3"),
        ({"n_samples": 10.0}, TypeError, r"n_samples is 10.0 \(float\), a whole number"),
        ({"n_samples": True}, TypeError, "n_samples is True"),
        ({"n_samples": "10"}, TypeError, "n_samples is '10'"),
        ({"noise": -0.1}, ValueError, "noise is -0.1"),
        ({"noise": np.nan}, ValueError, "noise is nan"),
        ({"noise": np.inf}, ValueError, "noise is inf"),
        ({"noise": "loud"}, TypeError, "noise is 'loud'"),
        ({"rng": "0"}, TypeError, r"rng is '0' \(str\), a numpy.random.Generator was expected"),
        ({"rng": -1}, ValueError, "rng is -1, a seed of at least 0"),
    ],
)
@drawn
def test_bad_arguments_are_refused(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**arguments)


def test_the_digits_are_uci_s_1797_with_its_class_counts():
    X, y = digits()
    assert X.shape == (1797, 64)
    assert y.shape == (1797,)
    assert y.dtype.kind == "i"
    # optdigits.names, the table of the testing set.
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_pixels_go_from_paper_to_ink_in_sixteenths():
    X, _ = digits()
    assert X.dtype == float
    assert np.unique(X).tolist() == [i / 16 for i in range(17)]


def test_the_first_digit_looks_like_a_0_and_the_order_is_that_of_scikit_learn():
    X, y = digits()
    assert y[:10].tolist() == list(range(10))
    picture = X[0].reshape(8, 8) * 16
    assert picture[0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert picture[3].tolist() == [0, 4, 12, 0, 0, 8, 8, 0]


def test_each_call_reads_the_digits_afresh():
    digits()[0][...] = 7
    assert digits()[0].max() == 1


def test_the_source_and_license_of_the_digits_stand_beside_them():
    note = resources.files("backprop_lib").joinpath("data/digits.md").read_text(encoding="utf-8")
    for piece in ("Alpaydin", "Kaynak", "UCI Machine Learning Repository", "doi.org/10.24432/C50P49", "CC BY 4.0"):
        assert piece in note


def test_hold_out_gives_every_sample_to_exactly_one_part_and_keeps_x_with_y():
    X = np.arange(40.0).reshape(20, 2)
    y = X[:, :1] + 0.5
    (X_train, y_train), (X_test, y_test) = hold_out(X, y, fraction=0.3, rng=np.random.default_rng(0))
    assert (len(X_train), len(X_test)) == (14, 6)
    np.testing.assert_array_equal(np.sort(np.vstack([X_train, X_test]), axis=0), X)
    np.testing.assert_array_equal(X_train[:, :1] + 0.5, y_train)
    np.testing.assert_array_equal(X_test[:, :1] + 0.5, y_test)
    assert X_train[:, 0].tolist() != sorted(X_train[:, 0]), "drawn at random, not cut off"


def test_hold_out_is_reproducible_and_leaves_its_arguments_alone():
    X, y = moons(50, rng=np.random.default_rng(0))
    before = X.copy()
    first, again = (hold_out(X, y, rng=np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(first[1][0], again[1][0])
    first[0][0][...] = 0
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize(
    ("y", "fraction", "message"),
    [
        (np.ones(3), 0.25, "X has 4 samples and y 3 targets"),
        (np.ones(4), 0.0, "holds out 0"),
        (np.ones(4), 0.1, "holds out 0; both parts need at least one sample"),
        (np.ones(4), 1.0, "holds out 4"),
        (np.ones(4), 1.5, "holds out 6"),
        (np.ones(4), -0.5, "fraction is -0.5, a finite number of at least 0"),
    ],
)
def test_hold_out_refuses_unequal_lengths_and_an_empty_part(y, fraction, message):
    with pytest.raises(ValueError, match=message):
        hold_out(np.ones((4, 2)), y, fraction=fraction)


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_each_data_set_of_the_table_can_be_made_by_name(dataset):
    X, y = dataset.make(rng=np.random.default_rng(0))
    assert len(X) == len(y)
    assert y.shape == (len(X), 1)
    assert set(np.unique(y)) == {0, 1} or dataset.task == "regression"
    assert dataset.held_out == (len(X) > 4)
    np.testing.assert_array_equal(X, getattr(datasets, dataset.name)(**_rng(dataset.name))[0])


def _rng(name):
    return {} if name == "xor" else {"rng": np.random.default_rng(0)}


def test_a_spiral_without_a_number_of_turns_is_refused():
    with pytest.raises(ValueError, match="turns is nan"):
        spiral(turns=np.nan)
