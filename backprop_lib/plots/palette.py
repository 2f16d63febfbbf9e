"""Colors that color-blind readers can tell apart (Okabe and Ito 2008), each with a dash and a marker of its own.

The sky blue and the yellow orange of that set are darkened here, so that every line has a contrast of 3 against white.
"""

import matplotlib.pyplot as plt
import numpy as np

from backprop_lib import validation

__all__ = [
    "BLACK",
    "BLUE",
    "COLORS",
    "DASHES",
    "GRAY",
    "MARKERS",
    "ORANGE",
    "amounts",
    "axes",
    "check_number_of_curves",
    "legend_beside",
    "mark_zeros",
    "on_log_axis",
    "panels",
]

BLUE = "#0072B2"
ORANGE = "#D55E00"
BLACK = "#1a1a1a"
GRAY = "#595959"
COLORS = (BLUE, ORANGE, "#009E73", "#CC79A7", BLACK, "#2A8FC9", "#B87A00")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def axes(ax, *, size=(7.0, 3.8)):
    """Return `ax`, or a new Axes on a figure of `size` inches with the course's type sizes."""
    if ax is not None:
        return ax
    with plt.rc_context({"font.size": 12, "axes.titlesize": 13, "axes.labelsize": 12, "legend.fontsize": 11}):
        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=11)
    return ax


def panels(count, *, size):
    """Return a figure of `size` inches and `count` Axes beside each other, whose curves take the course's colors."""
    with plt.rc_context({"axes.prop_cycle": plt.cycler(color=COLORS)}):
        figure, row = plt.subplots(1, count, figsize=size, layout="constrained", squeeze=False)
    for ax in row[0]:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(row[0])


def check_number_of_curves(name, curves, what):
    """Raise ValueError unless `name` holds 1 to 7 curves: each has a color, a dash and a marker of its own."""
    if not 1 <= len(curves) <= len(COLORS):
        raise ValueError(f"{name} holds {len(curves)} {what}, 1 to {len(COLORS)} can be told apart.")


def amounts(name, values, x, what):
    """Return the values of one curve as floats, NaN and infinity among them.

    Raises
    ------
    TypeError, ValueError
        If they are no numbers, or not one for each entry of `x`, which `what` names.
    """
    curve = f"the curve {name!r}" if name else "the curve"
    values = validation.float_array(curve, values, finite=False)
    if values.shape != np.shape(x):
        raise ValueError(
            f"{curve} has the shape {values.shape}, one value for each of the {np.size(x)} {what} was expected: "
            f"{np.shape(x)}."
        )
    return values


def on_log_axis(values):
    """Return what a logarithmic axis can show of some values, and NaN, which leaves a gap, for the others."""
    return np.where((values > 0) & np.isfinite(values), values, np.nan)


def legend_beside(ax):
    """Set the legend to the right of an Axes, where it covers no curve."""
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)


def mark_zeros(ax, x, values, **look):
    """Set a hollow marker at the lower edge of a logarithmic axis for each value that is exactly 0."""
    zero = np.asarray(values) == 0
    if zero.any():
        floor = np.full(zero.sum(), 0.03)
        where = ax.get_xaxis_transform()
        ax.plot(np.asarray(x)[zero], floor, **look, linestyle="none", markerfacecolor="white", transform=where)
