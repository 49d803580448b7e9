"""API of plans, focus areas and strategies; read-only."""

from django.db.models import Q

from goals.models import Goal, Plan, Strategy
from web.api import Filter, RecordedSerializer, RecordedViewSet, number


def plan_with(slug: str) -> Plan:
    """The plan of a slug. Raises ValueError with a sentence where there is none."""
    plan = Plan.objects.filter(slug=slug, deleted_at__isnull=True).first()
    if plan is None:
        raise ValueError(f"there is no plan “{slug[:60]}”")
    return plan


def by_plan(path: str = "plan") -> Filter:
    """`?plan=<slug>` for rows whose plan is found under `path`."""
    return Filter("plan", "Slug of a plan.", plan_with, lambda plan: Q(**{path: plan.pk}))


def goal_with(text: str) -> Goal:
    """The focus area of an id. Raises ValueError with a sentence where there is none."""
    goal = Goal.objects.filter(pk=number(text)).first()
    if goal is None:
        raise ValueError(f"there is no focus area with the id {text}")
    return goal


class PlanSerializer(RecordedSerializer[Plan]):
    """A plan."""

    class Meta:
        model = Plan
        fields = [
            "id", "slug", "title", "mission", "state", "start_date", "end_date", "fiscal_year_start_month",
            "goal_label", "expected_update_days", "sample_note", "basis", "source", "version",
        ]  # fmt: skip


class GoalSerializer(RecordedSerializer[Goal]):
    """A focus area."""

    class Meta:
        model = Goal
        fields = ["id", "plan", "number", "title", "text", "lead", "basis", "source", "version"]


class StrategySerializer(RecordedSerializer[Strategy]):
    """A strategy under a focus area."""

    class Meta:
        model = Strategy
        fields = ["id", "goal", "number", "title", "text", "lead", "basis", "source", "version"]


class PlanViewSet(RecordedViewSet[Plan]):
    """Plans, by id."""

    queryset = Plan.objects.filter(deleted_at__isnull=True).order_by("-start_date", "pk")
    serializer_class = PlanSerializer


class GoalViewSet(RecordedViewSet[Goal]):
    """Focus areas; `?plan=<slug>` narrows."""

    queryset = Goal.objects.filter(deleted_at__isnull=True).order_by("plan", "sort_key", "pk")
    serializer_class = GoalSerializer
    filters = (by_plan(),)


class StrategyViewSet(RecordedViewSet[Strategy]):
    """Strategies; `?plan=<slug>` narrows."""

    queryset = Strategy.objects.filter(deleted_at__isnull=True).order_by("goal", "sort_key", "pk")
    serializer_class = StrategySerializer
    filters = (by_plan("goal__plan"),)
