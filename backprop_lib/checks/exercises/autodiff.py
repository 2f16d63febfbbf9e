"""Exercises of chapter 09: a walk in order, broadcasting undone, the walk itself, a hunt on a tape, a retest."""

from functools import partial

import numpy as np

from backprop_lib import autodiff
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list, wrong_bias_sums
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "09_autodiff"

# ---- order the lines: a walk back by hand ---------------------------------------------------------------


def three_step_cases(rng):
    """Draw w and x, of both signs; u and v follow."""
    cases = []
    for words, signs in (("two positive numbers", (1, 1)), ("w negative", (-1, 1)), ("x negative", (1, -1))):
        w, x = (float(sign * size) for sign, size in zip(signs, rng.uniform(1.5, 4, 2), strict=True))
        u = w * x
        cases.append(Case(words, words, (("first", {"w": w, "x": x, "u": u, "v": w - u}),)))
    return cases


def by_hand(w, x, u, v, *, for_w="both", for_x="both", w_from="both"):
    """Return dC/dw and dC/dx for u = w x, v = w - u, C = u v; u's gradient or w's may lack a share."""
    at_u = {"straight": v, "through_v": -u, "both": v - u}
    at_w = {"u": at_u[for_w] * x, "v": u, "both": at_u[for_w] * x + u}
    return at_w[w_from], at_u[for_x] * w


def slip(**options):
    """Return the walk by hand with a share left out somewhere."""
    return partial(by_hand, **options)


def nudged_three_steps(arguments, name):
    """Nudge w or x and calculate anew."""
    w, x = arguments["w"], arguments["x"]
    if name == "grad_w":
        return numerical_gradient(lambda w: (w * x) * (w - w * x), w)
    return numerical_gradient(lambda x: (w * x) * (w - w * x), x)


WAITING = "After which lines is the gradient of u complete, and which lines read it?"

Exercise(
    "09.three_steps_back",
    title="Order the lines: three steps back",
    kind="order",
    points=2,
    chapter=CHAPTER,
    equation="sum_over_paths",
    arguments=("w", "x", "u", "v"),
    returns=("grad_w", "grad_x"),
    cases=three_step_cases,
    reference=by_hand,
    lines={
        "A": "grad_w = grad_w + grad_u * x",
        "B": "grad_u = grad_C * v",
        "C": "grad_x = grad_u * w",
        "D": "grad_v = grad_C * u",
        "E": "grad_u = -grad_v",
        "F": "grad_w = grad_v",
        "G": "grad_C = 1.0",
        "H": "grad_u = grad_u - grad_v",
        "I": "grad_w = grad_u * x",
    },
    known=(
        Known(
            "straight_share_only",
            title="u has its turn with one share",
            meaning="w and x were reached from u while the gradient of u held the straight way to C alone. What comes "
            "through v arrived too late or not at all, or was overwritten.",
            advice=WAITING,
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(for_w="straight", for_x="straight"),
        ),
        Known(
            "straight_share_for_w",
            title="w is reached too early",
            meaning="The share that w has from u was sent before v had had its turn. That of x was sent in time.",
            advice=WAITING,
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(for_w="straight"),
        ),
        Known(
            "straight_share_for_x",
            title="x is reached too early",
            meaning="The share that x has from u was sent before v had had its turn. That of w was sent in time.",
            advice=WAITING,
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(for_x="straight"),
        ),
        Known(
            "overwritten_at_u",
            title="The straight way from u to C is lost",
            meaning="The gradient of u held what comes through v alone: one share took the place of the other.",
            advice="u is used twice. Which line adds the second share to the first?",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(for_w="through_v", for_x="through_v"),
        ),
        Known(
            "overwritten_at_w",
            title="The share that w has from v is lost",
            meaning="The gradient of w holds what comes through u alone. w is used in v as well.",
            advice="Count the places where w stands in the calculation. Each of them brings a share.",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(w_from="u"),
        ),
        Known(
            "share_of_u_lost",
            title="The share that w has from u is lost",
            meaning="The gradient of w holds what comes straight from v alone. w is used in u as well.",
            advice="Count the places where w stands in the calculation. Each of them brings a share.",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(w_from="v"),
        ),
        Known(
            "through_v_twice",
            title="The share from v counts twice at u",
            meaning="The gradient of u holds what comes through v two times and nothing of the straight way to C.",
            advice="u is used twice. Which of your lines stands for which use?",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=lambda w, x, u, v: (-2 * u * x + u, -2 * u * w),
        ),
        Known(
            "through_u_twice",
            title="The share from u counts twice, that from v is lost",
            meaning="The gradient of w holds what comes through u two times and nothing of what comes straight from v.",
            advice="Count the places where w stands in the calculation. Which of your lines stands for which place?",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=lambda w, x, u, v: (2 * (v - u) * x, (v - u) * w),
        ),
        Known(
            "straight_and_overwritten",
            title="u has its turn with one share, and w loses one",
            meaning="The gradient of u held the straight way to C alone, and the gradient of w what comes through u "
            "alone.",
            advice="Two values are used twice here. For each of them look for the line that adds.",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(for_w="straight", for_x="straight", w_from="u"),
        ),
        Known(
            "overwritten_twice",
            title="Shares are overwritten at u and at w",
            meaning="u and w are both used twice, and of each one share took the place of the other.",
            advice="Two values are used twice here. For each of them look for the line that adds.",
            equation="sum_over_paths",
            chapter=CHAPTER,
            wrong=slip(for_w="through_v", for_x="through_v", w_from="u"),
        ),
    ),
    nudged=nudged_three_steps,
    hints=(
        "Which value changes with C at the rate 1? And which of the values in between is used in two places?",
        "A value may have its turn only after all that use it have had theirs: C, then v, then u. "
        "Where a value is used twice, the second line adds to the first.",
        "The first line is G.",
    ),
)

# ---- write it: the gradient of what was stretched --------------------------------------------------------

STRETCHED = (
    ((7, 3), (3,), {"n": 7, "k": 3}),
    ((7, 3), (7, 1), {"n": 7, "k": 3}),
    ((5, 5), (5,), {"n": 5}),
    ((5, 5), (5, 1), {"n": 5}),
    ((4, 3), (1, 3), {"n": 4, "k": 3}),
    ((4, 3), (4, 3), {"n": 4, "k": 3}),
    ((4, 3), (), {"n": 4, "k": 3}),
    ((4, 3), (1, 1), {"n": 4, "k": 3}),
    ((7, 3), (1,), {"n": 7, "k": 3}),
    ((2, 4, 3), (4, 1), {}),
)


def stretched_cases(rng):
    """Draw a gradient and an array that was stretched to its shape; no two sums are near each other."""
    cases = []
    for wide, narrow, facts in STRETCHED:
        arguments = {"g": rng.normal(size=wide) + 0.3, "a": rng.normal(size=narrow) + 2.0}
        words = f"a of shape {narrow}, g of shape {wide}"
        cases.append(twice(words, words, arguments, facts))
    return cases


def right_share(g, a):
    """Return the gradient of a."""
    return autodiff.unbroadcast(g, a.shape)


def in_front(g, a):
    """Return the directions that a lacks."""
    return tuple(range(g.ndim - a.ndim))


def of_size_1(a):
    """Return the directions in which a has the size 1."""
    return tuple(i for i, size in enumerate(a.shape) if size == 1)


def mean_taken(g, a):
    """Average where the shares add up."""
    return g.mean(axis=in_front(g, a)).mean(axis=of_size_1(a), keepdims=True)


def first_taken(g, a):
    """Take the first of the uses."""
    g = g[(0,) * (g.ndim - a.ndim)]
    return g[tuple(slice(0, 1) if size == 1 else slice(None) for size in a.shape)]


def size_1_alone(g, a):
    """Sum over the directions of size 1 and leave those in front."""
    return g.sum(axis=of_size_1(a), keepdims=True)


def aligned_in_front(g, a):
    """Look for the missing directions behind."""
    return g.sum(axis=tuple(range(a.ndim, g.ndim))).sum(axis=of_size_1(a), keepdims=True)


def size_1_first(g, a):
    """Count the directions of size 1 before those in front are gone."""
    return g.sum(axis=of_size_1(a), keepdims=True).sum(axis=in_front(g, a))


def front_once(g, a):
    """Sum over a single direction in front, and over those of size 1."""
    if g.ndim > a.ndim:
        g = g.sum(axis=0)
    for axis in of_size_1(a):
        g = g.sum(axis=axis, keepdims=True)
    return g


def front_kept(g, a):
    """Keep the directions in front with the size 1."""
    behind = tuple(i + g.ndim - a.ndim for i in of_size_1(a))
    return g.sum(axis=in_front(g, a) + behind, keepdims=True)


SHAPES = "Write the two shapes below each other, ending at the same place on the right. "

Exercise(
    "09.stretched_gradient",
    title="Write it: the gradient of what was stretched",
    kind="write",
    points=3,
    chapter=CHAPTER,
    equation="unbroadcast",
    arguments=("g", "a"),
    returns=("grad",),
    cases=stretched_cases,
    reference=right_share,
    flexible=False,
    known=(
        Known(
            "mean_for_sum",
            title="The mean of the shares",
            meaning="The shares were averaged. An entry that is used seven times moves seven entries of the sum.",
            advice="Raise one entry of `a` by a little. Does one entry of the result rise, or do several?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=mean_taken,
        ),
        Known(
            "first_use_only",
            title="The first use only",
            meaning="The shape is right, and each entry holds the share of one use. The others are lost.",
            advice="How often is one entry of `a` used? Each use brings a share.",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=first_taken,
        ),
        Known(
            "not_summed",
            title="The gradient is handed on as it came",
            meaning="What came back has the shape of `g`. A gradient has the shape of its own array.",
            advice=SHAPES + "Where they differ, an entry of `a` was used more than once.",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: 1.0 * g,
        ),
        Known(
            "front_only",
            title="Only the directions in front are summed",
            meaning="The directions that `a` lacks were summed. Those in which it has the size 1 were stretched too.",
            advice="Try a column of shape (7, 1). In which direction is it stretched?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: g.sum(axis=in_front(g, a)),
        ),
        Known(
            "size_1_only",
            title="Only the directions of size 1 are summed",
            meaning="The directions in which `a` has the size 1 were summed. Those that it lacks were stretched too.",
            advice="Try a list of shape (3,). Which direction did broadcasting put in front of it?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=size_1_alone,
        ),
        Known(
            "size_1_lost",
            title="A direction of size 1 is lost",
            meaning="The sums are right, but the direction of size 1 is gone: a column became a flat list.",
            advice="Print the shape of what you return beside `a.shape`. "
            "Which word tells NumPy's sum to leave a direction of size 1 in place?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: g.sum(axis=in_front(g, a)).sum(axis=of_size_1(a)),
        ),
        Known(
            "front_kept",
            title="A direction too many in front",
            meaning="The sums are right, but the directions in front, which `a` lacks, were kept with the size 1.",
            advice="Print the shape of what you return beside `a.shape`. Which direction is to vanish for good?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=front_kept,
        ),
        Known(
            "rows_always",
            title="The rows are summed, whatever a is",
            meaning="The sum ran over the rows in every case. That is right for a bias, and not for a column.",
            advice=SHAPES + "In which direction was `a` stretched, if in any?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: g.sum(axis=0),
        ),
        Known(
            "rows_where_shapes_differ",
            title="The rows are summed wherever the shapes differ",
            meaning="Where the shapes differ, the sum ran over the rows. That is right for a bias, and not for a "
            "column.",
            advice=SHAPES + "In which direction was `a` stretched?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: g.sum(axis=0) if g.shape != a.shape else 1.0 * g,
        ),
        Known(
            "one_number",
            title="Summed over everything",
            meaning="All entries of `g` were added to one number. NumPy's sum does that unless it is told the "
            "directions.",
            advice="Which entries of `g` belong to one entry of `a`? Only these may be added.",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: g.sum(),
        ),
        Known(
            "one_number_everywhere",
            title="Summed over everything, then spread",
            meaning="All entries of `g` were added to one number, and every entry of `a` got that number.",
            advice="Which entries of `g` belong to one entry of `a`? Only these may be added.",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: np.full(a.shape, g.sum()),
        ),
        Known(
            "aligned_on_the_left",
            title="The shapes are aligned on the left",
            meaning="The missing directions were looked for behind. Broadcasting puts them in front. "
            "A square array does not show the slip by its shape.",
            advice=SHAPES + "Which direction of `g` has nothing below it?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=aligned_in_front,
        ),
        Known(
            "directions_counted_too_early",
            title="The directions are counted before those in front are gone",
            meaning="The places of size 1 in the shape of `a` were taken for places in the shape of `g`, "
            "which has directions in front that shift them.",
            advice="Try `a` of shape (4, 1) and `g` of shape (2, 4, 3). Which direction of `g` is the one of size 1?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=size_1_first,
        ),
        Known(
            "one_direction_in_front",
            title="One direction in front only",
            meaning="A single direction that `a` lacks was summed away. There can be two.",
            advice=SHAPES + "How many directions stand in front? An `if` runs once.",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=front_once,
        ),
        Known(
            "multiplied_by_a",
            title="Multiplied by a",
            meaning="The shares were multiplied by `a`, as if `a` had been a factor. It was a term of a sum.",
            advice="Which local slope has a sum in each of its terms?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=lambda g, a: a * right_share(g, a),
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(
        lambda a: np.sum(arguments["g"] * (np.zeros(arguments["g"].shape) + a)), arguments["a"]
    ),
    hints=(
        "One entry of `a` was used in several places of the sum. In which directions do these places lie?",
        "Sum over the directions that `a` lacks, which are in front, and then over those in which it has the size 1; "
        "the latter stay, with the size 1.",
        "`missing = g.ndim - a.ndim`",
    ),
)

# ---- write it: the walk back ------------------------------------------------------------------------------

RECORDS = (
    ("a chain, nothing used twice", ((), (0,), (1,), (2,))),
    ("one line used by two", ((), (), (0, 1), (2, 0), (2, 3))),
    ("one line used twice in the same operation", ((), (0, 0), (1,), (2, 1))),
    ("a leaf in the middle", ((), (0, 0), (), (1, 2))),
    (
        "ten lines, one of which nothing uses",
        ((), (), (0, 1), (1, 0), (2, 2), (0, 3), (4, 1), (4, 3, 1), (5, 2, 7), (8, 7, 2)),
    ),
)


def record_cases(rng):
    """Draw local slopes; a gradient that nearly vanishes is rejected."""
    cases = []
    for words, sources in RECORDS:
        sources = [list(line) for line in sources]
        while True:
            slopes = [[float(rng.choice([-1, 1]) * rng.uniform(0.5, 2)) for _ in line] for line in sources]
            if len(sources) == 4 and sources[1] == [0, 0]:  # x times x: both slopes are x
                slopes[1] = [slopes[1][0]] * 2
            sizes = np.abs([g for g in right_walk(sources, slopes) if g])
            if sizes.min() > 0.05 and sizes.max() < 50:
                break
        cases.append(twice(words, f"{words}: sources {sources}", {"sources": sources, "slopes": slopes}))
    return cases


def right_walk(sources, slopes):
    """Return the gradient of each line, the last one's own being 1."""
    return walk_with(sources, slopes)


def walk_with(
    sources,
    slopes,
    *,
    share=lambda g, slope, count: g * slope,
    end=1.0,
    start=0.0,
    begin=None,
    add=lambda old, new: old + new,
    order=lambda count: range(count - 1, -1, -1),
):
    """Walk with another share, other numbers to begin with, another way to join shares, or another order."""
    grads = [start] * (len(sources) - 1) + [end] if begin is None else list(begin)
    uses = [sum(line.count(i) for line in sources) for i in range(len(sources))]
    for line in order(len(sources)):
        for source, slope in zip(sources[line], slopes[line], strict=True):
            grads[source] = add(grads[source], share(grads[line], slope, uses[source]))
    return grads


def first_slope(sources, slopes):
    """Take a line's first slope for all its sources."""
    return walk_with(sources, [[line[0]] * len(line) if line else [] for line in slopes])


def first_source(sources, slopes):
    """Send to a line's first source alone."""
    return walk_with([line[:1] for line in sources], [line[:1] for line in slopes])


def once_a_line(sources, slopes):
    """Keep one slope for a source, the last, where a line uses it twice; a dict does that."""
    pairs = [dict(zip(*both, strict=True)) for both in zip(sources, slopes, strict=True)]
    return walk_with([list(line) for line in pairs], [list(line.values()) for line in pairs])


def first_place(sources, slopes):
    """Look a source up in its line, where only the first of two places is found."""
    return walk_with(
        sources,
        [[mine[line.index(source)] for source in line] for line, mine in zip(sources, slopes, strict=True)],
    )


def first_slope_once(sources, slopes):
    """Send to each source once, with the first of its slopes."""
    return walk_with(
        [list(dict.fromkeys(line)) for line in sources],
        [[mine[line.index(s)] for s in dict.fromkeys(line)] for line, mine in zip(sources, slopes, strict=True)],
    )


def equal_shares_once(sources, slopes):
    """Send equal shares to one source once; a set does that."""
    pairs = [sorted(set(zip(*both, strict=True))) for both in zip(sources, slopes, strict=True)]
    return walk_with([[s for s, _ in line] for line in pairs], [[k for _, k in line] for line in pairs])


def in_a_queue(sources, slopes, *, last=False, once=True):
    """Give a line its turn as soon as the first share has arrived: the first in the queue, or the last."""
    grads = [0.0] * len(sources)
    grads[-1] = 1.0
    queue, seen = [len(sources) - 1], {len(sources) - 1}
    while queue:
        line = queue.pop(-1 if last else 0)
        for source, slope in zip(sources[line], slopes[line], strict=True):
            grads[source] += grads[line] * slope
            if not once or source not in seen:
                seen.add(source)
                queue.append(source)
    return grads


def by_recursion(sources, slopes):
    """Follow each source up at once, the first time it is reached."""
    grads, seen = [0.0] * len(sources), set()
    grads[-1] = 1.0

    def visit(line):
        seen.add(line)
        for source, slope in zip(sources[line], slopes[line], strict=True):
            grads[source] += grads[line] * slope
            if source not in seen:
                visit(source)

    visit(len(sources) - 1)
    return grads


def forward_mode(sources, slopes):
    """Return how fast each line changes with the first."""
    rates = [0.0] * len(sources)
    rates[0] = 1.0
    for line in range(1, len(sources)):
        for source, slope in zip(sources[line], slopes[line], strict=True):
            rates[line] += rates[source] * slope
    return rates


def sent_again(sources, slopes):
    """Send on all that is there each time a share arrives."""
    grads = [0.0] * len(sources)

    def visit(line, share):
        grads[line] += share
        for source, slope in zip(sources[line], slopes[line], strict=True):
            visit(source, grads[line] * slope)

    visit(len(sources) - 1, 1.0)
    return grads


def ends_begun_with_one(sources, slopes):
    """Let every line that nothing uses begin with 1."""
    used = {source for line in sources for source in line}
    return walk_with(sources, slopes, begin=[0.0 if line in used else 1.0 for line in range(len(sources))])


def remembering():
    """Return a walk whose gradients live on between calls, as a dict in the head of a function does."""
    kept = {}

    def walk(sources, slopes):
        kept[len(sources) - 1] = 1.0
        for line in range(len(sources) - 1, -1, -1):
            for source, slope in zip(sources[line], slopes[line], strict=True):
                kept[source] = kept.get(source, 0.0) + kept.get(line, 0.0) * slope
        return [kept.get(line, 0.0) for line in range(len(sources))]

    return walk


def moved(sources, slopes, end, change):
    """Return by how much the last line moves when the lines are moved by `change`."""
    moves = []
    for line, (mine, rates) in enumerate(zip(sources, slopes, strict=True)):
        moves.append(change[line] + sum(moves[s] * rate for s, rate in zip(mine, rates, strict=True)))
    return moves[end]


def nudged_walk(arguments, name):
    """Nudge one line and pass the move on, forward."""
    line, count = int(name.partition("[")[2][:-1]), len(arguments["sources"])
    return numerical_gradient(
        lambda x: moved(arguments["sources"], arguments["slopes"], count - 1, x * np.eye(count)[line]), np.array(0.0)
    )


def by_line(value, arguments):
    """Turn a dict with the numbers of the lines into a list."""
    if not isinstance(value, dict) or "grads" in value:
        return value
    strangers = [key for key in value if key not in range(len(arguments["sources"]))]
    if strangers:
        raise ValueError(f"a dict came that has the key {strangers[0]!r}; a list with a number for each line is asked.")
    missing = [line for line in range(len(arguments["sources"])) if line not in value]
    if missing:
        raise ValueError(
            f"a dict came that has no number for line {missing[0]}; one for each line is asked, also where it is 0."
        )
    return [value[line] for line in range(len(arguments["sources"]))]


ALL_SENT = "Which lines can still send to a line? In which order do the turns come so that all of them have been?"

Exercise(
    "09.walk_back",
    title="Write it: the walk back",
    kind="write",
    points=5,
    chapter=CHAPTER,
    equation="tape_accumulation",
    arguments=("sources", "slopes"),
    returns=("grads[]",),
    cases=record_cases,
    reference=right_walk,
    reading=by_line,
    known=(
        Known(
            "overwritten",
            title="Shares are overwritten",
            meaning="Where a line is used twice, the later share took the place of the earlier one.",
            advice="Find a line that is used in two places. How many shares arrive there, and what becomes of each?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, add=lambda old, new: new),
        ),
        Known(
            "forward_order",
            title="The tape is walked forward",
            meaning="The lines had their turns from the first to the last, so each had sent its shares before "
            "anything had arrived. A `return` inside the loop, after one turn, comes to the same.",
            advice="Which line knows its gradient at the start? It has to have the first turn, and all others theirs.",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, order=range),
        ),
        Known(
            "begun_with_zero",
            title="The walk begins with 0",
            meaning="All gradients are 0. The last line was given no gradient, so there was nothing to multiply; or "
            "each gradient was erased when its turn was over.",
            advice="At what rate does the last line change with itself, and does that stand in your list at the end?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, end=0.0),
        ),
        Known(
            "begun_with_one_everywhere",
            title="Every line begins with 1",
            meaning="All lines began with the gradient 1. The shares were added to it, so each has 1 too many.",
            advice="What has arrived at a line before the walk begins? And which line alone is different?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, start=1.0),
        ),
        Known(
            "local_slope_alone",
            title="The local slope is sent without the gradient",
            meaning="Each line sent its local slopes as they are. What had arrived at the line itself is not in them.",
            advice="A chain of three: what happens to the first slope on the way from the end to the beginning?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, share=lambda g, slope, count: slope),
        ),
        Known(
            "gradient_alone",
            title="The gradient is sent without the local slope",
            meaning="Each line sent on what had arrived at it, whatever its local slopes are.",
            advice="Follow one arrow. At what rate does the line change with its source?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, share=lambda g, slope, count: g),
        ),
        Known(
            "added_along_a_path",
            title="Added along a path",
            meaning="Gradient and local slope were added. They lie one behind the other on one path.",
            advice="Do two steps of a single path add or multiply? And two paths?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, share=lambda g, slope, count: g + slope),
        ),
        Known(
            "multiplied_over_paths",
            title="Multiplied over paths",
            meaning="What arrives over several paths was multiplied. Along a path slopes are multiplied; "
            "paths are added.",
            advice="Raise a line that is used twice. Do the two effects on the result add or multiply?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, start=1.0, add=lambda old, new: old * new),
        ),
        Known(
            "mean_of_shares",
            title="The mean of the shares",
            meaning="The shares of a line were divided by the number of its uses. Paths are added, not averaged.",
            advice="Raise a line that is used twice. "
            "Do the two effects on the result add up, or does their mean count?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, share=lambda g, slope, count: g * slope / count),
        ),
        Known(
            "first_source_only",
            title="Only the first source gets a share",
            meaning="Each line sent a share to its first source and none to the others.",
            advice="How many sources has a product? Which loop goes over them?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=first_source,
        ),
        Known(
            "first_source_left_out",
            title="The first source gets no share",
            meaning="Each line sent its shares to all sources but the first one.",
            advice="At which index does your loop over the sources begin?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=lambda sources, slopes: walk_with([line[1:] for line in sources], [line[1:] for line in slopes]),
        ),
        Known(
            "first_slope_for_all",
            title="The first slope for all sources",
            meaning="Each line used its first local slope for all its sources. Each source has a slope of its own.",
            advice="Print `sources[line]` and `slopes[line]` of one line. Which slope belongs to which source?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=first_slope,
        ),
        Known(
            "same_source_once",
            title="A source that stands twice in a line is counted once",
            meaning="Where a line uses one source twice, as in x times x, a single share was sent.",
            advice="What does a dict keep when it is handed the same key twice? "
            "And what does `.index` find when a number stands twice in a list?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=once_a_line,
        ),
        Known(
            "first_place_of_a_source",
            title="The slope is looked up by the source",
            meaning="Where a line uses one source twice, the first of its two slopes was taken both times.",
            advice="What does `.index` find when a number stands twice in a list? How can a source and its slope be "
            "taken together?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=first_place,
        ),
        Known(
            "turn_too_early",
            title="A line has its turn before all its shares have arrived",
            meaning="Each line sent as soon as something had arrived at it. What came later was added and not sent on.",
            advice=ALL_SENT,
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=in_a_queue,
        ),
        Known(
            "turn_too_early_in_a_stack",
            title="A line has its turn before all its shares have arrived",
            meaning="The line that was reached last had its turn first, although others could still send to it. What "
            "came later was added and not sent on.",
            advice=ALL_SENT,
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(in_a_queue, last=True),
        ),
        Known(
            "turn_too_early_by_recursion",
            title="A line has its turn before all its shares have arrived",
            meaning="Each line was followed up as soon as it was first reached. What came later was added and not sent "
            "on.",
            advice=ALL_SENT,
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=by_recursion,
        ),
        Known(
            "several_turns",
            title="A line has several turns",
            meaning="Each time something arrived at a line it was put into the queue once more, and it sent all that "
            "it had again.",
            advice="How many turns may a line have, and what must have happened before it?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(in_a_queue, once=False),
        ),
        Known(
            "begun_at_the_first_line",
            title="The walk begins at the first line",
            meaning="The first line was given the gradient 1, and the last one none. The last line is the one that "
            "changes with itself at the rate 1.",
            advice="Of which line are these the gradients? At what rate does it change with itself?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=lambda sources, slopes: walk_with(sources, slopes, begin=[1.0, *[0.0] * (len(sources) - 1)]),
        ),
        Known(
            "forward_mode",
            title="Forward from the first line",
            meaning="The numbers say how fast each line changes with the first one. That is the forward way; asked is "
            "how fast the last line changes with each.",
            advice="Which end of the tape is nudged in what you compute, and which is watched?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=forward_mode,
        ),
        Known(
            "slopes_turned_round",
            title="The slopes of a line are exchanged",
            meaning="The first source got the last slope, and the last source the first one.",
            advice="Print `sources[i]` and `slopes[i]` of one line. Which slope belongs to which source?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=lambda sources, slopes: right_walk(sources, [line[::-1] for line in slopes]),
        ),
        Known(
            "sent_again",
            title="What was sent already is sent again",
            meaning="With each share that arrived a line sent on all that it had, the earlier shares once more.",
            advice="A line is used twice. How often does it send, and what, in your function?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=sent_again,
        ),
        Known(
            "ends_begun_with_one",
            title="A line that nothing uses begins with 1",
            meaning="Each line that no other line uses began with 1. The gradient is that of the last line alone.",
            advice="When such a line is nudged, does the last line move?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ends_begun_with_one,
        ),
        Known(
            "reversed_lists",
            title="The list is in reverse order",
            meaning="The gradients are right and stand in the order in which the walk finds them, the last line's "
            "first.",
            advice="Which line's gradient has to stand at the place 0?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=lambda sources, slopes: right_walk(sources, slopes)[::-1],
        ),
        Known(
            "first_slope_once",
            title="A source that stands twice in a line is counted once",
            meaning="Where a line uses one source twice, as in x times x, a single share was sent, the first.",
            advice="What does a set keep when a number stands in a list twice? And what does `.index` find?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=first_slope_once,
        ),
        Known(
            "equal_shares_once",
            title="Two equal shares are counted once",
            meaning="Where a line uses one source twice with the same slope, as in x times x, a single share was sent.",
            advice="What does a set keep when it is handed the same thing twice?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=equal_shares_once,
        ),
        Known(
            "last_line_left_out",
            title="The last line has no turn",
            meaning="The last line has its gradient 1 and sent nothing on, so all other gradients are 0. That also "
            "happens where a line takes from its sources instead of sending to them.",
            advice="Print the numbers of the lines in the order of their turns. Is the first of them the last line? "
            "And does the sum grow at the source or at the line?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_with, order=lambda count: range(count - 2, -1, -1)),
        ),
        from_list(
            "accumulated_over_calls",
            make=remembering,
            meaning="The first call is right. What it left behind was still there when the next one began.",
            advice="Which object outlives a call: one made inside the function, or one made in its head or above it?",
            equation="tape_accumulation",
            chapter=CHAPTER,
        ),
    ),
    nudged=nudged_walk,
    hints=(
        "Before the walk begins, which line has a gradient already, and what is it? In which order come the turns?",
        "Each line sends to each of its sources its own gradient times the local slope. "
        "What arrives is added to what is there.",
        "`grads = [0.0] * len(sources)`",
    ),
)

# ---- find the bugs: a walk over arrays ---------------------------------------------------------------------

FORWARD = {
    "@": lambda a, b: a @ b,
    "bias": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "relu": lambda a: np.maximum(a, 0),
    "sum": lambda a: np.array(a.sum()),
}
RULES = {
    "@": lambda g, a, b: (g @ b.T, a.T @ g),
    "bias": lambda g, a, b: (g, g.sum(axis=0)),
    "*": lambda g, a, b: (g * b, g * a),
    "relu": lambda g, a: (g * (a > 0),),
    "sum": lambda g, a: (g * np.ones(a.shape),),
}
TAPES = (
    (
        "a hidden layer, squared and summed",
        {0: (7, 4), 1: (4, 3), 2: (3,)},
        (("@", 0, 1), ("bias", 3, 2), ("relu", 4), ("*", 5, 5), ("sum", 6)),
    ),
    (
        "two layers and a factor",
        {0: (7, 4), 1: (4, 3), 2: (3,), 3: (3, 2), 4: (7, 2)},
        (("@", 0, 1), ("bias", 5, 2), ("relu", 6), ("@", 7, 3), ("*", 8, 4), ("sum", 9)),
    ),
    (
        "two layers with the same weights and biases",
        {0: (5, 5), 1: (5, 5), 2: (5,)},
        (("@", 0, 1), ("bias", 3, 2), ("relu", 4), ("@", 5, 1), ("bias", 6, 2), ("*", 7, 0), ("sum", 8)),
    ),
    (
        "one factor used twice",
        {0: (6, 3), 1: (6, 3)},
        (("*", 0, 1), ("relu", 2), ("*", 3, 0), ("sum", 4)),
    ),
    (
        "a ReLU whose source is not the line before",
        {0: (6, 3), 1: (6, 3)},
        (("*", 0, 1), ("relu", 0), ("*", 2, 3), ("sum", 4)),
    ),
    (
        "two sums multiplied",
        {0: (6, 3), 1: (6, 3)},
        (("sum", 0), ("sum", 1), ("*", 2, 3)),
    ),
    (
        "a ReLU that is summed at once",
        {0: (6, 3)},
        (("relu", 0), ("sum", 1)),
    ),
    (
        "a leaf in the middle",
        {0: (5, 4), 1: (4, 3)},
        (("@", 0, 1), ("relu", 2), ("leaf", (5, 3)), ("*", 3, 4), ("sum", 5)),
    ),
    (
        "a value that a product and a bias use",
        {0: (6, 3), 1: (3,)},
        (("relu", 0), ("*", 2, 0), ("bias", 2, 1), ("*", 3, 4), ("sum", 5)),
    ),
)


def played(tape, values, begin=0):
    """Compute the values of all lines from number `begin` on that are no leaves, and return all values."""
    values = list(values)
    for line, (name, *sources) in enumerate(tape):
        if name != "leaf" and line >= begin:
            entry = np.asarray(FORWARD[name](*(values[source] for source in sources)))
            values[line : line + 1] = [entry]
    return values


def tape_cases(rng):
    """Draw the leaves of each tape; a ReLU's input near 0, or of one sign in a column, is rejected."""
    cases = []
    for words, leaves, lines in TAPES:
        lines = [*(("leaf", shape) for shape in leaves.values()), *lines]
        tape = [["leaf"] if line[0] == "leaf" else list(line) for line in lines]
        while True:
            values = played(tape, [rng.normal(size=line[1]) if line[0] == "leaf" else None for line in lines])
            gates = [values[sources[0]] for name, *sources in tape if name == "relu"]
            mixed = all(((z > 0).any(axis=0) & (z < 0).any(axis=0)).all() for z in gates)
            if mixed and min((np.abs(z).min() for z in gates), default=1.0) > 0.01:
                break
        calls = [("first", {"tape": tape, "values": values})]
        if len(cases) % 2:
            calls.append(("again", None))
        cases.append(Case(words, f"{words}: tape {tape}", tuple(calls)))
    return cases


def walk_tape(tape, values, *, rules=None, add=lambda old, new: old + new, begin=0):
    """Return the gradients of all lines, with the rules of the table or with others, or with another beginning."""
    rules = RULES | (rules or {})
    grads = [np.zeros(value.shape) for value in values]
    grads[-1] = np.ones(values[-1].shape)
    for line in reversed(range(len(tape) - begin)):
        name, *sources = tape[line]
        if name == "leaf":
            continue
        shares = rules[name](grads[line], *(values[source] for source in sources))
        for source, share in zip(sources, shares, strict=True):
            grads[source] = add(grads[source], share)
    return grads


def ruled(**rules):
    """Return the walk with other rules: product, relu, matmul, bias, sum."""
    names = {"product": "*", "relu": "relu", "matmul": "@", "bias": "bias", "sum": "sum"}
    return partial(walk_tape, rules={names[name]: rule for name, rule in rules.items()})


def second_factor_twice(g, a, b):
    """Give both factors the second one for their slope."""
    return g * b, g * b


def closed_in_place(g, a):
    """Close the gates in the gradient that has arrived."""
    g[a <= 0] = 0
    return (g,)


def mask_of_gradient(g, a):
    """Take the mask from what arrives."""
    return (g * (g > 0),)


def nudged_tape(arguments, name):
    """Nudge the value of one line and compute those after it anew."""
    line = int(name.partition("[")[2][:-1])
    tape, values = arguments["tape"], arguments["values"]

    def end(value):
        return float(played(tape, [*values[:line], value, *values[line + 1 :]], begin=line + 1)[-1])

    return numerical_gradient(end, values[line])


def words_in(value):
    """Say whether a word stands in a value, at whatever depth."""
    return isinstance(value, str) or (isinstance(value, list) and any(map(words_in, value)))


def arrays_alone(value, arguments):
    """Refuse words among the gradients."""
    for line, entry in enumerate(value) if isinstance(value, list) else ():
        if words_in(entry):
            raise ValueError(f"`grads[{line}]` holds a word, {entry!r}; an array of numbers was expected.")
    return value


Exercise(
    "09.mended",
    title="Find the bugs: a walk that runs",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="tape_accumulation",
    arguments=("tape", "values"),
    returns=("grads[]",),
    cases=tape_cases,
    reference=walk_tape,
    reading=arrays_alone,
    stub=ruled(product=second_factor_twice, relu=mask_of_gradient),
    planted=("own_factor_for_slope", "mask_from_gradient"),
    known=(
        Known(
            "own_factor_for_slope",
            title="The second factor for both slopes",
            meaning="In a product the share of the second factor was made with the second factor. "
            "Where both factors are the same value, nothing shows.",
            advice="At what rate does the product change with its second factor, the first held still?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(product=second_factor_twice),
        ),
        from_list("mask_from_gradient", ruled(relu=mask_of_gradient)),
        from_list("slope_left_out", ruled(relu=lambda g, a: (g,)), title="The slope of the ReLU is left out"),
        Known(
            "slope_left_out_and_own_factor",
            title="The slope of the ReLU is left out, and a bug is left",
            meaning="The ReLU passes on what arrives, whatever its input was, and another rule is wrong still.",
            advice="Which inputs of a ReLU pass nothing on? Then hold each rule with two inputs against its slopes.",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(product=second_factor_twice, relu=lambda g, a: (g,)),
        ),
        Known(
            "gates_left_out",
            title="The gradient that arrives at the ReLU is lost",
            meaning="The ReLU sends its slope without the gradient that has arrived at it.",
            advice="A rule takes `g` and returns `g` times the local slope. Which of the two is missing?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(relu=lambda g, a: (1.0 * (a > 0),)),
        ),
        Known(
            "value_for_slope",
            title="The value of the ReLU for its slope",
            meaning="The gradient was multiplied by the input where the gate is open. The slope there is 1.",
            advice="At what rate does a ReLU change with its input, where the input is positive?",
            equation="relu_slope",
            chapter="04_hidden_delta",
            wrong=ruled(relu=lambda g, a: (g * np.maximum(a, 0),)),
        ),
        Known(
            "own_gradient_written_over",
            title="The gradient of the line is written over",
            meaning="The ReLU closed its gates in the array that holds its own gradient. What it sends is right; what "
            "stands in `grads` for the ReLU itself is not.",
            advice="Which array does the name `g` stand for? Does a line change that array or make a new one?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(relu=closed_in_place),
        ),
        Known(
            "last_line_left_out",
            title="The last line has no turn",
            meaning="The last line has its gradient 1 and sent nothing on, so all other gradients are 0.",
            advice="Print the numbers of the lines in the order of their turns. Is the first of them the last line?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_tape, begin=1),
        ),
        Known(
            "gates_exchanged",
            title="Open and closed are exchanged",
            meaning="The ReLU lets through where its input is negative and stops where it is positive.",
            advice="At z = 2 the ReLU climbs. What does your mask hold there?",
            equation="relu_slope",
            chapter="04_hidden_delta",
            wrong=ruled(relu=lambda g, a: (g * (a < 0),)),
        ),
        Known(
            "sum_without_gradient",
            title="The gradient that arrives at the sum is lost",
            meaning="The sum sends ones, whatever has arrived at it. Where it is the last line, that is right.",
            advice="A rule takes `g` and returns `g` times the local slope. What if the sum is used further?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(sum=lambda g, a: (np.ones(a.shape),)),
        ),
        Known(
            "sum_averaged",
            title="The share of a sum is divided by its size",
            meaning="The sum shared its gradient out among its entries. Each entry moves the sum at the rate 1.",
            advice="Raise one entry by 1. By how much does the sum rise?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(sum=lambda g, a: (g * np.ones(a.shape) / a.size,)),
        ),
        Known(
            "bias_one_number",
            title="The bias gets one number",
            meaning="The rule of `bias` adds all entries of what arrives. Each entry of the bias has a column of its "
            "own.",
            advice="Which entries of the sum move when one entry of the bias moves?",
            equation="unbroadcast",
            chapter=CHAPTER,
            wrong=ruled(bias=lambda g, a, b: (g, np.full(b.shape, g.sum()))),
        ),
        Known(
            "input_for_slope",
            title="The input of the ReLU for its slope",
            meaning="The gradient was multiplied by the input itself. The slope is 1 where it is positive and 0 "
            "elsewhere.",
            advice="At what rate does a ReLU change with its input, where the input is positive?",
            equation="relu_slope",
            chapter="04_hidden_delta",
            wrong=ruled(relu=lambda g, a: (g * a,)),
        ),
        Known(
            "product_without_gradient",
            title="The gradient that arrives at the product is lost",
            meaning="The product sends its two slopes without the gradient that has arrived at it.",
            advice="A rule takes `g` and returns `g` times the local slope. Which of the two is missing?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(product=lambda g, a, b: (b, a)),
        ),
        Known(
            "slopes_exchanged",
            title="The two slopes of the product are exchanged",
            meaning="Each factor was given itself for its slope.",
            advice="At what rate does the product change with its first factor, the second held still?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(product=lambda g, a, b: (g * a, g * b)),
        ),
        Known(
            "first_factor_twice",
            title="The first factor for both slopes",
            meaning="In a product both shares were made with the first factor.",
            advice="A product has two inputs and two slopes. Which is the slope in the first factor?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=ruled(product=lambda g, a, b: (g * a, g * a)),
        ),
        Known(
            "overwritten",
            title="Shares are overwritten",
            meaning="Where a line is used twice, the later share took the place of the earlier one.",
            advice="Find a line that is used in two places. How many shares arrive there, and what becomes of each?",
            equation="tape_accumulation",
            chapter=CHAPTER,
            wrong=partial(walk_tape, add=lambda old, new: new),
        ),
        from_list(
            "bias_averaged",
            ruled(bias=lambda g, a, b: (g, g.mean(axis=0))),
            title="The bias has the mean of the rows",
            meaning="The rule of `bias` averages the rows of what arrives. The bias was used once in each row, and "
            "each use adds its share.",
            advice="Raise one entry of the bias. How many rows of the sum move?",
            equation="unbroadcast",
            chapter=CHAPTER,
        ),
    ),
    nudged=nudged_tape,
    hints=(
        "Each operation has a rule, and each rule can be tried alone. "
        "Which operation made the line that the check names first, or uses it?",
        "A share is `g` times the local slope in that input. The slope of a product in one factor is the other factor; "
        "the slope of a ReLU is 1 where its input is positive, otherwise 0.",
        "Hold the branches of `*` and of `relu` against the table of local slopes, input by input.",
    ),
)

# ---- a retest: chapter 05 -----------------------------------------------------------------------------------


def linear_cases(rng):
    """Draw what a layer was computed from and the delta at its end, once with square arrays throughout."""
    cases = []
    for n, n_in, n_out in ((7, 4, 3), (6, 5, 5), (5, 5, 5), (4, 3, 1)):
        arguments = {
            "a_prev": rng.normal(size=(n, n_in)),
            "W": rng.normal(size=(n_in, n_out)),
            "delta": rng.normal(size=(n, n_out)),
        }
        words = f"{n} samples, {n_in} units in, {n_out} out"
        cases.append(twice(words, words, arguments, {"n": n}))
    return cases


def layer_with(
    a_prev,
    W,
    delta,
    *,
    back=lambda a, W, d: d @ W.T,
    weights=lambda a, W, d: a.T @ d,
    bias=lambda a, W, d: d.sum(axis=0),
):
    """Return the shares of a_prev, W and b, each by its rule or by another."""
    return tuple(rule(a_prev, W, delta) for rule in (back, weights, bias))


def other_rule(**rules):
    """Return the three shares with some rules exchanged."""
    return partial(layer_with, **rules)


def nudged_linear(arguments, name):
    """Nudge one of the three inputs of the layer: z moves, and the loss by delta times that."""
    a_prev, W, delta = (arguments[key] for key in ("a_prev", "W", "delta"))
    if name == "dW":
        return numerical_gradient(lambda W: np.sum(delta * (a_prev @ W)), W)
    if name == "db":
        return numerical_gradient(lambda b: np.sum(delta * (a_prev @ W + b)), np.zeros(W.shape[1]))
    return numerical_gradient(lambda a: np.sum(delta * (a @ W)), a_prev)


Exercise(
    "09.layer_shares",
    title="Once more, from chapter 05: the three shares of a layer",
    kind="fill",
    points=2,
    chapter="05_vectorized_gradients",
    equation="weight_gradient",
    arguments=("a_prev", "W", "delta"),
    returns=("grad_a", "dW", "db"),
    cases=linear_cases,
    reference=layer_with,
    known=(
        from_list("not_transposed", other_rule(back=lambda a, W, d: d @ W), general=True),
        from_list("gradient_transposed", other_rule(weights=lambda a, W, d: d.T @ a)),
        from_list(
            "averaged_twice",
            other_rule(weights=lambda a, W, d: a.T @ d / len(d), bias=lambda a, W, d: d.mean(axis=0)),
            title="The shares of the samples are averaged",
        ),
        from_list(
            "sign_flipped",
            other_rule(weights=lambda a, W, d: -a.T @ d, bias=lambda a, W, d: -d.sum(axis=0)),
            meaning="dW and db have the wrong sign, and `grad_a` has the right one. The minus belongs to the step, not "
            "to the gradient.",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
        ),
        Known(
            "all_shares_averaged",
            title="Everything is divided by n once more",
            meaning="All three shares are n times too small. `delta` holds the 1/n of the loss already.",
            advice="How often does 1/n stand in the loss, and where has it gone in?",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
            wrong=lambda a_prev, W, delta: layer_with(a_prev, W, delta / len(delta)),
        ),
        Known(
            "slope_too_early",
            title="A slope too early",
            meaning="`grad_a` was multiplied by the mask of a_prev. It is what arrives at the layer before; the slope "
            "there comes afterward.",
            advice="Does anything lie between a_prev and z but the product and the sum?",
            equation="hidden_grad_a",
            chapter="05_vectorized_gradients",
            wrong=other_rule(back=lambda a, W, d: (d @ W.T) * (a > 0)),
        ),
        Known(
            "first_sample_alone",
            title="The first sample alone",
            meaning="dW and db hold the shares of the first sample. Each sample uses the weights once.",
            advice="A weight is used once for each sample. What becomes of the second use?",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
            wrong=other_rule(weights=lambda a, W, d: np.outer(a[0], d[0]), bias=lambda a, W, d: d[0]),
        ),
        Known(
            "reshaped_for_transposed",
            title="Reshaped where the other product was meant",
            meaning="dW has the right shape by `reshape`, which fills the rows in turn and does not exchange rows and "
            "columns.",
            advice="Write the index of an entry before and after `reshape`. Is it that of the transpose?",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
            wrong=other_rule(weights=lambda a, W, d: (d.T @ a).reshape(W.shape)),
        ),
        from_list("weights_averaged", other_rule(weights=lambda a, W, d: a.T @ d / len(d))),
        from_list("bias_averaged", other_rule(bias=lambda a, W, d: d.mean(axis=0))),
        from_list("bias_not_summed", other_rule(bias=lambda a, W, d: 1.0 * d)),
        from_list("bias_first_row", other_rule(bias=lambda a, W, d: d[0])),
        from_list("bias_summed_over_units", other_rule(bias=lambda a, W, d: np.full(W.shape[1], d.sum()))),
        *wrong_bias_sums(lambda bias: other_rule(bias=lambda a, W, d: bias(d))),
        Known(
            "weights_without_transpose",
            title="a_prev is not transposed in dW",
            meaning="dW was made from `a_prev` as it stands. It runs only with as many samples as inputs.",
            advice="Write the shapes under the product. Which index has to be summed away?",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
            wrong=other_rule(weights=lambda a, W, d: a @ d),
        ),
        Known(
            "nothing_transposed",
            title="Nothing is transposed",
            meaning="W and `a_prev` were both used as they stand. Where all sizes are equal NumPy lets it pass.",
            advice="Write the shapes under both products. Which index has to be summed away in each?",
            equation="weight_gradient",
            chapter="05_vectorized_gradients",
            wrong=other_rule(back=lambda a, W, d: d @ W, weights=lambda a, W, d: a @ d),
        ),
    ),
    nudged=nudged_linear,
    hints=(
        "Which shapes have the three things whose gradients are asked for? Each gradient has the same.",
        "`grad_a` is δ through the transposed weights; in `dW` the samples are summed away by a matrix product, "
        "in `db` by a sum.",
        "In `grad_a` the transposed factor stands on the right.",
    ),
    retest=True,
)
