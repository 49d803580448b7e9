"""The page that searches, and what is suggested while somebody types."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from goals.models import Plan, PlanVersion
from goals.rules import readable
from goals.selectors import plans_as_of
from initiatives.views.as_of import day_query, on_day, speaks_for_a_day
from people.models import User
from records.asof import AsOf
from search.finding import LABELS, Found, Hit, Told, asking, find, tell
from search.forms import SearchForm
from search.kinds import sees_everybody
from web.requests import user_of

PER_PAGE = 20
SUGGESTED = 8
SHORTEST = 2  # characters from which on something is suggested


@require_safe
@speaks_for_a_day
def search(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """What was found, by kind, twenty on a page. All of the question stands in the address."""
    plans = plans_as_of(when, readable(user_of(request)))
    form = SearchForm(request.GET, plans=plans)
    form.full_clean()  # nothing in an address is an error
    user: Any = user_of(request)
    text, kind = form.cleaned_data["q"], form.cleaned_data["kind"] or ""
    with asking(when):
        found = find(text, user=user, when=when, plans=_plans(plans, form), kind=kind) if not form.unmet else None
        page = Paginator(found.keys if found else [], PER_PAGE).get_page(request.GET.get("page"))
        told = tell(found, list(page.object_list), user=user, when=when) if found else Told()
    context = {
        **on_day(request, when),
        "form": form,
        "text": text,
        "found": found,
        "page": page,
        "hits": [(hit, _address(hit, request, user)) for hit in told.hits],
        "instead": told.instead,
        "many_plans": len(plans) > 1,
        "tabs": _tabs(request, found, kind) if found else [],
        "keep": {name: request.GET.get(name, "") for name in ("q", "kind", "plan")},
    }
    return render(request, "search/search.html", context)


@require_safe
@speaks_for_a_day
def suggestions(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """The first few, for the list under the box; without a second look where the words lead nowhere."""
    plans = plans_as_of(when, readable(user_of(request)))
    form = SearchForm(request.GET, plans=plans)
    form.full_clean()
    user: Any = user_of(request)
    text = form.cleaned_data["q"]
    if len(text) < SHORTEST:
        return HttpResponse()
    with asking(when):
        found = find(text, user=user, when=when, plans=_plans(plans, form), tries_hard=False)
        hits = tell(found, found.keys[:SUGGESTED], user=user, when=when).hits
    if not hits:
        return HttpResponse()
    context = {"hits": [(hit, _address(hit, request, user)) for hit in hits]}
    return render(request, "search/_suggestions.html", context)


def _plans(plans: list[PlanVersion], form: SearchForm) -> list[int]:
    """The plans to look in: the one that is named, else all that are not archived."""
    slug = form.cleaned_data["plan"]
    return [plan.subject_id for plan in plans if (plan.slug == slug if slug else plan.state != Plan.State.ARCHIVED)]


def _tabs(request: HttpRequest, found: Found, kind: str) -> list[dict[str, Any]]:
    """Everything, then each kind that was found with how many; of one kind alone only itself is counted."""

    def tab(key: str, label: str, count: str) -> dict[str, Any]:
        query = {name: request.GET[name] for name in ("q", "plan", "as_of") if request.GET.get(name)}
        href = f"?{urlencode(query | ({'kind': key} if key else {}))}"
        return {"label": label, "count": count, "href": href, "is_here": key == kind}

    counts = found.counts
    shown = [tab(key, LABELS[key][1], f"{count}{'+' if is_more else ''}") for key, (count, is_more) in counts.items()]
    if kind and kind not in counts:
        shown.append(tab(kind, LABELS[kind][1], "0"))
    return [tab("", "Everything", "" if kind else str(len(found.keys))), *shown]


def _page_of_part(hit: Hit, stay: str, and_stay: str) -> str:
    if hit.kind == "comment":
        return reverse("initiatives:status-update-comments", args=[hit.parent_id]) + stay
    page = reverse("initiatives:initiative-detail", args=[hit.parent_id])
    return f"{page}?updates=all{and_stay}" if hit.kind == "update" else page + stay


def _address(hit: Hit, request: HttpRequest, user: User) -> str:
    """The page of what was found, on the day that the reader is on."""
    stay, and_stay = day_query(request), day_query(request, "&")
    match hit.kind:
        case "goal":
            return reverse("initiatives:goal-detail", args=[hit.plan_slug, hit.number]) + stay
        case "strategy":
            page = reverse("initiatives:goal-detail", args=[hit.plan_slug, hit.where["parent_number"]])
            return f"{page}{stay}#strategy-{hit.id}"
        case "initiative":
            return reverse("initiatives:initiative-detail", args=[hit.id]) + stay
        case "milestone" | "commitment" | "update" | "comment":
            return f"{_page_of_part(hit, stay, and_stay)}#{hit.kind}-{hit.id}"
        case "evidence":
            return f"{reverse('initiatives:plan-why', args=[hit.plan_slug])}{stay}#evidence-{hit.id}"
        case "department":
            return reverse("initiatives:department-detail", args=[hit.number]) + stay
        case "report":
            return reverse("reports:report-detail", args=[hit.plan_slug, hit.where["quarter"]])
        case _ if sees_everybody(user):
            return reverse("people:person-detail", args=[hit.id])
        case _:
            return f"{reverse('initiatives:initiative-list')}?owner={hit.id}{and_stay}"
