"""The strategy office runs the plan, an administrator lets people in, a reader reads: each a whole job in a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goals.models import Goal
from goals.quarters import Quarter
from goals.services import create_strategy
from initiatives.models import Initiative, Milestone
from initiatives.services import update_initiative
from people.roles import Role
from records.asof import local_day, start_of_day
from reports.services import complete_report, freeze_due_quarters
from tests.build import act, build_plan, make_initiative, report
from tests.e2e.conftest import assert_well_made, follow
from tests.e2e.test_owner_journey import press_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def last(cast) -> Quarter:
    """A plan with one initiative, reported on track, and its last quarter, frozen and completed."""
    now = timezone.now()
    quarter = Quarter.of(Quarter.of(local_day(now)).first_day - timedelta(days=1))
    begun = start_of_day(quarter.first_day) + timedelta(hours=12)
    plan = build_plan(
        "city-plan", title="City plan", start_date=quarter.first_day, end_date=local_day(now) + timedelta(days=700)
    )
    row = make_initiative(
        plan, number="1.1", title="Fiber ring", owner=cast.owner, lead_department=cast.streets,
        start_date=quarter.first_day, when=begun,
    )  # fmt: skip
    report(row, "on_track", now - timedelta(days=2), cast.owner, happened="Ducts are open.")
    freeze_due_quarters(at=now)
    complete_report(plan=plan, quarter=quarter, act=act(now, cast.leader))
    return quarter


def press(page: Page, locator, key: str = "Enter") -> None:
    """Go there by Tab and press it: no mouse."""
    press_until(page, locator, tries=120)
    page.keyboard.press(key)


def test_the_manager_adds_an_initiative_by_keyboard_alone(visit, cast, last):
    page = visit(cast.manager, "/plans/city-plan/structure/")
    assert_well_made(page)
    press(page, page.get_by_role("link", name="Add an initiative", exact=True))
    expect(page.get_by_role("heading", name="Add an initiative")).to_be_visible()
    assert_well_made(page)
    for label, typed in (("Number", "1.2"), ("Title", "Backup power")):
        press_until(page, page.get_by_label(label, exact=True))
        page.keyboard.type(typed)
    for label, typed in (("Focus area", "1"), ("Owner", "Owner")):
        press_until(page, page.get_by_label(label))
        page.keyboard.type(typed)  # chooses by the first letters
    press(page, page.get_by_role("button", name="Add it", exact=True))
    expect(page.get_by_text("Added: 1.2 Backup power.")).to_be_visible()
    press(page, page.get_by_role("link", name="Add a milestone"))
    press_until(page, page.get_by_label("Milestone"))
    page.keyboard.type("Generators ordered")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="Generators ordered")).to_be_visible()
    assert_well_made(page)
    row = Initiative.objects.get(number="1.2")
    assert row.owner == cast.owner
    assert Milestone.objects.get(initiative=row).title == "Generators ordered"


def test_the_manager_overrides_a_status_and_sees_what_goes_out(visit, cast, last):
    page = visit(cast.manager, "/initiatives/")
    page.get_by_role("link", name="1.1 Fiber ring").click()
    follow(page, page.get_by_role("link", name="Set the status by hand"))
    assert_well_made(page)
    page.get_by_label("At risk").check()
    page.get_by_role("button", name="Show this status").click()
    expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")  # never without one
    page.get_by_label("Reason").fill("The supplier is about to close.")
    page.get_by_role("button", name="Show this status").click()
    standing = page.get_by_role("region", name="How it stands")
    expect(standing).to_contain_text("At risk")
    expect(standing).to_contain_text("Set by hand. The supplier is about to close.")
    expect(standing).to_contain_text("Reported on track by Owner")
    page.problems[:] = [problem for problem in page.problems if "422" not in problem]
    assert_well_made(page)

    follow(page, page.get_by_role("link", name="Messages"))
    assert_well_made(page)
    page.get_by_role("main").get_by_role("link", name="What goes out next").first.click()
    expect(page.get_by_role("heading", name="What goes out next")).to_be_visible()
    assert_well_made(page)


def test_the_administrator_gives_a_role_and_reopens_a_report(visit, cast, last):
    page = visit(cast.admin, "/people/")
    assert_well_made(page)
    page.get_by_role("link", name="Stranger").click()
    expect(page.get_by_text("No role: this person can sign in but may read nothing.")).to_be_visible()
    page.get_by_label("Role", exact=True).select_option(Role.VIEWER)
    page.get_by_role("button", name="Give this role").click()
    expect(page.get_by_role("button", name="Take away Viewer")).to_be_visible()
    assert_well_made(page)
    expect(visit(cast.stranger, "/plan/").get_by_role("heading", name="City plan")).to_be_visible()

    page.get_by_role("link", name="Reports").click()
    page.get_by_role("link", name=last.label).first.click()
    page.get_by_text("Reopen this report").click()
    page.get_by_role("textbox", name="Reason").fill("A vendor was misnamed.")
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("The report is open again.")).to_be_visible()
    assert_well_made(page)
    page.goto(page.url.split("/reports/")[0] + "/people/audit-log/")
    expect(page.get_by_text("A vendor was misnamed.")).to_be_visible()
    assert_well_made(page)


def test_the_viewer_reads_down_to_the_report_and_changes_nothing(visit, cast, last):
    page = visit(cast.viewer, "/plan/")
    assert_well_made(page)
    follow(page, page.get_by_role("link", name="1 Security").first)
    assert_well_made(page)
    page.get_by_role("link", name="1.1 Fiber ring").click()
    expect(page.get_by_text("Ducts are open.")).to_be_visible()
    for pen in ("Edit", "Publish an update", "Set the status by hand", "Add a milestone"):
        expect(page.get_by_role("link", name=pen, exact=True)).to_have_count(0)
    assert_well_made(page)
    edit = page.url + "edit/"
    page.get_by_role("link", name="Reports").click()
    page.get_by_role("link", name=last.label).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(last.label)
    expect(page.get_by_role("button", name="Complete the report")).to_have_count(0)
    assert_well_made(page)
    page.goto(edit)
    expect(page.get_by_role("heading", name="You may not open this page")).to_be_visible()
    expect(page.get_by_role("link", name="Go to my work")).to_be_visible()
    page.problems.clear()  # the browser itself notes the 403
    assert_well_made(page)


@pytest.mark.parametrize("width", [320, 1000, 1280])
def test_tables_below_one_another_have_the_same_columns(visit, cast, width):
    plan = build_plan("even", title="Even plan")
    goal = Goal.objects.get(plan=plan, number="1")
    for n, title in ((1, "Short"), (2, "A long title that asks for more room than the one above it has")):
        strategy = create_strategy(goal=goal, fields={"number": f"1.{n + 7}", "title": f"Strategy {n}"}, act=act())
        row = make_initiative(plan, number=f"1.{n}", title=title, owner=cast.owner if n == 1 else None)
        update_initiative(initiative=row, fields={"strategy": strategy}, act=act("2026-09-01T12:00"))
    page = visit(cast.manager, f"/plans/{plan.slug}/goals/1/", width=width)
    assert page.locator("table.table-work").count() == 2
    assert_well_made(page)
