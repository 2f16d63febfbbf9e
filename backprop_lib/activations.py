"""Activation functions: f and its derivative, born in one statement, kept in one table.

An activation is called on the pre-activation z, and so is its derivative: `relu(z)`, `relu.derivative(z)`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_lib import validation

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "elu",
    "identity",
    "leaky_relu",
    "relu",
    "sigmoid",
    "softplus",
    "tanh",
]

ACTIVATIONS = {}
"""Every activation by its name. A new one enters when it is made."""


@dataclass(frozen=True, repr=False)
class Activation:
    """An elementwise function f and its derivative, both taken at the pre-activation z.

    Parameters
    ----------
    name : str
        The name by which a network asks for it.
    function : callable
        f(z), for an array z of floats of any shape.
    slope : callable
        f'(z), same shape as z.
    kinks : tuple of float, optional
        The z at which f has no derivative. There `derivative` gives the convention, not a limit.
    relu_like : bool, optional
        Whether weights behind this activation start at He's scale rather than Xavier's.

    Notes
    -----
    Tiny results underflow to 0 in silence: at z = -1000 the sigmoid is 0 in floating point.
    """

    name: str
    function: Callable
    slope: Callable
    kinks: tuple = ()
    relu_like: bool = False

    def __post_init__(self):
        ACTIVATIONS[self.name] = self

    def __call__(self, z):
        """Return f(z), elementwise; z is an array of any shape, the result has the same."""
        with np.errstate(under="ignore"):
            return self.function(_floats(z))

    def derivative(self, z):
        """Return f'(z), elementwise, at the pre-activation z (not at a = f(z))."""
        with np.errstate(under="ignore"):
            return self.slope(_floats(z))

    def __reduce__(self):
        return get, (self.name,)  # a copy or a pickle of it is the entry of the table itself

    def __repr__(self):
        return f"<activation {self.name}>"


def _floats(z):
    if isinstance(z, np.ndarray) and z.dtype.kind == "f":
        return z
    z = np.asarray(z)
    if z.dtype.kind not in "fiub":
        raise TypeError(f"z is {z.dtype.name} ({z!r}), an array of real numbers was expected.")
    return z if z.dtype.kind == "f" else z.astype(float)


def get(name):
    """Return the activation called `name`; an `Activation` is returned as it is."""
    return name if isinstance(name, Activation) else validation.lookup("an activation", name, ACTIVATIONS)


def _sigmoid(z):
    # Only exp(-|z|) is formed, so nothing can overflow.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _sigmoid_slope(z):
    # a (1 - a) = e / (1 + e)^2, without the cancellation in 1 - a.
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def _tanh_slope(z):
    # 1 - tanh(z)^2 = 4 e / (1 + e)^2 with e = exp(-2|z|), without the cancellation.
    e = np.exp(-2 * np.abs(z))
    return 4 * e / (1 + e) ** 2


identity = Activation("identity", function=np.copy, slope=np.ones_like)

relu = Activation(
    "relu",
    function=lambda z: np.maximum(z, 0),
    slope=lambda z: (z > 0).astype(z.dtype),  # by convention 0 at z = 0
    kinks=(0.0,),
    relu_like=True,
)

leaky_relu = Activation(
    "leaky_relu",
    function=lambda z: np.where(z > 0, z, z * z.dtype.type(0.01)),
    slope=lambda z: np.where(z > 0, z.dtype.type(1), z.dtype.type(0.01)),  # by convention 0.01 at z = 0
    kinks=(0.0,),
    relu_like=True,
)

elu = Activation(
    "elu",
    function=lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    slope=lambda z: np.exp(np.minimum(z, 0)),
    relu_like=True,
)

sigmoid = Activation("sigmoid", function=_sigmoid, slope=_sigmoid_slope)

tanh = Activation("tanh", function=np.tanh, slope=_tanh_slope)

softplus = Activation("softplus", function=lambda z: np.logaddexp(z, z.dtype.type(0)), slope=_sigmoid)
