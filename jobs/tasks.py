"""What beat starts."""

from celery import shared_task
from django.utils import timezone

from jobs import retention


@shared_task(name="jobs.apply_retention", expires=3600)
def apply_retention(**kwargs: object) -> None:
    """Remove what was kept long enough, once a day."""
    retention.apply_retention(at=timezone.now())
