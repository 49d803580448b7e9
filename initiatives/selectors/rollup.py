"""How many stand how: the one place that counts initiatives by effective status.

One query counts every combination of focus area, strategy, department and status; each page adds up the cells it needs.
So the parts of a page always sum to its whole, and the number of queries does not grow with the number of rows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from goals.models import PlanVersion
from initiatives.judgement import asks_for_attention
from initiatives.models import CLOSED, SILENT, EffectiveStatus
from initiatives.selectors.attention import is_behind, is_loud, is_review_due
from initiatives.selectors.status import Expected, judged, statuses_in
from records.asof import AsOf
from records.remembered import remembered
from records.statements import Keys, statement
from web.shares import percent

Dimension = Literal["plan_id", "goal_id", "strategy_id", "department_id"]


@dataclass(frozen=True)
class Rollup:
    """Initiatives of one group, by effective status. Cancelled ones are counted, but left out of percentages."""

    counts: Mapping[str, int]
    needing_attention: int = 0
    without_owner: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cancelled(self) -> int:
        return self.counts.get(EffectiveStatus.CANCELLED, 0)

    @property
    def counted(self) -> int:
        """What a percentage is a percentage of."""
        return self.total - self.cancelled

    @property
    def open(self) -> int:
        return self.counted - self.completed

    @property
    def completed(self) -> int:
        return self.counts.get(EffectiveStatus.COMPLETED, 0)

    @property
    def has_data(self) -> bool:
        """Whether there is anything to say a percentage of; if not, pages say "no data", never 0 (rule B-08)."""
        return self.counted > 0

    @property
    def completed_percent(self) -> int | None:
        """The share among those not cancelled; None where there is nothing to share."""
        return percent(self.completed, self.counted)


EMPTY = Rollup({})


class Cell(NamedTuple):
    """How many initiatives share these values."""

    plan_id: int
    goal_id: int
    strategy_id: int | None
    department_id: int | None
    effective_status: str
    is_nobodys: bool
    is_loud: bool
    is_review_due: bool
    is_behind: bool
    count: int  # type: ignore[assignment] # tuple.count is not missed

    @property
    def needing_attention(self) -> int:
        asks = asks_for_attention(self.effective_status, is_loud=self.is_loud, is_review_due=self.is_review_due)
        return self.count if asks else 0

    @property
    def without_owner(self) -> int:
        return self.count if self.is_nobodys and self.effective_status not in CLOSED else 0

    @property
    def late(self) -> int:
        return self.count if self.is_behind and self.effective_status not in SILENT else 0


@dataclass(frozen=True)
class Tally:
    """The cells of one counting, and the roll-ups made of them."""

    cells: tuple[Cell, ...]

    @property
    def whole(self) -> Rollup:
        return _add_up(self.cells)

    def by(self, dimension: Dimension) -> dict[int | None, Rollup]:
        """A roll-up for each focus area (or strategy, department, plan) that has any initiative."""
        groups: dict[int | None, list[Cell]] = {}
        for cell in self.cells:
            groups.setdefault(getattr(cell, dimension), []).append(cell)
        return {key: _add_up(cells) for key, cells in groups.items()}

    def of(self, dimension: Dimension, keys: Iterable[int | None]) -> Rollup:
        """The roll-up of several groups together, such as a department and its offices."""
        wanted = set(keys)
        return _add_up([cell for cell in self.cells if getattr(cell, dimension) in wanted])


def counted_cells(expected: tuple[Expected, ...], when: AsOf, goal: int | None, led_by: Keys | None) -> Tally:
    """Counted in the database, all of it. One query."""
    return Tally(tuple(Cell(*row) for row in _cells(expected, when, goal, led_by)))


@remembered
@statement
def _cells(expected: tuple[Expected, ...], when: AsOf, goal: int | None, led_by: Keys | None) -> QuerySet[Any]:
    apart = flags(when) | {"is_behind": flag(is_behind(when))}
    rows = judged(expected, when).order_by().annotate(**apart)
    if goal is not None:
        rows = rows.filter(goal=goal)
    if led_by is not None:
        rows = rows.filter(lead_department__among=led_by)
    cells = rows.values_list("plan_id", "goal_id", "strategy_id", "department_id", "effective_status", *apart)
    counted: QuerySet[Any] = cells.annotate(n=Count("pk"))
    return counted


def flags(when: AsOf) -> dict[str, Case]:
    """What asks for attention besides the status, 1 or 0; so the status is decided once for each row."""
    conditions = {"is_nobodys": Q(owner__isnull=True), "is_loud": is_loud(when), "is_review_due": is_review_due(when)}
    return {name: flag(holds) for name, holds in conditions.items()}


def flag(holds: Any) -> Case:
    """A condition as 1 or 0."""
    return Case(When(holds, then=Value(1)), default=Value(0), output_field=IntegerField())


def _add_up(cells: Iterable[Cell]) -> Rollup:
    counts: Counter[str] = Counter()
    attention = ownerless = late = 0
    for cell in cells:
        counts[cell.effective_status] += cell.count
        attention += cell.needing_attention
        ownerless += cell.without_owner
        late += cell.late
    known = {status: counts[status] for status in EffectiveStatus.values if counts[status]}
    return Rollup(known, attention, ownerless, late)


def freshness(plans: Iterable[PlanVersion], when: AsOf) -> dict[int, tuple[int, int]]:
    """By number of the plan: its open initiatives, and how many of them have no current update. One query."""
    is_open = statuses_in(plans, when).exclude(effective_status__in=CLOSED).order_by()
    counted = is_open.values("plan_id").annotate(n=Count("pk"), stale=Count("pk", filter=Q(is_stale=True)))
    return {row["plan_id"]: (row["n"], row["stale"]) for row in counted}
