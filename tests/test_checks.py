"""The checks of the exercises: right answers pass, stubs are not attempted, known mistakes are refused and named."""

import itertools
import json
import re

import proof
import pytest

from backprop_lib.authoring import exercises, pairing
from backprop_lib.checks import EXERCISES, check, hint, progress
from backprop_lib.checks.collecting import collect
from backprop_lib.checks.judging import judge

every_exercise = pytest.mark.parametrize("name", sorted(EXERCISES))


@every_exercise
def test_the_solution_and_five_other_right_answers_are_right(name):
    others = proof.right_answers(name)
    assert len(others) >= 5
    for answer in [proof.reference_solution(name), *others]:
        verdict, _ = proof.verdict_on(name, answer)
        assert verdict.right, verdict.text


@every_exercise
def test_each_known_mistake_is_refused_and_named(name):
    rows = list(proof.known_rows(name))
    assert len(rows) >= 5
    assert [row.what for row in rows if row.verdict == "right" or row.what not in row.diagnosis] == []


@every_exercise
def test_what_the_notebook_holds_at_the_start_is_not_attempted(name):
    exercise = EXERCISES[name]
    assert check(name, ...).status == "not attempted"
    if exercise.stub is not None:
        assert proof.verdict_on(name, exercise.stub)[0].status == "not attempted"


# In 06.mended the two bugs stand in the same lines, so that each of them alone is written out here.
HALF_MENDED_LOOP = {
    "stale_pass": """
def mended(X, y, W1, b1, W2, b2, learning_rate, steps):
    a1 = np.tanh(X @ W1 + b1)
    delta2 = (a1 @ W2 + b2 - y) / len(y)
    for _ in range(steps):
        delta1 = (delta2 @ W2.T) * (1 - a1**2)
        W2, b2 = W2 - learning_rate * a1.T @ delta2, b2 - learning_rate * delta2.sum(axis=0)
        W1, b1 = W1 - learning_rate * X.T @ delta1, b1 - learning_rate * delta1.sum(axis=0)
    return W1, b1, W2, b2
""",
    "updated_too_early": """
def mended(X, y, W1, b1, W2, b2, learning_rate, steps):
    for _ in range(steps):
        a1 = np.tanh(X @ W1 + b1)
        delta2 = (a1 @ W2 + b2 - y) / len(y)
        W2, b2 = W2 - learning_rate * a1.T @ delta2, b2 - learning_rate * delta2.sum(axis=0)
        delta1 = (delta2 @ W2.T) * (1 - a1**2)
        W1, b1 = W1 - learning_rate * X.T @ delta1, b1 - learning_rate * delta1.sum(axis=0)
    return W1, b1, W2, b2
""",
}


def half_mended(name):
    """Yield the source of a hunt with some of its bugs mended: each as planted, or as the solution has it."""
    if name == "06.mended":
        yield from HALF_MENDED_LOOP.values()
        return
    source = proof.solution_of(name)[0]
    places = re.findall(r"((?:^ *#: .*\n)+)((?:^ *(?!#)\S.*\n)+)", source, re.M)
    assert len(places) >= 2
    for choice in itertools.product((True, False), repeat=len(places)):
        if not any(choice) or all(choice):
            continue
        text = source
        for (planted, right), mend in zip(places, choice, strict=True):
            text = text.replace(planted + right, right if mend else planted.replace("#: ", ""))
        yield text


@pytest.mark.parametrize("name", sorted(name for name, e in EXERCISES.items() if e.kind == "hunt"))
def test_with_one_bug_mended_the_other_is_named(name):
    scope, named = proof.solution_of(name)[1], set()
    for source in half_mended(name):
        verdict, _ = proof.verdict_on(name, proof.answer_from(source, scope, name))
        assert verdict.status == "not yet right", source
        if "one is left" in verdict.text:
            named |= set(verdict.mistakes)
    assert named >= set(EXERCISES[name].planted)


def wrong(weights, functions, z, a, y):
    dW, db = EXERCISES["05.backward"].reference(weights, functions, z, a, y)
    return [2 * part for part in dW], [2 * part for part in db]


@every_exercise
def test_the_words_of_a_setting_are_the_same_in_every_draw(name):
    """A verdict prints them, so a solution's stored output would differ from run to run."""
    first, second = ([(case["name"], case["words"]) for case in EXERCISES[name].draw(seed)] for seed in (1, 2))
    assert first == second
    assert len(set(first)) == len(first), "two settings of one name"


def test_evidence_survives_json_and_is_judged_the_same():
    exercise, cases = EXERCISES["05.backward"], EXERCISES["05.backward"].draw(3)
    evidence = collect(wrong, cases)
    again = json.loads(json.dumps(evidence, allow_nan=False))
    verdict = judge(exercise, json.loads(json.dumps(cases, allow_nan=False)), again)
    assert verdict == judge(exercise, cases, evidence)
    assert verdict.mistakes == ("factor_two",)
    assert "2.000 times the expected ones" in verdict.text


def test_an_assertion_error_comes_only_when_asked_for():
    assert check("05.backward", wrong).status == "not yet right"
    with pytest.raises(AssertionError, match="factor 2 too many"):
        check("05.backward", wrong, strict=True)


def test_a_shape_error_names_the_product_and_both_shapes():
    def backward(weights, functions, z, a, y):
        delta = (a[-1] - y) / len(y)
        return [delta @ weights[-1]], [delta]

    text = check("05.backward", backward).text
    assert "`delta @ weights[-1]` failed: `delta` is (7, 3) and `weights[-1]` is (4, 3)" in text


def test_an_endless_loop_is_stopped():
    def backward(weights, functions, z, a, y):
        while True:
            pass

    cases = EXERCISES["05.backward"].draw(3)
    verdict = judge(EXERCISES["05.backward"], cases, collect(backward, cases, seconds=0.2))
    assert verdict.status == "not yet right"
    assert "the time was up" in verdict.text


def test_an_interrupt_ends_the_check_and_not_the_notebook():
    def backward(weights, functions, z, a, y):
        raise KeyboardInterrupt

    assert "interrupted" in check("05.backward", backward).text


def test_hints_come_one_at_a_time_and_the_last_one_stays():
    assert [hint("05.backward").tier for _ in range(4)] == [1, 2, 3, 3]


def test_progress_is_kept_and_can_be_deleted(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKPROP_PROGRESS", str(tmp_path / "progress.sqlite"))
    assert progress("05").rows[0][1] == 0
    check("05.backward", EXERCISES["05.backward"].reference)
    check("05.backward", wrong)  # what was right once stays right
    assert progress("05").rows[0][1:4:2] == (1, 6)
    (tmp_path / "progress.sqlite").write_bytes(b"damaged" * 200)
    check("05.backward", EXERCISES["05.backward"].reference)
    assert progress("05").rows[0][1] == 1
    (tmp_path / "progress.sqlite").unlink()
    assert progress("05").rows[0][1] == 0


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_the_pairs_agree_and_were_executed(folder):
    for source in pairing.sources(proof.ROOT / folder):
        assert pairing.problems(source) == []


def test_no_line_of_a_solution_stands_in_its_exercise():
    for source in pairing.sources(proof.ROOT / "exercises"):
        text = source.read_text(encoding="utf-8")
        assert not [
            mark
            for mark in ("SOLUTION", "HIDDEN", ", strict=True)\n### END", "#: ", "What a wrong answer")
            if mark in text
        ]


@pytest.mark.parametrize("source", pairing.sources(proof.ROOT / "solutions"), ids=lambda path: path.stem)
def test_each_exercise_is_what_its_solution_makes(source):
    made = (proof.ROOT / "exercises" / source.name).read_text(encoding="utf-8")
    assert exercises.markdown_of(source) == made


def test_each_solution_has_its_exercise_and_the_other_way_round():
    names = [[path.name for path in pairing.sources(proof.ROOT / folder)] for folder in ("exercises", "solutions")]
    assert names[0] == names[1] != []
