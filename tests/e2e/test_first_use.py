"""From an empty installation to a plan and people who joined: by mouse, by keyboard alone, and without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from goals.models import Plan
from outbox.services import send_due_messages
from people.models import User
from people.services import Newcomer, create_user, grant_role, invite_people, update_user
from tests.build import act, build_plan, make_initiative
from tests.e2e.conftest import assert_well_made, follow
from tests.e2e.test_office_journeys import press
from tests.e2e.test_owner_journey import press_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WORD = "a long and unusual word"
PASTED = "Name\tE-mail\tRole\nDoe, Pat\tpat@test.example\tContributor\nKim Roe\tkim@test.example\tViewer"


@pytest.fixture(autouse=True)
def administrator(db) -> User:
    """As `manage.py create_administrator` leaves them: all there is."""
    person = create_user(email="ada@test.example", name="Ada", password=WORD, act=act(timezone.now()))
    grant_role(user=person, role="administrator", act=act(timezone.now()))
    return person


def link_to(email, mailoutbox):
    """The way out of the one mail that this person got."""
    send_due_messages(at=timezone.now())
    (mail,) = [one for one in mailoutbox if one.to == [email]]
    (path,) = re.findall(r"/invitation/\S+", mail.body)
    return path


def invited():
    return sorted(User.objects.exclude(email="ada@test.example").values_list("name", "email"))


BOTH = [("Kim Roe", "kim@test.example"), ("Pat Doe", "pat@test.example")]


def by_hand(visit, mailoutbox, *, javascript):
    """Clicks and fields, as they are with and without JavaScript."""
    page = visit(None, "/sign-in/", javascript=javascript)
    page.get_by_label("E-mail").fill("ada@test.example")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    yield page
    page.get_by_role("link", name="New plan").click()
    for label, typed in (("Title", "City plan"), ("Start date", "1 Jul 2026"), ("End date", "30 Jun 2028")):
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    page.get_by_role("link", name="My work").first.click()
    page.get_by_role("link", name="Invite many from a pasted list").click()
    yield page
    page.get_by_label("People", exact=True).fill(PASTED + "\nSomebody without an address")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("Nobody was added. 1 line needs mending")).to_be_visible()
    page.problems.clear()  # the browser's own word about 422
    yield page
    page.get_by_label("People", exact=True).fill(PASTED)
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("2 people would be added, with one mail each.")).to_be_visible()
    yield page
    page.get_by_role("button", name="Invite 2 people").click()
    expect(page.get_by_text("2 people were added; an invitation goes to each of them by mail.")).to_be_visible()
    assert invited() == BOTH
    theirs = visit(None, link_to("pat@test.example", mailoutbox), javascript=javascript)
    yield theirs
    theirs.get_by_label("New password", exact=True).fill(WORD)
    theirs.get_by_label("New password confirmation").fill(WORD)
    theirs.get_by_role("button").click()
    theirs.get_by_role("link", name="Sign in").first.click()
    theirs.get_by_label("E-mail").fill("pat@test.example")
    theirs.get_by_label("Password").fill(WORD)
    theirs.get_by_role("button", name="Sign in", exact=True).click()
    expect(theirs.get_by_text("No plan is active yet.")).to_be_visible()
    yield theirs
    page.goto(page.url.split("/people")[0])
    expect(page.get_by_text("2 besides you, 1 of them joined.")).to_be_visible()
    yield page


def test_from_nothing_to_people_who_joined_by_mouse(visit, mailoutbox):
    for page in by_hand(visit, mailoutbox, javascript=True):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert_well_made(page)


def test_from_nothing_to_people_who_joined_without_javascript(visit, mailoutbox):
    assert len(list(by_hand(visit, mailoutbox, javascript=False))) == 7
    assert Plan.objects.get().title == "City plan"


def test_from_nothing_to_people_who_joined_by_keyboard_alone(visit, mailoutbox):
    page = visit(None, "/sign-in/")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("ada@test.example")
    press_until(page, page.get_by_label("Password"))
    page.keyboard.type(WORD)
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="New plan"))
    for label, typed in (("Title", "City plan"), ("Start date", "1 Jul 2026"), ("End date", "30 Jun 2028")):
        press_until(page, page.get_by_label(label, exact=True))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    press(page, page.get_by_role("link", name="My work").first)
    press(page, page.get_by_role("link", name="Invite many from a pasted list"))
    press_until(page, page.get_by_label("People", exact=True))
    page.keyboard.insert_text(PASTED)  # as Ctrl+V does
    press(page, page.get_by_role("button", name="Show what would happen"))
    expect(page.get_by_text("2 people would be added, with one mail each.")).to_be_visible()
    press(page, page.get_by_role("button", name="Invite 2 people"))
    expect(page.get_by_text("2 people were added")).to_be_visible()
    assert invited() == BOTH
    theirs = visit(None, link_to("kim@test.example", mailoutbox))
    for label in ("New password", "New password confirmation"):
        press_until(theirs, theirs.get_by_label(label, exact=True))
        theirs.keyboard.type(WORD)
    theirs.keyboard.press("Enter")
    theirs.wait_for_url("**/complete/")
    assert User.objects.get(email="kim@test.example").check_password(WORD)


def test_who_cannot_be_reached_is_found_on_my_work_and_invited_again(visit, administrator, mailoutbox):
    plan = build_plan()
    old = act(timezone.now() - timedelta(days=9))
    late, gone = invite_people(
        newcomers=[Newcomer(f"{name}@test.example", name.title(), role="contributor") for name in ("late", "gone")],
        act=old,
    )
    for number, person in (("1.1", late), ("1.2", gone)):
        make_initiative(plan, number=number, owner=person)
    update_user(user=gone, fields={"is_active": False}, act=act(timezone.now()))
    page = visit(administrator, "/", dark=True)
    follow(page, page.get_by_role("link", name="2 people cannot be reached"))
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert_well_made(page)
    expect(page.get_by_text("The account was deactivated.")).to_be_visible()
    press(page, page.get_by_role("button", name="Send it again Late"))
    expect(page.get_by_text("The invitation goes to late@test.example.")).to_be_visible()
    expect(page.get_by_role("heading", name="Cannot be reached")).to_be_visible()
    expect(page.get_by_text("Late", exact=True)).to_have_count(0)
    assert link_to("late@test.example", mailoutbox)
    page.get_by_role("link", name="Hand over the work of Gone").click()
    expect(page.get_by_role("link", name="1.2 Initiative 1.2")).to_be_visible()
