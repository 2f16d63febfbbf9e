"""From a solution notebook to its exercise notebook: the answers are taken out, the rest stays.

`solutions/NN_slug.md` is written by hand. `generate` makes `exercises/NN_slug.md` and its notebook, with nbgrader's
preprocessors, so that classes that run nbgrader can use the same sources.
"""

import re
from pathlib import Path

import jupytext
import nbformat

from backprop_lib.authoring import pairing
from backprop_lib.checks import EXERCISES

__all__ = ["checked_in", "exercise_of", "generate", "grading_metadata"]

BEGIN = "### BEGIN SOLUTION"
CHECK = re.compile(r'^check\("([^"]+)", (.+)\)$', re.M)


def checked_in(source):
    """Return the name of the exercise that a cell checks, or None."""
    found = CHECK.search(source)
    return found.group(1) if found else None


def grading_metadata(cells):
    """Return nbgrader's metadata for each cell, None for a cell that it does not care about.

    Parameters
    ----------
    cells : list of notebook cells
        Of a solution. A cell with a solution region is a manual part without points of its own; a cell that checks
        carries the points of its exercise.

    Returns
    -------
    list of dict or None
    """
    found, pending = [None] * len(cells), []
    for i, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        if BEGIN in cell.source:
            pending.append(i)
        name = checked_in(cell.source)
        if name is None or BEGIN in cell.source:
            continue
        identity = name.replace(".", "-").replace("_", "-")
        for count, place in enumerate(pending):
            end = f"-{count + 1}" if count else ""
            found[place] = _metadata(f"{identity}{end}", solution=True, locked=False)
        found[i] = _metadata(f"{identity}-check", grade=True, locked=True) | {"points": EXERCISES[name].points}
        pending = []
    return found


def _metadata(identity, *, grade=False, solution=False, locked):
    return {
        "grade": grade,
        "grade_id": identity,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def exercise_of(solution):
    """Return the exercise notebook of a solution notebook.

    Parameters
    ----------
    solution : NotebookNode
        The solution, without nbgrader's metadata.

    Returns
    -------
    NotebookNode
        Without the answers, the hidden tests and the cells tagged "discussion"; with nbgrader's metadata.
    """
    from nbgrader.preprocessors import ClearHiddenTests

    from backprop_lib.authoring.stubs import ClearSolutionsToStubs, LeaveOutDiscussion

    notebook = nbformat.from_dict(
        {
            "cells": solution.cells,
            "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    for cell, metadata in zip(notebook.cells, grading_metadata(notebook.cells), strict=True):
        if metadata is not None:
            cell.metadata["nbgrader"] = metadata
    for preprocessor in (LeaveOutDiscussion(), ClearSolutionsToStubs(), ClearHiddenTests()):
        notebook, _ = preprocessor.preprocess(notebook, {})
    for cell in notebook.cells:
        cell.source = cell.source.rstrip("\n")
    return notebook


def generate(source, folder):
    """Write the exercise that belongs to a solution, the Markdown and the executed notebook.

    Parameters
    ----------
    source : path
        The Markdown of the solution.
    folder : path
        The folder of the exercises.

    Returns
    -------
    bool
        Whether something was written.

    Raises
    ------
    RuntimeError
        If a solution region is not closed, or stands in no answer to an exercise.
    nbclient.exceptions.CellExecutionError
        If a cell of the exercise raises.
    """
    source, folder = Path(source), Path(folder)
    target = folder / source.name
    text = markdown_of(source)
    written = not target.exists() or target.read_text(encoding="utf-8") != text
    if written:
        target.write_text(text, encoding="utf-8", newline="\n")
    return pairing.build(target) or written


def markdown_of(source):
    """Return the Markdown of the exercise that belongs to a solution."""
    notebook = exercise_of(jupytext.read(source, fmt="md"))
    notebook.metadata = nbformat.NotebookNode()
    for cell in notebook.cells:
        # The Markdown holds the grading metadata, since the markers it is derived from are gone.
        keep = {name: cell.metadata[name] for name in ("tags", "nbgrader") if name in cell.metadata}
        cell.metadata = nbformat.from_dict(keep)
    return jupytext.writes(notebook, fmt="md").rstrip("\n") + "\n"
