"""Frozen quarters, and the acts that followed."""

from reports.models.act import ActKind, ReportAct
from reports.models.file import ExportedFile
from reports.models.job import ExportContent, ExportJob, ExportRequest
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
    "ExportContent",
    "ExportJob",
    "ExportRequest",
    "ExportedFile",
    "QuarterSnapshot",
    "ReportAct",
    "SnapshotCommitment",
    "SnapshotCorrection",
    "SnapshotHeading",
    "SnapshotInitiative",
    "SnapshotMilestone",
]
