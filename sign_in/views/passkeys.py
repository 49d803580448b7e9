"""Passkeys: keys that a telephone, a computer or a stick keeps, and uses for whom it knows by finger, face or PIN.

The library makes the questions and checks the answers; between the two the session holds what was asked.
"""

import json
from typing import Any

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people.forms.sign_in import may_use_password
from people.models import User
from people.views.devices import signed_in_here
from people.views.fresh import asks_again
from people.views.sign_in import wait_sentence
from sign_in import factors
from sign_in.forms.factors import PasskeyForm, PasskeyNameForm
from sign_in.views.trail import SHOWN, trail
from web.pages import answer_button, answer_form, back_to, form_for
from web.requests import act_of, user_of
from web.security_log import note
from web.throttles import ASKING, address_of, seconds_to_wait

UNREAD = "The passkey was not accepted. Try again; if that does not help, sign in another way."


def question_for(person: User) -> str:
    """What the browser asks the person's passkeys at the second step, as JSON."""
    return json.dumps(auth.begin_authentication(person))


def answered_by(person: User, typed: str) -> Authenticator | None:
    """The passkey that answered rightly, marked as used; None where none did."""
    found = _checked(lambda answer: auth.complete_authentication(person, answer), typed)
    if found is not None:
        found.record_usage()
    return found


@never_cache
@asks_again
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Register a passkey of this device, or of one beside it, under a name."""
    person = user_of(request)
    form = form_for(request, PasskeyForm)

    def save() -> str:
        typed = form.cleaned_data["credential"]
        if _checked(_registered, typed) is None:
            raise ValidationError(UNREAD)
        with_codes = factors.add_passkey(
            user=person, name=form.cleaned_data["name"], credential=json.loads(typed), act=act_of(request)
        )
        messages.success(request, "The passkey is set up. You can sign in with it alone.")
        if not with_codes:
            return reverse("mfa_index")
        request.session[SHOWN] = True
        return reverse("mfa_view_recovery_codes")

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        question = json.dumps(auth.begin_registration(person, passwordless=True))
        context = {"question": question, "breadcrumb": trail("Passkey")}
        return render(request, "sign_in/passkey_add.html", context | more | {"form": form}, status=status)

    return answer_form(request, form=form, save=save, draw=draw)


@asks_again
def passkey_rename(request: HttpRequest, pk: int) -> HttpResponse:
    key = _own(request, pk)
    form = form_for(request, PasskeyNameForm, initial={"name": key.data["name"]})

    def save() -> str:
        factors.rename_passkey(key=key, name=form.cleaned_data["name"], act=act_of(request))
        return reverse("mfa_index")

    context = {
        "title": "Rename a passkey",
        "label": "Save",
        "back": reverse("mfa_index"),
        "breadcrumb": trail("Passkey"),
    }
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@asks_again
def passkey_remove(request: HttpRequest, pk: int) -> HttpResponse:
    person = user_of(request)

    def do() -> str:
        had = factors.remove_passkey(user=person, pk=pk, act=act_of(request))
        return "The passkey was taken off." if had else "There is no such passkey any more."

    return answer_button(request, do=do, where=reverse("mfa_index"))


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone. GET gives the browser its question; without JavaScript it leads to the page."""
    page = f"{reverse('people:sign-in')}?{urlencode({'next': back_to(request, '/')})}"
    if request.method == "GET" and request.headers.get("accept") != "application/json":
        return redirect(page)
    wait = seconds_to_wait("passkey", (ASKING, address_of(request)))
    if wait:
        note("throttled", door="passkey")
        messages.error(request, wait_sentence(wait))
        answer = (
            JsonResponse({"detail": wait_sentence(wait)}, status=429) if request.method == "GET" else redirect(page)
        )
        answer["Retry-After"] = str(wait)
        return answer
    if request.method == "GET":
        return JsonResponse(auth.begin_authentication())
    key = _checked(_whose, request.POST.get("credential", ""))
    if key is None or not key.user.is_active or not may_use_password(key.user):
        note("factor.refused")
        messages.error(request, UNREAD)
        return redirect(page)
    response: HttpResponse = perform_passwordless_login(
        request, key, Login(user=key.user, redirect_url=back_to(request, "/"))
    )
    signed_in_here(request, response, key.user)
    return response


def _registered(answer: dict[str, Any]) -> Any:
    auth.parse_registration_response(answer)
    return auth.complete_registration(answer)


def _whose(answer: dict[str, Any]) -> Authenticator:
    auth.parse_authentication_response(answer)
    found: Authenticator = auth.complete_authentication(auth.extract_user_from_response(answer), answer)
    return found


def _checked(check: Any, typed: str) -> Any:
    """What the library makes of the browser's answer; None where it is none, or not the one that was asked for."""
    try:
        return check(json.loads(typed))
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _own(request: HttpRequest, pk: int) -> Authenticator:
    return get_object_or_404(Authenticator, pk=pk, user_id=user_of(request).pk, type=factors.KEY)
