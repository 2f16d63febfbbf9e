"""The authors' tools: one command makes a new chapter that runs, and every command answers in words."""

import re
import subprocess
import sys

import nbformat
import pytest
from repository import ROOT

from backprop_lib.__main__ import main
from backprop_lib.authoring import new_chapter as new_chapter_module
from backprop_lib.authoring import pairing
from backprop_lib.authoring.card import HEADING, card_page
from backprop_lib.authoring.new_chapter import new_chapter


def backprop(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "backprop_lib", *arguments], cwd=cwd, capture_output=True, text=True, timeout=300
    )


@pytest.fixture
def course(tmp_path):
    """A folder that looks like the course: chapter 00 and nothing else."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "docs").mkdir()
    for suffix in (".md", ".ipynb"):
        source = ROOT / "chapters" / f"00_start_here{suffix}"
        (tmp_path / "chapters" / source.name).write_bytes(source.read_bytes())
    return tmp_path


def test_one_command_makes_a_chapter_with_the_next_number_and_its_notebook(course):
    done = backprop("new-chapter", "Batch normalization, in short", cwd=course)
    assert done.returncode == 0, done.stderr
    made = course / "chapters" / "01_batch_normalization_in_short.md"
    assert made.name in done.stdout
    assert made.read_text(encoding="utf-8").startswith("# Chapter 01: Batch normalization, in short\n")
    assert pairing.problems(made) == []
    notebook = nbformat.read(made.with_suffix(".ipynb"), as_version=4)
    shown = [mime for cell in notebook.cells for output in cell.get("outputs", []) for mime in output.get("data", {})]
    assert {"text/html", "text/markdown"} <= set(shown), "a picture, a question and an equation are in the pattern"


def test_the_pattern_itself_keeps_the_rules_of_a_chapter(course):
    path = new_chapter(course / "chapters", "Momentum")
    text = path.read_text(encoding="utf-8")
    assert "{number}" not in text
    assert "{title}" not in text
    for part in ("**What you'll do:**", "**What you'll learn:**", "**What you need:**", "**Time:**", "**Practice:**"):
        assert part in text


@pytest.mark.parametrize(
    ("title", "message"),
    [("1, 2, 3", "a chapter needs a title with letters"), ("Start here", "00_start_here.md exists already")],
)
def test_a_title_that_makes_no_chapter_is_refused_in_words_and_nothing_is_written(course, title, message):
    before = sorted((course / "chapters").iterdir())
    done = backprop("new-chapter", title, cwd=course)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted((course / "chapters").iterdir()) == before


@pytest.mark.parametrize(
    ("title", "name", "heading"),
    [
        ("Über Ångström", "00_uber_angstrom.md", "# Chapter 00: Über Ångström"),
        ("  Batch\n normalization,\tin short ", "00_batch_normalization_in_short.md",
         "# Chapter 00: Batch normalization, in short"),
        ("Große Schritte – ein Überblick", "00_grosse_schritte_ein_uberblick.md",
         "# Chapter 00: Große Schritte – ein Überblick"),
    ],
)  # fmt: skip
def test_a_title_is_one_line_and_its_letters_stay_in_the_name_without_their_accents(
    tmp_path, monkeypatch, title, name, heading
):
    monkeypatch.setattr(pairing, "build", lambda source: None)
    path = new_chapter(tmp_path, title)
    assert path.name == name
    assert path.read_text(encoding="utf-8").splitlines()[0] == heading


@pytest.mark.parametrize("error", [RuntimeError("a cell failed"), KeyboardInterrupt()])
def test_a_chapter_that_cannot_be_built_leaves_nothing_behind_and_the_next_try_succeeds(tmp_path, monkeypatch, error):
    def build(source):
        source.with_suffix(".ipynb").write_text("half a notebook", encoding="utf-8")
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(pairing, "build", build)
        with pytest.raises(type(error)):
            new_chapter(tmp_path, "Momentum")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(pairing, "build", lambda source: None)
    assert new_chapter(tmp_path, "Momentum").name == "00_momentum.md"


def test_a_failing_cell_of_the_pattern_is_reported_without_a_traceback(course, monkeypatch):
    pattern = course / "pattern.md"
    pattern.write_text("# Chapter {number}: {title}\n\n```python\n1 / 0\n```\n", encoding="utf-8")
    monkeypatch.setattr(new_chapter_module, "PATTERN", pattern)
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit, match="a cell of the pattern failed; no chapter was written"):
        main(["new-chapter", "Momentum"])
    assert not list((course / "chapters").glob("01_*"))


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"there is no folder .*nowhere; the folder of the chapters was expected"
    ):
        new_chapter(tmp_path / "nowhere", "Momentum")


def renamed_section(course):
    chapter = course / "chapters" / "00_start_here.md"
    chapter.write_text(chapter.read_text(encoding="utf-8").replace(HEADING, "## The card"), encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "prepare", "message"),
    [
        (["card"], renamed_section, "backprop: .*has no section '## The convention card'"),
        (["notebooks", "nope.md"], lambda course: None, r"backprop: nope\.md: No such file or directory"),
        (["notebooks", "chapters"], lambda course: None, r"backprop: chapters: "),
        (["notebooks", "chapters/00_start_here.ipynb"], lambda course: None, r"is made, not read; .*00_start_here\.md"),
        (["notebooks"], lambda course: (course / "chapters" / "00_start_here.md").unlink(),
         r"backprop: .*authoring_guide\.md: No such file"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_why_in_one_line_and_changes_nothing(
    course, monkeypatch, arguments, prepare, message
):
    prepare(course)
    monkeypatch.chdir(course)
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert re.search(message, stopped.value.code)
    assert "\n" not in stopped.value.code
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


TABLE = "| a |\n|---|\n| b |"


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([TABLE, TABLE, "Words.", TABLE], "has no paragraph before its first table"),
        (["Words.", TABLE, TABLE, TABLE], "has no paragraph after its first table"),
        (["Words.", TABLE, "More."], "holds 1 tables, three were expected"),
    ],
)
def test_a_card_without_its_parts_is_refused_in_words(tmp_path, blocks, message):
    chapter = tmp_path / "00.md"
    chapter.write_text("\n\n".join([HEADING, *blocks, "## Next", "Words."]), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        card_page(chapter)


def test_the_card_keeps_the_tables_the_paragraph_before_them_and_all_that_follows(tmp_path):
    chapter = tmp_path / "00.md"
    blocks = ["About the card.", "Definitions.", TABLE, TABLE, "Between.", TABLE, "After.", "Last."]
    chapter.write_text("\n\n".join([HEADING, *blocks, "## Next", "Words."]), encoding="utf-8")
    page = card_page(chapter)
    kept = re.findall(r"<p>(.*?)</p>|(<table>)", page)
    assert [text or "table" for text, _ in kept] == [
        "Definitions.",
        *["table"] * 2,
        "Between.",
        "table",
        "After.",
        "Last.",
    ]


def test_the_card_command_writes_once_and_then_says_that_nothing_changed(course):
    assert "written" in backprop("card", cwd=course).stdout
    assert (course / "docs" / "convention_card.html").read_bytes() == (
        ROOT / "docs" / "convention_card.html"
    ).read_bytes()
    assert "unchanged" in backprop("card", cwd=course).stdout


def test_the_guide_is_paired_as_the_chapters_are():
    assert (ROOT / "docs" / "jupytext.toml").read_bytes() == (ROOT / "chapters" / "jupytext.toml").read_bytes()
