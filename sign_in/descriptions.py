"""What a SAML provider says of itself, read before the library looks for it.

The library would read it too, but without a sentence for what can go wrong on the way.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

KEPT = 60 * 60  # seconds; a provider announces a new certificate days before it uses it


class Unreadable(Exception):
    """The description is not there, or is none; says why for whoever set it up."""


def read_description(idp: dict[str, str]) -> None:
    """Keeps the description where allauth's `fetch_metadata_url_config` looks first. Raises Unreadable."""
    source, entity = idp["metadata_url"], idp["entity_id"]
    key = f"saml.metadata.{source}.{entity}"
    if cache.get(key) is not None:
        return
    try:
        told: dict[str, Any] = _parser().parse(_content(source), entity_id=entity)
    except (OSError, ValueError, SyntaxError, requests.RequestException) as error:  # XML that is none: a SyntaxError
        raise Unreadable(f"{source}: {type(error).__name__}: {error}") from error
    if not told.get("idp"):
        raise Unreadable(f"{source}: it describes no provider {entity} (SAML_ENTITY_ID).")
    cache.set(key, told, KEPT)


def _parser() -> Any:
    return import_string("onelogin.saml2.idp_metadata_parser.OneLogin_Saml2_IdPMetadataParser")


def _content(source: str) -> bytes:
    parts = urlsplit(source)
    if parts.scheme == "file":
        return Path(unquote(parts.path)).read_bytes()
    answer = requests.get(source, timeout=settings.SOCIALACCOUNT_REQUESTS_TIMEOUT)
    answer.raise_for_status()
    return answer.content
