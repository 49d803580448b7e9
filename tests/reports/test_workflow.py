"""The workflow of a report: completing, publishing, reopening, revisions (rules B-39, B-40, B-41, B-44)."""

import json
import re
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from initiatives.models import StatusUpdate
from initiatives.selectors.status import status_of
from initiatives.services import complete_milestone, correct_status_update
from records.asof import AsOf
from records.models import AuditEvent
from reports import services
from reports.content.rows import effective_after
from reports.models import ActKind, QuarterSnapshot, ReportAct, SnapshotCorrection
from reports.services import StaleReport
from reports.workflow.report import Quarters
from tests.build import act, at, make_milestone, report
from tests.reports.conftest import Q1, Q2


@pytest.fixture
def of(plan):
    return {"plan": plan, "quarter": Q2}


@pytest.fixture
def done(story, of, cast):
    services.write_summary(**of, text="A good quarter.", act=act("2027-01-06T12:00", cast.leader))
    services.sign_off(**of, initiative_id=story["better"].pk, act=act("2027-01-06T13:00", cast.leader))
    services.complete_report(**of, act=act("2027-01-07T12:00", cast.leader))
    return Quarters(of["plan"]).report(Q2)


def reopen(of, cast, reason="The vendor's name was wrong"):
    return services.reopen_report(**of, act=act("2027-01-08T12:00", cast.admin, reason=reason))


def mend(story, cast, text="Vendor B left"):
    update = StatusUpdate.objects.get(initiative=story["worse"], happened="Vendor left")
    return correct_status_update(
        update=update, words={"happened": text}, act=act("2027-01-09T12:00", cast.owner, reason="Wrong vendor")
    )


def test_b39_a_report_is_completed_once_with_who_and_when(done, of, cast):
    workflow = done.workflow()
    assert (workflow.state, workflow.completed_by, workflow.completed_at.isoformat()) == (
        "completed", "Leader", "2027-01-07T07:00:00-05:00",
    )  # fmt: skip
    with pytest.raises(ValidationError, match="was completed by Leader"):
        services.complete_report(**of, act=act("2027-01-07T13:00", cast.manager))
    assert ReportAct.objects.filter(kind=ActKind.COMPLETED).count() == 1


def test_b39_a_report_that_is_not_complete_cannot_be_reopened(story, of, cast):
    with pytest.raises(ValidationError, match=r"Only a completed report can be reopened\. This one is open"):
        reopen(of, cast)


def test_b39_a_quarter_not_frozen_has_no_report_to_complete(plan, cast):
    with pytest.raises(ValidationError, match="FY2027 Q1 is not frozen yet"):
        services.complete_report(plan=plan, quarter=Q1, act=act("2026-10-05T12:00", cast.leader))


def test_b40_reopened_and_completed_again_keeps_every_act_and_sign_off(done, story, of, cast):
    reopen(of, cast)
    mend(story, cast)
    services.complete_report(**of, act=act("2027-01-10T12:00", cast.manager))
    told = [(row.kind, row.by_name, row.text) for row in Quarters(of["plan"]).report(Q2).acts]
    assert told == [
        ("summary_written", "Leader", "A good quarter."), ("signed_off", "Leader", ""), ("completed", "Leader", ""),
        ("reopened", "Admin", "The vendor's name was wrong"), ("completed", "Manager", ""),
    ]  # fmt: skip
    workflow = Quarters(of["plan"]).report(Q2).workflow()
    assert (workflow.state, workflow.revision, workflow.completed_by, workflow.summary) == (
        "completed", 2, "Manager", "A good quarter.",
    )  # fmt: skip
    assert [item.initiative_id for item in workflow.sign_offs] == [story["better"].pk]
    verbs = AuditEvent.objects.filter(target_type="quartersnapshot", verb__startswith="report.").order_by("pk")
    assert [row.verb for row in verbs][-6:] == [
        "report.summary_written", "report.signed_off", "report.completed", "report.reopened", "report.revised",
        "report.completed",
    ]  # fmt: skip


def test_a_revision_holds_the_same_instant_with_its_corrections_and_the_first_stays_readable(
    done, story, of, cast, content_of
):
    first = content_of(Q2)
    reopen(of, cast)
    mend(story, cast)
    report(story["silent"], "off_track", "2027-01-09T12:00", cast.owner, happened="Not of this quarter")
    services.complete_report(**of, act=act("2027-01-10T12:00", cast.leader))
    second = content_of(Q2)
    assert content_of(Q2, revision=1).rows == first.rows
    changed = [
        (a.number, b.happened) for a, b in zip(first.rows.initiatives, second.rows.initiatives, strict=True) if a != b
    ]
    assert changed == [("1.2", "Vendor B left")]
    (correction,) = second.rows.corrections
    assert (correction.field, correction.before, correction.after, correction.reason) == (
        "happened", "Vendor left", "Vendor B left", "Wrong vendor",
    )  # fmt: skip
    assert (first.rows.milestones, first.rows.commitments) == (second.rows.milestones, second.rows.commitments)
    one, two = QuarterSnapshot.objects.filter(quarter=2, fiscal_year=2027).order_by("revision")
    assert (two.ends_at, two.previous, two.sequence) == (one.ends_at, one, one.sequence + 1)
    assert two.content_hash != one.content_hash


def test_a_revision_without_corrections_has_the_same_content(done, of, cast):
    reopen(of, cast)
    services.complete_report(**of, act=act("2027-01-10T12:00", cast.leader))
    one, two = QuarterSnapshot.objects.filter(quarter=2, fiscal_year=2027).order_by("revision")
    assert (one.content_hash, SnapshotCorrection.objects.count()) == (two.content_hash, 0)
    assert (one.initiative_count, one.chain_hash) != (0, two.chain_hash)
    assert two.initiative_count == one.initiative_count


def test_a_corrected_status_is_judged_as_the_page_would_judge_it(plan, story, cast, of):
    update = report(story["better"], "at_risk", "2026-12-31T12:00", cast.owner, happened="Mis-clicked")
    snapshot = QuarterSnapshot.objects.get(quarter=2, fiscal_year=2027)
    assert update.recorded_at == snapshot.ends_at  # the quarter was closed: recorded in the next one


@pytest.mark.parametrize("status", ["on_track", "at_risk", "on_hold", "completed", "cancelled", "not_started"])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("age", ["2026-07-01T12:00", "2026-12-01T12:00"])
def test_the_rule_for_corrected_rows_is_the_rule_of_the_database(plan, initiative, cast, status, late, age):
    from reports.workflow.report import Quarters  # noqa: PLC0415 - one use

    if late:
        make_milestone(initiative, at("2026-11-01T12:00").date())
    report(initiative, "at_risk", age, cast.owner)
    quarters = Quarters(plan)
    told = quarters.preview(Q2, at=at("2027-01-02T12:00"))
    row = told.rows.initiatives[0]
    correct_status_update(
        update=StatusUpdate.objects.get(), words={"status": status}, act=act(age, cast.owner, reason="Mis-clicked")
    )
    live = status_of(initiative.pk, AsOf.end_of(Q2.last_day))
    assert effective_after(replace(row, reported_status=status), told.rows.cover) == live.effective_status


def test_b41_completing_changes_no_row(story, of, cast, content_of):
    before = content_of(Q2)
    services.complete_report(**of, act=act("2027-01-07T12:00", cast.leader))
    after = content_of(Q2)
    assert after.rows == before.rows
    assert after.workflow.content_hash == before.workflow.content_hash


def test_b44_a_completed_report_refuses_every_act_but_publishing_and_reopening(done, story, of, cast):
    for change in (
        lambda: services.write_summary(**of, text="Rewritten", act=act("2027-01-08T12:00", cast.admin)),
        lambda: services.sign_off(**of, initiative_id=story["done"].pk, act=act("2027-01-08T12:00", cast.admin)),
        lambda: services.unpublish_report(**of, act=act("2027-01-08T12:00", cast.admin)),
    ):
        with pytest.raises(ValidationError):
            change()


def test_reopening_needs_a_reason(done, of, cast):
    with pytest.raises(ValidationError, match="say why the report is opened again"):
        reopen(of, cast, reason="  ")
    assert Quarters(of["plan"]).report(Q2).draft is None


def test_publishing_and_taking_back(done, of, cast):
    services.publish_report(**of, act=act("2027-01-08T12:00", cast.leader))
    assert Quarters(of["plan"]).report(Q2).workflow().state_label == "Completed, published"
    with pytest.raises(ValidationError, match="already published"):
        services.publish_report(**of, act=act("2027-01-08T13:00", cast.leader))
    services.unpublish_report(**of, act=act("2027-01-09T12:00", cast.leader))
    assert Quarters(of["plan"]).report(Q2).workflow().published_at is None


def test_a_stale_page_is_refused(story, of, cast):
    services.write_summary(**of, text="One", seen_act_id=0, act=act("2027-01-06T12:00", cast.leader))
    with pytest.raises(StaleReport):
        services.write_summary(**of, text="Two", seen_act_id=0, act=act("2027-01-06T12:01", cast.manager))
    with pytest.raises(StaleReport):
        services.complete_report(**of, seen_act_id=0, act=act("2027-01-06T12:02", cast.manager))


def test_the_same_summary_and_sign_off_twice_are_one(story, of, cast):
    for _ in range(2):
        services.write_summary(**of, text="Same", act=act("2027-01-06T12:00", cast.leader))
        services.sign_off(**of, initiative_id=story["done"].pk, act=act("2027-01-06T12:00", cast.leader))
    assert ReportAct.objects.count() == 2
    with pytest.raises(ValidationError, match="not in the report"):
        services.sign_off(**of, initiative_id=10**6, act=act("2027-01-06T12:00", cast.leader))


# Pages ------------------------------------------------------------------------------------------


@pytest.fixture
def post(cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-06T15:00"))

    def _post(name, person="leader", args=(), **data):
        client = sign_in(getattr(cast, person))
        return client.post(reverse(f"reports:report-{name}", args=["test-plan", "FY2027-Q2", *args]), data)

    return _post


def seen(of):
    return Quarters(of["plan"]).report(Q2).last_act_id


def test_leadership_takes_a_report_from_summary_to_published(story, of, cast, post, client):
    assert post("summary", text="## Good\n\nIt **moved**.", version=seen(of)).status_code == 302
    assert post("sign-off", args=[story["better"].pk]).status_code == 302
    assert post("complete", version=seen(of)).status_code == 302
    assert post("publish", version=seen(of)).status_code == 302
    html = client.get(reverse("reports:report-detail", args=["test-plan", "FY2027-Q2"])).content.decode()
    assert "Completed, published" in html
    assert "<strong>moved</strong>" in html
    assert "Signed off: Leader, 6 Jan 2027" in html
    assert "Complete the report" not in html


def test_a_double_submit_completes_once_and_says_so_once(story, of, post):
    answers = [post("complete", version=0, idempotency_key="complete-1-0") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ReportAct.objects.count() == 1


def test_a_stale_page_gets_a_sentence_and_keeps_what_was_typed(story, of, post):
    post("summary", text="The leader's text", version=0)
    answer = post("summary", person="manager", text="The manager's text", version=0)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Leader worked on this report since you opened it (summary written). Nothing was changed." in html
    assert "The manager&#x27;s text" in html
    assert "The leader’s text" in html or "The leader&#x27;s text" in html or "The leader's text" in html
    assert post("complete", person="manager", version=0).status_code == 409
    assert post("complete", person="manager", version=seen(of)).status_code == 302
    late = post("complete", person="leader", version="")
    assert late.status_code == 422
    assert "was completed by Manager" in late.content.decode()


def test_an_administrator_reopens_and_the_page_lists_the_differences(done, story, of, cast, post, client):
    assert post("reopen", person="admin", reason="", version=seen(of)).status_code == 422
    assert post("reopen", person="admin", reason="Wrong vendor name", version=seen(of)).status_code == 302
    mend(story, cast)
    url = reverse("reports:report-detail", args=["test-plan", "FY2027-Q2"])
    assert "Corrections for revision 2" in client.get(url).content.decode()
    assert post("complete", version=seen(of)).status_code == 302
    html = client.get(url).content.decode()
    assert "What this revision corrects" in html
    assert "revision 2" in html
    first = client.get(url + "?revision=1").content.decode()
    assert "Wrong vendor name" in first
    assert "Vendor B left" not in first
    assert "An earlier edition." in first
    assert json.loads(client.get(url + "export.json").content)["report"]["revision"] == 2
    assert json.loads(client.get(url + "export.json?revision=1").content)["report"]["revision"] == 1


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("summary", {"leader", "manager", "admin"}),
        ("complete", {"leader", "manager", "admin"}),
        ("publish", {"leader", "manager", "admin"}),
        ("reopen", {"admin"}),
    ],
)
def test_only_the_roles_of_the_table_may(story, cast, post, name, allowed):
    for person in ("viewer", "owner", "liaison", "leader", "manager", "admin", "stranger"):
        status = post(name, person=person, text="x", reason="x", version=-1).status_code
        assert (status != 403) == (person in allowed), (person, status)


def test_who_may_not_sees_no_form(story, cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-06T15:00"))
    html = sign_in(cast.viewer).get(reverse("reports:report-detail", args=["test-plan", "FY2027-Q2"])).content.decode()
    assert not re.findall(r'action="[^"]*/reports/[^"]+"', html)


def test_a_milestone_done_later_does_not_enter_a_revision(done, story, of, cast, content_of):
    from initiatives.models import Milestone  # noqa: PLC0415 - one use

    reopen(of, cast)
    complete_milestone(
        milestone=Milestone.objects.get(initiative=story["worse"]),
        completed_date=at("2026-12-20T12:00").date(),
        act=act("2027-01-09T12:00"),
    )
    services.complete_report(**of, act=act("2027-01-10T12:00", cast.leader))
    assert content_of(Q2).milestones_met == []


def test_an_open_report_stands_on_my_work_of_those_who_complete_it(story, of, cast, sign_in):
    pages = {who: sign_in(getattr(cast, who)).get("/").content.decode() for who in ("leader", "manager", "owner")}
    assert ["Report for FY2027 Q2" in page for page in pages.values()] == [True, True, False]
    assert 'href="/reports/' in pages["leader"]
    for quarter in (Q1, Q2):
        services.complete_report(plan=of["plan"], quarter=quarter, act=act("2027-01-07T12:00", cast.leader))
    assert "Report for FY2027" not in sign_in(cast.leader).get("/").content.decode()
    reopen(of, cast)
    assert "Opened again on 8 Jan 2027" in sign_in(cast.leader).get("/").content.decode()
