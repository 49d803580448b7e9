"""Where the bytes of files lie: in their row, or in object storage under the name of their hash (docs/adr/0038).

An object is written before the row that names it is kept, never changed, and removed only when no row has named it
for long (jobs/leftovers.py). So a row never names what was not there, and what a transaction leaves behind that did
not end well is an object that nobody names.
"""

import hashlib
import logging
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import DEFAULT_DB_ALIAS, connections

from jobs.models import FileFinding, HoldsBytes
from jobs.patience import NoTurn, note_silence, turn
from web.kept import cache_errors

log = logging.getLogger(__name__)

ALIAS = "files"  # in settings.STORAGES
# Held shared by a transaction that is about to name an object, alone by who looks for objects that nobody names.
LOCK = 1_718_185_061
MOST = 256 * 1024 * 1024  # bytes; no file of ours comes near, and an object that was put in its place is not read whole
COUNTED = ("away", "missing", "changed")


class FileTrouble(Exception):
    """A file cannot be had or put away; the words are for a person."""


class StoreAway(FileTrouble):
    """For now: the store does not answer, refuses us, or is full."""


class FileGone(FileTrouble):
    """What the row names is not there."""


class FileChanged(FileTrouble):
    """What lies there is not what was put away."""


AWAY = "The place where files lie {}. Nothing was changed, and no file is lost. Try again in some minutes."
GONE = "This file is missing in the place where files lie. It is written down for those who run planapp."
CHANGED = "This file is not as it was put away, so it is not handed out. It is written down for those who run planapp."


def are_elsewhere() -> bool:
    """Whether new files go to object storage."""
    return bool(settings.FILES_URL)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def keep(model: type[HoldsBytes], data: bytes) -> dict[str, Any]:
    """The fields of a row of `model` that is to hold these bytes; an object is written where files lie elsewhere.

    Asked for in the transaction that keeps the row: until it ends, nobody who removes objects looks at this one.
    Raises StoreAway.
    """
    if not data or not are_elsewhere():
        return {model.BYTES: data, "stored": ""}
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("A file is put away in the transaction that keeps its row.")
    if connection.vendor == "postgresql":  # on SQLite a transaction that writes is alone anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
    name = put_object(data)
    # Its days begin anew when this row goes, though no sweep saw that it was named in between.
    FileFinding.objects.using(DEFAULT_DB_ALIAS).filter(kind=FileFinding.Kind.LEFT, name=name).delete()
    return {model.BYTES: b"", "stored": name}


def bytes_of(row: HoldsBytes) -> bytes:
    """The bytes that a row holds, wherever they lie. Raises FileTrouble; then the log has a line, /metrics a figure."""
    return fetched(row.stored) if row.stored else bytes(getattr(row, row.BYTES))


def checked(data: bytes, sha256: str) -> bytes:
    """The bytes, which fit this hash. One that lies in its row can be changed, too. Raises FileChanged."""
    if digest_of(data) != sha256:
        _count("changed", f"The file {sha256} is not as it was put away")
        raise FileChanged(CHANGED)
    return data


def holders() -> "list[type[HoldsBytes]]":
    """Every kind of row that holds bytes."""
    return [model for model in apps.get_models() if issubclass(model, HoldsBytes)]


def named() -> Iterator[str]:
    """The objects that rows name, each row's; read where what was just written can be seen."""
    for model in holders():
        rows = model._default_manager.using(DEFAULT_DB_ALIAS).exclude(stored="")
        yield from rows.values_list("stored", flat=True).iterator(chunk_size=2_000)


# The store itself -----------------------------------------------------------------------------------------------------


def store() -> Storage:
    """Raises StoreAway where FILES_URL is empty: rows of before may still name objects."""
    if not are_elsewhere():
        raise StoreAway(AWAY.format("is not known any more: FILES_URL is empty"))
    return storages[ALIAS]


def put_object(data: bytes) -> str:
    """Write an object, and its name. One that is there stays as it is, unless it is not what its name promises."""
    name = digest_of(data)
    try:
        if _looked_at(name) != data:
            with turn():
                kept = store().save(name, ContentFile(data))
            if kept != name:
                raise StoreAway(AWAY.format(f"keeps files under names of its own ({kept})"))
    except FileTrouble:
        raise
    except Exception as error:
        raise away(error) from error
    return name


def _looked_at(name: str) -> bytes | None:
    try:
        return fetched(name, is_told=False)
    except (FileGone, FileChanged):
        return None


def fetched(name: str, *, is_told: bool = True) -> bytes:
    """An object whose bytes fit its name. Raises FileTrouble; `is_told`: and says so in the log."""
    try:
        with turn(), store().open(name) as file:
            data = file.read() if file.size <= MOST else b""
    except FileTrouble:
        raise
    except FileNotFoundError as error:
        if is_told:
            _count("missing", f"The file {name} is missing in object storage")
        raise FileGone(GONE) from error
    except Exception as error:
        raise away(error) from error
    if digest_of(data) != name:
        if is_told:
            _count("changed", f"The file {name} is not as it was put into object storage")
        raise FileChanged(CHANGED)
    return data


def listed() -> set[str]:
    """The names of all objects. Raises StoreAway."""
    try:
        return set(store().listdir("")[1])
    except FileTrouble:
        raise
    except Exception as error:
        raise away(error) from error


def remove_object(name: str) -> None:
    """Raises StoreAway. One that is not there is removed."""
    try:
        store().delete(name)
    except Exception as error:
        raise away(error) from error


def away(error: Exception) -> StoreAway:
    """What to raise instead of the many kinds that the libraries raise: of the network, of TLS, of a body cut short."""
    if isinstance(error, NoTurn):
        _count("away", f"Object storage was not asked, for it {error}.")
        return StoreAway(AWAY.format(error))
    from jobs.object_storage import SILENT, reason  # noqa: PLC0415 - loaded with its libraries where somebody asks

    why = reason(error)
    if why == SILENT:
        note_silence()
    _count("away", f"Object storage {why}: {type(error).__name__}: {error}")
    return StoreAway(AWAY.format(why))


def _count(what: str, words: str) -> None:
    log.error(words)
    try:
        cache.add(f"files:{what}", 0, None)
        cache.incr(f"files:{what}")
    except ValueError:
        pass  # the cache was emptied in between
    except cache_errors():
        log.exception("It is not counted: the cache does not answer.")


def troubles() -> dict[str, int]:
    """How often a file could not be had, by why, since the cache was emptied."""
    try:
        return {what: cache.get(f"files:{what}", 0) for what in COUNTED}
    except cache_errors():
        return {}
