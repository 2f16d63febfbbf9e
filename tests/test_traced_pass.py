"""The pass behind the backward tracer: names, code, equations, and a backward pass of the learner's own beside it."""

import re
import sys

import numpy as np
import pytest

from backprop_lib import Network, gradcheck
from backprop_lib.mistakes import MISTAKES
from backprop_lib.running_example import running_example
from backprop_lib.widgets import BackwardTracer, traced_pass
from backprop_lib.widgets.mathml import marked
from backprop_lib.widgets.traced_pass import TracedPass


def made(loss="half_mse", sizes=(2, 4, 3), hidden="tanh", n=5):
    rng = np.random.default_rng(3)
    y = rng.integers(sizes[-1], size=n) if loss == "softmax_cross_entropy" else rng.normal(size=(n, sizes[-1]))
    if loss == "binary_cross_entropy":
        y = (y > 0).astype(float)
    return TracedPass(Network(sizes, hidden=hidden, loss=loss, rng=rng), rng.normal(size=(n, sizes[0])), y)


PASSES = {
    "running example": TracedPass,
    "half_mse": made,
    "mse": lambda: made("mse"),
    "half_sse": lambda: made("half_sse"),
    "binary_cross_entropy": lambda: made("binary_cross_entropy", (2, 4, 1)),
    "softmax_cross_entropy": lambda: made("softmax_cross_entropy"),
    "one layer": lambda: made(sizes=(3, 2)),
    "three layers": lambda: made(sizes=(3, 4, 4, 2), hidden="softplus"),
}


@pytest.fixture(scope="module", params=PASSES)
def traced(request):
    return PASSES[request.param]()


def test_each_line_of_code_computes_its_quantity(traced):
    """The line as it is shown is run, with the quantities under the names that are shown."""
    scope = {"np": np, **{f.name: f for f in traced.network.activations}}
    scope |= {name: one.value for name, one in traced.quantities.items() if one.made == 0}
    for index in range(len(traced.steps)):
        line = "".join(text for text, _ in traced.code(index))
        exec(line, scope)
        name = traced.output(index)
        np.testing.assert_array_equal(scope[name], traced.quantities[name].value, err_msg=line)


def test_each_equation_marks_every_quantity_of_its_line(traced):
    for index in range(len(traced.steps)):
        marks = set(re.findall(r'data-term="([^"]+)"', traced.mathml(index)))
        assert marks == {*traced.inputs(index).values(), traced.output(index)}


def test_each_error_is_made_of_what_arrives_and_the_slope_of_the_step_before(traced):
    seen = 0
    for index, step in enumerate(traced.steps):
        names = traced.factors(index)
        assert (names is not None) == (step.name == "delta")
        if names is None:
            continue
        layer = step.layer
        assert names == (f"grad_a{layer}", f"slope{layer}") == tuple(traced.inputs(index).values())
        assert traced.quantities[f"slope{layer}"].made == index
        assert "".join(text for text, _ in traced.code(index)) == f"delta{layer} = grad_a{layer} * slope{layer}"
        left, right = (traced.quantities[name].value for name in names)
        np.testing.assert_array_equal(left * right, traced.quantities[f"delta{layer}"].value)
        (prime,) = re.findall(rf'<mrow data-term="slope{layer}">.*?</mrow></mrow>', traced.mathml(index))
        assert "′" in prime
        assert ">z<" in prime
        seen += 1
    assert seen == traced.last


def test_each_gradient_stands_beside_a_number_that_checks_it(traced):
    for index, step in enumerate(traced.steps):
        if step.name in ("dW", "db"):
            assert "Nudging every entry agrees" in traced.words(index)


def test_where_every_entry_lies_at_a_kink_the_words_say_so():
    traced = made(sizes=(3, 4, 4, 2), hidden="relu")
    network = traced.network
    network.biases[0][...] = -100.0  # every unit of layer 1 is off, and layer 2 sits at the corner of its ReLU
    dead = TracedPass(network, traced.X, traced.y)
    assert any("Nudging cannot decide: every entry lies at a kink." in dead.words(i) for i in range(len(dead.steps)))


def test_the_inputs_are_those_of_the_call_whatever_becomes_of_the_array():
    network, X, y = running_example()
    before = X.copy()

    def writing(weights, activations, z, a, targets):
        X[...] = 0
        return right(weights, activations, z, a, targets)

    traced = TracedPass(network, X, y, backward=writing)
    np.testing.assert_array_equal(traced.quantities["X"].value, before)
    assert not np.shares_memory(traced.quantities["X"].value, X)
    assert all(row.passed for row in traced.comparisons.values())


def test_a_gradient_that_is_finite_and_huge_is_not_called_infinite():
    network, X, y = running_example()
    traced = TracedPass(network, X, y, backward=lambda *given: [[1e200 * g for g in part] for part in right(*given)])
    said = [traced.words(i) for i in range(len(traced.steps))]
    assert any("Your dW2 is far too large: the sum of its squares overflows." in words for words in said)
    assert not any("not finite" in words for words in said)


@pytest.mark.parametrize("backward", [None, "right"])
def test_entries_that_are_left_out_at_a_kink_are_counted(backward):
    network = Network((2, 2, 1), hidden="relu", rng=np.random.default_rng(0))
    network.weights[0][...] = [[1.0, 1.0], [1.0, -1.0]]
    network.weights[1][...] = [[1.0], [2.0]]
    X, y = np.array([[1.0, 1.0], [1.0, 2.0]]), np.array([[0.5], [1.0]])  # the first sample has z = 0 in unit 2
    traced = TracedPass(network, X, y, backward=backward and right)
    words = {traced.output(i): traced.words(i) for i in range(len(traced.steps))}
    of_dW1, of_db1, of_dW2 = (f" of the right {name}" if backward else "" for name in ("dW1", "db1", "dW2"))
    assert f"2 of 4 entries{of_dW1} lie at a kink and are left out. Nudging the others agrees" in words["dW1"]
    assert f"1 of 2 entries{of_db1} lies at a kink and is left out. Nudging the other agrees" in words["db1"]
    assert f"Nudging every entry{of_dW2} agrees" in words["dW2"]


def test_a_wrong_gradient_would_not_agree(monkeypatch):
    monkeypatch.setattr(
        Network, "backward", lambda self, forward, y, right=Network.backward: _doubled(right(self, forward, y))
    )
    traced = TracedPass()
    assert any("does not agree" in traced.words(index) for index in range(len(traced.steps)))


def _doubled(gradients):
    for dW in gradients.dW:
        dW *= 2
    return gradients


def right(weights, functions, z, a, y):
    grad_a = (a[-1] - y) / len(y)
    dW, db = [], []
    for W, f, z_here, a_prev in zip(weights[::-1], functions[::-1], z[::-1], a[-2::-1], strict=True):
        delta = grad_a * f.derivative(z_here)
        dW.insert(0, a_prev.T @ delta)
        db.insert(0, delta.sum(axis=0))
        grad_a = delta @ W.T
    return dW, db


def test_a_right_backward_is_the_same_in_every_tensor():
    traced = TracedPass(backward=right)
    assert len(traced.comparisons) == 4
    assert traced.first_wrong is None
    assert (
        "Yours agrees with the right one in every tensor." in BackwardTracer(backward=right)._sent["facts"]["words"][0]
    )


@pytest.mark.parametrize(
    ("change", "first", "words"),
    [
        (lambda dW, db: ([2 * g for g in dW], db), "dW2", "Your dW2 is 2 times the right one."),
        (lambda dW, db: ([-g for g in dW], db), "dW2", "Your dW2 is −1 times the right one."),
        (lambda dW, db: ([dW[0] * 1.001, dW[1]], db), "dW1", "Your dW1 is 1.001 times the right one."),
        (lambda dW, db: ([dW[0] * 1.00001, dW[1]], db), "dW1", "Your dW1 is 1.00001 times the right one."),
        (lambda dW, db: (dW, [b[:1] for b in db]), "db2", "Your db2 has the shape (1,), expected (2,)."),
        (lambda dW, db: ([dW[0] + 1, dW[1]], db), "dW1", "Your dW1 differs"),
    ],
)
def test_the_first_tensor_that_differs_is_found_from_the_output_on(change, first, words):
    tracer = BackwardTracer(backward=lambda *given: change(*right(*given)))
    traced = tracer.traced
    assert traced.output(traced.first_wrong) == first
    assert words in traced.words(traced.first_wrong)
    assert tracer._sent["facts"]["stops"] == [traced.first_wrong + 1]
    assert f"your {first}" in [one["name"] for one in tracer._sent["facts"]["quantities"]]


def test_which_tensor_comes_first_is_decided_in_gradcheck(monkeypatch):
    traced = TracedPass(backward=lambda *given: tuple([2 * array for array in arrays] for arrays in right(*given)))
    assert traced.output(traced.first_wrong) == "dW2"
    monkeypatch.setattr(gradcheck, "first_difference", lambda rows: rows[1])
    assert traced.output(traced.first_wrong) == "db1"


def test_what_the_learners_code_does_to_its_arguments_does_not_reach_the_pass():
    def spoils(weights, functions, z, a, y):
        gradients = right(weights, functions, z, a, y)
        for array in (*weights, *z, *a, y):
            array[...] = 0
        return gradients

    assert TracedPass(backward=spoils).first_wrong is None


@pytest.mark.parametrize(
    ("backward", "words"),
    [
        (lambda *given: 1 / 0, "Your backward stopped with ZeroDivisionError: division by zero."),
        (lambda x: x, "takes (x); it is called as backward(weights, functions, z, a, y)."),
        (lambda *given: sys.exit(3), "stopped with SystemExit: 3."),
        (lambda *given: sys.exit("far too long " * 250), f"SystemExit: {('far too long ' * 16)[:198]}… The right pass"),
        (lambda *given: never_ends(), "ran for 0.2 seconds and was stopped. Is there a loop without an end?"),
        (lambda *given: None, "returned nothing (None); two lists were expected. Let its last line be: return dW, db."),
        (lambda *given: "dW, db", "it returned a text; two lists were expected."),
        (lambda *given: {1, 2}, "it returned something of type set; two lists were expected."),
        (lambda *given: (1, 2, 3), "it returned a tuple of 3; two lists were expected."),
        (lambda *given: ([1], [2]), "dW is a list of 1; a list of 2 arrays was expected, one for each layer."),
        (lambda *given: (np.ones(2), np.ones(2)), "dW is one array of shape (2,); a list of 2 arrays was expected"),
        (lambda *given: (["a", "b"], ["c", "d"]), "dW[0] holds text ('a'), numbers were expected. The right pass"),
        (
            lambda *given: ([None, None], [None, None]),
            "dW[0] holds None (NoneType), numbers were expected. Is it still to be computed? The right pass",
        ),
        (
            lambda *given: ([np.ones((1, 2, 3)), np.ones((3, 2))], [np.ones(3), np.ones(2)]),
            "dW[0] has the shape (1, 2, 3)",
        ),
        (
            lambda *given: ([np.ones((2, 3)), np.ones((3, 2))], [np.ones(10**6), np.ones(2)]),
            "db[0] has the shape (1000000,)",
        ),
    ],
)
def test_what_the_learners_code_raises_is_told_and_the_right_pass_is_shown(backward, words, monkeypatch):
    monkeypatch.setattr(traced_pass, "SECONDS", 0.2)
    tracer = BackwardTracer(backward=backward)
    assert words in tracer._problem["words"]
    assert tracer._problem["words"].endswith(" The right pass is shown without it.")
    assert "Traceback" in tracer._problem["details"]
    assert tracer.frames == 15
    tracer.change(sample=1)
    assert words in tracer._problem["words"]
    tracer._handle_custom_msg({"kind": "change", "settings": {"samples": None}, "position": 3, "request": 1}, [])
    assert words in tracer._problem["words"]
    tracer.reset()
    assert words in tracer._problem["words"]


def never_ends():
    while True:
        try:
            sum(range(1000))
        except Exception:  # a loop of a learner's that swallows everything
            continue


def test_an_interrupt_by_the_learner_goes_through():
    def interrupted(*given):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        BackwardTracer(backward=interrupted)


def test_numbers_that_are_not_finite_and_single_entries_that_differ_are_named():
    def spoiled(*given):
        dW, db = right(*given)
        dW[1][2, 0] *= 1.5
        db[0][1] = np.nan
        return dW, db

    traced = TracedPass(backward=spoiled)
    assert {traced.output(index): entries for index, entries in traced.differs.items()} == {
        "dW2": [4],
        "db2": [],
        "dW1": [],
        "db1": [1],
    }
    assert traced.output(traced.first_wrong) == "dW2"
    assert "Your db1 holds numbers that are not finite." in traced.words(14)
    assert BackwardTracer(backward=spoiled)._sent["facts"]["steps"][8]["differs"] == [4]


def test_a_deep_network_is_drawn_around_the_step():
    tracer = BackwardTracer(Network([4] * 31, rng=np.random.default_rng(0)), np.ones((2, 4)), np.ones((2, 4)))
    steps = tracer._sent["facts"]["steps"]
    assert all(len(step["layers"]) == 5 for step in steps)
    for step in steps:
        shown = step["layers"]
        assert {0, step["layer"], step["layer"] - 1, 30} <= set(shown)
    assert "a 4-4-4-…-4 (30 layers) network" in tracer._sentence()
    assert "<img" in tracer._still()


def test_a_wide_network_and_many_samples_are_drawn_in_summary():
    rng = np.random.default_rng(0)
    network = Network((64, 80, 10), loss="softmax_cross_entropy", rng=rng)
    tracer = BackwardTracer(network, rng.normal(size=(200, 64)), np.arange(200) % 10)
    assert tracer._sent["facts"]["units"][1] == [0, 1, 2, 3, 4, 5, 79]
    assert "<img" in tracer._still()
    assert len(tracer._choices["samples"]) == 201


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"X": [[1.0, 2.0]]}, TypeError, "without a network"),
        ({"network": Network((2, 1), rng=np.random.default_rng(0))}, TypeError, "without X and y"),
        ({"network": 3, "X": 1, "y": 2}, TypeError, "a Network was expected"),
        ({"backward": 3}, TypeError, "a function backward"),
        ({"network": Network((2, 1), rng=np.random.default_rng(0)), "X": 3, "y": 4}, ValueError, "X has the shape"),
        ({"sample": 4}, ValueError, "0 to 3 was expected"),
        ({"sample": True}, ValueError, "0 to 3 was expected"),
    ],
)
def test_nonsense_is_refused_in_words(arguments, error, words):
    with pytest.raises(error, match=words):
        BackwardTracer(**arguments)


def test_a_pass_with_too_many_numbers_is_refused_in_words():
    network = Network((784, 300, 10), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="has 238,510 parameters; at most 20,000 can be checked by nudging"):
        BackwardTracer(network, np.zeros((2, 784)), np.zeros((2, 10)))
    network = Network((64, 10), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"at most 200,000 can be stepped through\. Take fewer samples"):
        BackwardTracer(network, np.zeros((1000, 64)), np.zeros((1000, 10)))


def test_a_pass_that_overflows_says_where_and_what_to_try():
    network, X, y = running_example()
    network.weights[0][...] = network.weights[1][...] = 1e300
    with pytest.raises(
        ValueError, match=r"z2 holds numbers that are not finite: the pass has overflowed\. Take smaller"
    ):
        BackwardTracer(network, X, y)


def test_one_sample_alone_has_a_pass_of_its_own():
    tracer = BackwardTracer()
    tracer.position = 8
    tracer.change(sample=2)
    network, X, y = running_example()
    gradients = network.backward(network.forward(X[2:3]), y[2:3])
    np.testing.assert_array_equal(tracer.traced.quantities["dW1"].value, gradients.dW[0])
    assert tracer.position == 8
    tracer.change(sample=None)
    assert tracer.traced.n == 4


def test_a_sample_may_be_a_numpy_number(tmp_path):
    tracer = BackwardTracer(sample=np.int64(2))
    tracer.change(sample=np.int64(1))
    assert tracer.traced.n == 1
    tracer.to_html(tmp_path / "page.html")


def test_the_network_is_that_of_the_call():
    network, X, y = running_example()
    tracer = BackwardTracer(network, X, y)
    before = tracer.traced.quantities["W1"].value.copy()
    network.weights[0][...] = 0
    tracer.change(sample=0)
    np.testing.assert_array_equal(tracer.traced.quantities["W1"].value, before)


def test_a_known_mistake_stops_the_tracer_at_the_tensor_that_the_gradient_check_names_first():
    network, X, y = running_example()
    forward = network.forward(X)
    seen = 0
    for mistake in MISTAKES.values():
        try:
            given = mistake.gradients(network, forward, y)
        except ValueError:
            continue  # shapes that do not fit: it never gets as far as a gradient
        row = gradcheck.gradient_check(network, X, y, given).first_difference
        traced = TracedPass(backward=lambda *_, given=given: (given.dW, given.db))
        found = None if traced.first_wrong is None else traced.steps[traced.first_wrong]
        stops_at = found and f"{found.name}[{found.layer - 1}]"
        assert stops_at == (row and row.name), mistake.name
        seen += row is not None
    assert seen >= 15


def test_only_one_symbol_can_be_marked():
    assert 'data-term="W1"' in marked(r"W^{(1)} x", {r"W^{(1)}": "W1"})
    with pytest.raises(ValueError, match="2 symbols side by side"):
        marked("x y", {"x y": "both"})


def test_a_prime_is_written_at_its_own_size():
    mathml = marked("f'(z)^2", {"f'": "slope"})
    assert '<mrow data-term="slope"><mi>f</mi><mo lspace="0" rspace="0">′</mo></mrow>' in mathml
    assert "<msup><mo" in mathml  # the square is raised as before
