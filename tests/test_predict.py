"""The Predict question without a screen: what it says of a prediction, what it refuses, what it leaves behind."""

import json
import re
import warnings
from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest

from backprop_lib.mistakes import MISTAKES
from backprop_lib.widgets import Predict
from backprop_lib.widgets.question import readable

LINES = ["z = w * x", "a = max(0.0, z)", "e = a - 0.5", "C = e**2 / 2"]


def forward_works(lines):
    names = {"x": 2.0, "w": 0.5}
    exec("\n".join(lines), names)
    return names["C"] == 0.125


def number(**changes):
    return Predict("How much?", **{"answer": 0.75, "slips": {1.5: "Forgot the ½."}, "why": "Because.", **changes})


def choice(**changes):
    given = {"answer": "up", "choices": ["up", "down", "flat"], "slips": {"down": "Turned the sign."}, "why": "So."}
    return Predict("Where?", **{**given, **changes})


def order(**changes):
    return Predict("In order.", **{"lines": LINES, "works": forward_works, "why": "One needs the other.", **changes})


# ---- what is said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prediction", "right", "words"),
    [
        (0.75, True, "You said 0.75. Computed: 0.75. Yours is within 0.01."),
        (0.76, True, "You said 0.76. Computed: 0.75. Yours is within 0.01."),
        (0.74, True, "You said 0.74. Computed: 0.75. Yours is within 0.01."),
        (0.761, False, "You said 0.761. Computed: 0.75. Yours is 0.011 too high."),
        (0.5, False, "You said 0.5. Computed: 0.75. Yours is 0.25 too low."),
        (0, False, "You said 0. Computed: 0.75. Yours is 0.75 too low."),
        (Fraction(1, 3), False, "You said 0.3333. Computed: 0.75. Yours is 0.4167 too low."),
        (np.float32(2.0), False, "You said 2. Computed: 0.75. Yours is 1.25 too high."),
        (np.array(100), False, "You said 100. Computed: 0.75. Yours is 99.25 too high."),
        (
            -0.75,
            False,
            "You said -0.75. Computed: 0.75. Yours is 1.5 too low. The size is right, the sign is the other way.",
        ),
        (
            -0.748,
            False,
            "You said -0.748. Computed: 0.75. Yours is 1.498 too low. "
            "The size is nearly right, the sign is the other way.",
        ),
        (
            0.375,
            False,
            "You said 0.375. Computed: 0.75. Yours is 0.375 too low. The computed value is 2 times yours.",
        ),
        (
            0.187,
            False,
            "You said 0.187. Computed: 0.75. Yours is 0.563 too low. The computed value is about 4 times yours.",
        ),
        (3, False, "You said 3. Computed: 0.75. Yours is 2.25 too high. Yours is 4 times the computed value."),
        (
            -1.5,
            False,
            "You said -1.5. Computed: 0.75. Yours is 2.25 too low. "
            "The sign is the other way, and yours is 2 times the computed value.",
        ),
    ],
)
def test_a_number_is_answered_with_both_numbers_and_the_gap(prediction, right, words):
    box = number()
    box.commit(prediction)
    assert (box.verdict.right, box.verdict.words, box.verdict.slip) == (right, words, "")


@pytest.mark.parametrize("prediction", [1.5, 1.49, 1.51])
def test_a_slip_is_explained_and_takes_precedence_over_a_factor(prediction):
    box = number()
    box.commit(prediction)
    assert not box.verdict.right
    assert box.verdict.slip == "Forgot the ½."
    assert "times" not in box.verdict.words
    assert box.words.endswith(" too high. Forgot the ½. Because.")


@pytest.mark.parametrize(
    ("answer", "tolerance", "prediction", "words"),
    [
        (0.5, 0.1, 0.3, "Yours is 0.2 too low."),  # a wide tolerance makes no wide bands: 0.3 is not about a half
        (0.5, 0.1, 0.2505, "Yours is 0.2495 too low. The computed value is about 2 times yours."),
        (0.02, 0.01, 0.005, "Yours is 0.015 too low."),  # a quarter, but the tolerance would not tell it from 0
        (0.02, 0.001, 0.005, "Yours is 0.015 too low. The computed value is 4 times yours."),
    ],
)
def test_a_factor_is_named_only_where_the_prediction_is_close_to_it_and_told_from_0(
    answer, tolerance, prediction, words
):
    box = Predict("?", answer=answer, tolerance=tolerance, why="so")
    box.commit(prediction)
    assert box.verdict.words.partition(f"Computed: {answer}. ")[2] == words


@pytest.mark.parametrize("answer", [1e308, -1e308])
def test_on_a_huge_answer_every_band_has_two_ends_that_can_be_compared(answer):
    slips = {1.5e308: "a", 1.6e308: "b", -1.6e308: "c", -1.5e308: "d"}
    box = Predict("?", answer=answer, slips=slips, why="so")
    bands = box._sent["bands"]
    for band in bands[:-2]:
        assert band["low"] is not None
        assert band["high"] is not None
        assert band["low"] <= band["high"]
    for slip, words in slips.items():
        box.commit(slip)
        assert box.verdict.slip == words
    box.commit(-answer)
    assert box.verdict.words.startswith(f"You said {readable(-answer, 4)}. Computed: {readable(answer, 4)}. Yours is ∞")
    box.commit(0.5)
    assert ("low" if answer > 0 else "high") in box.verdict.words


def test_of_two_slips_that_read_the_same_the_first_is_explained():
    box = number(slips={1.5: "a", 1.5 + 1e-9: "b", 1.5 - 1e-9: "c", 1.6: "d"})
    assert [text for text, _ in box.question.slip_words] == ["1.5", "1.6"]
    for prediction in (1.5, 1.5 + 1e-9, 1.5 - 1e-9):
        box.commit(prediction)
        assert box.verdict.slip == "a"


@pytest.mark.parametrize(("prediction", "slip"), [(1.5, "a"), (1.504, "a"), (1.506, "b"), (1.51, "b"), (1.53, "")])
def test_of_two_slips_the_nearer_one_is_explained(prediction, slip):
    box = number(slips={1.51: "b", 1.5: "a"})
    box.commit(prediction)
    assert box.verdict.slip == slip


@pytest.mark.parametrize("answer", [0.0, -0.0, 1e-12])
def test_an_answer_of_0_has_no_sign_and_no_factors(answer):
    box = Predict("?", answer=answer, why="so")
    box.commit(0.0)
    assert box.verdict.right
    box.commit(0.5)
    assert box.verdict.words.endswith(" Yours is 0.5 too high.")


def test_without_a_tolerance_only_the_answer_itself_counts():
    box = Predict("How many?", answer=17, tolerance=0, decimals=0, why="so")
    box.commit(17)
    assert box.verdict.words == "You said 17. Computed: 17. Yours is the same."
    box.commit(17.4)
    assert box.verdict.words == "You said 17.4. Computed: 17. Yours is 0.4 too high."
    assert box._still_text().splitlines()[1] == "Answer: 17"


def test_a_third_that_floating_point_cannot_write_counts_as_the_same():
    box = Predict("?", answer=0.1 + 0.2, tolerance=0, why="so")
    box.commit(0.3)
    assert box.verdict.right


def test_any_number_is_right_within_the_tolerance_and_otherwise_too_low_or_too_high():
    rng = np.random.default_rng(3)
    for _ in range(300):
        answer, tolerance = rng.normal() * 10.0 ** rng.integers(-2, 4), rng.choice([0.01, 0.1])
        box = Predict("?", answer=answer, tolerance=tolerance, why="so")
        for prediction in (answer, *rng.normal(size=5) * 10, 1e300, -1e300, -answer, 2 * answer):
            box.commit(prediction)
            assert box.verdict.right == (abs(prediction - answer) <= tolerance), (answer, prediction)
            if not box.verdict.right:
                assert ("too low" if prediction < answer else "too high") in box.verdict.words


def test_a_slip_that_comes_out_right_with_other_numbers_is_no_slip_any_more():
    assert number(slips={0.755: "near", 1.5: "far"}).question.slips == {1.5: "far"}
    assert choice(slips={"up": "right after all", "down": "no"}).question.slips == {"down": "no"}


def test_a_choice_is_answered_with_the_slip_of_that_choice():
    box = choice()
    box.commit("down")
    assert box.words == "You said “down”. Computed: “up”. Turned the sign. So."
    box.commit("flat")
    assert box.words == "You said “flat”. Computed: “up”. So."
    box.commit("up")
    assert box.words == "You said “up”, and that is what was computed. So."


def test_choices_may_be_whole_numbers_and_the_answer_a_numpy_value():
    box = Predict("Which unit?", choices=[1, 2, 3], answer=np.argmax([0, 5, 1]) + 1, slips={3: "no"}, why="so")
    box.commit(3)
    assert box.words == "You said “3”. Computed: “2”. no so"
    assert Predict("?", choices=["True", "False"], answer=np.bool_(True), why="so").question.answer == "True"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([0, 1, 2, 3], "Your order works. No other does."),
        (
            [0, 1, 3, 2],
            "Your order does not work. Of its 4 lines, 2 lines are where the nearest order that works has them. "
            "The first one out of place is line 3: yours is `C = e**2 / 2`, and `e = a - 0.5` belongs there.",
        ),
        (
            [0, 2, 3, 1],
            "Your order does not work. Of its 4 lines, 1 line is where the nearest order that works has it. "
            "The first one out of place is line 2: yours is `e = a - 0.5`, and `a = max(0.0, z)` belongs there.",
        ),
        (
            [3, 2, 1, 0],
            "Your order does not work. Of its 4 lines, no lines are where the nearest order that works has them. "
            "The first one out of place is line 1: yours is `C = e**2 / 2`, and `z = w * x` belongs there.",
        ),
    ],
)
def test_an_order_is_answered_with_how_many_lines_are_in_place(lines, words):
    box = order()
    box.commit([LINES[i] for i in lines])
    assert box.verdict.words == words


def test_every_order_that_works_is_accepted_and_the_nearest_one_is_compared():
    lines = ["a = 1", "b = 2", "c = a + b"]
    box = Predict("?", lines=lines, works=lambda order: exec("\n".join(order), {}) is None, why="so")
    assert set(box.question.accepted) == {(0, 1, 2), (1, 0, 2)}
    box.commit(["b = 2", "a = 1", "c = a + b"])
    assert box.verdict.words == "Your order works. 2 orders do."
    box.commit(["b = 2", "c = a + b", "a = 1"])
    assert "1 line is" in box.verdict.words
    assert "`a = 1` belongs there" in box.verdict.words


def test_the_lines_are_shown_in_the_same_wrong_order_in_every_run():
    shown = [order().question.shown for _ in range(3)]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0] not in order().question.accepted
    assert sorted(shown[0]) == [0, 1, 2, 3]


@pytest.mark.parametrize("lines", [["a", "b"], ["a", "b", "c"], list("abcd"), list("abcde")])
def test_at_first_no_line_stands_where_it_belongs(lines):
    question = Predict("?", lines=lines, works=lambda order: order == lines, why="so").question
    assert all(place != line for place, line in enumerate(question.shown))


def test_what_lines_print_and_warn_of_in_a_wrong_order_is_not_heard(capsys):
    lines = ["x = 1.0 + 0 * x", "print(x)", "y = 1 / x"]

    def run(order):
        names = {"x": np.float64(0.0)}
        exec("\n".join(order), names)
        return names["y"] == 1

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(Predict("?", lines=lines, works=run, why="so").question.accepted) == 3
    assert capsys.readouterr() == ("", "")


# ---- the state ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("box", "prediction"), [(number(), 0.5), (choice(), "down"), (order(), LINES[::-1])])
def test_a_question_is_open_committed_and_open_again(box, prediction):
    assert (box.committed, box.verdict, box.words) == (None, None, "")
    seen = []
    box.observe(lambda change: seen.append(change["new"]), "committed")
    box.commit(prediction)
    assert box.committed == prediction
    assert box.words
    box.reset()
    assert (box.committed, box.verdict, box.words) == (None, None, "")
    assert seen == [prediction, None]


def test_what_the_browser_commits_is_judged_here_too():
    box = number()
    box.set_state({"committed": 0.5})
    assert box.verdict.words.endswith("Yours is 0.25 too low.")
    box.set_state({"committed": None})
    assert box.words == ""


@pytest.mark.parametrize(
    ("box", "prediction", "error", "words"),
    [
        (number(), "a half", TypeError, "the prediction is 'a half', a number was expected."),
        (number(), True, TypeError, "the prediction is True, a number was expected."),
        (number(), float("nan"), ValueError, "the prediction is nan, a finite number was expected."),
        (number(), float("inf"), ValueError, "the prediction is inf, a finite number was expected."),
        (number(), np.ones(2), TypeError, "of shape (2,); take one of its numbers"),
        pytest.param(number(), 10**400, ValueError, "the prediction is too large for a float, a finite", id="huge"),
        (choice(), "sideways", ValueError, "the prediction is 'sideways', which is not among the choices"),
        (choice(), "", TypeError, "the prediction is '', a text"),
        (order(), LINES[:2], ValueError, "each of these lines once was expected"),
        (order(), "z = w * x", TypeError, "(str), a list of the lines was expected. Split the text."),
        (order(), 3, TypeError, "the prediction is 3 (int), a list of the lines was expected."),
        (order(), set(LINES), TypeError, "(set), a list of the lines was expected."),
    ],
)
def test_what_is_no_prediction_is_refused_and_nothing_is_committed(box, prediction, error, words):
    with pytest.raises(error, match=re.escape(words)):
        box.commit(prediction)
    assert box.committed is None


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: number(answer=None), TypeError, "answer is missing; give the computed number"),
        (lambda: choice(answer=None), TypeError, "answer is missing; give one of the choices."),
        (lambda: number(answer="0.75"), TypeError, "answer is '0.75', a number was expected."),
        (lambda: number(answer=np.nan), ValueError, "answer is nan, a finite number was expected."),
        (lambda: number(answer=np.ones((1, 2))), TypeError, "of shape (1, 2); take one of its numbers"),
        (lambda: number(answer=10**400), ValueError, "answer is too large for a float, a finite number was expected."),
        (lambda: number(slips={10**400: "far"}), ValueError, "a slip is too large for a float"),
        (lambda: number(tolerance=-1), ValueError, "tolerance is -1, 0 or more was expected."),
        (lambda: number(decimals=1.5), ValueError, "decimals is 1.5, a whole number from 0 to 12 was expected."),
        (lambda: number(decimals=0), ValueError, "decimals=0 shows the answer as 1, which is not within"),
        (lambda: number(slips={np.inf: "far"}), ValueError, "a slip is inf, a finite number was expected."),
        (lambda: number(slips={"low": "far"}), TypeError, "a slip is 'low', a number was expected."),
        (lambda: number(slips={0.5: ""}), TypeError, "the slip 0.5 has '' where some text was expected."),
        (lambda: number(slips=[0.5]), TypeError, "slips is [0.5], a dict"),
        (lambda: number(works=forward_works), TypeError, "works was given to a question for a number"),
        (lambda: number(why=None), TypeError, "why is None, a sentence or two"),
        (lambda: Predict(" ", answer=1, why="so"), TypeError, "question is ' ', the text of the question"),
        (lambda: choice(answer="sideways"), ValueError, "the answer is 'sideways', which is not among the choices"),
        (lambda: choice(choices=["up", "up", "flat"]), ValueError, "the choice 'up' is there 2 times"),
        (lambda: choice(choices=["up"]), ValueError, "at least two were expected"),
        (
            lambda: choice(choices="up or down"),
            TypeError,
            "choices is 'up or down' (str), a list of at least two choices was expected. Split the text.",
        ),
        (lambda: choice(choices=3), TypeError, "choices is 3 (int), a list of at least two choices was expected."),
        (lambda: choice(choices={"up", "down"}), TypeError, "(set), a list of at least two choices was expected."),
        (lambda: choice(choices=(c for c in "ab")), TypeError, "(generator), a list of at least two choices"),
        (lambda: choice(choices=["up", 0.5]), TypeError, "a choice is 0.5, a text or a whole number was expected."),
        (lambda: choice(slips={"over": "no"}), ValueError, "the slip is 'over', which is not among the choices"),
        (lambda: choice(tolerance=0.1), TypeError, "tolerance was given to a question for a choice; leave it out."),
        (lambda: choice(lines=LINES), TypeError, "choices and lines were both given"),
        (lambda: order(answer=1), TypeError, "answer was given to a question for an order of lines; works decides."),
        (lambda: order(slips={}), TypeError, "slips was given to a question for an order of lines"),
        (lambda: order(works=None), TypeError, "works is None, a function of the list of lines was expected."),
        (lambda: order(works=lambda lines: False), ValueError, "works(lines) is false"),
        (lambda: order(works=lambda lines: 1 / 0), ValueError, "works(lines) raised ZeroDivisionError"),
        (lambda: order(works=lambda lines: True), ValueError, "every order of the lines works"),
        (lambda: order(lines=LINES[:1]), ValueError, "1 lines came, 2 to 6 were expected"),
        (lambda: order(lines=list("abcdefg")), ValueError, "7 lines came, 2 to 6 were expected"),
        (lambda: order(lines=["a", "b", "a"]), ValueError, "the line 'a' is there 2 times"),
        (
            lambda: order(lines="a\nb"),
            TypeError,
            "a list of lines in an order that works was expected. Split the text.",
        ),
        (lambda: order(lines=3), TypeError, "lines is 3 (int), a list of lines in an order that works was expected."),
        (lambda: order(lines=iter(LINES)), TypeError, "(list_iterator), a list of lines"),
        (
            lambda: number(mistake="sign_fliped"),
            ValueError,
            '"sign_fliped" is not the name of a known mistake. Did you mean "sign_flipped"?',
        ),
        (lambda: number(mistake=[]), TypeError, "[] (list) is not the name of a known mistake."),
    ],
)
def test_what_makes_no_question_is_refused_in_one_clear_message(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()


# ---- what is left in a notebook -----------------------------------------------------------------------------------


class Outline(HTMLParser):
    """The tags of a piece of HTML, and which text stands inside the folded answer."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.folded, self.plain = [], [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "details" in self.open:
            self.folded += data
        else:
            self.plain += data


def stored(box):
    data, _ = box._repr_mimebundle_()
    return data


@pytest.mark.parametrize(
    ("box", "asked", "answer"),
    [
        (number(), ["How much?"], ["0.75 (within 0.01 counts)", "Because.", "If you said 1.5: Forgot the ½."]),
        (choice(), ["Where?", "up", "down", "flat"], ["up", "So.", "If you said down: Turned the sign."]),
        (order(), ["In order.", *LINES], ["\n".join(LINES), "One needs the other."]),
    ],
)
def test_without_a_kernel_the_question_is_readable_and_the_answer_is_folded(box, asked, answer):
    data = stored(box)
    outline = Outline(data["text/html"])
    assert outline.open == []
    assert ("details", {}) in outline.tags, "the answer is folded, and not open"
    for text in asked:
        assert text in outline.plain
        assert text in data["text/plain"]
    assert "Run this cell to answer it here." in outline.plain
    for text in answer:
        assert text in outline.folded
        assert text not in outline.plain or text in asked
    assert answer[0] in data["text/plain"]


def test_texts_are_escaped_and_code_and_paragraphs_are_marked():
    box = Predict(
        'Is `a < b` & "c"?\n\n<script>alert(1)</script>',
        choices=["`x > 0`", "<b>no</b>"],
        answer="`x > 0`",
        slips={"<b>no</b>": "`<i>`"},
        why="a < b",
    )
    page = stored(box)["text/html"] + json.dumps(box._sent, ensure_ascii=False)
    assert "<code>a &lt; b</code> &amp; &quot;c&quot;?</p><p>&lt;script&gt;" in page
    assert "<code>x &gt; 0</code>" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<code>&lt;i&gt;</code>" in page
    assert not {tag for tag, _ in Outline(stored(box)["text/html"]).tags} & {"script", "b", "i"}


def test_the_known_mistake_is_named_in_the_folded_answer_and_never_given_as_a_diagnosis():
    box = number(mistake="sign_flipped")
    mistake = MISTAKES["sign_flipped"]
    words = f"Aimed at a known mistake: {mistake.title} (chapter {mistake.chapter[:2]})"
    assert words in Outline(stored(box)["text/html"]).folded
    for prediction in (-0.75, 0.75, 3.0):
        box.commit(prediction)
        assert mistake.title not in box.words


def test_two_runs_leave_the_same_bytes():
    for make in (number, choice, order):
        first, second = stored(make()), stored(make())
        assert first["text/html"] == second["text/html"]
        assert first["text/plain"] == second["text/plain"]
        assert make()._sent == make()._sent


def test_what_is_sent_is_small_and_plain_json():
    lines = [f"{name} = {name!r} * 40" for name in "abcdef"]
    for box in (number(), choice(), order(), order(lines=lines, works=lambda order: order[0] == lines[0])):
        assert len(json.dumps(box._sent, allow_nan=False)) < 250_000


# ---- numbers as text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.75, 4, "0.75"),
        (-0.375, 4, "-0.375"),
        (-0.0, 4, "0"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (2 / 3, 4, "0.6667"),
        (120, 0, "120"),
        (120.0, 4, "120"),
        (0.00004, 4, "0.00004"),
        (0.4, 0, "0.4"),
        (1e-7, 4, "1e-7"),
        (-1.25e-9, 4, "-1.3e-9"),
        (1e15, 4, "1e15"),
        (1.2345e20, 4, "1.235e20"),
        (1.0005e15, 4, "1.001e15"),
        (-9.9996e22, 4, "-1e23"),
        (float("inf"), 4, "∞"),
        (-float("inf"), 4, "-∞"),
    ],
)
def test_a_number_is_written_without_needless_digits(value, decimals, text):
    assert readable(value, decimals) == text
