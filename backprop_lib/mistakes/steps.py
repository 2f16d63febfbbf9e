"""The backward pass in steps, each of which can be exchanged; with none exchanged it is that of `Network`.

The steps bear the names of their equations and are their code lines, read off a `Layer`. Two mistakes that exchange
different steps can be made at once: ``backward(network, forward, y, **one.steps, **other.steps)``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_lib.activations import Activation
from backprop_lib.network import Gradients, Network

__all__ = [
    "STEPS",
    "Layer",
    "backward",
    "bias_gradient",
    "hidden_delta",
    "hidden_grad_a",
    "output_delta",
    "output_grad_a",
    "penalty_gradient",
    "weight_gradient",
]


@dataclass(eq=False, repr=False)
class Layer:
    """What a step of the backward pass can see: one layer, its neighbors and the targets.

    Attributes
    ----------
    network : Network
        The network that the layer belongs to.
    W, b : ndarray
        Its parameters, (n_in, n_out) and (n_out,).
    f : Activation
        Its activation.
    a_prev, z, a : ndarray
        Of the forward pass: what came in, the pre-activation and the activation.
    y, y_hat : ndarray of shape (n_samples, n_out of the network)
        The targets and the prediction.
    penalty, learning_rate : float
        The weight of the penalty in the loss, and the length of a step.
    above, below : Layer or None
        The next layer towards the output, and towards the input.
    grad_a, delta, dW, db : ndarray or None
        What the backward pass has computed so far; in the layers above they are all there.
    """

    network: Network
    W: np.ndarray
    b: np.ndarray
    f: Activation
    a_prev: np.ndarray
    z: np.ndarray
    a: np.ndarray
    y: np.ndarray
    y_hat: np.ndarray
    penalty: float
    learning_rate: float
    above: Any = None
    below: Any = None
    grad_a: Any = None
    delta: Any = None
    dW: Any = None
    db: Any = None

    @property
    def loss(self):
        """The loss of the network."""
        return self.network.loss

    @property
    def output(self):
        """The last layer."""
        return self if self.above is None else self.above.output

    @property
    def W_next(self):  # noqa: N802
        """W of the layer above."""
        return self.above.W

    @property
    def delta_next(self):
        """Delta of the layer above."""
        return self.above.delta


def output_grad_a(layer):
    """Return dC/da of the output, (n_samples, n_out): the factor 1/n enters here and nowhere else."""
    return layer.loss.derivative(layer.a, layer.y)


def output_delta(layer):
    """Return dC/dz of the output, (n_samples, n_out)."""
    return layer.grad_a * layer.f.derivative(layer.z)


def hidden_grad_a(layer):
    """Return what arrives at a hidden layer, dC/da, (n_samples, n_out)."""
    return layer.delta_next @ layer.W_next.T


def hidden_delta(layer):
    """Return what its slope lets through, dC/dz, (n_samples, n_out)."""
    return layer.grad_a * layer.f.derivative(layer.z)


def weight_gradient(layer):
    """Return dC/dW, (n_in, n_out)."""
    return layer.a_prev.T @ layer.delta


def bias_gradient(layer):
    """Return dC/db, (n_out,)."""
    return layer.delta.sum(axis=0)


def penalty_gradient(layer):
    """Return dC/dW, (n_in, n_out), with what a penalty of penalty / 2 times the squared weights adds to it."""
    return layer.dW + layer.penalty * layer.W


STEPS = {
    step.__name__: step
    for step in (
        output_grad_a,
        output_delta,
        hidden_grad_a,
        hidden_delta,
        weight_gradient,
        bias_gradient,
        penalty_gradient,
    )
}
"""The steps of a right backward pass by name."""


def backward(network, forward, y, *, penalty=0.0, learning_rate=0.1, **exchanged):
    """Send the error back through the network, one step at a time, with any of the steps exchanged.

    Parameters
    ----------
    network : Network
        The network; it is not changed.
    forward : ForwardPass
        Its forward pass.
    y : array_like
        The targets, as for `Network.backward`.
    penalty : float, optional
        If not 0, the loss is the network's plus penalty / 2 times the sum of all squared weights.
    learning_rate : float, optional
        For steps that look at it; the right ones do not.
    **exchanged : callable
        Functions of one `Layer` to be taken instead of the steps of that name in `STEPS`.

    Returns
    -------
    Gradients
        With no step exchanged and no penalty those of ``network.backward(forward, y)``, to the last bit.

    Raises
    ------
    TypeError
        If there is no step of such a name, or `forward` is no forward pass.
    ValueError
        If `forward` is a pass of another network; and whatever NumPy says when the shapes in an exchanged step do not
        fit.
    """
    unknown = sorted(exchanged.keys() - STEPS.keys())
    if unknown:
        raise TypeError(f"there is no step called {unknown[0]!r}; the steps are {', '.join(STEPS)}.")
    network.check_pass(forward)
    step = STEPS | exchanged
    layers = _layers(network, forward, y, penalty, learning_rate)
    for layer in reversed(layers):
        if layer.above is None:
            layer.grad_a = step["output_grad_a"](layer)
            layer.delta = step["output_delta"](layer)
        else:
            layer.grad_a = step["hidden_grad_a"](layer)
            layer.delta = step["hidden_delta"](layer)
        layer.dW = step["weight_gradient"](layer)
        layer.db = step["bias_gradient"](layer)
        if penalty:
            layer.dW = step["penalty_gradient"](layer)
    return Gradients(
        dW=[layer.dW for layer in layers],
        db=[layer.db for layer in layers],
        delta=[layer.delta for layer in layers],
    )


def _layers(network, forward, y, penalty, learning_rate):
    """Return the layers from the input to the output, each linked with its neighbors."""
    y = network.loss.targets(y, forward.a[-1].shape, network.dtype)
    layers = []
    for W, b, f, a_prev, z, a in zip(
        network.weights, network.biases, network.activations, forward.a[:-1], forward.z, forward.a[1:], strict=True
    ):
        layer = Layer(network, W, b, f, a_prev, z, a, y, forward.y_hat, penalty, learning_rate)
        if layers:
            layer.below, layers[-1].above = layers[-1], layer
        layers.append(layer)
    return layers
