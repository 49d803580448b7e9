"""What a person answers for, for the person's own page: what they own, and where they speak for a department."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from goals.models import Goal, Plan, Strategy
from goals.rules import among_readable, readable
from initiatives.models import CLOSED, SILENT, Commitment, Contribution, Initiative, Milestone
from initiatives.models.commitment import OPEN_COMMITMENT
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.selectors.my_work import active_plans
from initiatives.selectors.owners import asked_of
from initiatives.selectors.status import expected_of, judged
from initiatives.selectors.waiting import Waiting
from people.models import RoleGrant, User, holds_in
from people.roles import Role
from people.selectors import ACCEPTED_WITHIN, Holding, out_of_reach_since
from records.asof import AsOf
from records.statements import statement
from records.texts import isolated


def holdings_of(person: User, reader: User) -> Iterator[Holding]:
    """In plans that are not archived: what they lead one by one, the rest counted; then what is late. Eight queries.

    Only in plans that whoever reads it may read.
    """
    when = AsOf.now(timezone.now())
    yield from _led(person, reader)
    alive = Initiative.objects.filter(among_readable(reader), deleted_at__isnull=True)
    alive = alive.exclude(plan__state=Plan.State.ARCHIVED).order_by()
    owned = f"{reverse('initiatives:initiative-list')}?owner={person.pk}"
    yield Holding("Initiatives, as their owner", alive.filter(owner=person).count(), owned)
    taking_part = Contribution.objects.filter(person=person, recorded_until__isnull=True, initiative__in=alive)
    everything = f"{reverse('initiatives:initiative-hand-over')}?leaver={person.pk}"
    yield Holding("Initiatives, as a contributor", taking_part.count(), everything)
    open_ones = Milestone.objects.filter(OPEN_MILESTONE, owner=person, deleted_at__isnull=True, initiative__in=alive)
    is_late = Q(due_date__lt=when.day)
    due = open_ones.aggregate(total=Count("pk"), late=Count("pk", filter=is_late))
    yield Holding("Open milestones in their name", due["total"], everything)
    late = [("Milestones that are late", due["late"], everything)]
    promised = Commitment.objects.filter(OPEN_COMMITMENT, deleted_at__isnull=True, initiative__in=alive).order_by()
    asked = promised.filter(department=OuterRef("department")).values("department").annotate(count=Count("pk"))
    late_ones = promised.filter(is_late, department=OuterRef("department")).values("department")
    grants = RoleGrant.objects.filter(user=person, role=Role.LIAISON, recorded_until__isnull=True)
    if not reader.reads_every_plan:
        grants = grants.filter(holds_in(reader.plan_accesses))
    with_all = grants.select_related("department").annotate(asked=Coalesce(Subquery(asked.values("count")), 0))
    behind = late_ones.annotate(count=Count("pk")).values("count")
    for grant in with_all.annotate(behind=Coalesce(Subquery(behind), 0)):
        name = grant.department.abbreviation if grant.department else ""
        page = reverse("initiatives:department-detail", args=[name])
        yield Holding(f"Open commitments of {isolated(name)}, as its liaison", grant.asked, page)
        late.append((f"Commitments of {isolated(name)} that are late", grant.behind, page))
    only = readable(reader)
    silent = judged(expected_of(active_plans(when, only), when), when).filter(owner=person.pk, is_stale=True)
    updates = silent.exclude(reported_status__in=SILENT).count()
    late += [("Initiatives without a current update", updates, owned)]
    late += [("Initiatives to accept or to decline as their owner", len(asked_of(person.pk, when, only)), owned)]
    for label, count, page in late:
        if count:
            yield Holding(label, count, page, is_owed=True)


def _led(person: User, reader: User) -> Iterator[Holding]:
    """Focus areas and strategies."""
    goals = Goal.objects.filter(among_readable(reader), deleted_at__isnull=True).exclude(
        plan__state=Plan.State.ARCHIVED
    )
    for goal in goals.filter(lead=person).select_related("plan"):
        page = reverse("initiatives:goal-detail", args=[goal.plan.slug, goal.number])
        yield Holding(f"{goal.plan.goal_label} {goal}, as its lead", None, page)
    strategies = Strategy.objects.filter(lead=person, deleted_at__isnull=True, goal__in=goals)
    for one in strategies.select_related("goal__plan"):
        page = reverse("initiatives:goal-detail", args=[one.goal.plan.slug, one.goal.number])
        yield Holding(f"Strategy {one}, as its lead", None, f"{page}#strategy-{one.pk}")


DEPENDS = {
    "initiative": ("Owner of {} open initiative", "Owner of {} open initiatives"),
    "milestone": ("Owner of {} open milestone", "Owner of {} open milestones"),
    "goal": ("Lead of {} focus area", "Lead of {} focus areas"),
    "strategy": ("Lead of {} strategy", "Lead of {} strategies"),
    "liaison": ("Liaison of {} department", "Liaison of {} departments"),
}


def depending_on(people: QuerySet[User]) -> Iterator[tuple[int, Holding]]:
    """What would stay undone if nobody reached these people: counted by person and kind, in one query."""
    for key, what, count in _depending_on(people):
        pages = {
            "initiative": f"{reverse('initiatives:initiative-list')}?owner={key}",
            "milestone": f"{reverse('initiatives:initiative-hand-over')}?leaver={key}",
        }
        page = pages.get(what) or reverse("people:person-detail", args=[key])
        yield key, Holding(DEPENDS[what][count != 1].format(count), None, page)


def _depending_on(people: QuerySet[User]) -> QuerySet[Any]:
    keys = people.values("pk")
    counted = [
        _counted(rows.filter(**{f"{link}__in": keys}), link, what) for what, (link, rows) in _undone_without().items()
    ]
    found: QuerySet[Any] = counted[0].union(*counted[1:], all=True)
    return found


def _undone_without() -> dict[str, tuple[str, QuerySet[Any]]]:
    """What needs the person that it names, by the words of `DEPENDS`: (the field that names them, the rows)."""
    alive = {"deleted_at__isnull": True}
    running = Initiative.objects.filter(**alive).exclude(plan__state=Plan.State.ARCHIVED)
    running = running.exclude(reported_status__in=CLOSED).order_by()
    due = Milestone.objects.filter(OPEN_MILESTONE, **alive, initiative__in=running)
    goals = Goal.objects.filter(**alive).exclude(plan__state=Plan.State.ARCHIVED).order_by()
    grants = RoleGrant.objects.filter(role=Role.LIAISON, recorded_until__isnull=True)
    return {
        "initiative": ("owner", running),
        "milestone": ("owner", due),
        "goal": ("lead", goals),
        "strategy": ("lead", Strategy.objects.filter(**alive, goal__in=goals)),
        "liaison": ("user", grants),
    }


@statement
def _needed_since(oldest: datetime) -> QuerySet[Any]:
    """Who of those out of reach is needed. Each look-up ends with the first thing found: a city may have thousands."""
    needs = Q()
    for link, rows in _undone_without().values():
        needs |= Q(Exists(rows.filter(**{link: OuterRef("pk")})))
    found: QuerySet[Any] = out_of_reach_since(oldest).filter(needs).order_by().values_list("pk")
    return found


def _counted(rows: QuerySet[Any], link: str, what: str) -> QuerySet[Any]:
    named = rows.order_by().values(link).annotate(what=Value(what, output_field=CharField()), count=Count("pk"))
    found: QuerySet[Any] = named.values_list(link, "what", "count")
    return found


def people_out_of_reach() -> Iterator[Waiting]:
    """For My work of those who manage people."""
    count = len(list(_needed_since(timezone.now() - ACCEPTED_WITHIN)))
    if count:
        one = count == 1
        yield Waiting(
            title="1 person cannot be reached" if one else f"{count} people cannot be reached",
            text="Something depends on them, and mail does not reach them. See why, and what to do.",
            href=reverse("people:people-unreached"),
        )
