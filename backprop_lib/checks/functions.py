"""Functions that a check hands to the learner's code, by name, so that they need not be sent."""

import numpy as np

__all__ = ["FUNCTIONS"]

FUNCTIONS = {}
"""The functions by name."""


def _listed(function):
    FUNCTIONS[function.__name__] = function
    return function


@_listed
def cube(x):
    """Return the sum of x**3."""
    return np.sum(np.asarray(x) ** 3)


@_listed
def wave(x):
    """Return the sum of sin(2 x) + x / 3."""
    return np.sum(np.sin(2 * np.asarray(x)) + np.asarray(x) / 3)


@_listed
def bowl(x):
    """Return the sum of exp(x / 2) times its place, counted from 1."""
    x = np.asarray(x)
    return np.sum(np.exp(x / 2) * (1 + np.arange(x.size)).reshape(x.shape))


@_listed
def decay(x):
    """Return exp(-x), which falls; its slope is `decay.derivative`."""
    return np.exp(-np.asarray(x))


decay.derivative = lambda x: -np.exp(-np.asarray(x))


@_listed
def winding(x):
    """Return the sum of the sines of the running sums down each column: an entry has a say in all below it."""
    return np.sum(np.sin(np.cumsum(np.asarray(x), axis=0)))
