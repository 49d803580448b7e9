"""Who is told: owner, else liaison, else plan managers, else administrators (ground rule G7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import RoleGrant, User
from people.roles import Role
from reminders.models import Subscription


@dataclass(frozen=True)
class Told:
    """One person who is told, why it is them, and whom they stand in for."""

    person_id: int
    because: str
    instead_of: int | None = None


@dataclass
class Directory:
    """Everybody who can be reached, by what makes them the one to tell; loaded once, then asked often."""

    day: date
    reachable: set[int]
    liaisons: dict[int, list[int]] = field(default_factory=dict)
    by_role: dict[str, list[int]] = field(default_factory=dict)
    muted: dict[int, frozenset[str]] = field(default_factory=dict)
    away: dict[int, int | None] = field(default_factory=dict)

    @classmethod
    def load(cls, day: date, people: Collection[int] | None = None) -> "Directory":
        """`people`: the owners that will be asked for, or None for everybody."""
        users = reachable_people()
        if people is not None:
            standing_in = Subscription.objects.filter(delegate__isnull=False).values("delegate")
            users = users.filter(Q(pk__in=people) | Q(pk__in=standing_in))
        book = cls(day=day, reachable=set(users.order_by().values_list("pk", flat=True)))
        grants = RoleGrant.objects.filter(
            recorded_until__isnull=True, user__is_active=True, role__in=[Role.LIAISON, Role.LEADER, *MANAGERS]
        ).exclude(user__email="")
        for user_id, role, department_id in grants.order_by("user").values_list("user", "role", "department"):
            book.reachable.add(user_id)
            if role == Role.LIAISON:
                book.liaisons.setdefault(department_id, []).append(user_id)
            else:
                book.by_role.setdefault(role, []).append(user_id)
        book._read_subscriptions()
        return book

    def _read_subscriptions(self) -> None:
        rows = Subscription.objects.filter(person__in=self.reachable)
        columns = ("person", "muted_kinds", "away_from", "away_until", "delegate")
        for person_id, muted, away_from, away_until, delegate_id in rows.values_list(*columns):
            self.muted[person_id] = frozenset(muted)
            if away_from is not None and away_from <= self.day <= away_until:
                self.away[person_id] = delegate_id

    def chain(self, owners: Iterable[int | None], departments: Iterable[int | None]) -> list[Told]:
        """The first link of the chain in which somebody can be reached."""
        found = [Told(key, "owner") for key in dict.fromkeys(owners) if key in self.reachable]
        if not found:
            found = self.liaisons_of(departments)
        if not found:
            found = self.with_role(Role.PLAN_MANAGER, "manager")
        return found or self.with_role(Role.ADMINISTRATOR, "administrator")

    def liaisons_of(self, departments: Iterable[int | None]) -> list[Told]:
        keys = [key for department in departments if department for key in self.liaisons.get(department, [])]
        return [Told(key, "liaison") for key in dict.fromkeys(keys)]

    def with_role(self, role: str, because: str) -> list[Told]:
        return [Told(key, because) for key in self.by_role.get(role, [])]

    def heard(self, told: Iterable[Told], kind: str) -> list[Told]:
        """Those who want to hear of this kind; for who is away their delegate, each person once."""
        heard: dict[int, Told] = {}
        for one in told:
            if kind in self.muted.get(one.person_id, ()):
                continue
            listener: Told | None = one
            if one.person_id in self.away:
                listener = self._delegate_of(one)
            if listener is not None and (listener.person_id not in heard or listener.instead_of is None):
                heard[listener.person_id] = listener
        return list(heard.values())

    def _delegate_of(self, one: Told) -> Told | None:
        delegate = self.away[one.person_id]
        if delegate is None or delegate not in self.reachable or delegate in self.away:
            return None  # it waits until they are back, and is made good then
        return Told(delegate, one.because, instead_of=one.person_id)


MANAGERS = (Role.PLAN_MANAGER, Role.ADMINISTRATOR)


def reachable_people() -> "QuerySet[User]":
    """Active, with an address, and with at least one role: everybody else could not act on a mail."""
    grant = RoleGrant.objects.filter(user=OuterRef("pk"), recorded_until__isnull=True)
    return User.objects.filter(Exists(grant), is_active=True).exclude(email="")
