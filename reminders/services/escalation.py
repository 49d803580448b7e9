"""When others hear of what is late: off until a plan says so."""

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from records.audit import Act, check_version, record_event
from reminders.models import Escalation

MOST = 250  # working days, about a year


@transaction.atomic
def set_escalation(
    *, plan: Plan, liaison_after: int | None, managers_after: int | None, seen_version: int | None = None, act: Act
) -> Escalation:
    """After how many working days late a milestone is also told to the liaison and to plan managers; None: never.

    Raises ValidationError naming the field, StaleVersion as usual; an unchanged save changes nothing.
    """
    errors = {}
    for name, label, days in (
        ("liaison_after", "Tell the liaison after", liaison_after),
        ("managers_after", "Tell the plan managers after", managers_after),
    ):
        if days is not None and not 1 <= days <= MOST:
            errors[name] = f"{label}: give 1 to {MOST} working days, or leave it empty."
    if not errors and liaison_after is not None and managers_after is not None and managers_after < liaison_after:
        errors["managers_after"] = "Tell the plan managers after: not before the liaison is told."
    if errors:
        raise ValidationError(errors)
    row, _ = Escalation.objects.select_for_update().get_or_create(plan=plan)
    check_version(row, seen_version)
    wanted = {"liaison_after": liaison_after, "managers_after": managers_after}
    changes = {
        name: [_words(getattr(row, name)), _words(days)] for name, days in wanted.items() if getattr(row, name) != days
    }
    if changes:
        row.liaison_after, row.managers_after, row.version = liaison_after, managers_after, row.version + 1
        row.save()
        record_event(verb="escalation.changed", target=row, act=act, parent=plan, changes=changes)
    return row


def _words(days: int | None) -> str:
    return "never" if days is None else f"{days} working days"
