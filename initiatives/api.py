"""API of the work: initiatives as they stand, milestones, commitments, updates; read-only.

All of them answer `?as_of=YYYY-MM-DD` with the plan as recorded by the end of that day.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from goals.models import Goal, Plan
from initiatives.models import Commitment, EffectiveStatus, InitiativeVersion, Status, StatusUpdate
from initiatives.selectors.rows import (
    CommitmentRow,
    MilestoneRow,
    commitments,
    milestones,
    read_commitments,
    read_milestones,
)
from initiatives.selectors.status import InitiativeStatus, initiative_statuses, read
from web.api import AS_OF, NameField, RowSerializer, as_of_or_400, on_a_day

PLAN = OpenApiParameter("plan", str, description="Slug of a plan.")
BIGGEST = 2**63 - 1


class InitiativeSerializer(RowSerializer):
    """An initiative as it stands: `effective_status` is what pages show, `reported_status` what was said."""

    effective_status = serializers.ChoiceField(choices=EffectiveStatus.choices)
    reported_status = serializers.ChoiceField(choices=Status.choices, allow_blank=True)
    strategy_title = NameField(allow_null=True)
    owner_name = NameField(allow_null=True)
    department_abbreviation = NameField(allow_null=True)

    class Meta:
        row = InitiativeStatus
        fields = (
            "id", "plan_id", "number", "title", "summary", "goal_id", "goal_number", "goal_title", "strategy_id",
            "strategy_title", "owner_id", "owner_name", "department_id", "department_abbreviation", "horizon",
            "audience", "visibility", "start_date", "due_date", "baseline_due_date", "slip_count", "effective_status",
            "reported_status", "review_date", "percent", "override_reason", "last_updated_at", "latest_update_id",
            "milestones_total", "milestones_met", "milestones_overdue", "is_stale", "basis", "source",
        )  # fmt: skip


class MilestoneSerializer(RowSerializer):
    """A milestone as it stood."""

    class Meta:
        row = MilestoneRow
        fields = (
            "id", "initiative_id", "initiative_number", "title", "due_date", "baseline_due_date", "slip_count",
            "completed_date", "is_cancelled", "owner_name", "department_abbreviation",
        )  # fmt: skip


class CommitmentSerializer(RowSerializer):
    """A commitment as it stood."""

    state = serializers.ChoiceField(choices=Commitment.State.choices)

    class Meta:
        row = CommitmentRow
        fields = (
            "id", "initiative_id", "initiative_number", "department_id", "department_abbreviation", "what", "due_date",
            "state", "accepted_at", "delivered_at",
        )  # fmt: skip


class StatusUpdateSerializer(serializers.ModelSerializer[StatusUpdate]):
    """A published update."""

    class Meta:
        model = StatusUpdate
        fields = [
            "id", "initiative", "status", "review_date", "percent", "happened", "next_steps", "help_needed", "author",
            "recorded_at", "stated_at", "channel", "is_no_change", "corrects", "correction_reason",
        ]  # fmt: skip


class _AsOfViewSet(viewsets.GenericViewSet[Any]):
    """List and retrieve of rows that are read at a point in time."""

    def rows(self, request: Request) -> Any:
        raise NotImplementedError  # pragma: no cover - each endpoint says what it reads

    def told(self, rows: Any) -> Sequence[Any]:
        raise NotImplementedError  # pragma: no cover

    def list(self, request: Request) -> Response:
        """Pages of rows, in the plan's order."""
        assert self.paginator is not None  # noqa: S101 - set in REST_FRAMEWORK
        page: Sequence[Any] | None = self.paginator.paginate_queryset(self.rows(request), request, view=self)
        ids = [row.subject_id for row in page or []]
        by_id = {row.id: row for row in self.told(self.rows(request).filter(subject_id__in=ids))}
        return self.get_paginated_response(self.get_serializer([by_id[key] for key in ids], many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One row; 404 where it did not exist at that moment."""
        found = self.told(self.rows(request).filter(subject_id=int(pk))) if int(pk) <= BIGGEST else []
        if not found:
            raise Http404
        return Response(self.get_serializer(found[0]).data)


class InitiativeViewSet(_AsOfViewSet):
    """Initiatives as they stand; `?plan=`, `?goal=<id>`, `?status=` narrow."""

    serializer_class = InitiativeSerializer
    lookup_value_regex = r"\d{1,19}"

    @extend_schema(
        operation_id="initiatives_list",
        parameters=[
            AS_OF,
            PLAN,
            OpenApiParameter("goal", int, description="Id of a focus area."),
            OpenApiParameter("status", str, enum=EffectiveStatus.values, description="Effective status."),
        ],
    )
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    def rows(self, request: Request) -> Any:
        found = initiative_statuses(as_of_or_400(request), plan=plan_of(request))
        goal, status = request.query_params.get("goal"), request.query_params.get("status")
        if goal:
            if not goal.isdecimal() or int(goal) > BIGGEST:
                raise ValidationError({"goal": "Goal: give the id of a focus area, a number."})
            if not Goal.objects.filter(pk=goal).exists():
                raise ValidationError({"goal": f"Goal: there is none with the id {goal}."})
            found = found.filter(goal=goal)
        if status:
            if status not in EffectiveStatus.values:
                raise ValidationError(
                    {"status": f"Status: “{status[:40]}” is not one of {', '.join(EffectiveStatus.values)}."}
                )
            found = found.filter(effective_status=status)
        return found

    def told(self, rows: Any) -> Sequence[Any]:
        return read(rows)


class MilestoneViewSet(_AsOfViewSet):
    """Milestones as they stood."""

    serializer_class = MilestoneSerializer
    lookup_value_regex = r"\d{1,19}"

    @extend_schema(operation_id="milestones_list", parameters=[AS_OF, PLAN])
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    def rows(self, request: Request) -> Any:
        found = milestones(as_of_or_400(request))
        plan = plan_of(request)
        return found.filter(plan_id=plan.pk) if plan else found

    def told(self, rows: Any) -> Sequence[Any]:
        return read_milestones(rows)


class CommitmentViewSet(_AsOfViewSet):
    """Commitments as they stood."""

    serializer_class = CommitmentSerializer
    lookup_value_regex = r"\d{1,19}"

    @extend_schema(operation_id="commitments_list", parameters=[AS_OF, PLAN])
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request: Request, pk: str) -> Response:
        return super().retrieve(request, pk)

    def rows(self, request: Request) -> Any:
        found = commitments(as_of_or_400(request))
        plan = plan_of(request)
        return found.filter(plan_id=plan.pk) if plan else found

    def told(self, rows: Any) -> Sequence[Any]:
        return read_commitments(rows)


@on_a_day
class StatusUpdateViewSet(viewsets.ReadOnlyModelViewSet[StatusUpdate]):
    """Published updates, newest first."""

    queryset = StatusUpdate.objects.order_by("-recorded_at", "-pk")
    serializer_class = StatusUpdateSerializer

    def get_queryset(self) -> Any:
        """Those recorded by then, of the initiatives there were then."""
        when = as_of_or_400(self.request)
        there = InitiativeVersion.objects.as_of(when).filter(subject=OuterRef("initiative"))
        return super().get_queryset().filter(Exists(there), when.recorded())


def plan_of(request: Request) -> Plan | None:
    """The plan of `?plan=<slug>`; 404 for one that does not exist."""
    slug = request.query_params.get("plan")
    if not slug:
        return None
    plan = Plan.objects.filter(slug=slug, deleted_at__isnull=True).first()
    if plan is None:
        raise Http404
    return plan
