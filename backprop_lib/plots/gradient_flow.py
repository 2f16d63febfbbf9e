"""How large gradients are from layer to layer, beside what the theory says."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from backprop_lib.plots.palette import (
    COLORS,
    DASHES,
    GRAY,
    MARKERS,
    amounts,
    axes,
    check_number_of_curves,
    legend_beside,
    mark_zeros,
    on_log_axis,
)

__all__ = ["gradient_flow"]


def gradient_flow(layers, measured, theory=None, *, xlabel="layer", ylabel="size of the gradient", ax=None):
    """Draw a magnitude of each layer on a logarithmic axis, for one or several settings.

    Parameters
    ----------
    layers : array_like of shape (n_layers,)
        What stands on the horizontal axis, such as 1, 2, ... or the depth.
    measured : dict of str to array_like of shape (n_layers,)
        For each setting what was measured; not negative. A zero has no place on the axis: the line has a gap there,
        a hollow marker stands at the lower edge, and the legend counts them. NaN and infinity leave a gap alone, and
        are counted too.
    theory : dict of str to array_like, optional
        For some of the settings what was predicted; a thin line of the same color without markers. What was measured
        in such a setting is drawn as markers without a line.
    xlabel, ylabel : str, optional
        What the axes show.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If an array has another length than `layers` or holds a negative value, there is no layer, there is no setting
        or one too many, or `theory` has a setting that was not measured.
    """
    layers = np.asarray(layers)
    if layers.ndim != 1 or layers.size == 0:
        raise ValueError(f"layers has the shape {layers.shape}, a list with at least one layer was expected.")
    theory = theory or {}
    check_number_of_curves("measured", measured, "settings")
    unknown = [name for name in theory if name not in measured]
    if unknown:
        raise ValueError(f"theory names {unknown[0]!r}, which was not measured; there are {', '.join(measured)}.")
    measured = {name: _magnitudes(name, values, layers) for name, values in measured.items()}
    theory = {name: _magnitudes(name, values, layers) for name, values in theory.items()}
    ax = axes(ax, size=(8.4, 4.2))
    for index, (name, values) in enumerate(measured.items()):
        look = {"color": COLORS[index], "marker": MARKERS[index]}
        dash = "none" if name in theory else DASHES[index]  # a line there would hide a prediction that comes true
        label = name + _left_out(values)
        ax.plot(layers, on_log_axis(values), **look, linestyle=dash, linewidth=2.2, label=label)
        mark_zeros(ax, layers, values, **look)
        if name in theory:
            ax.plot(layers, on_log_axis(theory[name]), color=COLORS[index], linewidth=1.2, zorder=1)
    if theory:
        ax.plot([], [], color=GRAY, linewidth=1.2, label="theory (thin line)")
    ax.set_yscale("log")
    if np.issubdtype(layers.dtype, np.integer):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_beside(ax)
    return ax


def _magnitudes(name, values, layers):
    values = amounts(name, values, layers, "layers")
    if (values < 0).any():
        raise ValueError(f"the curve {name!r} holds {values.min():g}; a size of at least 0 was expected.")
    return values


def _left_out(values):
    """Return in words how many values have no place on the axis; nothing if all have one."""
    counts = {"0 in": (values == 0).sum(), "not finite in": (~np.isfinite(values)).sum()}
    found = [f"{what} {count}" for what, count in counts.items() if count]
    return f" ({', '.join(found)} of {len(values)})" if found else ""
