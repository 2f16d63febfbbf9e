"""What an exercise asks: its inputs, its right answer, its known mistakes, its hints and its points."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from backprop_lib import validation
from backprop_lib.checks.plain import encode

__all__ = ["EXERCISES", "KINDS", "Case", "Exercise", "Known"]

EXERCISES = {}
"""Every exercise by its name. A new one enters when it is made."""

KINDS = {
    "order": "put the lines in order",
    "fill": "fill the blank",
    "write": "write it",
    "hunt": "find the bug",
    "numbers": "compute with your own numbers",
}
"""What there is to do, the most help first."""


@dataclass(frozen=True, eq=False)
class Known:
    """A known mistake as it is made in one exercise.

    Attributes
    ----------
    name, title, meaning, advice, equation, chapter : str
        As for `backprop_lib.mistakes.Mistake`; the equation may be empty where none says anything about the mistake.
    wrong : callable or None
        The wrong answer: a function of the exercise's arguments.
    make : callable or None
        Instead of `wrong`, for a mistake with a memory: makes such a function, new and without a past.
    general : bool
        Whether it comes from the course's list; such a one is left out where it makes no difference.
    """

    name: str
    title: str
    meaning: str
    advice: str
    equation: str
    chapter: str
    wrong: Callable | None = None
    make: Callable | None = None
    general: bool = False

    def program(self):
        """Return the wrong answer as a function."""
        return self.wrong if self.make is None else self.make()


@dataclass(frozen=True)
class Case:
    """One setting in which an answer is tried.

    Attributes
    ----------
    name : str
        A short name, "linear_relu".
    words : str
        What it is, for the learner: "sizes 4-5-5-3, ReLU, 7 samples".
    calls : sequence of (str, dict or None)
        The calls in order, each with its name and its arguments. None for the very same objects as in the call before.
    facts : mapping of str to float
        Numbers by which a factor can be explained: {"n": 7, "k": 3}.
    """

    name: str
    words: str
    calls: tuple
    facts: Mapping = field(default_factory=dict)

    def plain(self):
        """Return the case as plain data."""
        return {
            "name": self.name,
            "words": self.words,
            "facts": {name: float(value) for name, value in self.facts.items()},
            "calls": [
                {"name": name, "arguments": None}
                if arguments is None
                else {"name": name, "arguments": {key: encode(value) for key, value in arguments.items()}}
                for name, arguments in self.calls
            ],
        }


def twice(name, words, arguments, facts=None):
    """Return a case in which the function is called twice with the same objects."""
    return Case(name, words, (("first", arguments), ("again", None)), facts or {})


@dataclass(frozen=True, eq=False, repr=False)
class Exercise:
    """One exercise.

    Attributes
    ----------
    name : str
        The chapter's number and the concept, "04.hidden_delta".
    title : str
        A few words, as they stand in the heading of the notebook.
    kind : str
        One of `KINDS`.
    points : int
        What a right answer is worth.
    chapter : str
        The slug of the chapter that it belongs to; for a retest that of the earlier chapter.
    equation : str
        The equation that it is about.
    arguments : tuple of str
        The names of the function's arguments in order. For "numbers": the numbers that the learner chooses.
    returns : tuple of str
        The names of what is returned, in the order from the input to the output. A name that ends in [] is a list with
        an entry for each layer.
    cases : callable
        ``cases(rng)`` returns a list of `Case`. For "numbers" it draws numbers as a learner could choose them, and is
        used by the tests alone.
    reference : callable
        The right answer, a function of the arguments. It returns one value, or a tuple in the order of `returns`.
    hints : tuple of str
        A question, the formula, the first line.
    known : tuple of Known
        The mistakes that can be made here.
    nudged : callable or None
        ``nudged(arguments, name)`` returns central differences for the tensor of that name, so that the learner can
        see who is right.
    lines : mapping of str to str
        For "order": the lines by their letters; some may be wrong ones that are to be left out.
    stub : callable or None
        What the notebook holds at the start, if it runs: the function with the planted bugs. Whoever hands it in
        has not attempted the exercise.
    planted : tuple of str
        For "hunt": the names of the two known mistakes that are planted.
    flexible : bool
        Whether (n,), (n, 1) and (1, n) are taken for one another in what is returned, and a list for an array.
    forward : bool
        Whether the answer goes from the input to the output, so that the first wrong part is looked for on that way.
    keeps_inputs : bool
        Whether the function has to leave its arguments as they are.
    no_warnings : bool
        Whether a warning of NumPy, such as an overflow, counts as a mistake.
    reading : callable or None
        ``reading(value, arguments)`` turns what was returned into what is compared, where several answers are right.
        What it raises as ValueError is told to the learner.
    rules : callable or None
        For "numbers": ``rules(arguments)`` returns a sentence if the chosen numbers do not do, otherwise None.
    retest : bool
        Whether it repeats an earlier chapter.

    Raises
    ------
    ValueError
        If there is an exercise of that name, or it is not put together as it should be.
    """

    name: str
    title: str
    kind: str
    points: int
    chapter: str
    equation: str
    arguments: tuple
    returns: tuple
    cases: Callable
    reference: Callable
    hints: tuple
    known: tuple = ()
    nudged: Callable | None = None
    lines: Mapping = field(default_factory=dict)
    stub: Callable | None = None
    planted: tuple = ()
    flexible: bool = True
    forward: bool = False
    keeps_inputs: bool = True
    no_warnings: bool = False
    reading: Callable | None = None
    rules: Callable | None = None
    retest: bool = False

    def __post_init__(self):
        if self.name in EXERCISES:
            raise ValueError(f"there is an exercise {self.name!r} already; take another name.")
        validation.lookup("a kind of exercise", self.kind, KINDS)
        if len(self.hints) != 3:
            raise ValueError(f"{self.name} has {len(self.hints)} hints, three were expected.")
        if (self.kind == "order") != bool(self.lines):
            raise ValueError(f"{self.name} is of the kind {self.kind!r}; lines belong to the kind 'order'.")
        if self.kind == "hunt" and self.stub is None:
            raise ValueError(f"{self.name} is a hunt for bugs; its stub is the function that has them.")
        names = [known.name for known in self.known]
        if self.kind == "hunt" and (len(self.planted) != 2 or not set(self.planted) <= set(names)):
            raise ValueError(f"{self.name} plants {self.planted}; two of its known mistakes were expected.")
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name} names a known mistake twice: {sorted(names)}.")
        EXERCISES[self.name] = self

    @property
    def number(self):
        """The number of the chapter in whose notebook it stands, "04"."""
        return self.name.partition(".")[0]

    @property
    def function(self):
        """The name of the learner's function or variable."""
        return self.name.partition(".")[2]

    @property
    def call(self):
        """How the check calls the function: "hidden_delta(grad_a, z)"."""
        return f"{self.function}({', '.join(self.arguments)})"

    @property
    def takes_function(self):
        """Whether the answer is a function; otherwise it is an order of lines or a dict of numbers."""
        return self.kind in ("fill", "write", "hunt")

    def draw(self, seed):
        """Draw the inputs.

        Parameters
        ----------
        seed : int
            The same seed gives the same inputs.

        Returns
        -------
        list of dict
            The cases as plain data.
        """
        return [case.plain() for case in self.cases(np.random.default_rng(seed))]

    def __repr__(self):
        return f"<exercise {self.name}: {self.title}>"
