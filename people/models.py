"""Users, departments, roles, and the audit log."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from people.history import Recorded, Span, Version
from people.roles import Role


class Channel(models.TextChoices):
    """How a change came in."""

    WEB = "web", "Web page"
    EMAIL_LINK = "email_link", "E-mail link"
    API = "api", "API"
    IMPORT = "import", "Import"
    SYSTEM = "system", "System"


class DepartmentFields(models.Model):
    """What is recorded of a department."""

    name = models.CharField(max_length=200)
    abbreviation = models.CharField(max_length=40)
    parent = models.ForeignKey("people.Department", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Department(DepartmentFields, Recorded):
    """A part of the city that does the work, or an office within one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("abbreviation"), condition=Q(deleted_at__isnull=True), name="department_abbreviation_unique"
            ),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class DepartmentVersion(Version, DepartmentFields):
    subject = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="versions")


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail, whatever the case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class Grant(NamedTuple):
    """A role somebody holds now; `department_id` for a liaison."""

    role: str
    department_id: int | None


class UserFields(models.Model):
    """What is recorded of a person."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150)
    department = models.ForeignKey(
        "people.Department", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        abstract = True


class User(UserFields, Recorded, AbstractBaseUser):
    """A person who signs in with their e-mail address. People are deactivated, never deleted."""

    # Declared again: Django wants the sign-in name unique by itself, and AbstractBaseUser shadows `is_active`.
    email = models.EmailField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def grants(self) -> frozenset[Grant]:
        """The roles held now; one query, kept for the life of this object (a request)."""
        held = RoleGrant.objects.filter(user=self, recorded_until__isnull=True)
        return frozenset(Grant(*row) for row in held.values_list("role", "department_id"))

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(grant.role in roles for grant in self.grants)

    @property
    def liaison_department_ids(self) -> frozenset[int]:
        """Departments this person reports for."""
        return frozenset(
            grant.department_id
            for grant in self.grants
            if grant.role == Role.LIAISON and grant.department_id is not None
        )

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """One policy for pages, API, exports and templates: the predicates in each room's rules.py. Unknown: no."""
        return self.is_active and bool(rules.has_perm(perm, self, obj))

    def has_perms(self, perms: Iterable[str], obj: Any = None) -> bool:
        """All of them. Django's `permission_required` asks this."""
        return all(self.has_perm(perm, obj) for perm in perms)


class UserVersion(Version, UserFields):
    subject = models.ForeignKey(User, on_delete=models.PROTECT, related_name="versions")


class RoleGrant(Span):
    """A role given to a person, from when until when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department"],
                condition=Q(recorded_until__isnull=True),
                nulls_distinct=None,
                name="role_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.LIAISON, department__isnull=False)
                | (~Q(role=Role.LIAISON) & Q(department__isnull=True)),
                name="role_grant_department_for_liaison_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"


class AuditEvent(models.Model):
    """One act: what was done to which row, by whom, when, how and why. Written by `people.audit`, never changed.

    Holds no foreign key to the row, so it stays readable after the row is gone. `changes` maps a field to its
    [before, after] in words.
    """

    happened_at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.BigIntegerField()
    target_label = models.CharField(max_length=300)
    parent_type = models.CharField(max_length=40, blank=True)
    parent_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-happened_at"], name="auditevent_target"),
            models.Index(fields=["parent_type", "parent_id", "-happened_at"], name="auditevent_parent"),
            models.Index(fields=["-happened_at", "-id"], name="auditevent_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"


class Ledger(models.Model):
    """One row that every recorded change passes: nothing may be recorded as earlier than `closed_until` any more.

    Closing a quarter moves it to the quarter's end, so a change that was in flight at the cut-off is either in the
    quarter for every later reader or after it, never in between (docs/adr/0005).
    """

    closed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"closed until {self.closed_until}"


class Submission(models.Model):
    """A form or request that took effect, by its one-time key: the same key sent again gets the same answer."""

    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
