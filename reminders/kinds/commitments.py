"""Commitments: asked for, due soon, late."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Min, Q

from initiatives.models import Commitment
from records.asof import local_day
from reminders.kinds.base import (
    ANSWER,
    COMING,
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

State = Commitment.State


class Row(NamedTuple):
    """A commitment that awaits an answer, or is accepted and due within the furthest step of any plan, or late."""

    id: int
    state: str
    what: str
    due: date | None
    proposed_at: datetime
    department: int
    initiative: int
    plan: int
    number: str
    name: str
    status: str
    latest: int | None


class CommitmentAsked(Kind):
    """A department is asked to accept a commitment; counted from the day it was proposed."""

    name = "commitment_asked"
    label = "A commitment awaits your answer"
    section = ANSWER
    order = 40
    subject_type = "commitment"
    action = "Accept it"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Row]:
        near = Q(state=State.ACCEPTED, due_date__lte=day.day + timedelta(days=day.furthest))
        waiting = Commitment.objects.filter(
            near | Q(state=State.PROPOSED), speaking(day, "initiative__"), deleted_at=None
        )
        rows = narrowed(awake(waiting, "initiative__"), only, "commitment").order_by()
        return map(
            Row._make,
            rows.annotate(proposed_at=Min("versions__recorded_from")).values_list(
                "pk", "state", "what", "due_date", "proposed_at", "department", "initiative", "initiative__plan",
                "initiative__number", "initiative__title", "initiative__reported_status", "initiative__latest_update",
            ),
        )  # fmt: skip

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        return self.event_of(row, local_day(row.proposed_at)) if row.state == State.PROPOSED else None

    def event_of(self, row: Row, counted_from: date) -> ReminderEvent:
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.id, due_date=counted_from,
            plan_id=row.plan, initiative_id=row.initiative, title=row.what[:300], context=f"{row.number} {row.name}",
            departments=(row.department,), status=row.status, latest_update_id=row.latest,
            path=initiative_path(row.initiative),
        )  # fmt: skip

    def steps(self, settings: ReminderSettings) -> Steps:
        return (0, 7), settings.repeat


class CommitmentDueSoon(CommitmentAsked):
    name = "commitment_due_soon"
    label = "A commitment is due soon"
    section = COMING
    order = 21
    action = "Say it is delivered"

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.state != State.ACCEPTED or row.due is None or row.due < day.day:
            return None
        return self.event_of(row, row.due)

    def steps(self, settings: ReminderSettings) -> Steps:
        return settings.due_soon, 0


class CommitmentOverdue(CommitmentDueSoon):
    name = "commitment_overdue"
    label = "A commitment is late"
    section = LATE
    order = 11

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.state != State.ACCEPTED or row.due is None or row.due >= day.day:
            return None
        return self.event_of(row, row.due)

    def steps(self, settings: ReminderSettings) -> Steps:
        return settings.overdue, settings.repeat


KINDS = (CommitmentOverdue(), CommitmentDueSoon(), CommitmentAsked())
