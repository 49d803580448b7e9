"""What is kept for some time only."""

from datetime import datetime, timedelta

from jobs.retention import register, remove_rows
from people.models import Session


@register("sessions", "Sessions that ended, with words typed after their end")
def remove_sessions(at: datetime, kept: timedelta) -> int:
    return remove_rows(Session.objects.filter(expire_date__lt=at - kept))
