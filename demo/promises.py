"""Sample commitments as acts: what departments were asked for, said yes to, kept, or are late with."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from demo.source import real_initiatives, sample
from demo.structure import created_at
from demo.timeline import Timeline, World, office_hour, working_day
from initiatives.services import (
    accept_commitment,
    deliver_commitment,
    move_commitment,
    propose_commitment,
    withdraw_commitment,
)
from people.models import User
from records.asof import local_day
from records.audit import Act

Days = tuple[int, int]


@dataclass(frozen=True)
class Promise:
    """Days from today, from and to; negative lies in the past. `asked` None: somewhere in the window."""

    asked: Days | None
    due: Days
    is_accepted: bool = True


STORIES = {
    "to_accept": Promise(asked=(-13, -5), due=(35, 70), is_accepted=False),
    "unanswered": Promise(asked=(-55, -38), due=(15, 50), is_accepted=False),
    "upcoming": Promise(asked=(-110, -70), due=(6, 20)),
    "late": Promise(asked=(-150, -110), due=(-32, -6)),
    "delivered": Promise(asked=None, due=(45, 90)),
    "delivered_late": Promise(asked=None, due=(45, 70)),
    "withdrawn": Promise(asked=None, due=(60, 90)),
}


def promises(timeline: Timeline, *, seed: int) -> None:
    """Put every sample commitment on the timeline."""
    rows = {row.number: row for row in real_initiatives()}
    for place, (number, department, what, name) in enumerate(sample()["commitments"]):
        rng = random.Random(f"{seed}/promise {place}")  # noqa: S311 - no secret
        made = created_at(timeline, rows[number])
        _promise(timeline, rng, f"promise {place}", number, department, what, name, made)


def _promise(
    timeline: Timeline,
    rng: random.Random,
    key: str,
    number: str,
    department: str,
    what: str,
    name: str,
    created: datetime,
) -> None:
    story = STORIES[name]
    today = timeline.today
    earliest = local_day(created) + timedelta(days=5)
    if story.asked is None:  # long enough ago that it is over by now
        room = max((timeline.days_ago(125) - earliest).days, 0)
        asked = earliest + timedelta(days=rng.randint(0, room))
        due = asked + timedelta(days=rng.randint(*story.due))
    else:
        asked = max(today + timedelta(days=rng.randint(*story.asked)), earliest)
        due = max(today + timedelta(days=rng.randint(*story.due)), asked)
    due = working_day(due)

    def day(after: date, days: int) -> datetime:
        return max(office_hour(after + timedelta(days=days), rng), created + timedelta(days=6))

    proposed = max(office_hour(asked, rng), created + timedelta(days=4))
    timeline.add(proposed, partial(_propose, key, number, department, what, due))
    if story.is_accepted:
        timeline.add(
            max(day(asked, rng.randint(2, 9)), proposed + timedelta(hours=5)), partial(_accept, key, department)
        )
    if name == "delivered":
        timeline.add(day(due, -rng.randint(0, 8)), partial(_deliver, key, department))
    elif name == "delivered_late":
        moved = working_day(due + timedelta(days=21))
        timeline.add(day(due, -3), partial(_move, key, department, moved, rng.choice(sample()["slip_reasons"])))
        timeline.add(day(moved, rng.randint(2, 9)), partial(_deliver, key, department))
    elif name == "withdrawn":
        timeline.add(day(due, -20), partial(_withdraw, key))


def _propose(key: str, number: str, department: str, what: str, due: date, world: World, at: datetime) -> None:
    initiative = world.initiatives[number]
    world.commitments[key] = propose_commitment(
        initiative=initiative,
        department=world.departments[department],
        what=what,
        due_date=due,
        act=Act(by=initiative.owner, at=at),
    )


def _accept(key: str, department: str, world: World, at: datetime) -> None:
    accept_commitment(commitment=world.commitments[key], act=Act(by=_speaker(world, department), at=at))


def _deliver(key: str, department: str, world: World, at: datetime) -> None:
    deliver_commitment(commitment=world.commitments[key], act=Act(by=_speaker(world, department), at=at))


def _move(key: str, department: str, due: date, reason: str, world: World, at: datetime) -> None:
    act = Act(by=_speaker(world, department), at=at, reason=reason)
    move_commitment(commitment=world.commitments[key], due_date=due, act=act)


def _withdraw(key: str, world: World, at: datetime) -> None:
    act = Act(by=world.people["manager"], at=at, reason="Another survey asks the same businesses this month.")
    withdraw_commitment(commitment=world.commitments[key], act=act)


def _speaker(world: World, department: str) -> User:
    """The department's liaison, or the plan manager where it has none."""
    wanted = f"liaison:{department}"
    for account, (_, _, _, roles) in sample()["accounts"].items():
        if wanted in roles:
            return world.people[account]
    return world.people["manager"]
