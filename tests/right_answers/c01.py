"""Right answers to the exercises of chapter 01, each written differently."""

from functools import reduce

import numpy as np

from backprop_lib import numerical_gradient


def nudge_in_one_line(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def nudge_divided_twice(f, x, h):
    return (f(x + h) - f(x - h)) / 2 / h


def nudge_moving_x(f, x, h):
    x += h
    up = f(x)
    x -= 2 * h
    down = f(x)
    return (up - down) / (h + h)


def nudge_as_mean_of_both_sides(f, x, h):
    right = (f(x + h) - f(x)) / h
    left = (f(x) - f(x - h)) / h
    return 0.5 * (right + left)


def nudge_in_an_array(f, x, h):
    values = np.array([f(place) for place in (x - h, x + h)])
    return np.diff(values) / (2 * h)


def nudge_as_dict(f, x, h):
    return {"slope": float(np.subtract(f(x + h), f(x - h)) * 0.5 / h)}


def slope_by_index(functions, x):
    slope = 1
    for i in range(len(functions)):
        slope *= functions[i].derivative(x)
        x = functions[i](x)
    return slope


def slope_from_the_end(functions, x):
    values = [x]
    for f in functions[:-1]:
        values.append(f(values[-1]))
    slope = 1.0
    for f, value in zip(reversed(functions), reversed(values), strict=True):
        slope = slope * f.derivative(value)
    return slope


def slope_by_prod(functions, x):
    slopes = []
    for f in functions:
        slopes.append(f.derivative(x))
        x = f(x)
    return np.prod(slopes)


def slope_recursive(functions, x):
    if not functions:
        return 1.0
    first, *others = functions
    return first.derivative(x) * slope_recursive(others, first(x))


def slope_by_reduce(functions, x):
    return reduce(lambda pair, f: (f(pair[0]), pair[1] * f.derivative(pair[0])), functions, (x, 1.0))[1]


def slope_in_an_array(functions, x):
    value, slope = np.array([x]), np.ones(1)
    for f in functions:
        value, slope = f(value), slope * f.derivative(value)
    return slope


def slope_measured(functions, x):
    return numerical_gradient(lambda v: reduce(lambda value, f: f(value), functions, v), x)


def paths_by_loop(z, w_out, b_out, y):
    total = 0
    for k in range(len(y)):
        total = total + (w_out[k] * z**2 + b_out[k] - y[k]) * w_out[k]
    return total * 2 * z


def paths_in_one_line(z, w_out, b_out, y):
    return ((z**2 * w_out + b_out - y) * w_out).sum() * 2 * z


def paths_by_product(z, w_out, b_out, y):
    return 2 * z * ((z * z * w_out + b_out - y) @ w_out)


def paths_by_dot(z, w_out, b_out, y):
    errors = w_out * np.square(z) + b_out - y
    return np.array([np.dot(errors, w_out) * (z + z)])


def paths_each_to_its_end(z, w_out, b_out, y):
    dC_dz = 0.0
    for w, b, target in zip(w_out, b_out, y, strict=True):
        dC_dz += (w * z**2 + b - target) * w * 2 * z
    return dC_dz


def paths_as_a_list(z, w_out, b_out, y):
    return {"dC_dz": sum([2 * z * w * (w * z**2 + b - t) for w, b, t in zip(w_out, b_out, y, strict=True)])}


def paths_by_einsum(z, w_out, b_out, y):
    return np.einsum("k,k->", w_out * z**2 + b_out - y, w_out) * 2 * z


def own(w, x, b, y):
    z = w * x + b
    error = w * z - y
    return {"w": w, "x": x, "b": b, "y": y, "C": error**2 / 2, "dC_dw": error * z + error * w * x}


RIGHT = {
    "01.composed": [
        "F C H E I A",
        "F E C H I A",
        "fcehia",
        "F, C, E, H, I, A",
        ["F", "C", "H", "E", "I", "A"],
        "f > e > c > h > i > a",
    ],
    "01.central_difference": [
        nudge_in_one_line,
        nudge_divided_twice,
        nudge_moving_x,
        nudge_as_mean_of_both_sides,
        nudge_in_an_array,
        nudge_as_dict,
    ],
    "01.chain_slope": [
        slope_by_index,
        slope_from_the_end,
        slope_by_prod,
        slope_recursive,
        slope_by_reduce,
        slope_in_an_array,
        slope_measured,
    ],
    "01.mended": [
        paths_by_loop,
        paths_in_one_line,
        paths_by_product,
        paths_by_dot,
        paths_each_to_its_end,
        paths_as_a_list,
        paths_by_einsum,
    ],
    "01.used_twice": [
        own(2.5, 3.0, 0.5, 0.25),
        own(-2, 3, 4, 7),
        own(np.float64(1.7), -2.3, 0.11, -0.4),
        own(0.3, 0.7, np.float32(-1.5), 2.5),
        {name: np.array([value]) for name, value in own(5.0, 6.5, -0.2, 0.9).items()},
    ],
}
