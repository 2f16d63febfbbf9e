"""The epoch stepper in a real JupyterLab: what a learner clicks, sees and reads."""

import re
from pathlib import Path

import numpy as np
import pytest
from conftest import ask_kernel, await_kernel, notebook
from looks import faults
from shown import Shown

SCREENSHOTS = Path(__file__).resolve().parents[2] / "test-results"

CHAPTER = "chapters/06_gradient_descent.ipynb"


class Stepper(Shown):
    """The stepper on a page, and what it alone has."""

    def __init__(self, page, nth=0):
        super().__init__(page, "stepper", nth)

    @property
    def epoch(self):
        return int(re.match(r"Epoch (\d+) of", self.words).group(1))

    @property
    def loss(self):
        return float(re.search(r"training loss ([\d.e+-]+)[.,]", self.words).group(1))

    def go_to(self, epoch):
        self.root.get_by_role("slider", name="Epoch").fill(str(epoch))

    def choose(self, label, text):
        self.root.get_by_label(label).select_option(text)

    def press_on_learning_rate(self, key):
        self.root.get_by_role("slider", name="Learning rate").press(key)

    def await_words(self, pattern):
        self.page.wait_for_function(
            "([element, pattern]) => new RegExp(pattern).test(element.textContent)",
            arg=[self.root.get_by_role("status").element_handle(), pattern],
        )

    def open_parameters(self):
        self.root.get_by_text("Weights and biases at this epoch").click()

    def parameters(self):
        return self.root.locator("td").all_inner_texts()

    def pixels(self, nth):
        """Return the bytes of one panel's canvas."""
        return self.root.locator("canvas").nth(nth).evaluate("canvas => canvas.toDataURL()")


def opened(lab, name, *cells, **window):
    page = lab.open(notebook(lab, name, *cells), **window)
    assert lab.run_all(page) == []
    return page, Stepper(page)


XOR = "from backprop_lib.widgets import EpochStepper\nstepper = EpochStepper('xor', epochs=300)\nstepper"


@pytest.fixture(scope="module")
def chapter(lab):
    """Chapter 06, every cell run."""
    page = lab.open(CHAPTER)
    errors = lab.run_all(page)
    yield page, errors
    page.context.close()


@pytest.fixture
def stepper(chapter):
    page, _ = chapter
    found = Stepper(page)
    found.click("Reset")
    found.await_words("^Epoch 0 of")
    return found


def test_chapter_06_runs_without_an_error(chapter):
    page, errors = chapter
    assert errors == []
    assert page.problems == []


def test_step_and_back_change_every_number_and_picture(stepper):
    before = stepper.words, stepper.loss, [stepper.pixels(i) for i in range(3)]
    stepper.click("Step")
    stepper.await_words("^Epoch 1 of")
    assert stepper.loss < before[1]
    assert all(stepper.pixels(i) != before[2][i] for i in range(3))
    stepper.click("Back")
    stepper.await_words("^Epoch 0 of")
    assert (stepper.words, stepper.loss) == before[:2]
    assert [stepper.pixels(i) for i in range(3)] == before[2]


def test_play_runs_pause_stops_and_the_network_learns_xor(stepper):
    page = stepper.page
    start = stepper.loss
    stepper.click("Play")
    stepper.await_words(r"^Epoch (1\d|[2-9]\d|\d{3}) of")
    stepper.click("Pause")
    paused = stepper.epoch
    assert paused >= 10
    # Nothing goes on behind a paused run: many painted frames later it is still there.
    page.evaluate(
        "() => new Promise(done => { let n = 30; (function f() { n-- ? requestAnimationFrame(f) : done(); })(); })"
    )
    assert stepper.epoch == paused
    stepper.choose("Speed", "60 epochs/s")
    stepper.click("Play")
    stepper.await_words(r"^Epoch (\d+) of \1:")
    assert stepper.button("Play").is_visible()
    assert stepper.loss < 0.1 * start
    assert "4 of 4 training points are on the right side" in stepper.words


def test_the_kernel_knows_the_epoch_on_screen_and_its_parameters(stepper):
    stepper.go_to(40)
    stepper.await_words("^Epoch 40 of")
    page = stepper.page
    page.wait_for_function("() => true")
    await_kernel(page, "stepper.epoch", 40)
    loss = ask_kernel(page, "stepper.network.loss_value(*stepper.training_data)")
    assert stepper.loss == pytest.approx(loss, abs=5e-5)


def test_another_learning_rate_keeps_the_epoch_and_changes_what_follows(stepper):
    stepper.go_to(20)
    stepper.click("Step")
    slow = stepper.loss
    stepper.click("Back")
    here = stepper.words.split(":")[1]
    stepper.press_on_learning_rate("ArrowRight")
    stepper.await_words("^Epoch 20 of 320")
    assert stepper.words.split(":")[1] == here
    stepper.click("Step")
    stepper.await_words("^Epoch 21 of")
    assert stepper.loss < slow
    stepper.press_on_learning_rate("ArrowLeft")
    stepper.await_words("^Epoch 21 of 321")


def test_reset_starts_the_same_network_again(chapter, stepper):
    first = stepper.loss
    stepper.go_to(10)
    stepper.press_on_learning_rate("ArrowRight")
    stepper.await_words("^Epoch 10 of 310")
    stepper.click("Reset")
    stepper.await_words("^Epoch 0 of 300")
    assert stepper.loss == first
    stepper.press_on_learning_rate("ArrowLeft")
    stepper.await_words("^Epoch 0 of 300")


def test_other_data_layers_activation_and_batches_are_shown(stepper):
    stepper.choose("Data", "Moons")
    stepper.await_words("held-out loss")
    stepper.choose("Hidden layers", "8, 8")
    stepper.await_words("layer 3")
    stepper.choose("Activation", "relu")
    stepper.choose("Batch size", "16")
    stepper.choose("Data", "Noisy sine")
    stepper.await_words(
        r"^Epoch 0 of 300: training loss [\d.]+, held-out loss [\d.]+\. "
        r"Gradient magnitude \(norm of dW\): .*layer 3 [\d.]+\.$"
    )
    assert stepper.root.get_by_text("Prediction and samples").is_visible()
    assert ask_kernel(stepper.page, "[stepper.network.sizes, stepper.recording.settings.batch_size]") == [
        [1, 8, 8, 1],
        16,
    ]
    stepper.choose("Data", "XOR")
    stepper.choose("Hidden layers", "4")
    stepper.choose("Activation", "tanh")
    stepper.choose("Batch size", "all")
    stepper.await_words("layer 2 [^,]*of 4 training points")


def test_stepping_back_shows_exactly_the_earlier_parameters(lab):
    page, stepper = opened(lab, "parameters", XOR)
    stepper.open_parameters()
    stepper.go_to(57)
    earlier = stepper.parameters()
    recorded = ask_kernel(page, "stepper.recording.parameters[57].tolist()")
    np.testing.assert_allclose([float(text.replace("−", "-")) for text in earlier], recorded, atol=5e-5)
    stepper.click("Step")
    assert stepper.parameters() != earlier
    stepper.click("Back")
    assert stepper.parameters() == earlier
    page.context.close()


def test_an_exception_in_a_callback_appears_in_words(lab):
    cell = """from backprop_lib.widgets import EpochStepper
broken = []
def on_epoch(epoch, history):
    if broken:
        raise RuntimeError("this callback was broken on purpose")
stepper = EpochStepper("xor", epochs=50, on_epoch=on_epoch)
stepper"""
    page, stepper = opened(lab, "exception", cell, "broken.append(True)")
    stepper.go_to(5)
    assert not stepper.problem.is_visible()
    stepper.press_on_learning_rate("ArrowRight")
    stepper.problem.wait_for(state="visible")
    assert "The change was not made. RuntimeError: this callback was broken on purpose" in stepper.problem.inner_text()
    assert stepper.epoch == 5
    assert stepper.root.locator(".bp-rate .bp-value").inner_text() == "0.5"
    stepper.problem.get_by_text("Where it happened").click()
    assert "Traceback" in stepper.problem.inner_text()
    ask_kernel(page, "broken.clear()")
    stepper.press_on_learning_rate("ArrowRight")
    stepper.problem.wait_for(state="hidden")
    assert page.problems == []
    page.context.close()


def test_an_exception_in_the_view_appears_in_words_too(lab):
    page, stepper = opened(lab, "view", XOR)
    page.evaluate("() => { CanvasRenderingContext2D.prototype.stroke = () => { throw new Error('no ink'); }; }")
    stepper.click("Step")
    stepper.problem.wait_for(state="visible")
    assert "could not be drawn: no ink" in stepper.problem.inner_text()
    page.context.close()


def test_stepping_goes_on_when_the_kernel_is_gone(lab):
    page, stepper = opened(lab, "gone", XOR)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    stepper.click("Step")
    stepper.await_words("^Epoch 1 of")
    stepper.click("Play")
    stepper.await_words(r"^Epoch [1-9]\d of")
    stepper.click("Pause")
    stepper.press_on_learning_rate("ArrowRight")
    stepper.problem.wait_for(state="visible")
    assert "The kernel is gone: run the cell again. Stepping still works." in stepper.problem.inner_text()
    assert stepper.root.locator(".bp-rate .bp-value").inner_text() == "0.5"
    stepper.click("Back")
    assert page.problems == []
    page.context.close()


def test_after_a_restart_of_the_kernel_a_setting_says_so_and_blocks_nothing(lab):
    page, stepper = opened(lab, "restart", XOR)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    stepper.choose("Data", "Moons")
    stepper.problem.wait_for(state="visible")
    assert "The kernel is gone: run the cell again." in stepper.problem.inner_text()
    stepper.click("Step")
    stepper.await_words("^Epoch 1 of")
    assert lab.run_all(page) == []
    again = Stepper(page)
    again.choose("Data", "Moons")
    again.await_words("held-out loss")
    page.context.close()


BUSY = """seconds => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.requestExecute({ code: `
import threading, time
end, never = time.monotonic() + ${seconds}, threading.Event()
while time.monotonic() < end:
    try:
        never.wait(end - time.monotonic())
    except KeyboardInterrupt:  # which a shutdown begins with
        pass
` });
}"""


@pytest.mark.parametrize("end", ["shutdown", "restartKernel"])
def test_a_kernel_that_ends_while_it_is_asked_is_not_waited_for(lab, end):
    page, stepper = opened(lab, f"ends_{end}", XOR)
    stepper.go_to(7)
    page.evaluate(BUSY, 120)
    stepper.choose("Data", "Moons")
    stepper.root.get_by_label("Seed").fill("3")
    stepper.root.get_by_label("Seed").press("Enter")
    page.evaluate(f"() => window.jupyterapp.shell.currentWidget.sessionContext.{end}()")
    stepper.root.get_by_text("The kernel is gone: run the cell again. Stepping still works.").wait_for()
    stepper.await_answer()
    stepper.await_words("^Epoch 7 of 300: training loss")
    assert stepper.root.get_by_label("Data").evaluate("select => select.selectedOptions[0].textContent") == "XOR"
    assert stepper.root.get_by_label("Seed").input_value() == "0"
    stepper.click("Reset")
    stepper.await_words("^Epoch 0 of")
    stepper.click("Step")
    stepper.await_words("^Epoch 1 of")
    assert page.problems == []
    page.context.close()


def test_what_is_being_typed_outlives_an_answer(lab):
    page, stepper = opened(lab, "typing", XOR)
    seed = stepper.root.get_by_label("Seed")
    page.evaluate(BUSY, 3)
    stepper.choose("Data", "Moons")
    seed.fill("12")
    assert "held-out loss" not in stepper.words
    stepper.await_words("held-out loss")
    stepper.await_answer()
    assert seed.input_value() == "12"
    seed.press("Enter")
    await_kernel(page, "stepper._settings['seed']", 12)
    stepper.await_answer()
    assert seed.input_value() == "12"
    seed.fill("2.5")
    seed.press("Enter")
    assert seed.input_value() == "12"  # what is no whole number is said, and not kept
    seed.press("Backspace")
    seed.press("Backspace")
    stepper.button("Reset").focus()
    assert seed.input_value() == "12"
    page.context.close()


def test_two_views_of_one_stepper_move_together_and_only_once(lab):
    page, first = opened(lab, "views", XOR, "stepper")
    second = Stepper(page, nth=1)
    second.click("Step")
    first.await_words("^Epoch 1 of")
    first.click("Play")
    second.await_words(r"^Epoch [1-9]\d of")
    second.click("Pause")
    assert first.words == second.words
    assert first.button("Play").is_visible()
    page.context.close()


def test_the_code_can_drive_the_screen(lab):
    page, stepper = opened(lab, "code", XOR)
    ask_kernel(page, "[stepper.step(), stepper.step()]")
    stepper.await_words("^Epoch 2 of")
    ask_kernel(page, "stepper.play()")
    stepper.await_words(r"^Epoch \d\d of")
    ask_kernel(page, "stepper.pause()")
    stepper.button("Play").wait_for()
    page.context.close()


@pytest.mark.parametrize(
    ("code", "epoch"),
    [
        ("stepper.reset()", 0),
        ("setattr(stepper, 'epoch', 200)", 200),
        ("[stepper.pause(), setattr(stepper, 'epoch', 7)]", 7),
        ("stepper.change(data='moons')", 0),
    ],
)
def test_the_code_can_take_over_while_it_plays(lab, code, epoch):
    page, stepper = opened(lab, f"takeover_{len(code)}", XOR)
    stepper.click("Play")
    stepper.await_words(r"^Epoch (2\d|[3-9]\d) of")
    ask_kernel(page, code)
    stepper.await_words(f"^Epoch {epoch} of")
    stepper.button("Play").wait_for()
    assert stepper.epoch == epoch
    await_kernel(page, "stepper.epoch", epoch)
    page.context.close()


def test_other_data_while_it_plays_start_at_0_on_the_screen_and_in_the_kernel(lab):
    page, stepper = opened(lab, "midplay", XOR)
    stepper.click("Play")
    stepper.await_words(r"^Epoch (2\d|[3-9]\d) of")
    stepper.choose("Data", "Moons")
    stepper.await_words("^Epoch 0 of .*held-out")
    await_kernel(page, "stepper.epoch", 0)
    assert stepper.epoch == 0
    page.context.close()


def test_settings_made_while_the_kernel_trains_are_all_kept(lab):
    page, stepper = opened(lab, "queue", XOR)
    stepper.go_to(40)
    stepper.root.evaluate(
        """root => {
            const rate = root.querySelector('.bp-rate input');
            for (let i = 0; i < 3; i += 1) {
                rate.value = Number(rate.value) - 1;
                rate.dispatchEvent(new Event('change'));
            }
            const batch = root.querySelectorAll('select')[4];
            batch.selectedIndex = 1;
            batch.dispatchEvent(new Event('change'));
            [...root.querySelectorAll('button')].find(button => button.textContent === 'Reset').click();
        }"""
    )
    stepper.await_words("^Epoch 0 of 300")
    settings = ask_kernel(page, "[stepper.recording.settings.learning_rate, stepper.recording.settings.batch_size]")
    assert settings == [0.03, 1]
    await_kernel(page, "len(stepper.recording.marks)", 1)
    assert stepper.root.locator(".bp-rate .bp-value").inner_text() == "0.03"
    page.context.close()


def test_the_focus_stays_on_a_button_that_has_nothing_more_to_do(lab):
    page, stepper = opened(lab, "focus", XOR)
    stepper.go_to(1)
    stepper.button("Back").focus()
    page.keyboard.press("Enter")
    stepper.await_words("^Epoch 0 of")
    assert page.evaluate("() => document.activeElement.textContent") == "Back"
    assert stepper.button("Back").get_attribute("aria-disabled") == "true"
    page.context.close()


def test_fast_clicks_are_all_counted(lab):
    page, stepper = opened(lab, "fast", XOR)
    stepper.button("Step").evaluate("button => { for (let i = 0; i < 25; i += 1) button.click(); }")
    stepper.await_words("^Epoch 25 of")
    # Clicks made while the kernel trains wait for the new run instead of getting lost.
    stepper.root.evaluate(
        """root => {
            const rate = root.querySelector('.bp-rate input');
            rate.value = Number(rate.value) + 1;
            rate.dispatchEvent(new Event('change'));
            const step = [...root.querySelectorAll('button')].find(button => button.textContent === 'Step');
            step.click();
            step.click();
        }"""
    )
    stepper.await_words("^Epoch 27 of 325")
    page.context.close()


def test_it_works_by_keyboard_alone_and_the_notebook_does_not_move(lab):
    page, stepper = opened(lab, "keyboard", XOR, "1 + 1")
    active = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    stepper.button("Reset").focus()
    at = page.evaluate(active)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stepper.await_words("^Epoch 1 of")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    stepper.await_words("^Epoch [2-9] of")
    page.keyboard.press("Space")
    stepper.button("Play").wait_for()
    paused = stepper.epoch
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    stepper.await_words(f"^Epoch {paused + 3} of")
    for key in ("ArrowDown", "d", "d", "a", "b", "x"):
        page.keyboard.press(key)
    stepper.await_words(f"^Epoch {paused + 2} of")
    assert page.evaluate(active) == at
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 2
    page.context.close()


@pytest.mark.parametrize("width", [1024, 1366, 1920])
@pytest.mark.parametrize("data", ["xor", "spiral"])
def test_nothing_is_clipped_or_overlaps(lab, width, data):
    cell = f"""from backprop_lib.widgets import EpochStepper
EpochStepper({data!r}, hidden_sizes=(8, 8, 8, 8), epochs=150, batch_size=16)"""
    page, stepper = opened(lab, f"size_{data}_{width}", cell, width=width, height=1000)
    stepper.go_to(120)
    page.screenshot(path=SCREENSHOTS / f"stepper_{data}_{width}.png")
    stepper.open_parameters()
    assert faults(stepper.root) == []
    assert page.problems == []
    page.context.close()
