"""A plan from another one: a copy, or its successor with what is carried forward; and the step from draft to active."""

import hashlib
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from goals.forms.new_plans import CarryForm, CopyForm, SuccessorForm
from goals.models import Plan
from goals.services import update_plan
from initiatives.selectors.readiness import gaps_of
from initiatives.selectors.succession import Choice, Offer, Succession, offer_of, planned
from initiatives.services import Along, begin_successor, carry_forward, copy_plan
from initiatives.services.succession import refuse_empty
from initiatives.views.structure import form_page, managed_plan, structure_of
from records.asof import AsOf
from records.audit import check_version
from web.forms import PageForm
from web.pages import answer_form, form_for
from web.requests import act_of, user_of


@require_http_methods(["GET", "POST"])
def plan_copy(request: HttpRequest) -> HttpResponse:
    """A draft like another plan; `?like=` names it."""
    form = _form_of_new(request, CopyForm, "like")

    def save() -> str:
        words = form.cleaned_data
        along = Along(words["initiatives"], words["people"], words["commitments"], form.shift())
        plan = copy_plan(source=words["like"], fields=form.values(), along=along, act=act_of(request))
        messages.success(request, f"A draft was made: {plan}.")
        return structure_of(plan)

    return answer_form(request, form=form, save=save, template="goals/plan_new.html", context=_new_page("copy"))


@require_http_methods(["GET", "POST"])
def plan_succeed(request: HttpRequest) -> HttpResponse:
    """A draft that follows another plan; what it carries forward is chosen on the next page."""
    form = _form_of_new(request, SuccessorForm, "predecessor")

    def save() -> str:
        before = form.cleaned_data["predecessor"]
        plan = begin_successor(before=before, fields=form.values(), act=act_of(request))
        messages.success(request, f"A draft was made: {plan}. Choose what it carries forward.")
        return reverse("initiatives:plan-carry", args=[plan.slug])

    return answer_form(request, form=form, save=save, template="goals/plan_new.html", context=_new_page("successor"))


@require_http_methods(["GET", "POST"])
def plan_carry(request: HttpRequest, slug: str) -> HttpResponse:
    """Which open initiatives of the plan before go on; what would happen is shown before it does."""
    plan = managed_plan(request, slug)
    if plan.predecessor is None or not user_of(request).has_perm("goals.change_plan", plan.predecessor):
        raise Http404
    offer = offer_of(plan, plan.predecessor, AsOf.now(timezone.now()))
    form = form_for(
        request, CarryForm, row=offer, open_rows=[(row.pk, str(row)) for row in offer.rows],
        groups={group.goal.pk: group.like for group in offer.groups},
        goals=[(goal.pk, str(goal)) for goal in offer.goals],
    )  # fmt: skip

    def preview() -> dict[str, Any] | None:
        check_version(offer, form.cleaned_data["version"])
        choice = _choice(form)
        found = planned(offer, choice)
        refuse_empty(choice, found, act_of(request, reason=form.cleaned_data["reason"]))
        digest = _digest(offer, choice, form.cleaned_data["reason"])
        if "apply" in request.POST and form.cleaned_data["digest"] == digest:
            return None
        form.show(digest)
        return {"found": found, "choice": choice}

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        found = carry_forward(plan=plan, choice=_choice(form), seen_version=form.cleaned_data["version"], act=act)
        messages.success(request, _told(found, _choice(form)))
        return structure_of(plan)

    context = form_page(plan, f"Carry forward from {plan.predecessor}", "Show what would happen")
    context |= {"plan": plan, "offer": offer, "groups": _groups(offer, form)}
    context["reasons"] = _reasons(offer, form)
    context["choices"] = [form[name] for name in ("people", "commitments", "rest", "reason", "archive")]
    template = "initiatives/plan_carry.html"
    return answer_form(request, form=form, save=save, template=template, context=context, preview=preview)


@require_http_methods(["GET", "POST"])
def plan_activate(request: HttpRequest, slug: str) -> HttpResponse:
    """From draft to active, or what is missing for that."""
    plan = managed_plan(request, slug)
    form = form_for(request, PageForm, row=plan)

    def save() -> str:
        fields, seen = {"state": Plan.State.ACTIVE}, form.cleaned_data["version"]
        update_plan(plan=plan, fields=fields, seen_version=seen, act=act_of(request))
        messages.success(
            request, "The plan is active. Reminders go out on working mornings; Messages shows what goes out next."
        )
        return reverse("initiatives:plan-detail", args=[plan.slug])

    context = form_page(plan, "Make the plan active", "Make it active") | {"plan": plan, "gaps": gaps_of(plan)}
    return answer_form(request, form=form, save=save, template="initiatives/plan_activate.html", context=context)


def _form_of_new(request: HttpRequest, form: type[Any], name: str) -> Any:
    """A form for a new plan; `name` is its field for the other plan: the one that the address names, or the only one.

    The new plan is proposed to begin on the day after that one ends.
    """
    if not user_of(request).has_perm("goals.change_plan"):
        raise PermissionDenied
    plans = Plan.objects.filter(deleted_at__isnull=True)
    slug = request.GET.get(name, "")
    found = list(plans.filter(slug=slug) if slug else plans[:2])
    start = {name: found[0].pk, "start_date": found[0].end_date + timedelta(days=1)} if len(found) == 1 else {}
    return form_for(request, form, initial=start)


def _new_page(way: str) -> dict[str, Any]:
    return {"way": way, "title": "New plan", "label": "Make the draft", "back": reverse("initiatives:plan-list")}


def _choice(form: CarryForm) -> Choice:
    words = form.cleaned_data
    return Choice(
        carried=frozenset(words["carried"]), under=form.under(), rest=words["rest"], people=words["people"],
        commitments=words["commitments"], archive=words["archive"], reasons=form.reasons(),
    )  # fmt: skip


def _digest(offer: Offer, choice: Choice, reason: str) -> str:
    """Names what was shown: other choices, or another plan, have another."""
    said = (offer.version, sorted(choice.carried), sorted(choice.under.items()), choice.rest, choice.people, reason)
    return hashlib.sha256(repr((*said, choice.commitments, choice.archive)).encode()).hexdigest()


def _groups(offer: Offer, form: CarryForm) -> list[dict[str, Any]]:
    """Each focus area of the plan before with its open initiatives, ticked or not, and where they go."""
    ticked = {str(key) for key in form["carried"].value() or ()}
    return [
        {
            "goal": group.goal,
            "under": form[f"under_{group.goal.pk}"],
            "rows": [(row, offer.statuses.get(row.pk, ""), str(row.pk) in ticked) for row in group.rows],
        }
        for group in offer.groups
    ]


def _reasons(offer: Offer, form: CarryForm) -> list[Any]:
    """A field for each that is to be closed, once that was said."""
    if not form.is_bound or not form["rest"].value():
        return []
    ticked = {str(key) for key in form["carried"].value() or ()}
    return [form[f"reason_{row.pk}"] for row in offer.rows if str(row.pk) not in ticked]


def _told(found: Succession, choice: Choice) -> str:
    parts = [f"{len(found.steps)} carried forward"]
    if choice.rest and found.left:
        parts.append(f"{len(found.left)} {choice.rest}")
    return f"{', '.join(parts)}.{' The plan before is archived.' if choice.archive else ''}"
