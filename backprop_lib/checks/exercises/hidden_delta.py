"""Exercises of chapter 04: the way back in order, a layer of ReLUs, all deltas, a softmax to mend, a retest."""

from functools import partial

import numpy as np

from backprop_lib import activations, losses
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "04_hidden_delta"


def mixed_signs(rng, shape):
    """Draw z with both signs in each column and none near 0."""
    while True:
        z = rng.normal(size=shape)
        if np.abs(z).min() > 0.01 and (z > 0).any(axis=0).all() and (z < 0).any(axis=0).all():
            return z


# ---- order the lines: back through two hidden layers ----------------------------------------------------


def way_back_cases(rng):
    """Draw two hidden layers of tanh with equal widths, so that every line runs."""
    cases = []
    for n, width, k in ((7, 5, 3), (6, 4, 4)):
        z1, W2, W3 = rng.normal(size=(n, width)), rng.normal(size=(width, width)), rng.normal(size=(width, k))
        a1 = np.tanh(z1)
        z2 = (a1 @ W2 + rng.normal(size=width)) / 2
        y_hat = np.tanh(z2) @ W3 + rng.normal(size=k)
        arguments = {"y_hat": y_hat, "y": rng.normal(size=(n, k)), "n": n, "z1": z1, "a1": a1, "z2": z2}
        words = f"{width} units in each hidden layer, {k} outputs, {n} samples"
        cases.append(Case(words, words, (("first", arguments | {"W2": W2, "W3": W3}),), {"n": n, "k": k}))
    return cases


def way_back(y_hat, y, n, z1, a1, z2, W2, W3, *, arrives="right", slope="right"):
    """Return the three deltas, with another line for what arrives at layer 1 or for its slope."""
    delta3 = (y_hat - y) / n
    grad_a2 = delta3 @ W3.T
    delta2 = grad_a2 * (1 - np.tanh(z2) ** 2)
    grad_a1 = {"right": delta2 @ W2.T, "forward": delta2 @ W2, "not delta": grad_a2 @ W2.T}[arrives]
    delta1 = grad_a1 * (1 - np.tanh({"right": z1, "next": z2, "at a": a1}[slope]) ** 2)
    return delta1, delta2, delta3


ARRIVES = {
    "forward": ("W2 not transposed", "the error went through W2 in the forward direction"),
    "not delta": ("layer 2's slope left out", "what arrives at layer 2 was sent on as it came, before its slope"),
}
SLOPES = {
    "next": ("another layer's slope", "the slope for layer 1 was taken at the z of layer 2"),
    "at a": ("a slope at a", "the slope for layer 1 was taken at a1, where it belongs to z1"),
}


def two_slips(arrives, slope):
    """Return the known mistake in which both lines of layer 1 are wrong ones."""
    (one, first), (other, second) = ARRIVES[arrives], SLOPES[slope]
    return Known(
        f"{arrives}_and_{slope}".replace(" ", "_"),
        title=f"Two wrong lines: {one}, and {other}",
        meaning=f"In the line of `grad_a1` {first}; in that of `delta1` {second}.",
        advice="Take the two lines one at a time. Which layer does each name in them belong to, and what does its "
        "letter say: z, a, grad_a or delta?",
        equation="hidden_delta",
        chapter=CHAPTER,
        wrong=partial(way_back, arrives=arrives, slope=slope),
    )


Exercise(
    "04.way_back",
    title="Order the lines: back through two hidden layers",
    kind="order",
    points=2,
    chapter=CHAPTER,
    equation="hidden_delta",
    arguments=("y_hat", "y", "n", "z1", "a1", "z2", "W2", "W3"),
    returns=("delta1", "delta2", "delta3"),
    cases=way_back_cases,
    reference=way_back,
    lines={
        "A": "delta1 = grad_a1 * (1 - np.tanh(z2) ** 2)",
        "B": "grad_a2 = delta3 @ W3.T",
        "C": "grad_a1 = grad_a2 @ W2.T",
        "D": "delta1 = grad_a1 * (1 - np.tanh(z1) ** 2)",
        "E": "grad_a1 = delta2 @ W2",
        "F": "delta2 = grad_a2 * (1 - np.tanh(z2) ** 2)",
        "G": "delta1 = grad_a1 * (1 - np.tanh(a1) ** 2)",
        "H": "delta3 = (y_hat - y) / n",
        "I": "grad_a1 = delta2 @ W2.T",
    },
    known=(
        from_list("not_transposed", partial(way_back, arrives="forward")),
        from_list(
            "slope_left_out",
            partial(way_back, arrives="not delta"),
            title="The slope of layer 2 is left out",
            meaning="What arrives at layer 2 was sent on to layer 1 as it came. On the way from a2 to a1 it has to "
            "pass the tanh of layer 2.",
            advice="W2 makes z2, not a2. Which of the two errors of layer 2 is the one at z2?",
            equation="hidden_grad_a",
        ),
        from_list(
            "slope_of_another_layer",
            partial(way_back, slope="next"),
            meaning="δ of layer 1 was made with the slope at z2. Both layers have the same width, so nothing stops it.",
        ),
        from_list(
            "slope_at_activation",
            partial(way_back, slope="at a"),
            meaning="The slope of layer 1 was taken at a1: the tanh was applied to what is a tanh already.",
            advice="1 − tanh(z)² wants z. Which line hands it z1?",
        ),
        *(two_slips(arrives, slope) for arrives in ARRIVES for slope in SLOPES),
    ),
    hints=(
        "Which line needs nothing that another line makes? And what does each layer need from the one after it?",
        "Each hidden layer has two lines: what arrives is the next δ through the transposed weights; δ is that times "
        "the slope at the layer's own z. Four of the nine lines are left out.",
        "The first line is H.",
    ),
)

# ---- fill the blanks: a layer of ReLUs ------------------------------------------------------------------


def relu_cases(rng):
    """Draw a layer of ReLUs and the one after it; at the end with some z that are exactly 0."""
    cases = []
    for n, width, k in ((7, 4, 3), (6, 5, 5), (8, 4, 1), (5, 5, 5)):
        z = mixed_signs(rng, (n, width))
        words = f"{n} samples, {width} units, {k} in the next layer"
        facts = {"n": n, "k": k} if k not in (1, n) else {"n": n}
        if n == width:
            shut = rng.permutation(n)
            z[shut, np.arange(width)] = 0.0
            z[(shut + 1) % n, np.arange(width)] = 1e-9  # above 0, so open
            words += ", some z exactly 0"
        arguments = {"delta_next": rng.normal(size=(n, k)), "W_next": rng.normal(size=(width, k)), "z": z}
        cases.append(twice(words, words, arguments, facts))
    return cases


def relu_layer(delta_next, W_next, z, *, back=lambda d, W: d @ W.T, gate=lambda grad_a, z: z > 0):
    """Return delta and grad_a of a layer of ReLUs, with another way back or another gate."""
    grad_a = back(delta_next, W_next)
    return grad_a * gate(grad_a, z), grad_a


def gated(gate):
    """Return the layer with another gate."""
    return partial(relu_layer, gate=gate)


def sent_back(back):
    """Return the layer with another way back through the weights."""
    return partial(relu_layer, back=back)


def z_written_over(delta_next, W_next, z):
    """Make the gate in the array that holds z."""
    z[z > 0] = 1
    z[z <= 0] = 0
    return (delta_next @ W_next.T) * z, delta_next @ W_next.T


def nudged_relu(arguments, name):
    """Nudge a or z; at a corner a nudge has nothing to say."""
    delta_next, W_next, z = (arguments[key] for key in ("delta_next", "W_next", "z"))
    if name == "grad_a":
        return numerical_gradient(lambda a: np.sum(delta_next * (a @ W_next)), np.maximum(z, 0))
    if (z == 0).any():
        return None
    return numerical_gradient(lambda z: np.sum(delta_next * (np.maximum(z, 0) @ W_next)), z)


Exercise(
    "04.hidden_delta",
    title="Fill the blanks: a layer of ReLUs",
    kind="fill",
    points=3,
    chapter=CHAPTER,
    equation="hidden_delta",
    arguments=("delta_next", "W_next", "z"),
    returns=("delta", "grad_a"),
    cases=relu_cases,
    reference=relu_layer,
    known=(
        from_list("slope_left_out", gated(lambda grad_a, z: 1.0)),
        from_list("mask_with_equality", gated(lambda grad_a, z: np.maximum(z, 0) >= 0)),
        Known(
            "open_at_zero",
            title="The gate is open at z = 0",
            meaning="Everything is right but where z is exactly 0: there your gate is open. By the course's convention "
            "it is closed.",
            advice="Make the mask for z = (−1, 0, 1) and print it. What did the chapter agree on for the corner?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: z >= 0),
        ),
        Known(
            "half_open_at_zero",
            title="Half a slope at z = 0",
            meaning="Where z is exactly 0 your slope is one half, the mean of both sides. By the course's convention "
            "it is 0.",
            advice="The corner has no slope, and a program needs some number. On which one did the chapter agree?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: (1 + np.sign(z)) / 2),
        ),
        from_list("mask_from_gradient", gated(lambda grad_a, z: grad_a > 0)),
        Known(
            "gates_exchanged",
            title="Open and closed are exchanged",
            meaning="The mask lets through where z is negative and stops where z is positive.",
            advice="At z = 2 the ReLU climbs. What does your mask hold there?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: z < 0),
        ),
        Known(
            "gates_exchanged_at_zero_too",
            title="Open and closed are exchanged",
            meaning="The mask lets through where z is negative or 0 and stops where z is positive.",
            advice="At z = 2 the ReLU climbs. What does your mask hold there?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: z <= 0),
        ),
        Known(
            "slope_of_tanh",
            title="The slope of another function",
            meaning="1 − tanh(z)² was taken for the slope. These units are ReLUs.",
            advice="At z = 3 the ReLU still climbs. What is your slope there?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: 1 - np.tanh(z) ** 2),
        ),
        Known(
            "delta_divided_by_n",
            title="δ is divided by n again",
            meaning="`grad_a` is right, and δ was divided by the number of samples. The 1/n of the loss is in "
            "`delta_next` already.",
            advice="At which place of the way back does 1/n come in? Is this layer that place?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: (z > 0) / len(z)),
        ),
        Known(
            "activation_for_slope",
            title="The activation in the place of its slope",
            meaning="What arrives was multiplied by max(z, 0), the activation. The slope of the ReLU is 0 or 1, "
            "however large z is.",
            advice="At z = 3 raise z by 0.01. By how much does the activation rise, and by which factor do you "
            "multiply?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: np.maximum(z, 0)),
        ),
        Known(
            "sign_for_slope",
            title="A slope of −1 where z is negative",
            meaning="The sign of z was taken for the slope: where a gate is closed, what arrives comes out with its "
            "sign flipped instead of as 0.",
            advice="The ReLU is flat on the left. What is the slope of something flat?",
            equation="relu_slope",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: np.sign(z)),
        ),
        Known(
            "z_for_slope",
            title="Multiplied by z itself",
            meaning="What arrives was multiplied by z. Between the two errors stands the slope of the ReLU at z, a 0 "
            "or a 1.",
            advice="What does the ReLU do to a small nudge of z where z is 3, and where z is −3?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=gated(lambda grad_a, z: z),
        ),
        Known(
            "relu_of_grad_a",
            title="The ReLU was applied, not its slope",
            meaning="δ is max(grad_a, 0): the ReLU was applied to what arrives. On the way back only its slope counts, "
            "and that belongs to z.",
            advice="Can a δ of a ReLU unit be negative? In the chapter's first example one is.",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda delta_next, W_next, z: (np.maximum(delta_next @ W_next.T, 0) * (z > 0), delta_next @ W_next.T),
        ),
        from_list("not_transposed", sent_back(lambda d, W: d @ W)),
        from_list(
            "one_output_only",
            sent_back(lambda d, W: d[:, :1] @ W[:, :1].T),
            meaning="The error of the first unit of the next layer alone was sent back. A unit feeds all units of the "
            "next layer, and each of these paths adds its part.",
            advice="Draw one unit with two units after it. How many ways lead from it to the loss?",
        ),
        from_list("star_for_matmul", sent_back(lambda d, W: d * W.T), equation="hidden_grad_a", chapter=CHAPTER),
        Known(
            "sums_multiplied",
            title="Summed first, multiplied afterward",
            meaning="The δ of the next layer were added, the weights were added, and the two sums multiplied. Each "
            "path has its own weight and its own δ.",
            advice="Write down the path to the first unit alone, then that to the second, and only then add.",
            equation="hidden_grad_a",
            chapter=CHAPTER,
            wrong=sent_back(lambda d, W: d.sum(axis=1, keepdims=True) * W.sum(axis=1)),
        ),
        Known(
            "paths_averaged",
            title="The mean of the paths",
            meaning="The paths of a unit were averaged over the units of the next layer. They add up.",
            advice="Raise the activation of a unit that feeds two outputs. Does the loss answer to both, or to half of "
            "each?",
            equation="hidden_grad_a",
            chapter=CHAPTER,
            wrong=sent_back(lambda d, W: d @ W.T / W.shape[1]),
        ),
        Known(
            "divided_by_n_again",
            title="Divided by n again",
            meaning="What arrives was divided by the number of samples. The 1/n of the loss is in `delta_next` "
            "already.",
            advice="At which place of the way back does 1/n come in? Is this layer that place?",
            equation="hidden_grad_a",
            chapter=CHAPTER,
            wrong=sent_back(lambda d, W: d @ W.T / len(d)),
        ),
        Known(
            "grad_a_written_over",
            title="grad_a was written over",
            meaning="δ is right, and `grad_a` holds the same numbers: the slope was multiplied into it, as with `*=`, "
            "or both names stand for one array.",
            advice="Two errors are asked for, before and after the slope. At which line do you lose the first?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: (relu_layer(*given)[0],) * 2,
        ),
        Known(
            "returned_the_other_way_around",
            title="The two are exchanged",
            meaning="`delta` holds what arrives, and `grad_a` what is left after the slope.",
            advice="Which of the two is ∂C/∂a, and which ∂C/∂z? In which order does the last line hand them back?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: relu_layer(*given)[::-1],
        ),
        from_list(
            "changed_in_place",
            z_written_over,
            title="z is written over",
            meaning="The gate was written into `z`, the array that was handed over. The numbers are right, and whoever "
            "uses that z afterward finds zeros and ones.",
            equation="relu_slope",
        ),
    ),
    nudged=nudged_relu,
    hints=(
        "Over which units does the sum over paths run, and along which side of `W_next` do they stand? "
        "What is the slope of a ReLU left of 0, right of 0, and at 0?",
        "What arrives is the next δ through the transposed weights; the gate is 1 where z is above 0 and else 0; "
        "δ is the product of the two, entry by entry.",
        "The shapes of the first line: (n, h) = (n, k) @ (k, h).",
    ),
)

# ---- write it: the deltas of all layers -----------------------------------------------------------------

STACKS = (
    ((4, 3), ("identity",), 7),
    ((4, 5, 6, 3), ("relu", "tanh", "identity"), 7),
    ((5, 5, 5, 5, 5), ("sigmoid", "tanh", "relu", "tanh"), 5),
    ((3, 5, 4, 1), ("tanh", "relu", "sigmoid"), 6),
)


def stack_cases(rng):
    """Draw stacks of layers with mixed activations, of equal and unequal widths."""
    cases = []
    for sizes, names, n in STACKS:
        functions = [activations.get(name) for name in names]
        while True:
            a, z, weights = rng.normal(size=(n, sizes[0])), [], []
            for n_in, n_out, f in zip(sizes[:-1], sizes[1:], functions, strict=True):
                weights.append(rng.normal(size=(n_in, n_out)) * rng.uniform(0.6, 1))
                z.append(a @ weights[-1] + 0.5 * rng.normal(size=n_out))
                a = f(z[-1])
            if guarded(z, functions):
                break
        arguments = {"delta": rng.normal(size=(n, sizes[-1])), "weights": weights, "functions": functions, "z": z}
        words = f"sizes {'-'.join(map(str, sizes))}, {', '.join(names)}, {n} samples"
        k = sizes[-1]
        cases.append(twice(words, words, arguments, {"n": n, "k": k} if k not in (1, n) else {"n": n}))
    return cases


def guarded(z, functions):
    """Say whether no z is near 0 and every ReLU unit is on for some samples and off for others."""
    return all(
        np.abs(here).min() > 0.01 and (f.name != "relu" or ((here > 0).any(axis=0) & (here < 0).any(axis=0)).all())
        for here, f in zip(z, functions, strict=True)
    )


def arriving(delta, weights, layer):
    """Return what arrives at a layer from the next."""
    return delta @ weights[layer + 1].T


def slope_here(functions, z, a, layer, grad_a):
    """Return the slope of a layer at its z."""
    return functions[layer].derivative(z[layer])


def walk(delta, weights, functions, z, *, back=arriving, slope=slope_here):
    """Return the deltas from the first layer to the last, with another step back or another slope."""
    a = [f(here) for f, here in zip(functions, z, strict=True)]
    found = [delta]
    for layer in range(len(weights) - 2, -1, -1):
        grad_a = back(found[0], weights, layer)
        found.insert(0, grad_a * slope(functions, z, a, layer, grad_a))
    return found


def by_back(back):
    """Return the walk with another step back."""
    return partial(walk, back=back)


def by_slope(slope):
    """Return the walk with another slope."""
    return partial(walk, slope=slope)


def not_carried_on(delta, weights, functions, z):
    """Send the last layer's delta to every layer."""
    return walk(delta, weights, functions, z, back=lambda _, W, layer: arriving(delta, W, layer))


def grad_a_carried_on(delta, weights, functions, z):
    """Send on what arrives, before the slope; the deltas are made beside it."""
    found, grad_a = [delta], delta
    for layer in range(len(weights) - 2, -1, -1):
        grad_a = arriving(grad_a, weights, layer)
        found.insert(0, grad_a * functions[layer].derivative(z[layer]))
    return found


def arrivals(delta, weights, functions, z):
    """Collect what arrives, before the slope; the walk itself is right."""
    right = walk(delta, weights, functions, z)
    return [*(arriving(right[layer + 1], weights, layer) for layer in range(len(weights) - 1)), delta]


def last_slope_again(delta, weights, functions, z):
    """Multiply the last delta by its slope once more before the walk begins."""
    return walk(delta * functions[-1].derivative(z[-1]), weights, functions, z)


def lists_in_step(delta, weights, functions, z):
    """Take weights, function and z of one layer in each step, beginning with the last."""
    found = [delta]
    for W, f, here in zip(weights[::-1], functions[::-1], z[::-1], strict=True):
        found.insert(0, (found[0] @ W.T) * f.derivative(here))
    return found


def one_too_far(delta, weights, functions, z):
    """Go on to the inputs."""
    found = walk(delta, weights, functions, z)
    return [found[0] @ weights[0].T, *found]


def one_unit_only(delta, weights, layer):
    """Follow the path through the first output, and no other."""
    units = slice(0, 1) if layer == len(weights) - 2 else slice(None)
    return delta[:, units] @ weights[layer + 1][:, units].T


def turned_around(delta, weights, functions, z):
    """Turn the caller's lists around, and then walk."""
    for given in (weights, functions, z):
        given.reverse()
    return walk(delta, weights[::-1], functions[::-1], z[::-1])


def nudged_stack(arguments, name):
    """Nudge one z; the biases are read off the pass, and the loss is delta times the last z."""
    delta, weights, functions, z = (arguments[key] for key in ("delta", "weights", "functions", "z"))
    layer = int(name[len("deltas[") : -1])
    if not 0 <= layer < len(z):
        return None

    def loss(here):
        for after in range(layer + 1, len(z)):
            moved = functions[after - 1](here) - functions[after - 1](z[after - 1])
            here = z[after] + moved @ weights[after]
        return np.sum(delta * here)

    return numerical_gradient(loss, z[layer])


Exercise(
    "04.all_deltas",
    title="Write it: the deltas of all layers",
    kind="write",
    points=5,
    chapter=CHAPTER,
    equation="hidden_delta",
    arguments=("delta", "weights", "functions", "z"),
    returns=("deltas[]",),
    cases=stack_cases,
    reference=walk,
    known=(
        Known(
            "last_delta_first",
            title="The last layer's δ stands first",
            meaning="Every δ is right, and all but the last layer's stand in order. That one stayed at the beginning "
            "of the list: each new δ was put in behind it.",
            advice="Print the shapes of the list after each round. Where did the new δ go, and where does it belong?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: [walk(*given)[-1], *walk(*given)[:-1]],
        ),
        from_list("slope_left_out", by_slope(lambda f, z, a, i, grad_a: 1.0)),
        from_list("slope_at_activation", by_slope(lambda f, z, a, i, grad_a: f[i].derivative(a[i]))),
        from_list("mask_from_gradient", by_slope(lambda f, z, a, i, grad_a: f[i].derivative(grad_a))),
        from_list("slope_of_another_layer", by_slope(lambda f, z, a, i, grad_a: f[i].derivative(z[i + 1]))),
        Known(
            "first_function_everywhere",
            title="The function of layer 1 everywhere",
            meaning="Every slope was taken of the activation function of layer 1, at the right z.",
            advice="Which index do the functions have in your loop, and which the z?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=by_slope(lambda f, z, a, i, grad_a: f[0].derivative(z[i])),
        ),
        Known(
            "last_function_everywhere",
            title="The function of the last layer everywhere",
            meaning="Every slope was taken of the activation function of the last layer, at the right z.",
            advice="Which index do the functions have in your loop, and which the z?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=by_slope(lambda f, z, a, i, grad_a: f[-1].derivative(z[i])),
        ),
        Known(
            "next_layers_function",
            title="The function of the next layer",
            meaning="The slope was taken at the right z, of the activation function of the next layer.",
            advice="Which layer does `functions[0]` belong to, and which one `weights[0]`? Write the layer's number "
            "under each name of the line.",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=by_slope(lambda f, z, a, i, grad_a: f[i + 1].derivative(z[i])),
        ),
        Known(
            "next_layers_slope",
            title="Function and z of the next layer",
            meaning="Each step took the slope of the layer that the error comes from. That slope is in its δ already, "
            "and the slope of the layer it goes to is missing.",
            advice="Your lists walk side by side. Must weights and z of one step have the same layer number?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=by_slope(lambda f, z, a, i, grad_a: f[i + 1].derivative(z[i + 1])),
        ),
        Known(
            "activation_for_slope",
            title="The activation in the place of its slope",
            meaning="What arrives was multiplied by f(z), where the chain rule asks for f′(z).",
            advice="What does `functions[0](z[0])` return, and what `functions[0].derivative(z[0])`?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=by_slope(lambda f, z, a, i, grad_a: a[i]),
        ),
        Known(
            "grad_a_carried_on",
            title="What arrives was sent on",
            meaning="Each δ got its own slope, but what was sent on to the layer before is `grad_a`, without that "
            "slope. With one hidden layer the two are the same.",
            advice="Follow one path from layer 1 to the output. Does it go through the slope of layer 2?",
            equation="hidden_grad_a",
            chapter=CHAPTER,
            wrong=grad_a_carried_on,
        ),
        Known(
            "arrivals_collected",
            title="grad_a was collected, not δ",
            meaning="The walk is right, but the list holds what arrives at the hidden layers, before the slope.",
            advice="At which line of your loop does `delta` become a δ, and at which one does it enter the list?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=arrivals,
        ),
        from_list("not_transposed", by_back(lambda d, W, i: d @ W[i + 1])),
        from_list("another_layers_weights", by_back(lambda d, W, i: d @ W[i].T)),
        from_list("one_output_only", by_back(one_unit_only)),
        from_list("output_delta_everywhere", not_carried_on),
        from_list(
            "star_for_matmul", by_back(lambda d, W, i: d * W[i + 1].T), equation="hidden_grad_a", chapter=CHAPTER
        ),
        Known(
            "divided_by_n_again",
            title="Divided by n in every layer",
            meaning="The error was divided by the number of samples at each step back. The 1/n of the loss is in the δ "
            "that was handed over.",
            advice="How often may 1/n come in between the loss and the first layer?",
            equation="hidden_grad_a",
            chapter=CHAPTER,
            wrong=by_back(lambda d, W, i: arriving(d, W, i) / len(d)),
        ),
        from_list(
            "reversed_lists",
            lambda *given: walk(*given)[::-1],
            meaning="The δ are right and stand in the order in which the walk finds them, the last layer's first.",
            advice="The first layer's comes first in what is returned. What has to be done at the end of the walk, or "
            "at each step of it?",
            equation="hidden_delta",
            chapter=CHAPTER,
        ),
        Known(
            "last_slope_again",
            title="The last layer's slope is used twice",
            meaning="The δ that is handed over was multiplied by the slope of the last layer, which it has already.",
            advice="δ is taken at z. Which slopes lie between z of the last layer and the loss, and are they in it?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=last_slope_again,
        ),
        Known(
            "lists_in_step",
            title="All lists begin at the last layer",
            meaning="The walk takes weights, function and z of the same layer in each step, beginning with the last: "
            "the slope that is in δ already comes in again, and there is one step too many.",
            advice="Leave the last layer through its weights. Whose z stands before these weights? And how many steps "
            "does a network of one layer need?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lists_in_step,
        ),
        Known(
            "first_delta_alone",
            title="The first layer's δ alone",
            meaning="What came back is δ of the first layer, one array. The walk made all the others on the way and "
            "did not keep them.",
            advice="What is in your hands after each step of the loop, and where does it go before the next step?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: walk(*given)[0],
        ),
        Known(
            "last_layer_missing",
            title="The last layer is missing",
            meaning="The list has a δ for each hidden layer, and not the one that was handed over.",
            advice="How many layers are there, and how many δ in your list? Try a network of one layer.",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: walk(*given)[:-1],
        ),
        Known(
            "first_layer_missing",
            title="The first layer is missing",
            meaning="The walk ends one layer too early: the first layer has no δ.",
            advice="Which numbers does your `range` run through, or which entries do your slices leave out? Write them "
            "down for three layers.",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: walk(*given)[1:] if len(given[1]) > 1 else walk(*given),
        ),
        Known(
            "one_layer_too_far",
            title="One step too many",
            meaning="The walk went on through the first weights to the inputs, which have no δ.",
            advice="How many layers are there, and how many steps lead from the last to the first?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=one_too_far,
        ),
        from_list(
            "changed_in_place",
            turned_around,
            title="The lists are turned around in place",
            meaning="`reverse` turned the caller's lists around, so that the next call sees them backward.",
            advice="Look for `.reverse()` on an argument. Which way of going backward leaves a list as it is?",
            equation="hidden_delta",
        ),
    ),
    nudged=nudged_stack,
    hints=(
        "Which δ do you have at the start? Which weights, which z and which function lead from it to the δ before?",
        "A step back: δ through the transposed weights of the layer it is in, times the slope of the layer before, "
        "at that layer's z. There is one step fewer than there are layers.",
        "`deltas = [delta]`, and then a loop that goes backward.",
    ),
)

# ---- find the bugs: softmax through its Jacobian --------------------------------------------------------


def class_cases(rng):
    """Draw logits and true classes."""
    cases = []
    for n, k in ((7, 3), (4, 4), (6, 5)):
        y = np.eye(k)[rng.integers(k, size=n)]
        words = f"{n} samples, {k} classes"
        arguments = {"z": rng.uniform(-2, 2, size=(n, k)), "y": y}
        cases.append(twice(words, words, arguments, {"n": n, "k": k} if n != k else {"n": n}))
    return cases


def exponentials(z):
    """Return e to the power of the logits, each row shifted by its largest, as the notebook has it."""
    return np.exp(z - z.max(axis=1, keepdims=True))


def over_classes(z):
    """Return the softmax of each row."""
    e = exponentials(z)
    return e / e.sum(axis=1, keepdims=True)


def jacobian(p):
    """Return the Jacobian of one sample's softmax."""
    return np.diag(p) - np.outer(p, p)


def charged(y, p):
    """Return what arrives at the probabilities of one sample, without the 1/n."""
    return -y / p


def through_jacobian(
    z,
    y,
    *,
    softmax=over_classes,
    table=jacobian,
    arrives=charged,
    paths=lambda grad_p, J: grad_p @ J,
    share=lambda y: 1 / len(y),
):
    """Return delta of softmax with cross-entropy and the probabilities, right or with parts exchanged."""
    p = softmax(z)
    rows = [share(y) * paths(arrives(y_row, p_row), table(p_row)) for y_row, p_row in zip(y, p, strict=True)]
    return np.array(rows), p


def exchanged(**parts):
    """Return the function with some parts exchanged."""
    return partial(through_jacobian, **parts)


OVER_ALL = {"softmax": lambda z: exponentials(z) / exponentials(z).sum()}
DIAGONAL = {"paths": lambda grad_p, J: grad_p * np.diag(J)}
OVER_SAMPLES = {"softmax": lambda z: exponentials(z) / exponentials(z).sum(axis=0)}

SAMPLES_MIXED = {
    "title": "The denominator adds over the samples",
    "meaning": "Each column of p sums to 1: the denominator adds over the samples, where it should add over the "
    "classes of one sample.",
    "advice": "Which axis counts the classes? Print `p.sum(axis=1)`.",
    "equation": "softmax",
    "chapter": CHAPTER,
}


def denominators_in_a_row(z):
    """Divide by one sum for each sample, but as a flat row; only with as many samples as classes it runs."""
    e = exponentials(z)
    return e / e.sum(axis=1)


FLAT = {"softmax": denominators_in_a_row}

FLAT_ROW = {
    "title": "The denominators lie in a row",
    "meaning": "There is one denominator for each sample, as there should be, but they lie in a row of shape (n,). "
    "NumPy lays that row along the classes: it stops, or with as many samples as classes divides by the wrong ones.",
    "advice": "Which shape has the sum, and which one would stand beside p as a column? Look at the line above, where "
    "the largest logit is subtracted.",
    "equation": "softmax",
    "chapter": CHAPTER,
}


def with_second_bug(words):
    """Return the words for a first bug that was mended in the wrong way, while the second is not yet found."""
    return words | {"meaning": f"{words['meaning']} And the second bug is still in it."}


Exercise(
    "04.mended",
    title="Find the bugs: softmax through its Jacobian",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="softmax_delta",
    arguments=("z", "y"),
    returns=("delta", "p"),
    cases=class_cases,
    reference=through_jacobian,
    stub=exchanged(**OVER_ALL, **DIAGONAL),
    planted=("one_denominator_for_all", "one_path_only"),
    known=(
        Known(
            "one_path_only",
            title="One path for each logit",
            meaning="p is right. In δ each logit was led to its own probability alone, through the diagonal of the "
            "Jacobian, so that only the true class gets a δ.",
            advice="Raise one logit: which probabilities move? Each of them is a path, and the paths add up.",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=exchanged(**DIAGONAL),
        ),
        Known(
            "one_denominator_for_all",
            title="One denominator for the whole batch",
            meaning="The sum under the line runs over all samples, so that all entries of p together sum to 1. "
            "Each sample needs a denominator of its own.",
            advice="Print `p.sum(axis=1)`. What should stand there for each sample?",
            equation="softmax",
            chapter=CHAPTER,
            wrong=exchanged(**OVER_ALL),
        ),
        Known("summed_over_samples", **SAMPLES_MIXED, wrong=exchanged(**OVER_SAMPLES)),
        Known(
            "summed_over_samples_one_path",
            **with_second_bug(SAMPLES_MIXED),
            wrong=exchanged(**OVER_SAMPLES, **DIAGONAL),
        ),
        Known("denominators_in_a_row", **FLAT_ROW, wrong=exchanged(**FLAT)),
        Known("denominators_in_a_row_one_path", **with_second_bug(FLAT_ROW), wrong=exchanged(**FLAT, **DIAGONAL)),
        Known(
            "not_divided",
            title="The probabilities are not divided",
            meaning="p holds the exponentials themselves, and a row does not sum to 1.",
            advice="What stands under the line of softmax? Print `p.sum(axis=1)`.",
            equation="softmax",
            chapter=CHAPTER,
            wrong=lambda z, y: (through_jacobian(z, y)[0], exponentials(z)),
        ),
        from_list(
            "sign_flipped",
            exchanged(share=lambda y: -1 / len(y)),
            meaning="p is right and every δ points the wrong way. That is what target minus prediction gives, a lost "
            "minus before y, or a Jacobian with both of its signs turned.",
            advice="The true class should get more. Must the loss rise or fall with its logit, and which sign has "
            "your δ there?",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "summed_not_averaged",
            exchanged(share=lambda y: 1.0),
            meaning="p is right and δ is n times too large: the loss averages over the samples, and δ does not.",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "averaged_twice",
            exchanged(share=lambda y: 1 / len(y) ** 2),
            meaning="p is right and δ is n times too small: the 1/n stands twice.",
            advice="How often does 1/n stand in the loss, and in how many lines is it now?",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "slope_twice_with_cross_entropy",
            exchanged(paths=lambda grad_p, J: (grad_p @ J) * np.diag(J)),
            meaning="p is right, and (p − y)/n was multiplied by p (1 − p) as well. The whole Jacobian is in p − y "
            "already.",
            advice="What became of the p under the line when the paths were added?",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        Known(
            "jacobian_twice",
            title="The softmax comes in twice",
            meaning="p is right. What was sent through the Jacobian is p − y, and in that the Jacobian is already.",
            advice="Which of the two is the gradient at the probabilities: p − y, or −y/p?",
            equation="softmax_cross_entropy_grad_p",
            chapter=CHAPTER,
            wrong=exchanged(arrives=lambda y, p: p - y),
        ),
        Known(
            "before_the_softmax",
            title="∂C/∂p instead of ∂C/∂z",
            meaning="δ holds what arrives at the probabilities. Between them and the logits stands the softmax.",
            advice="Which table leads from p to z, and in which line is it used now?",
            equation="softmax_cross_entropy_grad_p",
            chapter=CHAPTER,
            wrong=exchanged(paths=lambda grad_p, J: grad_p),
        ),
        Known(
            "table_summed",
            title="δ is 0",
            meaning="Either the table was summed apart from what arrives, or all entries of δ were added into one "
            "number. What one probability gains the others lose, so that each row and column of the table sums to 0, "
            "and δ as well.",
            advice="δ has an entry for each logit. Over which index are the paths to one logit added?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=exchanged(paths=lambda grad_p, J: grad_p * J.sum(axis=0)),
        ),
        Known(
            "squares_for_products",
            title="The Jacobian is made without the products",
            meaning="p is right. `p * p` holds the squares alone, in one row, and NumPy takes that row away from each "
            "row of the diagonal. The Jacobian needs every product p_i p_j.",
            advice="Print J for one sample. Does each of its rows sum to 0? Was the line that makes J wrong?",
            equation="softmax_jacobian",
            chapter=CHAPTER,
            wrong=exchanged(table=lambda p: np.diag(p) - p * p),
        ),
        Known(
            "p_written_over",
            title="p is written over",
            meaning="`delta` and `p` are two names of one array, so that p lost its probabilities when delta was made.",
            advice="What does `delta = p` make: a second array, or a second name? Print `p.sum(axis=1)` at the end.",
            equation="softmax",
            chapter=CHAPTER,
            wrong=lambda z, y: ((over_classes(z) - y) / len(y),) * 2,
        ),
        Known(
            "p_written_over_and_summed",
            title="p is written over, and the 1/n is left out",
            meaning="`delta` and `p` are two names of one array, so that p lost its probabilities when delta was made. "
            "And the loss averages over the samples; delta does not.",
            advice="What does `delta = p` make: a second array, or a second name? Print `p.sum(axis=1)` at the end.",
            equation="softmax",
            chapter=CHAPTER,
            wrong=lambda z, y: (over_classes(z) - y,) * 2,
        ),
        Known(
            "diagonal_lost",
            title="The Jacobian has lost its diagonal",
            meaning="Only the products p_i p_j are in the table; the p_i that stands where i = j is missing.",
            advice="How does a probability answer to its own logit? Was the line that makes J wrong?",
            equation="softmax_jacobian",
            chapter=CHAPTER,
            wrong=exchanged(table=lambda p: -np.outer(p, p)),
        ),
    ),
    nudged=lambda arguments, name: (
        numerical_gradient(lambda z: losses.softmax_cross_entropy.value(z, arguments["y"]), arguments["z"])
        if name == "delta"
        else None
    ),
    hints=(
        "Which sum has to be 1, and for what: the batch, a class, or a sample? "
        "And from one logit, how many paths lead to the loss?",
        "Softmax divides by the sum over the classes of the same sample; δ_j adds what arrives at p_i times J_ij over "
        "all i.",
        "The first bug is in the line that makes `p`; the second one is in the loop.",
    ),
)

# ---- a retest: chapter 03 -------------------------------------------------------------------------------


def tanh_cases(rng):
    """Draw pre-activations on both sides of 0 and targets between -1 and 1."""
    cases = []
    for n, k in ((7, 3), (5, 5), (6, 1)):
        z = rng.uniform(0.3, 2, size=(n, k)) * rng.permutation(np.where(np.arange(n * k) % 2, 1, -1)).reshape(n, k)
        words = f"{n} samples, {k} output{'s' * (k > 1)}"
        facts = {"n": n, "k": k} if k not in (1, n) else {"n": n}
        cases.append(twice(words, words, {"z": z, "y": rng.uniform(-0.9, 0.9, size=(n, k))}, facts))
    return cases


def tanh_delta(z, y, *, factor=2.0, slope=None, prediction=None):
    """Return delta of mse at a tanh output, right or with a part exchanged."""
    a = np.tanh(z) if prediction is None else prediction
    return factor * (a - y) / len(y) * (1 - np.tanh(z) ** 2 if slope is None else slope)


def targets_in_place(z, y):
    """Write the difference into the targets."""
    y -= np.tanh(z)
    return -2 * y / len(y) * (1 - np.tanh(z) ** 2)


OUTPUT = {"equation": "output_delta", "chapter": "03_output_delta"}
ARRIVING = {"equation": "mse_grad_a", "chapter": "03_output_delta"}
TANH = {"equation": "tanh_slope", "chapter": CHAPTER}

Exercise(
    "04.output_delta_again",
    title="Once more, from chapter 03: the output delta",
    kind="write",
    points=2,
    chapter="03_output_delta",
    equation="output_delta",
    arguments=("z", "y"),
    returns=("delta",),
    cases=tanh_cases,
    reference=tanh_delta,
    known=(
        Known(
            "slope_missing",
            title="No slope at the output",
            meaning="Your δ is ∂C/∂ŷ, what arrives at the activation. Between it and z lies the tanh.",
            advice="From the loss to z of the last layer there are two steps. Which one have you not taken?",
            wrong=lambda z, y: tanh_delta(z, y, slope=1.0),
            **OUTPUT,
        ),
        from_list(
            "slope_at_activation",
            lambda z, y: tanh_delta(z, y, slope=1 - np.tanh(np.tanh(z)) ** 2),
            meaning="The slope was taken at a: the tanh was applied to what is a tanh already.",
            advice="1 − tanh(z)² is a function of z, 1 − a² one of a. Which of the two did you write, and what did "
            "you put in?",
            **TANH,
        ),
        Known(
            "linear_half_mse",
            title="δ of a linear output with half_mse",
            meaning="This is (ŷ − y)/n, the δ of another output and another loss. Here the square brings down a 2 that "
            "meets no ½, and between z and ŷ lies the tanh.",
            advice="Begin with the loss as it stands in the exercise, and go back to z in two steps.",
            wrong=lambda z, y: tanh_delta(z, y, factor=1.0, slope=1.0),
            **OUTPUT,
        ),
        Known(
            "errors_averaged",
            title="The errors of the samples were averaged",
            meaning="With np.mean the samples were added up, and every row got the same mean. 1/n is a factor; each "
            "sample keeps its own error.",
            advice="Which shape has your difference after the mean, and which before?",
            wrong=lambda z, y: np.mean(2 * (np.tanh(z) - y), axis=0) * (1 - np.tanh(z) ** 2),
            **ARRIVING,
        ),
        Known(
            "square_of_z",
            title="1 − z² for the slope",
            meaning="The short form of the slope was used with z in the place of the activation. At z = 2 it is −3; "
            "the tanh climbs everywhere.",
            advice="Whose square is it in the slope of tanh? Put in z = 2 and nudge.",
            wrong=lambda z, y: tanh_delta(z, y, slope=1 - z**2),
            **TANH,
        ),
        Known(
            "square_outside",
            title="The square stands outside the bracket",
            meaning="(1 − tanh(z))² was taken for the slope. The square belongs to the tanh alone.",
            advice="At z = 0 the tanh is as steep on the left as on the right. Is your slope alike at z = −1 and 1?",
            wrong=lambda z, y: tanh_delta(z, y, slope=(1 - np.tanh(z)) ** 2),
            **TANH,
        ),
        Known(
            "plus_in_the_slope",
            title="A plus in the slope",
            meaning="1 + tanh(z)² was taken for the slope. So the curve would be steepest far out, where it is flat.",
            advice="How steep is the tanh at z = 10? Put that into your slope.",
            wrong=lambda z, y: tanh_delta(z, y, slope=1 + np.tanh(z) ** 2),
            **TANH,
        ),
        Known(
            "half_mse_at_a_tanh",
            title="The δ of half_mse without its 1/n",
            meaning="The slope is there. (ŷ − y) carries neither the 2 that the square brings down nor the 1/n.",
            advice="Write down the loss with all its factors and differentiate it. Which numbers stay?",
            wrong=lambda z, y: tanh_delta(z, y, factor=len(y)),
            **ARRIVING,
        ),
        Known(
            "square_forgotten",
            title="The square in the slope is missing",
            meaning="1 − tanh(z) was taken for the slope. Where z is negative that is more than 1.",
            advice="At z = 0 the tanh is as steep on the left as on the right. Is your slope alike at z = −1 and 1?",
            wrong=lambda z, y: tanh_delta(z, y, slope=1 - np.tanh(z)),
            **TANH,
        ),
        Known(
            "slope_of_sigmoid",
            title="The slope of another function",
            meaning="a (1 − a) was taken for the slope. That is the sigmoid's; here the output is a tanh.",
            advice="Put in z = 0, where a is 0. Is the tanh flat there?",
            wrong=lambda z, y: tanh_delta(z, y, slope=np.tanh(z) * (1 - np.tanh(z))),
            **TANH,
        ),
        Known(
            "slope_at_target",
            title="The slope is taken from the target",
            meaning="1 − y² was taken for the slope. The tanh was evaluated at z and knows nothing of the target.",
            advice="Whose slope is it, and which quantity of the forward pass is it written with?",
            wrong=lambda z, y: tanh_delta(z, y, slope=1 - y**2),
            **TANH,
        ),
        Known(
            "z_for_prediction",
            title="z was compared with the target",
            meaning="The difference is z − y. The output is not linear, so z is not the prediction.",
            advice="What does the loss compare with y? Which function lies between it and z?",
            wrong=lambda z, y: tanh_delta(z, y, prediction=z),
            **OUTPUT,
        ),
        Known(
            "square_kept",
            title="The square is not differentiated",
            meaning="δ holds the squared difference, so that it is never negative. The slope of a square holds the "
            "difference itself.",
            advice="A prediction below its target has to rise. Which sign must its δ have?",
            wrong=lambda z, y: tanh_delta(z, y, factor=np.tanh(z) - y),
            **ARRIVING,
        ),
        Known(
            "square_and_two_kept",
            title="The 2 came down, and the square was kept",
            meaning="δ holds twice the squared difference. The slope of a square holds the difference itself.",
            advice="Differentiate u² by u. Which power of u is left?",
            wrong=lambda z, y: tanh_delta(z, y, factor=2 * (np.tanh(z) - y)),
            **ARRIVING,
        ),
        Known(
            "slope_twice",
            title="The slope stands twice",
            meaning="Between z and the loss lies one tanh, and its slope was multiplied in twice.",
            advice="How many steps lead from z to ŷ?",
            wrong=lambda z, y: tanh_delta(z, y, slope=(1 - np.tanh(z) ** 2) ** 2),
            **OUTPUT,
        ),
        Known(
            "divided_by_slope",
            title="Divided by the slope",
            meaning="What arrives was divided by the slope of the tanh. The chain rule multiplies.",
            advice="Take a z far out, where the slope is nearly 0. Does a nudge of z move the loss much there, or "
            "hardly?",
            wrong=lambda z, y: tanh_delta(z, y, slope=1 / (1 - np.tanh(z) ** 2)),
            **OUTPUT,
        ),
        Known(
            "one_row_left",
            title="The samples were averaged",
            meaning="A mean over the samples was taken, so that one row is left. 1/n is a factor; each sample keeps "
            "its own row of δ.",
            advice="δ has the shape of z. What shape has yours?",
            wrong=lambda z, y: np.mean(2 * (np.tanh(z) - y) * (1 - np.tanh(z) ** 2), axis=0),
            **ARRIVING,
        ),
        from_list(
            "factor_half",
            lambda z, y: tanh_delta(z, y, factor=1.0),
            title="The 2 of the square is missing",
            meaning="δ is half of what it should be: this is the δ of half_mse, and the loss here has no ½ that meets "
            "the 2.",
            advice="Write down the loss with all its factors, and differentiate the square.",
            **ARRIVING,
        ),
        from_list(
            "factor_two",
            lambda z, y: tanh_delta(z, y, factor=4.0),
            meaning="δ is twice what it should be: the 2 of the square came down twice.",
            **ARRIVING,
        ),
        from_list(
            "sign_flipped",
            lambda z, y: tanh_delta(z, y, factor=-2.0),
            meaning="Every δ points the wrong way, as with target minus prediction.",
            **ARRIVING,
        ),
        from_list(
            "summed_not_averaged",
            lambda z, y: tanh_delta(z, y, factor=2.0 * len(y)),
            meaning="δ is n times too large: the loss averages over the samples, and δ does not.",
            **ARRIVING,
        ),
        from_list("divided_by_outputs", lambda z, y: tanh_delta(z, y, factor=2 / y.shape[1]), **ARRIVING),
        from_list(
            "divided_by_entries",
            lambda z, y: tanh_delta(z, y, factor=1 / y.shape[1]),
            title="Divided by all entries, and the 2 is missing",
            meaning="The difference was divided by samples times outputs, as np.mean does, and the 2 of the square did "
            "not come down.",
            advice="Over which of its two indices does this loss take a mean, and over which a sum? And what does the "
            "square bring down?",
            **ARRIVING,
        ),
        from_list(
            "changed_in_place",
            targets_in_place,
            title="The targets are changed in place",
            meaning="The difference was written into `y`, the array that was handed over. The second call with the "
            "same array gives other numbers.",
            **OUTPUT,
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(
        lambda z: losses.mse.value(np.tanh(z), arguments["y"]), arguments["z"]
    ),
    hints=(
        "Two stations lie on the path from z to the loss. Which are they, and which slope does each one have?",
        "δ is what arrives at ŷ, with the 2 of the square and the 1/n, times the slope of the tanh at z.",
        "`y_hat = np.tanh(z)`",
    ),
    retest=True,
)
