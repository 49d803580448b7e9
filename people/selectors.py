"""Reads about people and what was done."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, FilteredRelation, Max, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Lower

from outbox.models import Message
from people.models import Department, RoleGrant, User
from records.asof import AsOf, start_of_day
from records.many import batches
from records.models import AuditEvent
from records.texts import has_words


@dataclass(frozen=True)
class Holding:
    """A line of what a person answers for; `count` is None where the line is about a single thing."""

    label: str
    count: int | None
    href: str


HOLDINGS: list[Callable[[User], Iterable[Holding]]] = []  # rooms above register what of theirs a person can hold


def people_with_roles(
    *, q: str = "", role: str = "", department: Department | None = None, account: str = ""
) -> QuerySet[User]:
    """People, active first, with department and roles; two queries. `role` may be "none", `account` "active" or not."""
    grants = RoleGrant.objects.filter(recorded_until__isnull=True).select_related("department")
    people = User.objects.all()
    if q:
        people = people.filter(has_words(q, "search_text"))
    if role:
        held = grants if role == "none" else grants.filter(role=role)
        has_it = Exists(held.filter(user=OuterRef("pk")))
        people = people.filter(~has_it if role == "none" else has_it)
    if department is not None:
        people = people.filter(department=department)
    if account:
        people = people.filter(is_active=account == "active")
    return (
        people.select_related("department")
        .prefetch_related(Prefetch("role_grants", queryset=grants, to_attr="current_grants"))
        .order_by("-is_active", "name", "pk")
    )


def people_at(emails: Iterable[str]) -> dict[str, User]:
    """Whoever has one of these addresses, by the address in small letters. One query for each thousand."""
    wanted = list({email.strip().lower() for email in emails})
    rows = User.objects.annotate(address=Lower("email"))
    return {person.email.lower(): person for some in batches(wanted) for person in rows.filter(address__in=some)}


def audit_events(*, person: User | None = None, what: str = "", day: date | None = None) -> QuerySet[AuditEvent]:
    """The audit log, newest first. `day` is a local day; `what` is a key of `records.verbs.NOUNS`."""
    events = AuditEvent.objects.all()
    if person is not None:
        events = events.filter(actor_id=person.pk)
    if what:
        events = events.filter(verb__startswith=f"{what}.")
    if day is not None:
        events = events.filter(
            happened_at__gte=start_of_day(day), happened_at__lt=start_of_day(day + timedelta(days=1))
        )
    return events


INVITED_FOR = timedelta(days=7)


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
        if self.person.has_usable_password():
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


def names_with_role(role: str, when: AsOf, *, most: int) -> list[str]:
    """The first names, in order, of the people who held a role and were active, as they were called then. One query."""
    held = RoleGrant.objects.as_of(when).filter(role=role)
    then = FilteredRelation("user__versions", condition=when.q("user__versions"))
    named = held.annotate(user_then=then).filter(user_then__is_active=True).order_by("user_then__name")
    return list(named.values_list("user_then__name", flat=True).distinct()[:most])
