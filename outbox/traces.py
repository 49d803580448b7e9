"""Asking the mail relay what it accepted: the only way to settle a mail whose sender died in the middle.

A trace answers for a set of Message-IDs. A new provider is one more class with `accepted` and one line in `trace()`.
"""

import re
from pathlib import Path
from typing import Protocol

from django.conf import settings

from outbox.mailfolder import file_of


class TraceUnreadable(Exception):
    """The trace exists but cannot be read now: nothing may be concluded from it."""


class Trace(Protocol):
    def accepted(self, message_ids: set[str]) -> set[str]:
        """Those of the given Message-IDs that the relay took. Raises TraceUnreadable."""


class FolderTrace:
    """The mail folder of the demo."""

    def accepted(self, message_ids: set[str]) -> set[str]:
        return {key for key in message_ids if file_of(key).exists()}


class IdsTrace:
    """A file that names one accepted Message-ID per line, anywhere in the line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def accepted(self, message_ids: set[str]) -> set[str]:
        return {found for line in _lines(self.path) for found in re.findall(r"<[^<>\s]+>", line)} & message_ids


class PostfixTrace:
    """Postfix's log. `cleanup` names the Message-ID while the mail still comes in; only `qmgr` says it was taken."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def accepted(self, message_ids: set[str]) -> set[str]:
        by_queue: dict[str, str] = {}
        found: set[str] = set()
        for line in _lines(self.path):
            if named := re.search(r"cleanup\[\d+\]: (\w+): (?:resent-)?message-id=(<[^<>\s]+>)", line):
                if named[2] in message_ids:
                    by_queue[named[1]] = named[2]
            elif (queued := re.search(r"qmgr\[\d+\]: (\w+): from=<", line)) and queued[1] in by_queue:
                found.add(by_queue[queued[1]])
        return found


def trace() -> Trace | None:
    """The trace there is: the mail folder itself, or RELAY_TRACE=postfix:/path or ids:/path; else None."""
    if settings.EMAIL_BACKEND == "outbox.mailfolder.EmailBackend":
        return FolderTrace()
    name, _, path = str(getattr(settings, "RELAY_TRACE", "")).partition(":")
    kinds: dict[str, type[IdsTrace] | type[PostfixTrace]] = {"ids": IdsTrace, "postfix": PostfixTrace}
    return kinds[name](Path(path)) if name in kinds and path else None


def _lines(path: Path) -> list[str]:
    """The log and the one rotated away last."""
    lines: list[str] = []
    try:
        for part in (path.with_name(f"{path.name}.1"), path):
            if part.exists() or part == path:
                lines += part.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise TraceUnreadable(f"The relay’s log cannot be read: {error.strerror}.") from error
    return lines
