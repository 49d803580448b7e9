"""The city's identity provider as the environment describes it, in the form that django-allauth reads."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from planapp.env import secret

SLUG = "city"  # stands in the addresses that a provider is told; one provider of each kind


@dataclass(frozen=True)
class Provider:
    """One way to sign in, as the sign-in page offers it. `groups` is the claim or attribute that lists groups.

    `strengths`: how somebody must have signed in there, in the provider's words (acr, AuthnContextClassRef).
    """

    kind: str  # "openid_connect" or "saml"
    label: str
    groups: str
    strengths: tuple[str, ...] = ()


def providers(env: Env) -> tuple[list[Provider], dict[str, Any]]:
    """The providers that are set up, and SOCIALACCOUNT_PROVIDERS. Raises ImproperlyConfigured for half of one."""
    found = [one for one in (_oidc(env), _saml(env)) if one is not None]
    asking = {"openid_connect": "sign_in.asking.OpenID", "saml": "sign_in.asking.Assertion"}
    apps = {provider.kind: [app] for provider, app in found}
    told = {kind: {"provider_class": name, "APPS": apps.get(kind, [])} for kind, name in asking.items()}
    return [provider for provider, _ in found], told


def _oidc(env: Env) -> tuple[Provider, dict[str, Any]] | None:
    issuer, client = env.str("OIDC_ISSUER", "").rstrip("/"), env.str("OIDC_CLIENT_ID", "")
    secret_word = secret(env, "OIDC_CLIENT_SECRET", "")
    label = env.str("OIDC_LABEL", "the City’s account")
    groups = env.str("OIDC_GROUPS_CLAIM", "")
    scopes = env.str("OIDC_SCOPES", "openid profile email").split()
    domains = _listed(env.str("OIDC_TRUSTED_DOMAINS", ""))
    strengths = tuple(env.str("OIDC_REQUIRED_ACR", "").split())
    if not issuer:
        return None
    if not client or not secret_word:
        raise ImproperlyConfigured("OIDC_ISSUER is set: OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set too.")
    app = {
        "provider_id": SLUG, "name": label, "client_id": client, "secret": secret_word,
        "settings": {
            "server_url": issuer, "oauth_pkce_enabled": True, "scope": scopes, "verified_email": domains,
        },
    }  # fmt: skip
    return Provider("openid_connect", label, groups, strengths), app


def _saml(env: Env) -> tuple[Provider, dict[str, Any]] | None:
    metadata, entity = env.str("SAML_METADATA", ""), env.str("SAML_ENTITY_ID", "")
    label = env.str("SAML_LABEL", "the City’s account")
    groups = env.str("SAML_GROUPS_ATTRIBUTE", "")
    names = {
        "uid": env.str("SAML_UID_ATTRIBUTE", ""),
        "email": env.str("SAML_EMAIL_ATTRIBUTE", "email"),
        "name": env.str("SAML_NAME_ATTRIBUTE", "name"),
    }
    domains = _listed(env.str("SAML_TRUSTED_DOMAINS", ""))
    strengths = tuple(env.str("SAML_REQUIRED_CONTEXT", "").split())
    if not metadata:
        return None
    if not entity or not names["uid"]:
        raise ImproperlyConfigured("SAML_METADATA is set: SAML_ENTITY_ID and SAML_UID_ATTRIBUTE must be set too.")
    app = {
        # A person is known by this and by their identifier: another provider must not take over the accounts of this.
        "provider_id": entity, "name": label, "client_id": SLUG,
        "settings": {
            "idp": {"entity_id": entity, "metadata_url": metadata},
            "attribute_mapping": names,
            "verified_email": domains,
            "advanced": {
                "strict": True, "allow_single_label_domains": True, "want_assertion_signed": True,
                "reject_deprecated_algorithm": True,
                "reject_idp_initiated_sso": True,
            },
        },
    }  # fmt: skip
    return Provider("saml", label, groups, strengths), app


def _listed(text: str) -> list[str]:
    return [one.strip().lower() for one in text.split(",") if one.strip()]


def who_may_use_passwords(env: Env) -> tuple[bool, frozenset[str]]:
    """Whether e-mail and password are for emergencies only, and the addresses of those who use them then."""
    rule = env.str("PASSWORD_SIGN_IN", "everyone", validate=validate.OneOf(["everyone", "emergency"]))
    addresses = frozenset(_listed(env.str("EMERGENCY_ADMINISTRATORS", "")))
    is_emergency_only = rule == "emergency"
    if is_emergency_only and not addresses:
        raise ImproperlyConfigured(
            "PASSWORD_SIGN_IN is “emergency”: name at least one address in EMERGENCY_ADMINISTRATORS, "
            "or nobody gets in while the provider is down."
        )
    return is_emergency_only, addresses
