"""Forward passes in which one number at a time is changed: an input, a weight or a bias. Nothing here draws."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backprop_lib import validation
from backprop_lib.network import Network
from backprop_lib.numerals import readable, told_apart
from backprop_lib.running_example import running_example
from backprop_lib.widgets.summary import MOST_UNITS, drawn_layers, drawn_units

__all__ = ["HALF", "Changeable", "ForwardSweeps"]

HALF = 20
"""So many steps lead from the number as it is to either end."""

REACH = 2.0
"""How far a number is moved to either side."""

MOST_NUMBERS = 200_000
"""So many numbers are recorded at most; of a larger network fewer units are drawn."""

MOST_WEIGHTS = 250_000
"""With more weights the passes take too long."""


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
    layers : list of int
        The layers that are drawn, 0 for the input; all of them unless there are many.
    units : dict of int to list of int
        For each of these layers the units that are drawn; all of them unless there are many.
    changeables : list of Changeable
        The inputs, then layer by layer the weights and the biases between the units that are drawn.
    values : ndarray of shape (changeables, 2 * HALF + 1, numbers)
        For each value of each changeable z and a of the units that are drawn, one layer after another, and at the end
        the loss; NaN without a target.
    changed : ndarray of shape (changeables, 2 * HALF + 1)
        How many activations of the whole network differ from those before the change.
    predictions : ndarray of shape (changeables, 2 * HALF + 1, outputs)
        The predictions of the outputs that are drawn: probabilities where the loss takes logits, and a otherwise.

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
            raise ValueError(
                f"x has the shape {self.x.shape}; one input, ({network.sizes[0]},), was expected, such as a row X[0]."
            )
        self.y = None if y is None else network.loss.targets(np.array([y]), (1, network.sizes[-1]))
        weights = sum(W.size for W in network.weights)
        if weights > MOST_WEIGHTS:
            raise ValueError(
                f"The network has {weights:,} weights; with at most {MOST_WEIGHTS:,} its numbers can be moved. Take a "
                "smaller network."
            )
        self.layers = drawn_layers(len(network.weights))
        self._draw_what_has_room()
        before, row, _ = self._pass(self.network, self.x)
        if not np.isfinite(before).all() or (self.y is not None and not np.isfinite(row[-1])):
            raise ValueError(
                "The forward pass of this network gives numbers that are not finite. Take smaller weights or inputs."
            )
        for one in self.changeables:
            if len(set(self.grid(one))) <= 2 * HALF:
                raise ValueError(
                    f"{one.name} is {self.current(one):.3g}, so large that a change of {REACH / HALF:g} is lost in "
                    "rounding. Take smaller weights or inputs."
                )
        swept = [self._sweep(one, before) for one in self.changeables]
        self.values, self.changed, self.predictions = (np.array([part[i] for part in swept]) for i in range(3))

    def _draw_what_has_room(self):
        """Choose how many units of each layer are drawn, so that what is recorded stays small."""
        for most in range(MOST_UNITS, 2, -1):
            self.units = {layer: drawn_units(self.network.sizes[layer], most) for layer in self.layers}
            self.changeables = self._changeables()
            numbers = 1 + 2 * sum(len(units) for layer, units in self.units.items() if layer)
            if len(self.changeables) * (2 * HALF + 1) * numbers <= MOST_NUMBERS:
                break

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
        grid = self.grid(one)
        value, was, _ = told_apart([grid[step], grid[HALF], grid[HALF + 1]])  # a step is to be seen
        moved = f"{one.name} = {value}" + ("" if step == HALF else f", it was {was}")
        drawn = len(self.units[self.layers[-1]])
        outputs = self._listed(self.values[which, step, -1 - drawn : -1])
        if self.network.loss.takes_logits:
            outputs += f" (logits), so ŷ is {self._listed(self.predictions[which, step])}"
        loss = self.values[which, step, -1]
        loss = "" if np.isnan(loss) else f"; the loss is {readable(loss)}"
        total = sum(self.network.sizes[1:])
        changed = f" {self.changed[which, step]} of {total} activations have changed." if step != HALF else ""
        return f"{moved}. a of the output: {outputs}{loss}.{changed}"

    def _listed(self, outputs):
        """Return the numbers of the outputs that are drawn, and how many there are besides."""
        listed, left = [readable(value) for value in outputs], self.network.sizes[-1] - len(outputs)
        if left:
            listed.insert(-1, f"… {left} more …")
        return ", ".join(listed)

    def _changeables(self):
        found = [Changeable(f"x[{i}]", "x", 0, (i,)) for i in self.units[0]]
        for before, layer in pairwise(self.layers):
            outputs = self.units[layer]
            if layer - before == 1:
                pairs = [(i, j) for i in self.units[before] for j in outputs]
                found += [Changeable(f"W{layer}[{i}, {j}]", "W", layer, (i, j)) for i, j in pairs]
            found += [Changeable(f"b{layer}[{j}]", "b", layer, (j,)) for j in outputs]
        return found

    def _with(self, one, value):
        network, x = self.network.copy(), self.x.copy()
        self._array(network, x, one)[one.index] = value
        return network, x

    def _sweep(self, one, before):
        """Return for each value of a changeable the numbers drawn, how many activations changed, and the prediction."""
        network, x = self.network.copy(), self.x.copy()
        array = self._array(network, x, one)
        rows, changed, predictions = [], [], []
        for value in self.grid(one):
            array[one.index] = value
            now, row, prediction = self._pass(network, x)
            rows.append(row)
            changed.append(int((now != before).sum()))
            predictions.append(prediction)
        return rows, changed, predictions

    def _pass(self, network, x):
        """Return all activations of a pass, the numbers of it that are drawn, and the prediction of what is drawn."""
        with np.errstate(over="ignore", invalid="ignore"):
            forward = network.forward(x[np.newaxis])
            loss = np.nan if self.y is None else network.loss_value(x[np.newaxis], self.y)
        drawn = [
            part[layer][0, self.units[layer]] for layer in self.layers[1:] for part in ([None, *forward.z], forward.a)
        ]
        prediction = forward.y_hat[0, self.units[self.layers[-1]]]
        return np.concatenate(forward.a[1:], axis=1)[0], np.concatenate([*drawn, [loss]]), prediction

    @staticmethod
    def _array(network, x, one):
        return {
            "x": lambda: x,
            "W": lambda: network.weights[one.layer - 1],
            "b": lambda: network.biases[one.layer - 1],
        }[one.kind]()
