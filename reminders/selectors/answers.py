"""What a link in a mail still allows, decided when it is opened."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from initiatives.models import Acknowledgement, Commitment, Initiative, Milestone, OwnerRequest, StatusUpdate
from initiatives.selectors.initiative_page import passed_since
from initiatives.selectors.rows import MilestoneRow
from people.models import User
from records.asof import local_day
from records.days import in_words
from records.models import AuditEvent, Channel
from reminders.models import MessageItem, Subscription

LINK_DAYS = 14  # for how many days a link answers; mails say so
SHOWN_FOR = timedelta(minutes=15)  # what somebody answered is shown to them so long, then the link shows nothing

PERMISSION = {
    "initiative": "initiatives.add_status_update",
    "milestone": "initiatives.keep_milestone",
    "commitment": "initiatives.keep_commitment",
    "statusupdate": "initiatives.acknowledge_status_update",
    "ownerrequest": "initiatives.answer_owner_request",
}


# Why a link has ended, in words that give nothing of the plan away: whoever holds an old mail reads them.
OLD = f"This link worked for {LINK_DAYS} days, and they are over."
OVERTAKEN = "What it asks for was answered, or changed, since the mail was written."
LOST = "It does not open anything any more: what it is about, or who answers for it, has changed."


@dataclass(frozen=True)
class Answerable:
    """One item with everything its page shows. `ended` says why nothing can be answered any more; empty: it can.

    `is_answered`: this person settled it through a mail's link, just now. `passed` are milestones whose date passed
    since the last update: "No change" asks about them.
    """

    item: MessageItem
    person: User
    initiative: Initiative
    subject: Any
    ended: str = ""
    is_answered: bool = False
    may_renew: bool = False
    passed: list[MilestoneRow] = field(default_factory=list)

    @property
    def subject_type(self) -> str:
        return self.item.subject_type

    @property
    def in_place_of(self) -> str:
        """The reason the history keeps where somebody answers for who is away; empty where nobody is."""
        return f"In place of {self.item.instead_of.name}." if self.item.instead_of else ""

    @property
    def outcome(self) -> str:
        """What came of a milestone, a commitment, an owner or an update to read, for whoever has just answered."""
        if isinstance(self.subject, Milestone):
            day = self.subject.due_date if self.subject.is_open else None
            return f"This milestone is due on {in_words(day)} now." if day else "This milestone is done."
        if isinstance(self.subject, Commitment):
            state = (
                "waiting for an answer to what you propose"
                if self.subject.has_offer
                else self.subject.get_state_display()
            )
            return f"This commitment is {state.lower()}."
        if isinstance(self.subject, OwnerRequest):
            if self.subject.state == OwnerRequest.State.ACCEPTED:
                return "You own this initiative."
            return "You declined. Whoever runs the plan sees it, with your reason."
        return "This update was read."

    @property
    def latest(self) -> StatusUpdate | None:
        return self.initiative.latest_update


def answerable(item_number: int, at: datetime) -> Answerable | None:
    """The item behind a link, or None where there is none."""
    item = (
        MessageItem.objects.select_related(
            "person", "instead_of", "message", "initiative__latest_update__author", "initiative__plan"
        )
        .filter(pk=item_number, initiative__isnull=False, subject_type__in=PERMISSION)
        .first()
    )
    if item is None or item.initiative is None:
        return None
    subject = _subject(item)
    if subject is None:
        return None
    lost, overtaken = _lost_right(item, subject, at), _overtaken(item, subject)
    is_old = at - item.message.date > timedelta(days=LINK_DAYS)
    passed: list[MilestoneRow] = []
    if isinstance(subject, Initiative) and subject.latest_update is not None and not (lost or overtaken or is_old):
        passed = passed_since(subject.pk, local_day(subject.latest_update.stated_at), local_day(at))
    return Answerable(
        item=item, person=item.person, initiative=item.initiative, subject=subject,
        ended=LOST if lost else OVERTAKEN if overtaken else OLD if is_old else "",
        is_answered=overtaken and not lost and _answered(item, subject, at),
        may_renew=is_old and not lost and not overtaken, passed=passed,
    )  # fmt: skip


def _lost_right(item: MessageItem, subject: Any, at: datetime) -> bool:
    person, initiative = item.person, item.initiative
    if not person.is_active or initiative is None or initiative.deleted_at is not None:
        return True
    if getattr(subject, "deleted_at", None) is not None or not person.has_perm("goals.read_plan", initiative):
        return True
    holders = [person, *([item.instead_of] if item.instead_of and _still_stands_in(item, at) else [])]
    return not any(one.is_active and one.has_perm(PERMISSION[item.subject_type], subject) for one in holders)


def _still_stands_in(item: MessageItem, at: datetime) -> bool:
    """Who is asked in somebody's place may answer in it, while that person is away and has named nobody else."""
    row = Subscription.objects.filter(person=item.instead_of_id, delegate=item.person_id).first()
    return row is not None and row.is_away(local_day(at))


def _overtaken(item: MessageItem, subject: Any) -> bool:
    """Whether the matter is settled already, or is another one now."""
    if isinstance(subject, Initiative):
        return subject.latest_update is not None and subject.latest_update.pk != item.seen_update_id
    if isinstance(subject, Milestone):
        return not subject.is_open or subject.due_date != item.due_date
    if isinstance(subject, Commitment):
        is_asked = item.kind == "commitment_asked"
        return subject.has_offer or subject.state not in ({"proposed"} if is_asked else {"proposed", "accepted"})
    if isinstance(subject, OwnerRequest):
        return subject.recorded_until is not None or subject.state != OwnerRequest.State.WAITING
    return Acknowledgement.objects.filter(update=subject).exists()


def _answered(item: MessageItem, subject: Any, at: datetime) -> bool:
    """Whether it was this person, through a link, within SHOWN_FOR."""
    target = subject.initiative if isinstance(subject, StatusUpdate | OwnerRequest) else subject
    if isinstance(subject, OwnerRequest) and subject.state == OwnerRequest.State.WAITING:
        return False
    if isinstance(subject, Initiative) and subject.latest_update and subject.latest_update.author_id != item.person_id:
        return False
    return AuditEvent.objects.filter(
        target_type=type(target)._meta.model_name, target_id=target.pk, actor_id=item.person_id,
        channel=Channel.EMAIL_LINK, happened_at__gte=max(item.message.date, at - SHOWN_FOR),
    ).exists()  # fmt: skip


def _subject(item: MessageItem) -> Any:
    models: dict[str, Any] = {
        "initiative": Initiative.objects.select_related("latest_update__author", "plan", "goal"),
        "milestone": Milestone.objects.select_related("initiative"),
        "commitment": Commitment.objects.select_related("initiative", "department"),
        "ownerrequest": OwnerRequest.objects.select_related("initiative", "person", "answer", "asked_by"),
        "statusupdate": StatusUpdate.objects.select_related("initiative__goal", "author"),
    }
    return models[item.subject_type].filter(pk=item.subject_id).first()
