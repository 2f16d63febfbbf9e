"""The proof of the checks: what every exercise says to right answers, known mistakes, pairs of them and mutants.

`python tests/proof.py` computes the whole table and writes its summary to docs/checks.md; `--seeds 200` also asks
whether 200 draws give the same verdicts.
"""

import argparse
import ast
import contextlib
import csv
import importlib
import io
import itertools
import multiprocessing
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext
import numpy as np
from mutants import mutants

from backprop_lib import mistakes
from backprop_lib.authoring.exercises import BEGIN, checked_in
from backprop_lib.checks import EXERCISES
from backprop_lib.checks.collecting import collect, collect_value
from backprop_lib.checks.judging import _candidates, judge
from backprop_lib.checks.known import _as_backward
from backprop_lib.mistakes import MISTAKES

ROOT = Path(__file__).resolve().parents[1]
SEED = 5
"""The draw on which the table is made."""

OTHER_SEEDS = (6, 7)
"""Further draws, to see whether a name that was given is a true one."""

PAIRS = 40
"""How many pairs of mutants are tried in each exercise."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    exercise: str
    kind: str  # "right", "stub", "known mistake", "pair", "mutant"
    what: str
    verdict: str
    diagnosis: tuple
    differs: bool  # whether the values are not the right ones, on this or another draw


@cache
def cases_of(name, seed):
    return EXERCISES[name].draw(seed)


def verdict_on(name, answer, seed=SEED, seconds=2.0):
    """Return the verdict on an answer, and the evidence."""
    exercise = EXERCISES[name]
    if exercise.takes_function:
        evidence = collect(answer, cases_of(name, seed), seconds=seconds)
        return judge(exercise, cases_of(name, seed), evidence, seed=seed), evidence
    evidence = collect_value(answer)
    cases = cases_of(name, seed) if exercise.kind == "order" else []
    return judge(exercise, cases, evidence, seed=seed), evidence


@cache
def solution_of(name):
    """Return the source of the answer in the solution notebook and the names that stand before it."""
    (path,) = (ROOT / "solutions").glob(f"{name[:2]}_*.md")
    scope, source = {"__name__": "solution"}, None
    for cell in jupytext.read(path, fmt="md").cells:
        if cell.cell_type != "code":
            continue
        if source is not None and checked_in(cell.source) == name:
            return source, scope
        if checked_in(cell.source) or cell.source.startswith(("progress(", "# hint(")):
            continue
        if BEGIN in cell.source:
            source = cell.source
            scope = dict(scope)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(cell.source, str(path), "exec"), scope)
    raise AssertionError(f"no answer to {name} was found in {path.name}")


def answer_from(source, scope, name):
    """Run the source of an answer and return what the check is handed."""
    scope = dict(scope)
    exec(compile(source, "answer", "exec"), scope)
    return scope[handed_over(name)]


@cache
def handed_over(name):
    """Return the name of what the notebook hands to the check."""
    (path,) = (ROOT / "solutions").glob(f"{name[:2]}_*.md")
    for cell in jupytext.read(path, fmt="md").cells:
        if cell.cell_type == "code" and checked_in(cell.source) == name:
            call = ast.parse(cell.source).body[0].value
            return ast.unparse(call.args[1])
    raise AssertionError(name)


@cache
def reference_solution(name):
    source, scope = solution_of(name)
    return answer_from(source, scope, name)


def right_answers(name):
    """Return the differently written right answers."""
    return importlib.import_module(f"right_answers.c{name[:2]}").RIGHT.get(name, [])


def is_function(name):
    return EXERCISES[name].takes_function


# ---- the rows -------------------------------------------------------------------------------------------------------


def rows_of(name):
    """Yield all rows of one exercise."""
    exercise = EXERCISES[name]
    yield row(name, "right", "the solution", reference_solution(name))
    for i, answer in enumerate(right_answers(name)):
        yield row(name, "right", f"right answer {i + 1}", answer)
    if exercise.kind == "hunt":
        yield row(name, "stub", "the two planted bugs", exercise.stub)
    yield from known_rows(name)
    yield from pair_rows(name)
    yield from mutant_rows(name)


def row(name, kind, what, answer, differs=False):
    verdict, _ = verdict_on(name, answer)
    return Row(name, kind, what, verdict.status, verdict.mistakes, differs)


def known_rows(name):
    """Yield a row for each known mistake that can be made in the exercise."""
    for known in _candidates(EXERCISES[name]):
        found = verdict_on_program(name, known.program())
        yield Row(name, "known mistake", known.name, found.status, found.mistakes, True)


def verdict_on_program(name, program, seed=SEED):
    """Return the verdict on a wrong function of the exercise's arguments, in whatever form the exercise wants it."""
    exercise = EXERCISES[name]
    if exercise.kind == "numbers":
        return verdict_on(name, numbers_of(name, program, seed))[0]
    if exercise.kind == "order":
        # The known mistakes of an order are functions; they are judged as what a wrong order would have computed.
        evidence = {**collect(program, cases_of(name, seed), seconds=None), "answer": {"kind": "value", "value": ""}}
        from backprop_lib.checks.judging import _judge_calls

        return _judge_calls(exercise, cases_of(name, seed), evidence, seed)
    return verdict_on(name, program, seed)[0]


def numbers_of(name, program, seed):
    """Return what a learner would hand in who computes with `program`."""
    exercise = EXERCISES[name]
    from backprop_lib.checks.plain import decode

    chosen = {k: decode(v) for k, v in cases_of(name, seed)[0]["calls"][0]["arguments"].items()}
    results = program(*chosen.values())
    if isinstance(results, dict):
        results = [results[r] for r in exercise.returns]
    elif len(exercise.returns) == 1:
        results = [results]
    return {**chosen, **dict(zip(exercise.returns, results, strict=True))}


def pair_rows(name):
    """Yield rows for two mistakes at once: of the list in a whole backward pass, otherwise two mutants."""
    exercise = EXERCISES[name]
    if exercise.arguments == ("weights", "functions", "z", "a", "y"):
        steps = [MISTAKES[known.name] for known in _candidates(exercise) if known.name in MISTAKES]
        steps = [entry for entry in steps if entry.steps]
        for one, other in itertools.combinations(steps, 2):
            if set(one.steps) & set(other.steps):
                continue
            program = lambda n, f, y, one=one, other=other: mistakes.backward(n, f, y, **one.steps, **other.steps)  # noqa: E731
            both = lambda *given, program=program: _as_backward(program, *given)  # noqa: E731
            yield judged(name, "pair", f"{one.name} + {other.name}", both)
        return
    if exercise.kind == "numbers":
        yield from number_pairs(name)
    if exercise.kind == "order":
        yield from order_pairs(name)
    if not is_function(name):
        return
    source, scope = solution_of(name)
    singles = list(mutants(source))
    chosen = random.Random(name).sample(singles, min(PAIRS, len(singles)))
    for words, mutant in chosen:
        doubles = list(mutants(mutant))
        if doubles:
            more, text = random.Random(words).choice(doubles)
            yield from judged_source(name, "pair", f"{words} + {more}", text, scope)


def number_pairs(name):
    """Yield rows for numbers of which some are wrong by one known mistake and the others by another."""
    exercise = EXERCISES[name]
    wrong = {known.name: numbers_of(name, known.program(), SEED) for known in _candidates(exercise)}
    right = numbers_of(name, exercise.reference, SEED)
    pairs = [pair for pair in itertools.permutations(wrong, 2) if len(exercise.returns) > 1]
    for one, other in random.Random(name).sample(pairs, min(PAIRS, len(pairs))):
        last = exercise.returns[-1]
        answer = {**wrong[one], last: wrong[other][last]}
        if all(answer[part] != right[part] for part in (exercise.returns[0], last)):
            verdict = verdict_on(name, answer)[0]
            yield Row(name, "pair", f"{one} + {other}", verdict.status, verdict.mistakes, True)


def order_pairs(name):
    """Yield rows for orders in which two things are wrong: a line lacks or is another one, and two are exchanged."""
    letters = reference_solution(name).split()
    spare = [letter for letter in EXERCISES[name].lines if letter not in letters]
    tried = {}
    for i, instead in itertools.product(range(len(letters)), ([], *([letter] for letter in spare))):
        changed = letters[:i] + instead + letters[i + 1 :]
        for j, k in itertools.combinations(range(len(changed)), 2):
            other = list(changed)
            other[j], other[k] = other[k], other[j]
            tried[" ".join(other)] = None
    for order in random.Random(name).sample(list(tried), min(PAIRS, len(tried))):
        verdict = verdict_on(name, order)[0]
        yield Row(name, "pair", order, verdict.status, true_names(name, order, verdict), not verdict.right)


def mutant_rows(name):
    """Yield a row for each mutant of the solution; for orders, of the order."""
    exercise = EXERCISES[name]
    if exercise.kind == "order":
        yield from order_rows(name)
    if exercise.kind == "numbers":
        yield from number_rows(name)
    if not is_function(name):
        return
    source, scope = solution_of(name)
    for words, text in mutants(source):
        yield from judged_source(name, "mutant", words, text, scope)


def number_rows(name):
    """Yield rows for changed results: negated, doubled, halved, moved a little, left out, exchanged."""
    exercise = EXERCISES[name]
    right = numbers_of(name, exercise.reference, SEED)
    changes = {
        "negated": lambda x: -x,
        "doubled": lambda x: 2 * x,
        "halved": lambda x: x / 2,
        "moved by a thousandth": lambda x: x * 1.001,
        "one more": lambda x: x + 1,
        "inverted": lambda x: 1 / x,
    }
    wrong = {}
    for part in exercise.returns:
        value = right[part]
        if isinstance(value, str):
            continue
        wrong |= {f"{part} {words}": {**right, part: change(value)} for words, change in changes.items()}
        wrong[f"{part} is no number"] = {**right, part: float("nan")}
        wrong |= {f"{part} is {other}": {**right, part: right[other]} for other in right if other != part}
    for words, answer in wrong.items():
        verdict = verdict_on(name, answer)[0]
        values = [answer[part] for part in exercise.returns], [right[part] for part in exercise.returns]
        yield Row(name, "mutant", words, verdict.status, verdict.mistakes, values[0] != values[1])


def order_rows(name):
    """Yield rows for other orders: two lines exchanged, one left out, a line that is to stay out put in."""
    letters = reference_solution(name).split()
    spare = [letter for letter in EXERCISES[name].lines if letter not in letters]
    tried = {}
    for i, j in itertools.combinations(range(len(letters)), 2):
        other = list(letters)
        other[i], other[j] = other[j], other[i]
        tried[" ".join(other)] = None
    for i in range(len(letters)):
        tried[" ".join(letters[:i] + letters[i + 1 :])] = None
        for letter in spare:
            tried[" ".join([*letters[:i], letter, *letters[i + 1 :]])] = None
            tried[" ".join([*letters[:i], letter, *letters[i:]])] = None
    for order in tried:
        verdict = verdict_on(name, order)[0]
        yield Row(name, "mutant", order, verdict.status, true_names(name, order, verdict), not verdict.right)


def judged_source(name, kind, words, text, scope):
    try:
        answer = answer_from(text, scope, name)
    except Exception:  # a mutant that cannot even be defined
        return
    if callable(answer):
        yield judged(name, kind, words, answer)


def judged(name, kind, words, answer):
    verdict, _ = verdict_on(name, answer, seconds=1.0)
    differs = not verdict.right
    if not differs:  # does it differ on another draw? then it should have been refused on this one
        differs = any(not verdict_on(name, answer, seed, seconds=1.0)[0].right for seed in OTHER_SEEDS)
    return Row(name, kind, words, verdict.status, true_names(name, answer, verdict), differs)


def true_names(name, answer, verdict):
    """Return the names that were given, each marked with a ? if another draw does not bear it out."""
    names = verdict.mistakes
    for seed in OTHER_SEEDS if names else ():
        again = verdict_on(name, answer, seed, seconds=1.0)[0].mistakes
        names = tuple(n if n in again else f"{n.rstrip('?')}?" for n in names)
    return names


# ---- the summary ----------------------------------------------------------------------------------------------------


def summary(rows):
    """Return the summary as lines of Markdown."""
    lines = [
        "| exercise | kind | known mistakes | of these named | pairs refused | mutants refused | no difference |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in sorted({row.exercise for row in rows}):
        mine = [row for row in rows if row.exercise == name]
        known = [row for row in mine if row.kind == "known mistake"]
        counts = Counter((row.kind, row.differs, row.verdict == "right") for row in mine)
        refused = {k: counts[k, True, False] for k in ("pair", "mutant")}
        all_ = {k: refused[k] + counts[k, True, True] for k in ("pair", "mutant")}
        same = counts["pair", False, True] + counts["mutant", False, True]
        named = sum(row.what in row.diagnosis for row in known)
        lines.append(
            f"| {name} | {EXERCISES[name].kind} | {len(known)} | {named} | {refused['pair']} of {all_['pair']} "
            f"| {refused['mutant']} of {all_['mutant']} | {same} |"
        )
    known = [row for row in rows if row.kind == "known mistake"]
    wrong = [row for row in rows if row.differs]
    named = sum(row.what in row.diagnosis for row in known)
    refused = sum(row.verdict != "right" for row in wrong)
    false = sum("?" in n for row in rows for n in row.diagnosis)
    lines += [
        "",
        f"In all {refused} of {len(wrong)} wrong answers were refused, {named} of {len(known)} known mistakes were "
        f"named, and {false} names were wrong.",
    ]
    return lines


def write_table(rows, path):
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["exercise", "kind", "what", "verdict", "diagnosis", "differs"])
        for r in rows:
            writer.writerow([r.exercise, r.kind, r.what, r.verdict, " ".join(r.diagnosis), r.differs])


HEAD = """# What the checks were tried on

Every check is tried on answers that are right and on answers that are wrong, and this table says with what result.
`tests/proof.py` makes it; a test compares it with a fresh run.
A mutant is the solution with one small thing changed: an operator, a transpose, an axis, an index, a constant, a name,
or a statement, which is moved or left out.
A pair is two known mistakes at once, or two such changes.
The last column counts changes that leave every value as it is.
"""


def all_rows(names=None):
    """Return the rows of the exercises, each exercise in a process of its own, as many at a time as there are cores."""
    # Spawned, not forked: a test run has threads.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        return [row for rows in pool.map(_listed, names or sorted(EXERCISES)) for row in rows]


def _listed(name):
    return list(rows_of(name))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = [n for n in sorted(EXERCISES) if not options.names or n.startswith(tuple(options.names))]
    if options.seeds:
        for name in names:
            wrong = []
            for seed in range(options.seeds):
                if is_function(name) and not verdict_on(name, reference_solution(name), seed)[0].right:
                    wrong.append((seed, "the solution"))
                for known in _candidates(EXERCISES[name]):
                    found = verdict_on_program(name, known.program(), seed)
                    if known.name not in found.mistakes:
                        wrong.append((seed, known.name, found.status))
            print(name, f"{options.seeds} seeds", "same verdicts" if not wrong else wrong[:10], flush=True)
        return
    rows = all_rows(names)
    write_table(rows, ROOT / "test-results" / "checks.csv")
    print("\n".join(summary(rows)))
    for r in rows:
        bad = (
            (r.differs and r.verdict == "right")
            or (r.kind == "right" and r.verdict != "right")
            or (r.kind == "known mistake" and r.what not in r.diagnosis)
            or any("?" in n for n in r.diagnosis)
        )
        if bad:
            print("PROBLEM", r)
    if not options.names:
        (ROOT / "docs" / "checks.md").write_text(
            HEAD + "\n" + "\n".join(summary(rows)) + "\n", encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
