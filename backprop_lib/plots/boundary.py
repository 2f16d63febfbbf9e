"""What a network has learned, drawn over its inputs: regions for two classes, a curve for regression."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from backprop_lib.plots.palette import BLACK, BLUE, GREY, ORANGE, axes

__all__ = ["decision_boundary", "fitted_curve"]

# From a light orange (class 0) over white (undecided) to a light blue (class 1): dark points stay readable on it.
FIELD = LinearSegmentedColormap.from_list("field", ["#F4B183", "#FFFFFF", "#8DBFE0"])


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
    ax = axes(ax, size=(5.6, 4.2))
    X, labels = np.asarray(X, dtype=float), np.ravel(y)
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    across, up = np.linspace(low[0], high[0], resolution), np.linspace(low[1], high[1], resolution)
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(across, up)])
    field = network.predict(grid).reshape(resolution, resolution)
    image = ax.imshow(
        field, origin="lower", extent=(low[0], high[0], low[1], high[1]), cmap=FIELD, vmin=0, vmax=1, aspect="auto"
    )
    if field.min() < 0.5 < field.max():
        ax.contour(across, up, field, levels=[0.5], colors=[BLACK], linewidths=2)
    for value, marker, color in ((0, "o", ORANGE), (1, "s", BLUE)):
        chosen = X[labels == value].T
        ax.scatter(*chosen, marker=marker, color=color, edgecolor="white", s=55, label=f"class {value}")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.figure.colorbar(image, ax=ax, label="prediction")
    ax.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.14), frameon=False)
    return ax


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
    ax = axes(ax)
    X = np.asarray(X, dtype=float)
    grid = np.linspace(X.min() - margin, X.max() + margin, 300)[:, np.newaxis]
    ax.scatter(X, y, color=GREY, edgecolor="white", s=40, label="samples")
    ax.plot(grid, network.predict(grid), color=BLUE, linewidth=2.5, label="prediction")
    ax.set(xlabel="x", ylabel="y")
    ax.legend(frameon=False)
    return ax


def _require(network, n_in, purpose):
    if (network.sizes[0], network.sizes[-1]) != (n_in, 1):
        raise ValueError(f"{purpose}; this network has {network.sizes[0]} inputs and {network.sizes[-1]} outputs.")
