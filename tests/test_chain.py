"""The computation behind the chain explorer: values, slopes, paths, and a nudge that finds a wrong slope."""

import math
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from backprop_lib.widgets.chain import GRAPHS, POSITIONS, Box, Chain, Graph


@pytest.fixture(scope="module", params=GRAPHS)
def chain(request):
    return Chain(request.param)


def test_the_product_or_the_sum_over_paths_is_what_the_nudge_says(chain):
    total = sum(chain.along(path) for path in chain.paths)
    np.testing.assert_allclose(total, chain.gradients[chain.graph.start])
    np.testing.assert_allclose(chain.nudged, total, rtol=1e-6, atol=1e-6)
    assert chain.wrong_link is None


def test_the_numbers_are_those_of_the_chapter():
    square, twice = Chain("square"), Chain("two_paths")
    at = square.home
    assert [square.values[name][at] for name in "wzaC"] == [1.0, 1.5, 2.25, 0.03125]
    assert square.gradients["w"][at] == 1.5
    assert twice.gradients["x"][twice.home] == 36.0
    assert [twice.along(path)[twice.home] for path in twice.paths] == [24.0, 12.0]


def test_each_curve_goes_through_the_point_on_it(chain):
    curves = chain.curves()
    for link, (source, box) in enumerate(chain.links):
        low, high = chain.span(source)
        along = np.linspace(low, high, curves.shape[-1])
        for position in (0, chain.home, POSITIONS):
            there = np.interp(chain.values[source][position], along, curves[position, link])
            room = 0.02 * np.ptp(curves[position, link]) + 1e-9
            assert abs(there - chain.values[box][position]) <= room


def test_what_a_function_does_to_its_arguments_does_not_reach_the_chain():
    def rectified(z):
        z[z < 0] = 0
        return z

    def step(z):
        z[...] = z > 0
        return z

    def added(a, z):
        a += z
        return a

    def ones(*given):
        for array in given:
            array[...] = 1
        return given[0]

    def doubled(x):
        x *= 2
        x -= 1
        return x

    def graph(double, relu, slope, plus):
        twos = (lambda x: 2 + 0 * x,)
        boxes = (
            Box("z", "2 · x − 1", ("x",), double, twos),
            Box("a", "relu(z)", ("z",), relu, (slope,)),
            Box("C", "a + z", ("a", "z"), plus, (ones, ones)),
        )
        return Chain(Graph("t", "x", boxes, -1, 1, 0.2))

    found = graph(doubled, rectified, step, added)
    right = graph(lambda x: 2 * x - 1, lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0), lambda a, z: a + z)
    assert found.words(found.home).startswith("x = 0.2000: z = −0.6000, a = 0, C = −0.6000.")
    np.testing.assert_array_equal(found.x, right.x)
    for name in found.names:
        np.testing.assert_array_equal(found.values[name], right.values[name])
        np.testing.assert_array_equal(found.gradients[name], right.gradients[name])
    np.testing.assert_array_equal(found.nudged_links, right.nudged_links)
    np.testing.assert_array_equal(found.curves(), right.curves())


def changed(name, box, **parts):
    """Return a graph in which one box has other parts."""
    graph = GRAPHS[name]
    return replace(graph, boxes=tuple(replace(b, **parts) if b.name == box else b for b in graph.boxes))


@pytest.mark.parametrize(
    ("name", "box", "slopes", "wrong"),
    [
        ("square", "a", (lambda z: z,), ("z", "a")),  # the 2 is lost
        ("square", "a", (lambda z: 2 * z * 1.001,), ("z", "a")),  # 0.1 % too large
        ("two_paths", "C", (lambda u, v: v, lambda u, v: v), ("v", "C")),
        ("sigmoid", "a", (lambda z: z * (1 - z),), ("z", "a")),
    ],
)
def test_a_wrong_slope_is_found_and_named(name, box, slopes, wrong):
    chain = Chain(changed(name, box, slopes=slopes))
    assert chain.links[chain.wrong_link] == wrong
    assert f"the slope d{wrong[1]}/d{wrong[0]} that was written down" in chain.words(0)


def test_the_words_hold_the_numbers():
    words = Chain("two_paths").words(Chain("two_paths").home)
    assert words == (
        "x = 2.0000: u = 4.0000, v = 6.0000, C = 24.0000. Through u 6.0000 · 4.0000 = 24.0000. "
        "Through v 4.0000 · 3.0000 = 12.0000. The sum is dC/dx = 36.0000; the nudge says 36.0000."
    )


def bent(slope_at_0):
    """Return a relu over a range with 0 in its middle."""

    def slope(x):
        return np.where(x > 0, 1.0, np.where(x == 0, slope_at_0, 0.0))

    return Graph("bent", "x", (Box("C", "relu(x)", ("x",), lambda x: np.maximum(x, 0), (slope,)),), -1, 1, 0)


def test_at_a_kink_nudging_decides_nothing_and_no_slope_is_called_wrong():
    chain = Chain(bent(0.0))
    assert chain.wrong_link is None
    np.testing.assert_array_equal(chain.kinks, np.arange(251) == 125)
    assert chain.words(125) == "x = 0: C = 0. The slope is dC/dx = 0; here is a kink, and nudging cannot decide."
    assert chain.words(200) == "x = 0.6000: C = 0.6000. The slope is dC/dx = 1.0000; the nudge says 1.0000."
    (box,) = bent(0.0).boxes
    wrong = Chain(replace(bent(0.0), boxes=(replace(box, slopes=(lambda x: 1.0 * (x > 0.5),)),)))
    np.testing.assert_array_equal(wrong.wrong[:, 0], (wrong.x > 0) & (wrong.x <= 0.5))
    said = "They do not agree: the slope dC/dx that was written down is 0, and nudging x gives 1.0000."
    assert said in wrong.words(150)
    for right, nearest in ((50, "0.0080"), (125, "0.0080"), (200, "0.4960")):  # 125 is the kink
        assert wrong.words(right).endswith(
            "Elsewhere they do not agree: the slope dC/dx that was written down is wrong, "
            f"for example at x = {nearest}."
        )


def test_right_slopes_where_a_box_is_steep_are_not_called_wrong():
    for low in (0.001, 1e-4):
        chain = Chain(Graph("t", "x", (Box("C", "log x", ("x",), np.log, (lambda x: 1 / x,)),), low, 1, 0.5))
        assert chain.wrong_link is None
        assert not chain.kinks.any()
        np.testing.assert_allclose(chain.nudged, 1 / chain.x, rtol=1e-6)
    wrong = Chain(Graph("t", "x", (Box("C", "log x", ("x",), np.log, (lambda x: 1 / x**2,)),), 1e-4, 1, 0.5))
    assert wrong.wrong_link == 0
    assert wrong.wrong[0, 0]


def exponential(slope, low, high):
    return Chain(Graph("t", "x", (Box("u", "exp x", ("x",), np.exp, (slope,)),), low, high, 0))


def test_a_slope_that_is_wrong_everywhere_is_flagged_everywhere():
    chain = exponential(lambda x: 2 * np.exp(x), -8, 8)
    assert chain.wrong.all()
    said = {chain.words(position).partition("that was written down")[0] for position in range(POSITIONS + 1)}
    assert all("They do not agree: the slope du/dx " in words for words in said)


def test_a_slope_that_is_wrong_only_where_it_is_small_is_flagged_there_alone():
    chain = exponential(lambda x: np.where(x < -6, 2, 1) * np.exp(x), -8, 8)
    np.testing.assert_array_equal(chain.wrong[:, 0], chain.x < -6)
    assert "Elsewhere they do not agree" in chain.words(125)


def test_where_rounding_hides_a_wrong_slope_nothing_is_said_to_agree():
    chain = exponential(lambda x: 2 * np.exp(x), -30, 8)
    assert not chain.wrong[0, 0]
    assert "Rounding hides here whether they agree: the slope du/dx that was written down is wrong" in chain.words(0)


def line(slope, x="x", y="y"):
    """Return a box that multiplies by 1 and says that its slope is another one."""
    return Box(y, x, (x,), lambda x: x, (slope,))


def test_of_two_wrong_slopes_the_one_that_is_wrong_here_is_named():
    first = line(lambda x: np.where(x < 0, 2.0, 1.0), "x", "u")
    chain = Chain(Graph("t", "x", (first, line(lambda u: np.where(u > 0.5, 3.0, 1.0), "u", "C")), -1, 1, 0))
    assert chain.wrong_links == [0, 1]
    assert "They do not agree: the slope du/dx that was written down is 2.0000" in chain.words(0)
    assert "They do not agree: the slope dC/du that was written down is 3.0000" in chain.words(POSITIONS)
    assert "Elsewhere they do not agree: the slope du/dx" in chain.words(150)


def test_a_wrong_slope_whose_product_is_right_is_called_both():
    square = Box("C", "u²", ("u",), lambda u: u**2, (lambda u: 2 * u,))
    chain = Chain(Graph("t", "x", (line(lambda x: 2.0, "x", "u"), square), -1, 1, 0))
    assert "They do not agree: the slope du/dx" in chain.words(0)
    assert chain.words(chain.home).endswith(
        "the nudge says 0. They agree, but the slope du/dx that was written down is 2.0000, and nudging x gives 1.0000."
    )


def test_slopes_that_are_each_within_the_tolerance_and_together_are_not_are_told():
    first, *others = (line(lambda x: 1 + 0.8e-6, *names) for names in (("x", "u"), ("u", "v"), ("v", "C")))
    chain = Chain(Graph("t", "x", (first, *others), -1, 1, 0))
    assert chain.wrong_link is None
    assert "They do not agree, although each slope alone does: small errors add up, or the chain is" in chain.words(0)
    first = replace(first, slopes=(lambda x: np.where(x > 0.5, 2, 1 + 0.8e-6),))
    chain = Chain(Graph("t", "x", (first, *others), -1, 1, 0))
    assert not chain.wrong[0].any()
    assert "They do not agree: the slope du/dx that was written down is wrong, for example at" in chain.words(0)


@pytest.mark.parametrize(("last", "told"), [(1e-300, "1.00e+20"), (1.0, "∞")])
def test_slopes_whose_product_is_huge_are_told_and_stop_nothing(last, told):
    slopes = (("x", "u", 1e160), ("u", "v", 1e160), ("v", "C", last))
    boxes = [Box(to, "f", (by,), lambda x: x, (lambda x, s=s: np.full_like(x, s),)) for by, to, s in slopes]
    chain = Chain(Graph("t", "x", tuple(boxes), 0, 1, 0.5))
    assert f" = {told}. This is dC/dx = {told};" in chain.words(0)


def as_numbers(text):
    return [Decimal(found.replace("−", "-")) for found in re.findall(r"−?[\d.]+(?:e[−+]\d+)?", text)]


def assert_rounded(value, shown):
    """Assert that a number rounds to what is shown, to its last digit, of which there are four after the point."""
    last = shown.as_tuple().exponent if abs(shown) < Decimal("0.001") else min(-4, shown.as_tuple().exponent)
    assert abs(value - shown) <= Decimal(10) ** last / 2, (value, shown)


def test_the_factors_in_the_words_multiply_and_the_products_add_up_to_the_last_digit(chain):
    for position in range(POSITIONS + 1):
        _, rest = chain.words(position).split(": ", 1)
        sentences = re.findall(r"(\S+(?: · \S+)+) = (\S+)\. ", rest)
        assert len(sentences) == len(chain.paths)
        found = []
        for factors, product in sentences:
            (shown,) = as_numbers(product)
            assert_rounded(math.prod(as_numbers(factors)), shown)
            found.append(shown)
        (total,) = as_numbers(re.search(r"is dC/d\w = ([^;]+);", rest)[1])
        assert sum(found) == total


def test_the_places_have_two_decimals(chain):
    assert chain.x.tolist() == np.round(chain.x, 2).tolist()


def test_a_slope_that_is_not_all_of_it_has_a_round_d():
    def slopes(*functions):
        return functions

    boxes = (
        Box("u", "x²", ("x",), lambda x: x**2, slopes(lambda x: 2 * x)),
        Box("v", "3 · u", ("u",), lambda u: 3 * u, slopes(lambda u: 3 + 0 * u)),
        Box("C", "u · v", ("u", "v"), lambda u, v: u * v, slopes(lambda u, v: v, lambda u, v: u)),
    )
    chain = Chain(Graph("t", "x", boxes, -1, 1, 0.5))
    assert dict(zip(chain.links, chain.signs, strict=True)) == {
        ("x", "u"): "d",
        ("u", "v"): "d",
        ("u", "C"): "∂",
        ("v", "C"): "d",
    }
    assert set(Chain("two_paths").signs) == {"d"}


def test_a_path_without_a_box_between_is_called_so():
    slopes = (lambda u, x: 0 * u + 1, lambda u, x: 0 * u + 1)
    total = Box("C", "u + x", ("u", "x"), lambda u, x: u + x, slopes)
    words = Chain(
        Graph("t", "x", (Box("u", "2 · x", ("x",), lambda x: 2 * x, (lambda x: 2.0,)), total), -1, 1, 0)
    ).words(0)
    assert "Through u 1.0000 · 2.0000 = 2.0000. Directly 1.0000. The sum is dC/dx = 3.0000;" in words


ONE = Box("u", "x", ("x",), lambda x: x, (lambda x: 1 + 0 * x,))


@pytest.mark.parametrize(
    ("graph", "error", "words"),
    [
        ("cube", ValueError, "Known: square, sigmoid, two_paths"),
        (3, TypeError, "a name from GRAPHS or a Graph was expected"),
        (Graph("t", "x", (), 0, 1, 0), ValueError, "has 0 boxes"),
        (Graph("t", "x", (ONE,), 1, 0, 0), ValueError, "low < high was expected"),
        (Graph("t", "x", (ONE, ONE), 0, 1, 0), ValueError, "Two values are called u"),
        (Graph("t", "x", (replace(ONE, sources=("y",)),), 0, 1, 0), ValueError, "uses y; before it there is x"),
        (Graph("t", "x", (replace(ONE, slopes=()),), 0, 1, 0), ValueError, "1 source and 0 slopes"),
        (Graph("t", "x", (ONE, replace(ONE, name="v")), 0, 1, 0), ValueError, "Nothing uses u"),
        (
            Graph("t", "x", (replace(ONE, f=lambda x: x / 0.0),), 0, 1, 0),
            ValueError,
            "u is no finite number at x = 0. Choose",
        ),
        (
            Graph("t", "x", (replace(ONE, f=np.log),), 1e-7, 1, 1),
            ValueError,
            "cannot be nudged|not every value can be nudged",
        ),
        (
            Graph("t", "x", (replace(ONE, slopes=(lambda x: 1 / x,)),), -1, 1, 0),
            ValueError,
            "the slope of u in x is no finite",
        ),
        (Graph("t", "x", (replace(ONE, f=np.exp),), 0, 1000, 0), ValueError, "u is no finite number at x = 71"),
        (Graph("t", "x", (replace(ONE, f=math.sin),), 0, 1, 0), ValueError, "np.sin works, math.sin does not"),
        (
            Graph("t", "x", (replace(ONE, f=lambda x: None),), 0, 1, 0),
            ValueError,
            "u cannot be computed (TypeError: u holds None",
        ),
        (Graph("t", "x", (replace(ONE, f=lambda x: x[:3]),), 0, 1, 0), ValueError, "u cannot be computed (ValueError"),
        (
            Graph("t", "x", (replace(ONE, f=lambda x: x.foo),), 0, 1, 0),
            ValueError,
            "u cannot be computed (AttributeError",
        ),
        (Graph("t", "x", (replace(ONE, f=3),), 0, 1, 0), TypeError, "f of the box u has to be a function"),
        (Graph("t", "x", (replace(ONE, slopes=np.cos),), 0, 1, 0), TypeError, "slopes a tuple with one function"),
        (Graph("t", "x", (replace(ONE, sources="x"),), 0, 1, 0), TypeError, "The sources of u are 'x' (str), a tuple"),
        (Graph("t", "x", (replace(ONE, sources=("x", "x")),), 0, 1, 0), ValueError, "names a source twice"),
        (Graph("t", "x", 3, 0, 1, 0), TypeError, "The boxes are 3 (int), a tuple was expected"),
        (Graph(5, "x", (ONE,), 0, 1, 0), TypeError, "The title is 5 (int), a text was expected"),
        (Graph("t", "", (ONE,), 0, 1, 0), TypeError, "The start is '' (str), a text was expected"),
        (Graph("t", "x", (replace(ONE, name=None),), 0, 1, 0), TypeError, "The name of a box is None"),
        (Graph("t", "x", (replace(ONE, formula=2),), 0, 1, 0), TypeError, "The formula of the box u is 2 (int)"),
        (Graph("t", "x", (3,), 0, 1, 0), TypeError, "3 (int) stands among the boxes of t"),
        (Graph("t", "x", (ONE,), "a", 1, 0), TypeError, "low of t is 'a', a finite number was expected"),
        (Graph("t", "x", (ONE,), 0, np.inf, 0), TypeError, "high of t is inf"),
        (Graph("t", "x", (ONE,) * 9, 0, 1, 0), ValueError, "has 9 boxes; 1 to 8 can be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(graph, error, words):
    with pytest.raises(error, match=words.replace("(", r"\(").replace(")", r"\)")):
        Chain(graph)


def test_more_paths_than_can_be_shown_are_refused_in_words():
    boxes, before = [], "x"
    for i in range(2):
        sides = [Box(f"{name}{i}", "·", (before,), lambda x: x, (lambda x: 1.0,)) for name in "uvw"]
        names = tuple(side.name for side in sides)
        before = f"s{i}"
        boxes += [*sides, Box(before, "+", names, lambda a, b, c: a + b + c, (lambda a, b, c: 1.0,) * 3)]
    with pytest.raises(ValueError, match="t has 9 paths from x to s1; at most 8 can be shown"):
        Chain(Graph("t", "x", tuple(boxes), 0, 1, 0))
