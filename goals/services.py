"""Everything that changes the shape of a plan."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from goals.models import Bearing, Evidence, Goal, Holiday, Plan, Priority, Strategy
from goals.numbering import key_of_number, natural_key
from people.models import PlanAccess
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
from records.many import record_creations

ADDRESSABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*")  # a number is part of the page's address
RESERVED = frozenset({"new"})  # short names and numbers that are addresses of other pages

RELATIONS = frozenset({"plan", "goal", "lead"})  # of rows that are checked many at once: not looked up one by one

# What else must hold when a plan is changed; rooms above add to it in their apps.py. Each gets the plan as it is, with
# its row locked, and as it would be, and raises ValidationError.
PLAN_RULES: list[Callable[[Plan, Plan], None]] = []

R = TypeVar("R", bound=Recorded)


@transaction.atomic
def create_plan(*, fields: Mapping[str, Any], act: Act) -> Plan:
    """Add a plan as a draft; only the system, which fills it at once, begins with one that runs.

    Without a short name it gets one from its title.
    """
    row = Plan(**fields)
    if act.by is not None and row.state != Plan.State.DRAFT:  # what PLAN_RULES ask of a change no empty plan has
        raise ValidationError({"state": "State: a new plan is a draft. It becomes active once it has what it needs."})
    row.slug = row.slug or _free_slug(row.title)
    _check_plan(row)
    row.access = PlanAccess.objects.create(name=row.title)
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
    done = _update(fresh, fields, None, act, check=_check_plan, verb="plan.changed", parent=None, also=also)
    if done.access is not None and done.access.name != done.title:
        PlanAccess.objects.filter(pk=done.access.pk).update(name=done.title)
    return done


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


def _check_evidence(row: Evidence, goals: Collection[Goal], *, exclude: Collection[str] = ()) -> None:
    row.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
    if any(goal.plan_id != row.plan_id for goal in goals):
        label = row.plan.goal_label
        raise ValidationError({"goals": f"{label}s: choose only those of this plan."})


@transaction.atomic
def add_parts(*, plan: Plan, rows: Sequence[Goal] | Sequence[Strategy] | Sequence[Priority], act: Act) -> None:
    """Add focus areas, or strategies, or priorities, in a fixed number of statements; each is kept as it is given.

    A row without a place of its own stands where its number puts it. Raises ValidationError of the first that is not
    right; none is added then.
    """
    plan.refuse_locked()
    taken = {_name_of(row) for row in _beside(plan, rows)}
    for row in rows:
        if not isinstance(row, Priority):
            row.sort_key = row.sort_key or natural_key(row.number)
            _check_number(row, taken=_name_of(row) in taken)
        else:
            _check_priority(row, taken=_name_of(row) in taken)
        taken.add(_name_of(row))
    if rows:
        record_creations(rows, verb=f"{rows[0]._meta.model_name}.created", act=act, parent=lambda row: plan)


@transaction.atomic
def add_evidence(*, plan: Plan, rows: Sequence[tuple[Evidence, Collection[Goal]]], act: Act) -> None:
    """Add reasons for the plan, each with the focus areas it bears on, in the order that they have.

    A fixed number of statements. Raises ValidationError of the first that is not right; none is added then.
    """
    for row, goals in rows:
        _check_evidence(row, goals, exclude=RELATIONS)
    at = record_creations([row for row, _ in rows], verb="evidence.created", act=act, parent=lambda row: plan)
    Bearing.objects.bulk_create(
        [Bearing(recorded_from=at, evidence=row, goal=goal) for row, goals in rows for goal in goals]
    )


def _name_of(row: Goal | Strategy | Priority) -> tuple[int, str]:
    """What no two of a group have in common: the group, and the number or name."""
    if isinstance(row, Strategy):
        return row.goal_id, row.number
    return row.plan_id, row.name.lower() if isinstance(row, Priority) else row.number


def _beside(plan: Plan, rows: Sequence[Any]) -> list[Any]:
    if not rows:
        return []
    of_plan = {"goal__plan": plan} if isinstance(rows[0], Strategy) else {"plan": plan}
    return list(type(rows[0])._default_manager.filter(deleted_at__isnull=True, **of_plan))


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


def _free_slug(title: str) -> str:
    """A short name made of a title: "City plan 2028" is city-plan-2028, or city-plan-2028-2 where that is taken."""
    longest = Plan._meta.get_field("slug").max_length or 0
    start = slugify(title)[: longest - 5].strip("-_") or "plan"
    taken = RESERVED | set(Plan.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    names = (start, *(f"{start}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _set_holidays(plan: Plan, wanted: Mapping[date, str]) -> dict[str, tuple[str, str]]:
    """Returns what changed, in words, for the history; nothing where nothing did."""
    held = {holiday.day: holiday.name for holiday in plan.holidays.all()}
    if held == dict(wanted):
        return {}
    new = [Holiday(plan=plan, day=day, name=name) for day, name in wanted.items() if held.get(day) != name]
    plan.holidays.filter(day__in=[day for day, name in held.items() if wanted.get(day) != name]).delete()
    Holiday.objects.bulk_create(new)
    return {"holidays": (_listed(held), _listed(wanted))}


def _listed(holidays: Mapping[date, str]) -> str:
    return ", ".join(f"{day} {name}" for day, name in sorted(holidays.items()))


def _check_priority(row: Priority, *, taken: bool | None = None) -> None:
    """`taken`: whether another has its name, where many are checked and were read before."""
    row.full_clean(exclude=RELATIONS if taken is not None else (), validate_unique=False, validate_constraints=False)
    if taken is None:
        others = Priority.objects.filter(plan=row.plan_id, deleted_at__isnull=True).exclude(pk=row.pk)
        taken = others.filter(name__iexact=row.name).exists()
    if taken:
        raise ValidationError(row.taken("priority_once"))


def _check_number(row: Goal | Strategy, beside: Any = None, *, taken: bool | None = None) -> None:
    """`beside`: the rows of its group; or `taken`: whether another has its number, where many are checked."""
    row.full_clean(exclude=RELATIONS if taken is not None else (), validate_unique=False, validate_constraints=False)
    if not ADDRESSABLE.fullmatch(row.number):
        raise ValidationError({"number": "Number: use letters, digits, dots and hyphens only, such as 2 or 2.1."})
    if row.number in RESERVED:
        raise ValidationError({"number": f"Number: “{row.number}” is the address of another page. Choose another one."})
    if taken is None:
        taken = beside.filter(number=row.number, deleted_at__isnull=True).exclude(pk=row.pk).exists()
    if taken:
        raise ValidationError(row.taken(next(iter(row.unique))))
