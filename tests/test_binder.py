"""The steps Binder takes, without Docker: a new environment, the requirements, postBuild, the server, a chapter."""

import base64
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
import venv

import pytest
from processes import stop
from repository import ROOT, files

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Binder runs Linux; postBuild is a shell script")

TOKEN = "binder-rehearsal"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Build what Binder's image holds; return the folder of the repository and the environment's variables."""
    folder = tmp_path_factory.mktemp("binder")
    repository, prefix = folder / "repository", folder / "environment"
    for path in files():
        target = repository / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    venv.create(prefix, with_pip=True)
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
        "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    install = [str(prefix / "bin" / "python"), "-m", "pip", "install", "-q", "-r", "binder/requirements.txt"]
    run(install, repository, variables)
    run(["binder/postBuild"], repository, variables)
    return repository, variables


def run(command, folder, variables):
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_environment_is_consistent_and_the_course_comes_from_it(image):
    repository, variables = image
    run(["python", "-m", "pip", "check"], repository, variables)
    where = run(["python", "-P", "-c", "import backprop_lib; print(backprop_lib.__file__)"], repository, variables)
    assert "site-packages" in where.stdout


def test_the_server_serves_the_first_chapter_to_jupyterlab(image):
    repository, variables = image
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = repository.parent / "server.log"
    command = ["jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, f"--IdentityProvider.token={TOKEN}"],
            cwd=repository,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        page = await_answer(server, f"{address}/lab/tree/chapters/00_start_here.ipynb?token={TOKEN}", log)
        assert b"jupyter-config-data" in page
        contents = f"{address}/api/contents/chapters/00_start_here.ipynb?token={TOKEN}"
        with urllib.request.urlopen(contents, timeout=30) as answer:
            assert json.load(answer)["type"] == "notebook"
        settings = f"{address}/lab/api/settings/@jupyterlab/apputils-extension:notification?token={TOKEN}"
        with urllib.request.urlopen(settings, timeout=30) as answer:
            assert json.load(answer)["schema"]["properties"]["fetchNews"]["default"] == "false"
        assert "permessage-deflate" in extensions_of_a_kernel(port)
    finally:
        stop(server)


def extensions_of_a_kernel(port):
    """Open the channel to a new kernel as a browser does; return what the server agrees to."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", f"/api/kernels?token={TOKEN}", body="{}")
    kernel = json.load(connection.getresponse())["id"]
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    }
    connection.request("GET", f"/api/kernels/{kernel}/channels?token={TOKEN}", headers=headers)
    answer = connection.getresponse()
    assert answer.status == http.HTTPStatus.SWITCHING_PROTOCOLS
    connection.close()
    return answer.getheader("Sec-WebSocket-Extensions", "")


def await_answer(server, address, log):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return answer.read()
        except OSError:  # not listening yet; look again, and notice if the process ends meanwhile
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=0.2)
    pytest.fail(f"the server did not answer:\n{log.read_text(errors='replace')}")


def test_a_chapter_with_pictures_and_a_widget_executes_there(image):
    repository, variables = image
    command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=120"]
    run([*command, "--output=executed", "chapters/06_gradient_descent.ipynb"], repository, variables)
    executed = json.loads((repository / "chapters" / "executed.ipynb").read_text(encoding="utf-8"))
    assert all(cell["execution_count"] for cell in executed["cells"] if cell["cell_type"] == "code")
