"""What beat starts. Each calls one function."""

from celery import shared_task
from django.utils import timezone

from records import seals


@shared_task(name="records.seal_audit_log", expires=300)
def seal_audit_log(**kwargs: object) -> None:
    """Seal what was committed since the last time."""
    seals.seal_audit_log(at=timezone.now())


@shared_task(name="records.check_audit_log", expires=3600)
def check_audit_log(**kwargs: object) -> None:
    """Check every seal against the events it stands for, once a day."""
    seals.check_when_due(at=timezone.now())
