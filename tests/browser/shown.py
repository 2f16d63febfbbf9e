"""One view of an explorer in a notebook, by what a person or a screen reader finds there."""

import re

from explorers import EXPLORERS

__all__ = ["POSITION", "Shown"]

POSITION = "getattr(explorer, explorer.trait)"
"""What the kernel takes for the position, in a notebook that calls the explorer `explorer`."""

PAINTED = """root => [
    root.querySelector('.bp-status').textContent,
    root.querySelector('.bp-body').outerHTML,
    ...[...root.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()),
].join('\\n')"""


class Shown:
    """One view of an explorer, and what can be done to it."""

    def __init__(self, page, name, nth=0):
        self.page = page
        title = EXPLORERS[name][0].title
        self.root = page.get_by_role("group", name=re.compile(f"^{title}", re.IGNORECASE)).nth(nth)
        self.root.wait_for()
        self.root.scroll_into_view_if_needed()
        self.scrub = self.root.locator(".bp-scrub input")
        self.problem = self.root.get_by_role("alert")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def click(self, name):
        self.button(name).click()

    @property
    def position(self):
        return int(self.scrub.input_value())

    @property
    def last(self):
        return int(self.scrub.get_attribute("max"))

    @property
    def words(self):
        return self.root.locator(".bp-status").inner_text()

    @property
    def painted(self):
        """Everything that is drawn, as one text: the status line, the body and the bytes of the canvases."""
        return self.root.evaluate(PAINTED)

    def await_position(self, test):
        self.page.wait_for_function(
            f"input => {{ const at = Number(input.value); return {test}; }}", arg=self.scrub.element_handle()
        )

    def await_button(self, name):
        self.button(name).wait_for()

    def await_answer(self):
        """Wait until the kernel is not asked for anything any more."""
        self.page.wait_for_function("root => root.getAttribute('aria-busy') !== 'true'", arg=self.root.element_handle())

    def await_painted_unlike(self, painted):
        """Wait until something else is drawn."""
        self.page.wait_for_function(
            f"([root, painted]) => ({PAINTED})(root) !== painted", arg=[self.root.element_handle(), painted]
        )
