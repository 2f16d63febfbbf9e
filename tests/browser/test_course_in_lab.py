"""The first minutes of a learner: `backprop lab` opens chapter 00, it runs, it saves, and nothing stands in the way."""

from conftest import PATIENCE, TOKEN


def test_the_lab_opens_at_chapter_00_without_a_question_over_it(lab):
    page = lab.browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    page.goto(f"{lab.url}/?token={TOKEN}")
    page.get_by_role("heading", name="Chapter 00: Start here").wait_for(timeout=PATIENCE)
    assert page.url.endswith("/lab/tree/chapters/00_start_here.ipynb")
    page.evaluate("() => window.jupyterapp.restored")
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    page.context.close()


def test_a_learner_runs_and_saves_chapter_00_and_its_source_stays_as_it_was(lab):
    source = lab.folder / "chapters" / "00_start_here.md"
    before, written = source.read_bytes(), source.stat().st_mtime_ns
    page = lab.open("chapters/00_start_here.ipynb")
    assert lab.run_all(page) == []
    assert page.get_by_text("The set-up works.", exact=True).is_visible()
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert page.locator(".jp-Dialog").count() == 0
    assert source.stat().st_mtime_ns > written, "the pair was not kept in step: its Markdown was not written"
    assert source.read_bytes() == before
    assert page.problems == []
    page.context.close()


def test_links_from_chapter_to_chapter_open_the_notebook(lab):
    page = lab.open("chapters/00_start_here.ipynb")
    page.get_by_role("link", name="Chapter 01: The chain rule").last.click()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.context?.path === 'chapters/01_chain_rule.ipynb'"
    )
    page.get_by_role("heading", name="Chapter 01: The chain rule").wait_for()
    page.context.close()


def test_the_stored_output_of_the_stepper_is_seen_before_anything_is_run(lab):
    page = lab.open("chapters/06_gradient_descent.ipynb")
    cell = page.locator(".jp-CodeCell", has_text='stepper = EpochStepper(data="xor"')
    cell.scroll_into_view_if_needed()
    cell.locator(".jp-Placeholder").click()  # folded: it stands behind a question
    picture = cell.get_by_role("img", name="Epoch stepper, XOR")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 1000")
    assert page.get_by_text("model not found").count() == 0
    page.context.close()
