"""What the tests of reminders share: a morning, a run of planning and sending, and who was told of what."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.core import mail

from outbox.models import Message
from outbox.services import send_due_messages
from people.models import User
from reminders.models import MessageItem
from reminders.selectors.days import sending_begins
from reminders.services import plan_messages

TODAY = date(2026, 10, 5)  # a Monday
MINUTE = timedelta(minutes=1)
SOON = TODAY + timedelta(days=7)
PAST = datetime(2001, 1, 1, tzinfo=UTC)


def morning(day: date) -> datetime:
    """09:00 in Philadelphia."""
    return sending_begins(day).astimezone(UTC)


def run(day: date) -> None:
    """The daily run: plan, then send."""
    plan_messages(at=morning(day))
    send_due_messages(at=morning(day) + MINUTE)


def run_each(first: date, last: date) -> None:
    for n in range((last - first).days + 1):
        run(first + timedelta(days=n))


def told(person: User | None = None) -> list[tuple[str, date, int]]:
    """(kind, day it was planned, step) of everything that went out."""
    items = MessageItem.objects.filter(message__state=Message.State.SENT, dropped="")
    if person is not None:
        items = items.filter(person=person)
    return [(item.kind, item.planned_on, item.step) for item in items.order_by("planned_on", "pk")]


def days_told(person: User, kind: str) -> list[date]:
    return [day for name, day, _ in told(person) if name == kind]


def addresses() -> list[str]:
    """To whom mail went, sorted."""
    return sorted(one.to[0] for one in mail.outbox)


def emails(people: Iterable[User]) -> list[str]:
    return sorted(person.email for person in people)


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("person__email", "state"))


def lapse() -> None:
    """Every lease has run out, as database time goes."""
    Message.objects.filter(lease_until__isnull=False).update(lease_until=PAST)
