"""The proof by mutation: every wrong answer is refused, every known mistake is named, and no name is wrong."""

import proof
import pytest

from backprop_lib.checks import EXERCISES

DOCUMENT = proof.ROOT / "docs" / "checks.md"


@pytest.fixture(scope="module")
def rows():
    """The whole table; it is left in test-results for whoever wants to read it."""
    found = proof.all_rows()
    proof.write_table(found, proof.ROOT / "test-results" / "checks.csv")
    return found


def test_every_exercise_has_its_rows(rows):
    assert {row.exercise for row in rows} == set(EXERCISES)
    for name, exercise in EXERCISES.items():
        kinds = {row.kind for row in rows if row.exercise == name}
        assert {"right", "known mistake", "mutant"} <= kinds
        assert ("stub" in kinds) == (exercise.kind == "hunt")


def test_right_answers_are_right_and_stubs_are_not_attempted(rows):
    wanted = {"right": "right", "stub": "not attempted"}
    assert [row for row in rows if row.kind in wanted and row.verdict != wanted[row.kind]] == []


def test_whatever_gives_other_values_is_refused(rows):
    assert [row for row in rows if row.differs and row.verdict == "right"] == []


def test_every_known_mistake_is_named(rows):
    assert [row for row in rows if row.kind == "known mistake" and row.what not in row.diagnosis] == []


def test_no_name_is_wrong(rows):
    """A name that was given on one draw is given on other draws too."""
    assert [row for row in rows if any(name.endswith("?") for name in row.diagnosis)] == []


def test_the_document_says_what_a_fresh_run_says(rows):
    def cells(lines):
        # Python's versions write a few mutants differently, so their number is not compared.
        return [[cell.strip() for cell in line.split("|")[1:5]] for line in lines if line.startswith("| ")]

    text = DOCUMENT.read_text(encoding="utf-8")
    assert cells(text.splitlines()) == cells(proof.summary(rows))
    assert "and 0 names were wrong" in text


SEEDS = 20
"""How many draws are tried here; `python tests/proof.py --seeds 200` tries more, and the known mistakes too."""


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_other_draws_give_the_same_verdict(name):
    if not EXERCISES[name].takes_function:
        for answer in proof.right_answers(name):
            assert {proof.verdict_on(name, answer, seed)[0].status for seed in range(SEEDS)} == {"right"}
        return
    answer = proof.reference_solution(name)
    assert {proof.verdict_on(name, answer, 100 + seed)[0].status for seed in range(SEEDS)} == {"right"}


def test_the_proof_notices_a_check_that_lets_a_mistake_pass(monkeypatch):
    """With a tolerance of 3 a factor of 2 passes, and the rows show it."""
    from backprop_lib import gradcheck
    from backprop_lib.checks import judging

    assert [row for row in proof.known_rows("05.layer_gradients") if row.verdict == "right"] == []
    monkeypatch.setattr(gradcheck, "TOLERANCE", 3.0)
    judging._RUNS.clear()
    passed = {row.what for row in proof.known_rows("05.layer_gradients") if row.verdict == "right"}
    judging._RUNS.clear()
    assert "averaged_twice" in passed
