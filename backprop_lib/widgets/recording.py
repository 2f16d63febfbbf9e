"""The model of the epoch stepper: a training run, recorded epoch by epoch. It knows no screen.

A `Recorder` holds the settings, trains with `backprop_lib.train` and keeps what each epoch left behind; the
`Recording` it makes is what any view draws.
"""

import copy
import itertools
import warnings
from dataclasses import dataclass, replace

import numpy as np

from backprop_lib import activations, datasets, losses, training, validation
from backprop_lib.network import Network
from backprop_lib.numerals import readable
from backprop_lib.widgets import run_code, run_data

__all__ = ["MAX_EPOCHS", "Recorder", "Recording", "Settings"]

MAX_EPOCHS = 2000
"""The longest run that is recorded: the browser keeps all of it."""

GRID = 40
"""Points along each side of the grid on which the prediction is drawn (a curve takes four times as many)."""

MAX_NUMBERS = 4_000_000
"""The most parameters that are kept, all epochs together."""

MAX_UNITS = 128
"""The most hidden units, all layers together."""

SHOWN, MOST_MISREAD = 12, 8
"""How many images are shown with what is said about them, and how many of these may be misread at the last epoch."""


@dataclass(frozen=True)
class Settings:
    """What a learner can choose.

    Attributes
    ----------
    data : str
        A name from `datasets.DATASETS`, or "own" for data that were handed over.
    hidden_sizes : tuple of int
        The widths of the hidden layers; () for none.
    hidden : str
        The activation of the hidden layers.
    learning_rate : float
        The length of a step.
    batch_size : int or None
        Samples a step, None for all of them.
    seed : int or None
        What data, weights and the order of the samples are drawn from; None for a generator that was handed over.
    removed : tuple of int
        Rows of the training data that were taken out by hand, counted before anything was.
    added : tuple of tuple of float
        Samples that were put in by hand: the inputs, then the target.
    """

    data: str
    hidden_sizes: tuple
    hidden: str
    learning_rate: float
    batch_size: int | None
    seed: int | None = 0
    removed: tuple = ()
    added: tuple = ()


@dataclass(frozen=True, eq=False)
class Recording:
    """A training run, epoch by epoch; entry 0 of everything is before the first update.

    Attributes
    ----------
    settings : Settings
        The settings of the last part of the run.
    task : {"classification", "regression", "images"}
        What the targets are: 0 and 1, numbers, or the labels of small images.
    sizes : tuple of int
        The widths of the network.
    training_data, held_out_data : tuple (X, y)
        The samples; `held_out_data` is None where nothing is held out.
    parameters : ndarray of shape (epochs + 1, n_parameters)
        W of layer 1 row by row, b of layer 1, W of layer 2, ...
    loss, held_out_loss : ndarray of shape (epochs + 1,)
        `held_out_loss` is None where nothing is held out.
    gradient_norms : ndarray of shape (epochs + 1, n_layers)
        The Frobenius norm of each dW, for all training data, at the parameters of that epoch.
    update_ratios : ndarray of shape (epochs, n_layers)
        The norm of the change of W over the norm of W, as in `History`; entry 0 belongs to epoch 1.
    right, held_out_right : ndarray of shape (epochs + 1,) or None
        How many samples are on the right side of 0.5, or get the right label; None where there is no such thing.
    low, high : ndarray of shape (n_in,)
        The corners of the grid; the least and the largest entry of each input for images.
    field : ndarray of shape (epochs + 1, GRID, GRID), (epochs + 1, 4 GRID) or (epochs + 1, n_shown, n_classes)
        The prediction on the grid, or for the images in `shown`.
    shown : tuple (X, labels) or None
        The images that are shown, held out where anything is: some that are misread at the last epoch, then others.
    marks : tuple of (int, float, int or None)
        Where each part of the run starts: its epoch, learning rate and batch size.
    stopped : None, "callback" or "diverged"
        Why the run ended before its time.
    """

    settings: Settings
    task: str
    sizes: tuple
    training_data: tuple
    held_out_data: tuple | None
    parameters: np.ndarray
    loss: np.ndarray
    held_out_loss: np.ndarray | None
    gradient_norms: np.ndarray
    update_ratios: np.ndarray
    right: np.ndarray | None
    held_out_right: np.ndarray | None
    low: np.ndarray
    high: np.ndarray
    field: np.ndarray
    shown: tuple | None
    marks: tuple
    stopped: str | None

    @property
    def epochs(self):
        """The last recorded epoch."""
        return len(self.loss) - 1

    def words(self, epoch):
        """Return the state at `epoch` as one line of text."""
        parts = [f"Epoch {epoch} of {self.epochs}: training loss {readable(self.loss[epoch])}"]
        if self.held_out_loss is not None:
            parts.append(f", held-out loss {readable(self.held_out_loss[epoch])}")
        norms = ", ".join(f"layer {i + 1} {readable(norm)}" for i, norm in enumerate(self.gradient_norms[epoch]))
        parts.append(f". Gradient magnitude (norm of dW): {norms}.")
        if self.task == "images":
            parts.append(f" {self.right[epoch]} of {len(self.training_data[0])} training images are read correctly")
            if self.held_out_right is not None:
                parts.append(f", {self.held_out_right[epoch]} of {len(self.held_out_data[0])} held out")
            parts.append(".")
        elif self.right is not None:
            parts.append(f" {self.right[epoch]} of {len(self.training_data[0])} training points are on the right side.")
        if epoch == 0 < self.epochs and self.stopped == "diverged":
            parts.append(f" The run diverges after epoch {self.epochs}.")
        if epoch == self.epochs and self.stopped == "diverged":
            parts.append(" In the next epoch the run diverged: a smaller learning rate may help.")
        if epoch == self.epochs and self.stopped == "callback":
            parts.append(" The callback ended the run here.")
        return "".join(parts)


class Recorder:
    """Trains a network by the settings and records every epoch.

    Parameters
    ----------
    data : str or tuple (X, y)
        A name from `run_data.KNOWN`, or data of your own, as for `run_data.pair`. Of a named set a quarter is held out
        (of XOR's four points nothing).
    held_out : tuple (X, y), optional
        For data of your own: what is only measured.
    hidden_sizes : sequence of int, optional
        The widths of the hidden layers; () for none.
    hidden : str, optional
        Their activation.
    learning_rate : float, optional
        The length of a step.
    batch_size : int, optional
        Samples a step; None for all of them.
    epochs : int, optional
        How many epochs a run is recorded.
    loss : str, optional
        "binary_cross_entropy" where all targets are 0 or 1, "softmax_cross_entropy" for images and "half_mse"
        otherwise, unless given.
    optimizer : str, optional
        As for `train`.
    rng : numpy.random.Generator, optional
        Draws data, weights and the order of the samples; every reset draws the same again. Seed 0 unless given; a
        seed can be chosen later.
    on_epoch : callable, optional
        As for `train`; after a change of settings `epoch` goes on counting, while `history` begins with that change.

    Attributes
    ----------
    settings : Settings
        The settings in force.
    recording : Recording
        The run.
    epoch : int
        The epoch on screen.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """

    def __init__(
        self,
        data="xor",
        *,
        held_out=None,
        hidden_sizes=(4,),
        hidden="tanh",
        learning_rate=0.5,
        batch_size=None,
        epochs=300,
        loss=None,
        optimizer="gradient_descent",
        rng=None,
        on_epoch=None,
    ):
        self.run_length = validation.whole_number("epochs", epochs, at_least=1)
        if self.run_length > MAX_EPOCHS:
            raise ValueError(
                f"epochs is {epochs}; at most {MAX_EPOCHS} are recorded, since the browser keeps every one of them. "
                f"Use train for longer runs."
            )
        self._own_data = None if isinstance(data, str) else run_data.pair(data)
        if held_out is not None and self._own_data is None:
            raise TypeError(f"held_out belongs to data of your own; of {data!r} a part is held out already.")
        self._own_held_out = None if held_out is None else run_data.held_out(held_out, self._own_data)
        self._own_n_out = None if self._own_data is None else run_data.n_out(data, held_out)
        self._loss = loss if loss is None else losses.get(loss)
        self._optimizer = training.get(optimizer).copy()
        seed = 0 if rng is None else rng if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) else None
        self._rng = copy.deepcopy(validation.random_generator(rng)) if seed is None else None
        if on_epoch is not None:
            validation.function("on_epoch", on_epoch, "on_epoch(epoch, history)", 2)
        self._on_epoch = on_epoch
        self.epoch = 0
        settings = self._checked(
            Settings(
                data=data if isinstance(data, str) else "own",
                hidden_sizes=hidden_sizes,
                hidden=hidden,
                learning_rate=learning_rate,
                batch_size=batch_size,
                seed=seed,
            )
        )
        self._record_from_start(settings)

    @property
    def settings(self):
        """The settings in force."""
        return self.recording.settings

    @property
    def network(self):
        """A copy of the network as it was at the epoch on screen."""
        return self._network_at(self.epoch)

    @property
    def choices(self):
        """What can be chosen: the names and titles of the data sets, and the names of the activations."""
        named = {name: dataset.title for name, dataset in run_data.KNOWN.items()}
        if self._own_data is not None:
            named["own"] = "Your data"
        return {"data": named, "hidden": list(activations.ACTIVATIONS)}

    def go_to(self, epoch):
        """Show `epoch`, or the nearest recorded one."""
        epoch = validation.whole_number("epoch", epoch, at_least=-np.inf)
        self.epoch = min(max(epoch, 0), self.recording.epochs)

    def step(self):
        """Show the next epoch; at the last one stay."""
        self.go_to(self.epoch + 1)

    def back(self):
        """Show the epoch before, with exactly the parameters it had."""
        self.go_to(self.epoch - 1)

    def reset(self):
        """Show epoch 0 of a run with the present settings from the start.

        A run whose learning rate or batch size was changed on the way is trained anew.
        """
        if len(self.recording.marks) > 1 or self.recording.stopped == "callback":
            self._record_from_start(self.settings)
        self.epoch = 0

    def change(self, **changes):
        """Change settings, and train again what depends on them.

        Another data set, other hidden layers, another activation or another seed start a new network at epoch 0.
        Samples put in or taken out train the same first weights anew from epoch 0, with the present settings all the
        way; the epoch on screen stays as far as the new run reaches.
        Another learning rate or batch size keeps everything up to the epoch on screen and trains on from there.

        Parameters
        ----------
        **changes
            Fields of `Settings`.

        Raises
        ------
        TypeError, ValueError
            If a value does not fit; settings, recording and epoch stay as they were.
        """
        unknown = set(changes) - set(Settings.__dataclass_fields__)
        if unknown:
            raise TypeError(f"{sorted(unknown)[0]!r} is no setting. Known: {', '.join(Settings.__dataclass_fields__)}.")
        before = self.settings
        settings = self._checked(replace(before, **changes))
        if settings.data != before.data:
            settings = replace(
                settings, added=tuple(changes.get("added", ())), removed=tuple(changes.get("removed", ()))
            )
        elif settings.seed != before.seed and settings.data not in ("own", "xor"):
            settings = replace(settings, removed=tuple(changes.get("removed", ())))  # those rows are other samples now
        if settings == before:
            return
        if replace(settings, learning_rate=before.learning_rate, batch_size=before.batch_size) == before and self.epoch:
            self._record_on(settings)
            return
        epoch = self.epoch if replace(settings, added=before.added, removed=before.removed) == before else 0
        self._record_from_start(settings)
        self.go_to(epoch)

    def add(self, *sample):
        """Put a sample into the training data and train anew; see `change`.

        Parameters
        ----------
        *sample : float
            The inputs, then the target.
        """
        self.change(added=(*self.settings.added, sample))

    def remove(self, row):
        """Take a sample out of the training data and train anew; see `change`.

        Parameters
        ----------
        row : int
            Its row in the training data as they are now.
        """
        row = validation.whole_number("row", row, at_least=0)
        settings = self.settings
        n_samples = len(self.recording.training_data[0])
        if row >= n_samples:
            raise ValueError(f"row is {row}; the training data have the rows 0 to {n_samples - 1}.")
        n_kept = n_samples - len(settings.added)
        if row >= n_kept:
            rest = [sample for i, sample in enumerate(settings.added) if i != row - n_kept]
            self.change(added=tuple(rest))
            return
        kept = np.delete(np.arange(n_kept + len(settings.removed)), list(settings.removed))
        self.change(removed=tuple(sorted((*settings.removed, int(kept[row])))))

    def code(self):
        """Return the Python code that makes the recorded run again, update for update."""
        return run_code.write(self.recording, self._loss_of(self.recording.task), self._optimizer)

    def _checked(self, settings):
        if settings.data != "own" or self._own_data is None:
            validation.lookup("a data set", settings.data, run_data.KNOWN)
        sizes = settings.hidden_sizes
        sizes = _listed("hidden_sizes", sizes, "whole numbers, (8, 8), or () for none,")
        sizes = tuple(validation.whole_number(f"hidden_sizes[{i}]", n, at_least=1) for i, n in enumerate(sizes))
        if len(sizes) > 6 or sum(sizes) > MAX_UNITS:
            raise ValueError(
                f"hidden_sizes is {sizes}: at most 6 hidden layers with {MAX_UNITS} units in all are recorded. "
                f"Use train for larger networks."
            )
        batch_size = settings.batch_size
        if batch_size is not None:
            batch_size = validation.whole_number("batch_size", batch_size, at_least=1)
        seed = settings.seed
        if seed is not None:
            seed = validation.whole_number("seed", seed, at_least=0)
        elif self._rng is None:
            raise ValueError("seed is None, a whole number was expected: no generator was handed over to draw from.")
        return Settings(
            data=settings.data,
            hidden_sizes=sizes,
            hidden=activations.get(settings.hidden).name,
            learning_rate=validation.learning_rate(settings.learning_rate),
            batch_size=batch_size,
            seed=seed,
            removed=_listed("removed", settings.removed, "row numbers, such as [0, 3]"),
            added=tuple(
                _listed("a sample in added", sample, "numbers, such as (0.5, -0.5, 1)")
                for sample in _listed("added", settings.added, "samples, such as [(0.5, -0.5, 1)]")
            ),
        )

    def _loss_of(self, task):
        needed = {"classification": "binary_cross_entropy", "images": "softmax_cross_entropy"}.get(task, "half_mse")
        loss = self._loss or losses.get(needed)
        if task == "images" and loss.name != needed:
            raise ValueError(f"the loss is {loss.name!r}; images with their labels need {needed!r}.")
        return loss

    def _record_from_start(self, settings):
        rng = np.random.default_rng(settings.seed) if settings.seed is not None else copy.deepcopy(self._rng)
        data_rng, weight_rng, order_rng = rng.spawn(3)
        if settings.data == "own":
            training_data, held_out = self._own_data, self._own_held_out
            n_out = self._own_n_out
        else:
            dataset = run_data.KNOWN[settings.data]
            training_data, held_out = dataset.make(data_rng), None
            n_out = run_data.n_out(training_data)
            if dataset.held_out:
                training_data, held_out = datasets.hold_out(*training_data, fraction=run_data.HELD_OUT, rng=data_rng)
        task = run_data.task(*training_data)
        training_data, settings = run_data.edited(training_data, settings)
        X = training_data[0]
        if settings.data == "own" and settings.batch_size is not None and settings.batch_size >= len(X):
            settings = replace(settings, batch_size=None)
        sizes = (X.shape[1], *settings.hidden_sizes, n_out)
        _check_memory(sizes, self.run_length)
        network = Network(sizes, hidden=settings.hidden, loss=self._loss_of(task), rng=weight_rng)
        view = _View(training_data, held_out, task)
        tape = _Tape(network, training_data, held_out, view)
        self._run(settings, network, training_data, held_out, self._optimizer.copy(), order_rng, tape, (), 0)

    def _record_on(self, settings):
        epoch, before = self.epoch, self.recording
        if epoch >= MAX_EPOCHS:
            raise ValueError(f"the recording holds at most {MAX_EPOCHS} epochs and is full. Reset starts a new run.")
        _check_memory(before.sizes, epoch + self.run_length)
        network = self._network_at(epoch)
        tape = self._tape.cut(epoch, network)
        optimizer, order_rng = copy.deepcopy(tape.states[epoch])
        marks = tuple(mark for mark in before.marks if mark[0] < epoch)
        self._run(
            settings, network, before.training_data, before.held_out_data, optimizer, order_rng, tape, marks, epoch
        )

    def _run(self, settings, network, training_data, held_out, optimizer, rng, tape, marks, epoch):
        """Train on from `epoch`, and only when that went well replace what was recorded."""
        tape.states[epoch:] = [copy.deepcopy((optimizer, rng))]
        held_before = [] if epoch == 0 or held_out is None else self.recording.held_out_loss[:epoch]
        loss_before = [] if epoch == 0 else self.recording.loss[:epoch]
        ratios_before = np.empty((0, len(network.weights))) if epoch == 0 else self.recording.update_ratios[:epoch]

        def on_epoch(number, history):
            tape.take(network)
            tape.states.append(copy.deepcopy((optimizer, rng)))
            return self._on_epoch is not None and self._on_epoch(epoch + number, history)

        with warnings.catch_warnings():
            # The recording says in words that the run diverged.
            warnings.filterwarnings("ignore", "training diverged", RuntimeWarning)
            history = training.train(
                network,
                *training_data,
                learning_rate=settings.learning_rate,
                epochs=min(self.run_length, MAX_EPOCHS - epoch),
                batch_size=settings.batch_size,
                optimizer=optimizer,
                held_out=held_out,
                rng=rng,
                on_epoch=on_epoch,
            )
        field, shown = tape.view.shown(np.array(tape.field))
        recording = Recording(
            settings=settings,
            task=tape.view.task,
            sizes=network.sizes,
            training_data=training_data,
            held_out_data=held_out,
            parameters=np.array(tape.parameters),
            loss=np.concatenate([loss_before, history.loss]),
            held_out_loss=None if held_out is None else np.concatenate([held_before, history.held_out_loss]),
            gradient_norms=np.array(tape.gradient_norms),
            update_ratios=np.concatenate([ratios_before, history.update_ratios]),
            right=None if tape.view.task == "regression" else np.array(tape.right),
            held_out_right=None
            if tape.view.task == "regression" or held_out is None
            else np.array(tape.held_out_right),
            low=tape.view.low,
            high=tape.view.high,
            field=field,
            shown=shown,
            marks=(*marks, (epoch, settings.learning_rate, settings.batch_size)),
            stopped=history.stopped,
        )
        # All at once: an interrupt must not leave the network of one run beside the recording of another.
        self._template, self._tape, self.epoch, self.recording = network, tape, epoch, recording

    def _network_at(self, epoch):
        network = self._template.copy()
        rest = self.recording.parameters[epoch]
        for W, b in zip(network.weights, network.biases, strict=True):
            for array in (W, b):
                array[...] = rest[: array.size].reshape(array.shape)
                rest = rest[array.size :]
        return network


def _listed(name, value, what):
    if isinstance(value, (str, set, dict)) or not hasattr(value, "__len__"):
        raise TypeError(f"{name} is {value!r}, a list of {what} was expected.")
    return tuple(value)


def _check_memory(sizes, epochs):
    n_parameters = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))
    if n_parameters * (epochs + 1) > MAX_NUMBERS:
        possible = max(1, MAX_NUMBERS // n_parameters - 1)
        raise ValueError(
            f"a {'-'.join(map(str, sizes))} network has {n_parameters} parameters, and {epochs} epochs of it are too "
            f"many to keep. At most {possible} epochs can be recorded: take fewer epochs, or fewer units."
        )


class _View:
    """Where the prediction is recorded: on a grid, or for images."""

    def __init__(self, training_data, held_out, task):
        X, _ = training_data
        self.task = task
        if task == "images":
            self.low, self.high = X.min(axis=0), X.max(axis=0)
            self.images = held_out or training_data
            self.grid = self.images[0]
            return
        drawn = X if held_out is None else np.concatenate([X, held_out[0]])
        reach = drawn.max(axis=0) - drawn.min(axis=0)
        margin = np.where(reach > 0, 0.25 * reach, 0.5)
        self.low, self.high = drawn.min(axis=0) - margin, drawn.max(axis=0) + margin
        points = GRID if X.shape[1] == 2 else 4 * GRID
        axes = [np.linspace(low, high, points) for low, high in zip(self.low, self.high, strict=True)]
        self.shape = (points,) * X.shape[1]
        self.grid = np.column_stack([axis.ravel() for axis in np.meshgrid(*axes)])

    def predict(self, network):
        """Return the prediction in the form in which it is kept."""
        y_hat = network.predict(self.grid)
        return y_hat.astype(np.float32) if self.task == "images" else y_hat.reshape(self.shape)

    def shown(self, field):
        """Return the predictions that are drawn, and the images that they belong to."""
        if self.task != "images":
            return field, None
        X, labels = self.images
        is_right = field[-1].argmax(axis=1) == labels
        misread, right = np.flatnonzero(~is_right), np.flatnonzero(is_right)
        n_misread = max(min(len(misread), MOST_MISREAD), SHOWN - len(right))
        first = np.concatenate([misread[:n_misread], right[: SHOWN - n_misread]])
        return field[:, first], (X[first], labels[first])


class _Tape:
    """What each epoch leaves behind, as growing lists."""

    LISTS = ("parameters", "gradient_norms", "right", "held_out_right", "field", "states")

    def __init__(self, network, training_data, held_out, view):
        self.training_data, self.held_out, self.view = training_data, held_out, view
        for name in self.LISTS:
            setattr(self, name, [])
        self.take(network)

    def take(self, network):
        """Record the network as it is now."""
        X, y = self.training_data
        with np.errstate(over="ignore", invalid="ignore"):
            forward = network.forward(X)
            self.gradient_norms.append(network.backward(forward, y).norms)
            self.field.append(self.view.predict(network))
            self.right.append(self._right(forward.y_hat, y))
            if self.held_out is not None:
                self.held_out_right.append(self._right(network.predict(self.held_out[0]), self.held_out[1]))
        self.parameters.append(
            np.concatenate([a.ravel() for pair in zip(network.weights, network.biases, strict=True) for a in pair])
        )

    def _right(self, y_hat, y):
        if self.view.task == "images":
            return int((y_hat.argmax(axis=1) == y).sum())
        return int(((y_hat > 0.5) == (y > 0.5)).sum())

    def cut(self, epoch, network):
        """Return a tape that holds the epochs up to `epoch` and goes on with `network`."""
        other = copy.copy(self)
        for name in self.LISTS:
            setattr(other, name, getattr(self, name)[: epoch + 1])
        return other
