"""Which rows an archive of a plan holds, and which of their fields: names of people, no address and no setting."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, Model, Q, QuerySet

from goals.models import Bearing, EvidenceVersion, GoalVersion, Plan, PlanVersion, PriorityVersion, StrategyVersion
from initiatives.models import (
    Acknowledgement,
    Alignment,
    CommentVersion,
    CommitmentVersion,
    Contribution,
    Initiative,
    InitiativeVersion,
    Lineage,
    MilestoneVersion,
    OwnerAnswer,
    OwnerRequest,
    StatusUpdate,
)
from people.models import DepartmentVersion, UserVersion
from records.models import AuditEvent
from reports.models import QuarterSnapshot, ReportAct

REMINDERS = frozenset({"reminders_on", "due_soon_days", "overdue_days", "repeat_days", "working_days", "holidays"})
LEFT_OUT = REMINDERS | {"email", "search_text", "search_vector"}


@dataclass(frozen=True)
class Table:
    """A file of rows. `cleaned` takes out of a row what its columns alone do not tell."""

    name: str
    title: str
    rows: "QuerySet[Any]"
    cleaned: Callable[[dict[str, Any]], Mapping[str, Any]] = dict

    @property
    def fields(self) -> list["Field[Any, Any]"]:
        found: Iterable[Any] = self.rows.model._meta.concrete_fields
        return [one for one in found if one.name not in LEFT_OUT]


def tables_of(plan: Plan) -> list[Table]:
    """In an order in which what others point to comes first."""
    of_plan, of_work = Q(plan=plan), Q(initiative__plan=plan)

    def ordered(model: type[Model], condition: Q) -> "QuerySet[Any]":
        rows: QuerySet[Any] = model._default_manager.filter(condition).order_by("pk")
        return rows

    work = Initiative.objects.filter(plan=plan).values("pk")
    told = Q(target_type="plan", target_id=plan.pk) | Q(parent_type="plan", parent_id=plan.pk)
    told |= Q(parent_type="initiative", parent_id__in=work) | Q(target_type="initiative", target_id__in=work)
    return [
        Table("departments", "Departments", ordered(DepartmentVersion, Q())),
        Table("people", "People, by name", ordered(UserVersion, Q())),
        Table("plan", "The plan itself", ordered(PlanVersion, Q(subject=plan))),
        Table("priorities", "Priorities", ordered(PriorityVersion, of_plan)),
        Table("focus_areas", "Focus areas", ordered(GoalVersion, of_plan)),
        Table("strategies", "Strategies", ordered(StrategyVersion, Q(goal__plan=plan))),
        Table("evidence", "Why this plan", ordered(EvidenceVersion, of_plan)),
        Table("bearings", "Which evidence bears on which focus area", ordered(Bearing, Q(evidence__plan=plan))),
        Table("initiatives", "Initiatives", ordered(InitiativeVersion, of_plan)),
        Table("contributors", "Contributors", ordered(Contribution, of_work)),
        Table("alignments", "Which initiative serves which priority", ordered(Alignment, of_work)),
        Table("lineage", "Which initiative came from which", ordered(Lineage, of_work)),
        Table("owner_requests", "Who was asked to own which initiative", ordered(OwnerRequest, of_work)),
        Table("owner_answers", "What they answered", ordered(OwnerAnswer, Q(request__initiative__plan=plan))),
        Table("milestones", "Milestones", ordered(MilestoneVersion, of_work)),
        Table("commitments", "Commitments", ordered(CommitmentVersion, of_work)),
        Table("status_updates", "Status updates", ordered(StatusUpdate, of_work)),
        Table("comments", "Comments on updates", ordered(CommentVersion, Q(update__initiative__plan=plan))),
        Table("acknowledgements", "Who read which update", ordered(Acknowledgement, Q(update__initiative__plan=plan))),
        Table("report_acts", "What people did with reports", ordered(ReportAct, Q(snapshot__plan=plan))),
        Table("events", "Who changed what, when and why", ordered(AuditEvent, told), _without_settings),
    ]


def _without_settings(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"changes": {name: pair for name, pair in row["changes"].items() if name not in LEFT_OUT}}


def snapshots_in(plan: Plan) -> list[QuarterSnapshot]:
    """The sealed ones, in the order of the chain."""
    return list(QuarterSnapshot.objects.filter(plan=plan, sequence__isnull=False).order_by("sequence"))


def chain_of(snapshots: Iterable[QuarterSnapshot]) -> list[dict[str, Any]]:
    return [
        {
            "sequence": one.sequence, "quarter": one.period.label, "as_of_day": one.as_of_day.isoformat(),
            "revision": one.revision, "content_hash": one.content_hash, "chain_hash": one.chain_hash,
        }
        for one in snapshots
    ]  # fmt: skip
