"""Invitations: sent by who manages people, opened by who is invited, without signing in."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from people.forms.sign_in import PasswordForm
from people.links import invitation_number
from people.models import User
from people.selectors import Invited, invitation_behind
from people.services import accept_invitation, invite_user
from people.views.devices import remember_device
from records.audit import Act
from records.models import Channel
from web.pages import answer_button, back_to
from web.requests import act_of, user_of

ONCE_A_DAY = timedelta(days=1)  # so often an ended link mails a new one


def invitation_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the invitation, or send it again."""
    person = get_object_or_404(User, pk=pk)
    if not user_of(request).has_perm("people.send_invitation", person):
        raise PermissionDenied

    def do() -> str:
        invite_user(user=person, act=act_of(request))
        return f"The invitation goes to {person.email}."

    return answer_button(request, do=do, where=back_to(request, reverse("people:person-detail", args=[pk])))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the first password; a GET changes nothing, for mail gateways open links."""
    at = timezone.now()
    invited, is_open = _opened(token)
    if invited is None or not is_open:
        status = 404 if invited is None else 409 if request.method == "POST" else 200
        return _ended(request, invited, token, status)
    form: Any = PasswordForm(invited.person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = Act(by=invited.person, at=at, channel=Channel.EMAIL_LINK)
        try:
            accept_invitation(user=invited.person, password=form.cleaned_data["new_password1"], act=act)
        except ValidationError:
            return _ended(request, invited, token, 409)
        response = redirect("people:password-reset-complete")
        remember_device(request, response, form.user)
        return response
    context = {"form": form, "person": invited.person, "token": token}
    return _private(render(request, "people/invitation.html", context, status=422 if form.is_bound else 200))


@login_not_required
@require_POST
@never_cache
def invitation_new(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to the address on file; says the same whether or not one went out."""
    invited, is_open = _opened(token)
    if invited is None:
        return _ended(request, None, token, 404)
    if not is_open and invited.state != "joined" and invited.person.is_active:
        act = Act(by=None, at=timezone.now(), channel=Channel.EMAIL_LINK)
        invite_user(user=invited.person, apart=ONCE_A_DAY, act=act)
    return _private(render(request, "people/invitation_ended.html", {"is_sent": True}))


def _opened(token: str) -> tuple[Invited | None, bool]:
    return invitation_behind(invitation_number(token), timezone.now()) or (None, False)


def _ended(request: HttpRequest, invited: Invited | None, token: str, status: int) -> HttpResponse:
    context = {"is_ours": invited is not None, "token": token}
    return _private(render(request, "people/invitation_ended.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a key: no search engine keeps it."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
