"""Exercises of chapter 08: a chain by hand, starting scales, the sizes of delta, a hunt, a retest."""

from functools import partial

import numpy as np

from backprop_lib import activations, equations, initializers
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list, wrong_bias_sums
from backprop_lib.checks.reading import unfit_size
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "08_gradient_flow"

# ---- a number of one's own: the delta of a chain --------------------------------------------------------

CHAIN = ("w_1", "w_2", "w_3", "slope_1", "slope_2", "slope_3", "delta_3")


def chain_numbers(rng):
    """Draw numbers as a learner could choose them."""
    weights, slopes = rng.uniform(1.5, 4, 3).round(2), rng.uniform(0.15, 0.9, 3).round(2)
    values = [*weights.tolist(), *slopes.tolist(), round(float(rng.uniform(0.1, 3)), 2)]
    return [Case("yours", "your numbers", (("first", dict(zip(CHAIN, values, strict=True))),))]


def chain_rules(arguments):
    """Return what does not do about the chosen numbers."""
    slopes = {name: value for name, value in arguments.items() if name.startswith("slope")}
    for name, value in slopes.items():
        if not 0.05 <= value <= 0.95:
            return f"`{name}` is {value}; a slope between 0.05 and 0.95 was expected, as tanh has it."
    return unfit_size({name: value for name, value in arguments.items() if name not in slopes}, 0.05, 20)


def right_chain(w_1, w_2, w_3, slope_1, slope_2, slope_3, delta_3):
    """Return delta of layers 1 and 2: each step back brings the next layer's weight and this layer's slope."""
    rule = equations.get("delta_product").compute
    both = np.array([w_2, w_3]), np.array([slope_1, slope_2])
    delta_2 = rule(delta_L=delta_3, w_next=both[0][1:], slope=both[1][1:])
    return float(rule(delta_L=delta_3, w_next=both[0], slope=both[1])), float(delta_2)


def wrong_chain(w_1, w_2, w_3, s_1, s_2, s_3, delta_3, *, step):
    """Walk back with another step: a function of delta, own weight, next weight, own slope, next slope."""
    delta_2 = step(delta_3, w_2, w_3, s_2, s_3)
    return step(delta_2, w_1, w_2, s_1, s_2), delta_2


def chain_step(step):
    """Return the walk back with the given step."""
    return partial(wrong_chain, step=step)


def chain_not_carried(w_1, w_2, w_3, s_1, s_2, s_3, delta_3):
    """Begin again with delta_3 for layer 1."""
    return delta_3 * w_2 * s_1, delta_3 * w_3 * s_2


def chain_slope_again(w_1, w_2, w_3, s_1, s_2, s_3, delta_3):
    """Multiply delta_3 by the slope of layer 3, which is in it already."""
    delta_2 = delta_3 * s_3 * w_3 * s_2
    return delta_2 * w_2 * s_1, delta_2


def chain_first_weight(w_1, w_2, w_3, s_1, s_2, s_3, delta_3):
    """Multiply the delta of layer 1 by the weight that leads into layer 1."""
    delta_2 = delta_3 * w_3 * s_2
    return delta_2 * w_2 * s_1 * w_1, delta_2


Exercise(
    "08.chain_delta",
    title="Compute with your own numbers: back through a chain of three",
    kind="numbers",
    points=2,
    chapter=CHAPTER,
    equation="delta_product",
    arguments=CHAIN,
    returns=("delta_1", "delta_2"),
    cases=chain_numbers,
    reference=right_chain,
    rules=chain_rules,
    known=(
        from_list(
            "slope_left_out",
            chain_step(lambda d, w, w_next, s, s_next: d * w_next),
            meaning="δ was multiplied by the weights alone; the slopes of the layers are missing.",
            advice="Raise z of layer 2 by a little: by how much of that does its activation rise?",
            equation="delta_product",
            chapter=CHAPTER,
        ),
        from_list(
            "another_layers_weights",
            chain_step(lambda d, w, w_next, s, s_next: d * w * s),
            meaning="Each step took the weight that leads into the layer, where the error arrives through the weight "
            "that leads out of it.",
            advice="Which weight lies between z of layer 2 and z of layer 3?",
            equation="delta_product",
            chapter=CHAPTER,
        ),
        from_list(
            "slope_of_another_layer",
            chain_step(lambda d, w, w_next, s, s_next: d * w_next * s_next),
            meaning="Each step took the slope of the layer that the error comes from. That slope is in its δ already.",
            advice="Walk forward from z of layer 2 to z of layer 3. Which activation function do you pass?",
            equation="delta_product",
            chapter=CHAPTER,
        ),
        from_list(
            "output_delta_everywhere",
            chain_not_carried,
            title="δ is not carried on",
            meaning="Layer 1 was computed from the last layer's δ, so what layer 2 does to the error is left out.",
            advice="Which δ stands right behind layer 1?",
            equation="delta_product",
            chapter=CHAPTER,
        ),
        Known(
            "weight_left_out",
            title="The weights are left out",
            meaning="δ was multiplied by the slopes alone, as if every weight were 1.",
            advice="Raise the activation of layer 2 by a little: by how much of that does z of layer 3 rise?",
            equation="delta_product",
            chapter=CHAPTER,
            wrong=chain_step(lambda d, w, w_next, s, s_next: d * s),
        ),
        Known(
            "slope_of_last_layer_again",
            title="The last layer's slope is used twice",
            meaning="The slope of layer 3 was multiplied in, and δ of layer 3 contains it: δ is taken at z, not at a.",
            advice="A δ lies behind the slope of its own layer on the way back. How many slopes lie between two δ?",
            equation="delta_product",
            chapter=CHAPTER,
            wrong=chain_slope_again,
        ),
        Known(
            "first_weight_too_many",
            title="The weight of the first layer as well",
            meaning="δ of layer 1 was multiplied by the weight of layer 1, which lies in front of z of layer 1.",
            advice="Where does the path begin whose factors you multiply, at the input or at z of layer 1?",
            equation="delta_product",
            chapter=CHAPTER,
            wrong=chain_first_weight,
        ),
        Known(
            "factors_added",
            title="Weight and slope are added",
            meaning="Weight and slope were added to one factor. They lie one behind the other on one path.",
            advice="Do two steps of a single path add or multiply?",
            equation="delta_product",
            chapter=CHAPTER,
            wrong=chain_step(lambda d, w, w_next, s, s_next: d * (w_next + s)),
        ),
    ),
    hints=(
        "What lies between z of layer 2 and z of layer 3? Name the two things in the order in which you pass them.",
        "Each step back multiplies by the weight of the layer that the error comes from and by the slope of the layer "
        "where it arrives.",
        "Begin with `delta_2 = delta_3 * ...`, with your number for `delta_3`, and count how many factors are to come.",
    ),
)

# ---- write it: the scale of the starting weights --------------------------------------------------------

BEHIND = (("relu", "he"), ("tanh", "xavier"), ("data", "xavier"), ("leaky_relu", "he"), ("elu", "he"))
BEHIND += (("sigmoid", "xavier"), ("identity", "xavier"))
RELATIVES = ("relu", "leaky_relu", "elu")


def scale_cases(rng):
    """Draw the widths of a layer for each activation in front of it; the widths of a layer differ clearly."""
    cases = []
    for before, _ in BEHIND:
        n_in = int(rng.integers(20, 200))
        n_out = int(rng.integers(220, 500))
        if rng.random() < 0.5:
            n_in, n_out = n_out, n_in
        words = f"{before} in front"
        cases.append(twice(words, words, {"n_in": n_in, "n_out": n_out, "before": before}))
    return cases


def right_scale(n_in, n_out, before):
    """Return the standard deviation that `Network` would take."""
    return float(initializers.get(dict(BEHIND)[before]).scale(n_in, n_out))


def other_scale(he=lambda n_in, n_out: 2 / n_in, xavier=lambda n_in, n_out: 2 / (n_in + n_out), relatives=RELATIVES):
    """Return a scale function with other variances, or with He's for other activations."""

    def scale(n_in, n_out, before):
        return float(np.sqrt((he if before in relatives else xavier)(n_in, n_out)))

    return scale


Exercise(
    "08.starting_scale",
    title="Write it: the scale of the starting weights",
    kind="write",
    points=2,
    chapter=CHAPTER,
    equation="he_scale",
    arguments=("n_in", "n_out", "before"),
    returns=("scale",),
    cases=scale_cases,
    reference=right_scale,
    known=(
        Known(
            "variance_for_scale",
            title="The variance, not its root",
            meaning="What came back is the variance of the weights. The scale is their standard deviation.",
            advice="Draw a thousand weights with your number in front of `standard_normal`. What is their variance?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=lambda *given: right_scale(*given) ** 2,
        ),
        Known(
            "fan_out_for_fan_in",
            title="He's scale from the outputs",
            meaning="Behind ReLUs the outputs were counted. A z adds over what comes in.",
            advice="How many terms does one z of the layer add up?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(he=lambda n_in, n_out: 2 / n_out),
        ),
        Known(
            "lecun_for_he",
            title="The half that the ReLU loses is not made up for",
            meaning="Behind ReLUs the variance is 1/n_in, LeCun's: half of what keeps the size there.",
            advice="What share of the mean square does a ReLU let through, and what has to make up for it?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(he=lambda n_in, n_out: 1 / n_in),
        ),
        Known(
            "lecun_for_xavier",
            title="LeCun's scale for Xavier's",
            meaning="Without a ReLU in front the variance is 1/n_in. It keeps the size forward only.",
            advice="Which of the two passes adds over the outputs? Where do they stand in your formula?",
            equation="xavier_scale",
            chapter=CHAPTER,
            wrong=other_scale(xavier=lambda n_in, n_out: 1 / n_in),
        ),
        Known(
            "xavier_without_the_two",
            title="Xavier's scale without the 2",
            meaning="The variance is one divided by the sum of both widths: with equal widths that is half of 1/n.",
            advice="Put n_in = n_out into your formula. Should it not come to LeCun's?",
            equation="xavier_scale",
            chapter=CHAPTER,
            wrong=other_scale(xavier=lambda n_in, n_out: 1 / (n_in + n_out)),
        ),
        Known(
            "ones_for_twos",
            title="The 2 is missing in both scales",
            meaning="Both variances are half of what they should be.",
            advice="Where does the 2 of He's scale come from, and where that of Xavier's? The reasons differ.",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(he=lambda n_in, n_out: 1 / n_in, xavier=lambda n_in, n_out: 1 / (n_in + n_out)),
        ),
        Known(
            "root_of_two_outside",
            title="The root goes around n alone",
            meaning="The 2 stands outside the root: 2 over the root of n, where the root of the fraction is meant.",
            advice="Square your scale. Is the variance that the chapter derives what you get?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=lambda n_in, n_out, before: np.sqrt(2) * right_scale(n_in, n_out, before),
        ),
        Known(
            "limit_for_scale",
            title="The limit of a uniform draw for the scale",
            meaning="Without a ReLU in front the root of 6/(n_in + n_out) was taken. Between minus and plus that limit "
            "weights are drawn uniformly; their standard deviation is the limit over the root of 3.",
            advice="Draw a thousand weights with your number in front of `standard_normal`. What is their variance?",
            equation="xavier_scale",
            chapter=CHAPTER,
            wrong=other_scale(xavier=lambda n_in, n_out: 6 / (n_in + n_out)),
        ),
        Known(
            "limits_for_scales",
            title="The limits of uniform draws for the scales",
            meaning="The roots of 6/n_in and 6/(n_in + n_out) are limits between which weights are drawn uniformly; "
            "their standard deviation is the limit over the root of 3.",
            advice="Draw a thousand weights with your number in front of `standard_normal`. What is their variance?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(he=lambda n_in, n_out: 6 / n_in, xavier=lambda n_in, n_out: 6 / (n_in + n_out)),
        ),
        Known(
            "relatives_forgotten",
            title="The relatives of the ReLU are forgotten",
            meaning="He's scale was taken behind `relu` alone, and Xavier's behind `leaky_relu` and `elu`.",
            advice="Which activations does the text of the exercise name for He's scale?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(relatives=("relu",)),
        ),
        Known(
            "relative_forgotten_elu",
            title="`elu` is forgotten",
            meaning="He's scale was taken behind `relu` and `leaky_relu`, and Xavier's behind `elu`.",
            advice="Which activations does the text of the exercise name for He's scale?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(relatives=("relu", "leaky_relu")),
        ),
        Known(
            "relative_forgotten_leaky",
            title="`leaky_relu` is forgotten",
            meaning="He's scale was taken behind `relu` and `elu`, and Xavier's behind `leaky_relu`.",
            advice="Which activations does the text of the exercise name for He's scale?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(relatives=("relu", "elu")),
        ),
        Known(
            "scales_exchanged",
            title="The two scales are exchanged",
            meaning="Xavier's scale was taken behind ReLUs and He's behind everything else.",
            advice="Which of the two was derived from an activation that sets half of its inputs to 0?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(relatives=("tanh", "data", "sigmoid", "identity")),
        ),
        Known(
            "he_everywhere",
            title="He's scale everywhere",
            meaning="He's scale was taken whatever stands in front of the layer. A condition that is always true does "
            'that as well: `before == "relu" or "elu"` asks whether the word "elu" is empty.',
            advice="Is anything lost on the way through a tanh unit near z = 0? Does your code ever reach the other "
            "formula?",
            equation="xavier_scale",
            chapter=CHAPTER,
            wrong=other_scale(xavier=lambda n_in, n_out: 2 / n_in),
        ),
        Known(
            "xavier_everywhere",
            title="Xavier's scale everywhere",
            meaning="Xavier's scale was taken whatever stands in front of the layer.",
            advice="What does a ReLU in front of the layer do to half of the numbers that come in?",
            equation="he_scale",
            chapter=CHAPTER,
            wrong=other_scale(relatives=()),
        ),
    ),
    hints=(
        "Two formulas are needed. Which word decides between them, and which widths stand in each?",
        "The variance behind a ReLU or a relative is 2 over the inputs; otherwise 2 over inputs and outputs together. "
        "The scale is the root of the variance.",
        '`if before in ("relu", ...):`',
    ),
)

# ---- write it: the sizes of delta on the way back -------------------------------------------------------

STACKS = (
    ("4-5-6-3", (4, 5, 6, 3), ("relu", "tanh", "identity"), 7),
    ("3-5-5-5", (3, 5, 5, 5), ("tanh", "sigmoid", "tanh"), 7),
    ("5-5-5-5-5", (5, 5, 5, 5, 5), ("relu", "tanh", "relu", "sigmoid"), 5),
    ("5-4-2", (5, 4, 2), ("relu", "identity"), 7),
)


def guarded(z, functions):
    """Say whether no z is near 0 and every ReLU unit is on for some samples and off for others."""
    return all(
        np.abs(here).min() > 0.01 and (f.name != "relu" or ((here > 0).any(axis=0) & (here < 0).any(axis=0)).all())
        for here, f in zip(z, functions, strict=True)
    )


def size_cases(rng):
    """Draw stacks of layers, with mixed activations, equal and unequal widths."""
    cases = []
    for name, sizes, names, n in STACKS:
        functions = [activations.get(each) for each in names]
        while True:
            a, z, weights = rng.normal(size=(n, sizes[0])), [], []
            for n_in, n_out, f in zip(sizes[:-1], sizes[1:], functions, strict=True):
                weights.append(rng.normal(size=(n_in, n_out)) * rng.uniform(0.6, 1.2))
                z.append(a @ weights[-1] + 0.5 * rng.normal(size=n_out))
                a = f(z[-1])
            if guarded(z, functions):
                break
        delta = rng.normal(size=(n, sizes[-1])) + 0.3
        arguments = {"delta": delta, "weights": weights, "functions": functions, "z": z}
        cases.append(twice(name, f"sizes {name}, {', '.join(names)}, {n} samples", arguments))
    return cases


def typical(delta):
    """Return the root of the mean of the squares."""
    return float(np.sqrt(np.mean(delta**2)))


def exact_step(delta, weights, functions, z, layer):
    """Return delta of a layer from that of the next."""
    return (delta @ weights[layer + 1].T) * functions[layer].derivative(z[layer])


def sizes_with(delta, weights, functions, z, *, size=typical, step=exact_step):
    """Return the sizes from the first layer to the last, with another measure or another step back."""
    found = [size(delta)]
    for layer in range(len(weights) - 2, -1, -1):
        delta = step(delta, weights, functions, z, layer)
        found.insert(0, size(delta))
    return np.array(found)


def sizes_not_carried(delta, weights, functions, z):
    """Send the last layer's delta straight to every layer; it needs equal widths."""
    return sizes_with(delta, weights, functions, z, step=lambda d, W, f, z, i: exact_step(delta, W, f, z, i))


def last_slope_again(delta, weights, functions, z):
    """Multiply the last delta by its own slope before the walk begins."""
    return sizes_with(delta * functions[-1].derivative(z[-1]), weights, functions, z)


def arriving_sizes(delta, weights, functions, z):
    """Measure what arrives at each layer, before its slope; the walk itself is right."""
    found = [typical(delta)]
    for layer in range(len(weights) - 2, -1, -1):
        found.insert(0, typical(delta @ weights[layer + 1].T))
        delta = exact_step(delta, weights, functions, z, layer)
    return np.array(found)


def one_too_far(delta, weights, functions, z):
    """Go on to the inputs."""
    first = delta
    for layer in range(len(weights) - 2, -1, -1):
        first = exact_step(first, weights, functions, z, layer)
    return np.array([typical(first @ weights[0].T), *sizes_with(delta, weights, functions, z)])


def lists_turned_around(delta, weights, functions, z):
    """Turn the lists around in place, and then walk."""
    for given in (weights, functions, z):
        given.reverse()
    return sizes_with(delta, weights[::-1], functions[::-1], z[::-1])


def of_size(size):
    """Return the walk with another measure."""
    return partial(sizes_with, size=size)


def by_step(step):
    """Return the walk with another step back."""
    return partial(sizes_with, step=step)


Exercise(
    "08.sizes_back",
    title="Write it: the size of delta in every layer",
    kind="write",
    points=4,
    chapter=CHAPTER,
    equation="hidden_delta",
    arguments=("delta", "weights", "functions", "z"),
    returns=("sizes",),
    cases=size_cases,
    reference=sizes_with,
    known=(
        from_list(
            "slope_left_out",
            by_step(lambda d, W, f, z, i: d @ W[i + 1].T),
            advice="Twenty layers of ReLUs at LeCun's scale lost a factor of 724. Which line of yours could lose it?",
        ),
        from_list(
            "slope_at_activation",
            by_step(lambda d, W, f, z, i: (d @ W[i + 1].T) * f[i].derivative(f[i](z[i]))),
        ),
        from_list(
            "slope_of_another_layer",
            by_step(lambda d, W, f, z, i: (d @ W[i + 1].T) * f[i + 1].derivative(z[i + 1])),
        ),
        from_list("not_transposed", by_step(lambda d, W, f, z, i: (d @ W[i + 1]) * f[i].derivative(z[i]))),
        from_list("another_layers_weights", by_step(lambda d, W, f, z, i: (d @ W[i].T) * f[i].derivative(z[i]))),
        from_list("output_delta_everywhere", sizes_not_carried),
        from_list(
            "reversed_lists",
            lambda *given: sizes_with(*given)[::-1],
            title="The sizes are in reverse order",
            meaning="The numbers are right and stand in the order in which the walk finds them: the last layer first.",
            advice="The first layer's comes first in what is returned. What has to be done at the end of the walk?",
            equation="hidden_delta",
            chapter=CHAPTER,
        ),
        Known(
            "root_left_out",
            title="The mean square, not its root",
            meaning="The squares were averaged and the root was left out.",
            advice="Multiply every entry of a δ by 10. What should its typical size do, and what do your numbers do?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(lambda d: np.mean(d**2)),
        ),
        Known(
            "length_for_size",
            title="The length of δ",
            meaning="The squares were added, not averaged, so that a wide layer seems to have a larger δ.",
            advice="Give every entry of a δ the value 1, in layers of 10 and of 1000 units. Which sizes come out?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(lambda d: np.sqrt(np.sum(d**2))),
        ),
        Known(
            "length_per_sample",
            title="Averaged over the samples, summed over the units",
            meaning="The sum of squares was divided by the number of samples alone, so wide layers count for more.",
            advice="How many entries does a δ of n samples and h units have? By which number do you divide?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(lambda d: np.sqrt(np.sum(d**2) / len(d))),
        ),
        Known(
            "mean_absolute",
            title="The mean of the absolute values",
            meaning="The absolute values were averaged. The theory predicts the mean of the squares, and large entries "
            "weigh more in it.",
            advice="Compare both for the two numbers 0 and 2. Which one is the root of a mean square?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(lambda d: np.mean(np.abs(d))),
        ),
        Known(
            "largest_entry",
            title="The largest entry",
            meaning="The largest entry was taken for the typical one.",
            advice="How does your number change if one single entry of δ is a hundred times as large?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(lambda d: np.max(np.abs(d))),
        ),
        Known(
            "mean_subtracted",
            title="The standard deviation about the mean",
            meaning="The mean of δ was subtracted first, as `std` does. The theory is about the squares themselves.",
            advice="Which size should a δ have whose entries are all 1? What does `std` say?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(np.std),
        ),
        Known(
            "mean_not_squared",
            title="Averaged before squaring",
            meaning="The entries were averaged and then squared, so that those of both signs cancel.",
            advice="In which order do square, mean and root come in the chapter?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=of_size(lambda d: np.abs(np.mean(d))),
        ),
        Known(
            "slope_of_last_layer_again",
            title="The last layer's slope is used twice",
            meaning="What is handed over is δ of the last layer, which has its slope already; it was multiplied by it.",
            advice="Call it for a network of one layer. Is what comes back the size of the δ that you handed over?",
            equation="hidden_delta",
            chapter="04_hidden_delta",
            wrong=last_slope_again,
        ),
        Known(
            "measured_before_the_slope",
            title="Measured before the slope",
            meaning="In the hidden layers the size is that of what arrives, dC/da, not that of δ.",
            advice="At which point of the loop is `delta` really a δ? Is it measured there?",
            equation="hidden_delta",
            chapter="04_hidden_delta",
            wrong=arriving_sizes,
        ),
        Known(
            "divided_by_last",
            title="Divided by the size in the last layer",
            meaning="Every size was divided by that of the last layer. The chapter's figures do that; here the sizes "
            "themselves are asked for.",
            advice="What does your function return for the last layer, whatever δ it is handed?",
            equation="backward_variance",
            chapter=CHAPTER,
            wrong=lambda *given: sizes_with(*given) / sizes_with(*given)[-1],
        ),
        Known(
            "one_layer_too_far",
            title="One step too many",
            meaning="The walk went on to the inputs, which have no δ.",
            advice="How many layers are there, and how many steps lead from the last to the first?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=one_too_far,
        ),
        Known(
            "last_layer_missing",
            title="The last layer is missing",
            meaning="The size of the δ that is handed over is not in the list.",
            advice="How many layers are there? Where does the size of the last one enter your list?",
            equation="hidden_delta",
            chapter=CHAPTER,
            wrong=lambda *given: sizes_with(*given)[:-1],
        ),
        Known(
            "lists_reversed_in_place",
            title="The lists are turned around in place",
            meaning="`reverse` turned the lists of the caller around, so that the next call sees them backward.",
            advice="Look for `.reverse()` on an argument. Which way of going backward leaves a list as it is?",
            equation="hidden_delta",
            chapter="05_vectorized_gradients",
            wrong=lists_turned_around,
        ),
    ),
    hints=(
        "Which δ do you have at the start, and which layer's weights and slope lead to the one before it?",
        "Measure; then δ through the transposed weights of the layer it is in, times the slope of the layer in front; "
        "and measure again. The size is the root of the mean of the squares of all entries.",
        "`sizes = [np.sqrt(np.mean(delta**2))]`, and then a loop over the layers in front of the last.",
    ),
)

# ---- find the bugs: residual layers with a penalty ------------------------------------------------------

BLOCKS = ((7, 4, 3, 0.3), (7, 3, 1, 0.8), (5, 5, 2, 0.25))


def block_cases(rng):
    """Draw residual tanh layers of one width, with the forward pass that belongs to them."""
    cases = []
    for n, width, depth, penalty in BLOCKS:
        weights = [rng.normal(size=(width, width)) for _ in range(depth)]
        z, a = residual_forward(rng.normal(size=(n, width)), weights, rng.normal(size=(depth, width)))
        arguments = {"weights": weights, "z": z, "a": a, "y": rng.normal(size=(n, width)), "penalty": penalty}
        words = f"{depth} layer{'s' * (depth > 1)} of {width} units, penalty {penalty}, {n} samples"
        cases.append(twice(words, words, arguments, {"n": n, "k": width}))
    return cases


def residual_forward(X, weights, biases):
    """Return z and a of residual tanh layers."""
    z, a = [], [X]
    for W, b in zip(weights, biases, strict=True):
        z.append(a[-1] @ W + b)
        a.append(a[-1] + np.tanh(z[-1]))
    return z, a


def residual_backward(
    weights,
    z,
    a,
    y,
    penalty,
    *,
    start=lambda a, y: (a - y) / len(y),
    extra=lambda W, penalty: penalty * W,
    bias=lambda delta: delta.sum(axis=0),
    slope=lambda z: 1 - np.tanh(z) ** 2,
    back=lambda grad_a, delta, W: grad_a + delta @ W.T,
    weight=lambda a_prev, delta, grad_a: a_prev.T @ delta,
):
    """Return dW and db of residual tanh layers under half_mse with a penalty, right or with some parts exchanged."""
    grad_a, dW, db = start(a[-1], y), [], []
    for W, z_here, a_prev in zip(weights[::-1], z[::-1], a[-2::-1], strict=True):
        delta = grad_a * slope(z_here)
        dW.insert(0, weight(a_prev, delta, grad_a) + extra(W, penalty))
        db.insert(0, bias(delta))
        grad_a = back(grad_a, delta, W)
    return dW, db


def nudged_block(arguments, name):
    """Nudge a weight or a bias; the biases are read off the pass."""
    kind, place = name[:2], int(name[3:-1])
    a, y = arguments["a"], arguments["y"]
    weights = [W.copy() for W in arguments["weights"]]
    biases = [(z - x @ W)[0] for z, x, W in zip(arguments["z"], a, weights, strict=False)]
    parameters = weights if kind == "dW" else biases

    def loss(values):
        kept, parameters[place] = parameters[place], values
        out = residual_forward(a[0], weights, biases)[1][-1]
        squares = sum(np.sum(W**2) for W in weights)
        parameters[place] = kept
        return np.sum((out - y) ** 2) / (2 * len(y)) + arguments["penalty"] / 2 * squares

    return numerical_gradient(loss, parameters[place].copy())


def exchanged(**parts):
    """Return the backward pass with some parts exchanged."""
    return partial(residual_backward, **parts)


DIRECT_PATH_LOST = {"back": lambda grad_a, delta, W: delta @ W.T}
WEIGHTS_SQUARED = {"extra": lambda W, penalty: penalty / 2 * W**2}

BOTH_NUMBERS = "Differentiate λ/2 times w squared, with both numbers written down. What becomes of the ½?"

PENALTY_SLIPS = {
    "penalty_doubled": (
        "The 2 of the square is kept",
        "The part of the penalty is twice what it should be.",
        BOTH_NUMBERS,
        lambda W, penalty: 2 * penalty * W,
    ),
    "penalty_halved": (
        "The ½ of the penalty is kept",
        "The part of the penalty is half of what it should be: the square brings a 2 that takes the ½ up.",
        BOTH_NUMBERS,
        lambda W, penalty: penalty / 2 * W,
    ),
    "penalty_squared_weights": (
        "The weights are still squared",
        "What was added to dW holds the squared weights, so that it is never negative.",
        "A weight of −2 is to be pulled toward 0. Which sign must its part of the gradient have?",
        lambda W, penalty: penalty * W**2,
    ),
    "penalty_left_out": (
        "The penalty is left out",
        "Nothing was added to dW for the penalty.",
        "",
        lambda W, penalty: 0,
    ),
}
"""Slips in the line with the penalty, each made alone or beside the other bug: title, meaning, advice, the part."""

Exercise(
    "08.mended",
    title="Find the bugs: residual layers and a penalty",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="residual_gradient",
    arguments=("weights", "z", "a", "y", "penalty"),
    returns=("dW[]", "db[]"),
    cases=block_cases,
    reference=residual_backward,
    stub=exchanged(**DIRECT_PATH_LOST, **WEIGHTS_SQUARED),
    planted=("penalty_not_differentiated", "direct_path_lost"),
    known=(
        Known(
            "direct_path_lost",
            title="The direct path is left out",
            meaning="The error goes back through the layer only, and not past it.",
            advice="By how many paths does the input of a residual layer reach its output? Which factor has each?",
            equation="residual_gradient",
            chapter=CHAPTER,
            wrong=exchanged(**DIRECT_PATH_LOST),
        ),
        Known(
            "penalty_not_differentiated",
            title="The penalty itself in the gradient",
            meaning="What was added to dW is the penalty as it stands in the loss, with the squared weights.",
            advice="Nudge a weight of −2 upward. Does the penalty grow or shrink, and what sign has your part?",
            equation="penalty_gradient",
            chapter=CHAPTER,
            wrong=exchanged(**WEIGHTS_SQUARED),
        ),
        from_list("penalty_left_out", exchanged(extra=PENALTY_SLIPS["penalty_left_out"][-1])),
        *(
            Known(name, title, meaning, advice, "penalty_gradient", CHAPTER, wrong=exchanged(extra=extra))
            for name, (title, meaning, advice, extra) in PENALTY_SLIPS.items()
            if name != "penalty_left_out"
        ),
        Known(
            "penalty_sign_flipped",
            title="The penalty has the wrong sign",
            meaning="The part of the penalty was subtracted: the weights would be pushed away from 0.",
            advice="Is dW the gradient or the step? Which of the two has the minus?",
            equation="penalty_gradient",
            chapter=CHAPTER,
            wrong=exchanged(extra=lambda W, penalty: -penalty * W),
        ),
        Known(
            "penalty_on_absolute_values",
            title="The gradient of absolute values",
            meaning="The part of the penalty has the same size for all weights: it belongs to a penalty on |w|.",
            advice="Which penalty does the exercise state? How strong is its pull on a small and on a large weight?",
            equation="penalty_gradient",
            chapter=CHAPTER,
            wrong=exchanged(extra=lambda W, penalty: penalty * np.sign(W)),
        ),
        Known(
            "penalty_of_absolute_weights",
            title="The sign of the weight is lost",
            meaning="The part of the penalty has the right size and never a minus.",
            advice="A weight of −2 is to be pulled toward 0. Which sign must its part of the gradient have?",
            equation="penalty_gradient",
            chapter=CHAPTER,
            wrong=exchanged(extra=lambda W, penalty: penalty * np.abs(W)),
        ),
        Known(
            "penalty_constant",
            title="The penalty without the weight",
            meaning="λ itself was added to every entry of dW, whatever the weight is.",
            advice="What is the pull of the penalty on a weight that is 0 already?",
            equation="penalty_gradient",
            chapter=CHAPTER,
            wrong=exchanged(extra=lambda W, penalty: penalty),
        ),
        Known(
            "penalty_averaged",
            title="The penalty is divided by n",
            meaning="The part of the penalty was divided by the number of samples. In the loss it stands outside the "
            "mean.",
            advice="Read the loss once more: over which of its two terms does the 1/n reach?",
            equation="penalty_gradient",
            chapter=CHAPTER,
            wrong=lambda weights, z, a, y, penalty: residual_backward(
                weights, z, a, y, penalty, extra=lambda W, penalty: penalty * W / len(y)
            ),
        ),
        *(
            Known(
                f"{name}_and_direct_path_lost",
                title=f"{title}, and the direct path is still left out",
                meaning=f"{meaning} And the error goes back through the layers only, and not past them.",
                advice="Mend the line with the penalty first. With the penalty 0, which line is wrong even then?",
                equation="penalty_gradient",
                chapter=CHAPTER,
                wrong=exchanged(**DIRECT_PATH_LOST, extra=extra),
            )
            for name, (title, meaning, _, extra) in PENALTY_SLIPS.items()
        ),
        Known(
            "direct_path_not_sloped",
            title="What arrives is sent through W without the slope",
            meaning="The path through the layer begins with what arrives, not with δ: the slope is missing there.",
            advice="Which of `grad_a` and `delta` lies at z? Which side of the slope does W touch?",
            equation="residual_gradient",
            chapter=CHAPTER,
            wrong=exchanged(back=lambda grad_a, delta, W: grad_a + grad_a @ W.T),
        ),
        Known(
            "direct_path_from_delta",
            title="The direct path takes δ",
            meaning="On the direct path δ was sent on. That path goes past the activation, so no slope lies on it.",
            advice="Walk forward from a_prev to a on the direct path. Which function do you pass?",
            equation="residual_gradient",
            chapter=CHAPTER,
            wrong=exchanged(back=lambda grad_a, delta, W: delta + delta @ W.T),
        ),
        Known(
            "layer_left_out",
            title="Only the direct path",
            meaning="The error goes past the layer and not through it.",
            advice="By how many paths does the input of a residual layer reach its output? Which factor has each?",
            equation="residual_gradient",
            chapter=CHAPTER,
            wrong=exchanged(back=lambda grad_a, delta, W: grad_a),
        ),
        Known(
            "paths_multiplied",
            title="The two paths are multiplied",
            meaning="What comes by the two paths was multiplied.",
            advice="What do two paths from one unit to the loss do, and what two steps of one path?",
            equation="residual_gradient",
            chapter=CHAPTER,
            wrong=exchanged(back=lambda grad_a, delta, W: grad_a * (delta @ W.T)),
        ),
        from_list(
            "not_transposed",
            exchanged(back=lambda grad_a, delta, W: grad_a + delta @ W),
            equation="residual_gradient",
        ),
        from_list("slope_left_out", exchanged(slope=np.ones_like)),
        from_list("slope_at_activation", exchanged(slope=lambda z: 1 - np.tanh(np.tanh(z)) ** 2)),
        from_list("weights_from_grad_a", exchanged(weight=lambda a_prev, delta, grad_a: a_prev.T @ grad_a)),
        from_list("gradient_transposed", exchanged(weight=lambda a_prev, delta, grad_a: delta.T @ a_prev)),
        from_list("bias_averaged", exchanged(bias=lambda delta: delta.mean(axis=0))),
        *wrong_bias_sums(lambda bias: exchanged(bias=bias)),
        from_list("summed_not_averaged", exchanged(start=lambda a, y: a - y)),
        from_list("sign_flipped", exchanged(start=lambda a, y: (y - a) / len(y))),
    ),
    nudged=nudged_block,
    hints=(
        "Run the check after each change. With a single layer nothing is sent back: which of the two bugs shows there?",
        "The penalty adds λ times the weight to dW, and nothing to db. The gradient in front of a residual layer is "
        "the sum of what goes past it and what goes through it.",
        "Take `penalty` to 0 in your head: which line is wrong even then? The other bug is in the line with `penalty`.",
    ),
)

# ---- a retest: chapter 07 -------------------------------------------------------------------------------


def error_cases(rng):
    """Draw a gradient and its nudges: nearly equal, doubled, halved and with the sign flipped."""
    cases = []
    for words, shape, factor in (
        ("a matrix, nearly right", (4, 3), 1.0),
        ("a matrix, twice too large", (3, 5), 2.0),
        ("a matrix, three times too small", (5, 5), 1 / 3),
        ("a vector, the sign flipped", (6,), -1.2),
    ):
        nudged = rng.normal(size=shape)
        g = factor * nudged + 0.01 * rng.normal(size=shape)
        cases.append(twice(words, words, {"g": g, "g_num": nudged}))
    return cases


def right_error(g, g_num):
    """Return the relative error of the course."""
    return float(equations.get("relative_error").compute(g=g, g_num=g_num))


def length(x):
    """Return the root of the sum of the squares."""
    return float(np.sqrt(np.sum(np.asarray(x) ** 2)))


Exercise(
    "08.relative_error_again",
    title="Once more, from chapter 07: the relative error",
    kind="write",
    points=2,
    chapter="07_gradient_checking",
    equation="relative_error",
    arguments=("g", "g_num"),
    returns=("r",),
    cases=error_cases,
    reference=right_error,
    known=tuple(
        Known(name, title, meaning, advice, "relative_error", "07_gradient_checking", wrong)
        for name, title, meaning, advice, wrong in (
            (
                "absolute_error",
                "Not divided by a size",
                "The length of the difference came back as it is, so that large gradients look worse than small ones.",
                "Multiply both arrays by 1000. What should the relative error do?",
                lambda g, n: length(g - n),
            ),
            (
                "divided_by_smaller",
                "Divided by the smaller length",
                "The difference was divided by the smaller of the two lengths, so that it has no upper limit.",
                "What comes out for gradients that are all missing, g = 0?",
                lambda g, n: length(g - n) / min(length(g), length(n)),
            ),
            (
                "divided_by_sum",
                "Divided by the sum of both lengths",
                "The difference was divided by the sum of the two lengths; other texts do that, and get about half.",
                "A flipped sign should have the error 2. What does yours say?",
                lambda g, n: length(g - n) / (length(g) + length(n)),
            ),
            (
                "divided_by_nudged",
                "Divided by the nudged gradient only",
                "The difference was always divided by the length of the nudges, even where g is the larger one.",
                "What comes out if g is ten times too large? And if it is ten times too small?",
                lambda g, n: length(g - n) / length(n),
            ),
            (
                "divided_by_computed",
                "Divided by the computed gradient only",
                "The difference was always divided by the length of g, even where the nudges are larger.",
                "What comes out for gradients that are all missing, g = 0?",
                lambda g, n: length(g - n) / length(g),
            ),
            (
                "difference_of_lengths",
                "The difference of the lengths",
                "The two lengths were subtracted. Arrays of equal length can point in different directions.",
                "What does your function say of a gradient whose sign is flipped?",
                lambda g, n: abs(length(g) - length(n)) / max(length(g), length(n)),
            ),
            (
                "squared_lengths",
                "The roots are left out",
                "Squared lengths were divided, which gives the square of the relative error.",
                "A gradient twice too large should have the error 0.5. Is yours 0.25?",
                lambda g, n: (length(g - n) / max(length(g), length(n))) ** 2,
            ),
            (
                "largest_entries",
                "The largest entries for the lengths",
                "The largest entry of the difference was divided by the largest entry of the two arrays.",
                "Which measure of an array takes all of its entries into account?",
                lambda g, n: np.abs(g - n).max() / max(np.abs(g).max(), np.abs(n).max()),
            ),
            (
                "entry_by_entry",
                "An error for each entry",
                "Every entry got an error of its own; the relative error is one number for the whole array.",
                "What would an entry that should be exactly 0 do to such an error?",
                lambda g, n: np.abs(g - n) / np.maximum(np.abs(g), np.abs(n)),
            ),
            (
                "sums_of_entries",
                "Sums of absolute values for the lengths",
                "The absolute values were added, where a length adds the squares and takes the root.",
                "Which length has the arrow (3, 4)?",
                lambda g, n: np.abs(g - n).sum() / max(np.abs(g).sum(), np.abs(n).sum()),
            ),
        )
    ),
    hints=(
        "How long is the difference, and what is it to be measured against?",
        "The length of the difference, divided by the longer of the two arrays.",
        "`difference = np.linalg.norm(g - g_num)`",
    ),
    retest=True,
)
