"""Colours that colour-blind readers can tell apart (Okabe and Ito 2008), each with a dash and a marker of its own."""

import matplotlib.pyplot as plt

__all__ = ["BLACK", "BLUE", "COLORS", "DASHES", "GREY", "MARKERS", "ORANGE", "axes"]

BLUE = "#0072B2"
ORANGE = "#D55E00"
BLACK = "#1a1a1a"
GREY = "#595959"
COLORS = (BLUE, ORANGE, "#009E73", "#CC79A7", BLACK, "#56B4E9", "#E69F00")
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
