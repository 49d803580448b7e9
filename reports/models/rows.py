"""The frozen rows: text and numbers with every label, and no foreign key to a live row.

Their columns are made of the plain rows in reports/content/rows.py. Columns named `…_id` hold the live row's number, to
find the same thing in another quarter. A new column needs a new version of the canonical form, or is written there only
where it has a value (reports/content/canonical.py).
"""

from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, get_args

from django.db import models

from reports.content.canonical import KINDS
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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "kind", "source_id"], name="snapshotheading_once"),
        ]


class SnapshotInitiative(FrozenRow):
    """An initiative as it stood: status words and every label as they were shown that day."""

    number: str
    title: str


class SnapshotMilestone(FrozenRow):
    """A milestone as it stood."""


class SnapshotCommitment(FrozenRow):
    """A department's promise as it stood."""


class SnapshotCorrection(models.Model):
    """What a revision changed in one column of one row, and why: revisions differ in nothing else."""

    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "initiative_id", "part", "part_id", "field"], name="snapshotcorrection_once"
            )
        ]
        ordering = ["number", "pk"]


COLUMNS: dict[type, Any] = {
    bool: models.BooleanField,
    date: models.DateField,
    datetime: models.DateTimeField,
    int: models.BigIntegerField,
    str: models.TextField,
}


def _add_columns(model: type[models.Model], plain: type) -> None:
    """A column for each field of the plain row that the model has not declared itself, with the plain row's default."""
    declared = {field.name for field in model._meta.local_fields}
    for item in fields(plain):
        if item.name not in declared:
            kind, *rest = get_args(item.type) or (item.type,)
            more = {} if item.default is MISSING else {"default": item.default}
            COLUMNS[kind](null=bool(rest), **more).contribute_to_class(model, item.name)


FROZEN: dict[str, type[models.Model]] = {
    "heading": SnapshotHeading, "initiative": SnapshotInitiative, "milestone": SnapshotMilestone,
    "commitment": SnapshotCommitment, "correction": SnapshotCorrection,
}  # fmt: skip
for kind, plain, _ in KINDS:
    _add_columns(FROZEN[kind], plain)
