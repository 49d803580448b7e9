"""Initiatives on a time axis: bars, milestones, ticks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from initiatives.models import MilestoneVersion
from initiatives.selectors.status import InitiativeStatus
from records.asof import AsOf
from records.days import in_words


@dataclass(frozen=True)
class Mark:
    """A milestone on the time axis, `x` in hundredths of its width; `state` is done, late or open."""

    x: float
    state: str


@dataclass(frozen=True)
class Bar:
    """An initiative on the time axis; `label` says the same in words."""

    row: InitiativeStatus
    label: str
    x: float
    width: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Timeline:
    """Bars on one axis from the first day of a year to the last of another; `years` are its ticks."""

    start: date
    end: date
    years: tuple[date, ...]
    bars: list[Bar]


def timeline(rows: list[InitiativeStatus], when: AsOf) -> Timeline:
    """The rows of a page as bars with their milestones. One query."""
    ends = [row.due_date or max(when.day, row.start_date) for row in rows]
    # Old beginnings and far ends would squeeze what matters now into a corner.
    first = max(min([*(row.start_date for row in rows), when.day]).year, when.day.year - 2)
    last = min(max([*ends, when.day]).year, when.day.year + 5)
    start, end = date(first, 1, 1), date(last, 12, 31)
    span = (end - start).days

    def x(day: date) -> float:
        return round(min(100.0, max(0.0, (day - start).days * 100 / span)), 3)

    days = _marked_days(rows, when)
    bars = []
    for row, until in zip(rows, ends, strict=True):
        marks = tuple(Mark(x(day), state) for day, state in days.get(row.id, ()) if start <= day <= end)
        width = max(x(until) - x(row.start_date), 0.5)
        bars.append(Bar(row, _in_words(row), x(row.start_date), round(width, 3), marks))
    years = tuple(date(year, 1, 1) for year in range(first, last + 1))
    return Timeline(start, end, years, bars)


def _marked_days(rows: list[InitiativeStatus], when: AsOf) -> dict[int, list[tuple[date, str]]]:
    found: dict[int, list[tuple[date, str]]] = {}
    known: QuerySet[Any] = MilestoneVersion.objects.as_of(when).filter(
        initiative__in=[row.id for row in rows], due_date__isnull=False, is_cancelled=False
    )
    for key, due, done in known.order_by("due_date").values_list("initiative_id", "due_date", "completed_date"):
        state = "done" if done else "late" if due < when.day else "open"
        found.setdefault(key, []).append((done or due, state))
    return found


def _in_words(row: InitiativeStatus) -> str:
    until = f"to {in_words(row.due_date)}" if row.due_date else "without a due date"
    met = f", {row.milestones_met} of {row.milestones_total} milestones met" if row.milestones_total else ""
    return f"{row.number} {row.title}: from {in_words(row.start_date)} {until}, {row.effective_label.lower()}{met}"
