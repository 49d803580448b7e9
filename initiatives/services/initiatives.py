"""Create, edit, hand over and delete initiatives; override their status."""

from collections.abc import Collection, Container, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan, Priority
from goals.numbering import key_of_number, natural_key
from initiatives.models import Alignment, Contribution, Initiative, Status
from initiatives.services.asking import ask_owners
from initiatives.services.dates import moved_due_date
from people.models import User
from records.audit import Act, check_version, record_change, record_creation, record_deletion, set_members, settled
from records.history import locked
from records.texts import refuse_unseen

EDITABLE = frozenset(
    {
        "goal", "strategy", "number", "title", "summary", "owner", "lead_department", "horizon", "audience",
        "visibility", "start_date", "due_date", "basis", "source",
    }
)  # fmt: skip
RELATIONS = frozenset(field.name for field in Initiative._meta.concrete_fields if field.is_relation)


@transaction.atomic
def create_initiative(
    *,
    plan: Plan,
    fields: Mapping[str, Any],
    contributors: Iterable[User] = (),
    priorities: Iterable[Priority] = (),
    act: Act,
) -> Initiative:
    """Add an initiative to a plan. Raises ValidationError naming the field; a locked plan refuses."""
    plan.refuse_locked()
    only_known(fields)
    row = Initiative(plan=plan, **fields)
    row.sort_key = natural_key(row.number)
    row.baseline_due_date = row.due_date
    check_initiative(row, priorities)
    event = record_creation(row, verb="initiative.created", act=act, parent=plan)
    set_members(Contribution.objects.all(), "person", contributors, at=event.happened_at, initiative=row)
    set_members(Alignment.objects.all(), "priority", priorities, at=event.happened_at, initiative=row)
    if row.owner_id is not None:
        ask_owners([row], act=act, moments={row.pk: event.happened_at})
    return row


@transaction.atomic
def update_initiative(
    *,
    initiative: Initiative,
    fields: Mapping[str, Any],
    contributors: Iterable[User] | None = None,
    priorities: Iterable[Priority] | None = None,
    seen_version: int | None = None,
    act: Act,
) -> Initiative:
    """Change what differs and keep what it was; an unchanged save changes nothing.

    Raises StaleVersion when somebody changed the row since `seen_version`, ValidationError naming the field otherwise.
    A moved due date needs `act.reason`.
    """
    only_known(fields)
    row = locked(initiative)
    check_version(row, seen_version)
    wanted = wanted_of(row, fields, reason=act.reason)
    draft = Initiative.objects.get(pk=row.pk)
    for name, value in wanted.items():
        setattr(draft, name, value)
    if has_moved(row, draft):
        row.plan.refuse_locked()
    check_initiative(draft, priorities or (), owner_before=row.owner_id)
    act = settled(act, row)
    is_handed_on = draft.owner_id != row.owner_id
    also = {}
    if contributors is not None:
        also["contributors"] = set_members(
            Contribution.objects.all(), "person", contributors, at=act.at, initiative=row
        )
    if priorities is not None:
        also["priorities"] = set_members(Alignment.objects.all(), "priority", priorities, at=act.at, initiative=row)
    moved = {name: pair for name, pair in also.items() if pair is not None}
    record_change(row, wanted, verb="initiative.changed", act=act, also=moved, parent=row.plan)
    if is_handed_on:
        ask_owners([row], act=act, moments={row.pk: act.at})
    return row


@transaction.atomic
def delete_initiative(*, initiative: Initiative, seen_version: int | None = None, act: Act) -> None:
    """Hide an initiative from now on; history and earlier reports keep it (rule G13)."""
    row = locked(initiative)
    check_version(row, seen_version)
    row.plan.refuse_locked()
    record_deletion(row, verb="initiative.deleted", act=act, parent=row.plan)


@transaction.atomic
def override_status(*, initiative: Initiative, status: str, seen_version: int | None = None, act: Act) -> Initiative:
    """Set what is shown, whatever the dates say, with a reason that is shown beside it (rule B-05)."""
    row = locked(initiative)
    check_version(row, seen_version)
    if status not in Status.values:
        raise ValidationError({"status": f"Status: “{status[:40]}” is not a status."})
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say why the status is set by hand."})
    fields = {"override_status": status, "override_reason": act.reason.strip()}
    record_change(row, fields, verb="initiative.status_overridden", act=act, parent=row.plan)
    return row


@transaction.atomic
def lift_override(*, initiative: Initiative, seen_version: int | None = None, act: Act) -> Initiative:
    """Show the computed status again."""
    row = locked(initiative)
    check_version(row, seen_version)
    fields = {"override_status": "", "override_reason": ""}
    record_change(row, fields, verb="initiative.override_lifted", act=act, parent=row.plan)
    return row


def wanted_of(row: Initiative, fields: Mapping[str, Any], *, reason: str) -> dict[str, Any]:
    """The fields to set, with what goes with them: the key of a number, the first date and the slips of a due date."""
    wanted = dict(fields)
    if "due_date" in wanted:
        wanted |= moved_due_date(row, wanted["due_date"], reason=reason)
    if "number" in wanted:
        wanted |= key_of_number(row, wanted["number"])
    return wanted


def has_moved(row: Initiative, draft: Initiative) -> bool:
    """Whether it stands elsewhere in the plan, which a locked plan refuses."""
    return any(getattr(draft, name) != getattr(row, name) for name in ("number", "goal_id", "strategy_id"))


def only_known(fields: Mapping[str, Any]) -> None:
    """Raises ValidationError where a field is none that an edit can set."""
    unknown = set(fields) - EDITABLE
    if unknown:
        raise ValidationError(f"{', '.join(sorted(unknown))}: not something an edit can set.")


def check_initiative(
    row: Initiative,
    priorities: Iterable[Priority] = (),
    owner_before: int | None = None,
    *,
    taken: Container[str] | None = None,
) -> None:
    """Raises ValidationError naming each field that is not right.

    `taken`: the numbers that others in the plan have, where many rows are checked and were read before; what such a
    row points to may not be stored yet, so that is not looked up either.
    """
    errors: dict[str, str] = {}
    if row.goal_id and row.goal.plan_id != row.plan_id:
        errors["goal"] = f"{row.plan.goal_label}: “{row.goal}” belongs to another plan."
    if row.strategy is not None and row.strategy.goal_id != row.goal_id:
        errors["strategy"] = f"Strategy: “{row.strategy}” belongs to another {row.plan.goal_label.lower()}."
    if row.due_date and row.start_date and row.due_date < row.start_date:
        errors["due_date"] = "Due date: it lies before the start date."
    if row.owner is not None and row.owner_id != owner_before and not row.owner.is_active:
        errors["owner"] = f"Owner: {row.owner} was deactivated. Choose somebody who is active."
    if any(priority.plan_id != row.plan_id for priority in priorities):
        errors["priorities"] = "Priorities: choose only priorities of this plan."
    if taken is None:
        same = Initiative.objects.filter(plan=row.plan_id, number=row.number, deleted_at__isnull=True)
        taken = {row.number} if row.number and same.exclude(pk=row.pk).exists() else ()
        left_out: Collection[str] = ()
    else:
        left_out = RELATIONS
    if row.number in taken:
        errors |= row.taken("initiative_number_unique")
    if errors:
        raise ValidationError(errors)
    refuse_unseen("number", "Number", row.number)
    row.full_clean(exclude=left_out, validate_unique=False, validate_constraints=False)
