"""What the message pages show."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from goals.models import Plan
from goals.rules import readable
from initiatives.models import CLOSED, Initiative
from outbox.models import Message
from people.models import User
from reminders.models import MessageItem, OneOff
from reminders.selectors.recipients import answering_people


def messages_visible_to(user: User) -> "QuerySet[Message]":
    """Everybody's for those who run all plans, their own for all others, without what tells of plans closed to them."""
    rows = Message.objects.select_related("person", "settled_by")
    if user.has_perm("reminders.view_all_messages"):
        return rows
    plans, rows = readable(user), rows.filter(person=user)
    if plans is None:
        return rows
    told = MessageItem.objects.filter(message=OuterRef("pk")).exclude(plan__in=plans)
    written = OneOff.objects.exclude(plan__in=plans).values("pk")
    return rows.exclude(Exists(told)).exclude(kind="one_off", about__in=written)


def initiatives_without_reachable_owner() -> "QuerySet[Initiative]":
    """Open initiatives of speaking plans whose owner is missing, cannot be reached, or may only read (rule B-30)."""
    rows = Initiative.objects.filter(
        plan__state=Plan.State.ACTIVE, plan__deleted_at__isnull=True, plan__reminders_on=True, deleted_at__isnull=True
    )
    rows = rows.exclude(reported_status__in=CLOSED)
    return rows.filter(Q(owner__isnull=True) | ~Q(owner__in=answering_people())).select_related(
        "owner", "lead_department"
    )
