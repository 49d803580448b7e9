"""Several builders and writers at once, and builders that die half-way: one snapshot, nothing missed or doubled."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, connections

from goals.quarters import Quarter
from records.models import AuditEvent
from reports import content
from reports.models import QuarterSnapshot, SnapshotInitiative
from reports.services import freeze_quarter
from reports.snapshots.integrity import first_finding
from reports.snapshots.rows import canonical_lines
from tests.build import act, build_cast, build_plan, make_initiative, report

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
Q1 = Quarter(2027, 1)


needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite lets one transaction write at a time; needs PostgreSQL (DATABASE_URL)",
)
ROOT = Path(__file__).resolve().parents[2]


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


@needs_postgresql
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


@needs_postgresql
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


@needs_postgresql
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


def run_builders(url, size):
    """tests/reports/builders.py in a process of its own, on a database of its own."""
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.reports.builders", str(size), "7"],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "planapp.settings_test"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    return json.loads(told.stdout)


def check_quarters(told, size):
    assert len(told) == 20
    for n, quarter in enumerate(told):
        assert quarter["hashes"] == [quarter["expected"]], n
        assert quarter["rows"] == size, n
        assert set(quarter["codes"]) <= {0, -signal.SIGKILL}, n
    assert [quarter["codes"][0] for quarter in told[:10]] == [-signal.SIGKILL] * 10  # each died in the snapshot
    assert sum(quarter["codes"].count(-signal.SIGKILL) for quarter in told) > 20  # and others wherever they were


@needs_postgresql
@pytest.mark.slow
def test_twenty_quarters_by_eight_builders_under_kill_9():
    settings = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings | {"PORT": settings["PORT"] or 5432})
    check_quarters(run_builders(url, 60), 60)
    chain = ""
    for n, row in enumerate(QuarterSnapshot.objects.order_by("sequence"), start=1):
        chain = content.chain_hash(chain, row.content_hash, n)
        assert (row.sequence, row.chain_hash, first_finding(row)) == (n, chain, None)


@pytest.mark.slow
def test_twenty_quarters_by_eight_builders_under_kill_9_on_a_file(tmp_path):
    """The same on SQLite, where the builders take turns and a killed one leaves its turn to the next."""
    url = f"sqlite:///{tmp_path / 'builders.sqlite3'}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "planapp.settings_test"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], env=environment, cwd=ROOT, check=True)
    check_quarters(run_builders(url, 20), 20)
