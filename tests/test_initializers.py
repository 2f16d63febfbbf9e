"""How widely starting weights are spread, and that nothing but the given generator draws them."""

import numpy as np
import pytest

from backprop_lib import Network, initializers
from backprop_lib.activations import ACTIVATIONS
from backprop_lib.initializers import INITIALIZERS, Initializer, for_layer_behind

N_IN, N_OUT = 600, 200
STANDARD_DEVIATIONS = {
    "he": (2 / 600) ** 0.5,
    "xavier": (2 / 800) ** 0.5,
    "lecun": (1 / 600) ** 0.5,
    "standard_normal": 1.0,
    "zeros": 0.0,
}


def test_the_table_holds_the_five_initializers():
    assert set(INITIALIZERS) == set(STANDARD_DEVIATIONS)


@pytest.mark.parametrize(("name", "expected"), STANDARD_DEVIATIONS.items())
def test_the_weights_have_mean_0_and_the_stated_standard_deviation(name, expected):
    W = INITIALIZERS[name](N_IN, N_OUT, rng=np.random.default_rng(0))
    assert W.shape == (N_IN, N_OUT)
    # 120 000 draws know their standard deviation to 0.2 % and their mean to 0.3 % of it.
    assert W.std() == pytest.approx(expected, rel=0.01)
    assert abs(W.mean()) <= 0.015 * expected


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_a_network_takes_he_behind_relu_like_units_and_xavier_behind_all_others(hidden):
    first, behind = Network((N_IN, N_IN, N_OUT), hidden=hidden, rng=np.random.default_rng(1)).weights
    scale = "he" if hidden in ("relu", "leaky_relu", "elu") else "xavier"
    assert for_layer_behind(ACTIVATIONS[hidden]) is INITIALIZERS[scale]
    assert behind.std() == pytest.approx(STANDARD_DEVIATIONS[scale], rel=0.01)
    assert first.std() == pytest.approx((1 / 600) ** 0.5, rel=0.01), "behind the data: Xavier, whatever comes after"


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_network_takes_the_initializer_it_is_given_in_every_layer(name):
    network = Network((4, 3, 2), initializer=name, rng=np.random.default_rng(7))
    rng = np.random.default_rng(7)
    for W in network.weights:
        np.testing.assert_array_equal(W, INITIALIZERS[name](*W.shape, rng=rng))


def test_biases_start_at_zero():
    for b in Network((4, 3, 2), initializer="standard_normal", rng=np.random.default_rng(0)).biases:
        np.testing.assert_array_equal(b, np.zeros_like(b))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    one, same, other = (Network((5, 4, 3), rng=np.random.default_rng(seed)).weights for seed in (3, 3, 4))
    for W, again, different in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(W, again)
        assert (different != W).all()


def test_one_generator_goes_on_from_network_to_network():
    rng = np.random.default_rng(3)
    assert (Network((5, 4), rng=rng).weights[0] != Network((5, 4), rng=rng).weights[0]).all()


def test_a_float32_network_starts_from_the_same_draws():
    double, single = (Network((5, 4), dtype=dtype, rng=np.random.default_rng(0)).weights[0] for dtype in (float, "f4"))
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("rng", [np.random.default_rng(0), 0, None], ids=["generator", "seed", "none"])
def test_the_global_generator_is_neither_used_nor_seeded(rng):
    before = np.random.get_state()[1:3]  # noqa: NPY002 - the global state is what must not move
    Network((5, 4, 3), rng=rng)
    after = np.random.get_state()[1:3]  # noqa: NPY002
    np.testing.assert_array_equal(before[0], after[0])
    assert before[1] == after[1]


def test_a_new_initializer_enters_the_table_and_a_misspelt_name_is_answered_with_the_nearest(monkeypatch):
    monkeypatch.setattr(initializers, "INITIALIZERS", dict(INITIALIZERS))
    tiny = Initializer("tiny", scale=lambda n_in, n_out: 1e-3)
    assert initializers.get("tiny") is tiny is initializers.get(tiny)
    with pytest.raises(ValueError, match=r'"Xaviar" is not the name of an initializer\. Did you mean "xavier"'):
        initializers.get("Xaviar")
