"""Nothing but an administrator: every page answers; an empty one leads on whoever may, and names who can to others."""

import re

import pytest
from django.urls import reverse

from people.services import create_user, grant_role
from tests.build import act, build_plan, make_initiative
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN

EMPTY = re.compile(r'<div class="empty">(.*?)</div>', re.DOTALL)
# Empty states that lead nowhere, for there is nothing to do but to wait, or to ask for something else.
LEADS_NOWHERE = (
    "Nothing matches",
    "Nothing to compare yet",
    "No mail yet",
    "Nothing was found",
    "Nothing is published yet",
)
WHO_CAN = re.compile(r"[Pp]lan managers?|administrator|[Oo]wner|by themselves|as soon as|something of yours")


def person(role):
    made = create_user(email=f"{role}@test.example", name=role.title(), password="x", act=act())
    grant_role(user=made, role=role, act=act())
    return made


@pytest.fixture
def admin(db):
    return person("administrator")


def pages(client, paths):
    """The text of each page by its address; where one leads elsewhere, of the page there."""
    found = {}
    for path in paths:
        answer = client.get(path, follow=True)
        assert answer.status_code in {200, 403, 404, 405}, path
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found[path] = answer.content.decode()
    return found


def whole_pages():
    """Those of no row in particular, search for something and the plan of a day long ago."""
    own = [address.path({}) for address in addresses() if not address.parts and address.name not in OPEN]
    return [path for path in own if not path.startswith(("/api/", "/gallery/"))] + [
        "/search/?q=roads",
        "/plan/?as_of=2026-01-05",
    ]


def leading_nowhere(found, is_right):
    """Empty states that neither lead on nor belong to those that need not."""
    return {
        (path, " ".join(re.sub("<[^>]+>", " ", block).split()))
        for path, page in found.items()
        for block in EMPTY.findall(page)
        if not is_right(block) and not any(title in block for title in LEADS_NOWHERE)
    }


def test_every_page_answers_and_leads_the_administrator_on(admin, sign_in):
    found = pages(sign_in(admin), whole_pages())
    assert len(found) > 25
    assert sum(len(EMPTY.findall(page)) for page in found.values()) >= 8
    assert leading_nowhere(found, lambda block: "<a " in block) == set()


@pytest.mark.parametrize("role", ["viewer", "leader", "contributor"])
def test_whoever_may_not_is_told_who_can(admin, sign_in, role):
    found = pages(sign_in(person(role)), whole_pages())
    assert sum(len(EMPTY.findall(page)) for page in found.values()) >= 5
    assert leading_nowhere(found, lambda block: "<a " in block or WHO_CAN.search(block)) == set()


def of_an_empty_plan():
    """A plan without anything in its second focus area, and an initiative of which nothing is said."""
    plan = build_plan(state="draft")
    row = make_initiative(plan)
    return [
        reverse("initiatives:plan-detail", args=[plan.slug]),
        reverse("initiatives:plan-why", args=[plan.slug]),
        reverse("initiatives:plan-structure", args=[plan.slug]),
        reverse("initiatives:goal-detail", args=[plan.slug, "2"]),
        reverse("initiatives:initiative-detail", args=[row.pk]),
    ]


def test_an_empty_plan_leads_on_or_names_who_can(admin, sign_in):
    paths = of_an_empty_plan()
    mine = pages(sign_in(admin), paths)
    assert set(mine) == set(paths)
    assert leading_nowhere(mine, lambda block: "<a " in block) == set()
    said = pages(sign_in(person("viewer")), paths)
    assert leading_nowhere(said, lambda block: "<a " in block or WHO_CAN.search(block)) == set()
