"""Exercises of chapter 07: a relative error, a gradient by nudging, factors, the bugs of two texts, a retest."""

from dataclasses import replace
from functools import partial

import numpy as np

from backprop_lib import activations, equations, mistakes
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.functions import FUNCTIONS
from backprop_lib.checks.known import from_list, network_of, wrong_bias_sums
from backprop_lib.checks.networks import CUBE, backward_cases
from backprop_lib.gradcheck import numerical_gradient
from backprop_lib.mistakes import MISTAKES, SETTINGS
from backprop_lib.network import ForwardPass

CHAPTER = "07_gradient_checking"

# ---- fill the blanks: the relative error ----------------------------------------------------------------


def error_cases(rng):
    """Draw pairs of gradients: larger, smaller, zero, turned around, a few entries off, both below the floor."""

    def pair(words, given, expected):
        return twice(words, words, {"given": given, "expected": expected, "floor": 1e-8})

    matrix, row = rng.normal(size=(5, 3)), rng.normal(size=4)
    few = rng.normal(size=(3, 4))
    off = few + np.where(np.arange(12).reshape(3, 4) % 5 == 1, rng.uniform(0.2, 0.6, (3, 4)), 0)
    tiny = 1e-9 * rng.normal(size=(2, 3))
    return [
        pair("given is 2 times expected, both (5, 3)", 2 * matrix, matrix),
        pair("given is a third of expected, both (4,)", row / 3, row),
        pair("given is expected with its sign flipped, both (4,)", -row, row),
        pair("given is all zeros, both (5, 3)", 0 * matrix, matrix),
        pair("three entries of given are off, both (3, 4)", off, few),
        pair("both are all zeros, (5, 3)", 0 * matrix, 0 * matrix),
        pair("both are smaller than the floor, (2, 3)", 1.5 * tiny, tiny),
    ]


def right_error(given, expected, floor):
    """Return the relative error by the chapter's formula, or by the floor where both gradients are smaller."""
    if max(np.linalg.norm(given), np.linalg.norm(expected)) < floor:
        return np.linalg.norm(given - expected) / floor
    return equations.get("relative_error").compute(g=given, g_num=expected)


def length(x):
    """Return the root of the sum of the squares."""
    return np.sqrt(np.sum(x**2))


def measured(given, expected, floor, *, by=length, apart=None, size=max):
    """Return a relative error with another length, another distance or another size to divide by."""
    distance = by(given - expected) if apart is None else apart(given, expected)
    return distance / max(size(by(given), by(expected)), floor)


def error_by(name, title, meaning, advice, wrong):
    """Return a mistake that is particular to the relative error."""
    return Known(name, title, meaning, advice, "relative_error", CHAPTER, wrong=wrong)


Exercise(
    "07.relative_error",
    title="Fill the blanks: the relative error",
    kind="fill",
    points=3,
    chapter=CHAPTER,
    equation="relative_error",
    arguments=("given", "expected", "floor"),
    returns=("r",),
    cases=error_cases,
    reference=right_error,
    known=(
        error_by(
            "no_floor",
            "There is no floor",
            "The floor is not used, so that rounding is divided by rounding where both gradients are next to nothing.",
            "Hand over two arrays of zeros. What do you divide by?",
            lambda given, expected, floor: np.float64(length(given - expected)) / max(length(given), length(expected)),
        ),
        error_by(
            "floor_added",
            "The floor is added",
            "The floor was added to the size of the gradient. It is a lower bound: it counts only where the gradient "
            "is smaller.",
            "Try two gradients whose size is just the floor. Which size should the divisor have then?",
            lambda given, expected, floor: length(given - expected) / (max(length(given), length(expected)) + floor),
        ),
        error_by(
            "by_expected",
            "Divided by the size of expected",
            "The difference was divided by the size of the expected gradient alone. Where that one is small, a "
            "large error is out of all proportion; a factor of 2 and a factor of a half look different.",
            "Which error should a gradient get that is twice what was expected, and which one that is half of it?",
            partial(measured, size=lambda given, expected: expected),
        ),
        error_by(
            "by_given",
            "Divided by the size of given",
            "The difference was divided by the size of the given gradient alone, and zeros are given now and then.",
            "Hand over zeros for a gradient that is not zero. The chapter has a number for that: which one?",
            partial(measured, size=lambda given, expected: given),
        ),
        error_by(
            "by_smaller",
            "Divided by the smaller of the two",
            "The smaller of the two sizes was taken; the formula takes the larger one.",
            "One of the two may be zero. Which of the sizes is a safe divisor then?",
            partial(measured, size=min),
        ),
        error_by(
            "by_sum",
            "Divided by the sum of the two sizes",
            "The two sizes were added. Then a flipped sign has an error of 1, and in the chapter it has 2.",
            "Compute by hand what a flipped sign should give.",
            partial(measured, size=lambda given, expected: given + expected),
        ),
        error_by(
            "not_divided",
            "An absolute difference",
            "The distance of the two gradients was not divided by their size, so that the units of the data decide.",
            "Hand over both gradients a million times as large. Should the verdict be another one?",
            lambda given, expected, floor: length(given - expected),
        ),
        error_by(
            "lengths_compared",
            "Only the lengths are compared",
            "The two sizes were computed first and subtracted then. Gradients of the same size in different "
            "directions pass for equal.",
            "Hand over a gradient with its sign flipped. What do you subtract from what?",
            partial(measured, apart=lambda given, expected: abs(length(given) - length(expected))),
        ),
        error_by(
            "differences_cancel",
            "Positive and negative differences cancel",
            "The differences of the entries were added with their signs, so that some of them cancel.",
            "Let one entry be too large and another too small by the same amount. What comes out?",
            partial(measured, apart=lambda given, expected: abs(np.sum(given - expected))),
        ),
        error_by(
            "entry_by_entry",
            "The worst entry, each against its own size",
            "Each entry was divided by its own size, and the largest ratio taken. The formula measures the tensor as "
            "a whole, so that an entry that is nearly zero does not decide.",
            "How many numbers does your line divide by? The formula divides by one.",
            lambda given, expected, floor: np.max(
                np.abs(given - expected) / np.maximum(np.maximum(np.abs(given), np.abs(expected)), floor)
            ),
        ),
        error_by(
            "largest_entry",
            "The largest entry for the size",
            "The largest absolute value was taken for the size of a tensor. All its entries belong to it.",
            "What is the size of the array [3, 4]?",
            partial(measured, by=lambda x: np.max(np.abs(x))),
        ),
        error_by(
            "absolute_values_added",
            "Absolute values for squares",
            "The size was computed as the sum of the absolute values. In the chapter it is made of squares.",
            "What is the size of the array [3, 4]?",
            partial(measured, by=lambda x: np.sum(np.abs(x))),
        ),
        error_by(
            "root_forgotten",
            "The root is missing",
            "The sum of the squares was taken for the size, without the root.",
            "What is the size of the array [3, 4]?",
            partial(measured, by=lambda x: np.sum(x**2)),
        ),
        error_by(
            "norm_of_a_matrix",
            "The 2-norm of a matrix",
            "With `ord=2` NumPy takes another norm for a matrix, by how much it can stretch a vector. For an array "
            "with one index it is the usual one, so that a bias does not show it.",
            "Compare your size of a (2, 2) array of ones with the root of the sum of its squares.",
            partial(measured, by=lambda x: np.linalg.norm(x, 2)),
        ),
    ),
    hints=(
        "If a gradient is twice as large as it should be, the error is 0.5; if it is half as large, also 0.5. "
        "What is divided by what?",
        "The size of the difference of the two, divided by the largest of three numbers: the size of the one, the size "
        "of the other, and the floor. The size is the root of the sum of all squares.",
        "`apart = np.linalg.norm(...)`",
    ),
)

# ---- write it: a gradient by nudging --------------------------------------------------------------------


def nudge_cases(rng):
    """Draw places of several shapes, one of them in whole numbers, and steps of several lengths."""
    whole = rng.permutation(np.array([-4, -3, -2, -1, 1, 2, 3, 4])).astype(np.int64).reshape(4, 2)
    drawn = (
        ("winding", rng.normal(size=(3, 4)), 0.1),
        ("bowl", rng.normal(size=5), 0.01),
        ("winding", rng.normal(size=(4, 1)), 1e-5),
        ("cube", rng.normal(size=(2, 3, 2)), 0.5),
        ("winding", whole, 0.1),
    )
    cases = []
    for name, x, h in drawn:
        kind = ", whole numbers (int64)" if x.dtype.kind == "i" else ""
        words = f"x of the shape {x.shape}{kind}, h = {h:g}"
        cases.append(twice(words, words, {"f": FUNCTIONS[name], "x": x, "h": h}))
    return cases


def right_nudged(f, x, h):
    """Return the central differences with the step h, each on two fresh copies of x."""
    slopes = np.zeros(np.shape(x))
    for index in np.ndindex(slopes.shape):
        nudge = np.zeros(slopes.shape)
        nudge[index] = h
        slopes[index] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return slopes


def nudged_by(slope):
    """Return a wrong answer in which ``slope(up, here, down, h)`` stands for the central difference."""

    def wrong(f, x, h):
        slopes = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            nudge = np.zeros(x.shape)
            nudge[index] = h
            slopes[index] = slope(f(x + nudge), f(x), f(x - nudge), h)
        return slopes

    return wrong


def nudged_in(array_of, result_of, put_back=True):
    """Return an answer that nudges ``array_of(x)`` and fills ``result_of(x)``, and puts each entry back or not."""

    def answer(f, x, h):
        array, slopes = array_of(x), result_of(x)
        for index in np.ndindex(x.shape):
            kept = array[index]
            array[index] = kept + h
            up = f(array)
            array[index] = kept - h
            down = f(array)
            if put_back:
                array[index] = kept
            slopes[index] = (up - down) / (2 * h)
        return slopes

    return answer


def as_float(x):
    """Return a copy in float64."""
    return np.array(x, dtype=float)


def zeros(x):
    """Return zeros in float64."""
    return np.zeros(x.shape)


def put_back_by_adding(f, x, h):
    """Nudge x itself by +h, −2h and +h again."""
    slopes = zeros(x)
    for index in np.ndindex(x.shape):
        x[index] += h
        up = f(x)
        x[index] -= 2 * h
        down = f(x)
        x[index] += h
        slopes[index] = (up - down) / (2 * h)
    return slopes


def one_array_for_both(f, x, h):
    """Give one array two names and nudge it up and down."""
    slopes = zeros(x)
    for index in np.ndindex(x.shape):
        up = down = as_float(x)
        up[index] += h
        down[index] -= h
        slopes[index] = (f(up) - f(down)) / (2 * h)
    return slopes


def whole_rows(f, x, h):
    """Nudge all that stands under the first index at once."""
    x, slopes = as_float(x), zeros(x)
    for i in range(len(x)):
        nudge = zeros(x)
        nudge[i] = h
        slopes[i] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return slopes


def nudge_by(name, title, meaning, advice, wrong, equation="central_difference"):
    """Return a mistake that is particular to nudging."""
    return Known(name, title, meaning, advice, equation, CHAPTER, wrong=wrong)


IN_WHOLE_NUMBERS = "Print `x.dtype` and `np.zeros_like(x).dtype` for `x = np.array([1, 2])`."

Exercise(
    "07.nudged",
    title="Write it: a gradient by nudging",
    kind="write",
    points=4,
    chapter=CHAPTER,
    equation="central_difference",
    arguments=("f", "x", "h"),
    returns=("slopes",),
    cases=nudge_cases,
    reference=right_nudged,
    known=(
        nudge_by(
            "one_sided",
            "One-sided differences",
            "Each entry is raised only, and the loss compared with the one at the place itself. The error of that goes "
            "with h, that of the central difference with h².",
            "At which two places does the recipe of the chapter read the loss?",
            nudged_by(lambda up, here, down, h: (up - here) / h),
            "one_sided_difference",
        ),
        nudge_by(
            "two_forgotten",
            "Divided by h, where the places are 2h apart",
            "All slopes are twice what they should be: the two places at which the loss is read are 2h apart.",
            "Mark both places on a line. How far are they apart?",
            nudged_by(lambda up, here, down, h: (up - down) / h),
        ),
        nudge_by(
            "multiplied_by_h",
            "Multiplied by h",
            "`/ 2 * h` divides by 2 and then multiplies by h, since Python works from left to right.",
            "Compute `1 / 2 * 0.1` and `1 / (2 * 0.1)`.",
            nudged_by(lambda up, here, down, h: (up - down) / 2 * h),
        ),
        nudge_by(
            "not_divided",
            "A difference, no slope",
            "The difference of the two losses was not divided by the distance of the two places.",
            "Halve h. Should the slope become half as large?",
            nudged_by(lambda up, here, down, h: up - down),
        ),
        nudge_by(
            "lowered_to_the_start",
            "Raised by h, lowered by h",
            "After the entry was raised by h it was lowered by h, and is where it was: the second loss is that of the "
            "place itself. A one-sided difference, divided by 2h, is about half of the slope.",
            "Print the entry at each call of f, and subtract x from it.",
            nudged_by(lambda up, here, down, h: (up - here) / (2 * h)),
        ),
        nudge_by(
            "down_minus_up",
            "Down minus up",
            "The two losses are subtracted the wrong way around, so that every slope has the wrong sign.",
            "If f rises when the entry is raised, which sign should its slope have?",
            nudged_by(lambda up, here, down, h: (down - up) / (2 * h)),
        ),
        nudge_by(
            "not_put_back",
            "The entries are not put back",
            "Each entry stays where its last nudge left it, so that the later ones are nudged at another place. With "
            "a function that adds up its entries one by one, nothing would show.",
            "Print the whole array at each call of f. How many of its entries differ from x?",
            nudged_in(as_float, zeros, put_back=False),
        ),
        nudge_by(
            "not_put_back_in_x",
            "x is nudged and not put back",
            "x itself was nudged, and each entry stays where its last nudge left it. The later entries are nudged at "
            "another place, and the caller's x is another one afterward.",
            "Print x before and after the call.",
            nudged_in(lambda x: x, zeros, put_back=False),
        ),
        nudge_by(
            "put_back_by_adding",
            "Put back by adding",
            "After +h, −2h and +h again an entry is not quite the old one, because computers round, and in an array "
            "of whole numbers it is far from it. The caller's x has changed.",
            "Compute `0.3 + 0.1 - 0.2 + 0.1 == 0.3`. From where could you take the old number instead?",
            put_back_by_adding,
        ),
        nudge_by(
            "one_array_for_both",
            "Two names, one array",
            "Both nudges go into the same array under two names, so that they undo each other and f sees no "
            "difference.",
            "`up is down` tells whether two names mean one array. How do you get a second one?",
            one_array_for_both,
        ),
        nudge_by(
            "all_at_once",
            "All entries at once",
            "All entries were nudged together, which gives one number: the slope in the direction in which all rise. "
            "A gradient has one number for each entry.",
            "How often does f have to be called for an x with six entries?",
            lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        ),
        nudge_by(
            "whole_rows",
            "Whole rows are nudged",
            "The loop runs over the first index alone, so that all entries of a row are nudged together and get the "
            "same slope.",
            "What is `x[0]` if x has two indices?",
            whole_rows,
        ),
        nudge_by(
            "flat",
            "The shape is lost",
            "The slopes come as a flat array. A gradient has the shape of what it is the gradient of.",
            "Compare the shape of what you return with that of x.",
            lambda f, x, h: right_nudged(f, x, h).ravel(),
        ),
        nudge_by(
            "nudges_truncated",
            "The nudge is cut off",
            "In an array of whole numbers 3 + 0.1 becomes 3, so that the nudge is lost. NumPy cuts off without a word.",
            IN_WHOLE_NUMBERS,
            nudged_in(np.copy, zeros),
        ),
        nudge_by(
            "slopes_truncated",
            "The slopes are cut off",
            "The slopes were written into an array of whole numbers, since x is one. NumPy cuts off without a word.",
            IN_WHOLE_NUMBERS,
            nudged_in(as_float, np.zeros_like),
        ),
        nudge_by(
            "all_truncated",
            "Nudges and slopes are cut off",
            "Where x holds whole numbers, both arrays hold whole numbers: 3 + 0.1 becomes 3, and a slope of 0.7 "
            "becomes 0. NumPy cuts off without a word.",
            IN_WHOLE_NUMBERS,
            nudged_in(np.copy, np.zeros_like),
        ),
    ),
    hints=(
        "How many calls of f does one entry need, and where is the entry at each of them? What has to hold before the "
        "next entry has its turn?",
        "For each index: f with the entry raised by h, f with the entry lowered by h, the difference of the two "
        "values divided by the distance of the two places. Work on a copy of x that can hold fractions.",
        "`x = np.array(x, dtype=float)`",
    ),
)

# ---- a number of one's own: factors ---------------------------------------------------------------------


def factor_rules(arguments):
    """Return what does not do about the chosen n and k."""
    if arguments["k"] == 2:
        return "With k = 2 the factor of one of the bugs is 1, and nobody sees it. Take more outputs."
    for name, value in arguments.items():
        if value != round(value) or not 3 <= value <= 100:
            return f"`{name}` is {value}; a whole number from 3 to 100 was expected."
    n, k = (int(arguments[name]) for name in ("n", "k"))
    if n == k:
        return f"`n` and `k` are both {n}; then nobody can tell a factor n from a factor k. Change one of them."
    if 2 * n == k:
        return f"With n = {n} and k = {k} two of the bugs have the same factor: 2/k is 1/n. Change one of them."
    return None


def right_factors(n, k):
    """Return the factors of four bugs, half_mse being the loss: what stands there over what should stand there."""
    right = 1 / n
    return 1 / right, 2 / (n * k) / right, 1 / (n * k) / right, 1 / n**2 / right


def factors_by(name, title, meaning, advice, wrong, equation="output_grad_a"):
    """Return a mistake that is particular to the factors."""
    return Known(name, title, meaning, advice, equation, CHAPTER, wrong=wrong)


Exercise(
    "07.bug_factors",
    title="Compute with your own numbers: which factor is which bug?",
    kind="numbers",
    points=2,
    chapter=CHAPTER,
    equation="output_grad_a",
    arguments=("n", "k"),
    returns=("summed", "all_entries", "both_averaged", "twice_averaged"),
    cases=lambda rng: [
        Case(
            "yours",
            "your numbers",
            (
                (
                    "first",
                    dict(zip("nk", rng.choice([5, 7, 9, 11, 13], 2, False).tolist(), strict=True)),
                ),
            ),
        )
    ],
    reference=right_factors,
    rules=factor_rules,
    known=(
        factors_by(
            "upside_down",
            "Upside down",
            "These are the factors that would mend the bugs: the right gradient over the wrong one. A report gives the "
            "wrong one over the right one.",
            "If a sum stands where a mean should be, is the gradient too large or too small?",
            lambda n, k: tuple(1 / factor for factor in right_factors(n, k)),
        ),
        factors_by(
            "factor_of_the_line",
            "The factor in the line",
            "These are the factors that stand before ŷ − y in the wrong lines. The report compares with the right "
            "line, and that one has a factor as well.",
            "Write the wrong line over the right one as a fraction. What cancels?",
            lambda n, k: tuple(factor / n for factor in right_factors(n, k)),
        ),
        factors_by(
            "two_forgotten",
            "The 2 of the mean over all entries",
            "For the mean over all entries only the divisors were compared. That loss has no ½, so that its derivative "
            "has a 2.",
            "Differentiate `np.mean((y_hat - y)**2)` by one entry, with all its factors.",
            lambda n, k: (n, 1 / k, 1 / k, 1 / n),
            "mse_grad_a",
        ),
        factors_by(
            "two_too_many",
            "A 2 in the mean over the outputs too",
            "Both losses that average over the outputs got a 2. One of them has the ½ that cancels it.",
            "Which of the two bugs is `half_mse`, averaged over one thing more?",
            lambda n, k: (n, 2 / k, 2 / k, 1 / n),
        ),
        factors_by(
            "sum_over_entries",
            "n·k for the sum",
            "For the sum a factor n·k was taken. `half_mse` divides by n only, so that only n is missing.",
            "By which numbers does `half_mse` divide, and which of them does the sum leave out?",
            lambda n, k: (n * k, 2 / k, 1 / k, 1 / n),
        ),
        factors_by(
            "n_squared",
            "Divided by n twice, compared with a sum",
            "1/n² is what stands in the line in all. The right gradient has one of the two 1/n as well.",
            "Which part of 1/n² is wrong, and which part has to be there?",
            lambda n, k: (n, 2 / k, 1 / k, 1 / n**2),
            "weight_gradient",
        ),
        factors_by(
            "outputs_for_samples",
            "n and k are exchanged",
            "The number of samples and the number of outputs have changed places.",
            "Over which of the two does `half_mse` take the mean?",
            lambda n, k: right_factors(k, n),
        ),
    ),
    hints=(
        "Which factor stands before ŷ − y in the derivative of `half_mse`, and which in each of the four wrong lines?",
        "The factor in the report is the wrong one divided by the right one, which is 1/n.",
        "In the sum the factor in the line is 1, and the right one is 1/n.",
    ),
)

# ---- find the bugs: the first text ----------------------------------------------------------------------

TEXT_SETTINGS = (
    *(SETTINGS[name] for name in ("one_layer", "linear_relu", "square_relu")),
    replace(CUBE, name="cube_relu", hidden="relu"),
    replace(CUBE, name="square_layer", sizes=(5, 5), n_samples=7),
)


def text_cases(rng):
    """Draw passes of ReLU networks and of single layers; the list of activations begins after X."""
    cases = []
    for case in backward_cases(rng, TEXT_SETTINGS):
        calls = [(name, None if given is None else text_arguments(given)) for name, given in case.calls]
        cases.append(replace(case, calls=tuple(calls)))
    return cases


def text_arguments(given):
    """Return the arguments of a pass with X apart."""
    X, *a = given["a"]
    return {"X": X, "weights": given["weights"], "z": given["z"], "a": a, "y": given["y"]}


def in_text(program, X, weights, z, a, y):
    """Run a backward pass of the library on such a pass, with the loss mse."""
    functions = [activations.get("relu")] * (len(weights) - 1) + [activations.get("identity")]
    gradients = program(network_of(weights, functions, "mse"), ForwardPass(z=z, a=[X, *a], y_hat=a[-1]), y)
    return gradients.dW, gradients.db


def fresh_in_text(entry):
    """Return a mistake of the list, new and without a past, as an answer to this exercise."""
    return partial(in_text, entry.program())


def half_start(a, y):
    """Return dC/da of half_mse."""
    return (a - y) / len(y)


def mse_start(a, y):
    """Return dC/da of mse."""
    return 2 * (a - y) / len(y)


def before(X, a, i, last):
    """Return what enters layer i."""
    return X if i == 0 else a[i - 1]


def before_the_output(X, a, i, last):
    """Return what enters layer i, unless the output is the first layer."""
    return X if i == 0 and i < last else a[i - 1]


def text_pass(X, weights, z, a, y, *, start=mse_start, enters=before, all_deltas=1, all_dW=1):
    """Return the gradients as the text makes them, with a slip or without one."""
    last = len(weights) - 1
    dW, db = [None] * len(weights), [None] * len(weights)
    grad_a = start(a[-1], y)
    for i in range(last, -1, -1):
        delta = all_deltas * (grad_a if i == last else grad_a * (z[i] > 0))
        dW[i] = all_dW * enters(X, a, i, last).T @ delta
        db[i] = delta.sum(axis=0)
        grad_a = delta @ weights[i].T
    return dW, db


def with_x_inserted(X, weights, z, a, y):
    """Put X in front of the caller's own list."""
    a.insert(0, X)
    return text_pass(X, weights, z, a, y, enters=lambda X, a, i, last: a[i])


def with_the_output_forgotten(X, weights, z, a, y):
    """Put X in front of the list, and still take the output at the old place."""
    a = [X, *a]
    return text_pass(X, weights, z, a[:-1], y, enters=lambda X, a, i, last: a[i])


def nudged_text(arguments, name):
    """Nudge a weight or a bias of the network and read the loss mse; the biases are read off the pass."""
    X, weights, y = arguments["X"], arguments["weights"], arguments["y"]
    came_in = [X, *arguments["a"]]
    biases = [(z - a @ W)[0] for W, z, a in zip(weights, arguments["z"], came_in, strict=False)]
    kind, layer = name[:2], int(name[3:-1])

    def loss(values):
        a = X
        for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
            a = a @ (values if (kind, layer) == ("dW", i) else W) + (values if (kind, layer) == ("db", i) else b)
            a = a if i == len(weights) - 1 else np.maximum(a, 0)
        return np.sum((a - y) ** 2) / len(y)

    return numerical_gradient(loss, (weights if kind == "dW" else biases)[layer])


NOT_IN_TEXT = ("factor_two", "factor_half", "divided_by_entries", "divided_by_outputs")

Exercise(
    "07.first_text",
    title="Find the bugs: after the first text",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="mse_grad_a",
    arguments=("X", "weights", "z", "a", "y"),
    returns=("dW[]", "db[]"),
    cases=text_cases,
    reference=partial(in_text, mistakes.backward),
    stub=partial(text_pass, start=half_start, enters=before_the_output),
    planted=("factor_half", "own_output_entered"),
    known=(
        *(
            from_list(name, make=partial(fresh_in_text, entry), general=True)
            for name, entry in MISTAKES.items()
            if name not in NOT_IN_TEXT and not entry.penalty
        ),
        from_list(
            "factor_half",
            partial(text_pass, start=half_start),
            title="The 2 of the stated loss is missing",
            meaning="Every gradient is half of what it should be: (ŷ − y)/n belongs to `half_mse`, and the stated loss "
            "has no ½.",
            advice="Write down the loss that is stated, with all its factors, and differentiate it by one entry of ŷ.",
            equation="mse_grad_a",
        ),
        from_list(
            "factor_two",
            partial(text_pass, start=lambda a, y: 2 * mse_start(a, y)),
            meaning="Every gradient is twice what it should be. The square gives a 2, and it gives it once.",
            advice="Follow the 2 from the loss to dW. Does it enter in two lines?",
            equation="mse_grad_a",
        ),
        from_list(
            "divided_by_entries",
            partial(text_pass, start=lambda a, y: 2 * (a - y) / y.size),
            meaning="The gradient is that of the mean over all entries, 2/(n·k). The stated loss divides by n.",
            advice="Does the stated loss average over samples or over all entries? Look at the setting with three "
            "outputs.",
            equation="mse_grad_a",
        ),
        Known(
            "two_in_dW",
            title="The 2 is in dW only",
            meaning="dW got the 2 of the loss and db did not, so that db is half of what it should be.",
            advice="dW and db are made of the same δ. Where does the 2 of the loss enter, so that both get it?",
            equation="mse_grad_a",
            chapter=CHAPTER,
            wrong=partial(text_pass, start=half_start, all_dW=2),
        ),
        Known(
            "two_in_every_layer",
            title="The 2 enters in every layer",
            meaning="The 2 of the loss is multiplied in again in each layer. The output is right, the layer before it "
            "is twice as large as it should be, the next one four times.",
            advice="How often is the loss differentiated on the way back? Is your line inside the loop or before it?",
            equation="mse_grad_a",
            chapter=CHAPTER,
            wrong=partial(text_pass, start=half_start, all_deltas=2),
        ),
        Known(
            "own_output_entered",
            title="A network of one layer gets its own output",
            meaning="The list of activations begins after X. If the output layer is the first layer too, the index "
            "i − 1 is −1, and Python takes the last entry of the list: the output itself.",
            advice="Write down i, i − 1 and what `a[i - 1]` is, for a network of one layer and for one of three.",
            equation="weight_gradient",
            chapter="02_forward_pass",
            wrong=partial(text_pass, enters=before_the_output),
        ),
        Known(
            "own_output_in_first_layer",
            title="The first layer gets the network's output",
            meaning="For the first layer the index i − 1 is −1, and Python takes the last entry of the list: the "
            "output of the network.",
            advice="What enters the first layer, and is it in the list `a`?",
            equation="weight_gradient",
            chapter="02_forward_pass",
            wrong=partial(text_pass, enters=lambda X, a, i, last: a[i - 1]),
        ),
        Known(
            "inputs_at_output",
            title="X enters the output layer",
            meaning="The output layer got X for what enters it. That is right for a network of one layer only.",
            advice="What enters the output layer of a network of three layers?",
            equation="weight_gradient",
            chapter=CHAPTER,
            wrong=partial(text_pass, enters=lambda X, a, i, last: X if i in (0, last) else a[i - 1]),
        ),
        Known(
            "one_layer_too_early",
            title="One layer too early",
            meaning="X was put in front of the list and the index left as it was, so that each layer gets what entered "
            "the one before it, and the first layer the network's output.",
            advice="With X in front of the list: at which place does that stand which enters layer i?",
            equation="weight_gradient",
            chapter="02_forward_pass",
            wrong=partial(text_pass, enters=lambda X, a, i, last: [X, *a][i - 1]),
        ),
        Known(
            "x_inserted",
            title="X is put into the caller's list",
            meaning="X was inserted into the list `a` itself. The first call is right; after it the list is longer by "
            "one, and the next call with the same pass puts X in once more.",
            advice="Print `len(a)` before and after two calls. How do you get a new list that begins with X?",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
            wrong=with_x_inserted,
        ),
        Known(
            "output_one_too_early",
            title="The error is taken one layer too early",
            meaning="X was put in front of the list, so that every place in it moved by one, and the output is "
            "still looked up at the old place. What is found there is what enters the output layer.",
            advice="With X in front, how many entries has the list, and where does the output stand?",
            equation="mse_grad_a",
            chapter="02_forward_pass",
            wrong=with_the_output_forgotten,
        ),
    ),
    nudged=nudged_text,
    hints=(
        "Look at one setting with three layers: are all arrays off by the same factor? Then at one with a single "
        "layer: what else is wrong there?",
        "The stated loss has no ½. And what enters the first layer is X, also where the first layer is the last.",
        "The first bug is in the line of `grad_a`; the second one is in the branch of the output layer.",
    ),
)

# ---- find the bugs: the second text ---------------------------------------------------------------------


def unit_cases(rng):
    """Draw one layer of sigmoid units: several of them, as many as inputs and samples, and a single one."""
    cases = []
    for n, n_in, k in ((7, 4, 3), (6, 5, 5), (5, 5, 5), (4, 2, 1)):
        arguments = {
            "X": rng.normal(size=(n, n_in)),
            "W": rng.normal(size=(n_in, k)),
            "b": rng.uniform(0.1, 0.5, k) * rng.choice([-1.0, 1.0], k),
            "y": rng.uniform(0.0, 1.0, (n, k)),
        }
        words = f"{n} samples, {n_in} inputs, {k} sigmoid unit{'s' * (k > 1)}"
        cases.append(twice(words, words, arguments, {"n": n} | ({"k": k} if k > 2 else {})))
    return cases


def in_unit(program, X, W, b, y):
    """Run a backward pass of the library on one layer of sigmoid units, with the loss half_sse."""
    network = network_of([W], [activations.get("sigmoid")], "half_sse")
    network.biases = [b]
    gradients = program(network, network.forward(X), y)
    return gradients.dW[0], gradients.db[0]


def unit_pass(X, W, b, y, *, slope=lambda z, a: a * (1 - a), dW_by=1, bias=lambda delta, b: delta.sum(axis=0)):
    """Return dW and db as the text makes them, with a slip or without one; ``dW_by`` may be "n"."""
    z = X @ W + b
    a = 1 / (1 + np.exp(-z))
    delta = (a - y) * slope(z, a)
    return X.T @ delta / (len(X) if dW_by == "n" else dW_by), bias(delta, b)


def slope_of_z(z, a):
    """Return the short form of the slope, handed z."""
    return z * (1 - z)


def sum_of_all(delta, b):
    """Return the sum over samples and units, once for each unit."""
    return np.zeros_like(b) + delta.sum()


def mean_of_samples(delta, b):
    """Return the mean over the samples."""
    return delta.mean(axis=0)


def nudged_unit(arguments, name):
    """Nudge W or b and read the loss half_sse."""
    X, W, b, y = (arguments[key] for key in ("X", "W", "b", "y"))

    def loss(W, b):
        return np.sum((activations.get("sigmoid")(X @ W + b) - y) ** 2) / 2

    if name == "dW":
        return numerical_gradient(lambda values: loss(values, b), W)
    return numerical_gradient(lambda values: loss(W, values), b)


IN_UNIT = (
    *("sign_flipped", "factor_two", "factor_half", "divided_by_outputs", "bias_not_summed", "bias_first_row"),
    *("bias_summed_over_units", "slope_at_activation", "sigmoid_slope_of_z", "slope_missing_at_sigmoid_output"),
    *("weights_from_grad_a", "gradient_transposed", "activations_of_another_layer", "delta_as_gradient"),
    "input_gradient_as_dW",
)

Exercise(
    "07.second_text",
    title="Find the bugs: after the second text",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="sigmoid_slope",
    arguments=("X", "W", "b", "y"),
    returns=("dW", "db"),
    cases=unit_cases,
    reference=partial(in_unit, mistakes.backward),
    stub=partial(unit_pass, slope=slope_of_z, bias=sum_of_all),
    planted=("sigmoid_slope_of_z", "bias_summed_over_units"),
    known=(
        *(from_list(name, partial(in_unit, MISTAKES[name].program()), general=True) for name in IN_UNIT),
        Known(
            "averaged_not_summed",
            title="Averaged where the stated loss sums",
            meaning="Every gradient is n times too small: the stated loss adds the samples up, and the code takes "
            "their mean.",
            advice="Find the 1/n in the loss that is stated. Is there one?",
            equation="half_sse_grad_a",
            chapter="03_output_delta",
            wrong=partial(unit_pass, dW_by="n", bias=mean_of_samples),
        ),
        from_list(
            "weights_averaged",
            partial(unit_pass, dW_by="n"),
            meaning="dW is divided by n and db is not. The stated loss adds the samples up.",
            advice="dW and db come from the same δ. Does the stated loss have a 1/n?",
        ),
        from_list(
            "bias_averaged",
            partial(unit_pass, bias=mean_of_samples),
            meaning="db is a mean over the samples and dW a sum. The stated loss adds the samples up.",
            advice="dW and db come from the same δ. Does the stated loss have a 1/n?",
        ),
        Known(
            "bias_shared_evenly",
            title="db is shared out evenly",
            meaning="δ was summed over everything and divided by the number of units: every bias gets the mean of what "
            "belongs to all of them.",
            advice="Do the units have the same errors? Look at the columns of δ.",
            equation="bias_gradient",
            chapter="05_vectorized_gradients",
            wrong=partial(unit_pass, bias=lambda delta, b: np.zeros_like(b) + delta.sum() / len(b)),
        ),
        *wrong_bias_sums(lambda bias: partial(unit_pass, bias=lambda delta, b: bias(delta))),
    ),
    nudged=nudged_unit,
    hints=(
        "With a single unit `db` needs a look at one bug only. Which of the two is left there?",
        "The short form of the sigmoid's slope is a function of the activation. A bias belongs to one unit, and its "
        "gradient is a sum over the samples.",
        "Compare the name of the argument of `sigmoid_slope` with what it is called with.",
    ),
)

# ---- a retest: chapter 06 -------------------------------------------------------------------------------


def epoch_cases(rng):
    """Draw a linear layer and data; the last batch is shorter, of one sample, or as long as the others."""
    cases = []
    for n, n_in, k, batch_size, learning_rate in (
        (7, 4, 3, 3, 0.1),
        (10, 3, 2, 4, 0.2),
        (5, 5, 5, 5, 0.1),
        (6, 2, 1, 2, 0.3),
    ):
        arguments = {
            "X": rng.normal(size=(n, n_in)),
            "y": rng.normal(size=(n, k)),
            "W": rng.normal(size=(n_in, k)),
            "b": rng.normal(size=k),
            "batch_size": batch_size,
            "learning_rate": learning_rate,
        }
        sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
        words = f"{n} samples in batches of {', '.join(map(str, sizes))}, learning rate {learning_rate}"
        cases.append(twice(words, words, arguments))
    return cases


def right_epoch(X, y, W, b, batch_size, learning_rate):
    """Return W and b after one epoch, by the library's network."""
    network = network_of([W.copy()], [activations.get("identity")])
    network.biases = [b.copy()]
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        network.update_parameters(network.backward(network.forward(X[rows]), y[rows]), learning_rate)
    return network.weights[0], network.biases[0]


def epoch(
    X, y, W, b, batch_size, learning_rate, *, divisor="rows", stale=False, kept=False, once=False, drop=False, sign=1
):
    """Return W and b after one epoch with a slip.

    `divisor`: by what the errors are divided; `stale`: all predictions are made at the start; `kept`: the gradients
    pile up; `once`: one update at the end; `drop`: the short last batch is left out.
    """
    start_W, start_b = W, b
    sum_W, sum_b = np.zeros_like(W), np.zeros_like(b)
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        n = len(X[rows])
        if drop and n < batch_size:
            break
        at_start = stale or once
        y_hat = X[rows] @ (start_W if at_start else W) + (start_b if at_start else b)
        delta = (y_hat - y[rows]) / {"rows": n, "batch_size": batch_size, "all": len(X), "none": 1}[divisor]
        dW, db = X[rows].T @ delta, delta.sum(axis=0)
        sum_W, sum_b = sum_W + dW, sum_b + db
        if not once:
            W = W - sign * learning_rate * (sum_W if kept else dW)
            b = b - sign * learning_rate * (sum_b if kept else db)
    return (start_W - learning_rate * sum_W, start_b - learning_rate * sum_b) if once else (W, b)


Exercise(
    "07.epoch_again",
    title="Once more, from chapter 06: an epoch in batches",
    kind="write",
    points=3,
    chapter="06_gradient_descent",
    equation="weight_update",
    arguments=("X", "y", "W", "b", "batch_size", "learning_rate"),
    returns=("W", "b"),
    cases=epoch_cases,
    reference=right_epoch,
    known=(
        from_list("full_batch_size", partial(epoch, divisor="batch_size")),
        Known(
            "divided_by_all",
            title="Divided by the number of all samples",
            meaning="The error of a batch was divided by the number of all samples. The loss of a batch is the mean "
            "over the batch, so that every step is too short.",
            advice="How many samples does the loss of this batch average over?",
            equation="output_grad_a",
            chapter="06_gradient_descent",
            wrong=partial(epoch, divisor="all"),
        ),
        from_list("summed_not_averaged", partial(epoch, divisor="none")),
        from_list(
            "stale_pass",
            partial(epoch, stale=True),
            meaning="All predictions were made at the start of the epoch. After the first update they belong to "
            "weights that are there no longer.",
            advice="Between two updates there is one forward pass. Which of your lines makes it, and how often "
            "does it run?",
        ),
        from_list(
            "accumulated_over_calls",
            partial(epoch, kept=True),
            title="Gradients pile up over batches",
            meaning="The first batch is right. Each later step uses the sum of all gradients so far.",
            advice="What is left over from the first batch when the second one begins?",
        ),
        Known(
            "one_update",
            title="One update for the whole epoch",
            meaning="The gradients of all batches were added up and applied once at the end. Batches are there to get "
            "several steps out of one epoch.",
            advice="How many updates does an epoch with three batches make? Is your update inside the loop?",
            equation="weight_update",
            chapter="06_gradient_descent",
            wrong=partial(epoch, once=True),
        ),
        Known(
            "last_batch_dropped",
            title="The short last batch is left out",
            meaning="The loop ends with the last full batch, so that the samples after it are never used.",
            advice="Print the rows of each batch for 7 samples and a batch size of 3. Does each sample occur?",
            equation="weight_update",
            chapter="06_gradient_descent",
            wrong=partial(epoch, drop=True),
        ),
        Known(
            "uphill",
            title="A step uphill",
            meaning="The gradient was added. It points to where the loss grows.",
            advice="Compute the loss before and after one step.",
            equation="weight_update",
            chapter="06_gradient_descent",
            wrong=partial(epoch, sign=-1),
        ),
    ),
    hints=(
        "What has to be computed anew for each batch, and by which number is its error divided?",
        "For each batch: the prediction with the present W and b, the error divided by the length of the batch, the "
        "two gradients, one step.",
        "`for start in range(0, len(X), batch_size):`",
    ),
    retest=True,
)
