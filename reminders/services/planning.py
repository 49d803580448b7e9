"""Plan messages: find what is due and not yet served, and put one mail per person into the outbox."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from jobs.failpoints import failpoint
from jobs.heartbeats import beat, one_at_a_time
from jobs.models import Heartbeat
from outbox.models import Message
from outbox.services import new_message
from records.asof import local_day, start_of_day
from reminders.kinds import KINDS, Kind, ReminderEvent, find_events, series_of
from reminders.models import MessageItem
from reminders.selectors.days import Day, planning_day
from reminders.selectors.recipients import Directory, Recipient
from reminders.services.one_offs import queue_due_one_offs

DIGEST = "digest"
BATCH = 1_000  # rows of one INSERT


@dataclass(frozen=True)
class Planned:
    """One thing somebody will be told, by which step and why."""

    event: ReminderEvent
    recipient: Recipient
    step: int

    @property
    def sort_key(self) -> tuple[int, date, str, int]:
        return KINDS[self.event.kind].sort_key(self.event)


Memory = dict[tuple[int, str, str, int, date], date]


def plan_messages(*, at: datetime, dry_run: bool = False) -> dict[int, list[Planned]]:
    """Queue the digests due at `at`; returns them by person. Safe to run at any time, late, twice or side by side.

    A person who has a digest of today, or one not out yet, gets no second: what is due stays due.
    """
    if dry_run:
        day = planning_day(at)
        return due_reminders(day, Directory.load(day.day))
    queue_due_one_offs(at=at)
    with transaction.atomic():
        one_at_a_time(Heartbeat.Name.PLAN)
        day = planning_day(at)
        planned = due_reminders(day, Directory.load(day.day)) if day.settings else {}
        _queue(planned, day.day, at)
    beat(Heartbeat.Name.PLAN, at=at)
    return planned


def due_reminders(day: Day, directory: Directory) -> dict[int, list[Planned]]:
    """Who is to be told what on a day, in the order in which the mail lists it."""
    found = find_events(day)
    memory, served = _reminded_before(found)
    busy = _served_today(day.day)
    planned: dict[int, list[Planned]] = defaultdict(list)
    for event in found:
        kind, book = KINDS[event.kind], directory.of(event.plan_id)
        for recipient in book.after_preferences(kind.recipients(event, book), kind.name):
            if recipient.person_id in busy:
                continue
            step = _step(kind, event, recipient, day, memory)
            if step is not None and (recipient.person_id, kind.name, *event.key, step) not in served:
                planned[recipient.person_id].append(Planned(event, recipient, step))
    return {person: sorted(items, key=lambda one: one.sort_key) for person, items in planned.items()}


def _step(kind: Kind, event: ReminderEvent, recipient: Recipient, day: Day, memory: Memory) -> int | None:
    people = {recipient.instead_of or recipient.person_id, recipient.person_id}
    times = [memory[place] for one in people if (place := (one, kind.series, *event.key)) in memory]
    return kind.step(event, day.day, day.settings[event.plan_id], max(times, default=None))


def _reminded_before(events: Iterable[ReminderEvent]) -> tuple[Memory, set[tuple[int, str, str, int, date, int]]]:
    """When each person was last told of these rows, by series, and which steps stand in the outbox already.

    What a delegate was told counts for the person they stood in for.
    """
    subjects: dict[str, set[int]] = defaultdict(set)
    for one in events:
        subjects[one.subject_type].add(one.subject_id)
    memory: Memory = {}
    served = set()
    for row in _items_about(subjects):
        person, instead_of, kind, subject_type, subject_id, due, step, planned_on, sent_at = row
        served.add((person, kind, subject_type, subject_id, due, step))
        # A mail that waited for its server counts from the day it went out.
        on = max(planned_on, local_day(sent_at)) if sent_at else planned_on
        for key in {person, instead_of or person}:
            place = (key, series_of(kind), subject_type, subject_id, due)
            memory[place] = max(on, memory.get(place, on))
    return memory, served


# All numbers as one value: `__in` would spell out each, and SQLite takes only so many.
AMONG = {
    "postgresql": "reminders_messageitem.subject_id = ANY(%s)",
    "sqlite": "reminders_messageitem.subject_id IN (SELECT value FROM json_each(%s))",
}


def _items_about(subjects: Mapping[str, Collection[int]]) -> Iterable[tuple[Any, ...]]:
    """What was told of these rows and no others, however much was told of others in all the years. One query."""
    columns = ("person", "instead_of", "kind", "subject_type", "subject_id", "due_date", "step", "planned_on")
    parts = []
    for subject_type, ids in subjects.items():
        numbers = list(ids) if connection.vendor == "postgresql" else json.dumps(list(ids))
        rows = MessageItem.objects.filter(subject_type=subject_type, dropped="").extra(  # noqa: S610 - numbers as a value
            where=[AMONG[connection.vendor]], params=[numbers]
        )
        parts.append(rows.order_by().values_list(*columns, "message__sent_at"))
    if not parts:
        return ()
    first, *others = parts
    return (first.union(*others, all=True) if others else first).iterator()


def _served_today(day: date) -> set[int]:
    """People whose digest of today stands already, went out today, or has not gone out yet."""
    rows = Message.objects.filter(kind=DIGEST).exclude(state=Message.State.CANCELLED)
    today = Q(day=day) | Q(sent_at__gte=start_of_day(day)) | Q(state__in=Message.OPEN)
    return set(rows.filter(today).order_by().values_list("person", flat=True))


def _queue(planned: dict[int, list[Planned]], day: date, at: datetime) -> None:
    """One message per person and its items. The caller holds the planning lock, so nothing can come between."""
    if not planned:
        return
    times = _cancelled(day)
    messages = Message.objects.bulk_create(
        [
            new_message(kind=DIGEST, person=person, key=f"{day}", at=at, day=day, times=times.get(person, 0))
            for person in sorted(planned)
        ],
        batch_size=BATCH,
    )
    failpoint("in_plan")
    by_person = {message.person_id: message for message in messages}
    on = local_day(at)
    _insert([_item(one, by_person[person], on) for person in sorted(planned) for one in planned[person]])


def _cancelled(day: date) -> Mapping[int, int]:
    """How many digests of this day were cancelled, by person, so that the next one has a Message-ID of its own."""
    rows = Message.objects.filter(kind=DIGEST, day=day, state=Message.State.CANCELLED).order_by()
    return Counter(rows.values_list("person", flat=True))


# In the order of `_item`.
COLUMNS = (
    "message_id", "person_id", "kind", "subject_type", "subject_id", "due_date", "step", "plan_id", "initiative_id",
    "label", "reason", "instead_of_id", "seen_update_id", "planned_on", "dropped",
)  # fmt: skip


def _item(one: Planned, message: Message, on: date) -> tuple[Any, ...]:
    about, recipient = one.event, one.recipient
    return (
        message.pk, recipient.person_id, about.kind, about.subject_type, about.subject_id, about.due_date, one.step,
        about.plan_id, about.initiative_id, about.label[:600], recipient.reason, recipient.instead_of,
        about.latest_update_id, on, "",
    )  # fmt: skip


def _takes_copies() -> bool:
    """Whether the table takes rows by COPY: not where PostgreSQL looks at each, to keep governments apart (ADR 30)."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT row_security_active(%s)", [MessageItem._meta.db_table])
        return bool(cursor.fetchone()[0])


def _insert(items: list[tuple[Any, ...]]) -> None:
    """By COPY where the database has it: on the first of a month there are ten thousand."""
    if not _takes_copies():
        rows = [MessageItem(**dict(zip(COLUMNS, item, strict=True))) for item in items]
        MessageItem.objects.bulk_create(rows, batch_size=BATCH)
        return
    into = f"{MessageItem._meta.db_table} ({', '.join(COLUMNS)})"
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as target:
        for item in items:
            target.write_row(item)
