"""A new owner is asked by mail, and answers from it (rule R26)."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail

from goals.services import update_plan
from initiatives.models import OwnerAnswer, OwnerRequest
from initiatives.services import (
    accept_ownership,
    ask_owner_again,
    decline_ownership,
    delete_initiative,
    override_status,
    update_initiative,
)
from outbox.services import send_due_messages
from people.services import update_user
from records.models import AuditEvent
from reminders.models import MessageItem
from reminders.selectors.answers import LOST, OLD, OVERTAKEN
from reminders.services import plan_messages, set_preferences
from tests.build import act, make_initiative
from tests.reminders.cast import MINUTE, TODAY, days_told, morning, run, run_each, told

DAY = timedelta(days=1)
ASKED_AT = "2026-10-04T20:00"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to("2026-10-05T16:00:00Z", tick=False)
    return time_machine


@pytest.fixture
def asked(plan, cast):
    """On Sunday the manager named the owner of what begins in a year: nothing else is to be told of it."""
    row = make_initiative(plan, number="1.7", start_date=date(2027, 6, 1), summary="Fiber to **every** site")
    update_initiative(initiative=row, fields={"owner": cast.owner}, act=act(ASKED_AT, cast.manager))
    return OwnerRequest.objects.get()


def name(initiative, person, giver, when):
    update_initiative(initiative=initiative, fields={"owner": person}, act=act(when, giver))
    return OwnerRequest.objects.get(initiative=initiative, recorded_until__isnull=True)


def no(cast, when="2026-10-05T20:00"):
    return act(when, cast.owner, reason="No time.")


def test_it_is_asked_at_once_a_week_later_and_then_from_time_to_time(asked, cast):
    run_each(TODAY, TODAY + 40 * DAY)
    assert days_told(cast.owner, "owner_asked") == [TODAY, TODAY + 6 * DAY, TODAY + 36 * DAY]
    assert {item.person_id for item in MessageItem.objects.filter(kind="owner_asked")} == {cast.owner.pk}
    assert "<bdi>Manager</bdi>" not in mail.outbox[0].body
    assert "named you the owner yesterday" in " ".join(mail.outbox[0].body.split())


def test_twice_a_day_is_once(asked, cast):
    for _ in range(2):
        run(TODAY)
    assert told(cast.owner) == [("owner_asked", TODAY, 0)]


def silent_plan(asked, cast):
    update_plan(plan=asked.initiative.plan, fields={"state": "draft"}, act=act(ASKED_AT))


def closed(asked, cast):
    override_status(
        initiative=asked.initiative, status="cancelled", act=act("2026-10-04T21:00", cast.manager, reason="Given up")
    )


def accepted(asked, cast):
    accept_ownership(request=asked, act=act("2026-10-04T21:00", cast.owner))


def replaced_by_nobody(asked, cast):
    update_initiative(initiative=asked.initiative, fields={"owner": None}, act=act("2026-10-04T21:00", cast.manager))


def retired(asked, cast):
    delete_initiative(initiative=asked.initiative, act=act("2026-10-04T21:00", cast.manager))


def unreachable(asked, cast):
    update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-04T21:00"))


def muted(asked, cast):
    set_preferences(person=cast.owner, muted_kinds=["owner_asked"], act=act("2026-10-04T21:00", cast.owner))


SILENT = [silent_plan, closed, accepted, replaced_by_nobody, retired, unreachable, muted]


@pytest.mark.parametrize("why", SILENT, ids=lambda why: why.__name__)
def test_nobody_is_told_where_nothing_is_asked_of_anybody_who_can_hear_it(asked, cast, why):
    why(asked, cast)
    run(TODAY)
    assert not MessageItem.objects.filter(kind="owner_asked").exists()


@pytest.mark.parametrize("why", SILENT, ids=lambda why: why.__name__)
def test_what_no_longer_holds_drops_out_right_before_it_is_sent(asked, cast, why):
    plan_messages(at=morning(TODAY))
    assert MessageItem.objects.filter(kind="owner_asked", dropped="").exists()
    why(asked, cast)
    send_due_messages(at=morning(TODAY) + MINUTE)
    assert mail.outbox == []


def test_a_new_owner_is_asked_and_the_one_before_no_more(asked, cast):
    plan_messages(at=morning(TODAY))
    name(asked.initiative, cast.contributor, cast.manager, "2026-10-05T12:59")
    send_due_messages(at=morning(TODAY) + MINUTE)
    assert mail.outbox == []
    run(TODAY + DAY)
    assert told(cast.contributor) == [("owner_asked", TODAY + DAY, 0)]
    assert told(cast.owner) == []


def test_who_is_away_is_asked_on_their_return_and_nobody_for_them(asked, cast):
    set_preferences(
        person=cast.owner, muted_kinds=[], away_from=TODAY, away_until=TODAY + 2 * DAY, delegate=cast.contributor,
        act=act("2026-10-04T21:00", cast.owner),
    )  # fmt: skip
    run_each(TODAY, TODAY + 4 * DAY)
    assert days_told(cast.owner, "owner_asked") == [TODAY + 3 * DAY]
    assert told(cast.contributor) == []


def test_an_owner_who_only_reads_is_asked_too(asked, cast):
    name(asked.initiative, cast.viewer, cast.manager, "2026-10-04T21:00")
    run(TODAY)
    assert told(cast.viewer) == [("owner_asked", TODAY, 0)]


def test_whoever_asked_hears_once_that_it_was_declined_and_why(asked, cast):
    decline_ownership(request=asked, proposed=cast.contributor, act=no(cast, "2026-10-04T21:00"))
    run_each(TODAY, TODAY + 9 * DAY)
    assert told(cast.manager) == [("owner_declined", TODAY, 0)]
    assert told(cast.admin) == []
    words = " ".join(mail.outbox[0].body.split())
    assert re.search("Owner.{0,2} declined to own this on Oct", words) or "declined to own this on 4 Oct 2026" in words
    assert "Reason: No time. Proposes: Contributor." in words


def test_where_whoever_asked_has_left_the_plan_managers_hear_it(plan, cast):
    row = make_initiative(plan, number="1.7")
    request = name(row, cast.owner, cast.admin, ASKED_AT)
    decline_ownership(request=request, act=no(cast, "2026-10-04T21:00"))
    type(cast.admin).objects.filter(pk=cast.admin.pk).update(is_active=False)
    run(TODAY)
    assert told(cast.manager)[0][0] == "owner_declined"


def test_asked_again_begins_anew_and_ends_the_news(asked, cast):
    decline_ownership(request=asked, act=no(cast, "2026-10-04T21:00"))
    plan_messages(at=morning(TODAY))
    ask_owner_again(request=asked, act=act("2026-10-05T12:59", cast.manager))
    send_due_messages(at=morning(TODAY) + MINUTE)
    assert mail.outbox == []
    run(TODAY + DAY)
    assert told(cast.owner) == [("owner_asked", TODAY + DAY, 0)]


# --- the link ---


@pytest.fixture
def link(asked, cast):
    run(TODAY)
    return re.search(r"/answer/\S+", mail.outbox[0].body)[0]


def test_opening_the_link_changes_nothing_and_says_what_is_asked(client, link, asked):
    text = client.get(link).content.decode()
    assert "Will you own this?" in text
    assert "<strong>every</strong>" in text
    assert "<bdi>Manager</bdi> named you its owner" in " ".join(text.split())
    assert not OwnerAnswer.objects.exists()


def test_accepted_in_one_click_without_signing_in_and_twice_is_once(client, link, asked, cast):
    for _ in range(2):
        text = client.post(link, {"say": "accept"}, follow=True).content.decode()
        assert "You own this initiative." in text
    event = AuditEvent.objects.get(verb="initiative.owner_accepted")
    assert (event.actor_id, event.channel) == (cast.owner.pk, "email_link")


def test_declined_with_a_reason_alone(client, link, asked, cast):
    refused = client.post(link, {"say": "decline", "reason": ""})
    assert refused.status_code == 422
    assert "“Reason”" in refused.content.decode()
    text = client.post(link, {"say": "decline", "reason": "Ask Ana."}, follow=True).content.decode()
    assert "You declined." in text
    assert OwnerAnswer.objects.get().reason == "Ask Ana."
    assert cast.contributor.name not in client.get(link).content.decode()


@pytest.mark.parametrize("say", ["no_change", "done", "deliver", "offer", "acknowledge", "x"])
def test_a_button_of_another_kind_does_nothing(client, link, say):
    assert client.post(link, {"say": say, "reason": "R"}).status_code == 422
    assert not OwnerAnswer.objects.exists()


def test_after_another_owner_was_named_the_link_has_ended_and_gives_the_words_back(client, link, asked, cast):
    name(asked.initiative, cast.contributor, cast.manager, "2026-10-05T15:00")
    answer = client.post(link, {"say": "decline", "reason": "My own words"})
    assert answer.status_code == 409
    assert OVERTAKEN in answer.content.decode()
    assert "My own words" in answer.content.decode()
    assert "every" not in client.get(link).content.decode()
    assert not OwnerAnswer.objects.exists()


def test_asked_again_needs_the_new_link(client, link, asked, cast):
    decline_ownership(request=asked, act=no(cast, "2026-10-05T14:00"))
    ask_owner_again(request=asked, act=act("2026-10-05T15:00", cast.manager))
    assert OVERTAKEN in client.get(link).content.decode()
    assert client.post(link, {"say": "accept"}).status_code == 409


def test_a_link_of_who_left_opens_nothing_and_an_old_one_can_be_renewed(client, link, asked, cast, noon):
    noon.move_to("2026-10-25T16:00:00Z", tick=False)
    assert OLD in client.get(link).content.decode()
    update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-05T15:00"))
    assert LOST in client.get(link).content.decode()
    assert client.post(link, {"say": "accept"}).status_code == 409


def test_somebody_else_who_is_signed_in_is_told_whose_it_is(client, link, cast):
    client.force_login(cast.manager)
    assert client.post(link, {"say": "accept"}).status_code == 403
    assert not OwnerAnswer.objects.exists()
