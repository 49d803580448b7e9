"""Effective status and roll-ups: rules B-01 to B-09, and the past told as it was."""

from datetime import date, timedelta

import pytest

from initiatives.judgement import update_due
from initiatives.selectors.status import initiative_statuses, read, status_of
from initiatives.services import (
    cancel_milestone,
    complete_milestone,
    lift_override,
    override_status,
    update_milestone,
)
from outbox.services import send_due_messages
from people.services import update_user
from records.asof import AsOf
from records.models import AuditEvent
from reminders.services import plan_messages
from reports.services import freeze_due_quarters
from tests.build import act, at, make_initiative, make_milestone, report

TODAY = date(2026, 10, 5)
NOW = "2026-10-05T14:00"


@pytest.fixture
def today():
    return AsOf(day=TODAY)


def effective(initiative, when):
    return status_of(initiative.pk, when).effective_status


def test_b01_nothing_said_is_not_on_track(plan, today):
    fresh = make_initiative(plan, start_date=TODAY)
    assert effective(fresh, today) == "not_started"


def test_b02_an_open_milestone_past_due_makes_it_off_track(initiative, cast, today):
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    done = make_milestone(initiative, date(2026, 9, 1))
    complete_milestone(milestone=done, completed_date=date(2026, 9, 1), act=act("2026-09-01T15:00"))
    make_milestone(initiative, TODAY + timedelta(days=40))
    late = make_milestone(initiative, TODAY - timedelta(days=1))
    assert effective(initiative, today) == "off_track"
    assert status_of(initiative.pk, today).reported_status == "on_track"
    update_milestone(
        milestone=late, fields={"due_date": TODAY + timedelta(days=10)}, act=act(NOW, reason="Vendor moved the date")
    )
    assert effective(initiative, today) == "on_track"


def test_a_milestone_due_today_is_not_late(initiative, cast, today):
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    make_milestone(initiative, TODAY)
    assert effective(initiative, today) == "on_track"
    assert effective(initiative, AsOf(day=TODAY + timedelta(days=1))) == "off_track"


def test_b03_cancelled_and_completed_milestones_make_nothing_late(initiative, cast, today):
    report(initiative, "at_risk", "2026-10-01T12:00", cast.owner)
    cancel_milestone(milestone=make_milestone(initiative, date(2026, 9, 1)), act=act("2026-09-05T12:00"))
    complete_milestone(milestone=make_milestone(initiative, date(2026, 9, 10)), act=act("2026-09-20T12:00"))
    assert effective(initiative, today) == "at_risk"


def test_b04_a_closed_initiative_is_not_recomputed(initiative, cast, today):
    report(initiative, "completed", "2026-09-01T12:00", cast.owner)
    make_milestone(initiative, date(2026, 9, 10))
    told = AuditEvent.objects.filter(target_type="initiative").count()
    freeze_due_quarters(at=at(NOW))
    plan_messages(at=at(NOW))
    send_due_messages(at=at(NOW))
    shown = status_of(initiative.pk, today)
    assert (shown.effective_status, shown.milestones_overdue) == ("completed", 1)
    assert AuditEvent.objects.filter(target_type="initiative").count() == told
    assert initiative.versions.count() == 2  # created, completed


def test_b05_an_override_stands_until_it_is_lifted(initiative, cast, today):
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    make_milestone(initiative, date(2026, 9, 1))
    override_status(initiative=initiative, status="at_risk", act=act(NOW, cast.admin, reason="vendor strike"))
    shown = status_of(initiative.pk, AsOf(day=TODAY + timedelta(days=1)))
    assert (shown.effective_status, shown.override_reason) == ("at_risk", "vendor strike")
    lift_override(initiative=initiative, act=act("2026-10-05T15:00", cast.admin))
    assert effective(initiative, today) == "off_track"


@pytest.mark.parametrize(("days_ago", "expected"), [(90, "on_track"), (91, "no_current_update")])
def test_b06_a_status_grows_old_on_day_91(initiative, cast, today, days_ago, expected):
    # 23:30 in Philadelphia is the next day in UTC: the local day counts.
    day = TODAY - timedelta(days=days_ago)
    report(initiative, "on_track", f"{day.isoformat()}T23:30-04:00", cast.owner)
    shown = status_of(initiative.pk, today)
    assert shown.effective_status == expected
    assert shown.reported_status == "on_track"


def test_b06_stale_and_late_is_off_track_and_still_marked_stale(initiative, cast, today):
    report(initiative, "on_track", "2026-06-01T12:00", cast.owner)
    make_milestone(initiative, date(2026, 9, 1))
    shown = status_of(initiative.pk, today)
    assert (shown.effective_status, shown.is_stale) == ("off_track", True)


def test_without_any_update_the_start_counts(plan, today):
    old = make_initiative(plan, number="1.2", start_date=TODAY - timedelta(days=91))
    new = make_initiative(plan, number="1.3", start_date=TODAY - timedelta(days=90))
    assert (effective(old, today), effective(new, today)) == ("no_current_update", "not_started")


@pytest.mark.parametrize("has_update", [True, False])
def test_b06_the_database_and_the_rule_agree_on_the_last_day(plan, initiative, cast, has_update):
    row = initiative if has_update else make_initiative(plan, number="1.9", start_date=date(2026, 3, 1))
    if has_update:
        report(row, "on_track", "2026-05-31T23:59", cast.owner)
    last = update_due(date(2026, 5, 31) if has_update else None, row.start_date, plan.expected_update_days)
    days = [last + timedelta(days=n) for n in (-1, 0, 1)]
    assert [status_of(row.pk, AsOf(day=day)).is_stale for day in days] == [False, False, True]


def test_b09_progress_from_milestones(initiative, today):
    for _ in range(2):
        complete_milestone(milestone=make_milestone(initiative, None), act=act("2026-09-01T12:00"))
    make_milestone(initiative, None)
    cancel_milestone(milestone=make_milestone(initiative, None), act=act("2026-09-01T12:00"))
    shown = status_of(initiative.pk, today)
    assert (shown.progress_percent, shown.milestones_met, shown.milestones_total) == (67, 2, 3)


def test_the_past_is_told_with_the_names_and_dates_of_then(initiative, cast):
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="September text")
    make_milestone(initiative, date(2026, 9, 25))
    update_user(user=cast.owner, fields={"name": "Renamed"}, act=act("2026-10-02T12:00"))
    report(initiative, "at_risk", "2026-10-02T13:00", cast.owner, happened="October text")
    then = status_of(initiative.pk, AsOf.end_of(date(2026, 9, 24)))
    assert (then.effective_status, then.owner_name, then.author_name) == ("on_track", "Owner", "Owner")
    assert then.happened == "September text"
    assert status_of(initiative.pk, AsOf.end_of(date(2026, 9, 30))).effective_status == "off_track"
    assert status_of(initiative.pk, AsOf(day=TODAY)).owner_name == "Renamed"


def test_reading_costs_the_same_number_of_queries_for_one_and_for_three(plan, today, django_assert_num_queries):
    make_initiative(plan, number="1.5")
    with django_assert_num_queries(3):
        read(initiative_statuses(today, plan=plan))
    make_initiative(plan, number="1.6")
    make_initiative(plan, number="1.7")
    with django_assert_num_queries(3):
        assert len(read(initiative_statuses(today, plan=plan))) == 3
