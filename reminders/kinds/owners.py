"""New owners: asked whether they take an initiative on, and what they answered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from initiatives.models import OwnerRequest
from people.roles import Role
from records.asof import local_day, start_of_day
from reminders.kinds.base import ANSWER, KNOW, Kind, Only, ReminderEvent, Steps, awake, initiative_path, narrowed
from reminders.selectors.days import Day, ReminderSettings
from reminders.selectors.recipients import Directory, Recipient

NEWS_WITHIN = 7  # days after an answer in which whoever asked hears of it


class Row(NamedTuple):
    """What an owner is asked and has not answered, or declined of late."""

    id: int
    asked_at: datetime
    asked_by: int
    asker: str
    person: int
    name: str
    answered_at: datetime | None
    reason: str | None
    proposed: str | None
    initiative: int
    plan: int
    number: str
    title: str


class OwnerAsked(Kind):
    """Somebody was named the owner by somebody else, and is asked themselves and nobody for them (rule R26).

    Asked also of what has not begun: it shall not begin with an owner who does not know of it.
    """

    name = "owner_asked"
    label = "You were named the owner of an initiative"
    section = ANSWER
    order = 39
    subject_type = "ownerrequest"
    action = "Accept or decline"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Row]:
        since = start_of_day(day.day - timedelta(days=NEWS_WITHIN))
        told = Q(answer__isnull=True) | Q(answer__accepts=False, answer__recorded_at__gte=since)
        open_now = OwnerRequest.objects.filter(
            told, recorded_until__isnull=True, initiative__plan__in=list(day.settings), initiative__deleted_at=None
        )
        rows = narrowed(awake(open_now, "initiative__"), only, "ownerrequest").order_by()
        return map(
            Row._make,
            rows.values_list(
                "pk", "recorded_from", "asked_by", "asked_by__name", "person", "person__name", "answer__recorded_at",
                "answer__reason", "answer__proposed__name", "initiative", "initiative__plan", "initiative__number",
                "initiative__title",
            ),
        )  # fmt: skip

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        return self.event_of(row, row.person, row.asked_at, row.asker) if row.answered_at is None else None

    def event_of(self, row: Row, person: int, counted_from: datetime, name: str, context: str = "") -> ReminderEvent:
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.id, due_date=local_day(counted_from),
            plan_id=row.plan, initiative_id=row.initiative, title=f"{row.number} {row.title}", context=context,
            owners=(person,), path=initiative_path(row.initiative), name=name,
        )  # fmt: skip

    def steps(self, settings: ReminderSettings) -> Steps | None:
        return (0, 7), settings.repeat

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        return [Recipient(key, "asked", is_personal=True) for key in event.owners if key in directory.reachable]


class OwnerDeclined(OwnerAsked):
    """Whoever named the owner hears once that they declined, and why; the plan managers where that one has left."""

    name = "owner_declined"
    label = "An owner you named declined"
    section = KNOW
    order = 73
    action = "See it"
    is_answered = False

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.answered_at is None:
            return None
        words = f"Reason: {row.reason}" + (f" Proposes: {row.proposed}." if row.proposed else "")
        return self.event_of(row, row.asked_by, row.answered_at, words, context=row.name)

    def steps(self, settings: ReminderSettings) -> Steps | None:
        return None

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        found = [Recipient(key, "asker") for key in event.owners if key in directory.reachable]
        return found or directory.with_role(Role.PLAN_MANAGER, "manager")


KINDS = (OwnerAsked(), OwnerDeclined())
