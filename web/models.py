"""What was sent before."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A form or request that took effect: the same key with the same content gets the same answer, and does nothing."""

    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64)  # SHA-256 of what was sent
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "content"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
