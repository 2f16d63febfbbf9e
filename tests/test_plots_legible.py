"""Every figure can be read: at 900 pixels and on a projector, by color-blind readers, with no text on another."""

import itertools

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from backprop_lib import Network, activations, datasets, plots, train
from backprop_lib.plots import palette
from backprop_lib.plots.drawing import PALE
from backprop_lib.running_example import running_example

PIXELS = 900  # the width at which a notebook shows its widest picture; 100 make an inch


@pytest.fixture(autouse=True)
def closed_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


def example():
    network, X, y = running_example()
    forward = network.forward(X[:1])
    return network, forward, network.backward(forward, y[:1])


def history():
    X, y = datasets.moons(40, rng=np.random.default_rng(0))
    network = Network((2, 4, 1), hidden="tanh", loss="binary_cross_entropy", rng=np.random.default_rng(1))
    return network, X, y, train(network, X, y, epochs=12, held_out=(X[:9], y[:9]))


def diagram(ax, show):
    network, forward, gradients = example()
    return plots.network_diagram(network, forward, gradients, show=show, ax=ax)


def sigmoid_diagram(ax, show):
    rng = np.random.default_rng(4)
    network = Network((2, 3, 2), hidden="sigmoid", output="sigmoid", rng=rng)
    forward = network.forward(rng.normal(size=(1, 2)))
    return plots.network_diagram(
        network, forward, network.backward(forward, [[0.0, 1.0]]), show=show, decimals=3, ax=ax
    )


def curve(ax):
    sine, targets = datasets.noisy_sine(rng=np.random.default_rng(0))
    return plots.fitted_curve(Network((1, 3, 1), rng=np.random.default_rng(0)), sine, targets, ax=ax)


def boundary(ax):
    network, X, y, _ = history()
    return plots.decision_boundary(network, X, y, ax=ax)


def numbers(ax):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (60, 2))
    y = 3 * np.sin(2 * X[:, :1]) * X[:, 1:] + 1
    network = Network((2, 8, 1), hidden="tanh", rng=np.random.default_rng(1))
    train(network, X, y, learning_rate=0.3, epochs=400)
    return plots.decision_boundary(network, X, y, ax=ax)


def two_paths(ax):
    return plots.computation_graph(
        {"x": 2.0, "u = x²": 4.0, "v = 3x": 6.0, "C = u·v": 24.0},
        [("x", "u = x²", "2x = 4"), ("x", "v = 3x", 3), ("u = x²", "C = u·v", "v = 6"), ("v = 3x", "C = u·v", "u = 4")],
        gradients={"x": 36.0, "u = x²": 6.0, "v = 3x": 4.0, "C = u·v": 1.0},
        ax=ax,
    )


def tape(ax):
    nodes = {
        **{"x1": 1.0, "w1": 1.0, "x2": 2.0, "w2": 0.5, "p = x1·w1": 1.0, "q = x2·w2": 1.0, "s = p + q": 2.0},
        **{"b": 0.5, "z = s + b": 2.5, "a = relu(z)": 2.5, "y": 2.0, "C = ½(a − y)²": 0.125},
    }
    edges = [
        *[("x1", "p = x1·w1", 1.0), ("w1", "p = x1·w1", 1.0), ("x2", "q = x2·w2", 0.5), ("w2", "q = x2·w2", 2.0)],
        *[("p = x1·w1", "s = p + q", 1), ("q = x2·w2", "s = p + q", 1), ("s = p + q", "z = s + b", 1)],
        *[("b", "z = s + b", 1), ("z = s + b", "a = relu(z)", 1), ("a = relu(z)", "C = ½(a − y)²", 0.5)],
        ("y", "C = ½(a − y)²", -0.5),
    ]
    return plots.computation_graph(nodes, edges, gradients=dict.fromkeys(nodes, 0.5), ax=ax)


def used_twice(ax):
    return plots.computation_graph(
        {"x": 3.0, "y = x·x": 9.0, "C = y + x": 12.0},
        [("x", "y = x·x", 3.0), ("x", "y = x·x", 3.0), ("y = x·x", "C = y + x", 1), ("x", "C = y + x", 1)],
        ax=ax,
    )


def weight_gradient(ax):
    _, forward, gradients = example()
    parts = [("a_prev.T", forward.a[0].T), "@", ("delta", gradients.delta[0]), "=", ("dW", gradients.dW[0])]
    return plots.matrices(parts, highlight={"a_prev.T": (1, None), "delta": (None, 0), "dW": (1, 0)}, ax=ax)


def batch(ax):
    network, X, _ = running_example()
    forward = network.forward(X)
    W, b = network.weights[0], network.biases[0]
    return plots.matrices([("X", X), "@", ("W", W), "+", ("b", b), "=", ("z", forward.z[0])], ax=ax)


def large(ax):
    arrays = {name: np.zeros(shape) for name, shape in (("X", (1500, 64)), ("W", (64, 32)), ("z", (1500, 32)))}
    return plots.matrices([("X", arrays["X"]), "@", ("W", arrays["W"]), "=", ("z", arrays["z"])], ax=ax)


def flow(ax):
    layers = np.arange(1, 21)
    measured = {"sigmoid, Xavier": 0.25 ** (20.0 - layers), "tanh": 0.9 ** (20.0 - layers), "He": np.ones(20)}
    measured["zeros"] = np.where(layers < 5, 0, 0.1)
    return plots.gradient_flow(layers, measured, {"tanh": 0.95 ** (20.0 - layers)}, ax=ax)


def error(ax):
    h = 10.0 ** np.arange(-14, 0)
    return plots.error_curve(
        h,
        {"central": h**2 + 1e-16 / h, "forward": h + 1e-16 / h, "float32": h**2 + 1e-7 / h},
        marks={1e-5: "h = 1e-5"},
        slopes=[(2, 1e-2, 1e-6, "h²")],
        ax=ax,
    )


FIGURES = {
    "tangent": lambda ax: plots.tangent(np.square, 1.0, 2.0, nudge=0.5, ax=ax),
    "activation": lambda ax: plots.activation_and_slope(activations.get("relu"), ax=ax),
    "loss": lambda ax: plots.loss_curve(history()[-1], ax=ax),
    "losses": lambda ax: plots.loss_curve({"learning rate 0.1": [3, 2, 1], "learning rate 1": [3, 4, 5]}, ax=ax),
    "norms": lambda ax: plots.gradient_norms(history()[-1], ax=ax),
    "boundary": boundary,
    "boundary of numbers": numbers,
    "curve": curve,
    "network": lambda ax: plots.network_diagram(running_example()[0], ax=ax),
    "network, forward": lambda ax: diagram(ax, "forward"),
    "network, both": lambda ax: diagram(ax, "both"),
    "network, backward": lambda ax: diagram(ax, "backward"),
    "network, deltas": lambda ax: diagram(ax, "deltas"),
    "sigmoids, both": lambda ax: sigmoid_diagram(ax, "both"),
    "sigmoids, backward": lambda ax: sigmoid_diagram(ax, "backward"),
    "one unit": lambda ax: plots.network_diagram(Network((1, 1), rng=np.random.default_rng(0)), ax=ax),
    "four layers": lambda ax: plots.network_diagram(Network((3, 5, 4, 1), rng=np.random.default_rng(0)), ax=ax),
    "eight units": lambda ax: plots.network_diagram(Network((4, 8, 8, 1), rng=np.random.default_rng(0)), ax=ax),
    "graph with two paths": two_paths,
    "graph of a tape": tape,
    "graph with a value used twice": used_twice,
    "matrices": weight_gradient,
    "matrices of a batch": batch,
    "large matrices": large,
    "gradient flow": flow,
    "error curve": error,
    "bars": lambda ax: plots.bars({"a forward pass": 12, "central differences": 1_200_000}, xlabel="products", ax=ax),
    "bars on a log axis": lambda ax: plots.bars({"one": 12, "the other": 12_345.5}, log=True, ax=ax),
}
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())


def visible_texts(figure):
    """Return the texts that are drawn: of the ticks only those within the limits of their axis."""
    ticks = {
        label: axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
    }
    off = {text for ax in figure.axes if not ax.axison for axis in (ax.xaxis, ax.yaxis) for text in axis.findobj(Text)}
    return [
        text
        for text in figure.findobj(Text)
        if text.get_text() and text.get_visible() and ticks.get(text, True) and text not in off
    ]


def too_small(figure):
    scale = min(1.0, PIXELS / (100 * figure.get_figwidth()))
    return [text.get_text() for text in visible_texts(figure) if text.get_fontsize() * scale < 10]


def overlapping(figure):
    boxes = [(text.get_text(), text.get_window_extent()) for text in visible_texts(figure)]
    return [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)]


def outside(figure):
    whole = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in visible_texts(figure)]
    return [
        text for text, box in boxes if box.x0 < whole.x0 or box.y0 < whole.y0 or box.x1 > whole.x1 or box.y1 > whole.y1
    ]


def contrast(color, ground="white"):
    """Return the contrast ratio of two colors, 1 to 21 (WCAG 2)."""
    channels = (np.array([to_rgb(color), to_rgb(ground)]) + 0.0).T
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    bright = np.array([0.2126, 0.7152, 0.0722]) @ linear
    return (bright.max() + 0.05) / (bright.min() + 0.05)


def pale_texts(figure):
    found = []
    for text in visible_texts(figure):
        patch = text.get_bbox_patch()
        ground = "white" if patch is None or patch.get_facecolor()[3] == 0 else patch.get_facecolor()
        if contrast(text.get_color(), ground) < 4.5:
            found.append(text.get_text())
    return found


def pale_lines(figure):
    lines = [line for ax in figure.axes for line in ax.get_lines() if line.get_linestyle() != "None"]
    return [line.get_label() for line in lines if contrast(line.get_color()) < 3]


@every_figure
def test_a_figure_can_be_read(draw):
    figure = draw(None).figure
    figure.draw_without_rendering()
    assert too_small(figure) == []
    assert overlapping(figure) == []
    assert outside(figure) == []
    assert pale_texts(figure) == []
    assert pale_lines(figure) == []
    assert figure.get_figwidth() * 100 <= PIXELS


@pytest.mark.parametrize("width", [4.0, 5.6])
def test_the_numbers_on_contour_lines_lie_in_the_axes_and_apart(width):
    figure, ax = plt.subplots(figsize=(width, 3.6), layout="constrained")
    numbers(ax)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert {text.get_text() for text in ax.texts} == {"−2", "0", "2", "4"}
    inside = ax.get_window_extent()
    for box in boxes:
        assert inside.x0 <= box.x0 < box.x1 <= inside.x1
        assert inside.y0 <= box.y0 < box.y1 <= inside.y1
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


@every_figure
def test_a_figure_is_drawn_on_the_axes_that_are_given_and_its_texts_stay_apart_there_too(draw):
    figure, ax = plt.subplots(figsize=(9, 6.5), layout="constrained")
    assert draw(ax) is ax
    figure.draw_without_rendering()
    drawn = {text.get_text() for text in ax.texts}
    assert [pair for pair in overlapping(figure) if drawn & set(pair)] == []
    assert [text for text in outside(figure) if text in drawn] == []


@pytest.mark.parametrize("name", ["network, both", "graph of a tape", "matrices", "gradient flow", "error curve"])
def test_a_figure_is_the_same_file_each_time(name):
    first, second = (plots.picture(FIGURES[name](None), "This says what it shows.") for _ in range(2))
    assert first.png == second.png


def test_every_function_that_draws_is_looked_at():
    looked_at = {name for draw in (*FIGURES.values(), diagram) for name in draw.__code__.co_names}
    words = {"Picture", "Table", "picture", "table", "network_table", "confusion_table"}
    elsewhere = {"image_grid", "prediction"}  # beside the digits; inside decision_boundary and fitted_curve
    assert set(plots.__all__) - looked_at == words | elsewhere


def test_the_looks_are_told_apart_without_color_and_each_color_is_dark_enough():
    assert len(set(palette.COLORS)) == len(set(palette.DASHES)) == len(set(palette.MARKERS)) == 7
    for color in (*palette.COLORS, palette.BLUE, palette.ORANGE):
        assert contrast(color) >= 3, color
    for color in (palette.BLACK, palette.GRAY):
        assert contrast(color) >= 4.5
        assert contrast(color, PALE) >= 4.5


# What follows shows that each check above can fail.


def planted(**kwargs):
    ax = plots.tangent(np.square, 1.0, 2.0)
    for text, place in (("here", (0.5, 0.5)), ("there", (0.5, 0.9))):
        ax.text(*place, text, transform=ax.transAxes, **kwargs)
    ax.figure.draw_without_rendering()
    return ax


def test_small_print_is_noticed_and_what_a_page_makes_small():
    assert too_small(planted().figure) == []
    assert too_small(planted(fontsize=9).figure) == ["here", "there"]
    wide = planted(fontsize=12).figure
    wide.set_figwidth(14)
    assert "here" in too_small(wide)


def test_one_text_on_another_is_noticed():
    ax = planted()
    assert overlapping(ax.figure) == []
    ax.texts[0].set_position((0.5, 0.89))
    assert overlapping(ax.figure) == [("here", "there")]


def test_a_text_that_is_cut_off_is_noticed():
    ax = planted()
    assert outside(ax.figure) == []
    ax.texts[0].set_position((-0.2, 0.5))
    assert outside(ax.figure) == ["here"]


def test_pale_colors_are_noticed():
    assert contrast("black") == pytest.approx(21)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.01)
    ax = planted(color="#56B4E9")
    assert pale_texts(ax.figure) == ["here", "there"]
    ax.get_lines()[0].set_color("#E69F00")
    assert len(pale_lines(ax.figure)) == 1
