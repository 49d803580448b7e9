"""Who asked for a file and left hears by mail that it is ready; who waited for it does not."""

from datetime import timedelta

import pytest
from django.core import mail

from outbox.models import Message
from outbox.services import send_due_messages
from people.models import RoleGrant
from people.services import revoke_role
from reports.models import ExportJob
from reports.services import build_next_export, fetch_export, freeze_quarter, request_export
from tests.build import act, at
from tests.reports.conftest import Q1

NOW = at("2026-10-05T15:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ask(plan, initiative):
    """ask(person) → the job of the spreadsheet of one frozen quarter."""
    snapshot = freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-05T14:00"))

    def _ask(person, when=NOW):
        told = {"plan": plan, "quarter": Q1, "snapshot": snapshot, "format_key": "csv", "is_public": False}
        return request_export(**told, key="one", act=act(when, person))

    return _ask


def sent():
    return [(message.to, message.subject) for message in mail.outbox]


def test_everybody_who_asked_and_left_gets_one_mail(ask, cast):
    job = ask(cast.viewer)
    ask(cast.leader)
    build_next_export(at=NOW)
    send_due_messages(at=NOW + MINUTE / 2)
    assert sent() == []
    for later in (1, 2, 3):
        send_due_messages(at=NOW + later * MINUTE)
    subject = "Your file is ready: FY2027 Q1, CSV, internal edition"
    assert sorted(sent()) == sorted([([cast.viewer.email], subject), ([cast.leader.email], subject)])
    assert f"/reports/files/{job.pk}/" in mail.outbox[0].body
    assert Message.objects.filter(kind="file").count() == 2


def test_who_fetched_the_file_needs_no_mail(ask, cast):
    job = ask(cast.viewer)
    build_next_export(at=NOW)
    fetch_export(job=job, act=act(NOW, cast.viewer))
    send_due_messages(at=NOW + 2 * MINUTE)
    assert (sent(), Message.objects.get().note) == ([], "The file was fetched already.")


def test_a_mail_that_waits_is_dropped_when_the_file_is_fetched_meanwhile(ask, cast, monkeypatch):
    job = ask(cast.viewer)
    build_next_export(at=NOW)
    monkeypatch.setattr("outbox.services.sending.is_held", lambda: True)
    send_due_messages(at=NOW + MINUTE)
    fetch_export(job=job, act=act(NOW + MINUTE, cast.viewer))
    monkeypatch.setattr("outbox.services.sending.is_held", lambda: False)
    send_due_messages(at=NOW + 2 * MINUTE)
    message = Message.objects.get()
    assert (sent(), message.state, message.note) == ([], "cancelled", "The file was fetched already.")


def test_who_lost_the_last_role_hears_that_alone_and_nothing_of_the_file(ask, cast):
    ask(cast.viewer)
    build_next_export(at=NOW)
    revoke_role(grant=RoleGrant.objects.get(user=cast.viewer), act=act(NOW, cast.admin))
    send_due_messages(at=NOW + MINUTE)
    assert sent() == [([cast.viewer.email], "planapp: your account was changed")]


def test_a_failure_is_told_too(ask, cast):
    job = ask(cast.viewer)
    ExportJob.objects.filter(pk=job.pk).update(format="gone")
    for minute in range(4):
        build_next_export(at=NOW + minute * MINUTE)
    send_due_messages(at=NOW + 5 * MINUTE)
    assert sent() == [([cast.viewer.email], "Your file could not be built: FY2027 Q1, GONE, internal edition")]


def test_who_asks_when_it_is_ready_gets_the_file_and_no_mail(ask, cast):
    ask(cast.viewer)
    build_next_export(at=NOW)
    ask(cast.leader, NOW + MINUTE)
    send_due_messages(at=NOW + 2 * MINUTE)
    assert [to for to, _ in sent()] == [[cast.viewer.email]]


def test_a_failure_tried_again_in_time_is_not_told(ask, cast):
    job = ask(cast.viewer)
    ExportJob.objects.filter(pk=job.pk).update(format="gone")
    for minute in range(3):
        build_next_export(at=NOW + minute * MINUTE)
    ExportJob.objects.filter(pk=job.pk).update(format="csv")
    ask(cast.viewer, NOW + 3 * MINUTE)
    send_due_messages(at=NOW + 4 * MINUTE)
    assert (sent(), Message.objects.get().note) == ([], "The file is built anew, or not kept any more.")
    build_next_export(at=NOW + 5 * MINUTE)
    send_due_messages(at=NOW + 6 * MINUTE)
    assert [subject for _, subject in sent()] == ["Your file is ready: FY2027 Q1, CSV, internal edition"]
