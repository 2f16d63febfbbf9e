"""The paired notebooks: that nothing is stale, and that each way of being stale is noticed."""

import ast
import base64
import io
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import jupytext
import nbformat
import numpy as np
import pytest
from PIL import Image

from backprop_lib.authoring import pairing

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
SOURCES = pairing.sources(CHAPTERS)
SLUGS = [
    "00_start_here",
    "01_chain_rule",
    "02_forward_pass",
    "03_output_delta",
    "04_hidden_delta",
    "05_vectorized_gradients",
    "06_gradient_descent",
]

every_chapter = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def stored(source):
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def pictures(notebook):
    """Return the text alternative and the pixels of every picture, in order."""
    found = []
    for output in outputs(notebook):
        for tag in re.findall(r"<img [^>]+>", "".join(output.get("data", {}).get("text/html", ""))):
            alt = re.search(r'alt="([^"]*)"', tag)
            data = re.search(r'src="data:image/png;base64,([^"]+)"', tag)
            with Image.open(io.BytesIO(base64.b64decode(data.group(1)))) as picture:
                found.append((alt.group(1) if alt else "", np.asarray(picture.convert("RGB"), dtype=float)))
    return found


def run_nbval(folder):
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"),
            *("--nbval-cell-timeout=60", f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}", "."),
        ],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def chapter(tmp_path):
    """A copy of a chapter that may be damaged."""
    for suffix in (".md", ".ipynb"):
        shutil.copy(CHAPTERS / f"00_start_here{suffix}", tmp_path)
    return tmp_path / "00_start_here.md"


def rewrite(source, change):
    """Apply `change` to the stored notebook of `source`."""
    target = source.with_suffix(".ipynb")
    notebook = nbformat.read(target, as_version=4)
    change(notebook)
    nbformat.write(notebook, target)


def test_the_seven_chapters_are_there_each_as_a_pair():
    assert [path.stem for path in SOURCES] == SLUGS
    assert sorted(path.stem for path in CHAPTERS.glob("*.ipynb")) == SLUGS


@every_chapter
def test_a_pair_agrees_and_was_executed(source):
    assert pairing.problems(source) == []


@every_chapter
def test_pictures_and_outputs_are_what_a_fresh_run_makes(source, tmp_path):
    for path in (source, source.with_suffix(".ipynb")):
        shutil.copy(path, tmp_path)
    pairing.build(tmp_path / source.name)
    before, after = stored(source), stored(tmp_path / source.name)
    assert [cell.id for cell in before.cells] == [cell.id for cell in after.cells]
    old, new = pictures(before), pictures(after)
    assert len(old) == len(new)
    for (old_alt, old_pixels), (new_alt, new_pixels) in zip(old, new, strict=True):
        assert old_alt == new_alt
        assert np.abs(np.subtract(old_pixels.shape, new_pixels.shape)).max() <= 4
        height, width = np.minimum(old_pixels.shape, new_pixels.shape)[:2]
        difference = np.abs(old_pixels[:height, :width] - new_pixels[:height, :width]).mean()
        assert difference < 4, f"a stored picture differs from a fresh one by {difference:.1f} of 255: {old_alt}"


@every_chapter
def test_every_picture_has_content_and_a_text_alternative_in_sentences(source):
    for alt, pixels in pictures(stored(source)):
        assert len(alt.split()) >= 8, alt
        assert alt.rstrip().endswith("."), alt
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20, f"nearly empty: {alt}"


@every_chapter
def test_no_picture_goes_around_the_helper_that_gives_it_its_text(source):
    for output in outputs(stored(source)):
        bare = {"image/png", "image/jpeg", "image/svg+xml"} & set(output.get("data", {}))
        assert not bare, "a figure was shown without plots.picture"


def test_the_stored_stepper_of_chapter_06_is_a_still_picture_with_words():
    chapter_06 = stored(CHAPTERS / "06_gradient_descent.md")
    cells = [cell for cell in chapter_06.cells if cell.cell_type == "code" and "EpochStepper(" in cell.source]
    assert cells
    for cell in cells:
        (output,) = [output for output in cell.outputs if output.output_type == "execute_result"]
        assert "<img alt=" in output.data["text/html"]
        assert output.data["text/plain"].startswith("Epoch stepper,")
        assert pairing.WIDGET_VIEW not in output.data


@every_chapter
def test_nothing_that_hangs_executors_or_asks_the_network_is_used(source):
    for cell in stored(source).cells:
        if cell.cell_type == "code":
            assert not re.search(r"\binteract\b|\bOutput\(|clear_output|^\s*[%!]|urlopen|requests\.", cell.source, re.M)


@every_chapter
def test_cells_are_short_and_end_in_a_value_a_picture_an_assertion_or_a_definition(source):
    for cell in stored(source).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 20, cell.source
            last = ast.parse(cell.source).body[-1]
            while hasattr(last, "body") and not isinstance(last, ast.FunctionDef):
                last = last.body[-1]  # a loop that prints or asserts ends in what its last line does
            assert isinstance(last, (ast.Expr, ast.Assert, ast.FunctionDef)), cell.source


@every_chapter
def test_no_heading_stands_without_text(source):
    text = re.sub(r"```.*?```", "CODE", source.read_text(encoding="utf-8"), flags=re.S)
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    for block, following in zip(blocks, [*blocks[1:], "# end"], strict=True):
        if re.fullmatch(r"#+ .*", block.strip()):
            assert not following.lstrip().startswith("#"), f"nothing stands under {block.strip()!r}"


@every_chapter
def test_links_lead_to_notebooks_that_exist(source):
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", source.read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:", "#")):
            continue
        path = (CHAPTERS / target.split("#")[0]).resolve()
        assert path.exists(), f"{text!r} leads to {target}, which does not exist"
        assert path.suffix != ".md", f"{text!r} leads to Markdown; link to the notebook"


@every_chapter
def test_printed_numbers_are_rounded_so_that_they_are_stable(source):
    for output in outputs(stored(source)):
        text = "".join(output.get("text", "")) + "".join(output.get("data", {}).get("text/plain", ""))
        assert not re.search(r"\d\.\d{9,}|np\.float64|0x[0-9a-f]{6,}", text), text


class TagBalance(HTMLParser):
    VOID = frozenset({"img", "br", "hr", "input"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@every_chapter
def test_html_outputs_are_well_formed(source):
    for output in outputs(stored(source)):
        parser = TagBalance()
        parser.feed("".join(output.get("data", {}).get("text/html", "")))
        assert parser.open == []


# What follows shows that each check above can fail.


def test_nbval_passes_an_untouched_copy_and_fails_on_one_changed_digit(chapter):
    untouched = run_nbval(chapter.parent)
    assert untouched.returncode == 0, untouched.stdout

    def change_a_digit(notebook):
        for output in outputs(notebook):
            digits = re.search(r"\d\.\d*?([1-8])", output.get("text", ""))
            if digits:
                at = digits.start(1)
                output.text = output.text[:at] + str(int(output.text[at]) + 1) + output.text[at + 1 :]
                return
        raise AssertionError("the chapter prints no number")

    rewrite(chapter, change_a_digit)
    changed = run_nbval(chapter.parent)
    assert changed.returncode == 1, changed.stdout
    assert "1 failed" in changed.stdout


def test_nbval_compares_the_text_alternative_of_a_picture(chapter):
    notebook = nbformat.v4.new_notebook(metadata=pairing.NOTEBOOK_METADATA)
    source = "from backprop_lib import plots\nfrom backprop_lib.activations import relu\n"
    source += 'plots.picture(plots.activation_and_slope(relu), "The ReLU and its slope are drawn.")'
    notebook.cells = [nbformat.v4.new_code_cell(source)]
    text = jupytext.writes(notebook, fmt="md")
    chapter.write_text(text, encoding="utf-8")
    pairing.build(chapter)
    assert run_nbval(chapter.parent).returncode == 0

    def change_the_text(stored_notebook):
        (output,) = outputs(stored_notebook)
        output.data["text/html"] = output.data["text/html"].replace("are drawn", "are missing")

    rewrite(chapter, change_the_text)
    assert run_nbval(chapter.parent).returncode == 1


def test_a_second_build_changes_nothing_byte_for_byte(chapter):
    before = chapter.with_suffix(".ipynb").read_bytes()
    assert pairing.build(chapter) is False
    assert chapter.with_suffix(".ipynb").read_bytes() == before


def test_a_changed_cell_is_written_and_the_others_keep_their_ids(chapter):
    before = [cell.id for cell in stored(chapter).cells]
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text.replace("The set-up works.", "The set-up works today."), encoding="utf-8")
    assert pairing.build(chapter) is True
    assert [cell.id for cell in stored(chapter).cells] == before
    assert "works today" in chapter.with_suffix(".ipynb").read_text(encoding="utf-8")


def test_a_cell_that_was_put_in_between_leaves_the_ids_of_the_others(chapter):
    before = [cell.id for cell in stored(chapter).cells]
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text.replace("```python", "```python\nassert 1 + 1 == 2\n```\n\n```python", 1), encoding="utf-8")
    pairing.build(chapter)
    after = [cell.id for cell in stored(chapter).cells]
    assert len(after) == len(before) + 1
    assert [identity for identity in after if identity in before] == before


def test_a_changed_source_is_noticed(chapter):
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("Shift", "Schift"), encoding="utf-8")
    (problem,) = pairing.problems(chapter)
    assert "disagree from cell" in problem


def test_a_notebook_that_was_never_executed_is_noticed(chapter):
    def forget(notebook):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None

    rewrite(chapter, forget)
    (problem,) = pairing.problems(chapter)
    assert "was not executed" in problem


def test_a_stored_error_and_a_stored_warning_are_noticed(chapter):
    def spoil(notebook):
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        code[0].outputs.append(nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[]))
        code[1].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="RuntimeWarning: overflow"))

    rewrite(chapter, spoil)
    assert len(pairing.problems(chapter)) == 2


def test_a_missing_notebook_is_noticed(chapter):
    chapter.with_suffix(".ipynb").unlink()
    (problem,) = pairing.problems(chapter)
    assert "does not exist" in problem


def test_a_cell_that_raises_leaves_the_stored_notebook_as_it_was(chapter):
    before = chapter.with_suffix(".ipynb").read_bytes()
    chapter.write_text(chapter.read_text(encoding="utf-8") + "\n```python\n1 / 0\n```\n", encoding="utf-8")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        pairing.build(chapter)
    assert chapter.with_suffix(".ipynb").read_bytes() == before
