"""Split, merge, retire and restore the rows of a plan's tree. A locked plan refuses all of it (rule B-51).

What is retired is hidden from now on and keeps its past (rule G13); restored, it goes on where it ended.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from goals.models import Goal, Plan, Strategy
from goals.numbering import natural_key
from goals.services import create_goal, create_strategy
from initiatives.models import Alignment, Commitment, Contribution, Initiative, Lineage, Milestone
from initiatives.selectors.structure import Place
from initiatives.services.initiatives import create_initiative, delete_initiative
from initiatives.services.structure import Row, begin, kind_of, parent_of, refuse_twice, take_along
from people.models import User
from records.audit import (
    Act,
    check_version,
    record_change,
    record_deletion,
    record_event,
    record_restoration,
    set_members,
    settled,
)
from records.history import locked
from records.many import locked_many, record_changes

# What a new part of an initiative has in common with it.
SHARED = (
    "goal", "strategy", "owner", "lead_department", "horizon", "audience", "visibility", "start_date", "due_date",
)  # fmt: skip
Part = Strategy | Initiative | Milestone | Commitment


@transaction.atomic
def split_row(
    *, row: Row, number: str, title: str, moving: Iterable[Part] = (), seen_version: int | None = None, act: Act
) -> Goal | Strategy | Initiative:
    """Make a second row of one, of the same kind and beside it, and give it some of what stands under the first."""
    plan, fresh = begin(row, seen_version)
    fields: dict[str, Any] = {"number": number, "title": title}
    made: Goal | Strategy | Initiative
    if isinstance(fresh, Goal):
        made = create_goal(plan=plan, fields=fields | {"lead": fresh.lead}, act=act)
    elif isinstance(fresh, Strategy):
        made = create_strategy(goal=fresh.goal, fields=fields | {"lead": fresh.lead}, act=act)
    else:
        fields |= {name: getattr(fresh, name) for name in SHARED}
        people, served = _people(fresh), [span.priority for span in _open(Alignment, fresh)]
        made = create_initiative(plan=plan, fields=fields, contributors=people, priorities=served, act=act)
        at = settled(act, fresh).at
        Lineage.objects.create(initiative=made, origin=fresh, kind=Lineage.Kind.SPLIT, recorded_at=at)
    record_event(
        verb=f"{kind_of(fresh)}.split", target=fresh, act=act, changes={"split_off": ["", str(made)]}, parent=plan
    )
    _hand(moving, fresh, made, plan, act)
    return made


@transaction.atomic
def merge_rows(*, row: Row, into: Row, seen_version: int | None = None, act: Act) -> Goal | Strategy | Initiative:
    """Give all that stands under one row to another of its kind and plan, and retire the first."""
    if row == into:
        raise ValidationError({"into": f"Into: “{row}” cannot be merged into itself. Choose another."})
    plan, fresh = begin(row, seen_version)
    _refuse_without_reason(plan, act, "merged")
    target: Goal | Strategy | Initiative = locked(into)
    if type(target) is not type(fresh) or _plan_key(target) != plan.pk:
        raise ValidationError({"into": f"Into: “{target}” belongs to another plan."})
    at = settled(act, fresh, target).at
    also: dict[str, Any] = {"merged": ("", str(fresh))}
    if isinstance(fresh, Initiative) and isinstance(target, Initiative):
        people = {person.pk: person for person in (*_people(target), *_people(fresh))}
        pair = set_members(Contribution.objects.all(), "person", people.values(), at=at, initiative=target)
        also |= {} if pair is None else {"contributors": pair}
        served = {span.priority_id: span.priority for one in (target, fresh) for span in _open(Alignment, one)}
        pair = set_members(Alignment.objects.all(), "priority", served.values(), at=at, initiative=target)
        also |= {} if pair is None else {"priorities": pair}
        Lineage.objects.create(initiative=target, origin=fresh, kind=Lineage.Kind.MERGED, recorded_at=at)
    _hand(parts_of(fresh), fresh, target, plan, act)
    record_change(target, {}, verb=f"{kind_of(fresh)}.merged", act=act, also=also, parent=plan)
    record_deletion(fresh, verb=f"{kind_of(fresh)}.merged", act=act, parent=plan)
    return target


@transaction.atomic
def retire_row(*, row: Goal | Strategy | Initiative, seen_version: int | None = None, act: Act) -> None:
    """Hide a row from now on, with a reason where the plan is running; nothing may stand under a group any more."""
    plan, fresh = begin(row, seen_version)
    _refuse_without_reason(plan, act, "retired")
    if isinstance(fresh, Initiative):
        delete_initiative(initiative=fresh, act=act)
        return
    held = len(parts_of(fresh))
    if held:
        rows = "1 row" if held == 1 else f"{held} rows"
        raise ValidationError(f"“{fresh}” still holds {rows}. Move, merge or retire what stands in it first.")
    record_deletion(fresh, verb=f"{kind_of(fresh)}.retired", act=act, parent=plan)


@transaction.atomic
def restore_row(*, row: Row, number: str, place: Place, seen_version: int | None = None, act: Act) -> Row:
    """Show a retired row again, under this number, in the group of `place`; what hung on it is there again too."""
    plan = locked(row.goal.plan if isinstance(row, Strategy) else row.plan)
    fresh: Row = type(row)._default_manager.select_for_update().get(pk=row.pk)  # type: ignore[assignment] # same model
    check_version(fresh, seen_version)
    plan.refuse_locked()
    if fresh.deleted_at is None:
        raise ValidationError(f"“{fresh}” is not retired any more.")
    fields = {**parent_of(fresh, place), "number": number, "sort_key": natural_key(number)}
    draft = type(row)._default_manager.get(pk=row.pk)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.full_clean(validate_unique=False, validate_constraints=False)
    group = {"goal": draft.goal} if isinstance(draft, Strategy) else {"plan": plan}
    if type(row)._default_manager.filter(**group, number=draft.number, deleted_at__isnull=True).exists():
        raise ValidationError(draft.taken(next(iter(draft.unique))))
    record_restoration(fresh, fields, verb=f"{kind_of(fresh)}.restored", act=act, parent=plan)
    return fresh


def _refuse_without_reason(plan: Plan, act: Act, done: str) -> None:
    if plan.state != Plan.State.DRAFT and not act.reason:
        raise ValidationError({"reason": f"Reason: say why it is {done}. The plan is no draft any more."})


def _hand(parts: Iterable[Part], old: Any, new: Any, plan: Plan, act: Act) -> None:
    """Put parts of one row under another; each keeps its number and its place among the others that come along."""
    by_kind: dict[type[Part], list[Part]] = {Strategy: [], Initiative: [], Milestone: [], Commitment: []}
    for part in parts:
        by_kind[type(part)].append(part)
    fields = {kind_of(old): new} | ({"goal": new.goal} if isinstance(new, Strategy) else {})
    verb, above = ("transferred", new) if isinstance(new, Initiative) else ("moved", plan)
    for kind, several in by_kind.items():
        kept = list(locked_many(several, *fields).values()) if several else []
        for part in kept:
            if _holder(part) != old.pk:
                raise ValidationError(f"“{part}” does not stand under “{old}” any more. Nothing was changed.")
        strategies = [part for part in kept if isinstance(part, Strategy)]
        if strategies:
            refuse_twice(strategies, new)
        changes: list[Any] = [(part, fields, {}) for part in kept]
        record_changes(changes, verb=f"{kind._meta.model_name}.{verb}", act=act, parent=lambda row: above)
        if strategies:
            take_along(strategies, new, plan, act)


def _holder(part: Part) -> int | None:
    if isinstance(part, Strategy):
        return part.goal_id
    if isinstance(part, Initiative):
        return part.strategy_id or part.goal_id
    return part.initiative_id


def parts_of(row: Goal | Strategy | Initiative) -> list[Part]:
    """What stands directly under a row."""

    def alive(model: Any, **of: Any) -> list[Part]:
        return list(model._default_manager.filter(deleted_at__isnull=True, **of).order_by("pk"))

    if isinstance(row, Goal):
        return alive(Strategy, goal=row) + alive(Initiative, goal=row, strategy__isnull=True)
    if isinstance(row, Strategy):
        return alive(Initiative, strategy=row)
    return alive(Milestone, initiative=row) + alive(Commitment, initiative=row)


def _open(spans: type[models.Model], initiative: Initiative) -> Any:
    return spans._default_manager.filter(initiative=initiative, recorded_until__isnull=True)


def _people(initiative: Initiative) -> list[User]:
    return [span.person for span in _open(Contribution, initiative).select_related("person")]


def _plan_key(row: Any) -> int:
    key: int = row.goal.plan_id if isinstance(row, Strategy) else row.plan_id
    return key
