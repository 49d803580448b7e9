"""Shaping a plan: its settings, focus areas, strategies and priorities. For plan managers and administrators."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from goals.forms.new_plans import NewPlanForm
from goals.forms.structure import EvidenceForm, GoalForm, PlanForm, PriorityForm, RetireForm, StrategyForm
from goals.models import Evidence, Goal, OfAPlan, Plan, Priority, Strategy
from goals.numbering import next_number
from goals.selectors import goal_called
from goals.services import (
    create_evidence,
    create_goal,
    create_plan,
    create_priority,
    create_strategy,
    move_evidence,
    restore_evidence,
    retire_evidence,
    update_evidence,
    update_goal,
    update_plan,
    update_priority,
    update_strategy,
)
from records.asof import AsOf
from web.forms import PageForm
from web.pages import another_or, answer_button, answer_form, form_for, seen_number
from web.requests import act_of, user_of


def plan_create(request: HttpRequest) -> HttpResponse:
    """Set up a plan in the browser; `?then=file` goes on to bring a file in."""
    _managers_only(request)
    is_from_file = request.GET.get("then") == "file"
    form = form_for(request, NewPlanForm if is_from_file else PlanForm)

    def save() -> str:
        plan = create_plan(fields=form.values(), act=act_of(request))
        if form.cleaned_data.get("holidays"):
            update_plan(plan=plan, fields={}, holidays=form.cleaned_data["holidays"], act=act_of(request))
        messages.success(request, f"A draft was made: {plan}.")
        return reverse("imports:import-start", args=[plan.slug]) if is_from_file else _structure_of(plan)

    context = {
        "way": "file" if is_from_file else "nothing", "label": "Make the draft",
        "back": reverse("initiatives:plan-list"),
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="goals/plan_new.html", context=context)


def plan_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Settings of a plan."""
    plan = _plan(slug)
    _managers_only(request, plan)
    form = form_for(request, PlanForm, row=plan, reader=user_of(request))

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
    plan = _plan(slug)
    _managers_only(request, plan)
    numbers = Goal.objects.filter(plan=plan, deleted_at__isnull=True).values_list("number", flat=True)
    form = form_for(request, GoalForm, plan=plan, initial={"number": next_number("", numbers)})

    def save() -> str:
        create_goal(plan=plan, fields=form.values(), act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title=f"New {plan.goal_label.lower()}", plan=plan, another=True)


def goal_edit(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    goal = _goal(slug, number)
    _managers_only(request, goal)
    form = form_for(request, GoalForm, plan=goal.plan, row=goal, about=goal)

    def save() -> str:
        update_goal(goal=goal, fields=form.values(), seen_version=form.cleaned_data["version"], act=act_of(request))
        return _structure_of(goal.plan)

    return _form_page(request, form, save, title=f"Edit {goal}", plan=goal.plan)


def strategy_create(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    goal = _goal(slug, number)
    _managers_only(request, goal)
    numbers = Strategy.objects.filter(goal=goal, deleted_at__isnull=True).values_list("number", flat=True)
    form = form_for(
        request, StrategyForm, plan=goal.plan, about=goal, initial={"number": next_number(goal.number, numbers)}
    )

    def save() -> str:
        create_strategy(goal=goal, fields=form.values(), act=act_of(request))
        return _structure_of(goal.plan)

    return _form_page(request, form, save, title=f"Add a strategy to {goal}", plan=goal.plan, another=True)


def strategy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = Strategy.objects.filter(deleted_at__isnull=True, goal__deleted_at__isnull=True)
    strategy = get_object_or_404(found.select_related("goal__plan"), pk=pk)
    _managers_only(request, strategy)
    plan = strategy.goal.plan
    form = form_for(request, StrategyForm, plan=plan, row=strategy)

    def save() -> str:
        seen = form.cleaned_data["version"]
        update_strategy(strategy=strategy, fields=form.values(), seen_version=seen, act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title=f"Edit {strategy}", plan=plan)


def priority_create(request: HttpRequest, slug: str) -> HttpResponse:
    plan = _plan(slug)
    _managers_only(request, plan)
    last = Priority.objects.filter(plan=plan, deleted_at__isnull=True).aggregate(last=Max("order"))["last"]
    form = form_for(request, PriorityForm, initial={"order": (last or 0) + 1})

    def save() -> str:
        create_priority(plan=plan, **form.values(), act=act_of(request))
        return _structure_of(plan)

    return _form_page(request, form, save, title="Add a priority", plan=plan, another=True)


def priority_edit(request: HttpRequest, pk: int) -> HttpResponse:
    priority = get_object_or_404(Priority.objects.filter(deleted_at__isnull=True).select_related("plan"), pk=pk)
    _managers_only(request, priority)
    form = form_for(request, PriorityForm, row=priority)

    def save() -> str:
        seen = form.cleaned_data["version"]
        update_priority(priority=priority, fields=form.values(), seen_version=seen, act=act_of(request))
        return _structure_of(priority.plan)

    return _form_page(request, form, save, title=f"Edit {priority}", plan=priority.plan)


def evidence_create(request: HttpRequest, slug: str) -> HttpResponse:
    plan = _plan(slug)
    _managers_only(request, plan)
    form = form_for(request, EvidenceForm, plan=plan)

    def save() -> str:
        create_evidence(plan=plan, fields=form.values(), goals=list(form.cleaned_data["goals"]), act=act_of(request))
        return _why(plan)

    return _evidence_page(request, form, save, plan, title="Add a finding", another=True)


def evidence_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = _evidence(pk)
    _managers_only(request, row)
    form = form_for(request, EvidenceForm, row=row, plan=row.plan)

    def save() -> str:
        goals, seen = list(form.cleaned_data["goals"]), form.cleaned_data["version"]
        update_evidence(evidence=row, fields=form.values(), goals=goals, seen_version=seen, act=act_of(request))
        return f"{_why(row.plan)}#evidence-{row.pk}"

    danger = {"danger_href": reverse("goals:evidence-retire", args=[pk]), "danger_label": "Retire this finding"}
    return _evidence_page(request, form, save, row.plan, title="Edit the finding", **danger)


def evidence_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Not shown from now on, with a reason where there is one to give."""
    row = _evidence(pk)
    _managers_only(request, row)
    form = form_for(request, RetireForm, row=row)

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        retire_evidence(evidence=row, seen_version=form.cleaned_data["version"], act=act)
        return _why(row.plan)

    lede = f"“{row.text}” is not shown from now on. Earlier days and reports keep it, and it can be restored."
    more = {"lede": lede, "label": "Retire it", "is_danger": True}
    return _evidence_page(request, form, save, row.plan, title="Retire the finding?", **more)


def evidence_move(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """One place up or down in the list: past the neighbour that the page showed."""
    row = _evidence(pk)
    _managers_only(request, row)
    if way not in {"up", "down"}:
        raise Http404

    def do() -> str:
        beside = seen_number(request, "beside") or 0
        move_evidence(evidence=row, beside=beside, is_after=way == "down", act=act_of(request))
        return f"Moved {way}: {row}"

    return answer_button(request, do=do, where=f"{_why(row.plan)}#evidence-{row.pk}")


def evidence_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Shown again."""
    row = get_object_or_404(Evidence.objects.select_related("plan"), pk=pk, plan__deleted_at__isnull=True)
    _managers_only(request, row)

    def do() -> str:
        restore_evidence(evidence=row, act=act_of(request))
        return f"Restored: {row}"

    return answer_button(request, do=do, where=_why(row.plan))


def _evidence(pk: int) -> Evidence:
    there = Evidence.objects.filter(deleted_at__isnull=True, plan__deleted_at__isnull=True)
    return get_object_or_404(there.select_related("plan"), pk=pk)


def _why(plan: Plan) -> str:
    return reverse("initiatives:plan-why", args=[plan.slug])


def _evidence_page(
    request: HttpRequest, form: PageForm, save: Callable[[], str], plan: Plan, *, title: str, **more: Any
) -> HttpResponse:
    crumbs = [_crumbs(plan, here=title)[0], {"label": "Why this plan", "href": _why(plan)}, {"label": title}]
    return _form_page(request, form, save, title=title, plan=plan, back=_why(plan), breadcrumb=crumbs, **more)


def _form_page(
    request: HttpRequest,
    form: PageForm,
    save: Callable[[], str],
    *,
    title: str,
    plan: Plan,
    another: bool = False,
    **more: Any,
) -> HttpResponse:
    """`another`: a second button saves and comes back for one more."""

    def save_and_say() -> str:
        where = save()
        messages.success(request, "Saved.")
        return another_or(request, where) if another else where

    context = {
        "title": title, "label": "Save", "back": _structure_of(plan), "breadcrumb": _crumbs(plan, here=title),
        "another": "Save and add another" if another else "",
        **more,
    }  # fmt: skip
    return answer_form(request, form=form, save=save_and_say, template="form.html", context=context)


def _managers_only(request: HttpRequest, row: OfAPlan | None = None) -> None:
    """Whoever manages the plan of this row; without one, all plans."""
    if not user_of(request).has_perm("goals.change_plan", row):
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
