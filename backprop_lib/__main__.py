"""The command line: `backprop lab` opens the course; the other commands are for its authors.

`backprop notebooks` brings the notebooks up to date, `backprop card` the printable convention card, and
`backprop new-chapter` writes a chapter from the pattern.
"""

import argparse
import os
import sys
from pathlib import Path

START = "chapters/00_start_here.ipynb"

JUPYTER_CONFIG = Path(__file__).resolve().parent / "jupyter"
"""Defaults for JupyterLab: no question about news over the first page, no look for updates."""


def main(arguments=None):
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="backprop", description="The backpropagation course.")
    commands = parser.add_subparsers(required=True, metavar="command")
    lab = commands.add_parser(
        "lab",
        help="open the course in JupyterLab",
        description=f"Open {START} in JupyterLab. Other options, such as --no-browser, are passed on to JupyterLab.",
    )
    lab.set_defaults(run=_lab)
    notebooks = commands.add_parser(
        "notebooks",
        help="execute the notebooks again and bring each pair up to date",
        description="Execute the chapters, the solutions and the authoring guide from fresh kernels; write the "
        "notebooks whose cells or results changed, and the exercises that the solutions make.",
    )
    notebooks.add_argument("sources", nargs="*", type=Path, help="Markdown files; all of them unless given")
    notebooks.set_defaults(run=_notebooks)
    card = commands.add_parser(
        "card",
        help="write the convention card of chapter 00 as a page to print",
        description="Write docs/convention_card.html from the section of chapter 00, for one sheet of A4.",
    )
    card.set_defaults(run=_card)
    chapter = commands.add_parser(
        "new-chapter",
        help="write a new chapter from the pattern",
        description="Write chapters/NN_title.md with the next free number, and build its notebook.",
    )
    chapter.add_argument("title", help='the title, as in: backprop new-chapter "Momentum"')
    chapter.set_defaults(run=_new_chapter)
    options, passed_on = parser.parse_known_args(arguments)
    if passed_on and options.run is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(passed_on)}")
    options.passed_on = passed_on
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        named = isinstance(error, OSError) and error.filename is not None
        sys.exit(f"backprop: {f'{error.filename}: {error.strerror}' if named else error}")


def _course_folder():
    """Return the folder that holds the chapters: this one, one above it, or the clone the package runs from."""
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[1]):
        if (folder / START).exists():
            return folder
    sys.exit(
        f"backprop: {START} was found neither in {here} nor above it. "
        f"Change into the folder of the course, the one with README.md, and try again."
    )


def _lab(options):
    folder = _course_folder()
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [before, str(JUPYTER_CONFIG)]))
    import matplotlib.font_manager  # noqa: F401 - builds its cache here, not in the output of the first picture
    from jupyterlab.labapp import main as jupyterlab

    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{START}",
        *options.passed_on,
    ]
    return jupyterlab(arguments)


def _notebooks(options):
    from nbclient.exceptions import CellExecutionError

    from backprop_lib.authoring import pairing

    for path in options.sources or _all_sources(_course_folder()):
        if path.suffix == ".ipynb":
            raise ValueError(f"{path} is made, not read; name its source, {path.with_suffix('.md')}.")
        if path.resolve().parent.name == "exercises":
            raise ValueError(f"{path} is made from its solution; name {Path('solutions') / path.name}.")
        try:
            written = pairing.build(path)
            if path.resolve().parent.name == "solutions":
                from backprop_lib.authoring.exercises import generate

                written = generate(path, path.resolve().parents[1] / "exercises") or written
        except CellExecutionError as error:
            sys.exit(f"{error}\nbackprop: a cell of {path} failed; its notebook was left as it was.")
        print(f"{path.name}: {'written' if written else 'unchanged'}")
    return 0


def _all_sources(folder):
    from backprop_lib.authoring import pairing

    written_by_hand = [path for name in ("chapters", "solutions") for path in pairing.sources(folder / name)]
    return [*written_by_hand, folder / "docs" / "authoring_guide.md"]


def _card(options):
    from backprop_lib.authoring.card import write_card

    print(f"docs/convention_card.html: {'written' if write_card(_course_folder()) else 'unchanged'}")
    return 0


def _new_chapter(options):
    from nbclient.exceptions import CellExecutionError

    from backprop_lib.authoring.new_chapter import new_chapter

    try:
        path = new_chapter(_course_folder() / "chapters", options.title)
    except CellExecutionError as error:
        sys.exit(f"{error}\nbackprop: a cell of the pattern failed; no chapter was written.")
    print(f"{path.name} and its notebook are written. Edit the Markdown, then: backprop notebooks chapters/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
