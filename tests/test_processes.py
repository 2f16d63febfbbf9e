"""That a server is ended although a signal was lost."""

import os
import subprocess
import sys

import pytest
from processes import stop

DEAF = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("ready", flush=True)
for _ in range({deaf} + 1):
    signal.sigwait([signal.SIGTERM])
"""


def server(deaf):
    """Start a process that does not hear so many signals."""
    process = subprocess.Popen([sys.executable, "-c", DEAF.format(deaf=deaf)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.skipif(os.name == "nt", reason="a process on Windows cannot hear that it is to end")
def test_a_lost_signal_is_sent_again_and_a_process_that_hears_none_is_told_of():
    with server(deaf=1) as process:
        assert stop(process, patience=1) == 0
    with server(deaf=99) as process:
        with pytest.raises(AssertionError, match="three times"):
            stop(process, patience=0.2)
        assert process.poll() is not None
