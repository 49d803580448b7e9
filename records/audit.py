"""The only writer of history: every service changes rows through here.

One act gives one `AuditEvent`; each recorded row it changed gets one version row that points to it. An unchanged save
gives nothing at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, models

from records.history import Recorded, Span
from records.models import AuditEvent, Channel, RecordLock
from records.person import Person
from records.texts import Searched, as_kept, normalise, normalised
from records.versions import close_versions, current_since, open_versions

SYSTEM = "planapp (system)"
TICK = timedelta(microseconds=1)


class Versioned(Protocol):
    """A row that counts its changes, or works out how many there were."""

    @property
    def version(self) -> int: ...


class StaleVersion(Exception):
    """Somebody else changed the row since it was read; `row` is it as it is now, or the newer one beside it."""

    def __init__(self, row: Any) -> None:
        super().__init__("Somebody else changed this in the meantime.")
        self.row = row


@dataclass(frozen=True)
class Act:
    """Who does something, when, through which channel and why. `by` is None for the system itself."""

    by: Person | None
    at: datetime
    channel: str = Channel.WEB
    reason: str = ""
    is_settled: bool = False  # `at` has passed the record lock in this transaction, see settled()

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", normalised(self.reason))


def lock_records(*, to_close: bool = False) -> RecordLock:
    """The record lock, taken until the transaction ends: shared by writers, alone for closing."""
    mode = ""
    if connection.vendor == "postgresql":
        mode = "FOR UPDATE" if to_close else "FOR SHARE"
    first = RecordLock.objects.using(DEFAULT_DB_ALIAS)  # not the replica, whatever is read from it
    found = list(first.raw(f"SELECT * FROM records_recordlock WHERE id = 1 {mode}"))  # noqa: S608 - constants only
    if found:
        return found[0]
    RecordLock.objects.get_or_create(pk=1)
    return lock_records(to_close=to_close)


def close_records(*, until: datetime) -> None:
    """Let nothing be recorded before `until` from now on; waits for the changes in flight."""
    lock = lock_records(to_close=True)
    if lock.closed_until is None or lock.closed_until < until:
        lock.closed_until = until
        lock.save(update_fields=["closed_until"])


def closed_until() -> datetime | None:
    """Before this moment nothing is recorded any more, nor comes from a transaction in flight. None: all is open."""
    found: datetime | None = RecordLock.objects.filter(pk=1).values_list("closed_until", flat=True).first()
    return found


def settled(act: Act, *rows: Recorded) -> Act:
    """The act at the instant it is recorded: its own, but never inside a closed quarter nor before a row's last change.

    Takes the record lock, shared, so call it inside the transaction that writes. Settling twice costs nothing.
    """
    if act.is_settled:
        return act
    lock = lock_records()
    moment = max(act.at, lock.closed_until) if lock.closed_until else act.at
    for row in rows:
        since = current_since(row) or row.deleted_at
        if since is not None and moment <= since:
            moment = since + TICK
    return replace(act, at=moment, is_settled=True)


def record_event(
    *,
    verb: str,
    target: models.Model,
    act: Act,
    changes: Mapping[str, Any] | None = None,
    parent: models.Model | None = None,
) -> AuditEvent:
    """Write one audit event."""
    act = settled(act)
    return AuditEvent.objects.create(
        happened_at=act.at, verb=verb, changes=dict(changes or {}), **about(target, act, parent)
    )


def about(target: models.Model, act: Act, parent: models.Model | None) -> dict[str, Any]:
    """What an event says of who did it and to which row."""
    return {
        "actor_id": act.by.pk if act.by else None,
        "actor_label": act.by.name if act.by else SYSTEM,
        "channel": act.channel,
        "target_type": _type_of(target),
        "target_id": target.pk,
        "target_label": str(target)[:300],
        "parent_type": _type_of(parent) if parent else "",
        "parent_id": parent.pk if parent else None,
        "reason": act.reason,
    }


@contextmanager
def unique_rules(row: Recorded) -> Iterator[None]:
    """Refuses in words what a unique constraint refuses, where somebody was quicker than the check before it."""
    try:
        yield
    except IntegrityError as error:
        name: Any = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in row.unique:
            raise ValidationError(row.taken(name)) from error
        raise


def record_creation(row: Recorded, *, verb: str, act: Act, parent: models.Model | None = None) -> AuditEvent:
    """Insert a row with its first version; returns the event."""
    act = settled(act)
    normalise(row)
    with unique_rules(row):
        row.save(force_insert=True)
    event = record_event(verb=verb, target=row, act=act, parent=parent)
    open_versions([row], [event])
    return event


def record_change(
    row: Recorded,
    fields: Mapping[str, Any],
    *,
    verb: str,
    act: Act,
    also: Mapping[str, tuple[str, str]] | None = None,
    parent: models.Model | None = None,
) -> AuditEvent | None:
    """Set fields on a locked row and keep what they were. Returns None, and writes nothing, when nothing differs.

    `also` names changes kept outside the row (memberships) as field: (before, after) in words.
    """
    changed, words = changed_in_words(row, fields)
    if not changed and not also:
        return None
    act = settled(act, row)
    if not changed or not row.copied.issuperset(changed):
        row.version += 1
    with unique_rules(row):
        row.save(update_fields=[*changed, "version"])
    words.update({name: list(pair) for name, pair in (also or {}).items()})
    event = record_event(verb=verb, target=row, act=act, changes=words, parent=parent)
    if changed:
        close_versions([row], [act.at])
        open_versions([row], [event])
    return event


def changed_in_words(row: Recorded, fields: Mapping[str, Any]) -> tuple[list[str], dict[str, list[str]]]:
    """Set the fields that differ; returns their names, and before and after in words for those that are worded."""
    kept = {name: as_kept(row._meta.get_field(name), value) for name, value in fields.items()}
    changed = {name: value for name, value in kept.items() if getattr(row, _column(row, name)) != _plain(value)}
    worded = [name for name in changed if name not in row.not_worded]
    words = {name: [_words(row, name), ""] for name in worded}
    for name, value in changed.items():
        setattr(row, name, value)
    if isinstance(row, Searched) and not changed.keys().isdisjoint(row.searched):
        row.set_search_text()
        changed["search_text"] = row.search_text
    for name in worded:
        words[name][1] = _words(row, name)
    return list(changed), words


def record_deletion(row: Recorded, *, verb: str, act: Act, parent: models.Model | None = None) -> AuditEvent:
    """Hide a row from now on: its last version ends, its past stays (rule G13)."""
    act = settled(act, row)
    row.deleted_at = act.at
    row.version += 1
    row.save(update_fields=["deleted_at", "version"])
    event = record_event(verb=verb, target=row, act=act, parent=parent)
    close_versions([row], [act.at])
    return event


def record_restoration(
    row: Recorded, fields: Mapping[str, Any], *, verb: str, act: Act, parent: models.Model | None = None
) -> AuditEvent:
    """Show again, with these fields, what was hidden: a new version begins, and the time between stays without one."""
    act = settled(act, row)
    before = {name: _words(row, name) for name in fields if name not in row.not_worded}
    for name, value in fields.items():
        setattr(row, name, value)
    row.deleted_at = None
    row.version += 1
    with unique_rules(row):
        row.save(update_fields=[*fields, "deleted_at", "version"])
    changes = {name: [words, _words(row, name)] for name, words in before.items() if words != _words(row, name)}
    event = record_event(verb=verb, target=row, act=act, changes=changes, parent=parent)
    open_versions([row], [event])
    return event


def set_members(
    spans: "models.QuerySet[Any]", field: str, wanted: Iterable[models.Model], *, at: datetime, **owner: Any
) -> tuple[str, str] | None:
    """Make the open spans of `owner` point to exactly `wanted`.

    Returns (before, after) in words, or None when nothing differs.
    """
    by_id = {row.pk: row for row in wanted}
    held: dict[Any, Span] = {
        getattr(span, f"{field}_id"): span
        for span in spans.filter(recorded_until__isnull=True, **owner).select_related(field)
    }
    if set(held) == set(by_id):
        return None
    before = sorted(str(getattr(span, field)) for span in held.values())
    for key, span in held.items():
        if key not in by_id:
            span.recorded_until = max(at, span.recorded_from + TICK)
            span.save(update_fields=["recorded_until"])
    for key in set(by_id) - set(held):
        spans.create(recorded_from=at, **{f"{field}_id": key}, **owner)
    return ", ".join(before), ", ".join(sorted(str(row) for row in by_id.values()))


def check_version(row: Versioned, seen: int | None) -> None:
    """Raise StaleVersion unless the caller saw the row as it is (`seen` None: no page was open)."""
    if seen is not None and seen != row.version:
        raise StaleVersion(row)


def _type_of(row: models.Model) -> str:
    return str(row._meta.model_name)


def _column(row: models.Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    return str(field.attname)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _words(row: models.Model, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return "" if value is None else str(value)
