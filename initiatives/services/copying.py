"""A plan made from another one: its headings and evidence, initiatives, milestones, commitments, made again in the new.

What was said and done stays with the plan it was said in: nothing that is copied has an update, and every milestone is
open. The statements are as many for 2,000 rows as for two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction

from goals.models import Bearing, Evidence, Goal, Plan, Priority, Strategy
from goals.services import add_evidence, add_parts, create_plan, update_plan
from initiatives.models import Alignment, Commitment, Contribution, Initiative, Milestone, Status
from initiatives.services.many import Change, add_milestones, create_initiatives, propose_commitments
from people.models import User
from records.audit import Act
from records.days import in_words
from records.history import locked

SETTINGS = (
    "mission", "introduction", "goal_label", "fiscal_year_start_month", "expected_update_days", "reminders_on",
    "due_soon_days", "overdue_days", "repeat_days", "working_days", "sample_note",
)  # fmt: skip
OF_HEADING = ("number", "sort_key", "title", "text", "basis", "source")
OF_EVIDENCE = ("text", "link", "share", "order", "basis", "source")
OF_INITIATIVE = (
    "number", "title", "summary", "lead_department", "horizon", "audience", "visibility", "basis", "source",
)  # fmt: skip
OF_MILESTONE = ("title", "department", "basis", "source")
YEARS = range(1990, 2101)  # the years that a plan can speak of
CLOSED = (Status.COMPLETED, Status.CANCELLED)
PROMISED = (Commitment.State.PROPOSED, Commitment.State.ACCEPTED, Commitment.State.DELIVERED)


@dataclass(frozen=True)
class Along:
    """What goes along to the new plan; `days` are added to every date."""

    initiatives: Literal["all", "open", "none"] = "all"
    people: bool = True
    commitments: bool = False
    days: int = 0


class Spot(NamedTuple):
    """Where an initiative stands in the new plan; `place` is the key of its place, "" for the one of its number."""

    goal: Goal
    strategy: Strategy | None
    number: str
    place: str = ""


@transaction.atomic
def copy_plan(*, source: Plan, fields: Mapping[str, Any], along: Along, act: Act) -> Plan:
    """A draft with the settings and rows of another plan; `fields` are its own title, dates and short name.

    Raises ValidationError naming the field. Whoever would change the shape of the other plan waits meanwhile.
    """
    before = locked(source)
    act = replace(act, reason=f"Copied from “{before}”.")
    plan = begin_like(before, fields, act)
    run = Copying(plan, along, act)
    run.take_headings(before)
    run.take_evidence(before)
    if along.initiatives != "none":
        rows = Initiative.objects.filter(plan=before, deleted_at__isnull=True)
        if along.initiatives == "open":
            rows = rows.exclude(reported_status__in=CLOSED)
        every = list(rows.select_related("owner", "lead_department"))
        made = run.take(every, {row.pk: run.spot(row) for row in every})
        run.take_milestones(before, made, models.Q(is_cancelled=False))
        run.take_commitments(before, made, models.Q(state__in=PROMISED))
    return plan


def begin_like(before: Plan, fields: Mapping[str, Any], act: Act) -> Plan:
    """A draft with the settings of another plan, and those of its days without reminders that lie in its own time."""
    settings = {name: getattr(before, name) for name in SETTINGS}
    plan = create_plan(fields={**settings, **fields, "state": Plan.State.DRAFT}, act=act)
    free = before.holidays.filter(day__range=(plan.start_date, plan.end_date))
    if free:
        update_plan(plan=plan, fields={}, holidays={one.day: one.name for one in free}, act=act)
    return plan


class Copying:
    """Rows of one plan being made again in another; what became of each is kept by the key of the row it is like."""

    def __init__(self, plan: Plan, along: Along, act: Act) -> None:
        self.plan, self.along, self.act = plan, along, act
        self.goals: dict[int, Goal] = {}
        self.strategies: dict[int, Strategy] = {}
        self.priorities: dict[int, Priority] = {}

    def take_headings(self, before: Plan) -> None:
        """All focus areas, strategies and priorities, where they stand."""
        goals = Goal.objects.filter(plan=before, deleted_at__isnull=True).select_related("lead")
        strategies = Strategy.objects.filter(goal__in=goals, deleted_at__isnull=True).select_related("lead")
        self.take_priorities(before)
        self.goals = {row.pk: self.goal_like(row) for row in goals}
        add_parts(plan=self.plan, rows=list(self.goals.values()), act=self.act)
        self.strategies = {row.pk: self.strategy_like(row, self.goals[row.goal_id]) for row in strategies}
        add_parts(plan=self.plan, rows=list(self.strategies.values()), act=self.act)

    def take_evidence(self, before: Plan) -> None:
        """Why there is the plan, beside the focus areas that it bears on."""
        rows = list(Evidence.objects.filter(plan=before, deleted_at__isnull=True))
        bears: dict[int, list[Goal]] = defaultdict(list)
        spans = Bearing.objects.filter(evidence__in=rows, goal__in=self.goals, recorded_until__isnull=True)
        for span in spans.order_by("pk"):
            bears[span.evidence_id].append(self.goals[span.goal_id])
        new = [(_like(row, OF_EVIDENCE, plan=self.plan), bears[row.pk]) for row in rows]
        add_evidence(plan=self.plan, rows=new, act=self.act)

    def take_priorities(self, before: Plan) -> None:
        """Those that the new plan has not yet."""
        held = {row.name.lower(): row for row in Priority.objects.filter(plan=self.plan, deleted_at__isnull=True)}
        new = []
        for row in Priority.objects.filter(plan=before, deleted_at__isnull=True):
            if row.name.lower() not in held:
                held[row.name.lower()] = _like(row, ("name", "meaning", "order"), plan=self.plan)
                new.append(held[row.name.lower()])
            self.priorities[row.pk] = held[row.name.lower()]
        add_parts(plan=self.plan, rows=new, act=self.act)

    def goal_like(self, row: Goal) -> Goal:
        made: Goal = _like(row, OF_HEADING, plan=self.plan, lead=self.person(row.lead))
        return made

    def strategy_like(self, row: Strategy, goal: Goal) -> Strategy:
        made: Strategy = _like(row, OF_HEADING, goal=goal, lead=self.person(row.lead))
        return made

    def spot(self, row: Initiative) -> Spot:
        """Where it stood, among the headings that were taken."""
        strategy = self.strategies[row.strategy_id] if row.strategy_id else None
        return Spot(self.goals[row.goal_id], strategy, row.number, row.sort_key)

    def take(
        self, rows: Sequence[Initiative], spots: Mapping[int, Spot], begins: date | None = None
    ) -> dict[int, Initiative]:
        """Initiatives with their people and the priorities they serve.

        `begins`: the day on which all begin anew; one that was due before keeps its own.
        """
        people = self._members(Contribution, "person", rows) if self.along.people else {}
        served = self._members(Alignment, "priority", rows)
        changes = []
        for row in rows:
            spot = spots[row.pk]
            fields = {name: getattr(row, name) for name in OF_INITIATIVE} | {
                "goal": spot.goal, "strategy": spot.strategy, "number": spot.number, "owner": self.person(row.owner),
                "start_date": self.day(_first_day(row, begins)), "due_date": self.day(row.due_date),
            }  # fmt: skip
            changes.append(
                Change(
                    None,
                    fields,
                    contributors=[one for one in people.get(row.pk, ()) if one.is_active],
                    priorities=[self.priorities[one.pk] for one in served.get(row.pk, ()) if one.pk in self.priorities],
                    place=spot.place,
                )
            )
        made = create_initiatives(plan=self.plan, changes=changes, act=self.act)
        return {row.pk: one for row, one in zip(rows, made, strict=True)}

    def take_milestones(self, before: Plan, made: Mapping[int, Initiative], which: models.Q) -> None:
        """Milestones of the initiatives that were taken, open. A date that is moved is no longer as it was written."""
        rows = Milestone.objects.filter(which, initiative__plan=before, deleted_at__isnull=True)
        new = [
            _like(
                row, OF_MILESTONE, initiative=made[row.initiative_id], owner=self.person(row.owner),
                due_date=self.day(row.due_date), due_text="" if self.along.days else row.due_text,
            )
            for row in rows.select_related("owner", "department").order_by("initiative", "order", "pk")
            if row.initiative_id in made
        ]  # fmt: skip
        if new:
            add_milestones(rows=new, act=self.act)

    def take_commitments(self, before: Plan, made: Mapping[int, Initiative], which: models.Q) -> None:
        """What departments promised, where that goes along: each is asked for it anew."""
        if not self.along.commitments:
            return
        rows = Commitment.objects.filter(which, initiative__plan=before, deleted_at__isnull=True)
        new = [
            Commitment(
                initiative=made[row.initiative_id],
                department=row.department,
                what=row.what,
                due_date=self.day(row.due_date),
            )
            for row in rows.select_related("department").order_by("pk")
            if row.initiative_id in made
        ]
        if new:
            propose_commitments(rows=new, act=self.act)

    def person(self, held: User | None) -> User | None:
        """Who answers for it in the new plan; nobody where people stay behind, or the person has left."""
        return held if held is not None and self.along.people and held.is_active else None

    def day(self, day: date | None) -> date | None:
        """A date, moved. Raises ValidationError where it would leave the years that a plan can speak of."""
        if day is None or not self.along.days:
            return day
        try:
            moved = day + timedelta(days=self.along.days)
        except OverflowError:
            moved = date.max
        if moved.year not in YEARS:
            raise ValidationError(
                {"days": f"Days: {in_words(day)} would move out of the years {YEARS[0]} to {YEARS[-1]}."}
            )
        return moved

    def _members(self, spans: type[models.Model], field: str, rows: Iterable[Initiative]) -> Mapping[int, list[Any]]:
        """Who or what the open spans of initiatives point to."""
        found: dict[int, list[Any]] = defaultdict(list)
        plans = {row.plan_id for row in rows}
        open_now = spans._default_manager.filter(initiative__plan__in=plans, recorded_until__isnull=True)
        for span in open_now.select_related(field).order_by("pk"):
            found[span.initiative_id].append(getattr(span, field))  # type: ignore[attr-defined] # a span of an initiative
        return found


def _first_day(row: Initiative, begins: date | None) -> date:
    is_past = begins is None or (row.due_date is not None and row.due_date < begins)
    return row.start_date if begins is None or is_past else begins


def _like(row: Any, names: Iterable[str], **own: Any) -> Any:
    """A row of the same model that says the same in these fields."""
    return type(row)(**{name: getattr(row, name) for name in names} | own)
