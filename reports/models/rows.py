"""The frozen rows: text and numbers with every label, and no foreign key to a live row.

Columns named `…_id` hold the live row's number, to find the same thing in another quarter. Their order in the canonical
form is fixed in reports/content/canonical.py: a new column needs a new version of that form.
"""

from django.db import models

from reports.models.snapshot import QuarterSnapshot


class FrozenRow(models.Model):
    """A row of one snapshot, found again in another by its `source_id`.

    The trigger that lets rows into unsealed snapshots only (records/triggers.py) looks once a statement whether the
    snapshot is there; a foreign key would look again for each of a million rows. Its index is the constraint's.
    """

    snapshot = models.ForeignKey(
        QuarterSnapshot, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source_id = models.BigIntegerField()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["snapshot", "source_id"], name="%(class)s_once")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.source_id} of snapshot {self.snapshot_id}"


class SnapshotHeading(FrozenRow):
    """A focus area, a strategy of one, or a priority the plan answers to."""

    class Kind(models.TextChoices):
        GOAL = "goal", "Focus area"
        STRATEGY = "strategy", "Strategy"
        PRIORITY = "priority", "Priority"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    goal_number = models.CharField(max_length=10, blank=True)  # of a strategy: its focus area's
    number = models.CharField(max_length=10, blank=True)
    sort_key = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    lead_name = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "kind", "source_id"], name="snapshotheading_once"),
        ]


class SnapshotInitiative(FrozenRow):
    """An initiative as it stood: status words and every label as they were shown that day."""

    number = models.CharField(max_length=20)
    sort_key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    basis = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=500, blank=True)
    goal_number = models.CharField(max_length=10, blank=True)
    goal_title = models.CharField(max_length=200, blank=True)
    strategy_number = models.CharField(max_length=10, blank=True)
    strategy_title = models.CharField(max_length=200, blank=True)
    owner_name = models.CharField(max_length=150, blank=True)
    department_abbreviation = models.CharField(max_length=40, blank=True)
    department_name = models.CharField(max_length=200, blank=True)
    priorities = models.TextField(blank=True)  # one name a line
    horizon = models.CharField(max_length=12, blank=True)
    horizon_label = models.CharField(max_length=40, blank=True)
    audience = models.CharField(max_length=12)
    audience_label = models.CharField(max_length=40)
    visibility = models.CharField(max_length=10)
    visibility_label = models.CharField(max_length=40)
    start_date = models.DateField()
    due_date = models.DateField(null=True)
    baseline_due_date = models.DateField(null=True)
    slip_count = models.PositiveSmallIntegerField()
    effective_status = models.CharField(max_length=20)
    effective_label = models.CharField(max_length=40)
    reported_status = models.CharField(max_length=12, blank=True)
    reported_label = models.CharField(max_length=40, blank=True)
    override_status = models.CharField(max_length=12, blank=True)
    override_label = models.CharField(max_length=40, blank=True)
    override_reason = models.TextField(blank=True)
    is_stale = models.BooleanField()
    percent = models.PositiveSmallIntegerField(null=True)
    update_id = models.BigIntegerField(null=True)
    last_updated_at = models.DateTimeField(null=True)
    author_name = models.CharField(max_length=150, blank=True)
    happened = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    help_needed = models.TextField(blank=True)
    milestones_total = models.PositiveIntegerField()
    milestones_met = models.PositiveIntegerField()
    milestones_overdue = models.PositiveIntegerField()
    next_milestone_due = models.DateField(null=True)
    review_date = models.DateField(null=True)


class SnapshotMilestone(FrozenRow):
    """A milestone as it stood."""

    initiative_id = models.BigIntegerField()
    title = models.CharField(max_length=300)
    due_date = models.DateField(null=True)
    due_text = models.CharField(max_length=10, blank=True)
    baseline_due_date = models.DateField(null=True)
    slip_count = models.PositiveSmallIntegerField()
    completed_date = models.DateField(null=True)
    is_cancelled = models.BooleanField()
    owner_name = models.CharField(max_length=150, blank=True)
    department_abbreviation = models.CharField(max_length=40, blank=True)
    department_name = models.CharField(max_length=200, blank=True)
    order = models.PositiveIntegerField()
    basis = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=500, blank=True)


class SnapshotCommitment(FrozenRow):
    """A department's promise as it stood."""

    initiative_id = models.BigIntegerField()
    department_abbreviation = models.CharField(max_length=40)
    department_name = models.CharField(max_length=200)
    what = models.CharField(max_length=500)
    due_date = models.DateField(null=True)
    baseline_due_date = models.DateField(null=True)
    slip_count = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)
    state_label = models.CharField(max_length=40)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_name = models.CharField(max_length=150, blank=True)
    delivered_at = models.DateTimeField(null=True)
    delivered_by_name = models.CharField(max_length=150, blank=True)


class SnapshotCorrection(models.Model):
    """What a revision changed in one field of one initiative's row, and why: revisions differ in nothing else."""

    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="+")
    initiative_id = models.BigIntegerField()
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    corrected_update_id = models.BigIntegerField()
    update_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField()
    author_name = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "initiative_id", "field"], name="snapshotcorrection_once")
        ]
        ordering = ["number", "pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.field}"
