"""The learner's progress: two writers at once, a crash in the middle, a read-only folder, a deleted file."""

import signal
import subprocess
import sys
import time

import pytest

from backprop_lib.checks import EXERCISES, check, progress, records

WRITER = """
import sys
from backprop_lib.checks import records
for i in range(60):
    complaint = records.write(f"05.{sys.argv[1]}{i}", True, 1)
    assert not complaint, complaint
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKPROP_PROGRESS", str(tmp_path / "progress.sqlite"))
    return tmp_path / "progress.sqlite"


def test_two_notebooks_at_once_lose_nothing(file):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name]) for name in ("a", "b")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(records.read()) == 120


def test_a_killed_writer_leaves_a_file_that_can_be_read_and_written(file):
    writer = subprocess.Popen([sys.executable, "-c", WRITER.replace("range(60)", "range(10**6)"), "a"])
    deadline = time.monotonic() + 30
    while not records.read() and time.monotonic() < deadline:
        pass
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    before = len(records.read())
    assert before > 0
    assert records.write("05.backward", True, 6) == ""
    assert len(records.read()) == before + 1


def test_a_record_that_cannot_be_kept_is_told_and_is_no_failure(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKPROP_PROGRESS", str(tmp_path / "no_such_folder" / "progress.sqlite"))
    verdict = check("05.backward", EXERCISES["05.backward"].reference)
    assert verdict.right
    assert "could not be noted" in verdict.text


def test_what_is_not_attempted_is_not_noted(file):
    check("05.backward", ...)
    assert not file.exists()


def test_the_file_lies_with_the_exercises_and_solutions_keep_none(tmp_path, monkeypatch):
    monkeypatch.delenv("BACKPROP_PROGRESS")
    for name in ("chapters", "exercises", "solutions", "exercises/below"):
        (tmp_path / name).mkdir()
    (tmp_path / "exercises" / "05_x.ipynb").write_text("{}")
    wanted = {
        "chapters": tmp_path / "exercises" / records.FILE,
        "exercises": tmp_path / "exercises" / records.FILE,
        "exercises/below": tmp_path / "exercises" / records.FILE,
        "solutions": None,
    }
    for name, path in wanted.items():
        monkeypatch.chdir(tmp_path / name)
        assert records.place() == path
    monkeypatch.setenv("BACKPROP_PROGRESS", "off")
    assert records.place() is None


def test_progress_shows_a_bar_and_its_words(file):
    check("05.backward", EXERCISES["05.backward"].reference)
    shown = progress("05")
    assert "#....." in shown.text
    assert '<meter min="0" max="6" value="1" aria-label="1 of 6 done">' in shown.html
    with pytest.raises(ValueError, match="chapter"):
        progress("77")
    assert list(file.parent.iterdir()) == [file]
