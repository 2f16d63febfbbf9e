"""Every known mistake on one test bench: which tensors it spoils, by what factor, and whether it learns all the same.

The mistakes are those of `backprop_lib.mistakes`, the comparison is that of `gradcheck`. Nothing here draws.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from backprop_lib import mistakes, validation
from backprop_lib.mistakes import MISTAKES, SETTINGS
from backprop_lib.numerals import readable

__all__ = ["EPOCHS", "Bench", "Tried"]

EPOCHS = 80
LEARNING_RATE = 0.1

LEAST_SHARE = 0.25
"""From this share of the right run's fall on a run is said to fall as well."""


@dataclass(frozen=True, eq=False)
class Tried:
    """One mistake on the bench.

    Attributes
    ----------
    mistake : Mistake
        What was done wrong.
    outcome : Outcome
        How it shows.
    rows : tuple of TensorComparison
        The tensors of the first call that shows it, or of the first call; empty if it raised.
    right, loss : ndarray of shape (EPOCHS + 1,)
        The loss along a training run with the right gradients, and with the wrong ones; NaN from where it cannot go on.
        A mistake about a penalty has the penalty in both losses.
    ended : str
        Why it could not go on; empty if it could.
    """

    mistake: object
    outcome: object
    rows: tuple
    right: np.ndarray
    loss: np.ndarray
    ended: str


class Bench:
    """All known mistakes in one setting.

    Parameters
    ----------
    setting : str, optional
        A name from `mistakes.SETTINGS`.

    Attributes
    ----------
    setting : Setting
        The setting.
    tried : list of Tried
        One for each mistake, in the order of the list.

    Raises
    ------
    ValueError
        If there is no such setting.
    """

    def __init__(self, setting="linear_relu"):
        self.setting = validation.lookup("a setting", setting, SETTINGS)
        self.network, self.X, self.y = self.setting.draw(np.random.default_rng(0))
        self._right = {}  # by penalty
        self.tried = [self._try(mistake) for mistake in MISTAKES.values()]

    def _try(self, mistake):
        observation = mistake.observe(self.network, self.X, self.y)
        call = next((call for call in observation.calls if not call.right), observation.calls[0])
        penalty = mistake.penalty
        if penalty not in self._right:
            self._right[penalty], early = self._run(partial(mistakes.backward, penalty=penalty), penalty)
            if early:
                raise RuntimeError(f"the run with the right gradients ended early: {early}")
        loss, ended = self._run(mistake.program(), penalty)
        return Tried(mistake, mistakes.judge(observation), call.rows, self._right[penalty], loss, ended)

    def _run(self, backward, penalty):
        """Train with a backward pass; return the loss before each epoch and why it ended early."""
        network, y = self.network.copy(), self.y.copy()
        losses = np.full(EPOCHS + 1, np.nan)
        ended = ""
        with np.errstate(all="ignore"):
            for epoch in range(EPOCHS + 1):
                squares = sum((W**2).sum() for W in network.weights)
                losses[epoch] = network.loss_value(self.X, self.y) + penalty / 2 * squares
                if not np.isfinite(losses[epoch]):
                    losses[epoch], ended = np.nan, f"the loss is no longer finite after {epoch} epochs"
                    break
                if epoch < EPOCHS:
                    try:
                        gradients = backward(network, network.forward(self.X.copy()), y)
                        network.update_parameters(gradients, LEARNING_RATE)
                    except Exception as error:  # what a wrong pass raises is what is to be seen
                        ended = f"{type(error).__name__} in epoch {epoch + 1}: {str(error).strip().removesuffix('.')}"
                        break
        return losses, ended

    def verdict(self, tried):
        """Say in a sentence what became of the loss."""
        start = readable(tried.right[0])
        if tried.ended:
            return f"It cannot go on: {tried.ended}."
        if np.allclose(tried.loss, tried.right, rtol=1e-9):
            same = "The run is the same as with the right gradients"
            is_later = tried.outcome.call not in (None, "first")
            return f"{same}: in it no such call is made." if is_later else f"{same}."
        end, right = readable(tried.loss[-1]), readable(tried.right[-1])
        fall = (tried.right[0] - tried.loss) / (tried.right[0] - tried.right[-1])  # as a share of the right run's
        beside = f"with the right gradients it falls to {right}"
        if fall[-1] >= LEAST_SHARE:
            return f"The loss falls all the same, from {start} to {end}; {beside}. A falling loss proves nothing."
        lowest = int(np.argmin(tried.loss))
        if fall[lowest] >= LEAST_SHARE:
            low = readable(tried.loss[lowest])
            return (
                f"The loss falls at first, from {start} to {low} in epoch {lowest}, and ends at {end}; {beside}. "
                "A falling loss proves nothing."
            )
        if fall[-1] > 0:
            return f"The loss hardly falls, from {start} to {end}; {beside}."
        return f"The loss does not fall: it goes from {start} to {end}; {beside}."
