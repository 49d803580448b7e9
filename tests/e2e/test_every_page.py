"""Every kind of page a person can reach by links, in a real browser: both themes; phone, tablet and desk."""

import pytest
from django.core.management import call_command

from tests.e2e.conftest import scrolls_sideways, uneven_tables, violations
from tests.e2e.every_page import PEOPLE, THEIRS, pages_of, somebody

pytestmark = [pytest.mark.e2e, pytest.mark.sweep, pytest.mark.django_db(transaction=True)]


def faults_of(page) -> list[str]:
    """What is wrong with an open page at three widths in both themes. A theme changes colours only: one rule for it."""
    faults = [f"console: {problem}" for problem in page.problems]
    page.problems.clear()
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if scrolls_sideways(page):
            faults.append(f"at {width}: scrolls sideways")
        faults += [f"at {width}: columns differ in {names}" for names in uneven_tables(page)]
        for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):
            page.emulate_media(color_scheme=scheme)
            faults += [f"at {width} {scheme}: {found}" for found in violations(page, rules)]
    return faults


def test_every_page_is_well_made(transactional_db, visit, live_server):
    call_command("load_demo", verbosity=0)
    done, faults = set(), []
    for word in PEOPLE:
        user = somebody(word)
        page = visit(user, "/")
        for kind, path, _ in pages_of(user):
            if kind in done and kind[0] not in THEIRS:
                continue
            done.add(kind)
            page.goto(live_server.url + path)
            faults += [f"{word} {path} {fault}" for fault in faults_of(page)]
        page.context.close()
    assert faults == []
    assert len(done) > 45
