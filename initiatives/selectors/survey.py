"""One pass over a plan at two moments: how many stand how, who asks for attention first, what moved, what slipped.

Each initiative's status is decided once for each moment, however many of these questions a page puts. The database
answers with what is shown: the first rows of each list and the number of the rest, never all rows.

The pass goes over blocks: initiatives whose numbers, divided by a size, are equal. What was found of some of them can
be put together with what was found of others earlier (`initiatives/selectors/counted.py`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from heapq import nsmallest
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from goals.models import PlanVersion
from initiatives.judgement import CLOSED, SEVERITY
from initiatives.models import MilestoneVersion
from initiatives.selectors.attention import (
    ASKING,
    asks_for_help,
    asks_for_help_one_by_one,
    is_behind,
    is_noisy,
    is_review_due,
)
from initiatives.selectors.rollup import Cell, Tally, flag
from initiatives.selectors.status import Expected, expected_of, judged
from records.asof import AsOf
from records.statements import statement

UNDIVIDED = 2**62  # of one block
RANKS = {status: rank for rank, status in enumerate(SEVERITY)}
DAYS = {
    "postgresql": "due - due_then",
    "sqlite": "CAST(julianday(due) - julianday(due_then) AS integer)",
}
IS_LOUD = "CASE WHEN is_noisy = 1 OR asks_help = 1 THEN 1 ELSE 0 END"  # attention.is_loud
# Every part has the same columns: part, block, key, was, is_now, place, a, b, c, d, e, f, g, due_then, due, n.
SURVEY = """
WITH here (
  pk, subject, place, plan, goal, strategy, department, status, is_stale, is_nobodys, is_noisy, is_review_due,
  asks_help, is_behind, due
) AS ({here}),
there (pk, subject, place, status, due) AS ({there}),
steps (pk, subject, due_then, due) AS ({steps}),
pairs (pk, subject, place, was, is_now, due_then, due, block) AS (
  SELECT h.pk, h.subject, h.place, coalesce(t.status, ''), h.status, t.due, h.due, h.subject / {size}
  FROM here h LEFT JOIN there t ON t.subject = h.subject
  WHERE t.subject IS NULL OR t.status <> h.status OR t.due < h.due
),
moved (pk, subject, place, was, is_now, block) AS (
  SELECT pk, subject, place, was, is_now, block FROM pairs WHERE was <> is_now
  UNION ALL
  SELECT t.pk, t.subject, t.place, t.status, '', t.subject / {size}
  FROM there t LEFT JOIN here h ON h.subject = t.subject WHERE h.subject IS NULL
),
slipped (kind, pk, version, due_then, due, block) AS (
  SELECT 'initiative', pk, pk, due_then, due, block FROM pairs WHERE due > due_then
  UNION ALL
  SELECT 'milestone', s.pk, h.pk, s.due_then, s.due, h.subject / {size}
  FROM steps s JOIN here h ON h.subject = s.subject
)
SELECT 'slip', block, pk, kind, '', '', version, {days}, 0, 0, 0, 0, 0, due_then, due, turn FROM (
  SELECT slipped.*, row_number() OVER (PARTITION BY block ORDER BY {days} DESC, kind, pk) AS turn FROM slipped
) s WHERE turn <= {shown}
UNION ALL
SELECT 'slips', block, {days}, '', '', '', 0, 0, 0, 0, 0, 0, 0, NULL, NULL, count(*) FROM slipped GROUP BY block, {days}
UNION ALL
SELECT 'cell', subject / {size}, goal, '', status, '', plan, strategy, department, is_nobodys, {is_loud},
  is_review_due, is_behind, NULL, NULL, count(*)
FROM here GROUP BY subject / {size}, plan, goal, strategy, department, status, is_nobodys, {is_loud}, is_review_due,
  is_behind
UNION ALL
SELECT 'asking', subject / {size}, pk, '', status, place, subject, CASE WHEN is_stale THEN 1 ELSE 0 END, 0, 0, 0, 0, 0,
  NULL, NULL, turn FROM (
  SELECT here.*, row_number() OVER (
    PARTITION BY subject / {size} ORDER BY CASE status {severity} END, place, subject
  ) AS turn
  FROM here WHERE (status, {is_loud}, is_review_due) IN (VALUES {asking})
) a WHERE turn <= {shown}
UNION ALL
SELECT 'helping', subject / {size}, pk, '', status, place, subject, CASE WHEN is_stale THEN 1 ELSE 0 END, 0, 0, 0, 0, 0,
  NULL, NULL, turn FROM (
  SELECT here.*, row_number() OVER (
    PARTITION BY subject / {size} ORDER BY CASE status {severity} END, place, subject
  ) AS turn
  FROM here WHERE asks_help = 1 AND status NOT IN ({closed})
) a WHERE turn <= {shown}
UNION ALL
SELECT 'pulse', subject / {size}, 0, '', '', '', sum(CASE WHEN is_stale THEN 1 ELSE 0 END), sum(asks_help), 0, 0, 0, 0,
  0, NULL, NULL, count(*)
FROM here WHERE status NOT IN ({closed}) GROUP BY subject / {size}
UNION ALL
SELECT 'moved', block, pk, was, is_now, place, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, turns FROM (
  SELECT moved.*, row_number() OVER (PARTITION BY block, was, is_now ORDER BY place, pk) AS turn,
    count(*) OVER (PARTITION BY block, was, is_now) AS turns
  FROM moved
) m WHERE turn <= {shown}
UNION ALL
SELECT 'there', subject / {size}, 0, '', '', '', 0, 0, 0, 0, 0, 0, 0, NULL, NULL, count(*)
FROM there GROUP BY subject / {size}
"""


class Moved(NamedTuple):
    """A version whose initiative stands otherwise; "" where it did not stand. `count` moved this way."""

    pk: int
    was: str
    is_now: str
    place: str
    count: int  # type: ignore[assignment] # tuple.count is not missed


class Slipped(NamedTuple):
    """A version of an initiative or a milestone that is due later than before; `version` is the initiative's."""

    kind: str
    pk: int
    version: int
    before: date
    after: date


class Pulse(NamedTuple):
    """Of the open initiatives: how many there are, how many are silent for too long, how many ask for help."""

    open: int
    stale: int
    asking_for_help: int


NO_PULSE = Pulse(0, 0, 0)


@dataclass(frozen=True)
class Survey:
    """What the pass found, in numbers of version rows; `there` counts what stood at the earlier moment."""

    tally: Tally
    asking: list[tuple[int, str, bool]]  # as `read_decided` takes them, the worst first
    helping: list[tuple[int, str, bool]]  # the same of those that ask for help
    pulse: Pulse
    moved: list[Moved]
    slipped: list[Slipped]
    slips: Counter[int] = field(default_factory=Counter)  # by days
    there: int = 0


@dataclass
class Block:
    """What the pass found of some initiatives. Each list is as long as one of the whole, and can be sorted again."""

    cells: dict[tuple[Any, ...], int] = field(default_factory=dict)
    asking: list[tuple[Any, ...]] = field(default_factory=list)
    helping: list[tuple[Any, ...]] = field(default_factory=list)
    pulse: Pulse = NO_PULSE
    moved: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)
    moves: dict[tuple[str, str], int] = field(default_factory=dict)
    slipped: list[tuple[Any, ...]] = field(default_factory=list)
    slips: dict[int, int] = field(default_factory=dict)
    there: int = 0

    def add(self, part: str, row: tuple[Any, ...]) -> None:
        """Take in one row of the answer."""
        key, was, is_now, place, a, b, c, d, e, f, g, due_then, due, n = row
        match part:
            case "cell":
                self.cells[a, key, b, c, is_now, bool(d), bool(e), bool(f), bool(g)] = n
            case "asking" | "helping":
                getattr(self, part).append((RANKS.get(is_now, len(RANKS)), place, a, key, is_now, bool(b)))
            case "pulse":
                self.pulse = Pulse(n, a, b)
            case "moved":
                self.moved.setdefault((was, is_now), []).append((place, key))
                self.moves[was, is_now] = n
            case "slip":
                self.slipped.append((-b, was, key, a, _day(due_then), _day(due)))
            case "slips":
                self.slips[key] = n
            case "there":
                self.there = n


def survey(here: Iterable[PlanVersion], when: AsOf, there: Iterable[PlanVersion], then: AsOf, *, shown: int) -> Survey:
    """The initiatives of plans at a moment, beside those of an earlier one. One query."""
    moments = (expected_of(here, when), when, expected_of(there, then), then)
    return put_together(blocks_of(*moments, shown=shown, size=UNDIVIDED).values(), shown=shown)


def blocks_of(
    here: tuple[Expected, ...],
    when: AsOf,
    there: tuple[Expected, ...],
    then: AsOf,
    *,
    shown: int,
    size: int,
    only: int | None = None,
) -> dict[int, Block]:
    """What the pass finds, by block; of one block where `only` says which. What holds nothing has no block."""
    first, last = (None, None) if only is None else (only * size - 1, (only + 1) * size)
    found: dict[int, Block] = {}
    for part, block, *row in _rows(here, when, there, then, first, last, shown=shown, size=size):
        found.setdefault(block, Block()).add(part, tuple(row))
    return found


def merged(blocks: Iterable[Block], *, shown: int) -> Block:
    """Several blocks as one, with lists as long as theirs."""
    found, several = Block(), list(blocks)
    for block in several:
        for name in ("cells", "slips", "moves"):
            sums = getattr(found, name)
            for key, n in getattr(block, name).items():  # faster than a Counter's update() is for few
                sums[key] = sums.get(key, 0) + n
        for way, rows in block.moved.items():
            found.moved.setdefault(way, []).extend(rows)
    found.moved = {way: nsmallest(shown, rows) for way, rows in found.moved.items()}
    for name in ("asking", "helping", "slipped"):
        setattr(found, name, nsmallest(shown, chain.from_iterable(getattr(block, name) for block in several)))
    found.pulse = Pulse(*map(sum, zip(NO_PULSE, *(block.pulse for block in several), strict=True)))
    found.there = sum(block.there for block in several)
    return found


def put_together(blocks: Iterable[Block], *, shown: int) -> Survey:
    """The blocks as what a page asks for."""
    whole = merged(blocks, shown=shown)
    return Survey(
        tally=Tally(tuple(Cell._make((*key, count)) for key, count in whole.cells.items())),
        asking=[row[3:] for row in whole.asking],
        helping=[row[3:] for row in whole.helping],
        pulse=whole.pulse,
        moved=[Moved(pk, *way, place, whole.moves[way]) for way, rows in whole.moved.items() for place, pk in rows],
        slipped=[Slipped(kind, pk, version, before, after) for _, kind, pk, version, before, after in whole.slipped],
        slips=Counter(whole.slips),
        there=whole.there,
    )


def _day(value: Any) -> date:
    """SQLite tells the days of a query put together by hand as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


@statement
def _rows(
    here: tuple[Expected, ...],
    when: AsOf,
    there: tuple[Expected, ...],
    then: AsOf,
    first: int | None,
    last: int | None,
    *,
    shown: int,
    size: int,
) -> tuple[str, list[Any]]:
    """`first` and `last`: the numbers of initiatives between which the pass stays."""
    named = {
        name: flag(holds)
        for name, holds in {
            "is_nobodys": Q(owner__isnull=True), "is_noisy": is_noisy(when), "is_review_due": is_review_due(when),
            "asks_help": asks_for_help() if first is None else asks_for_help_one_by_one(), "is_behind": is_behind(when),
        }.items()
    }  # fmt: skip
    parts = {
        "here": judged(here, when).order_by().annotate(**named).values_list(
            "pk", "subject_id", "sort_key", "plan_id", "goal_id", "strategy_id", "lead_department_id",
            "effective_status", "is_stale", *named, "due_date",
        ),
        "there": judged(there, then, of_few=first is not None).order_by().values_list(
            "pk", "subject_id", "sort_key", "effective_status", "due_date"
        ),
        "steps": _slipped_milestones(when, then),
    }  # fmt: skip
    if first is not None:
        own = {name: "initiative" if name == "steps" else "subject" for name in parts}
        parts = {
            name: rows.filter(**{f"{own[name]}__gt": first, f"{own[name]}__lt": last}) for name, rows in parts.items()
        }
    found = {name: rows.query.sql_with_params() for name, rows in parts.items()}
    sql = SURVEY.format(
        **{name: sql for name, (sql, _) in found.items()},
        days=DAYS[connection.vendor],
        shown=shown,
        size=size,
        is_loud=IS_LOUD,
        closed=", ".join(f"'{status}'" for status in sorted(CLOSED)),
        severity=" ".join(f"WHEN '{status}' THEN {rank}" for status, rank in RANKS.items()) + f" ELSE {len(RANKS)}",
        asking=", ".join(f"('{status}', {loud:d}, {review:d})" for status, loud, review in ASKING),
    )
    return sql, [value for _, params in found.values() for value in params]


def _slipped_milestones(here: AsOf, there: AsOf) -> QuerySet[Any]:
    before = MilestoneVersion.objects.as_of(there).filter(subject=OuterRef("subject_id")).values("due_date")[:1]
    rows: QuerySet[Any] = MilestoneVersion.objects.as_of(here).filter(slip_count__gt=0, is_cancelled=False)
    if there.moment is not None:  # what says the same since before then is due when it was
        rows = rows.filter(recorded_from__gte=there.moment)
    later: QuerySet[Any] = rows.annotate(due_then=Subquery(before)).filter(due_date__gt=F("due_then"))
    return later.values_list("pk", "initiative_id", "due_then", "due_date")
