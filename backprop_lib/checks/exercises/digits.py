"""Exercises of chapter 10: the delta of one sample by hand, accuracy, a hunt in a classifier, a retest."""

from functools import partial

import numpy as np

from backprop_lib import losses
from backprop_lib.activations import sigmoid
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list, wrong_bias_sums
from backprop_lib.checks.reading import unfit_size
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "10_digits"

# ---- a number of one's own: the delta of one sample -----------------------------------------------------

BATCH = 4


def logit_numbers(rng):
    """Draw three logits as a learner could choose them."""
    while True:
        values = rng.permutation([1, -1, 1]) * rng.uniform(0.3, 2.5, 3)
        if np.diff(np.sort(values)).min() > 0.1 and abs(values.sum()) > 0.1:
            break
    logits = dict(zip(("z_0", "z_1", "z_2"), values.round(2).tolist(), strict=True))
    return [Case("yours", "your numbers", (("first", logits),))]


def logit_rules(arguments):
    """Return what does not do about the chosen logits."""
    complaint = unfit_size(arguments, 0.05, 5)
    if complaint:
        return complaint
    values = list(arguments.values())
    if len({round(value, 6) for value in values}) < 3:
        return "Two of your logits are alike; choose three different ones."
    return None


def sample_delta(
    *logits,
    softmax=lambda z: losses.softmax(z[np.newaxis])[0],
    target=(0.0, 1.0, 0.0),
    divisor=BATCH,
    error=lambda p, y: p - y,
):
    """Return the three deltas of one sample of class 1 in a batch of four, right or with a slip."""
    p, y = softmax(np.array(logits)), np.array(target)
    return tuple((error(p, y) / divisor).tolist())


def with_slip(**parts):
    """Return the deltas of one sample with some parts exchanged."""
    return partial(sample_delta, **parts)


Exercise(
    "10.sample_delta",
    title="Compute with your own numbers: the δ of one sample",
    kind="numbers",
    points=2,
    chapter=CHAPTER,
    equation="softmax_delta",
    arguments=("z_0", "z_1", "z_2"),
    returns=("delta_0", "delta_1", "delta_2"),
    cases=logit_numbers,
    reference=sample_delta,
    rules=logit_rules,
    known=(
        from_list(
            "sign_flipped",
            with_slip(error=lambda p, y: y - p),
            meaning="All three δ have the wrong sign: target minus probability for probability minus target.",
            advice="Raise the logit of class 1 by a little. Does the loss rise or fall? Which sign must its δ have?",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "summed_not_averaged",
            with_slip(divisor=1),
            meaning="The three numbers are those of the sample alone; the 1/n of the loss is missing.",
            advice="The loss is a mean over the batch. By how much does it move if the loss of one sample moves by 1?",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "averaged_twice",
            with_slip(divisor=BATCH**2),
            meaning="The difference was divided by 16, twice by the number of samples.",
            advice="The loss has a single 1/n. How often did you divide?",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        from_list(
            "divided_by_outputs",
            with_slip(divisor=3 * BATCH),
            meaning="The difference was divided by 12, samples times classes. "
            "The loss averages over the samples alone.",
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        Known(
            "divided_by_classes",
            title="Divided by the number of classes",
            meaning="The difference was divided by 3, the classes. The loss averages over the samples.",
            advice="Which number in the text of the exercise is n?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_slip(divisor=3),
        ),
        from_list(
            "slope_twice_with_cross_entropy",
            with_slip(error=lambda p, y: (p - y) * p * (1 - p)),
            equation="softmax_delta",
            chapter=CHAPTER,
        ),
        Known(
            "target_left_out",
            title="The target is left out",
            meaning="The three numbers are the probabilities; nothing was subtracted for the true class.",
            advice="What should the three δ add up to? What do yours add up to?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_slip(error=lambda p, y: p),
        ),
        Known(
            "one_from_every_class",
            title="1 is subtracted everywhere",
            meaning="1 was subtracted for every class. The one-hot row holds a single 1.",
            advice="Write down the target row of a sample of class 1. How many ones has it?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_slip(error=lambda p, y: p - 1),
        ),
        Known(
            "target_divided_alone",
            title="Only the target is divided",
            meaning="The probabilities stand there in full, and the 1 of the target was divided by 4: a bracket is "
            "missing around the difference.",
            advice="Which is done first in `p - 1 / 4`? What should the three δ add up to, and what do yours?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_slip(error=lambda p, y: p - y / BATCH, divisor=1),
        ),
        Known(
            "class_counted_from_one",
            title="The 1 stands at the wrong class",
            meaning="The target is 1 for class 0, as if the classes were counted from 1.",
            advice="The label is 1 and the classes are 0, 1 and 2. Which place is that in the row?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_slip(target=(1.0, 0.0, 0.0)),
        ),
        Known(
            "class_after_the_true_one",
            title="The 1 stands at the last class",
            meaning="The target is 1 for class 2, which is not the true one.",
            advice="The label is 1 and the classes are 0, 1 and 2. Which place is that in the row?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_slip(target=(0.0, 0.0, 1.0)),
        ),
        Known(
            "true_class_only",
            title="Only the true class gets a δ",
            meaning="Only the true class has an error. But its probability falls as well if another logit rises.",
            advice="Raise the logit of a wrong class by a little. What happens to the probability of the true one?",
            equation="softmax_delta",
            chapter="04_hidden_delta",
            wrong=with_slip(error=lambda p, y: (p - y) * y),
        ),
        Known(
            "logits_for_probabilities",
            title="Softmax is left out",
            meaning="The target was subtracted from the logits, not from the probabilities.",
            advice="Do your three predictions lie between 0 and 1, and do they add up to 1?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_slip(softmax=lambda z: z),
        ),
        Known(
            "sigmoid_for_softmax",
            title="A sigmoid for each output",
            meaning="Each logit went through a sigmoid of its own, so that the three do not add up to 1.",
            advice="Add up your three probabilities. Which denominator do they share?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_slip(softmax=sigmoid),
        ),
        Known(
            "exp_left_out",
            title="The exponential is left out",
            meaning="The logits were divided by their sum, without the exponential, so that some can be negative.",
            advice="What would your formula give if the three logits added up to 0?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_slip(softmax=lambda z: z / z.sum()),
        ),
    ),
    hints=(
        "Which three probabilities belong to your logits, and which three numbers are the target?",
        "Each δ is probability minus target, divided by the number of samples of the batch.",
        "`total = np.exp(...) + np.exp(...) + np.exp(...)`, with your three logits in the places of the dots.",
    ),
)

# ---- write it: the accuracy -----------------------------------------------------------------------------


def hits(logits, labels):
    """Return for each sample whether the largest logit stands at the label."""
    return np.argmax(logits, axis=1) == labels


def accuracy_cases(rng):
    """Draw logits that are right for some of the samples; a draw on which a mistake could hide is rejected."""
    cases = []
    for n, k, level in ((7, 4, 0.0), (5, 5, 0.0), (40, 10, 0.0), (9, 3, -20.0)):
        while True:
            labels = rng.integers(0, k, n)
            logits = rng.normal(size=(n, k)) + 1.2 * np.eye(k)[labels] + level
            logits[0, labels[0]] = logits.max() + 1  # the largest of all, so that one place for all scores a little
            right = hits(logits, labels).mean()
            others = [wrong(logits, labels) for wrong in SCORES]
            if n == k:
                others.append(largest_over_samples(logits, labels))
            if 0 < right < 1 and all(abs(float(other) - right) > 0.01 for other in others):
                break
        words = f"{n} samples, {k} classes" + (", all logits negative" * (level < 0))
        cases.append(twice(words, words, {"logits": logits, "labels": labels}, {"n": n, "k": k}))
    return cases


def largest_over_samples(logits, labels):
    """Take for each class the sample with the largest logit; it runs only with as many samples as classes."""
    if len(logits) != logits.shape[1]:
        raise ValueError("operands could not be broadcast together")
    return np.mean(np.argmax(logits, axis=0) == labels)


SCORES = (
    lambda logits, labels: 1 - hits(logits, labels).mean(),
    lambda logits, labels: np.mean(np.argmin(logits, axis=1) == labels),
    lambda logits, labels: np.mean(np.argmax(logits) == labels),
    lambda logits, labels: np.mean(np.argmax(logits, axis=1) + 1 == labels),
)
"""Wrong scores that can agree with the right one by chance; the cases keep away from them."""


def known_accuracy(name, title, meaning, advice, wrong):
    """Return a mistake that is about the accuracy."""
    return Known(name, title, meaning, advice, "accuracy", CHAPTER, wrong)


Exercise(
    "10.accuracy",
    title="Write it: the accuracy",
    kind="write",
    points=2,
    chapter=CHAPTER,
    equation="accuracy",
    arguments=("logits", "labels"),
    returns=("share",),
    cases=accuracy_cases,
    reference=lambda logits, labels: float(hits(logits, labels).sum() / len(labels)),
    known=(
        known_accuracy(
            "over_the_samples",
            "The largest along the wrong axis",
            "For each class the sample with the largest logit was found. Each sample should get one class.",
            "How many answers has a batch of 7 samples, and how many has your `argmax`?",
            largest_over_samples,
        ),
        known_accuracy(
            "percent_for_share",
            "Percent, not a share",
            "The number is 100 times too large: a share lies between 0 and 1.",
            "What should come back if every digit is read correctly?",
            lambda logits, labels: 100 * hits(logits, labels).mean(),
        ),
        known_accuracy(
            "errors_for_hits",
            "The share of errors",
            "The samples that were misread were counted.",
            "What comes back if every digit is read correctly?",
            lambda logits, labels: np.mean(~hits(logits, labels)),
        ),
        known_accuracy(
            "count_for_share",
            "The number of hits",
            "The hits were counted and not divided by the number of samples.",
            "Which numbers can an accuracy be?",
            lambda logits, labels: hits(logits, labels).sum(),
        ),
        known_accuracy(
            "divided_by_classes",
            "Divided by the number of classes",
            "The hits were divided by the number of classes, where the samples are to be counted.",
            "Which of the two sizes of `logits` is the number of samples?",
            lambda logits, labels: hits(logits, labels).sum() / logits.shape[1],
        ),
        known_accuracy(
            "divided_by_entries",
            "Divided by the number of entries",
            "The hits were divided by samples times classes.",
            "How many answers does the network give on a batch of n samples?",
            lambda logits, labels: hits(logits, labels).sum() / logits.size,
        ),
        known_accuracy(
            "smallest_for_largest",
            "The smallest logit",
            "The class with the smallest logit was taken for the answer.",
            "Which class does the network hold for the most probable one?",
            SCORES[1],
        ),
        known_accuracy(
            "one_place_for_all",
            "One place for all samples",
            "`argmax` without an axis looks through the whole table and returns a single place.",
            "What shape has your prediction, and what shape have the labels?",
            SCORES[2],
        ),
        known_accuracy(
            "classes_counted_from_one",
            "The classes are counted from 1",
            "The predicted class is one too high: `argmax` and the labels both count from 0.",
            "What does `argmax` return for a row whose first entry is the largest?",
            SCORES[3],
        ),
        known_accuracy(
            "absolute_logits",
            "The largest in size, sign left aside",
            "The logit that is largest in absolute value was taken, so that a very negative one wins.",
            "Does a logit of −30 speak for a class or against it?",
            lambda logits, labels: np.mean(np.argmax(np.abs(logits), axis=1) == labels),
        ),
        known_accuracy(
            "true_logit_positive",
            "The sign of the true class's logit",
            "A sample counted as read if the logit of its label is positive, whatever the other logits are.",
            "Can two classes of one sample both have a positive logit? Which one is the answer then?",
            lambda logits, labels: np.mean(logits[np.arange(len(labels)), labels] > 0),
        ),
        known_accuracy(
            "mean_probability",
            "The mean probability of the true class",
            "The probabilities of the true classes were averaged. The accuracy counts right and wrong only.",
            "What does a sample contribute that is read correctly with a probability of 0.6?",
            lambda logits, labels: np.mean(losses.softmax(logits)[np.arange(len(labels)), labels]),
        ),
        known_accuracy(
            "loss_for_accuracy",
            "The loss",
            "What came back is the cross-entropy, which gradient descent lowers.",
            "Which of loss and accuracy grows when the network gets better?",
            lambda logits, labels: losses.softmax_cross_entropy.value(logits, labels),
        ),
        known_accuracy(
            "not_averaged",
            "A yes or no for each sample",
            "The comparison came back as it is, with an entry for each sample.",
            "How do you make one number between 0 and 1 of many yes and no?",
            lambda logits, labels: hits(logits, labels).astype(int),
        ),
        known_accuracy(
            "predictions_returned",
            "The predicted classes",
            "The predicted classes came back; they were not compared with the labels.",
            "Where do the labels enter your function?",
            lambda logits, labels: np.argmax(logits, axis=1),
        ),
    ),
    hints=(
        "What is the network's answer to one sample, if you have its row of logits?",
        "The share of samples whose largest logit stands at the label.",
        "`predicted = np.argmax(logits, ...)`: what has to stand in the place of the dots?",
    ),
)

# ---- find the bugs: a classifier ------------------------------------------------------------------------

SIZES = ((7, (6, 5, 4)), (5, (5, 5, 5)), (9, (4, 6, 3)))


def classifier_cases(rng):
    """Draw small classifiers with a batch and half of it; a draw with a z near 0 or a unit always on is rejected."""
    cases = []
    for n, (n_in, h, k) in SIZES:
        while True:
            X, labels = rng.normal(size=(n, n_in)), rng.integers(0, k, n)
            W1, b1 = rng.normal(size=(n_in, h)), 0.5 * rng.normal(size=h)
            W2, b2 = rng.normal(size=(h, k)), 0.5 * rng.normal(size=k)
            z1 = X @ W1 + b1
            mixed = (z1 > 0).any(axis=0) & (z1 < 0).any(axis=0)
            if mixed.all() and np.abs(z1).min() > 0.01 and len(set(labels.tolist())) > 1:
                break
        whole = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "X": X, "labels": labels}
        short = {**whole, "X": X[: n // 2], "labels": labels[: n // 2]}
        words = f"sizes {n_in}-{h}-{k}, {n} samples"
        calls = (("first", whole), ("again", None), ("short batch", short))
        cases.append(Case(words, words, calls, {"n": n, "k": k}))
    return cases


def one_hot(labels, k):
    """Return a row for each label, with a 1 at its place."""
    return np.eye(k)[labels]


def classifier(
    W1,
    b1,
    W2,
    b2,
    X,
    labels,
    *,
    softmax=losses.softmax,
    targets=one_hot,
    delta=lambda p, y: (p - y) / len(y),
    back=lambda delta2, W2: delta2 @ W2.T,
    gate=lambda grad_a, z1, a1: grad_a * (z1 > 0),
    weight=lambda a_prev, delta: a_prev.T @ delta,
    bias=lambda delta: delta.sum(axis=0),
    entered=lambda z1, a1: a1,
    before_the_gate=False,
):
    """Return the gradients of a classifier with one hidden layer of ReLUs, right or with some parts exchanged."""
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    p = softmax(a1 @ W2 + b2)
    delta2 = delta(p, targets(labels, len(b2)))
    grad_a = back(delta2, W2)
    delta1 = gate(grad_a, z1, a1)
    return weight(X, grad_a if before_the_gate else delta1), bias(delta1), weight(entered(z1, a1), delta2), bias(delta2)


def with_parts(**parts):
    """Return the gradients with some parts exchanged."""
    return partial(classifier, **parts)


def nudged_classifier(arguments, name):
    """Nudge one of W1, b1, W2 and b2 in the cross-entropy."""
    parameters = {key: arguments[key] for key in ("W1", "b1", "W2", "b2")}

    def loss(values):
        W1, b1, W2, b2 = {**parameters, name[1:]: values}.values()
        logits = np.maximum(arguments["X"] @ W1 + b1, 0) @ W2 + b2
        return losses.softmax_cross_entropy.value(logits, arguments["labels"])

    return numerical_gradient(loss, parameters[name[1:]].copy())


def over_the_batch(z):
    """Return exponentials that are divided by their sum over the samples."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=0)


def over_everything(z):
    """Return exponentials that are divided by the sum of the whole table."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum()


BATCH_SOFTMAX = {"softmax": over_the_batch}
OPEN_GATES = {"gate": lambda grad_a, z1, a1: grad_a * (a1 >= 0)}

Exercise(
    "10.mended",
    title="Find the bugs: the gradients of a classifier",
    kind="hunt",
    points=5,
    chapter=CHAPTER,
    equation="softmax_delta",
    arguments=("W1", "b1", "W2", "b2", "X", "labels"),
    returns=("dW1", "db1", "dW2", "db2"),
    cases=classifier_cases,
    reference=classifier,
    stub=with_parts(**BATCH_SOFTMAX, **OPEN_GATES),
    planted=("softmax_over_samples", "mask_with_equality"),
    known=(
        Known(
            "softmax_over_samples",
            title="Softmax adds over the samples",
            meaning="The exponentials were divided by a sum over the samples, so that a row does not sum to 1.",
            advice="Add up one row of your probabilities. Which index should the sum of softmax run over?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_parts(**BATCH_SOFTMAX),
        ),
        Known(
            "softmax_over_everything",
            title="Softmax adds over the whole table",
            meaning="The exponentials were divided by one sum for all samples, so that a row does not sum to 1.",
            advice="How many distributions does a batch of n samples have?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_parts(softmax=over_everything),
        ),
        from_list("mask_with_equality", with_parts(**OPEN_GATES)),
        from_list("slope_left_out", with_parts(gate=lambda grad_a, z1, a1: grad_a)),
        from_list("mask_from_gradient", with_parts(gate=lambda grad_a, z1, a1: grad_a * (grad_a > 0))),
        Known(
            "gates_exchanged",
            title="The mask is the wrong way round",
            meaning="The error passes where the gate is closed and stops where it is open.",
            advice="A unit that gives 0 had no hand in the prediction. Which of your units get an error?",
            equation="relu_slope",
            chapter="04_hidden_delta",
            wrong=with_parts(gate=lambda grad_a, z1, a1: grad_a * (z1 <= 0)),
        ),
        from_list(
            "sign_flipped",
            with_parts(delta=lambda p, y: (y - p) / len(y)),
            equation="softmax_delta",
        ),
        from_list("summed_not_averaged", with_parts(delta=lambda p, y: p - y), equation="softmax_delta"),
        from_list("averaged_twice", with_parts(delta=lambda p, y: (p - y) / len(y) ** 2)),
        from_list("divided_by_outputs", with_parts(delta=lambda p, y: (p - y) / p.size), equation="softmax_delta"),
        Known(
            "divided_by_classes",
            title="Divided by the classes, not by the samples",
            meaning="The difference was divided by the number of classes in the place of the number of samples.",
            advice="What is the loss averaged over? Which size of X is that?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_parts(delta=lambda p, y: (p - y) / p.shape[1]),
        ),
        from_list("full_batch_size", with_parts(delta=lambda p, y: (p - y) / 32), equation="softmax_delta"),
        from_list(
            "slope_twice_with_cross_entropy",
            with_parts(delta=lambda p, y: (p - y) * p * (1 - p) / len(y)),
            equation="softmax_delta",
        ),
        Known(
            "target_left_out",
            title="The target is left out",
            meaning="The output's δ is the probability alone, so that the labels have no influence.",
            advice="What should a row of δ add up to? What does yours add up to?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_parts(delta=lambda p, y: p / len(y)),
        ),
        Known(
            "labels_shifted",
            title="The 1 stands one place too far to the left",
            meaning="The one-hot rows have their 1 at the class before the true one, as if labels began at 1.",
            advice="Print the row for the label 0. Where is its 1?",
            equation="softmax_delta",
            chapter=CHAPTER,
            wrong=with_parts(targets=lambda labels, k: one_hot(np.asarray(labels) - 1, k)),
        ),
        Known(
            "true_class_only",
            title="Only the true class gets a δ",
            meaning="The output's δ is 0 for all classes but the true one. The others share the denominator with it.",
            advice="Raise the logit of a wrong class by a little. What happens to the probability of the true one?",
            equation="softmax_delta",
            chapter="04_hidden_delta",
            wrong=with_parts(delta=lambda p, y: (p - y) * y / len(y)),
        ),
        Known(
            "logits_for_probabilities",
            title="Softmax is left out",
            meaning="The target was subtracted from the logits, as with squared error and a linear output.",
            advice="Do the rows of your prediction add up to 1?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_parts(softmax=lambda z: z),
        ),
        Known(
            "sigmoid_for_softmax",
            title="A sigmoid for each output",
            meaning="Each logit went through a sigmoid of its own, so that a row does not sum to 1.",
            advice="Which loss does the exercise name, and which denominator do the classes of a sample share?",
            equation="softmax",
            chapter="04_hidden_delta",
            wrong=with_parts(softmax=sigmoid),
        ),
        from_list("not_transposed", with_parts(back=lambda delta2, W2: delta2 @ W2)),
        from_list("weights_from_grad_a", with_parts(before_the_gate=True)),
        from_list("gradient_from_z", with_parts(entered=lambda z1, a1: z1)),
        from_list("gradient_transposed", with_parts(weight=lambda a_prev, delta: delta.T @ a_prev)),
        from_list("bias_averaged", with_parts(bias=lambda delta: delta.mean(axis=0))),
        from_list("bias_first_row", with_parts(bias=lambda delta: delta[0])),
        from_list("bias_not_summed", with_parts(bias=lambda delta: delta)),
        from_list("bias_summed_over_units", with_parts(bias=lambda delta: np.full(delta.shape[1], delta.sum()))),
        *wrong_bias_sums(lambda bias: with_parts(bias=bias)),
    ),
    nudged=nudged_classifier,
    hints=(
        "Run the check after each change. Print `p.sum(axis=1)` in it: what do you expect, and what is there?",
        "Each row of softmax sums to 1. The ReLU's slope is 1 where z is positive and 0 elsewhere, "
        "and an activation of a ReLU is never negative.",
        "Look at the two lines that begin with `p =`, and at the comparison in the line of `delta1`.",
    ),
)

# ---- a retest: chapter 04 -------------------------------------------------------------------------------


def logit_cases(rng):
    """Draw logits of ordinary and of enormous size, once with as many samples as classes."""
    cases = []
    for n, k, level, words in (
        (7, 4, 0.0, "7 samples, 4 classes"),
        (5, 5, 0.0, "5 samples, 5 classes"),
        (7, 3, 1000.0, "logits near 1000"),
        (6, 4, -1000.0, "logits near −1000"),
        (4, 3, 400.0, "logits near 400"),
        (1, 3, 0.0, "1 sample, 3 classes"),
    ):
        logits = level + 1.5 * rng.normal(size=(n, k)) + rng.normal(size=(n, 1))
        cases.append(twice(words, words, {"logits": logits}, {"n": n, "k": k}))
    return cases


def softmax_with(
    logits,
    *,
    shift=lambda z: z.max(axis=1, keepdims=True),
    total=lambda e: e.sum(axis=1, keepdims=True),
    rise=np.exp,
):
    """Return softmax, right or with a slip."""
    e = rise(logits - shift(logits))
    return e / total(e)


def shifted_in_place(logits):
    """Subtract the largest logit from the very array that was handed over."""
    logits -= logits.max(axis=1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


def known_softmax(name, title, meaning, advice, wrong, equation="softmax"):
    """Return a mistake that is about softmax."""
    return Known(name, title, meaning, advice, equation, "04_hidden_delta", wrong)


def with_rows_apart(rng):
    """Add a table in which one row lies near 1000 and another near −1000."""
    logits = rng.normal(size=(2, 3)) + np.array([[1000.0], [-1000.0]])
    words = "2 samples, 3 classes, one row near 1000 and one near −1000"
    return [*logit_cases(rng), twice("rows apart", words, {"logits": logits}, {"n": 2, "k": 3})]


Exercise(
    "10.softmax_again",
    title="Once more, from chapter 04: a softmax that cannot overflow",
    kind="write",
    points=3,
    chapter="04_hidden_delta",
    equation="softmax",
    arguments=("logits",),
    returns=("p",),
    cases=with_rows_apart,
    reference=losses.softmax,
    known=(
        Known(
            "one_shift_for_all_rows",
            "One shift for the whole table",
            "The largest logit of the whole table was subtracted from every row. A row that lies far below it becomes "
            "0 divided by 0.",
            "What is left of a row near −1000 when 1000 is subtracted, and whose largest logit would have suited it?",
            "softmax",
            CHAPTER,
            lambda logits: np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum(axis=1, keepdims=True),
        ),
        known_softmax(
            "not_shifted",
            "The exponential overflows",
            "The formula is right and the numbers are too large for it: exp(1000) is infinity, and 0/0 at −1000.",
            "Subtract 1000 from all logits of a row by hand. Does a probability change?",
            partial(softmax_with, shift=lambda z: 0),
            "softmax_cross_entropy_of_logits",
        ),
        known_softmax(
            "over_the_samples",
            "Added over the samples",
            "The sum runs over the samples, so that the columns sum to 1 and not the rows.",
            "Which of the two sums should be 1, that of a row or that of a column?",
            partial(softmax_with, total=lambda e: e.sum(axis=0)),
        ),
        known_softmax(
            "shift_and_sum_over_samples",
            "Largest and sum over the samples",
            "Both the largest value and the sum were taken over the samples: each column is a softmax, not each row.",
            "Rows are samples. Which axis of the table runs over the classes?",
            partial(softmax_with, shift=lambda z: z.max(axis=0), total=lambda e: e.sum(axis=0)),
        ),
        known_softmax(
            "shift_over_samples",
            "The largest of each column is subtracted",
            "What was subtracted differs from logit to logit within a row, and that changes the probabilities.",
            "What may be subtracted from the logits of one sample without a change?",
            partial(softmax_with, shift=lambda z: z.max(axis=0)),
        ),
        known_softmax(
            "over_everything",
            "One sum for the whole table",
            "The exponentials were divided by the sum of all samples and classes.",
            "What should a row of probabilities add up to?",
            partial(softmax_with, total=np.sum),
        ),
        known_softmax(
            "sum_without_keepdims",
            "The sum is a row where a column is needed",
            "The sum over the classes has the shape (n,) and was taken for a row: NumPy stretches it along the wrong "
            "axis if there are as many samples as classes, and refuses otherwise.",
            "What shape has the sum, and what shape must it have so that each row is divided by its own number?",
            partial(softmax_with, total=lambda e: e.sum(axis=1)),
        ),
        known_softmax(
            "shift_without_keepdims",
            "The largest logits are a row where a column is needed",
            "The largest logits have the shape (n,) and were subtracted as if they were a row. "
            "NumPy lets that run only with as many samples as classes.",
            "What shape has `max` over the classes, and along which axis does NumPy stretch it?",
            partial(softmax_with, shift=lambda z: z.max(axis=1)),
        ),
        known_softmax(
            "both_without_keepdims",
            "Both times a row where a column is needed",
            "The largest logits and the sums are of the shape (n,), and NumPy stretches them along the wrong axis.",
            "What shape has a `max` or a `sum` over the classes, and how does it stay a column?",
            partial(softmax_with, shift=lambda z: z.max(axis=1), total=lambda e: e.sum(axis=1)),
        ),
        known_softmax(
            "shift_added",
            "Added, not subtracted",
            "The largest logit was added, which makes the numbers larger still.",
            "After your shift, which is the largest number that `np.exp` sees?",
            partial(softmax_with, shift=lambda z: -z.max(axis=1, keepdims=True)),
        ),
        known_softmax(
            "exp_left_out",
            "The exponential is left out",
            "The logits were divided by their sum as they are.",
            "Can your numbers be negative? Can a probability?",
            partial(softmax_with, shift=lambda z: 0, rise=lambda z: z),
        ),
        known_softmax(
            "log_returned",
            "The logarithm of softmax",
            "The logarithms of the probabilities came back, as `forward` of the chapter gives them.",
            "Do your numbers lie between 0 and 1?",
            losses.log_softmax,
        ),
        known_softmax(
            "numerator_alone",
            "The numerator alone",
            "The exponentials are there and were not divided by their sum.",
            "What should a row of probabilities add up to?",
            partial(softmax_with, total=lambda e: 1),
        ),
        known_softmax(
            "divided_by_largest",
            "Divided by the largest",
            "The exponentials were divided by the largest of the row, not by their sum.",
            "What should a row of probabilities add up to?",
            partial(softmax_with, total=lambda e: e.max(axis=1, keepdims=True)),
        ),
        known_softmax(
            "mean_for_sum",
            "Divided by the mean",
            "The exponentials were divided by their mean, so that each row sums to the number of classes.",
            "What should a row of probabilities add up to?",
            partial(softmax_with, total=lambda e: e.mean(axis=1, keepdims=True)),
        ),
        known_softmax(
            "shift_in_numerator_only",
            "Shifted above, not below",
            "The largest logit was subtracted in the numerator and not in the denominator, so that they do not fit.",
            "By which factor does the shift change the numerator? Does the denominator get the same one?",
            lambda z: np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z).sum(axis=1, keepdims=True),
        ),
        known_softmax(
            "sigmoid_for_softmax",
            "A sigmoid for each logit",
            "Each logit went through a sigmoid of its own.",
            "What should a row of probabilities add up to?",
            sigmoid,
        ),
        from_list(
            "changed_in_place",
            shifted_in_place,
            title="The logits are changed in place",
            meaning="The probabilities are right, and the caller's logits are not what they were.",
            advice="Look for `-=` or `[...] =` on the argument, and make a new array instead.",
            equation="softmax",
        ),
    ),
    hints=(
        "What may be subtracted from all logits of a sample, and which choice makes the largest exponential 1?",
        "Subtract the largest logit of each row, take the exponential, and divide by the sum of each row.",
        "`shifted = logits - ...`: what stands in the place of the dots has the shape (n, 1).",
    ),
    no_warnings=True,
    retest=True,
)
