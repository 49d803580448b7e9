"""Whether a hash or a file is ours, which report it is of, and whether either was changed since."""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q

from reports import content
from reports.models import ExportedFile, QuarterSnapshot
from reports.selectors.snapshots import canonical_lines

HASH = re.compile(r"[0-9a-f]{64}")
READ_AT_MOST = 40 * 1024 * 1024  # unpacked bytes of a file's parts that are searched
ASK_AT_MOST = 200  # hashes of one file that are looked up


@dataclass(frozen=True)
class Verdict:
    """One report that a hash or a file names."""

    snapshot: QuarterSnapshot
    is_intact: bool  # the rows in the database still give the hash, and the chain up to them holds
    file: ExportedFile | None = None
    is_known_file: bool | None = None  # None: a hash was asked for, not a file


def verify_hash(text: str) -> list[Verdict]:
    """The reports a content hash, a chain hash or a file's SHA-256 belongs to, the newest first."""
    wanted = text.strip().lower()
    if not HASH.fullmatch(wanted):
        return []
    file = ExportedFile.objects.select_related("snapshot", "snapshot__plan", "by").filter(sha256=wanted).first()
    if file is not None:
        return [Verdict(file.snapshot, is_intact(file.snapshot), file, is_known_file=True)]
    return [Verdict(snapshot, is_intact(snapshot)) for snapshot in _named(wanted)]


def verify_file(data: bytes) -> list[Verdict]:
    """Which report a file is of: an unchanged one by its fingerprint, a changed one by the hash it still carries."""
    known = verify_hash(hashlib.sha256(data).hexdigest())
    if known:
        return known
    found = dict.fromkeys(match.group() for text in _texts(data) for match in HASH.finditer(text))
    for candidate in islice(found, ASK_AT_MOST):
        named = _named(candidate)
        if named:
            return [Verdict(snapshot, is_intact(snapshot), is_known_file=False) for snapshot in named[:1]]
    return []


def is_intact(snapshot: QuarterSnapshot) -> bool:
    """Recomputed from the rows: the content hash, and the chain from the plan's first snapshot to this one."""
    if content.content_hash(canonical_lines(snapshot)) != snapshot.content_hash:
        return False
    chain = ""
    links = QuarterSnapshot.objects.filter(plan=snapshot.plan_id, sequence__lte=snapshot.sequence).order_by("sequence")
    for expected, link in enumerate(links, start=1):
        chain = content.chain_hash(chain, link.content_hash, expected)
        if (link.sequence, link.chain_hash) != (expected, chain):
            return False
    return chain == snapshot.chain_hash


def _named(wanted: str) -> list[QuarterSnapshot]:
    found = QuarterSnapshot.objects.filter(Q(content_hash=wanted) | Q(chain_hash=wanted)).select_related("plan")
    return list(found.order_by("-sequence"))


def _texts(data: bytes) -> Iterator[str]:
    """The texts of a file that may hold a hash; packed parts up to a limit, so that a bomb does no harm."""
    if data.startswith(b"PK"):
        yield from _parts_of_archive(data)
        return
    yield data.decode("utf-8", "replace")
    if data.startswith(b"%PDF"):
        yield from _parts_of_pdf(data)


def _parts_of_archive(data: bytes) -> Iterator[str]:
    left = READ_AT_MOST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for item in archive.infolist():
                if item.filename.endswith(".xml") and item.file_size <= left:
                    left -= item.file_size
                    yield archive.read(item).decode("utf-8", "replace")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return


def _parts_of_pdf(data: bytes) -> Iterator[str]:
    """Our PDF has its hash in the clear; a program that saved it anew may have packed it."""
    left = READ_AT_MOST
    for part in data.split(b"endstream"):
        _, _, packed = part.partition(b"stream")
        with suppress(zlib.error):
            text = zlib.decompressobj().decompress(packed.lstrip(b"\r\n"), max(1, left))
            left -= len(text)
            yield text.decode("utf-8", "replace")
        if left <= 0:
            return
