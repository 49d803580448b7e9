"""A point of view in time: which recorded rows count, and which day it is.

Every page, export and snapshot reads through an `AsOf`, so "now" and "as it stood on 30 September" are the same code.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from django.db.models import Q
from django.utils import timezone

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)  # stands for the end of an interval that is open, in indexes of the past


def local_day(moment: datetime) -> date:
    """The calendar day of an instant in the plan time zone (TIME_ZONE), never in UTC."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def start_of_day(day: date) -> datetime:
    """The instant at which a local day begins in the plan time zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class AsOf:
    """Rows recorded before `moment` (exclusive; None: all, the live plan), judged on the local day `day`."""

    day: date
    moment: datetime | None = None

    @classmethod
    def now(cls, at: datetime) -> Self:
        """The live plan, judged on the local day of `at`."""
        return cls(day=local_day(at))

    @classmethod
    def end_of(cls, day: date) -> Self:
        """The plan as recorded by the end of a local day, judged on that day (rules G2 and G10)."""
        return cls(day=day, moment=start_of_day(day + timedelta(days=1)))

    @property
    def is_live(self) -> bool:
        return self.moment is None

    def q(self, prefix: str = "") -> Q:
        """The condition on an interval row (`recorded_from`, `recorded_until`) that held at this moment."""
        if prefix:
            prefix += "__"
        if self.moment is None:
            return Q(**{f"{prefix}recorded_until__isnull": True})
        still_open = Q(**{f"{prefix}recorded_until__isnull": True}) | Q(**{f"{prefix}recorded_until__gte": self.moment})
        return Q(**{f"{prefix}recorded_from__lt": self.moment}) & still_open

    def recorded(self, field: str = "recorded_at") -> Q:
        """The condition on an append-only row that had been recorded by this moment."""
        return Q() if self.moment is None else Q(**{f"{field}__lt": self.moment})

    def instant(self, at: datetime) -> datetime:
        """The moment to measure ages from: the as-of moment, or `at` for the live plan."""
        return self.moment or at
