"""Reverse-mode automatic differentiation: arrays that remember how they were made, so that gradients can walk back.

Calculate with `Tensor` as with an array, call `backward()` on the loss, and read `.grad` of whatever it was made from.
"""

import itertools

import numpy as np

__all__ = ["Tensor", "operation", "tape", "unbroadcast"]


def operation(name, compute, *rules):
    """Make a function of tensors that computes and records.

    Parameters
    ----------
    name : str
        What the record calls it.
    compute : callable
        The value, from one array an input.
    *rules : callable
        One an input: from g, the gradient of the result, and the same arrays, the gradient of that input (a
        vector-Jacobian product).

    Returns
    -------
    callable
        Takes tensors, arrays or numbers, and returns a Tensor. Raises TypeError if there is not one rule an input.
    """

    def apply(*inputs):
        if len(rules) != len(inputs):
            raise TypeError(f"{name} met {len(inputs)} inputs with {len(rules)} rules, one rule an input was expected.")
        sources = [x if isinstance(x, Tensor) else Tensor(x) for x in inputs]
        return Tensor(compute(*(source.data for source in sources)), name, sources, rules)

    return apply


def _swapped(function):
    return lambda self, other: function(other, self)


def _matrix_product(a, b):
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"@ met the shapes {a.shape} and {b.shape}, two matrices were expected.")
    return a @ b


class Tensor:
    """An array that remembers how it was made.

    Parameters
    ----------
    data : array_like
        Real numbers; copied, and kept as float64.
    operation : str, optional
        What made it; a leaf was made by no operation.
    sources : sequence of Tensor, optional
        What it was made from.
    rules : sequence of callable, optional
        One a source: from the gradient of this tensor and the arrays of the sources, the gradient of that source.

    Attributes
    ----------
    data : ndarray
        The value.
    grad : ndarray, float or None
        The gradient of whatever `backward` was called on, of the shape of `data`. None until a call has come here;
        each further call adds to it. Assign None to begin anew.
    number : int
        The place on the tape: a tensor has a higher number than all it was made from.

    Raises
    ------
    TypeError
        If `data` does not hold real numbers.

    Notes
    -----
    The rules read the sources' `data` when `backward` is called: change no value between an operation and its
    `backward`. The tensors know + - * / @, ** with a constant exponent, exp, log, tanh, relu, sum, mean and T; what
    is made of these needs no rule of its own.

    Examples
    --------
    >>> x = Tensor(3.0)
    >>> (x * x + 2 * x).backward()
    >>> float(x.grad)
    8.0
    """

    __array_ufunc__ = None  # array * tensor is left to the tensor
    _numbers = itertools.count()

    def __init__(self, data, operation="leaf", sources=(), rules=()):
        data = np.array(data)
        if data.dtype.kind not in "fiub":
            raise TypeError(f"data is {data.dtype.name} ({data!r}), an array of real numbers was expected.")
        self.data = data.astype(float)
        self.grad = None
        self.operation, self.sources, self.rules = operation, sources, rules
        self.number = next(Tensor._numbers)

    __add__ = operation("+", lambda a, b: a + b, lambda g, a, b: g, lambda g, a, b: g)
    __sub__ = operation("-", lambda a, b: a - b, lambda g, a, b: g, lambda g, a, b: -g)
    __mul__ = operation("*", lambda a, b: a * b, lambda g, a, b: g * b, lambda g, a, b: g * a)
    __truediv__ = operation("/", lambda a, b: a / b, lambda g, a, b: g / b, lambda g, a, b: -g * a / b**2)
    __matmul__ = operation("@", _matrix_product, lambda g, a, b: g @ b.T, lambda g, a, b: a.T @ g)
    __radd__, __rsub__, __rmul__ = _swapped(__add__), _swapped(__sub__), _swapped(__mul__)
    __rtruediv__, __rmatmul__ = _swapped(__truediv__), _swapped(__matmul__)

    __neg__ = operation("neg", lambda a: -a, lambda g, a: -g)
    exp = operation("exp", np.exp, lambda g, a: g * np.exp(a))
    log = operation("log", np.log, lambda g, a: g / a)
    tanh = operation("tanh", np.tanh, lambda g, a: g * (1 - np.tanh(a) ** 2))
    relu = operation("relu", lambda a: np.maximum(a, 0), lambda g, a: g * (a > 0))  # slope 0 at 0 by convention
    T = property(operation("T", lambda a: a.T, lambda g, a: g.T))

    def __pow__(self, k):  # k - (k != 0) is k - 1, but for k = 0 the slope is 0 * a**0, without a division by a
        if isinstance(k, Tensor):
            raise TypeError("the exponent of ** is a Tensor, a constant was expected; try (k * x.log()).exp().")
        return operation(f"**{k}", lambda a: a**k, lambda g, a: g * k * a ** (k - (k != 0)))(self)

    def sum(self, axis=None, keepdims=False):
        """Return the sum over `axis`, or of all entries; each entry takes the whole gradient of its sum."""

        def spread(g, a):
            return np.zeros_like(a) + (g if axis is None or keepdims else np.expand_dims(g, axis))

        return operation("sum", lambda a: a.sum(axis=axis, keepdims=keepdims), spread)(self)

    def mean(self, axis=None, keepdims=False):
        """Return the mean over `axis`, or of all entries; ValueError if there is none."""
        if self.data.size == 0:
            raise ValueError(f"mean met the shape {self.data.shape}, at least one entry was expected.")
        total = self.sum(axis, keepdims)
        return total / (self.data.size / total.data.size)

    def backward(self, gradient=1.0):
        """Add the gradient of this tensor to `.grad` of every tensor that it was made from, and to its own.

        Parameters
        ----------
        gradient : array_like of the shape of `data`, optional
            The gradient of what comes after this tensor; 1 if this is the end, a single number.

        Raises
        ------
        ValueError
            If `gradient` has another shape than `data`, or a rule returns one that does not fit its input.
        """
        gradient = np.array(gradient, dtype=float)
        if gradient.shape != self.data.shape:
            raise ValueError(
                f"backward began at a tensor of shape {self.data.shape} with a gradient of shape {gradient.shape}; "
                f"the same shape was expected. Is a sum or a mean missing at the end?"
            )
        arrived = {self: gradient}
        for tensor in reversed(tape(self)):
            g = arrived.pop(tensor)  # complete: all who used the tensor have had their turn
            tensor.grad = g if tensor.grad is None else tensor.grad + g
            arrays = [source.data for source in tensor.sources]
            for source, rule in zip(tensor.sources, tensor.rules, strict=True):
                share = unbroadcast(rule(g, *arrays), source.data.shape)
                arrived[source] = arrived.get(source, 0) + share  # the sum over paths

    def __repr__(self):
        return f"Tensor({self.data!r}, {self.operation!r})"


def tape(end):
    """Return `end` and every tensor that it was made from, in the order in which they were made.

    Parameters
    ----------
    end : Tensor
        The last one.

    Returns
    -------
    list of Tensor
        A topological order: each tensor comes after its sources. It is found without recursion, so a chain may be
        as long as memory allows.
    """
    found, to_visit = {end}, [end]
    while to_visit:
        new = set(to_visit.pop().sources) - found
        found |= new
        to_visit += new
    return sorted(found, key=lambda tensor: tensor.number)


def unbroadcast(gradient, shape):
    """Sum a gradient over the directions in which broadcasting has stretched an array of this shape.

    Parameters
    ----------
    gradient : ndarray
        The gradient of the stretched array.
    shape : tuple of int
        The shape that the array has itself.

    Returns
    -------
    ndarray of that shape
        An entry that was used several times collects a share from each use.

    Raises
    ------
    ValueError
        If no array of this shape can be stretched to that of the gradient.
    """
    came = np.shape(gradient)
    gradient = np.sum(gradient, axis=tuple(range(len(came) - len(shape))))  # directions that were put in front
    gradient = gradient.sum(axis=tuple(i for i, size in enumerate(shape[: gradient.ndim]) if size == 1), keepdims=True)
    if gradient.shape != tuple(shape):
        raise ValueError(f"a gradient of shape {came} belongs to no input of shape {shape}; is a rule wrong?")
    return gradient
