"""When a reminder is due, as pure date arithmetic (rules G8 and R4).

A step is a number of days relative to a day: -7 is a week before it is due, 30 a month after. Nothing asks whether
today is such a day, but which step was reached last and whether somebody was reminded since. So a run that comes late,
or twice, gives the same mails.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from goals.models import REMINDERS_APART


@dataclass(frozen=True)
class Calendar:
    """The working days of a plan; weekdays count from Monday = 0."""

    working_days: Collection[int] = (0, 1, 2, 3, 4)
    holidays: Collection[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.working_days and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself, or the next working day. A plan without any working day in a year keeps the day."""
        for ahead in range(366):
            if self.is_working(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        return day

    def working_days_after(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def reached_step(
    due: date, today: date, steps: Sequence[int], repeat: int, calendar: Calendar
) -> tuple[int, date] | None:
    """The latest step whose day, moved to a working day, has come, with that day. It overtakes the earlier ones."""
    for step in _downwards(steps, repeat, (today - due).days):
        day = calendar.on_or_after(due + timedelta(days=step))
        if day <= today:
            return step, day
    return None


def due_step(
    due: date, today: date, *, steps: Sequence[int], repeat: int = 0, calendar: Calendar, last: date | None
) -> int | None:
    """The step to serve today, or None. `last` is the day this person was last told of this, by any step.

    A step counts as served when the last mail came less than `REMINDERS_APART` days before its day, or after it.
    """
    reached = reached_step(due, today, steps, repeat, calendar)
    if reached is None:
        return None
    step, day = reached
    if last is not None and last > day - timedelta(days=REMINDERS_APART):
        return None
    return step


def _downwards(steps: Sequence[int], repeat: int, elapsed: int) -> list[int]:
    """Steps not after `elapsed`, the latest first; after the last one, every `repeat` days."""
    known = sorted({step for step in steps if step <= elapsed}, reverse=True)
    last = max(steps, default=0)
    if repeat and elapsed > last:
        rounds = (elapsed - last) // repeat
        # The shift to a working day moves a step by days, never by two rounds.
        return [last + repeat * n for n in range(rounds, max(rounds - 2, 0), -1)] + known
    return known
