"""A short run of deaths, in the pass on PostgreSQL; and that what counts them can fail, for each thing it looks at."""

import pytest
from django.db import connection

from tests.chaos.callers import Saved, check_mails, check_saves
from tests.chaos.machine import missing
from tests.chaos.outage import Deaths
from tests.chaos.service import Service
from tests.chaos.test_storm import folder

__all__ = ["folder"]


@pytest.fixture
def service(folder):
    if connection.vendor != "postgresql":
        pytest.skip("It starts its own servers; it runs once, in the pass on PostgreSQL")
    if lacking := missing():
        pytest.skip(f"This machine lacks {lacking}")
    found = Service(folder / "site")
    yield found
    found.stop()


@pytest.mark.slow
def test_a_database_that_dies_loses_nothing_that_was_acknowledged(service):
    outage = Deaths(service, seed=1, count=2, patience=600, say=print).run()
    print(outage.table())
    assert outage.callers.answers.ill == []
    assert outage.verdict == dict.fromkeys(outage.verdict, 0)
    assert outage.callers.answers.seen["503"] > 0
    assert set(outage.callers.answers.seen) == {"200", "302", "503"}


ONE = Saved("update", "aa", 1, 0.0)
WHOLE = (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("saved", "lost", "held", "names"),
    [
        ([ONE], [], {"aa": WHOLE}, set()),
        ([ONE], ["bb"], {"aa": WHOLE, "bb": WHOLE}, {"not acknowledged in the end"}),
        ([ONE], [], {}, {"acknowledged, not there"}),
        ([ONE], [], {"aa": (1, 1, 0, 1)}, {"half there or twice"}),
        ([ONE], [], {"aa": (2, 2, 2, 1)}, {"half there or twice"}),
        ([ONE], [], {"aa": WHOLE, "cc": WHOLE}, {"there, nobody saved it"}),
    ],
)
def test_what_is_saved_is_counted(saved, lost, held, names):
    assert {name for name, count in check_saves(saved, lost, held).items() if count} == names


@pytest.mark.parametrize(
    ("rows", "taken", "names"),
    [
        ([("<1>", "sent")], ["<1>"], set()),
        ([("<1>", "queued")], [], {"mails lost", "mails not settled"}),
        ([("<1>", "sent")], [], {"mails lost", "mails recorded as sent, not in the relay's log"}),
        ([("<1>", "sent")], ["<1>", "<1>"], {"mails twice on the wire"}),
        ([("<1>", "unconfirmed")], ["<1>"], {"mails not settled", "mails in the relay's log, not recorded"}),
    ],
)
def test_what_is_mailed_is_counted(rows, taken, names):
    assert {name for name, count in check_mails(rows, taken).items() if count} == names
