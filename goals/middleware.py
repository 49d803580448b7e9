"""Old addresses: a plan's earlier short name and a focus area's earlier number lead to where the page is now."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from goals.selectors import goal_called, plan_called
from web.pages import moved
from web.requests import as_of_or_now


class OldNames:
    """Asked only where nothing was found. Strangers learn no new name from it: their pages answer to old ones."""

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
    if plan is None:
        return parts
    found = {**parts, "slug": plan.slug}
    goal = goal_called(plan, parts["number"], when) if "number" in parts else None
    return found if goal is None else {**found, "number": goal.number}
