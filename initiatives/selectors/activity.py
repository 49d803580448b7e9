"""What happened in a plan: the acts on its focus areas, strategies, initiatives and what hangs on them."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from goals.models import Evidence, Goal, Plan, Priority, Strategy
from initiatives.models import Initiative
from records.asof import AsOf
from records.models import AuditEvent

# What the page can be narrowed to: the first part of a verb.
KINDS = {
    "status_update": "Status updates",
    "comment": "Comments",
    "milestone": "Milestones",
    "commitment": "Commitments",
    "initiative": "Initiatives",
    "goal": "Focus areas",
    "strategy": "Strategies",
}


def about_plans(accesses: Collection[int]) -> Q:
    """The condition on events: about plans that roles name so, or about anything in them."""
    plans = Plan.objects.filter(access__in=accesses)
    rows: dict[str, QuerySet[Any]] = {
        "plan": plans,
        "priority": Priority.objects.filter(plan__in=plans),
        "evidence": Evidence.objects.filter(plan__in=plans),
        "goal": Goal.objects.filter(plan__in=plans),
        "strategy": Strategy.objects.filter(goal__plan__in=plans),
        "initiative": Initiative.objects.filter(plan__in=plans),
    }
    about = Q()
    for model, found in rows.items():
        about |= Q(target_type=model, target_id__in=found.values("pk"))
    for model in ("plan", "initiative"):  # what hangs on them names one as what it is part of
        about |= Q(parent_type=model, parent_id__in=rows[model].values("pk"))
    return about


def activity_of(plan_id: int, when: AsOf, *, what: str = "", goal_id: int | None = None) -> QuerySet[AuditEvent]:
    """Every act recorded by then, the newest first; of one kind of `KINDS`, or under one focus area.

    What was retired since is told of too. How a plan is set up (reminders, holidays) is in the audit log alone.
    """
    rows: dict[str, QuerySet[Any]] = {
        "initiative": Initiative.objects.filter(plan=plan_id),
        "goal": Goal.objects.filter(plan=plan_id),
        "strategy": Strategy.objects.filter(goal__plan=plan_id),
    }
    if goal_id is not None:
        rows["initiative"] = rows["initiative"].filter(goal=goal_id)
        rows["goal"] = rows["goal"].filter(pk=goal_id)
        rows["strategy"] = rows["strategy"].filter(goal=goal_id)
    about = Q()
    for model, found in rows.items():
        about |= Q(target_type=model, target_id__in=found.values("pk"))
    about |= Q(parent_type="initiative", parent_id__in=rows["initiative"].values("pk"))
    events = AuditEvent.objects.filter(about, when.recorded("happened_at"))
    return events.filter(verb__startswith=f"{what}.") if what else events
