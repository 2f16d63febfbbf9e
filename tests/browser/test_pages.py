"""Every explorer on a page of its own: no kernel, no internet, and still it steps, plays and answers the keyboard."""

import io
import itertools
import math
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from explorers import EXPLORERS, make
from looks import axe_violations, faults
from PIL import Image

from backprop_lib import Network
from backprop_lib.numerals import readable
from backprop_lib.widgets import (
    BackwardTracer,
    ChainExplorer,
    CheckBench,
    ForwardExplorer,
    GradientFlow,
    TapeViewer,
)
from backprop_lib.widgets.chain import Box, Graph
from backprop_lib.widgets.explorer import joined
from backprop_lib.widgets.output_sweeps import SAMPLES, OutputSweeps
from backprop_lib.widgets.page import _plain

SCREENSHOTS = Path(__file__).resolve().parents[2] / "test-results"
PATIENCE = 10_000


class Page:
    """A page with one explorer, by what a person or a screen reader finds there."""

    def __init__(self, browser, path, **context):
        self.page = browser.new_context(**{"viewport": {"width": 1366, "height": 900}, **context}).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.problems = []
        self.asked_for = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("request", lambda request: self.asked_for.append(request.url))
        self.page.goto(path.as_uri())
        self.root = self.page.locator(".bp-explorer")
        self.root.wait_for()
        self.await_frames(3)  # a scroll bar may still take some of the width

    def click(self, name):
        self.button(name).click()

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def words(self):
        return self.root.get_by_role("status").inner_text()

    @property
    def trouble(self):
        """What the explorer says went wrong; nothing if all is well."""
        return self.root.locator(".bp-problem").inner_text()

    @property
    def position(self):
        return int(self.scrub.input_value())

    @property
    def scrub(self):
        return self.root.locator(".bp-scrub input")

    def await_position(self, test):
        self.page.wait_for_function(
            f"input => {{ const at = Number(input.value); return {test}; }}", arg=self.scrub.element_handle()
        )

    def await_frames(self, count):
        self.page.evaluate(
            "n => new Promise(done => { (function f() { n-- > 0 ? requestAnimationFrame(f) : done(); })(); })", count
        )

    def painted(self):
        """Return all that is drawn: the bytes of the canvases and the texts."""
        return self.root.evaluate(
            "root => root.innerText + [...root.querySelectorAll('canvas')].map(c => c.toDataURL()).join('')"
        )

    def close(self):
        self.page.context.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name in EXPLORERS:
        for lecture in (False, True):
            explorer = make(name, lecture=lecture)
            made[name, lecture] = explorer.to_html(folder / f"{name}_{lecture}.html")
            explorer.close()
    return made


@pytest.fixture(params=EXPLORERS)
def opened(request, chromium, files):
    page = Page(chromium, files[request.param, False])
    yield page
    page.close()


def test_it_is_there_and_asks_for_nothing(opened):
    assert opened.problems == []
    assert [url for url in opened.asked_for if not url.startswith(("file:", "data:"))] == []
    assert opened.words.endswith(".")


def test_every_button_moves_every_part(opened):
    opened.click("Reset")
    start, painted, words = opened.position, opened.painted(), opened.words
    opened.click("Step")
    assert opened.position == start + 1
    assert opened.words != words
    assert opened.painted() != painted
    opened.click("Back")
    assert (opened.position, opened.words, opened.painted()) == (start, words, painted)
    opened.scrub.fill("5")
    assert opened.position == 5
    opened.click("Reset")
    assert opened.painted() == painted
    assert opened.trouble == ""
    assert opened.problems == []


def test_play_runs_to_the_end_and_pause_stops_it(opened):
    opened.scrub.fill("0")
    opened.root.get_by_label("Speed").select_option(index=1)
    opened.click("Play")
    opened.await_position("at >= 3")
    opened.click("Pause")
    paused = opened.position
    opened.await_frames(30)
    assert opened.position == paused
    opened.root.get_by_label("Speed").select_option(index=2)
    opened.click("Play")
    opened.button("Play").wait_for()
    assert opened.position == int(opened.scrub.get_attribute("max"))
    opened.click("Play")  # from the end it begins again
    opened.await_position("at >= 1 && at < Number(input.max)")
    opened.click("Reset")
    opened.button("Play").wait_for()
    assert opened.problems == []


def test_the_keyboard_alone_is_enough(opened):
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Reset"
    opened.scrub.evaluate("input => { input.value = 2; input.dispatchEvent(new Event('input')); }")
    page.keyboard.press("ArrowRight")
    assert opened.position == 3
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert opened.position == 1
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement === document.querySelector('.bp-scrub input')")
    page.keyboard.press("Space")
    opened.button("Pause").wait_for()
    page.keyboard.press("Space")
    opened.button("Play").wait_for()
    at = opened.position
    page.keyboard.press("ArrowRight")
    assert opened.position == min(at + 1, int(opened.scrub.get_attribute("max")))


def test_fast_clicks_are_all_counted(opened):
    opened.scrub.fill("0")
    opened.button("Step").evaluate("button => { for (let i = 0; i < 25; i += 1) button.click(); }")
    assert opened.position == min(25, int(opened.scrub.get_attribute("max")))


ASKS = {"bench": "Setting", "flow": "Activation", "tracer": "Pass over", "chain": "Computation", "stepper": "Data"}
"""A setting of each that needs the kernel."""


@pytest.mark.parametrize("name", ASKS)
def test_what_needs_a_kernel_says_so_and_goes_back(chromium, files, name):
    opened = Page(chromium, files[name, False])
    select = opened.root.locator(f'.bp-choice:has-text("{ASKS[name]}") select').last
    before = select.input_value()
    other = select.evaluate("s => [...s.options].map(o => o.value).find(v => v !== s.value)")
    select.select_option(other)
    alert = opened.root.get_by_role("alert")
    alert.wait_for(state="visible")
    assert "This page has no kernel" in alert.inner_text()
    assert select.input_value() == before
    opened.scrub.fill("1")
    assert opened.problems == []
    opened.close()


def test_in_the_forward_explorer_without_a_kernel_one_number_at_a_time_is_moved(chromium, files):
    opened = Page(chromium, files["forward", False])
    assert "x[0] = 1.0000" in opened.root.inner_text()
    opened.scrub.fill("27")
    opened.root.get_by_label("Move").select_option(label="W1[0, 1]")
    assert "This page has no kernel" in opened.root.get_by_role("alert").inner_text()
    assert opened.position == 20
    assert opened.words.startswith("W1[0, 1] = −0.5000.")
    opened.scrub.fill("27")
    moved = "W1[0, 1] = 0.2000, it was −0.5000. a of the output: 3.2000, −0.7250; the loss is 0.8328."
    assert opened.words.startswith(moved)
    unit = opened.root.get_by_role("button", name="unit 1 of layer 2: ")
    unit.focus()
    assert "Unit 1 of layer 2: z = 2.5000 · 0.5000 + 1.7000 · 1.0000" in opened.root.inner_text()
    assert opened.root.locator(".bp-node.bp-changed").count() == 3
    opened.close()


def test_in_the_forward_explorer_a_unit_an_equation_and_a_sum_light_up_together(chromium, files):
    opened = Page(chromium, files["forward", False])
    root = opened.root
    root.locator(".bp-node").nth(6).hover()
    assert "Unit 2 of layer 2: z = 2.5000 · (−1.0000)" in root.inner_text()
    assert root.locator(".bp-node.bp-hovered").count() == 1
    for term, spans, nodes, lines in (("a", 3, 3, 0), ("W", 3, 0, 3), ("b", 1, 0, 0), ("z", 1, 1, 0)):
        root.locator(f".bp-equation [data-term={term}]").first.hover()
        assert root.locator(".bp-sum .bp-hovered").count() == spans
        assert root.locator(".bp-node.bp-hovered").count() == nodes
        assert root.locator("line.bp-hovered").count() == lines
    # with the keyboard: an input is looked at, and Enter makes the slider move it
    second = root.locator(".bp-node").nth(1)
    second.focus()
    assert "x[1] = 2.0000 is an input." in root.inner_text()
    opened.page.keyboard.press("Enter")
    assert opened.words.startswith("x[1] = 2.")
    assert opened.position == 20
    opened.page.keyboard.press("ArrowRight")  # arrows step from a unit as well
    assert opened.words.startswith("x[1] = 2.1000, it was 2.0000.")
    root.locator("text.bp-edge-label").first.click()
    assert root.get_by_label("Move").evaluate("select => select.selectedOptions[0].text") == "W1[0, 0]"
    assert opened.problems == []
    opened.close()


WALK = ("chain", "two_paths", "forward", "delta", "tracer", "tape")  # in these, parts of one quantity light up together
PLACES = "place => [...new Set([...place.querySelectorAll('[data-term]')].map(part => part.dataset.term))]"
LIT = """root => [...root.querySelectorAll('.bp-hovered')].map(
    part => [part.dataset.term, part.closest('.bp-walk') !== null])"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_what_the_pointer_lights_up_the_arrows_light_up(chromium, files, name):
    opened = Page(chromium, files[name, False])
    opened.scrub.fill("5")
    places = opened.root.locator(".bp-walk")
    assert places.count() == (name in WALK)
    for place in places.all():
        terms = place.evaluate(PLACES)
        assert len(terms) >= 3
        seen = []
        for key in ("Tab", *["ArrowRight"] * len(terms), "ArrowLeft", "Home", "End", "ArrowUp", "ArrowDown"):
            place.focus() if key == "Tab" else opened.page.keyboard.press(key)
            lit = opened.root.evaluate(LIT)
            one = next(term for term, is_inside in lit if is_inside)
            part = place.locator(f"[data-term='{one}']").first
            part.hover()
            assert opened.root.evaluate(LIT) == lit
            seen.append(one)
        assert seen == [*terms, terms[-1], terms[-2], terms[0], terms[-1], terms[-2], terms[-1]]
        place.evaluate("place => place.blur()")
        assert opened.root.evaluate(LIT) == []
        assert opened.position == 5
        place.focus()
        opened.page.keyboard.press(" ")
        opened.button("Pause").click()  # what is no arrow is the explorer's
    assert opened.problems == []
    opened.close()


def test_the_start_of_a_chain_is_dragged_on_its_picture(chromium, files):
    opened = Page(chromium, files["two_paths", False])
    canvas = opened.root.locator("canvas.bp-drag").first
    box = canvas.bounding_box()
    mouse = opened.page.mouse
    mouse.move(box["x"] + 60, box["y"] + 90)
    mouse.down()
    left = opened.position
    mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 90)
    mouse.up()
    assert left < opened.position < 175
    assert opened.root.locator("canvas.bp-drag").count() == 2  # the two links that leave x
    opened.root.locator(".bp-product [data-term='link:x:u']").first.hover()
    assert opened.root.locator(".bp-link.bp-hovered .bp-way").count() == 1
    assert opened.root.locator("figure.bp-hovered").count() == 1
    opened.close()


CHAIN_NUMBERS = """root => {
    const input = root.querySelector('.bp-scrub input');
    const texts = selector => [...root.querySelectorAll(selector)].map(part => part.textContent);
    return Array.from({ length: Number(input.max) + 1 }, (_, at) => {
        input.value = at;
        input.dispatchEvent(new Event('input'));
        return {
            words: root.querySelector('[role=status]').textContent,
            rows: [...root.querySelectorAll('.bp-product')].map(
                row => [...row.querySelectorAll('mn')].map(part => part.textContent)),
            boxes: [...root.querySelectorAll('.bp-node')].map(
                node => [...node.querySelectorAll('text')].map(text => text.textContent)),
            labels: texts('.bp-link-label'),
            captions: texts('figcaption'),
        };
    });
}"""


@pytest.mark.parametrize(("graph", "links"), [("square", "wz za aC"), ("sigmoid", "wz za aC"), ("two_paths", None)])
def test_in_the_chain_explorer_the_numbers_multiply_and_add_up_and_each_has_one_spelling(
    chromium, tmp_path, graph, links
):
    links = (links or "xu xv uC vC").split()
    opened = Page(chromium, ChainExplorer(graph).to_html(tmp_path / "chain.html"))

    def exact(text):
        return Decimal(text.strip("()").replace("−", "-"))

    def rounds(value, text):
        last = min(-4, exact(text).as_tuple().exponent)
        return abs(value - exact(text)) <= Decimal(10) ** last / 2

    for at in opened.root.evaluate(CHAIN_NUMBERS):
        *paths, total = at["rows"]
        for row in paths:
            assert f"{' · '.join(row[:-1])} = {row[-1]}." in at["words"]
            assert rounds(math.prod(map(exact, row[:-1])), row[-1]), at
        assert f"= {total[-1]};" in at["words"]
        assert sum(map(exact, total[:-1])) == exact(total[-1]) if len(paths) > 1 else total == [paths[0][-1]]
        slopes = {link: label.removeprefix("× ") for link, label in zip(links, at["labels"], strict=True)}
        assert sorted(slopes.values()) == sorted(n.strip("()") for row in paths for n in row[:-1])
        assert [caption.partition(" = ")[2] for caption in at["captions"]] == list(slopes.values())
        gradients = {title[0]: slope.partition(" = ")[2] for title, _, slope in at["boxes"][:-1]}
        gradients["C"] = "1"
        for name in gradients.keys() - "C":
            found = sum(exact(slopes[link]) * exact(gradients[link[1]]) for link in links if link[0] == name)
            assert rounds(found, gradients[name]), (name, at)
        for title, value, _ in at["boxes"]:
            assert f"{title[0]} = {value}" in at["words"]
    assert opened.problems == []
    opened.close()


def test_in_the_chain_explorer_every_wrong_slope_is_marked_where_it_is_wrong(chromium, tmp_path):
    boxes = (
        Box("u", "x", ("x",), lambda x: x, (lambda x: np.where(x < 0, 2.0, 1.0),)),
        Box("C", "u", ("u",), lambda u: u, (lambda u: np.where(u > 0.5, 3.0, 1.0),)),
    )
    graph = Graph("Two slips", "x", boxes, -1.0, 1.0, 0.25)
    opened = Page(chromium, ChainExplorer(graph).to_html(tmp_path / "slips.html"))
    captions, total = opened.root.locator("figcaption"), opened.root.locator(".bp-total")
    for position, wrong, elsewhere in ((0, 0, 0), (150, None, 1), (250, 1, 0)):
        opened.scrub.fill(str(position))
        assert ["(wrong: nudging gives 1.0000" in text for text in captions.all_inner_texts()] == [
            wrong == link for link in (0, 1)
        ]
        assert f"wrong{' elsewhere' * elsewhere}, see the marked pictures." in total.inner_text()
        assert ("Elsewhere they do not agree" in opened.words) == bool(elsewhere)
    assert opened.root.get_by_text("with the slope that was written down").count() == 2
    assert opened.problems == []
    opened.close()


def test_in_the_delta_explorer_a_term_lights_up_where_its_number_stands(chromium, files):
    opened = Page(chromium, files["delta", False])
    root = opened.root
    assert "ŷ = 0.0180" in root.inner_text()
    for term, figures in (("grad", 1), ("delta", 1), ("loss", 1), ("n", 0)):
        root.locator(f".bp-equation [data-term={term}]").first.hover()
        assert root.locator(".bp-product .bp-hovered").count() >= 1
        assert root.locator("figure.bp-hovered").count() == figures
    prime = root.locator(".bp-product mo", has_text="′")
    letter = root.locator(".bp-product [data-term=slope] mi").first
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert prime.evaluate(size) == letter.evaluate(size)
    root.get_by_label("Samples n").select_option(label="4")
    assert "n = 4" in root.inner_text()
    assert "slope −0.9820, by n: −0.2455" in root.inner_text()
    sweeps = OutputSweeps()
    badly_wrong = int(opened.scrub.input_value())
    for size, n in enumerate(SAMPLES):
        root.get_by_label("Samples n").select_option(label=str(n))
        assert f"binary_cross_entropy ends at {sweeps.runs[3, size, 4, badly_wrong, -1]:.4f}" in root.inner_text()
    root.get_by_label("Output and loss").select_option(label="linear output, mse")
    assert "the 2 that the square brings down stays" in root.inner_text()
    assert opened.problems == []
    opened.close()


def test_in_the_delta_explorer_the_factors_on_screen_multiply_to_the_product(chromium, files):
    opened = Page(chromium, files["delta", False])
    places = range(int(opened.scrub.get_attribute("max")) + 1)
    for combination, size in itertools.product(("half_mse", "binary cross-entropy"), ("1", "10")):
        opened.root.get_by_label("Output and loss").select_option(label=f"sigmoid output, {combination}")
        opened.root.get_by_label("Samples n").select_option(label=size)
        for position in places:
            opened.scrub.fill(str(position))
            numbers = re.search(r"delta = (\S+) · (\S+) = ([^;]+);", opened.words).groups()
            grad, slope, delta = (Decimal(number.strip("()").replace("−", "-")) for number in numbers)
            last = Decimal(10) ** delta.as_tuple().exponent  # one in the last digit on screen
            assert abs(grad * slope - delta) <= last, (combination, size, position)
    assert opened.problems == []
    opened.close()


SUMS = {
    "a factor twice": lambda **more: TapeViewer(lambda u, v: u * u / v, u=3.0, v=2.0, **more),
    "nothing but one": lambda **more: TapeViewer(lambda x: x / x, x=2.0, **more),
    "arrays": lambda **more: TapeViewer(
        lambda x, w: ((x @ w - 1) ** 2).sum() / (w * w).sum() + (x * x).sum(),
        x=np.ones((2, 3)),
        w=np.arange(6.0).reshape(3, 2),
        **more,
    ),
    "softmax": lambda **more: TapeViewer(lambda a, b: -(a.exp() / (a.exp() + b.exp())).log(), a=1.0, b=2.0, **more),
    "the tape": lambda **more: TapeViewer(**more),
    "skips": lambda **more: ChainExplorer(SKIPS, **more),
    "two paths": lambda **more: ChainExplorer("two_paths", **more),
}


def added(*names):
    """Return the parts of a box that adds its sources."""
    slopes = tuple(lambda *values: np.ones_like(values[0]) for _ in names)
    return " + ".join(names), names, lambda *values: sum(values), slopes


SKIPS = Graph(
    "Skips",
    "x",
    (Box("u", *added("x")), Box("v", *added("u", "x")), Box("w", *added("v", "u", "x")), Box("C", *added("w", "x"))),
    -1.0,
    1.0,
    0.5,
)

# For each arrow the boxes that it goes through although it does not begin or end there, and pairs of labels that meet.
CROSSED = """root => {
    const nodes = [...root.querySelectorAll('.bp-node')].map(node => node.querySelector('rect').getBBox());
    const holds = ({ x: left, y: top, width, height }, { x, y }) =>
        x > left + 1 && x < left + width - 1 && y > top + 1 && y < top + height - 1;
    const crossed = [...root.querySelectorAll('.bp-way')].flatMap(way => {
        const length = way.getTotalLength();
        const points = Array.from({ length: 200 }, (_, i) => way.getPointAtLength(((i + 0.5) / 200) * length));
        return nodes.filter(node => points.some(point => holds(node, point)));
    });
    const texts = [...root.querySelectorAll('.bp-link-label')].filter(text => text.textContent);
    const labels = texts.map(text => text.getBBox());
    const across = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width;
    const meet = (a, b) => across(a, b) && a.y < b.y + b.height - 2 && b.y < a.y + a.height - 2;
    const meeting = labels.flatMap((a, i) => labels.slice(i + 1).filter(b => meet(a, b)));
    const covered = labels.filter(label => nodes.some(node => meet(label, node)));
    return [crossed.length, meeting.length + covered.length];
}"""


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("width", [700, 1366])
def test_arrows_go_around_boxes_and_labels_do_not_meet(chromium, tmp_path, name, width):
    opened = Page(chromium, SUMS[name]().to_html(tmp_path / "sum.html"), viewport={"width": width, "height": 900})
    opened.scrub.fill(opened.scrub.get_attribute("max"))
    assert opened.root.evaluate(CROSSED) == [0, 0]
    if name == "a factor twice":
        assert opened.root.locator(".bp-link-label", has_text="× 3").count() == 2
    if name == "nothing but one":
        assert sorted(opened.root.locator(".bp-link-label").all_text_contents()) == ["× 0.5", "× −0.5"]
    opened.page.screenshot(path=SCREENSHOTS / f"page_graph_{name.replace(' ', '_')}_{width}.png", full_page=True)
    assert opened.problems == []
    opened.close()


def test_a_long_tape_scrolls_in_a_narrow_page_and_what_is_active_is_seen(chromium, tmp_path):
    tape = TapeViewer(lambda a, b: -(a.exp() / (a.exp() + b.exp())).log(), a=1.0, b=2.0)
    opened = Page(chromium, tape.to_html(tmp_path / "tape.html"), viewport={"width": 700, "height": 900})
    place = opened.root.locator(".bp-graph-place")
    assert place.evaluate("place => place.scrollWidth > place.clientWidth + 50")
    least = "place => Math.min(...[...place.querySelectorAll('text')].filter(text => text.textContent)"
    assert place.evaluate(f"{least}.map(text => text.getBoundingClientRect().height)) > 9")
    for position in range(1, tape.frames + 1):
        opened.scrub.fill(str(position))
        lit = opened.root.locator(".bp-node.bp-lit").bounding_box()
        outer = place.bounding_box()
        assert outer["x"] <= lit["x"]
        assert lit["x"] + lit["width"] <= outer["x"] + outer["width"]
    assert opened.root.evaluate(CROSSED) == [0, 0]
    assert axe_violations(opened.page) == []
    assert faults(opened.root) == []
    before = opened.position
    place.focus()
    opened.page.keyboard.press("ArrowLeft")  # scrolls, and does not step
    assert opened.position == before
    opened.page.set_viewport_size({"width": 1500, "height": 900})
    opened.await_frames(5)
    assert place.get_attribute("tabindex") is None
    assert place.evaluate("place => place.scrollWidth <= place.clientWidth")
    assert opened.problems == []
    opened.close()


def chain_of(count, formula="tanh({})"):
    """Return a chain of so many boxes."""
    names = ["x", *(f"u{i}" for i in range(1, count + 1))]
    slopes = (lambda x: 1 - np.tanh(x) ** 2,)
    boxes = [Box(to, formula.format(by), (by,), np.tanh, slopes) for by, to in itertools.pairwise(names)]
    return Graph("Own", "x", tuple(boxes), -1.0, 1.0, 0.2)


def sizes_on_screen(root):
    """Return the least size of a text in a diagram, in pixels."""
    return root.locator(".bp-graph").evaluate(
        """svg => Math.min(...[...svg.querySelectorAll('text')].filter(text => text.textContent).map(
            text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""
    )


@pytest.mark.parametrize(("width", "lecture"), [(700, False), (1366, False), (1366, True)])
@pytest.mark.parametrize("boxes", [4, 6, 8])
def test_a_long_chain_scrolls_in_itself_and_can_be_read(chromium, tmp_path, boxes, width, lecture):
    explorer = ChainExplorer(chain_of(boxes), lecture=lecture)
    page = explorer.to_html(tmp_path / "chain.html")
    opened = Page(chromium, page, viewport={"width": width, "height": 900})
    for position in ("0", "150", "250"):
        opened.scrub.fill(position)
        assert opened.page.evaluate("document.documentElement.scrollWidth") == width
        assert faults(opened.root) == []
        assert sizes_on_screen(opened.root) >= 8.99
        texts = " ".join(opened.root.locator(".bp-graph text").all_text_contents())
        assert "…" not in texts  # no digit is cut
    assert axe_violations(opened.page) == []
    product = opened.root.locator(".bp-product-row[data-scrolls]")
    assert product.count() == ((boxes, width, lecture) in [(6, 700, False), (8, 700, False), (8, 1366, True)])
    if product.count():
        product.evaluate("row => { row.scrollLeft = row.scrollWidth; }")
        opened.root.locator(".bp-products").focus()
        opened.page.keyboard.press("Home")
        assert product.locator(".bp-hovered").first.bounding_box()["x"] >= product.bounding_box()["x"]
        before = opened.position
        product.focus()
        opened.page.keyboard.press("ArrowRight")  # scrolls, and does not step
        opened.page.wait_for_function("row => row.scrollLeft > 0", arg=product.element_handle())
        assert opened.position == before
    opened.page.set_viewport_size({"width": 2600, "height": 900})
    opened.await_frames(5)
    assert opened.root.locator(".bp-product-row[tabindex]").count() == 0
    assert opened.problems == []
    opened.close()


LONG = {
    "formula": lambda **more: ChainExplorer(chain_of(2, "a formula of {}, and forty-eight characters long"), **more),
    "name": lambda **more: TapeViewer(
        lambda a_long_input_name_that_goes_on_and_on: (a_long_input_name_that_goes_on_and_on * 2).exp(),
        a_long_input_name_that_goes_on_and_on=0.3,
        **more,
    ),
    "start": lambda **more: ChainExplorer(
        Graph(
            "Own",
            "a_long_name_for_the_start_of_all",
            (Box("C", "x", ("a_long_name_for_the_start_of_all",), np.tanh, (lambda x: 1 - np.tanh(x) ** 2,)),),
            -1.0,
            1.0,
            0.2,
        ),
        **more,
    ),
}


@pytest.mark.parametrize(("width", "lecture"), [(360, False), (700, False), (1366, True)])
@pytest.mark.parametrize("name", LONG)
def test_long_names_and_formulas_are_readable_or_cut_and_told_in_full(chromium, tmp_path, name, width, lecture):
    page = LONG[name](lecture=lecture).to_html(tmp_path / "long.html")
    opened = Page(chromium, page, viewport={"width": width, "height": 900})
    opened.scrub.fill(str(3 * int(opened.scrub.get_attribute("max")) // 4))
    assert sizes_on_screen(opened.root) >= 8.99
    if width > 360:
        assert faults(opened.root) == []
        assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    cut = opened.root.locator(".bp-graph text:has(title)").evaluate_all(
        "texts => texts.map(text => [text.firstChild.data, text.querySelector('title').textContent])"
    )
    assert cut or width > 360
    for words, whole in cut:
        begin, end = words.split("…")
        assert whole.startswith(begin)
        assert whole.endswith(end)
        assert end == "" or re.fullmatch(r" = [−\d.]+", end)
    if (name, width) == ("start", 360):
        assert any(re.search(r"… = 0\.\d{4,}$", words) for words, _ in cut)
    assert opened.problems == []
    opened.close()


def test_a_sample_that_is_traced_alone_keeps_its_number(chromium, tmp_path):
    opened = Page(chromium, BackwardTracer(sample=2).to_html(tmp_path / "alone.html"))
    shown = opened.root.get_by_label("Diagram shows").locator("option")
    assert shown.all_inner_texts() == ["sample 3"]
    opened.close()


LEAST_LETTERS = """root => {
    const heights = [...root.querySelectorAll('.bp-network text')]
        .filter(text => text.textContent)
        .map(text => text.getBoundingClientRect().height);
    return Math.min(...heights) / parseFloat(getComputedStyle(root).fontSize);
}"""


@pytest.mark.parametrize(("width", "lecture"), [(1366, False), (1920, True)])
def test_the_numbers_of_a_deep_network_are_readable_and_stay_in_their_units(chromium, tmp_path, width, lecture):
    X, y = np.random.default_rng(0).standard_normal((5, 3)), np.eye(3)[[0, 1, 2, 0, 1]]
    rng = np.random.default_rng(0)
    network = Network((3, 4, 4, 4, 4, 4, 4, 3), hidden="leaky_relu", loss="softmax_cross_entropy", rng=rng)
    made = BackwardTracer(network, X, y, lecture=lecture)
    opened = Page(chromium, made.to_html(tmp_path / "deep.html"), viewport={"width": width, "height": 1080})
    for position in (20, made.frames):
        opened.scrub.fill(str(position))
        assert opened.root.evaluate(LEAST_LETTERS) > 0.7
        place = opened.root.locator(".bp-graph-place")
        assert place.evaluate("place => place.scrollWidth <= place.clientWidth")  # all of it is seen
        assert opened.root.evaluate(
            """root => [...root.querySelectorAll('.bp-node')].every(node => {
                const room = 0.9 * node.querySelector('rect').getBBox().width;
                return [...node.querySelectorAll('text')].every(text => text.getComputedTextLength() <= room);
            })"""
        )
    assert opened.problems == []
    opened.close()


def test_a_run_that_explodes_is_drawn_with_its_dashes_and_said_to_be_above_the_chart(chromium, tmp_path):
    opened = Page(chromium, CheckBench("activations_of_another_layer", "square_relu").to_html(tmp_path / "a.html"))
    canvas = opened.root.locator("canvas")
    # How many rows of pixels of the chart have none of the color of the run, above the lowest that has it.
    bare = """canvas => {
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        const lit = y => Array.from({ length: width }, (_, x) => 4 * (y * width + x)).some(
            i => data[i] > 190 && Math.abs(data[i + 1] - 94) < 40 && data[i + 2] < 60 && data[i + 3] > 200);
        const rows = Array.from({ length: height }, (_, y) => lit(y));
        return rows.slice(rows.indexOf(true), rows.lastIndexOf(true)).filter(row => !row).length;
    }"""
    opened.scrub.fill("10")
    assert canvas.evaluate(bare) > 10
    opened.page.evaluate(
        """() => {
            window.said = [];
            const pens = CanvasRenderingContext2D.prototype;
            const fill = pens.fillText;
            pens.fillText = function (text, ...at) {
                window.said.push(text);
                return fill.call(this, text, ...at);
            };
        }"""
    )
    opened.scrub.fill("11")
    assert "now above the chart" in opened.page.evaluate("window.said")
    opened.scrub.fill("0")
    opened.page.evaluate("window.said = []")
    opened.scrub.fill("1")
    assert "now above the chart" not in opened.page.evaluate("window.said")
    assert opened.problems == []
    opened.close()


def doubled(weights, functions, z, a, y):
    """Return the right gradients of the running example, but one entry of dW2 twice as large."""
    delta = (a[-1] - y) / len(y)
    below = (delta @ weights[1].T) * functions[0].derivative(z[0])
    dW2 = a[1].T @ delta
    dW2[1, 0] *= 2
    return [a[0].T @ below, dW2], [below.sum(axis=0), delta.sum(axis=0)]


def test_the_tracer_stops_at_the_first_tensor_that_differs_and_shows_both(chromium, tmp_path):
    opened = Page(chromium, BackwardTracer(backward=doubled).to_html(tmp_path / "own.html"))
    root = opened.root
    assert opened.words.endswith("Yours differs first in step 9; Play halts there.")
    root.get_by_label("Speed").select_option(index=2)
    root.get_by_label("Jump to").select_option(label="backward, layer 2")
    assert opened.position == 6
    opened.click("Play")
    opened.button("Play").wait_for()
    assert opened.position == 9
    assert "Your dW2 differs" in opened.words
    assert root.locator("table[data-quantity='dW2']").count() == 1
    yours = root.locator("table[data-quantity='your dW2']")
    marked = yours.locator("td.bp-differs")
    assert marked.count() == 1
    assert (marked.get_attribute("data-row"), marked.get_attribute("data-column")) == ("1", "0")
    opened.click("Reset")
    root.get_by_label("Jump to").select_option(label="the first difference")
    assert opened.position == 9
    opened.click("Reset")
    opened.click("Finish phase")
    assert opened.position == 4
    opened.click("Finish phase")
    opened.click("Finish phase")
    assert opened.position == 15
    assert opened.problems == []
    opened.close()


def test_where_play_halts_both_tensors_are_in_sight_on_a_small_screen_too(chromium, tmp_path):
    path = BackwardTracer(backward=doubled).to_html(tmp_path / "own.html")
    opened = Page(chromium, path, viewport={"width": 700, "height": 420})
    opened.root.get_by_label("Speed").select_option(index=2)
    opened.root.get_by_label("Jump to").select_option(label="backward, layer 2")
    opened.click("Play")
    opened.page.wait_for_function("() => document.querySelector('.bp-scrub input').value === '9'")
    opened.button("Play").wait_for(state="attached")
    for name in ("dW2", "your dW2"):
        box = opened.root.locator(f"table[data-quantity='{name}']").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 420
    opened.close()


def test_in_the_tracer_a_term_lights_up_in_all_four_panes(chromium, files):
    opened = Page(chromium, files["tracer", False])
    opened.scrub.fill("11")
    for term in ("delta2", "W2", "grad_a1"):
        opened.root.locator(f".bp-equation [data-term={term}]").first.hover()
        for pane in (".bp-graph g", ".bp-equation *", ".bp-code li.bp-here *", ".bp-matrices table"):
            assert opened.root.locator(f"{pane}.bp-hovered").count() >= 1, (term, pane)
    opened.scrub.fill("7")
    assert [node.text_content() for node in opened.root.locator(".bp-node.bp-lit").all()] == [
        "a 2.5000f′ 1.0000",
        "a −1.2500f′ 1.0000",
    ]
    opened.scrub.fill("11")
    opened.root.locator("table[data-quantity=grad_a1] td").nth(4).hover()
    assert "grad_a1[1, 1] = " in opened.root.locator(".bp-sum").inner_text()
    opened.close()


def test_in_the_tracer_an_error_is_written_out_as_what_arrives_times_the_slope(chromium, tmp_path):
    network, X, y = large((2, 3, 2), 4, output="sigmoid")
    made = BackwardTracer(network, X, y)
    opened = Page(chromium, made.to_html(tmp_path / "sigmoid.html"))
    matrices = opened.root.locator(".bp-matrices")
    for position, layer in ((8, 2), (13, 1)):
        opened.scrub.fill(str(position))
        names = [f"grad_a{layer}", f"slope{layer}", f"delta{layer}"]
        assert [one.get_attribute("data-quantity") for one in matrices.locator("table").all()] == names
        shapes = [one.inner_text() for one in matrices.locator("caption").all()]
        assert shapes == [f"{name} {made.traced.quantities[name].value.shape}" for name in names]
        assert opened.root.locator(f".bp-equation .bp-used[data-term=slope{layer}]").text_content().startswith("f′")
        assert opened.root.locator(f".bp-code .bp-here .bp-used[data-term=slope{layer}]").count() == 1
        assert opened.root.locator(".bp-sum").inner_text().endswith("its product is written out here.")
        matrices.locator(f"table[data-quantity=delta{layer}] td").first.focus()
        opened.page.keyboard.press("ArrowDown")
        opened.page.keyboard.press("ArrowRight")
        cells = matrices.locator(".bp-in-sum")
        places = [cell.get_attribute("data-row") + cell.get_attribute("data-column") for cell in cells.all()]
        assert places == ["11"] * 3
        grad_a, slope, delta = cells.all_inner_texts()
        grad_a = f"({grad_a})" if grad_a.startswith("−") else grad_a
        assert opened.root.locator(".bp-sum").inner_text() == (
            f"{names[2]}[1, 1] = {names[0]}[1, 1] · {names[1]}[1, 1] = {grad_a} · {slope} = {delta}"
        )
    assert opened.problems == []
    opened.close()


@pytest.mark.parametrize("width", [700, 1366])
@pytest.mark.parametrize("loss", ["half_mse", "mse", "half_sse", "binary_cross_entropy", "softmax_cross_entropy"])
def test_in_the_tracer_what_each_step_makes_is_lit_in_the_network(chromium, tmp_path, loss, width):
    network, X, y = large((2, 3, 2), 4, loss=loss)
    y = np.array([0, 1, 1, 0]) if loss == "softmax_cross_entropy" else (y > 0).astype(float)
    made = BackwardTracer(network, X, y)
    opened = Page(chromium, made.to_html(tmp_path / f"{loss}.html"), viewport={"width": width, "height": 900})
    outputs = {"z_shifted": "z̄", "y_hat": "ŷ"}
    for position, step in enumerate(made.traced.steps, 1):
        opened.scrub.fill(str(position))
        lit = opened.root.locator(".bp-graph .bp-lit")
        assert lit.count() >= 1, step.name
        if step.name == "C":
            assert lit.all_text_contents() == [f"C {step.output:.4f}"]
            assert lit.evaluate(
                """box => {
                    const [inner, outer] = [box, box.closest('.bp-graph')].map(one => one.getBoundingClientRect());
                    return inner.top > outer.top && inner.bottom <= outer.bottom && inner.right <= outer.right;
                }"""
            )
        if step.name in outputs:
            assert lit.locator("text").nth(1).text_content().startswith(outputs[step.name])
            assert lit.count() == 2
    opened.click("Reset")
    assert opened.root.locator(".bp-node[data-term=C]").text_content() == "C"
    assert opened.problems == []
    opened.close()


FOCUS = """() => {
    const { activeElement: at } = document;
    const table = at.closest('.bp-matrices table');
    return table ? [table.dataset.quantity, at.dataset.row, at.dataset.column] : [at.className];
}"""


def test_in_the_tracer_a_step_leaves_the_focus_at_the_same_entry_or_at_the_code(chromium, files):
    opened = Page(chromium, files["tracer", False])
    opened.scrub.fill("8")
    opened.root.locator("table.bp-output td").first.focus()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.evaluate(FOCUS) == ["delta2", "1", "1"]
    step = "button => button.click()"  # the focus stays where it is, as when code or another window steps
    opened.button("Step").evaluate(step)
    assert opened.page.evaluate(FOCUS) == ["dW2", "1", "1"]
    assert opened.root.locator(".bp-sum").inner_text().startswith("dW2[1, 1] = ")
    assert opened.root.locator(".bp-matrices td[tabindex='0']").count() == 1
    opened.page.keyboard.press("ArrowLeft")
    assert opened.page.evaluate(FOCUS) == ["dW2", "1", "0"]
    opened.button("Step").evaluate(step)  # the entries of db2 are not written out
    assert opened.page.evaluate(FOCUS) == ["bp-code"]
    opened.page.keyboard.press("ArrowRight")
    assert opened.position == 11
    opened.root.locator("table.bp-output td").first.focus()
    for key in ("ArrowDown",) * 3:
        opened.page.keyboard.press(key)
    assert opened.page.evaluate(FOCUS) == ["grad_a1", "3", "0"]
    opened.root.get_by_label("Diagram shows").evaluate(
        "s => { s.selectedIndex = 1; s.dispatchEvent(new Event('change')); }"
    )
    assert opened.page.evaluate(FOCUS) == ["grad_a1", "3", "0"]
    opened.scrub.evaluate("input => { input.value = 9; input.dispatchEvent(new Event('input')); }")
    assert opened.page.evaluate(FOCUS) == ["dW2", "0", "0"]  # it has three rows
    opened.button("Reset").evaluate(step)
    assert opened.page.evaluate(FOCUS) == ["bp-code"]
    assert opened.problems == []
    opened.close()


@pytest.mark.parametrize(("begin", "quantity"), [(8, "dW2"), (9, "db2")])
def test_in_the_tracer_space_plays_and_pauses_from_an_entry(chromium, files, begin, quantity):
    opened = Page(chromium, files["tracer", False])
    opened.root.get_by_label("Speed").select_option(index=0)
    opened.scrub.fill(str(begin))
    opened.root.locator("table.bp-output td").first.focus()
    opened.page.keyboard.press("Space")
    opened.button("Pause").wait_for()
    opened.root.locator(f"table.bp-output[data-quantity={quantity}]").wait_for()
    assert opened.root.evaluate("root => root.contains(document.activeElement)")
    opened.page.keyboard.press("Space")
    opened.button("Play").wait_for()
    assert opened.position == begin + 1
    assert opened.problems == []
    opened.close()


PLACE = """part => {
    const { x, y, width, height } = part.getBBox(), place = part.getScreenCTM();
    const corner = new DOMPoint(x, y).matrixTransform(place);
    return [Math.round(corner.x), Math.round(corner.y), Math.floor(width * place.a), Math.floor(height * place.d)];
}"""


def gray(opened, edges, rim=3):
    """Return the gray values of what is drawn between two layers, but for a rim beside their units."""
    x, y, width, height = edges.evaluate(PLACE)
    clip = {"x": x + rim, "y": y, "width": width - 2 * rim, "height": height}
    return np.asarray(Image.open(io.BytesIO(opened.page.screenshot(clip=clip))).convert("L"), dtype=int)


def share(one, other):
    """Return which share of two drawings looks different without color."""
    return float(np.mean(np.abs(one - other) > 40))


STROKES = """lines => lines.map(line => {
    const { strokeWidth, strokeDasharray } = getComputedStyle(line);
    return [strokeWidth, strokeDasharray];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "lecture"), [(700, False), (1366, False), (1366, True)])
def test_in_the_tracer_weights_that_are_read_made_or_pointed_at_are_told_apart_without_color(
    chromium, tmp_path, width, lecture, scheme
):
    made = tracer((4, 4, 4, 2), 5, lecture=lecture)
    path = made.to_html(tmp_path / "wide.html")
    opened = Page(chromium, path, viewport={"width": width, "height": 1200}, color_scheme=scheme)
    edges = opened.root.locator("g.bp-edges[data-term~=W2]")
    assert edges.locator("line").count() == 16
    assert opened.root.locator("text.bp-edge-label").count() == 0  # so many have no numbers
    outputs = [made.traced.output(i) for i in range(len(made.traced.steps))]
    looks, strokes = {}, []
    for name, output in (("plain", "z1"), ("read", "grad_a1"), ("read forward", "z2"), ("made", "dW2")):
        opened.scrub.fill(str(outputs.index(output) + 1))
        opened.page.mouse.move(0, 0)
        looks[name] = gray(opened, edges)
        strokes.append(edges.locator("line").evaluate_all(STROKES))
        term = {"read": "W2", "made": "dW2"}.get(name)
        if term:
            opened.root.locator(f".bp-equation [data-term={term}]").first.hover()
            looks[f"{name}, pointed at"] = gray(opened, edges)
            strokes.append(edges.locator("line").evaluate_all(STROKES))
    assert share(looks["read"], looks["read forward"]) < 0.05
    told_apart = [("plain", "read"), ("plain", "made"), ("read", "made")]
    told_apart += [(name, f"{name}, pointed at") for name in ("read", "made")]
    for one, other in told_apart:
        assert share(looks[one], looks[other]) > 0.1, (one, other)
    assert all(one == strokes[0] for one in strokes)  # thickness and dashes say how large a weight is
    assert opened.problems == []
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1366])
def test_in_the_forward_explorer_the_weights_of_a_sum_and_a_moved_one_are_seen_without_color(
    chromium, tmp_path, width, scheme
):
    path = forward_explorer((4, 4, 4, 2)).to_html(tmp_path / "wide.html")
    opened = Page(chromium, path, viewport={"width": width, "height": 900}, color_scheme=scheme)
    edges = opened.root.locator("g.bp-edges").nth(1)
    moved = opened.root.get_by_label("Move")
    moved.select_option(label="x[0]")
    opened.root.locator(".bp-node").nth(4).hover()
    opened.page.mouse.move(0, 0)
    plain = gray(opened, edges)
    moved.select_option(label="W2[1, 0]")
    marked = gray(opened, edges)
    assert share(plain, marked) > 0.01
    opened.root.locator(".bp-node").nth(10).hover()
    summed = gray(opened, edges)
    assert share(marked, summed) > 0.01
    opened.root.locator(".bp-equation [data-term=W]").first.hover()
    assert share(summed, gray(opened, edges)) > 0.02
    assert opened.problems == []
    opened.close()


def test_in_the_tape_viewer_the_order_of_the_walk_stands_in_the_table(chromium, files):
    opened = Page(chromium, files["tape", False])
    opened.scrub.fill("7")
    turns = [row.locator("td").last.inner_text() for row in opened.root.locator("tbody tr").all()]
    assert turns == ["", "", "", "2", "1"]
    opened.close()


def test_in_the_check_bench_every_mistake_can_be_chosen(chromium, files):
    opened = Page(chromium, files["bench", False])
    select = opened.root.get_by_role("combobox", name="Mistake")
    seen = set()
    for i in range(select.evaluate("select => select.options.length")):
        select.select_option(index=i)
        assert opened.words.endswith(".")
        assert opened.root.locator(".bp-tensors tbody tr").count() >= 1
        seen.add(opened.root.locator(".bp-verdict").inner_text())
    assert len(seen) > 10
    select.select_option(index=select.evaluate("s => [...s.options].findIndex(o => o.text.startsWith('The sign is'))"))
    assert opened.words.endswith("with the right gradients the loss is 0.8175, with the mistake the run has ended.")
    assert opened.problems == []
    opened.close()


def large(sizes, samples, **more):
    """Return a network, inputs and targets."""
    rng = np.random.default_rng(0)
    return Network(sizes, rng=rng, **more), rng.normal(size=(samples, sizes[0])), rng.normal(size=(samples, sizes[-1]))


def forward_explorer(sizes, **more):
    network, X, y = large(sizes, 1, hidden="tanh")
    return ForwardExplorer(network, X[0], y[0], **more)


def tracer(sizes, samples, **more):
    return BackwardTracer(*large(sizes, samples, hidden="tanh"), **more)


LARGE = {
    "forward, wide": lambda **more: forward_explorer((64, 80, 10), **more),
    "forward, deep": lambda **more: forward_explorer((4,) * 31, **more),
    "forward, wide and deep": lambda **more: forward_explorer((20,) * 12, **more),
    "tracer, wide": lambda **more: tracer((64, 80, 10), 20, **more),
    "tracer, deep": lambda **more: tracer((4,) * 31, 3, **more),
    "tracer, narrow and deep": lambda **more: tracer((2, *[3] * 14, 1), 5, **more),
    "forward, narrow and deep": lambda **more: forward_explorer((2, *[3] * 14, 1), **more),
    "tracer, many samples": lambda **more: tracer((2, 3, 2), 200, **more),
    "flow, dead": lambda **more: GradientFlow(depth=30, width=2, hidden="relu", **more),
    "flow, diverged": lambda **more: GradientFlow(depth=40, width=200, hidden="relu", gain=10, **more),
}


COVERED = """root => {
    const boxes = selector => [...root.querySelectorAll(selector)].map(part => part.getBoundingClientRect());
    const [labels, units] = [boxes('.bp-label-back'), boxes('.bp-node > rect')];
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return labels.filter(label => units.some(unit => meet(label, unit))).length;
}"""


@pytest.mark.parametrize(("width", "lecture"), [(700, False), (1366, False), (1024, True)])
@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_drawn_in_summary(chromium, tmp_path, name, width, lecture):
    opened = Page(
        chromium,
        LARGE[name](lecture=lecture).to_html(tmp_path / "large.html"),
        viewport={"width": width, "height": 1080},
    )
    end = int(opened.scrub.get_attribute("max"))
    for position in {0, 1, end // 3, 2 * end // 3, end}:
        opened.scrub.fill(str(position)) if end else None
        assert faults(opened.root) == []
        assert opened.root.evaluate(COVERED) == 0
        nodes = opened.root.locator(".bp-node")
        if nodes.count():
            assert nodes.count() <= 5 * 7
            nodes.last.hover()
            assert faults(opened.root) == []
    assert opened.problems == []
    assert axe_violations(opened.page) == []
    opened.page.screenshot(
        path=SCREENSHOTS / f"page_{name.replace(', ', '_').replace(' ', '_')}_{width}.png", full_page=True
    )
    opened.close()


def test_a_sample_and_a_sum_that_are_left_out_of_the_drawing_can_be_seen(chromium, tmp_path):
    opened = Page(chromium, LARGE["tracer, many samples"]().to_html(tmp_path / "samples.html"))
    opened.scrub.fill("1")
    opened.root.get_by_label("Diagram shows").select_option(label="sample 151")
    assert opened.root.locator("table[data-quantity=X] tr.bp-sample td[data-row='150']").count() == 2
    opened.close()
    opened = Page(chromium, LARGE["forward, deep"]().to_html(tmp_path / "deep.html"))
    assert "26 more" in opened.root.locator("svg").first.text_content()
    opened.root.locator(".bp-node").nth(12).hover()
    assert "(4 products from layer 28)" in opened.root.inner_text()
    opened.close()


def test_an_exception_inside_is_shown_in_words(opened):
    opened.page.evaluate("() => { Element.prototype.setAttribute = () => { throw new Error('no ink'); }; }")
    opened.scrub.fill("1")
    alert = opened.root.get_by_role("alert")
    alert.wait_for(state="visible")
    assert "could not be drawn: no ink" in alert.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EXPLORERS)
def test_axe_finds_nothing(chromium, files, name, scheme):
    opened = Page(chromium, files[name, False], color_scheme=scheme)
    opened.scrub.fill("2")
    for summary in opened.root.locator("summary").all():
        summary.click()
    assert axe_violations(opened.page) == []
    names = opened.root.locator("[aria-label]").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert [label for label in names if re.search(r"undefined|NaN|null|\[object|^\s*$", label)] == []
    opened.page.screenshot(path=SCREENSHOTS / f"page_{name}_{scheme}.png", full_page=True)
    opened.close()


def test_axe_would_find_a_missing_name(chromium, files):
    opened = Page(chromium, files["chain", False])
    opened.scrub.evaluate("input => input.removeAttribute('aria-label')")
    assert any("label" in violation for violation in axe_violations(opened.page))
    opened.close()


@pytest.mark.parametrize("lecture", [False, True])
@pytest.mark.parametrize("width", [700, 1366, 1920])
@pytest.mark.parametrize("name", EXPLORERS)
def test_nothing_is_clipped_or_overlaps(chromium, files, name, width, lecture):
    if lecture and width == 700:
        width = 1024  # the narrowest projector
    opened = Page(chromium, files[name, lecture], viewport={"width": width, "height": 1080})
    opened.scrub.fill(str(3 * int(opened.scrub.get_attribute("max")) // 4))
    opened.page.screenshot(path=SCREENSHOTS / f"page_{name}_{width}{'_lecture' * lecture}.png", full_page=True)
    assert faults(opened.root) == []
    assert opened.problems == []
    opened.close()


@pytest.mark.parametrize("name", EXPLORERS)
def test_who_wants_less_motion_gets_the_slowest_speed(chromium, files, name):
    opened = Page(chromium, files[name, False], reduced_motion="reduce")
    assert opened.root.get_by_label("Speed").evaluate("select => select.selectedIndex") == 0
    opened.close()


ANSWER = """async ([source, before, after, order]) => {
    const { bytesAgain, makeController } = await import(
        URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const state = bytesAgain(before), heard = {};
    let asked;
    const controller = makeController({
        get: name => state[name],
        set: (name, value) => { state[name] = value; },
        on: (name, listener) => { heard[name] = [...(heard[name] ?? []), listener]; },
        save_changes: () => {},
        send: content => { asked = content; },
    });
    controller.listen(() => {});
    controller.change({ learning_rate: 0.1 });
    controller.step();
    controller.step();
    Object.assign(state, bytesAgain(after), { _answered: asked.request });
    for (const name of order) (heard[`change:${name}`] ?? []).forEach(listener => listener());
    return [controller.state.position, state._shown.position, state._shown.moves === state._where.moves];
}"""


@pytest.mark.parametrize("order", list(itertools.permutations(["_sent", "_where", "_answered"])), ids="-".join)
@pytest.mark.parametrize("accepted", [True, False])
def test_clicks_that_waited_for_an_answer_count_in_whatever_order_its_parts_are_heard(chromium, accepted, order):
    stepper = make("stepper")
    stepper.epoch = 25
    names = ("_sent", "_settings", "_choices", "_problem", "_answered", "_where", "lecture")
    before = {name: _plain(getattr(stepper, name)) for name in names}
    rate = 0.1 if accepted else -1
    asked = {"kind": "change", "settings": {"learning_rate": rate}, "position": 25, "request": 1}
    stepper._handle_custom_msg(asked, [])
    after = {name: _plain(getattr(stepper, name)) for name in names}
    assert (before["_sent"]["id"] != after["_sent"]["id"], bool(after["_problem"])) == (accepted, not accepted)
    if not accepted:
        order = [name for name in order if name != "_sent"]
    source = joined("bytes.js", "parts.js", "shared.js") + "\nexport { bytesAgain, makeController };"
    page = chromium.new_page()
    assert page.evaluate(ANSWER, [source, before, after, list(order)]) == [27, 27, True]
    page.close()


TICKS = """async ([source, spans]) => {
    const { niceTicks } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    return spans.map(([low, high]) => [2, 3, 4, 5].map(count => niceTicks(low, high, count)));
}"""


def test_every_axis_has_two_numbers_at_least_and_not_too_many(chromium):
    spans = [[low, low + width] for low in np.linspace(-7, 7, 57) for width in (1e-4, 0.3, 1, 4.7, 9.3, 60, 2e5)]
    page = chromium.new_page()
    found = page.evaluate(TICKS, [joined("parts.js", "shared.js") + "\nexport { niceTicks };", spans])
    page.close()
    for span, lists in zip(spans, found, strict=True):
        for ticks in lists:
            assert 2 <= len(ticks) <= 8, (span, ticks)
            assert span[0] - 1e-6 <= ticks[0] < ticks[-1] <= span[1] + 1e-6, (span, ticks)


AXIS = """async ([source, spans]) => {
    const { drawAxes, niceTicks } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = '12px sans-serif';
    return spans.flatMap(([low, high]) => [160, 250, 420].map(width => {
        const written = [];
        pen.fillText = (label, x, y) => written.push([label, x, y, pen.measureText(label).width]);
        const axes = { x: [low, high], y: [0, 1], yTicks: niceTicks(0, 1, 4), xLabel: 'x' };
        const { box } = drawAxes({ pen, width, height: 200, size: 12, text: 'black' }, axes);
        return written.filter(([label, x, y]) => y > box.bottom && label !== 'x');
    }));
}"""


def test_the_numbers_below_an_axis_are_told_apart_and_do_not_meet(chromium):
    near = [[start, start + width] for start in (1e9, 1.7e9, -1e9, 1e6, 123456) for width in (1e-3, 1, 1000)]
    page = chromium.new_page()
    found = page.evaluate(
        AXIS, [joined("parts.js", "shared.js") + "\nexport { drawAxes, niceTicks };", [[-1, 1], *near]]
    )
    page.close()
    assert [float(label.replace("−", "-")) for label, *_ in found[2]] == [-1, -0.5, 0, 0.5, 1]
    for written in found[3:]:
        labels = [label for label, *_ in written]
        assert len(set(labels)) == len(labels) >= 2
        assert max(map(len, labels)) <= 15, labels
        numbers = [float(label.replace("−", "-")) for label in labels]
        steps = np.diff(numbers)
        np.testing.assert_allclose(steps, steps.mean(), rtol=1e-2)
    for written in found[1:]:
        if len(written) > 2:
            for (_, x, _, wide), (_, after, _, next_wide) in itertools.pairwise(written):
                assert x + wide / 2 < after - next_wide / 2, written


def test_in_the_flow_explorer_the_second_panel_draws_delta_or_the_gradients_of_the_weights(chromium, files):
    opened = Page(chromium, files["flow", False])
    opened.scrub.fill("7")
    flow = make("flow").flow
    panel = opened.root.locator(".bp-panel").nth(1)
    legend, theory = panel.locator(".bp-legend"), panel.get_by_text("theory, at the start")
    drawn = []
    for label, name, sizes in (("δ", "delta", flow.deltas), ("dW", "dW", flow.dW), ("δ", "delta", flow.deltas)):
        opened.root.get_by_label("Per layer").select_option(label=label)
        assert opened.words == flow.words(7, name)
        assert f"measured, {readable(sizes[7, 0])} in layer 1" in legend.inner_text()
        title = f"Size of {label} in each layer"
        assert panel.locator("figcaption").inner_text() == title
        assert panel.locator("canvas").get_attribute("aria-label").startswith(f"{title} at epoch 7: measured")
        assert theory.count() == (name == "delta")
        drawn.append(panel.locator("canvas").evaluate("canvas => canvas.toDataURL()"))
    assert drawn[0] == drawn[2] != drawn[1]
    opened.click("Step")
    opened.root.get_by_label("Per layer").select_option(label="dW")
    assert opened.words == flow.words(8, "dW")
    for width in (700, 1366, 1920):
        opened.page.set_viewport_size({"width": width, "height": 900})
        opened.await_frames(5)
        assert faults(opened.root) == []
    assert axe_violations(opened.page) == []
    assert opened.problems == []
    opened.close()


def test_a_legend_stays_in_its_panel_when_units_are_dead(chromium, tmp_path):
    opened = Page(chromium, GradientFlow(depth=30, width=2, hidden="relu").to_html(tmp_path / "dead.html"))
    entries = opened.root.locator(".bp-panel").evaluate_all(
        """panels => panels.map(panel => [...panel.querySelectorAll('.bp-legend li')].every(
            entry => entry.getBoundingClientRect().right <= panel.getBoundingClientRect().right + 1))"""
    )
    assert entries == [True] * 3
    assert opened.root.locator(".bp-panel").nth(1).locator("li").count() == 1  # no line of theory, no entry
    assert opened.root.locator(".bp-panel").nth(0).locator("li").count() == 2
    opened.close()
