"""Every explorer on a page of its own: no kernel, no internet, and still it steps, plays and answers the keyboard."""

import itertools
from pathlib import Path

import pytest
from explorers import EXPLORERS, make
from looks import axe_violations, faults

from backprop_lib.widgets.explorer import joined
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

    def click(self, name):
        self.button(name).click()

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def words(self):
        return self.root.get_by_role("status").inner_text()

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
    assert opened.problems == []


def test_play_runs_to_the_end_and_pause_stops_it(opened):
    opened.scrub.fill("0")
    opened.root.get_by_label("Speed").select_option(index=1)
    opened.click("Play")
    opened.await_position("at >= 3")
    opened.click("Pause")
    paused = opened.position
    opened.page.evaluate(
        "() => new Promise(done => { let n = 30; (function f() { n-- ? requestAnimationFrame(f) : done(); })(); })"
    )
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
    assert opened.words.startswith("W1[0, 1] = −0.5.")
    opened.scrub.fill("27")
    assert opened.words.startswith("W1[0, 1] = 0.2, it was −0.5. a of the output: 3.2, −0.725; the loss is 0.8328.")
    unit = opened.root.locator(".bp-node").nth(5)
    unit.focus()
    assert "Unit 1 of layer 2: z = 2.5000 · 0.5000 + 1.7000 · 1.0000" in opened.root.inner_text()
    assert opened.root.locator(".bp-node.bp-changed").count() == 3
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
    const { makeController } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const bytes = value => {
        if (Array.isArray(value)) return value.map(bytes);
        if (value === null || typeof value !== 'object') return value;
        if (typeof value.bytes === 'string') {
            return new DataView(Uint8Array.from(atob(value.bytes), letter => letter.charCodeAt(0)).buffer);
        }
        return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, bytes(entry)]));
    };
    const state = bytes(before), heard = {};
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
    Object.assign(state, bytes(after), { _answered: asked.request });
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
    source = joined("shared.js") + "\nexport { makeController };"
    page = chromium.new_page()
    assert page.evaluate(ANSWER, [source, before, after, list(order)]) == [27, 27, True]
    page.close()
