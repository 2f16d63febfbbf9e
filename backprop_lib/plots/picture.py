"""The one way in which a figure reaches a notebook: a PNG with a text alternative that survives every export."""

import base64
import html
import io

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from backprop_lib import validation
from backprop_lib.tables import Table

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
    table : Table or None
        The numbers that it shows.
    """

    def __init__(self, png, alt, width, table=None):
        self.png = png
        self.alt = alt
        self.width = width
        self.table = table

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    @property
    def html(self):
        """The image as an HTML element that needs no other file, and below it the folded table."""
        data = base64.b64encode(self.png).decode("ascii")
        image = (
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{self.width}" '
            f'style="max-width: 100%; height: auto; background: white" src="data:image/png;base64,{data}">'
        )
        if self.table is None:
            return image
        return f"{image}\n<details><summary>The numbers as a table</summary>\n{self.table.html}\n</details>"

    @property
    def text(self):
        """The description, and below it the table."""
        return self.alt if self.table is None else f"{self.alt}\n\n{self.table.text}"

    def __repr__(self):
        return self.text


def picture(figure, alt, table=None, *, dpi=160, colors=None):
    """Close a figure and return it as a `Picture`, to be the last value of a cell.

    Parameters
    ----------
    figure : matplotlib.axes.Axes or matplotlib.figure.Figure
        What a function of this package returned, or a figure of your own.
    alt : str
        What the figure shows, in full sentences, for readers who do not see it.
    table : Table, optional
        The numbers of the figure; see `table`. They are shown folded below it.
    dpi : int, optional
        Image pixels an inch; the picture is shown at 100.
    colors : int, optional
        From 2 to 256: at most so many colors, those that come nearest to the drawing's own. With 256 the image takes
        about a third of the bytes. All colors are kept unless it is given.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        If `figure` is neither Axes nor Figure, or `table` is no Table.
    ValueError
        If `alt` is no sentence, or `colors` is below 2 or above 256.
    """
    if isinstance(figure, Axes):
        figure = figure.figure
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is {type(figure).__name__}, Axes or a Figure was expected.")
    plt.close(figure)  # also if it is refused: a notebook would show it without its text
    if not isinstance(alt, str) or len(alt.split()) < 4 or not alt.rstrip().endswith((".", "?", "!")):
        raise ValueError(f"alt is {alt!r}; say in full sentences what the figure shows.")
    if not isinstance(table, Table | None):
        raise TypeError(f"table is {type(table).__name__}, what plots.table(rows, columns) returns was expected.")
    if colors is not None and validation.whole_number("colors", colors, at_least=2) > 256:
        raise ValueError(f"colors is {colors}; an image with a palette holds from 2 to 256.")
    buffer = io.BytesIO()
    if colors is None:
        # No software stamp: the same figure is the same file.
        figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    else:
        _with_palette(figure, dpi, colors).save(buffer, format="png")
    width = round(figure.get_figwidth() * 100)
    return Picture(buffer.getvalue(), alt, width, table)


def _with_palette(figure, dpi, colors):
    """Draw a figure as an image of at most so many colors."""
    pixels = io.BytesIO()
    figure.savefig(pixels, format="rgba", dpi=dpi, facecolor="white")
    size = tuple(int(inches * dpi) for inches in figure.get_size_inches())
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    return image.quantize(colors, method=Image.Quantize.MEDIANCUT)
