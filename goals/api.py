"""API of plans, focus areas and strategies; read-only."""

from typing import Any

from rest_framework import serializers, viewsets

from goals.models import Goal, Plan, Strategy


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan."""

    class Meta:
        model = Plan
        fields = [
            "id", "slug", "title", "mission", "state", "start_date", "end_date", "fiscal_year_start_month",
            "goal_label", "expected_update_days", "sample_note", "basis", "source", "version",
        ]  # fmt: skip


class GoalSerializer(serializers.ModelSerializer[Goal]):
    """A focus area."""

    class Meta:
        model = Goal
        fields = ["id", "plan", "number", "title", "text", "lead", "basis", "source", "version"]


class StrategySerializer(serializers.ModelSerializer[Strategy]):
    """A strategy under a focus area."""

    class Meta:
        model = Strategy
        fields = ["id", "goal", "number", "title", "text", "lead", "basis", "source", "version"]


class PlanViewSet(viewsets.ReadOnlyModelViewSet[Plan]):
    """Plans, by id."""

    queryset = Plan.objects.filter(deleted_at__isnull=True).order_by("-start_date", "pk")
    serializer_class = PlanSerializer


class GoalViewSet(viewsets.ReadOnlyModelViewSet[Goal]):
    """Focus areas; `?plan=<slug>` narrows."""

    queryset = Goal.objects.filter(deleted_at__isnull=True).order_by("plan", "sort_key", "pk")
    serializer_class = GoalSerializer

    def get_queryset(self) -> Any:
        slug = self.request.query_params.get("plan")
        return super().get_queryset().filter(plan__slug=slug) if slug else super().get_queryset()


class StrategyViewSet(viewsets.ReadOnlyModelViewSet[Strategy]):
    """Strategies; `?plan=<slug>` narrows."""

    queryset = Strategy.objects.filter(deleted_at__isnull=True).order_by("goal", "sort_key", "pk")
    serializer_class = StrategySerializer

    def get_queryset(self) -> Any:
        slug = self.request.query_params.get("plan")
        return super().get_queryset().filter(goal__plan__slug=slug) if slug else super().get_queryset()
