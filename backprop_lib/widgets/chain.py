"""A computation as a chain of boxes: values, local slopes, gradients and paths, over a range of its start.

Nothing here draws. Every slope that was written down is compared with a nudge, and a wrong one is named.
"""

import numbers
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_lib import activations, gradcheck, validation
from backprop_lib.numerals import readable

__all__ = ["GRAPHS", "Box", "Chain", "Graph"]

POSITIONS = 200
"""So many steps lead from one end of the range to the other."""

CURVE_POINTS = 41
MOST_BOXES = 8
MOST_PATHS = 8


@dataclass(frozen=True)
class Box:
    """One step of a computation.

    Parameters
    ----------
    name : str
        The name of its value, "z".
    formula : str
        What it computes, in words of mathematics: "2 · w − 0.5".
    sources : tuple of str
        The names of the values that it uses: the start, or boxes before it.
    f : callable
        Takes the values of the sources and returns its own; it is called with arrays.
    slopes : tuple of callable
        For each source the slope in it, a function of the same values.
    """

    name: str
    formula: str
    sources: tuple
    f: Callable
    slopes: tuple


@dataclass(frozen=True)
class Graph:
    """A computation from a start to an end.

    Parameters
    ----------
    title : str
        What it is called.
    start : str
        The name of the value that can be moved.
    boxes : tuple of Box
        In an order in which they can be computed; the last one is the end.
    low, high : float
        The range of the start.
    home : float
        Where to begin.
    """

    title: str
    start: str
    boxes: tuple
    low: float
    high: float
    home: float


def _loss(target):
    words = f"½ (a − {target:g})²" if target else "½ a²"
    return Box("C", words, ("a",), lambda a: 0.5 * (a - target) ** 2, (lambda a: a - target,))


PRE_ACTIVATION = Box("z", "2 · w − 0.5", ("w",), lambda w: 2 * w - 0.5, (lambda w: 2 + 0 * w,))

GRAPHS = {
    "square": Graph(
        "A chain with a square",
        "w",
        (PRE_ACTIVATION, Box("a", "z²", ("z",), lambda z: z**2, (lambda z: 2 * z,)), _loss(2)),
        -1.0,
        1.5,
        1.0,
    ),
    "sigmoid": Graph(
        "A chain with a sigmoid",
        "w",
        (PRE_ACTIVATION, Box("a", "σ(z)", ("z",), activations.sigmoid, (activations.sigmoid.derivative,)), _loss(0)),
        -2.0,
        3.0,
        1.0,
    ),
    "two_paths": Graph(
        "A value that is used twice",
        "x",
        (
            Box("u", "x²", ("x",), lambda x: x**2, (lambda x: 2 * x,)),
            Box("v", "3 · x", ("x",), lambda x: 3 * x, (lambda x: 3 + 0 * x,)),
            Box("C", "u · v", ("u", "v"), lambda u, v: u * v, (lambda u, v: v, lambda u, v: u)),
        ),
        -2.5,
        2.5,
        2.0,
    ),
}
"""The computations of chapter 01."""


class Chain:
    """A computation, recorded over the range of its start.

    Parameters
    ----------
    graph : str or Graph
        A name from `GRAPHS`, or a computation of your own.

    Attributes
    ----------
    graph : Graph
        The computation.
    name : str
        Its name in `GRAPHS`, or "own".
    x : ndarray of shape (positions,)
        The places of the start.
    values, gradients : dict of str to ndarray
        For each name its value at every place, and the slope of the end in it.
    links : tuple of (str, str)
        Source and box of every link.
    slopes : list of ndarray
        The local slope of each link at every place.
    paths : tuple of tuple of int
        The ways from the start to the end, each the links on it.
    nudged : ndarray of shape (positions,)
        The slope of the end in the start, by central differences.
    kinks : ndarray of bool, shape (positions,)
        Where the end has a kink in the start, so that nudging proves nothing.
    wrong_link : int or None
        The first link whose slope does not agree with a nudge; kinks are left out.
    wrong_at : ndarray of bool, shape (positions,)
        Where the slope of that link differs.
    signs : list of str
        For each link "d", or "∂" where its source reaches the box in another way as well: there the slope of the box
        in the source is more than that of the link.

    Raises
    ------
    TypeError, ValueError
        If the computation is not put together as it should be, or gives numbers that are not finite.
    """

    def __init__(self, graph="square"):
        self.name = graph if isinstance(graph, str) else "own"
        self.graph = validation.lookup("a computation", graph, GRAPHS) if isinstance(graph, str) else _checked(graph)
        graph = self.graph
        self.x = np.linspace(graph.low, graph.high, POSITIONS + 1)
        self.home = int(np.abs(self.x - graph.home).argmin())
        self.x[self.home] = graph.home
        self.links = tuple((source, box.name) for box in graph.boxes for source in box.sources)
        self.paths = self._paths()
        if len(self.paths) > MOST_PATHS:
            raise ValueError(
                f"{graph.title} has {len(self.paths)} paths from {graph.start} to {self.end}; at most {MOST_PATHS} can "
                "be shown. Take fewer boxes that use several values."
            )
        self.values = self._values(self.x)
        self.slopes = [
            self._column(slope, box, f"the slope of {box.name} in {source}", self.values, self.x)
            for box in graph.boxes
            for source, slope in zip(box.sources, box.slopes, strict=True)
        ]
        self.gradients = self._gradients()
        ends, self._compared = self._nudges()
        self.nudged, self.kinks = (
            np.array(part) for part in zip(*((nudged, not use) for _, nudged, use in ends), strict=True)
        )
        self.nudged_links = [nudged for _, nudged, _ in self._compared]
        self.wrong_link, self.wrong_at = self._wrong_link()
        self.signs = ["d" if self._ways(source, box) == 1 else "∂" for source, box in self.links]

    @property
    def end(self):
        """The name of the end."""
        return self.graph.boxes[-1].name

    @property
    def names(self):
        """The start and the boxes in order."""
        return (self.graph.start, *(box.name for box in self.graph.boxes))

    def along(self, path):
        """Return the product of the slopes along a path, at every place."""
        return np.prod([self.slopes[link] for link in path], axis=0)

    def curves(self):
        """Return for each link its function with the other sources held still.

        Returns
        -------
        ndarray of shape (positions, links, points)
            The value of the box, for values of the source that go evenly from its least to its largest.
        """
        made = []
        for box in self.graph.boxes:
            for moved in box.sources:
                along = np.linspace(*self.span(moved), CURVE_POINTS)
                still = [
                    along[np.newaxis] if source == moved else self.values[source][:, np.newaxis]
                    for source in box.sources
                ]
                with np.errstate(all="ignore"):
                    made.append(np.broadcast_to(box.f(*still), (len(self.x), CURVE_POINTS)))
        return np.stack(made, axis=1)

    def span(self, name):
        """Return the least and the largest value of a name, apart."""
        low, high = self.values[name].min(), self.values[name].max()
        return (low, high) if high > low else (low - 1.0, high + 1.0)

    def words(self, position):
        """Return the state at a position as a few sentences."""
        start, end = self.graph.start, self.end
        at = {name: readable(value[position]) for name, value in self.values.items()}
        parts = [f"{start} = {at[start]}: {', '.join(f'{box.name} = {at[box.name]}' for box in self.graph.boxes)}."]
        for path in self.paths:
            factors = " · ".join(_factor(self.slopes[link][position]) for link in reversed(path))
            through = ", ".join(self.links[link][1] for link in path[:-1])
            begin = "" if len(self.paths) == 1 else f"Through {through} " if through else "Directly "
            product = f" = {readable(self.along(path)[position])}" if len(path) > 1 else ""
            if len(self.links) > 1:
                parts.append(f"{begin}{factors}{product}.")
        slope = readable(self.gradients[start][position])
        total = "The sum" if len(self.paths) > 1 else "This" if len(self.links) > 1 else "The slope"
        nudge = f"the nudge says {readable(self.nudged[position])}"
        if self.kinks[position]:
            nudge = "here is a kink, and nudging cannot decide"
        parts.append(f"{total} is d{end}/d{start} = {slope}; {nudge}.")
        if self.wrong_link is not None:
            source, box = self.links[self.wrong_link]
            sign = self.signs[self.wrong_link]
            slope = f"the slope {sign}{box}/{sign}{source} that was written down is"
            if self.wrong_at[position]:
                parts.append(
                    f"They do not agree: {slope} {readable(self.slopes[self.wrong_link][position])}, and nudging "
                    f"{source} gives {readable(self.nudged_links[self.wrong_link][position])}."
                )
            else:
                at = readable(self.x[np.flatnonzero(self.wrong_at)[0]])
                parts.append(f"Elsewhere they do not agree: {slope} wrong, for example at {start} = {at}.")
        return " ".join(parts)

    def _values(self, x):
        values = {self.graph.start: x}
        for box in self.graph.boxes:
            values[box.name] = self._column(box.f, box, box.name, values, x)
        return values

    def _column(self, f, box, what, values, x):
        """Return what a function of a box gives at every place; a constant is the same everywhere."""
        given = [values[source] for source in box.sources]
        try:
            with np.errstate(all="ignore"):
                value = validation.float_array(what, f(*given), finite=False)
                value = np.broadcast_to(value, x.shape).astype(float)
        except Exception as error:  # whatever the reader's function raises
            raise ValueError(
                f"{self.graph.title}: {what} cannot be computed ({type(error).__name__}: {error}). A function of a box "
                f"takes an array for each source, with all {len(x)} places, and returns one: np.sin works, math.sin "
                "does not."
            ) from error
        if not np.isfinite(value).all():
            at = x[np.flatnonzero(~np.isfinite(value))[0]]
            raise ValueError(
                f"{self.graph.title}: {what} is no finite number at {self.graph.start} = {at:g}. Choose a range "
                "on which every box can be computed."
            )
        return value

    def _end(self, x):
        return float(self._values(np.array([float(x)]))[self.end][0])

    def _gradients(self):
        """Go back through the boxes and add over the links that leave a value."""
        gradients = {name: np.zeros_like(self.x) for name in self.names}
        gradients[self.end] = np.ones_like(self.x)
        link = len(self.links)
        for box in reversed(self.graph.boxes):
            for source in reversed(box.sources):
                link -= 1
                gradients[source] = gradients[source] + gradients[box.name] * self.slopes[link]
        return gradients

    def _paths(self):
        """Return every way from the start to the end, in the order of the first links."""
        found = []

        def walk(name, taken):
            if name == self.end:
                found.append(tuple(taken))
            for link, (source, box) in enumerate(self.links):
                if source == name:
                    walk(box, [*taken, link])

        walk(self.graph.start, [])
        return tuple(found)

    def _nudges(self):
        """Compare the slope of the end in the start at each place, and that of each link, with central differences."""
        slopes = self.gradients[self.graph.start]
        compare = gradcheck.compare_with_nudges
        try:
            return (
                [compare("slope", given, self._end, place) for given, place in zip(slopes, self.x, strict=True)],
                [compare("slope", given, *of) for given, of in zip(self.slopes, self._links(), strict=True)],
            )
        except ValueError as error:
            raise ValueError(
                f"{self.graph.title}: not every value can be nudged, for it lies at the end of where a box can be "
                "computed. Choose a smaller range."
            ) from error

    def _links(self):
        """Return for each link the sum of the box over all places, as a function of the source's values, and those."""
        found = []
        for box in self.graph.boxes:
            for moved in range(len(box.sources)):
                given = [self.values[source] for source in box.sources]

                def f(entries, box=box, moved=moved, given=given):
                    with np.errstate(all="ignore"):
                        return np.sum(box.f(*(entries if i == moved else value for i, value in enumerate(given))))

                found.append((f, given[moved]))
        return found

    def _wrong_link(self):
        """Return the first link whose slope is wrong, and where it is."""
        for link, (row, nudged, use) in enumerate(self._compared):
            if row.status == "wrong":
                difference = np.where(use, np.abs(self.slopes[link] - nudged), 0.0)
                return link, difference > 0.01 * difference.max()
        return None, np.zeros(len(self.x), dtype=bool)

    def _ways(self, source, box):
        """Return in how many ways a value reaches a box."""
        if source == box:
            return 1
        return sum(self._ways(after, box) for before, after in self.links if before == source)


def _factor(value):
    text = readable(value)
    return f"({text})" if value < 0 else text


def _boxes(graph):
    """Return the boxes of a graph, or refuse what is none."""
    boxes = graph.boxes if isinstance(graph.boxes, (tuple, list)) else ()
    for box in boxes:
        if not isinstance(box, Box):
            raise TypeError(
                f"{box!r} ({type(box).__name__}) stands among the boxes of {graph.title}; a Box was expected."
            )
    return boxes


def _checked(graph):
    if not isinstance(graph, Graph):
        raise TypeError(f"graph is {graph!r} ({type(graph).__name__}), a name from GRAPHS or a Graph was expected.")
    for what, value in (("boxes", graph.boxes), *((f"sources of {box.name}", box.sources) for box in _boxes(graph))):
        if not isinstance(value, (tuple, list)):
            raise TypeError(f"The {what} are {value!r} ({type(value).__name__}), a tuple was expected.")
    if not 1 <= len(graph.boxes) <= MOST_BOXES:
        raise ValueError(f"{graph.title} has {len(graph.boxes)} boxes; 1 to {MOST_BOXES} can be drawn.")
    for what in ("low", "high", "home"):
        value = getattr(graph, what)
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or not np.isfinite(value):
            raise TypeError(f"{what} of {graph.title} is {value!r}, a finite number was expected.")
    if not graph.low < graph.high or not graph.low <= graph.home <= graph.high:
        raise ValueError(
            f"{graph.title} goes from {graph.low} to {graph.high} and begins at {graph.home}; low < high was expected, "
            "with home between them."
        )
    known = [graph.start]
    for box in graph.boxes:
        missing = [source for source in box.sources if source not in known]
        if missing or not box.sources:
            raise ValueError(
                f"The box {box.name} uses {', '.join(missing) or 'nothing'}; before it there "
                f"{'is' if len(known) == 1 else 'are'} {', '.join(known)}."
            )
        if box.name in known:
            raise ValueError(f"Two values are called {box.name}; each needs a name of its own.")
        if len(set(box.sources)) < len(box.sources):
            raise ValueError(
                f"The box {box.name} names a source twice; name it once, and let the function use it twice."
            )
        slopes = box.slopes if isinstance(box.slopes, (tuple, list)) else None
        if slopes is None or not all(map(callable, (box.f, *slopes))):
            raise TypeError(
                f"f of the box {box.name} has to be a function, and slopes a tuple with one function for each source."
            )
        if len(box.slopes) != len(box.sources):
            sources, slopes = (
                f"{len(of)} {word}{'s' * (len(of) != 1)}"
                for of, word in ((box.sources, "source"), (box.slopes, "slope"))
            )
            raise ValueError(f"The box {box.name} has {sources} and {slopes}; a slope for each source was expected.")
        known.append(box.name)
    used = {source for box in graph.boxes for source in box.sources}
    idle = [name for name in known[:-1] if name not in used]
    if idle:
        raise ValueError(f"Nothing uses {', '.join(idle)}; every value but the last has to lead on to the end.")
    return graph
