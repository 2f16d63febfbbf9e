"""The convention card as one printable page: the section of chapter 00, and nothing typed a second time."""

from pathlib import Path

from markdown_it import MarkdownIt

__all__ = ["card_page", "write_card"]

HEADING = "## The convention card"

STYLE = """
@page { size: A4 landscape; margin: 9mm; }
body { font: 9.2pt/1.28 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; color: #1a1a1a; background: white;
  max-width: 277mm; margin: 0 auto; }
h1 { font-size: 13pt; margin: 0 0 1mm; }
p { margin: 0 0 1.2mm; }
code { font-family: "DejaVu Sans Mono", Consolas, monospace; font-size: 0.92em; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2mm; }
th, td { text-align: left; vertical-align: top; padding: 0.45mm 1.6mm; border: 0.2mm solid #8a8a8a; }
th { background: #ececec; }
@media screen { body { padding: 6mm; } div { overflow-x: auto; } }
@media print { body { font-size: 7.1pt; } h1 { font-size: 11pt; } }
""".strip()


def card_page(chapter):
    """Return the convention card as a page of HTML that needs no other file.

    Parameters
    ----------
    chapter : path
        The Markdown source of chapter 00.

    Returns
    -------
    str
        Its section "The convention card", laid out for one sheet of A4: the three tables, the paragraph right before
        the first of them, and all paragraphs after it. What stands further up in the section, which is about the card
        itself, is left out.

    Raises
    ------
    ValueError
        If the chapter has no such section, or the section does not hold the three tables, a paragraph before the first
        and one after it.
    """
    text = Path(chapter).read_text(encoding="utf-8")
    if HEADING not in text:
        raise ValueError(f"{chapter} has no section {HEADING!r}, from which the card is made.")
    section = text.split(HEADING)[1].split("\n## ")[0]
    blocks = [block for block in section.strip().split("\n\n") if block.strip()]
    render = MarkdownIt("commonmark").enable("table").render
    tables = [render(block) for block in blocks if block.startswith("|")]
    if len(tables) != 3:
        raise ValueError(
            f"the section {HEADING!r} of {chapter} holds {len(tables)} tables, three were expected: "
            f"names, rules, translations."
        )
    first_table = next(i for i, block in enumerate(blocks) if block.startswith("|"))
    prose = [block for block in blocks[first_table:] if not block.startswith("|")]
    if first_table == 0 or not prose:
        where = "before its first table" if first_table == 0 else "after its first table"
        raise ValueError(f"the section {HEADING!r} of {chapter} has no paragraph {where}, where one was expected.")
    definitions = render(blocks[first_table - 1])
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>The convention card of the backpropagation course</title>\n<style>\n{STYLE}\n</style>",
            "</head>\n<body>\n<main>\n<h1>The convention card</h1>",
            definitions.strip(),
            *(f"<div>{table}</div>" for table in tables[:2]),
            render(prose[0]).strip(),
            f"<div>{tables[2]}</div>",
            render("\n\n".join(prose[1:])).strip(),
            "</main>\n</body>\n</html>\n",
        ]
    )


def write_card(folder):
    """Write the card of the course in `folder` to docs/convention_card.html; say whether it changed."""
    folder = Path(folder)
    target = folder / "docs" / "convention_card.html"
    page = card_page(folder / "chapters" / "00_start_here.md")
    if target.exists() and target.read_text(encoding="utf-8") == page:
        return False
    target.parent.mkdir(exist_ok=True)
    target.write_text(page, encoding="utf-8", newline="\n")
    return True
