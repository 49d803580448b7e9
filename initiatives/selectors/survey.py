"""One pass over a plan at two moments: how many stand how, who asks for attention first, what moved, what slipped.

Each initiative's status is decided once for each moment, however many of these questions a page puts. The database
answers with what is shown: the first rows of each list and the number of the rest, never all rows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery

from goals.models import PlanVersion
from initiatives.judgement import CLOSED, SEVERITY
from initiatives.models import MilestoneVersion
from initiatives.selectors.attention import ASKING, asks_for_help
from initiatives.selectors.rollup import Cell, Tally, flag, flags
from initiatives.selectors.status import Expected, expected_of, judged
from records.asof import AsOf
from records.statements import statement

DAYS = {
    "postgresql": "due - due_then",
    "sqlite": "CAST(julianday(due) - julianday(due_then) AS integer)",
}
# Every part has the same columns: part, key, was, is_now, place, a, b, c, due_then, due, n.
SURVEY = """
WITH here (
  pk, subject, place, plan, goal, status, is_stale, is_nobodys, is_loud, is_review_due, asks_help, due
) AS ({here}),
there (pk, subject, place, status, due) AS ({there}),
steps (pk, subject, due_then, due) AS ({steps}),
pairs (pk, subject, place, was, is_now, due_then, due) AS (
  SELECT h.pk, h.subject, h.place, coalesce(t.status, ''), h.status, t.due, h.due
  FROM here h LEFT JOIN there t ON t.subject = h.subject
  WHERE t.subject IS NULL OR t.status <> h.status OR t.due < h.due
),
moved (pk, subject, place, was, is_now) AS (
  SELECT pk, subject, place, was, is_now FROM pairs WHERE was <> is_now
  UNION ALL
  SELECT t.pk, t.subject, t.place, t.status, ''
  FROM there t LEFT JOIN here h ON h.subject = t.subject WHERE h.subject IS NULL
),
slipped (kind, pk, version, due_then, due) AS (
  SELECT 'initiative', pk, pk, due_then, due FROM pairs WHERE due > due_then
  UNION ALL
  SELECT 'milestone', s.pk, h.pk, s.due_then, s.due FROM steps s JOIN here h ON h.subject = s.subject
)
SELECT 'slip', pk, kind, '', '', version, 0, 0, due_then, due, turn FROM (
  SELECT slipped.*, row_number() OVER (ORDER BY {days} DESC, kind, pk) AS turn FROM slipped
) s WHERE turn <= {shown}
UNION ALL
SELECT 'slips', {days}, '', '', '', 0, 0, 0, NULL, NULL, count(*) FROM slipped GROUP BY {days}
UNION ALL
SELECT 'cell', goal, '', status, '', is_nobodys, is_loud, is_review_due, NULL, NULL, count(*)
FROM here GROUP BY goal, status, is_nobodys, is_loud, is_review_due
UNION ALL
SELECT 'asking', pk, '', status, '', CASE WHEN is_stale THEN 1 ELSE 0 END, 0, 0, NULL, NULL, turn FROM (
  SELECT here.*, row_number() OVER (ORDER BY CASE status {severity} END, place, subject) AS turn
  FROM here WHERE (status, is_loud, is_review_due) IN (VALUES {asking})
) a WHERE turn <= {shown}
UNION ALL
SELECT 'helping', pk, '', status, '', CASE WHEN is_stale THEN 1 ELSE 0 END, 0, 0, NULL, NULL, turn FROM (
  SELECT here.*, row_number() OVER (ORDER BY CASE status {severity} END, place, subject) AS turn
  FROM here WHERE asks_help = 1 AND status NOT IN ({closed})
) a WHERE turn <= {shown}
UNION ALL
SELECT 'pulse', 0, '', '', '', sum(CASE WHEN is_stale THEN 1 ELSE 0 END), sum(asks_help), 0, NULL, NULL, count(*)
FROM here WHERE status NOT IN ({closed})
UNION ALL
SELECT 'moved', pk, was, is_now, place, 0, 0, 0, NULL, NULL, turns FROM (
  SELECT moved.*, row_number() OVER (PARTITION BY was, is_now ORDER BY place, subject) AS turn,
    count(*) OVER (PARTITION BY was, is_now) AS turns
  FROM moved
) m WHERE turn <= {shown}
UNION ALL
SELECT 'there', 0, '', '', '', 0, 0, 0, NULL, NULL, count(*) FROM there
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


def survey(here: Iterable[PlanVersion], when: AsOf, there: Iterable[PlanVersion], then: AsOf, *, shown: int) -> Survey:
    """The initiatives of plans at a moment, beside those of an earlier one. One query."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for part, *values in _rows(expected_of(here, when), when, expected_of(there, then), then, shown=shown):
        rows.setdefault(part, []).append(tuple(values))
    return Survey(
        tally=Tally(
            tuple(
                Cell(0, goal, None, None, status, bool(nobodys), bool(loud), bool(review), count)
                for goal, _, status, _, nobodys, loud, review, _, _, count in rows.get("cell", ())
            )
        ),
        asking=_decided(rows.get("asking", ())),
        helping=_decided(rows.get("helping", ())),
        pulse=Pulse(rows["pulse"][0][-1], rows["pulse"][0][4] or 0, rows["pulse"][0][5] or 0),
        moved=[Moved(pk, was, is_now, place, row[-1]) for pk, was, is_now, place, *row in rows.get("moved", ())],
        slipped=[
            Slipped(kind, pk, version, _day(before), _day(after))
            for pk, kind, _, _, version, _, _, before, after, _ in _in_turn(rows.get("slip", ()))
        ],
        slips=Counter({days: row[-1] for days, *row in rows.get("slips", ())}),
        there=rows["there"][0][-1],
    )


def _in_turn(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: int(row[-1]))


def _decided(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, str, bool]]:
    return [(pk, status, bool(stale)) for pk, _, status, _, stale, *_ in _in_turn(rows)]


def _day(value: Any) -> date:
    """SQLite tells the days of a query put together by hand as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


@statement
def _rows(
    here: tuple[Expected, ...], when: AsOf, there: tuple[Expected, ...], then: AsOf, *, shown: int
) -> tuple[str, list[Any]]:
    named = flags(when) | {"asks_help": flag(asks_for_help())}
    parts = {
        "here": judged(here, when).order_by().annotate(**named).values_list(
            "pk", "subject_id", "sort_key", "plan_id", "goal_id", "effective_status", "is_stale", *named, "due_date"
        ),
        "there": judged(there, then).order_by().values_list(
            "pk", "subject_id", "sort_key", "effective_status", "due_date"
        ),
        "steps": _slipped_milestones(when, then),
    }  # fmt: skip
    found = {name: rows.query.sql_with_params() for name, rows in parts.items()}
    sql = SURVEY.format(
        **{name: sql for name, (sql, _) in found.items()},
        days=DAYS[connection.vendor],
        shown=shown,
        closed=", ".join(f"'{status}'" for status in sorted(CLOSED)),
        severity=" ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(SEVERITY)) + " ELSE 9",
        asking=", ".join(f"('{status}', {loud:d}, {review:d})" for status, loud, review in ASKING),
    )
    return sql, [value for _, params in found.values() for value in params]


def _slipped_milestones(here: AsOf, there: AsOf) -> QuerySet[Any]:
    before = MilestoneVersion.objects.as_of(there).filter(subject=OuterRef("subject_id")).values("due_date")[:1]
    rows: QuerySet[Any] = MilestoneVersion.objects.as_of(here).filter(slip_count__gt=0, is_cancelled=False)
    later: QuerySet[Any] = rows.annotate(due_then=Subquery(before)).filter(due_date__gt=F("due_then"))
    return later.values_list("pk", "initiative_id", "due_then", "due_date")
