"""Work on an import: claim it, do its next task, put what came of it away. Any worker may die (ADR 11)."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet

from goals.models import Plan
from imports.comparing.compare import Comparison, compare
from imports.meaning.columns import fingerprint, guess
from imports.meaning.dates import Fashion
from imports.models import Import, ImportContent, packed, unpacked
from imports.reading.files import read_file
from imports.reading.sheets import CannotRead, Sheet
from imports.services.answers import known_columns, known_words, locked_import
from imports.services.applying import apply_lines
from imports.verbs import NOUN
from jobs.failpoints import failpoint
from jobs.files import FileTrouble, bytes_of
from jobs.progress import Progress, Pulse
from jobs.queue import LostLease, claim, due, expired, move, take_back
from records.asof import local_day
from records.audit import Act, StaleVersion, record_event
from records.models import Channel

log = logging.getLogger(__name__)

State, Step = Import.State, Import.Step
TRIES = 3
PAUSE = timedelta(minutes=1)
MOVED = (
    "The plan has moved since this was shown to you. Nothing was changed. Look at what would change now, then apply."
)
DIED = "The worker that had this file died {tries} times. Perhaps the file is too large for it."
NO_PROGRESS: dict[str, Any] = {"step": "", "done": 0, "total": 0}


class PlanMoved(Exception):
    """What would change is no longer what was shown."""


def refusal_of(job: Import, reason: str) -> ValidationError | None:
    """Why a preview cannot be applied as it stands."""
    if job.counts.get("error"):
        return ValidationError(
            "Nothing can be applied while rows have errors. Mend them in the file, or answer what is asked."
        )
    if job.counts.get("moves") and not reason.strip():
        return ValidationError(
            {"reason": "Reason: say why due dates move or promises are taken back. It stays in the history."}
        )
    return None


@transaction.atomic
def ask_to_apply(*, job: Import, digest: str, act: Act) -> Import:
    """Put what the preview with this digest showed into the queue to be applied, once, however often it is asked.

    Raises ValidationError where errors are left, where another preview came since, or where a reason is missing.
    """
    row = Import.objects.select_for_update(of=("self",)).select_related("plan").get(pk=job.pk)
    if row.task == Step.APPLY and row.state in {State.QUEUED, State.WORKING, State.APPLIED}:
        return row
    row = locked_import(job, State.READY)
    refusal = refusal_of(row, act.reason)
    if refusal:
        raise refusal
    if row.digest != digest:
        raise PlanMoved
    row.state, row.task, row.next_try_at, row.attempts = State.QUEUED, Step.APPLY, act.at, 0
    row.applier_id, row.applied_at, row.reason, row.note = act.by.pk if act.by else None, act.at, act.reason, ""
    row.save()
    return row


def work_on_next(*, at: datetime, only: Import | None = None) -> Import | None:
    """Do the next task of the import that has waited longest, or of this one; None when none is due."""
    take_back(expired(Import.objects.all()))
    waiting = due(Import.objects.all(), at)
    for worn in waiting.filter(attempts__gte=TRIES):
        _fail(worn, DIED.format(tries=TRIES), at)
    if only is not None:
        waiting = waiting.filter(pk=only.pk)
    job = _claim(waiting)
    if job is not None:
        _work(job, at)
    return job


def _lease() -> timedelta:
    return timedelta(seconds=settings.EXPORT_LEASE)


def _claim(waiting: "QuerySet[Import]") -> Import | None:
    counted: dict[str, Any] = NO_PROGRESS | {"attempts": F("attempts") + 1, "step": F("task")}
    claimed = claim(waiting, State.WORKING, lease=_lease(), related=["plan"], **counted)
    return claimed[0] if claimed else None


def _work(job: Import, at: datetime) -> None:
    """Never raises for one file's sake."""
    tasks = {Step.READ: _read, Step.COMPARE: _compare, Step.APPLY: _apply}
    try:
        with Pulse(job, lease=_lease()):
            tasks[Step(job.task)](job, Progress(job), at)
    except LostLease:
        log.warning("Import %s was taken over by another worker; this one leaves it alone", job.pk)
    except CannotRead as refused:
        _fail(job, str(refused), at)
    except FileTrouble as trouble:
        _put_off(job, str(trouble), at)
    except Exception as error:
        log.exception("Import %s could not be worked on", job.pk)
        _fail(job, f"This file could not be worked on: {type(error).__name__}. Nothing was changed.", at)
    failpoint("import_done")


def _read(job: Import, progress: Progress, at: datetime) -> None:
    content = ImportContent.objects.get(job=job)
    sheets = read_file(bytes_of(content), job.file_name)
    mapping = _mapped(job, sheets)
    is_known = all(one["known"] for one in mapping if one["kind"]) and any(one["kind"] for one in mapping)
    ImportContent.objects.filter(job=job).update(sheets=packed([as_plain(sheet) for sheet in sheets]))
    progress.begin(Step.COMPARE)
    job.mapping = mapping
    notes = [sentence for sheet in sheets for sentence in sheet.notes]
    if is_known:
        _put_preview(job, sheets, progress, at, mapping=mapping, notes=notes)
    elif not move(job, State.WORKING, state=State.ASKING, mapping=mapping, notes=notes, **NO_PROGRESS):
        raise LostLease


def as_plain(sheet: Sheet) -> dict[str, Any]:
    """A sheet as it is kept between two tasks."""
    return {"name": sheet.name, "rows": sheet.rows, "kind": sheet.kind, "is_hidden": sheet.is_hidden}


def _mapped(job: Import, sheets: list[Sheet]) -> list[dict[str, Any]]:
    """Each sheet as it was mapped before, as planapp wrote it, or as it looks."""
    fashion = Fashion(start_month=job.plan.fiscal_year_start_month)
    guesses = [guess(sheet, fashion=fashion) for sheet in sheets]
    shapes = [fingerprint(sheet, one.header) for sheet, one in zip(sheets, guesses, strict=True)]
    before = known_columns(job.plan_id, shapes)
    found = []
    for sheet, one, shape in zip(sheets, guesses, shapes, strict=True):
        said = before.get(shape, {"kind": one.kind, "columns": {str(at): key for at, key in one.columns.items()}})
        found.append(
            {
                "name": sheet.name, "header": one.header, "shape": shape, "why": one.why,
                "known": shape in before or one.is_ours, "rows": max(sheet.filled - 1, 0), **said,
            }
        )  # fmt: skip
    return found


def _compare(job: Import, progress: Progress, at: datetime) -> None:
    content = ImportContent.objects.get(job=job)
    _put_preview(job, [Sheet(**one) for one in unpacked(content.sheets)], progress, at)


def _put_preview(job: Import, sheets: list[Sheet], progress: Progress, at: datetime, **more: Any) -> None:
    found = compared(job, sheets, at=at, progress=progress)
    _keep_preview(job, found, state=State.READY, **more)


def compared(
    job: Import, sheets: list[Sheet], *, at: datetime, progress: Progress | None, checks: bool = True
) -> Comparison:
    """The comparison of a file as it is mapped with the plan as it is."""
    return compare(
        job.plan, sheets, job.mapping, known=known_words(job.plan_id), default_goal=job.default_goal, reader=job.by,
        today=local_day(at), checks=checks, progress=progress.count if progress else lambda done, total: None,
    )  # fmt: skip


def preview_of(found: Comparison) -> dict[str, Any]:
    """What the pages show: the lines, and the words that were asked for."""
    asked = [[what, text, count] for (what, text), count in found.asked.items()]
    return {"lines": [line.as_plain() for line in found.lines], "asked": asked, "moves": found.moves}


@transaction.atomic
def _keep_preview(job: Import, found: Comparison, **fields: Any) -> None:
    counts = found.counts | {"moves": found.moves, "asked": len(found.asked)}
    if not move(job, State.WORKING, digest=found.digest, counts=counts, **NO_PROGRESS, **fields):
        raise LostLease
    ImportContent.objects.filter(job=job).update(preview=packed(preview_of(found)))


def _apply(job: Import, progress: Progress, at: datetime) -> None:
    """All or nothing: the changes, the state and the event commit together, and only what was previewed."""
    content = ImportContent.objects.get(job=job)
    sheets = [Sheet(**one) for one in unpacked(content.sheets)]
    act = Act(by=job.applier, at=job.applied_at or at, channel=Channel.IMPORT, reason=job.reason)
    try:
        _apply_whole(job, sheets, act, at)
    except (PlanMoved, StaleVersion, ValidationError):
        log.info("Import %s was not applied: the plan moved", job.pk)
        found = compared(job, sheets, at=at, progress=progress)
        _keep_preview(job, found, state=State.READY, note=MOVED)


@transaction.atomic
def _apply_whole(job: Import, sheets: list[Sheet], act: Act, at: datetime) -> None:
    Plan.objects.select_for_update(no_key=True).get(pk=job.plan_id)  # one import of a plan at a time
    found = compared(job, sheets, at=at, progress=None, checks=False)
    if found.digest != job.digest:
        raise PlanMoved
    apply_lines(job.plan, found.lines, act=act)
    failpoint("import_applied")
    if not move(job, State.WORKING, state=State.APPLIED, ended_at=at, note="", **NO_PROGRESS):
        raise LostLease
    ImportContent.objects.filter(job=job).update(data=b"", stored="")
    _say(job, act)


def _say(job: Import, act: Act) -> None:
    told = {name: ["", str(job.counts.get(name, 0))] for name in ("created", "changed", "cleared", "unchanged")}
    record_event(verb=f"{NOUN}.applied", target=job, parent=job.plan, changes=told, act=act)


def _put_off(job: Import, words: str, at: datetime) -> None:
    """Again in a minute, at most TRIES times: object storage may be away."""
    if job.attempts >= TRIES:
        _fail(job, words, at)
    else:
        waits: dict[str, Any] = {"state": State.QUEUED, "next_try_at": at + PAUSE, "note": words}
        move(job, State.WORKING, **waits, **NO_PROGRESS)


def _fail(job: Import, words: str, at: datetime) -> None:
    move(job, State.WORKING, State.QUEUED, state=State.FAILED, ended_at=at, note=words[:500], **NO_PROGRESS)
