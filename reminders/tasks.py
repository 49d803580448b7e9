"""The doorbell. Losing or doubling one changes nothing: what is due stands in rows."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from reminders import services


@shared_task(name="reminders.plan_messages", expires=600)
def plan_messages(**kwargs: Any) -> None:
    """Queue the digests that are due by now."""
    services.plan_messages(at=timezone.now())
