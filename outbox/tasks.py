"""The doorbell. Losing or doubling one changes nothing: what is due stands in rows."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from jobs.heartbeats import beat
from jobs.models import Heartbeat
from outbox import services


@shared_task(name="outbox.send_due_messages", expires=60)
def send_due_messages(**kwargs: Any) -> None:
    """Send what is due, and leave the worker's sign of life: this came through the queue."""
    beat(Heartbeat.Name.WORKER, at=timezone.now())
    services.send_due_messages(at=timezone.now())
