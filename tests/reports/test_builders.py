"""Several builders and writers at once, and builders that die half-way: one snapshot, nothing missed or doubled."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, connections

from goals.quarters import Quarter
from people.models import AuditEvent
from reports import content
from reports.models import QuarterSnapshot, SnapshotInitiative
from reports.selectors.snapshots import canonical_lines
from reports.services import freeze_quarter
from tests.build import act, build_cast, build_plan, make_initiative, report

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
Q1 = Quarter(2027, 1)


@pytest.fixture(autouse=True)
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time; needs PostgreSQL (DATABASE_URL)")


def side_by_side(count, work):
    """Run `work(n)` in threads that start together; returns what they returned or raised."""
    gate, found = threading.Barrier(count), [None] * count

    def run(n):
        try:
            gate.wait()
            found[n] = work(n)
        except Exception as error:
            found[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_eight_builders_make_one_snapshot():
    build_cast()
    plan = build_plan()
    for n in range(20):
        make_initiative(plan, number=f"1.{n}")
    found = side_by_side(8, lambda n: freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-05T14:00")).pk)
    assert len(set(found)) == 1, found
    assert QuarterSnapshot.objects.count() == 1
    assert SnapshotInitiative.objects.count() == 20
    assert AuditEvent.objects.filter(verb="report.frozen").count() == 1


def test_builders_of_different_quarters_make_one_chain():
    build_cast()
    plan = build_plan()
    make_initiative(plan)
    quarters = [Quarter(2026, 1), Quarter(2026, 2), Quarter(2026, 3), Quarter(2026, 4), Q1]
    found = side_by_side(
        5, lambda n: freeze_quarter(plan=plan, quarter=quarters[n], act=act("2026-10-05T14:00")).sequence
    )
    assert sorted(found) == [1, 2, 3, 4, 5]
    chain = ""
    for row in QuarterSnapshot.objects.order_by("sequence"):
        chain = content.chain_hash(chain, row.content_hash, row.sequence)
        assert row.chain_hash == chain


def test_updates_in_flight_at_the_cut_off_are_in_the_quarter_for_everyone_or_for_nobody():
    cast = build_cast()
    plan = build_plan()
    rows = [make_initiative(plan, number=f"1.{n}") for n in range(6)]

    def work(n):
        if n == 6:
            time.sleep(0.02)
            return freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-01T04:00:01"))
        # The door read the clock one second before midnight; the transaction ends when it ends.
        return report(rows[n], "at_risk", "2026-09-30T23:59:59-04:00", cast.owner)

    *said, snapshot = side_by_side(7, work)
    shown = dict(SnapshotInitiative.objects.values_list("number", "reported_status"))
    for n, update in enumerate(said):
        inside = update.recorded_at < snapshot.ends_at
        assert shown[f"1.{n}"] == ("at_risk" if inside else ""), (n, update.recorded_at)
    assert content.content_hash(canonical_lines(snapshot)) == snapshot.content_hash


@pytest.mark.slow
def test_builders_killed_half_way_leave_one_whole_snapshot_or_none():
    build_cast()
    plan = build_plan()
    for n in range(150):
        make_initiative(plan, number=f"1.{n}")
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('freeze_quarter', 'FY2027-Q1', plan='test-plan', at='2026-10-05T10:00')\n"
    )
    settings = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings | {"PORT": settings["PORT"] or 5432})
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "planapp.settings_test"}
    builders = [
        subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        for _ in range(4)
    ]
    for n, builder in enumerate(builders[:3]):
        time.sleep(1.2 + 0.3 * n)
        builder.send_signal(signal.SIGKILL)
        builder.wait()
    builders[3].wait(60)
    snapshot = freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-06T14:00"))
    assert QuarterSnapshot.objects.count() == 1
    assert SnapshotInitiative.objects.count() == snapshot.initiative_count == 150
    assert content.content_hash(canonical_lines(snapshot)) == snapshot.content_hash
