"""What is chosen is one state for all views, no click is lost while the kernel answers, and what is said is heard."""

import re

import numpy as np
import pytest
from explorers import make, received
from test_pages import Page

from backprop_lib.numerals import readable
from backprop_lib.widgets import EpochStepper
from backprop_lib.widgets.explorer import joined
from backprop_lib.widgets.page import _plain

NAMES = ("_sent", "_settings", "_choices", "_problem", "_answered", "_where", "lecture")
SOURCE = joined("bytes.js", "parts.js", "shared.js") + "\nexport { bytesAgain, makeController, readable };"

DURING = """async ([source, before, after, actions]) => {
    const { bytesAgain, makeController } = await import(
        URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const state = bytesAgain(before), heard = {}, asked = [];
    let lose_patience, gone = false;
    window.setTimeout = action => { lose_patience = action; };
    const controller = makeController({
        get: name => state[name],
        set: (name, value) => { state[name] = value; },
        on: (name, listener) => { heard[name] = [...(heard[name] ?? []), listener]; },
        save_changes: () => {},
        send: content => {
            if (gone) throw new Error('Cannot send');
            if (content.kind !== 'ping') asked.push(content);
        },
    });
    controller.listen(() => {});
    controller.change({ batch_size: 4 });
    for (const [name, value] of actions) {
        if (name === 'late') lose_patience();
        else if (name === 'end') gone = true;
        else if (name === 'then') controller.then(() => controller.scrub(controller.state.position + value));
        else controller[name](value);
    }
    for (let i = 0; i < asked.length && !gone; i += 1) {
        Object.assign(state, bytesAgain(after), { _answered: asked[i].request });
        for (const name of ['_sent', '_where', '_answered']) heard[`change:${name}`].forEach(listener => listener());
    }
    const { position, picked, playing, waiting, problem } = controller.state;
    return { position, picked, playing, waiting, problem, told: state._shown, settings: controller.settings() };
}"""


def state_of(explorer):
    return {name: _plain(getattr(explorer, name)) for name in NAMES}


@pytest.mark.parametrize(
    ("actions", "position"),
    [
        ([["scrub", 3], ["scrub", 9]], 9),
        ([["step", None], ["scrub", 9], ["step", None]], 10),
        ([["scrub", 9], ["step", None], ["scrub", 4]], 4),
        ([["step", None], ["then", 5]], 6),
        ([["scrub", 1000]], 20),
        ([["late", None], ["scrub", 3], ["scrub", 9]], 9),
        ([["scrub", 9], ["late", None], ["step", None]], 10),
        ([["late", None], ["step", None], ["back", None], ["step", None]], 1),
        ([["late", None], ["scrub", 9], ["change", {"seed": 5}], ["step", None]], 10),
    ],
)
def test_a_slider_moved_while_the_kernel_answers_is_where_it_was_put(chromium, actions, position):
    stepper = EpochStepper("moons", epochs=20)
    before = state_of(stepper)
    stepper.change(seed=3)
    page = chromium.new_page()
    now = page.evaluate(DURING, [SOURCE, before, state_of(stepper), actions])
    assert [now["position"], now["told"]["position"]] == [position, position]
    page.close()


def test_a_reset_forgets_where_the_slider_was_put_before(chromium):
    stepper = EpochStepper("moons", epochs=20)
    before = state_of(stepper)
    stepper.change(seed=3)
    page = chromium.new_page()
    actions = [["late", None], ["scrub", 9], ["reset", None]]
    assert page.evaluate(DURING, [SOURCE, before, state_of(stepper), actions])["position"] == 0
    page.close()


def test_steps_made_while_the_kernel_was_late_are_not_made_twice_where_nothing_new_came(chromium):
    stepper = EpochStepper("moons", epochs=20)
    before = state_of(stepper)
    page = chromium.new_page()
    actions = [["late", None], ["step", None], ["step", None], ["back", None]]
    refused = {**before, "_where": {**before["_where"], "position": 1}}  # the kernel has heard of them
    assert page.evaluate(DURING, [SOURCE, before, refused, actions])["position"] == 1
    page.close()


@pytest.mark.parametrize(
    ("actions", "playing"),
    [
        (["toggle"], True),
        (["toggle", "toggle"], False),
        (["toggle", "toggle", "toggle"], True),
        (["toggle", "step"], False),
        (["step", "toggle"], True),
        (["change", "toggle"], True),
        (["toggle", "change"], False),
        (["toggle", "reset"], False),
    ],
)
@pytest.mark.parametrize("refused", [False, True])
def test_play_clicked_while_the_kernel_answers_plays_after_it(chromium, actions, playing, refused):
    stepper = EpochStepper("moons", epochs=20)
    before = state_of(stepper)
    if not refused:
        stepper.change(batch_size=4)
    page = chromium.new_page()
    values = {"change": {"seed": 3}}
    now = page.evaluate(DURING, [SOURCE, before, state_of(stepper), [[name, values.get(name)] for name in actions]])
    assert (now["playing"], now["waiting"]) == (playing, False)
    page.close()


@pytest.mark.parametrize(
    ("actions", "position"),
    [
        (["end", "late"], 7),
        (["end", "change"], 7),
        (["end", "reset"], 0),
        (["reset", "end", "late"], 0),
        (["late", "end", "step", "late"], 8),
        (["late", "end", "reset"], 0),
        (["step", "end", "late"], 8),
    ],
)
def test_a_kernel_that_ends_before_it_answers_is_not_waited_for(chromium, actions, position):
    stepper = EpochStepper("moons", epochs=20)
    stepper.epoch = 7
    before = state_of(stepper)
    page = chromium.new_page()
    values = {"change": {"seed": 3}}
    now = page.evaluate(DURING, [SOURCE, before, before, [[name, values.get(name)] for name in actions]])
    assert not now["waiting"]
    assert (now["position"], now["settings"]) == (position, before["_settings"])
    if "reset" not in actions:
        assert now["problem"]["words"] == "The kernel is gone: run the cell again. Stepping still works."
    page.close()


@pytest.mark.parametrize("late", ["in time", "late", "late after it"])
@pytest.mark.parametrize("name", ["bench", "delta", "forward"])
def test_a_choice_made_while_the_kernel_answers_is_kept(chromium, name, late):
    explorer = make(name)
    before = state_of(explorer)
    which = next(iter(explorer._pickable()))
    explorer._packed = None  # so that the answer brings another recording
    explorer._publish()
    assert explorer._sent["id"] > before["_sent"]["id"]
    pick = ["pick", {which: 2}]
    actions = {"in time": [pick], "late": [["late", None], pick], "late after it": [pick, ["late", None]]}[late]
    page = chromium.new_page()
    now = page.evaluate(DURING, [SOURCE, before, state_of(explorer), actions])
    assert now["picked"] == {**explorer._where["picked"], which: 2}
    assert now["told"]["picked"] == {which: 2}  # and nothing that another window may have chosen meanwhile
    page.close()


HEAR = """async ([source, state, news, does]) => {
    const { makeController } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const model = { ...state, _sent: { arrays: {}, facts: {}, id: 1, frames: 9 } }, heard = {}, seen = [];
    const controller = makeController({
        get: name => model[name], set: () => {}, save_changes: () => {}, send: () => {},
        on: (name, listener) => { heard[name] = listener; },
    });
    controller.listen(what => seen.push(what));
    if (does) controller[does]();
    seen.length = 0;
    model._where = { ...model._where, ...news };
    heard['change:_where']();
    return [controller.state.picked, seen];
}"""


def test_a_choice_made_in_another_window_or_by_code_is_taken_up(chromium):
    place = {"position": 2, "playing": False, "moved": True, "moves": 0, "by": "", "id": 1, "picked": {"mistake": 0}}
    state = {"_where": place, "_problem": {}, "_settings": {}}
    page = chromium.new_page()
    for news in ({"picked": {"mistake": 4}, "by": "another"}, {"picked": {"mistake": 4}, "moves": 1}):
        picked, seen = page.evaluate(HEAR, [SOURCE, state, news])
        assert picked == {"mistake": 4}
        assert "picked" in seen
    assert "picked" not in page.evaluate(HEAR, [SOURCE, state, {"position": 3, "by": "another"}])[1]
    # by code, while it plays here: it goes on
    news = {"picked": {"mistake": 4}, "moves": 1, "moved": False, "playing": True}
    assert page.evaluate(HEAR, [SOURCE, state, news, "toggle"]) == [{"mistake": 4}, ["picked"]]
    page.close()


UNSEEN = """async ([source, state, news]) => {
    const { makeController } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const model = { ...state, _sent: { arrays: {}, facts: {}, id: 1, frames: 9 } }, heard = {}, told = [];
    makeController({
        get: name => model[name], set: (_, value) => told.push(value), save_changes: () => {}, send: () => {},
        on: (name, listener) => { heard[name] = listener; },
    });
    model._where = { ...model._where, ...news };
    heard['change:_where']();
    await new Promise(done => { let n = 5; (function f() { n-- ? requestAnimationFrame(f) : done(); })(); });
    return told;
}"""


def test_a_window_that_shows_no_view_does_not_end_the_play_of_another(chromium):
    place = {"position": 2, "playing": False, "moved": True, "moves": 0, "by": "", "id": 1, "picked": {}}
    page = chromium.new_page()
    state = {"_where": place, "_problem": {}, "_settings": {}}
    assert page.evaluate(UNSEEN, [SOURCE, state, {"playing": True, "by": "another"}]) == []
    page.close()


TWICE = """async ([source, state]) => {
    const { bytesAgain, makeController } = await import(
        URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const model = bytesAgain(state), told = [];
    const controller = makeController({
        get: name => model[name], set: (_, value) => told.push(JSON.stringify(value)),
        save_changes: () => {}, send: () => {}, on: () => {},
    });
    controller.scrub(5);
    controller.scrub(5);
    return told;
}"""


def test_the_same_place_told_twice_is_told_twice(chromium):
    page = chromium.new_page()
    first, second = page.evaluate(TWICE, [SOURCE, state_of(make("stepper"))])
    assert first != second  # else the widget manager sends nothing, though another window may have moved meanwhile
    page.close()


LATE = """() => {
    // The kernel is there and says nothing for long.
    window.pageModel = pageModel;
    pageModel.standalone = false;
    pageModel.widget_manager = { kernel: { status: 'busy' } };
    window.asked = [];
    pageModel.send = content => { if (content.kind !== 'ping') window.asked.push(content); };
    pageModel.on = (name, listener) => { window.heard = { ...window.heard, [name]: listener }; };
}"""


def test_a_moved_number_is_kept_once_however_late_the_kernel_is_and_a_refusal_is_seen(chromium, tmp_path):
    path = make("forward").to_html(tmp_path / "late.html")
    text = path.read_text(encoding="utf-8")
    begin = "const pageWidget = explorer();"
    assert text.count(begin) == 1
    path.write_text(text.replace(begin, f"({LATE})();\n{begin}"), encoding="utf-8")
    page = chromium.new_page()
    page.clock.install()
    page.goto(path.as_uri())
    root = page.locator(".bp-explorer")
    move = root.get_by_role("combobox", name="Move")
    root.locator(".bp-scrub input").fill("25")
    move.select_option(index=1)
    move.select_option(index=2)
    page.clock.run_for(9000)
    move.select_option(index=3)
    assert page.evaluate("window.asked.map(({ settings }) => settings)") == [{"keep": ["x[0]", 25]}]
    assert root.get_by_role("status").inner_text().startswith("W1[0, 1] = −0.5000. ")
    page.reload()
    root.locator(".bp-scrub input").fill("25")
    move.select_option(index=1)
    page.evaluate(
        """() => {
            const values = { _answered: window.asked[0].request, _problem: { words: 'It was interrupted.' } };
            const { get } = pageModel;
            pageModel.get = name => values[name] ?? get(name);
            window.heard['change:_answered']();
        }"""
    )
    assert root.get_by_role("alert").inner_text() == "It was interrupted."
    assert root.get_by_role("status").inner_text().startswith("x[0] = 1.5000, it was 1.0000. ")
    assert move.evaluate("select => select.selectedOptions[0].text") == "x[0]"
    page.context.close()


@pytest.mark.parametrize(
    ("name", "label", "choice"),
    [
        ("bench", "Mistake", 3),
        ("delta", "Output and loss", 1),
        ("delta", "Samples n", 2),
        ("forward", "Move", 7),
    ],
)
def test_two_views_show_one_choice(chromium, tmp_path, name, label, choice):
    path = make(name).to_html(tmp_path / "two.html")
    text = path.read_text(encoding="utf-8")
    render = 'pageWidget.render({ model: pageModel, el: document.getElementById("explorer") });'
    assert text.count(render) == 1
    path.write_text(text.replace(render, f"{render}\n{render}"), encoding="utf-8")
    page = chromium.new_page()
    page.goto(path.as_uri())
    views = page.locator(".bp-explorer")
    views.nth(1).wait_for()
    views.nth(1).get_by_role("combobox", name=label).select_option(index=choice)
    views.nth(0).locator(".bp-scrub input").fill("7")
    words = [views.nth(i).get_by_role("status").inner_text() for i in (0, 1)]
    assert words[0] == words[1]
    assert views.nth(0).get_by_role("combobox", name=label).evaluate("select => select.selectedIndex") == choice
    page.context.close()


@pytest.mark.parametrize("name", ["chain", "stepper", "tracer"])
def test_where_play_stopped_is_said(chromium, tmp_path, name):
    opened = Page(chromium, make(name).to_html(tmp_path / "page.html"))
    said = opened.root.locator(".bp-said")
    assert said.get_attribute("aria-live") == "polite"
    opened.click("Reset")
    opened.click("Play")
    opened.await_position("at > 1")
    assert said.text_content() == ""
    opened.click("Pause")
    assert said.text_content() == opened.words
    opened.click("Step")
    assert said.text_content() == ""  # the status line itself speaks then
    opened.close()


def test_what_the_arrows_mark_in_an_equation_is_said_with_what_it_stands_for(chromium, tmp_path):
    opened = Page(chromium, make("forward").to_html(tmp_path / "page.html"))
    opened.root.locator(".bp-walk").first.focus()
    said = opened.root.locator(".bp-said")
    first = said.text_content()
    opened.page.keyboard.press("ArrowRight")
    second = said.text_content()
    assert re.fullmatch(r"z\s?j: unit 1 of layer 1: 2\.5000", first)
    assert re.fullmatch(r"a\s?i: x\[0\]: 1\.0000; x\[1\]: 2\.0000", second)
    assert opened.problems == []
    opened.close()


@pytest.mark.parametrize("width", [700, 1366])
def test_a_weight_is_chosen_by_a_click_on_its_line_also_where_the_line_is_thin_or_has_a_gap(chromium, tmp_path, width):
    path = make("forward").to_html(tmp_path / "page.html")
    opened = Page(chromium, path, viewport={"width": width, "height": 900})
    names = opened.root.locator(".bp-edge-hit title").all_text_contents()
    assert len(names) == 12
    heights = opened.root.locator(".bp-edge-hit").evaluate_all(
        """hits => hits.map(hit => {
            const at = hit.getPointAtLength(0.7 * hit.getTotalLength());
            const { x, y } = at.matrixTransform(hit.getScreenCTM());
            let high = 0;
            for (let d = -12; d <= 12; d += 1) high += document.elementFromPoint(x, y + d) === hit;
            return high;
        })"""
    )
    assert min(heights) >= 8
    chosen = opened.root.get_by_label("Move")
    for i, name in enumerate(names):
        x, y = (
            opened.root.locator(".bp-edge-hit")
            .nth(i)
            .evaluate(
                """hit => {
                const { x, y } = hit.getPointAtLength(0.7 * hit.getTotalLength()).matrixTransform(hit.getScreenCTM());
                return [x, y + 3];
            }"""
            )
        )
        opened.page.mouse.click(x, y)
        found = re.fullmatch(r"weight from unit (\d+) of layer \d+ to unit (\d+) of layer (\d+):.*", name)
        source, target, layer = (int(number) for number in found.groups())
        assert chosen.evaluate("select => select.selectedOptions[0].text") == f"W{layer}[{source - 1}, {target - 1}]"
    opened.close()


def test_the_slope_of_the_sigmoid_lights_up_in_the_equation(chromium, tmp_path):
    opened = Page(chromium, make("delta").to_html(tmp_path / "page.html"))
    opened.root.locator(".bp-product [data-term=slope]").first.hover()
    lit = opened.root.locator(".bp-equation .bp-hovered")
    assert lit.count() == 1
    assert re.search(r"\(\s*1\s*[−-]", lit.first.text_content())
    opened.close()


def test_what_units_compute_is_told_in_words_and_below_0_by_a_bar(chromium, tmp_path):
    stepper = EpochStepper("digits", hidden_sizes=(20,), hidden="tanh", epochs=5)
    page = Page(chromium, stepper.to_html(tmp_path / "page.html"))
    page.root.get_by_text("What each unit computes").click()
    canvas = page.root.locator("details[open] .bp-fitted")
    page.scrub.fill("4")
    stepper.epoch = 4
    a = stepper.network.forward(received(stepper._sent, "shown_X")).a[1]
    label = canvas.get_attribute("aria-label")
    low, high = (float(text.replace("−", "-")) for text in re.search(r"from (\S+) to ([\d.−]+),", label).groups())
    assert [low, high] == pytest.approx([a.min(), a.max()], abs=2e-4)
    assert f"{round(100 * (a > 0).mean())} % above 0, {round(100 * (a < 0).mean())} % below" in label
    bars = canvas.evaluate(
        """(canvas, [rows, units]) => {
            const cell = Math.min(20, Math.floor((canvas.clientWidth - 23) / units));
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const at = (x, y) => data[4 * (Math.floor(y) * canvas.width + Math.floor(x)) + 2];
            const of = (row, unit) => at(20 + (unit + 0.5) * cell, (row + 0.5) * 18 + 1) < 40;
            return [...Array(rows).keys()].map(row => [...Array(units).keys()].map(unit => of(row, unit)));
        }""",
        [len(a), 20],
    )
    assert 20 < (a < 0).sum() < a.size - 20
    np.testing.assert_array_equal(bars, a < 0)
    page.root.get_by_text("Weights as pictures").click()
    assert " W from −" in page.root.locator("canvas[aria-label^='W and b of layer 2']").get_attribute("aria-label")
    assert page.problems == []
    page.close()


def test_python_and_the_browser_write_a_number_the_same_way(chromium):
    values = [
        0,
        1,
        -2.5,
        1e-3,
        9.99e-4,
        0.12345,
        0.03125,
        0.015625,
        2 + 2**-9,
        0.09375,
        1 / 3,
        9999.99994,
        1e4,
        -12345.678,
        6.4812e-5,
        -3e-12,
        7e300,
        10250,
        10350,
        11250,
        999500,
        1000500,
        2.0**-10,
    ]
    values += np.random.default_rng(0).normal(size=200).tolist()
    page = chromium.new_page()
    there = page.evaluate(
        """async ([source, values]) => {
            const { readable } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
            const all = [...values, NaN, Infinity, -Infinity];
            return [0, 1, 4].map(more => all.map(value => readable(value, more)));
        }""",
        [SOURCE, values],
    )
    page.close()
    values += [float("nan"), float("inf"), -float("inf")]
    assert there == [[readable(value, more) for value in values] for more in (0, 1, 4)]
