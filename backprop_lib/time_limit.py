"""An end for code that may never end of itself."""

import contextlib
import signal
import threading

__all__ = ["TimeUp", "time_limit"]


class TimeUp(BaseException):
    """The time is up. No Exception, so that `except Exception` in the code does not swallow it."""


@contextlib.contextmanager
def time_limit(seconds):
    """Raise `TimeUp` after so many seconds, and again each second in case something swallows it.

    Only the main thread of a system that has such a timer can be stopped so; elsewhere there is no limit, and the
    interrupt of the notebook is what ends an endless loop.

    Parameters
    ----------
    seconds : float or None
        None for no limit.

    Raises
    ------
    TimeUp
        When the time is up.
    """
    possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not possible:
        yield
        return

    def stop(number, frame):
        raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
