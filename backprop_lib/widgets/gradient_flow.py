"""The gradient flow explorer: how large activations, errors and gradients are in each layer, from the start on.

Facts: "depth", "stopped", "words" and "words_dW" (a text for each epoch, with the sizes of delta and of dW). Arrays:
float64 "activations", "deltas" and "dW" (epochs + 1, depth), "expected_activations" and "expected_deltas" (depth,) and
"loss" (epochs + 1,). A position is an epoch.
"""

import numpy as np

from backprop_lib import activations
from backprop_lib.plots.palette import panels
from backprop_lib.widgets.explorer import Explorer, Position, joined, still
from backprop_lib.widgets.flow import Flow

__all__ = ["GradientFlow"]

DEPTHS = (2, 5, 10, 20, 30)
WIDTHS = (8, 32, 100)
GAINS = {0.5: "0.5, half of LeCun's", 1.0: "1, LeCun's", float(np.sqrt(2)): "√2, He's", 2.0: "2, twice LeCun's"}


class GradientFlow(Explorer):
    """A deep network, layer by layer: the sizes of the activations, and those of delta or dW.

    Parameters
    ----------
    depth, width : int, optional
        The number of hidden layers, and the units of each.
    hidden : str, optional
        Their activation.
    gain : float, optional
        The standard deviation of the weights is gain / sqrt(width).
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    position : int
        The epoch on screen; may be set.
    flow : Flow
        The recorded network.

    Raises
    ------
    TypeError, ValueError
        As for `Flow`.

    Examples
    --------
    >>> GradientFlow(depth=5, hidden="relu").flow.deltas.shape
    (41, 5)
    """

    title = "Gradient flow"

    _esm = joined("parts.js", "shared.js", "gradient_flow.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, depth=20, width=100, hidden="tanh", gain=1.0, *, lecture=False):
        self.flow = Flow(depth=depth, width=width, hidden=hidden, gain=gain)
        super().__init__(lecture=lecture)

    @property
    def frames(self):
        """The last recorded epoch."""
        return self.flow.epochs

    def change(self, **settings):
        """Record another network: depth, width, hidden or gain."""
        self._apply(settings)
        self._publish()

    def _apply(self, settings):
        present = vars(self.flow.settings)
        unknown = set(settings) - set(present)
        if unknown:
            raise TypeError(f"{sorted(unknown)[0]!r} is no setting. Known: {', '.join(present)}.")
        if {**present, **settings} != present:
            self.flow = Flow(**{**present, **settings})

    def _restart(self):
        self.position = 0

    def _recording(self):
        return self.flow

    def _controls(self):
        settings = vars(self.flow.settings)
        return dict(settings), {
            "depth": [[n, str(n)] for n in sorted({*DEPTHS, settings["depth"]})],
            "width": [[n, str(n)] for n in sorted({*WIDTHS, settings["width"]})],
            "hidden": [[name, name] for name in activations.ACTIVATIONS],
            "gain": [[gain, GAINS.get(gain, f"{gain:g}")] for gain in sorted({*GAINS, settings["gain"]})],
        }

    def _record(self):
        flow = self.flow
        facts = {
            "depth": flow.settings.depth,
            "stopped": flow.stopped,
            "words": [flow.words(epoch) for epoch in range(flow.epochs + 1)],
            "words_dW": [flow.words(epoch, "dW") for epoch in range(flow.epochs + 1)],
        }
        names = ("activations", "deltas", "dW", "expected_activations", "expected_deltas", "loss")
        return facts, {name: getattr(flow, name) for name in names}, 0

    def _sentence(self):
        s = self.flow.settings
        return f"Gradient flow, {s.depth} layers of {s.width} {s.hidden} units, gain {s.gain:.3g}. {self.flow.words(0)}"

    def _still(self):
        flow = self.flow
        figure, axes = panels(2, size=(9, 3.4))
        layers = np.arange(1, flow.settings.depth + 1)
        for ax, measured, expected, label in (
            (axes[0], flow.activations[0], flow.expected_activations, "size of a"),
            (axes[1], flow.deltas[0], flow.expected_deltas, "size of delta"),
        ):
            ax.semilogy(layers, np.maximum(measured, 1e-300), "o", label="measured")
            ax.semilogy(layers, np.maximum(expected, 1e-300), "-", label="theory")
            ax.set(xlabel="layer", ylabel=label)
            ax.legend(frameon=False)
        return still(
            figure, f"The size of activations and errors in each layer, measured and by the theory. {self._sentence()}"
        )
