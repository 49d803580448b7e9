"""QuarterSnapshot: the cover of a frozen quarter. Its rows are in rows.py, what people did with it in act.py."""

from django.db import models
from django.db.models import Q

from goals.models import OfAPlan, Plan
from goals.quarters import Quarter


class QuarterSnapshot(models.Model, OfAPlan):
    """One revision of one quarter of a plan, copied as text and numbers at the quarter's end.

    Sealed as soon as its hashes are set: from then on the database refuses every change of it and of its rows
    (records/triggers.py). A revision 2 stays unsealed while the report is open again.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    # What the quarter was called when it was frozen. It is found by its last day, see `as_of_day`, never by its name.
    fiscal_year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    start_month = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField(default=1)
    as_of_day = models.DateField()
    ends_at = models.DateTimeField()  # it holds what was recorded before this instant
    built_at = models.DateTimeField()

    plan_title = models.CharField(max_length=200)
    plan_slug = models.CharField(max_length=60)
    plan_mission = models.TextField(blank=True)
    plan_start_date = models.DateField()
    plan_end_date = models.DateField()
    plan_source = models.CharField(max_length=500, blank=True)
    goal_label = models.CharField(max_length=40)
    expected_update_days = models.PositiveSmallIntegerField()
    sample_note = models.CharField(max_length=300, blank=True)

    # Set once, when sealed. `previous` is the plan's snapshot sealed before this one: the chain.
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    chain_hash = models.CharField(max_length=64, blank=True)
    initiative_count = models.PositiveIntegerField(default=0)
    milestone_count = models.PositiveIntegerField(default=0)
    commitment_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "as_of_day", "revision"], name="snapshot_once_a_period_and_revision"
            ),
            models.UniqueConstraint(fields=["plan", "sequence"], name="snapshot_sequence_unique"),
            models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name="snapshot_quarter_1_to_4"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="snapshot_revision_from_1"),
            models.CheckConstraint(
                condition=Q(content_hash="", chain_hash="", sequence__isnull=True)
                | (~Q(content_hash="") & ~Q(chain_hash="") & Q(sequence__isnull=False)),
                name="snapshot_sealed_whole",
            ),
        ]
        ordering = ["plan", "-as_of_day", "-revision"]

    def __str__(self) -> str:
        return f"{self.plan_title}, {self.period.label}, revision {self.revision}"

    @property
    def period(self) -> Quarter:
        return Quarter(self.fiscal_year, self.quarter, self.start_month)

    @property
    def is_sealed(self) -> bool:
        return bool(self.content_hash)
