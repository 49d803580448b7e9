"""What a link in a mail still allows, decided when it is opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from initiatives.models import Acknowledgement, Commitment, Initiative, Milestone, StatusUpdate
from people.models import User
from reminders.models import MessageItem

VALID_FOR = timedelta(days=14)

PERMISSION = {
    "initiative": "initiatives.add_status_update",
    "milestone": "initiatives.change_milestone",
    "commitment": "initiatives.keep_commitment",
    "statusupdate": "initiatives.acknowledge_status_update",
}


@dataclass(frozen=True)
class Answerable:
    """One item with everything its page shows. `ended` says why nothing can be answered any more; empty: it can."""

    item: MessageItem
    person: User
    initiative: Initiative
    subject: Any
    sort: str
    ended: str = ""
    answered: bool = False
    may_renew: bool = False

    @property
    def latest(self) -> StatusUpdate | None:
        return self.initiative.latest_update


def answerable(item_number: int, at: datetime) -> Answerable | None:
    """The item behind a link, or None where there is none."""
    item = (
        MessageItem.objects.select_related("person", "message", "initiative__latest_update__author", "initiative__plan")
        .filter(pk=item_number, initiative__isnull=False, subject_type__in=PERMISSION)
        .first()
    )
    if item is None or item.initiative is None:
        return None
    subject = _subject(item)
    if subject is None:
        return None
    ended, answered = _ended(item, subject, at)
    expired = at - item.message.date > VALID_FOR
    may_renew = expired and not _lost_right(item, subject) and not _overtaken(item, subject)[0]
    return Answerable(item, item.person, item.initiative, subject, item.subject_type, ended, answered, may_renew)


def _ended(item: MessageItem, subject: Any, at: datetime) -> tuple[str, bool]:
    """Why the link ended, if it did, and whether because this person answered."""
    if lost := _lost_right(item, subject):
        return lost, False
    overtaken, answered = _overtaken(item, subject)
    if overtaken:
        return overtaken, answered
    if at - item.message.date > VALID_FOR:
        return "This link worked for 14 days, and they are over.", False
    return "", False


def _lost_right(item: MessageItem, subject: Any) -> str:
    person, initiative = item.person, item.initiative
    if not person.is_active:
        return "The account this link was made for is not active any more."
    if initiative is None or initiative.deleted_at is not None or getattr(subject, "deleted_at", None) is not None:
        return "What this link is about was deleted."
    about = subject if item.subject_type in {"commitment", "statusupdate"} else initiative
    if not person.has_perm("people.read") or (
        item.subject_type != "statusupdate" and not person.has_perm(PERMISSION[item.subject_type], about)
    ):
        return f"{person.name} may not answer this any more."
    return ""


def _overtaken(item: MessageItem, subject: Any) -> tuple[str, bool]:
    """Whether the matter is settled already, and whether by this person through a link."""
    if isinstance(subject, Initiative):
        latest = subject.latest_update
        if latest is not None and latest.pk != item.seen_update_id:
            return "A newer update was published since.", latest.author_id == item.person_id
    if isinstance(subject, Milestone) and (not subject.is_open or subject.due_date != item.due_date):
        told = "This milestone is done." if subject.completed_date else "This milestone has changed since."
        return told, True
    if isinstance(subject, Commitment) and subject.state in {"delivered", "withdrawn"}:
        return f"This commitment is {subject.get_state_display().lower()}.", subject.delivered_by_id == item.person_id
    if isinstance(subject, Commitment) and item.kind == "commitment_asked" and subject.state != "proposed":
        return "This commitment was accepted.", subject.accepted_by_id == item.person_id
    if isinstance(subject, StatusUpdate):
        read = Acknowledgement.objects.filter(update=subject).first()
        if read is not None:
            return "This update was acknowledged.", read.by_id == item.person_id
    return "", False


def _subject(item: MessageItem) -> Any:
    models: dict[str, Any] = {
        "initiative": Initiative.objects.select_related("latest_update__author", "plan", "goal"),
        "milestone": Milestone.objects.select_related("initiative"),
        "commitment": Commitment.objects.select_related("initiative", "department"),
        "statusupdate": StatusUpdate.objects.select_related("initiative__goal", "author"),
    }
    return models[item.subject_type].filter(pk=item.subject_id).first()
