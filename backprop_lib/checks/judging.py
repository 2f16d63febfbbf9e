"""The last part of a check: judge the evidence. Everything here is plain data; no learner's code is in reach.

The right answer and the known mistakes are run on the same inputs, and written down in the same way; then evidence is
compared with evidence.
"""

import hashlib
import itertools
import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backprop_lib import equations, gradcheck
from backprop_lib.checks import explaining, factors, ordering, reading
from backprop_lib.checks.collecting import collect
from backprop_lib.checks.plain import Foreign, decode, encode
from backprop_lib.checks.verdict import NOT_ATTEMPTED, NOT_YET_RIGHT, RIGHT, Section, Verdict
from backprop_lib.mistakes import MISTAKES

__all__ = ["applicable", "judge"]

ENTRIES = 3
"""How many entries are shown side by side."""

LAST_DIGITS = 1e-11
"""A larger relative difference is more than the rounding of another order of the same sums."""

NOTHING = 1e-9
"""A smaller part of what was expected is rounding, and no factor."""

PROBES = (11, 12)
"""Seeds of the draws on which it is decided whether a mistake of the course's list can be made in an exercise."""


@dataclass(frozen=True)
class Words:
    """A part that is words, beside its reference; the counterpart of `gradcheck.TensorComparison`."""

    name: str
    given: object
    expected: object

    @property
    def status(self):
        """Whether the words agree."""
        both = isinstance(self.given, str) and isinstance(self.expected, str)
        return "right" if both and self.given == self.expected else "wrong"

    @property
    def passed(self):
        """The same as a bool."""
        return self.status == "right"


@dataclass(frozen=True)
class Compared:
    """One call of an answer beside the right one.

    Attributes
    ----------
    case : dict
        The setting, plain.
    name : str
        The name of the call.
    arguments : dict
        What the function was called with, fresh.
    noted : dict
        The evidence of the call.
    given, expected : dict or None
        The parts by name; None if it raised or could not be read.
    rows : tuple
        The comparisons, from the input to the output.
    problem : str
        What could not be read.
    kind : str
        "none", "blank" or "form" where something could not be read.
    """

    case: dict
    name: str
    arguments: dict
    noted: dict
    given: dict | None
    expected: dict
    rows: tuple
    problem: str = ""
    kind: str = ""

    @property
    def right(self):
        """Whether all parts agree."""
        return self.given is not None and not self.problem and all(row.passed for row in self.rows)


# ---- the whole ------------------------------------------------------------------------------------------------------


def judge(exercise, cases, evidence, *, seed=None):
    """Judge what was collected.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    cases : list of dict
        The inputs, as `Exercise.draw` gave them; not looked at for numbers of the learner's own.
    evidence : dict
        As `collecting.collect` or `collecting.collect_value` gave it, also after a trip through JSON.
    seed : int, optional
        The seed of the inputs, to be told.

    Returns
    -------
    Verdict
    """
    answer = evidence["answer"]
    if exercise.takes_function:
        if answer["kind"] != "function":
            return _no_function(exercise, decode(answer["value"]))
    else:
        if answer["kind"] == "function":
            return _verdict(exercise, NOT_YET_RIGHT, f"A function came; {_wanted(exercise)} was expected.", sections=())
        value = decode(answer["value"])
        if _is_open(value):
            return _verdict(exercise, NOT_ATTEMPTED, _still_open(exercise, value))
        try:
            if exercise.kind == "order":
                program = ordering.program(exercise, value)
            else:
                cases, program = _own_numbers(exercise, value)
        except reading.Unreadable as error:
            return _verdict(exercise, NOT_YET_RIGHT, reading.capital(str(error)))
        evidence = {**collect(program, cases, seconds=None), "answer": answer}
    return _judge_calls(exercise, cases, evidence, seed)


def _judge_calls(exercise, cases, evidence, seed):
    compared = _compare(exercise, cases, evidence)
    stub = _stub(exercise, cases, evidence, compared)
    if stub:
        return _verdict(exercise, NOT_ATTEMPTED, stub)
    stopped = _stopped(exercise, evidence)
    changed = [] if not exercise.keeps_inputs else [(c, n) for c in evidence["cases"] for n in c["changed"]]
    warned = [call for call in compared if exercise.no_warnings and call.noted["warnings"]]
    wrong = [call for call in compared if not call.right]
    if not stopped and not changed and not warned and not wrong and evidence.get("replaced"):
        section = _replaced(exercise)
        return Verdict(exercise.name, NOT_YET_RIGHT, 0, exercise.points, (), (section,), ("result_replaced",), seed)
    if not stopped and not changed and not warned and not wrong:
        idle = _idle_line(exercise, cases, evidence) if exercise.kind == "order" else ""
        if idle:
            return _verdict(exercise, NOT_YET_RIGHT, idle)
        return _verdict(exercise, RIGHT, _praise(exercise, cases, compared), sections=_remarks(exercise, compared))
    numbers_of_learner = exercise.kind == "numbers"
    fitting = [] if stopped else _fitting(exercise, cases, evidence, compared)
    sections = [_recognized(exercise, known, compared, evidence) for known in fitting]
    names = tuple(known.name for known in fitting)
    if not fitting and changed and not stopped and _first_calls_right(compared):
        sections, names = [_changed(exercise, changed)], ("changed_in_place",)
    elif not fitting and wrong and not stopped and all(call.kind == "none" for call in wrong):
        sections, names = [_nothing_returned(exercise)], ("no_return",)
    elif not fitting and not stopped and _arguments_in_another_order(exercise, evidence):
        sections = [_order_of_arguments(exercise, evidence)]
    elif not fitting and not stopped and _in_another_order(exercise, compared):
        sections, names = [_order_of_results(exercise)], ("returned_in_another_order",)
    elif not fitting:
        sections = [_unrecognized(exercise, compared, wrong, changed, warned)] if not stopped else []
        if sections and changed and wrong:
            note = f"Your function also changed `{changed[0][1]}`, which it was handed; the next call works with that."
            sections.append(Section("An argument is changed", (note,)))
    sentences = [stopped] if stopped else [_count(compared, wrong)] if not numbers_of_learner else []
    if any(known.name in exercise.planted for known in fitting):
        sentences.append("One of the two bugs is mended; one is left.")
    if len(fitting) > 1:
        sentences.append("These mistakes come to the same numbers here, so all of them are named.")
    return Verdict(
        exercise.name,
        NOT_YET_RIGHT,
        0,
        exercise.points,
        tuple(sentence for sentence in sentences if sentence),
        (*sections, *_remarks(exercise, compared)),
        names,
        seed,
    )


def _idle_line(exercise, cases, evidence):
    """Return a sentence about a line without which the order computes the same, or nothing."""
    value = decode(evidence["answer"]["value"])
    order = ordering.letters(exercise, value) if value else []
    for letter in order:
        rest = [other for other in order if other != letter]
        without = collect(ordering.program(exercise, rest), cases, seconds=None) if rest else None
        if without is not None and all(call.right for call in _compare(exercise, cases, without)):
            return (
                f"The numbers at the end are right, and they are the same without line {letter}: "
                "a line whose result is not used has to stay out."
            )
    return ""


def _verdict(exercise, status, sentence, sections=()):
    points = exercise.points if status == RIGHT else 0
    return Verdict(exercise.name, status, points, exercise.points, (sentence,), tuple(sections))


def _wanted(exercise):
    if exercise.kind == "order":
        return "a string with the letters of the lines in their order, such as 'C A B',"
    return f"a dict with {', '.join((*exercise.arguments, *exercise.returns))}"


def _no_function(exercise, value):
    if _is_open(value):
        return _verdict(exercise, NOT_ATTEMPTED, f"Write the function `{exercise.call}`.")
    what = value.kind if isinstance(value, Foreign) else type(value).__name__
    return _verdict(
        exercise,
        NOT_YET_RIGHT,
        f"A value of the type {what} came, the function itself was expected: "
        f'`check("{exercise.name}", {exercise.function})`, without parentheses after its name.',
    )


def _still_open(exercise, value):
    if isinstance(value, dict):
        names = " and ".join(
            f"`{name}`" for name, entry in value.items() if entry is None or isinstance(entry, reading.Blank)
        )
        return f"Nothing stands yet in {names}. Write numbers in place of the three dots, run the cell and check again."
    return f"Hand over {_wanted(exercise)} in place of the three dots."


def _is_open(value):
    if isinstance(value, reading.Blank) or value is None:
        return True
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(entry, reading.Blank) for entry in entries)


def _praise(exercise, cases, compared):
    if exercise.kind == "numbers":
        return "Your numbers agree with the computed ones, and every known mistake would have given others."
    seconds = [case["words"] for case in cases]
    settings = f"{len(seconds)} settings" if len(seconds) > 1 else "1 setting"
    return f"Right in {settings} with {len(compared)} calls: {'; '.join(map(_short, seconds))}."


def _short(words):
    """Return the words of a setting without a list of numbers at their end."""
    return words.partition(": ")[0]


def _count(compared, wrong):
    settings = {id(call.case) for call in compared}
    failed = {id(call.case) for call in wrong}
    if not failed or len(settings) < 2:
        return ""
    return f"Right in {len(settings) - len(failed) or 'none'} of {len(settings)} settings."


# ---- the course's own runs ------------------------------------------------------------------------------------------

_RUNS = {}
"""What the right answer and the known mistakes did on the last few draws."""


KEPT_DRAWS = 4

_LAST_DIGEST = [None, b""]  # the list of cases itself, so that its identity is not taken by another one


def _digest(cases):
    """Return what tells one draw from another; a draw is asked for many times in a row."""
    if _LAST_DIGEST[0] is not cases:
        _LAST_DIGEST[:] = [cases, hashlib.sha256(json.dumps(cases).encode()).digest()]
    return _LAST_DIGEST[1]


def _run(exercise, cases, what, program):
    """Return the evidence and what it holds, of one of the course's own functions; the same inputs are run once.

    `program` makes the function.
    """
    runs = _RUNS.setdefault((exercise.name, _digest(cases)), {})
    while len(_RUNS) > KEPT_DRAWS:
        del _RUNS[next(iter(_RUNS))]
    if what not in runs:
        evidence = collect(program(), cases, seconds=None)
        runs[what] = evidence, _parsed(exercise, cases, evidence)
    return runs[what]


# ---- evidence beside evidence ---------------------------------------------------------------------------------------


def _compare(exercise, cases, evidence):
    """Return a `Compared` for each call that was made."""
    expected = _run(exercise, cases, "the right answer", lambda: exercise.reference)[0]
    return tuple(
        _one_call(exercise, case, call, noted, right)
        for case, found, reference in zip(cases, evidence["cases"], expected["cases"], strict=False)
        for call, noted, right in zip(_calls(case), found["calls"], reference["calls"], strict=False)
    )


def _calls(case):
    """Yield (name, arguments) for each call of a case, the arguments fresh."""
    plain = {}
    for call in case["calls"]:
        plain = call["arguments"] if call["arguments"] is not None else plain
        yield call["name"], {name: decode(value) for name, value in plain.items()}


def _one_call(exercise, case, call, noted, right):
    name, arguments = call
    if right["error"] is not None:
        raise RuntimeError(f"the right answer to {exercise.name} raised {right['error']}.")
    expected = reading.tensors(exercise, decode(right["value"]), arguments)
    if noted["error"] is not None:
        return Compared(case, name, arguments, noted, None, expected, ())
    try:
        given = reading.tensors(exercise, decode(noted["value"]), arguments)
    except reading.Unreadable as error:
        return Compared(case, name, arguments, noted, None, expected, (), str(error), error.kind)
    problem = ""
    if given.keys() != expected.keys():
        missing = [part for part in expected if part not in given]
        extra = [part for part in given if part not in expected]
        problem = _number_of_parts(exercise, (missing or extra)[0], given, expected, decode(noted["value"]))
    rows = tuple(_row(exercise, part, given[part], expected[part]) for part in expected if part in given)
    return Compared(case, name, arguments, noted, given, expected, rows, problem, "form" if problem else "")


def _number_of_parts(exercise, name, given, expected, value):
    """Say how many arrays came and how many were expected, of a list or in all."""
    if "[" in name:
        base = name.partition("[")[0]
        place = exercise.returns.index(f"{base}[]")
        part = value[place] if isinstance(value, list) and len(value) == len(exercise.returns) > 1 else value
        came, wanted = (sum(part.startswith(f"{base}[") for part in parts) for parts in (given, expected))
        if isinstance(part, np.ndarray):
            return f"`{base}` is {reading.what(part)}; {reading.list_of(exercise, wanted)} was expected."
        was = "was" if wanted == 1 else "were"
        rows = came > wanted and all(
            given[f"{base}[{i}]"].ndim < expected[f"{base}[{i}]"].ndim
            for i in range(wanted)
            if not isinstance(given[f"{base}[{i}]"], str) and not isinstance(expected[f"{base}[{i}]"], str)
        )
        why = " `+=` and `extend` put in each row as an entry of its own; `append` puts in one array." if rows else ""
        if not why and isinstance(value, list) and len(value) == len(exercise.returns) == 2 and value[0] is not None:
            why = " Both lists hold the same: are they two names of one list?" if _alike(*value) else ""
        return f"`{base}` has {came} {'entry' if came == 1 else 'entries'}, {wanted} {was} expected.{why}"
    words = "is missing" if name in expected else "is one too many"
    return f"`{name}` {words}: {len(given)} arrays came, {len(expected)} were expected."


def _alike(one, other):
    """Say whether two lists hold the same arrays."""
    return isinstance(one, list) and isinstance(other, list) and encode(one) == encode(other)


def _row(exercise, name, given, expected):
    if isinstance(given, str) or isinstance(expected, str):
        return Words(name, given, expected)
    column = name.startswith("db") and given.ndim == 2 and len(given) > 1  # no update of b takes a column
    if exercise.flexible and not column:
        given = reading.as_expected(given, expected)
    narrow = given.dtype.itemsize < 8 and given.dtype.kind == "f"
    tolerance = gradcheck.TOLERANCE_FLOAT32 if narrow else gradcheck.TOLERANCE
    return gradcheck.compare_tensor(name, given, expected.astype(float), tolerance=tolerance)


def _first_calls_right(compared):
    firsts = {id(call.case): call for call in reversed(compared)}
    return all(call.right for call in firsts.values())


# ---- not attempted, stopped -----------------------------------------------------------------------------------------


def _stub(exercise, cases, evidence, compared):
    """Return a sentence if the answer is still what the notebook held at the start."""
    calls = [call for case in evidence["cases"] for call in case["calls"]]
    if any(call["error"] and call["error"]["type"] == "NotImplementedError" for call in calls):
        return (
            f"The line `raise NotImplementedError` still stands in `{exercise.function}`. Write your code in its place."
        )
    if exercise.stub is not None:
        untouched = _run(exercise, cases, "the stub", lambda: exercise.stub)[1]
        if _same(exercise, _parsed(exercise, cases, evidence), untouched):
            return "Both bugs are still in it."
    blank = evidence["answer"].get("blank")
    if blank and not all(call.right for call in compared):
        where = f", in the line `{blank}`" if blank != "..." else ""
        return f"Three dots still stand in `{exercise.function}`{where}. Write what belongs there."
    return ""


def _stopped(exercise, evidence):
    if evidence["stopped"] is None:
        return ""
    where = f"call {sum(len(case['calls']) for case in evidence['cases']) + 1}"
    if evidence["stopped"] == "interrupt":
        return f"It was interrupted in {where}. Does a loop in `{exercise.function}` come to an end?"
    return f"It was stopped in {where}, since the time was up. Does a loop in `{exercise.function}` come to an end?"


# ---- known mistakes -------------------------------------------------------------------------------------------------


def _candidates(exercise):
    return [known for known in exercise.known if not known.general or known.name in applicable(exercise.name)]


@lru_cache
def applicable(name):
    """Return the names of the known mistakes that make a difference in an exercise, by numbers that can be compared.

    Parameters
    ----------
    name : str
        The name of the exercise.

    Returns
    -------
    frozenset of str
    """
    from backprop_lib.checks.exercise import EXERCISES

    exercise, found = EXERCISES[name], set()
    for seed in PROBES:
        cases = exercise.draw(seed)
        for known in exercise.known:
            evidence = collect(known.program(), cases, seconds=None)
            if _shows(exercise, evidence, _compare(exercise, cases, evidence)):
                found.add(known.name)
    return frozenset(found)


def _shows(exercise, evidence, compared):
    """Say whether evidence holds a wrong number, a wrong shape, a changed input or a warning that counts."""
    changed = exercise.keeps_inputs and any(case["changed"] for case in evidence["cases"])
    warned = exercise.no_warnings and any(call.noted["warnings"] for call in compared)
    return changed or warned or any(not call.right and call.given is not None for call in compared)


def _fitting(exercise, cases, evidence, compared):
    """Return the known mistakes that give what was given."""
    if not _shows(exercise, evidence, compared):
        return []  # nothing but errors: no number names the mistake
    given = _parsed(exercise, cases, evidence)
    runs = {known: _run(exercise, cases, known.name, known.program)[1] for known in _candidates(exercise)}
    found = [known for known, run in runs.items() if _same(exercise, given, run)]
    if not found and any(call.noted["warnings"] for call in compared):  # the numbers alone may tell
        given = _without_warnings(given)
        found = [
            known
            for known, run in runs.items()
            if any(not call.right for call in compared) and _same(exercise, given, _without_warnings(run))
        ]
    return found


def _without_warnings(parsed):
    return [(calls, (changed, None)) for calls, (changed, _) in parsed]


def _same(exercise, one, other):
    """Say whether two pieces of evidence, each as `_parsed` gives it, agree in every call, numbers to 1e-6."""
    if len(one) != len(other):
        return False
    for (calls, beside), (other_calls, other_beside) in zip(one, other, strict=True):
        if len(calls) != len(other_calls) or beside != other_beside:
            return False
        if not all(_same_call(exercise, a, b) for a, b in zip(calls, other_calls, strict=True)):
            return False
    return True


def _parsed(exercise, cases, evidence):
    """Return for each case its calls, each as the parts by name or as words, and what else counts against it."""
    return [
        (
            [
                _parsed_call(exercise, arguments, noted)
                for (_, arguments), noted in zip(_calls(case), found["calls"], strict=False)
            ],
            (
                exercise.keeps_inputs and bool(found["changed"]),
                exercise.no_warnings and [call["warnings"] for call in found["calls"]],
            ),
        )
        for case, found in zip(cases, evidence["cases"], strict=False)
    ]


def _parsed_call(exercise, arguments, noted):
    if noted["error"] is not None:
        return f"raised {noted['error']['type']}"
    return _read(exercise, decode(noted["value"]), arguments)


def _same_call(exercise, first, second):
    if isinstance(first, str) or isinstance(second, str):
        return isinstance(first, str) and isinstance(second, str) and first == second
    return first.keys() == second.keys() and all(_equal(exercise, first[name], second[name]) for name in first)


def _equal(exercise, one, other):
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    if exercise.flexible:
        one = reading.as_expected(one, other)
    if one.shape != other.shape:
        return False
    one, other = one.astype(float), other.astype(float)
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return bool(np.array_equal(one, other, equal_nan=True))
    return gradcheck.compare_tensor("", one, other).passed


# ---- words ----------------------------------------------------------------------------------------------------------


def _recognized(exercise, known, compared, evidence):
    sentences = [known.meaning, _proof(exercise, compared, evidence)]
    if known.equation:
        equation = equations.get(known.equation)
        sentences.append(f"It belongs to the equation `{equation.name}`: {_lower(equation.meaning)}")
    sentences.append(f"Next: {known.advice}")
    return Section(f"Recognized: {known.title}", tuple(s for s in sentences if s), link=_link(known.chapter))


def _lower(sentence):
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() or sentence.startswith("A ") else sentence


def _link(chapter):
    number, _, words = chapter.partition("_")
    return f"chapter {number}, {words.replace('_', ' ')}", chapter


def _proof(exercise, compared, evidence):
    """Say by which numbers of the learner's own a mistake was recognized."""
    readable = [call for call in compared if not call.right and call.given is not None]
    firsts = [call for call in readable if call.name == readable[0].name]
    call = _telling(exercise, firsts)
    changed = [name for case in evidence["cases"] for name in case["changed"]] if exercise.keeps_inputs else []
    if call is None or changed:
        warned = next((call for call in compared if call.noted["warnings"]), None)
        if call is None and warned is not None and not changed:
            return f"How it shows: NumPy warned, {warned.noted['warnings'][0]} ({_short(warned.case['words'])})."
        return f"How it shows: your function changed `{changed[0]}`, which it was handed." if changed else ""
    return f"How it shows: {_in_numbers(exercise, call, compared)}{_exactly(exercise, compared)}"


def _exactly(exercise, compared):
    if exercise.kind == "numbers":
        return ""
    cases = {id(call.case) for call in compared}
    where = {1: "the setting", 2: "both settings"}.get(len(cases), f"all {len(cases)} settings")
    raised = {id(call.case) for call in compared if call.noted["error"] is not None}
    if raised:
        runs = len(cases - raised)
        return f" The mistake does the same: numbers in {runs} of {len(cases)} settings, an error in the others."
    also = (
        ", also where they are right"
        if len({id(call.case) for call in compared if not call.right}) < len(cases)
        else ""
    )
    return f" The mistake gives exactly your numbers in {where}{also}."


def _in_numbers(exercise, call, compared):
    if call.problem:
        return call.problem
    wrong = [row for row in call.rows if not row.passed]
    where = "" if call.name == "first" else f" in the call {call.name!r}"
    misshapen = next((row for row in wrong if row.status == "wrong shape"), None)
    if misshapen is not None:
        return (
            f"your `{misshapen.name}` {_has_shape(misshapen.shape)}, expected {_of_shape(misshapen.expected_shape)}"
            f"{where} ({_short(call.case['words'])})."
        )
    kinds = list(dict.fromkeys(row.name.partition("[")[0] for row in wrong))
    names = " and ".join(f"`{kind}`" for kind in kinds)
    names = f"`{wrong[0].name}`" if len(wrong) == 1 else names
    factor = _common_factor(wrong)
    words = "" if factor is None else _factor_words(factor, call, compared)
    if factor is not None and exercise.kind != "numbers" and (words or _tells(factor, wrong)):
        layers = "" if len(call.rows) == 1 or not any("[" in row.name for row in call.rows) else _layers(call, wrong)
        return (
            f"your {names} {'are' if len(wrong) > 1 else 'is'} {factor:.3f} times the expected "
            f"{'ones' if len(wrong) > 1 else 'one'}{layers}{where}{': ' + words if words else ''} "
            f"({_short(call.case['words'])})."
        )
    first = _first_row(exercise, call)
    if exercise.kind == "numbers":
        mine = " and ".join(f"your `{row.name}` is {_entry(call.given[row.name])}" for row in wrong)
        return f"{mine}; that is what the mistake makes of your numbers."
    if isinstance(first, Words):
        return f"your `{first.name}` is {_entry(call.given[first.name])}."
    entries = _entries(call, first)
    mine = ", ".join(f"{row[1]:.4f}" for row in entries)
    theirs = ", ".join(f"{row[2]:.4f}" for row in entries)
    return f"your `{first.name}` has {mine}, expected {theirs}{where} ({_short(call.case['words'])})."


def _first_row(exercise, call):
    """Return the first wrong part on the way that the exercise goes."""
    rows = sorted(call.rows, key=_place_on_the_way, reverse=True) if exercise.forward else call.rows
    return gradcheck.first_difference(rows)


def _place_on_the_way(row):
    """Return where a part of a forward pass is made: a[1] after z[0] and before z[1]; what is no list comes last."""
    base, _, rest = row.name.partition("[")
    return int(rest[:-1]) - 0.5 * (base == "a") if rest else np.inf


def _has_shape(shape):
    return f"has the shape {shape}" if shape else "is a single number"


def _of_shape(shape):
    return str(shape) if shape else "a single number"


def _layers(call, wrong):
    """Say where a factor stands, if the parts are those of layers and none of them is right."""
    if not all("[" in row.name for row in wrong):
        return ""
    kinds = {row.name.partition("[")[0] for row in wrong}
    of_kind = [row for row in call.rows if row.name.partition("[")[0] in kinds]
    everywhere = " in every layer" if "weights" in call.arguments else " everywhere"
    return everywhere if len(of_kind) == len(wrong) else ""


def _all_alike(call):
    """Say whether the wrong parts of a call are many and all off by one factor."""
    wrong = [row for row in call.rows if not row.passed]
    return len(wrong) > 1 and _common_factor(wrong) is not None


def _tells(factor, rows):
    """Say whether a factor that nothing explains tells anything; one number is always a multiple of another."""
    return sum(row.size for row in rows) > 1 or any(np.isclose(abs(factor), plain) for plain in (2, 0.5, 4, 0.25))


def _common_factor(rows):
    if not rows or any(isinstance(row, Words) or not row.proportional for row in rows):
        return None
    values = np.array([row.factor for row in rows])
    alike = np.all(np.abs(values - values[0]) <= 1e-6 * abs(values[0])) and abs(values[0]) > NOTHING
    return float(values[0]) if alike else None


def _factor_words(factor, call, compared):
    """Say what a factor is made of, unless another setting contradicts: in one, 7/3 may be n/k by chance."""
    words = factors.factor_words(factor, call.case["facts"])
    for other in compared:
        if other.name != call.name or other.right or other.given is None or other.problem:
            continue
        found = _common_factor([row for row in other.rows if not row.passed])
        if found is None or not factors.fits(words, found, other.case["facts"]):
            return ""
    return words


def _changed(exercise, changed):
    name = changed[0][1]
    return Section(
        "Recognized: An argument is changed in place",
        (
            "The numbers of the first call are right, but the function wrote into what it was handed.",
            f"How it shows: `{name}` was different after the call.",
            "Whoever uses it again gets wrong numbers.",
            "Next: look for a line with `-=`, `*=` or `[...] =` on an argument, or for a list that is turned round, "
            "lengthened or shortened in place, and make a new one instead.",
        ),
        link=_link(min(exercise.chapter, MISTAKES["changed_in_place"].chapter)),
    )


def _replaced(exercise):
    return Section(
        "Recognized: A later call replaces what an earlier one returned",
        (
            "Each call returns the right numbers. But the objects that came back are the same each time, so that the "
            "next call writes over them.",
            "How it shows: what the first call returned held other numbers after the later calls.",
            f"Next: look where `{exercise.function}` makes what it returns. Does that line run in every call?",
        ),
        link=_link(exercise.chapter),
    )


def _nothing_returned(exercise):
    return Section(
        "Recognized: Nothing is returned",
        (
            f"`{exercise.function}` hands back None: it ends without `return`, or it returns what a method such as "
            "`reverse` or `append` gives, which changes a list in place and gives None.",
            "How it shows: every call returned None.",
            f"Next: hand back {' and '.join(name.removesuffix('[]') for name in exercise.returns)}.",
        ),
        link=_link(exercise.chapter),
    )


def _arguments_in_another_order(exercise, evidence):
    """Say whether the function has the parameters that were asked for, in another order."""
    parameters = tuple(evidence["answer"].get("parameters", ()))
    return parameters != exercise.arguments and sorted(parameters) == sorted(exercise.arguments)


def _order_of_arguments(exercise, evidence):
    mine = ", ".join(evidence["answer"]["parameters"])
    return Section(
        "The arguments stand in another order",
        (
            "The check hands the arguments over by their places, so that the names in your function hold other values "
            "than you expect.",
            f"How it shows: your first line is `def {exercise.function}({mine})`, and the check calls "
            f"`{exercise.call}`.",
            "Next: write the first line as the exercise does, and check again.",
        ),
        link=_link(exercise.chapter),
    )


def _in_another_order(exercise, compared):
    """Say whether in every call the right results came back in one and the same wrong order."""
    if not exercise.takes_function or len(exercise.returns) < 2 or any(call.noted["error"] for call in compared):
        return False
    came = [decode(call.noted["value"]) for call in compared]
    if not all(isinstance(value, list) and len(value) == len(exercise.returns) for value in came):
        return False
    return any(
        all(
            _same_call(exercise, _read(exercise, [value[i] for i in order], call.arguments), call.expected)
            for value, call in zip(came, compared, strict=True)
        )
        for order in list(itertools.permutations(range(len(exercise.returns))))[1:]
    )


def _read(exercise, value, arguments):
    """Return the parts of a value by name, or the words that say why it cannot be read."""
    try:
        return reading.tensors(exercise, value, arguments)
    except reading.Unreadable as error:
        return str(error)


def _order_of_results(exercise):
    names = ", ".join(name.removesuffix("[]") for name in exercise.returns)
    return Section(
        "Recognized: The results come back in another order",
        (
            "Each result is right; only their order is not.",
            "How it shows: put into the other order, they agree with the right ones in every call.",
            f"Next: compare your `return` with the order that was asked for, `{names}`.",
        ),
        link=_link(exercise.chapter),
    )


def _unrecognized(exercise, compared, wrong, changed, warned):
    raised = [call for call in wrong if call.noted["error"] is not None]
    numbers = [call for call in wrong if call.noted["error"] is None]
    if raised:  # an error can be explained; the numbers of other settings come after it is mended
        return _raised(exercise, raised[0])
    if numbers:
        firsts = [call for call in numbers if call.name == numbers[0].name]
        return _first_wrong(exercise, _telling(exercise, firsts), compared)
    if changed:
        return _changed(exercise, changed)
    return Section("NumPy warns", ("The numbers are right.", *_about_warning(warned[0])), link=_link(exercise.chapter))


def _about_warning(call):
    """Say of what NumPy warned, where, and what the line has to do with it."""
    line = call.noted.get("warned_in", "")
    where = f"In the line `{line}` NumPy warned" if line else "NumPy warned"
    yield f"{where}: {call.noted['warnings'][0]} ({_short(call.case['words'])})."
    if "np.where" in line:
        yield (
            "`np.where` computes both of its branches for every entry and chooses afterward, "
            "so the branch that is not taken can overflow all the same."
        )
    yield "No step on the way may leave the range of numbers: look for a form in which no exponential becomes large."


def _first_wrong(exercise, call, compared):
    """Describe the first wrong part on the way from the output to the input."""
    if call.problem:
        return Section(
            "What came back", (call.problem, f"The setting: {call.case['words']}."), link=_link(exercise.chapter)
        )
    row = _first_row(exercise, call)
    failed = {other.name for another in compared for other in another.rows if not other.passed}
    fine = [other.name for other in call.rows if other.name not in failed]  # right in every setting
    layered = any("[" in other.name for other in call.rows)
    way = "from the input to the output" if exercise.forward else "from the output to the input"
    heading = f"The first wrong one{f', {way}' if layered else ''}: {row.name}"
    sentences = []
    if exercise.kind == "numbers":
        wrong = [other for other in call.rows if not other.passed]
        heading = f"Not yet right: {', '.join(other.name for other in wrong)}"
        remarks = [remark for other in wrong for remark in _remark_on_number(call, other)]
        advice = "Write down the factors one by one, each with its number, and ask of each where it comes from."
        return Section(heading, (*remarks, advice), link=_link(exercise.chapter))
    if call.name != "first" and _first_calls_right(compared):
        sentences.append(
            f"The first call was right; the call {call.name!r} was not. Is something kept from one call to the next?"
        )
    if isinstance(row, Words):
        if isinstance(row.given, str) and not isinstance(row.expected, str):
            sentences.append(f"`{row.name}` is text, {row.given[:30]!r}; a number was expected.")
        else:
            sentences.append(f"`{row.name}` is not the right one in the setting {call.case['words']}.")
        return Section(heading, tuple(sentences), link=_link(exercise.chapter))
    if row.status == "wrong shape":
        sentences.append(f"Your `{row.name}` {_has_shape(row.shape)}, expected {_of_shape(row.expected_shape)}.")
        several = isinstance(decode(call.noted["value"]), list) and row.shape[:1] in ((2,), (3,))
        if several and row.shape[1:] == row.expected_shape:
            sentences.append(f"With `return a, b` several values come back; hand back `{row.name}` alone.")
        if row.shape == row.expected_shape[::-1] and len(set(row.shape)) > 1:
            sentences.append("It is the transpose of the shape that was expected.")
        sentences += _about_shape(call, row)
    else:
        if row.shape:
            sentences.append(f"Your `{row.name}` has the shape that was expected, {row.shape}.")
        factor = _common_factor([row])
        if factor is not None:
            words = _factor_words(factor, call, compared)
            layers = (
                _layers(call, [other for other in call.rows if not other.passed])
                if layered and _all_alike(call)
                else ""
            )
            if words or _tells(factor, [row]):
                sentences.append(f"It is {factor:.3f} times the expected one{layers}{': ' + words if words else ''}.")
        if call.given[row.name].dtype.kind in "iu" and (call.expected[row.name] % 1).any():
            sentences.append("It holds whole numbers only: integers have nothing behind the point.")
        if call.given[row.name].dtype.kind == "b":
            sentences.append(
                "It holds True and False only: the last thing done was a comparison. `*` comes before `>`, so that "
                "`g * z > 0` compares the product; parentheses keep the comparison together."
            )
        if _is_rounded(*_arrays(call, row)):
            sentences.append("It is the right one, rounded: hand back what was computed, with all its digits.")
        if not np.isfinite(call.given[row.name]).all():
            sentences.append("It holds NaN or infinity.")
    others = [other.name for other in call.rows if not other.passed and other is not row]
    others = [name for name in others if not layered or "[" not in name]  # of a list the first one is enough
    if others:
        sentences.append(f"Wrong as well: {', '.join(f'`{name}`' for name in others)}.")
    if fine:
        sentences.append(f"Right: {', '.join(f'`{name}`' for name in fine)}.")
    sentences.append(f"The setting: {call.case['words']}.")
    rows, columns = (), ()
    if row.status != "wrong shape":
        rows = _entries(call, row)
        columns = ("entry", "yours", "expected")
        nudged = exercise.nudged(call.arguments, row.name) if exercise.nudged else None
        if nudged is not None:
            columns = (*columns, "by nudging")
            rows = [
                (*entry, float(np.asarray(nudged)[index]))
                for entry, index in zip(rows, _places(call, row), strict=True)
            ]
    return Section(heading, tuple(sentences), columns, tuple(map(tuple, rows)), link=_link(exercise.chapter))


def _about_shape(call, row):
    """Explain shapes that come of an operation that keeps no table."""
    if len(row.expected_shape) != 2:
        return
    size = int(np.prod(row.expected_shape))
    if len(row.shape) == 1 and 0 < row.shape[0] < size and row.shape[0] not in row.expected_shape:
        yield (
            "Were entries picked with a mask, as in `g[z > 0]`? They come in one row; `g * (z > 0)` keeps the table."
        )
    entries = {np.size(part) for value in call.arguments.values() for part in _arrays_in(value) if np.ndim(part) == 2}
    if len(row.shape) == 2 and np.prod(row.shape) > size and row.shape[0] in entries and row.shape[1] in entries:
        yield "`np.outer` takes each of its two tables for one long row. A sum of such products is written `@`."


def _arrays_in(value):
    """Yield the arrays of an argument, which may be a list of them."""
    yield from (part for part in (value if isinstance(value, list) else [value]) if isinstance(part, np.ndarray))


def _is_rounded(given, expected):
    """Say whether an array is the right one, rounded to some places."""
    return any(np.array_equal(given, np.round(expected, digits)) and given.any() for digits in range(1, 9))


def _remark_on_number(call, row):
    if isinstance(row, Words) and isinstance(row.given, str) and not isinstance(row.expected, str):
        yield f"`{row.name}` is text, {row.given[:30]!r}; leave the quotation marks out, so that Python computes it."
        return
    if isinstance(row, Words) or row.status == "wrong shape":
        yield f"`{row.name}` is not of the form that was expected."
        return
    given, expected = float(call.given[row.name].ravel()[0]), float(call.expected[row.name].ravel()[0])
    rounded = any(given == round(expected, digits) for digits in range(1, 9)) and given
    if row.size == 1 and (rounded or abs(given - expected) <= 0.01 * abs(expected)):
        yield (
            f"Your `{row.name}` is close, but rounded. Write the arithmetic and let Python compute: "
            f"`0.3 * (0.8 - 1)`, not its result."
        )
    elif np.isclose(given, -expected):
        yield f"Your `{row.name}` is {given:.6g}; it has the wrong sign."
    elif given * expected < 0:
        yield f"Your `{row.name}` is {given:.6g}; neither its size nor its sign agrees with the computed one."
    else:
        yield f"Your `{row.name}` is {given:.6g}, which does not agree with the computed one."


def _places(call, row):
    """Return the indices of the entries to show, the most wrong first, in order."""
    given, expected = _arrays(call, row)
    with np.errstate(invalid="ignore"):
        wrong = np.nan_to_num(np.abs(given - expected), nan=np.inf, posinf=np.inf).ravel()
    chosen = sorted(np.argsort(-wrong, kind="stable")[:ENTRIES].tolist())
    return [np.unravel_index(i, expected.shape) for i in chosen] if expected.shape else [()]


def _arrays(call, row):
    expected = call.expected[row.name].astype(float)
    return reading.as_expected(call.given[row.name].astype(float), expected), expected


def _entries(call, row):
    given, expected = _arrays(call, row)
    return [
        (
            f"{row.name}[{', '.join(map(str, map(int, index)))}]" if index else row.name,
            float(given[index]),
            float(expected[index]),
        )
        for index in _places(call, row)
    ]


def _entry(value):
    return value if isinstance(value, str) else f"{float(np.ravel(value)[0]):.6g}"


# ---- what an answer raised ------------------------------------------------------------------------------------------


def _telling(exercise, calls):
    """Return the call that tells most: in networks that of the most layers, elsewhere the first and plainest."""
    return max(calls, key=lambda call: len(call.rows) if "weights" in exercise.arguments else 0, default=None)


def _raised(exercise, call):
    error = call.noted["error"]
    sentences = []
    if error["type"] == "arguments":
        sentences.append(f"The check calls `{exercise.call}`; your function does not take that: {error['message']}.")
        return Section("It could not be called", tuple(sentences), link=None)
    if error["type"] == "LineError":
        return Section("The order does not run", (reading.capital(error["message"]),), link=_link(exercise.chapter))
    message = error["message"].partition(", with gufunc signature")[0]  # the shapes are told in plain words
    if error.get("line"):
        sentences.append(f"The line `{error['line']}` raised {error['type']}: {message}")
    else:
        sentences.append(f"It raised {error['type']}: {message}")
    sentences += explaining.explained(exercise, error, call.arguments)
    sentences.append(f"The setting: {call.case['words']}.")
    return Section(f"It stops with an error: {error['type']}", tuple(sentences), link=_link(exercise.chapter))


def _remarks(exercise, compared):
    """Tell what an answer printed, and what it warned of."""
    sentences = []
    if all(call.right for call in compared):
        sentences += _taken_for(compared)
        sentences += _measured(exercise, compared)
    printed = next((call.noted["printed"] for call in compared if call.noted["printed"].strip()), "")
    if printed:
        first = printed.strip().splitlines()[0][:100]
        sentences.append(f"It prints; the first line was: {first}")
    warned = next((call.noted["warnings"][0] for call in compared if call.noted["warnings"]), "")
    if warned and not exercise.no_warnings:
        sentences.append(f"NumPy warned: {warned}")
    elif warned and any(not call.right for call in compared):
        sentences += _about_warning(next(call for call in compared if call.noted["warnings"]))
    return (Section("Beside the point", tuple(sentences)),) if sentences else ()


def _measured(exercise, compared):
    """Tell of an array that is right to the tolerance and not to the last digits, as a nudged one is."""
    if exercise.kind == "numbers":
        return
    for call in compared:
        for row in call.rows:
            if isinstance(row, Words) or call.given[row.name].dtype != float:
                continue
            given, expected = _arrays(call, row)
            off = np.abs(given - expected).max(initial=0.0) / max(np.abs(expected).max(initial=0.0), 1e-300)
            if off > LAST_DIGITS:
                yield (
                    f"Your `{row.name}` agrees to a relative {off:.0e} and not to the last digits: "
                    "it was measured by a nudge, or something small was added on the way."
                )
                return


def _taken_for(compared):
    """Tell of an array of another shape that was taken for the right one."""
    for call in compared:
        for row in call.rows:
            shapes = np.shape(call.given[row.name]), np.shape(call.expected[row.name])
            if not isinstance(row, Words) and row.passed and shapes[0] != shapes[1]:
                yield f"Your `{row.name}` has the shape {shapes[0]}; it was taken for {_of_shape(shapes[1])}."
                return


# ---- numbers of the learner's own -----------------------------------------------------------------------------------


def _own_numbers(exercise, value):
    """Return a case made of the numbers that the learner chose, and a program that returns those computed."""
    from backprop_lib.checks.exercise import Case

    names = (*exercise.arguments, *exercise.returns)
    if not isinstance(value, dict):
        raise reading.Unreadable(f"{reading.what(value)} came; {_wanted(exercise)} was expected.")
    missing = [name for name in names if name not in value]
    if missing:
        raise reading.Unreadable(f"`{missing[0]}` is missing; {_wanted(exercise)} was expected.")
    chosen = {}
    for name in exercise.arguments:
        part = reading.one(name, value[name])
        if isinstance(part, str) or not np.isfinite(part.astype(float)).all():
            raise reading.Unreadable(f"`{name}` is {value[name]!r}; a number of your own was expected.")
        if part.size != 1:
            raise reading.Unreadable(
                f"`{name}` holds {part.size} numbers; one was expected. In Python 0.5 is written with a point: "
                "a comma makes two numbers."
            )
        chosen[name] = float(part.ravel()[0])
    complaint = exercise.rules(chosen) if exercise.rules else None
    if complaint:
        raise reading.Unreadable(complaint)
    case = Case("yours", "your numbers", (("first", chosen),)).plain()
    _refuse_blind_numbers(exercise, case)
    answers = {name: value[name] for name in exercise.returns}
    return [case], lambda *_: answers


def _refuse_blind_numbers(exercise, case):
    """Raise if a known mistake makes no difference with these numbers."""
    for known in exercise.known:
        evidence = collect(known.program(), [case], seconds=None)
        if all(call.right for call in _compare(exercise, [case], evidence)):
            raise reading.Unreadable(
                f"With these numbers a known mistake, “{known.title}”, gives the right result as well, so they prove "
                "nothing. Change one of the numbers you chose."
            )
