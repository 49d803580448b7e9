"""Work on a report: each form of its page is sent to one of these."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from goals.models import Plan
from goals.quarters import Quarter
from records.audit import Act
from reports import services
from reports.views.loading import Loaded
from reports.views.pages import address_of, page, work_form
from web.pages import answer_form
from web.requests import act_of, user_of


def _answer(
    request: HttpRequest,
    slug: str,
    quarter: str,
    name: str,
    effect: Callable[..., Any],
    said: str,
    *,
    permission: str = "reports.write_report",
    anchor: str = "",
) -> HttpResponse:
    """Do it and show the report; refused (422) or overtaken (409), show it with a sentence and what was typed."""
    loaded = Loaded(slug, quarter)
    if not user_of(request).has_perm(permission):
        raise PermissionDenied
    form = work_form(request, loaded, name)
    where = address_of(loaded)

    def save() -> str:
        typed = {"text": form.cleaned_data["text"]} if "text" in form.cleaned_data else {}
        act = act_of(request, reason=form.cleaned_data.get("reason", ""))
        seen = form.cleaned_data.get("version")
        effect(plan=loaded.plan, quarter=loaded.quarter, seen_act_id=seen, act=act, **typed)
        messages.success(request, said)
        return where + anchor

    def draw(found: dict[str, Any], status: int) -> HttpResponse:
        refusal = " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)
        if status == 409:
            newest = next(reversed(found["newer"].acts), None)
            who = newest.by_name if newest else "Somebody"
            what = f" ({newest.get_kind_display().lower()})" if newest else ""
            refusal = f"{who} worked on this report since you opened it{what}. Nothing was changed."
        typed = form.data.get("text") or form.data.get("reason") or ""
        found |= {"refusal": refusal, f"typed_{name}": typed, f"{name}_form": form}
        return page(request, Loaded(slug, quarter), status=status, **found)

    return answer_form(request, form=form, save=save, draw=draw, page=where + anchor)


def report_summary(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Keep the summary."""
    said = "The summary is saved."
    return _answer(request, slug, quarter, "summary", services.write_summary, said, anchor="#summary")


def report_sign_off(request: HttpRequest, slug: str, quarter: str, initiative_id: int) -> HttpResponse:
    """Sign off one initiative."""

    def effect(*, plan: Plan, quarter: Quarter, seen_act_id: int | None, act: Act) -> None:
        services.sign_off(plan=plan, quarter=quarter, initiative_id=initiative_id, act=act)

    said, anchor = "You signed off this initiative.", f"#initiative-{initiative_id}"
    return _answer(request, slug, quarter, f"sign-off/{initiative_id}", effect, said, anchor=anchor)


def report_complete(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Complete the report."""
    return _answer(request, slug, quarter, "complete", services.complete_report, "The report is completed.")


def report_publish(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Publish the completed report."""
    return _answer(request, slug, quarter, "publish", services.publish_report, "The report is published.")


def report_unpublish(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Take a published report back inside."""
    said = "The report is no longer published."
    return _answer(request, slug, quarter, "unpublish", services.unpublish_report, said)


def report_reopen(request: HttpRequest, slug: str, quarter: str) -> HttpResponse:
    """Open a completed report again, with a reason."""
    said = "The report is open again. Complete it to make the next revision."
    effect, permission = services.reopen_report, "reports.reopen_report"
    return _answer(request, slug, quarter, "reopen", effect, said, permission=permission)
