"""How a share is said in per cent, and how shares make up a bar, on pages, in reports, files and mails."""

from collections.abc import Mapping
from typing import NamedTuple


class Segment(NamedTuple):
    """A part of a bar 100 wide."""

    status: str
    label: str
    count: int  # type: ignore[assignment] # tuple.count is not missed
    x: float
    width: float


def segments(counts: Mapping[str, int], labels: Mapping[str, str]) -> tuple[Segment, ...]:
    """Counts by status as the parts of a bar, in the order of `counts`; what has none has no part."""
    total, x, found = sum(counts.values()), 0.0, []
    for status, count in counts.items():
        if count:
            width = count * 100 / total
            found.append(Segment(status, labels[status], count, round(x, 3), round(width, 3)))
            x += width
    return tuple(found)


def percent(part: float, whole: float) -> int | None:
    """Rounded, but 100 only when it is all and 0 only when it is none; None where there is nothing to share."""
    if not whole:
        return None
    if not 0 < part < whole:
        return round(100 * part / whole)
    return min(99, max(1, round(100 * part / whole)))
