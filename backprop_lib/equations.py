"""The equations of the course, each one once: LaTeX, the code line, the shapes, the meaning, the chapter.

`EQUATIONS` holds them by name, `get("hidden_delta")` returns one. `equation.compute(...)` runs its code line, so what
a chapter shows, a trace steps through and a test checks is the same line.
"""

import ast
import functools
from dataclasses import dataclass

import numpy as np

from backprop_lib import validation

__all__ = ["EQUATIONS", "Equation", "get"]


@dataclass(frozen=True, eq=False, repr=False)
class Equation:
    """One equation of the course. As the last value of a cell it shows itself.

    Parameters
    ----------
    name : str
        The name by which chapters, traces and hints refer to it.
    latex : str
        The equation as the course prints it, with rows as samples (the `column_...` equations apart). Two symbols side
        by side that stand for arrays are a matrix product; a product entry by entry is written with a circled dot.
    code : str
        The one line that computes it, an assignment.
    shapes : dict of str to str
        For each name in `code` what it stands for: a shape, or a word where it is no array.
    meaning : str
        One sentence.
    chapter : str
        The slug of the chapter that derives it.
    scalar : str
        LaTeX of the form that the chapter derives: one entry, with indices, or plain numbers.
    """

    name: str
    latex: str
    code: str
    shapes: dict
    meaning: str
    chapter: str
    scalar: str

    @property
    def output(self):
        """The name on the left-hand side of the code line."""
        return _target(self.code)

    @property
    def inputs(self):
        """The names that the code line needs, a tuple in the order in which they occur."""
        return _needed(self.code)

    def compute(self, **values):
        """Run the code line.

        Parameters
        ----------
        **values
            One value for each name in `inputs`; a list of numbers is taken as an array.

        Returns
        -------
        ndarray or number
            The value of the left-hand side. What was handed in is not changed.

        Raises
        ------
        TypeError
            If a value is missing, one is given that the line does not use, a list holds no numbers, or a function is
            something else.
        ValueError
            If the rows of a list differ in length; and whatever NumPy says when shapes do not fit.

        Examples
        --------
        >>> import numpy as np
        >>> get("pre_activation").compute(a_prev=[[1.0, 2.0]], W=[[3.0], [4.0]], b=[0.5])
        array([[11.5]])
        """
        missing = [name for name in self.inputs if name not in values]
        unused = [name for name in values if name not in self.inputs]
        if missing or unused:
            words = [f"missing: {', '.join(missing)}"] if missing else []
            words += [f"not used: {', '.join(unused)}"] if unused else []
            raise TypeError(f"{self.name} computes {self.code} and takes {', '.join(self.inputs)}; {'; '.join(words)}.")
        namespace = {"np": np} | {name: self._checked(name, value) for name, value in values.items()}
        with np.errstate(under="ignore"):
            exec(_compiled(self.code), namespace)
        return namespace[self.output]

    def _checked(self, name, value):
        """Return a value as the code line can use it."""
        if isinstance(value, (list, tuple)):
            validation.float_array(name, value, finite=False)
            return np.array(value)  # in its own type: a class counts as a whole number
        expected = self.shapes[name]
        has_all = callable(value) and (f"{name}.derivative" not in self.code or hasattr(value, "derivative"))
        if expected in (ACTIVATION, FUNCTION) and not has_all:
            such_as = ', such as activations.get("relu")' if expected == ACTIVATION else ""
            raise TypeError(f"{name} is {value!r} ({type(value).__name__}), {expected} was expected{such_as}.")
        return value

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/markdown": self.markdown, "text/plain": repr(self)}

    @property
    def markdown(self):
        """The equation as Markdown: its name and meaning, the LaTeX, the code line, the shapes."""
        number = int(self.chapter[:2])
        shapes = " · ".join(f"`{name}` {shape}" for name, shape in self.shapes.items())
        return (
            f"**{self.name}** · {self.meaning}\n\n$${self.latex}$$\n\n`{self.code}`\n\n"
            f"{shapes}\n\nDerived in chapter {number:02d}."
        )

    def __repr__(self):
        return f"<equation {self.name}: {self.code}>"


def get(name):
    """Return the equation called `name`; an `Equation` is returned as it is."""
    return name if isinstance(name, Equation) else validation.lookup("an equation", name, EQUATIONS)


@functools.cache
def _compiled(code):
    return compile(code, f"<{code}>", "exec")


@functools.cache
def _target(code):
    return ast.parse(code).body[0].targets[0].id


@functools.cache
def _needed(code):
    loads = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    names = [node.id for node in sorted(loads, key=lambda node: node.col_offset)]
    return tuple(name for name in dict.fromkeys(names) if name != "np")


def _by_name(*equations):
    table = {equation.name: equation for equation in equations}
    if len(table) < len(equations):
        raise ValueError("two equations have the same name.")
    return table


NUMBER = "a number"
FUNCTION = "a function of one number"
ACTIVATION = "an activation"
Z = "(n_samples, n_out)"
PREV = "(n_samples, n_in)"
WEIGHTS = "(n_in, n_out)"
BIASES = "(n_out,)"
NEXT = "(n_samples, n_next)"
WEIGHTS_NEXT = "(n_out, n_next)"

EQUATIONS = _by_name(
    # ---- chapter 01 ----------------------------------------------------------------------------------------------
    Equation(
        name="one_sided_difference",
        latex=r"f'(x) \approx \frac{f(x + h) - f(x)}{h}",
        code="slope = (f(x + h) - f(x)) / h",
        shapes={"slope": NUMBER, "f": FUNCTION, "x": NUMBER, "h": NUMBER},
        meaning="The slope of f at x by a nudge to one side, with an error that shrinks like h.",
        chapter="01_chain_rule",
        scalar=r"\frac{(x + h)^3 - x^3}{h} = 3 x^2 + 3 x h + h^2",
    ),
    Equation(
        name="central_difference",
        latex=r"f'(x) \approx \frac{f(x + h) - f(x - h)}{2 h}",
        code="slope = (f(x + h) - f(x - h)) / (2 * h)",
        shapes={"slope": NUMBER, "f": FUNCTION, "x": NUMBER, "h": NUMBER},
        meaning="The slope of f at x by a nudge to both sides, with an error that shrinks like the square of h.",
        chapter="01_chain_rule",
        scalar=r"\frac{(x + h)^3 - (x - h)^3}{2 h} = 3 x^2 + h^2",
    ),
    Equation(
        name="matrix_product",
        latex=r"P = A B",
        code="P = A @ B",
        shapes={"P": "(n, p)", "A": "(n, m)", "B": "(m, p)"},
        meaning="Each entry of a matrix product is a row of the left matrix times a column of the right one, added up.",
        chapter="01_chain_rule",
        scalar=r"P_{ij} = \sum_k A_{ik} B_{kj}",
    ),
    Equation(
        name="chain_rule",
        latex=r"\frac{dC}{dw} = \frac{dC}{da} \cdot \frac{da}{dz} \cdot \frac{dz}{dw}",
        code="dC_dw = dC_da * da_dz * dz_dw",
        shapes={"dC_dw": NUMBER, "dC_da": NUMBER, "da_dz": NUMBER, "dz_dw": NUMBER},
        meaning="Along a chain the slopes are multiplied, each taken at its own place.",
        chapter="01_chain_rule",
        scalar=r"\frac{dC}{dw} = (a - y) \cdot 2 z \cdot x",
    ),
    Equation(
        name="sum_over_paths",
        latex=(
            r"\frac{dC}{dx} = \frac{\partial C}{\partial u} \cdot \frac{du}{dx} "
            r"+ \frac{\partial C}{\partial v} \cdot \frac{dv}{dx}"
        ),
        code="dC_dx = dC_du * du_dx + dC_dv * dv_dx",
        shapes={"dC_dx": NUMBER, "dC_du": NUMBER, "du_dx": NUMBER, "dC_dv": NUMBER, "dv_dx": NUMBER},
        meaning=(
            "Where a value is used twice, its slope is the sum over both paths: multiply along a path, add over paths."
        ),
        chapter="01_chain_rule",
        scalar=r"\frac{dC}{dx} = v \cdot 2 x + u \cdot 3",
    ),
    # ---- chapter 02 ----------------------------------------------------------------------------------------------
    Equation(
        name="pre_activation",
        latex=r"z^{(l)} = a^{(l-1)} W^{(l)} + b^{(l)}",
        code="z = a_prev @ W + b",
        shapes={"z": Z, "a_prev": PREV, "W": WEIGHTS, "b": BIASES},
        meaning="A unit adds up its inputs, each times its weight, and its bias.",
        chapter="02_forward_pass",
        scalar=r"z_j = \sum_i a_i W_{ij} + b_j",
    ),
    Equation(
        name="activation",
        latex=r"a^{(l)} = f^{(l)}(z^{(l)})",
        code="a = f(z)",
        shapes={"a": Z, "f": ACTIVATION, "z": Z},
        meaning="The activation function turns each pre-activation into the activation of its unit.",
        chapter="02_forward_pass",
        scalar=r"a_j = f(z_j)",
    ),
    Equation(
        name="activation_slope",
        latex=r"\frac{\partial a^{(l)}}{\partial z^{(l)}} = f'(z^{(l)})",
        code="slope = f.derivative(z)",
        shapes={"slope": Z, "f": ACTIVATION, "z": Z},
        meaning="How far a nudge of the pre-activation gets past the activation function depends on the place z.",
        chapter="02_forward_pass",
        scalar=r"\frac{d a_j}{d z_j} = f'(z_j)",
    ),
    Equation(
        name="relu",
        latex=r"a = \max(z, 0)",
        code="a = np.maximum(z, 0)",
        shapes={"a": Z, "z": Z},
        meaning="The ReLU lets a positive z pass unchanged and turns a negative one into 0.",
        chapter="02_forward_pass",
        scalar=r"a_j = \max(z_j, 0)",
    ),
    Equation(
        name="weight_slope",
        latex=r"\frac{\partial z_j}{\partial W_{ij}} = a_i",
        code="dz_dW = a_prev",
        shapes={"dz_dW": "(n_in,)", "a_prev": "(n_in,)"},
        meaning="Nudge a weight, and the z it leads to moves by as much as the activation that comes in along it.",
        chapter="02_forward_pass",
        scalar=r"\frac{\partial z_j}{\partial W_{ij}} = a_i",
    ),
    Equation(
        name="stacked_linear_layers",
        latex=r"(X W_1 + b_1) W_2 + b_2 = X (W_1 W_2) + (b_1 W_2 + b_2)",
        code="z = X @ (W_1 @ W_2) + (b_1 @ W_2 + b_2)",
        shapes={"z": NEXT, "X": PREV, "W_1": WEIGHTS, "W_2": WEIGHTS_NEXT, "b_1": BIASES, "b_2": "(n_next,)"},
        meaning="Two layers without an activation function between them are one layer.",
        chapter="02_forward_pass",
        scalar=r"(x w_1 + b_1) w_2 + b_2 = x (w_1 w_2) + (b_1 w_2 + b_2)",
    ),
    Equation(
        name="half_mse",
        latex=r"C = \frac{1}{2n} \sum_s \sum_k (\hat y_{sk} - y_{sk})^2",
        code="C = ((y_hat - y) ** 2).sum() / (2 * n)",
        shapes={"C": NUMBER, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning=(
            "Half the squared errors, added over the outputs and averaged over the samples: the loss of the course."
        ),
        chapter="02_forward_pass",
        scalar=r"C = \frac{1}{2} \sum_k (\hat y_k - y_k)^2",
    ),
    Equation(
        name="mse",
        latex=r"C = \frac{1}{n} \sum_s \sum_k (\hat y_{sk} - y_{sk})^2",
        code="C = ((y_hat - y) ** 2).sum() / n",
        shapes={"C": NUMBER, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning="The squared errors, added over the outputs and averaged over the samples.",
        chapter="02_forward_pass",
        scalar=r"C = \sum_k (\hat y_k - y_k)^2",
    ),
    Equation(
        name="half_sse",
        latex=r"C = \frac{1}{2} \sum_s \sum_k (\hat y_{sk} - y_{sk})^2",
        code="C = ((y_hat - y) ** 2).sum() / 2",
        shapes={"C": NUMBER, "y_hat": Z, "y": Z},
        meaning="Half the sum of all squared errors; it grows with every sample.",
        chapter="02_forward_pass",
        scalar=r"C = \frac{1}{2} \sum_s \sum_k (\hat y_{sk} - y_{sk})^2",
    ),
    # ---- chapter 03 ----------------------------------------------------------------------------------------------
    Equation(
        name="output_grad_a",
        latex=r"\frac{\partial C}{\partial a^{(L)}} = \frac{\hat y - y}{n}",
        code="grad_a = (y_hat - y) / n",
        shapes={"grad_a": Z, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning="With half_mse, what arrives at the output's activation is prediction minus target, divided by n.",
        chapter="03_output_delta",
        scalar=r"\frac{\partial C}{\partial a_{sk}} = \frac{\hat y_{sk} - y_{sk}}{n}",
    ),
    Equation(
        name="mse_grad_a",
        latex=r"\frac{\partial C}{\partial a^{(L)}} = \frac{2 (\hat y - y)}{n}",
        code="grad_a = 2 * (y_hat - y) / n",
        shapes={"grad_a": Z, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning="With mse, the 2 of the square stays, because no half meets it.",
        chapter="03_output_delta",
        scalar=r"\frac{\partial C}{\partial a_{sk}} = \frac{2 (\hat y_{sk} - y_{sk})}{n}",
    ),
    Equation(
        name="half_sse_grad_a",
        latex=r"\frac{\partial C}{\partial a^{(L)}} = \hat y - y",
        code="grad_a = y_hat - y",
        shapes={"grad_a": Z, "y_hat": Z, "y": Z},
        meaning="With half_sse, nothing is averaged, so nothing is divided.",
        chapter="03_output_delta",
        scalar=r"\frac{\partial C}{\partial a_{sk}} = \hat y_{sk} - y_{sk}",
    ),
    Equation(
        name="output_delta",
        latex=r"\delta^{(L)} = \frac{\partial C}{\partial a^{(L)}} \odot f'(z^{(L)})",
        code="delta = grad_a * f.derivative(z)",
        shapes={"delta": Z, "grad_a": Z, "f": ACTIVATION, "z": Z},
        meaning="The error of the last layer is what arrives at its activation, times the slope at its z.",
        chapter="03_output_delta",
        scalar=r"\delta_k = \frac{\partial C}{\partial a_k} \cdot f'(z_k)",
    ),
    Equation(
        name="linear_output_delta",
        latex=r"\delta^{(L)} = \frac{\hat y - y}{n}",
        code="delta = (y_hat - y) / n",
        shapes={"delta": Z, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning=(
            "With half_mse and a linear output, the error of the last layer is prediction minus target, divided by n."
        ),
        chapter="03_output_delta",
        scalar=r"\delta_{sk} = \frac{\hat y_{sk} - y_{sk}}{n}",
    ),
    Equation(
        name="sigmoid",
        latex=r"a = \sigma(z) = \frac{1}{1 + e^{-z}}",
        code="a = np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))",
        shapes={"a": Z, "z": Z},
        meaning="The sigmoid squeezes any z into the range from 0 to 1; the code line forms no large exponential.",
        chapter="03_output_delta",
        scalar=r"\sigma(z) = \frac{1}{1 + e^{-z}}",
    ),
    Equation(
        name="sigmoid_slope",
        latex=r"\sigma'(z) = a \odot (1 - a)",
        code="slope = a * (1 - a)",
        shapes={"slope": Z, "a": "(n_samples, n_out), the sigmoid of z"},
        meaning="The slope of the sigmoid at z can be written with its own value a, and is a quarter at most.",
        chapter="03_output_delta",
        scalar=r"\sigma'(z) = \sigma(z) \, (1 - \sigma(z))",
    ),
    Equation(
        name="sigmoid_output_delta",
        latex=r"\delta^{(L)} = \frac{\hat y - y}{n} \odot \hat y \odot (1 - \hat y)",
        code="delta = (y_hat - y) / n * y_hat * (1 - y_hat)",
        shapes={"delta": Z, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning="With half_mse and a sigmoid output, the error of the last layer carries the slope of the sigmoid.",
        chapter="03_output_delta",
        scalar=r"\delta_{sk} = \frac{\hat y_{sk} - y_{sk}}{n} \cdot \hat y_{sk} \, (1 - \hat y_{sk})",
    ),
    Equation(
        name="binary_cross_entropy",
        latex=(
            r"C = -\frac{1}{n} \sum_s \sum_k \left[ y_{sk} \log \hat y_{sk} "
            r"+ (1 - y_{sk}) \log (1 - \hat y_{sk}) \right]"
        ),
        code="C = -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)).sum() / n",
        shapes={"C": NUMBER, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning="Binary cross-entropy charges minus the logarithm of the probability given to what happened.",
        chapter="03_output_delta",
        scalar=r"C = -y \log \hat y - (1 - y) \log (1 - \hat y)",
    ),
    Equation(
        name="binary_cross_entropy_grad_y_hat",
        latex=r"\frac{\partial C}{\partial \hat y} = \frac{\hat y - y}{n \, \hat y \odot (1 - \hat y)}",
        code="grad_y_hat = (y_hat - y) / (n * y_hat * (1 - y_hat))",
        shapes={"grad_y_hat": Z, "y_hat": Z, "y": Z, "n": "the number of samples"},
        meaning="What arrives at the probability is the difference divided by the slope of the sigmoid.",
        chapter="03_output_delta",
        scalar=(
            r"\frac{\partial C}{\partial \hat y} = -\frac{y}{\hat y} + \frac{1 - y}{1 - \hat y} "
            r"= \frac{\hat y - y}{\hat y \, (1 - \hat y)}"
        ),
    ),
    Equation(
        name="binary_cross_entropy_delta",
        latex=r"\delta^{(L)} = \frac{\hat y - y}{n}",
        code="delta = (y_hat - y) / n",
        shapes={"delta": Z, "y_hat": "(n_samples, n_out), the sigmoid of z", "y": Z, "n": "the number of samples"},
        meaning="With a sigmoid and binary cross-entropy the slope cancels, and prediction minus target is left.",
        chapter="03_output_delta",
        scalar=(r"\delta = \frac{\hat y - y}{\hat y \, (1 - \hat y)} \cdot \hat y \, (1 - \hat y) = \hat y - y"),
    ),
    Equation(
        name="binary_cross_entropy_of_logits",
        latex=(
            r"C = \frac{1}{n} \sum_s \sum_k \left[ y_{sk} \log (1 + e^{-z_{sk}}) "
            r"+ (1 - y_{sk}) \log (1 + e^{z_{sk}}) \right]"
        ),
        code="C = (y * np.logaddexp(-z, 0) + (1 - y) * np.logaddexp(z, 0)).sum() / n",
        shapes={"C": NUMBER, "y": Z, "z": "(n_samples, n_out), the logits", "n": "the number of samples"},
        meaning="Binary cross-entropy computed from the logits takes no logarithm of 0 and stays exact far out.",
        chapter="03_output_delta",
        scalar=r"C = y \log (1 + e^{-z}) + (1 - y) \log (1 + e^z)",
    ),
    Equation(
        name="binary_cross_entropy_grad_a",
        latex=r"\frac{\partial C}{\partial a^{(L)}} = \frac{\hat y - y}{n}",
        code="grad_a = (y_hat - y) / n",
        shapes={"grad_a": Z, "y_hat": "(n_samples, n_out), the sigmoid of a", "y": Z, "n": "the number of samples"},
        meaning="With binary cross-entropy the output's activation is a logit, and this is what arrives at it.",
        chapter="03_output_delta",
        scalar=r"\frac{\partial C}{\partial a_{sk}} = \frac{\hat y_{sk} - y_{sk}}{n}",
    ),
    # ---- chapter 04 ----------------------------------------------------------------------------------------------
    Equation(
        name="hidden_grad_a",
        latex=r"\frac{\partial C}{\partial a^{(l)}} = \delta^{(l+1)} \, W^{(l+1)\,T}",
        code="grad_a = delta_next @ W_next.T",
        shapes={"grad_a": Z, "delta_next": NEXT, "W_next": WEIGHTS_NEXT},
        meaning=(
            "What arrives at a hidden activation is the sum over all units it feeds: their errors times the weights."
        ),
        chapter="04_hidden_delta",
        scalar=r"\frac{\partial C}{\partial a_j} = \sum_k \delta_k \, W_{jk}",
    ),
    Equation(
        name="hidden_delta",
        latex=r"\delta^{(l)} = \frac{\partial C}{\partial a^{(l)}} \odot f'(z^{(l)})",
        code="delta = grad_a * f.derivative(z)",
        shapes={"delta": Z, "grad_a": Z, "f": ACTIVATION, "z": Z},
        meaning="The error of a hidden layer is what arrives at its activation, times the slope at its z.",
        chapter="04_hidden_delta",
        scalar=r"\delta_j = \left( \sum_k \delta_k \, W_{jk} \right) f'(z_j)",
    ),
    Equation(
        name="relu_slope",
        latex=r"f'(z) = 1[z > 0]",
        code="slope = np.where(z > 0, 1.0, 0.0)",
        shapes={"slope": Z, "z": Z},
        meaning="The slope of the ReLU is 1 where z is positive and 0 where it is negative, and by convention 0 at 0.",
        chapter="04_hidden_delta",
        scalar=r"f'(z_j) = 1[z_j > 0]",
    ),
    Equation(
        name="tanh_slope",
        latex=r"f'(z) = 1 - \tanh(z)^2",
        code="slope = 1 - np.tanh(z) ** 2",
        shapes={"slope": Z, "z": Z},
        meaning="The slope of tanh is 1 in the middle and falls toward 0 on both sides.",
        chapter="04_hidden_delta",
        scalar=r"f'(z_j) = 1 - \tanh(z_j)^2",
    ),
    Equation(
        name="logit_shift",
        latex=r"\bar z_{sj} = z_{sj} - \max_m z_{sm}",
        code="z_shifted = z - z.max(axis=1, keepdims=True)",
        shapes={"z_shifted": Z, "z": "(n_samples, n_out), the logits"},
        meaning=(
            "Each row's largest logit is subtracted, which leaves every probability as it is and keeps e from "
            "overflowing."
        ),
        chapter="04_hidden_delta",
        scalar=r"\frac{e^{z_i - c}}{\sum_m e^{z_m - c}} = \frac{e^{z_i}}{\sum_m e^{z_m}}",
    ),
    Equation(
        name="softmax",
        latex=r"\hat y_{sj} = \frac{e^{z_{sj}}}{\sum_m e^{z_{sm}}}",
        code="y_hat = np.exp(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))",
        shapes={"y_hat": Z, "z": "(n_samples, n_out), the logits, shifted so that none is large"},
        meaning=(
            "Softmax turns the logits of a sample into probabilities that sum to 1; the code divides by subtracting "
            "logarithms."
        ),
        chapter="04_hidden_delta",
        scalar=r"p_i = \frac{e^{z_i}}{\sum_m e^{z_m}}",
    ),
    Equation(
        name="softmax_jacobian",
        latex=r"J_{ij} = p_i \, (1[i = j] - p_j)",
        code="J = np.diag(p) - np.outer(p, p)",
        shapes={"J": "(n_out, n_out)", "p": "(n_out,)"},
        meaning="Every probability answers to every logit: each rises with its own and falls with all others.",
        chapter="04_hidden_delta",
        scalar=r"\frac{\partial p_i}{\partial z_j} = p_i \, (1[i = j] - p_j)",
    ),
    Equation(
        name="softmax_cross_entropy",
        latex=r"C = -\frac{1}{n} \sum_s \sum_j y_{sj} \log \hat y_{sj}",
        code="C = -(y * np.log(y_hat)).sum() / n",
        shapes={"C": NUMBER, "y": "(n_samples, n_out), one-hot", "y_hat": Z, "n": "the number of samples"},
        meaning="Cross-entropy charges minus the logarithm of the probability given to the true class.",
        chapter="04_hidden_delta",
        scalar=r"C = -\sum_i y_i \log p_i",
    ),
    Equation(
        name="softmax_cross_entropy_grad_p",
        latex=r"\frac{\partial C}{\partial p_i} = -\frac{y_i}{p_i}",
        code="grad_p = -y / p",
        shapes={"grad_p": "(n_out,)", "y": "(n_out,)", "p": "(n_out,)"},
        meaning="Of one sample's probabilities only the true class's is charged, the more the smaller it is.",
        chapter="04_hidden_delta",
        scalar=r"\frac{\partial C}{\partial p_i} = -\frac{y_i}{p_i}",
    ),
    Equation(
        name="softmax_delta",
        latex=r"\delta^{(L)} = \frac{\hat y - y}{n}",
        code="delta = (y_hat - y) / n",
        shapes={"delta": Z, "y_hat": "(n_samples, n_out), the softmax of z", "y": Z, "n": "the number of samples"},
        meaning="With softmax and cross-entropy the sum over all paths comes down to prediction minus target.",
        chapter="04_hidden_delta",
        scalar=(
            r"\delta_j = \sum_i \left( -\frac{y_i}{p_i} \right) p_i \, (1[i = j] - p_j) "
            r"= -\sum_i y_i \, 1[i = j] + p_j \sum_i y_i = p_j - y_j"
        ),
    ),
    Equation(
        name="softmax_cross_entropy_of_logits",
        latex=r"C = \frac{1}{n} \sum_s \sum_j y_{sj} \left( \log \sum_m e^{z_{sm}} - z_{sj} \right)",
        code="C = (y * (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z)).sum() / n",
        shapes={
            "C": NUMBER,
            "y": "(n_samples, n_out), one-hot",
            "z": "(n_samples, n_out), the logits, shifted so that none is large",
            "n": "the number of samples",
        },
        meaning="Cross-entropy computed from the logits takes no logarithm of a probability that rounds to 0.",
        chapter="04_hidden_delta",
        scalar=r"C = \sum_i y_i \left( \log \sum_m e^{z_m} - z_i \right)",
    ),
    Equation(
        name="softmax_cross_entropy_grad_a",
        latex=r"\frac{\partial C}{\partial a^{(L)}} = \frac{\hat y - y}{n}",
        code="grad_a = (y_hat - y) / n",
        shapes={"grad_a": Z, "y_hat": "(n_samples, n_out), the softmax of a", "y": Z, "n": "the number of samples"},
        meaning="With softmax cross-entropy the output's activations are logits, and this is what arrives at them.",
        chapter="04_hidden_delta",
        scalar=r"\frac{\partial C}{\partial a_{sj}} = \frac{\hat y_{sj} - y_{sj}}{n}",
    ),
    # ---- chapter 05 ----------------------------------------------------------------------------------------------
    Equation(
        name="weight_gradient",
        latex=r"\frac{\partial C}{\partial W^{(l)}} = a^{(l-1)\,T} \, \delta^{(l)}",
        code="dW = a_prev.T @ delta",
        shapes={"dW": WEIGHTS, "a_prev": PREV, "delta": Z},
        meaning=(
            "A weight's gradient is the activation at its start times the error at its end, added over the samples."
        ),
        chapter="05_vectorized_gradients",
        scalar=r"\frac{\partial C}{\partial W_{ij}} = \sum_s a_{si} \, \delta_{sj}",
    ),
    Equation(
        name="bias_gradient",
        latex=r"\frac{\partial C}{\partial b^{(l)}} = \sum_s \delta_s^{(l)}",
        code="db = delta.sum(axis=0)",
        shapes={"db": BIASES, "delta": Z},
        meaning="A bias's gradient is the error of its unit, added over the samples.",
        chapter="05_vectorized_gradients",
        scalar=r"\frac{\partial C}{\partial b_j} = \sum_s \delta_{sj}",
    ),
    Equation(
        name="input_gradient",
        latex=r"\frac{\partial C}{\partial X} = \delta^{(1)} \, W^{(1)\,T}",
        code="dX = delta @ W.T",
        shapes={"dX": PREV, "delta": Z, "W": WEIGHTS},
        meaning="What arrives at the inputs is the first layer's error sent back through its weights.",
        chapter="05_vectorized_gradients",
        scalar=r"\frac{\partial C}{\partial X_{si}} = \sum_j \delta_{sj} \, W_{ij}",
    ),
    Equation(
        name="column_pre_activation",
        latex=r"\tilde z^{(l)} = \tilde W^{(l)} \, \tilde a^{(l-1)} + \tilde b^{(l)}",
        code="z = W @ a_prev + b",
        shapes={"z": "(n_out, n_samples)", "W": "(n_out, n_in)", "a_prev": "(n_in, n_samples)", "b": "(n_out, 1)"},
        meaning="With samples as columns the weights stand on the left, and their matrix is the transpose of ours.",
        chapter="05_vectorized_gradients",
        scalar=r"\tilde z_j = \sum_i \tilde W_{ji} \, \tilde a_i + \tilde b_j",
    ),
    Equation(
        name="column_hidden_delta",
        latex=(
            r"\tilde\delta^{(l)} = \left( \tilde W^{(l+1)\,T} \, \tilde\delta^{(l+1)} \right) \odot f'(\tilde "
            r"z^{(l)})"
        ),
        code="delta = (W_next.T @ delta_next) * f.derivative(z)",
        shapes={
            "delta": "(n_out, n_samples)",
            "W_next": "(n_next, n_out)",
            "delta_next": "(n_next, n_samples)",
            "f": ACTIVATION,
            "z": "(n_out, n_samples)",
        },
        meaning="With samples as columns the error goes back through the transposed weights on its left.",
        chapter="05_vectorized_gradients",
        scalar=r"\tilde\delta_j = \left( \sum_k \tilde W_{kj} \, \tilde\delta_k \right) f'(\tilde z_j)",
    ),
    Equation(
        name="column_weight_gradient",
        latex=r"\frac{\partial C}{\partial \tilde W^{(l)}} = \tilde\delta^{(l)} \, \tilde a^{(l-1)\,T}",
        code="dW = delta @ a_prev.T",
        shapes={"dW": "(n_out, n_in)", "delta": "(n_out, n_samples)", "a_prev": "(n_in, n_samples)"},
        meaning="With samples as columns the error comes first and the activations are transposed.",
        chapter="05_vectorized_gradients",
        scalar=r"\frac{\partial C}{\partial \tilde W_{ji}} = \sum_s \tilde\delta_{js} \, \tilde a_{is}",
    ),
    Equation(
        name="column_bias_gradient",
        latex=r"\frac{\partial C}{\partial \tilde b_j} = \sum_s \tilde\delta_{js}",
        code="db = delta.sum(axis=1, keepdims=True)",
        shapes={"db": "(n_out, 1)", "delta": "(n_out, n_samples)"},
        meaning="With samples as columns the sum over the samples runs along the rows.",
        chapter="05_vectorized_gradients",
        scalar=r"\frac{\partial C}{\partial \tilde b_j} = \sum_s \tilde\delta_{js}",
    ),
    Equation(
        name="early_update",
        latex=(
            r"\delta^{(l+1)} \left( W^{(l+1)} - \eta \, \frac{\partial C}{\partial W^{(l+1)}} \right)^T "
            r"= \delta^{(l+1)} \, W^{(l+1)\,T} - \eta \, \delta^{(l+1)} \left( \frac{\partial C}{\partial "
            r"W^{(l+1)}} \right)^T"
        ),
        code="grad_a = delta_next @ W_next.T - learning_rate * delta_next @ dW_next.T",
        shapes={
            "grad_a": Z,
            "delta_next": NEXT,
            "W_next": WEIGHTS_NEXT,
            "learning_rate": NUMBER,
            "dW_next": WEIGHTS_NEXT,
        },
        meaning=(
            "If the weights are updated before the error goes through them, one term too many arrives, in proportion "
            "to the learning rate."
        ),
        chapter="05_vectorized_gradients",
        scalar=r"\sum_k \delta_k (W_{jk} - \eta \, g_{jk}) = \sum_k \delta_k W_{jk} - \eta \sum_k \delta_k \, g_{jk}",
    ),
    # ---- chapter 06 ----------------------------------------------------------------------------------------------
    Equation(
        name="weight_update",
        latex=r"W^{(l)} \leftarrow W^{(l)} - \eta \, \frac{\partial C}{\partial W^{(l)}}",
        code="W = W - learning_rate * dW",
        shapes={"W": WEIGHTS, "learning_rate": NUMBER, "dW": WEIGHTS},
        meaning="Gradient descent moves every weight a little against its gradient.",
        chapter="06_gradient_descent",
        scalar=r"w \leftarrow w - \eta \, \frac{\partial C}{\partial w}",
    ),
    Equation(
        name="bias_update",
        latex=r"b^{(l)} \leftarrow b^{(l)} - \eta \, \frac{\partial C}{\partial b^{(l)}}",
        code="b = b - learning_rate * db",
        shapes={"b": BIASES, "learning_rate": NUMBER, "db": BIASES},
        meaning="Gradient descent moves every bias a little against its gradient.",
        chapter="06_gradient_descent",
        scalar=r"b \leftarrow b - \eta \, \frac{\partial C}{\partial b}",
    ),
    Equation(
        name="first_order_change",
        latex=r"C_{\text{after}} \approx C_{\text{before}} - \eta \, \lVert g \rVert^2",
        code="C_after = C_before - learning_rate * (g**2).sum()",
        shapes={"C_after": NUMBER, "C_before": NUMBER, "learning_rate": NUMBER, "g": "(n_parameters,)"},
        meaning="A small step lowers the loss by the learning rate times the squared length of the gradient.",
        chapter="06_gradient_descent",
        scalar=(
            r"C_{\text{after}} \approx C_{\text{before}} - \eta \sum_i \left( \frac{\partial C}{\partial w_i} "
            r"\right)^2"
        ),
    ),
    # ---- chapter 07 ----------------------------------------------------------------------------------------------
    Equation(
        name="relative_error",
        latex=r"r = \frac{\lVert g - g_{\text{num}} \rVert}{\max(\lVert g \rVert, \lVert g_{\text{num}} \rVert)}",
        code="r = np.linalg.norm(g - g_num) / np.maximum(np.linalg.norm(g), np.linalg.norm(g_num))",
        shapes={"r": NUMBER, "g": "one tensor", "g_num": "the same by central differences"},
        meaning="The length of the difference of two gradients, measured against the longer of the two.",
        chapter="07_gradient_checking",
        scalar=r"r = \frac{\lvert g - g_{\text{num}} \rvert}{\max(\lvert g \rvert, \lvert g_{\text{num}} \rvert)}",
    ),
    Equation(
        name="nudge_error",
        latex=r"E = \frac{M h^2}{6} + \frac{u \, \lvert C \rvert}{h}",
        code="E = M * h**2 / 6 + u * np.abs(C) / h",
        shapes={
            "E": NUMBER,
            "M": "the size of the third derivative",
            "h": "the nudge",
            "u": "the relative rounding error of C",
            "C": "the loss",
        },
        meaning=(
            "A central difference errs by the bend of the curve, which grows with h, and by rounding, which grows "
            "as h shrinks."
        ),
        chapter="07_gradient_checking",
        scalar=r"E = \frac{M h^2}{6} + \frac{u \, \lvert C \rvert}{h}",
    ),
    Equation(
        name="best_nudge",
        latex=r"h^{*} = \left( \frac{3 \, u \, \lvert C \rvert}{M} \right)^{1/3}",
        code="h_best = (3 * u * np.abs(C) / M) ** (1 / 3)",
        shapes={
            "h_best": NUMBER,
            "u": "the relative rounding error of C",
            "C": "the loss",
            "M": "the size of the third derivative",
        },
        meaning="The nudge with the smallest error goes with the cube root of the rounding error.",
        chapter="07_gradient_checking",
        scalar=r"h^{*} = \left( \frac{3 \, u \, \lvert C \rvert}{M} \right)^{1/3}",
    ),
    Equation(
        name="backward_cost",
        latex=r"\rho = 2 - \frac{N_1}{\sum_l N_l}",
        code="ratio = 2 - N[0] / N.sum()",
        shapes={"ratio": NUMBER, "N": "(n_layers,), the number of weights of each layer"},
        meaning=(
            "In multiplications a backward pass costs two forward passes, less the first layer's share, whose "
            "errors go nowhere."
        ),
        chapter="07_gradient_checking",
        scalar=r"\rho = \frac{2 \sum_l N_l - N_1}{\sum_l N_l} = 2 - \frac{N_1}{\sum_l N_l}",
    ),
    Equation(
        name="central_difference_cost",
        latex=r"F = 2 P",
        code="passes = 2 * P",
        shapes={"passes": "the number of forward passes", "P": "the number of weights and biases"},
        meaning="Central differences need two forward passes for every single weight and bias.",
        chapter="07_gradient_checking",
        scalar=r"F = 2 \sum_l (m_l + 1) \, k_l",
    ),
    # ---- chapter 08 ----------------------------------------------------------------------------------------------
    Equation(
        name="delta_product",
        latex=r"\delta_1 = \delta_L \prod_{l=1}^{L-1} w_{l+1} \, f'(z_l)",
        code="delta_1 = delta_L * np.prod(w_next * slope)",
        shapes={
            "delta_1": NUMBER,
            "delta_L": NUMBER,
            "w_next": "(L - 1,), the weights of layers 2 to L",
            "slope": "(L - 1,), the slopes of layers 1 to L - 1",
        },
        meaning=(
            "In a chain of single units each layer multiplies the error by one weight and one slope on its way back."
        ),
        chapter="08_gradient_flow",
        scalar=r"\delta_1 = \delta_L \prod_{l=1}^{L-1} w_{l+1} \, f'(z_l)",
    ),
    Equation(
        name="forward_variance",
        latex=r"\operatorname{Var}[z] = n_{\text{in}} \, \operatorname{Var}[W] \, \operatorname{E}[a_{\text{prev}}^2]",
        code="var_z = n_in * var_W * mean_square_a",
        shapes={"var_z": NUMBER, "n_in": NUMBER, "var_W": NUMBER, "mean_square_a": NUMBER},
        meaning=(
            "For independent weights of mean 0, independent of the activations, and zero biases, each of the n_in "
            "inputs adds its share of variance."
        ),
        chapter="08_gradient_flow",
        scalar=r"\operatorname{Var}[z] = n_{\text{in}} \, \operatorname{Var}[W] \, \operatorname{E}[a_{\text{prev}}^2]",
    ),
    Equation(
        name="backward_variance",
        latex=(
            r"\operatorname{Var}\left[\frac{\partial C}{\partial a_{\text{prev}}}\right] "
            r"= n_{\text{out}} \, \operatorname{Var}[W] \, \operatorname{E}[\delta^2]"
        ),
        code="var_grad_a = n_out * var_W * mean_square_delta",
        shapes={"var_grad_a": NUMBER, "n_out": NUMBER, "var_W": NUMBER, "mean_square_delta": NUMBER},
        meaning=(
            "For independent weights of mean 0, taken as independent of the errors, each of the n_out units that an "
            "activation feeds adds its share."
        ),
        chapter="08_gradient_flow",
        scalar=(
            r"\operatorname{Var}\left[\frac{\partial C}{\partial a_{\text{prev}}}\right] "
            r"= n_{\text{out}} \, \operatorname{Var}[W] \, \operatorname{E}[\delta^2]"
        ),
    ),
    Equation(
        name="lecun_scale",
        latex=r"s = \sqrt{\frac{1}{n_{\text{in}}}}",
        code="scale = np.sqrt(1 / n_in)",
        shapes={"scale": "the standard deviation of the weights", "n_in": NUMBER},
        meaning=(
            "Where activations have mean 0 and pass nearly unchanged, this scale keeps their variance on the way "
            "forward."
        ),
        chapter="08_gradient_flow",
        scalar=r"s^2 = \frac{1}{n_{\text{in}}}",
    ),
    Equation(
        name="xavier_scale",
        latex=r"s = \sqrt{\frac{2}{n_{\text{in}} + n_{\text{out}}}}",
        code="scale = np.sqrt(2 / (n_in + n_out))",
        shapes={"scale": "the standard deviation of the weights", "n_in": NUMBER, "n_out": NUMBER},
        meaning=(
            "Where activations have mean 0 and slopes are near 1, this scale is the compromise between keeping the "
            "variance forward and keeping "
            "it backward."
        ),
        chapter="08_gradient_flow",
        scalar=r"s^2 = \frac{2}{n_{\text{in}} + n_{\text{out}}}",
    ),
    Equation(
        name="he_scale",
        latex=r"s = \sqrt{\frac{2}{n_{\text{in}}}}",
        code="scale = np.sqrt(2 / n_in)",
        shapes={"scale": "the standard deviation of the weights", "n_in": NUMBER},
        meaning=(
            "Behind ReLUs, which pass half of the mean square of a symmetric z, this scale keeps the variance on "
            "the way forward."
        ),
        chapter="08_gradient_flow",
        scalar=r"s^2 = \frac{2}{n_{\text{in}}}",
    ),
    Equation(
        name="penalized_loss",
        latex=r"C_{\lambda} = C + \frac{\lambda}{2} \sum_i \sum_j W_{ij}^2",
        code="C_penalized = C + penalty / 2 * (W**2).sum()",
        shapes={"C_penalized": NUMBER, "C": NUMBER, "penalty": NUMBER, "W": WEIGHTS},
        meaning="A penalty charges the loss for large weights; the half meets the 2 of the square.",
        chapter="08_gradient_flow",
        scalar=r"C_{\lambda} = C + \frac{\lambda}{2} w^2",
    ),
    Equation(
        name="penalty_gradient",
        latex=r"\frac{\partial C_{\lambda}}{\partial W} = \frac{\partial C}{\partial W} + \lambda W",
        code="dW_penalized = dW + penalty * W",
        shapes={"dW_penalized": WEIGHTS, "dW": WEIGHTS, "penalty": NUMBER, "W": WEIGHTS},
        meaning="A penalty of half lambda times the squared weights adds lambda times the weight to each gradient.",
        chapter="08_gradient_flow",
        scalar=r"\frac{\partial C_{\lambda}}{\partial W_{ij}} = \frac{\partial C}{\partial W_{ij}} + \lambda W_{ij}",
    ),
    Equation(
        name="residual_gradient",
        latex=(
            r"\frac{\partial C}{\partial a^{(l-1)}} = \frac{\partial C}{\partial a^{(l)}} + \delta^{(l)} \, W^{(l)\,T}"
        ),
        code="grad_a_prev = grad_a + delta @ W.T",
        shapes={"grad_a_prev": Z, "grad_a": Z, "delta": Z, "W": "(n_out, n_out)"},
        meaning=(
            "Where a layer adds its output to its input, a = a_prev + f(a_prev W + b), the gradient gets past it "
            "unchanged as well as through it."
        ),
        chapter="08_gradient_flow",
        scalar=r"\frac{\partial a_i}{\partial a_{\text{prev},j}} = 1[i = j] + f'(z_i) \, W_{ji}",
    ),
    # ---- chapter 09 ----------------------------------------------------------------------------------------------
    Equation(
        name="tape_accumulation",
        latex=(
            r"\frac{\partial C}{\partial v} \leftarrow \frac{\partial C}{\partial v} + \frac{\partial C}{\partial "
            r"u} \cdot \frac{\partial u}{\partial v}"
        ),
        code="grad_v = grad_v + grad_u * du_dv",
        shapes={"grad_v": "as v", "grad_u": "as u", "du_dv": "the local slope of u in v"},
        meaning="Each value u that was made from v adds its own path to the gradient of v.",
        chapter="09_autodiff",
        scalar=(
            r"\frac{\partial C}{\partial v} = \sum_i \frac{\partial C}{\partial u_i} \cdot \frac{\partial "
            r"u_i}{\partial v}"
        ),
    ),
    Equation(
        name="unbroadcast",
        latex=r"\frac{\partial C}{\partial b_j} = \sum_s \frac{\partial C}{\partial z_{sj}}",
        code="grad_b = grad_z.sum(axis=0)",
        shapes={"grad_b": "(n_out,)", "grad_z": Z},
        meaning=(
            "An array that was stretched over the rows was used once in each of them, so its gradient is the sum "
            "over the rows."
        ),
        chapter="09_autodiff",
        scalar=r"\frac{\partial C}{\partial b_j} = \sum_s \frac{\partial C}{\partial z_{sj}}",
    ),
    # ---- chapter 10 ----------------------------------------------------------------------------------------------
    Equation(
        name="accuracy",
        latex=r"A = \frac{1}{n} \sum_s 1[\hat c_s = c_s]",
        code="accuracy = (predicted == labels).sum() / n",
        shapes={
            "accuracy": NUMBER,
            "predicted": "(n_samples,), the class of the largest output",
            "labels": "(n_samples,), the true class",
            "n": "the number of samples",
        },
        meaning="The accuracy is the share of samples whose predicted class is the true one.",
        chapter="10_digits",
        scalar=r"A = \frac{1}{n} \sum_s 1[\hat c_s = c_s]",
    ),
)
"""Every equation of the course by its name, in the order of the chapters."""
