"""A table of numbers and words that is read aloud correctly as HTML and stands in columns as plain text."""

import html
from collections.abc import Iterable

from backprop_lib.numerals import is_number, number, places_needed

__all__ = ["Marked", "Table", "table"]

MISSING = "–"


class Marked(str):
    """The words of a cell or a heading that are marked up where the table is HTML.

    Attributes
    ----------
    html : str
        The same words as HTML, escaped.
    """

    def __new__(cls, text, html):
        """Take the words plain and as HTML."""
        self = super().__new__(cls, text)
        self.html = html
        return self


class Table:
    """Rows under named columns, to be the last value of a cell or the companion of a picture.

    Attributes
    ----------
    columns : list of str
        The headings.
    rows : list of list
        The values, as they were given.
    caption : str or None
        What the table shows.
    row_headers : bool
        Whether the first column names its rows.
    decimals : int
        Numbers are rounded to so many decimals.
    caption_below : bool
        Whether the caption stands below the rows.
    """

    def __init__(self, columns, rows, caption, row_headers, decimals, caption_below):
        self.columns = columns
        self.rows = rows
        self.caption = caption
        self.row_headers = row_headers
        self.decimals = decimals
        self.caption_below = caption_below

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    @property
    def html(self):
        """The table as one HTML element: a caption, headings with their scope, numbers to the right."""
        sides = ["right" if right else "left" for right in self._numeric()]
        lines = ["<table>"]
        if self.caption:
            below = ' style="text-align: left; caption-side: bottom"' if self.caption_below else ""
            lines.append(f"<caption{below}>{html.escape(self.caption, quote=False)}</caption>")
        cells = [_cell("th", name, side, "col") for name, side in zip(self.columns, sides, strict=True)]
        lines.append(f"<thead><tr>{''.join(cells)}</tr></thead>")
        lines.append("<tbody>")
        for row in self._written("−"):
            cells = [_cell("td", text, side) for text, side in zip(row, sides, strict=True)]
            if self.row_headers:
                cells[0] = _cell("th", row[0], sides[0], "row")
            lines.append(f"<tr>{''.join(cells)}</tr>")
        lines += ["</tbody>", "</table>"]
        return "\n".join(lines)

    @property
    def text(self):
        """The table as lines of plain text: the headings, a rule, the rows, and above or below them the caption."""
        rows = [self.columns, *self._written("-")]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.columns))]
        numeric = self._numeric()
        lines = [
            "  ".join(
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(row, widths, numeric, strict=True)
            ).rstrip()
            for row in rows
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        if self.caption:
            lines.insert(len(lines) if self.caption_below else 0, self.caption)
        return "\n".join(lines)

    def __repr__(self):
        return self.text

    def _numeric(self):
        """Say for each column whether all it holds are numbers."""
        columns = zip(*self.rows, strict=True) if self.rows else [[] for _ in self.columns]
        return [
            any(map(is_number, column)) and all(is_number(value) or value is None for value in column)
            for column in columns
        ]

    def _written(self, minus):
        columns = []
        for column in zip(*self.rows, strict=True):
            places = places_needed(column, self.decimals)
            columns.append([_text(value, self.decimals, places, minus) for value in column])
        return [list(row) for row in zip(*columns, strict=True)]


def table(rows, columns, caption=None, *, row_headers=True, decimals=4, caption_below=False):
    """Make a table.

    Parameters
    ----------
    rows : sequence of sequences
        Words and numbers, one for each column; None leaves a dash. An array of two dimensions is fine.
    columns : sequence of str
        The headings.
    caption : str, optional
        What the table shows.
    row_headers : bool, optional
        Whether the first column names its rows.
    decimals : int, optional
        Numbers are rounded to so many decimals. A column shows no more of them than its longest number needs, all
        numbers of a column the same. Integers stay integers.
    caption_below : bool, optional
        Whether the caption stands below the rows, as a summary does.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If a row has another number of values than there are columns, a row is no list, or there is no column.

    Examples
    --------
    >>> table([["W", 0.5, -1.25], ["b", 1.0, 0.0]], columns=["parameter", "value", "gradient"])
    parameter  value  gradient
    ---------  -----  --------
    W            0.5     -1.25
    b            1.0      0.00
    """
    if isinstance(columns, str):
        raise ValueError(f"columns is {columns!r}; a list of names was expected.")
    columns = [_words(name) for name in columns]
    if not columns:
        raise ValueError("columns is empty; a table has at least one column.")
    rows = list(rows)
    for index, row in enumerate(rows):
        if isinstance(row, str) or not isinstance(row, Iterable):
            raise ValueError(f"row {index} of the table is {row!r}; a list with a value for each column was expected.")
        rows[index] = list(row)
        count = len(rows[index])
        if count != len(columns):
            raise ValueError(
                f"row {index} of the table has {count} values, {len(columns)} were expected: {', '.join(columns)}."
            )
    return Table(columns, rows, caption, row_headers, decimals, caption_below)


def _text(value, decimals, places, minus):
    if value is None:
        return MISSING
    if not is_number(value):
        return _words(value)
    return number(value, decimals, places=places, minus=minus)


def _words(value):
    return value if isinstance(value, Marked) else str(value)


def _cell(tag, text, side, scope=None):
    scope = f' scope="{scope}"' if scope else ""
    inner = text.html if isinstance(text, Marked) else html.escape(text, quote=False)
    return f'<{tag}{scope} style="text-align: {side}">{inner}</{tag}>'
