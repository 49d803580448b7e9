"""Tell whoever asked for a file how it ended, at once and by mail (design: an export that is ready is not digested).

Reports and reminders do not know each other: what is asked for, ready, failed and fetched stands in the audit log.
"""

from datetime import datetime, timedelta

from django.db import transaction

from records.asof import local_day
from records.models import AuditEvent
from reminders.models import Message, MessageItem
from reminders.services.identity import message_id

TOLD_AFTER = timedelta(minutes=1)  # whoever waits on the page has fetched it by then, and needs no mail
TOLD_WITHIN = timedelta(days=2)
SUBJECT = "exportjob"  # as the audit log names it
ENDS = ("export.ready", "export.failed")


def queue_export_mails(*, at: datetime) -> int:
    """Put a mail into the outbox for each person whose file has ended and who has not fetched it; returns how many."""
    ended = AuditEvent.objects.filter(
        verb__in=ENDS, happened_at__gt=at - TOLD_WITHIN, happened_at__lte=at - TOLD_AFTER
    ).order_by("pk")
    events = list(ended)
    if not events:
        return 0
    told = set(
        MessageItem.objects.filter(subject_type="export", subject_id__in=[event.pk for event in events]).values_list(
            "subject_id", "person"
        )
    )
    count = 0
    for event in events:
        for person in sorted(waiting_for(event) - {who for pk, who in told if pk == event.pk}):
            count += _queue(event, person, at)
    return count


def waiting_for(event: AuditEvent) -> set[int]:
    """Who had asked for the file when it ended, and has not fetched it since."""
    of_file = AuditEvent.objects.filter(
        target_type=SUBJECT, target_id=event.target_id, actor_id__isnull=False
    ).order_by()
    asked = of_file.filter(verb="export.asked", pk__lt=event.pk).values_list("actor_id", flat=True)
    fetched = of_file.filter(verb="export.fetched").values_list("actor_id", flat=True)
    return {person for person in asked if person is not None} - set(fetched)


def end_of(item: MessageItem) -> AuditEvent:
    """The event that a mail about a file tells of."""
    return AuditEvent.objects.get(pk=item.subject_id)


@transaction.atomic
def _queue(event: AuditEvent, person: int, at: datetime) -> bool:
    message, is_new = Message.objects.get_or_create(
        message_id=message_id(Message.Sort.EXPORT, person, str(event.pk)),
        defaults={
            "person_id": person, "sort": Message.Sort.EXPORT, "day": local_day(at), "date": at.replace(microsecond=0),
            "planned_at": at, "next_try_at": at,
        },
    )  # fmt: skip
    if is_new:
        MessageItem.objects.create(
            message=message, person_id=person, kind=event.verb.replace(".", "_"), subject_type="export",
            subject_id=event.pk, due_date=local_day(event.happened_at), step=0, plan_id=event.parent_id or 0,
            label=event.target_label, because="asked", planned_on=local_day(at),
        )  # fmt: skip
    return is_new
