"""How a plan stood at the ends of the last quarters, beside how it stands at the moment a page speaks for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db.models import Count, QuerySet, Value

from goals.models import PlanVersion
from goals.quarters import Quarter
from initiatives.selectors.rollup import Rollup
from initiatives.selectors.status import statuses_in
from records.asof import AsOf, start_of_day
from records.audit import closed_until

QUARTERS = 4  # before the present one


@dataclass(frozen=True)
class QuarterEnd:
    """The roll-up of a plan, or of one focus area, by the end of a quarter's last local day."""

    quarter: Quarter
    rollup: Rollup


def quarter_ends(plan: PlanVersion, before: Quarter, *, goal_id: int | None = None) -> list[QuarterEnd]:
    """The quarters that ended before `before`, the oldest first; those in which the plan held nothing are left out.

    In a closed quarter nothing can be recorded any more (docs/adr/0005), so a process counts each of those once. The
    others take one query, and another where the plan was changed meanwhile: the days expected between updates then
    decide.
    """
    ended = [before.previous()]
    while len(ended) < QUARTERS:
        ended.insert(0, ended[0].previous())
    keys = {quarter: f"{plan.subject_id}:{goal_id}:{quarter.last_day}" for quarter in ended}
    found = caches["process"].get_many(keys.values())
    if missing := [quarter for quarter in ended if keys[quarter] not in found]:
        closed = closed_until()  # asked first: what is closed by now is counted whole
        counted = dict(zip(missing, _counted(plan, missing, goal_id), strict=True))
        found |= {keys[quarter]: counts for quarter, counts in counted.items()}
        whole = [
            quarter for quarter in missing if closed is not None and start_of_day(quarter.next().first_day) <= closed
        ]
        caches["process"].set_many({keys[quarter]: counted[quarter] for quarter in whole})
    return [QuarterEnd(quarter, Rollup(found[keys[quarter]])) for quarter in ended if found[keys[quarter]]]


def _counted(plan: PlanVersion, ended: Sequence[Quarter], goal_id: int | None) -> list[dict[str, int]]:
    """How many stood how at the end of each of these quarters."""
    counted: list[QuerySet[Any]] = []
    for turn, (version, when) in enumerate(_kept_at(plan, [AsOf.end_of(quarter.last_day) for quarter in ended])):
        rows = statuses_in([version] if version else [], when).order_by()
        mine = rows if goal_id is None else rows.filter(goal=goal_id)
        counted.append(mine.annotate(turn=Value(turn)).values_list("turn", "effective_status").annotate(Count("pk")))
    counts: list[dict[str, int]] = [{} for _ in ended]
    for turn, status, count in counted[0].union(*counted[1:], all=True):
        counts[turn][status] = count
    return counts


def _kept_at(plan: PlanVersion, moments: Sequence[AsOf]) -> Iterator[tuple[PlanVersion | None, AsOf]]:
    """The plan as recorded by each moment; None before it was kept. The moments are in order."""
    versions = [plan]
    if not _kept_by(moments[0], versions):
        versions = list(PlanVersion.objects.filter(subject=plan.subject_id).order_by("recorded_from"))
    for when in moments:
        kept = _kept_by(when, versions)
        yield kept[-1] if kept else None, when


def _kept_by(when: AsOf, versions: Iterable[PlanVersion]) -> list[PlanVersion]:
    return [one for one in versions if when.moment is None or one.recorded_from < when.moment]
