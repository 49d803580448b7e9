"""What happened in a plan, by day, and as a feed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, get_tag_uri
from django.views.decorators.http import require_safe

from goals.rules import readable
from goals.selectors import goals_as_of, plan_as_of
from initiatives.forms.lists import ActivityFilterForm
from initiatives.selectors.activity import activity_of
from initiatives.views.as_of import day_query, on_day, plan_not_kept, speaks_for_a_day
from people.models import User
from records.asof import AsOf, local_day
from records.models import AuditEvent
from records.verbs import Entry, entries
from web.requests import user_of

SHOWN = 50
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no XML may hold


@dataclass(frozen=True)
class Asked:
    """A plan, and what of its activity an address asks for."""

    plan: Any
    form: ActivityFilterForm
    events: QuerySet[AuditEvent]


def reads_activity(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view what its address asks for: the page and the feed tell of the same acts."""

    def read(request: HttpRequest, slug: str, *, when: AsOf) -> HttpResponse:
        plan = plan_as_of(slug, when, readable(user_of(request)))
        if plan is None:
            return plan_not_kept(request, slug)
        return view(request, asked_of(request, plan, when), when)

    return read


def asked_of(request: HttpRequest, plan: Any, when: AsOf) -> Asked:
    """What the filters in the address leave of the activity of a plan."""
    goals = list(goals_as_of(plan.subject_id, when))
    form = ActivityFilterForm(request.GET, goals=goals, label=plan.goal_label)
    form.full_clean()  # nothing in an address is an error
    wanted = form.cleaned_data
    events = activity_of(plan.subject_id, when, what=wanted.get("what") or "", goal_id=wanted.get("goal"))
    return Asked(plan, form, form.fitting(events))


@require_safe
@speaks_for_a_day
@reads_activity
def plan_activity(request: HttpRequest, asked: Asked, when: AsOf) -> HttpResponse:
    """Who did what in this plan, the newest first, grouped by local day."""
    plan = asked.plan
    page = Paginator(asked.events, SHOWN).get_page(request.GET.get("page"))
    told = entries(page, user_of(request), labels={"goal": plan.goal_label})
    context = {
        **on_day(request, when),
        "plan": plan,
        "form": asked.form,
        "page": page,
        "days": [(day, list(found)) for day, found in groupby(told, key=lambda entry: local_day(entry.at))],
        "keep": {"as_of": request.GET.get("as_of", "")},
        "feed": _feed_of(request, plan.slug),
        "breadcrumb": [
            {"label": plan.title, "href": reverse("initiatives:plan-detail", args=[plan.slug]) + day_query(request)},
            {"label": "Activity"},
        ],
    }
    return render(request, "initiatives/plan_activity.html", context)


@require_safe
@speaks_for_a_day
@reads_activity
def plan_activity_feed(request: HttpRequest, asked: Asked, when: AsOf) -> HttpResponse:
    """The latest acts as Atom, for whoever is signed in; a feed reader asks at initiatives.views.feed_address."""
    return atom(request, asked, user_of(request))


def atom(request: HttpRequest, asked: Asked, reader: User) -> HttpResponse:
    """The latest acts, with what the page says of them to this reader. Links lead to pages, which ask to sign in."""
    plan, page = asked.plan, reverse("initiatives:plan-activity", args=[asked.plan.slug])
    query = request.META["QUERY_STRING"]
    feed = Atom1Feed(
        title=_printable(f"Activity in {plan.title}"),
        link=request.build_absolute_uri(f"{page}?{query}" if query else page),
        description="",
        feed_url=request.build_absolute_uri(),
    )
    events = list(asked.events[:SHOWN])
    for event, entry in zip(events, entries(events, reader, labels={"goal": plan.goal_label}), strict=True):
        feed.add_item(
            title=_printable(f"{entry.what}: {entry.target}"),
            link=request.build_absolute_uri(entry.href or page),
            description=_printable(_sentences(entry)),
            author_name=_printable(entry.who),
            unique_id=get_tag_uri(request.build_absolute_uri(f"{page}#{event.pk}"), event.happened_at),
            pubdate=event.happened_at,
            updateddate=event.happened_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Atom1Feed.content_type)


def _feed_of(request: HttpRequest, slug: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    address = reverse("initiatives:plan-activity-feed", args=[slug])
    return f"{address}?{query.urlencode()}" if query else address


def _sentences(entry: Entry) -> str:
    """Plain text: nothing in it is markup to a reader of feeds."""
    changed = [f"{one.label}: {one.old or 'empty'} → {one.new or 'empty'}." for one in entry.changes]
    return " ".join([*changed, *([f"Reason: {entry.reason}"] if entry.reason else [])])


def _printable(text: str) -> str:
    return UNPRINTABLE.sub("", text)
