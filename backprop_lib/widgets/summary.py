"""What is drawn of a network that is too large to be drawn whole: some units of each layer, and some of the layers."""

import numpy as np

from backprop_lib.plots.palette import BLUE, panels

__all__ = ["drawn_layers", "drawn_units", "fits", "layers_as_dots", "sizes_in_words"]

MOST_UNITS = 8
MOST_COLUMNS = 5


def drawn_units(count, most=MOST_UNITS):
    """Return which units of a layer are drawn: all of them, or the first few and the last one.

    Parameters
    ----------
    count : int
        How many units the layer has.
    most : int, optional
        So many have room; one place is for the dots.

    Returns
    -------
    list of int
    """
    return list(range(count)) if count <= most else [*range(most - 2), count - 1]


def drawn_layers(last, around=None):
    """Return which layers are drawn: all of them, or some at both ends, or the two ends and those around one layer.

    Parameters
    ----------
    last : int
        The last layer; layer 0 is the input.
    around : int, optional
        The layer that is looked at; it is among them, with its neighbors.

    Returns
    -------
    list of int
        At most five; where numbers are missing, layers are left out.
    """
    if last < MOST_COLUMNS:
        return list(range(last + 1))
    if around is None:
        return [*range(MOST_COLUMNS - 2), last - 1, last]
    near = sorted(range(1, last), key=lambda layer: abs(layer - around))
    return [0, *sorted(near[: MOST_COLUMNS - 2]), last]


def sizes_in_words(sizes):
    """Return the sizes of a network in one word, "2-3-2"; of a deep one the first, the last and how many.

    Parameters
    ----------
    sizes : sequence of int
        The units of each layer, the inputs first.

    Returns
    -------
    str
    """
    if len(sizes) <= 2 * MOST_COLUMNS:
        return "-".join(map(str, sizes))
    first = "-".join(map(str, sizes[: MOST_COLUMNS - 2]))
    return f"{first}-…-{sizes[-1]} ({len(sizes) - 1} layers)"


def fits(sizes):
    """Say whether a network of these sizes can be drawn whole."""
    return max(sizes) <= MOST_UNITS and len(sizes) <= MOST_COLUMNS + 1


def layers_as_dots(**parts):
    """Draw the numbers of each layer as a column of dots, for a network that cannot be drawn whole.

    Parameters
    ----------
    **parts : dict of int to ndarray
        Under what the numbers are called, those of each layer.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = panels(len(parts), size=(4.5 * len(parts), 3.2))
    for ax, (name, layers) in zip(axes, parts.items(), strict=True):
        for layer, numbers in layers.items():
            numbers = np.ravel(numbers)
            ax.plot(np.full(numbers.size, layer), numbers, "o", color=BLUE, markersize=4, alpha=0.6)
        ax.set(xlabel="layer", ylabel=name)
        ax.xaxis.get_major_locator().set_params(integer=True)
    return figure
