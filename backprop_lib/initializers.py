"""Starting weights: how widely they are spread, as a function of a layer's inputs and outputs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_lib import validation

__all__ = ["INITIALIZERS", "Initializer", "he", "lecun", "standard_normal", "xavier", "zeros"]

INITIALIZERS = {}
"""Every initializer by its name. A new one enters when it is made."""


@dataclass(frozen=True, repr=False)
class Initializer:
    """Normally distributed weights of mean 0 and a standard deviation that depends on the layer.

    Parameters
    ----------
    name : str
        The name by which a network asks for it.
    scale : callable
        The standard deviation, from (n_in, n_out).
    """

    name: str
    scale: Callable

    def __post_init__(self):
        INITIALIZERS[self.name] = self

    def __call__(self, n_in, n_out, *, rng):
        """Return weights of shape (n_in, n_out), drawn from the generator `rng`."""
        return self.scale(n_in, n_out) * rng.standard_normal((n_in, n_out))

    def __reduce__(self):
        return get, (self.name,)  # a copy or a pickle of it is the entry of the table itself

    def __repr__(self):
        return f"<initializer {self.name}>"


def get(name):
    """Return the initializer called `name`; an `Initializer` is returned as it is."""
    return name if isinstance(name, Initializer) else validation.lookup("an initializer", name, INITIALIZERS)


def for_layer_behind(activation):
    """Return the initializer of a layer whose inputs come out of `activation` (None: out of the data).

    A ReLU-like unit is off for half of its inputs; He's factor 2 makes up for the half that is lost
    (He et al. 2015, section 2.2). Behind anything else Xavier's scale keeps the variance
    (Glorot and Bengio 2010, equation 12).
    """
    return he if activation is not None and activation.relu_like else xavier


he = Initializer("he", scale=lambda n_in, n_out: np.sqrt(2 / n_in))
xavier = Initializer("xavier", scale=lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)))
lecun = Initializer("lecun", scale=lambda n_in, n_out: np.sqrt(1 / n_in))
standard_normal = Initializer("standard_normal", scale=lambda n_in, n_out: 1.0)
zeros = Initializer("zeros", scale=lambda n_in, n_out: 0.0)
