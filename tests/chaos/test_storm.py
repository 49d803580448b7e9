"""The short storm, in the pass on PostgreSQL and Redis; and that the checker can fail, for each thing it looks at."""

import shutil
import tempfile
from pathlib import Path

import pytest
from django.db import connection

from tests.chaos.checker import Row, Taken, check
from tests.chaos.machine import missing
from tests.chaos.nemesis import faults
from tests.chaos.site import Site
from tests.chaos.storm import Storm

ONE, TWO = "person00000@test.example", "person00001@test.example"


@pytest.fixture
def folder():
    """Where a database server that runs as another person may write; pytest's own folders are closed to others."""
    made = Path(tempfile.mkdtemp(prefix="planapp-storm-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.slow
def test_a_short_storm_loses_nothing_and_sends_nothing_twice(folder):
    if connection.vendor != "postgresql":
        pytest.skip("The storm starts its own servers; it runs once, in the pass on PostgreSQL")
    if lacking := missing():
        pytest.skip(f"This machine lacks {lacking}")
    site = Site(folder / "site", 1_000)
    try:
        report = Storm(site, seed=1, count=40, patience=600, say=print).run()
    finally:
        site.stop()
    print(report.table())
    assert report.struck.total() == 40
    assert report.verdict.counts == dict.fromkeys(report.verdict.counts, 0)


def account(**other):
    """Two people, each owed a mail, each sent one; three accounts that agree, but for what a test changes."""
    return {
        "owed": [ONE, TWO],
        "attempted": [ONE, TWO],
        "heard": [ONE, TWO],
        "taken": [Taken("<1@x>", "aa", ONE), Taken("<2@x>", "bb", TWO)],
        "rows": [Row(ONE, "<1@x>", "sent", 1, 1), Row(TWO, "<2@x>", "sent", 1, 1)],
    } | other


def found(**other) -> set[str]:
    return {name for name, count in check(**account(**other)).counts.items() if count}


def test_accounts_that_agree_are_clean():
    assert found() == set()


TAKEN, ROWS = account()["taken"], account()["rows"]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (
            {"taken": TAKEN[:1], "heard": [ONE], "rows": [ROWS[0], ROWS[1]._replace(state="queued")]},
            {"lost", "not sent for another reason"},
        ),
        (
            {"taken": TAKEN[:1], "heard": [ONE]},
            {"lost", "recorded as sent, not in the relay's log"},
        ),
        (
            {"taken": [*TAKEN, TAKEN[0]], "heard": [ONE, TWO, ONE], "attempted": [ONE, TWO, ONE]},
            {
                "repeats on the wire", "people with two mails", "in the relay's log, not recorded as sent",
                "attempts nobody announced",
            },
        ),
        (
            {"rows": [*ROWS, Row(ONE, "<3@x>", "sent", 1, 1)]},
            {"recorded twice", "recorded as sent, not in the relay's log"},
        ),
        ({"rows": ROWS[:1]}, {"not recorded", "in the relay's log, not recorded as sent"}),
        (
            {"rows": [ROWS[0], ROWS[1]._replace(state="unconfirmed")]},
            {"unconfirmed", "in the relay's log, not recorded as sent"},
        ),
        ({"rows": [ROWS[0]._replace(items=2), ROWS[1]]}, {"digests without exactly their one item"}),
        ({"owed": [ONE]}, {"to somebody who was owed nothing"}),
        ({"heard": [ONE]}, {"in the history or the relay's log alone"}),
        ({"attempted": [ONE]}, {"taken without an attempt in the history"}),
        ({"attempted": [ONE, TWO, TWO]}, {"attempts nobody announced"}),
    ],
)  # fmt: skip
def test_the_checker_sees(changed, names):
    assert found(**changed) == names


def test_a_seed_decides_every_fault():
    assert faults(7, 200) == faults(7, 200)
    assert faults(7, 200) != faults(8, 200)
    assert {fault.kind for fault in faults(7, 200)} == {"child", "group", "redis", "postgres"}
