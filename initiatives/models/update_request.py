"""UpdateRequest: somebody asks how an initiative stands, before the plan would."""

from django.db import models

from initiatives.models.initiative import Initiative
from people.models import User


class UpdateRequest(models.Model):
    """Asked for an update on a local day, at most once a day for each initiative; the digest tells its owner.

    Answered by any update that comes after it, so nothing is kept of the answer.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="update_requests")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "day"], name="update_request_once_a_day")]
        indexes = [models.Index(fields=["recorded_at"], name="update_request_latest")]

    def __str__(self) -> str:
        return str(self.initiative)
