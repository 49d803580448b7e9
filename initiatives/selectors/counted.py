"""How many stand how in a plan as it is now, kept in parts: after a change only the part that it touched is counted.

What stands in a history is told by its events (`records.remembered`). An event names the initiative it is about, or the
one that its milestone or promise belongs to; so the events since a count say which blocks of initiatives to count again
(`survey`), and all others are as they were. An event that might be about anything has everything counted again, and so
has a new day. Past days are counted whole: their answers are remembered as they are.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import isqrt
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet

from goals.models import PlanVersion
from goals.quarters import Quarter
from initiatives.models import Initiative
from initiatives.selectors.rollup import Tally, counted_cells
from initiatives.selectors.status import Expected, expected_of
from initiatives.selectors.survey import Block, Survey, blocks_of, merged, put_together, survey
from records.asof import AsOf
from records.models import AuditEvent
from records.remembered import KNOWN, seen
from records.replica import reads_from_replica
from records.statements import Keys, statement

SHOWN = 12  # rows of each list of a survey
PLANS = 8  # kept by a process; more at once are counted in one pass, and not kept
MANY = 500  # events since then: a file was read in, all is counted again
GROUP = 8  # blocks that are put together once and kept so
SHARE = 3  # as soon as one block of so many was touched, one pass over all of them costs less
# Events about these change no initiative, nor what hangs on one.
ELSEWHERE = frozenset({"user", "exportjob", "savedview"})
INITIATIVE = "initiative"


class Moments(NamedTuple):
    """What a survey is made of: a plan now, and at the end of the quarter before."""

    here: tuple[Expected, ...]
    when: AsOf
    there: tuple[Expected, ...]
    then: AsOf


@dataclass(frozen=True)
class Counted:
    """A plan by blocks, in which all events up to `last` are counted, and none that came later are missed for long."""

    last: int | None
    size: int
    blocks: dict[int, Block] = field(default_factory=dict)
    groups: dict[int, Block] = field(default_factory=dict)  # neighbours put together, so that a change adds up few

    @cached_property
    def survey(self) -> Survey:
        return put_together(self.groups.values(), shown=SHOWN)


_kept: OrderedDict[Moments, Counted] = OrderedDict()
KNOWN.append(_kept)


def plan_survey(plan: PlanVersion, when: AsOf) -> Survey:
    """The plan at this moment, beside the end of the quarter before."""
    then = AsOf.end_of(Quarter.of(when.day, plan.fiscal_year_start_month).previous().last_day)
    before = _plan_at(then, plan)
    if not _may_keep(when):
        return survey([plan], when, [before], then, shown=SHOWN)
    return _counted(Moments(expected_of([plan], when), when, expected_of([before], then), then)).survey


def tally(plans: Iterable[PlanVersion], when: AsOf, *, goal: int | None = None, led_by: Keys | None = None) -> Tally:
    """Count the initiatives of these plans of then; those of one focus area, or led by some departments.

    One query for plans of then; for plans as they are now none, as long as nothing changes.
    """
    known = list(plans)
    if not _may_keep(when) or len(known) > PLANS:
        return counted_cells(expected_of(known, when), when, goal, led_by)
    cells = (cell for plan in known for cell in plan_survey(plan, when).tally.cells)
    return Tally(
        tuple(
            cell
            for cell in cells
            if (goal is None or cell.goal_id == goal) and (led_by is None or cell.department_id in led_by)
        )
    )


def _may_keep(when: AsOf) -> bool:
    """Inside a transaction nothing is kept, for what it wrote may never have been; nor what a replica says."""
    return when.is_live and not connection.in_atomic_block and not reads_from_replica()


def _counted(moments: Moments) -> Counted:
    last, is_settled = seen()
    held = _kept.get(moments)
    if held is not None and held.last == last:
        return held
    touched = None if held is None else _touched(held)
    if held is None or touched is None:
        size = _size(moments.here[0].plan_id)
        blocks = blocks_of(*moments, shown=SHOWN, size=size)
        found = Counted(last, size, blocks, _groups(blocks, {block // GROUP for block in blocks}))
    else:
        blocks = dict(held.blocks)
        for block in touched:
            blocks.pop(block, None)
            blocks |= blocks_of(*moments, shown=SHOWN, size=held.size, only=block)
        found = Counted(last, held.size, blocks, held.groups | _groups(blocks, {block // GROUP for block in touched}))
    if is_settled:
        _keep(moments, found)
    return found


def _groups(blocks: dict[int, Block], which: Iterable[int]) -> dict[int, Block]:
    """These groups of neighbouring blocks; one of which nothing is left counts nothing."""
    near = {group: range(group * GROUP, (group + 1) * GROUP) for group in which}
    return {
        group: merged((blocks[block] for block in numbers if block in blocks), shown=SHOWN)
        for group, numbers in near.items()
    }


def _keep(moments: Moments, found: Counted) -> None:
    for other in [one for one in _kept if one.when != moments.when]:  # of yesterday
        _kept.pop(other, None)
    _kept[moments] = found
    _kept.move_to_end(moments)
    if len(_kept) > PLANS:
        _kept.popitem(last=False)


def _touched(held: Counted) -> set[int] | None:
    """The blocks of which an event tells that came since; None: count everything."""
    events = _events_since(held.last or 0, limit=MANY + 1)
    initiatives = set()
    for target, target_id, parent, parent_id in events:
        if target == INITIATIVE:
            initiatives.add(target_id)
        elif parent == INITIATIVE:
            initiatives.add(parent_id)
        elif target not in ELSEWHERE:
            return None
    blocks = {key // held.size for key in initiatives}
    return None if len(events) > MANY or len(blocks) * SHARE > max(SHARE, len(held.blocks)) else blocks


@statement
def _events_since(last: int, *, limit: int) -> QuerySet[Any]:
    rows = AuditEvent.objects.filter(pk__gt=last).order_by("pk")
    return rows.values_list("target_type", "target_id", "parent_type", "parent_id")[:limit]


def _size(plan_id: int) -> int:
    """Blocks grow with the root of the plan: counting one again, and putting all together, then cost about the same.

    A power of two, so that a plan that grows by a few keeps its size.
    """
    [(number, first, last)] = _span(plan_id) or [(0, 0, 0)]
    spread = (last - first + 1) // number if number else 1  # numbers of other plans' initiatives lie between
    return 1 << (2 * isqrt(number) * spread).bit_length()


@statement
def _span(plan_id: int) -> QuerySet[Any]:
    rows = Initiative.objects.filter(plan=plan_id).order_by().values("plan")
    return rows.annotate(n=Count("pk"), first=Min("pk"), last=Max("pk")).values_list("n", "first", "last")


def _plan_at(then: AsOf, plan: PlanVersion) -> PlanVersion:
    """The plan as it was by then: mostly the same version, which needs no query. Before it was kept it had no rows."""
    if then.moment is not None and plan.recorded_from < then.moment:
        return plan
    found: list[PlanVersion] = _then(plan.subject_id, then)
    return found[0] if found else plan


@statement
def _then(plan_id: int, then: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = PlanVersion.objects.as_of(then).filter(subject=plan_id)
    return rows
