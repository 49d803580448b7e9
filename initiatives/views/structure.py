"""The structure of a plan on one page: its tree, in which every row can be added, renamed, moved and numbered anew."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from goals.forms.structure import PlaceForm, RenumberForm, RowForm
from goals.models import Goal, Plan, Priority, Strategy
from goals.numbering import next_number
from goals.rules import readable
from goals.selectors import kin_of
from goals.services import update_goal, update_strategy
from initiatives.models import Initiative
from initiatives.selectors.structure import Place, Tree, counts_by_strategy, new_numbers, place_of, places, plan_tree
from initiatives.services import create_initiative, move_row, renumber_plan, update_initiative
from initiatives.services.structure import MODELS
from records.asof import AsOf
from records.texts import whole_number
from web.pages import Draw, another_or, answer_form, draw_with, form_for
from web.requests import act_of, user_of


def managed_plan(request: HttpRequest, slug: str) -> Plan:
    """The plan, for who may change its shape."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    if not user_of(request).has_perm("goals.change_plan", plan):
        raise PermissionDenied
    return plan


@require_GET
def plan_structure(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole plan as a tree, and what is missing in it."""
    plan = managed_plan(request, slug)
    when = AsOf.now(timezone.now())
    tree = plan_tree(plan, when)
    context = {
        "plan": plan,
        "kin": kin_of(plan.pk, plan.predecessor_id, when, readable(user_of(request))),
        "tree": tree,
        "new_goal": next_number("", {branch.row.number for branch in tree.goals}),
        "priorities": Priority.objects.filter(plan=plan, deleted_at__isnull=True),
        "breadcrumb": [crumbs_to(plan)[0], {"label": "Structure"}],
    }
    return render(request, "initiatives/structure.html", context)


@require_http_methods(["GET", "POST"])
def structure_add(request: HttpRequest, slug: str) -> HttpResponse:
    """An initiative of number, title and owner, the rest to be filled in later; `?goal=` or `?strategy=` says where."""
    plan = managed_plan(request, slug)
    tree = plan_tree(plan)
    goal, strategy = _under(request, plan)
    above = strategy if strategy is not None and counts_by_strategy(tree) else goal
    taken = {row.number for row in tree.rows if row.kind == "initiative"}
    form = form_for(request, RowForm, plan=plan, initial={"number": next_number(above.number, taken)})

    def save() -> str:
        fields = form.fields_of_row() | {"goal": goal, "strategy": strategy, "start_date": plan.start_date}
        row = create_initiative(plan=plan, fields=fields, act=act_of(request))
        messages.success(request, f"Added: {row}.")
        return another_or(request, f"{structure_of(plan)}#initiative-{row.pk}")

    context = form_page(plan, "Add an initiative", "Add it", eyebrow=str(strategy or goal))
    where = f"?goal={goal.pk}" + (f"&strategy={strategy.pk}" if strategy else "")
    more = reverse("initiatives:initiative-create", args=[plan.slug]) + where
    context |= {"another": "Add it and another", "more_href": more, "more_label": "All fields of an initiative"}
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@require_GET
def structure_row(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """What can be done with one row of the tree: rename it, move it, and the ways to more."""
    plan = managed_plan(request, slug)
    return _row_page(request, plan, kind, pk)({}, 200)


@require_http_methods(["GET", "POST"])
def structure_rename(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Another number, title or person."""
    plan = managed_plan(request, slug)
    row = found_row(plan, kind, pk)
    form = _rename_form(request, row)

    def save() -> str:
        of: dict[str, Any] = {"seen_version": form.cleaned_data["version"], "act": act_of(request)}
        fields = form.fields_of_row()
        if isinstance(row, Goal):
            update_goal(goal=row, fields=fields, **of)
        elif isinstance(row, Strategy):
            update_strategy(strategy=row, fields=fields, **of)
        else:
            update_initiative(initiative=row, fields=fields, **of)
        messages.success(request, "Saved.")
        return row_in_tree(plan, row)

    draw = _row_page(request, plan, kind, pk, rename=form)
    return answer_form(request, form=form, save=save, draw=draw, page=address_of_row("row", plan, kind, pk))


@require_http_methods(["GET", "POST"])
def structure_move(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Somewhere else in the tree: by the form, or by what was dragged there."""
    plan = managed_plan(request, slug)
    row, tree = found_row(plan, kind, pk), plan_tree(plan)
    form = _place_form(request, tree, row)

    def save() -> str:
        act = act_of(request)
        place = place_called(tree, kind, pk, form.cleaned_data["place"])
        moved = move_row(row=row, place=place, seen_version=form.cleaned_data["version"], act=act)
        words = "It stands there already." if moved.version == row.version else f"Moved: {row}, {_where(place)}."
        messages.success(request, words)
        return row_in_tree(plan, row)

    draw = _row_page(request, plan, kind, pk, place=form)
    return answer_form(request, form=form, save=save, draw=draw, page=address_of_row("row", plan, kind, pk))


@require_http_methods(["GET", "POST"])
def structure_renumber(request: HttpRequest, slug: str) -> HttpResponse:
    """Numbers that follow the order: before and after are shown, then it is done."""
    plan = managed_plan(request, slug)
    tree = plan_tree(plan)
    asked = request.GET.get("by")
    by_strategy = asked == "strategy" if asked else counts_by_strategy(tree)
    form = form_for(request, RenumberForm, row=tree, initial={"by_strategy": "strategy" if by_strategy else "goal"})

    def save() -> str:
        count = renumber_plan(
            plan=plan,
            by_strategy=form.cleaned_data["by_strategy"],
            seen_version=form.cleaned_data["version"],
            act=act_of(request),
        )
        messages.success(request, f"{count} numbers changed. The old ones still lead there.")
        return structure_of(plan)

    context = form_page(plan, "Renumber the plan", "Use these numbers")
    context |= {
        "plan": plan, "by_strategy": by_strategy, "tree": tree,
        "numbers": [pair for pair in new_numbers(tree, by_strategy=by_strategy) if pair[0].number != pair[1]],
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="initiatives/structure_renumber.html", context=context)


def _row_page(
    request: HttpRequest, plan: Plan, kind: str, pk: int, rename: RowForm | None = None, place: PlaceForm | None = None
) -> Draw:
    """Draws the page of one row, with a form as it was sent where there is one."""
    row, tree = found_row(plan, kind, pk), plan_tree(plan)
    context = {
        **form_page(plan, str(row), "Save"),
        "plan": plan,
        "row": row,
        "kind": kind,
        "rename": rename or _rename_form(request, row),
        "place": place or _place_form(request, tree, row),
        "sent": "place" if place else "rename" if rename else "",
    }
    return draw_with(request, rename or place or context["rename"], "initiatives/structure_row.html", context)


def _rename_form(request: HttpRequest, row: Goal | Strategy | Initiative) -> RowForm:
    at = address_of_row("rename", _plan_of(row), str(row._meta.model_name), row.pk)
    return form_for(
        request, RowForm, at=at, row=row, plan=_plan_of(row), person="owner" if isinstance(row, Initiative) else "lead"
    )


def _place_form(request: HttpRequest, tree: Tree, row: Goal | Strategy | Initiative) -> PlaceForm:
    kind = str(row._meta.model_name)
    at = address_of_row("move", tree.plan, kind, row.pk)
    groups: dict[str, list[tuple[str, str]]] = {}
    for place in places(tree, kind, row.pk):
        groups.setdefault(place.group, []).append((place.value, place.label))
    return form_for(
        request, PlaceForm, at=at, row=row, places=groups, stands=place_of(tree, kind, row.pk)
    )  # fmt: skip


def choices_of_places(tree: Tree, kind: str, pk: int) -> dict[str, list[tuple[str, str]]]:
    """Every place, group by group, as a choice of a form."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for place in places(tree, kind, pk):
        groups.setdefault(place.group, []).append((place.value, place.label))
    return groups


def _plan_of(row: Goal | Strategy | Initiative) -> Plan:
    return row.goal.plan if isinstance(row, Strategy) else row.plan


def _under(request: HttpRequest, plan: Plan) -> tuple[Goal, Strategy | None]:
    """What the address says a new initiative stands under."""
    strategies = Strategy.objects.filter(goal__plan=plan, deleted_at__isnull=True).select_related("goal")
    strategy = strategies.filter(pk=_number(request, "strategy")).first()
    if strategy is not None:
        return strategy.goal, strategy
    goals = Goal.objects.filter(plan=plan, deleted_at__isnull=True)
    goal = goals.filter(pk=_number(request, "goal")).first() or (goals.first() if "goal" not in request.GET else None)
    if goal is None:
        raise Http404
    return goal, None


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.GET.get(name, "")) or 0


def _where(place: Place) -> str:
    return place.label[0].lower() + place.label[1:]


def place_called(tree: Tree, kind: str, pk: int, value: str) -> Place:
    return next(place for place in places(tree, kind, pk) if place.value == value)


def found_row(plan: Plan, kind: str, pk: int, *, is_retired: bool = False) -> Goal | Strategy | Initiative:
    """A row of the plan's tree by what an address says of it."""
    model = MODELS.get(kind)
    if model is None:
        raise Http404
    of_plan = {"goal__plan": plan} if kind == "strategy" else {"plan": plan}
    rows: Any = model._default_manager.filter(deleted_at__isnull=not is_retired, **of_plan)
    found: Goal | Strategy | Initiative = get_object_or_404(rows, pk=pk)
    return found


def structure_of(plan: Plan) -> str:
    return reverse("initiatives:plan-structure", args=[plan.slug])


def row_in_tree(plan: Plan, row: Goal | Strategy | Initiative) -> str:
    return f"{structure_of(plan)}#{row._meta.model_name}-{row.pk}"


def address_of_row(act: str, plan: Plan, kind: str, pk: int) -> str:
    return reverse(f"initiatives:structure-{act}", args=[plan.slug, kind, pk])


def crumbs_to(plan: Plan, here: str = "") -> list[dict[str, str]]:
    way = [
        {"label": plan.title, "href": reverse("initiatives:plan-detail", args=[plan.slug])},
        {"label": "Structure", "href": structure_of(plan)},
    ]
    return [*way, {"label": here}] if here else way


def form_page(plan: Plan, title: str, label: str, **more: Any) -> dict[str, Any]:
    """What a page with a form about the structure needs."""
    return {"title": title, "label": label, "back": structure_of(plan), "breadcrumb": crumbs_to(plan, title), **more}
