"""Files from the database into object storage, or back: one after the other, each checked by its hash.

Each file is a transaction of its own, so it can be stopped at any moment and begun again, while people work.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from jobs import files
from jobs.models import HoldsBytes


def to_move(*, to_storage: bool) -> int:
    """How many files lie in the other place."""
    return sum(_elsewhere(model, to_storage).count() for model in files.holders())


def move_files(*, to_storage: bool) -> Iterator[int]:
    """Move all, and give the size of each when it has moved. Raises FileTrouble; what has moved stays moved."""
    for model in files.holders():
        last: Any = None
        while True:
            rows = _elsewhere(model, to_storage).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            last = rows.values_list("pk", flat=True).first()
            if last is None:
                break
            size = _move(model, last, to_storage)
            if size is not None:
                yield size


@transaction.atomic
def _move(model: type[HoldsBytes], key: Any, to_storage: bool) -> int | None:
    """None where the row went, or was moved by another, meanwhile."""
    row = _elsewhere(model, to_storage).select_for_update().filter(pk=key).first()
    if row is None:
        return None
    data = files.bytes_of(row)
    fields: dict[str, Any] = {model.BYTES: data, "stored": ""}
    if to_storage:
        fields = files.keep(model, data)
        files.fetched(fields["stored"])  # what was written is read again before the row lets go of its bytes
    model._default_manager.filter(pk=key).update(**fields)
    return len(data)


def _elsewhere(model: type[HoldsBytes], to_storage: bool) -> Any:
    rows = model._default_manager.all()
    return rows.filter(stored="").exclude(**{model.BYTES: b""}) if to_storage else rows.exclude(stored="")
