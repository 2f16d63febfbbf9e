"""One output with its loss, over every pre-activation: what arrives, the slope, delta, and where a few steps lead.

Nothing here draws. Every delta stands beside one that was measured by nudging z.
"""

from dataclasses import dataclass

import numpy as np

from backprop_lib import activations, equations, gradcheck, losses

__all__ = [
    "COMBINATIONS",
    "LEARNING_RATES",
    "RUN_EVERY",
    "SAMPLES",
    "SIGMOID_SLOPE",
    "STEPS",
    "Combination",
    "OutputSweeps",
]

SAMPLES = (1, 4, 10)
"""How many samples the batch may have; the others are like the one that is looked at."""

STEPS = 40
"""So many steps downhill are taken from each place."""

RUN_EVERY = 2
"""Every second step is recorded, and so the last one."""

LEARNING_RATES = {"identity": 0.25, "sigmoid": 1.0}
"""Of the runs, by the output activation; with 1 the linear output with mse would jump from side to side."""

SIGMOID_SLOPE = r"{\hat y (1 - \hat y)}"
"""The slope of the sigmoid as LaTeX, in braces so that it is one piece."""

FRAMES = 60
REACH = 6.0


@dataclass(frozen=True)
class Combination:
    """An output activation with a loss.

    Attributes
    ----------
    name : str
        "sigmoid_half_mse".
    title : str
        What it is called.
    output, loss : str
        The activation and the loss by their names.
    targets : tuple of float
        The targets there are to choose from.
    factors : str
        Where the 2 and the 1/n go, in a sentence or two.
    formula : str
        LaTeX of delta.
    loss_formula, grad_formula : str
        LaTeX of the loss, and of its slope in the prediction before and after what can be crossed out.
    """

    name: str
    title: str
    output: str
    loss: str
    targets: tuple
    factors: str
    formula: str
    loss_formula: str
    grad_formula: str


NUMBERS = (-2.0, -1.0, 0.0, 1.0, 2.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)

COMBINATIONS = (
    Combination(
        "linear_half_mse",
        "linear output, half_mse",
        "identity",
        "half_mse",
        NUMBERS,
        "The 2 that the square brings down meets the ½ of the loss, and both are gone. The 1/n stays.",
        r"\delta = \frac{\hat y - y}{n}",
        r"C = \frac{1}{2 n} \sum (\hat y - y)^2",
        r"\frac{\partial C}{\partial \hat y} = \frac{2 (\hat y - y)}{2 n} = \frac{\hat y - y}{n}",
    ),
    Combination(
        "linear_mse",
        "linear output, mse",
        "identity",
        "mse",
        NUMBERS,
        "mse has no ½, so the 2 that the square brings down stays. The 1/n stays as well.",
        r"\delta = \frac{2 (\hat y - y)}{n}",
        r"C = \frac{1}{n} \sum (\hat y - y)^2",
        r"\frac{\partial C}{\partial \hat y} = \frac{2 (\hat y - y)}{n}",
    ),
    Combination(
        "sigmoid_half_mse",
        "sigmoid output, half_mse",
        "sigmoid",
        "half_mse",
        SHARES,
        "The 2 meets the ½, and the 1/n stays. The slope of the sigmoid is a third factor, and far out it is nearly 0.",
        rf"\delta = \frac{{\hat y - y}}{{n}} \cdot {SIGMOID_SLOPE}",
        r"C = \frac{1}{2 n} \sum (\hat y - y)^2",
        r"\frac{\partial C}{\partial \hat y} = \frac{2 (\hat y - y)}{2 n} = \frac{\hat y - y}{n}",
    ),
    Combination(
        "sigmoid_binary_cross_entropy",
        "sigmoid output, binary cross-entropy",
        "sigmoid",
        "binary_cross_entropy",
        SHARES,
        "The slope of the sigmoid cancels what stands under the line of the loss's own slope. The 1/n stays.",
        r"\delta = \frac{\hat y - y}{n}",
        r"C = -\frac{1}{n} \sum \left( y \log \hat y + (1 - y) \log (1 - \hat y) \right)",
        rf"\frac{{\partial C}}{{\partial \hat y}} = \frac{{\hat y - y}}{{n \cdot {SIGMOID_SLOPE}}}",
    ),
)


class OutputSweeps:
    """All that is to be seen at one output.

    Attributes
    ----------
    z : ndarray of shape (places,)
        The pre-activations.
    y_hat, slope : ndarray of shape (combinations, places)
        The prediction and the slope of the output activation.
    loss : ndarray of shape (combinations, targets, places)
        The loss of one sample.
    grad, delta, nudged : ndarray of shape (combinations, sizes of the batch, targets, places)
        dC/dy_hat, dC/dz, and dC/dz by central differences.
    runs : ndarray of shape (combinations, sizes of the batch, targets, places, STEPS // RUN_EVERY + 1)
        The prediction before every second step of gradient descent on z, with `LEARNING_RATES`, and after the last.
    """

    def __init__(self):
        self.z = np.linspace(-REACH, REACH, FRAMES + 1)
        activation = [activations.get(one.output) for one in COMBINATIONS]
        self.y_hat = np.array([f(self.z) for f in activation])
        self.slope = np.array([f.derivative(self.z) for f in activation])
        each = [[self._at(one, target) for target in one.targets] for one in COMBINATIONS]
        self.loss = np.array([[cell["loss"] for cell in row] for row in each])
        self.grad, self.delta, self.nudged, self.runs = (
            np.array([[[cell[name][n] for cell in row] for n in SAMPLES] for row in each])
            for name in ("grad", "delta", "nudged", "run")
        )

    def _at(self, one, target):
        """Return all that belongs to one combination and one target, over every place."""
        targets = np.full_like(self.z, target)
        rows = self.z[:, np.newaxis], targets[:, np.newaxis]  # each place is a sample, and the mean is undone below
        found = {
            "loss": np.array([self._loss(one, z, target) for z in self.z]),
            "grad": {},
            "delta": {},
            "nudged": {},
            "run": {},
        }
        places = len(self.z)
        measured = np.array([gradcheck.numerical_gradient(lambda z: self._loss(one, z, target), z) for z in self.z])
        for n in SAMPLES:
            found["delta"][n] = self._delta(one, *rows)[:, 0] * places / n
            found["grad"][n] = self._grad(one, target, n)
            found["nudged"][n] = measured / n
            found["run"][n] = self._run(one, target, n)
        return found

    def _loss(self, one, z, target):
        """Return the loss of one sample."""
        loss = losses.get(one.loss)
        a = z if loss.takes_logits else activations.get(one.output)(z)
        return loss.value([[float(a)]], [[target]])

    def _delta(self, one, z, y):
        loss = losses.get(one.loss)
        if loss.takes_logits:
            return loss.derivative(z, y)
        f = activations.get(one.output)
        return loss.derivative(f(z), y) * f.derivative(z)

    def _grad(self, one, target, n):
        """Return dC/dy_hat of one sample in a batch of n, by the course's equation."""
        name = {"half_mse": "output_grad_a", "mse": "mse_grad_a"}.get(one.loss, "binary_cross_entropy_grad_y_hat")
        y_hat = activations.get(one.output)(self.z)
        return equations.get(name).compute(y_hat=y_hat, y=target, n=n)

    def _run(self, one, target, n):
        """Return the prediction along gradient descent on z, one of a batch of n, from every place at once."""
        f = activations.get(one.output)
        z, seen = self.z[:, np.newaxis].copy(), []
        for _ in range(STEPS + 1):
            seen.append(f(z)[:, 0])
            z -= LEARNING_RATES[one.output] * self._delta(one, z, np.full_like(z, target)) * len(z) / n
        return np.array(seen[::RUN_EVERY]).T
