"""Put a message into the outbox."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from outbox.models import Message
from records.asof import local_day

AT_ONCE = timedelta()


def put(
    *, kind: str, person: int, key: str, at: datetime, about: int | None = None, address: str = "",
    wait: timedelta = AT_ONCE,
) -> Message | None:  # fmt: skip
    """One mail of a registered kind to one person, to go out after `wait`; None where it was put in before.

    `key` names what it tells, so that telling it twice is one mail. `about` is a row, in the kind's own terms;
    `address` where it must go if that is not where the person reads mail when it is sent.
    """
    values = _values(kind, person, key, at) | {"about": about, "address": address, "next_try_at": at + wait}
    row, is_new = Message.objects.get_or_create(message_id=values.pop("message_id"), defaults=values)
    return row if is_new else None


def new_message(
    *, kind: str, person: int, key: str, at: datetime, day: date, about: int | None = None, times: int = 0
) -> Message:
    """One of many that the caller stores at once; `day` is the one it is for. `times`: how often it was cancelled."""
    return Message(**_values(kind, person, key, at, times) | {"day": day, "about": about})


def _values(kind: str, person: int, key: str, at: datetime, times: int = 0) -> dict[str, Any]:
    """The Message-ID is the same however often the mail is planned, and gives nothing away."""
    digest = hashlib.sha256(f"{kind}:{person}:{key}:{times}".encode()).hexdigest()
    return {
        "kind": kind, "person_id": person, "key": key, "planned_at": at, "next_try_at": at, "day": local_day(at),
        "date": at.replace(microsecond=0), "message_id": f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname}>",
    }  # fmt: skip
