"""Forward passes in which one number at a time is changed: an input, a weight or a bias. Nothing here draws."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backprop_lib import validation
from backprop_lib.network import Network
from backprop_lib.numerals import number
from backprop_lib.running_example import running_example

__all__ = ["HALF", "Changeable", "ForwardSweeps", "drawn"]

HALF = 20
"""So many steps lead from the number as it is to either end."""

REACH = 2.0
"""How far a number is moved to either side."""

MOST_UNITS = 8
MOST_NUMBERS = 200_000


def drawn(count):
    """Return which units of a layer are drawn: all of them, or the first few and the last one."""
    return list(range(count)) if count <= MOST_UNITS else [*range(MOST_UNITS - 2), count - 1]


@dataclass(frozen=True)
class Changeable:
    """A number that can be moved.

    Attributes
    ----------
    name : str
        "x[0]", "W1[0, 2]" or "b2[1]", as the array's entry is written.
    kind : str
        "x", "W" or "b".
    layer : int
        The layer, 0 for an input.
    index : tuple of int
        The place in the array.
    """

    name: str
    kind: str
    layer: int
    index: tuple


class ForwardSweeps:
    """One sample's forward pass, and how it changes with each number.

    Parameters
    ----------
    network : Network, optional
        The running example, unless given. It is not changed.
    x, y : array_like, optional
        One input and its target, of the shapes (n_in,) and (n_out,); those of the running example's first sample unless
        a network is given. Without a target there is no loss.

    Attributes
    ----------
    changeables : list of Changeable
        The inputs, then layer by layer the weights and the biases between the units that are drawn.
    values : ndarray of shape (changeables, 2 * HALF + 1, numbers)
        For each value of each changeable z and a of every layer one after another, and at the end the loss; NaN without
        a target.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or there is more than can be shown.
    """

    def __init__(self, network=None, x=None, y=None):
        if network is None:
            if x is not None or y is not None:
                raise TypeError("x and y came without a network; the running example brings its own.")
            network, X, Y = running_example()
            x, y = X[0], Y[0]
        if not isinstance(network, Network):
            raise TypeError(f"network is {network!r} ({type(network).__name__}), a Network was expected.")
        if x is None:
            raise TypeError("A network came without x, the one input that it is to be shown.")
        self.network = network.copy()
        self.x = validation.float_array("x", x).astype(float)
        if self.x.shape != (network.sizes[0],):
            raise ValueError(f"x has the shape {self.x.shape}; one input, ({network.sizes[0]},), was expected.")
        self.y = None if y is None else network.loss.targets(np.array([y]), (1, network.sizes[-1]))
        self.changeables = self._changeables()
        size = len(self.changeables) * (2 * HALF + 1) * (2 * sum(network.sizes[1:]) + 1)
        if size > MOST_NUMBERS:
            raise ValueError(
                f"Moving every number of this network takes {size:,} results; at most {MOST_NUMBERS:,} are recorded. "
                "Take a smaller network."
            )
        self.values = np.array([[self._pass(one, value) for value in self.grid(one)] for one in self.changeables])

    def grid(self, one):
        """Return the values that a number takes; the one it has stands in the middle."""
        return self.current(one) + REACH * np.arange(-HALF, HALF + 1) / HALF

    def current(self, one):
        """Return the value that a number has."""
        return float(self._array(self.network, self.x, one)[one.index])

    def moved(self, name, step):
        """Return the sweeps of the network in which a number stays where a step has brought it.

        Parameters
        ----------
        name : str
            Of a changeable.
        step : int
            The place in its grid.

        Returns
        -------
        ForwardSweeps
        """
        one = next((one for one in self.changeables if one.name == name), None)
        if one is None:
            raise ValueError(
                f"{name!r} is no number of this network; one like {self.changeables[0].name} was expected."
            )
        network, x = self._with(one, self.grid(one)[step])
        return ForwardSweeps(network, x, None if self.y is None else self.y[0])

    def words(self, which, step):
        """Return what is on screen when a number has been moved, in a few sentences."""
        one = self.changeables[which]
        now, before = self.values[which, step], self.values[which, HALF]
        value = number(self.grid(one)[step])
        moved = f"{one.name} = {value}" + ("" if step == HALF else f", it was {number(self.current(one))}")
        outputs = now[-1 - self.network.sizes[-1] : -1]
        result = f"a of the output: {', '.join(number(value) for value in outputs)}"
        loss = "" if np.isnan(now[-1]) else f"; the loss is {number(now[-1])}"
        changed = self._activations(now) != self._activations(before)
        which_changed = f" {changed.sum()} of {changed.size} activations have changed." if step != HALF else ""
        return f"{moved}. {result}{loss}.{which_changed}"

    def _activations(self, numbers):
        """Return the activations of all layers out of the numbers of a pass."""
        parts, rest = [], numbers
        for size in self.network.sizes[1:]:
            parts.append(rest[size : 2 * size])
            rest = rest[2 * size :]
        return np.concatenate(parts)

    def _changeables(self):
        sizes = self.network.sizes
        found = [Changeable(f"x[{i}]", "x", 0, (i,)) for i in drawn(sizes[0])]
        for layer, (n_in, n_out) in enumerate(pairwise(sizes), 1):
            found += [Changeable(f"W{layer}[{i}, {j}]", "W", layer, (i, j)) for i in drawn(n_in) for j in drawn(n_out)]
            found += [Changeable(f"b{layer}[{j}]", "b", layer, (j,)) for j in drawn(n_out)]
        return found

    def _with(self, one, value):
        network, x = self.network.copy(), self.x.copy()
        self._array(network, x, one)[one.index] = value
        return network, x

    def _pass(self, one, value):
        network, x = self._with(one, value)
        forward = network.forward(x[np.newaxis])
        numbers = [array.ravel() for z, a in zip(forward.z, forward.a[1:], strict=True) for array in (z, a)]
        loss = np.nan if self.y is None else network.loss_value(x[np.newaxis], self.y)
        return np.concatenate([*numbers, [loss]])

    @staticmethod
    def _array(network, x, one):
        return {
            "x": lambda: x,
            "W": lambda: network.weights[one.layer - 1],
            "b": lambda: network.biases[one.layer - 1],
        }[one.kind]()
