"""What an attacker tries on every page: headers, words that are code, forms from elsewhere, rows of others."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.models import StatusUpdate
from initiatives.services import propose_commitment, record_status_update, update_initiative
from people.services import update_department, update_user
from tests.build import act, make_milestone
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>[x](javascript:alert(4))"
CODE = re.compile(
    r"<script(?![^>]*\bsrc=)|<img src=x|<svg onload|onerror=alert\(2\)>(?!&)|href=\"javascript:", re.IGNORECASE
)


def test_every_answer_carries_the_headers_errors_too(cast, plan):
    client = Client(raise_request_exception=False)
    client.force_login(cast.viewer)
    for path in ["/", "/sign-in/", "/nowhere/", "/people/", "/healthz", "/api/v1/plans/", "/initiatives/?as_of=soon"]:
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["Referrer-Policy"] == "same-origin", path
        assert answer["X-Frame-Options"] == "DENY", path


def test_code_in_any_text_stays_text_on_every_page(world):
    cast, row = world.cast, world.initiative
    by = act("2026-10-05T13:00", cast.manager, reason=EVIL)
    update_user(user=cast.owner, fields={"name": EVIL[:150]}, act=by)
    update_department(department=cast.streets, fields={"name": EVIL}, act=by)
    update_initiative(initiative=row, fields={"title": EVIL, "summary": EVIL, "source": EVIL}, act=by)
    record_status_update(
        initiative=row, words={"status": "at_risk", "happened": EVIL, "next_steps": EVIL, "help_needed": EVIL}, act=by
    )
    make_milestone(row, None, title=EVIL)
    propose_commitment(initiative=row, department=cast.streets, what=EVIL, due_date=None, act=by)
    client = Client()
    client.force_login(cast.manager)
    found, seen = {}, 0
    for address in addresses():
        if address.name in OPEN:
            continue
        answer = client.get(address.path(world.values(address)))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming:
            text = answer.content.decode()
            seen += "alert(1)" in text
            if code := CODE.findall(text):
                found[address.name] = code
    assert found == {}
    assert seen >= 6  # the words did reach the pages


def test_a_form_from_elsewhere_changes_nothing(cast, plan, initiative):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    path = reverse("initiatives:status-update-create", args=[initiative.pk])
    answer = client.post(path, {"status": "completed", "happened": "Forged words"})
    assert answer.status_code == 403
    assert "Forged words" in answer.content.decode()  # had it been their own, nothing typed would be lost
    assert not StatusUpdate.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "contributor", "leader", "stranger"])
def test_b48_knowing_an_address_gives_no_right(cast, initiative, sign_in, who):
    client = sign_in(getattr(cast, who))
    for name in ("status-update-create", "initiative-edit", "milestone-create"):
        path = reverse(f"initiatives:{name}", args=[initiative.pk])
        assert client.post(path, {"status": "completed", "title": "Taken"}).status_code == 403, name
    assert not StatusUpdate.objects.exists()


def test_the_way_back_after_a_form_stays_on_this_site(cast, initiative, sign_in):
    path = reverse("initiatives:status-update-create", args=[initiative.pk])
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = sign_in(cast.owner).post(f"{path}?next={evil}", {"status": "on_track", "next": evil, "version": ""})
        assert "evil" not in answer.get("Location", ""), evil


def test_an_answer_names_no_address_that_was_not_asked_for(cast, plan, sign_in):
    people = sign_in(cast.viewer).get("/api/v1/people/").content.decode()
    assert "@test.example" not in people
