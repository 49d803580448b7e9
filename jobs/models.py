"""What every row that is worked on has in common, and the signs of life of whoever works on them."""

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

QUEUED = "queued"


class Job(models.Model):
    """A row that is its own queue: it waits, is held by one worker at a time, and ends (docs/adr/0011).

    `fence` counts the claims: a worker that lost its lease holds an old number and can change nothing. `lease_until` is
    database time; every other instant is the clock of the caller. A model names its own `state`s; the first is QUEUED,
    and those in which a worker holds the row are `HELD`.
    """

    HELD: ClassVar[tuple[str, ...]]

    state = models.CharField(max_length=12, default=QUEUED)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # Why it stands as it does, in a sentence for whoever waits for it.
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class CountedJob(Job):
    """A job whose progress people watch: `done` of `total` is what the running step has counted."""

    Step: ClassVar[type[models.TextChoices]]

    step = models.CharField(max_length=10, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def step_number(self) -> int:
        """Which of the steps is running, from 1; 0 while nobody works on it."""
        return self.Step.values.index(self.step) + 1 if self.step else 0

    @property
    def step_label(self) -> str:
        return str(self.Step(self.step).label) if self.step else ""

    @property
    def progress(self) -> float:
        """Steps done and the counted part of the running one, of `len(Step)`."""
        part = self.done / self.total if self.total else 0.0
        return round(self.step_number - 1 + part, 2) if self.step else 0.0


def job_constraints(
    *, held: Collection[str], ended: Collection[str], explained: Collection[str], counted: bool = False
) -> list[models.BaseConstraint]:
    """What is always true of a job: a lease while it is held, a time when it ended, a note where it says why."""
    conditions = {
        "lease_while_held": Q(state__in=held, lease_until__isnull=False)
        | (~Q(state__in=held) & Q(lease_until__isnull=True)),
        "ended_has_time": Q(state__in=ended, ended_at__isnull=False) | (~Q(state__in=ended) & Q(ended_at__isnull=True)),
        "end_says_why": ~Q(state__in=explained) | ~Q(note=""),
    }
    if counted:
        conditions["done_within_total"] = Q(done__lte=F("total"))
    return [models.CheckConstraint(condition=one, name=f"%(class)s_{name}") for name, one in conditions.items()]


def job_indexes(*, held: Collection[str]) -> list[models.Index]:
    """The two questions every worker asks: what is due, and which leases ran out."""
    return [
        models.Index(fields=["next_try_at", "id"], condition=Q(state=QUEUED), name="%(class)s_due"),
        models.Index(fields=["lease_until"], condition=Q(state__in=held), name="%(class)s_held"),
    ]


class Heartbeat(models.Model):
    """When something last got through: planning, sending, and a worker that got its work through the queue."""

    class Name(models.TextChoices):
        PLAN = "plan", "Planning"
        SEND = "send", "Sending"
        WORKER = "worker", "Background worker"

    name = models.CharField(max_length=20, choices=Name.choices, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


class RetentionRun(models.Model):
    """What was removed on one day because it was kept long enough: how many rows of each series, by its label."""

    at = models.DateTimeField()
    removed = models.JSONField(default=dict)

    class Meta:
        get_latest_by = "at"

    def __str__(self) -> str:
        return "What is kept for some time only"


class HoldsBytes(models.Model):
    """A row that holds a file: in its own column, or in object storage under its hash (jobs/files.py, docs/adr/0038).

    `BYTES` names the column, which is empty where `stored`, the SHA-256 of the bytes, says what the object is called.
    """

    BYTES: ClassVar[str] = "content"

    stored = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class FileFinding(models.Model):
    """Of an object by its hash: that no row names it any more, that it is missing though one does, or was changed."""

    class Kind(models.TextChoices):
        LEFT = "left", "Not named any more"
        MISSING = "missing", "Missing"
        CHANGED = "changed", "Changed"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="file_finding_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}"


def bytes_somewhere(column: str) -> models.CheckConstraint:
    """A file lies in its row or in an object, never in both and never nowhere."""
    here, there = Q(**{column: b""}), Q(stored="")
    return models.CheckConstraint(condition=(here & ~there) | (~here & there), name="%(class)s_bytes_somewhere")
