"""The backward tracer: one pass, operation by operation, as network, equation, code and matrices that move together.

Facts: "sizes", "shape" (the sizes in words), "units" (of each layer those that are drawn), "n" (samples), "alone" (the
number of the sample, from 0, whose pass alone it is, or null), "steps" (for each "phase", "layer", "layers" (those that
are drawn then), "output" and "inputs", names of quantities, "code", pieces of text with the quantity of each or null,
"mathml", "signs" between the inputs, "product", the factors of a matrix product with whether each is transposed,
"factors", those of a product entry by entry, "compared", whether a tensor of the learner's own stands beside it, and
"differs", its entries that differ), "quantities" (for each "name", "shape", "offset" into the numbers, "made", the step
that makes it, and "sampled", whether its rows are samples), "stops" (positions at which playing halts) and "words" (a
text for each position). The only array is float64 "numbers": all quantities one after another. Position 0 is before the
first step.
"""

import traceback

import numpy as np

from backprop_lib import plots
from backprop_lib.widgets.explorer import Explorer, Position, joined, still
from backprop_lib.widgets.summary import drawn_layers, drawn_units, fits, layers_as_dots, sizes_in_words
from backprop_lib.widgets.traced_pass import TracedPass

__all__ = ["BackwardTracer"]

SIGNS = {
    "pre_activation": ("@", "+"),
    "hidden_grad_a": ("@",),
    "weight_gradient": ("@",),
    "output_delta": ("⊙",),
    "hidden_delta": ("⊙",),
}
"""What stands between the inputs of a step."""

MOST_SAMPLES = 200
"""So many samples can be chosen on screen; `change` takes any."""

PER_LAYER = ("z", "a", "slope", "grad_a", "delta")


class BackwardTracer(Explorer):
    """Steps forward and back through one pass of a network.

    Parameters
    ----------
    network : Network, optional
        The running example, unless given; its weights are those at the moment of the call.
    X, y : array_like, optional
        The inputs and targets, rows are samples; those of the running example unless a network is given.
    backward : callable, optional
        A backward pass of your own, ``backward(weights, functions, z, a, y)``, that returns the lists dW and db.
        Playing halts at the first tensor that differs from the right one, and both are shown.
    sample : int, optional
        Trace this sample alone, counted from 0; all of them unless given.
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    position : int
        How many steps are done; may be set.
    traced : TracedPass
        The pass.

    Raises
    ------
    TypeError, ValueError
        As for `TracedPass`; and if there is no such sample.

    Examples
    --------
    >>> tracer = BackwardTracer(sample=0)
    >>> tracer.step()
    >>> tracer.traced.steps[tracer.position - 1].equation.name
    'pre_activation'
    """

    title = "Backward tracer"

    _esm = joined("parts.js", "shared.js", "network.js", "backward_tracer.js")
    _css = joined("shared.css")

    position = Position(0)

    def __init__(self, network=None, X=None, y=None, *, backward=None, sample=None, lecture=False):
        whole = TracedPass(network, X, y, backward=backward if sample is None else None)
        self._pass = whole.network, whole.X, whole.y
        self._backward = backward
        self.traced = whole if sample is None else self._traced(sample)
        self._sample = None if sample is None else int(sample)
        super().__init__(lecture=lecture)
        self._problem = self._trouble()

    @property
    def frames(self):
        """The number of steps."""
        return len(self.traced.steps)

    def change(self, sample):
        """Trace one sample alone, counted from 0, or with None all of them."""
        self._apply({"samples": sample})
        self._publish()

    def _traced(self, sample):
        network, X, y = self._pass
        if sample is None:
            return TracedPass(network, X, y, backward=self._backward)
        if isinstance(sample, bool) or not isinstance(sample, (int, np.integer)) or not 0 <= sample < len(X):
            raise ValueError(f"sample is {sample!r}; 0 to {len(X) - 1} was expected, or None for all samples.")
        return TracedPass(network, X[sample : sample + 1], y[sample : sample + 1], backward=self._backward)

    def _trouble(self):
        error = self.traced.problem
        if error is None:
            return {}
        return {
            "words": f"{self.traced.trouble} The right pass is shown without it.",
            "details": "".join(traceback.format_exception(error)),
        }

    def _apply(self, settings):
        unknown = set(settings) - {"samples"}
        if unknown:
            raise TypeError(f"{sorted(unknown)[0]!r} is no setting. Known: samples.")
        if "samples" in settings and settings["samples"] != self._sample:
            position = self.position
            self.traced = self._traced(settings["samples"])
            self._sample = None if settings["samples"] is None else int(settings["samples"])
            self._begin_at = position  # the steps are the same ones

    _begin_at = 0

    def _restart(self):
        self.position = 0

    def _recording(self):
        return self.traced

    def _controls(self):
        n = len(self._pass[1])
        choices = [[None, f"all {n} samples" if n > 1 else "the sample"]]
        if n > 1:
            choices += [[s, f"sample {s + 1} alone"] for s in range(min(n, MOST_SAMPLES))]
        return {"samples": self._sample}, {"samples": choices}

    def _record(self):
        traced = self.traced
        quantities, numbers, offset = [], [], 0
        for one in traced.quantities.values():
            word = one.name.rstrip("0123456789").removeprefix("your ")
            quantities.append(
                {
                    "name": one.name,
                    "shape": list(one.value.shape),
                    "offset": offset,
                    "made": one.made,
                    "sampled": word in (*PER_LAYER, "X", "y", "y_hat", "z_shifted"),
                }
            )
            numbers.append(one.value.ravel())
            offset += one.value.size
        steps = [
            {
                "phase": step.phase,
                "layer": step.layer,
                "layers": drawn_layers(traced.last, step.layer),
                "output": traced.output(index),
                "inputs": list(dict.fromkeys(traced.inputs(index).values())),
                "code": [list(piece) for piece in traced.code(index)],
                "mathml": traced.mathml(index),
                "signs": list(SIGNS.get(step.equation.name, ())),
                "product": traced.product(index),
                "factors": traced.factors(index),
                "compared": index in traced.comparisons,
                "differs": traced.differs.get(index, []),
            }
            for index, step in enumerate(traced.steps)
        ]
        facts = {
            "sizes": list(traced.network.sizes),
            "shape": sizes_in_words(traced.network.sizes),
            "units": [drawn_units(size) for size in traced.network.sizes],
            "n": traced.n,
            "alone": self._sample,
            "steps": steps,
            "quantities": quantities,
            "stops": [] if traced.first_wrong is None else [traced.first_wrong + 1],
            "words": [self._start_words(), *(traced.words(index) for index in range(len(traced.steps)))],
        }
        return facts, {"numbers": np.concatenate(numbers)}, self._begin_at

    def _start_words(self):
        traced = self.traced
        sizes = sizes_in_words(traced.network.sizes)
        samples = "1 sample" if traced.n == 1 else f"{traced.n} samples"
        words = f"Before the pass: a {sizes} network, {samples}, {len(traced.steps)} steps to come."
        if traced.first_wrong is not None:
            words += f" Yours differs first in step {traced.first_wrong + 1}; Play halts there."
        elif traced.comparisons:
            words += " Yours agrees with the right one in every tensor."
        return words

    def _sentence(self):
        last = self.traced.words(len(self.traced.steps) - 1)
        return f"Backward tracer. {self._start_words()} The last of them: {last}"

    def _still(self):
        traced = self.traced
        forward = traced.network.forward(traced.X)
        gradients = traced.network.backward(forward, traced.y)
        if not fits(traced.network.sizes):
            deltas = dict(enumerate(gradients.delta, 1))
            figure = layers_as_dots(a=dict(enumerate(forward.a)), delta=deltas)
            words = "The activations and the errors of each layer, a dot for each unit and sample."
            return still(figure, f"{words} {self._sentence()}")
        ax = plots.network_diagram(traced.network, forward, gradients, show="deltas")
        return still(ax, f"The network of the pass with the error of each unit on the first sample. {self._sentence()}")
