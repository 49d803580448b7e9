"""Every kind of page a person can reach by links, in a real browser: both themes; phone, tablet and desk."""

import re
from collections import deque

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve

from people.models import User
from tests.e2e.conftest import scrolls_sideways, uneven_tables, violations

pytestmark = [pytest.mark.e2e, pytest.mark.sweep, pytest.mark.django_db(transaction=True)]

LINK = re.compile(r'href="(/[^"#]*)')
NOT_A_PAGE = re.compile(r"\.(csv|xlsx|pdf|pptx|json|xml|stratml|html|ics|eml)($|\?)|^/static/|^/api/|format=|/html/$")
# Who sees most of a page goes first; for the others only what is new to them is looked at, and what is theirs.
PEOPLE = ["admin", "manager", "leader", "owner", "liaison", "viewer"]
THEIRS = {"my-work", "initiatives:initiative-detail", "initiatives:department-detail", "reports:report-detail"}


def kind_of(link: str) -> tuple[str, bool]:
    """The page's name, and whether it is put on a past day."""
    return resolve(link.split("?")[0]).view_name, "as_of=" in link


def pages_of(user: User) -> dict[tuple[str, bool], str]:
    """One address for each kind of page the person reaches by following links from home."""
    client = Client()
    client.force_login(user)
    found: dict[tuple[str, bool], str] = {}
    seen, queue = {"/"}, deque(["/"])
    while queue:
        path = queue.popleft()
        if kind_of(path) in found:
            continue
        response = client.get(path)
        assert response.status_code < 500, path
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        found[kind_of(path)] = path
        for link in LINK.findall(response.content.decode()):
            link = link.replace("&amp;", "&")
            if link not in seen and not NOT_A_PAGE.search(link):
                seen.add(link)
                queue.append(link)
    return found


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
        user = User.objects.get(email=f"{word}@demo.example")
        page = visit(user, "/")
        for kind, path in pages_of(user).items():
            if kind in done and kind[0] not in THEIRS:
                continue
            done.add(kind)
            page.goto(live_server.url + path)
            faults += [f"{word} {path} {fault}" for fault in faults_of(page)]
        page.context.close()
    assert faults == []
    assert len(done) > 45
