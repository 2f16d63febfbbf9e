r"""Evaluates the LaTeX of an equation, with numbers or with symbols; the small part of LaTeX that the course prints.

The rules, which are those of the course's typesetting:

- two arrays side by side are a matrix product; \odot is the product entry by entry; \cdot joins plain numbers;
- an index is a small letter below a symbol and counts from 1; a digit, L or a \text below is part of the name;
- (l), (L), (1) above a symbol say nothing new, (l+1) makes it the next layer's, (l-1) the previous layer's;
- \frac{\partial C}{\partial W} is one symbol, as is \operatorname{Var}[z];
- a sum takes all that follows up to the next plus or minus.

A symbol that has no value, an index that nothing binds, or a product of shapes that do not fit, is an error.
"""

import itertools
import re
from dataclasses import dataclass, field

import numpy as np
import sympy

GREEK = {"delta", "eta", "lambda", "rho"}
ACCENTS = {"hat": "_hat", "bar": "_bar"}
LAYERS = {"(l)": "", "(L)": "", "(1)": "", "(l+1)": "_next", "(l-1)": "_prev"}
RELATIONS = {"=", r"\approx", r"\leftarrow"}
SPACES = re.compile(r"(?:\s|\\[,;! ])+")
TOKEN = re.compile(r"(?:\\left|\\right)([()\[\]])|\\[a-zA-Z]+|\d+|[a-zA-Z]|[-+*/=()\[\]{}^_',<>]")
FUNCTIONS = {r"\log": "log", r"\tanh": "tanh"}
CODE_NAMES = {
    "C_lambda": "C_penalized",
    "F": "passes",
    "A": "accuracy",
    "E[a_prev^2]": "mean_square_a",
    "E[delta^2]": "mean_square_delta",
    "Var[W]": "var_W",
    "Var[dC/da_prev]": "var_grad_a",
    "Var[z]": "var_z",
    "c": "labels",
    "c_hat": "predicted",
    "da/dz": "slope",
    "dC_lambda/dW": "dW_penalized",
    "eta": "learning_rate",
    "f'": "slope",
    "h_best": "h_best",
    "lambda": "penalty",
    "rho": "ratio",
    "s": "scale",
    "sigma'": "slope",
    "z_bar": "z_shifted",
}
"""What the code calls a symbol, where it is not the symbol's own name."""


class LatexError(ValueError):
    """The text is not of the kind that this module reads, or it says something that has no value."""


@dataclass
class Node:
    """A piece of an equation: what kind, where it stands in the text, and its parts."""

    kind: str
    start: int
    end: int = 0
    parts: list = field(default_factory=list)
    name: str = ""
    indices: tuple = ()
    transposed: tuple = ()
    bounds: tuple = ()


def parse(text):
    """Return the sides of an equation as a list of nodes."""
    return _Parser(text).equation()


def canonical(name):
    """Return the names under which the code may know a symbol."""
    names = [CODE_NAMES.get(name, name), name]
    if "/" in name:
        top, below = name[1:].split("/d")
        names += [f"d{below}", f"grad_{below}"] if top == "C" else []
        names += [f"d{top}_d{below}"]
    return names


class _Parser:
    def __init__(self, text):
        self.text = text
        self.tokens = []  # (token, start, end)
        place = 0
        while place < len(text):
            space = SPACES.match(text, place)
            if space:
                place = space.end()
                continue
            token = TOKEN.match(text, place)
            if not token:
                raise LatexError(f"cannot read {text[place:]!r}")
            self.tokens.append((token[1] or token[0], place, token.end()))
            place = token.end()
        self.at = 0

    # ---- tokens --------------------------------------------------------------------------------------------------

    def peek(self, ahead=0):
        where = self.at + ahead
        return self.tokens[where][0] if where < len(self.tokens) else ""

    def take(self, expected=None):
        token = self.peek()
        if not token or (expected and token != expected):
            raise LatexError(f"{expected or 'more'} was expected, got {token!r} in {self.text!r}")
        self.at += 1
        return token

    @property
    def start(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) else len(self.text)

    @property
    def end(self):
        return self.tokens[self.at - 1][2]

    def closed(self, node):
        node.end = self.end
        return node

    # ---- the grammar ---------------------------------------------------------------------------------------------

    def equation(self):
        sides = [self.expression()]
        while self.peek() in RELATIONS:
            self.take()
            sides.append(self.expression())
        if self.peek():
            raise LatexError(f"did not expect {self.peek()!r} in {self.text!r}")
        return sides

    def expression(self):
        """Terms with their signs; a term's `name` is its sign, and its span begins with it."""
        node = Node("sum of terms", self.start)
        while not node.parts or self.peek() in ("+", "-"):
            term = Node("term", self.start)
            term.name = self.take() if self.peek() in ("+", "-") else "+"
            term.parts = [self.product()]
            node.parts.append(self.closed(term))
        return self.closed(node)

    def product(self):
        """Factors; a factor's operator stands in `name` of its wrapper: "", ".", "o" or "/"."""
        node = Node("product", self.start)
        while True:
            operator = {r"\cdot": ".", r"\odot": "o", "/": "/"}.get(self.peek(), "")
            wrapper = Node("factor", self.start, name=operator)
            if operator:
                self.take()
            elif not self.starts_factor():
                break
            wrapper.parts = [self.power()]
            node.parts.append(self.closed(wrapper))
        if not node.parts:
            raise LatexError(f"nothing to multiply before {self.peek()!r} in {self.text!r}")
        return self.closed(node)

    def starts_factor(self):
        token = self.peek()
        return bool(token) and not (
            token in ("+", "-", "*", "/", "=", ")", "]", "}", "^", "_", "'", ",", "<", ">", r"\rVert", r"\rvert")
            or token in RELATIONS
        )

    def power(self):
        start = self.start
        base = self.factor()
        while self.peek() == "^":
            self.take()
            if self.peek() == "T":
                self.take()
                base = self.closed(Node("transpose", start, parts=[base]))
            else:
                base = self.closed(Node("power", start, parts=[base, self.group()]))
        return base

    def group(self):
        if self.peek() == "{":
            self.take()
            node = self.expression()
            self.take("}")
            return node
        return self.factor()

    def factor(self):
        token, start = self.peek(), self.start
        if token.isdigit():
            self.take()
            if token == "1" and self.peek() == "[":
                return self.indicator(start)
            return self.closed(Node("number", start, name=token))
        if token in ("(", "["):
            self.take()
            node = Node("group", start, parts=[self.expression()])
            self.take({"(": ")", "[": "]"}[token])
            return self.closed(node)
        if token in (r"\lVert", r"\lvert"):
            self.take()
            node = Node("norm" if token == r"\lVert" else "absolute", start, parts=[self.expression()])
            self.take(token.replace("l", "r", 1))
            return self.closed(node)
        if token == r"\sqrt":
            self.take()
            return self.closed(Node("root", start, parts=[self.group()]))
        if token == r"\frac":
            return self.fraction()
        if token in (r"\sum", r"\prod", r"\max"):
            return self.over_an_index()
        if token in FUNCTIONS:
            self.take()
            node = Node("function", start, name=FUNCTIONS[token])
            argument = self.factor() if self.peek() in ("(", "[") else self.power()
            node.parts = [argument]
            return self.closed(node)
        if token == "e" and self.peek(1) == "^":
            self.take()
            self.take()
            return self.closed(Node("function", start, name="exp", parts=[self.group()]))
        if token == r"\operatorname":
            return self.operator_symbol()
        if token in ("f", r"\sigma"):
            return self.call()
        return self.symbol()

    def indicator(self, start):
        self.take("[")
        left = self.expression()
        relation = self.take()
        if relation not in ("=", ">", "<"):
            raise LatexError(f"no relation between the brackets of {self.text!r}")
        node = Node("indicator", start, name=relation, parts=[left, self.expression()])
        self.take("]")
        return self.closed(node)

    def fraction(self):
        start = self.start
        self.take()
        if self.peek() == "{" and (self.peek(1) == r"\partial" or (self.peek(1) == "d" and self.peek(2) != "}")):
            self.take("{")
            mark = self.take()
            top = self.symbol()
            self.take("}")
            self.take("{")
            self.take(mark)
            below = self.symbol()
            self.take("}")
            if top.transposed or below.transposed:
                raise LatexError(f"a transposed derivative in {self.text!r}")
            name, indices = f"d{top.name}/d{below.name}", (*top.indices, *below.indices)
            return self.closed(Node("symbol", start, name=name, indices=indices))
        return self.closed(Node("fraction", start, parts=[self.group(), self.group()]))

    def over_an_index(self):
        start, kind = self.start, self.take()[1:]
        if kind == "max" and self.peek() == "(":
            self.take()
            node = Node("larger", start, parts=[self.expression()])
            self.take(",")
            node.parts.append(self.expression())
            self.take(")")
            return self.closed(node)
        self.take("_")
        node = Node(kind, start)
        if self.peek() == "{":
            self.take()
            node.name = self.take()
            self.take("=")
            low = self.expression()
            self.take("}")
            self.take("^")
            node.bounds = (low, self.group())
        else:
            node.name = self.take()
        if not re.fullmatch("[a-z]", node.name):
            raise LatexError(f"{node.name!r} is no index in {self.text!r}")
        node.parts = [self.product()]
        return self.closed(node)

    def operator_symbol(self):
        start = self.start
        self.take()
        self.take("{")
        name = ""
        while self.peek() != "}":
            name += self.take()
        self.take()
        self.take("[")
        inside = self.power()
        power = ""
        if inside.kind == "power":
            inside, exponent = inside.parts
            power = f"^{self.text[exponent.start : exponent.end]}"
        if inside.kind != "symbol" or inside.indices:
            raise LatexError(f"{name} of what? {self.text!r}")
        self.take("]")
        return self.closed(Node("symbol", start, name=f"{name}[{inside.name}{power}]"))

    def call(self):
        start = self.start
        name = self.take().lstrip("\\")
        while self.peek() == "'":
            name += self.take()
        if self.peek() == "^":
            self.take()
            self.take("{")
            self.layer()
            self.take("}")
        self.take("(")
        node = Node("call", start, name=name, parts=[self.expression()])
        self.take(")")
        return self.closed(node)

    def layer(self):
        label = ""
        while not label.endswith(")"):
            label += self.take()
        if label not in LAYERS:
            raise LatexError(f"the layer {label} in {self.text!r}")
        return LAYERS[label]

    def symbol(self):
        node = Node("symbol", self.start)
        accent = tilde = ""
        if self.peek() == r"\tilde":
            self.take()
            tilde = "~"
        elif self.peek().lstrip("\\") in ACCENTS:
            accent = ACCENTS[self.take()[1:]]
        token = self.take()
        if not re.fullmatch("[a-zA-Z]", token) and token[1:] not in GREEK:
            raise LatexError(f"{token!r} is no symbol in {self.text!r}")
        name, layer = token.lstrip("\\"), ""
        indices = []
        while self.peek() in ("_", "^"):
            if self.peek() == "_":
                self.take()
                name += self.below(indices)
            elif self.peek(1) == "T":
                self.take()
                self.take()
                node.transposed = (True,)
            elif self.peek(1) == "{" and self.peek(2) == "(":
                self.take()
                self.take()
                layer = self.layer()
                if self.peek() == "T":
                    self.take()
                    node.transposed = (True,)
                self.take("}")
            elif self.peek(1) == "{" and self.peek(2) == "*":
                for _ in range(4):
                    self.take()
                name += "_best"
            else:
                break  # a power, which belongs to the whole symbol
        node.name, node.indices = tilde + name + accent + layer, tuple(indices)
        return self.closed(node)

    def below(self, indices):
        """Read what stands below a symbol: add the indices to the list, return what belongs to the name."""
        if self.peek() != "{":
            token = self.take()
            if re.fullmatch("[a-z]", token):
                indices.append((token, 0))
                return ""
            return f"_{token.lstrip(chr(92))}"
        self.take()
        name = ""
        while self.peek() != "}":
            token = self.take()
            if token == r"\text":
                self.take("{")
                word = ""
                while self.peek() != "}":
                    word += self.take()
                self.take()
                name += f"_{word}"
            elif re.fullmatch("[a-z]", token):
                shift = 0
                if self.peek() in ("+", "-"):
                    shift = int(self.take() + self.take())
                indices.append((token, shift))
            elif token[1:] in GREEK:
                name += f"_{token[1:]}"
            elif token != ",":
                raise LatexError(f"{token!r} below a symbol in {self.text!r}")
        self.take()
        return name


# ---- values ------------------------------------------------------------------------------------------------------

NUMBERS = {"exp": np.exp, "log": np.log, "tanh": np.tanh, "sqrt": np.sqrt, "abs": np.abs, "max": np.maximum}
SYMBOLS = {
    "exp": np.frompyfunc(sympy.exp, 1, 1),
    "log": np.frompyfunc(sympy.log, 1, 1),
    "tanh": np.frompyfunc(sympy.tanh, 1, 1),
    "sqrt": np.frompyfunc(sympy.sqrt, 1, 1),
    "abs": np.frompyfunc(sympy.Abs, 1, 1),
    "max": np.frompyfunc(sympy.Max, 2, 1),
}


class Evaluator:
    """Gives an equation's sides their values.

    Parameters
    ----------
    values : dict
        Arrays, numbers, SymPy expressions, and a function f (with `f.derivative`) by the names of the code.
    functions : dict
        `NUMBERS` or `SYMBOLS`.
    columns : bool
        Whether arrays carry a tilde.
    """

    def __init__(self, values, functions=NUMBERS, columns=False):
        self.values = {k: np.array(v, dtype=object) if isinstance(v, list) else v for k, v in values.items()}
        self.functions = functions
        self.columns = columns

    def side(self, node, axes=()):
        """Return the value of a side; an array over the indices `axes`, as far as the side uses them."""
        used = {index for symbol in symbols(node) for index, _ in symbol.indices}
        axes = [axis for axis in axes if axis in used]
        ranges = [range(1, self.size(axis, node) + 1) for axis in axes]
        entries = [self.of(node, dict(zip(axes, at, strict=True))) for at in itertools.product(*ranges)]
        if not axes:
            return entries[0]
        return np.array(entries).reshape([len(r) for r in ranges])

    def find(self, name):
        bare = name.replace("~", "")
        for key in canonical(bare):
            if key in self.values:
                value = self.values[key]
                if self.columns and np.ndim(value) == 2 and "~" not in name:
                    raise LatexError(f"{name} without a tilde among columns")
                if "~" in name and not self.columns:
                    raise LatexError(f"{name} with a tilde among rows")
                return value
        base, _, label = bare.rpartition("_")
        if label.isdigit() and base in self.values:
            return self.values[base][int(label) - 1]
        raise LatexError(f"no value for {name}")

    def size(self, index, node):
        sizes = set()
        for symbol in symbols(node):
            for place, (letter, _) in enumerate(symbol.indices):
                if letter == index:
                    sizes.add(np.shape(self.find(symbol.name))[place])
        if len(sizes) != 1:
            raise LatexError(f"the index {index} runs over {sorted(sizes)}")
        return sizes.pop()

    def of(self, node, at):
        return getattr(self, "_" + node.kind.replace(" ", "_"))(node, at)

    def _sum_of_terms(self, node, at):
        total = None
        for term in node.parts:
            value = self.of(term.parts[0], at)
            value = -value if term.name == "-" else value
            total = value if total is None else total + value
        return total

    def _product(self, node, at):
        result = None
        for factor in node.parts:
            value = self.of(factor.parts[0], at)
            if result is None:
                result = value
            elif factor.name == "/":
                result = result / value
            elif factor.name == "o":
                if np.ndim(result) == 0 or np.ndim(value) == 0:
                    raise LatexError(r"\odot between arrays only")
                result = result * value
            elif np.ndim(result) and np.ndim(value):
                if factor.name == ".":
                    raise LatexError(r"\cdot between plain numbers only")
                result = result @ value
            else:
                result = result * value
        return result

    def _power(self, node, at):
        return self.of(node.parts[0], at) ** self.of(node.parts[1], at)

    def _transpose(self, node, at):
        return self.of(node.parts[0], at).T

    def _number(self, node, at):
        return sympy.Integer(node.name) if self.functions is SYMBOLS else int(node.name)

    def _group(self, node, at):
        return self.of(node.parts[0], at)

    def _norm(self, node, at):
        return self.functions["sqrt"]((self.of(node.parts[0], at) ** 2).sum())

    def _absolute(self, node, at):
        return self.functions["abs"](self.of(node.parts[0], at))

    def _root(self, node, at):
        return self.functions["sqrt"](self.of(node.parts[0], at))

    def _fraction(self, node, at):
        return self.of(node.parts[0], at) / self.of(node.parts[1], at)

    def _function(self, node, at):
        return self.functions[node.name](self.of(node.parts[0], at))

    def _larger(self, node, at):
        return self.functions["max"](self.of(node.parts[0], at), self.of(node.parts[1], at))

    def _indicator(self, node, at):
        left, right = (at[n] if (n := self.index_name(p, at)) else self.of(p, at) for p in node.parts)
        if node.name == "=":
            return (left == right) * 1
        if isinstance(left, sympy.Basic):
            return int(bool(left > right if node.name == ">" else left < right))
        return (left > right if node.name == ">" else left < right) * 1

    def index_name(self, node, at):
        """Return the letter if a side of an indicator is an index and nothing else."""
        while len(node.parts) == 1 and node.name in ("", "+"):
            node = node.parts[0]
        return node.name if node.kind == "symbol" and not node.indices and node.name in at else None

    def _call(self, node, at):
        value = self.of(node.parts[0], at)
        if node.name == "sigma":
            return 1 / (1 + self.functions["exp"](-value))
        if node.name == "f'":
            return self.values["f"].derivative(value)
        if node.name == "f":
            return self.values["f"](value)
        raise LatexError(f"no value for {node.name}")

    def _symbol(self, node, at):
        value = self.find(node.name)
        if len(node.indices) > np.ndim(value):
            raise LatexError(f"{node.name} has {np.ndim(value)} axes, not {len(node.indices)}")
        for letter, shift in node.indices:
            if letter not in at:
                raise LatexError(f"nothing binds the index {letter}")
            if not 1 <= at[letter] + shift <= len(value):
                raise LatexError(f"{node.name} has no entry {at[letter] + shift}")
            value = value[at[letter] + shift - 1]
        return value.T if node.transposed else value

    def _over(self, node, at):
        if node.name in at:
            raise LatexError(f"the index {node.name} is bound twice")
        if node.bounds:
            low, high = (int(self.of(bound, at)) for bound in node.bounds)
        else:
            low, high = 1, self.size(node.name, node.parts[0])
        return [self.of(node.parts[0], {**at, node.name: i}) for i in range(low, high + 1)]

    def _sum(self, node, at):
        return sum(self._over(node, at))

    def _prod(self, node, at):
        return np.prod(self._over(node, at))

    def _max(self, node, at):
        return max(self._over(node, at))


def symbols(node):
    """Yield every symbol of a node that is not the bare index of an indicator."""
    if node.kind == "symbol":
        yield node
    for part in node.parts:
        yield from symbols(part)


def left_name(side):
    """Return the name and the indices of a left-hand side that is one symbol, or a function of one; else None."""
    node = side
    while len(node.parts) == 1 and node.kind in ("sum of terms", "term", "product", "factor"):
        if node.name in ("-", "/", "o", "."):
            return None
        node = node.parts[0]
    if node.kind == "symbol" and not node.transposed:
        return node.name, tuple(dict.fromkeys(letter for letter, _ in node.indices))
    if node.kind == "call":
        inner = left_name(node.parts[0])
        return (node.name, inner[1]) if inner else None
    return None


# ---- mutants -----------------------------------------------------------------------------------------------------


def mutants(text, is_matrix=lambda node: False):
    """Yield (what was done, the changed text) for one planted mistake after the other on the right-hand sides.

    `is_matrix` says of a node whether it is an array of two axes, so that exchanging factors makes a difference.
    """
    sides = parse(text)
    first = 1 if left_name(sides[0]) else 0
    for side in sides[first:]:
        inside = text[side.start : side.end]
        for what, around in (
            ("negated", r"-\left( {} \right)"),
            ("doubled", r"2 \left( {} \right)"),
            ("halved", r"\frac{{1}}{{2}} \left( {} \right)"),
        ):
            yield what, text[: side.start] + around.format(inside) + text[side.end :]
        yield from _changes(text, side, is_matrix)


def _replaced(text, node, new):
    return text[: node.start] + new + text[node.end :]


def _changes(text, node, is_matrix):
    inside = text[node.start : node.end]
    parts = [text[part.start : part.end] for part in node.parts]
    if node.kind == "term" and inside.strip("+- ") != "0":
        other = "-" if node.name == "+" else "+"
        body = text[node.parts[0].start : node.parts[0].end]
        yield f"sign of {body}", _replaced(text, node, f" {other} {body}")
    if node.kind == "sum of terms" and len(parts) > 1:
        for i, part in enumerate(parts):
            yield f"without {part}", _replaced(text, node, " ".join(parts[:i] + parts[i + 1 :]))
    if node.kind == "product" and len(parts) > 1:
        for i, factor in enumerate(node.parts):
            rest = [*parts[:i], *parts[i + 1 :]]
            if i == 0:
                rest[0] = text[node.parts[1].parts[0].start : node.parts[1].parts[0].end]
            yield f"without the factor {parts[i]}", _replaced(text, node, " ".join(rest))
            if i and not factor.name and is_matrix(node.parts[i - 1].parts[0]) and is_matrix(factor.parts[0]):
                swapped = [*parts[: i - 1], parts[i], parts[i - 1], *parts[i + 1 :]]
                yield f"{parts[i - 1]} and {parts[i]} exchanged", _replaced(text, node, " ".join(swapped))
    if node.kind == "fraction":
        yield "fraction upside down", _replaced(text, node, rf"\frac{{{parts[1]}}}{{{parts[0]}}}")
        yield "without the denominator", _replaced(text, node, rf"\left( {parts[0]} \right)")
    if node.kind == "number":
        yield f"{inside} raised by 1", _replaced(text, node, str(int(inside) + 1))
    if node.kind == "transpose":
        yield "not transposed", _replaced(text, node, parts[0])
    if node.kind == "symbol":
        if node.transposed:
            yield (
                "not transposed",
                _replaced(text, node, re.sub(r"(\\,)?\s*T\}$|\^T$", lambda m: "}" * (m[0][-1] == "}"), inside)),
            )
        if "/" not in node.name and len(node.indices) == 2 and all(not shift for _, shift in node.indices):
            (i, _), (j, _) = node.indices
            yield "indices exchanged", _replaced(text, node, inside.replace(f"{i}{j}}}", f"{j}{i}}}"))
        if inside.startswith(r"\hat"):
            yield "without the hat", _replaced(text, node, inside[4:].strip())
        if any(shift for _, shift in node.indices):
            yield "index without its shift", _replaced(text, node, re.sub(r"_\{([a-z])[+-]1\}", r"_\1", inside))
        if node.name in ("n", "n_in", "n_out"):
            yield f"{node.name} and 1 more", _replaced(text, node, rf"\left( {inside} + 1 \right)")
    if node.kind == "power":
        yield "without the power", _replaced(text, node, parts[0])
    if node.kind == "indicator":
        for other in {"=": ">", ">": "<", "<": ">"}[node.name]:
            yield f"{node.name} made {other}", _replaced(text, node, f"1[{parts[0]} {other} {parts[1]}]")
    if node.kind in ("sum", "prod", "max"):
        yield f"without the {node.kind}", _replaced(text, node, parts[0])
    if node.kind == "sum":
        yield "a product for a sum", _replaced(text, node, inside.replace(r"\sum", r"\prod", 1))
    if node.kind == "prod":
        yield "a sum for a product", _replaced(text, node, inside.replace(r"\prod", r"\sum", 1))
    if node.kind in ("function", "root", "norm", "absolute", "larger"):
        yield f"without the {node.name or node.kind}", _replaced(text, node, rf"\left( {parts[0]} \right)")
    if node.kind == "call" and node.name == "f'":
        yield "f for its slope", _replaced(text, node, inside.replace("'", "", 1))
    for part in node.parts:
        yield from _changes(text, part, is_matrix)
    for bound in node.bounds:
        yield from _changes(text, bound, is_matrix)
