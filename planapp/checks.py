"""Deploy-time checks: `manage.py check --deploy` says in a sentence what would hurt in production."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import validate_host

SHORTEST_KEY = 50  # characters; a text of secrets.token_urlsafe(50) is longer
FROM_THE_EXAMPLE = ("change-me", "only-for-tests", "django-insecure")


@register(Tags.security, deploy=True)
def secret_key_is_strong(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Sessions and the links in mails are signed with it."""
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < 10 or key.startswith(FROM_THE_EXAMPLE):
        return [
            Error(
                f"SECRET_KEY is easy to guess: use a random text of at least {SHORTEST_KEY} characters.",
                hint="python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
                id="planapp.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def site_is_https(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Cookies, redirects and links in mails follow SITE_URL."""
    site = urlsplit(settings.SITE_URL)
    found: list[CheckMessage] = []
    if site.scheme != "https":
        found.append(Error("SITE_URL must begin with https:// where people sign in over a network.", id="planapp.E002"))
    hosts = settings.ALLOWED_HOSTS
    if "*" in hosts:
        found.append(Error("ALLOWED_HOSTS must name hosts; * lets anybody choose the name.", id="planapp.E003"))
    elif site.hostname and not validate_host(site.hostname, hosts):
        found.append(Error(f"ALLOWED_HOSTS lacks {site.hostname}, the host of SITE_URL.", id="planapp.E004"))
    return found


@register(deploy=True)
def demo_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo's sign-in page tells its passwords."""
    if settings.DEMO:
        return [Warning("DEMO is on: the sign-in page offers accounts with a known password.", id="planapp.W005")]
    return []


@register()
def time_zone_is_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every day, quarter and cut-off is counted in it."""
    try:
        ZoneInfo(settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return [Error(f"TIME_ZONE “{settings.TIME_ZONE}” is not a zone, such as America/New_York.", id="planapp.E006")]
    return []
