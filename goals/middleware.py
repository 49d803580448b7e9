"""Plans apart: whoever has a role in some plans alone sees no page of another. And where old addresses lead to."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from goals.rules import may_open
from goals.selectors import goal_called, plan_called
from web.pages import moved
from web.requests import as_of_or_now


class PlansApart:
    """Answers as if there were no other plan. Whoever has a role for the whole installation costs nothing here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: dict[str, Any]
    ) -> None:
        if not getattr(view, "login_required", True):
            return  # open to strangers, or the API, which sifts its rows
        user, match = request.user, request.resolver_match
        if user.is_authenticated and match is not None and not may_open(user, match.view_name, kwargs):
            raise Http404


class OldNames:
    """A plan's earlier short name and a focus area's earlier number lead to where the page is now.

    Asked only where nothing was found. Strangers learn no new name from it: their pages answer to old ones.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code != 404 or request.method not in {"GET", "HEAD"} or match is None:
            return response
        if "slug" not in match.kwargs or not getattr(match.func, "login_required", True):
            return response
        parts = _as_now(request, match.kwargs)
        if parts == match.kwargs:
            return response
        return moved(request, reverse(match.view_name, kwargs=parts))


def _as_now(request: HttpRequest, parts: dict[str, Any]) -> dict[str, Any]:
    """The parts of an address as they are called now, or on the day that the page speaks for."""
    when = as_of_or_now(request)
    plan = plan_called(parts["slug"], when)
    if plan is None or not request.user.has_perm("goals.read_plan", plan):
        return parts
    found = {**parts, "slug": plan.slug}
    goal = goal_called(plan, parts["number"], when) if "number" in parts else None
    return found if goal is None else {**found, "number": goal.number}
