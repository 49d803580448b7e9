"""Before what gives rights away, or ways in, a person who signed in some time ago shows once more who they are."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from people.signed_in import SHOWN, SINCE
from web.middleware import keep_words

View = Callable[..., HttpResponse]
CONFIRMED = "confirmed_at"  # in the session: when the person last showed who they are, besides signing in


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in, or confirmed who they are, within settings.ACCOUNT_REAUTHENTICATION_TIMEOUT.

    Of whoever came by the city's provider it counts when they showed who they are there: it signs in unasked whoever
    did so in the morning.
    """
    session = request.session
    told = [session.get(name, "") for name in (SHOWN if SHOWN in session else SINCE, CONFIRMED)]
    latest = max((datetime.fromisoformat(one) for one in told if one), default=None)
    lasts = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    return latest is not None and timezone.now() - latest < lasts


def confirm(request: HttpRequest) -> None:
    request.session[CONFIRMED] = timezone.now().isoformat()


def asks_again(view: View) -> View:
    """A POST of somebody who is not fresh leads to the page that asks, and back; what was typed waits meanwhile."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return ask_again(request) or view(request, *args, **kwargs)

    return asking


def asking_page(request: HttpRequest) -> str:
    """The address of the page that asks, and leads back here."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}"


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """The way to the page that asks; None where nothing needs to be asked."""
    if request.method != "POST" or is_fresh(request):
        return None
    keep_words(request)
    where = asking_page(request)
    if getattr(request, "htmx", False):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = where
        return answer
    return redirect(where)
