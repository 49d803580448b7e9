"""Read a report: the list of quarters, one quarter."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goals.rules import readable
from people.models import User
from reports.forms import ReopenForm, ReportForm, SummaryForm
from reports.models import ActKind
from reports.templatetags.outline import report_outline
from reports.views.files import files_context
from reports.views.loading import Loaded, crumbs
from reports.views.parts import asked_part, in_parts
from reports.workflow.corrections import next_rows
from reports.workflow.quarters import quarter_lines
from reports.workflow.selectors import Report
from web.pages import form_for
from web.requests import user_of

KEPT = ("revision", "edition")  # of the address, where a part of the report is asked for
BUTTONS = ("complete", "publish", "unpublish")
FORMS = {"summary": SummaryForm, "reopen": ReopenForm, **dict.fromkeys(BUTTONS, ReportForm)}


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """Every quarter of every plan: reported, due, running."""
    return render(
        request,
        "reports/report_list.html",
        {"plans": quarter_lines(at=timezone.now(), only=readable(user_of(request)))},
    )


@require_GET
def report_detail(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """One quarter, frozen or as a preview."""
    return page(request, Loaded(slug, quarter))


def work_form(request: HttpRequest, loaded: Loaded, name: str) -> ReportForm:
    """One of the forms on the page of a report; its address is that of the page and its name."""
    at = f"{loaded.address}{name}/"
    return form_for(request, FORMS.get(name, ReportForm), at=at, row=loaded.report)


def page(request: HttpRequest, loaded: Loaded, *, status: int = 200, **more: Any) -> HttpResponse:
    """The report's page; `more` carries a form with errors, or what is newer than the reader has seen."""
    at = timezone.now()
    part = asked_part(request)
    content = (None if part else loaded.brief(request)) or loaded.content(request, at=at)
    user = user_of(request)
    report, shown = loaded.report, loaded.shown(request)
    is_current = report is not None and shown == report.current
    is_open = is_current and report is not None and report.completed(report.working) is None
    may_write = user.has_perm("reports.write_report", loaded.plan)
    may_work = is_open and may_write and not content.is_public  # the public edition is only looked at
    context = {
        "report": content,
        **in_parts(content, part, keep={name: request.GET[name] for name in KEPT if name in request.GET}),
        "plan": loaded.plan,
        "quarter": loaded.quarter,
        "records": report,
        "shown": shown,
        "is_current": is_current,
        "may_work": may_work,
        "may_publish": is_current and not is_open and may_write and not content.workflow.published_at,
        "may_take_back": bool(report and report.public) and is_current and may_write,
        "may_reopen": is_current and not is_open and user.has_perm("reports.reopen_report"),
        **{f"{name}_form": work_form(request, loaded, name) for name in FORMS},
        "may_correct": may_work and report is not None and report.draft is not None,
        "next": next_rows(report) if report and content.workflow.state == "reopened" else None,
        "signed": {item.initiative_id for item in content.workflow.sign_offs},
        **_done(report, user),
        "parts": [{"id": "summary", "label": "Summary"}],
        **files_context(request, loaded, content, at=at),
        "breadcrumb": crumbs(loaded.quarter.label),
        **more,
    }
    section = report_outline(content).get(part) if getattr(request, "htmx", False) else None
    if section is not None and request.method == "GET":  # a part was opened
        return render(request, "reports/sections/_part.html", {**context, "section": section})
    return render(request, "reports/report_detail.html", context, status=status)


def _done(report: Report | None, user: User) -> dict[str, Any]:
    """What people did with the report: sign-offs, which of them are the reader's own, and everything else."""
    acts = report.acts if report else ()
    signed = [act for act in acts if act.kind == ActKind.SIGNED_OFF]
    open_one = report.working.pk if report else None
    return {
        "sign_offs": signed,
        "mine": {act.initiative_id for act in signed if act.by_id == user.pk and act.snapshot_id == open_one},
        "acts": [act for act in acts if act.kind != ActKind.SIGNED_OFF],
    }
