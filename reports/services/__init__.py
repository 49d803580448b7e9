"""Everything that changes reports: freezing a quarter, and the life of its report."""

from reports.services.exports import Export, export_report
from reports.services.freezing import PlanNotBegun, QuarterNotOver, freeze_due_quarters, freeze_quarter

__all__ = ["Export", "PlanNotBegun", "QuarterNotOver", "export_report", "freeze_due_quarters", "freeze_quarter"]
