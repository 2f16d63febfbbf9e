"""One of each explorer, and the cell that makes it; a new one is entered here, and every common test runs on it."""

import numpy as np

from backprop_lib.widgets import (
    BackwardTracer,
    ChainExplorer,
    CheckBench,
    DeltaExplorer,
    EpochStepper,
    ForwardExplorer,
    GradientFlow,
    TapeViewer,
    wire,
)

__all__ = ["EXPLORERS", "ONE_OF_EACH", "cell", "make", "received"]

EXPLORERS = {
    "chain": (ChainExplorer, ("square",), {}),
    "two_paths": (ChainExplorer, ("two_paths",), {}),
    "bench": (CheckBench, ("sign_flipped",), {}),
    "delta": (DeltaExplorer, (), {}),
    "forward": (ForwardExplorer, (), {}),
    "flow": (GradientFlow, (10, 32), {}),
    "tape": (TapeViewer, (), {}),
    "tracer": (BackwardTracer, (), {}),
    "stepper": (EpochStepper, ("moons",), {"hidden_sizes": (8, 8), "epochs": 60}),
    "digits": (EpochStepper, ("digits",), {"hidden_sizes": (32,), "hidden": "relu", "batch_size": 32, "epochs": 20}),
}

ONE_OF_EACH = list({kind: name for name, (kind, _, _) in reversed(EXPLORERS.items())}.values())
"""One name for each class, for what takes long."""


def make(name, **more):
    """Return a new explorer."""
    kind, places, names = EXPLORERS[name]
    return kind(*places, **names, **more)


def cell(name):
    """Return the source of a notebook cell that makes it, shows it and calls it `explorer`."""
    kind, places, names = EXPLORERS[name]
    given = ", ".join([*map(repr, places), *(f"{key}={value!r}" for key, value in names.items())])
    return f"from backprop_lib.widgets import {kind.__name__}\nexplorer = {kind.__name__}({given})\nexplorer"


def received(sent, name):
    """Return an array of a recording as its reader gets it, by what wire.py says of the form."""
    array = sent["arrays"][name]
    shape, dtype = array["shape"], np.dtype(wire.TYPES[array["type"]])
    if array["order"] == 0:
        return np.frombuffer(array["data"], dtype).reshape(shape)
    by_entry = np.frombuffer(array["data"], np.uint8).reshape(dtype.itemsize, -1).T.copy()
    bits = by_entry.view(f"<i{dtype.itemsize}").reshape(-1, shape[0]).T
    for _ in range(array["order"]):
        bits = np.cumsum(bits, axis=0, dtype=bits.dtype)
    return np.ascontiguousarray(bits).view(dtype).reshape(shape)
