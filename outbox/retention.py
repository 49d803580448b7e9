"""What is kept for some time only."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Q, Value, When

from jobs.retention import register
from outbox.models import Message
from records.batches import BATCH

REMOVED = "removed"  # in place of an address; a mail that was sent had one, which the table asks for


@register("mails", "Texts and addresses of mails that were sent")
def remove_texts(at: datetime, kept: timedelta) -> int:
    """The rows stay: to whom, of which kind, when, and what each told. Mails that failed or are in doubt keep all."""
    over = Message.objects.filter(state__in=[Message.State.SENT, Message.State.CANCELLED], ended_at__lt=at - kept)
    over = over.filter(~Q(text="") | ~Q(html="") | ~Q(address="") | ~Q(to_address__in=["", REMOVED]))
    count = 0
    while keys := list(over.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            to = Case(When(to_address="", then=Value("")), default=Value(REMOVED))
            Message.objects.filter(pk__in=keys).update(text="", html="", address="", to_address=to)
        count += len(keys)
    return count
