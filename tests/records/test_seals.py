"""The chain of the audit log: whatever is done to a sealed event is found, and what happens every day is no alarm."""

import io
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from people.models import Department
from people.services import create_department, update_department
from records import seals, tasks
from records.models import AuditCheck, AuditEvent, AuditSeal
from records.seals import check_audit_log, check_when_due, seal_audit_log, unsealed
from tests.build import act
from tests.conftest import NOW
from tests.reports.tampering import undone, unprotect

LATER = NOW + timedelta(days=1)


def happen(times=1):
    for number in range(times):
        create_department(name=f"Office {number}", abbreviation=f"O{Department.objects.count()}", act=act(NOW))


@pytest.fixture
def chain(db, monkeypatch):
    """Seven events in three seals."""
    monkeypatch.setattr(seals, "BLOCK", 3)
    happen(7)
    assert seal_audit_log(at=NOW) == 3
    return list(AuditSeal.objects.all())


def test_every_event_is_in_one_block_and_the_blocks_have_no_number_between_them(chain):
    assert [seal.count for seal in chain] == [3, 3, 1]
    assert chain[0].from_id == 1
    assert [one.to_id + 1 for one in chain[:-1]] == [seal.from_id for seal in chain[1:]]
    assert unsealed() == 0
    found = check_audit_log()
    assert (found.blocks, found.events, found.newest, found.finding) == (3, 7, chain[-1].hash, "")
    assert seal_audit_log(at=LATER) == 0
    happen()
    assert unsealed() == 1
    assert seal_audit_log(at=LATER) == 1
    assert check_audit_log().events == 8


def test_an_empty_log_has_no_seal(db):
    assert seal_audit_log(at=NOW) == 0
    assert check_audit_log() == seals.Checked(0, 0, "")


def test_a_number_of_a_transaction_that_was_undone_is_no_alarm(chain):
    with transaction.atomic():
        happen()
        transaction.set_rollback(True)
    happen()
    seal_audit_log(at=NOW)
    assert check_audit_log().finding == ""


def test_the_database_keeps_seals_as_they_were_written(chain):
    for change in (AuditSeal.objects.all().delete, lambda: AuditSeal.objects.update(count=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


FIELDS = {
    "happened_at": NOW + timedelta(microseconds=1), "actor_id": 77, "actor_label": "Somebody", "channel": "api",
    "verb": "x", "target_type": "x", "target_id": 0, "target_label": "x", "parent_type": "x", "parent_id": 9,
    "changes": {"name": ["a", "b"]}, "reason": "x", "id": 10**6,
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_of_an_event_counts(chain, name):
    assert set(FIELDS) == {field.attname for field in AuditEvent._meta.concrete_fields} == set(seals.FIELDS)
    with undone():
        unprotect()
        AuditEvent.objects.filter(pk=chain[1].from_id).update(**{name: FIELDS[name]})
        found = check_audit_log()
        assert f"block 2, events {chain[1].from_id} to {chain[1].to_id}" in found.finding
        assert found.blocks == 1


def test_an_event_removed_slipped_in_or_exchanged_is_found(chain):
    second = chain[1]
    with undone():
        unprotect()
        AuditEvent.objects.filter(pk=second.to_id)._raw_delete("default")
        assert "1 of its events removed, in block 2" in check_audit_log().finding
        row = AuditEvent.objects.get(pk=second.from_id)
        row.pk = second.to_id
        row.save(force_insert=True)
        assert "changed or replaced, in block 2" in check_audit_log().finding
    with undone():
        unprotect()
        one, two = AuditEvent.objects.filter(pk__in=[second.from_id, second.to_id])
        one.pk, two.pk = two.pk, one.pk
        one.save()
        two.save()
        assert "in block 2" in check_audit_log().finding
    with undone():
        unprotect()
        AuditEvent.objects.filter(pk=second.from_id).update(id=-5)
        assert "1 of its events added, in block 1" in check_audit_log().finding
    assert check_audit_log().finding == ""


def test_one_slipped_in_at_a_number_that_was_left_out_is_found(db):
    happen()
    said = {name: getattr(AuditEvent.objects.get(), name) for name in seals.FIELDS}
    AuditEvent.objects.create(**said | {"id": said["id"] + 2})
    seal_audit_log(at=NOW)
    AuditEvent.objects.create(**said | {"id": said["id"] + 1})
    assert "1 of its events added, in block 1" in check_audit_log().finding


def test_a_seal_that_is_gone_or_changed_is_found(chain):
    with undone():
        unprotect()
        AuditSeal.objects.filter(number=2).delete()
        assert "Between blocks 1 and 3" in check_audit_log().finding
    with undone():
        unprotect()
        AuditSeal.objects.filter(number=1).delete()
        assert "Between blocks 0 and 2" in check_audit_log().finding
    for change in ({"hash": "0" * 64}, {"count": 4}):
        with undone():
            unprotect()
            AuditSeal.objects.filter(number=2).update(**change)
            assert "block 2" in check_audit_log().finding
    with undone():
        unprotect()
        AuditSeal.objects.filter(number=2).update(from_id=chain[1].from_id + 1)
        assert "Between blocks 1 and 2" in check_audit_log().finding


def test_a_chain_made_anew_or_cut_is_found_by_a_hash_that_was_written_down(chain):
    known = chain[-1].hash
    assert check_audit_log(since=known).finding == ""
    assert check_audit_log(since=chain[0].hash).finding == ""
    with undone():
        unprotect()
        AuditSeal.objects.filter(number=3).delete()
        AuditEvent.objects.filter(pk=chain[2].to_id)._raw_delete("default")
        assert check_audit_log().finding == ""
        assert known in check_audit_log(since=known).finding
    with undone():
        unprotect()
        AuditEvent.objects.filter(pk=chain[1].from_id).update(reason="Never said.")
        AuditSeal.objects.all().delete()
        seal_audit_log(at=NOW)
        assert check_audit_log().finding == ""
        assert known in check_audit_log(since=known).finding


def test_two_hundred_tamperings_at_random_are_found(chain):
    rng = random.Random(29)
    for _ in range(200):
        with undone():
            unprotect()
            row = rng.choice(list(AuditEvent.objects.all()))
            name = rng.choice(sorted(FIELDS))
            AuditEvent.objects.filter(pk=row.pk).update(**{name: FIELDS[name]})
            assert check_audit_log().finding


def test_the_command_prints_what_to_write_down_and_ends_with_an_error_where_something_differs(chain):
    out = io.StringIO()
    happen()
    call_command("verify_audit_log", stdout=out)
    assert out.getvalue().splitlines() == [
        "7 events in 3 blocks, all as they were sealed.", "Not sealed yet: 1.", f"Newest hash: {chain[-1].hash}",
    ]  # fmt: skip
    call_command("verify_audit_log", "--seal", "--since", chain[0].hash.upper(), stdout=out)
    assert "8 events in 4 blocks" in out.getvalue()
    with pytest.raises(CommandError, match="is not in the chain"):
        call_command("verify_audit_log", "--since", "f" * 64)
    with undone():
        unprotect()
        AuditEvent.objects.filter(pk=chain[1].from_id).update(reason="x")
        with pytest.raises(CommandError, match=r"block 2.*Blocks before it are right: 1"):
            call_command("verify_audit_log")


def test_the_check_on_schedule_is_written_down_once_a_day(chain, time_machine):
    time_machine.move_to(NOW, tick=False)
    tasks.check_audit_log()
    tasks.check_audit_log()
    assert [(one.blocks, one.finding) for one in AuditCheck.objects.all()] == [(3, "")]
    with undone():
        unprotect()
        AuditEvent.objects.filter(pk=chain[1].from_id).update(reason="x")
        assert "block 2" in check_when_due(at=LATER).finding
        assert "block 2" in seals.last_check().finding


def test_the_tick_seals(db, time_machine):
    time_machine.move_to(NOW, tick=False)
    happen()
    tasks.seal_audit_log()
    assert seals.last_sealed() == NOW


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_an_event_with_a_lower_number_that_is_committed_late_waits_outside_no_seal():
    """The writer took its number first and commits last; meanwhile nothing is sealed past it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite runs one writing transaction at a time, so nothing can be in flight")
    happen()
    assert seal_audit_log(at=NOW) == 1
    written, may_commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            create_department(name="In flight", abbreviation="F", act=act(NOW))
            written.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert written.wait(10)
    happen()  # a higher number, committed first
    assert seal_audit_log(at=NOW) == 0
    assert unsealed() == 1
    may_commit.set()
    writer.join(10)
    assert seal_audit_log(at=NOW) == 1
    found = check_audit_log()
    assert (found.events, found.finding) == (3, "")


def write(row):
    """Twenty-five changes, each fifth of them undone."""
    for number in range(25):
        with transaction.atomic():
            update_department(department=row, fields={"name": f"{row.name} {number}"}, act=act(NOW))
            transaction.set_rollback(number % 5 == 4)
    connection.close()


def seal_until(done):
    while not done.is_set():
        seal_audit_log(at=NOW)
    connection.close()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_writers_and_two_sealers_side_by_side_leave_a_chain_that_is_right(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite runs one writing transaction at a time")
    monkeypatch.setattr(seals, "BLOCK", 5)
    rows = [create_department(name=f"Office {n}", abbreviation=f"O{n}", act=act(NOW)) for n in range(4)]
    done = threading.Event()
    with ThreadPoolExecutor(6) as people:
        sealers = [people.submit(seal_until, done) for _ in range(2)]
        for one in [people.submit(write, row) for row in rows]:
            one.result(60)
        done.set()
        for one in sealers:
            one.result(60)
    seal_audit_log(at=NOW)
    found = check_audit_log()
    assert (found.events, found.finding) == (AuditEvent.objects.count(), "")
    assert unsealed() == 0
