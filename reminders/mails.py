"""What this room sends through the outbox: digests, messages to many, new links."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from goals.selectors import plans_read_by, reads
from outbox.kinds import Changes, Kind, Rendered, Verdict, register
from outbox.models import Message
from outbox.rendering import render
from reminders.kinds import KINDS, ReminderEvent, find_events
from reminders.links import answer_url, unsubscribe_url
from reminders.models import MessageItem, OneOff
from reminders.rendering import render_digest
from reminders.selectors.answers import LINK_DAYS
from reminders.selectors.days import checking_day
from reminders.selectors.recipients import Directory

NOT_NEEDED = "Not needed any more: done, moved, closed, on hold, or switched off."
NOT_THEIRS = "Not for this person any more: somebody else answers for it, or it was switched off."

# Events by kind, subject and the day they count from.
Events = Mapping[tuple[str, str, int, date], ReminderEvent]


@dataclass(frozen=True)
class Items:
    """What a digest tells: items that still hold, each with its event, and items that do not, each with why."""

    wanted: list[tuple[MessageItem, ReminderEvent]] = field(default_factory=list)
    dropped: list[tuple[MessageItem, str]] = field(default_factory=list)


@register
class Digest(Kind):
    """The reminders of one person on one day."""

    name = "digest"
    label = "Daily digest"

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        items = _items_of(messages)
        day = checking_day(at)
        subjects: dict[str, set[int]] = defaultdict(set)
        for row in items.values():
            for item in row:
                subjects[item.subject_type].add(item.subject_id)
        events = {(one.kind, *one.key): one for one in find_events(day, subjects)}
        people = {key for one in events.values() for key in one.owners if key} | {row.person_id for row in messages}
        directory = Directory.load(day.day, people)
        return {message.pk: _verdict(message, items[message.pk], events, directory) for message in messages}

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        return render_digest(message, verdict.content.wanted, day)

    def headers(self, message: Message) -> Mapping[str, str]:
        unsubscribe = {"List-Unsubscribe": f"<{unsubscribe_url(message)}>"}
        return unsubscribe | {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

    def changes(self, message: Message, verdict: Verdict, *, is_rendered: bool) -> Changes:
        items = verdict.content or Items()
        changed: list[tuple[QuerySet[MessageItem], dict[str, Any]]] = []
        for item, why in items.dropped:
            changed.append((MessageItem.objects.filter(pk=item.pk), {"dropped": why}))
        if verdict.reason:
            rest = MessageItem.objects.filter(message=message, dropped="")
            changed.append((rest, {"dropped": verdict.reason[:200]}))
        elif is_rendered:
            # Each link ends with a newer update than the one it was written on; these were planned on an older one.
            for item, event in items.wanted:
                if event.latest_update_id not in {None, item.seen_update_id}:
                    seen = {"seen_update_id": event.latest_update_id}
                    changed.append((MessageItem.objects.filter(pk=item.pk), seen))
        return changed


@register
class OneOffMail(Kind):
    """What a plan manager wrote to many; `about` is the one-off."""

    name = "one_off"
    label = "One-off message"

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        rows = OneOff.objects.select_related("plan", "written_by").in_bulk([message.about or 0 for message in messages])
        seen = plans_read_by({message.person_id for message in messages})
        found = {}
        for message in messages:
            one_off = rows[message.about or 0]
            is_theirs = reads(seen, message.person_id, one_off.plan_id)
            found[message.pk] = Verdict(content=one_off) if is_theirs else Verdict(reason=NOT_THEIRS)
        return found

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        one_off: OneOff = verdict.content
        return render(message, one_off.subject, "reminders/email/one_off", day=day, one_off=one_off)


@register
class NewLink(Kind):
    """A link in place of one that expired; its item is the message's only one."""

    name = "link"
    label = "New link"

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        items = _items_of(messages)
        seen = plans_read_by({message.person_id for message in messages})
        found = {}
        for message in messages:
            item = items[message.pk][0]
            is_theirs = reads(seen, message.person_id, item.plan_id)
            found[message.pk] = Verdict(content=item) if is_theirs else Verdict(reason=NOT_THEIRS)
        return found

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        item: MessageItem = verdict.content
        subject, link = f"Your new link: {item.label}", answer_url(item)
        return render(message, subject, "reminders/email/link", day=day, item=item, link=link, link_days=LINK_DAYS)


def _items_of(messages: Sequence[Message]) -> Mapping[int, list[MessageItem]]:
    """By message: the items not dropped before."""
    rows = MessageItem.objects.filter(message__in=[row.pk for row in messages], dropped="")
    items: dict[int, list[MessageItem]] = defaultdict(list)
    for item in rows.select_related("instead_of").order_by("pk"):
        items[item.message_id].append(item)
    return items


def _verdict(message: Message, items: list[MessageItem], events: Events, directory: Directory) -> Verdict:
    found = Items()
    for item in items:
        event = events.get((item.kind, item.subject_type, item.subject_id, item.due_date))
        if event is None:
            found.dropped.append((item, NOT_NEEDED))
        elif not _is_for(message.person_id, event, directory):
            found.dropped.append((item, NOT_THEIRS))
        else:
            found.wanted.append((item, event))
    reason = "" if found.wanted else "Nothing in it was needed any more."
    return Verdict(reason=reason, content=found, is_changed=bool(found.dropped))


def _is_for(person_id: int, one: ReminderEvent, directory: Directory) -> bool:
    book = directory.of(one.plan_id)
    wanted_by = book.after_preferences(KINDS[one.kind].recipients(one, book), one.kind)
    return any(recipient.person_id == person_id for recipient in wanted_by)
