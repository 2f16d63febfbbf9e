"""The Predict question in a real JupyterLab: by mouse, by keyboard alone, folded, and without a kernel."""

import itertools
from pathlib import Path

import nbformat
import pytest
from conftest import ask_kernel, await_kernel, notebook

from backprop_lib.authoring import pairing
from backprop_lib.widgets import Predict
from backprop_lib.widgets.explorer import joined
from backprop_lib.widgets.question import readable

SCREENSHOTS = Path(__file__).resolve().parents[2] / "test-results"

IMPORTS = "from backprop_lib.widgets import Predict"

NUMBER = """box = Predict(
    "Raise `z` by 1.\\n\\nBy how much does C change?",
    answer=3 / 4,
    slips={3 / 2: "The ½ of the loss was left out: 2 · ½ · `0.75`."},
    why="C is half a square, so its slope is the difference itself.",
)
box"""

CHOICE = """box = Predict(
    "Does the loss rise or fall when `b` is raised?",
    choices=["rises", "falls", "stays as it is, because `b` < 0"],
    answer="rises" if 2.0 > 1.0 else "falls",
    slips={"falls": "That is the way down: the sign was turned."},
    why="Its slope is positive.",
)
box"""

ORDER = """def works(lines):
    names = {"x": 2.0, "w": 0.5}
    exec("\\n".join(lines), names)
    return names["C"] == 0.125

box = Predict(
    "Put the lines of the forward pass in order.",
    lines=["z = w * x", "a = max(0.0, z)", "e = a - 0.5", "C = e**2 / 2"],
    works=works,
    why="Each line needs the value of the line before.",
)
box"""


class Box:
    """A question on a page, by what a person or a screen reader finds there."""

    def __init__(self, page, nth=0):
        self.page = page
        self.root = page.get_by_role("group", name="Predict", exact=True).nth(nth)
        self.root.wait_for()
        self.root.scroll_into_view_if_needed()

    @property
    def field(self):
        return self.root.get_by_role("textbox", name="Your prediction")

    @property
    def problem(self):
        return self.root.get_by_role("alert")

    @property
    def words(self):
        return self.root.get_by_role("status").inner_text()

    @property
    def lines(self):
        return self.root.get_by_role("list", name="Your order of the lines").locator("code").all_inner_texts()

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def radio(self, name):
        return self.root.get_by_role("radio", name=name)

    def commit(self):
        self.button("Commit").click()

    def await_words(self, text):
        self.root.get_by_role("status").get_by_text(text).first.wait_for()


def opened(lab, name, *cells, **window):
    page = lab.open(notebook(lab, name, IMPORTS, *cells), **window)
    assert lab.run_all(page) == []
    return page, Box(page)


def leave(page):
    """Close the window, and end its kernel: one for each test is too many for a small machine."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.context.close()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def in_focus(page):
    return page.evaluate(
        "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    )


def shoot(page, box, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    box.root.screenshot(path=SCREENSHOTS / f"{name}.png")


# ---- by mouse ----------------------------------------------------------------------------------------------------


def test_a_number_is_answered_with_the_gap_the_slip_and_why(lab):
    page, box = opened(lab, "predict_number", NUMBER)
    assert box.words == ""
    assert "0.75" not in box.root.locator(".bp-question").inner_text()
    box.field.fill("1/2")
    box.commit()
    box.await_words("You said 0.5. Computed: 0.75. Yours is 0.25 too low.")
    assert "C is half a square" in box.words
    await_kernel(page, "box.committed", 0.5)
    box.button("Try again").click()
    assert box.words == ""
    await_kernel(page, "box.committed", None)
    box.field.fill("1.5")
    box.commit()
    box.await_words("The ½ of the loss was left out: 2 · ½ · 0.75.")
    assert box.root.get_by_role("status").locator("code").inner_text() == "0.75"
    box.button("Try again").click()
    box.field.fill("\u22120.75")
    box.commit()
    box.await_words("The size is right, the sign is the other way.")
    box.button("Try again").click()
    box.field.fill("0.76")
    box.commit()
    box.await_words("You said 0.76. Computed: 0.75. Yours is within 0.01.")
    await_kernel(page, "box.verdict is not None and box.verdict.right", True)
    assert page.problems == []
    leave(page)


def test_a_choice_is_answered_with_the_slip_of_that_choice(lab):
    page, box = opened(lab, "predict_choice", CHOICE)
    box.radio("falls").click()
    box.commit()
    box.await_words("You said “falls”. Computed: “rises”.")
    assert "the sign was turned" in box.words
    await_kernel(page, "box.committed", "falls")
    box.radio("rises").click(force=True)
    assert box.radio("falls").is_checked(), "what is committed stays as it is"
    box.button("Try again").click()
    box.radio("rises").click()
    box.commit()
    box.await_words("You said “rises”, and that is what was computed.")
    assert "sign was turned" not in box.words
    assert page.problems == []
    leave(page)


def test_an_order_of_lines_is_answered_with_how_many_are_in_place(lab):
    page, box = opened(lab, "predict_order", ORDER)
    right = ["z = w * x", "a = max(0.0, z)", "e = a - 0.5", "C = e**2 / 2"]
    assert sorted(box.lines) == sorted(right)
    assert box.lines != right
    for place, line in enumerate(right[:2]):  # two lines to their places, the other two the wrong way round
        while box.lines.index(line) > place:
            box.button(f"Move up: {line}").click()
    if box.lines[2] == right[2]:
        box.button(f"Move down: {right[2]}").click()
    assert box.lines == [right[0], right[1], right[3], right[2]]
    box.commit()
    box.await_words("Of its 4 lines, 2 lines are where the nearest order that works has them.")
    assert "line 3: yours is C = e**2 / 2, and e = a - 0.5 belongs there" in box.words
    assert box.root.get_by_role("status").locator("li").all_inner_texts() == right
    await_kernel(page, "box.committed", box.lines)
    box.button(f"Move up: {right[2]}").click(force=True)
    assert box.lines[3] == right[2], "what is committed stays as it is"
    box.button("Try again").click()
    box.button(f"Move up: {right[2]}").click()
    box.commit()
    box.await_words("Your order works. No other does.")
    assert page.problems == []
    leave(page)


@pytest.mark.parametrize(
    ("kind", "cell", "words"),
    [
        ("number", NUMBER, "Nothing is predicted yet: type a number, then commit."),
        ("choice", CHOICE, "Nothing is predicted yet: choose one, then commit."),
        ("order", ORDER, "Nothing has been moved yet: put the lines in order, then commit."),
    ],
)
def test_an_empty_commit_is_refused_in_words(lab, kind, cell, words):
    page, box = opened(lab, f"predict_empty_{kind}", cell)
    assert not box.problem.is_visible()
    box.commit()
    box.problem.wait_for()
    assert box.problem.inner_text() == words
    assert box.words == ""
    await_kernel(page, "box.committed", None)
    assert page.evaluate("() => document.activeElement.closest('form') !== null"), "the focus left the question"
    leave(page)


# ---- by keyboard alone -------------------------------------------------------------------------------------------

ACTIVE = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"


def test_a_number_is_typed_and_committed_with_enter_and_the_notebook_stays_as_it_is(lab):
    page, box = opened(lab, "predict_number_keys", NUMBER, "1 + 1")
    box.field.focus()
    at = page.evaluate(ACTIVE)
    page.keyboard.type("abxddm")  # commands of the notebook, if they were heard
    press(page, "Enter")
    box.problem.wait_for()
    assert box.problem.inner_text().startswith("“abxddm” is not a number.")
    assert box.field.get_attribute("aria-invalid") == "true"
    assert page.evaluate("() => document.activeElement.tagName") == "INPUT"
    page.keyboard.type("1")  # the refused text is selected, so this replaces it
    assert not box.problem.is_visible()
    press(page, "ArrowUp", "ArrowDown", "Enter")
    box.await_words("You said 1. Computed: 0.75. Yours is 0.25 too high.")
    assert page.evaluate("() => document.activeElement.tagName") == "INPUT", "the focus stays where it was"
    press(page, "Enter")
    assert "You said 1." in box.words, "a second Enter does not ask again"
    press(page, "Tab", "Tab")
    assert in_focus(page) == "Try again"
    press(page, "Enter")
    assert page.evaluate("() => document.activeElement.tagName") == "INPUT"
    page.keyboard.type("0.75")
    press(page, "Enter")
    box.await_words("Yours is within 0.01.")
    assert page.evaluate(ACTIVE) == at
    assert page.evaluate(CELLS) == 3
    assert page.problems == []
    leave(page)


def test_a_choice_is_made_with_the_arrow_keys_and_the_notebook_stays_as_it_is(lab):
    page, box = opened(lab, "predict_choice_keys", CHOICE, "1 + 1")
    box.radio("rises").focus()
    at = page.evaluate(ACTIVE)
    press(page, "Space", "ArrowDown")
    assert box.radio("falls").is_checked()
    press(page, "Tab")
    assert in_focus(page) == "Commit"
    press(page, "Space")
    box.await_words("You said “falls”. Computed: “rises”.")
    press(page, "Tab")
    assert in_focus(page) == "Try again"
    press(page, "Space")
    assert page.evaluate("() => document.activeElement.value") == "falls"
    press(page, "ArrowUp", "Enter")
    box.await_words("You said “rises”, and that is what was computed.")
    press(page, "ArrowDown")
    assert box.radio("rises").is_checked()
    assert page.evaluate(ACTIVE) == at
    assert page.evaluate(CELLS) == 3
    assert page.problems == []
    leave(page)


def test_lines_are_ordered_with_the_arrow_keys_and_each_move_is_announced(lab):
    page, box = opened(lab, "predict_order_keys", ORDER, "1 + 1")
    box.button("Commit").focus()
    at = page.evaluate(ACTIVE)
    right = ["z = w * x", "a = max(0.0, z)", "e = a - 0.5", "C = e**2 / 2"]
    for place, line in enumerate(right):
        box.button(f"Move up: {line}").focus()
        for step in range(box.lines.index(line), place, -1):
            press(page, "ArrowUp" if step % 2 else "Alt+ArrowUp")
            assert box.words == f"Line {step + 1} is now line {step} of 4."
            assert in_focus(page) == f"Move up: {line}"
    assert box.lines == right
    press(page, "ArrowDown")  # the last line has no place below
    assert box.lines == right
    for _ in range(10):
        press(page, "Tab")
        if in_focus(page) == "Commit":
            break
    press(page, "Enter")
    box.await_words("Your order works.")
    assert page.evaluate(ACTIVE) == at
    assert page.evaluate(CELLS) == 3
    assert page.problems == []
    leave(page)


# ---- the kernel: code in control, run again, slow, gone -----------------------------------------------------------


def test_the_code_can_commit_and_ask_again(lab):
    page, box = opened(lab, "predict_code", NUMBER, "box")
    second = Box(page, nth=1)
    ask_kernel(page, "box.commit(0.25)")
    box.await_words("You said 0.25. Computed: 0.75. Yours is 0.5 too low.")
    second.await_words("The computed value is 3 times yours.")
    assert second.field.input_value() == "0.25"
    ask_kernel(page, "box.reset()")
    page.wait_for_function("node => node.textContent === ''", arg=box.root.get_by_role("status").element_handle())
    leave(page)


SHOWN = "() => document.querySelector('.bp-predict .bp-said') !== null"
OPEN = "() => document.querySelector('.bp-predict .bp-said') === null"


@pytest.mark.parametrize(
    ("kind", "cell", "commit", "control", "first"),
    [
        ("number", NUMBER, "box.commit(0.25)", ("textbox", "Your prediction"), "INPUT"),
        ("choice", CHOICE, "box.commit('falls')", ("radio", "rises"), "INPUT"),
        ("order", ORDER, "box.commit(box.question.lines)", ("button", "Move down: z = w * x"), "BUTTON"),
    ],
)
def test_when_the_code_commits_and_resets_the_focus_stays_in_the_question(lab, kind, cell, commit, control, first):
    page, box = opened(lab, f"predict_focus_{kind}", cell)
    role, name = control
    box.root.get_by_role(role, name=name, exact=True).focus()
    before = in_focus(page)
    ask_kernel(page, commit)
    page.wait_for_function(SHOWN)
    assert in_focus(page) == before, "the focus left the control that had it"
    box.button("Try again").focus()
    ask_kernel(page, "box.reset()")
    page.wait_for_function(OPEN)
    assert not box.button("Try again").is_visible()
    assert page.evaluate("() => [document.activeElement.tagName, document.activeElement.closest('form') !== null]") == [
        first,
        True,
    ], "the focus fell out of the question with the button that was hidden"
    assert in_focus(page) != "Commit"
    box.commit()  # what the code had committed to still stands in the controls
    page.wait_for_function(SHOWN)
    assert page.problems == []
    leave(page)


def test_a_line_that_is_moved_and_moved_back_has_been_moved(lab):
    page, box = opened(lab, "predict_order_back", ORDER)
    shown = box.lines
    box.button(f"Move down: {shown[0]}").click()
    box.button(f"Move up: {shown[0]}").click()
    assert box.lines == shown
    box.commit()
    box.await_words("Your order does not work.")
    assert not box.problem.is_visible()
    leave(page)


def test_a_move_in_one_view_is_shown_in_the_other_and_announced_only_where_it_was_made(lab):
    page, box = opened(lab, "predict_order_twice", ORDER, "box")
    second = Box(page, nth=1)
    shown = box.lines
    box.button(f"Move down: {shown[0]}").click()
    assert box.words == "Line 1 is now line 2 of 4."
    assert second.words == ""
    second.button(f"Move down: {shown[0]}").click()
    assert second.words == "Line 2 is now line 3 of 4."
    assert box.words == "", "what was said of the move before stands beside other lines"
    assert box.lines == second.lines == [shown[1], shown[2], shown[0], shown[3]]
    assert in_focus(page) == f"Move down: {shown[0]}"
    leave(page)


def test_running_the_cell_again_asks_the_question_anew(lab):
    page, box = opened(lab, "predict_again", NUMBER)
    box.field.fill("3")
    box.commit()
    box.await_words("You said 3.")
    assert lab.run_all(page) == []
    again = Box(page)
    page.wait_for_function("() => document.querySelectorAll('.bp-predict').length === 1")
    assert again.words == ""
    assert again.field.input_value() == ""
    again.field.fill("0.75")
    again.commit()
    again.await_words("Yours is within 0.01.")
    assert page.problems == []
    leave(page)


@pytest.mark.parametrize("end", ["shutdown", "restartKernel"])
def test_the_box_answers_when_the_kernel_is_gone(lab, end):
    page, box = opened(lab, f"predict_{end}", NUMBER)
    page.evaluate(f"() => window.jupyterapp.shell.currentWidget.sessionContext.{end}()")
    box.field.fill("0.5")
    box.commit()
    box.await_words("You said 0.5. Computed: 0.75. Yours is 0.25 too low.")
    box.button("Try again").click()
    box.field.fill("0.75")
    box.commit()
    box.await_words("Yours is within 0.01.")
    assert page.problems == []
    leave(page)


def test_the_box_answers_while_the_kernel_is_busy(lab):
    page, box = opened(lab, "predict_busy", NUMBER)
    page.evaluate(
        """() => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            window.busy = kernel.requestExecute({ code: 'import time; time.sleep(20)' });
        }"""
    )
    box.field.fill("0.5")
    box.commit()
    box.root.get_by_role("status").get_by_text("You said 0.5.").wait_for(timeout=3000)
    leave(page)


# ---- the view says what the kernel says ---------------------------------------------------------------------------

PREDICTIONS = [
    0,
    3.375,
    -3.375,
    1.6875,
    1.69,
    6.75,
    10.125,
    -6.75,
    3.38,
    3.385,
    3.39,
    2.0,
    2.004,
    1e-7,
    -1e-7,
    1e20,
    1 / 3,
]


@pytest.fixture(scope="module")
def module(chromium):
    """The widget's own ES module on an empty page."""
    page = chromium.new_page()
    page.evaluate(
        """async source => {
            window.predict = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
        }""",
        joined("parts.js", "predict.js"),
    )
    yield page
    page.close()


def said(module, box, prediction):
    verdict = module.evaluate("([sent, x]) => window.predict.verdictOn(sent, x)", [box._sent, prediction])
    return verdict["right"], verdict["words"], verdict["slip"]


def judged(box, prediction):
    verdict = box.question.verdict(prediction)
    return verdict.right, verdict.words, verdict.slip


def test_on_every_prediction_the_view_says_what_the_kernel_says(module):
    box = Predict("?", answer=3.375, slips={2.0: "two", 2.01: "nearer"}, why="so")
    for prediction in PREDICTIONS:
        assert said(module, box, prediction) == judged(box, prediction), prediction
    box = Predict("?", answer=1e308, slips={1.5e308: "a", 1.6e308: "b"}, why="so")
    for prediction in (*PREDICTIONS, 1e308, -1e308, 1.5e308, 1.6e308, 1.7e308, 5e307, -5e307):
        assert said(module, box, prediction) == judged(box, prediction), prediction
    box = Predict("?", answer="b", choices=["a", "b", "c"], slips={"a": "no"}, why="so")
    for prediction in "abc":
        assert said(module, box, prediction) == judged(box, prediction)
    lines = ["a = 1", "b = a", "c = 2", "d = b + c"]
    box = Predict("?", lines=lines, works=lambda order: exec("\n".join(order), {}) is None, why="so")
    for order in itertools.permutations(lines):
        right, words, _ = said(module, box, list(order))
        plain = judged(box, list(order))
        assert (right, words.replace("<code>", "`").replace("</code>", "`")) == plain[:2]


@pytest.mark.parametrize("decimals", [0, 1, 4, 12])
def test_both_sides_write_a_number_with_the_same_digits(module, decimals):
    values = [
        0,
        -0.0,
        0.5,
        1.5,
        -2.5,
        0.125,
        0.375,
        1e-4,
        4e-5,
        -6e-5,
        1e-9,
        3e-12,
        1 / 3,
        2 / 3,
        1e5,
        123456.789,
        1e15,
    ]
    values += [
        0.05,
        9.99995,
        0.99999,
        -0.4,
        17.4,
        2**40 + 0.5,
        1.5e300,
        1e-300,
        1.2345e20,
        1.0005e15,
        -9.9996e22,
        2.5 * 2**-30,
    ]
    for value in values:
        assert module.evaluate("([x, d]) => window.predict.readable(x, d)", [value, decimals]) == readable(
            value, decimals
        )
    for sign in (1, -1):  # no JSON for it, so it is made there
        assert module.evaluate("([s, d]) => window.predict.readable(s / 0, d)", [sign, decimals]) == readable(
            sign * float("inf"), decimals
        )


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.25", 0.25),
        (" 3 ", 3),
        (".5", 0.5),
        ("5.", 5),
        ("+2", 2),
        ("-0.375", -0.375),
        ("\u22120.375", -0.375),
        ("1/4", 0.25),
        ("-1 / 4", -0.25),
        ("1e-3", 0.001),
        ("2E3", 2000),
        ("-0", 0),
    ],
)
def test_a_number_is_read_as_a_person_types_it(module, typed, value):
    assert module.evaluate("typed => window.predict.parseNumber(typed)", typed) == {"value": value}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "type a number"),
        ("   ", "type a number"),
        ("0,25", "write the decimals with a point, 0.25."),
        ("-1,5", "write the decimals with a point, -1.5."),
        (
            "10,000",
            "“10,000” has a comma: if it separates thousands, write 10000; if decimals begin there, write a point.",
        ),
        ("1,000,000", "if it separates thousands, write 1000000; if"),
        ("\u22121,234.5", "if it separates thousands, write -1234.5; if"),
        ("0,250", "write the decimals with a point, 0.250."),
        ("1000,000", "write the decimals with a point, 1000.000."),
        ("1,00,000", "“1,00,000” is not a number. One like 0.25, -3, 1/4 or 1e-3 was expected."),
        ("a half", "“a half” is not a number."),
        ("1/0", "“1/0” is not finite."),
        ("0/0", "“0/0” is not finite."),
        ("1e999", "“1e999” is not finite."),
        ("inf", "“inf” is not a number."),
        ("NaN", "“NaN” is not a number."),
        ("0x10", "“0x10” is not a number."),
        ("1/2/3", "“1/2/3” is not a number."),
        ("<b>", "“<b>” is not a number."),
    ],
)
def test_what_is_no_number_is_refused_with_what_came_and_what_was_expected(module, typed, words):
    read = module.evaluate("typed => window.predict.parseNumber(typed)", typed)
    assert words in read["problem"]
    assert "value" not in read


# ---- folded, saved, reopened --------------------------------------------------------------------------------------

CHAPTER = """# Questions

```python
from backprop_lib.widgets import Predict
```

```python tags=["predict"]
Predict(
    "What is `3 * 4`?",
    answer=3.0 * 4.0,
    decimals=1,
    why="Three times four.",
    slips={3.0 + 4.0: "Added."},
)
```

```python
print(f"revealed: {3.0 * 4.0}")
```

Text after it.
"""


def paired(lab, name):
    source = lab.folder / "chapters" / f"{name}.md"
    source.write_text(CHAPTER, encoding="utf-8")
    pairing.build(source)
    return source


def folding(source):
    stored = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    return [cell.metadata.get("jupyter", {}) for cell in stored.cells if cell.cell_type == "code"]


def save(page):
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_a_stored_question_is_folded_and_readable_and_gives_its_answer_only_when_asked(lab):
    source = paired(lab, "91_stored")
    page = lab.open(f"chapters/{source.stem}.ipynb")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.get_by_text("Run this cell to answer it here.").wait_for()
    assert page.get_by_text("answer=3.0 * 4.0").count() == 0, "the source gives the answer away"
    assert page.get_by_text("revealed: 12.0").count() == 0, "the reveal gives the answer away"
    why = page.get_by_text("Three times four.")
    assert not why.is_visible()
    page.screenshot(path=SCREENSHOTS / "predict_fallback_closed.png")
    page.get_by_text("Answer", exact=True).click()
    why.wait_for()
    assert page.get_by_text("12 (within 0.01 counts)").is_visible()
    page.screenshot(path=SCREENSHOTS / "predict_fallback_open.png")
    # The notebook's debugger may still be asking the kernel that was shut down; that is not about the question.
    assert [problem for problem in page.problems if "debugger" not in problem] == []
    leave(page)


def test_running_it_shows_the_box_and_the_reveal_and_saving_keeps_source_and_folding(lab):
    source = paired(lab, "92_run")
    before = source.read_bytes()
    assert folding(source) == [{}, {"source_hidden": True}, {"outputs_hidden": True}]
    page = lab.open(f"chapters/{source.stem}.ipynb")
    written = source.stat().st_mtime_ns
    save_anyway = "() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true; }"
    page.evaluate(save_anyway)
    save(page)
    assert source.stat().st_mtime_ns > written, "the pair was not kept in step: its Markdown was not written"
    assert source.read_bytes() == before
    assert folding(source) == [{}, {"source_hidden": True}, {"outputs_hidden": True}]
    assert pairing.problems(source) == []
    page.context.close()

    page = lab.open(f"chapters/{source.stem}.ipynb")
    assert page.get_by_text("answer=3.0 * 4.0").count() == 0, "the folding was lost on saving"
    assert lab.run_all(page) == []
    box = Box(page)
    assert page.get_by_text("answer=3.0 * 4.0").count() == 0, "running the cell unfolded its source"
    page.get_by_text("revealed: 12.0").wait_for()
    box.field.fill("7")
    box.commit()
    box.await_words("Added.")
    save(page)
    assert source.read_bytes() == before
    assert folding(source)[1] == {"source_hidden": True}
    assert page.problems == []
    leave(page)


def test_a_notebook_that_a_learner_ran_and_saved_still_shows_the_answer_when_it_is_opened_again(lab):
    source = paired(lab, "93_reopened")
    page = lab.open(f"chapters/{source.stem}.ipynb")
    assert lab.run_all(page) == []
    box = Box(page)
    box.field.fill("12")
    box.commit()
    box.await_words("Yours is within 0.01.")
    save(page)
    page.context.close()
    page = lab.open(f"chapters/{source.stem}.ipynb")  # the kernel went on meanwhile
    box = Box(page)
    box.await_words("Yours is within 0.01.")
    assert box.field.input_value() == "12"
    leave(page)


def test_a_fold_shows_no_first_line_that_gives_the_answer_away(lab):
    source = paired(lab, "94_fold")
    page = lab.open(f"chapters/{source.stem}.ipynb")
    folds = page.locator(".jp-Placeholder")
    folds.nth(1).wait_for()
    assert [text.strip() for text in folds.all_inner_texts()] == ["Predict(", ""]
    folds.nth(1).click()
    page.get_by_text("revealed: 12.0").wait_for()
    assert page.get_by_text("Loading widget").count() == 0
    assert page.get_by_text("Error displaying widget").count() == 0
    leave(page)


# ---- how it looks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [700, 1366])
def test_nothing_is_clipped_and_every_control_has_a_name(lab, width, theme):
    name = f"predict_{width}_{theme.split()[1].lower()}"
    long = CHOICE.replace('"rises",', f'"rises", "{" ".join(["much longer"] * 20)}",', 1)
    page = lab.open(notebook(lab, name, IMPORTS, NUMBER, long, ORDER), width=width, height=1000)
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    assert lab.run_all(page) == []
    boxes = [Box(page, nth) for nth in range(3)]
    for kind, box in zip(("number", "choice", "order"), boxes, strict=True):
        shoot(page, box, f"{name}_{kind}_before")
    boxes[0].field.fill("1.5")
    boxes[1].radio("falls").click()
    boxes[2].button("Move down: " + boxes[2].lines[0]).click()
    for kind, box in zip(("number", "choice", "order"), boxes, strict=True):
        box.commit()
        box.root.get_by_role("status").locator(".bp-words").wait_for()
        shoot(page, box, f"{name}_{kind}_after")
        faults = box.root.evaluate(
            """root => {
                const faults = [];
                const outer = root.getBoundingClientRect();
                if (root.scrollWidth > root.clientWidth + 1) faults.push('the box is wider than its place');
                for (const part of root.querySelectorAll('p, button, input, label, li, code')) {
                    if (part.offsetParent === null) continue;
                    const { left, right } = part.getBoundingClientRect();
                    if (left < outer.left - 1 || right > outer.right + 1) faults.push(`${part.outerHTML} sticks out`);
                }
                for (const control of root.querySelectorAll('button, input')) {
                    const label = control.closest('label') ?? control;
                    const name = control.getAttribute('aria-label') || label.textContent.trim();
                    if (!name) faults.push(`${control.outerHTML} has no name`);
                }
                return faults;
            }"""
        )
        assert faults == []
    page.screenshot(path=SCREENSHOTS / f"{name}_page.png", full_page=True)
    assert page.problems == []
    leave(page)
