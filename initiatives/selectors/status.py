"""How initiatives stand, now or at any recorded moment: the one place that decides the effective status.

Pages, exports, reminders and snapshots all read `initiative_statuses()`. It reads history rows only, so the past has
the owners, names and dates of then. The decision is made in the database, so it can filter, sort and count at any size.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import IsNull
from django.utils import timezone

from goals.models import Plan, PlanVersion
from goals.selectors import plans_as_of
from initiatives.judgement import InitiativeColumns
from initiatives.models import CLOSED, SILENT, EffectiveStatus, InitiativeVersion, MilestoneVersion, Status
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.selectors.names import COUNTED, NAMES, WORDS, Beside
from records.asof import AsOf, start_of_day
from records.statements import Keys, statement

NOTHING_REPORTED = "Nothing reported"


@dataclass(frozen=True)
class _Ids:
    """The live rows behind the columns. `id` is the initiative's."""

    id: int
    plan_id: int
    goal_id: int
    strategy_id: int | None
    owner_id: int | None
    department_id: int | None
    latest_update_id: int | None


@dataclass(frozen=True)
class InitiativeStatus(InitiativeColumns, _Ids):
    """One initiative as it stood: the shared columns, where its page finds the rest, and whether its owner accepted."""

    is_owner_unconfirmed: bool  # no column that is frozen with a quarter (docs/adr/0024)


class Expected(NamedTuple):
    """A plan, and the day, with the instant at which it begins, from which on an update of its initiatives counts."""

    plan_id: int
    oldest: date
    since: datetime


LABELS = {
    "effective_label": ("effective_status", dict(EffectiveStatus.choices)),
    "reported_label": ("reported_status", {"": NOTHING_REPORTED} | dict(Status.choices)),
    "override_label": ("override_status", {"": ""} | dict(Status.choices)),
}
DECIDED = ("effective_status", "is_stale")
# What the version itself holds of the columns.
OWN = tuple(
    field.name
    for field in fields(InitiativeStatus)
    if field.name not in {"id", "department_id", "is_owner_unconfirmed", *LABELS, *DECIDED, *NAMES, *WORDS, *COUNTED}
)
CHUNK = 2_000  # rows fetched at once where a file of any length is read


def initiative_statuses(when: AsOf, *, plan: Plan | int | None = None) -> QuerySet[Any]:
    """Initiatives of one plan or of all as they stood at `when`, with their effective status, in the plan's order.

    One query reads the plans as they were then; `statuses_in` takes them where they are known.
    """
    key = plan.pk if isinstance(plan, Plan) else plan
    return statuses_in([one for one in plans_as_of(when) if key in (None, one.subject_id)], when)


def statuses_in(plans: Iterable[PlanVersion], when: AsOf) -> QuerySet[Any]:
    """The initiatives of these plans of then. Filter by the field names of `InitiativeStatus`; the id is `subject_id`.

    They hold what is filtered and counted by, and no name: `read` fetches names for the rows that are shown.
    """
    return judged(expected_of(plans, when), when)


def expected_of(plans: Iterable[Plan | PlanVersion], when: AsOf) -> tuple[Expected, ...]:
    """From what day on an update counts, for each plan: stale from day 91 where 90 are expected, in local days."""
    days = ((_number_of(plan), when.day - timedelta(days=plan.expected_update_days)) for plan in plans)
    return tuple(Expected(key, day, start_of_day(day)) for key, day in days)


def _number_of(plan: Plan | PlanVersion) -> int:
    key: int = plan.pk if isinstance(plan, Plan) else plan.subject_id
    return key


def judged(expected: tuple[Expected, ...], when: AsOf, *, of_few: bool = False) -> QuerySet[Any]:
    """The same, of plans of which that is known: what a statement takes (`records.statements`).

    `of_few`: the caller names a few initiatives of very many (`VersionQuerySet.as_of`).
    """
    rows = InitiativeVersion.objects.as_of(when, of_few=of_few).filter(plan__in=[one.plan_id for one in expected])
    decided: QuerySet[Any] = rows.annotate(
        department_id=F("lead_department_id"),
        is_stale=_is_stale(expected),
        effective_status=_decided(when, F, Value, of_few=of_few),
    )
    return decided.order_by("sort_key", "subject_id")


def read(rows: Any) -> list[InitiativeStatus]:
    """The rows as plain values, in their order: no template can reach today's row by accident. Two queries."""
    return _beside(list(_holding(rows, *DECIDED)), rows.when)


def read_decided(decided: Iterable[tuple[int, str, bool]], when: AsOf) -> list[InitiativeStatus]:
    """The versions of these numbers, in this order, whose status is known already. Two queries.

    To sort all rows by what they hold would fetch all of them; so a page asks for numbers first.
    """
    stands = {pk: dict(zip(DECIDED, known, strict=True)) for pk, *known in decided}
    held = {row["pk"]: row for row in _versions(Keys(stands))} if stands else {}
    return _beside([held[pk] | known for pk, known in stands.items()], when)


@statement
def _versions(keys: Keys) -> QuerySet[Any]:
    return _holding(InitiativeVersion.objects.filter(pk__among=keys))


def _holding(rows: QuerySet[Any], *columns: str) -> QuerySet[Any]:
    words = {name: F(f"latest_update__{name}") for name in WORDS}
    said = rows.annotate(author_id=F("latest_update__author"), **words)
    held: QuerySet[Any] = said.values("pk", "subject_id", "lead_department_id", "author_id", *OWN, *WORDS, *columns)
    return held


def _beside(rows: list[dict[str, Any]], when: AsOf) -> list[InitiativeStatus]:
    found = []
    for some in (rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK)):
        beside = Beside.of(some, when)
        found += [_plain(row | beside.columns(row)) for row in some]
    return found


def _plain(row: dict[str, Any]) -> InitiativeStatus:
    for name in WORDS:
        row[name] = row[name] or ""
    for name, (column, words) in LABELS.items():
        row[name] = str(words[row[column]])
    if row["last_updated_at"]:
        row["last_updated_at"] = timezone.localtime(row["last_updated_at"], timezone.get_default_timezone())
    row["department_id"] = row.pop("lead_department_id")
    del row["pk"], row["author_id"]
    row["id"] = row.pop("subject_id")
    made = object.__new__(InitiativeStatus)  # what is frozen sets its fields one call each: half of what a list reads
    made.__dict__.update(row)
    return made


def status_of(initiative_id: int, when: AsOf, plan: Plan | PlanVersion | None = None) -> InitiativeStatus | None:
    """One initiative as it stood, or None where it did not exist then. `plan`: its plan of then, if that is at hand."""
    plans = _plan_of(initiative_id, when) if plan is None else [plan]
    found = _beside(_one(initiative_id, expected_of(plans, when), when), when)
    return found[0] if found else None


@statement
def _one(initiative_id: int, expected: tuple[Expected, ...], when: AsOf) -> QuerySet[Any]:
    return _holding(judged(expected, when).filter(subject_id=initiative_id), *DECIDED)


@statement
def _plan_of(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    """The plan of then of an initiative of then."""
    there = InitiativeVersion.objects.as_of(when).filter(subject_id=initiative_id)
    rows: QuerySet[Any] = PlanVersion.objects.as_of(when).filter(subject__in=there.values("plan"))
    return rows


def status_set_by_people(prefix: str = "") -> Case:
    """The effective status where people decide it, whatever the dates say; empty where the dates decide.

    For live rows, reached through `prefix`: enough to tell which initiatives are closed or on hold without reading
    history or milestones.
    """
    return Case(*_set_by_people(prefix), default=Value(""), output_field=CharField())


def effective_label(when: AsOf, label: Callable[[str], Any]) -> Case:
    """The word for the effective status of `initiative_statuses(when)`; `label` words the status that a column holds.

    Decided once more, not looked up by the status: a lookup would have the database decide it again for every word.
    """
    return _decided(when, label, lambda status: Value(str(EffectiveStatus(status).label)))


def _set_by_people(prefix: str = "", tell: Callable[[str], Any] = F) -> list[When]:
    """The first rules of `judgement.decided`."""
    reported, override = f"{prefix}reported_status", f"{prefix}override_status"
    return [
        When(Q((f"{reported}__in", SILENT)), then=tell(reported)),
        When(~Q((override, "")), then=tell(override)),
    ]


def _decided(when: AsOf, tell: Callable[[str], Any], word: Callable[[str], Any], *, of_few: bool = False) -> Case:
    """`judgement.decided` in SQL: `tell` says what a column holds, `word` a status by itself."""
    return Case(
        *_set_by_people(tell=tell),
        When(has_late_milestone(when, of_few=of_few), then=word(EffectiveStatus.OFF_TRACK.value)),
        When(is_stale=True, then=word(EffectiveStatus.NO_CURRENT_UPDATE.value)),
        When(reported_status="", then=word(EffectiveStatus.NOT_STARTED.value)),
        default=tell("reported_status"),
        output_field=CharField(),
    )


def has_late_milestone(when: AsOf, *, of_few: bool = False) -> Exists | IsNull:
    """The condition that an open milestone of the initiative is past its date.

    Of few initiatives on a past day it is looked up for each: PostgreSQL would first read all that were late then.
    """
    is_each = of_few and not when.is_live
    rows: QuerySet[Any] = MilestoneVersion.objects.as_of(when, of_few=is_each)
    late = rows.filter(OPEN_MILESTONE, initiative=OuterRef("subject_id"), due_date__lt=when.day)
    return IsNull(Subquery(late.order_by().values("pk")[:1]), False) if is_each else Exists(late)


def _is_stale(expected: Iterable[Expected]) -> Case:
    """Whether the last update (or, without one, the start) is older than the plan expects."""
    cases = []
    for plan_id, oldest, since in expected:
        is_old = Q(last_updated_at__lt=since)
        never = Q(last_updated_at__isnull=True, start_date__lt=oldest)
        cases.append(When(Q(plan=plan_id) & (is_old | never) & ~Q(reported_status__in=CLOSED), then=Value(True)))
    return Case(*cases, default=Value(False), output_field=BooleanField())
