"""From an address to a report: the plan, the quarter, what is frozen of it."""

from datetime import datetime

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from goals.models import Plan
from goals.quarters import NotAQuarter, Quarter
from records.asof import local_day
from reports.content import ReportContent
from reports.content.first_view import BriefReport
from reports.content.report import is_long
from reports.models import QuarterSnapshot
from reports.workflow.report import Quarters
from reports.workflow.selectors import Report

NO_QUARTER = "The plan has no such quarter."


class Loaded:
    """A report as its address names it. `report` is None while the quarter has no snapshot."""

    def __init__(self, slug: str, text: str) -> None:
        self.plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
        try:
            self.quarter = Quarter.parse(text, self.plan.fiscal_year_start_month)
        except NotAQuarter as error:
            raise Http404(str(error)) from None
        self.quarters = Quarters(self.plan)
        self.report: Report | None = self.quarters.report(self.quarter)

    def shown(self, request: HttpRequest) -> QuarterSnapshot | None:
        """The revision the address asks for, the newest without `?revision=`."""
        if self.report is None:
            return None
        shown = self.report.revision(request.GET.get("revision"))
        if shown is None:
            raise Http404("There is no such revision of this report.")
        return shown

    def brief(self, request: HttpRequest) -> BriefReport | None:
        """The same as `content` for a page that shows headings and figures alone; None where it shows the rows too."""
        shown = self.shown(request)
        if self.report is None or shown is None or request.GET.get("edition") == "public":
            return None
        if not is_long(shown.initiative_count) or self.quarter.last_day < self.plan.start_date:
            return None
        return self.quarters.brief(self.report, shown)

    def content(self, request: HttpRequest, *, at: datetime) -> ReportContent:
        """What the page or the file says: the frozen quarter, else a preview of one that has begun."""
        shown = self.shown(request)
        found = None
        if request.GET.get("edition") == "public" and self.report is not None and shown in self.report.public:
            return self.quarters.published(self.report, shown)  # to the letter what strangers read
        if self.report is not None and shown is not None:
            found = self.quarters.frozen(self.report, shown.revision)
        elif self._has_begun(at):
            found = self.quarters.preview(self.quarter, at=at)
        if found is None or self.quarter.last_day < self.plan.start_date:
            raise Http404(NO_QUARTER)
        return found.for_public() if request.GET.get("edition") == "public" else found

    def require_draft(self, *, at: datetime) -> None:
        """Raises Http404 where `content` would find nothing to preview; reads no rows for it."""
        lies_within = self._has_begun(at) and self.quarter.last_day >= self.plan.start_date
        if not lies_within or not self.quarters.has_preview(self.quarter, at=at):
            raise Http404(NO_QUARTER)

    def _has_begun(self, at: datetime) -> bool:
        return self.quarter.first_day <= local_day(at)

    @property
    def address(self) -> str:
        """The page of the report."""
        return reverse("reports:report-detail", args=[self.plan.slug, self.quarter.slug])


def crumbs(here: str, *between: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page below the list of reports; `between` are labels and addresses."""
    links = (("Reports", reverse("reports:report-list")), *between)
    return [*({"label": label, "href": href} for label, href in links), {"label": here}]
