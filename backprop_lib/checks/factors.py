"""Says in words what a factor is made of: 7 is n, 0.333 is 1/k."""

import numpy as np

from backprop_lib import gradcheck

__all__ = ["factor_words", "fits"]

SYMBOLS = {"n": "the number of samples", "k": "the number of outputs"}


def factor_words(factor, facts):
    """Return what a factor is, as far as the facts of a setting tell.

    Parameters
    ----------
    factor : float
        Given over expected.
    facts : mapping of str to float
        Numbers of the setting, such as n, the number of samples.

    Returns
    -------
    str
        "n is 7", "1/k is 0.333, with k = 3", "that is the sign", or nothing where no product of them fits to a
        relative 1e-6.
    """
    sign = "−" if factor < 0 else ""
    size = abs(factor)
    if _equal(size, 1.0):
        return "that is the sign" if factor < 0 else ""
    for words, value in _candidates(facts):
        if _equal(size, value):
            if words in ("2", "4", "1/2", "1/4"):
                return ""
            used = [name for name in facts if name in words and name != words and f"−{name}" != words]
            return f"{sign}{words} is {factor:.4g}" + (
                f", with {' and '.join(f'{name} = {facts[name]:.4g}' for name in used)}" if used else ""
            )
    return ""


def fits(words, factor, facts):
    """Say whether what was said of a factor in one setting holds for that of another setting as well.

    Parameters
    ----------
    words : str
        What `factor_words` returned.
    factor : float
        The factor of the other setting.
    facts : mapping of str to float
        Numbers of the other setting; where one is missing that the words need, nothing speaks against them.

    Returns
    -------
    bool
    """
    product = words.partition(" is ")[0].removeprefix("−")
    values = dict(_candidates(facts))
    return product not in values or _equal(abs(factor), values[product])


def _candidates(facts):
    """Yield products of the facts and of 2, the plainest first."""
    yield from (("2", 2.0), ("1/2", 0.5), ("4", 4.0), ("1/4", 0.25))
    names = list(facts)
    for name in names:
        value = facts[name]
        yield from ((name, value), (f"1/{name}", 1 / value))
    for name in names:
        value = facts[name]
        yield from ((f"2/{name}", 2 / value), (f"{name}/2", value / 2), (f"2·{name}", 2 * value))
        yield from ((f"1/{name}²", value**-2.0), (f"{name}²", value**2.0), (f"1/(2·{name})", 0.5 / value))
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            a, b = facts[one], facts[other]
            yield from ((f"{one}·{other}", a * b), (f"1/({one}·{other})", 1 / (a * b)))
            yield from ((f"{one}/{other}", a / b), (f"{other}/{one}", b / a), (f"2/({one}·{other})", 2 / (a * b)))


def _equal(one, other):
    return bool(np.abs(one - other) <= gradcheck.TOLERANCE * np.abs(other))
