"""API of plans, focus areas and strategies; read-only."""

from typing import Any

from goals.models import Goal, Plan, Strategy
from web.api import RecordedSerializer, RecordedViewSet, on_a_day


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


@on_a_day
class PlanViewSet(RecordedViewSet[Plan]):
    """Plans, by id."""

    queryset = Plan.objects.filter(deleted_at__isnull=True).order_by("-start_date", "pk")
    serializer_class = PlanSerializer


@on_a_day
class GoalViewSet(RecordedViewSet[Goal]):
    """Focus areas; `?plan=<slug>` narrows."""

    queryset = Goal.objects.filter(deleted_at__isnull=True).order_by("plan", "sort_key", "pk")
    serializer_class = GoalSerializer

    def get_queryset(self) -> Any:
        slug = self.request.query_params.get("plan")
        return super().get_queryset().filter(plan__slug=slug) if slug else super().get_queryset()


@on_a_day
class StrategyViewSet(RecordedViewSet[Strategy]):
    """Strategies; `?plan=<slug>` narrows."""

    queryset = Strategy.objects.filter(deleted_at__isnull=True).order_by("goal", "sort_key", "pk")
    serializer_class = StrategySerializer

    def get_queryset(self) -> Any:
        slug = self.request.query_params.get("plan")
        return super().get_queryset().filter(goal__plan__slug=slug) if slug else super().get_queryset()
