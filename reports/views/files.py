"""Which files of a report there are, which must be built first, and how one stands that was asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from reports.content.report import ReportHead
from reports.exporters import FORMATS
from reports.exporters.keys import export_key
from reports.files.selectors import files_of, kept_files, row_count, sources_of, waiting_before
from reports.models import ExportJob, ExportRequest
from reports.views.loading import Loaded
from web.requests import user_of

# Seconds to wait before asking again how far a file is, for so many times; then the page asks no more.
PACE = ((1, 10), (2, 40), (5, 100), (10, 150))
LISTED = 5  # files of one report on its page; all are on the list of files


def is_public(request: HttpRequest) -> bool:
    return request.GET.get("edition") == "public"


def key_of(request: HttpRequest, loaded: Loaded, format_key: str, *, at: datetime) -> str:
    """Names the file that the address asks for."""
    sources = sources_of(loaded.quarters, loaded.quarter, loaded.report, loaded.shown(request), at=at)
    return export_key(sources, format_key, is_public=is_public(request))


def files_context(request: HttpRequest, loaded: Loaded, content: ReportHead, *, at: datetime) -> dict[str, Any]:
    """Of a report's page: files that can be had at once, files that are built when asked for, the reader's own.

    A preview, which reads much already, does not look for files: what was built of it moments ago is at the address of
    the format and among “Your files” all the same.
    """
    shown = loaded.shown(request)
    rows = row_count(shown, content)
    keys: dict[str, str] = {}
    kept: dict[str, ExportJob] = {}
    own: list[ExportRequest] = []
    if shown is not None:
        sources = sources_of(loaded.quarters, loaded.quarter, loaded.report, shown, at=at)
        keys = {key: export_key(sources, key, is_public=is_public(request)) for key in FORMATS}
        kept = kept_files([keys[key] for key, kind in FORMATS.items() if rows > kind.at_once], at=at)
        own = list(files_of(user_of(request), plan=loaded.plan, quarter=loaded.quarter)[:LISTED])
    query = request.GET.urlencode()
    downloads: list[dict[str, str]] = []
    builds: list[dict[str, str]] = []
    for key, kind in FORMATS.items():
        address = reverse("reports:report-export", args=[loaded.plan.slug, loaded.quarter.slug, key])
        item = {"label": kind.label, "href": f"{address}?{query}" if query else address}
        (downloads if rows <= kind.at_once or keys.get(key) in kept else builds).append(item)
    return {"downloads": downloads, "builds": builds, "files": [FileLine(row.job, at) for row in own]}


@dataclass(frozen=True)
class FileLine:
    """A file somebody asked for, in the words of the page."""

    job: ExportJob
    at: datetime

    @property
    def kind(self) -> str:
        kind = FORMATS.get(self.job.format)
        return kind.label if kind else self.job.format.upper()

    @property
    def label(self) -> str:
        return f"{self.kind}, {self.job.edition}"

    @property
    def report(self) -> str:
        revision = f", revision {self.job.snapshot.revision}" if self.job.snapshot else ", draft"
        return f"{self.job.period.label}{revision}"

    @property
    def state(self) -> str:
        """queued, building, ready, failed; or gone, once its time is over."""
        if self.job.is_ready and self.job.keep_until is not None and self.job.keep_until <= self.at:
            return "gone"
        return self.job.state

    @property
    def state_label(self) -> str:
        return "No longer kept" if self.state == "gone" else self.job.get_state_display()

    @property
    def words(self) -> str:
        """How far it is, in a sentence; while it waits, what it waits for."""
        job = self.job
        if job.state == ExportJob.State.BUILDING:
            counted = f", {job.done:,} of {job.total:,} rows" if job.total else ""
            return f"Step {job.step_number} of {len(ExportJob.Step)}: {job.step_label}{counted}."
        before = waiting_before(job)
        return f"Waiting for {before} other file{'' if before == 1 else 's'}." if before else "Waiting for its turn."

    @property
    def report_href(self) -> str:
        return reverse("reports:report-detail", args=[self.job.plan.slug, self.job.period.slug]) + self._query

    @property
    def ask_href(self) -> str:
        """Where the same file can be asked for again."""
        parts = [self.job.plan.slug, self.job.period.slug, self.job.format]
        return reverse("reports:report-export", args=parts) + self._query

    @property
    def _query(self) -> str:
        query = {"revision": str(self.job.snapshot.revision)} if self.job.snapshot else {}
        if self.job.is_public:
            query["edition"] = "public"
        return f"?{urlencode(query)}" if query else ""


def pause_before(times: int) -> int | None:
    """Seconds until the page asks again after so many times; None: it stops, and the reader presses “Look again”."""
    return next((seconds for seconds, until in PACE if times < until), None)
