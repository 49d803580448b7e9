"""The quarters of the window: frozen as the worker would have, completed by leadership, one corrected in the open."""

from datetime import datetime, timedelta
from functools import partial

from demo.source import sample
from demo.timeline import Timeline, World, working_day
from goals.quarters import Quarter
from initiatives.models import StatusUpdate
from initiatives.services import correct_status_update
from records.asof import start_of_day
from records.audit import Act
from reports.services import complete_report, freeze_due_quarters, publish_report, reopen_report, write_summary

AFTER = timedelta(minutes=10)  # beat asks every ten minutes what is due
CORRECTED = "3.2.1"  # the initiative whose update is put right after its quarter was completed
CORRECTION = "The figures cover April to June only."


def closed_quarters(timeline: Timeline) -> None:
    """Freeze each quarter; complete and publish all but the newest, which is for leadership to do; revise one."""
    quarters = _quarters(timeline)
    for place, quarter in enumerate(quarters):
        end = start_of_day(quarter.next().first_day)
        timeline.add(end + AFTER, _freeze)
        if place < len(quarters) - 1:
            text = sample()["summaries"][place % len(sample()["summaries"])]
            done = _office(end, days=9)
            timeline.add(done, partial(_write, quarter, text))
            timeline.add(done + timedelta(minutes=40), partial(_complete, quarter))
            timeline.add(done + timedelta(hours=2), partial(_publish, quarter))
    if len(quarters) > 1:
        revised = quarters[-2]
        end = start_of_day(revised.next().first_day)
        timeline.add(_office(end, days=20), partial(_correct, end))
        timeline.add(_office(end, days=21), partial(_reopen, revised))
        timeline.add(_office(end, days=22), partial(_complete, revised))
        timeline.add(_office(end, days=22) + timedelta(hours=1), partial(_publish, revised))


def _quarters(timeline: Timeline) -> list[Quarter]:
    """Every quarter of the window that is over."""
    found, quarter = [], timeline.first_quarter
    while quarter < timeline.quarter:
        found.append(quarter)
        quarter = quarter.next()
    return found


def _office(end: datetime, *, days: int) -> datetime:
    """Ten in the morning, so many days after the quarter's end, or on the Monday after."""
    return start_of_day(working_day((end + timedelta(days=days)).date())) + timedelta(hours=10)


def _freeze(world: World, at: datetime) -> None:
    freeze_due_quarters(at=at)


def _write(quarter: Quarter, text: str, world: World, at: datetime) -> None:
    write_summary(plan=world.the_plan, quarter=quarter, text=text, act=Act(by=world.people["leader"], at=at))


def _complete(quarter: Quarter, world: World, at: datetime) -> None:
    complete_report(plan=world.the_plan, quarter=quarter, act=Act(by=world.people["leader"], at=at))


def _publish(quarter: Quarter, world: World, at: datetime) -> None:
    publish_report(plan=world.the_plan, quarter=quarter, act=Act(by=world.people["leader"], at=at))


def _reopen(quarter: Quarter, world: World, at: datetime) -> None:
    act = Act(by=world.people["admin"], at=at, reason=f"Initiative {CORRECTED}: its update was corrected.")
    reopen_report(plan=world.the_plan, quarter=quarter, act=act)


def _correct(end: datetime, world: World, at: datetime) -> None:
    """The owner puts right the update that the frozen quarter quotes."""
    initiative = world.initiatives[CORRECTED]
    update = StatusUpdate.objects.filter(initiative=initiative, recorded_at__lt=end).latest("recorded_at")
    words = {"happened": f"{update.happened} {CORRECTION}".strip()}
    act = Act(by=initiative.owner, at=at, reason="The period of the figures was missing.")
    correct_status_update(update=update, words=words, act=act)
