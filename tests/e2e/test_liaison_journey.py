"""The liaison keeps a promise; leadership reads the plan and puts it on a day. In a real browser, both themes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from initiatives.models import Initiative
from initiatives.services import accept_commitment, propose_commitment
from records.asof import start_of_day
from tests.build import act, build_cast, build_plan, make_initiative, make_milestone, report
from tests.e2e.conftest import assert_well_made, follow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def cast():
    return build_cast()


@pytest.fixture
def plan(cast, today):
    """One initiative led by Streets, late since yesterday, with a commitment asked of Streets ten days ago."""
    plan = build_plan()
    then = start_of_day(today - timedelta(days=10))
    row = make_initiative(plan, number="1.1", title="Fiber ring", owner=cast.owner, lead_department=cast.streets)
    report(row, "on_track", then, cast.owner, happened="Ducts are open.")
    make_milestone(row, today - timedelta(days=1), title="Ring closed", department=cast.streets)
    propose_commitment(
        initiative=row, department=cast.streets, what="Lend two crews", due_date=today + timedelta(days=20),
        act=act(then),
    )  # fmt: skip
    return plan


@pytest.mark.parametrize("javascript", [True, False])
def test_the_liaison_accepts_and_delivers(visit, cast, plan, javascript):
    page = visit(cast.liaison, "/departments/", javascript=javascript)
    follow(page, page.get_by_role("main").get_by_role("link", name="Department of Streets").first)
    assert page.get_by_role("heading", level=1).inner_text() == "Department of Streets"
    page.get_by_role("table", name="This week").get_by_role("button", name="Accept Lend two crews").click()
    commitments = page.get_by_role("table", name="Commitments")
    page.wait_for_load_state()
    assert commitments.get_by_text("Accepted").is_visible()
    commitments.get_by_role("button", name="Delivered Lend two crews").click()
    page.wait_for_load_state()
    assert page.get_by_text("1 delivered, declined or withdrawn").is_visible()
    assert page.get_by_text("No open commitment.").is_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_week_of_a_liaison_stands_on_one_screen(visit, cast, plan, today, width, dark):
    row = Initiative.objects.get(number="1.1")
    for days in (-3, 0, 2, 4, 6):
        one = propose_commitment(
            initiative=row, department=cast.streets, what=f"Crew for day {days} of the ring",
            due_date=today + timedelta(days=days), act=act(start_of_day(today - timedelta(days=9))),
        )  # fmt: skip
        accept_commitment(commitment=one, act=act(start_of_day(today - timedelta(days=8)), cast.liaison))
    page = visit(cast.liaison, "/departments/Streets/", width=width, dark=dark)
    assert_well_made(page)
    week = page.get_by_role("region", name="This week")
    expect(week.get_by_role("link", name="Move Crew for day -3")).to_be_visible()
    expect(week.get_by_role("link", name="Ask for an update of 1.1 Fiber ring, for Crew for day -3")).to_be_visible()
    box = week.bounding_box()
    assert box is not None
    if width == 1280:
        assert box["y"] + box["height"] <= 900


def test_by_keyboard_a_promise_is_moved_and_its_owner_asked(visit, cast, plan, today):
    page = visit(cast.liaison, "/departments/Streets/")
    page.get_by_role("button", name="Accept Lend two crews").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("link", name="Move Lend two crews").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_label("New due date").fill((today + timedelta(days=2)).isoformat())
    page.get_by_label("Reason for a moved date").fill("A crew is ill.")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="This week")).to_contain_text("Lend two crews")
    page.get_by_role("table", name="This week").get_by_role("link", name="Ask for an update").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask for it").press("Enter")
    expect(page.get_by_text("Owner finds it in the next digest")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Department of Streets")


def test_leadership_reads_the_plan_and_puts_it_on_a_day(visit, cast, plan, today):
    page = visit(cast.leader, "/plan/")
    assert page.get_by_role("heading", level=1).inner_text() == "Test plan"
    attention = page.get_by_role("region", name="What needs attention first")
    assert attention.get_by_text("Off track", exact=True).is_visible()
    assert attention.get_by_text("1 milestone is late.").is_visible()
    page.get_by_label("As of", exact=True).fill((today - timedelta(days=5)).isoformat())
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    assert page.get_by_role("complementary", name="The day this page speaks for").is_visible()
    assert page.get_by_role("region", name="What needs attention first").get_by_text("Nothing:").is_visible()
    follow(page, page.get_by_role("link", name="1 Security").first)
    assert "as_of=" in page.url
    assert page.get_by_role("row", name="Fiber ring").get_by_text("On track").is_visible()
    page.get_by_role("link", name="Back to today").click()
    page.wait_for_load_state()
    assert page.get_by_role("row", name="Fiber ring").get_by_text("Off track").is_visible()


def test_filters_swap_the_table_and_stay_in_the_address(visit, cast, plan):
    page = visit(cast.leader, "/initiatives/")
    page.get_by_role("search", name="Filter this list").get_by_label("Status").select_option("completed")
    page.get_by_text("No initiative matches").wait_for()
    assert "status=completed" in page.url
    page.go_back()
    page.get_by_role("link", name="1.1 Fiber ring").wait_for()
    follow(page, page.get_by_role("link", name="Timeline"))
    assert page.get_by_role("group", name="1.1 Fiber ring: from").is_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_well_made(visit, cast, plan, width, dark):
    paths = [
        f"/plans/{plan.slug}/", f"/plans/{plan.slug}/goals/1/", f"/plans/{plan.slug}/goals/2/", "/plans/",
        "/initiatives/", "/initiatives/?view=timeline", "/initiatives/?status=nope", "/departments/",
        "/departments/Streets/", f"/plans/{plan.slug}/structure/", f"/plans/{plan.slug}/edit/", "/plans/new/",
    ]  # fmt: skip
    page = visit(cast.manager, paths[0], width=width, dark=dark)
    for path in paths:
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        if "nope" in path:
            page.problems.clear()  # the browser logs the 422 itself
        assert_well_made(page)
