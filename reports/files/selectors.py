"""What a file is of, the content to write into it, and who asked for which."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from goals.models import Plan
from goals.quarters import Quarter
from goals.rules import among_readable
from people.models import User
from records.asof import local_day, start_of_day
from records.models import AuditEvent
from reports.content import ReportContent
from reports.content.report import ReportHead
from reports.models import ExportJob, ExportRequest, QuarterSnapshot
from reports.workflow.report import Quarters
from reports.workflow.selectors import Report


def sources_of(
    quarters: Quarters, quarter: Quarter, report: Report | None, shown: QuarterSnapshot | None, *, at: datetime
) -> list[Any]:
    """Everything a file's content depends on, besides format and edition. No frozen row is read for it."""
    plan = quarters.plan.pk
    before = quarters.before(shown.period if shown else quarter)
    sources = [plan, quarter.slug, before.chain_hash if before else ""]
    if report is not None and shown is not None:
        return [*sources, shown.revision, shown.chain_hash, report.last_act_id, sorted(report.withheld(shown))]
    return [*sources, *_recorded_so_far(at)]


def _recorded_so_far(at: datetime) -> list[Any]:
    """A draft is of a day and of all that was recorded by then: the newest act, and how many there were that day."""
    today = local_day(at)
    newest = AuditEvent.objects.exclude(target_type="exportjob").aggregate(
        last=Max("pk"), today=Count("pk", filter=Q(happened_at__gte=start_of_day(today)))
    )
    return [today.isoformat(), newest["last"], newest["today"]]


def row_count(shown: QuarterSnapshot | None, content: ReportHead | None) -> int:
    """How many rows a report has; a frozen quarter knows it without reading them."""
    if shown is not None:
        return shown.initiative_count + shown.milestone_count + shown.commitment_count
    rows = content.rows if isinstance(content, ReportContent) else None
    return len(rows.initiatives) + len(rows.milestones) + len(rows.commitments) if rows else 0


def content_for(job: ExportJob, *, at: datetime) -> ReportContent | None:
    """What the job's file has to say, read now; None where there is nothing any more."""
    quarters = Quarters(job.plan)
    found = None
    if job.snapshot is None:
        found = quarters.preview(job.period, at=at)
    else:
        report = quarters.report(job.period)
        found = quarters.frozen(report, job.snapshot.revision) if report else None
    return found.for_public() if found and job.is_public else found


def kept_files(keys: Iterable[str], *, at: datetime) -> dict[str, ExportJob]:
    """Finished files that can still be fetched by key, in one query."""
    rows = ExportJob.objects.filter(state=ExportJob.State.READY, keep_until__gt=at, key__in=list(keys))
    return {job.key: job for job in rows}


def files_of(person: User, *, plan: Plan | None = None, quarter: Quarter | None = None) -> "QuerySet[ExportRequest]":
    """What a person asked for of plans that they may read, the newest first; of one report where it is named."""
    rows = ExportRequest.objects.filter(among_readable(person, "job__plan"), person=person)
    rows = rows.select_related("job", "job__plan", "job__snapshot")
    if plan is not None and quarter is not None:
        rows = rows.filter(job__plan=plan, job__fiscal_year=quarter.fiscal_year, job__quarter=quarter.number)
    return rows.order_by("-asked_at", "-pk")


def waiting_before(job: ExportJob) -> int:
    """How many files are to be built before this one."""
    if job.state != ExportJob.State.QUEUED:
        return 0
    others = ExportJob.objects.filter(state__in=[ExportJob.State.QUEUED, ExportJob.State.BUILDING]).exclude(pk=job.pk)
    earlier = Q(next_try_at__lt=job.next_try_at) | Q(next_try_at=job.next_try_at, pk__lt=job.pk)
    return others.filter(earlier).count()
