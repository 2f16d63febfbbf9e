"""One forward and one backward pass written out as steps: equation, inputs, output.

Every number of a trace comes from the code line of an equation, and equals the network's own to the last digit.
"""

from dataclasses import dataclass

import numpy as np

from backprop_lib import activations, equations
from backprop_lib.equations import Equation
from backprop_lib.network import Network

__all__ = ["Step", "trace"]

LOSSES = {
    "half_mse": ("half_mse", "output_grad_a"),
    "mse": ("mse", "mse_grad_a"),
    "half_sse": ("half_sse", "half_sse_grad_a"),
    "binary_cross_entropy": ("binary_cross_entropy_of_logits", "binary_cross_entropy_grad_a"),
    "softmax_cross_entropy": ("softmax_cross_entropy_of_logits", "softmax_cross_entropy_grad_a"),
}
"""For each loss the equation of its value, and that of the gradient with which the way back begins."""


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """One equation at work.

    Attributes
    ----------
    phase : {"forward", "loss", "backward"}
        The part of the pass.
    layer : int
        The layer, counted from 1; the loss belongs to the last one.
    equation : Equation
        What was computed.
    name : str
        What the output is called: "z", "a", "z_shifted", "y_hat", "C", "grad_a", "slope", "delta", "dW", "db".
    inputs : dict
        A value for each name that the equation's code line needs. The arrays are copies and cannot be written to.
    output : ndarray or float
        What came out: ``equation.compute(**inputs)``.
    shapes : dict of str to tuple
        The shapes of the inputs and of the output, under their names; () for a number. An activation has none.
    """

    phase: str
    layer: int
    equation: Equation
    name: str
    inputs: dict
    output: np.ndarray | float
    shapes: dict

    def __repr__(self):
        shape = f", shape {self.shapes[self.name]}" if self.shapes[self.name] else ""
        return f"<step {self.phase}, layer {self.layer}: {self.equation.code}{shape}>"


def trace(network, X, y):
    """Return one forward and one backward pass as a list of steps.

    Parameters
    ----------
    network : Network
        It is not changed.
    X : array_like of shape (n_samples, n_in)
        Inputs; rows are samples.
    y : array_like of shape (n_samples, n_out)
        Targets; see `Loss.targets` for the other forms that are accepted.

    Returns
    -------
    list of Step
        Forward, layer 1 first: z and a; with a cross-entropy loss also y_hat, the probabilities, and with softmax
        before them z_shifted, the logits from which each row's largest is subtracted. Then the loss C. Then backward,
        last layer first: grad_a, slope, delta, dW and db. The values equal those of `Network.forward`,
        `Network.loss_value` and `Network.backward` to the last digit.

    Raises
    ------
    TypeError, ValueError
        If `network` is no Network; as for `Network.forward` and `Network.backward`; and if the equations of the
        network's loss are not known.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network is {network!r} ({type(network).__name__}), a Network was expected.")
    if network.loss.name not in LOSSES:
        raise ValueError(f"trace has no equations for the loss {network.loss.name!r}. Known: {', '.join(LOSSES)}.")
    loss_equation, grad_equation = LOSSES[network.loss.name]
    X = network.forward(X).a[0]  # (n_samples, n_in): checked
    n = len(X)
    steps = []
    forward = []  # what each layer was given and made: W, f, a_prev, z
    a = X
    for layer, (W, b, f) in enumerate(zip(network.weights, network.biases, network.activations, strict=True), 1):
        a_prev = a
        z = _take(steps, "forward", layer, "pre_activation", a_prev=a_prev, W=W, b=b)
        a = _take(steps, "forward", layer, "activation", f=f, z=z)
        forward.append((layer, W, f, a_prev, z))
    last = len(forward)
    y = network.loss.targets(y, a.shape, a.dtype)  # (n_samples, n_out): checked

    if network.loss.name == "binary_cross_entropy":
        y_hat = _take(steps, "forward", last, "sigmoid", name="y_hat", z=a)
        _take(steps, "loss", last, loss_equation, y=y, z=a, n=n)
    elif network.loss.name == "softmax_cross_entropy":
        logits = _take(steps, "forward", last, "logit_shift", z=a)
        y_hat = _take(steps, "forward", last, "softmax", z=logits)
        _take(steps, "loss", last, loss_equation, y=y, z=logits, n=n)
    else:
        y_hat = a
        _take(steps, "loss", last, loss_equation, y_hat=y_hat, y=y, n=n)

    delta, W_next = None, None
    for layer, W, f, a_prev, z in reversed(forward):
        if layer == last:
            grad_a = _take(steps, "backward", layer, grad_equation, y_hat=y_hat, y=y, n=n)
        else:
            grad_a = _take(steps, "backward", layer, "hidden_grad_a", delta_next=delta, W_next=W_next)
        _take(steps, "backward", layer, "activation_slope", f=f, z=z)
        delta_equation = "output_delta" if layer == last else "hidden_delta"
        delta = _take(steps, "backward", layer, delta_equation, grad_a=grad_a, f=f, z=z)
        _take(steps, "backward", layer, "weight_gradient", a_prev=a_prev, delta=delta)
        _take(steps, "backward", layer, "bias_gradient", delta=delta)
        W_next = W
    return steps


def _take(steps, phase, layer, equation, *, name=None, **values):
    """Compute an equation from those values that it uses, append the step and return the output."""
    equation = equations.get(equation)
    inputs = {key: values[key] for key in equation.inputs}
    output = equation.compute(**inputs)
    name = name or equation.output
    kept = {key: _kept(value) for key, value in inputs.items()}
    step = Step(
        phase=phase,
        layer=layer,
        equation=equation,
        name=name,
        inputs=kept,
        output=_kept(output),
        shapes={
            key: np.shape(v) for key, v in {**inputs, name: output}.items() if not isinstance(v, activations.Activation)
        },
    )
    steps.append(step)
    return output


def _kept(value):
    """Return a copy of an array that nobody can write to; a number becomes a Python one."""
    if not isinstance(value, (np.ndarray, np.generic)):
        return value
    if value.ndim == 0:
        return value.item()
    copy = value.copy(order="K")
    copy.flags.writeable = False
    return copy
