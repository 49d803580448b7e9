"""What was published: which reports may be read outside, in which revisions, with which files."""

from collections.abc import Collection, Iterator

from goals.models import Plan
from reports.models import ActKind, PublishedFile, QuarterSnapshot, ReportAct
from reports.workflow.selectors import Report, reports_of


def last_publication() -> int:
    """Grows with every act that changes what may be read outside; 0 before the first."""
    kinds = [ActKind.PUBLISHED, ActKind.UNPUBLISHED]
    newest = ReportAct.objects.filter(kind__in=kinds).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def published_reports() -> list[tuple[Plan, Report]]:
    """Every report with a revision that may be read outside, by plan, the newest quarter first. Three queries."""
    ever = ReportAct.objects.filter(kind=ActKind.PUBLISHED).values("snapshot__plan")
    plans = list(Plan.objects.filter(pk__in=ever, deleted_at__isnull=True).order_by("state", "-start_date", "pk"))
    reports = reports_of(plans)
    return [
        (plan, report)
        for plan in plans
        for (plan_id, _), report in sorted(reports.items(), reverse=True)
        if plan_id == plan.pk and report.public
    ]


def files_of(snapshot: QuarterSnapshot) -> list[PublishedFile]:
    """The files that are ready, without their bytes."""
    return list(PublishedFile.objects.filter(snapshot=snapshot).defer("content"))


def unbuilt(formats: Collection[str]) -> Iterator[tuple[Report, QuarterSnapshot, str]]:
    """Every file of a published revision that is not there yet."""
    published = [(report, snapshot) for _, report in published_reports() for snapshot in report.public]
    ids = [snapshot.pk for _, snapshot in published]
    there = set(PublishedFile.objects.filter(snapshot__in=ids).values_list("snapshot", "format"))
    for report, snapshot in published:
        for key in formats:
            if (snapshot.pk, key) not in there:
                yield report, snapshot, key
