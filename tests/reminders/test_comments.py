"""Comments on updates in the digest: to whom they are for and to the author of the update, each once."""

from datetime import timedelta

import pytest
from django.core import mail

from goals.services import update_plan
from initiatives.services import add_comment, correct_comment, delete_initiative, withdraw_comment
from outbox.services import send_due_messages
from people.services import update_user
from reminders.models import MessageItem
from reminders.services import plan_messages, set_preferences
from tests.build import act, report
from tests.reminders.cast import MINUTE, TODAY, morning, run, run_each

DAY = timedelta(days=1)


@pytest.fixture
def update(initiative, cast):
    return report(initiative, "on_track", "2026-10-01T12:00", cast.owner, happened="Two sites are open.")


def say(update, who, when="2026-10-04T12:00", text="Which two?", **more):
    return add_comment(update=update, text=text, act=act(when, who), **more)


def told():
    rows = MessageItem.objects.filter(subject_type="comment", dropped="").order_by("pk")
    return [(row.person.name, row.kind) for row in rows.select_related("person")]


def test_the_author_of_the_update_and_whom_it_is_for_hear_of_it_once_each(update, cast):
    comment = say(update, cast.leader, mentioned=cast.contributor)
    run_each(TODAY, TODAY + 14 * DAY)
    assert sorted(told()) == [("Contributor", "comment_for_you"), ("Owner", "comment_on_yours")]
    said = {one.to[0]: " ".join(one.body.split()) for one in mail.outbox}
    assert "Leader said something to you about the update yesterday. It is for you." in said[cast.contributor.email]
    assert f"/status-updates/{update.pk}/comments/?answers={comment.pk}" in said[cast.contributor.email]
    assert "Leader said something about your update yesterday. You wrote the update." in said[cast.owner.email]


def test_who_is_both_hears_once_and_nobody_hears_their_own(update, cast):
    say(update, cast.leader, mentioned=cast.owner)
    say(update, cast.owner, text="North and South.", mentioned=cast.leader)
    run(TODAY)
    run(TODAY)
    assert sorted(told()) == [("Leader", "comment_for_you"), ("Owner", "comment_for_you")]


def test_other_words_are_told_to_nobody_again(update, cast):
    comment = say(update, cast.leader)
    run(TODAY)
    correct_comment(comment=comment, text="Which three?", act=act("2026-10-05T20:00", cast.leader))
    run(TODAY + DAY)
    assert told() == [("Owner", "comment_on_yours")]


def withdrawn(comment, cast):
    withdraw_comment(comment=comment, act=act("2026-10-04T13:00", cast.leader))


def retired(comment, cast):
    delete_initiative(initiative=comment.update.initiative, act=act("2026-10-04T13:00", cast.manager))


def silent(comment, cast):
    update_plan(plan=comment.update.initiative.plan, fields={"state": "draft"}, act=act("2026-10-04T13:00"))


def left(comment, cast):
    update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-04T13:00"))


def muted(comment, cast):
    set_preferences(person=cast.owner, muted_kinds=["comment_for_you"], act=act("2026-10-04T13:00", cast.owner))


SILENT = [withdrawn, retired, silent, left, muted]


@pytest.mark.parametrize("why", SILENT, ids=lambda why: why.__name__)
def test_nobody_is_told_where_nothing_is_to_be_heard(update, cast, why):
    why(say(update, cast.leader, mentioned=cast.owner), cast)
    run(TODAY)
    assert told() == []


@pytest.mark.parametrize("why", SILENT, ids=lambda why: why.__name__)
def test_it_drops_out_right_before_it_is_sent(update, cast, why):
    comment = say(update, cast.leader, mentioned=cast.owner)
    plan_messages(at=morning(TODAY))
    assert told() == [("Owner", "comment_for_you")]
    why(comment, cast)
    send_due_messages(at=morning(TODAY) + MINUTE)
    assert mail.outbox == []


def test_who_is_away_hears_on_return_or_through_the_delegate(update, cast):
    say(update, cast.leader, mentioned=cast.owner)
    away = {"away_from": TODAY, "away_until": TODAY + 3 * DAY}
    set_preferences(person=cast.owner, muted_kinds=[], act=act("2026-10-04T13:00", cast.owner), **away)
    run_each(TODAY, TODAY + 3 * DAY)
    assert told() == []
    run(TODAY + 4 * DAY)
    assert told() == [("Owner", "comment_for_you")]
    say(update, cast.leader, "2026-10-09T20:00", mentioned=cast.owner)
    away = {"away_from": TODAY + 5 * DAY, "away_until": TODAY + 9 * DAY, "delegate": cast.contributor}
    set_preferences(person=cast.owner, muted_kinds=[], act=act("2026-10-09T21:00", cast.owner), **away)
    run(TODAY + 7 * DAY)
    assert told() == [("Owner", "comment_for_you"), ("Contributor", "comment_for_you")]
