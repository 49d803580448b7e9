"""One import: a file on its way into a plan, and what the plan remembers of earlier ones."""

import zlib
from typing import Any

import orjson
from django.db import models
from django.db.models import Q

from goals.models import OfAPlan, Plan
from jobs.models import CountedJob, HoldsBytes, job_constraints, job_indexes
from people.models import User

HELD = ("working",)
ENDED = ("applied", "failed", "dropped")


class Import(CountedJob, OfAPlan):
    """A file: read, its columns answered by a person, compared with the plan, applied. The row is its own queue.

    `task` is what a worker does next. `digest` names exactly what the preview showed; nothing else can be applied.
    """

    HELD = HELD

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        WORKING = "working", "Being worked on"
        ASKING = "asking", "Waits for what its columns mean"
        READY = "ready", "Waits for a look at what would change"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Could not be read"
        DROPPED = "dropped", "Dropped"

    class Step(models.TextChoices):
        READ = "read", "reading the file"
        COMPARE = "compare", "comparing with the plan"
        APPLY = "apply", "putting it into the plan"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    task = models.CharField(max_length=10, choices=Step.choices, default=Step.READ)
    # For each sheet {name, kind, header, columns, shape, known, why, rows}; and what holds for all of them.
    mapping = models.JSONField(default=list)
    default_goal = models.CharField(max_length=200, blank=True)
    notes = models.JSONField(default=list)  # what of the file could not be kept, in sentences
    counts = models.JSONField(default=dict)  # of the preview, by group
    digest = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    # Who applies it and when: what the history says of every change.
    applier = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *job_constraints(held=HELD, ended=ENDED, explained=["failed"], counted=True),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(digest=""), name="import_ready_has_digest"),
        ]
        indexes = [
            *job_indexes(held=HELD),
            models.Index(fields=["plan", "-asked_at"], name="import_of_plan"),
        ]
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        """A worker has it, or will."""
        return self.state in {self.State.QUEUED, self.State.WORKING}


class ImportContent(HoldsBytes):
    """What an import holds, apart from the row that lists show: the file, its sheets, and the lines of the preview.

    What was read of it, `sheets` and `preview`, stays in the row, and the file goes once it is applied.
    """

    BYTES = "data"

    job = models.OneToOneField(Import, primary_key=True, on_delete=models.CASCADE, related_name="content")
    data = models.BinaryField()
    sheets = models.BinaryField(default=b"")
    preview = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stored="") | Q(data=b""), name="import_bytes_in_one_place"),
        ]

    def __str__(self) -> str:
        return f"content of {self.job_id}"


class Remembered(models.Model):
    """What somebody answered once for a plan: what a word means (`what` names of which kind), or a sheet's columns."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    meaning = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "what", "key"], name="remembered_once")]

    def __str__(self) -> str:
        return f"{self.what}: {self.key}"


def packed(value: Any) -> bytes:
    """Plain values, small enough for a row."""
    return zlib.compress(orjson.dumps(value), 1)


def unpacked(content: bytes | memoryview) -> Any:
    return orjson.loads(zlib.decompress(content)) if content else []
