"""How initiatives stand, now or at any recorded moment: the one place that decides the effective status.

Pages, exports, reminders and snapshots all read `initiative_statuses()`. It reads history rows only, so the past has
the owners, names and dates of then. The decision is made in the database, so it can filter, sort and count at any size.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from goals.models import Plan, PlanVersion
from initiatives.judgement import InitiativeColumns
from initiatives.models import CLOSED, SILENT, EffectiveStatus, InitiativeVersion, MilestoneVersion, Status
from records.asof import AsOf, start_of_day

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
    """One initiative as it stood: the shared columns, and where its page finds the rest."""


LABELS = {
    "effective_label": ("effective_status", dict(EffectiveStatus.choices)),
    "reported_label": ("reported_status", {"": NOTHING_REPORTED} | dict(Status.choices)),
    "override_label": ("override_status", {"": ""} | dict(Status.choices)),
}
COLUMNS = tuple(field.name for field in fields(InitiativeStatus) if field.name not in {"id", *LABELS})
# Columns of a related row, which may be missing.
NULLABLE_TEXTS = (
    "goal_number", "goal_title", "strategy_number", "strategy_title", "owner_name", "department_abbreviation",
    "department_name", "author_name", "happened", "next_steps", "help_needed",
)  # fmt: skip
CHUNK = 2_000  # rows fetched at once where a file of any length is read


def initiative_statuses(when: AsOf, *, plan: Plan | int | None = None) -> QuerySet[Any]:
    """Initiatives as they stood at `when`, with their effective status, in the plan's order.

    Filter by the field names of `InitiativeStatus` (the id is `subject_id`), then pass to `read`. One query reads
    the plans' expected days between updates as they were then.
    """
    plans = PlanVersion.objects.as_of(when)
    if plan is not None:
        plans = plans.filter(subject=plan)
    expected = list(plans.values_list("subject_id", "expected_update_days"))
    rows = InitiativeVersion.objects.as_of(when).filter(plan__in=[key for key, _ in expected])
    return (
        rows.annotate(
            goal_then=FilteredRelation("goal__versions", condition=when.q("goal__versions")),
            strategy_then=FilteredRelation("strategy__versions", condition=when.q("strategy__versions")),
            owner_then=FilteredRelation("owner__versions", condition=when.q("owner__versions")),
            department_then=FilteredRelation(
                "lead_department__versions", condition=when.q("lead_department__versions")
            ),
            author_then=FilteredRelation(
                "latest_update__author__versions", condition=when.q("latest_update__author__versions")
            ),
        )
        .annotate(
            goal_number=F("goal_then__number"),
            goal_title=F("goal_then__title"),
            goal_sort=F("goal_then__sort_key"),
            strategy_number=F("strategy_then__number"),
            strategy_title=F("strategy_then__title"),
            owner_name=F("owner_then__name"),
            department_id=F("lead_department_id"),
            department_abbreviation=F("department_then__abbreviation"),
            department_name=F("department_then__name"),
            author_name=F("author_then__name"),
            happened=F("latest_update__happened"),
            next_steps=F("latest_update__next_steps"),
            help_needed=F("latest_update__help_needed"),
            milestones_total=_count(_kept_milestones(when)),
            milestones_met=_count(_kept_milestones(when).filter(completed_date__isnull=False)),
            milestones_overdue=_count(_overdue(when)),
            next_milestone_due=Subquery(
                _open_milestones(when).filter(due_date__isnull=False).order_by("due_date").values("due_date")[:1],
                output_field=DateField(),
            ),
            is_stale=_is_stale(when, expected),
        )
        .annotate(effective_status=_decided(when, F, Value))
        .order_by("sort_key", "subject_id")
    )


def read(rows: QuerySet[Any]) -> list[InitiativeStatus]:
    """The rows as plain values: nothing in a template can reach today's row by accident."""
    return [_plain(row) for row in rows.values("subject_id", *COLUMNS)]


def _plain(row: dict[str, Any]) -> InitiativeStatus:
    for name in NULLABLE_TEXTS:
        row[name] = row[name] or ""
    for name, (column, words) in LABELS.items():
        row[name] = str(words[row[column]])
    if row["last_updated_at"]:
        row["last_updated_at"] = timezone.localtime(row["last_updated_at"], timezone.get_default_timezone())
    return InitiativeStatus(id=row.pop("subject_id"), **row)


def status_of(initiative_id: int, when: AsOf) -> InitiativeStatus | None:
    """One initiative as it stood, or None where it did not exist then."""
    found = read(initiative_statuses(when).filter(subject_id=initiative_id))
    return found[0] if found else None


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


def _decided(when: AsOf, tell: Callable[[str], Any], word: Callable[[str], Any]) -> Case:
    """`judgement.decided` in SQL: `tell` says what a column holds, `word` a status by itself."""
    return Case(
        *_set_by_people(tell=tell),
        When(Exists(_overdue(when)), then=word(EffectiveStatus.OFF_TRACK.value)),
        When(is_stale=True, then=word(EffectiveStatus.NO_CURRENT_UPDATE.value)),
        When(reported_status="", then=word(EffectiveStatus.NOT_STARTED.value)),
        default=tell("reported_status"),
        output_field=CharField(),
    )


def _open_milestones(when: AsOf) -> QuerySet[Any]:
    return _kept_milestones(when).filter(completed_date__isnull=True)


def _kept_milestones(when: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = MilestoneVersion.objects.as_of(when)
    return rows.filter(initiative=OuterRef("subject_id"), is_cancelled=False)


def _overdue(when: AsOf) -> QuerySet[Any]:
    return _open_milestones(when).filter(due_date__lt=when.day)


def _is_stale(when: AsOf, expected: Iterable[tuple[int, int]]) -> Case:
    """Whether the last update (or, without one, the start) is more than the plan's expected days old, in local days.

    Stale from day 91 where 90 are expected: the update was made before local midnight of the day 90 days ago.
    """
    cases = []
    for plan_id, days in expected:
        oldest = when.day - timedelta(days=days)
        is_old = Q(last_updated_at__lt=start_of_day(oldest))
        never = Q(last_updated_at__isnull=True, start_date__lt=oldest)
        cases.append(When(Q(plan=plan_id) & (is_old | never) & ~Q(reported_status__in=CLOSED), then=Value(True)))
    return Case(*cases, default=Value(False), output_field=BooleanField())


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("initiative").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
