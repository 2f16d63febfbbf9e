"""The check bench: the outcomes are those of the course's table, and the runs are real ones."""

import numpy as np
import pytest

from backprop_lib import mistakes
from backprop_lib.mistakes import MISTAKES
from backprop_lib.widgets import CheckBench
from backprop_lib.widgets.bench import EPOCHS, LEARNING_RATE, LEAST_SHARE, Bench


@pytest.fixture(scope="module")
def bench():
    return Bench("linear_relu")


def test_every_mistake_is_on_the_bench_with_the_outcome_of_the_table(bench):
    table = mistakes.table(settings="linear_relu", rng=np.random.default_rng(0))
    assert [tried.mistake.name for tried in bench.tried] == list(MISTAKES)
    for tried in bench.tried:
        assert tried.outcome.kind == table[tried.mistake.name, "linear_relu"].kind


def of(bench, name):
    return next(tried for tried in bench.tried if tried.mistake.name == name)


def test_a_run_is_the_run_of_its_gradients(bench):
    network = bench.network.copy()
    for epoch in range(3):
        assert of(bench, "factor_two").loss[epoch] == pytest.approx(network.loss_value(bench.X, bench.y))
        gradients = network.backward(network.forward(bench.X), bench.y)
        network.update_parameters(gradients, 2 * LEARNING_RATE)


def test_many_wrong_gradients_learn_and_the_words_say_so(bench):
    learning = [tried for tried in bench.tried if "A falling loss proves nothing." in bench.verdict(tried)]
    assert len(learning) >= 15
    assert "no longer finite" in bench.verdict(of(bench, "sign_flipped"))
    assert "It cannot go on: ValueError in epoch 1" in bench.verdict(of(bench, "not_transposed"))
    assert "The run is the same" in bench.verdict(of(bench, "changed_in_place"))


@pytest.mark.parametrize("setting", mistakes.SETTINGS)
def test_no_verdict_contradicts_its_numbers(setting):
    bench = Bench(setting)
    said = set()
    for tried in bench.tried:
        words = bench.verdict(tried)
        said.add(words.split(",")[0].split(":")[0])
        if tried.ended:
            assert words.startswith("It cannot go on"), words
        elif "The run is the same" not in words:
            ends, lowest, right = tried.loss[-1], tried.loss.min(), tried.right
            enough = right[0] - LEAST_SHARE * (right[0] - right[-1])
            assert words.startswith("The loss falls all the same, from") == (ends <= enough), words
            assert words.startswith("The loss falls at first, from") == (lowest <= enough < ends), words
            assert words.startswith("The loss hardly falls, from") == (enough < lowest <= ends < right[0]), words
            assert words.startswith("The loss does not fall: it") == (enough < lowest and right[0] <= ends), words
    assert "The loss falls all the same" in said


def test_the_penalty_is_in_both_losses(bench):
    tried = of(bench, "penalty_left_out")
    assert tried.right[0] == tried.loss[0] > of(bench, "factor_two").right[0]
    assert not np.allclose(tried.right, tried.loss)


def test_the_rows_are_those_of_the_call_that_shows_it(bench):
    rows = of(bench, "accumulated_over_calls").rows
    assert all(row.factor == pytest.approx(2) for row in rows)
    assert of(bench, "not_transposed").rows == ()


def test_another_setting_tries_all_of_them_anew():
    explorer = CheckBench("divided_by_outputs")
    assert "factor 1/3" in explorer._sentence()
    explorer.change("one_sample_one_output")
    assert "invisible" in explorer._sentence()
    assert explorer.position == EPOCHS


@pytest.mark.parametrize("arguments", [{"mistake": "typo"}, {"setting": "typo"}])
def test_nonsense_is_refused_in_words(arguments):
    with pytest.raises(ValueError, match="Known:"):
        CheckBench(**arguments)


def test_a_run_that_never_makes_the_wrong_call_says_so(bench):
    later = [one for one in bench.tried if one.outcome.call not in (None, "first") and not one.ended]
    untouched = [one for one in later if np.allclose(one.loss, one.right, rtol=1e-9)]
    assert {one.outcome.call for one in untouched} == {"again", "short batch"}
    verdicts = {bench.verdict(one) for one in untouched}
    assert verdicts == {"The run is the same as with the right gradients: in it no such call is made."}
