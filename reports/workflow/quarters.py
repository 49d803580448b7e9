"""The quarters of each plan on one page: which are frozen and how far their reports are, which is due, which runs."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min

from goals.models import Plan, PlanVersion
from goals.quarters import Quarter
from records.asof import local_day
from reports.content import WorkflowState
from reports.models import SnapshotInitiative
from reports.workflow.selectors import Report, reports_of


@dataclass(frozen=True)
class QuarterLine:
    """One quarter in a list. `report` is None while nothing is frozen."""

    quarter: Quarter
    is_running: bool
    report: Report | None
    workflow: WorkflowState
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def state(self) -> str:
        if self.report is not None:
            return self.workflow.state_label
        return "Running: draft preview" if self.is_running else "Over, not frozen yet"


@dataclass(frozen=True)
class PlanQuarters:
    """A plan and its quarters, the newest first."""

    plan: Plan
    lines: list[QuarterLine]


def quarter_lines(*, at: datetime, only: Collection[int] | None = None) -> list[PlanQuarters]:
    """Five queries, whatever the number of plans and quarters. A plan's quarters begin when it was first kept here.

    `only`: of these plans, such as those that a reader may see.
    """
    kept_here = Plan.objects.filter(deleted_at__isnull=True).exclude(state=Plan.State.DRAFT)
    known = kept_here.order_by("state", "-start_date")
    plans = [plan for plan in known if only is None or plan.pk in only]
    reports = reports_of(plans)
    current = {report.current.pk for report in reports.values()}
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = SnapshotInitiative.objects.filter(snapshot__in=current).values_list("snapshot", "effective_status")
    for snapshot, status, count in rows.annotate(n=Count("pk")).order_by():
        counts[snapshot][status] = count
    kept = PlanVersion.objects.filter(subject__in=plans).order_by().values_list("subject")
    since = {plan: local_day(first) for plan, first in kept.annotate(first=Min("recorded_from"))}
    return [PlanQuarters(plan, _lines(plan, since[plan.pk], reports, counts, at)) for plan in plans]


def _lines(
    plan: Plan,
    kept_since: date,
    reports: dict[tuple[int, date], Report],
    counts: dict[int, dict[str, int]],
    at: datetime,
) -> list[QuarterLine]:
    today = local_day(at)
    running = plan.quarter_of(today)
    quarter, found = plan.quarter_of(max(plan.start_date, kept_since)), []
    while quarter <= running:
        report = reports.get((plan.pk, quarter.last_day))
        if report is not None or plan.state == Plan.State.ACTIVE:
            workflow = report.workflow() if report else WorkflowState()
            shown = counts[report.current.pk] if report else {}
            found.append(QuarterLine(quarter, quarter == running, report, workflow, shown))
        quarter = quarter.next()
    return found[::-1]
