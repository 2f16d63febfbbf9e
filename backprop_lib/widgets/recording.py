"""The model of the epoch stepper: a training run, recorded epoch by epoch. It knows no screen.

A `Recorder` holds the settings, trains with `backprop_lib.train` and keeps what each epoch left behind; the
`Recording` it makes is what any view draws.
"""

import copy
import warnings
from dataclasses import dataclass, replace

import numpy as np

from backprop_lib import activations, datasets, losses, training, validation
from backprop_lib.network import Network

__all__ = ["MAX_EPOCHS", "Recorder", "Recording", "Settings"]

MAX_EPOCHS = 2000
"""The longest run that is recorded: the browser keeps all of it."""

MAX_SAMPLES = 2000
"""The most samples of one's own that are drawn, at every epoch."""

GRID = 40
"""Points along each side of the grid on which the prediction is drawn (a curve takes four times as many)."""

HELD_OUT = 0.25
"""The share of a data set that is held out."""


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
    """

    data: str
    hidden_sizes: tuple
    hidden: str
    learning_rate: float
    batch_size: int | None


@dataclass(frozen=True, eq=False)
class Recording:
    """A training run, epoch by epoch; entry 0 of everything is before the first update.

    Attributes
    ----------
    settings : Settings
        The settings of the last part of the run.
    task : {"classification", "regression"}
        What the targets are.
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
    right : ndarray of shape (epochs + 1,) or None
        How many training samples are on the right side of 0.5; None for regression.
    low, high : ndarray of shape (n_in,)
        The corners of the grid.
    field : ndarray of shape (epochs + 1, GRID, GRID) or (epochs + 1, 4 GRID)
        The prediction on the grid.
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
    right: np.ndarray | None
    low: np.ndarray
    high: np.ndarray
    field: np.ndarray
    marks: tuple
    stopped: str | None

    @property
    def epochs(self):
        """The last recorded epoch."""
        return len(self.loss) - 1

    def words(self, epoch):
        """Return the state at `epoch` as one line of text."""
        parts = [f"Epoch {epoch} of {self.epochs}: training loss {_short(self.loss[epoch])}"]
        if self.held_out_loss is not None:
            parts.append(f", held-out loss {_short(self.held_out_loss[epoch])}")
        norms = ", ".join(f"layer {i + 1} {_short(norm)}" for i, norm in enumerate(self.gradient_norms[epoch]))
        parts.append(f". Gradient magnitude: {norms}.")
        if self.right is not None:
            parts.append(f" {self.right[epoch]} of {len(self.training_data[0])} training points are on the right side.")
        if epoch == self.epochs and self.stopped == "diverged":
            parts.append(" In the next epoch the run diverged: a smaller learning rate may help.")
        if epoch == self.epochs and self.stopped == "callback":
            parts.append(" The callback ended the run here.")
        return "".join(parts)


def _short(value):
    if value == 0:
        return "0"
    return f"{value:.4f}" if 0.001 <= abs(value) < 10000 else f"{value:.2e}"


class Recorder:
    """Trains a network by the settings and records every epoch.

    Parameters
    ----------
    data : str or tuple (X, y)
        A name from `datasets.DATASETS`, or data of your own with one or two inputs and one output. Of a named set a
        quarter is held out (of XOR's four points nothing); of your own data nothing is.
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
        "binary_cross_entropy" where all targets are 0 or 1 and "half_mse" otherwise, unless given.
    optimizer : str, optional
        As for `train`.
    rng : numpy.random.Generator, optional
        Draws data, weights and the order of the samples; every reset draws the same again. Seed 0 unless given.
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
        self._own_data = None if isinstance(data, str) else _own_data(data)
        self._loss = loss if loss is None else losses.get(loss)
        self._optimizer = training.get(optimizer).copy()
        self._rng = copy.deepcopy(validation.random_generator(0 if rng is None else rng))
        if on_epoch is not None and not callable(on_epoch):
            raise TypeError(f"on_epoch is {on_epoch!r}, a function on_epoch(epoch, history) was expected.")
        self._on_epoch = on_epoch
        self.epoch = 0
        settings = self._checked(
            Settings(
                data=data if isinstance(data, str) else "own",
                hidden_sizes=hidden_sizes,
                hidden=hidden,
                learning_rate=learning_rate,
                batch_size=batch_size,
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
        named = {name: dataset.title for name, dataset in datasets.DATASETS.items()}
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

        Another data set, other hidden layers or another activation start a new network at epoch 0. Another learning
        rate or batch size keeps everything up to the epoch on screen and trains on from there.

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
        settings = self._checked(replace(self.settings, **changes))
        if settings == self.settings:
            return
        same_network = replace(settings, learning_rate=self.settings.learning_rate, batch_size=self.settings.batch_size)
        if same_network == self.settings and self.epoch > 0:
            self._record_on(settings)
        else:
            self._record_from_start(settings)

    def _checked(self, settings):
        if settings.data == "own" and self._own_data is not None:
            n_samples = len(self._own_data[0])
        else:
            n_samples = None
            validation.lookup("a data set", settings.data, datasets.DATASETS)
        sizes = settings.hidden_sizes
        if isinstance(sizes, str) or not hasattr(sizes, "__len__"):
            raise TypeError(
                f"hidden_sizes is {sizes!r}, a tuple of whole numbers was expected: (8, 8), or () for none."
            )
        sizes = tuple(validation.whole_number(f"hidden_sizes[{i}]", n, at_least=1) for i, n in enumerate(sizes))
        if len(sizes) > 6 or sum(sizes) > 64:
            raise ValueError(
                f"hidden_sizes is {sizes}: at most 6 hidden layers with 64 units in all are recorded. "
                f"Use train for larger networks."
            )
        batch_size = settings.batch_size
        if batch_size is not None:
            batch_size = validation.whole_number("batch_size", batch_size, at_least=1)
            if n_samples is not None and batch_size >= n_samples:
                batch_size = None
        return Settings(
            data=settings.data,
            hidden_sizes=sizes,
            hidden=activations.get(settings.hidden).name,
            learning_rate=validation.learning_rate(settings.learning_rate),
            batch_size=batch_size,
        )

    def _record_from_start(self, settings):
        data_rng, weight_rng, order_rng = copy.deepcopy(self._rng).spawn(3)
        if settings.data == "own":
            training_data, held_out = self._own_data, None
        else:
            dataset = datasets.DATASETS[settings.data]
            training_data, held_out = dataset.make(data_rng), None
            if dataset.held_out:
                training_data, held_out = datasets.hold_out(*training_data, fraction=HELD_OUT, rng=data_rng)
        X, y = training_data
        task = "classification" if set(np.unique(y)) <= {0.0, 1.0} else "regression"
        loss = self._loss or losses.get("binary_cross_entropy" if task == "classification" else "half_mse")
        network = Network((X.shape[1], *settings.hidden_sizes, 1), hidden=settings.hidden, loss=loss, rng=weight_rng)
        view = _View(training_data, task)
        tape = _Tape(network, training_data, view)
        self._run(settings, network, training_data, held_out, self._optimizer.copy(), order_rng, tape, (), 0)

    def _record_on(self, settings):
        epoch, before = self.epoch, self.recording
        if epoch >= MAX_EPOCHS:
            raise ValueError(f"the recording holds at most {MAX_EPOCHS} epochs and is full. Reset starts a new run.")
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
        self._template = network
        self._tape = tape
        self.epoch = epoch
        self.recording = Recording(
            settings=settings,
            task=tape.view.task,
            sizes=network.sizes,
            training_data=training_data,
            held_out_data=held_out,
            parameters=np.array(tape.parameters),
            loss=np.concatenate([loss_before, history.loss]),
            held_out_loss=None if held_out is None else np.concatenate([held_before, history.held_out_loss]),
            gradient_norms=np.array(tape.gradient_norms),
            right=np.array(tape.right) if tape.view.task == "classification" else None,
            low=tape.view.low,
            high=tape.view.high,
            field=np.array(tape.field),
            marks=(*marks, (epoch, settings.learning_rate, settings.batch_size)),
            stopped=history.stopped,
        )

    def _network_at(self, epoch):
        network = self._template.copy()
        rest = self.recording.parameters[epoch]
        for W, b in zip(network.weights, network.biases, strict=True):
            for array in (W, b):
                array[...] = rest[: array.size].reshape(array.shape)
                rest = rest[array.size :]
        return network


class _View:
    """The grid on which the prediction is recorded."""

    def __init__(self, training_data, task):
        X, _ = training_data
        self.task = task
        margin = 0.2 * (X.max(axis=0) - X.min(axis=0)) + 0.05
        self.low, self.high = X.min(axis=0) - margin, X.max(axis=0) + margin
        points = GRID if X.shape[1] == 2 else 4 * GRID
        axes = [np.linspace(low, high, points) for low, high in zip(self.low, self.high, strict=True)]
        self.shape = (points,) * X.shape[1]
        self.grid = np.column_stack([axis.ravel() for axis in np.meshgrid(*axes)])


class _Tape:
    """What each epoch leaves behind, as growing lists."""

    def __init__(self, network, training_data, view):
        self.training_data = training_data
        self.view = view
        self.parameters, self.gradient_norms, self.right, self.field, self.states = [], [], [], [], []
        self.take(network)

    def take(self, network):
        """Record the network as it is now."""
        X, y = self.training_data
        with np.errstate(over="ignore", invalid="ignore"):
            forward = network.forward(X)
            self.gradient_norms.append(network.backward(forward, y).norms)
            self.field.append(network.predict(self.view.grid).reshape(self.view.shape))
        self.right.append(int(((forward.y_hat > 0.5) == (y > 0.5)).sum()))
        self.parameters.append(
            np.concatenate([a.ravel() for pair in zip(network.weights, network.biases, strict=True) for a in pair])
        )

    def cut(self, epoch, network):
        """Return a tape that holds the epochs up to `epoch` and goes on with `network`."""
        other = copy.copy(self)
        for name in ("parameters", "gradient_norms", "right", "field", "states"):
            setattr(other, name, getattr(self, name)[: epoch + 1])
        return other


def _own_data(data):
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError('data takes a name, such as "xor", or a pair (X, y).')
    X, y = (validation.float_array(name, array) for name, array in zip(("X", "y"), data, strict=True))
    if X.ndim != 2 or X.shape[1] not in (1, 2):
        raise ValueError(f"X has the shape {X.shape}; the stepper draws data with one or two inputs: (n_samples, 2).")
    if len(X) > MAX_SAMPLES:
        raise ValueError(f"X has {len(X)} samples; at most {MAX_SAMPLES} can be drawn. Use train for more.")
    y = losses.get("half_mse").targets(y, (len(X), 1))
    return X.copy(), y.copy()
