"""The list of initiatives in a real browser: keys from row to row, filters that keep their numbers, chosen columns."""

from datetime import date

import pikepdf
import pytest

from goals.models import Goal
from tests.build import make_initiative, make_milestone, report
from tests.e2e.conftest import assert_well_made, follow, scrolls_sideways

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIST = "/initiatives/"


@pytest.fixture
def rows(plan, cast):
    for number, status in enumerate(["on_track", "at_risk", "off_track", "on_track"], 1):
        row = make_initiative(plan, number=f"1.{number}", owner=cast.owner, start_date=date(2026, 9, 1))
        report(row, status, "2026-10-01T12:00", cast.owner)


def focused(page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


def test_rows_by_keyboard_and_the_letters_can_be_turned_off(visit, cast, rows):
    page = visit(cast.viewer, LIST)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == "1.2 Initiative 1.2"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert focused(page) == "1.1 Initiative 1.1"
    page.get_by_role("button", name="Do not use j and k").click()
    page.keyboard.press("j")
    assert focused(page) == "Use j and k again"
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("link", name="1.2 Initiative 1.2").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/initiatives/*/")
    assert "1.3" in page.title() or "Initiative 1.3" in page.content()


def test_letters_that_are_typed_stay_in_their_box(visit, cast, rows):
    page = visit(cast.viewer, LIST)
    page.get_by_label("Search", exact=True).first.press_sequentially("jk")
    assert page.get_by_label("Search", exact=True).first.input_value() == "jk"


def test_filters_keep_their_numbers_while_the_list_is_exchanged(visit, cast, rows):
    page = visit(cast.viewer, LIST)
    status = page.get_by_role("search", name="Filter this list").get_by_label("Status")
    words = "[...document.querySelector('.filters [name=status]').options].map((one) => one.text)"
    assert "On track (2)" in page.evaluate(words)
    page.get_by_label("Search", exact=True).first.fill("1.2")
    page.get_by_label("Search", exact=True).first.press("Tab")
    page.locator('#initiatives[data-announce="1 initiative"]').wait_for()
    page.locator("#announcement", has_text="1 initiative").wait_for(state="attached")
    found = page.evaluate(words)
    assert {"On track (0)", "At risk (1)"} <= set(found), found
    assert page.get_by_text("Needs attention (1)").is_visible()
    status.select_option("at_risk")
    page.wait_for_url("**status=at_risk**")
    assert_well_made(page)


def test_enter_in_a_filter_asks_once(visit, cast, rows):
    page = visit(cast.viewer, LIST)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.resource_type in {"xhr", "fetch"} else None)
    words = page.get_by_label("Search", exact=True).first
    words.fill("1.2")
    words.press("Enter")
    page.locator('#initiatives[data-announce="1 initiative"]').wait_for()
    page.wait_for_timeout(300)
    assert len(asked) == 1, asked
    words.fill("1.1")
    words.press("Tab")
    page.locator('#initiatives[data-announce="1 initiative"]').wait_for()
    page.wait_for_url("**1.1**")


@pytest.mark.parametrize("width", [320, 1280])
def test_columns_and_groups_without_javascript(visit, cast, rows, width):
    page = visit(cast.viewer, f"{LIST}?status=on_track", width=width, javascript=False)
    assert not page.get_by_text("Keys:").is_visible()
    page.get_by_text("Columns and groups").click()
    page.get_by_label("Group by").select_option("owner")
    for name in ("Last update", "Milestones", "Lead"):
        page.get_by_role("group", name="Columns").get_by_label(name).uncheck()
    page.get_by_role("group", name="Columns").get_by_label("Percent done").check()
    follow(page, page.get_by_role("group", name="Columns").locator("xpath=ancestor::form").get_by_role("button"))
    assert "status=on_track" in page.url
    assert "col=percent" in page.url
    assert page.get_by_role("heading", name="Owner").count() == 1
    assert page.locator("tbody tr").count() == 3
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_view_is_saved_under_a_name_and_opened_again(visit, cast, rows, javascript):
    page = visit(cast.manager, f"{LIST}?status=on_track&group=owner", javascript=javascript)
    page.get_by_text("Saved views").click()
    follow(page, page.get_by_role("link", name="Save this view"))
    if javascript:
        assert_well_made(page)
    page.get_by_label("Name").fill("On track by owner")
    page.get_by_label("Everybody may use it").check()
    follow(page, page.get_by_role("button", name="Save"))
    page.goto(page.url.split("/initiatives/")[0] + LIST)
    page.get_by_text("Saved views (1)").click()
    follow(page, page.get_by_role("link", name="On track by owner"))
    assert page.url.endswith("?group=owner&status=on_track") or page.url.endswith("?status=on_track&group=owner")
    assert page.locator("tbody tr").count() == 3
    page.get_by_text("Saved views (1)").click()
    follow(page, page.get_by_role("link", name="Rename or delete views"))
    if javascript:
        assert_well_made(page)
    follow(page, page.get_by_role("button", name="Delete On track by owner"))
    assert page.get_by_text("No view yet").is_visible()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_the_timeline_by_keyboard_and_in_words(visit, cast, plan, rows, width, dark):
    row = make_initiative(plan, number="1.9", due_date=date(2026, 12, 1))
    make_milestone(row, date(2026, 11, 20), title="Pilot ends")
    page = visit(cast.viewer, f"{LIST}?view=timeline", width=width, dark=dark)
    assert_well_made(page)
    link = page.get_by_role("link", name="Pilot ends")
    name = link.locator("text")
    assert not name.is_visible()
    link.focus()
    assert name.is_visible()
    words = page.get_by_text("1 Jul 2025 – 1 Dec 2026")
    assert words.is_visible() == (width == 320)
    follow(page, page.get_by_role("link", name="Year", exact=True))
    follow(page, page.get_by_role("link", name="Earlier"))
    assert "at=" in page.url
    assert_well_made(page)


def test_on_a_phone_the_timeline_opens_group_after_group_without_javascript(visit, cast, plan):
    first = make_initiative(plan, number="1.1")
    other = make_initiative(plan, number="2.1", goal=Goal.objects.get(plan=plan, number="2"))
    page = visit(cast.viewer, f"{LIST}?view=timeline", width=320, javascript=False)
    shown, folded = (page.get_by_role("link", name=f"{one.number} {one.title}", exact=True) for one in (first, other))
    assert (shown.is_visible(), folded.is_visible()) == (True, False)
    page.locator(".unfold > summary").last.press("Enter")
    assert folded.is_visible()
    heading = page.get_by_role("heading", name="Equity").bounding_box()
    page.mouse.click(heading["x"] + 5, heading["y"] + 5)  # the whole line folds
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert folded.is_visible()


FOCUS = """() => {
  const one = document.activeElement, { x, y, width, height } = one.getBoundingClientRect();
  const above = document.elementFromPoint(x + width / 2, y + height / 2);
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const isMarked = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return [one.contains(above) || above?.contains(one) || false, isMarked,
    `${one.outerHTML.slice(0, 90)} at ${Math.round(y)}`];
}"""


@pytest.mark.parametrize("forced", ["none", "active"])
def test_focus_is_seen_and_never_below_the_heading_that_stays(visit, cast, plan, forced):
    for number in range(30):
        make_initiative(plan, number=f"1.{number}")
    page = visit(cast.viewer, LIST)
    page.emulate_media(forced_colors=forced)
    page.locator("tbody th a").last.focus()
    hidden, unmarked = [], []
    for key in [*["Shift+Tab"] * 40, *["Tab"] * 20]:
        page.keyboard.press(key)
        is_clear, is_marked, what = page.evaluate(FOCUS)
        hidden += [] if is_clear else [what]
        unmarked += [] if is_marked else [what]
    assert hidden == []
    assert unmarked == []


def test_the_axis_stays_in_view(visit, cast, plan):
    for number in range(40):
        make_initiative(plan, number=f"1.{number}")
    page = visit(cast.viewer, f"{LIST}?view=timeline")
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(200)
    assert page.locator("thead th").first.bounding_box()["y"] < 5


def test_the_whole_plan_prints_on_one_page_across(visit, cast, plan, tmp_path):
    for number in range(1, 70):
        make_initiative(plan, number=f"1.{number}", owner=cast.owner, due_date=date(2027, 1, 1))
    page = visit(cast.viewer, f"{LIST}?view=timeline")
    page.get_by_role("link", name="All on one sheet, to print").click()
    page.wait_for_url("**rows=all**")
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
    with pikepdf.open(tmp_path / "sheet.pdf") as sheet:
        assert len(sheet.pages) == 1
        left, bottom, right, top = (float(edge) for edge in sheet.pages[0].mediabox)
        assert right - left > top - bottom
