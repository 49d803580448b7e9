"""The list of initiatives, as a table, on a time axis, and as files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from goals.selectors import plans_as_of
from initiatives.forms.lists import InitiativeFilterForm
from initiatives.rendering import listed_rows
from initiatives.selectors.lists import (
    SORTS,
    Wanted,
    choices_of,
    columns,
    file_rows,
    how_many,
    running,
    timeline,
    wanted_rows,
)
from initiatives.selectors.status import DECIDED, expected_of, judged, read_decided
from initiatives.views.as_of import day_query, on_day, speaks_for_a_day
from initiatives.views.downloads import FORMATS, table_response
from records.asof import AsOf
from web.requests import user_of

PER_PAGE = 50


@dataclass(frozen=True)
class Listing:
    """What an address asks of the list."""

    form: InitiativeFilterForm
    goal_label: str
    sort: str
    rows: QuerySet[Any]
    count: Callable[[], int]


def read_listing(request: HttpRequest, when: AsOf) -> Listing:
    """Read the filters of an address. The page and its files both come through here, so they show the same rows."""
    slug = request.GET.get("plan", "")
    plans = plans_as_of(when)
    plan = next((plan for plan in plans if plan.slug == slug), None)
    is_archived = plan is not None and plan.state == plan.State.ARCHIVED
    expected = expected_of([plan] if plan else running(plans), when)
    choices = choices_of([plan] if plan and is_archived else running(plans), plans, when)
    goal_label = plan.goal_label if plan else choices.plans[0].goal_label if choices.plans else "Focus area"
    form = InitiativeFilterForm(request.GET, choices=choices, goal_label=goal_label)
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in SORTS else "number"
    form.full_clean()  # nothing in an address is an error
    wanted = form.wanted(user=user_of(request), sort=sort)
    rows = wanted_rows(form.fitting(judged(expected, when)), wanted, when)
    in_any_order = replace(wanted, sort=Wanted.sort)
    return Listing(form, goal_label, sort, rows, lambda: how_many(expected, in_any_order, when))


@require_safe
@speaks_for_a_day
def initiative_list(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """Initiatives by filter, search and order; all of it in the address."""
    listing = read_listing(request, when)
    context: dict[str, Any] = {
        **on_day(request, when),
        "form": listing.form,
        "goal_label": listing.goal_label,
        "sort": listing.sort,
        "is_timeline": request.GET.get("view") == "timeline",
        "keep": _kept(request, "sort", "view", "as_of"),
        "filters": {name: value for name, value in request.GET.items() if name not in {"as_of", "page"}},
        "clear_href": f"?{urlencode(_kept(request, 'view', 'as_of'))}",
    }
    pages = Paginator(listing.rows, PER_PAGE)
    if not listing.rows.query.is_empty():
        pages.count = listing.count()
    page = pages.get_page(request.GET.get("page"))
    decided: Any = page.object_list
    page.object_list = found = read_decided(decided.values_list("pk", *DECIDED), when)
    context |= {"page": page, "chips": _chips(request, listing.form), "downloads": _downloads(request)}
    if context["is_timeline"] and found:
        context["timeline"] = timeline(found, when)
    else:
        chooses = when.is_live and user_of(request).has_perm("initiatives.restructure_initiative")
        context["lines"] = listed_rows(found, when, day_query(request), is_chosen_from=chooses)
        context["may_choose"] = chooses
    htmx = getattr(request, "htmx", None)
    is_fragment = htmx and not htmx.history_restore_request
    template = "initiatives/initiative_list.html" + ("#table" if is_fragment else "")
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@speaks_for_a_day
def initiative_list_export(request: HttpRequest, format: str, *, when: AsOf) -> HttpResponseBase:
    """Every page of what the list shows, as a file."""
    if format not in FORMATS:
        raise Http404
    listing = read_listing(request, when)
    return table_response(format, "initiatives", columns(listing.goal_label), file_rows(listing.rows), when=when)


def _kept(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def _chips(request: HttpRequest, form: InitiativeFilterForm) -> list[dict[str, str]]:
    chips = []
    for name, label in form.chips():
        rest = request.GET.copy()
        rest.pop(name, None)
        rest.pop("page", None)
        chips.append({"label": label, "href": f"?{rest.urlencode()}"})
    return chips


def _downloads(request: HttpRequest) -> list[dict[str, str]]:
    same = request.GET.copy()
    for name in ("page", "view"):
        same.pop(name, None)
    query = f"?{same.urlencode()}" if same else ""
    return [
        {"label": kind.upper(), "href": reverse("initiatives:initiative-list-export", args=[kind]) + query}
        for kind in FORMATS
    ]
