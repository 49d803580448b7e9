"""What groups of the city's identity provider mean here, and what went wrong at it of late."""

from django.db import models
from django.db.models import Q

from people.models import Department
from people.roles import Role


class GroupRole(models.Model):
    """Whoever is in a group at the provider holds a role here; a liaison's is for a department."""

    group = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("group", "role", "department_id")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "role"], condition=Q(department__isnull=True), name="group_role_once"
            ),
            models.UniqueConstraint(fields=["group", "role", "department"], name="group_role_department_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.words}"

    @property
    def words(self) -> str:
        """“Department liaison, Streets Department”."""
        label = str(self.get_role_display())
        return f"{label}, {self.department.name}" if self.department else label


class FailedSignIn(models.Model):
    """A sign-in that the provider or planapp refused, for whoever set the provider up. Only the newest are kept."""

    KEPT = 50

    at = models.DateTimeField()
    provider = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.provider}: {self.reason}"
