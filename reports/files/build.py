"""Claim a file, build it, put it away: one worker at a time has it, and any may die (docs/adr/0009)."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from jobs import files
from jobs.failpoints import failpoint
from jobs.progress import Progress, Pulse
from jobs.queue import LostLease, back_off, claim, due, expired, move, take_back
from outbox.services import put
from records.audit import Act, record_event
from records.models import Channel
from reports.content import ReportContent
from reports.exporters import CannotTypeset
from reports.files.requests import KEPT
from reports.files.selectors import content_for
from reports.files.writing import Export, remember_export, write_export
from reports.models import ExportContent, ExportJob

log = logging.getLogger(__name__)

State, Step = ExportJob.State, ExportJob.Step
TRIES = 3  # of one file, whether the build failed or its worker died
PAUSE = (1,)  # minutes before a build that failed is tried again
TOLD_AFTER = timedelta(minutes=1)  # whoever waits on the page has fetched it by then, and needs no mail
NO_PROGRESS: dict[str, Any] = {"step": "", "done": 0, "total": 0}
DIED = "Building this file was cut off {tries} times. Perhaps the report is too large."
NOTHING = "There is nothing to report any more for what was asked."


def build_next_export(*, at: datetime) -> ExportJob | None:
    """Build the file that has waited longest; None when none is due. Any number may run at once, and any may die."""
    job = claim_export(at=at)
    if job is not None:
        _build(job, at)
    return job


def claim_export(*, at: datetime) -> ExportJob | None:
    """Take the next due file for this worker alone.

    While one is being built no other is begun: the workers that are left are for mail. A file whose workers died too
    often is set aside with a sentence.
    """
    take_back(expired(ExportJob.objects.all()))
    waiting = due(ExportJob.objects.all(), at)
    for job in waiting.filter(attempts__gte=TRIES):
        _end(job, DIED.format(tries=TRIES), at)
    with transaction.atomic():
        if ExportJob.objects.filter(state=State.BUILDING).exists():
            return None
        counted: dict[str, Any] = NO_PROGRESS | {"attempts": F("attempts") + 1, "step": Step.READ}
        claimed = claim(waiting, State.BUILDING, lease=_lease(), related=["plan", "snapshot"], **counted)
    failpoint("export_claimed")
    return claimed[0] if claimed else None


def _lease() -> timedelta:
    return timedelta(seconds=settings.EXPORT_LEASE)


def _build(job: ExportJob, at: datetime) -> None:
    """Bring a claimed file to its next state. Never raises for one file's sake."""
    progress = Progress(job)
    try:
        with Pulse(job, lease=_lease()):
            report = content_for(job, at=at)
            if report is None:
                _end(job, NOTHING, at)
                return
            progress.begin(Step.WRITE)
            file = write_export(report=report, format_key=job.format, progress=progress.count)
            failpoint("export_written")
            progress.begin(Step.KEEP)
            _keep(job, file, report, at)
    except LostLease:
        log.warning("File %s was taken over by another worker; this one leaves it alone", job.pk)
    except Exception as error:
        log.exception("File %s could not be built", job.pk)
        _put_off(job, error, at)
    failpoint("export_done")


@transaction.atomic
def _keep(job: ExportJob, file: Export, report: ReportContent, at: datetime) -> None:
    """Bytes, fingerprint, state and event together, or none of them."""
    whole: dict[str, Any] = {
        "name": file.name,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "size": len(file.content),
    }
    ready: dict[str, Any] = {"state": State.READY, "ended_at": at, "keep_until": at + KEPT, "note": ""}
    if not move(job, State.BUILDING, **ready, **whole):
        raise LostLease
    ExportContent.objects.create(job=job, **files.keep(ExportContent, file.content))
    first = job.requests.select_related("person").order_by("pk").first()
    act = Act(by=first.person if first else None, at=at)
    remember_export(file=file, report=report, format_key=job.format, snapshot=job.snapshot, act=act)
    _say("export.ready", job, at)
    failpoint("export_kept")


def _put_off(job: ExportJob, error: Exception, at: datetime) -> None:
    """Try again a little later, at most TRIES times; then a person decides."""
    named = f"The file could not be written: {type(error).__name__}: {error}"
    words = (str(error) if isinstance(error, CannotTypeset | files.FileTrouble) else named)[:400].rstrip(".") + "."
    if job.attempts >= TRIES:
        _end(job, f"{words} It was tried {TRIES} times.", at)
    else:
        waits: dict[str, Any] = {
            "state": State.QUEUED,
            "next_try_at": at + back_off(job.attempts, PAUSE),
            "note": words,
        }
        move(job, State.BUILDING, step="", done=0, total=0, **waits)


@transaction.atomic
def _end(job: ExportJob, words: str, at: datetime) -> None:
    if move(job, State.BUILDING, State.QUEUED, state=State.FAILED, ended_at=at, note=words, **NO_PROGRESS):
        _say("export.failed", job, at)


def _say(verb: str, job: ExportJob, at: datetime) -> None:
    """Record how it ended, and put a mail to everybody who asked and has not fetched the file into the outbox."""
    record_event(verb=verb, target=job, parent=job.plan, act=Act(by=None, at=at, channel=Channel.SYSTEM))
    for person in job.requests.filter(fetched_at=None).order_by("pk").values_list("person", flat=True):
        put(kind="file", person=person, key=f"{job.pk}:{job.fence}", about=job.pk, at=at, wait=TOLD_AFTER)
