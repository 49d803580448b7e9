"""What the plan page and the focus area page show, shaped for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import RowNumber

from goals.models import PlanVersion
from goals.quarters import Quarter
from goals.selectors import goals_as_of, strategies_as_of
from initiatives.judgement import sentences
from initiatives.models import CLOSED, CommitmentVersion, EffectiveStatus, InitiativeVersion, MilestoneVersion
from initiatives.models.commitment import OPEN_COMMITMENT
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.selectors.attention import Concern
from initiatives.selectors.changes import Changes, changes_of
from initiatives.selectors.counted import plan_survey, tally
from initiatives.selectors.rollup import EMPTY, Rollup
from initiatives.selectors.status import (
    DECIDED,
    Expected,
    InitiativeStatus,
    expected_of,
    judged,
    read_decided,
    status_set_by_people,
)
from initiatives.selectors.survey import Pulse
from initiatives.selectors.trend import QuarterEnd, quarter_ends
from records.asof import AsOf
from records.remembered import remembered
from records.statements import statement
from web.parts import Part

WORST = 5  # rows of each list on the plan page; the list of initiatives has all
NEXT = 5
SOON = timedelta(days=30)


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
    rows: Sequence[InitiativeStatus] = ()

    @property
    def shown(self) -> Part[InitiativeStatus]:
        return Part(self.rows, self.rollup.total)


@dataclass(frozen=True)
class PlanOverview:
    """The plan at a glance."""

    plan: PlanVersion
    whole: Rollup
    sections: list[Section]
    pulse: Pulse
    concerns: list[Concern]  # the worst first
    helping: list[InitiativeStatus]  # those that ask for help, the worst first
    trend: list[QuarterEnd]
    changes: Changes | None  # None: the plan was not recorded at the end of the quarter before
    since: Quarter
    next_dates: list[NextDate]

    def only(self, names: Iterable[str]) -> "PlanOverview":
        """No more of it than this."""
        others = {one.name for one in fields(self)} - {"plan", *names}
        nothing: dict[str, Any] = dict.fromkeys(others)
        return replace(self, **nothing)

    @property
    def newly_off_track(self) -> int:
        """How many of those that are off track were not, or not there, at the end of the quarter before."""
        return self.changes.arrived[EffectiveStatus.OFF_TRACK] if self.changes else 0

    @property
    def seen(self) -> Counter[str]:
        """Every status that one of the bars shows."""
        return sum((Counter(end.rollup.counts) for end in self.trend), Counter(self.whole.counts))

    @property
    def fresh(self) -> int:
        """Open initiatives whose last update is as recent as the plan expects."""
        return self.pulse.open - self.pulse.stale


@remembered
def plan_overview(plan: PlanVersion, when: AsOf) -> PlanOverview:
    """Seven queries, whatever the number of rows, and two more where the plan was changed in the last quarters."""
    quarter = plan_quarter(plan, when.day)
    found = plan_survey(plan, when)
    by_goal = found.tally.by("goal_id")
    asking, helping = found.asking[:WORST], found.helping[:WORST]
    shown = list(dict.fromkeys(asking + helping))
    rows = dict(zip(shown, read_decided(shown, when), strict=True))
    return PlanOverview(
        plan=plan,
        whole=found.tally.whole,
        sections=[Section(goal, by_goal.get(goal.subject_id, EMPTY)) for goal in goals_as_of(plan.subject_id, when)],
        pulse=found.pulse,
        concerns=[Concern(rows[one], sentences(rows[one], when.day)) for one in asking],
        helping=[rows[one] for one in helping],
        trend=quarter_ends(plan, quarter),
        changes=changes_of(found),
        since=quarter.previous(),
        next_dates=next_dates(plan.subject_id, when),
    )


def plan_quarter(plan: PlanVersion, day: date) -> Quarter:
    return Quarter.of(day, plan.fiscal_year_start_month)


def goal_sections(goal: Any, when: AsOf, *, limit: int | None) -> tuple[Rollup, list[Section]]:
    """A focus area's roll-up, and its strategies with their first initiatives; those without a strategy come last."""
    plans = _plan_of(goal.plan_id, when)
    counted = tally(plans, when, goal=goal.subject_id)
    by_strategy = counted.by("strategy_id")
    groups: dict[int | None, list[InitiativeStatus]] = {}
    for row in read_decided(_first_of_each(expected_of(plans, when), goal.subject_id, when, limit=limit), when):
        groups.setdefault(row.strategy_id, []).append(row)
    sections = [
        Section(strategy, by_strategy.get(strategy.subject_id, EMPTY), tuple(groups.pop(strategy.subject_id, ())))
        for strategy in strategies_as_of(goal.subject_id, when)
    ]
    if groups:  # without a strategy, or under one that was taken out of the plan
        loose = tuple(row for group in groups.values() for row in group)
        sections.append(Section(None, counted.of("strategy_id", groups), loose))
    return counted.whole, sections


@statement
def _plan_of(plan_id: int, when: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = PlanVersion.objects.as_of(when).filter(subject=plan_id)
    return rows


@remembered
@statement
def _first_of_each(expected: tuple[Expected, ...], goal: int, when: AsOf, *, limit: int | None) -> QuerySet[Any]:
    """The first of each strategy, as `read_decided` takes them."""
    order = [F("sort_key").asc(), F("subject_id").asc()]
    turn = Window(RowNumber(), partition_by=F("strategy_id"), order_by=order)
    first = judged(expected, when).filter(goal=goal).annotate(turn=turn)
    found: QuerySet[Any] = first if limit is None else first.filter(turn__lte=limit)
    return found.values_list("pk", *DECIDED)


def next_dates(plan_id: int, when: AsOf, *, limit: int = NEXT) -> list[NextDate]:
    """The next days on which something open is due, up to SOON: milestones, commitments and initiatives. One query.

    Each kind gives its first days, found in the order of its index, before all are put together.
    """
    return [NextDate(*row) for row in _next_dates(plan_id, when, when.day + SOON, limit=limit)]


@statement
def _next_dates(plan_id: int, when: AsOf, last: date, *, limit: int) -> QuerySet[Any]:
    there = InitiativeVersion.objects.as_of(when).filter(plan=plan_id).alias(said=status_set_by_people())
    open_rows = there.exclude(said__in=CLOSED)
    own = open_rows.filter(subject=OuterRef("initiative"))
    milestones = MilestoneVersion.objects.as_of(when).filter(OPEN_MILESTONE, Exists(own))
    commitments = CommitmentVersion.objects.as_of(when).filter(OPEN_COMMITMENT, Exists(own))
    number = Subquery(InitiativeVersion.objects.as_of(when).filter(subject=OuterRef("initiative")).values("number")[:1])

    def first(versions: QuerySet[Any], *columns: Any) -> QuerySet[Any]:
        coming = versions.filter(due_date__range=(when.day, last)).order_by("due_date")
        found: QuerySet[Any] = versions.model._default_manager.filter(pk__in=coming.values("pk")[:limit])
        return found.values_list("due_date", *columns)

    found = first(milestones, Value("Milestone"), "title", "initiative_id", number).union(
        first(commitments, Value("Commitment"), "what", "initiative_id", number),
        first(open_rows, Value("Initiative ends"), "title", "subject_id", "number"),
        all=True,
    )
    return found.order_by("due_date")[:limit]
