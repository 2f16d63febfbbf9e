"""A wrong sign, a wrong factor, a lost transpose or index, planted in any one equation, fails its check."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
from equation_checks import check_code, check_latex, check_scalar, code_mutants, settings
from latex import NUMBERS, Evaluator, LatexError, mutants, parse

from backprop_lib.equations import EQUATIONS

CHECKS = {"code": check_code, "latex": check_latex, "scalar": check_scalar}
# What a wrong line may do: differ, or not run at all on these shapes. A line that Python or the reader of the LaTeX
# cannot even read is no planted mistake; see the last test.
CAUGHT = (AssertionError, ArithmeticError, AttributeError, LatexError, RuntimeWarning, TypeError, ValueError)

SQUARED = "a difference is squared, and its sign does not matter"
ODD = "tanh is odd, and it is squared"
LENGTH = "a length or an absolute value has no sign"
EQUIVALENT = {
    ("half_mse", "code", "C = ((y - y_hat) ** 2).sum() / (2 * n)"): SQUARED,
    ("mse", "code", "C = ((y - y_hat) ** 2).sum() / n"): SQUARED,
    ("half_sse", "code", "C = ((y - y_hat) ** 2).sum() / 2"): SQUARED,
    ("tanh_slope", "latex", r"f'(z) = 1 - \tanh( - z)^2"): ODD,
    ("tanh_slope", "scalar", r"f'(z_j) = 1 - \tanh( - z_j)^2"): ODD,
    (
        "softmax_delta",
        "scalar",
        r"\delta_j = \sum_i \left( -\frac{y_i}{p_i} \right) p_i \, (1[i = j] - p_j) "
        r"= -\sum_i y_i \, 1[i = j] + p_j = p_j - y_j",
    ): "the targets sum to 1, as the derivation says",
    (
        "first_order_change",
        "latex",
        r"C_{\text{after}} \approx C_{\text{before}} - \eta \, \lVert  - g \rVert^2",
    ): LENGTH,
    (
        "first_order_change",
        "scalar",
        r"C_{\text{after}} \approx C_{\text{before}} - \eta \sum_i \left(  - \frac{\partial C}{\partial w_i} \right)^2",
    ): SQUARED,
    (
        "relative_error",
        "code",
        "r = np.linalg.norm(g_num - g) / np.maximum(np.linalg.norm(g), np.linalg.norm(g_num))",
    ): LENGTH,
    (
        "relative_error",
        "latex",
        r"r = \frac{\lVert g - g_{\text{num}} \rVert}{\max(\lVert  - g \rVert, \lVert g_{\text{num}} \rVert)}",
    ): LENGTH,
    (
        "relative_error",
        "latex",
        r"r = \frac{\lVert g - g_{\text{num}} \rVert}{\max(\lVert g \rVert, \lVert  - g_{\text{num}} \rVert)}",
    ): LENGTH,
    (
        "relative_error",
        "scalar",
        r"r = \frac{\lvert g - g_{\text{num}} \rvert}{\max(\lvert  - g \rvert, \lvert g_{\text{num}} \rvert)}",
    ): LENGTH,
    (
        "relative_error",
        "scalar",
        r"r = \frac{\lvert g - g_{\text{num}} \rvert}{\max(\lvert g \rvert, \lvert  - g_{\text{num}} \rvert)}",
    ): LENGTH,
    ("nudge_error", "latex", r"E = \frac{M h^2}{6} + \frac{u \, \lvert  - C \rvert}{h}"): LENGTH,
    ("nudge_error", "scalar", r"E = \frac{M h^2}{6} + \frac{u \, \lvert  - C \rvert}{h}"): LENGTH,
    ("best_nudge", "latex", r"h^{*} = \left( \frac{3 \, u \, \lvert  - C \rvert}{M} \right)^{1/3}"): LENGTH,
    ("best_nudge", "scalar", r"h^{*} = \left( \frac{3 \, u \, \lvert  - C \rvert}{M} \right)^{1/3}"): LENGTH,
    (
        "penalized_loss",
        "latex",
        r"C_{\lambda} = C + \frac{\lambda}{2} \sum_i \sum_j W_{ji}^2",
    ): "it is summed over both",
}
"""Changes that change nothing, each with the reason."""


def planted(equation, form):
    """Return every mutant of one form of an equation, as (what was done, the changed text)."""
    if form == "code":
        return list(code_mutants(equation.code))
    if form == "scalar":
        return list(mutants(equation.scalar))
    values, _, extra = settings(equation.name)[0]
    evaluator = Evaluator({**values, **extra}, NUMBERS, equation.name.startswith("column_"))

    def is_matrix(node):
        try:
            return np.ndim(evaluator.of(node, {})) == 2
        except LatexError:
            return False

    return list(mutants(equation.latex, is_matrix))


def outcome(equation, form, text):
    """Return how a changed equation fails its check, None if it does not."""
    try:
        CHECKS[form](dataclasses.replace(equation, **{form: text}))
    except CAUGHT as error:
        return "differs" if isinstance(error, AssertionError) else "does not run"
    return None


every_equation = pytest.mark.parametrize("equation", EQUATIONS.values(), ids=EQUATIONS)


@every_equation
@pytest.mark.parametrize("form", CHECKS)
def test_every_planted_mistake_is_noticed(equation, form):
    outcomes = Counter()
    for what, text in planted(equation, form):
        if (equation.name, form, text) in EQUIVALENT:
            continue
        how = outcome(equation, form, text)
        assert how, f"{equation.name}, {form}, {what}: {text}"
        outcomes[how] += 1
    assert outcomes["differs"] >= 3  # by its numbers, not by an exception


def test_a_change_that_is_called_equivalent_exists_and_changes_nothing():
    seen = set()
    for name in dict.fromkeys(name for name, _, _ in EQUIVALENT):
        for form in CHECKS:
            for _, text in planted(EQUATIONS[name], form):
                if (name, form, text) in EQUIVALENT:
                    assert outcome(EQUATIONS[name], form, text) is None
                    seen.add((name, form, text))
    assert seen == EQUIVALENT.keys()


def test_how_many_mistakes_are_planted():
    counts = {form: [len(planted(equation, form)) for equation in EQUATIONS.values()] for form in CHECKS}
    assert all(min(numbers) >= 3 for numbers in counts.values())
    assert all(sum(numbers) > 800 for numbers in counts.values())


@every_equation
def test_a_planted_mistake_is_a_line_that_can_be_read(equation):
    for form in ("latex", "scalar"):
        for _, text in planted(equation, form):
            parse(text)
            assert text != getattr(equation, form)
    for _, text in planted(equation, "code"):
        compile(text, "planted", "exec")
        assert text != equation.code


@pytest.mark.parametrize(
    ("name", "form", "text"),
    [
        ("linear_output_delta", "code", "delta = (y - y_hat) / n"),
        ("linear_output_delta", "latex", r"\delta^{(L)} = \frac{y - \hat y}{n}"),
        ("mse_grad_a", "latex", r"\frac{\partial C}{\partial a^{(L)}} = \frac{\hat y - y}{n}"),
        ("hidden_grad_a", "latex", r"\frac{\partial C}{\partial a^{(l)}} = W^{(l+1)\,T} \, \delta^{(l+1)}"),
        ("hidden_grad_a", "scalar", r"\frac{\partial C}{\partial a_j} = \sum_k \delta_k \, W_{kj}"),
        ("weight_gradient", "latex", r"\frac{\partial C}{\partial W^{(l)}} = a^{(l-1)} \, \delta^{(l)\,T}"),
        ("bias_gradient", "code", "db = delta.sum()"),
        ("relu_slope", "code", "slope = np.where(z >= 0, 1.0, 0.0)"),
        ("sigmoid_slope", "scalar", r"\sigma'(z) = z \, (1 - z)"),
        ("half_mse", "latex", r"C = \frac{1}{n} \sum_s \sum_k (\hat y_{sk} - y_{sk})^2"),
        ("half_mse", "code", "C = ((y_hat - y) ** 2).mean() / 2"),
        ("he_scale", "code", "scale = np.sqrt(2 / n_in) / n_in"),
        ("penalty_gradient", "code", "dW_penalized = dW + 2 * penalty * W"),
    ],
)
def test_slips_that_stand_in_print_are_noticed(name, form, text):
    assert outcome(EQUATIONS[name], form, text)


def test_a_check_would_pass_a_line_that_is_right():
    assert outcome(EQUATIONS["mse"], "code", "C = (np.square(y - y_hat) / n).sum()") is None
    assert (
        outcome(EQUATIONS["weight_gradient"], "latex", r"\frac{\partial C}{\partial W} = a^{(l-1)\,T} \delta") is None
    )
