"""Leases that ran out: what a sender that died left behind, and what nobody can know from inside."""

import logging
from datetime import datetime
from typing import Any

from django.db.models import F

from jobs.queue import expired, move, take_back
from outbox.models import Message
from outbox.traces import TraceUnreadable, trace

log = logging.getLogger(__name__)

State = Message.State
DIED = "The sender died while this mail was being handed over."
NO_TRACE = "The mail server keeps no record we can read: it may or may not have arrived."
WORDS = {
    "found at the relay": "was found at the relay",
    "not at the relay": "is not at the relay and is sent again",
    "unconfirmed": "can be confirmed by no trace",
}


def recover(*, at: datetime) -> dict[str, int]:
    """Take back what died while claimed; settle by the relay's trace what died while being handed over."""
    died = expired(Message.objects.all())
    counts = {"taken back": take_back(died.filter(state=State.CLAIMED))}
    stuck = list(died.filter(state=State.SENDING))
    if stuck:
        counts |= _by_trace(stuck, at)
    return {name: count for name, count in counts.items() if count}


def _by_trace(stuck: list[Message], at: datetime) -> dict[str, int]:
    record = trace()
    counts = {"found at the relay": 0, "not at the relay": 0, "unconfirmed": 0}
    try:
        accepted = record.accepted({message.message_id for message in stuck}) if record else set()
    except TraceUnreadable as error:
        log.error("%s %s mails wait for it.", error, len(stuck))  # they stay as they are; health shows them
        return {}
    for message in stuck:
        fields: dict[str, Any] = {"fence": F("fence") + 1}
        if record is None:
            finding = "unconfirmed"
            fields |= {"state": State.UNCONFIRMED, "ended_at": at, "note": f"{message.note or DIED} {NO_TRACE}"[:500]}
        elif message.message_id in accepted:
            finding = "found at the relay"
            fields |= {
                "state": State.SENT,
                "sent_at": at,
                "ended_at": at,
                "note": "Settled by the relay’s record.",
            }
        else:
            finding = "not at the relay"
            fields |= {"state": State.QUEUED, "next_try_at": at, "note": "The mail server has no record of it."}
        if move(message, State.SENDING, **fields):
            counts[finding] += 1
            log.warning("Message %s %s; its sender died while handing it over.", message.pk, WORDS[finding])
    return counts
