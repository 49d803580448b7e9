"""What would hurt in production, each with a sentence that says what to do.

`manage.py check --deploy` lists all of it. Web server, worker and beat refuse to start with what is an error here:
planapp/wsgi.py and planapp/celery.py ask `refuse_unsafe_start`. A demo and a site on this machine alone are held to
less.
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from people.roles import Role
from planapp.who_asks import refuse_to_serve_all
from records.days import STYLES

SHORTEST_KEY = 50  # characters; a text of secrets.token_urlsafe(50) is longer
FROM_THE_EXAMPLE = ("change-me", "only-for-tests", "only-to-build", "django-insecure")


def is_this_machine(host: str | None) -> bool:
    """Whether a host name or address reaches this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_reachable_by_others() -> bool:
    """Whether people on other machines use this site, by SITE_URL and ALLOWED_HOSTS."""
    hosts = [urlsplit(settings.SITE_URL).hostname, *(host.strip("[]") for host in settings.ALLOWED_HOSTS)]
    return not all(is_this_machine(host) for host in hosts)


@register(Tags.security, deploy=True)
def secret_key_is_strong(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Sessions and the links in mails are signed with it; what was signed with an earlier one counts as well."""
    weak = {"SECRET_KEY": [settings.SECRET_KEY], "SECRET_KEY_FALLBACKS": settings.SECRET_KEY_FALLBACKS}
    return [
        Error(
            f"{name} is easy to guess: use a random text of at least {SHORTEST_KEY} characters.",
            hint="python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="planapp.E001",
        )
        for name, keys in weak.items()
        if any(len(key) < SHORTEST_KEY or len(set(key)) < 10 or key.startswith(FROM_THE_EXAMPLE) for key in keys)
    ]


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


@register(Tags.security, deploy=True)
def demo_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo's sign-in page tells its passwords."""
    if not settings.DEMO:
        return []
    if is_reachable_by_others() and not settings.DEMO_FOR_OTHERS:
        return [
            Error(
                "DEMO is on and others can reach this site: anybody could sign in as administrator with the password "
                "on the sign-in page. Say DEMO_FOR_OTHERS=true as well if that is meant.",
                id="planapp.E005",
            )
        ]
    return [Warning("DEMO is on: the sign-in page offers accounts with a known password.", id="planapp.W005")]


@register(Tags.security, deploy=True)
def debug_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A page of an error shows code and settings."""
    if settings.DEBUG:
        return [
            Error("DEBUG is on: whoever meets an error reads code and settings. Say DEBUG=false.", id="planapp.E011")
        ]
    return []


@register(Tags.security, deploy=True)
def mail_goes_out(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Mails hold links that are keys: to a new password, to an answer."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return [
            Error(
                "EMAIL_URL is console: mails, with their links to a new password, are printed into the log and reach "
                "nobody. Name a mail server, such as smtp://mail.example.gov:25.",
                id="planapp.E007",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def services_are_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The embedded database, broker and cache serve one machine and few people."""
    found: list[CheckMessage] = []
    if not settings.REDIS_URL:
        found.append(
            Error(
                "REDIS_URL is empty: workers would share a folder of files, and each web process would count tries to "
                "sign in by itself. Name a Redis server, such as redis://redis.example.gov:6379/0.",
                id="planapp.E008",
            )
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            Warning(
                "DATABASE_URL names SQLite, which is for demos and tests. Take PostgreSQL 15 to 17.", id="planapp.W009"
            )
        )
    return found


@register(Tags.security, deploy=True)
def object_storage_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Files go there with what a city has not published; without keys they could only go where anybody may write."""
    if not settings.FILES_URL:
        return []
    found: list[CheckMessage] = []
    if not settings.FILES_ACCESS_KEY or not settings.FILES_SECRET_KEY:
        says = "FILES_URL is set without keys: say FILES_ACCESS_KEY and FILES_SECRET_KEY, or their _FILE."
        found.append(Error(says, id="planapp.E013"))
    endpoint = urlsplit(_endpoint())
    if endpoint.scheme != "https" and not is_this_machine(endpoint.hostname):
        says = "The endpoint in FILES_URL must begin with https://: files of the city would go in clear text."
        found.append(Error(says, id="planapp.E014"))
    return found


def _endpoint() -> str:
    """Of object storage; that of the best known is not said, and is https."""
    storage: dict[str, Any] = settings.STORAGES["files"]
    return storage["OPTIONS"]["endpoint_url"] or "https://"


@register(Tags.security, deploy=True)
def connections_are_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """To servers on other machines. A name without a dot is of a network of containers, or of this machine."""
    told: dict[str, tuple[list[str | None], str]] = {
        "DATABASE_URL": (_hosts_in_clear(settings.DATABASES.values()), "Add ?sslmode=verify-full to it."),
        "REDIS_URL": ([urlsplit(settings.REDIS_URL).hostname] if settings.REDIS_URL.startswith("redis:") else [],
                      "Begin it with rediss://."),
        "EMAIL_URL": ([] if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL else [settings.EMAIL_HOST],
                      "Begin it with smtp+tls:// or smtp+ssl://."),
    }  # fmt: skip
    return [
        Warning(
            f"{name} leads to {host} without TLS that knows the server: whoever is between reads it.",
            hint=hint, id="planapp.W012",
        )
        for name, (hosts, hint) in told.items() for host in hosts if host and _is_elsewhere(host)
    ]  # fmt: skip


def _hosts_in_clear(databases: Iterable[Any]) -> list[str | None]:
    return [one.get("HOST", "") for one in databases if one.get("OPTIONS", {}).get("sslmode") != "verify-full"]


def _is_elsewhere(host: str) -> bool:
    return not is_this_machine(host) and not host.startswith("/") and ("." in host or ":" in host)


@register()
def time_zone_is_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every day, quarter and cut-off is counted in it."""
    try:
        ZoneInfo(settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return [Error(f"TIME_ZONE “{settings.TIME_ZONE}” is not a zone, such as America/New_York.", id="planapp.E006")]
    return []


@register()
def date_style_is_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Pages, mails and files show days in it."""
    if settings.DATE_STYLE not in STYLES:
        choices = " or ".join(f"“{style}”" for style in STYLES)
        return [Error(f"DATE_STYLE “{settings.DATE_STYLE}” is neither {choices}.", id="planapp.E010")]
    return []


@register()
def roles_are_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A role that nobody holds, for a slip in its name, would ask nobody for a second step."""
    wrong = [role for role in settings.SECOND_FACTOR_FOR if role not in Role.values]
    if wrong:
        sentence = f"SECOND_FACTOR_FOR: {', '.join(wrong)} is no role. Roles are {', '.join(Role.values)}."
        return [Error(sentence, id="planapp.E011")]
    return []


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured with one sentence for each setting that would be unsafe as this site is reached.

    On this machine alone a strong key is enough, so that `make serve` can be tried; a demo brings its own key.
    """
    sentences = [message.msg for message in _unsafe()]
    if sentences:
        raise ImproperlyConfigured(
            "planapp does not start with unsafe settings.\n" + "\n".join(f"- {one}" for one in sentences)
        )
    refuse_to_serve_all()


def _unsafe() -> Iterator[CheckMessage]:
    checks: list[Callable[..., list[CheckMessage]]] = [secret_key_is_strong, demo_is_off, object_storage_is_safe]
    if is_reachable_by_others():
        checks += [debug_is_off]
    if is_reachable_by_others() and not settings.DEMO:
        checks += [site_is_https, mail_goes_out, services_are_there]
    for check in checks:
        yield from (message for message in check(None) if isinstance(message, Error))
