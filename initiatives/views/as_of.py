"""The day a page speaks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from goals.models import PlanVersion
from goals.rules import among_readable
from records.asof import AsOf
from records.history import first_day
from web.requests import as_of, user_of


def speaks_for_a_day(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view `when` as `?as_of=` says.

    A day that is none, or before the first that is kept, gets a sentence and a date box instead of the page.
    """

    @wraps(view)
    def on_that_day(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            when = as_of(request)
        except ValidationError as error:
            return render(request, "initiatives/day_refused.html", {"sentences": error.messages}, status=400)
        # A page of one initiative finds out by itself.
        first = None if when.is_live or "pk" in kwargs else first_day(PlanVersion.objects)
        if first is not None and when.day < first:
            return not_kept(request, "plan", PlanVersion.objects)
        return view(request, *args, when=when, **kwargs)

    on_that_day.speaks_for_a_day = True  # type: ignore[attr-defined] # read by web/replica.py
    return on_that_day


def not_kept(request: HttpRequest, what: str, versions: Any) -> HttpResponse:
    """What a day looks like on which something was not there: it names the first day on which it was."""
    first = None if getattr(request, "as_of_day", None) is None else first_day(versions)
    if first is None:
        raise Http404
    return render(request, "initiatives/not_kept.html", {"what": what, "first": first}, status=404)


def plan_not_kept(request: HttpRequest, slug: str) -> HttpResponse:
    """As above, of the plans with this short name that the reader may see."""
    return not_kept(request, "plan", PlanVersion.objects.filter(among_readable(user_of(request), "subject"), slug=slug))


def day_query(request: HttpRequest, lead: str = "?") -> str:
    """What a link needs to stay on the day the reader is on: "?as_of=2026-09-30", or nothing for today."""
    day = getattr(request, "as_of_day", None)
    return f"{lead}as_of={day}" if day else ""


def on_day(request: HttpRequest, when: AsOf) -> dict[str, Any]:
    """For every template that speaks for a day: the day, and the ends of links that stay on it."""
    return {"when": when, "stay": day_query(request), "and_stay": day_query(request, "&")}
