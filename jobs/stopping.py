"""Whether this process was asked to end: long work then stops at the next place where nothing is half done.

A worker's children do the work and are asked nothing; their parent is. One byte is shared with all that it forks.
"""

import mmap
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ASKED = mmap.mmap(-1, 1)


def stop_soon(number: int = 0, frame: FrameType | None = None) -> None:
    """Also a handler of signals."""
    _ASKED[0] = 1


@contextmanager
def sigterm_is_heard() -> Iterator[None]:
    """For a command that cron starts: SIGTERM ends it after what it is doing, and not in the middle of that."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python hands signals to the main thread alone
        return
    before = signal.signal(signal.SIGTERM, stop_soon)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def is_stopping() -> bool:
    return _ASKED[0] == 1


def go_on() -> None:
    """As if nobody had asked."""
    _ASKED[0] = 0
