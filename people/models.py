"""Users, departments and roles."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Lower

from people.roles import Role
from records.history import Recorded, Span, Version
from records.texts import Searched


class DepartmentFields(Searched):
    """What is recorded of a department."""

    named_by = ("abbreviation", "name")

    name = models.CharField(max_length=200)
    abbreviation = models.CharField(max_length=40)
    parent = models.ForeignKey("people.Department", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Department(DepartmentFields, Recorded):
    """A part of the city that does the work, or an office within one."""

    unique: ClassVar = {
        "department_abbreviation_unique": ("abbreviation", "Abbreviation: {row.abbreviation} is already used."),
    }

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

    def reachable(self) -> "models.QuerySet[User]":
        """Active, with an address, and with at least one role: everybody else could not act on a mail."""
        grant = RoleGrant.objects.filter(user=models.OuterRef("pk"), recorded_until__isnull=True)
        return self.filter(models.Exists(grant), is_active=True).exclude(email="")


class PlanAccess(models.Model):
    """What a role can be given for besides the whole installation: one plan, which points here (its `access`).

    This room knows no plans. `name` is the plan's title, for the words of a role; whoever changes one changes both.
    """

    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Grant(NamedTuple):
    """A role somebody holds now; `department_id` for a liaison, `plan_access_id` where it holds for one plan alone."""

    role: str
    department_id: int | None
    plan_access_id: int | None = None


class UserFields(Searched):
    """What is recorded of a person."""

    named_by, told_by = ("name",), ("email",)

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

    unique: ClassVar = dict.fromkeys(
        ["user_email_unique", "people_user_email_key"], ("email", "E-mail: {row.email} already has an account.")
    )

    # Declared again: Django wants the sign-in name unique by itself, and AbstractBaseUser shadows `is_active`.
    email = models.EmailField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True)
    # Which private address for feed readers counts (people/links.py): 0 before the first, below 0 once that was ended.
    # No recorded field, as the password is none: what happened to it stands in the audit log.
    feed_series = models.IntegerField(default=0, db_default=0, editable=False)

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
        return frozenset(Grant(*row) for row in held.values_list("role", "department_id", "plan_access_id"))

    def has_role(self, *roles: str, plan_access: int | None = None) -> bool:
        """Whether a role is held for the whole installation or, where one is asked for, for that plan."""
        return self.is_active and any(
            grant.role in roles and grant.plan_access_id in (None, plan_access) for grant in self.grants
        )

    def has_role_somewhere(self, *roles: str) -> bool:
        """For the whole installation or for any plan: whether to ask for which."""
        return self.is_active and any(grant.role in roles for grant in self.grants)

    @cached_property
    def plan_accesses(self) -> frozenset[int]:
        """The plans for which this person holds a role of its own."""
        return frozenset(grant.plan_access_id for grant in self.grants if grant.plan_access_id is not None)

    @cached_property
    def managed_accesses(self) -> frozenset[int]:
        """The plans for which this person is plan manager by a role for that plan."""
        held = (grant.plan_access_id for grant in self.grants if grant.role == Role.PLAN_MANAGER)
        return frozenset(key for key in held if key is not None)

    @property
    def reads_every_plan(self) -> bool:
        """Holds a role for the whole installation; who holds none sees the plans that they have a role in, alone."""
        return any(grant.plan_access_id is None for grant in self.grants)

    def knows(self, pk: str = "pk", *, of: Any = None) -> Q:
        """The condition on people that this person is told of, whose key is `pk`.

        Who sees some plans alone: those who have a role there, or one for the whole installation. `of`: a row of the
        plan that a form is about, or the plan; then those of the person's other plans are not told there.
        """
        if self.reads_every_plan:
            return Q()
        return works_in(self.plan_accesses if of is None else self.plan_accesses & {of.plan_access_id}, pk)

    def liaison_departments(self, plan_access: int | None) -> frozenset[int]:
        """Departments this person speaks for everywhere or, where one is asked for, in that plan."""
        return frozenset(
            grant.department_id
            for grant in self.grants
            if grant.department_id is not None and grant.plan_access_id in (None, plan_access)
        )

    @property
    def liaison_departments_somewhere(self) -> frozenset[int]:
        """Departments this person speaks for in any plan: whose pages are theirs. It says nothing of what they may."""
        return frozenset(grant.department_id for grant in self.grants if grant.department_id is not None)

    @property
    def has_feed_address(self) -> bool:
        return self.feed_series > 0

    @property
    def has_joined(self) -> bool:
        """Has a password, or came by the city's own sign-in (people.selectors.NOT_JOINED)."""
        return self.has_usable_password() or self.last_login is not None

    def role_changes(self, within: Collection[int] | None = None) -> int:
        """How often a role was given to this person or taken away; it only grows, so it tells a page that is stale.

        `within`: what somebody sees who sees these plans alone; None: everything. Who may not see a change is neither
        told that there was one nor stopped by it.
        """
        seen = RoleGrant.objects.filter(Q() if within is None else holds_in(within), user=self)
        ever = seen.aggregate(given=Count("pk"), ended=Count("recorded_until"))
        return int(ever["given"] + ever["ended"])

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """The one question of pages, API, exports and templates. Answered by people.backends."""
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

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
    # The plan that it holds for; without one the whole installation.
    plan_access = models.ForeignKey(PlanAccess, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department", "plan_access"],
                condition=Q(recorded_until__isnull=True),
                nulls_distinct=None,
                name="role_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.LIAISON, department__isnull=False)
                | (~Q(role=Role.LIAISON) & Q(department__isnull=True)),
                name="role_grant_department_for_liaison_only",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMINISTRATOR) | Q(plan_access__isnull=True),
                name="role_grant_administrator_of_everything",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"

    @property
    def words(self) -> str:
        """The role, and the department and the plan it holds for: Department liaison (Streets) for “City plan”."""
        role = f"{self.get_role_display()} ({self.department})" if self.department else self.get_role_display()
        return f"{role} for “{self.plan_access}”" if self.plan_access else role


def works_in(plan_accesses: Collection[int], pk: str = "pk") -> Q:
    """The condition on people, whose key is `pk`: they hold a role for one of these plans, or for everything."""
    held = RoleGrant.objects.filter(holds_in(plan_accesses), user=models.OuterRef(pk), recorded_until__isnull=True)
    return Q(models.Exists(held))


def holds_in(plan_accesses: Collection[int]) -> Q:
    """The condition on roles: they count in one of these plans."""
    return Q(plan_access__isnull=True) | Q(plan_access__in=plan_accesses)


class Session(AbstractBaseSession):
    """A session, and who is signed in with it; read and written by people.sessions."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    last_seen_at = models.DateTimeField(null=True)  # when the person last did something, to the minute
