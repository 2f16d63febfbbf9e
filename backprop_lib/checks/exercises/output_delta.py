"""Exercises of chapter 03: three deltas, a sigmoid output, cross-entropy far out, a hunt, own numbers, a retest."""

from types import SimpleNamespace

import numpy as np

from backprop_lib import losses
from backprop_lib.activations import sigmoid
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list, in_steps, right_steps, seen
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "03_output_delta"


def shape_words(n, k):
    """Return the size of a batch in words."""
    return f"{n} samples, {k} output{'s' * (k > 1)}"


def shape_facts(n, k):
    """Return the numbers by which a factor can be explained."""
    return {"n": n, "k": k} if k > 2 else {"n": n}


# ---- fill the blanks: three losses, three deltas --------------------------------------------------------


def linear_cases(rng):
    """Draw predictions and targets; once with as many outputs as samples, once with one output."""
    cases = []
    for n, k in ((7, 3), (5, 5), (6, 1)):
        arguments = {"y_hat": rng.normal(size=(n, k)), "y": rng.normal(size=(n, k))}
        cases.append(twice(shape_words(n, k), shape_words(n, k), arguments, shape_facts(n, k)))
    return cases


def three(y_hat, y, sse=1.0, half=1.0, full=2.0):
    """Return the three deltas; the factors are what is done to half_sse, half_mse and mse."""
    difference, n = y_hat - y, len(y)
    return sse * difference, half * difference / n, full * difference / n


def three_undifferentiated(y_hat, y):
    """Return what each entry adds to the loss, where its slope is asked for."""
    square, n = (y_hat - y) ** 2, len(y)
    return square / 2, square / (2 * n), square / n


def three_means(y_hat, y):
    """Take the mean of the samples' errors for the 1/n."""
    difference = y_hat - y
    return difference, difference.mean(axis=0), 2 * difference.mean(axis=0)


def three_in_place(y_hat, y):
    """Write the difference into the prediction."""
    y_hat -= y
    return y_hat, y_hat / len(y), 2 * y_hat / len(y)


Exercise(
    "03.three_deltas",
    title="Fill the blanks: three losses, three deltas",
    kind="fill",
    points=3,
    chapter=CHAPTER,
    equation="linear_output_delta",
    arguments=("y_hat", "y"),
    returns=("half_sse", "half_mse", "mse"),
    cases=linear_cases,
    reference=lambda y_hat, y: tuple(
        losses.get(name).derivative(y_hat, y) * np.ones_like(y_hat) for name in ("half_sse", "half_mse", "mse")
    ),
    known=(
        from_list(
            "sign_flipped",
            lambda y_hat, y: three(y, y_hat),
            meaning="All three point the wrong way, as with target minus prediction: a step against such a δ makes the "
            "loss larger.",
            equation="linear_output_delta",
        ),
        from_list(
            "factor_two",
            lambda y_hat, y: three(y_hat, y, sse=2, half=2),
            meaning="half_sse and half_mse are twice what they should be: the 2 of the square came down, and the ½ in "
            "front of their sum was forgotten.",
            equation="half_sse_grad_a",
        ),
        from_list(
            "factor_half",
            lambda y_hat, y: three(y_hat, y, sse=0.5, half=0.5, full=1),
            title="The 2 of the square is missing everywhere",
            meaning="All three are half of what they should be: the factors of the losses were copied, and the square "
            "brought no 2 down.",
            equation="mse_grad_a",
        ),
        Known(
            "half_kept",
            title="The ½ was kept",
            meaning="mse is right, so the 2 of the square is known; in half_sse and half_mse the ½ still stands, "
            "although that 2 has met it.",
            advice="Differentiate ½ u² by u, step by step. What becomes of the ½?",
            equation="half_sse_grad_a",
            chapter=CHAPTER,
            wrong=lambda y_hat, y: three(y_hat, y, sse=0.5, half=0.5),
        ),
        Known(
            "two_missing_in_mse",
            title="mse got the δ of half_mse",
            meaning="The δ of mse is that of half_mse. A factor of 2 is no simplification: it belongs to another loss.",
            advice="Which of the three losses has no ½? Nudge one prediction and divide the slope of that loss by "
            "your δ.",
            equation="mse_grad_a",
            chapter=CHAPTER,
            wrong=lambda y_hat, y: three(y_hat, y, full=1),
        ),
        Known(
            "two_under_the_line",
            title="The 2 of mse stands under the line",
            meaning="The δ of mse was divided by 2, where the square brings down a 2 that multiplies.",
            advice="Is mse steeper than half_mse, or flatter? Compare your two δ.",
            equation="mse_grad_a",
            chapter=CHAPTER,
            wrong=lambda y_hat, y: three(y_hat, y, full=0.5),
        ),
        Known(
            "half_mse_and_mse_exchanged",
            title="half_mse and mse are exchanged",
            meaning="Each of the two got the δ of the other: where the ½ stands, the 2 was kept, and where none "
            "stands, it was dropped.",
            advice="Write the two losses down. Which has a ½ that meets the 2 of the square?",
            equation="mse_grad_a",
            chapter=CHAPTER,
            wrong=lambda y_hat, y: three(y_hat, y, half=2, full=1),
        ),
        from_list(
            "summed_not_averaged",
            lambda y_hat, y: three(y_hat, y, half=len(y), full=2 * len(y)),
            meaning="half_mse and mse are n times too large: these losses average over the samples, and their δ does "
            "not.",
            advice="Two of the three losses have a 1/n. Can differentiating remove it?",
            equation="linear_output_delta",
        ),
        Known(
            "sse_averaged",
            title="half_sse is averaged too",
            meaning="half_sse was divided by n, although that loss adds the samples up. Or one array was divided in "
            "place, and two names stand for it.",
            advice="Where in the loss half_sse does n stand? And does a line with /= change an array that has two "
            "names?",
            equation="half_sse_grad_a",
            chapter=CHAPTER,
            wrong=lambda y_hat, y: three(y_hat, y, sse=1 / len(y)),
        ),
        from_list(
            "divided_by_outputs",
            lambda y_hat, y: three(y_hat, y, half=1 / y.shape[1], full=2 / y.shape[1]),
            meaning="half_mse and mse were divided by the number of all entries, samples times outputs. The losses add "
            "their outputs up.",
            equation="linear_output_delta",
        ),
        Known(
            "outputs_for_samples",
            title="n is the number of outputs",
            meaning="half_mse and mse were divided by the number of columns. n counts the samples.",
            advice="Print `y.shape`. Which of its two numbers counts samples?",
            equation="linear_output_delta",
            chapter=CHAPTER,
            wrong=lambda y_hat, y: three(y_hat, y, half=len(y) / y.shape[1], full=2 * len(y) / y.shape[1]),
        ),
        from_list(
            "averaged_twice",
            lambda y_hat, y: three(y_hat, y, half=1 / len(y), full=2 / len(y)),
            meaning="The 1/n stands twice in half_mse and in mse, so that they are n times too small.",
            advice="How often does 1/n stand in the loss?",
            equation="linear_output_delta",
            chapter=CHAPTER,
        ),
        Known(
            "not_differentiated",
            title="The losses themselves, not their slopes",
            meaning="Each entry holds what it adds to the loss: the difference is still squared. δ is the "
            "slope of that.",
            advice="Can your δ be negative? A prediction below its target needs one that is.",
            equation="linear_output_delta",
            chapter=CHAPTER,
            wrong=three_undifferentiated,
        ),
        Known(
            "mean_for_one_over_n",
            title="The errors of the samples were averaged",
            meaning="With np.mean the samples are added up, and one row is left. 1/n is a factor; each sample keeps "
            "its own row of δ.",
            advice="δ has the shape of z. What shape has yours?",
            equation="linear_output_delta",
            chapter=CHAPTER,
            wrong=three_means,
        ),
        from_list(
            "changed_in_place",
            three_in_place,
            title="The prediction is changed in place",
            meaning="The difference was written into `y_hat`, the array that was handed over. The second call with the "
            "same array gives other numbers.",
            chapter=CHAPTER,
            equation="linear_output_delta",
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(
        lambda y_hat: losses.get(name).value(y_hat, arguments["y"]), arguments["y_hat"]
    ),
    hints=(
        "Write each loss down with its factors. Where does a 2 come from, is there a ½ to meet it, and is there a 1/n?",
        "Each is prediction minus target times a factor: that of the loss, times the 2 that the square brings down. "
        "n is the number of rows.",
        "`n = len(y)`",
    ),
)

# ---- write it: a sigmoid output with squared error ------------------------------------------------------


def sigmoid_cases(rng):
    """Draw pre-activations on both sides of 0 and targets between 0 and 1; once labels."""
    cases = []
    for n, k in ((7, 3), (5, 5), (6, 1)):
        y = rng.uniform(0.05, 0.95, size=(n, k)) if k > 1 else rng.permutation(np.arange(n) % 2.0)[:, np.newaxis]
        z = rng.uniform(0.3, 4, size=(n, k)) * rng.permutation(np.where(np.arange(n * k) % 2, 1, -1)).reshape(n, k)
        words = f"{shape_words(n, k)}, {'targets between 0 and 1' if k > 1 else 'targets 0 or 1'}"
        cases.append(twice(words, words, {"z": z, "y": y}, shape_facts(n, k)))
    return cases


def sigmoid_layer(z, y):
    """Return what the two steps at a sigmoid output with half_mse see."""
    a = sigmoid(z)
    network = SimpleNamespace(loss=losses.half_mse)
    return seen(network=network, f=sigmoid, z=z, a=a, y=y, y_hat=a)


SIGMOID_STEPS = (("output_grad_a", "output_delta"), sigmoid_layer, ("delta",))


def squared_delta(z, y, slope=None, p=None):
    """Return delta of half_mse at a sigmoid, with another slope or another prediction if given."""
    p = sigmoid(z) if p is None else p
    return (p - y) / len(y) * (p * (1 - p) if slope is None else slope)


SLOPE_AT_A = {
    "meaning": "The derivative was handed the activation, σ′(a), although it is a function of z. a lies between 0 and "
    "1, so every slope comes out near a quarter.",
    "advice": "Does your derivative take z or a? Read its name, and then what it is called with. At z = −6 the slope "
    "is 0.0025.",
    "equation": "sigmoid_slope",
    "chapter": CHAPTER,
}

UPSIDE_DOWN = {
    "title": "The sigmoid is upside down",
    "meaning": "The prediction falls where z rises: it is 1 minus the sigmoid, as with the wrong sign in the exponent.",
    "advice": "What should the sigmoid of a large positive z be near, 0 or 1? Print yours at z = 6.",
    "equation": "sigmoid",
    "chapter": CHAPTER,
}

Exercise(
    "03.sigmoid_delta",
    title="Write it: a sigmoid output with squared error",
    kind="write",
    points=4,
    chapter=CHAPTER,
    equation="sigmoid_output_delta",
    arguments=("z", "y"),
    returns=("delta",),
    cases=sigmoid_cases,
    reference=right_steps(*SIGMOID_STEPS),
    known=(
        *in_steps(*SIGMOID_STEPS, leave_out=("slope_at_activation", "slope_at_linear_output", "flat_targets")),
        from_list(
            "slope_at_activation", lambda z, y: squared_delta(z, y, sigmoid.derivative(sigmoid(z))), **SLOPE_AT_A
        ),
        from_list(
            "averaged_twice",
            lambda z, y: squared_delta(z, y) / len(y),
            meaning="The 1/n stands twice, so that δ is n times too small.",
            advice="How often does 1/n stand in the loss?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
        ),
        Known(
            "z_for_prediction",
            title="z was compared with the target",
            meaning="The difference is z − y. The output is not linear, so z is not the prediction.",
            advice="What does the loss compare with y? Which function lies between it and z?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: (z - y) / len(y) * sigmoid.derivative(z),
        ),
        Known("sigmoid_upside_down", **UPSIDE_DOWN, wrong=lambda z, y: squared_delta(z, y, p=sigmoid(-z))),
        Known(
            "slope_of_tanh",
            title="The slope of another function",
            meaning="1 − a² was taken for the slope. The sigmoid's slope is at most a quarter; this one reaches 1.",
            advice="Put in z = 0, where a is 0.5. What is the slope there, by nudging and by your formula?",
            equation="sigmoid_slope",
            chapter=CHAPTER,
            wrong=lambda z, y: squared_delta(z, y, 1 - sigmoid(z) ** 2),
        ),
        Known(
            "slope_twice",
            title="The slope stands twice",
            meaning="Between z and the loss lies one sigmoid, and its slope was multiplied in twice.",
            advice="Does a function that you call already contain the slope?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: squared_delta(z, y, sigmoid.derivative(z) ** 2),
        ),
        Known(
            "divided_by_slope",
            title="Divided by the slope",
            meaning="What arrives was divided by the slope of the sigmoid. The chain rule multiplies.",
            advice="Take a z far out, where the slope is nearly 0. Does a nudge of z move the loss much there, or "
            "hardly?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: squared_delta(z, y, 1 / sigmoid.derivative(z)),
        ),
        Known(
            "slope_at_target",
            title="The slope is taken from the target",
            meaning="y (1 − y) was taken for the slope. The sigmoid was evaluated at z and knows nothing of the "
            "target; with labels 0 and 1 this δ is 0 everywhere.",
            advice="Whose slope is it, and which quantity of the forward pass is it written with?",
            equation="sigmoid_slope",
            chapter=CHAPTER,
            wrong=lambda z, y: squared_delta(z, y, y * (1 - y)),
        ),
        Known(
            "outputs_added",
            title="One number for each sample",
            meaning="δ was added over the outputs. The loss is one number; δ has one number for each z.",
            advice="δ has the shape of z. What shape has yours with three outputs?",
            equation="output_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: squared_delta(z, y).sum(axis=1),
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(
        lambda z: losses.half_mse.value(sigmoid(z), arguments["y"]), arguments["z"]
    ),
    hints=(
        "Two stations lie on the path from z to the loss. Which are they, and which slope does each one have?",
        "δ is what arrives, (ŷ − y)/n, times the slope of the sigmoid at z; the slope can be written with ŷ.",
        "`y_hat = 1 / (1 + np.exp(-z))`",
    ),
)

# ---- write it: cross-entropy from the logits ------------------------------------------------------------


def logit_cases(rng):
    """Draw logits and labels; then four that are as sure as can be, two of them wrong."""
    cases = []
    for n in (7, 5):
        labels = rng.permutation(np.arange(n) % 2.0)[:, np.newaxis]
        z = rng.uniform(0.3, 5, size=(n, 1)) * rng.permutation(np.where(np.arange(n) % 2, 1, -1))[:, np.newaxis]
        if ((z > 0) == (labels > 0)).all():
            z[0] = -z[0]  # at least one is wrong
        words = f"{n} samples, z between −5 and 5"
        cases.append(twice(words, words, {"z": z, "y": labels}, {"n": n}))
    order = rng.permutation(4)
    z = np.array([[1000.0], [1000.0], [-1000.0], [-1000.0]])[order]
    labels = np.array([[1.0], [0.0], [1.0], [0.0]])[order]
    words = "4 samples, z is −1000 or 1000"
    cases.append(twice(words, words, {"z": z, "y": labels}, {"n": 4}))
    return cases


def crossed_delta(z, y, p=None):
    """Return delta of binary cross-entropy, with another prediction if given."""
    return ((sigmoid(z) if p is None else p) - y) / len(y)


def growing_exponential(z, y):
    """Take exp(z) of any z; infinity divided by infinity is not a number."""
    e = np.exp(z)
    return crossed_delta(z, y, e / (1 + e))


def falling_exponential(z, y):
    """Take exp(-z) of any z; the values are right, but on the way it overflows."""
    return crossed_delta(z, y, 1 / (1 + np.exp(-z)))


def in_two_steps(z, y):
    """Multiply dC/dy_hat by the slope, although the slope cancels; far out that is 0 times infinity."""
    p = sigmoid(z)
    return (p - y) / (p * (1 - p)) / len(y) * (p * (1 - p))


def before_the_sigmoid(z, y):
    """Return what arrives at the probability."""
    p = sigmoid(z)
    return (p - y) / (p * (1 - p)) / len(y)


def absolute_only(z, y):
    """Use exp(-|z|), and one form of the sigmoid for both signs of z."""
    return crossed_delta(z, y, 1 / (1 + np.exp(-np.abs(z))))


Exercise(
    "03.cross_entropy_delta",
    title="Write it: cross-entropy from the logits, also at ±1000",
    kind="write",
    points=5,
    chapter=CHAPTER,
    equation="binary_cross_entropy_delta",
    arguments=("z", "y"),
    returns=("delta",),
    cases=logit_cases,
    reference=losses.binary_cross_entropy.derivative,
    no_warnings=True,
    known=(
        from_list("slope_twice_with_cross_entropy", lambda z, y: crossed_delta(z, y) * sigmoid.derivative(z)),
        from_list(
            "sign_flipped",
            lambda z, y: -crossed_delta(z, y),
            meaning="Every δ points the wrong way, as with label minus prediction, or with a minus sign of the loss "
            "that was lost on the way.",
            equation="binary_cross_entropy_delta",
        ),
        from_list(
            "summed_not_averaged",
            lambda z, y: crossed_delta(z, y) * len(y),
            meaning="δ is n times too large: the loss averages over the samples, and your δ does not.",
            equation="binary_cross_entropy_delta",
        ),
        from_list(
            "averaged_twice",
            lambda z, y: crossed_delta(z, y) / len(y),
            meaning="The 1/n stands twice, so that δ is n times too small.",
            advice="How often does 1/n stand in the loss?",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "factor_two",
            lambda z, y: 2 * crossed_delta(z, y),
            meaning="δ is twice what it should be. A 2 comes down from a square, and this loss has none.",
            advice="Look at the loss. Is anything squared in it?",
            equation="binary_cross_entropy_delta",
        ),
        from_list(
            "factor_half",
            lambda z, y: crossed_delta(z, y) / 2,
            meaning="δ is half of what it should be: the 1/(2n) of half_mse was taken, where this loss has 1/n.",
            advice="Which factor stands in front of the sum of this loss?",
            equation="binary_cross_entropy_delta",
        ),
        Known(
            "logit_for_probability",
            title="The logit was compared with the label",
            meaning="The difference is z − y. z is the logit; the probability is its sigmoid.",
            advice="At z = 1000 and y = 1 the answer is sure and right. What is your δ there?",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: (z - y) / len(y),
        ),
        Known(
            "decided_first",
            title="The prediction was rounded to yes or no",
            meaning="The prediction was made 0 or 1 before the label was subtracted, so that δ is 0 wherever the side "
            "is right. The loss charges for how sure the answer is.",
            advice="At z = 0.5 and y = 1 the side is right. Does the loss still fall when z rises?",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: crossed_delta(z, y, (z >= 0).astype(float)),
        ),
        Known("sigmoid_upside_down", **UPSIDE_DOWN, wrong=lambda z, y: crossed_delta(z, y, sigmoid(-z))),
        Known(
            "sigmoid_twice",
            title="The sigmoid is applied twice",
            meaning="The probability was sent through the sigmoid again. It then lies between 0.5 and 0.73, whatever z "
            "is.",
            advice="Print the probabilities that you use. Which is the smallest that can come out?",
            equation="sigmoid",
            chapter=CHAPTER,
            wrong=lambda z, y: crossed_delta(z, y, sigmoid(sigmoid(z))),
        ),
        Known(
            "one_form_for_both_sides",
            title="One form of the sigmoid for both signs of z",
            meaning="With e^(−|z|) nothing overflows, but the form for z ≥ 0 was used for all z, so that every "
            "probability is at least one half.",
            advice="Print your sigmoid of −6 and of 6. By which number should they differ, and what has to change "
            "where z is negative?",
            equation="sigmoid",
            chapter=CHAPTER,
            wrong=absolute_only,
        ),
        Known(
            "one_label_only",
            title="The share of one label only",
            meaning="Where the label is 0 your δ is 0. The loss has two terms; the second one speaks where the label "
            "is 0.",
            advice="Which term of the loss is left when y = 0? What does it say about a z that is too high?",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
            wrong=lambda z, y: y * crossed_delta(z, y),
        ),
        Known(
            "exponential_overflows",
            title="The exponential overflows",
            meaning="The values are right, but on the way an exponential became infinite: it was taken of a number as "
            "large as 1000.",
            advice="For which sign of z is e^(−z) at most 1? What is the form of the sigmoid that fits the other sign?",
            equation="sigmoid",
            chapter=CHAPTER,
            wrong=falling_exponential,
        ),
        Known(
            "growing_exponential",
            title="Infinity divided by infinity",
            meaning="The sigmoid was computed with e^z in the numerator and in the denominator. Where z is large both "
            "are infinite, and their quotient is not a number.",
            advice="Of which of z and −z may the exponential be taken, so that it never exceeds 1? Does that depend on "
            "the sign of z?",
            equation="sigmoid",
            chapter=CHAPTER,
            wrong=growing_exponential,
        ),
        Known(
            "in_two_steps",
            title="The slope was not canceled",
            meaning="δ was computed in two steps, ∂C/∂ŷ times the slope. At ±1000 the one has a 0 under its line and "
            "the other is 0, and the product is not a number.",
            advice="Write both factors down as fractions before you compute anything. What can be crossed out?",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
            wrong=in_two_steps,
        ),
        Known(
            "before_the_sigmoid",
            title="∂C/∂ŷ instead of ∂C/∂z",
            meaning="This is the gradient that arrives at the probability. Between it and z lies the sigmoid.",
            advice="Which factor leads from ŷ to z, and what does it do to the denominator?",
            equation="binary_cross_entropy_grad_y_hat",
            chapter=CHAPTER,
            wrong=before_the_sigmoid,
        ),
        from_list(
            "flat_targets",
            lambda z, y: (sigmoid(z) - y.ravel()) / len(y),
            meaning="One of prediction and label was a flat list and the other a column. NumPy subtracts each from "
            "each, and δ has n columns instead of one.",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(
        lambda z: losses.binary_cross_entropy.value(z, arguments["y"]), arguments["z"]
    ),
    hints=(
        "Which factor does ∂C/∂ŷ have under its line, and which slope is it multiplied by? "
        "And which exponential is never larger than 1?",
        "δ is (ŷ − y)/n, with ŷ the sigmoid of z. "
        "The sigmoid is 1/(1 + e) for z ≥ 0 and e/(1 + e) for z < 0, with e the exponential of −|z|.",
        "`e = np.exp(-np.abs(z))`",
    ),
)

# ---- find the bugs: a loss and a delta that do not belong together --------------------------------------


def hunted(z, y, loss=1.0, grad=2.0, slope=None):
    """Return mse at a sigmoid output and its delta, right or with slips."""
    y_hat, n = sigmoid(z), len(y)
    difference = y_hat - y
    grad_a = grad * difference / n
    return loss * np.sum(difference**2) / n, grad_a * (y_hat * (1 - y_hat) if slope is None else slope)


def mended_stub(z, y):
    """Return what the notebook's function with the two planted bugs returns."""
    return hunted(z, y, grad=1, slope=z * (1 - z))


def nudged_mse(arguments, name):
    """Nudge each z under the loss mse."""
    if name != "delta":
        return None
    return numerical_gradient(lambda z: losses.mse.value(sigmoid(z), arguments["y"]), arguments["z"])


Exercise(
    "03.mended",
    title="Find the bugs: a loss and its delta",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="mse_grad_a",
    arguments=("z", "y"),
    returns=("loss", "delta"),
    cases=sigmoid_cases,
    reference=lambda z, y: (
        losses.mse.value(sigmoid(z), y),
        losses.mse.derivative(sigmoid(z), y) * sigmoid.derivative(z),
    ),
    stub=mended_stub,
    planted=("factor_half", "sigmoid_slope_of_z"),
    known=(
        from_list(
            "factor_half",
            lambda z, y: hunted(z, y, grad=1),
            title="The δ of another loss",
            meaning="The loss is right, and δ is half of what belongs to it: it fits a loss with a ½ in front of its "
            "square.",
            equation="mse_grad_a",
        ),
        from_list(
            "sigmoid_slope_of_z",
            lambda z, y: hunted(z, y, slope=z * (1 - z)),
            meaning="The function for the slope is written for the activation, and it was handed z. "
            "It then gives negative slopes, which the sigmoid never has.",
            advice="Read the name of the function's argument, and then the line that calls it.",
        ),
        from_list("slope_at_activation", lambda z, y: hunted(z, y, slope=sigmoid.derivative(sigmoid(z))), **SLOPE_AT_A),
        from_list("slope_missing_at_sigmoid_output", lambda z, y: hunted(z, y, slope=1)),
        Known(
            "loss_changed",
            title="The loss was changed to suit δ",
            meaning="Loss and δ belong together now, but the loss is half_mse. The task says mse, so the loss line was "
            "right.",
            advice="Take the loss line back as it stood. What does its square bring down, and does anything meet it?",
            equation="mse_grad_a",
            chapter=CHAPTER,
            wrong=lambda z, y: hunted(z, y, loss=0.5, grad=1),
        ),
        Known(
            "loss_changed_slope_at_z",
            title="The loss was changed, and the slope is still wrong",
            meaning="The loss is half of mse now; its line was right. And the slope is that of a function which was "
            "handed the wrong quantity.",
            advice="Take the loss line back as it stood. Then print the slopes: may one of a sigmoid be negative?",
            equation="sigmoid_slope",
            chapter=CHAPTER,
            wrong=lambda z, y: hunted(z, y, loss=0.5, grad=1, slope=z * (1 - z)),
        ),
        from_list(
            "factor_two",
            lambda z, y: hunted(z, y, grad=4),
            meaning="δ is twice what belongs to the loss: the square brings down one 2, and here stand two.",
            equation="mse_grad_a",
        ),
        from_list(
            "sign_flipped",
            lambda z, y: hunted(z, y, grad=-2),
            meaning="δ points the wrong way: the difference was turned round. The loss does not show it, because it "
            "squares the difference.",
            equation="mse_grad_a",
        ),
        from_list(
            "summed_not_averaged",
            lambda z, y: hunted(z, y, grad=2 * len(y)),
            meaning="δ is n times too large: the loss averages over the samples, and δ does not.",
            equation="mse_grad_a",
        ),
        Known(
            "loss_over_entries",
            title="The loss is averaged over all entries",
            meaning="The loss was divided by samples times outputs. mse averages over the samples and adds its outputs "
            "up; its line was right.",
            advice="Take the loss line back as it stood, and look for the bugs below it.",
            equation="mse",
            chapter=CHAPTER,
            wrong=lambda z, y: hunted(z, y, loss=1 / y.shape[1]),
        ),
        from_list(
            "divided_by_outputs",
            lambda z, y: hunted(z, y, grad=2 / y.shape[1]),
            meaning="δ was divided by the number of all entries, samples times outputs, while the loss adds its "
            "outputs up.",
            equation="mse_grad_a",
        ),
    ),
    nudged=nudged_mse,
    hints=(
        "What does the square in the loss bring down, and where is it in the code? "
        "And which quantity does the helper function expect?",
        "δ of mse is what arrives, with the 2 of the square, times the slope; a (1 − a) is the slope written with the "
        "activation.",
        "Both bugs stand below the line of the loss. The first is in the line that makes `grad_a`.",
    ),
)

# ---- numbers of one's own -------------------------------------------------------------------------------


def own_rules(arguments):
    """Return what does not do about the chosen numbers."""
    y_hat, y, n = (arguments[name] for name in ("y_hat", "y", "n"))
    if not 0.05 <= y_hat <= 0.95:
        return f"`y_hat` is {y_hat:g}; a probability between 0.05 and 0.95 was expected."
    if y not in (0, 1):
        return f"`y` is {y:g}; a label, 0 or 1, was expected."
    if n != round(n) or not 3 <= n <= 1000:
        return f"`n` is {n:g}; a whole number from 3 to 1000 was expected."
    return None


def own_deltas(y_hat, y, n, squared=1.0, crossed=1.0, slope=None):
    """Return the sample's delta with squared error and with cross-entropy, each times a factor."""
    arrives = (y_hat - y) / n
    return squared * arrives * (y_hat * (1 - y_hat) if slope is None else slope), crossed * arrives


def own_cases(rng):
    """Draw numbers as a learner could choose them."""
    chosen = {
        "y_hat": float(rng.choice([0.1, 0.15, 0.3, 0.35, 0.6, 0.7, 0.85, 0.9])),
        "y": float(rng.integers(2)),
        "n": float(rng.choice([5, 6, 8, 20, 32])),
    }
    return [Case("yours", "your numbers", (("first", chosen),))]


Exercise(
    "03.one_sample",
    title="Compute with your own numbers: one sample, two losses",
    kind="numbers",
    points=2,
    chapter=CHAPTER,
    equation="sigmoid_output_delta",
    arguments=("y_hat", "y", "n"),
    returns=("squared", "crossed"),
    cases=own_cases,
    reference=own_deltas,
    rules=own_rules,
    known=(
        from_list("slope_missing_at_sigmoid_output", lambda *given: own_deltas(*given, slope=1)),
        from_list(
            "slope_twice_with_cross_entropy",
            lambda y_hat, y, n: own_deltas(y_hat, y, n, crossed=y_hat * (1 - y_hat)),
        ),
        Known(
            "losses_exchanged",
            title="The two losses are exchanged",
            meaning="Each δ is that of the other loss. One of the two keeps the slope of the sigmoid, and in the other "
            "it cancels.",
            advice="Which of the two gradients that arrive has ŷ (1 − ŷ) under its line?",
            equation="binary_cross_entropy_delta",
            chapter=CHAPTER,
            wrong=lambda *given: own_deltas(*given)[::-1],
        ),
        from_list(
            "sign_flipped",
            lambda *given: own_deltas(*given, squared=-1, crossed=-1),
            meaning="Both δ have the wrong sign, as with target minus prediction.",
        ),
        from_list(
            "summed_not_averaged",
            lambda y_hat, y, n: own_deltas(y_hat, y, n, squared=n, crossed=n),
            meaning="The 1/n is missing in both: this is the sample's δ alone, not its row in the batch of n.",
        ),
        from_list(
            "averaged_twice",
            lambda y_hat, y, n: own_deltas(y_hat, y, n, squared=1 / n, crossed=1 / n),
            meaning="Both were divided by n twice.",
            advice="How often does 1/n stand in the loss?",
            equation="linear_output_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "factor_two",
            lambda *given: own_deltas(*given, squared=2),
            meaning="`squared` is twice what it should be: the 2 of the square came down, and the ½ of the loss was "
            "forgotten.",
        ),
        from_list(
            "factor_half",
            lambda *given: own_deltas(*given, squared=0.5),
            meaning="`squared` is half of what it should be: the ½ of the loss was kept, although the square brought "
            "down a 2.",
        ),
        from_list(
            "slope_at_activation",
            lambda y_hat, y, n: own_deltas(y_hat, y, n, slope=sigmoid.derivative(y_hat)),
            **SLOPE_AT_A,
        ),
        Known(
            "square_kept",
            title="The square is not differentiated",
            meaning="`squared` holds the square of the difference, so that it is never negative. The slope of a square "
            "holds the difference itself.",
            advice="A prediction below its label has to rise. Which sign must its δ have?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
            wrong=lambda y_hat, y, n: own_deltas(y_hat, y, n, squared=y_hat - y),
        ),
        Known(
            "half_square_kept",
            title="The loss is not differentiated",
            meaning="`squared` begins with ½(ŷ − y)²/n, which is the loss. δ begins with its slope.",
            advice="A prediction below its label has to rise. Which sign must its δ have?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
            wrong=lambda y_hat, y, n: own_deltas(y_hat, y, n, squared=(y_hat - y) / 2),
        ),
        Known(
            "loss_for_delta",
            title="The loss instead of its slope",
            meaning="`squared` is what the sample adds to the loss. δ is how fast that changes with z.",
            advice="Nudge z a little. By how much does the loss move?",
            equation="sigmoid_output_delta",
            chapter=CHAPTER,
            wrong=lambda y_hat, y, n: own_deltas(y_hat, y, n, squared=(y_hat - y) / 2, slope=1),
        ),
        Known(
            "half_a_slope",
            title="Only a part of the slope",
            meaning="`squared` was multiplied by ŷ alone. The slope of the sigmoid has a second factor.",
            advice="At ŷ = 1 the sigmoid is flat. Does your slope become 0 there?",
            equation="sigmoid_slope",
            chapter=CHAPTER,
            wrong=lambda y_hat, y, n: own_deltas(y_hat, y, n, slope=y_hat),
        ),
        Known(
            "before_the_sigmoid",
            title="∂C/∂ŷ instead of ∂C/∂z",
            meaning="`crossed` is the gradient that arrives at the probability. Between it and z lies the sigmoid.",
            advice="Which factor leads from ŷ to z, and what does it do to the denominator?",
            equation="binary_cross_entropy_grad_y_hat",
            chapter=CHAPTER,
            wrong=lambda y_hat, y, n: own_deltas(y_hat, y, n, crossed=1 / (y_hat * (1 - y_hat))),
        ),
    ),
    hints=(
        "What arrives in each of the two cases, and in which of them does the slope of the sigmoid cancel?",
        "With squared error δ is the difference over n times the slope ŷ (1 − ŷ); with cross-entropy the slope is "
        "gone.",
        "`arrives = (0.8 - 1) / 5`, if these are your numbers.",
    ),
)

# ---- a retest: chapter 02 -------------------------------------------------------------------------------


def loss_of(y_hat, y, factor=1.0):
    """Return half_mse times a factor."""
    return factor * np.sum((y_hat - y) ** 2) / (2 * len(y))


def loss_in_place(y_hat, y):
    """Write the difference into the prediction."""
    y_hat -= y
    return np.sum(y_hat**2) / (2 * len(y_hat))


RETEST = {"equation": "half_mse", "chapter": "02_forward_pass"}

Exercise(
    "03.half_mse_again",
    title="Once more, from chapter 02: the loss",
    kind="write",
    points=1,
    chapter="02_forward_pass",
    equation="half_mse",
    arguments=("y_hat", "y"),
    returns=("C",),
    cases=linear_cases,
    reference=losses.half_mse.value,
    known=(
        from_list(
            "factor_two",
            lambda y_hat, y: loss_of(y_hat, y, 2),
            title="The ½ is missing",
            meaning="C is twice what it should be: this is mse, which has no ½.",
            advice="Which of the three conventions is the course's default, and with which factor does it begin?",
            **RETEST,
        ),
        from_list(
            "factor_half",
            lambda y_hat, y: loss_of(y_hat, y, 0.5),
            meaning="C is half of what it should be: the ½ stands twice.",
            advice="How often does 2 stand under the line of the loss, and how often in your code?",
            **RETEST,
        ),
        from_list(
            "summed_not_averaged",
            lambda y_hat, y: loss_of(y_hat, y, len(y)),
            meaning="C is n times too large: this is half_sse, which adds the samples up. "
            "The mean of what is one number already is that number.",
            advice="Compute it for all samples and for the same samples twice over. Which of the losses grows?",
            **RETEST,
        ),
        from_list(
            "divided_by_outputs",
            lambda y_hat, y: loss_of(y_hat, y, 1 / y.shape[1]),
            meaning="C was averaged over all entries, as np.mean does. The loss averages over the samples and adds its "
            "outputs up.",
            advice="By how many numbers does np.mean divide, and by how many the loss?",
            **RETEST,
        ),
        from_list(
            "divided_by_entries",
            lambda y_hat, y: loss_of(y_hat, y, 2 / y.shape[1]),
            title="The mean over all entries",
            meaning="C is the mean of all squares: the ½ is missing, and the outputs were averaged, too.",
            advice="Try it with one output, with two and with three. With two it agrees by chance.",
            **RETEST,
        ),
        Known(
            "outputs_for_samples",
            title="Averaged over the outputs instead of the samples",
            meaning="C was divided by the number of columns. n counts the samples.",
            advice="Print `y.shape`. Which of its two numbers counts samples?",
            **RETEST,
            wrong=lambda y_hat, y: loss_of(y_hat, y, len(y) / y.shape[1]),
        ),
        Known(
            "one_for_each_sample",
            title="One loss for each sample",
            meaning="There is one number for each sample. The loss of a batch is one number.",
            advice="Over which of the two indices have you summed, and over which not yet?",
            **RETEST,
            wrong=lambda y_hat, y: np.sum((y_hat - y) ** 2, axis=1) / 2,
        ),
        Known(
            "not_squared",
            title="The differences are not squared",
            meaning="The sizes of the differences were added, not their squares.",
            advice="What does a difference of 2 cost, compared with a difference of 1?",
            **RETEST,
            wrong=lambda y_hat, y: np.sum(np.abs(y_hat - y)) / (2 * len(y)),
        ),
        Known(
            "summed_before_squaring",
            title="Summed first, squared afterward",
            meaning="The differences of a sample were added before the square, so that errors of opposite sign cancel.",
            advice="One output 1 too high, the other 1 too low: what is the loss of that sample?",
            **RETEST,
            wrong=lambda y_hat, y: np.sum(np.sum(y_hat - y, axis=1) ** 2) / (2 * len(y)),
        ),
        Known(
            "root_taken",
            title="A square root too many",
            meaning="The root of the sum of squares was taken. The loss adds the squares themselves.",
            advice="Read what your function of NumPy returns: the length of a vector, or its square?",
            **RETEST,
            wrong=lambda y_hat, y: np.sqrt(np.sum((y_hat - y) ** 2)) / (2 * len(y)),
        ),
        Known(
            "squares_subtracted",
            title="Squared first, subtracted afterward",
            meaning="The squares of predictions and targets were subtracted. What is squared is the difference.",
            advice="Can your loss be negative? Try predictions that are all 0.",
            **RETEST,
            wrong=lambda y_hat, y: np.sum(y_hat**2 - y**2) / (2 * len(y)),
        ),
        from_list(
            "changed_in_place",
            loss_in_place,
            title="The prediction is changed in place",
            meaning="The difference was written into `y_hat`, the array that was handed over. The second call with the "
            "same array gives another number.",
            **RETEST,
        ),
    ),
    hints=(
        "Over which index does the loss average, and over which does it add?",
        "Square the differences, add all of them, and divide once by 2 and once by the number of samples.",
        "`difference = y_hat - y`",
    ),
    retest=True,
)
