"""How far a writer is, in rows: counted where they are written, so that a progress bar tells what is true."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Progress = Callable[[int, int], None]  # rows written, of how many
R = TypeVar("R")


def silent(done: int, total: int) -> None:
    """For those who do not ask."""


class Count:
    """Counts rows of several tables into one number."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def of(self, rows: Iterable[R]) -> Iterator[R]:
        for row in rows:
            yield row
            self.done += 1
            self.progress(self.done, self.total)
