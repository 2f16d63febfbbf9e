"""Images are drawn as they are given, each under its own caption; confusions are counted where they belong."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop_lib import datasets, plots


@pytest.fixture(autouse=True)
def closed_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def seven():
    X, labels = datasets.digits()
    return X[:7], labels[:7]


def inside(point, extent):
    left, right, bottom, top = extent
    return left < point[0] < right and bottom < point[1] < top


def test_each_image_is_drawn_upright_with_its_own_pixels(seven):
    X, _ = seven
    drawn = plots.image_grid(X, columns=3).get_images()
    assert len(drawn) == 7
    for image, pixels in zip(drawn, X, strict=True):
        np.testing.assert_array_equal(image.get_array(), pixels.reshape(8, 8))
        assert image.origin == "upper"


def test_one_scale_from_white_to_black_holds_for_all_images(seven):
    X, _ = seven
    dark_and_pale = np.vstack([X[:1], 0.25 * X[:1]])
    ax = plots.image_grid(dark_and_pale)
    assert {image.get_clim() for image in ax.get_images()} == {(0.0, dark_and_pale.max())}
    dark, pale = (image.to_rgba(image.get_array())[..., :3].mean() for image in ax.get_images())
    assert dark < pale, "ink is dark"


def test_images_fill_row_after_row_and_do_not_overlap(seven):
    extents = [image.get_extent() for image in plots.image_grid(seven[0], columns=3).get_images()]
    rows = sorted({round(top, 6) for *_, top in extents}, reverse=True)
    assert [[round(top, 6) for *_, top in extents].count(row) for row in rows] == [3, 3, 1]
    lefts = [left for left, *_ in extents]
    assert lefts[:3] == sorted(lefts[:3])
    assert lefts[3:6] == lefts[:3]
    for i, (left, right, bottom, top) in enumerate(extents):
        for point in ((left, top), (right, bottom)):
            assert not any(inside(point, other) for j, other in enumerate(extents) if j != i)


@pytest.mark.parametrize("columns", [1, 4, 10])
@pytest.mark.parametrize("caption", ["{}", "true {0}\nsaid {0}, 100 %", "a caption of WWW letters, {}"])
def test_each_caption_stands_above_its_own_image_and_touches_no_other_text(seven, caption, columns):
    X, labels = seven
    titles = [caption.format(label) for label in labels]
    ax = plots.image_grid(X, titles, columns=columns)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert [text.get_text() for text in ax.texts] == titles
    assert [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)] == []
    frame = ax.figure.bbox
    for image, text, box in zip(ax.get_images(), ax.texts, boxes, strict=True):
        left, right, bottom, top = image.get_extent()
        x, y = text.get_position()
        assert x == pytest.approx((left + right) / 2)
        assert top < y < top + 0.2
        lowest_of_image, highest = ax.transData.transform([(left, bottom), (right, top)])[:, 1]
        assert lowest_of_image < highest < box.y0
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert box.y1 <= frame.y1


def test_no_image_lies_over_a_caption_of_the_row_below(seven):
    ax = plots.image_grid(seven[0], ["two\nlines"] * 7, columns=2)
    ax.figure.canvas.draw()
    captions = [text.get_window_extent() for text in ax.texts]
    for image in ax.get_images():
        left, right, bottom, top = image.get_extent()
        (x0, y0), (x1, y1) = ax.transData.transform([(left, bottom), (right, top)])
        assert not any(x0 < box.x1 and box.x0 < x1 and y0 < box.y1 and box.y0 < y1 for box in captions)


def test_images_that_are_not_square_keep_their_shape():
    image = plots.image_grid(np.ones((1, 2, 6))).get_images()[0]
    left, right, bottom, top = image.get_extent()
    assert (right - left) / (top - bottom) == pytest.approx(3)


def test_images_of_nothing_but_paper_are_drawn():
    assert plots.image_grid(np.zeros((2, 64))).get_images()[0].get_clim() == (0, 1)


def test_the_grid_is_drawn_on_the_axes_that_are_given(seven):
    _, ax = plt.subplots()
    assert plots.image_grid(seven[0], ax=ax) is ax


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.image_grid(np.zeros((3, 60))), "60 pixels in a row, which make no square"),
        (lambda: plots.image_grid(np.zeros(64)), r"\(n_images, n_pixels\) or"),
        (lambda: plots.image_grid(np.zeros((0, 64))), r"\(n_images, n_pixels\) or"),
        (lambda: plots.image_grid(np.full((1, 64), -1.0)), "X holds -1; gray levels are finite"),
        (lambda: plots.image_grid(np.full((1, 64), np.nan)), "X holds nan; gray levels are finite"),
        (lambda: plots.image_grid(np.zeros((3, 64)), ["one"]), "1 captions for 3 images"),
        (lambda: plots.image_grid(np.zeros((3, 64)), columns=0), "columns is 0, a whole number of at least 1"),
        (lambda: plots.confusion_table([0, 1], [0]), "truth has 2 labels and predicted 1"),
        (lambda: plots.confusion_table([], []), r"whole numbers from 0 on, in .*; its shape is \(0,\)"),
        (lambda: plots.confusion_table([0, -1], [0, 1]), "truth has to hold whole numbers .*; there is -1"),
        (lambda: plots.confusion_table([0, 1], [0.2, 0.8]), "predicted has to hold .* type float64, such as .*0.2"),
        (lambda: plots.confusion_table([[0, 1]], [[0, 1]]), r"in the shape .*; its shape is \(1, 2\)"),
        (lambda: plots.confusion_table([[0, 1], [1]], [0, 1]), "truth has to hold .*; its rows differ in length"),
        (lambda: plots.confusion_table([0, 3], [0, 1], n_classes=3), "a label is 3, classes go from 0 to 2"),
        (lambda: plots.confusion_table([0, 1], [0, 1], n_classes=0), "n_classes is 0, a whole number of at least 1"),
    ],
)
def test_what_cannot_be_drawn_or_counted_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("count", [2.0, "3", True, np.array([2])])
def test_a_count_that_is_no_whole_number_is_refused_in_words(count):
    with pytest.raises(TypeError, match=r"columns is .*, a whole number was expected"):
        plots.image_grid(np.zeros((3, 64)), columns=count)
    with pytest.raises(TypeError, match=r"n_classes is .*, a whole number was expected"):
        plots.confusion_table([0, 1], [0, 1], n_classes=count)


def test_a_confusion_is_counted_in_the_row_of_the_truth_and_the_column_of_the_answer():
    table = plots.confusion_table(truth=[0, 0, 0, 1, 2, 2], predicted=[0, 2, 2, 1, 2, 0])
    assert table.columns == ["true", "said 0", "said 1", "said 2", "all"]
    assert table.rows == [[0, 1, None, 2, 3], [1, None, 1, None, 1], [2, 1, None, 1, 2]]
    assert "3 of 6 right" in table.caption


def test_a_class_that_was_never_answered_rightly_shows_its_zero_and_one_that_never_occurs_has_its_place():
    table = plots.confusion_table([1, 1], [0, 0], n_classes=3)
    assert table.rows == [[0, 0, None, None, 0], [1, 2, 0, None, 2], [2, None, None, 0, 0]]


def test_the_counts_are_those_of_a_loop_over_the_samples():
    rng = np.random.default_rng(3)
    truth, predicted = rng.integers(0, 10, (2, 400))
    for true, *counts, total in plots.confusion_table(truth, predicted).rows:
        expected = [sum((t, p) == (true, said) for t, p in zip(truth, predicted, strict=True)) for said in range(10)]
        assert [count or 0 for count in counts] == expected
        assert total == sum(expected)
