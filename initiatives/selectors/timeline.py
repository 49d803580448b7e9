"""Initiatives on a time axis: the axis with its quarters and years, bars beside the dates first agreed, milestones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from goals.models import PlanVersion
from goals.quarters import Quarter
from initiatives.judgement import counted
from initiatives.models import MilestoneVersion
from initiatives.selectors.status import InitiativeStatus
from records.asof import AsOf
from records.days import in_words

ZOOMS = {"quarter": "Quarter", "year": "Year", "plan": "Plan"}
FEW = 12  # quarters that have room for their names
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Tick:
    """Where a year, a quarter or a month begins, in hundredths of the axis, and how wide it is."""

    x: float
    width: float
    label: str


@dataclass(frozen=True)
class Mark:
    """A milestone on the time axis, `x` in hundredths of its width; `state` is done, late or open."""

    x: float
    state: str
    id: int
    name: str


@dataclass(frozen=True)
class Bar:
    """An initiative on the time axis; `label` says the same in words, `dates` the days alone.

    `agreed` is (x, width) up to the date first agreed, where that is another. `beyond` names the edges, start or end,
    past which it goes; with no width it lies wholly outside.
    """

    row: InitiativeStatus
    label: str
    dates: str
    x: float
    width: float
    marks: tuple[Mark, ...]
    agreed: tuple[float, float] | None
    beyond: frozenset[str]


@dataclass(frozen=True)
class Axis:
    """The days that are drawn: a fiscal quarter, a fiscal year or whole plans. `before` and `after` lead on from it."""

    zoom: str
    start: date
    end: date
    label: str
    heads: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    before: date | None = None
    after: date | None = None

    def x(self, day: date) -> float:
        return round(min(100.0, max(0.0, (day - self.start).days * 100 / (self.end - self.start).days)), 3)

    def today(self, day: date) -> float | None:
        return self.x(day) if self.start <= day <= self.end else None


def axis_of(plans: Iterable[PlanVersion], zoom: str, day: date) -> Axis:
    """The axis around a day; that of plans does not depend on it, but for where there is none."""
    known = list(plans)
    month = known[0].fiscal_year_start_month if known else 7
    first = last = Quarter.of(day, month)
    if zoom == "year":
        first, last = Quarter(first.fiscal_year, 1, month), Quarter(first.fiscal_year, 4, month)
    elif zoom != "quarter" and known:
        first = Quarter.of(min(plan.start_date for plan in known), month)
        last = Quarter.of(max(plan.end_date for plan in known), month)
    quarters = [first]
    while quarters[-1] < last:
        quarters.append(quarters[-1].next())
    start, end = first.first_day, last.last_day
    if zoom == "quarter":
        heads = [(start, first.label)]
        ticks = [(date(start.year + at // 12, at % 12 + 1, 1), "") for at in range(start.month - 1, start.month + 2)]
        ticks = [(one, f"{MONTHS[one.month - 1]} {one.year}") for one, _ in ticks]
    else:
        heads = [(one.first_day, f"FY{one.fiscal_year}") for one in quarters if one.number == 1 or one == first]
        ticks = [(one.first_day, f"Q{one.number}" if len(quarters) <= FEW else "") for one in quarters]
    is_plan = zoom not in {"quarter", "year"}
    label = f"{in_words(start)} to {in_words(end)}"
    return Axis(
        "plan" if is_plan else zoom, start, end, label, _ticks(heads, start, end), _ticks(ticks, start, end),
        None if is_plan else start - timedelta(days=1), None if is_plan else end + timedelta(days=1),
    )  # fmt: skip


def _ticks(found: list[tuple[date, str]], start: date, end: date) -> tuple[Tick, ...]:
    span = (end - start).days
    begins = [(day - start).days * 100 / span for day, _ in found]
    ends = [*begins[1:], 100]
    return tuple(
        Tick(round(x, 3), round(until - x, 3), label) for x, until, (_, label) in zip(begins, ends, found, strict=True)
    )


def bars_of(rows: list[InitiativeStatus], axis: Axis, when: AsOf) -> list[Bar]:
    """The rows of a page as bars with their milestones. One query."""
    marks = _marked(rows, axis, when)
    return [_bar(row, axis, when, tuple(marks.get(row.id, ()))) for row in rows]


def _bar(row: InitiativeStatus, axis: Axis, when: AsOf, marks: tuple[Mark, ...]) -> Bar:
    until = row.due_date or max(when.day, row.start_date)
    beyond = {"start"} if row.start_date < axis.start else set()
    beyond |= {"end"} if until > axis.end else set()
    x = axis.x(row.start_date)
    width = round(max(axis.x(until) - x, 0.5), 3)
    if until < axis.start or row.start_date > axis.end:
        beyond, width = {"start" if until < axis.start else "end"}, 0.0
    agreed = None
    if row.baseline_due_date and row.baseline_due_date != row.due_date and width:
        agreed = (x, round(max(axis.x(row.baseline_due_date) - x, 0), 3))
    return Bar(row, _in_words(row), _dates(row), x, width, marks, agreed, frozenset(beyond))


def _marked(rows: list[InitiativeStatus], axis: Axis, when: AsOf) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    known: QuerySet[Any] = MilestoneVersion.objects.as_of(when).filter(
        initiative__in=[row.id for row in rows], due_date__isnull=False, is_cancelled=False
    )
    columns = ("initiative_id", "subject_id", "title", "due_date", "completed_date")
    for key, milestone, title, due, done in known.order_by("due_date", "subject_id").values_list(*columns):
        state = "done" if done else "late" if due < when.day else "open"
        day = done or due
        if axis.start <= day <= axis.end:
            word = {"done": "met", "late": "late, was due", "open": "due"}[state]
            mark = Mark(axis.x(day), state, milestone, f"{title}, {word} {in_words(day)}")
            found.setdefault(key, []).append(mark)
    return found


def _dates(row: InitiativeStatus) -> str:
    until = in_words(row.due_date) if row.due_date else "no due date"
    slipped = f", slipped {counted(row.slip_days, 'day')}" if row.slip_days and row.slip_days > 0 else ""
    return f"{in_words(row.start_date)} – {until}{slipped}"


def _in_words(row: InitiativeStatus) -> str:
    until = f"to {in_words(row.due_date)}" if row.due_date else "without a due date"
    agreed = ""
    if row.baseline_due_date and row.baseline_due_date != row.due_date:
        agreed = f", first agreed for {in_words(row.baseline_due_date)}"
    met = f", {row.milestones_met} of {row.milestones_total} milestones met" if row.milestones_total else ""
    label = row.effective_label.lower()
    return f"{row.number} {row.title}: from {in_words(row.start_date)} {until}{agreed}, {label}{met}"
