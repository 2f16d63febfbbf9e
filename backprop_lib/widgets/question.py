"""What a prediction is worth: plain Python questions that compare it with the computed answer, in words.

A question is one of three kinds, a number, a choice or an order of lines. Each gives a `Verdict` on any prediction, and
the same judgment as data (`wire`), so that a browser can look it up without the kernel. Text is plain, with code in
backticks and a blank line between paragraphs.
"""

import contextlib
import hashlib
import io
import itertools
import math
import numbers
import warnings
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

__all__ = ["ChoiceQuestion", "NumberQuestion", "OrderQuestion", "Verdict", "readable"]

FACTORS = range(2, 11)
"""The factors that are named where a prediction is off by one of them."""

MAX_LINES = 6
"""As many lines have 720 orders, all of which are tried."""


@dataclass(frozen=True)
class Verdict:
    """What is said about one prediction.

    Attributes
    ----------
    right : bool
        Whether the prediction counts as the answer.
    words : str
        The prediction, the computed answer and the gap between them.
    slip : str
        What somebody did who predicts this; empty if it is no known slip.
    """

    right: bool
    words: str
    slip: str = ""


def readable(value, decimals):
    """Return a number as text: so many decimals at most, no trailing zeros, no negative zero.

    A number that would become 0 gets as many decimals as it needs, and an exponent if they are more than 6.

    Parameters
    ----------
    value : float
        A number; infinity, the gap between two huge ones, is written ∞.
    decimals : int
        Digits after the point.

    Returns
    -------
    str
    """
    value = float(value)
    size = abs(value)
    if math.isinf(size):
        text = "∞"
    elif size >= 1e15:
        text = _scientific(size, 3)
    else:
        text = _fixed(size, decimals)
        for more in range(decimals + 1, 7):
            text = text if float(text) or not size else _fixed(size, more)
        if not float(text):
            text = _scientific(size, 1) if size else "0"
    mantissa, _, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    sign = "-" if value < 0 else ""
    return f"{sign}{mantissa}" + (f"e{int(exponent)}" if exponent else "")


def _fixed(size, decimals):
    """Return a number with so many decimals; halves go up, as in the browser, so that both show the same digits."""
    return f"{Decimal(size).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


def _scientific(size, decimals):
    """Return a number with an exponent and so many decimals; halves go up here too."""
    exact = Decimal(size)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - decimals), ROUND_HALF_UP)
    return f"{rounded:.{decimals}e}"


class NumberQuestion:
    """A question whose answer is a number.

    Parameters
    ----------
    answer : float
        The computed answer.
    tolerance : float
        How far a prediction may be from it; absolute.
    decimals : int
        How many decimals of the answer are shown.
    slips : dict
        A wrong number to what somebody did who predicts it. One within the tolerance of the answer is no slip; of two
        that read the same the first counts.

    Raises
    ------
    TypeError, ValueError
        If an argument makes no question.
    """

    kind = "number"

    def __init__(self, answer, tolerance, decimals, slips):
        self.answer = _number(answer, "answer")
        self.tolerance = _number(tolerance, "tolerance")
        if self.tolerance < 0:
            raise ValueError(f"tolerance is {tolerance}, 0 or more was expected.")
        if isinstance(decimals, bool) or not isinstance(decimals, numbers.Integral) or not 0 <= decimals <= 12:
            raise ValueError(f"decimals is {decimals!r}, a whole number from 0 to 12 was expected.")
        self.decimals = int(decimals)
        self._fine = max(self.decimals, 4)  # a prediction may have more digits than the answer
        self.slips = {_number(slip, "a slip"): _text(slips[slip], f"the slip {slip}") for slip in slips}
        shown = readable(self.answer, self.decimals)
        if not self._is_right(float(shown)):
            raise ValueError(
                f"decimals={decimals} shows the answer as {shown}, which is not within the tolerance {tolerance} of "
                f"{self.answer!r}; give more decimals or more tolerance."
            )
        # Whoever changes the numbers of a chapter may make a slip come out right: then it is none.
        slips = [(slip, words) for slip, words in self.slips.items() if not self._is_right(slip)]
        # Two may come out the same, but for the rounding: then the first is explained.
        texts = [readable(slip, self._fine) for slip, _ in slips]
        self.slips = dict(slip for i, slip in enumerate(slips) if texts[i] not in texts[:i])
        self._start = f"You said {{said}}. Computed: {shown}."
        self._bands = list(self._all_bands())

    @property
    def answer_words(self):
        """The computed answer, and which predictions count."""
        return readable(self.answer, self.decimals) + (
            f" (within {readable(self.tolerance, self._fine)} counts)" if self.tolerance else ""
        )

    @property
    def slip_words(self):
        """Pairs of a wrong prediction and what it means."""
        return [(readable(slip, self._fine), words) for slip, words in self.slips.items()]

    def read(self, prediction):
        """Return a prediction as a float, or raise TypeError or ValueError with the reason."""
        return _number(prediction, "the prediction")

    def verdict(self, prediction):
        """Return the `Verdict` on a number."""
        value = self.read(prediction)
        band = next(band for band in self._bands if band["low"] <= value <= band["high"])
        said, gap = readable(value, self._fine), readable(abs(value - self.answer), self._fine)
        words = f"{self._start} {band['words']}".replace("{said}", said).replace("{gap}", gap)
        return Verdict(band["right"], words, band["slip"])

    def wire(self, html):
        """Return the judgment as data: after "start", the first band that holds a prediction has the words on it.

        `{said}` and `{gap}` in them stand for the prediction and its distance from the answer, `decimals` digits each.
        """
        bands = [
            {
                **band,
                "low": band["low"] if math.isfinite(band["low"]) else None,
                "high": band["high"] if math.isfinite(band["high"]) else None,
                "words": html(band["words"]),
                "slip": html(band["slip"]),
            }
            for band in self._bands
        ]
        return {"answer": self.answer, "decimals": self._fine, "start": html(self._start), "bands": bands}

    def _is_right(self, value):
        return abs(value - self.answer) <= self._reach(self.answer)

    def _reach(self, value):
        """Return the tolerance around a value, with room for the rounding of binary fractions."""
        return self.tolerance + 1e-9 * max(1.0, abs(value), abs(self.answer))

    def _all_bands(self):
        reach = self._reach(self.answer)
        within = f"Yours is within {readable(self.tolerance, self._fine)}." if self.tolerance else "Yours is the same."
        yield self._band(self.answer - reach, self.answer + reach, within, right=True)
        for value, low, high in self._around(sorted(self.slips)):
            yield self._band(low, high, self._gap_words(value), slip=self.slips[value])
        for near in (False, True):
            yield from self._factor_bands(near)
        yield self._band(-math.inf, self.answer, self._gap_words(-math.inf))
        yield self._band(self.answer, math.inf, self._gap_words(math.inf))

    def _around(self, values):
        """Yield each value with the ends of its band; where two bands would overlap, the nearer value wins."""
        for i, value in enumerate(values):
            low, high = value - self._reach(value), value + self._reach(value)
            if i > 0:
                low = max(low, values[i - 1] / 2 + value / 2)  # the sum of two huge ones would overflow
            if i + 1 < len(values):
                high = min(high, value / 2 + values[i + 1] / 2)
            yield value, low, high

    def _factor_bands(self, near):
        """Yield the bands of predictions that are off by a sign or a whole factor."""
        about = "about " if near else ""
        sizes = [(self.answer, "")]
        sizes += [(self.answer / factor, f"computed value is {about}{factor} times yours") for factor in FACTORS]
        sizes += [(self.answer * factor, f"{about}{factor} times the computed value") for factor in FACTORS]
        for sign in (1, -1):
            for size, words in sizes:
                value = sign * size
                reach = min(self.tolerance, 0.004 * abs(value)) if near else 1e-9 * abs(value)
                # Values that the tolerance would not tell from 0 say nothing about a factor, and none is infinite.
                if not self.tolerance < abs(value) < math.inf or (sign == 1 and not words):
                    continue
                yield self._band(
                    value - reach, value + reach, f"{self._gap_words(value)} {_factor_words(sign, words, near)}"
                )

    def _gap_words(self, value):
        return "Yours is {gap} too " + ("low." if value < self.answer else "high.")

    def _band(self, low, high, gap, *, slip="", right=False):
        return {"low": low, "high": high, "right": right, "words": gap, "slip": slip}


def _factor_words(sign, words, near):
    if not words:
        return f"The size is {'nearly ' if near else ''}right, the sign is the other way."
    if words.startswith("computed"):
        return f"The sign is the other way, and the {words}." if sign < 0 else f"The {words}."
    return f"The sign is the other way, and yours is {words}." if sign < 0 else f"Yours is {words}."


class ChoiceQuestion:
    """A question whose answer is one of a few choices.

    Parameters
    ----------
    answer : str or int
        The computed answer, one of the choices.
    choices : list or tuple of str or int
        At least two, in the order in which they are shown.
    slips : dict
        A wrong choice to what somebody did who predicts it. The answer is no slip.

    Raises
    ------
    TypeError, ValueError
        If an argument makes no question.
    """

    kind = "choice"

    def __init__(self, answer, choices, slips):
        choices = _listed_input(choices, "choices", "at least two choices")
        self.choices = [_choice(choice, "a choice") for choice in choices]
        if len(self.choices) < 2:
            raise ValueError(f"choices is {choices!r}, at least two were expected.")
        for choice in self.choices:
            if self.choices.count(choice) > 1:
                raise ValueError(f"the choice {choice!r} is there {self.choices.count(choice)} times; give each once.")
        self.answer = self._listed(answer, "the answer")
        self.slips = {self._listed(slip, "the slip"): _text(slips[slip], f"the slip {slip!r}") for slip in slips}
        self.slips.pop(self.answer, None)  # with other numbers in the chapter what was a slip may be right

    @property
    def answer_words(self):
        """The computed answer."""
        return self.answer

    @property
    def slip_words(self):
        """Pairs of a wrong prediction and what it means."""
        return list(self.slips.items())

    def read(self, prediction):
        """Return a prediction as one of the choices, or raise TypeError or ValueError with the reason."""
        return self._listed(prediction, "the prediction")

    def verdict(self, prediction):
        """Return the `Verdict` on a choice."""
        said = self.read(prediction)
        if said == self.answer:
            return Verdict(True, f"You said “{said}”, and that is what was computed.")
        return Verdict(False, f"You said “{said}”. Computed: “{self.answer}”.", self.slips.get(said, ""))

    def wire(self, html):
        """Return the judgment as data: the words on each choice."""
        verdicts = [self.verdict(choice) for choice in self.choices]
        return {
            "choices": [{"value": choice, "html": html(choice)} for choice in self.choices],
            "verdicts": [{"right": v.right, "words": html(v.words), "slip": html(v.slip)} for v in verdicts],
        }

    def _listed(self, value, what):
        choice = _choice(value, what)
        if choice not in self.choices:
            raise ValueError(f"{what} is {choice!r}, which is not among the choices {self.choices}.")
        return choice


class OrderQuestion:
    """A question whose answer is an order of lines that works.

    Parameters
    ----------
    lines : list or tuple of str
        Two to six different lines, in an order that works.
    works : callable
        Takes the lines as a list in some order and says whether that order works. It is called for every order; one in
        which it raises does not work, and what it prints is dropped.

    Attributes
    ----------
    accepted : list of tuple
        The orders that work, as indices into `lines`; the nearest of them is shown to the learner.
    shown : tuple
        The order in which the lines are shown first; the same in every run, and none that works.

    Raises
    ------
    TypeError, ValueError
        If an argument makes no question.
    """

    kind = "order"
    slip_words = ()

    def __init__(self, lines, works):
        self.lines = [_text(line, "a line") for line in _listed_input(lines, "lines", "lines in an order that works")]
        if not 2 <= len(self.lines) <= MAX_LINES:
            raise ValueError(f"{len(self.lines)} lines came, 2 to {MAX_LINES} were expected: every order is tried.")
        for line in self.lines:
            if self.lines.count(line) > 1:
                raise ValueError(f"the line {line!r} is there {self.lines.count(line)} times; give each line once.")
        if not callable(works):
            raise TypeError(f"works is {works!r}, a function of the list of lines was expected.")
        orders = list(itertools.permutations(range(len(self.lines))))  # the order as given comes first
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # lines in a wrong order overflow and divide by zero
            try:
                given = bool(works(list(self.lines)))
            except Exception as error:
                raise ValueError(
                    f"the lines as given must work, and works(lines) raised {type(error).__name__}: {error}"
                ) from error
            if not given:
                raise ValueError("the lines as given must work, and works(lines) is false; give them in a right order.")
            self.accepted = [orders[0], *(order for order in orders[1:] if self._try(works, order))]
        wrong = sorted(set(orders) - set(self.accepted))
        if not wrong:
            raise ValueError("every order of the lines works, so there is nothing to put in order.")
        fewest = min(self._in_place(order)[0] for order in wrong)
        candidates = [order for order in wrong if self._in_place(order)[0] == fewest]
        digest = hashlib.sha256("\n".join(self.lines).encode("utf-8")).digest()
        self.shown = candidates[int.from_bytes(digest, "big") % len(candidates)]

    @property
    def answer_words(self):
        """The lines in an order that works."""
        return "\n".join(self.lines)

    def read(self, prediction):
        """Return a prediction as a list of all lines, or raise TypeError or ValueError with the reason."""
        lines = _listed_input(prediction, "the prediction", "the lines")
        if sorted(map(str, lines)) != sorted(self.lines):
            raise ValueError(f"the prediction is {lines!r}, each of these lines once was expected: {self.lines}.")
        return [str(line) for line in lines]

    def verdict(self, prediction):
        """Return the `Verdict` on a list of the lines."""
        return self._verdict(tuple(self.lines.index(line) for line in self.read(prediction)))

    def wire(self, html):
        """Return the judgment as data: for each order, written as its indices, the number of the words on it."""
        verdicts, table = [], {}
        for order in itertools.permutations(range(len(self.lines))):
            v = self._verdict(order)
            words = {
                "right": v.right,
                "words": html(v.words),
                "slip": "",
                "order": list(self._in_place(order)[1]),
            }
            if words not in verdicts:
                verdicts.append(words)
            table["".join(map(str, order))] = verdicts.index(words)
        return {"lines": self.lines, "shown": list(self.shown), "verdicts": verdicts, "table": table}

    def _try(self, works, order):
        try:
            return bool(works([self.lines[i] for i in order]))
        except Exception:  # a line that needs another one first raises: that order does not work
            return False

    def _in_place(self, order):
        """Return how many lines stand where the nearest order that works has them, and that order."""
        counts = [sum(a == b for a, b in zip(order, accepted, strict=True)) for accepted in self.accepted]
        return max(counts), self.accepted[counts.index(max(counts))]

    def _verdict(self, order):
        count, nearest = self._in_place(order)
        if order == nearest:
            return Verdict(True, f"Your order works. {self._accepted_words()}")
        first = next(i for i, (a, b) in enumerate(zip(order, nearest, strict=True)) if a != b)
        are, them = ("line is", "it") if count == 1 else ("lines are", "them")
        return Verdict(
            False,
            f"Your order does not work. Of its {len(order)} lines, {count or 'no'} {are} where the nearest order that "
            f"works has {them}. The first one out of place is line {first + 1}: yours is "
            f"`{self.lines[order[first]].strip()}`, and `{self.lines[nearest[first]].strip()}` belongs there.",
        )

    def _accepted_words(self):
        return "No other does." if len(self.accepted) == 1 else f"{len(self.accepted)} orders do."


def _listed_input(value, what, of):
    """Return the entries of a list or tuple; a set has no order, and a generator could be read only once."""
    if not isinstance(value, (list, tuple)):
        split = " Split the text." if isinstance(value, str) else ""
        raise TypeError(f"{what} is {value!r} ({type(value).__name__}), a list of {of} was expected.{split}")
    return list(value)


def _number(value, what):
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        shape = f" of shape {value.shape}; take one of its numbers" if isinstance(value, np.ndarray) else ""
        raise TypeError(f"{what} is {value!r}{shape}, a number was expected.")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"{what} is too large for a float, a finite number was expected.") from error
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}, a finite number was expected.")
    return number + 0.0


def _choice(value, what):
    if not isinstance(value, (str, numbers.Integral, np.bool_)) or not str(value).strip():
        raise TypeError(f"{what} is {value!r}, a text or a whole number was expected.")
    return str(value)


def _text(value, what):
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{what} has {value!r} where some text was expected.")
    return str(value)
