"""The tape viewer: a tape as it is written, and the walk back with gradients that accumulate.

Facts: "lines" (for each "name", "formula", "sources", "value" (text), "slopes" (texts), "leaf"), "columns" (how many
steps each line is away from an input), "turns" (for each the line whose turn it is and the lines that it sends to),
"texts" (for each position what each line's gradient says, "" where nothing has arrived) and "words" (a text for each
position). There are no arrays: a tape is short. Position 0 is the empty tape; then come the lines, then the turns.
"""

import numpy as np

from backprop_lib import plots
from backprop_lib.numerals import number
from backprop_lib.widgets.explorer import Explorer, Position, joined, still
from backprop_lib.widgets.tape_walk import TapeWalk

__all__ = ["TapeViewer"]


def example(x, w):
    """Return the result of chapter 09's example."""
    a = x * w
    b = a + x
    return a * b


class TapeViewer(Explorer):
    """A computation on a tape: first the lines are written, then the walk goes back along them.

    Parameters
    ----------
    expression : callable, optional
        Takes the inputs as tensors, by name, and returns a tensor with one number; the example of chapter 09 unless
        given.
    names : sequence of str, optional
        Names for what it computes, in order.
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.
    **inputs
        The values of the inputs.

    Attributes
    ----------
    position : int
        How many lines are written and turns are taken; may be set.
    walk : TapeWalk
        The tape and the walk.

    Raises
    ------
    TypeError, ValueError
        As for `TapeWalk`.

    Examples
    --------
    >>> viewer = TapeViewer(lambda x: x * x + x, x=3.0)
    >>> viewer.walk.gradient("x").item()
    7.0
    """

    title = "Tape viewer"

    _esm = joined("parts.js", "shared.js", "graph.js", "tape_viewer.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, expression=None, names=None, *, lecture=False, **inputs):
        if expression is None:
            if inputs:
                raise TypeError(f"{', '.join(inputs)} came without an expression; the example brings its own inputs.")
            expression, names, inputs = example, ("a", "b", "C"), {"x": 3.0, "w": 2.0}
        self.walk = TapeWalk(expression, names, **inputs)
        super().__init__(lecture=lecture)

    @property
    def frames(self):
        """The last position."""
        return 2 * len(self.walk.lines)

    def _restart(self):
        self.position = 0

    def _recording(self):
        return self.walk

    def _record(self):
        walk = self.walk
        facts = {
            "lines": [
                {
                    "name": line.name,
                    "formula": line.formula,
                    "sources": list(line.sources),
                    "value": _short(line.value),
                    "slopes": ["" if np.isnan(slope) else number(slope) for slope in line.slopes],
                    "leaf": not line.sources,
                }
                for line in walk.lines
            ],
            "columns": _columns(walk.lines),
            "turns": [[turn, [share.to for share in shares]] for turn, shares in walk.turns],
            "texts": [self._texts(position) for position in range(self.frames + 1)],
            "words": [walk.words(position) for position in range(self.frames + 1)],
        }
        return facts, {}, 0

    def _texts(self, position):
        """Return what each line's gradient says at a position."""
        n = len(self.walk.lines)
        arrived = {}
        if position > n:
            arrived[n - 1] = np.asarray(1.0)
        taken = self.walk.turns[: max(0, position - n)]
        for _, shares in taken:
            for share in shares:
                arrived[share.to] = share.after
        complete = {turn for turn, _ in taken}
        return [
            f"{'grad' if i in complete else 'so far'} {_short(arrived[i])}" if i in arrived else "" for i in range(n)
        ]

    def _sentence(self):
        ends = ", ".join(f"{name} {_short(self.walk.gradient(name))}" for name in self.walk.nudged)
        count = len(self.walk.lines)
        return f"Tape viewer, {count} line{'s' * (count > 1)}. When the walk is over the gradients are: {ends}."

    def _still(self):
        lines = self.walk.lines
        boxes = {
            line.name: {
                "text": line.name if line.formula == "given" else f"{line.name} = {line.formula}",
                "value": _short(line.value),
            }
            for line in lines
        }
        arrows = [
            (lines[source].name, line.name, None if np.isnan(slope) else slope)
            for line in lines
            for source, slope in zip(line.sources, line.slopes, strict=True)
        ]
        ax = plots.computation_graph(boxes, arrows)
        return still(ax, f"The tape as boxes and arrows, with the local slope on each arrow. {self._sentence()}")


def _short(value):
    value = np.asarray(value)
    return number(float(value)) if value.ndim == 0 else f"shape {value.shape}"


def _columns(lines):
    columns = []
    for line in lines:
        columns.append(1 + max((columns[source] for source in line.sources), default=-1))
    return columns
