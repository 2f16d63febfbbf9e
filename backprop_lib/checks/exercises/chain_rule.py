"""Exercises of chapter 01: a chain in order, the nudge, a chain of any length, a hunt over paths, own numbers."""

from functools import partial

import numpy as np

from backprop_lib import activations
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.functions import FUNCTIONS
from backprop_lib.checks.known import from_list
from backprop_lib.checks.reading import unfit_size
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "01_chain_rule"


def slip(name, title, meaning, advice, wrong, equation="chain_rule"):
    """Return a known mistake that is particular to an exercise of this chapter."""
    return Known(name, title, meaning, advice, equation, CHAPTER, wrong=wrong)


def listed(name, title, meaning, advice, wrong, equation="chain_rule"):
    """Return a mistake of the course's list in the words of this chapter."""
    return from_list(name, wrong, title=title, meaning=meaning, advice=advice, equation=equation, chapter=CHAPTER)


def signed(rng, low, high):
    """Draw a number between `low` and `high`, or its negative."""
    return float(rng.uniform(low, high) * rng.choice([-1, 1]))


# ---- order the lines: the slope along a chain -----------------------------------------------------------


def composed_cases(rng):
    """Draw three chains; z is neither near 0 nor near 1, where a slope at the wrong place would not show."""
    cases = []
    for words, signs in (
        ("x and w positive", (1, 1)),
        ("x positive, w negative", (1, -1)),
        ("x negative, w positive", (-1, 1)),
    ):
        while True:
            x, w = signs[0] * rng.uniform(1.2, 1.8), signs[1] * rng.uniform(0.4, 0.9)
            b = signed(rng, 0.2, 0.8)
            z = w * x + b
            y = z**3 + signed(rng, 0.5, 1.5)
            if 0.4 < abs(z) < 0.85 or 1.2 < abs(z) < 1.8:
                break
        arguments = {name: float(value) for name, value in zip("wxby", (w, x, b, y), strict=True)}
        cases.append(Case(words, words, (("first", arguments),), {"x": float(x), "w": float(w)}))
    return cases


def composed(w, x, b, y, *, at_a=False, added=False, by_w=False):
    """Return dC/dw of the chain with the cube, right or with a slip."""
    z = w * x + b
    a = z**3
    dC_da, da_dz = a - y, 3 * (a if at_a else z) ** 2
    dC_dz = dC_da + da_dz if added else dC_da * da_dz
    return dC_dz * (w if by_w else x)


def slipped(**slips):
    """Return the chain with one or several slips."""
    return lambda *given: composed(*given, **slips)


Exercise(
    "01.composed",
    title="Order the lines: the slope along a chain",
    kind="order",
    points=2,
    chapter=CHAPTER,
    equation="chain_rule",
    arguments=("w", "x", "b", "y"),
    returns=("dC_dw",),
    cases=composed_cases,
    reference=composed,
    lines={
        "A": "dC_dw = dC_dz * x",
        "B": "da_dz = 3 * a**2",
        "C": "a = z**3",
        "D": "dC_dz = dC_da + da_dz",
        "E": "da_dz = 3 * z**2",
        "F": "z = w * x + b",
        "G": "dC_dw = dC_dz * w",
        "H": "dC_da = a - y",
        "I": "dC_dz = dC_da * da_dz",
    },
    known=(
        listed(
            "slope_at_activation",
            "The slope of the cube is taken at a",
            "The cube is a function of z. Its slope was computed with a, the value that comes out of it.",
            "Which value enters the cube, and which one leaves it? Compare the two lines for `da_dz`.",
            slipped(at_a=True),
        ),
        slip(
            "slopes_added",
            "Two slopes are added",
            "The slopes of two links that follow one another were added. Each link multiplies the move it is handed.",
            "Let `a` move 3 times as far as z, and C twice as far as `a`. How far does C move when z moves by 1?",
            slipped(added=True),
        ),
        slip(
            "slope_by_other_factor",
            "The last factor is w instead of x",
            "In w·x + b the weight is nudged and x holds still. The last factor used is the slope in x.",
            "Let w grow by 1. By how much does z grow?",
            slipped(by_w=True),
        ),
        slip(
            "at_a_and_added",
            "The slope of the cube is taken at a, and two slopes are added",
            "Two lines are wrong ones: the cube's slope was computed with the value that comes out of the cube, "
            "and two links that follow one another were added.",
            "Mend one at a time. Which value enters the cube? And what does a link do with the move it is handed?",
            slipped(at_a=True, added=True),
        ),
        slip(
            "at_a_and_by_w",
            "The slope of the cube is taken at a, and the last factor is w",
            "Two lines are wrong ones: the cube's slope was computed with the value that comes out of the cube, "
            "and the slope of w·x + b was taken in x.",
            "Mend one at a time. Which value enters the cube? And by how much does z grow when w grows by 1?",
            slipped(at_a=True, by_w=True),
        ),
        slip(
            "added_and_by_w",
            "Two slopes are added, and the last factor is w",
            "Two lines are wrong ones: two links that follow one another were added, "
            "and the slope of w·x + b was taken in x.",
            "Mend one at a time. What does a link do with the move it is handed? And how far does z move with w?",
            slipped(added=True, by_w=True),
        ),
        slip(
            "all_three_wrong_lines",
            "All three wrong lines are in it",
            "Of each pair of lines that make the same name, the wrong one was taken.",
            "Three names are made by two lines each. Take one pair, put numbers in, and nudge.",
            slipped(at_a=True, added=True, by_w=True),
        ),
    ),
    nudged=lambda given, name: numerical_gradient(
        lambda w: 0.5 * ((w * given["x"] + given["b"]) ** 3 - given["y"]) ** 2, given["w"]
    ),
    hints=(
        "Which line can be the first, because it needs only what is there at the start? "
        "And which three names are made by two lines each?",
        "A slope needs the value at its place: first the values, from w to a; then the slopes are multiplied, each "
        "taken at the value that enters its link: dC/dw = dC/da · da/dz · dz/dw.",
        "The first line is F.",
    ),
)

# ---- fill the blanks: the nudge -------------------------------------------------------------------------


def nudge_cases(rng):
    """Draw places for three functions and steps so long that one side and both sides differ."""
    drawn = (
        ("cube", "x³", signed(rng, 0.7, 1.6), 0.4),
        ("wave", "sin(2x) + x/3", signed(rng, 1.0, 1.3), 0.1),  # where it falls
        ("bowl", "eˣᐟ²", -float(rng.uniform(0.5, 2.0)), 0.3),  # left of 0, where |x| would show
        ("cube", "x³", signed(rng, 0.7, 1.6), 0.01),
    )
    return [
        twice(f"{name}_{h:g}", f"f(x) = {formula}, h = {h:g}", {"f": FUNCTIONS[name], "x": x, "h": h}, {"h": h})
        for name, formula, x, h in drawn
    ]


def by_nudge(slope):
    """Return an answer in which ``slope(up, here, down, h)`` is made of the values of f."""
    return lambda f, x, h: slope(f(x + h), f(x), f(x - h), h)


def nudge_slip(name, title, meaning, advice, slope):
    """Return a mistake that can be made in the central difference."""
    return slip(name, title, meaning, advice, by_nudge(slope), "central_difference")


Exercise(
    "01.central_difference",
    title="Fill the blanks: the nudge",
    kind="fill",
    points=2,
    chapter=CHAPTER,
    equation="central_difference",
    arguments=("f", "x", "h"),
    returns=("slope",),
    cases=nudge_cases,
    reference=by_nudge(lambda up, here, down, h: (up - down) / (2 * h)),
    known=(
        nudge_slip(
            "one_side",
            "One side only",
            "x was moved up and not down, so that the bend of the curve makes an error that shrinks only as fast as h.",
            "At which two places does the chapter's formula look at f?",
            lambda up, here, down, h: (up - here) / h,
        ),
        nudge_slip(
            "one_side_down",
            "One side only, downward",
            "x was moved down and not up, so that the bend of the curve makes an error that shrinks only as fast as h.",
            "At which two places does the chapter's formula look at f?",
            lambda up, here, down, h: (here - down) / h,
        ),
        nudge_slip(
            "put_back_halfway",
            "One side, divided by the whole distance",
            "The rise is that of one side, from x to x + h, and the run is that of both. "
            "It comes out so too if x is moved up by h, and then down by h only: that leads back to x.",
            "Print the two places at which you call `f`. How far are they apart?",
            lambda up, here, down, h: (up - here) / (2 * h),
        ),
        nudge_slip(
            "divided_by_h",
            "Divided by h",
            "The rise goes over both sides and the run over one, so that the slope is twice what it should be.",
            "How far is it from x − h to x + h?",
            lambda up, here, down, h: (up - down) / h,
        ),
        nudge_slip(
            "times_h",
            "Divided by 2, then multiplied by h",
            "Python goes from left to right: a rise `/ 2 * h` is halved and then multiplied by h.",
            "What is `1 / 2 * 0.1` in Python? Which signs keep the two factors of the run together?",
            lambda up, here, down, h: (up - down) / 2 * h,
        ),
        nudge_slip(
            "times_run",
            "Multiplied by the run",
            "The rise was multiplied by the run. The slope is the rise for each unit of the run.",
            "If the rise is 6 over a run of 2, what is the slope?",
            lambda up, here, down, h: (up - down) * (2 * h),
        ),
        nudge_slip(
            "not_divided",
            "The rise is not divided",
            "The result is how far f moved in all. The slope is how far it moves for each unit of x.",
            "Call it with half the h. Should the slope be half as large as well?",
            lambda up, here, down, h: up - down,
        ),
        nudge_slip(
            "divided_by_two",
            "Divided by 2 only",
            "The rise was divided by 2, and h is not in the run.",
            "How far is it from x − h to x + h?",
            lambda up, here, down, h: (up - down) / 2,
        ),
        nudge_slip(
            "down_minus_up",
            "The sign is flipped",
            "The value at the upper place was subtracted from the one at the lower place, so a rise counts as a fall.",
            "Take f(x) = x at any place. Which sign should the slope have, and which one do you get?",
            lambda up, here, down, h: (down - up) / (2 * h),
        ),
        nudge_slip(
            "parentheses_missing",
            "Only the second value is divided",
            "The division comes before the subtraction, so only the value below x was divided by the run.",
            "What is `6 - 2 / 4` in Python? Which signs make it divide the difference?",
            lambda up, here, down, h: up - down / (2 * h),
        ),
        nudge_slip(
            "output_nudged",
            "The slope is 1 for every function",
            "Either h was added to what f returned, or f was not called at all. "
            "In both cases the rise is 2h, whatever the function.",
            "What is nudged, the input of f or its output? Where in your lines is f called?",
            lambda up, here, down, h: ((here + h) - (here - h)) / (2 * h),
        ),
        nudge_slip(
            "added_for_subtracted",
            "The two values are added",
            "The rise is the difference of the two values of f. Their sum was divided by the run.",
            "If f is the same at both places, what is the slope, and what do you get?",
            lambda up, here, down, h: (up + down) / (2 * h),
        ),
        nudge_slip(
            "sign_lost",
            "The sign is lost",
            "The slope has the right size and is never negative. A curve can fall.",
            "Take f(x) = −x. Which sign should the slope have?",
            lambda up, here, down, h: np.abs(up - down) / (2 * h),
        ),
        nudge_slip(
            "second_difference",
            "The bend instead of the slope",
            "The two sides were compared with the middle: that measures how the slope changes, not the slope.",
            "Take f(x) = 3x. What should the slope be, and what do you get?",
            lambda up, here, down, h: (up - 2 * here + down) / h**2,
        ),
        slip(
            "run_without_parentheses",
            "The run lacks its parentheses",
            "The rise was divided by the upper place alone, and the lower place subtracted from that.",
            "What is `6 / 3 - 1` in Python? Which signs make it divide by the difference?",
            lambda f, x, h: (f(x + h) - f(x - h)) / (x + h) - (x - h),
            "central_difference",
        ),
        slip(
            "half_a_step",
            "Half a step to each side",
            "x was moved by h/2 to each side. The exercise asks for h to each side.",
            "How far is the upper place from x in your lines, and how far in the chapter's formula?",
            lambda f, x, h: (f(x + h / 2) - f(x - h / 2)) / h,
            "central_difference",
        ),
        slip(
            "two_steps",
            "Two steps to each side",
            "x was moved by 2h to each side, and the rise was divided by 2h.",
            "How far is it from the lower place to the upper one in your lines?",
            lambda f, x, h: (f(x + 2 * h) - f(x - 2 * h)) / (2 * h),
            "central_difference",
        ),
        slip(
            "four_steps",
            "Two steps to each side",
            "x was moved by 2h to each side, and the rise was divided by 4h. That is a central difference with 2h.",
            "How far is the upper place from x in your lines, and how far in the chapter's formula?",
            lambda f, x, h: (f(x + 2 * h) - f(x - 2 * h)) / (4 * h),
            "central_difference",
        ),
        slip(
            "divided_by_x",
            "Divided by the place instead of the run",
            "The rise was divided by 2x. The run is the distance between the two places, which x does not change.",
            "Move both places by 100. Does the distance between them change? Does your result?",
            lambda f, x, h: (f(x + h) - f(x - h)) / (2 * x),
            "central_difference",
        ),
        slip(
            "down_from_zero",
            "The lower place is h − x",
            "The lower place was computed as h − x, which lies on the other side of 0.",
            "Put in x = 5 and h = 1. Which two places do you look at?",
            lambda f, x, h: (f(x + h) - f(h - x)) / (2 * h),
            "central_difference",
        ),
        slip(
            "own_step",
            "The given h is not used",
            "The slope is that of a much smaller nudge than `h`, or of the rule from school. "
            "The task is to measure with the h that is handed over, with the error that belongs to it.",
            "Call your function with h = 0.1 and with h = 1. Does the result change for the cube?",
            lambda f, x, h: (f(x + 6e-6) - f(x - 6e-6)) / 1.2e-5,
            "central_difference",
        ),
    ),
    hints=(
        "At which two places is f looked at, and how far are they apart?",
        "(f(x + h) − f(x − h)) / 2h: the rise over the whole run.",
        "`up = f(...)`, with the place above x between the parentheses.",
    ),
)

# ---- write it: a chain of any length --------------------------------------------------------------------


def chain_cases(rng):
    """Draw a place for chains of smooth functions, of several lengths."""
    chains = (
        ("tanh", "softplus", "sigmoid"),
        ("softplus", "tanh"),
        ("softplus", "tanh", "sigmoid", "softplus", "tanh"),
        ("sigmoid",),
        ("tanh", "decay", "softplus"),  # falls in between, and begins with a negative value
    )
    cases = []
    for names, sign in zip(chains, (1, -1, -1, 1, -1), strict=True):
        words = f"{len(names)} function{'s' * (len(names) > 1)}: {', '.join(names)}"
        arguments = {
            "functions": [FUNCTIONS.get(name) or activations.get(name) for name in names],
            "x": sign * float(rng.uniform(0.4, 0.9)),
        }
        cases.append(twice(words, words, arguments, {"x": arguments["x"]}))
    return cases


def entering(functions, x):
    """Return the values of a chain: x, and what comes out of each function."""
    values = [x]
    for f in functions:
        values.append(f(values[-1]))
    return values


def chain_slope(functions, x, *, links=slice(None), at=0, join=np.prod):
    """Return the slope of the chain, of some of its links, at values `at` places on, or with another rule to join."""
    values = entering(functions, x)
    return join([f.derivative(v) for f, v in list(zip(functions, values[at:], strict=False))[links]])


def places_from_x(functions, x):
    """Hand x to every function, so that the place never goes further than one step."""
    values = [x, *(f(x) for f in functions)]
    return np.prod([f.derivative(v) for f, v in zip(functions, values, strict=False)])


def slopes_at_slopes(functions, x):
    """Move on by the slope instead of the value."""
    slope = 1.0
    for f in functions:
        x = f.derivative(x)
        slope *= x
    return slope


def derivatives_chained(functions, x):
    """Hand each slope to the next derivative."""
    for f in functions:
        x = f.derivative(x)
    return x


Exercise(
    "01.chain_slope",
    title="Write it: the slope of a chain of any length",
    kind="write",
    points=4,
    chapter=CHAPTER,
    equation="chain_rule",
    arguments=("functions", "x"),
    returns=("slope",),
    cases=chain_cases,
    reference=chain_slope,
    known=(
        slip(
            "slopes_at_input",
            "Every slope is taken at x",
            "Each derivative was handed the x at the start of the chain. "
            "Only the first function meets x; the second one meets what the first returned.",
            "Write down what enters the second function. Does a name in your loop hold that value at that moment?",
            lambda functions, x: np.prod([f.derivative(x) for f in functions]),
        ),
        listed(
            "slope_at_activation",
            "Each slope is taken at the value that leaves the link",
            "Each derivative was handed what its own function returned, instead of what entered it.",
            "In which order do the lines of your loop move on to the next value and take the slope?",
            partial(chain_slope, at=1),
        ),
        slip(
            "slopes_added",
            "The slopes are added",
            "The slopes of the links were added. Each link multiplies the move it is handed.",
            "Take two links of slope 3 and 2. How far does the end move when the start moves by 1?",
            partial(chain_slope, join=np.sum),
        ),
        slip(
            "not_multiplied",
            "The slopes are not multiplied",
            "One slope for each link came back. They are the factors; the slope of the whole chain is one number.",
            "Take two links of slope 3 and 2. How far does the end move when the start moves by 1?",
            partial(chain_slope, join=np.array),
        ),
        slip(
            "sigmoid_everywhere",
            "Every function is taken for a sigmoid",
            "The slope a·(1 − a) was used in every link. It is the rule for the sigmoid alone.",
            "Each function of the list knows its own slope. How do you ask it?",
            lambda functions, x: np.prod([a * (1 - a) for a in entering(functions, x)[1:]]),
        ),
        slip(
            "last_link_only",
            "Only the slope of the last link",
            "The slope was written anew in each round, so that only the last one is left.",
            "After each round of your loop, print the slope. Which of the earlier ones are still in it?",
            partial(chain_slope, links=slice(-1, None)),
        ),
        slip(
            "first_link_only",
            "Only the slope of the first link",
            "What came back is the first function's slope at x. A `return` inside the loop ends it after one round.",
            "How many rounds does your loop make? Look how far `return` is indented.",
            partial(chain_slope, links=slice(0, 1)),
        ),
        slip(
            "last_link_missing",
            "The slope of the last link is missing",
            "The product holds the slopes of all links but the last one.",
            "Count: as many functions, as many factors. Where does your loop end?",
            partial(chain_slope, links=slice(0, -1)),
        ),
        slip(
            "first_link_missing",
            "The slope of the first link is missing",
            "The product holds the slopes of all links but the first one.",
            "Count: as many functions, as many factors. Where does your loop begin?",
            partial(chain_slope, links=slice(1, None)),
        ),
        slip(
            "derivatives_chained",
            "A slope is handed to the next derivative",
            "Each derivative was taken at the slope of the link before. What goes along the chain are the values.",
            "A value and a slope travel along the chain. Which of them goes into `f`, and which one is multiplied?",
            derivatives_chained,
        ),
        slip(
            "first_function_skipped",
            "The first function is left out",
            "x went into the second function at once, and the first one has no part in the result.",
            "A list begins at the index 0. Where does your loop begin?",
            lambda functions, x: chain_slope(functions[1:], x),
        ),
        slip(
            "places_from_x",
            "Each place is one step from x",
            "Every function was handed the x at the start, so that a derivative meets what the function before makes "
            "of x, and not what came along the chain.",
            "Which name do you hand to `f` when you move on? Does it change from link to link?",
            places_from_x,
        ),
        slip(
            "moved_on_by_slopes",
            "The slope is taken for the next place",
            "What enters the next function is the value that the link before returned, not its slope.",
            "A value and a slope travel along the chain. Which of them goes into `f`, and which one is multiplied?",
            slopes_at_slopes,
        ),
        slip(
            "values_multiplied_too",
            "The values are multiplied as well",
            "Each link multiplied its slope and its value. The chain multiplies slopes alone.",
            "When x grows by a little, which of the two says how much the end of the link moves?",
            lambda functions, x: chain_slope(functions, x) * np.prod(entering(functions, x)[1:]),
        ),
        slip(
            "values_multiplied",
            "The values are multiplied",
            "The values along the chain were multiplied, and no slope is in the result.",
            "When x grows by a little, which of the two says how much the end of a link moves: f(x) or f′(x)?",
            lambda functions, x: np.prod(entering(functions, x)[1:]),
        ),
        slip(
            "sigmoid_slope_everywhere",
            "The slope of the sigmoid in every link",
            "Each link got the slope of the sigmoid at the value that enters it, whatever its function.",
            "Each function of the list knows its own slope. How do you ask it?",
            lambda functions, x: np.prod(
                [activations.sigmoid.derivative(v) for _, v in zip(functions, entering(functions, x), strict=False)]
            ),
        ),
        slip(
            "starts_at_zero",
            "The product begins with 0",
            "The slope is 0 everywhere: a product that begins with 0 stays 0.",
            "What is the slope of a chain without any link, where the end is the start?",
            partial(chain_slope, join=lambda slopes: 0.0),
        ),
        slip(
            "starts_at_x",
            "The product begins with x",
            "The slope is x times what it should be: the product began with the value x.",
            "What is the slope of a chain without any link, where the end is the start?",
            lambda functions, x: x * chain_slope(functions, x),
        ),
        slip(
            "value_returned",
            "The value instead of the slope",
            "What came back is the value at the end of the chain. How fast it changes with x is another number.",
            "Two numbers travel along the chain. Which of them does your `return` name?",
            lambda functions, x: entering(functions, x)[-1],
        ),
        listed(
            "reversed_lists",
            "The functions are applied from the last to the first",
            "The list was read from its end, so that x went into the last function first.",
            "`functions[0]` is the one that x enters. Which one does your loop take first?",
            lambda functions, x: chain_slope(functions[::-1], x),
        ),
        slip(
            "values_of_other_links",
            "The slopes are taken at the values of other links",
            "The values run from the first link to the last and the functions from the last to the first, "
            "so each derivative meets the value of another link.",
            "Print the name of each function beside the value you hand to its derivative.",
            lambda functions, x: np.prod(
                [f.derivative(v) for f, v in zip(functions[::-1], entering(functions, x), strict=False)]
            ),
        ),
    ),
    nudged=lambda given, name: numerical_gradient(lambda x: entering(given["functions"], x)[-1], given["x"]),
    hints=(
        "Which value enters the second function? Is it there at the moment when you take the slope?",
        "The slope of the chain is the product of the slopes of its links, each at the value that enters that link.",
        "`slope = 1.0`, and then a loop over the functions.",
    ),
)

# ---- find the bugs: a value that is used several times --------------------------------------------------


def path_cases(rng):
    """Draw a z and several outputs; every path counts, and z is neither near 0 nor near 1."""
    cases = []
    for k, sign in ((3, 1), (2, -1), (4, 1)):
        while True:
            z = sign * float(rng.uniform(0.4, 1.8))
            w_out = rng.uniform(0.5, 2, k) * rng.choice([-1, 1], k)
            b_out = rng.uniform(0.2, 1, k) * rng.choice([-1, 1], k)
            y = rng.normal(size=k)
            paths = (w_out * z**2 + b_out - y) * w_out
            if abs(abs(z) - 1) > 0.15 and np.abs(paths).min() > 0.1 and abs(paths.sum()) > 0.3:
                break
        words = f"{k} outputs"
        arguments = {"z": z, "w_out": w_out, "b_out": b_out, "y": y}
        cases.append(twice(words, words, arguments, {"k": k} if k > 2 else {}))
    return cases


def over_paths(z, w_out, b_out, y, *, slope=lambda z, a: 2 * z, join=lambda errors, w: np.sum(errors * w)):
    """Return dC/dz where a = z² is used by several outputs, with another slope or another way to join the paths."""
    a = z**2
    return join(w_out * a + b_out - y, w_out) * slope(z, a)


def path_slip(name, title, meaning, advice, join):
    """Return a mistake in joining the paths."""
    return slip(name, title, meaning, advice, partial(over_paths, join=join), "sum_over_paths")


Exercise(
    "01.mended",
    title="Find the bugs: a value that is used several times",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="sum_over_paths",
    arguments=("z", "w_out", "b_out", "y"),
    returns=("dC_dz",),
    cases=path_cases,
    reference=over_paths,
    stub=partial(over_paths, slope=lambda z, a: 2 * a, join=lambda errors, w: errors[-1] * w[-1]),
    planted=("last_path_only", "slope_at_activation"),
    known=(
        listed(
            "slope_at_activation",
            "The slope of the square is taken at a",
            "All paths are there, but the slope of the square was computed with a, the value that comes out of it.",
            "Which value enters the square? What is its slope at the place 3?",
            partial(over_paths, slope=lambda z, a: 2 * a),
        ),
        path_slip(
            "first_path_missing",
            "The first path is missing",
            "All paths but the first were added. The index of the first output is 0.",
            "Print `k` in each round of the loop. With which one does it begin, and with which does it end?",
            lambda errors, w: np.sum((errors * w)[1:]),
        ),
        path_slip(
            "last_path_missing",
            "The last path is missing",
            "All paths but the last were added. The loop ends a round too early.",
            "Print `k` in each round of the loop. With which one does it begin, and with which does it end?",
            lambda errors, w: np.sum((errors * w)[:-1]),
        ),
        path_slip(
            "weight_added",
            "The weight is added",
            "On each path the error and the weight were added. They are two slopes that follow one another.",
            "Let a grow by 1. By how much does the output with the weight −2 move, and by how much then C?",
            lambda errors, w: np.sum(errors + w),
        ),
        path_slip(
            "earlier_paths_doubled",
            "The earlier paths are added again",
            "In each round of the loop what was there before was added once more.",
            "What does `+=` add to what is there already? And what stands on the right of it?",
            lambda errors, w: sum(2 ** (len(w) - 1 - k) * errors[k] * w[k] for k in range(len(w))),
        ),
        slip(
            "activation_for_weight",
            "The activation in the place of the weight",
            "Each error was multiplied by a. How far an output moves with a depends on its weight.",
            "Let a grow by 1. By how much does the output with the weight −2 move?",
            lambda z, w_out, b_out, y: np.sum(w_out * z**2 + b_out - y) * z**2 * 2 * z,
            "sum_over_paths",
        ),
        slip(
            "bias_left_out",
            "The biases are left out",
            "The outputs were computed without their biases. They add nothing to a slope, but they move the errors.",
            "Compute one output with all its parts.",
            lambda z, w_out, b_out, y: over_paths(z, w_out, 0 * b_out, y),
        ),
        slip(
            "output_from_z",
            "The outputs are made of z",
            "Each output was computed from z, where it is a that enters it.",
            "Look at the picture: which value do the arrows to the outputs start from?",
            lambda z, w_out, b_out, y: np.sum((w_out * z + b_out - y) * w_out) * 2 * z,
        ),
        slip(
            "links_added",
            "Two links of one path are added",
            "dC/da and the slope of the square were added. They follow one another on each path.",
            "If a grows 6 times as fast as z, and C twice as fast as a, how fast does C grow?",
            lambda z, w_out, b_out, y: over_paths(z, w_out, b_out, y, slope=lambda z, a: 1.0) + 2 * z,
        ),
        slip(
            "starts_at_zero",
            "The product stays 0",
            "The result is 0: something is multiplied by a number that begins with 0.",
            "What is `dC_da` before the loop, and what does a line with `*=` make of it?",
            lambda z, w_out, b_out, y: 0.0,
        ),
        slip(
            "slope_times_value",
            "The square's value is multiplied in as well",
            "The slope of the square was multiplied by its value. Along a path only slopes are multiplied.",
            "What is the slope of the square at the place 3?",
            partial(over_paths, slope=lambda z, a: 2 * z * a),
        ),
        slip(
            "value_for_slope",
            "The value of the square for its slope",
            "The last factor is a itself. Asked is how fast a moves with z.",
            "What is the slope of the square at the place 3, and what its value?",
            partial(over_paths, slope=lambda z, a: a),
        ),
        slip(
            "loss_returned",
            "The loss, not its slope",
            "What came back is C. Asked is how fast it changes with z.",
            "What happens to C when z is nudged?",
            lambda z, w_out, b_out, y: 0.5 * np.sum((w_out * z**2 + b_out - y) ** 2),
        ),
        path_slip(
            "last_path_only",
            "The last path only",
            "The slope of the square is right, but each round of the loop puts its path in place of the earlier ones. "
            "A line that adds below the loop, and not in it, does the same.",
            "Print `dC_da` in each round. What happens to what was there before?",
            lambda errors, w: errors[-1] * w[-1],
        ),
        listed(
            "one_output_only",
            "The first path only",
            "The slope of the square is right, but only the path through the first output was followed. "
            "A `return` inside the loop does that.",
            "How many outputs does a move of z reach? How many rounds does your loop make?",
            partial(over_paths, join=lambda errors, w: errors[0] * w[0]),
            "sum_over_paths",
        ),
        listed(
            "slope_left_out",
            "The slope of the square is left out",
            "The paths were added, and what came back is dC/da. Between z and a lies the square.",
            "How much further does a move than z? That factor is missing.",
            partial(over_paths, slope=lambda z, a: 1.0),
        ),
        listed(
            "sign_flipped",
            "The sign is flipped",
            "The result has the wrong sign, as with y − ŷ for the slope of ½(ŷ − y)².",
            "Let a prediction be too high. Does the loss rise or fall when it rises further?",
            partial(over_paths, slope=lambda z, a: -2 * z),
        ),
        listed(
            "factor_two",
            "A factor 2 too many",
            "The result is twice what it should be. The 2 of the loss's square and the ½ before it cancel.",
            "Write down the loss of one output with all its factors, differentiate it, and count the 2s.",
            partial(over_paths, slope=lambda z, a: 4 * z),
        ),
        listed(
            "factor_half",
            "The 2 of the square is missing",
            "The result is half of what it should be: the 2 of the square did not come down, or the ½ of C was kept.",
            "Nudge z² at z = 3. Which slope do you get?",
            partial(over_paths, slope=lambda z, a: z),
        ),
        path_slip(
            "paths_multiplied",
            "The paths are multiplied",
            "The contributions of the paths were multiplied. Slopes are multiplied along a path, not across paths.",
            "Two effects happen at the same time. If one moves C by 0.01 and the other by 0.02, how far does C move?",
            lambda errors, w: np.prod(errors * w),
        ),
        path_slip(
            "paths_averaged",
            "The mean over the paths",
            "The contributions of the paths were averaged. C feels each of them in full.",
            "If a second output is added and the first stays as it is, does the first path count less?",
            lambda errors, w: np.mean(errors * w),
        ),
        path_slip(
            "sums_multiplied",
            "Summed first, multiplied afterward",
            "The errors were added, the weights were added, and the two sums multiplied. "
            "The error of an output belongs to the weight that leads there.",
            "Write down the path through output 1 alone, then the one through output 2, and only then add.",
            lambda errors, w: np.sum(errors) * np.sum(w),
        ),
        path_slip(
            "weight_left_out",
            "The weights are left out",
            "The errors were added without the weights. How far an output moves with a depends on its weight.",
            "Let a grow by 1. By how much does the output with the weight −2 move?",
            lambda errors, w: np.sum(errors),
        ),
        slip(
            "every_path_returned",
            "The paths are not added",
            "One number for each path came back. There is one z, and so there is one slope.",
            "What has to be done with the contributions of the paths at the end?",
            lambda z, w_out, b_out, y: (w_out * z**2 + b_out - y) * w_out * 2 * z,
            "sum_over_paths",
        ),
    ),
    nudged=lambda given, name: numerical_gradient(
        lambda z: 0.5 * np.sum((given["w_out"] * z**2 + given["b_out"] - given["y"]) ** 2), given["z"]
    ),
    hints=(
        "Call the function by hand with one output, and then with two. Which of the two bugs can one output show?",
        "Add over paths: each output contributes (ŷ − y) times its weight. "
        "Then multiply along the chain, by the slope of the square at the value that enters it.",
        "Look at the line inside the loop that gives `dC_da` its value: what becomes of the value it had?",
    ),
)

# ---- a number of one's own ------------------------------------------------------------------------------


def own_rules(arguments):
    """Return what does not do about the chosen numbers."""
    complaint = unfit_size(arguments, 0.001, 1000)
    if complaint:
        return complaint
    w, x, b, y = arguments.values()
    if np.isclose(w, 2):
        return "With w = 2, w² and 2w are the same, and a mistake would not show. Choose another `w`."
    if np.isclose(w * x + b, 0):
        return "With these numbers z is 0, and a mistake would not show. Choose another `b`."
    if np.isclose(abs(w * (w * x + b) - y), (0, 1, 2)).any():
        return "With these numbers a − y is 0, ±1 or ±2, and a mistake would not show. Choose another `y`."
    return None


def own_cases(rng):
    """Draw numbers as a learner could choose them, such that the rules have nothing against them."""
    while True:
        numbers = (rng.uniform(1.3, 3.5, 4) * [1, 1, -1, 1]).round(5)
        arguments = dict(zip("wxby", numbers.tolist(), strict=True))
        if own_rules(arguments) is None:
            return [Case("yours", "your numbers", (("first", arguments),))]


def own_chain(w, x, b, y, *, path=lambda z, w, x: z + w * x, error=lambda a, y: a - y, half=0.5, bias=1.0, power=2):
    """Return C and dC/dw of z = w x + b, a = w z, C = ½(a − y)², with other parts if so asked."""
    z = w * x + bias * b
    a = w * z
    return half * (a - y) ** power, error(a, y) * path(z, w, x)


def own_slip(name, title, meaning, advice, equation="sum_over_paths", **parts):
    """Return a mistake that can be made with one's own numbers."""
    return slip(name, title, meaning, advice, partial(own_chain, **parts), equation)


ADD_PATHS = "Draw the two ways from w to a. What does each of them contribute, and how do the two come together?"

Exercise(
    "01.used_twice",
    title="Compute with your own numbers: a weight that is used twice",
    kind="numbers",
    points=3,
    chapter=CHAPTER,
    equation="sum_over_paths",
    arguments=("w", "x", "b", "y"),
    returns=("C", "dC_dw"),
    cases=own_cases,
    reference=own_chain,
    rules=own_rules,
    known=(
        own_slip(
            "direct_path_only",
            "The path through z is forgotten",
            "Only the direct path counts, from w into w·z with z held still. But z moves when w moves.",
            ADD_PATHS,
            path=lambda z, w, x: z,
        ),
        own_slip(
            "path_through_z_only",
            "The direct path is forgotten",
            "Only the path through z counts. The w that multiplies z moves as well.",
            ADD_PATHS,
            path=lambda z, w, x: w * x,
        ),
        own_slip(
            "paths_multiplied",
            "The paths are multiplied",
            "The two paths were multiplied. Slopes are multiplied along a path, and paths are added.",
            ADD_PATHS,
            path=lambda z, w, x: z * w * x,
        ),
        own_slip(
            "formula_of_the_chapter",
            "The formula of another chain",
            "This is (a − y)·2z·x, the slope of the chain in the chapter. There a is z², here it is w·z.",
            ADD_PATHS,
            path=lambda z, w, x: 2 * z * x,
        ),
        own_slip(
            "not_squared",
            "The square in C is missing",
            "The slope is right. C holds the difference a − y itself where its square belongs.",
            "Read the formula of C once more, from the inside out.",
            "chain_rule",
            power=1,
        ),
        own_slip(
            "second_path_by_w",
            "The inner slope is w instead of x",
            "On the path through z the slope of w·x + b was taken in x. It is the weight that moves.",
            "Let w grow by 1 inside z alone. By how much does z grow?",
            path=lambda z, w, x: z + w * w,
        ),
        own_slip(
            "link_left_out",
            "A link of the path through z is left out",
            "On the path through z there are two links, from w to z and from z to a. The second one is missing.",
            "Let z grow by 1 and hold the other w still. By how much does a grow?",
            path=lambda z, w, x: z + x,
        ),
        slip(
            "results_exchanged",
            "C and its slope are exchanged",
            "`C` holds the slope, and `dC_dw` the loss.",
            "Which of the two numbers is the loss itself?",
            lambda *given: own_chain(*given)[::-1],
            "chain_rule",
        ),
        slip(
            "bias_inside_the_bracket",
            "The bias stands inside the bracket",
            "Both results belong to z = w·(x + b). Here z is w·x + b, and the bias has no weight.",
            "Compute z once more, as it stands in the text.",
            lambda w, x, b, y: own_chain(w, x + b, 0.0, y),
            "chain_rule",
        ),
        slip(
            "second_use_left_out",
            "The second use of w is left out",
            "Both results belong to a = z. Here a is w·z.",
            "Compute a once more, as it stands in the text.",
            lambda w, x, b, y: (0.5 * (w * x + b - y) ** 2, (w * x + b - y) * x),
            "chain_rule",
        ),
        own_slip(
            "square_not_differentiated",
            "The square of w is not differentiated",
            "This is (a − y)·(w²x + b). In w²x + wb the first term has w twice.",
            "What is the slope of w² in w?",
            path=lambda z, w, x: z - w * x + w**2 * x,
        ),
        slip(
            "difference_for_loss",
            "C is the difference alone",
            "The slope is right. C holds a − y: without the square and the ½, or with `* 2` where `** 2` is meant.",
            "Read the formula of C once more, from the inside out.",
            lambda w, x, b, y: (w * (w * x + b) - y, own_chain(w, x, b, y)[1]),
            "chain_rule",
        ),
        slip(
            "bracket_of_the_second_w",
            "w multiplies only a part of z",
            "Both results belong to a = w·w·x + b: the second w multiplied w·x, and b was added as it is.",
            "a is w·z, and z has two parts. Which of them does w multiply?",
            lambda w, x, b, y: (0.5 * (w * w * x + b - y) ** 2, (w * w * x + b - y) * 2 * w * x),
            "chain_rule",
        ),
        slip(
            "loss_for_difference",
            "C stands in the slope",
            "The slope holds C itself where a − y belongs.",
            "How fast does ½(a − y)² change with a?",
            lambda w, x, b, y: (own_chain(w, x, b, y)[0], own_chain(w, x, b, y)[0] * (2 * w * x + b)),
            "chain_rule",
        ),
        own_slip(
            "bias_lost_on_the_way",
            "The slope of w²x",
            "This is (a − y)·2wx: the b of z is missing in the slope. b does not move, but w multiplies it.",
            "Write out w·(w·x + b). Which of the two terms has one w, and which two?",
            path=lambda z, w, x: 2 * w * x,
        ),
        own_slip(
            "inner_slope_left_out",
            "The slope of z is left out",
            "On the path through z the slope of w·x + b in w is missing.",
            "Let w grow by 1 inside z alone. By how much does z grow?",
            path=lambda z, w, x: z + w,
        ),
        listed(
            "factor_half",
            "The ½ is kept",
            "C is right and the slope is half of what it should be. The 2 of the square meets the ½.",
            "Write down ½(a − y)², differentiate it, and count the 2s.",
            partial(own_chain, error=lambda a, y: 0.5 * (a - y)),
        ),
        own_slip(
            "only_to_a",
            "The last link is left out",
            "This is how fast a changes with w. From a it is one more link to C.",
            "How fast does C change with a? That slope is a factor of both paths.",
            "chain_rule",
            error=lambda a, y: 1.0,
        ),
        own_slip(
            "only_to_C",
            "The slope stops at a",
            "This is dC/da. From w to a two paths still have to be walked.",
            ADD_PATHS,
            "chain_rule",
            path=lambda z, w, x: 1.0,
        ),
        listed(
            "sign_flipped",
            "The sign is flipped",
            "C is right and the slope has the wrong sign, as with y − a for the slope of ½(a − y)².",
            "Let a be larger than y. Does the loss rise or fall when a grows?",
            partial(own_chain, error=lambda a, y: y - a),
        ),
        listed(
            "factor_two",
            "A factor 2 too many in the slope",
            "C is right and the slope is twice what it should be. The 2 of the square and the ½ before it cancel.",
            "Write down ½(a − y)², differentiate it, and count the 2s.",
            partial(own_chain, error=lambda a, y: 2 * (a - y)),
        ),
        own_slip(
            "half_left_out",
            "The ½ of the loss is left out",
            "The slope is right, but C is twice what it should be.",
            "Which number stands before the square in C?",
            "chain_rule",
            half=1.0,
        ),
        own_slip(
            "half_left_out_twice",
            "The ½ of the loss is left out, in C and in its slope",
            "Both results are twice what they should be: they belong to (a − y)², without the ½.",
            "Which number stands before the square in C?",
            "chain_rule",
            half=1.0,
            error=lambda a, y: 2 * (a - y),
        ),
        own_slip(
            "bias_left_out",
            "The bias is left out of z",
            "Both results belong to z = w·x, without b. b adds nothing to the slope of z, but it moves the place.",
            "Compute z once more, with all its parts.",
            "chain_rule",
            bias=0.0,
        ),
    ),
    hints=(
        "Change w alone. Which two parts of a = w·z move?",
        "dC/dw is dC/da times the sum of the two paths from w to a: one directly, one through z.",
        "Write down z and a first, as numbers; then `C = 0.5 * (...) ** 2`.",
    ),
)
