"""What the plan page and the focus area page show, shaped for them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, F, FilteredRelation, QuerySet, Value

from goals.models import PlanVersion
from goals.quarters import Quarter
from goals.selectors import goals_as_of, strategies_as_of
from initiatives.models import CLOSED, Commitment, CommitmentVersion, MilestoneVersion
from initiatives.selectors.attention import Concern, concerns
from initiatives.selectors.changes import Changes, changes_between
from initiatives.selectors.rollup import EMPTY, Rollup, tally
from initiatives.selectors.status import InitiativeStatus, initiative_statuses, read
from records.asof import AsOf

WORST = 12  # concerns and dates shown on the plan page; the list has all
NEXT = 12


class NextDate(NamedTuple):
    """A day on which something is due."""

    day: date
    kind: str
    what: str
    initiative_id: int
    number: str


@dataclass(frozen=True)
class Section:
    """A focus area or a strategy with the roll-up of its initiatives (and, on its own page, their rows)."""

    version: Any  # GoalVersion or StrategyVersion; None for "without a strategy"
    rollup: Rollup
    rows: tuple[InitiativeStatus, ...] = ()


@dataclass(frozen=True)
class PlanOverview:
    """The plan at a glance."""

    plan: PlanVersion
    whole: Rollup
    sections: list[Section]
    concerns: list[Concern]
    changes: Changes | None  # None: the plan was not recorded at the end of the quarter before
    since: Quarter
    next_dates: list[NextDate]


def plan_overview(plan: PlanVersion, when: AsOf) -> PlanOverview:
    """Eight queries, whatever the number of rows."""
    rows = initiative_statuses(when, plan=plan.subject_id)
    counted = tally(rows, when)
    by_goal = counted.by("goal_id")
    since = plan_quarter(plan, when.day).previous()
    then = AsOf.end_of(since.last_day)
    changes = changes_between(initiative_statuses(then, plan=plan.subject_id), rows, then=then, now=when)
    return PlanOverview(
        plan=plan,
        whole=counted.whole,
        sections=[Section(goal, by_goal.get(goal.subject_id, EMPTY)) for goal in goals_as_of(plan.subject_id, when)],
        concerns=concerns(rows, when, limit=WORST),
        changes=changes if changes.compared or changes.gone else None,
        since=since,
        next_dates=next_dates(rows, when),
    )


def plan_quarter(plan: PlanVersion, day: date) -> Quarter:
    return Quarter.of(day, plan.fiscal_year_start_month)


def goal_sections(goal: Any, when: AsOf) -> tuple[Rollup, list[Section]]:
    """A focus area's roll-up, and its strategies with every initiative; those without a strategy come last."""
    rows = initiative_statuses(when, plan=goal.plan_id).filter(goal=goal.subject_id)
    counted = tally(rows, when)
    by_strategy = counted.by("strategy_id")
    groups: dict[int | None, list[InitiativeStatus]] = {}
    for row in read(rows):
        groups.setdefault(row.strategy_id, []).append(row)
    sections = [
        Section(strategy, by_strategy.get(strategy.subject_id, EMPTY), tuple(groups.pop(strategy.subject_id, ())))
        for strategy in strategies_as_of(goal.subject_id, when)
    ]
    if groups:  # without a strategy, or under one that was taken out of the plan
        loose = tuple(row for group in groups.values() for row in group)
        sections.append(Section(None, counted.of("strategy_id", groups), loose))
    return counted.whole, sections


def next_dates(rows: QuerySet[Any], when: AsOf, *, limit: int = NEXT) -> list[NextDate]:
    """The next days on which something open is due: milestones, commitments and initiatives. One query."""
    open_rows = rows.order_by().exclude(effective_status__in=CLOSED)
    milestones = _of_open(MilestoneVersion.objects.as_of(when), open_rows, when).filter(
        completed_date__isnull=True, is_cancelled=False
    )
    commitments = _of_open(CommitmentVersion.objects.as_of(when), open_rows, when).filter(
        state__in=[Commitment.State.PROPOSED, Commitment.State.ACCEPTED]
    )
    ends = open_rows.filter(due_date__gte=when.day).annotate(kind=_text("Initiative ends"))
    found = _as_next_dates(milestones.annotate(kind=_text("Milestone")), "title").union(
        _as_next_dates(commitments.annotate(kind=_text("Commitment")), "what"),
        ends.values_list("due_date", "kind", "title", "subject_id", "number"),
        all=True,
    )
    return [NextDate(*row) for row in found.order_by("due_date")[:limit]]


def _of_open(versions: QuerySet[Any], open_rows: QuerySet[Any], when: AsOf) -> QuerySet[Any]:
    coming = versions.filter(due_date__gte=when.day, initiative__in=open_rows.values("subject_id"))
    named: QuerySet[Any] = coming.annotate(
        initiative_then=FilteredRelation("initiative__versions", condition=when.q("initiative__versions")),
        initiative_number=F("initiative_then__number"),
    )
    return named


def _as_next_dates(versions: QuerySet[Any], words: str) -> QuerySet[Any]:
    return versions.values_list("due_date", "kind", words, "initiative_id", "initiative_number")


def _text(words: str) -> Value:
    return Value(words, output_field=CharField())
