"""Milestone: a dated step of an initiative."""

from django.db import models
from django.db.models import Q

from goals.models import OfAPlan, Sourced
from initiatives.models.initiative import Initiative
from people.models import Department, User
from records.history import HELD_UNTIL, Recorded, Version
from records.texts import Searched


class MilestoneFields(Sourced, Searched):
    """What is recorded of a milestone. `due_text` shows a partial date as written, such as "2024-05"."""

    named_by = ("title",)

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    due_date = models.DateField(null=True, blank=True)
    due_text = models.CharField(max_length=10, blank=True)
    baseline_due_date = models.DateField(null=True, blank=True)
    slip_count = models.PositiveSmallIntegerField(default=0)
    completed_date = models.DateField(null=True, blank=True)
    is_cancelled = models.BooleanField(default=False)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


OPEN_MILESTONE = Q(completed_date__isnull=True, is_cancelled=False)


class Milestone(MilestoneFields, Recorded, OfAPlan):
    """Open until it has a completion date or is cancelled; the two exclude each other."""

    belongs_to = "initiative"

    not_worded = frozenset({"order"})

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_date__isnull=True) | Q(is_cancelled=False), name="milestone_done_or_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(due_date__isnull=True) | Q(baseline_due_date__isnull=False), name="milestone_has_baseline"
            ),
        ]
        indexes = [
            models.Index(fields=["initiative", "order"], name="milestone_in_order"),
            models.Index(
                fields=["due_date"], condition=OPEN_MILESTONE & Q(deleted_at__isnull=True), name="milestone_open_due"
            ),
        ]
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.completed_date is None and not self.is_cancelled


class MilestoneVersion(Version, MilestoneFields):
    subject = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        indexes = [
            *Version.Meta.indexes,
            models.Index(fields=["initiative", "recorded_from"], name="milestoneversion_initiative"),
            # What is open, by its day: next dates, and which initiatives are late. The past by HELD_UNTIL.
            models.Index(
                fields=["due_date"], include=["initiative"], name="milestoneversion_open",
                condition=OPEN_MILESTONE & Q(recorded_until__isnull=True),
            ),
            models.Index(
                fields=["subject"], condition=Q(recorded_until__isnull=True, slip_count__gt=0),
                name="milestoneversion_slipped",
            ),
            models.Index(
                HELD_UNTIL, include=["recorded_from", "recorded_until", "due_date", "initiative"],
                condition=OPEN_MILESTONE, name="milestoneversion_held",
            ),
        ]  # fmt: skip
