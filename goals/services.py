"""Everything that changes the shape of a plan."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from goals.models import Bearing, Evidence, Goal, Plan, Priority, Strategy
from goals.numbering import key_of_number, natural_key
from records.audit import (
    Act,
    check_version,
    record_change,
    record_creation,
    record_deletion,
    record_restoration,
    set_members,
    settled,
)
from records.history import Recorded, locked, refuse_circle

ADDRESSABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*")  # a number is part of the page's address
RESERVED = frozenset({"new"})  # short names and numbers that are addresses of other pages

# What else must hold when a plan is changed; rooms above add to it in their apps.py. Each gets the plan as it is, with
# its row locked, and as it would be, and raises ValidationError.
PLAN_RULES: list[Callable[[Plan, Plan], None]] = []

Structure = TypeVar("Structure", Goal, Strategy)
R = TypeVar("R", bound=Recorded)


@transaction.atomic
def create_plan(*, fields: Mapping[str, Any], act: Act) -> Plan:
    """Add a plan, as a draft unless `state` says otherwise."""
    row = Plan(**fields)
    _check_plan(row)
    record_creation(row, verb="plan.created", act=act)
    return row


@transaction.atomic
def update_plan(
    *,
    plan: Plan,
    fields: Mapping[str, Any],
    holidays: Mapping[date, str] | None = None,
    seen_version: int | None = None,
    act: Act,
) -> Plan:
    """Change a plan's own texts, dates and settings; `holidays` (day: name) replaces the days without reminders."""
    fresh = locked(plan, with_all="predecessor" in fields)
    check_version(fresh, seen_version)
    also = {} if holidays is None else _set_holidays(fresh, holidays)
    return _update(fresh, fields, None, act, check=_check_plan, verb="plan.changed", parent=None, also=also)


@transaction.atomic
def create_priority(*, plan: Plan, name: str, meaning: str = "", order: int = 0, act: Act) -> Priority:
    """Add something the plan answers to from outside."""
    row = Priority(plan=plan, name=name.strip(), meaning=meaning.strip(), order=order)
    _check_priority(row)
    record_creation(row, verb="priority.created", act=act, parent=plan)
    return row


@transaction.atomic
def update_priority(
    *, priority: Priority, fields: Mapping[str, Any], seen_version: int | None = None, act: Act
) -> Priority:
    """Change what a priority is called or means, or where it stands in the order."""
    return _update(
        priority, fields, seen_version, act, verb="priority.changed", parent=priority.plan, check=_check_priority
    )


@transaction.atomic
def create_goal(*, plan: Plan, fields: Mapping[str, Any], act: Act) -> Goal:
    """Add a focus area; its number is unique in the plan."""
    plan.refuse_locked()
    row = Goal(plan=plan, **fields)
    row.sort_key = natural_key(row.number)
    _check_number(row, Goal.objects.filter(plan=plan))
    record_creation(row, verb="goal.created", act=act, parent=plan)
    return row


@transaction.atomic
def update_goal(*, goal: Goal, fields: Mapping[str, Any], seen_version: int | None = None, act: Act) -> Goal:
    """Change a focus area; history and frozen reports keep what it was."""
    return _update(
        goal, fields, seen_version, act, verb="goal.changed", parent=goal.plan,
        check=lambda row: _check_number(row, Goal.objects.filter(plan=row.plan)),
    )  # fmt: skip


@transaction.atomic
def create_strategy(*, goal: Goal, fields: Mapping[str, Any], act: Act) -> Strategy:
    """Add a strategy under a focus area; its number is unique there."""
    goal.plan.refuse_locked()
    row = Strategy(goal=goal, **fields)
    row.sort_key = natural_key(row.number)
    _check_number(row, Strategy.objects.filter(goal=goal))
    record_creation(row, verb="strategy.created", act=act, parent=goal.plan)
    return row


@transaction.atomic
def update_strategy(
    *, strategy: Strategy, fields: Mapping[str, Any], seen_version: int | None = None, act: Act
) -> Strategy:
    """Change a strategy; history and frozen reports keep what it was."""
    return _update(
        strategy, fields, seen_version, act, verb="strategy.changed", parent=strategy.goal.plan,
        check=lambda row: _check_number(row, Strategy.objects.filter(goal=row.goal)),
    )  # fmt: skip


@transaction.atomic
def create_evidence(*, plan: Plan, fields: Mapping[str, Any], goals: Collection[Goal] = (), act: Act) -> Evidence:
    """Add a reason for the plan at the end of the list; `goals`: those it bears on, none for the whole plan."""
    row = Evidence(plan=plan, **fields)
    last = Evidence.objects.filter(plan=plan, deleted_at__isnull=True).aggregate(last=Max("order"))["last"]
    row.order = (last or 0) + 1
    _check_evidence(row, goals)
    event = record_creation(row, verb="evidence.created", act=act, parent=plan)
    set_members(Bearing.objects.all(), "goal", goals, at=event.happened_at, evidence=row)
    return row


@transaction.atomic
def update_evidence(
    *,
    evidence: Evidence,
    fields: Mapping[str, Any],
    goals: Collection[Goal] | None = None,
    seen_version: int | None = None,
    act: Act,
) -> Evidence:
    """Change what a piece of evidence says or which focus areas it bears on; None leaves those alone."""
    row = locked(evidence)
    check_version(row, seen_version)
    draft = Evidence.objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(draft, name, value)
    _check_evidence(draft, goals or ())
    act = settled(act, row)
    also = {}
    if goals is not None:
        pair = set_members(Bearing.objects.all(), "goal", goals, at=act.at, evidence=row)
        also = {} if pair is None else {"goals": pair}
    record_change(row, fields, verb="evidence.changed", act=act, also=also, parent=row.plan)
    return row


@transaction.atomic
def move_evidence(*, evidence: Evidence, beside: int, is_after: bool, act: Act) -> None:
    """Let it stand right before or after the one with the key `beside`; said twice, it moves once."""
    plan = locked(evidence.plan)  # who moves others of the same plan waits
    rows = {row.pk: row for row in Evidence.objects.select_for_update().filter(plan=plan, deleted_at__isnull=True)}
    if evidence.pk not in rows or beside not in rows or beside == evidence.pk:
        raise ValidationError("One of the two is not in the list any more. Look again; nothing was moved.")
    places: list[int] = []
    for row in rows.values():  # two that were added at one moment may have the same
        places.append(max(row.order, places[-1] + 1 if places else 0))
    order = [key for key in rows if key != evidence.pk]
    order.insert(order.index(beside) + is_after, evidence.pk)
    for key, place in zip(order, places, strict=True):
        record_change(rows[key], {"order": place}, verb="evidence.moved", act=act, parent=plan)


@transaction.atomic
def retire_evidence(*, evidence: Evidence, seen_version: int | None = None, act: Act) -> None:
    """Show it no longer; earlier days and reports keep it (rule G13)."""
    row = locked(evidence)
    check_version(row, seen_version)
    record_deletion(row, verb="evidence.retired", act=act, parent=row.plan)


@transaction.atomic
def restore_evidence(*, evidence: Evidence, act: Act) -> Evidence:
    """Show again what was retired, where it stood."""
    row = Evidence.objects.select_for_update(no_key=True).get(pk=evidence.pk)
    if row.deleted_at is None:
        raise ValidationError(f"“{row}” is not retired any more.")
    record_restoration(row, {}, verb="evidence.restored", act=act, parent=row.plan)
    return row


def _check_evidence(row: Evidence, goals: Collection[Goal]) -> None:
    row.full_clean(validate_unique=False, validate_constraints=False)
    if any(goal.plan_id != row.plan_id for goal in goals):
        label = row.plan.goal_label
        raise ValidationError({"goals": f"{label}s: choose only those of this plan."})


def _update(
    row: R,
    fields: Mapping[str, Any],
    seen: int | None,
    act: Act,
    *,
    check: Any,
    verb: str,
    parent: Plan | None,
    also: Mapping[str, tuple[str, str]] | None = None,
) -> R:
    fresh = locked(row)
    check_version(fresh, seen)
    wanted = dict(fields)
    if "number" in wanted and parent is not None:
        wanted |= key_of_number(fresh, wanted["number"])
        if "sort_key" in wanted:
            parent.refuse_locked()
    draft = type(row)._default_manager.get(pk=row.pk)
    for name, value in wanted.items():
        setattr(draft, name, value)
    check(draft)
    if isinstance(fresh, Plan):
        for rule in PLAN_RULES:
            rule(fresh, draft)  # type: ignore[arg-type] # a draft of the same model
    record_change(fresh, wanted, verb=verb, act=act, also=also, parent=parent)
    return fresh


def _check_plan(row: Plan) -> None:
    row.full_clean(validate_unique=False, validate_constraints=False)
    if row.pk is not None and row.predecessor_id is not None:
        refuse_circle(row, "predecessor", "Predecessor")
    errors: dict[str, str] = {}
    if row.start_date and row.end_date and row.end_date < row.start_date:
        errors["end_date"] = "End date: it lies before the start date."
    if row.slug in RESERVED:
        errors["slug"] = f"Short name: “{row.slug}” is the address of another page. Choose a different one."
    if Plan.objects.filter(slug=row.slug).exclude(pk=row.pk).exists():
        errors |= row.taken("plan_slug_unique")
    if errors:
        raise ValidationError(errors)


def _set_holidays(plan: Plan, wanted: Mapping[date, str]) -> dict[str, tuple[str, str]]:
    """Returns what changed, in words, for the history; nothing where nothing did."""
    held = {holiday.day: holiday.name for holiday in plan.holidays.all()}
    if held == dict(wanted):
        return {}
    plan.holidays.exclude(day__in=wanted).delete()
    for day, name in wanted.items():
        if held.get(day) != name:
            plan.holidays.update_or_create(day=day, defaults={"name": name})
    return {"holidays": (_listed(held), _listed(wanted))}


def _listed(holidays: Mapping[date, str]) -> str:
    return ", ".join(f"{day} {name}" for day, name in sorted(holidays.items()))


def _check_priority(row: Priority) -> None:
    row.full_clean(validate_unique=False, validate_constraints=False)
    others = Priority.objects.filter(plan=row.plan_id, deleted_at__isnull=True).exclude(pk=row.pk)
    if others.filter(name__iexact=row.name).exists():
        raise ValidationError(row.taken("priority_once"))


def _check_number(row: Structure, beside: Any) -> None:
    row.full_clean(validate_unique=False, validate_constraints=False)
    if not ADDRESSABLE.fullmatch(row.number):
        raise ValidationError({"number": "Number: use letters, digits, dots and hyphens only, such as 2 or 2.1."})
    if row.number in RESERVED:
        raise ValidationError({"number": f"Number: “{row.number}” is the address of another page. Choose another one."})
    if beside.filter(number=row.number, deleted_at__isnull=True).exclude(pk=row.pk).exists():
        raise ValidationError(row.taken(next(iter(row.unique))))
