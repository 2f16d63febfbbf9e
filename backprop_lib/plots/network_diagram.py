"""A network drawn as circles and lines, with the numbers of one sample, forward and backward."""

import math

import numpy as np
from matplotlib.patches import Circle

from backprop_lib import validation
from backprop_lib.numerals import number
from backprop_lib.plots.drawing import along, canvas, extent, resize, stack
from backprop_lib.plots.palette import BLUE, GRAY, ORANGE
from backprop_lib.tables import table

__all__ = ["network_diagram", "network_table"]

WIDEST = 8
SIZE = 10.5  # of the numbers, in points
SHOW = ("both", "forward", "deltas", "backward")
BACK = ("deltas", "backward")


def network_diagram(network, forward=None, gradients=None, *, sample=0, show="both", decimals=4, ax=None):
    """Draw units, weights and, where they are given, the values and the gradients of one sample.

    Parameters
    ----------
    network : Network
        At most eight units in a layer.
    forward : ForwardPass, optional
        Its values are written into the units: z and a, or the input alone.
    gradients : Gradients, optional
        What the backward pass of `forward` returned. Its delta is written into the units, its dW on the lines and its
        db below the layers. dW and db are sums over the batch: a pass of one sample tells one story.
    sample : int, optional
        Which row of the pass.
    show : str, optional
        "both"; "forward", values and weights alone; "deltas": arrows lead from the output back to the input, the units
        hold grad_a, what arrives, and delta, what the slope lets through, and the lines the weights; or "backward",
        the same with dW on the lines and db below.
    decimals : int, optional
        Numbers are rounded to so many decimals.
    ax : matplotlib.axes.Axes, optional
        Where to draw; about 3 inches for each layer and 1.6 for each unit are needed.

    Returns
    -------
    matplotlib.axes.Axes
        A negative number's line is dashed as well as orange, one that is 0 dotted and gray; the width grows with the
        size. Gradients are in italics on pale yellow. Between layers with so many weights that their numbers would
        cover one another none are written; `network_table` has them all.

    Raises
    ------
    TypeError
        If `forward` is no forward pass, `gradients` are no gradients, or `sample` is no whole number.
    ValueError
        If a layer has more than eight units, `sample` is no row of the pass, `show` asks for what was not given, or
        `forward` and `gradients` belong to another network or to different passes.
    """
    _check(network, forward, gradients, sample, show)
    columns, widest = len(network.sizes), max(network.sizes)
    numbers = _Numbers(network, forward, gradients if show != "forward" else None, sample, decimals)
    is_own = ax is None
    ax, width, height = canvas(ax, max(6.0, min(9.0, 3.0 * columns), 2.2 * columns), 6.0)
    labels = [[numbers.unit(layer, unit, show) for unit in range(size)] for layer, size in enumerate(network.sizes)]
    radii = [_radius(ax, column) for column in labels]
    if is_own:
        height = 1.0 + max(2.4, widest * max(1.55 if widest <= 4 else 1.2, 2 * max(radii) + 0.15))
        resize(ax, width, height)
    below = [numbers.layer(layer, show) for layer in range(columns)]
    if max(_half_width(ax, lines) for lines in below) > 0.48 * width / columns:
        below = [lines[:1] for lines in below]
    ends = [max(radii[layer], _half_width(ax, below[layer])) + 0.1 for layer in (0, -1)]
    across = np.linspace(ends[0], width - ends[1], columns)
    step = (height - 1.0) / widest
    middle = 0.9 + (height - 1.0) / 2
    places = [
        [(x, middle + step * ((size - 1) / 2 - row)) for row in range(size)]
        for x, size in zip(across, network.sizes, strict=True)
    ]
    for layer, column in enumerate(places):
        for place, lines in zip(column, labels[layer], strict=True):
            ax.add_patch(Circle(place, radii[layer], facecolor="white", edgecolor=GRAY, linewidth=1.5, zorder=3))
            stack(ax, place, lines, size=SIZE, ground="none")
        stack(ax, (across[layer], 0.42), below[layer], size=11)
    for layer in range(columns - 1):
        _edges(ax, numbers, layer, places[layer : layer + 2], radii[layer : layer + 2], show)
    return ax


def network_table(network, forward=None, gradients=None, *, sample=0, caption=None, decimals=4):
    """Return the numbers of `network_diagram` as a table: a row for each input, z, a, weight and bias.

    Parameters
    ----------
    network, forward, gradients, sample
        As for `network_diagram`.
    caption : str, optional
        What the table shows; a sentence about the sample unless given.
    decimals : int, optional
        Numbers are rounded to so many decimals.

    Returns
    -------
    Table
        Under "value" the quantity, under "gradient of the loss" its derivative: delta beside z, grad_a beside a, dW
        beside W, db beside b. What is not known has a dash.

    Raises
    ------
    TypeError, ValueError
        As for `network_diagram`, but a layer may have any number of units.
    """
    _check(network, forward, gradients, sample, "both", limit=None)
    numbers = _Numbers(network, forward, gradients, sample, decimals)
    rows = [] if forward is None else [[f"input x{j + 1}", x, None] for j, x in enumerate(forward.a[0][sample])]
    for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        name = f"layer {layer + 1},"
        for i, j in np.ndindex(W.shape):
            rows.append([f"{name} W from {i + 1} to {j + 1}", W[i, j], numbers.gradient("dW", layer, (i, j))])
        for j in range(len(b)):
            rows.append([f"{name} b of unit {j + 1}", b[j], numbers.gradient("db", layer, j)])
        for j in range(len(b) if forward is not None or gradients is not None else 0):
            z, a = (None, None) if forward is None else (forward.z[layer][sample, j], forward.a[layer + 1][sample, j])
            rows.append([f"{name} z of unit {j + 1}", z, numbers.delta(layer, j)])
            rows.append([f"{name} a of unit {j + 1}", a, numbers.grad_a(layer, j)])
    columns = ["quantity", "value", "gradient of the loss"]
    if gradients is None:
        rows, columns = [row[:2] for row in rows], columns[:2]
    caption = caption or (
        "The parameters of the network" if forward is None else f"The numbers of the network, sample {sample + 1}"
    )
    return table(rows, columns, caption, decimals=decimals)


class _Numbers:
    """The numbers of one sample, by layer and unit; layers count from 0, as the lists do."""

    def __init__(self, network, forward, gradients, sample, decimals):
        self.network, self.forward, self.gradients = network, forward, gradients
        self.sample, self.decimals = sample, decimals

    def gradient(self, name, layer, index):
        return None if self.gradients is None else getattr(self.gradients, name)[layer][index]

    def delta(self, layer, unit):
        known = self.gradients is not None and len(self.gradients.delta)
        return self.gradients.delta[layer][self.sample, unit] if known else None

    def grad_a(self, layer, unit):
        """Return what arrives at a unit: the next layer's delta through W; at the output, delta before the slope."""
        if self.delta(layer, unit) is None:
            return None
        if layer + 1 < len(self.network.weights):
            return self.gradients.delta[layer + 1][self.sample] @ self.network.weights[layer + 1][unit]
        activation = self.network.activations[layer]
        if activation.name == "identity":
            return self.delta(layer, unit)
        if self.forward is None:
            return None
        slope = activation.derivative(self.forward.z[layer])[self.sample, unit]
        return self.delta(layer, unit) / slope if slope else None

    def unit(self, layer, unit, show):
        """Return the lines that a unit holds."""
        if layer == 0:
            return [] if self.forward is None else self._lines([("x", self.forward.a[0][self.sample, unit], False)])
        lines = []
        if self.forward is not None and show not in BACK:
            lines += [
                ("z", self.forward.z[layer - 1][self.sample, unit], False),
                ("a", self.forward.a[layer][self.sample, unit], False),
            ]
        if show in BACK:
            lines.append(("grad_a", self.grad_a(layer - 1, unit), True))
        return self._lines([*lines, ("δ", self.delta(layer - 1, unit), True)])

    def edge(self, layer, index, show):
        """Return the lines that stand on a weight."""
        dW = None if show == "deltas" else self.gradient("dW", layer, index)
        lines = [] if show == "backward" else [(None if dW is None else "W", self.network.weights[layer][index], False)]
        return self._lines([*lines, ("dW", dW, True)], " ")

    def layer(self, layer, show):
        """Return the lines below a layer."""
        if layer == 0:
            return [("input", False)]
        lines = [(f"layer {layer}, {self.network.activations[layer - 1].name}", False)]
        if show not in BACK:
            lines.append((f"b = {self._vector(self.network.biases[layer - 1])}", False))
        if self.gradients is not None and show != "deltas":
            lines.append((f"db = {self._vector(self.gradients.db[layer - 1])}", True))
        return lines

    def _vector(self, values):
        return f"({', '.join(number(value, self.decimals) for value in values)})"

    def _lines(self, named, equals=" = "):
        return [
            (f"{name}{equals}{number(value, self.decimals)}" if name else number(value, self.decimals), is_gradient)
            for name, value, is_gradient in named
            if value is not None
        ]


def _radius(ax, labels):
    """Return the radius of a circle that holds the largest of the labels."""
    half = [0.33]
    for lines in labels:
        texts = stack(ax, (0, 0), lines, size=SIZE)
        for text in texts:
            box = extent([text])
            half.append(math.hypot(box.width / 2, max(abs(box.y0), abs(box.y1))) + 0.08)
            text.remove()
    return max(half)


def _half_width(ax, lines):
    texts = stack(ax, (0, 0), lines, size=11)
    width = extent(texts).width
    for text in texts:
        text.remove()
    return width / 2


def _edges(ax, numbers, layer, sides, radii, show):
    left, right = sides
    values = (numbers.gradients.dW if show == "backward" else numbers.network.weights)[layer]
    heaviest = np.abs(values).max() or 1.0
    lines = {(i, j): _shortened(left[i], right[j], radii) for i, j in np.ndindex(values.shape)}
    for index, (start, end) in lines.items():
        color, dash = (GRAY, ":") if values[index] == 0 else (BLUE, "-") if values[index] > 0 else (ORANGE, (0, (4, 2)))
        width = 0.9 + 2.3 * abs(values[index]) / heaviest
        if show in BACK:
            arrow = {"arrowstyle": "-|>", "color": color, "linestyle": dash, "linewidth": width, "mutation_scale": 14}
            ax.annotate("", start, end, arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0}, zorder=1)
        else:
            ax.plot(*zip(start, end, strict=True), color=color, linestyle=dash, linewidth=width, zorder=1)
    taken = [
        (x - radius, y - radius, x + radius, y + radius)
        for column, radius in zip(sides, radii, strict=True)
        for x, y in column
    ]
    written = []
    for index, (start, end) in lines.items():
        others = [line for other, line in lines.items() if other != index]
        start, end = (end, start) if show in BACK else (start, end)
        texts, is_free = along(
            ax, start, end, numbers.edge(layer, index, show), taken, others, size=SIZE, preferred=0.25
        )
        written += texts
        if not is_free:
            for text in written:
                text.remove()
            return


def _shortened(start, end, radii):
    """Return the line between two circles, from rim to rim."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0)
    across, up = (x1 - x0) / length, (y1 - y0) / length
    return (x0 + radii[0] * across, y0 + radii[0] * up), (x1 - radii[1] * across, y1 - radii[1] * up)


def _check(network, forward, gradients, sample, show, limit=WIDEST):
    if limit and max(network.sizes) > limit:
        raise ValueError(
            f"a layer of {max(network.sizes)} units is too wide to be read; network_diagram draws at most {limit}."
        )
    if show not in SHOW:
        raise ValueError(f"show is {show!r}, one of {', '.join(SHOW)} was expected.")
    if show in BACK and gradients is None:
        raise ValueError(f'show="{show}" draws gradients; pass gradients=network.backward(forward, y).')
    if show == "forward" and forward is None:
        raise ValueError('show="forward" draws values; pass forward=network.forward(X).')
    sample = validation.whole_number("sample", sample, at_least=0)
    rows = None
    if forward is not None:
        network.check_pass(forward)
        rows = len(forward.a[0])
    if gradients is not None:
        network.check_gradients(gradients, finite=False)
        rows = _rows_of_delta(network, gradients, rows, show)
    if rows is not None and sample >= rows:
        raise ValueError(f"sample is {sample}, the pass has {rows} rows; they count from 0.")


def _rows_of_delta(network, gradients, rows, show):
    """Return the number of rows of the pass, from delta if need be; refuse a delta that does not belong to it."""
    shapes = [np.shape(delta) for delta in gradients.delta]
    if not shapes:
        if show in BACK:
            raise ValueError(
                f'show="{show}" draws delta, which these gradients have not; those of network.backward(forward, y) do.'
            )
        return rows
    if rows is None:
        rows = shapes[0][0] if shapes[0] else 0
    expected = [(rows, width) for width in network.sizes[1:]]
    if shapes != expected:
        raise ValueError(
            f"gradients has delta of the shapes {shapes}, {expected} was expected. "
            f"Was it made from another pass, or by another network?"
        )
    return rows
