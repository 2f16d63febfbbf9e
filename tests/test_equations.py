"""Every equation of the course: its code line, its LaTeX and its scalar form say the same, and it is the truth."""

import ast
import dataclasses
import itertools
import re
from pathlib import Path

import latex
import numpy as np
import pytest
import sympy as sp
from equation_cases import NUMBERS, SYMBOLIC
from equation_checks import check_code, check_latex, check_scalar, settings

from backprop_lib import activations, equations, gradcheck, initializers, losses
from backprop_lib.equations import EQUATIONS

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
every_equation = pytest.mark.parametrize("equation", EQUATIONS.values(), ids=EQUATIONS)


# ---- the mathematics ---------------------------------------------------------------------------------------------


@every_equation
def test_the_code_line_gives_what_central_differences_or_the_definition_give(equation):
    check_code(equation)


@every_equation
def test_the_latex_gives_the_same_numbers_as_the_code_line(equation):
    check_latex(equation)


@every_equation
def test_sympy_confirms_the_scalar_form(equation):
    check_scalar(equation)


def test_every_equation_is_put_to_these_tests():
    assert NUMBERS.keys() == SYMBOLIC.keys() == EQUATIONS.keys()
    assert all(settings(name) for name in EQUATIONS)


# ---- one equation ------------------------------------------------------------------------------------------------


@every_equation
def test_the_code_is_one_assignment_and_each_of_its_names_is_described(equation):
    (statement,) = ast.parse(equation.code).body
    assert isinstance(statement, ast.Assign)
    (target,) = statement.targets
    assert target.id == equation.output
    assert equation.shapes.keys() == {equation.output, *equation.inputs}
    assert all(text and not text.endswith(".") for text in equation.shapes.values())
    for values, _, _ in settings(equation.name):
        assert values.keys() == set(equation.inputs)


@every_equation
def test_a_code_line_changes_nothing_that_it_is_given(equation):
    for values, _, _ in settings(equation.name):
        before = {name: np.copy(value) for name, value in values.items() if not callable(value)}
        equation.compute(**values)
        assert all(np.array_equal(values[name], value) for name, value in before.items())


@every_equation
def test_the_arrays_have_the_shapes_that_the_equation_states(equation):
    sizes = {}
    for values, expected, _ in settings(equation.name)[:1]:
        for name, value in {**values, equation.output: expected}.items():
            stated = re.match(r"\(([^)]*)\)", equation.shapes[name])
            if callable(value) or not stated:
                assert callable(value) or np.ndim(value) == 0 or equation.name == "relative_error"
                continue
            letters = [letter.strip() for letter in stated[1].split(",") if letter.strip()]
            assert len(letters) == np.ndim(value)
            for letter, size in zip(letters, np.shape(value), strict=True):
                size = int(letter) if letter.isdigit() else size
                assert sizes.setdefault(letter, size) == size


@every_equation
def test_the_meaning_is_one_sentence(equation):
    assert re.fullmatch(r"[A-Z][^.?!]*(?:\.\d[^.?!]*)*\.", equation.meaning)
    assert 6 <= len(equation.meaning.split()) <= 32


@every_equation
def test_the_chapter_is_one_of_the_course(equation):
    assert re.fullmatch(r"(?:0[1-9]|10)_[a-z]+(?:_[a-z]+)*", equation.chapter)
    of_that_number = {path.stem for path in CHAPTERS.glob(f"{equation.chapter[:3]}*.md")}
    assert of_that_number <= {equation.chapter}


@every_equation
@pytest.mark.parametrize("form", ["latex", "scalar"])
def test_the_latex_is_of_the_kind_that_jupyterlab_renders(equation, form):
    text = getattr(equation, form)
    assert not re.search(r"\\bm|\\_|\\\\|\$|`|\n|\\boldsymbol|\\text\{[^}]*_", text)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right") + text.count(r"\leftarrow")


def test_the_order_is_that_of_the_chapters_and_the_names_are_plain():
    chapters = [equation.chapter for equation in EQUATIONS.values()]
    assert chapters == sorted(chapters)
    assert all(
        name == equation.name and re.fullmatch("[a-z]+(?:_[a-z]+)*", name) for name, equation in EQUATIONS.items()
    )


def test_no_name_is_used_twice():
    with pytest.raises(ValueError, match="same name"):
        equations._by_name(EQUATIONS["mse"], EQUATIONS["half_mse"], EQUATIONS["mse"])


# ---- the interface -----------------------------------------------------------------------------------------------


def test_get_returns_an_equation_and_names_the_nearest_for_a_slip():
    hidden = equations.get("hidden_delta")
    assert hidden is EQUATIONS["hidden_delta"]
    assert equations.get(hidden) is hidden
    with pytest.raises(ValueError, match=r'not the name of an equation\. Did you mean "hidden_delta"\?'):
        equations.get("hiden_delta")
    with pytest.raises(TypeError, match="not the name of an equation"):
        equations.get(3)


def test_compute_says_what_is_missing_and_what_it_does_not_use():
    equation = equations.get("weight_gradient")
    assert equation.inputs == ("a_prev", "delta")
    assert equation.output == "dW"
    with pytest.raises(TypeError, match=r"dW = a_prev\.T @ delta and takes a_prev, delta; missing: delta\."):
        equation.compute(a_prev=np.ones((2, 3)))
    with pytest.raises(TypeError, match="missing: a_prev; not used: a"):
        equation.compute(a=np.ones((2, 3)), delta=np.ones((2, 1)))


def test_compute_takes_lists_and_keeps_the_float_type():
    assert np.array_equal(equations.get("bias_gradient").compute(delta=[[1, 2], [3, 5]]), [4, 7])
    z = np.array([[-1.0, 2.0]], dtype=np.float32)
    assert equations.get("sigmoid").compute(z=z).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "values", "error", "message"),
    [
        (
            "hidden_delta",
            {"grad_a": [1.0], "f": "relu", "z": [1.0]},
            TypeError,
            r"f is 'relu' \(str\), an activation was",
        ),
        ("hidden_delta", {"grad_a": [1.0], "f": np.tanh, "z": [1.0]}, TypeError, "an activation was expected, such as"),
        (
            "central_difference",
            {"f": 3.0, "x": 1.0, "h": 0.1},
            TypeError,
            r"f is 3.0 \(float\), a function of one number",
        ),
        ("bias_gradient", {"delta": [[1, 2], [3]]}, ValueError, "delta is no rectangular array: its rows differ in"),
        ("bias_gradient", {"delta": [["a"], ["b"]]}, TypeError, "delta holds text"),
    ],
)
def test_a_value_that_the_code_line_cannot_use_is_refused_in_words(name, values, error, message):
    with pytest.raises(error, match=message):
        equations.get(name).compute(**values)


def test_any_function_will_do_where_no_derivative_is_taken_and_whole_numbers_in_lists_stay_whole():
    assert np.array_equal(equations.get("activation").compute(f=np.abs, z=[-1, 2]), [1, 2])
    assert equations.get("bias_gradient").compute(delta=[[1, 2], [3, 5]]).dtype.kind == "i"


def test_softmax_and_its_loss_say_the_same_about_their_logits():
    shapes = [equations.get(name).shapes["z"] for name in ("softmax", "softmax_cross_entropy_of_logits")]
    assert shapes == ["(n_samples, n_out), the logits, shifted so that none is large"] * 2


def test_an_equation_shows_itself():
    equation = equations.get("hidden_grad_a")
    bundle = equation._repr_mimebundle_()
    assert bundle["text/plain"] == repr(equation) == "<equation hidden_grad_a: grad_a = delta_next @ W_next.T>"
    shown = bundle["text/markdown"]
    for part in (
        f"$${equation.latex}$$",
        f"`{equation.code}`",
        equation.meaning,
        "`W_next` (n_out, n_next)",
        "chapter 04",
    ):
        assert part in shown


def test_an_equation_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        equations.get("mse").code = "C = 0"


# ---- the same as the library -------------------------------------------------------------------------------------


def test_the_equations_of_the_activations_equal_the_librarys_also_far_out():
    z = np.array([[-1000.0, -30.0, -0.3, 0.0, 0.3, 30.0, 1000.0]])
    assert np.array_equal(equations.get("sigmoid").compute(z=z), activations.sigmoid(z))
    assert np.array_equal(equations.get("relu").compute(z=z), activations.relu(z))
    assert np.array_equal(equations.get("relu_slope").compute(z=z), activations.relu.derivative(z))
    assert np.allclose(equations.get("tanh_slope").compute(z=z), activations.tanh.derivative(z), atol=1e-15)


def test_the_losses_of_the_logits_stay_exact_far_out():
    z, y = np.array([[-1000.0], [1000.0]]), np.array([[1.0], [1.0]])
    assert equations.get("binary_cross_entropy_of_logits").compute(y=y, z=z, n=2) == 500
    z, y = np.array([[1000.0, 0.0, -1000.0]]), np.array([[0.0, 1.0, 0.0]])
    shifted = equations.get("logit_shift").compute(z=z)
    assert np.array_equal(equations.get("softmax").compute(z=shifted), losses.softmax(z))
    assert equations.get("softmax_cross_entropy_of_logits").compute(y=y, z=shifted, n=1) == 1000


@pytest.mark.parametrize(
    ("equation", "initializer"), [("lecun_scale", "lecun"), ("xavier_scale", "xavier"), ("he_scale", "he")]
)
def test_the_scales_are_those_of_the_initializers(equation, initializer):
    equation = equations.get(equation)
    widths = {"n_in": 7, "n_out": 4}
    scale = equation.compute(**{name: widths[name] for name in equation.inputs})
    assert scale == initializers.get(initializer).scale(7, 4)


def test_the_relative_error_is_that_of_the_gradient_check():
    rng = np.random.default_rng(0)
    given, expected = (gradcheck.Gradients(dW=[rng.normal(size=(3, 2))], db=[rng.normal(size=2)]) for _ in range(2))
    rows = gradcheck.compare_gradients(given, expected)
    for row, g, g_num in zip(rows, [*given.dW, *given.db], [*expected.dW, *expected.db], strict=True):
        assert np.isclose(row.relative_error, equations.get("relative_error").compute(g=g, g_num=g_num))


def test_what_backpropagation_costs():
    def cost(sizes):
        return equations.get("backward_cost").compute(N=[n_in * n_out for n_in, n_out in itertools.pairwise(sizes)])

    assert round(cost((64, 32, 10)), 3) == 1.135
    assert round(cost((100,) * 8), 2) == 1.86
    assert equations.get("central_difference_cost").compute(P=2410) == 4820


# ---- the evaluator of the LaTeX is tested itself -----------------------------------------------------------------

SQUARE, VECTOR = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 7.0])
VALUES = {
    "W": SQUARE,
    "V": SQUARE.T @ SQUARE,
    "x": VECTOR,
    "n": 4,
    "y_hat": VECTOR,
    "W_next": -SQUARE,
    "dW": 2 * SQUARE,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"W V", SQUARE @ SQUARE.T @ SQUARE),
        (r"W \odot V", SQUARE * (SQUARE.T @ SQUARE)),
        (r"W^T V", SQUARE.T @ SQUARE.T @ SQUARE),
        (r"\left( W - V \right)^T", (SQUARE - SQUARE.T @ SQUARE).T),
        (r"W^{(l+1)\,T}", -SQUARE.T),
        (r"W^{(l)}", SQUARE),
        (r"W_{12}", None),
        (r"\sum_i x_i W_{ij}", None),
        (r"\sum_i \sum_j x_i W_{ij}", (VECTOR @ SQUARE).sum()),
        (r"\sum_i x_i - n", 12 - 4),
        (r"\prod_{i=1}^{n-3} x_{i+1}", 7),
        (r"\max_i x_i", 7),
        (r"\max(x, 6)", [6, 7]),
        (r"2n", 8),
        (r"-2^3 + n", -4),
        (r"\frac{n - 1}{2n}", 3 / 8),
        (r"n / 8 \cdot 3", 1.5),
        (r"e^{-n} + \log n", np.exp(-4) + np.log(4)),
        (r"\log (n - 3)", 0),
        (r"n \log \hat y", 4 * np.log(VECTOR)),
        (r"\tanh(n)^2", np.tanh(4) ** 2),
        (r"\sigma(n)", 1 / (1 + np.exp(-4))),
        (r"\sum_i 1[x_i > 6]", 1),
        (r"\sum_i x_i \, 1[i = 2]", 7),
        (r"\sum_i \sum_j 1[i = j] W_{ij}", 5),
        (r"\lVert x \rVert", np.sqrt(74)),
        (r"\lvert 3 - n \rvert", 1),
        (r"\frac{\partial C}{\partial W}", 2 * SQUARE),
        (r"\sqrt{n}", 2),
        (r"\eta", None),
        (r"W \cdot V", None),
        (r"n \odot x", None),
        (r"\tilde W", None),
    ],
)
def test_latex_is_read_as_it_is_meant_and_what_has_no_value_is_an_error(text, expected):
    def value():
        (side,) = latex.parse(text)
        return latex.Evaluator(VALUES).side(side)

    if expected is None:
        with pytest.raises(latex.LatexError):
            value()
    else:
        assert np.allclose(value(), expected)
        assert np.shape(value()) == np.shape(expected)


def test_latex_with_free_indices_gives_an_array_in_the_order_of_the_left_hand_side():
    left, right = latex.parse(r"P_{ji} = W_{ij} x_i")
    assert latex.left_name(left) == ("P", ("j", "i"))
    assert np.array_equal(latex.Evaluator(VALUES).side(right, ("j", "i")), (SQUARE * VECTOR[:, np.newaxis]).T)


@pytest.mark.parametrize(
    "text", [r"W +", r"\foo", r"(n", r"n ]", r"\frac{1}{2", r"1[n]", r"\sum_2 n", r"W^{(q)}", r"n \& n"]
)
def test_what_is_not_of_this_latex_is_an_error(text):
    with pytest.raises(latex.LatexError):
        latex.parse(text)


def test_latex_is_read_with_symbols_too():
    n = sp.Symbol("n", positive=True)
    (side,) = latex.parse(r"\frac{1}{2n} \sum_i \log x_i")
    value = latex.Evaluator({"n": n, "x": [n, n**2]}, latex.SYMBOLS).side(side)
    assert sp.simplify(value - 3 * sp.log(n) / (2 * n)) == 0


def test_an_equation_with_an_unknown_name_on_its_left_is_refused():
    wrong = dataclasses.replace(
        EQUATIONS["weight_gradient"], latex=r"\frac{\partial C}{\partial b} = a^{(l-1)\,T} \delta"
    )
    with pytest.raises(latex.LatexError, match="is about dC/db"):
        check_latex(wrong)
    wrong = dataclasses.replace(
        EQUATIONS["weight_gradient"], scalar=r"\frac{\partial C}{\partial b_j} = \sum_s \delta_{sj}"
    )
    with pytest.raises(latex.LatexError, match="is not about any of"):
        check_scalar(wrong)
