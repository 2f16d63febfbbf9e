"""Every explorer in a real JupyterLab, and in Notebook 7: screen and kernel agree, and nothing happens twice."""

import pytest
from conftest import ask_kernel, await_answer, await_kernel, notebook
from explorers import ONE_OF_EACH, cell
from shown import POSITION, Shown


@pytest.fixture(scope="module", params=ONE_OF_EACH)
def opened(request, lab):
    page = lab.open(notebook(lab, f"explorer_{request.param}", cell(request.param), "explorer"))
    assert lab.run_all(page) == []
    yield page, Shown(page, request.param), request.param
    page.context.close()


def started(lab, path, name, *cells):
    """Run a notebook with an explorer; return its window and the view."""
    page = lab.open(notebook(lab, path, *cells))
    assert lab.run_all(page) == []
    return page, Shown(page, name)


def test_screen_and_kernel_agree_whoever_moves(opened):
    page, first, name = opened
    second = Shown(page, name, 1)
    first.click("Reset")
    start = first.position
    # clicks as fast as they come
    first.root.get_by_role("button", name="Step", exact=True).evaluate("b => { b.click(); b.click(); b.click(); }")
    await_kernel(page, POSITION, start + 3)
    second.await_position(f"at === {start + 3}")
    first.click("Back")
    await_kernel(page, POSITION, start + 2)
    second.scrub.fill("1")
    await_kernel(page, POSITION, 1)
    first.await_position("at === 1")
    # play, and at once reset: no second loop, no step afterward
    first.scrub.fill("0")
    first.click("Play")
    first.click("Reset")
    await_kernel(page, f"[{POSITION}, explorer.playing]", [start, False])
    first.await_position(f"at === {start}")
    # the code takes over while it plays
    first.scrub.fill("0")
    first.click("Play")
    first.await_position("at >= 2")
    ask_kernel(page, "setattr(explorer, explorer.trait, 1)")
    first.await_position("at === 1")
    first.await_button("Play")
    await_kernel(page, f"[{POSITION}, explorer.playing]", [1, False])
    # the code plays and pauses: the kernel learns where the screen stopped
    ask_kernel(page, "explorer.play()")
    first.await_position("at >= 3")
    ask_kernel(page, "explorer.pause()")
    first.await_button("Play")
    await_kernel(page, POSITION, first.position)
    assert page.problems == []


def test_a_reload_keeps_the_place_and_a_dead_kernel_leaves_the_stepping(opened):
    page, shown, name = opened
    at_first = ask_kernel(page, "explorer._sent['start']")
    shown.click("Reset")
    start = shown.position
    shown.click("Step")
    await_kernel(page, POSITION, start + 1)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")  # the cell is run again
    shown = Shown(page, name)
    shown.await_position(f"at === {at_first}")
    shown.click("Reset")
    shown.click("Step")
    await_kernel(page, POSITION, start + 1)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    shown.click("Step")
    shown.await_position(f"at === {start + 2}")
    shown.scrub.fill("0")
    shown.click("Play")
    shown.await_position("at >= 2")
    shown.click("Pause")
    assert page.problems == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_it_steps_and_plays_in_notebook_7(lab, name):
    page = lab.open(notebook(lab, f"seven_{name}", cell(name)), app="notebooks")
    assert page.evaluate("() => window.jupyterapp.name") == "Jupyter Notebook"
    page.wait_for_load_state("networkidle")
    of_its_own = list(page.problems)  # Notebook looks for a schema that it has not, before a cell has run
    assert lab.run_all(page) == []
    shown = Shown(page, name)
    shown.scrub.fill("0")
    shown.click("Step")
    shown.await_position("at === 1")
    await_kernel(page, POSITION, 1)
    shown.click("Play")
    shown.await_position("at >= 3")
    shown.click("Pause")
    await_kernel(page, POSITION, shown.position)
    assert page.problems == of_its_own
    page.context.close()


def test_a_step_by_code_leaves_the_focus_at_the_entry_of_the_result(lab):
    page, shown = started(lab, "focus", "tracer", cell("tracer"), "explorer")
    other = Shown(page, "tracer", 1)
    shown.scrub.fill("8")
    await_kernel(page, POSITION, 8)
    other.await_position("at === 8")
    shown.root.locator("table.bp-output td").first.focus()
    ask_kernel(page, "explorer.step()")
    shown.await_position("at === 9")
    other.await_position("at === 9")
    assert shown.root.locator("table[data-quantity=dW2] td").first.evaluate("td => td === document.activeElement")
    page.keyboard.press("Space")
    shown.await_button("Pause")
    shown.await_position("at >= 10")
    page.keyboard.press("Space")
    shown.await_button("Play")
    assert page.problems == []
    page.context.close()


def test_a_sample_that_was_traced_alone_stays_on_screen_in_the_pass_over_all(lab):
    page, shown = started(lab, "alone", "tracer", cell("tracer"), "explorer")
    inputs = shown.root.locator(".bp-node").first
    passes, shows = (shown.root.get_by_label(label) for label in ("Pass over", "Diagram shows"))
    passes.select_option(label="sample 3 alone")
    shows.locator("option", has_text="sample 4").wait_for(state="detached")
    assert shows.locator("option").all_inner_texts() == ["sample 3"]
    x = ask_kernel(page, "float(explorer._pass[1][2, 0])")
    assert f"{x:.4f}".replace("-", "−") in inputs.text_content()
    passes.select_option(label="all 4 samples")
    shows.locator("option", has_text="sample 4").wait_for(state="attached")
    assert shows.evaluate("select => select.selectedOptions[0].textContent") == "sample 3"
    assert f"{x:.4f}".replace("-", "−") in inputs.text_content()
    assert page.problems == []
    page.context.close()


SLOW = """
import pathlib, threading
from backprop_lib.widgets import EpochStepper
heard_on = set()
under_way = pathlib.Path("under_way")
def on_epoch(epoch, history):
    heard_on.add(threading.current_thread() is threading.main_thread())
    if epoch == 5:
        under_way.touch()
explorer = EpochStepper("moons", hidden_sizes=(8, 8), batch_size=1, epochs=100, on_epoch=on_epoch)
explorer
"""


IS_THERE = """async name => {
    const folder = await window.jupyterapp.serviceManager.contents.get('');
    return folder.content.some(one => one.name === name);
}"""


def test_a_change_by_hand_is_made_where_cells_run_and_can_be_interrupted(lab):
    page, shown = started(lab, "main_thread", "stepper", SLOW)
    activation = shown.root.get_by_label("Activation")
    ask_kernel(page, "heard_on.clear()")
    for name in ("relu", "sigmoid", "softplus"):  # JupyterLab has a thread of its own for all but the first
        activation.select_option(label=name)
        shown.await_answer()
        await_kernel(page, "explorer.recording.settings.hidden", name)
    assert ask_kernel(page, "list(heard_on)") == [True]
    # a cell that changes something meanwhile waits for it
    activation.select_option(label="tanh")
    ask_kernel(page, "explorer.change(hidden_sizes=(2,))")
    settings = "[explorer.recording.settings.hidden, *explorer.recording.sizes]"
    await_kernel(page, settings, ["tanh", 2, 2, 1])
    shown.await_answer()
    # the learner has enough
    ask_kernel(page, "under_way.unlink()")
    activation.select_option(label="relu")
    await_answer(page, IS_THERE, "under_way")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    shown.root.get_by_text("The change was not made: it was interrupted.").wait_for()
    assert ask_kernel(page, settings) == ["tanh", 2, 2, 1]
    assert page.problems == []
    page.context.close()


ENDLESS = """
from backprop_lib.running_example import running_example
from backprop_lib.widgets import BackwardTracer
calls = 0
def backward(weights, activations, z, a, y):
    global calls
    calls += 1
    while calls > 2:
        pass
    return [0 * W for W in weights], [0 * W[0] for W in weights]
explorer = BackwardTracer(*running_example(), backward=backward)
explorer
"""


def test_a_backward_without_an_end_is_stopped_whichever_change_it_comes_with(lab):
    page, shown = started(lab, "endless", "tracer", ENDLESS)
    passes = shown.root.get_by_label("Pass over")
    passes.select_option(label="sample 1 alone")
    shown.await_answer()
    assert ask_kernel(page, "calls") == 2
    passes.select_option(label="sample 2 alone")
    shown.root.get_by_text("ran for 10 seconds and was stopped").first.wait_for()
    shown.await_answer()
    shown.click("Step")
    assert page.problems == []
    page.context.close()
