"""Frozen quarters, and the acts that followed."""

from reports.models.act import SUMMARY_LIMIT, ActKind, ReportAct
from reports.models.digest import SnapshotDigests
from reports.models.file import ExportedFile, PublishedFile
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
    "SUMMARY_LIMIT",
    "ActKind",
    "ExportContent",
    "ExportJob",
    "ExportRequest",
    "ExportedFile",
    "PublishedFile",
    "QuarterSnapshot",
    "ReportAct",
    "SnapshotCommitment",
    "SnapshotCorrection",
    "SnapshotDigests",
    "SnapshotHeading",
    "SnapshotInitiative",
    "SnapshotMilestone",
]
