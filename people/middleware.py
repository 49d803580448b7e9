"""Who is signed in, and what somebody without a role sees: one page that says so."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from people.sessions import SessionStore
from web.request_checks import asks_the_api
from web.security_log import note

Handler = Callable[[HttpRequest], HttpResponse]
BY_ITSELF = "x-by-itself"  # what a page says of a request that nobody made
OPEN_TO_ALL_SIGNED_IN = {
    "people:sign-out",
    "people:session-left",
    "people:profile",
    "people:password-change",
    "people:password-change-done",
}


class SignedIn(AuthenticationMiddleware):
    """Django's own, but that the person comes with the session where nothing speaks against it."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _who(request))  # type: ignore[assignment] # as Django does


def _who(request: Any) -> Any:
    if not hasattr(request, "_cached_user") and isinstance(request.session, SessionStore):
        person = request.session.signed_in(settings.AUTHENTICATION_BACKENDS)
        if person is not None:
            request._cached_user = person
    return get_user(request)


class Seen:
    """Notes when a person last did something. What a page asks by itself, such as how far a file is, does not count."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        is_open = not getattr(view, "login_required", True) and not asks_the_api(request)
        session: Any = request.session
        if is_open or request.headers.get(BY_ITSELF) == "1" or not isinstance(session, SessionStore):
            return None
        if request.user.is_authenticated:
            session.see(timezone.now())
        return None


class MembersOnly:
    """Someone signed in whose last role was taken away sees one page that says so, at once (rule B-53).

    Every 403 passes here on its way out and is written to the security log.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403:
            event = "csrf.refused" if hasattr(request, "csrf_refused") else "access.refused"
            match = request.resolver_match
            note(event, account=request.user.pk, view=match.view_name if match else None, method=request.method)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None  # an open page, which asks nobody who they are, or the API, which answers in its own form
        user = request.user
        if not user.is_authenticated:
            return None
        match = request.resolver_match
        if (match is not None and match.view_name in OPEN_TO_ALL_SIGNED_IN) or user.has_perm("people.read"):
            return None
        return render(request, "people/no_role.html", status=403)
