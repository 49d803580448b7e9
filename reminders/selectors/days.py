"""A local day as reminders see it: which plans speak on it, with their steps and working days."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from goals.models import Plan
from records.asof import local_day
from reminders.models import Escalation
from reminders.steps import Calendar

SENDING_TIME = time(9, 0)  # plan time


@dataclass(frozen=True)
class ReminderSettings:
    """A plan that may speak, with its settings."""

    id: int
    title: str
    due_soon: tuple[int, ...]
    overdue: tuple[int, ...]
    repeat: int
    expected: int
    calendar: Calendar
    # Working days late after which a milestone is also told to them; None: never.
    liaison_after: int | None = None
    managers_after: int | None = None


@dataclass(frozen=True)
class Day:
    """A local day and the plans that may speak on it."""

    day: date
    settings: Mapping[int, ReminderSettings]

    @property
    def furthest(self) -> int:
        """How many days ahead any plan looks."""
        return max((-min(one.due_soon, default=0) for one in self.settings.values()), default=0)


def sending_begins(day: date) -> datetime:
    """09:00 of a local day, as an instant."""
    return datetime.combine(day, SENDING_TIME, tzinfo=timezone.get_default_timezone())


def plans_with_settings() -> "QuerySet[Plan]":
    """Plans that are not archived, each with when others hear of what is late, and how many holidays it keeps."""
    escalation = Escalation.objects.filter(plan=OuterRef("pk"))
    return (
        Plan.objects.filter(deleted_at__isnull=True)
        .exclude(state=Plan.State.ARCHIVED)
        .annotate(
            liaison_after=Subquery(escalation.values("liaison_after")),
            managers_after=Subquery(escalation.values("managers_after")),
            holidays_kept=Count("holidays"),
        )
    )


def settings_by_plan() -> dict[int, ReminderSettings]:
    """Active plans whose reminders are on; one query."""
    escalation = Escalation.objects.filter(plan=OuterRef("pk"))
    rows = Plan.objects.filter(state=Plan.State.ACTIVE, reminders_on=True, deleted_at__isnull=True).annotate(
        liaison_after=Subquery(escalation.values("liaison_after")),
        managers_after=Subquery(escalation.values("managers_after")),
        holiday=F("holidays__day"),
    )
    found: dict[int, ReminderSettings] = {}
    holidays: dict[int, set[date]] = defaultdict(set)
    for plan in rows:  # one row for each holiday
        holidays[plan.pk] |= {plan.holiday} - {None}
        found[plan.pk] = ReminderSettings(
            id=plan.pk,
            title=plan.title,
            due_soon=tuple(-abs(int(step)) for step in plan.due_soon_days),
            overdue=tuple(abs(int(step)) for step in plan.overdue_days),
            repeat=plan.repeat_days,
            expected=plan.expected_update_days,
            calendar=Calendar(tuple(plan.working_days), holidays[plan.pk]),
            liaison_after=plan.liaison_after,
            managers_after=plan.managers_after,
        )
    return found


def planning_day(at: datetime) -> Day:
    """Today, with the plans whose sending time has come: none before 09:00, none on their days off."""
    day = local_day(at)
    return Day(day, _at_work(settings_by_plan(), day) if at >= sending_begins(day) else {})


def checking_day(at: datetime) -> Day:
    """Today, with every plan that may speak at all: what was planned on a working day may still go out after it."""
    return Day(local_day(at), settings_by_plan())


def next_day(at: datetime, planned_at: datetime | None = None) -> Day:
    """The day of the next run: today until it was planned (last: `planned_at`), else the next with a plan at work."""
    spoken, day = settings_by_plan(), local_day(at)
    if planned_at is not None and planned_at >= sending_begins(day):
        day += timedelta(days=1)
    day = min((one.calendar.on_or_after(day) for one in spoken.values()), default=day)
    return Day(day, _at_work(spoken, day))


def _at_work(spoken: Mapping[int, ReminderSettings], day: date) -> dict[int, ReminderSettings]:
    return {key: one for key, one in spoken.items() if one.calendar.is_working(day)}
