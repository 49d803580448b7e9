"""Pages that anybody may read. Nothing here changes anything, and nobody is asked who they are."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from goals.selectors import plan_called
from jobs.files import bytes_of
from public.selectors import (
    Published,
    published_comparison,
    published_file,
    published_plans,
    published_report,
    published_verdicts,
)
from records.replica import may_be_a_moment_old
from reports.exporters import FORMATS
from reports.forms import FILE_LIMIT, CompareForm, VerifyForm
from reports.models import PublishedFile
from reports.views.parts import asked_part, in_parts
from reports.workflow.published import last_publication
from web.kept import kept
from web.request_checks import takes_files
from web.security_log import note
from web.throttles import ASKING, address_of, seconds_to_wait

FRESH = 60  # seconds a copy may be shown by others: a report that was taken back is gone after a minute
DRAWN = 10 * 60  # seconds a drawn page is kept here, so that many readers cost one drawing
log = logging.getLogger(__name__)


def window(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What every page of this room is: open, read-only, kept by browsers and proxies for a minute, checked by ETag."""
    made: Callable[..., HttpResponse] = login_not_required(
        require_safe(cache_control(public=True, max_age=FRESH)(conditional_page(view)))
    )
    return may_be_a_moment_old(made)


@window
def report_list(request: HttpRequest) -> HttpResponse:
    """Every published report."""
    return _drawn(request, "list", "public/report_list.html", lambda: {"plans": published_plans()})


@window
def report_detail(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """One published report: its newest published revision, or an earlier one that was published."""
    found, part = _found(request, slug, quarter), asked_part(request)

    def context() -> dict[str, Any]:
        content = found.content()
        return {
            "report": content,
            "found": found,
            "downloads": _downloads(found),
            "breadcrumb": [*_crumbs(), {"label": found.shown.period.label}],
            **in_parts(
                content, part, keep={} if found.shown == found.newest else {"revision": f"{found.shown.revision}"}
            ),
        }

    answer = _drawn(request, f"{found.shown.pk}:{part}", "public/report_detail.html", context)
    answer["Last-Modified"] = http_date(found.changed_at.timestamp())
    return answer


@window
def report_export(request: HttpRequest, slug: str, quarter: str, format_key: str) -> HttpResponse:
    """A file of the public edition, as it was built when the report was published."""
    found = _found(request, slug, quarter)
    if format_key not in FORMATS:
        raise Http404
    file = published_file(found, format_key)
    if file is None:
        answer = render(request, "public/file_not_yet.html", {"found": found}, status=503)
        answer["Retry-After"] = str(FRESH)
        return answer
    answer = HttpResponse(bytes_of(file), content_type=FORMATS[format_key].media_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer["Last-Modified"] = http_date(file.built_at.timestamp())
    return answer


@window
def report_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two published quarters of a plan side by side; the two newest unless the address names them."""
    named = plan_called(slug)
    plan = next((plan for plan in published_plans() if named and plan.slug == named.slug), None)
    if plan is None:
        raise Http404
    choices = [(line.snapshot.period.slug, line.snapshot.period.label) for line in plan.lines]
    context: dict[str, Any] = {"plan": plan.newest, "breadcrumb": [*_crumbs(), {"label": "Compare quarters"}]}
    if len(choices) > 1:
        before = request.GET.get("before", choices[1][0])
        after = request.GET.get("after", choices[0][0])
        comparison = published_comparison(plan, before, after)
        if comparison is None:
            raise Http404
        context |= {
            "form": CompareForm(initial={"before": before, "after": after}, choices=choices),
            "comparison": comparison,
            "before_href": reverse("public:report-detail", args=[slug, before]),
            "after_href": reverse("public:report-detail", args=[slug, after]),
        }
    return render(request, "public/report_compare.html", context)


@takes_files(FILE_LIMIT)
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_verify(request: HttpRequest) -> HttpResponse:
    """Whether a hash or a file is of a published report, which revision, and whether it was changed.

    A POST only because a file can come no other way; it keeps nothing.
    """
    asked = request.method == "POST" or "hash" in request.GET
    form = VerifyForm(request.POST or request.GET, request.FILES) if asked else VerifyForm()
    context: dict[str, Any] = {"form": form, "breadcrumb": [*_crumbs(), {"label": "Verify"}]}
    wait = seconds_to_wait("verify", (ASKING, address_of(request))) if asked else 0
    if wait:
        note("throttled", door="verify")
        context["refusal"] = f"Too many questions from your address. Wait {wait} seconds, then ask again."
        return render(request, "public/report_verify.html", context, status=429)
    if asked and form.is_valid():
        file = form.cleaned_data["file"]
        context["verdicts"] = published_verdicts(text=form.cleaned_data["hash"], data=file.read() if file else None)
    return render(request, "public/report_verify.html", context, status=422 if asked and form.errors else 200)


def _found(request: HttpRequest, slug: str, quarter: str) -> Published:
    found = published_report(slug, quarter, request.GET.get("revision", ""))
    if found is None:
        raise Http404
    return found


def _drawn(request: HttpRequest, key: str, template: str, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """A page drawn once for everybody, until the next publication."""

    def draw() -> str:
        return render_to_string(template, context(), request)

    return HttpResponse(kept(f"public:{last_publication()}:{key}", draw, seconds=DRAWN))


def _crumbs() -> list[dict[str, str]]:
    return [{"label": "Published reports", "href": reverse("public:report-list")}]


def _downloads(found: Published) -> list[dict[str, Any]]:
    """The files of the shown revision; `href` is missing where one is still being built."""
    ready: dict[str, PublishedFile] = {file.format: file for file in found.files()}
    return [
        {
            "label": kind.label,
            "size": ready[kind.key].size if kind.key in ready else None,
            "href": reverse("public:report-export", args=[found.plan.slug, found.shown.period.slug, kind.key])
            + f"?revision={found.shown.revision}",
        }
        for kind in FORMATS.values()
    ]
