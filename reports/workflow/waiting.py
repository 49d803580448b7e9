"""The reports that wait for somebody to complete them, for My work."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.urls import reverse

from goals.models import Plan
from initiatives.selectors.waiting import Waiting
from records.asof import local_day
from records.days import in_words
from reports.models import ActKind, QuarterSnapshot, ReportAct


def open_reports() -> Iterator[Waiting]:
    """Of the plans that are running. A report that was opened again waits too: its new revision is not completed."""
    completed = ReportAct.objects.filter(snapshot=OuterRef("pk"), kind=ActKind.COMPLETED)
    waiting = QuarterSnapshot.objects.filter(~Exists(completed), plan__state=Plan.State.ACTIVE)
    for row in waiting.order_by("as_of_day", "plan"):
        since = in_words(local_day(row.built_at))
        yield Waiting(
            f"Report for {row.period.label}, {row.plan_title}",
            f"Frozen on {since}; it waits for a summary and for somebody to complete it."
            if row.revision == 1
            else f"Opened again on {since}; it waits for somebody to complete it.",
            reverse("reports:report-detail", args=[row.plan_slug, row.period.slug]),
        )
