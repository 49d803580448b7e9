"""A message a plan manager writes once: queue its mails when its day has come (rule B-35)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from initiatives.models import CLOSED, Initiative
from outbox.models import Message
from outbox.services import new_message
from people.roles import Role
from records.asof import local_day
from records.audit import Act, record_event
from records.history import locked
from reminders.models import OneOff
from reminders.selectors.days import sending_begins
from reminders.selectors.recipients import Directory

Audience = OneOff.Audience


@transaction.atomic
def write_one_off(*, plan: Plan, subject: str, text: str, audiences: list[str], send_on: date, act: Act) -> OneOff:
    """Schedule a message. For today it goes out at once; raises ValidationError for a day that has passed."""
    if act.by is None:
        raise ValidationError("A message needs somebody who wrote it.")
    row = OneOff(
        plan=plan, subject=" ".join(subject.split()), text=text.strip(), audiences=sorted(set(audiences)),
        send_on=send_on, written_by=act.by, written_at=act.at,
    )  # fmt: skip
    errors = {}
    if not row.audiences or not set(row.audiences) <= set(Audience.values):
        errors["audiences"] = "To: choose at least one group of people."
    if send_on < local_day(act.at):
        errors["send_on"] = "Send on: this day has passed."
    if errors:
        raise ValidationError(errors)
    row.full_clean(exclude=["plan", "written_by", "queued_at", "withdrawn_at"], validate_constraints=False)
    row.save(force_insert=True)
    record_event(verb="one_off.written", target=row, act=act, parent=plan)
    return row


@transaction.atomic
def withdraw_one_off(*, one_off: OneOff, act: Act) -> None:
    """Take a message back before it was queued."""
    row = OneOff.objects.select_for_update().get(pk=one_off.pk)
    if row.queued_at is not None:
        raise ValidationError("This message is on its way already.")
    if row.withdrawn_at is None:
        row.withdrawn_at = act.at
        row.save(update_fields=["withdrawn_at"])
        record_event(verb="one_off.withdrawn", target=row, act=act, parent=locked(row.plan))


@transaction.atomic
def queue_due_one_offs(*, at: datetime) -> int:
    """Put the mails of every message whose day has come into the outbox, once per person; returns how many."""
    today = local_day(at)
    due = OneOff.objects.filter(queued_at__isnull=True, withdrawn_at__isnull=True, send_on__lte=today)
    count = 0
    for row in due.select_for_update():
        if at < sending_begins(row.send_on) and local_day(row.written_at) < row.send_on:
            continue  # written ahead: it waits for the morning of its day
        people = audience(row, Directory.load(today).of(row.plan_id))
        Message.objects.bulk_create(
            [
                new_message(kind="one_off", person=person, key=str(row.pk), at=at, day=row.send_on, about=row.pk)
                for person in people
            ],
            ignore_conflicts=True,
        )
        row.queued_at = at
        row.save(update_fields=["queued_at"])
        count += len(people)
    return count


def audience(row: OneOff, directory: Directory) -> list[int]:
    """Everybody the message is for who can be reached, each once."""
    people: set[int] = set()
    if Audience.OWNERS in row.audiences:
        owners = Initiative.objects.filter(plan=row.plan_id, deleted_at__isnull=True, owner__isnull=False)
        people |= set(owners.exclude(reported_status__in=CLOSED).values_list("owner", flat=True))
    if Audience.LIAISONS in row.audiences:
        people |= {key for keys in directory.liaisons.values() for key in keys}
    if Audience.LEADERS in row.audiences:
        people |= set(directory.by_role.get(Role.LEADER, []))
    if Audience.MANAGERS in row.audiences:
        people |= {key for role in (Role.PLAN_MANAGER, Role.ADMINISTRATOR) for key in directory.by_role.get(role, [])}
    return sorted(people & directory.reachable)
