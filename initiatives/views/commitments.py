"""Propose, answer, deliver, move and withdraw what a department promises."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from initiatives.forms.work import CommitmentMoveForm, CommitmentOfferForm, CommitmentProposeForm, NeededReasonForm
from initiatives.models import Commitment, Initiative
from initiatives.services import (
    accept_commitment,
    agree_to_offer,
    ask_again,
    decline_commitment,
    deliver_commitment,
    move_commitment,
    offer_commitment,
    propose_commitment,
    reopen_commitment,
    withdraw_commitment,
)
from initiatives.views.lookups import address_of, form_page, get_commitment_or_404, get_initiative_or_404
from records.texts import isolated
from web.pages import answer_button, answer_form, back_to, form_for, seen_number
from web.requests import act_of, user_of


@require_http_methods(["GET", "POST"])
def commitment_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a department for something."""
    initiative = get_initiative_or_404(request, pk, needs="propose_commitment")
    user = user_of(request)
    may_ask_all = user.has_perm("initiatives.ask_any_department", initiative)
    only = None if may_ask_all else user.liaison_departments(initiative.plan_access_id)
    form = form_for(request, CommitmentProposeForm, only=only)

    def save() -> str:
        row = propose_commitment(initiative=initiative, act=act_of(request), **form.values())
        messages.success(
            request, f"Proposed to {isolated(row.department.name)}: {row}. It counts once the department accepts."
        )
        return _list_of(initiative)

    page = form_page(initiative, "Ask a department", "Propose", anchor="commitments")
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def commitment_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The department says yes."""
    commitment = get_commitment_or_404(request, pk, needs="keep_commitment")

    def do() -> str:
        accept_commitment(commitment=commitment, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"Accepted for {isolated(commitment.department.name)}: {commitment}."

    return answer_button(request, do=do, where=back_to(request, _list_of(commitment.initiative)))


@require_http_methods(["GET", "POST"])
def commitment_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The department says no, with a reason."""
    commitment = get_commitment_or_404(request, pk, needs="keep_commitment")
    form = form_for(request, NeededReasonForm, row=commitment)
    where = back_to(request, _list_of(commitment.initiative))

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        decline_commitment(commitment=commitment, seen_version=form.cleaned_data["version"], act=act)
        messages.success(request, f"Declined: {commitment}. Whoever asked hears of it, with your reason.")
        return where

    page = form_page(commitment.initiative, "Decline what was asked", "Decline it", **_about(commitment, where))
    return answer_form(request, form=form, save=save, template="form.html", context=page)


@require_http_methods(["GET", "POST"])
def commitment_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """The department names another day, or another department."""
    commitment = get_commitment_or_404(request, pk, needs="keep_commitment")
    form = form_for(request, CommitmentOfferForm, row=commitment)
    where = back_to(request, _list_of(commitment.initiative))

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        offered = form.values("due_date", "department")
        offer_commitment(commitment=commitment, seen_version=form.cleaned_data["version"], act=act, **offered)
        messages.success(request, f"Proposed instead: {commitment}. Whoever asked hears of it and answers.")
        return where

    page = form_page(
        commitment.initiative, "Propose another date or department", "Propose it", **_about(commitment, where)
    )
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def commitment_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """The initiative's side takes what the department offered."""
    commitment = get_commitment_or_404(request, pk, needs="settle_offer")

    def do() -> str:
        seen = seen_number(request, "version")
        row = agree_to_offer(commitment=commitment, seen_version=seen, act=act_of(request))
        return f"Agreed: {row}. {isolated(row.department.name)} " + (
            "has promised it." if row.accepted_at else "is asked for it now."
        )

    return answer_button(request, do=do, where=back_to(request, _list_of(commitment.initiative)))


def commitment_ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The initiative's side keeps to what it asked."""
    commitment = get_commitment_or_404(request, pk, needs="settle_offer")

    def do() -> str:
        ask_again(commitment=commitment, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"{isolated(commitment.department.name)} is asked again: {commitment}."

    return answer_button(request, do=do, where=back_to(request, _list_of(commitment.initiative)))


def commitment_deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """The department has done it."""
    commitment = get_commitment_or_404(request, pk, needs="keep_commitment")

    def do() -> str:
        deliver_commitment(commitment=commitment, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"Delivered by {isolated(commitment.department.name)}: {commitment}."

    return answer_button(request, do=do, where=back_to(request, _list_of(commitment.initiative)))


def commitment_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The department takes back that it was delivered."""
    commitment = get_commitment_or_404(request, pk, needs="keep_commitment")

    def do() -> str:
        if commitment.state == Commitment.State.ACCEPTED:
            return f"“{commitment}” is promised."
        reopen_commitment(commitment=commitment, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"Promised again: {commitment}."

    return answer_button(request, do=do, where=back_to(request, _list_of(commitment.initiative)))


@require_http_methods(["GET", "POST"])
def commitment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back, with a reason."""
    commitment = get_commitment_or_404(request, pk, needs="withdraw_commitment")
    form = form_for(request, NeededReasonForm, row=commitment)
    where = back_to(request, _list_of(commitment.initiative))

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        withdraw_commitment(commitment=commitment, seen_version=form.cleaned_data["version"], act=act)
        messages.success(request, f"Withdrawn: {commitment}.")
        return where

    page = form_page(commitment.initiative, "Withdraw the commitment", "Withdraw it", **_about(commitment, where))
    return answer_form(request, form=form, save=save, template="form.html", context=page | {"is_danger": True})


@require_http_methods(["GET", "POST"])
def commitment_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another due date, with a reason; the first date stays on record."""
    commitment = get_commitment_or_404(request, pk, needs="withdraw_commitment")
    form = form_for(request, CommitmentMoveForm, row=commitment)
    where = back_to(request, _list_of(commitment.initiative))

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        due, seen = form.cleaned_data["due_date"], form.cleaned_data["version"]
        row = move_commitment(commitment=commitment, due_date=due, seen_version=seen, act=act)
        messages.success(request, f"Moved: {row}." if row.version != seen else "Nothing was changed.")
        return where

    page = form_page(commitment.initiative, "Move the due date", "Move it", **_about(commitment, where))
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def _list_of(initiative: Initiative) -> str:
    return f"{address_of(initiative)}#commitments"


def _about(commitment: Commitment, where: str) -> dict[str, str]:
    return {"lede": f"{isolated(commitment.department.name)}: {commitment}", "back": where}
