"""The one way in which a figure reaches a notebook: a PNG with a text alternative that survives every export."""

import base64
import html
import io

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["Picture", "picture"]


class Picture:
    """A finished figure and its description.

    Attributes
    ----------
    png : bytes
        The image.
    alt : str
        What it shows, in full sentences.
    width : int
        The width in CSS pixels at which it is shown.
    """

    def __init__(self, png, alt, width):
        self.png = png
        self.alt = alt
        self.width = width

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.alt}

    @property
    def html(self):
        """The image as one HTML element that needs no other file."""
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{self.width}" '
            f'style="max-width: 100%; height: auto; background: white" src="data:image/png;base64,{data}">'
        )

    def __repr__(self):
        return self.alt


def picture(figure, alt, *, dpi=160):
    """Close a figure and return it as a `Picture`, to be the last value of a cell.

    Parameters
    ----------
    figure : matplotlib.axes.Axes or matplotlib.figure.Figure
        What a function of this package returned, or a figure of your own.
    alt : str
        What the figure shows, in full sentences, for readers who do not see it.
    dpi : int, optional
        Image pixels an inch; the picture is shown at 100.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        If `figure` is neither Axes nor Figure.
    ValueError
        If `alt` is no sentence.
    """
    if isinstance(figure, Axes):
        figure = figure.figure
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is {type(figure).__name__}, Axes or a Figure was expected.")
    if not isinstance(alt, str) or len(alt.split()) < 4 or not alt.rstrip().endswith((".", "?", "!")):
        raise ValueError(f"alt is {alt!r}; say in full sentences what the figure shows.")
    buffer = io.BytesIO()
    # No software stamp: the same figure is the same file.
    figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    width = round(figure.get_figwidth() * 100)
    plt.close(figure)
    return Picture(buffer.getvalue(), alt, width)
