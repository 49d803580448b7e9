"""What was put right after a quarter was frozen: corrections of the very updates that its rows quote (design 10.1)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from initiatives.models import EffectiveStatus, Status, StatusUpdate
from reports.content import Correction, Initiative, Rows
from reports.content.rows import CORRECTABLE, effective_after, is_stale_after
from reports.snapshots.rows import local


def pending_corrections(rows: Rows) -> list[tuple[Initiative, Initiative, list[Correction]]]:
    """(row as frozen, row put right, the differences) for each initiative whose quoted update was corrected since."""
    quoted = {row.update_id: row for row in rows.initiatives if row.update_id is not None}
    found = []
    for update_id, correction, reasons in _last_corrections(quoted):
        row = quoted[update_id]
        mended = _mended(row, correction, rows)
        differences = [
            Correction(
                initiative_id=row.source_id,
                number=row.number,
                title=row.title,
                corrected_update_id=update_id,
                update_id=correction.pk,
                field=name,
                before=_words(row, name),
                after=_words(mended, name),
                reason=reasons,
                author_name=row.author_name,
                recorded_at=local(correction.recorded_at),
            )
            for name in CORRECTABLE
            if _words(row, name) != _words(mended, name)
        ]
        if differences:
            found.append((row, mended, differences))
    return sorted(found, key=lambda item: (item[0].sort_key, item[0].source_id))


def _last_corrections(quoted: Iterable[int]) -> Iterator[tuple[int, StatusUpdate, str]]:
    """The end of each chain of corrections that starts at a quoted update, with all its reasons; a query a link."""
    origin = {update_id: update_id for update_id in quoted}
    last: dict[int, StatusUpdate] = {}
    reasons: dict[int, list[str]] = {}
    while origin:
        links = list(StatusUpdate.objects.filter(corrects__in=list(origin)).order_by("pk"))
        for link in links:
            start = origin[link.corrects_id or 0]
            last[start] = link
            reasons.setdefault(start, []).append(link.correction_reason)
        origin = {link.pk: origin[link.corrects_id or 0] for link in links}
    for start, correction in last.items():
        yield start, correction, "; ".join(reasons[start])


def _mended(row: Initiative, correction: StatusUpdate, rows: Rows) -> Initiative:
    effective = effective_after(row, correction.status, rows.cover)
    changed = effective != row.effective_status
    return replace(
        row,
        reported_status=correction.status,
        reported_label=row.reported_label if correction.status == row.reported_status else _label(correction.status),
        effective_status=effective,
        effective_label=str(EffectiveStatus(effective).label) if changed else row.effective_label,
        is_stale=is_stale_after(row, correction.status, rows.cover),
        review_date=correction.review_date,
        percent=correction.percent,
        happened=correction.happened,
        next_steps=correction.next_steps,
        help_needed=correction.help_needed,
        update_id=correction.pk,
    )


def _label(status: str) -> str:
    return str(Status(status).label)


def _words(row: Initiative, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else str(value)
