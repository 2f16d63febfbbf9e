"""What each exercise asks, how an answer is judged, and how the known mistakes are told.

A check has three parts: inputs are drawn from a seed (`Exercise.draw`), evidence is collected (`collecting`), and the
evidence is judged (`judging`). Inputs and evidence are plain data, so the parts can run in different processes.
"""

import importlib
import pkgutil

from backprop_lib.checks import exercises
from backprop_lib.checks.desk import check, hint, progress
from backprop_lib.checks.exercise import EXERCISES, Case, Exercise, Known
from backprop_lib.checks.verdict import Verdict

__all__ = ["EXERCISES", "Case", "Exercise", "Known", "Verdict", "check", "hint", "progress"]

for _module in sorted(module.name for module in pkgutil.iter_modules(exercises.__path__)):
    importlib.import_module(f"{exercises.__name__}.{_module}")
