"""ExportJob: one file being built or kept. The row is the queue; who asked and the bytes are rows of their own."""

from django.db import models
from django.db.models import Q

from goals.models import Plan
from goals.quarters import Quarter
from jobs.models import CountedJob, HoldsBytes, bytes_somewhere, job_constraints, job_indexes
from people.models import User
from reports.models.snapshot import QuarterSnapshot

HELD = ("building",)


class ExportJob(CountedJob):
    """One build: queued → building → ready or failed. Equal requests share it by their `key` (exporters/keys.py)."""

    HELD = HELD

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

    # Of the finished file.
    name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    keep_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *job_constraints(held=HELD, ended=["ready", "failed"], explained=["failed"], counted=True),
            models.CheckConstraint(
                condition=Q(state="ready", keep_until__isnull=False) & ~Q(name="") & ~Q(sha256="")
                | (~Q(state="ready") & Q(keep_until__isnull=True, sha256="")),
                name="export_ready_whole",
            ),
        ]
        indexes = [
            *job_indexes(held=HELD),
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


class ExportContent(HoldsBytes):
    """The bytes of a finished file, apart from the row that lists show."""

    job = models.OneToOneField(ExportJob, primary_key=True, on_delete=models.CASCADE, related_name="content")
    content = models.BinaryField()

    class Meta:
        constraints = [bytes_somewhere("content")]

    def __str__(self) -> str:
        return f"file of {self.job_id}"
