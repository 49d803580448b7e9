"""A manager asks an owner for an update from a row of the list: by mouse, by keyboard, without JavaScript."""

import pytest
from playwright.sync_api import expect

from initiatives.models import UpdateRequest
from tests.build import build_cast, build_plan, make_initiative
from tests.e2e.conftest import assert_well_made, follow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast():
    return build_cast()


@pytest.fixture
def row(cast):
    return make_initiative(build_plan(), number="1.1", title="Fiber ring", owner=cast.owner)


@pytest.mark.parametrize("javascript", [True, False])
def test_it_is_asked_from_a_row_and_a_second_time_says_so(visit, cast, row, javascript):
    page = visit(cast.manager, "/initiatives/?sort=due", javascript=javascript)
    follow(page, page.get_by_role("link", name="Ask for an update of 1.1 Fiber ring"))
    expect(page.get_by_text("Owner owns it and finds the question in the next digest")).to_be_visible()
    follow(page, page.get_by_role("button", name="Ask for it"))
    assert page.url.endswith("/initiatives/?sort=due")
    expect(page.get_by_text("Owner finds it in the next digest: how does 1.1 Fiber ring stand?")).to_be_visible()
    follow(page, page.get_by_role("link", name="Ask for an update of 1.1 Fiber ring"))
    expect(page.get_by_text("Manager asked today already.")).to_be_visible()
    follow(page, page.get_by_role("button", name="Ask for it"))
    expect(page.get_by_text("Once a day is enough.")).to_be_visible()
    assert UpdateRequest.objects.count() == 1


def test_by_keyboard_alone(visit, cast, row):
    page = visit(cast.manager, f"/initiatives/{row.pk}/")
    page.get_by_role("link", name="Ask for an update").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask for it").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Owner finds it in the next digest")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_well_made_on_a_phone_and_in_the_dark(visit, cast, row, width, dark):
    for address in (f"/initiatives/{row.pk}/ask/", "/initiatives/"):
        assert_well_made(visit(cast.manager, address, width=width, dark=dark))
