"""The second step at sign-in, by people in a browser: an app, its recovery codes, a passkey."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from people.services import set_password
from tests.build import act
from tests.e2e.conftest import assert_well_made, follow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long and unusual word"


def shown_by_app(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30 + later))


@pytest.fixture
def owner(cast):
    set_password(user=cast.owner, password=PASSWORD, act=act())
    cast.owner.refresh_from_db()
    return cast.owner


def type_password(page, person) -> None:
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page, page.get_by_role("button", name="Sign in", exact=True))


def set_up_app(page) -> tuple[str, str]:
    """The key of the app, and the first recovery code."""
    follow(page, page.get_by_role("link", name="Second step at sign-in"))
    assert_well_made(page)
    follow(page, page.get_by_role("link", name="Set up an app"))
    assert_well_made(page)
    secret = page.locator("dd code").inner_text()
    page.get_by_role("textbox", name="Code").fill(shown_by_app(secret))
    follow(page, page.get_by_role("button", name="Set up"))
    assert_well_made(page)
    recovery = page.get_by_role("list", name="Codes").get_by_role("listitem").first.inner_text()
    follow(page, page.get_by_role("button", name="I have kept them"))
    assert_well_made(page)
    return secret, recovery


@pytest.mark.parametrize("javascript", [True, False], ids=["", "without JavaScript"])
def test_an_app_is_set_up_and_signs_in_and_a_recovery_code_does(visit, owner, live_server, javascript):
    page = visit(owner, "/profile/", width=320, javascript=True)
    secret, recovery = set_up_app(page)
    for code in (shown_by_app(secret, 1), recovery):
        page = visit(None, "/sign-in/?next=/profile/", width=320, javascript=javascript)
        type_password(page, owner)
        if javascript:
            assert_well_made(page)
        page.get_by_role("textbox", name="Code").fill("1")
        follow(page, page.get_by_role("button", name="Sign in"))
        assert "it is not right" in page.content()
        page.get_by_role("textbox", name="Code").fill(code)
        follow(page, page.get_by_role("button", name="Sign in"))
        assert page.url == f"{live_server.url}/profile/"


def test_the_second_step_by_keyboard(visit, owner, live_server):
    secret, _ = set_up_app(visit(owner, "/profile/"))
    page = visit(None, "/sign-in/?next=/profile/")
    page.keyboard.type(owner.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.keyboard.type(shown_by_app(secret, 1))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{live_server.url}/profile/"


def with_authenticator(page) -> None:
    """A device that keeps passkeys and says at once that it knows the person."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def test_a_passkey_is_set_up_and_signs_in_alone_and_as_second_step(visit, owner, live_server):
    page = visit(owner, "/profile/second-step/", width=320)
    with_authenticator(page)
    follow(page, page.get_by_role("link", name="Set up a passkey"))
    assert_well_made(page)
    page.get_by_role("textbox", name="Name").fill("Telephone")
    follow(page, page.get_by_role("button", name="Set up"))
    assert page.get_by_role("list", name="Codes").get_by_role("listitem").count() == 10
    follow(page, page.get_by_role("button", name="I have kept them"))
    assert page.get_by_role("button", name="Take off Telephone").count() == 1
    assert_well_made(page)

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in/?next=/profile/")
    assert_well_made(page)
    follow(page, page.get_by_role("button", name="Sign in with a passkey"))
    assert page.url == f"{live_server.url}/profile/"

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in/?next=/profile/")
    type_password(page, owner)
    assert page.url == f"{live_server.url}/sign-in/second-step/"
    assert_well_made(page)
    follow(page, page.get_by_role("button", name="Use a passkey"))
    assert page.url == f"{live_server.url}/profile/"

    page.goto(f"{live_server.url}/profile/second-step/")
    follow(page, page.get_by_role("link", name=re.compile("Rename")))
    page.get_by_role("textbox", name="Name").fill("Old telephone")
    follow(page, page.get_by_role("button", name="Save"))
    follow(page, page.get_by_role("button", name=re.compile("Take off")))
    assert page.get_by_text("The passkey was taken off.").count() == 1
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in/")
    follow(page, page.get_by_role("button", name="Sign in with a passkey"))
    assert "was not accepted" in page.content()
