"""The tape against central differences, against chapter 05's gradients, and against HIPS autograd; Network as well."""

import ast
import re
import sys
import types
from itertools import product
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from backprop_lib import Network, autodiff, gradient_check, numerical_gradient
from backprop_lib.activations import ACTIVATIONS
from backprop_lib.autodiff import Tensor, operation, tape, unbroadcast
from backprop_lib.losses import LOSSES
from backprop_lib.running_example import running_example

SOURCE = Path(autodiff.__file__).read_text(encoding="utf-8")


def numbers(*shape, seed=0):
    """Return numbers away from 0, of both signs, so that no nudge crosses the corner of the ReLU."""
    rng = np.random.default_rng([seed, *shape])
    return rng.uniform(0.4, 1.6, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def compare(f, *arrays, module=autodiff, spoil=lambda result: None):
    """Compare the tape's gradients of f(*arrays), weighted at random, with central differences of plain NumPy.

    `f` is given tensors or arrays and must do the same to both; `spoil` may damage the record.
    """
    tensors = [module.Tensor(array) for array in arrays]
    result = f(*tensors)
    expected = f(*arrays)
    np.testing.assert_allclose(result.data, expected, rtol=1e-14, atol=0)
    assert result.data.shape == np.shape(expected)
    weights = numbers(*result.data.shape, seed=9)
    spoil(result)
    result.backward(weights)
    for i, tensor in enumerate(tensors):

        def nudged(x, i=i):
            return (f(*arrays[:i], x, *arrays[i + 1 :]) * weights).sum()

        assert np.shape(tensor.grad) == arrays[i].shape
        np.testing.assert_allclose(tensor.grad, numerical_gradient(nudged, arrays[i]), rtol=1e-7, atol=1e-8)


# ---- every operation, by nudging ---------------------------------------------------------------------------------


def method(name, *args, **kwargs):
    """Return a function that calls the method of a tensor, or NumPy's function of that name on an array."""

    def f(x):
        if hasattr(x, "sources"):
            return getattr(x, name)(*args, **kwargs)
        if name == "relu":
            return np.maximum(x, 0)
        return getattr(np, name)(x, *args, **kwargs)

    return f


ONE_INPUT = {
    "-x": lambda x: -x,
    "exp": method("exp"),
    "log": lambda x: method("log")(x * x),
    "tanh": method("tanh"),
    "relu": method("relu"),
    "x**2": lambda x: x**2,
    "x**3": lambda x: x**3,
    "x**1": lambda x: x**1,
    "x**0": lambda x: x**0,
    "x**-1": lambda x: x**-1,
    "x**0.5": lambda x: (x * x) ** 0.5,
    "x**array": lambda x: x ** np.array([1.0, 2.0, 3.0]),
    "T": lambda x: x.T,
    "x + array": lambda x: x + numbers(2, 3, seed=1),
    "array + x": lambda x: numbers(2, 3, seed=1) + x,
    "x - array": lambda x: x - numbers(2, 3, seed=1),
    "array - x": lambda x: numbers(2, 3, seed=1) - x,
    "x * array": lambda x: x * numbers(2, 3, seed=1),
    "array * x": lambda x: numbers(2, 3, seed=1) * x,
    "x / array": lambda x: x / numbers(2, 3, seed=1),
    "array / x": lambda x: numbers(2, 3, seed=1) / x,
    "x @ array": lambda x: x @ numbers(3, 4, seed=1),
    "array @ x": lambda x: numbers(4, 2, seed=1) @ x,
    "1 + x": lambda x: 1 + x,
    "1 - x": lambda x: 1 - x,
    "2 * x": lambda x: 2 * x,
    "2 / x": lambda x: 2 / x,
    "np.float64 - x": lambda x: np.float64(2) - x,
}
SUMS = [
    {"axis": axis, "keepdims": keepdims}
    for axis, keepdims in product([None, 0, 1, 2, -1, (0, 2), (1, -1), (0, 1, 2)], [False, True])
]


@pytest.mark.parametrize("f", ONE_INPUT.values(), ids=ONE_INPUT)
def test_an_operation_of_one_input_has_the_gradient_that_nudging_finds(f):
    compare(f, numbers(2, 3))


@pytest.mark.parametrize("settings", SUMS, ids=str)
@pytest.mark.parametrize("name", ["sum", "mean"])
def test_a_sum_and_a_mean_over_any_axes_have_the_gradient_that_nudging_finds(name, settings):
    compare(method(name, **settings), numbers(2, 3, 4))


BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
SHAPES = [(), (1,), (3,), (1, 1), (1, 3), (2, 1), (2, 3), (4, 1, 1), (4, 2, 3), (1, 2, 1)]
PAIRS = list(product(SHAPES, SHAPES))


@pytest.mark.parametrize("f", BINARY.values(), ids=BINARY)
@pytest.mark.parametrize("shapes", PAIRS, ids=str)
def test_broadcasting_is_undone_for_every_pair_of_shapes(f, shapes):
    compare(f, numbers(*shapes[0]), numbers(*shapes[1], seed=1))


@pytest.mark.parametrize(("rows", "inner", "columns"), [(2, 3, 4), (1, 3, 1), (4, 1, 2), (3, 3, 3), (1, 1, 1)])
def test_a_matrix_product_has_the_gradients_that_nudging_finds(rows, inner, columns):
    compare(lambda a, b: a @ b, numbers(rows, inner), numbers(inner, columns, seed=1))


def test_the_slope_of_the_relu_at_0_is_0_by_convention():
    x = Tensor([-1.0, 0.0, 2.0])
    x.relu().sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 1])


def test_x_to_the_power_0_is_constant_at_0_too_without_a_warning():
    x = Tensor([0.0, 2.0])
    (x**0).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0])


@pytest.mark.parametrize("before", SHAPES, ids=str)
@pytest.mark.parametrize("after", SHAPES, ids=str)
def test_unbroadcast_is_the_transpose_of_broadcasting(before, after):
    # <g, broadcast(x)> = <unbroadcast(g), x> for every x and g: what "transpose" means for a linear function.
    after = np.broadcast_shapes(before, after)
    g, x = numbers(*after), numbers(*before, seed=1)
    undone = unbroadcast(g, before)
    assert np.shape(undone) == before
    assert np.sum(undone * x) == pytest.approx(np.sum(g * np.broadcast_to(x, after)), rel=1e-12)


def test_an_operation_of_ones_own_is_recorded_with_its_rule():
    sine = operation("sin", np.sin, lambda g, a: g * np.cos(a))
    compare(lambda x: sine(x) if isinstance(x, Tensor) else np.sin(x), numbers(2, 3))
    assert sine(0.5).operation == "sin"


def test_what_is_made_of_a_sum_is_recorded_under_its_name():
    x = Tensor([1.0, 2.0])
    assert x.sum().operation == "sum"
    assert [tensor.operation for tensor in tape(x.mean())] == ["leaf", "sum", "leaf", "/"]


@pytest.mark.parametrize("rules", [(), (lambda g, a: g, lambda g, a: g)])
def test_an_operation_without_one_rule_an_input_is_refused_at_once(rules):
    with pytest.raises(TypeError, match=f"sq met 1 inputs with {len(rules)} rules, one rule an input was expected"):
        operation("sq", np.square, *rules)(Tensor(3.0))


@pytest.mark.parametrize(
    ("returned", "shape", "said"),
    [
        (np.ones(3), (2, 3), "shape (3,) belongs to no input of shape (2, 3)"),
        (np.ones((3, 2)), (2, 3), "shape (3, 2) belongs to no input of shape (2, 3)"),
        (np.ones((4, 2)), (3,), "shape (4, 2) belongs to no input of shape (3,)"),
        (np.ones(3), (1, 3), "shape (3,) belongs to no input of shape (1, 3)"),
        (np.ones(2), (3, 1), "shape (2,) belongs to no input of shape (3, 1)"),
        (1.0, (3,), "shape () belongs to no input of shape (3,)"),
    ],
)
def test_a_rule_that_returns_another_shape_than_its_input_has_is_refused(returned, shape, said):
    slip = operation("slip", np.sin, lambda g, a: returned)
    with pytest.raises(ValueError, match=re.escape(said)):
        slip(Tensor(np.ones(shape))).sum().backward()


def test_an_exponent_that_is_a_tensor_is_refused_since_it_would_get_no_gradient():
    with pytest.raises(TypeError, match=r"exponent of \*\* is a Tensor, a constant was expected"):
        Tensor(2.0) ** Tensor(3.0)


@pytest.mark.parametrize(("shape", "axis"), [((0,), None), ((3, 0), 1), ((0, 3), 1), ((0, 3), 0)])
def test_a_mean_of_nothing_is_refused_in_words(shape, axis):
    with pytest.raises(ValueError, match=re.escape(f"mean met the shape {shape}, at least one entry was expected")):
        Tensor(np.ones(shape)).mean(axis=axis)


# ---- paths -------------------------------------------------------------------------------------------------------

GRAPHS = {
    "x * x": lambda x: x * x,
    "x + x + x": lambda x: x + x + x,
    "x @ x": lambda x: x @ x,
    "x.T @ x": lambda x: x.T @ x,
    "x / x": lambda x: x / x,
    "a diamond": lambda x: (x * x) * (3 * x),
    "a diamond whose short side is used first": lambda x: (lambda a: a * (a * x + a))(x * x),
    "a diamond on a diamond": lambda x: (lambda a: (lambda b: b * b + a)(a * x + a))(x * x + x),
    "a residual connection": lambda x: x + (x @ x) * (x + 1),
    "a value used by its own result": lambda x: (lambda a: a - a.sum(axis=1, keepdims=True))(x * x),
}


@pytest.mark.parametrize("f", GRAPHS.values(), ids=GRAPHS)
def test_a_value_that_is_used_several_times_collects_from_every_path(f):
    compare(f, numbers(3, 3))


def test_paths_are_added_not_walked_one_by_one():
    x = Tensor(1.0)
    doubled = x
    for _ in range(60):  # 2 to the power 60 paths
        doubled = doubled + doubled
    doubled.backward()
    assert x.grad == 2.0**60


def test_a_chain_of_10_000_additions_needs_no_recursion():
    assert sys.getrecursionlimit() < 10_000
    x = Tensor([1.0, 2.0])
    total = x
    for _ in range(10_000):
        total = total + x
    assert len(tape(total)) == 10_001
    total.backward(np.array([1.0, 3.0]))
    np.testing.assert_array_equal(x.grad, [10_001, 30_003])


def test_the_tape_lists_each_tensor_once_after_its_sources_and_nothing_besides():
    x, w = Tensor(2.0), Tensor(3.0)
    a = x * w
    unused = a * a
    b = a + x
    C = a * b
    record = tape(C)
    assert record == [x, w, a, b, C]
    assert unused not in record
    for tensor in record:
        assert all(record.index(source) < record.index(tensor) for source in tensor.sources)
    assert [tensor.operation for tensor in record] == ["leaf", "leaf", "*", "+", "*"]


# ---- what a call to backward does --------------------------------------------------------------------------------


def test_each_call_adds_to_grad_and_none_begins_anew():
    x = Tensor([1.0, 2.0])
    a = x * x
    C = a.sum()
    assert x.grad is None
    C.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    C.backward()
    np.testing.assert_array_equal(x.grad, [4, 8])  # twice, not three times: what a holds is not sent again
    np.testing.assert_array_equal(a.grad, [2, 2])
    x.grad = None
    C.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_backward_reaches_what_came_before_and_nothing_else():
    x, w, other = Tensor(2.0), Tensor(3.0), Tensor(4.0)
    a = x * w
    after = a * other
    a.backward()
    assert (x.grad, w.grad, a.grad) == (3, 2, 1)
    assert other.grad is None
    assert after.grad is None


def test_a_gradient_that_was_read_does_not_change_in_a_later_call():
    x, b = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    C = x + b
    seed = np.array([1.0, 1.0])
    C.backward(seed)
    kept = x.grad
    x.grad += 1  # nor does a change of one gradient reach another, or what the caller handed over
    C.backward(seed)
    np.testing.assert_array_equal(b.grad, [2, 2])
    np.testing.assert_array_equal(C.grad, [2, 2])
    np.testing.assert_array_equal(seed, [1, 1])
    np.testing.assert_array_equal(kept, [2, 2])
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_backward_changes_no_value():
    x, w = Tensor(numbers(2, 3)), Tensor(numbers(3, 2))
    C = ((x @ w).tanh() ** 2).sum()
    before = [tensor.data.copy() for tensor in tape(C)]
    C.backward()
    for tensor, data in zip(tape(C), before, strict=True):
        np.testing.assert_array_equal(tensor.data, data)


def test_the_gradient_given_to_backward_is_multiplied_with_the_jacobian():
    x = Tensor(numbers(4))
    A = numbers(3, 4)
    product_with_A = Tensor(A) @ Tensor(np.eye(4)) * x  # (3, 4)
    v = numbers(3, seed=5)
    product_with_A.sum(axis=1).backward(v)
    np.testing.assert_allclose(x.grad, v @ A, rtol=1e-14)


@pytest.mark.parametrize(
    ("data", "gradient", "shapes"),
    [
        ([1.0, 2.0], None, (r"\(2,\)", r"\(\)")),
        ([[1.0]], None, (r"\(1, 1\)", r"\(\)")),
        (1.0, [1.0, 2.0], (r"\(\)", r"\(2,\)")),
        ([1.0, 2.0], [[1.0, 2.0]], (r"\(2,\)", r"\(1, 2\)")),
    ],
)
def test_backward_from_several_numbers_asks_for_a_gradient_of_that_shape(data, gradient, shapes):
    x = Tensor(data)
    message = "shape {} with a gradient of shape {}; .* Is a sum or a mean missing".format(*shapes)
    with pytest.raises(ValueError, match=message):
        (x * 1).backward() if gradient is None else (x * 1).backward(gradient)
    assert x.grad is None


def test_a_value_changed_after_the_operation_spoils_the_gradient_which_the_class_says():
    x, w = Tensor(2.0), Tensor(3.0)
    C = x * w
    w.data -= 1
    C.backward()
    assert x.grad == 2.0 != 3.0
    assert "change no value between an operation and its" in Tensor.__doc__


# ---- what goes in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["1.5", ["a"], None, [None, 1.0], 1 + 2j, [1j], {"a": 1}, object()])
def test_what_is_no_real_number_is_refused(data):
    with pytest.raises(TypeError, match="real numbers was expected"):
        Tensor(data)
    with pytest.raises(TypeError, match="real numbers was expected"):
        Tensor(1.0) + data


@pytest.mark.parametrize("data", [3, True, [1, 2], np.arange(3), np.float32(0.5), np.ones((2, 2), dtype=np.int8)])
def test_whole_numbers_and_other_floats_become_float64(data):
    assert Tensor(data).data.dtype == np.float64
    np.testing.assert_array_equal(Tensor(data).data, np.asarray(data, dtype=float))


def test_the_tensor_keeps_a_copy():
    array = np.array([1.0, 2.0])
    x = Tensor(array)
    array[0] = 5
    np.testing.assert_array_equal(x.data, [1, 2])


def test_an_array_on_the_left_is_one_operation_not_one_an_entry():
    result = np.ones((2, 3)) * Tensor(2.0)
    assert isinstance(result, Tensor)
    assert result.data.shape == (2, 3)
    assert len(tape(result)) == 3


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 2, 3), (3, 2)), ((), (2, 2))])
def test_a_product_of_anything_but_two_matrices_is_refused(shapes):
    with pytest.raises(ValueError, match=r"@ met the shapes .*, two matrices were expected"):
        Tensor(numbers(*shapes[0])) @ Tensor(numbers(*shapes[1]))


def test_shapes_that_do_not_fit_are_numpys_error():
    with pytest.raises(ValueError, match="broadcast"):
        Tensor(numbers(2)) + Tensor(numbers(3))


def test_a_numpy_function_on_a_tensor_is_refused_rather_than_forgotten():
    with pytest.raises(TypeError, match="ufunc"):
        np.exp(Tensor(1.0))


def test_the_text_of_a_tensor_shows_its_value_and_what_made_it():
    assert repr(Tensor(1.0) * 2) == "Tensor(array(2.), '*')"


# ---- the same numbers as chapter 05 ------------------------------------------------------------------------------


def sigmoid(x):
    return (x * 0.5).tanh() * 0.5 + 0.5


def softplus(x):
    return x.relu() + (1 + (-(x.relu() + (-x).relu())).exp()).log()


def log_softmax(x):
    shifted = x - x.data.max(axis=1, keepdims=True)
    return shifted - shifted.exp().sum(axis=1, keepdims=True).log()


TAPE_ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: z.relu(),
    "leaky_relu": lambda z: z.relu() - 0.01 * (-z).relu(),
    "elu": lambda z: z.relu() + (-(-z).relu()).exp() - 1,
    "sigmoid": sigmoid,
    "tanh": lambda z: z.tanh(),
    "softplus": softplus,
}
TAPE_LOSSES = {
    "half_mse": lambda a, y: ((a - y) ** 2).sum() / (2 * len(y)),
    "mse": lambda a, y: ((a - y) ** 2).sum() / len(y),
    "half_sse": lambda a, y: ((a - y) ** 2).sum() / 2,
    "binary_cross_entropy": lambda a, y: (softplus(a) - y * a).sum() / len(y),
    "softmax_cross_entropy": lambda a, y: -(y * log_softmax(a)).sum() / len(y),
}
# The same once more in HIPS autograd's NumPy, written in other ways.
HIPS_ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: anp.maximum(z, 0.0),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "elu": lambda z: anp.where(z > 0, z, anp.exp(anp.minimum(z, 0.0)) - 1),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softplus": lambda z: anp.logaddexp(0.0, z),
}
HIPS_LOSSES = {
    "half_mse": lambda a, y: anp.mean(anp.sum((a - y) ** 2, axis=1)) / 2,
    "mse": lambda a, y: anp.mean(anp.sum((a - y) ** 2, axis=1)),
    "half_sse": lambda a, y: 0.5 * anp.sum((a - y) ** 2),
    "binary_cross_entropy": lambda a, y: (
        -anp.mean(anp.sum(y * anp.log(1 / (1 + anp.exp(-a))) + (1 - y) * anp.log(1 / (1 + anp.exp(a))), axis=1))
    ),
    "softmax_cross_entropy": lambda a, y: (
        -anp.mean(anp.sum(y * anp.log(anp.exp(a) / anp.sum(anp.exp(a), axis=1, keepdims=True)), axis=1))
    ),
}
DEPTHS = [(3, 2), (3, 4, 2), (3, 4, 5, 2), (2, 4, 4, 4, 3), (3, 3, 3, 3, 3, 3), (4, 1), (4, 5, 1)]


def targets_for(loss, n, n_out, rng):
    if loss.target_kind == "classes":
        return rng.dirichlet(np.ones(n_out), size=n)
    return rng.uniform(size=(n, n_out)) if loss.target_kind == "probabilities" else rng.normal(size=(n, n_out))


def draw(sizes, activation, loss, n=7, seed=0):
    """Return a network with non-zero biases, inputs and targets, with no z near a kink."""
    rng = np.random.default_rng([seed, *sizes])
    output = "identity" if LOSSES[loss].takes_logits else activation
    while True:
        network = Network(sizes, hidden=activation, output=output, loss=loss, rng=rng)
        for b in network.biases:
            b[...] = rng.normal(size=b.shape)
        X = rng.normal(size=(n, sizes[0]))
        if all(np.abs(z).min() > 1e-3 for z in network.forward(X).z):
            return network, X, targets_for(LOSSES[loss], n, sizes[-1], rng)


def tape_gradients(network, X, y):
    """Return the value of the loss and dW + db, as the tape finds them."""
    weights, biases = [Tensor(W) for W in network.weights], [Tensor(b) for b in network.biases]
    a = X
    for W, b, activation in zip(weights, biases, network.activations, strict=True):
        a = TAPE_ACTIVATIONS[activation.name](a @ W + b)
    C = TAPE_LOSSES[network.loss.name](a, y)
    C.backward()
    return C.data, [tensor.grad for tensor in weights + biases]


def hips_gradients(network, X, y):
    """Return the value of the loss and dW + db, as HIPS autograd finds them."""
    n_layers = len(network.weights)

    def loss(parameters):
        a = X
        for W, b, activation in zip(parameters[:n_layers], parameters[n_layers:], network.activations, strict=True):
            a = HIPS_ACTIVATIONS[activation.name](a @ W + b)
        return HIPS_LOSSES[network.loss.name](a, y)

    parameters = [*network.weights, *network.biases]
    return loss(parameters), autograd.grad(loss)(parameters)


def assert_same(found, expected):
    for gradient, reference in zip(found, expected, strict=True):
        assert gradient.shape == reference.shape
        np.testing.assert_allclose(gradient, reference, rtol=1e-10, atol=1e-13)


every_depth = pytest.mark.parametrize("sizes", DEPTHS, ids=lambda sizes: "-".join(map(str, sizes)))
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_loss = pytest.mark.parametrize("loss", LOSSES)


def test_all_losses_and_activations_of_the_library_are_compared():
    assert TAPE_ACTIVATIONS.keys() == HIPS_ACTIVATIONS.keys() == ACTIVATIONS.keys()
    assert TAPE_LOSSES.keys() == HIPS_LOSSES.keys() == LOSSES.keys()


@every_loss
@every_activation
@every_depth
def test_network_the_tape_and_hips_autograd_agree_on_every_gradient(sizes, activation, loss):
    network, X, y = draw(sizes, activation, loss)
    gradients = network.backward(network.forward(X), y)
    own = [*gradients.dW, *gradients.db]
    hips_value, hips = hips_gradients(network, X, y)
    tape_value, taped = tape_gradients(network, X, y)
    assert network.loss_value(X, y) == pytest.approx(hips_value, rel=1e-12)
    assert tape_value == pytest.approx(hips_value, rel=1e-12)
    assert_same(own, hips)
    assert_same(taped, hips)


@pytest.mark.parametrize("factor", [1.001, -1.0])
def test_the_comparison_with_hips_autograd_would_notice_a_wrong_gradient_in_any_tensor(factor):
    network, X, y = draw((3, 4, 5, 2), "tanh", "half_mse")
    gradients = network.backward(network.forward(X), y)
    _, hips = hips_gradients(network, X, y)
    own = [*gradients.dW, *gradients.db]
    assert_same(own, hips)
    for i in range(len(own)):
        with pytest.raises(AssertionError):
            assert_same([*own[:i], factor * own[i], *own[i + 1 :]], hips)


def test_the_running_example_has_the_gradients_of_chapter_05_and_its_deltas_lie_on_the_tape():
    network, X, y = running_example()
    (W1, W2), (b1, b2) = [Tensor(W) for W in network.weights], [Tensor(b) for b in network.biases]
    z1 = X @ W1 + b1
    a1 = z1.relu()
    z2 = a1 @ W2 + b2
    C = ((z2 - y) ** 2).sum() / (2 * len(y))
    C.backward()
    gradients = network.backward(network.forward(X), y)
    assert_same([W1.grad, W2.grad, b1.grad, b2.grad], [*gradients.dW, *gradients.db])
    assert_same([z1.grad, z2.grad], gradients.delta)
    assert_same([a1.grad], [gradients.delta[1] @ network.weights[1].T])
    assert gradient_check(network, X, y, type(gradients)([W1.grad, W2.grad], [b1.grad, b2.grad], [])).passed


def test_the_first_sample_has_the_numbers_of_the_pages_of_the_course():
    network, X, y = running_example()
    (W1, W2), (b1, b2) = [Tensor(W) for W in network.weights], [Tensor(b) for b in network.biases]
    z1 = X[:1] @ W1 + b1
    a1 = z1.relu()
    z2 = a1 @ W2 + b2
    C = ((z2 - y[:1]) ** 2).sum() / 2
    C.backward()
    assert C.data == 0.625
    np.testing.assert_array_equal(z2.grad, [[0.5, -1]])
    np.testing.assert_array_equal(a1.grad, [[1.25, -0.25, -2.75]])
    np.testing.assert_array_equal(z1.grad, [[1.25, -0.25, 0]])
    np.testing.assert_array_equal(W2.grad, [[1.25, -2.5], [0.5, -1], [0, 0]])
    np.testing.assert_array_equal(W1.grad, [[1.25, -0.25, 0], [2.5, -0.5, 0]])


# ---- random expressions against HIPS autograd --------------------------------------------------------------------

# Each entry: how many inputs, our way, HIPS autograd's way. All keep the values of moderate size.
STEPS = [
    (2, lambda a, b: a + b, lambda a, b: a + b),
    (2, lambda a, b: a - b, lambda a, b: a - b),
    (2, lambda a, b: (a * b).tanh(), lambda a, b: anp.tanh(a * b)),
    (2, lambda a, b: a / (b**2 + 1), lambda a, b: a / (b**2 + 1)),
    (2, lambda a, b: (a.T @ b).tanh(), lambda a, b: anp.tanh(anp.dot(anp.transpose(a), b))),
    (1, lambda a: a.tanh().exp(), lambda a: anp.exp(anp.tanh(a))),
    (1, lambda a: (a**2 + 0.5).log(), lambda a: anp.log(a**2 + 0.5)),
    (1, lambda a: a.relu() - 0.3, lambda a: anp.maximum(a, 0) - 0.3),
    (1, lambda a: -a, lambda a: -a),
    (1, lambda a: 1.5 - a, lambda a: 1.5 - a),
    (1, lambda a: 2 / (1 + a**2), lambda a: 2 / (1 + a**2)),
    (1, lambda a: a - a.mean(axis=0), lambda a: a - anp.mean(a, axis=0)),
    (1, lambda a: a.sum(axis=1, keepdims=True), lambda a: anp.sum(a, axis=1, keepdims=True)),
    (1, lambda a: a * a.mean(), lambda a: a * anp.mean(a)),
]


def random_program(rng, n_leaves):
    """Return steps (entry of STEPS, places of the inputs) that use old values again and again."""
    program = []
    for place in range(n_leaves, n_leaves + 12):
        step = int(rng.integers(len(STEPS)))
        program.append((step, [int(i) for i in rng.integers(place, size=STEPS[step][0])]))
    return program


def run(program, leaves, way):
    values = list(leaves)
    for step, inputs in program:
        try:
            values.append(STEPS[step][way](*(values[i] for i in inputs)))
        except ValueError:  # the shapes do not fit
            values.append(values[inputs[0]] * 0.5)
    return values


@pytest.mark.parametrize("seed", range(40))
def test_a_random_expression_has_the_value_and_gradients_that_hips_autograd_finds(seed):
    rng = np.random.default_rng(seed)
    leaves = [rng.normal(size=shape) for shape in [(3, 3), (1, 3), (3, 1), (3,)]]
    leaves[3] = leaves[3].reshape(1, 3)
    program = random_program(rng, len(leaves))

    def hips(leaves):
        return sum(anp.sum(value) for value in run(program, leaves, 2)[-4:])

    tensors = [Tensor(leaf) for leaf in leaves]
    total = sum(value.sum() for value in run(program, tensors, 1)[-4:])
    total.backward()
    assert total.data == pytest.approx(hips(leaves), rel=1e-11, abs=1e-12)
    for tensor, expected in zip(tensors, autograd.grad(hips)(leaves), strict=True):
        found = np.zeros(tensor.data.shape) if tensor.grad is None else tensor.grad  # no path leads there
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


# ---- each of these checks can fail -------------------------------------------------------------------------------

RECORDED = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "@": lambda a, b: a @ b,
    "neg": lambda a: -a,
    "exp": method("exp"),
    "log": lambda a: method("log")(a**2),
    "tanh": method("tanh"),
    "relu": method("relu"),
    "T": lambda a: a.T,
    "**3": lambda a: a**3,
    "sum": method("sum", axis=0),
}


@pytest.mark.parametrize("factor", [1.001, -1.0])
@pytest.mark.parametrize("f", RECORDED.values(), ids=RECORDED)
def test_a_derivative_that_is_wrong_by_a_thousandth_or_in_sign_is_caught_in_every_rule(f, factor):
    arrays = [numbers(3, 3), numbers(3, 3, seed=1)][: f.__code__.co_argcount]
    compare(f, *arrays)
    for place in range(len(f(*map(Tensor, arrays)).rules)):

        def spoil(result, place=place):
            rules = list(result.rules)
            right = rules[place]
            rules[place] = lambda g, *inputs: factor * right(g, *inputs)
            result.rules = rules

        with pytest.raises(AssertionError):
            compare(f, *arrays, spoil=spoil)


def battery(module):
    """Raise if a short list of comparisons, run on `module`, finds a difference."""
    for f in GRAPHS.values():
        compare(f, numbers(3, 3), module=module)
    for f in BINARY.values():
        for one, other in [((2, 3), (3,)), ((1, 3), (2, 1)), ((), (4, 2, 3))]:
            compare(f, numbers(*one), numbers(*other, seed=1), module=module)
    compare(lambda a, b: a @ b, numbers(2, 3), numbers(3, 4), module=module)
    for f in ONE_INPUT.values():
        compare(f, numbers(2, 3), module=module)
    for name, settings in product(["sum", "mean"], SUMS):
        compare(method(name, **settings), numbers(2, 3, 4), module=module)
    x = module.Tensor(0.0)
    (x**0).backward()
    x.relu().backward()
    C = x * 3.0
    C.backward()
    C.backward()
    assert x.grad == 6.0


def mutant(old, new):
    assert SOURCE.count(old) == 1, f"{old!r} occurs {SOURCE.count(old)} times"
    module = types.ModuleType("mutant")
    exec(compile(SOURCE.replace(old, new), "mutant", "exec"), module.__dict__)
    return module


MUTATIONS = [
    ("a + b, lambda g, a, b: g, lambda g, a, b: g", "a + b, lambda g, a, b: g, lambda g, a, b: -g"),
    ("a - b, lambda g, a, b: g, lambda g, a, b: -g", "a - b, lambda g, a, b: g, lambda g, a, b: g"),
    ("lambda g, a, b: g * b, lambda g, a, b: g * a", "lambda g, a, b: g * a, lambda g, a, b: g * b"),
    ("lambda g, a, b: g / b", "lambda g, a, b: g * b"),
    ("-g * a / b**2", "g * a / b**2"),
    ("-g * a / b**2", "-g * a / b"),
    ("g @ b.T", "g @ b"),
    ("a.T @ g", "(g.T @ a).T * 2"),
    ("lambda a: -a, lambda g, a: -g", "lambda a: -a, lambda g, a: g"),
    ("g * np.exp(a)", "g * a"),
    ("lambda g, a: g / a", "lambda g, a: g * a"),
    ("(1 - np.tanh(a) ** 2)", "(1 - np.tanh(a))"),
    ("g * (a > 0)", "g * (g > 0)"),
    ("g * (a > 0)", "g * (a >= 0)"),
    ("lambda a: a.T, lambda g, a: g.T", "lambda a: a.T, lambda g, a: g"),
    ("a ** (k - (k != 0))", "a ** k"),
    ("g * k * a **", "g * a **"),
    ("g * k * a ** (k - (k != 0))", "g * k * a ** (k - 1.0)"),
    ("np.zeros_like(a) + (g if", "np.ones_like(a) + (g if"),
    ("axis is None or keepdims", "axis is None"),
    ("return total / (self.data.size / total.data.size)", "return total / self.data.size"),
    ("tensor.grad = g if tensor.grad is None else tensor.grad + g", "tensor.grad = g"),
    ("arrived.get(source, 0) + share", "share"),
    ("reversed(tape(self))", "tape(self)"),
    ("unbroadcast(rule(g, *arrays), source.data.shape)", "rule(g, *arrays)"),
    ("g = arrived.pop(tensor)", "tensor.grad = g = arrived[tensor] + (0 if tensor.grad is None else tensor.grad)"),
    ("lambda tensor: tensor.number", "lambda tensor: -tensor.number"),
    ("new = set(to_visit.pop().sources) - found", "new = set(to_visit.pop().sources[:1]) - found"),
    ("if size == 1", "if size == 0"),
    ("range(len(came) - len(shape))", "range(0)"),
    ("lambda self, other: function(other, self)", "lambda self, other: function(self, other)"),
]  # fmt: skip


def test_the_battery_passes_the_module_as_it_is():
    battery(mutant("itertools.count()", "itertools.count(5)"))


@pytest.mark.parametrize(("old", "new"), MUTATIONS)
def test_a_planted_mistake_anywhere_in_the_tape_is_caught(old, new):
    with pytest.raises((AssertionError, ValueError, KeyError, TypeError, RuntimeWarning)):
        battery(mutant(old, new))


def test_the_breadth_first_order_that_the_tape_avoids_loses_a_path():
    """What chapter 09 shows: a tensor that sends before all its shares have come sends too little."""
    x = Tensor(2.0)
    a = x * x
    C = a * (a * x)
    arrived, waiting = {C: 1.0}, [C]
    while waiting:
        tensor = waiting.pop(0)
        g = arrived.get(tensor, 0.0)
        for source, rule in zip(tensor.sources, tensor.rules, strict=True):
            arrived[source] = arrived.get(source, 0) + rule(g, *(s.data for s in tensor.sources))
            if source not in waiting:
                waiting.append(source)
    C.backward()
    right = numerical_gradient(lambda x: x**5, 2.0)
    assert x.grad == pytest.approx(right, rel=1e-8)
    assert arrived[x] != pytest.approx(right, rel=1e-2)


# ---- the size ----------------------------------------------------------------------------------------------------


def test_the_tape_stays_short_enough_to_be_read_in_one_sitting():
    tree = ast.parse(SOURCE)
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            docstrings.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = [line for number, line in enumerate(SOURCE.splitlines(), 1) if line.strip() and number not in docstrings]
    assert len(lines) <= 84
    assert max(map(len, lines)) <= 120
