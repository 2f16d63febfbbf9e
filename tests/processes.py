"""Processes that tests start and have to end."""

import contextlib
import subprocess

__all__ = ["stop"]


def stop(server, patience=20):
    """End a Jupyter server.

    Its handler of the signal writes to the log. A signal that comes while the server is writing there is lost with a
    "reentrant call", so it is sent again.
    """
    for _ in range(3):
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return server.wait(timeout=patience)
    server.kill()
    server.wait()
    raise AssertionError("the server did not end when it was asked to, three times")
