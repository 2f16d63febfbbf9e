"""Sizes of activations, errors and gradients in deep networks: measured, and by the theory."""

import numpy as np
import pytest

from backprop_lib.numerals import readable
from backprop_lib.widgets import GradientFlow
from backprop_lib.widgets import flow as flow_module
from backprop_lib.widgets.flow import EPOCHS, LEARNING_RATE, SAMPLES, Flow


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("gain", [0.5, 1.0, 2.0])
def test_measurement_and_theory_agree_at_the_start(hidden, gain):
    flow = Flow(depth=12, width=150, hidden=hidden, gain=gain)
    for measured, expected in (
        (flow.activations[0], flow.expected_activations),
        (flow.deltas[0], flow.expected_deltas),
    ):
        assert np.all(measured / expected < 2)
        assert np.all(measured / expected > 1 / 2)


def test_the_sigmoid_vanishes_and_hes_scale_holds_the_relu():
    sigmoid, relu = Flow(hidden="sigmoid"), Flow(hidden="relu", gain=float(np.sqrt(2)))
    assert sigmoid.deltas[0, 0] / sigmoid.deltas[0, -1] < 1e-9
    assert 0.2 < relu.deltas[0, 0] / relu.deltas[0, -1] < 5


@pytest.mark.parametrize(("hidden", "gain", "least"), [("relu", float(np.sqrt(2)), 1 / 2), ("sigmoid", 1.0, 1 / 10)])
def test_gradients_of_weights_are_not_as_large_as_independent_samples_would_give(monkeypatch, hidden, gain, least):
    fixed, shares = np.random.default_rng, []
    monkeypatch.setattr(flow_module, "EPOCHS", 0)
    for seed in range(30):
        monkeypatch.setattr(np.random, "default_rng", lambda _, seed=seed: fixed(seed))
        flow = Flow(hidden=hidden, gain=gain)
        shares.append(flow.dW[0, -1] / (np.sqrt(SAMPLES) * flow.activations[0, -2] * flow.deltas[0, -1]))
    assert min(shares) < least
    assert max(shares) > 6


def test_the_sizes_of_the_gradients_of_weights_are_told_in_words():
    flow = Flow(depth=5, width=8)
    first, last = flow.dW[0, 0], flow.dW[0, -1]
    assert flow.words(0, "dW") == (
        f"Epoch 0 of 40: loss {readable(flow.loss[0])}. The size of dW is {readable(last)} in layer 5 and "
        f"{readable(first)} in layer 1, {readable(first / last)} times as much."
    )
    dead = Flow(depth=30, width=2, hidden="relu")
    assert dead.words(0, "dW").endswith(
        "The size of dW is 0 in layer 30: nothing goes back through it to the layers before."
    )


def test_dead_units_send_nothing_back_and_the_theory_stays():
    flow = Flow(depth=30, width=2, hidden="relu")
    assert flow.deltas[0, -1] == 0
    words = flow.words(0)
    assert "The size of delta is 0 in layer 30: nothing goes back through it to the layers before." in words
    assert "times as much" not in words
    assert flow.expected_share == pytest.approx(0.5 ** (29 / 2), rel=1e-3)  # half of the squares pass each relu
    assert f"The theory says {readable(flow.expected_share)} times." in words


def test_what_is_recorded_is_gradient_descent():
    flow = Flow(depth=3, width=8)
    network = flow.network.copy()
    for epoch in range(3):
        forward = network.forward(flow.X)
        gradients = network.backward(forward, flow.y)
        assert flow.loss[epoch] == network.loss_value(flow.X, flow.y)
        assert flow.deltas[epoch, 1] == pytest.approx(np.sqrt(np.mean(gradients.delta[1] ** 2)))
        for layer in range(3):
            assert flow.dW[epoch, layer] == pytest.approx(np.sqrt(np.mean(gradients.dW[layer] ** 2)))
        assert flow.activations[epoch, 2] == pytest.approx(np.sqrt(np.mean(forward.a[3] ** 2)))
        network.update_parameters(gradients, LEARNING_RATE)
    assert len(flow.loss) == EPOCHS + 1


@pytest.mark.parametrize("hidden", ["relu", "leaky_relu"])
def test_at_hes_scale_the_run_does_not_diverge_and_learns(hidden):
    flow = Flow(hidden=hidden, gain=float(np.sqrt(2)))
    assert flow.epochs == EPOCHS
    assert flow.loss[-1] < 0.5 * flow.loss[0]


def test_a_run_that_diverges_stops_and_says_so():
    flow = Flow(depth=30, width=100, hidden="relu", gain=4.0)
    assert flow.epochs < EPOCHS
    assert "the run has diverged. A smaller gain may help." in flow.words(flow.epochs)
    assert np.isfinite(flow.loss).all()


@pytest.mark.parametrize("hidden", ["identity", "relu", "elu"])
def test_the_largest_gain_is_recorded_at_the_start_and_the_words_say_what_to_try(hidden):
    explorer = GradientFlow(depth=40, width=200, hidden=hidden, gain=10)
    assert explorer.frames == 0
    assert (
        "In epoch 1 the loss is no longer finite: the run has diverged. A smaller gain may help."
        in explorer._sentence()
    )
    assert np.isfinite(explorer.flow.deltas).all()
    assert "<img" in explorer._still()


def test_a_gain_at_which_nothing_gets_through_is_drawn_all_the_same():
    explorer = GradientFlow(depth=40, width=8, hidden="relu", gain=1e-9)
    assert np.isfinite(explorer.flow.loss).all()
    assert "<img" in explorer._still()


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"depth": 1}, ValueError, "depth"),
        ({"depth": 41}, ValueError, "at most 40 layers"),
        ({"depth": 10_000}, ValueError, "10000 layers deep and 100 units wide; at most 40 layers and 200 units"),
        ({"width": 0}, ValueError, "width is 0, a whole number of at least 2"),
        ({"hidden": ["relu", "tanh"]}, TypeError, "is not the name of an activation"),
        ({"gain": float("inf")}, ValueError, "above 0 and up to 10"),
        ({"gain": "he"}, ValueError, "above 0 and up to 10"),
        ({"width": 2.5}, TypeError, "width"),
        ({"hidden": "rlu"}, ValueError, 'Did you mean "relu"'),
        ({"gain": 0}, ValueError, "above 0 and up to 10"),
        ({"gain": True}, ValueError, "above 0 and up to 10"),
    ],
)
def test_nonsense_is_refused_in_words(settings, error, words):
    with pytest.raises(error, match=words):
        GradientFlow(**settings)


def test_a_change_records_anew_from_epoch_0():
    explorer = GradientFlow(depth=5)
    explorer.position = 7
    explorer.change(hidden="relu")
    assert explorer.position == 0
    assert explorer.flow.settings.hidden == "relu"
    with pytest.raises(TypeError, match="'color' is no setting"):
        explorer.change(color="red")
