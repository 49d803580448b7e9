"""Answer from a mail, without signing in. Mail gateways open links, so only a POST changes anything."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from initiatives.forms.work import CommitmentOfferForm
from initiatives.models import Commitment
from initiatives.services import (
    NewerUpdate,
    accept_commitment,
    accept_ownership,
    acknowledge_update,
    complete_milestone,
    decline_commitment,
    decline_ownership,
    deliver_commitment,
    offer_commitment,
    record_no_change,
    record_status_update,
    update_milestone,
)
from records.asof import local_day
from records.audit import Act
from records.models import Channel
from reminders.forms import MilestoneAnswerForm, OwnerAnswerForm, PlainAnswerForm, StatusAnswerForm
from reminders.links import item_number
from reminders.selectors.answers import Answerable, answerable
from reminders.services import send_new_link
from web.forms import PageForm
from web.request_checks import typed_words

FORMS: dict[str, type[PageForm]] = {
    "initiative": StatusAnswerForm, "milestone": MilestoneAnswerForm, "commitment": CommitmentOfferForm,
    "ownerrequest": OwnerAnswerForm,
}  # fmt: skip
WITH_WORDS = {"", "decline", "offer"}  # what a button says beside which something is typed


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page of one item for one person; a GET shows it, a POST answers it.

    "No change" asks again where a milestone has passed its date since the last update (rule R3).
    """
    at = timezone.now()
    one = _opened(token, at)
    if one is None:
        return _private(render(request, "reminders/link_ended.html", {"reason": NOT_OURS}, status=404))
    if request.user.is_authenticated and request.user.pk != one.person.pk:
        return _private(render(request, "reminders/link_of_another.html", {"one": one}, status=403))
    form: PageForm = FORMS.get(one.subject_type, PlainAnswerForm)(initial=_initial(one))
    status = 200
    asks_again = request.POST.get("say") == "no_change" and bool(one.passed) and "confirmed" not in request.POST
    if request.method == "POST" and not one.ended and not asks_again:
        typed = request.POST if request.POST.get("say", "") in WITH_WORDS else None
        form = FORMS.get(one.subject_type, PlainAnswerForm)(typed, initial=_initial(one)) if typed is not None else form
        try:
            if (typed is None or form.is_valid()) and _answer(one, request.POST.get("say", ""), form, at):
                return _private(redirect("reminders:answer", token=token))
        except ValidationError as error:
            _show(form, request, error)
        except NewerUpdate:
            one = _opened(token, at) or one
        status = 409 if one.ended else 422
    elif request.method == "POST" and one.ended:
        status = 409
    context = {"one": one, "form": form, "token": token, "today": local_day(at), "asks_again": asks_again}
    if one.ended and not one.is_answered:
        typed_here = [pair for pair in typed_words(request) if pair[0] not in {"Say", "Confirmed"}]
        context = {"one": one, "token": token, "typed": typed_here}
        return _private(render(request, "reminders/answer_ended.html", context, status=status))
    return _private(render(request, "reminders/answer.html", context, status=status))


@login_not_required
@require_POST
@never_cache
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to the person the old one was for; says the same whether or not one went out."""
    at = timezone.now()
    one = _opened(token, at)
    if one is None:
        return _private(render(request, "reminders/link_ended.html", {"reason": NOT_OURS}, status=404))
    if one.may_renew:
        send_new_link(item=one.item, at=at)
    return _private(render(request, "reminders/link_renewed.html", {"one": one}))


NOT_OURS = "This link is not one of ours, or it was cut short on the way. Copy the whole link from the mail."


def _opened(token: str, at: datetime) -> Answerable | None:
    number = item_number(token)
    return answerable(number, at) if number is not None else None


def _initial(one: Answerable) -> dict[str, Any]:
    if isinstance(one.subject, Commitment):
        return {"due_date": one.subject.due_date, "department": one.subject.department_id}
    return {"status": one.initiative.reported_status}


def _answer(one: Answerable, say: str, form: PageForm, at: datetime) -> bool:
    """Do what the button says, as the person the link is for. False for a button this item does not have."""
    act = Act(by=one.person, at=at, channel=Channel.EMAIL_LINK, reason=one.in_place_of)
    if one.subject_type == "initiative" and say == "no_change":
        record_no_change(initiative=one.subject, seen_update_id=one.item.seen_update_id, act=act)
    elif one.subject_type == "initiative" and not say:
        words = {**form.cleaned_data, "percent": one.initiative.percent}
        record_status_update(initiative=one.subject, words=words, seen_update_id=one.item.seen_update_id, act=act)
    elif one.subject_type == "milestone" and say == "done":
        complete_milestone(milestone=one.subject, act=act)
    elif one.subject_type == "milestone" and not say:
        moved = replace(act, reason=f"{one.in_place_of} {form.cleaned_data['reason']}".strip())
        update_milestone(milestone=one.subject, fields={"due_date": form.cleaned_data["due_date"]}, act=moved)
    elif one.subject_type == "commitment":
        return _answer_commitment(one, say, form, act)
    elif one.subject_type == "ownerrequest":
        return _answer_owner(one, say, form, act)
    elif one.subject_type == "statusupdate" and say == "acknowledge":
        acknowledge_update(update=one.subject, act=act)
    else:
        return False
    return True


def _answer_commitment(one: Answerable, say: str, form: PageForm, act: Act) -> bool:
    if say == "accept":
        accept_commitment(commitment=one.subject, act=act)
    elif say == "deliver":
        deliver_commitment(commitment=one.subject, act=act)
    elif say in {"decline", "offer"}:
        said = replace(act, reason=f"{one.in_place_of} {form.cleaned_data['reason']}".strip())
        if say == "decline":
            decline_commitment(commitment=one.subject, act=said)
        else:
            offer_commitment(commitment=one.subject, act=said, **form.values("due_date", "department"))
    return say in {"accept", "deliver", "decline", "offer"}


def _answer_owner(one: Answerable, say: str, form: PageForm, act: Act) -> bool:
    if say == "accept":
        accept_ownership(request=one.subject, act=act)
    elif say == "decline":
        decline_ownership(request=one.subject, act=replace(act, reason=form.cleaned_data["reason"]))
    return say in {"accept", "decline"}


def _show(form: PageForm, request: HttpRequest, error: ValidationError) -> None:
    """A refusal of the service; a form that only a button was pressed of shows nothing else."""
    if not form.is_bound:
        form.data, form.is_bound = request.POST, True
        form.full_clean()
        form.errors.clear()
    form.add_refusal(error)


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a key: it goes to no other site, no search engine and no cache.

    "no-referrer" would break the page: browsers then post its form with "Origin: null", which the protection against
    forged forms refuses.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
