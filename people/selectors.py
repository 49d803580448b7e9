"""Reads about people and what was done."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from people.models import Department, RoleGrant, User
from records.asof import local_day, start_of_day
from records.models import AuditEvent, Channel

VERBS = {
    "user": "Person",
    "department": "Department",
    "role": "Role",
    "plan": "Plan",
    "goal": "Focus area",
    "strategy": "Strategy",
    "priority": "Priority",
    "initiative": "Initiative",
    "milestone": "Milestone",
    "commitment": "Commitment",
    "status_update": "Status update",
    "report": "Report",
    "snapshot": "Snapshot",
    "message": "Message",
    "one_off": "One-off message",
    "subscription": "Mail preferences",
    "sending": "Sending",
}

DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Change:
    """One field, before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One act, ready to show."""

    at: datetime
    who: str
    what: str
    target: str
    channel: str
    reason: str
    changes: list[Change] = field(default_factory=list)


def people_with_roles(
    *, q: str = "", role: str = "", department: Department | None = None, account: str = ""
) -> QuerySet[User]:
    """People, active first, with department and roles; two queries. `role` may be "none", `account` "active" or not."""
    grants = RoleGrant.objects.filter(recorded_until__isnull=True).select_related("department")
    people = User.objects.all()
    if q:
        people = people.filter(Q(name__icontains=q) | Q(email__icontains=q))
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


def audit_events(*, person: User | None = None, what: str = "", day: date | None = None) -> QuerySet[AuditEvent]:
    """The audit log, newest first. `day` is a local day; `what` is a key of VERBS."""
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


def entry_of(event: AuditEvent) -> Entry:
    """An audit event in words."""
    noun, _, verb = event.verb.partition(".")
    return Entry(
        at=event.happened_at,
        who=event.actor_label,
        what=f"{VERBS.get(noun, noun.replace('_', ' ').capitalize())} {verb.replace('_', ' ')}",
        target=event.target_label,
        channel="" if event.channel == Channel.WEB else event.get_channel_display().lower(),
        reason=event.reason,
        changes=[
            Change(label=_label(name), old=value_in_words(pair[0]), new=value_in_words(pair[1]))
            for name, pair in event.changes.items()
        ],
    )


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def value_in_words(value: Any) -> str:
    """What the log kept of a field, as a reader writes it: 24 Nov 2026, yes. An instant is its day in plan time."""
    text = "" if value is None else str(value)
    if DAY.fullmatch(text):
        return f"{date.fromisoformat(text):%-d %b %Y}"
    if INSTANT.match(text):
        return f"{local_day(datetime.fromisoformat(text)):%-d %b %Y}"
    return {"True": "yes", "False": "no"}.get(text, text)
