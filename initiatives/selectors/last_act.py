"""The last thing somebody did, while a service can take it back: for whoever pressed the wrong button."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.urls import reverse

from initiatives.models import Commitment, Milestone, StatusUpdate
from people.models import User
from records.days import in_words
from records.models import AuditEvent, Channel
from records.texts import isolated

OFFERED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class LastAct:
    """What was done, and where it is taken back: by a button, with the `version` that was seen, or by a form."""

    words: str
    label: str
    href: str
    version: int | None = None


def last_act_of(user: User, at: datetime) -> LastAct | None:
    """None where the last act was long ago, was taken back or followed by another, or cannot be taken back.

    A milestone, or a commitment that was delivered, is opened again; an update is never changed, and leads to its
    correction; what was asked, accepted or moved leads to the form that withdraws or moves it. What a file did is no
    slip of a finger.
    """
    recent = AuditEvent.objects.filter(actor_id=user.pk, happened_at__gt=at - OFFERED_FOR, happened_at__lte=at)
    event = recent.order_by("-happened_at", "-pk").first()
    offer = OFFERS.get(event.verb) if event and event.channel != Channel.IMPORT else None
    return offer(user, event.target_id) if event and offer else None


def _of_milestone(user: User, key: int) -> LastAct | None:
    row = Milestone.objects.filter(pk=key, deleted_at__isnull=True, completed_date__isnull=False).first()
    if row is None or row.is_cancelled or not user.has_perm("initiatives.keep_milestone", row):
        return None
    href = reverse("initiatives:milestone-reopen", args=[key])
    return LastAct(f"You marked the milestone {row} as done.", "Take it back", href, row.version)


def _of_update(user: User, key: int) -> LastAct | None:
    """`key` is the initiative's, which the log names: its latest update, where that is this person's."""
    latest = StatusUpdate.objects.select_related("initiative").filter(
        initiative=key,
        initiative__latest_update=F("pk"),
        initiative__deleted_at__isnull=True,
        author=user.pk,
        corrects__isnull=True,
    )
    row = latest.first()
    if row is None or not user.has_perm("initiatives.correct_status_update", row):
        return None
    href = reverse("initiatives:status-update-correct", args=[row.pk])
    words = f"You reported {row.get_status_display().lower()} for {row.initiative}."
    return LastAct(words, "Correct it", href)


def _delivered(user: User, key: int) -> LastAct | None:
    row = _commitment(key, State.DELIVERED)
    if row is None or not user.has_perm("initiatives.keep_commitment", row):
        return None
    href = reverse("initiatives:commitment-reopen", args=[key])
    return LastAct(f"You marked as delivered: {row}.", "Take it back", href, row.version)


def _promised(user: User, key: int) -> LastAct | None:
    """Withdrawing needs a reason, so it is asked for."""
    row = _commitment(key, State.PROPOSED, State.ACCEPTED)
    if row is None or not user.has_perm("initiatives.withdraw_commitment", row):
        return None
    did = "accepted" if row.state == State.ACCEPTED else f"asked {isolated(row.department.name)} for"
    return LastAct(f"You {did}: {row}.", "Withdraw it", reverse("initiatives:commitment-withdraw", args=[key]))


def _moved(user: User, key: int) -> LastAct | None:
    row = _commitment(key, State.PROPOSED, State.ACCEPTED)
    if row is None or not user.has_perm("initiatives.withdraw_commitment", row):
        return None
    to = in_words(row.due_date) if row.due_date else "no date"
    return LastAct(f"You moved to {to}: {row}.", "Move it again", reverse("initiatives:commitment-move", args=[key]))


def _commitment(key: int, *states: Commitment.State) -> Commitment | None:
    rows = Commitment.objects.select_related("initiative", "department")
    there = rows.filter(deleted_at__isnull=True, initiative__deleted_at__isnull=True)
    return there.filter(pk=key, state__in=states).first()


State = Commitment.State
OFFERS: dict[str, Callable[[User, int], LastAct | None]] = {
    "milestone.completed": _of_milestone,
    "status_update.recorded": _of_update,
    "commitment.delivered": _delivered,
    "commitment.accepted": _promised,
    "commitment.proposed": _promised,
    "commitment.moved": _moved,
}
