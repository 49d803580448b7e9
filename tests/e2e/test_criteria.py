"""Pages by the criteria of WCAG that checkers leave to a person: each page is opened once for them all."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page

from records.asof import local_day
from tests.build import make_initiative, make_milestone, report
from tests.e2e import exceptions
from tests.e2e.every_page import each_page
from tests.e2e.measures import script

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
TURNED = {"width": 844, "height": 390}


def asked(page: Page, look: str, about: object = None):
    return page.evaluate("([look, about]) => criteria(look, about)", [look, about])


def changes_by_itself(page: Page) -> list[str]:
    """What a page changes within a fifth of a second while nobody does anything."""
    asked(page, "watch")
    page.wait_for_timeout(200)
    return [f"changes by itself: {one}" for one in asked(page, "watched")[0]]


def changed_by_focus(page: Page) -> list[str]:
    """What Tab alone does from the top of the page to its end, beyond moving the focus."""
    stops = asked(page, "stops")
    address = asked(page, "watch")
    for _ in range(min(stops, 60)):
        page.keyboard.press("Tab")
    changes, focused, now, is_lost = asked(page, "watched")
    faults = [f"focus alone changed {one}" for one in changes]
    faults += [f"focus alone led to {now}"] if now != address else []
    return faults + ([f"{focused} of {stops} took the focus"] if focused < min(stops, 60) and not is_lost else [])


def at_a_desk(page: Page) -> Iterator[tuple[str, str]]:
    """Pairs of criterion and fault: colours, edges and outlines in both themes and forced colours, words, order."""
    for look in ("moves", "colour", "headings", "senses", "pastes", "purposes", "named"):
        yield from ((look, one) for one in asked(page, look))
    yield from (("order", one) for one in asked(page, "order", [kept.where for kept in exceptions.ORDER]))
    for scheme in ("light", "dark", "forced"):
        page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light",
            forced_colors="active" if scheme == "forced" else "none",
        )
        if scheme != "forced":
            yield from (("edges", f"{scheme} {one}") for one in asked(page, "edges", scheme))
        yield from (("focus", f"{scheme} {one}") for one in asked(page, "focus", [[], scheme]))
    page.emulate_media(color_scheme="light", forced_colors="none")


def with_letters_twice_as_large(page: Page) -> Iterator[tuple[str, str]]:
    """The browser's own size of letters, which media queries follow too."""
    driver = page.context.new_cdp_session(page)
    driver.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    yield from (("cut", one) for one in asked(page, "cut", [kept.where for kept in exceptions.CUT]))
    driver.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    driver.detach()


def on_a_phone(page: Page) -> Iterator[tuple[str, str]]:
    page.set_viewport_size(PHONE)
    yield from (("order", f"phone {one}") for one in asked(page, "order", [kept.where for kept in exceptions.ORDER]))
    upright = asked(page, "controls")
    page.set_viewport_size(TURNED)
    yield from (("turned", f"lost: {one}") for one in set(upright) - set(asked(page, "controls")))
    yield from (("turned", f"covers half: {one}") for one in asked(page, "stuck"))
    page.set_viewport_size(DESK)


@pytest.fixture
def work(cast, plan):
    """An initiative with a milestone that is due tomorrow, and a report of long ago."""
    now = timezone.now()
    initiative = make_initiative(
        plan, number="2.3", title="Free wireless", owner=cast.owner, lead_department=cast.streets
    )
    report(initiative, "on_track", now - timedelta(days=100), cast.owner, happened="Ten sites surveyed.", percent=30)
    make_milestone(initiative, local_day(now) + timedelta(days=1), now - timedelta(days=90), title="Sign the contract")
    return initiative


@pytest.mark.parametrize("path", ["/", "/initiatives/{pk}/status-updates/new/"], ids=["my work", "an update"])
def test_what_checkers_leave_to_a_person(visit, cast, work, path):
    page = visit(cast.owner, path.format(pk=work.pk))
    page.evaluate(script("criteria.js"))
    faults = changes_by_itself(page)
    if page.locator("main form[method=post]").count():
        faults += changed_by_focus(page)
    for part in (at_a_desk, with_letters_twice_as_large, on_a_phone):
        faults += [f"{look}: {one}" for look, one in part(page)]
    assert not faults, "\n".join(faults)


@pytest.mark.sweep
def test_every_page_keeps_what_checkers_leave_to_a_person(transactional_db, visit, live_server):
    """The same looks on every kind of page; and the header offers a person the same in the same order on each."""
    call_command("load_demo", verbosity=0)
    faults, offered, pages = [], {}, 0
    for where, page in each_page(visit, live_server.url):
        pages += 1
        page.evaluate(script("criteria.js"))
        for part in (at_a_desk, with_letters_twice_as_large, on_a_phone):
            faults += [f"{where} {look}: {one}" for look, one in part(page)]
        header = asked(page, "header")
        if offered.setdefault(where.split()[0], header) != header:
            faults.append(f"{where} header: {header}")
    assert not faults, "\n".join(faults)
    assert pages > 45


def test_styles_and_scripts_move_lock_and_refuse_nothing():
    """No style for one way of holding a phone, no movement, no refused paste, in any file that pages are made of."""
    style = (settings.BASE_DIR / "static/css/app.css").read_text(encoding="utf-8")
    moves = r"orientation\s*:|@keyframes|animation:|transition:(?!\s*none)|animation-name|blink"
    assert re.findall(moves, style) == []
    scripts = "".join(path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "static/js").glob("*.js"))
    assert re.findall(r"orientation|[\"']paste[\"']|onpaste|\.animate\(|devicemotion", scripts) == []
    pages = "".join(path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    assert re.findall(r"onpaste|oncopy|autoplay|<marquee|<blink|http-equiv=.refresh", pages) == []
