"""A recorded run as the Python code that makes it again."""

import inspect
import textwrap

from backprop_lib import datasets, training
from backprop_lib.widgets import run_data

__all__ = ["write"]


def write(recording, loss, optimizer):
    """Return code that trains the same network on the same data, update for update.

    Parameters
    ----------
    recording : Recording
        The run.
    loss : Loss
        Its loss.
    optimizer : Optimizer
        As it was before the run.

    Returns
    -------
    str
        It leaves `network` and `history`; what came from the learner it calls `data`, `rng` and `optimizer`.
    """
    settings = recording.settings
    imported, made = _optimizer(optimizer)
    lines = ["import numpy as np", "", "from backprop_lib import Network, datasets, train", *imported, ""]
    lines += _data(settings)
    lines += ["", *_network(recording.sizes, settings.hidden, loss.name)]
    ends = [*(mark[0] for mark in recording.marks[1:]), recording.epochs]
    for part, ((start, learning_rate, batch_size), end) in enumerate(zip(recording.marks, ends, strict=True)):
        lines += _train(learning_rate, end - start, batch_size, made if part == 0 else "history.optimizer")
    if recording.stopped == "diverged":
        lines.append("# In the next epoch the run diverged.")
    return "\n".join([*lines, 'print(f"training loss {history.loss[-1]:.4f}")', ""])


def _data(settings):
    drawn = "data_rng, weight_rng, order_rng"
    if settings.seed is None:
        lines = [f"{drawn} = rng.spawn(3)  # rng: yours, in the state in which you handed it over"]
    else:
        lines = [f"{drawn} = np.random.default_rng({settings.seed}).spawn(3)"]
    if settings.data == "own":
        lines.append("X, y = data  # the pair that you handed over")
        if settings.removed or settings.added:
            lines.append("y = np.reshape(y, (len(X), 1))")
    else:
        make = getattr(datasets, settings.data)
        given = "rng=data_rng" if "rng" in inspect.signature(make).parameters else ""
        lines.append(f"X, y = datasets.{settings.data}({given})")
        if run_data.KNOWN[settings.data].held_out:
            lines.append(f"(X, y), held_out = datasets.hold_out(X, y, fraction={run_data.HELD_OUT}, rng=data_rng)")
    if settings.removed:
        rows = list(settings.removed)
        lines += _call("X, y = (np.delete(array, ", f"{rows}", ", axis=0) for array in (X, y))  # taken out by hand")
    if settings.added:
        X = [list(sample[:-1]) for sample in settings.added]
        y = [[sample[-1]] for sample in settings.added]
        lines += _call("X = np.concatenate([X, ", f"{X}", "])  # put in by hand")
        lines += _call("y = np.concatenate([y, ", f"{y}", "])")
    return lines


def _call(before, values, after):
    """Return an assignment; long lists of values go over several lines."""
    if len(before) + len(values) + len(after) <= 100:
        return [f"{before}{values}{after}"]
    wrapped = textwrap.wrap(values[1:-1], 96, break_long_words=False)
    return [f"{before}[", *(f"    {line}" for line in wrapped), f"]{after}"]


def _network(sizes, hidden, loss):
    return [f"network = Network({tuple(sizes)}, hidden={hidden!r}, loss={loss!r}, rng=weight_rng)".replace("'", '"')]


def _train(learning_rate, epochs, batch_size, optimizer):
    return [
        "history = train(",
        f"    network, X, y, learning_rate={learning_rate}, epochs={epochs}, batch_size={batch_size},",
        f"    optimizer={optimizer}, rng=order_rng,",
        ")",
    ]


def _optimizer(optimizer):
    """Return the import that an optimizer needs, and how it is made; one of the learner's own is only named."""
    kind = type(optimizer)
    if kind.__module__ != training.__name__ or optimizer.steps:
        return ["# optimizer: yours, in the state in which you handed it over"], "optimizer"
    names = [name for name in inspect.signature(kind.__init__).parameters if name != "self"]
    if all(getattr(optimizer, name) == getattr(kind(), name) for name in names):
        return [], f'"{optimizer.name}"'
    given = ", ".join(f"{name}={getattr(optimizer, name)!r}" for name in names)
    return [f"from backprop_lib.training import {kind.__name__}"], f"{kind.__name__}({given})"
