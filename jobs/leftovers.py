"""Objects that no row names any more are removed, and those that a row names and are missing are written down.

Nothing is removed in two steps of which the second may fail: a row goes in its transaction, and this finds what it
left. It waits for as long as a backup may bring the row back (KEEP_LEFT_FILES_DAYS), counted from when it was first
seen, which the database remembers and a restore forgets.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from jobs import files
from jobs.files import FileChanged, FileGone, FileTrouble
from jobs.models import FileFinding
from records.batches import BATCH

log = logging.getLogger(__name__)

Kind = FileFinding.Kind
OWNER = "installation"  # the object that says whose files these are
OURS = re.compile("[0-9a-f]{64}")
PATIENCE = "5s"  # for transactions that are putting a file away
AT_ONCE = 20  # objects that are removed while nobody can put one away
BUSY = f"Files are being put away for longer than {PATIENCE}: the rest is removed the next time."
NOT_OURS = (
    "The files at FILES_URL are those of {owner}, this is {site}: nothing was removed. Give each installation a prefix "
    "of its own; where they are yours, say --these-are-ours once."
)


class Refused(Exception):
    """Nothing was removed; the words are for the operator."""


@dataclass(frozen=True)
class Sweep:
    """What a look at the store found. `left`: objects that no row names and are kept for now."""

    objects: int
    left: int
    removed: int
    missing: list[str]


def remove_left_files(*, at: datetime, kept: timedelta) -> int:
    """Once a day. A store that is away holds up nothing else that is removed on schedule."""
    if not files.are_elsewhere():
        return 0
    try:
        return sweep(at=at, kept=kept).removed
    except (FileTrouble, Refused) as refused:
        log.error("What nobody names any more could not be removed: %s", refused)
        return 0


def sweep(*, at: datetime, kept: timedelta, is_dry: bool = False, are_ours: bool = False) -> Sweep:
    """Remove what no row has named for `kept`, and write down what is left and what is missing.

    Raises FileTrouble, or Refused where the place belongs to another installation. `is_dry`: only look.
    """
    _refuse_others(are_ours=are_ours, is_dry=is_dry)
    there = {name for name in files.listed() if OURS.fullmatch(name)}
    named = set(files.named())
    left = there - named
    if is_dry:
        removable = len(_left_since(at - kept) & left)
        return Sweep(len(there), len(left) - removable, removable, sorted(_missing(named - there)))
    _write_down(Kind.LEFT, left, at)
    due = sorted(_left_since(at - kept) & left) if not settings.LEGAL_HOLD else []
    removed = sum(_remove(due[first : first + AT_ONCE]) for first in range(0, len(due), AT_ONCE))
    missing = _missing(named - there)
    _write_down(Kind.MISSING, missing, at)
    if missing:
        log.error("%s files that rows name are missing in object storage; the first is %s", len(missing), min(missing))
    return Sweep(len(there) - removed, len(left) - removed, removed, sorted(missing))


def check(*, at: datetime) -> tuple[int, list[str]]:
    """Read every object that a row names: how many, and a sentence for each that is not as it was put away.

    Raises StoreAway where that cannot be said.
    """
    count, found = 0, {Kind.MISSING: set[str](), Kind.CHANGED: set[str]()}
    for name in sorted(set(files.named())):
        count += 1
        try:
            files.fetched(name, is_told=False)
        except FileGone:
            found[Kind.MISSING].add(name)
        except FileChanged:
            found[Kind.CHANGED].add(name)
    found[Kind.MISSING] = _missing(found[Kind.MISSING])
    for kind, names in found.items():
        _write_down(kind, names, at)
    words = {Kind.MISSING: "is missing", Kind.CHANGED: "is not as it was put away"}
    return count, [f"{name} {words[kind]}." for kind, names in found.items() for name in sorted(names)]


def _refuse_others(*, are_ours: bool, is_dry: bool) -> None:
    """A copy of the installation, for a test say, that looks at the files of the first one would find them all left."""
    try:
        with files.store().open(OWNER) as file:
            owner = file.read().decode()
    except FileNotFoundError:
        owner = ""
    except Exception as error:
        raise files.away(error) from error
    if owner == settings.SITE_URL or (not owner and is_dry):
        return
    if owner and not are_ours:
        raise Refused(NOT_OURS.format(owner=owner, site=settings.SITE_URL))
    try:
        files.store().save(OWNER, ContentFile(settings.SITE_URL.encode()))
    except Exception as error:
        raise files.away(error) from error


def _missing(suspects: set[str]) -> set[str]:
    """Of objects that were not found, those that a row still names: one may have been put there, or removed, since."""
    still = suspects & set(files.named()) if suspects else set()
    return still - files.listed() if still else still


@transaction.atomic
def _remove(names: list[str]) -> int:
    """Those that no row names now. While we hold the lock alone, no transaction is about to name one."""
    _be_alone()
    gone = set(names) - set(files.named())
    for name in sorted(gone):
        files.remove_object(name)
    FileFinding.objects.filter(kind=Kind.LEFT, name__in=names).delete()
    return len(gone)


def _be_alone() -> None:
    if connection.vendor != "postgresql":
        return  # a transaction of SQLite that writes is alone
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [files.LOCK])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Refused(BUSY) from error
            raise


def _left_since(before: datetime) -> set[str]:
    return set(FileFinding.objects.filter(kind=Kind.LEFT, since__lte=before).values_list("name", flat=True))


@transaction.atomic
def _write_down(kind: str, names: Iterable[str], at: datetime) -> None:
    """What was found stays with its first day; what is no longer so goes."""
    names = set(names)
    known = set(FileFinding.objects.filter(kind=kind).values_list("name", flat=True))
    for gone in _batches(known - names):
        FileFinding.objects.filter(kind=kind, name__in=gone).delete()
    fresh = [FileFinding(kind=kind, name=name, since=at) for name in sorted(names - known)]
    FileFinding.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)


def _batches(names: set[str]) -> Iterable[list[str]]:
    ordered = sorted(names)
    return (ordered[first : first + BATCH] for first in range(0, len(ordered), BATCH))
