"""The delta explorer: one output with its loss; move z and the target, and see each factor of delta.

Facts: "combinations" (for each "title", "output", "loss", "targets", "learning_rate" of the runs, "factors" and
"mathml", the equations of the loss, of its slope and of delta), "samples" (sizes of the batch), "steps" (of each run)
and "run_every" (how many steps lie between two entries of it), "home" and "first" (the combination, the size and the
target to begin with). Arrays as `OutputSweeps` has them: float64 "z", and float32 "y_hat", "slope", "loss", "grad",
"delta", "nudged" and "runs". What stands in the status line is put together in the view, for there are too many states
to send.
"""

import numpy as np

from backprop_lib.numerals import readable
from backprop_lib.plots.palette import panels
from backprop_lib.widgets.explorer import Explorer, Position, joined, still
from backprop_lib.widgets.mathml import marked
from backprop_lib.widgets.output_sweeps import (
    COMBINATIONS,
    FRAMES,
    LEARNING_RATES,
    RUN_EVERY,
    SAMPLES,
    STEPS,
    OutputSweeps,
)

__all__ = ["DeltaExplorer"]

TERMS = {
    r"\hat y": "y_hat",
    "y": "y",
    "n": "n",
    "C": "loss",
    r"\frac{\partial C}{\partial \hat y}": "grad",
    r"\delta": "delta",
}


class DeltaExplorer(Explorer):
    """The error of one output: the loss, its slope, the slope of the output activation, and their product.

    Parameters
    ----------
    combination : str, optional
        What to begin with: "linear_half_mse", "linear_mse", "sigmoid_half_mse" or "sigmoid_binary_cross_entropy".
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    position : int
        The place of z, 0 (z = -6) to 60 (z = 6); may be set.
    sweeps : OutputSweeps
        All that was recorded.

    Raises
    ------
    ValueError
        If there is no such combination.

    Examples
    --------
    >>> DeltaExplorer("linear_mse").frames
    60
    """

    title = "Delta explorer"

    _esm = joined("parts.js", "shared.js", "delta_explorer.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, combination="sigmoid_half_mse", *, lecture=False):
        names = [one.name for one in COMBINATIONS]
        if combination not in names:
            raise ValueError(f"combination is {combination!r}; one of {', '.join(names)} was expected.")
        self.sweeps = OutputSweeps()
        self._first = names.index(combination)
        self._linear = COMBINATIONS[self._first].output == "identity"
        super().__init__(lecture=lecture)

    @property
    def frames(self):
        """The last position."""
        return FRAMES

    @property
    def _home(self):
        """A prediction that is badly wrong: z = -4 with the target 1 (sigmoid) or 2 (linear)."""
        return int(np.abs(self.sweeps.z + 4).argmin())

    def _restart(self):
        self.position = self._home

    def _recording(self):
        return self.sweeps

    def _record(self):
        facts = {
            "combinations": [
                {
                    "title": one.title,
                    "output": one.output,
                    "loss": one.loss,
                    "targets": list(one.targets),
                    "learning_rate": LEARNING_RATES[one.output],
                    "factors": one.factors,
                    "mathml": [marked(tex, TERMS) for tex in (one.loss_formula, one.grad_formula, one.formula)],
                }
                for one in COMBINATIONS
            ],
            "samples": list(SAMPLES),
            "steps": STEPS,
            "run_every": RUN_EVERY,
            "home": self._home,
            "first": [self._first, 0, 4],
        }
        sweeps = self.sweeps
        names = ("y_hat", "slope", "loss", "grad", "delta", "nudged", "runs")
        arrays = {"z": sweeps.z, **{name: getattr(sweeps, name).astype(np.float32) for name in names}}
        return facts, arrays, self._home

    def _sentence(self):
        one, at = COMBINATIONS[self._first], self._home
        delta = self.sweeps.delta[self._first, 0, 4, at]
        return (
            f"Delta explorer, {one.title}, target {readable(one.targets[4])}. At z = {readable(self.sweeps.z[at])} the "
            f"prediction is {readable(self.sweeps.y_hat[self._first, at])}, the loss "
            f"{readable(self.sweeps.loss[self._first, 4, at])} and delta {readable(delta)}; nudging z gives "
            f"{readable(self.sweeps.nudged[self._first, 0, 4, at])}."
        )

    def _still(self):
        pair = [i for i, one in enumerate(COMBINATIONS) if (one.output == "identity") == self._linear]
        figure, axes = panels(2, size=(9, 3.2))
        for ax, array, label in ((axes[0], self.sweeps.loss, "loss"), (axes[1], self.sweeps.delta[:, 0], "delta")):
            for style, i in zip(("-", "--"), pair, strict=True):
                ax.plot(self.sweeps.z, array[i, 4], style, label=COMBINATIONS[i].loss)
            ax.set(xlabel="z", ylabel=label)
            ax.legend(frameon=False)
        return still(
            figure,
            f"The loss and delta over z, for two losses, with one sample and the largest target. {self._sentence()}",
        )
