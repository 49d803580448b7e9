"""Leases that ran out: what a sender that died left behind, and what nobody can know from inside."""

import logging
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Now

from reminders.models import Message
from reminders.traces import TraceUnreadable, trace

log = logging.getLogger(__name__)

State = Message.State
NO_TRACE = (
    "The sender died while this mail was being handed over, and the mail server keeps no record we can read. "
    "It may or may not have arrived."
)

WORDS = {
    "found at the relay": "was found at the relay",
    "not at the relay": "is not at the relay and is sent again",
    "unconfirmed": "can be confirmed by no trace",
}


def recover(*, at: datetime) -> dict[str, int]:
    """Take back what died while claimed; settle by the relay's trace what died while being handed over."""
    expired = Message.objects.filter(lease_until__lte=Now())
    counts = {
        "taken back": expired.filter(state=State.CLAIMED).update(
            state=State.QUEUED, lease_until=None, fence=F("fence") + 1
        )
    }
    stuck = list(expired.filter(state=State.SENDING))
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
        fields: dict[str, object] = {"lease_until": None, "fence": F("fence") + 1}
        if record is None:
            told = "unconfirmed"
            fields |= {"state": State.UNCONFIRMED, "ended_at": at, "note": NO_TRACE}
        elif message.message_id in accepted:
            told = "found at the relay"
            fields |= {
                "state": State.SENT,
                "sent_at": at,
                "ended_at": at,
                "note": "Settled by the relay’s record.",
            }
        else:
            told = "not at the relay"
            fields |= {"state": State.QUEUED, "next_try_at": at, "note": "The mail server has no record of it."}
        mine = Message.objects.filter(pk=message.pk, fence=message.fence, state=State.SENDING)
        if mine.update(**fields):
            counts[told] += 1
            log.warning("Message %s %s; its sender died while handing it over.", message.pk, WORDS[told])
    return counts
