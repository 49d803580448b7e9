"""What people decide about messages: settle one that nobody can know about, hold all sending, ask for a mail."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from people.models import User
from records.asof import local_day
from records.audit import Act, record_event
from reminders.models import Hold, Message, MessageItem
from reminders.services.identity import message_id

State = Message.State
SETTLED = {"arrived": "sent", "send": "queued", "drop": "cancelled"}


@transaction.atomic
def settle_by_hand(*, message: Message, decision: str, act: Act) -> Message:
    """A person decides what became of an unconfirmed or failed message: it arrived, send it (again), or let it go."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state not in {State.UNCONFIRMED, State.FAILED}:
        raise ValidationError(f"This message is “{row.get_state_display()}”; there is nothing to settle.")
    if decision not in SETTLED:
        raise ValidationError({"decision": "Decision: choose what became of the message."})
    if decision == "arrived" and row.state == State.FAILED:
        raise ValidationError({"decision": "Decision: the mail server refused this message; it did not arrive."})
    before = row.get_state_display()
    row.state = SETTLED[decision]
    row.settled_by = act.by
    row.note = f"Settled by hand: {act.reason}"[:500] if act.reason else "Settled by hand."
    row.sent_at = act.at if decision == "arrived" else None
    row.ended_at = None if decision == "send" else act.at
    if decision == "send":
        row.next_try_at, row.attempts, row.planned_at = act.at, 0, act.at
    if decision == "drop":
        row.items.filter(dropped="").update(dropped="Let go by hand.")
    row.fence += 1
    row.save()
    changes = {"state": [before, row.get_state_display()]}
    record_event(verb="message.settled", target=row, act=act, changes=changes)
    return row


@transaction.atomic
def hold_sending(*, act: Act) -> Hold:
    """Stop handing anything to the mail server until released; planning goes on. Raises without a reason."""
    held = Hold.objects.filter(is_open=True).first()
    if held is not None:
        return held
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say why no mail may go out."})
    row = Hold.objects.create(since=act.at, by=act.by, reason=act.reason.strip()[:300])
    record_event(verb="sending.held", target=row, act=act)
    return row


@transaction.atomic
def release_sending(*, act: Act) -> None:
    """Let mail go out again."""
    for row in Hold.objects.select_for_update().filter(is_open=True):
        row.is_open, row.until = False, act.at
        row.save(update_fields=["is_open", "until"])
        record_event(verb="sending.released", target=row, act=act)


def send_test(*, person: User, at: datetime) -> Message:
    """One mail to oneself, by the same road as every other."""
    return _immediate(Message.Sort.TEST, person, f"{at.isoformat()}", at)


@transaction.atomic
def send_new_link(*, item: MessageItem, at: datetime) -> Message | None:
    """Mail a new link for an item whose link expired, to the person it was for; at most one a day and item."""
    day = local_day(at)
    key = message_id("link", item.person_id, f"{item.pk}:{day}")
    if Message.objects.filter(message_id=key).exists():
        return None
    message = _immediate(Message.Sort.LINK, item.person, f"{item.pk}:{day}", at)
    MessageItem.objects.create(
        message=message, person=item.person, kind="new_link", subject_type=item.subject_type,
        subject_id=item.subject_id, due_date=day, step=0, plan_id=item.plan_id, initiative_id=item.initiative_id,
        label=item.label, because=item.because, planned_on=day,
        seen_update_id=item.initiative.latest_update_id if item.initiative else None,
    )  # fmt: skip
    return message


def _immediate(sort: str, person: User, what: str, at: datetime) -> Message:
    return Message.objects.create(
        person=person, sort=sort, day=local_day(at), message_id=message_id(sort, person.pk, what),
        date=at.replace(microsecond=0), planned_at=at, next_try_at=at,
    )  # fmt: skip
