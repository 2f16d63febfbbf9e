"""Exercises of chapter 05: one layer, the whole backward pass, a hunt, a number of one's own, a retest."""

import itertools

import numpy as np

from backprop_lib import activations, mistakes
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import (
    from_list,
    in_backward,
    in_steps,
    planted,
    program_of,
    right_backward,
    right_steps,
    seen,
    wrong_bias_sums,
)
from backprop_lib.checks.networks import backward_cases, nudged_backward
from backprop_lib.checks.reading import unfit_size
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "05_vectorized_gradients"

# ---- order the lines: one step of gradient descent ------------------------------------------------------


def step_cases(rng):
    """Draw one hidden layer of ReLUs; a draw with a z near 0 or a ReLU that is always on is rejected."""
    cases = []
    for n, sizes in ((7, (4, 5, 3)), (6, (5, 5, 5))):
        while True:
            X, y = rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[2]))
            W1, W2 = rng.normal(size=sizes[:2]), rng.normal(size=sizes[1:])
            z1 = X @ W1 + rng.normal(size=sizes[1])
            mixed = ((z1 > 0).any(axis=0) & (z1 < 0).any(axis=0)).all()
            if mixed and np.abs(z1).min() > 0.01:
                break
        a1 = np.maximum(z1, 0)
        y_hat = a1 @ W2 + rng.normal(size=sizes[2])
        arguments = {"X": X, "y": y, "n": n, "z1": z1, "a1": a1, "y_hat": y_hat, "W1": W1, "W2": W2}
        words = f"sizes {'-'.join(map(str, sizes))}, relu, {n} samples"
        cases.append(Case(f"{n} samples", words, (("first", arguments),), {"n": n, "k": sizes[2]}))
    return cases


def one_step(X, y, n, z1, a1, y_hat, W1, W2, *, early=False, transpose=False, slope=True):
    """Return W1 and W2 after a step with the learning rate 0.1, right or with a slip."""
    delta2 = (y_hat - y) / n  # (n, k)
    W2_new = W2 - 0.1 * a1.T @ delta2
    back = W2_new if early else W2
    delta1 = delta2 @ (back if transpose else back.T)  # (n, h)
    if slope:
        delta1 = delta1 * (z1 > 0)
    return W1 - 0.1 * X.T @ delta1, W2_new


Exercise(
    "05.one_step",
    title="Order the lines: one step of gradient descent",
    kind="order",
    points=2,
    chapter=CHAPTER,
    equation="weight_update",
    arguments=("X", "y", "n", "z1", "a1", "y_hat", "W1", "W2"),
    returns=("W1", "W2"),
    cases=step_cases,
    reference=one_step,
    lines={
        "A": "W2 = W2 - 0.1 * dW2",
        "B": "dW1 = X.T @ delta1",
        "C": "delta1 = (delta2 @ W2.T) * (z1 > 0)",
        "D": "W1 = W1 - 0.1 * dW1",
        "E": "delta2 = (y_hat - y) / n",
        "F": "dW2 = a1.T @ delta2",
        "G": "delta1 = delta2 @ W2.T",
        "H": "delta1 = (delta2 @ W2) * (z1 > 0)",
    },
    known=(
        from_list(
            "updated_too_early",
            lambda *given: one_step(*given, early=True),
            advice="Which W2 did the forward pass use? Which of your lines changes it, and which one still needs it?",
        ),
        from_list("slope_left_out", lambda *given: one_step(*given, slope=False)),
        from_list("not_transposed", lambda *given: one_step(*given, transpose=True)),
        Known(
            "early_and_no_slope",
            title="Updated too early, and the slope left out",
            meaning="W2 had changed when the error was sent through it, and the closed gates let everything pass.",
            advice="Which W2 did the forward pass use? And which of your lines knows where z1 is negative?",
            equation="early_update",
            chapter=CHAPTER,
            wrong=lambda *given: one_step(*given, early=True, slope=False),
        ),
        Known(
            "early_and_not_transposed",
            title="Updated too early, and W2 not transposed",
            meaning="W2 had changed when the error was sent through it, and it was used in the forward direction.",
            advice="Which W2 did the forward pass use? Then write the shapes under the product.",
            equation="early_update",
            chapter=CHAPTER,
            wrong=lambda *given: one_step(*given, early=True, transpose=True),
        ),
    ),
    hints=(
        "Which line can be the first, because it needs nothing that another line makes? "
        "And which of the names on the right-hand sides change their value on the way?",
        "The way back: `delta2`, then `delta1` through the weights that the forward pass used, times the slope. "
        "Two of the three lines for `delta1` are left out.",
        "The first line is E.",
    ),
)

# ---- fill the blanks: the gradients of one layer --------------------------------------------------------


def layer_cases(rng):
    """Draw what enters a layer and the delta at its end, once with as many inputs as outputs."""
    cases = []
    for n, n_in, n_out in ((7, 4, 3), (6, 5, 5), (5, 5, 5), (4, 3, 1)):
        arguments = {"a_prev": rng.normal(size=(n, n_in)), "delta": rng.normal(size=(n, n_out)) / n}
        words = f"{n} samples, {n_in} units in, {n_out} out"
        cases.append(twice(words, words, arguments, {"n": n}))
    return cases


def nudged_layer(arguments, name):
    """Nudge W or b of the layer: z moves, and the loss by delta times that."""
    a_prev, delta = arguments["a_prev"], arguments["delta"]
    if name == "dW":
        return numerical_gradient(lambda W: np.sum(delta * (a_prev @ W)), np.zeros((a_prev.shape[1], delta.shape[1])))
    return numerical_gradient(lambda b: np.sum(delta * b), np.zeros(delta.shape[1]))


def gradient_layer(a_prev, delta):
    """Return what the two last steps of a layer see."""
    return seen(a_prev=a_prev, delta=delta, b=np.zeros(delta.shape[1]))


LAYER_STEPS = (("weight_gradient", "bias_gradient"), gradient_layer, ("dW", "db"))

Exercise(
    "05.layer_gradients",
    title="Fill the blanks: the gradients of one layer",
    kind="fill",
    points=3,
    chapter=CHAPTER,
    equation="weight_gradient",
    arguments=("a_prev", "delta"),
    returns=("dW", "db"),
    cases=layer_cases,
    reference=right_steps(*LAYER_STEPS),
    known=(
        *in_steps(*LAYER_STEPS),
        *wrong_bias_sums(lambda bias: lambda a_prev, delta: (a_prev.T @ delta, bias(delta))),
    ),
    nudged=nudged_layer,
    hints=(
        "A gradient has the shape of what it is the gradient of. Which shapes have W and b here?",
        "`dW` is a matrix product in which the samples are summed away; `db` is a sum over the samples.",
        "In `dW` the transposed factor stands on the left.",
    ),
)

# ---- write it: the whole backward pass ------------------------------------------------------------------


def loop_slip(name, title, meaning, advice, equation, **steps):
    """Return a mistake that exchanges steps of the backward pass, beside those of the course's list."""
    return Known(name, title, meaning, advice, equation, CHAPTER, wrong=program_of(**steps))


def masked(here):
    """Return what the mask of a ReLU lets through, whatever the function is."""
    return here.grad_a * (here.z > 0)


COUNTED = "Which of the arrays have a row for each sample? Print the number that you divide by, in two settings."

IN_THE_LOOP = (
    *(
        loop_slip(
            name,
            title,
            f"The error at the output was divided by {words}, where it is divided by the number of samples.",
            COUNTED,
            "output_delta",
            output_grad_a=lambda here, count=count: (here.y_hat - here.y) / count(here.network),
        )
        for name, title, words, count in (
            ("layers_counted", "The layers are counted", "the number of layers", lambda network: len(network.weights)),
            ("lists_counted", "The entries of a are counted", "len(a)", lambda network: len(network.weights) + 1),
            ("inputs_counted", "The inputs are counted", "the number of inputs", lambda network: network.sizes[0]),
        )
    ),
    loop_slip(
        "hidden_slope_at_activation",
        "The slope of the hidden layers is taken at a",
        "The slope of the output is taken at its z. In the hidden layers it is taken at a, the value that comes out.",
        "Which of the two values enters the activation function, in every layer?",
        "hidden_delta",
        hidden_delta=lambda here: here.grad_a * here.f.derivative(here.a),
    ),
    loop_slip(
        "mask_for_every_function",
        "The mask of the ReLU for every function",
        "The error was let through where z is positive. That is the slope of the ReLU; other functions have slopes of "
        "their own.",
        "Which settings are right, and which functions do they have? Use those that you are handed.",
        "hidden_delta",
        output_delta=masked,
        hidden_delta=masked,
    ),
    loop_slip(
        "mask_in_hidden_layers",
        "The mask of the ReLU in every hidden layer",
        "The output is right. In the hidden layers the error was let through where z is positive. That is the slope of "
        "the ReLU; other functions have slopes of their own.",
        "Which settings are right, and which functions do they have? Use those that you are handed.",
        "hidden_delta",
        hidden_delta=masked,
    ),
    loop_slip(
        "activation_for_slope",
        "The function where its slope belongs",
        "The error was multiplied by the activations themselves, f(z), and not by their slopes f′(z).",
        "By how much does a rise when z rises a little? Which of the two things that a function offers says that?",
        "hidden_delta",
        output_delta=lambda here: here.grad_a * here.a,
        hidden_delta=lambda here: here.grad_a * here.a,
    ),
    loop_slip(
        "no_slope_at_all",
        "No slope in any layer",
        "The error goes from layer to layer through the weights alone. Each layer's activation function stands "
        "between its a and its z, that of the output too.",
        "Which line knows at which z the activation functions are flat?",
        "output_delta",
        output_delta=lambda here: here.grad_a,
        hidden_delta=lambda here: here.grad_a,
    ),
    loop_slip(
        "bias_not_averaged",
        "The 1/n stands in the line of dW alone",
        "dW is right, and db is n times too large: the 1/n of the loss was put into the line of dW.",
        "At which place does the loss bring in its 1/n? Which lines come after that place?",
        "bias_gradient",
        bias_gradient=lambda here: here.delta.sum(axis=0) * len(here.y),
    ),
    loop_slip(
        "weights_not_averaged",
        "The 1/n stands in the line of db alone",
        "db is right, and dW is n times too large: the 1/n of the loss was put into the line of db.",
        "At which place does the loss bring in its 1/n? Which lines come after that place?",
        "weight_gradient",
        weight_gradient=lambda here: here.a_prev.T @ here.delta * len(here.y),
    ),
)

Exercise(
    "05.backward",
    title="Write it: the whole backward pass",
    kind="write",
    points=6,
    chapter=CHAPTER,
    equation="weight_gradient",
    arguments=("weights", "functions", "z", "a", "y"),
    returns=("dW[]", "db[]"),
    cases=backward_cases,
    reference=right_backward,
    known=(
        *in_backward(),
        *IN_THE_LOOP,
        Known(
            "output_forgotten",
            title="The output layer is left out",
            meaning="Only the hidden layers get gradients; those of the output layer are zero.",
            advice="Which layers have a W? Each of them needs a dW, the last one too.",
            equation="weight_gradient",
            chapter=CHAPTER,
            wrong=lambda *given: tuple(
                [*parts[:-1], np.zeros_like(parts[-1])] for parts in map(list, right_backward(*given))
            ),
        ),
    ),
    nudged=nudged_backward,
    hints=(
        "What arrives at the output, what does each layer make of it, and what does it send on? "
        "Which of these do you keep?",
        "In each layer: `delta` is what arrives times the slope at z; `dW` and `db` come from `delta`; "
        "what is sent on goes through the transposed weights.",
        "`grad_a = (a[-1] - y) / len(y)`, and then a loop over the layers from the last to the first.",
    ),
)

# ---- find the bugs --------------------------------------------------------------------------------------

HUNTED = ("bias_first_row", "weights_from_grad_a")


def beside_the_second_bug(name, title, meaning, advice, bias):
    """Return a line of db that was mended in a wrong way, beside the dW of the second bug."""
    return Known(
        f"{name}_and_weights_from_grad_a",
        title,
        f"{meaning} And the second bug is still in it.",
        advice,
        "bias_gradient",
        CHAPTER,
        wrong=program_of(bias_gradient=bias, **mistakes.MISTAKES["weights_from_grad_a"].steps),
    )


def mended_in_part(name, title, meaning, advice, bias):
    """Return a line of db that was mended in a wrong way, beside a right dW and beside that of the second bug."""
    return (
        loop_slip(name, title, f"dW is right. {meaning}", advice, "bias_gradient", bias_gradient=bias),
        beside_the_second_bug(name, title, meaning, advice, bias),
    )


ONE_SAMPLE = "Over which samples does the loss add? And over which of them does your db?"

MENDED_IN_PART = (
    *mended_in_part(
        "bias_from_grad_a",
        "db is built before the slope",
        "db was summed over what arrives at the layer, before its slope.",
        "Which of the two errors of a layer is the one at z? And is b a part of z or of a?",
        lambda here: here.grad_a.sum(axis=0),
    ),
    *mended_in_part(
        "bias_last_row",
        "db is the last sample's only",
        "db took the last sample for the whole batch.",
        ONE_SAMPLE,
        lambda here: here.delta[-1],
    ),
    *mended_in_part(
        "bias_first_unit",
        "db is the first unit's error for each sample",
        "db has an entry for each sample, the error of the first unit.",
        "Which index do b and db have, that of a sample or that of a unit?",
        lambda here: here.delta[:, 0],
    ),
    beside_the_second_bug(  # with a right dW it is in the course's list
        "bias_averaged",
        "db averaged",
        "db was averaged over the samples; the 1/n of the loss is in δ already.",
        "At which line does the 1/n come in, and how often may it?",
        lambda here: here.delta.mean(axis=0),
    ),
)

Exercise(
    "05.mended",
    title="Find the bugs: a backward pass that runs",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="weight_gradient",
    arguments=("weights", "functions", "z", "a", "y"),
    returns=("dW[]", "db[]"),
    cases=backward_cases,
    reference=right_backward,
    stub=planted(*HUNTED),
    planted=HUNTED,
    known=(*in_backward(), *MENDED_IN_PART),
    nudged=nudged_backward,
    hints=(
        "Run the check after each change: what it names first is nearest to the output. "
        "Which of `dW` and `db` is wrong in the output layer, and which in the hidden ones?",
        "`db` sums δ over the samples, and both gradients of a layer are made of the same δ.",
        "Look at the line that makes `dW`, and ask of each name in it whether it belongs before or after the slope.",
    ),
)

# ---- a number of one's own ------------------------------------------------------------------------------


def own_rules(arguments):
    """Return what does not do about the chosen numbers."""
    complaint = unfit_size(arguments, 0.001, 1000)
    if complaint:
        return complaint
    for one, other in itertools.combinations(arguments, 2):
        if arguments[one] == arguments[other]:
            return f"`{one}` and `{other}` are alike, and a mistake that exchanges them would not show. Change one."
    for name, value in arguments.items():
        if abs(value) == 1:
            return f"`{name}` is {value:g}, and a factor that is left out would not show. Choose another number."
    return None


def own_gradients(x_1, x_2, delta_1, delta_2, mean=False, first=False):
    """Return dw and db of one unit on two samples."""
    if first:
        return x_1 * delta_1, delta_1
    share = 2 if mean else 1
    return (x_1 * delta_1 + x_2 * delta_2) / share, (delta_1 + delta_2) / share


OWN_SHARE = "Write down the share of sample 1 alone, then that of sample 2, and only then add."
OWN_BIAS = "b is added to z as it is. By how much does z move on sample 1 when b grows by 1, and on sample 2?"

OWN_SLIPS = (
    (
        "samples_crossed",
        "Each input met the other sample's δ",
        "The input of sample 1 was multiplied by the δ of sample 2, and the other way round. db is right.",
        OWN_SHARE,
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: (x_1 * d_2 + x_2 * d_1, d_1 + d_2),
    ),
    (
        "results_exchanged",
        "dw and db are exchanged",
        "`dw` holds the slope for b, and `db` that for w.",
        "In which of the two does the input have a say?",
        "weight_gradient",
        lambda *given: own_gradients(*given)[::-1],
    ),
    (
        "bias_from_inputs",
        "db adds the inputs",
        "dw is right. `db` holds x₁ + x₂, in which no error occurs.",
        OWN_BIAS,
        "bias_gradient",
        lambda x_1, x_2, d_1, d_2: (x_1 * d_1 + x_2 * d_2, x_1 + x_2),
    ),
    (
        "bias_like_weight",
        "db is dw",
        "dw is right, and `db` was computed in the same way. The bias is not multiplied by the input.",
        OWN_BIAS,
        "bias_gradient",
        lambda *given: own_gradients(*given)[:1] * 2,
    ),
    (
        "bias_one",
        "db counts the samples",
        "dw is right. `db` is 2, as if each sample had the share 1. Each has the share δ.",
        OWN_BIAS,
        "bias_gradient",
        lambda *given: (own_gradients(*given)[0], 2.0),
    ),
    (
        "weight_like_bias",
        "The inputs are left out of dw",
        "db is right, and `dw` is the same sum. The weight is multiplied by the input, so the input is in its slope.",
        "By how much does z move on sample 1 when w grows by 1?",
        "weight_gradient",
        lambda *given: own_gradients(*given)[1:] * 2,
    ),
    (
        "shares_multiplied",
        "The two shares are multiplied",
        "The share of sample 1 was multiplied by that of sample 2. The samples are separate terms of the loss.",
        "With two terms in a sum, what becomes of their slopes?",
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: (x_1 * d_1 * x_2 * d_2, d_1 * d_2),
    ),
    (
        "weight_shares_multiplied",
        "The two shares of dw are multiplied",
        "db is right. In dw the share of sample 1 was multiplied by that of sample 2.",
        "With two terms in a sum, what becomes of their slopes?",
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: (x_1 * d_1 * x_2 * d_2, d_1 + d_2),
    ),
    (
        "bias_shares_multiplied",
        "The two shares of db are multiplied",
        "dw is right. In db the δ of sample 1 was multiplied by that of sample 2.",
        OWN_BIAS,
        "bias_gradient",
        lambda x_1, x_2, d_1, d_2: (x_1 * d_1 + x_2 * d_2, d_1 * d_2),
    ),
    (
        "samples_subtracted",
        "The second sample is subtracted",
        "In both results the share of sample 2 was subtracted from that of sample 1.",
        "The loss adds the samples. What becomes of the slopes of the terms of a sum?",
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: (x_1 * d_1 - x_2 * d_2, d_1 - d_2),
    ),
    (
        "second_sample_only",
        "The second sample only",
        "dw and db hold the share of the second sample alone.",
        "The weight is used once for each sample. What becomes of the first use?",
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: (x_2 * d_2, d_2),
    ),
    (
        "divided_by_inputs",
        "Divided by the inputs",
        "In dw each δ was divided by its input. db is right.",
        "By how much does z move on sample 1 when w grows by 1: by x₁, or by 1/x₁?",
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: (d_1 / x_1 + d_2 / x_2, d_1 + d_2),
    ),
    (
        "weight_sums_multiplied",
        "Summed first, multiplied afterward, and halved",
        "In dw the mean of the inputs was multiplied by the sum of the δ. db is right.",
        OWN_SHARE,
        "weight_gradient",
        lambda x_1, x_2, d_1, d_2: ((x_1 + x_2) / 2 * (d_1 + d_2), d_1 + d_2),
    ),
)
"""Name, title, meaning, advice, equation and what is computed, of mistakes with numbers of one's own."""

Exercise(
    "05.two_samples",
    title="Compute with your own numbers: one weight, two samples",
    kind="numbers",
    points=2,
    chapter=CHAPTER,
    equation="weight_gradient",
    arguments=("x_1", "x_2", "delta_1", "delta_2"),
    returns=("dw", "db"),
    cases=lambda rng: [
        Case(
            "yours",
            "your numbers",
            (("first", dict(zip(("x_1", "x_2", "delta_1", "delta_2"), rng.uniform(1.5, 4, 4).round(5), strict=True))),),
        )
    ],
    reference=own_gradients,
    rules=own_rules,
    known=(
        from_list("averaged_twice", lambda *given: own_gradients(*given, mean=True), chapter=CHAPTER),
        from_list(
            "bias_first_row",
            lambda *given: own_gradients(*given, first=True),
            title="The first sample only",
            meaning="dw and db hold the share of the first sample alone.",
            advice="The weight is used once for each sample. What becomes of the second use?",
        ),
        *(
            Known(name, title, meaning, advice, equation, CHAPTER, wrong=wrong)
            for name, title, meaning, advice, equation, wrong in OWN_SLIPS
        ),
        from_list(
            "sign_flipped",
            lambda *given: tuple(-part for part in own_gradients(*given)),
            meaning="Both results have the wrong sign.",
            advice="The two δ are handed over. Where does a minus come in?",
            equation="weight_gradient",
            chapter=CHAPTER,
        ),
        from_list("weights_averaged", lambda *g: (own_gradients(*g, mean=True)[0], own_gradients(*g)[1])),
        from_list("bias_averaged", lambda *g: (own_gradients(*g)[0], own_gradients(*g, mean=True)[1])),
        Known(
            "sums_multiplied",
            title="Summed first, multiplied afterward",
            meaning="The inputs were added, the deltas were added, and the two sums multiplied. "
            "Each sample's input belongs to its own δ.",
            advice="Write down the share of sample 1 alone, then that of sample 2, and only then add.",
            equation="weight_gradient",
            chapter=CHAPTER,
            wrong=lambda x_1, x_2, d_1, d_2: ((x_1 + x_2) * (d_1 + d_2), d_1 + d_2),
        ),
    ),
    hints=(
        "One weight is used on two samples. How many paths lead from it to the loss?",
        "Each sample gives its input times its δ, and the shares are added; the 1/n is in δ already.",
        "`dw = x_1 * delta_1 + ...`",
    ),
)

# ---- a retest: chapter 04 -------------------------------------------------------------------------------


def delta_cases(rng):
    """Draw a layer and the one above it, for a mask and for a smooth slope; square weights too."""
    cases = []
    settings = ((7, 4, 3, "relu"), (7, 4, 3, "tanh"), (6, 5, 5, "relu"), (5, 5, 5, "sigmoid"))
    for n, width, above, name in settings:
        f = activations.get(name)
        while True:
            z = rng.normal(size=(n, width))
            if np.abs(z).min() > 0.01 and (z > 0).any(axis=0).all() and (z < 0).any(axis=0).all():
                break
        arguments = {
            "delta_next": rng.normal(size=(n, above)),
            "W_next": rng.normal(size=(width, above)),
            "z": z,
            "function": f,
        }
        words = f"{name}, {n} samples, {width} units, {above} in the next layer"
        cases.append(twice(words, words, arguments, {"n": n, "k": above}))
    return cases


def delta_layer(delta_next, W_next, z, function):
    """Return what the steps of a hidden layer see."""
    return seen(f=function, z=z, a=function(z), above=seen(W=W_next, delta=delta_next))


DELTA_STEPS = (("hidden_grad_a", "hidden_delta"), delta_layer, ("delta",))

Exercise(
    "05.hidden_delta_again",
    title="Once more, from chapter 04: the hidden delta",
    kind="write",
    points=2,
    chapter="04_hidden_delta",
    equation="hidden_delta",
    arguments=("delta_next", "W_next", "z", "function"),
    returns=("delta",),
    cases=delta_cases,
    reference=right_steps(*DELTA_STEPS),
    known=(
        *in_steps(*DELTA_STEPS, leave_out=("slope_of_another_layer", "another_layers_weights")),
        Known(
            "divided_by_n_again",
            title="Divided by n again",
            meaning="δ was divided by the number of samples. The 1/n of the loss is in `delta_next` already.",
            advice="At which place of the way back does 1/n come in? Is this layer that place?",
            equation="hidden_delta",
            chapter="04_hidden_delta",
            wrong=lambda d, W, z, f: (d @ W.T) * f.derivative(z) / len(z),
        ),
        Known(
            "last_path_only",
            title="The last path only",
            meaning="The error of the last unit of the next layer alone was sent back. In a loop that is what `=` does "
            "where `+=` is meant.",
            advice="Draw one unit with two units after it. How many ways lead from it to the loss?",
            equation="hidden_grad_a",
            chapter="04_hidden_delta",
            wrong=lambda d, W, z, f: (d[:, -1:] @ W[:, -1:].T) * f.derivative(z),
        ),
        Known(
            "function_for_slope",
            title="The function where its slope belongs",
            meaning="What arrives was multiplied by the activation itself, f(z), and not by its slope f′(z).",
            advice="By how much does a rise when z rises a little? Which of the two things that the function offers "
            "says that?",
            equation="hidden_delta",
            chapter="04_hidden_delta",
            wrong=lambda delta_next, W_next, z, function: (delta_next @ W_next.T) * function(z),
        ),
        Known(
            "mask_for_every_function",
            title="The mask of the ReLU for every function",
            meaning="What arrives was let through where z is positive. That is the slope of the ReLU; other functions "
            "have slopes of their own.",
            advice="Which settings are right, and which function do they have? Use the one that you are handed.",
            equation="hidden_delta",
            chapter="04_hidden_delta",
            wrong=lambda delta_next, W_next, z, function: (delta_next @ W_next.T) * (z > 0),
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(
        lambda z: np.sum(arguments["delta_next"] * (arguments["function"](z) @ arguments["W_next"])), arguments["z"]
    ),
    hints=(
        "Two things lie between the next layer's z and this layer's z. Which are they?",
        "What arrives is the next δ through the transposed weights; then comes the slope at z.",
        "`grad_a = delta_next @ W_next.T`",
    ),
    retest=True,
)
