"""What is remembered is what would be worked out anew: after any change, and while somebody is changing something."""

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction

from goals.selectors import plans_as_of
from initiatives.selectors.counted import tally
from initiatives.selectors.departments import department_lines
from initiatives.selectors.lists import choices_of
from initiatives.selectors.overview import plan_overview
from initiatives.services import (
    complete_milestone,
    delete_initiative,
    override_status,
    propose_commitment,
    update_initiative,
    update_milestone,
)
from people.services import update_user
from records import remembered as memory
from records.asof import AsOf
from records.models import AuditEvent
from records.remembered import Remembered
from tests.build import act, build_cast, build_plan, make_initiative, make_milestone, report

TODAY = AsOf(day=date(2026, 10, 5))
PAST = AsOf.end_of(date(2026, 10, 2))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    cast = build_cast()
    return cast, build_plan()


@pytest.fixture
def counter():
    """Counts how often it was worked out."""
    worked = []

    def work(key):
        worked.append(key)
        return len(worked)

    yield Remembered(work)
    memory.KNOWN.pop()


def test_it_is_worked_out_once_until_something_is_recorded(world, counter):
    _cast, plan = world
    assert [counter(1), counter(1), counter(2), counter(1)] == [1, 1, 2, 1]
    make_initiative(plan)
    assert [counter(1), counter(1)] == [3, 3]


def test_within_a_transaction_nothing_is_remembered(world, counter):
    with transaction.atomic():
        assert [counter(1), counter(1)] == [1, 2]
    assert [counter(1), counter(1)] == [3, 3]


def test_an_answer_that_some_events_leave_as_it_is_outlives_these_alone(world):
    cast, plan = world
    worked = []
    ask = Remembered(lambda: worked.append(1) or len(worked), but_for="status_update.")
    try:
        row = make_initiative(plan)
        assert [ask(), ask()] == [1, 1]
        report(row, "on_track", "2026-10-01T12:00", cast.owner)
        assert [ask(), ask()] == [1, 1]
        assert next(iter(ask.known.values()))[0] == AuditEvent.objects.latest("pk").pk  # looked through once
        report(row, "at_risk", "2026-10-01T13:00", cast.owner)
        update_initiative(initiative=row, fields={"title": "Other"}, act=act("2026-10-02T12:00", reason="x"))
        assert [ask(), ask()] == [2, 2]
    finally:
        memory.KNOWN.pop()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_an_event_that_appears_below_ones_that_change_nothing_is_seen(world):
    cast, plan = world
    row, other = make_initiative(plan, number="1.1"), make_initiative(plan, number="1.2")
    worked = []
    ask = Remembered(lambda: worked.append(1) or len(worked), but_for="status_update.")
    has_written, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                update_initiative(initiative=row, fields={"title": "Other"}, act=act("2026-10-02T12:00", reason="x"))
                has_written.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    try:
        assert ask() == 1
        writer = threading.Thread(target=slow)
        writer.start()
        assert has_written.wait(20)
        report(other, "at_risk", "2026-10-01T12:00", cast.owner)  # has the higher number, and is there first
        assert [ask(), ask()] == [1, 1]
        may_commit.set()
        writer.join(20)
        assert [ask(), ask()] == [2, 2]
    finally:
        memory.KNOWN.pop()


def test_only_the_last_answers_are_kept(world, counter):
    for key in range(memory.MOST + 1):
        counter(key)
    assert len(counter.known) == memory.MOST
    assert counter(memory.MOST) == memory.MOST + 1
    assert counter(0) == memory.MOST + 2


def test_every_change_shows_at_once(world):
    """The page of the plan is compared with one that is worked out anew, after each of many kinds of change."""
    cast, plan = world
    rows = [make_initiative(plan, number=f"1.{number}", owner=cast.owner) for number in (1, 2, 3)]
    step = make_milestone(rows[0], date(2026, 11, 1), title="Pilot")

    def promised():
        return propose_commitment(
            initiative=rows[1], department=cast.streets, what="Crews", due_date=date(2026, 12, 1),
            act=act("2026-10-03T15:00", cast.manager),
        )  # fmt: skip

    changes = [
        lambda: report(rows[0], "on_track", "2026-10-01T12:00", cast.owner),
        lambda: report(rows[1], "off_track", "2026-10-01T12:00", cast.owner),
        lambda: update_initiative(
            initiative=rows[0], fields={"title": "Other"}, act=act("2026-10-02T12:00", reason="x")
        ),
        lambda: update_milestone(
            milestone=step, fields={"due_date": date(2026, 10, 20)}, act=act("2026-10-02T13:00", reason="Sooner")
        ),
        promised,
        lambda: override_status(initiative=rows[2], status="on_hold", act=act("2026-10-03T12:00", reason="Budget")),
        lambda: complete_milestone(milestone=step, completed_date=date(2026, 10, 3), act=act("2026-10-03T13:00")),
        lambda: report(rows[2], "completed", "2026-10-03T13:30", cast.owner),
        lambda: update_initiative(
            initiative=rows[0], fields={"owner": cast.contributor}, act=act("2026-10-03T13:40", reason="x")
        ),
        lambda: update_initiative(
            initiative=rows[0], fields={"lead_department": cast.health}, act=act("2026-10-03T13:50", reason="x")
        ),
        lambda: update_user(user=cast.owner, fields={"name": "Renamed"}, act=act("2026-10-03T14:00", cast.admin)),
        lambda: delete_initiative(initiative=rows[1], act=act("2026-10-04T12:00", cast.manager)),
    ]
    for change in changes:
        _ask_all()
        change()
        remembered, anew = _ask_all(), _ask_all(anew=True)
        assert remembered == anew


def _ask_all(*, anew=False):
    found = []
    for when in (TODAY, PAST):
        plans = plans_as_of(when)
        if anew:
            memory.forget()
        found.append([plan_overview(plan, when) for plan in plans] + [set(tally(plans, when).cells)])
        found.append([department_lines(when), choices_of(plans, plans, when)])
    return found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_while_somebody_writes_nothing_is_remembered(world):
    """Who began earlier and commits later has the lower number: the answer would be taken for the newest."""
    cast, plan = world
    row, other = make_initiative(plan, number="1.1"), make_initiative(plan, number="1.2")
    has_written, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                report(row, "off_track", "2026-10-01T12:00", cast.owner)
                has_written.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert has_written.wait(20)
    report(other, "at_risk", "2026-10-01T12:00", cast.owner)  # has the higher number, and is there first
    assert tally(plans_as_of(TODAY), TODAY).whole.counts == {"at_risk": 1, "no_current_update": 1}
    may_commit.set()
    writer.join(20)
    assert tally(plans_as_of(TODAY), TODAY).whole.counts == {"at_risk": 1, "off_track": 1}
