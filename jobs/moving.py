"""Files from the database into object storage, or back: one after the other, each checked by its hash.

Each file is a transaction of its own, so it can be stopped at any moment and begun again, while people work.
"""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction

from jobs import files
from jobs.files import FileTrouble
from jobs.models import HoldsBytes

UNFIT = "{} {} ({}) stays where it is: its bytes do not fit the fingerprint that it was kept with."


class Unfit(FileTrouble):
    """The database refuses to let a row's bytes go, or come back."""


def to_move(*, to_storage: bool) -> int:
    """How many files lie in the other place."""
    return sum(_elsewhere(model, to_storage).count() for model in files.holders())


def move_files(*, to_storage: bool) -> Iterator[int]:
    """Move all, and give the size of each when it has moved. Raises FileTrouble; what has moved stays moved.

    One whose bytes do not fit its fingerprint holds up no other; all such are named in the end.
    """
    unfit = []
    for model in files.holders():
        last: Any = None
        while True:
            rows = _elsewhere(model, to_storage).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            last = rows.values_list("pk", flat=True).first()
            if last is None:
                break
            try:
                size = _move(model, last, to_storage)
            except Unfit as one:
                unfit.append(str(one))
                continue
            if size is not None:
                yield size
    if unfit:
        raise Unfit(" ".join(unfit))


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
    try:
        model._default_manager.filter(pk=key).update(**fields)
    except IntegrityError as error:
        raise Unfit(UNFIT.format(model._meta.verbose_name, key, row)) from error
    return len(data)


def _elsewhere(model: type[HoldsBytes], to_storage: bool) -> Any:
    rows = model._default_manager.all()
    return rows.filter(stored="").exclude(**{model.BYTES: b""}) if to_storage else rows.exclude(stored="")
