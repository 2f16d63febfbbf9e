"""What each equation must come to: on random numbers, and in symbols.

`NUMBERS[name]()` yields settings: the values for the code line, what it must return, found in another way (central
differences of a loss, loops over single entries, a count, the library), and what else the LaTeX mentions.

`SYMBOLIC[name]()` returns values in SymPy for the symbols of the scalar form, and what its left-hand side is: the
derivative that SymPy itself takes of the composed function, or the definition written out.
"""

import itertools
import math

import numpy as np
import sympy as sp

from backprop_lib import activations, losses, numerical_gradient

NUMBERS = {}
SYMBOLIC = {}


def numbers(*names):
    """Enter a generator of settings under the names of its equations."""
    return lambda settings: NUMBERS.update(dict.fromkeys(names, settings))


def symbolic(*names):
    """Enter a function that returns (values, left-hand sides) under the names of its equations."""
    return lambda case: SYMBOLIC.update(dict.fromkeys(names, case))


def generator():
    return np.random.default_rng(20)


def gradient(f, *arrays):
    """Return central differences of f in the first array, the others held still."""
    first, *others = arrays
    return numerical_gradient(lambda x: f(x, *others), first)


SMOOTH = ("tanh", "sigmoid", "softplus")
PLAIN = {"tanh": math.tanh, "sigmoid": lambda z: 1 / (1 + math.exp(-z)), "softplus": lambda z: math.log1p(math.exp(z))}


def entry_by_entry(f, array):
    return np.array([f(entry) for entry in array.ravel()]).reshape(array.shape)


# ---- numbers: chapter 01 -----------------------------------------------------------------------------------------


@numbers("one_sided_difference")
def _():
    for x, h in ((1.3, 0.1), (-0.7, 0.25)):
        yield {"f": lambda t: 2 * t**3 - t, "x": x, "h": h}, 2 * (3 * x**2 + 3 * x * h + h**2) - 1, {}


@numbers("central_difference")
def _():
    for x, h in ((1.3, 0.1), (-0.7, 0.25)):
        yield {"f": lambda t: 2 * t**3 - t, "x": x, "h": h}, 2 * (3 * x**2 + h**2) - 1, {}


@numbers("matrix_product")
def _():
    rng = generator()
    A, B = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    yield {"A": A, "B": B}, [[sum(A[i, k] * B[k, j] for k in range(3)) for j in range(2)] for i in range(4)], {}


@numbers("chain_rule")
def _():
    inner, middle, outer = (lambda w: 3 * w - 2), (lambda z: z**3), (lambda a: (a - 0.7) ** 2)
    w = 1.1
    z, a = inner(w), middle(inner(w))
    slopes = numerical_gradient(outer, a), numerical_gradient(middle, z), numerical_gradient(inner, w)
    values = dict(zip(("dC_da", "da_dz", "dz_dw"), slopes, strict=True))
    yield values, numerical_gradient(lambda w: outer(middle(inner(w))), w), {}


@numbers("sum_over_paths")
def _():
    x, first, second, outer = 1.4, (lambda x: x**3), (lambda x: 5 * x - 1), (lambda u, v: u * v + u**2)
    u, v = first(x), second(x)
    values = {
        "dC_du": gradient(outer, u, v),
        "du_dx": numerical_gradient(first, x),
        "dC_dv": numerical_gradient(lambda v: outer(u, v), v),
        "dv_dx": numerical_gradient(second, x),
    }
    yield values, numerical_gradient(lambda x: outer(first(x), second(x)), x), {}


# ---- numbers: chapter 02 -----------------------------------------------------------------------------------------


@numbers("pre_activation")
def _():
    rng = generator()
    a, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    z = [[sum(a[s, i] * W[i, j] for i in range(3)) + b[j] for j in range(4)] for s in range(5)]
    yield {"a_prev": a, "W": W, "b": b}, z, {}


@numbers("activation")
def _():
    z = generator().normal(size=(5, 3))
    for name in SMOOTH:
        yield {"f": activations.get(name), "z": z}, entry_by_entry(PLAIN[name], z), {}


@numbers("activation_slope")
def _():
    z = generator().normal(size=(5, 3))
    for name in SMOOTH:
        f = activations.get(name)
        yield {"f": f, "z": z}, entry_by_entry(lambda x, f=PLAIN[name]: numerical_gradient(f, x), z), {}


@numbers("relu")
def _():
    z = np.array([[-1.5, 0.0, 2.5], [0.25, -0.25, 1e-9]])
    yield {"z": z}, [[0, 0, 2.5], [0.25, 0, 1e-9]], {}


@numbers("weight_slope")
def _():
    rng = generator()
    a, W = rng.normal(size=3), rng.normal(size=(3, 4))
    yield {"a_prev": a}, gradient(lambda W: (a @ W)[2], W)[:, 2], {"a": a}


@numbers("stacked_linear_layers")
def _():
    rng = generator()
    X, W_1, W_2 = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    b_1, b_2 = rng.normal(size=4), rng.normal(size=2)
    hidden = np.array([[sum(X[s, i] * W_1[i, j] for i in range(3)) + b_1[j] for j in range(4)] for s in range(5)])
    z = [[sum(hidden[s, j] * W_2[j, k] for j in range(4)) + b_2[k] for k in range(2)] for s in range(5)]
    yield {"X": X, "W_1": W_1, "W_2": W_2, "b_1": b_1, "b_2": b_2}, z, {}


def predictions(n=5, n_out=3):
    rng = generator()
    return {"y_hat": rng.normal(size=(n, n_out)), "y": rng.normal(size=(n, n_out)), "n": n}


def squared(values):
    pairs = zip(values["y_hat"].ravel(), values["y"].ravel(), strict=True)
    return sum((p - t) * (p - t) for p, t in pairs)


def without_n(values):
    return {key: value for key, value in values.items() if key != "n"}


@numbers("half_mse")
def _():
    values = predictions()
    yield values, 0.5 * squared(values) / len(values["y"]), {}


@numbers("mse")
def _():
    values = predictions()
    yield values, squared(values) / len(values["y"]), {}


@numbers("half_sse")
def _():
    values = predictions()
    yield without_n(values), 0.5 * squared(values), {}


# ---- numbers: chapter 03 -----------------------------------------------------------------------------------------


def difference_of(loss, link=lambda a: a, targets="numbers", output="grad_a"):
    """Return settings for a gradient made of prediction and target, against central differences of the loss."""

    def settings():
        rng = generator()
        a = rng.normal(size=(5, 3))
        y = {"numbers": rng.normal(size=(5, 3)), "shares": rng.random((5, 3)), "classes": np.eye(3)[[0, 2, 1, 1, 0]]}
        y = y[targets]
        expected = gradient(lambda a: losses.get(loss).value(a, y), a)
        values = {"y_hat": link(a), "y": y, "n": 5}
        yield (without_n(values) if loss == "half_sse" else values), expected, {}

    return settings


def softmax_by_hand(z):
    return np.array([[math.exp(e) / sum(math.exp(m) for m in row) for e in row] for row in z])


def sigmoid_by_hand(z):
    return entry_by_entry(PLAIN["sigmoid"], z)


numbers("output_grad_a", "linear_output_delta")(difference_of("half_mse"))
numbers("mse_grad_a")(difference_of("mse"))
numbers("half_sse_grad_a")(difference_of("half_sse"))
numbers("binary_cross_entropy_grad_a", "binary_cross_entropy_delta")(
    difference_of("binary_cross_entropy", sigmoid_by_hand, "shares")
)
numbers("softmax_cross_entropy_grad_a", "softmax_delta")(
    difference_of("softmax_cross_entropy", softmax_by_hand, "classes")
)


@numbers("output_delta")
def _():
    rng = generator()
    z, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    for name in SMOOTH:
        f = activations.get(name)
        grad_a = gradient(lambda a: losses.half_mse.value(a, y), f(z))
        delta = gradient(lambda z, f=f: losses.half_mse.value(f(z), y), z)
        yield {"grad_a": grad_a, "f": f, "z": z}, delta, {}


@numbers("sigmoid")
def _():
    z = 3 * generator().normal(size=(5, 3))
    yield {"z": z}, sigmoid_by_hand(z), {}


@numbers("sigmoid_slope")
def _():
    z = 3 * generator().normal(size=(5, 3))
    slope = entry_by_entry(lambda x: numerical_gradient(PLAIN["sigmoid"], x), z)
    yield {"a": sigmoid_by_hand(z)}, slope, {}


@numbers("sigmoid_output_delta")
def _():
    rng = generator()
    z, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    delta = gradient(lambda z: losses.half_mse.value(sigmoid_by_hand(z), y), z)
    yield {"y_hat": sigmoid_by_hand(z), "y": y, "n": 5}, delta, {}


def charged(p, y):
    """Return the binary cross-entropy, entry by entry."""
    pairs = zip(p.ravel(), y.ravel(), strict=True)
    return sum(-t * math.log(q) - (1 - t) * math.log(1 - q) for q, t in pairs) / len(p)


@numbers("binary_cross_entropy")
def _():
    rng = generator()
    p, y = 0.1 + 0.8 * rng.random((5, 3)), rng.random((5, 3))
    yield {"y_hat": p, "y": y, "n": 5}, charged(p, y), {}


@numbers("binary_cross_entropy_grad_y_hat")
def _():
    rng = generator()
    p, y = 0.1 + 0.8 * rng.random((5, 3)), rng.random((5, 3))
    yield {"y_hat": p, "y": y, "n": 5}, gradient(charged, p, y), {}


@numbers("binary_cross_entropy_of_logits")
def _():
    rng = generator()
    z, y = rng.normal(size=(5, 3)), rng.random((5, 3))
    yield {"y": y, "z": z, "n": 5}, charged(sigmoid_by_hand(z), y), {}


# ---- numbers: chapter 04 -----------------------------------------------------------------------------------------


def next_layer():
    """Return what lies behind a hidden layer's a of shape (5, 4): weights, biases, targets, and the loss."""
    rng = generator()
    W, b, y = rng.normal(size=(4, 2)), rng.normal(size=2), rng.normal(size=(5, 2))
    return W, b, lambda z: losses.mse.value(np.tanh(z), y)


@numbers("hidden_grad_a")
def _():
    W, b, loss = next_layer()
    a = generator().normal(size=(5, 4))
    yield {"delta_next": gradient(loss, a @ W + b), "W_next": W}, gradient(lambda a: loss(a @ W + b), a), {}


@numbers("hidden_delta")
def _():
    W, b, loss = next_layer()
    z = generator().normal(size=(5, 4))
    for name in SMOOTH:
        f = activations.get(name)
        grad_a = gradient(lambda a: loss(a @ W + b), f(z))
        yield {"grad_a": grad_a, "f": f, "z": z}, gradient(lambda z, f=f: loss(f(z) @ W + b), z), {}


@numbers("relu_slope")
def _():
    z = np.array([[-1.5, 0.5, 2.5], [0.25, -0.25, 1.0]])
    yield {"z": z}, entry_by_entry(lambda x: numerical_gradient(lambda t: max(t, 0.0), x), z), {}
    yield {"z": np.array([[-1.0, 0.0, 1.0]])}, [[0, 0, 1]], {}  # at 0 the convention


@numbers("tanh_slope")
def _():
    z = generator().normal(size=(5, 3))
    yield {"z": z}, entry_by_entry(lambda x: numerical_gradient(math.tanh, x), z), {}


@numbers("logit_shift")
def _():
    z = generator().normal(size=(5, 3))
    yield {"z": z}, [[entry - sorted(row)[-1] for entry in row] for row in z], {}


@numbers("softmax")
def _():
    z = generator().normal(size=(5, 3))
    yield {"z": z}, softmax_by_hand(z), {}


@numbers("softmax_jacobian")
def _():
    z = generator().normal(size=(1, 3))
    rows = [gradient(lambda z, i=i: softmax_by_hand(z)[0, i], z)[0] for i in range(3)]
    yield {"p": softmax_by_hand(z)[0]}, rows, {}


@numbers("softmax_cross_entropy")
def _():
    p, true = softmax_by_hand(generator().normal(size=(5, 3))), [0, 2, 1, 1, 0]
    expected = sum(-math.log(p[s, c]) for s, c in enumerate(true)) / 5
    yield {"y": np.eye(3)[true], "y_hat": p, "n": 5}, expected, {}


@numbers("softmax_cross_entropy_grad_p")
def _():
    p = softmax_by_hand(generator().normal(size=(1, 3)))[0]
    for true in range(3):
        y = np.eye(3)[true]
        yield {"y": y, "p": p}, gradient(lambda p, true=true: -math.log(p[true]), p), {}


@numbers("softmax_cross_entropy_of_logits")
def _():
    z, true = generator().normal(size=(5, 3)), [0, 2, 1, 1, 0]
    expected = sum(-math.log(softmax_by_hand(z)[s, c]) for s, c in enumerate(true)) / 5
    yield {"y": np.eye(3)[true], "z": z, "n": 5}, expected, {}


# ---- numbers: chapter 05 -----------------------------------------------------------------------------------------


def one_layer():
    """Return a_prev (5, 3), W (3, 4), b (4,) and a loss of z (5, 4)."""
    rng = generator()
    y = rng.normal(size=(5, 4))
    arrays = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    return *arrays, lambda z: losses.half_mse.value(np.tanh(z), y)


@numbers("weight_gradient")
def _():
    a, W, b, loss = one_layer()
    yield {"a_prev": a, "delta": gradient(loss, a @ W + b)}, gradient(lambda W: loss(a @ W + b), W), {}


@numbers("bias_gradient")
def _():
    a, W, b, loss = one_layer()
    yield {"delta": gradient(loss, a @ W + b)}, gradient(lambda b: loss(a @ W + b), b), {}


@numbers("input_gradient")
def _():
    X, W, b, loss = one_layer()
    yield {"delta": gradient(loss, X @ W + b), "W": W}, gradient(lambda X: loss(X @ W + b), X), {}


def one_column_layer():
    """Return W (4, 3), a_prev (3, 5), b (4, 1) and a loss of z (4, 5)."""
    a, W, b, loss = one_layer()
    return W.T, a.T, b[:, np.newaxis], lambda z: loss(z.T)


@numbers("column_pre_activation")
def _():
    W, a, b, _ = one_column_layer()
    z = [[sum(W[j, i] * a[i, s] for i in range(3)) + b[j, 0] for s in range(5)] for j in range(4)]
    yield {"W": W, "a_prev": a, "b": b}, z, {}


@numbers("column_hidden_delta")
def _():
    W, b, loss = next_layer()
    V, c, f = W.T, b[:, np.newaxis], activations.softplus
    z = generator().normal(size=(4, 5))
    delta_next = gradient(lambda z: loss(z.T), V @ f(z) + c)
    delta = gradient(lambda z: loss((V @ f(z) + c).T), z)
    yield {"W_next": V, "delta_next": delta_next, "f": f, "z": z}, delta, {}


@numbers("column_weight_gradient")
def _():
    W, a, b, loss = one_column_layer()
    yield {"delta": gradient(loss, W @ a + b), "a_prev": a}, gradient(lambda W: loss(W @ a + b), W), {}


@numbers("column_bias_gradient")
def _():
    W, a, b, loss = one_column_layer()
    yield {"delta": gradient(loss, W @ a + b)}, gradient(lambda b: loss(W @ a + b), b), {}


@numbers("early_update")
def _():
    rng = generator()
    delta, W, dW = rng.normal(size=(5, 2)), rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    values = {"delta_next": delta, "W_next": W, "learning_rate": 0.3, "dW_next": dW}
    changed = [[W[j, k] - 0.3 * dW[j, k] for k in range(2)] for j in range(4)]
    yield values, [[sum(delta[s, k] * changed[j][k] for k in range(2)) for j in range(4)] for s in range(5)], {}


# ---- numbers: chapter 06 -----------------------------------------------------------------------------------------


@numbers("weight_update")
def _():
    a, W, b, loss = one_layer()
    dW = gradient(lambda W: loss(a @ W + b), W)
    moved = np.array([[W[i, j] - 0.3 * dW[i, j] for j in range(4)] for i in range(3)])
    assert loss(a @ moved + b) < loss(a @ W + b)  # downhill
    yield {"W": W, "learning_rate": 0.3, "dW": dW}, moved, {}


@numbers("bias_update")
def _():
    a, W, b, loss = one_layer()
    db = gradient(lambda b: loss(a @ W + b), b)
    moved = np.array([b[j] - 0.3 * db[j] for j in range(4)])
    assert loss(a @ W + moved) < loss(a @ W + b)  # downhill
    yield {"b": b, "learning_rate": 0.3, "db": db}, moved, {}


@numbers("first_order_change")
def _():
    rng = generator()
    M, w = rng.normal(size=(4, 4)), rng.normal(size=4)

    def loss(w):
        return 0.5 * ((M @ w) ** 2).sum()

    g = gradient(loss, w)
    slope = numerical_gradient(lambda learning_rate: loss(w - learning_rate * g), 0.0)
    yield {"C_before": loss(w), "learning_rate": 0.3, "g": g}, loss(w) + 0.3 * slope, {}


# ---- numbers: chapter 07 -----------------------------------------------------------------------------------------


@numbers("relative_error")
def _():
    rng = generator()
    g, other = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))

    def length(array):
        return math.sqrt(math.fsum(entry * entry for entry in array.ravel()))

    for factor in (0.5, 2.0):
        longer = max(length(g), length(factor * other))
        yield {"g": g, "g_num": factor * other}, length(g - factor * other) / longer, {}


@numbers("nudge_error")
def _():
    # A cubic with the third derivative M, each of whose values is off by u of its size, in the worst direction.
    for M, h, u, C in ((1.5, 0.2, 1e-2, 3.0), (0.5, 0.05, 1e-3, -2.0)):
        bend = numerical_nudge(lambda x, M=M: M / 6 * x**3, 0.7, h) - M / 2 * 0.7**2
        rounding = ((abs(C) + u * abs(C)) - (abs(C) - u * abs(C))) / (2 * h)
        yield {"M": M, "h": h, "u": u, "C": C}, bend + rounding, {}


def numerical_nudge(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@numbers("best_nudge")
def _():
    for M, u, C in ((1.5, 1e-9, 3.0), (0.5, 1e-7, -2.0)):
        steps = np.geomspace(1e-5, 1, 400_001)
        errors = M * steps**2 / 6 + u * abs(C) / steps
        yield {"u": u, "C": C, "M": M}, steps[errors.argmin()], {}


@numbers("backward_cost")
def _():
    for sizes in ((64, 32, 10), (8,) * 8, (3, 5, 2, 4), (3, 1)):
        pairs = list(itertools.pairwise(sizes))
        forward = sum(i * o for i, o in pairs)
        weights = sum(i * o for i, o in pairs)  # a_prev.T @ delta, a sample
        sent_back = sum(i * o for i, o in pairs[1:])  # delta @ W.T, for all layers but the first
        yield {"N": np.array([i * o for i, o in pairs])}, (weights + sent_back) / forward, {}


@numbers("central_difference_cost")
def _():
    for P in (9, 2410):
        calls = []

        def loss(x, calls=calls):
            calls.append(1)
            return x.sum()

        numerical_gradient(loss, np.ones(P))
        yield {"P": P}, len(calls), {}


# ---- numbers: chapter 08 -----------------------------------------------------------------------------------------


@numbers("delta_product")
def _():
    rng = generator()
    w, z_first, f = rng.normal(size=4), 0.4, activations.softplus  # w[0] leads into the first unit and is not used

    def loss(z, start=0):
        for weight in w[start + 1 :]:
            z = weight * PLAIN["softplus"](z)
        return (z - 0.3) ** 2

    z = [z_first]
    for weight in w[1:]:
        z.append(weight * PLAIN["softplus"](z[-1]))
    delta_L = numerical_gradient(lambda z: loss(z, start=3), z[-1])
    values = {"delta_L": delta_L, "w_next": w[1:], "slope": f.derivative(np.array(z[:-1]))}
    extra = {"w": w, "z": np.array(z), "f": f, "L": 4}
    yield values, numerical_gradient(loss, z_first), extra


def exact_variance(scale, others):
    """Return the variance of sum(w_i x_i) over all signs of w_i = +-scale and all rows x, each as likely."""
    n = others.shape[1]
    sums = [scale * np.dot(signs, x) for signs in itertools.product((-1, 1), repeat=n) for x in others]
    return np.mean(np.square(sums)) - np.mean(sums) ** 2


@numbers("forward_variance")
def _():
    a = generator().random((6, 5))  # not of mean 0, as behind a ReLU
    values = {"n_in": 5, "var_W": 0.7**2, "mean_square_a": (a**2).mean()}
    yield values, exact_variance(0.7, a), {}


@numbers("backward_variance")
def _():
    delta = generator().normal(size=(6, 4))
    values = {"n_out": 4, "var_W": 0.6**2, "mean_square_delta": (delta**2).mean()}
    yield values, exact_variance(0.6, delta), {}


def normal_mean(f):
    """Return the mean of f(z) for a standard normal z, by the trapezoidal rule."""
    z = np.linspace(-12, 12, 240_001)
    return np.trapezoid(f(z) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), z)


@numbers("lecun_scale")
def _():
    for n_in in (3, 50):
        yield {"n_in": n_in}, (n_in * normal_mean(lambda z: z**2)) ** -0.5, {}


@numbers("xavier_scale")
def _():
    for n_in, n_out in ((3, 50), (7, 2)):
        candidates = np.linspace(0, 1, 1_000_001)[1:]
        factors = (n_in * candidates**2 + n_out * candidates**2) / 2  # forward and backward, on the mean 1
        yield {"n_in": n_in, "n_out": n_out}, candidates[np.abs(factors - 1).argmin()], {}


@numbers("he_scale")
def _():
    for n_in in (3, 50):
        yield {"n_in": n_in}, (n_in * normal_mean(lambda z: np.maximum(z, 0) ** 2)) ** -0.5, {}


@numbers("penalized_loss")
def _():
    W = generator().normal(size=(3, 4))
    yield {"C": 1.7, "penalty": 0.3, "W": W}, 1.7 + sum(0.15 * w * w for w in W.ravel()), {}


@numbers("penalty_gradient")
def _():
    a, W, b, loss = one_layer()
    dW = gradient(lambda W: loss(a @ W + b), W)
    expected = gradient(lambda W: loss(a @ W + b) + 0.3 / 2 * sum(w * w for w in W.ravel()), W)
    yield {"dW": dW, "penalty": 0.3, "W": W}, expected, {}


@numbers("residual_gradient")
def _():
    rng = generator()
    a, W, b, y = rng.normal(size=(5, 4)), rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(5, 4))

    def loss(a):
        return losses.half_mse.value(np.tanh(a), y)

    z = a @ W + b
    grad_a = gradient(loss, a + np.tanh(z))
    delta = gradient(lambda z: loss(a + np.tanh(z)), z)
    yield {"grad_a": grad_a, "delta": delta, "W": W}, gradient(lambda a: loss(a + np.tanh(a @ W + b)), a), {}


# ---- numbers: chapters 09 and 10 ---------------------------------------------------------------------------------


@numbers("tape_accumulation")
def _():
    v, first, second, outer = 1.4, (lambda v: v**3), (lambda v: 5 * v - 1), (lambda u, t: u * t + u**2)
    u, t = first(v), second(v)
    values = {
        "grad_v": numerical_gradient(lambda v: outer(u, second(v)), v),  # what the other path has brought
        "grad_u": gradient(outer, u, t),
        "du_dv": numerical_gradient(first, v),
    }
    yield values, numerical_gradient(lambda v: outer(first(v), second(v)), v), {}


@numbers("unbroadcast")
def _():
    a, W, b, loss = one_layer()
    grad_z = gradient(loss, a @ W + np.tile(b, (5, 1)))
    yield {"grad_z": grad_z}, gradient(lambda b: loss(a @ W + b), b), {}


@numbers("accuracy")
def _():
    predicted, labels = np.array([3, 1, 4, 1, 5, 9, 2]), np.array([3, 1, 4, 0, 5, 8, 0])
    right = sum(1 for p, t in zip(predicted, labels, strict=True) if p == t)
    yield {"predicted": predicted, "labels": labels, "n": 7}, right / 7, {}


# ---- symbols -----------------------------------------------------------------------------------------------------


def array(name, *shape, **assumptions):
    """Return an array of symbols that count from 1."""
    assumptions = assumptions or {"real": True}
    entries = [sp.Symbol(name + "".join(str(i + 1) for i in at), **assumptions) for at in np.ndindex(shape)]
    return np.array(entries, dtype=object).reshape(shape)


def slopes(function, variables):
    """Return what SymPy says of the derivative of one expression in each entry of an array."""
    return np.array([sp.diff(function, v) for v in variables.ravel()], dtype=object).reshape(variables.shape)


C0, C1, C2, C3 = sp.symbols("c_0:4", real=True)


class AnyCubic:
    """An activation function with four unknown coefficients, and what SymPy takes for its derivative."""

    def __init__(self, cubic=1):
        self.cubic = cubic  # 0: three coefficients, for functions of functions

    def __call__(self, z):
        return C0 + C1 * z + C2 * z**2 + self.cubic * C3 * z**3

    def derivative(self, z):
        t = sp.Dummy("t")
        return sp.diff(self(t), t).subs(t, z)


f_any = AnyCubic()
x, y, z, w, b, h, a, u, v, c, t = sp.symbols("x y z w b h a u v c t", real=True)
eta, lam, n_in, n_out = sp.symbols("eta lambda n_in n_out", positive=True)
sigma_z = 1 / (1 + sp.exp(-z))


def half_squares(predicted, target):
    return sp.Rational(1, 2) * sum((p - t) ** 2 for p, t in zip(np.ravel(predicted), np.ravel(target), strict=True))


@symbolic("one_sided_difference")
def _():
    return {"x": x, "h": h}, {None: sp.expand(((x + h) ** 3 - x**3) / h)}


@symbolic("central_difference")
def _():
    difference = sp.expand(((x + h) ** 3 - (x - h) ** 3) / (2 * h))
    assert sp.limit(difference, h, 0) == sp.diff(x**3, x)
    return {"x": x, "h": h}, {None: difference}


@symbolic("matrix_product")
def _():
    A, B = array("A", 2, 3), array("B", 3, 4)
    return {"A": A, "B": B}, {"P": np.array((sp.Matrix(A) * sp.Matrix(B)).tolist(), dtype=object)}


@symbolic("chain_rule")
def _():
    z_of_w = w * x + b
    C = sp.Rational(1, 2) * (z_of_w**2 - y) ** 2
    return {"a": z_of_w**2, "y": y, "z": z_of_w, "x": x}, {"dC/dw": sp.diff(C, w)}


@symbolic("sum_over_paths")
def _():
    return {"u": x**2, "v": 3 * x, "x": x}, {"dC/dx": sp.diff(x**2 * 3 * x, x)}


@symbolic("pre_activation")
def _():
    a, W, b = array("a", 2), array("W", 2, 3), array("b", 3)
    z = [a[0] * W[0, j] + a[1] * W[1, j] + b[j] for j in range(3)]
    return {"a": a, "W": W, "b": b}, {"z": z}


@symbolic("activation")
def _():
    z = array("z", 3)
    return {"f": f_any, "z": z}, {"a": [C0 + C1 * e + C2 * e**2 + C3 * e**3 for e in z]}


@symbolic("activation_slope")
def _():
    z = array("z", 3)
    return {"f": f_any, "z": z}, {"da/dz": [C1 + 2 * C2 * e + 3 * C3 * e**2 for e in z]}


def three_signs():
    return np.array([sp.Symbol("p", positive=True), -sp.Symbol("q", positive=True), sp.Integer(0)], dtype=object)


@symbolic("relu")
def _():
    z = three_signs()
    return {"z": z}, {"a": [z[0], sp.Integer(0), sp.Integer(0)]}


@symbolic("relu_slope")
def _():
    z = three_signs()
    slope = sp.diff(sp.Max(t, 0), t)
    return {"z": z}, {"f'": [slope.subs(t, z[0]), slope.subs(t, z[1]), sp.Integer(0)]}  # at 0 the convention


@symbolic("weight_slope")
def _():
    a, W = array("a", 2), array("W", 2, 3)
    z_2 = a[0] * W[0, 1] + a[1] * W[1, 1]
    return {"a": a}, {"dz/dW": slopes(z_2, W)[:, 1]}


@symbolic("stacked_linear_layers")
def _():
    w_1, w_2, b_1, b_2 = sp.symbols("w_1 w_2 b_1 b_2")
    first = w_1 * x + b_1
    return {"x": x, "w_1": w_1, "w_2": w_2, "b_1": b_1, "b_2": b_2}, {None: w_2 * first + b_2}


@symbolic("half_mse")
def _():
    p, y = array("p", 2), array("y", 2)
    C = ((p[0] - y[0]) ** 2 + (p[1] - y[1]) ** 2) / 2
    return {"y_hat": p, "y": y}, {"C": C}


@symbolic("mse")
def _():
    p, y = array("p", 2), array("y", 2)
    return {"y_hat": p, "y": y}, {"C": (p[0] - y[0]) ** 2 + (p[1] - y[1]) ** 2}


@symbolic("half_sse")
def _():
    p, y = array("p", 2, 2), array("y", 2, 2)
    return {"y_hat": p, "y": y}, {"C": half_squares(p, y)}


@symbolic("output_grad_a")
def _():
    a, y = array("a", 3, 2), array("y", 3, 2)
    return {"y_hat": a, "y": y, "n": sp.Integer(3)}, {"dC/da": slopes(half_squares(a, y) / 3, a)}


@symbolic("mse_grad_a")
def _():
    a, y = array("a", 3, 2), array("y", 3, 2)
    return {"y_hat": a, "y": y, "n": sp.Integer(3)}, {"dC/da": slopes(2 * half_squares(a, y) / 3, a)}


@symbolic("half_sse_grad_a")
def _():
    a, y = array("a", 3, 2), array("y", 3, 2)
    return {"y_hat": a, "y": y}, {"dC/da": slopes(half_squares(a, y), a)}


@symbolic("output_delta")
def _():
    z, a, y = array("z", 3), array("a", 3), array("y", 3)
    grad_a = slopes(half_squares(a, y), a)
    at_z = {a_k: f_any(z_k) for a_k, z_k in zip(a, z, strict=True)}
    grad_a = np.array([g.subs(at_z) for g in grad_a], dtype=object)
    delta = slopes(half_squares([f_any(z_k) for z_k in z], y), z)
    return {"grad_a": grad_a, "f": f_any, "z": z}, {"delta": delta}


@symbolic("linear_output_delta")
def _():
    z, y = array("z", 3, 2), array("y", 3, 2)
    return {"y_hat": z, "y": y, "n": sp.Integer(3)}, {"delta": slopes(half_squares(z, y) / 3, z)}


@symbolic("sigmoid")
def _():
    # The one function with s' = s (1 - s) and s(0) = 1/2, which SymPy finds by solving that equation.
    s = sp.Function("s")
    solution = sp.dsolve(sp.Eq(s(z).diff(z), s(z) * (1 - s(z))), s(z), ics={s(0): sp.Rational(1, 2)})
    return {"z": z}, {"sigma": solution.rhs}


@symbolic("sigmoid_slope")
def _():
    return {"z": z}, {"sigma'": sp.diff(sigma_z, z)}


@symbolic("sigmoid_output_delta")
def _():
    z, y = array("z", 2, 2), array("y", 2, 2)
    a = np.array([[1 / (1 + sp.exp(-e)) for e in row] for row in z], dtype=object)
    return {"y_hat": a, "y": y, "n": sp.Integer(2)}, {"delta": slopes(half_squares(a, y) / 2, z)}


p_1 = sp.Symbol("p", positive=True)
bernoulli = sp.expand_log(-sp.log(p_1**y * (1 - p_1) ** (1 - y)), force=True)  # minus the logarithm of the chance


@symbolic("binary_cross_entropy")
def _():
    return {"y_hat": p_1, "y": y}, {"C": bernoulli}


@symbolic("binary_cross_entropy_grad_y_hat")
def _():
    return {"y_hat": p_1, "y": y}, {"dC/dy_hat": sp.diff(bernoulli, p_1)}


@symbolic("binary_cross_entropy_delta")
def _():
    return {"y_hat": sigma_z, "y": y}, {"delta": sp.diff(bernoulli.subs(p_1, sigma_z), z)}


@symbolic("binary_cross_entropy_of_logits")
def _():
    return {"z": z, "y": y}, {"C": bernoulli.subs(p_1, sigma_z)}


@symbolic("binary_cross_entropy_grad_a")
def _():
    a, y = array("a", 2, 2), array("y", 2, 2)
    p = np.array([[1 / (1 + sp.exp(-e)) for e in row] for row in a], dtype=object)
    pairs = zip(p.ravel(), y.ravel(), strict=True)
    C = sum(-t * sp.log(q) - (1 - t) * sp.log(1 - q) for q, t in pairs) / 2
    return {"y_hat": p, "y": y, "n": sp.Integer(2)}, {"dC/da": slopes(C, a)}


def two_outputs(hidden):
    """Return the loss behind three hidden activations, its next delta and the weights, all in symbols."""
    W, b, y = array("W", 3, 2), array("b", 2), array("y", 2)
    z_next = [sum(hidden[j] * W[j, k] for j in range(3)) + b[k] for k in range(2)]
    return half_squares(z_next, y), np.array([z_next[k] - y[k] for k in range(2)], dtype=object), W


@symbolic("hidden_grad_a")
def _():
    a = array("a", 3)
    C, delta, W = two_outputs(a)
    return {"delta": delta, "W": W}, {"dC/da": slopes(C, a)}


@symbolic("hidden_delta")
def _():
    z = array("z", 3)
    C, delta, W = two_outputs([f_any(e) for e in z])
    # On the left stands the hidden layer's delta, in the sum the next layer's; the index tells them apart.
    return {"delta": delta, "W": W, "f": f_any, "z": z}, {"delta": slopes(C, z)}


@symbolic("tanh_slope")
def _():
    z = array("z", 2)
    plain = (sp.exp(t) - sp.exp(-t)) / (sp.exp(t) + sp.exp(-t))
    return {"z": z}, {"f'": [sp.diff(plain, t).subs(t, e) for e in z]}


def softmax_of(z):
    total = sum(sp.exp(e) for e in z)
    return np.array([sp.exp(e) / total for e in z], dtype=object)


@symbolic("logit_shift")
def _():
    z = array("z", 3)
    return {"z": z, "c": c}, {None: softmax_of(z)}


@symbolic("softmax")
def _():
    z, p = array("z", 3), array("p", 3)
    # Positive numbers that sum to 1 and stand to each other as the exponentials do.
    ratios = [p[i] * sp.exp(z[0]) - p[0] * sp.exp(z[i]) for i in (1, 2)]
    solution = sp.solve([*ratios, sum(p) - 1], list(p))
    return {"z": z}, {"p": [solution[e] for e in p]}


@symbolic("softmax_jacobian")
def _():
    z = array("z", 3)
    p = softmax_of(z)
    return {"p": p}, {"dp/dz": np.array([[sp.diff(p_i, z_j) for z_j in z] for p_i in p], dtype=object)}


@symbolic("softmax_cross_entropy")
def _():
    p, y = array("p", 3, positive=True), array("y", 3)
    return {"p": p, "y": y}, {"C": sum(t * sp.log(1 / q) for q, t in zip(p, y, strict=True))}


@symbolic("softmax_cross_entropy_grad_p")
def _():
    p, y = array("p", 3, positive=True), array("y", 3)
    return {"p": p, "y": y}, {"dC/dp": slopes(-sum(y * np.array([sp.log(e) for e in p])), p)}


def classes():
    """Return logits, targets that sum to 1, probabilities and the cross-entropy of one sample."""
    z, y = array("z", 3), array("y", 3)
    y[2] = 1 - y[0] - y[1]
    p = softmax_of(z)
    return z, y, p, -sum(t * sp.log(q) for q, t in zip(p, y, strict=True))


@symbolic("softmax_delta")
def _():
    z, y, p, C = classes()
    return {"y": y, "p": p}, {"delta": slopes(C, z)}


@symbolic("softmax_cross_entropy_of_logits")
def _():
    z, y, _, C = classes()
    return {"y": y, "z": z}, {"C": C}


@symbolic("softmax_cross_entropy_grad_a")
def _():
    z, y, p, C = classes()
    # One sample of two; the other has the same form in symbols of its own.
    values = {"y_hat": np.array([p, p]), "y": np.array([y, y]), "n": sp.Integer(2)}
    return values, {"dC/da": np.array([slopes(C / 2, z), slopes(C / 2, z)])}


def batch_of(z_of):
    """Return a loss of a layer of two samples, two inputs and three units, any function of each z, and its delta."""
    y, z = array("y", 2, 3), array("z", 2, 3)
    C = sum(t * f_any(e) for t, e in zip(y.ravel(), z.ravel(), strict=True))
    in_parameters = dict(zip(z.ravel(), np.ravel(z_of), strict=True))
    delta = np.array([sp.diff(C, e).subs(in_parameters) for e in z.ravel()], dtype=object).reshape(2, 3)
    return C.subs(in_parameters), delta


def layer_in_symbols():
    """Return the inputs of two samples, the weights, the biases and the z that they make."""
    a, W, b = array("a", 2, 2), array("W", 2, 3), array("b", 3)
    return a, W, b, np.array((sp.Matrix(a) * sp.Matrix(W)).tolist(), dtype=object) + b


@symbolic("weight_gradient")
def _():
    a, W, _, z = layer_in_symbols()
    C, delta = batch_of(z)
    return {"a": a, "delta": delta}, {"dC/dW": slopes(C, W)}


@symbolic("bias_gradient")
def _():
    _, _, b, z = layer_in_symbols()
    C, delta = batch_of(z)
    return {"delta": delta}, {"dC/db": slopes(C, b)}


@symbolic("input_gradient")
def _():
    X, W, _, z = layer_in_symbols()
    C, delta = batch_of(z)
    return {"W": W, "delta": delta}, {"dC/dX": slopes(C, X)}


@symbolic("column_pre_activation")
def _():
    W, a, b = array("W", 3, 2), array("a", 2), array("b", 3)
    return {"W": W, "a": a, "b": b}, {"~z": [W[j, 0] * a[0] + W[j, 1] * a[1] + b[j] for j in range(3)]}


@symbolic("column_hidden_delta")
def _():
    z = array("z", 3)
    C, delta, W = two_outputs([f_any(e) for e in z])
    return {"delta": delta, "W": W.T, "f": f_any, "z": z}, {"~delta": slopes(C, z)}


@symbolic("column_weight_gradient")
def _():
    a, W, _, z = layer_in_symbols()
    C, delta = batch_of(z)
    return {"a": a.T, "delta": delta.T}, {"dC/d~W": slopes(C, W).T}


@symbolic("column_bias_gradient")
def _():
    _, _, b, z = layer_in_symbols()
    C, delta = batch_of(z)
    return {"delta": delta.T}, {"dC/d~b": slopes(C, b)}


@symbolic("early_update")
def _():
    delta, W, g = array("d", 2), array("W", 3, 2), array("g", 3, 2)
    changed = W - eta * g
    arrives = [delta[0] * changed[j, 0] + delta[1] * changed[j, 1] for j in range(3)]
    return {"delta": delta, "W": W, "g": g, "eta": eta}, {None: arrives}


@symbolic("weight_update")
def _():
    C = sp.Rational(1, 2) * (f_any(w * x + b) - y) ** 2
    return {"w": w, "eta": eta, "dC/dw": sp.diff(C, w)}, {"w": w - eta * sp.diff(C, w)}


@symbolic("bias_update")
def _():
    C = sp.Rational(1, 2) * (f_any(w * x + b) - y) ** 2
    return {"b": b, "eta": eta, "dC/db": sp.diff(C, b)}, {"b": b - eta * sp.diff(C, b)}


@symbolic("first_order_change")
def _():
    w = array("w", 2)

    def loss(w):
        return f_any(w[0]) * w[1] ** 2

    g = slopes(loss(w), w)
    after = loss(w - eta * g)
    first_order = after.subs(eta, 0) + eta * sp.diff(after, eta).subs(eta, 0)
    return {"C_before": loss(w), "eta": eta, "dC/dw": g}, {"C_after": first_order}


@symbolic("relative_error")
def _():
    g, g_num = sp.symbols("g g_num", real=True)
    longer = sp.Max(sp.Abs(g), sp.Abs(g_num))
    return {"g": g, "g_num": g_num}, {"r": sp.sqrt((g - g_num) ** 2) / longer}


M, u_1, C_1 = sp.symbols("M u C", positive=True)


@symbolic("nudge_error")
def _():
    cubic = M / 6 * t**3
    nudge = (cubic.subs(t, x + h) - cubic.subs(t, x - h)) / (2 * h)
    bend = sp.expand(nudge - sp.diff(cubic, t).subs(t, x))
    rounding = ((C_1 + u_1 * C_1) - (C_1 - u_1 * C_1)) / (2 * h)
    return {"M": M, "h": h, "u": u_1, "C": -C_1}, {"E": bend + rounding}


@symbolic("best_nudge")
def _():
    s = sp.Symbol("s", positive=True)
    (best,) = sp.solve(sp.diff(M * s**2 / 6 + u_1 * C_1 / s, s), s)
    return {"M": M, "u": u_1, "C": -C_1}, {"h_best": best}


@symbolic("backward_cost")
def _():
    N = array("N", 3, positive=True)
    forward, weights, sent_back = sum(N), sum(N), N[1] + N[2]
    return {"N": N}, {"rho": (weights + sent_back) / forward}


@symbolic("central_difference_cost")
def _():
    m, k = array("m", 3, positive=True), array("k", 3, positive=True)
    parameters = sum(m * k) + sum(k)  # weights and biases
    return {"m": m, "k": k}, {"F": parameters + parameters}  # one pass up and one pass down for each


@symbolic("delta_product")
def _():
    w, z_1, y = array("w", 3), sp.Symbol("z_1"), sp.Symbol("y")
    f = AnyCubic(0)
    z = [z_1]
    for weight in w[1:]:
        z.append(weight * f(z[-1]))
    C = (z[-1] - y) ** 2
    values = {"delta_L": 2 * (z[-1] - y), "w": w, "z": np.array(z, dtype=object), "f": f, "L": sp.Integer(3)}
    return values, {"delta_1": sp.diff(C, z_1)}


def variance_in_symbols(name, n):
    s, rows = sp.Symbol("s", positive=True), array(name, 2, n)
    sums = [s * np.dot(signs, row) for signs in itertools.product((-1, 1), repeat=n) for row in rows]
    variance = sum(e**2 for e in sums) / len(sums) - (sum(sums) / len(sums)) ** 2
    return s**2, (rows**2).sum() / rows.size, sp.expand(variance)


@symbolic("forward_variance")
def _():
    var_W, mean_square, variance = variance_in_symbols("a", 3)
    return {"n_in": sp.Integer(3), "Var[W]": var_W, "E[a_prev^2]": mean_square}, {"Var[z]": variance}


@symbolic("backward_variance")
def _():
    var_W, mean_square, variance = variance_in_symbols("d", 3)
    values = {"n_out": sp.Integer(3), "Var[W]": var_W, "E[delta^2]": mean_square}
    return values, {"Var[dC/da_prev]": variance}


density = sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi)


def solved_for_variance(condition):
    S = sp.Symbol("S", positive=True)
    (variance,) = sp.solve(condition(S), S)
    return variance


@symbolic("lecun_scale")
def _():
    passed = sp.integrate(t**2 * density, (t, -sp.oo, sp.oo))  # of the variance of z, by the identity
    variance = solved_for_variance(lambda S: n_in * S * passed - 1)
    return {"s": sp.sqrt(variance), "n_in": n_in}, {None: variance}


@symbolic("xavier_scale")
def _():
    variance = solved_for_variance(lambda S: (n_in * S + n_out * S) / 2 - 1)
    return {"s": sp.sqrt(variance), "n_in": n_in, "n_out": n_out}, {None: variance}


@symbolic("he_scale")
def _():
    passed = sp.integrate(t**2 * density, (t, 0, sp.oo))  # of the variance of z, by a ReLU
    assert passed == sp.Rational(1, 2)
    variance = solved_for_variance(lambda S: n_in * S * passed - 1)
    return {"s": sp.sqrt(variance), "n_in": n_in}, {None: variance}


@symbolic("penalized_loss")
def _():
    C = (f_any(w) - y) ** 2
    return {"C": C, "lambda": lam, "w": w}, {"C_lambda": C + sp.integrate(lam * t, (t, 0, w))}


@symbolic("penalty_gradient")
def _():
    W = array("W", 2, 2)
    C = (f_any(W[0, 0]) * W[0, 1] - W[1, 0] * W[1, 1] ** 2) ** 2
    penalized = C + lam / 2 * sum(e**2 for e in W.ravel())
    return {"dC/dW": slopes(C, W), "lambda": lam, "W": W}, {"dC_lambda/dW": slopes(penalized, W)}


@symbolic("residual_gradient")
def _():
    before, W, b = array("a", 2), array("W", 2, 2), array("b", 2)
    z = np.array([before[0] * W[0, i] + before[1] * W[1, i] + b[i] for i in range(2)], dtype=object)
    after = [before[i] + f_any(z[i]) for i in range(2)]
    return {"f": f_any, "z": z, "W": W}, {"da/da_prev": np.array([slopes(e, before) for e in after])}


@symbolic("tape_accumulation")
def _():
    u = array("u", 2)
    made = [v**3 + c * v, f_any(v)]
    C = (u[0] * u[1] + h * u[1] ** 2) * u[0]
    in_v = dict(zip(u, made, strict=True))
    values = {"dC/du": np.array([e.subs(in_v) for e in slopes(C, u)]), "du/dv": np.array([sp.diff(e, v) for e in made])}
    return values, {"dC/dv": sp.diff(C.subs(in_v), v)}


@symbolic("unbroadcast")
def _():
    _, _, b, z = layer_in_symbols()
    C, grad_z = batch_of(z)
    return {"grad_z": grad_z}, {"dC/db": slopes(C, b)}


@symbolic("accuracy")
def _():
    labels = np.array([3, 1, 4, 1, 5], dtype=object)
    predicted = np.array([3, 1, 5, 1, 2], dtype=object)
    return {"labels": labels, "predicted": predicted, "n": sp.Integer(5)}, {"A": sp.Rational(3, 5)}
