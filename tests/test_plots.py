"""Figures draw the data they are given, on the Axes they are given, and leave with a text alternative."""

import io

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from backprop_lib import Network, datasets, plots, train
from backprop_lib.activations import ACTIVATIONS, relu, sigmoid
from backprop_lib.plots.boundary import round_levels
from backprop_lib.running_example import running_example

SENTENCE = "A line falls from left to right."


@pytest.fixture(autouse=True)
def closed_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def trained():
    X, y = datasets.moons(40, rng=np.random.default_rng(0))
    network = Network((2, 4, 1), hidden="tanh", loss="binary_cross_entropy", rng=np.random.default_rng(1))
    return network, X, y, train(network, X, y, epochs=12, held_out=(X[:9], y[:9]))


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_loss_curve_is_the_recorded_loss(trained):
    *_, history = trained
    drawn = lines(plots.loss_curve(history))
    np.testing.assert_array_equal(drawn["training"].get_ydata(), history.loss)
    np.testing.assert_array_equal(drawn["held out"].get_ydata(), history.held_out_loss)
    np.testing.assert_array_equal(drawn["training"].get_xdata(), np.arange(13))


def test_the_gradient_norms_are_the_recorded_ones_on_a_logarithmic_axis(trained):
    *_, history = trained
    ax = plots.gradient_norms(history)
    assert ax.get_yscale() == "log"
    for layer in (1, 2):
        np.testing.assert_array_equal(lines(ax)[f"layer {layer}"].get_ydata(), history.gradient_norms[:, layer - 1])
    looks = {(line.get_linestyle(), line.get_marker()) for line in ax.get_lines()}
    assert len(looks) == 2, "layers are told apart without color"


def test_the_decision_boundary_shows_the_prediction_and_each_class(trained):
    network, X, y, _ = trained
    ax = plots.decision_boundary(network, X, y)
    (image,) = ax.get_images()
    left, right, bottom, top = image.get_extent()
    field = image.get_array()
    assert field[0, 0] == pytest.approx(network.predict([[left, bottom]]).item())
    assert field[-1, 0] == pytest.approx(network.predict([[left, top]]).item())
    assert field[0, -1] == pytest.approx(network.predict([[right, bottom]]).item())
    drawn = {
        group.get_label(): group.get_offsets() for group in ax.collections if group.get_label().startswith("class")
    }
    np.testing.assert_array_equal(drawn["class 0"], X[y.ravel() == 0])
    np.testing.assert_array_equal(drawn["class 1"], X[y.ravel() == 1])


def test_the_fitted_curve_is_the_prediction():
    X, y = datasets.noisy_sine(rng=np.random.default_rng(0))
    network = Network((1, 3, 1), hidden="tanh", rng=np.random.default_rng(0))
    curve = lines(plots.fitted_curve(network, X, y))["prediction"]
    np.testing.assert_allclose(curve.get_ydata(), network.predict(curve.get_xdata()[:, np.newaxis]).ravel())


@pytest.fixture
def numbers():
    """Targets from 0.3 to 2 over the plane, and a prediction that rises from -1 to 2.5 across."""
    field = np.tile(np.linspace(-1, 2.5, 15), (15, 1))
    return field, [-1, -1], [2, 2], np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.0]]), np.array([0.3, 2.0, 1.15])


def test_targets_that_are_no_classes_are_drawn_as_numbers_told_apart_by_shape_too(numbers):
    *_, X, y = numbers
    ax = plots.prediction(*numbers)
    low, high = (group for group in ax.collections if group.get_label().startswith("y "))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["y < 1.1500", "y ≥ 1.1500"]
    np.testing.assert_array_equal(low.get_offsets(), X[y < 1.15])
    np.testing.assert_array_equal(high.get_offsets(), X[y >= 1.15])
    np.testing.assert_array_equal(low.get_array(), [0.3])
    np.testing.assert_array_equal(high.get_array(), [2.0, 1.15])
    assert not np.array_equal(low.get_paths()[0].vertices, high.get_paths()[0].vertices)


def test_a_prediction_of_numbers_has_lines_at_round_values_with_their_numbers_on_them(numbers):
    field, low, high, *_ = numbers
    ax = plots.prediction(*numbers)
    ax.figure.draw_without_rendering()
    assert texts(ax) == ["0", "1", "2"]
    for text in ax.texts:
        value = np.interp(text.get_position()[0], np.linspace(low[0], high[0], len(field)), field[0])
        assert value == pytest.approx(float(text.get_text()), abs=1e-6)


@pytest.mark.parametrize("labels", [[0, 1, 2], [3, 3, 3]])
def test_labels_of_three_classes_are_numbers_and_one_number_alone_is_drawn(numbers, labels):
    ax = plots.prediction(*numbers[:-1], np.array(labels))
    shapes = [group.get_label() for group in ax.collections if group.get_label().startswith("y ")]
    assert shapes == {0: ["y < 1.0000", "y ≥ 1.0000"], 3: ["y ≥ 3.0000"]}[labels[0]]


def test_large_numbers_close_together_are_told_apart(numbers):
    field, *rest, y = numbers
    ax = plots.prediction(4e5 + 10 * field, *rest, 4e5 + 10 * y)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["y < 4.0001e+05", "y ≥ 4.0001e+05"]
    assert set(texts(ax)) == {"4e+05", "4.0001e+05", "4.0002e+05"}


def test_a_flat_prediction_has_no_lines(numbers):
    flat = np.full((5, 5), 0.7) + 1e-12 * np.arange(5)
    assert texts(plots.prediction(flat, *numbers[1:])) == []


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [
        (-1, 2.5, [0, 1, 2]),
        (0, 1, [0.25, 0.5, 0.75]),
        (0, 4, [1, 2, 3]),
        (-0.76, 0.756, [-0.5, 0, 0.5]),
        (1000.2, 1001.1, [1000.25, 1000.5, 1000.75, 1001]),
        (-3e-5, -1e-5, [-2.5e-5, -2e-5, -1.5e-5]),
        (1, 1, []),
        (1, 1 + 1e-9, []),
    ],
)
def test_levels_are_three_to_five_round_values_between_two_numbers(low, high, levels):
    np.testing.assert_allclose(round_levels(low, high), levels, atol=1e-12)


def test_there_are_three_to_five_levels_whatever_the_numbers():
    rng = np.random.default_rng(0)
    for low, span in zip(rng.normal(size=2000), 10.0 ** rng.uniform(-3, 6, 2000), strict=True):
        levels = round_levels(low, low + span)
        assert 3 <= len(levels) <= 5
        assert low < levels[0] < levels[-1] < low + span


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_drawn_with_its_slope(name):
    activation = ACTIVATIONS[name]
    drawn = lines(plots.activation_and_slope(activation))
    value, slope = drawn[f"{name}(z)"], drawn["its slope"]
    np.testing.assert_array_equal(value.get_ydata(), activation(value.get_xdata()))
    shown = np.isfinite(slope.get_ydata())
    np.testing.assert_array_equal(slope.get_ydata()[shown], activation.derivative(slope.get_xdata())[shown])
    assert (~shown).sum() == len(activation.kinks)


def test_the_tangent_has_the_slope_it_was_given():
    ax = plots.tangent(lambda x: x**3, 2.0, 12.0, nudge=0.5)
    line = lines(ax)["slope 12"]
    (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(12)
    np.testing.assert_allclose(lines(ax)["nudged both ways"].get_xdata(), [1.5, 2.5])


def test_several_runs_are_drawn_with_their_names_and_told_apart_without_color(trained):
    *_, history = trained
    drawn = lines(plots.loss_curve({"slow": history, "fast": history.loss / 2, "diverged": [1.0, np.inf]}))
    np.testing.assert_array_equal(drawn["slow"].get_ydata(), history.loss)
    np.testing.assert_array_equal(drawn["fast"].get_ydata(), history.loss / 2)
    np.testing.assert_array_equal(drawn["diverged"].get_ydata(), [1.0, np.nan])
    assert len({(line.get_linestyle(), line.get_marker()) for line in drawn.values()}) == 3


def test_the_loss_stands_on_a_logarithmic_axis_if_asked_for(trained):
    *_, history = trained
    assert plots.loss_curve(history, log=True).get_yscale() == "log"


@pytest.mark.parametrize("count", [0, 8])
def test_no_run_and_more_runs_than_can_be_told_apart_are_refused(count):
    with pytest.raises(ValueError, match=f"history holds {count} runs"):
        plots.loss_curve({str(index): [1.0] for index in range(count)})


def test_figures_are_drawn_on_the_axes_that_are_given(trained):
    network, X, y, history = trained
    example, inputs, _ = running_example()
    calls = [
        lambda ax: plots.loss_curve(history, ax=ax),
        lambda ax: plots.gradient_norms(history, ax=ax),
        lambda ax: plots.decision_boundary(network, X, y, ax=ax),
        lambda ax: plots.activation_and_slope(relu, ax=ax),
        lambda ax: plots.tangent(np.sin, 0.0, 1.0, ax=ax),
        lambda ax: plots.network_diagram(example, example.forward(inputs), ax=ax),
    ]
    for call in calls:
        _, ax = plt.subplots()
        assert call(ax) is ax


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.decision_boundary(Network((3, 1)), [[0, 0, 0]], [0]), "two inputs; this network has 3 inputs"),
        (lambda: plots.fitted_curve(Network((2, 1)), [[0, 0]], [0]), "one input against one output"),
    ],
)
def test_a_network_that_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_picture_is_the_same_file_each_time_and_closes_its_figure():
    first = plots.picture(plots.activation_and_slope(sigmoid), SENTENCE)
    second = plots.picture(plots.activation_and_slope(sigmoid).figure, SENTENCE)
    assert first.png == second.png
    assert first.png.startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_a_picture_carries_its_text_in_every_form():
    picture = plots.picture(plots.activation_and_slope(relu), 'The "ReLU" rises for z > 0 & is flat below.')
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == 'The "ReLU" rises for z > 0 & is flat below.'
    assert 'alt="The &quot;ReLU&quot; rises for z &gt; 0 &amp; is flat below."' in bundle["text/html"]
    assert repr(picture) == bundle["text/plain"]


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)


def test_a_picture_in_few_colors_looks_the_same_and_takes_fewer_bytes(trained):
    def draw(**more):
        return plots.picture(plots.decision_boundary(*trained[:3]), SENTENCE, **more)

    whole, reduced = draw(), draw(colors=256)
    assert len(reduced.png) < 0.5 * len(whole.png)
    assert (reduced.alt, reduced.width) == (whole.alt, whole.width)
    before, after = pixels(whole), pixels(reduced)
    assert before.shape == after.shape
    assert len(np.unique(after.reshape(-1, 3), axis=0)) <= 256
    assert (after[(before == 255).all(axis=2)] == 255).all()  # the ground stays white
    assert np.abs(before - after).mean() < 1
    assert len(np.unique(pixels(draw(colors=4)).reshape(-1, 3), axis=0)) <= 4
    assert draw(colors=256).png == reduced.png


@pytest.mark.parametrize(
    ("colors", "error"), [(1, ValueError), (257, ValueError), (2.5, TypeError), ("all", TypeError)]
)
def test_a_number_of_colors_that_no_palette_holds_is_refused(colors, error):
    with pytest.raises(error, match="colors is"):
        plots.picture(plots.activation_and_slope(relu), SENTENCE, colors=colors)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("alt", ["", "a plot", "no full stop in this one", None, 3])
def test_a_picture_without_a_sentence_is_refused(alt):
    with pytest.raises(ValueError, match="full sentences"):
        plots.picture(plots.activation_and_slope(relu), alt)


def test_what_is_no_figure_is_refused():
    with pytest.raises(TypeError, match="Axes or a Figure was expected"):
        plots.picture("figure", SENTENCE)


def test_a_refused_picture_leaves_no_open_figure_behind_that_a_notebook_would_show_bare():
    before = plt.get_fignums()
    with pytest.raises(ValueError, match="say in full sentences"):
        plots.picture(plots.activation_and_slope(relu), "A curve")
    assert plt.get_fignums() == before
