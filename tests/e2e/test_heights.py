"""What the demo's main pages promise: how much there is to scroll, how little moves by itself, what they weigh."""

import gzip

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from benchmarks.vitals import AIMS, PAGES, WATCH
from initiatives.models import Initiative
from tests.e2e.every_page import somebody

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PLAN = "/plans/oit-2024-2025/"
FIRST = 125  # kB: less than the aim, so that a page that grows is noticed before it is too heavy
WHOLE = "document.documentElement.scrollHeight"
INITIATIVE = "/initiatives/44/"  # 4.2.3, as a new demo counts
ON_A_PHONE = {
    PLAN: 2400,
    "/initiatives/": 5000,
    "/departments/": 4000,
    INITIATIVE: 3500,
    "/initiatives/?view=timeline": 2000,
}


def packed(page: Page, url: str) -> int:
    """What goes over the wire for an address, headers apart: a font is packed already, the rest by the server."""
    return len(gzip.compress(page.request.get(url).body()))


def test_pages_are_as_short_as_they_were_promised(transactional_db, visit, live_server):
    call_command("load_demo", verbosity=0)
    of_today = f"/initiatives/{Initiative.objects.get(number='4.2.3').pk}/"
    page = visit(somebody("viewer"), PLAN)
    at_a_glance = page.locator(".answer").bounding_box()
    assert at_a_glance["y"] + at_a_glance["height"] <= 900
    assert page.evaluate(WHOLE) <= 1600
    page.set_viewport_size({"width": 320, "height": 700})
    tall = {}
    for path, most in ON_A_PHONE.items():
        page.goto(live_server.url + path.replace(INITIATIVE, of_today))
        assert not page.title().startswith("We could not")
        height = page.evaluate(WHOLE)
        if height > most:
            tall[path] = (height, most)
    assert tall == {}

    # What moves and what it weighs is no matter of a clock; the times of the same pages are `make vitals`.
    page.set_viewport_size({"width": 1280, "height": 900})
    page.add_init_script(WATCH)
    missed = {}
    for path in PAGES:
        page.goto(live_server.url + path.replace(INITIATIVE, of_today), wait_until="networkidle")
        asked = [page.url, *page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")]
        after = sum(packed(page, one) for one in asked if "/static/" not in one) / 1000
        first = sum(packed(page, one) for one in set(asked) if "/static/" in one) / 1000 + after
        seen = (page.evaluate("seen.shift"), first, after)
        if any(one > most for one, most in zip(seen, (AIMS.shift, FIRST, AIMS.after), strict=True)):
            missed[path] = seen
    assert missed == {}
