"""What a check answers: plain facts, and the same facts as text for a terminal and as HTML for a notebook."""

import html
import re
from dataclasses import dataclass, field

from backprop_lib import tables

__all__ = ["NOT_ATTEMPTED", "NOT_YET_RIGHT", "RIGHT", "Section", "Verdict"]

HYPHEN_OF_A_NUMBER = re.compile(r"(?<![\w.])-(?=\d)")

NOT_ATTEMPTED, NOT_YET_RIGHT, RIGHT = "not attempted", "not yet right", "right"


@dataclass(frozen=True)
class Section:
    """A part of a verdict.

    Attributes
    ----------
    heading : str
        A few words.
    sentences : tuple of str
        What there is to say; code stands between backticks.
    columns, rows, caption : tuple, tuple and str
        A table, if there is one.
    link : tuple of (str, str) or None
        The words and the file of the chapter where to read on.
    """

    heading: str
    sentences: tuple
    columns: tuple = ()
    rows: tuple = ()
    caption: str = ""
    link: tuple | None = None


@dataclass(frozen=True, repr=False)
class Verdict:
    """The outcome of a check. As the last value of a cell it shows itself.

    Attributes
    ----------
    exercise : str
        The name of the exercise.
    status : str
        "not attempted", "not yet right" or "right".
    points, out_of : int
        What the answer earns, and what a right one is worth.
    sentences : tuple of str
        The outcome in words.
    sections : tuple of Section
        What was found.
    mistakes : tuple of str
        The names of the known mistakes that were recognized; several where they come to the same numbers.
    seed : int or None
        The seed of the inputs; ``check(..., seed=...)`` draws the same ones.
    """

    exercise: str
    status: str
    points: int
    out_of: int
    sentences: tuple
    sections: tuple = ()
    mistakes: tuple = ()
    seed: int | None = field(default=None, compare=False)

    @property
    def right(self):
        """Whether the answer is right."""
        return self.status == RIGHT

    @property
    def heading(self):
        """The name, the status and the points in one line."""
        return f"{self.exercise}: {self.status}, {self.points} of {self.out_of} points"

    @property
    def text(self):
        """The verdict as lines of plain text."""
        parts = [self.heading, *self.sentences]
        for section in self.sections:
            parts += ["", section.heading, "-" * len(section.heading), *section.sentences]
            if section.rows:
                parts += ["", _table(section).text]
            if section.link:
                parts += [f"Read: {section.link[0]} (chapters/{section.link[1]}.ipynb)"]
        return "\n".join(parts)

    @property
    def html(self):
        """The verdict as HTML with headings."""
        parts = ["<section>", f"<h3>{_marked(self.heading)}</h3>", *map(_paragraph, self.sentences)]
        for section in self.sections:
            parts += [f"<h4>{_marked(section.heading)}</h4>", *map(_paragraph, section.sentences)]
            if section.rows:
                parts.append(_table(section).html)
            if section.link:
                words, chapter = section.link
                link = f'<a href="../chapters/{html.escape(chapter)}.ipynb">{html.escape(words)}</a>'
                parts.append(f"<p>Read: {link}</p>")
        return "\n".join([*parts, "</section>"])

    def _ipython_display_(self):
        """Show the verdict and leave the cell without a value: nbgrader takes the value of a check for the points."""
        from IPython.display import display

        display({"text/html": self.html, "text/plain": self.text}, raw=True)

    def __repr__(self):
        return self.text


def _table(section):
    return tables.table(section.rows, section.columns, section.caption or None, decimals=6)


def _paragraph(sentence):
    return f"<p>{_marked(sentence)}</p>"


def _marked(sentence):
    """Escape a sentence; what stands between backticks is code, and elsewhere a number has a minus sign."""
    pieces = html.escape(sentence, quote=False).split("`")
    return "".join(
        f"<code>{piece}</code>" if i % 2 else HYPHEN_OF_A_NUMBER.sub("−", piece) for i, piece in enumerate(pieces)
    )
