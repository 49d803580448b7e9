"""Many initiatives, updates, milestones and commitments at once: the rules are those of one, the statements few."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan, Priority
from goals.numbering import natural_key
from initiatives.models import Alignment, Commitment, Contribution, Initiative, Milestone, StatusUpdate
from initiatives.services.asking import ask_owners
from initiatives.services.commitments import check_commitment
from initiatives.services.initiatives import check_initiative, has_moved, only_known, wanted_of
from initiatives.services.milestones import check_milestone
from initiatives.services.status_updates import NewerUpdate, copied, new_update
from people.models import User
from records.audit import Act, check_version, set_members
from records.batches import BATCH, batches
from records.many import drafted, locked_many, moments_of, record_changes, record_creations


@dataclass
class Change:
    """What becomes of an initiative, or of a new one (None). Members: None leaves them alone.

    `place` is the key of a new one's place, where that is not the one its number gives.
    """

    initiative: Initiative | None
    fields: Mapping[str, Any]
    contributors: Iterable[User] | None = None
    priorities: Iterable[Priority] | None = None
    seen_version: int | None = None
    place: str = ""


@transaction.atomic
def create_initiatives(*, plan: Plan, changes: Sequence[Change], act: Act) -> list[Initiative]:
    """Add initiatives to a plan. Raises ValidationError of the first that is not right; none is added then."""
    plan.refuse_locked()
    taken = set(Initiative.objects.filter(plan=plan, deleted_at__isnull=True).values_list("number", flat=True))
    rows = []
    for one in changes:
        only_known(one.fields)
        row = Initiative(plan=plan, **one.fields)
        row.sort_key = one.place or natural_key(row.number)
        row.baseline_due_date = row.due_date
        check_initiative(row, one.priorities or (), taken=taken)
        taken.add(row.number)
        rows.append(row)
    at = record_creations(rows, verb="initiative.created", act=act, parent=lambda row: plan)
    people = [(row, one) for row, change in zip(rows, changes, strict=True) for one in change.contributors or ()]
    served = [(row, one) for row, change in zip(rows, changes, strict=True) for one in change.priorities or ()]
    Contribution.objects.bulk_create(
        [Contribution(recorded_from=at, initiative=row, person=one) for row, one in people]
    )
    Alignment.objects.bulk_create([Alignment(recorded_from=at, initiative=row, priority=one) for row, one in served])
    owned = [row for row in rows if row.owner_id is not None]
    ask_owners(owned, act=act, moments={row.pk: at for row in owned})
    return rows


@transaction.atomic
def update_initiatives(*, changes: Sequence[Change], act: Act) -> None:
    """Change what differs of many; raises StaleVersion where somebody changed one since its `seen_version`."""
    rows = [one.initiative for one in changes if one.initiative is not None]
    fresh = locked_many(rows, "plan", "goal", "strategy", "owner", "lead_department")
    act, moments = moments_of(list(fresh.values()), act)
    found, handed_on = [], []
    for given, one in zip(rows, changes, strict=True):
        only_known(one.fields)
        row = fresh[given.pk]
        check_version(row, one.seen_version)
        wanted = wanted_of(row, one.fields, reason=act.reason)
        draft = drafted(row, wanted)
        if has_moved(row, draft):
            row.plan.refuse_locked()
        check_initiative(draft, one.priorities or (), row.owner_id, taken=None if "number" in wanted else ())
        also = _members(row, one, moments[row.pk])
        found.append((row, wanted, also))
        if draft.owner_id != row.owner_id:
            handed_on.append(row)
    record_changes(found, verb="initiative.changed", act=act, parent=lambda row: row.plan, moments=moments)
    ask_owners(handed_on, act=act, moments=moments)


def _members(row: Initiative, change: Change, at: Any) -> dict[str, tuple[str, str]]:
    found = {}
    if change.contributors is not None:
        spans = Contribution.objects.all()
        found["contributors"] = set_members(spans, "person", change.contributors, at=at, initiative=row)
    if change.priorities is not None:
        found["priorities"] = set_members(Alignment.objects.all(), "priority", change.priorities, at=at, initiative=row)
    return {name: pair for name, pair in found.items() if pair is not None}


@transaction.atomic
def record_status_updates(*, reports: Sequence[tuple[Initiative, Mapping[str, Any], int | None]], act: Act) -> None:
    """Publish an update on each; `reports` names the latest update that was seen. Raises NewerUpdate."""
    fresh = locked_many([row for row, _, _ in reports], "plan", "latest_update")
    act, moments = moments_of(list(fresh.values()), act)
    updates = []
    for given, words, seen in reports:
        row = fresh[given.pk]
        if row.latest_update is not None and row.latest_update_id != seen:
            raise NewerUpdate(row.latest_update)
        updates.append(new_update(row, words, act, moments[row.pk]))
    StatusUpdate.objects.bulk_create(updates, batch_size=BATCH)
    changes: list[Any] = [(fresh[one.initiative_id], copied(one), {}) for one in updates]
    record_changes(changes, verb="status_update.recorded", act=act, parent=lambda row: row.plan, moments=moments)


@transaction.atomic
def add_milestones(*, rows: Sequence[Milestone], act: Act) -> None:
    """Add milestones, each at the end of its initiative's list; the rows are kept as they are given."""
    _refuse_deleted(rows)
    last: dict[int, int] = {}
    for some in batches(list({row.initiative_id for row in rows})):
        held = Milestone.objects.filter(initiative__in=some).order_by("order").values_list("initiative_id", "order")
        last |= dict(held)
    for row in rows:
        last[row.initiative_id] = row.order = last.get(row.initiative_id, 0) + 1
        row.baseline_due_date = row.due_date
        check_milestone(row, is_draft=True)
    record_creations(rows, verb="milestone.added", act=act, parent=lambda row: row.initiative)


@transaction.atomic
def propose_commitments(*, rows: Sequence[Commitment], act: Act) -> None:
    """Ask departments for something, each as one would by hand; the rows are kept as they are given."""
    _refuse_deleted(rows)
    for row in rows:
        row.baseline_due_date = row.due_date
        check_commitment(row, is_draft=True)
    record_creations(rows, verb="commitment.proposed", act=act, parent=lambda row: row.initiative)


def _refuse_deleted(rows: Sequence[Milestone] | Sequence[Commitment]) -> None:
    locked_many(list({row.initiative_id: row.initiative for row in rows}.values()))
    if any(row.pk is not None for row in rows):
        raise ValidationError("These are kept already; only new ones can be added.")
