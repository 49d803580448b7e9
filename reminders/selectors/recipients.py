"""Who is told: owner, else liaison, else plan managers, else administrators (rule G7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from goals.models import Plan
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
    # By plan the same with those who have a role in it alone; a plan that nobody has such a role in is not there.
    apart: dict[int, "Directory"] = field(default_factory=dict)

    def of(self, plan_id: int) -> "Directory":
        """Everybody who may hear of this plan."""
        return self.apart.get(plan_id, self)

    @classmethod
    def load(cls, day: date, people: Collection[int] | None = None) -> "Directory":
        """`people`: the owners that will be asked for, or None for everybody."""
        book = cls(day=day, reachable=set())
        apart: list[tuple[int, list[Any]]] = []
        grants = RoleGrant.objects.filter(recorded_until__isnull=True, user__is_active=True).exclude(user__email="")
        if people is not None:
            standing_in = Subscription.objects.filter(delegate__isnull=False).values("delegate")
            grants = grants.filter(Q(user__in=people) | Q(user__in=standing_in) | Q(role__in=[Role.LIAISON, *ASKED]))
        columns = ("plan_access", "user", "role", "department", "user__name", "user__email")
        for access, *held in grants.order_by("user").values_list(*columns):
            if access is None:
                book._add(*held)
            else:
                apart.append((access, held))
        rows, known = Subscription.objects.all(), book.reachable | {held[0] for _, held in apart}
        book._read_subscriptions(rows if people is None else rows.filter(person__in=known))
        if apart:
            book._add_apart(apart)
        return book

    def _add(self, user_id: int, role: str, department_id: int | None, name: str, email: str) -> None:
        self.reachable.add(user_id)
        self.names[user_id] = name, email
        if role in WORKING:
            self.working.add(user_id)
        if role == Role.LIAISON and department_id is not None:
            self._put(self.liaisons, department_id, user_id)
        elif role in ASKED:
            self._put(self.by_role, role, user_id)

    @staticmethod
    def _put(book: dict[Any, list[int]], key: Any, user_id: int) -> None:
        """Once, however often somebody holds the same: everywhere and in a plan."""
        if user_id not in book.setdefault(key, []):
            book[key].append(user_id)

    def _add_apart(self, grants: list[tuple[int, list[Any]]]) -> None:
        plans = dict(Plan.objects.filter(access__in={access for access, _ in grants}).values_list("access", "pk"))
        for access, held in grants:
            plan = plans.get(access)
            if plan is None:
                continue
            if plan not in self.apart:
                self.apart[plan] = replace(
                    self, reachable=set(self.reachable), working=set(self.working), names=dict(self.names),
                    liaisons={key: list(row) for key, row in self.liaisons.items()},
                    by_role={key: list(row) for key, row in self.by_role.items()}, apart={},
                )  # fmt: skip
            self.apart[plan]._add(*held)
            self.names[held[0]] = held[3], held[4]  # for lists of everybody; only `of` says who hears

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
    """Who can hear it in their place, of those they know: for who may answer only who may answer too."""
    able = answering_people() if person.has_role_somewhere(*WORKING) else User.objects.reachable()
    return able.filter(person.knows()).exclude(pk=person.pk)
