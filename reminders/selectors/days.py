"""A local day as reminders see it: which plans speak on it, with their steps and working days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from goals.models import Holiday, Plan
from people.asof import local_day
from reminders.steps import Calendar

SENDING_TIME = time(9, 0)  # plan time


@dataclass(frozen=True)
class Voice:
    """A plan that may speak, with its settings."""

    id: int
    title: str
    due_soon: tuple[int, ...]
    overdue: tuple[int, ...]
    repeat: int
    expected: int
    calendar: Calendar


@dataclass(frozen=True)
class Day:
    """A local day and the plans that may speak on it."""

    day: date
    voices: Mapping[int, Voice]

    @property
    def furthest(self) -> int:
        """How many days ahead any plan looks."""
        return max((-min(voice.due_soon, default=0) for voice in self.voices.values()), default=0)


def sending_begins(day: date) -> datetime:
    """09:00 of a local day, as an instant."""
    return datetime.combine(day, SENDING_TIME, tzinfo=timezone.get_default_timezone())


def voices() -> dict[int, Voice]:
    """Active plans whose reminders are on."""
    holidays: dict[int, set[date]] = {}
    for plan_id, day in Holiday.objects.values_list("plan_id", "day"):
        holidays.setdefault(plan_id, set()).add(day)
    rows = Plan.objects.filter(state=Plan.State.ACTIVE, reminders_on=True, deleted_at__isnull=True)
    return {
        plan.pk: Voice(
            id=plan.pk,
            title=plan.title,
            due_soon=tuple(-abs(int(step)) for step in plan.due_soon_days),
            overdue=tuple(abs(int(step)) for step in plan.overdue_days),
            repeat=plan.repeat_days,
            expected=plan.expected_update_days,
            calendar=Calendar(tuple(plan.working_days), frozenset(holidays.get(plan.pk, ()))),
        )
        for plan in rows
    }


def planning_day(at: datetime) -> Day:
    """Today, with the plans whose sending time has come: none before 09:00, none on their days off."""
    day = local_day(at)
    if at < sending_begins(day):
        return Day(day, {})
    return Day(day, {key: voice for key, voice in voices().items() if voice.calendar.is_working(day)})


def checking_day(at: datetime) -> Day:
    """Today, with every plan that may speak at all: what was planned on a working day may still go out after it."""
    return Day(local_day(at), voices())


def next_sending(at: datetime) -> datetime:
    """09:00 of the next local day on which at least one plan speaks; tomorrow where none does."""
    day = local_day(at) + timedelta(days=1)
    calendars = [voice.calendar for voice in voices().values()]
    return sending_begins(min((calendar.on_or_after(day) for calendar in calendars), default=day))
