"""What a provider said of a person, in the same shape for OpenID Connect and SAML."""

from typing import Any

from django.conf import settings

from sign_in.selectors import label_of
from sign_in.services import Arrival

# Entra ID says so in place of the groups of a person who is in very many.
ELSEWHERE = ("_claim_names", "hasgroups")
LONGEST = 150  # characters of a name


def arrival_of(sociallogin: Any) -> Arrival:
    """From a sign-in whose signature, audience and time the library has checked."""
    kind, said = sociallogin.provider.id, sociallogin.account.extra_data
    address = next((one for one in sociallogin.email_addresses if one.email), None)
    return Arrival(
        provider=sociallogin.account.provider,
        label=label_of(kind),
        uid=str(sociallogin.account.uid),
        email=address.email.strip() if address else "",
        is_vouched=bool(address and address.verified),
        name=_name(sociallogin, kind, said)[:LONGEST],
        groups=_groups(kind, said),
    )


def _claims(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """OpenID Connect gives two sets; what the provider was asked for directly counts more than the token."""
    return {**(said.get("id_token") or {}), **(said.get("userinfo") or {})} if kind == "openid_connect" else said


def _name(sociallogin: Any, kind: str, said: dict[str, Any]) -> str:
    if kind == "saml":
        mapping = sociallogin.provider.app.settings["attribute_mapping"]
        return _first(said.get(mapping["name"]))
    claims = _claims(kind, said)
    both = f"{claims.get('given_name') or ''} {claims.get('family_name') or ''}".strip()
    return str(claims.get("name") or both or claims.get("preferred_username") or "")


def _first(values: Any) -> str:
    return str(values[0]) if isinstance(values, list) and values else str(values or "")


def _groups(kind: str, said: dict[str, Any]) -> frozenset[str] | None:
    """The names or identifiers of groups; none where the provider names none. None where it does not tell them.

    A provider leaves the claim out for whoever is in no group, so a missing one takes roles away. But where it says
    that the list is too long to send, nothing is known.
    """
    wanted = next((one.groups for one in settings.SIGN_IN_PROVIDERS if one.kind == kind), "")
    if not wanted:
        return None
    claims = _claims(kind, said)
    found = claims.get(wanted)
    if found is None:
        return None if any(claims.get(sign) for sign in ELSEWHERE) else frozenset()
    named = (str(one).strip() for one in (found if isinstance(found, list) else [found]))
    return frozenset(one for one in named if one)
