"""The list of initiatives: filters, search, order, and the columns that the page and its files share."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_, itemgetter
from typing import Any

from django.db.models import Case, Exists, F, FilteredRelation, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower, TruncDate
from django.utils import timezone

from goals.models import GoalVersion, Plan, PlanVersion
from goals.selectors import plans_as_of, priorities_as_of
from initiatives.models import Alignment, Contribution, EffectiveStatus, Initiative, Status
from initiatives.models.status_update import UPDATES
from initiatives.selectors.attention import needs_attention
from initiatives.selectors.names import with_milestones, with_names
from initiatives.selectors.owners import not_confirmed
from initiatives.selectors.status import (
    CHUNK,
    DECIDED,
    NOTHING_REPORTED,
    Expected,
    expected_of,
    judged,
    statuses_in,
)
from people.models import DepartmentVersion, UserVersion
from records.asof import AsOf
from records.remembered import remembered_but_for
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
    "start": ["start_date"],
    "percent": ["percent"],
}
# By what rows can be grouped: the column that says to which group a row belongs, and the order of the groups.
GROUPS: dict[str, tuple[str, Any]] = {
    "goal": ("goal", F("group_then__sort_key")),
    "department": ("lead_department", Lower("group_then__name")),
    "owner": ("owner", Lower("group_then__name")),
}
NAMED_SORTS = {"owner", "department"}
NOBODY = "none"
# The columns that can be chosen; the first six are shown to who chose none. The name of the row is always there.
LISTED = {
    "status": "Status", "owner": "Owner", "due": "Due", "updated": "Last update", "milestones": "Milestones",
    "department": "Lead", "start": "Start", "percent": "Percent done",
}  # fmt: skip
USUAL = tuple(LISTED)[:6]


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
    unconfirmed: bool = False
    mine: int | None = None  # the person who asks
    text: str = ""
    sort: str = "number"
    group: str = ""  # a key of GROUPS


@dataclass(frozen=True)
class Choices:
    """What the filters offer: only what occurs, with the labels of the moment, as (value, label)."""

    plans: list[PlanVersion]
    goals: list[tuple[int, str]] = field(default_factory=list)
    owners: list[tuple[int, str]] = field(default_factory=list)
    departments: list[tuple[int, str]] = field(default_factory=list)
    priorities: list[tuple[int, str]] = field(default_factory=list)


def plan_rows(when: AsOf, only: Collection[int] | None = None) -> QuerySet[Any]:
    """Initiatives of every plan that is not archived; `only`: of these plans."""
    return statuses_in(running(plans_as_of(when, only)), when)


def running(plans: Iterable[PlanVersion]) -> list[PlanVersion]:
    return [plan for plan in plans if plan.state != Plan.State.ARCHIVED]


def choices_of(plans: Iterable[PlanVersion], every: list[PlanVersion], when: AsOf) -> Choices:
    """What occurs in plans, one query, asked of the few that could occur; and priorities, another."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for kind, key, place, number, name in _occurring(expected_of(plans, when), when):
        label = f"{number} {name}" if number else name
        found.setdefault(kind, []).append((place or label.casefold(), key, label))
    labels = {kind: [(key, label) for _, key, label in sorted(rows)] for kind, rows in found.items()}
    known = {plan.subject_id for plan in every}
    priorities = [(row.subject_id, row.name) for row in priorities_as_of(when) if row.plan_id in known]
    return Choices(plans=every, priorities=priorities, **labels)


@remembered_but_for(UPDATES)
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
    """The rows that a reader asked for, in the order asked for, group after group."""
    if wanted.sort.removeprefix("-") in NAMED_SORTS:
        rows = with_names(rows)
    rows = having_words(rows, wanted.text)
    return _ordered(rows.filter(reduce(and_, conditions(wanted, when).values(), Q())), wanted)


@statement
def first_rows(expected: tuple[Expected, ...], when: AsOf, *, group: str, limit: int) -> QuerySet[Any]:
    """The first rows of the list as it opens, in the order of the plan, as `read_decided` takes them."""
    return wanted_rows(judged(expected, when), Wanted(group=group), when)[:limit].values_list("pk", *DECIDED)


def conditions(wanted: Wanted, when: AsOf) -> dict[str, Q]:
    """What each filter that is set asks of a row, but for the words that are looked for."""
    found = {}
    if wanted.goal is not None:
        found["goal"] = Q(goal=wanted.goal)
    if wanted.department is not None:
        found["department"] = Q(lead_department=wanted.department)
    if wanted.visibility:
        found["visibility"] = Q(visibility=wanted.visibility)
    if wanted.status:
        found["status"] = Q(effective_status=wanted.status)
    if wanted.owner is not None:
        found["owner"] = Q(owner__isnull=True) if wanted.owner == NOBODY else Q(owner=wanted.owner)
    if wanted.attention:
        found["attention"] = needs_attention(when)
    if wanted.unconfirmed:
        found["unconfirmed"] = Q(not_confirmed(when))
    if wanted.priority is not None:
        serving = Alignment.objects.as_of(when).filter(priority=wanted.priority)
        found["priority"] = Q(subject__in=serving.values("initiative"))
    if wanted.mine is not None:
        helping = Contribution.objects.as_of(when).filter(person=wanted.mine)
        found["mine"] = Q(owner=wanted.mine) | Q(subject__in=helping.values("initiative"))
    return found


def having_words(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those in which, or in whose owner's or department's name, all words stand."""
    if not text:
        return rows
    named = rows if "owner_name" in rows.query.annotations else with_names(rows)
    told: QuerySet[Any] = named.annotate(
        owner_text=F("owner_then__search_text"), department_text=F("lead_department_then__search_text")
    )
    return told.filter(has_words(text, "search_text", "owner_text", "department_text", number="number"))


def _ordered(rows: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    key = wanted.sort.removeprefix("-")
    ranks = [When(effective_status=status, then=Value(rank)) for rank, status in enumerate(EffectiveStatus.values)]
    if key == "status":
        rows = rows.annotate(status_rank=Case(*ranks, output_field=IntegerField()))
    terms = []
    for term in SORTS[key]:
        expression = F(term) if isinstance(term, str) else term
        # What is not there comes last, whichever way round.
        is_down = wanted.sort.startswith("-")
        terms.append(expression.desc(nulls_last=True) if is_down else expression.asc(nulls_last=True))
    terms += [F("sort_key").asc(), F("subject_id").asc()]
    if not wanted.group:
        return rows.order_by(*terms)
    column, order = GROUPS[wanted.group]
    named: Any = rows
    grouped: QuerySet[Any] = named.annotate(
        group_then=FilteredRelation(f"{column}__versions", condition=named.when.q(f"{column}__versions"))
    )
    return grouped.order_by(order.asc(nulls_last=True), F(column).asc(nulls_last=True), *terms)


# A column of the files, and the column of the page to which it belongs; what names the row belongs to none.
FILED: tuple[tuple[str, Column], ...] = (
    ("", Column("Number", width=10)),
    ("", Column("Initiative", width=44)),
    ("", Column("Visibility", width=10)),
    ("", Column("", width=32)),  # called as the plan calls its focus areas
    ("status", Column("Status", width=18)),
    ("status", Column("Reported status", width=18)),
    ("owner", Column("Owner", width=28)),
    ("owner", Column("Owner confirmed", width=16)),
    ("department", Column("Lead department", width=16)),
    ("due", Column("Due", "date", 12)),
    ("due", Column("First agreed", "date", 12)),
    ("updated", Column("Last update", "date", 12)),
    ("milestones", Column("Milestones met", "int", 10)),
    ("milestones", Column("Milestones", "int", 10)),
    ("start", Column("Start", "date", 12)),
    ("percent", Column("Percent done", "percent", 10)),
)


def columns(goal_label: str, chosen: Collection[str] = USUAL) -> tuple[Column, ...]:
    """What the page shows of each initiative, as the columns of its files."""
    shown = [column for key, column in FILED if not key or key in chosen]
    return tuple(column if column.heading else replace(column, heading=goal_label) for column in shown)


FIELDS = (
    "number", "title", "visibility", "goal_number", "goal_title", "effective_status", "reported_status", "owner_name",
    "is_owner_unconfirmed", "department_abbreviation", "due_date", "baseline_due_date", "updated_on", "milestones_met",
    "milestones_total", "start_date", "percent",
)  # fmt: skip
VISIBILITY = {key: str(label) for key, label in Initiative.Visibility.choices}
SHOWN = {key: str(label) for key, label in EffectiveStatus.choices}
REPORTED = {"": NOTHING_REPORTED} | {key: str(label) for key, label in Status.choices}


def file_rows(rows: Any, chosen: Collection[str] = USUAL) -> Iterator[tuple[Any, ...]]:
    """Rows of `initiative_statuses` as the cells of `columns`, one by one: memory stays flat at any length.

    Only what a file shows is read, and no `InitiativeStatus` is made: over many rows that costs more than the query.
    """
    rows = with_milestones(rows if "owner_name" in rows.query.annotations else with_names(rows))
    told = rows.annotate(
        updated_on=TruncDate("last_updated_at", tzinfo=timezone.get_default_timezone()),
        is_owner_unconfirmed=not_confirmed(rows.when),
    )
    cells_of = itemgetter(*(at for at, (key, _) in enumerate(FILED) if not key or key in chosen))
    for (
        number, title, visibility, goal, goal_title, effective, reported, owner, is_asked, department, due, agreed,
        updated, met, total, start, percent,
    ) in told.values_list(*FIELDS).iterator(chunk_size=CHUNK):  # fmt: skip
        yield cells_of((
            number, title, VISIBILITY[visibility], f"{goal} {goal_title}", SHOWN[effective], REPORTED[reported],
            owner or "No owner", "" if not owner else "No" if is_asked else "Yes", department or "None", due, agreed,
            updated, met, total, start, percent,
        ))  # fmt: skip
