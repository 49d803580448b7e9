"""Which day brings a reminder: rules B-19 to B-24, B-31, B-33, B-34, and days that are not worked."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from goals.models import Holiday
from goals.services import update_plan
from initiatives.services import (
    cancel_milestone,
    complete_milestone,
    delete_initiative,
    lift_override,
    override_status,
    reopen_milestone,
    update_initiative,
)
from outbox import tasks as send_tasks
from outbox.models import Message
from outbox.services import send_due_messages
from reminders import tasks
from reminders.models import MessageItem
from reminders.services import plan_messages, set_preferences
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
    for n in range(1, 96):
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


def test_b23_held_by_an_override_and_resumed_by_lifting_it(plan, cast):
    held = make_initiative(plan, number="1.2", owner=cast.owner, start_date=date(2025, 8, 1))
    report(held, "on_track", morning(TODAY - 200 * DAY), cast.owner)
    make_milestone(held, TODAY)
    override_status(initiative=held, status="on_hold", act=act("2026-10-04T12:00", cast.manager, reason="No budget"))
    run(TODAY)
    assert told() == []
    lift_override(initiative=held, act=act("2026-10-05T20:00", cast.manager))
    run(TODAY + DAY)
    assert told(cast.owner) == [("milestone_overdue", TODAY + DAY, 1), ("update_due", TODAY + DAY, 90)]


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
    again = TODAY + 41 * DAY
    report(other, "on_track", morning(again), cast.owner)
    run_each(again + DAY, again + 89 * DAY)
    assert asked.count() == 2  # the count starts anew
    run(again + 90 * DAY)
    assert list(asked.all())[2:] == [("update_due", again + 90 * DAY)]


def test_b31_run_twice_send_once(fresh, cast):
    make_milestone(fresh, TODAY + 20 * DAY)
    run(TODAY)
    run(TODAY)
    plan_messages(at=morning(TODAY) + MINUTE)
    send_due_messages(at=morning(TODAY) + 2 * MINUTE)
    assert len(mail.outbox) == 1


def test_b31_started_again_by_hand_or_by_a_retry(fresh, cast, time_machine):
    make_milestone(fresh, TODAY + 20 * DAY)
    run(TODAY)
    at = morning(TODAY) + MINUTE
    time_machine.move_to(at, tick=False)
    for _ in range(2):
        tasks.plan_messages()
        send_tasks.send_due_messages()
        call_command("plan_messages", at=at.isoformat(), verbosity=0)
        call_command("send_due_messages", at=at.isoformat(), verbosity=0)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("fields", [{"reminders_on": False}, {"state": "archived"}, {"state": "draft"}, {}])
def test_b33_switched_off_or_archived(plan, fresh, fields):
    make_milestone(fresh, TODAY + DAY)
    update_plan(plan=plan, fields=fields, act=act("2026-10-05T12:00"))
    run(TODAY)
    assert len(mail.outbox) == (0 if fields else 1)


@pytest.mark.parametrize("fields", [{"reminders_on": False}, {"state": "archived"}])
def test_b33_switched_off_between_planning_and_sending(plan, fresh, fields):
    make_milestone(fresh, TODAY + DAY)
    plan_messages(at=morning(TODAY))
    update_plan(plan=plan, fields=fields, act=act(morning(TODAY)))
    send_due_messages(at=morning(TODAY) + MINUTE)
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


def test_g8_never_two_within_five_days_even_where_a_mail_waited_for_its_server(fresh, cast):
    due = TODAY - DAY
    make_milestone(fresh, due)
    plan_messages(at=morning(TODAY))
    send_due_messages(at=morning(TODAY + 4 * DAY))  # the server was away until then
    run_each(TODAY + 5 * DAY, TODAY + 40 * DAY)
    sent = [row.sent_at.date() for row in Message.objects.order_by("pk")]
    assert sent == [TODAY + 4 * DAY, due + 30 * DAY]


def test_g8_a_plan_that_repeats_every_day_asks_for_an_update_every_fifth(plan, fresh, cast):
    update_plan(plan=plan, fields={"repeat_days": 1}, act=act("2026-10-05T12:00"))
    run_each(TODAY + 88 * DAY, TODAY + 101 * DAY)
    assert [(on - TODAY).days for _, on, _ in told(cast.owner)] == [90, 95, 100]


def test_g8_who_stands_in_is_not_told_again_of_what_they_were_told_themselves(fresh, cast):
    make_milestone(fresh, TODAY + 7 * DAY, owner=cast.contributor)
    run(TODAY)
    assert {one.to[0] for one in mail.outbox} == {cast.owner.email, cast.contributor.email}
    other = make_milestone(fresh, TODAY + 7 * DAY, owner=cast.manager)
    update_initiative(initiative=fresh, fields={"owner": cast.contributor}, act=act("2026-10-05T15:00"))
    run(TODAY + DAY)  # the new milestone, to its owner and to the new owner of the initiative
    set_preferences(
        person=cast.manager, muted_kinds=[], away_from=TODAY + 2 * DAY, away_until=TODAY + 9 * DAY,
        delegate=cast.contributor, act=act("2026-10-06T15:00", cast.manager),
    )  # fmt: skip
    run_each(TODAY + 2 * DAY, TODAY + 5 * DAY)
    assert MessageItem.objects.filter(person=cast.contributor, subject_id=other.pk).count() == 1


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
