"""The page of one initiative, its history, and the forms that change it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from goals.models import Goal, Plan, PlanVersion, Strategy
from goals.numbering import next_number
from goals.rules import readable
from initiatives.forms.work import InitiativeForm, InitiativeTextForm, OverrideForm
from initiatives.models import Commitment, Initiative, InitiativeVersion, OwnerRequest, StatusUpdate
from initiatives.rendering_page import milestone_rows, slip, told_updates
from initiatives.selectors.history import history_of
from initiatives.selectors.initiative_page import Beside, beside, goes_on_in, initiative_called, relatives_of
from initiatives.selectors.owners import AskedOwner, asked_owner
from initiatives.selectors.rows import (
    CommitmentRow,
    commitments_of,
    milestones_of,
    next_milestone,
    updates,
)
from initiatives.selectors.status import InitiativeStatus, status_of
from initiatives.selectors.story import story_of
from initiatives.services import (
    create_initiative,
    lift_override,
    override_status,
    update_initiative,
)
from initiatives.views.as_of import not_kept, speaks_for_a_day
from initiatives.views.lookups import address_of, crumbs, form_page, get_initiative_or_404, link
from people.models import User
from records.asof import AsOf
from records.statements import Keys, statement
from records.texts import whole_number
from records.verbs import entries
from web.pages import another_or, answer_button, answer_form, form_for, seen_number
from web.requests import act_of, token_field, user_of

UPDATES_SHOWN = 8
HISTORY_SHOWN = 50
FIELDS = (
    "number", "title", "summary", "goal", "strategy", "owner", "lead_department", "start_date", "due_date", "horizon",
    "audience", "visibility", "source",
)  # fmt: skip


@dataclass(frozen=True)
class AllowedActions:
    """What this person may do on the page; nothing on a past day, which nobody can change.

    Rows of the page are plain values, so the rules are asked with an unsaved row that has what they look at.
    """

    user: User
    initiative: Initiative
    is_live: bool

    def may(self, verb: str, row: Model | None = None) -> bool:
        return self.is_live and self.user.has_perm(f"initiatives.{verb}", row or self.initiative)

    def on_page(self) -> dict[str, bool]:
        return {
            "edit": self.may("change_initiative"),
            "restructure": self.may("restructure_initiative"),
            "update": self.may("add_status_update"),
            "milestones": self.may("change_milestone"),
            "propose": self.may("propose_commitment"),
            "override": self.may("override_status"),
            "ask": self.initiative.owner_id not in {None, self.user.pk} and self.may("ask_for_update"),
        }

    def on_commitment(self, shown: CommitmentRow) -> dict[str, bool]:
        row = Commitment(initiative=self.initiative, department_id=shown.department_id, state=shown.state)
        names = ("keep_commitment", "settle_offer", "withdraw_commitment")
        return {name.partition("_")[0]: shown.is_open and self.may(name, row) for name in names}

    def on_owner(self, asked: AskedOwner | None) -> dict[str, bool]:
        row = None if asked is None else OwnerRequest(initiative=self.initiative, person_id=asked.person_id)
        return {
            "answer": row is not None and self.may("answer_owner_request", row),
            "settle": row is not None and self.may("restructure_initiative"),
        }

    def on_update(self, author_id: int | None) -> dict[str, bool]:
        row = StatusUpdate(initiative=self.initiative, author_id=author_id)
        return {
            "correct": self.may("correct_status_update", row),
            "acknowledge": self.may("acknowledge_status_update", row),
            "comment": self.may("add_comment", row),
        }


@require_GET
@speaks_for_a_day
def initiative_detail(request: HttpRequest, pk: int, *, when: AsOf) -> HttpResponse:
    """How it stands, what is dated, who promised what, what was said. `?as_of=` tells it as it stood on a day."""
    try:
        initiative = _seen_initiative(request, pk, when)
    except Http404:
        led = goes_on_in(pk)
        if led is None:
            raise
        return redirect("initiatives:initiative-detail", led)
    plan = _plan_then(initiative, when)
    is_gone = plan is None or (when.is_live and initiative.plan.deleted_at is not None)
    status = None if is_gone else status_of(pk, when, plan)
    if status is None or plan is None:
        return not_kept(request, "initiative", InitiativeVersion.objects.filter(subject=pk))
    user = user_of(request)
    actions = AllowedActions(user, initiative, when.is_live)
    may = actions.on_page()
    wants_all = request.GET.get("updates") == "all"
    shown_updates = updates(pk, when, limit=None if wants_all else UPDATES_SHOWN + 1)
    steps = milestones_of(pk, when)
    promises = commitments_of(pk, when)
    asked = asked_owner(pk, when) if status.is_owner_unconfirmed else None
    told = shown_updates if wants_all else shown_updates[:UPDATES_SHOWN]
    allowed = {author: actions.on_update(author) for author in {row.author_id for row in told}}
    following, token = next_milestone(steps), token_field(request)
    commitment_rows = [(row, actions.on_commitment(row)) for row in promises]
    context: dict[str, Any] = {
        "initiative": initiative,
        "plan": plan,
        "status": status,
        "when": when,
        "may": may,
        "asked": asked,
        "may_owner": actions.on_owner(asked),
        "milestone_rows": milestone_rows(
            steps, when.day, next_id=following.id if following else None, may_change=may["milestones"], token=token
        ),
        "next_milestone": following,
        "slip": slip(status),
        "commitments": commitment_rows,
        "has_commitment_actions": any(any(may.values()) for _, may in commitment_rows),
        "basis": Initiative.Basis(status.basis).label if status.basis else "Written by people of the plan",
        "source_href": status.source if status.source.startswith(("https://", "http://")) else "",
        "told_updates": told_updates(
            ((row, allowed[row.author_id]) for row in told),
            when,
            stale_id=status.latest_update_id if status.is_stale else None,
            token=token,
        ),
        "has_more_updates": not wants_all and len(shown_updates) > UPDATES_SHOWN,
        "story": story_of(shown_updates, when),
        "reported": next((row for row in shown_updates if row.id == status.latest_update_id), None),
        "draft": may["update"] and getattr(initiative, "has_draft", False),
        "facts": _facts(status, beside(pk, when), when, plan.goal_label, readable(user_of(request))),
        "breadcrumb": _way_then(initiative, status, plan.title, when),
    }
    template = "initiatives/initiative_detail.html"
    if not request.htmx:  # type: ignore[attr-defined] # django-htmx sets it
        return render(request, template, context)
    # After a form in place htmx follows the redirect to here: the whole of the page's content is drawn anew.
    response = render(request, f"{template}#content", context)
    response["HX-Retarget"] = "#initiative"
    response["HX-Reswap"] = "outerHTML"
    return response


def _seen_initiative(request: HttpRequest, pk: int, when: AsOf) -> Initiative:
    """The live row; on a past day also one deleted since, for its page of then is still true."""
    if when.is_live:
        return get_initiative_or_404(request, pk)
    row: Initiative | None = next(iter(_ever(pk)), None)
    if row is None or not user_of(request).has_perm("initiatives.view_initiative", row):
        raise Http404
    return row


@statement
def _ever(pk: int) -> QuerySet[Initiative]:
    return Initiative.objects.select_related("plan", "goal").filter(pk=pk)


def _plan_then(initiative: Initiative, when: AsOf) -> Plan | PlanVersion | None:
    """The plan by its words of then; None where it was not there, and so the initiative neither."""
    if when.is_live:
        return initiative.plan
    found: PlanVersion | None = next(iter(_plan_of_then(initiative.plan_id, when)), None)
    return found


@statement
def _plan_of_then(plan_id: int, when: AsOf) -> QuerySet[PlanVersion]:
    rows: QuerySet[PlanVersion] = PlanVersion.objects.as_of(when).filter(subject=plan_id)
    return rows


def _facts(
    status: InitiativeStatus, found: Beside, when: AsOf, goal_label: str, only: Keys | None
) -> list[dict[str, Any]]:
    """Name and value of what does not change every week; last its earlier numbers, what it came from and went on in."""
    earlier = [number for number in found.numbers if number != status.number] if when.is_live else []
    strategy = f"{status.strategy_number} {status.strategy_title}" if status.strategy_id else None
    department = status.department_abbreviation
    owner_href = link("people:person-detail", status.owner_id) if status.owner_id and when.is_live else ""
    department_href = link("initiatives:department-detail", department, when=when) if department else ""
    return [
        {"label": "Owner", "value": status.owner_name or "No owner yet", "href": owner_href},
        {"label": "Contributors", "value": ", ".join(found.people) or None},
        {"label": "Lead department", "value": status.department_name, "href": department_href},
        {"label": goal_label, "value": f"{status.goal_number} {status.goal_title}"},
        {"label": "Strategy", "value": strategy},
        {"label": "Priorities", "value": ", ".join(found.priorities) or None},
        {"label": "Horizon", "value": Initiative.Horizon(status.horizon).label},
        {"label": "Audience", "value": Initiative.Audience(status.audience).label},
        {"label": "Visibility", "value": Initiative.Visibility(status.visibility).label},
        *([{"label": "Earlier numbers", "value": ", ".join(earlier)}] if earlier else []),
        *(
            {
                "label": one.label,
                "value": one.words,
                "href": "" if one.is_retired else link("initiatives:initiative-detail", one.id, when=when),
            }
            for one in (relatives_of(status.id, when, only) if found.has_relatives else ())
        ),
    ]


def _way_then(initiative: Initiative, status: InitiativeStatus, title: str, when: AsOf) -> list[dict[str, str]]:
    """Breadcrumb with the labels of then."""
    slug = initiative.plan.slug
    return [
        {"label": title, "href": link("initiatives:plan-detail", slug, when=when)},
        {
            "label": f"{status.goal_number} {status.goal_title}",
            "href": link("initiatives:goal-detail", slug, status.goal_number, when=when),
        },
        {"label": f"{status.number} {status.title}", "href": ""},
    ]


@require_GET
@speaks_for_a_day
def initiative_history(request: HttpRequest, pk: int, *, when: AsOf) -> HttpResponse:
    """Who changed what, when, how and why. Of a deleted initiative for those who may read the log (rule B-55)."""
    initiative: Initiative | None = next(iter(_ever(pk)), None)
    user = user_of(request)
    if initiative is None or not user.has_perm("initiatives.view_initiative", initiative):
        raise Http404
    if when.is_live and initiative.deleted_at is not None and not user.has_perm("people.view_audit_log"):
        raise Http404
    name, way = str(initiative), crumbs(initiative, "History")
    plan = _plan_then(initiative, when)
    status = None if when.is_live or plan is None else status_of(pk, when, plan)
    if plan is None or (status is None and not when.is_live):
        return not_kept(request, "initiative", InitiativeVersion.objects.filter(subject=pk))
    if status is not None:
        name = f"{status.number} {status.title}"
        *above, here = _way_then(initiative, status, plan.title, when)
        here["href"] = link("initiatives:initiative-detail", pk, when=when)
        way = [*above, here, {"label": "History", "href": ""}]
    page = Paginator(history_of(pk, when), HISTORY_SHOWN).get_page(request.GET.get("page"))
    context = {
        "name": name,
        "is_deleted": when.is_live and initiative.deleted_at is not None,
        "page": page,
        "entries": entries(page, user, own="initiative", labels={"goal": plan.goal_label}),
        "breadcrumb": way,
    }
    return render(request, "initiatives/initiative_history.html", context)


@require_GET
def initiative_by_number(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """From the number of now or of earlier, as it stands in a mail or a paper, to the page."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    found = initiative_called(plan, number)
    if found is None:
        raise Http404
    return redirect("initiatives:initiative-detail", found)


@require_http_methods(["GET", "POST"])
def initiative_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A new initiative of a plan."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    if not user_of(request).has_perm("initiatives.add_initiative", plan):
        raise PermissionDenied
    form = form_for(request, InitiativeForm, plan=plan, initial=_start_of_new(request, plan))

    def save() -> str:
        row = create_initiative(
            plan=plan,
            fields=form.values(*FIELDS),
            contributors=form.cleaned_data["contributors"],
            priorities=form.cleaned_data["priorities"],
            act=act_of(request),
        )
        messages.success(request, f"Added: {row}.")
        return another_or(request, address_of(row))

    plan_href = link("initiatives:plan-detail", plan.slug)
    context = {
        "plan": plan, "title": "Add an initiative", "label": "Add it", "back": plan_href,
        "another": "Add it and another",
        "breadcrumb": [{"label": plan.title, "href": plan_href}, {"label": "Add an initiative", "href": ""}],
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def _start_of_new(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """The focus area and strategy that the address names, else the only focus area, and the next number there."""
    goals = list(Goal.objects.filter(plan=plan, deleted_at__isnull=True)[:2])
    named = Goal.objects.filter(plan=plan, deleted_at__isnull=True, pk=whole_number(request.GET.get("goal", "")) or 0)
    goal = named.first() if "goal" in request.GET else goals[0] if len(goals) == 1 else None
    if goal is None:
        return {}
    under = Strategy.objects.filter(goal=goal, deleted_at__isnull=True)
    strategy = under.filter(pk=whole_number(request.GET.get("strategy", "")) or 0).first()
    held = Initiative.objects.filter(plan=plan, deleted_at__isnull=True)
    taken = set(held.filter(number__startswith=f"{goal.number}.").values_list("number", flat=True))
    # Counted within the strategy where those beside it are.
    within = strategy is not None and any(number.startswith(f"{strategy.number}.") for number in taken)
    above = strategy.number if strategy is not None and within else goal.number
    return {"goal": goal.pk, "strategy": strategy and strategy.pk, "number": next_number(above, taken)}


@require_http_methods(["GET", "POST"])
def initiative_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything for plan managers, title and summary for owner and contributors."""
    initiative = get_initiative_or_404(request, pk, needs="change_initiative")
    is_whole = user_of(request).has_perm("initiatives.restructure_initiative", initiative)
    form: InitiativeTextForm
    if is_whole:
        form = form_for(request, InitiativeForm, row=initiative, plan=initiative.plan)
    else:
        form = form_for(request, InitiativeTextForm, row=initiative)

    def save() -> str:
        seen = form.cleaned_data["version"]
        row = update_initiative(
            initiative=initiative,
            fields=form.values(*FIELDS),
            contributors=form.cleaned_data.get("contributors"),
            priorities=form.cleaned_data.get("priorities"),
            seen_version=seen,
            act=act_of(request, reason=form.cleaned_data.get("reason", "")),
        )
        messages.success(request, "Saved." if row.version != seen else "Nothing was changed.")
        return address_of(initiative)

    context = form_page(initiative, "Edit the initiative", "Save")
    if user_of(request).has_perm("initiatives.delete_initiative", initiative):
        parts = [initiative.plan.slug, "initiative", pk]
        context["danger_href"] = reverse("initiatives:structure-retire", args=parts)
        context["danger_label"] = "Retire this initiative"
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@require_http_methods(["GET", "POST"])
def initiative_override(request: HttpRequest, pk: int) -> HttpResponse:
    """Show another status than the computed one, with a reason (rule B-05)."""
    initiative = get_initiative_or_404(request, pk, needs="override_status")
    form = form_for(request, OverrideForm, row=initiative)

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        status, seen = form.cleaned_data["status"], form.cleaned_data["version"]
        row = override_status(initiative=initiative, status=status, seen_version=seen, act=act)
        messages.success(request, f"Shown as {row.get_override_status_display().lower()} until you say otherwise.")
        return address_of(initiative)

    lede = "The dates and the last update say one thing, and you know better. What was reported stays beside it."
    context = form_page(initiative, "Set the status by hand", "Show this status", lede=lede)
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def initiative_override_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the computed status again."""
    initiative = get_initiative_or_404(request, pk, needs="override_status")

    def do() -> str:
        lift_override(initiative=initiative, seen_version=seen_number(request, "version"), act=act_of(request))
        return "The computed status is shown again."

    return answer_button(request, do=do, where=address_of(initiative))
