"""Gradient descent and its relatives, and the loop that trains a network and records what happened."""

import copy
import inspect
import warnings

import numpy as np

from backprop_lib import validation
from backprop_lib.network import Network

__all__ = ["OPTIMIZERS", "Adam", "GradientDescent", "History", "Momentum", "Optimizer", "train"]

OPTIMIZERS = {}
"""Every optimizer class by its name. A new one enters when its class is written."""


class Optimizer:
    """Turns gradients into changes of the parameters and remembers what it needs for the next step.

    A subclass names itself in its class statement, ``class Momentum(Optimizer, name="momentum")``, and defines
    ``change(gradient, state, learning_rate)``; `state` is a dict that it keeps for one parameter array.

    Attributes
    ----------
    steps : int
        How many steps were taken.
    """

    def __init_subclass__(cls, name, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.name = name
        OPTIMIZERS[name] = cls

    def __init__(self):
        self.steps = 0
        self._states = []
        self._shapes = []

    def change(self, gradient, state, learning_rate):
        """Return what to add to one parameter array.

        Parameters
        ----------
        gradient : ndarray
            dC/dW or dC/db, of the shape of its parameter.
        state : dict
            What this method wants to keep for that parameter from step to step; empty at the first.
        learning_rate : float
            The length of the step.

        Returns
        -------
        ndarray
            The change, of the shape of the parameter.
        """
        raise NotImplementedError

    def step(self, network, gradients, learning_rate):
        """Update the parameters of `network` in place.

        Parameters
        ----------
        network : Network
            The network; always the same one, since the state belongs to its parameters.
        gradients : Gradients
            One dW and one db for each layer.
        learning_rate : float
            The length of the step.

        Returns
        -------
        list of ndarray
            What was added to each W, first layer first.

        Raises
        ------
        TypeError, ValueError
            If a gradient is missing or has another shape than its parameter, or the optimizer has state for a network
            of another shape.
        """
        parameters = [*network.weights, *network.biases]
        dW, db = network.check_gradients(gradients, finite=False)
        learning_rate = validation.learning_rate(learning_rate)
        shapes = [array.shape for array in parameters]
        if not self._states:
            self._states, self._shapes = [{} for _ in parameters], shapes
        if self._shapes != shapes:
            raise ValueError(
                f"this {self.name} optimizer has state for a network of another shape; make a new one for {network!r}."
            )
        self.steps += 1
        changes = [
            self.change(gradient, state, learning_rate)
            for gradient, state in zip([*dW, *db], self._states, strict=True)
        ]
        for parameter, change in zip(parameters, changes, strict=True):
            parameter += change
        return changes[: len(network.weights)]

    def copy(self):
        """Return an optimizer with a state of its own, equal to this one's."""
        return copy.deepcopy(self)


class GradientDescent(Optimizer, name="gradient_descent"):
    """W <- W - learning_rate dC/dW."""

    def change(self, gradient, state, learning_rate):
        """Return -learning_rate times the gradient."""
        return -learning_rate * gradient


class Momentum(Optimizer, name="momentum"):
    """v <- beta v + dC/dW, then W <- W - learning_rate v (Polyak 1964).

    Parameters
    ----------
    beta : float, optional
        How much of the velocity v is kept from step to step.
    """

    def __init__(self, beta=0.9):
        super().__init__()
        self.beta = _share("beta", beta)

    def change(self, gradient, state, learning_rate):
        """Return -learning_rate times the velocity."""
        state["v"] = self.beta * state.get("v", 0) + gradient
        return -learning_rate * state["v"]


class Adam(Optimizer, name="adam"):
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba 2015, algorithm 1).

    Parameters
    ----------
    beta1, beta2 : float, optional
        How much of the two running means is kept from step to step.
    epsilon : float, optional
        Keeps the divisor away from 0.
    """

    def __init__(self, beta1=0.9, beta2=0.999, epsilon=1e-8):
        super().__init__()
        self.beta1 = _share("beta1", beta1)
        self.beta2 = _share("beta2", beta2)
        self.epsilon = validation.positive("epsilon", epsilon)

    def change(self, gradient, state, learning_rate):
        """Return -learning_rate times the corrected mean over the root of the corrected mean square."""
        state["m"] = self.beta1 * state.get("m", 0) + (1 - self.beta1) * gradient
        state["v"] = self.beta2 * state.get("v", 0) + (1 - self.beta2) * gradient**2
        m = state["m"] / (1 - self.beta1**self.steps)
        v = state["v"] / (1 - self.beta2**self.steps)
        return -learning_rate * m / (np.sqrt(v) + self.epsilon)


def _share(name, value):
    if validation.size(name, value) >= 1:
        raise ValueError(f"{name} is {value}, a share of at least 0 and less than 1 was expected, such as 0.9.")
    return float(value)


def get(optimizer):
    """Return a new optimizer of that name or class; an `Optimizer` is returned as it is, with its state."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    if inspect.isclass(optimizer) and issubclass(optimizer, Optimizer):
        return optimizer()
    return validation.lookup("an optimizer", optimizer, OPTIMIZERS)()


class History:
    """What one call of `train` recorded.

    Attributes
    ----------
    loss : ndarray of shape (epochs + 1,)
        The loss on all training data; entry 0 is before the first update, entry e after epoch e.
    held_out_loss : ndarray of shape (epochs + 1,) or None
        The same on the held-out data, None without them; infinite where it is too large to compute.
    gradient_norms : ndarray of shape (epochs, n_layers)
        The Frobenius norm of each layer's dW, averaged over the batches of the epoch.
    update_ratios : ndarray of shape (epochs, n_layers)
        The norm of the change of W divided by the norm of W before it, averaged over the batches of the epoch;
        infinite where W was zero.
    stopped : None, "callback" or "diverged"
        Why the run ended early; None if it did not.
    optimizer : Optimizer
        The optimizer with its state: hand it to another `train` to go on where this run stopped.
    """

    def __init__(self, epochs, n_layers, optimizer, has_held_out):
        self.optimizer = optimizer
        self.stopped = None
        self.epochs = 0
        self._loss = np.empty(epochs + 1)
        self._held_out_loss = np.empty(epochs + 1) if has_held_out else None
        self._gradient_norms = np.empty((epochs, n_layers))
        self._update_ratios = np.empty((epochs, n_layers))

    @property
    def loss(self):
        """The loss on all training data, entry 0 before the first update."""
        return self._loss[: self.epochs + 1]

    @property
    def held_out_loss(self):
        """The same on the held-out data; None without them."""
        return None if self._held_out_loss is None else self._held_out_loss[: self.epochs + 1]

    @property
    def gradient_norms(self):
        """The norm of each layer's dW in each epoch."""
        return self._gradient_norms[: self.epochs]

    @property
    def update_ratios(self):
        """The norm of the change of W over the norm of W, in each epoch."""
        return self._update_ratios[: self.epochs]

    def __repr__(self):
        ending = f", stopped: {self.stopped}" if self.stopped else ""
        return f"<History of {self.epochs} epochs, loss {self.loss[0]:.4f} -> {self.loss[-1]:.4f}{ending}>"


def train(
    network,
    X,
    y,
    *,
    learning_rate=0.1,
    epochs=100,
    batch_size=None,
    optimizer="gradient_descent",
    held_out=None,
    rng=None,
    on_epoch=None,
    progress=False,
):
    """Train a network in place and record the run.

    Parameters
    ----------
    network : Network
        The network; its parameters are updated.
    X, y : array_like
        Training inputs and targets, as for `Network.loss_value`.
    learning_rate : float, optional
        The length of a step.
    epochs : int, optional
        How often to go through the data.
    batch_size : int, optional
        Samples a step. None takes all of them at once; otherwise they are shuffled in every epoch, and the last
        batch holds what is left over.
    optimizer : str or Optimizer, optional
        "gradient_descent", "momentum" or "adam", or an optimizer whose state goes on being used.
    held_out : tuple (X, y), optional
        Data that are only measured, never trained on.
    rng : numpy.random.Generator, optional
        Shuffles the samples. Without it the order differs in every run.
    on_epoch : callable, optional
        Called as ``on_epoch(epoch, history)`` after each epoch, counted from 1. If it returns True the run ends.
    progress : bool, optional
        Show a bar while training.

    Returns
    -------
    History
        Losses, gradient norms and update ratios.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit; the network is unchanged then.

    Warns
    -----
    RuntimeWarning
        If the loss, a gradient or a parameter stops being finite. The run ends, the parameters of the last epoch
        with a finite loss are restored, and `History.stopped` says "diverged".
    """
    if not isinstance(network, Network):
        raise TypeError(f"network is {type(network).__name__}, a Network was expected: train(network, X, y).")
    learning_rate = validation.learning_rate(learning_rate)
    epochs = validation.whole_number("epochs", epochs, at_least=0)
    if batch_size is not None:
        batch_size = validation.whole_number("batch_size", batch_size, at_least=1)
    if on_epoch is not None:
        validation.function("on_epoch", on_epoch, "on_epoch(epoch, history)", 2)
    rng = validation.random_generator(rng)
    optimizer = get(optimizer)
    X, y = _checked_data(network, X, y)
    if held_out is not None:
        if not isinstance(held_out, (tuple, list)) or len(held_out) != 2:
            raise TypeError("held_out takes a pair: held_out=(X_test, y_test).")
        try:
            held_out = _checked_data(network, *held_out)
        except (TypeError, ValueError) as error:
            raise type(error)(f"held_out: {error}") from error

    history = History(epochs, len(network.weights), optimizer, held_out is not None)
    with np.errstate(over="ignore", invalid="ignore"):
        history._loss[0] = network.loss_value(X, y)
        if held_out is not None:
            history._held_out_loss[0] = network.loss_value(*held_out)
    if not all(np.isfinite(array).all() for array in (*network.weights, *network.biases)):
        raise ValueError(
            "a weight or a bias is NaN or infinite before the first update. Has an earlier run diverged? "
            "Begin with a new network."
        )
    if not np.isfinite(history._loss[0]):
        raise ValueError(
            f"the loss is {history._loss[0]} before the first update: X, y or the weights are too large. "
            f"Scale the inputs: (X - X.mean(axis=0)) / X.std(axis=0)."
        )
    finite = _snapshot(network, optimizer)
    with _bar(epochs, progress) as bar:
        for epoch in range(1, epochs + 1):
            with np.errstate(over="ignore", invalid="ignore"):
                outcome = _one_epoch(network, X, y, learning_rate, batch_size, optimizer, rng)
                loss = network.loss_value(X, y) if outcome is not None else np.nan
                if np.isfinite(loss) and held_out is not None:
                    history._held_out_loss[epoch] = network.loss_value(*held_out)
            if not np.isfinite(loss):
                _restore(network, optimizer, finite)
                history.stopped = "diverged"
                warnings.warn(
                    f"training diverged in epoch {epoch}: the loss, a gradient or a parameter is no longer finite. "
                    f"The parameters of epoch {epoch - 1} (loss {history.loss[-1]:.4g}) are restored. "
                    f"Try a smaller learning_rate than {learning_rate:g}, scale the inputs, or begin with new weights.",
                    RuntimeWarning,
                    stacklevel=2,
                )
                break
            history._loss[epoch] = loss
            history._gradient_norms[epoch - 1], history._update_ratios[epoch - 1] = outcome
            history.epochs = epoch
            finite = _snapshot(network, optimizer)
            bar.update()
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            answer = on_epoch(epoch, history) if on_epoch is not None else None
            if isinstance(answer, (bool, np.bool_)) and answer:
                history.stopped = "callback"
                break
    return history


def _checked_data(network, X, y):
    # Copies: what the caller does to its arrays in a callback must not change the data of the run.
    X = np.array(validation.samples("X", X, network.sizes[0], network.dtype))
    y = np.array(network.loss.targets(y, (len(X), network.sizes[-1]), network.dtype))
    return X, y


def _one_epoch(network, X, y, learning_rate, batch_size, optimizer, rng):
    """Go through the data once; return mean gradient norms and update ratios, or None if the run left the finite."""
    if batch_size is None:
        batches = [slice(None)]
    else:
        order = rng.permutation(len(X))
        batches = [order[start : start + batch_size] for start in range(0, len(X), batch_size)]
    norms, ratios = [], []
    for batch in batches:
        gradients = network.backward(network.forward(X[batch]), y[batch])
        before = [np.linalg.norm(W) for W in network.weights]
        changes = optimizer.step(network, gradients, learning_rate)
        norms.append(gradients.norms)
        if not all(np.isfinite(array).all() for array in (norms[-1], *network.weights, *network.biases)):
            return None
        ratios.append([_ratio(np.linalg.norm(dW), W) for dW, W in zip(changes, before, strict=True)])
    return np.mean(norms, axis=0), np.mean(ratios, axis=0)


def _ratio(change, before):
    if before > 0:
        return change / before
    return np.inf if change > 0 else 0.0


def _snapshot(network, optimizer):
    return [array.copy() for array in (*network.weights, *network.biases)], optimizer.copy()


def _restore(network, optimizer, snapshot):
    arrays, state = snapshot
    for array, finite in zip((*network.weights, *network.biases), arrays, strict=True):
        array[...] = finite
    optimizer.__dict__.update(state.__dict__)


class _NoBar:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None

    def update(self):
        """Draw nothing."""

    def set_postfix(self, **values):
        """Draw nothing."""


def _bar(epochs, progress):
    if not progress:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True draws its bar with tqdm, which is not installed: pip install tqdm.") from error
    return tqdm(total=epochs, unit="epoch")
