"""The delta explorer: one output with its loss; move z and the target, and see each factor of delta.

Facts: "combinations" (for each "title", "output", "loss", "targets", "learning_rate" of the runs, "factors" and
"mathml", the equations of the loss, of its slope and of delta), "samples" (sizes of the batch), "steps" (of each run),
"run_every" (how many steps lie between two entries of it) and "home". Picked: "combination", "size" and "target".
Arrays as `OutputSweeps` has them: float64 "z", and float32 "y_hat", "slope", "loss", "grad", "delta", "nudged" and
"runs". What stands in the status line is put together in the view, for there are too many states to send.
"""

import numpy as np

from backprop_lib import validation
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
    SIGMOID_SLOPE,
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
    SIGMOID_SLOPE: "slope y_hat",
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
        self._first = validation.place("combination", combination, [one.name for one in COMBINATIONS])
        self.sweeps = OutputSweeps()
        super().__init__(lecture=lecture)

    @property
    def frames(self):
        """The last position."""
        return FRAMES

    @property
    def _home(self):
        """A prediction that is badly wrong: z = -4 with the target 1 (sigmoid) or 2 (linear)."""
        return int(np.abs(self.sweeps.z + 4).argmin())

    def change(self, *, combination=None, target=None, samples=None):
        """Show another combination of output and loss, another of its targets, or another number of samples.

        Parameters
        ----------
        combination : str, optional
            As for the explorer.
        target : float, optional
            One of the combination's targets.
        samples : int, optional
            One of `output_sweeps.SAMPLES`.

        Raises
        ------
        ValueError
            If it was not recorded; nothing changes then.
        """
        picked = dict(self._picked)
        if combination is not None:
            picked["combination"] = validation.place("combination", combination, [one.name for one in COMBINATIONS])
        if target is not None:
            picked["target"] = validation.place("target", target, list(COMBINATIONS[picked["combination"]].targets))
        if samples is not None:
            picked["size"] = validation.place("samples", samples, list(SAMPLES))
        self._choose(**picked)

    def _pickable(self):
        targets = COMBINATIONS[self._first].targets
        return {
            "combination": (self._first, len(COMBINATIONS)),
            "size": (0, len(SAMPLES)),
            "target": (len(targets) - 1, len(targets)),
        }

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
        }
        sweeps = self.sweeps
        names = ("y_hat", "slope", "loss", "grad", "delta", "nudged", "runs")
        arrays = {"z": sweeps.z, **{name: getattr(sweeps, name).astype(np.float32) for name in names}}
        return facts, arrays, self._home

    def _sentence(self):
        c, size, target = (self._picked[name] for name in ("combination", "size", "target"))
        one, sweeps, at = COMBINATIONS[c], self.sweeps, self._home
        samples = "one sample" if SAMPLES[size] == 1 else f"{SAMPLES[size]} samples"
        return (
            f"Delta explorer, {one.title}, target {readable(one.targets[target])}, {samples}. At z = "
            f"{readable(sweeps.z[at])} the prediction is {readable(sweeps.y_hat[c, at])}, the loss "
            f"{readable(sweeps.loss[c, target, at])} and delta {readable(sweeps.delta[c, size, target, at])}; "
            f"nudging z gives {readable(sweeps.nudged[c, size, target, at])}."
        )

    def _still(self):
        c, size, target = (self._picked[name] for name in ("combination", "size", "target"))
        pair = [i for i, one in enumerate(COMBINATIONS) if one.output == COMBINATIONS[c].output]
        figure, axes = panels(2, size=(9, 3.2))
        for ax, array, label in ((axes[0], self.sweeps.loss, "loss"), (axes[1], self.sweeps.delta[:, size], "delta")):
            for style, i in zip(("-", "--"), pair, strict=True):
                ax.plot(self.sweeps.z, array[i, target], style, label=COMBINATIONS[i].loss)
            ax.set(xlabel="z", ylabel=label)
            ax.legend(frameon=False)
        return still(figure, f"The loss and delta over z, for two losses. {self._sentence()}")
