"""A class that runs nbgrader: the release is made from a solution, and a submission is graded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import proof
import pytest

NAME = "05_vectorized_gradients.ipynb"


def nbgrader(folder, *arguments):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with its release, and a submission that answers two of six exercises."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "source" / "05").mkdir(parents=True)
    shutil.copy(proof.ROOT / "solutions" / NAME, folder / "source" / "05")
    shutil.copy(proof.ROOT / "solutions" / "nbgrader_config.py", folder)
    nbgrader(folder, "generate_assignment", "05", "--create")
    solution = nbformat.read(proof.ROOT / "solutions" / NAME, 4)
    answers = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in solution.cells}
    submission = nbformat.read(folder / "release" / "05" / NAME, 4)
    for cell in submission.cells:
        identity = cell.metadata.get("nbgrader", {}).get("grade_id")
        if identity in ("05-backward", "05-one-step"):
            cell.source = answers[identity]
    (folder / "submitted" / "anna" / "05").mkdir(parents=True)
    nbformat.write(submission, folder / "submitted" / "anna" / "05" / NAME)
    return folder


def test_the_release_is_the_exercise_that_the_course_ships(course):
    released = nbformat.read(course / "release" / "05" / NAME, 4)
    shipped = nbformat.read(proof.ROOT / "exercises" / NAME, 4)
    assert [cell.source for cell in released.cells] == [cell.source for cell in shipped.cells]


def test_two_right_answers_earn_their_points_and_the_others_none(course):
    said = nbgrader(course, "autograde", "05", "--create")
    assert "Autograding" in said
    assert "partial credit" not in said, "the value of a check is no number"
    program = (
        "from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book:\n"
        "    grades = book.find_submission('05', 'anna').notebooks[0].grades\n"
        "    print({g.name: g.auto_score for g in grades if g.auto_score})"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=course, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'05-one-step-check': 2.0, '05-backward-check': 6.0}"
