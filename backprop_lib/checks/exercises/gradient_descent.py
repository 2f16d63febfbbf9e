"""Exercises of chapter 06: batches, an update, an epoch, a hunt, momentum by hand, a retest."""

import itertools
import numbers
from functools import partial

import numpy as np

from backprop_lib import activations, equations
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list, in_steps, network_of, right_steps, seen
from backprop_lib.checks.reading import unfit_size
from backprop_lib.gradcheck import numerical_gradient
from backprop_lib.training import Momentum

CHAPTER = "06_gradient_descent"


def slips(*entries, equation="weight_update"):
    """Return a `Known` for each (name, title, meaning, advice, wrong)."""
    return tuple(
        Known(name, title, meaning, advice, equation, CHAPTER, wrong) for name, title, meaning, advice, wrong in entries
    )


# ---- fill the blanks: batches ---------------------------------------------------------------------------


def batch_cases(rng):
    """Draw orders: with a short last batch, without one, with a single batch that is short, with batches of one.

    One order holds some of twenty rows only, so that a row number can be larger than its place.
    """
    cases = []
    for n, of, size in ((7, 7, 3), (10, 10, 4), (12, 12, 4), (5, 5, 8), (9, 9, 9), (3, 3, 1), (6, 20, 4)):
        order = np.arange(of)
        while order[0] == 0 or (order[:2] == np.sort(order)[:2]).all():
            order = rng.permutation(of)[:n]
        words = f"{n}{f' of {of}' * (of > n)} row numbers, batch size {size}"
        cases.append(twice(words, words, {"order": order, "batch_size": size}, {"n": n}))
    return cases


def cut(order, starts, stop):
    """Return the pieces from each of `starts` to ``stop(start)``."""
    return [order[start : stop(start)] for start in starts]


def right_batches(order, batch_size):
    """Return the order cut by the places where a new batch begins."""
    return np.split(order, np.arange(batch_size, len(order), batch_size))


def batches_in_words(value, arguments):
    """Return batches as words, "5, 2, 6" or "empty": row numbers are no measured values, and a batch can be empty."""
    if not isinstance(value, list) and np.ndim(value) != 2:
        raise ValueError("A list of batches was expected, each an array or a list of row numbers.")
    if any(isinstance(batch, numbers.Number) for batch in value):
        raise ValueError("The list holds single numbers; a list of batches was expected, each with its row numbers.")
    return [batch_in_words(batch) for batch in value]


def batch_in_words(batch):
    """Return one batch as words; whatever is no list of numbers is left to be refused."""
    try:
        rows = np.asarray(batch, dtype=float)
    except (TypeError, ValueError):
        return batch
    if rows.ndim == 0 or max(rows.shape) != rows.size:
        return batch
    return ", ".join(f"{row:g}" for row in rows.ravel()) or "empty"


def short_batch_dropped(order, batch_size):
    """Take full batches only."""
    return [batch for batch in right_batches(order, batch_size) if len(batch) == batch_size]


def short_batch_joined(order, batch_size):
    """Let the last batch take the rest, so that it is longer than the others."""
    batches = right_batches(order, batch_size)
    if len(batches) > 1 and len(batches[-1]) < batch_size:
        batches[-2:] = [np.concatenate(batches[-2:])]
    return batches


def short_batch_filled(order, batch_size):
    """Fill the last batch with rows from the beginning of the order."""
    batches = right_batches(order, batch_size)
    return [*batches[:-1], np.resize(np.concatenate([batches[-1], order]), batch_size)]


def places_for_rows(order, batch_size):
    """Cut the places 0, 1, 2, ... and forget which row stands there."""
    return right_batches(np.arange(len(order)), batch_size)


def interleaved(order, batch_size):
    """Deal the rows out like cards."""
    n_batches = -(-len(order) // batch_size)
    return [order[i::n_batches] for i in range(n_batches)]


def every_step(order, batch_size, first=0):
    """Return the places where batches begin."""
    return range(first, len(order), batch_size)


Exercise(
    "06.batches",
    title="Fill the blanks: batches",
    kind="fill",
    points=2,
    chapter=CHAPTER,
    equation="weight_update",
    arguments=("order", "batch_size"),
    returns=("batch[]",),
    cases=batch_cases,
    reference=right_batches,
    reading=batches_in_words,
    known=slips(
        (
            "short_batch_dropped",
            "The short last batch is left out",
            "The rows that do not fill a batch are dropped, so that some samples are not used in this epoch.",
            "Seven rows in batches of three: how many rows has the last batch? Look where your range ends.",
            short_batch_dropped,
        ),
        (
            "short_batch_joined",
            "The rest is joined to the last full batch",
            "The last batch is longer than the batch size. The rest is to be a batch of its own.",
            "Seven rows in batches of three: how many batches should there be?",
            short_batch_joined,
        ),
        (
            "short_batch_filled",
            "The last batch is filled up",
            "The short batch was filled with rows that have had their turn, so that these count twice.",
            "Put all batches together and count how often each row occurs.",
            short_batch_filled,
        ),
        (
            "empty_batch",
            "An empty batch at the end",
            "Where the batch size divides the number of rows, a batch without rows follows the last one. Its loss is "
            "a mean over nothing.",
            "Twelve rows in batches of four: at which places does a batch begin? Is 12 one of them?",
            lambda order, size: cut(order, range(0, len(order) + 1, size), lambda start: start + size),
        ),
        (
            "last_row_left_out",
            "Each batch ends one row too early",
            "In each batch the last row is missing: a slice does not contain its end.",
            "How many entries has `order[0:3]`?",
            lambda order, size: cut(order, every_step(order, size), lambda start: start + size - 1),
        ),
        (
            "one_row_too_many",
            "Each batch has one row too many",
            "Each batch contains the first row of the next one, so that these rows count twice.",
            "How many entries has `order[0:3]`?",
            lambda order, size: cut(order, every_step(order, size), lambda start: start + size + 1),
        ),
        (
            "begins_at_one",
            "The first row is left out",
            "The first batch begins at the place 1, and the place 0 is never used.",
            "At which index does an array begin?",
            lambda order, size: cut(order, every_step(order, size, 1), lambda start: start + size),
        ),
        (
            "step_left_out",
            "A batch begins at every row",
            "The starts are one apart, so that a row occurs in several batches.",
            "At which places do the first three batches of three rows begin? Print your range as a list.",
            lambda order, size: cut(order, range(len(order)), lambda start: start + size),
        ),
        (
            "starts_counted",
            "The number of the batch is taken for its start",
            "There are as many starts as batches, but they are 0, 1, 2, so that the batches overlap.",
            "With which row does the second batch of three rows begin?",
            lambda order, size: cut(order, range(-(-len(order) // size)), lambda start: start + size),
        ),
        (
            "end_stands_still",
            "The end does not move",
            "Each batch ends at the place where the first one ends, so that all later ones are empty.",
            "Write down start and end of the second batch. What should the end be counted from?",
            lambda order, size: cut(order, every_step(order, size), lambda start: size),
        ),
        (
            "end_left_out",
            "Each batch goes on to the end",
            "A batch contains all rows from its start on, so that the later rows occur several times.",
            "Print the lengths of your batches. Where does a batch end?",
            lambda order, size: cut(order, every_step(order, size), lambda start: None),
        ),
        (
            "start_left_out",
            "Each batch begins at the first row",
            "A batch contains all rows up to its end, so that the first rows occur several times.",
            "Print the lengths of your batches. Where does the second batch begin?",
            lambda order, size: [order[: start + size] for start in every_step(order, size)],
        ),
        (
            "places_for_rows",
            "Places instead of row numbers",
            "The batches hold the places 0, 1, 2, ... in turn. Which row stands at a place, `order` says, and it was "
            "not asked: nothing is shuffled.",
            "Print `order` and your first batch side by side.",
            places_for_rows,
        ),
        (
            "order_sorted",
            "The order is sorted again",
            "The rows come in rising order, so that the shuffling is undone.",
            "Print `order` and your first batch side by side.",
            lambda order, size: right_batches(np.sort(order), size),
        ),
        (
            "rows_dealt_out",
            "The rows are dealt out in turn",
            "The number of batches is right, but each takes every second or third row instead of rows side by side.",
            "Which rows of `order` belong to the first batch?",
            interleaved,
        ),
        (
            "number_for_size",
            "The batch size is taken for the number of batches",
            "There are as many batches as a batch should have rows.",
            "Ten rows with the batch size 4: how many batches are there, and how long is the first one?",
            lambda order, size: np.array_split(order, size),
        ),
        (
            "nearly_equal",
            "The batches are of nearly equal size",
            "The rows are spread evenly over the batches, where all batches but the last one are to be full.",
            "Ten rows with the batch size 4: which sizes have the three batches?",
            lambda order, size: np.array_split(order, -(-len(order) // size)),
        ),
        equation="",
    ),
    hints=(
        "Seven rows in batches of three: at which places do the batches begin, and where does each of them end?",
        "The starts are one batch size apart, from 0 on, as long as there are rows left. A slice that reaches beyond "
        "the end stops at the end.",
        "`for start in range(0, ...):`, with two more things in the parentheses.",
    ),
)

# ---- write it: one update -------------------------------------------------------------------------------


def update_cases(rng):
    """Draw the parameters of networks of one, two and three layers, each list with all W first and then all b."""
    cases = []
    for sizes in ((4, 5, 3), (5, 5, 5), (3, 2), (4, 5, 5, 1)):
        shapes = [*itertools.pairwise(sizes), *((size,) for size in sizes[1:])]
        arguments = {
            "parameters": [rng.normal(size=shape) for shape in shapes],
            "gradients": [rng.normal(size=shape) for shape in shapes],
            "learning_rate": round(float(rng.uniform(0.05, 0.3)), 3),
        }
        words = f"all W and b of the sizes {'-'.join(map(str, sizes))}"
        cases.append(twice(words, words, arguments))
    return cases


def each(step):
    """Return the update that takes `step`, a function of p, g and the learning rate, for each array."""
    return lambda parameters, gradients, rate: [step(p, g, rate) for p, g in zip(parameters, gradients, strict=True)]


def right_step(p, g, learning_rate):
    """Return one array after a step, by the equation of the course."""
    return equations.get("weight_update").compute(W=p, learning_rate=learning_rate, dW=g)


def written_over(p, g, learning_rate):
    """Write the new values into the old array."""
    p -= learning_rate * g
    return p


def gradient_scaled(p, g, learning_rate):
    """Multiply the gradient in place."""
    g *= learning_rate
    return p - g


def first_alone(parameters, gradients, learning_rate):
    """Move the first array and hand the others over as they are."""
    return [right_step(parameters[0], gradients[0], learning_rate), *parameters[1:]]


Exercise(
    "06.updated",
    title="Write it: one update",
    kind="write",
    points=2,
    chapter=CHAPTER,
    equation="weight_update",
    arguments=("parameters", "gradients", "learning_rate"),
    returns=("new[]",),
    cases=update_cases,
    reference=each(right_step),
    known=(
        from_list(
            "changed_in_place",
            each(written_over),
            title="The old parameters are changed",
            meaning="The new numbers stand in the old arrays, or in the old list. The first call is right, and the "
            "second one starts from where the first one ended.",
            advice="Which of your lines writes into something that was handed in? A copy of the list still holds the "
            "same arrays, and `p -= ...` is not `p = p - ...`.",
            equation="weight_update",
            chapter=CHAPTER,
        ),
        *slips(
            (
                "gradients_changed",
                "The gradients are changed",
                "The gradients were multiplied in place. The first call is right, and the second one gets gradients "
                "that have been multiplied already.",
                "Print a gradient before and after the call. Which of your lines writes into it?",
                each(gradient_scaled),
            ),
            (
                "uphill",
                "A step uphill",
                "The gradient was added. It points to where the loss grows.",
                "The slope of a weight is positive: should the weight grow or shrink?",
                each(lambda p, g, rate: p + rate * g),
            ),
            (
                "learning_rate_left_out",
                "The learning rate is left out",
                "The whole gradient was subtracted, as if the learning rate were 1.",
                "Call your function with the learning rate 0. Does it move anything?",
                each(lambda p, g, rate: p - g),
            ),
            (
                "divided_by_learning_rate",
                "Divided by the learning rate",
                "A smaller learning rate makes a longer step here.",
                "Halve the learning rate. Does your step get shorter?",
                each(lambda p, g, rate: p - g / rate),
            ),
            (
                "rate_times_all",
                "The learning rate times the whole difference",
                "The parameter itself was multiplied by the learning rate as well, so that it shrinks.",
                "Let the gradient be 0. Does the parameter stay where it is? Mind the parentheses.",
                each(lambda p, g, rate: rate * (p - g)),
            ),
            (
                "change_alone",
                "The change without the parameter",
                "What came back is what is to be added to a parameter, not the new parameter.",
                "Let the learning rate be 0: which numbers should come back?",
                each(lambda p, g, rate: -rate * g),
            ),
            (
                "divided_by_rows",
                "Divided by the number of rows",
                "Each gradient was divided by the length of its own array. The 1/n of the loss is in the gradient "
                "already, and the rows of W are no samples.",
                "Which numbers does the update take apart from parameter and gradient? Count them in its formula.",
                each(lambda p, g, rate: p - rate * g / len(g)),
            ),
            (
                "gradient_squared",
                "The gradient is squared",
                "The square of the gradient was subtracted, so that every weight goes down whatever its slope. The "
                "square belongs to the fall of the loss, not to the step.",
                "By how much does a weight move, and by how much does the loss change for it?",
                each(lambda p, g, rate: p - rate * g**2),
            ),
            (
                "nothing_moved",
                "The old parameters came back",
                "What came back is what was handed in. A new array that is only given a name is in no list.",
                "Where do the new arrays go? `p = ...` in a loop changes what `p` stands for and nothing else.",
                each(lambda p, g, rate: p),
            ),
            (
                "first_alone",
                "The first array alone is moved",
                "The first array is new, and all others came back as they were.",
                "How often does your update run in one call? Print the number of the array in the loop.",
                first_alone,
            ),
            (
                "return_in_the_loop",
                "The loop ends after the first array",
                "One array came back for the whole list: `return` ends the function, also from within a loop.",
                "How far is your `return` indented?",
                lambda parameters, gradients, rate: [right_step(parameters[0], gradients[0], rate)],
            ),
            (
                "biases_left",
                "The biases stay where they are",
                "All W are new and no b is.",
                "Which arrays have a gradient? Look at the last ones of the list.",
                each(lambda p, g, rate: p - rate * g if p.ndim == 2 else p),
            ),
        ),
    ),
    hints=(
        "What does the arrow in w ← w − η ∂C/∂w mean for an array, and where are the new numbers to stand?",
        "For each pair of parameter and gradient: a new array, the old one minus the learning rate times the gradient.",
        "`for p, g in zip(parameters, gradients, strict=True):`",
    ),
)

# ---- write it: one epoch --------------------------------------------------------------------------------


def epoch_cases(rng):
    """Draw a linear layer and data: short last batches, none, one batch alone; as many samples as units."""
    cases = []
    for n, n_in, k, size in ((7, 4, 3, 3), (10, 3, 1, 4), (5, 5, 5, 3), (8, 3, 2, 4), (4, 2, 3, 6)):
        order = rng.permutation(n)
        while np.sum(order == np.arange(n)) > n // 3:
            order = rng.permutation(n)
        arguments = {
            "W": rng.normal(size=(n_in, k)),
            "b": rng.normal(size=k),
            "X": rng.normal(size=(n, n_in)),
            "y": rng.normal(size=(n, k)),
            "order": order,
            "batch_size": size,
            "learning_rate": round(float(rng.uniform(0.05, 0.2)), 3),
        }
        words = f"{n} samples in batches of {size}, {n_in} inputs, {k} output{'s' * (k > 1)}"
        cases.append(twice(words, words, arguments, {"n": n}))
    return cases


def epoch_in_place(W, b, X, y, order, batch_size, learning_rate):
    """Return W and b after one epoch, by the library's network, which writes into them."""
    network = network_of([W], [activations.get("identity")])
    network.biases = [b]
    for rows in right_batches(order, batch_size):
        network.update_parameters(network.backward(network.forward(X[rows]), y[rows]), learning_rate)
    return W, b


def right_epoch(W, b, *given):
    """Return W and b after one epoch; the old ones are left alone."""
    return epoch_in_place(W.copy(), b.copy(), *given)


def layer_gradients(X, delta):
    """Return dW and db."""
    return X.T @ delta, delta.sum(axis=0)


def epoch(
    W,
    b,
    X,
    y,
    order,
    batch_size,
    learning_rate,
    *,
    batches=right_batches,
    X_rows=None,
    y_rows=None,
    predict=lambda X, W, b: X @ W + b,
    error=lambda y_hat, y, size, n: (y_hat - y) / len(y),
    gradients=layer_gradients,
    rate=lambda rate: rate,
    how="each",
):
    """Return W and b after one epoch with a slip.

    `X_rows` and `y_rows` say which rows are taken instead of those of the batch; `error` is handed the batch size and
    the number of all samples too. `how`: "each" is right; with "stale" all predictions are those of the start, with
    "kept" the gradients pile up, with "bias late" b is moved by the error that is left after W has moved, and with
    "outside" the update stands behind the loop.
    """
    start, sums = (W, b), (0, 0)
    places = batches(np.arange(len(order)), batch_size)
    for rows, here in zip(batches(order, batch_size), places, strict=True):
        X_now, y_now = X[here if X_rows == "places" else rows], y[here if y_rows == "places" else rows]

        def delta(W, b, X_now=X_now, y_now=y_now):
            return error(predict(X_now, W, b), y_now, batch_size, len(X))

        dW, db = gradients(X_now, delta(*(start if how == "stale" else (W, b))))
        sums = (sums[0] + dW, sums[1] + db) if how == "kept" else (dW, db)
        if how != "outside":
            W = W - rate(learning_rate) * sums[0]
            b = b - rate(learning_rate) * (gradients(X_now, delta(W, b))[1] if how == "bias late" else sums[1])
    return (W - learning_rate * sums[0], b - learning_rate * sums[1]) if how == "outside" else (W, b)


Exercise(
    "06.one_epoch",
    title="Write it: one epoch in batches",
    kind="write",
    points=5,
    chapter=CHAPTER,
    equation="weight_update",
    arguments=("W", "b", "X", "y", "order", "batch_size", "learning_rate"),
    returns=("W", "b"),
    cases=epoch_cases,
    reference=right_epoch,
    known=(
        from_list("full_batch_size", partial(epoch, error=lambda y_hat, y, size, n: (y_hat - y) / size)),
        from_list(
            "stale_pass",
            partial(epoch, how="stale"),
            title="All gradients belong to the first parameters",
            meaning="The first batch is right. The later ones got gradients of the W and b from the start of the "
            "epoch, so that the batches together make one long step.",
            advice="Between two updates there is one forward pass. With which W does yours predict the second batch?",
        ),
        from_list(
            "accumulated_over_calls",
            partial(epoch, how="kept"),
            title="Gradients pile up over the batches",
            meaning="The first batch is right. Each later step uses the sum of all gradients so far.",
            advice="What is left over from the first batch when the second one begins?",
        ),
        from_list(
            "changed_in_place",
            epoch_in_place,
            title="The old W and b are changed",
            meaning="The new numbers stand in the arrays that were handed in. The first call is right, and the second "
            "one starts from where the first one ended.",
            advice="Which of your lines writes into W? `W -= ...` is not `W = W - ...`.",
            equation="weight_update",
            chapter=CHAPTER,
        ),
        from_list("sign_flipped", partial(epoch, error=lambda y_hat, y, size, n: (y - y_hat) / len(y))),
        from_list("factor_two", partial(epoch, error=lambda y_hat, y, size, n: 2 * (y_hat - y) / len(y))),
        from_list("divided_by_outputs", partial(epoch, error=lambda y_hat, y, size, n: (y_hat - y) / y.size)),
        from_list("summed_not_averaged", partial(epoch, error=lambda y_hat, y, size, n: y_hat - y)),
        from_list("averaged_twice", partial(epoch, error=lambda y_hat, y, size, n: (y_hat - y) / len(y) ** 2)),
        from_list(
            "weights_averaged", partial(epoch, gradients=lambda X, delta: (X.T @ delta / len(X), delta.sum(axis=0)))
        ),
        from_list("bias_averaged", partial(epoch, gradients=lambda X, delta: (X.T @ delta, delta.mean(axis=0)))),
        from_list("bias_summed_over_units", partial(epoch, gradients=lambda X, delta: (X.T @ delta, delta.sum()))),
        *slips(
            (
                "divided_by_all",
                "Divided by the number of all samples",
                "The error of a batch was divided by the number of all samples. The loss of a batch is the mean over "
                "the batch, so that every step is too short.",
                "How many samples does the loss of this batch average over?",
                partial(epoch, error=lambda y_hat, y, size, n: (y_hat - y) / n),
            ),
            (
                "targets_in_their_own_order",
                "The targets are not shuffled with the inputs",
                "The inputs were taken in the given order and the targets in their own, so that a sample is trained "
                "with the target of another one.",
                "Which row of `y` belongs to the first row of your batch? Print both row numbers.",
                partial(epoch, y_rows="places"),
            ),
            (
                "inputs_in_their_own_order",
                "The inputs are not shuffled with the targets",
                "The targets were taken in the given order and the inputs in their own, so that a sample is trained "
                "with the target of another one.",
                "Which row of `X` belongs to the first row of your targets? Print both row numbers.",
                partial(epoch, X_rows="places"),
            ),
            (
                "order_ignored",
                "The order is not used",
                "The rows were taken as they stand in `X` and `y`, not as `order` says.",
                "In which of your lines does `order` occur? Which row is the first that should be used?",
                partial(epoch, X_rows="places", y_rows="places"),
            ),
            (
                "short_batch_dropped",
                "The short last batch is left out",
                "The loop ends with the last full batch, so that the samples after it are never used.",
                "Print the rows of each batch for 7 samples and the batch size 3. Does each sample occur?",
                partial(epoch, batches=short_batch_dropped),
            ),
            (
                "return_in_the_loop",
                "The epoch ends after the first batch",
                "Only the first batch was used.",
                "How often does your loop run? How far is your `return` indented?",
                partial(epoch, batches=lambda order, size: right_batches(order, size)[:1]),
            ),
            (
                "step_for_each_sample",
                "A step for each sample",
                "Every sample got a step of its own, as if the batch size were 1.",
                "How many steps does an epoch take with 7 samples and the batch size 3?",
                partial(epoch, batches=lambda order, size: right_batches(order, 1)),
            ),
            (
                "one_step_with_all",
                "One step with all samples",
                "All samples were used in a single step, as if the batch size were n.",
                "How many steps does an epoch take with 7 samples and the batch size 3?",
                partial(epoch, batches=lambda order, size: [order]),
            ),
            (
                "update_after_the_loop",
                "One step with the last batch alone",
                "The update was made once, after the loop, with the gradients of the last batch. Those of the others "
                "were computed and never used.",
                "How many steps does an epoch of three batches take? How far are your two updates indented?",
                partial(epoch, how="outside"),
            ),
            (
                "bias_after_weights",
                "The bias sees the new weights",
                "W was moved first, and the error for db was computed after that. Both gradients belong to the "
                "same W and b.",
                "How often do you predict one batch? With which W is the second prediction made?",
                partial(epoch, how="bias late"),
            ),
            (
                "bias_not_moved",
                "b stays where it is",
                "W is updated and b is not.",
                "Which parameters has the layer, and which of them do your updates move?",
                partial(epoch, gradients=lambda X, delta: (X.T @ delta, 0 * delta.sum(axis=0))),
            ),
            (
                "bias_left_out",
                "The prediction has no bias",
                "The prediction was made with W alone, so that every error is off by b.",
                "Write down the forward line of a layer. Which terms has it?",
                partial(epoch, predict=lambda X, W, b: X @ W),
            ),
            (
                "learning_rate_left_out",
                "The learning rate is left out",
                "The whole gradient was subtracted, as if the learning rate were 1.",
                "Call your function with the learning rate 0. Does it move anything?",
                partial(epoch, rate=lambda rate: 1.0),
            ),
        ),
    ),
    hints=(
        "What has to be made anew for each batch, and what is carried from one batch to the next?",
        "For each batch: its rows of X and y, the prediction with the present W and b, δ as the error divided by the "
        "rows of this batch, dW and db from δ, and a step.",
        "`for start in range(0, len(order), batch_size):`",
    ),
)

# ---- find the bugs --------------------------------------------------------------------------------------


def training_cases(rng):
    """Draw networks with a tanh hidden layer; one step alone shows one of the two bugs only."""
    cases = []
    for n, sizes, steps in ((7, (4, 5, 3), 1), (7, (4, 5, 3), 3), (5, (5, 5, 5), 2), (6, (3, 4, 1), 4)):
        arguments = {
            "X": rng.normal(size=(n, sizes[0])),
            "y": rng.normal(size=(n, sizes[2])),
            "W1": 0.6 * rng.normal(size=sizes[:2]),
            "b1": rng.uniform(0.1, 0.5, sizes[1]),
            "W2": rng.normal(size=sizes[1:]),
            "b2": rng.uniform(0.1, 0.5, sizes[2]),
            "learning_rate": round(float(rng.uniform(0.1, 0.2)), 3),
            "steps": steps,
        }
        words = f"sizes {'-'.join(map(str, sizes))}, tanh, {n} samples, {steps} step{'s' * (steps > 1)}"
        cases.append(twice(words, words, arguments, {"n": n}))
    return cases


def right_training(X, y, W1, b1, W2, b2, learning_rate, steps):
    """Return the parameters after some steps, by the library's network."""
    network = network_of([W1.copy(), W2.copy()], [activations.get("tanh"), activations.get("identity")])
    network.biases = [b1.copy(), b2.copy()]
    for _ in range(steps):
        network.update_parameters(network.backward(network.forward(X), y), learning_rate)
    (W1, W2), (b1, b2) = network.weights, network.biases
    return W1, b1, W2, b2


def training(
    X,
    y,
    W1,
    b1,
    W2,
    b2,
    learning_rate,
    steps,
    *,
    stale="",
    way_back="kept",
    slope=lambda a1, z1: 1 - a1**2,
    transpose=True,
):
    """Return W1, b1, W2 and b2 after some steps with a slip.

    `stale`: what is made once before the loop, "pass", "hidden" (a1 alone) or "output" (y_hat alone); `way_back`: the
    W2 through which the error is sent, "kept" (that of this step's pass), "updated", or "start" (that before the loop).
    """
    W2_start = W2
    for step in range(steps):
        if not step or stale not in ("pass", "hidden"):
            z1 = X @ W1 + b1
            a1 = np.tanh(z1)
        if not step or stale not in ("pass", "output"):
            y_hat = a1 @ W2 + b2
        delta2 = (y_hat - y) / len(y)
        W2_kept = W2
        W2, b2 = W2 - learning_rate * a1.T @ delta2, b2 - learning_rate * delta2.sum(axis=0)
        back = {"kept": W2_kept, "updated": W2, "start": W2_start}[way_back]
        delta1 = (delta2 @ (back.T if transpose else back)) * slope(a1, z1)
        W1, b1 = W1 - learning_rate * X.T @ delta1, b1 - learning_rate * delta1.sum(axis=0)
    return W1, b1, W2, b2


STALE = "The forward pass stands before the loop, so that later steps use the activations of old parameters."
HIDDEN_STALE = "`y_hat` is made anew in each step, but from the `a1` of the first one, although W1 and b1 have moved."
EARLY = "W2 had changed when the error was sent through it."
START = "The error is sent through the W2 from before the first step. In later steps another W2 made the prediction."


def pairs_of_slips():
    """Return the mistakes of the hunt that are two at once."""
    stale_ask = "Which two lines have to run again after each update?"
    hidden_ask = "Of what is `y_hat` made, and which of that does an update change?"
    early_ask = "Through which W2 does the error go, and which one did the prediction use?"
    return slips(
        (
            "hidden_pass_and_early",
            "An old hidden layer, and W2 updated too early",
            f"{HIDDEN_STALE} And {EARLY}",
            f"{hidden_ask} Then: {early_ask[0].lower()}{early_ask[1:]}",
            partial(training, stale="hidden", way_back="updated"),
        ),
        (
            "stale_and_start_weights",
            "A pass of earlier parameters, and the W2 of the start",
            f"{STALE} The W2 that is kept for the way back is that of the start as well.",
            f"{stale_ask} And for which W2 is the copy made, the first one or that of each step?",
            partial(training, stale="pass", way_back="start"),
        ),
        (
            "hidden_pass_and_start_weights",
            "An old hidden layer, and the W2 of the start",
            f"{HIDDEN_STALE} {START}",
            f"{hidden_ask} And how often is your copy of W2 made?",
            partial(training, stale="hidden", way_back="start"),
        ),
    )


Exercise(
    "06.mended",
    title="Find the bugs: a training loop that runs",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="weight_update",
    arguments=("X", "y", "W1", "b1", "W2", "b2", "learning_rate", "steps"),
    returns=("W1", "b1", "W2", "b2"),
    cases=training_cases,
    reference=right_training,
    stub=partial(training, stale="pass", way_back="updated"),
    planted=("stale_pass", "updated_too_early"),
    known=(
        from_list(
            "stale_pass",
            partial(training, stale="pass"),
            meaning=STALE,
            advice="After a step the weights are new. Which of your lines must run again before the next one?",
        ),
        from_list(
            "updated_too_early",
            partial(training, way_back="updated"),
            meaning=f"{EARLY} The error of the hidden layer then belongs to weights that were not in the forward "
            "pass. It shows in the very first step, in W1 and b1 alone.",
            advice="With which W2 was `y_hat` made? Look at the call with one step: which arrays are right there?",
        ),
        from_list(
            "slope_left_out",
            partial(training, slope=lambda a1, z1: 1),
            advice="On the way back from a1 to z1 lies a tanh. Which factor of your `delta1` knows about it?",
        ),
        from_list(
            "slope_at_activation",
            partial(training, slope=lambda a1, z1: 1 - np.tanh(a1) ** 2),
            title="The tanh is taken twice",
            meaning="The slope of the tanh was taken at a1, which has been through the tanh already.",
            advice="What does `1 - a1**2` hold: the square of z1, of tanh(z1), or of tanh(tanh(z1))?",
        ),
        from_list("not_transposed", partial(training, transpose=False)),
        *slips(
            (
                "hidden_pass_stale",
                "An old hidden layer",
                HIDDEN_STALE,
                "Of what is `y_hat` made, and which of that does an update change?",
                partial(training, stale="hidden"),
            ),
            (
                "output_pass_stale",
                "An old prediction",
                "`a1` is made anew in each step, but `y_hat` is that of the first one, so that the error never gets "
                "smaller.",
                "Print `y_hat` in each step. Does it change?",
                partial(training, stale="output"),
            ),
            (
                "output_pass_and_early",
                "An old prediction, and W2 updated too early",
                f"`y_hat` is that of the first step in all of them. And {EARLY}",
                "Print `y_hat` in each step: does it change? And through which W2 does the error go?",
                partial(training, stale="output", way_back="updated"),
            ),
            (
                "start_weights",
                "The W2 of the start on the way back",
                START,
                "How often is your copy of W2 made? Does the second step need the same one?",
                partial(training, way_back="start"),
            ),
        ),
        *pairs_of_slips(),
    ),
    hints=(
        "Follow the first step by hand, and then the second. Which array is older than it should be, and which is "
        "newer?",
        "Each step: a forward pass with the present parameters, all of the way back through these same parameters, "
        "and only then the updates.",
        "Begin with the first two lines: do they stand where they run once, or where they run in each step?",
    ),
)

# ---- a number of one's own: momentum --------------------------------------------------------------------

CHOSEN = ("w", "learning_rate", "g_1", "g_2")


def momentum_numbers(rng):
    """Draw numbers as a learner could choose them."""
    g_1, g_2 = rng.uniform(1.5, 4, 2).round(2).tolist()
    values = [round(float(rng.uniform(1.5, 4)), 2), round(float(rng.uniform(0.1, 0.4)), 2), g_1, -g_2]
    return [Case("yours", "your numbers", (("first", dict(zip(CHOSEN, values, strict=True))),))]


def momentum_rules(arguments):
    """Return what does not do about the chosen numbers."""
    if not 0.01 <= arguments["learning_rate"] <= 0.9:
        return f"`learning_rate` is {arguments['learning_rate']}; a number between 0.01 and 0.9 was expected."
    return unfit_size({name: value for name, value in arguments.items() if name != "learning_rate"}, 0.05, 20)


def right_momentum(w, learning_rate, g_1, g_2):
    """Return the velocity and the weight after two steps, by the library's optimizer."""
    rule, memory = Momentum(), {}
    for g in (g_1, g_2):
        w = w + rule.change(g, memory, learning_rate)
    return memory["v"], w


def momentum(w, rate, g_1, g_2, *, velocity=lambda v, g, rate: 0.9 * v + g, move=lambda w, v, rate: w - rate * v):
    """Return the velocity and the weight after two steps with other rules."""
    v = 0
    for g in (g_1, g_2):
        v = velocity(v, g, rate)
        w = move(w, v, rate)
    return v, w


Exercise(
    "06.momentum_by_hand",
    title="Compute with your own numbers: two steps with momentum",
    kind="numbers",
    points=2,
    chapter=CHAPTER,
    equation="weight_update",
    arguments=CHOSEN,
    returns=("v_2", "w_2"),
    cases=momentum_numbers,
    reference=right_momentum,
    rules=momentum_rules,
    known=slips(
        (
            "memory_forgotten",
            "The first gradient is forgotten",
            "The second step looks at its own gradient alone. That is gradient descent without momentum.",
            "What is in the memory when the second step begins, and what becomes of it?",
            partial(momentum, velocity=lambda v, g, rate: g),
        ),
        (
            "not_faded",
            "The first gradient does not fade",
            "The two gradients were added in full.",
            "How much of the old velocity is kept in a step?",
            partial(momentum, velocity=lambda v, g, rate: v + g),
        ),
        (
            "new_gradient_faded",
            "The new gradient fades as well",
            "The gradient of the step was multiplied by 0.9 too. What fades is the old velocity.",
            "The velocity is 0 before the first step. What should it be after that step?",
            partial(momentum, velocity=lambda v, g, rate: 0.9 * (v + g)),
        ),
        (
            "wrong_one_faded",
            "The new gradient fades instead of the old velocity",
            "The factor 0.9 stands at the second gradient, and the old velocity was kept in full.",
            "Which of the two is older, and which of them should count for more?",
            lambda w, rate, g_1, g_2: (g_1 + 0.9 * g_2, w - rate * g_1 - rate * (g_1 + 0.9 * g_2)),
        ),
        (
            "running_mean",
            "A running mean, as in Adam",
            "The new gradient was multiplied by 0.1. Adam does that with its mean; the velocity of momentum takes the "
            "gradient in full.",
            "Look at the two functions of the chapter side by side. What stands in front of `g` in `momentum`?",
            partial(momentum, velocity=lambda v, g, rate: 0.9 * v + 0.1 * g),
        ),
        (
            "first_step_left_out",
            "The second step starts from the old weight",
            "The velocity is right, but the weight has not made its first step.",
            "Where does the weight stand when the second step begins?",
            lambda w, rate, g_1, g_2: (0.9 * g_1 + g_2, w - rate * (0.9 * g_1 + g_2)),
        ),
        (
            "second_step_plain",
            "The second step is made without the velocity",
            "The velocity is right, but the weight was moved by the two gradients alone.",
            "What does the learning rate multiply, the gradient or the velocity?",
            lambda w, rate, g_1, g_2: (0.9 * g_1 + g_2, w - rate * (g_1 + g_2)),
        ),
        (
            "uphill",
            "The steps go uphill",
            "The velocity is right, but it was added. It points to where the loss grows.",
            "The first gradient is positive, say: should the weight grow or shrink?",
            partial(momentum, move=lambda w, v, rate: w + rate * v),
        ),
        (
            "learning_rate_left_out",
            "The learning rate is left out",
            "The whole velocity was subtracted in each step, as if the learning rate were 1.",
            "Which of your factors would make the steps shorter if it were smaller?",
            partial(momentum, move=lambda w, v, rate: w - v),
        ),
        (
            "rate_in_velocity",
            "The learning rate is in the velocity",
            "The weight is right, but the velocity has the learning rate in it. Some texts write it so; here the "
            "velocity is a sum of gradients, and the learning rate comes with the step.",
            'Read what `memory["v"]` holds in the chapter\'s function.',
            partial(momentum, velocity=lambda v, g, rate: 0.9 * v + rate * g, move=lambda w, v, rate: w - v),
        ),
        (
            "rate_and_sign_in_velocity",
            "The learning rate and the minus sign are in the velocity",
            "The weight is right, but the velocity is the change of the weight. Some texts write it so; here the "
            "velocity is a sum of gradients, and sign and learning rate come with the step.",
            'Read what `memory["v"]` holds in the chapter\'s function.',
            partial(momentum, velocity=lambda v, g, rate: 0.9 * v - rate * g, move=lambda w, v, rate: w + v),
        ),
        (
            "rate_twice",
            "The learning rate is used twice",
            "It was multiplied into the velocity and once more into the step.",
            "Count the learning rates in your arithmetic for the first step.",
            partial(momentum, velocity=lambda v, g, rate: 0.9 * v + rate * g),
        ),
    ),
    hints=(
        "What is the velocity after the first step, and where does the weight stand then?",
        "In each step: the old velocity times 0.9, plus the gradient; then the weight minus the learning rate times "
        "the velocity. At the start the velocity is 0.",
        "After the first step the velocity is `g_1` and the weight `w - learning_rate * g_1`.",
    ),
)

# ---- a retest: chapter 05 -------------------------------------------------------------------------------


def layer_cases(rng):
    """Draw a layer and what arrives at it, for a mask and for smooth slopes; square weights too."""
    cases = []
    for n, n_in, n_out, name in ((7, 4, 3, "relu"), (7, 4, 3, "tanh"), (6, 5, 5, "sigmoid"), (5, 5, 5, "relu")):
        while True:
            z = rng.normal(size=(n, n_out))
            if np.abs(z).min() > 0.01 and (z > 0).any(axis=0).all() and (z < 0).any(axis=0).all():
                break
        arguments = {
            "a_prev": rng.normal(size=(n, n_in)),
            "z": z,
            "function": activations.get(name),
            "grad_a": rng.normal(size=(n, n_out)) / n,
        }
        words = f"{name}, {n} samples, {n_in} units in, {n_out} out"
        cases.append(twice(words, words, arguments, {"n": n}))
    return cases


def layer_seen(a_prev, z, function, grad_a):
    """Return what the steps of a layer see."""
    return seen(a_prev=a_prev, z=z, a=function(z), f=function, grad_a=grad_a, b=np.zeros(z.shape[1]))


def nudged_layer(arguments, name):
    """Nudge W or b of the layer: z moves, and with it the sum of grad_a times the activation."""
    a_prev, z, f, grad_a = (arguments[key] for key in ("a_prev", "z", "function", "grad_a"))
    if name == "dW":
        start = np.zeros((a_prev.shape[1], z.shape[1]))
        return numerical_gradient(lambda W: np.sum(grad_a * f(z + a_prev @ W)), start)
    return numerical_gradient(lambda b: np.sum(grad_a * f(z + b)), np.zeros(z.shape[1]))


LAYER_STEPS = (("hidden_delta", "weight_gradient", "bias_gradient"), layer_seen, ("dW", "db"))

Exercise(
    "06.layer_again",
    title="Once more, from chapter 05: the gradients of a layer",
    kind="write",
    points=3,
    chapter="05_vectorized_gradients",
    equation="weight_gradient",
    arguments=("a_prev", "z", "function", "grad_a"),
    returns=("dW", "db"),
    cases=layer_cases,
    reference=right_steps(*LAYER_STEPS),
    known=(
        *in_steps(*LAYER_STEPS, leave_out=("slope_of_another_layer", "input_gradient_as_dW", "gradient_from_z")),
        Known(
            "bias_from_grad_a",
            title="db is built before the slope",
            meaning="db is the sum of what arrives at the layer. b stands in z, and the slope lies between z and a.",
            advice="dW and db come from the same δ. Which array do you sum for db?",
            equation="bias_gradient",
            chapter="05_vectorized_gradients",
            wrong=lambda a_prev, z, f, grad_a: (a_prev.T @ (grad_a * f.derivative(z)), grad_a.sum(axis=0)),
        ),
        Known(
            "activation_for_slope",
            title="The activation for its slope",
            meaning="What arrives was multiplied by f(z), the activation, where its derivative is meant.",
            advice="By how much does a change when z is raised a little? Which of the two functions says that?",
            equation="hidden_delta",
            chapter="04_hidden_delta",
            wrong=lambda a_prev, z, f, grad_a: (a_prev.T @ (grad_a * f(z)), (grad_a * f(z)).sum(axis=0)),
        ),
        Known(
            "bias_summed_over_outputs",
            title="db is summed over the wrong axis",
            meaning="δ was summed along its rows, over the units, so that there is one number for each sample.",
            advice="Which index do b and db have, that of a sample or that of a unit? Which index must vanish?",
            equation="bias_gradient",
            chapter="05_vectorized_gradients",
            wrong=lambda a_prev, z, f, grad_a: (
                a_prev.T @ (grad_a * f.derivative(z)),
                (grad_a * f.derivative(z)).sum(axis=1),
            ),
        ),
    ),
    nudged=nudged_layer,
    hints=(
        "`grad_a` is the error at a. W and b make z. What lies between the two?",
        "First δ: what arrives times the slope at z. Both gradients are made of δ: a product with what came in, and a "
        "sum over the samples.",
        "`delta = grad_a * ...`, with the slope at z.",
    ),
    retest=True,
)
