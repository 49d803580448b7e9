"""What was sent before."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A form or request that took effect, by its one-time key: the same key sent again gets the same answer."""

    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
