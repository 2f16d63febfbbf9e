"""The known mistakes of backward passes, as objects: what was done, what shows it, and a wrong pass that runs.

`backward` is the backward pass in steps, and a mistake exchanges one of them. A `Setting` is a network with data on
which a backward pass can be tried, and `table` computes which mistake shows where, and how.
"""

from backprop_lib.mistakes.catalog import MISTAKES, Mistake
from backprop_lib.mistakes.outcomes import KINDS, MistakeTable, Outcome, alike, judge, outcome, same_numbers, table
from backprop_lib.mistakes.settings import SETTINGS, Setting
from backprop_lib.mistakes.steps import STEPS, Layer, backward
from backprop_lib.mistakes.watching import Call, Observation, observe

__all__ = [
    "KINDS",
    "MISTAKES",
    "SETTINGS",
    "STEPS",
    "Call",
    "Layer",
    "Mistake",
    "MistakeTable",
    "Observation",
    "Outcome",
    "Setting",
    "alike",
    "backward",
    "judge",
    "observe",
    "outcome",
    "same_numbers",
    "table",
]
