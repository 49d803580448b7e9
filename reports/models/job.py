"""ExportJob: one file being built or kept. The row is the queue; who asked and the bytes are rows of their own."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from goals.models import Plan
from goals.quarters import Quarter
from people.models import User
from reports.models.snapshot import QuarterSnapshot


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    def due(self, at: Any) -> "ExportJobQuerySet":
        """Waiting and its time has come, or held by a worker whose lease ran out: that one is gone."""
        waiting = Q(state=ExportJob.State.QUEUED, next_try_at__lte=at)
        return self.filter(waiting | Q(state=ExportJob.State.BUILDING, lease_until__lte=Now()))

    def kept(self, at: Any) -> "ExportJobQuerySet":
        """Files that can be fetched."""
        return self.filter(state=ExportJob.State.READY, keep_until__gt=at)


class ExportJob(models.Model):
    """One build: queued → building → ready or failed. Equal requests share it by their `key` (exporters/keys.py).

    `fence` counts the claims: a worker that lost its lease holds an old number and can settle nothing. `lease_until` is
    database time; every other instant is the clock of the door. `done` of `total` is what the running step has counted.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        BUILDING = "building", "Being built"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be built"

    class Step(models.TextChoices):
        READ = "read", "reading the quarter"
        WRITE = "write", "writing the file"
        KEEP = "keep", "putting it away"

    key = models.CharField(max_length=64, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    start_month = models.PositiveSmallIntegerField()
    # None: a draft of a quarter that was not frozen when it was asked for.
    snapshot = models.ForeignKey(QuarterSnapshot, null=True, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10)
    is_public = models.BooleanField()
    asked_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    step = models.CharField(max_length=10, choices=Step.choices, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # Why it waits again or failed, in a sentence for the person who asked.
    note = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    # Of the finished file.
    name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    keep_until = models.DateTimeField(null=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="building", lease_until__isnull=False)
                | (~Q(state="building") & Q(lease_until__isnull=True)),
                name="export_lease_while_building",
            ),
            models.CheckConstraint(
                condition=Q(state="ready", keep_until__isnull=False) & ~Q(name="") & ~Q(sha256="")
                | (~Q(state="ready") & Q(keep_until__isnull=True, sha256="")),
                name="export_ready_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ready", "failed"], ended_at__isnull=False)
                | Q(state__in=["queued", "building"], ended_at__isnull=True),
                name="export_ended_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(note=""), name="export_failed_says_why"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="export_done_within_total"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=Q(state__in=["queued", "building"]), name="export_due"
            ),
            models.Index(fields=["keep_until"], condition=Q(state="ready"), name="export_kept"),
        ]
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.period.label}, {self.format.upper()}, {self.edition}"

    @property
    def period(self) -> Quarter:
        return Quarter(self.fiscal_year, self.quarter, self.start_month)

    @property
    def edition(self) -> str:
        return "public edition" if self.is_public else "internal edition"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.BUILDING}

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def step_number(self) -> int:
        """Which of the steps is running, from 1; 0 while nobody works on it."""
        return self.Step.values.index(self.step) + 1 if self.step else 0

    @property
    def progress(self) -> float:
        """Steps done and the counted part of the running one, of `len(Step)`."""
        part = self.done / self.total if self.total else 0.0
        return round(self.step_number - 1 + part, 2) if self.step else 0.0


class ExportRequest(models.Model):
    """Somebody asked for a job's file; each person once, however often they ask."""

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="requests")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "person"], name="export_asked_once_a_person")]
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.person_id} asked for {self.job_id}"


class ExportContent(models.Model):
    """The bytes of a finished file, apart from the row that lists show."""

    job = models.OneToOneField(ExportJob, primary_key=True, on_delete=models.CASCADE, related_name="content")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of {self.job_id}"
