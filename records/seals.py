"""The audit log as a chain: an event that is removed, changed or slipped in later is found (docs/adr/0029).

Events are sealed some at a time after they were committed, so whoever writes one waits for nobody. A seal holds the
hash of its events and of the seal before it. Numbers that no event has, for their transaction was undone, mean nothing:
the hash is of what is there, by number. Sealing goes up to a number below which none can come any more.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from records.models import AuditCheck, AuditEvent, AuditSeal
from records.remembered import last_settled

BLOCK = 1_000  # events of one seal, at most
APART = timedelta(hours=23)  # two checks; whoever asks every hour has one a day
FORM = "planapp audit 1"  # what is hashed begins with it: the fields below, in this order
FIELDS = (
    "id", "happened_at", "actor_id", "actor_label", "channel", "verb", "target_type", "target_id", "target_label",
    "parent_type", "parent_id", "changes", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """How far the chain is as it was sealed. `finding` names the first block that is not; `newest` is its last hash."""

    blocks: int
    events: int
    newest: str
    finding: str = ""


def seal_audit_log(*, at: datetime) -> int:
    """Seal what was committed since the last seal; returns how many blocks.

    None where somebody is writing at this moment: their number may be below one that is seen. The next run has them.
    """
    last, is_settled = last_settled()
    if last is None or not is_settled:
        return 0
    made = 0
    before = _newest()
    while before is None or before.to_id < last:
        seal = _next(before, last, at)
        # Whoever seals at the same moment may have been quicker: theirs counts, and this goes on from it.
        AuditSeal.objects.bulk_create([seal], ignore_conflicts=True)
        before = _newest()
        made += 1
    return made


def check_audit_log(*, since: str = "") -> Checked:
    """Work out every hash anew, up to the first block that differs. `since`: a hash that the chain must still hold."""
    expected, previous, events, blocks = 1, "", 0, 0
    after, is_found = 0, not since
    for seal in AuditSeal.objects.order_by("number").iterator():
        if seal.number != expected or seal.from_id != after + 1:
            says = f"Between blocks {expected - 1} and {seal.number} of the audit log a seal is missing."
            return Checked(blocks, events, previous, says)
        rows = AuditEvent.objects.filter(pk__lte=seal.to_id)
        if seal.number > 1:  # the first has no lower end: nothing can be slipped in below it
            rows = rows.filter(pk__gt=after)
        count, digest = _digest(seal, previous, rows)
        if count != seal.count or digest != seal.hash:
            return Checked(blocks, events, previous, _difference(seal, count))
        expected, previous, after = expected + 1, seal.hash, seal.to_id
        events, blocks = events + count, blocks + 1
        is_found = is_found or seal.hash == since
    if not is_found:
        says = f"The hash {since} is not in the chain: the audit log was sealed anew as a whole, or its end is gone."
        return Checked(blocks, events, previous, says)
    return Checked(blocks, events, previous)


def check_when_due(*, at: datetime) -> Checked | None:
    """Check the whole chain, where nobody did so today, and write down what came of it for the page of operators."""
    last = last_check()
    if last is not None and at - last.at < APART:
        return None
    found = check_audit_log()
    AuditCheck.objects.create(at=at, blocks=found.blocks, finding=found.finding[:500])
    return found


def last_sealed() -> datetime | None:
    newest = _newest()
    return newest.sealed_at if newest else None


def last_check() -> AuditCheck | None:
    return AuditCheck.objects.order_by("-at", "-pk").first()


def unsealed() -> int:
    """How many events wait for the next seal."""
    newest = _newest()
    return AuditEvent.objects.filter(pk__gt=newest.to_id if newest else 0).count()


def _newest() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-number").first()


def _next(before: AuditSeal | None, last: int, at: datetime) -> AuditSeal:
    after = before.to_id if before else 0
    rows = list(AuditEvent.objects.filter(pk__gt=after, pk__lte=last).order_by("pk")[:BLOCK])
    seal = AuditSeal(
        number=before.number + 1 if before else 1, from_id=after + 1, to_id=rows[-1].pk if len(rows) == BLOCK else last,
        sealed_at=at,
    )  # fmt: skip
    seal.count, seal.hash = _digest(seal, before.hash if before else "", rows)
    return seal


def _digest(seal: AuditSeal, previous: str, rows: Iterable[AuditEvent]) -> tuple[int, str]:
    digest = hashlib.sha256(json.dumps([FORM, previous, seal.number, seal.from_id, seal.to_id]).encode())
    count = 0
    for line in _lines(rows):
        digest.update(line)
        count += 1
    return count, digest.hexdigest()


def _lines(rows: Iterable[AuditEvent]) -> Iterator[bytes]:
    """Each event as one line that is the same whichever database it is read from."""
    for row in sorted(rows, key=lambda row: row.pk):
        values = {name: getattr(row, name) for name in FIELDS}
        values["happened_at"] = row.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
        yield b"\n" + json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _difference(seal: AuditSeal, count: int) -> str:
    what = f"{seal}, sealed at {seal.sealed_at.isoformat()}"
    if count == seal.count:
        return f"The audit log is not as it was sealed: an event was changed or replaced, in {what}."
    verb = "removed" if count < seal.count else "added"
    return f"The audit log is not as it was sealed: {abs(seal.count - count)} of its events {verb}, in {what}."
