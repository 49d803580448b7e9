"""Propose, answer, deliver, move and withdraw what a department promises."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from initiatives.models import Commitment, Initiative
from initiatives.services.dates import moved_due_date
from people.models import Department
from records.audit import Act, check_version, record_change, record_creation
from records.history import locked

State = Commitment.State
RELATIONS = frozenset(field.name for field in Commitment._meta.concrete_fields if field.is_relation)
NO_OFFER: dict[str, Any] = {"offered_due_date": None, "offered_department": None}


@transaction.atomic
def propose_commitment(
    *, initiative: Initiative, department: Department, what: str, due_date: date | None, act: Act
) -> Commitment:
    """Ask a department for something. It counts as promised once the department accepts."""
    row = Commitment(
        initiative=locked(initiative), department=department, what=what.strip(), due_date=due_date,
        baseline_due_date=due_date,
    )  # fmt: skip
    check_commitment(row)
    record_creation(row, verb="commitment.proposed", act=act, parent=initiative)
    return row


def check_commitment(row: Commitment, *, is_draft: bool = False) -> None:
    """Raises ValidationError naming the field; what a draft points to may not be stored yet."""
    row.full_clean(exclude=RELATIONS if is_draft else (), validate_unique=False, validate_constraints=False)


@transaction.atomic
def accept_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """The department says yes. Accepting twice is one acceptance; `act.by` must be a person."""
    fields = {"state": State.ACCEPTED, "accepted_at": act.at, "accepted_by": act.by} | _answered(act, "")
    return _move(commitment, {State.PROPOSED}, fields, "commitment.accepted", seen_version, act)


@transaction.atomic
def decline_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """The department says no, with a reason, which is the act's."""
    if not act.reason:
        raise ValidationError({"reason": "Reason: say why it is declined. Whoever asked hears it."})
    fields = {"state": State.DECLINED} | _answered(act, act.reason)
    return _move(commitment, {State.PROPOSED}, fields, "commitment.declined", seen_version, act)


@transaction.atomic
def offer_commitment(
    *, commitment: Commitment, due_date: date | None, department: Department | None,
    seen_version: int | None = None, act: Act,
) -> Commitment:  # fmt: skip
    """The department would do it by another day, or names another department, with a reason. What was asked stands
    until the initiative's side agrees.
    """
    row = locked(commitment)
    other_day = due_date if due_date != row.due_date else None
    other = department if department is not None and department.pk != row.department_id else None
    if row.has_offer and (row.offered_due_date, row.offered_department) == (other_day, other):
        return row
    check_version(row, seen_version)
    _check_state(row, {State.PROPOSED})
    if other_day is None and other is None:
        raise ValidationError("Give another date or another department than was asked for.")
    if not act.reason:
        raise ValidationError({"reason": "Reason: say why. Whoever asked hears it."})
    fields = _answered(act, act.reason) | {"offered_due_date": other_day, "offered_department": other}
    record_change(row, fields, verb="commitment.offered", act=act, parent=row.initiative)
    return row


@transaction.atomic
def agree_to_offer(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """Take what the department offered: its own date is accepted with that, another department is asked anew."""
    row = locked(commitment)
    check_version(row, seen_version)
    _check_offer(row)
    fields: dict[str, Any] = dict(NO_OFFER)
    if row.offered_due_date is not None:
        fields |= {"due_date": row.offered_due_date, "baseline_due_date": row.offered_due_date}
    if row.offered_department is not None:
        fields |= {"department": row.offered_department, "answered_at": None, "answered_by": None, "answer": ""}
    else:
        fields |= {"state": State.ACCEPTED, "accepted_at": act.at, "accepted_by": row.answered_by}
    record_change(row, fields, verb="commitment.agreed", act=act, parent=row.initiative)
    return row


@transaction.atomic
def ask_again(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """Keep to what was asked: the offer is gone, and the department is asked once more."""
    row = locked(commitment)
    check_version(row, seen_version)
    _check_offer(row)
    fields = {**NO_OFFER, "answered_at": None, "answered_by": None, "answer": ""}
    record_change(row, fields, verb="commitment.asked_again", act=act, parent=row.initiative)
    return row


@transaction.atomic
def deliver_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """The department has done what it accepted."""
    fields: dict[str, Any] = {"state": State.DELIVERED, "delivered_at": act.at, "delivered_by": act.by}
    return _move(commitment, {State.ACCEPTED}, fields, "commitment.delivered", seen_version, act)


@transaction.atomic
def reopen_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """It was not delivered after all: promised again as it was."""
    row = locked(commitment)
    check_version(row, seen_version)
    _check_state(row, {State.DELIVERED})
    fields = {"state": State.ACCEPTED, "delivered_at": None, "delivered_by": None}
    record_change(row, fields, verb="commitment.reopened", act=act, parent=row.initiative)
    return row


@transaction.atomic
def withdraw_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """Take a commitment back, with a reason."""
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say why the commitment is withdrawn."})
    fields = {"state": State.WITHDRAWN, **NO_OFFER}
    return _move(commitment, {State.PROPOSED, State.ACCEPTED}, fields, "commitment.withdrawn", seen_version, act)


@transaction.atomic
def move_commitment(
    *, commitment: Commitment, due_date: date | None, seen_version: int | None = None, act: Act
) -> Commitment:
    """Change the due date, with a reason; the first date stays on record."""
    row = locked(commitment)
    check_version(row, seen_version)
    fields = moved_due_date(row, due_date, reason=act.reason)
    if fields:
        fields |= NO_OFFER
    record_change(row, fields, verb="commitment.moved", act=act, parent=row.initiative)
    return row


def _move(
    commitment: Commitment,
    allowed: set[Commitment.State],
    fields: dict[str, Any],
    verb: str,
    seen: int | None,
    act: Act,
) -> Commitment:
    row = locked(commitment)
    if row.state == fields["state"]:
        return row  # withdrawn twice is withdrawn once
    check_version(row, seen)
    _check_state(row, allowed)
    record_change(row, fields, verb=verb, act=act, parent=row.initiative)
    return row


def _check_state(row: Commitment, allowed: set[Commitment.State]) -> None:
    if row.state not in allowed:
        raise ValidationError(f"This commitment is {row.get_state_display().lower()}; that cannot be done to it now.")


def _check_offer(row: Commitment) -> None:
    if not row.has_offer:
        raise ValidationError("The department proposes nothing else at the moment.")


def _answered(act: Act, words: str) -> dict[str, Any]:
    """What the department says to what it was asked."""
    return {"answered_at": act.at, "answered_by": act.by, "answer": words, **NO_OFFER}
