"""What /readyz looks at. No text of an error leaves here: it could name hosts or users."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from outbox.selectors import Health, health
from reports.snapshots.freezing import overdue_quarters

Check = dict[str, Any]


def readiness(at: datetime) -> dict[str, Check]:
    """Each part by name: whether it is well, and what a person wants to know about it."""
    checks = {"database": _database(), "broker": _broker()}
    if checks["database"]["ok"]:
        now = health(at)
        checks |= {"worker": _worker(now), "messages": _messages(now), "quarters": _quarters(at)}
    return checks


def _worker(now: Health) -> Check:
    """Seen lately by what beat sends through the queue: beat, broker and worker are all well, or this is not."""
    check: Check = {"ok": not now.no_worker, "last_seen": now.worker_at}
    if now.no_worker:
        check["says"] = "No worker has taken a task from the queue in the last five minutes."
    return check


def _messages(now: Health) -> Check:
    """Whether what is due goes out; when planning and sending last ran."""
    check: Check = {
        "ok": not now.is_late,
        "last_planned": now.planned_at,
        "last_sent": now.sent_at,
        "oldest_due": now.oldest_due_at,
        "waiting": now.waiting,
        "unconfirmed": now.unconfirmed,
        "failed": now.failed,
        "held_since": now.hold.since if now.hold else None,
    }
    return check | {"says": "A message has been due for more than half an hour."} if now.is_late else check


def _quarters(at: datetime) -> Check:
    """Whether every quarter that is over was frozen; one that cannot be stands here until it is."""
    waiting = [f"{plan.slug}, {quarter.label}" for plan, quarter in overdue_quarters(at=at)]
    if not waiting:
        return {"ok": True}
    says = "Quarters that are over could not be frozen; the worker's log says why."
    return {"ok": False, "waiting": waiting, "says": says}


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False, "says": "The database cannot be reached."}
    return {"ok": True}


def _broker() -> Check:
    from kombu.exceptions import OperationalError  # noqa: PLC0415 - a command that starts needs no Celery

    app = import_string(settings.WORKER_APP)
    with app.connection_for_read(connect_timeout=2) as broker:
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        except (OSError, OperationalError, *broker.connection_errors):
            return {"ok": False, "says": "The broker cannot be reached."}
    return {"ok": True}
