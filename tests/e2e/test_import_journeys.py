"""The sheet an office has comes into the plan: by mouse, by keyboard alone, without JavaScript, on a phone, cut off."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goals.models import Plan
from imports.models import Import
from imports.services import work_on_next
from initiatives.models import Initiative
from initiatives.services import update_initiative
from jobs.queue import claim
from outbox.models import Message
from people.models import User
from tests.build import act, build_plan, make_initiative
from tests.e2e.conftest import assert_well_made, follow
from tests.e2e.test_office_journeys import press
from tests.e2e.test_owner_journey import press_until
from tests.imports.files import csv_file, xlsx_file

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("Action no.", "Action", "Goal", "Who does it", "Health", "Done by", "Seen")
# A title above the headings, a blank row, dates in three fashions, words of the office, somebody without an account.
ROWS = (
    ("1.1", "Fiber ring", "1", "Owner", "In progress", "12/31/2026", "x"),
    (),
    ("1.2", "Old modems", "1", "Fleet desk", "green", "Q2 FY2027", "x"),
    ("1.3", "Backup power", "1", "Fleet desk", "Delayed", "2027-03-01", ""),
)


@pytest.fixture
def plan(cast) -> Plan:
    """A running plan with nothing in it but its headings."""
    return build_plan("city-plan", title="City plan")


def sheet(*rows, name: str = "tracker.xlsx") -> dict[str, object]:
    above = (("City strategic plan: working copy, do not print",), ())
    return {"name": name, "mimeType": XLSX, "buffer": xlsx_file(("Tracker", [*above, HEAD, *(rows or ROWS)]))}


def named(name: str, *rows) -> dict[str, object]:
    return {"name": name, "mimeType": "text/csv", "buffer": csv_file(*rows)}


def choose(page: Page, *files: dict[str, object]) -> None:
    page.get_by_label("File", exact=True).set_input_files(list(files))
    page.get_by_role("button", name="Read the file").click()


def show(page: Page) -> None:
    page.get_by_role("button", name="Show what would change").first.click()


def test_a_messy_sheet_comes_in_by_mouse_and_the_next_quarters_file_maps_itself(visit, cast, plan):
    page = visit(cast.manager, "/plans/city-plan/structure/")
    follow(page, page.get_by_role("link", name="Import or export"))
    assert_well_made(page)
    choose(page, sheet())

    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    expect(page.get_by_label("Headings are in row")).to_have_value("3")
    expect(page.get_by_label("Health")).to_have_value("status")
    expect(page.get_by_label("Seen")).to_have_value("")  # says nothing to the plan
    expect(page.get_by_label("Who does it")).to_have_value("")
    page.get_by_label("Who does it").select_option(label="Owner")
    page.get_by_label("Done by").select_option(label="Due date")  # it could as well be a person
    assert_well_made(page)
    show(page)

    expect(page.get_by_role("heading", name="What these words mean")).to_be_visible()
    expect(page.get_by_label("Status “In progress”")).to_have_value("on_track")  # proposed, not taken
    expect(page.get_by_label("Status “green”")).to_have_count(0)
    page.get_by_label("Or invite “Fleet desk”").fill("fleet@test.example")
    assert_well_made(page)
    show(page)

    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Created 3")).to_be_visible()
    assert not Initiative.objects.exists()
    page.get_by_label("Reason").fill("The tracker of the office.")
    assert_well_made(page)
    page.get_by_role("button", name="Apply exactly this").click()
    expect(page.get_by_text("Applied.")).to_be_visible()
    assert_well_made(page)
    desk = User.objects.get(email="fleet@test.example")
    found = Initiative.objects.order_by("number")
    assert [(row.number, row.owner, row.reported_status, str(row.due_date)) for row in found] == [
        ("1.1", cast.owner, "on_track", "2026-12-31"),
        ("1.2", desk, "on_track", "2026-12-31"),
        ("1.3", desk, "at_risk", "2027-03-01"),
    ]
    assert Message.objects.filter(person=desk).exists()

    page.get_by_role("link", name="Import another file").click()
    choose(page, sheet((*ROWS[0][:4], "Complete", *ROWS[0][5:]), *ROWS[1:], name="tracker Q2.xlsx"))
    expect(page.get_by_role("link", name="Changed 1")).to_be_visible()  # nothing was asked
    row = Initiative.objects.get(number="1.1")
    update_initiative(initiative=row, fields={"title": "Fiber ring, north"}, act=act(timezone.now(), cast.admin))
    page.get_by_role("button", name="Apply exactly this").click()
    expect(page.get_by_text("The plan has moved since this was shown to you.")).to_be_visible()  # 409
    row.refresh_from_db()
    assert (row.title, row.reported_status) == ("Fiber ring, north", "on_track")
    expect(page.get_by_text("Fiber ring, north", exact=True)).to_be_visible()  # what the file would undo
    page.get_by_role("button", name="Apply exactly this").click()
    expect(page.get_by_text("Applied.")).to_be_visible()
    row.refresh_from_db()
    assert (row.title, row.reported_status) == ("Fiber ring", "completed")


def test_a_sheet_comes_in_by_keyboard_alone(visit, cast, plan):
    page = visit(cast.manager, "/plans/city-plan/structure/")
    page.on("filechooser", lambda chooser: None)  # from the first listener on, which takes a moment, choosers are told
    press(page, page.get_by_role("link", name="Import or export"))
    press_until(page, page.get_by_label("File", exact=True), tries=120)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([sheet()])
    press(page, page.get_by_role("button", name="Read the file"))
    press_until(page, page.get_by_label("Who does it"), tries=120)
    page.keyboard.type("Owner")  # chooses by its letters
    expect(page.get_by_label("Who does it")).to_have_value("owner")
    press(page, page.get_by_role("button", name="Show what would change"))
    press_until(page, page.get_by_label("Or invite “Fleet desk”"), tries=120)
    page.keyboard.type("fleet@test.example")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("button", name="Apply exactly this"))
    expect(page.get_by_text("Applied.")).to_be_visible()
    assert_well_made(page)
    assert Initiative.objects.count() == 3


def test_two_sheets_that_differ_come_in_without_javascript(visit, cast, plan):
    """Chosen together; where they differ a column is left out, and what fits nothing is left out by a tick."""
    page = visit(cast.manager, "/plans/city-plan/import/", javascript=False)
    choose(
        page,
        named(
            "actions.csv", ("ActionID", "ActionName", "GoalID", "LaunchDate"),
            ("1.1", "Fiber ring", "1", "2026-07-01"), ("1.2", "Old modems", "1", "2026-08-01"),
        ),
        named(
            "statuses.csv", ("ActionID", "Status", "Launch"),
            ("1.1", "Blocked", "2026-07-01"), ("1.2", "On track", "2026-09-01"), ("9.9", "On track", ""),
        ),
    )  # fmt: skip
    expect(page.get_by_role("link", name="statuses")).to_be_visible()
    show(page)
    page.get_by_label("Status “Blocked”").select_option(label="On hold")
    show(page)
    expect(page.get_by_text("Launch differs from “LaunchDate” in row 3 of “actions”")).to_be_visible()
    page.get_by_role("button", name="Leave this column out Launch").click()
    expect(page.get_by_text("“Launch” of “statuses” is left out.")).to_be_visible()
    page.get_by_role("button", name="Leave the ticked rows out").click()
    expect(page.get_by_text("Tick one row at least.")).to_be_visible()
    page.get_by_label("Leave out 9.9").check()
    page.get_by_role("button", name="Leave the ticked rows out").click()
    expect(page.get_by_text("Left out of “statuses”: row 4.")).to_be_visible()
    page.get_by_role("button", name="Apply exactly this").click()
    expect(page.get_by_text("Applied.")).to_be_visible()
    found = Initiative.objects.order_by("number").values_list("number", "reported_status")
    assert list(found) == [("1.1", "on_hold"), ("1.2", "on_track")]


def test_on_a_phone_every_step_fits_and_reads_in_the_dark(visit, cast, plan):
    make_initiative(plan, number="1.1", title="Fiber ring")
    page = visit(cast.manager, "/plans/city-plan/import/", width=320, dark=True)
    assert_well_made(page)
    wrong = ("1.4", "A title of " + "many words " * 20, "1", "", "", "6/31/2026", "")
    choose(page, sheet(*ROWS, wrong))
    assert_well_made(page)
    page.get_by_label("Who does it").select_option(label="Owner")
    show(page)
    page.get_by_label("Or invite “Fleet desk”").fill("fleet@test.example")
    assert_well_made(page)
    show(page)
    expect(page.get_by_text("1 row cannot be taken as it is")).to_be_visible()
    assert_well_made(page)
    with page.expect_download() as file:
        page.get_by_role("link", name="Download the file with a column that says what is wrong").click()
    assert file.value.suggested_filename == "tracker-with-problems.xlsx"
    page.get_by_label("Leave out").check()
    page.get_by_role("button", name="Leave the ticked rows out").click()
    expect(page.get_by_role("link", name="Created 2")).to_be_visible()
    assert_well_made(page)
    page.get_by_role("button", name="Apply exactly this").click()
    expect(page.get_by_text("Applied.")).to_be_visible()
    assert_well_made(page)


def test_a_large_file_is_left_alone_cut_off_and_found_again(visit, cast, plan):
    """Its reader goes away, the worker dies over it, another takes it over, and the page that stood open shows it."""
    many = [(f"1.{n}", f"Work {n}: " + "words " * 20, "1", "On track") for n in range(1, 1_800)]
    page = visit(cast.manager, "/plans/city-plan/import/")
    choose(page, named("large.csv", ("Number", "Initiative", "Goal", "Status"), *many))
    expect(page.get_by_text("You can leave this page and come back.")).to_be_visible()
    assert_well_made(page)
    page.goto(page.url.partition("/imports/")[0] + "/")
    job = Import.objects.get()
    assert claim(Import.objects.all(), Import.State.WORKING, lease=timedelta(minutes=5), related=["plan"])
    page.goto(page.url + "plans/city-plan/import/")
    page.get_by_role("link", name="large.csv").click()
    expect(page.get_by_text("Being worked on")).to_be_visible()
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))  # no sign of life until it ran out
    assert work_on_next(at=timezone.now()) == job
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()  # the page went on by itself
    show(page)
    work_on_next(at=timezone.now())
    page.get_by_role("button", name="Apply exactly this").click()
    work_on_next(at=timezone.now())
    expect(page.get_by_text("Applied.")).to_be_visible()
    assert_well_made(page)
    assert Initiative.objects.count() == 1_799
