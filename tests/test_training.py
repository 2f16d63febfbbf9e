"""Training against loops written by hand; what it records, what it never touches, and how it ends."""

import copy
import subprocess
import sys
import warnings

import numpy as np
import pytest

from backprop_lib import Gradients, History, Network, train
from backprop_lib.datasets import moons, xor
from backprop_lib.training import OPTIMIZERS, Adam, GradientDescent, Momentum, Optimizer

X, Y = moons(23, rng=np.random.default_rng(0))
X_TEST, Y_TEST = moons(11, rng=np.random.default_rng(1))


def fresh(**settings):
    return Network((2, 4, 1), **{"hidden": "tanh", "rng": np.random.default_rng(2), **settings})


def parameters(network):
    return [array.copy() for array in (*network.weights, *network.biases)]


def assert_same(network, expected):
    for array, value in zip(parameters(network), expected, strict=True):
        np.testing.assert_array_equal(array, value)


class Recording(Network):
    """A network that notes the samples of every backward pass."""

    def backward(self, forward, y):
        self.batches.append((forward.a[0].copy(), np.array(y)))
        return super().backward(forward, y)


def recording(**settings):
    network = Recording((2, 4, 1), **{"hidden": "tanh", "rng": np.random.default_rng(2), **settings})
    network.batches = []
    return network


# ---- steps -------------------------------------------------------------------------------------------------------


def test_the_full_batch_is_the_loop_of_the_chapter_written_by_hand():
    network, by_hand = fresh(), fresh()
    history = train(network, X, Y, learning_rate=0.3, epochs=20)
    losses = [by_hand.loss_value(X, Y)]
    norms = []
    for _ in range(20):
        gradients = by_hand.backward(by_hand.forward(X), Y)
        norms.append(gradients.norms)
        by_hand.update_parameters(gradients, learning_rate=0.3)
        losses.append(by_hand.loss_value(X, Y))
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    np.testing.assert_allclose(history.gradient_norms, norms, rtol=1e-12)
    for trained, expected in zip(parameters(network), parameters(by_hand), strict=True):
        np.testing.assert_allclose(trained, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [(None, [23]), (23, [23]), (100, [23]), (1, [1] * 23), (5, [5, 5, 5, 5, 3]), (22, [22, 1])],
)
def test_every_sample_is_seen_once_an_epoch_with_its_own_target_and_the_last_batch_may_be_short(batch_size, sizes):
    network = recording()
    train(network, X, Y, epochs=3, batch_size=batch_size, rng=np.random.default_rng(0))
    assert [len(x) for x, _ in network.batches] == 3 * sizes
    for epoch in range(3):
        batches = network.batches[epoch * len(sizes) : (epoch + 1) * len(sizes)]
        seen = np.vstack([np.hstack(batch) for batch in batches])
        np.testing.assert_array_equal(seen[seen[:, 0].argsort()], np.hstack([X, Y])[X[:, 0].argsort()])


def test_mini_batches_are_shuffled_anew_in_every_epoch_and_the_full_batch_is_not_shuffled():
    network = recording()
    train(network, X, Y, epochs=2, batch_size=23, rng=np.random.default_rng(0))
    (first, _), (second, _) = network.batches
    assert (first != second).any()
    assert (first != X).any()
    network = recording()
    train(network, X, Y, epochs=1)
    np.testing.assert_array_equal(network.batches[0][0], X)


def test_a_short_last_batch_is_averaged_over_its_own_samples():
    network, by_hand = recording(), fresh()
    train(network, X, Y, epochs=1, batch_size=20, learning_rate=0.3, rng=np.random.default_rng(0))
    for x, y in network.batches:
        forward = by_hand.forward(x)
        delta = (forward.y_hat - y) / len(x)
        step = by_hand.backward(forward, y)
        np.testing.assert_allclose(step.delta[-1], delta, rtol=1e-12)
        by_hand.update_parameters(step, learning_rate=0.3)
    for trained, expected in zip(parameters(network), parameters(by_hand), strict=True):
        np.testing.assert_allclose(trained, expected, rtol=1e-12)


def reference_momentum(gradients, learning_rate, beta=0.9):
    v = 0
    for g in gradients:
        v = beta * v + g
        yield -learning_rate * v


def reference_adam(gradients, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = s = 0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        yield -learning_rate * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)


REFERENCES = {
    "gradient_descent": (lambda gradients, rate: (-rate * g for g in gradients), GradientDescent),
    "momentum": (reference_momentum, Momentum),
    "adam": (reference_adam, Adam),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_the_optimizer_takes_the_steps_of_its_paper(name):
    reference, cls = REFERENCES[name]
    rng = np.random.default_rng(0)
    network = Network((1, 1), rng=rng)
    W, b = network.weights[0].item(), network.biases[0].item()
    dW, db = rng.normal(size=(2, 7)).tolist()
    optimizer = cls()
    steps = zip(dW, db, reference(dW, 0.1), reference(db, 0.1), strict=True)
    for gradient_W, gradient_b, change_W, change_b in steps:
        changes = optimizer.step(network, Gradients([np.array([[gradient_W]])], [np.array([gradient_b])]), 0.1)
        W, b = W + change_W, b + change_b
        assert changes[0].item() == pytest.approx(change_W, rel=1e-12)
        assert network.weights[0].item() == pytest.approx(W, rel=1e-12)
        assert network.biases[0].item() == pytest.approx(b, rel=1e-12)
    assert optimizer.steps == 7


@pytest.mark.parametrize("name", REFERENCES)
def test_train_takes_an_optimizer_by_name_by_class_and_as_an_object(name):
    runs = []
    for optimizer in (name, REFERENCES[name][1], REFERENCES[name][1]()):
        network = fresh()
        history = train(network, X, Y, epochs=5, optimizer=optimizer)
        assert isinstance(history.optimizer, REFERENCES[name][1])
        runs.append(network)
    for network in runs[1:]:
        assert_same(network, parameters(runs[0]))


def test_the_three_optimizers_differ():
    ends = [train(fresh(), X, Y, epochs=5, optimizer=name).loss[-1] for name in OPTIMIZERS]
    assert len(set(ends)) == len(REFERENCES)


@pytest.mark.parametrize("batch_size", [None, 5])
@pytest.mark.parametrize("name", REFERENCES)
def test_two_runs_of_50_epochs_are_exactly_one_run_of_100(name, batch_size):
    whole, halves = fresh(), fresh()
    once = train(whole, X, Y, epochs=100, batch_size=batch_size, optimizer=name, rng=np.random.default_rng(5))
    rng = np.random.default_rng(5)
    first = train(halves, X, Y, epochs=50, batch_size=batch_size, optimizer=name, rng=rng)
    second = train(halves, X, Y, epochs=50, batch_size=batch_size, optimizer=first.optimizer, rng=rng)
    assert_same(halves, parameters(whole))
    np.testing.assert_array_equal(np.concatenate([first.loss, second.loss[1:]]), once.loss)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_forgetting_the_optimizer_s_state_would_be_noticed(name):
    kept, forgotten = fresh(), fresh()
    optimizer = train(kept, X, Y, epochs=5, optimizer=name).optimizer
    train(forgotten, X, Y, epochs=5, optimizer=name)
    train(kept, X, Y, epochs=1, optimizer=optimizer)
    train(forgotten, X, Y, epochs=1, optimizer=name)
    assert (kept.weights[0] != forgotten.weights[0]).all()


def test_an_optimizer_with_the_state_of_another_network_is_refused_and_nothing_is_changed():
    optimizer = train(fresh(), X, Y, epochs=1, optimizer="adam").optimizer
    other = Network((2, 5, 1), rng=np.random.default_rng(0))
    before = parameters(other)
    with pytest.raises(ValueError, match="adam optimizer has state for a network of another shape; make a new one"):
        train(other, X, Y, epochs=1, optimizer=optimizer)
    assert_same(other, before)


def test_a_new_optimizer_enters_the_table_when_its_class_is_written(monkeypatch):
    monkeypatch.setattr("backprop_lib.training.OPTIMIZERS", dict(OPTIMIZERS))

    class Sign(Optimizer, name="sign"):
        def change(self, gradient, state, learning_rate):
            return -learning_rate * np.sign(gradient)

    network = fresh()
    before = parameters(network)
    train(network, X, Y, epochs=1, optimizer="sign", learning_rate=0.5)
    for array, old in zip(parameters(network), before, strict=True):
        np.testing.assert_allclose(np.abs(array - old), 0.5)
    assert "sign" not in OPTIMIZERS


@pytest.mark.parametrize("name", REFERENCES)
def test_a_float32_network_stays_float32(name):
    network = fresh(dtype=np.float32)
    train(network, X, Y, epochs=3, batch_size=5, optimizer=name, learning_rate=np.float64(0.1), rng=0)
    assert {array.dtype for array in parameters(network)} == {np.dtype(np.float32)}


def test_a_subclass_with_its_own_backward_is_trained_by_it():
    class Backwards(Network):
        def backward(self, forward, y):
            right = super().backward(forward, y)
            return Gradients(dW=[-dW for dW in right.dW], db=[-db for db in right.db])

    network = Backwards((2, 4, 1), hidden="tanh", rng=np.random.default_rng(2))
    uphill = train(network, X, Y, learning_rate=0.05, epochs=10)
    assert (np.diff(uphill.loss) > 0).all()
    assert (np.diff(train(fresh(), X, Y, learning_rate=0.05, epochs=10).loss) < 0).all()


SLIPS = {
    "a dW that would be broadcast": (lambda g: Gradients([g.dW[0], g.dW[1][:1]], g.db), ValueError, r"dW\[1\]"),
    "a db with a dimension too many": (lambda g: Gradients(g.dW, [db[None] for db in g.db]), ValueError, r"db\[0\]"),
    "a transposed dW": (lambda g: Gradients([dW.T for dW in g.dW], g.db), ValueError, r"dW\[0\].*transposed"),
    "a dW missing": (lambda g: Gradients(g.dW[:1], g.db), ValueError, "dW holds 1 arrays"),
    "nothing returned": (lambda g: None, TypeError, "gradients is NoneType"),
}


@pytest.mark.parametrize(("slip", "error", "message"), SLIPS.values(), ids=SLIPS)
def test_gradients_of_a_wrong_shape_are_refused_as_by_update_parameters(slip, error, message):
    class Slipping(Network):
        def backward(self, forward, y):
            return slip(super().backward(forward, y))

    network = Slipping((2, 4, 1), hidden="tanh", rng=np.random.default_rng(2))
    before = parameters(network)
    with pytest.raises(error, match=message):
        train(network, X, Y, epochs=1)
    assert_same(network, before)


# ---- what is recorded --------------------------------------------------------------------------------------------


def test_entry_0_of_the_losses_is_before_the_first_update_and_entry_e_after_epoch_e():
    network = fresh()
    before, before_held_out = network.loss_value(X, Y), network.loss_value(X_TEST, Y_TEST)
    seen = []
    history = train(
        network, X, Y, epochs=4, batch_size=5, held_out=(X_TEST, Y_TEST), rng=0,
        on_epoch=lambda *_: seen.append((network.loss_value(X, Y), network.loss_value(X_TEST, Y_TEST))),
    )  # fmt: skip
    assert isinstance(history, History)
    np.testing.assert_array_equal(history.loss, [before, *(loss for loss, _ in seen)])
    np.testing.assert_array_equal(history.held_out_loss, [before_held_out, *(held_out for _, held_out in seen)])
    assert history.stopped is None
    assert history.epochs == 4


def test_the_shapes_are_epochs_plus_1_and_epochs_by_layers():
    history = train(Network((2, 4, 3, 1), rng=0), X, Y, epochs=6, held_out=(X_TEST, Y_TEST))
    assert history.loss.shape == history.held_out_loss.shape == (7,)
    assert history.gradient_norms.shape == history.update_ratios.shape == (6, 3)
    assert train(fresh(), X, Y, epochs=1).held_out_loss is None


def test_no_epochs_measure_the_loss_and_change_nothing():
    network = fresh()
    before = parameters(network)
    history = train(network, X, Y, epochs=0)
    assert_same(network, before)
    assert history.loss.tolist() == [network.loss_value(X, Y)]
    assert history.gradient_norms.shape == (0, 2)


def test_norms_and_ratios_are_frobenius_norms_averaged_over_the_batches_of_an_epoch():
    network, by_hand = recording(), fresh()
    history = train(network, X, Y, epochs=1, batch_size=10, learning_rate=0.3, rng=np.random.default_rng(0))
    norms, ratios = [], []
    for x, y in network.batches:
        gradients = by_hand.backward(by_hand.forward(x), y)
        frobenius = [np.sqrt((dW**2).sum()) for dW in gradients.dW]
        norms.append(frobenius)
        ratios.append([0.3 * norm / np.sqrt((W**2).sum()) for norm, W in zip(frobenius, by_hand.weights, strict=True)])
        by_hand.update_parameters(gradients, learning_rate=0.3)
    assert len(norms) == 3
    np.testing.assert_allclose(history.gradient_norms, [np.mean(norms, axis=0)], rtol=1e-12)
    np.testing.assert_allclose(history.update_ratios, [np.mean(ratios, axis=0)], rtol=1e-12)


def test_the_ratio_of_weights_that_are_zero_is_0_if_they_stay_and_infinite_if_they_move():
    history = train(fresh(initializer="zeros"), X, Y, epochs=1)
    assert history.update_ratios[0].tolist() == [0.0, 0.0], "tanh of zero weights: nothing reaches any weight"
    network = fresh(initializer="zeros")
    network.biases[0][...] = 1
    assert train(network, X, Y, epochs=1).update_ratios[0].tolist() == [0.0, np.inf]


@pytest.mark.parametrize("batch_size", [None, 5])
def test_held_out_data_are_measured_and_never_trained_on(batch_size):
    with_them, without = recording(), recording()
    held_out = (X_TEST, Y_TEST)
    history = train(with_them, X, Y, epochs=4, batch_size=batch_size, held_out=held_out, rng=np.random.default_rng(0))
    train(without, X, Y, epochs=4, batch_size=batch_size, rng=np.random.default_rng(0))
    assert_same(with_them, parameters(without))
    seen = {tuple(row) for x, _ in with_them.batches for row in x.tolist()}
    assert seen == {tuple(row) for row in X.tolist()}
    assert history.held_out_loss[-1] != history.loss[-1]


def test_training_changes_neither_its_data_nor_what_it_is_given_later():
    x, y, x_test, y_test = X.copy(), Y.copy(), X_TEST.copy(), Y_TEST.copy()
    network, undisturbed = fresh(), fresh()
    train(undisturbed, X, Y, epochs=3, held_out=(X_TEST, Y_TEST))

    def spoil(epoch, history):
        x[...] = y[...] = x_test[...] = 0

    history = train(network, x, y, epochs=3, held_out=(x_test, y_test))
    for array, original in ((x, X), (y, Y), (x_test, X_TEST), (y_test, Y_TEST)):
        np.testing.assert_array_equal(array, original)
    assert len(history.loss) == 4
    network = fresh()
    train(network, x, y, epochs=3, held_out=(x_test, y_test), on_epoch=spoil)
    assert_same(network, parameters(undisturbed))


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    ends = []
    for seed in (1, 1, 2):
        network = fresh()
        train(network, X, Y, epochs=3, batch_size=5, rng=np.random.default_rng(seed))
        ends.append(parameters(network))
    for one, again, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, again)
        assert (other != one).any()


def test_the_global_generator_is_neither_used_nor_seeded():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must not move
    train(fresh(), X, Y, epochs=2, batch_size=5)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


# ---- known runs --------------------------------------------------------------------------------------------------


def test_row_16_one_sigmoid_unit_on_xor_stops_at_0_125_as_document_b_s_own_numbers_say():
    X, y = xor()
    network = Network((2, 1), output="sigmoid")
    network.weights[0][...] = [[1.764052345967664], [0.4001572083672233]]  # np.random.seed(0); randn(2, 1), randn(1)
    network.biases[0][...] = 0.9787379841057392
    loss = train(network, X, y, learning_rate=0.1, epochs=4000).loss
    assert [f"{value:.5f}" for value in loss[[0, 2000, 4000]]] == ["0.18643", "0.12524", "0.12500"]
    np.testing.assert_allclose(network.predict(X), 0.5, atol=0.01)


def test_a_hidden_layer_learns_xor():
    X, y = xor()
    network = Network((2, 3, 1), hidden="tanh", rng=np.random.default_rng(0))
    assert train(network, X, y, learning_rate=0.2, epochs=1000).loss[-1] < 1e-3
    np.testing.assert_allclose(network.predict(X), y, atol=0.05)


# ---- a run that diverges -----------------------------------------------------------------------------------------


def diverge(optimizer="gradient_descent", *, learning_rate=1e3, epochs=100, **settings):
    network = Network((2, 4, 1), hidden="identity", rng=np.random.default_rng(2))
    ends = [parameters(network)]
    with pytest.warns(RuntimeWarning) as caught:
        history = train(
            network, X, Y, learning_rate=learning_rate, epochs=epochs, optimizer=optimizer, rng=0,
            on_epoch=lambda *_: ends.append(parameters(network)), **settings,
        )  # fmt: skip
    return network, history, ends, [str(warning.message) for warning in caught]


@pytest.mark.parametrize("batch_size", [None, 5])
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum"])
def test_a_run_that_diverges_ends_with_the_last_finite_parameters_and_says_what_to_try(optimizer, batch_size):
    network, history, ends, messages = diverge(optimizer, batch_size=batch_size, held_out=(X_TEST, Y_TEST))
    assert history.stopped == "diverged"
    assert_same(network, ends[-1])
    assert len(history.loss) == len(history.held_out_loss) == len(ends) == history.epochs + 1
    assert len(history.gradient_norms) == len(history.update_ratios) == history.epochs
    assert np.isfinite(history.loss).all()
    assert history.loss[-1] == network.loss_value(X, Y)
    assert len(messages) == 1
    for piece in (
        f"diverged in epoch {history.epochs + 1}",
        f"parameters of epoch {history.epochs}",
        "restored",
        "smaller learning_rate than 1000",
        "scale the inputs",
    ):
        assert piece in messages[0]


def test_a_run_may_diverge_in_its_first_epoch():
    network, history, ends, _ = diverge(learning_rate=1e300)
    assert (history.stopped, history.epochs) == ("diverged", 0)
    assert_same(network, ends[0])
    assert history.loss.tolist() == [network.loss_value(X, Y)]
    assert history.gradient_norms.shape == (0, 2)


def test_a_float32_network_diverges_in_the_same_way():
    network = Network((2, 4, 1), hidden="identity", dtype=np.float32, rng=np.random.default_rng(2))
    with pytest.warns(RuntimeWarning, match="diverged"):
        history = train(network, X, Y, learning_rate=1e3)
    assert history.stopped == "diverged"
    assert all(np.isfinite(array).all() for array in parameters(network))


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_the_optimizer_s_state_is_restored_with_the_parameters_so_that_the_run_can_go_on(name):
    class Exploding(Network):
        """Returns gradients without bound in its fourth step."""

        def backward(self, forward, y):
            self.calls += 1
            right = super().backward(forward, y)
            return Gradients([dW * np.inf for dW in right.dW], right.db) if self.calls == 4 else right

    network = Exploding((2, 4, 1), hidden="tanh", rng=np.random.default_rng(2))
    network.calls = 0
    with pytest.warns(RuntimeWarning, match="diverged in epoch 4"):
        history = train(network, X, Y, epochs=10, optimizer=name)
    assert history.optimizer.steps == 3
    undisturbed = fresh()
    three = train(undisturbed, X, Y, epochs=3, optimizer=name)
    assert_same(network, parameters(undisturbed))
    onward = train(network, X, Y, epochs=5, learning_rate=0.01, optimizer=history.optimizer)
    expected = train(undisturbed, X, Y, epochs=5, learning_rate=0.01, optimizer=three.optimizer)
    assert onward.stopped is None
    np.testing.assert_array_equal(onward.loss, expected.loss)


def test_after_a_divergence_a_smaller_learning_rate_goes_on_and_learns():
    network, history, _, _ = diverge("momentum", learning_rate=1e300)
    again = train(network, X, Y, learning_rate=0.01, epochs=20, optimizer=history.optimizer)
    assert again.stopped is None
    assert again.loss[-1] < again.loss[0] / 2


def test_a_divergence_is_complete_before_its_warning_stops_the_program():
    network = Network((2, 4, 1), hidden="identity", rng=np.random.default_rng(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="diverged"):
            train(network, X, Y, learning_rate=1e3)
    assert all(np.isfinite(array).all() for array in parameters(network))


def test_parameters_that_are_not_finite_are_refused_before_the_first_update():
    network = fresh()
    network.weights[0][0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite before the first update"):
        train(network, X, Y)


# ---- the callback ------------------------------------------------------------------------------------------------


def test_the_callback_is_called_after_each_epoch_counted_from_1_with_the_history_so_far():
    network, calls = fresh(), []
    history = train(
        network, X, Y, epochs=5, on_epoch=lambda epoch, history: calls.append((epoch, len(history.loss), history))
    )
    assert [(epoch, length) for epoch, length, _ in calls] == [(epoch, epoch + 1) for epoch in range(1, 6)]
    assert all(seen is history for _, _, seen in calls)


@pytest.mark.parametrize("true", [True, np.True_], ids=["True", "a NumPy comparison"])
def test_a_callback_that_returns_true_ends_the_run_after_that_epoch(true):
    network, three = fresh(), fresh()
    history = train(network, X, Y, epochs=10, on_epoch=lambda epoch, history: true if epoch == 3 else None)
    train(three, X, Y, epochs=3)
    assert history.stopped == "callback"
    assert (history.epochs, len(history.loss), len(history.gradient_norms)) == (3, 4, 3)
    assert_same(network, parameters(three))


@pytest.mark.parametrize("answer", [None, False, np.False_, 0, "", "go on", 1.0])
def test_a_callback_that_returns_anything_but_true_does_not_end_the_run(answer):
    assert train(fresh(), X, Y, epochs=3, on_epoch=lambda epoch, history: answer).stopped is None


def test_an_exception_in_the_callback_comes_out_and_the_network_is_as_of_that_epoch():
    network, two = fresh(), fresh()

    def fail(epoch, history):
        if epoch == 2:
            raise KeyError("my own mistake")

    with pytest.raises(KeyError, match="my own mistake"):
        train(network, X, Y, epochs=10, on_epoch=fail)
    train(two, X, Y, epochs=2)
    assert_same(network, parameters(two))


# ---- the bar -----------------------------------------------------------------------------------------------------


def test_progress_draws_a_bar_with_the_epochs_and_the_loss(capsys):
    history = train(fresh(), X, Y, epochs=7, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "7/7" in err
    assert "epoch" in err
    assert f"loss={history.loss[-1]:.4f}" in err


def test_without_progress_nothing_is_written(capsys):
    train(fresh(), X, Y, epochs=7, batch_size=5)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("progress", "imported"), [(False, False), (True, True)])
def test_tqdm_is_imported_only_when_the_bar_is_asked_for(progress, imported):
    program = (
        "import sys; from backprop_lib import Network, train; "
        f"train(Network((2, 1)), [[1, 2]], [3], epochs=2, progress={progress}); "
        "sys.exit(10 + ('tqdm' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 10 + imported


# ---- bad arguments -----------------------------------------------------------------------------------------------

BAD_ARGUMENTS = {
    "negative learning rate": ({"learning_rate": -0.1}, ValueError, ["learning_rate is -0.1", "minus sign"]),
    "learning rate of NaN": ({"learning_rate": np.nan}, ValueError, ["learning_rate is nan", "finite"]),
    "learning rate in text": ({"learning_rate": "0.1"}, TypeError, ["'0.1' (str)", "a number was expected"]),
    "negative epochs": ({"epochs": -1}, ValueError, ["epochs is -1", "at least 0"]),
    "1.5 epochs": ({"epochs": 1.5}, TypeError, ["epochs is 1.5 (float)", "whole number"]),
    "epochs of True": ({"epochs": True}, TypeError, ["epochs is True (bool)"]),
    "batches of 0": ({"batch_size": 0}, ValueError, ["batch_size is 0", "at least 1"]),
    "batches of 2.0": ({"batch_size": 2.0}, TypeError, ["batch_size is 2.0 (float)"]),
    "misspelt optimizer": ({"optimizer": "adan"}, ValueError, ['"adan"', "an optimizer", 'Did you mean "adam"']),
    "Gradient Descent": ({"optimizer": "Gradient Descent"}, ValueError, ['Did you mean "gradient_descent"']),
    "no optimizer": ({"optimizer": None}, TypeError, ["None (NoneType)", "an optimizer", "Known: gradient_descent"]),
    "held-out X alone": ({"held_out": X_TEST}, TypeError, ["held_out takes a pair", "(X_test, y_test)"]),
    "held-out triple": ({"held_out": (X, Y, Y)}, TypeError, ["held_out takes a pair"]),
    "held-out X transposed": ({"held_out": (X_TEST.T, Y_TEST)}, ValueError, ["11 columns", "takes 2", "transposed"]),
    "held-out y too short": ({"held_out": (X_TEST, Y_TEST[:5])}, ValueError, ["5 rows of targets for 11 samples"]),
    "callback that is none": ({"on_epoch": "stop"}, TypeError, ["on_epoch is 'stop'", "on_epoch(epoch, history)"]),
    "callback without arguments": (
        {"on_epoch": lambda: None},
        TypeError,
        ["on_epoch takes (); it is called as on_epoch(epoch, history)"],
    ),
    "legacy generator": ({"rng": np.random}, TypeError, ["numpy.random.Generator was expected"]),
    "negative seed": ({"rng": -1}, ValueError, ["rng is -1"]),
    "misspelt argument": ({"learning_rates": 0.1}, TypeError, ["learning_rates"]),
}


@pytest.mark.parametrize(("arguments", "error", "pieces"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS)
def test_bad_arguments_are_refused_in_words_and_the_network_is_unchanged(arguments, error, pieces):
    network = fresh()
    before, attributes = parameters(network), copy.copy(vars(network))
    with pytest.raises(error) as caught:
        train(network, X, Y, **arguments)
    assert [piece for piece in pieces if piece not in str(caught.value)] == [], caught.value
    assert_same(network, before)
    assert vars(network) == attributes


def test_the_history_says_in_one_line_what_happened():
    history = train(fresh(), X, Y, epochs=9, on_epoch=lambda epoch, _: epoch == 4)
    first, last = history.loss[[0, 4]]
    assert repr(history) == f"<History of 4 epochs, loss {first:.4f} -> {last:.4f}, stopped: callback>"


def test_an_error_in_the_held_out_data_says_that_it_is_there():
    network = Network((2, 1), rng=np.random.default_rng(0))
    X, y = np.zeros((4, 2)), np.zeros(4)
    with pytest.raises(ValueError, match=r"held_out: X has 3 columns"):
        train(network, X, y, held_out=(np.zeros((4, 3)), y))


def test_a_squared_gradient_that_overflows_is_called_divergence():
    network = Network((2, 4, 1), rng=np.random.default_rng(0))
    before = [W.copy() for W in network.weights]
    rng = np.random.default_rng(1)
    with pytest.warns(RuntimeWarning, match="a gradient or a parameter is no longer finite"):
        history = train(network, rng.normal(size=(5, 2)) * 1e80, rng.normal(size=(5, 1)) * 1e80, optimizer="adam")
    assert history.stopped == "diverged"
    for W, kept in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(W, kept)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Momentum(beta=1), "beta is 1, a share"),
        (lambda: Momentum(beta=-0.1), "beta is -0.1"),
        (lambda: Adam(beta1=1.0), "beta1 is 1.0, a share"),
        (lambda: Adam(beta2=5), "beta2 is 5, a share"),
        (lambda: Adam(epsilon=0), "epsilon is 0, a number above 0"),
    ],
)
def test_the_knobs_of_an_optimizer_are_checked(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_step_with_a_learning_rate_that_is_no_number_changes_nothing():
    network = Network((2, 1), rng=np.random.default_rng(0))
    gradients = network.backward(network.forward([[1.0, 2.0]]), [[1.0]])
    before = network.weights[0].copy()
    with pytest.raises(ValueError, match="learning_rate is nan"):
        GradientDescent().step(network, gradients, float("nan"))
    np.testing.assert_array_equal(network.weights[0], before)


def test_what_is_no_network_is_refused_by_name():
    with pytest.raises(TypeError, match=r"network is ndarray, a Network was expected: train\(network, X, y\)"):
        train(np.zeros((4, 2)), np.zeros(4), Network((2, 1)))


def test_inputs_too_large_for_a_finite_loss_are_named_before_the_first_update():
    with pytest.raises(ValueError, match="X, y or the weights are too large"):
        train(Network((2, 1), rng=np.random.default_rng(0)), np.full((4, 2), 1e200), np.zeros(4))
