"""How many stand how: the one place that counts initiatives by effective status.

One query counts every combination of focus area, strategy, department and status; each page adds up the cells it needs.
So the parts of a page always sum to its whole, and the number of queries does not grow with the number of rows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When

from initiatives.models import CLOSED, EffectiveStatus
from initiatives.selectors.attention import needs_attention
from records.asof import AsOf
from web.shares import percent

Dimension = Literal["plan_id", "goal_id", "strategy_id", "department_id"]


@dataclass(frozen=True)
class Rollup:
    """Initiatives of one group, by effective status. Cancelled ones are counted, but left out of percentages."""

    counts: Mapping[str, int]
    needing_attention: int = 0
    without_owner: int = 0

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
    is_ownerless: bool
    needs_attention_now: bool
    count: int  # type: ignore[assignment] # tuple.count is not missed


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


def tally(rows: QuerySet[Any], when: AsOf) -> Tally:
    """Count what `initiative_statuses(when)` gives, filtered as the page wants it. One query."""
    ownerless = When(~Q(effective_status__in=CLOSED), owner__isnull=True, then=Value(True))
    needing = When(needs_attention(when), then=Value(True))
    counted = (
        rows.order_by()
        .annotate(
            is_ownerless=Case(ownerless, default=Value(False), output_field=BooleanField()),
            needs_attention_now=Case(needing, default=Value(False), output_field=BooleanField()),
            department=F("lead_department_id"),
        )
        .values_list("plan_id", "goal_id", "strategy_id", "department", "effective_status", "is_ownerless",
                     "needs_attention_now")
        .annotate(n=Count("pk"))
    )  # fmt: skip
    return Tally(tuple(Cell(*row) for row in counted))


def _add_up(cells: Iterable[Cell]) -> Rollup:
    counts: Counter[str] = Counter()
    attention = ownerless = 0
    for cell in cells:
        counts[cell.effective_status] += cell.count
        attention += cell.count if cell.needs_attention_now else 0
        ownerless += cell.count if cell.is_ownerless else 0
    return Rollup({status: counts[status] for status in EffectiveStatus.values if counts[status]}, attention, ownerless)
