"""The epoch stepper: watch loss, gradient magnitudes and prediction change from epoch to epoch.

The kernel records a run (`Recorder`) and sends it once; stepping, playing and scrubbing happen in the browser.

The recording as it is sent, version 1: a dict with "version", "id" (grows with every recording), "epochs", "sizes",
"task", "grid" (points along a side), "low", "high", "marks" (epoch, learning rate, batch size where each part starts),
"start" (the epoch to show first), "stopped", "words" (one line of text for each epoch) and, as little-endian bytes in C
order, float64 "loss", "held_out_loss" (empty if nothing is held out), "gradient_norms" (epochs + 1, layers) and
"parameters" (epochs + 1, n_parameters); float32 "X", "y", "held_out_X", "held_out_y"; and "field", (epochs + 1, grid,
grid) from the lower left, or (epochs + 1, grid) with one input: float32, or, where "coded" is true, int8 c for the
prediction 1/2 + sign(c) (c / 127)^2 / 2, which is finest around 1/2, where the line is drawn.
"""

import html
import traceback
from importlib import resources

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from backprop_lib import plots
from backprop_lib.widgets.recording import Recorder

__all__ = ["EpochStepper"]

STATIC = resources.files("backprop_lib.widgets") / "static"

WIRE_VERSION = 1

LEARNING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
HIDDEN_SIZES = ((), (1,), (2,), (3,), (4,), (8,), (4, 4), (8, 8), (8, 8, 8), (8, 8, 8, 8))
BATCH_SIZES = (None, 1, 4, 16, 64)


class EpochStepper(anywidget.AnyWidget):
    """A training run to step through, epoch by epoch.

    The buttons and the slider move through a recorded run. Another data set, other hidden layers or another
    activation start a new network; another learning rate or batch size trains anew from the epoch on screen.

    Parameters
    ----------
    data : str or tuple (X, y), optional
        "xor", "moons", "rings", "spiral", "noisy_sine", or data of your own with one or two inputs and one output.
    **settings
        hidden_sizes, hidden, learning_rate, batch_size, epochs, loss, optimizer, rng and on_epoch, as for `Recorder`.

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

    _esm = (STATIC / "epoch_stepper.js").read_text(encoding="utf-8")
    _css = (STATIC / "epoch_stepper.css").read_text(encoding="utf-8")

    epoch = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    _sent = traitlets.Dict().tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _choices = traitlets.Dict().tag(sync=True)
    _problem = traitlets.Dict().tag(sync=True)
    _answered = traitlets.Int(0).tag(sync=True)

    def __init__(self, data="xor", **settings):
        self._recorder = Recorder(data, **settings)
        self._id = 0
        super().__init__(**self._state())
        self.on_msg(self._receive)

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

    def step(self):
        """Show the next epoch."""
        self._recorder.step()
        self.epoch = self._recorder.epoch

    def back(self):
        """Show the epoch before, with exactly the parameters it had."""
        self._recorder.back()
        self.epoch = self._recorder.epoch

    def play(self):
        """Let the browser play the run from the epoch on screen."""
        self.playing = True

    def pause(self):
        """Stop playing."""
        self.playing = False

    def reset(self):
        """Show epoch 0 of a run with the present settings."""
        self._recorder.reset()
        self._publish(playing=False)

    def change(self, **settings):
        """Change data, hidden_sizes, hidden, learning_rate or batch_size; see `Recorder.change`."""
        self._recorder.change(**settings)
        self._publish()

    @traitlets.validate("epoch")
    def _recorded_epoch(self, proposal):
        self._recorder.go_to(proposal["value"])
        return self._recorder.epoch

    def _receive(self, _widget, content, _buffers):
        """Answer the browser: a change of settings, a reset, or what is on its screen."""
        if content["kind"] == "show":
            # What is on the browser's screen, unless this side has another recording or has moved on meanwhile.
            if content["id"] == self._id and content["of"] in (None, self.epoch):
                self.epoch, self.playing = content["epoch"], False
            return
        try:
            self._recorder.go_to(content["epoch"])
            self._recorder.change(**_from_browser(content.get("settings", {})))
            if content["kind"] == "reset":
                self._recorder.reset()
            problem = {}
        except KeyboardInterrupt:
            problem = {"words": "The change was not made: the training was interrupted."}
        except Exception as error:  # every failure must reach the learner's eyes; the log is out of sight
            problem = {
                "words": f"The change was not made. {type(error).__name__}: {error}",
                "details": "".join(traceback.format_exception(error)),
            }
        self._publish(problem=problem, _answered=content["request"])

    def _publish(self, problem=None, **state):
        with self.hold_sync():
            for name, value in {**self._state(), "_problem": problem or {}, **state}.items():
                setattr(self, name, value)

    def _state(self):
        recorder, recording = self._recorder, self._recorder.recording
        if getattr(self, "_packed", None) is not recording:
            self._packed = recording
            self._id += 1
            self._bytes = _pack(recording, self._id, recorder.epoch)
        settings = recorder.settings
        return {
            "epoch": recorder.epoch,
            "_sent": self._bytes,
            "_settings": {
                "data": settings.data,
                "hidden_sizes": list(settings.hidden_sizes),
                "hidden": settings.hidden,
                "learning_rate": settings.learning_rate,
                "batch_size": settings.batch_size,
            },
            "_choices": {
                **recorder.choices,
                "hidden_sizes": _with(HIDDEN_SIZES, settings.hidden_sizes),
                "learning_rate": sorted({*LEARNING_RATES, settings.learning_rate}),
                "batch_size": _with(BATCH_SIZES, settings.batch_size),
            },
        }

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        recording = self.recording
        title = self._recorder.choices["data"][recording.settings.data]
        sizes = "-".join(map(str, recording.sizes))
        sentence = f"Epoch stepper, {title}, a {sizes} network with {recording.settings.hidden} units."
        end = recording.words(recording.epochs)
        return {
            **data,
            "text/html": f"{_still(recording, sentence).html}<p>A still picture of the whole run, up to its last "
            f"epoch. Run the cell in JupyterLab: the stepper starts at epoch 0. {html.escape(end)}</p>",
            "text/plain": f"{sentence} {end}",
        }, metadata


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


def _double(array):
    return np.asarray(array).astype("<f8").tobytes()


def _single(array):
    """Return the bytes of an array in single precision; what is too large for it becomes the largest there is."""
    limit = np.finfo(np.float32).max
    return np.clip(array, -limit, limit).astype("<f4").tobytes()


def _pack(recording, identity, start):
    held_out_X, held_out_y = recording.held_out_data or ((), ())
    if _is_coded(recording):
        signed = 2 * np.clip(recording.field, 0, 1) - 1
        field = np.rint(127 * np.sign(signed) * np.sqrt(np.abs(signed))).astype(np.int8).tobytes()
    else:
        field = _single(recording.field)
    return {
        "version": WIRE_VERSION,
        "id": identity,
        "start": start,
        "stopped": recording.stopped,
        "epochs": recording.epochs,
        "sizes": list(recording.sizes),
        "task": recording.task,
        "grid": recording.field.shape[-1],
        "low": recording.low.tolist(),
        "high": recording.high.tolist(),
        "marks": [list(mark) for mark in recording.marks],
        "words": [recording.words(epoch) for epoch in range(recording.epochs + 1)],
        "loss": _double(recording.loss),
        "held_out_loss": b"" if recording.held_out_loss is None else _double(recording.held_out_loss),
        "gradient_norms": _double(recording.gradient_norms),
        "parameters": _double(recording.parameters),
        "coded": _is_coded(recording),
        "field": field,
        "X": _single(recording.training_data[0]),
        "y": _single(recording.training_data[1]),
        "held_out_X": _single(held_out_X),
        "held_out_y": _single(held_out_y),
    }


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
