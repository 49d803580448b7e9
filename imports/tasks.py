"""What beat and the doorbell start."""

from celery import shared_task
from django.utils import timezone

from imports import services
from jobs.doorbell import EXPIRES, ring


@shared_task(name="imports.work", expires=EXPIRES)
def work(**kwargs: object) -> None:
    """Do the next task of the import that has waited longest, and ring again for the one after it."""
    if services.work_on_next(at=timezone.now()) is not None:
        ring("imports.work")
