"""What every mail has in common: its words from a pair of templates, its headers."""

from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from outbox.kinds import KINDS, Rendered
from outbox.models import Message


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def render(message: Message, subject: str, template: str, *, day: date, **context: Any) -> Rendered:
    """`template` names a pair: `<template>.txt` and `<template>.html`."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    context |= {"person": message.person, "day": day, "home": absolute("/"), "subject": clean}
    text, html = (render_to_string(f"{template}.{ending}", context) for ending in ("txt", "html"))
    return Rendered(subject=clean[:250], text=_plain(text), html=html)


def headers_of(message: Message) -> dict[str, str]:
    """Headers besides those that name the mail; decided by the row, so that a repeat is the same mail."""
    return {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **KINDS[message.kind].headers(message),
    }


def _plain(text: str) -> str:
    """At most one empty line in a row, and no spaces at the end of lines: templates leave both."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
