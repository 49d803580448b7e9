"""Which day brings a reminder: cases B-19 to B-24, B-31, B-33, B-34, and days that are not worked."""

from datetime import date, timedelta

import pytest
from django.core import mail

from goals.models import Holiday
from goals.services import update_plan
from initiatives.services import (
    cancel_milestone,
    complete_milestone,
    delete_initiative,
    reopen_milestone,
)
from reminders.models import Message, MessageItem
from reminders.services import plan_messages, send_due_messages
from tests.build import act, make_initiative, make_milestone, report
from tests.reminders.cast import MINUTE, TODAY, days_told, morning, run, run_each, told

DAY = timedelta(days=1)


@pytest.fixture
def fresh(initiative, cast):
    """Initiative 1.1, updated today, so that nothing but its milestones asks for anything."""
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    return initiative


@pytest.mark.parametrize(("ahead", "mails"), [(20, 1), (30, 1), (31, 0)])
def test_b19_first_reminder_inside_the_window(fresh, cast, ahead, mails):
    make_milestone(fresh, TODAY + ahead * DAY)
    run(TODAY)
    assert len(days_told(cast.owner, "milestone_due_soon")) == mails
    assert len(mail.outbox) == mails


def test_b20_then_only_at_the_steps(fresh, cast):
    due = TODAY + 20 * DAY
    make_milestone(fresh, due)
    run_each(TODAY, due)
    assert days_told(cast.owner, "milestone_due_soon") == [TODAY, due - 7 * DAY, due - DAY]


def test_b21_overdue_steps_each_saying_how_late(fresh, cast):
    due = TODAY + DAY
    make_milestone(fresh, due)
    for n in (*range(1, 10), *range(28, 33), *range(58, 63), *range(88, 93)):
        report(fresh, "on_track", morning(due + n * DAY) - MINUTE, cast.owner)
        run(due + n * DAY)
    assert days_told(cast.owner, "milestone_overdue") == [due + n * DAY for n in (1, 7, 30, 60, 90)]
    for one, n in zip(mail.outbox, (1, 7, 30, 60, 90), strict=True):
        assert f"{n} day{'s' if n > 1 else ''} late" in one.body


def test_b22_done_is_silent(plan, cast, fresh):
    tomorrow = TODAY + DAY
    done = make_milestone(fresh, tomorrow)
    complete_milestone(milestone=done, act=act("2026-10-05T12:00", cast.owner))
    cancel_milestone(milestone=make_milestone(fresh, tomorrow), act=act("2026-10-05T12:00", cast.owner))
    for number, status in (("1.2", "completed"), ("1.3", "cancelled")):
        closed = make_initiative(plan, number=number, owner=cast.owner)
        make_milestone(closed, tomorrow)
        report(closed, status, "2026-10-05T12:00", cast.owner)
    deleted = make_initiative(plan, number="1.4", owner=cast.owner)
    make_milestone(deleted, tomorrow)
    delete_initiative(initiative=deleted, act=act("2026-10-05T12:00"))
    run(TODAY)
    assert told() == []
    assert mail.outbox == []


def test_b23_on_hold_and_not_yet_begun_are_silent(plan, cast):
    long_ago = TODAY - 200 * DAY
    held = make_initiative(plan, number="1.2", owner=cast.owner, start_date=date(2025, 8, 1))
    report(held, "on_hold", morning(long_ago), cast.owner)
    later = make_initiative(plan, number="1.3", owner=cast.owner, start_date=TODAY + DAY)
    report(later, "on_track", morning(long_ago), cast.owner)
    run(TODAY)
    assert told() == []
    report(held, "on_track", morning(TODAY) + MINUTE, cast.owner)
    run(TODAY + DAY)
    assert told(cast.owner) == [("update_due", TODAY + DAY, 90)]  # the second has reached its start date
    run(TODAY + 90 * DAY)
    assert [
        item.initiative_id for item in MessageItem.objects.filter(planned_on=TODAY + 90 * DAY, kind="update_due")
    ] == [held.pk]


def test_b24_stale_to_the_day(plan, cast):
    one = make_initiative(plan, number="1.2", owner=cast.owner)
    report(one, "on_track", "2026-07-08T16:00", cast.owner)
    other = make_initiative(plan, number="1.3", owner=cast.owner)
    report(other, "on_track", "2026-07-07T16:00", cast.owner)
    run(TODAY)
    assert [item.initiative_id for item in MessageItem.objects.all()] == [other.pk]
    report(one, "on_track", "2026-10-05T20:00", cast.owner)
    run_each(TODAY + DAY, TODAY + 40 * DAY)
    asked = MessageItem.objects.filter(initiative=other).values_list("kind", "planned_on")
    assert list(asked) == [("update_due", TODAY), ("update_stale", TODAY + 30 * DAY)]
    report(other, "on_track", morning(TODAY + 41 * DAY), cast.owner)
    run_each(TODAY + 42 * DAY, TODAY + 45 * DAY)
    assert asked.count() == 2  # the count starts anew


def test_b31_run_twice_send_once(fresh, cast):
    make_milestone(fresh, TODAY + 20 * DAY)
    run(TODAY)
    run(TODAY)
    plan_messages(at=morning(TODAY) + MINUTE)
    send_due_messages(at=morning(TODAY) + 2 * MINUTE)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("fields", [{"reminders_on": False}, {"state": "archived"}])
def test_b33_switched_off_or_archived(plan, fresh, fields):
    make_milestone(fresh, TODAY + DAY)
    update_plan(plan=plan, fields=fields, act=act("2026-10-05T12:00"))
    run(TODAY)
    assert mail.outbox == []


def test_b34_time_of_day(fresh, cast):
    make_milestone(fresh, TODAY + 20 * DAY)
    run(TODAY)
    next_step = TODAY + 13 * DAY
    early = morning(next_step) - MINUTE
    plan_messages(at=early)
    send_due_messages(at=early)
    assert len(mail.outbox) == 1
    plan_messages(at=morning(next_step))
    send_due_messages(at=morning(next_step))
    assert len(mail.outbox) == 2


def test_b34_a_trigger_that_was_down_until_the_afternoon_sends_then_once(fresh):
    make_milestone(fresh, TODAY + 20 * DAY)
    late = morning(TODAY) + timedelta(hours=5, minutes=20)
    for minutes in range(3):
        plan_messages(at=late + minutes * MINUTE)
        send_due_messages(at=late + minutes * MINUTE)
    assert len(mail.outbox) == 1


def test_a_step_on_a_day_off_goes_out_on_the_next_working_day(plan, fresh, cast):
    update_plan(plan=plan, fields={"working_days": [0, 1, 2, 3, 4]}, act=act("2026-10-05T12:00"))
    Holiday.objects.create(plan=plan, day=date(2026, 10, 12), name="Indigenous Peoples’ Day")
    due = date(2026, 10, 17)  # a Saturday; a week before is Saturday the 10th, then Sunday, then the holiday
    make_milestone(fresh, due)
    run_each(TODAY, date(2026, 10, 19))
    # The day before is Friday the 16th, three days after the moved step: never two within five days.
    assert days_told(cast.owner, "milestone_due_soon") == [TODAY, date(2026, 10, 13)]
    assert days_told(cast.owner, "milestone_overdue") == [date(2026, 10, 19)]


def test_a_step_missed_while_nothing_ran_is_made_good_once(fresh, cast):
    due = TODAY + 20 * DAY
    make_milestone(fresh, due)
    run(TODAY)
    run_each(due - 6 * DAY, due - 2 * DAY)
    assert days_told(cast.owner, "milestone_due_soon") == [TODAY, due - 6 * DAY]


def test_down_for_95_days_gives_one_digest_and_no_flood(fresh, cast):
    for ahead in (1, 10, 40, 80):
        make_milestone(fresh, TODAY + ahead * DAY)
    run(TODAY)
    run(TODAY + 95 * DAY)
    run(TODAY + 96 * DAY)
    assert [str(one.day) for one in Message.objects.order_by("day")] == [str(TODAY), str(TODAY + 95 * DAY)]
    assert len(mail.outbox) == 2


def test_b16_a_reopened_milestone_is_reminded_of_again(fresh, cast):
    due = TODAY + 20 * DAY
    milestone = make_milestone(fresh, due)
    complete_milestone(milestone=milestone, act=act("2026-10-05T12:00", cast.owner))
    run(TODAY)
    assert told() == []
    reopen_milestone(milestone=milestone, act=act("2026-10-06T12:00", cast.owner))
    run(TODAY + DAY)
    assert days_told(cast.owner, "milestone_due_soon") == [TODAY + DAY]


def test_b18_a_milestone_without_a_date_is_never_reminded_of(fresh):
    make_milestone(fresh, None)
    run(TODAY)
    assert mail.outbox == []
