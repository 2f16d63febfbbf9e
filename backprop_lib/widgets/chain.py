"""A computation as a chain of boxes: values, local slopes, gradients and paths, over a range of its start.

Nothing here draws. Every slope that was written down is compared with a nudge, and a wrong one is named.
"""

import numbers
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from backprop_lib import activations, gradcheck, validation
from backprop_lib.numerals import readable

__all__ = ["GRAPHS", "Box", "Chain", "Graph"]

POSITIONS = 250
"""So many steps lead from one end of the range to the other: 0.01 or 0.02 each in the graphs of chapter 01."""

CURVE_POINTS = 41
MOST_BOXES = 8
MOST_PATHS = 8
MOST_DIGITS = 8  # so many more than four decimals at most
APART = (
    "They do not agree, although each slope alone does: small errors add up, "
    "or the chain is too steep here for nudging."
)
HIDDEN = 1e-3  # where the comparison cannot see an error of this share, it is said


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
        Takes the values of the sources and returns its own; it is called with arrays, copies that it may change.
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
    agrees : ndarray of bool, shape (positions,)
        Where the slope of the end in the start agrees with `nudged`; at kinks it does not.
    nudged_links : ndarray of shape (positions, links)
        The slope of each link, by central differences.
    wrong : ndarray of bool, shape (positions, links)
        Where the slope of a link does not agree with `nudged_links`; kinks are left out.
    columns : dict of str to int
        How many links the longest way from the start to each name has.
    digits : ndarray of int, shape (positions, columns)
        How many decimals more than four the slopes into each column are written with, and the slopes of the end in
        its names: as many as it takes for the numbers on screen to multiply and to add up to the last digit.
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
        steps = np.arange(POSITIONS + 1)
        self.x = (graph.low * steps[::-1] + graph.high * steps) / POSITIONS  # linspace would miss 0.25 by a rounding
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
        self._compare()
        self.signs = ["d" if self._ways(source, box) == 1 else "∂" for source, box in self.links]
        self.columns = {graph.start: 0}
        for box in graph.boxes:
            self.columns[box.name] = 1 + max(self.columns[source] for source in box.sources)
        self.digits = np.array([self._digits(position) for position in range(len(self.x))])

    @property
    def end(self):
        """The name of the end."""
        return self.graph.boxes[-1].name

    @property
    def names(self):
        """The start and the boxes in order."""
        return (self.graph.start, *(box.name for box in self.graph.boxes))

    def along(self, path):
        """Return the product of the slopes along a path, at every place, multiplied from the end to the start."""
        with np.errstate(over="ignore", under="ignore"):
            return np.prod([self.slopes[link] for link in reversed(path)], axis=0)

    def curves(self):
        """Return for each link its function with the other sources held still.

        Returns
        -------
        ndarray of shape (positions, links, points)
            The value of the box, for values of the source that go evenly from its least to its largest.
        """
        places = len(self.x)
        made = np.empty((places, len(self.links), CURVE_POINTS))
        link = 0
        for box in self.graph.boxes:
            for moved in box.sources:
                along = np.linspace(*self.span(moved), CURVE_POINTS)
                given = [
                    np.tile(along, places) if source == moved else np.repeat(self.values[source], CURVE_POINTS)
                    for source in box.sources
                ]  # new arrays, one number for each point of each place
                with np.errstate(all="ignore"):
                    made[:, link] = np.broadcast_to(box.f(*given), places * CURVE_POINTS).reshape(places, -1)
                link += 1
        return made

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
            factors = " · ".join(_factor(self._slope(link, position)) for link in reversed(path))
            through = ", ".join(self.links[link][1] for link in path[:-1])
            begin = "" if len(self.paths) == 1 else f"Through {through} " if through else "Directly "
            product = f" = {self._product(path, position)}" if len(path) > 1 else ""
            if len(self.links) > 1:
                parts.append(f"{begin}{factors}{product}.")
        slope = readable(self.gradients[start][position])
        total = "The sum" if len(self.paths) > 1 else "This" if len(self.links) > 1 else "The slope"
        nudge = f"the nudge says {readable(self.nudged[position])}"
        if self.kinks[position]:
            nudge = "here is a kink, and nudging cannot decide"
        parts.append(f"{total} is d{end}/d{start} = {slope}; {nudge}.")
        return " ".join([*parts, *self._doubt(position)])

    @property
    def wrong_link(self):
        """The first link whose slope is wrong somewhere, or None."""
        return next(iter(self.wrong_links), None)

    @property
    def wrong_links(self):
        """The links whose slope is wrong somewhere."""
        return [int(link) for link in np.flatnonzero(self.wrong.any(axis=0))]

    def _doubt(self, position):
        """Return what is to be said of a wrong slope at a position, no or one sentence."""
        agrees, undecided = self.agrees[position], self.kinks[position]
        if self.wrong_link is None:
            return [] if agrees or undecided else [APART]
        here = np.flatnonzero(self.wrong[position])
        link = here[0] if here.size else self.wrong_link
        source, box = self.links[link]
        slope = f"the slope {self.signs[link]}{box}/{self.signs[link]}{source} that was written down is"
        if here.size:
            nudged = readable(self.nudged_links[position, link], self.digits[position, self.columns[box]])
            begin = "Still, " if undecided else "They agree, but " if agrees else "They do not agree: "
            return [f"{begin}{slope} {self._slope(link, position)}, and nudging {source} gives {nudged}."]
        places = np.flatnonzero(self.wrong[:, link])
        at = f"{self.graph.start} = {readable(self.x[places[np.abs(places - position).argmin()]])}"
        begin = "Elsewhere they do not agree"
        if not (agrees or undecided):
            begin = "They do not agree"
        elif self._hidden[position]:
            begin = "Rounding hides here whether they agree"
        return [f"{begin}: {slope} wrong, for example at {at}."]

    def _slope(self, link, position, digits=None):
        """Return the slope of a link as it is written."""
        digits = self.digits[position] if digits is None else digits
        return readable(self.slopes[link][position], digits[self.columns[self.links[link][1]]])

    def _written(self, link, position, digits):
        return _as_number(self._slope(link, position, digits))

    def _product(self, path, position):
        return readable(self.along(path)[position], self.digits[position, 1] if len(self.paths) > 1 else 0)

    def _values(self, x):
        values = {self.graph.start: x}
        for box in self.graph.boxes:
            values[box.name] = self._column(box.f, box, box.name, values, x)
        return values

    def _column(self, f, box, what, values, x):
        """Return what a function of a box gives at every place; a constant is the same everywhere."""
        given = [values[source].copy() for source in box.sources]  # the function may work in place
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
                with np.errstate(over="ignore", under="ignore", invalid="ignore"):
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

    def _compare(self):
        """Compare the slope of the end in the start, and that of each link, with a nudge at each place."""
        try:
            everything = np.stack(list(self.values.values()))
            slopes = self.gradients[self.graph.start]
            rows, self.nudged, use = self._nudges(slopes, lambda _, x: self._end(x), self.x, everything)
            links = [
                self._nudges(given, f, self.values[source], self.values[box])
                for given, f, (source, box) in zip(self.slopes, self._links(), self.links, strict=True)
            ]
        except ValueError as error:
            raise ValueError(
                f"{self.graph.title}: not every value can be nudged, for it lies at the end of where a box can be "
                "computed. Choose a smaller range."
            ) from error
        self.kinks = ~use
        self.agrees = np.array([row.passed for row in rows])
        self._hidden = np.array([row.norm > 0 and row.resolution > HIDDEN for row in rows])
        self.nudged_links = np.stack([nudged for _, nudged, _ in links], axis=1)
        self.wrong = np.array([[row.status == "wrong" for row in rows] for rows, _, _ in links]).T

    @staticmethod
    def _nudges(given, f, at, values):
        """Compare a slope with a nudge at each place; `f` takes the number of a place and what is nudged there.

        What the rounding of the largest of `values` could pass off as a slope counts as zero.
        """
        floor = gradcheck.rounding_floor(np.append(values, 1.0))
        found = [
            gradcheck.compare_with_nudges("slope", slope, lambda x, i=i: f(i, x), here, floor=floor)
            for i, (slope, here) in enumerate(zip(given, at, strict=True))
        ]
        rows, nudged, use = zip(*found, strict=True)
        return rows, np.array(nudged), np.array(use)

    def _links(self):
        """Return for each link the box as a function of the number of a place and the value of the source there."""
        found = []
        for box in self.graph.boxes:
            for moved in box.sources:

                def f(i, x, box=box, moved=moved):
                    given = [x if source == moved else self.values[source][i] for source in box.sources]
                    with np.errstate(all="ignore"):
                        value = np.asarray(box.f(*(np.array([float(each)]) for each in given)))
                    return float(value.reshape(-1)[0])

                found.append(f)
        return found

    def _digits(self, position):
        """Return how many more decimals each column takes at a position.

        From the start to the end, each column gets the fewest with which its numbers, as they are written, give those
        of the column before. Where the products along the paths do not come out with that, all columns begin higher.
        """
        last = self.columns[self.end]
        products = [self.along(path)[position] for path in self.paths]
        if not np.isfinite([*products, *(gradient[position] for gradient in self.gradients.values())]).all():
            return [0] * (last + 1)
        for least in range(MOST_DIGITS):
            digits = [0] * (last + 1)
            for column in range(last):
                digits[column + 1 :] = [max(digits[column], least)] * (last - column)
                while digits[column + 1] < MOST_DIGITS and not self._multiplies(position, column, digits):
                    digits[column + 1 :] = [digits[column + 1] + 1] * (last - column)
            if self._comes_out(position, digits):
                break
        return digits

    def _multiplies(self, position, column, digits):
        """Say whether each slope of the end in the names of a column is what the numbers behind it give."""
        shown = {
            name: readable(self.gradients[name][position], digits[self.columns[name]])
            for name in self.names
            if self.columns[name] >= column
        }
        for name in self.names:
            if self.columns[name] != column or name == self.end:
                continue
            terms = [
                self._written(link, position, digits) * _as_number(shown[box])
                for link, (source, box) in enumerate(self.links)
                if source == name
            ]
            if not _is_rounded(sum(terms), shown[name], digits[column]):
                return False
        return True

    def _comes_out(self, position, digits):
        """Say whether the factors along each path multiply to their product, and the products add up to the sum."""
        several, added = len(self.paths) > 1, Decimal(0)
        for path in self.paths:
            places = digits[1] if several else 0
            shown = readable(self.along(path)[position], places)
            product = Decimal(1)
            for link in path:
                product *= self._written(link, position, digits)
            if not _is_rounded(product, shown, places):
                return False
            added += _as_number(shown)
        return not several or _is_rounded(added, readable(self.gradients[self.graph.start][position]), 0)

    def _ways(self, source, box):
        """Return in how many ways a value reaches a box."""
        if source == box:
            return 1
        return sum(self._ways(after, box) for before, after in self.links if before == source)


def _factor(text):
    return f"({text})" if text.startswith("−") else text


def _as_number(text):
    return Decimal(text.replace("−", "-"))


def _is_rounded(value, text, digits):
    """Say whether a number, written with so many more digits, is the text."""
    exponent = int(text.partition("e")[2].replace("−", "-")) - 2 if "e" in text else -4
    return abs(value - _as_number(text)) <= Decimal(10) ** (exponent - int(digits)) / 2


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
    named = [("title", graph.title), ("start", graph.start)]
    for box in _boxes(graph):
        named += [("name of a box", box.name), (f"formula of the box {box.name}", box.formula)]
    for what, value in named:
        if not isinstance(value, str) or not value.strip():
            raise TypeError(f"The {what} is {value!r} ({type(value).__name__}), a text was expected.")
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
