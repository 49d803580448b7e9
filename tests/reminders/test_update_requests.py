"""Somebody asks for an update: the owner hears once, in the digest, and answers from it."""

from datetime import timedelta

import pytest
from django.core import mail

from initiatives.services import ask_for_update, override_status
from outbox.services import send_due_messages
from reminders.models import MessageItem
from reminders.services import plan_messages, set_preferences
from tests.build import act, make_initiative, report
from tests.reminders.cast import MINUTE, TODAY, days_told, morning, run, run_each, told

DAY = timedelta(days=1)


@pytest.fixture
def row(plan, cast):
    """Said to be on track last week: the plan would not ask for months."""
    row = make_initiative(plan, number="1.7", owner=cast.owner, lead_department=cast.streets)
    report(row, "on_track", "2026-09-28T12:00", cast.owner)
    return row


def ask(row, who, when="2026-10-04T20:00"):
    return ask_for_update(initiative=row, act=act(when, who))


def test_the_owner_hears_once_and_answers_from_the_mail(client, row, cast):
    ask(row, cast.manager)
    run(TODAY)
    run_each(TODAY, TODAY + 10 * DAY)
    assert told(cast.owner) == [("update_asked", TODAY, 0)]
    body = " ".join(mail.outbox[0].body.split())
    assert "Manager asks how it stands, yesterday; the last update says: on track." in body
    link = next(word for word in body.split() if "/answer/" in word)
    assert client.get(link.partition("example")[2] or link).status_code in {200, 302}


def test_an_answer_ends_it(row, cast):
    ask(row, cast.manager)
    plan_messages(at=morning(TODAY))
    assert MessageItem.objects.filter(kind="update_asked", dropped="").count() == 1
    report(row, "at_risk", "2026-10-05T12:00", cast.owner)
    send_due_messages(at=morning(TODAY) + MINUTE)
    run_each(TODAY, TODAY + 5 * DAY)
    assert mail.outbox == []


def test_it_stands_in_place_of_the_plans_own_call(plan, cast):
    stale = make_initiative(plan, number="1.8", owner=cast.owner)
    ask(stale, cast.manager)
    run(TODAY)
    assert [kind for kind, _, _ in told(cast.owner)] == ["update_asked"]
    run_each(TODAY + DAY, TODAY + 12 * DAY)
    assert days_told(cast.owner, "update_due") == [TODAY + 7 * DAY]


def test_asked_on_two_days_it_is_told_twice_and_never_more(row, cast):
    ask(row, cast.manager)
    run(TODAY)
    ask(row, cast.liaison, "2026-10-05T20:00")
    ask(row, cast.manager, "2026-10-05T21:00")
    run_each(TODAY + DAY, TODAY + 4 * DAY)
    assert days_told(cast.owner, "update_asked") == [TODAY, TODAY + DAY]


def muted(row, cast):
    set_preferences(person=cast.owner, muted_kinds=["update_asked"], act=act("2026-10-04T21:00", cast.owner))


def closed(row, cast):
    why = act("2026-10-04T21:00", cast.manager, reason="Given up")
    override_status(initiative=row, status="cancelled", act=why)


@pytest.mark.parametrize("why", [muted, closed], ids=lambda why: why.__name__)
def test_nobody_hears_where_it_is_switched_off_or_closed(row, cast, why):
    ask(row, cast.manager)
    why(row, cast)
    run(TODAY)
    assert mail.outbox == []


def test_the_delegate_hears_it_while_the_owner_is_away(row, cast):
    away = {"away_from": TODAY, "away_until": TODAY + 9 * DAY, "delegate": cast.contributor}
    set_preferences(person=cast.owner, muted_kinds=[], act=act("2026-10-04T19:00", cast.owner), **away)
    ask(row, cast.manager)
    run_each(TODAY, TODAY + 9 * DAY)
    assert [kind for kind, _, _ in told(cast.contributor)] == ["update_asked"]
    assert told(cast.owner) == []
