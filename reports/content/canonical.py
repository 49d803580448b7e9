"""The canonical form of a snapshot: what its hash is taken over, and what the JSON export holds.

JSON lines, UTF-8, one object a line, keys sorted, no blanks, days as 2026-09-30, instants in UTC with six decimals.
First the cover, then headings, initiatives, milestones, commitments, each kind in the order of its `id`; last, in a
revision, its corrections. Empty text is "", a missing day or number is null, priorities are a sorted list. A key of
`WHERE_SET` is left out where it has no value, so that rows without one keep the bytes they had before it was added.
docs/snapshot-format.md tells it to others.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, get_args

import orjson

from reports.content.rows import Commitment, Correction, Heading, Initiative, Milestone, Rows

FORMAT = "planapp-snapshot-1"
# Each kind of row with the key that orders it.
KINDS: tuple[tuple[str, type, tuple[str, ...]], ...] = (
    ("heading", Heading, ("kind", "source_id")),
    ("initiative", Initiative, ("source_id",)),
    ("milestone", Milestone, ("source_id",)),
    ("commitment", Commitment, ("source_id",)),
    ("correction", Correction, ("initiative_id", "part", "part_id", "field")),
)
# Added after the first quarters were frozen (docs/adr/0012, 0014); they stand last in their class.
WHERE_SET = frozenset({"review_date", "part", "part_id", "part_title"})


def _encode(row: Mapping[str, Any]) -> bytes:
    """The bytes that json.dumps(…, ensure_ascii=False, sort_keys=True, separators=(",", ":")) gives; a test says so."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


def value(item: Any) -> Any:
    """A cell in its canonical form."""
    if isinstance(item, datetime):
        return item.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    if isinstance(item, date):
        return item.isoformat()
    return item


def instants(plain: type) -> list[str]:
    """The fields of a row that hold an instant."""
    return [item.name for item in fields(plain) if item.type is datetime or datetime in get_args(item.type)]


def instant(text: str | None) -> str | None:
    """What `value` writes for an instant, from its text in UTC as PostgreSQL (`…+00`) and SQLite give it.

    Raises ValueError where the text says another zone.
    """
    if text is None:
        return None
    whole, _, part = text.removesuffix("+00").partition(".")
    if len(whole) != len("2026-09-30 12:00:00") or (not part.isdigit() and part):
        raise ValueError(f"Not an instant in UTC: {text}")
    return f"{whole[:10]}T{whole[11:]}.{part:0<6}Z"


def record(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the canonical form writes it."""
    written = {
        ("id" if name == "source_id" else name): value(item)
        for name, item in row.items()
        if item or name not in WHERE_SET
    }
    if "priorities" in written:
        written["priorities"] = _listed(written["priorities"])
    return {"record": kind, **written}


def line(kind: str, row: Mapping[str, Any]) -> bytes:
    return _encode(record(kind, row))


def line_writer(kind: str, plain: type) -> Callable[[Sequence[Any]], bytes]:
    """A function that writes the same lines from bare tuples of one kind, their instants in the database's own words.

    A million are written when a large plan is frozen. One row, its keys in their order for good, is filled again and
    again: half the time of building one for each line. An instant stays text: made a datetime and written again, it
    took as long as the rest of its line.
    """
    keys = ["id" if item.name == "source_id" else item.name for item in fields(plain)]
    always = [key for key in keys if key not in WHERE_SET]
    bare: dict[str, Any] = dict.fromkeys(sorted(["record", *always])) | {"record": kind}
    texts, has_priorities, write = instants(plain), "priorities" in bare, orjson.dumps
    fixed, optional = len(always), keys[len(always) :]

    def line_of(values: Sequence[Any]) -> bytes:
        row = bare
        row.update(zip(always, values, strict=False))
        for key in texts:
            row[key] = instant(row[key])
        if has_priorities:
            row["priorities"] = _listed(row["priorities"])
        if not optional or not any(values[fixed:]):
            return write(row)
        added = {key: one for key, one in zip(optional, values[fixed:], strict=True) if one}
        return _encode(row | added)  # a date as value() does

    return line_of


def _listed(text: str) -> list[str]:
    return sorted(text.split("\n")) if text else []


def lines(rows: Rows) -> Iterator[bytes]:
    """The canonical lines of rows held in memory."""
    yield cover_line(as_mapping(rows.cover))
    for kind, _, key in KINDS:
        for row in sorted(getattr(rows, f"{kind}s"), key=attrgetter(*key)):
            yield line(kind, as_mapping(row))


def cover_line(cover: Mapping[str, Any]) -> bytes:
    return _encode({"format": FORMAT, **record("cover", cover)})


def as_mapping(row: Any) -> dict[str, Any]:
    return {item.name: getattr(row, item.name) for item in fields(row)}


class LineHash:
    """SHA-256 over lines, each ended by a line feed."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, line: bytes) -> None:
        self._digest.update(line + b"\n")

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def content_hash(every: Iterable[bytes]) -> str:
    """The hash over all lines of a snapshot."""
    digest = LineHash()
    for item in every:
        digest.add(item)
    return digest.hexdigest()


def fingerprint(line: bytes) -> str:
    """The first 64 bits of a line's SHA-256: enough to name a changed line, for the content hash is what proves it."""
    return hashlib.sha256(line).digest()[:8].hex()


def chain_hash(previous: str, content: str, sequence: int) -> str:
    """Ties a snapshot to the one sealed before it: SHA-256 over the three, joined by line feeds."""
    return hashlib.sha256("\n".join((previous, content, str(sequence))).encode()).hexdigest()
