"""The arithmetic of steps by itself, over random plans: never two within five days (rule G8), each step once."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest

from goals.models import REMINDERS_APART
from reminders.steps import Calendar, due_step, reached_step

DAY = timedelta(days=1)
FIRST = date(2026, 10, 5)


@pytest.mark.parametrize("seed", range(60))
def test_g8_over_random_plans_and_outages(seed):
    dice = random.Random(seed)
    steps = sorted({dice.randint(-40, 40) for _ in range(dice.randint(1, 8))})
    repeat = dice.choice([0, 1, 3, 7, 30])
    calendar = Calendar(
        sorted(dice.sample(range(7), dice.randint(1, 7))),
        frozenset(FIRST + dice.randint(0, 300) * DAY for _ in range(20)),
    )
    due = FIRST + 60 * DAY
    last: date | None = None
    told: list[tuple[date, int]] = []
    day = FIRST
    while day < FIRST + 300 * DAY:
        if calendar.is_working(day):  # the planner asks on these days only
            step = due_step(due, day, steps=steps, repeat=repeat, calendar=calendar, last=last)
            if step is not None:
                told.append((day, step))
                last = day
        day += dice.choice([1, 1, 1, 2, 40]) * DAY
    days = [day for day, _ in told]
    assert all((later - earlier).days >= REMINDERS_APART for earlier, later in pairwise(days))
    assert len({step for _, step in told}) == len(told)
    assert all(day >= due + step * DAY for day, step in told)
    # What was reached last is served, or lies within five days of the mail before.
    reached = reached_step(due, day - DAY, steps, repeat, calendar)
    assert reached is None or told
