"""Writes the archive piece by piece: no row is held longer than its line, whatever the size of the plan."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.db.models import Field

from goals.models import Plan
from jobs.files import bytes_of
from reports.files.archives.content import Table, chain_of, snapshots_in, tables_of
from reports.models import PublishedFile, QuarterSnapshot
from reports.snapshots.rows import canonical_lines

BEGAN = (1980, 1, 1, 0, 0, 0)  # of every part, so that the same content is the same archive
PIECE = 64 * 1024  # bytes that are gathered before they leave
CHUNK = 2_000  # rows read at once
VERIFIER = Path(__file__).with_name("verify.py")
README = """\
The complete archive of a plan: {title}
Written on {day} by planapp.

history/    Every row of the plan as it was at any time, a file for each table: one JSON object a line. A row holds from
            "recorded_from" until "recorded_until"; without an end it holds today. events.jsonl says who changed what,
            when and why. People stand with their names; addresses and settings of reminders are not in it.
reports/    Every frozen quarter, in each of its revisions: content.jsonl has the very lines of which its hash is taken,
            chain.json the hashes of all of them in order, acts.jsonl what people did with a report.
files/      The files of published reports, as they were handed out.

datapackage.json says what the columns of the files in history/ are.

To check that nothing was changed since: python3 verify.py
It needs Python 3.9 or later and nothing else. It names the first file, and in a list the first row, that is not as it
was written. SHA256SUMS can also be checked with sha256sum -c SHA256SUMS.
Who wishes to prove it to others keeps the SHA-256 of SHA256SUMS in another place.
"""


class _Pipe(io.RawIOBase):
    """What was written since the last look."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        return len(data)

    def taken(self) -> bytes:
        found = bytes(self.waiting)
        self.waiting.clear()
        return found


class Archive:
    """An archive being written; every method gives the bytes that are ready to leave."""

    def __init__(self) -> None:
        self.pipe = _Pipe()
        self.zip = zipfile.ZipFile(self.pipe, "w", zipfile.ZIP_DEFLATED)
        self.sums: list[str] = []

    def part(self, name: str, pieces: Iterable[bytes], *, is_listed: bool = True) -> Iterator[bytes]:
        info = zipfile.ZipInfo(name, BEGAN)
        info.compress_type = zipfile.ZIP_DEFLATED
        digest = hashlib.sha256()
        with self.zip.open(info, "w", force_zip64=True) as part:
            for piece in pieces:
                digest.update(piece)
                part.write(piece)
                if len(self.pipe.waiting) >= PIECE:
                    yield self.pipe.taken()
        if is_listed:
            self.sums.append(f"{digest.hexdigest()}  {name}\n")
        yield self.pipe.taken()

    def rows(self, name: str, lines: Iterable[bytes]) -> Iterator[bytes]:
        """A list of rows, and beside it a short digest of each, by which a changed one is found: 8 bytes a row."""
        digests = bytearray()

        def counted() -> Iterator[bytes]:
            for line in lines:
                digests.extend(hashlib.sha256(line).digest()[:8])
                yield line

        yield from self.part(f"{name}.jsonl", counted())
        each = (digests[at : at + 8].hex().encode() + b"\n" for at in range(0, len(digests), 8))
        yield from self.part(f"{name}.digests", each)

    def end(self) -> Iterator[bytes]:
        yield from self.part("SHA256SUMS", [line.encode() for line in self.sums], is_listed=False)
        self.zip.close()
        yield self.pipe.taken()


def archive_of(plan: Plan, *, at: datetime) -> Iterator[bytes]:
    """The whole archive in pieces."""
    archive, tables, snapshots = Archive(), tables_of(plan), snapshots_in(plan)
    readme = README.format(title=plan.title, day=at.date().isoformat())
    yield from archive.part("README.txt", [readme.encode()])
    yield from archive.part("verify.py", [VERIFIER.read_bytes()])
    yield from archive.part("datapackage.json", [_json(_package(plan, tables))])
    for table in tables:
        yield from archive.rows(f"history/{table.name}", _lines(table))
    for snapshot in snapshots:
        folder = f"reports/{folder_of(snapshot)}"
        yield from archive.rows(f"{folder}/content", (line + b"\n" for line in canonical_lines(snapshot)))
    chain = [{"folder": folder_of(one), **told} for one, told in zip(snapshots, chain_of(snapshots), strict=True)]
    yield from archive.part("reports/chain.json", [_json(chain)])
    kept = PublishedFile.objects.filter(snapshot__plan=plan).order_by("pk").values_list("pk", "name", "snapshot")
    folders = {snapshot.pk: folder_of(snapshot) for snapshot in snapshots}
    for key, name, snapshot_id in kept:
        content = bytes_of(PublishedFile.objects.get(pk=key))
        yield from archive.part(f"files/{folders[snapshot_id]}/{name}", [content])
    yield from archive.end()


def folder_of(snapshot: QuarterSnapshot) -> str:
    """Its last day names a quarter for ever; what it is called may change."""
    return f"{snapshot.as_of_day}-revision-{snapshot.revision}"


def _lines(table: Table) -> Iterator[bytes]:
    names = [field.attname for field in table.fields]
    for values in table.rows.values_list(*names).iterator(chunk_size=CHUNK):
        row = dict(zip(names, map(_plain, values), strict=True))
        yield orjson.dumps(table.cleaned(row), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE, default=str)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _package(plan: Plan, tables: Iterable[Table]) -> dict[str, Any]:
    return {
        "name": f"{plan.slug}-archive",
        "title": plan.title,
        **({"description": plan.sample_note} if plan.sample_note else {}),
        "resources": [
            {
                "name": table.name, "title": table.title, "path": f"history/{table.name}.jsonl", "format": "jsonl",
                "encoding": "utf-8",
                "schema": {"fields": [{"name": one.attname, "type": _type(one)} for one in table.fields]},
            }
            for table in tables
        ],
    }  # fmt: skip


def _type(one: "Field[Any, Any]") -> str:
    kinds = {
        "DateField": "date", "DateTimeField": "datetime", "BooleanField": "boolean", "JSONField": "any",
        "DecimalField": "string",
    }  # fmt: skip
    inner = one.get_internal_type()
    whole = inner.endswith("IntegerField") or inner in {"BigAutoField", "ForeignKey", "OneToOneField"}
    return "integer" if whole else kinds.get(inner, "string")


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
