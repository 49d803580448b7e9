"""What people are told of: one small class per kind. docs/how-to/add-a-reminder-kind.md says how to add one.

A kind finds its events among the rows as they are, says which step is due, and whom the mail is for. The same
question is asked twice: when mails are planned, for all rows, and right before each is sent, for its own rows.
"""

from collections.abc import Callable, Iterable
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from reminders.kinds import comments, commitments, milestones, owners, reports, updates
from reminders.kinds.base import Kind, Only, ReminderEvent
from reminders.selectors.days import Day

__all__ = ["KINDS", "Kind", "ReminderEvent", "find_events", "series_of"]

# In the order in which mails list them.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in sorted(
        chain.from_iterable(one.KINDS for one in (milestones, commitments, owners, updates, comments, reports)),
        key=attrgetter("order"),
    )
}


def find_events(day: Day, only: Only | None = None) -> list[ReminderEvent]:
    """What there is to tell on a day, whatever was told before; `only` narrows it to some rows of some subjects.

    One query for each family of kinds that look at the same rows.
    """
    found: list[ReminderEvent] = []
    for read, kinds in _families():
        if only is None or not only.keys().isdisjoint(kind.subject_type for kind in kinds):
            for row in read(day, only):
                found.extend(one for kind in kinds if (one := kind.event(row, day)) is not None)
    return found


def series_of(kind: str) -> str:
    return KINDS[kind].series if kind in KINDS else kind


def _families() -> list[tuple[Callable[[Day, Only | None], Iterable[Any]], list[Kind]]]:
    """Kinds that share their way to read."""
    by_read = sorted(KINDS.values(), key=lambda kind: type(kind).rows.__qualname__)
    return [(read, list(kinds)) for read, kinds in groupby(by_read, key=lambda kind: type(kind).rows)]
