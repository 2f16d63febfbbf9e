"""Values as plain data that survives JSON, and back: what is handed to an answer, and what it gives back.

Nothing is pickled. Whatever is no number, word, array or list of such becomes the name of its type and a few words.
"""

import math
import numbers

import numpy as np

from backprop_lib import activations
from backprop_lib.checks import functions

__all__ = ["Blank", "Foreign", "decode", "encode"]

LARGEST = 100_000
"""The largest number of entries of one array that is kept."""

LONGEST = 2_000
"""The largest number of entries of one list that is kept."""

DEEPEST = 8
"""How deep lists may be nested."""


class Blank:
    """The three dots that stand where an answer is to be written."""

    def __repr__(self):
        return "..."


class Foreign:
    """Something that is no plain data.

    Attributes
    ----------
    kind : str
        The name of its type.
    text : str
        The first words of what it says of itself.
    """

    def __init__(self, kind, text):
        self.kind = kind
        self.text = text

    def __repr__(self):
        return f"{self.kind} {self.text}".strip()


def encode(value, depth=0):
    """Return a value as plain data: numbers, words, None, lists, and dicts with one telling key.

    Parameters
    ----------
    value : object
        Arrays keep their numbers, shape and dtype. An object with the attributes dW and db, such as `Gradients`, keeps
        these two. Activations and the functions of `functions` are kept by name. Anything else is named only.

    Returns
    -------
    object
        What ``json.dumps(..., allow_nan=False)`` takes.
    """
    if value is None or isinstance(value, bool):
        return value
    if value is Ellipsis:
        return {"blank": True}
    if isinstance(value, str):
        return str(value[:LONGEST])
    if isinstance(value, (np.ndarray, np.generic)):
        return _encoded_array(value)
    if isinstance(value, numbers.Integral):
        return int(value) if abs(value) < 2**63 else _foreign(value)
    if isinstance(value, numbers.Real):
        return _number(float(value))
    if isinstance(value, activations.Activation):
        return {"activation": value.name}
    if callable(value) and functions.FUNCTIONS.get(getattr(value, "__name__", None)) is value:
        return {"function": value.__name__}
    if depth < DEEPEST:
        if isinstance(value, (list, tuple)) and len(value) <= LONGEST:
            return {"list": [encode(entry, depth + 1) for entry in value]}
        if isinstance(value, dict) and len(value) <= LONGEST:
            return {"dict": [[encode(key, depth + 1), encode(entry, depth + 1)] for key, entry in value.items()]}
        fields = _gradient_fields(value)
        if fields is not None:
            return {"dict": [[name, encode(entry, depth + 1)] for name, entry in fields.items()]}
    return _foreign(value)


def decode(plain):
    """Return what `encode` was given; what was only named comes back as a `Foreign`, three dots as a `Blank`."""
    if isinstance(plain, list):
        return [decode(entry) for entry in plain]
    if not isinstance(plain, dict):
        return plain
    ((key, content),) = [(k, v) for k, v in plain.items() if k not in ("shape", "dtype", "text")]
    if key == "array":
        values = [float(entry) if isinstance(entry, str) else entry for entry in content]
        return np.array(values, dtype=plain["dtype"]).reshape(plain["shape"])
    if key == "float":
        return float(content)
    if key == "list":
        return [decode(entry) for entry in content]
    if key == "dict":
        return {_key(decode(name)): decode(entry) for name, entry in content}
    if key == "activation":
        return activations.get(content)
    if key == "function":
        return functions.FUNCTIONS[content]
    return Blank() if key == "blank" else Foreign(content, plain.get("text", ""))


def _key(value):
    return value if isinstance(value, (str, int, float, bool)) or value is None else repr(value)


def _number(value):
    return value if math.isfinite(value) else {"float": str(value)}


def _encoded_array(value):
    # A plain copy: whatever a subclass of ndarray would answer for itself is left behind.
    array = np.array(value, subok=False)
    if np.ma.isMaskedArray(value) or array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        if array.dtype.kind == "O" and array.size <= LONGEST and not np.ma.isMaskedArray(value):
            return {"list": [encode(entry, DEEPEST - 2) for entry in list(array)]} if array.ndim else _foreign(value)
        if array.dtype.kind == "U" and array.size <= LONGEST:
            return encode(array.tolist())
        return _foreign(value)
    if array.size > LARGEST:
        return {"other": "array", "text": f"of shape {array.shape}, too large to be kept"}
    flat = array.ravel().tolist()
    if array.dtype.kind == "f":
        flat = [entry if math.isfinite(entry) else str(entry) for entry in flat]
    return {"array": flat, "shape": list(array.shape), "dtype": array.dtype.name}


def _gradient_fields(value):
    try:
        fields = {name: getattr(value, name) for name in ("dW", "db")}
    except Exception:  # an attribute may be a property that raises
        return None
    return fields if all(isinstance(entry, (list, tuple, np.ndarray)) for entry in fields.values()) else None


def _foreign(value):
    try:
        text = str(repr(value))[:200]
    except Exception as error:
        text = f"(its repr raised {type(error).__name__})"
    return {"other": type(value).__name__, "text": text}
