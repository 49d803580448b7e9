"""Whether a hash or a file is ours, which report it is of, and whether either was changed since."""

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass

from django.db.models import Q

from reports import content
from reports.models import ExportedFile, QuarterSnapshot
from reports.selectors.snapshots import canonical_lines

HASH = re.compile(r"[0-9a-f]{64}")
READ_AT_MOST = 40 * 1024 * 1024  # bytes of an archive's parts that are searched


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
    for text in _texts(data):
        for found in dict.fromkeys(HASH.findall(text)):
            named = _named(found)
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


def _texts(data: bytes) -> list[str]:
    """The texts of a file that may hold a hash; the parts of an archive up to a limit, so that a bomb does no harm."""
    if not data.startswith(b"PK"):
        return [data.decode("utf-8", "replace")]
    texts, left = [], READ_AT_MOST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for item in archive.infolist():
                if item.filename.endswith(".xml") and item.file_size <= left:
                    left -= item.file_size
                    texts.append(archive.read(item).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return texts
    return texts
