"""What the public may see: published revisions in their public edition, and nothing else.

Everything a stranger reads comes through here. A report that was taken back, an internal item, a quarter that was
never published: None, which the views answer like an address that never was.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from goals.models import Plan
from goals.quarters import NotAQuarter, Quarter
from goals.selectors import plan_called
from reports.content import Comparison, ReportContent, WorkflowState, compare
from reports.files.verification import Verdict, verify_file, verify_hash
from reports.models import PublishedFile, QuarterSnapshot, SnapshotInitiative
from reports.snapshots.rows import COMPARED, rows_of
from reports.workflow.published import files_of, published_reports
from reports.workflow.report import Quarters
from reports.workflow.selectors import Report


@dataclass(frozen=True)
class PublishedLine:
    """One published report in the list, in its newest published revision."""

    snapshot: QuarterSnapshot
    workflow: WorkflowState
    counts: Mapping[str, int]
    withheld: frozenset[int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class PublishedPlan:
    """A plan's published reports, the newest quarter first. Titles are those of the newest report."""

    slug: str
    lines: list[PublishedLine]

    @property
    def newest(self) -> QuarterSnapshot:
        return self.lines[0].snapshot


@dataclass(frozen=True)
class Published:
    """A published report as a stranger reads it: one revision, and the others that may be read."""

    plan: Plan
    report: Report
    shown: QuarterSnapshot

    @property
    def newest(self) -> QuarterSnapshot:
        return self.report.public[0]

    @property
    def others(self) -> list[QuarterSnapshot]:
        return [row for row in self.report.public if row.pk != self.shown.pk]

    @property
    def changed_at(self) -> datetime:
        """When what may be read of this report last changed."""
        return self.report.acts[-1].recorded_at

    def content(self) -> ReportContent:
        return Quarters(self.plan).published(self.report, self.shown)

    def files(self) -> list[PublishedFile]:
        return files_of(self.shown)


def published_plans() -> list[PublishedPlan]:
    """Every published report of every plan. Four queries."""
    found = published_reports()
    shown = {report.public[0].pk for _, report in found}
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    public = SnapshotInitiative.objects.filter(snapshot__in=shown, visibility="public").order_by()
    for _, report in found:
        public = public.exclude(snapshot=report.public[0], source_id__in=report.withheld(report.public[0]))
    tallies = public.values_list("snapshot", "effective_status").annotate(n=Count("pk"))
    for snapshot, status, count in tallies:
        counts[snapshot][status] = count
    groups: dict[str, list[PublishedLine]] = defaultdict(list)
    for plan, report in found:
        row = report.public[0]
        groups[plan.slug].append(
            PublishedLine(row, report.workflow(row, alone=True), counts[row.pk], report.withheld(row))
        )
    return [PublishedPlan(slug, lines) for slug, lines in groups.items()]


def published_report(slug: str, quarter: str, revision: str = "") -> Published | None:
    """One published report in its newest published revision, or in the one asked for."""
    plan = plan_called(slug)
    if plan is None:
        return None
    try:
        report = Quarters(plan).report(Quarter.parse(quarter, plan.fiscal_year_start_month))
    except NotAQuarter:
        return None
    rows = report.public if report else []
    wanted = [row for row in rows if str(row.revision) == revision] if revision else rows[:1]
    return Published(plan, report, wanted[0]) if report and wanted else None


def published_file(found: Published, format_key: str) -> PublishedFile | None:
    """A file of a published revision with its bytes; None where it is not built yet."""
    return PublishedFile.objects.filter(snapshot=found.shown, format=format_key).first()


def published_comparison(plan: PublishedPlan, before: str, after: str) -> Comparison | None:
    """Two published quarters in their public editions. An item that is internal in either is told in neither."""
    shown = {line.snapshot.period.slug: line.snapshot for line in plan.lines}
    left_out = {line.snapshot.pk: line.withheld for line in plan.lines}
    if before not in shown or after not in shown:
        return None
    one, two = shown[before], shown[after]
    whole = rows_of([one, two], COMPARED)
    hidden = {row.source_id for rows in whole.values() for row in rows.initiatives if row.visibility != "public"}
    hidden |= left_out[one.pk] | left_out[two.pk]
    editions = [ReportContent(whole[row.pk]).for_public().rows for row in (one, two)]
    earlier, later = (
        rows.kept(row.source_id for row in rows.initiatives if row.source_id not in hidden) for rows in editions
    )
    return compare(earlier, later)


def published_verdicts(*, text: str = "", data: bytes | None = None) -> list[Verdict]:
    """What may be said about a hash or a file: only that it is of a published report, and then whether it is intact."""
    found = verify_hash(text) if data is None else verify_file(data)[0]
    open_ids = {row.pk for _, report in published_reports() for row in report.public}
    return [
        verdict
        for verdict in found
        if verdict.snapshot.pk in open_ids and (verdict.file is None or verdict.file.is_public)
    ]
