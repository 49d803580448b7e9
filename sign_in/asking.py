"""What the city's provider is asked for when somebody goes there, and what it must say when they come back.

django-allauth's own providers, but for three things: how old a sign-in there may be, that somebody shows anew who they
are where planapp wants to know if it is still them, and how strongly. The library checks the answer's signature first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.module_loading import import_string

from sign_in.selectors import strengths_of

AGAIN = "again"  # in the address: whoever is signed in shows anew who they are
CLOCKS = timedelta(minutes=5)  # a provider's clock may be off by so much
ASKED_AT, ASKED_OF = "asked_at", "asked_of"  # in what is kept until the browser comes back
SAML = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}

NOT_AGAIN = (
    "{label} did not ask who you are again, so nothing was confirmed. Sign out there and try again; if that does not "
    "help, tell an administrator, who can read the reason."
)
ANOTHER = "You came back from {label} as somebody else, so nothing was confirmed. You are signed in as before."
TOO_WEAK = "{label} did not ask you for as much as planapp needs. Sign in there with your second factor."
TOO_OLD = "You signed in to {label} too long ago. Sign out there, then sign in again."


@dataclass(frozen=True)
class Shown:
    """When and how somebody showed the provider who they are, as it says; `at` is None where it does not say.

    `session`: what it calls the session there, by which it may end the one here.
    """

    at: datetime | None = None
    ways: frozenset[str] = field(default_factory=frozenset)
    session: str = ""


class NotEnough(Exception):
    """What the provider said will not do: a sentence for the person, and the reason for whoever set it up."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def is_again(request: HttpRequest) -> bool:
    """Whether somebody who is signed in is asked whether it is still them."""
    return request.GET.get(AGAIN) == "1" and request.user.is_authenticated


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the answer is held against; kept here, in the session, where no browser changes it."""
    return {ASKED_AT: timezone.now().isoformat(), ASKED_OF: request.user.pk} if is_again(request) else {}


class OpenID(OpenIDConnectProvider):  # type: ignore[misc] # allauth ships no types
    """Asks for an age and a strength. What the address says of either, or of the scope, counts for nothing."""

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        scope: list[str] = self.get_scope()
        return scope

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, Any]:
        """`max_age` makes a provider say when somebody signed in there."""
        told = {"prompt": "login", "max_age": 0} if is_again(request) else {"max_age": settings.SESSION_COOKIE_AGE}
        strengths = strengths_of(self.id)
        return told | ({"acr_values": " ".join(strengths)} if strengths else {})

    def redirect(self, request: HttpRequest, process: str, *more: Any, **kept: Any) -> HttpResponse:
        answer: HttpResponse = super().redirect(request, process, *more, **kept, **_asked(request))
        return answer

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        """Time and strength stand in the signed token, never in what is asked for besides."""
        found = super().sociallogin_from_response(request, response)
        told = response.get("id_token") or {}
        found.shown = Shown(
            _moment(told.get("auth_time")), _ways(told.get("acr"), told.get("acrs")), str(told.get("sid") or "")
        )
        return found


class Assertion(SAMLProvider):  # type: ignore[misc] # allauth ships no types
    """The same by the means of SAML 2.0."""

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kept: Any
    ) -> HttpResponse:
        """As the library does it, with ForceAuthn and the context that is wanted."""
        auth = import_string("allauth.socialaccount.providers.saml.utils.build_auth")(request, self)
        strengths = strengths_of(self.id)
        if strengths:
            auth.get_settings().get_security_data()["requestedAuthnContext"] = list(strengths)
        where = auth.login(return_to="", force_authn=is_again(request))
        kept |= _asked(request)
        self.stash_redirect_state(request, process, next_url, data, state_id=auth.get_last_request_id(), **kept)
        return HttpResponseRedirect(where)

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        """Of the one assertion whose signature was checked."""
        found = super().sociallogin_from_response(request, response)
        instants = _instants(response.get_last_response_xml(), response.get_last_assertion_id())
        found.shown = Shown(min(instants, default=None), _ways(response.get_last_authn_contexts()))
        return found


def _instants(xml: Any, assertion: str) -> list[datetime]:
    to_etree = import_string("onelogin.saml2.xml_utils.OneLogin_Saml2_XML").to_etree
    to_time = import_string("onelogin.saml2.utils.OneLogin_Saml2_Utils").parse_SAML_to_time
    path = "//saml:Assertion[@ID=$id]/saml:AuthnStatement/@AuthnInstant"
    told = to_etree(xml).xpath(path, namespaces=SAML, id=assertion)
    return [datetime.fromtimestamp(to_time(str(one)), UTC) for one in told]


def _moment(told: Any) -> datetime | None:
    """Seconds since 1970, as a token has them; anything else says nothing."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < 1e11:
        return None
    return datetime.fromtimestamp(told, UTC)


def _ways(*told: Any) -> frozenset[str]:
    found: set[str] = set()
    for one in told:
        found.update([one] if isinstance(one, str) else [str(way) for way in one] if isinstance(one, list) else [])
    return frozenset(way.strip() for way in found)


def check_shown(shown: Shown, state: dict[str, Any], *, person: int, kind: str, label: str, at: datetime) -> None:
    """Raise NotEnough where the answer is too weak or too old, of somebody else, or not of a new sign-in as asked."""
    strengths = strengths_of(kind)
    if strengths and not shown.ways & set(strengths):
        told = _listed(shown.ways)
        raise NotEnough(TOO_WEAK.format(label=label), f"It signed somebody in by {told}, not by {_listed(strengths)}.")
    if ASKED_AT not in state:
        oldest = at - timedelta(seconds=settings.SESSION_COOKIE_AGE) - CLOCKS
        if kind == "openid_connect" and shown.at is not None and shown.at < oldest:
            raise NotEnough(TOO_OLD.format(label=label), f"auth_time is {shown.at:%Y-%m-%d %H:%M}, max_age was sent.")
        return
    if state.get(ASKED_OF) != person:
        raise NotEnough(ANOTHER.format(label=label), "Somebody else came back to confirm who they are.")
    asked = datetime.fromisoformat(state[ASKED_AT])
    if shown.at is None:
        reason = (
            "It did not say when somebody signed in (auth_time, AuthnInstant), though it was asked to sign them in."
        )
        raise NotEnough(NOT_AGAIN.format(label=label), reason)
    if not asked - CLOCKS <= shown.at <= at + CLOCKS:
        reason = f"It was asked to sign somebody in anew at {asked:%H:%M:%S} and says {shown.at:%Y-%m-%d %H:%M:%S}."
        raise NotEnough(NOT_AGAIN.format(label=label), reason)


def _listed(ways: Iterable[str]) -> str:
    return ", ".join(sorted(ways)) or "nothing it tells"
