"""Compares three accounts of one storm row for row: the history, the relay's log, and the database.

The first two are written outside the system under test. It is a plain function of them, so it can be tested itself.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Row(NamedTuple):
    """A digest as the database has it."""

    address: str
    message_id: str
    state: str
    attempts: int
    items: int


class Taken(NamedTuple):
    """A mail as the relay's log has it."""

    message_id: str
    hash: str
    address: str


@dataclass
class Verdict:
    """Numbers that have to be zero, by name."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not any(self.counts.values())


def check(*, owed: list[str], attempted: list[str], heard: list[str], taken: list[Taken], rows: list[Row]) -> Verdict:
    """`owed`, `attempted` and `heard` (taken) are addresses from the history, in its order."""
    tries, mails = Counter(attempted), Counter(mail.address for mail in taken)
    sent = Counter((row.message_id, row.address) for row in rows if row.state == "sent")
    per_person = Counter(row.address for row in rows if row.state != "cancelled")
    wire = Counter((mail.message_id, mail.address) for mail in taken)
    return Verdict(
        {
            "lost": len(set(owed) - mails.keys()),
            "to somebody who was owed nothing": len(mails.keys() - set(owed)),
            "repeats on the wire": sum(count - 1 for count in wire.values()),
            "people with two mails": sum(count > 1 for count in mails.values()),
            "recorded twice": sum(count > 1 for count in per_person.values()),
            "not recorded": len(set(owed) - per_person.keys()),
            "digests without exactly their one item": sum(row.items != 1 for row in rows if row.state != "cancelled"),
            "unconfirmed": sum(row.state == "unconfirmed" for row in rows),
            "not sent for another reason": sum(row.state not in {"sent", "unconfirmed"} for row in rows),
            "recorded as sent, not in the relay's log": sum((sent - wire).values()),
            "in the relay's log, not recorded as sent": sum((wire - sent).values()),
            "in the history or the relay's log alone": sum(
                ((Counter(heard) - mails) + (mails - Counter(heard))).values()
            ),
            "taken without an attempt in the history": sum((mails - tries).values()),
            "attempts nobody announced": sum(tries[row.address] > row.attempts for row in rows),
        }
    )
