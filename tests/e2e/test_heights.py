"""How much there is to scroll, on the demo: a page that grows past this has become two."""

import pytest
from django.core.management import call_command

from tests.e2e.every_page import somebody

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PLAN = "/plans/oit-2024-2025/"
WHOLE = "document.documentElement.scrollHeight"
ON_A_PHONE = {
    PLAN: 2400,
    "/initiatives/": 5000,
    "/departments/": 4000,
    "/initiatives/44/": 3500,
    "/initiatives/?view=timeline": 2000,
}


def test_pages_are_as_short_as_they_were_promised(transactional_db, visit, live_server):
    call_command("load_demo", verbosity=0)
    page = visit(somebody("viewer"), PLAN)
    answer = page.locator(".answer").bounding_box()
    assert answer["y"] + answer["height"] <= 900
    assert page.evaluate(WHOLE) <= 1600
    page.set_viewport_size({"width": 320, "height": 700})
    tall = {}
    for path, most in ON_A_PHONE.items():
        page.goto(live_server.url + path)
        height = page.evaluate(WHOLE)
        if height > most:
            tall[path] = (height, most)
    assert tall == {}
