"""Say how an initiative stands: publish, repeat, correct, acknowledge, and keep what is typed meanwhile."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from initiatives.forms.work import StatusCorrectionForm, StatusUpdateForm
from initiatives.models import Initiative, StatusDraft, StatusUpdate
from initiatives.models.status_update import WORDS
from initiatives.selectors.initiative_page import passed_since
from initiatives.selectors.rows import MilestoneRow
from initiatives.services import (
    NewerUpdate,
    TypedInto,
    acknowledge_update,
    correct_status_update,
    discard_draft,
    record_no_change,
    record_status_update,
    save_draft,
)
from initiatives.services.status_updates import MISCLICK_WINDOW
from initiatives.views.lookups import address_of, crumbs, get_initiative_or_404, get_update_or_404
from records.asof import local_day
from records.statements import statement
from web.pages import answer_button, answer_form, back_to, draw_with, form_for, seen_number
from web.requests import act_of, once, user_of, was_sent

LONGEST_DRAFT = 200_000  # characters; far more than can be published
LONGEST_KEY = 100  # characters of a form's one-time key
TYPED = ("happened", "next_steps", "help_needed")  # what makes a draft: the rest is chosen with a click


@require_http_methods(["GET", "POST"])
def status_update_create(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as a page, or in place on the initiative's page (htmx). Saved with 302; 422 and 409 keep the words."""
    initiative = get_initiative_or_404(request, pk, needs="add_status_update")
    form = form_for(request, StatusUpdateForm, row=initiative)
    context: dict[str, Any] = {
        "initiative": initiative,
        "draft": _restore_draft(request, form, initiative) if request.method == "GET" else None,
    }
    template = "initiatives/status_update_form.html" + ("#form" if request.htmx else "")  # type: ignore[attr-defined]
    form_alone = draw_with(request, form, template, context)

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        typed_into = _typed_into(request) if form.is_bound else _filled_from(form)
        crumb = {"breadcrumb": crumbs(initiative, "Publish an update")}
        return form_alone(_other_drafts(request, initiative, typed_into) | crumb | more, status)

    def save() -> str:
        return _publish(request, initiative, form)

    return answer_form(request, form=form, save=save, draw=draw)


def _publish(request: HttpRequest, initiative: Initiative, form: StatusUpdateForm) -> str:
    update = record_status_update(
        initiative=initiative,
        words=form.values(*WORDS),
        seen_update_id=form.cleaned_data["version"],
        typed_into=_typed_into(request),
        act=act_of(request),
    )
    messages.success(request, f"Published: {initiative} is reported {update.get_status_display().lower()}.")
    return address_of(initiative)


def _restore_draft(request: HttpRequest, form: StatusUpdateForm, initiative: Initiative) -> StatusDraft | None:
    """Put what was typed earlier into a fresh form: the draft that is asked for (`?draft=`), or the last one.

    Words from before a sign-in are newer and stay.
    """
    drafts = _drafts(request, initiative)
    wanted = request.GET.get("draft", "")
    draft = next((one for one in drafts if str(one.pk) == wanted), drafts[0] if drafts else None)
    if draft is None or "happened" in form.initial:
        return None
    form.initial.update({name: value for name, value in draft.content.items() if name in WORDS})
    form.initial["draft"] = draft.fingerprint
    return draft


def _drafts(request: HttpRequest, initiative: Initiative) -> list[StatusDraft]:
    """Of the signed-in person, the last one first."""
    return _drafts_of(initiative.pk, user_of(request).pk)


@statement
def _drafts_of(initiative_id: int, author_id: int) -> QuerySet[StatusDraft]:
    return StatusDraft.objects.filter(initiative=initiative_id, author=author_id).order_by("-saved_at", "-pk")


def _typed_into(request: HttpRequest) -> TypedInto:
    return TypedInto(request.POST.get("idempotency_key", "")[:LONGEST_KEY], request.POST.get("draft", ""))


def _filled_from(form: StatusUpdateForm) -> TypedInto:
    return TypedInto(None, form.initial.get("draft", ""))


def _other_drafts(request: HttpRequest, initiative: Initiative, typed_into: TypedInto) -> dict[str, Any]:
    """What this person typed about it into other tabs, for templates/initiatives/_other_drafts.html."""
    others = [one for one in _drafts(request, initiative) if not typed_into.owns(one)]
    labels = [(name, str(StatusUpdateForm.base_fields[name].label)) for name in TYPED]
    said = [(one, [(label, one.content.get(name, "")) for name, label in labels]) for one in others]
    return {"other_drafts": said, "initiative": initiative}


def status_update_no_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Repeat the last update with one button. Asks again where a milestone passed its date since, or somebody wrote."""
    initiative = get_initiative_or_404(request, pk, needs="add_status_update")
    where = back_to(request, address_of(initiative))
    latest = initiative.latest_update
    if request.method != "POST" or latest is None:
        if latest is None:
            messages.info(request, "Nothing was reported yet, so there is nothing to repeat. Publish a first update.")
            where = reverse("initiatives:status-update-create", args=[pk])
        return redirect(where)
    if was_sent(request):
        return redirect(where)
    seen = seen_number(request, "version")
    passed = passed_since(pk, local_day(latest.stated_at), local_day(timezone.now()))
    if latest.pk != seen:
        return _ask_again(request, initiative, latest, passed, is_newer=True)
    if passed and "confirmed" not in request.POST:
        return _ask_again(request, initiative, latest, passed)
    try:
        once(request, lambda: _repeat(request, initiative, seen, where))
    except NewerUpdate as raised:
        return _ask_again(request, initiative, raised.row, passed, is_newer=True)
    return redirect(where)


def _repeat(request: HttpRequest, initiative: Initiative, seen: int | None, where: str) -> str:
    update = record_no_change(initiative=initiative, seen_update_id=seen, act=act_of(request))
    messages.success(request, f"No change: {initiative} is still {update.get_status_display().lower()}.")
    return where


def _ask_again(
    request: HttpRequest,
    initiative: Initiative,
    latest: StatusUpdate,
    passed: list[MilestoneRow],
    *,
    is_newer: bool = False,
) -> HttpResponse:
    context = {
        "initiative": initiative, "latest": latest, "passed": passed, "is_newer": is_newer,
        "today": local_day(timezone.now()), "next": back_to(request, ""),
        "breadcrumb": crumbs(initiative, "No change?"),
    }  # fmt: skip
    template = "initiatives/status_update_no_change.html"
    return render(request, template, context, status=409 if is_newer else 200)


@require_POST
def status_draft_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Called by the browser while somebody types: 204 where nothing is kept; else what was typed into other tabs."""
    initiative = get_initiative_or_404(request, pk, needs="add_status_update")
    if was_sent(request):  # a straggler: the form it belongs to is published already
        return HttpResponse(status=204)
    content = {name: request.POST.get(name, "") for name in WORDS}
    if sum(map(len, content.values())) > LONGEST_DRAFT:
        return HttpResponse(status=413)
    form: dict[str, Any] = {"initiative": initiative, "author": user_of(request), "typed_into": _typed_into(request)}
    if not any(content[name].strip() for name in TYPED):
        discard_draft(**form)
        return HttpResponse(status=204)
    try:
        draft = save_draft(**form, content=content, at=timezone.now())
    except ValidationError as error:
        return HttpResponse(error.messages[0], status=413, content_type="text/plain; charset=utf-8")
    context = _other_drafts(request, initiative, TypedInto(draft.form, draft.fingerprint))
    answer = render(request, "initiatives/_other_drafts.html", context)
    answer["X-Draft"] = draft.fingerprint
    return answer


def status_draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw one draft away, as it was shown: what was typed into it since stays."""
    initiative = get_initiative_or_404(request, pk, needs="add_status_update")
    if request.method == "POST":
        typed_into = TypedInto(None, request.POST.get("draft", ""))
        gone = discard_draft(initiative=initiative, author=user_of(request), typed_into=typed_into)
        if gone:
            messages.success(request, "The draft is gone.")
        else:
            messages.warning(request, "This draft is not there any more, or more was typed into it since. Look again.")
    return redirect("initiatives:status-update-create", pk=pk)


@require_http_methods(["GET", "POST"])
def status_update_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend an update; its status only while a mis-click may be turned round (rule B-13)."""
    update = get_update_or_404(request, pk, needs="correct_status_update")
    initiative = update.initiative
    is_fresh = timezone.now() - update.recorded_at <= MISCLICK_WINDOW
    may_turn = initiative.latest_update_id == update.pk and is_fresh
    form = form_for(request, StatusCorrectionForm, row=update, may_turn=may_turn)

    def save() -> str:
        if form.cleaned_data["version"] not in {None, update.pk}:  # drawn for another one
            raise NewerUpdate(update)
        act = act_of(request, reason=form.cleaned_data["reason"])
        changed = correct_status_update(update=update, words=form.values(*WORDS), act=act)
        messages.success(request, "Corrected." if changed.pk != update.pk else "Nothing was changed.")
        return address_of(initiative)

    context = {
        "initiative": initiative, "update": update, "may_turn": may_turn,
        "breadcrumb": crumbs(initiative, "Correct an update"),
    }  # fmt: skip
    return answer_form(
        request, form=form, save=save, template="initiatives/status_update_correct.html", context=context
    )


def status_update_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """The focus area's lead has read it; a second press says so (rule B-14)."""
    update = get_update_or_404(request, pk, needs="acknowledge_status_update")

    def do() -> str:
        at_once = act_of(request)
        done = acknowledge_update(update=update, act=at_once)
        is_first = done.by_id == user_of(request).pk and done.recorded_at >= at_once.at
        done_words = "Marked as read" if is_first else "This was marked as read before"
        return f"{done_words}: {update.initiative}."

    return answer_button(request, do=do, where=back_to(request, address_of(update.initiative)))
