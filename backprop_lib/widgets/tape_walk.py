"""A tape as it is written, and the walk back along it, turn by turn. Nothing here draws.

The tape is `autodiff`'s own, and so are the rules; what the walk leaves at the inputs stands beside a nudge.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_lib import autodiff, gradcheck, validation
from backprop_lib.autodiff import Tensor
from backprop_lib.numerals import number

__all__ = ["Line", "Share", "TapeWalk"]

MOST_LINES = 24
MOST_NUMBERS = 1000
"""So many numbers the inputs hold at most, for each is nudged."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line of the tape.

    Attributes
    ----------
    name : str
        "x", "a", "C".
    formula : str
        "x * w", or "given".
    sources : tuple of int
        The lines that it uses.
    value : ndarray
        What was computed.
    slopes : tuple of float
        For each source the local slope; NaN where it is no single number.
    """

    name: str
    formula: str
    sources: tuple
    value: np.ndarray
    slopes: tuple


@dataclass(frozen=True, eq=False)
class Share:
    """What a line sends to one of its sources.

    Attributes
    ----------
    to : int
        The source.
    before, share, after : ndarray
        What had arrived there, what is sent, and their sum.
    """

    to: int
    before: np.ndarray
    share: np.ndarray
    after: np.ndarray


class TapeWalk:
    """A computation on a tape, and the walk back.

    Parameters
    ----------
    expression : callable
        Takes the inputs as tensors, by name, and returns a tensor that holds one number.
    names : sequence of str, optional
        Names for what the expression computes, in order; u1, u2, ... and C for the last unless given.
    **inputs
        The values of the inputs, numbers or small arrays.

    Attributes
    ----------
    lines : list of Line
        The tape.
    turns : list of tuple (int, list of Share)
        The walk: whose turn it is, and what it sends.
    nudged : dict of str to ndarray
        For each input the slope of the result by central differences.
    comparisons : dict of str to TensorComparison
        For each input its gradient beside that; entries at a kink are left out.

    Raises
    ------
    TypeError, ValueError
        If the expression does not return such a tensor, or the tape is too long to be drawn.
    """

    def __init__(self, expression, names=None, **inputs):
        if not callable(expression):
            raise TypeError(
                f"expression is {expression!r}, a function of {', '.join(inputs) or 'the inputs'} was expected."
            )
        if not inputs:
            raise TypeError("There are no inputs; give each a value by name, such as x=3.0.")
        leaves = {name: Tensor(validation.float_array(name, value)) for name, value in inputs.items()}
        empty = [name for name, leaf in leaves.items() if leaf.data.size == 0]
        if empty:
            raise ValueError(f"{empty[0]} holds no numbers; at least one was expected.")
        numbers = sum(leaf.data.size for leaf in leaves.values())
        if numbers > MOST_NUMBERS:
            raise ValueError(
                f"The inputs hold {numbers:,} numbers; at most {MOST_NUMBERS:,} can be nudged one by one. Take "
                "smaller arrays."
            )
        _check_call(expression, inputs)
        with np.errstate(all="ignore"):
            end = expression(**leaves)
        if not isinstance(end, Tensor) or end.data.shape != ():
            what = f"a tensor of the shape {end.data.shape}" if isinstance(end, Tensor) else type(end).__name__
            raise ValueError(f"The expression returned {what}; a tensor with one number was expected, such as a sum.")
        tape = autodiff.tape(end)
        unused = [name for name, leaf in leaves.items() if leaf not in tape]
        if unused:
            raise ValueError(f"{', '.join(unused)} is not used in the expression.")
        if len(tape) > MOST_LINES:
            raise ValueError(
                f"The tape has {len(tape):,} lines; at most {MOST_LINES} can be drawn. Take a shorter expression, or "
                "arrays in the place of many numbers: an operation on a whole array is one line."
            )
        names = _checked_names(names, inputs, sum(tensor.operation != "leaf" for tensor in tape))
        self.lines = self._lines(tape, {leaf: name for name, leaf in leaves.items()}, names)
        self._refuse_what_is_not_finite()
        self.turns = self._turns(tape)
        self.nudged, self.comparisons = {}, {}
        for name in leaves:
            self.nudged[name], self.comparisons[name] = self._nudge(expression, leaves, name)

    def _nudge(self, expression, leaves, name):
        """Return the slope of the result in an input by central differences, and the gradient beside it."""

        def f(value):
            return float(expression(**{**leaves, name: Tensor(value)}).data)

        try:
            floor = gradcheck.rounding_floor(self.lines[-1].value)
            with np.errstate(all="ignore"):
                row, nudged, _ = gradcheck.compare_with_nudges(
                    name, self.gradient(name), f, leaves[name].data, floor=floor
                )
        except ValueError as error:
            raise ValueError(f"{name} cannot be nudged: {error} Choose another value.") from None
        return nudged, row

    def _refuse_what_is_not_finite(self):
        for line in self.lines:
            if not np.isfinite(line.value).all():
                raise ValueError(
                    f"Line {line.name} = {line.formula} is {_told(line.value)}, a finite value was expected. Choose "
                    "other inputs."
                )
            if np.isinf(line.slopes).any():
                raise ValueError(f"A slope of the line {line.name} = {line.formula} is infinite. Choose other inputs.")

    def gradient(self, name):
        """Return what has arrived at a line when the walk is over."""
        index = [line.name for line in self.lines].index(name)
        arrived = [share.after for _, shares in self.turns for share in shares if share.to == index]
        return arrived[-1] if arrived else np.asarray(1.0)

    def agrees(self, name):
        """Say whether the gradient of an input agrees with its nudge."""
        return self.comparisons[name].passed

    def words(self, position):
        """Return what is on screen at a position: 0 for nothing, then the lines, then the turns of the walk."""
        n = len(self.lines)
        if position == 0:
            return f"The tape is empty; {n} line{'s are' if n != 1 else ' is'} to come, and then the walk back."
        if position <= n:
            line = self.lines[position - 1]
            how = {"given": ", which is given", "a constant": ", a constant"}.get(line.formula, "")
            formula = "" if how else f" = {line.formula}"
            return f"Line {position} of {n} is written: {line.name}{formula} = {_told(line.value)}{how}."
        turn, shares = self.turns[position - n - 1]
        line = self.lines[turn]
        g = _told(self._has(turn, position))
        begin = f"Walk back, turn {position - n} of {n}: {line.name} has {g}, and that is all of it."
        if not shares:
            nudge = self.nudged.get(line.name)
            if nudge is None:
                return f"{begin} It is a constant; nothing more to send."
            return f"{begin} It is an input; {self._compared(line.name)}."
        sent = [self._sent(share) for share in shares]
        return f"{begin} It sends {'; and '.join(sent)}."

    def _compared(self, name):
        """Say what nudging an input tells of its gradient."""
        row = self.comparisons[name]
        if row.status == "kink":
            return "nudging cannot decide, for it lies at a kink" + (" in every entry" if row.size > 1 else "")
        agrees = "agrees" if row.passed else "does not agree"
        if row.at_kinks:
            which = f"{row.at_kinks} of {row.size} entries {'lie' if row.at_kinks > 1 else 'lies'} at a kink"
            others = "the others have" if row.compared > 1 else "the other has"
            sizes = f"{others} the size {number(row.norm)}, the nudge says {number(row.expected_norm)}"
            return f"{which}; {sizes} and {agrees}"
        return f"the nudge says {_told(self.nudged[name])} and {agrees}"

    def _sent(self, share):
        name = self.lines[share.to].name
        first = not np.any(share.before)
        total = "" if first else f", which had {_told(share.before)} and now has {_told(share.after)}"
        return f"{_told(share.share)} to {name}{total}"

    def _has(self, turn, position):
        """Return what has arrived at a line before a position."""
        n = len(self.lines)
        if turn == n - 1:
            return np.asarray(1.0)
        done = self.turns[: position - n - 1]
        return [share.after for _, shares in done for share in shares if share.to == turn][-1]

    @staticmethod
    def _lines(tape, leaves, names):
        number_of = {tensor: i for i, tensor in enumerate(tape)}
        given = iter(names)
        made, lines = 0, []
        used = {*leaves.values(), *names}
        constants = 0
        for tensor in tape:
            if tensor in leaves:
                name, formula = leaves[tensor], "given"
            elif tensor.operation == "leaf":
                constants += 1
                name, formula = _unused(f"k{constants}", used), "a constant"
            else:
                made += 1
                name = next(given, None) or _unused("C" if tensor is tape[-1] else f"u{made}", used)
                formula = _formula(tensor.operation, [lines[number_of[source]].name for source in tensor.sources])
            arrays = [source.data for source in tensor.sources]
            numbers = all(a.ndim == 0 for a in (*arrays, tensor.data))
            with np.errstate(all="ignore"):
                slopes = tuple(float(rule(1.0, *arrays)) if numbers else np.nan for rule in tensor.rules)
            lines.append(
                Line(name, formula, tuple(number_of[source] for source in tensor.sources), tensor.data, slopes)
            )
        return lines

    @staticmethod
    def _turns(tape):
        number_of = {tensor: i for i, tensor in enumerate(tape)}
        arrived = {tape[-1]: np.asarray(1.0)}
        turns = []
        for tensor in reversed(tape):
            arrays, shares = [source.data for source in tensor.sources], []
            for source, rule in zip(tensor.sources, tensor.rules, strict=True):
                share = autodiff.unbroadcast(rule(arrived[tensor], *arrays), source.data.shape)
                before = arrived.get(source, np.zeros(source.data.shape))
                arrived[source] = before + share
                shares.append(Share(number_of[source], before, share, arrived[source]))
            turns.append((number_of[tensor], shares))
        return turns


def _unused(name, used):
    """Return a name that nobody has yet, as like this one as possible, and note it."""
    while name in used:
        name += "_"
    used.add(name)
    return name


def _check_call(expression, inputs):
    """Refuse an expression that does not take these inputs by name."""
    try:
        signature = inspect.signature(expression)
        signature.bind(**inputs)
    except TypeError:
        given = ", ".join(inputs)
        raise TypeError(
            f"The expression takes {signature}; the inputs are {given}. They have to be the same."
        ) from None
    except ValueError:  # a function written in C has no signature to look at
        pass


def _checked_names(names, inputs, count):
    """Return the names of what is computed as a list."""
    if names is None:
        return []
    if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise TypeError(f'names is {names!r}; a list of names was expected, such as ["a", "b", "C"].')
    if len(names) > count:
        raise ValueError(
            f"{len(names)} names were given; the expression computes {count} {'value' if count == 1 else 'values'}."
        )
    taken = [name for i, name in enumerate(names) if name in inputs or name in names[:i]]
    if taken:
        raise ValueError(f"The name {taken[0]} is given twice; each line needs a name of its own.")
    return list(names)


def _formula(operation, names):
    signs = {"+": "+", "-": "−", "*": "·", "/": "/", "@": "@"}
    if operation in signs:
        return f" {signs[operation]} ".join(names)
    if operation.startswith("**"):
        return f"{names[0]} ^ {operation[2:]}"
    return f"{operation}({', '.join(names)})"


def _told(value):
    """Say a number, or an array by its shape and size."""
    value = np.asarray(value)
    if value.ndim == 0:
        return number(float(value))
    return f"an array of the shape {value.shape} and the size {number(float(np.linalg.norm(value)))}"
