"""Rows that many tests begin with: built through the services once a process, put back as rows from then on.

    @kept_rows()
    def build_cast() -> Cast: ...

Most of a test's time went into the same people, hired and given their roles again for each. The first call notes every
row that it added; a later one inserts these, with the numbers they had, and hands out a copy of what was returned. That
holds where all begins alike: on the same database, after the same events and, where the builder looks at the clock
(`looks_at_clock=True`), at the same moment. Anywhere else, and with any argument, the builder itself runs.
"""

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, sql
from django.utils import timezone

from records.models import AuditEvent
from records.remembered import forget
from reports.models import QuarterSnapshot

R = TypeVar("R")
UNSEALED: dict[str, Any] = {"sequence": None, "content_hash": "", "chain_hash": ""}


class Kept(NamedTuple):
    """What a builder returned, and the statements that add its rows, with their values."""

    returned: Any
    statements: list[tuple[str, tuple[Any, ...]]]


def kept_rows(*, looks_at_clock: bool = False) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """See above."""

    def decorated(build: Callable[..., R]) -> Callable[..., R]:
        kept: dict[Any, Kept] = {}

        @wraps(build)
        def built(*args: Any, **words: Any) -> R:
            if args or words:
                return build(*args, **words)
            key = (*_beginning(), timezone.now() if looks_at_clock else None)
            if key not in kept:
                return _noted(build, key, kept)
            with transaction.atomic(), connection.cursor() as cursor:
                for statement, values in kept[key].statements:
                    cursor.execute(statement, values)
            forget()
            return cast(R, copy.deepcopy(kept[key].returned))

        return built

    return decorated


def _noted(build: Callable[[], R], key: Any, kept: dict[Any, Kept]) -> R:
    before = _rows()
    returned = build()
    statements = _added(before)
    if statements is not None:
        kept[key] = Kept(copy.deepcopy(returned), statements)
    return returned


def _beginning() -> tuple[Any, ...]:
    """All that the rows may depend on beside the code."""
    events = AuditEvent.objects.aggregate(many=Count("pk"), last=Max("pk"))
    return (
        connection.settings_dict["NAME"], connection.settings_dict["USER"], settings.SECRET_KEY,
        connection.in_atomic_block,  # else the tables were emptied, of what migrations put there too
        events["many"], events["last"],
    )  # fmt: skip


def _rows() -> dict[Any, dict[Any, Any]]:
    """Every row of every table, by model and number."""
    models = [one for one in apps.get_models(include_auto_created=True) if one._meta.managed and not one._meta.proxy]
    return {model: {row.pk: row for row in model._base_manager.order_by()} for model in models}


def _added(before: dict[Any, dict[Any, Any]]) -> list[tuple[str, tuple[Any, ...]]] | None:
    """Statements that insert what was added since; None where a row of before was changed or is gone."""
    statements: list[tuple[str, tuple[Any, ...]]] = []
    # As in life: a snapshot is sealed once its rows are there, for then the database takes no more of them.
    seals: list[tuple[str, tuple[Any, ...]]] = []
    for model, rows in sorted(_rows().items(), key=lambda one: one[0] is not QuarterSnapshot):
        fields = model._meta.concrete_fields
        for key, old in before[model].items():
            if key not in rows or any(getattr(old, f.attname) != getattr(rows[key], f.attname) for f in fields):
                return None
        new = [row for key, row in sorted(rows.items(), key=lambda one: str(one[0])) if key not in before[model]]
        for row in new if model is QuarterSnapshot else []:
            names = ", ".join(f"{field} = %s" for field in UNSEALED)
            seal = tuple(getattr(row, field) for field in UNSEALED)
            seals.append((f"UPDATE {model._meta.db_table} SET {names} WHERE id = %s", (*seal, row.pk)))  # noqa: S608
            for field, value in UNSEALED.items():
                setattr(row, field, value)
        if new:
            query = sql.InsertQuery(model)
            query.insert_values(fields, new, raw=True)
            statements += query.get_compiler(connection=connection).as_sql()
    return statements + seals
