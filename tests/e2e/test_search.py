"""Searching in a browser: by mouse, by keyboard, without JavaScript, on a phone."""

import pytest
from django.core.management import call_command

from people.models import User
from tests.e2e.conftest import assert_well_made

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def viewer(transactional_db) -> User:
    call_command("load_demo", verbosity=0)
    return User.objects.get(email="viewer@demo.example")


def test_by_keyboard_from_any_page_to_what_was_meant(viewer, visit):
    page = visit(viewer, "/departments/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search everything")
    assert box.evaluate("one => one === document.activeElement")
    page.keyboard.type("permit navig")
    options = page.get_by_role("option")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.locator("#announcement", has_text="suggestion").wait_for(state="attached")
    assert_well_made(page)
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    assert chosen.count() == 1
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Escape")
    assert options.count() == 0 or not options.first.is_visible()
    assert box.input_value() == "permit navig", "the words stay"
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/initiatives/*/")
    assert "Permit Navigator" in page.locator("h1").text_content()


def test_enter_leads_to_the_page_with_all_of_it(viewer, visit):
    page = visit(viewer, "/")
    page.keyboard.press("/")
    page.keyboard.type("aprenticeship")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?*")
    page.get_by_role("link", name="Apprenticeship").first.wait_for()
    assert page.locator("mark").first.text_content() == "Apprenticeship"
    assert_well_made(page)


def test_by_mouse(viewer, visit):
    page = visit(viewer, "/initiatives/")
    page.get_by_role("combobox", name="Search everything").click()
    page.keyboard.type("L&I")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option", name="Licenses and Inspections").first.click()
    page.wait_for_url("**/departments/**")


def test_the_key_is_left_alone_where_somebody_types_and_can_be_turned_off(viewer, visit):
    page = visit(viewer, "/initiatives/")
    field = page.locator("main input[type=search]").first
    field.click()
    page.keyboard.type("a/b")
    assert field.input_value() == "a/b"
    page.goto(page.url.partition("/initiatives/")[0] + "/search/?q=fiber")
    page.get_by_role("button", name="Do not use this key").click()
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") != "INPUT"
    page.get_by_role("button", name="Use this key again").click()
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "INPUT"


def test_without_javascript(viewer, visit):
    page = visit(viewer, "/plan/", javascript=False)
    box = page.get_by_role("searchbox", name="Search everything")
    box.fill("vision zero")
    box.press("Enter")
    page.wait_for_url("**/search/?*")
    assert "Vision Zero dashboard" in page.locator(".hits").text_content()


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone(viewer, visit, dark):
    page = visit(viewer, "/", width=320, dark=dark)
    page.get_by_role("link", name="Search", exact=True).click()
    page.wait_for_url("**/search/")
    page.keyboard.type("brodband libary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?*")
    page.locator(".hits").wait_for()
    assert_well_made(page)
