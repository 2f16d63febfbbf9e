"""The error of a numerical gradient against its step: the curve with a valley."""

import numpy as np

from backprop_lib.plots.palette import BLACK, COLORS, DASHES, GRAY, MARKERS, axes, mark_zeros

__all__ = ["error_curve"]


def error_curve(steps, errors, *, marks=None, slopes=(), xlabel="step h", ylabel="relative error", ax=None):
    """Draw errors against steps, both on logarithmic axes.

    Parameters
    ----------
    steps : array_like of shape (n_steps,)
        The steps h.
    errors : array_like of shape (n_steps,) or dict of str to array_like
        One curve, or several by their names. An error of exactly 0 has no place on the axis: the curve has
        a gap there, and a hollow marker stands at the lower edge.
    marks : dict of float to str, optional
        Steps to be marked by a vertical line, with what is written at its top.
    slopes : sequence of tuple, optional
        Guide lines (exponent, step, error, text): error grows as h to the power of the exponent. The text stands at
        the point (step, error); choose it beside the curve.
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
        If a curve has another length than `steps`, or a step is not positive.
    """
    steps = np.asarray(steps, dtype=float)
    if not (steps > 0).all():
        raise ValueError("steps must be positive: they stand on a logarithmic axis.")
    curves = errors if isinstance(errors, dict) else {"": errors}
    if len(curves) > len(COLORS):
        raise ValueError(f"errors holds {len(curves)} curves, at most {len(COLORS)} can be told apart.")
    for name, values in curves.items():
        if np.shape(values) != steps.shape:
            raise ValueError(f"the curve {name!r} has {np.size(values)} errors, there are {steps.size} steps.")
    ax = axes(ax, size=(8.4, 4.4))
    for index, (name, values) in enumerate(curves.items()):
        values = np.abs(np.asarray(values, dtype=float))
        look = {"color": COLORS[index], "marker": MARKERS[index]}
        shown = np.where(values > 0, values, np.nan)
        ax.plot(steps, shown, **look, linestyle=DASHES[index], linewidth=2, label=name)
        mark_zeros(ax, steps, values, **look)
    ax.set_xscale("log")
    ax.set_yscale("log")
    for exponent, step, error, text in slopes:
        ends = np.array([step / 30, step * 30])
        ax.plot(ends, error * (ends / step) ** exponent, color=GRAY, linewidth=1, zorder=1)
        ax.annotate(
            text, (step, error), ha="center", va="center", color=GRAY, fontsize=11, zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    for step, text in (marks or {}).items():
        ax.axvline(step, color=BLACK, linestyle=":", linewidth=1.5, zorder=1)
        ax.annotate(
            text, (step, 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="center", va="bottom", color=BLACK, fontsize=11,
        )  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if isinstance(errors, dict):
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return ax
