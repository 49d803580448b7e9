"""A quarter as a `ReportContent`: from its snapshot where it was frozen, else a preview from history."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from goals.models import Plan
from goals.quarters import Quarter
from goals.selectors import evidence_as_of
from records.asof import AsOf, local_day
from reports import content
from reports.content import ReportContent, Rows, WorkflowState
from reports.content.first_view import BriefReport, FirstView, first_view
from reports.content.report import is_long
from reports.models import ActKind, QuarterSnapshot, ReportAct
from reports.snapshots import source
from reports.snapshots.rows import COMPARED, TABLES, WHOLE, in_order, local, names_in, rows_of, snapshots_of
from reports.workflow.selectors import Report, with_acts
from web.kept import code_of, kept

SAID_BY = ("reports/content", "initiatives", "goals", "records", "web")  # the code that makes a first view
KEPT = 30 * 24 * 60 * 60  # seconds since a first view was made; it follows from frozen rows and ends with the code


class Quarters:
    """What is frozen of a plan, loaded once; and a quarter's content."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.snapshots = snapshots_of(plan)

    def report(self, quarter: Quarter) -> Report | None:
        """The report of one quarter with its acts, None where nothing was frozen yet."""
        found = [row for row in self.snapshots if row.as_of_day == quarter.last_day]
        return with_acts(found) if found else None

    def before(self, quarter: Quarter, *, by: datetime | None = None) -> QuarterSnapshot | None:
        """What a quarter is compared with: the nearest frozen quarter before it, in its newest revision.

        `by`: when the report was completed. A later revision of the earlier quarter does not change what it says.
        """
        earlier = [row for row in self.snapshots if row.is_sealed and row.as_of_day < quarter.last_day]
        nearest = max((row.as_of_day for row in earlier), default=None)
        found = [row for row in earlier if row.as_of_day == nearest]
        if by is not None and len(found) > 1:
            late = ReportAct.objects.filter(snapshot__in=found, kind=ActKind.COMPLETED, recorded_at__gt=by)
            after = set(late.values_list("snapshot", flat=True))
            found = [row for row in found if row.revision == 1 or row.pk not in after]
        return max(found, key=lambda row: row.revision, default=None)

    def frozen(self, report: Report, revision: int | None = None) -> ReportContent | None:
        """The report as a revision tells it, the newest when left out; None where there is no such revision."""
        shown = report.revision(revision)
        if shown is None:
            return None
        return self._with_evidence(shown, self._content(report, shown, report.workflow(shown)))

    def _with_evidence(self, shown: QuarterSnapshot, found: ReportContent) -> ReportContent:
        return replace(found, evidence=evidence_at(self.plan, AsOf.end_of(shown.as_of_day)))

    def brief(self, report: Report, shown: QuarterSnapshot) -> BriefReport:
        """The first view of a revision: kept from the last time, for it follows from rows that nobody can change."""
        workflow, before = report.workflow(shown), self._before(report, shown)

        def make() -> FirstView:
            return first_view(self._with_evidence(shown, self._content(report, shown, workflow)))

        hashes = f"{self.plan.pk}:" + ":".join(row.content_hash if row else "" for row in (shown, before))
        view = kept(f"first-view:{code_of(*SAID_BY)}:{hashes}", make, seconds=KEPT)
        withheld = report.withheld(shown)
        return BriefReport(
            view, workflow,
            internal=lambda: names_in(shown, ~Q(visibility="public") | Q(source_id__in=withheld)),
            withheld=lambda: names_in(shown, Q(visibility="public", source_id__in=withheld)),
        )  # fmt: skip

    def published(self, report: Report, shown: QuarterSnapshot) -> ReportContent:
        """The public edition of a published revision: what strangers read, whatever happened to the report since."""
        return self._content(report, shown, report.workflow(shown, alone=True)).for_public()

    def _content(self, report: Report, shown: QuarterSnapshot, workflow: WorkflowState) -> ReportContent:
        before = self._before(report, shown)
        kinds = (*WHOLE, "correction") if shown.revision > 1 else WHOLE
        rows = rows_of([shown, before] if before else [shown], kinds)
        return ReportContent(
            rows[shown.pk], workflow, before=rows[before.pk] if before else None, withheld=report.withheld(shown)
        )

    def _before(self, report: Report, shown: QuarterSnapshot) -> QuarterSnapshot | None:
        done = report.completed(shown)
        return self.before(shown.period, by=done.recorded_at if done else None)

    def preview(self, quarter: Quarter, *, at: datetime, day: Any = None) -> ReportContent | None:
        """A draft from history: as of the quarter's end once it is over, else of now or of `day`."""
        when = moment_of(quarter, at=at, day=day)
        cover = source.cover_of(when, self.plan, quarter)
        if cover is None:
            return None
        before = self.before(quarter)
        return ReportContent(
            rows_at(when, self.plan, cover),
            WorkflowState(built_at=local(at)),
            before=rows_of([before], COMPARED)[before.pk] if before else None,
            evidence=evidence_at(self.plan, when),
        )

    def has_preview(self, quarter: Quarter, *, at: datetime) -> bool:
        """Whether `preview` has something to say of now."""
        return source.cover_of(moment_of(quarter, at=at, day=None), self.plan, quarter) is not None


def make_first_view(snapshot: QuarterSnapshot) -> None:
    """Have the first view of a long report's newest revision kept."""
    quarters = Quarters(snapshot.plan)
    report = quarters.report(snapshot.period)
    if report is not None and is_long(snapshot.initiative_count):
        quarters.brief(report, report.current)


def evidence_at(plan: Plan, when: AsOf) -> tuple[content.Evidence, ...]:
    """Why there is the plan, from history: what was recorded by then never changes, so no copy of it is frozen."""
    return tuple(
        content.Evidence(one.row.text, one.share, one.row.source, one.row.link, tuple(map(str, one.areas)))
        for one in evidence_as_of(plan.pk, when)
    )


def moment_of(quarter: Quarter, *, at: datetime, day: Any = None) -> AsOf:
    today = local_day(at)
    wanted = min(day or today, quarter.last_day)
    return AsOf.now(at) if wanted == today and day is None else AsOf.end_of(wanted)


def rows_at(when: AsOf, plan: Plan, cover: content.Cover) -> Rows:
    """The rows a snapshot would hold if it were built for that moment."""
    found = {
        kind: [TABLES[kind].plain(*map(local, values)) for values in read(when, plan)]
        for kind, read in source.READERS.items()
    }
    return in_order(cover, found)
