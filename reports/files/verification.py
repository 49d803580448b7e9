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

from reports.models import ExportedFile, QuarterSnapshot
from reports.snapshots.integrity import Finding, first_finding, sealed_once

HASH = re.compile(r"[0-9a-f]{64}")
READ_AT_MOST = 40 * 1024 * 1024  # unpacked bytes of a file's parts that are searched
ASK_AT_MOST = 200  # hashes of one file that are looked up


@dataclass(frozen=True)
class Verdict:
    """One report that a hash or a file names."""

    snapshot: QuarterSnapshot
    finding: Finding | None  # the first thing in the database that is not as it was sealed
    file: ExportedFile | None = None
    is_known_file: bool | None = None  # None: a hash was asked for, not a file


def verify_hash(text: str) -> list[Verdict]:
    """The reports a content hash, a chain hash or a file's SHA-256 belongs to, the newest first."""
    wanted = text.strip().lower()
    if not HASH.fullmatch(wanted):
        return []
    file = ExportedFile.objects.select_related("snapshot", "snapshot__plan", "by").filter(sha256=wanted).first()
    if file is not None:
        return [Verdict(file.snapshot, first_finding(file.snapshot), file, is_known_file=True)]
    return [Verdict(snapshot, first_finding(snapshot)) for snapshot in _named(wanted)]


def verify_file(data: bytes) -> list[Verdict]:
    """Which report a file is of: an unchanged one by its fingerprint, a changed one by the hash it still carries."""
    known = verify_hash(hashlib.sha256(data).hexdigest())
    if known:
        return known
    found = dict.fromkeys(match.group() for text in _texts(data) for match in HASH.finditer(text))
    for candidate in islice(found, ASK_AT_MOST):
        named = _named(candidate)
        if named:
            return [Verdict(snapshot, first_finding(snapshot), is_known_file=False) for snapshot in named[:1]]
    return []


def missing(text: str, data: bytes | None = None) -> str:
    """A sentence where a hash, or one that a file carries, was sealed here once and is not in the chain any more."""
    texts = [text.strip().lower()] if data is None else _texts(data)
    return sealed_once(match.group() for told in texts for match in HASH.finditer(told))


def unknown_lines(text: str) -> list[tuple[int, str]]:
    """The lines (number, text) of a list of our hashes that name a hash no report here has any more."""
    told = [(number, line, HASH.findall(line)) for number, line in enumerate(text.splitlines(), start=1)]
    known = {found for row in QuarterSnapshot.objects.values_list("content_hash", "chain_hash") for found in row}
    return [(number, line.strip()) for number, line, found in told if not known.issuperset(found)]


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
