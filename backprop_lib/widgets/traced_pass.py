"""One pass, forward and backward, as steps that can be looked at: code, equation, quantities, and a check by nudging.

A quantity is a named array: X, y, W1, b1, z1, a1, ..., C, grad_a2, slope2, delta2, dW2, db2. Nothing here draws.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backprop_lib import equations, gradcheck, validation
from backprop_lib.network import Gradients, Network
from backprop_lib.running_example import running_example
from backprop_lib.time_limit import TimeUp, time_limit
from backprop_lib.trace import trace
from backprop_lib.widgets.mathml import marked

__all__ = ["Quantity", "TracedPass"]

MOST_NUMBERS = 200_000
"""So many numbers are recorded at most."""

MOST_PARAMETERS = 20_000
"""So many parameters are nudged at most, one by one."""

SECONDS = 10.0
"""How long the learner's own function may take."""

MOST_SAID = 200
"""So many characters of an exception's message are said at most; its traceback, folded, holds all of them."""

SIGNATURE = "backward(weights, functions, z, a, y)"

LATEX = {
    "a_prev": (r"a^{(l-1)}", r"a^{(l-1)\,T}"),
    "W": (r"W^{(l)}",),
    "b": (r"b^{(l)}",),
    "z": (r"z^{(l)}", r"z_{sj}", r"z_{sm}", "z"),
    "a": (r"a^{(l)}", "a"),
    "f": (r"f^{(l)}", r"f'"),
    "slope": (r"\frac{\partial a^{(l)}}{\partial z^{(l)}}",),
    "grad_a": (r"\frac{\partial C}{\partial a^{(l)}}",),
    "delta": (r"\delta^{(l)}", r"\delta_s^{(l)}"),
    "delta_next": (r"\delta^{(l+1)}",),
    "W_next": (r"W^{(l+1)\,T}",),
    "dW": (r"\frac{\partial C}{\partial W^{(l)}}",),
    "db": (r"\frac{\partial C}{\partial b^{(l)}}",),
    "y_hat": (r"\hat y", r"\hat y_{sk}", r"\hat y_{sj}"),
    "y": ("y", r"y_{sk}", r"y_{sj}"),
    "z_shifted": (r"\bar z_{sj}",),
    "C": ("C",),
    "n": ("n",),
}
"""How the names of the code lines are written in the equations."""

SLOPE = equations.get("activation_slope")
"""What the step before an error makes; the error's own step takes it by its name."""

ONCE = ("y", "y_hat", "z_shifted", "C", "n")
"""The quantities of which a pass has one, and not one for each layer."""

OF_THE_LOGITS = ("sigmoid", "logit_shift", "binary_cross_entropy_of_logits")
OF_THE_SHIFTED = ("softmax", "softmax_cross_entropy_of_logits")
"""Equations of a cross-entropy, whose z is no longer the layer's own."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named array of the pass.

    Attributes
    ----------
    name : str
        "delta2".
    value : ndarray
        Two-dimensional where it is shown as a table; () for a number.
    made : int
        The step that makes it, counted from 1; 0 for what is there at the start.
    """

    name: str
    value: np.ndarray
    made: int


class TracedPass:
    """A pass through a network, step by step.

    Parameters
    ----------
    network : Network, optional
        The running example, unless given. It is not changed.
    X, y : array_like, optional
        As for `trace`; those of the running example unless a network is given.
    backward : callable, optional
        A backward pass of the learner's own, ``backward(weights, functions, z, a, y)``, which returns the lists dW and
        db, as in the exercise of chapter 05. It is compared tensor by tensor, from the output to the input.

    Attributes
    ----------
    steps : list of Step
        As `trace` gives them.
    quantities : dict of str to Quantity
        By name.
    first_wrong : int or None
        The step at which the learner's own tensor differs first.
    problem : BaseException or None
        What the learner's function raised, or why what it returned cannot be compared.
    trouble : str
        The same in a sentence; empty if there is none.
    differs : dict of int to list of int
        For each step with a tensor of the learner's own the entries in which it differs, counted in C order; none where
        the shape is wrong.

    Raises
    ------
    TypeError, ValueError
        As for `trace`; and if the pass holds more numbers than can be shown.
    """

    def __init__(self, network=None, X=None, y=None, *, backward=None):
        if network is None:
            if X is not None or y is not None:
                raise TypeError("X and y came without a network; the running example brings its own.")
            network, X, y = running_example()
        elif X is None or y is None:
            raise TypeError("A network came without X and y; all three were expected.")
        if not isinstance(network, Network):
            raise TypeError(f"network is {network!r} ({type(network).__name__}), a Network was expected.")
        if backward is not None and not callable(backward):
            raise TypeError(f"backward is {backward!r}, a function {SIGNATURE} was expected.")
        X = validation.samples("X", X, network.sizes[0]).copy()
        parameters = sum(W.size + b.size for W, b in zip(network.weights, network.biases, strict=True))
        if parameters > MOST_PARAMETERS:
            raise ValueError(
                f"The network has {parameters:,} parameters; at most {MOST_PARAMETERS:,} can be checked by nudging, "
                "one by one. Take a smaller network."
            )
        size = 2 * parameters + 5 * len(X) * sum(network.sizes)
        if size > MOST_NUMBERS:
            raise ValueError(
                f"The pass holds about {size:,} numbers; at most {MOST_NUMBERS:,} can be stepped through. Take fewer "
                "samples or a smaller network."
            )
        self.network = network.copy()
        with np.errstate(over="ignore", invalid="ignore"):
            self.steps = trace(self.network, X, y)
            X = self.network.forward(X).a[0]
        self.last = len(self.network.weights)
        self._y_hat_is_a = not any(step.name == "y_hat" for step in self.steps)
        self.quantities = self._collected(X)
        for one in self.quantities.values():
            if not np.isfinite(one.value).all():
                raise ValueError(
                    f"{one.name} holds numbers that are not finite: the pass has overflowed. Take smaller weights or "
                    "inputs."
                )
        self.X, self.y = self.quantities["X"].value, self.quantities["y"].value
        self.n = len(self.X)
        self._compared, self.comparisons, self.differs = (), {}, {}
        self.problem, self.trouble = None, ""
        if backward is not None:
            self._compare(backward)

    @cached_property
    def report(self):
        """The gradient check of the network."""
        return gradcheck.gradient_check(self.network, self.X, self.y)

    # ---- names -------------------------------------------------------------------------------------------------------

    def inputs(self, index):
        """Return for each word of a step's code line the quantity that it stands for, the functions left out."""
        step = self.steps[index]
        words = ("grad_a", "slope") if step.name == "delta" else step.inputs
        names = {word: self._quantity(word, step) for word in words}
        return {word: name for word, name in names.items() if name is not None}

    def _quantity(self, word, step):
        """Return the quantity that a word of a step's code line stands for; None for a function."""
        if word == "f":
            return None
        if word == "a_prev":
            return "X" if step.layer == 1 else f"a{step.layer - 1}"
        if (word == "y_hat" and self._y_hat_is_a) or (word == "z" and step.equation.name in OF_THE_LOGITS):
            return f"a{self.last}"
        if word == "z" and step.equation.name in OF_THE_SHIFTED:
            return "z_shifted"
        if word.endswith("_next"):
            return f"{word.removesuffix('_next')}{step.layer + 1}"
        return word if word in ONCE else f"{word}{step.layer}"

    def output(self, index):
        """Return the name of the quantity that a step makes."""
        step = self.steps[index]
        return step.name if step.name in ONCE else f"{step.name}{step.layer}"

    # ---- a step in its three forms -----------------------------------------------------------------------------------

    def code(self, index):
        """Return a step's code line in pieces: (text, quantity or None)."""
        step = self.steps[index]
        words = {**self.inputs(index), step.equation.output: self.output(index)}
        activation = step.inputs.get("f")
        code = step.equation.code
        if step.name == "delta":
            code = code.replace(_right_side(SLOPE.code), SLOPE.output)
        pieces = []
        for part in re.split(r"([A-Za-z_][A-Za-z_.]*)", code):
            base, dot, rest = part.partition(".")
            if base in words:
                pieces.append((words[base], words[base]))
                if dot:
                    pieces.append((dot + rest, None))
            elif base == "f" and activation is not None:
                pieces.append((activation.name + dot + rest, None))
            elif part:
                pieces.append((part, None))
        return pieces

    def mathml(self, index):
        """Return a step's equation as MathML, its quantities marked and its layers numbered."""
        step = self.steps[index]
        words = {**self.inputs(index), step.equation.output: self.output(index)}

        def numbered(latex):
            for written, layer in (("(l-1)", step.layer - 1), ("(l+1)", step.layer + 1), ("(l)", step.layer)):
                latex = latex.replace(written, f"({layer})")
            return latex.replace("(L)", f"({self.last})")

        equation = numbered(step.equation.latex)
        terms = {numbered(piece): name for word, name in words.items() for piece in LATEX[word]}
        if step.name == "delta":
            slope = numbered(_right_side(SLOPE.latex))
            one_piece = f"{{{slope}}}"
            equation = equation.replace(slope, one_piece)
            terms[one_piece] = words["slope"]
        return marked(equation, terms)

    def product(self, index):
        """Return how a step's entries are made, if they are sums of products: (left, transposed, right, transposed)."""
        step = self.steps[index]
        names = self.inputs(index)
        return {
            "pre_activation": lambda: (names["a_prev"], False, names["W"], False),
            "hidden_grad_a": lambda: (names["delta_next"], False, names["W_next"], True),
            "weight_gradient": lambda: (names["a_prev"], True, names["delta"], False),
        }.get(step.equation.name, lambda: None)()

    def factors(self, index):
        """Return the two quantities whose entries are multiplied one by one in a step, if that is what it does."""
        return tuple(self.inputs(index).values()) if self.steps[index].name == "delta" else None

    def words(self, index):
        """Return what a step does, in a few sentences."""
        step = self.steps[index]
        where = f"{step.phase}, layer {step.layer}" if step.phase != "loss" else "the loss"
        made = self.quantities[self.output(index)]
        what = f"C = {made.value:.4f}" if made.name == "C" else f"{made.name}, shape {made.value.shape}"
        parts = [f"Step {index + 1} of {len(self.steps)}, {where}: {what}.", step.equation.meaning]
        row = self._row(index)
        if row is not None and row.status == "kink":
            parts.append("Nudging cannot decide: every entry lies at a kink.")
        elif row is not None:
            agrees = "agrees" if row.passed else "does not agree"
            error = (
                f"; the relative error is {_signed(f'{row.relative_error:.0e}')}"
                if row.relative_error
                else ", to the last digit"
            )
            of = "" if index not in self.comparisons else f" of the right {made.name}"
            what = f"every entry{of}"
            if row.at_kinks:
                lie, are = ("lie", "are") if row.at_kinks > 1 else ("lies", "is")
                parts.append(f"{row.at_kinks} of {row.size} entries{of} {lie} at a kink and {are} left out.")
                what = "the others" if row.compared > 1 else "the other"
            parts.append(f"Nudging {what} {agrees}{error}.")
        compared = self.comparisons.get(index)
        if compared is not None:
            mine = self.quantities[f"your {made.name}"].value
            parts.append(_of_the_learner(made.name, compared, mine))
        return " ".join(parts)

    def _row(self, index):
        """Return the row of the gradient check for what a step makes."""
        step = self.steps[index]
        return _row_about(step, self.report.rows) if step.name in ("dW", "db") else None

    # ---- what is there -----------------------------------------------------------------------------------------------

    def _collected(self, X):
        found = {"X": Quantity("X", X, 0)}
        targets = next(step.inputs["y"] for step in self.steps if "y" in step.inputs)
        found["y"] = Quantity("y", np.asarray(targets, dtype=float), 0)
        found["n"] = Quantity("n", np.asarray(float(len(found["X"].value))), 0)
        for layer, (W, b) in enumerate(zip(self.network.weights, self.network.biases, strict=True), 1):
            found[f"W{layer}"] = Quantity(f"W{layer}", W, 0)
            found[f"b{layer}"] = Quantity(f"b{layer}", b, 0)
        for index, step in enumerate(self.steps):
            name = self.output(index)
            found[name] = Quantity(name, np.asarray(step.output, dtype=float), index + 1)
        return found

    # ---- the learner's own -------------------------------------------------------------------------------------------

    @property
    def first_wrong(self):
        """The first step at which the learner's own tensor differs."""
        first = gradcheck.first_difference(self._compared)
        return next((index for index, row in self.comparisons.items() if row is first), None)

    def _compare(self, backward):
        forward = self.network.forward(self.X)
        copies = [[array.copy() for array in arrays] for arrays in (self.network.weights, forward.z, forward.a)]
        weights, z, a = copies
        a = [*a[:-1], np.array(forward.y_hat)]
        try:
            validation.function("backward", backward, SIGNATURE, 5)
        except TypeError as error:
            return self._give_up(error, str(error).removeprefix("backward "))
        try:
            with time_limit(SECONDS):
                returned = backward(weights, list(self.network.activations), z, a, self.y.copy())
        except KeyboardInterrupt:
            raise
        except TimeUp as error:
            return self._give_up(error, f"ran for {SECONDS:g} seconds and was stopped. Is there a loop without an end?")
        except BaseException as error:  # also SystemExit: whatever the learner's code raises is told in the widget
            said = f"{f': {error}'.rstrip(' .:')}."
            if len(said) > MOST_SAID:
                said = f"{said[:MOST_SAID]}…"
            return self._give_up(error, f"stopped with {type(error).__name__}{said}")
        try:
            dW, db = _two_lists(returned, self.network)
        except (TypeError, ValueError) as error:
            return self._give_up(error, f"cannot be compared: {error}")
        layers = range(1, self.last + 1)
        expected = Gradients(*([self.quantities[f"{name}{layer}"].value for layer in layers] for name in ("dW", "db")))
        self._compared = gradcheck.compare_gradients(Gradients(dW, db), expected)
        for index, step in enumerate(self.steps):
            if step.name in ("dW", "db"):
                mine = (dW if step.name == "dW" else db)[step.layer - 1]
                name = self.output(index)
                right = self.quantities[name].value
                row = self.comparisons[index] = _row_about(step, self._compared)
                self.differs[index] = []
                if row.status == "wrong":
                    floor = max(row.expected_norm, row.floor)
                    self.differs[index] = [
                        i
                        for i, (one, other) in enumerate(zip(mine.ravel(), right.ravel(), strict=True))
                        if not gradcheck.compare_tensor(name, one, other, floor=floor).passed
                    ]
                self.quantities[f"your {name}"] = Quantity(f"your {name}", np.asarray(mine, dtype=float), index + 1)
        return None

    def _give_up(self, error, what):
        self.problem, self.trouble = error, f"Your backward {what}"


def _right_side(equation):
    return equation.partition(" = ")[2]


def _row_about(step, rows):
    """Return that one of the rows of a comparison which is about the gradient that a step makes."""
    (row,) = (row for row in rows if row.name == f"{step.name}[{step.layer - 1}]")
    return row


def _of_the_learner(name, row, mine):
    """Say how the learner's own tensor compares with the right one."""
    if row.passed:
        return f"Your {name} is the same."
    if row.status == "wrong shape":
        return f"Your {name} has the shape {row.shape}, expected {row.expected_shape}."
    if row.proportional:
        texts = (f"{row.factor:.{digits}g}" for digits in range(4, 18))
        factor = next(text for text in texts if text != "1")  # what is wrong is not once the right one
        return f"Your {name} is {_signed(factor)} times the right one."
    if not np.isfinite(mine).all():
        return f"Your {name} holds numbers that are not finite."
    if not np.isfinite(row.norm):
        return f"Your {name} is far too large: the sum of its squares overflows."
    return f"Your {name} differs: the relative error is {_signed(f'{row.relative_error:.2g}')}."


def _two_lists(returned, network):
    """Return dW and db as two lists of arrays that can be shown, or raise in words."""
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        came = "nothing (None)" if returned is None else _described(returned)
        raise ValueError(f"it returned {came}; two lists were expected. Let its last line be: return dW, db.")
    lists = []
    for name, given, parameters in zip(("dW", "db"), returned, (network.weights, network.biases), strict=True):
        count = len(parameters)
        if not isinstance(given, (tuple, list)) or len(given) != count:
            of_them = f"{count} array{'s' * (count != 1)}"
            raise ValueError(f"{name} is {_described(given)}; a list of {of_them} was expected, one for each layer.")
        arrays = [
            validation.float_array(f"{name}[{i}]", array, finite=False, computed=True) for i, array in enumerate(given)
        ]
        for i, (array, of) in enumerate(zip(arrays, parameters, strict=True)):
            if array.ndim > 2 or array.size > 10 * of.size + 100:
                raise ValueError(
                    f"{name}[{i}] has the shape {array.shape}; {of.shape} was expected, that of the parameter."
                )
        lists.append(arrays)
    return lists


def _described(given):
    """Return in words what the learner's function gave where a list was expected."""
    kind = type(given).__name__
    if isinstance(given, (tuple, list)):
        return f"a {kind} of {len(given)}"
    if isinstance(given, np.ndarray):
        return f"one array of shape {given.shape}"
    return {"str": "a text", "NoneType": "None", "dict": "a dict", "generator": "a generator"}.get(
        kind, f"something of type {kind}"
    )


def _signed(text):
    """Return a number with a true minus sign, which a screen reader does not pass over."""
    return text.replace("-", "−")
