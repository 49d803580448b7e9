"""What a mail says: subject, plain text and HTML, from what still holds at the moment of sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.template import Context, engines
from django.template.loader import render_to_string

from initiatives.models import Status
from people.models import Department, User
from reminders.kinds import KINDS, ReminderEvent
from reminders.kinds.base import Section
from reminders.links import absolute, answer_url, unsubscribe_url
from reminders.models import Message, MessageItem

BECAUSE = {
    "owner": "You own it.",
    "liaison": "You are the liaison of the department in charge.",
    "manager": "You run the plan, and nobody closer to it can be reached.",
    "escalated": "You run the plan, and it has been late for a while.",
    "administrator": "You administer planapp, and nobody closer to it can be reached.",
    "lead": "You lead this part of the plan.",
    "author": "You wrote it.",
    "leader": "You belong to leadership.",
    "asked": "You asked for it.",
}


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Line:
    """One item as the mail shows it. `asks`: its link answers; the others only show something, signed in."""

    section: Section
    title: str
    context: str
    sentence: str
    because: str
    action: str
    link: str
    asks: bool


def render_digest(
    message: Message, items: Sequence[tuple[MessageItem, ReminderEvent]], person: User, day: date
) -> Rendered:
    """The daily digest: what is late first, each item once, with its link."""
    ordered = sorted(items, key=lambda pair: KINDS[pair[0].kind].sort_key(pair[1]))
    lines = [_line(item, occasion, day) for item, occasion in ordered]
    sections = [(section, list(group)) for section, group in groupby(lines, key=lambda line: line.section)]
    subject = ", ".join(
        f"{len(group)} {section.one if len(group) == 1 else section.many}" for section, group in sections
    )
    context = {
        "person": person,
        "sections": sections,
        "day": day,
        "count": len(lines),
        "asks": any(line.asks for line in lines),
        "preferences": absolute("/messages/preferences/"),
        "unsubscribe": unsubscribe_url(message),
        "home": absolute("/"),
    }
    return _rendered(f"planapp: {subject[:1].lower()}{subject[1:]}", "digest", context)


def render_one_off(message: Message, person: User, day: date) -> Rendered:
    one_off = message.one_off
    assert one_off is not None  # noqa: S101 - a check in the services' queries
    context = {"one_off": one_off, "person": person, "day": day, "home": absolute("/")}
    return _rendered(one_off.subject, "one_off", context)


def render_new_link(message: Message, item: MessageItem, person: User, day: date) -> Rendered:
    context = {"item": item, "person": person, "day": day, "link": answer_url(item), "home": absolute("/")}
    return _rendered(f"Your new link: {item.label}", "link", context)


def render_export(message: Message, item: MessageItem, job_id: int, person: User, day: date) -> Rendered:
    """A file somebody asked for is ready, or could not be built. The link needs a sign-in: the right may be gone."""
    is_ready = item.kind == "export_ready"
    context = {
        "item": item, "is_ready": is_ready, "person": person, "day": day, "home": absolute("/"),
        "link": absolute(f"/reports/files/{job_id}/"),
    }  # fmt: skip
    subject = "Your file is ready" if is_ready else "Your file could not be built"
    return _rendered(f"{subject}: {item.label}", "export", context)


def render_test(message: Message, person: User, day: date) -> Rendered:
    return _rendered("planapp: a test to yourself", "test", {"person": person, "day": day, "home": absolute("/")})


def headers_of(message: Message) -> dict[str, str]:
    """Headers besides those every mail has; decided by the row, so that a repeat is the same mail."""
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    if message.sort == Message.Sort.DIGEST:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(message)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _line(item: MessageItem, occasion: ReminderEvent, day: date) -> Line:
    kind = KINDS[item.kind]
    days = (day - occasion.due_date).days
    context = {"one": occasion, "days": abs(days), "ahead": days <= 0, "department": _department(occasion)}
    context["said"] = Status(occasion.status).label if occasion.status else ""
    because = BECAUSE.get(item.because, "")
    if item.instead_of is not None:
        because = f"You stand in for {item.instead_of.name}."
    return Line(
        section=kind.section,
        title=occasion.title,
        context=occasion.context,
        sentence=_sentence(kind.name, context),
        because=because,
        action=kind.action,
        link=answer_url(item) if kind.is_answered else absolute(occasion.path),
        asks=kind.is_answered,
    )


def _sentence(kind: str, context: dict[str, object]) -> str:
    """Plain words; the HTML mail escapes them."""
    template = engines["django"].engine.get_template(f"reminders/email/kinds/{kind}.txt")  # type: ignore[attr-defined]
    return " ".join(template.render(Context(context, autoescape=False)).split())


def _department(occasion: ReminderEvent) -> str:
    if occasion.subject_type != "commitment":
        return ""
    return (
        Department.objects.filter(pk__in=[key for key in occasion.departments if key])
        .values_list("name", flat=True)
        .first()
        or ""
    )


def _rendered(subject: str, template: str, context: dict[str, object]) -> Rendered:
    clean = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    return Rendered(
        subject=clean[:250],
        text=_plain(render_to_string(f"reminders/email/{template}.txt", {**context, "subject": clean})),
        html=render_to_string(f"reminders/email/{template}.html", {**context, "subject": clean}),
    )


def _plain(text: str) -> str:
    """At most one empty line in a row, and no spaces at the end of lines: templates leave both."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
