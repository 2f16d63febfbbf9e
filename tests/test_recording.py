"""The model of the epoch stepper, without a screen: it is a real run, and it can be walked both ways."""

import numpy as np
import pytest

from backprop_lib import Network, datasets, gradient_check, train
from backprop_lib.widgets.recording import GRID, MAX_EPOCHS, Recorder


def test_recording_is_the_run_that_train_makes():
    recorder = Recorder("xor", hidden_sizes=(4,), epochs=30, rng=np.random.default_rng(3))
    network = recorder.network
    X, y = datasets.xor()
    history = train(network, X, y, learning_rate=recorder.settings.learning_rate, epochs=30)
    recording = recorder.recording
    np.testing.assert_array_equal(recording.loss, history.loss)
    np.testing.assert_allclose(recording.gradient_norms[:-1], history.gradient_norms, rtol=1e-12)
    recorder.go_to(30)
    for recorded, trained in zip(recorder.network.weights, network.weights, strict=True):
        np.testing.assert_array_equal(recorded, trained)


@pytest.mark.parametrize("name", datasets.DATASETS)
def test_every_epoch_holds_the_loss_gradient_and_field_of_its_own_parameters(name):
    recorder = Recorder(name, hidden_sizes=(5, 3), epochs=8, batch_size=16)
    recording = recorder.recording
    for epoch in (0, 5, 8):
        recorder.go_to(epoch)
        network = recorder.network
        X, y = recording.training_data
        assert network.loss_value(X, y) == recording.loss[epoch]
        assert gradient_check(network, X, y).passed
        norms = network.backward(network.forward(X), y).norms
        np.testing.assert_array_equal(norms, recording.gradient_norms[epoch])
        if recording.held_out_data is not None:
            assert network.loss_value(*recording.held_out_data) == recording.held_out_loss[epoch]
        corner = network.predict([recording.low])
        np.testing.assert_allclose(recording.field[epoch].flat[0], corner.item(), rtol=1e-12)
        assert recording.field.shape[1:] == ((GRID, GRID) if X.shape[1] == 2 else (4 * GRID,))


def test_stepping_back_shows_exactly_the_earlier_parameters():
    recorder = Recorder("moons", epochs=12, batch_size=10)
    seen = []
    for _ in range(12):
        seen.append(recorder.network.weights[0])
        recorder.step()
    assert recorder.epoch == 12
    for earlier in reversed(seen):
        recorder.back()
        np.testing.assert_array_equal(recorder.network.weights[0], earlier)
    assert recorder.epoch == 0


def test_steps_stay_within_the_recording():
    recorder = Recorder(epochs=2)
    recorder.back()
    assert recorder.epoch == 0
    for _ in range(5):
        recorder.step()
    assert recorder.epoch == 2


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "adam"])
def test_a_new_learning_rate_keeps_the_past_and_trains_on_from_the_epoch_on_screen(optimizer):
    recorder = Recorder("moons", epochs=20, batch_size=16, learning_rate=0.1, optimizer=optimizer)
    before = recorder.recording
    recorder.go_to(7)
    recorder.change(learning_rate=0.02)
    after = recorder.recording
    assert recorder.epoch == 7
    assert after.epochs == 27
    assert after.marks == ((0, 0.1, 16), (7, 0.02, 16))
    for name in ("loss", "held_out_loss", "gradient_norms", "parameters", "field", "right"):
        np.testing.assert_array_equal(getattr(after, name)[:8], getattr(before, name)[:8])
    assert not np.array_equal(after.parameters[8], before.parameters[8])


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "adam"])
def test_a_changed_and_restored_learning_rate_gives_the_first_run_again(optimizer):
    # Optimizer state and the order of the samples go on exactly where the epoch on screen left them.
    recorder = Recorder("rings", epochs=20, batch_size=16, learning_rate=0.1, optimizer=optimizer)
    before = recorder.recording
    recorder.go_to(7)
    recorder.change(learning_rate=0.3)
    recorder.change(learning_rate=0.1)
    np.testing.assert_array_equal(recorder.recording.parameters[:21], before.parameters)


@pytest.mark.parametrize("change", [{"data": "rings"}, {"hidden_sizes": (3, 3)}, {"hidden": "sigmoid"}])
def test_other_data_layers_or_activation_start_a_new_network(change):
    recorder = Recorder("moons", epochs=5)
    recorder.go_to(3)
    recorder.change(**change)
    assert recorder.epoch == 0
    assert recorder.recording.epochs == 5
    assert len(recorder.recording.marks) == 1


def test_reset_after_a_change_of_learning_rate_trains_anew_from_the_same_weights():
    recorder = Recorder(epochs=10)
    first = recorder.recording.parameters[0]
    recorder.go_to(4)
    recorder.change(learning_rate=2.0)
    recorder.reset()
    assert recorder.epoch == 0
    assert recorder.recording.marks == ((0, 2.0, None),)
    np.testing.assert_array_equal(recorder.recording.parameters[0], first)


def test_a_diverging_run_is_recorded_as_far_as_it_is_finite_and_says_so():
    recorder = Recorder("noisy_sine", hidden_sizes=(), learning_rate=30.0, epochs=2000)
    recording = recorder.recording
    assert recording.stopped == "diverged"
    assert recording.epochs < 2000
    assert np.isfinite(recording.loss).all()
    assert np.isfinite(recording.parameters).all()
    assert "diverged" in recording.words(recording.epochs)
    assert "diverged" not in recording.words(0)
    recorder.change(learning_rate=0.1)
    assert recorder.recording.stopped is None


def test_a_callback_that_raises_leaves_everything_as_it_was():
    calls = []

    def on_epoch(epoch, history):
        calls.append(epoch)
        if len(calls) > 7:
            raise RuntimeError("broken on purpose")

    recorder = Recorder(epochs=5, on_epoch=on_epoch)
    recorder.go_to(2)
    recording, parameters = recorder.recording, recorder.recording.parameters.copy()
    with pytest.raises(RuntimeError, match="on purpose"):
        recorder.change(learning_rate=0.1)
    assert recorder.recording is recording
    assert recorder.epoch == 2
    np.testing.assert_array_equal(recording.parameters, parameters)
    assert calls == [1, 2, 3, 4, 5, 3, 4, 5]


def test_the_callback_can_end_the_run():
    recorder = Recorder(epochs=50, on_epoch=lambda epoch, history: epoch == 6)
    assert recorder.recording.epochs == 6
    assert recorder.recording.stopped == "callback"


def test_the_words_name_loss_gradients_and_score():
    recorder = Recorder("xor", epochs=300)
    recording = recorder.recording
    words = recording.words(300)
    assert words.startswith(f"Epoch 300 of 300: training loss {recording.loss[300]:.4f}. Gradient magnitude: layer 1 ")
    assert "4 of 4 training points are on the right side." in words
    X, y = datasets.xor()
    recorder.go_to(300)
    np.testing.assert_array_equal(recorder.network.predict(X) > 0.5, y > 0.5)


def test_held_out_samples_are_not_trained_on():
    recording = Recorder("moons", epochs=1).recording
    train_rows = {tuple(row) for row in recording.training_data[0]}
    held_rows = {tuple(row) for row in recording.held_out_data[0]}
    assert len(train_rows) == 150
    assert len(held_rows) == 50
    assert not train_rows & held_rows


def test_own_data_are_recorded_and_may_be_left_and_chosen_again():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 2)), rng.normal(size=12)
    recorder = Recorder((X, y), epochs=3)
    assert recorder.recording.task == "regression"
    recorder.change(data="xor")
    assert recorder.recording.task == "classification"
    recorder.change(data="own")
    np.testing.assert_array_equal(recorder.recording.training_data[0], X)


def test_the_callers_generator_is_not_moved():
    rng = np.random.default_rng(5)
    Recorder("moons", epochs=1, rng=rng)
    assert rng.random() == np.random.default_rng(5).random()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"data": "moon"}, ValueError, 'Did you mean "moons"'),
        ({"data": 3}, TypeError, "a pair"),
        ({"data": (np.zeros((4, 3)), np.zeros(4))}, ValueError, "one or two inputs"),
        ({"data": (np.zeros((4, 2)), np.zeros(3))}, ValueError, "3 targets"),
        ({"hidden_sizes": 4}, TypeError, "hidden_sizes is 4"),
        ({"hidden_sizes": (0,)}, ValueError, "at least 1"),
        ({"hidden_sizes": (65,)}, ValueError, "64 units"),
        ({"hidden": "rlu"}, ValueError, 'Did you mean "relu"'),
        ({"learning_rate": -1}, ValueError, "learning_rate is -1"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"epochs": 0}, ValueError, "epochs is 0"),
        ({"epochs": MAX_EPOCHS + 1}, ValueError, "Use train"),
        ({"loss": "mean"}, ValueError, "not the name of a loss"),
        ({"optimizer": "adm"}, ValueError, 'Did you mean "adam"'),
    ],
)
def test_bad_settings_are_refused_with_words(arguments, error, message):
    with pytest.raises(error, match=message):
        Recorder(**{"epochs": 2, **arguments})


def test_a_refused_change_leaves_the_settings_as_they_were():
    recorder = Recorder(epochs=2)
    settings, recording = recorder.settings, recorder.recording
    for change in ({"hidden": "rlu"}, {"learning_rate": np.nan}, {"data": "own"}):
        with pytest.raises((ValueError, TypeError)):
            recorder.change(**change)
    with pytest.raises(TypeError, match="'color' is no setting"):
        recorder.change(color="red")
    assert recorder.settings == settings
    assert recorder.recording is recording


def test_a_full_recording_says_that_reset_starts_a_new_one():
    recorder = Recorder(epochs=MAX_EPOCHS, hidden_sizes=(1,))
    recorder.go_to(MAX_EPOCHS)
    with pytest.raises(ValueError, match="Reset starts a new run"):
        recorder.change(learning_rate=0.1)


def test_a_network_is_a_copy_that_cannot_harm_the_recording():
    recorder = Recorder(epochs=2)
    network = recorder.network
    assert isinstance(network, Network)
    network.weights[0][...] = 7
    assert not np.array_equal(recorder.network.weights[0], network.weights[0])
