"""A learner works on an exercise notebook in a real JupyterLab: not attempted, a mistake, an endless loop, right."""

import nbformat
import pytest
from conftest import PATIENCE, ROOT, await_answer

NOTEBOOK = "exercises/05_vectorized_gradients.ipynb"
RESULTS = ROOT / "test-results"

DELTA_AS_IT_ARRIVES = """def backward(weights, functions, z, a, y):
    grad_a = (a[-1] - y) / len(y)
    dW, db = [], []
    for W, function, z_here, a_prev in zip(weights[::-1], functions[::-1], z[::-1], a[-2::-1], strict=True):
        dW.append(a_prev.T @ grad_a)
        db.append(grad_a.sum(axis=0))
        grad_a = grad_a @ W
    return dW[::-1], db[::-1]"""

TWICE_TOO_LARGE = """def backward(weights, functions, z, a, y):
    grad_a = 2 * (a[-1] - y) / len(y)
    dW, db = [], []
    for W, function, z_here, a_prev in zip(weights[::-1], functions[::-1], z[::-1], a[-2::-1], strict=True):
        delta = grad_a * function.derivative(z_here)
        dW.append(a_prev.T @ delta)
        db.append(delta.sum(axis=0))
        grad_a = delta @ W.T
    return dW[::-1], db[::-1]"""

ENDLESS = """def backward(weights, functions, z, a, y):
    open("started", "w").close()
    while True:
        pass"""


@pytest.fixture
def page(lab):
    page = lab.open(NOTEBOOK)
    yield page
    assert [problem for problem in page.problems if "404" not in problem] == []
    page.context.close()


def place_of(identity):
    cells = nbformat.read(ROOT / NOTEBOOK, 4).cells
    return next(i for i, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == identity)


def put(page, identity, source):
    """Write an answer into its cell and run that cell and the check after it; the check may still be running."""
    page.evaluate(
        """async ([place, source]) => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.widgets[place].model.sharedModel.setSource(source);
            content.activeCellIndex = place;
            await window.jupyterapp.commands.execute('notebook:run-cell');
            content.activeCellIndex = place + 1;
            window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        [place_of(identity), source],
    )


def see(page, heading):
    found = page.locator(".jp-Notebook").get_by_role("heading", name=heading)
    found.first.wait_for(timeout=PATIENCE)
    found.first.scroll_into_view_if_needed()
    return found.first


def _await_file(page, path):
    """Wait until the server has a file: the learner's function has begun."""
    contents = "window.jupyterapp.serviceManager.contents"
    await_answer(page, f"path => {contents}.get(path, {{ content: false }}).then(() => true, () => false)", path)


def test_an_exercise_from_the_first_run_to_the_right_answer(lab, page):
    assert lab.run_all(page) == []
    see(page, "05.backward: not attempted, 0 of 6 points")
    put(page, "05-backward", DELTA_AS_IT_ARRIVES)
    see(page, "It stops with an error: ValueError")
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / "exercise_error.png")
    put(page, "05-backward", TWICE_TOO_LARGE)
    see(page, "Recognized: A factor 2 too many")
    page.screenshot(path=RESULTS / "exercise_recognized.png")
    put(page, "05-backward", TWICE_TOO_LARGE.replace("2 * (", "("))
    see(page, "05.backward: right, 6 of 6 points")
    assert page.locator(".jp-Notebook").get_by_role("heading", name="Recognized: A factor 2").count() == 0
    put(page, "05-one-step", 'one_step = "E F C A B D"')
    see(page, "05.one_step: right")
    put(page, "05-layer-gradients", "layer_gradients = lambda a_prev, delta: (a_prev.T @ delta, delta)")
    see(page, "Recognized: db is not summed over the batch")
    assert lab.run_all(page) == []
    page.get_by_text("2 of 6 exercises are right, 8 of 19 points.").wait_for()
    page.screenshot(path=RESULTS / "exercise_progress.png")


def test_an_endless_loop_is_ended_by_the_interrupt_of_the_notebook(lab, page):
    assert lab.run_all(page) == []
    put(page, "05-backward", ENDLESS)
    _await_file(page, "exercises/started")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    page.get_by_text("It was interrupted in call 1.").wait_for(timeout=9_000)


def test_the_link_of_a_verdict_opens_the_chapter(lab, page):
    assert lab.run_all(page) == []
    put(page, "05-backward", TWICE_TOO_LARGE)
    see(page, "Recognized: A factor 2 too many")
    page.get_by_role("link", name="chapter 03, output delta").first.click()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.context?.path === 'chapters/03_output_delta.ipynb'"
    )
