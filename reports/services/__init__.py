"""Everything that changes reports: freezing a quarter, the life of its report, its files."""

from reports.services.exports import Export, export_report
from reports.services.freezing import PlanNotBegun, QuarterNotOver, freeze_due_quarters, freeze_quarter
from reports.services.life import (
    StaleReport,
    complete_report,
    publish_report,
    reopen_report,
    sign_off,
    unpublish_report,
    write_summary,
)
from reports.services.publishing import build_published_files

__all__ = [
    "Export",
    "PlanNotBegun",
    "QuarterNotOver",
    "StaleReport",
    "build_published_files",
    "complete_report",
    "export_report",
    "freeze_due_quarters",
    "freeze_quarter",
    "publish_report",
    "reopen_report",
    "sign_off",
    "unpublish_report",
    "write_summary",
]
