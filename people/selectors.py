"""Reads about people and what was done."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from people.models import Department, RoleGrant, User
from records.asof import start_of_day
from records.models import AuditEvent
from records.texts import has_words


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
