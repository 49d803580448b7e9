"""Which requests read from the replica: public pages, and those of a day that is past."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from records.replica import REPLICA, reading_from_replica
from web.requests import as_of_or_now

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]
log = logging.getLogger(__name__)
LEFT_ALONE = 30.0  # seconds after which a replica that did not answer is asked again


class FromReplica:
    """Stands last. A replica that does not answer costs a warning: the page is then made from the first server."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.away_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        if REPLICA not in settings.DATABASES or request.method not in {"GET", "HEAD"}:
            return None
        if time.monotonic() < self.away_until:
            return None
        if not getattr(view, "reads_replica", False) and not (_may_be_past(request, view) and _is_past(request)):
            return None
        try:
            with reading_from_replica():
                return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError):
            self.away_until = time.monotonic() + LEFT_ALONE
            log.warning("The replica did not answer. It is left alone for a while.", exc_info=True)
            return None  # Django goes on to the view, which now reads from the first server


def _may_be_past(request: HttpRequest, view: View) -> bool:
    """Pages that speak for a day, and the API. Others may write, such as that a file was fetched."""
    return getattr(view, "speaks_for_a_day", False) or request.path.startswith("/api/")


def _is_past(request: HttpRequest) -> bool:
    """Of somebody signed in, whose session and roles are read before: those are of this moment."""
    if "as_of" not in request.GET or not request.user.is_authenticated:
        return False
    as_of_or_now(request)
    return getattr(request, "as_of_day", None) is not None
