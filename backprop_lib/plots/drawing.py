"""A drawing of boxes, lines and numbers: measured in inches, its texts kept apart.

In every drawing of the course a value stands upright on white and a gradient in italics on pale yellow.
"""

import matplotlib.pyplot as plt
from matplotlib.transforms import Bbox

from backprop_lib.plots.palette import BLACK

__all__ = ["PALE", "along", "canvas", "extent", "resize", "stack"]

PALE = "#FFF2C9"
LINE = 1.4  # distance of two lines of text, in letter heights


def canvas(ax, width, height):
    """Return an empty Axes without ticks whose unit is the inch, and its width and height.

    Without `ax` it fills a new figure of `width` by `height`; with one, its own size counts.
    """
    if ax is None:
        figure = plt.figure(figsize=(width, height))
        ax = figure.add_axes((0, 0, 1, 1))
    else:
        ax.figure.draw_without_rendering()  # the layout decides how large the Axes is
        box = ax.get_window_extent()
        width, height = box.width / ax.figure.dpi, box.height / ax.figure.dpi
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    return ax, width, height


def resize(ax, width, height):
    """Give the figure that `canvas` made another size."""
    ax.figure.set_size_inches(width, height)
    ax.set(xlim=(0, width), ylim=(0, height))


def extent(texts):
    """Return the box around some texts, in the units of their Axes."""
    boxes = [text.get_window_extent() for text in texts]
    return Bbox.union(boxes).transformed(texts[0].axes.transData.inverted())


def stack(ax, place, lines, *, size=11, ground="white", zorder=4):
    """Write lines of text below one another, centered on a place.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        From `canvas`.
    place : tuple of float
        The center.
    lines : sequence of tuple
        A text, and whether it is a gradient, which is written in its own style.
    size : float, optional
        In points.
    ground : str, optional
        What a value stands on; "none" for nothing.
    zorder : float, optional
        As in Matplotlib.

    Returns
    -------
    list of matplotlib.text.Text
    """
    texts = []
    for row, (line, is_gradient) in enumerate(lines):
        up = ((len(lines) - 1) / 2 - row) * LINE * size
        color = PALE if is_gradient else ground
        texts.append(
            ax.annotate(
                line, place, (0, up), textcoords="offset points", ha="center", va="center_baseline", fontsize=size,
                color=BLACK, style="italic" if is_gradient else "normal", zorder=zorder,
                bbox={"facecolor": color, "edgecolor": "none", "pad": 1.2},
            )
        )  # fmt: skip
    return texts


def along(ax, start, end, lines, taken, crossed=(), *, size=11, preferred=0.28, reach=(0.2, 0.8)):
    """Write a label on a straight line where it covers no other text, and as few other lines as can be.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        From `canvas`.
    start, end : tuple of float
        The line.
    lines : sequence of tuple
        As for `stack`.
    taken : list of tuple
        Boxes (left, bottom, right, top) that must not be covered; the label's own is added.
    crossed : sequence of tuple
        Other lines, (start, end).
    size : float, optional
        In points.
    preferred : float, optional
        Where it stands if nothing is in the way, as a share of the line.
    reach : tuple of float, optional
        The shares between which it may stand.

    Returns
    -------
    texts : list of matplotlib.text.Text
    is_free : bool
        Whether a place was found where nothing is covered; otherwise the label stands where it covers least.
    """
    texts = stack(ax, start, lines, size=size)
    box = extent(texts)
    across, up = box.width / 2 + 0.06, box.height / 2 + 0.035
    best = None
    for step in range(61):
        share = reach[0] + (reach[1] - reach[0]) * step / 60
        x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        here = (x - across, y - up, x + across, y + up)
        inner = (x - across / 3, y - up / 3, x + across / 3, y + up / 3)
        covered = sum(_shared(here, other) for other in taken)  # square inches
        near = sum(_meets(here, line) + _meets(inner, line) for line in crossed)
        cost = (round(covered, 4), 0.06 * near + abs(share - preferred))
        if best is None or cost < best[0]:
            best = (cost, (x, y), here)
    for text in texts:
        text.xy = best[1]
    taken.append(best[2])
    return texts, best[0][0] == 0


def _shared(a, b):
    """Return the area that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _meets(box, line):
    """Say whether a straight line meets a box (Liang and Barsky 1984)."""
    left, bottom, right, top = box
    (x0, y0), (x1, y1) = line
    first, last = 0.0, 1.0
    for p, q in ((x0 - x1, x0 - left), (x1 - x0, right - x0), (y0 - y1, y0 - bottom), (y1 - y0, top - y0)):
        if p == 0:
            if q < 0:
                return False
        elif p < 0:
            first = max(first, q / p)
        else:
            last = min(last, q / p)
    return first < last
