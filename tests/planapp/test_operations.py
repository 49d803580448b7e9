"""What an administrator sees of how the installation runs: what is wrong first, by name."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from jobs.heartbeats import beat
from jobs.models import Heartbeat
from outbox.models import Message
from outbox.services import hold_sending, put
from planapp import standing
from records.models import AuditCheck
from records.seals import check_when_due, seal_audit_log
from reports.models import ExportJob
from reports.services import freeze_due_quarters
from tests.build import act
from tests.conftest import NOW

PAGE = reverse("operations")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def seen(sign_in, cast, plan):
    """Opens the page → its words."""

    def _seen() -> str:
        answer = sign_in(cast.admin).get(PAGE)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    return _seen


@pytest.fixture
def well(db, plan):
    freeze_due_quarters(at=NOW)
    for name in Heartbeat.Name:
        beat(name, at=NOW)


def test_all_is_well(seen, well):
    text = seen()
    assert "Everything runs." in text
    assert standing.own_version() in text
    assert "Error:" not in text


def test_what_is_wrong_stands_first_with_what_to_do(seen, cast):
    put(kind="test", person=cast.viewer.pk, key="1", at=NOW.replace(hour=9))
    text = seen()
    assert "Everything runs." not in text
    assert (
        text.index("No worker has taken a task")
        < text.index("See whether a worker and beat run")
        < text.index("Queues")
    )
    assert "A message has been due for more than half an hour." in text


def test_a_hold_and_mails_that_failed_lead_to_where_they_are_settled(well, cast, sign_in, plan):
    hold_sending(act=act(NOW, by=cast.admin, reason="Drill"))
    message = put(kind="test", person=cast.viewer.pk, key="1", at=NOW)
    Message.objects.filter(pk=message.pk).update(state="failed", ended_at=NOW, note="550 no such person")
    shown = sign_in(cast.admin).get(PAGE).content.decode()
    assert f'href="{reverse("reminders:sending")}"' in shown
    assert f'href="{reverse("reminders:message-list")}?state=failed"' in shown
    assert "1 mails" not in shown


def test_a_file_that_could_not_be_built_names_its_plan(seen, well, plan):
    ExportJob.objects.create(
        key="k", plan=plan, fiscal_year=2027, quarter=1, start_month=7, format="pdf", is_public=False, asked_at=NOW,
        state="failed", next_try_at=NOW, ended_at=NOW, note="The disk is full.",
    )  # fmt: skip
    text = seen()
    assert "The disk is full." in text
    assert plan.title in text


def test_a_migration_that_was_not_run_is_named(seen, well, monkeypatch):
    monkeypatch.setattr(standing, "_pending", lambda: ["goals.0099_next"])
    assert "goals.0099_next" in seen()
    monkeypatch.undo()
    assert standing._pending() == []


def test_nobody_else_may_look(sign_in, cast, plan):
    for person in (cast.manager, cast.leader, cast.owner, cast.viewer):
        assert sign_in(person).get(PAGE).status_code == 403
        assert PAGE not in sign_in(person).get("/").content.decode()
    assert PAGE in sign_in(cast.admin).get("/").content.decode()


def test_the_chain_of_the_audit_log_is_told(seen, well, cast):
    assert "Audit log sealed Never" in seen()
    seal_audit_log(at=NOW)
    check_when_due(at=NOW)
    text = seen()
    assert "Audit log sealed 5 Oct 2026, 10:00" in text
    assert "Audit log checked 5 Oct 2026, 10:00" in text
    assert "Everything runs." in text
    AuditCheck.objects.create(at=NOW + timedelta(days=1), blocks=0, finding="An event was changed, in block 1.")
    assert "An event was changed, in block 1." in seen()


def test_the_slowest_pages_are_named(seen, well, client):
    client.get("/healthz")
    text = seen()
    assert "Slowest pages" in text
    assert re.search(r"healthz [1-9]\d* \d+\.\d{3} s", text) or len(standing.timings()) > standing.SHOWN
    assert re.search(r"Quarter frozen (?!Never)", text)
