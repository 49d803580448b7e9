"""Initiative: a piece of work under one focus area."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from goals.models import Goal, OfAPlan, Plan, Priority, Sourced, Strategy
from initiatives.models.status import Status
from people.models import Department, User
from records.history import HELD_UNTIL, Recorded, Span, Version
from records.texts import Searched


class InitiativeFields(Sourced, Searched):
    """What is recorded of an initiative. The `latest_update` group is copied from the update by the service."""

    named_by, told_by = ("title",), ("summary",)

    class Horizon(models.TextChoices):
        NOT_STATED = "", "Not stated"
        NEAR_TERM = "near_term", "Near term"
        LONGER_TERM = "longer_term", "Longer term"

    class Audience(models.TextChoices):
        RESIDENTS = "residents", "Resident-facing"
        INTERNAL = "internal", "Internal to the City"

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Public"
        INTERNAL = "internal", "Internal"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    strategy = models.ForeignKey(Strategy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    sort_key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, max_length=20_000)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lead_department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    horizon = models.CharField(max_length=12, choices=Horizon.choices, blank=True)
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.RESIDENTS)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    start_date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    baseline_due_date = models.DateField(null=True, blank=True)
    slip_count = models.PositiveSmallIntegerField(default=0)

    override_status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    override_reason = models.TextField(blank=True, max_length=2_000)

    latest_update = models.ForeignKey(
        "initiatives.StatusUpdate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    percent = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    review_date = models.DateField(null=True, blank=True)
    last_updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Initiative(InitiativeFields, Recorded, OfAPlan):
    """A piece of work. Who may see or change it is in initiatives/rules.py; how it stands in selectors/status.py."""

    unique: ClassVar = {
        "initiative_number_unique": ("number", "Number: {row.number} is already used in this plan."),
    }
    not_worded = frozenset({"sort_key", "latest_update", "last_updated_at"})
    copied = frozenset({"latest_update", "reported_status", "review_date", "percent", "last_updated_at"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], condition=Q(deleted_at__isnull=True), name="initiative_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(due_date__isnull=True) | Q(due_date__gte=F("start_date")), name="initiative_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__range=(0, 100)), name="initiative_percent_0_100"
            ),
            models.CheckConstraint(
                condition=Q(latest_update__isnull=True, last_updated_at__isnull=True, reported_status="")
                | (Q(latest_update__isnull=False, last_updated_at__isnull=False) & ~Q(reported_status="")),
                name="initiative_latest_update_whole",
            ),
            models.CheckConstraint(
                condition=Q(review_date__isnull=True) | Q(reported_status=Status.ON_HOLD),
                name="initiative_review_on_hold",
            ),
            models.CheckConstraint(
                condition=Q(override_status="", override_reason="") | (~Q(override_status="") & ~Q(override_reason="")),
                name="initiative_override_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "sort_key"], name="initiative_in_order"),
            models.Index(fields=["owner"], name="initiative_of_owner"),
        ]
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_closed(self) -> bool:
        return self.reported_status in {Status.COMPLETED, Status.CANCELLED}


LIVE = Q(recorded_until__isnull=True)
# What the effective status, attention and counts are decided from: an index that holds it is all a count reads.
DECIDING = (
    "id", "subject", "goal", "strategy", "owner", "lead_department", "start_date", "due_date", "override_status",
    "reported_status", "review_date", "last_updated_at", "latest_update",
)  # fmt: skip


class InitiativeVersion(Version, InitiativeFields):
    subject = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        indexes = [
            *Version.Meta.indexes,
            # The live plan in order, of a focus area, department or person, and by its end; the past by HELD_UNTIL.
            models.Index(fields=["plan", "sort_key"], condition=LIVE, include=DECIDING, name="initiativeversion_live"),
            models.Index(fields=["goal", "sort_key"], condition=LIVE, name="initiativeversion_of_goal"),
            models.Index(fields=["lead_department"], condition=LIVE, name="initiativeversion_led"),
            models.Index(fields=["owner"], condition=LIVE, name="initiativeversion_owned"),
            models.Index(fields=["plan", "due_date"], condition=LIVE, name="initiativeversion_ends"),
            models.Index(
                "plan", HELD_UNTIL, include=["recorded_from", "recorded_until", "sort_key", *DECIDING],
                name="initiativeversion_held",
            ),
        ]  # fmt: skip


class Contribution(Span):
    """A person works on an initiative besides its owner."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="contributions")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "person"], condition=Q(recorded_until__isnull=True), name="contribution_once"
            )
        ]
        indexes = [models.Index(fields=["person"], name="contribution_person")]


class Alignment(Span):
    """An initiative serves one of the plan's outside priorities."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="alignments")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "priority"], condition=Q(recorded_until__isnull=True), name="alignment_once"
            )
        ]
