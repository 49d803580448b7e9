"""Everything that changes reports: freezing a quarter, and the life of its report."""

from reports.services.freezing import PlanNotBegun, QuarterNotOver, freeze_due_quarters, freeze_quarter

__all__ = ["PlanNotBegun", "QuarterNotOver", "freeze_due_quarters", "freeze_quarter"]
