"""Every kind of page is measured: how far each text stands out, and whether a thumb finds all that can be pressed."""

from collections import Counter

import pytest
from django.core.management import call_command

from tests.e2e import exceptions
from tests.e2e.every_page import each_page
from tests.e2e.measures import contrasts, scrolls_when_spaced, small_targets

pytestmark = [pytest.mark.e2e, pytest.mark.sweep, pytest.mark.django_db(transaction=True)]
LEAST = 7.0  # WCAG's AAA; AA asks for 4.5
SMALLEST = 24  # what even an exception has


def test_every_text_stands_out(transactional_db, visit, live_server):
    call_command("load_demo", verbosity=0)
    faults, lowest, texts = [], 21.0, 0
    for where, page in each_page(visit, live_server.url):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for one in contrasts(page):
                texts += 1
                lowest = min(lowest, one.ratio)
                if one.ratio < LEAST:
                    faults.append(f"{where} {scheme}: {one}")
    print(f"{texts} texts, the lowest contrast {lowest:.2f} : 1")  # noqa: T201 - the figure, for `pytest -s`
    assert not faults, "\n".join(faults)


def test_a_thumb_finds_everything(transactional_db, visit, live_server):
    call_command("load_demo", verbosity=0)
    selectors = [kept.where for kept in exceptions.SMALL]
    faults, used = [], Counter()
    for where, page in each_page(visit, live_server.url, width=320):
        if scrolls_when_spaced(page):
            faults.append(f"{where} scrolls sideways with letters set wider")
        for one in small_targets(page, selectors):
            used[one.reason] += 1
            if one.reason < 0 or min(one.width, one.height) < SMALLEST:
                faults.append(f"{where} {one}")
    assert not faults, "\n".join(faults)
    assert [kept for number, kept in enumerate(exceptions.SMALL) if number not in used] == []
