"""Loss functions: value and derivative in one statement; the only place that knows 1/n and 1/2.

A loss looks at a, the activation of the output layer, and at the targets y, both of shape (n_samples, n_out).
Its derivative is grad_a = dC/da; the slope of the output activation turns that into the output's delta.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_lib import validation
from backprop_lib.activations import sigmoid, softplus

__all__ = [
    "LOSSES",
    "Loss",
    "binary_cross_entropy",
    "half_mse",
    "half_sse",
    "log_softmax",
    "mse",
    "softmax",
    "softmax_cross_entropy",
]

LOSSES = {}
"""Every loss by its name. A new one enters when it is made."""


@dataclass(frozen=True, repr=False)
class Loss:
    """A loss C(a, y) and its derivative dC/da.

    Parameters
    ----------
    name : str
        The name by which a network asks for it.
    formula : callable
        C as a scalar, from a and y of shape (n_samples, n_out).
    gradient : callable
        dC/da, of the shape of a.
    link : callable, optional
        What turns a into the prediction y_hat; a itself unless given.
    takes_logits : bool, optional
        Whether a are logits, so that the output activation must be the identity.
    target_kind : {"numbers", "probabilities", "classes"}, optional
        What a target may be: any number; a number in [0, 1]; rows that sum to 1, or whole-number labels.
    """

    name: str
    formula: Callable
    gradient: Callable
    link: Callable = np.asarray
    takes_logits: bool = False
    target_kind: str = "numbers"

    def __post_init__(self):
        LOSSES[self.name] = self

    def value(self, a, y):
        """Return the loss as a float.

        Parameters
        ----------
        a : array_like of shape (n_samples, n_out)
            The activation of the output layer (logits, for the cross-entropy losses).
        y : array_like of shape (n_samples, n_out)
            The targets; (n_samples,) stands for one output, and for labels with `softmax_cross_entropy`.

        Returns
        -------
        float
            The loss, averaged over samples (`half_sse`: summed) and summed over outputs.

        Raises
        ------
        TypeError, ValueError
            If `y` does not fit `a` or does not suit this loss.
        """
        a = _outputs(a)
        with np.errstate(under="ignore"):
            return float(self.formula(a, self.targets(y, a.shape, a.dtype)))

    def derivative(self, a, y):
        """Return dC/da, the gradient that arrives at the output's activation.

        Parameters
        ----------
        a, y : array_like
            As for `value`.

        Returns
        -------
        ndarray of shape (n_samples, n_out)
            grad_a, in the units of the loss divided by those of `a`.

        Raises
        ------
        TypeError, ValueError
            As for `value`.
        """
        a = _outputs(a)
        with np.errstate(under="ignore"):
            return self.gradient(a, self.targets(y, a.shape, a.dtype))

    def prediction(self, a):
        """Return y_hat: `a` itself, or the probabilities that belong to the logits `a`."""
        with np.errstate(under="ignore"):
            return self.link(a)

    def targets(self, y, shape, dtype=float):
        """Return `y` as an array of `shape`, checked to be targets that this loss can take.

        Parameters
        ----------
        y : array_like
            The targets.
        shape : tuple of int
            (n_samples, n_out) of the predictions they belong to.
        dtype : dtype, optional
            The float type of the result.

        Returns
        -------
        ndarray of shape (n_samples, n_out)
            The targets as numbers; whole-number labels as one-hot rows.

        Raises
        ------
        TypeError, ValueError
            If there are too many or too few of them, or they do not suit the loss.
        """
        n_samples, n_out = shape
        y = validation.float_array("y", y, dtype)
        if y.size == 0:
            raise ValueError(f"y has the shape {y.shape}: no target at all. Expected {shape}.")
        if self.target_kind == "classes" and y.ndim == 1:
            _check_length(y, n_samples)
            return _one_hot(y, n_out, dtype)
        if y.ndim == 1 and n_out == 1:
            _check_length(y, n_samples)
            y = y[:, np.newaxis]
        if y.shape != shape:
            raise ValueError(_shape_message(y, shape, self))
        if self.target_kind != "numbers" and (y.min() < 0 or y.max() > 1):
            outside = y[(y < 0) | (y > 1)][0]
            raise ValueError(
                f"y holds {outside:g}, {self.name} takes targets from 0 to 1. "
                f"Are the classes coded -1 and 1, or are these values for half_mse?"
            )
        if self.target_kind == "classes":
            sums = y.sum(axis=1)
            if np.abs(sums - 1).max() > 1e-5:
                row = int(np.abs(sums - 1).argmax())
                raise ValueError(
                    f"row {row} of y sums to {sums[row]:g}, {self.name} takes rows that sum to 1 (one-hot), "
                    f"or whole-number labels of shape ({n_samples},)."
                )
            y = y / sums[:, np.newaxis]  # exactly: the gradient below counts on it
        return y

    def __reduce__(self):
        return get, (self.name,)  # a copy or a pickle of it is the entry of the table itself

    def __repr__(self):
        return f"<loss {self.name}>"


def get(name):
    """Return the loss called `name`; a `Loss` is returned as it is."""
    return name if isinstance(name, Loss) else validation.lookup("a loss", name, LOSSES)


def _outputs(a):
    a = np.asarray(a)
    if a.dtype.kind != "f":
        a = validation.float_array("a", a)
    if a.ndim != 2 or a.size == 0:
        raise ValueError(f"a has the shape {a.shape}, expected (n_samples, n_out) with at least one of each.")
    return a


def _check_length(y, n_samples):
    if len(y) != n_samples:
        raise ValueError(f"y has {len(y)} targets, X has {n_samples} samples: one target for each sample was expected.")


def _shape_message(y, shape, loss):
    n_samples, n_out = shape
    start = f"y has the shape {y.shape}, the predictions have {shape}"
    if y.ndim == 2 and y.T.shape == shape:
        return f"{start}; is y transposed? Rows are samples."
    if y.ndim == 2 and y.shape[1] == n_out:
        return f"{start}: {len(y)} rows of targets for {n_samples} samples."
    if y.ndim == 1 and len(y) == n_samples:
        return (
            f"{start}: one number a sample, but the network has {n_out} outputs. "
            f'Whole-number labels go with loss="softmax_cross_entropy".'
        )
    if loss.target_kind == "classes" and y.shape == (n_samples, 1):
        return f"{start}; labels have the shape ({n_samples},): y.ravel()."
    return f"{start}: one row a sample and one column an output was expected."


def _one_hot(labels, n_classes, dtype):
    whole = np.rint(labels)
    if (whole != labels).any():
        raise ValueError(
            f"y holds {labels[whole != labels][0]:g}, labels are whole numbers from 0 to {n_classes - 1}. "
            f"Are these values for half_mse?"
        )
    if whole.min() < 0 or whole.max() >= n_classes:
        outside = whole[(whole < 0) | (whole >= n_classes)][0]
        advice = (
            'With one output, use loss="binary_cross_entropy".'
            if n_classes == 1
            else "Do the labels start at 1, or is an output missing?"
        )
        raise ValueError(
            f"y holds the label {outside:g}, the network has {n_classes} output{'s' * (n_classes > 1)}: "
            f"labels go from 0 to {n_classes - 1}. {advice}"
        )
    return np.eye(n_classes, dtype=dtype)[whole.astype(int)]


def log_softmax(a):
    """Return log(softmax(a)), row by row, without overflow.

    Parameters
    ----------
    a : ndarray of shape (n_samples, n_out)
        Logits.

    Returns
    -------
    ndarray of shape (n_samples, n_out)
        a - log(sum(exp(a))) for each row; the largest logit is subtracted first, which changes nothing else.
    """
    a = _outputs(a)
    with np.errstate(under="ignore"):
        shifted = a - a.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax(a):
    """Return exp(a) / sum(exp(a)), row by row (Bridle 1990).

    Parameters
    ----------
    a : ndarray of shape (n_samples, n_out)
        Logits.

    Returns
    -------
    ndarray of shape (n_samples, n_out)
        Probabilities; each row sums to 1.
    """
    with np.errstate(under="ignore"):
        return np.exp(log_softmax(a))


half_mse = Loss(
    "half_mse",  # 1/(2n) sum
    formula=lambda a, y: ((a - y) ** 2).sum() / (2 * len(y)),
    gradient=lambda a, y: (a - y) / len(y),
)

mse = Loss(
    "mse",  # 1/n sum
    formula=lambda a, y: ((a - y) ** 2).sum() / len(y),
    gradient=lambda a, y: 2 * (a - y) / len(y),
)

half_sse = Loss(
    "half_sse",  # 1/2 sum
    formula=lambda a, y: ((a - y) ** 2).sum() / 2,
    gradient=lambda a, y: a - y,
)

binary_cross_entropy = Loss(
    "binary_cross_entropy",
    # -log(sigmoid(a)) is softplus(-a), -log(1 - sigmoid(a)) is softplus(a): no logarithm of 0.
    formula=lambda a, y: (y * softplus(-a) + (1 - y) * softplus(a)).sum() / len(y),
    gradient=lambda a, y: (sigmoid(a) - y) / len(y),
    link=sigmoid,
    takes_logits=True,
    target_kind="probabilities",
)

softmax_cross_entropy = Loss(
    "softmax_cross_entropy",
    formula=lambda a, y: (y * (0 - log_softmax(a))).sum() / len(y),
    gradient=lambda a, y: (softmax(a) - y) / len(y),
    link=softmax,
    takes_logits=True,
    target_kind="classes",
)
