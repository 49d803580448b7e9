"""Ask whoever owns an initiative for an update, before the plan would ask by itself."""

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from initiatives.models import SILENT, Initiative, Status, UpdateRequest
from initiatives.selectors.status import status_set_by_people
from records.asof import local_day
from records.audit import Act, record_event, settled
from records.history import locked


@transaction.atomic
def ask_for_update(*, initiative: Initiative, act: Act) -> UpdateRequest:
    """The owner finds it in the next digest. A second time on the same day returns what was asked first."""
    row, asker = locked(initiative), act.by
    if asker is None:
        raise ValidationError("An update is asked for by a person; the plan asks by itself when one is due.")
    _refuse_in_vain(row, act)
    act = settled(act)
    day = local_day(act.at)
    earlier = UpdateRequest.objects.filter(initiative=row, day=day).select_related("asked_by").first()
    if earlier is not None:
        return earlier
    asked = UpdateRequest.objects.create(initiative=row, asked_by_id=asker.pk, day=day, recorded_at=act.at)
    record_event(verb="initiative.update_asked", target=row, act=act, parent=row.plan)
    return asked


def _refuse_in_vain(row: Initiative, act: Act) -> None:
    """Raise ValidationError where nobody would hear of it, or nothing is to be said."""
    if row.owner_id is None:
        raise ValidationError("It has no owner who could be asked. Name one first.")
    if act.by is not None and row.owner_id == act.by.pk:
        raise ValidationError("You own it yourself. Publish an update.")
    said = Initiative.objects.filter(pk=row.pk).values_list(status_set_by_people(), flat=True).get()
    if said in SILENT:
        raise ValidationError(f"It is {Status(said).label.lower()}, so no update is expected.")
    if row.start_date > local_day(act.at):
        raise ValidationError("It has not begun, so no update is expected.")
    if row.plan.state != Plan.State.ACTIVE or not row.plan.reminders_on:
        raise ValidationError("This plan sends no reminders, so nobody would hear of it.")
