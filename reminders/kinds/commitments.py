"""Commitments: asked for, answered, due soon, late."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple

from django.db.models import Max, Q

from initiatives.models import Commitment
from records.asof import local_day, start_of_day
from records.days import in_words
from reminders.kinds.base import (
    ANSWER,
    COMING,
    KNOW,
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

State = Commitment.State
NEWS_WITHIN = 7  # days after an answer in which whoever asked hears of it


class Row(NamedTuple):
    """A commitment that awaits an answer or was answered of late, or is due within the furthest step of any plan."""

    id: int
    state: str
    what: str
    due: date | None
    asked_at: datetime
    answered_at: datetime | None
    answered_by: int | None
    answer: str
    offered_due: date | None
    offered_department: str | None
    owner: int | None
    department: int
    initiative: int
    plan: int
    number: str
    name: str
    status: str
    latest: int | None


class CommitmentAsked(Kind):
    """A department is asked for a commitment; counted from the day it was asked last."""

    name = "commitment_asked"
    label = "A commitment awaits your answer"
    section = ANSWER
    order = 40
    subject_type = "commitment"
    action = "Accept, decline or propose something else"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Row]:
        near = Q(state=State.ACCEPTED, due_date__lte=day.day + timedelta(days=day.furthest))
        news = Q(state__in=[State.ACCEPTED, State.DECLINED], answered_at__gte=_news_since(day))
        waiting = Commitment.objects.filter(
            near | news | Q(state=State.PROPOSED), speaking(day, "initiative__"), deleted_at=None
        )
        rows = narrowed(awake(waiting, "initiative__"), only, "commitment").order_by()
        return map(
            Row._make,
            rows.annotate(asked_at=Max("versions__recorded_from")).values_list(
                "pk", "state", "what", "due_date", "asked_at", "answered_at", "answered_by", "answer",
                "offered_due_date", "offered_department__name", "initiative__owner", "department", "initiative",
                "initiative__plan", "initiative__number", "initiative__title",
                "initiative__reported_status", "initiative__latest_update",
            ),
        )  # fmt: skip

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        is_asked = row.state == State.PROPOSED and not _offer(row)
        return self.event_of(row, local_day(row.asked_at)) if is_asked else None

    def event_of(self, row: Row, counted_from: date, name: str = "") -> ReminderEvent:
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.id, due_date=counted_from,
            plan_id=row.plan, initiative_id=row.initiative, title=row.what[:300], context=f"{row.number} {row.name}",
            owners=self.owners(row), departments=(row.department,), status=row.status, latest_update_id=row.latest,
            path=initiative_path(row.initiative), name=name,
        )  # fmt: skip

    def owners(self, row: Row) -> tuple[int | None, ...]:
        """Whom it is for before the department's liaisons."""
        return ()

    def steps(self, settings: ReminderSettings) -> Steps | None:
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


class CommitmentOffered(CommitmentAsked):
    """The department would rather do something else; whoever owns the initiative agrees or asks again."""

    name = "commitment_offered"
    label = "A department proposes another date or department"
    order = 41
    action = "Agree, or ask again"
    is_answered = False

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.state != State.PROPOSED or not _offer(row) or row.answered_at is None:
            return None
        return self.event_of(row, local_day(row.answered_at), f"{_offer(row)}. Reason: {row.answer}")

    def owners(self, row: Row) -> tuple[int | None, ...]:
        return (row.owner,)

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        return directory.chain(event.owners, ())


class CommitmentAccepted(CommitmentOffered):
    """The owner hears once that the department said yes."""

    name = "commitment_accepted"
    label = "A department accepted what you asked for"
    section = KNOW
    order = 71
    action = "See it"
    state: ClassVar[Commitment.State] = State.ACCEPTED

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.state != self.state or row.answered_at is None or row.answered_at < _news_since(day):
            return None
        return self.event_of(row, local_day(row.answered_at), row.answer)

    def owners(self, row: Row) -> tuple[int | None, ...]:
        return () if row.owner == row.answered_by else (row.owner,)

    def steps(self, settings: ReminderSettings) -> Steps | None:
        return None

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        return [Recipient(key, "owner") for key in event.owners if key in directory.reachable]


class CommitmentDeclined(CommitmentAccepted):
    """The owner hears once that the department said no, and why."""

    name = "commitment_declined"
    label = "A department declined what you asked for"
    order = 72
    state = State.DECLINED


def _news_since(day: Day) -> datetime:
    return start_of_day(day.day - timedelta(days=NEWS_WITHIN))


def _offer(row: Row) -> str:
    """What the department would do instead, in words."""
    offered = [in_words(row.offered_due)] if row.offered_due else []
    return " and ".join([*offered, *([row.offered_department] if row.offered_department else [])])


KINDS = (
    CommitmentOverdue(), CommitmentDueSoon(), CommitmentAsked(), CommitmentOffered(), CommitmentAccepted(),
    CommitmentDeclined(),
)  # fmt: skip
