"""Statements about many rows, some of them at a time: SQLite takes only so many values in one."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

BATCH = 1_000  # rows of one statement

T = TypeVar("T")


def batches(found: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]
