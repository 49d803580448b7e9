"""The history of an initiative and what hangs on it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from people.selectors import value_in_words
from records.asof import AsOf
from records.models import AuditEvent, Channel

# Kept in the log, told to nobody: copies and keys.
TECHNICAL = frozenset({"latest_update", "sort_key", "last_updated_at", "order"})

VERBS = {
    "initiative.created": "Initiative added",
    "initiative.changed": "Initiative edited",
    "initiative.deleted": "Initiative deleted",
    "initiative.status_overridden": "Status overridden",
    "initiative.override_lifted": "Override lifted",
    "initiative.handed_over": "Handed over",
    "status_update.recorded": "Status update",
    "status_update.corrected": "Status update corrected",
    "status_update.acknowledged": "Status update read by the lead",
    "milestone.added": "Milestone added",
    "milestone.changed": "Milestone edited",
    "milestone.completed": "Milestone completed",
    "milestone.reopened": "Milestone reopened",
    "milestone.cancelled": "Milestone cancelled",
    "milestone.handed_over": "Milestone handed over",
    "commitment.proposed": "Commitment proposed",
    "commitment.accepted": "Commitment accepted",
    "commitment.delivered": "Commitment delivered",
    "commitment.withdrawn": "Commitment withdrawn",
    "commitment.moved": "Commitment’s due date moved",
}
FIELDS = {
    "accepted_at": "Accepted at", "accepted_by": "Accepted by", "audience": "Audience", "basis": "Basis",
    "baseline_due_date": "Date first agreed", "completed_date": "Completed on", "contributors": "Contributors",
    "delivered_at": "Delivered at", "delivered_by": "Delivered by", "department": "Department", "due_date": "Due",
    "due_text": "Due as written", "goal": "Focus area", "happened": "What happened", "help_needed": "Help needed",
    "horizon": "Horizon", "is_cancelled": "Cancelled", "lead_department": "Lead department",
    "next_steps": "What is next", "number": "Number", "override_reason": "Reason for the override",
    "override_status": "Status shown instead", "owner": "Owner", "percent": "Percent done",
    "priorities": "Priorities", "reported_status": "Reported status",
    "review_date": "Review while on hold by", "slip_count": "Times slipped", "source": "Source",
    "start_date": "Start", "state": "State", "status": "Reported status", "strategy": "Strategy", "summary": "Summary",
    "title": "Title", "visibility": "Visibility", "what": "What",
}  # fmt: skip
LONGEST = 600  # characters of a text shown on the page; the log keeps all of it


@dataclass(frozen=True)
class Change:
    """One field, before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryEntry:
    """One act. Attribute names are those templates/_components/history_row.html reads."""

    at: datetime
    who: str
    what: str
    channel: str
    changes: tuple[Change, ...]
    reason: str


def history_of(initiative_id: int, when: AsOf) -> "QuerySet[AuditEvent]":
    """Every act on an initiative, its milestones and commitments that was recorded by then, the newest first."""
    own = Q(target_type="initiative", target_id=initiative_id)
    below = Q(parent_type="initiative", parent_id=initiative_id)
    return AuditEvent.objects.filter(own | below, when.recorded("happened_at"))


def told(event: AuditEvent, *, goal_label: str = "Focus area") -> HistoryEntry:
    """The event in words a reader of the plan knows."""
    what = VERBS.get(event.verb, event.verb.replace(".", " ").replace("_", " ").capitalize())
    if event.target_type != "initiative":
        what = f"{what}: {event.target_label}"
    return HistoryEntry(
        at=event.happened_at,
        who=event.actor_label,
        what=what,
        channel="" if event.channel == Channel.WEB else str(Channel(event.channel).label),
        changes=_changes(event.changes, goal_label),
        reason=event.reason,
    )


def _changes(changes: Mapping[str, Any], goal_label: str) -> tuple[Change, ...]:
    found = []
    for name, pair in changes.items():
        if name in TECHNICAL:
            continue
        label = goal_label if name == "goal" else FIELDS.get(name, name.replace("_", " ").capitalize())
        old, new = (_words(value) for value in pair)
        if not (name == "slip_count" and new == "0"):
            found.append(Change(label, old, new))
    return tuple(found)


def _words(value: str) -> str:
    told = value_in_words(value)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
