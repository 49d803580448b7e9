"""Hold all sending, and let it go on: by hand, and when data were brought back from a backup.

Which of the mails in such data went out after they were saved, nobody here knows. A Message-ID is decided by what a
mail tells, so the relay's record answers, for a mail that was planned anew as well. Where there is no record a person
decides. Nothing goes out twice on a guess (docs/adr/0025).
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet

from outbox.models import Hold, Message
from outbox.selectors import doubtful, is_for_a_person
from outbox.traces import TraceUnreadable, trace
from records.audit import Act, record_event

State = Message.State
DECISIONS = ("arrived", "send")
AT_RELAY = "The relay’s record says that it went out before the data were brought back."
BY_HAND = "Taken to have gone out before the data were brought back."


@transaction.atomic
def hold_sending(*, act: Act) -> Hold:
    """Stop handing anything to the mail server until released; planning goes on. Raises without a reason.

    Held twice is held once, for the first reason.
    """
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say why no mail may go out."})
    row, is_new = Hold.objects.get_or_create(
        is_open=True, defaults={"since": act.at, "by": act.by, "reason": act.reason.strip()[:300]}
    )
    if is_new:
        record_event(verb="sending.held", target=row, act=act)
    return row


@transaction.atomic
def hold_restored(*, restored_from: datetime, act: Act) -> Hold:
    """Hold all sending in data that were saved at `restored_from`. Raises without a reason.

    What is queued by `act.at` is doubtful from then on: plan first what is due, so that what was planned and sent after
    the backup is among it.
    """
    row = hold_sending(act=act)
    row.since, row.by, row.reason, row.restored_from = act.at, act.by, act.reason.strip()[:300], restored_from
    row.save()
    return row


@transaction.atomic
def release_sending(*, act: Act, decision: str = "") -> int:
    """Let mail go out again; returns how many do not go, because they went out before data were brought back.

    `decision` says what becomes of doubtful mails where the relay keeps no record: "arrived" or "send". Raises
    ValidationError where it is missing, and where the record there is cannot be read.
    """
    gone = 0
    for row in Hold.objects.select_for_update().filter(is_open=True):
        gone += _end_what_went_out(row, decision, act.at)
        row.is_open, row.until = False, act.at
        row.save(update_fields=["is_open", "until"])
        record_event(verb="sending.released", target=row, act=act)
    return gone


def _end_what_went_out(hold: Hold, decision: str, at: datetime) -> int:
    """They keep what they told, so that planning does not tell it again."""
    rows = doubtful(hold)
    if is_for_a_person(hold):
        if decision not in DECISIONS:
            raise ValidationError({"decision": "What became of them: choose whether they went out."})
        gone, note = rows if decision == "arrived" else rows.none(), BY_HAND
    else:
        gone, note = rows.filter(message_id__in=_accepted(rows)), AT_RELAY
    return gone.update(state=State.CANCELLED, ended_at=at, lease_until=None, note=note, fence=F("fence") + 1)


def _accepted(rows: "QuerySet[Message]") -> set[str]:
    ids = set(rows.values_list("message_id", flat=True))
    record = trace() if ids else None
    try:
        return record.accepted(ids) if record else set()
    except TraceUnreadable as unreadable:
        raise ValidationError(f"{unreadable} Until it can be, nobody knows what went out.") from unreadable
