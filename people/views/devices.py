"""Browsers a person signed in with before: who guesses a password elsewhere cannot keep the person out of them.

A signed cookie holds a random name of the browser and the numbers of the last few people who signed in with it.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from people.models import User
from people.services import note_new_browser
from people.signed_in import browser_of
from records.audit import Act

SALT = "people.device"
KEPT = 180 * 24 * 60 * 60  # seconds
PEOPLE_AT_MOST = 8  # at a shared desk


def cookie_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def known_device(request: HttpRequest, person: User | None, *, or_mailed: bool = False) -> str:
    """The name of this browser where this person signed in with it before; else empty.

    With `or_mailed` also where they opened a mailed link with it, which proves no more than a password does.
    """
    held = _held(request)
    known = [*held["people"], *(held.get("mailed", []) if or_mailed else [])]
    return str(held["name"]) if person is not None and person.pk in known else ""


def signed_in_here(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Called once somebody is signed in, but by the city's provider, which tells its own people.

    Of a browser that is not known theirs the person is told, but in a demo.
    """
    if not known_device(request, person) and not settings.DEMO:
        act = Act(by=person, at=timezone.now())
        note_new_browser(user=person, browser=browser_of(request.headers.get("user-agent", "")), act=act)
    remember_device(request, response, person)


def remember_device(request: HttpRequest, response: HttpResponse, person: Any, *, by: str = "people") -> None:
    """Called once somebody has proved who they are; `by` is "mailed" where a link that was mailed to them did."""
    held = {"mailed": [], **_held(request)}
    held[by] = [person.pk, *[pk for pk in held[by] if pk != person.pk]][:PEOPLE_AT_MOST]
    response.set_cookie(
        cookie_name(), signing.dumps(held, salt=SALT), max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _held(request: HttpRequest) -> dict[str, Any]:
    try:
        held: dict[str, Any] = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return {"name": secrets.token_urlsafe(12), "people": []}
    return held
