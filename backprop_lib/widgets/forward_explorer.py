"""The forward explorer: a network with every value in it; change a number and watch what depends on it.

Facts: "sizes", "shape" (the sizes in words), "layers" and "units" (what is drawn: layers, and units of each),
"activations" (names), "changeables" (for each "name", "kind", "layer", "index" and "current"), "reach" (how far a
number moves to either side), "home" (the position of the number as it is), "changed" (whether a change was kept),
"has_loss", "mathml" (the equation of a unit) and "words" (for each changeable a text for each position). Picked:
"number", which of the changeables the slider moves.

Arrays, of what is drawn: float64 "x", "weights" and "biases" (the layers one after another; no weights where the layer
before is left out) and "values" (changeables, positions, numbers), with z and a of the layers one after another and the
loss at the end.
"""

from itertools import pairwise

import numpy as np

from backprop_lib import equations, plots, validation
from backprop_lib.widgets.explorer import Explorer, Position, joined, still
from backprop_lib.widgets.forward_sweeps import HALF, REACH, ForwardSweeps
from backprop_lib.widgets.mathml import marked
from backprop_lib.widgets.summary import fits, layers_as_dots, sizes_in_words

__all__ = ["ForwardExplorer"]


class ForwardExplorer(Explorer):
    """A network with the numbers of one forward pass.

    Point at a unit to see its sum written out. Choose a number, move it, and see which values change with it.

    Parameters
    ----------
    network : Network, optional
        The running example, unless given; its weights are those at the moment of the call.
    x, y : array_like, optional
        One input and its target, as for `ForwardSweeps`.
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    position : int
        Where the chosen number stands, 0 to 40; 20 is where it was. May be set.
    sweeps : ForwardSweeps
        The recorded passes.
    chosen : str
        The name of the number that the slider moves.

    Raises
    ------
    TypeError, ValueError
        As for `ForwardSweeps`.

    Examples
    --------
    >>> explorer = ForwardExplorer()
    >>> explorer.sweeps.changeables[0].name
    'x[0]'
    """

    title = "Forward explorer"

    _esm = joined("parts.js", "shared.js", "network.js", "forward_explorer.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, network=None, x=None, y=None, *, lecture=False):
        self._first = self.sweeps = ForwardSweeps(network, x, y)
        super().__init__(lecture=lecture)

    @property
    def frames(self):
        """The last position."""
        return 2 * HALF

    @property
    def chosen(self):
        """The name of the number that the slider moves."""
        return self.sweeps.changeables[self._picked["number"]].name

    def choose(self, name):
        """Let the slider move the number of that name; what another one was moved by is kept.

        Raises
        ------
        ValueError
            If there is no such number.
        """
        number = validation.place("name", name, [one.name for one in self.sweeps.changeables])
        if name == self.chosen:
            return
        if self.position != HALF:
            self.change(self.chosen, self.position)
        self._choose(number=number)

    def _pickable(self):
        return {"number": (0, len(self.sweeps.changeables))}

    def change(self, name, step):
        """Keep a change: leave the number of that name where a position, 0 to 40, has brought it."""
        self._apply({"keep": [name, step]})
        self._publish()

    def _apply(self, settings):
        unknown = set(settings) - {"keep"}
        if unknown:
            raise TypeError(f"{sorted(unknown)[0]!r} is no setting. Known: keep.")
        if "keep" in settings:
            name, step = settings["keep"]
            step = validation.whole_number("The position", step, at_least=0)
            if step > self.frames:
                raise ValueError(f"The position is {step}; 0 to {self.frames} was expected.")
            self.sweeps = self.sweeps.moved(name, step)

    def _restart(self):
        self.sweeps = self._first
        self.position = HALF

    def _recording(self):
        return self.sweeps

    def _record(self):
        sweeps = self.sweeps
        network = sweeps.network
        facts = {
            "sizes": list(network.sizes),
            "shape": sizes_in_words(network.sizes),
            "layers": sweeps.layers,
            "units": [sweeps.units[layer] for layer in sweeps.layers],
            "activations": [activation.name for activation in network.activations],
            "changeables": [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "layer": one.layer,
                    "index": list(one.index),
                    "current": sweeps.current(one),
                }
                for one in sweeps.changeables
            ],
            "reach": REACH,
            "home": HALF,
            "changed": sweeps is not self._first,
            "has_loss": sweeps.y is not None,
            "mathml": marked(
                equations.get("pre_activation").scalar, {"z_j": "z", "b_j": "b", "W_{ij}": "W", "a_i": "a"}
            ),
            "words": [
                [sweeps.words(which, step) for step in range(2 * HALF + 1)] for which in range(len(sweeps.changeables))
            ],
        }
        pairs = [(before, layer) for before, layer in pairwise(sweeps.layers) if layer - before == 1]
        weights = [network.weights[n - 1][np.ix_(sweeps.units[m], sweeps.units[n])].ravel() for m, n in pairs]
        arrays = {
            "x": sweeps.x[sweeps.units[0]],
            "weights": np.concatenate(weights),
            "biases": np.concatenate([network.biases[layer - 1][sweeps.units[layer]] for layer in sweeps.layers[1:]]),
            "values": sweeps.values,
        }
        return facts, arrays, HALF

    def _sentence(self):
        sizes = sizes_in_words(self.sweeps.network.sizes)
        return f"Forward explorer, a {sizes} network with one sample. {self.sweeps.words(self._picked['number'], HALF)}"

    def _still(self):
        network = self.sweeps.network
        forward = network.forward(self.sweeps.x[np.newaxis])
        if not fits(network.sizes):
            figure = layers_as_dots(a=dict(enumerate(forward.a)))
            return still(figure, f"The activations of each layer, a dot for each unit. {self._sentence()}")
        ax = plots.network_diagram(network, forward)
        return still(ax, f"The network with its weights and the activation of every unit. {self._sentence()}")
