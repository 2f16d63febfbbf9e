"""Lines to be put in order: reads the letters of an answer and makes a program of the lines."""

import ast
import re

import numpy as np

from backprop_lib.checks.reading import Unreadable

__all__ = ["letters", "program"]


def letters(exercise, value):
    """Return the letters of an answer, a list of str.

    Parameters
    ----------
    exercise : Exercise
        It holds the lines.
    value : str or list of str
        "B A C", "bac", "B, A, C" or ["B", "A", "C"].

    Raises
    ------
    Unreadable
        If there is no such line, or one is used twice.
    """
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        value = " ".join(value)
    if not isinstance(value, str):
        raise Unreadable(f"{value!r} came; the letters of the lines were expected, in their order, such as 'C A B'.")
    found = re.findall(r"\S", re.sub(r"[^\w]", " ", value.upper()))
    unknown = [letter for letter in found if letter not in exercise.lines]
    if unknown:
        raise Unreadable(f"there is no line {unknown[0]!r}; the lines are {', '.join(exercise.lines)}.")
    for letter in found:
        if found.count(letter) > 1:
            raise Unreadable(f"the line {letter} stands twice in your order.")
    if not found:
        raise Unreadable("no letter came; hand over the letters of the lines in their order.")
    return found


def program(exercise, value):
    """Return a function of the exercise's arguments that runs the lines in the order of the answer.

    The lines are the course's own; the answer decides their order alone.
    """
    order = letters(exercise, value)
    names = [name.removesuffix("[]") for name in exercise.returns]

    def run(*arguments):
        scope = {"np": np, **dict(zip(exercise.arguments, arguments, strict=True))}
        for letter in order:
            try:
                exec(exercise.lines[letter], scope)
            except NameError as error:
                name = str(error).partition("'")[2].partition("'")[0]
                raise LineError(f"line {letter} uses `{name}`, which no line above it makes.") from None
            except ValueError as error:
                words = _failed_product(exercise.lines[letter], scope) or str(error)
                raise LineError(f"line {letter} fails: {words}") from None
        missing = [name for name in names if name not in scope]
        if missing:
            raise LineError(f"none of your lines makes `{missing[0]}`.")
        return {name: scope[name] for name in names} if len(names) > 1 else scope[names[0]]

    return run


def _failed_product(line, scope):
    """Say which matrix product of one of the course's lines fails, and with which shapes."""
    for node in ast.walk(ast.parse(line)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            left, right = ast.unparse(node.left), ast.unparse(node.right)
            try:
                shapes = [np.shape(eval(side, scope)) for side in (left, right)]
            except ValueError:  # a product inside it fails
                continue
            if shapes[0][-1] != shapes[1][0]:
                return (
                    f"in the product `{left} @ {right}` the first is {shapes[0]} and the second {shapes[1]}, "
                    "and the inner sizes have to be equal."
                )
    return ""


class LineError(Exception):
    """A line that cannot be run where it stands."""
