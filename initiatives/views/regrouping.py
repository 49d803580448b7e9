"""Split, merge, retire and restore rows of a plan's tree, each on a page of its own that asks first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from goals.forms.structure import MergeForm, ReasonedForm, RestoreForm, SplitForm
from goals.models import Goal, Plan, Strategy
from goals.numbering import next_number
from initiatives.models import Initiative
from initiatives.selectors.structure import Tree, places, plan_tree
from initiatives.services import merge_rows, restore_row, retire_row, split_row
from initiatives.services.regrouping import parts_of
from initiatives.services.structure import kind_of
from initiatives.views.structure import (
    address_of_row,
    choices_of_places,
    form_page,
    found_row,
    managed_plan,
    place_called,
    row_in_tree,
    structure_of,
)
from web.pages import answer_form, form_for
from web.requests import act_of

HIDDEN = (
    "It leaves lists, reminders and counts from now on. Its history and earlier reports keep it, "
    "and it can be restored."
)


@require_http_methods(["GET", "POST"])
def structure_split(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """A second row of one, with some of what stands under it."""
    plan = managed_plan(request, slug)
    row = found_row(plan, kind, pk)
    parts = {f"{kind_of(part)}-{part.pk}": part for part in parts_of(row)}
    tree = plan_tree(plan)
    start = {"number": _next_beside(tree, row), "title": row.title}
    choices = [(value, str(part)) for value, part in parts.items()]
    form = form_for(request, SplitForm, row=row, parts=choices, initial=start)

    def save() -> str:
        words = form.cleaned_data
        made = split_row(
            row=row, number=words["number"], title=words["title"], seen_version=words["version"],
            moving=[parts[value] for value in words.get("moving", ())], act=act_of(request),
        )  # fmt: skip
        messages.success(request, f"Split: {made} stands beside {row}.")
        return row_in_tree(plan, made)

    lede = "The new one begins as this one is. What you tick goes with it; the rest, and what was said so far, stays."
    return _answer(request, form, save, plan, row, f"Split {row}", "Split it", lede=lede)


@require_http_methods(["GET", "POST"])
def structure_merge(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """All that stands under one row goes to another, and the first is retired."""
    plan = managed_plan(request, slug)
    row = found_row(plan, kind, pk)
    others = [(one.id, str(one)) for one in plan_tree(plan).rows if one.kind == kind and one.id != pk]
    form = form_for(request, MergeForm, row=row, plan=plan, others=others)

    def save() -> str:
        into = found_row(plan, kind, form.cleaned_data["into"])
        act = act_of(request, reason=form.cleaned_data["reason"])
        merge_rows(row=row, into=into, seen_version=form.cleaned_data["version"], act=act)
        messages.success(request, f"Merged: {row} goes on in {into}.")
        return row_in_tree(plan, into)

    lede = f"What stands under it goes to the other one. {HIDDEN}"
    return _answer(request, form, save, plan, row, f"Merge {row}", "Merge it", lede=lede)


@require_http_methods(["GET", "POST"])
def structure_retire(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Hidden from now on, with the reason."""
    plan = managed_plan(request, slug)
    row = found_row(plan, kind, pk)
    form = form_for(request, ReasonedForm, row=row, plan=plan)

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        retire_row(row=row, seen_version=form.cleaned_data["version"], act=act)
        messages.success(request, f"Retired: {row}.")
        return structure_of(plan)

    return _answer(request, form, save, plan, row, f"Retire {row}?", "Retire it", lede=HIDDEN, is_danger=True)


@require_http_methods(["GET", "POST"])
def structure_restore(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """There again, with what hung on it."""
    plan = managed_plan(request, slug)
    row, tree = found_row(plan, kind, pk, is_retired=True), plan_tree(plan)
    taken = {one.number for one in tree.rows if one.kind == kind}
    number = row.number if row.number not in taken else _next_beside(tree, row)
    start = {"number": number, "place": _last_group(tree, row)}
    form = form_for(request, RestoreForm, row=row, places=choices_of_places(tree, kind, pk), initial=start)

    def save() -> str:
        words = form.cleaned_data
        restore_row(
            row=row, number=words["number"], place=place_called(tree, kind, pk, words["place"]),
            seen_version=words["version"], act=act_of(request, reason=words["reason"]),
        )  # fmt: skip
        messages.success(request, f"Restored: {row}.")
        return row_in_tree(plan, row)

    lede = "What hung on it is there again, and its history goes on."
    return _answer(request, form, save, plan, row, f"Restore {row}", "Restore it", lede=lede, back=structure_of(plan))


def _answer(
    request: HttpRequest, form: Any, save: Any, plan: Plan, row: Any, title: str, label: str, **more: Any
) -> HttpResponse:
    context = form_page(plan, title, label) | {"back": address_of_row("row", plan, kind_of(row), row.pk)} | more
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def _next_beside(tree: Tree, row: Goal | Strategy | Initiative) -> str:
    """The next free number where a row stands: 2.4 beside 2.3."""
    prefix = row.number.rpartition(".")[0]
    return next_number(prefix, {one.number for one in tree.rows if one.kind == kind_of(row)})


def _last_group(tree: Tree, row: Any) -> str:
    """The first place of the group a retired row stood in, where that is still there."""
    goal, strategy = getattr(row, "goal_id", None), getattr(row, "strategy_id", None)
    kind = kind_of(row)
    fitting = (one.value for one in places(tree, kind, row.pk) if (one.goal_id, one.strategy_id) == (goal, strategy))
    return next(fitting, "")
