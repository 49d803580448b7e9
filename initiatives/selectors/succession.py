"""What the plan before has left to do, and what becomes of it: which initiatives go on in its successor, and where.

`planned` is arithmetic over what `offer_of` read. The page shows its result before anything is done, and the service
does exactly that.
"""

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from goals.models import Goal, Plan, Strategy
from goals.numbering import natural_key
from initiatives.models import Initiative, Lineage, Status
from initiatives.selectors.status import initiative_statuses
from records.asof import AsOf
from records.texts import folded

CLOSED = (Status.COMPLETED, Status.CANCELLED)
ADDED = 0  # of a focus area of the plan before: one like it is added to the new plan


@dataclass
class Group:
    """The open initiatives of one focus area of the plan before; `like` is the focus area of the new plan like it."""

    goal: Goal
    rows: list[Initiative]
    like: int = ADDED


@dataclass
class Offer:
    """What can be carried forward into a plan. `version` is another as soon as any row of the two plans is another."""

    plan: Plan
    before: Plan
    groups: list[Group]
    goals: list[Goal]  # of the new plan
    strategies: list[Strategy]
    numbers: frozenset[str]  # of its initiatives
    by_strategy: bool  # initiatives are counted within their strategies
    carried: int  # initiatives that went on before
    version: int
    statuses: Mapping[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.before} and {self.plan}"

    @property
    def rows(self) -> list[Initiative]:
        return [row for group in self.groups for row in group.rows]


@dataclass(frozen=True)
class Choice:
    """What is to become of the open initiatives. `under`: focus area of the plan before → of the new one, or ADDED.

    `reasons`: why one that is left behind is closed, where that is another reason than the one for all.
    """

    carried: Collection[int]
    under: Mapping[int, int]
    rest: str = ""  # the status in which those left behind are closed; "" leaves them as they are
    people: bool = True
    commitments: bool = False
    archive: bool = False
    reasons: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One initiative that goes on: where, and under which number. What it stands under may not be stored yet."""

    row: Initiative
    goal: Goal
    strategy: Strategy | None
    number: str


@dataclass
class Succession:
    steps: list[Step]
    left: list[Initiative]
    new_goals: dict[int, Goal]  # by the focus area that each is like
    new_strategies: dict[int, Strategy]


def offer_of(plan: Plan, before: Plan, when: AsOf | None = None) -> Offer:
    """Six queries; with `when` two more, for the effective statuses."""
    gone = Lineage.objects.filter(kind=Lineage.Kind.CARRIED, initiative__plan=plan, initiative__deleted_at__isnull=True)
    carried = set(gone.filter(origin__plan=before).values_list("origin", flat=True))
    every = Initiative.objects.filter(plan=before, deleted_at__isnull=True)
    beside = ("owner", "lead_department", "goal__lead", "strategy__lead")
    rows = list(every.exclude(reported_status__in=CLOSED).select_related(*beside))
    goals = list(Goal.objects.filter(plan=plan, deleted_at__isnull=True))
    strategies = list(Strategy.objects.filter(goal__in=goals, deleted_at__isnull=True).select_related("goal"))
    held = list(Initiative.objects.filter(plan=plan, deleted_at__isnull=True).values_list("pk", "number", "version"))
    seen = [
        [(row.pk, row.version, row.latest_update_id) for row in rows],
        sorted(carried),
        [(row.pk, row.version) for row in (*goals, *strategies)],
        held,
    ]
    groups: dict[int, Group] = {}
    alike = {folded(goal.title): goal.pk for goal in reversed(goals)}
    for row in sorted(rows, key=lambda row: (row.goal.sort_key, row.goal_id)):
        if row.pk not in carried:
            fresh = Group(row.goal, [], alike.get(folded(row.goal.title), ADDED))
            groups.setdefault(row.goal_id, fresh).rows.append(row)
    grouped = [row for row in rows if row.strategy is not None]
    within = [row for row in grouped if row.strategy and row.number.startswith(f"{row.strategy.number}.")]
    statuses = {}
    if when is not None:
        statuses = dict(initiative_statuses(when, plan=before).values_list("subject_id", "effective_status"))
    return Offer(
        plan, before, list(groups.values()), goals, strategies, frozenset(number for _, number, _ in held),
        len(within) * 2 > len(grouped), len(carried), zlib.crc32(repr(seen).encode()), statuses,
    )  # fmt: skip


def planned(offer: Offer, choice: Choice) -> Succession:
    """Where each chosen initiative goes; a number is kept where it is free and fits."""
    found = Succession([], [], {}, {})
    goal_numbers = Numbers(goal.number for goal in offer.goals)
    own_goals = {goal.pk: goal for goal in offer.goals}
    within = {
        goal.pk: Numbers(row.number for row in offer.strategies if row.goal_id == goal.pk) for goal in offer.goals
    }
    named = {(row.goal_id, folded(row.title)): row for row in offer.strategies}
    numbers = Numbers(offer.numbers)
    for group in offer.groups:
        chosen = [row for row in group.rows if row.pk in choice.carried]
        found.left += [row for row in group.rows if row.pk not in choice.carried]
        if not chosen:
            continue
        goal = own_goals.get(choice.under.get(group.goal.pk, group.like))
        if goal is None:
            number = goal_numbers.like(group.goal.number, "")
            goal = found.new_goals[group.goal.pk] = Goal(
                plan=offer.plan, number=number, title=group.goal.title, sort_key=natural_key(number)
            )
        strategies = within.get(goal.pk or 0) or Numbers(())
        takes_all = goal.pk is None or goal.pk == group.like
        for row in chosen:
            strategy = None
            if row.strategy is not None:
                strategy = found.new_strategies.get(row.strategy.pk) or named.get(
                    (goal.pk or 0, folded(row.strategy.title))
                )
                if strategy is None and takes_all:
                    number = strategies.like(row.strategy.number, goal.number)
                    strategy = found.new_strategies[row.strategy.pk] = Strategy(
                        goal=goal, number=number, title=row.strategy.title, sort_key=natural_key(number)
                    )
            above = strategy.number if strategy is not None and offer.by_strategy else goal.number
            found.steps.append(Step(row, goal, strategy, numbers.like(row.number, above)))
    return found


class Numbers:
    """Numbers that are taken, and the next free ones."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.last: dict[str, int] = {}

    def like(self, number: str, above: str) -> str:
        """The number itself where it is free and fits under `above`, else the next free one there; then it is taken."""
        start = f"{above}." if above else ""
        if number in self.taken or not number.startswith(start):
            count = self.last.get(above, 0) + 1
            while f"{start}{count}" in self.taken:
                count += 1
            self.last[above] = count
            number = f"{start}{count}"
        self.taken.add(number)
        return number
