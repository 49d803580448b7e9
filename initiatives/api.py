"""API of the work: initiatives as they stand, milestones, commitments, updates; read-only.

All of them answer `?as_of=YYYY-MM-DD` with the plan as recorded by the end of that day.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from rest_framework import serializers, viewsets

from goals.api import OfPlans, by_plan, goal_with
from initiatives.models import Commitment, EffectiveStatus, InitiativeVersion, Status, StatusUpdate
from initiatives.selectors.comments import CommentSaid, comments, read_comments
from initiatives.selectors.rows import (
    CommitmentRow,
    MilestoneRow,
    commitments,
    milestones,
    read_commitments,
    read_milestones,
)
from initiatives.selectors.status import InitiativeStatus, initiative_statuses, read
from web.api import Filter, ModelRowSerializer, NameField, RowSerializer, RowViewSet, Strict, as_of_or_400, number


def status_with(text: str) -> str:
    """An effective status. Raises ValueError with a sentence for what is none."""
    if text not in EffectiveStatus.values:
        raise ValueError(f"“{text[:40]}” is not one of {', '.join(EffectiveStatus.values)}")
    return text


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
            "state", "accepted_at", "delivered_at", "answer", "offered_due_date", "offered_department_name",
        )  # fmt: skip


class StatusUpdateSerializer(ModelRowSerializer[StatusUpdate]):
    """A published update."""

    class Meta:
        model = StatusUpdate
        fields = [
            "id", "initiative", "status", "review_date", "percent", "happened", "next_steps", "help_needed", "author",
            "recorded_at", "stated_at", "channel", "is_no_change", "corrects", "correction_reason",
        ]  # fmt: skip


class CommentSerializer(RowSerializer):
    """A comment on a status update. `recorded_at` is when it was first said, `changed_at` when it was said so."""

    author_name = NameField(allow_null=True)
    mentioned_name = NameField(allow_null=True)

    class Meta:
        row = CommentSaid
        fields = (
            "id", "initiative_id", "update_id", "author_id", "author_name", "mentioned_id", "mentioned_name", "text",
            "recorded_at", "changed_at",
        )  # fmt: skip


class InitiativeViewSet(OfPlans, RowViewSet):
    """Initiatives as they stand; `?plan=`, `?goal=<id>`, `?status=` narrow."""

    serializer_class = InitiativeSerializer
    rows = staticmethod(initiative_statuses)
    read = staticmethod(read)
    filters = (
        by_plan(),
        Filter("goal", "Id of a focus area.", goal_with, lambda goal: Q(goal=goal.pk), kind=int),
        Filter("status", "Effective status.", status_with, lambda status: Q(effective_status=status),
               enum=tuple(EffectiveStatus.values)),
    )  # fmt: skip


class MilestoneViewSet(OfPlans, RowViewSet):
    """Milestones as they stood."""

    plan_path = "plan_id"
    serializer_class = MilestoneSerializer
    rows = staticmethod(milestones)
    read = staticmethod(read_milestones)
    filters = (by_plan("plan_id"),)


class CommitmentViewSet(OfPlans, RowViewSet):
    """Commitments as they stood."""

    plan_path = "plan_id"
    serializer_class = CommitmentSerializer
    rows = staticmethod(commitments)
    read = staticmethod(read_commitments)
    filters = (by_plan("plan_id"),)


class StatusUpdateViewSet(OfPlans, Strict, viewsets.ReadOnlyModelViewSet[StatusUpdate]):
    """Published updates, newest first."""

    queryset = StatusUpdate.objects.order_by("-recorded_at", "-pk")
    serializer_class = StatusUpdateSerializer
    plan_path = "initiative__plan"
    filters = (by_plan("initiative__plan"),)
    newest_first = True

    def get_queryset(self) -> Any:
        """Those recorded by then, of the initiatives there were then."""
        when = as_of_or_400(self.request)
        there = InitiativeVersion.objects.as_of(when).filter(subject=OuterRef("initiative"))
        rows = self.seen(super().get_queryset().filter(Exists(there), when.recorded()))
        return self.narrowed(rows, self.request)


class CommentViewSet(OfPlans, RowViewSet):
    """Comments on status updates; those taken back are shown as of a day before that alone."""

    plan_path = "update__initiative__plan"
    serializer_class = CommentSerializer
    rows = staticmethod(comments)
    read = staticmethod(read_comments)
    filters = (
        by_plan("update__initiative__plan"),
        Filter("update", "Id of a status update.", number, lambda update: Q(update=update), kind=int),
    )
