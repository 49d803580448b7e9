"""Ten questions of the head of an office (docs/ten-questions.md), answered on the demo from the page of the plan."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from tests.e2e.every_page import somebody

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PLAN = "/plans/oit-2024-2025/"


def part(page: Page, heading: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True)).last


@pytest.fixture
def page(transactional_db, visit) -> Page:
    call_command("load_demo", verbosity=0)
    page: Page = visit(somebody("leader"), PLAN)
    return page


def says(words: str) -> re.Pattern[str]:
    """The words with whatever room the page's source has between them."""
    return re.compile(words.replace(" ", r"\s+"), re.DOTALL)


def test_seven_are_answered_on_the_page_itself(page):
    expect(page.locator(".headline")).to_contain_text(says(r"\d+ of \d+ open initiatives are on track"))
    worst = part(page, "What needs attention first").locator("li").first
    expect(worst).to_contain_text(says(r"\d+\.\d+\.\d+ .+(Off track|At risk|No current update)"))
    expect(worst).to_contain_text(says(r"(Owner|Lead|Liaison), .+\..*(late|Reported|passed)"))
    expect(part(page, "Help that is asked for").locator("li").first).to_contain_text(says(r"\d.* \w+ \w+"))
    due = part(page, "Due in the next 30 days").locator("li").first
    expect(due).to_contain_text(says(r"\d{4} (in \d+ days|today|tomorrow)"))
    areas = part(page, "Status by focus area").get_by_role("row")
    expect(areas.nth(1)).to_contain_text(says(r"\d+%\s*\d+ of \d+"))
    quarters = part(page, "Quarter by quarter").get_by_role("row")
    expect(quarters.nth(1)).to_contain_text(says(r"FY\d{4} Q\d.*\d+ of \d+"))
    expect(page.locator(".headline + p")).to_contain_text(says(r"\d+ of \d+ were updated in the last \d+ days"))


@pytest.mark.parametrize(
    ("press", "answer"),
    [
        (re.compile(r"stands? worse"), re.compile(r"\d+\.\d+\.\d+ ")),
        (re.compile(r"ha(s|ve) no owner"), re.compile(r"\d+ initiative")),
        ("Departments", re.compile(r"late|open", re.IGNORECASE)),
    ],
)
def test_three_are_one_press_away(page, press, answer):
    page.get_by_role("link", name=press, exact=isinstance(press, str)).first.click()
    if press == "Departments":
        page.wait_for_url("**/departments/")
    elif "#" not in page.url:
        page.wait_for_url("**owner=none**")
    expect(page.locator("main").get_by_text(answer).first).to_be_visible()
