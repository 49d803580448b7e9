"""Who has no role sees one page that says so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve

Handler = Callable[[HttpRequest], HttpResponse]
OPEN_TO_ALL_SIGNED_IN = {"people:sign-out", "people:profile", "people:password-change", "people:password-change-done"}


class MembersOnly:
    """Someone signed in whose last role was taken away sees one page that says so, at once (rule B-53)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None  # an open page, which asks nobody who they are, or the API, which answers in its own form
        user = request.user
        if not user.is_authenticated:
            return None
        name = resolve(request.path_info).view_name
        if name in OPEN_TO_ALL_SIGNED_IN or user.has_perm("people.read"):
            return None
        return render(request, "people/no_role.html", status=403)
