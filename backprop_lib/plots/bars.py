"""A few amounts as horizontal bars, each with its number."""

import numpy as np

from backprop_lib.numerals import is_number, number
from backprop_lib.plots.palette import BLACK, BLUE, axes

__all__ = ["bars"]


def bars(values, *, xlabel="", log=False, decimals=4, ax=None):
    """Draw amounts as bars, from top to bottom, and write each number at the end of its bar.

    Parameters
    ----------
    values : dict of str to float
        What is compared, and how much it is; not negative.
    xlabel : str, optional
        What is counted.
    log : bool, optional
        Whether the axis is logarithmic; it starts at 1, or at a power of ten below the smallest amount.
    decimals : int, optional
        Numbers are rounded to so many decimals.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `values` is no dict, or one of them is no number.
    ValueError
        If there is no value, one is negative or not finite, or one is 0 on a logarithmic axis.
    """
    if not isinstance(values, dict):
        raise TypeError(f"values is {values!r}, names with their amounts were expected, such as {{'forward': 12}}.")
    if not values:
        raise ValueError("values is empty; there is nothing to draw.")
    for name, value in values.items():
        if not is_number(value):
            raise TypeError(f"{name!r} is {value!r} ({type(value).__name__}), a number was expected.")
        if not 0 <= value < float("inf") or (log and value == 0):
            wanted = "above 0" if log else "of at least 0"
            raise ValueError(f"{name!r} is {value}; on this axis a finite amount {wanted} was expected.")
    ax = axes(ax, size=(7.0, 0.8 + 0.45 * len(values)))
    drawn = ax.barh(list(values), list(values.values()), color=BLUE, height=0.6)
    ax.bar_label(drawn, [number(value, decimals) for value in values.values()], padding=5, fontsize=11, color=BLACK)
    ax.invert_yaxis()
    ax.set(xlabel=xlabel)
    ax.margins(x=0.15)
    if log:
        ax.set_xscale("log")
        ax.set_xlim(left=min(1.0, 10.0 ** np.floor(np.log10(min(values.values())) - 1)))
    return ax
