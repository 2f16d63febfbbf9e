"""The epoch stepper: watch loss, gradient magnitudes and prediction change from epoch to epoch.

The kernel records a run (`Recorder`) and sends it once (`wire.py`); a position is an epoch.

Facts: "sizes", "task", "grid" (points along a side), "low", "high", "marks" (epoch, learning rate, batch size where
each part starts), "stopped", "words" (one line of text for each epoch), "coded", "about" (the settings in words),
"code" (the run as Python code), "data", "seed", "removed", "added" and "hidden" (see `Settings`), "targets" (the least
and the largest in training), "misread" (of the images that are shown from: how many at the last epoch, and of how many)
and "reach": the activation is sampled at evenly spaced points from -reach to reach.

Arrays: float64 "loss", "held_out_loss" (empty if nothing is held out), "gradient_norms" (epochs + 1, layers),
"update_ratios" (epochs, layers) and "activation", its samples; float32 "parameters" (epochs + 1, n_parameters; float64
where one is too large for float32), "X", "y", "held_out_X", "held_out_y" (empty for images), "shown_X" (float64 where
float32 would move a number by what can be seen in its range); int32
"shown_labels"; and "field": (epochs + 1, grid, grid) from the lower left, (epochs + 1, grid) with one input, or for
images (epochs + 1, n_shown, n_classes): float32, or, where "coded" is true, int8 c for the prediction
1/2 + sign(c) (c / 127)^2 / 2, which is finest around 1/2, where the line is drawn.
"""

import inspect

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from backprop_lib import activations, plots
from backprop_lib.numerals import readable
from backprop_lib.widgets import wire
from backprop_lib.widgets.explorer import Explorer, Position, joined, still
from backprop_lib.widgets.recording import Recorder

__all__ = ["EpochStepper"]

LEARNING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
HIDDEN_SIZES = ((), (1,), (2,), (3,), (4,), (8,), (4, 4), (8, 8), (8, 8, 8), (8, 8, 8, 8))
BATCH_SIZES = (None, 1, 4, 16, 64)
REACH, SAMPLES = 16.0, 2049  # the step is 1/64, so that a kink at 0 is met exactly


class EpochStepper(Explorer):
    """A training run to step through, epoch by epoch.

    The buttons and the slider move through a recorded run. Another data set, other hidden layers, another activation
    or another seed start a new network; another learning rate or batch size trains anew from the epoch on screen.
    A run can be frozen, and stays on screen beside the one that follows it.

    Parameters
    ----------
    data : str or tuple (X, y), optional
        "xor", "moons", "rings", "spiral", "noisy_sine", "digits", or data of your own: one or two inputs and one
        target, or square images with their labels or one-hot rows. With one or two inputs, targets that are all 0 or 1
        are classes; all others are numbers, also the labels 0, 1 and 2.
    **settings
        held_out, hidden_sizes, hidden, learning_rate, batch_size, epochs, loss, optimizer, rng and on_epoch, as for
        `Recorder`.
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
    frozen : bool
        Whether a run is frozen beside it.

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
    paged = (*Explorer.paged, "_frozen")

    _esm = joined("parts.js", "shared.js", "run_panels.js", "run_network.js", "run_editor.js", "epoch_stepper.js")
    _css = joined("shared.css")

    epoch = Position(0)
    _frozen = traitlets.Dict().tag(sync=True)  # a recording as it was sent, or nothing

    def __init__(self, data="xor", *, lecture=False, **settings):
        known = [name for name in inspect.signature(Recorder).parameters if name != "data"]
        for name in settings:
            if name not in known:
                hint = " A seed is given as rng=3." if name == "seed" else ""
                raise TypeError(f"{name!r} is no setting. Known: {', '.join(known)}, lecture.{hint}")
        self._recorder = Recorder(data, **settings)
        self._first = self._recorder.settings  # what was asked for stays among the choices
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

    @property
    def frozen(self):
        """Whether a run is frozen beside the present one."""
        return bool(self._frozen)

    def change(self, **settings):
        """Change data, hidden_sizes, hidden, learning_rate, batch_size or seed; see `Recorder.change`."""
        self._recorder.change(**settings)
        self._publish()

    def add(self, *sample):
        """Put a sample, the inputs and then the target, into the training data and train anew."""
        self._recorder.add(*sample)
        self._publish()

    def remove(self, row):
        """Take a row out of the training data and train anew."""
        self._recorder.remove(row)
        self._publish()

    def freeze(self):
        """Keep the present run on screen, beside the ones that follow."""
        self._frozen = self._bytes

    def unfreeze(self):
        """Show the present run alone again."""
        self._frozen = {}

    def code(self):
        """Return the Python code that makes the recorded run again, update for update."""
        return self._recorder.code()

    def _nearest(self, position):
        self._recorder.go_to(position)
        return self._recorder.epoch

    def _receive(self, widget, content, buffers):
        if content["kind"] == "unfreeze":
            self.unfreeze()
        elif content["kind"] == "freeze":
            # Frozen while another run was under way: that one may be here already.
            self._frozen = next(
                (one for one in (self._bytes, self._bytes_before) if one.get("id") == content["id"]), {}
            )
        else:
            super()._receive(widget, content, buffers)

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
        facts.update(about=self._about(), code=self.code())
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
                "seed": settings.seed,
                "removed": list(settings.removed),
                "added": [list(sample) for sample in settings.added],
            },
            {
                **recorder.choices,
                "hidden_sizes": _with(HIDDEN_SIZES, self._first.hidden_sizes, settings.hidden_sizes),
                "learning_rate": sorted({*LEARNING_RATES, self._first.learning_rate, settings.learning_rate}),
                "batch_size": _with(BATCH_SIZES, self._first.batch_size, settings.batch_size),
            },
        )

    def _about(self):
        recording, settings = self.recording, self.recording.settings
        title = self._recorder.choices["data"][settings.data]
        sizes = "-".join(map(str, recording.sizes))
        edits = [(len(settings.removed), "taken out"), (len(settings.added), "put in")]
        by_hand = "".join(f", {count} {what}" for count, what in edits if count)
        parts = [
            (f"from epoch {start}: " if start else "", f"{rate:g}", f"batch size {size or 'all'}")
            for start, rate, size in recording.marks
        ]
        rates = "; ".join(f"{start}learning rate {rate}, {size}" for start, rate, size in parts)
        seed = "own generator" if settings.seed is None else f"seed {settings.seed}"
        units = f"with {settings.hidden}" if settings.hidden_sizes else "without hidden units"
        return f"{title}{by_hand}, {sizes} {units}, {seed}, {rates}"

    def _whole_sentence(self):
        recording = self.recording
        title = self._recorder.choices["data"][recording.settings.data]
        sizes = "-".join(map(str, recording.sizes))
        units = f"with {recording.settings.hidden} units" if recording.settings.hidden_sizes else "without hidden units"
        return f"Epoch stepper, {title}, a {sizes} network {units}."

    def _sentence(self):
        return f"{self._whole_sentence()} {self.recording.words(self.recording.epochs)}"

    def _still(self):
        return _still(self.recording, self._whole_sentence())

    def _about_still(self):
        return (
            "A still picture of the whole run, up to its last epoch. Run the cell in JupyterLab: the stepper starts at "
            f"epoch 0. {self.recording.words(self.recording.epochs)}"
        )


def _with(choices, *more):
    """Return choices with more of them after those, each once."""
    listed = list(dict.fromkeys([*choices, *more]))
    return [list(choice) if isinstance(choice, tuple) else choice for choice in listed]


def _from_browser(settings):
    if "hidden_sizes" in settings:
        settings = {**settings, "hidden_sizes": tuple(settings["hidden_sizes"])}
    return settings


def _misread(recording):
    if recording.task != "images":
        return []
    data = recording.held_out_data or recording.training_data
    right = recording.right if recording.held_out_data is None else recording.held_out_right
    return [len(data[0]) - int(right[-1]), len(data[0])]


def _is_coded(recording):
    """Say whether the field goes out in bytes: probabilities over a plane, of which only colors are drawn."""
    return recording.task == "classification" and recording.field.ndim == 3


def _parameters(recording):
    """Return the parameters in single precision, unless that would change what is shown of a run that explodes."""
    parameters = recording.parameters
    fits = np.abs(parameters).max() <= np.finfo(np.float32).max
    return parameters.astype(np.float32) if fits else parameters


def _single(array, axis=None):
    """Return an array in single precision, unless that moves a number by what can be seen in its range."""
    array = np.asarray(array, dtype=float)
    return wire.single(array, np.ptp(array, axis=axis) if array.size else 0.0)


def _packed(recording):
    """Return the facts and the arrays of a run."""
    images = recording.task == "images"
    held_out_X, held_out_y = ((), ()) if images else recording.held_out_data or ((), ())
    shown_X, shown_labels = recording.shown or ((), ())
    if _is_coded(recording):
        signed = 2 * np.clip(recording.field, 0, 1) - 1
        field = np.rint(127 * np.sign(signed) * np.sqrt(np.abs(signed))).astype(np.int8)
    else:
        field = _single(recording.field)
    settings = recording.settings
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
        "data": settings.data,
        "seed": settings.seed,
        "removed": list(settings.removed),
        "added": [list(sample) for sample in settings.added],
        "targets": [] if images else [float(recording.training_data[1].min()), float(recording.training_data[1].max())],
        "misread": _misread(recording),
        "hidden": settings.hidden,
        "reach": REACH,
    }
    arrays = {
        "loss": recording.loss,
        "held_out_loss": np.array([]) if recording.held_out_loss is None else recording.held_out_loss,
        "gradient_norms": recording.gradient_norms,
        "update_ratios": recording.update_ratios,
        "parameters": _parameters(recording),
        "activation": activations.get(settings.hidden)(np.linspace(-REACH, REACH, SAMPLES)),
        "field": field,
        "X": _single(() if images else recording.training_data[0], axis=0),
        "y": _single(() if images else recording.training_data[1]),
        "held_out_X": _single(held_out_X, axis=0),
        "held_out_y": _single(held_out_y),
        "shown_X": _single(shown_X),
        "shown_labels": np.array(shown_labels, dtype=int),
    }
    return facts, arrays


def _still(recording, sentence):
    """Draw the whole run as one figure, for places where nothing moves."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), width_ratios=(1, 1, 1.1))
    # Room for the longest labels: to compute the room takes as long as to draw.
    figure.subplots_adjust(left=0.045, right=0.965, bottom=0.14, top=0.9, wspace=0.27)
    epochs = np.arange(recording.epochs + 1)
    plots.loss_curve(recording, ax=axes[0])
    plots.gradient_norms(recording, epochs=epochs, ax=axes[1])
    for ax, title in zip(axes[:2], ("Loss", "Gradient magnitude, norm of dW"), strict=True):
        ax.set(title=title, ylabel="")
        ax.spines[["top", "right"]].set_visible(False)
    if recording.task == "images":
        last = _draw_images(recording, axes[2])
    else:
        plots.prediction(recording.field[-1], recording.low, recording.high, *recording.training_data, ax=axes[2])
        field = recording.field[-1]
        is_plane_of_numbers = recording.task == "regression" and field.ndim == 2
        reach = f", {readable(field.min())} to {readable(field.max())}," if is_plane_of_numbers else ""
        last = f"the prediction at the last epoch{reach} with the training points"
    start, end = recording.words(0), recording.words(recording.epochs)
    return still(
        figure,
        f"{sentence} Three panels: the loss, the gradient magnitude of each layer on a logarithmic axis, and {last}. "
        f"{start} {end}",
        dpi=100,
    )


def _draw_images(recording, ax):
    """Draw the images that are shown with what is said about them; return that in words."""
    X, labels = recording.shown
    said = recording.field[-1].argmax(axis=1)
    captions = [f"{label}" if label == say else f"{label} as {say}" for label, say in zip(labels, said, strict=True)]
    plots.image_grid(X - X.min(), captions, columns=4, ax=ax)
    ax.set_title("Images, misread ones first")
    misread = [caption for caption in captions if "as" in caption]
    words = f"misread at the last epoch: {', '.join(misread)}" if misread else "all read correctly at the last epoch"
    return f"{len(X)} images, {words}"
