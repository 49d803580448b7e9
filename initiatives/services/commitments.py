"""Propose, accept, deliver, move and withdraw what a department promises."""

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


@transaction.atomic
def propose_commitment(
    *, initiative: Initiative, department: Department, what: str, due_date: date | None, act: Act
) -> Commitment:
    """Ask a department for something. It counts as promised once the department accepts."""
    row = Commitment(
        initiative=locked(initiative), department=department, what=what.strip(), due_date=due_date,
        baseline_due_date=due_date,
    )  # fmt: skip
    row.full_clean(validate_unique=False, validate_constraints=False)
    record_creation(row, verb="commitment.proposed", act=act, parent=initiative)
    return row


@transaction.atomic
def accept_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """The department says yes. Accepting twice is one acceptance; `act.by` must be a person."""
    fields = {"state": State.ACCEPTED, "accepted_at": act.at, "accepted_by": act.by}
    return _move(commitment, {State.PROPOSED}, fields, "commitment.accepted", seen_version, act)


@transaction.atomic
def deliver_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """The department has done it. Delivering something never formally accepted accepts it too."""
    fields: dict[str, Any] = {"state": State.DELIVERED, "delivered_at": act.at, "delivered_by": act.by}
    return _move(commitment, {State.PROPOSED, State.ACCEPTED}, fields, "commitment.delivered", seen_version, act)


@transaction.atomic
def withdraw_commitment(*, commitment: Commitment, seen_version: int | None = None, act: Act) -> Commitment:
    """Take a commitment back, with a reason."""
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say why the commitment is withdrawn."})
    fields = {"state": State.WITHDRAWN}
    return _move(commitment, {State.PROPOSED, State.ACCEPTED}, fields, "commitment.withdrawn", seen_version, act)


@transaction.atomic
def move_commitment(
    *, commitment: Commitment, due_date: date | None, seen_version: int | None = None, act: Act
) -> Commitment:
    """Change the due date, with a reason; the first date stays on record."""
    row = locked(commitment)
    check_version(row, seen_version)
    fields = moved_due_date(row, due_date, reason=act.reason)
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
    if row.state not in allowed:
        raise ValidationError(f"This commitment is {row.get_state_display().lower()}; that cannot be done to it now.")
    record_change(row, fields, verb=verb, act=act, parent=row.initiative)
    return row
