"""What a plan still lacks before it can run: an owner for each open initiative, and something under each focus area."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from goals.models import Goal, Plan
from initiatives.models import Initiative, Status


@dataclass(frozen=True)
class Gaps:
    """What is missing. `is_empty`: the plan has no focus area at all."""

    without_owner: list[Initiative]
    without_initiative: list[Goal]
    is_empty: bool

    def __bool__(self) -> bool:
        return self.is_empty or bool(self.without_owner or self.without_initiative)


def gaps_of(plan: Plan) -> Gaps:
    """Two queries."""
    alive = Initiative.objects.filter(plan=plan, deleted_at__isnull=True)
    open_rows = alive.exclude(reported_status__in=(Status.COMPLETED, Status.CANCELLED))
    goals = Goal.objects.filter(plan=plan, deleted_at__isnull=True)
    held = list(goals.annotate(has_some=Exists(alive.filter(goal=OuterRef("pk")))))
    return Gaps(
        without_owner=list(open_rows.filter(owner__isnull=True)),
        without_initiative=[goal for goal in held if not goal.has_some],
        is_empty=not held,
    )
