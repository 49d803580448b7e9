"""What django-allauth asks of planapp: whose session begins, where to go next, what is said and sent."""

import base64
import hashlib
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from requests import RequestException

from people.models import User
from people.signed_in import SHOWN, THERE
from people.views.fresh import confirm
from records.audit import Act
from records.models import Channel
from sign_in.arrivals import arrival_of
from sign_in.asking import ASKED_AT, NotEnough, Shown, check_shown
from sign_in.rendering import DISBELIEVED, STALE, UNREACHED, refusal
from sign_in.selectors import label_of
from sign_in.services import NotAdmitted, admit, note_failure

log = logging.getLogger(__name__)
CANCELLED = "Nobody was signed in: it was cancelled at {label}."


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Accounts are made by plan managers, or by the city's identity provider; nobody registers here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Always under the one backend that decides about rights: a session of another one is believed by nobody.

        Of whoever came by the provider it counts when they showed who they are there, which may be long ago.
        """
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        shown: Shown | None = getattr(request, "shown", None)
        if shown is not None:
            request.session[SHOWN] = min(shown.at, timezone.now()).isoformat() if shown.at else ""
            request.session[THERE] = shown.session
        if getattr(request, "was_asked_again", False):
            confirm(request)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return refusal(request, "This account was deactivated. Ask an administrator.", 403)

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any) -> None:
        """Nothing is said where the next page shows what happened."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *more)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing leaves but through the outbox."""
        raise NotImplementedError(template_prefix)


class Factors(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """What second steps are kept by is sealed with SECRET_KEY: a copy of the database alone opens nothing."""

    def get_totp_issuer(self) -> str:
        """What an app calls the account: planapp, and of which city."""
        return f"planapp {urlsplit(str(settings.SITE_URL)).hostname}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys hold for the host of SITE_URL, whatever else reaches this server."""
        return {"id": str(urlsplit(str(settings.SITE_URL)).hostname), "name": "planapp"}

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Where SECRET_KEY was changed without keeping the old one nothing fits; a known answer would be a way in."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _seal() -> MultiFernet:
    keys = [str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)]
    derived = (hashlib.sha256(f"sign_in.factors {key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """People who come by the city's provider: admitted by our own service, or refused in a sentence."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider's word was checked by the library; who that is here, and may be, is decided now."""
        kind = sociallogin.provider.id
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(refusal(request, STALE, 403))
        arrival = arrival_of(sociallogin)
        act = Act(by=None, at=timezone.now(), channel=Channel.SYSTEM, reason=f"Signed in with {label_of(kind)}")
        try:
            try:
                account = admit(arrival=arrival, new_accounts=settings.NEW_ACCOUNTS, act=act)
            except IntegrityError:  # the same person in another window was quicker
                account = admit(arrival=arrival, new_accounts=settings.NEW_ACCOUNTS, act=act)
            shown: Shown = sociallogin.shown
            state, label = sociallogin.state, label_of(kind)
            check_shown(shown, state, person=account.user.pk, kind=kind, label=label, at=act.at)
        except NotAdmitted as refused:
            note_failure(kind=kind, reason=str(refused), at=act.at)
            raise ImmediateHttpResponse(refusal(request, str(refused), 403)) from refused
        except NotEnough as refused:
            note_failure(kind=kind, reason=refused.reason, at=act.at)
            raise ImmediateHttpResponse(refusal(request, str(refused), 403)) from refused
        request.shown, request.was_asked_again = shown, ASKED_AT in state  # type: ignore[attr-defined]
        if arrival.groups is None:
            log.warning("%s did not say in which groups somebody is; their roles stay as they are.", arrival.label)
        sociallogin.account, sociallogin.user = account, account.user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Nobody is signed in: the person reads what to do, whoever runs the sign-in reads the reason."""
        label = label_of(provider.id)
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(refusal(request, CANCELLED.format(label=label), 403))
        reason = _reason(exception, extra_context or {})
        told = reason or "The answer belongs to no sign-in that was begun here."
        note_failure(kind=provider.id, reason=told, at=timezone.now())
        log.warning("Nobody was signed in with %s: %s", label, told)
        if isinstance(exception, RequestException):
            raise ImmediateHttpResponse(refusal(request, UNREACHED.format(label=label), 502))
        raise ImmediateHttpResponse(refusal(request, DISBELIEVED.format(label=label) if reason else STALE, 403))


def _reason(exception: Exception | None, more: dict[str, Any]) -> str:
    """In the provider's or the library's own words; the cause of an error says more than the error."""
    if "saml_errors" in more:
        return str(more["saml_last_error_reason"] or ", ".join(more["saml_errors"]))
    told = [str(one) for one in (exception, exception.__cause__ if exception else None) if one is not None]
    return ": ".join(one for one in told if one)
