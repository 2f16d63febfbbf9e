"""The course's known mistakes, fitted to the functions that exercises ask for."""

from functools import partial

import numpy as np

from backprop_lib import mistakes, validation
from backprop_lib.checks.exercise import Known
from backprop_lib.mistakes import MISTAKES, STEPS, Layer
from backprop_lib.network import ForwardPass, Network

__all__ = [
    "from_list",
    "in_backward",
    "in_steps",
    "network_of",
    "planted",
    "program_of",
    "right_backward",
    "wrong_bias_sums",
]


def from_list(name, wrong=None, *, make=None, general=False, **words):
    """Return one of the course's mistakes as it is made in an exercise.

    Parameters
    ----------
    name : str
        Its name in `backprop_lib.mistakes.MISTAKES`.
    wrong, make, general
        As for `Known`.
    **words : str
        Words that suit the exercise better: title, meaning, advice, equation, chapter.

    Returns
    -------
    Known

    Raises
    ------
    ValueError
        If the course's list has no mistake of that name.
    """
    entry = validation.lookup("a known mistake", name, MISTAKES)
    texts = {key: getattr(entry, key) for key in ("title", "meaning", "advice", "equation", "chapter")} | words
    return Known(name=name, wrong=wrong, make=make, general=general, **texts)


# ---- whole backward passes: backward(weights, functions, z, a, y) -> dW, db ----------------------------------------


def network_of(weights, functions, loss="half_mse"):
    """Return a `Network` that has these weights, the very arrays, and zero biases."""
    sizes = (len(weights[0]), *(W.shape[1] for W in weights))
    names = [function.name for function in functions]
    network = Network(sizes, hidden=names[:-1], output=names[-1], loss=loss, rng=np.random.default_rng(0))
    network.weights = list(weights)
    return network


def _as_backward(program, weights, functions, z, a, y):
    forward = ForwardPass(z=z, a=a, y_hat=a[-1])
    gradients = program(network_of(weights, functions), forward, y)
    return gradients.dW, gradients.db


def right_backward(weights, functions, z, a, y):
    """Return the right dW and db of half_mse."""
    return _as_backward(mistakes.backward, weights, functions, z, a, y)


def in_backward(leave_out=()):
    """Return all mistakes of the list as wrong answers to an exercise that asks for a whole backward pass.

    Parameters
    ----------
    leave_out : sequence of str, optional
        Mistakes that are not made in a function ``backward(weights, functions, z, a, y)``.
    """
    listed = tuple(
        from_list(name, make=partial(_fresh, entry), general=True)
        for name, entry in MISTAKES.items()
        if name not in leave_out and not entry.penalty
    )
    return listed + wrong_bias_sums(
        lambda bias: partial(_as_backward, partial(mistakes.backward, bias_gradient=lambda here: bias(here.delta)))
    )


def wrong_bias_sums(wrong):
    """Return the ways to sum the bias gradient that leave a wrong shape, or begin with 1.

    Parameters
    ----------
    wrong : callable
        ``wrong(bias)`` returns the wrong answer in which ``bias(delta)`` makes each db.
    """
    chapter = MISTAKES["bias_not_summed"].chapter
    return (
        Known(
            "bias_summed_over_outputs",
            title="db is summed over the wrong axis",
            meaning="δ was summed along its rows, over the units, so that there is one number for each sample.",
            advice="Which index do b and db have, that of a sample or that of a unit? Which index must vanish?",
            equation="bias_gradient",
            chapter=chapter,
            wrong=wrong(lambda delta: delta.sum(axis=1)),
        ),
        Known(
            "bias_one_number",
            title="One number for all biases of a layer",
            meaning="δ was summed over all its entries, so that db is one number. An update would add it to each "
            "bias without a word.",
            advice="Compare the shapes of db and b. Over which of its two indices may δ be summed?",
            equation="bias_gradient",
            chapter=chapter,
            wrong=wrong(lambda delta: delta.sum()),
        ),
        Known(
            "bias_summed_from_one",
            title="The sum of db begins with 1",
            meaning="Each entry of db is too large by exactly 1. Python's own `sum(delta, 1)` begins with 1 and adds "
            "the rows to it.",
            advice="What does `sum([10, 20], 1)` give? How is a direction handed to `np.sum`?",
            equation="bias_gradient",
            chapter=chapter,
            wrong=wrong(lambda delta: 1 + delta.sum(axis=0)),
        ),
    )


def _fresh(entry):
    return partial(_as_backward, entry.program())


def planted(*names):
    """Return the backward pass with several mistakes of the list planted in it."""
    return program_of(**{step: function for name in names for step, function in MISTAKES[name].steps.items()})


def program_of(**steps):
    """Return the backward pass with some of its steps exchanged, as an answer to an exercise."""
    return partial(_as_backward, partial(mistakes.backward, **steps))


# ---- single steps ---------------------------------------------------------------------------------------------------


def in_steps(steps, layer, returns, leave_out=()):
    """Return the mistakes of the list that exchange one of `steps`, as wrong answers to an exercise about these steps.

    Parameters
    ----------
    steps : sequence of str
        Names in `backprop_lib.mistakes.STEPS`, in the order in which the answer takes them.
    layer : callable
        Takes the arguments of the exercise and returns what the steps see, see `seen`.
    returns : sequence of str
        What the exercise asks for: "grad_a", "delta", "dW" or "db".
    leave_out : sequence of str, optional
        Mistakes that are not made here.
    """
    return tuple(
        from_list(name, partial(_walk, {**STEPS, **entry.steps}, steps, layer, returns), general=True)
        for name, entry in MISTAKES.items()
        if entry.make is None and not entry.penalty and name not in leave_out and set(entry.steps) & set(steps)
    )


def right_steps(steps, layer, returns):
    """Return the right answer to such an exercise, made of the same steps."""
    return partial(_walk, STEPS, steps, layer, returns)


RESULTS = {
    "output_grad_a": "grad_a",
    "output_delta": "delta",
    "hidden_grad_a": "grad_a",
    "hidden_delta": "delta",
    "weight_gradient": "dW",
    "bias_gradient": "db",
}


def _walk(table, steps, layer, returns, *arguments):
    here = layer(*arguments)
    for step in steps:
        setattr(here, RESULTS[step], table[step](here))
    found = tuple(getattr(here, name) for name in returns)
    return found if len(found) > 1 else found[0]


def seen(**known):
    """Return a `Layer` of which only a part is known; a mistake that looks at another part is not made here."""
    nothing = dict.fromkeys(("network", "W", "b", "f", "a_prev", "z", "a", "y", "y_hat"))
    return Layer(**{**nothing, "penalty": 0.0, "learning_rate": 0.1, **known})
