"""Every explorer in JupyterLab under strain: each control, any width, in the dark, far away, without a kernel, closed.

All explorers share one window of JupyterLab, and one behind a slow link; each has a notebook of its own there.
"""

import re
from functools import partial
from pathlib import Path

import nbformat
import pytest
from conftest import Lab, ask_kernel, await_kernel, notebook
from explorers import EXPLORERS, ONE_OF_EACH, cell
from looks import axe_violations, faults, unpainted
from shown import POSITION, Shown
from slow_link import SlowLink

from backprop_lib.widgets.explorer import Explorer

SCREENSHOTS = Path(__file__).resolve().parents[2] / "test-results"

OPEN = """async path => {
    const panel = await window.jupyterapp.commands.execute('docmanager:open', { path, kernel: { name: 'python3' } });
    window.jupyterapp.shell.activateById(panel.id);
    await panel.context.ready;
    await panel.sessionContext.ready;
}"""

PANEL = "window.jupyterapp.shell.currentWidget"

LEAVE = f"async () => {{ const panel = {PANEL}; await panel.sessionContext.shutdown(); panel.dispose(); }}"

FRAMES = """left => new Promise(done => {
    (function next() { left-- ? requestAnimationFrame(next) : done(); })();
})"""


@pytest.fixture(scope="module")
def window(lab):
    page = lab.open(notebook(lab, "strain", "pass"))
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def far_window(lab):
    """A window behind a link on which a round trip takes 300 ms."""
    with SlowLink(int(lab.url.rpartition(":")[2]), delay=0.3, rate=4e6 / 8) as link:
        page = Lab(f"http://127.0.0.1:{link.port}", lab.folder, lab.browser).open(notebook(lab, "strain_far", "pass"))
        yield page
        page.context.close()


def show(page, path):
    """Show a notebook in a window that is there."""
    page.evaluate(OPEN, path)
    page.wait_for_function(f"path => {PANEL}?.context?.path === path", arg=path)


@pytest.fixture(scope="module", params=ONE_OF_EACH)
def own_notebook(request, lab, window):
    """The notebook of an explorer, open in the window for all tests of it."""
    path = notebook(lab, f"strain_{request.param}", cell(request.param))
    show(window, path)
    yield request.param, path
    show(window, path)
    window.evaluate(LEAVE)


@pytest.fixture
def opened(lab, window, own_notebook):
    name, path = own_notebook
    window.problems.clear()
    show(window, path)
    assert lab.run_all(window) == []  # a new explorer
    yield Shown(window, name)
    assert window.problems == []


def visible(locator):
    return [one for one in locator.all() if one.is_visible()]


# ---- every control -----------------------------------------------------------------------------------------------

STATE = "{**explorer._settings, **explorer._where['picked']}"
"""What is chosen, of which all windows show the same."""

MODES = {"Speed", "Edit samples"}
"""What changes only how the next play or click goes."""

BY_HAND = {"added", "removed"}
"""Settings without a control: the samples of the epoch stepper, which are clicked; see test_run_views.py."""

KEYS = {
    "ArrowRight": lambda before, now, _: now == before + 1,
    "ArrowLeft": lambda before, now, _: now == before - 1,
    "PageUp": lambda before, now, _: now > before,
    "PageDown": lambda before, now, _: now < before,
    "End": lambda _, now, last: now == last,
    "Home": lambda _, now, __: now == 0,
}
"""What a slider's own keys do to it."""


class Hand:
    """Drives the controls of one view, and looks each time whether screen and kernel agree."""

    def __init__(self, shown):
        self.shown = shown
        self.settings = self._kernel()[1]
        self.driven = set()

    def _kernel(self):
        """Return the position, and each setting as its place among its choices, or as it is where there are none."""
        position, settings, choices = ask_kernel(
            self.shown.page, f"[{POSITION}, explorer._settings, explorer._choices]"
        )
        for name in set(settings) & set(choices):
            # What can be chosen is listed as value or as [value, text], or it is {value: text}.
            values = [
                one[0] if isinstance(one, list) and len(one) == 2 and isinstance(one[1], str) else one
                for one in choices[name]
            ]
            settings[name] = values.index(settings[name])
        return position, settings

    def do(self, act, at=None, *, changes=True):
        """Do something to a control, which then stands `at()`."""
        shown = self.shown
        painted, position = shown.painted, shown.position
        act()
        shown.await_answer()
        assert not shown.problem.is_visible(), shown.problem.inner_text()
        assert shown.page.problems == []
        before, (there, self.settings) = self.settings, self._kernel()
        if there != shown.position:
            await_kernel(shown.page, POSITION, shown.position)
        changed = {name: value for name, value in self.settings.items() if value != before.get(name)}
        self.driven |= set(changed)
        if at:
            assert changed == dict.fromkeys(changed, at()), "screen and kernel disagree"
        if changes and not changed and position == shown.position:
            shown.await_painted_unlike(painted)


def label_of(control):
    return control.evaluate("control => control.closest('label').firstChild.textContent")


def typed(box, text):
    box.fill(text)
    box.press("Enter")


def test_every_choice_and_number_does_what_it_shows(opened):
    shown, hand = opened, Hand(opened)
    for select in visible(shown.root.locator("select")):
        texts = select.locator("option").all_inner_texts()
        at = partial(select.evaluate, "select => select.selectedIndex")
        first = texts[at()]
        some = texts if len(texts) <= 4 else [texts[0], texts[len(texts) // 2], texts[-1]]
        for text in [*(text for text in some if text != first), first]:
            there = select.locator("option").all_inner_texts()  # what else is chosen may change what there is
            if text in there and text not in ("…", there[at()]):
                shown.scrub.fill(str(shown.last if "…" in texts else shown.last // 3))
                hand.do(partial(select.select_option, text), at, changes=label_of(select) not in MODES)
    for box in visible(shown.root.locator("input[type=number]")):
        hand.do(partial(typed, box, "12"), lambda box=box: int(box.input_value()))
    for slider in visible(shown.root.locator("input[type=range]")):
        last = int(slider.get_attribute("max"))
        hand.do(partial(slider.fill, str(last // 2)), changes=False)
        for key, test in KEYS.items():
            before, said = int(slider.input_value()), slider.get_attribute("aria-valuetext")
            hand.do(partial(slider.press, key), lambda slider=slider: int(slider.input_value()))
            assert test(before, int(slider.input_value()), last), key
            assert slider.get_attribute("aria-valuetext") != said
    assert hand.driven >= set(hand.settings) - BY_HAND, "some setting has no control"


PLAYED = """async (root, places) => {
    const [play, scrub] = [root.querySelector('.bp-main'), root.querySelector('.bp-scrub input')];
    const start = performance.now();
    play.click();
    while (Number(scrub.value) < places) await new Promise(requestAnimationFrame);
    return (performance.now() - start) / 1000;
}"""


def test_every_button_does_something_and_play_keeps_its_speed(opened):
    shown, hand = opened, Hand(opened)
    for summary in visible(shown.root.locator("summary")):
        hand.do(summary.click)
    for button in visible(shown.root.locator("button:not(.bp-main)")):
        shown.scrub.fill(str(shown.last // 3))
        name = button.text_content()
        hand.do(button.click)
        if button.text_content() != name:  # it says now how to undo it
            hand.do(button.click, changes=False)
    speeds = shown.root.get_by_label("Speed")
    for text in (speeds.locator("option").first.inner_text(), speeds.locator("option").last.inner_text()):
        speeds.select_option(text)
        speed = float(text.split()[0])
        places = min(max(1, round(speed / 2)), shown.last)
        shown.scrub.fill("0")
        seconds = shown.root.evaluate(PLAYED, places)
        assert 0.9 * places / speed - 0.02 < seconds < 2 * places / speed + 1
        assert speeds.evaluate("select => select.selectedOptions[0].textContent") == text
        hand.do(partial(shown.scrub.fill, "0"))
        shown.await_button("Play")


# ---- pointer and keyboard ----------------------------------------------------------------------------------------

POINTED = """body => {
    const seen = new Set();
    for (const part of body.querySelectorAll('*')) {
        if (!part.isConnected) continue;
        for (const kind of ['pointerover', 'pointerenter']) {
            part.dispatchEvent(new PointerEvent(kind, { bubbles: kind === 'pointerover' }));
        }
        seen.add(body.innerText);
    }
    return [...seen];
}"""

LIT = "root => [...root.querySelectorAll('.bp-hovered')].map(part => part.dataset.term)"


def test_what_is_said_where_the_pointer_is_the_keyboard_reaches_too(opened):
    shown, page = opened, opened.page
    body = shown.root.locator(".bp-body")
    for position in (1, shown.last // 2, shown.last):
        shown.scrub.fill(str(position))
        reached = {body.inner_text()}
        for part in visible(body.locator("[tabindex='0']")):
            part.focus()
            reached.add(body.inner_text())
            if part.evaluate("part => part.matches('td')"):
                reached |= walked(page, body)
        assert shown.position == position
        assert set(body.evaluate(POINTED)) <= reached
    for part in body.locator("[tabindex='0']:not([data-scrolls], .bp-walk)").element_handles():
        part.hover()
        lit = shown.root.evaluate(LIT)
        page.mouse.move(0, 0)
        page.wait_for_function(f"root => ({LIT})(root).length === 0", arg=shown.root.element_handle())
        part.focus()
        assert shown.root.evaluate(LIT) == lit
        part.evaluate("part => part.blur()")
        assert shown.root.evaluate(LIT) == []


def walked(page, body):
    """Walk through a table with the arrows, row by row, and return what is read on the way."""
    texts, ways = set(), ["ArrowRight", "ArrowLeft"]
    while True:
        while moved(page, ways[0]):
            texts.add(body.inner_text())
        if not moved(page, "ArrowDown"):
            return texts
        texts.add(body.inner_text())
        ways.reverse()


def moved(page, key):
    before = page.evaluate_handle("() => document.activeElement")
    page.keyboard.press(key)
    assert page.evaluate("() => document.activeElement.matches('td')"), f"{key} moved the focus out of the table"
    return page.evaluate("before => document.activeElement !== before", before)


def test_what_a_click_does_enter_and_space_do_too(opened):
    shown, page = opened, opened.page
    drawn = shown.root.locator(".bp-body [role=button]:not(button)")
    for one in (drawn.nth(nth) for nth in sorted({*range(min(2, drawn.count())), drawn.count() - 1} - {-1})):
        states = []
        for act in (one.click, partial(one.press, "Enter"), partial(one.press, " ")):
            for other in (drawn.first, drawn.last):
                other.dispatch_event("click")
            page.mouse.move(0, 0)
            act()
            states.append([*shown.root.inner_text().splitlines(), *shown.root.evaluate(CHOSEN).values()])
        assert [[b for a, b in zip(states[0], state, strict=False) if a != b] for state in states[1:]] == [[], []]
    for one in (drawn.nth(nth) for nth in range(min(2, drawn.count()))):
        shown.scrub.fill(str(shown.last))
        one.press("Enter")
        shown.await_answer()
        page.evaluate(FRAMES, 5)
        # also where all was drawn anew
        assert one.evaluate("one => one === document.activeElement"), "the focus was lost"


NOTEBOOK = f"""() => {{
    const {{ content }} = {PANEL};
    return [content.activeCellIndex, content.model.cells.length, content.mode];
}}"""

OWNS_SPACE = """part => part.matches(
    "button, summary, select, pre, input:not([type=range]), [role=button], [data-own-keys]"
)"""


def test_the_keyboard_alone_runs_it_from_everywhere_and_the_notebook_stands_still(opened):
    shown, page = opened, opened.page
    shown.scrub.fill("1")
    shown.button("Reset").focus()
    before = page.evaluate(NOTEBOOK)
    press = page.keyboard.press
    press("Tab")
    press("Enter")
    assert shown.position == 0
    press("Tab")  # from Back, which is off now and keeps its place
    press("Enter")
    assert shown.position == 1
    press("Tab")
    press("Space")
    shown.await_position("at >= 2")
    press("Space")
    shown.await_button("Play")
    here = shown.position
    press("ArrowLeft")
    assert shown.position == here - 1
    press("Tab")
    press("ArrowUp")
    assert shown.position == here
    for key in ("d", "d", "a", "b", "x", "m", "y"):  # commands of the notebook, if they were heard
        press(key)
    assert shown.position == here
    stops = shown.root.locator(".bp-body").locator("[tabindex='0'], summary")
    middle = shown.last // 2
    for nth in range(stops.count()):
        shown.scrub.fill(str(middle))
        stop = stops.nth(nth)
        if not stop.is_visible() or stop.evaluate(OWNS_SPACE):
            continue
        stop.focus()
        press("Space")
        shown.await_position(f"at > {middle}")
        press("Space")
        shown.await_button("Play")
        assert shown.root.evaluate("root => root.contains(document.activeElement)"), "the focus was lost"
    assert page.evaluate(NOTEBOOK) == before


# ---- how it looks ------------------------------------------------------------------------------------------------

SETTLED = """([root, width]) => window.innerWidth === width && [...root.querySelectorAll('canvas, svg')].every(part => {
    if (part.clientWidth === 0 || part.closest('li')) return true;
    if (part.tagName === 'CANVAS') return part.width === Math.round(part.clientWidth * devicePixelRatio);
    const { width, height } = part.viewBox.baseVal;
    return Math.abs(part.clientHeight - (height * part.parentElement.clientWidth) / width) < 2;
})"""


def resize(shown, width):
    page = shown.page
    page.set_viewport_size({"width": width, "height": 1400})
    page.evaluate(FRAMES, 5)
    page.wait_for_function(SETTLED, arg=[shown.root.element_handle(), width])


def wear(page, theme):
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "theme => document.body.dataset.jpThemeName === theme && !document.getElementById('jupyterlab-splash')",
        arg=theme,
    )
    page.evaluate(FRAMES, 5)


def shoot(shown, look):
    SCREENSHOTS.mkdir(exist_ok=True)
    shown.root.screenshot(path=SCREENSHOTS / f"lab_{look}.png")


def test_nothing_is_clipped_empty_or_hard_to_read_at_any_width_and_in_the_dark(opened, own_notebook):
    shown, page, name = opened, opened.page, own_notebook[0]
    try:
        for width in (1024, 1920, 1366):
            resize(shown, width)
            for position in (0, shown.last, 3 * shown.last // 4):
                shown.scrub.fill(str(position))
                assert (faults(shown.root), position) == ([], position)
            shoot(shown, f"{name}_{width}")
            assert unpainted(shown.root) == []
        wear(page, "JupyterLab Dark")
        shoot(shown, f"{name}_dark")
        assert unpainted(shown.root) == []
        for summary in visible(shown.root.locator("summary")):
            summary.click()
        assert axe_violations(page, ".bp-explorer") == []
        wear(page, "JupyterLab Light")
        assert axe_violations(page, ".bp-explorer") == []
        assert (faults(shown.root), unpainted(shown.root)) == ([], [])
    finally:
        wear(page, "JupyterLab Light")
        page.set_viewport_size({"width": 1366, "height": 900})


# ---- a slow link -------------------------------------------------------------------------------------------------

STEPPED = """(root, times) => {
    const [scrub, status] = [root.querySelector('.bp-scrub input'), root.querySelector('.bp-status')];
    const step = [...root.querySelectorAll('button')].find(button => button.textContent === 'Step');
    const before = status.textContent;
    for (let i = 0; i < times; i += 1) step.click();
    return [Number(scrub.value), status.textContent !== before];
}"""

CHOSEN = """root => Object.fromEntries([...root.querySelectorAll('select')].map(
    select => [select.closest('label').firstChild.textContent, select.selectedOptions[0]?.textContent]
))"""

CHANGED = """root => {
    root.after = [];
    const status = root.querySelector('.bp-status');
    new MutationObserver(() => {
        if (root.getAttribute('aria-busy') !== 'true') root.after.push(status.textContent);
    }).observe(status, { childList: true, characterData: true, subtree: true });
    for (const select of root.querySelectorAll('[aria-label=Settings] select')) {
        if (select.clientWidth === 0) continue;
        select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
        select.dispatchEvent(new Event('change'));
    }
    const step = [...root.querySelectorAll('button')].find(button => button.textContent === 'Step');
    step.click();
    step.click();
}"""


def agree(views, position):
    """Wait until all views and the kernel are at a position and nothing plays, and see that it stays so."""
    for view in views:
        view.await_position(f"at === {position}")
        view.await_button("Play")
    # It asks once more when the kernel is there: by then what was under way on the link has arrived.
    await_kernel(views[0].page, f"[{POSITION}, explorer.playing]", [position, False])
    views[0].page.evaluate(FRAMES, 5)
    assert [(view.position, view.button("Play").count()) for view in views] == [(position, 1)] * len(views)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_on_a_slow_link_nothing_waits_for_it_and_nothing_is_lost_or_comes_back(lab, far_window, name):
    page = far_window
    page.problems.clear()
    show(page, notebook(lab, f"strain_far_{name}", cell(name), "explorer"))
    assert lab.run_all(page) == []
    shown, second = views = Shown(page, name), Shown(page, name, 1)
    shown.click("Reset")
    start = shown.position
    # the screen does not wait for the link, and every click counts
    assert shown.root.evaluate(STEPPED, 1) == [start + 1, True]
    many = min(12, shown.last - start - 1)
    assert second.root.evaluate(STEPPED, many) == [start + 1 + many, True]
    agree(views, start + 1 + many)
    # play, and then reset
    shown.scrub.fill("0")
    shown.click("Play")
    second.await_position("at >= 2")
    shown.click("Reset")
    assert shown.position == start
    agree(views, start)
    # play here, and pause there
    shown.scrub.fill("0")
    shown.click("Play")
    second.await_position("at >= 1")
    second.click("Pause")
    agree(views, shown.position)
    # every setting is changed while it plays, and at once it steps twice
    shown.scrub.fill("0")
    shown.click("Play")
    shown.await_position("at >= 1")
    earlier, settings = second.root.evaluate(CHOSEN), ask_kernel(page, STATE)
    shown.root.evaluate(CHANGED)
    shown.await_answer()
    for view in views:
        assert not view.problem.is_visible(), view.problem.inner_text()
    agree(views, shown.position)
    news = ask_kernel(page, STATE)
    here, there = (view.root.evaluate(CHOSEN) for view in views)
    followed = {label: text for label, text in there.items() if text != earlier[label] and label not in MODES}
    assert len(followed) == sum(news[name] != settings[name] for name in news)
    assert followed.items() <= here.items()
    # what is said after the answer belongs to the new run
    lists = ask_kernel(page, "[text for name, text in explorer._sent['facts'].items() if name.startswith('words')]")
    if lists and isinstance(lists[0][0], str):
        told = tuple(text for words in lists for text in words)
        assert {text for text in shown.root.evaluate("root => root.after") if not text.startswith(told)} == set()
        for view in views:
            assert view.words.startswith(tuple(words[view.position] for words in lists))
    assert page.problems == []
    page.evaluate(LEAVE)


def test_two_windows_of_which_one_is_far_away_agree_in_the_end(lab, window, far_window):
    name = "flow"
    path = notebook(lab, "strain_two", cell(name))
    show(far_window, path)
    assert lab.run_all(far_window) == []
    far_window.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    far_window.wait_for_function(f"() => !{PANEL}.context.model.dirty")
    show(window, path)
    views = Shown(far_window, name), Shown(window, name)
    for one, other in (views, views[::-1], views, views[::-1]):
        one.scrub.fill("0")
        one.click("Play")
        other.await_position("at >= 5")
        one.click("Reset")
        agree(views, 0)
        other.click("Step")
        agree(views, 1)
    assert window.problems == far_window.problems == []
    window.evaluate(LEAVE)
    far_window.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")


# ---- without a kernel, and closed --------------------------------------------------------------------------------

GONE = "The kernel is gone: run the cell again. Stepping still works."


def test_after_a_restart_of_the_kernel_it_steps_and_says_what_is_gone(lab, opened, own_notebook):
    shown, page, (name, _) = opened, opened.page, own_notebook
    shown.scrub.fill("0")
    shown.click("Play")
    shown.await_position("at >= 1")
    page.evaluate(f"() => {PANEL}.sessionContext.restartKernel()")
    here = shown.position
    shown.await_position(f"at > {here} || at === Number(input.max)")
    shown.scrub.fill("0")
    shown.await_button("Play")
    assert shown.root.evaluate(STEPPED, 2) == [2, True]
    assert not shown.problem.is_visible()
    # what needs the kernel goes back and says why
    asks = EXPLORERS[name][0]._apply is not Explorer._apply
    for select in visible(shown.root.locator("[aria-label=Settings] select")):
        shown.scrub.fill("0")
        before, painted = shown.root.evaluate(CHOSEN), shown.painted
        select.evaluate(
            "s => { s.selectedIndex = (s.selectedIndex + 1) % s.options.length; s.dispatchEvent(new Event('change')); }"
        )
        if shown.root.evaluate(CHOSEN) != before and label_of(select) not in MODES:
            shown.await_painted_unlike(painted)
    assert shown.problem.is_visible() == asks
    if asks:
        assert shown.problem.inner_text() == GONE
        shoot(shown, f"{name}_gone")
        assert axe_violations(page) == []
    shown.scrub.fill("0")
    assert shown.root.evaluate(STEPPED, 1) == [1, True]
    # run again, it lives
    assert lab.run_all(page) == []
    shown = Shown(page, name)
    shown.scrub.fill("1")
    shown.click("Step")
    await_kernel(page, POSITION, 2)
    assert not shown.problem.is_visible()


COUNT_FRAMES = """() => {
    window.asked = 0;
    const real = window.requestAnimationFrame;
    window.requestAnimationFrame = action => {
        if (new Error().stack.includes('blob:')) window.asked += 1;  // from an explorer: its module is a blob
        return real.call(window, action);
    };
    return () => { window.requestAnimationFrame = real; };
}"""


def test_a_notebook_that_is_closed_while_it_plays_ends_the_loop_and_comes_back_alive(lab, opened, own_notebook):
    shown, page, (name, path) = opened, opened.page, own_notebook
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(f"() => !{PANEL}.context.model.dirty")
    # what is stored is a picture with its text, for places without widgets
    stored = nbformat.read(lab.folder / path, as_version=4).cells[0].outputs[0].data
    assert len(re.search('<img alt="([^"]+)"', stored["text/html"]).group(1)) > 40
    undo = page.evaluate_handle(COUNT_FRAMES)
    shown.scrub.fill("0")
    shown.click("Play")
    shown.await_position("at >= 1")
    assert page.evaluate("() => window.asked") > 0
    page.evaluate(f"() => {{ {PANEL}.context.model.dirty = false; }}")
    page.evaluate("() => window.jupyterapp.commands.execute('application:close')")
    page.wait_for_function(f"path => {PANEL}?.context?.path !== path", arg=path)
    page.evaluate(FRAMES, 10)
    page.evaluate("() => { window.asked = 0; }")
    page.evaluate(FRAMES, 30)
    assert page.evaluate("() => window.asked") == 0
    undo.evaluate("undo => undo()")
    assert page.problems == []
    show(page, path)
    shown = Shown(page, name)
    shown.await_button("Play")  # closed, it does not play on
    await_kernel(page, "explorer.playing", False)
    shown.scrub.fill("1")
    shown.click("Step")
    await_kernel(page, f"[{POSITION}, explorer.playing]", [2, False])
    assert page.get_by_text("Error displaying widget").count() == 0
