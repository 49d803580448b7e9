"""How many initiatives each choice of each filter would leave, the other filters staying. One statement.

The database decides each status once and counts rows that are alike in all that filters ask; which of these fit which
filters is added up here, for there are few.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from initiatives.judgement import asks_for_attention
from initiatives.models import Alignment, Contribution
from initiatives.selectors.lists import NOBODY, Wanted, conditions, having_words
from initiatives.selectors.owners import not_confirmed
from initiatives.selectors.rollup import flag, flags
from initiatives.selectors.status import Expected, judged
from records.asof import AsOf
from records.remembered import remembered

ON = "on"  # what a ticked box says in an address
OWN = ("goal", "owner", "department", "status", "visibility")  # filters by a column of the row itself
FACETS = """
WITH here (subject, {alike}) AS ({here}),
serving (subject, other) AS ({serving}),
helping (subject, other) AS ({helping})
SELECT '' AS kind, 0 AS other, {alike}, count(*) FROM here GROUP BY {alike}
UNION ALL
SELECT 'priority', other, {alike}, count(*) FROM here JOIN serving s ON s.subject = here.subject GROUP BY other, {alike}
UNION ALL
SELECT 'mine', other, {alike}, count(*) FROM here JOIN helping h ON h.subject = here.subject
WHERE owner IS NULL OR owner <> other GROUP BY other, {alike}
"""
ALIKE = "plan, goal, owner, department, status, visibility, nobodys, loud, review, unsure, serves, helped"


@dataclass(frozen=True)
class Facets:
    """`total` rows fit every filter; `counts` holds by filter how many rows each choice would leave."""

    total: int
    counts: Mapping[str, Mapping[Any, int]]

    def of(self, name: str, reader: int) -> dict[str, int]:
        """{value in an address: rows}, for whoever reads it; what is not in it leaves none."""
        found = self.counts[name]
        if name == "mine":
            return {ON: found.get(reader, 0)}
        return {NOBODY if value is None else str(value): n for value, n in found.items()}


@remembered
def facets_of(expected: tuple[Expected, ...], shown: tuple[int, ...], wanted: Wanted, when: AsOf) -> Facets:
    """A row that misses no filter counts for every choice, one that misses one for the choices of that one.

    `expected`: of all plans that are offered; `shown`: the numbers of those in the list, by choice or as current ones.
    Whose an initiative is, is counted for everybody at once: one answer for all readers.
    """
    asked = conditions(wanted, when)
    counts: dict[str, Counter[Any]] = {
        name: Counter() for name in ("plan", *OWN, "priority", "attention", "unconfirmed", "mine")
    }
    total = 0
    cells = _counted(expected, wanted, asked, when)
    for kind, other, plan, *own, nobodys, loud, review, unsure, serves, helped, n in cells:
        row = dict(zip(OWN, own, strict=True))
        asks = asks_for_attention(row["status"], is_loud=bool(loud or nobodys), is_review_due=bool(review))
        fits = {name: row[name] == getattr(wanted, name) for name in OWN} | {
            "owner": row["owner"] == (None if wanted.owner == NOBODY else wanted.owner),
            "attention": asks, "unconfirmed": bool(unsure), "priority": bool(serves),
            "mine": bool(helped) or row["owner"] == wanted.mine, "plan": plan in shown,
        }  # fmt: skip
        missed = [name for name in ("plan", *asked) if not fits[name]]
        if len(missed) > 1:
            continue
        alone = {"plan": plan, "mine": row["owner"]} | _ticked(attention=asks, unconfirmed=unsure)
        values = {kind: other} if kind else row | alone
        for name, value in values.items():
            counts[name][value] += n if missed in ([], [name]) else 0
        total += 0 if kind or missed else n
    return Facets(total, counts)


def _ticked(**boxes: Any) -> dict[str, str]:
    """The boxes that a row is counted for."""
    return {name: ON for name, holds in boxes.items() if holds}


def _counted(
    expected: tuple[Expected, ...], wanted: Wanted, asked: Mapping[str, Q], when: AsOf
) -> list[tuple[Any, ...]]:
    if not expected:
        return []
    nothing = Q(pk__isnull=True)
    joined = {"serves": flag(asked.get("priority", nothing)), "helped": flag(asked.get("mine", nothing))}
    named = flags(when) | {"is_unsure": flag(not_confirmed(when))} | joined
    here = having_words(judged(expected, when), wanted.text).order_by().annotate(**named)
    parts: dict[str, Any] = {
        "here": here.values_list(
            "subject_id", "plan_id", "goal_id", "owner_id", "lead_department_id", "effective_status", "visibility",
            *named,
        ),
        "serving": Alignment.objects.as_of(when).order_by().values_list("initiative_id", "priority_id"),
        "helping": Contribution.objects.as_of(when).order_by().values_list("initiative_id", "person_id"),
    }  # fmt: skip
    found = {name: rows.query.sql_with_params() for name, rows in parts.items()}
    sql = FACETS.format(alike=ALIKE, **{name: text for name, (text, _) in found.items()})
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, params in found.values() for value in params])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
