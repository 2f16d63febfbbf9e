"""The table of chapters/sources.md: every section of the two texts and every slip of theirs, and places that exist."""

import re

import pytest
from repository import ROOT

CHAPTERS = ROOT / "chapters"
TABLE = (CHAPTERS / "sources.md").read_text(encoding="utf-8")

# The sections of the two texts, as they are headed there.
FIRST = (
    *("Introduction", "1 The Chain Rule Foundation", "2 Forward Propagation Recap"),
    *("3.1 Output Layer", "3.2 Hidden Layers", "3.3 Gradient Calculation"),
    *("4 Backpropagation Algorithm", "5 Implementation in Code"),
    *("6.1 Output Layer (Last Layer)", "6.2 Hidden Layers", "6.3 Parameter Updates"),
    *("7 Visual Representation of Backpropagation", "8 Summary of Backpropagation Flow"),
)
SECOND = (
    *("Introduction", "1 Understanding the Loss Function", "2 Gradient Descent", "2 Chain Rule"),
    *("3 Step 1", "3 Step 2", "3 Step 3", "4 Implementation of Backpropagation", "5 Summary"),
)
SLIPS = 20


def rows(heading, text=TABLE):
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def in_order_once(names):
    return [name for i, name in enumerate(names) if name not in names[:i]]


def test_every_section_of_both_texts_has_its_rows():
    assert in_order_once([row[0] for row in rows("The first text")]) == list(FIRST)
    assert in_order_once([row[0] for row in rows("The second text")]) == list(SECOND)


def test_every_slip_has_its_row():
    numbers = [int(row[0].split(".")[0]) for row in rows("What the two texts get wrong, and where it is put right")]
    assert numbers == list(range(1, SLIPS + 1))


def place_problem(row):
    """Return why the place that a row names does not exist, or None."""
    number, link = re.fullmatch(r"\[(\d\d)\]\((\d\d_\w+)\.ipynb\)", row[2]).groups()
    source = CHAPTERS / f"{link}.md"
    if not link.startswith(number) or not source.exists() or not source.with_suffix(".ipynb").exists():
        return f"{row[2]} leads nowhere"
    if not re.search(rf"^#+ {re.escape(row[3])}$", source.read_text(encoding="utf-8"), flags=re.M):
        return f"{source.name} has no section {row[3]!r}"
    return None


ALL = [row for heading in re.findall(r"^## (.+)$", TABLE, flags=re.M) for row in rows(heading)]


@pytest.mark.parametrize("row", ALL, ids=lambda row: row[0][:40])
def test_the_place_exists(row):
    assert len(row) == 4
    assert place_problem(row) is None


def test_a_place_that_does_not_exist_is_noticed():
    row = list(ALL[0])
    assert "no section" in place_problem([*row[:3], "Where this course ends"])
    assert "leads nowhere" in place_problem([*row[:2], "[00](11_start_here.ipynb)", row[3]])


def test_a_missing_row_is_noticed():
    without = re.sub(r"^\| 3\.2 .*\n", "", TABLE, flags=re.M)
    assert in_order_once([row[0] for row in rows("The first text", without)]) != list(FIRST)
