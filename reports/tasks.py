"""What beat and the doorbell start. Each calls one service."""

from celery import shared_task
from django.utils import timezone

from reports import services


@shared_task(name="reports.freeze_due_quarters")
def freeze_due_quarters(**kwargs: object) -> None:
    """Build every quarter that is over and has no snapshot."""
    services.freeze_due_quarters(at=timezone.now())


@shared_task(name="reports.build_published_files")
def build_published_files(**kwargs: object) -> None:
    """Build the files of what was published since the last look."""
    services.build_published_files(at=timezone.now())
