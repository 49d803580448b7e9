"""What /readyz looks at. No text of an error leaves here: it could name hosts or users."""

from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from planapp.celery import app

Check = dict[str, Any]


def readiness(at: datetime) -> dict[str, Check]:
    """Each part by name: whether it is well, and what a person wants to know about it."""
    return {"database": _database(), "broker": _broker()}


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
