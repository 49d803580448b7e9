"""Carry chosen initiatives of a plan forward into its successor, and close those that are left behind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from goals.services import add_parts, update_plan
from initiatives.models import Initiative, Lineage, Status
from initiatives.models.commitment import OPEN_COMMITMENT
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.selectors.succession import CLOSED, Choice, Succession, offer_of, planned
from initiatives.services.copying import Along, Copying, Spot, begin_like
from initiatives.services.many import record_status_updates
from records.audit import Act, check_version, settled
from records.history import locked
from records.many import record_events


@transaction.atomic
def begin_successor(*, before: Plan, fields: Mapping[str, Any], act: Act) -> Plan:
    """A draft that follows another plan: its settings and priorities, and nothing else yet.

    Its evidence stays: a finding says why there was the plan before, and the new one has reasons of its own to find.
    """
    held = locked(before)
    act = replace(act, reason=f"Follows “{held}”.")
    plan = begin_like(held, {**fields, "predecessor": held}, act)
    Copying(plan, Along(), act).take_priorities(held)
    return plan


@transaction.atomic
def carry_forward(*, plan: Plan, choice: Choice, seen_version: int | None = None, act: Act) -> Succession:
    """Make each chosen initiative again in the plan that follows, with what is open of it, and remember its origin.

    The others get an update that closes them, each with its own reason or the act's, or stay as they are. What is
    carried stays in the plan before as it stands there. Raises StaleVersion where either plan is another than was seen,
    ValidationError where nothing is chosen, a reason is missing or the plan is locked.
    """
    fresh, before = _both(plan)
    offer = offer_of(fresh, before)
    check_version(offer, seen_version)
    fresh.refuse_locked()
    found = planned(offer, choice)
    refuse_empty(choice, found, act)
    carry = replace(act, reason=f"Carried forward from “{before}”.")
    run = Copying(fresh, Along(people=choice.people, commitments=choice.commitments), carry)
    run.take_priorities(before)
    _give_texts(found, run)
    add_parts(plan=fresh, rows=list(found.new_goals.values()), act=carry)
    add_parts(plan=fresh, rows=list(found.new_strategies.values()), act=carry)
    if found.steps:
        spots = {step.row.pk: Spot(step.goal, step.strategy, step.number) for step in found.steps}
        made = run.take([step.row for step in found.steps], spots, begins=fresh.start_date)
        run.take_milestones(before, made, OPEN_MILESTONE)
        run.take_commitments(before, made, OPEN_COMMITMENT)
        _remember(found, made, fresh, before, carry)
    if choice.rest and found.left:
        _close(found.left, choice, act)
    if choice.archive:
        update_plan(plan=before, fields={"state": Plan.State.ARCHIVED}, act=act)
    return found


def _both(plan: Plan) -> tuple[Plan, Plan]:
    """A plan and the one before it, locked with the initiatives of that, so that nobody closes one meanwhile."""
    if plan.predecessor is None:
        raise ValidationError("This plan names no plan before it. Name one in its settings first.")
    first, second = sorted((plan, plan.predecessor), key=lambda row: row.pk)  # in one order, or two wait for each other
    by_key = {row.pk: row for row in (locked(first), locked(second))}
    rows = Initiative.objects.filter(plan=plan.predecessor, deleted_at__isnull=True).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return by_key[plan.pk], by_key[plan.predecessor.pk]


def refuse_empty(choice: Choice, found: Succession, act: Act) -> None:
    """Raises ValidationError naming the field where a choice says too little."""
    if choice.rest not in ("", *CLOSED):
        raise ValidationError({"rest": "Choose what becomes of the others: completed, cancelled, or as they are."})
    if not found.steps and not (choice.rest and found.left) and not choice.archive:
        raise ValidationError({"carried": "Tick at least one initiative, or say what becomes of the others."})
    if choice.rest and not act.reason and any(not choice.reasons.get(row.pk) for row in found.left):
        raise ValidationError({"reason": "Reason: say why the others are closed. Everybody can read it."})


def _give_texts(found: Succession, run: Copying) -> None:
    """What a new heading says besides its title: the text, source and lead of the one it is like."""
    goals: dict[int, Any] = {step.row.goal_id: step.row.goal for step in found.steps}
    strategies: dict[int | None, Any] = {step.row.strategy_id: step.row.strategy for step in found.steps}
    alike: list[tuple[Any, Any]] = [(made, goals[key]) for key, made in found.new_goals.items()]
    alike += [(made, strategies[key]) for key, made in found.new_strategies.items()]
    for made, like in alike:
        made.text, made.basis, made.source, made.lead = like.text, like.basis, like.source, run.person(like.lead)


def _remember(found: Succession, made: Mapping[int, Initiative], plan: Plan, before: Plan, act: Act) -> None:
    act = settled(act)
    kind = Lineage.Kind.CARRIED
    rows = [step.row for step in found.steps]
    Lineage.objects.bulk_create(
        [Lineage(initiative=made[row.pk], origin=row, kind=kind, recorded_at=act.at) for row in rows]
    )
    words = {row.pk: {"carried": ["", f"{made[row.pk]}, in {plan}"]} for row in rows}
    record_events(rows, verb="initiative.carried", act=act, parent=lambda row: before, changes=words)


def _close(rows: list[Initiative], choice: Choice, act: Act) -> None:
    reports: list[Any] = [
        (
            row,
            {
                "status": choice.rest,
                "percent": 100 if choice.rest == Status.COMPLETED else row.percent,
                "happened": choice.reasons.get(row.pk) or act.reason,
            },
            row.latest_update_id,
        )
        for row in rows
    ]
    record_status_updates(reports=reports, act=act)
