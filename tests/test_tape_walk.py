"""The tape and the walk back: the numbers of the library's own walk, checked by a nudge."""

import numpy as np
import pytest

from backprop_lib import autodiff
from backprop_lib.autodiff import Tensor
from backprop_lib.widgets import TapeViewer
from backprop_lib.widgets.tape_walk import TapeWalk

EXPRESSIONS = {
    "chapter": (lambda x, w: (x * w) * (x * w + x), {"x": 3.0, "w": 2.0}),
    "twice the same": (lambda x: x * x, {"x": 3.0}),
    "functions": (lambda x, y: (x.tanh() + 2.0 * y).exp() / y.log() - x**3, {"x": 0.3, "y": 1.7}),
    "arrays": (lambda A, b: ((A @ A.T).relu() * b).sum(), {"A": [[1.0, -2.0], [0.5, 3.0]], "b": [1.0, 2.0]}),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_walk_leaves_what_the_librarys_own_walk_leaves_and_the_nudge_agrees(name):
    expression, inputs = EXPRESSIONS[name]
    walk = TapeWalk(expression, **inputs)
    leaves = {key: Tensor(value) for key, value in inputs.items()}
    expression(**leaves).backward()
    for key, leaf in leaves.items():
        np.testing.assert_allclose(walk.gradient(key), leaf.grad)
        assert walk.agrees(key)


def test_a_wrong_rule_does_not_agree_and_the_words_say_so():
    broken = autodiff.operation("square", lambda a: a**2, lambda g, a: g * a)  # the 2 is lost
    walk = TapeWalk(lambda x: broken(x), x=3.0)
    assert not walk.agrees("x")
    assert "the nudge says 6 and does not agree" in walk.words(4)


@pytest.mark.parametrize("offset", [1e6, 1e8, -1e9])
def test_a_slope_beside_a_large_result_is_not_called_wrong_and_a_wrong_one_still_is(offset):
    assert TapeWalk(lambda x: x + offset, x=3.0).comparisons["x"].passed
    doubled = autodiff.operation("doubled", lambda a: a, lambda g, a: 2 * g)
    assert not TapeWalk(lambda x: doubled(x) + offset, x=3.0).comparisons["x"].passed


def test_at_a_kink_nudging_decides_nothing_and_the_words_say_so():
    walk = TapeWalk(lambda x: x.relu(), x=0.0)
    assert walk.words(4).endswith("It is an input; nudging cannot decide, for it lies at a kink.")
    walk = TapeWalk(lambda x: x.relu().sum(), x=[0.0, 1.0, -2.0])
    assert walk.words(6).endswith(
        "1 of 3 entries lies at a kink; the others have the size 1, the nudge says 1 and agrees."
    )
    walk = TapeWalk(lambda x: x.relu().sum(), x=[0.0, 0.0])
    assert walk.words(6).endswith("nudging cannot decide, for it lies at a kink in every entry.")
    walk = TapeWalk(lambda x: x.relu().sum(), x=[0.0, 0.0, 1.0])
    assert walk.words(6).endswith(
        "2 of 3 entries lie at a kink; the other has the size 1, the nudge says 1 and agrees."
    )
    broken = autodiff.operation("double", lambda a: 2 * a, lambda g, a: g)
    walk = TapeWalk(lambda x: broken(x.relu()).sum(), x=[0.0, 1.0, -2.0])
    assert walk.words(8).endswith(
        "1 of 3 entries lies at a kink; the others have the size 1, the nudge says 2 and does not agree."
    )


@pytest.mark.parametrize(
    ("expression", "x"),
    [
        (lambda x: -x.log(), 0.002),
        (lambda x: -x.log(), 1e-4),
        (lambda x: x.relu(), 5.45e-6),
        (lambda x: (1000.0 * x).tanh(), 0.001),
    ],
)
def test_a_right_gradient_where_the_function_is_steep_agrees(expression, x):
    walk = TapeWalk(expression, x=x)
    assert walk.agrees("x")
    assert walk.words(2 * len(walk.lines)).endswith(" and agrees.")


def test_a_given_line_a_constant_and_a_tape_of_one_line_are_called_so():
    walk = TapeWalk(lambda x: 2.0 * x, x=3.0)
    assert walk.words(0) == "The tape is empty; 3 lines are to come, and then the walk back."
    lines = {walk.words(position) for position in (1, 2)}
    assert {words[words.index(":") + 2 :] for words in lines} == {"x = 3, which is given.", "k1 = 2, a constant."}
    assert TapeWalk(lambda x: x, x=2.0).words(0).startswith("The tape is empty; 1 line is to come")


def test_the_words_follow_the_tape_and_the_turns():
    viewer = TapeViewer()
    words = viewer._sent["facts"]["words"]
    assert words[4] == "Line 4 of 5 is written: b = a + x = 9."
    assert words[7].endswith("It sends 6 to a, which had 9 and now has 15; and 6 to x.")
    assert words[-1].endswith("x has 36, and that is all of it. It is an input; the nudge says 36 and agrees.")
    assert viewer._sent["facts"]["texts"][7] == ["so far 6", "", "so far 15", "grad 6", "grad 1"]


def test_a_turn_comes_only_when_all_shares_have_arrived():
    for expression, inputs in EXPRESSIONS.values():
        walk = TapeWalk(expression, **inputs)
        gone = set()
        for turn, shares in walk.turns:
            gone.add(turn)
            assert all(share.to not in gone for share in shares)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"x": 1.0}, TypeError, "without an expression"),
        ({"expression": 3, "x": 1.0}, TypeError, "a function of x was expected"),
        ({"expression": lambda: 1}, TypeError, "There are no inputs"),
        ({"expression": lambda x: 3, "x": 1.0}, ValueError, "returned int; a tensor with one number"),
        ({"expression": lambda x: x * 2, "x": [1.0, 2.0]}, ValueError, r"shape \(2,\); a tensor with one number"),
        ({"expression": lambda x, y: x * x, "x": 1.0, "y": 2.0}, ValueError, "y is not used"),
        (
            {"expression": lambda x: sum((x * x for _ in range(250)), x), "x": 1.0},
            ValueError,
            "501 lines; at most 24 can be",
        ),
        ({"expression": lambda x: (x * x).sum(), "x": np.ones((40, 40))}, ValueError, "1,600 numbers; at most 1,000"),
        ({"expression": lambda x: (x * x).sum(), "x": []}, ValueError, "x holds no numbers; at least one was expected"),
        ({"expression": lambda x: x.log() * x, "x": 0.0}, ValueError, r"Line u1 = log\(x\) is −∞, a finite value"),
        ({"expression": lambda x: x.exp(), "x": 1000.0}, ValueError, "is ∞, a finite value was expected. Choose other"),
        ({"expression": lambda x: x.log(), "x": 1e-9}, ValueError, "x cannot be nudged"),
        ({"expression": lambda x: x**0.5 * x, "x": 0.0}, ValueError, r"x \^ 0.5 is infinite"),
        ({"expression": lambda x: x * x, "x": float("nan")}, ValueError, "x holds 1 value that is NaN"),
        ({"expression": lambda x: x * x, "x": "a"}, TypeError, "x holds text"),
        ({"expression": lambda y: y * y, "x": 1.0}, TypeError, r"The expression takes \(y\); the inputs are x"),
        ({"expression": lambda x: x * x, "names": "C", "x": 1.0}, TypeError, "a list of names was expected"),
        ({"expression": lambda x: x * x, "names": [1], "x": 1.0}, TypeError, "a list of names was expected"),
        ({"expression": lambda x: x * x, "names": ["a", "b"], "x": 1.0}, ValueError, "the expression computes 1 value"),
        ({"expression": lambda x: x * x + x, "names": ["x", "C"], "x": 1.0}, ValueError, "The name x is given twice"),
    ],
)
def test_nonsense_is_refused_in_words(arguments, error, words):
    with pytest.raises(error, match=words):
        TapeViewer(**arguments)


def test_names_that_the_inputs_have_are_not_given_again():
    walk = TapeWalk(lambda C, u1: C * u1 * 2 * C, C=1.0, u1=2.0)
    names = [line.name for line in walk.lines]
    assert len(set(names)) == len(names)
    assert names[-1] == "C_"


def test_a_tape_of_arrays_has_a_still_picture_too():
    still = TapeViewer(EXPRESSIONS["arrays"][0], **EXPRESSIONS["arrays"][1])._still()
    assert "<img" in still
