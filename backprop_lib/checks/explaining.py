"""Says in plain words what an exception that an answer raised has to do with the line that raised it."""

import difflib
import re

import numpy as np

__all__ = ["explained"]

SIZES = re.compile(r"size (\d+) is different from (\d+)")
OUT_OF_BOUNDS = re.compile(r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)")
SHAPES = re.compile(r"shapes \(([\d,]*)\) \(([\d,]*)\)")

OTHER_NAMES = {
    "length": "len",
    "numel": "len",
    "true": "True",
    "false": "False",
    "null": "None",
    "nil": "None",
    "end": "-1 (the last entry is `a[-1]`)",
}
"""What other languages call it, and what Python does."""

PLAIN = (
    (
        r"TypeError: .*'(int|float|numpy\.\w+)' object is not iterable",
        "A single number cannot be gone through: a loop needs a list, or `range` of a number.",
    ),
    (
        r"ValueError: .* values to unpack",
        "As many names have to stand on the left as what is on the right hands over in one turn.",
    ),
    (
        r"TypeError: .*ndarray' object is not callable",
        "Parentheses after an array call it. A product is written `*` or `@`, an entry is picked with brackets.",
    ),
    (
        r".*(must be integers or slices|only integers, slices|a scalar index)",
        "An index is the number of a place. `for W in weights` hands over the entries themselves, "
        "`for i in range(len(weights))` their places.",
    ),
    (
        r"TypeError: .*from 2 to 3 positional arguments but 1",
        "It compares two arrays, or an array and a number, entry by entry: hand over both.",
    ),
    (
        r"AxisError",
        "Directions count from 0, and each sum without `keepdims` takes one away: print `ndim` before the line.",
    ),
    (r"TypeError: .*as an integer", "Several directions are handed over as a tuple."),
    (
        r"TypeError: .*'tuple' object is not callable",
        "A shape is a tuple, and its sizes are picked with square brackets: `y.shape[0]`.",
    ),
    (
        r"TypeError: (Cannot interpret .* as a data type|data type .* not understood)",
        "The sizes of a new array are handed over as one tuple, in parentheses of their own: `np.zeros((7, 3))`.",
    ),
    (
        r"IndexError: too many indices",
        "The array has fewer directions than there are indices in the brackets: print its `shape` before the line.",
    ),
    (
        r".*'list' object is not callable",
        "An entry of a list is picked with square brackets, such as `functions[0]`.",
    ),
    (
        r".*function.*object is not subscriptable",
        "A function is called with parentheses, `f(x)`; square brackets pick an entry of a list.",
    ),
    (
        r".*'NoneType' object",
        "None stands where a value is needed. `append` and `reverse` change a list in place and give None.",
    ),
    (
        r"TypeError: .*(sequence|'list')",
        "A list has no arithmetic of its own: take its entries one by one, in a loop.",
    ),
    (
        r"TypeError: .*unsupported operand.*'\w*(function|method)'",
        "A function stands there without its parentheses: what it returns is `f(x)`, not `f`.",
    ),
    (r"TypeError: .*keyword argument 'dim'", "NumPy's word for a direction is `axis`."),
    (r"TypeError: .*keyword argument 'keepdim'", "NumPy writes it with an s: `keepdims`."),
    (
        r".*inhomogeneous shape",
        "Arrays that differ in shape do not fit into one array. Was a whole list handed over where the entry of one "
        "layer is meant, such as `z[0]`? What is to be a list stays one, without `np.array`.",
    ),
    (
        r".*setting an array element with a sequence",
        "The place on the left holds one number, and what stands on the right is a whole array. "
        "Print the shape of each name on the right. Is there an index too few? "
        "Or was an array made, as with `np.zeros(3)`, where a list is to hold arrays, such as `[None] * 3`?",
    ),
    (r".*(bitwise_xor|for \^)", "In Python a power is written `**`."),
    (
        r"ValueError: zip\(\) argument",
        "The sequences that `zip` goes through differ in length: print the length of each.",
    ),
    (
        r"AttributeError: .*derivative",
        "`derivative` belongs to the function, `f.derivative(x)`; what a function returns has none.",
    ),
    (
        r".*arrays can be converted",
        "A single number was needed, and an array came. NumPy's functions, such as `np.exp`, take whole arrays.",
    ),
    (r"SystemExit", "The check goes on only if your function returns; take `exit` or `quit` out."),
)
"""What the beginning of "type: text" matches, and what is said of it; the first that matches counts."""


def explained(exercise, error, arguments):
    """Explain what an answer raised.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    error : dict
        As `collecting.collect` wrote it down: "type", "message" and, where it could be found out, "expression",
        "operands", "from_the_end" and "out_of_range".
    arguments : dict
        What the function was called with.

    Yields
    ------
    str
        Sentences, or none where nothing more is known than what Python says.
    """
    for part in error.get("from_the_end", ()):
        yield f"`{part}` has a negative index there, and Python counts that from the end of the list."
    kind, message = error["type"], error["message"]
    operands = error.get("operands", ())
    if "truth value of an array" in message:
        yield "An array has a True or False for each entry, and `if` needs a single one."
        yield "Decide entry by entry instead, with arithmetic or with `np.where`."
    elif len(operands) == 2:
        yield from _about_operands(error, *operands)
    elif SHAPES.search(message):
        yield from _about_a_row(*SHAPES.search(message).groups())
    elif "matmul" in message and "has 0" in message:
        yield (
            "One factor of the product with `@` is a single number or something that is no array. "
            "Does a function stand there without its parentheses, such as `transpose` for `transpose()` or `T`?"
        )
    elif "matmul" in message and SIZES.search(message):
        right, left = SIZES.search(message).groups()
        yield (
            f"In a product with `@` the last size of the left factor, {left}, and the first size of the right one, "
            f"{right}, have to be equal. A product entry by entry is written `*`."
        )
    elif kind == "UnboundLocalError":
        yield f"`{_quoted(message)}` is used before your function has given it a value."
    elif kind == "NameError":
        yield _unknown_name(exercise, _quoted(message))
    elif "could not broadcast input array" in message:
        right, left = re.findall(r"\(([\d,]*)\)", message)[:2]
        yield f"The place on the left has the shape ({left}), and what stands on the right has the shape ({right})."
    elif "module 'numpy' has no attribute" in message:
        yield f"NumPy has no `{_attribute(message)}`: make it of what NumPy has, entry by entry."
    elif kind == "AttributeError" and "numpy.ndarray" in message and hasattr(np, _attribute(message)):
        yield f"In NumPy that is a function, not a method: `np.{_attribute(message)}(...)`."
    elif kind == "RecursionError":
        yield f"`{exercise.function}` calls itself without an end."
    elif OUT_OF_BOUNDS.search(message):
        index, axis, size = OUT_OF_BOUNDS.search(message).groups()
        last = f"its indices go from 0 to {int(size) - 1}" if int(size) > 1 else "its only index is 0"
        yield f"Direction {axis} of that array has the size {size}: {last}, and the index was {index}."
    elif error.get("out_of_range"):
        yield _about_index(*error["out_of_range"])
        if "assignment" in message:
            yield "An assignment fills a place that is there already; `append` adds a place."
    else:
        plain = next((words for pattern, words in PLAIN if re.match(pattern, f"{kind}: {message}", re.DOTALL)), None)
        if plain:
            yield plain
        elif kind == "IndexError":
            lengths = {name: len(value) for name, value in arguments.items() if isinstance(value, list)}
            if lengths:
                yield f"The lists have these lengths: {', '.join(f'`{n}` {k}' for n, k in lengths.items())}."


def _about_operands(error, left, right):
    """Explain why two factors or terms do not go together; each is [text, shape]."""
    (left, left_shape), (right, right_shape) = left, right
    shapes = f"`{left}` is {_shape(left_shape)} and `{right}` is {_shape(right_shape)}"
    message = error["message"]
    if "matmul" in message or "not aligned" in message:
        yield f"The product `{error['expression']}` failed: {shapes}. The inner sizes have to be equal."
        yield "Which index is to be summed away, and where does it stand in the two shapes?"
        if left_shape == right_shape:
            yield "Or was each entry to meet the one at its own place? That product is written `*`."
    elif "broadcast" in message:
        yield f"In `{error['expression']}` the shapes do not go together: {shapes}."
        if len(left_shape) == len(right_shape) == 2:
            yield from _about_tables(error["expression"], left_shape, right_shape)
        if SHAPES.search(message):
            yield from _about_a_row(*SHAPES.search(message).groups())


def _about_tables(expression, left, right):
    """Explain what an entry by entry operation on two tables may have been meant for."""
    if left == right[::-1]:
        yield "One of the two is turned round: in which of them are the samples the rows?"
    elif "*" in expression and left[1] == right[0]:
        yield "`*` multiplies entry by entry; the matrix product is written `@`."
    elif "*" in expression and set(left) & set(right):
        yield (
            "`*` multiplies entry by entry. Is an index that both have to be summed away? That is the matrix product, "
            "written `@`; the sizes that meet in it stand last on the left and first on the right."
        )


def _about_a_row(left, right):
    """Explain a single axis that NumPy takes for a row where a column was meant."""
    table, single = sorted((left.strip(",").split(","), right.strip(",").split(",")), key=len, reverse=True)
    if len(table) == 2 and len(single) == 1 and single[0] == table[0] != "":
        yield (
            f"An array of the shape ({single[0]},) counts as a row, and the other one has its {single[0]} along the "
            "columns. Is that one turned round, with its samples in columns? Or was the row meant as a column? Then "
            "`keepdims=True` in the sum keeps it one."
        )


def _about_index(part, length, index):
    if not length:
        return f"`{part}` is still empty there, so it has no entry at the index {index}."
    indices = "its only index is 0" if length == 1 else f"its indices go from 0 to {length - 1}"
    return f"`{part}` has the length {length}: {indices}, and the index was {index}."


def _attribute(message):
    return message.partition("attribute '")[2].partition("'")[0]


def _quoted(message):
    return message.partition("'")[2].partition("'")[0]


def _unknown_name(exercise, name):
    from backprop_lib.checks.exercise import EXERCISES

    other = EXERCISES.get(f"{exercise.number}.{name}")
    if other is not None:
        return f"`{name}` is the answer to another exercise of this notebook: run its cell first."
    if name in OTHER_NAMES:
        return f"Python writes `{name}` as `{OTHER_NAMES[name]}`."
    if hasattr(np, name):
        return f"`{name}` is a function of NumPy: `np.{name}`."
    if hasattr(np.linalg, name):
        return f"`{name}` is a function of NumPy: `np.linalg.{name}`."
    near = difflib.get_close_matches(name, exercise.arguments, n=1)
    if near:
        return f"There is no `{name}` at that place. Did you mean `{near[0]}`?"
    return f"Neither your function nor a cell before it makes `{name}`."


def _shape(shape):
    return str(tuple(shape)) if shape else "a single number"
