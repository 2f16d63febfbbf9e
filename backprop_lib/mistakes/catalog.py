"""The known mistakes: for each the wrong lines, and below them what there is to say about it.

A function takes the place of the step that its entry names; see `steps` for how that step should be.
"""

import numpy as np

from backprop_lib.mistakes.mistake import MISTAKES, Mistake
from backprop_lib.mistakes.steps import backward
from backprop_lib.network import Gradients

__all__ = ["MISTAKES"]

# ---- scale and sign ----------------------------------------------------------------------------------------------


def factor_two(layer):
    """Keep a factor 2 that the 1/2 of the loss should cancel."""
    return 2 * layer.loss.derivative(layer.a, layer.y)


Mistake(
    "factor_two",
    1,
    title="A factor 2 too many",
    meaning="Every gradient is twice what it should be: the square was differentiated and the ½ of the loss "
    "forgotten, or gradient and loss belong to two conventions.",
    advice="Write down the loss with all its factors, differentiate it once more, and count the 2s.",
    equation="output_grad_a",
    chapter="03_output_delta",
    signature="factor",
    steps={"output_grad_a": factor_two},
)


def factor_half(layer):
    """Keep a 1/2 that differentiating the square should cancel."""
    return layer.loss.derivative(layer.a, layer.y) / 2


Mistake(
    "factor_half",
    1,
    title="A factor ½ too many",
    meaning="Every gradient is half of what it should be: the ½ of the loss was kept although the square, "
    "differentiated, gives a 2.",
    advice="Write down the loss with all its factors, differentiate it once more, and look where the exponent goes.",
    equation="output_grad_a",
    chapter="03_output_delta",
    signature="factor",
    steps={"output_grad_a": factor_half},
)


def divided_by_entries(layer):
    """Differentiate the mean over all entries, without a 1/2: 2 / (n k) for 1 / n."""
    n_outputs = layer.y.shape[1]
    return 2 / n_outputs * layer.loss.derivative(layer.a, layer.y)


Mistake(
    "divided_by_entries",
    1,
    title="The gradient of the mean over all entries",
    meaning="The gradient is that of another convention, the mean of all squares: with k outputs 2/(n·k) stands where "
    "the loss has 1/n. With one output that is a factor 2.",
    advice="Does your loss average over samples or over all entries, and does it have a ½? Look with two outputs as "
    "well as with three.",
    equation="output_grad_a",
    chapter="03_output_delta",
    signature="factor",
    steps={"output_grad_a": divided_by_entries},
)


def sign_flipped(layer):
    """Take y - ŷ for ŷ - y."""
    return -layer.loss.derivative(layer.a, layer.y)


Mistake(
    "sign_flipped",
    2,
    title="The sign is flipped",
    meaning="Every gradient points the wrong way, as with y − ŷ for the error: a step along it makes the loss larger.",
    advice="Let one prediction be too high. Must the loss rise or fall when it rises further, and which sign does "
    "your first line give?",
    equation="output_grad_a",
    chapter="03_output_delta",
    signature="factor",
    steps={"output_grad_a": sign_flipped},
)


def summed_not_averaged(layer):
    """Leave out the 1/n of the loss."""
    n_samples = len(layer.y)
    return n_samples * layer.loss.derivative(layer.a, layer.y)


Mistake(
    "summed_not_averaged",
    3,
    title="Summed where the loss averages",
    meaning="The gradients of the samples are added up, while the loss is their mean: every gradient is n times too "
    "large.",
    advice="Find the 1/n of the loss. Does one of your lines have it?",
    equation="output_grad_a",
    chapter="03_output_delta",
    signature="factor",
    invisible_in=("one_sample_one_output",),
    steps={"output_grad_a": summed_not_averaged},
)


def divided_by_outputs(layer):
    """Average over the outputs as well, where the loss adds them."""
    n_outputs = layer.y.shape[1]
    return layer.loss.derivative(layer.a, layer.y) / n_outputs


def weights_averaged(layer):
    """Divide by n once more: delta has the 1/n of the loss already."""
    return layer.a_prev.T @ layer.delta / len(layer.delta)


def bias_averaged(layer):
    """Take the mean over the batch: delta has the 1/n of the loss already."""
    return layer.delta.mean(axis=0)


Mistake(
    "averaged_twice",
    4,
    title="Divided by n twice",
    meaning="The 1/n of the loss is applied once at the output and once more where dW and db are made: every gradient "
    "is n times too small.",
    advice="Follow the 1/n from the loss to dW. It may enter once.",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="factor",
    invisible_in=("one_sample_one_output",),
    steps={"weight_gradient": weights_averaged, "bias_gradient": bias_averaged},
)

Mistake(
    "divided_by_outputs",
    5,
    title="Divided by the number of outputs as well",
    meaning="The error is averaged over samples and over outputs, while the loss adds its outputs up.",
    advice="Over which of its two indices does the loss take a mean, and over which a sum?",
    equation="output_grad_a",
    chapter="03_output_delta",
    signature="factor",
    invisible_in=("one_sample_one_output", "sigmoid_output", "binary_cross_entropy"),
    steps={"output_grad_a": divided_by_outputs},
)

Mistake(
    "bias_averaged",
    6,
    title="db averaged, dW summed",
    meaning="db is a mean over the batch and dW a sum, so that db alone is n times too small.",
    advice="dW and db come from the same δ. Does δ hold the 1/n already?",
    equation="bias_gradient",
    chapter="05_vectorized_gradients",
    signature="factor",
    invisible_in=("one_sample_one_output",),
    steps={"bias_gradient": bias_averaged},
)

Mistake(
    "weights_averaged",
    6,
    title="dW averaged, db summed",
    meaning="dW is divided by n once more and db is not, so that dW alone is n times too small.",
    advice="dW and db come from the same δ. Does δ hold the 1/n already?",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="factor",
    invisible_in=("one_sample_one_output",),
    steps={"weight_gradient": weights_averaged},
)

# ---- bias --------------------------------------------------------------------------------------------------------


def bias_not_summed(layer):
    """Return one row for each sample."""
    return layer.delta


Mistake(
    "bias_not_summed",
    7,
    title="db is not summed over the batch",
    meaning="db has one row for each sample. There is one bias for all samples, and all of them have a say in its "
    "gradient.",
    advice="A gradient has the shape of what it is the gradient of. What is the shape of b?",
    equation="bias_gradient",
    chapter="05_vectorized_gradients",
    signature="wrong shape",
    steps={"bias_gradient": bias_not_summed},
)


def bias_first_row(layer):
    """Take the first sample for the whole batch."""
    return layer.delta[0]


Mistake(
    "bias_first_row",
    7,
    title="db is the first sample's only",
    meaning="db has the right shape and holds the share of the first sample alone.",
    advice="Nudge one bias by hand: which rows of z change?",
    equation="bias_gradient",
    chapter="05_vectorized_gradients",
    signature="other numbers",
    invisible_in=("one_sample_one_output",),
    steps={"bias_gradient": bias_first_row},
)


def bias_summed_over_units(layer):
    """Add over the samples and over the units; NumPy's sum does that unless it is told the axis."""
    return np.full_like(layer.b, layer.delta.sum())


Mistake(
    "bias_summed_over_units",
    8,
    title="db is summed over the units too",
    meaning="δ was summed over all its entries, so that every bias of a layer gets the same gradient.",
    advice="Look at db of a layer with several units: are its entries all alike? Over which index may they be added?",
    equation="bias_gradient",
    chapter="05_vectorized_gradients",
    signature="other numbers",
    steps={"bias_gradient": bias_summed_over_units},
)

# ---- slope -------------------------------------------------------------------------------------------------------


def slope_left_out(layer):
    """Pass on what arrives, whatever the activation does."""
    return layer.grad_a


Mistake(
    "slope_left_out",
    9,
    title="The slope is left out",
    meaning="What arrives at a hidden layer is passed on whole. The derivative of the activation is missing, and a "
    "closed gate lets everything through.",
    advice="On the way back from a to z lies the activation. Which factor does the chain rule ask for there?",
    equation="hidden_delta",
    chapter="04_hidden_delta",
    signature="other numbers",
    invisible_in=("one_layer",),
    steps={"hidden_delta": slope_left_out},
)


def slope_at_activation(layer):
    """Take the slope at a, where it is meant to be taken at z."""
    return layer.grad_a * layer.f.derivative(layer.a)


Mistake(
    "slope_at_activation",
    10,
    title="The slope is taken at a",
    meaning="The derivative was handed the activation, σ′(a), although it is a function of the pre-activation. A ReLU "
    "does not show it: a is positive just where z is.",
    advice="Does your derivative take z or a? Read its name, and then what it is called with. Try it with a smooth "
    "activation.",
    equation="hidden_delta",
    chapter="04_hidden_delta",
    signature="other numbers",
    home="linear_smooth",
    invisible_in=("one_layer", "linear_relu", "square_relu", "binary_cross_entropy"),
    steps={"hidden_delta": slope_at_activation, "output_delta": slope_at_activation},
)


def mask_with_equality(layer):
    """Take a >= 0 for the mask of a ReLU, which is always true."""
    slope = layer.a >= 0 if layer.f.name == "relu" else layer.f.derivative(layer.z)
    return layer.grad_a * slope


Mistake(
    "mask_with_equality",
    10,
    title="The mask a ≥ 0",
    meaning="The mask of the ReLU asks whether a ≥ 0. It always is, so every gate stands open, and the numbers are "
    "those of a slope left out.",
    advice="Print the mask. Does it hold a single False?",
    equation="relu_slope",
    chapter="04_hidden_delta",
    signature="other numbers",
    invisible_in=("one_sample_one_output", "one_layer", "linear_smooth", "square_smooth", "sigmoid_output", "softmax"),
    steps={"hidden_delta": mask_with_equality},
)


def sigmoid_slope_of_z(layer):
    """Take z (1 - z) for the slope of a sigmoid."""
    slope = layer.z * (1 - layer.z) if layer.f.name == "sigmoid" else layer.f.derivative(layer.z)
    return layer.grad_a * slope


Mistake(
    "sigmoid_slope_of_z",
    10,
    title="The sigmoid's slope as z (1 − z)",
    meaning="The short form of the sigmoid's slope was used with z in the place of a.",
    advice="Of which quantity is the short form of the slope a function? Put in z = 0, where the slope is 0.25.",
    equation="sigmoid_slope",
    chapter="03_output_delta",
    signature="other numbers",
    home="sigmoid_output",
    invisible_in=(
        "one_layer",
        "linear_relu",
        "linear_smooth",
        "square_relu",
        "square_smooth",
        "binary_cross_entropy",
        "softmax",
    ),
    steps={"hidden_delta": sigmoid_slope_of_z, "output_delta": sigmoid_slope_of_z},
)


def mask_from_gradient(layer):
    """Take the slope at what arrives, where it is meant to be taken at z."""
    return layer.grad_a * layer.f.derivative(layer.grad_a)


Mistake(
    "mask_from_gradient",
    11,
    title="The mask comes from the gradient that arrives",
    meaning="The slope was taken at the incoming gradient. A ReLU then stops what is negative, instead of what came "
    "through a closed gate.",
    advice="The forward pass decides which gate is open. Which array of it knows?",
    equation="hidden_delta",
    chapter="04_hidden_delta",
    signature="other numbers",
    invisible_in=("one_layer",),
    steps={"hidden_delta": mask_from_gradient},
)


def slope_of_another_layer(layer):
    """Take the slope at the z of the next layer."""
    return layer.grad_a * layer.f.derivative(layer.above.z)


Mistake(
    "slope_of_another_layer",
    12,
    title="The slope of another layer",
    meaning="The slope was taken at the z of the next layer. Where the widths differ NumPy refuses, unless the next "
    "layer has one unit only, which is stretched without a word.",
    advice="Write the layer's number under each array of that line. Do all belong to the same layer?",
    equation="hidden_delta",
    chapter="04_hidden_delta",
    signature="raises",
    invisible_in=("one_layer",),
    steps={"hidden_delta": slope_of_another_layer},
)


def slope_at_linear_output(layer):
    """Give the output the slope of a hidden layer."""
    return layer.grad_a * layer.network.activations[0].derivative(layer.z)


Mistake(
    "slope_at_linear_output",
    13,
    title="A slope at the linear output",
    meaning="The output was treated like a hidden layer: its error was multiplied by the hidden layers' slope, "
    "although the output is linear.",
    advice="Which activation has the last layer, and what is its derivative?",
    equation="linear_output_delta",
    chapter="03_output_delta",
    signature="other numbers",
    invisible_in=("one_layer", "sigmoid_output"),
    steps={"output_delta": slope_at_linear_output},
)


def slope_missing_at_sigmoid_output(layer):
    """Take the output for linear."""
    return layer.grad_a


Mistake(
    "slope_missing_at_sigmoid_output",
    13,
    title="No slope at the sigmoid output",
    meaning="With a sigmoid at the output and the squared error, ŷ − y was taken for δ. The sigmoid's slope is "
    "missing.",
    advice="From the loss to z of the last layer there are two steps. Which one have you not taken?",
    equation="sigmoid_output_delta",
    chapter="03_output_delta",
    signature="other numbers",
    home="sigmoid_output",
    invisible_in=(
        "one_sample_one_output",
        "one_layer",
        "linear_relu",
        "linear_smooth",
        "square_relu",
        "square_smooth",
        "binary_cross_entropy",
        "softmax",
    ),
    steps={"output_delta": slope_missing_at_sigmoid_output},
)


def slope_twice_with_cross_entropy(layer):
    """Multiply by the slope of the sigmoid, which has been canceled already."""
    slope = layer.y_hat * (1 - layer.y_hat) if layer.loss.takes_logits else layer.f.derivative(layer.z)
    return layer.grad_a * slope


Mistake(
    "slope_twice_with_cross_entropy",
    13,
    title="A slope too many with cross-entropy",
    meaning="(ŷ − y)/n was multiplied by ŷ (1 − ŷ). With cross-entropy that slope has been canceled on the way to ŷ "
    "− y.",
    advice="Differentiate the cross-entropy by the logit in two steps. What becomes of the slope?",
    equation="binary_cross_entropy_delta",
    chapter="03_output_delta",
    signature="other numbers",
    home="binary_cross_entropy",
    invisible_in=(
        "one_sample_one_output",
        "one_layer",
        "linear_relu",
        "linear_smooth",
        "square_relu",
        "square_smooth",
        "sigmoid_output",
    ),
    steps={"output_delta": slope_twice_with_cross_entropy},
)


def weights_from_grad_a(layer):
    """Take what arrives, before the slope, for delta."""
    return layer.a_prev.T @ layer.grad_a


Mistake(
    "weights_from_grad_a",
    14,
    title="dW is built before the slope",
    meaning="dW was built from dC/da, which arrives at the layer, instead of dC/dz, which is left after the slope.",
    advice="W makes z, and z makes a. Which of the two errors is the one at z?",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="other numbers",
    invisible_in=("one_layer",),
    steps={"weight_gradient": weights_from_grad_a},
)

# ---- wiring ------------------------------------------------------------------------------------------------------


def not_transposed(layer):
    """Send the error through W in the forward direction."""
    return layer.delta_next @ layer.W_next


Mistake(
    "not_transposed",
    15,
    title="W is not transposed",
    meaning="The error was sent back through W as it stands. W leads from a layer to the next; the way back needs its "
    "rows and columns exchanged. A square W lets it pass.",
    advice="Write the shapes under the product. Which index has to be summed away, and on which side of W does it "
    "stand?",
    equation="hidden_grad_a",
    chapter="04_hidden_delta",
    signature="other numbers",
    home="square_relu",
    invisible_in=("one_layer",),
    steps={"hidden_grad_a": not_transposed},
)


def another_layers_weights(layer):
    """Send the error through the weights of the layer at which it arrives."""
    return layer.delta_next @ layer.W.T


Mistake(
    "another_layers_weights",
    16,
    title="Another layer's W",
    meaning="The error was sent back through the weights of the layer it arrives at. It came in through the weights "
    "of the layer above.",
    advice="Which W leads from this layer to the next? Mind where your list begins to count.",
    equation="hidden_grad_a",
    chapter="04_hidden_delta",
    signature="other numbers",
    home="square_relu",
    invisible_in=("one_layer",),
    steps={"hidden_grad_a": another_layers_weights},
)


def gradient_transposed(layer):
    """Swap the factors."""
    return layer.delta.T @ layer.a_prev


Mistake(
    "gradient_transposed",
    17,
    title="dW is transposed",
    meaning="The two factors of dW are swapped: entry (i, j) holds the gradient of the weight from j to i. For a "
    "square W the shape is right all the same.",
    advice="W[i, j] leads from unit i to unit j. Which of the two factors of its gradient has the index i?",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="wrong shape",
    steps={"weight_gradient": gradient_transposed},
)


def gradient_from_z(layer):
    """Take the z of the layer below for its a."""
    came_in = layer.below.z if layer.below is not None else layer.a_prev
    return came_in.T @ layer.delta


Mistake(
    "gradient_from_z",
    18,
    title="dW is built from z",
    meaning="dW was built from the pre-activation of the layer below. What the weight is multiplied by is the "
    "activation.",
    advice="Write down the forward line of this layer. What stands beside W?",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="other numbers",
    invisible_in=("one_layer",),
    steps={"weight_gradient": gradient_from_z},
)


def activations_of_another_layer(layer):
    """Take what the layer gives out for what came in."""
    return layer.a.T @ layer.delta


Mistake(
    "activations_of_another_layer",
    19,
    title="dW is built from another layer's a",
    meaning="dW was built from the layer's own activation instead of the one that came in, often by an index that is "
    "off by one.",
    advice="How many entries has your list of activations, and how many your list of weights? Which of them is X?",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="wrong shape",
    steps={"weight_gradient": activations_of_another_layer},
)


def one_output_only(layer):
    """Follow the path through the first output, and no other."""
    units = slice(0, 1) if layer.above is layer.output else slice(None)
    return layer.delta_next[:, units] @ layer.W_next[:, units].T


Mistake(
    "one_output_only",
    20,
    title="One output's error only",
    meaning="The error of the first output alone was sent back. A hidden unit feeds every output, and each of these "
    "paths adds its part.",
    advice="Draw one hidden unit of a network with two outputs. How many ways lead from it to the loss?",
    equation="hidden_grad_a",
    chapter="04_hidden_delta",
    signature="other numbers",
    invisible_in=("one_sample_one_output", "one_layer", "sigmoid_output", "binary_cross_entropy"),
    steps={"hidden_grad_a": one_output_only},
)


def output_delta_everywhere(layer):
    """Begin every layer with the error of the output."""
    return layer.output.delta @ layer.W_next.T


Mistake(
    "output_delta_everywhere",
    21,
    title="The output's error in every layer",
    meaning="Each layer was given the error of the output instead of the error of the layer above it. With one hidden "
    "layer that is the same.",
    advice="After each layer, which array should the next one down start from? Try three layers.",
    equation="hidden_grad_a",
    chapter="04_hidden_delta",
    signature="other numbers",
    home="square_relu",
    invisible_in=("one_sample_one_output", "one_layer", "sigmoid_output", "binary_cross_entropy"),
    steps={"hidden_grad_a": output_delta_everywhere},
)


class ReversedLists:
    """Collect the gradients from the output to the input, and hand them over in that order."""

    def __call__(self, network, forward, y):
        """Return the right gradients in the wrong order."""
        right = backward(network, forward, y)
        return Gradients(dW=right.dW[::-1], db=right.db[::-1], delta=right.delta[::-1])


Mistake(
    "reversed_lists",
    22,
    title="The lists are in reverse order",
    meaning="The gradients are right and in the order in which the backward pass makes them, the output's first. The "
    "weights are listed from the input.",
    advice="Print the shapes of all dW beside those of all W.",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="wrong shape",
    invisible_in=("one_layer",),
    make=ReversedLists,
)

# ---- procedure ---------------------------------------------------------------------------------------------------


def updated_too_early(layer):
    """Send the error through weights that have been updated on the way."""
    updated = layer.W_next - layer.learning_rate * layer.above.dW
    return layer.delta_next @ updated.T


Mistake(
    "updated_too_early",
    23,
    title="The weights are updated too early",
    meaning="Each layer was updated before the error was sent through it, so that the error of the layers below comes "
    "through weights that were not in the forward pass. It grows with the learning rate.",
    advice="With which weights was the loss computed? Make all gradients first, and halve the learning rate to see "
    "the error shrink.",
    equation="hidden_grad_a",
    chapter="05_vectorized_gradients",
    signature="other numbers",
    invisible_in=("one_layer",),
    steps={"hidden_grad_a": updated_too_early},
)


class AccumulatedOverCalls:
    """Make the sums once and never set them back to zero."""

    def __init__(self):
        self.dW, self.db = None, None

    def __call__(self, network, forward, y):
        """Return the sum of the gradients of all calls so far."""
        new = backward(network, forward, y)
        if self.dW is None:
            self.dW, self.db = new.dW, new.db
        else:
            self.dW = [total + dW for total, dW in zip(self.dW, new.dW, strict=True)]
            self.db = [total + db for total, db in zip(self.db, new.db, strict=True)]
        return Gradients(dW=self.dW, db=self.db)


Mistake(
    "accumulated_over_calls",
    24,
    title="Gradients pile up over calls",
    meaning="The first call is right. Each later one returns the sum of all gradients so far, because they are added "
    "to what is left from before.",
    advice="Call it twice with the same arguments. What is left over from the first call?",
    equation="weight_gradient",
    chapter="06_gradient_descent",
    signature="second call",
    make=AccumulatedOverCalls,
)


def changed_in_place(layer):
    """Write the gradient over the activation, as `a -= y` does."""
    layer.a[...] = layer.loss.derivative(layer.a, layer.y)
    return layer.a


Mistake(
    "changed_in_place",
    25,
    title="The forward pass is changed in place",
    meaning="The error was written into an array of the forward pass. The numbers are right once; who uses the same "
    "pass again gets wrong ones.",
    advice="Look for a line that writes into an array it was given, with -= or *= or [...] =.",
    equation="output_grad_a",
    chapter="05_vectorized_gradients",
    signature="changed input",
    steps={"output_grad_a": changed_in_place},
)


class StalePass:
    """Keep the first forward pass and use it for good."""

    def __init__(self):
        self.forward = None

    def __call__(self, network, forward, y):
        """Return gradients with today's weights and the first call's pass."""
        if self.forward is None:
            self.forward = forward
        return backward(network, self.forward, y)


Mistake(
    "stale_pass",
    26,
    title="A pass of earlier parameters",
    meaning="After an update the gradients were computed with the forward pass from before it. The first call is "
    "right, the next one mixes new weights with old activations.",
    advice="Between two updates there is one forward pass. Where does your loop make it?",
    equation="weight_update",
    chapter="06_gradient_descent",
    signature="second call",
    make=StalePass,
)


class FullBatchSize:
    """Note the batch size once and divide every later batch by it."""

    def __init__(self):
        self.batch_size = None

    def __call__(self, network, forward, y):
        """Return the sum over the batch, divided by the size of the first one."""
        if self.batch_size is None:
            self.batch_size = len(y)
        return backward(network, forward, y, output_grad_a=self.output_grad_a)

    def output_grad_a(self, layer):
        """Divide by the noted batch size, where the loss divides by the number of samples at hand."""
        return layer.loss.derivative(layer.a, layer.y) * len(layer.y) / self.batch_size


Mistake(
    "full_batch_size",
    27,
    title="The short batch is divided by the full size",
    meaning="The last batch of an epoch may hold fewer samples than the others, and was divided by the full batch "
    "size: its gradients are too small by the share of samples it holds.",
    advice="How many rows has the last batch? Where does your line take its n from?",
    equation="output_grad_a",
    chapter="06_gradient_descent",
    signature="second call",
    invisible_in=("one_sample_one_output",),
    make=FullBatchSize,
)


def star_for_matmul(layer):
    """Multiply entry by entry."""
    return layer.delta_next * layer.W_next.T


Mistake(
    "star_for_matmul",
    28,
    title="* for @",
    meaning="The arrays were multiplied entry by entry instead of as matrices. With one output NumPy stretches the "
    "single column and the numbers are right by accident.",
    advice="Should something be added up in that product? Try it with two outputs.",
    equation="hidden_grad_a",
    chapter="04_hidden_delta",
    signature="raises",
    invisible_in=("one_sample_one_output", "one_layer", "sigmoid_output", "binary_cross_entropy"),
    steps={"hidden_grad_a": star_for_matmul},
)


def flat_targets(layer):
    """Compare predictions of shape (n, 1) with targets of shape (n,): NumPy makes (n, n) of them."""
    y = layer.y.ravel() if layer.y.shape[1] == 1 else layer.y
    return layer.loss.gradient(layer.a, y)


Mistake(
    "flat_targets",
    28,
    title="(n,) against (n, 1)",
    meaning="The targets were a flat list and the predictions a column. NumPy subtracts each from each, and the error "
    "has n columns instead of one.",
    advice="Print the shapes of ŷ, of y and of their difference.",
    equation="output_grad_a",
    chapter="05_vectorized_gradients",
    signature="raises",
    home="binary_cross_entropy",
    invisible_in=(
        "one_sample_one_output",
        "one_layer",
        "linear_relu",
        "linear_smooth",
        "square_relu",
        "square_smooth",
        "softmax",
    ),
    steps={"output_grad_a": flat_targets},
)


def delta_as_gradient(layer):
    """Hand over delta itself."""
    return layer.delta


Mistake(
    "delta_as_gradient",
    29,
    title="δ returned as dW",
    meaning="dW holds the error of the layer, one row for each sample. What came into the layer has no part in it.",
    advice="By how much does z change when W[i, j] is nudged? That factor is missing.",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="wrong shape",
    steps={"weight_gradient": delta_as_gradient},
)


def input_gradient_as_dW(layer):  # noqa: N802
    """Hand over the gradient of what came into the layer."""
    return layer.delta @ layer.W.T


Mistake(
    "input_gradient_as_dW",
    29,
    title="The gradient of the inputs returned as dW",
    meaning="dW holds the gradient of the loss by what came into the layer. That is what is sent further back; it has "
    "one row for each sample.",
    advice="δ is used twice in each layer, with two different partners. Which product belongs to W?",
    equation="weight_gradient",
    chapter="05_vectorized_gradients",
    signature="wrong shape",
    steps={"weight_gradient": input_gradient_as_dW},
)


def penalty_left_out(layer):
    """Leave the penalty to the loss."""
    return layer.dW


Mistake(
    "penalty_left_out",
    30,
    title="The penalty is missing in the gradient",
    meaning="The loss holds a penalty on large weights and the gradient does not: it belongs to another loss than the "
    "one that is reported.",
    advice="Nudge one weight and look at the two parts of the loss apart. Which of them does your dW follow?",
    equation="penalty_gradient",
    chapter="08_gradient_flow",
    signature="other numbers",
    steps={"penalty_gradient": penalty_left_out},
    penalty=0.1,
)
