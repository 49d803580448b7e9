"""SnapshotDigests: what each line of a snapshot was when it was sealed, so that a changed one can be named."""

from django.db import models

from reports.models.snapshot import QuarterSnapshot


class SnapshotDigests(models.Model):
    """A part of a snapshot's list of digests: `digest record key`, a line each (docs/snapshot-format.md).

    Part 0 has a line for each column of the cover. The others have one for each frozen row, in the order of the
    canonical form. The list proves nothing by itself, the hash does; it says where to look.
    """

    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="+")
    part = models.PositiveIntegerField()
    lines = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "part"], name="snapshotdigests_once")]

    def __str__(self) -> str:
        return f"digests of snapshot {self.snapshot_id}, part {self.part}"
