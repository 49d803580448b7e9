"""Work on a report: each form of its page is sent to one of these."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from goals.models import Plan
from goals.quarters import Quarter
from people.views.fresh import ask_again
from records.audit import Act
from reports import services
from reports.forms import CorrectionForm
from reports.views.loading import Loaded, crumbs
from reports.views.pages import page, work_form
from reports.workflow.corrections import Key, by_key, label_of, next_rows
from reports.workflow.services import NOT_REOPENED
from web.pages import answer_form, form_for
from web.requests import act_of, user_of


class Work(NamedTuple):
    """What a form of the page does, what is said once it is done, and who may."""

    do: Callable[..., Any]
    said: str
    permission: str = "reports.write_report"
    anchor: str = ""
    is_confirmed: bool = False  # whoever signed in some time ago shows first that it is still them


WORK = {
    "summary": Work(services.write_summary, "The summary is saved.", anchor="#summary"),
    "complete": Work(services.complete_report, "The report is completed."),
    "publish": Work(services.publish_report, "The report is published.", is_confirmed=True),
    "unpublish": Work(services.unpublish_report, "The report is no longer published."),
    "reopen": Work(
        services.reopen_report, "The report is open again. Complete it to make the next revision.",
        "reports.reopen_report",
    ),
}  # fmt: skip


def report_work(request: HttpRequest, slug: str, quarter: str, name: str) -> HttpResponse:
    """Keep the summary, complete, publish, take back or reopen the report."""
    return _answer(request, slug, quarter, name, WORK[name])


def report_sign_off(request: HttpRequest, slug: str, quarter: str, initiative_id: int) -> HttpResponse:
    """Sign off one initiative."""

    def sign_off(*, plan: Plan, quarter: Quarter, seen_act_id: int | None, act: Act) -> None:
        services.sign_off(plan=plan, quarter=quarter, initiative_id=initiative_id, act=act)

    work = Work(sign_off, "You signed off this initiative.", anchor=f"#initiative-{initiative_id}")
    return _answer(request, slug, quarter, f"sign-off/{initiative_id}", work)


def report_correct(request: HttpRequest, slug: str, quarter: str, kind: str, row_id: int) -> HttpResponse:
    """Put values of one row of a reopened report right."""
    loaded = Loaded(slug, quarter)
    report, key = loaded.report, Key(kind, row_id)
    if not user_of(request).has_perm("reports.write_report", loaded.plan):
        raise PermissionDenied
    rows = next_rows(report) if report else None
    row = by_key(rows).get(key) if rows else None
    if report is None or rows is None or row is None:
        raise Http404("There is no such row in this report.")
    if report.draft is None and request.method != "POST":
        messages.warning(request, NOT_REOPENED)
        return redirect(loaded.address)
    form = form_for(request, CorrectionForm, row=report, key=key)

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        done = services.correct_report(
            plan=loaded.plan, quarter=loaded.quarter, kind=kind, row_id=row_id, values=form.values(),
            seen_act_id=form.cleaned_data["version"], act=act,
        )  # fmt: skip
        messages.success(request, "It will be told so in the next revision." if done else "Nothing was changed.")
        return f"{loaded.address}#pending"

    initiative_id = getattr(row, "initiative_id", row_id if kind == "initiative" else 0)
    context = {
        "title": f"Correct “{label_of(row)}”", "eyebrow": f"{loaded.quarter.label} report", "plan": loaded.plan,
        "quarter": loaded.quarter, "label": "Save the correction", "back": loaded.address,
        "lede": "In this report alone: the plan stays as it is. What the report told before stays beside it.",
        "beside": [
            (one, label_of(other))
            for one, other in by_key(rows).items()
            if initiative_id and one != key and initiative_id in {
                getattr(other, "initiative_id", None), one.id if one.kind == "initiative" else None
            }
        ],
        "breadcrumb": crumbs("Correct", (loaded.quarter.label, loaded.address)),
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="reports/report_correct.html", context=context)


def _answer(request: HttpRequest, slug: str, quarter: str, name: str, work: Work) -> HttpResponse:
    """Do it and show the report; refused (422) or overtaken (409), show it with a sentence and what was typed."""
    loaded = Loaded(slug, quarter)
    if not user_of(request).has_perm(work.permission, loaded.plan):
        raise PermissionDenied
    if work.is_confirmed and (asked := ask_again(request)):
        return asked
    form = work_form(request, loaded, name)
    where = loaded.address + work.anchor

    def save() -> str:
        typed = {"text": form.cleaned_data["text"]} if "text" in form.cleaned_data else {}
        act = act_of(request, reason=form.cleaned_data.get("reason", ""))
        seen = form.cleaned_data.get("version")
        work.do(plan=loaded.plan, quarter=loaded.quarter, seen_act_id=seen, act=act, **typed)
        messages.success(request, work.said)
        return where

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

    return answer_form(request, form=form, save=save, draw=draw, page=where)
