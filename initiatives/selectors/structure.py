"""A plan as one tree: focus areas, strategies and initiatives, the places one of them can go, and new numbers."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from goals.models import Goal, Plan, Strategy
from initiatives.models import Initiative
from initiatives.selectors.status import initiative_statuses
from records.asof import AsOf

Kind = Literal["goal", "strategy", "initiative"]
PLAN = "plan"  # where focus areas go


@dataclass(frozen=True)
class TreeRow:
    """One row of the tree. `person` is its owner or lead, `status` empty but for an initiative."""

    kind: Kind
    id: int
    version: int
    number: str
    title: str
    sort_key: str
    person: str
    goal_id: int
    strategy_id: int | None = None
    status: str = ""
    needs_owner: bool = False

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@dataclass
class Branch:
    """A focus area or a strategy with what stands under it."""

    row: TreeRow
    strategies: list["Branch"] = field(default_factory=list)
    initiatives: list[TreeRow] = field(default_factory=list)

    def rows(self) -> Iterator[TreeRow]:
        yield self.row
        for branch in self.strategies:
            yield from branch.rows()
        yield from self.initiatives


@dataclass(frozen=True)
class Place:
    """Where a row can go: under what, and after which of its neighbours there (None: before all of them)."""

    label: str
    group: str = ""
    goal_id: int | None = None
    strategy_id: int | None = None
    after: int | None = None

    @property
    def value(self) -> str:
        """As a form sends it: the group and the neighbour, so that a neighbour that moved away is no place any more."""
        under = f"strategy-{self.strategy_id}" if self.strategy_id else f"goal-{self.goal_id}" if self.goal_id else PLAN
        return under if self.after is None else f"{under}:{self.after}"


@dataclass
class Tree:
    """A plan's own rows, and those that were retired."""

    plan: Plan
    goals: list[Branch]
    retired: list[TreeRow]
    version: int = 0  # another as soon as any row is another, or stands elsewhere

    def __str__(self) -> str:
        return f"Structure of {self.plan}"

    @cached_property
    def rows(self) -> list[TreeRow]:
        return [row for branch in self.goals for row in branch.rows()]

    def row(self, kind: str, key: int) -> TreeRow | None:
        found = (row for row in [*self.rows, *self.retired] if (row.kind, row.id) == (kind, key))
        return next(found, None)

    @property
    def without_owner(self) -> list[TreeRow]:
        return [row for row in self.rows if row.needs_owner]

    @property
    def without_strategy(self) -> list[TreeRow]:
        """Initiatives that stand directly under a focus area whose others are grouped."""
        return [row for branch in self.goals if branch.strategies for row in branch.initiatives]


def plan_tree(plan: Plan, when: AsOf | None = None) -> Tree:
    """The tree of the live plan; with `when` each initiative's effective status too. Three queries, or five."""
    statuses: dict[int, str] = {}
    if when is not None:
        statuses = dict(initiative_statuses(when, plan=plan).values_list("subject_id", "effective_status"))
    goals = Goal.objects.filter(plan=plan).select_related("lead")
    strategies = Strategy.objects.filter(goal__plan=plan).select_related("lead")
    initiatives = Initiative.objects.filter(plan=plan).select_related("owner")
    every: list[tuple[Any, TreeRow]] = [
        *((row, _tree_row(row, "goal", row.lead, goal_id=row.pk)) for row in goals),
        *((row, _tree_row(row, "strategy", row.lead, goal_id=row.goal_id, strategy_id=row.pk)) for row in strategies),
        *((row, _initiative(row, statuses.get(row.pk, ""))) for row in initiatives),
    ]
    branches: dict[tuple[str, int], Branch] = {}
    tree = Tree(plan, [], [shown for row, shown in every if row.deleted_at is not None])
    for row, shown in every:
        if row.deleted_at is not None:
            continue
        if shown.kind == "goal":
            branches["goal", row.pk] = Branch(shown)
            tree.goals.append(branches["goal", row.pk])
        elif shown.kind == "strategy":
            branches["strategy", row.pk] = Branch(shown)
            branches["goal", row.goal_id].strategies.append(branches["strategy", row.pk])
        else:
            under = ("strategy", row.strategy_id) if row.strategy_id else ("goal", row.goal_id)
            branches[under].initiatives.append(shown)
    tree.version = zlib.crc32(repr([(row.kind, row.id, row.version) for row in tree.rows]).encode())
    return tree


def _tree_row(row: Any, kind: Kind, person: Any, **more: Any) -> TreeRow:
    name = "" if person is None else person.name
    return TreeRow(kind, row.pk, row.version, row.number, row.title, row.sort_key, name, **more)


def _initiative(row: Initiative, status: str) -> TreeRow:
    shown = _tree_row(row, "initiative", row.owner, goal_id=row.goal_id, strategy_id=row.strategy_id)
    return replace(shown, status=status, needs_owner=row.owner_id is None and not row.is_closed)


def places(tree: Tree, kind: str, key: int | None = None) -> list[Place]:
    """Every place a row of this kind can go, in the order of the tree; beside itself is no place."""
    if kind == "goal":
        return _slots([branch.row for branch in tree.goals], key, "the plan")
    found: list[Place] = []
    for goal in tree.goals:
        if kind == "strategy":
            found += _slots([one.row for one in goal.strategies], key, str(goal.row), goal_id=goal.row.id)
            continue
        for branch in [*goal.strategies, goal]:
            found += _slots(
                branch.initiatives, key, str(branch.row), goal_id=goal.row.id, strategy_id=branch.row.strategy_id
            )
    return found


def _slots(beside: Iterable[TreeRow], key: int | None, group: str, **under: int | None) -> list[Place]:
    others = [row for row in beside if row.id != key]
    first = Place(f"First in {group}", group, **under)
    return [first, *(replace(first, label=f"After {row}", after=row.id) for row in others)]


def place_of(tree: Tree, kind: str, key: int) -> str:
    """Where a row stands now, as `Place.value`."""
    groups: list[tuple[str, list[TreeRow]]] = [(PLAN, [branch.row for branch in tree.goals])]
    for goal in tree.goals:
        groups.append((f"goal-{goal.row.id}", [one.row for one in goal.strategies]))
        groups.append((f"goal-{goal.row.id}", goal.initiatives))
        groups += [(f"strategy-{one.row.id}", one.initiatives) for one in goal.strategies]
    for value, rows in groups:
        for index, row in enumerate(rows):
            if (row.kind, row.id) == (kind, key):
                return value if index == 0 else f"{value}:{rows[index - 1].id}"
    return ""


def counts_by_strategy(tree: Tree) -> bool:
    """Whether initiatives are numbered within their strategies (2.1.3), to judge by the numbers they have."""
    grouped = [(row, branch.row) for goal in tree.goals for branch in goal.strategies for row in branch.initiatives]
    return sum(row.number.startswith(f"{strategy.number}.") for row, strategy in grouped) * 2 > len(grouped)


def new_numbers(tree: Tree, *, by_strategy: bool) -> list[tuple[TreeRow, str]]:
    """Every row with the number that its place gives it: 2, 2.1, and 2.3 or, by strategy, 2.1.3."""
    found: list[tuple[TreeRow, str]] = []
    for place, goal in enumerate(tree.goals, start=1):
        found.append((goal.row, str(place)))
        count = len(goal.strategies) if by_strategy else 0
        for part, branch in enumerate(goal.strategies, start=1):
            found.append((branch.row, f"{place}.{part}"))
            prefix, before = (f"{place}.{part}", 0) if by_strategy else (f"{place}", count)
            found += [(row, f"{prefix}.{n}") for n, row in enumerate(branch.initiatives, start=before + 1)]
            count += 0 if by_strategy else len(branch.initiatives)
        found += [(row, f"{place}.{n}") for n, row in enumerate(goal.initiatives, start=count + 1)]
    return found
