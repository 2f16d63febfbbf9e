"""A computation drawn as boxes and arrows: each box a value, each arrow a local slope."""

import itertools

import numpy as np
from matplotlib.patches import FancyBboxPatch

from backprop_lib.numerals import is_number, number
from backprop_lib.plots.drawing import along, canvas, extent, resize, stack
from backprop_lib.plots.palette import BLACK, GRAY

__all__ = ["computation_graph"]

SIZE = 12  # of the text in a box, in points
OPTIONS = ("value", "gradient", "text", "place")


def computation_graph(nodes, edges, *, gradients=None, decimals=4, ax=None):
    """Draw a computation from left to right.

    Parameters
    ----------
    nodes : dict
        For each box its name and its value: a number, None, or a dict with any of "value", "gradient", "text" (written
        in place of the name) and "place" (column and row, from the left and from the top). Where no box has a place,
        every box stands behind all that it is computed from.
    edges : sequence of tuple
        (start, end) or (start, end, label): which value enters which, and the local slope, a number or words. The same
        edge may come twice, as in x * x.
    gradients : dict, optional
        For some names the derivative of the last value with respect to it, written below the value.
    decimals : int, optional
        Numbers are rounded to so many decimals.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        Gradients are in italics on pale yellow.

    Raises
    ------
    TypeError
        If an edge is no tuple of two or three, or a place no pair of numbers.
    ValueError
        If there is no box, an edge names an unknown one, the edges run in a circle, a box has an unknown option, or
        only some boxes have a place.

    Examples
    --------
    >>> ax = computation_graph(
    ...     {"x": 2.0, "u = x²": 4.0, "v = 3x": 6.0, "C = u v": 24.0},
    ...     [("x", "u = x²", "2x = 4"), ("x", "v = 3x", 3), ("u = x²", "C = u v", 6), ("v = 3x", "C = u v", 4)],
    ...     gradients={"x": 36.0, "u = x²": 6.0, "v = 3x": 4.0, "C = u v": 1.0},
    ... )
    """
    nodes = {name: _node(name, node) for name, node in nodes.items()}
    if not nodes:
        raise ValueError("nodes is empty; there is no box to draw.")
    for name, gradient in (gradients or {}).items():
        _known(name, nodes, "gradients")["gradient"] = gradient
    edges = [_edge(edge) for edge in edges]
    for start, end, _ in edges:
        _known(start, nodes, "an edge")
        _known(end, nodes, "an edge")
    lanes = _lanes(nodes, [edge[:2] for edge in edges])
    labels = {name: _lines(name, node, decimals) for name, node in nodes.items()}
    is_own = ax is None
    ax, width, height = canvas(ax, 9.0, 4.0)
    texts = {name: stack(ax, (0, 0), lines, size=SIZE, ground="none") for name, lines in labels.items()}
    sizes = {name: (extent(drawn).width + 0.22, extent(drawn).height + 0.18) for name, drawn in texts.items()}
    halves = {lane: sizes[lane][1] / 2 if lane in sizes else 0.05 for lane in lanes}
    step = 2 * max(halves.values()) + 0.3
    top = min(row * step - halves[lane] for lane, (_, row) in lanes.items())
    bottom = max(row * step + halves[lane] for lane, (_, row) in lanes.items())
    if is_own:
        width, height = _width(ax, lanes, sizes, [label for *_, label in edges], decimals), bottom - top + 0.2
        resize(ax, width, height)
    squeeze = min(1.0, (height - 0.2) / (bottom - top))
    across = _across(lanes, sizes, width)
    places = {
        lane: (across[column], height / 2 - squeeze * (row * step - (bottom + top) / 2))
        for lane, (column, row) in lanes.items()
    }
    boxes = {}
    for name, (box_width, box_height) in sizes.items():
        x, y = places[name]
        boxes[name] = FancyBboxPatch(
            (x - box_width / 2, y - box_height / 2), box_width, box_height, zorder=3,
            boxstyle="round,pad=0,rounding_size=0.08", facecolor="white", edgecolor=GRAY, linewidth=1.5,
        )  # fmt: skip
        ax.add_patch(boxes[name])
        for text in texts[name]:
            text.xy = (x, y)
    _arrows(ax, edges, lanes, places, boxes, decimals)
    return ax


def _width(ax, lanes, sizes, labels, decimals):
    """Return the width of a figure in which boxes and labels have room."""
    widths = _widths(lanes, sizes)
    between = [0.9]
    for label in labels:
        if label is not None:
            (text,) = stack(ax, (0, 0), [(_written(label, decimals), False)])
            between.append(extent([text]).width + 0.65)
            text.remove()
    span = max(widths) - min(widths)
    return min(9.0, max(3.0, sum(widths.values()) + 1.25 * span * max(between) + 0.2))


def _widths(lanes, sizes):
    """Return for each column the width of its widest box."""
    columns = sorted({lanes[name][0] for name in sizes})
    return {column: max(sizes[name][0] for name in sizes if lanes[name][0] == column) for column in columns}


def _across(lanes, sizes, width):
    """Return for each column the middle of its boxes: between two neighbors the same space everywhere."""
    widths = _widths(lanes, sizes)
    columns = list(widths)
    span = columns[-1] - columns[0]
    free = width - sum(widths.values())
    gap = (free - 0.2) / span if span else 0.0
    across, right = {}, 0.1 if span else free / 2
    for before, column in zip([columns[0], *columns], columns, strict=False):
        left = right + gap * (column - before)
        right = left + widths[column]
        across[column] = (left + right) / 2
    return across


def _node(name, node):
    if not isinstance(node, dict):
        return {"value": node}
    unknown = [option for option in node if option not in OPTIONS]
    if unknown:
        raise ValueError(f"the box {name!r} has the option {unknown[0]!r}; {', '.join(OPTIONS)} were expected.")
    if "place" in node:
        place = node["place"]
        if not isinstance(place, (tuple, list)) or len(place) != 2:
            raise TypeError(f"the place of the box {name!r} is {place!r}; (column, row) was expected, such as (0, 1).")
        for what, value in zip(("column", "row"), place, strict=True):
            if not is_number(value) or not np.isfinite(value):
                raise TypeError(f"the {what} of the box {name!r} is {value!r}; a finite number was expected.")
    return dict(node)


def _edge(edge):
    if not isinstance(edge, (tuple, list)) or len(edge) not in (2, 3):
        raise TypeError(f"an edge is {edge!r}; (start, end) or (start, end, label) was expected.")
    return (*edge, None)[:3]


def _known(name, nodes, where):
    if name not in nodes:
        raise ValueError(f"{where} names {name!r}, which is no box; there are {', '.join(map(repr, nodes))}.")
    return nodes[name]


def _written(value, decimals):
    return number(value, decimals) if is_number(value) else str(value)


def _lines(name, node, decimals):
    lines = [(node.get("text", name), False)]
    if node.get("value") is not None:
        lines.append((_written(node["value"], decimals), False))
    if node.get("gradient") is not None:
        lines.append((_written(node["gradient"], decimals), True))
    return lines


def _lanes(nodes, edges):
    """Return column and row of each box, and of each waypoint (start, end, column) where an edge passes a column."""
    placed = [name for name, node in nodes.items() if "place" in node]
    if placed:
        if len(placed) < len(nodes):
            missing = next(name for name in nodes if name not in placed)
            raise ValueError(f"the box {missing!r} has no place, others have; give all of them one, or none.")
        return {name: tuple(node["place"]) for name, node in nodes.items()}
    columns = _columns(nodes, edges)
    stacks = [[name for name in nodes if columns[name] == column] for column in range(1 + max(columns.values()))]
    links = []
    for start, end in dict.fromkeys(edges):
        passed = [(start, end, column) for column in range(columns[start] + 1, columns[end])]
        for waypoint in passed:
            stacks[waypoint[2]].append(waypoint)
        links += zip([start, *passed], [*passed, end], strict=True)
    # Each stack is ordered by where its neighbors stand, forward and backward in turn (Sugiyama and others 1981).
    for sweep in range(8):
        order = {lane: row - (len(stack) - 1) / 2 for stack in stacks for row, lane in enumerate(stack)}
        near = {lane: [] for lane in order}
        for start, end in links:
            near[end if sweep % 2 == 0 else start].append(order[start if sweep % 2 == 0 else end])
        for entries in stacks:
            entries.sort(key=lambda lane: np.mean(near[lane]) if near[lane] else order[lane])
    return _rows(stacks, links)


def _rows(stacks, links):
    """Return column and row of each lane: in the order of its stack, as near to its neighbors' rows as can be."""
    rows = {lane: row - (len(entries) - 1) / 2 for entries in stacks for row, lane in enumerate(entries)}
    for sweep in range(6):
        near = {lane: [] for lane in rows}
        for start, end in links:
            near[end].append(start)
            near[start].append(end)
        for entries in stacks if sweep % 2 == 0 else reversed(stacks):
            wanted = [np.mean([rows[other] for other in near[lane]]) if near[lane] else rows[lane] for lane in entries]
            rows.update(zip(entries, _spread(wanted), strict=True))
    return {lane: (column, float(rows[lane])) for column, entries in enumerate(stacks) for lane in entries}


def _spread(wanted):
    """Return places at least 1 apart, in order, as near to the wanted ones as can be in the sum of squares."""
    blocks = []  # of places that touch: how many, and the mean of where they would have the first of them
    for index, place in enumerate(wanted):
        blocks.append((1, place - index))
        while len(blocks) > 1 and blocks[-2][1] > blocks[-1][1]:
            (n, first), (m, second) = blocks[-2:]
            blocks[-2:] = [(n + m, (n * first + m * second) / (n + m))]
    firsts = [first for n, first in blocks for _ in range(n)]
    return [first + index for index, first in enumerate(firsts)]


def _columns(nodes, edges):
    """Return the column of each box: behind all that enter it, and as near to what it enters as that allows."""
    before = {name: [start for start, end in edges if end == name] for name in nodes}
    after = {name: [end for start, end in edges if start == name] for name in nodes}
    columns = {}
    while len(columns) < len(nodes):
        ready = [name for name in nodes if name not in columns and all(start in columns for start in before[name])]
        if not ready:
            circle = [name for name in nodes if name not in columns]
            raise ValueError(f"the edges run in a circle among {', '.join(map(repr, circle))}.")
        columns.update({name: 1 + max((columns[start] for start in before[name]), default=-1) for name in ready})
    for name in nodes:
        if not before[name] and after[name]:
            columns[name] = min(columns[end] for end in after[name]) - 1
    return columns


def _arrows(ax, edges, lanes, places, boxes, decimals):
    taken = [box.get_bbox().extents for box in boxes.values()]
    paths = []
    for index, (start, end, _) in enumerate(edges):
        waypoints = [places[lane] for lane in lanes if isinstance(lane, tuple) and lane[:2] == (start, end)]
        twins = [other for other, edge in enumerate(edges) if edge[:2] == (start, end)]
        points = [places[start], *waypoints, places[end]]
        if len(twins) > 1:  # the same edge twice: each takes a way of its own
            (x0, y0), (x1, y1) = points[:2]
            bow = 0.5 * (twins.index(index) - (len(twins) - 1) / 2)
            points.insert(1, ((x0 + x1) / 2, (y0 + y1) / 2 + bow))
        paths.append(points)
    legs = [leg for points in paths for leg in itertools.pairwise(points)]
    for (start, end, _), points in zip(edges, paths, strict=True):
        ax.plot(*zip(*points[:-1], strict=True), color=BLACK, linewidth=1.6, zorder=1, solid_joinstyle="round")
        ax.annotate(
            "", points[-1], points[-2], zorder=2,
            arrowprops={
                "arrowstyle": "-|>", "color": BLACK, "linewidth": 1.6, "mutation_scale": 15, "shrinkA": 0, "shrinkB": 0,
                "patchA": boxes[start] if len(points) == 2 else None, "patchB": boxes[end],
            },
        )  # fmt: skip
    for (_, _, label), points in zip(edges, paths, strict=True):
        if label is not None:
            leg = tuple(points[-2:])
            others = [other for other in legs if other != leg]
            preferred, reach = (0.5, (0.1, 0.9)) if len(points) == 2 else (0.2, (0.0, 0.85))
            line = [(_written(label, decimals), False)]
            along(ax, *_visible(leg, boxes), line, taken, others, preferred=preferred, reach=reach)


def _visible(leg, boxes):
    """Return the part of a leg between the boxes in which it starts or ends."""
    (x0, y0), (x1, y1) = leg
    cut = []
    for x, y in leg:
        box = next((box for box in boxes.values() if box.get_bbox().contains(x, y)), None)
        halves = (0, 0) if box is None else (box.get_width() / 2, box.get_height() / 2)
        shares = [half / abs(side) for half, side in zip(halves, (x1 - x0, y1 - y0), strict=True) if side]
        cut.append(min([1.0, *shares]))
    first, last = cut[0], 1 - cut[1]
    if first >= last:
        return leg
    return tuple((x0 + share * (x1 - x0), y0 + share * (y1 - y0)) for share in (first, last))
