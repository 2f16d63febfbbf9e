"""A network drawn as circles and lines, with the numbers of one sample."""

import numpy as np

from backprop_lib.plots.palette import BLACK, BLUE, GREY, ORANGE, axes

__all__ = ["network_diagram"]


def network_diagram(network, forward=None, *, sample=0, ax=None):
    """Draw units, weights and, where a forward pass is given, the values of one sample.

    Parameters
    ----------
    network : Network
        At most eight units in a layer stay readable.
    forward : ForwardPass, optional
        Its values are written into the units: z and a, or the input alone.
    sample : int, optional
        Which row of the pass.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        Negative weights are dashed as well as orange; the width of a line grows with the weight's size. A number
        stands at a quarter of its line, counted from the unit where it starts.
    """
    widest = max(network.sizes)
    ax = axes(ax, size=(2.6 * len(network.sizes), max(3.2, 1.45 * widest)))
    places = [
        [(2.4 * column, 1.3 * ((size - 1) / 2 - row)) for row in range(size)]
        for column, size in enumerate(network.sizes)
    ]
    heaviest = max(np.abs(W).max() for W in network.weights) or 1.0
    for W, left, right in zip(network.weights, places[:-1], places[1:], strict=True):
        for i, start in enumerate(left):
            for j, end in enumerate(right):
                _edge(ax, W[i, j], start, end, heaviest)
    for layer, column in enumerate(places):
        for unit, place in enumerate(column):
            _unit(ax, place, _label(forward, layer, unit, sample))
        b = "" if layer == 0 else "\nb = (" + ", ".join(f"{value:g}" for value in network.biases[layer - 1]) + ")"
        kind = "input" if layer == 0 else f"layer {layer}, {network.activations[layer - 1].name}"
        ax.text(column[0][0], -0.65 * widest - 0.1, kind + b, ha="center", va="top", fontsize=11, color=BLACK)
    ax.set(xlim=(-0.6, places[-1][0][0] + 0.6), ylim=(-0.65 * widest - 0.75, 0.65 * widest))
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def _edge(ax, weight, start, end, heaviest):
    color, dash = (BLUE, "-") if weight >= 0 else (ORANGE, "--")
    width = 0.8 + 2.4 * abs(weight) / heaviest
    ax.plot(*zip(start, end, strict=True), color=color, linestyle=dash, linewidth=width, zorder=1)
    x, y = (a + 0.25 * (b - a) for a, b in zip(start, end, strict=True))
    ax.text(
        x, y, f"{weight:g}", ha="center", va="center", fontsize=10, color=BLACK, zorder=2,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def _label(forward, layer, unit, sample):
    if forward is None:
        return ""
    if layer == 0:
        return f"{forward.a[0][sample, unit]:g}"
    return f"z = {forward.z[layer - 1][sample, unit]:g}\na = {forward.a[layer][sample, unit]:g}"


def _unit(ax, place, text):
    ax.scatter(*place, s=3300, facecolor="white", edgecolor=GREY, linewidth=1.5, zorder=3)
    ax.text(*place, text, ha="center", va="center", fontsize=10, color=BLACK, zorder=4)
