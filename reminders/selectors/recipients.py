"""Who is told: owner, else liaison, else plan managers, else administrators (rule G7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import RoleGrant, User
from people.roles import WORKING, Role
from reminders.models import Subscription


@dataclass(frozen=True)
class Recipient:
    """One person who is told, why it is them, and whom they stand in for; nobody stands in where it is personal."""

    person_id: int
    reason: str
    instead_of: int | None = None
    is_personal: bool = False


@dataclass
class Directory:
    """Everybody who can be reached, by what makes them the one to tell; loaded in two queries, then asked often."""

    day: date
    reachable: set[int]
    # Of these, who may answer for what they own: an owner who only reads is passed over.
    working: set[int] = field(default_factory=set)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    liaisons: dict[int, list[int]] = field(default_factory=dict)
    by_role: dict[str, list[int]] = field(default_factory=dict)
    muted: dict[int, frozenset[str]] = field(default_factory=dict)
    away: dict[int, int | None] = field(default_factory=dict)

    @classmethod
    def load(cls, day: date, people: Collection[int] | None = None) -> "Directory":
        """`people`: the owners that will be asked for, or None for everybody."""
        book = cls(day=day, reachable=set())
        grants = RoleGrant.objects.filter(recorded_until__isnull=True, user__is_active=True).exclude(user__email="")
        if people is not None:
            standing_in = Subscription.objects.filter(delegate__isnull=False).values("delegate")
            grants = grants.filter(Q(user__in=people) | Q(user__in=standing_in) | Q(role__in=[Role.LIAISON, *ASKED]))
        columns = ("user", "role", "department", "user__name", "user__email")
        for user_id, role, department_id, name, email in grants.order_by("user").values_list(*columns):
            book.reachable.add(user_id)
            book.names[user_id] = name, email
            if role in WORKING:
                book.working.add(user_id)
            if role == Role.LIAISON:
                book.liaisons.setdefault(department_id, []).append(user_id)
            elif role in ASKED:
                book.by_role.setdefault(role, []).append(user_id)
        rows = Subscription.objects.all()
        book._read_subscriptions(rows if people is None else rows.filter(person__in=book.reachable))
        return book

    def _read_subscriptions(self, rows: "QuerySet[Subscription]") -> None:
        for row in rows:
            self.muted[row.person_id] = frozenset(row.muted_kinds)
            if row.is_away(self.day):
                self.away[row.person_id] = row.delegate_id

    def chain(self, owners: Iterable[int | None], departments: Iterable[int | None]) -> list[Recipient]:
        """The first link of the chain in which somebody can be reached."""
        found = [Recipient(key, "owner") for key in dict.fromkeys(owners) if key in self.working]
        if not found:
            found = self.liaisons_of(departments)
        if not found:
            found = self.with_role(Role.PLAN_MANAGER, "manager")
        return found or self.with_role(Role.ADMINISTRATOR, "administrator")

    def liaisons_of(self, departments: Iterable[int | None]) -> list[Recipient]:
        keys = [key for department in departments if department for key in self.liaisons.get(department, [])]
        return [Recipient(key, "liaison") for key in dict.fromkeys(keys)]

    def with_role(self, role: str, reason: str) -> list[Recipient]:
        return [Recipient(key, reason) for key in self.by_role.get(role, [])]

    def after_preferences(self, recipients: Iterable[Recipient], kind: str) -> list[Recipient]:
        """Those who want to hear of this kind; for who is away their delegate, each person once."""
        found: dict[int, Recipient] = {}
        for one in recipients:
            if kind in self.muted.get(one.person_id, ()):
                continue
            listener: Recipient | None = one
            if one.person_id in self.away:
                listener = None if one.is_personal else self._delegate_of(one)
            if listener is not None and (listener.person_id not in found or listener.instead_of is None):
                found[listener.person_id] = listener
        return list(found.values())

    def _delegate_of(self, one: Recipient) -> Recipient | None:
        delegate = self.away[one.person_id]
        # As in stand_ins: where an answer may be asked, who only reads would be asked in vain.
        able = self.working if one.person_id in self.working else self.reachable
        if delegate is None or delegate not in able or delegate in self.away:
            return None  # it waits until they are back, and is made good then
        return Recipient(delegate, one.reason, instead_of=one.person_id)


ASKED = (Role.LEADER, Role.PLAN_MANAGER, Role.ADMINISTRATOR)


def answering_people() -> "QuerySet[User]":
    """Those of them who may answer for what they own."""
    grant = RoleGrant.objects.filter(user=OuterRef("pk"), recorded_until__isnull=True, role__in=WORKING)
    return User.objects.reachable().filter(Exists(grant))


def stand_ins(person: User) -> "QuerySet[User]":
    """Who can hear it in their place: for who may answer only who may answer too."""
    able = answering_people() if person.has_role(*WORKING) else User.objects.reachable()
    return able.exclude(pk=person.pk)
