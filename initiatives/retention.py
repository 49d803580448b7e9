"""What is kept for some time only."""

from datetime import datetime, timedelta

from initiatives.models import StatusDraft
from jobs.retention import register, remove_rows


@register("drafts", "Drafts of updates that nobody published")
def remove_drafts(at: datetime, kept: timedelta) -> int:
    return remove_rows(StatusDraft.objects.filter(saved_at__lt=at - kept))
