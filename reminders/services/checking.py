"""Right before mails go out: what of each still holds. One look for a batch, since every mail asks the same things."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from reminders.kinds import KINDS, ReminderEvent, occasions
from reminders.models import Message, MessageItem
from reminders.selectors.days import checking_day
from reminders.selectors.recipients import Directory, reachable_people
from reminders.services.exports import end_of, waiting_for

NOT_NEEDED = "Not needed any more: done, moved, closed, on hold, or switched off."
NOT_THEIRS = "Not for this person any more: somebody else answers for it, or it was switched off."
FETCHED = "The file was fetched already."

# Occasions by kind, subject and the day they count from.
Events = Mapping[tuple[str, str, int, date], ReminderEvent]


@dataclass(frozen=True)
class Verdict:
    """Items that still hold, items that do not with why, and why the whole mail is not needed any more (or nothing)."""

    wanted: list[tuple[MessageItem, ReminderEvent]] = field(default_factory=list)
    dropped: list[tuple[MessageItem, str]] = field(default_factory=list)
    reason: str = ""


def check_again(messages: Sequence[Message], *, at: datetime) -> dict[int, Verdict]:
    """What still holds of each message at `at`, by its number. Gives each message its person as they are now."""
    people = {person.pk: person for person in reachable_people().filter(pk__in=[row.person_id for row in messages])}
    rows = MessageItem.objects.filter(message__in=[row.pk for row in messages], dropped="")
    items: dict[int, list[MessageItem]] = defaultdict(list)
    for item in rows.select_related("instead_of").order_by("pk"):
        items[item.message_id].append(item)
    verdicts: dict[int, Verdict] = {}
    digests = []
    for message in messages:
        person = people.get(message.person_id)
        if person is None:
            reason = f"{message.person.name} cannot be reached: deactivated, without an address, or without a role."
            verdicts[message.pk] = Verdict(dropped=[(item, reason[:200]) for item in items[message.pk]], reason=reason)
            continue
        message.person = person
        if message.sort == Message.Sort.DIGEST:
            digests.append(message)
        elif message.sort == Message.Sort.EXPORT:
            verdicts[message.pk] = _export(message, items[message.pk])
        else:
            verdicts[message.pk] = Verdict()
    if digests:
        verdicts |= _digests(digests, items, at)
    return verdicts


def _export(message: Message, items: list[MessageItem]) -> Verdict:
    """A mail about a file is needed until the file is fetched."""
    if all(message.person_id in waiting_for(end_of(item)) for item in items):
        return Verdict()
    return Verdict(dropped=[(item, FETCHED) for item in items], reason=FETCHED)


def _digests(messages: Sequence[Message], items: dict[int, list[MessageItem]], at: datetime) -> dict[int, Verdict]:
    day = checking_day(at)
    subjects: dict[str, set[int]] = defaultdict(set)
    for message in messages:
        for item in items[message.pk]:
            subjects[item.subject_type].add(item.subject_id)
    standing = {(one.kind, *one.key): one for one in occasions(day, subjects)}
    people = {key for one in standing.values() for key in one.owners if key} | {row.person_id for row in messages}
    directory = Directory.load(day.day, people)
    return {message.pk: _digest(message, items[message.pk], standing, directory) for message in messages}


def _digest(message: Message, items: list[MessageItem], standing: Events, directory: Directory) -> Verdict:
    verdict = Verdict()
    for item in items:
        one = standing.get((item.kind, item.subject_type, item.subject_id, item.due_date))
        if one is None:
            verdict.dropped.append((item, NOT_NEEDED))
        elif not _hears(message.person_id, one, directory):
            verdict.dropped.append((item, NOT_THEIRS))
        else:
            verdict.wanted.append((item, one))
    if verdict.wanted:
        return verdict
    return Verdict(dropped=verdict.dropped, reason="Nothing in it was needed any more.")


def _hears(person_id: int, one: ReminderEvent, directory: Directory) -> bool:
    told = directory.heard(KINDS[one.kind].told(one, directory), one.kind)
    return any(hearer.person_id == person_id for hearer in told)
