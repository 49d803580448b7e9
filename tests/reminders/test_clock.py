"""400 simulated days over three clock changes, in three time zones: every local morning once, at 09:00."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reminders.selectors.days import next_day, planning_day, sending_begins, voices

FIRST = date(2026, 10, 10)  # 400 days hold 1 Nov 2026, 14 Mar 2027 and 7 Nov 2027
TICK = timedelta(minutes=10)


@pytest.fixture(params=["America/New_York", "UTC", "Asia/Kolkata", "Australia/Lord_Howe"])
def zone(request, settings):
    settings.TIME_ZONE = request.param
    timezone.get_default_timezone.cache_clear()
    yield ZoneInfo(request.param)
    settings.TIME_ZONE = "America/New_York"
    timezone.get_default_timezone.cache_clear()


def test_every_local_morning_opens_once_and_never_before_nine(zone, monkeypatch, plan):
    spoken = voices()
    monkeypatch.setattr("reminders.selectors.days.voices", lambda: spoken)
    opened: dict[date, datetime] = {}
    at = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    end = at + timedelta(days=400)
    while at < end:
        day = planning_day(at)
        if day.voices:
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
        assert next_day(late).day == day + timedelta(days=1)
