"""How a row passes from the queue to one worker and on, any of which may die (docs/adr/0011).

Every function takes rows of a model that extends `Job`. What a worker changes, it changes through `move`: under the
fence it saw when it claimed the row, so that one that lost its lease changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from jobs.models import QUEUED, Job

J = TypeVar("J", bound=Job)


class LostLease(Exception):
    """Somebody else may have this row by now: leave it alone."""


def due(rows: "QuerySet[J]", at: datetime) -> "QuerySet[J]":
    """Waiting, and its time has come; whoever waited longest first."""
    return rows.filter(state=QUEUED, next_try_at__lte=at).order_by("next_try_at", "pk")


def claim(
    waiting: "QuerySet[J]", state: str, *, lease: timedelta, limit: int = 1, related: Sequence[str] = (), **fields: Any
) -> list[J]:
    """Take the first of these rows for this worker alone, with their `related` rows.

    On PostgreSQL rows that another worker is taking at this moment are skipped instead of waited for. They are read
    in the same transaction: read later, they could carry the fence of whoever took them over.
    """
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        keys = list(waiting.select_for_update(skip_locked=skip).values_list("pk", flat=True)[:limit])
        mine = waiting.model._default_manager.filter(pk__in=keys)
        mine.update(state=state, fence=F("fence") + 1, lease_until=Now() + lease, **fields)
        return list(mine.select_related(*related).order_by("next_try_at", "pk"))


def move(job: Job, *states: str, lease: timedelta | None = None, **fields: Any) -> bool:
    """Set fields of a row this worker holds in one of `states`; False where it holds it no more.

    With a `lease` only before the old one ran out, and counted anew from now. Without one, a state in which nobody
    holds the row ends it.
    """
    held: dict[str, Any] = {"pk": job.pk, "fence": job.fence, "state__in": states}
    if lease is not None:
        held["lease_until__gt"] = Now()
        fields["lease_until"] = Now() + lease
    elif fields.get("state", states[0]) not in job.HELD:
        fields["lease_until"] = None
    return bool(type(job)._default_manager.filter(**held).update(**fields))


def renew(job: Job, *, lease: timedelta) -> bool:
    """Hold on to a row for another `lease` from now, even where the old one ran out and nobody came for it."""
    return move(job, *job.HELD, lease_until=Now() + lease)


def expired(rows: "QuerySet[J]") -> "QuerySet[J]":
    """Held by a worker that gave no sign of life until its lease ran out, in database time."""
    return rows.filter(lease_until__lte=Now())


def take_back(rows: "QuerySet[J]") -> int:
    """Let rows that died wait in the queue again; whoever held them changes nothing any more."""
    return rows.update(state=QUEUED, lease_until=None, fence=F("fence") + 1)


def back_off(attempts: int, minutes: Sequence[int]) -> timedelta:
    """How long to wait after so many attempts: `minutes` names the pause after each, the last one from then on."""
    return timedelta(minutes=minutes[min(max(attempts, 1), len(minutes)) - 1])
