"""The outbox, what stands in each mail, and what people want to hear.

A `Message` row is one mail to one person and carries its own state, so work is never lost with a worker or a broker.
A `MessageItem` row is one thing told; its unique key is what makes "never twice" true.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q

from goals.models import Plan
from initiatives.models import Initiative
from jobs.models import Job, job_constraints, job_indexes
from people.models import User

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

    class Sort(models.TextChoices):
        DIGEST = "digest", "Daily digest"
        ONE_OFF = "one_off", "One-off message"
        LINK = "link", "New link"
        EXPORT = "export", "Your file"
        TEST = "test", "Test to myself"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        CLAIMED = "claimed", "Taken by a sender"
        SENDING = "sending", "Being handed over"
        SENT = "sent", "Sent"
        UNCONFIRMED = "unconfirmed", "Unconfirmed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Not needed any more"

    OPEN = (State.QUEUED, State.CLAIMED, State.SENDING)

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    day = models.DateField()
    message_id = models.CharField(max_length=200, unique=True)
    date = models.DateTimeField()
    planned_at = models.DateTimeField()

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    sent_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    to_address = models.CharField(max_length=254, blank=True)
    rendered_on = models.DateField(null=True)
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    one_off = models.ForeignKey("reminders.OneOff", null=True, on_delete=models.PROTECT, related_name="messages")

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            *job_constraints(held=HELD, ended=ENDED, explained=["unconfirmed", "failed", "cancelled"]),
            models.UniqueConstraint(
                fields=["person", "day"],
                condition=Q(sort="digest") & ~Q(state="cancelled"),
                name="message_one_digest_a_day",
            ),
            models.UniqueConstraint(fields=["person", "one_off"], name="message_one_off_once"),
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
        ]
        ordering = ["-planned_at", "-pk"]

    def __str__(self) -> str:
        return self.subject or f"{self.get_sort_display()} of {self.day}"


class MessageItem(models.Model):
    """One thing told to one person: which rule asked for it (`kind`, `step`), about what, and why to this person.

    A dropped item keeps its row for the log, but frees its key: what was not told may be told later.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="items")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    # The day the steps count from: a due date, or the day of the last update.
    due_date = models.DateField()
    step = models.SmallIntegerField()
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(Initiative, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=600)
    because = models.CharField(max_length=20)
    instead_of = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # The initiative's latest update when the mail was written: a newer one ends the link.
    seen_update_id = models.BigIntegerField(null=True)
    planned_on = models.DateField()
    dropped = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject_type", "subject_id", "due_date", "step"],
                condition=Q(dropped=""),
                name="message_item_once",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "person"], name="message_item_subject"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


class OneOff(models.Model):
    """A message a plan manager writes once, to go out on a day to everybody in an audience (rule B-35)."""

    class Audience(models.TextChoices):
        OWNERS = "owners", "Owners of open initiatives"
        LIAISONS = "liaisons", "Department liaisons"
        LEADERS = "leaders", "Leadership"
        MANAGERS = "managers", "Plan managers and administrators"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=150)
    text = models.TextField(max_length=10_000)
    audiences = models.JSONField(default=list)
    send_on = models.DateField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    # When its mails were queued; from then on it cannot be withdrawn.
    queued_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(queued_at__isnull=True) | Q(withdrawn_at__isnull=True), name="one_off_queued_or_withdrawn"
            ),
        ]
        ordering = ["-send_on", "-pk"]

    def __str__(self) -> str:
        return self.subject


class Subscription(models.Model):
    """What a person wants to hear; no row: everything. While away a delegate hears it, or it waits for their return."""

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    muted_kinds = models.JSONField(default=list)
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    delegate = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_until__isnull=True, delegate__isnull=True)
                | Q(away_from__isnull=False, away_until__gte=F("away_from")),
                name="subscription_away_whole",
            ),
            models.CheckConstraint(
                condition=Q(delegate__isnull=True) | ~Q(delegate=F("person")), name="subscription_delegate_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"subscription of {self.person_id}"

    def is_away(self, day: date) -> bool:
        """Whether the person said they are away on a local day; the last day counts."""
        return self.away_from is not None and self.away_until is not None and self.away_from <= day <= self.away_until


class Escalation(models.Model):
    """After how many working days late a milestone is also told to the liaison and the plan managers; no row: never."""

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="+")
    liaison_after = models.PositiveSmallIntegerField(null=True, blank=True)
    managers_after = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"escalation of {self.plan_id}"


class Hold(models.Model):
    """While a row is open, nothing is handed to the mail server. Planning goes on, so nothing is lost."""

    since = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
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
