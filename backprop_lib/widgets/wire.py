"""The recording as it goes to the browser: written down here, and nowhere else.

Version 2 is a dict with

- "version": 2
- "id": a whole number that grows with every recording of a widget
- "frames": the last position; positions count from 0
- "start": the position to show first
- "facts": plain data that JSON can hold; what a widget keeps there stands at the top of its module
- "arrays": for each name a dict with "type" ("float64", "float32", "int32" or "int8"), "shape" and "data", the entries
  as little-endian bytes in C order

Nothing else is sent while the learner steps, plays, scrubs or hovers.
"""

import numpy as np

__all__ = ["VERSION", "pack"]

VERSION = 2

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
        "arrays": {name: _packed(np.asarray(array)) for name, array in arrays.items()},
    }


def _packed(array):
    kind = array.dtype.name if array.dtype.name in TYPES else "int32" if array.dtype.kind in "iub" else "float64"
    return {
        "type": kind,
        "shape": list(array.shape),
        "data": np.ascontiguousarray(array, dtype=TYPES[kind]).tobytes(),
    }
