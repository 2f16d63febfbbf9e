"""The rules of the house: what may lean on what, what an import loads, and what no file may hold."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repository import text_files

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "backprop_lib"

# ---- imports go down only ----------------------------------------------------------------------------------------

FLOORS = {
    "validation": 0,
    "numerals": 0,
    "tables": 0,
    "time_limit": 0,
    "activations": 0,
    "losses": 0,
    "initializers": 0,
    "datasets": 0,
    "equations": 0,
    "autodiff": 0,
    "network": 1,
    "gradcheck": 1,
    "mistakes": 2,
    "training": 2,
    "trace": 2,
    "running_example": 2,
    "__init__": 2,  # the front door shows floors 1 and 2, so only the floors above may enter by it
    "plots": 3,
    "widgets": 4,
    "checks": 4,
    "grading": 5,
    "authoring": 5,
    "__main__": 6,
}
# On one floor nobody leans on a neighbor, these apart; so `checks` and `widgets` never see each other.
NEIGHBORS = {
    ("activations", "validation"),
    ("losses", "validation"),
    ("losses", "activations"),
    ("initializers", "validation"),
    ("datasets", "validation"),
    ("equations", "validation"),
    ("tables", "numerals"),
    ("gradcheck", "network"),
    ("__init__", "training"),
}


def room(parts):
    """Return the file or folder directly below `backprop_lib` to which a module belongs."""
    return parts[1] if len(parts) > 1 else "__init__"


def imported_modules(source, module, is_package):
    """Yield the full name of whatever a module imports, wherever in it the statement stands."""
    package = module if is_package else module[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = [*above, *(node.module or "").split(".")] if node.module else above
            # `from a import b` may take a module b out of a, or a name that a's file defines.
            yield from ([*base, alias.name] for alias in node.names)


def modules_below(package):
    for path in sorted(package.rglob("*.py")):
        parts = ["backprop_lib", *path.relative_to(package).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        yield path, parts[:-1] if is_package else parts, is_package


def upward_imports(package):
    """Return "module -> what it imports" for every import that does not go down."""
    found = []
    for path, module, is_package in modules_below(package):
        for target in imported_modules(path.read_text(encoding="utf-8"), module, is_package):
            if target[0] != "backprop_lib":
                continue
            is_room = len(target) > 1 and ((package / target[1]).is_dir() or (package / f"{target[1]}.py").is_file())
            here, there = room(module), target[1] if is_room else "__init__"
            if here != there and FLOORS[there] >= FLOORS[here] and (here, there) not in NEIGHBORS:
                found.append(f"{'.'.join(module)} -> {'.'.join(target)}")
    return found


def test_every_module_has_its_floor():
    rooms = {room(module) for _, module, _ in modules_below(PACKAGE)}
    assert rooms - FLOORS.keys() == set()


def test_imports_go_down_only():
    assert upward_imports(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "statement", "goes_up"),
    [
        ("losses.py", "from backprop_lib.network import Network", True),
        ("losses.py", "from backprop_lib import network", True),
        ("losses.py", "import backprop_lib.network", True),
        ("losses.py", "import backprop_lib.network as n", True),
        ("losses.py", "from . import network", True),
        ("losses.py", "from .network import Network", True),
        ("losses.py", "from .plots.curves import tangent", True),
        ("losses.py", "from backprop_lib import Network", True),
        ("losses.py", "import backprop_lib", True),
        ("losses.py", "def f():\n    from backprop_lib import plots", True),
        ("losses.py", "if True:\n    import numpy, backprop_lib.plots.curves", True),
        ("losses.py", "from backprop_lib.initializers import he", True),
        ("network.py", "from backprop_lib.gradcheck import gradient_check", True),
        ("plots/curves.py", "from ..widgets import stepper", True),
        ("plots/curves.py", "from backprop_lib.widgets.stepper import Stepper", True),
        ("plots/__init__.py", "from ..widgets import stepper", True),
        ("widgets/stepper.py", "from backprop_lib import checks", True),
        ("checks/hidden_delta.py", "from ..widgets.stepper import Stepper", True),
        ("losses.py", "from backprop_lib.activations import sigmoid", False),
        ("losses.py", "from . import activations, validation", False),
        ("network.py", "from . import losses", False),
        ("plots/curves.py", "from .palette import BLUE", False),
        ("plots/curves.py", "from . import palette", False),
        ("plots/curves.py", "from backprop_lib import train", False),
        ("widgets/stepper.py", "from ..plots.curves import tangent", False),
        ("__main__.py", "from backprop_lib.authoring import audit", False),
    ],
)
def test_a_planted_upward_import_is_caught_and_a_downward_one_is_not(tmp_path, file, statement, goes_up):
    for name in ("__init__", *FLOORS, "plots/curves", "plots/palette", "widgets/stepper", "checks/hidden_delta"):
        planted = tmp_path / f"{name}.py"
        if name in ("plots", "widgets", "checks", "grading", "authoring"):
            planted = tmp_path / name / "__init__.py"
        planted.parent.mkdir(exist_ok=True)
        planted.write_text("")
    assert upward_imports(tmp_path) == []
    (tmp_path / file).write_text(statement)
    assert len(upward_imports(tmp_path)) == goes_up


# ---- what comes from outside -------------------------------------------------------------------------------------

ONLY_IN = {
    "ipywidgets": {"widgets"},
    "anywidget": {"widgets"},
    "nbformat": {"authoring", "grading"},
    "tqdm": {"training"},
}


def test_each_outside_package_enters_on_its_own_floor():
    outside = set()
    for path, module, is_package in modules_below(PACKAGE):
        for target in imported_modules(path.read_text(encoding="utf-8"), module, is_package):
            if target[0] not in sys.stdlib_module_names | {"backprop_lib", "numpy"}:
                outside.add((target[0], room(module)))
    assert {(name, where) for name, where in outside if where not in ONLY_IN.get(name, {where})} == set()
    assert {(name, where) for name, where in outside if FLOORS[where] < 3} == {("tqdm", "training")}


def loaded_by(statement):
    """Return the top-level names that a fresh process has loaded after `statement`."""
    program = f"import sys, json\n{statement}\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_the_package_loads_numpy_and_the_standard_library_alone():
    # Whatever the environment's own start-up loads is there before; the difference is what the package brought.
    brought = loaded_by("import backprop_lib") - loaded_by("import numpy") - sys.stdlib_module_names
    assert brought == {"backprop_lib"}


@pytest.mark.parametrize(
    "module",
    [
        *("losses", "equations", "autodiff", "datasets", "network", "gradcheck", "tables"),
        *("mistakes", "training", "trace", "running_example"),
    ],
)
def test_nor_does_a_module_of_the_lower_floors_load_anything_else(module):
    brought = loaded_by(f"import backprop_lib.{module}") - loaded_by("import numpy") - sys.stdlib_module_names
    assert brought == {"backprop_lib"}


def test_the_way_of_looking_would_notice_matplotlib():
    assert "matplotlib" in loaded_by("import backprop_lib.plots") - loaded_by("import numpy") - sys.stdlib_module_names


# ---- words in the code -------------------------------------------------------------------------------------------

every_module = pytest.mark.parametrize(
    "path", [path for path, _, _ in modules_below(PACKAGE)], ids=lambda path: str(path.relative_to(PACKAGE))
)


def undescribed(tree):
    """Yield the public functions, classes and methods without a docstring of their own.

    A property may be described among the attributes of its class instead.
    """
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        described = ast.get_docstring(node) or ""
        if not described:
            yield node.name
        for method in node.body if isinstance(node, ast.ClassDef) else []:
            is_public = isinstance(method, ast.FunctionDef) and not method.name.startswith("_")
            if is_public and not ast.get_docstring(method) and not re.search(rf"^{method.name}\b.* :", described, re.M):
                yield f"{node.name}.{method.name}"


@every_module
def test_a_module_opens_with_a_docstring_and_describes_what_is_public(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert list(undescribed(tree)) == []


def test_a_missing_docstring_would_be_noticed():
    source = (
        'class A:\n    """A.\n\n    Attributes\n    ----------\n    kept : int\n        Here.\n    """\n'
        "    def kept(self): ...\n    def bare(self): ...\n    def _hidden(self): ...\n"
        "def f(): ...\ndef _g(): ..."
    )
    assert list(undescribed(ast.parse(source))) == ["A.bare", "f"]


@every_module
def test_the_library_returns_data_and_prints_nothing(path):
    prints = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert prints == [] or path.name == "__main__.py" or path.parent.name == "authoring"


# ---- nothing of the machine it was made on -----------------------------------------------------------------------

# Put together from pieces, so that this file does not hold what it looks for.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"(?<![\w.:/~-])/(?:ho" + r"me|Us" + r"ers|ro" + r"ot|wo" + r"rk|m" + r"nt|s" + r"rv)/\w",
            r"\b[A-Z]:\\{1,2}Us" + r"ers\\",
            r"/t" + r"mp/(?:dev|ipykernel|pip-|pytest-)",
            r"(?:ind" + r"ex-url|ind" + r"ex_url|find-" + r"links)\s*[=:\s]\s*http",
            r"https?://[^\s\"')]*/sim" + r"ple\b",
            r"https?://(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.[\d.]+",
            r"https?://[^\s\"'/)]*(?:artif" + r"actory|ne" + r"xus|dev" + r"pi|\.inter" + r"nal\b|\.lo" + r"cal\b)",
        ]
    )
)


def test_no_text_file_holds_a_path_of_a_machine_or_the_host_of_a_registry():
    found = {}
    for path in text_files(ROOT):
        matches = FORBIDDEN.findall(path.read_text(encoding="utf-8"))
        if matches:
            found[str(path.relative_to(ROOT))] = sorted(set(matches))
    assert found == {}


@pytest.mark.parametrize(
    ("line", "forbidden"),
    [
        ('File "/ho' + 'me/anna/course/x.py"', True),
        ("see /wo" + "rk/main/README.md", True),
        ("C:\\Us" + "ers\\anna", True),
        ('"C:\\\\Us' + 'ers\\\\anna"', True),
        ("/t" + "mp/ipykernel_123/456.py:1: RuntimeWarning", True),
        ("pip install --ind" + "ex-url https://pypi.example.org/x", True),
        ("https://proxy.example.org/pypi/sim" + "ple/numpy", True),
        ("http://1" + "0.0.0.7:8080/", True),
        ("https://artif" + "actory.example.org/", True),
        ("https://github.com/OWNER/REPO", False),
        ("https://example.org/ho" + "me/index.html", False),
        ("see ../wo" + "rk/notes.md", False),
        ("simple and simply put, /tmp is a folder", False),
        ("https://pypi.org/project/numpy/", False),
    ],
)
def test_the_search_finds_such_a_line_and_leaves_others_alone(line, forbidden):
    assert bool(FORBIDDEN.search(line)) == forbidden


def test_the_search_reads_every_kind_of_text_file_and_skips_what_git_ignores(tmp_path):
    (tmp_path / ".gitignore").write_text("__pycache__/\n*.log\n")
    for name in ("a.py", "b/c.md", ".ci/run", "__pycache__/x.py", "d.log", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    found = {path.relative_to(tmp_path).as_posix() for path in text_files(tmp_path)}
    assert found == {".gitignore", "a.py", "b/c.md", ".ci/run"}
