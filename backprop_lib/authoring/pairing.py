"""Paired notebooks: executes the Markdown sources, and writes the .ipynb only where something changed.

`NN_slug.md` is the source; `NN_slug.ipynb` is the same cells with their outputs, made by `build`. `problems` finds
what a comparison of outputs cannot see: a pair that disagrees, a notebook that was never executed, a folding that was
lost.

A code cell tagged "predict" is stored with its source folded, and the output of the next code cell, which reveals the
answer, is stored folded too: JupyterLab shows it once that cell is run. The folding stands in the .ipynb alone.
JupyterLab writes the first line of what is folded beside the fold. For outputs it is the first line of the first one,
so the view of a widget that is gone, which shows nothing, is stored before them; the first line of a question's source
must give nothing away.
"""

import difflib
import hashlib
import os
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

__all__ = ["build", "problems", "sources"]

CELL_TIMEOUT = 120
"""Seconds that one cell may take."""

PREDICT = "predict"
"""The tag of a cell that asks a question."""

KEPT = ("tags", "nbgrader")
"""The metadata of a cell that its Markdown may hold."""

SOURCE_FOLDED = {"jupyter": {"source_hidden": True}}
OUTPUT_FOLDED = {"collapsed": True, "jupyter": {"outputs_hidden": True}}  # both names, as JupyterLab saves it

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

NO_WIDGET = {"model_id": "", "version_major": 2, "version_minor": 0}
"""What JupyterLab itself saves for a widget that was closed."""

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def sources(folder):
    """Return the Markdown sources of a folder, in order: the files whose names start with two digits."""
    return sorted(Path(folder).glob("[0-9][0-9]_*.md"))


def build(source):
    """Execute one source from a fresh kernel and bring its notebook up to date.

    Parameters
    ----------
    source : path
        The Markdown file.

    Returns
    -------
    bool
        Whether the notebook was written; False if its cells and outputs were up to date, byte for byte.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises; the stored notebook stays as it was.
    """
    source = Path(source)
    target = source.with_suffix(".ipynb")
    notebook = _cells_of(source)
    _keep_ids(notebook, _stored(target), source.stem)
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # what the kernel remarks about its transport is no news
        resources={"metadata": {"path": str(source.parent)}},
    ).execute(env={**os.environ, "BACKPROP_PROGRESS": "off"})
    _normalize(notebook)
    text = nbformat.writes(notebook, version=4) + "\n"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    target.write_text(text, encoding="utf-8", newline="\n")
    return True


def problems(source):
    """Return what is wrong with a pair, one sentence each; an empty list if nothing is.

    Parameters
    ----------
    source : path
        The Markdown file.

    Returns
    -------
    list of str
    """
    source = Path(source)
    target = source.with_suffix(".ipynb")
    if not target.exists():
        return [f"{target.name} does not exist; `backprop notebooks` makes it."]
    written, stored = _cells_of(source), _stored(target)
    found = []
    if _outline(written) != _outline(stored):
        first = next(
            (i for i, (a, b) in enumerate(zip(_outline(written), _outline(stored), strict=False)) if a != b),
            min(len(written.cells), len(stored.cells)),
        )
        found.append(
            f"{source.name} ({len(written.cells)} cells) and {target.name} ({len(stored.cells)}) disagree from "
            f"cell {first + 1} on; `backprop notebooks` brings them together."
        )
    else:
        for number, (ours, theirs) in enumerate(zip(written.cells, stored.cells, strict=True), start=1):
            wanted = ours.metadata.get("jupyter", {})
            if {name: theirs.metadata.get("jupyter", {}).get(name) for name in wanted} != wanted:
                what = "source" if "source_hidden" in wanted else "output"
                found.append(
                    f"the {what} of cell {number} of {target.name} is not folded, so it gives an answer away; "
                    f"`backprop notebooks` folds it."
                )
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append(
            f"{target.name} was not executed from top to bottom in a fresh kernel: its cells count {counts}; "
            f"`backprop notebooks` executes it."
        )
    for number, cell in enumerate(stored.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"cell {number} of {target.name} ended in {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {number} of {target.name} warns: {output.text.strip()}")
    return found


def _cells_of(source):
    notebook = jupytext.read(source, fmt="md")
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({name: cell.metadata[name] for name in KEPT if name in cell.metadata})
    if Path(source).resolve().parent.name == "solutions":
        _mark_for_grading(notebook)
    _fold(notebook)
    return notebook


def _mark_for_grading(notebook):
    """Give the answers and checks of a solution the metadata by which nbgrader knows them."""
    from backprop_lib.authoring.exercises import grading_metadata

    for cell, metadata in zip(notebook.cells, grading_metadata(notebook.cells), strict=True):
        if metadata is not None:
            cell.metadata["nbgrader"] = nbformat.from_dict(metadata)


def _fold(notebook):
    """Fold what would give an answer away: the source of a question, and the output of the code cell after it."""
    reveals = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        asks = PREDICT in cell.metadata.get("tags", [])
        if asks or reveals:
            cell.metadata.update(nbformat.from_dict(SOURCE_FOLDED if asks else OUTPUT_FOLDED))
        reveals = asks


def _stored(target):
    if not target.exists():
        return nbformat.v4.new_notebook()
    return nbformat.read(target, as_version=4)


def _outline(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def _keep_ids(notebook, stored, name):
    """Give each cell the id it has in the stored notebook, and new cells one that depends on their text alone."""
    taken = set()
    matcher = difflib.SequenceMatcher(a=_outline(stored), b=_outline(notebook), autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        for i, cell in enumerate(notebook.cells[new_start:new_end]):
            kept = stored.cells[start + i].id if tag == "equal" or (tag == "replace" and start + i < end) else None
            cell.id = kept if kept and kept not in taken else _fresh_id(name, cell, taken)
            taken.add(cell.id)


def _fresh_id(name, cell, taken):
    attempt = 0
    while True:
        text = "\n".join([name, cell.cell_type, cell.source, str(attempt)])
        identity = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
        if identity not in taken:
            return identity
        attempt += 1


def _normalize(notebook):
    """Remove what differs from run to run or from version to version."""
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _normal_outputs(cell.outputs)
            if "collapsed" in cell.metadata and cell.outputs:
                cell.outputs.insert(0, nbformat.v4.new_output("display_data", data={WIDGET_VIEW: NO_WIDGET}))


def _normal_outputs(outputs):
    normal = []
    for output in outputs:
        if output.output_type == "stream" and normal and normal[-1].get("name") == output.name:
            normal[-1].text += output.text  # how a stream is cut into pieces is chance
            continue
        if "data" in output:
            # Without its kernel a widget cannot be drawn: what is stored is its still picture.
            output.data.pop(WIDGET_VIEW, None)
        normal.append(output)
    return normal
