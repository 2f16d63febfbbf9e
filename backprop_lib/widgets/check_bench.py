"""The check bench: choose a mistake and a setting, see which tensors are wrong and what the loss does.

Facts: "setting" and "purpose", "shape" (the network in words), "mistakes" (for each "title", "meaning", "kind", "text",
"sentence" (how it shows), "call" (which one the rows are of), "verdict" (what the loss did), "ended" and "rows": name,
passed, factor or null, error or null, and the two shapes). Picked: "mistake". Arrays: float64
"right" and "loss" (mistakes, epochs + 1), NaN where a run could not go on. A position is an epoch.
"""

import numpy as np

from backprop_lib import validation
from backprop_lib.mistakes import KINDS, MISTAKES, SETTINGS
from backprop_lib.plots.palette import panels
from backprop_lib.widgets.bench import EPOCHS, Bench
from backprop_lib.widgets.explorer import Explorer, Position, joined, still

__all__ = ["CheckBench"]


CALLS = {
    None: "The first call",
    "first": "The first call",
    "again": "A second call for the same pass",
    "after a step": "A call after a step of the parameters",
    "short batch": "A call with a smaller batch",
}
"""Which call of a backward pass the table shows, by the name in `Outcome.call`."""


class CheckBench(Explorer):
    """The known mistakes of backward passes, one by one, in a setting of your choice.

    Parameters
    ----------
    mistake : str, optional
        The mistake to begin with, a name from `mistakes.MISTAKES`.
    setting : str, optional
        The network and the data, a name from `mistakes.SETTINGS`.
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    position : int
        The epoch on screen, 0 to 80; may be set.
    bench : Bench
        All that was tried.
    mistake : str
        The name of the mistake on screen.

    Raises
    ------
    ValueError
        If there is no such mistake or setting.

    Examples
    --------
    >>> bench = CheckBench("factor_two")
    >>> bench.bench.tried[0].mistake.title
    'A factor 2 too many'
    """

    title = "Check bench"

    _esm = joined("parts.js", "shared.js", "check_bench.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, mistake="summed_not_averaged", setting="linear_relu", *, lecture=False):
        self._first = validation.lookup("a mistake", mistake, MISTAKES).name
        self.bench = Bench(setting)
        super().__init__(lecture=lecture)

    @property
    def frames(self):
        """The last epoch."""
        return EPOCHS

    @property
    def mistake(self):
        """The name of the mistake on screen."""
        return list(MISTAKES)[self._picked["mistake"]]

    def change(self, setting=None, *, mistake=None):
        """Show another mistake, or try all of them in another setting."""
        if mistake is not None:
            mistake = validation.lookup("a mistake", mistake, MISTAKES).name
        if setting is not None:
            self._apply({"setting": setting})
            self._publish()
        if mistake is not None:
            self._choose(mistake=list(MISTAKES).index(mistake))

    def _pickable(self):
        return {"mistake": (list(MISTAKES).index(self._first), len(MISTAKES))}

    def _apply(self, settings):
        unknown = set(settings) - {"setting"}
        if unknown:
            raise TypeError(f"{sorted(unknown)[0]!r} is no setting of the bench. Known: setting.")
        name = settings.get("setting", self.bench.setting.name)
        if name != self.bench.setting.name:
            self.bench = Bench(name)

    def _restart(self):
        self.position = 0

    def _recording(self):
        return self.bench

    def _controls(self):
        return {"setting": self.bench.setting.name}, {"setting": [[name, name] for name in SETTINGS]}

    def _record(self):
        bench = self.bench
        setting = bench.setting
        hidden = setting.hidden if len(setting.sizes) > 2 else "no hidden layer"
        facts = {
            "setting": setting.name,
            "purpose": setting.purpose,
            "shape": (
                f"{'-'.join(map(str, setting.sizes))}, {hidden}, output {setting.output}, {setting.loss}, "
                f"{setting.n_samples} {'sample' if setting.n_samples == 1 else 'samples'}"
            ),
            "mistakes": [self._facts_of(tried) for tried in bench.tried],
        }
        curves = {name: np.array([getattr(tried, name) for tried in bench.tried]) for name in ("right", "loss")}
        return facts, curves, EPOCHS

    def _facts_of(self, tried):
        outcome = tried.outcome
        return {
            "title": tried.mistake.title,
            "meaning": tried.mistake.meaning,
            "kind": outcome.kind,
            "text": _written(outcome),
            "sentence": _how_it_shows(outcome),
            "call": CALLS[outcome.call],
            "verdict": self.bench.verdict(tried),
            "ended": tried.ended,
            "rows": [
                {
                    "name": row.name,
                    "passed": row.passed,
                    "factor": float(row.factor) if row.proportional and np.isfinite(row.factor) else None,
                    "error": float(row.relative_error) if np.isfinite(row.relative_error) else None,
                    "shape": list(row.shape),
                    "expected_shape": list(row.expected_shape),
                }
                for row in tried.rows
            ],
        }

    def _now(self):
        return next(tried for tried in self.bench.tried if tried.mistake.name == self.mistake)

    def _sentence(self):
        tried = self._now()
        return (
            f"Check bench, {tried.mistake.title}, in the setting {self.bench.setting.name}: {_written(tried.outcome)}. "
            f"{self.bench.verdict(tried)}"
        )

    def _still(self):
        tried = self._now()
        figure, [ax] = panels(1, size=(6, 3.4))
        ax.plot(tried.right, label="right gradients")
        ax.plot(tried.loss, "--", label=tried.mistake.title)
        ax.set(xlabel="epoch", ylabel="loss")
        ax.set_ylim(0, 1.3 * max(tried.right[0], 1e-12))
        ax.legend(frameon=False)
        return still(figure, f"The loss with the right gradients and with the wrong ones. {self._sentence()}")


def _how_it_shows(outcome):
    """Return the kind of an outcome in a sentence, with what was raised."""
    error = outcome.error.strip().removesuffix(".")
    if outcome.kind == "changed input" and outcome.call is not None:
        return (
            "The first call returns what is right, but it changes an array that was handed over; a later call is wrong."
        )
    return f"{KINDS[outcome.kind]}{f' {error}.' if error else ''}"


def _written(outcome):
    """Return the text of an outcome with a true minus sign, which a screen reader does not pass over."""
    return outcome.text.replace("factor -", "factor −")
