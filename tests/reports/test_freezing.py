"""Frozen quarters: as of the end of the quarter however late they are built (rules B-36 to B-38, B-42, B-43, B-66)."""

import json
from dataclasses import fields
from datetime import date, datetime, timedelta
from io import StringIO
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import Plan
from goals.quarters import Quarter
from goals.services import create_plan, create_priority, update_goal, update_plan
from initiatives.selectors.status import status_of
from initiatives.services import (
    accept_commitment,
    complete_milestone,
    delete_initiative,
    propose_commitment,
    update_initiative,
    update_milestone,
)
from people.services import update_department, update_user
from records.asof import AsOf
from records.models import AuditEvent, RecordLock
from reports import content
from reports.content import rows as plain_rows
from reports.models import QuarterSnapshot, SnapshotInitiative
from reports.services import PlanNotBegun, QuarterNotOver, freeze_due_quarters, freeze_quarter
from reports.snapshots import freezing
from reports.snapshots.rows import TABLES, canonical_lines, rows_of
from reports.tasks import freeze_due_quarters as task
from tests.build import act, at, make_initiative, make_milestone, report

Q1 = Quarter(2027, 1)
Q2 = Quarter(2027, 2)
AFTER_Q1 = "2026-10-05T14:00"
GOLDEN = "3934f062c3c8e0d806e286f939da1e19de91aba16e954bd6b05633e3da1a6965"  # by hand, from docs/snapshot-format.md


def freeze(plan, quarter=Q1, when=AFTER_Q1):
    return freeze_quarter(plan=plan, quarter=quarter, act=act(when))


def frozen(snapshot):
    return rows_of([snapshot])[snapshot.pk]


def only(snapshot):
    (row,) = frozen(snapshot).initiatives
    return row


def test_b36_the_report_says_what_was_recorded_by_the_quarters_end(plan, initiative, cast):
    report(initiative, "on_track", "2026-09-30T23:59-04:00", cast.owner, happened="September's text")
    report(initiative, "off_track", "2026-10-02T12:00", cast.owner, happened="October's text")
    row = only(freeze(plan))
    assert (row.effective_status, row.happened) == ("on_track", "September's text")
    assert status_of(initiative.pk, AsOf.now(at(AFTER_Q1))).effective_status == "off_track"


def test_the_first_instant_of_october_is_not_in_september(plan, initiative, cast):
    report(initiative, "off_track", "2026-10-01T00:00-04:00", cast.owner)
    assert only(freeze(plan)).reported_status == ""


def test_b37_built_late_says_the_same(plan, initiative, cast):
    priority = create_priority(plan=plan, name="Safer", act=act())
    update_initiative(initiative=initiative, fields={}, priorities=[priority], act=act())
    step = make_milestone(initiative, date(2026, 9, 20))
    promise = propose_commitment(
        initiative=initiative, department=cast.streets, what="Poles", due_date=date(2026, 11, 1), act=act()
    )
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="As agreed")
    twin = freeze_rows_at(plan, "2026-10-01T05:00")
    report(initiative, "completed", "2026-10-02T12:00", cast.owner)
    complete_milestone(milestone=step, completed_date=date(2026, 9, 19), act=act("2026-10-03T12:00"))
    accept_commitment(commitment=promise, act=act("2026-10-04T12:00", cast.liaison))
    update_initiative(
        initiative=initiative,
        fields={"title": "New title", "owner": cast.contributor, "due_date": date(2027, 1, 1)},
        priorities=[],
        act=act("2026-10-05T12:00", reason="Moved"),
    )
    update_plan(plan=plan, fields={"expected_update_days": 1}, act=act("2026-10-06T12:00"))
    late = freeze(plan, when="2026-11-20T12:00")
    assert late.content_hash == twin
    assert only(late).priority_names == ["Safer"]


def freeze_rows_at(plan, when):
    """The hash that a snapshot built then would have, without keeping it."""
    from django.db import transaction  # noqa: PLC0415 - used here alone

    class Undo(Exception):
        pass

    told = ""
    try:
        with transaction.atomic():
            told = freeze(plan, when=when).content_hash
            raise Undo
    except Undo:
        return told


def test_b38_a_second_run_changes_nothing(plan, initiative):
    first = freeze(plan)
    events = AuditEvent.objects.count()
    again = freeze(plan, when="2026-10-05T15:00")
    assert (again.pk, again.content_hash, again.built_at) == (first.pk, first.content_hash, first.built_at)
    assert (QuarterSnapshot.objects.count(), AuditEvent.objects.count()) == (1, events)


def test_b42_names_are_frozen_too(plan, goal, initiative, cast, monkeypatch):
    report(initiative, "at_risk", "2026-09-20T12:00", cast.owner)
    make_milestone(initiative, date(2026, 12, 1), owner=cast.owner, department=cast.streets)
    snapshot = freeze(plan)
    before = frozen(snapshot)
    later = act("2026-10-06T12:00")
    update_goal(goal=goal, fields={"title": "Renamed"}, act=later)
    update_department(department=cast.streets, fields={"name": "Renamed", "abbreviation": "R"}, act=later)
    update_user(user=cast.owner, fields={"name": "Renamed", "is_active": False}, act=later)
    monkeypatch.setattr("initiatives.models.EffectiveStatus.AT_RISK._label_", "Wobbling")
    after = frozen(QuarterSnapshot.objects.get())
    assert after == before
    row = only(snapshot)
    assert (row.owner_name, row.department_name, row.goal_title, row.effective_label) == (
        "Owner", "Department of Streets", "Security", "At risk",
    )  # fmt: skip


def test_b43_born_later_gone_later(plan, initiative):
    make_initiative(plan, number="1.9", when="2026-10-03T12:00")
    delete_initiative(initiative=initiative, act=act("2026-10-04T12:00"))
    assert [row.number for row in frozen(freeze(plan)).initiatives] == ["1.1"]
    assert [row.number for row in frozen(freeze(plan, Q2, "2027-01-05T12:00")).initiatives] == ["1.9"]


def test_b66_each_quarter_exists_once_whenever_the_job_runs(plan, initiative):
    update_plan(plan=plan, fields={"start_date": date(2026, 4, 1)}, act=act())
    first = freeze_due_quarters(at=at("2026-10-01T05:00"))
    assert [str(row.period) for row in first] == ["FY2026 Q4", "FY2027 Q1"]
    assert freeze_due_quarters(at=at("2026-10-20T05:00")) == []
    assert [row.sequence for row in QuarterSnapshot.objects.order_by("pk")] == [1, 2]


def test_b66_a_job_that_first_runs_on_20_october_mends_what_was_missed(plan, initiative):
    made = freeze_due_quarters(at=at("2026-10-20T05:00"))
    assert [row.period.slug for row in made] == ["FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4", "FY2027-Q1"]


def test_b66_with_a_fiscal_year_from_january(cast):
    fields = {
        "title": "Calendar", "slug": "calendar", "start_date": date(2026, 7, 1), "end_date": date(2027, 6, 30),
        "state": Plan.State.ACTIVE, "fiscal_year_start_month": 1,
    }  # fmt: skip
    create_plan(fields=fields, act=act("2026-07-02T12:00"))
    (made,) = freeze_due_quarters(at=at("2026-10-01T05:00"))
    assert made.period.slug == "FY2026-Q3"


def test_drafts_and_archives_are_left_alone(plan):
    update_plan(plan=plan, fields={"state": Plan.State.ARCHIVED}, act=act())
    assert freeze_due_quarters(at=at(AFTER_Q1)) == []


def test_the_task_builds_what_is_due(plan, time_machine):
    time_machine.move_to(at("2025-10-02T12:00"))
    task()
    assert QuarterSnapshot.objects.get().period.slug == "FY2026-Q1"


@pytest.mark.parametrize("when", ["2026-10-01T03:59:59", "2026-09-30T23:59-04:00"])
def test_a_quarter_not_over_is_refused(plan, when):
    with pytest.raises(QuarterNotOver, match=r"FY2027 Q1 ends on 30 Sep 2026"):
        freeze(plan, when=when)
    assert not QuarterSnapshot.objects.exists()
    assert RecordLock.objects.filter(closed_until__isnull=False).count() == 0


def test_a_quarter_before_the_plan_is_refused(plan):
    with pytest.raises(PlanNotBegun, match="begins on 1 Jul 2025"):
        freeze(plan, Quarter(2025, 4))


def test_a_quarter_before_the_plan_was_kept_here_is_refused(plan):
    plan = update_plan(plan=plan, fields={"start_date": date(2024, 7, 1)}, act=act())
    with pytest.raises(PlanNotBegun, match="not kept here yet"):
        freeze(plan, Quarter(2025, 1))


def test_a_change_that_arrives_late_is_recorded_after_the_frozen_quarter(plan, initiative, cast):
    snapshot = freeze(plan)
    late = report(initiative, "off_track", "2026-09-30T12:00", cast.owner)
    assert late.recorded_at == snapshot.ends_at
    assert only(snapshot).reported_status == ""


def test_two_plans_do_not_share_rows(plan, initiative, cast):
    from tests.build import build_plan  # noqa: PLC0415 - one use

    other = build_plan("other")
    make_initiative(other, number="1.1")
    assert freeze(plan).initiative_count == freeze(other).initiative_count == 1
    assert {row.snapshot.plan_id for row in SnapshotInitiative.objects.select_related("snapshot")} == {
        plan.pk, other.pk,
    }  # fmt: skip


def test_the_hash_is_the_same_streamed_from_tables_and_from_rows_in_memory(plan, initiative, cast):
    make_milestone(initiative, date(2026, 9, 1))
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="Zweite “Zeile”\nلا 🚲 \u2028 end")
    snapshot = freeze(plan)
    assert list(canonical_lines(snapshot)) == list(content.lines(frozen(snapshot)))
    assert content.content_hash(canonical_lines(snapshot)) == snapshot.content_hash


@pytest.mark.parametrize(
    "text",
    ["", "plain", "“quotes” \"straight\" \\ back/slash", "".join(map(chr, range(1, 32))) + "\x7f", "\u2028\u2029\u0085",
     "Łódź 漢字 لا 🚲 \U0010ffff", "<script>&amp;", "\r\n\t", "x" * 40_000],
)  # fmt: skip
def test_canonical_lines_are_what_the_standard_library_writes(text):
    when = datetime(2026, 9, 30, 23, 59, 59, 1, tzinfo=ZoneInfo("America/New_York"))
    told = {"str": text, "int": 7, "bool": True, "date": date(2026, 9, 30), "datetime": when}
    for kind, plain, _ in content.canonical.KINDS:
        for full in (True, False):  # with every column that may be empty filled, and with none of them
            row = {
                item.name: None
                if not full and type(None) in get_args(item.type)
                else told[(get_args(item.type) or (item.type,))[0].__name__]
                for item in fields(plain)
            }
            written = content.canonical.line(kind, row)
            standard = json.dumps(
                content.canonical.record(kind, row), ensure_ascii=False, sort_keys=True, separators=(",", ":")
            )
            assert written == standard.encode()
            texts = {name: "2026-10-01 03:59:59.000001+00" for name, cell in row.items() if cell is when}
            assert content.canonical.line_writer(kind, plain)(list({**row, **texts}.values())) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-10-01 03:59:59.000001+00", "2026-10-01T03:59:59.000001Z"),  # PostgreSQL
        ("2026-10-01 03:59:59.12+00", "2026-10-01T03:59:59.120000Z"),
        ("2026-10-01 03:59:59+00", "2026-10-01T03:59:59.000000Z"),
        ("2026-10-01 03:59:59", "2026-10-01T03:59:59.000000Z"),  # SQLite
        ("2026-10-01 03:59:59.000001", "2026-10-01T03:59:59.000001Z"),
        (None, None),
    ],
)
def test_an_instant_is_written_alike_from_either_databases_text(text, written):
    assert content.canonical.instant(text) == written


@pytest.mark.parametrize(
    "text", ["2026-10-01 03:59:59-04", "2026-10-01 09:29:59+05:30", "2026-10-01", "2026-10-01 03:59:59.1x", "infinity"]
)
def test_an_instant_of_another_zone_is_refused(text):
    with pytest.raises(ValueError, match="Not an instant in UTC"):
        content.canonical.instant(text)


def test_the_hash_of_a_report_is_the_same_for_ever():
    """Golden: a change of it means a change of the format, which needs a new name."""
    cover = content.Cover(
        "Plan", "plan", "", date(2025, 7, 1), date(2027, 6, 30), "", "Focus area", 90, "", 2027, 1, 7, date(2026, 9, 30)
    )
    milestone = content.Milestone(
        5, 4, "“Zweite”\tZeile 🚲", date(2026, 9, 1), "2026-09", None, 0, None, False, "Owner", "", "", 1, "", ""
    )
    assert content.content_hash(content.lines(content.Rows(cover, milestones=(milestone,)))) == GOLDEN


def test_each_snapshot_is_tied_to_the_one_before(plan, initiative):
    one, two = freeze(plan), freeze(plan, Q2, "2027-01-05T12:00")
    assert two.previous == one
    assert one.chain_hash == content.chain_hash("", one.content_hash, 1)
    assert two.chain_hash == content.chain_hash(one.chain_hash, two.content_hash, 2)


@pytest.mark.parametrize(("kind", "model", "plain"), [(kind, *table[:2]) for kind, table in TABLES.items()])
def test_tables_and_plain_rows_have_the_same_columns(kind, model, plain):
    columns = {field.attname for field in model._meta.concrete_fields} - {"id", "snapshot_id"}
    assert columns == set(plain_rows.names(plain))


def test_freezing_costs_the_same_number_of_statements_for_one_and_for_three(plan, django_assert_num_queries):
    def with_step(number):
        make_milestone(make_initiative(plan, number=number), date(2026, 9, 1))

    with_step("1.1")
    freeze(plan, Quarter(2026, 4))
    with CaptureQueriesContext(connection) as one:
        freeze(plan)
    with_step("1.2")
    with_step("1.3")
    with django_assert_num_queries(len(one)):
        assert freeze(plan, Q2, "2027-01-05T12:00").initiative_count == 3


def test_the_command_builds_and_builds_again(plan, initiative):
    first, second = StringIO(), StringIO()
    call_command("freeze_quarter", "FY2027-Q1", plan="test-plan", at="2026-10-05T10:00", stdout=first)
    call_command("freeze_quarter", "FY2027 Q1", plan="test-plan", at="2026-12-05T10:00", stdout=second)
    assert first.getvalue() == second.getvalue()
    assert "1 initiatives" in first.getvalue()


@pytest.mark.parametrize(
    ("quarter", "options", "words"),
    [
        ("FY2027-Q5", {"plan": "test-plan"}, "not a quarter"),
        ("FY2027-Q1", {"plan": "nothing"}, "There is no plan “nothing”. Plans here: test-plan"),
        ("FY2027-Q1", {"plan": "test-plan", "at": "soon"}, "not a time"),
        ("FY2027-Q1", {"plan": "test-plan", "at": "2026-08-01T10:00"}, "ends on 30 Sep 2026"),
    ],
)
def test_the_command_says_what_is_wrong(plan, quarter, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("freeze_quarter", quarter, **options)


def test_slipped_dates_keep_their_baseline_in_the_snapshot(plan, initiative):
    step = make_milestone(initiative, date(2026, 9, 1))
    update_milestone(
        milestone=step, fields={"due_date": date(2026, 10, 12)}, act=act("2026-08-20T12:00", reason="Vendor")
    )
    (row,) = frozen(freeze(plan)).milestones
    assert (row.baseline_due_date, row.due_date, row.slip_days, row.slip_count) == (
        date(2026, 9, 1), date(2026, 10, 12), 41, 1,
    )  # fmt: skip


@pytest.mark.parametrize("wanted", [month for month in range(1, 13) if month != 7])
def test_a_closed_quarter_keeps_its_days_whatever_month_is_wanted(plan, initiative, wanted):
    freeze(plan)
    before = plan.fiscal_year_start_month
    with pytest.raises(ValidationError) as refused:
        update_plan(plan=plan, fields={"fiscal_year_start_month": wanted}, act=act("2026-10-06T12:00"))
    assert refused.value.message_dict["fiscal_year_start_month"] == [
        "Fiscal year starts in: it stays July, for FY2027 Q1 and the quarters before it are closed by it."
    ]
    assert Plan.objects.get(pk=plan.pk).fiscal_year_start_month == before


@pytest.mark.parametrize("first", range(1, 13))
def test_quarters_of_a_plan_neither_overlap_nor_leave_a_gap_by_any_start_month(cast, first):
    fields = {
        "title": "Any", "slug": "any", "start_date": date(2025, 2, 10), "end_date": date(2027, 12, 31),
        "state": Plan.State.ACTIVE, "fiscal_year_start_month": first,
    }  # fmt: skip
    any_plan = create_plan(fields=fields, act=act("2025-02-11T12:00"))
    other = first % 12 + 1  # nothing is frozen yet, so another month can still be chosen, and the first again
    for month in (other, first):
        update_plan(plan=any_plan, fields={"fiscal_year_start_month": month}, act=act("2025-02-12T12:00"))
    freeze_due_quarters(at=at("2026-09-01T12:00"))
    with pytest.raises(ValidationError):
        update_plan(plan=any_plan, fields={"fiscal_year_start_month": other}, act=act("2026-09-02T12:00"))
    freeze_due_quarters(at=at("2027-03-15T12:00"))
    periods = [row.period for row in QuarterSnapshot.objects.filter(plan=any_plan).order_by("as_of_day")]
    assert len(periods) >= 7
    assert [later.first_day for later in periods[1:]] == [
        earlier.last_day + timedelta(days=1) for earlier in periods[:-1]
    ]
    assert [row.as_of_day for row in QuarterSnapshot.objects.filter(plan=any_plan).order_by("as_of_day")] == [
        period.last_day for period in periods
    ]


def test_a_fiscal_year_moved_while_its_first_quarter_is_built_is_noticed(plan, initiative, monkeypatch):
    copied = freezing.copy

    def meanwhile(*arguments):
        Plan.objects.filter(pk=plan.pk).update(fiscal_year_start_month=1)
        return copied(*arguments)

    monkeypatch.setattr(freezing, "copy", meanwhile)
    with pytest.raises(freezing.FiscalYearMoved):
        freeze(plan)
    assert not QuarterSnapshot.objects.exists()


def test_a_plan_that_cannot_be_frozen_keeps_no_other_from_it_and_is_named(cast, plan, initiative, monkeypatch, caplog):
    fields = {
        "title": "Second", "slug": "second", "start_date": date(2026, 7, 1), "end_date": date(2027, 6, 30),
        "state": Plan.State.ACTIVE,
    }  # fmt: skip
    second = create_plan(fields=fields, act=act("2026-07-02T12:00"))
    build = freezing._build

    def broken(which, *more):
        if which.pk == plan.pk:
            raise ZeroDivisionError("a fault of ours")
        return build(which, *more)

    monkeypatch.setattr(freezing, "_build", broken)
    made = freeze_due_quarters(at=at("2026-10-05T14:00"))
    assert [(row.plan_id, row.period.slug) for row in made] == [(second.pk, "FY2027-Q1")]
    assert "of the plan test-plan could not be frozen" in caplog.text
    waiting = freezing.overdue_quarters(at=at("2026-10-05T14:00"))
    assert {which.slug for which, _ in waiting} == {"test-plan"}
    assert [quarter.slug for _, quarter in waiting][-1] == "FY2027-Q1"
    assert freezing.overdue_quarters(at=at("2026-10-01T04:30"))[-1][1].slug == "FY2026-Q4"  # half an hour is no worry
