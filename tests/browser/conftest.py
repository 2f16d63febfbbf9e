"""A real JupyterLab, started by `backprop lab` on a copy of the course, and Debian's Chromium to look at it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright
from processes import stop

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "browser-test"
PATIENCE = 60_000  # milliseconds; a condition is awaited, this is only when to give up

# Chromium must not look for anything outside this machine.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium_path():
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        reason = "no Chromium was found; Debian's package is called chromium"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}. In CI the browser tests may not be left out.")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def chromium(chromium_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Lab:
    """A running JupyterLab."""

    def __init__(self, url, folder, browser):
        self.url = url
        self.folder = folder
        self.browser = browser

    def open(self, notebook, *, width=1366, height=900, app="lab/tree"):
        """Open a notebook in a new window and wait until its kernel is there; `app` is "notebooks" for Notebook 7."""
        page = self.browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.set_default_timeout(PATIENCE)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: _note(page.problems, message))
        page.goto(f"{self.url}/{app}/{notebook}?reset&token={TOKEN}")
        page.wait_for_function(
            "name => window.jupyterapp?.shell.currentWidget?.context?.path === name", arg=notebook, timeout=PATIENCE
        )
        page.evaluate(
            """async () => {
                const panel = window.jupyterapp.shell.currentWidget;
                await panel.context.ready;
                await panel.sessionContext.ready;
            }"""
        )
        return page

    def run_all(self, page):
        """Run every cell and return the errors that are in the outputs afterwards."""
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        return page.evaluate(
            """() => {
                const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
                const errors = [];
                for (const cell of cells) {
                    for (const output of cell.toJSON().outputs ?? []) {
                        if (output.output_type === 'error') errors.push(`${output.ename}: ${output.evalue}`);
                    }
                }
                return errors;
            }"""
        )


RUN_IN_KERNEL = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code });
    let text = '';
    future.onIOPub = message => {
        if (message.header.msg_type === 'stream') text += message.content.text;
        if (message.header.msg_type === 'error') text += JSON.stringify(message.content.evalue);
    };
    await future.done;
    return text;
}"""


def _printing(code):
    return f"import json\nprint(json.dumps({code}))"


def ask_kernel(page, code):
    """Run code in the notebook's kernel and return what it prints, as JSON."""
    return json.loads(page.evaluate(RUN_IN_KERNEL, _printing(code)))


def await_answer(page, test, arg):
    """Wait until an async function of the page answers yes; `wait_for_function` takes its promise for a yes."""
    page.evaluate(
        f"""async ([arg, patience]) => {{
            const end = performance.now() + patience;
            while (!(await ({test})(arg)) && performance.now() < end) await new Promise(requestAnimationFrame);
        }}""",
        [arg, PATIENCE],
    )
    assert page.evaluate(test, arg)


def await_kernel(page, code, expected):
    """Wait until code has that value in the notebook's kernel: what a click changed takes a moment to get there."""
    with contextlib.suppress(AssertionError):  # the assertion below says what is there instead
        same = f"async ([code, expected]) => (await ({RUN_IN_KERNEL})(code)).trim() === expected"
        await_answer(page, same, [_printing(code), json.dumps(expected)])
    assert ask_kernel(page, code) == expected


def notebook(lab, name, *cells):
    """Write a notebook into the lab's folder and return its path there."""
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(made, lab.folder / f"{name}.ipynb")
    return f"{name}.ipynb"


def _note(problems, message):
    """Keep what the browser's console calls an error, but not requests for files that a page may do without."""
    if message.type == "error" and "Failed to load resource" not in message.text:
        problems.append(message.text)


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    with running_lab(chromium, tmp_path_factory.mktemp("lab")) as started:
        yield started


@contextlib.contextmanager
def running_lab(browser, folder, **more):
    """Start `backprop lab` on a copy of the course in a folder, and end it afterward; more settings of its server."""
    course = folder / "course"
    for name in ("chapters", "exercises"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "progress.*"))
    config = folder / "config"
    config.mkdir()
    port = free_port()
    settings = {
        "ServerApp": {
            **{"open_browser": False, "allow_root": True, "port": port, "port_retries": 0, "ip": "127.0.0.1"},
            **more,
        },
        "IdentityProvider": {"token": TOKEN},
        "JupyterNotebookApp": {"expose_app_in_browser": True},
    }
    (config / "jupyter_server_config.json").write_text(json.dumps(settings))
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(config), "HOME": str(folder), "PYTHONWARNINGS": ""}
    environment.pop("BACKPROP_PROGRESS", None)  # here a learner's progress is kept, in the copy of the course
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "backprop_lib", "lab", "--expose-app-in-browser"],
            cwd=course,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _await_server(server, url, folder / "log")
        yield Lab(url, course, browser)
    finally:
        stop(server)


def free_port():
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await_server(server, url, log):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/api/status?token={TOKEN}", timeout=5):
                return
        except OSError:  # not listening yet; look again, and notice if the process ends meanwhile
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')}")
