"""The epoch stepper: watch loss, gradient magnitudes and prediction change from epoch to epoch.

The kernel records a run (`Recorder`) and sends it once (`wire.py`); a position is an epoch.

Facts: "sizes", "task", "grid" (points along a side), "low", "high", "marks" (epoch, learning rate, batch size where
each part starts), "stopped", "words" (one line of text for each epoch) and "coded".

Arrays: float64 "loss", "held_out_loss" (empty if nothing is held out), "gradient_norms" (epochs + 1, layers) and
"parameters" (epochs + 1, n_parameters); float32 "X", "y", "held_out_X", "held_out_y"; and "field", (epochs + 1, grid,
grid) from the lower left, or (epochs + 1, grid) with one input: float32, or, where "coded" is true, int8 c for the
prediction 1/2 + sign(c) (c / 127)^2 / 2, which is finest around 1/2, where the line is drawn.
"""

import matplotlib.pyplot as plt
import numpy as np

from backprop_lib import plots
from backprop_lib.widgets.explorer import Explorer, Position, joined
from backprop_lib.widgets.recording import Recorder

__all__ = ["EpochStepper"]

LEARNING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
HIDDEN_SIZES = ((), (1,), (2,), (3,), (4,), (8,), (4, 4), (8, 8), (8, 8, 8), (8, 8, 8, 8))
BATCH_SIZES = (None, 1, 4, 16, 64)


class EpochStepper(Explorer):
    """A training run to step through, epoch by epoch.

    The buttons and the slider move through a recorded run. Another data set, other hidden layers or another
    activation start a new network; another learning rate or batch size trains anew from the epoch on screen.

    Parameters
    ----------
    data : str or tuple (X, y), optional
        "xor", "moons", "rings", "spiral", "noisy_sine", or data of your own with one or two inputs and one output.
    **settings
        hidden_sizes, hidden, learning_rate, batch_size, epochs, loss, optimizer, rng and on_epoch, as for `Recorder`.
    lecture : bool, optional
        Whether text and lines are enlarged, for a projector.

    Attributes
    ----------
    epoch : int
        The epoch on screen; may be set.
    playing : bool
        Whether the browser plays the run; may be set.
    network : Network
        A copy of the network at the epoch on screen.
    recording : Recording
        The run.

    Raises
    ------
    TypeError, ValueError
        As for `Recorder`.

    Examples
    --------
    >>> stepper = EpochStepper(data="xor", hidden_sizes=(4,), epochs=20)
    >>> stepper.step()
    >>> stepper.epoch
    1
    """

    trait = "epoch"
    title = "Epoch stepper"

    _esm = joined("shared.js", "epoch_stepper.js")
    _css = joined("shared.css")

    epoch = Position(0)

    def __init__(self, data="xor", *, lecture=False, **settings):
        self._recorder = Recorder(data, **settings)
        super().__init__(lecture=lecture)

    @property
    def recording(self):
        """The recorded run."""
        return self._recorder.recording

    @property
    def network(self):
        """A copy of the network as it was at the epoch on screen."""
        return self._recorder.network

    @property
    def training_data(self):
        """The inputs and targets that the run was trained on."""
        return self.recording.training_data

    @property
    def held_out_data(self):
        """The inputs and targets that were only measured; None where nothing is held out."""
        return self.recording.held_out_data

    @property
    def frames(self):
        """The last recorded epoch."""
        return self.recording.epochs

    def change(self, **settings):
        """Change data, hidden_sizes, hidden, learning_rate or batch_size; see `Recorder.change`."""
        self._recorder.change(**settings)
        self._publish()

    def _nearest(self, position):
        self._recorder.go_to(position)
        return self._recorder.epoch

    def _apply(self, settings):
        self._recorder.change(**_from_browser(settings))

    def _restart(self):
        self._recorder.reset()

    def _on_screen(self, fresh):
        return self._recorder.epoch

    def _recording(self):
        return self.recording

    def _record(self):
        facts, arrays = _packed(self.recording)
        return facts, arrays, self._recorder.epoch

    def _controls(self):
        recorder, settings = self._recorder, self._recorder.settings
        return (
            {
                "data": settings.data,
                "hidden_sizes": list(settings.hidden_sizes),
                "hidden": settings.hidden,
                "learning_rate": settings.learning_rate,
                "batch_size": settings.batch_size,
            },
            {
                **recorder.choices,
                "hidden_sizes": _with(HIDDEN_SIZES, settings.hidden_sizes),
                "learning_rate": sorted({*LEARNING_RATES, settings.learning_rate}),
                "batch_size": _with(BATCH_SIZES, settings.batch_size),
            },
        )

    def _whole_sentence(self):
        recording = self.recording
        title = self._recorder.choices["data"][recording.settings.data]
        sizes = "-".join(map(str, recording.sizes))
        return f"Epoch stepper, {title}, a {sizes} network with {recording.settings.hidden} units."

    def _sentence(self):
        return f"{self._whole_sentence()} {self.recording.words(self.recording.epochs)}"

    def _still(self):
        return _still(self.recording, self._whole_sentence()).html

    def _about_still(self):
        return (
            "A still picture of the whole run, up to its last epoch. Run the cell in JupyterLab: the stepper starts at "
            f"epoch 0. {self.recording.words(self.recording.epochs)}"
        )


def _with(choices, present):
    listed = list(choices) if present in choices else [*choices, present]
    return [list(choice) if isinstance(choice, tuple) else choice for choice in listed]


def _from_browser(settings):
    if "hidden_sizes" in settings:
        settings = {**settings, "hidden_sizes": tuple(settings["hidden_sizes"])}
    return settings


def _is_coded(recording):
    """Say whether the field goes out in bytes: probabilities over a plane, of which only colors are drawn."""
    return recording.task == "classification" and recording.field.ndim == 3


def _single(array):
    """Return an array in single precision; what is too large for it becomes the largest there is."""
    limit = np.finfo(np.float32).max
    return np.clip(np.asarray(array, dtype=float), -limit, limit).astype(np.float32)


def _packed(recording):
    """Return the facts and the arrays of a run."""
    held_out_X, held_out_y = recording.held_out_data or ((), ())
    if _is_coded(recording):
        signed = 2 * np.clip(recording.field, 0, 1) - 1
        field = np.rint(127 * np.sign(signed) * np.sqrt(np.abs(signed))).astype(np.int8)
    else:
        field = _single(recording.field)
    facts = {
        "stopped": recording.stopped,
        "sizes": list(recording.sizes),
        "task": recording.task,
        "grid": recording.field.shape[-1],
        "low": recording.low.tolist(),
        "high": recording.high.tolist(),
        "marks": [list(mark) for mark in recording.marks],
        "words": [recording.words(epoch) for epoch in range(recording.epochs + 1)],
        "coded": _is_coded(recording),
    }
    arrays = {
        "loss": recording.loss,
        "held_out_loss": np.array([]) if recording.held_out_loss is None else recording.held_out_loss,
        "gradient_norms": recording.gradient_norms,
        "parameters": recording.parameters,
        "field": field,
        "X": _single(recording.training_data[0]),
        "y": _single(recording.training_data[1]),
        "held_out_X": _single(held_out_X),
        "held_out_y": _single(held_out_y),
    }
    return facts, arrays


def _still(recording, sentence):
    """Draw the whole run as one figure, for places where nothing moves."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained", width_ratios=(1, 1, 1.1))
    epochs = np.arange(recording.epochs + 1)
    plots.loss_curve(recording, ax=axes[0])
    plots.gradient_norms(recording, epochs=epochs, ax=axes[1])
    for ax, title in zip(axes[:2], ("Loss", "Gradient magnitude of each layer"), strict=True):
        ax.set_title(title)
        ax.spines[["top", "right"]].set_visible(False)
    plots.prediction(recording.field[-1], recording.low, recording.high, *recording.training_data, ax=axes[2])
    start, end = recording.words(0), recording.words(recording.epochs)
    return plots.picture(
        figure,
        f"{sentence} Three panels: the loss, the gradient magnitude of each layer on a logarithmic axis, and the "
        f"prediction at the last epoch with the training points. {start} {end}",
    )
