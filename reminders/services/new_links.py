"""Ask for a new link in place of one that expired."""

from datetime import datetime

from django.db import transaction

from outbox.models import Message
from outbox.services import put
from records.asof import local_day
from reminders.models import MessageItem


@transaction.atomic
def send_new_link(*, item: MessageItem, at: datetime) -> Message | None:
    """Mail a new link for an item whose link expired, to the person it was for; at most one a day and item."""
    day = local_day(at)
    message = put(kind="link", person=item.person_id, key=f"{item.pk}:{day}", at=at)
    if message is not None:
        MessageItem.objects.create(
            message=message, person=item.person, kind="new_link", subject_type=item.subject_type,
            subject_id=item.subject_id, due_date=day, step=0, plan_id=item.plan_id, initiative_id=item.initiative_id,
            label=item.label, reason=item.reason, planned_on=day,
            seen_update_id=item.initiative.latest_update_id if item.initiative else None,
        )  # fmt: skip
    return message
