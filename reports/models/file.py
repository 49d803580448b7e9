"""Files: the fingerprint of each one we handed out, and those of published reports, which strangers may fetch."""

from django.db import models

from jobs.models import HoldsBytes, bytes_somewhere
from people.models import User
from reports.models.snapshot import QuarterSnapshot


class ExportedFile(models.Model):
    """One row for each different file; never changed. The file itself is not kept: it can be made again."""

    sha256 = models.CharField(max_length=64, unique=True)
    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10)
    is_public = models.BooleanField()
    state = models.CharField(max_length=40)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.format} of {self.snapshot}"


class PublishedFile(HoldsBytes):
    """A file of the public edition of a published revision, built once and kept: fetching it costs no building.

    Whether it may be fetched is not said here: a report that was taken back keeps its files.
    """

    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10)
    fingerprint = models.ForeignKey(ExportedFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()  # bytes
    content = models.BinaryField()
    built_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "format"], name="published_file_once"),
            bytes_somewhere("content"),
        ]

    def __str__(self) -> str:
        return self.name
