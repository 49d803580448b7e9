"""The kinds of message. A room above registers its own in its mails.py (docs/adr/0013)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet

from outbox.models import KIND_LABELS, Message

# Rows, and the fields to set in them.
Changes = Sequence[tuple["QuerySet[Any]", Mapping[str, Any]]]


@dataclass(frozen=True)
class Rendered:
    """The words of a mail. `html` may be empty."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Verdict:
    """What a look right before sending found.

    `reason`: why nothing of the mail is needed any more; empty: it goes out. `content` is what its kind wants to render
    and record. `is_changed`: what was written earlier that day holds no more.
    """

    reason: str = ""
    content: Any = None
    is_changed: bool = False


class Kind:
    """How messages of one kind are checked right before they go out, and what they say.

    `message.person` is the person as they are now, who can be reached: nobody else is asked about.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    # Also to somebody who is deactivated or has no role: it is about the account itself.
    is_about_account: ClassVar[bool] = False

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        """By number: what still holds of each, in one look for all of them."""
        return {message.pk: Verdict() for message in messages}

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        """The words, on a local day."""
        raise NotImplementedError

    def headers(self, message: Message) -> Mapping[str, str]:
        """Headers besides those every mail has; decided by the row, so that a repeat is the same mail."""
        return {}

    def changes(self, message: Message, verdict: Verdict, *, is_rendered: bool) -> Changes:
        """What to write into the kind's own rows, in the transaction that cancels or announces the message."""
        return ()


K = TypeVar("K", bound=type[Kind])
KINDS: dict[str, Kind] = {}


def register(kind: K) -> K:
    """Makes a kind known by its name; as a decorator."""
    KINDS[kind.name], KIND_LABELS[kind.name] = kind(), kind.label
    return kind
