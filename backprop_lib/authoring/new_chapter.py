"""A new chapter from the pattern: the next number, a file name made from the title, and a first notebook."""

import re
import unicodedata
from importlib import resources
from pathlib import Path

from backprop_lib.authoring import pairing

__all__ = ["new_chapter"]

PATTERN = resources.files("backprop_lib.authoring") / "chapter_pattern.md"


def new_chapter(folder, title):
    """Write the Markdown source of a new chapter and build its notebook.

    Parameters
    ----------
    folder : path
        The folder of the chapters.
    title : str
        The title as it stands in the heading, without "Chapter NN:". Line breaks in it become spaces, and accents are
        left out of the file's name.

    Returns
    -------
    pathlib.Path
        The Markdown file; its notebook lies beside it.

    Raises
    ------
    ValueError
        If the title holds no letter, or names a chapter that exists.
    FileNotFoundError
        If there is no such folder.
    nbclient.exceptions.CellExecutionError
        If a cell of the pattern raises; as with any other error, no chapter is left behind.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; the folder of the chapters was expected.")
    title = " ".join(title.split())
    apart = unicodedata.normalize("NFKD", title.casefold())  # ü is u and its dots
    slug = "_".join(re.findall(r"[a-z0-9]+", "".join(letter for letter in apart if not unicodedata.combining(letter))))
    if not re.search("[a-z]", slug):
        raise ValueError(f"the title is {title!r}; a chapter needs a title with letters in it, such as 'Momentum'.")
    existing = pairing.sources(folder)
    for path in existing:
        if path.stem[3:] == slug:
            raise ValueError(f"{path.name} exists already. Take another title, or edit that file.")
    number = f"{max((int(path.stem[:2]) for path in existing), default=-1) + 1:02d}"
    target = Path(folder) / f"{number}_{slug}.md"
    text = PATTERN.read_text(encoding="utf-8")
    for mark, value in (("{number}", number), ("{title}", title)):
        text = text.replace(mark, value)
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
        pairing.build(target)
    except BaseException:  # Ctrl-C as well: half a chapter would stand in the way of the next try
        for path in (target, target.with_suffix(".ipynb")):
            path.unlink(missing_ok=True)
        raise
    return target
