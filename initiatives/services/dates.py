"""Moving a due date: the first one agreed is kept, a later one is a slip and needs a reason."""

from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError


class Dated(Protocol):
    """A row with a due date, the one first agreed, and how often it slipped."""

    due_date: date | None
    baseline_due_date: date | None
    slip_count: int


def moved_due_date(row: Dated, due_date: date | None, *, reason: str) -> dict[str, Any]:
    """The fields that change when a row's due date becomes `due_date`; raises ValidationError without a reason."""
    if due_date == row.due_date:
        return {}
    fields: dict[str, Any] = {"due_date": due_date}
    if row.due_date is None:
        return fields | ({"baseline_due_date": due_date} if row.baseline_due_date is None else {})
    if not reason.strip():
        raise ValidationError({"reason": "Reason: say why the due date moves. The first date stays on record."})
    if due_date is None or due_date > row.due_date:
        fields["slip_count"] = row.slip_count + 1
    return fields
