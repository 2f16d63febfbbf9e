"""Puts one equation to the test, its code line, its LaTeX and its scalar form; and plants mistakes in a code line."""

import ast
import functools

import numpy as np
import sympy as sp
from equation_cases import NUMBERS, SYMBOLIC
from latex import NUMBERS as NUMERICAL_FUNCTIONS
from latex import SYMBOLS as SYMBOLIC_FUNCTIONS
from latex import Evaluator, LatexError, canonical, left_name, parse

TOLERANCE = {"rtol": 5e-5, "atol": 1e-7}
"""Wide enough for central differences and for the values that are found by a search."""


@functools.cache
def settings(name):
    """Return the settings of an equation, each (values, expected, what else the LaTeX mentions)."""
    return [(values, np.asarray(expected, dtype=float), extra) for values, expected, extra in NUMBERS[name]()]


def agree(value, expected):
    """Whether two values have the same shape and the same numbers."""
    value = np.asarray(value, dtype=float)
    return value.shape == expected.shape and np.allclose(value, expected, **TOLERANCE)


def check_code(equation):
    """Raise unless the code line gives what it must, in every setting."""
    for values, expected, _ in settings(equation.name):
        needed = {name: values[name] for name in equation.inputs}
        assert agree(equation.compute(**needed), expected), f"{equation.code} is wrong"


def check_latex(equation):
    """Raise unless every right-hand side of the LaTeX gives what the code line must give."""
    first, *others = parse(equation.latex)
    left, columns = left_name(first), equation.name.startswith("column_")
    axes = ()
    if left is None:
        others = [first, *others]
    else:
        axes = left[1]
        if equation.output not in canonical(left[0].replace("~", "")):
            raise LatexError(f"{equation.latex} is about {left[0]}, {equation.code} about {equation.output}")
    assert others
    for values, expected, extra in settings(equation.name):
        if columns and len(axes) < expected.ndim and axes:
            expected = expected[:, 0]  # the one column of a bias
        evaluator = Evaluator({**values, **extra}, NUMERICAL_FUNCTIONS, columns)
        for side in others:
            assert agree(evaluator.side(side, axes), expected), f"{equation.latex} is wrong"


@functools.cache
def symbolic_case(name):
    """Return the symbolic values, what the left-hand sides are, and both once more with random numbers put in."""
    values, lefts = SYMBOLIC[name]()
    lefts = {key: np.array(left, dtype=object) for key, left in lefts.items()}
    unknowns = set()
    for value in [*values.values(), *lefts.values()]:
        for entry in np.ravel(value):
            unknowns |= getattr(entry, "free_symbols", set())
    if "f" in values:
        t = sp.Dummy("t")
        unknowns |= values["f"](t).free_symbols - {t}
    rng = np.random.default_rng(0)
    put_in = {symbol: rng.uniform(0.3, 0.9) for symbol in sorted(unknowns, key=str)}

    def numerical(value):
        entries = [float(sp.sympify(entry).subs(put_in)) for entry in np.ravel(value)]
        return np.array(entries).reshape(np.shape(value))[()]

    class NumericalFunction:
        def __init__(self, f):
            t = sp.Dummy("t")
            self.value = sp.lambdify(t, f(t).subs(put_in))
            self.derivative = sp.lambdify(t, f.derivative(t).subs(put_in))

        def __call__(self, x):
            return self.value(x)

    with_numbers = {k: NumericalFunction(v) if k == "f" else numerical(v) for k, v in values.items()}
    return values, lefts, with_numbers, {key: numerical(left) for key, left in lefts.items()}


def check_scalar(equation):
    """Raise unless every right-hand side of the scalar form is, in symbols, what the left-hand side says."""
    first, *others = parse(equation.scalar)
    values, lefts, with_numbers, lefts_with_numbers = symbolic_case(equation.name)
    columns = equation.name.startswith("column_")
    left = left_name(first)
    if left is None:
        left, others = (None, indices_of(first)), [first, *others]
    name, axes = left
    if name not in lefts:
        raise LatexError(f"{equation.scalar} is not about any of {list(lefts)}")
    assert others
    for side in others:
        numerical = Evaluator(with_numbers, NUMERICAL_FUNCTIONS, columns).side(side, axes)
        assert agree(numerical, np.asarray(lefts_with_numbers[name])), f"{equation.scalar} is wrong"
    for side in others:
        symbols = np.asarray(Evaluator(values, SYMBOLIC_FUNCTIONS, columns).side(side, axes))
        for entry, expected in zip(symbols.ravel(), lefts[name].ravel(), strict=True):
            assert is_zero(entry - expected), f"{equation.scalar} leaves {entry - expected}"


def indices_of(side):
    """Return the free indices of a left-hand side that is an expression, in the order of their first use."""
    bound, free = set(), []

    def walk(node):
        if node.kind in ("sum", "prod", "max"):
            bound.add(node.name)
        free.extend(letter for letter, _ in node.indices)
        for part in node.parts:
            walk(part)

    walk(side)
    return tuple(letter for letter in dict.fromkeys(free) if letter not in bound)


def is_zero(expression):
    """Whether SymPy can reduce an expression to 0."""
    expression = sp.sympify(expression)
    for reduce in (sp.expand, sp.together, sp.simplify, lambda e: sp.simplify(sp.expand_log(e, force=True))):
        if reduce(expression) == 0:
            return True
    return False


# ---- mistakes in a code line -------------------------------------------------------------------------------------


def code_mutants(code):
    """Yield (what was done, the changed line) for one planted mistake after the other on the right-hand side."""
    target, _, value = code.partition(" = ")
    yield "negated", f"{target} = -({value})"
    yield "doubled", f"{target} = 2 * ({value})"
    yield "halved", f"{target} = ({value}) / 2"
    count = sum(1 for _ in ast.walk(ast.parse(value, mode="eval")))
    for place in range(count):
        for variant in range(9):
            tree = ast.parse(value, mode="eval")
            node = list(ast.walk(tree))[place]
            change = _change(node, variant)
            if change is not None:
                what, new = change
                tree = _Put(node, new).visit(tree)
                yield what, f"{target} = {ast.unparse(ast.fix_missing_locations(tree))}"


class _Put(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


OTHER_OPERATOR = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
OTHER_METHOD = {"sum": "mean", "maximum": "minimum", "prod": "sum", "argmax": "argmin"}
LEFT_OUT = {"exp", "log", "sqrt", "abs", "tanh", "maximum"}


def _change(node, variant):
    """Return (what, new node) for the `variant`-th mistake that can be made at a node, None if there is none."""
    text = ast.unparse(node) if isinstance(node, ast.expr) else ""
    changes = []
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
        if type(node.op) in OTHER_OPERATOR:
            changes.append(("another operator", ast.BinOp(left, OTHER_OPERATOR[type(node.op)](), right)))
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
            changes.append(("exchanged", ast.BinOp(right, node.op, left)))
        changes += [("without the right part", left), ("without the left part", right)]
    if isinstance(node, ast.UnaryOp):
        changes.append(("without the minus", node.operand))
    if isinstance(node, ast.Attribute) and node.attr == "T":
        changes.append(("without .T", node.value))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        changes.append((f"{node.value} turned", ast.Constant(not node.value)))
    elif isinstance(node, ast.Constant):
        changes.append((f"{node.value} made {1 - node.value}", ast.Constant(1 - node.value)))
        changes.append((f"{node.value} raised", ast.Constant(node.value + 1)))
    if isinstance(node, ast.Compare):
        for other in (ast.GtE, ast.Lt, ast.NotEq):
            changes.append(("another comparison", ast.Compare(node.left, [other()], node.comparators)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = node.func.attr
        if name in OTHER_METHOD:
            func = ast.Attribute(node.func.value, OTHER_METHOD[name], ast.Load())
            changes.append((f"{OTHER_METHOD[name]} for {name}", ast.Call(func, node.args, node.keywords)))
        if name in LEFT_OUT:
            changes.append((f"without {name}", node.args[0]))
        if name == "derivative":
            changes.append(("f for its slope", ast.Call(node.func.value, node.args, [])))
        if name in ("sum", "max") and node.keywords:
            changes.append(("over everything", ast.Call(node.func, [], [])))
    if isinstance(node, ast.Name) and text in ("n", "n_in", "n_out", "P"):
        changes.append((f"{text} and 1 more", ast.BinOp(node, ast.Add(), ast.Constant(1))))
    if isinstance(node, ast.Subscript):
        changes.append(("without the index", node.value))
    return changes[variant] if variant < len(changes) else None
