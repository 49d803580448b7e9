"""What is counted of a plan block by block is what one pass over all of it finds, after any sequence of edits."""

import random
import threading
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction

from goals.selectors import plans_as_of
from initiatives.models import SILENT, Commitment, Initiative, Milestone, OwnerRequest
from initiatives.selectors import counted
from initiatives.selectors.counted import plan_survey, tally
from initiatives.selectors.departments import department_lines, department_page
from initiatives.selectors.my_work import active_plans, needs_a_manager
from initiatives.selectors.rows import commitments, read_commitments
from initiatives.selectors.status import read, statuses_in
from initiatives.services import (
    accept_commitment,
    accept_ownership,
    add_milestone,
    complete_milestone,
    decline_ownership,
    delete_initiative,
    deliver_commitment,
    override_status,
    propose_commitment,
    record_status_update,
    update_initiative,
    update_milestone,
)
from people.models import Department, User
from people.services import update_department, update_user
from records.asof import AsOf
from records.statements import Keys
from tests.build import act, at, build_cast, build_plan, make_initiative, make_milestone, report
from web.parts import Part

TODAY = AsOf(day=date(2026, 10, 20))
END = date(2026, 12, 1)
FEW = 3  # rows of a list
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small_blocks(monkeypatch):
    """Four initiatives each, so that a plan of two dozen has seven or more."""
    monkeypatch.setattr(counted, "_size", lambda plan_id: 4)
    monkeypatch.setattr(counted, "GROUP", 2)  # several groups of several blocks, as a large plan has
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


def _same_lists():
    """The first rows of each list and the number of all, as they are found, and as all rows judged one by one say."""
    rows = read(statuses_in(plans_as_of(TODAY), TODAY))
    gone = set(User.objects.filter(is_active=False).values_list("pk", flat=True))

    def same(part, holds):
        wanted = [row for row in rows if holds(row)]
        assert (list(part), part.total) == (wanted[:FEW], len(wanted))

    found = needs_a_manager(active_plans(TODAY), TODAY, limit=FEW)
    for kind, holds in {
        "without_owner": lambda row: row.owner_id is None,
        "unreachable": lambda row: row.owner_id in gone,
        "not_confirmed": lambda row: row.is_owner_unconfirmed,
        "not_reported": lambda row: row.is_stale,
    }.items():
        same(found[kind], lambda row, holds=holds: row.reported_status not in SILENT and holds(row))
    for department in Department.objects.all():
        page = department_page(department.pk, TODAY, limit=FEW)
        family = {department.pk, *(office.subject_id for office in page.offices)}
        same(page.led, lambda row, family=family: row.department_id in family)
        late = Part([row for row, _reasons in page.late_initiatives], page.late_initiatives.total)
        same(late, lambda row, family=family: row.department_id in family and _is_late(row))


def _same_promises():
    """The numbers of promises by department, and what every commitment says that is shown."""
    running = {plan.subject_id for plan in plans_as_of(TODAY) if plan.state != "archived"}
    wanted = {}
    for row in read_commitments(commitments(TODAY)):
        if row.plan_id in running:
            counts = wanted.setdefault(row.department_id, Counter())
            counts[row.state] += 1
            counts["late"] += row.is_late(TODAY.day)
    for line in department_lines(TODAY):
        found = wanted.get(line.department.subject_id, Counter())
        assert asdict(line.promises) == {name: found[name] for name in asdict(line.promises)}


def _is_late(row):
    is_behind = row.is_stale or row.milestones_overdue or (row.due_date is not None and row.due_date < TODAY.day)
    return row.effective_status not in SILENT and is_behind


def _grown(cast, numbers=24):
    plan = build_plan()
    rows = [
        make_initiative(
            plan,
            number=f"1.{number}",
            owner=cast.owner if number % 5 else None,
            due_date=date(2026, 12, 1),
            lead_department=cast.oit if number % 2 else None,
        )
        for number in range(1, numbers + 1)
    ]
    for row in rows[::2]:
        make_milestone(row, date(2026, 10, 25), title="Pilot")
    for row in rows[::3]:
        report(row, "on_track", "2026-09-01T12:00", cast.owner)
    return plan, rows


class Edits:
    """What people do, by chance, each a while after the one before."""

    def __init__(self, seed, cast, plan):
        self.chance = random.Random(seed)
        self.cast, self.plan, self.clock = cast, plan, at("2026-10-02T12:00")

    def said(self, by=None):
        self.clock += timedelta(minutes=self.chance.randint(1, 600))
        return act(self.clock, by or self.cast.manager, reason="So it is")

    def an_initiative(self):
        return self.chance.choice(Initiative.objects.filter(deleted_at__isnull=True))

    def a_milestone(self):
        open_ones = Milestone.objects.filter(
            deleted_at__isnull=True, completed_date__isnull=True, initiative__deleted_at__isnull=True
        )
        return self.chance.choice(open_ones)

    def somebody(self):
        cast = self.cast
        return self.chance.choice(
            User.objects.filter(pk__in=[cast.owner.pk, cast.leader.pk, cast.contributor.pk], is_active=True)
        )

    def update(self):
        status = self.chance.choice(["on_track", "at_risk", "off_track", "completed"])
        words = {"status": status, "happened": "It went on.", "help_needed": self.chance.choice(["", "Two people"])}
        row = self.an_initiative()
        record_status_update(initiative=row, words=words, seen_update_id=row.latest_update_id, act=self.said())

    def change(self, **fields):
        update_initiative(initiative=self.an_initiative(), fields=fields, act=self.said())

    def due(self):
        self.change(due_date=date(2026, 11, self.chance.randint(1, 30)))

    def owner(self):
        self.change(owner=self.chance.choice([None, self.somebody()]))

    def lead(self):
        self.change(lead_department=self.chance.choice([None, self.cast.streets, self.cast.health, self.cast.oit]))

    def step_due(self):
        fields = {"due_date": date(2026, 10, self.chance.randint(1, 30))}
        update_milestone(milestone=self.a_milestone(), fields=fields, act=self.said())

    def step_done(self):
        complete_milestone(milestone=self.a_milestone(), completed_date=date(2026, 10, 1), act=self.said())

    def step_added(self):
        fields = {"title": "Step", "due_date": date(2026, 10, 10)}
        add_milestone(initiative=self.an_initiative(), fields=fields, act=self.said())

    def by_hand(self):
        override_status(initiative=self.an_initiative(), status="on_hold", act=self.said())

    def deleted(self):
        delete_initiative(initiative=self.an_initiative(), act=self.said())

    def added(self):
        number = f"2.{self.chance.randint(1, 10**6)}"
        make_initiative(self.plan, number=number, when=self.said().at, start_date=date(2026, 10, 1))

    def named(self):
        update_user(user=self.cast.owner, fields={"name": f"Name {self.chance.random()}"}, act=self.said())

    def gone_or_back(self):
        person = User.objects.get(pk=self.cast.contributor.pk)
        update_user(user=person, fields={"is_active": not person.is_active}, act=self.said())

    def answered(self):
        waiting = OwnerRequest.objects.filter(recorded_until__isnull=True, answer__isnull=True)
        asked = waiting.filter(initiative__deleted_at__isnull=True, person__is_active=True).first()
        if asked is not None:
            answer = self.chance.choice([accept_ownership, decline_ownership])
            answer(request=asked, act=self.said(by=asked.person))

    def promise(self):
        fields = {"department": self.chance.choice([self.cast.streets, self.cast.oit]), "what": "A crew"}
        due = date(2026, 10, self.chance.randint(10, 30))
        propose_commitment(initiative=self.an_initiative(), due_date=due, act=self.said(), **fields)

    def promised(self):
        rows = Commitment.objects.filter(state__in=["proposed", "accepted"], initiative__deleted_at__isnull=True)
        row = self.chance.choice([*rows, None])
        if row is not None:
            (accept_commitment if row.state == "proposed" else deliver_commitment)(commitment=row, act=self.said())

    def any(self):
        edits = (
            self.update, self.update, self.due, self.owner, self.owner, self.lead, self.step_due, self.step_done,
            self.step_added, self.by_hand, self.deleted, self.added, self.named, self.gone_or_back, self.answered,
            self.promise, self.promised, self.promised,
        )  # fmt: skip
        self.chance.choice(edits)()


@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_edits_leaves_what_one_pass_finds(small_blocks, passes, seed):
    cast = build_cast()
    plan, _ = _grown(cast)
    other = build_plan("other-plan")
    for number in ("0.9", "1.4", "1.10"):
        make_initiative(other, number=number, start_date=date(2026, 10, 1), lead_department=cast.oit)
    update_department(department=cast.health, fields={"parent": cast.oit}, act=act("2026-10-01T12:00", cast.admin))
    edits = Edits(seed, cast, plan)
    for person in (cast.leader, cast.contributor, cast.contributor):
        edits.change(owner=person, lead_department=edits.chance.choice([cast.streets, cast.health]))
    _same()
    _same_lists()
    for _ in range(20):
        for _ in range(edits.chance.randint(1, 3)):
            edits.any()
        _same()
        _same_lists()
        _same_promises()
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
