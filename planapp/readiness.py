"""What /readyz looks at. No text of an error leaves here: it could name hosts or users."""

from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from planapp.celery import app
from reminders.selectors.log import Health, health

Check = dict[str, Any]

SILENCE = timedelta(minutes=5)  # a worker is asked through the queue every minute
DELAY = timedelta(minutes=30)  # a message that is due goes out within minutes


def readiness(at: datetime) -> dict[str, Check]:
    """Each part by name: whether it is well, and what a person wants to know about it."""
    checks = {"database": _database(), "broker": _broker()}
    if checks["database"]["ok"]:
        now = health(at)
        checks |= {"worker": _worker(now, at), "messages": _messages(now, at)}
    return checks


def _worker(now: Health, at: datetime) -> Check:
    """Seen lately by what beat sends through the queue: beat, broker and worker are all well, or this is not."""
    is_seen = now.worker_at is not None and at - now.worker_at <= SILENCE
    check: Check = {"ok": is_seen, "last_seen": now.worker_at}
    return check if is_seen else check | {"says": "No worker has taken a task from the queue in the last five minutes."}


def _messages(now: Health, at: datetime) -> Check:
    """Whether what is due goes out. Held by a person, it may wait."""
    is_late = now.oldest_due_at is not None and at - now.oldest_due_at > DELAY and now.hold is None
    check: Check = {
        "ok": not is_late,
        "oldest_due": now.oldest_due_at,
        "waiting": now.waiting,
        "unconfirmed": now.unconfirmed,
        "failed": now.failed,
        "held_since": now.hold.since if now.hold else None,
    }
    return check | {"says": "A message has been due for more than half an hour."} if is_late else check


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False, "says": "The database cannot be reached."}
    return {"ok": True}


def _broker() -> Check:
    with app.connection_for_read(connect_timeout=2) as broker:
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        except (OSError, OperationalError, *broker.connection_errors):
            return {"ok": False, "says": "The broker cannot be reached."}
    return {"ok": True}
