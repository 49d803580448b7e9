"""The versions of recorded rows: what each said, from when until when; `records.audit` and `records.many` write."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from records.batches import batches
from records.history import Recorded
from records.models import AuditEvent
from records.statements import statement


def version_model(row: Recorded) -> Any:
    """The model of the row's versions. Any: `subject`, its link back to the row, is declared by each concrete class."""
    model: Any = type(row)
    return model._meta.get_field("versions").related_model


def current_since(row: Recorded) -> datetime | None:
    """Since when the row says what it says; None for a row not recorded yet."""
    return next(iter(_current(row.pk, model=version_model(row))), None)


@statement
def _current(key: int, *, model: Any) -> models.QuerySet[Any]:
    current: models.QuerySet[Any] = model.objects.filter(subject_id=key, recorded_until__isnull=True)
    return current.values_list("recorded_from", flat=True)


def open_versions(rows: Sequence[Recorded], events: Sequence[AuditEvent]) -> None:
    """Copy rows of one model, as they stand in the database by now, each to a version that begins with its event."""
    if not rows:
        return
    model, versions = type(rows[0]), version_model(rows[0])
    own = {"id", "event", "recorded_from", "recorded_until", "subject"}
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in versions._meta.concrete_fields if field.name not in own]
    source = ", ".join(f"r.{column}" for column in columns)
    sql = (  # names of our own models
        f"INSERT INTO {quote(versions._meta.db_table)} ({', '.join(columns)}, subject_id, event_id, recorded_from) "  # noqa: S608
        f"SELECT {source}, r.id, e.id, e.happened_at FROM records_auditevent e "
        f"JOIN {quote(model._meta.db_table)} r ON r.id = e.target_id WHERE e.id IN "
    )
    with connection.cursor() as cursor:
        for some in batches(events):
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"{sql}({marks})", [event.pk for event in some])


def close_versions(rows: Sequence[Recorded], moments: Sequence[datetime]) -> None:
    """End the current version of each row of one model, at its own moment."""
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for row, moment in zip(rows, moments, strict=True):
        by_moment[moment].append(row.pk)
    if not rows:
        return
    table = connection.ops.quote_name(version_model(rows[0])._meta.db_table)
    sql = f"UPDATE {table} SET recorded_until = %s WHERE recorded_until IS NULL AND subject_id IN "  # noqa: S608 - as above
    with connection.cursor() as cursor:
        for moment, keys in by_moment.items():
            for some in batches(keys):
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(f"{sql}({marks})", [connection.ops.adapt_datetimefield_value(moment), *some])
