"""Exercises made from solutions: what stands in for an answer, and that a slip in the source is refused."""

import shutil

import jupytext
import pytest
from repository import ROOT

from backprop_lib.__main__ import main
from backprop_lib.authoring.exercises import checked_in, exercise_of, markdown_of
from backprop_lib.authoring.stubs import stub

FUNCTION = """```python
def two_samples(x):
    ### BEGIN SOLUTION
    secret = 2 * x
    return secret
    ### END SOLUTION
```

```python
check("05.two_samples", two_samples)
### BEGIN HIDDEN TESTS
check("05.two_samples", two_samples, strict=True)
### END HIDDEN TESTS
```
"""


def sources(text):
    return [cell.source for cell in exercise_of(jupytext.reads(text, fmt="md")).cells]


def test_a_function_is_left_with_a_line_that_raises():
    answer, checking = sources(FUNCTION)
    assert answer == 'def two_samples(x):\n    raise NotImplementedError("write your code here")'
    assert checking == 'check("05.two_samples", two_samples)'


@pytest.mark.parametrize(
    ("region", "stands"),
    [
        (["x = 3", "y = x + 1", "x = 4"], ["x = ...  # your answer", "y = ...  # your answer"]),
        (["a, b = 1, 2"], ["a = ...  # your answer", "b = ...  # your answer"]),
        (["    return x"], ['    raise NotImplementedError("write your code here")']),
        (["    #: y = ...  # as x", "    y = 2 * x"], ["    y = ...  # as x"]),
        (["    #:     y = x", "    y = 2 * x"], ["        y = x"]),
        (["    # a comment", "    y = 2 * x"], ['    raise NotImplementedError("write your code here")']),
    ],
)
def test_what_stands_in_for_a_region(region, stands):
    assert stub(region) == stands


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION\n", "", "has no end"),
        ("    ### BEGIN SOLUTION\n", "", "solution"),
        ("    secret = 2 * x\n", "    ### BEGIN SOLUTION\n", "inside another"),
        ("### END HIDDEN TESTS\n", "", "end hidden tests"),
    ],
)
def test_a_slip_in_the_markers_is_refused(old, new, message):
    assert old in FUNCTION
    with pytest.raises(RuntimeError, match=message):
        sources(FUNCTION.replace(old, new, 1))


def test_discussion_stays_in_the_solution():
    text = FUNCTION + '\n<!-- #region tags=["discussion"] -->\nBecause of the 2.\n<!-- #endregion -->\n'
    assert len(jupytext.reads(text, fmt="md").cells) == 3
    assert len(sources(text)) == 2


def test_points_and_names_of_the_cells_come_from_the_exercise():
    answer, checking = exercise_of(jupytext.reads(FUNCTION, fmt="md")).cells
    assert answer.metadata.nbgrader.grade_id == "05-two-samples"
    assert answer.metadata.nbgrader.solution
    assert not answer.metadata.nbgrader.locked
    assert (checking.metadata.nbgrader.points, checking.metadata.nbgrader.grade) == (2, True)
    assert checking.metadata.nbgrader.locked


def test_a_check_is_found_by_its_call():
    assert checked_in('x = 1\ncheck("05.backward", backward)') == "05.backward"
    assert checked_in('# check("05.backward", backward)') is None


def test_the_exercise_folder_is_not_edited_by_hand(capsys):
    with pytest.raises(SystemExit, match="is made from its solution"):
        main(["notebooks", str(ROOT / "exercises" / "05_vectorized_gradients.md")])


def test_a_planted_leak_and_a_changed_exercise_are_noticed(tmp_path):
    (tmp_path / "solutions").mkdir()
    source = tmp_path / "solutions" / "05_vectorized_gradients.md"
    shutil.copy(ROOT / "solutions" / source.name, source)
    right = (ROOT / "exercises" / source.name).read_text(encoding="utf-8")
    assert markdown_of(source) == right
    source.write_text(
        source.read_text(encoding="utf-8")
        .replace("### BEGIN SOLUTION", "# begin", 1)
        .replace("### END SOLUTION", "# end", 1),
        encoding="utf-8",
    )
    assert 'one_step = "E F C B D A"' in markdown_of(source) != right
