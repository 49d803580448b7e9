"""How long the store of files may keep whoever asks it for one (docs/adr/0038).

A worker waits and comes again. A web process has a handful of threads, and each that waits for the store is one that
no page has: there a file is waited for shortly, by two threads at most, and by none for a moment after the store was
silent.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

AT_ONCE = 2  # threads of a web process that may be at the store
TURN = 2.0  # seconds that one more waits for its turn
SILENT = 10.0  # seconds for which a web process believes that a store still does not answer


class Limits(NamedTuple):
    """Seconds until a connection stands, seconds without a byte of the answer, and how often a step is tried."""

    connect: float
    answer: float
    tries: int


WORKER, WEB = Limits(3, 15, 2), Limits(2, 4, 1)


class NoTurn(Exception):
    """The store was not asked; the words go on after “the place where files lie”."""


class Door:
    """Of a web process: who may go to the store now."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._silent_until = 0.0

    def enter(self) -> None:
        """Raises NoTurn."""
        self._refuse_while_silent()
        if not self._places.acquire(timeout=TURN):
            raise NoTurn("has more to do than it can")
        try:
            self._refuse_while_silent()  # as whoever was before us may have found
        except NoTurn:
            self._places.release()
            raise

    def leave(self) -> None:
        self._places.release()

    def was_silent(self) -> None:
        """From now on, and for a moment, nobody waits."""
        self._silent_until = time.monotonic() + SILENT

    def _refuse_while_silent(self) -> None:
        if time.monotonic() < self._silent_until:
            raise NoTurn("does not answer")


_of_web: Door | None = None


def serve_people() -> None:
    """This process answers requests; asked for once, before it does."""
    global _of_web
    _of_web = Door()


def limits() -> Limits:
    """Of this process."""
    return WEB if _of_web else WORKER


@contextmanager
def turn() -> Iterator[None]:
    """Who is inside may ask the store. Raises NoTurn."""
    if (door := _of_web) is None:
        yield
        return
    door.enter()
    try:
        yield
    finally:
        door.leave()


def note_silence() -> None:
    """The store did not answer."""
    if _of_web:
        _of_web.was_silent()
