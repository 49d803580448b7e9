"""Lineage: which initiative another one came from, in its own plan or in the plan before."""

from django.db import models

from initiatives.models.initiative import Initiative


class Lineage(models.Model):
    """One initiative goes on in another. Written once; what either is called is read from the rows themselves."""

    class Kind(models.TextChoices):
        CARRIED = "carried", "Carried forward"
        SPLIT = "split", "Split off"
        MERGED = "merged", "Merged"

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "origin", "kind"], name="lineage_once")]
        indexes = [models.Index(fields=["origin"], name="lineage_of_origin")]

    def __str__(self) -> str:
        return f"{self.origin} → {self.initiative}"
