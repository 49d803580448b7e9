"""API of plans, focus areas and strategies; read-only."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from goals.models import Goal, Plan, Strategy
from goals.rules import among_readable
from records.history import Version
from records.statements import statement
from web.api import Filter, RecordedSerializer, RecordedViewSet, number

ABSENT = {"plan": "there is no plan “{}”", "goal": "there is no focus area with the id {}"}


def plan_with(slug: str) -> Plan:
    """The plan of a slug. Raises ValueError with a sentence where there is none."""
    found: list[Plan] = _called(slug)
    if not found:
        raise ValueError(ABSENT["plan"].format(slug[:60]))
    return found[0]


@statement
def _called(slug: str) -> QuerySet[Plan]:
    return Plan.objects.filter(slug=slug, deleted_at__isnull=True)


def by_plan(path: str = "plan") -> Filter:
    """`?plan=<slug>` for rows whose plan is found under `path`."""
    return Filter("plan", "Slug of a plan.", plan_with, lambda plan: Q(**{path: plan.pk}))


def goal_with(text: str) -> Goal:
    """The focus area of an id. Raises ValueError with a sentence where there is none."""
    goal = Goal.objects.filter(pk=number(text)).first()
    if goal is None:
        raise ValueError(ABSENT["goal"].format(text))
    return goal


class OfPlans:
    """Rows of the plans that whoever asks may read; `plan_path` is the way from a row to its plan."""

    plan_path: ClassVar[str] = "plan"
    request: Any
    filters: ClassVar[tuple[Filter, ...]]
    value_of: Callable[[Filter, str], Any]  # of the view set beside this class

    def seen(self, rows: Any) -> Any:
        return rows.filter(among_readable(self.request.user, self.plan_path))

    def narrowed(self, rows: Any, request: Request) -> Any:
        """What belongs to another plan is no more there than what does not exist."""
        for one in self.filters:
            text = request.query_params.get(one.name)
            if not text or one.name not in ABSENT:
                continue
            with suppress(ValueError):  # the answer to what does not exist comes from below
                if not request.user.has_perm("goals.read_plan", self.value_of(one, text)):
                    raise ValidationError({one.name: f"{one.name.capitalize()}: {ABSENT[one.name].format(text[:60])}."})
        return super().narrowed(rows, request)  # type: ignore[misc] # of the view set beside this class


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


class PlanViewSet(OfPlans, RecordedViewSet[Plan]):
    """Plans, by id."""

    queryset = Plan.objects.filter(deleted_at__isnull=True).order_by("-start_date", "pk")
    serializer_class = PlanSerializer

    def seen(self, rows: Any) -> Any:
        return rows.filter(among_readable(self.request.user, "subject" if issubclass(rows.model, Version) else "pk"))


class GoalViewSet(OfPlans, RecordedViewSet[Goal]):
    """Focus areas; `?plan=<slug>` narrows."""

    queryset = Goal.objects.filter(deleted_at__isnull=True).order_by("plan", "sort_key", "pk")
    serializer_class = GoalSerializer
    filters = (by_plan(),)


class StrategyViewSet(OfPlans, RecordedViewSet[Strategy]):
    """Strategies; `?plan=<slug>` narrows."""

    queryset = Strategy.objects.filter(deleted_at__isnull=True).order_by("goal", "sort_key", "pk")
    serializer_class = StrategySerializer
    plan_path = "goal__plan"
    filters = (by_plan("goal__plan"),)
