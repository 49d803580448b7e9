"""The list of initiatives, as a table, on a time axis, and as files."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from goals.models import PlanVersion
from goals.rules import readable
from goals.selectors import plans_as_of
from initiatives.forms.lists import InitiativeFilterForm, LayoutForm
from initiatives.rendering import Grouped, listed_rows, timeline_rows
from initiatives.selectors.facets import Facets, facets_of
from initiatives.selectors.lists import (
    LISTED,
    SORTS,
    Wanted,
    choices_of,
    columns,
    file_rows,
    first_rows,
    running,
    wanted_rows,
)
from initiatives.selectors.saved_views import saved_views
from initiatives.selectors.status import DECIDED, Expected, expected_of, judged, read_decided
from initiatives.selectors.timeline import ZOOMS, axis_of, bars_of
from initiatives.views.as_of import day_query, on_day, speaks_for_a_day
from initiatives.views.asking import asking
from initiatives.views.downloads import FORMATS, table_response
from records.asof import AsOf
from web.requests import kept, user_of

PER_PAGE = 50
MOST_ON_SHEET = 500  # rows of the time axis that is printed


# The headings of columns: what each sorts by (nothing: no link), and what becomes of its cells on a phone.
HEADINGS = {
    "status": ("status", "bare"), "owner": ("owner", "bare"), "due": ("due", "bare"),
    "updated": ("updated", "when-late"), "milestones": ("", "when-late"), "department": ("department", "when-late"),
    "start": ("start", ""), "percent": ("percent", "num"),
}  # fmt: skip
CHOSEN = ("col", "group")  # how the list looks, beside `sort` and `view`
SAVED = (
    *InitiativeFilterForm.base_fields.keys() - {"plan"},
    *CHOSEN,
    "sort",
    "view",
    "zoom",
)  # what a saved view keeps


@dataclass(frozen=True)
class Listing:
    """What an address asks of the list. `facets` are None where it asks for what is not there."""

    form: InitiativeFilterForm
    layout: LayoutForm
    goal_label: str
    plans: list[PlanVersion]
    wanted: Wanted
    expected: tuple[Expected, ...]
    when: AsOf
    facets: Facets | None

    @cached_property
    def rows(self) -> QuerySet[Any]:
        return self.form.fitting(wanted_rows(judged(self.expected, self.when), self.wanted, self.when))

    def decided(self, first: int, last: int) -> Iterable[tuple[int, str, bool]]:
        """Some of the rows, as `read_decided` takes them. As the list opens, it is a statement that is kept."""
        if first == 0 and self.facets is not None and self.wanted == Wanted(group=self.wanted.group):
            return first_rows(self.expected, self.when, group=self.wanted.group, limit=last)
        return self.rows[first:last].values_list("pk", *DECIDED)


def read_listing(request: HttpRequest, when: AsOf, *, is_counted: bool = False) -> Listing:
    """Read the filters of an address. The page and its files both come through here, so they show the same rows."""
    slug = request.GET.get("plan", "")
    plans = plans_as_of(when, readable(user_of(request)))
    plan = next((plan for plan in plans if plan.slug == slug), None)
    is_archived = plan is not None and plan.state == plan.State.ARCHIVED
    shown = [plan] if plan else running(plans)
    expected = expected_of(shown, when)
    choices = choices_of([plan] if plan and is_archived else running(plans), plans, when)
    goal_label = plan.goal_label if plan else choices.plans[0].goal_label if choices.plans else "Focus area"
    form = InitiativeFilterForm(request.GET, choices=choices, goal_label=goal_label)
    form.full_clean()  # nothing in an address is an error
    layout = LayoutForm(request.GET, goal_label=goal_label)
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in SORTS else "number"
    wanted = replace(form.wanted(user=user_of(request), sort=sort), group=_group_of(request, layout, sort))
    facets = None
    if is_counted and form.asks_for_what_is_there:
        in_any_order = replace(wanted, sort=Wanted.sort, group=Wanted.group)
        offered = expected_of(plans, when)  # a choice may leave what another plan holds
        facets = facets_of(offered, tuple(one.plan_id for one in expected), in_any_order, when)
    return Listing(form, layout, goal_label, shown, wanted, expected, when, facets)


@require_safe
@speaks_for_a_day
def initiative_list(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """Initiatives by filter, search and order, grouped, with the columns chosen; all of it in the address."""
    listing = read_listing(request, when, is_counted=True)
    is_timeline = request.GET.get("view") == "timeline"
    context: dict[str, Any] = {
        **on_day(request, when),
        "form": listing.form,
        "layout": listing.layout,
        "goal_label": listing.goal_label,
        "sort": listing.wanted.sort,
        "is_timeline": is_timeline,
        "is_narrowed": any(request.GET.get(name) for name in listing.form.fields),
        "keep": kept(request, *CHOSEN, "sort", "view", "zoom", "at", "as_of"),
        "filters": kept(request, *(set(request.GET) - {"as_of", "page"})),
        "kept_beside": kept(request, *(set(request.GET) - {*CHOSEN, "page"})),
        "clear_href": f"?{kept(request, *CHOSEN, 'sort', 'view', 'as_of').query}",
        "chips": _chips(request, listing.form),
        "downloads": _downloads(request),
        "views": saved_views(user_of(request)) if when.is_live else [],
        "save_query": kept(request, *SAVED, "plan").query,
        "here": "&".join(filter(None, (kept(request, "plan").query, kept(request, *SAVED).query))),
    }
    is_sheet = is_timeline and request.GET.get("rows") == "all"
    total = 0
    if listing.facets is not None:
        total = listing.facets.total
        counts = listing.form.count(listing.facets, user_of(request).pk)
        context["counts"] = json.dumps(counts, separators=(",", ":"))
    per_page = MOST_ON_SHEET if is_sheet else PER_PAGE
    page: Page[Any] = Paginator(range(total), per_page).get_page(request.GET.get("page"))
    follows = bool(listing.wanted.group) and page.number > 1
    first = (page.number - 1) * per_page - follows  # the row before says whether its group goes on here
    shown = read_decided(listing.decided(first, page.number * per_page), when) if total else []
    page.object_list = found = shown[follows:]
    context["page"] = page
    grouped = None
    if listing.facets is not None and listing.wanted.group:
        by = listing.wanted.group
        grouped = Grouped(by, listing.facets.counts[by], shown[0] if follows else None)
    if is_timeline and found:
        axis = axis_of(listing.plans, request.GET.get("zoom", ""), _around(request, when))
        context |= {
            "axis": axis, "zooms": ZOOMS, "today_x": axis.today(when.day), "is_sheet": is_sheet, "plans": listing.plans,
            "lines": timeline_rows(bars_of(found, axis, when), axis, when, day_query(request), grouped=grouped),
        }  # fmt: skip
    else:
        chooses = when.is_live and user_of(request).has_perm("initiatives.change_many")
        context["lines"] = listed_rows(
            found, when, day_query(request), columns=listing.layout.shown, grouped=grouped, is_chosen_from=chooses,
            asking=asking(request, when),
        )  # fmt: skip
        context["headings"] = [(LISTED[name], *HEADINGS[name]) for name in listing.layout.shown]
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
    chosen = listing.layout.shown
    heads, rows = columns(listing.goal_label, chosen), file_rows(listing.rows, chosen)
    return table_response(format, "initiatives", heads, rows, when=when)


def _group_of(request: HttpRequest, layout: LayoutForm, sort: str) -> str:
    """What the rows are grouped by. In the order of the plan, a time axis is: a phone shows one focus area at a time.

    The sheet that is printed has one page and no room for headings.
    """
    if request.GET.get("view") != "timeline":
        return layout.grouped_by
    if request.GET.get("rows") == "all":
        return ""
    return layout.grouped_by or ("goal" if sort == "number" else "")


def _around(request: HttpRequest, when: AsOf) -> date:
    """The day that a link of the time axis leads to; that of the page where it says none that a plan could speak of."""
    try:
        day = date.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        return when.day
    return day if 1990 <= day.year <= 2100 else when.day


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
