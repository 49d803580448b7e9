"""The quarters of the window, frozen when the worker would have frozen them."""

from datetime import datetime, timedelta

from people.asof import start_of_day
from planapp.demo.timeline import Timeline, World
from reports.services import freeze_due_quarters

AFTER = timedelta(minutes=10)  # beat asks every ten minutes what is due


def closed_quarters(timeline: Timeline) -> None:
    """Freeze each quarter ten minutes after its last local day."""
    quarter = timeline.first_quarter
    while quarter < timeline.quarter:
        quarter = quarter.next()
        timeline.add(start_of_day(quarter.first_day) + AFTER, _freeze)


def _freeze(world: World, at: datetime) -> None:
    freeze_due_quarters(at=at)
