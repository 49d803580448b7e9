"""Files that were brought in are not kept for ever."""

from datetime import timedelta

import pytest

from imports.models import Import, ImportContent
from imports.services import remove_old_files
from jobs.tasks import apply_retention
from records.models import AuditEvent
from tests.conftest import NOW
from tests.imports.steps import apply, send, take_guess

SHEET = b"Number,Initiative,Focus area\n1.8,Lend laptops,1\n"
LATER = timedelta(days=30)


@pytest.fixture
def ready(manager, plan):
    return send(manager, plan, SHEET)


def opened(client, job):
    return client.get(f"/imports/{job.pk}/").status_code


def test_what_was_applied_keeps_its_row_and_not_its_file(manager, plan, ready):
    if ready.state == "asking":
        ready = take_guess(manager, ready)
    apply(manager, ready)
    ready.refresh_from_db()
    assert ready.state == "applied"
    assert remove_old_files(at=ready.ended_at + LATER - timedelta(seconds=1)) == 0
    assert ImportContent.objects.count() == 1
    assert remove_old_files(at=ready.ended_at + LATER) == 1
    assert ImportContent.objects.count() == 0
    assert Import.objects.get().counts["created"] == 1
    assert opened(manager, ready) == 200


def test_what_nobody_went_on_with_is_dropped_by_the_system(manager, ready):
    assert remove_old_files(at=ready.asked_at + LATER - timedelta(days=1)) == 0
    assert remove_old_files(at=ready.asked_at + LATER + timedelta(minutes=1)) == 1
    assert remove_old_files(at=ready.asked_at + LATER + timedelta(minutes=2)) == 0
    ready.refresh_from_db()
    assert (ready.state, ImportContent.objects.count()) == ("dropped", 0)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_id, event.reason) == (
        "import.dropped", None, "Nobody went on with it for 30 days.",
    )  # fmt: skip
    assert opened(manager, ready) == 200


def test_beat_asks_for_it(ready, time_machine):
    time_machine.move_to(NOW + timedelta(days=400), tick=False)
    apply_retention()
    assert ImportContent.objects.count() == 0
