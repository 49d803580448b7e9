"""What a security office wants to hear of, one line an event, written to the logger `planapp.security`.

Names of events and facts are stable: a collector goes by them (docs/operations.md has the table). A fact is a number or
a word of ours; whatever else were handed over is not written, so no line can hold what somebody typed.
"""

import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from records.models import AuditEvent

CLIENT: ContextVar[str] = ContextVar("CLIENT", default="-")  # the address of who asks; none within a task
log = logging.getLogger("planapp.security")

EVENTS = {
    "sign_in.succeeded": logging.INFO,
    "sign_in.failed": logging.WARNING,
    "sign_out": logging.INFO,
    "throttled": logging.WARNING,
    "access.refused": logging.WARNING,
    "csrf.refused": logging.WARNING,
    "link.refused": logging.WARNING,
    "password.refused": logging.WARNING,
    "password.link_asked": logging.INFO,
    "user.created": logging.INFO,
    "user.invited": logging.INFO,
    "user.joined": logging.INFO,
    "user.changed": logging.INFO,
    "user.password_set": logging.INFO,
    "user.deactivated": logging.INFO,
    "user.reactivated": logging.INFO,
    "user.sessions_ended": logging.INFO,
    "user.new_browser": logging.INFO,
    "user.feed_made": logging.INFO,
    "user.feed_ended": logging.INFO,
    "factor.app_added": logging.INFO,
    "factor.app_removed": logging.INFO,
    "factor.key_added": logging.INFO,
    "factor.key_removed": logging.INFO,
    "factor.codes_renewed": logging.INFO,
    "factor.code_used": logging.WARNING,
    "factor.taken_off": logging.WARNING,
    "factor.refused": logging.WARNING,
    "provider.refused": logging.WARNING,
    "user.linked": logging.INFO,
    "group.mapped": logging.WARNING,
    "group.unmapped": logging.WARNING,
    "role.granted": logging.INFO,
    "role.revoked": logging.INFO,
}
FACTS = ("account", "unknown", "by", "role", "door", "view", "method", "audit_event", "client")
OURS = re.compile(r"[A-Za-z0-9_.:\-]{1,80}")


def note(event: str, **facts: int | str | None) -> None:
    """Write one line now. `facts` are among FACTS; those without a value are left out."""
    facts.setdefault("client", CLIENT.get())
    told = {name: _ours(value) for name in FACTS if (value := facts.get(name)) not in (None, "")}
    text = " ".join((event, *(f"{name}={value}" for name, value in told.items())))
    log.log(EVENTS[event], "%s", text, extra={"event": event, **told})


def note_acts(*events: AuditEvent | None, role: str = "") -> None:
    """Write the acts among these that concern security, once they are committed: what was undone did not happen."""
    for event in events:
        if event is not None and event.verb in EVENTS:
            facts: dict[str, Any] = {"account": event.target_id, "by": event.actor_id, "audit_event": event.pk}
            transaction.on_commit(partial(note, event.verb, **facts, role=role))


def note_many(events: Iterable[AuditEvent], roles: Iterable[str]) -> None:
    """The same of many, each with its role."""
    for event, role in zip(events, roles, strict=True):
        note_acts(event, role=role)


def folded(typed: str) -> str:
    """An address nobody has, as a name that is the same for the same address and tells it to nobody without our key."""
    return salted_hmac("planapp.security", typed.strip().casefold(), algorithm="sha256").hexdigest()[:12]


def _ours(value: int | str | None) -> int | str:
    if isinstance(value, int) or OURS.fullmatch(str(value)):
        return value if isinstance(value, int) else str(value)
    return "?"
