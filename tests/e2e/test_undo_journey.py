"""A liaison presses the wrong button and takes it back from My work: by mouse, by keyboard, without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from initiatives.models import Commitment
from initiatives.services import accept_commitment, propose_commitment
from records.asof import start_of_day
from tests.build import act, build_cast, build_plan, make_initiative
from tests.e2e.conftest import assert_well_made, follow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast():
    return build_cast()


@pytest.fixture
def promise(cast):
    then = start_of_day(timezone.localdate() - timedelta(days=9))
    row = make_initiative(build_plan(), number="1.1", title="Fiber ring", owner=cast.owner)
    one = propose_commitment(
        initiative=row, department=cast.streets, what="Lend two crews",
        due_date=timezone.localdate() + timedelta(days=2), act=act(then),
    )  # fmt: skip
    return accept_commitment(commitment=one, act=act(then + timedelta(hours=1), cast.liaison))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_delivery_is_taken_back(visit, cast, promise, javascript):
    page = visit(cast.liaison, "/departments/Streets/", javascript=javascript)
    follow(page, page.get_by_role("button", name="Delivered Lend two crews"))
    follow(page, page.get_by_role("navigation").get_by_role("link", name="My work").first)
    expect(page.get_by_text("You marked as delivered: Lend two crews.")).to_be_visible()
    take_back = page.get_by_role("button", name="Take it back")
    if javascript:
        assert_well_made(page)
        take_back.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    else:
        follow(page, take_back)
    expect(page.get_by_text("Promised again: Lend two crews.")).to_be_visible()
    assert Commitment.objects.get().state == "accepted"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_the_activity_offers_its_feed_and_is_well_made(visit, cast, promise, width, dark):
    page = visit(
        cast.viewer, f"/plans/{promise.initiative.plan.slug}/activity/?what=commitment", width=width, dark=dark
    )
    feed = page.get_by_role("link", name="The same as an Atom feed")
    expect(feed).to_have_attribute("href", f"/plans/{promise.initiative.plan.slug}/activity.atom?what=commitment")
    assert_well_made(page)
