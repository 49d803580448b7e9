"""Two doors every request passes: the sign-in for htmx fragments, and "has at least one role"."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import resolve
from django.utils.http import urlencode

Handler = Callable[[HttpRequest], HttpResponse]
OPEN_TO_ALL_SIGNED_IN = {"people:sign-out", "people:profile", "people:password-change", "people:password-change-done"}


class SignInForFragments:
    """An htmx request that would be sent to sign in gets told to load the sign-in page whole, then the page it was on.

    Without this the sign-in form would be swapped into a corner of the page.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = getattr(request, "htmx", None)
        sign_in = resolve_url(settings.LOGIN_URL)
        if htmx and response.status_code == 302 and response["Location"].startswith(sign_in):
            page = htmx.current_url_abs_path or "/"
            told = HttpResponse(status=204)
            told["HX-Redirect"] = f"{sign_in}?{urlencode({'next': page})}"
            return told
        return response


class MembersOnly:
    """Someone signed in whose last role was taken away sees one page that says so, at once (case B-53)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not getattr(view, "login_required", True):
            return None  # nobody yet, an open page, or the API, which answers in its own form
        name = resolve(request.path_info).view_name
        if name in OPEN_TO_ALL_SIGNED_IN or user.has_perm("people.read"):
            return None
        return render(request, "people/no_role.html", status=403)
