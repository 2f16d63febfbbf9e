"""The chain explorer: move the start of a computation, and see every value, every local slope and their product.

Facts: "title", "begin" and "end" (names), "home" (the position of Reset), "names" (the start and the boxes), "boxes"
(for each name and formula), "links" (source, box), "paths" (links on each way from start to end), "columns" (how many
steps each name is away from the start), "spans" (least and largest value of each name), "wrong_links" (those whose
slope somewhere does not agree with a nudge), "signs" (for each link, "d" or "∂") and "words" (a text for each
position). Arrays, with m positions: "x" (m,), "values" and "gradients" (m, names), "slopes" and "nudged_links" (m,
links), "nudged" (m,), int8 "kinks" (m,), 1 where nudging the start decides nothing, int8 "wrong" (m, links), 1 where
the slope of a link does not agree, int8 "digits" (m, columns), see `Chain`, "along" (m, paths) and "curves" (m, links,
points), float32 where nobody sees the difference.
"""

import numpy as np

from backprop_lib.numerals import number
from backprop_lib.plots.palette import BLACK, panels
from backprop_lib.widgets import wire
from backprop_lib.widgets.chain import GRAPHS, POSITIONS, Chain
from backprop_lib.widgets.explorer import Explorer, Position, joined, still

__all__ = ["ChainExplorer"]


class ChainExplorer(Explorer):
    """A computation from one value to another, drawn as boxes.

    Each link shows its local slope and a picture of its function with the tangent there; below each value stands the
    slope of the end in it, the product of the links behind it, or the sum of the products where several paths lead on.

    Parameters
    ----------
    graph : str or Graph, optional
        "square" and "sigmoid", the two chains of chapter 01, "two_paths", or a computation of your own.
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    position : int
        The position on screen, 0 to 250; may be set.
    x : float
        The value of the start on screen.
    chain : Chain
        The recorded computation.

    Raises
    ------
    TypeError, ValueError
        As for `Chain`.

    Examples
    --------
    >>> explorer = ChainExplorer("two_paths")
    >>> explorer.x
    2.0
    """

    title = "Chain explorer"

    _esm = joined("parts.js", "shared.js", "graph.js", "chain_explorer.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, graph="square", *, lecture=False):
        self.chain = Chain(graph)
        self._own = None if isinstance(graph, str) else graph
        super().__init__(lecture=lecture)

    @property
    def x(self):
        """The value of the start on screen."""
        return float(self.chain.x[self.position])

    @property
    def frames(self):
        """The last position."""
        return POSITIONS

    def change(self, graph):
        """Show another computation: a name from `GRAPHS`, or "own" for the one that was handed over."""
        self._apply({"graph": graph})
        self._publish()

    def _apply(self, settings):
        graph = settings.get("graph", self.chain.name)
        if graph != self.chain.name:
            self.chain = Chain(self._own if graph == "own" and self._own is not None else graph)

    def _restart(self):
        self.position = self.chain.home

    def _recording(self):
        return self.chain

    def _controls(self):
        titles = {name: graph.title for name, graph in GRAPHS.items()}
        if self._own is not None:
            titles["own"] = self._own.title
        return {"graph": self.chain.name}, {"graph": titles}

    def _record(self):
        chain = self.chain
        facts = {
            "title": chain.graph.title,
            "begin": chain.graph.start,
            "end": chain.end,
            "home": chain.home,
            "names": list(chain.names),
            "boxes": [[box.name, box.formula] for box in chain.graph.boxes],
            "links": [list(link) for link in chain.links],
            "paths": [list(path) for path in chain.paths],
            "columns": [chain.columns[name] for name in chain.names],
            "spans": [list(map(float, chain.span(name))) for name in chain.names],
            "wrong_links": chain.wrong_links,
            "signs": chain.signs,
            "words": [chain.words(position) for position in range(POSITIONS + 1)],
        }
        arrays = {
            "x": chain.x,
            "values": np.column_stack([chain.values[name] for name in chain.names]),
            "gradients": np.column_stack([chain.gradients[name] for name in chain.names]),
            "slopes": np.column_stack(chain.slopes),
            "nudged_links": chain.nudged_links,
            "nudged": chain.nudged,
            "kinks": chain.kinks.astype(np.int8),
            "wrong": chain.wrong.astype(np.int8),
            "digits": chain.digits.astype(np.int8),
            "along": np.column_stack([chain.along(path) for path in chain.paths]),
            "curves": self._curves(),
        }
        return facts, arrays, chain.home

    def _curves(self):
        low, high = np.transpose([self.chain.span(box) for _, box in self.chain.links])
        return wire.single(self.chain.curves(), (high - low)[:, np.newaxis])

    def _sentence(self):
        return f"Chain explorer, {self.chain.graph.title.lower()}. {self.chain.words(self.chain.home)}"

    def _still(self):
        chain = self.chain
        at = chain.home
        figure, axes = panels(len(chain.links), size=(3 * len(chain.links), 2.9))
        curves = chain.curves()[at]
        for ax, (source, box), slope, curve in zip(axes, chain.links, chain.slopes, curves, strict=True):
            low, high = chain.span(source)
            here, there = chain.values[source][at], chain.values[box][at]
            along = np.linspace(low, high, curve.size)
            ax.plot(along, curve)
            ax.plot(along, there + slope[at] * (along - here), "--")
            ax.plot(here, there, "o", color=BLACK)
            room = 0.1 * (curve.max() - curve.min() or 1)
            ax.set(xlabel=source, ylabel=box, title=f"slope {number(slope[at])}")
            ax.set_ylim(curve.min() - room, curve.max() + room)
        return still(
            figure,
            f"{chain.graph.title}: the function of each link with its tangent, a dashed line. {chain.words(at)}",
        )
