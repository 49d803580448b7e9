"""Whether sending is held, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from jobs.heartbeats import last_beats
from jobs.models import Heartbeat
from outbox.models import Hold, Message
from outbox.traces import trace


def is_held() -> bool:
    return Hold.objects.filter(is_open=True).exists()


def open_hold() -> Hold | None:
    return Hold.objects.filter(is_open=True).select_related("by").first()


def doubtful(hold: Hold) -> "QuerySet[Message]":
    """Mails that wait, and that may have gone out after the data were saved and before they were brought back."""
    if hold.restored_from is None:
        return Message.objects.none()
    # Claimed then, by a sender that went on after the data were saved: it is given back, and would go out unasked.
    waiting = [Message.State.QUEUED, Message.State.CLAIMED]
    return Message.objects.filter(state__in=waiting, planned_at__lte=hold.since)


def is_for_a_person(hold: Hold) -> bool:
    """Whether mails are doubtful and no record of a relay says what became of them."""
    return trace() is None and doubtful(hold).exists()


SILENCE = timedelta(minutes=5)  # a worker is asked through the queue every minute
DELAY = timedelta(minutes=30)  # a message that is due goes out within minutes


@dataclass(frozen=True)
class Health:
    """How the sending of mail stands at `at`. `no_worker` and `is_late` are what /readyz answers by."""

    at: datetime

    planned_at: datetime | None
    sent_at: datetime | None
    worker_at: datetime | None
    oldest_due_at: datetime | None
    waiting: int
    unconfirmed: int
    failed: int
    hold: Hold | None

    @property
    def no_worker(self) -> bool:
        """Nothing of late came through the queue: beat, broker or worker is away."""
        return self.worker_at is None or self.at - self.worker_at > SILENCE

    @property
    def is_late(self) -> bool:
        """What is due does not go out. Held by a person, it may wait."""
        return self.hold is None and self.oldest_due_at is not None and self.at - self.oldest_due_at > DELAY


def health(at: datetime) -> Health:
    """Last ticks, the oldest message that is due and not out, and what waits for a person. Four queries."""
    beats = last_beats()
    due = Q(state__in=Message.OPEN, next_try_at__lte=at)
    counted = Message.objects.filter(state__in=[*Message.OPEN, "unconfirmed", "failed"]).aggregate(
        oldest=Min("planned_at", filter=due),
        waiting=Count("pk", filter=Q(state__in=Message.OPEN)),
        unconfirmed=Count("pk", filter=Q(state=Message.State.UNCONFIRMED)),
        failed=Count("pk", filter=Q(state=Message.State.FAILED)),
    )
    return Health(
        at=at,
        planned_at=beats.get(Heartbeat.Name.PLAN),
        sent_at=beats.get(Heartbeat.Name.SEND),
        worker_at=beats.get(Heartbeat.Name.WORKER),
        oldest_due_at=counted["oldest"],
        waiting=counted["waiting"],
        unconfirmed=counted["unconfirmed"],
        failed=counted["failed"],
        hold=open_hold(),
    )
