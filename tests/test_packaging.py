"""What a newcomer, a package index and Binder get: the README's commands, the wheel, the pins."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
from repository import ROOT, text_files

import backprop_lib

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def command(name):
    (found,) = re.findall(rf"^<!-- run: {name} -->\n```sh\n(.+?)\n```$", README, re.M | re.S)
    return found


@pytest.mark.parametrize("name", ["course", "tests"])
def test_each_command_is_one_line_that_needs_python_and_pip_only(name):
    line = command(name)
    assert "\n" not in line
    for part in line.split(" && "):
        assert part.startswith(("python3 -m venv .venv", ".venv/bin/")), part


@pytest.mark.parametrize("name", ["course", "tests"])
def test_the_same_command_stands_beside_it_for_powershell(name):
    line = (
        command(name)
        .replace("python3 -m venv", "py -m venv")
        .replace(" && ", "; ")
        .replace(".venv/bin/", ".venv\\Scripts\\")
    )
    assert f"```powershell\n{line}\n```" in README


def test_chapter_00_repeats_the_readmes_course_command_to_the_letter():
    chapter = (ROOT / "chapters" / "00_start_here.md").read_text(encoding="utf-8")
    assert f"```text\n{command('course')}\n```" in chapter


def test_ci_calls_the_readmes_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- run: tests -->" in script
    assert "pytest" not in script, "the command has one home, the README"


def test_the_public_address_stands_in_one_place():
    address = re.compile(r"mybinder\.org/v2/gh/([\w.-]+/[\w.-]+)/HEAD\?urlpath=lab/tree/(\S+?)\)")
    ((repository, start),) = address.findall(README)
    assert (ROOT / start).exists()
    owners = [
        path.name
        for path in text_files()
        if path.relative_to(ROOT).parts[0] != "tests"
        and path.suffix in {".md", ".toml", ".py", ".yml", ".ipynb", ".txt"}
        and repository in path.read_text(encoding="utf-8")
    ]
    assert owners == ["README.md"]


def test_readme_links_and_picture_exist():
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
    assert re.search(r"!\[[^\]]{60,}\]\(docs/epoch_stepper\.png\)", README), "the picture needs a text alternative"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_the_widgets_module_and_the_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for path in (ROOT / "backprop_lib").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in names
    assert {
        "backprop_lib/widgets/static/epoch_stepper.js",
        "backprop_lib/widgets/static/shared.css",
        "backprop_lib/data/digits.npz",
        "backprop_lib/data/digits.md",
        "backprop_lib/jupyter/labconfig/default_setting_overrides.json",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "chapters/"))]


def test_the_wheel_works_without_the_repository(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import backprop_lib, backprop_lib.datasets as d; from backprop_lib.widgets import EpochStepper; "
        "assert d.digits()[0].shape == (1797, 64); EpochStepper(epochs=2); print(backprop_lib.__file__)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(str(tmp_path))


def test_the_lab_command_says_where_to_start_when_the_course_is_not_there(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "backprop_lib", "lab"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "00_start_here.ipynb was found neither in" in run.stderr
    assert "Change into the folder of the course" in run.stderr


def test_an_option_that_no_command_takes_is_refused():
    run = subprocess.run(
        [sys.executable, "-m", "backprop_lib", "notebooks", "--fast"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "unrecognized arguments: --fast" in run.stderr


def test_the_version_is_the_packages_own(wheel):
    assert f"-{backprop_lib.__version__}-" in wheel.name


def test_the_dependencies_are_those_that_were_agreed():
    def names(requirements):
        return {re.match(r"[\w-]+", requirement).group() for requirement in requirements}

    assert names(PROJECT["dependencies"]) == {
        *("numpy", "matplotlib", "jupyterlab", "ipywidgets", "jupytext"),
        *("anywidget", "latex2mathml", "tqdm"),
    }
    assert names(PROJECT["optional-dependencies"]["test"]) == {
        *("nbval", "pytest", "playwright"),
        *("axe-playwright-python", "codespell", "sympy", "autograd", "nbgrader"),
    }


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_binder_installs_the_versions_that_were_tested():
    runtime, everything = pins("binder/requirements.txt"), pins("constraints.txt")
    assert runtime.items() <= everything.items()
    wanted = {re.match(r"[\w-]+", requirement).group() for requirement in PROJECT["dependencies"]}
    assert wanted <= set(runtime)


def test_binder_asks_for_a_python_the_course_takes():
    runtime = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert runtime in {"python-3.11", "python-3.12", "python-3.13"}


def test_the_licences_are_there():
    assert "BSD 3-Clause" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "CC BY 4.0" in (ROOT / "LICENSE-TEXT").read_text(encoding="utf-8")
    note = (ROOT / "backprop_lib" / "data" / "digits.md").read_text(encoding="utf-8")
    assert "UCI" in note
    assert "CC BY 4.0" in note
