"""Every request has an id: it stands in each line logged meanwhile and in the answer."""

import re
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from web.logs import WORK
from web.security_log import CLIENT
from web.throttles import address_of

HEADER = "X-Request-ID"
ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestId:
    """Takes the id that our own proxy gave, or makes one. What a client sends says nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.BEHIND_TLS_PROXY else ""
        WORK.set(given if ID.fullmatch(given) else uuid4().hex)  # Django logs refusals after all middleware is done
        CLIENT.set(address_of(request))
        response = self.get_response(request)
        response[HEADER] = WORK.get()
        return response
