"""The kernel's half of the epoch stepper: what it sends, what it answers, and its still picture."""

import base64
import io
import re

import numpy as np
import pytest
from explorers import received
from PIL import Image

from backprop_lib.numerals import readable
from backprop_lib.widgets import EpochStepper, wire


@pytest.fixture
def stepper():
    made = EpochStepper("moons", hidden_sizes=(3,), epochs=6, batch_size=16)
    yield made
    made.close()


def ask(stepper, **content):
    """Send what the browser sends."""
    stepper._handle_custom_msg({"request": stepper._answered + 1, **content}, [])


def test_what_is_sent_is_the_recording(stepper):
    sent, recording = stepper._sent, stepper.recording
    assert sent["version"] == wire.VERSION
    assert sent["frames"] == 6
    assert sent["facts"]["sizes"] == [2, 3, 1]
    assert len(sent["facts"]["words"]) == 7
    np.testing.assert_array_equal(received(sent, "loss"), recording.loss)
    np.testing.assert_array_equal(received(sent, "held_out_loss"), recording.held_out_loss)
    np.testing.assert_array_equal(received(sent, "gradient_norms"), recording.gradient_norms)
    np.testing.assert_allclose(received(sent, "parameters"), recording.parameters, rtol=1e-6)
    np.testing.assert_allclose(received(sent, "X"), recording.training_data[0], rtol=1e-6)
    coded = received(sent, "field").astype(float)
    field = 0.5 + 0.5 * np.sign(coded) * (coded / 127) ** 2
    np.testing.assert_allclose(field, recording.field, atol=0.5 / 127)
    near = np.abs(recording.field - 0.5) < 0.01
    np.testing.assert_allclose(field[near], recording.field[near], atol=1e-3)


def test_parameters_too_large_for_single_precision_are_sent_whole():
    stepper = EpochStepper("noisy_sine", hidden_sizes=(), learning_rate=1e60, epochs=6)
    parameters = stepper.recording.parameters
    assert np.abs(parameters).max() > np.finfo(np.float32).max
    np.testing.assert_array_equal(received(stepper._sent, "parameters"), parameters)


@pytest.mark.parametrize("shift", [0.0, 1.7e9, -1e250])
@pytest.mark.parametrize("n_in", [1, 2])
def test_samples_are_sent_so_that_they_can_be_told_apart(shift, n_in):
    X = np.column_stack([np.linspace(-1, 1, 20) * max(1, abs(shift) / 1e8) + shift, np.linspace(-1, 1, 20)])[:, :n_in]
    stepper = EpochStepper((X, np.arange(20) % 2), epochs=1)
    sent = received(stepper._sent, "X").reshape(X.shape)
    assert np.abs(sent - X).max(axis=0) == pytest.approx(0, abs=1e-4 * np.ptp(X, axis=0).min())
    assert stepper._sent["arrays"]["X"]["type"] == ("float32" if not shift else "float64")


def test_a_sample_far_from_the_others_is_sent_as_it_is():
    stepper = EpochStepper("xor", epochs=1)
    stepper.add(1e39, 1, 1)
    assert received(stepper._sent, "X").max() == 1e39


def test_a_setting_that_is_none_is_refused_with_all_that_are():
    for name, hint in (("seed", " A seed is given as rng=3."), ("lr", "")):
        with pytest.raises(TypeError) as refused:
            EpochStepper(**{name: 3})
        assert str(refused.value).startswith(
            f"{name!r} is no setting. Known: held_out, hidden_sizes, hidden, learning_rate"
        )
        assert str(refused.value).endswith(f"on_epoch, lecture.{hint}")


def test_a_network_without_hidden_units_is_said_to_have_none():
    stepper = EpochStepper("noisy_sine", hidden_sizes=(), epochs=2)
    assert "a 1-1 network without hidden units." in stepper._still()
    assert "1-1 without hidden units, seed 0," in stepper._sent["facts"]["about"]
    assert "tanh" not in stepper._still() + stepper._sent["facts"]["about"]


def test_every_synchronised_value_has_a_name_of_its_own(stepper):
    assert set(stepper.get_state()) >= {"_where", "_shown", "_sent", "_settings", "_choices", "_problem", "_answered"}


def test_the_methods_move_the_epoch_that_the_browser_sees(stepper):
    stepper.step()
    stepper.step()
    assert stepper.epoch == 2
    stepper.back()
    assert stepper.epoch == 1
    np.testing.assert_array_equal(stepper.network.weights[0].ravel(), stepper.recording.parameters[1][:6])
    stepper.play()
    assert stepper.playing
    stepper.reset()
    assert (stepper.epoch, stepper.playing) == (0, False)


def test_an_epoch_set_by_hand_or_by_the_browser_stays_within_the_recording(stepper):
    stepper.epoch = 100
    assert stepper.epoch == 6
    shown = {
        "position": 4,
        "playing": False,
        "picked": {},
        "moves": stepper._where["moves"],
        "by": "a window",
        "id": stepper._sent["id"],
    }
    stepper.set_state({"_shown": shown})
    np.testing.assert_array_equal(stepper.network.weights[0].ravel(), stepper.recording.parameters[4][:6])


def test_a_change_from_the_browser_trains_on_from_its_epoch(stepper):
    before = stepper._sent
    ask(stepper, kind="change", settings={"learning_rate": 0.1}, position=3)
    assert stepper._answered == 1
    assert stepper._problem == {}
    assert stepper.epoch == 3
    assert stepper._sent["id"] == before["id"] + 1
    assert stepper._sent["facts"]["marks"] == [[0, 0.5, 16], [3, 0.1, 16]]
    assert stepper._settings["learning_rate"] == 0.1


def test_hidden_sizes_come_from_the_browser_as_a_list(stepper):
    ask(stepper, kind="change", settings={"hidden_sizes": [2, 2]}, position=0)
    assert stepper.network.sizes == (2, 2, 2, 1)


def test_reset_from_the_browser(stepper):
    ask(stepper, kind="change", settings={"learning_rate": 0.1}, position=3)
    ask(stepper, kind="reset", position=5)
    assert stepper._sent["facts"]["marks"] == [[0, 0.1, 16]]
    assert stepper.epoch == 0


def test_an_error_reaches_the_widget_in_words_and_the_next_success_clears_it(stepper):
    sent = stepper._sent
    ask(stepper, kind="change", settings={"hidden": "rlu"}, position=2)
    assert stepper._answered == 1
    assert "The change was not made" in stepper._problem["words"]
    assert 'Did you mean "relu"' in stepper._problem["words"]
    assert "Traceback" in stepper._problem["details"]
    assert stepper._sent is sent
    ask(stepper, kind="change", settings={"hidden": "relu"}, position=2)
    assert stepper._problem == {}


def test_a_request_that_makes_no_sense_is_answered_too(stepper):
    ask(stepper, kind="change", settings={"color": "red"}, position=0)
    assert "'color' is no setting" in stepper._problem["words"]


def test_values_from_the_code_stand_among_the_choices():
    stepper = EpochStepper("xor", hidden_sizes=(5, 2), learning_rate=0.07, epochs=2)
    assert 0.07 in stepper._choices["learning_rate"]
    assert [5, 2] in stepper._choices["hidden_sizes"]
    assert None in stepper._choices["batch_size"]
    stepper.change(hidden_sizes=(2,), learning_rate=0.1)
    assert 0.07 in stepper._choices["learning_rate"]
    assert [5, 2] in stepper._choices["hidden_sizes"]


@pytest.mark.parametrize("data", ["xor", "noisy_sine"])
def test_the_stored_output_has_a_still_picture_with_words(data):
    stepper = EpochStepper(data, hidden_sizes=(3,), epochs=20)
    bundle, _ = stepper._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    alt = re.search(r'<img alt="([^"]+)"', bundle["text/html"]).group(1)
    assert "Three panels" in alt
    assert stepper.recording.words(20) in alt
    assert stepper.recording.words(20) in bundle["text/plain"]
    png = base64.b64decode(re.search(r"base64,([^\"]+)", bundle["text/html"]).group(1))
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.width > 1000
        assert len(picture.convert("RGB").getcolors(picture.width * picture.height)) > 100


def test_the_still_picture_of_numbers_over_a_plane_tells_the_range_of_the_prediction():
    X = np.random.default_rng(0).normal(size=(20, 2))
    stepper = EpochStepper((X, X.sum(axis=1)), hidden_sizes=(3,), epochs=5)
    field = stepper.recording.field[-1]
    reach = f"{readable(field.min())} to {readable(field.max())}"
    assert f"the prediction at the last epoch, {reach}, with the training points" in stepper._still()


def test_a_run_that_diverges_is_sent_without_a_warning_and_drawn():
    stepper = EpochStepper("noisy_sine", hidden_sizes=(4,), learning_rate=10.0, epochs=300)
    assert stepper.recording.stopped == "diverged"
    assert np.isfinite(received(stepper._sent, "loss")).all()
    assert "diverged" in stepper._repr_mimebundle_()[0]["text/plain"]
