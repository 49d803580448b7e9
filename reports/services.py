"""Everything that changes reports: freezing a quarter, the workflow of its report, its files."""

from reports.files.archives.taking import take_archive
from reports.files.build import TRIES, build_next_export, claim_export
from reports.files.bundles import records_bundle
from reports.files.publishing import build_published_files
from reports.files.requests import KEPT, fetch_export, remove_old_exports, request_export
from reports.files.writing import Export, export_report, remember_export, write_export
from reports.snapshots.freezing import PlanNotBegun, QuarterNotOver, freeze_due_quarters, freeze_quarter
from reports.workflow.services import (
    StaleReport,
    complete_report,
    correct_report,
    publish_report,
    reopen_report,
    sign_off,
    unpublish_report,
    write_summary,
)

__all__ = [
    "KEPT",
    "TRIES",
    "Export",
    "PlanNotBegun",
    "QuarterNotOver",
    "StaleReport",
    "build_next_export",
    "build_published_files",
    "claim_export",
    "complete_report",
    "correct_report",
    "export_report",
    "fetch_export",
    "freeze_due_quarters",
    "freeze_quarter",
    "publish_report",
    "records_bundle",
    "remember_export",
    "remove_old_exports",
    "reopen_report",
    "request_export",
    "sign_off",
    "take_archive",
    "unpublish_report",
    "write_export",
    "write_summary",
]
