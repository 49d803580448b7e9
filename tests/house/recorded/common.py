"""What the tables of several rooms ask for."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from goals.models import Goal
from records.audit import Act
from tests.conftest import NOW
from tests.house.world import World

DAY = date(2026, 10, 20)
LATER = NOW + timedelta(minutes=1)

Call = Callable[[World], Any]
# Of each service: the verbs of the events that it must leave (in order), and how to call it.
Table = dict[str, tuple[list[str], Call]]


def by(world: World, who: str = "manager", minutes: int = 1, reason: str = "It was agreed.") -> Act:
    return Act(by=getattr(world.cast, who), at=NOW + timedelta(minutes=minutes), reason=reason)


def goal(world: World) -> Goal:
    return Goal.objects.get(plan=world.plan, number="1")
