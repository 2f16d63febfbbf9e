"""Colors that color-blind readers can tell apart (Okabe and Ito 2008), each with a dash and a marker of its own.

The sky blue and the yellow orange of that set are darkened here, so that every line has a contrast of 3 against white.
"""

import matplotlib.pyplot as plt
import numpy as np

__all__ = ["BLACK", "BLUE", "COLORS", "DASHES", "GRAY", "MARKERS", "ORANGE", "axes", "mark_zeros"]

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


def mark_zeros(ax, x, values, **look):
    """Set a hollow marker at the lower edge of a logarithmic axis for each value that is exactly 0."""
    zero = np.asarray(values) == 0
    if zero.any():
        floor = np.full(zero.sum(), 0.03)
        where = ax.get_xaxis_transform()
        ax.plot(np.asarray(x)[zero], floor, **look, linestyle="none", markerfacecolor="white", transform=where)
