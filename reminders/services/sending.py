"""Claim, check again, announce, hand over, settle: a mail leaves without being lost or sent twice (docs/adr/0006)."""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from people.asof import local_day
from people.failpoints import failpoint
from people.models import AuditEvent, User
from reminders.kinds import KINDS, Occasion, occasions
from reminders.mailer import Accepted, FixedMail, Mailer, Outcome, Refused, Unknown, Unreachable
from reminders.models import Heartbeat, Message, MessageItem
from reminders.rendering import (
    Rendered,
    headers_of,
    render_digest,
    render_export,
    render_new_link,
    render_one_off,
    render_test,
)
from reminders.selectors.days import checking_day
from reminders.selectors.log import is_held
from reminders.selectors.recipients import Directory, reachable_people
from reminders.services.exports import queue_export_mails, waiting_for
from reminders.services.heartbeats import beat
from reminders.services.recovery import recover

log = logging.getLogger(__name__)

State = Message.State
BATCH = 20  # messages claimed at once
BACK_OFF = (1, 2, 5, 15, 30, 60)  # minutes after each attempt; the last one from then on
GIVE_UP_AFTER = timedelta(days=5)  # of temporary refusals, as mail servers do among themselves
POISON_AFTER = 5  # attempts that failed on our side
AWAY_AFTER = 3  # connections that failed in a row: the server is away, the next run tries again


class LostLease(Exception):
    """Somebody else may have this message by now: leave it alone."""


@dataclass
class Tally:
    """What one run did, for the command's output."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __str__(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        return told or "nothing to send"


def send_due_messages(*, at: datetime) -> Tally:
    """Send everything that is due at `at`. Any number of senders may run at once, and any of them may die."""
    tally = Tally()
    queue_export_mails(at=at)
    for name, count in recover(at=at).items():
        tally.counts[name] += count
    failures = 0
    with Mailer() as mailer:
        while failures < AWAY_AFTER and not is_held():
            batch = claim_messages(at=at)
            if not batch:
                break
            for message in batch:
                if failures >= AWAY_AFTER:
                    release(message)
                    continue
                outcome = deliver(message, mailer=mailer, at=at)
                tally.counts[outcome] += 1
                failures = failures + 1 if outcome == "unreachable" else 0
    beat(Heartbeat.Name.SEND, at=at)
    return tally


def claim_messages(*, at: datetime, limit: int = BATCH) -> list[Message]:
    """Take due messages for this sender alone, for a while of database time."""
    with transaction.atomic():
        rows = Message.objects.due(at).order_by("next_try_at", "pk")
        skip = connection.features.has_select_for_update_skip_locked
        keys = list(rows.select_for_update(skip_locked=skip).values_list("pk", flat=True)[:limit])
        lease = timedelta(seconds=3 * settings.EMAIL_TIMEOUT)
        Message.objects.filter(pk__in=keys).update(state=State.CLAIMED, fence=F("fence") + 1, lease_until=Now() + lease)
        mine = Message.objects.filter(pk__in=keys).select_related("person", "one_off")
        claimed = list(mine.order_by("next_try_at", "pk"))
    failpoint("after_claim")
    return claimed


def release(message: Message) -> None:
    """Give a claimed message back untouched."""
    _held(message, State.CLAIMED).update(state=State.QUEUED, lease_until=None)


def deliver(message: Message, *, mailer: Mailer, at: datetime) -> str:
    """Bring one claimed message to its next state; returns what came of it. Never raises for one message's sake."""
    try:
        prepared = announce(message, at=at)
        if prepared is None:
            return "cancelled"
        outcome = mailer.hand_over(FixedMail(prepared, headers_of(prepared)))
    except LostLease:
        return "lost to another sender"
    except Exception as error:
        log.exception("Message %s failed on our side", message.pk)
        return settle_poison(message, error, at=at)
    failpoint("before_commit")
    told = settle(prepared, outcome, at=at)
    failpoint("after_commit")
    return told


def announce(message: Message, *, at: datetime) -> Message | None:
    """Check that the mail is still wanted, write it down, and commit that it is about to be handed over.

    None when nothing of it holds any more; it is cancelled then. Raises LostLease.
    """
    with transaction.atomic():
        wanted, dropped, reason = _still_wanted(message, at)
        for item, why in dropped:
            MessageItem.objects.filter(pk=item.pk).update(dropped=why)
        if reason:
            fields = {"state": State.CANCELLED, "ended_at": at, "note": reason, "lease_until": None}
            if not _held(message, State.CLAIMED).update(**fields):
                raise LostLease
            return None
        fields = {"state": State.SENDING, "attempts": F("attempts") + 1, "note": ""}
        day = local_day(at)
        if dropped or message.rendered_on != day or message.to_address != message.person.email:
            rendered = _render(message, wanted, at)
            fields |= {"subject": rendered.subject, "text": rendered.text, "html": rendered.html}
            fields |= {"rendered_on": day, "to_address": message.person.email}
            _remember_seen(wanted)
        lease = timedelta(seconds=10 * settings.EMAIL_TIMEOUT)
        mine = _held(message, State.CLAIMED).filter(lease_until__gt=Now())
        if not mine.update(lease_until=Now() + lease, **fields):
            raise LostLease
    return Message.objects.get(pk=message.pk)


def settle(message: Message, outcome: Outcome, *, at: datetime) -> str:
    """Write down what came of handing it over. Does nothing when the lease was lost: recovery decides then."""
    fields: dict[str, object] = {"lease_until": None}
    if isinstance(outcome, Unknown):
        return "left to recovery"  # stays `sending`; the trace is asked once the lease has run out
    if isinstance(outcome, Accepted):
        fields |= {"state": State.SENT, "sent_at": at, "ended_at": at, "note": ""}
        told = "sent"
    elif isinstance(outcome, Refused) and (outcome.is_final or at - message.planned_at > GIVE_UP_AFTER):
        fields |= {"state": State.FAILED, "ended_at": at, "note": outcome.words[:500]}
        told = "failed"
    else:
        fields |= {"state": State.QUEUED, "next_try_at": at + _pause(message), "note": outcome.words[:500]}
        told = "unreachable" if isinstance(outcome, Unreachable) else "put off"
    if not _held(message, State.SENDING).update(**fields):
        log.warning("Message %s was settled by somebody else; this sender says: %s", message.pk, told)
        return "lost to another sender"
    return told


def settle_poison(message: Message, error: Exception, *, at: datetime) -> str:
    """Our own fault, such as a text that cannot be written: try a few times, then set it aside for a person."""
    words = f"It could not be written or handed over: {type(error).__name__}: {error}"[:500]
    mine = Message.objects.filter(pk=message.pk, fence=message.fence, state__in=[State.CLAIMED, State.SENDING])
    row = mine.first()
    if row is None:
        return "lost to another sender"
    attempts = row.attempts + (row.state == State.CLAIMED)
    fields: dict[str, object] = {"attempts": attempts, "lease_until": None, "note": words}
    if attempts >= POISON_AFTER:
        fields |= {"state": State.FAILED, "ended_at": at}
    else:
        fields |= {"state": State.QUEUED, "next_try_at": at + _pause(row)}
    mine.update(**fields)
    return "failed" if attempts >= POISON_AFTER else "put off"


def _held(message: Message, state: str) -> "QuerySet[Message]":
    return Message.objects.filter(pk=message.pk, fence=message.fence, state=state)


def _pause(message: Message) -> timedelta:
    return timedelta(minutes=BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1 if message.attempts else 0])


Pairs = list[tuple[MessageItem, Occasion]]


def _still_wanted(message: Message, at: datetime) -> tuple[Pairs, list[tuple[MessageItem, str]], str]:
    """Items that still hold, items that do not with why, and why the whole mail is not needed any more (or nothing)."""
    person: User | None = reachable_people().filter(pk=message.person_id).first()
    items = list(message.items.filter(dropped="").select_related("instead_of"))
    if person is None:
        reason = f"{message.person.name} cannot be reached: deactivated, without an address, or without a role."
        return [], [(item, reason[:200]) for item in items], reason
    message.person = person
    if message.sort == Message.Sort.EXPORT and person.pk not in waiting_for(_end_of(message)):
        reason = "The file was fetched already."
        return [], [(item, reason) for item in items], reason
    if message.sort != Message.Sort.DIGEST:
        return [], [], ""
    day = checking_day(at)
    subjects: dict[str, set[int]] = defaultdict(set)
    for item in items:
        subjects[item.subject_type].add(item.subject_id)
    found: Pairs = []
    gone: list[tuple[MessageItem, str]] = []
    standing = {(one.kind, *one.key): one for one in occasions(day, subjects)}
    people = {key for one in standing.values() for key in one.owners if key} | {message.person_id}
    directory = Directory.load(day.day, people)
    for item in items:
        one = standing.get((item.kind, item.subject_type, item.subject_id, item.due_date))
        if one is None:
            gone.append((item, "Not needed any more: done, moved, closed, on hold, or switched off."))
        elif not any(
            told.person_id == message.person_id
            for told in directory.heard(KINDS[item.kind].told(one, directory), item.kind)
        ):
            gone.append((item, "Not for this person any more: somebody else answers for it, or it was switched off."))
        else:
            found.append((item, one))
    return found, gone, "" if found else "Nothing in it was needed any more."


def _render(message: Message, wanted: Pairs, at: datetime) -> Rendered:
    day = local_day(at)
    if message.sort == Message.Sort.ONE_OFF:
        return render_one_off(message, message.person, day)
    if message.sort == Message.Sort.LINK:
        item = message.items.select_related("instead_of").get()
        return render_new_link(message, item, message.person, day)
    if message.sort == Message.Sort.EXPORT:
        return render_export(message, message.items.get(), _end_of(message).target_id, message.person, day)
    if message.sort == Message.Sort.TEST:
        return render_test(message, message.person, day)
    return render_digest(message, wanted, message.person, day)


def _end_of(message: Message) -> AuditEvent:
    """The event that a mail about a file tells of."""
    return AuditEvent.objects.get(pk=message.items.get().subject_id)


def _remember_seen(wanted: Pairs) -> None:
    """Each link ends with a newer update than the one it was written on."""
    for item, occasion in wanted:
        if occasion.latest_update_id is not None and item.seen_update_id != occasion.latest_update_id:
            MessageItem.objects.filter(pk=item.pk).update(seen_update_id=occasion.latest_update_id)
