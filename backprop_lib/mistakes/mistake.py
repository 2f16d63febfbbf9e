"""What a known mistake is: words for the learner, and a wrong backward pass that runs."""

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from backprop_lib.mistakes.settings import SETTINGS
from backprop_lib.mistakes.steps import STEPS, backward
from backprop_lib.mistakes.watching import observe

__all__ = ["MISTAKES", "Mistake"]

MISTAKES = {}
"""Every known mistake by its name. A new one enters when it is made."""


@dataclass(frozen=True, eq=False, repr=False)
class Mistake:
    """One known mistake.

    Attributes
    ----------
    name : str
        The name by which it is asked for, "sign_flipped".
    number : int
        Its place in the course's list of mistakes, 1 to 30; variants share a number.
    title : str
        A few words, "The sign is flipped".
    meaning : str
        What was done.
    advice : str
        What to look at next; never the right line itself.
    equation : str
        The name of the equation that is not followed, see `backprop_lib.equations`.
    chapter : str
        The slug of the chapter that teaches it.
    signature : str
        How it shows in its home setting, one of `KINDS`.
    home : str
        The name of a setting where it shows as it is meant to.
    invisible_in : tuple of str
        The names of the settings where it does not show.
    steps : mapping of str to callable
        The steps of the backward pass that it exchanges, by their names in `STEPS`.
    make : callable or None
        For a mistake that is more than a step: makes the whole wrong pass. It may keep something from call to call.
    penalty : float
        The weight of the penalty in the loss for which it is asked.

    Raises
    ------
    ValueError
        If there is a mistake of that name.
    """

    name: str
    number: int
    title: str
    meaning: str
    advice: str
    equation: str
    chapter: str
    signature: str
    home: str = "linear_relu"
    invisible_in: tuple = ()
    steps: Mapping = field(default_factory=dict)
    make: Callable | None = None
    penalty: float = 0.0

    def __post_init__(self):
        if self.name in MISTAKES:
            raise ValueError(f"there is a mistake {self.name!r} already; take another name.")
        MISTAKES[self.name] = self

    @property
    def shows_in(self):
        """The names of the settings where it shows."""
        return tuple(name for name in SETTINGS if name not in self.invisible_in)

    def program(self):
        """Return the wrong backward pass, ``program(network, forward, y) -> Gradients``, new and without a past."""
        return self.make() if self.make is not None else partial(backward, penalty=self.penalty, **self.steps)

    def gradients(self, network, forward, y):
        """Return what the wrong backward pass answers when it is called for the first time.

        Parameters
        ----------
        network, forward, y
            As for `Network.backward`.

        Returns
        -------
        Gradients
            Wrong ones; or right ones, if the mistake shows in a second call only. `forward` stays as it is.

        Raises
        ------
        ValueError
            If shapes do not fit, as NumPy says it.
        """
        return self.program()(network, copy.deepcopy(forward), y)

    def observe(self, network, X, y):
        """Return what the wrong backward pass does when it is called several times, as `watching.observe` gives it.

        Parameters
        ----------
        network, X, y
            As `Setting.draw` gives them.

        Returns
        -------
        Observation
            With the gradients of each call beside the right ones. Those of a loss with a penalty are expected if the
            mistake is about one.
        """
        return observe(self.program(), network, X, y, penalty=self.penalty)

    @property
    def source(self):
        """The wrong lines, as they stand in the library."""
        wrong = [self.make] if self.make is not None else list(dict.fromkeys(self.steps.values()))
        return "\n\n".join(inspect.getsource(function).rstrip() for function in wrong)

    @property
    def right_source(self):
        """The steps that were exchanged, as they should be; empty if the mistake lies around the pass."""
        return "\n\n".join(inspect.getsource(STEPS[name]).rstrip() for name in self.steps)

    def __repr__(self):
        return f"<mistake {self.number}, {self.name}: {self.title}>"
