"""What is counted of a plan block by block is what one pass over all of it finds, after any sequence of edits."""

import random
import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction

from goals.selectors import plans_as_of
from initiatives.models import Initiative, Milestone
from initiatives.selectors import counted
from initiatives.selectors.counted import plan_survey, tally
from initiatives.services import (
    add_milestone,
    complete_milestone,
    delete_initiative,
    override_status,
    record_status_update,
    update_initiative,
    update_milestone,
)
from people.services import update_user
from records.asof import AsOf
from records.statements import Keys
from tests.build import act, at, build_cast, build_plan, make_initiative, make_milestone, report

TODAY = AsOf(day=date(2026, 10, 20))
END = date(2026, 12, 1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small_blocks(monkeypatch):
    """Four initiatives each, so that a plan of two dozen has seven or more."""
    monkeypatch.setattr(counted, "_size", lambda plan_id: 4)
    monkeypatch.setattr(counted, "SHARE", 1)


@pytest.fixture
def passes(monkeypatch):
    """Which blocks were counted; None: all."""
    found = []
    work = counted.blocks_of

    def noted(*args, only=None, **words):
        found.append(only)
        return work(*args, only=only, **words)

    monkeypatch.setattr(counted, "blocks_of", noted)
    return found


def _same():
    """As it is kept, and in one pass inside a transaction, where nothing is kept."""
    for plan in plans_as_of(TODAY):
        kept = plan_survey(plan, TODAY)
        with transaction.atomic():
            whole = plan_survey(plan, TODAY)
        assert Counter(kept.tally.cells) == Counter(whole.tally.cells)
        for name in ("asking", "helping", "pulse", "slipped", "slips", "there"):
            assert getattr(kept, name) == getattr(whole, name), name
        assert sorted(kept.moved) == sorted(whole.moved)


def _grown(cast, numbers=24):
    plan = build_plan()
    rows = [
        make_initiative(
            plan, number=f"1.{number}", owner=cast.owner if number % 5 else None, due_date=date(2026, 12, 1)
        )
        for number in range(1, numbers + 1)
    ]
    for row in rows[::2]:
        make_milestone(row, date(2026, 10, 25), title="Pilot")
    for row in rows[::3]:
        report(row, "on_track", "2026-09-01T12:00", cast.owner)
    return plan, rows


@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_edits_leaves_what_one_pass_finds(small_blocks, passes, seed):
    chance = random.Random(seed)
    cast = build_cast()
    plan, _ = _grown(cast)
    clock = at("2026-10-02T12:00")

    def said():
        nonlocal clock
        clock += timedelta(minutes=chance.randint(1, 600))
        return act(clock, cast.manager, reason="So it is")

    def an_initiative():
        return chance.choice(Initiative.objects.filter(deleted_at__isnull=True))

    def a_milestone():
        open_ones = Milestone.objects.filter(
            deleted_at__isnull=True, completed_date__isnull=True, initiative__deleted_at__isnull=True
        )
        return chance.choice(open_ones)

    def update():
        status = chance.choice(["on_track", "at_risk", "off_track", "completed"])
        words = {"status": status, "happened": "It went on.", "help_needed": chance.choice(["", "Two people"])}
        row = an_initiative()
        record_status_update(initiative=row, words=words, seen_update_id=row.latest_update_id, act=said())

    edits = [
        update,
        update,
        lambda: update_initiative(
            initiative=an_initiative(), fields={"due_date": date(2026, 11, chance.randint(1, 30))}, act=said()
        ),
        lambda: update_initiative(
            initiative=an_initiative(), fields={"owner": chance.choice([None, cast.owner])}, act=said()
        ),
        lambda: update_milestone(
            milestone=a_milestone(), fields={"due_date": date(2026, 10, chance.randint(1, 30))}, act=said()
        ),
        lambda: complete_milestone(milestone=a_milestone(), completed_date=date(2026, 10, 1), act=said()),
        lambda: add_milestone(
            initiative=an_initiative(), fields={"title": "Step", "due_date": date(2026, 10, 10)}, act=said()
        ),
        lambda: override_status(initiative=an_initiative(), status="on_hold", act=said()),
        lambda: delete_initiative(initiative=an_initiative(), act=said()),
        lambda: make_initiative(
            plan, number=f"2.{chance.randint(1, 10**6)}", when=said().at, start_date=date(2026, 10, 1)
        ),
        lambda: update_user(user=cast.owner, fields={"name": f"Name {chance.random()}"}, act=said()),
    ]
    _same()
    for _ in range(20):
        for _ in range(chance.randint(1, 3)):
            chance.choice(edits)()
        _same()
    assert sum(only is not None for only in passes) > 8  # most edits were met by a block or two


def test_an_update_has_one_block_counted_and_a_name_none(small_blocks, passes):
    cast = build_cast()
    _plan, rows = _grown(cast)
    _same()
    passes.clear()
    report(rows[5], "off_track", "2026-10-05T12:00", cast.owner)
    _same()
    assert passes == [rows[5].pk // 4]
    update_user(user=cast.owner, fields={"name": "Other"}, act=act("2026-10-06T12:00", cast.admin))
    _same()
    assert passes == [rows[5].pk // 4]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_who_began_earlier_and_commits_later_is_not_missed(small_blocks):
    cast = build_cast()
    _plan, rows = _grown(cast)
    _same()
    has_written, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                report(rows[0], "off_track", "2026-10-01T12:00", cast.owner)
                has_written.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert has_written.wait(20)
    report(rows[20], "at_risk", "2026-10-01T12:00", cast.owner)  # has the higher number, and is there first
    _same()
    may_commit.set()
    writer.join(20)
    _same()
    report(rows[12], "at_risk", "2026-10-02T12:00", cast.owner)
    _same()


def test_many_plans_are_counted_at_once_and_not_kept(small_blocks, monkeypatch, passes):
    cast = build_cast()
    _grown(cast)
    monkeypatch.setattr(counted, "PLANS", 0)
    assert tally(plans_as_of(TODAY), TODAY).whole.total == 24
    assert not passes


def test_what_is_counted_of_a_part_is_a_part_of_what_is_counted(small_blocks):
    cast = build_cast()
    _plan, rows = _grown(cast)
    update_initiative(
        initiative=rows[3], fields={"lead_department": cast.streets}, act=act("2026-10-02T12:00", reason="x")
    )
    plans = plans_as_of(TODAY)
    for part in ({"goal": rows[0].goal_id}, {"goal": 0}, {"led_by": Keys([cast.streets.pk])}, {"led_by": Keys()}):
        kept = tally(plans, TODAY, **part)
        with transaction.atomic():
            assert Counter(kept.cells) == Counter(tally(plans, TODAY, **part).cells), part
    assert tally(plans, TODAY, led_by=Keys([cast.streets.pk])).whole.total == 1
