"""Matrices in a row, with the operators between them, their numbers inside and their shapes below."""

import numpy as np
from matplotlib.patches import Rectangle

from backprop_lib import validation
from backprop_lib.numerals import number, places_needed
from backprop_lib.plots.drawing import canvas, extent, resize, stack
from backprop_lib.plots.palette import BLACK, GRAY, ORANGE

__all__ = ["matrices"]

READABLE = 8
ROW = 0.34
GAP = 0.16
WIDEST = 9.0


def matrices(parts, *, highlight=None, decimals=4, ax=None):
    """Draw an equation of matrices.

    Parameters
    ----------
    parts : sequence
        From left to right: an operator such as "@" or "=", or a name with its array, ("delta", delta). An array of
        shape (n,) is drawn as one row. With more than eight rows or columns only an empty box and the shape are drawn.
    highlight : dict, optional
        By name an entry (row, column) to be outlined; None stands for all: (0, None) is the first row, (None, 2) the
        third column. A list outlines several.
    decimals : int, optional
        Numbers are rounded to so many decimals.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        What would be wider than 9 inches goes on in a second line, from an operator on.

    Raises
    ------
    TypeError
        If `parts` is no sequence of parts, a part is neither an operator nor a name with an array, an array holds no
        numbers, or an entry of `highlight` is no pair.
    ValueError
        If there is no part, an array has more than two dimensions, or `highlight` names what is not there.

    Examples
    --------
    >>> import numpy as np
    >>> a_prev, delta = np.array([[1.0, 2.0]]), np.array([[0.5, -1.0, 0.0]])
    >>> ax = matrices([("a_prev.T", a_prev.T), "@", ("delta", delta), "=", ("dW", a_prev.T @ delta)])
    """
    if not isinstance(parts, (list, tuple)):
        raise TypeError(f'parts is {parts!r}, a list was expected, such as [("a", a), "@", ("W", W)].')
    parts = [_part(part, decimals) for part in parts]
    if not parts:
        raise ValueError("parts is empty; there is nothing to draw.")
    outlines = _outlines(parts, highlight or {})
    given = ax is not None
    ax, width, height = canvas(ax, WIDEST, 3.0)
    for part in parts:
        part.measure(ax)
    lines = [[]]
    for part in parts:
        used = sum(other.width + GAP for other in lines[-1])
        if isinstance(part, _Operator) and used + _rest(parts, part) > width - 0.2 and lines[-1]:
            lines.append([])
        lines[-1].append(part)
    tall = [max(part.height for part in line) for line in lines]
    if not given:
        width = max(sum(part.width + GAP for part in line) for line in lines) - GAP + 0.2
        height = sum(tall) + 0.15 * (len(lines) - 1) + 0.1
        resize(ax, width, height)
    y = height / 2 + (sum(tall) + 0.15 * (len(lines) - 1)) / 2
    for line, up in zip(lines, tall, strict=True):
        x = (width - sum(part.width + GAP for part in line) + GAP) / 2 if given else 0.1
        for part in line:
            part.draw(ax, x, y - up / 2)
            for row, column in outlines.get(id(part), ()):
                part.outline(ax, x, y - up / 2, row, column)
            x += part.width + GAP
        y -= up + 0.15
    return ax


class _Operator:
    height = 0.4

    def __init__(self, text):
        self.text = {"-": "−", "*": "∗"}.get(text, text)

    def measure(self, ax):
        (text,) = stack(ax, (0, 0), [(self.text, False)], size=15)
        self.width = extent([text]).width
        text.remove()

    def draw(self, ax, x, y):
        stack(ax, (x + self.width / 2, y), [(self.text, False)], size=15)


class _Matrix:
    def __init__(self, name, array, decimals):
        self.name, self.array = name, array
        self.shape = f"({', '.join(map(str, array.shape))}{',' if array.ndim == 1 else ''})"
        self.grid = np.atleast_2d(array)
        self.is_readable = max(self.grid.shape) <= READABLE and self.grid.size
        if self.is_readable:
            places = places_needed(self.grid.ravel(), decimals) if self.grid.dtype.kind == "f" else 0
            self.texts = [[number(value, decimals, places=places) for value in row] for row in self.grid]

    def measure(self, ax):
        texts = [self.name, self.shape, *(text for row in (self.texts if self.is_readable else ()) for text in row)]
        drawn = [stack(ax, (0, 0), [(text, False)], size=12)[0] for text in texts]
        widths = [extent([text]).width for text in drawn]
        for text in drawn:
            text.remove()
        rows, columns = self.grid.shape
        if self.is_readable:
            self.cell = max([0.3, *widths[2:]]) + 0.16
            self.inner = (self.cell * columns, ROW * rows)
        else:
            self.inner = (_length(columns), _length(rows))
        self.width = max(self.inner[0] + 0.12, *widths[:2])
        self.height = self.inner[1] + 2 * 0.36

    def draw(self, ax, x, y):
        middle = x + self.width / 2
        left, right = middle - self.inner[0] / 2 - 0.04, middle + self.inner[0] / 2 + 0.04
        bottom, top = y - self.inner[1] / 2, y + self.inner[1] / 2
        stack(ax, (middle, top + 0.19), [(self.name, False)], size=12)
        stack(ax, (middle, bottom - 0.19), [(self.shape, False)], size=12)
        if self.is_readable:
            for side, inward in ((left, 0.07), (right, -0.07)):
                ax.plot([side + inward, side, side, side + inward], [top, top, bottom, bottom], color=BLACK, lw=1.5)
            for row, texts in enumerate(self.texts):
                for column, text in enumerate(texts):
                    cell = (left + 0.04 + self.cell * (column + 0.5), top - ROW * (row + 0.5))
                    stack(ax, cell, [(text, False)], size=12, ground="none")
        else:
            ax.add_patch(
                Rectangle((left, bottom), right - left, top - bottom, facecolor="#F2F2F2", edgecolor=GRAY, lw=1.5)
            )

    def outline(self, ax, x, y, row, column):
        middle = x + self.width / 2
        rows, columns = self.grid.shape
        width, height = self.inner[0] / columns, self.inner[1] / rows
        left = middle - self.inner[0] / 2 + width * (column or 0) + 0.03
        bottom = y + self.inner[1] / 2 - height * (rows if row is None else row + 1) + 0.03
        size = (self.inner[0] if column is None else width, self.inner[1] if row is None else height)
        size = [side - 0.06 for side in size]
        ax.add_patch(Rectangle((left, bottom), *size, facecolor="none", edgecolor=ORANGE, linewidth=2.2, zorder=5))


def _part(part, decimals):
    if isinstance(part, str):
        return _Operator(part)
    if not (isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str)):
        raise TypeError(f'a part is {part!r}; an operator such as "@" or a pair such as ("W", W) was expected.')
    name = part[0]
    validation.float_array(name, part[1], finite=False)
    array = np.asarray(part[1])  # in its own type: whole numbers are written without a point
    if array.ndim > 2:
        raise ValueError(f"{name} has {array.ndim} dimensions, at most two can be drawn.")
    return _Matrix(name, array, decimals)


def _outlines(parts, highlight):
    found = {}
    for name, entries in highlight.items():
        named = [part for part in parts if isinstance(part, _Matrix) and part.name == name]
        if not named:
            raise ValueError(f"highlight names {name!r}, which is no matrix of this row.")
        for part in named:
            for entry in entries if isinstance(entries, list) else [entries]:
                _check_entry(name, entry)
                for index, size in zip(entry, part.grid.shape, strict=True):
                    if index is not None and not 0 <= index < size:
                        raise ValueError(f"highlight asks for {entry} of {name}, which has the shape {part.shape}.")
                found.setdefault(id(part), []).append(entry)
    return found


def _check_entry(name, entry):
    if not (isinstance(entry, tuple) and len(entry) == 2):
        raise TypeError(
            f"highlight asks for {entry!r} of {name}; (row, column) was expected, with None for all, or a list of such."
        )
    for what, index in zip(("row", "column"), entry, strict=True):
        if index is not None:
            validation.whole_number(f"the {what} that highlight asks for in {name}", index, at_least=0)


def _rest(parts, operator):
    """Return the width of an operator and of what follows up to the next one."""
    after = parts[parts.index(operator) :]
    until = next((i for i, part in enumerate(after[1:], 1) if isinstance(part, _Operator)), len(after))
    return sum(part.width + GAP for part in after[:until])


def _length(n):
    """Return the side in inches of a box that stands for n rows or columns."""
    return min(2.2, 0.45 + 0.4 * np.log2(max(1, n) + 1) * 0.55)
