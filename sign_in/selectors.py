"""What the groups of the city's provider mean for the people who came by it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from people.models import RoleGrant, User
from sign_in.models import GroupRole

GROUPS = "groups"  # the one thing that is kept of what a provider says of a person


class Held(NamedTuple):
    """A role, and the department of a liaison's."""

    role: str
    department_id: int | None


class Meaning(NamedTuple):
    """One line of the table: a group, and what whoever is in it holds."""

    group: str
    held: Held


@dataclass(frozen=True)
class Effect:
    """What a table changes for one person."""

    person: User
    gains: frozenset[Held]
    losses: frozenset[Held]


def meanings() -> list[Meaning]:
    """The table as it stands."""
    rows = GroupRole.objects.values_list("group", "role", "department_id")
    return [Meaning(group, Held(role, department)) for group, role, department in rows]


def effect(table: Iterable[Meaning], groups: Collection[str], held: Collection[Held]) -> tuple[set[Held], set[Held]]:
    """What somebody in these groups gains and loses. A role that the table never gives is nobody's but a person's own.

    A role that it does give is the provider's alone: it goes with the group.
    """
    told = list(table)
    given = {one.held for one in told if one.group and one.group in groups}
    governed = {one.held for one in told}
    now = set(held)
    return given - now, (now & governed) - given


def effects(table: Collection[Meaning]) -> list[Effect]:
    """For everybody who came by the provider, by the groups they had then; whom nothing changes for is left out."""
    groups: dict[int, set[str]] = defaultdict(set)
    people: dict[int, User] = {}
    for account in SocialAccount.objects.filter(user__is_active=True).select_related("user").order_by("user__name"):
        found = account.extra_data.get(GROUPS)
        if found is None:
            continue  # the provider never said
        people[account.user_id] = account.user
        groups[account.user_id] |= set(found)
    held: dict[int, set[Held]] = defaultdict(set)
    everywhere = RoleGrant.objects.filter(user__in=people, plan_access__isnull=True, recorded_until__isnull=True)
    for grant in everywhere:  # groups give and take no others
        held[grant.user_id].add(Held(grant.role, grant.department_id))
    told = []
    for key, person in people.items():
        gains, losses = effect(table, groups[key], held[key])
        if gains or losses:
            told.append(Effect(person, frozenset(gains), frozenset(losses)))
    return told


def without(table: Collection[Meaning], row: GroupRole) -> list[Meaning]:
    """The table once a line is gone: the role is still the provider's, and this group gives it no more.

    Were the line only left out, its role would be nobody's to take away from those who hold it by it.
    """
    held = Held(row.role, row.department_id)
    rest = [one for one in table if one != Meaning(row.group, held)]
    return [*rest, Meaning("", held)]


def label_of(kind: str) -> str:
    """What the provider of a kind is called here."""
    return next((one.label for one in settings.SIGN_IN_PROVIDERS if one.kind == kind), "the provider")


def strengths_of(kind: str) -> tuple[str, ...]:
    """One of these the provider of a kind must say of each sign-in; none: it says what it wants."""
    return next((one.strengths for one in settings.SIGN_IN_PROVIDERS if one.kind == kind), ())


def is_emergency_administrator(user: User) -> bool:
    return user.email.lower() in settings.EMERGENCY_ADMINISTRATORS
