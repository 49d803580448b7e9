"""Several people who ask at once, and several workers: one build."""

import pytest
from django.db import connection

from records.models import AuditEvent
from reports.models import ExportContent, ExportJob, ExportRequest
from reports.services import build_next_export, freeze_quarter, request_export
from tests.build import act, at, build_cast, build_plan, make_initiative
from tests.reports.conftest import Q1
from tests.reports.test_builders import side_by_side

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
NOW = "2026-10-05T15:00"


@pytest.fixture
def ask():
    """ask(person) asks for the spreadsheet of one frozen quarter, as the page does."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time; needs PostgreSQL (DATABASE_URL)")
    cast, plan = build_cast(), build_plan()
    make_initiative(plan)
    snapshot = freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-05T14:00"))
    people = [cast.viewer, cast.leader, cast.manager, cast.admin, cast.owner, cast.liaison]

    def _ask(n):
        told = {"plan": plan, "quarter": Q1, "snapshot": snapshot, "format_key": "xlsx", "is_public": False}
        return request_export(**told, key="the same", act=act(NOW, people[n])).pk

    return _ask


def test_six_people_who_ask_at_once_share_one_build(ask):
    found = side_by_side(6, ask)
    assert len(set(found)) == 1, found
    assert (ExportJob.objects.count(), ExportRequest.objects.count()) == (1, 6)
    assert AuditEvent.objects.filter(verb="export.asked").count() == 6
    assert build_next_export(at=at(NOW)) is not None
    assert build_next_export(at=at(NOW)) is None
    assert ExportContent.objects.count() == 1


def test_one_person_who_presses_six_times_at_once_asks_once(ask):
    assert len(set(side_by_side(6, lambda n: ask(0)))) == 1
    assert (ExportRequest.objects.count(), AuditEvent.objects.filter(verb="export.asked").count()) == (1, 1)


def test_six_workers_at_once_build_the_file_once(ask):
    ask(0)
    found = side_by_side(6, lambda n: build_next_export(at=at(NOW)))
    assert [job for job in found if job is not None] == [ExportJob.objects.get()], found
    job = ExportJob.objects.get()
    assert (job.state, job.attempts, job.fence, ExportContent.objects.count()) == ("ready", 1, 1, 1)
    assert AuditEvent.objects.filter(verb="export.ready").count() == 1
