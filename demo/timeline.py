"""Dated acts, collected in any order and replayed in order of time, as the services require."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from goals.models import Goal, Plan, Priority, Strategy
from goals.quarters import Quarter
from initiatives.models import Commitment, Initiative, Milestone, StatusUpdate
from people.models import Department, User
from records.asof import local_day, start_of_day

QUARTERS = 6  # fiscal quarters of sample activity before the one that is running
START_MONTH = 7


@dataclass
class World:
    """What has been created so far, by the name the scripts use for it."""

    password: str = ""
    plan: Plan | None = None
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    priorities: dict[str, Priority] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    strategies: dict[str, Strategy] = field(default_factory=dict)
    initiatives: dict[str, Initiative] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    updates: dict[str, StatusUpdate] = field(default_factory=dict)

    @property
    def the_plan(self) -> Plan:
        if self.plan is None:
            raise RuntimeError("The plan comes first on the timeline.")
        return self.plan


Deed = Callable[[World, datetime], None]


class Timeline:
    """Acts between `begin` and `now`. What would lie after `now` has not happened and is left out."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.today = local_day(now)
        self.quarter = Quarter.of(self.today, START_MONTH)
        first = self.quarter
        for _ in range(QUARTERS):
            first = first.previous()
        self.first_quarter = first
        self.begin = start_of_day(first.first_day) + timedelta(hours=8)
        self.fiscal_year_end = Quarter(self.quarter.fiscal_year, 4, START_MONTH).last_day
        self._deeds: list[tuple[datetime, int, Deed]] = []

    @property
    def first_day(self) -> date:
        return local_day(self.begin)

    def add(self, at: datetime, deed: Deed) -> None:
        """Do `deed` at `at`, or at the beginning where `at` lies before it."""
        at = max(at, self.begin)
        if at < self.now:
            self._deeds.append((at, len(self._deeds), deed))

    def replay(self, world: World) -> None:
        for at, _, deed in sorted(self._deeds, key=lambda entry: entry[:2]):
            deed(world, at)

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


def office_hour(day: date, rng: random.Random) -> datetime:
    """An instant in office hours of `day`, or of the working day before it."""
    while day.weekday() > 4:
        day -= timedelta(days=1)
    minutes = rng.randrange(8 * 60 + 30, 17 * 60)
    wall = time(minutes // 60, minutes % 60, rng.randrange(60))
    return datetime.combine(day, wall, tzinfo=timezone.get_default_timezone())


def working_day(day: date) -> date:
    """`day`, or the next Monday when it falls on a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day
