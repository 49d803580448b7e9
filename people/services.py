"""Everything that changes people, departments and roles."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from outbox.models import Message
from outbox.services import new_message, put
from people.mails import Invitation, NewBrowser, tell
from people.models import Department, PlanAccess, RoleGrant, Session, User
from people.roles import OF_EVERYTHING, Role
from people.selectors import invitation_to, people_at, unseen_since
from people.signed_in import name_of, rows_of
from records.asof import local_day
from records.audit import Act, StaleVersion, check_version, record_change, record_creation, record_event, settled
from records.batches import BATCH
from records.history import locked, refuse_circle
from records.many import record_creations, record_events
from records.models import AuditEvent, Channel
from records.texts import refuse_unseen
from web.security_log import note_acts, note_many

log = logging.getLogger(__name__)
JUST_NOW = timedelta(minutes=1)  # two presses of a button are one invitation
NOT_LET_IN = "E-mail: {} cannot be invited. Ask an administrator."
NOT_AGAIN = timedelta(hours=1)  # a browser that forgets its cookies at each sign-in is told of so often at most


@transaction.atomic
def create_department(*, name: str, abbreviation: str, parent: Department | None = None, act: Act) -> Department:
    """Add a department or an office within one."""
    row = Department(name=name.strip(), abbreviation=abbreviation.strip(), parent=parent)
    _check_department(row)
    record_creation(row, verb="department.created", act=act)
    return row


@transaction.atomic
def update_department(
    *, department: Department, fields: Mapping[str, Any], seen_version: int | None = None, act: Act
) -> Department:
    """Rename or move a department; reports already frozen keep the old name."""
    row = locked(department, with_all="parent" in fields)
    check_version(row, seen_version)
    draft = Department.objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(draft, name, value)
    _check_department(draft)
    record_change(row, fields, verb="department.changed", act=act)
    return row


@transaction.atomic
def create_user(
    *, email: str, name: str, department: Department | None = None, password: str | None = None,
    is_invited: bool = False, act: Act,
) -> User:  # fmt: skip
    """Add a person. Without a password they set one by their invitation, or by "Forgot your password?"."""
    row = User(email=email.strip().lower(), name=" ".join(name.split()), department=department)
    row.set_password(password)
    _check_user(row)
    note_acts(record_creation(row, verb="user.created", act=act))
    if is_invited:
        invite_user(user=row, act=act)
    return row


@transaction.atomic
def invite_user(*, user: User, apart: timedelta = JUST_NOW, act: Act) -> Message | None:
    """Mail a link to set a password, which takes the place of an earlier one; none `apart` from one just sent.

    Raises ValidationError for whoever has joined, or is deactivated.
    """
    row = locked(user)
    if not row.is_active:
        raise ValidationError(f"The account of {row.name} is deactivated. Reactivate it first.")
    invited = invitation_to(row, act.at)
    if invited.state == "joined":
        raise ValidationError(f"{row.name} has joined already. A forgotten password is set anew on the sign-in page.")
    earlier = invited.message
    if earlier is not None and invited.state == "invited" and act.at - earlier.planned_at < apart:
        return earlier
    message = put(kind=Invitation.name, person=row.pk, key=f"after {earlier.pk if earlier else 0}", at=act.at)
    note_acts(record_event(verb="user.invited", target=row, act=act))
    return message


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be added and invited. `role` may be empty; a liaison's is for their department, which may be new.

    `plan_access`: the plan that the role is for; without one it holds everywhere.
    """

    email: str
    name: str
    department: Department | None = None
    role: str = ""
    plan_access: PlanAccess | None = None

    @property
    def grant(self) -> RoleGrant:
        """The role as it will be given."""
        department = self.department if self.role == Role.LIAISON else None
        return RoleGrant(role=self.role, department=department, plan_access=self.plan_access)


@transaction.atomic
def invite_people(*, newcomers: Sequence[Newcomer], act: Act) -> list[User]:
    """Add many people with their roles and invite each: the rules are those of one, the statements few.

    All of them or, with a ValidationError of the first that is not right, none. A first role is no change of an
    account, so the invitation is the one mail that each gets.
    """
    act = settled(act)
    newcomers = _with_departments(newcomers, act)
    taken = set(people_at([one.email for one in newcomers]))
    rows = []
    for one in newcomers:
        row = User(email=one.email.strip().lower(), name=" ".join(one.name.split()), department=one.department)
        row.set_unusable_password()
        _check_user(row, taken)
        if one.role:
            _check_role(one.role, one.grant.department, one.plan_access)
        taken.add(row.email)
        rows.append(row)
    _add_all(rows, act)
    given = {row.pk: one.grant for row, one in zip(rows, newcomers, strict=True) if one.role}
    for key, grant in given.items():
        grant.user_id, grant.recorded_from = key, act.at
    RoleGrant.objects.bulk_create(given.values(), batch_size=BATCH)
    with_role = [row for row in rows if row.pk in given]
    words = {key: {"role": ["", grant.words]} for key, grant in given.items()}
    granted = record_events(
        with_role, verb="role.granted", act=act, parent=lambda row: given[row.pk].plan_access, changes=words
    )
    note_many(granted, (grant.role for grant in given.values()))
    day = local_day(act.at)
    Message.objects.bulk_create(
        [new_message(kind=Invitation.name, person=row.pk, key="after 0", at=act.at, day=day) for row in rows]
    )
    note_acts(*record_events(rows, verb="user.invited", act=act, parent=lambda row: None))
    return rows


def _with_departments(newcomers: Sequence[Newcomer], act: Act) -> list[Newcomer]:
    """The same, with every department stored; one that several share is added once."""
    kept: dict[int, Department] = {}
    for one in newcomers:
        new = one.department
        if new is not None and new.pk is None and id(new) not in kept:
            kept[id(new)] = create_department(name=new.name, abbreviation=new.abbreviation, act=act)
    return [replace(one, department=kept.get(id(one.department), one.department)) for one in newcomers]


def _add_all(rows: Sequence[User], act: Act) -> None:
    try:
        with transaction.atomic():
            record_creations(rows, verb="user.created", act=act, parent=lambda row: None)
    except IntegrityError:
        meanwhile = people_at([row.email for row in rows])
        quicker = next((row for row in rows if row.email in meanwhile), None)
        if quicker is None:
            raise
        raise ValidationError(quicker.taken("user_email_unique")) from None


@transaction.atomic
def accept_invitation(*, user: User, password: str, act: Act) -> User:
    """Set the first password of an account, once. Raises ValidationError where that was done meanwhile."""
    row = locked(user)
    if row.has_usable_password() or not row.is_active:
        raise ValidationError("This invitation was used already, or the account was deactivated. Nothing was changed.")
    row.set_password(password)
    row.save(update_fields=["password"])
    note_acts(record_event(verb="user.joined", target=row, act=act))
    _end_feed_address(row, act)
    return row


@transaction.atomic
def update_user(*, user: User, fields: Mapping[str, Any], seen_version: int | None = None, act: Act) -> User:
    """Change name, e-mail, department or whether the person is active. Roles stay; what they own stays theirs."""
    row = locked(user)
    check_version(row, seen_version)
    wanted = dict(fields)
    if "name" in wanted:
        wanted["name"] = " ".join(str(wanted["name"]).split())
    draft = User.objects.get(pk=row.pk)
    for name, value in wanted.items():
        setattr(draft, name, value)
    _check_user(draft)
    verb = "user.changed"
    if "is_active" in wanted and wanted["is_active"] != row.is_active:
        verb = "user.reactivated" if wanted["is_active"] else "user.deactivated"
        if not wanted["is_active"]:
            _keep_an_administrator(without=row)
            Session.objects.filter(user=row).delete()  # else they would count again once the account does
            _end_feed_address(row, act)  # likewise
    old_address = row.email
    event = record_change(row, wanted, verb=verb, act=act)
    note_acts(event)
    if event is not None and row.email != old_address:
        tell(row, event, old_address, act)
    return row


@transaction.atomic
def note_new_browser(*, user: User, browser: str, act: Act) -> AuditEvent:
    """Somebody signed in with a browser that the account was not used with before; the person is told, once an hour."""
    event = record_event(verb="user.new_browser", target=user, act=act, changes={"browser": ["", browser]})
    note_acts(event)
    of_late = Message.objects.filter(person=user, kind=NewBrowser.name, planned_at__gt=act.at - NOT_AGAIN)
    if not of_late.exists():
        put(kind=NewBrowser.name, person=user.pk, key=f"{event.pk}", at=act.at, about=event.pk, address=user.email)
    return event


def deactivate_unseen(*, at: datetime) -> list[User]:
    """Deactivate who gave no sign for settings.DEACTIVATE_UNSEEN_DAYS, each by itself; the last administrator stays."""
    days = settings.DEACTIVATE_UNSEEN_DAYS
    if days is None:
        return []
    act = Act(by=None, at=at, channel=Channel.SYSTEM, reason=f"Not here for {days} days.")
    closed = []
    for person in unseen_since(at - timedelta(days=days)):
        try:
            closed.append(update_user(user=person, fields={"is_active": False}, act=act))
        except ValidationError as refusal:
            log.info("Account %s stays active: %s", person.pk, " ".join(refusal.messages))
    return closed


@transaction.atomic
def set_password(*, user: User, password: str, act: Act) -> User:
    """Set somebody's password. The event says that, and never what."""
    row = locked(user)
    row.set_password(password)
    row.save(update_fields=["password"])
    event = record_event(verb="user.password_set", target=row, act=act)
    note_acts(event)
    tell(row, event, row.email, act)
    _end_feed_address(row, act)
    return row


@transaction.atomic
def make_feed_address(*, user: User, seen: int | None, act: Act) -> bool:
    """Give a person a private address for feed readers; an earlier one ends. They are told by mail.

    False, and nothing is done, where the series is no longer the one that was `seen`: two presses are one address.
    """
    row = locked(user)
    if row.feed_series != seen or not row.is_active:
        return False
    # Later than any number before, also than those that a restored backup has forgotten: none comes twice.
    row.feed_series = max(abs(row.feed_series) + 1, int(act.at.timestamp()) // 60)
    row.save(update_fields=["feed_series"])
    event = record_event(verb="user.feed_made", target=row, act=act)
    note_acts(event)
    tell(row, event, row.email, act)
    return True


@transaction.atomic
def end_feed_address(*, user: User, act: Act) -> bool:
    """End the private address for feed readers at once; False where there is none."""
    return _end_feed_address(locked(user), act) is not None


def _end_feed_address(row: User, act: Act) -> AuditEvent | None:
    """`row` is locked. The number stays, below 0, so that no later address has it again."""
    if not row.has_feed_address:
        return None
    row.feed_series = -row.feed_series
    row.save(update_fields=["feed_series"])
    event = record_event(verb="user.feed_ended", target=row, act=act)
    note_acts(event)
    return event


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    department: Department | None = None,
    plan_access: PlanAccess | None = None,
    seen_changes: int | None = None,
    seen_within: Collection[int] | None = None,
    act: Act,
) -> RoleGrant:
    """Give a role, everywhere or for one plan; a liaison's needs a department. Giving it twice is giving it once.

    Raises StaleVersion where a role of the person was given or taken away since `User.role_changes(seen_within)` was
    seen. What happens in other plans is no conflict.
    """
    row = locked(user)
    _check_roles(row, seen_changes, seen_within)
    _check_role(role, department, plan_access)
    of = {"user": row, "role": role, "department": department, "plan_access": plan_access}
    held = RoleGrant.objects.filter(**of, recorded_until__isnull=True).first()
    if held is not None:
        return held
    act = settled(act)
    grant = RoleGrant.objects.create(**of, recorded_from=act.at)
    event = record_event(
        verb="role.granted", target=row, act=act, changes={"role": ["", grant.words]}, parent=plan_access
    )
    note_acts(event, role=role)
    tell(row, event, row.email, act)
    return grant


@transaction.atomic
def invite_to_plan(*, newcomer: Newcomer, act: Act) -> User:
    """Let somebody into one plan: whoever has the address gets the role; else they are added and invited.

    Of an account that is here already name and department stay. Raises ValidationError for one that was deactivated.
    """
    person = people_at([newcomer.email]).get(newcomer.email.strip().lower())
    if person is None:
        (person,) = invite_people(newcomers=[newcomer], act=act)
        return person
    if not person.is_active:
        raise ValidationError({"email": NOT_LET_IN.format(person.email)})
    grant = newcomer.grant
    grant_role(user=person, role=grant.role, department=grant.department, plan_access=grant.plan_access, act=act)
    return person


@transaction.atomic
def revoke_role(
    *, grant: RoleGrant, seen_changes: int | None = None, seen_within: Collection[int] | None = None, act: Act
) -> None:
    """Take a role away, from now on. The last administrator keeps theirs. Raises StaleVersion as giving one does."""
    user = locked(grant.user)
    _check_roles(user, seen_changes, seen_within)
    if grant.role == Role.ADMINISTRATOR:
        _keep_an_administrator(without=user)
    if grant.role == Role.PLAN_MANAGER and grant.plan_access is not None:
        _keep_a_manager(grant, act)
    row = RoleGrant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if row.recorded_until is not None:
        return
    act = settled(act)
    row.recorded_until = max(act.at, row.recorded_from)
    row.save(update_fields=["recorded_until"])
    event = record_event(
        verb="role.revoked", target=user, act=act, changes={"role": [row.words, ""]}, parent=row.plan_access
    )
    note_acts(event, role=row.role)
    tell(user, event, user.email, act)


def _check_roles(user: User, seen: int | None, within: Collection[int] | None) -> None:
    if seen not in (None, user.role_changes(within)):
        raise StaleVersion(user)


def _check_role(role: str, department: Department | None, plan_access: PlanAccess | None = None) -> None:
    if role not in Role.values:
        raise ValidationError({"role": f"Role: “{role[:40]}” is not a role."})
    if (role == Role.LIAISON) != (department is not None):
        raise ValidationError({"department": "Department: a liaison needs one, other roles have none."})
    if role in OF_EVERYTHING and plan_access is not None:
        raise ValidationError({"plan_access": "For: an administrator is one for the whole installation."})


def _keep_an_administrator(*, without: User) -> None:
    """Locks the administrators' grants, all in one order: two who take the role from each other come one by one."""
    grants = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, recorded_until__isnull=True).order_by("pk")
    list(grants.select_for_update(of=("self",)))
    # Read anew: what came before the lock may have been taken away while this waited for it.
    others = grants.filter(user__is_active=True).exclude(user=without)
    if grants.filter(user=without).exists() and not others.exists():
        raise ValidationError("This is the last administrator. Make somebody else one first.")


def _keep_a_manager(grant: RoleGrant, act: Act) -> None:
    """Whoever runs one plan leaves somebody there who does; whoever manages the installation runs it themselves.

    Locks the managers' grants of that plan, as `_keep_an_administrator` does.
    """
    grants = RoleGrant.objects.filter(
        role=Role.PLAN_MANAGER, plan_access=grant.plan_access_id, recorded_until__isnull=True
    ).order_by("pk")
    list(grants.select_for_update(of=("self",)))
    runs_all = [Role.PLAN_MANAGER, Role.ADMINISTRATOR]
    everywhere = RoleGrant.objects.filter(role__in=runs_all, plan_access__isnull=True, recorded_until__isnull=True)
    if act.by is None or everywhere.filter(user=act.by.pk).exists():
        return
    if not grants.filter(user__is_active=True).exclude(user=grant.user_id).exists():
        raise ValidationError(
            f"This is the last plan manager of “{grant.plan_access}”. Make somebody else one first, or ask whoever "
            "manages people for the whole installation."
        )


def _check_department(row: Department) -> None:
    row.full_clean(validate_unique=False, validate_constraints=False)
    refuse_unseen("abbreviation", "Abbreviation", row.abbreviation)
    if any(part.strip(". ") == "" for part in row.abbreviation.split("/")):
        raise ValidationError(
            {"abbreviation": f"Abbreviation: “{row.abbreviation}” cannot stand in an address. Use letters or digits."}
        )
    taken = Department.objects.filter(abbreviation__iexact=row.abbreviation, deleted_at__isnull=True).exclude(pk=row.pk)
    if taken.exists():
        raise ValidationError(row.taken("department_abbreviation_unique"))
    if row.pk is not None and row.parent_id is not None:
        refuse_circle(row, "parent", "Part of")


def _check_user(row: User, taken: Collection[str] | None = None) -> None:
    """`taken`: the addresses that others have, where many are checked at once; the department is then a row at hand."""
    known = [] if taken is None else ["department"]
    row.full_clean(exclude=["password", *known], validate_unique=False, validate_constraints=False)
    others = User.objects.filter(email__iexact=row.email).exclude(pk=row.pk)
    if others.exists() if taken is None else row.email in taken:
        raise ValidationError(row.taken("user_email_unique"))


@transaction.atomic
def end_sessions(
    *, user: User, here: str | None, act: Act, name: str = "", only: Callable[[Session], bool] | None = None
) -> int:
    """End the sessions of a person but `here`, the one they ask from; with `name` this one alone. How many ended.

    `only`: those of which this is true. Whoever is signed out by somebody else is told by mail. Without `name` and
    `only` the private address for feed readers ends too, for it is one more way in.
    """
    rows = [row for row in rows_of(user) if row.session_key != here and (only is None or only(row))]
    keys = [row.session_key for row in rows]
    if name:
        keys = [key for key in keys if name_of(key) == name]
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    event = _end_feed_address(locked(user), act) if not name and only is None else None
    if ended:
        event = record_event(verb="user.sessions_ended", target=user, act=act)
        note_acts(event)
    if event is not None and act.by is not None and act.by.pk != user.pk:  # one's own button says so on the spot
        tell(user, event, user.email, act)
    return ended
