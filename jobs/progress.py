"""Signs of life of one long job: its lease renewed by itself, and how far it is."""

import threading
import time
from datetime import timedelta

from django.db import connection

from jobs.models import CountedJob, Job
from jobs.queue import LostLease, move, renew

EVERY = 0.3  # seconds between two counts that are written down


class Pulse:
    """Renews the lease from a thread of its own, so that it runs out only when the process is gone."""

    def __init__(self, job: Job, *, lease: timedelta) -> None:
        self.job, self.lease, self.over = job, lease, threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over.wait(self.lease.total_seconds() / 3):
                if not renew(self.job, lease=self.lease):
                    return
        finally:
            connection.close()


class Progress:
    """Writes down which step a job is at and what it has counted, the latter at most every EVERY seconds.

    Raises LostLease when the job is another worker's by now.
    """

    def __init__(self, job: CountedJob) -> None:
        self.job, self.step, self.written_at = job, job.step, 0.0

    def begin(self, step: str) -> None:
        self.step = step
        self._write(0, 0)

    def count(self, done: int, total: int) -> None:
        if time.monotonic() - self.written_at >= EVERY:
            self._write(done, total)

    def _write(self, done: int, total: int) -> None:
        self.written_at = time.monotonic()
        if not move(self.job, *self.job.HELD, step=self.step, done=done, total=total):
            raise LostLease
