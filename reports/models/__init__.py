"""Frozen quarters, and the acts that followed."""

from reports.models.act import ActKind, ReportAct
from reports.models.digest import SnapshotDigests
from reports.models.file import ExportedFile
from reports.models.rows import (
    SnapshotCommitment,
    SnapshotCorrection,
    SnapshotHeading,
    SnapshotInitiative,
    SnapshotMilestone,
)
from reports.models.snapshot import QuarterSnapshot

__all__ = [
    "ActKind",
    "ExportedFile",
    "QuarterSnapshot",
    "ReportAct",
    "SnapshotCommitment",
    "SnapshotCorrection",
    "SnapshotDigests",
    "SnapshotHeading",
    "SnapshotInitiative",
    "SnapshotMilestone",
]
