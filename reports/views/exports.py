"""Files of reports: handed out at once, or built by a worker and fetched when they are ready (docs/adr/0009)."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from jobs.doorbell import ring
from records.audit import Act
from records.texts import whole_number
from reports import services
from reports.exporters import FORMATS
from reports.files.selectors import files_of, kept_files, row_count
from reports.models import ExportJob, ExportRequest
from reports.views.files import FileLine, is_public, key_of, pause_before
from reports.views.loading import Loaded, crumbs
from web.requests import act_of, user_of

may_export = permission_required("reports.export_report", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_export
def report_export(request: HttpRequest, slug: str, quarter: str, format_key: str) -> HttpResponse:
    """The report as a file, of the same content as the page.

    GET answers with the file where it is small or was built before, else with a page that offers to build it; POST has
    it built.
    """
    kind = FORMATS.get(format_key)
    if kind is None:
        raise Http404("There is no such format.")
    loaded, act = Loaded(slug, quarter), act_of(request)
    shown = loaded.shown(request)
    if request.method == "POST":
        return _asked(request, loaded, format_key, act)
    content = loaded.content(request, at=act.at) if shown is None else None
    if row_count(shown, content) <= kind.at_once:
        report = content or loaded.content(request, at=act.at)
        file = services.export_report(report=report, format_key=format_key, snapshot=shown, act=act)
        return _attachment(file.content, file.name, file.media_type)
    key = key_of(request, loaded, format_key, at=act.at)
    built = kept_files([key], at=act.at).get(key)
    if built is not None:
        return _fetched(built, act)
    mine = ExportRequest.objects.filter(job__key=key, person=user_of(request)).first()
    if mine is not None:
        return redirect("reports:export-detail", pk=mine.job_id)
    context = {
        "plan": loaded.plan, "quarter": loaded.quarter, "kind": kind, "is_public": is_public(request),
        "rows": row_count(shown, content), "breadcrumb": crumbs(kind.label, (loaded.quarter.label, loaded.address)),
    }  # fmt: skip
    return render(request, "reports/export_ask.html", context)


def _asked(request: HttpRequest, loaded: Loaded, format_key: str, act: Act) -> HttpResponse:
    shown = loaded.shown(request)
    if shown is None:
        loaded.require_draft(at=act.at)
    key = key_of(request, loaded, format_key, at=act.at)
    job = services.request_export(
        plan=loaded.plan, quarter=loaded.quarter, snapshot=shown, format_key=format_key, is_public=is_public(request),
        key=key, act=act,
    )  # fmt: skip
    if job.is_open:
        ring("reports.build_exports")
    return redirect("reports:export-detail", pk=job.pk)


@require_GET
@may_export
def export_list(request: HttpRequest) -> HttpResponse:
    """The files this person asked for."""
    at = timezone.now()
    lines = [FileLine(row.job, at) for row in files_of(user_of(request))[:100]]
    return render(request, "reports/export_list.html", {"lines": lines, "breadcrumb": crumbs("Your files")})


@require_GET
@never_cache
@may_export
def export_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How one file stands; can be left and come back to."""
    line = _line(request, pk, timezone.now())
    here = f"{line.kind} of {line.job.period.label}"
    way = crumbs(here, ("Your files", reverse("reports:export-list")))
    context = _progress(line, times=0) | {"breadcrumb": way}
    return render(request, "reports/export_detail.html", context)


@require_GET
@never_cache
@may_export
def export_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a fragment. It says when to ask again, and does not where there is no more to come."""
    times = whole_number(request.GET.get("times", ""), 9_999) or 0
    line = _line(request, pk, timezone.now())
    return render(request, "reports/export_detail.html#progress", _progress(line, times=times))


@require_GET
@never_cache
@may_export
def export_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished file, to who asked for it and still may have it."""
    act = act_of(request)
    line = _line(request, pk, act.at)
    if line.state != "ready":
        return redirect("reports:export-detail", pk=pk)
    return _fetched(line.job, act)


def _line(request: HttpRequest, pk: int, at: datetime) -> FileLine:
    rows = files_of(user_of(request))
    return FileLine(get_object_or_404(rows, job=pk).job, at)


def _progress(line: FileLine, *, times: int) -> dict[str, Any]:
    return {
        "line": line,
        "job": line.job,
        "steps": len(ExportJob.Step),
        "tries": services.TRIES,
        "times": times + 1,
        "pause": pause_before(times) if line.job.is_open else None,
    }


def _fetched(job: ExportJob, act: Act) -> HttpResponse:
    return _attachment(services.fetch_export(job=job, act=act), job.name, job.media_type)


def _attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
