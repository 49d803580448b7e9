"""The same change to many initiatives: each goes through the service that a single edit goes through, on its own.

So rules, history and refusals are those of one. What one refuses keeps none of the others back.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan, Priority
from initiatives.models import Alignment, Initiative
from initiatives.services.initiatives import update_initiative
from initiatives.services.regrouping import retire_row
from records.audit import Act, StaleVersion
from records.history import locked
from records.models import AuditEvent
from records.verbs import Change, entry_of

STALE = "Somebody changed it after you chose it. Choose it again to see it as it is now."
GONE = "It was retired in the meantime."


@dataclass(frozen=True)
class BulkChange:
    """What becomes of each: fields to set, priorities to add and to take away; or it is retired."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    adds: Collection[Priority] = ()
    drops: Collection[Priority] = ()
    retires: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one initiative: what changed in words, or why nothing could be."""

    initiative: Initiative
    changes: tuple[Change, ...] = ()
    is_retired: bool = False
    refused: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        return bool(self.changes or self.is_retired)


class BulkMoved(Exception):
    """What would be done now is not what was shown; `outcomes` is what would be."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__("What would change is no longer what was shown.")
        self.outcomes = outcomes


def digest_of(outcomes: Sequence[Outcome]) -> str:
    """Names exactly what was shown."""
    told = [(one.initiative.pk, one.changes, one.is_retired, one.refused) for one in outcomes]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def preview_bulk(*, chosen: Mapping[int, int], change: BulkChange, act: Act) -> list[Outcome]:
    """What `change_bulk` would do: it is done, and taken back before anybody sees it."""
    with transaction.atomic():
        outcomes = _each(chosen, change, act)
        transaction.set_rollback(True)
    return outcomes


@transaction.atomic
def change_bulk(*, chosen: Mapping[int, int], change: BulkChange, seen: str | None = None, act: Act) -> list[Outcome]:
    """Change each of `chosen` (its key and the version that was seen), in the order of their keys.

    `seen` is the digest of the preview; raises BulkMoved, and changes nothing, where something else would be done now.
    """
    outcomes = _each(chosen, change, act)
    if seen is not None and digest_of(outcomes) != seen:
        raise BulkMoved(outcomes)
    return outcomes


def _each(chosen: Mapping[int, int], change: BulkChange, act: Act) -> list[Outcome]:
    rows = Initiative.objects.filter(pk__in=chosen).select_related("plan").order_by("pk")
    found = list(rows)
    if change.retires:  # a plan is locked before its rows, as whoever turns its tree round does
        for plan in Plan.objects.filter(pk__in={row.plan_id for row in found}).order_by("pk"):
            locked(plan)
    done = [_one(row, chosen[row.pk], change, act) for row in found]
    return sorted(done, key=lambda one: (one.initiative.plan_id, one.initiative.sort_key, one.initiative.pk))


def _one(row: Initiative, seen: int, change: BulkChange, act: Act) -> Outcome:
    if row.deleted_at is not None:
        return Outcome(row, refused=(GONE,))
    try:
        with transaction.atomic():  # what is refused of one is not kept in part
            if change.retires:
                retire_row(row=row, seen_version=seen, act=act)
                return Outcome(row, is_retired=True)
            return Outcome(row, changes=_edited(row, seen, change, act))
    except StaleVersion:
        return Outcome(row, refused=(STALE,))
    except ValidationError as error:
        return Outcome(row, refused=tuple(error.messages))


def _edited(row: Initiative, seen: int, change: BulkChange, act: Act) -> tuple[Change, ...]:
    served = None
    if change.adds or change.drops:
        held = Alignment.objects.filter(initiative=row, recorded_until__isnull=True).select_related("priority")
        now = {span.priority_id: span.priority for span in held} | {one.pk: one for one in change.adds}
        served = [one for key, one in now.items() if key not in {drop.pk for drop in change.drops}]
    events = AuditEvent.objects.filter(target_type="initiative", target_id=row.pk).order_by("-pk")
    last = events.values_list("pk", flat=True).first() or 0
    update_initiative(initiative=row, fields=change.fields, priorities=served, seen_version=seen, act=act)
    event = events.filter(pk__gt=last).first()
    return tuple(entry_of(event).changes) if event is not None else ()
