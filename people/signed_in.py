"""Where people are signed in: their sessions, told apart by browser and by when they began."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from people.models import Session, User
from web.security_log import folded, note

SINCE, BROWSER = "signed_in_at", "browser"
SHOWN = "shown_at"  # by the city's provider: when the person showed who they are there; empty where it did not say
# What browsers call themselves; the first that is found counts, for most also name those they are like.
PROGRAMS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "a Mac",
    "Linux": "Linux",
}  # fmt: skip
THERE = "session_there"  # what the provider calls the session that it began; empty where it gives it no name
UNKNOWN = "A browser"
NEVER = 100 * 366 * 24 * 60  # minutes


@dataclass(frozen=True)
class SignedIn:
    """One session. `name` stands for its key, a secret; `since` is None where it began before that was kept."""

    name: str
    browser: str
    since: datetime | None
    seen: datetime | None
    until: datetime
    is_here: bool


@receiver(user_logged_in)
def note_where(request: HttpRequest, user: User, **more: Any) -> None:
    request.session[SINCE] = timezone.now().isoformat()
    for name in (SHOWN, THERE):
        request.session.pop(name, None)
    request.session[BROWSER] = browser_of(request.headers.get("user-agent", ""))
    note("sign_in.succeeded", account=user.pk)


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], **more: Any) -> None:
    note("sign_in.failed", **named(str(credentials.get("username", ""))))


@receiver(user_logged_out)
def note_end(user: User | None, **more: Any) -> None:
    if user is not None:
        note("sign_out", account=user.pk)


def named(typed: str) -> dict[str, int | str]:
    """Whose address was typed, for the security log: the number of the account, else the address folded."""
    key = User.objects.filter(email__iexact=typed.strip()).values_list("pk", flat=True).first()
    return {"unknown": folded(typed)} if key is None else {"account": key}


def browser_of(told: str) -> str:
    """“Firefox on Windows”, as far as a browser tells; nothing of it is believed for more than a label."""
    program = next((name for sign, name in PROGRAMS.items() if sign in told), UNKNOWN)
    system = next((name for sign, name in SYSTEMS.items() if sign in told), "")
    return f"{program} on {system}" if system else program


def sessions_of(user: User, here: str | None) -> list[SignedIn]:
    """The newest first; `here` is the key of the session that asks."""
    found = [_told(row, here) for row in rows_of(user)]
    return sorted(found, key=lambda one: (not one.is_here, -(one.since.timestamp() if one.since else 0.0)))


def idle_since(now: datetime) -> datetime:
    """A session that was not used since then has ended (settings.SESSION_IDLE_MINUTES; 0: none ends so)."""
    return now - timedelta(minutes=settings.SESSION_IDLE_MINUTES or NEVER)


def rows_of(user: User) -> Iterator[Session]:
    now = timezone.now()
    in_use = Q(last_seen_at=None) | Q(last_seen_at__gt=idle_since(now))
    return Session.objects.filter(in_use, user=user, expire_date__gt=now).iterator()


def begun_by_provider(row: Session, there: str = "") -> bool:
    """Whether the city's provider began a session; where it names one of its own (`there`), that one."""
    held = SessionStore().decode(row.session_data)
    return SHOWN in held and (not there or held.get(THERE) == there)


def name_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _told(row: Session, here: str | None) -> SignedIn:
    held = SessionStore().decode(row.session_data)
    since = held.get(SINCE)
    return SignedIn(
        name=name_of(row.session_key),
        browser=held.get(BROWSER, UNKNOWN),
        since=datetime.fromisoformat(since) if since else None,
        seen=row.last_seen_at,
        until=row.expire_date,
        is_here=row.session_key == here,
    )
