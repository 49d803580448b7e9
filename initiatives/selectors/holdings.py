"""What a person answers for, for the person's own page: what they own, and where they speak for a department."""

from collections.abc import Iterator

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from goals.models import Goal, Plan
from initiatives.models import Commitment, Initiative, Milestone
from initiatives.models.commitment import OPEN_COMMITMENT
from initiatives.models.milestone import OPEN_MILESTONE
from people.models import RoleGrant, User
from people.roles import Role
from people.selectors import Holding
from records.texts import isolated


def holdings_of(person: User) -> Iterator[Holding]:
    """In plans that are not archived: focus areas one by one, the rest counted. Four queries."""
    led = Goal.objects.filter(lead=person, deleted_at__isnull=True).exclude(plan__state=Plan.State.ARCHIVED)
    for goal in led.select_related("plan"):
        page = reverse("initiatives:goal-detail", args=[goal.plan.slug, goal.number])
        yield Holding(f"{goal.plan.goal_label} {goal}, as its lead", None, page)
    alive = Initiative.objects.filter(deleted_at__isnull=True).exclude(plan__state=Plan.State.ARCHIVED).order_by()
    initiatives = f"{reverse('initiatives:initiative-list')}?owner={person.pk}"
    yield Holding("Initiatives, as their owner", alive.filter(owner=person).count(), initiatives)
    due = Milestone.objects.filter(OPEN_MILESTONE, owner=person, deleted_at__isnull=True, initiative__in=alive).count()
    everything = f"{reverse('initiatives:initiative-hand-over')}?leaver={person.pk}"
    yield Holding("Open milestones in their name", due, everything)
    promised = Commitment.objects.filter(OPEN_COMMITMENT, deleted_at__isnull=True, initiative__in=alive).order_by()
    asked = promised.filter(department=OuterRef("department")).values("department").annotate(count=Count("pk"))
    grants = RoleGrant.objects.filter(user=person, role=Role.LIAISON, recorded_until__isnull=True)
    for grant in grants.select_related("department").annotate(asked=Coalesce(Subquery(asked.values("count")), 0)):
        name = grant.department.abbreviation if grant.department else ""
        page = reverse("initiatives:department-detail", args=[name])
        yield Holding(f"Open commitments of {isolated(name)}, as its liaison", grant.asked, page)
