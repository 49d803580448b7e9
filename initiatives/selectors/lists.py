"""The list of initiatives: filters, search, order, and the columns that the page and its files share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower, TruncDate
from django.utils import timezone

from goals.models import GoalVersion, Plan, PlanVersion
from goals.selectors import plans_as_of, priorities_as_of
from initiatives.models import Alignment, Contribution, EffectiveStatus, Initiative, MilestoneVersion, Status
from initiatives.selectors.attention import needs_attention
from initiatives.selectors.names import with_milestones, with_names
from initiatives.selectors.status import (
    CHUNK,
    NOTHING_REPORTED,
    Expected,
    InitiativeStatus,
    expected_of,
    judged,
    statuses_in,
)
from people.models import DepartmentVersion, UserVersion
from records.asof import AsOf
from records.days import in_words
from records.remembered import remembered
from records.statements import statement
from records.texts import has_words
from web.tables import Column

SORTS: dict[str, list[Any]] = {
    "number": ["sort_key"],
    "title": [Lower("title")],
    "status": ["status_rank", "sort_key"],
    "owner": [Lower("owner_name")],
    "department": [Lower("department_abbreviation")],
    "due": ["due_date"],
    "updated": ["last_updated_at"],
}
NAMED_SORTS = {"owner", "department"}
NOBODY = "none"


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of the list. Empty means no matter."""

    goal: int | None = None
    status: str = ""
    owner: int | str | None = None  # an id, or NOBODY
    department: int | None = None
    priority: int | None = None
    visibility: str = ""
    attention: bool = False
    mine: int | None = None  # the person who asks
    text: str = ""
    sort: str = "number"


@dataclass(frozen=True)
class Choices:
    """What the filters offer: only what occurs, with the labels of the moment, as (value, label)."""

    plans: list[PlanVersion]
    goals: list[tuple[int, str]] = field(default_factory=list)
    owners: list[tuple[int, str]] = field(default_factory=list)
    departments: list[tuple[int, str]] = field(default_factory=list)
    priorities: list[tuple[int, str]] = field(default_factory=list)


def plan_rows(when: AsOf) -> QuerySet[Any]:
    """Initiatives of every plan that is not archived."""
    return statuses_in(running(plans_as_of(when)), when)


def running(plans: Iterable[PlanVersion]) -> list[PlanVersion]:
    return [plan for plan in plans if plan.state != Plan.State.ARCHIVED]


def choices_of(plans: Iterable[PlanVersion], every: list[PlanVersion], when: AsOf) -> Choices:
    """What occurs in plans, one query, asked of the few that could occur; and priorities, another."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for kind, key, place, number, name in _occurring(expected_of(plans, when), when):
        label = f"{number} {name}" if number else name
        found.setdefault(kind, []).append((place or label.casefold(), key, label))
    labels = {kind: [(key, label) for _, key, label in sorted(rows)] for kind, rows in found.items()}
    priorities = [(row.subject_id, row.name) for row in priorities_as_of(when)]
    return Choices(plans=every, priorities=priorities, **labels)


@remembered
@statement
def _occurring(expected: tuple[Expected, ...], when: AsOf) -> QuerySet[Any]:
    own = judged(expected, when).order_by()
    goals = GoalVersion.objects.as_of(when).filter(Exists(own.filter(goal=OuterRef("subject"))))
    people = UserVersion.objects.as_of(when).filter(Exists(own.filter(owner=OuterRef("subject"))))
    departments = DepartmentVersion.objects.as_of(when).filter(Exists(own.filter(lead_department=OuterRef("subject"))))
    return goals.values_list(Value("goals"), "subject_id", "sort_key", "number", "title").union(
        people.values_list(Value("owners"), "subject_id", Value(""), Value(""), "name"),
        departments.values_list(Value("departments"), "subject_id", Value(""), Value(""), "name"),
        all=True,
    )


def wanted_rows(rows: QuerySet[Any], wanted: Wanted, when: AsOf) -> QuerySet[Any]:
    """The rows that a reader asked for, in the order asked for."""
    condition = Q()
    if wanted.goal is not None:
        condition &= Q(goal=wanted.goal)
    if wanted.department is not None:
        condition &= Q(lead_department=wanted.department)
    if wanted.visibility:
        condition &= Q(visibility=wanted.visibility)
    if wanted.status:
        condition &= Q(effective_status=wanted.status)
    if wanted.owner == NOBODY:
        condition &= Q(owner__isnull=True)
    elif wanted.owner is not None:
        condition &= Q(owner=wanted.owner)
    if wanted.attention:
        condition &= needs_attention(when)
    if wanted.text or wanted.sort.removeprefix("-") in NAMED_SORTS:
        rows = with_names(rows)
    if wanted.text:
        rows = rows.annotate(
            owner_text=F("owner_then__search_text"), department_text=F("lead_department_then__search_text")
        )
        condition &= has_words(wanted.text, "search_text", "owner_text", "department_text", number="number")
    return _ordered(rows.filter(condition & _joined(wanted, when)), wanted.sort)


@remembered
def how_many(expected: tuple[Expected, ...], wanted: Wanted, when: AsOf) -> int:
    return wanted_rows(judged(expected, when), wanted, when).count()


def _joined(wanted: Wanted, when: AsOf) -> Q:
    condition = Q()
    if wanted.priority is not None:
        serving = Alignment.objects.as_of(when).filter(priority=wanted.priority)
        condition &= Q(subject__in=serving.values("initiative"))
    if wanted.mine is not None:
        helping = Contribution.objects.as_of(when).filter(person=wanted.mine)
        condition &= Q(owner=wanted.mine) | Q(subject__in=helping.values("initiative"))
    return condition


def _ordered(rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
    key = sort.removeprefix("-")
    ranks = [When(effective_status=status, then=Value(rank)) for rank, status in enumerate(EffectiveStatus.values)]
    if key == "status":
        rows = rows.annotate(status_rank=Case(*ranks, output_field=IntegerField()))
    terms = []
    for term in SORTS[key]:
        expression = F(term) if isinstance(term, str) else term
        # What is not there comes last, whichever way round.
        terms.append(expression.desc(nulls_last=True) if sort.startswith("-") else expression.asc(nulls_last=True))
    return rows.order_by(*terms, "sort_key", "subject_id")


def columns(goal_label: str) -> tuple[Column, ...]:
    """What the page shows of each initiative, as the columns of its files."""
    return (
        Column("Number", width=10),
        Column("Initiative", width=44),
        Column("Visibility", width=10),
        Column(goal_label, width=32),
        Column("Status", width=18),
        Column("Reported status", width=18),
        Column("Owner", width=28),
        Column("Lead department", width=16),
        Column("Due", "date", 12),
        Column("First agreed", "date", 12),
        Column("Last update", "date", 12),
        Column("Milestones met", "int", 10),
        Column("Milestones", "int", 10),
    )


FIELDS = (
    "number", "title", "visibility", "goal_number", "goal_title", "effective_status", "reported_status", "owner_name",
    "department_abbreviation", "due_date", "baseline_due_date", "updated_on", "milestones_met", "milestones_total",
)  # fmt: skip
VISIBILITY = {key: str(label) for key, label in Initiative.Visibility.choices}
SHOWN = {key: str(label) for key, label in EffectiveStatus.choices}
REPORTED = {"": NOTHING_REPORTED} | {key: str(label) for key, label in Status.choices}


def file_rows(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of `initiative_statuses` as the cells of `columns`, one by one: memory stays flat at any length.

    Only what a file shows is read, and no `InitiativeStatus` is made: over many rows that costs more than the query.
    """
    rows = with_milestones(with_names(rows))
    days = rows.annotate(updated_on=TruncDate("last_updated_at", tzinfo=timezone.get_default_timezone()))
    for (
        number, title, visibility, goal, goal_title, effective, reported, owner, department, due, agreed, updated, met,
        total,
    ) in days.values_list(*FIELDS).iterator(chunk_size=CHUNK):  # fmt: skip
        yield (
            number, title, VISIBILITY[visibility], f"{goal} {goal_title}", SHOWN[effective], REPORTED[reported],
            owner or "No owner", department or "None", due, agreed, updated, met, total,
        )  # fmt: skip


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
