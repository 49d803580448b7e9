"""Lists of which a page shows the first rows, and says how many there are in all."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


class Part(list[T]):
    """The first rows of a list; `total` counts all of them. `{% more %}` leads to the rest."""

    def __init__(self, rows: Iterable[T] = (), total: int | None = None) -> None:
        super().__init__(rows)
        self.total = len(self) if total is None else total

    @property
    def more(self) -> int:
        return self.total - len(self)


def part(rows: list[T], limit: int | None) -> Part[T]:
    """The first of rows that were read."""
    return Part(rows[:limit], len(rows))
