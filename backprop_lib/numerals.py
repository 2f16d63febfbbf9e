"""Numbers as figures and tables write them: rounded, without idle zeros, never a negative zero."""

import math
import numbers

import numpy as np

__all__ = ["is_number", "number", "places_needed", "readable", "told_apart"]

LARGEST = 1e7  # from here on with an exponent


def is_number(value):
    """Say whether `value` is one number: a Python or NumPy scalar, or an array that holds a single one."""
    if isinstance(value, np.ndarray):
        return value.size == 1 and value.dtype.kind in "iuf"
    return isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))


def number(value, decimals=4, *, places=0, minus="−"):
    """Write one number.

    Parameters
    ----------
    value : float
        What to write. Integers get no decimals, all numbers commas from 10,000 on.
    decimals : int, optional
        Round to so many decimals. What would vanish is written with an exponent instead, 2.5e−09.
    places : int, optional
        Keep at least so many decimals; all further zeros at the end are dropped.
    minus : str, optional
        The sign of negative numbers. Screen readers pass over a hyphen, so the minus sign is the default.

    Returns
    -------
    str

    Examples
    --------
    >>> number(2.5), number(-0.0), number(1 / 3, 2)
    ('2.5', '0', '0.33')
    """
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    if isinstance(value, int):
        text = _grouped(value, 0)
    elif not math.isfinite(value):
        text = str(float(value)).replace("inf", "∞")
    else:
        text = _rounded(value, decimals, places)
        if value and (abs(value) >= LARGEST or not text.strip("-0.")):
            text = _with_exponent(value, max(1, decimals - 2))
    return text.replace("-", minus)


def readable(value, more=0):
    """Write one number as the explorers do on screen: with four decimals, or where those say little, an exponent.

    `readable` in static/shared.js does the same.

    Parameters
    ----------
    value : float
    more : int, optional
        So many more digits, where they are not 0.

    Returns
    -------
    str

    Examples
    --------
    >>> readable(0.25), readable(0.000064812)
    ('0.2500', '6.48e−05')
    """
    size = abs(value)
    if size == 0:
        return "0"
    if not math.isfinite(size):
        return "not a number" if math.isnan(size) else "∞" if value > 0 else "−∞"
    if 0.001 <= size < 10_000:
        return number(float(value), 4 + int(more), places=4)
    return f"{value:.{2 + int(more)}e}".replace("-", "−")


def places_needed(values, decimals=4):
    """Return how many decimals show each of `values`, at most `decimals`; 0 where there is no fraction."""
    texts = [number(value, decimals) for value in values if is_number(value)]
    return max((len(text.partition(".")[2]) for text in texts if "e" not in text), default=0)


def _rounded(value, decimals, places):
    text = _grouped(value, decimals)
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0").ljust(min(places, decimals), "0")
    text = f"{whole}.{rest}" if rest else whole
    return text if text.strip("-0.") else text.removeprefix("-")


def _with_exponent(value, decimals):
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa.rstrip('0').removesuffix('.')}e{exponent}"


def _grouped(value, decimals):
    return f"{value:{',' if abs(value) >= 10_000 else ''}.{decimals}f}"


def told_apart(values, write=readable):
    """Return numbers as texts, with as few more digits as tell them apart.

    Parameters
    ----------
    values : sequence of float
        The numbers.
    write : callable, optional
        Takes a number and how many more digits, and returns the text.

    Returns
    -------
    list of str
    """
    for more in range(13):
        texts = [write(value, more) for value in values]
        if len(set(texts)) == len(set(values)):
            break
    return texts
