"""What people decide about one message: settle what nobody can know about, ask for a test."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction

from outbox.kinds import KINDS, Verdict
from outbox.mails import MailToMyself
from outbox.models import Message
from outbox.services.putting import put
from records.audit import Act, StaleVersion, record_event
from records.person import Person

TESTS_AN_HOUR = 5
State = Message.State
SETTLED = {"arrived": "sent", "send": "queued", "drop": "cancelled"}


@transaction.atomic
def settle_by_hand(*, message: Message, decision: str, seen_fence: int | None = None, act: Act) -> Message:
    """A person decides what became of an unconfirmed or failed message: it arrived, send it (again), or let it go.

    Raises StaleVersion where it was decided and failed again since `seen_fence`.
    """
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state not in {State.UNCONFIRMED, State.FAILED}:
        raise ValidationError(f"This message is “{row.get_state_display()}”; there is nothing to settle.")
    if seen_fence not in (None, row.fence):
        raise StaleVersion(row)
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
        for rows, values in KINDS[row.kind].changes(row, Verdict(reason="Let go by hand."), is_rendered=False):
            rows.update(**values)
    row.fence += 1
    row.save()
    changes = {"state": [before, row.get_state_display()]}
    record_event(verb="message.settled", target=row, act=act, changes=changes)
    return row


@transaction.atomic
def send_test(*, person: Person, at: datetime) -> Message:
    """One mail to oneself, by the same road as every other; TESTS_AN_HOUR at most."""
    get_user_model().objects.select_for_update().get(pk=person.pk)  # one at a time, so that the count holds
    recent = Message.objects.filter(person=person.pk, kind=MailToMyself.name, planned_at__gt=at - timedelta(hours=1))
    if recent.count() >= TESTS_AN_HOUR:
        raise ValidationError(f"You asked for {TESTS_AN_HOUR} tests within an hour. Wait a while before the next.")
    message = put(kind=MailToMyself.name, person=person.pk, key=at.isoformat(), at=at)
    return message or Message.objects.get(kind=MailToMyself.name, person=person.pk, key=at.isoformat())
