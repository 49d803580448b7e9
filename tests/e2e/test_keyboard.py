"""Each role goes through its main pages with Tab alone; after each exchanged part, where focus is and what is said."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page

from initiatives.models import Initiative
from initiatives.services import propose_commitment
from tests.build import act, make_initiative, report
from tests.e2e.every_page import PEOPLE, somebody
from tests.e2e.measures import script

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PLAN = "/plans/oit-2024-2025/"
MAIN = [
    "/",
    PLAN,
    "/initiatives/",
    "/initiatives/{work}/",
    "/initiatives/{work}/status-updates/new/",
    "/initiatives/?view=timeline",
    "/departments/OIT/",
    "/search/?q=wireless",
    "/reports/oit-2024-2025/fy2026-q1/",
    "/messages/",
    "/messages/preferences/",
    PLAN + "import/",
    "/people/",
    "/profile/",
]


def walked(page: Page) -> list[str]:
    """What Tab finds wrong from the top of the page to its end."""
    stops, _ = page.evaluate("keyboard('start')")
    for _ in range(stops + 1):
        page.keyboard.press("Tab")
    return list(page.evaluate("keyboard('faults')"))


def test_tab_alone_reaches_all_that_each_role_can_press(transactional_db, visit, live_server):
    call_command("load_demo", verbosity=0)
    work = Initiative.objects.get(number="4.2.3").pk
    faults, walks, page = [], 0, visit(None, "/sign-in/")
    page.add_init_script(script("keyboard.js"))
    for word in PEOPLE:
        page.context.add_cookies(visit(somebody(word), "/profile/").context.cookies())
        for path in MAIN:
            answer = page.goto(live_server.url + path.format(work=work))
            if answer.status == 403:
                continue
            assert answer.status == 200, path
            walks += 1
            if page.evaluate("keyboard('start')")[1]:
                faults += [f"{word} {path} {fault}" for fault in walked(page)]
    assert not faults, "\n".join(faults)
    assert walks >= 70


def pressed(page: Page, key: str, *, said: str = "", focus: str = "") -> list[str]:
    """What is wrong once a part was exchanged. Where the focus goes to what is new (`focus`), that is read
    aloud, and a sentence beside it would say it twice; else one sentence (`said`) is heard.
    """
    page.evaluate("keyboard('listen')")
    with page.expect_response(lambda answer: answer.request.resource_type in {"xhr", "fetch"}):
        page.keyboard.press(key)
    page.wait_for_timeout(400)  # until it is settled, and for whatever is said once more
    heard, focused = page.evaluate("keyboard('heard')")
    faults = (
        [] if [one for one in heard if said and said in one] == heard and len(heard) == bool(said) else [str(heard)]
    )
    faults += [] if focused and focus in focused else [f"focus on {focused or 'nothing'}"]
    return [f"{said or focus}: {one}" for one in faults]


def test_after_each_part_that_is_exchanged_focus_is_kept_and_one_thing_is_said(visit, cast, plan):
    row = make_initiative(plan, number="1.1", owner=cast.owner, lead_department=cast.streets)
    for number in range(2, 60):
        make_initiative(plan, number=f"1.{number}", owner=cast.owner)
    report(row, "on_track", timezone.now() - timedelta(days=9), cast.owner, happened="Two sites are open.")
    propose_commitment(
        initiative=row, department=cast.streets, what="Lend two crews",
        due_date=timezone.localdate() + timedelta(days=9), act=act(timezone.now() - timedelta(days=8)),
    )  # fmt: skip
    faults = []
    page = visit(cast.owner, "/initiatives/")
    page.evaluate(script("keyboard.js"))
    page.get_by_role("link", name="Next", exact=True).focus()
    faults += pressed(page, "Enter", said="59 initiatives")
    page.get_by_label("Search", exact=True).first.fill("1.1")
    faults += pressed(page, "Enter", said="initiatives")
    page.get_by_role("search", name="Filter this list").get_by_label("Status").focus()
    faults += pressed(page, "ArrowDown", said="initiative")
    page = visit(cast.owner, f"/initiatives/{row.pk}/")
    page.evaluate(script("keyboard.js"))
    page.get_by_role("link", name="Publish an update").first.focus()
    faults += pressed(page, "Enter", focus="How does it stand?")
    page.get_by_role("button", name="Publish", exact=True).focus()
    faults += pressed(page, "Enter", focus="happened")
    page.get_by_label("On track", exact=True).check()
    page.get_by_label("What happened").fill("Three sites are open.")
    page.get_by_role("button", name="Publish", exact=True).focus()
    faults += pressed(page, "Enter", said="ublished")
    menu = page.locator("details.user-menu").last
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    for _ in range(menu.locator("a, button").count() + 1):
        assert menu.get_attribute("open") is not None
        page.keyboard.press("Tab")
    assert menu.get_attribute("open") is None  # a menu that is left lies over nothing
    page = visit(cast.liaison, f"/initiatives/{row.pk}/")
    page.evaluate(script("keyboard.js"))
    page.get_by_role("button", name="Accept").first.focus()
    faults += pressed(page, "Enter", said="ccepted")
    assert not faults, "\n".join(faults)
