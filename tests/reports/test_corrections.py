"""Values of a closed quarter put right: in the report alone, with a reason, both told (rule R1)."""

import io
import zipfile
from dataclasses import fields
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from initiatives.models import Initiative
from records.models import AuditEvent
from reports import content, services
from reports.content.rows import DERIVED, TYPED
from reports.exporters import FORMATS
from reports.models import ActKind, QuarterSnapshot, ReportAct
from reports.snapshots.integrity import findings
from reports.snapshots.rows import TABLES
from reports.workflow.corrections import by_key, judged, next_rows
from reports.workflow.report import Quarters
from tests.build import act, at
from tests.reports.conftest import Q1, Q2
from tests.reports.pdf_reader import Document
from tests.reports.readers import bare

REASON = "The department's sheet said so"
# Which row it is and where it stands; what belongs to another rule; what follows from others.
KEPT = {
    "initiative": {
        "source_id", "number", "sort_key", "goal_number", "goal_title", "strategy_number", "strategy_title",
        "update_id", "basis", "source", "visibility", "visibility_label", "department_abbreviation",
        "effective_status", "is_stale", *DERIVED, "reported_label", "override_label", "horizon_label", "audience_label",
    },
    "milestone": {"source_id", "initiative_id", "due_text", "order", "basis", "source", "department_abbreviation"},
    "commitment": {"source_id", "initiative_id", "state_label", "department_abbreviation"},
    "goal": {"source_id", "kind", "goal_number", "number", "sort_key"},
}  # fmt: skip


@pytest.fixture
def of(plan):
    return {"plan": plan, "quarter": Q2}


@pytest.fixture
def reopened(story, of, cast):
    services.complete_report(**of, act=act("2027-01-07T12:00", cast.leader))
    services.reopen_report(**of, act=act("2027-01-08T12:00", cast.admin, reason="Figures were wrong"))
    return story


@pytest.fixture
def correct(of, cast):
    def _correct(kind, row_id, reason=REASON, **values):
        by = act("2027-01-09T12:00", cast.leader, reason=reason)
        return services.correct_report(**of, kind=kind, row_id=row_id, values=values, act=by)

    return _correct


def complete(of, cast):
    services.complete_report(**of, act=act("2027-01-10T12:00", cast.leader))


def told(report, number):
    return next(row for row in report.rows.initiatives if row.number == number)


def test_every_column_of_a_frozen_row_can_be_corrected_or_is_named_here(story):
    for kind, columns in TYPED.items():
        table = kind if kind in TABLES else "heading"
        names = {item.name for item in fields(TABLES[table].plain)}
        assert columns.keys() <= names
        if kind in KEPT:
            assert names == columns.keys() | KEPT[kind], kind


def test_what_follows_from_a_row_is_judged_as_it_was_frozen(story, content_of):
    for quarter in (Q1, Q2):
        rows = content_of(quarter).rows
        assert [judged(row, rows.milestones, rows) for row in rows.initiatives] == list(rows.initiatives)


def test_a_wrong_percent_owner_and_date_are_right_in_the_next_revision_and_told_with_what_they_were(
    reopened, correct, of, cast, content_of
):
    first, row = content_of(Q2), reopened["better"]
    live = Initiative.objects.values().get(pk=row.pk)
    correct("initiative", row.pk, percent=65, owner_name="Former Owner", due_date=date(2027, 4, 1))
    assert content_of(Q2).rows == first.rows  # until the report is completed again
    complete(of, cast)
    second = content_of(Q2)
    assert content_of(Q2, revision=1).rows == first.rows
    assert Initiative.objects.values().get(pk=row.pk) == live
    corrected = told(second, "1.1")
    assert (corrected.percent, corrected.owner_name, corrected.due_date) == (65, "Former Owner", date(2027, 4, 1))
    assert [(c.field, c.before, c.after, c.reason, c.author_name) for c in second.rows.corrections] == [
        ("due_date", "1 Mar 2027", "1 Apr 2027", REASON, "Leader"),
        ("owner_name", "Owner", "Former Owner", REASON, "Leader"),
        ("percent", "", "65", REASON, "Leader"),
    ]
    assert [finding for _, finding in findings(of["plan"]) if finding] == []
    assert content.content_hash(content.lines(second.rows)) == second.workflow.content_hash


def test_figures_follow_what_was_put_right(reopened, correct, of, cast, content_of):
    assert content_of(Q2).counts["off_track"] == 1
    correct("initiative", reopened["worse"].pk, reported_status="completed")
    complete(of, cast)
    second = content_of(Q2)
    assert (second.counts["off_track"], second.counts["completed"]) == (0, 2)
    assert {c.field: (c.before, c.after) for c in second.rows.corrections} == {
        "effective_label": ("Off track", "Completed"), "reported_label": ("Off track", "Completed"),
    }  # fmt: skip


def test_a_milestone_put_right_moves_the_status_that_followed_from_it(reopened, correct, of, cast, content_of):
    step = content_of(Q2).rows.milestones[0]
    row = content_of(Q2).by_id[step.initiative_id]
    correct("milestone", step.source_id, due_date=date(2026, 11, 15), completed_date=None)
    after = by_key(next_rows(Quarters(of["plan"]).report(Q2)))["initiative", step.initiative_id]
    assert after.milestones_overdue == row.milestones_overdue + 1
    complete(of, cast)
    second = content_of(Q2)
    changed = {(c.part, c.field): (c.before, c.after) for c in second.rows.corrections}
    assert changed["", "milestones_overdue"] == ("0", "1")
    assert changed["milestone", "due_date"][1] == "15 Nov 2026"
    assert all(c.reason == REASON for c in second.rows.corrections)
    assert [finding for _, finding in findings(of["plan"]) if finding] == []


def test_a_commitment_and_a_heading_are_put_right_and_copies_follow(reopened, correct, of, cast, content_of):
    promise = next(row for row in content_of(Q2).rows.commitments if row.state == "proposed")
    goal = next(row for row in content_of(Q2).rows.of_kind("goal") if row.number == "1")
    correct(
        "commitment", promise.source_id, state="delivered", delivered_at=date(2026, 12, 30), delivered_by_name="Ann"
    )
    correct("goal", goal.source_id, title="Another title", lead_name="Former Lead")
    complete(of, cast)
    second = content_of(Q2)
    row = next(row for row in second.rows.commitments if row.source_id == promise.source_id)
    assert (row.state_label, row.delivered_at.date(), row.is_open) == ("Delivered", date(2026, 12, 30), False)
    assert {row.goal_title for row in second.rows.initiatives if row.goal_number == "1"} == {"Another title"}
    heading = [c for c in second.rows.corrections if c.part == "goal"]
    assert [(c.initiative_id, c.field, c.after) for c in heading] == [
        (0, "lead_name", "Former Lead"), (0, "title", "Another title"),
    ]  # fmt: skip
    assert [finding for _, finding in findings(of["plan"]) if finding] == []


@pytest.mark.parametrize(
    ("kind", "values", "field", "words"),
    [
        ("initiative", {"percent": 101}, "percent", "Percent: "),
        ("initiative", {"percent": "many"}, "percent", "Percent: "),
        ("initiative", {"percent": -1}, "percent", "Percent: "),
        ("initiative", {"reported_status": "fine"}, "reported_status", "Reported status: "),
        ("initiative", {"title": ""}, "title", "Title: It cannot be empty"),
        ("initiative", {"title": "\u200b"}, "title", "Title: "),
        ("initiative", {"owner_name": "x" * 200}, "owner_name", "Owner: "),
        ("initiative", {"start_date": "soon"}, "start_date", "Start: "),
        ("initiative", {"due_date": date(2020, 1, 1)}, "due_date", "Due: it lies before the start"),
        ("initiative", {"last_updated_at": date(2027, 1, 1)}, "last_updated_at", "lies after FY2027 Q2"),
        ("initiative", {"override_status": "on_track"}, "override_reason", "has a reason"),
        ("initiative", {"priorities": "Cleaner\nRicher"}, "priorities", "“Richer” is not one of this report"),
        ("initiative", {"slip_count": 10**9}, "slip_count", "Times slipped: "),
        ("milestone", {"completed_date": date(2027, 2, 1)}, "completed_date", "Done: "),
        ("commitment", {"state": "delivered"}, "delivered_at", "Delivered on: what is delivered has a day"),
        ("commitment", {"department_name": "y" * 300}, "department_name", "Department: "),
    ],
)
def test_a_value_that_the_live_field_would_refuse_is_refused_by_name_and_nothing_changes(
    reopened, correct, content_of, kind, values, field, words
):
    rows = content_of(Q2).rows
    row = {"initiative": rows.initiatives[0], "milestone": rows.milestones[0], "commitment": rows.commitments[-1]}[kind]
    before = ReportAct.objects.count()
    with pytest.raises(ValidationError) as refused:
        correct(kind, row.source_id, **values)
    assert words in refused.value.message_dict[field][0]
    assert ReportAct.objects.count() == before


def test_only_a_reopened_report_takes_corrections_with_a_reason_and_only_of_its_own_rows(story, of, cast, correct):
    row = story["better"].pk
    with pytest.raises(ValidationError, match="once it was completed and an administrator has opened it again"):
        correct("initiative", row, percent=65)
    services.complete_report(**of, act=act("2027-01-07T12:00", cast.leader))
    with pytest.raises(ValidationError, match="was completed by Leader"):
        correct("initiative", row, percent=65)
    services.reopen_report(**of, act=act("2027-01-08T12:00", cast.admin, reason="Figures"))
    for kind, key in (("initiative", 10**9), ("visibility", row), ("milestone", row + 10**6)):
        with pytest.raises(ValidationError, match="This is not in the report"):
            correct(kind, key, percent=65)
    with pytest.raises(ValidationError, match="not a value of this report"):
        correct("initiative", row, visibility="public")
    with pytest.raises(ValidationError, match="say why it is corrected"):
        correct("initiative", row, reason=" ", percent=65)
    assert not ReportAct.objects.filter(kind=ActKind.CORRECTED).exists()


def test_an_unchanged_value_writes_nothing_and_a_value_put_back_is_no_difference(
    reopened, correct, of, cast, content_of
):
    row = reopened["better"].pk
    held = told(content_of(Q2), "1.1")
    events = AuditEvent.objects.count()
    assert correct("initiative", row, owner_name=held.owner_name, last_updated_at=held.last_updated_day) is None
    assert AuditEvent.objects.count() == events
    correct("initiative", row, owner_name="Somebody")
    correct("initiative", row, owner_name=held.owner_name)
    complete(of, cast)
    one, two = QuarterSnapshot.objects.filter(quarter=2, fiscal_year=2027).order_by("revision")
    assert one.content_hash == two.content_hash


def test_the_revision_after_the_next_carries_what_was_put_right(reopened, correct, of, cast, content_of):
    correct("initiative", reopened["better"].pk, percent=65)
    complete(of, cast)
    services.reopen_report(**of, act=act("2027-01-11T12:00", cast.admin, reason="Once more"))
    correct("initiative", reopened["better"].pk, owner_name="Somebody")
    complete(of, cast)
    third = content_of(Q2)
    assert (told(third, "1.1").percent, told(third, "1.1").owner_name) == (65, "Somebody")
    assert [c.field for c in third.rows.corrections] == ["owner_name"]


def test_the_audit_log_says_what_was_told_before_and_after(reopened, correct):
    correct("initiative", reopened["better"].pk, reported_status="at_risk", percent=65)
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.changes, event.reason) == (
        "report.corrected", {"Reported status": ["On track", "At risk"], "Percent": ["", "65"]}, REASON,
    )  # fmt: skip


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_every_format_tells_both(reopened, correct, of, cast, content_of, key):
    correct("initiative", reopened["better"].pk, owner_name="Former Owner", reason="Named wrongly")
    complete(of, cast)
    data = FORMATS[key].write(content_of(Q2))
    for words in ("Former Owner", "Named wrongly", cast.owner.name):
        assert bare(words) in text_of(key, data), key


def text_of(key, data):
    """All words of a file, without blanks."""
    if key == "pdf":
        return bare(Document(data).root.text)
    if key not in {"xlsx", "pptx"}:
        return bare(data.decode())
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return bare("".join(whole.read(name).decode() for name in whole.namelist() if name.endswith(".xml")))


def test_what_is_internal_of_a_row_is_internal_of_its_corrections(reopened, correct, of, cast, content_of):
    correct("initiative", reopened["worse"].pk, help_needed="A lawyer", author_name="Somebody", percent=5)
    correct("initiative", reopened["internal"].pk, percent=5, reason="Secret reason")
    complete(of, cast)
    public = content_of(Q2).for_public()
    assert [(c.number, c.field, c.author_name) for c in public.rows.corrections] == [("1.2", "percent", "")]


# Pages ------------------------------------------------------------------------------------------


@pytest.fixture
def page(cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-09T15:00"))

    def _page(row, kind="initiative", person="leader", **data):
        url = reverse("reports:report-correct", args=["test-plan", "FY2027-Q2", kind, row])
        client = sign_in(getattr(cast, person))
        return client.post(url, data) if data else client.get(url)

    return _page


def drawn(answer):
    form = answer.context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def test_leadership_corrects_on_the_page_and_sees_old_and_new(reopened, of, page, client):
    row = reopened["better"].pk
    form = drawn(page(row))
    assert (form["owner_name"], form["reported_status"]) == ("Owner", "on_track")
    wrong = page(row, **{**form, "percent": "130", "owner_name": "Former Owner", "reason": "Wrong"})
    assert wrong.status_code == 422
    assert "“Percent” can be at most 100." in wrong.content.decode()
    assert "Former Owner" in wrong.content.decode()
    sent = {**form, "percent": "65", "owner_name": "Former Owner", "reason": "Wrong sheet"}
    assert page(row, **sent).status_code == 302
    html = client.get(reverse("reports:report-detail", args=["test-plan", "FY2027-Q2"])).content.decode()
    assert "<del>Owner</del> <ins>Former Owner</ins>" in html
    assert "(Wrong sheet)" in html
    assert f"/correct/initiative/{row}/" in html
    late = page(row, **{**form, "percent": "70", "reason": "Another sheet"})  # drawn before the first was saved
    assert late.status_code == 409
    assert "70" in late.content.decode()


def test_a_report_that_was_not_reopened_sends_back_with_a_sentence(story, page, client):
    assert page(story["better"].pk).status_code == 302
    assert page(story["better"].pk, kind="nothing").status_code == 404
    assert page(story["better"].pk, person="owner").status_code == 403
