"""What planning remembers of earlier mails: of the rows asked about, all of it; of others, nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from outbox.models import Message
from people.models import User
from reminders.kinds import ReminderEvent, series_of
from reminders.models import MessageItem
from reminders.services.planning import _reminded_before
from tests.reminders.cast import TODAY

DAY = timedelta(days=1)
DUE = TODAY + 7 * DAY
KIND, SERIES = "milestone_due_soon", series_of("milestone_due_soon")
MANY = range(1, 1_501)


def about(subject_id: int, plan_id: int, *, subject_type: str = "milestone") -> ReminderEvent:
    return ReminderEvent(KIND, subject_type, subject_id, DUE, plan_id, None, title="", context="")


def digest(person: User, on: date, **fields: object) -> Message:
    at = datetime(on.year, on.month, on.day, 13, tzinfo=UTC)
    return Message.objects.create(
        person=person, kind="digest", key=f"{on}", day=on, message_id=f"{person.pk}:{on}", date=at,
        planned_at=at, next_try_at=at, **fields,
    )  # fmt: skip


def item(message: Message, plan_id: int, subject_id: int, **fields: object) -> MessageItem:
    return MessageItem(
        **{
            "message": message, "person_id": message.person_id, "kind": KIND, "subject_type": "milestone",
            "subject_id": subject_id, "due_date": DUE, "step": -7, "plan_id": plan_id, "reason": "owner",
            "planned_on": message.day, **fields,
        }
    )  # fmt: skip


@contextmanager
def few_values() -> Iterator[None]:
    """As many values in one query as an SQLite of any age takes; PostgreSQL is asked as it is."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    try:
        yield
    finally:
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


def test_of_more_than_a_thousand_rows_each_one_s_own_and_no_other_s(plan, cast):
    message = digest(cast.owner, TODAY)
    MessageItem.objects.bulk_create(
        [
            # Of each second only, and beside it a row of another sort that has the same number.
            *(item(message, plan.pk, number) for number in MANY if number % 2),
            *(item(message, plan.pk, number, subject_type="commitment") for number in MANY),
            *(item(message, plan.pk, MANY.stop + number) for number in range(50)),
            item(message, plan.pk, 2, dropped="Not needed any more."),
        ]
    )
    with few_values():
        memory, served = _reminded_before([about(number, plan.pk) for number in MANY])
    odd = [number for number in MANY if number % 2]
    assert memory == {(cast.owner.pk, SERIES, "milestone", number, DUE): TODAY for number in odd}
    assert served == {(cast.owner.pk, KIND, "milestone", number, DUE, -7) for number in odd}


def test_each_sort_is_asked_for_its_own_numbers(plan, cast):
    message = digest(cast.owner, TODAY)
    MessageItem.objects.bulk_create(
        item(message, plan.pk, number, subject_type=sort) for sort in ("milestone", "commitment") for number in (1, 2)
    )
    _, served = _reminded_before([about(1, plan.pk), about(2, plan.pk, subject_type="commitment")])
    assert {(sort, number) for _, _, sort, number, *_ in served} == {("milestone", 1), ("commitment", 2)}


def test_the_last_time_counts_from_the_day_it_went_out_and_for_whom_it_stood_in(plan, cast):
    late = TODAY + 3 * DAY
    first = digest(
        cast.contributor, TODAY, state="sent", rendered_on=late, subject="A digest", to_address=cast.contributor.email,
        sent_at=datetime(late.year, late.month, late.day, 13, tzinfo=UTC),
        ended_at=datetime(late.year, late.month, late.day, 13, tzinfo=UTC),
    )  # fmt: skip
    second = digest(cast.contributor, TODAY + DAY)
    MessageItem.objects.bulk_create([item(first, plan.pk, 1, instead_of=cast.owner), item(second, plan.pk, 1, step=-1)])
    memory, served = _reminded_before([about(1, plan.pk)])
    assert memory == {(person.pk, SERIES, "milestone", 1, DUE): late for person in (cast.owner, cast.contributor)}
    assert {(person, step) for person, *_, step in served} == {(cast.contributor.pk, -7), (cast.contributor.pk, -1)}
