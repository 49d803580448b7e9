"""Eight processes build the same quarters at once and are killed with `kill -9`; run by test_builders.py.

`python -m tests.reports.builders` on an empty, migrated DATABASE_URL prints what became of each quarter as JSON.
"""

import json
import os
import random
import signal
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.db import connection, connections, transaction  # noqa: E402

from goals.quarters import Quarter  # noqa: E402
from reports.models import QuarterSnapshot, SnapshotInitiative  # noqa: E402
from reports.services import freeze_quarter  # noqa: E402
from tests.build import act, build_cast, build_plan, make_initiative, make_milestone, report  # noqa: E402

QUARTERS = [Quarter(year, number) for year in range(2026, 2031) for number in range(1, 5)]
AT, BUILDERS, AT_THE_POINT = "2030-10-05T14:00", 8, 10


class Undo(Exception):
    pass


def build_story(size):
    cast, plan = build_cast(), build_plan()
    for n in range(size):
        row = make_initiative(plan, number=f"1.{n}", owner=cast.owner)
        make_milestone(row, None, "2025-07-02T12:00")
        report(row, "on_track", f"2026-0{1 + n % 9}-20T12:00", cast.owner, happened=f"Said {n}")
    return plan


def undisturbed(plan, quarter):
    """(hash, seconds) of a build that nobody disturbs; taken back."""
    told, began = "", time.monotonic()
    try:
        with transaction.atomic():
            told = freeze_quarter(plan=plan, quarter=quarter, act=act(AT)).content_hash
            raise Undo
    except Undo:
        return told, time.monotonic() - began


def builder(plan, quarter, failpoint=""):
    """A process of its own that builds the quarter; returns its id."""
    connections.close_all()
    if hasattr(connection, "close_pool"):
        connection.close_pool()  # else parent and child would talk through one session
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        settings.FAILPOINT = failpoint
        freeze_quarter(plan=plan, quarter=quarter, act=act(AT))
        connections.close_all()
        code = 0
    finally:
        os._exit(code)


def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def round_of(plan, quarter, rng, at_the_point):
    expected, seconds = undisturbed(plan, quarter)
    codes = []
    if at_the_point:
        codes.append(ended(builder(plan, quarter, "in_snapshot")))
        assert not SnapshotInitiative.objects.filter(snapshot__fiscal_year=quarter.fiscal_year,
                                                     snapshot__quarter=quarter.number).exists()  # fmt: skip
    children = [builder(plan, quarter) for _ in range(BUILDERS)]
    for child in rng.sample(children, rng.choice([3, 5, BUILDERS])):
        time.sleep(rng.random() * seconds / 2)
        os.kill(child, signal.SIGKILL)
    codes += [ended(child) for child in children]
    last = freeze_quarter(plan=plan, quarter=quarter, act=act(AT))  # the next tick, for when all were killed
    found = QuarterSnapshot.objects.filter(fiscal_year=quarter.fiscal_year, quarter=quarter.number)
    return {
        "expected": expected,
        "hashes": list(found.values_list("content_hash", flat=True)),
        "rows": SnapshotInitiative.objects.filter(snapshot=last).count(),
        "codes": codes,
    }


def main(size, seed):
    plan, rng = build_story(size), random.Random(seed)
    told = [round_of(plan, quarter, rng, n < AT_THE_POINT) for n, quarter in enumerate(QUARTERS)]
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
