"""How long a check takes: the right answer and a known mistake of every exercise, beside one gradient check.

Run it with `python benchmarks/checks.py`. Absolute times depend on the machine; the last column is the ratio to a
gradient check of a 4-5-5-3 network that is timed in turn with them.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import proof

from backprop_lib import gradient_check
from backprop_lib.checks import EXERCISES
from backprop_lib.checks.judging import _candidates
from backprop_lib.mistakes import SETTINGS

ROUNDS = 7
YARDSTICK = SETTINGS["linear_relu"].draw(np.random.default_rng(0))


def seconds(work, *arguments):
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def wrong_answer(name):
    """Return what a learner would hand in who makes the first known mistake; for an order, nothing."""
    exercise = EXERCISES[name]
    known = _candidates(exercise)[0]
    if exercise.kind == "order":
        return None
    return proof.numbers_of(name, known.program(), 5) if exercise.kind == "numbers" else known.program()


def main():
    print(f"{'exercise':28} {'first':>7} {'right':>7} {'wrong':>7}   ratio of wrong to one gradient check")
    slowest = 0.0
    for name in sorted(EXERCISES):
        right, wrong = proof.reference_solution(name), wrong_answer(name)
        first = seconds(proof.verdict_on, name, right, 1000)
        times = {"right": [], "wrong": [], "yardstick": []}
        for seed in range(ROUNDS):  # each draw is new, as for a learner
            times["right"].append(seconds(proof.verdict_on, name, right, 2000 + seed))
            if wrong is not None:
                times["wrong"].append(seconds(proof.verdict_on, name, wrong, 3000 + seed))
            times["yardstick"].append(seconds(gradient_check, *YARDSTICK))
        median = {what: statistics.median(found) if found else float("nan") for what, found in times.items()}
        ratio = median["wrong"] / median["yardstick"]
        print(f"{name:28} {first:7.3f} {median['right']:7.3f} {median['wrong']:7.3f}   {ratio:8.1f}")
        slowest = max(slowest, first, *times["right"], *times["wrong"])
    print(f"the slowest check of all took {slowest:.2f} s; the aim is about 1 s")


if __name__ == "__main__":
    main()
