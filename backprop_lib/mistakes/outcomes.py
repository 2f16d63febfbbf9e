"""Where a mistake shows, and how: observations judged, and the table of all mistakes in all settings."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from backprop_lib import gradcheck, tables, validation
from backprop_lib.mistakes.mistake import MISTAKES, Mistake
from backprop_lib.mistakes.settings import SETTINGS, Setting

__all__ = ["KINDS", "MistakeTable", "Outcome", "alike", "judge", "outcome", "same_numbers", "table"]

KINDS = {
    "raises": "Python stops with an error.",
    "wrong shape": "A gradient has not the shape of its parameter.",
    "factor": "Every wrong gradient is the same number times the right one.",
    "other numbers": "The shapes are right, the numbers are not.",
    "second call": "The first call is right, a later one is not.",
    "changed input": "What is returned is right, but an array that was handed over has been changed.",
    "invisible": "Nothing shows: here the mistake makes no difference.",
}
"""The ways in which a mistake can show, the plainest first; the first that applies is named."""


@dataclass(frozen=True)
class Outcome:
    """How a backward pass did in one setting.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    tensors : tuple of str
        The wrong gradients of the first call that went wrong, "dW[0]" and so on, from the input to the output.
    first_difference : str or None
        The first of them on the way back from the output.
    factor : float
        Given over expected, where that is one number for all wrong gradients; otherwise NaN.
    call : str or None
        The call that went wrong first: "first", "again", "after a step" or "short batch".
    changed : tuple of str
        The arrays that were changed in place.
    error : str
        The type and the text of what was raised; empty if nothing was.
    """

    kind: str
    tensors: tuple = ()
    first_difference: str | None = None
    factor: float = float("nan")
    call: str | None = None
    changed: tuple = ()
    error: str = ""

    @property
    def shows(self):
        """Whether the mistake can be seen."""
        return self.kind != "invisible"

    @property
    def text(self):
        """The kind with the most telling detail, for a cell of a table."""
        names = {tensor[:2] for tensor in self.tensors}
        where = f" in {names.pop()}" if len(names) == 1 else ""
        if self.kind == "factor":
            return f"factor {_number(self.factor)}{where}"
        if self.kind == "second call":
            by = f", {_number(self.factor)} times" if np.isfinite(self.factor) else ""
            return f"second call ({self.call}{by})"
        return self.kind + (where if self.kind in ("wrong shape", "other numbers") else "")

    def __str__(self):
        return self.text


def judge(observation):
    """Say what an `Observation` shows, as an `Outcome`.

    The first call decides; only if it is right, changed arrays and then the later calls are looked at. Wrong gradients
    count as a factor if all of them, right ones apart, are the same number times the expected ones.
    """
    failed = next((call for call in observation.calls if not call.right), None)
    changed = observation.changed
    if failed is None:
        return Outcome("changed input" if changed else "invisible", changed=changed)
    facts = _facts(failed) | {"changed": changed}
    if failed.name != "first":
        return Outcome("changed input" if changed else "second call", **facts)
    if failed.error is not None:
        kind = "raises"
    elif any(row.status == "wrong shape" for row in failed.wrong):
        kind = "wrong shape"
    else:
        kind = "factor" if np.isfinite(facts["factor"]) else "other numbers"
    return Outcome(kind, **facts)


def _facts(call):
    if call.error is not None:
        return {"call": call.name, "error": f"{type(call.error).__name__}: {call.error}"}
    return {
        "call": call.name,
        "tensors": tuple(row.name for row in call.wrong),
        "first_difference": gradcheck.first_difference(call.rows).name,
        "factor": _common_factor(call.wrong),
    }


def _common_factor(rows):
    """Return the one number that all of `rows` are off by, or NaN."""
    factors = np.array([row.factor if row.proportional else np.nan for row in rows])
    with np.errstate(invalid="ignore"):
        alike = np.abs(factors - factors[0]) <= gradcheck.TOLERANCE * np.abs(factors[0])
    return float(factors[0]) if alike.all() else float("nan")


def _number(value):
    """Write 2.0 as "2" and 0.142857... as "1/7"; anything else with four digits."""
    fraction = Fraction(value).limit_denominator(20)
    return str(fraction) if abs(value - fraction) <= gradcheck.TOLERANCE * abs(value) else f"{value:.4g}"


def outcome(mistake, setting, *, rng):
    """Try a mistake in a setting.

    Parameters
    ----------
    mistake : Mistake or str
        The mistake, or its name.
    setting : Setting or str
        The setting, or its name.
    rng : numpy.random.Generator
        Draws the network and the data.

    Returns
    -------
    Outcome
        How it shows, or that it does not.
    """
    mistake = _mistake(mistake)
    network, X, y = _setting(setting).draw(validation.random_generator(rng))
    return judge(mistake.observe(network, X, y))


def _mistake(entry):
    return entry if isinstance(entry, Mistake) else validation.lookup("a mistake", entry, MISTAKES)


def _setting(entry):
    return entry if isinstance(entry, Setting) else validation.lookup("a setting", entry, SETTINGS)


def _each(entry, given, entries):
    """Return the objects for several names or objects, for a single one too, and for all of `entries` if None came."""
    if given is None:
        given = entries
    elif isinstance(given, str) or not isinstance(given, Iterable):
        given = [given]
    return tuple(entry(one) for one in given)


def same_numbers(one, other, network, X, y):
    """Say whether two mistakes return the same wrong numbers, so that they cannot be told apart.

    Parameters
    ----------
    one, other : Mistake or str
        The mistakes.
    network, X, y
        Where they are tried, as `Setting.draw` gives it.

    Returns
    -------
    bool
        Whether both show, return the same gradients in every call (to a relative 1e-6 for each tensor) and change the
        same arrays. Where one of them raises in the first call there are no numbers.
    """
    one, other = _mistake(one), _mistake(other)
    return _same_observation(one.observe(network, X, y), other.observe(network, X, y))


def _same_observation(one, other):
    if not (judge(one).shows and judge(other).shows) or one.changed != other.changed:
        return False
    answers = [[call.given for call in observation.calls] for observation in (one, other)]
    if answers[0][0] is None or [a is None for a in answers[0]] != [b is None for b in answers[1]]:
        return False
    return all(
        row.passed
        for first, second in zip(*answers, strict=True)
        if first is not None
        for row in gradcheck.compare_gradients(first, second)
    )


def alike(setting, *, rng):
    """Return the pairs of mistakes that are the same wrong numbers in a setting.

    Parameters
    ----------
    setting : Setting or str
        The setting, or its name.
    rng : numpy.random.Generator
        Draws the network and the data.

    Returns
    -------
    list of tuple of str
        Pairs of names, in the order of the list of mistakes. See `same_numbers`.

    Notes
    -----
    In the settings of this course there are two such pairs: with one output `factor_two` and `divided_by_entries`,
    since 2/(n k) is 2/n then; under a ReLU `slope_left_out` and `mask_with_equality`, since a >= 0 is always true
    there. No pair is alike in all settings.
    """
    network, X, y = _setting(setting).draw(validation.random_generator(rng))
    seen = {name: mistake.observe(network, X, y) for name, mistake in MISTAKES.items()}
    return [(one, other) for one, other in combinations(seen, 2) if _same_observation(seen[one], seen[other])]


@dataclass(frozen=True, eq=False, repr=False)
class MistakeTable:
    """Mistakes in rows, settings in columns.

    Attributes
    ----------
    mistakes : tuple of Mistake
        The rows.
    settings : tuple of Setting
        The columns.
    outcomes : dict
        The `Outcome` of each (name of a mistake, name of a setting).
    """

    mistakes: tuple
    settings: tuple
    outcomes: dict

    def __getitem__(self, key):
        if not isinstance(key, tuple) or len(key) != 2:
            raise TypeError(f'the table was asked for {key!r}; table["sign_flipped", "linear_relu"] was expected.')
        mistake, setting = key
        row = _line("a mistake in this table", mistake, self.mistakes)
        return self.outcomes[row.name, _line("a setting in this table", setting, self.settings).name]

    @property
    def columns(self):
        """The heads of the columns."""
        return ("number", "mistake", *(setting.name for setting in self.settings))

    @property
    def rows(self):
        """The cells as text, a tuple for each mistake."""
        return [
            (str(mistake.number), mistake.name, *(self[mistake, setting].text for setting in self.settings))
            for mistake in self.mistakes
        ]

    def unseen_in(self, setting):
        """Return the names of the mistakes that do not show in a setting, a `Setting` or its name."""
        setting = _line("a setting in this table", setting, self.settings)
        return [mistake.name for mistake in self.mistakes if not self[mistake, setting].shows]

    def summary(self):
        """Return in words how many mistakes each setting lets pass."""
        unseen = ", ".join(f"{setting.name} {len(self.unseen_in(setting))}" for setting in self.settings)
        return f"Of {len(self.mistakes)} mistakes pass unseen: {unseen}."

    def __str__(self):
        return tables.table(self.rows, self.columns, self.summary(), caption_below=True).text

    __repr__ = __str__

    def _repr_html_(self):
        # Long names may wrap at their underscores.
        heads = [tables.Marked(name, html.escape(name).replace("_", "_<wbr/>")) for name in self.columns[2:]]
        rows = [
            (f"{mistake.number}. {mistake.title}", *(_marked(self[mistake, setting]) for setting in self.settings))
            for mistake in self.mistakes
        ]
        return tables.table(rows, ["mistake", *heads], self.summary(), caption_below=True).html


def _marked(found):
    return found.text if found.shows else tables.Marked(found.text, f"<strong>{found.text}</strong>")


def _line(what, entry, lines):
    """Return the row or column of a table for a name or an object."""
    name = entry.name if isinstance(entry, (Mistake, Setting)) else entry
    return validation.lookup(what, name, {line.name: line for line in lines})


def table(mistakes=None, settings=None, *, rng):
    """Try mistakes in settings, on one draw for each setting.

    Parameters
    ----------
    mistakes : Mistake, str or iterable of them, optional
        Mistakes or their names; all of them unless given.
    settings : Setting, str or iterable of them, optional
        Settings or their names; all of them unless given.
    rng : numpy.random.Generator
        Draws the networks and the data.

    Returns
    -------
    MistakeTable
        ``table[mistake, setting]`` is an `Outcome`; objects or names will do. As the last value of a cell it shows
        itself.
    """
    rng = validation.random_generator(rng)
    mistakes, settings = _each(_mistake, mistakes, MISTAKES), _each(_setting, settings, SETTINGS)
    outcomes = {}
    for setting in settings:
        network, X, y = setting.draw(rng)
        for mistake in mistakes:
            outcomes[mistake.name, setting.name] = judge(mistake.observe(network, X, y))
    return MistakeTable(mistakes=mistakes, settings=settings, outcomes=outcomes)
