"""What a mail says: subject, plain text and HTML, from what still holds at the moment of sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.template import Context, engines

from initiatives.models import Status
from outbox.kinds import Rendered
from outbox.models import Message
from outbox.rendering import absolute, render
from people.models import Department
from records.texts import isolated
from reminders.kinds import KINDS, ReminderEvent
from reminders.kinds.base import Section
from reminders.links import answer_url, unsubscribe_url
from reminders.models import MessageItem
from reminders.selectors.answers import LINK_DAYS

REASONS = {
    "owner": "You own it.",
    "asked": "You alone can answer.",
    "asker": "You named the owner.",
    "liaison": "You are the liaison of the department in charge.",
    "manager": "You run the plan, and nobody closer to it can be reached.",
    "escalated": "You run the plan, and it has been late for a while.",
    "administrator": "You administer planapp, and nobody closer to it can be reached.",
    "lead": "You lead this part of the plan.",
    "author": "You wrote it.",
    "mentioned": "It is for you.",
    "reporter": "You wrote the update.",
    "leader": "You belong to leadership.",
}


@dataclass(frozen=True)
class Line:
    """One item as the mail shows it. `needs_answer`: its link answers; the others only show something, signed in."""

    section: Section
    title: str
    context: str
    sentence: str
    reason: str
    action: str
    link: str
    needs_answer: bool


def render_digest(message: Message, items: Sequence[tuple[MessageItem, ReminderEvent]], day: date) -> Rendered:
    """The daily digest: what is late first, each item once, with its link."""
    ordered = sorted(items, key=lambda pair: KINDS[pair[0].kind].sort_key(pair[1]))
    lines = [_line(item, event, day) for item, event in ordered]
    sections = [(section, list(group)) for section, group in groupby(lines, key=lambda line: line.section)]
    subject = ", ".join(
        f"{len(group)} {section.one if len(group) == 1 else section.many}" for section, group in sections
    )
    context = {
        "sections": sections,
        "count": len(lines),
        "link_days": LINK_DAYS,
        "needs_answer": any(line.needs_answer for line in lines),
        "preferences": absolute("/messages/preferences/"),
        "unsubscribe": unsubscribe_url(message),
    }
    return render(message, f"planapp: {subject[:1].lower()}{subject[1:]}", "reminders/email/digest", day=day, **context)


def _line(item: MessageItem, event: ReminderEvent, day: date) -> Line:
    kind = KINDS[item.kind]
    days = (day - event.due_date).days
    context = {"one": event, "days": abs(days), "ahead": days <= 0, "department": _department(event)}
    context["said"] = Status(event.status).label if event.status else ""
    reason = REASONS.get(item.reason, "")
    if item.instead_of is not None:
        reason = f"You stand in for {isolated(item.instead_of.name)}."
    return Line(
        section=kind.section,
        title=event.title,
        context=event.context,
        sentence=_sentence(kind.name, context),
        reason=reason,
        action=kind.action,
        link=answer_url(item) if kind.is_answered else absolute(event.path),
        needs_answer=kind.is_answered,
    )


def _sentence(kind: str, context: dict[str, object]) -> str:
    """Plain words; the HTML mail escapes them."""
    template = engines["django"].engine.get_template(f"reminders/email/kinds/{kind}.txt")  # type: ignore[attr-defined]
    return " ".join(template.render(Context(context, autoescape=False)).split())


def _department(event: ReminderEvent) -> str:
    if event.subject_type != "commitment":
        return ""
    return (
        Department.objects.filter(pk__in=[key for key in event.departments if key])
        .values_list("name", flat=True)
        .first()
        or ""
    )
