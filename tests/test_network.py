"""The network: hand numbers, the public names to the letter, and what it does with input that is wrong."""

import copy
import doctest
import inspect
import pickle

import numpy as np
import pytest

import backprop_lib
from backprop_lib import ForwardPass, Gradients, Network, gradient_check, network, numerical_gradient, train
from backprop_lib.activations import ACTIVATIONS, relu, tanh
from backprop_lib.losses import LOSSES
from backprop_lib.running_example import running_example


def small_network(**settings):
    made = Network((2, 3, 2), **{"hidden": "tanh", "rng": np.random.default_rng(0), **settings})
    for b in made.biases:
        b[...] = np.linspace(-0.5, 0.5, len(b))
    return made


X = np.random.default_rng(1).normal(size=(5, 2))
Y = np.random.default_rng(2).normal(size=(5, 2))


def snapshot(net):
    return copy.deepcopy(vars(net))


def assert_unchanged(net, before):
    assert vars(net).keys() == before.keys()
    for name, value in before.items():
        if name in ("weights", "biases"):
            for array, expected in zip(getattr(net, name), value, strict=True):
                np.testing.assert_array_equal(array, expected)
                assert np.asarray(array).dtype == np.asarray(expected).dtype
        elif name == "activations":
            assert [a.name for a in net.activations] == [a.name for a in value]
        elif name != "loss":
            assert getattr(net, name) == value


# ---- the public surface ------------------------------------------------------------------------------------------


def test_the_front_door_offers_the_names_of_the_course():
    assert {"Network", "gradient_check", "numerical_gradient", "train"} <= set(backprop_lib.__all__)
    assert all(hasattr(backprop_lib, name) for name in backprop_lib.__all__)


@pytest.mark.parametrize(
    ("function", "signature"),
    [
        (
            Network,
            "(sizes, *, hidden='relu', output='identity', loss='half_mse', initializer=None, dtype=<class 'float'>, "
            "rng=None)",
        ),
        (Network.forward, "(self, X)"),
        (Network.predict, "(self, X)"),
        (Network.loss_value, "(self, X, y)"),
        (Network.backward, "(self, forward, y)"),
        (Network.update_parameters, "(self, gradients, learning_rate=0.1)"),
        (Network.copy, "(self)"),
        (
            train,
            "(network, X, y, *, learning_rate=0.1, epochs=100, batch_size=None, optimizer='gradient_descent', "
            "held_out=None, rng=None, on_epoch=None, progress=False)",
        ),
    ],
)
def test_the_signature_is_the_published_one(function, signature):
    assert str(inspect.signature(function)) == signature


def test_the_gradient_functions_take_their_published_arguments_first():
    assert str(inspect.signature(numerical_gradient)).startswith("(f, x, *,")
    assert str(inspect.signature(gradient_check)).startswith("(network, X, y, gradients=None, *,")


def test_the_published_lines_run_as_they_are_printed():
    rng = np.random.default_rng(0)
    net = Network((2, 3, 1), hidden="relu", output="identity", loss="half_mse", initializer=None, dtype=float, rng=rng)
    net.weights[0][...] = np.ones((2, 3))
    y = [1.0, 0.0, 1.0, 0.0, 1.0]
    forward = net.forward(X)
    assert isinstance(forward, ForwardPass)
    assert len(forward.a) == len(forward.z) + 1
    np.testing.assert_array_equal(forward.a[0], X)
    np.testing.assert_array_equal(net.predict(X), forward.y_hat)
    assert type(net.loss_value(X, y)) is float
    gradients = net.backward(forward, y)
    assert isinstance(gradients, Gradients)
    assert [d.shape for d in gradients.dW] == [(2, 3), (3, 1)]
    assert [d.shape for d in gradients.db] == [(3,), (1,)]
    assert [d.shape for d in gradients.delta] == [(5, 3), (5, 1)]
    np.testing.assert_allclose(gradients.norms, [np.sqrt((d**2).sum()) for d in gradients.dW])
    net.update_parameters(gradients, learning_rate=0.1)
    report = gradient_check(net, X, y, gradients=None)
    assert len(report.rows) == 4
    assert report.max_relative_error == max(row.relative_error for row in report.rows)
    history = train(
        net, X, y, learning_rate=0.1, epochs=3, batch_size=None, optimizer="gradient_descent",
        held_out=(X, y), rng=rng, on_epoch=None, progress=False,
    )  # fmt: skip
    assert history.loss.shape == history.held_out_loss.shape == (4,)


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(network) == (0, 3)


def test_a_network_says_in_one_line_how_to_make_it_again():
    for net in (
        Network((2, 1), output="sigmoid"),
        Network((2, 3, 1), hidden="tanh", loss="mse"),
        Network((2, 3, 4, 1), hidden=("tanh", "relu"), dtype=np.float32),
    ):
        again = eval(repr(net), {"Network": Network, "np": np})
        assert (again.sizes, again.activations, again.loss) == (net.sizes, net.activations, net.loss)
        assert again.dtype == net.dtype


@pytest.mark.parametrize("sizes", [(4, 3, 2), [4, 3, 2], np.array([4, 3, 2])])
def test_sizes_may_be_any_sequence_of_whole_numbers(sizes):
    net = Network(sizes)
    assert net.sizes == (4, 3, 2)
    assert [W.shape for W in net.weights] == [(4, 3), (3, 2)]
    assert [b.shape for b in net.biases] == [(3,), (2,)]


def test_hidden_names_one_activation_for_all_or_one_for_each_layer():
    assert Network((2, 3, 4, 1), hidden="tanh").activations == [tanh, tanh, ACTIVATIONS["identity"]]
    net = Network((2, 3, 4, 1), hidden=["relu", "tanh"], output="sigmoid")
    assert net.activations == [relu, tanh, ACTIVATIONS["sigmoid"]]


# ---- numbers -----------------------------------------------------------------------------------------------------


def test_the_first_sample_of_the_running_example_gives_the_numbers_of_the_chapters():
    net, X, y = running_example()
    forward = net.forward(X[:1])
    assert forward.z[0].tolist() == [[2.5, 1.0, -1.25]]
    assert forward.a[1].tolist() == [[2.5, 1.0, 0.0]]
    assert forward.y_hat.tolist() == [[2.5, -1.25]]
    assert net.loss_value(X[:1], y[:1]) == 0.625
    gradients = net.backward(forward, y[:1])
    assert gradients.delta[1].tolist() == [[0.5, -1.0]]
    assert gradients.delta[0].tolist() == [[1.25, -0.25, 0.0]], "the third gate is closed"
    assert gradients.dW[1].tolist() == [[1.25, -2.5], [0.5, -1.0], [0.0, 0.0]]
    assert gradients.dW[0].tolist() == [[1.25, -0.25, 0.0], [2.5, -0.5, 0.0]]
    assert [db.tolist() for db in gradients.db] == [[1.25, -0.25, 0.0], [0.5, -1.0]]


def test_the_whole_running_example_agrees_with_loops_over_single_weights():
    net, X, y = running_example()
    (W0, W1), (b0, b1) = ([p.tolist() for p in parameters] for parameters in (net.weights, net.biases))
    n, loss = len(X), 0.0
    dW0, dW1 = np.zeros((2, 3)), np.zeros((3, 2))
    db0, db1 = np.zeros(3), np.zeros(2)
    for x, target in zip(X.tolist(), y.tolist(), strict=True):
        z = [sum(x[i] * W0[i][j] for i in range(2)) + b0[j] for j in range(3)]
        a = [max(z_j, 0.0) for z_j in z]
        y_hat = [sum(a[j] * W1[j][k] for j in range(3)) + b1[k] for k in range(2)]
        loss += sum((y_hat[k] - target[k]) ** 2 for k in range(2)) / (2 * n)
        delta1 = [(y_hat[k] - target[k]) / n for k in range(2)]
        delta0 = [sum(W1[j][k] * delta1[k] for k in range(2)) * (1 if z[j] > 0 else 0) for j in range(3)]
        for j in range(3):
            db0[j] += delta0[j]
            for i in range(2):
                dW0[i, j] += x[i] * delta0[j]
            for k in range(2):
                dW1[j, k] += a[j] * delta1[k]
        db1 += delta1
    assert net.loss_value(X, y) == pytest.approx(loss, rel=1e-14)
    gradients = net.backward(net.forward(X), y)
    for given, by_hand in zip([*gradients.dW, *gradients.db], [dW0, dW1, db0, db1], strict=True):
        np.testing.assert_allclose(given, by_hand, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
def test_delta_is_the_derivative_of_the_loss_by_z_in_every_layer(loss):
    output = "identity" if LOSSES[loss].takes_logits else "sigmoid"
    net = Network((2, 4, 3, 2), hidden=("tanh", "softplus"), output=output, loss=loss, rng=np.random.default_rng(3))
    y = np.random.default_rng(4).dirichlet([1, 1], size=5)
    forward = net.forward(X)
    for layer, delta in enumerate(net.backward(forward, y).delta):

        def loss_from(z, layer=layer):
            a = net.activations[layer](z)
            for W, b, activation in zip(
                net.weights[layer + 1 :], net.biases[layer + 1 :], net.activations[layer + 1 :], strict=True
            ):
                a = activation(a @ W + b)
            return net.loss.value(a, y)

        np.testing.assert_allclose(delta, numerical_gradient(loss_from, forward.z[layer]), atol=1e-9)


def test_a_network_of_one_layer_works_from_forward_to_update():
    net = Network((3, 1), rng=np.random.default_rng(0))
    X, y = np.random.default_rng(1).normal(size=(6, 3)), np.arange(6.0)
    forward = net.forward(X)
    np.testing.assert_allclose(forward.y_hat, X @ net.weights[0] + net.biases[0])
    gradients = net.backward(forward, y)
    assert [d.shape for d in (*gradients.dW, *gradients.db, *gradients.delta)] == [(3, 1), (1,), (6, 1)]
    np.testing.assert_allclose(gradients.dW[0], X.T @ (forward.y_hat - y[:, None]) / 6)
    before = net.loss_value(X, y)
    net.update_parameters(gradients, learning_rate=0.1)
    assert net.loss_value(X, y) < before
    assert gradient_check(net, X, y).passed


@pytest.mark.parametrize("loss", LOSSES)
def test_y_hat_is_the_activation_or_the_probabilities_of_the_logits(loss):
    forward = small_network(loss=loss).forward(X)
    logits = forward.a[-1]
    expected = {
        "binary_cross_entropy": 1 / (1 + np.exp(-logits)),
        "softmax_cross_entropy": np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True),
    }.get(loss, logits)
    np.testing.assert_allclose(forward.y_hat, expected, rtol=1e-13)


@pytest.mark.parametrize("loss", ["half_mse", "binary_cross_entropy", "softmax_cross_entropy"])
def test_the_last_delta_reads_y_hat_minus_y_over_n_for_all_three(loss):
    net = small_network(loss=loss)
    y = np.random.default_rng(4).dirichlet([1, 1], size=5)
    forward = net.forward(X)
    np.testing.assert_allclose(net.backward(forward, y).delta[-1], (forward.y_hat - y) / 5, rtol=1e-12)


# ---- nothing is kept, nothing is changed -------------------------------------------------------------------------


def test_forward_predict_and_loss_keep_nothing_on_the_network():
    net = small_network()
    before = snapshot(net)
    net.forward(X)
    net.predict(X)
    net.loss_value(X, Y)
    assert_unchanged(net, before)


def test_backward_changes_neither_network_nor_pass_nor_targets_and_gives_the_same_twice():
    net, x, y = small_network(hidden="relu"), X.copy(), Y.copy()
    forward = net.forward(x)
    before, pass_before = snapshot(net), copy.deepcopy(forward)
    first, second = net.backward(forward, y), net.backward(forward, y)
    assert_unchanged(net, before)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)
    for given, expected in zip(
        [*forward.z, *forward.a, forward.y_hat], [*pass_before.z, *pass_before.a, pass_before.y_hat], strict=True
    ):
        np.testing.assert_array_equal(given, expected)
    for one, two in zip([*first.dW, *first.db, *first.delta], [*second.dW, *second.db, *second.delta], strict=True):
        np.testing.assert_array_equal(one, two)
        assert one is not two


def test_two_passes_are_held_side_by_side():
    net = small_network()
    alone = net.backward(net.forward(X), Y)
    first = net.forward(X)
    second = net.forward(3 * X[:2])
    assert second.y_hat.shape == (2, 2)
    for given, expected in zip(net.backward(first, Y).dW, alone.dW, strict=True):
        np.testing.assert_array_equal(given, expected)


def test_the_parameters_change_in_place_and_only_by_the_update():
    net = small_network()
    arrays = [*net.weights, *net.biases]
    before = [array.copy() for array in arrays]
    gradients = net.backward(net.forward(X), Y)
    net.update_parameters(gradients, learning_rate=0.25)
    for array, now, old, gradient in zip(
        arrays, [*net.weights, *net.biases], before, [*gradients.dW, *gradients.db], strict=True
    ):
        assert array is now
        np.testing.assert_allclose(now, old - 0.25 * gradient, rtol=1e-15)


def test_backward_uses_the_current_parameters_of_the_network():
    net = small_network()
    forward = net.forward(X)
    before = net.backward(forward, Y).delta[0]
    net.weights[1] *= 2
    np.testing.assert_allclose(net.backward(forward, Y).delta[0], 2 * before)


def test_a_copy_is_equal_and_independent():
    net = small_network(dtype=np.float32)
    other = net.copy()
    assert_unchanged(other, snapshot(net))
    before = snapshot(net)
    other.update_parameters(other.backward(other.forward(X), Y), learning_rate=1)
    other.activations[0] = relu
    assert_unchanged(net, before)
    assert (other.weights[0] != net.weights[0]).any()


def test_the_copy_of_a_subclass_is_of_that_subclass():
    class Mine(Network):
        pass

    assert type(Mine((2, 1)).copy()) is Mine


# ---- number types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_float32_network_stays_float32_throughout(hidden, loss):
    net = small_network(hidden=hidden, loss=loss, dtype=np.float32)
    y = np.random.default_rng(4).dirichlet([1, 1], size=5)
    forward = net.forward(X)
    gradients = net.backward(forward, y)
    net.update_parameters(gradients, learning_rate=np.float64(0.1))
    arrays = [*forward.z, *forward.a, forward.y_hat, *gradients.dW, *gradients.db, *gradients.delta]
    arrays += [*net.weights, *net.biases, net.predict(X)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert type(net.loss_value(X, y)) is float


def test_float32_and_float64_agree_to_the_digits_of_float32():
    double, single = small_network(), small_network(dtype=np.float32)
    for exact, rounded in zip(
        double.backward(double.forward(X), Y).dW, single.backward(single.forward(X), Y).dW, strict=True
    ):
        np.testing.assert_allclose(rounded, exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int8, bool, object])
def test_whole_numbers_and_booleans_are_taken_as_floats(dtype):
    net = small_network()
    bits = np.array([[0, 1], [1, 1], [1, 0]])
    whole, floats = bits.astype(dtype), bits.astype(float)
    assert net.loss_value(whole, whole) == net.loss_value(floats, floats)
    np.testing.assert_array_equal(net.forward(whole.tolist()).y_hat, net.forward(floats).y_hat)
    assert net.forward(whole).a[0].dtype == np.float64


# ---- bad input: what came, what was expected, the likely slip ----------------------------------------------------

BAD_X = {
    "transposed": (np.ones((2, 5)), ValueError, ["5 columns", "takes 2", "transposed", "(n_samples, 2)", "(2, 5)"]),
    "too many columns": (np.ones((5, 3)), ValueError, ["3 columns", "takes 2", "(5, 3)"]),
    "one column": (np.ones((5, 1)), ValueError, ["1 column,", "takes 2"]),
    "no sample": (np.ones((0, 2)), ValueError, ["(0, 2)", "no sample", "At least one row"]),
    "one sample, flat": ([1.0, 2.0], ValueError, ["(2,)", "two dimensions", "X.reshape(1, -1)"]),
    "flat": (np.ones(5), ValueError, ["(5,)", "(n_samples, 2)", "rows are samples"]),
    "three dimensions": (np.ones((5, 2, 1)), ValueError, ["(5, 2, 1)", "two dimensions"]),
    "one number": (3.0, ValueError, ["()", "two dimensions"]),
    "nothing": ([], ValueError, ["(0,)", "two dimensions"]),
    "nan": ([[1, 2], [np.nan, 3]], ValueError, ["1 value that is NaN or infinite", "nan at index (1, 0)", "missing"]),
    "infinite": ([[1, np.inf], [-np.inf, 3]], ValueError, ["2 values", "inf at index (0, 1)", "overflowed"]),
    "text": ([["1", "2"]], TypeError, ["X holds text", "'1'", "numbers were expected", "header"]),
    "bytes": (np.array([[b"a", b"b"]]), TypeError, ["X holds bytes"]),
    "dates": (np.array([["2026-01-01", "2026-01-02"]], dtype="M8[D]"), TypeError, ["X holds dates"]),
    "complex": ([[1j, 2]], TypeError, ["complex numbers", "real numbers"]),
    "ragged": ([[1.0, 2.0], [3.0]], ValueError, ["X is no rectangular array", "rows differ in length"]),
    "None": (None, TypeError, ["X holds None", "numbers were expected"]),
    "one missing": ([[1.0, None]], TypeError, ["None", "Is a value missing"]),
    "a dictionary": ({"x": 1}, TypeError, ["dict", "numbers were expected"]),
    "beyond any float": ([[10**400, 1]], ValueError, ["X"]),
}
READS_X = {
    "forward": lambda net, X: net.forward(X),
    "predict": lambda net, X: net.predict(X),
    "loss_value": lambda net, X: net.loss_value(X, Y),
    "gradient_check": lambda net, X: gradient_check(net, X, Y),
    "train": lambda net, X: train(net, X, Y),
    "held out": lambda net, x: train(net, X, Y, held_out=(x, Y)),
}
BAD_Y = {
    "too few": (Y[:3], ValueError, ["(3, 2)", "(5, 2)", "3 rows of targets for 5 samples"]),
    "transposed": (Y.T, ValueError, ["(2, 5)", "(5, 2)", "transposed"]),
    "flat": (Y[:, 0], ValueError, ["(5,)", "2 outputs"]),
    "text": ([["a", "b"]] * 5, TypeError, ["y holds text", "'a'"]),
    "nan": (np.full((5, 2), np.nan), ValueError, ["y holds 10 values", "NaN"]),
    "None": (None, TypeError, ["y holds None"]),
    "ragged": ([[1.0, 2.0], [3.0]], ValueError, ["y is no rectangular array"]),
    "none at all": ([], ValueError, ["no target at all", "(5, 2)"]),
}
READS_Y = {
    "loss_value": lambda net, y: net.loss_value(X, y),
    "backward": lambda net, y: net.backward(net.forward(X), y),
    "gradient_check": lambda net, y: gradient_check(net, X, y),
    "train": lambda net, y: train(net, X, y),
    "held out": lambda net, y: train(net, X, Y, held_out=(X, y)),
}


def check_refusal(net, act, error, pieces):
    before = snapshot(net)
    with pytest.raises(error) as caught:
        act()
    assert [piece for piece in pieces if piece not in str(caught.value)] == [], caught.value
    assert_unchanged(net, before)


@pytest.mark.parametrize("entry", READS_X.values(), ids=READS_X)
@pytest.mark.parametrize(("bad", "error", "pieces"), BAD_X.values(), ids=BAD_X)
def test_bad_inputs_are_refused_in_words_and_the_network_stays_as_it_was(bad, error, pieces, entry):
    net = small_network()
    check_refusal(net, lambda: entry(net, bad), error, pieces)


@pytest.mark.parametrize("entry", READS_Y.values(), ids=READS_Y)
@pytest.mark.parametrize(("bad", "error", "pieces"), BAD_Y.values(), ids=BAD_Y)
def test_bad_targets_are_refused_in_words_and_the_network_stays_as_it_was(bad, error, pieces, entry):
    net = small_network()
    check_refusal(net, lambda: entry(net, bad), error, pieces)


def test_a_value_that_only_float32_cannot_hold_is_refused_by_a_float32_network_alone():
    small_network().forward([[1e39, 0]])
    net = small_network(dtype=np.float32)
    check_refusal(net, lambda: net.forward([[1e39, 0]]), ValueError, ["infinite in float32", "index (0, 0)"])


def gradients_of(net, **changed):
    right = net.backward(net.forward(X), Y)
    return Gradients(**{"dW": right.dW, "db": right.db, **changed})


NAN = [np.full((2, 3), np.nan), np.ones((3, 2))]
BAD_UPDATES = {
    "a transposed dW": (
        lambda net: net.update_parameters(gradients_of(net, dW=[np.ones((3, 2)), np.ones((3, 2))])),
        ValueError,
        ["dW[0] has the shape (3, 2)", "its parameter has (2, 3)", "transposed", "the shape of what"],
    ),
    "a dW that would be broadcast": (
        lambda net: net.update_parameters(gradients_of(net, dW=[np.ones((2, 3)), np.ones((1, 1))])),
        ValueError,
        ["dW[1] has the shape (1, 1)", "(3, 2)"],
    ),
    "a db with the samples still in it": (
        lambda net: net.update_parameters(gradients_of(net, db=[np.ones((5, 3)), np.ones(2)])),
        ValueError,
        ["db[0] has the shape (5, 3)", "(3,)"],
    ),
    "a db summed to one number": (
        lambda net: net.update_parameters(gradients_of(net, db=[np.ones(3), 1.0])),
        ValueError,
        ["db[1] has the shape ()", "(2,)"],
    ),
    "a missing dW": (
        lambda net: net.update_parameters(gradients_of(net, dW=[np.ones((2, 3))])),
        ValueError,
        ["dW holds 1 arrays", "2 layers"],
    ),
    "None for a dW": (
        lambda net: net.update_parameters(gradients_of(net, dW=[None, None])),
        TypeError,
        ["dW[0] holds None"],
    ),
    "a NaN": (lambda net: net.update_parameters(gradients_of(net, dW=NAN)), ValueError, ["dW[0] holds 6", "NaN"]),
    "no gradients": (lambda net: net.update_parameters(None), TypeError, ["NoneType", "Gradients"]),
    "a negative step": (
        lambda net: net.update_parameters(gradients_of(net), learning_rate=-0.1),
        ValueError,
        ["learning_rate is -0.1", "minus sign"],
    ),
    "a step of NaN": (
        lambda net: net.update_parameters(gradients_of(net), learning_rate=np.nan),
        ValueError,
        ["learning_rate is nan", "finite"],
    ),
    "a step in text": (
        lambda net: net.update_parameters(gradients_of(net), learning_rate="0.1"),
        TypeError,
        ["learning_rate is '0.1' (str)", "a number was expected"],
    ),
    "a step of True": (lambda net: net.update_parameters(gradients_of(net), True), TypeError, ["True (bool)"]),
    "X instead of a pass": (lambda net: net.backward(X, Y), TypeError, ["ForwardPass", "got ndarray", "forward(X)"]),
    "y_hat instead of a pass": (lambda net: net.backward(net.predict(X), Y), TypeError, ["got ndarray"]),
    "another network's pass": (
        lambda net: net.backward(Network((2, 4, 2)).forward(X), Y),
        ValueError,
        ["(5, 4), (5, 2)]", "this network makes [(5, 2), (5, 3), (5, 2)]", "another network"],
    ),
}


@pytest.mark.parametrize(("act", "error", "pieces"), BAD_UPDATES.values(), ids=BAD_UPDATES)
def test_bad_gradients_steps_and_passes_are_refused_and_no_parameter_is_changed(act, error, pieces):
    net = small_network()
    check_refusal(net, lambda: act(net), error, pieces)


BAD_SETTINGS = {
    "relo": ({"hidden": "relo"}, ValueError, ['"relo"', "an activation", 'Did you mean "relu"', "Known: identity"]),
    "ReLU": ({"hidden": "ReLU"}, ValueError, ['Did you mean "relu"']),
    "sigmiod": ({"output": "sigmiod"}, ValueError, ['Did you mean "sigmoid"']),
    "leaky relu": ({"hidden": ["Leaky ReLU"]}, ValueError, ['Did you mean "leaky_relu"']),
    "half-mse": ({"loss": "half-mse"}, ValueError, ["a loss", 'Did you mean "half_mse"']),
    "crossentropy": ({"loss": "crossentropy"}, ValueError, ["a loss", "cross_entropy"]),
    "xavier_normal": ({"initializer": "xaver"}, ValueError, ["an initializer", 'Did you mean "xavier"']),
    "nothing near": ({"hidden": "qqqq"}, ValueError, ['"qqqq" is not the name of an activation. Known: identity']),
    "a function": ({"hidden": np.tanh}, TypeError, ["tanh", "is not the name of an activation", "Known"]),
    "a number as name": ({"loss": 3}, TypeError, ["3 (int)", "a loss"]),
    "None as name": ({"output": None}, TypeError, ["None (NoneType)", "an activation"]),
    "one name too many": ({"hidden": ["relu", "tanh"]}, ValueError, ["2 activations", "1 hidden layers"]),
    "size 0": ({"sizes": (2, 0, 1)}, ValueError, ["sizes[1] is 0", "at least 1"]),
    "negative size": ({"sizes": (-2, 1)}, ValueError, ["sizes[0] is -2", "at least 1"]),
    "size 2.0": ({"sizes": (2.0, 1)}, TypeError, ["sizes[0] is 2.0 (float)", "whole number"]),
    "bool size": ({"sizes": (True, 1)}, TypeError, ["sizes[0] is True (bool)", "whole number"]),
    "numpy's bool": ({"sizes": (2, np.True_)}, TypeError, ["sizes[1]", "whole number"]),
    "text size": ({"sizes": ("2", 1)}, TypeError, ["sizes[0] is '2' (str)"]),
    "one size": ({"sizes": (2,)}, ValueError, ["(2,)", "at least two widths"]),
    "no sizes": ({"sizes": ()}, ValueError, ["()", "at least two widths"]),
    "one number": ({"sizes": 3}, TypeError, ["sizes is 3", "(n_in, n_hidden, ..., n_out)"]),
    "sizes in text": ({"sizes": "2-3-1"}, TypeError, ["sizes is '2-3-1'", "tuple of whole numbers"]),
    "float16": ({"dtype": np.float16}, ValueError, ["float16", "np.float32 was expected"]),
    "int": ({"dtype": int}, ValueError, ["int64", "float (float64)"]),
    "no dtype": ({"dtype": "fast"}, TypeError, ["'fast'", "np.float32"]),
    "sigmoid before logits": (
        {"output": "sigmoid", "loss": "binary_cross_entropy"},
        ValueError,
        ['"binary_cross_entropy"', 'output="identity"', 'not "sigmoid"', "logits", "y_hat holds the probabilities"],
    ),
    "relu before logits": ({"output": "relu", "loss": "softmax_cross_entropy"}, ValueError, ['not "relu"', "logits"]),
    "a legacy generator": ({"rng": np.random}, TypeError, ["numpy.random.Generator was expected"]),
}


@pytest.mark.parametrize(("settings", "error", "pieces"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_settings_that_do_not_fit_are_refused_in_words(settings, error, pieces):
    with pytest.raises(error) as caught:
        Network(**{"sizes": (2, 3, 1), **settings})
    assert [piece for piece in pieces if piece not in str(caught.value)] == [], caught.value


def test_a_misspelt_option_is_not_swallowed():
    with pytest.raises(TypeError, match="activation"):
        Network((2, 3, 1), activation="relu")


@pytest.mark.parametrize(
    ("kind", "layer", "wrong", "pieces"),
    [
        ("weights", 0, np.ones((3, 2)), ["network.weights[0]", "(3, 2)", "expected shape (2, 3)", "in place"]),
        ("weights", 1, np.ones((1, 1)), ["network.weights[1]", "(1, 1)", "expected shape (3, 2)"]),
        ("weights", 0, [[1.0] * 3] * 2, ["network.weights[0] is a list", "network.weights[0][...] = "]),
        ("weights", 1, None, ["network.weights[1] is a NoneType"]),
        ("biases", 0, np.ones((1, 3)), ["network.biases[0]", "(1, 3)", "expected shape (3,)"]),
        ("biases", 1, 0.0, ["network.biases[1] is a float"]),
    ],
)
def test_a_parameter_of_the_wrong_shape_is_noticed_before_anything_is_computed(kind, layer, wrong, pieces):
    gradients = gradients_of(small_network())
    forward = small_network().forward(X)
    uses = (
        lambda net: net.forward(X),
        lambda net: net.backward(forward, Y),
        lambda net: net.update_parameters(gradients),
        lambda net: train(net, X, Y),
        lambda net: gradient_check(net, X, Y),
    )
    for use in uses:
        net = small_network()
        getattr(net, kind)[layer] = wrong
        check_refusal(net, lambda net=net, use=use: use(net), ValueError, pieces)


def test_a_list_of_weights_that_is_too_short_is_noticed():
    net = small_network()
    net.weights.pop()
    with pytest.raises(ValueError, match="the network has 1 weights, its 2 layers need one each"):
        net.forward(X)


def test_a_parameter_of_another_float_type_is_noticed():
    net = small_network(dtype=np.float32)
    net.weights[1] = np.ones((3, 2))
    with pytest.raises(
        ValueError, match=r"network.weights\[1\] .* type float64, expected shape \(3, 2\) and type float32"
    ):
        net.forward(X)


def test_a_network_survives_pickling_and_deep_copying_with_its_activations_and_loss():
    network, inputs, targets = running_example()
    for other in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        assert other.activations == network.activations
        assert other.activations[0] is network.activations[0]
        assert other.loss is network.loss
        assert other.loss_value(inputs, targets) == network.loss_value(inputs, targets)
        assert other.weights[0] is not network.weights[0]


def test_two_passes_and_two_gradients_can_be_compared_without_an_error():
    network, inputs, targets = running_example()
    first, second = network.forward(inputs), network.forward(inputs)
    assert first == first
    assert first != second
    assert network.backward(first, targets) != network.backward(second, targets)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: ForwardPass(z=f.z[:1], a=f.a, y_hat=f.y_hat), "the pass has z of the shapes"),
        (lambda f: ForwardPass(z=[z[:1] for z in f.z], a=f.a, y_hat=f.y_hat), "the pass has z of the shapes"),
        (lambda f: ForwardPass(z=f.z, a=[1, 2, 3], y_hat=f.y_hat), "the pass has a of the shapes"),
        (lambda f: ForwardPass(f.z, [a.astype(np.float32) for a in f.a], f.y_hat), "the pass has a of the types"),
    ],
)
def test_a_pass_that_does_not_fit_together_is_refused(spoil, message):
    network, inputs, targets = running_example()
    with pytest.raises(ValueError, match=message):
        network.backward(spoil(network.forward(inputs)), targets)


def test_a_pass_can_be_checked_by_itself_and_may_belong_to_earlier_parameters():
    network, inputs, targets = running_example()
    forward = network.forward(inputs)
    network.update_parameters(network.backward(forward, targets))
    assert network.check_pass(forward) is None
    with pytest.raises(TypeError, match=r"ForwardPass that network.forward\(X\) returns was expected, got ndarray"):
        network.check_pass(inputs)
    with pytest.raises(ValueError, match="Was it made by another network"):
        network.check_pass(Network((2, 4, 2)).forward(inputs))


def test_an_update_to_infinity_is_refused_and_changes_nothing():
    network, inputs, targets = running_example()
    gradients = network.backward(network.forward(inputs), targets)
    before = [W.copy() for W in network.weights]
    with pytest.raises(ValueError, match="a parameter would become infinite"):
        network.update_parameters(Gradients([g * 1e10 for g in gradients.dW], gradients.db), learning_rate=1e305)
    for W, kept in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(W, kept)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden": "linear"}, 'Did you mean "identity"'),
        ({"output": "softmax"}, 'loss="softmax_cross_entropy"'),
        ({"loss": "bce"}, 'Did you mean "binary_cross_entropy"'),
        ({"loss": "sse"}, 'Did you mean "half_sse"'),
        ({"initializer": "glorot"}, 'Did you mean "xavier"'),
    ],
)
def test_names_from_other_libraries_lead_to_the_name_here(arguments, message):
    with pytest.raises(ValueError, match=message):
        Network((2, 3, 1), **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": {2, 3, 1}}, "sizes is"),
        ({"sizes": (2, 3, 3, 1), "hidden": {"relu", "tanh"}}, "which has no order"),
    ],
)
def test_what_has_no_order_is_refused(arguments, message):
    with pytest.raises(TypeError, match=message):
        Network(**arguments)


def test_masked_entries_are_refused_rather_than_used():
    network = Network((2, 1), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="X has masked entries"):
        network.forward(np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]]))
