"""What all tests share: a warm font cache, and the report on how long each chapter takes to execute."""

import os

import matplotlib.font_manager  # noqa: F401 - builds its cache here and not in the output of a notebook's first picture
import pytest

os.environ["BACKPROP_PROGRESS"] = "off"  # a test run is no learner's progress

SECONDS = pytest.StashKey()


def pytest_configure(config):
    config.stash[SECONDS] = {}


@pytest.fixture
def seconds(request):
    """A table of the seconds that each chapter took; reported at the end and asserted nowhere."""
    return request.config.stash[SECONDS]


def pytest_terminal_summary(terminalreporter, config):
    if config.stash[SECONDS]:
        terminalreporter.section("seconds to execute a chapter from a fresh kernel (the aim is 30)")
        for name, value in sorted(config.stash[SECONDS].items()):
            terminalreporter.write_line(f"{value:6.1f}  {name}")
