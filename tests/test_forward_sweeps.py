"""Forward passes in which one number at a time is moved."""

import numpy as np
import pytest

from backprop_lib import Network
from backprop_lib.numerals import readable
from backprop_lib.running_example import running_example
from backprop_lib.widgets import ForwardExplorer
from backprop_lib.widgets.forward_sweeps import HALF, MOST_NUMBERS, ForwardSweeps


def test_each_recorded_pass_is_that_of_the_changed_network():
    network, X, y = running_example()
    sweeps = ForwardSweeps()
    assert len(sweeps.changeables) == 2 + 6 + 3 + 6 + 2
    for which, one in enumerate(sweeps.changeables):
        for step in (0, HALF, 2 * HALF):
            changed, x = network.copy(), X[:1].copy()
            array = {"x": x[0], "W": changed.weights[one.layer - 1], "b": changed.biases[one.layer - 1]}[one.kind]
            array[one.index] = sweeps.grid(one)[step]
            forward = changed.forward(x)
            numbers = sweeps.values[which, step]
            np.testing.assert_array_equal(numbers[:3], forward.z[0][0])
            np.testing.assert_array_equal(numbers[3:6], forward.a[1][0])
            np.testing.assert_array_equal(numbers[8:10], forward.y_hat[0])
            assert numbers[-1] == changed.loss_value(x, y[:1])


def test_logits_are_called_so_and_the_prediction_that_belongs_to_them_is_told():
    network = Network((2, 3, 3), hidden="tanh", loss="softmax_cross_entropy", rng=np.random.default_rng(0))
    x, y = np.array([0.5, -1.0]), np.array([0.0, 1.0, 0.0])
    sweeps = ForwardSweeps(network, x, y)
    which = next(i for i, one in enumerate(sweeps.changeables) if one.name == "b2[1]")
    network.biases[1][1] += sweeps.grid(sweeps.changeables[which])[7] - network.biases[1][1]
    z = network.forward(x[np.newaxis]).z[-1][0]
    shares = np.exp(z) / np.exp(z).sum()
    logits, probabilities = (", ".join(readable(number) for number in numbers) for numbers in (z, shares))
    assert f" a of the output: {logits} (logits), so ŷ is {probabilities}; the loss is " in sweeps.words(which, 7)
    assert "logits" not in ForwardSweeps().words(0, HALF)


def test_only_what_depends_on_a_number_changes():
    sweeps = ForwardSweeps()
    names = [one.name for one in sweeps.changeables]
    words = sweeps.words(names.index("W2[0, 1]"), 3)
    assert "W2[0, 1] = −2.7000, it was −1.0000." in words
    assert words.endswith("1 of 5 activations have changed.")
    assert "have changed" not in sweeps.words(0, HALF)


def test_a_kept_change_is_where_the_next_one_begins():
    explorer = ForwardExplorer()
    explorer.change("b1[2]", 30)
    assert explorer.position == HALF
    assert explorer.sweeps.network.biases[0][2] == 1.25
    assert explorer._sent["facts"]["changed"]
    explorer.reset()
    assert explorer.sweeps.network.biases[0][2] == 0.25
    assert not explorer._sent["facts"]["changed"]


@pytest.mark.parametrize(
    ("sizes", "layers", "units"),
    [
        ((30, 3, 2), [0, 1, 2], [7, 3, 2]),
        ((64, 80, 10), [0, 1, 2], [7, 7, 7]),
        ((8, 8, 8, 8, 8), [0, 1, 2, 3, 4], [4, 4, 4, 4, 4]),
        ((4,) * 31, [0, 1, 2, 29, 30], [4, 4, 4, 4, 4]),
        ((784, 300, 10), [0, 1, 2], [7, 7, 7]),
    ],
)
def test_a_network_that_is_too_large_is_drawn_in_summary(sizes, layers, units):
    network = Network(sizes, hidden="tanh", rng=np.random.default_rng(0))
    x = np.linspace(-1, 1, sizes[0])
    explorer = ForwardExplorer(network, x)
    sweeps = explorer.sweeps
    assert sweeps.layers == layers
    assert [len(of) for of in sweeps.units.values()] == units
    assert sweeps.values.size <= MOST_NUMBERS
    # What is drawn is what the network computes.
    forward = network.forward(x[np.newaxis])
    last = sweeps.units[layers[-1]]
    np.testing.assert_array_equal(sweeps.values[0, HALF, -1 - len(last) : -1], forward.y_hat[0, last])
    which = next(i for i, one in enumerate(sweeps.changeables) if one.kind == "b" and one.layer == layers[-1])
    assert sweeps.words(which, 0).endswith(f"1 of {sum(sizes[1:])} activations have changed.")
    assert np.isnan(sweeps.values[..., -1]).all()  # no target, no loss
    assert "the loss" not in sweeps.words(0, 0)
    assert "<img" in explorer._still()


def test_a_weight_between_layers_that_are_left_out_cannot_be_moved():
    sweeps = ForwardSweeps(Network((4,) * 31, rng=np.random.default_rng(0)), np.ones(4))
    assert {one.layer for one in sweeps.changeables if one.kind == "W"} == {1, 2, 30}
    assert {one.layer for one in sweeps.changeables if one.kind == "b"} == {1, 2, 29, 30}


def test_a_pass_that_overflows_is_refused_in_words():
    network, X, _ = running_example()
    network.weights[0][...] = network.weights[1][...] = 1e300
    with pytest.raises(ValueError, match=r"not finite\. Take smaller weights or inputs"):
        ForwardSweeps(network, X[0])


def test_a_loss_that_overflows_is_refused_in_words_too():
    network, _, Y = running_example()
    with pytest.raises(ValueError, match=r"not finite\. Take smaller weights or inputs"):
        ForwardSweeps(network, [1e160, 1.0], Y[0])


def test_a_large_number_is_told_in_as_many_digits_as_show_that_it_moves():
    network, _, Y = running_example()
    sweeps = ForwardSweeps(network, [123456.789, -1e-7], Y[0])
    said = [sweeps.words(0, step).split(". a of")[0] for step in range(41)]
    assert len(set(said)) == 41
    assert said[21] == "x[0] = 1.234569e+05, it was 1.234568e+05"


def test_a_number_too_large_to_be_moved_is_refused_by_name():
    network, _, Y = running_example()
    with pytest.raises(ValueError, match=r"x\[1\] is 1e\+20, so large that a change of 0\.1 is lost in rounding"):
        ForwardSweeps(network, [1.0, 1e20], Y[0])
    assert ForwardSweeps(network, [1.0, 1e12], Y[0]).changed[1, 0] > 0


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"x": [1.0]}, TypeError, "without a network"),
        ({"network": 3}, TypeError, "a Network was expected"),
        ({"network": Network((2, 1), rng=np.random.default_rng(0))}, TypeError, "without x"),
        ({"network": Network((2, 1), rng=np.random.default_rng(0)), "x": [1.0]}, ValueError, r"\(2,\), was expected"),
        (
            {"network": Network((784, 400, 10), rng=np.random.default_rng(0)), "x": np.ones(784)},
            ValueError,
            "Take a smaller network",
        ),
    ],
)
def test_nonsense_is_refused_in_words(arguments, error, words):
    with pytest.raises(error, match=words):
        ForwardExplorer(**arguments)


def test_a_number_that_is_not_there_is_refused_in_words():
    explorer = ForwardExplorer()
    with pytest.raises(ValueError, match=r"one like x\[0\] was expected"):
        explorer.change("W9[0, 0]", 3)
    with pytest.raises(ValueError, match="0 to 40 was expected"):
        explorer.change("x[0]", 41)
