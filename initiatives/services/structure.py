"""Turn a plan's tree round: move its rows and number them anew. A locked plan refuses all of it (rule B-51).

The plan's row is locked first, so two people who move things of one plan come one after the other.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Cast, Concat

from goals.models import Goal, Plan, Strategy
from goals.numbering import key_between, natural_key
from initiatives.models import Initiative
from initiatives.selectors.structure import Place, new_numbers, plan_tree
from records.audit import Act, check_version, record_change
from records.batches import batches
from records.history import locked
from records.many import record_changes
from records.texts import isolated

Row = TypeVar("Row", bound=Goal | Strategy | Initiative)
MODELS: dict[str, type[Goal | Strategy | Initiative]] = {"goal": Goal, "strategy": Strategy, "initiative": Initiative}


@transaction.atomic
def move_row(*, row: Row, place: Place, seen_version: int | None = None, act: Act) -> Row:
    """Put a row somewhere else; it keeps its number, and a strategy takes its initiatives along.

    Raises ValidationError where a number would stand twice, or what it should stand beside is no longer there.
    """
    plan, fresh = begin(row, seen_version)
    parent = parent_of(fresh, place)
    was, beside = _beside(fresh), _beside(fresh, parent)
    index = _index(beside, place)
    if index == was.index(fresh) and all(getattr(fresh, name) == value for name, value in parent.items()):
        return fresh
    if isinstance(fresh, Strategy):
        refuse_twice([fresh], parent["goal"])
    key = _key(fresh, parent, beside, index)
    here = getattr(fresh, "strategy", None) or getattr(fresh, "goal", None)
    there = parent.get("strategy") or parent.get("goal")
    words = {"place": (_words(here, was.index(fresh), len(was)), _words(there, index, len(beside) + 1))}
    verb = f"{kind_of(fresh)}.moved"
    record_change(fresh, {**parent, "sort_key": key}, verb=verb, act=act, also=words, parent=plan)
    if isinstance(fresh, Strategy):
        take_along([fresh], fresh.goal, plan, act)
    return fresh


@transaction.atomic
def renumber_plan(*, plan: Plan, by_strategy: bool, seen_version: int | None = None, act: Act) -> int:
    """Give every row the number of its place; returns how many got another. Earlier numbers stay in the history."""
    fresh = locked(plan)
    tree = plan_tree(fresh)
    check_version(tree, seen_version)
    fresh.refuse_locked()
    wanted: dict[tuple[str, int], str] = {
        (row.kind, row.id): number for row, number in new_numbers(tree, by_strategy=by_strategy)
    }
    count = 0
    for kind, model in MODELS.items():
        keys = [key for of, key in wanted if of == kind]
        every: Any = model._default_manager.filter(pk__in=keys)
        rows = list(every.select_for_update(no_key=True).order_by("pk"))
        changing = [row.pk for row in rows if row.number != wanted[kind, row.pk]]
        # Out of the way first: a number may be given to one row while another still has it.
        aside = Concat(models.Value("~"), Cast("pk", models.CharField()))
        for some in batches(changing):
            model._default_manager.filter(pk__in=some).update(number=aside)
        count += len(changing)
        changes: list[Any] = [(row, _numbered(wanted[kind, row.pk]), {}) for row in rows]
        record_changes(changes, verb=f"{kind}.renumbered", act=act, parent=lambda row: fresh)
    return count


def _numbered(number: str) -> dict[str, str]:
    """A number with the place that it gives."""
    return {"number": number, "sort_key": natural_key(number)}


def begin(row: Row, seen_version: int | None) -> tuple[Plan, Row]:
    """The plan and the row, locked in this order, for somebody who saw the row as it is."""
    plan = locked(row.goal.plan if isinstance(row, Strategy) else row.plan)
    fresh = locked(row)
    check_version(fresh, seen_version)
    plan.refuse_locked()
    return plan, fresh


def kind_of(row: models.Model) -> str:
    return str(row._meta.model_name)


def refuse_twice(strategies: Sequence[Strategy], goal: Goal) -> None:
    """Raise ValidationError where strategies that come to a focus area have a number that is taken there."""
    numbers = [row.number for row in strategies]
    others = Strategy.objects.filter(goal=goal, deleted_at__isnull=True, number__in=numbers)
    taken = others.exclude(pk__in=[row.pk for row in strategies]).first()
    if taken is not None:
        raise ValidationError(
            f"“{goal}” has a strategy {taken.number} already, “{isolated(taken.title)}”: the number would stand there "
            "twice. Give one of the two another number first."
        )


def take_along(strategies: Sequence[Strategy], goal: Goal, plan: Plan, act: Act) -> None:
    """The initiatives of strategies follow them to their focus area."""
    under = Initiative.objects.filter(strategy__in=strategies, deleted_at__isnull=True).order_by("pk")
    rows = list(under.select_related("goal").select_for_update(of=("self",), no_key=True))
    record_changes(
        [(row, {"goal": goal}, {}) for row in rows], verb="initiative.moved", act=act, parent=lambda row: plan
    )


def parent_of(row: Goal | Strategy | Initiative, place: Place) -> dict[str, Any]:
    """What a row stands under, as its fields; nothing for a focus area."""
    if isinstance(row, Goal):
        return {}
    plan = row.goal.plan
    goal = Goal.objects.filter(pk=place.goal_id or 0, plan=plan, deleted_at__isnull=True).first()
    if goal is None:
        raise ValidationError({"place": f"Place: choose a {plan.goal_label.lower()} of this plan."})
    if isinstance(row, Strategy):
        return {"goal": goal}
    strategy = Strategy.objects.filter(pk=place.strategy_id or 0, goal=goal, deleted_at__isnull=True).first()
    if strategy is None and place.strategy_id is not None:
        raise ValidationError({"place": f"Place: the strategy is no longer under “{goal}”. Choose again."})
    return {"goal": goal, "strategy": strategy}


def _beside(row: Any, parent: dict[str, Any] | None = None) -> list[Any]:
    """The rows of a group in order: of the one a row stands in, or of another without the row itself."""
    names = {"goal": ["plan"], "strategy": ["goal"], "initiative": ["plan", "goal", "strategy"]}[kind_of(row)]
    group = {name: getattr(row, name) for name in names} | (parent or {})
    found = type(row)._default_manager.filter(deleted_at__isnull=True)
    for name, value in group.items():
        found = found.filter(**({name: value} if value is not None else {f"{name}__isnull": True}))
    return list(found if parent is None else found.exclude(pk=row.pk))


def _index(beside: Sequence[Any], place: Place) -> int:
    if place.after is None:
        return 0
    for index, row in enumerate(beside, start=1):
        if row.pk == place.after:
            return index
    raise ValidationError({"place": "Place: what it should stand after is no longer there. Choose again."})


def _key(row: Any, parent: dict[str, Any], beside: Sequence[Any], index: int) -> str:
    """A key between the neighbours to be; in an empty group, one under what the row stands under."""
    if not beside:
        above = parent.get("strategy") or parent.get("goal")
        return key_between(above.sort_key, None) if above else row.sort_key
    before = beside[index - 1].sort_key if index else ""
    after = beside[index].sort_key if index < len(beside) else None
    key = key_between(before, after)
    if not key:
        raise ValidationError("There is no more room between these two. Renumber the plan, then move it.")
    return key


def _words(group: Any, index: int, size: int) -> str:
    """Where a row stands, for the history: "3 of 5 in 1.1 Protect"."""
    return f"{index + 1} of {size} in {group or 'the plan'}"
