"""Drawings show the numbers they are given: networks, computations, matrices, magnitudes, errors, bars."""

import itertools
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from backprop_lib import Network, plots
from backprop_lib.network import Gradients
from backprop_lib.numerals import number
from backprop_lib.plots.drawing import PALE, along, canvas, extent
from backprop_lib.running_example import running_example


@pytest.fixture(autouse=True)
def closed_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def example():
    network, X, y = running_example()
    forward = network.forward(X[:1])
    return network, forward, network.backward(forward, y[:1])


def written(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def in_gradient_style(ax):
    return {
        text.get_text()
        for text in ax.texts
        if text.get_style() == "italic" and to_hex(text.get_bbox_patch().get_facecolor()) == PALE.lower()
    }


# ---- labels ------------------------------------------------------------------------------------------------------


def label_on_a_line(crossed):
    """Return where a label stands on a level line 6 inches long that would have it at a quarter, and its box."""
    ax, *_ = canvas(None, 6, 3)
    (text,), is_free = along(ax, (0, 1.5), (6, 1.5), [("0.5", False)], [], crossed, preferred=0.25)
    assert is_free
    return text.xy[0], extent([text])


def test_a_label_stands_where_it_is_preferred_and_makes_way_for_a_line_that_crosses_there():
    place, box = label_on_a_line([])
    assert place == pytest.approx(1.5, abs=0.05)
    crossing = ((1.5, 0), (1.5, 3))
    moved, box = label_on_a_line([crossing])
    assert not box.x0 < 1.5 < box.x1
    assert abs(moved - 1.5) < 0.5, "not farther than it must"
    far_away, _ = label_on_a_line([((4, 0), (4, 3))])
    assert far_away == place


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def dashed(ax):
    return sum(line.get_linestyle() == "--" for line in ax.get_lines())


# ---- network diagram ---------------------------------------------------------------------------------------------


def test_a_network_shows_each_weight_once_and_negative_ones_dashed(example):
    network, _, _ = example
    ax = plots.network_diagram(network)
    weights = sorted(number(weight) for W in network.weights for weight in W.flat)
    assert sorted(text for text in written(ax) if re.fullmatch(r"−?[\d.]+", text)) == weights
    assert dashed(ax) == sum((W < 0).sum() for W in network.weights) == 4
    assert len(ax.findobj(Circle)) == 7


def test_a_forward_pass_is_written_into_the_units(example):
    network, forward, _ = example
    drawn = written(plots.network_diagram(network, forward))
    for text in ("x = 1", "x = 2", "z = 2.5", "a = 2.5", "z = −1.25", "a = 0", "b = (0.5, −0.5, 0.25)"):
        assert text in drawn


def test_gradients_stand_below_values_in_their_own_style(example):
    network, forward, gradients = example
    ax = plots.network_diagram(network, forward, gradients)
    weights = [f"W {number(weight)}" for W in network.weights for weight in W.flat]
    slopes = [f"dW {number(slope)}" for dW in gradients.dW for slope in dW.flat]
    deltas = [f"δ = {number(value)}" for delta in gradients.delta for value in delta[0]]
    drawn = written(ax)
    assert sorted(text for text in drawn if text.startswith("W ")) == sorted(weights)
    assert sorted(text for text in drawn if text.startswith("dW ")) == sorted(slopes)
    assert sorted(text for text in drawn if text.startswith("δ")) == sorted(deltas)
    assert in_gradient_style(ax) == {*slopes, *deltas, "db = (1.25, −0.25, 0)", "db = (0.5, −1)"}


def test_each_pair_of_numbers_stands_on_its_own_line(example):
    network, forward, gradients = example
    for show in ("both", "backward"):
        ax = plots.network_diagram(network, forward, gradients, show=show)
        places = {}
        for text in ax.texts:
            if text.get_text().startswith(("W ", "dW ")):
                places.setdefault(text.xy, []).append(text.get_text())
        assert len(places) == 12
        centers = [circle.center for circle in ax.findobj(Circle)]
        columns = [centers[:2], centers[2:5], centers[5:]]
        for layer, (W, dW) in enumerate(zip(network.weights, gradients.dW, strict=True)):
            for i, j in np.ndindex(W.shape):
                (x0, y0), (x1, y1) = columns[layer][i], columns[layer + 1][j]
                expected = [f"W {number(W[i, j])}"] * (show == "both") + [f"dW {number(dW[i, j])}"]
                assert expected in [
                    texts
                    for (x, y), texts in places.items()
                    if x0 < x < x1 and abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) < 1e-9
                ]


def test_deltas_are_shown_on_the_way_back_with_the_weights_they_pass_and_no_parameter_gradient(example):
    network, forward, gradients = example
    ax = plots.network_diagram(network, forward, gradients, show="deltas")
    drawn = written(ax)
    for value in gradients.delta[0][0]:
        assert f"δ = {number(value)}" in drawn
    for W in network.weights:
        assert set(map(number, W.flat)) <= set(drawn)
    assert not [text for text in drawn if text.startswith(("dW", "db", "b =", "z", "a "))]
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert len(arrows) == 12
    assert all(arrow.xy[0] < arrow.get_position()[0] for arrow in arrows)


def test_numbers_stand_near_the_unit_where_their_line_starts(example):
    network, forward, gradients = example
    for show, starts_left in (("both", True), ("backward", False)):
        ax = plots.network_diagram(network, forward, gradients, show=show)
        columns = sorted({circle.center[0] for circle in ax.findobj(Circle)})
        across = np.array([text.xy[0] for text in ax.texts if text.get_text().startswith("dW ")])
        shares = np.concatenate(
            [
                (across[(left < across) & (across < right)] - left) / (right - left)
                for left, right in itertools.pairwise(columns)
            ]
        )
        assert (shares if starts_left else 1 - shares).max() < 0.65
        assert np.median(shares if starts_left else 1 - shares) < 0.4


def test_backward_shows_what_arrives_and_what_is_left_and_its_arrows_lead_to_the_input(example):
    network, forward, gradients = example
    ax = plots.network_diagram(network, forward, gradients, show="backward")
    drawn = written(ax)
    arrived = gradients.delta[1] @ network.weights[1].T
    for value in (*arrived[0], *gradients.delta[1][0]):
        assert f"grad_a = {number(value)}" in drawn
    assert not [text for text in drawn if text.startswith(("W", "z", "a ", "b"))]
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert len(arrows) == 12
    assert all(arrow.xy[0] < arrow.get_position()[0] for arrow in arrows)
    styles = [arrow.arrow_patch.get_linestyle() for arrow in arrows]
    zeros = sum((dW == 0).sum() for dW in gradients.dW)
    assert styles.count(":") == zeros == 4
    assert styles.count("-") == sum((dW > 0).sum() for dW in gradients.dW)


def test_forward_alone_hides_the_gradients(example):
    network, forward, gradients = example
    ax = plots.network_diagram(network, forward, gradients, show="forward")
    assert written(ax) == written(plots.network_diagram(network, forward))
    assert in_gradient_style(ax) == set()


def test_what_arrives_at_a_sigmoid_output_is_the_derivative_of_the_loss():
    rng = np.random.default_rng(3)
    network = Network((2, 3, 2), hidden="tanh", output="sigmoid", rng=rng)
    X, y = rng.normal(size=(4, 2)), rng.uniform(size=(4, 2))
    forward = network.forward(X)
    table = plots.network_table(network, forward, network.backward(forward, y), sample=2)
    rows = {row[0]: row for row in table.rows}
    expected = network.loss.derivative(forward.a[-1], y)[2]
    for j in (0, 1):
        assert rows[f"layer 2, a of unit {j + 1}"][2] == pytest.approx(expected[j])


def test_the_sample_that_is_asked_for_is_drawn():
    network, X, y = running_example()
    forward = network.forward(X)
    drawn = written(plots.network_diagram(network, forward, network.backward(forward, y), sample=1, decimals=2))
    assert "x = 2" in drawn
    assert "x = −1" in drawn
    for z in forward.z[0][1]:
        assert f"z = {number(z)}" in drawn


def test_gradients_without_delta_leave_it_out(example):
    network, forward, gradients = example
    drawn = written(plots.network_diagram(network, forward, Gradients(gradients.dW, gradients.db)))
    assert "dW 1.25" in drawn
    assert not [text for text in drawn if "δ" in text]


def test_numbers_that_have_no_room_are_left_out_of_a_diagram_and_stand_in_the_table():
    network = Network((4, 8, 8, 1), rng=np.random.default_rng(0))
    drawn = written(plots.network_diagram(network))
    assert sum(bool(re.fullmatch(r"−?\d\.\d+", text)) for text in drawn) == 8
    assert len(plots.network_table(network).rows) == 4 * 8 + 8 * 8 + 8 + 17


def test_the_table_of_a_network_holds_every_number_with_its_gradient(example):
    network, forward, gradients = example
    table = plots.network_table(network, forward, gradients)
    rows = {row[0]: row[1:] for row in table.rows}
    assert len(rows) == len(table.rows) == 2 + 12 + 5 + 10
    assert rows["input x2"] == [2.0, None]
    arrived = (gradients.delta[1] @ network.weights[1].T, gradients.delta[1])
    for layer in (0, 1):
        name = f"layer {layer + 1},"
        for (i, j), W in np.ndenumerate(network.weights[layer]):
            assert rows[f"{name} W from {i + 1} to {j + 1}"] == [W, gradients.dW[layer][i, j]]
        for j, b in enumerate(network.biases[layer]):
            assert rows[f"{name} b of unit {j + 1}"] == [b, gradients.db[layer][j]]
            assert rows[f"{name} z of unit {j + 1}"] == [forward.z[layer][0, j], gradients.delta[layer][0, j]]
            assert rows[f"{name} a of unit {j + 1}"] == [forward.a[layer + 1][0, j], arrived[layer][0, j]]


def test_a_table_without_gradients_has_no_column_for_them(example):
    network, forward, _ = example
    assert plots.network_table(network, forward).columns == ["quantity", "value"]
    assert len(plots.network_table(network).rows) == 17


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ((2, 9, 1), {}, "a layer of 9 units is too wide"),
        ((2, 3, 2), {"show": "sideways"}, "show is 'sideways', one of both, forward, deltas, backward"),
        ((2, 3, 2), {"show": "backward"}, "pass gradients="),
        ((2, 3, 2), {"show": "forward"}, "pass forward="),
    ],
)
def test_a_diagram_that_cannot_be_drawn_is_refused_in_words(sizes, options, message):
    with pytest.raises(ValueError, match=message):
        plots.network_diagram(Network(sizes, rng=np.random.default_rng(0)), **options)


@pytest.mark.parametrize(
    ("sample", "error", "message"),
    [
        (1, ValueError, "sample is 1, the pass has 1 rows"),
        (-1, ValueError, "sample is -1, a whole number of at least 0"),
        (0.5, TypeError, "sample is 0.5 .*, a whole number"),
        (True, TypeError, "sample is True .*, a whole number"),
        ("0", TypeError, "sample is '0' .*, a whole number"),
    ],
)
def test_a_sample_that_the_pass_does_not_have_is_refused(example, sample, error, message):
    network, forward, gradients = example
    for function in (plots.network_diagram, plots.network_table):
        with pytest.raises(error, match=message):
            function(network, forward, sample=sample)
        with pytest.raises(error, match=message):
            function(network, None, gradients, sample=sample)


@pytest.mark.parametrize("draw", [plots.network_diagram, plots.network_table])
@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda f, g: (f.a[0], None), TypeError, "ForwardPass .* was expected, got ndarray"),
        (lambda f, g: (Network((2, 4, 2)).forward([[1, 2]]), None), ValueError, "Was it made by another network"),
        (lambda f, g: (Network((2, 3, 3, 2)).forward([[1, 2]]), None), ValueError, "Was it made by another network"),
        (lambda f, g: (f, g.dW), TypeError, "gradients is list, the Gradients"),
        (lambda f, g: (None, Gradients(g.dW[:1], g.db, g.delta)), ValueError, "dW holds 1 arrays, the network has 2"),
        (lambda f, g: (f, Gradients([g.dW[0].T, g.dW[1]], g.db)), ValueError, r"dW\[0\] has .* is it transposed"),
        (lambda f, g: (None, Gradients(g.dW, g.db, g.delta[::-1])), ValueError, "delta of the shapes .* another pass"),
        (lambda f, g: (None, Gradients(g.dW, g.db, [1.0, 2.0])), ValueError, "delta of the shapes .* another pass"),
        (
            lambda f, g: (f, Gradients(g.dW, g.db, [np.repeat(delta, 4, axis=0) for delta in g.delta])),
            ValueError,
            r"delta of the shapes \[\(4, 3\), \(4, 2\)\], \[\(1, 3\), \(1, 2\)\] was expected",
        ),
    ],
)
def test_passes_and_gradients_that_are_not_the_networks_are_refused(example, draw, spoil, error, message):
    network, forward, gradients = example
    with pytest.raises(error, match=message):
        draw(network, *spoil(forward, gradients))


@pytest.mark.parametrize("show", ["deltas", "backward"])
def test_the_way_back_is_not_drawn_without_delta(example, show):
    network, forward, gradients = example
    with pytest.raises(ValueError, match=f'show="{show}" draws delta, which these gradients have not'):
        plots.network_diagram(network, forward, Gradients(gradients.dW, gradients.db), show=show)


def test_gradients_that_have_overflowed_can_be_looked_at(example):
    network, forward, gradients = example
    dW = [np.full_like(gradients.dW[0], np.inf), gradients.dW[1]]
    assert "dW ∞" in written(plots.network_diagram(network, forward, Gradients(dW, gradients.db)))


@pytest.mark.parametrize("show", ["both", "backward"])
def test_the_width_of_a_line_grows_with_the_size_of_its_number(show):
    network = Network((4, 1), rng=np.random.default_rng(0))
    network.weights[0][...] = [[0.0], [-1.0], [2.0], [-4.0]]
    X = [[0.0, -1.0, 2.0, -4.0]]  # the same for dW, which is X times delta
    forward = network.forward(X)
    gradients = network.backward(forward, [[100.0]])
    ax = plots.network_diagram(network, forward, gradients, show=show)
    drawn = [line.get_linewidth() for line in ax.get_lines()] or [
        text.arrow_patch.get_linewidth() for text in ax.texts if text.arrow_patch is not None
    ]
    zero, one, two, four = drawn
    assert zero > 0, "a line that is 0 is seen as well"
    assert (two - zero) / (one - zero) == pytest.approx(2)
    assert (four - zero) / (one - zero) == pytest.approx(4)
    assert four > 2 * zero


# ---- computation graph -------------------------------------------------------------------------------------------

TWO_PATHS = {"x": 2.0, "u": 4.0, "v": 6.0, "C": 24.0}
EDGES = [("x", "u", "2x = 4"), ("x", "v", 3), ("u", "C", 6.0), ("v", "C", 4.0)]


def boxes(ax, names):
    return dict(zip(names, (box.get_bbox() for box in ax.findobj(FancyBboxPatch)), strict=True))


def test_a_graph_shows_names_values_slopes_and_gradients():
    ax = plots.computation_graph(TWO_PATHS, EDGES, gradients={"x": 36.0, "C": 1.0})
    for text in ("x", "u", "v", "C", "2", "24", "2x = 4", "3", "36"):
        assert text in written(ax)
    assert in_gradient_style(ax) == {"36", "1"}
    assert sum(text.arrow_patch is not None for text in ax.texts) == 4


def test_a_box_stands_behind_all_that_it_is_computed_from_and_an_input_near_its_use():
    nodes = dict.fromkeys(["x", "a", "b", "late", "c"])
    found = boxes(
        plots.computation_graph(nodes, [("x", "a"), ("a", "b"), ("b", "c"), ("late", "c"), ("x", "c")]), nodes
    )
    x0 = {name: round(box.x0 + box.width / 2, 6) for name, box in found.items()}
    assert x0["x"] < x0["a"] < x0["b"] == x0["late"] < x0["c"]


def test_no_box_covers_another_or_an_arrow_that_passes_by():
    nodes = dict.fromkeys("abcdef", 1.0)
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("a", "c"), ("e", "d"), ("b", "f"), ("f", "d")]
    ax = plots.computation_graph(nodes, edges)
    found = list(boxes(ax, nodes).items())
    for index, (_, box) in enumerate(found):
        assert not any(box.overlaps(other) for _, other in found[index + 1 :])
    (long,) = [line for line in ax.get_lines() if len(line.get_xdata()) == 3]  # a to d passes two columns
    for across, up in list(zip(*long.get_data(), strict=True))[1:]:
        assert not any(box.contains(across, up) for _, box in found)


def test_a_slope_stands_on_its_arrow():
    ax = plots.computation_graph(TWO_PATHS, EDGES)
    arrows = {tuple(map(tuple, (text.get_position(), text.xy))) for text in ax.texts if text.arrow_patch is not None}
    labels = [text for text in ax.texts if text.get_text() in ("2x = 4", "3") and text.arrow_patch is None]
    assert len(labels) == 2
    for label in labels:
        x, y = label.xy
        assert any(
            x0 < x < x1 and abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) < 1e-9 for (x0, y0), (x1, y1) in arrows
        )


def test_a_value_used_twice_has_two_arrows_that_are_seen_apart():
    ax = plots.computation_graph({"x": 3.0, "y": 9.0}, [("x", "y", 3.0), ("x", "y", 3.0)])
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert len({arrow.get_position() for arrow in arrows}) == 2
    assert written(ax).count("3") == 3


def crossings(ax):
    """Return how many pairs of arrows, each taken from box to box by its waypoints, cross."""
    paths = [list(zip(*line.get_data(), strict=True)) for line in ax.get_lines()]
    ends = [text.xy for text in ax.texts if text.arrow_patch is not None]
    legs = [list(itertools.pairwise([*path, end])) for path, end in zip(paths, ends, strict=True)]

    def side(line, point):
        (x0, y0), (x1, y1) = line
        return np.sign(round((x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0), 9))

    def cross(one, other):
        return all(side(a, b[0]) * side(a, b[1]) < 0 for a, b in ((one, other), (other, one)))

    return sum(cross(a, b) for one, other in itertools.combinations(legs, 2) for a in one for b in other)


def test_boxes_are_ordered_so_that_no_arrows_cross_where_none_have_to():
    nodes = dict.fromkeys(["a", "b", "c", "d", "e", "f", "C"])
    edges = [("a", "f"), ("b", "e"), ("c", "d"), ("d", "C"), ("e", "C"), ("f", "C")]
    assert crossings(plots.computation_graph(nodes, edges)) == 0
    as_named = {name: {"place": place} for name, place in zip("abcdef", np.ndindex(2, 3), strict=True)}
    assert crossings(plots.computation_graph(as_named, edges[:3])) == 3, "the count can be other than 0"


def test_a_box_with_one_neighbor_stands_level_with_it():
    nodes = dict.fromkeys(["x", "u", "v", "w"], 1.0)
    found = boxes(plots.computation_graph(nodes, [("x", "u"), ("x", "v"), ("v", "w")]), nodes)
    middle = {name: (box.y0 + box.y1) / 2 for name, box in found.items()}
    apart = middle["u"] - middle["v"]
    assert apart > 0
    assert abs(middle["v"] - middle["w"]) < 0.1 * apart, "the column of w alone has its middle half as far below u"


def test_places_that_are_given_are_kept():
    nodes = {name: {"value": 1.0, "place": place} for name, place in {"x": (0, 0), "u": (1, 1), "C": (2, 0)}.items()}
    found = boxes(plots.computation_graph(nodes, [("x", "u"), ("u", "C")]), nodes)
    assert found["x"].y0 == pytest.approx(found["C"].y0)
    assert found["u"].y1 < found["x"].y0


def test_a_text_replaces_the_name_and_words_may_be_values():
    drawn = written(plots.computation_graph({"a": {"text": "a = relu(z)", "value": "(4, 3)", "gradient": 0.5}}, []))
    assert drawn == ["a = relu(z)", "(4, 3)", "0.5"]


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        ({"a": 1, "b": 2}, ["ab"], r"an edge is 'ab'; \(start, end\) or \(start, end, label\)"),
        ({"a": 1, "b": 2}, [("a",)], r"an edge is \('a',\); \(start, end\)"),
        ({"a": 1, "b": 2}, [("a", "b", 1, 2)], r"an edge is \('a', 'b', 1, 2\); \(start, end\)"),
        ({"a": 1, "b": 2}, [3], r"an edge is 3; \(start, end\)"),
        ({"a": {"place": 0}}, [], r"the place of the box 'a' is 0; \(column, row\) was expected"),
        ({"a": {"place": (0, 1, 2)}}, [], "the place of the box 'a'"),
        ({"a": {"place": "01"}}, [], "the place of the box 'a' is '01'"),
        ({"a": {"place": (0, "1")}}, [], "the row of the box 'a' is '1'; a finite number"),
        ({"a": {"place": (np.nan, 1)}}, [], "the column of the box 'a' is nan"),
    ],
)
def test_an_edge_or_a_place_that_is_none_is_refused_in_words(nodes, edges, message):
    with pytest.raises(TypeError, match=message):
        plots.computation_graph(nodes, edges)


@pytest.mark.parametrize(
    ("nodes", "edges", "gradients", "message"),
    [
        ({"x": 1, "y": 2}, [("x", "z")], {}, "an edge names 'z', which is no box; there are 'x', 'y'"),
        ({"x": 1}, [], {"y": 1}, "gradients names 'y'"),
        ({"x": 1, "y": 2}, [("x", "y"), ("y", "x")], {}, "run in a circle among 'x', 'y'"),
        ({"x": {"color": 1}}, [], {}, "the option 'color'"),
        ({"x": {"place": (0, 0)}, "y": 2}, [], {}, "the box 'y' has no place, others have"),
        ({}, [], {}, "no box"),
    ],
)
def test_a_graph_that_cannot_be_drawn_is_refused_in_words(nodes, edges, gradients, message):
    with pytest.raises(ValueError, match=message):
        plots.computation_graph(nodes, edges, gradients=gradients)


# ---- matrices ----------------------------------------------------------------------------------------------------


def test_matrices_show_name_numbers_shape_and_operators():
    W, b = np.array([[1.0, -0.5], [0.25, 2.0], [0.0, -0.0]]), np.array([1, 2])
    drawn = written(plots.matrices([("W", W), "+", ("b", b)]))
    assert drawn == ["W", "(3, 2)", "1.00", "−0.50", "0.25", "2.00", "0.00", "0.00", "+", "b", "(2,)", "1", "2"]


def test_numbers_stand_in_their_row_and_column():
    ax = plots.matrices([("A", np.array([[1, 2], [3, 4]]))])
    place = {text.get_text(): text.xy for text in ax.texts}
    assert place["1"][0] == place["3"][0] < place["2"][0] == place["4"][0]
    assert place["1"][1] == place["2"][1] > place["3"][1] == place["4"][1]


def test_a_large_matrix_is_an_empty_box_with_its_shape():
    ax = plots.matrices([("X", np.ones((9, 2))), "@", ("w", np.ones(9))])
    assert written(ax) == ["X", "(9, 2)", "@", "w", "(9,)"]
    assert len(ax.findobj(Rectangle)) == len(plots.matrices([("a", np.ones(2))]).findobj(Rectangle)) + 2


@pytest.mark.parametrize(
    ("entry", "inside"),
    [
        ((0, 1), {"2"}),
        ((1, None), {"4", "5", "6"}),
        ((None, 2), {"3", "6"}),
        ([(0, 0), (1, 2)], {"1", "6"}),
    ],
)
def test_an_outline_encloses_what_is_highlighted_and_nothing_else(entry, inside):
    ax = plots.matrices([("A", np.array([[1, 2, 3], [4, 5, 6]]))], highlight={"A": entry})
    outlines = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert all(patch.get_facecolor()[3] == 0 for patch in outlines)
    enclosed = {
        text.get_text()
        for text in ax.texts
        for patch in outlines
        if patch.get_bbox().contains(*text.xy) and text.get_text().isdigit()
    }
    assert enclosed == inside


def test_a_long_row_goes_on_below_from_an_operator_on():
    A = np.round(np.linspace(0, 1, 16).reshape(4, 4), 4)
    ax = plots.matrices([("A", A), "@", ("B", A), "@", ("C", A), "=", ("D", A)])
    assert ax.figure.get_figwidth() <= 9
    height = {text.get_text(): text.xy[1] for text in ax.texts}
    assert height["A"] == height["B"] > height["C"]
    assert height["="] < height["B"]


@pytest.mark.parametrize(
    ("parts", "highlight", "error", "message"),
    [
        ([("A", np.zeros((2, 2, 2)))], {}, ValueError, "A has 3 dimensions"),
        ([np.zeros(2)], {}, TypeError, "an operator such as"),
        ([("A", [1, 2])], {"B": (0, 0)}, ValueError, "highlight names 'B'"),
        ([("A", [1, 2])], {"A": (0, 2)}, ValueError, r"asks for \(0, 2\) of A, which has the shape \(2,\)"),
        ([("A", [1, 2])], {"A": 0}, TypeError, r"highlight asks for 0 of A; \(row, column\) was expected"),
        ([("A", [1, 2])], {"A": (0,)}, TypeError, r"highlight asks for \(0,\) of A"),
        ([("A", [1, 2])], {"A": [0, 1]}, TypeError, "highlight asks for 0 of A"),
        ([("A", [1, 2])], {"A": (0, 1.0)}, TypeError, "the column that highlight asks for in A is 1.0"),
        ([("A", [1, 2])], {"A": (-1, 0)}, ValueError, "the row that highlight asks for in A is -1"),
        ([("A", ["a", "b"])], {}, TypeError, "A holds text"),
        ([("A", [[1, 2], [3]])], {}, ValueError, "A is no rectangular array"),
        ("AB", {}, TypeError, "parts is 'AB', a list was expected"),
        ([], {}, ValueError, "nothing to draw"),
    ],
)
def test_matrices_that_cannot_be_drawn_are_refused_in_words(parts, highlight, error, message):
    with pytest.raises(error, match=message):
        plots.matrices(parts, highlight=highlight)


# ---- magnitudes, errors, bars ------------------------------------------------------------------------------------


def test_gradient_flow_draws_what_was_measured_and_the_theory_thin_in_the_same_color():
    layers, measured = [1, 2, 3], {"tanh": [0.1, 0.2, 0.3], "relu": [1.0, 2.0, 3.0]}
    ax = plots.gradient_flow(layers, measured, {"relu": [1.0, 1.0, 1.0]})
    assert ax.get_yscale() == "log"
    drawn = lines(ax)
    for name, values in measured.items():
        np.testing.assert_array_equal(drawn[name].get_ydata(), values)
    assert len({(drawn[name].get_linestyle(), drawn[name].get_marker()) for name in measured}) == 2
    (thin,) = [line for line in ax.get_lines() if list(line.get_ydata()) == [1, 1, 1]]
    assert thin.get_color() == drawn["relu"].get_color()
    assert thin.get_linewidth() < drawn["tanh"].get_linewidth()
    assert drawn["relu"].get_linestyle() == "None", "a line would hide the theory where it is right"
    assert drawn["tanh"].get_linestyle() != "None"
    assert "theory (thin line)" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_gradient_of_zero_leaves_a_gap_a_hollow_marker_and_a_word():
    ax = plots.gradient_flow([1, 2, 3], {"dead": [0.0, 0.0, 1.0]})
    np.testing.assert_array_equal(lines(ax)["dead (0 in 2 of 3)"].get_ydata(), [np.nan, np.nan, 1])
    (hollow,) = [line for line in ax.get_lines() if line.get_markerfacecolor() == "white"]
    np.testing.assert_array_equal(hollow.get_xdata(), [1, 2])


@pytest.mark.parametrize("draw", ["flow", "error"])
def test_the_legend_stands_beside_the_data(draw):
    values = np.array([1.0, 0.1, 0.01])
    ax = (
        plots.gradient_flow([1, 2, 3], {"one": values})
        if draw == "flow"
        else plots.error_curve(values, {"one": values})
    )
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1


@pytest.mark.parametrize(
    ("measured", "theory", "message"),
    [
        ({}, None, "measured holds 0 settings"),
        ({str(i): [1, 1] for i in range(8)}, None, "measured holds 8 settings"),
        ({"a": [1, 1, 1]}, None, r"'a' has the shape \(3,\), one value for each of the 2 layers was expected: \(2,\)"),
        ({"a": [[1, 1]]}, None, r"'a' has the shape \(1, 2\), one value for each of the 2 layers"),
        ({"a": [1, 1]}, {"a": [1]}, r"'a' has the shape \(1,\)"),
        ({"a": [1, -2]}, None, "'a' holds -2; a size of at least 0 was expected"),
        ({"a": [1, -np.inf]}, None, "'a' holds -inf"),
        ({"a": [1, 1]}, {"a": [1, -1]}, "'a' holds -1"),
        ({"a": [1, 1]}, {"b": [1, 1]}, "theory names 'b'"),
    ],
)
def test_a_flow_that_cannot_be_drawn_is_refused_in_words(measured, theory, message):
    with pytest.raises(ValueError, match=message):
        plots.gradient_flow([1, 2], measured, theory)


@pytest.mark.parametrize("layers", [[], 3, [[1, 2]]])
def test_a_flow_without_a_list_of_layers_is_refused_in_words(layers):
    with pytest.raises(ValueError, match=r"layers has the shape .*, a list with at least one layer was expected"):
        plots.gradient_flow(layers, {"a": layers})


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ([np.nan, 1.0, np.inf, 2.0], "a (not finite in 2 of 4)"),
        ([np.nan, 0.0, 0.0, 2.0], "a (0 in 2, not finite in 1 of 4)"),
        ([np.nan] * 4, "a (not finite in 4 of 4)"),
        ([0.0] * 4, "a (0 in 4 of 4)"),
        ([1.0] * 4, "a"),
    ],
)
def test_sizes_that_have_no_place_on_the_axis_are_counted_in_the_legend(values, label):
    ax = plots.gradient_flow([1, 2, 3, 4], {"a": values})
    ax.figure.draw_without_rendering()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [label]
    shown = [value if np.isfinite(value) and value else np.nan for value in values]
    np.testing.assert_array_equal(lines(ax)[label].get_ydata(), shown)


def test_an_error_curve_stands_on_two_logarithmic_axes_with_its_marks_and_guides():
    h = 10.0 ** np.arange(-8, 0)
    ax = plots.error_curve(h, {"central": h**2, "forward": -h}, marks={1e-5: "chosen"}, slopes=[(2, 0.01, 1e-6, "h²")])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    drawn = lines(ax)
    np.testing.assert_array_equal(drawn["central"].get_ydata(), h**2)
    np.testing.assert_array_equal(drawn["forward"].get_ydata(), h)
    assert written(ax) == ["h²", "chosen"]
    (guide,) = [line for line in ax.get_lines() if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"]
    x, y = guide.get_data()
    assert np.log(y[1] / y[0]) / np.log(x[1] / x[0]) == pytest.approx(2)


def test_an_error_of_zero_leaves_a_gap_and_a_hollow_marker():
    ax = plots.error_curve([0.1, 0.01, 0.001], [1e-3, 0.0, 1e-5])
    assert ax.get_legend() is None
    curve, hollow = ax.get_lines()
    np.testing.assert_array_equal(curve.get_ydata(), [1e-3, np.nan, 1e-5])
    np.testing.assert_array_equal(hollow.get_xdata(), [0.01])


@pytest.mark.parametrize("errors", [[0.0, 0.0, 0.0], [np.nan, 0.0, np.inf], [np.nan] * 3, {"a": [0.0] * 3}])
def test_errors_none_of_which_has_a_place_on_the_axis_are_drawn_as_hollow_markers(errors):
    ax = plots.error_curve([0.1, 0.01, 0.001], errors)
    ax.figure.draw_without_rendering()
    values = np.array(errors["a"] if isinstance(errors, dict) else errors)
    hollow = [line for line in ax.get_lines() if line.get_markerfacecolor() == "white"]
    assert sum(len(line.get_xdata()) for line in hollow) == (values == 0).sum()
    assert np.isnan(ax.get_lines()[0].get_ydata()).all()
    assert 0 < ax.get_ylim()[0] < ax.get_ylim()[1]


def test_errors_that_are_not_finite_are_counted_in_the_legend():
    ax = plots.error_curve([0.1, 0.01, 0.001], {"a": [1e-3, np.nan, np.inf], "b": [1e-3, 0.0, 1e-4]})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a (not finite in 2 of 3)", "b"]


@pytest.mark.parametrize(
    ("steps", "errors", "options", "message"),
    [
        ([0.1, 0.0], [1, 1], {}, "steps must be positive, .*; there is 0"),
        ([], [], {}, r"steps has the shape \(0,\), a list with at least one step"),
        ([[0.1, 0.2]], [[1, 1]], {}, r"steps has the shape \(1, 2\), a list"),
        ([0.1, np.nan], [1, 1], {}, "steps holds 1 value that is NaN"),
        ([0.1, 0.2], {"a": [1]}, {}, r"'a' has the shape \(1,\), one value for each of the 2 steps .*: \(2,\)"),
        ([0.1, 0.2], [[1, 1]], {}, r"the curve has the shape \(1, 2\), one value for each of the 2 steps"),
        ([0.1], {str(i): [1] for i in range(8)}, {}, "errors holds 8 curves, 1 to 7 can be told apart"),
        ([0.1], {}, {}, "errors holds 0 curves, 1 to 7 can be told apart"),
        ([0.1], [1], {"marks": {0: "here"}}, "a step in marks is 0, a number above 0"),
        ([0.1], [1], {"marks": {-1e-5: "here"}}, "a step in marks is -1e-05"),
        ([0.1], [1], {"slopes": [(2, 0.0, 1.0, "h²")]}, "the step of a slope is 0"),
        ([0.1], [1], {"slopes": [(2, 0.1, -1.0, "h²")]}, "the error of a slope is -1"),
    ],
)
def test_an_error_curve_that_cannot_be_drawn_is_refused_in_words(steps, errors, options, message):
    with pytest.raises(ValueError, match=message):
        plots.error_curve(steps, errors, **options)


@pytest.mark.parametrize("log", [False, True])
def test_bars_have_the_length_and_the_number_of_what_they_stand_for(log):
    ax = plots.bars({"forward": 12, "differences": 12_345}, xlabel="products", log=log)
    assert [bar.get_width() for bar in ax.patches] == [12, 12_345]
    assert written(ax) == ["12", "12,345"]
    assert ax.get_xscale() == ("log" if log else "linear")
    assert ax.get_xlim()[0] == (1 if log else 0)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["forward", "differences"]
    assert ax.yaxis_inverted(), "the first stands at the top"


@pytest.mark.parametrize(
    ("values", "log", "message"),
    [
        ({}, False, "values is empty"),
        ({"a": -1}, False, "'a' is -1; on this axis a finite amount of at least 0"),
        ({"a": np.nan}, False, "'a' is nan"),
        ({"a": np.inf}, False, "'a' is inf"),
        ({"a": 0}, True, "a finite amount above 0"),
    ],
)
def test_bars_that_cannot_be_drawn_are_refused_in_words(values, log, message):
    with pytest.raises(ValueError, match=message):
        plots.bars(values, log=log)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": "x"}, "'a' is 'x' \\(str\\), a number"),
        ({"a": None}, "'a' is None"),
        ([1, 2], r"values is \[1, 2\], names"),
    ],
)
def test_bars_of_no_numbers_are_refused_in_words(values, message):
    with pytest.raises(TypeError, match=message):
        plots.bars(values)
