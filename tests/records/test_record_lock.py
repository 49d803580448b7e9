"""The record lock: what was in flight when a quarter closed is wholly in it or wholly after it."""

import random
import threading
import time
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from people.models import Department, DepartmentVersion
from people.services import create_department, update_department
from records.audit import close_records, settled
from tests.build import act, at

CUT_OFF = at("2026-10-01T04:00")
SCHEDULES = 300


@pytest.mark.django_db
def test_nothing_is_recorded_inside_a_closed_quarter():
    row = create_department(name="Before", abbreviation="A", act=act("2026-09-01T12:00"))
    close_records(until=CUT_OFF)
    update_department(department=row, fields={"name": "After"}, act=act("2026-09-30T23:00"))
    versions = list(row.versions.order_by("recorded_from").values_list("name", "recorded_from", "recorded_until"))
    assert versions == [("Before", at("2026-09-01T12:00"), CUT_OFF), ("After", CUT_OFF, None)]


@pytest.mark.django_db
def test_the_record_lock_never_moves_back():
    close_records(until=CUT_OFF)
    close_records(until=at("2026-07-01T04:00"))
    with transaction.atomic():
        assert settled(act("2026-08-01T12:00")).at == CUT_OFF


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_a_change_in_flight_and_later_ones_come_after():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite runs one writing transaction at a time, so nothing can be in flight")
    written, may_commit, closed = threading.Event(), threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            create_department(name="In flight", abbreviation="F", act=act("2026-09-30T23:59"))
            written.set()
            may_commit.wait(10)
        close_old_connections()
        connection.close()

    def closer() -> None:
        with transaction.atomic():
            close_records(until=CUT_OFF)
        closed.set()
        connection.close()

    writer, closing = threading.Thread(target=slow_writer), threading.Thread(target=closer)
    writer.start()
    assert written.wait(10)
    closing.start()
    assert not closed.wait(0.5)  # it waits: the writer's change belongs to the quarter
    may_commit.set()
    assert closed.wait(10)
    writer.join(10)
    closing.join(10)
    in_flight = Department.objects.get(abbreviation="F").versions.get()
    assert in_flight.recorded_from == at("2026-09-30T23:59")
    late = create_department(name="Late", abbreviation="L", act=act("2026-09-30T23:59"))
    assert late.versions.get().recorded_from == CUT_OFF


@pytest.mark.slow
@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_three_hundred_schedules_across_the_cut_off_put_each_change_in_one_quarter_for_every_reader():
    """Writers whose clock says a moment before or after the boundary, held open while it is closed.

    What a reader of the old quarter sees once it is closed is what every later reader sees: a change is in the old
    quarter or in the new one, never in both, never in neither, and never appears behind the reader's back.
    """
    if connection.vendor != "postgresql":
        pytest.skip("SQLite runs one writing transaction at a time, so nothing can be in flight")
    rng = random.Random(2027)
    for number in range(SCHEDULES):
        boundary = CUT_OFF + timedelta(days=92 * number)
        writers = [
            (f"{number}-{n}", boundary + timedelta(milliseconds=rng.randrange(-400, 400)), rng.random() / 100)
            for n in range(3)
        ]
        wait_to_close = rng.random() / 100
        start, seen = threading.Barrier(4), []

        def write(name, moment, held, start=start):
            start.wait(10)
            with transaction.atomic():
                create_department(name=name, abbreviation=name, act=act(moment))
                time.sleep(held)
            connection.close()

        def close(start=start, seen=seen, boundary=boundary, wait=wait_to_close):
            start.wait(10)
            time.sleep(wait)
            with transaction.atomic():
                close_records(until=boundary)
            seen.append(inside(boundary))
            connection.close()

        threads = [threading.Thread(target=write, args=writer) for writer in writers]
        threads.append(threading.Thread(target=close))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert seen == [inside(boundary)], number
        later = DepartmentVersion.objects.filter(recorded_from__gte=boundary).values_list("name", flat=True)
        assert sorted([*seen[0], *later]) == sorted(DepartmentVersion.objects.values_list("name", flat=True)), (
            number
        )  # each in exactly one
        told = dict(
            DepartmentVersion.objects.filter(name__startswith=f"{number}-").values_list("name", "recorded_from")
        )
        assert {name: moment if moment >= boundary else told[name] for name, moment, _ in writers} == told, number


def inside(boundary):
    """The changes a reader of the quarter that ends at the boundary sees."""
    return sorted(DepartmentVersion.objects.filter(recorded_from__lt=boundary).values_list("name", flat=True))
