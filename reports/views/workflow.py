"""Work on a report: each form of its page posts to one of these."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from reports import services
from reports.forms import ReopenForm, SummaryForm
from reports.services import StaleReport
from reports.views.loading import Loaded
from reports.views.pages import page
from web.requests import act_of, once, user_of


def _seen(request: HttpRequest) -> int | None:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() else None


def _answer(
    request: HttpRequest,
    slug: str,
    quarter: str,
    effect: Callable[[Loaded], Any],
    said: str,
    *,
    permission: str = "reports.write_report",
    anchor: str = "",
    form: str = "",
) -> HttpResponse:
    """Do it once and show the report; refused (422) or overtaken (409), show the page with what was typed."""
    loaded = Loaded(slug, quarter)
    if not user_of(request).has_perm(permission):
        raise PermissionDenied

    def run() -> str:
        effect(loaded)
        return reverse("reports:report-detail", args=[loaded.plan.slug, loaded.quarter.slug]) + anchor

    try:
        target = once(request, run)
    except StaleReport as stale:
        newest = stale.report.acts[-1]
        words = f"{newest.by_name} worked on this report since you opened it ({newest.get_kind_display().lower()})."
        return page(
            request, Loaded(slug, quarter), status=409, refusal=f"{words} Nothing was changed.", **_typed(request)
        )
    except ValidationError as error:
        told = {"refusal": " ".join(error.messages), **_typed(request)}
        return page(request, Loaded(slug, quarter), status=422, **told)
    messages.success(request, said)
    return redirect(target)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The forms with what was typed, so that nothing is lost."""
    typed: dict[str, Any] = {}
    if "text" in request.POST:
        typed["typed_summary"] = request.POST["text"]
        typed["summary_form"] = SummaryForm(initial={"text": request.POST["text"]})
    if "reason" in request.POST:
        typed["typed_reason"] = request.POST["reason"]
        typed["reopen_form"] = ReopenForm(initial={"reason": request.POST["reason"]})
    return typed


@require_POST
def report_summary(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Keep the summary."""

    def effect(loaded: Loaded) -> None:
        text = request.POST.get("text", "").replace("\r\n", "\n")
        services.write_summary(
            plan=loaded.plan, quarter=loaded.quarter, text=text, seen_act_id=_seen(request), act=act_of(request)
        )

    return _answer(request, slug, quarter, effect, "The summary is saved.", anchor="#summary")


@require_POST
def report_sign_off(request: HttpRequest, slug: str, quarter: str, initiative_id: int) -> HttpResponse:
    """Sign off one initiative."""

    def effect(loaded: Loaded) -> None:
        services.sign_off(plan=loaded.plan, quarter=loaded.quarter, initiative_id=initiative_id, act=act_of(request))

    anchor = f"#initiative-{initiative_id}"
    return _answer(request, slug, quarter, effect, "You signed off this initiative.", anchor=anchor)


@require_POST
def report_complete(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Complete the report."""

    def effect(loaded: Loaded) -> None:
        services.complete_report(
            plan=loaded.plan, quarter=loaded.quarter, seen_act_id=_seen(request), act=act_of(request)
        )

    return _answer(request, slug, quarter, effect, "The report is completed.")


@require_POST
def report_publish(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Publish the completed report."""

    def effect(loaded: Loaded) -> None:
        services.publish_report(
            plan=loaded.plan, quarter=loaded.quarter, seen_act_id=_seen(request), act=act_of(request)
        )

    return _answer(request, slug, quarter, effect, "The report is published.")


@require_POST
def report_unpublish(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Take a published report back inside."""

    def effect(loaded: Loaded) -> None:
        services.unpublish_report(
            plan=loaded.plan, quarter=loaded.quarter, seen_act_id=_seen(request), act=act_of(request)
        )

    return _answer(request, slug, quarter, effect, "The report is no longer published.")


@require_POST
def report_reopen(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Open a completed report again, with a reason."""

    def effect(loaded: Loaded) -> None:
        act = act_of(request, reason=request.POST.get("reason", ""))
        services.reopen_report(plan=loaded.plan, quarter=loaded.quarter, seen_act_id=_seen(request), act=act)

    said = "The report is open again. Complete it to make the next revision."
    return _answer(request, slug, quarter, effect, said, permission="reports.reopen_report")
