"""What is swept away on schedule."""

from datetime import timedelta
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from web.models import IdempotencyKey

KEYS_KEPT = timedelta(days=30)  # a form that stood open longer is older than every session


@shared_task(name="web.sweep", expires=3600)
def sweep(**kwargs: object) -> None:
    """Remove sessions that ended, and one-time keys of forms nobody can have open any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    IdempotencyKey.objects.filter(recorded_at__lt=timezone.now() - KEYS_KEPT).delete()
