"""How large gradients are from layer to layer, beside what the theory says."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from backprop_lib.plots.palette import COLORS, DASHES, GRAY, MARKERS, axes, mark_zeros

__all__ = ["gradient_flow"]


def gradient_flow(layers, measured, theory=None, *, xlabel="layer", ylabel="size of the gradient", ax=None):
    """Draw a magnitude of each layer on a logarithmic axis, for one or several settings.

    Parameters
    ----------
    layers : array_like of shape (n_layers,)
        What stands on the horizontal axis, such as 1, 2, ... or the depth.
    measured : dict of str to array_like of shape (n_layers,)
        For each setting what was measured. A zero has no place on the axis: the line has a gap there, a hollow marker
        stands at the lower edge, and the legend counts them.
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
    ValueError
        If an array has another length than `layers`, there is no setting or one too many, or `theory` has a setting
        that was not measured.
    """
    layers = np.asarray(layers)
    theory = theory or {}
    if not 1 <= len(measured) <= len(COLORS):
        raise ValueError(f"measured holds {len(measured)} settings, 1 to {len(COLORS)} can be told apart.")
    unknown = [name for name in theory if name not in measured]
    if unknown:
        raise ValueError(f"theory names {unknown[0]!r}, which was not measured; there are {', '.join(measured)}.")
    for name, values in [*measured.items(), *theory.items()]:
        if np.shape(values) != layers.shape:
            raise ValueError(f"{name!r} has {np.size(values)} values, there are {layers.size} layers.")
    ax = axes(ax, size=(8.4, 4.2))
    for index, (name, values) in enumerate(measured.items()):
        look = {"color": COLORS[index], "marker": MARKERS[index]}
        values = np.asarray(values, dtype=float)
        zero = values == 0
        label = f"{name} (0 in {zero.sum()} of {len(values)})" if zero.any() else name
        shown = np.where(values > 0, values, np.nan)
        dash = "none" if name in theory else DASHES[index]  # a line there would hide a prediction that comes true
        ax.plot(layers, shown, **look, linestyle=dash, linewidth=2.2, label=label)
        mark_zeros(ax, layers, values, **look)
        if name in theory:
            predicted = np.asarray(theory[name], dtype=float)
            ax.plot(layers, np.where(predicted > 0, predicted, np.nan), color=COLORS[index], linewidth=1.2, zorder=1)
    if theory:
        ax.plot([], [], color=GRAY, linewidth=1.2, label="theory (thin line)")
    ax.set_yscale("log")
    if np.issubdtype(layers.dtype, np.integer):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return ax
