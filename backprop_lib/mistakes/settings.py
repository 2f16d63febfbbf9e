"""Settings in which a backward pass is tried: a shape of network, its activations and loss, and guarded draws.

No setting shows every mistake, and that is what they are for.
"""

from dataclasses import dataclass

import numpy as np

from backprop_lib import validation
from backprop_lib.network import Network

__all__ = ["SETTINGS", "Setting"]

SETTINGS = {}
"""Every setting by its name. A new one enters when it is made."""

KINK_MARGIN = 0.01
"""How far every z of a drawn network stays from a kink: a thousand times the nudge of a central difference."""

TRIES = 1000
"""How many draws are made before a setting gives up."""


@dataclass(frozen=True)
class Setting:
    """A network and data of fixed sizes, drawn at random.

    Attributes
    ----------
    name : str
        The name, "linear_relu" for example.
    purpose : str
        What the setting is there for.
    sizes : tuple of int
        The widths of the network.
    n_samples : int
        The number of rows of X and y.
    hidden, output, loss : str
        As for `Network`.

    Raises
    ------
    ValueError
        If there is a setting of that name.
    """

    name: str
    purpose: str
    sizes: tuple
    n_samples: int
    hidden: str
    output: str = "identity"
    loss: str = "half_mse"

    def __post_init__(self):
        if self.name in SETTINGS:
            raise ValueError(f"there is a setting {self.name!r} already; take another name.")
        SETTINGS[self.name] = self

    def draw(self, rng):
        """Return a network, inputs and targets on which mistakes can be told apart.

        Parameters
        ----------
        rng : numpy.random.Generator
            Draws weights, biases and data.

        Returns
        -------
        network : Network
            In float64, no bias is zero.
        X, y : ndarray of shape (n_samples, n_in) and (n_samples, n_out)
            Inputs and targets.

        Raises
        ------
        TypeError
            If `rng` is no generator and no seed.
        RuntimeError
            If no draw of the first thousand is accepted.

        Notes
        -----
        A draw is rejected if some z lies within 0.01 of a kink; if a ReLU unit is off for all samples or on for all,
        so that its mask does nothing; or if all outputs of a ReLU network have the same sign, so that a mask that does
        not belong there would do nothing. With one sample the last two are not asked for.
        """
        rng = validation.random_generator(rng)
        for _ in range(TRIES):
            network = Network(self.sizes, hidden=self.hidden, output=self.output, loss=self.loss, rng=rng)
            for b in network.biases:
                b[...] = rng.uniform(0.1, 0.5, b.shape) * rng.choice([-1.0, 1.0], b.shape)
            X = rng.standard_normal((self.n_samples, self.sizes[0]))
            y = self._targets(rng)
            if self._accepts(network, network.forward(X)):
                return network, X, y
        raise RuntimeError(f"none of {TRIES} draws of the setting {self.name!r} was fit to tell mistakes apart.")

    def _targets(self, rng):
        shape = (self.n_samples, self.sizes[-1])
        if self.loss == "softmax_cross_entropy":
            return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
        if self.loss == "binary_cross_entropy":
            return rng.integers(2, size=shape).astype(float)
        if self.output == "sigmoid":
            return rng.uniform(0.0, 1.0, shape)
        return rng.standard_normal(shape)

    def _accepts(self, network, forward):
        with_kinks = [(f, z) for f, z in zip(network.activations, forward.z, strict=True) if f.kinks]
        if any(np.abs(z - kink).min() < KINK_MARGIN for f, z in with_kinks for kink in f.kinks):
            return False
        if self.n_samples == 1 or not with_kinks:
            return True
        return all((z > 0).any(axis=0).all() and (z < 0).any(axis=0).all() for _, z in with_kinks) and (
            forward.z[-1].min() < 0 < forward.z[-1].max()
        )


Setting(
    "one_sample_one_output",
    "One sample and one output, as in many worked examples: 1/n, the sum over the batch and the sum over outputs do "
    "nothing here.",
    sizes=(2, 3, 1),
    n_samples=1,
    hidden="sigmoid",
)
Setting(
    "one_layer",
    "No hidden layer: nothing is sent back.",
    sizes=(4, 3),
    n_samples=7,
    hidden="tanh",
)
Setting(
    "linear_relu",
    "Seven samples, three outputs, no square matrix at the output: 2, 1/2, 7, 1/7, 3 and 1/3 are six different "
    "factors.",
    sizes=(4, 5, 5, 3),
    n_samples=7,
    hidden="relu",
)
Setting(
    "linear_smooth",
    "The same with tanh, whose slope is no mask.",
    sizes=(4, 5, 5, 3),
    n_samples=7,
    hidden="tanh",
)
Setting(
    "square_relu",
    "Every weight matrix is square: a missing transpose or another layer's matrix goes through.",
    sizes=(5, 5, 5, 5),
    n_samples=7,
    hidden="relu",
)
Setting(
    "square_smooth",
    "The same with tanh.",
    sizes=(5, 5, 5, 5),
    n_samples=7,
    hidden="tanh",
)
Setting(
    "sigmoid_output",
    "A sigmoid at the output with the squared error: the output has a slope.",
    sizes=(4, 5, 1),
    n_samples=7,
    hidden="sigmoid",
    output="sigmoid",
)
Setting(
    "binary_cross_entropy",
    "One logit: the slope of the sigmoid has gone into the loss.",
    sizes=(4, 5, 1),
    n_samples=7,
    hidden="relu",
    loss="binary_cross_entropy",
)
Setting(
    "softmax",
    "Three logits with softmax and cross-entropy.",
    sizes=(4, 5, 5, 3),
    n_samples=7,
    hidden="tanh",
    loss="softmax_cross_entropy",
)
