"""Shaping a plan: its settings, focus areas, strategies and priorities. For plan managers and administrators."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from goals.forms import GoalForm, PlanForm, PriorityForm, StrategyForm, StructureForm
from goals.models import Goal, Plan, Priority, Strategy
from goals.numbering import next_number
from goals.selectors import goal_called
from goals.services import (
    create_goal,
    create_plan,
    create_priority,
    create_strategy,
    update_goal,
    update_plan,
    update_priority,
    update_strategy,
)
from records.asof import AsOf
from web.pages import answer_form, form_for
from web.requests import act_of, user_of


def plan_create(request: HttpRequest) -> HttpResponse:
    """Set up a plan in the browser."""
    _managers_only(request)
    form = form_for(request, PlanForm)

    def save() -> str:
        plan = create_plan(fields=form.values(), act=act_of(request))
        if form.cleaned_data["holidays"]:
            update_plan(plan=plan, fields={}, holidays=form.cleaned_data["holidays"], act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title="Add a plan", back=reverse("initiatives:plan-list"))


def plan_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Settings of a plan."""
    _managers_only(request)
    plan = _plan(slug)
    form = form_for(request, PlanForm, row=plan)

    def save() -> str:
        update_plan(
            plan=plan,
            fields=form.values(),
            holidays=form.cleaned_data["holidays"],
            seen_version=form.cleaned_data["version"],
            act=act_of(request),
        )
        return _structure_of(plan)

    return _form_page(request, form, save, title="Plan settings", plan=plan)


def goal_create(request: HttpRequest, slug: str) -> HttpResponse:
    _managers_only(request)
    plan = _plan(slug)
    numbers = Goal.objects.filter(plan=plan, deleted_at__isnull=True).values_list("number", flat=True)
    form = form_for(request, GoalForm, initial={"number": next_number("", numbers)})

    def save() -> str:
        create_goal(plan=plan, fields=form.values(), act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title=f"New {plan.goal_label.lower()}", plan=plan, another=True)


def goal_edit(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    _managers_only(request)
    goal = _goal(slug, number)
    form = form_for(request, GoalForm, row=goal, about=goal)

    def save() -> str:
        update_goal(goal=goal, fields=form.values(), seen_version=form.cleaned_data["version"], act=act_of(request))
        return _structure_of(goal.plan)

    return _form_page(request, form, save, title=f"Edit {goal}", plan=goal.plan)


def strategy_create(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    _managers_only(request)
    goal = _goal(slug, number)
    numbers = Strategy.objects.filter(goal=goal, deleted_at__isnull=True).values_list("number", flat=True)
    form = form_for(request, StrategyForm, about=goal, initial={"number": next_number(goal.number, numbers)})

    def save() -> str:
        create_strategy(goal=goal, fields=form.values(), act=act_of(request))
        return _structure_of(goal.plan)

    return _form_page(request, form, save, title=f"Add a strategy to {goal}", plan=goal.plan, another=True)


def strategy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    _managers_only(request)
    found = Strategy.objects.filter(deleted_at__isnull=True, goal__deleted_at__isnull=True)
    strategy = get_object_or_404(found.select_related("goal__plan"), pk=pk)
    plan = strategy.goal.plan
    form = form_for(request, StrategyForm, row=strategy)

    def save() -> str:
        seen = form.cleaned_data["version"]
        update_strategy(strategy=strategy, fields=form.values(), seen_version=seen, act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title=f"Edit {strategy}", plan=plan)


def priority_create(request: HttpRequest, slug: str) -> HttpResponse:
    _managers_only(request)
    plan = _plan(slug)
    form = form_for(request, PriorityForm)

    def save() -> str:
        create_priority(plan=plan, **form.values(), act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title="Add a priority", plan=plan)


def priority_edit(request: HttpRequest, pk: int) -> HttpResponse:
    _managers_only(request)
    priority = get_object_or_404(Priority.objects.filter(deleted_at__isnull=True).select_related("plan"), pk=pk)
    form = form_for(request, PriorityForm, row=priority)

    def save() -> str:
        seen = form.cleaned_data["version"]
        update_priority(priority=priority, fields=form.values(), seen_version=seen, act=act_of(request))
        return _structure_of(priority.plan)

    return _form_page(request, form, save, title=f"Edit {priority}", plan=priority.plan)


def _form_page(
    request: HttpRequest,
    form: StructureForm,
    save: Callable[[], str],
    *,
    title: str,
    plan: Plan | None = None,
    back: str = "",
    another: bool = False,
) -> HttpResponse:
    """`another`: a second button saves and comes back for one more."""

    def save_and_say() -> str:
        where = save()
        messages.success(request, "Saved.")
        return request.path if another and "another" in request.POST else where

    context = {
        "title": title, "label": "Save", "back": back or (_structure_of(plan) if plan else "/"),
        "breadcrumb": _crumbs(plan, here=title) if plan else [],
        "another": "Save and add another" if another else "",
    }  # fmt: skip
    return answer_form(request, form=form, save=save_and_say, template="form.html", context=context)


def _managers_only(request: HttpRequest) -> None:
    if not user_of(request).has_perm("goals.change_plan"):
        raise PermissionDenied


def _plan(slug: str) -> Plan:
    return get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)


def _goal(slug: str, number: str) -> Goal:
    """By its number of now or, for a form that was open while it changed, of earlier."""
    then = goal_called(_plan(slug), number, AsOf.now(timezone.now()))
    return get_object_or_404(Goal.objects.select_related("plan"), pk=then and then.subject_id)


def _structure_of(plan: Plan) -> str:
    return reverse("initiatives:plan-structure", args=[plan.slug])


def _crumbs(plan: Plan, *, here: str) -> list[dict[str, str]]:
    return [
        {"label": plan.title, "href": reverse("initiatives:plan-detail", args=[plan.slug])},
        {"label": "Structure", "href": _structure_of(plan)},
        {"label": here},
    ]
