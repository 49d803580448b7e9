"""The first initiatives of each of several kinds, and how many there are."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from initiatives.selectors.status import DECIDED, InitiativeStatus, read_decided
from records.asof import AsOf
from web.parts import Part


def first_of(rows: Any, limit: int | None, **kinds: Q) -> QuerySet[Any]:
    """The first rows of `initiative_statuses` of each kind, in the plan's order, to be read by `parts`."""
    order = [F("sort_key").asc(), F("subject_id").asc()]
    wanted, columns = [], []
    for kind, holds in kinds.items():
        own = Case(When(holds, then=Value(1)), default=Value(0), output_field=IntegerField())
        rows = rows.annotate(**{f"is_{kind}": own}).annotate(
            **{
                f"{kind}_turn": Window(RowNumber(), partition_by=F(f"is_{kind}"), order_by=order),
                f"{kind}_total": Window(Count("pk"), partition_by=F(f"is_{kind}")),
            }
        )
        turn = {} if limit is None else {f"{kind}_turn__lte": limit}
        wanted.append(Q(**{f"is_{kind}": 1}, **turn))
        columns += [f"is_{kind}", f"{kind}_turn", f"{kind}_total"]
    found: QuerySet[Any] = rows.filter(reduce(or_, wanted)).values_list("pk", *DECIDED, *columns)
    return found


def parts(found: Sequence[Any], limit: int | None, when: AsOf, *kinds: str) -> dict[str, Part[InitiativeStatus]]:
    """What `first_of` found, whole, by kind in the same order. Two queries."""
    shown = dict(zip([pk for pk, *_ in found], read_decided([row[:3] for row in found], when), strict=True))
    parts = {}
    for place, kind in enumerate(kinds):
        first = 3 + 3 * place
        own_rows = [row for row in found if row[first] and (limit is None or row[first + 1] <= limit)]
        parts[kind] = Part([shown[row[0]] for row in own_rows], own_rows[0][first + 2] if own_rows else 0)
    return parts
