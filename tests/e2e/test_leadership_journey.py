"""Leadership takes a quarter from its preview to a published second revision, in a real browser.

Look at the quarter before it ends, write the summary, sign off an item, complete, export, publish; an administrator
reopens it with a reason; a correction goes into revision 2; residents read both. Nothing typed is lost on the way.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goals.quarters import Quarter
from initiatives.models import Initiative, StatusUpdate
from initiatives.services import correct_status_update
from records.asof import local_day, start_of_day
from reports.services import freeze_due_quarters
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.e2e.conftest import assert_well_made

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def quarters(cast) -> tuple[Quarter, Quarter]:
    """A plan with two quarters behind it and one running; the two are frozen. Returns the last one and the running."""
    now = timezone.now()
    today = local_day(now)
    running = Quarter.of(today)
    last = Quarter.of(running.first_day - timedelta(days=1))
    before = Quarter.of(last.first_day - timedelta(days=1))
    begun = start_of_day(before.first_day) + timedelta(hours=12)
    plan = build_plan("city-plan", title="City plan", start_date=before.first_day, end_date=today + timedelta(days=700))
    streets = {"owner": cast.owner, "lead_department": cast.streets, "start_date": before.first_day}
    rows = [make_initiative(plan, number=f"1.{n}", title=f"Initiative {n}", when=begun, **streets) for n in range(1, 9)]
    make_initiative(plan, number="2.1", title="Kept inside", when=begun, visibility="internal", **streets)
    in_last = start_of_day(last.last_day) - timedelta(days=9)
    for place, row in enumerate(rows):
        report(row, "on_track", begun + timedelta(days=20), cast.owner, happened="Begun well.")
        report(
            row,
            ["off_track", "completed", "on_track"][place % 3],
            in_last,
            cast.owner,
            happened=f"Vendor {place} left.",
        )
        make_milestone(row, last.last_day + timedelta(days=40 + place), begun)
    freeze_due_quarters(at=now)
    return last, running


def sizes_and_themes(visit, user, path: str) -> None:
    """The page as it stands, on phone and desk, in both themes."""
    for width in (320, 1280):
        for dark in (False, True):
            page = visit(user, path, width=width, dark=dark)
            assert_well_made(page)
            page.evaluate("document.querySelectorAll('details.fold').forEach((part) => { part.open = true; })")
            assert_well_made(page)
            page.context.close()


def open_part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="In this report").get_by_role("link", name=name).click()


def test_from_preview_to_a_corrected_report_that_residents_read(visit, cast, quarters):
    last, running = quarters
    path = f"/reports/city-plan/{last.slug}/"

    page = visit(cast.leader, "/reports/")
    assert_well_made(page)
    page.get_by_role("link", name=running.label).click()
    expect(page.get_by_text("Draft preview.").first).to_be_visible()
    expect(page.get_by_text("what the report would say if the quarter ended now")).to_be_visible()
    assert_well_made(page)

    page.goto(page.url.replace(running.slug, last.slug))
    figure = page.get_by_role("link", name="3 moved to off track")
    figure.click()
    expect(page.get_by_role("heading", name="3 moved to off track")).to_be_in_viewport()  # its part opened by itself
    page.get_by_role("link", name="1.1 Initiative 1").and_(page.locator("#changes a")).first.click()
    row = page.get_by_role("row", name="1.1 Initiative 1").last
    expect(row).to_be_in_viewport()
    row.get_by_role("button", name="Sign off 1.1 Initiative 1").click()
    expect(page.get_by_text("You signed off this initiative.")).to_be_visible()
    expect(page.get_by_text("Signed off: Leader")).to_be_in_viewport()

    # Two people write the summary; the second is told, and what was typed is still there.
    other = visit(cast.manager, path)
    page.goto(page.url.split("#")[0])
    page.get_by_role("link", name="Finish this report").click()
    page.get_by_role("textbox", name="Summary").fill("A **steady** quarter.")
    page.get_by_role("button", name="Save the summary").click()
    expect(page.get_by_text("The summary is saved.")).to_be_visible()
    other.get_by_role("textbox", name="Summary").fill("My own words, an hour of work.")
    other.get_by_role("button", name="Save the summary").click()
    expect(other.get_by_text("Leader worked on this report since you opened it")).to_be_visible()
    expect(other.get_by_role("textbox", name="Summary")).to_have_value("My own words, an hour of work.")
    assert len(other.problems) <= 1  # the browser itself notes the 409
    page.get_by_role("button", name="Complete the report").click()
    expect(page.get_by_text("The report is completed.")).to_be_visible()
    expect(page.get_by_role("button", name="Complete the report")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    assert download.value.suggested_filename.endswith(".csv")

    expect(page.get_by_role("link", name="Look at it first")).to_be_visible()
    page.get_by_role("link", name="Look at it first").click()
    expect(page.get_by_text("As residents read it.")).to_be_visible()
    expect(page.get_by_text("Kept inside")).to_have_count(0)
    page.goto(page.url.split("?")[0])
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The report is published.")).to_be_visible()
    sizes_and_themes(visit, cast.leader, path)

    stranger = visit(None, f"/public/city-plan/{last.slug}/")
    expect(stranger.get_by_role("heading", name=f"Quarterly report {last.label}")).to_be_visible()
    expect(stranger.get_by_text("Kept inside")).to_have_count(0)
    first = stranger.content()
    assert_well_made(stranger)

    # An administrator opens it again; without a reason that is refused with a sentence.
    admin = visit(cast.admin, path)
    admin.get_by_text("Reopen this report").click()
    admin.get_by_role("button", name="Reopen").click()
    expect(admin.get_by_text("Fill in “Reason”.").first).to_be_visible()
    admin.get_by_role("textbox", name="Reason").fill("A vendor was misnamed.")
    admin.get_by_role("button", name="Reopen").click()
    expect(admin.get_by_text("The report is open again.")).to_be_visible()
    update = StatusUpdate.objects.get(initiative=Initiative.objects.get(number="1.1"), happened="Vendor 0 left.")
    correct_status_update(
        update=update, words={"happened": "Vendor A left."}, act=act(timezone.now(), cast.owner, reason="Wrong name")
    )
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Corrections for revision 2")).to_be_visible()
    stranger.reload()
    assert stranger.content() == first  # outside nothing has changed
    page.get_by_role("button", name="Complete the report").click()
    expect(page.get_by_role("heading", name="What this revision corrects")).to_be_visible()
    expect(page.get_by_text("replaces revision 1")).to_be_visible()
    expect(page.get_by_text("The newest revision is not published.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The report is published.")).to_be_visible()
    page.get_by_role("link", name="Read revision 1").click()
    expect(page.get_by_text("An earlier edition.")).to_be_visible()
    open_part(page, "All initiatives")
    expect(page.locator("#appendix").get_by_text("Vendor 0 left.")).to_be_visible()
    assert_well_made(page)

    fresh = visit(None, f"/public/city-plan/{last.slug}/")
    expect(fresh.get_by_text("Revision 2 replaces revision 1.")).to_be_visible()
    expect(fresh.get_by_text("A vendor was misnamed.")).to_be_visible()
    sizes_and_themes(visit, None, f"/public/city-plan/{last.slug}/")
    for also in ("/public/", "/public/verify/", f"/public/city-plan/{last.slug}/?revision=1"):
        sizes_and_themes(visit, None, also)


def test_a_report_reads_and_works_without_javascript_and_by_keyboard(visit, cast, quarters):
    last, _ = quarters
    page = visit(cast.leader, f"/reports/city-plan/{last.slug}/", javascript=False)
    page.get_by_role("link", name="All initiatives").first.click()
    expect(page.locator("#appendix")).to_be_visible()
    page.get_by_role("textbox", name="Summary").fill("Written without a script.")
    page.get_by_role("button", name="Save the summary").click()
    expect(page.get_by_text("The summary is saved.")).to_be_visible()

    page = visit(cast.leader, f"/reports/city-plan/{last.slug}/")
    part = page.locator("details.fold > summary").filter(has_text="Milestones")
    part.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Met this quarter")).to_be_visible()
    page.get_by_role("button", name="Open all parts").click()
    expect(page.locator("#appendix")).to_be_visible()
    page.get_by_role("button", name="Close all parts").click()
    expect(page.locator("#appendix")).to_be_hidden()
