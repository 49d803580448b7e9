"""What stands in each reminder mail, what is written to many, and what people want to hear.

A `MessageItem` row is one thing a digest tells; its unique key is what makes "never twice" true.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q

from goals.models import OfAPlan, Plan
from initiatives.models import Initiative
from outbox.models import Message
from people.models import User
from records.texts import Texts


class MessageItem(models.Model):
    """One thing told to one person: which rule asked for it (`kind`, `step`), about what, and why to this person.

    A dropped item keeps its row for the log, but frees its key: what was not told may be told later.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reminder_items")
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
    reason = models.CharField(max_length=20)
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


class OneOff(Texts, OfAPlan):
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
    version = models.PositiveIntegerField(default=0)  # counts what was changed, as in records.history

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
    version = models.PositiveIntegerField(default=0)  # counts what was changed, as in records.history

    def __str__(self) -> str:
        return f"escalation of {self.plan_id}"
