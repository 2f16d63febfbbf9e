"""The data of a recorded run: what is handed over is checked, and samples are put in and taken out by hand."""

from dataclasses import replace

import numpy as np

from backprop_lib import datasets, losses, validation

__all__ = ["HELD_OUT", "KNOWN", "MAX_SAMPLES", "edited", "held_out", "n_out", "pair", "task"]

KNOWN = {
    **datasets.DATASETS,
    "digits": datasets.Dataset("digits", "Handwritten digits", "images", make=lambda rng: datasets.digits()),
}
"""The data sets that can be chosen by name."""

HELD_OUT = 0.25
"""The share of such a data set that is held out."""

MAX_SAMPLES = 2000
"""The most samples that are drawn, at every epoch."""

MAX_SIZE = 1e300
"""The largest number that is drawn: with some room around it, it must not overflow."""

MIN_PIXELS, MAX_PIXELS, MAX_CLASSES = 9, 256, 10


def task(X, y):
    """Say what the targets are: "classification" (0 and 1), "regression" or "images" (labels of images)."""
    if X.shape[1] > 2:
        return "images"
    return "classification" if set(np.unique(y)) <= {0.0, 1.0} else "regression"


def pair(data):
    """Return checked copies of X and y.

    Parameters
    ----------
    data : tuple (X, y)
        One or two inputs with one target: classes where all are 0 or 1, and otherwise numbers, also the labels 0, 1
        and 2. Or square images, (n_samples, side * side), with labels (n_samples,) or one-hot rows.

    Returns
    -------
    tuple (X, y)
        y is (n_samples, 1), or for images the labels (n_samples,).

    Raises
    ------
    TypeError, ValueError
        If they do not fit.
    """
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError('data takes a name, such as "xor", or a pair (X, y).')
    X, y = (validation.float_array(name, array) for name, array in zip(("X", "y"), data, strict=True))
    side = round(X.shape[1] ** 0.5) if X.ndim == 2 else 0
    is_images = MIN_PIXELS <= side * side <= MAX_PIXELS and side * side == X.shape[1]
    if X.ndim != 2 or (X.shape[1] not in (1, 2) and not is_images):
        raise ValueError(
            f"X has the shape {X.shape}; the stepper draws data with one or two inputs, (n_samples, 2), or square "
            f"images of {MIN_PIXELS} to {MAX_PIXELS} pixels, such as (n_samples, 64)."
        )
    if len(X) == 0:
        raise ValueError(f"X has the shape {X.shape}: no sample at all. Give at least one.")
    _check_size("X", X)
    if len(X) > MAX_SAMPLES:
        raise ValueError(f"X has {len(X)} samples; at most {MAX_SAMPLES} can be drawn. Use train for more.")
    if not is_images:
        return X.copy(), losses.get("half_mse").targets(y, (len(X), 1)).copy()
    return X.copy(), _labels(y, len(X))


def _check_size(name, values):
    largest = np.abs(values).max()
    if largest > MAX_SIZE:
        raise ValueError(
            f"{name} holds a number of the size {largest:.0e}; up to {MAX_SIZE:.0e} can be drawn. Scale the inputs."
        )


def _labels(y, n_samples):
    is_one_hot = y.ndim == 2 and 1 < y.shape[1] <= MAX_CLASSES
    if y.shape[:1] != (n_samples,) or not (y.ndim == 1 or is_one_hot):
        raise ValueError(
            f"y has the shape {y.shape}; to {n_samples} images belong {n_samples} labels, whole numbers from 0 to "
            f"{MAX_CLASSES - 1}, or as many one-hot rows.{' Is it y.ravel()?' if y.shape == (n_samples, 1) else ''}"
        )
    if is_one_hot:
        wrong = np.flatnonzero(~np.isin(y, (0, 1)).all(axis=1) | (y.sum(axis=1) != 1))
        if wrong.size:
            row = ", ".join(f"{value:g}" for value in y[wrong[0]])
            raise ValueError(
                f"row {wrong[0]} of y is [{row}]; a single 1 and otherwise 0 was expected (one-hot). "
                f"If these are labels, give one for each image."
            )
        return y.argmax(axis=1)
    wrong = y[~np.isin(y, range(MAX_CLASSES))]
    if wrong.size:
        advice = (
            "np.unique(y, return_inverse=True)[1] numbers the classes from 0."
            if len(np.unique(y)) <= MAX_CLASSES
            else f"At most {MAX_CLASSES} classes are told apart here. Use train for more."
        )
        raise ValueError(
            f"y holds the label {wrong[0]:g}; whole numbers from 0 to {MAX_CLASSES - 1} were expected. {advice}"
        )
    return y.astype(int)


def n_out(data, held_out=None):
    """Return how many outputs a network needs for data: 1, or one for each class of images, also one without an image.

    Parameters
    ----------
    data, held_out : tuple (X, y)
        As `pair` takes them; `held_out` may be None.

    Returns
    -------
    int
        For images the columns of one-hot rows, or 1 more than the largest label.

    Raises
    ------
    ValueError
        If what is held out has more classes than the one-hot rows of the training data have columns.
    """
    if np.shape(data[0])[1] <= 2:
        return 1
    targets = [np.asarray(part[1]) for part in (data, held_out) if part is not None]
    counts = [y.shape[1] if y.ndim == 2 else 1 + int(y.max()) for y in targets]
    if targets[0].ndim == 2 and max(counts) > counts[0]:
        raise ValueError(
            f"held_out has {counts[1]} classes, the one-hot rows of the training data have {counts[0]} columns; one "
            f"for each class was expected. Is a class missing there?"
        )
    return max(counts)


def held_out(data, training_data):
    """Return checked copies of data that are only measured; they have to be of the kind of the training data."""
    try:
        X, y = pair(data)
    except (TypeError, ValueError) as error:
        raise type(error)(f"held_out: {error}") from error
    n_in = training_data[0].shape[1]
    if X.shape[1] != n_in:
        raise ValueError(f"held_out has {X.shape[1]} inputs, the training data have {n_in}.")
    return X, y


def edited(training_data, settings):
    """Return the training data after what was done by hand, and the settings with that in plain numbers.

    Parameters
    ----------
    training_data : tuple (X, y)
    settings : Settings
        `removed` and `added` count.

    Returns
    -------
    training_data : tuple (X, y)
    settings : Settings

    Raises
    ------
    TypeError, ValueError
        If a row is not there, a sample does not fit, or nothing would be left.
    """
    X, y = training_data
    if not settings.removed and not settings.added:
        return training_data, settings
    kind = task(X, y)
    if kind == "images":
        raise ValueError("images can be neither put in nor taken out by hand; give the stepper other data.")
    rows = sorted({validation.whole_number("a removed row", row, at_least=0) for row in settings.removed})
    if rows and rows[-1] >= len(X):
        raise ValueError(f"row {rows[-1]} cannot be removed: the data have the rows 0 to {len(X) - 1}.")
    added = tuple(_sample(sample, X.shape[1], kind) for sample in settings.added)
    count = len(X) - len(rows) + len(added)
    if not 1 <= count <= MAX_SAMPLES:
        raise ValueError(f"{count} samples would be left; between 1 and {MAX_SAMPLES} were expected.")
    table = np.array(added).reshape(len(added), X.shape[1] + 1)
    X = np.concatenate([np.delete(X, rows, axis=0), table[:, :-1]])
    y = np.concatenate([np.delete(y, rows, axis=0), table[:, -1:]])
    return (X, y), replace(settings, removed=tuple(rows), added=added)


def _sample(sample, n_in, kind):
    numbers = validation.float_array("a sample", list(sample))
    if numbers.shape != (n_in + 1,):
        raise ValueError(f"a sample of {len(numbers)} numbers came; {n_in} inputs and a target were expected.")
    _check_size("a sample", numbers)
    if kind == "classification" and numbers[-1] not in (0, 1):
        raise ValueError(f"the target of a new sample is {numbers[-1]:g}; in this data set it is 0 or 1.")
    return tuple(numbers.tolist())
