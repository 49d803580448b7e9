"""Add, move, tick off, reopen and cancel milestones."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from initiatives.models import Initiative, Milestone
from initiatives.services.dates import moved_due_date
from records.asof import local_day
from records.audit import Act, check_version, record_change, record_creation
from records.days import in_words
from records.history import locked

EDITABLE = frozenset({"title", "due_date", "due_text", "owner", "department", "order", "basis", "source"})
RELATIONS = frozenset(field.name for field in Milestone._meta.concrete_fields if field.is_relation)


@transaction.atomic
def add_milestone(*, initiative: Initiative, fields: Mapping[str, Any], act: Act) -> Milestone:
    """Add an open milestone at the end of the initiative's list unless `order` says otherwise."""
    _only_known(fields)
    row = Milestone(initiative=locked(initiative), **fields)
    if "order" not in fields:
        last = Milestone.objects.filter(initiative=initiative).aggregate(last=Max("order"))["last"]
        row.order = (last or 0) + 1
    row.baseline_due_date = row.due_date
    check_milestone(row)
    record_creation(row, verb="milestone.added", act=act, parent=initiative)
    return row


@transaction.atomic
def update_milestone(
    *, milestone: Milestone, fields: Mapping[str, Any], seen_version: int | None = None, act: Act
) -> Milestone:
    """Change what differs. A moved due date needs `act.reason`, keeps the first date and counts as a slip if later."""
    _only_known(fields)
    row = locked(milestone)
    check_version(row, seen_version)
    wanted = dict(fields)
    if "due_date" in wanted:
        moved = moved_due_date(row, wanted["due_date"], reason=act.reason)
        wanted |= moved
        if moved:
            wanted.setdefault("due_text", "")
    draft = Milestone.objects.get(pk=row.pk)
    for name, value in wanted.items():
        setattr(draft, name, value)
    check_milestone(draft, owner_before=row.owner_id)
    record_change(row, wanted, verb="milestone.changed", act=act, parent=row.initiative)
    return row


@transaction.atomic
def complete_milestone(
    *, milestone: Milestone, completed_date: date | None = None, seen_version: int | None = None, act: Act
) -> Milestone:
    """Tick a milestone off; without a date, today. Raises ValidationError for a day after today (rule B-17)."""
    row = locked(milestone)
    check_version(row, seen_version)
    today = local_day(act.at)
    day = completed_date or today
    refuse_future(day, today)
    if row.is_cancelled:
        raise ValidationError("This milestone was cancelled. Reopen it first.")
    record_change(row, {"completed_date": day}, verb="milestone.completed", act=act, parent=row.initiative)
    return row


@transaction.atomic
def reopen_milestone(*, milestone: Milestone, seen_version: int | None = None, act: Act) -> Milestone:
    """Open again what was completed or cancelled; the old date stays in the history (rule B-16)."""
    row = locked(milestone)
    check_version(row, seen_version)
    fields = {"completed_date": None, "is_cancelled": False}
    record_change(row, fields, verb="milestone.reopened", act=act, parent=row.initiative)
    return row


@transaction.atomic
def cancel_milestone(*, milestone: Milestone, seen_version: int | None = None, act: Act) -> Milestone:
    """Give a milestone up; it makes nothing late any more (rule B-03)."""
    row = locked(milestone)
    check_version(row, seen_version)
    if row.completed_date is not None:
        raise ValidationError("This milestone is completed. Reopen it first.")
    record_change(row, {"is_cancelled": True}, verb="milestone.cancelled", act=act, parent=row.initiative)
    return row


def _only_known(fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise ValidationError(f"{', '.join(sorted(unknown))}: not something an edit can set.")


def refuse_future(day: date, today: date) -> None:
    """Nothing is completed on a day that has not come (rule B-17)."""
    if day > today:
        raise ValidationError({"completed_date": f"Completed on: {in_words(day)} has not come yet."})


def check_milestone(row: Milestone, owner_before: int | None = None, *, is_draft: bool = False) -> None:
    """Raises ValidationError naming the field; what a draft points to may not be stored yet."""
    if row.owner is not None and row.owner_id != owner_before and not row.owner.is_active:
        raise ValidationError({"owner": f"Owner: {row.owner} was deactivated. Choose somebody who is active."})
    row.full_clean(exclude=RELATIONS if is_draft else (), validate_unique=False, validate_constraints=False)
