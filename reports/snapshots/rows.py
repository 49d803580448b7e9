"""What was frozen, read back. Nothing here touches a live row."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from goals.models import Plan
from reports import content
from reports.content.canonical import KINDS, as_mapping, cover_line, fingerprint, instants, line, line_writer
from reports.models import QuarterSnapshot, SnapshotInitiative
from reports.models.rows import FROZEN

CHUNK = 2_000


class Frozen(NamedTuple):
    """A frozen table, the plain row it is read into, and the key that orders the canonical form."""

    model: type[Model]
    plain: type
    key: tuple[str, ...]


TABLES = {kind: Frozen(FROZEN[kind], plain, key) for kind, plain, key in KINDS}
# Where a report orders its rows in another way than the canonical form does.
IN_REPORTS = {"initiative": ("sort_key", "source_id"), "milestone": ("initiative_id", "order", "source_id")}


def snapshots_of(plan: Plan | int) -> list[QuarterSnapshot]:
    """Every revision of every frozen quarter of a plan, the newest quarter and revision first."""
    return list(QuarterSnapshot.objects.filter(plan=plan).order_by("-as_of_day", "-revision"))


def cover_of(snapshot: QuarterSnapshot) -> content.Cover:
    return content.Cover(**{name: getattr(snapshot, name) for name in content.rows.names(content.Cover)})


def canonical_lines(snapshot: QuarterSnapshot) -> Iterator[bytes]:
    """The canonical form streamed from the tables: memory stays flat at any size."""
    yield cover_line(as_mapping(cover_of(snapshot)))
    for row in canonical_rows(snapshot):
        yield row.line


class CanonicalRow(NamedTuple):
    """A frozen row: its canonical line, and the kind and key that find it again."""

    record: str
    key: str
    line: bytes


def canonical_rows(snapshot: QuarterSnapshot) -> Iterator[CanonicalRow]:
    """The canonical lines after the cover, each with its key."""
    for kind, (model, plain, order) in TABLES.items():
        names, texts = content.rows.names(plain), instants(plain)
        columns = [Cast(name, TextField()) if name in texts else name for name in names]
        write, key_of = line_writer(kind, plain), itemgetter(*[names.index(name) for name in order])
        is_one = len(order) == 1
        rows = model._default_manager.filter(snapshot=snapshot).order_by(*order)
        for values in rows.values_list(*columns).iterator(chunk_size=CHUNK):
            key = key_of(values)
            yield CanonicalRow(kind, f"{key}" if is_one else " ".join(map(str, key)), write(values))


def cover_digests(snapshot: QuarterSnapshot) -> list[str]:
    """A line of the list of digests for each column of the cover, those outside the content hash too."""
    columns = sorted(field.attname for field in QuarterSnapshot._meta.concrete_fields if not field.primary_key)
    return [f"{fingerprint(line('cover', {name: getattr(snapshot, name)}))} cover {name}" for name in columns]


WHOLE = ("heading", "initiative", "milestone", "commitment")
COMPARED = ("initiative", "milestone")  # what a comparison reads of a quarter


def rows_of(snapshots: Sequence[QuarterSnapshot], kinds: Collection[str] = WHOLE) -> dict[int, content.Rows]:
    """The rows of several snapshots by snapshot id, in one query for each kind asked for."""
    ids = [snapshot.pk for snapshot in snapshots]
    found: dict[int, dict[str, list[Any]]] = {pk: {kind: [] for kind in TABLES} for pk in ids}
    for kind in kinds:
        model, plain, _ = TABLES[kind]
        names = content.rows.names(plain)
        at = [names.index(name) for name in instants(plain)]
        rows = model._default_manager.filter(snapshot__in=ids).order_by()
        for snapshot_id, *values in rows.values_list("snapshot_id", *names):
            for place in at:
                values[place] = local(values[place])
            found[snapshot_id][kind].append(plain(*values))
    return {snapshot.pk: in_order(cover_of(snapshot), found[snapshot.pk]) for snapshot in snapshots}


class Name(NamedTuple):
    """What an initiative was called."""

    number: str
    title: str


def names_in(snapshot: QuarterSnapshot, which: Q) -> Iterator[Name]:
    """The names of some initiatives of a snapshot, in the plan's order."""
    rows = SnapshotInitiative.objects.filter(which, snapshot=snapshot).order_by("sort_key", "source_id")
    return itertools.starmap(Name, rows.values_list("number", "title"))


def in_order(cover: content.Cover, found: Mapping[str, Iterable[Any]]) -> content.Rows:
    """The rows of each kind in the order of a report: initiatives as in the plan, milestones below them."""
    ordered = {
        f"{kind}s": tuple(sorted(rows, key=attrgetter(*IN_REPORTS.get(kind, TABLES[kind].key))))
        for kind, rows in found.items()
    }
    return content.Rows(cover, **ordered)


def local(value: Any) -> Any:
    """An instant in plan time, so that its day is the local day; anything else as it is."""
    if isinstance(value, datetime):
        return timezone.localtime(value, timezone.get_default_timezone())
    return value
