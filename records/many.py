"""The same history for many rows at once: each still has its event and its version, in a fixed number of statements.

What `records.audit` does for one row, with the same rules: an act inside a closed quarter moves to its end, an interval
only goes forward, an unchanged row is left alone.
"""

import copy
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, models

from records.audit import TICK, Act, about, changed_in_words, settled
from records.batches import BATCH, batches
from records.history import Recorded, kept
from records.models import AuditEvent
from records.texts import normalise
from records.versions import close_versions, open_versions, version_model

R = TypeVar("R", bound=Recorded)
Parent = Callable[[Any], models.Model | None]


def drafted(row: R, values: Mapping[str, Any]) -> R:
    """A copy of a row with other values, to be checked; the row itself stays as it is."""
    draft = copy.copy(row)
    draft._state = copy.copy(row._state)
    draft._state.fields_cache = dict(row._state.fields_cache)
    for name, value in values.items():
        setattr(draft, name, value)
    return draft


def locked_many(rows: Sequence[R], *related: str) -> dict[int, R]:
    """The rows as they are now, by key, locked in one order. Raises ValidationError as `locked` does."""
    found: dict[int, R] = {}
    for some in batches(sorted({row.pk for row in rows})):
        held = type(rows[0])._default_manager.filter(pk__in=some).order_by("pk").select_related(*related)
        found |= {row.pk: kept(row) for row in held.select_for_update(of=("self",), no_key=True)}
    return found


def moments_of(rows: Sequence[Recorded], act: Act) -> tuple[Act, dict[int, datetime]]:
    """The act, settled, and the instant at which each row changes: never before its last change."""
    act = settled(act)
    moments = {row.pk: act.at for row in rows}
    for some in batches(list(moments)):
        current = version_model(rows[0]).objects.filter(subject_id__in=some, recorded_until__isnull=True)
        for key, since in current.values_list("subject_id", "recorded_from"):
            moments[key] = max(act.at, since + TICK)
    return act, moments


def record_creations(rows: Sequence[Recorded], *, verb: str, act: Act, parent: Parent) -> datetime:
    """Insert rows of one model, each with its event and first version; returns the instant."""
    act = settled(act)
    if not rows:
        return act.at
    for row in rows:
        normalise(row)
    type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
    open_versions(rows, record_events(rows, verb=verb, act=act, parent=parent))
    return act.at


def record_changes(
    changes: Sequence[tuple[R, Mapping[str, Any], Mapping[str, tuple[str, str]]]],
    *,
    verb: str,
    act: Act,
    parent: Parent,
    moments: Mapping[int, datetime] | None = None,
) -> None:
    """Set fields of locked rows of one model; each change is (row, fields, what changed beside the row in words)."""
    told: dict[int, dict[str, list[str]]] = {}
    columns: dict[tuple[str, ...], list[R]] = defaultdict(list)
    for row, fields, also in changes:
        changed, words = changed_in_words(row, fields)
        if not changed and not also:
            continue
        if not changed or not row.copied.issuperset(changed):
            row.version += 1
        told[row.pk] = words | {name: list(pair) for name, pair in also.items()}
        columns[*changed].append(row)
    rows = [row for _, several in sorted(columns.items()) for row in several]
    if not rows:
        return
    if moments is None:
        act, moments = moments_of(rows, act)
    for names, several in columns.items():
        _update(several, [*names, "version"])
    events = record_events(rows, verb=verb, act=act, parent=parent, moments=moments, changes=told)
    unmoved = len(columns.get((), []))  # what hangs on them changed, and no field of theirs
    close_versions(rows[unmoved:], [event.happened_at for event in events[unmoved:]])
    open_versions(rows[unmoved:], events[unmoved:])


def record_events(
    rows: Sequence[Recorded],
    *,
    verb: str,
    act: Act,
    parent: Parent,
    moments: Mapping[int, datetime] | None = None,
    changes: Mapping[int, dict[str, list[str]]] | None = None,
) -> list[AuditEvent]:
    """Write one audit event for each row; `changes` are in words, by the key of the row."""
    act = settled(act)
    made = [
        AuditEvent(
            happened_at=moments[row.pk] if moments else act.at, verb=verb, changes=(changes or {}).get(row.pk, {}),
            **about(row, act, parent(row)),
        )
        for row in rows
    ]  # fmt: skip
    return AuditEvent.objects.bulk_create(made, batch_size=BATCH)


def _update(rows: Sequence[Recorded], names: Sequence[str]) -> None:
    """One prepared statement, run for each row."""
    model = type(rows[0])
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    values = [
        (*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk) for row in rows
    ]
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608 - names of our own models
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
