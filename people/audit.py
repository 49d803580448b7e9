"""The only writer of history: every service changes rows through here.

One act gives one `AuditEvent`; each recorded row it changed gets one version row that points to it. An unchanged save
gives nothing at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from people.history import Recorded, Span, Version
from people.models import AuditEvent, Channel, Ledger, User

SYSTEM = "planapp (system)"
TICK = timedelta(microseconds=1)


class StaleVersion(Exception):
    """Somebody else changed the row since it was read; `row` is the row as it is now."""

    def __init__(self, row: Recorded) -> None:
        super().__init__("Somebody else changed this in the meantime.")
        self.row = row


@dataclass(frozen=True)
class Act:
    """Who does something, when, through which door and why. `by` is None for the system itself."""

    by: User | None
    at: datetime
    channel: str = Channel.WEB
    reason: str = ""


def lock_ledger(*, to_close: bool = False) -> Ledger:
    """The ledger row, locked until the transaction ends: shared by writers, alone for closing."""
    Ledger.objects.get_or_create(pk=1)
    if connection.vendor == "postgresql":
        mode = "UPDATE" if to_close else "SHARE"
        return Ledger.objects.raw(f"SELECT * FROM people_ledger WHERE id = 1 FOR {mode}")[0]  # noqa: S608 - constants
    return Ledger.objects.get(pk=1)


def close_records(*, until: datetime) -> None:
    """Let nothing be recorded before `until` from now on; waits for the changes in flight."""
    ledger = lock_ledger(to_close=True)
    if ledger.closed_until is None or ledger.closed_until < until:
        ledger.closed_until = until
        ledger.save(update_fields=["closed_until"])


def recording_time(at: datetime, *rows: Recorded) -> datetime:
    """The instant to record a change at: `at`, but never inside a closed quarter nor before the row's last change."""
    ledger = lock_ledger()
    moment = max(at, ledger.closed_until) if ledger.closed_until else at
    for row in rows:
        current = _current_version(row)
        if current is not None and moment <= current.recorded_from:
            moment = current.recorded_from + TICK
    return moment


def record_event(
    *,
    verb: str,
    target: models.Model,
    act: Act,
    changes: Mapping[str, Any] | None = None,
    parent: models.Model | None = None,
) -> AuditEvent:
    """Write one audit event. `act.at` must already be a recording time."""
    return AuditEvent.objects.create(
        happened_at=act.at,
        actor=act.by,
        actor_label=act.by.name if act.by else SYSTEM,
        channel=act.channel,
        verb=verb,
        target_type=target._meta.model_name,
        target_id=target.pk,
        target_label=str(target)[:300],
        parent_type=parent._meta.model_name if parent else "",
        parent_id=parent.pk if parent else None,
        changes=dict(changes or {}),
        reason=act.reason,
    )


def record_creation(row: Recorded, *, verb: str, act: Act, parent: models.Model | None = None) -> AuditEvent:
    """Insert a row with its first version; returns the event."""
    moment = recording_time(act.at)
    row.save(force_insert=True)
    event = record_event(verb=verb, target=row, act=_at(act, moment), parent=parent)
    _open_version(row, event)
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
    changed = {name: value for name, value in fields.items() if getattr(row, _column(row, name)) != _plain(value)}
    if not changed and not also:
        return None
    moment = recording_time(act.at, row)
    words = {name: [_words(row, name), None] for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
        words[name][1] = _words(row, name)
    row.version += 1
    row.save(update_fields=[*changed, "version"])
    words.update({name: list(pair) for name, pair in (also or {}).items()})
    event = record_event(verb=verb, target=row, act=_at(act, moment), changes=words, parent=parent)
    if changed:
        _close_version(row, moment)
        _open_version(row, event)
    return event


def record_deletion(row: Recorded, *, verb: str, act: Act, parent: models.Model | None = None) -> AuditEvent:
    """Hide a row from now on: its last version ends, its past stays (ground rule G13)."""
    moment = recording_time(act.at, row)
    row.deleted_at = moment
    row.version += 1
    row.save(update_fields=["deleted_at", "version"])
    event = record_event(verb=verb, target=row, act=_at(act, moment), parent=parent)
    _close_version(row, moment)
    return event


def set_members(
    spans: "models.QuerySet[Any]", field: str, wanted: Iterable[models.Model], *, at: datetime, **owner: Any
) -> tuple[str, str] | None:
    """Make the open spans of `owner` point to exactly `wanted`; (before, after) in words, or None when nothing differs."""
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


def check_version(row: Recorded, seen: int | None) -> None:
    """Raise StaleVersion unless the caller saw the row as it is (`seen` None: no page was open)."""
    if seen is not None and seen != row.version:
        raise StaleVersion(row)


def _at(act: Act, moment: datetime) -> Act:
    return Act(by=act.by, at=moment, channel=act.channel, reason=act.reason)


def _version_model(row: Recorded) -> type[Version]:
    relation: Any = row._meta.get_field("versions")
    model: type[Version] = relation.related_model
    return model


def _current_version(row: Recorded) -> Version | None:
    found: Version | None = _version_model(row).objects.filter(subject_id=row.pk, recorded_until__isnull=True).first()
    return found


def _open_version(row: Recorded, event: AuditEvent) -> None:
    model = _version_model(row)
    own = {"id", "event", "recorded_from", "recorded_until", "subject"}
    names = [f.attname for f in model._meta.concrete_fields if f.name not in own]
    values = {name: getattr(row, name) for name in names}
    model.objects.create(subject_id=row.pk, event=event, recorded_from=event.happened_at, **values)


def _close_version(row: Recorded, moment: datetime) -> None:
    _version_model(row).objects.filter(subject_id=row.pk, recorded_until__isnull=True).update(recorded_until=moment)


def _column(row: models.Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    return str(field.attname)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _words(row: models.Model, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return "" if value is None else str(value)
