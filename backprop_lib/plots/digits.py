"""Pictures that a network is trained on, each with its caption, and the table of what was taken for what."""

import numpy as np

from backprop_lib import validation
from backprop_lib.plots.palette import BLACK, GRAY, axes
from backprop_lib.tables import table

__all__ = ["confusion_table", "image_grid"]

GAP = 0.12
"""The space between two images, as a share of an image's side."""

LINE = 0.2
"""The height of one line of a caption, in inches."""

LETTER = 0.09
"""The width of a letter of a caption, in inches."""

SIDE = 0.8
"""The side of an image in inches; larger where a caption needs the room."""


def image_grid(X, titles=None, *, columns=10, ax=None):
    """Draw images side by side, row by row, each with a caption above it.

    Parameters
    ----------
    X : array_like of shape (n_images, n_pixels) or (n_images, height, width)
        Gray levels from 0 (white) to the largest value of all (black). Flat rows of pixels belong to square images.
    titles : sequence, optional
        One caption for each image, words or numbers; a line break starts a second line.
    columns : int, optional
        How many images stand in a row. The figure grows with them and with the longest caption.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no image, the images are not square where they have to be, a value is negative or not finite,
        there is not one caption for each image, or `columns` is no whole number of at least 1.
    """
    images = _images(X)
    titles = [""] * len(images) if titles is None else [str(title) for title in titles]
    if len(titles) != len(images):
        raise ValueError(f"titles has {len(titles)} captions for {len(images)} images; one for each was expected.")
    columns = validation.whole_number("columns", columns, at_least=1)
    n_rows, n_columns = -(-len(images) // columns), min(columns, len(images))
    lines = [title.splitlines() for title in titles]
    side = max(SIDE, LETTER * max((len(line) for title in lines for line in title), default=0))  # inches
    height, caption = images.shape[1] / images.shape[2], LINE * max(map(len, lines)) / side
    across, down = 1 + GAP, height + caption + GAP
    ax = axes(ax, size=(side * across * n_columns, side * down * n_rows))
    for place, (image, title) in enumerate(zip(images, titles, strict=True)):
        row, column = divmod(place, columns)
        left, top = across * column, -down * row - caption
        extent = (left, left + 1, top - height, top)
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=images.max() or 1, extent=extent, interpolation="nearest")
        ax.plot(*_frame(extent), color=GRAY, linewidth=0.8)
        ax.text(left + 0.5, top + 0.04, title, ha="center", va="bottom", fontsize=11, linespacing=1.05, color=BLACK)
    ax.set(xlim=(-GAP / 2, across * n_columns - GAP / 2), ylim=(-down * n_rows + GAP / 2, GAP / 2), aspect="equal")
    ax.axis("off")
    return ax


def confusion_table(truth, predicted, *, n_classes=None):
    """Count what was taken for what.

    Parameters
    ----------
    truth, predicted : array_like of int, shape (n_samples,)
        The true class of each sample and the one that was said, counted from 0.
    n_classes : int, optional
        How many classes there are; the largest one that occurs, plus 1, unless given.

    Returns
    -------
    Table
        A row for each true class and a column for each answer, then all samples of that class. What was answered
        rightly is on the diagonal; an error that never happened is a dash.

    Raises
    ------
    TypeError, ValueError
        If the two differ in length, are empty, or hold anything but whole numbers from 0 to n_classes - 1; or if
        `n_classes` is no whole number of at least 1.
    """
    truth, predicted = (_labels(name, given) for name, given in (("truth", truth), ("predicted", predicted)))
    if truth.shape != predicted.shape:
        raise ValueError(f"truth has {len(truth)} labels and predicted {len(predicted)}; one for each was expected.")
    largest = max(truth.max(), predicted.max())
    n_classes = largest + 1 if n_classes is None else validation.whole_number("n_classes", n_classes, at_least=1)
    if largest >= n_classes:
        raise ValueError(f"a label is {largest}, classes go from 0 to {n_classes - 1} here.")
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    rows = [
        [true, *(int(count) if count or true == said else None for said, count in enumerate(row)), int(row.sum())]
        for true, row in enumerate(counts)
    ]
    n_right, n_all = int(np.trace(counts)), int(counts.sum())
    return table(
        rows,
        columns=["true", *(f"said {said}" for said in range(n_classes)), "all"],
        caption=f"What was taken for what: {n_right} of {n_all} right, on the diagonal; a dash is a zero.",
    )


def _images(X):
    X = np.asarray(X, dtype=float)
    if X.size == 0 or X.ndim not in (2, 3):
        raise ValueError(f"X has the shape {X.shape}; (n_images, n_pixels) or (n_images, height, width) was expected.")
    if not np.isfinite(X).all() or X.min() < 0:
        bad = X[~np.isfinite(X) | (X < 0)][0]
        raise ValueError(f"X holds {bad:g}; gray levels are finite and go from 0 (white) upward.")
    if X.ndim == 3:
        return X
    side = round(X.shape[1] ** 0.5)
    if side**2 != X.shape[1]:
        raise ValueError(f"X has {X.shape[1]} pixels in a row, which make no square; give (n_images, height, width).")
    return X.reshape(len(X), side, side)


def _frame(extent):
    left, right, bottom, top = extent
    return [left, right, right, left, left], [bottom, bottom, top, top, bottom]


def _labels(name, given):
    wanted = f"{name} has to hold whole numbers from 0 on, in the shape (n_samples,)"
    try:
        labels = np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{wanted}; its rows differ in length.") from error
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(f"{wanted}; its shape is {labels.shape}.")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{wanted}; its values are of the type {labels.dtype.name}, such as {labels[0]!r}.")
    if labels.min() < 0:
        raise ValueError(f"{wanted}; there is {labels.min()}.")
    return labels.astype(int)
