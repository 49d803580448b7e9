"""Input that cannot be right, through pages and commands: refused with a sentence, and nothing is written."""

import io
import re

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from records.models import AuditEvent
from reports.models import ExportJob, QuarterSnapshot, ReportAct
from reports.services import complete_report, freeze_quarter, write_summary
from tests.build import act, at, report
from tests.reports.conftest import Q1

NOW = "2026-10-05T14:00"
# The plan runs from 1 July 2025; Q1 of FY2027 is over, Q2 is running.
RUNNING, TO_COME, NO_QUARTER, BEFORE_THE_PLAN = "FY2027-Q2", "FY2027-Q4", "FY2027-Q5", "FY2025-Q4"


@pytest.fixture
def frozen(plan, initiative, cast, time_machine):
    time_machine.move_to(at(NOW), tick=False)
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="Step one is done.")
    return freeze_quarter(plan=plan, quarter=Q1, act=act(NOW))


@pytest.fixture(autouse=True)
def untouched(frozen):
    """Whatever a test tries here leaves the reports as they are."""
    events = AuditEvent.objects.count()
    yield
    assert (QuarterSnapshot.objects.count(), ExportJob.objects.count()) == (1, 0)
    assert AuditEvent.objects.count() - events == ReportAct.objects.count()


@pytest.mark.parametrize(
    ("quarter", "words"),
    [
        (RUNNING, "FY2027 Q2 ends on 31 Dec 2026. It can be frozen on the day after."),
        (TO_COME, "FY2027 Q4 ends on 30 Jun 2027. It can be frozen on the day after."),
        (BEFORE_THE_PLAN, "begins on 1 Jul 2025, after FY2025 Q4 ended."),
        (NO_QUARTER, "FY2027-Q5"),
        ("soon", "soon"),
    ],
)
def test_the_command_freezes_no_quarter_that_is_not_over_or_does_not_exist(quarter, words):
    with pytest.raises(CommandError, match=re.escape(words)):
        call_command("freeze_quarter", quarter, plan="test-plan", at=NOW)


def test_the_command_names_the_plans_there_are():
    with pytest.raises(CommandError, match=r"There is no plan “none”\. Plans here: test-plan"):
        call_command("freeze_quarter", "FY2027-Q1", plan="none")
    with pytest.raises(CommandError, match="“tomorrow” is not a time"):
        call_command("freeze_quarter", "FY2027-Q1", plan="test-plan", at="tomorrow")


@pytest.mark.parametrize(
    ("quarter", "words"),
    [
        (TO_COME, "FY2027 Q4 begins on 1 Apr 2027. There is nothing to report yet."),
        (BEFORE_THE_PLAN, "“Test plan” has nothing to report for FY2025 Q4 as asked."),
        (NO_QUARTER, "FY2027-Q5"),
    ],
)
def test_the_command_exports_no_quarter_that_has_nothing_to_report(tmp_path, quarter, words):
    target = tmp_path / "report.csv"
    with pytest.raises(CommandError, match=re.escape(words)):
        call_command("export_report", quarter, plan="test-plan", format="csv", output=str(target))
    assert not target.exists()


def test_the_command_says_where_it_cannot_write(tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command(
            "export_report", "FY2027-Q1", plan="test-plan", format="csv", output=str(tmp_path / "none" / "x.csv")
        )


@pytest.mark.parametrize("name", ["complete", "publish", "unpublish", "summary", "reopen"])
@pytest.mark.parametrize("quarter", [TO_COME, NO_QUARTER, BEFORE_THE_PLAN])
def test_no_page_acts_on_a_quarter_that_has_nothing_to_report(cast, sign_in, name, quarter):
    answer = sign_in(cast.admin).post(
        reverse(f"reports:report-{name}", args=["test-plan", quarter]), {"text": "x", "reason": "x"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["complete", "publish", "unpublish", "summary", "reopen"])
def test_no_page_acts_on_a_quarter_that_is_not_over(cast, sign_in, name):
    answer = sign_in(cast.admin).post(
        reverse(f"reports:report-{name}", args=["test-plan", RUNNING]), {"text": "Typed", "reason": "Typed"}
    )
    assert answer.status_code == 422
    assert "FY2027 Q2 is not frozen yet. It is on the day after its last day." in answer.content.decode()


def post(client, name, **data):
    return client.post(reverse(f"reports:report-{name}", args=["test-plan", "FY2027-Q1"]), data)


def test_b39_a_stale_page_completes_no_report_that_is_completed_already(plan, cast, sign_in):
    assert post(sign_in(cast.manager), "complete", version="0").status_code == 302
    answer = post(sign_in(cast.leader), "complete", version="0")
    assert answer.status_code == 409
    assert "Manager worked on this report since you opened it (completed). Nothing was changed." in (
        answer.content.decode()
    )
    assert [row.by_name for row in ReportAct.objects.all()] == ["Manager"]


def test_b39_the_page_reopens_no_report_that_is_open(cast, sign_in):
    answer = post(sign_in(cast.admin), "reopen", reason="A wrong name", version="0")
    assert answer.status_code == 422
    assert "Only a completed report can be reopened. This one is open." in answer.content.decode()
    assert not ReportAct.objects.exists()


def test_b44_the_pages_change_nothing_in_a_completed_report(plan, cast, sign_in, initiative):
    complete_report(plan=plan, quarter=Q1, act=act(NOW, cast.leader))
    client = sign_in(cast.admin)
    for name in ("summary", "complete"):
        answer = post(client, name, text="Rewritten")
        assert answer.status_code == 422
        assert "was completed by Leader and does not change any more" in answer.content.decode()
    address = reverse("reports:report-sign-off", args=["test-plan", "FY2027-Q1", initiative.pk])
    assert client.post(address).status_code == 422
    assert [row.kind for row in ReportAct.objects.all()] == ["completed"]


def test_b41_every_cell_is_the_same_before_and_after_completing_but_who_and_when(plan, cast, sign_in):
    write_summary(plan=plan, quarter=Q1, text="A good quarter.", act=act(NOW, cast.leader))
    client = sign_in(cast.viewer)

    def cells():
        data = client.get("/reports/test-plan/FY2027-Q1/export.xlsx").content
        book = openpyxl.load_workbook(io.BytesIO(data))
        cover = {row[0]: row[1] for row in book["Cover"].iter_rows(values_only=True) if row[0]}
        rest = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book if sheet.title != "Cover"}
        return cover, rest

    cover, rest = cells()
    complete_report(plan=plan, quarter=Q1, act=act(NOW, cast.leader))
    later, same = cells()
    assert rest == same
    changed = {name for name in later if cover.get(name) != later[name]}
    assert changed == {"State", "Completed by", "Completed at"}
