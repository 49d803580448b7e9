"""The provider says, server to server, that somebody signed out there: what it began here ends, and nothing else."""

import time

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from people.models import Session
from records.models import AuditEvent
from tests.sign_in import oidc
from tests.sign_in.conftest import Browser

pytestmark = pytest.mark.django_db
PLACE = "/sign-in/oidc/city/logout/"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def send(token, place=PLACE):
    return Client(enforce_csrf_checks=True).post(place, {"logout_token": token})


@pytest.fixture
def signed_in(browser, cast):
    """Two browsers, each with a session of its own at the provider, and one that came by a password."""
    browser.provider.person["sid"] = "s-1"
    browser.sign_in()
    second = Browser(browser.provider)
    browser.provider.person["sid"] = "s-2"
    second.sign_in()
    desk = Client()
    desk.force_login(cast.owner)
    del browser.provider.person["sid"]
    return browser, second, desk


def who_is_in(signed_in):
    first, second, desk = signed_in
    return [first.is_signed_in, second.is_signed_in, desk.get("/profile/").status_code == 200]


def test_everything_that_the_provider_began_ends(browser, signed_in, cast):
    answer = send(browser.provider.logout_token())
    assert (answer.status_code, answer.content) == (200, b"")
    assert "no-store" in answer["Cache-Control"]
    assert who_is_in(signed_in) == [False, False, True]
    event = AuditEvent.objects.get(verb="user.sessions_ended")
    assert (event.target_id, event.actor_id, event.reason) == (cast.owner.pk, None, "Signed out at City account")


@pytest.mark.parametrize("sub", ["p-1", None])
def test_one_session_there_ends_the_one_here(browser, signed_in, sub):
    assert send(browser.provider.logout_token(sid="s-2", sub=sub)).status_code == 200
    assert who_is_in(signed_in) == [True, False, True]


@pytest.mark.parametrize("changes", [{"sub": "p-9"}, {"sid": "s-9"}, {"sub": "p-9", "sid": "s-1"}])
def test_whoever_is_not_here_is_signed_out_already(browser, signed_in, changes):
    assert send(browser.provider.logout_token(**changes)).status_code == 200
    assert who_is_in(signed_in) == [True, True, True]
    assert not AuditEvent.objects.filter(verb="user.sessions_ended").exists()


def test_a_session_of_the_same_name_is_another_persons(browser, signed_in, cast):
    """Two people, and the name of a session that both have: only the one who is named."""
    provider = browser.provider
    provider.person = {
        "sub": "p-2", "email": cast.viewer.email, "email_verified": True, "name": "V", "sid": "s-1",
    }  # fmt: skip
    other = Browser(provider)
    other.sign_in()
    assert send(provider.logout_token(sub="p-1", sid="s-1")).status_code == 200
    assert (who_is_in(signed_in), other.is_signed_in) == ([False, True, True], True)


def refusals(provider):
    now = int(time.time())
    good = provider.logout_token()
    part = good.split(".")
    yield "none", ""
    yield "rubbish", "a.b.c"
    yield "long", "a" * 20_001
    yield "stranger", provider.logout_token(key=STRANGER)
    yield "unknown key", provider.logout_token(headers={"kid": "k9"})
    yield "unsigned", jwt.encode(jwt.decode(good, options={"verify_signature": False}), None, "none")
    yield "cut", f"{part[0]}.{part[1]}."
    yield "shared word", provider.logout_token(key=oidc.SECRET * 2, algorithm="HS256")
    yield "changed", ".".join([part[0], provider.logout_token(sub="p-2").split(".")[1], part[2]])
    yield "issuer", provider.logout_token(iss="https://evil.example")
    yield "audience", provider.logout_token(aud="another")
    yield "no audience", provider.logout_token(aud=None)
    yield "old", provider.logout_token(iat=now - 3600)
    yield "to come", provider.logout_token(iat=now + 3600)
    yield "no time", provider.logout_token(iat=None)
    yield "over", provider.logout_token(exp=now - 3600)
    yield "no number", provider.logout_token(jti=None)
    yield "nobody", provider.logout_token(sub=None)
    yield "a list", provider.logout_token(sub=["p-1"])
    yield "sessions", provider.logout_token(sid=["s-1"])
    yield "no event", provider.logout_token(events=None)
    yield "another event", provider.logout_token(events={"https://evil.example/event": {}})
    yield "event that is none", provider.logout_token(events={oidc.LOGOUT: "yes"})
    yield "to sign in with", provider.logout_token(nonce="n")
    yield "type", provider.logout_token(headers={"typ": "at+jwt"})


def test_what_cannot_be_believed_ends_nothing(browser, signed_in):
    for name, token in refusals(browser.provider):
        answer = send(token)
        assert (name, answer.status_code, answer.json()) == (name, 400, {"error": "invalid_request"})
    assert who_is_in(signed_in) == [True, True, True]


def test_a_token_of_signing_in_signs_nobody_out(browser, signed_in):
    provider = browser.provider
    provider.codes["c"] = {"challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "redirect": ""}
    status, told = provider.token({"code": "c", "client_secret": oidc.SECRET, "code_verifier": ""})
    assert (status, send(told["id_token"]).status_code) == (200, 400)
    assert who_is_in(signed_in) == [True, True, True]


def test_a_token_counts_once(browser, signed_in):
    token = browser.provider.logout_token()
    assert send(token).status_code == 200
    again = Browser(browser.provider)
    again.sign_in()
    assert send(token).status_code == 400
    assert again.is_signed_in


def test_a_provider_that_is_down_ends_nothing_now_and_is_asked_again(browser, signed_in):
    provider, token = browser.provider, browser.provider.logout_token()
    provider.status = 500
    assert send(token).status_code == 400
    provider.status = 200
    assert send(token).status_code == 200, "what could not be looked at was not used up"
    assert who_is_in(signed_in) == [False, False, True]


def test_only_where_a_provider_is_and_by_post(browser, settings, cast):
    assert Client().get(PLACE).status_code == 405
    assert send("x", "/sign-in/oidc/other/logout/").status_code == 404
    settings.SIGN_IN_PROVIDERS, settings.SOCIALACCOUNT_PROVIDERS = [], {}
    assert send("x").status_code == 404


def test_too_many_are_asked_to_slow_down(oidc_provider, monkeypatch):
    monkeypatch.setattr("sign_in.views.leaving.seconds_to_wait", lambda *counted: 5)
    assert send("x").status_code == 429


def test_another_sign_in_is_none_of_the_providers(browser, signed_in, cast):
    """The same browser, signed in by a password since: what the provider began there is over."""
    browser.client.force_login(cast.owner)
    assert send(browser.provider.logout_token()).status_code == 200
    assert browser.is_signed_in
    assert SocialAccount.objects.count() == 1
    assert Session.objects.filter(user=cast.owner).exists()


def test_a_stranger_does_not_make_planapp_ask_the_provider_for_each_token(browser, signed_in):
    provider = browser.provider
    provider.asked.clear()
    for _ in range(5):
        assert send(provider.logout_token(key=STRANGER)).status_code == 400
    assert provider.asked == ["/.well-known/openid-configuration", "/jwks"]
    provider.asked.clear()
    cache.clear()
    assert send(provider.logout_token(key=STRANGER, aud="another")).status_code == 400
    assert provider.asked == [], "what is meant for another is not worth a question"
