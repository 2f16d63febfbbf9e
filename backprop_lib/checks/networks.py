"""Settings for exercises about whole networks: guarded draws, the calls of a backward pass, and central differences."""

import re
from dataclasses import dataclass

import numpy as np

from backprop_lib.checks.exercise import Case
from backprop_lib.checks.known import network_of
from backprop_lib.gradcheck import numerical_gradient
from backprop_lib.mistakes import SETTINGS, Setting

__all__ = ["BACKWARD_SETTINGS", "backward_cases", "describe", "facts", "nudged_backward"]


@dataclass(frozen=True)
class _Unlisted(Setting):
    """A setting that is of use here only and does not enter the course's table."""

    def __post_init__(self):
        pass


CUBE = _Unlisted(
    "cube",
    "As many samples as units, everywhere: whatever is mixed up, no shape stops it.",
    sizes=(5, 5, 5, 5),
    n_samples=5,
    hidden="tanh",
)

BACKWARD_SETTINGS = (
    *(SETTINGS[name] for name in ("one_layer", "linear_relu", "linear_smooth", "square_relu", "sigmoid_output")),
    CUBE,
)
"""The settings in which a backward pass of half_mse is tried; between them no mistake of the list goes unseen."""


def describe(setting):
    """Return a setting in the learner's words, "sizes 4-5-5-3, relu, 7 samples"."""
    hidden = f", {setting.hidden}" if len(setting.sizes) > 2 else ""
    output = f", {setting.output} at the output" if setting.output != "identity" else ""
    samples = f"{setting.n_samples} sample{'s' * (setting.n_samples != 1)}"
    return f"sizes {'-'.join(map(str, setting.sizes))}{hidden}{output}, {samples}"


def facts(setting):
    """Return the numbers by which a factor can be explained: n samples and k outputs."""
    known = {"n": setting.n_samples, "k": setting.sizes[-1]}
    return {name: value for name, value in known.items() if value > 2}


def backward_cases(rng, settings=BACKWARD_SETTINGS):
    """Return a case for each setting: two calls with the same objects, one after a step, one with a shorter batch.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws networks and data.
    settings : sequence of Setting, optional
        The settings.

    Returns
    -------
    list of Case
        With the arguments weights, functions, z, a, y.
    """
    cases = []
    for setting in settings:
        network, X, y = setting.draw(rng)
        calls = [("first", _arguments(network, X, y)), ("again", None)]
        stepped = network.copy()
        stepped.update_parameters(network.backward(network.forward(X), y), 0.1)
        calls.append(("after a step", _arguments(stepped, X, y)))
        short = len(X) // 2
        calls.append(("short batch", _arguments(stepped, X[:short], y[:short])))
        cases.append(Case(setting.name, describe(setting), tuple(calls), facts(setting)))
    return cases


def _arguments(network, X, y):
    forward = network.forward(X)
    return {
        "weights": network.weights,
        "functions": network.activations,
        "z": forward.z,
        "a": forward.a,
        "y": y,
    }


def nudged_backward(arguments, name):
    """Return central differences of half_mse for the tensor called "dW[1]" or "db[0]".

    Parameters
    ----------
    arguments : dict
        weights, functions, z, a and y of one call; the biases are read off the pass.
    name : str
        The tensor.

    Returns
    -------
    ndarray or None
        None for another name.
    """
    found = re.fullmatch(r"d([Wb])\[(\d+)\]", name)
    if not found:
        return None
    network = network_of([W.copy() for W in arguments["weights"]], arguments["functions"])
    X, y = arguments["a"][0], arguments["y"]
    for W, b, z, a in zip(network.weights, network.biases, arguments["z"], arguments["a"], strict=False):
        b[...] = (z - a @ W)[0]
    kind, layer = found.group(1), int(found.group(2))
    parameter = (network.weights if kind == "W" else network.biases)[layer]

    def loss(values):
        kept = parameter.copy()
        parameter[...] = values
        value = network.loss_value(X, y)
        parameter[...] = kept
        return value

    return numerical_gradient(loss, np.array(parameter))
