"""The newest frozen quarter of a grown plan, and its files written by a process that loads what they need alone."""

from reports.content import ReportContent
from reports.exporters import FORMATS
from reports.models import QuarterSnapshot
from reports.workflow.report import Quarters


def frozen() -> ReportContent:
    snapshot = QuarterSnapshot.objects.select_related("plan").order_by("-as_of_day", "-revision")[0]
    quarters = Quarters(snapshot.plan)
    report = quarters.report(snapshot.period)
    content = quarters.frozen(report, snapshot.revision) if report else None
    assert content is not None
    return content


def once(*keys: str) -> None:
    content = frozen()
    for key in keys:
        FORMATS[key].write(content)
