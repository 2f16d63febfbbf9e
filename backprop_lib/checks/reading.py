"""Reads what an answer returned: a value of any shape becomes named tensors, from the input to the output."""

import numpy as np

from backprop_lib.checks.plain import Blank, Foreign

__all__ = ["Unreadable", "as_expected", "capital", "list_of", "one", "tensors", "unfit_size", "what"]


FUNCTION_KINDS = ("function", "method", "builtin_function_or_method", "ufunc", "_ArrayFunctionDispatcher")
"""The types of what somebody forgot to call."""


class Unreadable(ValueError):  # noqa: N818 - it is a finding about an answer, no failure of the program
    """What was returned is not of the form that was asked for; the message says how.

    Attributes
    ----------
    kind : str
        "none", "blank" or "form".
    """

    def __init__(self, message, kind="form"):
        super().__init__(message)
        self.kind = kind


def tensors(exercise, value, arguments):
    """Return the parts of a returned value by name.

    Parameters
    ----------
    exercise : Exercise
        Says what is asked for.
    value : object
        As `plain.decode` gives it.
    arguments : dict
        What the function was called with.

    Returns
    -------
    dict of str to ndarray or str
        "dW[0]", "db[0]", "dW[1]", ...; from the input to the output.

    Raises
    ------
    Unreadable
        If it has another form.
    """
    if value is None:
        raise Unreadable(f"`{exercise.function}` returned None. Does it end with `return`?", "none")
    if isinstance(value, Blank):
        raise Unreadable("there are still three dots where a value is to stand.", "blank")
    if exercise.reading is not None:
        try:
            value = exercise.reading(value, arguments)
        except ValueError as error:
            raise Unreadable(str(error)) from None
    parts = _parts(exercise, value)
    found = {name: _part(exercise, name, part) for name, part in parts}
    lists = {name: part for name, part in found.items() if isinstance(part, list)}
    if not lists:
        return found
    length = max(map(len, lists.values()))
    named = {name: part for name, part in found.items() if name not in lists}
    for layer in range(length):
        named |= {f"{name}[{layer}]": part[layer] for name, part in lists.items() if layer < len(part)}
    return named


def _parts(exercise, value):
    names = [name.removesuffix("[]") for name in exercise.returns]
    many = [name.endswith("[]") for name in exercise.returns]
    wanted = _sequence_words(names)
    if len(names) == 1:
        if isinstance(value, dict) and list(value) == names:
            value = value[names[0]]
        return [(names[0], _listed(exercise, names[0], value) if many[0] else value)]
    if isinstance(value, dict):
        missing = [name for name in names if name not in value]
        if missing:
            raise Unreadable(f"`{missing[0]}` is missing in what came; {wanted} were expected.")
        values = [value[name] for name in names]
    elif isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim):
        values = list(value)
        if len(values) != len(names):
            came = f"{len(values)} values" if len(values) != 1 else "1 value"
            came = capital(what(value)) if isinstance(value, np.ndarray) else came
            raise Unreadable(f"{came} came back where {wanted} were expected: `return {', '.join(names)}`.")
    else:
        raise Unreadable(f"{what(value)} came back where {wanted} were expected: `return {', '.join(names)}`.")
    return [
        (name, _listed(exercise, name, part) if is_list else part)
        for name, part, is_list in zip(names, values, many, strict=True)
    ]


def capital(words):
    """Return words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def list_of(exercise, count=None):
    """Say in words which list an exercise asks for."""
    many = "" if count is None else f" of {count}"
    return f"a list{many}{' with an array for each layer' if 'weights' in exercise.arguments else ''}"


def _sequence_words(names):
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _listed(exercise, name, value):
    if isinstance(value, np.ndarray) and value.ndim:
        return list(value)
    if not isinstance(value, list):
        raise Unreadable(f"`{name}` is {what(value)}; {list_of(exercise)} was expected.")
    return value


def _part(exercise, name, value):
    if isinstance(value, list) and f"{name}[]" in exercise.returns:
        return [one(f"{name}[{i}]", entry) for i, entry in enumerate(value)]
    return one(name, value)


def one(name, value):
    """Return one part as an array or as words; `Unreadable` if it is neither."""
    if value is None:
        raise Unreadable(f"`{name}` is None. Is it never filled?")
    if isinstance(value, Blank):
        raise Unreadable(f"`{name}` is still three dots.", "blank")
    if isinstance(value, str):
        return value
    if isinstance(value, (list, int, float, bool, np.ndarray, np.generic)):
        try:
            array = np.asarray(value)
        except ValueError:
            raise Unreadable(f"`{name}` is a list whose rows differ in length.") from None
        if array.dtype.kind in "biuf":
            return array
        if array.dtype.kind == "U":
            return " ".join(array.ravel().tolist())
    raise Unreadable(f"`{name}` is {what(value)}; numbers were expected.")


def unfit_size(arguments, low, high):
    """Return a sentence about the first chosen number whose size is not between `low` and `high`, otherwise None."""
    for name, value in arguments.items():
        if not low <= abs(value) <= high:
            return f"`{name}` is {value:g}; a number between {low:g} and {high:g}, or its negative, was expected."
    return None


def what(value):
    """Say in words what a value is."""
    if isinstance(value, Foreign):
        called = " (what it gives is written with parentheses, `f(x)`)" if value.kind in FUNCTION_KINDS else ""
        return f"an object of the type {value.kind}{called}"
    if callable(value):
        return "a function that is not called (what it gives is written `f(x)`)"
    if isinstance(value, np.ndarray):
        return f"an array of the shape {value.shape}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(map(repr, value))}"
    return f"{value!r}"


def as_expected(given, expected):
    """Return `given` in the shape of `expected` if only dimensions of size 1 differ; otherwise as it is."""
    if isinstance(given, str) or isinstance(expected, str) or given.shape == expected.shape:
        return given
    plain = [tuple(size for size in array.shape if size != 1) for array in (given, expected)]
    return given.reshape(expected.shape) if plain[0] == plain[1] and len(plain[0]) <= 1 else given
