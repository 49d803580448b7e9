"""A new plan, and a successor that carries open work forward: by mouse, by keyboard alone, and without JavaScript."""

from datetime import date

import pytest
from playwright.sync_api import expect

from goals.models import Plan, Strategy
from initiatives.models import Initiative, Lineage, StatusUpdate
from people.services import create_user
from tests.build import act, build_plan, make_initiative, make_milestone
from tests.e2e.conftest import assert_well_made, follow
from tests.e2e.test_office_journeys import press
from tests.e2e.test_owner_journey import press_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def before(cast) -> Plan:
    """The running plan with two open initiatives."""
    plan = build_plan("city-plan", title="City plan")
    protect = Strategy.objects.get()
    one = make_initiative(plan, number="1.1", title="Fiber ring", strategy=protect, owner=cast.owner)
    make_milestone(one, date(2027, 3, 1), title="Ducts")
    make_initiative(plan, number="1.2", title="Old modems")
    return plan


def fill(page, **words):
    for label, typed in words.items():
        page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(typed)


def test_a_copy_is_made_by_mouse_and_its_short_name_follows_the_title(visit, cast, before):
    page = visit(cast.manager, "/plans/")
    follow(page, page.get_by_role("link", name="New plan"))
    assert_well_made(page)
    page.get_by_role("link", name="Copy of another").click()
    expect(page.get_by_label("Plan to copy")).to_have_value(str(before.pk))  # the only one
    page.get_by_label("Title", exact=True).press_sequentially("City plan 2028")
    expect(page.get_by_label("Short name")).to_have_value("city-plan-2028")
    expect(page.get_by_label("Start date")).to_have_value("1 Jul 2027")  # the day after the other ends
    fill(page, end_date="30 Jun 2029")
    assert_well_made(page)
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    page.get_by_role("link", name="Make it active").click()
    expect(page.get_by_role("link", name="1.2 Old modems")).to_be_visible()  # it has no owner
    assert_well_made(page)
    assert Initiative.objects.filter(plan__slug="city-plan-2028").count() == 2


def test_a_copy_is_made_without_javascript(visit, cast, before):
    page = visit(cast.manager, "/plans/new/copy/", javascript=False)
    fill(page, title="City plan 2028", end_date="30 Jun 2029")
    page.get_by_label("Those that are not completed or cancelled").check()
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    assert Initiative.objects.filter(plan__slug="city-plan-2028").count() == 2


def test_a_copy_is_made_by_keyboard_alone(visit, cast, before):
    page = visit(cast.manager, "/plans/")
    press(page, page.get_by_role("main").get_by_role("link", name="New plan"))
    press(page, page.get_by_role("link", name="Copy of another"))
    for label, typed in (("Title", "City plan 2028"), ("End date", "30 Jun 2029")):
        press_until(page, page.get_by_label(label, exact=True))
        page.keyboard.type(typed)
    press(page, page.get_by_label("Take owners, leads and contributors along"), "Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    assert not Initiative.objects.filter(plan__slug="city-plan-2028", owner__isnull=False).exists()


def test_a_plan_begins_from_nothing_or_from_a_file_by_mouse(visit, cast):
    page = visit(cast.manager, "/plans/", width=320)
    page.get_by_role("main").get_by_role("link", name="New plan").first.click()
    fill(page, title="First plan", start_date="1 Jul 2026", end_date="30 Jun 2027")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("link", name="bring in the spreadsheet your office has")).to_be_visible()
    assert_well_made(page)
    page.goto(page.url.partition("/plans/")[0] + "/plans/new/")
    page.get_by_role("link", name="From a file").click()
    fill(page, title="Second plan", start_date="1 Jul 2026", end_date="30 Jun 2027")
    assert_well_made(page)
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_label("File", exact=True)).to_be_visible()
    assert list(Plan.objects.order_by("pk").values_list("slug", flat=True)) == ["first-plan", "second-plan"]


def test_a_plan_begins_from_nothing_by_keyboard_alone(visit, cast):
    page = visit(cast.manager, "/plans/")
    press(page, page.get_by_role("main").get_by_role("link", name="New plan").first)
    for label, typed in (("Title", "First plan"), ("Start date", "1 Jul 2026"), ("End date", "30 Jun 2027")):
        press_until(page, page.get_by_label(label, exact=True))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    assert_well_made(page)
    assert Plan.objects.get().slug == "first-plan"


def test_a_successor_carries_chosen_work_forward_by_keyboard_alone(visit, cast, before):
    page = visit(cast.manager, "/plans/new/successor/")
    for label, typed in (("Title", "Next plan"), ("End date", "30 Jun 2029")):
        press_until(page, page.get_by_label(label, exact=True))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Carry forward from City plan")).to_be_visible()
    assert_well_made(page)
    press(page, page.get_by_label("1.2 Old modems"), "Space")  # all are ticked at first
    press(page, page.get_by_label("Leave them as they are"), "ArrowUp")  # round to the last: cancelled
    press_until(page, page.get_by_label("Why they are closed"))
    page.keyboard.type("Replaced by the ring.")
    press(page, page.get_by_role("button", name="Show what would happen"))
    expect(page.get_by_text("1 go on in Next plan")).to_be_visible()
    expect(page.get_by_text("1 stay behind and are closed as cancelled.")).to_be_visible()
    assert_well_made(page)
    press(page, page.get_by_role("button", name="Do exactly this"))
    expect(page.get_by_text("1 carried forward, 1 cancelled.")).to_be_visible()
    assert_well_made(page)
    assert Initiative.objects.get(plan=before, number="1.2").reported_status == "cancelled"


def test_a_successor_carries_all_forward_without_javascript(visit, cast, before):
    page = visit(cast.manager, "/plans/new/successor/?predecessor=city-plan", javascript=False)
    fill(page, title="Next plan", end_date="30 Jun 2029")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("2 go on in Next plan")).to_be_visible()
    page.get_by_role("button", name="Do exactly this").click()
    expect(page.get_by_text("2 carried forward.")).to_be_visible()
    page.get_by_role("link", name="1.1 Fiber ring", exact=True).click()
    expect(page.get_by_text("1.1 Fiber ring, in City plan")).to_be_visible()  # what it was
    assert Lineage.objects.count() == 2


def test_a_successor_carries_chosen_work_forward_by_mouse(visit, cast, before):
    page = visit(cast.manager, "/plans/")
    page.get_by_role("link", name="New plan").click()
    page.get_by_role("link", name="Successor of another").click()
    fill(page, title="Next plan", end_date="30 Jun 2029")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_label("1.2 Old modems").uncheck()
    page.get_by_label("Archive the plan before it").check()
    page.get_by_label("Close them as cancelled").check()
    page.get_by_label("Why they are closed").fill("The plan ends.")
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_text("Another reason for one of them").click()
    page.get_by_label("Why 1.2 Old modems is closed").fill("Replaced by the ring.")
    expect(page.get_by_text("City plan is archived.")).to_be_visible()
    expect(
        page.get_by_role("checkbox", name="1.2 Old modems")
    ).not_to_be_checked()  # the choice is kept beside what it would do
    page.set_viewport_size({"width": 320, "height": 900})
    assert_well_made(page)
    page.get_by_role("button", name="Do exactly this").click()
    expect(page.get_by_text("1 carried forward, 1 cancelled. The plan before is archived.")).to_be_visible()
    assert StatusUpdate.objects.get(initiative__number="1.2").happened == "Replaced by the ring."
    assert Plan.objects.get(slug="city-plan").state == "archived"


def test_a_plan_begins_from_nothing_without_javascript(visit, cast):
    page = visit(cast.manager, "/plans/new/", javascript=False)
    fill(page, title="First plan", start_date="1 Jul 2026", end_date="30 Jun 2027")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    assert Plan.objects.get().slug == "first-plan"  # made from the title by the server


def test_a_row_of_the_tree_is_moved_by_three_keys_and_said(visit, cast, before):
    page = visit(cast.manager, "/plans/city-plan/structure/")
    page.get_by_role("button", name="Move 1.1 Fiber ring").focus()
    page.keyboard.press("PageDown")  # into the next group of initiatives, beside 1.2
    said = page.locator("#announcement")
    expect(said).to_contain_text("in 1 Security")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("2 of 2 in 1 Security")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Moved: 1.1 Fiber ring")
    assert_well_made(page)
    assert Initiative.objects.get(number="1.1").strategy is None


def many_people():
    for number in range(20):
        create_user(email=f"clerk{number}@test.example", name=f"Clerk {number}", act=act())


def test_a_person_is_found_by_typing_with_and_without_a_mouse(visit, cast, before):
    many_people()
    page = visit(cast.manager, "/plans/city-plan/initiatives/new/")
    owner = page.get_by_role("combobox", name="Owner")
    press_until(page, owner, tries=120)
    page.keyboard.type("clerk 1")
    expect(page.get_by_role("option", name="Clerk 17")).to_be_visible()
    expect(page.locator("#announcement")).to_contain_text("11 fit")
    assert_well_made(page)
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(owner).to_have_value("Clerk 17")
    expect(page.get_by_role("listbox", name="Owner")).to_be_hidden()
    team = page.get_by_role("combobox", name="Contributors")
    for typed in ("clerk 3", "clerk 4"):
        team.click()
        page.keyboard.type(typed)
        page.get_by_role("option", name=typed.capitalize(), exact=True).click()
    expect(page.get_by_role("button", name="Remove Clerk 3")).to_be_visible()
    page.get_by_role("button", name="Remove Clerk 4").click()
    owner.fill("nobody of this name")
    page.keyboard.press("Tab")
    expect(owner).to_have_value("Clerk 17")  # what fits nothing changes nothing
    fill(page, number="1.7", title="Found by typing")
    page.get_by_label("Focus area").select_option(label="1 Security")
    page.set_viewport_size({"width": 320, "height": 900})
    assert_well_made(page)
    page.get_by_role("button", name="Add it", exact=True).click()
    expect(page.get_by_text("Added: 1.7 Found by typing.")).to_be_visible()
    row = Initiative.objects.get(number="1.7")
    assert row.owner.name == "Clerk 17"
    assert [span.person.name for span in row.contributions.all()] == ["Clerk 3"]


def test_a_person_is_chosen_from_the_list_without_javascript(visit, cast, before):
    many_people()
    page = visit(cast.manager, "/plans/city-plan/initiatives/new/", javascript=False)
    fill(page, number="1.7", title="Chosen")
    page.get_by_label("Focus area").select_option(label="1 Security")
    page.get_by_label("Owner").select_option(label="Clerk 17")
    page.get_by_role("button", name="Add it", exact=True).click()
    assert Initiative.objects.get(number="1.7").owner.name == "Clerk 17"
