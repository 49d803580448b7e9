"""Claim a file, build it, put it away: one worker at a time has it, and any may die (docs/adr/0009)."""

import logging
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from jobs.failpoints import failpoint
from records.audit import Act, record_event
from records.models import Channel
from reports.content import ReportContent
from reports.exporters.to_pdf import CannotTypeset
from reports.files.requests import KEPT
from reports.files.selectors import content_for
from reports.files.writing import Export, remember_export, write_export
from reports.models import ExportContent, ExportJob

log = logging.getLogger(__name__)

State, Step = ExportJob.State, ExportJob.Step
TRIES = 3  # of one file, whether the build failed or its worker died
PAUSE = timedelta(minutes=1)  # before a build that failed is tried again
TOLD_EVERY = 0.3  # seconds between two lines of progress
DIED = "The worker that built this file died {tries} times. Perhaps the report is too large for it."
NOTHING = "There is nothing to report any more for what was asked."


class LostLease(Exception):
    """Somebody else may have this file by now: leave it alone."""


def build_next_export(*, at: datetime) -> ExportJob | None:
    """Build the file that has waited longest; None when none is due. Any number may run at once, and any may die."""
    job = claim_export(at=at)
    if job is not None:
        _build(job, at)
    return job


def claim_export(*, at: datetime) -> ExportJob | None:
    """Take the next due file for this worker alone, for a while of database time.

    While one is being built no other is begun: the workers that are left are for mail. A file whose workers died too
    often is set aside with a sentence.
    """
    while True:
        with transaction.atomic():
            if ExportJob.objects.filter(state=State.BUILDING, lease_until__gt=Now()).exists():
                return None
            skip = connection.features.has_select_for_update_skip_locked
            due = ExportJob.objects.due(at).order_by("next_try_at", "pk")
            job = due.select_for_update(skip_locked=skip).first()
            if job is None:
                return None
            if job.attempts < TRIES:
                fields = {"state": State.BUILDING, "fence": F("fence") + 1, "attempts": F("attempts") + 1}
                fields |= {"lease_until": Now() + lease(), "step": Step.READ, "done": 0, "total": 0}
                ExportJob.objects.filter(pk=job.pk).update(**fields)
                break
            _end(ExportJob.objects.filter(pk=job.pk), job, DIED.format(tries=TRIES), at)
    failpoint("export_claimed")
    return ExportJob.objects.select_related("plan", "snapshot").get(pk=job.pk)


def lease() -> timedelta:
    return timedelta(seconds=settings.EXPORT_LEASE)


def held(job: ExportJob) -> "QuerySet[ExportJob]":
    """The row, as long as this claim of it counts."""
    return ExportJob.objects.filter(pk=job.pk, fence=job.fence, state=State.BUILDING)


class Progress:
    """Writes down how far a build is, at most every TOLD_EVERY seconds. Raises LostLease."""

    def __init__(self, job: ExportJob) -> None:
        self.job, self.told_at = job, 0.0
        self.step: str = Step.READ

    def begin(self, step: str) -> None:
        self.step = step
        self._write(0, 0)

    def tell(self, done: int, total: int) -> None:
        if time.monotonic() - self.told_at >= TOLD_EVERY:
            self._write(done, total)

    def _write(self, done: int, total: int) -> None:
        self.told_at = time.monotonic()
        if not held(self.job).update(step=self.step, done=done, total=total):
            raise LostLease


class Pulse:
    """Renews the lease from a thread of its own, so that it runs out only when the process is gone."""

    def __init__(self, job: ExportJob) -> None:
        self.job, self.over = job, threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over.wait(settings.EXPORT_LEASE / 3):
                if not held(self.job).update(lease_until=Now() + lease()):
                    return
        finally:
            connection.close()


def _build(job: ExportJob, at: datetime) -> None:
    """Bring a claimed file to its next state. Never raises for one file's sake."""
    progress = Progress(job)
    try:
        with Pulse(job):
            report = content_for(job, at=at)
            if report is None:
                _end(held(job), job, NOTHING, at)
                return
            progress.begin(Step.WRITE)
            file = write_export(report=report, format_key=job.format, tell=progress.tell)
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
    fields = {"state": State.READY, "lease_until": None, "ended_at": at, "keep_until": at + KEPT, "note": ""}
    told = {"name": file.name, "media_type": file.media_type, "sha256": file.sha256}
    if not held(job).update(size=len(file.content), **fields, **told):
        raise LostLease
    ExportContent.objects.create(job=job, content=file.content)
    first = job.requests.select_related("person").order_by("pk").first()
    act = Act(by=first.person if first else None, at=at)
    remember_export(file=file, report=report, format_key=job.format, snapshot=job.snapshot, act=act)
    _say("export.ready", job, at)
    failpoint("export_kept")


def _put_off(job: ExportJob, error: Exception, at: datetime) -> None:
    """Try again a little later, at most TRIES times; then a person decides."""
    named = f"The file could not be written: {type(error).__name__}: {error}"
    words = (str(error) if isinstance(error, CannotTypeset) else named)[:400].rstrip(".") + "."
    if job.attempts >= TRIES:
        _end(held(job), job, f"{words} It was tried {TRIES} times.", at)
    else:
        fields = {"state": State.QUEUED, "lease_until": None, "next_try_at": at + PAUSE, "note": words, "step": ""}
        held(job).update(done=0, total=0, **fields)


@transaction.atomic
def _end(mine: "QuerySet[ExportJob]", job: ExportJob, words: str, at: datetime) -> None:
    fields = {"state": State.FAILED, "lease_until": None, "ended_at": at, "note": words, "step": ""}
    if mine.update(done=0, total=0, **fields):
        _say("export.failed", job, at)


def _say(verb: str, job: ExportJob, at: datetime) -> None:
    record_event(verb=verb, target=job, parent=job.plan, act=Act(by=None, at=at, channel=Channel.SYSTEM))
