"""The known mistakes: each is wrong in the way it says, and shows where it says and nowhere else."""

import dataclasses
import inspect
import re
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from backprop_lib import equations, gradient_check
from backprop_lib.mistakes import (
    KINDS,
    MISTAKES,
    SETTINGS,
    STEPS,
    Mistake,
    Setting,
    alike,
    backward,
    judge,
    observe,
    outcome,
    same_numbers,
    table,
)
from backprop_lib.network import Gradients, Network
from backprop_lib.running_example import running_example

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
SEEDS = range(8)

every_mistake = pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
every_setting = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)


@pytest.fixture(scope="module")
def tables():
    """One table of everything for each seed."""
    return [table(rng=np.random.default_rng(seed)) for seed in SEEDS]


@pytest.fixture
def scratch():
    """Let a test make mistakes and settings of its own, and take them out of the registries afterwards."""
    kept = [(registry, dict(registry)) for registry in (MISTAKES, SETTINGS)]
    yield
    for registry, entries in kept:
        registry.clear()
        registry.update(entries)


def drawn(name, seed=0):
    return SETTINGS[name].draw(np.random.default_rng(seed))


def assert_same(given, expected):
    for name in ("dW", "db"):
        for one, other in zip(getattr(given, name), getattr(expected, name), strict=True):
            assert np.shape(one) == np.shape(other)
            np.testing.assert_array_equal(one, other)


# ---- the list is whole ---------------------------------------------------------------------------------------------


def test_every_number_of_the_list_has_an_entry_and_no_other_number_has():
    assert {mistake.number for mistake in MISTAKES.values()} == set(range(1, 31))


def test_the_entries_stand_in_the_order_of_the_list():
    numbers = [mistake.number for mistake in MISTAKES.values()]
    assert numbers == sorted(numbers)


NAMES = {
    1: ["factor_two", "factor_half", "divided_by_entries"],
    2: ["sign_flipped"],
    3: ["summed_not_averaged"],
    4: ["averaged_twice"],
    5: ["divided_by_outputs"],
    6: ["bias_averaged", "weights_averaged"],
    7: ["bias_not_summed", "bias_first_row"],
    8: ["bias_summed_over_units"],
    9: ["slope_left_out"],
    10: ["slope_at_activation", "mask_with_equality", "sigmoid_slope_of_z"],
    11: ["mask_from_gradient"],
    12: ["slope_of_another_layer"],
    13: ["slope_at_linear_output", "slope_missing_at_sigmoid_output", "slope_twice_with_cross_entropy"],
    14: ["weights_from_grad_a"],
    15: ["not_transposed"],
    16: ["another_layers_weights"],
    17: ["gradient_transposed"],
    18: ["gradient_from_z"],
    19: ["activations_of_another_layer"],
    20: ["one_output_only"],
    21: ["output_delta_everywhere"],
    22: ["reversed_lists"],
    23: ["updated_too_early"],
    24: ["accumulated_over_calls"],
    25: ["changed_in_place"],
    26: ["stale_pass"],
    27: ["full_batch_size"],
    28: ["star_for_matmul", "flat_targets"],
    29: ["delta_as_gradient", "input_gradient_as_dW"],
    30: ["penalty_left_out"],
}


def test_every_variant_has_the_name_by_which_chapters_ask_for_it():
    for number, names in NAMES.items():
        assert [name for name, mistake in MISTAKES.items() if mistake.number == number] == names


@every_mistake
def test_an_entry_is_found_by_its_name_and_points_to_an_equation_and_a_chapter_that_exist(mistake):
    assert MISTAKES[mistake.name] is mistake
    assert (CHAPTERS / f"{mistake.chapter}.md").is_file()
    equation = equations.EQUATIONS[mistake.equation]
    assert equation.chapter <= mistake.chapter  # a mistake is met when its equation is known, not before


@every_mistake
def test_the_words_of_an_entry_are_whole_sentences_and_do_not_hold_the_right_line(mistake):
    assert 5 <= len(mistake.title) <= 60
    assert not mistake.title.endswith(".")
    for text in (mistake.meaning, mistake.advice):
        assert not text[0].islower() or text.startswith(("dW", "db", "δ"))
        assert text[-1] in ".?"
        assert "  " not in text
        for step in STEPS.values():
            assert right_side(step) not in text
        assert right_side(equations.EQUATIONS[mistake.equation].code) not in text


def test_a_known_mistake_shows_itself_in_a_line():
    assert repr(MISTAKES["sign_flipped"]) == "<mistake 2, sign_flipped: The sign is flipped>"


# ---- the pass in which a step is exchanged ---------------------------------------------------------------------------


def right_side(line):
    """Return what a code line, or the last line of a step, computes."""
    if callable(line):
        return inspect.getsource(line).rsplit("return ", 1)[1].strip().replace("layer.", "")
    return line.split(" = ", 1)[1]


@every_setting
@pytest.mark.parametrize("seed", range(3))
def test_with_no_step_exchanged_the_pass_is_the_networks_own_to_the_last_bit(setting, seed):
    network, X, y = setting.draw(np.random.default_rng(seed))
    given, expected = (f(network, network.forward(X), y) for f in (backward, Network.backward))
    assert_same(given, expected)
    for one, other in zip(given.delta, expected.delta, strict=True):
        np.testing.assert_array_equal(one, other)


@every_setting
def test_the_pass_agrees_with_central_differences(setting):
    network, X, y = setting.draw(np.random.default_rng(3))
    report = gradient_check(network, X, y, backward(network, network.forward(X), y))
    assert report.passed
    assert all(row.at_kinks == 0 for row in report.rows)


@pytest.mark.parametrize("loss", ["mse", "half_sse"])
def test_the_pass_holds_for_the_other_losses_and_for_a_deep_network(loss):
    rng = np.random.default_rng(0)
    network = Network((3, 4, 5, 4, 3, 2), hidden="softplus", loss=loss, rng=rng)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    assert gradient_check(network, X, y, backward(network, network.forward(X), y)).passed


def test_the_pass_takes_targets_in_every_form_that_the_network_takes():
    network, X, y = drawn("softmax")
    assert_same(backward(network, network.forward(X), y.argmax(axis=1)), network.backward(network.forward(X), y))


@pytest.mark.parametrize("name", [name for name in STEPS if name != "output_grad_a"])
def test_a_step_is_the_code_line_of_its_equation(name):
    assert right_side(STEPS[name]) == right_side(equations.EQUATIONS[name].code)


def test_the_first_step_is_its_equation_for_the_loss_of_the_course():
    network, X, y = drawn("linear_relu")
    y_hat = network.predict(X)
    layer = SimpleNamespace(loss=network.loss, a=y_hat, y=y)
    expected = equations.EQUATIONS["output_grad_a"].compute(y_hat=y_hat, y=y, n=len(y))
    np.testing.assert_allclose(STEPS["output_grad_a"](layer), expected, rtol=1e-14)


def test_with_a_penalty_the_pass_is_the_gradient_of_the_loss_with_the_penalty():
    network, X, y = drawn("linear_smooth")
    plain, penalized = (backward(network, network.forward(X), y, penalty=penalty) for penalty in (0.0, 0.3))
    h = 1e-6
    for layer, W in enumerate(network.weights):
        for index in np.ndindex(W.shape):
            kept, losses = W[index], []
            for nudged in (kept + h, kept - h):
                W[index] = nudged
                losses.append(network.loss_value(X, y) + 0.3 / 2 * sum((V**2).sum() for V in network.weights))
            W[index] = kept
            assert penalized.dW[layer][index] == pytest.approx((losses[0] - losses[1]) / (2 * h), abs=1e-7)
    assert all(np.array_equal(one, other) for one, other in zip(plain.db, penalized.db, strict=True))


def test_a_step_of_an_unknown_name_is_refused():
    network, X, y = drawn("linear_relu")
    with pytest.raises(TypeError, match="there is no step called 'hidden_slope'; the steps are output_grad_a, "):
        backward(network, network.forward(X), y, hidden_slope=STEPS["hidden_delta"])


def test_a_pass_of_another_network_is_refused_in_words_and_a_stale_one_is_not():
    network, X, y = running_example()
    for forward, error, message in (
        (Network((2, 4, 2)).forward(X), ValueError, "this network makes .* Was it made by another network"),
        (Network((2, 3, 3, 2)).forward(X), ValueError, "Was it made by another network"),
        (X, TypeError, "got ndarray"),
    ):
        with pytest.raises(error, match=message):
            backward(network, forward, y)
    forward = network.forward(X)
    network.update_parameters(network.backward(forward, y))
    assert_same(backward(network, forward, y), network.backward(forward, y))


def test_two_mistakes_can_be_made_at_once():
    network, X, y = drawn("linear_smooth")
    forward = network.forward(X)
    both = backward(network, forward, y, **MISTAKES["factor_two"].steps, **MISTAKES["bias_averaged"].steps)
    right = network.backward(forward, y)
    for dW, db, right_dW, right_db in zip(both.dW, both.db, right.dW, right.db, strict=True):
        np.testing.assert_allclose(dW, 2 * right_dW, rtol=1e-12)
        np.testing.assert_allclose(db, 2 / 7 * right_db, rtol=1e-12)


# ---- each is wrong in the way it says --------------------------------------------------------------------------------

FACTORS = {
    "factor_two": (lambda n, k: 2, "dW db"),
    "factor_half": (lambda n, k: 1 / 2, "dW db"),
    "divided_by_entries": (lambda n, k: 2 / k, "dW db"),
    "sign_flipped": (lambda n, k: -1, "dW db"),
    "summed_not_averaged": (lambda n, k: n, "dW db"),
    "averaged_twice": (lambda n, k: 1 / n, "dW db"),
    "divided_by_outputs": (lambda n, k: 1 / k, "dW db"),
    "bias_averaged": (lambda n, k: 1 / n, "db"),
    "weights_averaged": (lambda n, k: 1 / n, "dW"),
}


def test_the_factors_below_are_all_mistakes_with_that_signature():
    assert FACTORS.keys() == {name for name, mistake in MISTAKES.items() if mistake.signature == "factor"}


@pytest.mark.parametrize("name", FACTORS)
def test_a_mistake_of_scale_is_off_by_its_factor_in_every_tensor_it_touches(tables, name):
    factor, touched = FACTORS[name]
    for found in tables:
        for setting in SETTINGS.values():
            expected = factor(setting.n_samples, setting.sizes[-1])
            result = found[name, setting.name]
            if expected == 1:
                assert result.kind == "invisible"
                continue
            assert result.kind == "factor"
            assert result.factor == pytest.approx(expected, rel=1e-12)
            n_layers = len(setting.sizes) - 1
            assert set(result.tensors) == {f"{d}[{layer}]" for d in touched.split() for layer in range(n_layers)}


def test_in_the_first_setting_for_it_each_of_these_factors_is_another_number(tables):
    found = {round(tables[0][name, "linear_relu"].factor, 6) for name in FACTORS}
    assert found == {2, 0.5, round(2 / 3, 6), -1, 7, round(1 / 7, 6), round(1 / 3, 6)}


# The first sample of the running example, by hand: x = (1, 2), z1 = (2.5, 1, -1.25), a1 = (2.5, 1, 0), y_hat = (2.5,
# -1.25), y = (2, -0.25); so delta2 = (0.5, -1), grad_a1 = (1.25, -0.25, -2.75), delta1 = (1.25, -0.25, 0).
BY_HAND = {
    "factor_two": {"db[1]": [1, -2], "dW[0]": [[2.5, -0.5, 0], [5, -1, 0]]},
    "factor_half": {"db[1]": [0.25, -0.5]},
    "divided_by_entries": {"db[1]": [0.5, -1]},
    "sign_flipped": {"db[1]": [-0.5, 1], "db[0]": [-1.25, 0.25, 0]},
    "divided_by_outputs": {"db[1]": [0.25, -0.5], "db[0]": [0.625, -0.125, 0]},
    "bias_not_summed": {"db[1]": [[0.5, -1]], "db[0]": [[1.25, -0.25, 0]]},
    "bias_first_row": {"db[1]": [0.5, -1]},
    "bias_summed_over_units": {"db[1]": [-0.5, -0.5], "db[0]": [1, 1, 1]},
    "slope_left_out": {"db[0]": [1.25, -0.25, -2.75], "dW[0]": [[1.25, -0.25, -2.75], [2.5, -0.5, -5.5]]},
    "slope_at_activation": {"db[0]": [1.25, -0.25, 0]},
    "mask_with_equality": {"db[0]": [1.25, -0.25, -2.75]},
    "sigmoid_slope_of_z": {"db[0]": [1.25, -0.25, 0]},
    "mask_from_gradient": {"db[0]": [1.25, 0, 0]},
    "slope_at_linear_output": {"db[1]": [0.5, 0], "db[0]": [0.25, 0.5, 0]},
    "weights_from_grad_a": {"dW[0]": [[1.25, -0.25, -2.75], [2.5, -0.5, -5.5]], "db[0]": [1.25, -0.25, 0]},
    "gradient_transposed": {"dW[1]": [[1.25, 0.5, 0], [-2.5, -1, 0]], "dW[0]": [[1.25, 2.5], [-0.25, -0.5], [0, 0]]},
    "gradient_from_z": {
        "dW[1]": [[1.25, -2.5], [0.5, -1], [-0.625, 1.25]],
        "dW[0]": [[1.25, -0.25, 0], [2.5, -0.5, 0]],
    },
    "activations_of_another_layer": {"dW[1]": [[1.25, -2.5], [-0.625, 1.25]]},
    "one_output_only": {"db[0]": [0.25, 0.5, 0], "dW[1]": [[1.25, -2.5], [0.5, -1], [0, 0]]},
    "output_delta_everywhere": {"db[0]": [1.25, -0.25, 0]},
    "reversed_lists": {"db[0]": [0.5, -1], "db[1]": [1.25, -0.25, 0]},
    # W2 after a step of 0.1 is (0.375, -0.75), (0.95, 0.85), (-1.5, 2).
    "updated_too_early": {"db[0]": [0.9375, -0.375, 0], "db[1]": [0.5, -1]},
    "delta_as_gradient": {"dW[1]": [[0.5, -1]], "dW[0]": [[1.25, -0.25, 0]]},
    "input_gradient_as_dW": {"dW[1]": [[1.25, -0.25, -2.75]], "dW[0]": [[1.375, 0.375]]},
    "penalty_left_out": {"dW[1]": [[1.25, -2.5], [0.5, -1], [0, 0]]},
}


@pytest.mark.parametrize("name", BY_HAND)
def test_on_the_running_example_a_mistake_gives_the_numbers_of_a_calculation_by_hand(name):
    network, X, y = running_example()
    gradients = MISTAKES[name].gradients(network, network.forward(X[:1]), y[:1])
    for tensor, expected in BY_HAND[name].items():
        given = getattr(gradients, tensor[:2])[int(tensor[3])]
        assert given.shape == np.shape(expected)
        np.testing.assert_allclose(given, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("not_transposed", "matmul"),
        ("another_layers_weights", "matmul"),
        ("slope_of_another_layer", "broadcast"),
        ("star_for_matmul", "broadcast"),
    ],
)
def test_on_the_running_example_numpy_refuses_these(name, says):
    network, X, y = running_example()
    with pytest.raises(ValueError, match=says):
        MISTAKES[name].gradients(network, network.forward(X), y)


def test_slopes_of_a_sigmoid_are_wrong_as_the_formulas_say():
    network, X, y = drawn("sigmoid_output")
    forward = network.forward(X)
    z, y_hat, grad_a = forward.z[-1], forward.y_hat, (forward.y_hat - y) / 7
    for name, delta in {
        "slope_missing_at_sigmoid_output": grad_a,
        "sigmoid_slope_of_z": grad_a * z * (1 - z),
        "slope_at_activation": grad_a * np.exp(-y_hat) / (1 + np.exp(-y_hat)) ** 2,
    }.items():
        np.testing.assert_allclose(MISTAKES[name].gradients(network, forward, y).db[-1], delta.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "softmax"])
def test_the_slope_too_many_is_that_of_the_sigmoid(name):
    network, X, y = drawn(name)
    y_hat = network.predict(X)
    delta = (y_hat - y) / 7 * y_hat * (1 - y_hat)
    gradients = MISTAKES["slope_twice_with_cross_entropy"].gradients(network, network.forward(X), y)
    np.testing.assert_allclose(gradients.db[-1], delta.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("name", ["linear_relu", "sigmoid_output", "softmax"])
def test_updating_on_the_way_back_is_what_the_entry_says_it_is(name):
    network, X, y = drawn(name)
    forward, walking = network.forward(X), network.copy()
    delta = network.loss.derivative(forward.a[-1], y) * network.activations[-1].derivative(forward.z[-1])
    for layer in reversed(range(len(walking.weights))):
        walking.weights[layer][...] -= 0.1 * forward.a[layer].T @ delta
        walking.biases[layer][...] -= 0.1 * delta.sum(axis=0)
        if layer > 0:
            delta = delta @ walking.weights[layer].T * network.activations[layer - 1].derivative(forward.z[layer - 1])
    implied = Gradients(
        dW=[(W - V) / 0.1 for W, V in zip(network.weights, walking.weights, strict=True)],
        db=[(b - c) / 0.1 for b, c in zip(network.biases, walking.biases, strict=True)],
    )
    given = MISTAKES["updated_too_early"].gradients(network, forward, y)
    for one, other in zip(given.dW + given.db, implied.dW + implied.db, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_with_a_smaller_learning_rate_updating_too_early_does_less_harm():
    network, X, y = drawn("linear_smooth")
    forward, step = network.forward(X), MISTAKES["updated_too_early"].steps
    right = network.backward(forward, y).dW[0]
    errors = [
        np.linalg.norm(backward(network, forward, y, learning_rate=rate, **step).dW[0] - right)
        for rate in (0.2, 0.1, 0.05)
    ]
    assert errors[0] > 1.5 * errors[1] > 2.25 * errors[2] > 0


def calls_of(name, setting="linear_smooth"):
    network, X, y = drawn(setting)
    return {call.name: call for call in MISTAKES[name].observe(network, X, y).calls}


def test_accumulated_gradients_grow_from_call_to_call():
    calls = calls_of("accumulated_over_calls")
    first, step, short = (calls[name].expected for name in ("first", "after a step", "short batch"))
    assert calls["first"].right
    for layer in range(3):
        np.testing.assert_allclose(calls["again"].given.dW[layer], 2 * first.dW[layer], rtol=1e-12)
        np.testing.assert_allclose(
            calls["short batch"].given.db[layer], 2 * first.db[layer] + step.db[layer] + short.db[layer], rtol=1e-10
        )


def test_a_pass_changed_in_place_is_right_once_and_wrong_the_second_time_but_not_with_a_new_pass():
    calls = calls_of("changed_in_place")
    assert [name for name, call in calls.items() if call.right] == ["first", "after a step", "short batch"]


def test_a_stale_pass_mixes_new_weights_with_old_activations():
    network, X, y = drawn("linear_smooth")
    calls = calls_of("stale_pass")
    assert calls["first"].right
    assert calls["again"].right
    stepped = network.copy()
    stepped.update_parameters(network.backward(network.forward(X), y), 0.1)
    assert_same(calls["after a step"].given, stepped.backward(network.forward(X), y))


def test_the_full_batch_size_makes_the_short_batch_too_small_and_nothing_else():
    calls = calls_of("full_batch_size")
    assert [name for name, call in calls.items() if not call.right] == ["short batch"]
    short = calls["short batch"]
    for layer in range(3):
        np.testing.assert_allclose(short.given.dW[layer], 3 / 7 * short.expected.dW[layer], rtol=1e-12)


def test_the_penalty_is_what_is_missing_where_it_is_left_out():
    network, X, y = drawn("linear_smooth")
    first = MISTAKES["penalty_left_out"].observe(network, X, y).calls[0]
    for W, given, expected in zip(network.weights, first.given.dW, first.expected.dW, strict=True):
        np.testing.assert_allclose(expected - given, 0.1 * W, rtol=1e-9)


# ---- where each shows ------------------------------------------------------------------------------------------------


@every_mistake
def test_a_mistake_shows_where_it_says_and_nowhere_else_whatever_the_draw(tables, mistake):
    assert set(mistake.invisible_in) <= SETTINGS.keys()
    assert set(mistake.shows_in) | set(mistake.invisible_in) == SETTINGS.keys()
    for found in tables:
        assert {name for name in SETTINGS if found[mistake.name, name].shows} == set(mistake.shows_in)


@every_mistake
def test_a_mistake_shows_in_the_same_way_whatever_the_draw(tables, mistake):
    for name in SETTINGS:
        found = [each[mistake.name, name] for each in tables]
        assert len({(each.kind, each.call, each.changed) for each in found}) == 1
        if found[0].call == "first":  # a short batch of a ReLU network may leave a layer without any gradient
            assert len({each.tensors for each in found}) == 1


@every_mistake
def test_its_signature_is_what_it_shows_at_home(tables, mistake):
    assert mistake.signature in KINDS
    assert mistake.home in mistake.shows_in
    assert tables[0][mistake.name, mistake.home].kind == mistake.signature


def test_together_the_settings_see_every_mistake_and_none_of_them_sees_all():
    assert all(mistake.shows_in for mistake in MISTAKES.values())
    for name in SETTINGS:
        assert any(name in mistake.invisible_in for mistake in MISTAKES.values())


def test_every_way_of_showing_occurs(tables):
    assert {found.kind for found in tables[0].outcomes.values()} == KINDS.keys()


def test_what_is_raised_is_numpys_own_error_about_shapes(tables):
    raised = [found for found in tables[0].outcomes.values() if found.kind == "raises"]
    assert raised
    assert all(re.match("ValueError: .*(matmul|broadcast)", found.error) for found in raised)


def test_with_one_sample_and_one_output_a_third_passes_unseen(tables):
    unseen = tables[0].unseen_in("one_sample_one_output")
    assert unseen == [
        "summed_not_averaged",
        "averaged_twice",
        "divided_by_outputs",
        "bias_averaged",
        "weights_averaged",
        "bias_first_row",
        "mask_with_equality",
        "slope_missing_at_sigmoid_output",
        "slope_twice_with_cross_entropy",
        "one_output_only",
        "output_delta_everywhere",
        "full_batch_size",
        "star_for_matmul",
        "flat_targets",
    ]
    assert len(MISTAKES) == 40
    assert len(unseen) / len(MISTAKES) >= 1 / 3


def test_the_four_settings_of_a_thorough_check_see_every_mistake():
    together = {"linear_smooth", "linear_relu", "sigmoid_output", "binary_cross_entropy"}
    assert [name for name, mistake in MISTAKES.items() if not together & set(mistake.shows_in)] == []
    assert [name for name, m in MISTAKES.items() if not (together - {"sigmoid_output"}) & set(m.shows_in)] == [
        "sigmoid_slope_of_z",
        "slope_missing_at_sigmoid_output",
    ]


@every_mistake
def test_a_mistake_that_is_mended_shows_nowhere(scratch, mistake):
    steps = {name: STEPS[name] for name in mistake.steps}
    make = None if mistake.make is None else lambda: backward
    mended = dataclasses.replace(mistake, name="mended", steps=steps, make=make)
    for name in SETTINGS:
        assert outcome(mended, name, rng=np.random.default_rng(1)).kind == "invisible"


@pytest.mark.parametrize("step", [name for name in STEPS if name != "penalty_gradient"])
def test_an_error_of_a_hundred_thousandth_in_any_step_is_noticed_and_rounding_is_not(scratch, step):
    right = STEPS[step]
    words = dict.fromkeys(("title", "meaning", "advice", "equation", "chapter", "signature"), "")
    for error, shows in ((1e-5, True), (1e-9, False)):
        steps = {step: lambda layer, error=error: right(layer) * (1 + error)}
        slip = Mistake(f"off by {error}", 0, steps=steps, **words)
        assert outcome(slip, "linear_smooth", rng=np.random.default_rng(0)).shows == shows


# ---- which are alike -------------------------------------------------------------------------------------------------

ONE_OUTPUT = ("factor_two", "divided_by_entries")
RELU = ("slope_left_out", "mask_with_equality")
ALIKE = {
    "one_sample_one_output": [ONE_OUTPUT],
    "one_layer": [],
    "linear_relu": [RELU],
    "linear_smooth": [],
    "square_relu": [RELU],
    "square_smooth": [],
    "sigmoid_output": [ONE_OUTPUT],
    "binary_cross_entropy": [ONE_OUTPUT, RELU],
    "softmax": [],
}


@every_setting
@pytest.mark.parametrize("seed", range(3))
def test_these_pairs_are_the_same_numbers_and_no_others(setting, seed):
    assert alike(setting, rng=np.random.default_rng(seed)) == ALIKE[setting.name]


def test_no_two_mistakes_are_alike_wherever_they_show():
    for one, other in combinations(MISTAKES, 2):
        both = set(MISTAKES[one].shows_in) | set(MISTAKES[other].shows_in)
        assert any((one, other) not in ALIKE[name] for name in both)


def test_same_numbers_agrees_with_the_list_of_pairs():
    network, X, y = drawn("linear_relu")
    assert same_numbers(*RELU, network, X, y)
    assert not same_numbers(*ONE_OUTPUT, network, X, y)
    assert not same_numbers("not_transposed", "another_layers_weights", network, X, y)  # both raise: no numbers
    assert not same_numbers("sigmoid_slope_of_z", "flat_targets", network, X, y)  # both right
    assert not same_numbers("factor_two", "penalty_left_out", network, X, y)
    assert not same_numbers("factor_two", "changed_in_place", network, X, y)
    assert not same_numbers("full_batch_size", "stale_pass", network, X, y)


def test_two_mistakes_that_change_different_arrays_are_not_the_same(scratch):
    def factor_two_and_a_new_bias(layer):
        layer.b[...] = 0
        return STEPS["output_grad_a"](layer) * 2

    network, X, y = drawn("linear_relu")
    other = dataclasses.replace(
        MISTAKES["factor_two"], name="other", steps={"output_grad_a": factor_two_and_a_new_bias}
    )
    assert judge(other.observe(network, X, y)).factor == pytest.approx(2)
    assert not same_numbers("factor_two", other, network, X, y)
    mended = dataclasses.replace(other, name="mended", steps=MISTAKES["factor_two"].steps)
    assert same_numbers("factor_two", mended, network, X, y)


# ---- watching and judging --------------------------------------------------------------------------------------------


@every_mistake
@pytest.mark.parametrize("name", ["one_sample_one_output", "linear_relu", "softmax"])
def test_watching_a_mistake_leaves_network_and_data_as_they_were(mistake, name):
    network, X, y = drawn(name)
    arrays = [*network.weights, *network.biases, X, y]
    before = [array.copy() for array in arrays]
    mistake.observe(network, X, y)
    for array, kept in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, kept)


def test_asking_for_the_gradients_leaves_the_pass_as_it_was():
    network, X, y = drawn("linear_relu")
    forward = network.forward(X)
    kept = forward.a[-1].copy()
    assert_same(MISTAKES["changed_in_place"].gradients(network, forward, y), network.backward(forward, y))
    np.testing.assert_array_equal(forward.a[-1], kept)


def test_each_program_begins_without_a_past():
    network, X, y = drawn("linear_relu")
    forward, mistake = network.forward(X), MISTAKES["accumulated_over_calls"]
    for _ in range(2):
        assert_same(mistake.gradients(network, forward, y), network.backward(forward, y))


def watched(program, setting="linear_smooth"):
    network, X, y = drawn(setting)
    return judge(observe(program, network, X, y))


def test_what_was_returned_is_kept_as_it_was_although_a_later_call_writes_into_it():
    network, X, y = drawn("linear_smooth")
    total = [np.zeros_like(W) for W in network.weights]

    def program(network, forward, y):
        right = network.backward(forward, y)
        for array, dW in zip(total, right.dW, strict=True):
            array += dW
        return Gradients(dW=total, db=right.db)

    first, again, *_ = observe(program, network, X, y).calls
    assert_same(first.given, first.expected)
    assert first.right
    assert not again.right


def test_lists_are_watched_as_arrays_are():
    network, X, y = drawn("linear_relu")
    lists = MISTAKES["changed_in_place"].observe(network, tuple(X.tolist()), y.tolist())
    arrays = MISTAKES["changed_in_place"].observe(network, X, y)
    assert lists.changed == arrays.changed == ("forward.a[3]",)
    for one, other in zip(lists.calls, arrays.calls, strict=True):
        assert_same(one.given, other.given)


@pytest.mark.parametrize("backward", [None, "factor_two", Gradients([], [])])
def test_what_cannot_be_called_is_no_backward_pass_that_raises(backward):
    with pytest.raises(TypeError, match="a function was expected"):
        observe(backward, *drawn("linear_relu"))


def test_a_pass_that_writes_into_its_data_does_not_reach_the_data_of_the_caller():
    network, X, y = drawn("linear_smooth")
    kept = X.copy(), y.copy()
    observe(inputs_changed, network, X, y)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_a_right_pass_shows_nothing():
    assert watched(Network.backward).kind == "invisible"
    assert watched(Network.backward, "one_sample_one_output").kind == "invisible"


def with_weight_gradients(change):
    """Return a pass whose list dW is changed after the fact."""

    def program(network, forward, y):
        right = network.backward(forward, y)
        return Gradients(dW=change(list(right.dW)), db=right.db)

    return program


def weights_changed(network, forward, y):
    right = network.backward(forward, y)
    network.update_parameters(right)
    return right


def inputs_changed(network, forward, y):
    right = network.backward(forward, y)
    forward.a[0][0, 0] += 1
    y[0] = 0
    return right


def raises_later():
    seen = []

    def program(network, forward, y):
        seen.append(len(y))
        if len(seen) == 3:
            raise KeyError("lost")
        return network.backward(forward, y)

    return program


JUDGED = {
    "the same factor everywhere": (with_weight_gradients(lambda dW: [3 * d for d in dW]), "factor", "factor 3 in dW"),
    "a factor in one tensor": (with_weight_gradients(lambda dW: [dW[0], -dW[1], dW[2]]), "factor", "factor -1 in dW"),
    "a factor each": (
        with_weight_gradients(lambda dW: [2 * dW[0], 3 * dW[1], dW[2]]),
        "other numbers",
        "other numbers in dW",
    ),
    "a factor that is no fraction": (
        with_weight_gradients(lambda dW: [np.pi * d for d in dW]),
        "factor",
        "factor 3.142 in dW",
    ),
    "nearly right": (with_weight_gradients(lambda dW: [1.001 * d for d in dW]), "factor", "factor 1.001 in dW"),
    "nothing": (with_weight_gradients(lambda dW: [0 * d for d in dW]), "factor", "factor 0 in dW"),
    "a shape and a factor": (
        with_weight_gradients(lambda dW: [dW[0].T, 2 * dW[1], dW[2]]),
        "wrong shape",
        "wrong shape in dW",
    ),
    "not a number": (
        with_weight_gradients(lambda dW: [np.nan * d for d in dW]),
        "other numbers",
        "other numbers in dW",
    ),
    "too few": (with_weight_gradients(lambda dW: dW[:2]), "raises", "raises"),
    "no gradients at all": (lambda network, forward, y: None, "raises", "raises"),
    "an error": (lambda network, forward, y: 1 / 0, "raises", "raises"),
    "weights changed": (weights_changed, "changed input", "changed input"),
    "inputs changed": (inputs_changed, "changed input", "changed input"),
}


@pytest.mark.parametrize("case", JUDGED)
def test_what_a_pass_does_is_judged(case):
    program, kind, text = JUDGED[case]
    found = watched(program)
    assert found.kind == kind
    assert found.text == str(found) == text


def test_a_judgment_says_which_tensor_to_look_at_first_and_what_was_changed_or_raised():
    found = watched(with_weight_gradients(lambda dW: [2 * dW[0], 2 * dW[1], dW[2]]))
    assert (found.tensors, found.first_difference, found.call) == (("dW[0]", "dW[1]"), "dW[1]", "first")
    assert watched(inputs_changed).changed == ("X", "y")
    assert watched(weights_changed).changed[:3] == tuple(f"network.weights[{layer}]" for layer in range(3))
    assert watched(lambda network, forward, y: 1 / 0).error == "ZeroDivisionError: division by zero"


def test_an_error_in_a_later_call_is_a_second_call_that_went_wrong():
    found = watched(raises_later())
    assert (found.kind, found.call, found.error) == ("second call", "after a step", "KeyError: 'lost'")
    assert found.text == "second call (after a step)"


def test_a_softmax_network_has_its_prediction_watched_as_well():
    def program(network, forward, y):
        right = network.backward(forward, y)
        forward.y_hat[...] -= y
        return right

    assert watched(program, "softmax").changed == ("forward.y_hat",)
    assert watched(program, "linear_relu").changed == ("forward.a[3]",)


# ---- settings --------------------------------------------------------------------------------------------------------


@every_setting
@pytest.mark.parametrize("seed", range(5))
def test_a_draw_is_fit_to_tell_mistakes_apart(setting, seed):
    network, X, y = setting.draw(np.random.default_rng(seed))
    forward = network.forward(X)
    assert network.sizes == setting.sizes
    assert X.shape == (setting.n_samples, setting.sizes[0])
    assert y.shape == (setting.n_samples, setting.sizes[-1])
    assert {array.dtype for array in (*network.weights, *network.biases, X, y)} == {np.dtype(float)}
    assert all((np.abs(b) >= 0.1).all() for b in network.biases)
    for activation, z in zip(network.activations, forward.z, strict=True):
        if activation.kinks:
            assert np.abs(z).min() >= 0.01
            assert ((z > 0).any(axis=0) & (z < 0).any(axis=0)).all()


def test_the_same_seed_gives_the_same_draw_and_another_seed_another():
    one, same, other = (drawn("linear_relu", seed)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_setting_in_which_no_draw_can_be_fit_gives_up(scratch):
    hopeless = Setting("hopeless", "Two samples for a hundred units.", (1, 100, 1), 2, "relu")
    with pytest.raises(RuntimeError, match="none of 1000 draws of the setting 'hopeless' was fit"):
        hopeless.draw(np.random.default_rng(0))


def test_a_setting_that_is_made_enters_the_table(scratch):
    Setting("wide", "Wider.", (2, 6, 2), 9, "softplus")
    assert list(table(["factor_two"], rng=np.random.default_rng(0)).columns)[-1] == "wide"
    assert "wide" in MISTAKES["factor_two"].shows_in


def test_a_name_that_is_taken_is_refused_and_the_first_entry_stays(scratch):
    mistake, setting = MISTAKES["factor_two"], SETTINGS["linear_relu"]
    with pytest.raises(ValueError, match="there is a mistake 'factor_two' already; take another name"):
        dataclasses.replace(mistake, title="Another")
    with pytest.raises(ValueError, match="there is a setting 'linear_relu' already; take another name"):
        dataclasses.replace(setting, n_samples=3)
    assert MISTAKES["factor_two"] is mistake
    assert SETTINGS["linear_relu"] is setting


def test_a_setting_is_drawn_with_a_generator_or_a_seed_and_with_nothing_else():
    setting = SETTINGS["linear_relu"]
    for drawn_too in (setting.draw(3), setting.draw(rng=3), setting.draw(rng=np.random.default_rng(3))):
        np.testing.assert_array_equal(drawn_too[1], setting.draw(np.random.default_rng(3))[1])
    for rng, error in (("3", TypeError), (-3, ValueError), (np.random, TypeError)):
        with pytest.raises(error, match=r"rng is .* expected"):
            setting.draw(rng)


# ---- the table -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    return table(
        ["factor_two", "bias_averaged", "full_batch_size"],
        ["one_sample_one_output", SETTINGS["linear_relu"]],
        rng=np.random.default_rng(0),
    )


def test_the_table_as_text(small):
    assert (
        str(small)
        == repr(small)
        == "\n".join(
            [
                "number  mistake          one_sample_one_output  linear_relu",
                "------  ---------------  ---------------------  ------------------------------------",
                "1       factor_two       factor 2               factor 2",
                "6       bias_averaged    invisible              factor 1/7 in db",
                "27      full_batch_size  invisible              second call (short batch, 3/7 times)",
                "Of 3 mistakes pass unseen: one_sample_one_output 2, linear_relu 0.",
            ]
        )
    )


def test_the_table_in_a_notebook_has_a_caption_and_heads_that_say_what_they_head(small):
    found = ElementTree.fromstring(small._repr_html_())
    assert found.findtext("caption") == small.summary()
    assert ["".join(th.itertext()) for th in found.findall("thead/tr/th[@scope='col']")] == [
        "mistake",
        "one_sample_one_output",
        "linear_relu",
    ]
    rows = found.findall("tbody/tr")
    assert [row.findtext("th[@scope='row']") for row in rows] == [
        "1. A factor 2 too many",
        "6. db averaged, dW summed",
        "27. The short batch is divided by the full size",
    ]
    assert [["".join(cell.itertext()) for cell in row.findall("td")] for row in rows] == [
        list(cells[2:]) for cells in small.rows
    ]


def test_the_whole_table_is_well_formed_too(tables):
    found = ElementTree.fromstring(tables[0]._repr_html_())
    assert len(found.findall("tbody/tr")) == 40
    assert {len(row.findall("td")) for row in found.findall("tbody/tr")} == {9}


def test_the_table_holds_the_outcomes_themselves(small):
    assert small["factor_two", "linear_relu"].factor == pytest.approx(2)
    assert small.unseen_in("one_sample_one_output") == ["bias_averaged", "full_batch_size"]


def test_in_a_notebook_what_is_invisible_stands_out_and_long_heads_may_wrap(small):
    found = ElementTree.fromstring(small._repr_html_())
    strong = [strong.text for strong in found.iter("strong")]
    assert strong == ["invisible"] * 2
    assert all(cell.find("strong") is None for cell in found.iter("td") if "factor" in "".join(cell.itertext()))
    assert [len(th.findall("wbr")) for th in found.findall("thead/tr/th")] == [0, 3, 1]
    assert "caption-side: bottom" in found.find("caption").get("style")


def test_the_table_is_asked_with_names_or_with_the_objects_themselves(small):
    mistake, setting = MISTAKES["bias_averaged"], SETTINGS["linear_relu"]
    found = small["bias_averaged", "linear_relu"]
    assert found.factor == pytest.approx(1 / 7)
    assert small[mistake, setting] is small[mistake, "linear_relu"] is small["bias_averaged", setting] is found
    assert small.unseen_in(setting) == small.unseen_in("linear_relu") == []


@pytest.mark.parametrize("mistakes", ["factor_two", MISTAKES["factor_two"], ["factor_two"]])
@pytest.mark.parametrize("settings", ["linear_relu", SETTINGS["linear_relu"], (SETTINGS["linear_relu"],)])
def test_a_single_mistake_and_a_single_setting_need_no_list(mistakes, settings):
    found = table(mistakes, settings, rng=np.random.default_rng(0))
    assert list(found.outcomes) == [("factor_two", "linear_relu")]


REFUSED = {
    "a misspelt mistake": (lambda t, rng: table(["factor_tow"], rng=rng), ValueError, 'mean "factor_two"?'),
    "a misspelt setting": (
        lambda t, rng: outcome("factor_two", "linear_rleu", rng=rng),
        ValueError,
        'mean "linear_relu"?',
    ),
    "a number for a mistake": (lambda t, rng: outcome(3, "softmax", rng=rng), TypeError, "3 (int) is not the name of"),
    "a number in the list": (lambda t, rng: table([3], rng=rng), TypeError, "3 (int) is not the name of a mistake."),
    "a number for the list": (lambda t, rng: table(3, rng=rng), TypeError, "3 (int) is not the name of a mistake."),
    "no setting": (
        lambda t, rng: outcome("factor_two", None, rng=rng),
        TypeError,
        "None (NoneType) is not the name of a setting.",
    ),
    "a setting for a mistake": (
        lambda t, rng: outcome(SETTINGS["softmax"], "softmax", rng=rng),
        TypeError,
        "(Setting) is not the name of a mistake.",
    ),
    "a number for the draw": (lambda t, rng: alike(3, rng=rng), TypeError, "3 (int) is not the name of a setting."),
    "a number beside a mistake": (
        lambda t, rng: same_numbers("factor_two", 3, *drawn("linear_relu")),
        TypeError,
        "3 (int) is not the name of a mistake.",
    ),
    "a misspelt row": (
        lambda t, rng: t["bias_avraged", "linear_relu"],
        ValueError,
        '"bias_avraged" is not the name of a mistake in this table. Did you mean "bias_averaged"?',
    ),
    "a misspelt column": (
        lambda t, rng: t["factor_two", "linear"],
        ValueError,
        '"linear" is not the name of a setting in this table. Did you mean "linear_relu"?',
    ),
    "a mistake that is not in the table": (
        lambda t, rng: t[MISTAKES["sign_flipped"], "linear_relu"],
        ValueError,
        '"sign_flipped" is not the name of a mistake in this table.',
    ),
    "a column that is not in the table": (
        lambda t, rng: t.unseen_in("linear"),
        ValueError,
        '"linear" is not the name of a setting in this table. Did you mean "linear_relu"?',
    ),
    "a row alone": (
        lambda t, rng: t["factor_two"],
        TypeError,
        'the table was asked for \'factor_two\'; table["sign_flipped", "linear_relu"] was expected.',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_mistake_or_setting_is_refused_in_words(small, case):
    ask, error, words = REFUSED[case]
    with pytest.raises(error, match=re.escape(words)):
        ask(small, np.random.default_rng(0))


# ---- the planted lines, shown to a learner ---------------------------------------------------------------------------


@every_mistake
def test_the_wrong_lines_can_be_shown_and_run_in_the_place_of_the_right_ones(mistake):
    assert mistake.source.startswith(("def ", "class "))
    assert len(mistake.source.splitlines()) <= 22
    assert mistake.right_source.count("def ") == len(mistake.steps)
    for name, wrong in mistake.steps.items():
        assert wrong is not STEPS[name]
        assert right_side(wrong) != right_side(STEPS[name])
    namespace = dict(vars(inspect.getmodule(next(iter(mistake.steps.values()), mistake.make))))
    exec(mistake.source, namespace)  # it leans on nothing but its module
