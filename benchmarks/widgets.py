"""How long it takes from a click to the painted screen: the epoch stepper beside the same run drawn with Matplotlib.

Run it with `python benchmarks/widgets.py`; `--clicks 40` clicks so often, `--minutes 5` plays so long for the memory.
It starts a JupyterLab and Debian's Chromium. The variants are clicked in turn in one run, on a fast link and on one
with 120 ms of delay and 4 Mbit/s, which a proxy on this machine makes; the server is set up as on Binder, so that it
compresses what a kernel sends. Absolute times depend on the machine; the last
column is the ratio to the epoch stepper. The first display counts from running the cell to the picture, in a kernel
that has imported all. ipympl is measured where it is installed.
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

IMPORTED = "[__import__('backprop_lib.widgets').__name__, __import__('ipywidgets').__name__]"

STEPPER = """
from backprop_lib.widgets import EpochStepper
stepper = EpochStepper("moons", hidden_sizes=(8, 8), epochs=400)
stepper
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

FRAMES = """async seconds => {
    const status = window.jupyterapp.shell.currentWidget.node.querySelector('.bp-status');
    const start = performance.now();
    const seen = new Set();
    while (performance.now() - start < 1000 * seconds) {
        seen.add(status.textContent);
        await new Promise(done => requestAnimationFrame(done));
    }
    return (seen.size - 1) / ((performance.now() - start) / 1000);
}"""


class Variant:
    """One way to draw the run, in a notebook of its own."""

    def __init__(self, lab, name, code, *, cold=False):
        self.name = name
        self.received = 0
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
        self.received += len(event["response"]["payloadData"])

    def click(self):
        return self.page.evaluate(CLICK, {"name": "Step", "patience": 30_000})

    def kernel_seconds(self):
        return ask_kernel(self.page, "__import__('time').process_time()")

    def heap(self):
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        return self.page.evaluate("() => performance.memory.usedJSHeapSize") / 1e6


def percentile_95(values):
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def measure(lab, link, clicks):
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
    yardstick = statistics.median(times["epoch stepper"])
    for variant in variants:
        found, (seconds, received) = times[variant.name], costs[variant.name]
        median = statistics.median(found)
        print(
            f"{link:5} {variant.name:24} {variant.first_display:6.2f} s {median:8.1f} ms {percentile_95(found):8.1f} ms"
            f" {1000 * seconds:7.1f} ms {received / 1000:8.1f} kB {median / yardstick:7.1f}"
        )
    return variants[0]


def play(stepper, minutes):
    page = stepper.page
    page.get_by_label("Speed").select_option(index=2)
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    received = stepper.received
    rate = page.evaluate(FRAMES, 4)
    received = (stepper.received - received) / (4 * rate)
    print(f"played at {rate:.1f} epochs a second of 60, {received:.0f} bytes an epoch came from the kernel")
    if minutes:
        before, end = stepper.heap(), time.monotonic() + 60 * minutes
        while time.monotonic() < end:
            if page.get_by_role("button", name="Play", exact=True).count():
                page.get_by_role("button", name="Play", exact=True).click()
            time.sleep(1)
        print(
            f"the browser's heap after {minutes:g} minutes of play: {stepper.heap() - before:+.1f} MB from {before:.1f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=0)
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("No Chromium was found; Debian's package is called chromium.")
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium, args=[*CHROMIUM_FLAGS, "--enable-precise-memory-info"]
        ) as browser,
        running_lab(browser, Path(folder), **json.loads(BINDER.read_text(encoding="utf-8"))["ServerApp"]) as lab,
    ):
        cold = Variant(lab, "cold", STEPPER, cold=True)
        print(f"first display in a new kernel, imports included: {cold.first_display:.2f} s")
        cold.page.context.close()
        columns = f"{'display':>8} {'median':>11} {'p95':>11} {'kernel':>10} {'received':>11}   ratio"
        print(f"{'link':5} {'drawn by':24} {columns}")
        stepper = measure(lab, "fast", given.clicks)
        play(stepper, given.minutes)
        with SlowLink(int(lab.url.rpartition(":")[2]), delay=DELAY, rate=RATE) as link:
            measure(Lab(f"http://127.0.0.1:{link.port}", lab.folder, browser), "slow", given.clicks)


if __name__ == "__main__":
    main()
