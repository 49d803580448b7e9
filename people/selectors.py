"""Reads about people and what was done."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, F, FilteredRelation, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from outbox.models import Message
from people.models import Department, RoleGrant, User, holds_in, works_in
from records.asof import AsOf, start_of_day
from records.batches import batches
from records.models import AuditEvent
from records.texts import has_words, has_words_anyhow


@dataclass(frozen=True)
class Holding:
    """A line of what a person answers for; `count` is None where the line is about a single thing.

    `is_owed`: it is late, or waits for their answer.
    """

    label: str
    count: int | None
    href: str
    is_owed: bool = False


# Rooms above register what of theirs a person can hold, as far as whoever reads it may know: (person, reader).
HOLDINGS: list[Callable[[User, User], Iterable[Holding]]] = []


CURRENT_GRANTS = RoleGrant.objects.filter(recorded_until__isnull=True).select_related("department", "plan_access")
# The same of many people in one query each: (person, what somebody holds). Asked about those whom mail cannot reach.
DEPENDENTS: list[Callable[[QuerySet[User]], Iterable[tuple[int, Holding]]]] = []


def people_with_roles(
    *,
    q: str = "",
    role: str = "",
    department: Department | None = None,
    account: str = "",
    within: Collection[int] | None = None,
) -> QuerySet[User]:
    """People, active first, with department and roles; two queries. `role` may be "none", `account` not_joined.

    `within`: the plans that the reader manages, who manages no others; then people and roles are those that count in
    one of them, and nothing of other plans is told, or can be asked for.
    """
    people = User.objects.all() if within is None else User.objects.filter(works_in(within))
    seen = CURRENT_GRANTS if within is None else CURRENT_GRANTS.filter(holds_in(within))
    if q:
        people = people.filter(has_words(q, "search_text"))
    if role:
        held = seen if role == "none" else seen.filter(role=role)
        has_it = Exists(held.filter(user=OuterRef("pk")))
        people = people.filter(~has_it if role == "none" else has_it)
    if department is not None:
        people = people.filter(department=department)
    if account:
        people = people.filter(is_active=account != "deactivated")
    if account == "not_joined":
        people = people.filter(NOT_JOINED)
    return with_roles(people, seen).order_by("-is_active", "name", "pk")


def with_roles(people: QuerySet[User], seen: QuerySet[RoleGrant] = CURRENT_GRANTS) -> QuerySet[User]:
    """With department, and the roles held now, of those that may be `seen`, as `current_grants`."""
    grants = Prefetch("role_grants", queryset=seen, to_attr="current_grants")
    return people.select_related("department").prefetch_related(grants)


def people_at(emails: Iterable[str]) -> dict[str, User]:
    """Whoever has one of these addresses, by the address in small letters. One query for each thousand."""
    wanted = list({email.strip().lower() for email in emails})
    rows = User.objects.annotate(address=Lower("email"))
    return {person.email.lower(): person for some in batches(wanted) for person in rows.filter(address__in=some)}


# Rooms above register which events are about plans, named as roles name them.
ABOUT_PLANS: list[Callable[[Collection[int]], Q]] = []


def audit_events(
    *,
    q: str = "",
    person: User | None = None,
    what: str = "",
    channel: str = "",
    day: date | None = None,
    within: Collection[int] | None = None,
) -> QuerySet[AuditEvent]:
    """The audit log, newest first. `day` is a local day; `what` is a key of `records.verbs.NOUNS`.

    `q`: words in the name of what was changed, or in the reason. `within`: what is about these plans, and nothing
    else: roles for them, and what the rooms above say.
    """
    events = AuditEvent.objects.all()
    if within is not None:
        about = Q(parent_type="planaccess", parent_id__in=within)
        for of in ABOUT_PLANS:
            about |= of(within)
        events = events.filter(about)
    if q:
        events = events.filter(has_words_anyhow(q, "target_label", "reason"))
    if channel:
        events = events.filter(channel=channel)
    if person is not None:
        events = events.filter(actor_id=person.pk)
    if what:
        events = events.filter(verb__startswith=f"{what}.")
    if day is not None:
        events = events.filter(
            happened_at__gte=start_of_day(day), happened_at__lt=start_of_day(day + timedelta(days=1))
        )
    return events


LET_IN = ("user.created", "user.invited", "user.joined", "user.reactivated")
INVITED_FOR = timedelta(days=7)
ACCEPTED_WITHIN = timedelta(days=3)  # an invitation that waits for longer is looked after
NOT_JOINED = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX, last_login__isnull=True)  # as User.has_joined


def latest_invitations(people: Collection[int]) -> Mapping[int, int]:
    """By person the number of the message that invites them; an earlier one counts no more."""
    invited = Message.objects.filter(kind="invitation", person__in=people).exclude(state=Message.State.CANCELLED)
    return dict(invited.order_by().values_list("person").annotate(latest=Max("pk")))


@dataclass(frozen=True)
class Invited:
    """How far somebody is on the way into their account. `message` is None where nobody invited them."""

    person: User
    message: Message | None
    at: datetime

    @property
    def ends_at(self) -> datetime | None:
        return self.message.planned_at + INVITED_FOR if self.message else None

    @property
    def state(self) -> str:
        """joined, none, failed (its mail was refused), expired or invited; to another address it counts no more."""
        if self.person.has_joined:
            return "joined"
        if self.message is None or self.ends_at is None:
            return "none"
        if self.message.state == Message.State.FAILED:
            return "failed"
        is_moved = self.message.to_address not in {"", self.person.email}
        return "expired" if is_moved or self.at > self.ends_at else "invited"


def invitation_to(person: User, at: datetime) -> Invited:
    """The invitation that counts for a person."""
    number = latest_invitations([person.pk]).get(person.pk)
    return Invited(person, Message.objects.get(pk=number) if number is not None else None, at)


def invitation_behind(number: int | None, at: datetime) -> tuple[Invited, bool] | None:
    """The invitation of the person whom a link was for, and whether that link still opens it; None for none of ours."""
    message = Message.objects.filter(pk=number, kind="invitation").first() if number is not None else None
    person = User.objects.filter(pk=message.person_id).first() if message else None
    if message is None or person is None:
        return None
    found = invitation_to(person, at)
    is_open = found.message is not None and found.message.pk == message.pk and found.state == "invited"
    return found, is_open and person.is_active


def unseen_since(moment: datetime) -> QuerySet[User]:
    """Active people of whom there was no sign since then: no sign-in, no act, by whatever way, nor were they let in.

    Whoever was here last comes last.
    """
    later = AuditEvent.objects.filter(happened_at__gte=moment)
    acted = later.filter(actor_id=OuterRef("pk"))
    let_in = later.filter(target_type="user", target_id=OuterRef("pk"), verb__in=LET_IN)
    people = User.objects.filter(Q(last_login__isnull=True) | Q(last_login__lt=moment), is_active=True)
    return people.exclude(Exists(acted)).exclude(Exists(let_in)).order_by(F("last_login").asc(nulls_first=True), "pk")


@dataclass(frozen=True)
class Unreached:
    """Somebody whom mail does not reach though something depends on them.

    `reasons`, the one to begin with first: deactivated, no_address, refused, no_role, not_invited, expired, waiting.
    """

    person: User
    holdings: list[Holding]
    invited: Invited
    reasons: list[str]


def out_of_reach(at: datetime) -> QuerySet[User]:
    """Whom mail cannot reach, or who does not answer it: deactivated, refused, without address or role, not joined.

    `refused` is what the mail server said when it refused the last mail to their address for good, else None.
    """
    return out_of_reach_since(at - ACCEPTED_WITHIN)


def out_of_reach_since(oldest: datetime) -> QuerySet[User]:
    """The same, where an invitation sent after this may still be answered."""
    own = Message.objects.filter(person=OuterRef("pk")).order_by("-ended_at")
    later = Message.objects.filter(
        person=OuterRef("person"), state=Message.State.SENT, sent_at__gt=OuterRef("ended_at")
    )  # fmt: skip
    refused = own.filter(~Exists(later), state=Message.State.FAILED, to_address=OuterRef("email"))
    grants = RoleGrant.objects.filter(user=OuterRef("pk"), recorded_until__isnull=True)
    asked = own.filter(kind="invitation", planned_at__gt=oldest, to_address__in=["", OuterRef("email")])
    asked = asked.exclude(state__in=[Message.State.CANCELLED, Message.State.FAILED])
    people = User.objects.annotate(refused=Subquery(refused.values("note")[:1]))
    waits = NOT_JOINED & ~Exists(asked)
    return people.filter(Q(is_active=False) | Q(email="") | Q(refused__isnull=False) | ~Exists(grants) | waits)


def depended_on(people: QuerySet[User]) -> dict[int, list[Holding]]:
    """What of all rooms depends on these people; who holds nothing is left out."""
    found: dict[int, list[Holding]] = {}
    for ask in DEPENDENTS:
        for key, holding in ask(people):
            found.setdefault(key, []).append(holding)
    return found


def unreached(people: Sequence[User], held: Mapping[int, list[Holding]], at: datetime) -> list[Unreached]:
    """Rows of `out_of_reach`, with their `current_grants`, and why each is there. Two queries."""
    latest = latest_invitations([person.pk for person in people])
    sent = Message.objects.in_bulk(list(latest.values()))
    found = []
    for person in people:
        invited = Invited(person, sent.get(latest.get(person.pk, 0)), at)
        found.append(Unreached(person, held.get(person.pk, []), invited, _reasons(person, invited)))
    return found


def roles_ever(people: Collection[int]) -> dict[int, set[str]]:
    """By person every role that they hold or ever held. One query."""
    found: dict[int, set[str]] = {key: set() for key in people}
    for key, role in RoleGrant.objects.filter(user__in=people).values_list("user_id", "role"):
        found[key].add(role)
    return found


def _reasons(person: Any, invited: Invited) -> list[str]:
    if not person.is_active:
        return ["deactivated"]
    state = {"none": "not_invited", "expired": "expired", "failed": "refused", "invited": "waiting"}
    told = {
        "no_address": not person.email, "refused": person.refused is not None or invited.state == "failed",
        "no_role": not person.current_grants,
    }  # fmt: skip
    reasons = [name for name, holds in told.items() if holds] + [state.get(invited.state, "")]
    return list(dict.fromkeys(reason for reason in reasons if reason))


def names_with_role(role: str, when: AsOf, *, most: int) -> list[str]:
    """The first names of the people who held a role everywhere and were active, as they were called then. One query."""
    held = RoleGrant.objects.as_of(when).filter(role=role, plan_access__isnull=True)
    then = FilteredRelation("user__versions", condition=when.q("user__versions"))
    named = held.annotate(user_then=then).filter(user_then__is_active=True).order_by("user_then__name")
    return list(named.values_list("user_then__name", flat=True).distinct()[:most])
