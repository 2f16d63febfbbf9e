"""A fully connected network: forward gives a `ForwardPass`, backward turns that into `Gradients`.

The network keeps its parameters and nothing else. A pass is handed to the caller, so two of them can exist side by
side and a second forward never spoils the backward of the first.
"""

import copy
from dataclasses import dataclass, field

import numpy as np

from backprop_lib import activations, initializers, losses, validation

__all__ = ["ForwardPass", "Gradients", "Network", "gradient_lists"]


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """What one forward pass computed, layer by layer.

    Attributes
    ----------
    z : list of ndarray
        The pre-activations; z[l] has the shape (n_samples, n_out of layer l).
    a : list of ndarray
        The activations, one more than z: a[0] is X, and a[l + 1] belongs to z[l].
    y_hat : ndarray of shape (n_samples, n_out)
        The prediction: a[-1], or the probabilities that belong to the logits a[-1] with a cross-entropy loss.
    """

    z: list
    a: list
    y_hat: np.ndarray


@dataclass(frozen=True, eq=False)
class Gradients:
    """What one backward pass computed, in the order of the layers.

    Attributes
    ----------
    dW : list of ndarray
        dC/dW; each has the shape of its W, (n_in, n_out).
    db : list of ndarray
        dC/db; each has the shape of its b, (n_out,).
    delta : list of ndarray
        dC/dz; each has the shape of its z, (n_samples, n_out). Empty where only dW and db are given.
    """

    dW: list
    db: list
    delta: list = field(default_factory=list)

    @property
    def norms(self):
        """The Frobenius norm of each dW, first layer first; ndarray of shape (n_layers,)."""
        return np.array([np.linalg.norm(dW) for dW in self.dW])


class Network:
    """A network of fully connected layers.

    Parameters
    ----------
    sizes : sequence of int
        The width of the input and of each layer, (2, 3, 1) for two inputs, three hidden units and one output.
        Two numbers make a network of one layer.
    hidden : str or sequence of str, optional
        The activation of the hidden layers: one name for all, or one for each.
    output : str, optional
        The activation of the last layer.
    loss : str, optional
        "half_mse", "mse", "half_sse", "binary_cross_entropy" or "softmax_cross_entropy".
    initializer : str, optional
        How the weights start. None takes He's scale for weights behind ReLU-like units and Xavier's for all others.
        Biases start at 0.
    dtype : dtype, optional
        float (that is float64) or np.float32; the network computes in it throughout.
    rng : numpy.random.Generator, optional
        Draws the weights. Without it they differ in every run.

    Attributes
    ----------
    weights : list of ndarray
        W of each layer, (n_in, n_out); change them in place: ``network.weights[0][...] = W``.
    biases : list of ndarray
        b of each layer, (n_out,).
    activations : list of Activation
        One for each layer, the output's last.
    loss : Loss
        The loss that `loss_value` and `backward` refer to.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number of at least 1, a name is unknown, or loss and output do not go together.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network((2, 3, 1), rng=np.random.default_rng(0))
    >>> network.predict([[1.0, 2.0]]).shape
    (1, 1)
    """

    def __init__(
        self,
        sizes,
        *,
        hidden="relu",
        output="identity",
        loss="half_mse",
        initializer=None,
        dtype=float,
        rng=None,
    ):
        self.sizes = _checked_sizes(sizes)
        self.activations = [*_hidden_activations(hidden, len(self.sizes) - 2), activations.get(output)]
        self.loss = losses.get(loss)
        if self.loss.takes_logits and self.activations[-1] is not activations.identity:
            raise ValueError(
                f'loss="{self.loss.name}" goes with output="identity", not "{self.activations[-1].name}": '
                f"it takes logits and turns them into probabilities itself, which is exact where a separate "
                f"sigmoid or softmax rounds to 0 or 1. y_hat holds the probabilities."
            )
        self.dtype = _checked_dtype(dtype)
        if initializer is not None:
            initializer = initializers.get(initializer)
        rng = validation.random_generator(rng)
        self.weights = []
        self.biases = []
        for n_in, n_out, before in zip(self.sizes[:-1], self.sizes[1:], [None, *self.activations[:-1]], strict=True):
            draw = initializer or initializers.for_layer_behind(before)
            self.weights.append(draw(n_in, n_out, rng=rng).astype(self.dtype))
            self.biases.append(np.zeros(n_out, dtype=self.dtype))

    def forward(self, X):
        """Compute the prediction and everything on the way to it.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_in)
            Inputs; rows are samples.

        Returns
        -------
        ForwardPass
            z, a and y_hat. Nothing is kept on the network.

        Raises
        ------
        TypeError, ValueError
            If X does not hold finite numbers in n_in columns.
        """
        X = validation.samples("X", X, self.sizes[0], self.dtype)
        self._check_parameters()
        z = []
        a = [X]
        for W, b, activation in zip(self.weights, self.biases, self.activations, strict=True):
            z.append(a[-1] @ W + b)  # (n_samples, n_out)
            a.append(activation(z[-1]))  # (n_samples, n_out)
        return ForwardPass(z=z, a=a, y_hat=self.loss.prediction(a[-1]))

    def predict(self, X):
        """Compute the prediction alone.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_in)
            Inputs; rows are samples.

        Returns
        -------
        ndarray of shape (n_samples, n_out)
            The same y_hat as that of `forward`.

        Raises
        ------
        TypeError, ValueError
            As for `forward`.
        """
        return self.forward(X).y_hat

    def loss_value(self, X, y):
        """Compute the loss.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_in)
            Inputs; rows are samples.
        y : array_like of shape (n_samples, n_out)
            Targets; see `Loss.targets` for the other forms that are accepted.

        Returns
        -------
        float
            The value of the network's loss, in the units of that loss.

        Raises
        ------
        TypeError, ValueError
            As for `forward`; and if `y` does not fit `X` or the loss.
        """
        return self.loss.value(self.forward(X).a[-1], y)

    def backward(self, forward, y):
        """Send the error back through the network and return the gradients of the loss.

        Parameters
        ----------
        forward : ForwardPass
            What `forward` returned. It belongs to the parameters it was made with, while this method uses the
            current ones: make a new pass after each update.
        y : array_like of shape (n_samples, n_out)
            The targets; see `Loss.targets` for the other forms that are accepted.

        Returns
        -------
        Gradients
            dW, db and delta of each layer. Neither the pass nor `y` is changed.

        Raises
        ------
        TypeError, ValueError
            If `forward` is no pass of this network, or `y` does not fit it.

        Notes
        -----
        The equations are Nielsen's BP1 to BP4 (2015, chapter 2), with rows as samples; the factor 1/n of the loss
        enters through its derivative, and nowhere else.
        """
        self.check_pass(forward)
        self._check_parameters()
        grad_a = self.loss.derivative(forward.a[-1], y)  # (n_samples, n_out)
        delta = [grad_a * self.activations[-1].derivative(forward.z[-1])]  # (n_samples, n_out)
        for W, activation, z in zip(
            reversed(self.weights[1:]), reversed(self.activations[:-1]), reversed(forward.z[:-1]), strict=True
        ):
            grad_a = delta[-1] @ W.T  # (n_samples, n_in of W): what arrives at the layer below
            delta.append(grad_a * activation.derivative(z))  # the same shape: what its slope lets through
        delta.reverse()
        dW = [a_prev.T @ d for a_prev, d in zip(forward.a[:-1], delta, strict=True)]  # (n_in, n_out)
        db = [d.sum(axis=0) for d in delta]  # (n_out,)
        return Gradients(dW=dW, db=db, delta=delta)

    def update_parameters(self, gradients, learning_rate=0.1):
        """Take one step of gradient descent: W and b, in place, against their gradients.

        Parameters
        ----------
        gradients : Gradients
            One dW and one db for each layer.
        learning_rate : float, optional
            The length of the step.

        Raises
        ------
        TypeError, ValueError
            If a gradient is missing, has another shape than its parameter or is not finite. No parameter is
            changed then.
        """
        learning_rate = validation.learning_rate(learning_rate)
        self._check_parameters()
        dW, db = self.check_gradients(gradients)
        parameters = [*self.weights, *self.biases]
        with np.errstate(over="ignore"):
            updated = [array - learning_rate * gradient for array, gradient in zip(parameters, dW + db, strict=True)]
        if not all(np.isfinite(array).all() for array in updated):
            raise ValueError(
                f"with learning_rate={learning_rate:g} a parameter would become infinite; take a smaller one."
            )
        for array, values in zip(parameters, updated, strict=True):
            array[...] = values

    def copy(self):
        """Return a network with the same settings and its own copies of weights and biases.

        What a subclass adds besides is shared with the original.
        """
        return self.astype(self.dtype)

    def astype(self, dtype):
        """Return a copy that computes in `dtype`, float64 or float32."""
        self._check_parameters()
        other = copy.copy(self)
        other.dtype = _checked_dtype(dtype)
        other.activations = list(self.activations)
        other.weights = [W.astype(other.dtype) for W in self.weights]
        other.biases = [b.astype(other.dtype) for b in self.biases]
        return other

    def __repr__(self):
        names = [activation.name for activation in self.activations]
        hidden = names[0] if len(set(names[:-1])) == 1 else tuple(names[:-1])
        return "".join(
            [
                f"Network({self.sizes}",
                f", hidden={hidden!r}" if len(names) > 1 else "",
                f", output={names[-1]!r}, loss={self.loss.name!r}",
                f", dtype=np.{self.dtype.name}" if self.dtype != float else "",
                ")",
            ]
        )

    def _check_parameters(self):
        n_layers = len(self.activations)
        for name, arrays, shapes in (
            ("weights", self.weights, list(zip(self.sizes[:-1], self.sizes[1:], strict=True))),
            ("biases", self.biases, [(n_out,) for n_out in self.sizes[1:]]),
        ):
            if len(arrays) != n_layers:
                raise ValueError(f"the network has {len(arrays)} {name}, its {n_layers} layers need one each.")
            for layer, (array, shape) in enumerate(zip(arrays, shapes, strict=True)):
                if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != self.dtype:
                    got = (
                        f"an array of shape {array.shape} and type {array.dtype.name}"
                        if isinstance(array, np.ndarray)
                        else f"a {type(array).__name__}"
                    )
                    raise ValueError(
                        f"network.{name}[{layer}] is {got}, expected shape {shape} and type {self.dtype.name}. "
                        f"Change it in place: network.{name}[{layer}][...] = new values."
                    )

    def check_pass(self, forward):
        """Say clearly if `forward` is no forward pass of this network.

        Parameters
        ----------
        forward : ForwardPass
            What `forward` returned; the parameters may have changed since.

        Raises
        ------
        TypeError
            If it is no `ForwardPass`.
        ValueError
            If its arrays have not the shapes and the type that this network makes.
        """
        if not isinstance(forward, ForwardPass):
            raise TypeError(
                f"the ForwardPass that network.forward(X) returns was expected, got {type(forward).__name__}. "
                f"Make one first: forward = network.forward(X)."
            )
        rows = len(forward.a[0]) if len(forward.a) and np.ndim(forward.a[0]) else 0
        for name, arrays, widths in (("a", forward.a, self.sizes), ("z", forward.z, self.sizes[1:])):
            expected = [(rows, width) for width in widths]
            shapes = [np.shape(array) for array in arrays]
            if shapes != expected:
                raise ValueError(
                    f"the pass has {name} of the shapes {shapes}, this network makes {expected}. "
                    f"Was it made by another network, or changed?"
                )
            if any(array.dtype != self.dtype for array in arrays):
                raise ValueError(
                    f"the pass has {name} of the types {[array.dtype.name for array in arrays]}, this network makes "
                    f"{self.dtype.name}. Was it made by another network?"
                )

    def check_gradients(self, gradients, *, finite=True):
        """Return the dW and the db of `gradients` as two lists of arrays that fit the parameters.

        Parameters
        ----------
        gradients : Gradients
            One dW and one db for each layer.
        finite : bool, optional
            Whether NaN and infinity are refused.

        Raises
        ------
        TypeError, ValueError
            If a gradient is missing or has another shape than its parameter.
        """
        dW, db = gradient_lists(gradients, len(self.weights))
        checked = []
        for name, given, parameters in (("dW", dW, self.weights), ("db", db, self.biases)):
            arrays = [validation.float_array(f"{name}[{i}]", g, self.dtype, finite=finite) for i, g in enumerate(given)]
            for i, (array, parameter) in enumerate(zip(arrays, parameters, strict=True)):
                if array.shape != parameter.shape:
                    slip = "; is it transposed?" if array.T.shape == parameter.shape else "."
                    raise ValueError(
                        f"{name}[{i}] has the shape {array.shape}, its parameter has {parameter.shape}{slip} "
                        f"A gradient has the shape of what it is the gradient of."
                    )
            checked.append(arrays)
        return checked


def gradient_lists(gradients, n_layers):
    """Return dW and db of `gradients`, two lists with one entry for each of `n_layers` layers.

    Raises
    ------
    TypeError
        If `gradients` has no such lists.
    ValueError
        If a list is too short or too long.
    """
    lists = []
    for name in ("dW", "db"):
        given = getattr(gradients, name, None)
        if not isinstance(given, (list, tuple)):
            what = type(gradients).__name__ if not hasattr(gradients, name) else f"{name}={type(given).__name__}"
            raise TypeError(
                f"gradients is {what}, the Gradients that network.backward returns were expected, "
                f"or Gradients(dW=[...], db=[...]) of your own."
            )
        if len(given) != n_layers:
            raise ValueError(f"{name} holds {len(given)} arrays, the network has {n_layers} layers.")
        lists.append(list(given))
    return lists


def _checked_sizes(sizes):
    if isinstance(sizes, (str, set, dict)) or not hasattr(sizes, "__len__"):
        raise TypeError(f"sizes is {sizes!r}, a tuple of whole numbers was expected: (n_in, n_hidden, ..., n_out).")
    if len(sizes) < 2:
        raise ValueError(f"sizes is {tuple(sizes)}, at least two widths were expected: (n_in, n_out).")
    return tuple(validation.whole_number(f"sizes[{i}]", size, at_least=1) for i, size in enumerate(sizes))


def _hidden_activations(hidden, n_hidden):
    if isinstance(hidden, (set, dict)):
        raise TypeError(f"hidden is {hidden!r}, which has no order; one name, or a list of names was expected.")
    if isinstance(hidden, str) or not hasattr(hidden, "__len__"):
        return [activations.get(hidden)] * n_hidden
    if len(hidden) != n_hidden:
        raise ValueError(
            f"hidden names {len(hidden)} activations, the network has {n_hidden} hidden layers: "
            f"one name for all, or one for each, was expected."
        )
    return [activations.get(name) for name in hidden]


def _checked_dtype(dtype):
    try:
        dtype = np.dtype(dtype)
    except TypeError as error:
        raise TypeError(f"dtype is {dtype!r}, float or np.float32 was expected.") from error
    if dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ValueError(f"dtype is {dtype.name}, float (float64) or np.float32 was expected.")
    return dtype
