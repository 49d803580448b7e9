"""Everything that signing in by the city's provider changes: accounts, links to them, roles by group."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import transaction

from people.models import Department, RoleGrant, Session, User
from people.roles import Role
from people.services import create_user, end_sessions, grant_role, revoke_role
from people.signed_in import begun_by_provider
from records.audit import Act, record_event
from records.texts import refuse_unseen
from sign_in.models import FailedSignIn, GroupRole
from sign_in.selectors import (
    GROUPS,
    Effect,
    Held,
    Meaning,
    effect,
    effects,
    is_emergency_administrator,
    label_of,
    meanings,
    without,
)
from web.security_log import note, note_acts


@dataclass(frozen=True)
class Arrival:
    """Somebody whom a provider vouches for. `groups` is None where it did not say which they are in.

    `provider` and `uid` name the person for good; `is_vouched` says whether the address is known to be theirs.
    """

    provider: str
    label: str
    uid: str
    email: str
    is_vouched: bool
    name: str
    groups: frozenset[str] | None


class NotAdmitted(Exception):
    """Why nobody was signed in, in a sentence for the person."""


@transaction.atomic
def admit(*, arrival: Arrival, new_accounts: str, act: Act) -> SocialAccount:
    """The account of somebody who comes by the provider, with the roles of their groups; made where it is new.

    Raises NotAdmitted with what to tell the person. `new_accounts`: settings.NEW_ACCOUNTS.
    """
    account = SocialAccount.objects.select_related("user").filter(provider=arrival.provider, uid=arrival.uid).first()
    if account is None:
        account = _linked(arrival, _person(arrival, new_accounts, act), act)
    if not account.user.is_active:
        raise NotAdmitted("Your account here was deactivated. Ask an administrator.")
    if arrival.groups is not None:
        account.extra_data = {GROUPS: sorted(arrival.groups)}
        account.save(update_fields=["extra_data"])
        follow_groups(user=account.user, groups=arrival.groups, act=act)
    return account


def _person(arrival: Arrival, new_accounts: str, act: Act) -> User:
    if not arrival.email:
        raise NotAdmitted(
            f"{arrival.label} did not tell your e-mail address, and planapp knows people by it. "
            "Tell whoever runs the sign-in."
        )
    if not arrival.email.isascii():
        # Letters of other scripts that look like ours are the same ones to some databases.
        raise NotAdmitted(
            f"{arrival.email} has letters that planapp takes in no address. Tell whoever runs the sign-in."
        )
    if not arrival.is_vouched:
        raise NotAdmitted(
            f"{arrival.label} does not vouch that {arrival.email} is your address. Tell whoever runs the sign-in."
        )
    person = User.objects.filter(email__iexact=arrival.email).first()
    if person is not None:
        if SocialAccount.objects.filter(provider=arrival.provider, user=person).exists():
            raise NotAdmitted(
                f"The account of {arrival.email} belongs to somebody else at {arrival.label}. Ask an administrator."
            )
        return person
    known = {one.group for one in meanings()}
    if new_accounts == "nobody" or (new_accounts == "groups" and not known & (arrival.groups or frozenset())):
        raise NotAdmitted(f"You have no account here yet. Ask a plan manager to add {arrival.email}.")
    try:
        return create_user(email=arrival.email, name=arrival.name or arrival.email, act=act)
    except ValidationError as error:
        raise NotAdmitted(f"No account could be made for you: {' '.join(error.messages)}") from error


def _linked(arrival: Arrival, person: User, act: Act) -> SocialAccount:
    account = SocialAccount.objects.create(provider=arrival.provider, uid=arrival.uid, user=person, extra_data={})
    note_acts(record_event(verb="user.linked", target=person, act=act))
    return account


@transaction.atomic
def follow_groups(*, user: User, groups: Collection[str], act: Act) -> None:
    """Give and take the roles that the table ties to groups. The last administrator keeps theirs."""
    grants = {Held(one.role, one.department_id): one for one in _held(user)}
    gains, losses = effect(meanings(), groups, grants)
    _apply(user, grants, Effect(user, frozenset(gains), frozenset(losses)), act)


def _held(user: User) -> Collection[RoleGrant]:
    """Those that hold everywhere: groups give and take no others."""
    grants = RoleGrant.objects.filter(user=user, plan_access__isnull=True, recorded_until__isnull=True)
    return grants.select_related("user", "department")


def _apply(user: User, grants: dict[Held, RoleGrant], found: Effect, act: Act) -> None:
    for one in sorted(found.gains, key=str):
        department = Department.objects.get(pk=one.department_id) if one.department_id else None
        grant_role(user=user, role=one.role, department=department, act=act)
    for one in sorted(found.losses, key=str):
        if one.role == Role.ADMINISTRATOR and is_emergency_administrator(user):
            continue  # who gets in when the provider is down is not the provider's to decide
        try:
            revoke_role(grant=grants[one], act=act)
        except ValidationError:
            if one.role != Role.ADMINISTRATOR:
                raise


@transaction.atomic
def add_group_role(*, group: str, role: str, department: Department | None, act: Act) -> GroupRole:
    """Let a group give a role, from now on and to everybody who was in it when they last came."""
    row = GroupRole(group=" ".join(group.split()), role=role, department=department)
    row.full_clean(validate_unique=False, validate_constraints=False)
    refuse_unseen("group", "Group", row.group)
    if (row.role == Role.LIAISON) != (department is not None):
        raise ValidationError({"department": "Department: a liaison needs one, other roles have none."})
    if GroupRole.objects.filter(group=row.group, role=row.role, department=department).exists():
        raise ValidationError({"group": f"Group: {row.group} gives this role already."})
    row.save()
    note_acts(record_event(verb="group.mapped", target=row, act=act, changes={"role": ["", row.words]}), role=row.role)
    _apply_to_all(meanings(), act)
    return row


@transaction.atomic
def remove_group_role(*, row: GroupRole, act: Act) -> None:
    """Let a group give a role no longer; whoever held it by the group alone loses it."""
    held = list(GroupRole.objects.select_for_update(of=("self",)).filter(pk=row.pk))
    if not held:
        return
    before = meanings()
    event = record_event(verb="group.unmapped", target=row, act=act, changes={"role": [row.words, ""]})
    note_acts(event, role=row.role)
    row.delete()
    _apply_to_all(without(before, row), act)


def _apply_to_all(table: Collection[Meaning], act: Act) -> None:
    for found in effects(table):
        grants = {Held(one.role, one.department_id): one for one in _held(found.person)}
        _apply(found.person, grants, found, act)


@transaction.atomic
def end_sessions_of(*, provider: str, sub: str, sid: str, act: Act) -> int:
    """Somebody signed out at the provider: end what it began here, of the person, of its session, or both. How many.

    Sessions that began by a password or a passkey stay: they are none of the provider's.
    """
    rows = Session.objects.filter(user__isnull=False, expire_date__gt=act.at)
    if sub:
        known = SocialAccount.objects.filter(provider=provider, uid=sub)
        rows = rows.filter(user__in=known.values("user"))
    of = {row.user_id for row in rows.iterator() if row.user_id and begun_by_provider(row, sid)}
    ends = partial(begun_by_provider, there=sid)
    people = User.objects.filter(pk__in=of).order_by("pk")
    return sum(end_sessions(user=person, here=None, only=ends, act=act) for person in people)


@transaction.atomic
def note_failure(*, kind: str, reason: str, at: datetime) -> None:
    """Keep why a sign-in failed, for whoever set the provider up. No event, for nothing changed."""
    FailedSignIn.objects.create(provider=label_of(kind)[:200], reason=reason[:300], at=at)
    note("provider.refused", door=kind)
    newest = list(FailedSignIn.objects.values_list("pk", flat=True)[: FailedSignIn.KEPT])
    FailedSignIn.objects.exclude(pk__in=newest).delete()
