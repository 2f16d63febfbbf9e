"""Turns what the caller passed into arrays and names, or says clearly why it cannot.

Every message follows one pattern: what came, what was expected, and the likely slip.
"""

import difflib
import inspect
import math
import numbers

import numpy as np

__all__ = [
    "float_array",
    "function",
    "learning_rate",
    "lookup",
    "place",
    "positive",
    "random_generator",
    "samples",
    "size",
    "whole_number",
]


def float_array(name, value, dtype=float, *, finite=True, computed=False):
    """Return `value` as an array of floats of type `dtype`.

    Parameters
    ----------
    name : str
        What to call the value in a message.
    value : array_like
        Numbers; whole numbers and booleans are taken as floats.
    dtype : dtype, optional
        The float type of the result.
    finite : bool, optional
        Whether NaN and infinity are refused.
    computed : bool, optional
        Whether the caller's code made the value, so that a slip in reading data is out of the question.

    Returns
    -------
    numpy.ndarray
        `value` itself where it already is such an array, a new array otherwise.

    Raises
    ------
    TypeError
        If the values are text, complex numbers, or no numbers at all.
    ValueError
        If the rows differ in length, or a value is NaN or infinite.
    """
    if np.ma.is_masked(value):
        raise ValueError(f"{name} has masked entries; fill them, or leave the rows out that hold them.")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is no rectangular array: its rows differ in length.") from error
    if array.dtype.kind == "O":
        array = _unpack_objects(name, array, computed)
    if array.dtype.kind in "USmMV":
        slip = "" if computed else " Was a header or a label column read along with the data?"
        raise TypeError(f"{name} holds {_kind(array)} ({_first(array)}), numbers were expected.{slip}")
    if array.dtype.kind == "c":
        raise TypeError(f"{name} holds complex numbers, real numbers were expected.")
    with np.errstate(over="ignore"):
        array = array.astype(dtype, copy=False)
    if finite and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        count = int((~np.isfinite(array)).sum())
        place = f" at index {where[0] if len(where) == 1 else where}" if where else ""
        raise ValueError(
            f"{name} holds {count} value{'s' * (count > 1)} that {'are' if count > 1 else 'is'} NaN or infinite "
            f"in {np.dtype(dtype).name}: {array[where]}{place}. Finite numbers were expected. "
            f"Is a value missing, or has a computation overflowed?"
        )
    return array


def _kind(array):
    return {"U": "text", "S": "bytes", "m": "time spans", "M": "dates", "V": "records"}[array.dtype.kind]


def _first(array):
    return repr(array.flat[0].item()) if array.size else "none"


def _unpack_objects(name, array, computed):
    slip = "Is it still to be computed?" if computed else "Is a value missing, or do the rows differ in length?"
    for entry in array.flat:
        if not isinstance(entry, (numbers.Real, np.bool_)):
            raise TypeError(f"{name} holds {entry!r} ({type(entry).__name__}), numbers were expected. {slip}")
    try:
        return array.astype(float)
    except OverflowError as error:
        raise ValueError(f"{name} holds a whole number too large for a float. Finite numbers were expected.") from error


def samples(name, value, n_columns, dtype=float):
    """Return `value` as a 2-D array with one sample a row and `n_columns` columns.

    Raises
    ------
    TypeError, ValueError
        As `float_array`; and if the shape is not (n_samples, n_columns) with at least one sample.
    """
    array = float_array(name, value, dtype)
    if array.ndim != 2:
        advice = ""
        if array.ndim == 1 and array.size == n_columns:
            advice = f" One sample is one row: {name}.reshape(1, -1)."
        elif array.ndim == 1 and n_columns == 1:
            advice = f" One feature is one column: {name}.reshape(-1, 1)."
        raise ValueError(
            f"{name} has the shape {array.shape}, expected two dimensions (n_samples, {n_columns}): "
            f"rows are samples.{advice}"
        )
    if array.shape[1] != n_columns:
        slip = f"; is {name} transposed?" if array.shape[0] == n_columns else "."
        raise ValueError(
            f"{name} has {_count(array.shape[1], 'column')}, the network takes {n_columns}{slip} "
            f"Rows are samples, columns are features: expected (n_samples, {n_columns}), got {array.shape}."
        )
    if len(array) == 0:
        raise ValueError(f"{name} has the shape {array.shape}: no sample at all. At least one row was expected.")
    return array


def _count(n, noun):
    return f"{n} {noun}{'s' * (n != 1)}"


def place(name, value, listed):
    """Return where `value` stands in a list, or raise ValueError with the list."""
    if value not in listed:
        raise ValueError(f"{name} is {value!r}; one of {', '.join(map(str, listed))} was expected.")
    return listed.index(value)


def lookup(kind, name, table):
    """Return the entry called `name` of `table`.

    Parameters
    ----------
    kind : str
        What the table holds, with its article ("an activation").
    name : str
        A name in the table.
    table : dict
        Names and their entries.

    Raises
    ------
    TypeError
        If `name` is no text.
    ValueError
        If no entry has that name; the message gives the nearest right one.
    """
    if not isinstance(name, str):
        raise TypeError(f"{name!r} ({type(name).__name__}) is not the name of {kind}. Known: {', '.join(table)}.")
    if name in table:
        return table[name]
    nearest = SYNONYMS.get(kind, {}).get(_plain(name)) or _nearest(name, table)
    if kind == "an activation" and _plain(name) == "softmax":
        raise ValueError(
            'softmax is no activation here: it is part of loss="softmax_cross_entropy", which goes with '
            'output="identity".'
        )
    hint = f' Did you mean "{nearest}"?' if nearest else ""
    raise ValueError(f'"{name}" is not the name of {kind}.{hint} Known: {", ".join(table)}.')


SYNONYMS = {
    "an activation": {"linear": "identity", "none": "identity", "logistic": "sigmoid"},
    "a loss": {
        "mean_squared_error": "mse",
        "sse": "half_sse",
        "bce": "binary_cross_entropy",
        "categorical_crossentropy": "softmax_cross_entropy",
        "categorical_cross_entropy": "softmax_cross_entropy",
    },
    "an initializer": {"glorot": "xavier", "kaiming": "he"},
    "an optimizer": {"sgd": "gradient_descent", "gd": "gradient_descent"},
}
"""What other libraries call the same thing; named in the message, not accepted."""


def _plain(name):
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _nearest(name, table):
    plain = _plain(name)
    squeezed = {known.replace("_", ""): known for known in table}
    if plain in table:
        return plain
    close = difflib.get_close_matches(plain.replace("_", ""), squeezed, n=1, cutoff=0.5)
    return squeezed[close[0]] if close else None


def whole_number(name, value, at_least):
    """Return `value` as an int of at least `at_least`.

    Raises
    ------
    TypeError
        If it is not a whole number (a bool and 3.0 are not).
    ValueError
        If it is too small.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {value!r} ({type(value).__name__}), a whole number was expected.")
    if value < at_least:
        raise ValueError(f"{name} is {value}, a whole number of at least {at_least} was expected.")
    return int(value)


def function(name, value, call, count):
    """Return a function that takes `count` arguments; `call` is how it will be called: "on_epoch(epoch, history)".

    Raises
    ------
    TypeError
        If it is no function, or takes other arguments.
    """
    if not callable(value):
        raise TypeError(f"{name} is {value!r}, a function {call} was expected.")
    try:
        signature = inspect.signature(value)
        signature.bind(*range(count))
    except TypeError:
        raise TypeError(f"{name} takes {signature}; it is called as {call}.") from None
    except ValueError:  # a function written in C has no signature to look at
        pass
    return value


def size(name, value, advice=""):
    """Return `value` as a float of at least 0.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is negative, NaN or infinite; `advice` is added to the message.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r} ({type(value).__name__}), a number was expected, such as 0.1.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{name} is {number:g}, a finite number of at least 0 was expected.{advice}")
    return number


def positive(name, value):
    """Return `value` as a float above 0; errors as for `size`."""
    if size(name, value) == 0:
        raise ValueError(f"{name} is {value}, a number above 0 was expected.")
    return float(value)


def learning_rate(value):
    """Return the learning rate as a float; errors as for `size`."""
    return size("learning_rate", value, " The minus sign of gradient descent is in the update already.")


def random_generator(rng):
    """Return a `numpy.random.Generator`.

    Parameters
    ----------
    rng : numpy.random.Generator, int or None
        A generator is used as it is, an int is a seed, None gives a generator that differs in every run.

    Raises
    ------
    TypeError
        For anything else.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    if isinstance(rng, numbers.Integral) and not isinstance(rng, bool):
        if rng < 0:
            raise ValueError(f"rng is {rng}, a seed of at least 0 was expected.")
        return np.random.default_rng(int(rng))
    raise TypeError(
        f"rng is {rng!r} ({type(rng).__name__}), a numpy.random.Generator was expected: np.random.default_rng(0)."
    )
