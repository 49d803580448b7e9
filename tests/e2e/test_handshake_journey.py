"""A new owner is asked, declines and proposes somebody else, who accepts: mouse, keyboard alone, without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from initiatives.models import Initiative, OwnerAnswer, OwnerRequest
from initiatives.services import decline_ownership, update_initiative
from outbox import mailfolder
from outbox.services import send_due_messages
from reminders.selectors.days import sending_begins
from reminders.services import plan_messages
from tests.build import act, make_initiative
from tests.e2e.conftest import assert_well_made
from tests.e2e.test_office_journeys import press
from tests.e2e.test_owner_journey import press_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DECLINE = re.compile("Decline or propose.*1.1 Fiber ring")
WORDS = "I am on leave until spring, and the ring is with Owner’s team already."


@pytest.fixture
def ring(cast, plan) -> Initiative:
    """It begins in a month: nothing but its owner is asked about until then."""
    begins = timezone.localdate() + timedelta(days=30)
    words = {"title": "Fiber ring", "summary": "Close the ring around the river wards."}
    return make_initiative(plan, number="1.1", start_date=begins, **words)


@pytest.fixture
def asked(cast, ring) -> OwnerRequest:
    """The contributor was named its owner by the manager, three days ago."""
    days_ago = timezone.now() - timedelta(days=3)
    update_initiative(initiative=ring, fields={"owner": cast.contributor}, act=act(days_ago, cast.manager))
    return OwnerRequest.objects.get()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_handshake_by_mouse(visit, cast, ring, javascript):
    page = visit(cast.manager, f"/initiatives/{ring.pk}/edit/", javascript=javascript)
    page.locator("select[name=owner]").select_option(label="Contributor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Owner not confirmed")).to_be_visible()
    page = visit(cast.contributor, "/", javascript=javascript)
    expect(page.get_by_role("heading", name="You were named the owner")).to_be_visible()
    page.get_by_role("link", name=DECLINE).click()
    page.get_by_label("Reason").fill(WORDS)
    page.get_by_label("Somebody else you propose").select_option(label="Owner")
    page.get_by_role("button", name="Decline it").click()
    expect(page.get_by_text("Whoever runs the plan sees it")).to_be_visible()
    page = visit(cast.manager, "/", javascript=javascript)
    waiting = page.get_by_role("region", name="Owner not confirmed: 1")
    waiting.get_by_role("link", name="1.1 Fiber ring").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.get_by_role("button", name="Make them the owner").click()
    expect(page.get_by_text("is the owner now, and is asked")).to_be_visible()
    page = visit(cast.owner, f"/initiatives/{ring.pk}/", javascript=javascript)
    page.get_by_role("button", name="Accept 1.1 Fiber ring").click()
    expect(page.get_by_text("You own it now")).to_be_visible()
    expect(page.get_by_text("Owner not confirmed")).to_have_count(0)
    page.goto(page.url.split("/initiatives/")[0] + "/initiatives/?unconfirmed=on")
    expect(page.get_by_text("No initiative matches")).to_be_visible()
    ring.refresh_from_db()
    assert ring.owner == cast.owner


def test_the_handshake_by_keyboard_alone(visit, cast, ring, asked):
    page = visit(cast.contributor, "/")
    press(page, page.get_by_role("link", name=DECLINE))
    press_until(page, page.get_by_label("Reason"))
    page.keyboard.type("No time.")
    press_until(page, page.get_by_label("Somebody else you propose"))
    page.keyboard.type("Owner")  # chooses by the first letters
    press(page, page.get_by_role("button", name="Decline it"))
    expect(page.get_by_text("Whoever runs the plan sees it")).to_be_visible()
    page = visit(cast.manager, f"/initiatives/{ring.pk}/")
    press(page, page.get_by_role("button", name="Make them the owner"))
    expect(page.get_by_text("is the owner now, and is asked")).to_be_visible()
    page = visit(cast.owner, "/")
    press(page, page.get_by_role("button", name="Accept 1.1 Fiber ring"))
    expect(page.get_by_text("You own it now")).to_be_visible()
    assert OwnerRequest.objects.get(recorded_until__isnull=True).state == "accepted"


@pytest.fixture
def link(settings, tmp_path, live_server, asked) -> str:
    """Out of the digest of yesterday."""
    settings.EMAIL_BACKEND = "outbox.mailfolder.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    settings.SITE_URL = live_server.url
    at = sending_begins(timezone.localdate() - timedelta(days=1))
    plan_messages(at=at)
    send_due_messages(at=at)
    (name,) = mailfolder.names()
    return re.search(r"/answer/\S+", mailfolder.read_mail(name).get_body(("plain",)).get_content())[0]


@pytest.mark.parametrize("javascript", [True, False])
def test_accepted_from_the_mail_without_signing_in(visit, link, javascript):
    page = visit(None, link, javascript=javascript)
    expect(page.get_by_role("heading", name="Will you own this?")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("You own this initiative.")).to_be_visible()
    assert OwnerAnswer.objects.get().accepts


def test_declined_from_the_mail_by_keyboard_alone(visit, link):
    page = visit(None, link)
    press_until(page, page.get_by_label("Reason"))
    page.keyboard.type("Ask the wards.")
    press(page, page.get_by_role("button", name="Decline"))
    expect(page.get_by_text("You declined.")).to_be_visible()
    assert OwnerAnswer.objects.get().reason == "Ask the wards."


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_well_made(visit, cast, ring, asked, link, width, dark):
    paths = ["/", f"/initiatives/{ring.pk}/", f"/owner-requests/{asked.pk}/decline/", "/initiatives/?unconfirmed=on"]
    page = visit(cast.contributor, paths[0], width=width, dark=dark)
    site = page.url.rstrip("/")
    for path in paths:
        page.goto(site + path)
        assert_well_made(page)
    page = visit(None, link, width=width, dark=dark)
    assert_well_made(page)
    words = act(timezone.now(), cast.contributor, reason=WORDS)
    decline_ownership(request=asked, proposed=cast.owner, act=words)
    page = visit(cast.manager, "/", width=width, dark=dark)
    assert_well_made(page)
    page.goto(site + f"/initiatives/{ring.pk}/")
    assert_well_made(page)
