"""What a provider sends, server to server, when somebody signs out there: OpenID Connect Back-Channel Logout 1.0."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.http import HttpRequest

EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Signatures by a key that only the provider has; never a shared word, never none.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
TYPES = {"", "jwt", "logout+jwt", "application/logout+jwt"}
OLDEST, AHEAD = 10 * 60, 5 * 60  # seconds: a provider tries again for a while, and its clock may be off
KEPT = 60  # seconds, so that nobody makes planapp ask the provider for each of many tokens
LONGEST = 20_000  # characters of a token


class NoLogout(Exception):
    """The token says nothing that may be believed; says why, for whoever runs the provider."""


@dataclass(frozen=True)
class Leaving:
    """Who signed out, and of which session there; one of the two may be empty."""

    sub: str
    sid: str


def leaving_of(request: HttpRequest, app: Any, token: str, at: datetime) -> Leaving:
    """What a logout token says, once. Raises NoLogout, and what asking the provider about itself raises.

    The provider is asked for a token that is meant for us, and once a minute at most.
    """
    if not token or len(token) > LONGEST:
        raise NoLogout("logout_token is missing, or too long.")
    try:
        header = jwt.get_unverified_header(token)
        if str(header.get("typ") or "").lower() not in TYPES:
            raise NoLogout(f"typ is {header['typ']!r}.")
        if header.get("alg") not in ALGORITHMS:
            raise NoLogout(f"alg is {header.get('alg')!r}.")
        jwt.decode(token, audience=app.client_id, options={"verify_signature": False, "verify_aud": True})
        issuer, keys = _issuer_and_keys(request, app)
        told = jwt.decode(
            token, _key(keys, header), algorithms=ALGORITHMS, audience=app.client_id, issuer=issuer, leeway=AHEAD,
            options={"require": ["iss", "aud", "iat", "jti"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise NoLogout(f"{type(error).__name__}: {error}") from error
    return _checked(told, at)


def _checked(told: dict[str, Any], at: datetime) -> Leaving:
    now, events = at.timestamp(), told.get("events")
    sub, sid = told.get("sub") or "", told.get("sid") or ""
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise NoLogout("events does not name a back-channel logout.")
    if "nonce" in told:
        raise NoLogout("nonce stands in it: this is a token to sign in with.")
    if not isinstance(sid, str) or not (sub or sid):  # that sub is a text, if any, the library sees to
        raise NoLogout("Neither sub nor sid says who signed out.")
    if not now - OLDEST <= told["iat"] <= now + AHEAD:
        raise NoLogout("iat is too long ago, or to come.")
    once = hashlib.sha256(f"{told['iss']} {told['jti']}".encode()).hexdigest()
    if not cache.add(f"sign_in.logout.{once}", True, OLDEST + AHEAD):
        raise NoLogout("jti was sent before.")
    return Leaving(sub, sid)


def _issuer_and_keys(request: HttpRequest, app: Any) -> tuple[str, dict[str, Any]]:
    """What the provider is called and its keys (RFC 7517), as it said within the last minute."""
    kept = f"sign_in.provider.{app.provider_id}"
    found: tuple[str, dict[str, Any]] | None = cache.get(kept)
    if found is None:
        about = OpenIDConnectOAuth2Adapter(request, app.provider_id).openid_config
        with get_adapter().get_requests_session() as session:
            answer = session.get(str(about["jwks_uri"]))
        answer.raise_for_status()
        found = about["issuer"], answer.json()
        cache.set(kept, found, KEPT)
    return found


def _key(keys: dict[str, Any], header: dict[str, Any]) -> Any:
    known = jwt.PyJWKSet.from_dict(keys).keys
    fitting = [one for one in known if header.get("kid") in (None, one.key_id)]
    if len(fitting) != 1:
        raise NoLogout(f"No one key of the provider is called {header.get('kid')!r}.")
    return fitting[0].key
