"""Plan, focus areas, strategies and the priorities they answer to, each with its history."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from goals.quarters import Quarter
from people.models import PlanAccess, User
from records.history import Recorded, Span, Version, held
from records.texts import Searched

NO_LINK = "Link to it: write a web address that starts with https://."
REMINDERS_APART = 5  # days between two reminders of one kind about one item and due date to one person (rule G8)


def due_soon_default() -> list[int]:
    return [30, 7, 1]


def overdue_default() -> list[int]:
    return [1, 7, 30]


def working_days_default() -> list[int]:
    return [0, 1, 2, 3, 4]


class Sourced(models.Model):
    """Where a fact comes from, shown beside it. Empty where people of the plan wrote it here themselves."""

    class Basis(models.TextChoices):
        OFFICIAL_POST = "official-post", "Published by the City"
        PRESS = "press", "Press report"
        ILLUSTRATIVE = "illustrative", "Sample grouping"
        VERBATIM_PLAN = "verbatim-plan", "From the plan’s own text"
        SAMPLE = "sample", "Sample"

    basis = models.CharField(max_length=20, choices=Basis.choices, blank=True)
    source = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class PlanFields(Sourced):
    """What is recorded of a plan. Days are calendar days; weekdays count from Monday = 0."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60)
    start_date = models.DateField()
    end_date = models.DateField()
    mission = models.TextField(blank=True)
    # What the page in plain words begins with, Markdown; what follows there is made from the plan's own rows.
    introduction = models.TextField(blank=True, default="", db_default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    goal_label = models.CharField(max_length=40, default="Focus area")
    expected_update_days = models.PositiveSmallIntegerField(default=90, validators=[MinValueValidator(1)])
    predecessor = models.ForeignKey("goals.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Said on every page and in every export of a plan whose activity is invented for show.
    sample_note = models.CharField(max_length=300, blank=True)
    is_locked = models.BooleanField(default=False)
    reminders_on = models.BooleanField(default=True)
    due_soon_days = models.JSONField(default=due_soon_default)
    overdue_days = models.JSONField(default=overdue_default)
    repeat_days = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(1)])
    working_days = models.JSONField(default=working_days_default)

    class Meta:
        abstract = True


class OfAPlan:
    """A row that belongs to a plan, and says to which where roles for one plan count (people.rules.access_of)."""

    belongs_to: ClassVar[str] = "plan"  # the link by which it does

    @property
    def plan_access_id(self) -> int | None:
        owner = getattr(self, self.belongs_to)
        found: int | None = None if owner is None else owner.plan_access_id
        return found


class Plan(PlanFields, Recorded, OfAPlan):
    """A strategic plan with a start and an end."""

    # What a role for this plan alone points to; a plan without one is for roles that hold everywhere.
    access = models.OneToOneField(PlanAccess, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    unique: ClassVar = {"plan_slug_unique": ("slug", "Short name: “{row.slug}” is already used by another plan.")}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="plan_slug_unique"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="plan_dates_in_order"),
            models.CheckConstraint(condition=Q(fiscal_year_start_month__range=(1, 12)), name="plan_start_month_real"),
            models.CheckConstraint(condition=Q(expected_update_days__gte=1), name="plan_expects_updates"),
        ]
        ordering = ["-start_date", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def plan_access_id(self) -> int | None:
        return self.access_id

    def refuse_locked(self) -> None:
        """Raise ValidationError where the shape of the plan is settled (rule B-51), by the plan as it is now.

        It stays so until this is done: whoever locks the plan waits, or was first.
        """
        if held(self).is_locked:
            raise ValidationError(
                "The plan is locked: nothing can be added, moved, renumbered or retired. Updates still work."
            )

    def quarter_of(self, day: date) -> Quarter:
        return Quarter.of(day, self.fiscal_year_start_month)


class PlanVersion(Version, PlanFields):
    subject = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")


class Holiday(models.Model):
    """A day on which nobody is reminded of anything."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "day"], name="holiday_once")]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class PriorityFields(models.Model):
    """What is recorded of a priority."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    meaning = models.CharField(max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Priority(PriorityFields, Recorded, OfAPlan):
    """What the plan answers to from outside, such as one of the Mayor's priorities."""

    unique: ClassVar = {"priority_once": ("name", "Name: “{row.name}” is already a priority of this plan.")}

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", Lower("name"), condition=Q(deleted_at__isnull=True), name="priority_once"),
        ]
        ordering = ["order", "pk"]
        verbose_name_plural = "priorities"

    def __str__(self) -> str:
        return self.name


class PriorityVersion(Version, PriorityFields):
    subject = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="versions")


class GoalFields(Sourced, Searched):
    """What is recorded of a focus area."""

    named_by, told_by = ("title",), ("text",)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=10)
    sort_key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    lead = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Goal(GoalFields, Recorded, OfAPlan):
    """Top level of a plan; the page calls it what the plan's `goal_label` says."""

    unique: ClassVar = {"goal_number_unique": ("number", "Number: {row.number} is already used.")}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], condition=Q(deleted_at__isnull=True), name="goal_number_unique"
            )
        ]
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class GoalVersion(Version, GoalFields):
    subject = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="versions")


class StrategyFields(Sourced, Searched):
    """What is recorded of a strategy."""

    named_by, told_by = ("title",), ("text",)

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=10)
    sort_key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    lead = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Strategy(StrategyFields, Recorded, OfAPlan):
    """An optional group of initiatives under one focus area."""

    belongs_to = "goal"

    unique: ClassVar = {"strategy_number_unique": ("number", "Number: {row.number} is already used.")}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "number"], condition=Q(deleted_at__isnull=True), name="strategy_number_unique"
            )
        ]
        ordering = ["sort_key", "pk"]
        verbose_name_plural = "strategies"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class StrategyVersion(Version, StrategyFields):
    subject = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="versions")


class EvidenceFields(Sourced, Searched):
    """What is recorded of a piece of evidence. `source` is what it is called; `link` leads there."""

    named_by = ("text",)
    told_by = ("source",)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1_000)
    link = models.URLField(max_length=500, blank=True, error_messages={"invalid": NO_LINK})
    # Of a hundred people, how many said or had it; None where the source gives no figure.
    share = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    order = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Evidence(EvidenceFields, Recorded, OfAPlan):
    """A survey finding or another reason for the plan, with where it was read."""

    copied = frozenset({"order"})  # moving one up or down disturbs nobody who edits its words

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__range=(0, 100)), name="evidence_share_of_a_hundred"
            )
        ]
        indexes = [models.Index(fields=["plan", "order"], name="evidence_in_order")]
        ordering = ["order", "pk"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.text if len(self.text) <= 80 else f"{self.text[:79].rstrip()}…"


class EvidenceVersion(Version, EvidenceFields):
    subject = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        indexes = [*Version.Meta.indexes, models.Index(fields=["plan", "order"], name="evidenceversion_in_order")]


class Bearing(Span):
    """A piece of evidence bears on a focus area; without one it is about the whole plan."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="bearings")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "goal"], condition=Q(recorded_until__isnull=True), name="bearing_once"
            )
        ]
        indexes = [models.Index(fields=["goal"], name="bearing_on_goal")]
