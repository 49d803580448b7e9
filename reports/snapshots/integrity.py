"""Whether frozen reports are as they were sealed and, where one is not, the first row that tells.

The hashes prove: the content hash is taken again over the rows, the chain again over the hashes. The list of digests
kept at sealing only says where to look, so that a person hears "initiative 2.3 was changed" and not "something was".
What a field said before is looked up in the history, which the report was copied from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from goals.models import Plan
from records.asof import AsOf
from records.models import AuditEvent
from reports import content
from reports.content.canonical import fingerprint, record, value
from reports.models import ActKind, QuarterSnapshot, ReportAct, SnapshotDigests
from reports.snapshots import source
from reports.snapshots.rows import TABLES, CanonicalRow, canonical_lines, canonical_rows, cover_digests

SEALED, RESEALED = "report.frozen", "report.revised"  # the verbs of audit events that hold the hashes of a report
SHOWN = 60  # characters of a text in a sentence
NOT_AS_SEALED = 3  # how commands end that found one, told apart from any other failure


@dataclass(frozen=True)
class Finding:
    """The first thing that is not as it was sealed: in which report, which row, and what happened to it."""

    report: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.report}: {self.row} {self.what}"


class Kept(NamedTuple):
    """A line of the list of digests."""

    digest: str
    record: str
    key: str


def first_finding(snapshot: QuarterSnapshot) -> Finding | None:
    """None where the report is whole: its cover, its rows, and the chain up to it."""
    if not snapshot.is_sealed:
        return _unsealed(snapshot)
    parts = (_in_cover, _in_list, _in_rows, _in_chain, _in_log)
    return next((finding for finding in (look(snapshot) for look in parts) if finding is not None), None)


def findings(plan: Plan) -> Iterator[tuple[QuarterSnapshot | None, Finding | None]]:
    """The reports of a plan that are gone, then each in the order of the chain, with what is wrong with it."""
    for event in _sealings().filter(parent_type="plan", parent_id=plan.pk).order_by("pk"):
        if not QuarterSnapshot.objects.filter(pk=event.target_id, plan=plan).exists():
            yield None, Finding(event.target_label, "the report", f"was removed. {_remembered(event)}")
    for snapshot in QuarterSnapshot.objects.filter(plan=plan).order_by("sequence", "pk"):
        yield snapshot, first_finding(snapshot)


def sealed_once(wanted: Iterable[str]) -> str:
    """A sentence where the audit log knows one of these hashes, which no report here has; empty where it does not."""
    known = {found[1]: event for event in _sealings() for found in event.changes.values()}
    event = next((known[text] for text in wanted if text in known), None)
    if event is None:
        return ""
    return f"{event.target_label}: this report's hash is not in the chain. {_remembered(event)}"


def _sealings() -> Any:
    return AuditEvent.objects.filter(verb__in=[SEALED, RESEALED], target_type="quartersnapshot")


def _remembered(event: AuditEvent) -> str:
    return f"The audit log says it was sealed with the content hash {event.changes['content_hash'][1]}."


def _unsealed(snapshot: QuarterSnapshot) -> Finding | None:
    """Only a revision of a reopened report waits unsealed, and no digests are kept of it yet."""
    reopened = ReportAct.objects.filter(
        kind=ActKind.REOPENED,
        snapshot__plan=snapshot.plan_id,
        snapshot__as_of_day=snapshot.as_of_day,
        snapshot__revision=snapshot.revision - 1,
    )
    if reopened.exists() and not SnapshotDigests.objects.filter(snapshot=snapshot).exists():
        return None
    return Finding(_name(snapshot), "cover", "was changed: the report is no longer sealed.")


def _in_cover(snapshot: QuarterSnapshot) -> Finding | None:
    kept = {line.key: line.digest for line in _list_of(snapshot, only_cover=True) if line.record == "cover"}
    if not kept:
        return Finding(_name(snapshot), "list of digests", "was removed.")
    for line in cover_digests(snapshot):
        digest, _, name = line.split(" ", 2)
        if name in kept and kept[name] != digest:
            now = _shown(getattr(snapshot, name))
            return Finding(_name(snapshot), "cover", f"was changed: {name} now says {now}.")
    return None


def _in_list(snapshot: QuarterSnapshot) -> Finding | None:
    kept = [line.digest for line in _list_of(snapshot, only_cover=True) if line.record == "list"]
    parts = SnapshotDigests.objects.filter(snapshot=snapshot, part__gt=0).order_by("part")
    now = content.content_hash(
        lines.encode() for lines in parts.values_list("lines", flat=True).iterator(chunk_size=10)
    )
    if kept == [now[:16]]:
        return None
    return _in_rows(snapshot) or Finding(_name(snapshot), "list of digests", "was changed; the rows give their hash.")


def _in_rows(snapshot: QuarterSnapshot) -> Finding | None:
    if content.content_hash(canonical_lines(snapshot)) == snapshot.content_hash:
        return None
    for kept, row in zip_longest(_list_of(snapshot), canonical_rows(snapshot)):
        if kept is None or row is None or kept != (fingerprint(row.line), row.record, row.key):
            return _first_bad(snapshot, kept, row)
    return Finding(
        _name(snapshot), "the rows", "no longer give the hash, and the list of digests was changed with them."
    )


def _first_bad(snapshot: QuarterSnapshot, kept: Kept | None, row: CanonicalRow | None) -> Finding:
    """The two ways part here: one row says something else, or one is missing, or one too many."""
    report = _name(snapshot)
    if kept is not None and row is not None and (kept.record, kept.key) == (row.record, row.key):
        now, then = _row_now(snapshot, row.record, row.key), _row_then(snapshot, row.record, row.key)
        return Finding(report, _label(row.record, row.key, then or now), f"was changed{_differences(now, then)}.")
    if kept is not None and _row_now(snapshot, kept.record, kept.key) is None:
        then = _row_then(snapshot, kept.record, kept.key)
        return Finding(report, _label(kept.record, kept.key, then), "was removed.")
    found = row or CanonicalRow("row", "", b"")
    return Finding(report, _label(found.record, found.key, _row_now(snapshot, found.record, found.key)), "was added.")


def _in_chain(snapshot: QuarterSnapshot) -> Finding | None:
    """Recomputed from the plan's first snapshot to this one."""
    chain, before = "", None
    links = QuarterSnapshot.objects.filter(plan=snapshot.plan_id, sequence__lte=snapshot.sequence).order_by("sequence")
    for expected, link in enumerate(links, start=1):
        if link.sequence != expected:
            return Finding(_name(link), "chain", f"is broken: the report before it, number {expected}, was removed.")
        chain, known = content.chain_hash(chain, link.content_hash, expected), before
        before = link.pk
        if (link.chain_hash, link.previous_id) != (chain, known):
            return Finding(_name(link), "chain", "is broken: its chain hash is not that of the reports up to it.")
    return None


def _in_log(snapshot: QuarterSnapshot) -> Finding | None:
    """A report rewritten with all its hashes still differs from what the audit log kept."""
    event = _sealings().filter(target_id=snapshot.pk).last()
    if event is None or event.changes["content_hash"][1] == snapshot.content_hash:
        return None
    return Finding(_name(snapshot), "the report", f"was rewritten with its hashes. {_remembered(event)}")


def _list_of(snapshot: QuarterSnapshot, *, only_cover: bool = False) -> Iterator[Kept]:
    parts = SnapshotDigests.objects.filter(
        snapshot=snapshot, **{"part": 0} if only_cover else {"part__gt": 0}
    ).order_by("part")
    for lines in parts.values_list("lines", flat=True).iterator(chunk_size=10):
        for line in lines.split("\n"):
            yield Kept(*[*line.split(" ", 2), "", ""][:3])


def _row_now(snapshot: QuarterSnapshot, kind: str, key: str) -> Any:
    """The frozen row of that key as a plain row, or None."""
    if kind not in TABLES:
        return None
    model, plain, order = TABLES[kind]
    wanted = dict(zip(order, key.split(" ", len(order) - 1), strict=False))
    found = model._default_manager.filter(snapshot=snapshot, **wanted)
    return next((plain(*row) for row in found.values_list(*content.rows.names(plain))), None)


def _row_then(snapshot: QuarterSnapshot, kind: str, key: str) -> Any:
    """The same row as the history tells it, or None. Labels are worded as they are today."""
    if kind not in source.READERS:
        return None
    rows = source.READERS[kind](AsOf.end_of(snapshot.as_of_day), snapshot.plan)
    if kind != "heading":  # a union cannot be narrowed
        rows = rows.filter(subject_id=key)
    _, plain, order = TABLES[kind]
    found = (plain(*row) for row in rows)
    return next((row for row in found if " ".join(str(getattr(row, name)) for name in order) == key), None)


def _differences(now: Any, then: Any) -> str:
    """`: due_date now says 2030-01-01, the history says 2026-09-01`; what the history does not tell is left out."""
    if now is None or then is None:
        return ""
    pairs = [
        (name, record("", {name: getattr(now, name)}), record("", {name: getattr(then, name)})) for name in vars(now)
    ]
    found = [
        f"{name} now says {_shown(getattr(now, name))}, the history says {_shown(getattr(then, name))}"
        for name, frozen, history in pairs
        if frozen != history
    ]
    return f": {'; '.join(found)}" if found else ""


def _shown(item: Any) -> str:
    if item is None or item == "":
        return "nothing"
    text = str(value(item))
    if isinstance(item, str):
        return f"“{text if len(text) <= SHOWN else text[:SHOWN] + '…'}”"
    return text


def _label(kind: str, key: str, row: Any) -> str:
    """`initiative 2.3 “Free wireless” (id 14)`, with what the row itself tells."""
    words = getattr(row, "title", "") or getattr(row, "what", "")
    number = getattr(row, "number", "")
    named = f" {number}" if number else ""
    titled = f" {_shown(words)}" if words else ""
    return f"{kind}{named}{titled} (id {key})"


def _name(snapshot: QuarterSnapshot) -> str:
    return f"{snapshot.period.label}, revision {snapshot.revision}"
