"""Update from the mail: what a link may do, when it ends, and that opening it changes nothing."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from goals.services import update_goal
from initiatives.models import Acknowledgement, Commitment, Milestone, StatusUpdate
from initiatives.services import propose_commitment
from people.models import AuditEvent, RoleGrant
from people.services import revoke_role, update_user
from reminders.models import Message, MessageItem, Subscription
from reminders.services import send_due_messages
from tests.build import act, make_milestone, report
from tests.reminders.cast import TODAY, morning, run
from tests.reminders.test_who import SOON

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
    assert f"For {cast.owner.name}" in page
    assert "Vendor is slow" in page
    answered = client.post(link, {"say": "no_change"}, follow=True)
    assert "Recorded. Thank you." in answered.content.decode()
    latest = StatusUpdate.objects.latest("pk")
    assert (latest.status, latest.percent, latest.author, latest.channel) == ("at_risk", 30, cast.owner, "email_link")
    assert AuditEvent.objects.filter(verb="status_update.recorded").first().channel == "email_link"


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


def test_a_scanner_that_opens_a_thousand_times_changes_nothing_and_the_link_works_after_it(client, link):
    before = AuditEvent.objects.count()
    for n in range(1_000):
        answer = client.get(link) if n % 2 else client.head(link)
        assert answer.status_code == 200
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
    for method in (client.get, client.post):
        answer = method(reverse("reminders:answer", args=[wrong]), {"say": "no_change"})
        assert answer.status_code == 404
    assert StatusUpdate.objects.count() == 1


@pytest.mark.parametrize("why", ["14 days", "deactivated", "role lost", "newer update"])
def test_a_link_ends(client, link, initiative, cast, noon, why):
    if why == "14 days":
        noon.move_to("2026-10-20T16:00:00Z", tick=False)
    elif why == "deactivated":
        update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-05T15:00"))
    elif why == "role lost":
        revoke_role(grant=RoleGrant.objects.get(user=cast.owner), act=act("2026-10-05T15:00"))
    else:
        report(initiative, "on_track", "2026-10-05T15:00", cast.manager)
    before = StatusUpdate.objects.count()
    page = client.get(link)
    assert "This link has ended." in page.content.decode()
    assert ("Mail me a new link" in page.content.decode()) is (why == "14 days")
    assert client.post(link, {"say": "no_change"}).status_code == 409
    assert StatusUpdate.objects.count() == before


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
    client.post(first, {"say": "done"})
    assert Milestone.objects.get(pk=milestone.pk).completed_date == TODAY
    assert client.post(second, {"due_date": "2026-12-01", "reason": ""}).status_code == 422
    client.post(second, {"due_date": "2026-12-01", "reason": "Permit is late"})
    moved = Milestone.objects.get(pk=other.pk)
    assert (str(moved.due_date), moved.slip_count) == ("2026-12-01", 1)


def test_a_commitment_is_accepted(client, initiative, cast):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    promise = propose_commitment(
        initiative=initiative, department=cast.streets, what="Dig", due_date=None, act=act("2026-10-05T12:00")
    )
    run(TODAY)
    client.post(link_of(mail.outbox[0].body), {"say": "accept"})
    accepted = Commitment.objects.get(pk=promise.pk)
    assert (accepted.state, accepted.accepted_by) == ("accepted", cast.liaison)


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
    assert answer["Referrer-Policy"] == "no-referrer"
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
