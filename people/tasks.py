"""What beat starts."""

from celery import shared_task
from django.utils import timezone

from people.services import deactivate_unseen


@shared_task(name="people.deactivate_unseen", expires=3600)
def deactivate_unseen_people(**kwargs: object) -> None:
    """Close the accounts of those who were not here for as long as the settings say."""
    deactivate_unseen(at=timezone.now())
