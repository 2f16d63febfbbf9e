"""Syntax-tree mutants of a piece of code: each differs in one small thing."""

import ast
import copy

__all__ = ["mutants"]

SWAPS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


def mutants(source):
    """Yield (description, source) for each mutant of `source`, without repeats."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    nodes = list(ast.walk(tree))
    for place, node in enumerate(nodes):
        for words, change in _changes(node, tree):
            mutant = copy.deepcopy(tree)
            target = list(ast.walk(mutant))[place]
            try:
                mutant = change(target, mutant) or mutant
                text = ast.unparse(ast.fix_missing_locations(mutant))
                compile(text, "mutant", "exec")
            except (SyntaxError, ValueError, TypeError):
                continue
            if text not in seen:
                seen.add(text)
                line = getattr(node, "lineno", 0)
                yield f"line {line}: {words}", text


def _changes(node, tree):
    """Yield (words, change) for a node; `change(node, tree)` alters a copy."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        for other in SWAPS.get(type(node.op), ()):
            yield f"{_name(node.op)} to {other.__name__}", lambda n, t, other=other: setattr(n, "op", other())
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
            yield f"sides of {_name(node.op)} swapped", _swap_sides
        yield f"left of {_name(node.op)} alone", lambda n, t: _replace(t, n, n.left)
        yield f"right of {_name(node.op)} alone", lambda n, t: _replace(t, n, n.right)
        if isinstance(node.op, ast.MatMult):
            for side in ("left", "right"):
                yield (
                    f"{side} of MatMult transposed",
                    lambda n, t, side=side: setattr(n, side, ast.Attribute(getattr(n, side), "T", ast.Load())),
                )
    if isinstance(node, ast.Compare):
        for other in SWAPS.get(type(node.ops[0]), ()):
            yield f"{_name(node.ops[0])} to {other.__name__}", lambda n, t, other=other: n.ops.__setitem__(0, other())
    if isinstance(node, ast.BoolOp):
        for other in SWAPS[type(node.op)]:
            yield f"{_name(node.op)} to {other.__name__}", lambda n, t, other=other: setattr(n, "op", other())
    if isinstance(node, ast.UnaryOp):
        yield f"{_name(node.op)} left out", lambda n, t: _replace(t, n, n.operand)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        for value in dict.fromkeys((node.value + 1, node.value - 1, -node.value, 2 * node.value)):
            if value != node.value:
                yield f"{node.value} to {value}", lambda n, t, value=value: setattr(n, "value", value)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose left out", lambda n, t: _replace(t, n, n.value)
    if isinstance(node, ast.Call):
        for i, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}= left out", lambda n, t, i=i: n.keywords.pop(i) and None
        if len(node.args) == 1 and isinstance(node.func, ast.Name):
            yield f"{node.func.id}() left out", lambda n, t: _replace(t, n, n.args[0])
        if len(node.args) == 2 and not node.keywords:
            yield "arguments swapped", lambda n, t: n.args.reverse()
        for one, other in (("sum", "mean"), ("mean", "sum"), ("max", "min"), ("argmax", "argmin"), ("exp", "log")):
            if isinstance(node.func, ast.Attribute) and node.func.attr == one:
                yield f"{one} to {other}", lambda n, t, other=other: setattr(n.func, "attr", other)
        if isinstance(node.func, ast.Attribute) and not node.args and not isinstance(node.func.value, ast.Name):
            yield f".{node.func.attr}() left out", lambda n, t: _replace(t, n, n.func.value)
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None:
                yield f"{part} of a slice left out", lambda n, t, part=part: setattr(n, part, None)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield "index left out", lambda n, t: _replace(t, n, n.value)
    if isinstance(node, ast.AugAssign):
        yield "in place to assigned", lambda n, t: _replace(t, n, ast.Assign([n.target], n.value))
    if isinstance(node, ast.IfExp):
        yield "branches swapped", _swap_branches
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in _names(tree):
            if other != node.id and node.id in _names(tree):
                yield f"{node.id} to {other}", lambda n, t, other=other: setattr(n, "id", other)
    body = getattr(node, "body", None)
    if isinstance(body, list) and not isinstance(node, ast.Module):
        for i, statement in enumerate(body):
            if not isinstance(statement, (ast.FunctionDef, ast.Import, ast.ImportFrom)):
                yield f"statement {i + 1} left out", lambda n, t, i=i: n.body.__setitem__(i, ast.Pass())
            if i:
                yield f"statements {i} and {i + 1} swapped", lambda n, t, i=i: _swap_statements(n.body, i)


def _name(operator):
    return type(operator).__name__


def _names(tree):
    """Return the arguments and the local names of all functions of a tree."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            found[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
    return list(found)


def _swap_sides(node, tree):
    node.left, node.right = node.right, node.left


def _swap_branches(node, tree):
    node.body, node.orelse = node.orelse, node.body


def _swap_statements(body, i):
    body[i - 1], body[i] = body[i], body[i - 1]


def _replace(tree, old, new):
    class Replace(ast.NodeTransformer):
        def visit(self, node):
            return new if node is old else self.generic_visit(node)

    return Replace().visit(tree)
