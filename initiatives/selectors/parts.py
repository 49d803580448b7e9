"""The first initiatives of each of several kinds, beside how many there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from initiatives.selectors.status import InitiativeStatus, read_decided
from records.asof import AsOf
from web.parts import Part


def first_of(
    plans: Sequence[Any], limit: int | None, kinds: Mapping[str, Q], *, are_counted: bool = False
) -> tuple[str, list[Any]]:
    """The first rows of each kind, in the plan's order, to be read by `parts`; `plans`: the rows of each plan.

    Each plan and each kind by itself: so rows come in the order of an index, and the look-up ends with the last that is
    shown; to number all rows of several kinds is to sort all of them as often. Where nothing else says how many there
    are of each kind, they are counted, again each by itself and by the index that fits it; of what is not there no row
    is looked for, which only the last would end.
    """
    counts, asked, values = [], [], []
    if are_counted:
        for holds in kinds.values():
            each = [rows.filter(holds).order_by().values("pk").query.sql_with_params() for rows in plans]
            counts.append(f"(SELECT count(*) FROM ({' UNION ALL '.join(sql for sql, _ in each)}) c)")  # noqa: S608 - no value is in it
            values += [value for _, params in each for value in params]
    for kind, holds in kinds.items():
        for rows in plans:
            first = rows.filter(holds).order_by("sort_key", "subject_id")[:limit]
            sql, params = first.values_list(
                "sort_key", "subject_id", "pk", "effective_status", "is_stale"
            ).query.sql_with_params()
            number = f"(SELECT {kind} FROM counted)" if counts else "0"  # noqa: S608 - names of our own
            only = f" WHERE {number} > 0" if counts else ""
            asked.append(f"SELECT '{kind}', {number}, f.* FROM ({sql}) f{only}")  # noqa: S608
            values += params
    before = f"WITH counted ({', '.join(kinds)}) AS (SELECT {', '.join(counts)}) " if counts else ""
    return before + " UNION ALL ".join(asked) + " ORDER BY 1, 3, 4", values


def parts(
    found: Iterable[Any], totals: Mapping[str, int], limit: int | None, when: AsOf
) -> dict[str, Part[InitiativeStatus]]:
    """What `first_of` found, whole, by kind in the same order, each with how many there are. Two queries."""
    decided: dict[str, list[tuple[int, str, bool]]] = {kind: [] for kind in totals}
    for kind, _total, _place, _subject, pk, status, is_stale in found:
        if limit is None or len(decided[kind]) < limit:
            decided[kind].append((pk, status, bool(is_stale)))
    shown = list(dict.fromkeys(one for rows in decided.values() for one in rows))
    whole = dict(zip(shown, read_decided(shown, when), strict=True))
    return {kind: Part([whole[one] for one in rows], totals[kind]) for kind, rows in decided.items()}
