"""Milestones: due soon, late, and late for so long that others are told."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from initiatives.models import Milestone
from initiatives.models.milestone import OPEN_MILESTONE
from people.roles import Role
from reminders.kinds.base import (
    COMING,
    HANDED_UP,
    LATE,
    Kind,
    Only,
    ReminderEvent,
    Steps,
    awake,
    initiative_path,
    narrowed,
    speaking,
)
from reminders.selectors.days import Day, ReminderSettings
from reminders.selectors.recipients import Directory, Recipient


class Row(NamedTuple):
    """An open milestone that is due within the furthest step of any plan, or late."""

    id: int
    due: date
    title: str
    own: int | None
    department: int | None
    initiative: int
    plan: int
    number: str
    name: str
    owner: int | None
    lead: int | None
    status: str
    latest: int | None


class MilestoneDueSoon(Kind):
    name = "milestone_due_soon"
    label = "A milestone is due soon"
    section = COMING
    order = 20
    subject_type = "milestone"
    action = "Say it is done, or move it"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Row]:
        due = Milestone.objects.filter(
            OPEN_MILESTONE, speaking(day, "initiative__"), deleted_at=None,
            due_date__lte=day.day + timedelta(days=day.furthest),
        )  # fmt: skip
        rows = narrowed(awake(due, "initiative__"), only, "milestone").order_by()
        return map(
            Row._make,
            rows.values_list(
                "pk", "due_date", "title", "owner", "department", "initiative", "initiative__plan",
                "initiative__number", "initiative__title", "initiative__owner", "initiative__lead_department",
                "initiative__reported_status", "initiative__latest_update",
            ),
        )  # fmt: skip

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        return self.event_of(row) if row.due >= day.day else None

    def event_of(self, row: Row) -> ReminderEvent:
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.id, due_date=row.due, plan_id=row.plan,
            initiative_id=row.initiative, title=row.title, context=f"{row.number} {row.name}",
            owners=(row.own, row.owner), departments=(row.department, row.lead), status=row.status,
            latest_update_id=row.latest, path=initiative_path(row.initiative),
        )  # fmt: skip

    def steps(self, settings: ReminderSettings) -> Steps | None:
        return settings.due_soon, 0


class MilestoneOverdue(MilestoneDueSoon):
    name = "milestone_overdue"
    label = "A milestone is late"
    section = LATE
    order = 10

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        return self.event_of(row) if row.due < day.day else None

    def steps(self, settings: ReminderSettings) -> Steps | None:
        return settings.overdue, settings.repeat


class MilestoneEscalated(MilestoneOverdue):
    """Tells the liaison, then the plan managers, of a milestone late by some working days; off without a setting."""

    name = "milestone_escalated"
    label = "A milestone of others is late"
    section = HANDED_UP
    order = 15

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        settings = day.settings[row.plan]
        if row.due >= day.day or settings.liaison_after is settings.managers_after is None:
            return None
        late = settings.calendar.working_days_after(row.due, day.day)
        limits = {"liaison": settings.liaison_after, "manager": settings.managers_after}
        ranks = tuple(rank for rank, limit in limits.items() if limit is not None and late >= limit)
        return self.event_of(row)._replace(ranks=ranks) if ranks else None

    def steps(self, settings: ReminderSettings) -> Steps | None:
        return None

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        own = {one.person_id for one in directory.chain(event.owners, event.departments)}
        ranks = []
        if "liaison" in event.ranks:
            ranks += directory.liaisons_of(event.departments)
        if "manager" in event.ranks:
            ranks += directory.with_role(Role.PLAN_MANAGER, "escalated")
        return [one for one in ranks if one.person_id not in own]


KINDS = (MilestoneOverdue(), MilestoneEscalated(), MilestoneDueSoon())
