"""Data to learn from: small made-up sets, and real handwritten digits that come with the package.

Inputs are (n_samples, n_in), targets (n_samples, 1), rows are samples; whatever is drawn is drawn from `rng`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import numpy as np

from backprop_lib import validation

__all__ = ["DATASETS", "Dataset", "digits", "hold_out", "moons", "noisy_sine", "rings", "spiral", "xor"]


def xor():
    """Return the four points of the exclusive or.

    Returns
    -------
    X : ndarray of shape (4, 2)
        0 0, 0 1, 1 0, 1 1.
    y : ndarray of shape (4, 1)
        1 where exactly one input is 1.
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([[0.0], [1.0], [1.0], [0.0]])
    return X, y


def moons(n_samples=200, *, noise=0.15, rng=None):
    """Return two half circles that interlock.

    Parameters
    ----------
    n_samples : int, optional
        How many points, half of them in each class (the odd one in class 0).
    noise : float, optional
        The standard deviation of what is added to each coordinate; the half circles have radius 1.
    rng : numpy.random.Generator, optional
        Draws the points; without it they differ in every run.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples, 1)
        0 or 1.

    Raises
    ------
    TypeError, ValueError
        If `n_samples` is no whole number of at least 2, or `noise` is negative or not finite.
    """
    rng, halves = _prepared(n_samples, noise, rng)
    upper, lower = (rng.uniform(0, np.pi, size) for size in halves)
    return _two_classes(
        np.column_stack([np.cos(upper) - 0.5, np.sin(upper) - 0.25]),
        np.column_stack([0.5 - np.cos(lower), 0.25 - np.sin(lower)]),
        noise,
        rng,
    )


def rings(n_samples=200, *, noise=0.1, rng=None):
    """Return a ring of radius 1 (class 0) around a ring of radius 0.5 (class 1).

    Parameters
    ----------
    n_samples : int, optional
        How many points, half of them in each class (the odd one in class 0).
    noise : float, optional
        The standard deviation of what is added to each coordinate.
    rng : numpy.random.Generator, optional
        Draws the points; without it they differ in every run.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples, 1)
        0 or 1.

    Raises
    ------
    TypeError, ValueError
        If `n_samples` is no whole number of at least 2, or another number is negative or not finite.
    """
    rng, halves = _prepared(n_samples, noise, rng)
    outer, inner = (rng.uniform(0, 2 * np.pi, size) for size in halves)
    return _two_classes(_circle(outer), 0.5 * _circle(inner), noise, rng)


def spiral(n_samples=200, *, noise=0.03, turns=1.0, rng=None):
    """Return two arms that wind around each other, from near the origin to radius 1.

    Parameters
    ----------
    n_samples : int, optional
        How many points, half of them in each class (the odd one in class 0).
    noise : float, optional
        The standard deviation of what is added to each coordinate.
    turns : float, optional
        How often each arm winds around the origin.
    rng : numpy.random.Generator, optional
        Draws the points; without it they differ in every run.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples, 1)
        0 or 1.

    Raises
    ------
    TypeError, ValueError
        If `n_samples` is no whole number of at least 2, or another number is negative or not finite.
    """
    rng, halves = _prepared(n_samples, noise, rng)
    turns = validation.size("turns", turns)
    first, second = (np.sqrt(rng.uniform(0.02, 1, size)) for size in halves)
    return _two_classes(
        first[:, np.newaxis] * _circle(2 * np.pi * turns * first),
        second[:, np.newaxis] * _circle(2 * np.pi * turns * second + np.pi),
        noise,
        rng,
    )


def noisy_sine(n_samples=60, *, noise=0.1, rng=None):
    """Return points near a sine, for regression.

    Parameters
    ----------
    n_samples : int, optional
        How many points.
    noise : float, optional
        The standard deviation of what is added to y.
    rng : numpy.random.Generator, optional
        Draws the points; without it they differ in every run.

    Returns
    -------
    X : ndarray of shape (n_samples, 1)
        Between -1 and 1.
    y : ndarray of shape (n_samples, 1)
        sin(pi x) with noise.

    Raises
    ------
    TypeError, ValueError
        If `n_samples` is no whole number of at least 2, or `noise` is negative or not finite.
    """
    rng, _ = _prepared(n_samples, noise, rng)
    X = rng.uniform(-1, 1, (n_samples, 1))
    return X, np.sin(np.pi * X) + rng.normal(0, noise, (n_samples, 1))


def digits():
    """Return 1797 handwritten digits of 8 by 8 pixels.

    Returns
    -------
    X : ndarray of shape (1797, 64)
        The pixels row by row, from 0 (paper) to 1 (ink), in steps of 1/16.
    y : ndarray of shape (1797,)
        Which digit it is, 0 to 9, as whole numbers: labels for `softmax_cross_entropy`.

    Notes
    -----
    The test part of "Optical Recognition of Handwritten Digits" by Alpaydin and Kaynak (1998, UCI Machine Learning
    Repository, CC BY 4.0, https://doi.org/10.24432/C50P49), in the order in which scikit-learn gives it.
    """
    with resources.files("backprop_lib").joinpath("data/digits.npz").open("rb") as file, np.load(file) as stored:
        return stored["pixels"] / 16, stored["labels"].astype(int)


def hold_out(X, y, *, fraction=0.25, rng=None):
    """Split data at random into a part to train on and a part to measure on.

    Parameters
    ----------
    X, y : ndarray
        Inputs and targets, one row a sample.
    fraction : float, optional
        The share that is held out, between 0 and 1.
    rng : numpy.random.Generator, optional
        Draws the split; without it it differs in every run.

    Returns
    -------
    train, held_out : tuple (X, y)

    Raises
    ------
    ValueError
        If X and y differ in length, or one of the two parts would be empty.
    """
    X, y = np.asarray(X), np.asarray(y)
    fraction = validation.size("fraction", fraction)
    if X.ndim == 0 or y.ndim == 0:
        raise ValueError(
            f"X and y have the shapes {X.shape} and {y.shape}; arrays with one row a sample were expected."
        )
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} samples and y {len(y)} targets; one target for each sample was expected.")
    n_held_out = round(len(X) * fraction)
    if not 0 < n_held_out < len(X):
        raise ValueError(
            f"fraction={fraction} of {len(X)} samples holds out {n_held_out}; both parts need at least one sample."
        )
    order = validation.random_generator(rng).permutation(len(X))
    held_out, kept = order[:n_held_out], order[n_held_out:]
    return (X[kept], y[kept]), (X[held_out], y[held_out])


def _prepared(n_samples, noise, rng):
    validation.whole_number("n_samples", n_samples, at_least=2)
    validation.size("noise", noise)
    return validation.random_generator(rng), ((n_samples + 1) // 2, n_samples // 2)


def _circle(angle):
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _two_classes(zeros, ones, noise, rng):
    X = np.concatenate([zeros, ones])
    y = np.concatenate([np.zeros((len(zeros), 1)), np.ones((len(ones), 1))])
    return X + rng.normal(0, noise, X.shape), y


@dataclass(frozen=True)
class Dataset:
    """A made-up data set that a learner can pick by name.

    Attributes
    ----------
    name, title : str
        The name in code and on screen.
    task : {"classification", "regression"}
        What its targets are: 0 and 1, or numbers.
    make : callable
        Takes ``rng`` and returns X and y.
    held_out : bool
        Whether a part of it can be held out; not of four points.
    """

    name: str
    title: str
    task: str
    make: Callable
    held_out: bool = True


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset("xor", "XOR", "classification", make=lambda rng: xor(), held_out=False),
        Dataset("moons", "Moons", "classification", make=lambda rng: moons(rng=rng)),
        Dataset("rings", "Rings", "classification", make=lambda rng: rings(rng=rng)),
        Dataset("spiral", "Spiral", "classification", make=lambda rng: spiral(rng=rng)),
        Dataset("noisy_sine", "Noisy sine", "regression", make=lambda rng: noisy_sine(rng=rng)),
    )
}
"""The small data sets with one or two inputs, by name."""
