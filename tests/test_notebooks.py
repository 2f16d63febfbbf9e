"""The paired notebooks: that nothing is stale, and that each way of being stale is noticed."""

import ast
import base64
import io
import os
import re
import shutil
import subprocess
import sys
import time
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import jupytext
import nbformat
import numpy as np
import pytest
from explorers import EXPLORERS
from PIL import Image

from backprop_lib.authoring import pairing
from backprop_lib.mistakes import MISTAKES

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
SOURCES = pairing.sources(CHAPTERS)
GUIDE = ROOT / "docs" / "authoring_guide.md"
every_chapter = pytest.mark.parametrize("source", [*SOURCES, GUIDE], ids=lambda path: path.stem)


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


def test_the_chapters_are_there_from_00_to_10_without_a_gap_each_as_a_pair():
    numbers = [int(path.stem[:2]) for path in SOURCES]
    assert numbers == list(range(len(SOURCES)))
    assert len(SOURCES) >= 11
    assert sorted(path.stem for path in CHAPTERS.glob("*.ipynb")) == [path.stem for path in SOURCES]


@every_chapter
def test_a_pair_agrees_and_was_executed(source):
    assert pairing.problems(source) == []


@every_chapter
def test_pictures_and_outputs_are_what_a_fresh_run_makes(source, tmp_path, seconds):
    for path in (source, source.with_suffix(".ipynb")):
        shutil.copy(path, tmp_path)
    start = time.perf_counter()
    pairing.build(tmp_path / source.name)
    seconds[source.stem] = time.perf_counter() - start
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
        path = (source.parent / target.split("#")[0]).resolve()
        assert path.exists(), f"{text!r} leads to {target}, which does not exist"
        paired = path.suffix == ".md" and path.with_suffix(".ipynb").exists()
        assert not paired, f"{text!r} leads to Markdown; link to the notebook"


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

    def handle_startendtag(self, tag, attrs):
        """A tag such as <wbr/> opens nothing."""

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


# ---- the questions: computed, aimed at a known mistake, folded ----------------------------------------------------


def is_predict(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Predict"


def assigned(trees):
    """Return name -> all expressions that are assigned to it, for plain `name = expression`."""
    found = {}
    for tree in trees:
        for statement in ast.walk(tree):
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                found.setdefault(statement.targets[0].id, []).append(statement.value)
    return found


def is_typed(node, names):
    """Say whether an expression is only what somebody typed: a literal, a name for one, one picked from a list."""
    if isinstance(node, ast.Name):
        others = {name: values for name, values in names.items() if name != node.id}
        return node.id in names and all(is_typed(value, others) for value in names[node.id])
    if isinstance(node, ast.Subscript):
        return is_typed(node.value, names) and is_typed(node.slice, names)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("abs", "bool", "float", "int", "round", "str"):
        return all(is_typed(argument, names) for argument in node.args)
    return not any(isinstance(part, (ast.Name, ast.Call, ast.Attribute)) for part in ast.walk(node))


def question_faults(notebook):
    """Return what is wrong with the questions of a chapter, one sentence each."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    trees = [ast.parse("" if cell.source.startswith("%%") else cell.source) for cell in cells]
    faults = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "**Predict.**" in cell.source:
            faults.append(f"a question stands in the text: {cell.source[:60]!r}")
    for i, (cell, tree) in enumerate(zip(cells, trees, strict=True)):
        calls = [node for node in ast.walk(tree) if is_predict(node)]
        if pairing.PREDICT not in cell.metadata.get("tags", []):
            if calls:
                faults.append(f"an untagged cell asks a question: {cell.source[:60]!r}")
            continue
        if len(calls) != 1 or not isinstance(tree.body[-1], ast.Expr) or tree.body[-1].value is not calls[0]:
            faults.append(f"a tagged cell does not end in its one Predict(...): {cell.source[:60]!r}")
            continue
        first, asked = cell.source.splitlines()[0], ast.unparse(calls[0])[:70]
        if not first.startswith("#") and first != "Predict(":
            faults.append(f"the first line stays visible when folded; write a comment or `Predict(`: {first!r}")
        given = {keyword.arg: keyword.value for keyword in calls[0].keywords}
        names = assigned(trees[: i + 1])
        if "lines" in given:
            if "works" not in given or is_typed(given["works"], names):
                faults.append(f"nothing runs the lines: works= is missing in {asked}")
        elif "answer" not in given or is_typed(given["answer"], names):
            faults.append(f"the answer is typed, not computed: {asked}")
        slips = given.get("slips", ast.Dict([], []))
        slips = names.get(slips.id, [None])[-1] if isinstance(slips, ast.Name) else slips
        if not {"choices", "lines"} & set(given) and isinstance(slips, ast.Dict):
            for key in slips.keys:
                # A wrong way of computing is a slip of its own, also with numbers in it; 0 and 1 have no other.
                words = ast.unparse(key)
                if is_typed(key, names) and not isinstance(key, ast.BinOp) and words not in ("0", "0.0", "1", "1.0"):
                    faults.append(f"the slip {words} is typed, not computed: {asked}")
        mistake = given.get("mistake")
        if not isinstance(mistake, ast.Constant) or mistake.value not in MISTAKES:
            faults.append(f"mistake= is no known mistake: {asked}")
    count = sum(pairing.PREDICT in cell.metadata.get("tags", []) for cell in cells)
    if not 2 <= count <= 7:
        faults.append(f"{count} questions are asked, 2 to 7 were expected")
    return faults


def slips_written(source):
    """Return how many slips a question names; two that come to the same number are shown as one, and one is lost."""
    (call,) = [node for node in ast.walk(ast.parse(source)) if is_predict(node)]
    given = [keyword.value for keyword in call.keywords if keyword.arg == "slips"]
    names = assigned([ast.parse(source)])
    dicts = [names.get(value.id, [None])[-1] if isinstance(value, ast.Name) else value for value in given]
    return sum(len(value.keys) for value in dicts if isinstance(value, ast.Dict))


def test_slips_that_are_written_are_counted():
    assert slips_written("Predict('?', answer=f(x), slips={a: 'one', 2 * b: 'two'})") == 2
    assert slips_written("s = {a: 'one'}\nPredict('?', answer=f(x), slips=s)") == 1
    assert slips_written("Predict('?', answer=f(x))") == 0


with_questions = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@with_questions
def test_each_question_is_computed_tagged_and_aimed_at_a_known_mistake(source):
    assert question_faults(jupytext.read(source, fmt="md")) == []


@with_questions
def test_a_stored_question_shows_its_text_and_a_folded_answer_and_no_widget(source):
    for cell in stored(source).cells:
        if pairing.PREDICT in cell.metadata.get("tags", []):
            assert cell.metadata.jupyter.source_hidden
            (output,) = [output for output in cell.outputs if output.output_type == "execute_result"]
            assert "<details><summary>Answer</summary>" in output.data["text/html"]
            assert output.data["text/plain"].startswith("Predict: ")
            assert output.data["text/html"].count("<li>If you said") == slips_written(cell.source), cell.source
            assert pairing.WIDGET_VIEW not in output.data


QUESTION = """# A question.
Predict("How much?", answer=2 * a, slips={a / 2: "No."}, why="So.", mistake="factor_two")"""

LINES_QUESTION = """Predict(
    "In order.", lines=["b = a", "c = b"], works=lambda lines: exec("\\n".join(lines), {"a": 1}) is None,
    why="So.", mistake="reversed_lists")"""


def chapter_of(*questions, before="a = 0.375", tags=("predict",)):
    """Return the Markdown of a chapter with these questions, each with its reveal."""
    head = "from backprop_lib.widgets import Predict"
    cells = [nbformat.v4.new_code_cell(head), nbformat.v4.new_code_cell(before)]
    for question in questions:
        cells.append(nbformat.v4.new_code_cell(question, metadata={"tags": list(tags)} if tags else {}))
        cells.append(nbformat.v4.new_code_cell('print("revealed: 0.75")'))
    return nbformat.v4.new_notebook(cells=cells)


def test_good_questions_have_no_fault():
    assert question_faults(chapter_of(QUESTION, LINES_QUESTION)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("answer=2 * a", "answer=0.75", "the answer is typed"),
        ("answer=2 * a", "answer=-0.75", "the answer is typed"),
        ("answer=2 * a", "answer=3 / 4", "the answer is typed"),
        ("answer=2 * a", "answer=float(0.75)", "the answer is typed"),
        ("answer=2 * a", "answer=a", "the answer is typed"),
        ("answer=2 * a", "answer=[0.5, 0.75][1]", "the answer is typed"),
        ("answer=2 * a", 'answer="up" if True else "down"', "the answer is typed"),
        ("answer=2 * a", "choices=c, answer=c[0]", "the answer is typed"),
        ("answer=2 * a, ", "", "the answer is typed"),
        ("{a / 2:", "{0.1875:", "the slip 0.1875 is typed"),
        ("{a / 2:", "{a:", "the slip a is typed"),
        (', mistake="factor_two"', "", "mistake= is no known mistake"),
        ("factor_two", "factor_too", "mistake= is no known mistake"),
        ("# A question.", "answer = 2 * a", "the first line stays visible"),
        ("# A question.\n", "", "the first line stays visible"),
        ("Predict(", "box = Predict(", "does not end in its one Predict"),
        ('works=lambda lines: exec("\\n".join(lines), {"a": 1}) is None,', "", "works= is missing"),
        ("works=lambda lines: exec", "works=True or exec", None),
    ],
)
def test_a_planted_fault_of_a_question_is_found(old, new, fault):
    notebook = chapter_of(QUESTION, LINES_QUESTION, before='a = 0.375\nc = ["up", "down"]')
    changed = [i for i, cell in enumerate(notebook.cells) if old in cell.source]
    assert changed, "nothing was planted"
    notebook.cells[changed[0]].source = notebook.cells[changed[0]].source.replace(old, new)
    faults = question_faults(notebook)
    assert len(faults) == (fault is not None), faults
    assert not faults or fault in faults[0]


@pytest.mark.parametrize(
    "answer",
    [
        "a + a",
        "f(1)",
        '"up" if a > 0 else "down"',
        "c[int(a > 0)]",
        '{True: "up", False: "down"}[a > 0]',
        "x.shape[0]",
        "case",
    ],
)
def test_a_computed_answer_is_not_taken_for_a_typed_one(answer):
    names = assigned([ast.parse('a = 0.375\nc = ["up", "down"]\ncase = c[0]\ncase = f(a)')])
    assert not is_typed(ast.parse(answer, mode="eval").body, names)


def test_questions_untagged_in_the_text_too_few_or_too_many_are_found():
    assert "an untagged cell asks" in question_faults(chapter_of(QUESTION, QUESTION, tags=None))[0]
    assert question_faults(chapter_of(QUESTION)) == ["1 questions are asked, 2 to 7 were expected"]
    assert question_faults(chapter_of(*8 * [QUESTION])) == ["8 questions are asked, 2 to 7 were expected"]
    notebook = chapter_of(QUESTION, QUESTION)
    notebook.cells.append(nbformat.v4.new_markdown_cell("**Predict.** How much?"))
    assert "stands in the text" in question_faults(notebook)[0]


def explorers_asked_about(notebook):
    """Return for each cell that ends in an explorer whether the code cell before it asks a question."""
    kinds = {kind.__name__ for kind, _, _ in EXPLORERS.values()}
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    trees = [ast.parse("" if cell.source.startswith("%%") else cell.source) for cell in cells]
    names, found = assigned(trees), {}
    for (before, cell), tree in zip(pairwise(cells), trees[1:], strict=True):
        shown = tree.body[-1].value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        made = names.get(shown.id, [None])[-1] if isinstance(shown, ast.Name) else shown
        if isinstance(made, ast.Call) and getattr(made.func, "id", "") in kinds:
            found[cell.source] = pairing.PREDICT in before.metadata.get("tags", [])
    return found


@with_questions
def test_the_cell_before_each_explorer_asks_for_a_prediction(source):
    found = explorers_asked_about(jupytext.read(source, fmt="md"))
    assert found or source.stem == "00_start_here"
    assert all(found.values()), found


@pytest.mark.parametrize("explorer", ["ChainExplorer('square')", "stepper = EpochStepper()\nstepper"])
def test_an_explorer_before_which_another_cell_stands_is_found(explorer):
    notebook = chapter_of(QUESTION)
    notebook.cells[3].source = explorer
    assert explorers_asked_about(notebook) == {explorer: True}
    notebook.cells.insert(3, nbformat.v4.new_code_cell("a"))
    assert explorers_asked_about(notebook) == {explorer: False}


@pytest.fixture
def questions(chapter):
    """A chapter of two questions and their reveals, built."""
    chapter.write_text(jupytext.writes(chapter_of(QUESTION, LINES_QUESTION), fmt="md"), encoding="utf-8")
    pairing.build(chapter)
    return chapter


def test_a_build_folds_questions_and_what_reveals_their_answers_and_a_second_one_changes_nothing(questions):
    code = stored(questions).cells
    assert [cell.metadata.get("jupyter") for cell in code] == [
        None,
        None,
        {"source_hidden": True},
        {"outputs_hidden": True},
        {"source_hidden": True},
        {"outputs_hidden": True},
    ]
    assert pairing.problems(questions) == []
    before = questions.with_suffix(".ipynb").read_bytes()
    assert pairing.build(questions) is False
    assert questions.with_suffix(".ipynb").read_bytes() == before


def test_of_two_questions_in_a_row_both_are_folded_and_the_reveal_after_them(chapter):
    notebook = chapter_of(QUESTION, LINES_QUESTION)
    del notebook.cells[3]
    chapter.write_text(jupytext.writes(notebook, fmt="md"), encoding="utf-8")
    pairing.build(chapter)
    folded = [cell.metadata.get("jupyter", {}) for cell in stored(chapter).cells]
    assert folded[2:] == [{"source_hidden": True}, {"source_hidden": True}, {"outputs_hidden": True}]


def test_the_first_stored_output_of_a_reveal_has_no_words_for_the_fold(questions):
    """JupyterLab writes the first words of the first output beside the fold."""
    for cell in stored(questions).cells:
        if "collapsed" in cell.metadata:
            assert list(cell.outputs[0].data) == [pairing.WIDGET_VIEW]
            assert cell.outputs[0].data[pairing.WIDGET_VIEW]["model_id"] == ""
            assert cell.outputs[1].text == "revealed: 0.75\n"


@pytest.mark.parametrize(("nth", "what"), [(2, "the source of cell 3"), (3, "the output of cell 4")])
def test_a_lost_folding_is_noticed_and_mended_by_a_build(questions, nth, what):
    before = questions.with_suffix(".ipynb").read_bytes()
    rewrite(questions, lambda notebook: notebook.cells[nth].metadata.pop("jupyter"))
    (problem,) = pairing.problems(questions)
    assert problem.startswith(f"{what} of 00_start_here.ipynb is not folded")
    assert pairing.build(questions) is True
    assert questions.with_suffix(".ipynb").read_bytes() == before


def test_nbval_compares_a_folded_chapter_and_notices_another_reveal(questions):
    passed = run_nbval(questions.parent)
    assert passed.returncode == 0, passed.stdout

    def change_the_reveal(notebook):
        notebook.cells[3].outputs[1].text = "revealed: 0.5\n"

    rewrite(questions, change_the_reveal)
    assert run_nbval(questions.parent).returncode == 1
