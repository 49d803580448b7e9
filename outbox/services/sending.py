"""Claim, check again, announce, hand over, settle: a mail leaves without being lost or sent twice (docs/adr/0006)."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from jobs.failpoints import failpoint
from jobs.heartbeats import beat
from jobs.models import Heartbeat
from jobs.queue import LostLease, back_off, claim, due, move
from jobs.stopping import is_stopping
from outbox.kinds import KINDS, Changes, Verdict
from outbox.mailer import Accepted, FixedMail, Mailer, Outcome, Refused, Unknown, Unreachable
from outbox.models import Message
from outbox.rendering import headers_of
from outbox.selectors import is_held
from outbox.services.checking import check_again
from outbox.services.recovery import recover
from records.asof import local_day

log = logging.getLogger(__name__)

State = Message.State
BATCH = 100  # messages claimed and looked at at once
BACK_OFF = (1, 2, 5, 15, 30, 60)  # minutes after each attempt; the last one from then on
GIVE_UP_AFTER = timedelta(days=5)  # of temporary refusals, as mail servers do among themselves
POISON_AFTER = 5  # attempts that failed on our side
RUN_FOR = 600  # seconds of one run; what is left is the next one's, so no worker is ended in the middle of a mail
FRESH = 1.0  # seconds for which a look at what still holds counts
# Leases and hand-over, in multiples of the mail server's time-out. A sender that was stopped between its intent and
# the text for longer than HAND_OVER keeps quiet: recovery may be about to settle its mail. A claim outlives AWAY_AFTER
# connections that hang.
CLAIM, SENDING, HAND_OVER = 6, 10, 5
AWAY_AFTER = 3  # connections that failed in a row: the server is away, the next run tries again


@dataclass
class Tally:
    """What one run did, for the command's output."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())) or "nothing to send"


def send_due_messages(*, at: datetime) -> Tally:
    """Send everything that is due at `at`. Any number of senders may run at once, and any of them may die."""
    tally = Tally()
    for name, count in recover(at=at).items():
        tally.counts[name] += count
    failures = 0
    end = time.monotonic() + RUN_FOR
    with Mailer() as mailer:
        while failures < AWAY_AFTER and time.monotonic() < end and not is_stopping() and not is_held():
            batch = claim_messages(at=at)
            if not batch:
                break
            for message, verdict in _checked(batch, at):
                if failures >= AWAY_AFTER or is_stopping():
                    move(message, State.CLAIMED, state=State.QUEUED)  # given back untouched
                    continue
                outcome = deliver(message, mailer=mailer, at=at, verdict=verdict)
                tally.counts[outcome] += 1
                failures = failures + 1 if outcome == "unreachable" else 0
    beat(Heartbeat.Name.SEND, at=at)
    return tally


def _checked(batch: Sequence[Message], at: datetime) -> Iterator[tuple[Message, Verdict | None]]:
    """Each message with what still holds of it, looked up for all at once, and anew when that is no longer fresh.

    None where looking failed: one row that cannot be read must not keep the others, so each is then looked at alone.
    """
    looked, verdicts = 0.0, dict[int, Verdict]()
    for n, message in enumerate(batch):
        if time.monotonic() - looked > FRESH:
            looked, verdicts = time.monotonic(), _look(batch[n:], at)
        yield message, verdicts.get(message.pk)


def _look(batch: Sequence[Message], at: datetime) -> dict[int, Verdict]:
    try:
        return check_again(batch, at=at)
    except (InterfaceError, OperationalError):
        raise
    except Exception:
        log.exception("Looking at %s messages at once failed; each is looked at alone", len(batch))
        return {}


def claim_messages(*, at: datetime, limit: int = BATCH) -> list[Message]:
    """Take due messages for this sender alone, for a while of database time."""
    lease = timedelta(seconds=CLAIM * settings.EMAIL_TIMEOUT)
    waiting = due(Message.objects.all(), at)
    claimed = claim(waiting, State.CLAIMED, lease=lease, limit=limit, related=["person"])
    failpoint("after_claim")
    return claimed


def deliver(message: Message, *, mailer: Mailer, at: datetime, verdict: Verdict | None = None) -> str:
    """Bring one claimed message to its next state; returns what came of it. Never raises for one message's sake.

    A database that went away raises: that says nothing about this message, and its lease runs out by itself.
    """
    try:
        began = time.monotonic()
        mail = announce(message, at=at, verdict=verdict)
        if mail is None:
            return "cancelled"
        outcome = mailer.hand_over(mail, before=began + HAND_OVER * settings.EMAIL_TIMEOUT)
    except LostLease:
        return "lost to another sender"
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:
        log.exception("Message %s failed on our side", message.pk)
        return settle_poison(message, error, at=at)
    failpoint("before_commit")
    result = settle(message, outcome, at=at)
    failpoint("after_commit")
    return result


def announce(message: Message, *, at: datetime, verdict: Verdict | None = None) -> FixedMail | None:
    """Check that the mail is still wanted, write it down, and commit that it is about to be handed over.

    None when nothing of it holds any more; it is cancelled then. Raises LostLease. Whatever can fail on our side fails
    before the intent, while nobody can have the mail.
    """
    verdict = verdict or check_again([message], at=at)[message.pk]
    if verdict.reason:
        ended: dict[str, Any] = {"state": State.CANCELLED, "ended_at": at, "note": verdict.reason[:500]}
        _write(message, ended, KINDS[message.kind].changes(message, verdict, is_rendered=False))
        return None
    kind = KINDS[message.kind]
    day = local_day(at)
    written: dict[str, Any] = {}
    address = message.address or message.person.email
    if verdict.is_changed or message.rendered_on != day or message.to_address != address:
        rendered = kind.render(message, verdict, day=day)
        written = {"subject": rendered.subject, "text": rendered.text, "html": rendered.html}
        written |= {"rendered_on": day, "to_address": address}
    fields: dict[str, Any] = {"state": State.SENDING, "attempts": message.attempts + 1, "note": "", **written}
    for name, value in fields.items():
        setattr(message, name, value)
    mail = FixedMail(message, headers_of(message))
    lease = timedelta(seconds=SENDING * settings.EMAIL_TIMEOUT)
    _write(message, fields, kind.changes(message, verdict, is_rendered=bool(written)), lease=lease)
    return mail


def _write(message: Message, fields: dict[str, Any], changes: Changes, *, lease: timedelta | None = None) -> None:
    """Move a claimed message on, and its kind's own rows with it. One statement needs no transaction around it."""
    with transaction.atomic() if changes else nullcontext():
        for rows, values in changes:
            rows.update(**values)
        if not move(message, State.CLAIMED, lease=lease, **fields):
            raise LostLease


def settle(message: Message, outcome: Outcome, *, at: datetime) -> str:
    """Write down what came of handing it over. Does nothing when the lease was lost: recovery decides then."""
    fields: dict[str, Any]
    if isinstance(outcome, Unknown):  # stays `sending`; the trace is asked once the lease has run out
        move(message, State.SENDING, note=outcome.words[:500])
        return "left to recovery"
    if isinstance(outcome, Accepted):
        fields = {"state": State.SENT, "sent_at": at, "ended_at": at, "note": ""}
        result = "sent"
    elif isinstance(outcome, Refused) and (outcome.is_final or at - message.planned_at > GIVE_UP_AFTER):
        fields = {"state": State.FAILED, "ended_at": at, "note": outcome.words[:500]}
        result = "failed"
    else:
        pause = back_off(message.attempts, BACK_OFF)
        fields = {"state": State.QUEUED, "next_try_at": at + pause, "note": outcome.words[:500]}
        result = "unreachable" if isinstance(outcome, Unreachable) else "put off"
    if not move(message, State.SENDING, **fields):
        log.warning("Message %s was settled by somebody else; this sender says: %s", message.pk, result)
        return "lost to another sender"
    return result


def settle_poison(message: Message, error: Exception, *, at: datetime) -> str:
    """Our own fault, such as a text that cannot be written: try a few times, then set it aside for a person."""
    words = f"It could not be written or handed over: {type(error).__name__}: {error}"[:500]
    row = Message.objects.get(pk=message.pk)
    attempts = row.attempts + (row.state == State.CLAIMED)
    is_last = attempts >= POISON_AFTER
    fields: dict[str, Any] = {"state": State.FAILED, "ended_at": at} if is_last else {
        "state": State.QUEUED, "next_try_at": at + back_off(row.attempts, BACK_OFF),
    }  # fmt: skip
    if not move(message, State.CLAIMED, State.SENDING, attempts=attempts, note=words, **fields):
        return "lost to another sender"
    return "failed" if is_last else "put off"
