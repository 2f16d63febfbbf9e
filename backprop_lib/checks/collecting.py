"""The middle part of a check: call the learner's function and write down, as plain data, what it did.

Nothing is judged here and no right answer is in reach, so that the same lines can run where nobody trusts the answer.
"""

import ast
import builtins
import contextlib
import inspect
import io
import json
import linecache
import sysconfig
import time
import traceback
import warnings
from pathlib import Path

import numpy as np

from backprop_lib.checks.plain import decode, encode
from backprop_lib.time_limit import TimeUp, time_limit

__all__ = ["SECONDS", "collect", "collect_value"]

SECONDS = 10.0
"""How long all calls of one check may take."""

PRINTED = 2_000
"""How many characters of what an answer prints are kept."""

WARNED = 5
"""How many different warnings are kept."""


def collect_value(answer):
    """Write down an answer that is no function.

    Parameters
    ----------
    answer : object
        A number, a word, a list, or a dict of such.

    Returns
    -------
    dict
        Evidence; see `collect`.
    """
    return {"answer": {"kind": "value", "value": encode(answer)}, "cases": [], "stopped": None}


def collect(answer, cases, *, seconds=SECONDS):
    """Call a function on each case and write down what it returns, raises, prints and changes.

    Parameters
    ----------
    answer : callable
        The learner's function, or any other of the same signature.
    cases : list of dict
        As `Exercise.draw` gives them: plain data.
    seconds : float or None, optional
        How long all calls together may take, where the system can tell; None for no limit.

    Returns
    -------
    dict
        Plain data: "answer" (what it is), "cases" (for each the calls and the arrays that were changed), "replaced"
        (whether what the first call returned was another one after all calls) and "stopped" (None, "time" or
        "interrupt"). A call that raised is the last of its case.
    """
    evidence = {"answer": _about(answer), "cases": [], "replaced": False, "stopped": None}
    returned = []  # what the first call gave, the object itself
    with time_limit(seconds):
        try:
            for case in cases:
                found = {"name": case["name"], "calls": [], "changed": []}
                evidence["cases"].append(found)
                _collect_case(answer, case["calls"], found, returned)
            if returned and cases:
                evidence["replaced"] = _differ(evidence["cases"][0]["calls"][0]["value"], encode(returned[0]))
        except TimeUp:
            evidence["stopped"] = "time"
        except KeyboardInterrupt:
            evidence["stopped"] = "interrupt"
    return evidence


def _differ(one, other):
    """Say whether two plain values differ; NaN is like itself."""
    return json.dumps(one) != json.dumps(other)


def _collect_case(answer, calls, found, returned):
    arguments = {}
    for call in calls:
        if call.get("arguments") is not None:
            arguments = {name: decode(value) for name, value in call["arguments"].items()}
        before = _snapshot(arguments)
        noted = _call(answer, list(arguments.values()), returned)
        found["calls"].append({"name": call["name"], **noted})
        after = _snapshot(arguments)
        changed = [name for name in before if before[name] != after.get(name)]
        found["changed"] += [name for name in changed if name not in found["changed"]]
        if noted["error"] is not None:
            break


def _call(answer, arguments, returned):
    """Call once; an interrupt and the end of the time pass through."""
    printed, value, error = _Limited(), None, None
    start = time.perf_counter()
    # Errors of arithmetic warn, whatever the learner's notebook has set, so that they can be told.
    with warnings.catch_warnings(record=True) as warned, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                inspect.signature(answer).bind(*arguments)
            except TypeError as problem:
                error = {"type": "arguments", "message": str(problem)}
            except ValueError:  # a function written in C has no signature to look at
                pass
            if error is None:
                try:
                    result = answer(*arguments)
                    value = encode(result)
                    if not returned:
                        returned.append(result)
                except (TimeUp, KeyboardInterrupt):
                    raise
                except BaseException as raised:  # also SystemExit: whatever it raises is to be told
                    error = _error(raised)
    seen = list(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in warned))
    return {
        "value": value,
        "error": error,
        "seconds": time.perf_counter() - start,
        "printed": printed.getvalue(),
        "warnings": seen[:WARNED],
        "warned_in": _line_of(warned),
    }


class _Limited(io.StringIO):
    """Keeps the first characters of what is printed and forgets the rest."""

    def write(self, text):
        if self.tell() < PRINTED:
            super().write(text[: PRINTED - self.tell()])
        return len(text)


def _line_of(warned):
    """Return the first line of the answer that made NumPy warn, or nothing."""
    own = (linecache.getline(w.filename, w.lineno).strip() for w in warned if _is_learners(w.filename))
    return next((line for line in own if line), "")


def _about(answer):
    """Say what the answer is, how its parameters are called, and the line in which three dots still stand."""
    code = getattr(answer, "__code__", None)
    return {
        "kind": "function",
        "name": str(getattr(answer, "__name__", type(answer).__name__))[:100],
        "parameters": [] if code is None else list(code.co_varnames[: code.co_argcount]),
        "blank": "" if code is None else _blank(answer, code),
    }


def _blank(answer, code):
    """Return the first line in which `...` stands where a value should be; x[..., 0] is none."""
    if Ellipsis not in code.co_consts:
        return ""
    try:
        source = inspect.cleandoc("\n" + inspect.getsource(answer))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return "..."
    in_index = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Subscript) for part in ast.walk(node.slice)}
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in in_index
    ]
    return source.splitlines()[min(lines) - 1].partition("#")[0].strip() if lines else ""


# ---- what was changed ---------------------------------------------------------------------------------------------


def _snapshot(arguments):
    """Return name -> content of every array, number and list that is handed over."""
    found = {}

    def walk(name, value):
        if isinstance(value, np.ndarray):
            found[name] = (value.shape, value.dtype.str, value.tobytes())
        elif isinstance(value, (list, tuple)):
            found[name] = len(value)
            for i, entry in enumerate(value):
                walk(f"{name}[{i}]", entry)
        elif isinstance(value, dict):
            found[name] = list(value)
            for key, entry in value.items():
                walk(f"{name}[{key!r}]", entry)
        else:
            found[name] = repr(value)

    for name, value in arguments.items():
        walk(name, value)
    return found


# ---- what was raised ----------------------------------------------------------------------------------------------

_OWN = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def _error(raised):
    """Describe an exception: its type and text, the line of the answer where it arose, and the shapes on it."""
    found = {"type": type(raised).__name__, "message": _words(raised)}
    frames = [
        (frame, line)
        for frame, line in traceback.walk_tb(raised.__traceback__)
        if _is_learners(frame.f_code.co_filename)
    ]
    if not frames:
        return found
    frame, number = frames[-1]
    code = frame.f_code
    line = linecache.getline(code.co_filename, number).strip()
    found |= {"function": code.co_name, "line_number": number, "line": line}
    found |= _operands(raised, frame)
    return found


def _words(raised):
    try:
        return str(raised)[:500]
    except Exception:
        return ""


def _is_learners(filename):
    return not filename.startswith((_OWN, *_LIBRARIES)) and not filename.startswith("<frozen")


def _operands(raised, frame):
    """Find the expression that failed and the shapes of what it joins."""
    tb = raised.__traceback__
    while tb is not None and tb.tb_frame is not frame:
        tb = tb.tb_next
    while tb is not None and tb.tb_next is not None and tb.tb_next.tb_frame is frame:
        tb = tb.tb_next
    if tb is None:
        return {}
    place = list(frame.f_code.co_positions())[tb.tb_lasti // 2]
    if None in place:
        return {}
    first, last, start, end = place
    lines = [linecache.getline(frame.f_code.co_filename, n) for n in range(first, last + 1)]
    if not lines or not lines[0]:
        return {}
    # The columns count bytes.
    encoded = [line.encode("utf-8") for line in lines]
    encoded[-1] = encoded[-1][:end]
    encoded[0] = encoded[0][start:]
    text = b"".join(encoded).decode("utf-8", "replace").strip()
    try:
        node = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        try:
            (node,) = ast.parse(text).body
        except (SyntaxError, ValueError):
            return {}
    joined = _joined(node)
    scope = {**frame.f_globals, **frame.f_locals}
    shapes = []
    for part in joined:
        shape = _shape(part, scope)
        if shape is None:
            shapes = []
            break
        shapes.append([ast.unparse(part), shape])
    backward = _from_the_end(node, scope)
    found = {"expression": text, "operands": shapes, "from_the_end": backward}
    if isinstance(raised, IndexError):
        found["out_of_range"] = _out_of_range(node, scope)
    return {key: value for key, value in found.items() if value}


def _from_the_end(node, scope):
    """Return the parts such as a[l - 1] whose index came out negative; a written -1 is meant."""
    found = []
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.BinOp):
            try:
                index = _value(part.slice, scope)
            except Exception:
                continue
            if isinstance(index, int) and index < 0:
                found.append(ast.unparse(part))
    return found


def _out_of_range(node, scope):
    """Return [part, length, index] of the first list in an expression that has no entry at the index."""
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript):
            try:
                entries, index = _value(part.value, scope), _value(part.slice, scope)
            except Exception:
                continue
            outside = isinstance(index, int) and isinstance(entries, (list, tuple))
            if outside and not -len(entries) <= index < len(entries):
                return [ast.unparse(part.value), len(entries), index]
    return None


def _joined(node):
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.AugAssign):
        return [node.target, node.value]
    if isinstance(node, ast.Compare) and len(node.comparators) == 1:
        return [node.left, node.comparators[0]]
    if isinstance(node, ast.Call) and ast.unparse(node.func) in (
        *("np.dot", "np.matmul", "np.add", "np.subtract", "np.multiply", "np.divide", "np.outer"),
        *("numpy.dot", "numpy.matmul"),
    ):
        return node.args[:2]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot" and node.args:
        return [node.func.value, node.args[0]]
    return []


def _shape(node, scope):
    """Return the shape of an expression that is made of names, attributes, indices and arithmetic; else None."""
    try:
        value = _value(node, scope)
    except Exception:
        return None
    return list(np.shape(value)) if isinstance(value, (np.ndarray, np.generic, int, float)) else None


def _value(node, scope):
    """Compute an expression again without calling anything that the learner wrote."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return scope[node.id]
    if isinstance(node, ast.Attribute):
        value = _value(node.value, scope)
        if isinstance(value, np.ndarray) and node.attr in ("T", "shape", "size", "ndim"):
            return getattr(value, node.attr)
        raise ValueError
    if isinstance(node, ast.Subscript):
        value = _value(node.value, scope)
        if isinstance(value, (np.ndarray, list, tuple)):
            return value[_index(node.slice, scope)]
        raise ValueError
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, scope)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _value(node.left, scope), _value(node.right, scope)
        if all(isinstance(side, (np.ndarray, np.generic, int, float)) for side in (left, right)):
            with np.errstate(all="ignore"):
                return _ARITHMETIC[type(node.op)](left, right)
        raise ValueError
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        left, right = _value(node.left, scope), _value(node.comparators[0], scope)
        if all(isinstance(side, (np.ndarray, np.generic, int, float)) for side in (left, right)):
            return _COMPARISONS[type(node.ops[0])](left, right)
        raise ValueError
    is_len = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"
    if is_len and len(node.args) == 1 and scope.get("len", builtins.len) is builtins.len:
        return len(_value(node.args[0], scope))
    raise ValueError


def _index(node, scope):
    if isinstance(node, ast.Tuple):
        return tuple(_index(part, scope) for part in node.elts)
    if isinstance(node, ast.Slice):
        return slice(*(part and _value(part, scope) for part in (node.lower, node.upper, node.step)))
    return _value(node, scope)


_ARITHMETIC = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.MatMult: lambda a, b: a @ b,
}

_COMPARISONS = {
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
}
