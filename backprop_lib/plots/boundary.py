"""What a network has learned, drawn over its inputs: regions for two inputs, a curve for one."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

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
        Their classes, 0 (circles) or 1 (squares).
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
        Their targets; where all are 0 or 1 they are drawn as classes, circles and squares.
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
    if are_classes and field.min() < 0.5 < field.max():
        across, up = (np.linspace(low[i], high[i], field.shape[1 - i]) for i in (0, 1))
        ax.contour(across, up, field, levels=[0.5], colors=[BLACK], linewidths=2)
    for value, marker, color in CLASSES if are_classes else ():
        chosen = X[y == value].T
        ax.scatter(*chosen, marker=marker, color=color, edgecolor="white", s=55, label=f"class {value}")
    if are_classes:
        ax.legend(loc="lower center", ncols=2, bbox_to_anchor=(0.5, 1.0), frameon=False)
    else:
        ax.scatter(*X.T, c=y, cmap=FIELD, vmin=bottom, vmax=top, edgecolor=BLACK, s=55)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=extent[:2], ylim=extent[2:])
    ax.figure.colorbar(image, ax=ax, label="prediction")
    return ax


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
