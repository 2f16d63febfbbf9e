"""Gradients by nudging: central differences, and the comparison of two sets of gradients tensor by tensor.

This is the number every gradient of the course has to meet.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backprop_lib import tables, validation
from backprop_lib.network import Gradients, Network, gradient_lists

__all__ = [
    "GradientReport",
    "TensorComparison",
    "at_kinks",
    "compare_gradients",
    "compare_tensor",
    "compare_with_nudges",
    "first_difference",
    "gradient_check",
    "numerical_gradient",
]

STEP = float(np.finfo(float).eps ** (1 / 3))
"""The relative step: the cube root of the rounding unit balances truncation (step ** 2) against rounding (1 / step)."""

CURVATURE_SHARE = 1e-3
"""The share of the curvature that counts as no gradient; see `gradient_check`."""

TOLERANCE = 1e-6
"""The largest relative error that counts as agreement, for gradients in float64."""

TOLERANCE_FLOAT32 = 1e-4
"""The same for gradients that were handed over in float32, whose own rounding is about 1e-7 an operation."""


def numerical_gradient(f, x, *, step=STEP):
    """Return the gradient of `f` at `x` by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x` and returns one number. It is given a fresh copy each time and has to use
        it: x itself stays as it is.
    x : array_like
        Where to take the gradient; any shape, a single number included. It is not changed.
    step : float, optional
        The nudge h, relative to max(1, abs(x)).

    Returns
    -------
    ndarray or float
        (f(x + h) - f(x - h)) / 2h for each entry of x in turn; of the shape of `x`, in float64.

    Raises
    ------
    TypeError
        If `f` does not return a single number.
    ValueError
        If `x` or a value of `f` is not finite, or `f` looks at x itself instead of its argument.

    Notes
    -----
    The error is of the order of h squared (the forward difference's is of the order of h). At a kink the result
    is the mean of the slopes on both sides.
    """
    if not callable(f):
        raise TypeError(f"f is {type(f).__name__}, a function was expected; it comes first: numerical_gradient(f, x).")
    step = validation.positive("step", step)
    original = x
    x = np.array(validation.float_array("x", x), dtype=float)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        up, down = _nudges(x[index], step)
        gradient[index] = (_number(f, x, index, up) - _number(f, x, index, down)) / (up - down)
    if not gradient.any():
        _refuse_what_reads_the_original(f, original, x)
    return gradient[()]


def at_kinks(f, x, *, step=STEP):
    """Say at which entries of `x` the function `f` has a kink, so that a central difference proves nothing.

    Parameters
    ----------
    f : callable
        As for `numerical_gradient`.
    x : array_like
        The place; any shape, a single number included. It is not changed.
    step : float, optional
        The nudge h, relative to max(1, abs(x)).

    Returns
    -------
    ndarray of bool, or bool
        Of the shape of `x`.

    Raises
    ------
    TypeError, ValueError
        As for `numerical_gradient`.

    Notes
    -----
    The slopes on both sides, (f(x + h) - f(x)) / h and (f(x) - f(x - h)) / h, differ by h f''(x) where f is smooth:
    with h / 32 they differ a 32nd as much. At a kink they differ by its angle, however small h is. A kink farther
    away than about h / 50 is not reported; a nudge that is finer than h does not reach it.

    Examples
    --------
    >>> at_kinks(abs, 0.0), at_kinks(abs, 0.5)
    (True, False)
    """
    step = validation.positive("step", step)
    x = np.array(validation.float_array("x", x), dtype=float)
    found = np.empty(x.shape, dtype=bool)
    here = _value(f, x.copy())
    rounding = 100 * np.finfo(float).eps * abs(here) / (step / 32)
    for index in np.ndindex(x.shape):
        angles, steepest = [], 0.0
        for h in (step / 32, step):
            up, down = _nudges(x[index], h)
            right = (_number(f, x, index, up) - here) / (up - x[index])
            left = (here - _number(f, x, index, down)) / (x[index] - down)
            angles.append(abs(right - left))
            steepest = max(steepest, abs(right), abs(left))
        near, far = angles
        found[index] = near > max(1e-4 * steepest, rounding) and near > far / 4
    return found[()] if found.ndim else bool(found)


def _refuse_what_reads_the_original(f, original, x):
    """Raise if `f` ignores its argument and looks at the array `original` instead, which is never nudged."""
    if not isinstance(original, np.ndarray) or original.dtype.kind != "f" or not original.flags.writeable:
        return
    kept, here = original.copy(), _value(f, x.copy())
    try:
        original += STEP * np.maximum(1, np.abs(original))
        there = _value(f, x.copy())
    finally:
        original[...] = kept
    if there != here:
        raise ValueError(
            "f does not change with its argument, only with the array x itself, which is not nudged. "
            "Write f so that it uses what it is given, or check a whole network with gradient_check."
        )


def _nudges(value, step):
    h = step * max(1.0, abs(value))
    if value + h == value - h:
        raise ValueError(
            f"step is {step:g}: too small to change {value:g} in floating point; the default is {STEP:.2g}."
        )
    return value + h, value - h


def _number(f, x, index, entry):
    nudged = x.copy()
    nudged[index] = entry
    value = _value(f, nudged)
    if not np.isfinite(value):
        raise ValueError(f"f is {value} where entry {index} of x is nudged; a finite number was expected.")
    return value


def _value(f, x):
    value = np.asarray(f(x))
    if value.size != 1:
        raise TypeError(
            f"f returned an array of shape {value.shape}, one number was expected. Is a sum or a mean missing?"
        )
    if value.dtype.kind not in "fiub":
        raise TypeError(f"f returned {value.item()!r} ({type(value.item()).__name__}), one number was expected.")
    return float(value.item())


@dataclass(frozen=True)
class TensorComparison:
    """One row of a report: a gradient beside its reference.

    Attributes
    ----------
    name : str
        "dW[0]", "db[0]", ...
    shape, expected_shape : tuple of int
        What came and what was expected.
    norm, expected_norm : float
        The Frobenius norms of the compared entries.
    relative_error : float
        The norm of the difference, divided by the larger of the two norms or by `floor` if that is larger still.
        Infinite where the shapes differ or an entry is not finite.
    factor : float
        The number that comes closest to given = factor * expected; NaN where the expected gradient is zero.
    proportional : bool
        Whether given = factor * expected to within the tolerance.
    floor : float
        What counts as zero: rounding alone can reach `tolerance` times this norm.
    tolerance : float
        The largest relative error that counts as agreement.
    size, compared : int
        How many entries there are, and how many were compared; the others lie at a kink.
    """

    name: str
    shape: tuple
    expected_shape: tuple
    norm: float
    expected_norm: float
    relative_error: float
    factor: float
    proportional: bool
    floor: float
    tolerance: float
    size: int
    compared: int

    @property
    def status(self):
        """One of "right", "wrong", "wrong shape", "kink" (no entry could be compared)."""
        if self.shape != self.expected_shape:
            return "wrong shape"
        if self.compared == 0 and np.isfinite(self.relative_error):
            return "kink"
        return "right" if self.relative_error <= self.tolerance else "wrong"

    @property
    def passed(self):
        """Whether the gradient was compared and agrees."""
        return self.status == "right"

    @property
    def at_kinks(self):
        """The number of entries that were left out because a nudge crosses a kink."""
        return self.size - self.compared

    @property
    def resolution(self):
        """The smallest relative error of this tensor that the comparison can see; infinite for a tensor of zeros."""
        norm = max(self.norm, self.expected_norm)
        return self.tolerance * max(norm, self.floor) / norm if norm > 0 else np.inf

    @property
    def finding(self):
        """The outcome in words."""
        if self.status == "wrong shape":
            transposed = " (transposed?)" if self.shape == self.expected_shape[::-1] and len(self.shape) > 1 else ""
            return f"wrong shape {self.shape}{transposed}"
        if self.status == "kink":
            return "not decided: every entry lies at a kink"
        left_out = f" ({self.at_kinks} of {self.size} at a kink, left out)" if self.at_kinks else ""
        if self.status == "right" and self.resolution > 1e-3 and self.expected_norm > self.floor * self.tolerance:
            return f"right, but an error below {self.resolution:.1%} could not be seen{left_out}"
        if self.status == "right":
            return f"right{left_out}"
        if self.proportional and self.norm <= self.floor * self.tolerance:
            return f"wrong: zero{left_out}"
        if self.proportional:
            digits = 4 if abs(self.factor - 1) > 1e-3 else 7
            return f"wrong: {self.factor:.{digits}g} times the numerical one{left_out}"
        return f"wrong{left_out}"


@dataclass(frozen=True, repr=False, eq=False)
class GradientReport:
    """The outcome of a gradient check, one row for each dW and db.

    Attributes
    ----------
    rows : tuple of TensorComparison
        In the order of the layers: dW[0], db[0], dW[1], ...
    numerical : Gradients
        The central differences themselves.
    own : bool
        Whether the gradients came from the network's own `backward` rather than from the caller.
    """

    rows: tuple
    numerical: Gradients
    own: bool = False

    @property
    def passed(self):
        """Whether every tensor agrees. A tensor that could not be compared does not count as agreeing."""
        return all(row.passed for row in self.rows)

    @property
    def max_relative_error(self):
        """The largest relative error of all tensors."""
        return max(row.relative_error for row in self.rows)

    @property
    def first_difference(self):
        """The row to look at first: the first that is wrong on the way back from the output; None if none is."""
        return first_difference(self.rows)

    def summary(self):
        """Return the outcome in words, and whose gradients were checked."""
        whose = "The network's own gradients" if self.own else "The given gradients"
        if self.passed:
            blind = [row.name for row in self.rows if "could not be seen" in row.finding]
            caveat = f" Rounding hides smaller errors of {', '.join(blind)}." if blind else ""
            return f"{whose} pass: all {len(self.rows)} tensors agree with central differences.{caveat}"
        wrong = self.first_difference
        if wrong is None:
            undecided = ", ".join(row.name for row in self.rows if row.status == "kink")
            return (
                f"Not decided: every entry of {undecided} lies at a kink, where central differences say nothing. "
                f"Biases that are all 0 do this where a sample is all 0. Move the parameters a little, say with "
                f"network.biases[0][...] = 0.1, and check again."
            )
        return f"{whose} FAIL. Back from the output, the first wrong tensor is {wrong.name}: {wrong.finding}."

    def _table(self):
        columns = ("tensor", "shape", "norm", "numerical", "relative error", "finding")
        rows = [
            (row.name, row.shape, f"{row.norm:.4f}", f"{row.expected_norm:.4f}", _readable_error(row), row.finding)
            for row in self.rows
        ]
        return tables.table(rows, columns, self.summary(), row_headers=False, caption_below=True)

    def __str__(self):
        return self._table().text

    __repr__ = __str__

    def _repr_html_(self):
        return self._table().html


def _readable_error(row):
    # A passing error is rounding noise: its digits differ from machine to machine and mean nothing.
    if row.status in ("wrong shape", "kink"):
        return "-"
    return f"below {row.tolerance:.0e}" if row.relative_error <= row.tolerance else f"{row.relative_error:.1e}"


def first_difference(rows):
    """Return the first wrong row on the way from the output to the input, or None.

    Parameters
    ----------
    rows : sequence of TensorComparison
        As `compare_gradients` gives them, in the order of the layers.

    Returns
    -------
    TensorComparison or None
        The last wrong row; but where both gradients of a layer are wrong, its dW, which a backward pass makes first.
    """
    wrong = {row.name: row for row in rows if row.status in ("wrong", "wrong shape")}
    if not wrong:
        return None
    *_, last = wrong.values()
    return wrong.get(last.name.replace("db", "dW"), last)


def compare_gradients(given, expected, *, tolerance=TOLERANCE, floors=None, compared=None):
    """Compare two sets of gradients tensor by tensor.

    Parameters
    ----------
    given, expected : Gradients
        The gradients in question and the reference.
    tolerance : float, optional
        The largest relative error that counts as agreement.
    floors : Gradients, optional
        One float for each tensor: the norm below which it counts as zero. 1e-8 for all unless given.
    compared : Gradients, optional
        Boolean arrays of the shape of the reference: which entries to compare. All of them unless given.

    Returns
    -------
    tuple of TensorComparison
        dW[0], db[0], dW[1], ...

    Raises
    ------
    TypeError, ValueError
        If the number of tensors differs, or one does not hold numbers. A wrong shape and a value that is not finite
        are findings, not errors.
    """
    dW, db = gradient_lists(given, len(expected.dW))
    given = Gradients(dW=dW, db=db)
    rows = []
    for layer in range(len(expected.dW)):
        for name in ("dW", "db"):
            reference = getattr(expected, name)[layer]
            use = np.ones(reference.shape, bool) if compared is None else getattr(compared, name)[layer]
            floor = 1e-8 if floors is None else getattr(floors, name)[layer]
            rows.append(
                compare_tensor(
                    f"{name}[{layer}]",
                    getattr(given, name)[layer],
                    reference,
                    tolerance=tolerance,
                    floor=floor,
                    use=use,
                )
            )
    return tuple(rows)


def compare_tensor(name, given, expected, *, tolerance=TOLERANCE, floor=1e-8, use=None):
    """Compare one tensor with its reference.

    Parameters
    ----------
    name : str
        What to call it.
    given : array_like
        The tensor in question.
    expected : ndarray
        The reference.
    tolerance : float, optional
        The largest relative error that counts as agreement.
    floor : float, optional
        The norm below which a tensor counts as zero.
    use : ndarray of bool, optional
        Which entries to compare, all of them unless given.

    Returns
    -------
    TensorComparison

    Raises
    ------
    TypeError, ValueError
        If `given` does not hold numbers. A wrong shape and a value that is not finite are findings, not errors.
    """
    given = validation.float_array(name, given, finite=False)
    use = np.ones(expected.shape, bool) if use is None else use
    expected_norm = float(np.linalg.norm(expected[use]))
    with np.errstate(over="ignore"):  # the squares of a huge entry overflow; its norm is infinite then
        norm = float(np.linalg.norm(given if given.shape != expected.shape else given[use]))
    relative_error, factor, proportional = np.inf, np.nan, False
    if given.shape == expected.shape:
        g, e = given[use], expected[use]
        scale = max(norm, expected_norm, floor)
        if np.isfinite(given).all() and np.isfinite(norm):
            relative_error = float(np.linalg.norm(g - e)) / scale
            if expected_norm > floor * tolerance:
                factor = float(g @ e) / expected_norm**2
                proportional = bool(np.linalg.norm(g - factor * e) <= tolerance * scale)
    return TensorComparison(
        name=name,
        shape=given.shape,
        expected_shape=expected.shape,
        norm=norm,
        expected_norm=expected_norm,
        relative_error=relative_error,
        factor=factor,
        proportional=proportional,
        floor=floor,
        tolerance=tolerance,
        size=expected.size,
        compared=int(use.sum()),
    )


def rounding_floor(values):
    """Return the norm below which a gradient counts as zero, since the rounding of such values could pass it off.

    Parameters
    ----------
    values : array_like
        Values of the function that is nudged.

    Returns
    -------
    float
        At least 1e-6.
    """
    return max(1e-6, float(np.finfo(float).eps / STEP * np.abs(values).max() / TOLERANCE))


def compare_with_nudges(name, given, f, x, *, tolerance=TOLERANCE, floor=1e-6):
    """Compare a gradient of any function with central differences, which are made finer where that is needed.

    Parameters
    ----------
    name : str
        What to call it.
    given : array_like
        The gradient in question, of the shape of `x`.
    f, x
        As for `numerical_gradient`.
    tolerance : float, optional
        The largest relative error that counts as agreement.
    floor : float, optional
        The norm below which a gradient counts as zero.

    Returns
    -------
    TensorComparison
        Entries at a kink are left out.
    ndarray
        The differences that were believed, of the shape of `x`.
    ndarray of bool
        The entries that were compared.

    Raises
    ------
    TypeError, ValueError
        As for `numerical_gradient`.

    Notes
    -----
    What seems wrong is nudged again, 32, 1024 and 32768 times finer. Which differences to believe is decided without
    a look at the gradient in question: those that change least when they are refined once more, the rounding of f
    added, for differences that are all rounding may change by nothing.
    """
    nudged = np.asarray(numerical_gradient(f, x))
    use = np.ones(nudged.shape, dtype=bool)
    row = compare_tensor(name, given, nudged, tolerance=tolerance, floor=floor)
    if not row.passed:
        use = ~np.asarray(at_kinks(f, x))
        levels = [nudged, *(np.asarray(numerical_gradient(f, x, step=STEP / 32**k)) for k in (1, 2, 3))]
        rounding = [np.finfo(float).eps * abs(_value(f, np.array(x, dtype=float))) / STEP * 32**k for k in range(3)]
        nudged = levels[_steadiest(levels, use, rounding)]
        row = compare_tensor(name, given, nudged, tolerance=tolerance, floor=floor, use=use)
    return row, nudged, use


def gradient_check(network, X, y, gradients=None, *, tolerance=None, step=STEP):
    """Compare gradients with central differences of the network's loss.

    Parameters
    ----------
    network : Network
        The network; it is not changed. The check computes on a float64 copy of it.
    X, y : array_like
        Inputs and targets, as for `Network.loss_value`.
    gradients : Gradients, optional
        The gradients to check; those of the network's own `backward` (on the float64 copy) unless given.
    tolerance : float, optional
        The largest relative error that passes: 1e-6, or 1e-4 if float32 gradients are given.
    step : float, optional
        The nudge, relative to max(1, abs(parameter)).

    Returns
    -------
    GradientReport
        `.passed`, `.max_relative_error`, and `.rows`, one for each tensor.

    Raises
    ------
    TypeError, ValueError
        As for `Network.loss_value`; and if the number of gradients does not fit the network.

    Notes
    -----
    Each tensor is compared as a whole: the norm of the difference, divided by the larger of the two norms. Where both
    are zero that would divide rounding by rounding; the divisor is therefore never below a floor. The floor is
    (loss * eps / step + 10 eps) / tolerance * sqrt(entries), the size of tensor that rounding of the loss could pass
    off as a gradient, plus a thousandth of what the gradient changes by when its parameters change by themselves
    (their second difference times max(1, abs(parameter))), which bounds the same for truncation.

    An entry whose nudge moves some z across a kink (a ReLU's z within reach of the step) is left out and counted,
    because a central difference there is the mean of two slopes and proves nothing.

    A tensor that seems wrong is nudged again, 32 and 1024 times finer, and compared with the coarse or the fine
    differences, whichever agree better with the next finer ones.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network is {type(network).__name__}, a Network was expected: gradient_check(network, X, y).")
    step = validation.positive("step", step)
    tolerance = tolerance if tolerance is None else validation.positive("tolerance", tolerance)
    exact = network.astype(float)
    X = np.array(validation.samples("X", X, network.sizes[0]))
    y = exact.loss.targets(y, (len(X), exact.sizes[-1]))
    with np.errstate(over="ignore", invalid="ignore"):
        loss = exact.loss_value(X, y)
    if not np.isfinite(loss):
        raise ValueError(
            f"the loss is {loss} at these parameters; central differences need a finite one. "
            f"Are all parameters finite, and are X and y of a reasonable size?"
        )
    own = gradients is None
    if own:
        gradients = exact.backward(exact.forward(X.copy()), y.copy())
    if tolerance is None:
        dW, db = gradient_lists(gradients, len(network.weights))
        narrow = any(getattr(gradient, "dtype", None) == np.float32 for gradient in dW + db)
        tolerance = TOLERANCE_FLOAT32 if narrow else TOLERANCE
    nudged = _central_differences(network, X, y, step, tolerance)
    rows = _rows(gradients, nudged, tolerance)
    if first_difference(rows) is not None:
        # Steep functions (inputs of 1000, say) want a finer nudge. Which one to believe is decided without a look at
        # the gradients in question: the one that changes least when it is refined once more.
        nudged = _most_consistent(
            nudged, *(_central_differences(network, X, y, step / r, tolerance) for r in (32, 1024))
        )
        rows = _rows(gradients, nudged, tolerance)
    return GradientReport(rows=rows, numerical=nudged[0], own=own)


def _rows(gradients, nudged, tolerance):
    numerical, smooth, floors = nudged
    return compare_gradients(gradients, numerical, tolerance=tolerance, floors=floors, compared=smooth)


def _steadiest(levels, use, rounding=0.0):
    """Return which of several differences, from coarse to fine, change least when they are refined once more."""
    changes = [np.linalg.norm((coarse - fine)[use]) for coarse, fine in pairwise(levels)]
    return int(np.argmin(np.nan_to_num(np.add(changes, rounding), nan=np.inf)))


def _most_consistent(coarse, fine, finest):
    """Choose for each tensor between two nudges, by how much each differs from the next finer one."""
    chosen = tuple(Gradients(dW=[], db=[]) for _ in coarse)
    for name in ("dW", "db"):
        levels = [list(zip(*(getattr(part, name) for part in level), strict=True)) for level in (coarse, fine, finest)]
        for tensors in zip(*levels, strict=True):
            everywhere = tensors[0][1] & tensors[1][1] & tensors[2][1]
            steadiest = _steadiest([differences for differences, *_ in tensors], everywhere)
            for collected, part in zip(chosen, tensors[steadiest], strict=True):
                getattr(collected, name).append(part)
    return chosen


def _central_differences(network, X, y, step, tolerance):
    """Nudge every parameter of a float64 copy of `network` both ways.

    Returns the differences, which of them cross no kink, and the norm below which each tensor counts as zero.
    """
    network = network.astype(float)
    here, loss = _sides(network, X), network.loss_value(X, y)
    eps = float(np.finfo(float).eps)
    rounding = (loss * eps / step + 10 * eps) / tolerance
    found = {"W": ([], [], []), "b": ([], [], [])}
    for kind, parameters in (("W", network.weights), ("b", network.biases)):
        for parameter in parameters:
            slope, bend = np.empty_like(parameter), np.empty_like(parameter)
            smooth = np.empty(parameter.shape, dtype=bool)
            for index in np.ndindex(parameter.shape):
                original = parameter[index]
                up, down = _nudges(original, step)
                losses, same_sides = [], []
                for nudged in (up, down):
                    parameter[index] = nudged
                    losses.append(network.loss_value(X, y))
                    same_sides.append(np.array_equal(_sides(network, X), here))
                parameter[index] = original
                slope[index] = (losses[0] - losses[1]) / (up - down)
                # How much the slope changes when the parameter changes by all of itself (or by 1, if that is more).
                curvature = (losses[0] - 2 * loss + losses[1]) / (up - original) ** 2
                bend[index] = curvature * max(1.0, abs(original))
                smooth[index] = all(same_sides)
            floor = rounding * np.sqrt(slope.size) + CURVATURE_SHARE * np.linalg.norm(bend[smooth])
            for collected, array in zip(found[kind], (slope, smooth, float(floor)), strict=True):
                collected.append(array)
    return tuple(Gradients(dW=dW, db=db) for dW, db in zip(found["W"], found["b"], strict=True))


def _sides(network, X):
    """Say on which side of each kink every z lies: -1, 0 (on it) or 1."""
    if not any(activation.kinks for activation in network.activations):
        return np.zeros(0)
    return np.concatenate(
        [
            np.sign(z - kink).ravel()
            for activation, z in zip(network.activations, network.forward(X).z, strict=True)
            for kink in activation.kinks
        ]
    )
