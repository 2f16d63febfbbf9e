"""What a network has learned, drawn over its inputs: regions for two inputs, a curve for one."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from backprop_lib.numerals import told_apart
from backprop_lib.plots.palette import BLACK, BLUE, GRAY, ORANGE, axes

__all__ = ["decision_boundary", "fitted_curve", "prediction"]

# From a light orange (class 0) over white (undecided) to a light blue (class 1): dark points stay readable on it.
FIELD = LinearSegmentedColormap.from_list("field", ["#F4B183", "#FFFFFF", "#8DBFE0"])

CLASSES = ((0, "o", ORANGE), (1, "s", BLUE))


def decision_boundary(network, X, y, *, margin=0.4, resolution=80, ax=None):
    """Draw the output of a network over the plane of its two inputs, the line where it is 0.5, and the samples.

    Parameters
    ----------
    network : Network
        Two inputs, one output.
    X : array_like of shape (n_samples, 2)
        Samples.
    y : array_like of shape (n_samples,) or (n_samples, 1)
        Their classes, 0 (circles) or 1 (squares), or numbers: see `prediction`.
    margin : float, optional
        How far to draw beyond the samples.
    resolution : int, optional
        Points along each side of the grid.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the network has other than two inputs and one output.
    """
    _require(network, 2, "decision_boundary draws the plane of two inputs")
    X = np.asarray(X, dtype=float)
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    sides = [np.linspace(start, end, resolution) for start, end in zip(low, high, strict=True)]
    grid = np.column_stack([side.ravel() for side in np.meshgrid(*sides)])
    return prediction(network.predict(grid).reshape(resolution, resolution), low, high, X, y, ax=ax)


def fitted_curve(network, X, y, *, margin=0.2, ax=None):
    """Draw the output of a network over its one input, and the samples.

    Parameters
    ----------
    network : Network
        One input, one output.
    X, y : array_like of shape (n_samples, 1)
        Samples and their targets.
    margin : float, optional
        How far to draw beyond the samples.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the network has other than one input and one output.
    """
    _require(network, 1, "fitted_curve draws one input against one output")
    X = np.asarray(X, dtype=float)
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    return prediction(network.predict(np.linspace(low, high, 300)).ravel(), low, high, X, y, ax=ax)


def prediction(field, low, high, X, y, *, ax=None):
    """Draw predictions that were computed on a grid, and the samples.

    Parameters
    ----------
    field : ndarray of shape (n_up, n_across) or (n_across,)
        The predictions over two inputs, from the lower left, or over one.
    low, high : array_like of shape (n_in,)
        The corners of the grid.
    X : array_like of shape (n_samples, n_in)
        Samples.
    y : array_like of shape (n_samples,) or (n_samples, 1)
        Their targets. Over two inputs they are drawn as classes, circles and squares, where all are 0 or 1. Otherwise
        they are numbers (the labels 0, 1 and 2 too): circles below the middle of the targets, squares from there on,
        and contour lines where the prediction is a round value.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    X, y = np.asarray(X, dtype=float), np.ravel(y)
    return (_plane if field.ndim == 2 else _curve)(field, low, high, X, y, ax)


def _plane(field, low, high, X, y, ax):
    ax = axes(ax, size=(5.6, 4.2))
    are_classes = set(np.unique(y)) <= {0.0, 1.0}
    bottom, top = (0, 1) if are_classes else (min(field.min(), y.min()), max(field.max(), y.max()))
    extent = (low[0], high[0], low[1], high[1])
    image = ax.imshow(field, origin="lower", extent=extent, cmap=FIELD, vmin=bottom, vmax=top, aspect="auto")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=extent[:2], ylim=extent[2:])
    ax.figure.colorbar(image, ax=ax, label="prediction")
    (_classes if are_classes else _numbers)(ax, X, y)
    ax.legend(loc="lower center", ncols=2, bbox_to_anchor=(0.5, 1.0), frameon=False)
    grid = [np.linspace(low[i], high[i], field.shape[1 - i]) for i in (0, 1)]
    if are_classes and field.min() < 0.5 < field.max():
        ax.contour(*grid, field, levels=[0.5], colors=[BLACK], linewidths=2)
    levels = [] if are_classes else round_levels(field.min(), field.max(), least=1e-4 * np.ptp(y))
    if levels:
        lines = ax.contour(*grid, field, levels=levels, colors=[BLACK], linewidths=1, linestyles="solid", zorder=0.5)
        texts = dict(zip(levels, told_apart(levels, _level), strict=True))
        _keep_apart(ax, ax.clabel(lines, fmt=texts, fontsize=10, inline=False))
    return ax


def _classes(ax, X, y):
    for value, marker, color in CLASSES:
        ax.scatter(*X[y == value].T, marker=marker, color=color, edgecolor="white", s=55, label=f"class {value}")


def _numbers(ax, X, y):
    middle = (y.min() + y.max()) / 2
    _, text, _ = told_apart([y.min(), middle, y.max()])
    image = ax.get_images()[0]
    is_low = y < middle
    for chosen, marker, side in ((is_low, "o", "<"), (~is_low, "s", "≥")):
        if chosen.any():
            ax.scatter(
                *X[chosen].T, c=y[chosen], cmap=image.cmap, norm=image.norm, marker=marker, edgecolor=BLACK, s=45,
                label=f"y {side} {text}",
            )  # fmt: skip


def _keep_apart(ax, labels):
    """Set the labels of contour lines upright and into the Axes, and take away those that would cover another one."""
    ax.figure.draw_without_rendering()  # the layout decides how large the Axes is
    inside, to_data = ax.get_window_extent(), ax.transData.inverted()
    kept = []
    for label in labels:
        label.set(rotation=0, zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})
        box = label.get_window_extent().padded(3)
        right = max(inside.x0 - box.x0, 0) - max(box.x1 - inside.x1, 0)
        up = max(inside.y0 - box.y0, 0) - max(box.y1 - inside.y1, 0)
        x, y = ax.transData.transform(label.get_position())
        label.set_position(to_data.transform((x + right, y + up)))
        box = label.get_window_extent().padded(3)
        if any(box.overlaps(other) for other in kept):
            label.remove()
        else:
            kept.append(box)


def round_levels(low, high, *, least=0.0):
    """Return three to five round values between two numbers, for contour lines.

    Parameters
    ----------
    low, high : float
        They lie between these.
    least : float, optional
        Where `high` exceeds `low` by less there are none.

    Returns
    -------
    list of float
    """
    span = high - low
    if not span > max(least, 1e-5 * max(abs(low), abs(high))):
        return []
    power = 10.0 ** (np.floor(np.log10(span)) - 1)
    for step in (size * power for size in (50, 25, 20, 10, 5, 2.5, 2, 1)):
        first, end = np.floor(low / step + 1e-9) + 1, np.ceil(high / step - 1e-9)
        levels = [float(i * step) for i in np.arange(first, end)]
        if len(levels) >= 3:
            return levels
    return []


def _level(value, more):
    return f"{value:.{5 + more}g}".replace("-", "−")


def _curve(field, low, high, X, y, ax):
    ax = axes(ax)
    ax.scatter(X, y, color=GRAY, edgecolor="white", s=40, label="samples")
    ax.plot(np.linspace(low[0], high[0], len(field)), field, color=BLUE, linewidth=2.5, label="prediction")
    ax.set(xlabel="x", ylabel="y")
    ax.legend(frameon=False)
    return ax


def _require(network, n_in, purpose):
    if (network.sizes[0], network.sizes[-1]) != (n_in, 1):
        raise ValueError(f"{purpose}; this network has {network.sizes[0]} inputs and {network.sizes[-1]} outputs.")
