"""Comments on updates: a conversation beside the record, never a second place for status."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from initiatives.models import Comment, CommentVersion, Initiative
from initiatives.models.comment import LONGEST_COMMENT, LONGEST_THREAD
from initiatives.selectors.comments import thread_of
from initiatives.services import (
    add_comment,
    correct_comment,
    correct_status_update,
    delete_initiative,
    withdraw_comment,
)
from people.services import update_user
from records.asof import AsOf
from records.audit import StaleVersion
from records.models import AuditEvent
from reports.services import freeze_quarter
from tests.build import act, report

HOSTILE = '<script>alert(1)</script> "; DROP TABLE -- \u202e[x](javascript:alert(1)) 😀' + "w" * 300


@pytest.fixture
def update(initiative, cast):
    return report(initiative, "on_track", "2026-09-01T12:00", cast.owner, happened="Two sites are open.")


def say(update, who, when="2026-09-02T12:00", text="Which two?", **more):
    return add_comment(update=update, text=text, act=act(when, who), **more)


def thread(update, **query):
    return reverse("initiatives:status-update-comments", args=[update.pk], query=query)


def page(client, who, address):
    client.force_login(who)
    return client.get(address)


def fields(**more):
    return {"text": "Which two?", "mentioned": "", **more}


def test_a_comment_is_said_read_answered_and_counted(client, update, cast):
    client.force_login(cast.leader)
    answer = client.post(thread(update), fields(mentioned=cast.owner.pk), follow=True)
    comment = Comment.objects.get()
    assert answer.redirect_chain[-1][0] == f"{thread(update)}#comment-{comment.pk}"
    assert (comment.author, comment.mentioned, comment.text) == (cast.leader, cast.owner, "Which two?")
    assert "Owner finds it in the next digest" in answer.content.decode()
    client.force_login(cast.owner)
    form = client.get(thread(update)).context["form"]
    assert form["mentioned"].value() == cast.leader.pk  # an answer is for whoever asked
    client.post(thread(update), fields(text="North and South.", mentioned=cast.leader.pk))
    shown = client.get(reverse("initiatives:initiative-detail", args=[update.initiative_id])).content.decode()
    assert "2 comments" in shown
    assert "North and South." in shown


def test_the_link_of_the_digest_opens_at_the_answer(client, update, cast):
    asked = say(update, cast.leader)
    say(update, cast.contributor, "2026-09-03T12:00", text="I wonder too.")
    form = page(client, cast.owner, thread(update, answers=asked.pk)).context["form"]
    assert "autofocus" in str(form["text"])
    assert form["mentioned"].value() == cast.leader.pk  # of two, the one that was answered
    for other in ({}, {"answers": 0}, {"answers": "x" * 300}):
        form = page(client, cast.owner, thread(update, **other)).context["form"]
        assert "autofocus" not in str(form["text"])
        assert form["mentioned"].value() == cast.contributor.pk
    client.logout()
    sent = client.get(thread(update, answers=asked.pk))
    assert f"answers%3D{asked.pk}" in sent.url  # the sign-in leads back to it
    shown = page(client, cast.viewer, thread(update, answers=asked.pk)).content.decode()
    assert "Which two?" in shown
    assert "<textarea" not in shown


def test_how_the_initiative_stands_is_not_touched(update, cast):
    before = Initiative.objects.values().get(pk=update.initiative_id)
    say(update, cast.leader)
    assert Initiative.objects.values().get(pk=update.initiative_id) == before


def test_whoever_only_reads_reads_it_and_has_no_form(client, update, cast):
    say(update, cast.leader)
    shown = page(client, cast.viewer, thread(update))
    assert not shown.context["may_say"]
    assert "Which two?" in shown.content.decode()
    assert client.post(thread(update), fields()).status_code == 403
    assert Comment.objects.count() == 1


def test_nobody_without_a_role_sees_it_nor_is_told(client, update, cast):
    say(update, cast.leader)
    assert page(client, cast.stranger, thread(update)).status_code in {403, 404}
    client.logout()
    assert client.get(thread(update)).status_code == 302
    with pytest.raises(ValidationError, match="For"):
        say(update, cast.leader, mentioned=cast.stranger)


@pytest.mark.parametrize("whom", ["leader", "viewer"])
def test_it_is_for_somebody_else_who_can_answer(update, cast, whom):
    with pytest.raises(ValidationError, match="For"):
        say(update, cast.leader, mentioned=getattr(cast, whom))


def test_who_left_cannot_be_told(update, cast):
    update_user(user=cast.contributor, fields={"is_active": False}, act=act("2026-09-01T13:00"))
    with pytest.raises(ValidationError, match="For"):
        say(update, cast.leader, mentioned=cast.contributor)


def test_it_is_somebody_who_says_it(update):
    with pytest.raises(ValidationError, match="somebody who says it"):
        say(update, None)


@pytest.mark.parametrize("text", ["", "  \u200b ", "x" * (LONGEST_COMMENT + 1)])
def test_an_empty_or_endless_comment_is_refused_in_words_and_nothing_typed_is_lost(client, update, cast, text):
    client.force_login(cast.leader)
    answer = client.post(thread(update), fields(text=text))
    assert answer.status_code == 422
    assert "Comment" in str(answer.context["form"].errors["text"])
    assert answer.context["form"]["text"].value() == text
    with pytest.raises(ValidationError):
        say(update, cast.leader, text=text)
    comment = say(update, cast.leader)
    with pytest.raises(ValidationError):
        correct_comment(comment=comment, text=text, act=act("2026-09-02T13:00", cast.leader))


def test_a_thread_ends_somewhere(update, cast):
    say(update, cast.leader)
    kept = {"update": update, "author": cast.leader, "text": "Again", "recorded_at": update.recorded_at}
    Comment.objects.bulk_create([Comment(**kept) for _ in range(LONGEST_THREAD - 1)])
    with pytest.raises(ValidationError, match="Publish a new update"):
        say(update, cast.leader)


def test_hostile_words_are_shown_as_words(client, update, cast):
    say(update, cast.leader, text=HOSTILE)
    for address in (thread(update), reverse("initiatives:initiative-detail", args=[update.initiative_id])):
        shown = page(client, cast.owner, address).content.decode()
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown
        assert "&lt;script&gt;alert" in shown


def test_sent_twice_it_is_said_once(client, update, cast):
    form = page(client, cast.leader, thread(update)).context["form"]
    sent = fields(idempotency_key=form["idempotency_key"].value())
    for _ in range(2):
        assert client.post(thread(update), sent).status_code == 302
    assert Comment.objects.count() == 1


def test_a_correction_leaves_a_trace_and_another_tab_is_told(client, update, cast):
    comment = say(update, cast.leader)
    address = reverse("initiatives:comment-correct", args=[comment.pk])
    client.force_login(cast.leader)
    client.post(address, {"text": "Which three?", "version": "1"})
    event = AuditEvent.objects.get(verb="comment.corrected")
    assert event.changes == {"text": ["Which two?", "Which three?"]}
    assert "corrected" in client.get(thread(update)).content.decode()
    late = client.post(address, {"text": "Which four?", "version": "1"})
    assert late.status_code == 409
    assert "Which three?" in late.content.decode()
    with pytest.raises(StaleVersion):
        correct_comment(comment=comment, text="x", seen_version=1, act=act("2026-09-03T12:00", cast.leader))
    unchanged = client.post(address, {"text": "Which three?", "version": "2"}, follow=True)
    assert "Nothing was changed." in unchanged.content.decode()
    assert AuditEvent.objects.filter(verb="comment.corrected").count() == 1


def test_only_its_author_corrects_it_and_plan_managers_may_take_it_away(client, update, cast):
    comment = say(update, cast.leader)
    correct, withdraw = (reverse(f"initiatives:comment-{name}", args=[comment.pk]) for name in ("correct", "withdraw"))
    for who in (cast.owner, cast.manager):
        client.force_login(who)
        assert client.get(correct).status_code == 403
        assert client.post(correct, {"text": "Mine", "version": "1"}).status_code == 403
    client.force_login(cast.owner)
    assert client.post(withdraw).status_code == 403
    client.force_login(cast.manager)
    for _ in range(2):
        assert "The comment is withdrawn." in client.post(withdraw, follow=True).content.decode()
    assert AuditEvent.objects.filter(verb="comment.withdrawn").count() == 1
    assert "Which two?" not in client.get(thread(update)).content.decode()
    client.force_login(cast.leader)
    assert client.get(correct).status_code == 404
    with pytest.raises(ValidationError, match="deleted"):
        correct_comment(comment=comment, text="Again", act=act("2026-09-05T12:00", cast.leader))


def test_a_retired_initiative_takes_no_comment(client, update, cast):
    delete_initiative(initiative=update.initiative, act=act("2026-09-03T12:00", cast.manager))
    assert page(client, cast.leader, thread(update)).status_code == 404
    with pytest.raises(ValidationError, match="deleted"):
        say(update, cast.leader, when="2026-09-04T12:00")


def test_a_day_shows_what_stood_there_then(client, update, cast):
    comment = say(update, cast.leader, "2026-09-02T12:00")
    correct_comment(comment=comment, text="Which three?", act=act("2026-09-04T12:00", cast.leader))
    withdraw_comment(comment=comment, act=act("2026-09-06T12:00", cast.leader))
    days = {1: [], 2: ["Which two?"], 3: ["Which two?"], 5: ["Which three?"], 6: []}
    assert {day: [row.text for row in thread_of(update, AsOf.end_of(date(2026, 9, day)))] for day in days} == days
    shown = page(client, cast.leader, thread(update, as_of="2026-09-03"))
    assert "Which two?" in shown.content.decode()
    assert not shown.context["may_say"]
    assert client.post(thread(update, as_of="2026-09-03"), fields()).status_code == 403
    assert client.get(thread(update, as_of="2026-08-31")).status_code == 404


def test_a_corrected_update_keeps_its_thread(client, update, cast):
    say(update, cast.leader)
    why = act("2026-09-02T13:00", cast.owner, reason="A slip")
    newer = correct_status_update(update=update, words={"happened": "Three sites."}, act=why)
    for one in (update, newer):
        shown = page(client, cast.leader, thread(one)).content.decode()
        assert "Three sites." in shown
        assert "Which two?" in shown
    say(newer, cast.owner, "2026-09-03T12:00", text="Three.")
    assert [row.text for row in thread_of(update, AsOf.now(why.at))] == ["Which two?", "Three."]


def test_a_frozen_quarter_and_the_public_never_show_it(client, plan, update, cast):
    quarter = plan.quarter_of(date(2026, 9, 30))
    say(update, cast.leader, text="A word of the inside")
    snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act("2026-10-05T12:00"))
    again = page(client, cast.manager, f"/reports/{plan.slug}/{quarter.label}/").content.decode()
    assert "A word of the inside" not in again
    assert CommentVersion.objects.count() == 1
    assert snapshot.content_hash


def test_the_activity_of_the_plan_tells_of_it(client, plan, update, cast):
    say(update, cast.leader)
    address = reverse("initiatives:plan-activity", args=[plan.slug], query={"what": "comment"})
    shown = page(client, cast.viewer, address).content.decode()
    assert f"Comment on {update.initiative}" in shown
