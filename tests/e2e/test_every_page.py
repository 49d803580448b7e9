"""Every page a person can reach by links, in a real browser: both themes, phone and desk."""

import re
from collections import deque

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve

from people.models import User
from tests.e2e.conftest import assert_well_made

pytestmark = [pytest.mark.e2e, pytest.mark.sweep, pytest.mark.django_db(transaction=True)]

LINK = re.compile(r'href="(/[^"#]*)')
NOT_A_PAGE = re.compile(r"\.(csv|xlsx|pdf|pptx|json|xml|html|ics|eml)($|\?)|^/static/|^/api/|format=")
PEOPLE = ["admin", "manager", "leader", "owner", "liaison", "viewer"]


def pages_of(user: User, limit: int = 400) -> dict[str, str]:
    """One address for each kind of page the person reaches by following links from home."""
    client = Client()
    client.force_login(user)
    found: dict[str, str] = {}
    seen, queue = {"/"}, deque(["/"])
    while queue and len(seen) < limit:
        path = queue.popleft()
        response = client.get(path)
        assert response.status_code < 500, path
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        found.setdefault(resolve(path.split("?")[0]).view_name, path)
        for link in LINK.findall(response.content.decode()):
            link = link.replace("&amp;", "&")
            if link not in seen and not NOT_A_PAGE.search(link):
                seen.add(link)
                # A kind of page not seen yet goes first.
                known = resolve(link.split("?")[0]).view_name in found
                (queue.append if known else queue.appendleft)(link)
    return found


@pytest.fixture
def demo(transactional_db):
    call_command("load_demo", verbosity=0)


def test_every_page_is_well_made(demo, visit):
    done = set()
    for word in PEOPLE:
        user = User.objects.get(email=f"{word}@demo.example")
        for name, path in pages_of(user).items():
            if name in done and word not in {"owner", "liaison"}:
                continue
            done.add(name)
            for width in (320, 1280):
                for dark in (False, True):
                    page = visit(user, path, width=width, dark=dark)
                    try:
                        assert_well_made(page)
                    except AssertionError as error:
                        raise AssertionError(
                            f"{word} {path} at {width} {'dark' if dark else 'light'}: {error}"
                        ) from error
                    page.context.close()
    assert len(done) > 15
