"""Where answers are handed in: `check`, `hint` and `progress`, as the notebooks use them."""

import html

import numpy as np

from backprop_lib import tables, validation
from backprop_lib.checks import records
from backprop_lib.checks.collecting import collect, collect_value
from backprop_lib.checks.exercise import EXERCISES
from backprop_lib.checks.judging import judge
from backprop_lib.checks.verdict import NOT_ATTEMPTED, Section, Verdict

__all__ = ["Hint", "Progress", "check", "hint", "progress"]

TIERS = ("A question", "The formula", "Where to begin")


def check(name, answer, *, strict=False, seed=None):
    """Check an answer.

    Parameters
    ----------
    name : str
        The name of the exercise, "05.backward".
    answer : object
        The function itself, without parentheses; or the letters of lines, or a dict of numbers, as the exercise says.
    strict : bool, optional
        Raise AssertionError unless the answer is right; for pytest and nbgrader.
    seed : int, optional
        Draws the inputs. They differ from call to call unless it is given.

    Returns
    -------
    Verdict
        As the last value of a cell it shows itself.

    Raises
    ------
    AssertionError
        If `strict` and the answer is not right; the message is the verdict.
    TypeError, ValueError
        If there is no exercise of that name, or `seed` is no seed.
    """
    exercise = validation.lookup("an exercise", name, EXERCISES)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    cases, evidence = [], None
    if exercise.takes_function and callable(answer):
        cases = exercise.draw(validation.whole_number("seed", seed, at_least=0))
        evidence = collect(answer, cases)
    elif callable(answer):
        evidence = {"answer": {"kind": "function", "blank": False}, "cases": [], "stopped": None}
    else:
        cases = exercise.draw(validation.whole_number("seed", seed, at_least=0)) if exercise.kind == "order" else []
        evidence = collect_value(answer)
    verdict = judge(exercise, cases, evidence, seed=seed)
    if verdict.status != NOT_ATTEMPTED:
        complaint = records.write(exercise.name, verdict.right, verdict.points)
        if complaint:
            sections = (*verdict.sections, Section("Beside the point", (complaint,)))
            verdict = Verdict(**{**vars(verdict), "sections": sections})
    if strict and not verdict.right:
        raise AssertionError(verdict.text)
    return verdict


class Hint:
    """One hint. As the last value of a cell it shows itself.

    Attributes
    ----------
    exercise : str
        The name of the exercise.
    tier : int
        1, a question; 2, the formula; 3, where to begin: the first line, or the place to look at.
    words : str
        The hint.
    """

    def __init__(self, exercise, tier, words):
        self.exercise = exercise
        self.tier = tier
        self.words = words

    @property
    def text(self):
        """The hint as plain text."""
        more = "Run the cell again for the next one." if self.tier < len(TIERS) else "This is the last one."
        return (
            f"{self.exercise}, hint {self.tier} of {len(TIERS)}: {TIERS[self.tier - 1].lower()}\n{self.words}\n{more}"
        )

    @property
    def html(self):
        """The hint as HTML."""
        heading, words, more = self.text.split("\n", 1)[0], self.words, self.text.rsplit("\n", 1)[1]
        pieces = html.escape(words, quote=False).split("`")
        marked = "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
        return f"<section><h3>{html.escape(heading)}</h3><p>{marked}</p><p>{more}</p></section>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self):
        return self.text


_GIVEN = {}


def hint(name, tier=None):
    """Return the next hint for an exercise.

    Parameters
    ----------
    name : str
        The name of the exercise.
    tier : int, optional
        1, 2 or 3 for a certain one; otherwise each call gives the next, and the last stays.

    Returns
    -------
    Hint

    Raises
    ------
    TypeError, ValueError
        If there is no such exercise or tier.
    """
    exercise = validation.lookup("an exercise", name, EXERCISES)
    if tier is None:
        tier = min(_GIVEN.get(name, 0) + 1, len(TIERS))
    tier = validation.whole_number("tier", tier, at_least=1)
    if tier > len(TIERS):
        raise ValueError(f"tier is {tier}; there are {len(TIERS)} hints.")
    _GIVEN[name] = tier
    return Hint(name, tier, exercise.hints[tier - 1])


class Progress:
    """What is done, chapter by chapter. As the last value of a cell it shows itself.

    Attributes
    ----------
    rows : list of tuple
        For each chapter its number, the exercises done and asked, the points earned and to be had.
    """

    def __init__(self, rows):
        self.rows = rows

    @property
    def text(self):
        """The state as plain text, with a bar for each chapter."""
        return self._table(lambda done, asked: "#" * done + "." * (asked - done)).text

    @property
    def html(self):
        """The state as an HTML table, with a bar for each chapter."""
        return self._table(_bar).html

    def _table(self, bar):
        rows = [
            (number, bar(done, asked), f"{done} of {asked}", f"{points} of {out_of}")
            for number, done, asked, points, out_of in self.rows
        ]
        total = [sum(row[i] for row in self.rows) for i in (1, 2, 3, 4)]
        caption = f"{total[0]} of {total[1]} exercises are right, {total[2]} of {total[3]} points."
        return tables.table(rows, ("chapter", "done", "exercises", "points"), caption, caption_below=True)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self):
        return self.text


def _bar(done, asked):
    words = f"{done} of {asked}"
    return tables.Marked(
        words, f'<meter min="0" max="{asked}" value="{done}" aria-label="{words} done">{words}</meter>'
    )


def progress(chapter=None):
    """Return what is done.

    Parameters
    ----------
    chapter : str, optional
        The number of a chapter, "05"; all of them unless given.

    Returns
    -------
    Progress

    Raises
    ------
    TypeError, ValueError
        If there are no exercises of that chapter.
    """
    numbers = {exercise.number: None for exercise in sorted(EXERCISES.values(), key=lambda e: e.number)}
    if chapter is not None:
        numbers = {chapter: validation.lookup("a chapter with exercises", chapter, numbers)}
        numbers = dict.fromkeys(numbers)
    known = records.read()
    rows = []
    for number in numbers:
        asked = [exercise for exercise in EXERCISES.values() if exercise.number == number]
        done = [known[exercise.name] for exercise in asked if known.get(exercise.name, {}).get("right")]
        points = sum(exercise.points for exercise in asked if known.get(exercise.name, {}).get("right"))
        rows.append((number, len(done), len(asked), points, sum(exercise.points for exercise in asked)))
    return Progress(rows)
