"""Comments on updates: told once to whom they are for, and to the author of the update."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse

from initiatives.models import Comment
from records.asof import local_day, start_of_day
from reminders.kinds.base import READ, Kind, Only, ReminderEvent, narrowed
from reminders.selectors.days import Day
from reminders.selectors.recipients import Directory, Recipient

TOLD_WITHIN = 30  # days after a comment in which it is told, so that it waits for who is away


class Row(NamedTuple):
    """A comment said of late, and who may have to hear of it."""

    id: int
    said_at: datetime
    author: int
    name: str
    mentioned: int | None
    update: int
    reporter: int | None
    initiative: int
    plan: int
    number: str
    title: str


class CommentForYou(Kind):
    """Somebody says something and names a person whom it is for.

    Told of what is closed or on hold too: a person asks a person. What was withdrawn before the mail went out is told
    to nobody, and other words for it to nobody again.
    """

    name = "comment_for_you"
    label = "A comment is for you"
    section = READ
    order = 51
    subject_type = "comment"
    action = "Read and answer"
    is_answered = False
    reason = "mentioned"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Row]:
        said = Comment.objects.filter(
            deleted_at__isnull=True,
            recorded_at__gte=start_of_day(day.day - timedelta(days=TOLD_WITHIN)),
            update__initiative__plan__in=list(day.settings),
            update__initiative__deleted_at__isnull=True,
        )
        rows = narrowed(said, only, "comment").order_by()
        return map(
            Row._make,
            rows.values_list(
                "pk", "recorded_at", "author", "author__name", "mentioned", "update", "update__author",
                "update__initiative", "update__initiative__plan", "update__initiative__number",
                "update__initiative__title",
            ),
        )  # fmt: skip

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        return self.event_of(row, row.mentioned)

    def event_of(self, row: Row, person: int | None) -> ReminderEvent | None:
        if person is None:
            return None
        thread = reverse("initiatives:status-update-comments", args=[row.update], query={"answers": row.id})
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.id, due_date=local_day(row.said_at),
            plan_id=row.plan, initiative_id=row.initiative, title=f"{row.number} {row.title}", context="",
            owners=(person,), path=thread, name=row.name,
        )  # fmt: skip

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        return [Recipient(key, self.reason) for key in event.owners if key in directory.reachable]


class CommentOnYours(CommentForYou):
    """The author of an update hears what others say about it; once, also where it is for them by name."""

    name = "comment_on_yours"
    label = "Somebody comments on your update"
    order = 52
    reason = "reporter"

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        return None if row.reporter in {row.author, row.mentioned} else self.event_of(row, row.reporter)


KINDS = (CommentForYou(), CommentOnYours())
