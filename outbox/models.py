"""The outbox: a row is one mail to one person and carries its own state, so none is lost with a worker or a broker."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.models import Job, job_constraints, job_indexes

KIND_LABELS: dict[str, str] = {}  # filled by kinds.register
HELD = ("claimed", "sending")
ENDED = ("sent", "unconfirmed", "failed", "cancelled")


class MessageQuerySet(models.QuerySet["Message"]):
    def open(self) -> "MessageQuerySet":
        """Not yet ended one way or another."""
        return self.filter(state__in=Message.OPEN)


class Message(Job):
    """One mail to one person: queued → claimed → sending → sent, with the ways out that docs/adr/0006 explains.

    `message_id` and `date` never change, and subject and texts are rendered once a local day, so a repeat is the same
    mail to a mailbox.
    """

    HELD = HELD

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        CLAIMED = "claimed", "Taken by a sender"
        SENDING = "sending", "Being handed over"
        SENT = "sent", "Sent"
        UNCONFIRMED = "unconfirmed", "Unconfirmed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Not needed any more"

    OPEN = (State.QUEUED, State.CLAIMED, State.SENDING)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    # What it tells: the same is never put in twice, unless it was cancelled. `about`: a row, in the kind's own terms.
    key = models.CharField(max_length=100)
    about = models.BigIntegerField(null=True)
    day = models.DateField()
    message_id = models.CharField(max_length=200, unique=True)
    date = models.DateTimeField()
    planned_at = models.DateTimeField()

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    sent_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    # Where it must go whatever address the person has now; empty: to that one.
    address = models.CharField(max_length=254, blank=True, default="")
    to_address = models.CharField(max_length=254, blank=True)
    rendered_on = models.DateField(null=True)
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            *job_constraints(held=HELD, ended=ENDED, explained=["unconfirmed", "failed", "cancelled"]),
            models.UniqueConstraint(
                fields=["person", "kind", "key"], condition=~Q(state="cancelled"), name="message_once"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "unconfirmed"])
                | (Q(rendered_on__isnull=False) & ~Q(subject="") & ~Q(to_address="")),
                name="message_rendered_before_sending",
            ),
        ]
        indexes = [
            *job_indexes(held=HELD),
            models.Index(fields=["person", "-planned_at"], name="message_of_person"),
            models.Index(fields=["-planned_at", "-id"], name="message_latest"),
            # Few of many: whose mail was refused.
            models.Index(fields=["person"], condition=Q(state="failed"), name="message_failed"),
        ]
        ordering = ["-planned_at", "-pk"]

    def __str__(self) -> str:
        return self.subject or f"{self.kind_label} of {self.day}"

    @property
    def kind_label(self) -> str:
        return KIND_LABELS.get(self.kind, self.kind)


class Hold(models.Model):
    """While a row is open, nothing is handed to the mail server. Planning goes on, so nothing is lost."""

    since = models.DateTimeField()
    # When the data were saved that were brought back at `since`: mails may have gone out in between that they know
    # nothing of. Empty where nothing was brought back.
    restored_from = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    until = models.DateTimeField(null=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_open"], condition=Q(is_open=True), name="hold_one_open"),
            models.CheckConstraint(
                condition=Q(is_open=True, until__isnull=True) | Q(is_open=False, until__isnull=False),
                name="hold_open_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"held since {self.since}"
