"""The recording as it goes to the browser: written down here, and nowhere else.

Version 3 is a dict with

- "version": 3
- "id": a whole number that grows with every recording of a widget
- "frames": the last position; positions count from 0
- "start": the position to show first
- "facts": plain data that JSON can hold; what a widget keeps there stands at the top of its module
- "arrays": for each name a dict with "type" ("float64", "float32", "int32" or "int8"), "shape", "order" and "data"

Where "order" is 0, "data" are the entries as little-endian bytes in C order. From one position to the next most numbers
change little, and a link that compresses makes differences small. So an array with a row for each position, of four
bytes an entry or less, goes out with "order" 1 (whole numbers) or 2 (floats):

1. the bits of each entry are read as a whole number;
2. each row becomes what it adds to the row before (row 0: to nothing), modulo 2 to the number of bits, "order" times;
3. the array is transposed, so that the numbers of one entry at all positions follow each other;
4. the lowest bytes of all numbers go out first, then the next ones, the highest last.

Not one bit is lost.

Nothing else is sent while the learner steps, plays, scrubs or hovers.
"""

import numpy as np

__all__ = ["VERSION", "pack"]

VERSION = 3

TYPES = {"float64": "<f8", "float32": "<f4", "int32": "<i4", "int8": "i1"}


def pack(identity, frames, *, start=0, facts, arrays):
    """Return a recording as it is sent.

    Parameters
    ----------
    identity : int
        Grows with every recording of a widget.
    frames : int
        The last position.
    start : int, optional
        The position to show first.
    facts : dict
        Plain data.
    arrays : dict of str to array_like
        Sent in their own type where `TYPES` has it, floats otherwise as float64, and whole numbers as int32.

    Returns
    -------
    dict
        See above.

    Raises
    ------
    ValueError
        If a fact or an array has the name of another one, or of what every recording has.
    """
    heading = {"version": VERSION, "id": identity, "frames": frames, "start": start}
    names = [*heading, *facts, *arrays]  # one object in the browser
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{twice[0]!r} is sent twice; each fact and each array needs a name of its own.")
    return {
        **heading,
        "facts": facts,
        "arrays": {name: _packed(np.asarray(array), frames + 1) for name, array in arrays.items()},
    }


def single(array, room):
    """Return an array in single precision, unless that moves a number by what can be seen.

    Parameters
    ----------
    array : array_like
        The numbers.
    room : float or ndarray
        What the numbers are drawn in goes over so much; a 10,000th of it is not seen.

    Returns
    -------
    ndarray
        Of float32, or of float64.
    """
    array = np.asarray(array, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = array.astype(np.float32)
        fits = np.isfinite(rounded).all() and (np.abs(rounded - array) <= 1e-4 * np.asarray(room)).all()
    return rounded if fits else array


def _packed(array, positions):
    kind = array.dtype.name if array.dtype.name in TYPES else "int32" if array.dtype.kind in "iub" else "float64"
    entries = np.ascontiguousarray(array, dtype=TYPES[kind])
    size = entries.itemsize
    has_rows = array.ndim > 0 and len(array) == positions > 1 and size <= 4
    order = 0 if not has_rows else 2 if entries.dtype.kind == "f" else 1
    return {
        "type": kind,
        "shape": list(array.shape),
        "order": order,
        "data": _differences(entries, order) if order else entries.tobytes(),
    }


def _differences(entries, order):
    size = entries.itemsize
    bits = entries.view(f"<i{size}").reshape(len(entries), -1)
    for _ in range(order):
        bits = np.diff(bits, axis=0, prepend=np.zeros((1, bits.shape[1]), bits.dtype))
    by_entry = np.ascontiguousarray(bits.T)
    return np.ascontiguousarray(by_entry.view(np.uint8).reshape(-1, size).T).tobytes()
