"""What a backward pass does when it is called more than once: what it returns, raises and changes.

Plain facts are collected here; `outcomes` judges them.
"""

from dataclasses import dataclass

import numpy as np

from backprop_lib import gradcheck, validation
from backprop_lib.network import Gradients, gradient_lists

__all__ = ["Call", "Observation", "observe"]

LEARNING_RATE = 0.1
"""The step between the second and the third call."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a backward pass.

    Attributes
    ----------
    name : str
        "first", "again" (the same pass once more), "after a step" (new parameters, new pass) or "short batch".
    given : Gradients or None
        What it returned; None if it raised.
    expected : Gradients
        The right answer.
    error : Exception or None
        What it raised.
    rows : tuple of TensorComparison
        Given against expected, tensor by tensor, from the input to the output; empty if it raised.
    """

    name: str
    given: Gradients | None
    expected: Gradients
    error: Exception | None
    rows: tuple

    @property
    def wrong(self):
        """The rows that disagree."""
        return tuple(row for row in self.rows if not row.passed)

    @property
    def right(self):
        """Whether it returned the right gradients."""
        return self.error is None and not self.wrong


@dataclass(frozen=True, eq=False)
class Observation:
    """All calls of one backward pass, and what they changed.

    Attributes
    ----------
    calls : tuple of Call
        In the order in which they were made; a call that raised is the last.
    changed : tuple of str
        What was changed in place: "y", "forward.a[2]", "network.weights[0]", ...
    """

    calls: tuple
    changed: tuple


def observe(backward, network, X, y, *, penalty=0.0):
    """Call a backward pass on the same pass twice, then after a step, then on a shorter batch.

    Parameters
    ----------
    backward : callable
        ``backward(network, forward, y) -> Gradients``.
    network : Network
        The network. It stays as it is, `backward` gets a copy.
    X, y : array_like
        Inputs and targets. They stay as they are.
    penalty : float, optional
        If not 0, the gradients of the loss plus penalty / 2 times the sum of all squared weights are expected.

    Returns
    -------
    Observation
        What it returned or raised, and what it changed. The shorter batch is left out if there is one sample only.

    Raises
    ------
    TypeError, ValueError
        If `backward` cannot be called, or `X` and `y` do not fit the network.
    """
    if not callable(backward):
        raise TypeError(
            f"backward is {backward!r} ({type(backward).__name__}), a function was expected: "
            f"backward(network, forward, y) -> Gradients."
        )
    X, y = validation.samples("X", X, network.sizes[0], network.dtype), np.asarray(y)
    stepped, right = network.copy(), _right(network, X, y, penalty)
    stepped.update_parameters(right, LEARNING_RATE)
    questions = [
        ("first", network, X, y, right),
        ("again", network, X, y, right),
        ("after a step", stepped, X, y, _right(stepped, X, y, penalty)),
    ]
    if n_short := len(X) // 2:
        short = X[:n_short], y[:n_short]
        questions.append(("short batch", stepped, *short, _right(stepped, *short, penalty)))

    its_network, forward, handed_over = network.copy(), None, {}
    calls, changed = [], {}
    for name, parameters, inputs, targets, expected in questions:
        _set_parameters(its_network, parameters)
        if name != "again":
            forward = its_network.forward(inputs.copy())
            handed_over = _by_name(its_network, forward, targets.copy())
        before = {label: array.tobytes() for label, array in handed_over.items()}
        given, error, rows = None, None, ()
        try:
            given = _copied(backward(its_network, forward, handed_over["y"]))
            rows = gradcheck.compare_gradients(given, expected)
        except Exception as raised:  # whatever a wrong pass raises is what is to be seen
            error = raised
        changed |= {label: True for label, array in handed_over.items() if array.tobytes() != before[label]}
        calls.append(Call(name, given, expected, error, rows))
        if error is not None:
            break
    return Observation(calls=tuple(calls), changed=tuple(changed))


def _right(network, X, y, penalty):
    right = network.backward(network.forward(X), y)
    if not penalty:
        return right
    dW = [dW + penalty * W for dW, W in zip(right.dW, network.weights, strict=True)]
    return Gradients(dW=dW, db=right.db, delta=right.delta)


def _set_parameters(network, like):
    for array, values in zip((*network.weights, *network.biases), (*like.weights, *like.biases), strict=True):
        array[...] = values


def _by_name(network, forward, y):
    """Return all arrays that a backward pass is handed, by name."""
    named = {"X": forward.a[0], "y": y}
    for label, arrays in (
        ("forward.z", forward.z),
        ("forward.a", forward.a),
        ("network.weights", network.weights),
        ("network.biases", network.biases),
    ):
        named |= {f"{label}[{layer}]": array for layer, array in enumerate(arrays)}
    del named["forward.a[0]"]  # that is X
    if forward.y_hat is not forward.a[-1]:
        named["forward.y_hat"] = forward.y_hat
    return named


def _copied(gradients):
    """Copy what was returned: a later call may change it."""
    dW, db = gradient_lists(gradients, len(gradients.dW))
    return Gradients(dW=[np.array(array) for array in dW], db=[np.array(array) for array in db])
