"""What happened in a plan, by day."""

from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from goals.models import PlanVersion
from goals.selectors import goals_as_of, plan_as_of
from initiatives.forms.lists import ActivityFilterForm
from initiatives.selectors.activity import activity_of
from initiatives.views.as_of import day_query, not_kept, on_day, speaks_for_a_day
from records.asof import AsOf, local_day
from records.verbs import entries
from web.requests import user_of

SHOWN = 50


@require_safe
@speaks_for_a_day
def plan_activity(request: HttpRequest, slug: str, *, when: AsOf) -> HttpResponse:
    """Who did what in this plan, the newest first, grouped by local day."""
    plan = plan_as_of(slug, when)
    if plan is None:
        return not_kept(request, "plan", PlanVersion.objects.filter(slug=slug))
    goals = list(goals_as_of(plan.subject_id, when))
    form = ActivityFilterForm(request.GET, goals=goals, label=plan.goal_label)
    form.full_clean()  # nothing in an address is an error
    wanted = form.cleaned_data
    events = activity_of(plan.subject_id, when, what=wanted.get("what") or "", goal_id=wanted.get("goal"))
    page = Paginator(form.fitting(events), SHOWN).get_page(request.GET.get("page"))
    told = entries(page, user_of(request), labels={"goal": plan.goal_label})
    context = {
        **on_day(request, when),
        "plan": plan,
        "form": form,
        "page": page,
        "days": [(day, list(found)) for day, found in groupby(told, key=lambda entry: local_day(entry.at))],
        "keep": {"as_of": request.GET.get("as_of", "")},
        "breadcrumb": [
            {"label": plan.title, "href": reverse("initiatives:plan-detail", args=[plan.slug]) + day_query(request)},
            {"label": "Activity"},
        ],
    }
    return render(request, "initiatives/plan_activity.html", context)
