"""The plan at a glance, and one focus area."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from goals.models import Evidence, GoalVersion, Plan, PlanVersion
from goals.rules import readable
from goals.selectors import evidence_as_of, goals_as_of, kin_of, plan_as_of, plans_as_of
from initiatives.rendering import initiative_rows, move_lines, slip_lines
from initiatives.selectors.changes import Changes
from initiatives.selectors.counted import tally
from initiatives.selectors.easy_read import easy_read
from initiatives.selectors.lists import running
from initiatives.selectors.overview import SOON, PlanOverview, goal_sections, plan_overview
from initiatives.selectors.rollup import EMPTY, Rollup
from initiatives.views.as_of import day_query, not_kept, on_day, plan_not_kept, speaks_for_a_day
from initiatives.views.asking import asking
from records.asof import AsOf, local_day
from records.remembered import KNOWN, remembered
from records.statements import Keys
from web.parts import part
from web.requests import most_rows, user_of


@require_safe
@speaks_for_a_day
def current_plan(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """The one plan that is running; with none or several of them, the list of plans."""
    running = [plan for plan in plans_as_of(when, readable(user_of(request))) if plan.state == Plan.State.ACTIVE]
    if len(running) != 1:
        return redirect("initiatives:plan-list")
    return redirect(reverse("initiatives:plan-detail", args=[running[0].slug]) + day_query(request))


@require_safe
@speaks_for_a_day
def plan_list(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """Every plan, with how much of it is done."""
    plans = plans_as_of(when, readable(user_of(request)))
    by_plan = tally(running(plans), when).by("plan_id")
    context = {
        **on_day(request, when),
        "plans": [(plan, by_plan.get(plan.subject_id, EMPTY)) for plan in plans],
        "may_create": when.is_live and user_of(request).has_perm("goals.change_plan"),
    }
    return render(request, "initiatives/plan_list.html", context)


@require_safe
@speaks_for_a_day
def plan_detail(request: HttpRequest, slug: str, *, when: AsOf) -> HttpResponse:
    """The plan at a glance."""
    plan = plan_as_of(slug, when, readable(user_of(request)))
    if plan is None:
        return plan_not_kept(request, slug)
    may_change = user_of(request).has_perm("goals.change_plan", plan.subject)
    body = _body(plan, when, request.path, local_day(timezone.now()), may_change, readable(user_of(request)))
    context = {
        **on_day(request, when),
        "plan": plan,
        "body": body,
        "may_change": may_change,
    }
    return render(request, "initiatives/plan_detail.html", context)


@remembered
def _body(plan: PlanVersion, when: AsOf, path: str, today: date, may_change: bool, only: Keys | None) -> SafeString:
    """What the page of a plan says below its title: the same for all who may change it, and for all others."""
    stay = "" if when.is_live else f"as_of={when.day}"
    context = {
        "when": when,
        "stay": stay and f"?{stay}",
        "path": path,
        "plan": plan,
        "kin": kin_of(plan.subject_id, plan.predecessor_id, when, only),
        "overview": plan_overview(plan, when),
        "list_of_plan": _list_of(plan, stay and f"&{stay}"),
        "last_soon": when.day + SOON,
        "may_change": may_change,
    }
    kept = (plan, when, path, today, may_change)
    return render_to_string("initiatives/_plan_body.html", context | {"part": _Parts(kept, context)})


# The parts of the page, and what of the overview each of them shows.
PARTS = {
    "headline": ("whole", "pulse", "changes", "since"),
    "mix": ("whole", "sections"),
    "attention": ("whole", "concerns"),
    "trend": ("whole", "trend", "since"),
    "help": ("pulse", "helping"),
    "next": ("next_dates",),
    "moved": ("changes", "since"),
}
DRAWN = 256
_drawn: OrderedDict[Any, tuple[PlanOverview, SafeString]] = OrderedDict()
KNOWN.append(_drawn)


@dataclass(frozen=True)
class _Parts:
    """The parts by name. Most changes change one or two of them: the others are as they were drawn last time.

    A part is given no more of the overview than what it was looked up by, so it cannot show what has changed since.
    """

    kept: tuple[Any, ...]
    context: dict[str, Any]

    def __getitem__(self, name: str) -> SafeString:
        shown = self.context["overview"].only(PARTS[name])
        key = (name, *self.kept)
        held = _drawn.get(key)
        if held is not None and held[0] == shown:
            _drawn.move_to_end(key)
            return held[1]
        more = {"overview": shown, **(_moved(shown.changes, self.context["stay"]) if name == "moved" else {})}
        drawn = render_to_string(f"initiatives/_plan_{name}.html", self.context | more)
        _drawn[key] = (shown, drawn)
        _drawn.move_to_end(key)
        if len(_drawn) > DRAWN:
            _drawn.popitem(last=False)
        return drawn


def _moved(changes: Changes | None, stay: str) -> dict[str, Any]:
    """The lines of what moved: up to sixty."""
    if changes is None:
        return {}
    moves = [(group, move_lines(group.moves, stay, are_gone=group.key == "gone")) for group in changes.groups]
    return {"moves": moves, "slips": slip_lines(changes.slipped, stay)}


@require_safe
@speaks_for_a_day
def plan_why(request: HttpRequest, slug: str, *, when: AsOf) -> HttpResponse:
    """Why there is this plan: its mission and the evidence it was made from."""
    plan = plan_as_of(slug, when, readable(user_of(request)))
    if plan is None:
        return plan_not_kept(request, slug)
    may_change = when.is_live and user_of(request).has_perm("goals.change_plan", plan.subject)
    gone = Evidence.objects.filter(plan=plan.subject_id, deleted_at__isnull=False) if may_change else ()
    findings = evidence_as_of(plan.subject_id, when)
    keys = [one.row.subject_id for one in findings]
    context = {
        **on_day(request, when),
        "plan": plan,
        "findings": part(list(zip(findings, [None, *keys], [*keys[1:], None], strict=False)), most_rows(request)),
        "retired": part(list(gone), most_rows(request)),
        "may_change": may_change,
        "breadcrumb": [_plan_crumb(request, plan), {"label": "Why this plan"}],
    }
    return render(request, "initiatives/plan_why.html", context)


@require_safe
@speaks_for_a_day
def plan_easy_read(request: HttpRequest, slug: str, *, when: AsOf) -> HttpResponse:
    """The plan on one page in plain words."""
    plan = plan_as_of(slug, when, readable(user_of(request)))
    if plan is None:
        return plan_not_kept(request, slug)
    pdf = reverse("reports:easy-read-pdf", args=[plan.slug]) + day_query(request)
    context = {
        **on_day(request, when),
        "plan": plan,
        "easy": easy_read(plan, when),
        "downloads": [{"label": "PDF", "href": pdf}],
        "may_change": when.is_live and user_of(request).has_perm("goals.change_plan", plan.subject),
        "breadcrumb": [_plan_crumb(request, plan), {"label": "In plain words"}],
    }
    return render(request, "initiatives/plan_easy_read.html", context)


@require_safe
@speaks_for_a_day
def goal_detail(request: HttpRequest, slug: str, number: str, *, when: AsOf) -> HttpResponse:
    """One focus area by strategy, with every initiative."""
    plan = plan_as_of(slug, when, readable(user_of(request)))
    if plan is None:
        return plan_not_kept(request, slug)
    goals = list(goals_as_of(plan.subject_id, when))
    place = next((index for index, goal in enumerate(goals) if goal.number == number), None)
    if place is None:
        named = GoalVersion.objects.filter(plan=plan.subject_id, number=number)
        return not_kept(request, plan.goal_label.lower(), named)
    goal = goals[place]
    whole, sections = goal_sections(goal, when, limit=most_rows(request))
    context = {
        **on_day(request, when),
        "plan": plan,
        "goal": goal,
        "rollup": whole,
        "sections": [
            (one, initiative_rows(one.rows, when, day_query(request), asking(request, when))) for one in sections
        ],
        "before": goals[place - 1] if place else None,
        "after": goals[place + 1] if place + 1 < len(goals) else None,
        "figures": _figures(request, whole, plan, goal),
        "findings": part(evidence_as_of(plan.subject_id, when, goal=goal.subject_id), most_rows(request)),
        "mix_base": _list_of(plan, day_query(request, "&"), goal) + "&",
        "may_change": user_of(request).has_perm("goals.change_plan", plan.subject),
        "breadcrumb": [
            _plan_crumb(request, plan),
            {"label": f"{goal.number} {goal.title}"},
        ],
    }
    return render(request, "initiatives/goal_detail.html", context)


def _plan_crumb(request: HttpRequest, plan: PlanVersion) -> dict[str, str]:
    return {"label": plan.title, "href": reverse("initiatives:plan-detail", args=[plan.slug]) + day_query(request)}


def _figures(request: HttpRequest, rollup: Rollup, plan: PlanVersion, goal: Any = None) -> list[dict[str, Any]]:
    """The strip of numbers, each a link to the rows behind it."""
    base = _list_of(plan, day_query(request, "&"), goal)
    return [
        {"label": "Initiatives", "value": rollup.total, "href": base},
        {"label": "Completed", "value": rollup.completed, "of": rollup.counted, "href": f"{base}&status=completed"},
        {"label": "Need attention", "value": rollup.needing_attention, "href": f"{base}&attention=on"},
        {"label": "Without an owner", "value": rollup.without_owner, "href": f"{base}&owner=none"},
    ]


def _list_of(plan: PlanVersion, stay: str, goal: Any = None) -> str:
    """The address of the rows behind a number."""
    base = f"{reverse('initiatives:initiative-list')}?plan={plan.slug}{stay}"
    return base if goal is None else f"{base}&goal={goal.subject_id}"
