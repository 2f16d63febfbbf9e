"""The model of the epoch stepper, without a screen: it is a real run, and it can be walked both ways."""

import numpy as np
import pytest

from backprop_lib import Network, datasets, gradient_check, train, training
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
    assert words.startswith(
        f"Epoch 300 of 300: training loss {recording.loss[300]:.4f}. Gradient magnitude (norm of dW): layer 1 "
    )
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
        ({"hidden_sizes": (129,)}, ValueError, "128 units"),
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


def test_update_ratios_are_those_of_train_also_where_a_run_goes_on():
    recorder = Recorder("moons", epochs=10, batch_size=16)
    recorder.go_to(4)
    recorder.change(learning_rate=0.1)
    recording = recorder.recording
    assert recording.update_ratios.shape == (14, 2)
    run = Recorder("moons", epochs=10, batch_size=16)
    network = run.network
    X, y = run.recording.training_data
    order = np.random.default_rng(0).spawn(3)[2]
    history = train(network, X, y, learning_rate=0.5, epochs=4, batch_size=16, rng=order)
    again = train(network, X, y, learning_rate=0.1, epochs=10, batch_size=16, rng=order)
    np.testing.assert_allclose(recording.update_ratios, [*history.update_ratios, *again.update_ratios], rtol=1e-12)


def test_a_seed_draws_what_its_generator_draws():
    recorder = Recorder("moons", epochs=3, rng=np.random.default_rng(5))
    own = recorder.recording
    assert recorder.settings.seed is None
    recorder.change(seed=1)
    assert not np.array_equal(recorder.recording.parameters[0], own.parameters[0])
    recorder.change(seed=5)
    np.testing.assert_array_equal(recorder.recording.parameters, own.parameters)
    recorder.change(seed=None)
    np.testing.assert_array_equal(recorder.recording.parameters, own.parameters)


def test_samples_are_put_in_and_taken_out_and_the_same_first_weights_train_on_them():
    recorder = Recorder("moons", epochs=8)
    X, y = recorder.recording.training_data
    first = recorder.recording.parameters[0]
    recorder.go_to(5)
    recorder.add(0.25, -1.5, 1)
    recorder.remove(7)
    recorder.remove(7)  # the row that was 8
    edited_X, edited_y = recorder.recording.training_data
    np.testing.assert_array_equal(edited_X, [*np.delete(X, [7, 8], axis=0), [0.25, -1.5]])
    np.testing.assert_array_equal(edited_y, [*np.delete(y, [7, 8], axis=0), [1.0]])
    assert recorder.epoch == 5
    assert recorder.settings.removed == (7, 8)
    np.testing.assert_array_equal(recorder.recording.parameters[0], first)
    recorder.remove(148)  # the sample put in
    assert recorder.settings.added == ()
    recorder.change(learning_rate=0.1)
    assert recorder.settings.removed == (7, 8)
    recorder.change(data="rings")
    assert recorder.settings.removed == ()
    assert recorder.epoch == 0


def test_another_seed_keeps_the_samples_put_in_and_those_taken_out_of_the_same_data():
    recorder = Recorder("moons", epochs=2)
    recorder.add(0, 0, 1)
    recorder.remove(3)
    recorder.change(seed=1)
    assert (recorder.settings.added, recorder.settings.removed) == (((0.0, 0.0, 1.0),), ())
    recorder = Recorder("xor", epochs=2)
    recorder.remove(3)
    recorder.change(seed=1)
    assert recorder.settings.removed == (3,)


@pytest.mark.parametrize(
    ("data", "edit", "error", "message"),
    [
        ("xor", lambda r: r.add(0, 1), ValueError, "a sample of 2 numbers came; 2 inputs and a target"),
        ("xor", lambda r: r.add(0, 1, 0.5), ValueError, "in this data set it is 0 or 1"),
        ("xor", lambda r: r.add(0, np.inf, 1), ValueError, "a sample"),
        ("xor", lambda r: r.remove(4), ValueError, "row is 4; the training data have the rows 0 to 3"),
        ("xor", lambda r: r.change(removed=(0, 1, 2, 3)), ValueError, "0 samples would be left"),
        ("xor", lambda r: r.change(removed=(9,)), ValueError, "row 9 cannot be removed"),
        ("digits", lambda r: r.remove(0), ValueError, "images can be neither put in nor taken out"),
        ("xor", lambda r: r.change(removed=5), TypeError, "removed is 5, a list of row numbers"),
        ("xor", lambda r: r.change(added=5), TypeError, "added is 5, a list of samples"),
        ("xor", lambda r: r.change(added=[5]), TypeError, "a sample in added is 5, a list of numbers"),
        ("xor", lambda r: r.add(1e308, 0, 1), ValueError, r"a sample holds a number of the size 1e\+308"),
        ("xor", lambda r: r.change(seed=-1), ValueError, "seed is -1"),
        ("xor", lambda r: r.change(seed=None), ValueError, "no generator was handed over"),
    ],
)
def test_edits_that_make_no_sense_are_refused_and_change_nothing(data, edit, error, message):
    recorder = Recorder(data, epochs=1)
    recording, settings = recorder.recording, recorder.settings
    with pytest.raises(error, match=message):
        edit(recorder)
    assert recorder.recording is recording
    assert recorder.settings == settings


def test_images_are_recorded_with_what_is_said_about_them():
    recorder = Recorder("digits", hidden_sizes=(16,), hidden="relu", batch_size=32, epochs=4)
    recording = recorder.recording
    assert (recording.task, recording.sizes) == ("images", (64, 16, 10))
    X, labels = recording.held_out_data
    for epoch in (0, 4):
        recorder.go_to(epoch)
        y_hat = recorder.network.predict(X)
        assert recording.held_out_right[epoch] == (y_hat.argmax(axis=1) == labels).sum()
        shown_X, shown_labels = recording.shown
        np.testing.assert_allclose(recording.field[epoch], recorder.network.predict(shown_X), rtol=1e-5)
    misread = recording.field[-1].argmax(axis=1) != shown_labels
    assert misread.tolist() == [True] * 8 + [False] * 4
    assert f"{recording.right[4]} of 1348 training images are read correctly, " in recording.words(4)
    network, (X, y) = recorder.network, recording.training_data
    assert gradient_check(network, X[:5], y[:5]).passed


def test_images_of_ones_own_may_come_with_labels_or_one_hot_rows_and_held_out_ones():
    X, labels = datasets.digits()
    by_labels = Recorder((X[:50], labels[:50]), held_out=(X[50:80], labels[50:80]), epochs=2)
    one_hot = Recorder((X[:50], np.eye(10)[labels[:50]]), epochs=2)
    np.testing.assert_array_equal(by_labels.recording.parameters, one_hot.recording.parameters)
    np.testing.assert_array_equal(by_labels.recording.held_out_data[0], X[50:80])
    assert by_labels.recording.held_out_right is not None
    assert one_hot.recording.held_out_right is None


THREE_OF_FOUR = np.random.default_rng(0).random((20, 9)), np.eye(4)[np.arange(20) % 3]  # the last class does not occur
LABELED = THREE_OF_FOUR[0], np.arange(20) % 3
FOURTH = np.random.default_rng(1).random((5, 9)), np.full(5, 3)  # only the last class


@pytest.mark.parametrize(
    ("data", "held_out", "n_out"),
    [
        (THREE_OF_FOUR, None, 4),
        (THREE_OF_FOUR, FOURTH, 4),
        (LABELED, None, 3),
        (LABELED, FOURTH, 4),
        (LABELED, THREE_OF_FOUR, 4),
    ],
)
def test_every_class_of_ones_own_has_an_output_also_one_without_an_image(data, held_out, n_out):
    recording = Recorder(data, held_out=held_out, hidden_sizes=(3,), epochs=2).recording
    assert recording.sizes == (9, 3, n_out)
    assert recording.field.shape[-1] == n_out


def images(y):
    """Return 20 images of nothing with some targets."""
    return {"data": (np.zeros((20, 64)), np.asarray(y))}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            images(np.r_[8:11, np.full(17, 9)]),
            ValueError,
            "y holds the label 10; whole numbers from 0 to 9",
        ),
        (images(np.r_[1.5, np.zeros(19)]), ValueError, "y holds the label 1.5; .* numbers the classes from 0"),
        (images(np.r_[0:19, -1]), ValueError, "y holds the label 10; .*At most 10 classes are told apart here"),
        ({"data": (np.zeros((0, 64)), np.zeros(0))}, ValueError, r"X has the shape \(0, 64\): no sample at all"),
        (
            {"data": (np.full((4, 2), 1e308), np.zeros(4))},
            ValueError,
            r"X holds a number of the size 1e\+308; up to 1e\+300 can be drawn",
        ),
        ({"on_epoch": lambda: None}, TypeError, r"on_epoch takes \(\); it is called as on_epoch\(epoch, history\)"),
        ({"hidden_sizes": {3}}, TypeError, r"hidden_sizes is \{3\}, a list of whole numbers"),
        (images(np.zeros(19)), ValueError, r"shape \(19,\); to 20 images belong 20 labels"),
        (images(np.eye(4)[:3]), ValueError, r"shape \(3, 4\); to 20 images belong 20 labels"),
        (images(np.zeros((20, 1))), ValueError, r"shape \(20, 1\); .* Is it y.ravel\(\)\?"),
        (
            images(np.eye(12)[np.zeros(20, int)]),
            ValueError,
            r"shape \(20, 12\); .*, or as many one-hot rows",
        ),
        (
            images(np.r_[np.eye(4)[[0] * 19], [[1, 0, 0, 1]]]),
            ValueError,
            r"row 19 of y is \[1, 0, 0, 1\]; a single 1 and",
        ),
        (images(np.full((20, 2), 0.5)), ValueError, r"row 0 of y is \[0.5, 0.5\]; a single 1 and otherwise 0"),
        (
            {"data": THREE_OF_FOUR, "held_out": (FOURTH[0], FOURTH[1] + 1)},
            ValueError,
            "held_out has 5 classes, the one-hot rows of the training data have 4 columns",
        ),
        ({"data": "digits", "loss": "half_mse"}, ValueError, "images with their labels need"),
        ({"data": "digits", "hidden_sizes": (128,), "epochs": 2000}, ValueError, "At most 415 epochs can be recorded"),
        ({"data": "moons", "held_out": (np.zeros((4, 2)), np.zeros(4))}, TypeError, "of 'moons' a part is held out"),
        (
            {"data": (np.zeros((4, 2)), np.zeros(4)), "held_out": (np.zeros((4, 1)), np.zeros(4))},
            ValueError,
            "held_out has 1 inputs, the training data have 2",
        ),
        ({"data": (np.zeros((4, 2)), np.zeros(4)), "held_out": 3}, TypeError, "held_out: "),
    ],
)
def test_images_and_held_out_data_that_do_not_fit_are_refused_with_words(arguments, error, message):
    with pytest.raises(error, match=message):
        Recorder(**{"epochs": 2, **arguments})


def run_again(recorder, **names):
    """Execute the code of a run in a namespace of its own and return its parameters."""
    exec(compile(recorder.code(), "the code of the run", "exec"), names)
    network = names["network"]
    arrays = [a for pair in zip(network.weights, network.biases, strict=True) for a in pair]
    return np.concatenate([a.ravel() for a in arrays])


class Halved(training.Optimizer, name="halved_in_a_test"):
    """An optimizer of the learner's own, which cannot be made without an argument."""

    def __init__(self, k):
        super().__init__()
        self.k = k

    def change(self, gradient, state, learning_rate):
        return -learning_rate * gradient / self.k


training.OPTIMIZERS.pop("halved_in_a_test")  # it is in nobody's way


def used_momentum():
    optimizer = training.Momentum()
    train(
        Recorder("moons", epochs=1).network,
        *datasets.moons(rng=np.random.default_rng(0)),
        epochs=2,
        optimizer=optimizer,
    )
    return optimizer


OWN = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 2


@pytest.mark.parametrize(
    ("arguments", "changes", "names"),
    [
        ({"data": "xor"}, [], {}),
        ({"data": "moons", "batch_size": 16, "optimizer": "adam", "learning_rate": 0.01}, [(5, {"batch_size": 4})], {}),
        (
            {"data": "moons", "optimizer": training.Momentum(0.8)},
            [(3, {"learning_rate": 0.1}), (6, {"batch_size": 9})],
            {},
        ),
        ({"data": "noisy_sine"}, [(2, {"removed": (3, 5), "added": ((0.5, 0.2), (0.1, -0.4))})], {}),
        ({"data": "noisy_sine", "learning_rate": 30.0, "hidden_sizes": (), "epochs": 500}, [], {}),
        ({"data": "rings", "hidden_sizes": (3, 2), "hidden": "relu"}, [(1, {"seed": 7})], {}),
        ({"data": "digits", "hidden_sizes": (12,), "batch_size": 32}, [], {}),
        ({"data": OWN}, [(2, {"removed": (1,), "added": ((0.5, 0.2, 1),)})], {"data": OWN}),
        ({"data": THREE_OF_FOUR}, [], {"data": THREE_OF_FOUR}),
        ({"data": THREE_OF_FOUR, "held_out": FOURTH, "batch_size": 6}, [], {"data": THREE_OF_FOUR}),
        ({"data": LABELED, "held_out": FOURTH}, [], {"data": LABELED}),
        ({"data": LABELED, "held_out": THREE_OF_FOUR}, [], {"data": LABELED}),
        ({"data": "moons", "rng": np.random.default_rng(8)}, [], {"rng": np.random.default_rng(8)}),
        ({"data": "moons", "rng": 7}, [], {}),
        ({"data": "moons", "optimizer": used_momentum()}, [], {"optimizer": used_momentum()}),
        ({"data": "moons", "optimizer": Halved(2)}, [], {"optimizer": Halved(2)}),
    ],
)
def test_the_code_of_a_run_makes_it_again_update_for_update(arguments, changes, names, capsys):
    recorder = Recorder(**{"epochs": 9, **arguments})
    for epoch, settings in changes:
        recorder.go_to(epoch)
        recorder.change(**settings)
    np.testing.assert_array_equal(run_again(recorder, **names), recorder.recording.parameters[-1])
    assert capsys.readouterr().out == f"training loss {recorder.recording.loss[-1]:.4f}\n"
    assert max(map(len, recorder.code().splitlines())) <= 110


def test_the_code_of_many_samples_put_in_by_hand_stays_readable():
    recorder = Recorder("moons", epochs=1)
    recorder.change(added=tuple((i / 7, -i / 11, i % 2) for i in range(40)), removed=tuple(range(0, 150, 2)))
    np.testing.assert_array_equal(run_again(recorder), recorder.recording.parameters[-1])
    assert max(map(len, recorder.code().splitlines())) <= 110


def test_targets_do_not_change_their_kind_when_samples_are_taken_out():
    X, y = np.arange(6.0)[:, np.newaxis], np.array([0.0, 1, 0, 1, 2, 2])
    recorder = Recorder((X, y), epochs=1)
    recorder.change(removed=(4, 5))
    assert recorder.recording.task == "regression"


def test_everything_that_is_drawn_lies_on_the_grid():
    recorder = Recorder("moons", epochs=1)
    recorder.change(removed=tuple(np.flatnonzero(recorder.recording.training_data[0][:, 0] < 0.2)))
    recording = recorder.recording
    for X, _ in (recording.training_data, recording.held_out_data):
        assert np.clip(X, recording.low, recording.high).tolist() == X.tolist()


def test_a_seed_is_a_plain_number_afterwards():
    recorder = Recorder("moons", epochs=1)
    recorder.change(seed=np.int64(4))
    assert type(recorder.settings.seed) is int
