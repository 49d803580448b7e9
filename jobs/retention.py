"""What is deleted when it was kept long enough: the one place that deletes on schedule.

A room registers what it keeps (`register`, in its own `retention.py`), settings.KEEP_DAYS says for how many days, and
`apply_retention` removes the rest, some rows at a time, and says so in one event. Closed quarters, audit events and
versions are in no series. settings.LEGAL_HOLD stops all of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from jobs.leftovers import remove_left_files
from jobs.models import RetentionRun
from records.audit import Act, record_event
from records.batches import BATCH
from records.models import Channel
from web.models import IdempotencyKey

APART = timedelta(hours=23)  # two runs; whoever asks every hour has one a day
Remove = Callable[[datetime, timedelta], int]


@dataclass(frozen=True)
class Series:
    """Rows of one kind. `name` is that of settings.KEEP_DAYS; `remove(at, kept)` deletes what is older, in batches."""

    name: str
    label: str
    remove: Remove

    @property
    def days(self) -> int | None:
        """For how long they are kept; None: for good."""
        found: int | None = settings.KEEP_DAYS[self.name]
        return found


REGISTERED: list[Series] = []


def series() -> list[Series]:
    """Of all rooms. Asked for where it is needed: a command that starts does not load every room for it."""
    autodiscover_modules("retention")
    return REGISTERED


def register(name: str, label: str) -> Callable[[Remove], Remove]:
    def add(remove: Remove) -> Remove:
        REGISTERED.append(Series(name, label, remove))
        return remove

    return add


def remove_rows(rows: "QuerySet[Any]", *, batch: int = BATCH) -> int:
    """Delete these rows, each batch in a transaction of its own; returns how many."""
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count


@register("form_keys", "One-time keys of forms")
def _remove_form_keys(at: datetime, kept: timedelta) -> int:
    return remove_rows(IdempotencyKey.objects.filter(recorded_at__lt=at - kept))


@register("left_files", "Files in object storage that no row names any more")
def _remove_left_files(at: datetime, kept: timedelta) -> int:
    return remove_left_files(at=at, kept=kept)


def apply_retention(*, at: datetime) -> RetentionRun | None:
    """Remove what was kept long enough, where nobody did so today; None where nothing had to be looked at."""
    last = last_run()
    if settings.LEGAL_HOLD or (last is not None and at - last.at < APART):
        return None
    done = {one: one.remove(at, timedelta(days=one.days)) for one in series() if one.days is not None}
    return _written_down({one.label: count for one, count in done.items() if count}, at)


@transaction.atomic
def _written_down(removed: dict[str, int], at: datetime) -> RetentionRun:
    run = RetentionRun.objects.create(at=at, removed=removed)
    if removed:
        changes = {label: ["", str(count)] for label, count in removed.items()}
        act = Act(by=None, at=at, channel=Channel.SYSTEM)
        record_event(verb="retention.applied", target=run, changes=changes, act=act)
    return run


def last_run() -> RetentionRun | None:
    return RetentionRun.objects.order_by("-at", "-pk").first()
