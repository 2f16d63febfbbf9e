"""The error of a numerical gradient against its step: the curve with a valley."""

import numpy as np

from backprop_lib import validation
from backprop_lib.plots.palette import (
    BLACK,
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

__all__ = ["error_curve"]

NOTHING = (1e-16, 1.0)
"""The errors that the axis shows if none of those given has a place on it."""


def error_curve(steps, errors, *, marks=None, slopes=(), xlabel="step h", ylabel="relative error", ax=None):
    """Draw errors against steps, both on logarithmic axes.

    Parameters
    ----------
    steps : array_like of shape (n_steps,)
        The steps h.
    errors : array_like of shape (n_steps,) or dict of str to array_like
        One curve, or up to seven by their names. An error of exactly 0 has no place on the axis: the curve has
        a gap there, and a hollow marker stands at the lower edge. One that is NaN or infinite leaves a gap alone, and
        the legend counts them.
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
    TypeError, ValueError
        If there is no step or no curve, or one curve too many; if a curve has another length than `steps`; or if a
        step, also one of `marks` or `slopes`, is not positive.
    """
    steps = validation.float_array("steps", steps)
    if steps.ndim != 1 or steps.size == 0:
        raise ValueError(f"steps has the shape {steps.shape}, a list with at least one step was expected.")
    if not (steps > 0).all():
        raise ValueError(f"steps must be positive, they stand on a logarithmic axis; there is {steps.min():g}.")
    for step in marks or {}:
        validation.positive("a step in marks", step)
    for _, step, error, _ in slopes:
        validation.positive("the step of a slope", step)
        validation.positive("the error of a slope", error)
    curves = errors if isinstance(errors, dict) else {"": errors}
    check_number_of_curves("errors", curves, "curves")
    curves = {name: np.abs(amounts(name, values, steps, "steps")) for name, values in curves.items()}
    ax = axes(ax, size=(8.4, 4.4))
    for index, (name, values) in enumerate(curves.items()):
        look = {"color": COLORS[index], "marker": MARKERS[index]}
        lost = (~np.isfinite(values)).sum()
        label = f"{name} (not finite in {lost} of {len(values)})" if lost else name
        ax.plot(steps, on_log_axis(values), **look, linestyle=DASHES[index], linewidth=2, label=label)
        mark_zeros(ax, steps, values, **look)
    if np.isnan([on_log_axis(values) for values in curves.values()]).all():
        ax.set(xlim=(steps.min() / 2, 2 * steps.max()), ylim=NOTHING)
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
        legend_beside(ax)
    return ax
