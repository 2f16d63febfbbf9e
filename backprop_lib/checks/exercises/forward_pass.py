"""Exercises of chapter 02: two layers in order, one layer, the forward pass of any depth, a hunt, a retest."""

from functools import partial
from itertools import combinations, pairwise

import numpy as np

from backprop_lib import activations
from backprop_lib.checks.exercise import Case, Exercise, Known, twice
from backprop_lib.checks.known import from_list
from backprop_lib.gradcheck import numerical_gradient

CHAPTER = "02_forward_pass"


def slip(name, title, meaning, advice, wrong, equation="pre_activation"):
    """Return a mistake of this chapter."""
    return Known(name, title, meaning, advice, equation, CHAPTER, wrong=wrong)


def draw_layers(rng, n, sizes, scale=1.0):
    """Draw an input, weights and biases; each hidden or output unit is open on some samples and closed on others."""
    while True:
        X = scale * rng.normal(size=(n, sizes[0]))
        weights = [rng.normal(size=pair) for pair in pairwise(sizes)]
        biases = [rng.normal(size=size) for size in sizes[1:]]
        a, z = X, []
        for W, b in zip(weights, biases, strict=True):
            z.append(a @ W + b)
            a = np.maximum(z[-1], 0)
        mixed = all((v > 0).any(axis=0).all() and (v < 0).any(axis=0).all() for v in z)
        if mixed and min(np.abs(v).min() for v in z) > 0.01:
            return X, weights, biases


def words_of(n, sizes):
    """Return a network and a batch in words."""
    return f"sizes {'-'.join(map(str, sizes))}, {n} samples"


# ---- order the lines: two layers and the loss ------------------------------------------------------------


def ordered_cases(rng):
    """Draw two layers; once with one output, once with three, once as square as can be."""
    cases = []
    for n, sizes in ((7, (4, 5, 3)), (6, (3, 4, 1)), (5, (5, 5, 5))):
        X, (W1, W2), (b1, b2) = draw_layers(rng, n, sizes)
        arguments = {"X": X, "y": rng.normal(size=(n, sizes[2])), "W1": W1, "b1": b1, "W2": W2, "b2": b2}
        cases.append(Case(words_of(n, sizes), words_of(n, sizes), (("first", arguments),), {"n": n, "k": sizes[2]}))
    return cases


def two_layers(X, y, W1, b1, W2, b2, *, gate=True, mean=False, gate_at_output=False):
    """Return the prediction and half_mse, right or with a slip."""
    z1 = X @ W1 + b1
    y_hat = (np.maximum(z1, 0) if gate else z1) @ W2 + b2
    if gate_at_output:
        y_hat = np.maximum(y_hat, 0)
    squares = (y_hat - y) ** 2
    return y_hat, np.mean(squares) / 2 if mean else np.sum(squares) / (2 * len(X))


ORDER_SLIPS = {
    "activation_left_out": (
        {"gate": False},
        "The activation is left out",
        "Layer 2 was handed z1 instead of a1, so that the closed gates let everything pass.",
        "What does layer 2 read: what layer 1 sums up, or what comes out of its gates?",
        "activation",
    ),
    "divided_by_outputs": (
        {"mean": True},
        "The loss averages over the outputs too",
        "`np.mean` divides by the number of all entries, samples times outputs.",
        "Over which of the two indices does half_mse average, and over which does it add?",
        "half_mse",
    ),
    "gate_at_the_output": (
        {"gate_at_output": True},
        "A ReLU at the output",
        "The prediction went through a gate as well. The output is linear: what z2 holds is the prediction.",
        "Can the prediction of this network be negative? Which of your lines forbids it?",
        "activation",
    ),
}


def ordered_slips():
    """Yield the three wrong lines one by one and in every combination."""
    for size in (1, 2, 3):
        for names in combinations(ORDER_SLIPS, size):
            changes, titles, meanings, advice, equations = zip(*(ORDER_SLIPS[name] for name in names), strict=True)
            yield slip(
                "_and_".join(names),
                "; ".join(titles),
                " ".join(meanings),
                advice[0],
                partial(two_layers, **{key: value for change in changes for key, value in change.items()}),
                equations[0],
            )


Exercise(
    "02.two_layers",
    title="Order the lines: two layers and the loss",
    kind="order",
    points=2,
    chapter=CHAPTER,
    equation="pre_activation",
    arguments=("X", "y", "W1", "b1", "W2", "b2"),
    returns=("y_hat", "C"),
    cases=ordered_cases,
    reference=two_layers,
    forward=True,
    lines={
        "A": "C = np.sum((y_hat - y) ** 2) / (2 * len(X))",
        "B": "a1 = np.maximum(z1, 0)",
        "C": "y_hat = z2",
        "D": "z2 = a1 @ W2 + b2",
        "E": "z2 = z1 @ W2 + b2",
        "F": "z1 = X @ W1 + b1",
        "G": "C = np.mean((y_hat - y) ** 2) / 2",
        "H": "y_hat = np.maximum(z2, 0)",
    },
    known=tuple(ordered_slips()),
    hints=(
        "Which line can be the first, because it needs nothing that another line makes? And where two lines make the "
        "same name, what does the text say of it?",
        "Sum, gate, sum, prediction, loss. The gate stands in layer 1 alone, and the loss divides by 2n.",
        "The first line is F.",
    ),
)

# ---- fill the blanks: one layer --------------------------------------------------------------------------


def layer_cases(rng):
    """Draw what enters a layer, its weights and its biases; once with one unit, twice with a square W, once large."""
    cases = []
    for n, n_in, n_out, scale in ((7, 4, 3, 1.0), (6, 5, 5, 30.0), (5, 5, 5, 1.0), (4, 3, 1, 1.0)):
        a_prev, (W,), (b,) = draw_layers(rng, n, (n_in, n_out), scale)
        words = f"{n} samples, {n_in} units in, {n_out} out"
        cases.append(twice(words, words, {"a_prev": a_prev, "W": W, "b": b}, {"n": n}))
    return cases


def relu_layer(a_prev, W, b, z=None, gate=lambda z: np.maximum(z, 0)):
    """Return z and a of a layer of ReLUs, with another z or another gate if given."""
    z = a_prev @ W + b if z is None else z
    return z, gate(z)


def gate_slip(name, title, meaning, advice, gate, equation="relu"):
    """Return a mistake in the line that makes a."""
    return slip(name, title, meaning, advice, lambda a_prev, W, b: relu_layer(a_prev, W, b, gate=gate), equation)


def sum_slip(name, title, meaning, advice, z):
    """Return a mistake in the line that makes z."""
    return slip(name, title, meaning, advice, lambda a_prev, W, b: relu_layer(a_prev, W, b, z(a_prev, W, b)))


BIAS_LEFT_OUT = ("The bias is left out", "z is the sum of the products alone. Each unit also adds its bias.")

Exercise(
    "02.layer",
    title="Fill the blanks: one layer",
    kind="fill",
    points=2,
    chapter=CHAPTER,
    equation="pre_activation",
    arguments=("a_prev", "W", "b"),
    returns=("z", "a"),
    cases=layer_cases,
    reference=relu_layer,
    forward=True,
    flexible=False,
    known=(
        sum_slip(
            "bias_left_out",
            *BIAS_LEFT_OUT,
            "What is z of a unit whose inputs are all 0?",
            lambda a_prev, W, b: a_prev @ W,
        ),
        sum_slip(
            "bias_subtracted",
            "The bias is subtracted",
            "z is right but for twice the bias: b was taken away where it is added.",
            "What is z of a unit whose inputs are all 0 and whose bias is 2?",
            lambda a_prev, W, b: a_prev @ W - b,
        ),
        sum_slip(
            "bias_on_the_samples",
            "The bias is added to the wrong axis",
            "b was turned into a column, so that each sample got a bias. A bias belongs to a unit, which is a column.",
            "Which index does b have, that of a sample or that of a unit? Write the shapes under the sum.",
            lambda a_prev, W, b: a_prev @ W + b[:, np.newaxis],
        ),
        sum_slip(
            "bias_before_the_product",
            "The bias is added before the product",
            "b was added to the inputs, and the weights were applied to the sum.",
            "Does the bias get multiplied by a weight? Compute z of one unit by hand.",
            lambda a_prev, W, b: (a_prev + b) @ W,
        ),
        sum_slip(
            "bias_for_each_input",
            "The bias is added once for each input",
            "z holds the bias as often as there are inputs: it was added inside the sum over them.",
            "What is z of a unit whose inputs are all 0 and whose bias is 2?",
            lambda a_prev, W, b: a_prev @ W + len(W) * b,
        ),
        slip(
            "first_sample_only",
            "The first sample only",
            "z and a hold one row. The batch has a row for each sample, and each goes through the layer.",
            "How many rows does a_prev have, and how many your z?",
            lambda a_prev, W, b: relu_layer(a_prev[0], W, b),
        ),
        from_list(
            "not_transposed",
            lambda a_prev, W, b: relu_layer(a_prev, W, b, a_prev @ W.T + b),
            title="W is transposed",
            meaning="W was transposed. W[i, j] leads from input i to unit j, so that a unit reads a column of W, and a "
            "product of rows with columns does just that.",
            advice="Write the shapes under the product. If n_in and n_out were 2 and 3, would it run?",
            equation="pre_activation",
            chapter=CHAPTER,
        ),
        sum_slip(
            "factors_exchanged",
            "The factors are exchanged",
            "The product is W times a_prev. The samples are rows, so a_prev stands on the left.",
            "Write the shapes under the product: which size has to meet which?",
            lambda a_prev, W, b: W @ a_prev + b,
        ),
        gate_slip(
            "gate_as_activation",
            "The gate instead of what passes it",
            "a is 1 where z is positive and 0 elsewhere. That is the slope of the ReLU; its value is z where the gate "
            "is open.",
            "With z = 2.5, what comes out of the gate?",
            lambda z: (z > 0) * 1.0,
        ),
        gate_slip(
            "activation_left_out",
            "The activation is left out",
            "a is the same as z. The ReLU makes every negative entry 0.",
            "Which entries of z are negative, and what should become of them?",
            lambda z: z,
        ),
        gate_slip(
            "largest_over_the_samples",
            "The largest entry instead of a comparison with 0",
            "`np.max` takes the largest entry along an axis, so that one row is left. The ReLU compares every entry "
            "with 0.",
            "What does the 0 in `np.max(z, 0)` mean? There is a function of NumPy that compares two arrays entry by "
            "entry.",
            lambda z: np.max(z, axis=0),
        ),
        gate_slip(
            "largest_over_the_units",
            "The largest entry instead of a comparison with 0",
            "`np.max` takes the largest entry along an axis, so that one column is left. The ReLU compares every "
            "entry with 0.",
            "Which shape has a? There is a function of NumPy that compares two arrays entry by entry.",
            lambda z: np.max(z, axis=1, keepdims=True),
        ),
        gate_slip(
            "largest_of_all",
            "The largest entry instead of a comparison with 0",
            "`np.max` takes the largest entry of all, so that one number is left. The ReLU compares each entry with 0.",
            "Which shape has a? There is a function of NumPy that compares two arrays entry by entry.",
            np.max,
        ),
        gate_slip(
            "size_for_the_gate",
            "The size of z",
            "The negative entries of z came out positive. A closed gate gives 0.",
            "With z = −1.25, what comes out of the gate?",
            np.abs,
        ),
        gate_slip(
            "smaller_of_the_two",
            "The smaller of the two",
            "a is z where z is negative, and 0 elsewhere. It is the other way round.",
            "With z = 2.5, what comes out of the gate?",
            lambda z: np.minimum(z, 0),
        ),
        slip(
            "gate_at_the_input",
            "The gate stands at the input",
            "a is made of a_prev. A unit's gate acts on its own sum.",
            "What is the shape of a? Which of the arrays that you have has that shape?",
            lambda a_prev, W, b: (a_prev @ W + b, np.maximum(a_prev, 0)),
            "activation",
        ),
        slip(
            "bias_added_twice",
            "The bias is added once more in the gate",
            "z is right and holds the bias. It was added again before the comparison with 0.",
            "What is in z already?",
            lambda a_prev, W, b: (a_prev @ W + b, np.maximum(a_prev @ W + 2 * b, 0)),
            "activation",
        ),
        slip(
            "bias_in_the_gate_alone",
            "The bias is missing in z",
            "a is right. z lacks the bias, which was added on the way to a.",
            "Which of the two does the bias belong to: the sum of the unit, or what comes out of its gate?",
            lambda a_prev, W, b: (a_prev @ W, np.maximum(a_prev @ W + b, 0)),
        ),
        *(
            gate_slip(
                f"{f.name}_for_relu",
                "Another activation function",
                f"a is the {f.name} of z. The units of this layer are ReLUs.",
                "With z = 2.5, what does a ReLU give?",
                f,
                "activation",
            )
            for f in (activations.sigmoid, activations.tanh)
        ),
        gate_slip(
            "capped",
            "The gate has a ceiling",
            "Large entries of z came out smaller. A ReLU passes every positive z unchanged.",
            "With z = 25, what comes out of the gate?",
            lambda z: np.clip(z, 0, 6),
        ),
        slip(
            "z_overwritten",
            "z went through the gate as well",
            "z holds what should stand in a: the ReLU was applied in the line of z, or two names stand for one array, "
            "which changes under both.",
            "z is needed later, with its negative entries. In which line does it lose them?",
            lambda a_prev, W, b: (np.maximum(a_prev @ W + b, 0),) * 2,
            "activation",
        ),
    ),
    hints=(
        "Write the shapes under the line: which size has to meet which, and what does the bias do to each row?",
        "z is the product of a_prev and W plus b; a is the larger of z and 0, entry by entry.",
        "`z = a_prev @ W + b`",
    ),
)

# ---- write it: the forward pass of any depth -------------------------------------------------------------

SETTINGS = (
    (6, (4, 3), ("sigmoid",)),
    (7, (4, 5, 6, 3), ("relu", "tanh", "identity")),
    (5, (5, 5, 5, 5), ("tanh", "relu", "tanh")),
    (4, (3, 4, 1), ("relu", "identity")),
)
"""One layer, three, as square as can be and with a function that stands twice, one output."""


def pass_cases(rng):
    """Draw networks of one to three layers."""
    cases = []
    for n, sizes, names in SETTINGS:
        X, weights, biases = draw_layers(rng, n, sizes)
        functions = [activations.get(name) for name in names]
        arguments = {"weights": weights, "biases": biases, "functions": functions, "X": X}
        words = f"sizes {'-'.join(map(str, sizes))}, {' then '.join(names)}, {n} samples"
        cases.append(twice(words, words, arguments, {"n": n}))
    return cases


def whole_pass(weights, biases, functions, X, *, line=None, gate=None, reads=None):
    """Return the lists z and a, right or with another line, gate or input."""
    z, a = [], [X]
    for i, (W, b, f) in enumerate(zip(weights, biases, functions, strict=True)):
        a_prev = a[-1] if reads is None else reads(i, z, a)
        z.append(a_prev @ W + b if line is None else line(i, a_prev, W, b, biases))
        a.append(f(z[-1]) if gate is None else gate(i, z[-1], f, functions))
    return z, a


def pass_slip(name, title, meaning, advice, equation="pre_activation", **parts):
    """Return a mistake inside the loop over the layers."""
    return slip(name, title, meaning, advice, partial(whole_pass, **parts), equation)


def list_slip(name, title, meaning, advice, change, equation="activation"):
    """Return a mistake in what is put into the lists."""
    return slip(name, title, meaning, advice, lambda *given: change(*whole_pass(*given)), equation)


def kept_lists():
    """Return a forward pass whose lists stand outside it and grow from call to call."""
    z, a = [], []

    def forward(weights, biases, functions, X):
        more_z, more_a = whole_pass(weights, biases, functions, X)
        z.extend(more_z)
        a.extend(more_a)
        return list(z), list(a)

    return forward


Exercise(
    "02.forward",
    title="Write it: the forward pass of any depth",
    kind="write",
    points=5,
    chapter=CHAPTER,
    equation="pre_activation",
    arguments=("weights", "biases", "functions", "X"),
    returns=("z[]", "a[]"),
    cases=pass_cases,
    reference=whole_pass,
    forward=True,
    flexible=False,
    known=(
        list_slip(
            "input_left_out",
            "X is missing in a",
            "The list a begins with the activation of layer 1. It should begin with X, the activation of layer 0.",
            "How long is the list a, compared with z? What does the weight gradient of layer 1 need?",
            lambda z, a: (z, a[1:]),
        ),
        list_slip(
            "prediction_left_out",
            "The prediction is missing in a",
            "The list a ends with what enters the last layer. What comes out of that layer belongs to it as well.",
            "How long is the list a, compared with z? Which entry is the prediction?",
            lambda z, a: (z, a[:-1]),
        ),
        list_slip(
            "lists_exchanged",
            "The two lists are exchanged",
            "z came where a was expected, and a where z was.",
            "In which order does the text ask for the two lists?",
            lambda z, a: (a, z),
        ),
        list_slip(
            "z_overwritten",
            "z holds the activations",
            "The entries of z went through the activation functions. A pass keeps both: z for the slopes, a for the "
            "weights.",
            "What do you append to z, and when? Does a line change an array that stands in the list already?",
            lambda z, a: (a[1:], a),
        ),
        from_list(
            "reversed_lists",
            lambda *given: tuple(part[::-1] for part in whole_pass(*given)),
            meaning="Both lists run from the last layer to the first.",
            advice="Which layer is computed first, and where in the list does it belong?",
            equation="activation",
            chapter=CHAPTER,
        ),
        pass_slip(
            "activation_left_out",
            "The activation functions are left out",
            "a is the same as z in every layer. Without the functions all layers multiply out to one.",
            "Which of the arguments have you not used? `functions` holds functions, not names, "
            "so that a comparison with a word is never true.",
            "activation",
            gate=lambda i, z, f, functions: z,
        ),
        pass_slip(
            "output_left_linear",
            "No activation function at the output",
            "The last layer's z was taken for its a. The output has a function too; sometimes it is the identity, and "
            "sometimes not.",
            "How many functions are in the list, and how many did you call?",
            "activation",
            gate=lambda i, z, f, functions: z if i == len(functions) - 1 else f(z),
        ),
        pass_slip(
            "relu_everywhere",
            "A ReLU in every layer",
            "Every layer got a ReLU. The functions are handed over, one for each layer.",
            "Which of the arguments have you not used?",
            "activation",
            gate=lambda i, z, f, functions: np.maximum(z, 0),
        ),
        pass_slip(
            "relu_in_hidden_layers",
            "A ReLU in every hidden layer",
            "Every hidden layer got a ReLU and the output the identity. The functions are handed over, one for each "
            "layer.",
            "Which of the arguments have you not used?",
            "activation",
            gate=lambda i, z, f, functions: np.maximum(z, 0) if i < len(functions) - 1 else z,
        ),
        pass_slip(
            "function_of_layer_1",
            "The function of layer 1 in every layer",
            "Every layer got the activation function of layer 1.",
            "Which index does the function have in your loop, and which the weights?",
            "activation",
            gate=lambda i, z, f, functions: functions[0](z),
        ),
        pass_slip(
            "function_of_the_layer_before",
            "The function of the layer before",
            "Each layer got the activation function of the layer before it, and the first layer, by the index −1, "
            "that of the last.",
            "Layer l has its function at `functions[l - 1]`. Does your index count from 1 or from 0?",
            "activation",
            gate=lambda i, z, f, functions: functions[i - 1](z),
        ),
        pass_slip(
            "slope_for_function",
            "The slope where the function belongs",
            "a holds the slope f′(z). On the way forward the function itself is needed; the slopes belong to the way "
            "back.",
            "What does the function give for z = 2, and what does its derivative give?",
            "activation",
            gate=lambda i, z, f, functions: f.derivative(z),
        ),
        pass_slip(
            "z_passed_on",
            "z is passed on instead of a",
            "Each layer reads the z of the layer before. What travels between layers is a.",
            "What does layer 2 read: what layer 1 sums up, or what its units give out?",
            reads=lambda i, z, a: z[-1] if z else a[0],
        ),
        pass_slip(
            "input_in_every_layer",
            "Every layer reads X",
            "The input went into every layer. A layer reads the activations of the layer before it.",
            "Which name on the right-hand side changes from one turn of your loop to the next?",
            reads=lambda i, z, a: a[0],
        ),
        list_slip(
            "last_layer_missing",
            "The last layer is missing",
            "Both lists end a layer too early. As many weights, as many layers.",
            "Count the rounds of your loop, and the entries of `weights`. Is `range` told to stop too soon?",
            lambda z, a: (z[:-1], a[:-1]),
            "pre_activation",
        ),
        list_slip(
            "first_layer_only",
            "Only the first layer",
            "Both lists end after layer 1. A `return` inside the loop ends it after one round.",
            "How many rounds does your loop make? Look how far `return` is indented.",
            lambda z, a: (z[:1], a[:2]),
            "pre_activation",
        ),
        list_slip(
            "activations_of_the_last_layer",
            "a is begun anew in every layer",
            "z is right. a holds only the last layer: the line that makes the list a stands inside the loop.",
            "In which line is the list a made, and how often does it run?",
            lambda z, a: (z, a[-1:]),
        ),
        pass_slip(
            "function_of_the_last_layer",
            "The function of the last layer in every layer",
            "Every layer got the activation function of the last layer.",
            "Which index does the function have in your loop, and which the weights?",
            "activation",
            gate=lambda i, z, f, functions: functions[-1](z),
        ),
        *(
            pass_slip(
                f"{f.name}_everywhere",
                f"The {f.name} in every layer",
                f"Every layer got the {f.name}. The functions are handed over, one for each layer.",
                "Which of the arguments have you not used?",
                "activation",
                gate=lambda i, z, g, functions, f=f: f(z),
            )
            for f in (activations.sigmoid, activations.tanh)
        ),
        pass_slip(
            "bias_subtracted",
            "The biases are subtracted",
            "Each z is right but for twice the bias: b was taken away where it is added.",
            "What is z of a unit whose inputs are all 0 and whose bias is 2?",
            line=lambda i, a_prev, W, b, biases: a_prev @ W - b,
        ),
        pass_slip(
            "bias_left_out",
            *BIAS_LEFT_OUT,
            "Which of the arguments have you not used?",
            line=lambda i, a_prev, W, b, biases: a_prev @ W,
        ),
        pass_slip(
            "bias_of_layer_1",
            "The bias of layer 1 in every layer",
            "Every layer added the biases of layer 1.",
            "Which index do the biases have in your loop, and which the weights?",
            line=lambda i, a_prev, W, b, biases: a_prev @ W + biases[0],
        ),
        slip(
            "bias_after_activation",
            "The bias is added after the activation",
            "z lacks the bias, and it was added to a instead.",
            "The bias shifts the place where the gate opens. Does yours?",
            lambda weights, biases, functions, X: whole_pass(
                weights,
                biases,
                functions,
                X,
                line=lambda i, a_prev, W, b, every: a_prev @ W,
                gate=lambda i, z, f, every: f(z) + biases[i],
            ),
        ),
        from_list(
            "not_transposed",
            partial(whole_pass, line=lambda i, a_prev, W, b, biases: a_prev @ W.T + b),
            title="The weights are transposed",
            meaning="Each W was transposed. W[i, j] leads from unit i to unit j of the next layer.",
            advice="Write the shapes under the product. If they were 2 and 3, would it run?",
            equation="pre_activation",
            chapter=CHAPTER,
        ),
        from_list(
            "accumulated_over_calls",
            make=kept_lists,
            title="The lists grow from call to call",
            meaning="The second call returned the first call's arrays as well: the lists are made once, outside the "
            "function or as a default argument, and are never emptied.",
            advice="In which line are the two lists made, and how often does it run?",
            equation="activation",
            chapter=CHAPTER,
        ),
    ),
    hints=(
        "What does a layer read, and what does it hand to the next? Which of the two lists needs something in it "
        "before the first layer?",
        "In each layer: z is a of the layer before times W plus b, and a is the layer's function of z. Keep both.",
        "`z, a = [], [X]`, and then a loop over the layers.",
    ),
)

# ---- find the bugs ---------------------------------------------------------------------------------------


def hunt_cases(rng):
    """Draw networks with one, two and three outputs, one of them without a hidden layer."""
    cases = []
    for n, sizes in ((7, (4, 5, 3)), (6, (3, 4, 2)), (4, (5, 5, 5, 5)), (8, (3, 1))):
        X, weights, biases = draw_layers(rng, n, sizes)
        arguments = {"weights": weights, "biases": biases, "X": X, "y": rng.normal(size=(n, sizes[-1]))}
        facts = {"n": n, "k": sizes[-1]} if sizes[-1] > 2 else {"n": n}
        cases.append(twice(words_of(n, sizes), words_of(n, sizes), arguments, facts))
    return cases


def hunted(weights, biases, X, y, *, overwritten=False, loss=None, of_errors=None, count=None, gates="hidden"):
    """Return the list z and half_mse of a network with ReLUs and a linear output, right or with a bug."""
    z, a = [], X
    for W, b in zip(weights, biases, strict=True):
        z.append(a @ W + b)
        last = len(z) == len(weights)
        a = z[-1] if (last and gates != "all") or gates == "none" else np.maximum(z[-1], 0)
        if gates == "ones" and not last:
            a = (z[-1] > 0) * 1.0
        if overwritten:
            z[-1] = a
    if of_errors is not None:
        return z, of_errors(a - y)
    squares = (a - y) ** 2
    if loss is None:
        return z, np.sum(squares) / (2 * (len(y) if count is None else count(weights, X)))
    return z, loss(squares)


def stub(weights, biases, X, y):
    """Compute what the notebook's function computes at the start."""
    return hunted(weights, biases, X, y, overwritten=True, loss=np.mean)


def hunt_slip(name, title, meaning, advice, equation, **parts):
    """Return a mistake that is left in the hunt, or made while mending it."""
    return slip(name, title, meaning, advice, partial(hunted, **parts), equation)


COUNT = "By how many numbers does the loss divide, and by how many your line? Try it with one output, two and three."

Exercise(
    "02.mended",
    title="Find the bugs: a forward pass with its loss",
    kind="hunt",
    points=4,
    chapter=CHAPTER,
    equation="half_mse",
    arguments=("weights", "biases", "X", "y"),
    returns=("z[]", "C"),
    cases=hunt_cases,
    reference=hunted,
    forward=True,
    stub=stub,
    planted=("z_overwritten", "divided_by_entries"),
    known=(
        hunt_slip(
            "z_overwritten",
            "The gate is written into z",
            "In the hidden layers the negative entries of z are gone: they were set to 0 in the array that stands in "
            "the list. The prediction does not show it; the slopes of the way back would.",
            "Which two names stand for one array in the loop? Print z before and after the line that closes the gates.",
            "activation",
            overwritten=True,
        ),
        from_list(
            "divided_by_entries",
            partial(hunted, loss=np.mean),
            title="The mean over all entries",
            meaning="z is right. C is the mean of all squares: the ½ is missing, and the outputs were averaged as "
            "well. With two outputs the two cancel, so that one setting looks right.",
            advice=COUNT,
            equation="half_mse",
            chapter=CHAPTER,
        ),
        from_list(
            "divided_by_outputs",
            partial(hunted, loss=lambda squares: np.mean(squares) / 2),
            title="Averaged over the outputs as well",
            meaning="z is right. The ½ is there, but C was averaged over all entries; the loss adds the outputs up.",
            advice=COUNT,
            equation="half_mse",
            chapter=CHAPTER,
        ),
        from_list(
            "factor_two",
            partial(hunted, loss=lambda squares: np.sum(squares) / len(squares)),
            title="The ½ is missing",
            meaning="z is right. C is twice what it should be: this is mse, which has no ½.",
            advice="With which factor does half_mse begin?",
            equation="half_mse",
            chapter=CHAPTER,
        ),
        from_list(
            "summed_not_averaged",
            partial(hunted, loss=lambda squares: np.sum(squares) / 2),
            meaning="z is right. C is n times too large: this is half_sse, which adds the samples up.",
            advice="Which of the three losses of the chapter grows when every sample comes twice?",
            equation="half_mse",
            chapter=CHAPTER,
        ),
        hunt_slip(
            "one_for_each_sample",
            "One loss for each sample",
            "z is right. C holds a number for each sample; the loss of a batch is one number.",
            "Over which of the two indices have you summed, and over which not yet?",
            "half_mse",
            loss=lambda squares: np.sum(squares, axis=1) / 2,
        ),
        hunt_slip(
            "gate_left_out",
            "The gates are gone",
            "z of the first layer is right, and after it every gate is open: the line that closed them was taken out.",
            "The ReLU has to act on something other than the array in the list. Where does it act now?",
            "activation",
            gates="none",
        ),
        hunt_slip(
            "gate_at_the_output",
            "A ReLU at the output",
            "z is right. C belongs to a prediction that went through a gate; the output of this network is linear.",
            "Which layers get a gate in your loop, and which one must not have one?",
            "activation",
            gates="all",
        ),
        *(
            hunt_slip(
                f"z_overwritten_and_{name}",
                f"The gate is written into z, and {words}",
                f"z still lacks its negative entries. And C changed, but is not right: {words}.",
                COUNT,
                "half_mse",
                overwritten=True,
                loss=loss,
            )
            for name, words, loss in (
                ("factor_two", "the ½ is missing", lambda squares: np.sum(squares) / len(squares)),
                ("divided_by_outputs", "the outputs are averaged too", lambda squares: np.mean(squares) / 2),
                ("summed_not_averaged", "the 1/n is missing", lambda squares: np.sum(squares) / 2),
            )
        ),
        *(
            hunt_slip(
                name,
                title,
                f"z is right. C was divided by twice {words}. half_mse divides by 2n, and n counts the samples.",
                "Which of the arrays has a row for each sample? How do you ask for the number of its rows?",
                "half_mse",
                count=count,
            )
            for name, title, words, count in (
                ("divided_by_layers", "The layers are counted", "the number of layers", lambda w, X: len(w)),
                ("divided_by_inputs", "The inputs are counted", "the number of inputs", lambda w, X: X.shape[1]),
                ("divided_by_all_inputs", "All entries of X are counted", "the entries of X", lambda w, X: X.size),
            )
        ),
        hunt_slip(
            "multiplied_by_n",
            "Divided by 2, then multiplied by n",
            "z is right. Python goes from left to right: `/ 2 * n` halves and then multiplies by n.",
            "What is `1 / 2 * 7` in Python? Which signs keep the two factors together?",
            "half_mse",
            loss=lambda squares: np.sum(squares) / 2 * len(squares),
        ),
        hunt_slip(
            "sum_squared",
            "The sum is squared, not the errors",
            "z is right. C is made of the square of the sum of all errors, in which errors of both signs cancel.",
            "Can C be 0 although no prediction is right? Which is squared first, each error or their sum?",
            "half_mse",
            of_errors=lambda errors: np.sum(errors) ** 2 / (2 * len(errors)),
        ),
        hunt_slip(
            "gates_for_activations",
            "The gates are handed on, without what passes them",
            "z of the first layer is right. The next layer got 1 for an open gate and 0 for a closed one.",
            "With z = 2.5, what comes out of the gate?",
            "activation",
            gates="ones",
        ),
        hunt_slip(
            "divided_twice",
            "Divided by n after the mean",
            "z is right. `np.mean` has divided by all entries already, and C was divided by 2n once more.",
            COUNT,
            "half_mse",
            loss=lambda squares: np.mean(squares) / (2 * len(squares)),
        ),
    ),
    hints=(
        "Two names can stand for one array. Where in the loop do they? And how many numbers does `np.mean` divide by?",
        "The list must keep each z as it was before the gate, and half_mse is the sum of the squares divided by 2n.",
        "Look at the line `a = z[-1]`, and ask what the next lines do to the array in the list.",
    ),
)

# ---- a retest: chapter 01 --------------------------------------------------------------------------------

RETEST = "01_chain_rule"


def place_cases(rng):
    """Draw places on both sides of 0, away from those where two wrong formulas agree with the right one."""
    size = rng.uniform(1.2, 3, size=3)
    return [
        Case(f"x = {words}", f"x is {words}", (("first", {"x": float(x)}),))
        for x, words in zip(size * (1, -1, 1), ("above 1", "below −1", "another number above 1"), strict=True)
    ]


def used_twice(x, one=3.0, other=None, join=None):
    """Return the slope of C = u v at x, with u = 3 x + 1 and v = x squared."""
    u, v = 3 * x + 1, x**2
    other = 2 * x if other is None else other(x)
    paths = one * v, u * other
    return sum(paths) if join is None else join(u, v, one, other)


def path_slip(name, title, meaning, advice, join, equation="sum_over_paths"):
    """Return a mistake in how the two paths come together."""
    return Known(name, title, meaning, advice, equation, RETEST, wrong=lambda x: used_twice(x, join=join))


WALK = "Which slopes lie on the path through u, and which on the path through v? Write down both products first."

Exercise(
    "02.used_twice_again",
    title="Once more, from chapter 01: a value that is used twice",
    kind="write",
    points=1,
    chapter=RETEST,
    equation="sum_over_paths",
    arguments=("x",),
    returns=("dC_dx",),
    cases=place_cases,
    reference=used_twice,
    known=(
        path_slip(
            "slopes_multiplied",
            "The slopes of the two paths are multiplied",
            "This is u′ · v′. Slopes are multiplied along a path; two paths are added.",
            WALK,
            lambda u, v, one, other: one * other,
        ),
        path_slip(
            "slopes_added",
            "Only the first links are added",
            "This is u′ + v′. On each path a second link is missing, from u or from v to C.",
            "How far does C move when u alone moves by a little? That depends on v.",
            lambda u, v, one, other: one + other,
        ),
        path_slip(
            "path_through_v_forgotten",
            "The path through v is forgotten",
            "Only the path through u counts, as if v stood still. But v moves when x moves.",
            WALK,
            lambda u, v, one, other: one * v,
        ),
        path_slip(
            "path_through_u_forgotten",
            "The path through u is forgotten",
            "Only the path through v counts, as if u stood still. But u moves when x moves.",
            WALK,
            lambda u, v, one, other: u * other,
        ),
        path_slip(
            "links_exchanged",
            "The second links are exchanged",
            "The path through u was multiplied by u, and that through v by v. C = u · v moves with u as fast as v is "
            "large.",
            "Let u grow by 1 and hold v still. By how much does C grow?",
            lambda u, v, one, other: one * u + other * v,
        ),
        path_slip(
            "paths_multiplied",
            "The paths are multiplied",
            "The two paths were multiplied with each other. Slopes are multiplied along a path, and paths are added.",
            WALK,
            lambda u, v, one, other: one * v * u * other,
        ),
        path_slip(
            "paths_subtracted",
            "One path is subtracted",
            "The path through v was taken away. Both effects happen at the same time, and they add up.",
            WALK,
            lambda u, v, one, other: one * v - u * other,
        ),
        path_slip(
            "value_for_slope",
            "The value, not the slope",
            "This is C itself. The question is how fast C changes with x.",
            "What happens to C when x is nudged?",
            lambda u, v, one, other: u * v,
            "central_difference",
        ),
        path_slip(
            "value_of_both_added",
            "u and v are added",
            "This is u + v, two values. Asked is how fast C changes with x.",
            WALK,
            lambda u, v, one, other: u + v,
            "central_difference",
        ),
        Known(
            "one_lost",
            "The 1 of u is lost",
            "This is the slope of 3x · x², so 9x². The 1 adds nothing to the slope of u, but u holds it, and u is a "
            "factor on the path through v.",
            "What is u at x = 0?",
            "sum_over_paths",
            RETEST,
            wrong=lambda x: 9 * x**2,
        ),
        Known(
            "power_and_v_exchanged",
            "The power of v came down, its x stayed behind",
            "The slope of x² was taken as 2. It is 2x: the power comes down, and one x is left.",
            "Nudge x² at x = 3. Which slope do you measure?",
            "chain_rule",
            RETEST,
            wrong=lambda x: used_twice(x, other=lambda x: 2.0),
        ),
        Known(
            "differentiated_twice",
            "The slope of the slope",
            "This is 18x + 2, the slope of the slope. Asked is how fast C itself changes with x.",
            "How many times did you differentiate? Nudge C at x = 2 and compare.",
            "chain_rule",
            RETEST,
            wrong=lambda x: 18 * x + 2,
        ),
        path_slip(
            "first_link_for_both",
            "The slope of u stands on both paths",
            "This is u′ · (v + v′u). The 3 belongs to the path through u alone.",
            WALK,
            lambda u, v, one, other: one * (v + u * other),
        ),
        Known(
            "power_kept",
            "The power did not come down",
            "The slope of x² was taken as x. The 2 comes down in front.",
            "Nudge x² at x = 3. Which slope do you measure?",
            "chain_rule",
            RETEST,
            wrong=lambda x: used_twice(x, other=lambda x: x),
        ),
        Known(
            "constant_kept",
            "The slope of u is not 3",
            "The 1 of u = 3x + 1 was taken for a part of its slope. A constant does not move.",
            "When x grows by 1, by how much does u grow?",
            "chain_rule",
            RETEST,
            wrong=lambda x: used_twice(x, one=4.0),
        ),
    ),
    nudged=lambda arguments, name: numerical_gradient(lambda x: (3 * x + 1) * x**2, arguments["x"]),
    hints=(
        "In how many ways does a nudge of x reach C?",
        "Add over the two paths; along each, multiply its two slopes.",
        "`u, v = 3 * x + 1, x**2`, and the path through u is `3 * v`.",
    ),
    retest=True,
)
