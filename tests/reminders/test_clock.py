"""400 simulated days over three clock changes, in three time zones: every local morning once, at 09:00."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from goals.models import Holiday
from goals.services import update_plan
from initiatives.models import Milestone
from outbox.kinds import Rendered
from outbox.models import Message
from outbox.services import send_due_messages
from records.asof import local_day
from reminders.models import MessageItem
from reminders.selectors.days import next_day, planning_day, sending_begins, settings_by_plan
from reminders.services import plan_messages
from tests.build import act, make_milestone, report

FIRST = date(2026, 10, 10)  # 400 days hold 1 Nov 2026, 14 Mar 2027 and 7 Nov 2027
CHANGES = (date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7))
TICK = timedelta(minutes=10)
DAY = timedelta(days=1)


# Adelaide keeps half an hour and changes its clock by an hour; Lord Howe changes it by half an hour.
@pytest.fixture(params=["America/New_York", "UTC", "Australia/Adelaide", "Australia/Lord_Howe"])
def zone(request, settings):
    settings.TIME_ZONE = request.param
    timezone.get_default_timezone.cache_clear()
    yield ZoneInfo(request.param)
    settings.TIME_ZONE = "America/New_York"
    timezone.get_default_timezone.cache_clear()


def test_every_local_morning_opens_once_and_never_before_nine(zone, monkeypatch, plan):
    spoken = settings_by_plan()
    monkeypatch.setattr("reminders.selectors.days.settings_by_plan", lambda: spoken)
    opened: dict[date, datetime] = {}
    at = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    end = at + timedelta(days=400)
    while at < end:
        day = planning_day(at)
        if day.settings:
            opened.setdefault(day.day, at)
        at += TICK
    wanted = [FIRST + timedelta(days=n) for n in range(400)]
    assert list(opened)[:399] == wanted[:399]
    for day, first in opened.items():
        assert first == sending_begins(day)
        assert first.astimezone(zone).strftime("%H:%M") == "09:00"


def test_the_next_sending_is_the_next_local_morning_across_a_clock_change(zone, plan):
    for day in (date(2026, 10, 31), date(2027, 3, 13), date(2027, 11, 6)):
        late = datetime(day.year, day.month, day.day, 23, 30, tzinfo=zone)
        assert next_day(late, late - timedelta(hours=12)).day == day + timedelta(days=1)


def test_the_next_run_is_todays_until_it_was_planned(zone, plan):
    day = date(2026, 10, 5)
    eight, nine = (datetime(2026, 10, 5, hour, 5, tzinfo=zone) for hour in (8, 9))
    assert next_day(eight).day == day
    assert next_day(eight, eight).day == day  # planning looked, but it was not yet time
    assert next_day(nine, eight).day == day  # the nine o'clock run is late
    assert next_day(nine, nine).day == day + timedelta(days=1)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Australia/Adelaide"], indirect=True)
def test_400_days_of_mail_every_working_morning_once_at_nine(zone, plan, initiative, cast, monkeypatch):
    """Something is owed on every working day. Ticks come before, at and after nine; one digest goes out, at nine."""
    fields = {"working_days": [0, 1, 2, 3, 4], "due_soon_days": [1], "overdue_days": [400], "expected_update_days": 800}
    update_plan(plan=plan, fields=fields, act=act())
    monkeypatch.setattr("reminders.mails.render_digest", lambda *_: Rendered("A digest", "Words", ""))
    holidays = [FIRST + n * DAY for n in (2, 47, 76, 155)]
    Holiday.objects.bulk_create([Holiday(plan=plan, day=day, name="A day off") for day in holidays])
    # All of them in the zone that keeps half an hour; in the others three weeks around each clock change of New York.
    near = {n for change in CHANGES for n in range((change - FIRST).days - 10, (change - FIRST).days + 11)}
    walked = range(400) if zone.key == "Australia/Adelaide" else sorted(near & set(range(400)))
    for n in walked:
        day = FIRST + n * DAY
        Milestone.objects.filter(completed_date=None).update(completed_date=day)
        Milestone.objects.create(initiative=initiative, title=f"Step {n}", due_date=day + DAY, baseline_due_date=day)
        nine = datetime(day.year, day.month, day.day, 9, tzinfo=zone).astimezone(UTC)
        plan_messages(at=nine - TICK / 600)
        for at in (nine, nine + TICK) if n % 5 == 0 else (nine,):
            plan_messages(at=at)
            send_due_messages(at=at)
    wanted = [FIRST + n * DAY for n in walked]
    wanted = [day for day in wanted if day.weekday() < 5 and day not in holidays]
    sent = [row.sent_at.astimezone(zone) for row in Message.objects.order_by("pk")]
    assert [at.date() for at in sent] == wanted
    assert {at.strftime("%H:%M") for at in sent} == {"09:00"}
    assert len(mail.outbox) == len(wanted)


STEPS = (-30, -7, -1, 1, 7, *range(30, 200, 30))


@pytest.mark.parametrize(
    "down", [timedelta(hours=1), timedelta(days=3), timedelta(days=95)], ids=["1 h", "3 d", "95 d"]
)
def test_everything_down_nothing_is_missed_and_nobody_gets_two_digests_a_day(plan, initiative, cast, down):
    """What reached a step while nothing ran is told once, by its latest step, in one mail on the day of the return."""
    report(initiative, "on_track", "2026-10-10T12:00", cast.owner)
    dues = {
        make_milestone(initiative, FIRST + n * DAY).pk: FIRST + n * DAY for n in (0, 1, 4, 8, 9, 33, 40, 80, 100, 130)
    }
    nine = sending_begins(FIRST)
    plan_messages(at=nine)
    send_due_messages(at=nine)
    first = set(MessageItem.objects.values_list("subject_id", flat=True))
    assert first == {key for key, due in dues.items() if due - FIRST <= 30 * DAY}
    back = sending_begins(FIRST + DAY) + down
    for n in range(4):
        plan_messages(at=back + n * TICK)
        send_due_messages(at=back + n * TICK)
    today = local_day(back)
    owed = {}
    for key, due in dues.items():
        reached = [step for step in STEPS if FIRST < due + step * DAY <= today]
        if reached and (key not in first or due + reached[-1] * DAY - FIRST >= 5 * DAY or reached[-1] > 0):
            owed[key] = reached[-1]
    told = MessageItem.objects.filter(planned_on=today, kind__startswith="milestone")
    assert dict(told.values_list("subject_id", "step")) == owed
    assert told.count() == len(owed)
    assert list(Message.objects.order_by("pk").values_list("day", flat=True)) == [FIRST, today]
    assert len(mail.outbox) == 2
