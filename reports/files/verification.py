"""Whether a hash or a file is ours, which report it is of, and whether either was changed since."""

import hashlib
import re
from dataclasses import dataclass

from django.db.models import Q

from reports.files.carried import read
from reports.models import ExportedFile, QuarterSnapshot
from reports.snapshots.integrity import Finding, first_finding

HASH = re.compile(r"[0-9a-f]{64}")


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


def verify_file(data: bytes) -> tuple[list[Verdict], list[str]]:
    """Which report a file is of: an unchanged one by its fingerprint, a changed one by the hash it still carries.

    Comes with the hashes that the file carries, for `sealed_once`.
    """
    known = verify_hash(hashlib.sha256(data).hexdigest())
    if known:
        return known, []
    carried = list(read(data).hashes)
    named = {found: row for row in _named(*carried)[::-1] for found in (row.content_hash, row.chain_hash)}
    snapshot = next((named[one] for one in carried if one in named), None)
    if snapshot is None:
        return [], carried
    return [Verdict(snapshot, first_finding(snapshot), is_known_file=False)], carried


def unknown_lines(text: str) -> list[tuple[int, str]]:
    """The lines (number, text) of a list of our hashes that name a hash no report here has any more."""
    numbered = [(number, line, HASH.findall(line)) for number, line in enumerate(text.splitlines(), start=1)]
    known = {found for row in QuarterSnapshot.objects.values_list("content_hash", "chain_hash") for found in row}
    return [(number, line.strip()) for number, line, found in numbered if not known.issuperset(found)]


def _named(*wanted: str) -> list[QuarterSnapshot]:
    found = QuarterSnapshot.objects.filter(Q(content_hash__in=wanted) | Q(chain_hash__in=wanted))
    return list(found.select_related("plan").order_by("-sequence"))
