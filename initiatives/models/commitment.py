"""Commitment: what a department has promised to an initiative."""

from django.db import models
from django.db.models import Q

from goals.models import OfAPlan
from initiatives.models.initiative import Initiative
from people.models import Department, User
from records.history import Recorded, Version
from records.texts import Searched


class CommitmentFields(Searched):
    """What is recorded of a commitment. `*_at` are instants, `due_date` is a day.

    `answered_*` and `answer` are what the department said last to what it was asked. What it would rather do stands in
    `offered_*` until the initiative's side agrees or asks again.
    """

    named_by = ("what",)

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        DELIVERED = "delivered", "Delivered"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=500)
    due_date = models.DateField(null=True, blank=True)
    baseline_due_date = models.DateField(null=True, blank=True)
    slip_count = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(null=True, blank=True)
    delivered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True, default="", max_length=2_000)
    offered_due_date = models.DateField(null=True, blank=True)
    offered_department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


OPEN_COMMITMENT = Q(state__in=["proposed", "accepted"])
OFFERED = Q(offered_due_date__isnull=False) | Q(offered_department__isnull=False)  # would rather do something else


class Commitment(CommitmentFields, Recorded, OfAPlan):
    """Proposed → accepted → delivered; declined from the first, withdrawn from either of the first two."""

    belongs_to = "initiative"

    not_worded = frozenset({"answered_at", "answered_by"})

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="commitment_accepted_pair",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True, delivered_by__isnull=True)
                | Q(delivered_at__isnull=False, delivered_by__isnull=False),
                name="commitment_delivered_pair",
            ),
            models.CheckConstraint(
                condition=(Q(state="proposed", accepted_at__isnull=True, delivered_at__isnull=True))
                | Q(state="accepted", accepted_at__isnull=False, delivered_at__isnull=True)
                | Q(state="delivered", delivered_at__isnull=False)
                | Q(state="declined", accepted_at__isnull=True, delivered_at__isnull=True)
                | Q(state="withdrawn", delivered_at__isnull=True),
                name="commitment_state_and_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="commitment_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(offered_due_date__isnull=True, offered_department__isnull=True)
                | Q(state="proposed", answered_by__isnull=False),
                name="commitment_offer_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["department", "due_date"], name="commitment_of_department"),
            models.Index(fields=["initiative"], name="commitment_of_initiative"),
        ]
        ordering = ["due_date", "pk"]

    def __str__(self) -> str:
        return self.what

    @property
    def has_offer(self) -> bool:
        """Whether the department would rather do it by another day, or have another department do it."""
        return self.offered_due_date is not None or self.offered_department_id is not None


class CommitmentVersion(Version, CommitmentFields):
    subject = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        indexes = [
            *Version.Meta.indexes,
            models.Index(fields=["initiative", "recorded_from"], name="commitmentversion_initiative"),
            models.Index(fields=["department", "recorded_from"], name="commitmentversion_department"),
            models.Index(
                fields=["due_date"], include=["initiative"], name="commitmentversion_open",
                condition=OPEN_COMMITMENT & Q(recorded_until__isnull=True),
            ),
            models.Index(
                fields=["initiative"], name="commitmentversion_offered",
                condition=OFFERED & Q(recorded_until__isnull=True),
            ),
        ]  # fmt: skip
