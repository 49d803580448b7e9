"""Signing in with providers that others wrote, as processes of their own, in a real browser."""

import json
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from people.models import User
from people.services import update_user
from sign_in.models import FailedSignIn, GroupRole
from tests.build import act
from tests.e2e.conftest import assert_well_made, follow, violations
from tests.sign_in.conftest import set_up
from tests.sign_in.saml import key_and_certificate

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FETCHED = Path(django_settings.BASE_DIR) / ".tools" / "providers"
SCRIPTS = Path(__file__).with_name("providers")
NEW = {"email": "new@phila.gov", "email_verified": True, "name": "Nia New", "groups": ["OIT-Plan"]}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(script: str, *arguments: str, **environment: str) -> Iterator[str]:
    """The provider's address, once it answers."""
    if not (FETCHED / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("the providers need Node.js, and `make e2e` fetches them with npm where there is one")
    program, port = shutil.copy(SCRIPTS / script, FETCHED), free_port()
    process = subprocess.Popen(  # noqa: S603 - our own script
        ["node", program, str(port), *arguments], env=os.environ | environment, text=True,  # noqa: S607
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        line = process.stdout.readline()  # type: ignore[union-attr]
        assert "ready" in line, process.stderr.read()  # type: ignore[union-attr]
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


def tell(address: str, path: str, person: dict[str, object]) -> None:
    """Say who somebody is at the provider from now on."""
    asked = urllib.request.Request(  # noqa: S310 - loopback
        address + path, json.dumps(person).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310


def through_oidc(page, name="nia"):
    """From planapp's sign-in page through the provider's own two pages, and back."""
    follow(page, page.get_by_role("link", name="Sign in with City account"))
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("any")
    follow(page, page.locator("button[type=submit]"))
    follow(page, page.locator("button[type=submit]"))


@contextmanager
def city_account(live_server, settings, monkeypatch) -> Iterator[str]:
    """The address of an OpenID Connect provider that runs, is set up here and knows Nia."""
    back = f"{live_server.url}/sign-in/oidc/city/callback/"
    with running("oidc.mjs", back, OIDC_CLIENT_SECRET="between us") as address:
        set_up(
            settings, monkeypatch, OIDC_ISSUER=address, OIDC_CLIENT_ID="planapp", OIDC_CLIENT_SECRET="between us",
            OIDC_LABEL="City account", OIDC_GROUPS_CLAIM="groups", OIDC_SCOPES="openid profile email groups",
        )  # fmt: skip
        tell(address, "/people/nia", NEW)
        yield address


def sign_out(page):
    page.context.clear_cookies()


def test_oidc_first_visit_another_group_and_the_end(visit, live_server, settings, monkeypatch, cast):
    GroupRole.objects.create(group="OIT-Plan", role="contributor")
    with city_account(live_server, settings, monkeypatch) as address:
        page = visit(None, "/sign-in/?next=/departments/")
        assert_well_made(page)
        through_oidc(page)
        expect(page).to_have_url(f"{live_server.url}/departments/")
        assert User.objects.get(email="new@phila.gov").name == "Nia New"
        page.goto(f"{live_server.url}/profile/")
        expect(page.get_by_text("Contributor")).to_be_visible()

        tell(address, "/people/nia", NEW | {"groups": []})
        sign_out(page)
        page.goto(f"{live_server.url}/sign-in/")
        through_oidc(page)
        expect(page.get_by_text("You have no role here")).to_be_visible()

        person = User.objects.get(email="new@phila.gov")
        update_user(user=person, fields={"is_active": False}, act=act("2026-10-06T12:00"))
        sign_out(page)
        page.goto(f"{live_server.url}/sign-in/")
        through_oidc(page)
        expect(page.get_by_role("heading", name="You were not signed in")).to_be_visible()
        expect(page.get_by_text("deactivated")).to_be_visible()
    follow(page, page.get_by_role("link", name="Back to signing in"))
    follow(page, page.get_by_role("link", name="Sign in with City account"))  # the provider is gone by now
    expect(page.get_by_text("does not answer right now")).to_be_visible()


def test_saml_first_visit_and_another_group(visit, live_server, settings, monkeypatch, cast):
    GroupRole.objects.create(group="OIT-Plan", role="contributor")
    key, certificate = key_and_certificate()
    said = {"uid": "s-9", "email": "new@phila.gov", "name": "Nia New"}
    with running("saml.mjs", f"{live_server.url}/sign-in/saml/city/acs/", KEY=key, CERTIFICATE=certificate) as address:
        set_up(
            settings, monkeypatch, SAML_METADATA=f"{address}/metadata", SAML_ENTITY_ID=f"{address}/metadata",
            SAML_UID_ATTRIBUTE="uid", SAML_LABEL="City account", SAML_GROUPS_ATTRIBUTE="groups",
            SAML_TRUSTED_DOMAINS="phila.gov",
        )  # fmt: skip
        tell(address, "/person", said | {"groups": ["OIT-Plan"]})
        page = visit(None, "/sign-in/?next=/departments/")
        follow(page, page.get_by_role("link", name="Sign in with City account"))
        expect(page).to_have_url(f"{live_server.url}/departments/")
        page.goto(f"{live_server.url}/profile/")
        expect(page.get_by_text("Contributor")).to_be_visible()

        tell(address, "/person", said)
        sign_out(page)
        page.goto(f"{live_server.url}/sign-in/")
        follow(page, page.get_by_role("link", name="Sign in with City account"))
        expect(page.get_by_text("You have no role here")).to_be_visible()


def test_oidc_is_it_still_you_is_asked_by_the_provider(visit, live_server, settings, monkeypatch, cast):
    """The provider has a session of its own, and asks all the same; the answer tells when, and is believed."""
    GroupRole.objects.create(group="OIT-Plan", role="administrator")
    with city_account(live_server, settings, monkeypatch) as address:
        page = visit(None, "/sign-in/?next=/departments/")
        through_oidc(page)
        expect(page).to_have_url(f"{live_server.url}/departments/")
        page.goto(f"{live_server.url}/sign-in/confirm/?next=/people/")
        assert violations(page) == []
        follow(page, page.get_by_role("link", name="Go on with City account"))
        page.locator("input[name=login]").fill("nia")
        page.locator("input[name=password]").fill("any")
        follow(page, page.locator("button[type=submit]"))
        if page.url.startswith(address):  # it asks what planapp may know, once more
            follow(page, page.locator("button[type=submit]"))
        expect(page).to_have_url(f"{live_server.url}/people/")
        assert not FailedSignIn.objects.exists()
        # Somebody else, who sits down there, confirms nothing for this person.
        tell(address, "/people/max", NEW | {"email": "max@phila.gov", "name": "Max"})
        page.goto(f"{live_server.url}/sign-in/confirm/?next=/people/")
        follow(page, page.get_by_role("link", name="Go on with City account"))
        page.locator("input[name=login]").fill("max")
        page.locator("input[name=password]").fill("any")
        follow(page, page.locator("button[type=submit]"))
        if page.url.startswith(address):
            follow(page, page.locator("button[type=submit]"))
        expect(page.get_by_role("heading", name="Nothing was confirmed")).to_be_visible()
        assert violations(page) == []
