"""Update from the mail: what a link may do, when it ends, and that opening it changes nothing."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from goals.services import update_goal
from initiatives.models import Acknowledgement, Commitment, Milestone, StatusUpdate
from initiatives.services import (
    complete_milestone,
    delete_initiative,
    propose_commitment,
    update_initiative,
)
from outbox.models import Message
from outbox.services import send_due_messages
from people.models import RoleGrant
from people.roles import Role
from people.services import create_user, grant_role, revoke_role, update_user
from records.models import AuditEvent
from reminders.models import MessageItem, Subscription
from reminders.selectors.answers import LOST, OLD, OVERTAKEN
from reminders.services import set_preferences
from tests.build import act, make_initiative, make_milestone, report
from tests.reminders.cast import TODAY, morning, run
from tests.reminders.test_who import SOON

OF_THE_PLAN = ("Initiative 1.1", "1.1", "Test plan", "Vendor is slow", "At risk", "Security")
NOON = "2026-10-05T16:00:00Z"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def link(initiative, cast):
    """The link to the status update that the owner was mailed."""
    report(initiative, "at_risk", "2026-06-01T12:00", cast.owner, "Vendor is slow", percent=30)
    run(TODAY)
    return link_of(mail.outbox[0].body)


def link_of(body: str) -> str:
    return re.search(r"/answer/\S+", body)[0]


def test_no_change_in_one_click_without_signing_in(client, link, initiative, cast):
    page = client.get(link).content.decode()
    assert f"For <bdi>{cast.owner.name}</bdi>" in page
    assert "Vendor is slow" in page
    answered = client.post(link, {"say": "no_change"}, follow=True)
    assert "Published. Thank you." in answered.content.decode()
    latest = StatusUpdate.objects.latest("pk")
    assert (latest.status, latest.percent, latest.author, latest.channel) == ("at_risk", 30, cast.owner, "email_link")
    assert AuditEvent.objects.filter(verb="status_update.recorded").first().channel == "email_link"


@pytest.fixture
def stand_in(cast, time_machine):
    """A way to have the owner away, with a contributor who has no part in the initiative in their place."""
    person = create_user(email="standin@test.example", name="Stand-in", act=act())
    grant_role(user=person, role=Role.CONTRIBUTOR, act=act())

    def away(delegate=person):
        set_preferences(
            person=cast.owner, muted_kinds=[], away_from=TODAY, away_until=TODAY + timedelta(days=2), delegate=delegate,
            act=act("2026-10-04T12:00", cast.owner),
        )  # fmt: skip

    away()
    return person, away


def test_who_stands_in_answers_in_that_place_and_the_history_says_so(client, stand_in, initiative, cast):
    report(initiative, "at_risk", "2026-06-01T12:00", cast.owner, "Vendor is slow", percent=30)
    milestone = make_milestone(initiative, SOON)
    run(TODAY)
    assert "standin@test.example" in str(mail.outbox[0].to)
    links = {_about(link): link for link in re.findall(r"/answer/\S+", mail.outbox[0].body)}
    update, done = links["initiative"], links["milestone"]
    assert "For <bdi>Stand-in</bdi>, in place of <bdi>Owner</bdi>" in client.get(update).content.decode()
    client.post(update, {"say": "no_change"})
    client.post(done, {"say": "done"})
    milestone.refresh_from_db()
    latest = StatusUpdate.objects.latest("pk")
    assert (latest.author, latest.channel) == (stand_in[0], "email_link")
    assert milestone.completed_date == TODAY
    told = AuditEvent.objects.filter(channel="email_link", verb__in=["status_update.recorded", "milestone.completed"])
    assert [(event.actor_id, event.reason) for event in told] == [(stand_in[0].pk, "In place of Owner.")] * 2


def test_who_stands_in_moves_a_date_with_a_reason_that_reads_well(client, stand_in, initiative):
    milestone = make_milestone(initiative, SOON)
    run(TODAY)
    client.post(link_of(mail.outbox[0].body), {"due_date": "2026-12-01", "reason": "Vendor is late"})
    milestone.refresh_from_db()
    assert milestone.due_date.isoformat() == "2026-12-01"
    told = AuditEvent.objects.filter(channel="email_link", verb="milestone.changed").get()
    assert told.reason == "In place of Owner. Vendor is late"


@pytest.mark.parametrize("how", ["back", "another", "owner lost it", "no pen"])
def test_who_stands_in_answers_no_longer_than_they_do(client, stand_in, initiative, cast, how, noon):
    person, away = stand_in
    report(initiative, "at_risk", "2026-06-01T12:00", cast.owner, "Vendor is slow", percent=30)
    run(TODAY)
    link = link_of(mail.outbox[0].body)
    if how == "back":
        noon.move_to("2026-10-08T16:00:00Z", tick=False)
    elif how == "another":
        away(cast.contributor)
    elif how == "owner lost it":
        update_initiative(
            initiative=initiative, fields={"owner": cast.contributor}, act=act("2026-10-05T14:00", cast.manager)
        )
    else:
        revoke_role(grant=RoleGrant.objects.get(user=person), act=act("2026-10-05T14:00", cast.admin))
    assert LOST in client.get(link).content.decode()
    assert client.post(link, {"say": "no_change"}).status_code == 409
    assert StatusUpdate.objects.count() == 1


def _about(link):
    return MessageItem.objects.get(pk=link.split("/")[2].split(":")[0]).subject_type


def test_a_new_status_and_a_sentence(client, link):
    client.post(link, {"status": "on_track", "happened": "Vendor delivered"})
    latest = StatusUpdate.objects.latest("pk")
    assert (latest.status, latest.happened, latest.percent) == ("on_track", "Vendor delivered", 30)


def test_wrong_input_keeps_what_was_typed(client, link):
    answer = client.post(link, {"status": "splendid", "happened": "My long text"})
    assert answer.status_code == 422
    assert "My long text" in answer.content.decode()
    assert StatusUpdate.objects.count() == 1


def test_the_same_answer_sent_twice_counts_once(client, link):
    client.post(link, {"say": "no_change"})
    assert client.post(link, {"say": "no_change"}).status_code == 409
    assert StatusUpdate.objects.count() == 2


def test_a_scanner_that_opens_it_changes_nothing_and_the_link_works_after_it(client, link):
    before = AuditEvent.objects.count()
    for n in range(20):
        answer = client.get(link) if n % 2 else client.head(link)
        assert answer.status_code == 200
    for method in (client.put, client.patch, client.delete, client.options):
        assert method(link).status_code == 405
    assert (AuditEvent.objects.count(), StatusUpdate.objects.count()) == (before, 1)
    client.post(link, {"say": "no_change"})
    assert StatusUpdate.objects.count() == 2


def test_a_foreign_site_cannot_post_it(link):
    assert Client(enforce_csrf_checks=True).post(link, {"say": "no_change"}).status_code == 403
    assert StatusUpdate.objects.count() == 1


@pytest.mark.parametrize("how", ["forged", "cut", "other salt", "empty"])
def test_a_forged_or_cut_link_is_refused(client, link, how):
    token = link.split("/")[2]
    wrong = {
        "forged": f"{int(token.split(':')[0]) + 1}:{token.split(':')[1]}",
        "cut": token[:-5],
        "other salt": mail.outbox[0].body.split("/unsubscribe/")[1].split("/")[0],
        "empty": "x",
    }[how]
    address = reverse("reminders:answer", args=[wrong])
    for method, path in ((client.get, address), (client.post, address), (client.post, f"{address}new-link/")):
        answer = method(path, {"say": "no_change"})
        assert answer.status_code == 404
        assert "This link is not one of ours, or it was cut short on the way." in answer.content.decode()
    assert StatusUpdate.objects.count() == 1
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("14 days", OLD),
        ("deactivated", LOST),
        ("role lost", LOST),
        ("handed over", LOST),
        ("deleted", LOST),
        ("deleted and old", LOST),
        ("newer update", OVERTAKEN),
    ],
)
def test_a_link_ends(client, link, initiative, cast, noon, why, sentence):
    later = act("2026-10-05T15:00")
    if why == "14 days":
        noon.move_to("2026-10-20T16:00:00Z", tick=False)
    elif why == "deactivated":
        update_user(user=cast.owner, fields={"is_active": False}, act=later)
    elif why == "role lost":
        revoke_role(grant=RoleGrant.objects.get(user=cast.owner), act=later)
    elif why == "handed over":
        update_initiative(initiative=initiative, fields={"owner": cast.contributor}, act=later)
    elif why.startswith("deleted"):
        update_initiative(initiative=initiative, fields={"visibility": "internal"}, act=later)
        delete_initiative(initiative=initiative, act=act("2026-10-05T16:00"))
        if why == "deleted and old":
            noon.move_to("2026-10-20T16:00:00Z", tick=False)
    else:
        report(initiative, "on_track", "2026-10-05T15:00", cast.manager)
    before = StatusUpdate.objects.count()
    page = client.get(link).content.decode()
    assert "This link has ended." in page
    assert sentence in page
    assert f"For <bdi>{cast.owner.name}</bdi>" in page
    assert "Sign in to see how it stands" in page
    assert "Mail me a new link" in page  # says the same whether one will go out or not
    assert [one for one in OF_THE_PLAN if one in page] == []
    for words in ({"say": "no_change"}, {"status": "on_track"}, {"say": "no_change", "confirmed": "yes"}):
        refused = client.post(link, words)
        assert refused.status_code == 409
        assert sentence in refused.content.decode()
    typed = client.post(link, {"status": "on_track", "happened": "Forty sites are surveyed."}).content.decode()
    assert "Forty sites are surveyed." in typed
    renewed = client.post(f"{link}new-link/").content.decode()
    assert [one for one in OF_THE_PLAN if one in typed + renewed] == []
    assert Message.objects.filter(kind="link").exists() is (why == "14 days")
    assert StatusUpdate.objects.count() == before


def test_somebody_who_is_signed_in_cannot_answer_as_somebody_else(sign_in, link, cast):
    for person, status in ((cast.manager, 403), (cast.owner, 200)):
        client = sign_in(person)
        assert client.get(link).status_code == status
    client = sign_in(cast.manager)
    refused = client.post(link, {"say": "no_change"})
    assert refused.status_code == 403
    assert "It was mailed to <bdi>Owner</bdi>, and you are signed in as <bdi>Manager</bdi>." in refused.content.decode()
    assert StatusUpdate.objects.count() == 1


def test_no_change_is_offered_only_where_something_was_said(client, plan, cast):
    make_initiative(plan, number="1.8", owner=cast.owner)
    run(TODAY)
    address = link_of(mail.outbox[0].body)
    page = client.get(address).content.decode()
    assert "How does it stand?" in page
    assert "no_change" not in page
    assert client.post(address, {"say": "no_change"}).status_code == 422
    assert StatusUpdate.objects.count() == 0
    client.post(address, {"status": "on_track"})
    assert StatusUpdate.objects.get().channel == "email_link"


def test_no_change_asks_again_where_a_milestone_passed_its_date_since(client, initiative, cast):
    report(initiative, "on_track", "2026-06-01T12:00", cast.owner, "All is well")
    make_milestone(initiative, TODAY - timedelta(days=1), title="Lay the cable")
    make_milestone(initiative, TODAY, title="Light it")
    run(TODAY)
    links = re.findall(r"/answer/\S+", mail.outbox[0].body)
    address = next(one for one in links if "How does it stand?" in client.get(one).content.decode())
    asked = client.post(address, {"say": "no_change"})
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "Is it still on track?" in page
    assert "Lay the cable" in page
    assert "Light it" not in page
    assert StatusUpdate.objects.count() == 1
    client.post(address, {"say": "no_change", "confirmed": "yes"})
    assert StatusUpdate.objects.latest("pk").is_no_change


def test_the_history_says_e_mail_link(client, sign_in, link, initiative, cast):
    client.post(link, {"say": "no_change"})
    page = sign_in(cast.viewer).get(f"/initiatives/{initiative.pk}/").content.decode()
    assert "e-mail link" in page


def test_the_link_still_works_on_its_last_day(client, link, noon):
    noon.move_to("2026-10-19T12:00:00Z", tick=False)
    client.post(link, {"say": "no_change"})
    assert StatusUpdate.objects.count() == 2


def test_an_expired_link_offers_a_new_one_once_a_day(client, link, noon, cast):
    noon.move_to("2026-10-20T16:00:00Z", tick=False)
    for _ in range(3):
        assert client.post(f"{link}new-link/").status_code == 200
    send_due_messages(at=morning(TODAY + timedelta(days=15)) + timedelta(hours=4))
    fresh = [one for one in mail.outbox if one.subject.startswith("Your new link")]
    assert [one.to for one in fresh] == [[cast.owner.email]]
    client.post(link_of(fresh[0].body), {"say": "no_change"})
    assert StatusUpdate.objects.count() == 2


def test_a_milestone_is_ticked_off_or_moved(client, initiative, cast):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    milestone = make_milestone(initiative, SOON)
    other = make_milestone(initiative, SOON + timedelta(days=1))
    run(TODAY)
    first, second = re.findall(r"/answer/\S+", mail.outbox[0].body)
    said = client.post(first, {"say": "done"}, follow=True).content.decode()
    assert "Recorded. Thank you." in said
    assert "This milestone is done." in said
    assert Milestone.objects.get(pk=milestone.pk).completed_date == TODAY
    assert client.post(second, {"due_date": "2026-12-01", "reason": ""}).status_code == 422
    assert client.post(second, {"due_date": "soon", "reason": "Permit"}).status_code == 422
    moved = client.post(second, {"due_date": "2026-12-01", "reason": "Permit is late"}, follow=True).content.decode()
    assert "This milestone is due on 1 Dec 2026 now." in moved
    other.refresh_from_db()
    assert (str(other.due_date), other.slip_count) == ("2026-12-01", 1)
    assert set(AuditEvent.objects.filter(target_type="milestone", actor_id=cast.owner.pk).values_list("channel")) == {
        ("email_link",)
    }
    for address in (first, second):
        assert client.post(address, {"say": "done"}).status_code == 409


def test_what_somebody_else_settled_is_not_thanked_for(client, initiative, cast):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    milestone = make_milestone(initiative, SOON)
    run(TODAY)
    complete_milestone(milestone=milestone, act=act("2026-10-05T15:00", cast.manager))
    page = client.get(link_of(mail.outbox[0].body)).content.decode()
    assert "This link has ended." in page
    assert OVERTAKEN in page
    assert milestone.title not in page
    assert "Thank you" not in page


def test_what_was_answered_is_shown_for_a_moment_and_then_nothing(client, link, noon):
    answered = client.post(link, {"status": "on_track", "happened": "Vendor delivered"}, follow=True).content.decode()
    assert "Vendor delivered" in answered
    noon.move_to("2026-10-05T16:16:00Z", tick=False)
    page = client.get(link).content.decode()
    assert (OVERTAKEN in page, "Vendor delivered" in page) == (True, False)


def test_a_link_of_somebody_else_names_nothing_of_the_plan(sign_in, link, cast):
    page = sign_in(cast.stranger).get(link).content.decode()
    assert [one for one in OF_THE_PLAN if one in page] == []


@pytest.mark.parametrize("who", ["contributor", "liaison"])
def test_whoever_is_mailed_about_a_milestone_can_answer_it(client, plan, cast, who):
    other = make_initiative(plan, number="1.8", owner=None, lead_department=cast.health)
    report(other, "on_track", "2026-10-05T12:00", cast.manager)
    fields = {"owner": cast.contributor} if who == "contributor" else {"department": cast.streets}
    milestone = make_milestone(other, SOON, **fields)
    run(TODAY)
    assert [one.to for one in mail.outbox] == [[getattr(cast, who).email]]
    client.post(link_of(mail.outbox[0].body), {"say": "done"})
    assert Milestone.objects.get(pk=milestone.pk).completed_date == TODAY


def test_a_commitment_is_accepted_then_delivered(client, initiative, cast, noon):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    promise = propose_commitment(
        initiative=initiative, department=cast.streets, what="Dig", due_date=SOON, act=act("2026-10-05T12:00")
    )
    run(TODAY)
    asked = link_of(mail.outbox[0].body)
    assert "Will you do this?" in client.get(asked).content.decode()
    said = client.post(asked, {"say": "accept"}, follow=True).content.decode()
    assert "Recorded. Thank you." in said
    assert "This commitment is accepted." in said
    accepted = Commitment.objects.get(pk=promise.pk)
    assert (accepted.state, accepted.accepted_by) == ("accepted", cast.liaison)
    assert client.post(asked, {"say": "deliver"}).status_code == 409
    run(TODAY + timedelta(days=1))
    noon.move_to("2026-10-06T16:00:00Z", tick=False)
    (due,) = [link_of(one.body) for one in mail.outbox[1:] if one.to == [cast.liaison.email]]
    assert "Is this delivered?" in client.get(due).content.decode()
    assert "This commitment is delivered." in client.post(due, {"say": "deliver"}, follow=True).content.decode()
    delivered = Commitment.objects.get(pk=promise.pk)
    assert (delivered.state, delivered.delivered_by) == ("delivered", cast.liaison)


@pytest.fixture
def asked(initiative, cast):
    """The link to what Streets was asked, as its liaison was mailed it."""
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    propose_commitment(
        initiative=initiative, department=cast.streets, what="Dig", due_date=SOON, act=act("2026-10-05T12:00")
    )
    run(TODAY)
    return link_of(mail.outbox[0].body)


def answers_told(cast, n):
    """What the owner hears in the digest after `n` days."""
    before = len(mail.outbox)
    run(TODAY + timedelta(days=n))
    return [" ".join(one.body.split()) for one in mail.outbox[before:] if one.to == [cast.owner.email]]


def test_a_commitment_is_declined_with_a_reason_and_the_owner_hears_it_once(client, asked, cast):
    refused = client.post(asked, {"say": "decline", "reason": "", "department": cast.streets.pk})
    assert (refused.status_code, Commitment.objects.get().state) == (422, "proposed")
    assert "Reason" in refused.content.decode()
    typed = {"say": "decline", "reason": "No crews before spring", "department": cast.streets.pk}
    assert "This commitment is declined." in client.post(asked, typed, follow=True).content.decode()
    row = Commitment.objects.get()
    assert (row.state, row.answer, row.answered_by) == ("declined", "No crews before spring", cast.liaison)
    assert client.post(asked, {"say": "accept"}).status_code == 409
    (body,) = answers_told(cast, 1)
    assert "Department of Streets declined this on 5 Oct 2026. Reason: No crews before spring" in body
    assert answers_told(cast, 2) == answers_told(cast, 9) == []


def test_another_date_is_proposed_from_the_mail_and_waits_for_the_owner(client, asked, cast):
    same = {"say": "offer", "reason": "Frost", "due_date": f"{SOON}", "department": cast.streets.pk}
    refused = client.post(asked, same)
    assert refused.status_code == 422
    assert "another date or another department" in refused.content.decode()
    assert "Frost" in refused.content.decode()
    later = SOON + timedelta(days=40)
    said = client.post(asked, same | {"due_date": f"{later}"}, follow=True).content.decode()
    assert "waiting for an answer to what you propose" in said
    row = Commitment.objects.get()
    assert (row.state, row.due_date, row.offered_due_date) == ("proposed", SOON, later)
    assert client.post(asked, {"say": "accept"}).status_code == 409
    (body,) = answers_told(cast, 1)
    assert f"proposes instead: {later.day} {later:%b %Y}. Reason: Frost" in body
    assert cast.liaison.email not in [to for one in mail.outbox[1:] for to in one.to]


def test_the_owner_hears_that_the_department_accepted(client, asked, cast):
    client.post(asked, {"say": "accept"})
    (body,) = answers_told(cast, 1)
    assert "Department of Streets accepted this on 5 Oct 2026." in body
    assert answers_told(cast, 2) == []


def test_an_update_is_acknowledged_once(client, initiative, goal, cast):
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner, "It went well")
    run(TODAY)
    address = link_of(mail.outbox[0].body)
    client.post(address, {"say": "acknowledge"})
    assert client.post(address, {"say": "acknowledge"}).status_code == 409
    assert Acknowledgement.objects.get().by == cast.leader


def test_the_answer_page_is_kept_from_caches_and_other_sites(client, link):
    answer = client.get(link)
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


def test_unsubscribe_asks_on_get_and_obeys_on_post(client, link, cast):
    headers = mail.outbox[0].message()
    address = re.search(r"/unsubscribe/[^>]+", headers["List-Unsubscribe"])[0]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(3):
        assert client.get(address).status_code == 200
    assert not Subscription.objects.exists()
    outside = Client(enforce_csrf_checks=True)  # a mail program posts without a token
    assert outside.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert "update_due" in Subscription.objects.get(person=cast.owner).muted_kinds
    assert client.post(reverse("reminders:unsubscribe", args=["1:forged"])).status_code == 404


def test_links_are_bound_to_one_person_and_one_item(link):
    item = MessageItem.objects.get()
    assert link.split("/")[2].startswith(f"{item.pk}:")
    assert Message.objects.get().person == item.person
