"""Whose role asks for a second step at sign-in sets one up before anything else."""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from sign_in.factors import has_factor
from web.middleware import keep_words
from web.request_checks import asks_the_api

Handler = Callable[[HttpRequest], HttpResponse]
ALWAYS = {
    "people:sign-out",
    "people:profile",
    "people:password-change",
    "people:password-change-done",
    "account_reauthenticate",
}
SETTING_UP = "mfa_"  # how the names of those pages begin
ASKED = "Your role asks for a second step at sign-in. Set one up, then go on; this is needed once."


class SecondStepFirst:
    """Pages, fragments of pages and the API, for holders of a role in settings.SECOND_FACTOR_FOR.

    Who came in by the city's provider in this session is asked there. What was typed into a form waits.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        is_api = asks_the_api(request)
        if not settings.SECOND_FACTOR_FOR or not (is_api or getattr(view, "login_required", True)):
            return None
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in ALWAYS or name.startswith(SETTING_UP) or not self.is_missing(request):
            return None
        if is_api:
            return JsonResponse({"detail": ASKED}, status=403)
        where = reverse("mfa_index")
        if getattr(request, "htmx", False):
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = where
            return answer
        if request.method == "POST":
            keep_words(request)
        messages.warning(request, ASKED)
        return redirect(where)

    def is_missing(self, request: HttpRequest) -> bool:
        person = request.user
        if not person.is_authenticated or not person.has_role_somewhere(*settings.SECOND_FACTOR_FOR):
            return False
        ways = {one.get("method") for one in get_authentication_records(request, person)}
        return "socialaccount" not in ways and not has_factor(person)
