"""How long it takes from a click to the painted screen: the epoch stepper beside the same run drawn with Matplotlib.

Run it with `python benchmarks/widgets.py`, after `pip install ".[test,bench]"`; without ipympl it is left out. It takes
a quarter of an hour; `--clicks 5 --minutes 0.2` makes it short. It starts a JupyterLab and Debian's Chromium. The
variants are clicked in turn in one run, on a fast link and on one with 120 ms of delay and 4 Mbit/s, which a proxy on
this machine makes; the server is set up as on Binder, so that it compresses what a kernel sends. Bytes are counted
before that. The first display counts from running the cell to the picture, in a kernel that has imported all.

On each link the stepper then plays at 5 and at 60 epochs a second for as long, and for minutes at 60. While it plays,
the browser tells the kernel once in 0.9 s where it is, and the kernel answers; no frame may cost more than that, so the
bytes a second must not grow with the frames. At the end stands each goal with what was measured; the exit status is 1
if one was missed. Times depend on the machine, so leave it alone meanwhile.
"""

import argparse
import importlib.util
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "tests")]

from conftest import CHROMIUM_FLAGS, Lab, ask_kernel, notebook, running_lab
from slow_link import SlowLink

BINDER = ROOT / "binder" / "jupyter_server_config.json"
DELAY, RATE = 0.120, 4e6 / 8  # seconds of a round trip, bytes a second
SPEEDS = 5, 60  # epochs a second
PLAYED = 6  # seconds, in which 400 epochs do not end

IMPORTED = "[__import__('backprop_lib.widgets').__name__, __import__('ipywidgets').__name__]"

STEPPER = """
from backprop_lib.widgets import EpochStepper
stepper = EpochStepper("moons", hidden_sizes=(8, 8), epochs=400)
stepper
"""

DIGITS = """
import numpy as np
from backprop_lib import datasets
from backprop_lib.widgets import EpochStepper
rng = np.random.default_rng(0)
kept, _ = datasets.hold_out(*datasets.digits(), fraction=0.2, rng=rng)
training, validation = datasets.hold_out(*kept, fraction=0.2, rng=rng)
EpochStepper(
    training, held_out=validation, hidden_sizes=(80,), hidden="relu", learning_rate=0.5, batch_size=32, epochs=30
)
"""

FIGURE = """
import ipywidgets, numpy as np, matplotlib.pyplot as plt
from backprop_lib import plots
from backprop_lib.widgets.recording import Recorder
run = Recorder("moons", hidden_sizes=(8, 8), epochs=400).recording
def draw(axes, epoch):
    for ax in axes:
        ax.clear()
    axes[0].plot(run.loss[: epoch + 1])
    axes[1].semilogy(run.gradient_norms[: epoch + 1])
    plots.prediction(run.field[epoch], run.low, run.high, *run.training_data, ax=axes[2])
at = [0]
"""

OUTPUT = (
    FIGURE
    + """
out, button = ipywidgets.Output(), ipywidgets.Button(description="Step")
def step(_):
    at[0] += 1
    with out:
        out.clear_output(wait=True)
        figure, axes = plt.subplots(1, 3, figsize=(11, 3.6))
        draw(axes, at[0])
        plt.show()
button.on_click(step)
step(None)
ipywidgets.VBox([button, out])
"""
)

IPYMPL = (
    "%matplotlib widget\n"
    + FIGURE
    + """
button = ipywidgets.Button(description="Step")
plt.ioff()
figure, axes = plt.subplots(1, 3, figsize=(11, 3.6))
def step(_):
    at[0] += 1
    draw(axes, at[0])
    figure.canvas.draw_idle()
button.on_click(step)
step(None)
ipywidgets.VBox([button, figure.canvas])
"""
)

CLICK = """async ({ name, patience }) => {
    // From the click to the frame after the first sign of a new picture: a changed node, or a drawn bitmap.
    const panel = window.jupyterapp.shell.currentWidget.node;
    const button = [...panel.querySelectorAll('button')].find(one => one.textContent.trim() === name);
    // A message that is posted in a frame arrives when that frame has been painted.
    const painted = () => new Promise(done => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(0);
    }));
    const images = () => [...panel.querySelectorAll('.jp-OutputArea-output img')].map(image => image.src.length).join();
    let signed;
    const sign = new Promise(done => { signed = done; });
    const status = panel.querySelector('.bp-status');
    const before = [status?.textContent, images()].join();
    const observer = new MutationObserver(() => {
        if ([status?.textContent, images()].join() !== before) signed();
    });
    observer.observe(panel, { subtree: true, childList: true, characterData: true, attributes: true });
    const paint = CanvasRenderingContext2D.prototype.drawImage;
    const signing = function (...given) { paint.apply(this, given); signed(); };
    if (!status) CanvasRenderingContext2D.prototype.drawImage = signing;
    const start = performance.now();
    button.click();
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error('nothing was painted')), patience));
    await Promise.race([sign, late]);
    observer.disconnect();
    CanvasRenderingContext2D.prototype.drawImage = paint;
    await Promise.all([...panel.querySelectorAll('img')].map(image => image.decode().catch(() => {})));
    await painted();
    return performance.now() - start;
}"""

PLAY = """async seconds => {
    // Play, from the start again at the end, and count the frames with another epoch on the screen.
    const panel = window.jupyterapp.shell.currentWidget.node;
    const button = [...panel.querySelectorAll('button')].find(one => one.textContent.trim() === 'Play');
    const status = panel.querySelector('.bp-status');
    const end = performance.now() + 1000 * seconds;
    let [shown, frames] = [status.textContent, 0];
    while (performance.now() < end) {
        if (button.textContent === 'Play') button.click();
        await new Promise(done => requestAnimationFrame(done));
        if (status.textContent !== shown) frames += 1;
        shown = status.textContent;
    }
    if (button.textContent === 'Pause') button.click();
    return frames;
}"""


class Variant:
    """One way to draw the run, in a notebook of its own."""

    def __init__(self, lab, name, code, *, cold=False):
        self.name = name
        self.received = self.messages = 0
        port = lab.url.rpartition(":")[2]
        self.page = lab.open(notebook(lab, f"{name.replace(' ', '_')}_{port}", code))
        # The channel to the kernel is open already: what comes over it is counted by the browser's own protocol.
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._count)
        if not cold:
            ask_kernel(self.page, IMPORTED)  # as the first cell of a chapter does
        start = time.perf_counter()
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.get_by_role("button", name="Step", exact=True).wait_for()
        self.first_display = time.perf_counter() - start
        self.page.wait_for_load_state("networkidle")

    def _count(self, event):
        response = event["response"]
        self.messages += 1
        self.received += len(response["payloadData"]) * (0.75 if response["opcode"] == 2 else 1)  # bytes as base64

    def click(self):
        return self.page.evaluate(CLICK, {"name": "Step", "patience": 30_000})

    def kernel_seconds(self):
        return ask_kernel(self.page, "__import__('time').process_time()")

    def memory(self):
        """Return the browser's heap and the kernel's memory, in MB."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        heap = self.page.evaluate("() => performance.memory.usedJSHeapSize")
        return heap / 1e6, ask_kernel(self.page, "__import__('psutil').Process().memory_info().rss") / 1e6

    def play(self, speed, seconds):
        """Play at a speed and return frames, bytes and messages a second, and the kernel's seconds a frame."""
        self.page.get_by_label("Speed").select_option(label=f"{speed} epochs/s")
        self.page.get_by_role("button", name="Reset", exact=True).click()
        kernel, received, messages = self.kernel_seconds(), self.received, self.messages
        frames = self.page.evaluate(PLAY, seconds)
        received, messages = self.received - received, self.messages - messages
        return frames / seconds, received / seconds, messages / seconds, (self.kernel_seconds() - kernel) / frames

    def close(self):
        self.page.context.close()


class Goals:
    """What was to be reached, what was measured, and whether that is enough."""

    def __init__(self):
        self.rows = []

    def at_most(self, limit, goal, measured, unit):
        self.rows.append((f"{goal}: at most {limit:g} {unit}", measured, measured <= limit))

    def at_least(self, limit, goal, measured, unit):
        self.rows.append((f"{goal}: at least {limit:g} {unit}", measured, measured >= limit))

    def report(self):
        """Print the table and return whether all goals are met."""
        print(f"\n{'goal':76} {'measured':>8}   met")
        for goal, measured, met in self.rows:
            print(f"{goal:76} {measured:8.2f}   {'yes' if met else 'NO'}")
        return all(met for _, _, met in self.rows)


def percentile_95(values):
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def first_display(lab, link, name, code, **how):
    variant = Variant(lab, name, code, **how)
    print(f"{link:5} {name}: first display {variant.first_display:.2f} s")
    variant.close()


def click(lab, link, clicks, goals):
    """Click the variants in turn, print what each costs, and return the stepper."""
    codes = {"epoch stepper": STEPPER, "Matplotlib in an Output": OUTPUT}
    if importlib.util.find_spec("ipympl"):
        codes["ipympl"] = IPYMPL
    else:
        print("ipympl is not installed, so it is left out")
    variants = [Variant(lab, name, code) for name, code in codes.items()]
    times = {variant.name: [] for variant in variants}
    costs = {}
    for variant in variants:
        variant.click()
        costs[variant.name] = [variant.kernel_seconds(), variant.received]
    for _ in range(clicks):
        for variant in variants:
            times[variant.name].append(variant.click())
    for variant in variants:
        seconds, received = costs[variant.name]
        costs[variant.name] = (variant.kernel_seconds() - seconds) / clicks, (variant.received - received) / clicks
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(
        f"{'link':5} {'drawn by':24} {'display':>8} {'median':>11} {'p95':>11} {'kernel':>10} {'received':>11}   ratio"
    )
    for variant in variants:
        median, (seconds, received) = medians[variant.name], costs[variant.name]
        print(
            f"{link:5} {variant.name:24} {variant.first_display:6.2f} s {median:8.1f} ms"
            f" {percentile_95(times[variant.name]):8.1f} ms {1000 * seconds:7.1f} ms {received / 1000:8.1f} kB"
            f" {median / medians['epoch stepper']:7.1f}"
        )
    stepper, *others = variants
    for other in others:
        other.close()
    goals.at_most(20, f"{link}: from a click to the painted screen, median", medians[stepper.name], "ms")
    goals.at_most(50, f"{link}: from a click to the painted screen, p95", percentile_95(times[stepper.name]), "ms")
    ratio = medians["Matplotlib in an Output"] / medians[stepper.name]
    goals.at_least(15, f"{link}: Matplotlib in an Output takes as long", ratio, "times")
    goals.at_most(1.5, f"{link}: first display", stepper.first_display, "s")
    return stepper


def play(stepper, link, minutes, goals):
    found = {}
    for speed in SPEEDS:
        frames, received, messages, kernel = found[speed] = stepper.play(speed, PLAYED)
        print(
            f"{link:5} played at {speed} epochs a second: {frames:.1f} frames, {messages:.1f} messages and "
            f"{received:.0f} bytes a second, {1000 * kernel:.2f} ms of the kernel a frame"
        )
    slow, fast = (found[speed] for speed in SPEEDS)
    per_second = f"{link}: bytes a second with {fast[0] / slow[0]:.0f} times the frames"
    goals.at_most(1.33, per_second, fast[1] / slow[1], "times as many")
    before = stepper.memory()
    frames = stepper.play(SPEEDS[-1], 60 * minutes)[0]
    after = stepper.memory()
    goals.at_least(50, f"{link}: frames a second during {minutes:g} minutes of play", frames, "")
    for where, old, new in zip(("the browser's heap", "the kernel's memory"), before, after, strict=True):
        print(f"{link:5} {where} after {minutes:g} minutes of play: {new - old:+.1f} MB from {old:.1f}")
        goals.at_most(5, f"{link}: growth of {where}", 100 * (new / old - 1), "%")
    stepper.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=40, help="how many clicks of each variant (40)")
    parser.add_argument("--minutes", type=float, default=5, help="how long it plays on each link (5)")
    given = parser.parse_args()
    if given.clicks < 1 or given.minutes <= 0:
        parser.error("at least one click and some time of play are needed")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("No Chromium was found; Debian's package is called chromium.")
    goals = Goals()
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium, args=[*CHROMIUM_FLAGS, "--enable-precise-memory-info"]
        ) as browser,
        running_lab(browser, Path(folder), **json.loads(BINDER.read_text(encoding="utf-8"))["ServerApp"]) as lab,
        SlowLink(int(lab.url.rpartition(":")[2]), delay=DELAY, rate=RATE) as slow,
    ):
        first_display(lab, "fast", "epoch stepper in a new kernel, imports included", STEPPER, cold=True)
        for link, through in (("fast", lab), ("slow", Lab(f"http://127.0.0.1:{slow.port}", lab.folder, browser))):
            first_display(through, link, "digits of chapter 10, training included", DIGITS)
            stepper = click(through, link, given.clicks, goals)
            play(stepper, link, given.minutes, goals)
    sys.exit(not goals.report())


if __name__ == "__main__":
    main()
