"""What was reported of one initiative over time, as stretches of a strip that ends on the day a page speaks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from initiatives.models import Status
from initiatives.selectors.rows import UpdateRow
from records.asof import AsOf, local_day
from records.days import in_words


class Stretch(NamedTuple):
    """From one update to the next; `x` and `width` in hundredths of the strip."""

    status: str
    percent: int | None
    x: float
    width: float


@dataclass(frozen=True)
class Story:
    """The stretches in order, with the days and shares at both ends. `words` says the same to a screen reader."""

    stretches: list[Stretch]
    first_day: date
    last_day: date
    words: str

    @property
    def first(self) -> Stretch:
        return self.stretches[0]

    @property
    def last(self) -> Stretch:
        return self.stretches[-1]


def story_of(updates: Iterable[UpdateRow], when: AsOf) -> Story | None:
    """The updates of a page, newest first; corrected ones are left out. None where there is no course to show."""
    told = [(local_day(row.recorded_at), row) for row in updates if row.corrected_at is None][::-1]
    if len(told) < 2 or told[0][0] >= when.day:
        return None
    start, span = told[0][0], (when.day - told[0][0]).days

    def x(day: date) -> float:
        return round((day - start).days * 100 / span, 2)

    ends = [x(day) for day, _ in told[1:]] + [100.0]
    stretches = [
        Stretch(row.status, row.percent, x(day), round(end - x(day), 2))
        for (day, row), end in zip(told, ends, strict=True)
    ]
    words = "; ".join(f"{in_words(day)} {_said(row)}" for day, row in told)
    return Story(stretches, start, told[-1][0], f"Reported: {words}.")


def _said(row: UpdateRow) -> str:
    return Status(row.status).label.lower() + ("" if row.percent is None else f", {row.percent}%")
