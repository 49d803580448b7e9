"""What a new owner answers to being named, and what whoever runs the plan does about it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from initiatives.forms.work import OwnerDeclineForm
from initiatives.services import accept_ownership, ask_owner_again, decline_ownership, name_proposed_owner
from initiatives.views.lookups import address_of, form_page, get_owner_request_or_404
from records.texts import isolated
from web.pages import answer_button, answer_form, back_to, form_for, seen_number
from web.requests import act_of


def owner_request_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The person asked takes it on."""
    asked = get_owner_request_or_404(request, pk, needs="answer_owner_request")

    def do() -> str:
        accept_ownership(request=asked, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"You own it now: {asked}."

    return answer_button(request, do=do, where=back_to(request, address_of(asked.initiative)))


@require_http_methods(["GET", "POST"])
def owner_request_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The person asked says no, with a reason, and may propose somebody else."""
    asked = get_owner_request_or_404(request, pk, needs="answer_owner_request")
    form = form_for(request, OwnerDeclineForm, row=asked)
    where = back_to(request, address_of(asked.initiative))

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        seen, proposed = form.cleaned_data["version"], form.cleaned_data["proposed"]
        decline_ownership(request=asked, proposed=proposed, seen_version=seen, act=act)
        messages.success(request, f"Declined: {asked}. Whoever runs the plan sees it, with your reason.")
        return where

    lede = "You stay its owner until whoever runs the plan names somebody else."
    page = form_page(asked.initiative, "Decline to own it", "Decline it", lede=lede, back=where)
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def owner_request_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever runs the plan makes the person proposed the owner."""
    asked = get_owner_request_or_404(request, pk, needs="restructure_initiative")

    def do() -> str:
        seen = seen_number(request, "version")
        row = name_proposed_owner(request=asked, seen_version=seen, act=act_of(request))
        owner = isolated(row.owner.name) if row.owner else "Nobody"
        return f"{owner} is the owner now, and is asked: {row}."

    return answer_button(request, do=do, where=back_to(request, address_of(asked.initiative)))


def owner_request_ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever runs the plan keeps to the owner who declined."""
    asked = get_owner_request_or_404(request, pk, needs="restructure_initiative")

    def do() -> str:
        ask_owner_again(request=asked, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"{isolated(asked.person.name)} is asked again: {asked}."

    return answer_button(request, do=do, where=back_to(request, address_of(asked.initiative)))
