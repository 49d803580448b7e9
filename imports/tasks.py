"""What beat and the doorbell start."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from imports import services


@shared_task(name="imports.work", expires=60)
def work(**kwargs: object) -> None:
    """Do the next task of the import that has waited longest, and ring again for the one after it."""
    if services.work_on_next(at=timezone.now()) is not None:
        ring()


@shared_task(name="imports.remove_old_files", expires=600)
def remove_old_files(**kwargs: object) -> None:
    """Delete files of imports whose time is over."""
    services.remove_old_files(at=timezone.now())


def ring() -> None:
    """Wake a worker for what was just put into the queue. Where no broker answers, beat's next tick finds the row."""
    transaction.on_commit(work.delay, robust=True)
