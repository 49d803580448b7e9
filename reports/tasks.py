"""What beat and the doorbell start. Each calls one service."""

from celery import shared_task
from django.utils import timezone

from jobs.doorbell import EXPIRES, ring
from reports import services
from reports.workflow.report import make_first_view


@shared_task(name="reports.freeze_due_quarters")
def freeze_due_quarters(**kwargs: object) -> None:
    """Build every quarter that is over and has no snapshot, and what the first reader of its report would wait for."""
    for snapshot in services.freeze_due_quarters(at=timezone.now()):
        make_first_view(snapshot)


@shared_task(name="reports.build_published_files")
def build_published_files(**kwargs: object) -> None:
    """Build the files of what was published since the last look."""
    services.build_published_files(at=timezone.now())


@shared_task(name="reports.build_exports", expires=EXPIRES)
def build_exports(**kwargs: object) -> None:
    """Build the file that has waited longest, and ring again for the next: each has the whole time limit of a task."""
    if services.build_next_export(at=timezone.now()) is not None:
        ring("reports.build_exports")
