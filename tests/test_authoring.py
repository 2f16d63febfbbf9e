"""The authors' tools: one command makes a new chapter that runs, and every command answers in words."""

import subprocess
import sys

import nbformat
import pytest
from repository import ROOT

from backprop_lib.authoring import pairing
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


def test_the_card_command_writes_once_and_then_says_that_nothing_changed(course):
    assert "written" in backprop("card", cwd=course).stdout
    assert (course / "docs" / "convention_card.html").read_bytes() == (
        ROOT / "docs" / "convention_card.html"
    ).read_bytes()
    assert "unchanged" in backprop("card", cwd=course).stdout


def test_the_guide_is_paired_as_the_chapters_are():
    assert (ROOT / "docs" / "jupytext.toml").read_bytes() == (ROOT / "chapters" / "jupytext.toml").read_bytes()
