"""Who came by the city's provider and is asked whether it is still them shows it there, and it has to say so."""

import time
import zlib
from base64 import b64decode
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.models import RoleGrant
from people.services import grant_role
from sign_in.asking import _moment, _ways
from sign_in.models import FailedSignIn
from tests.build import act
from tests.sign_in import saml
from tests.sign_in.conftest import Browser, set_up

pytestmark = pytest.mark.django_db
CONFIRM = "/sign-in/confirm/"
HOUR = 60 * 60
NOT_AGAIN, ANOTHER = "did not ask who you are again", "came back from City account as somebody else"


@pytest.fixture
def admin(cast):
    """The person of the provider is an administrator here."""
    grant_role(user=cast.owner, role="administrator", act=act())
    return cast.owner


def gives(client, cast) -> bool:
    """Whether the person is fresh: a role is given at once."""
    where = reverse("people:role-grant", args=[cast.viewer.pk])
    typed = {"role": "leader", "version": cast.viewer.role_changes()}
    answer = client.post(where, typed)
    assert answer.status_code == 302
    return not answer["Location"].startswith(CONFIRM)


def way_there(client) -> dict[str, str]:
    """What the button of the confirmation page leads to asks the provider for."""
    page = client.get(CONFIRM, {"next": "/people/"}).content.decode()
    link = page.split("Go on with")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    left = client.get(link)
    assert left.status_code == 302, left.content
    return dict(parse_qsl(urlsplit(left["Location"]).query))


def test_a_sign_in_unasked_is_as_old_as_the_one_at_the_provider(browser, cast, admin):
    browser.provider.since = time.time() - HOUR
    assert browser.leave()["max_age"] == "43200"
    browser.sign_in()
    assert browser.is_signed_in
    assert not gives(browser.client, cast), "nobody typed anything for an hour"
    # Nor does going there by hand change that: the provider answers unasked.
    browser.sign_in(auth_params="max_age=0", scope="admin")
    assert not gives(browser.client, cast)


def test_whoever_just_typed_their_password_there_is_fresh(browser, cast, admin):
    browser.sign_in()
    assert gives(browser.client, cast)


def test_confirming_asks_the_provider_anew_and_leads_back(browser, cast, admin):
    browser.provider.since = time.time() - HOUR
    browser.sign_in()
    asked = way_there(browser.client)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    back = browser.come_back(asked)
    assert (back.status_code, back["Location"]) == (302, "/people/")
    assert gives(browser.client, cast)
    assert "leader" in set(RoleGrant.objects.filter(user=cast.viewer).values_list("role", flat=True))


@pytest.mark.parametrize("fault", ["ignores", "silent", "future", "words"])
def test_a_provider_that_did_not_ask_confirms_nothing(browser, cast, admin, fault):
    provider = browser.provider
    provider.since = time.time() - HOUR
    browser.sign_in()
    provider.asks_again = False
    if fault == "silent":
        provider.tells_time = False
    elif fault == "future":
        provider.since = time.time() + HOUR
    elif fault == "words":
        provider.tells_time, provider.person["auth_time"] = False, "now"
    answer = browser.come_back(way_there(browser.client))
    assert (answer.status_code, NOT_AGAIN in answer.content.decode()) == (403, True)
    assert "Nothing was confirmed" in answer.content.decode()
    assert browser.is_signed_in, "they stay signed in as before"
    assert not gives(browser.client, cast)
    assert FailedSignIn.objects.filter(reason__contains="sign").exists()


def test_the_time_out_of_what_is_not_signed_counts_for_nothing(browser, cast, admin):
    """What is asked for besides (userinfo) tells no time; only the token does."""
    provider = browser.provider
    provider.since = time.time() - HOUR
    browser.sign_in()
    provider.asks_again, claims = False, provider.claims
    provider.claims = lambda: {**claims(), "auth_time": int(time.time())}
    real = provider.token

    def token(form):
        provider.claims = claims
        try:
            return real(form)
        finally:
            provider.claims = lambda: {**claims(), "auth_time": int(time.time())}

    provider.token = token
    answer = browser.come_back(way_there(browser.client))
    assert (answer.status_code, NOT_AGAIN in answer.content.decode()) == (403, True)
    del provider.token, provider.claims


def test_somebody_else_confirms_nothing_for_this_one(browser, cast, admin):
    browser.provider.since = time.time() - HOUR
    browser.sign_in()
    asked = way_there(browser.client)
    browser.provider.person = {"sub": "p-2", "email": cast.viewer.email, "email_verified": True, "name": "V"}
    answer = browser.come_back(asked)
    assert (answer.status_code, ANOTHER in answer.content.decode()) == (403, True)
    assert browser.client.get("/profile/").context["person"] == cast.owner
    assert not gives(browser.client, cast)


def test_an_answer_to_the_question_counts_once(browser, cast, admin):
    browser.sign_in()
    asked = way_there(browser.client)
    parts = urlsplit(browser.provider.authorize(asked))
    assert browser.client.get(parts.path, dict(parse_qsl(parts.query))).status_code == 302
    assert browser.client.get(parts.path, dict(parse_qsl(parts.query))).status_code == 403


def test_a_stranger_who_asks_to_confirm_signs_in(browser, cast, admin):
    asked = browser.leave(again="1")
    assert "prompt" not in asked
    assert browser.come_back(asked).status_code == 302
    assert browser.is_signed_in


def test_a_clock_that_is_a_little_off_is_no_fault(browser, cast, admin):
    browser.provider.since = time.time() - HOUR
    browser.sign_in()
    asked = way_there(browser.client)
    browser.provider.asks_again, browser.provider.since = False, time.time() - 4 * 60
    assert browser.come_back(asked)["Location"] == "/people/"
    assert gives(browser.client, cast)


def test_a_sign_in_older_than_a_session_may_be_gets_nobody_in(browser, cast):
    browser.provider.since, browser.provider.asks_again = time.time() - 13 * HOUR, False
    answer = browser.sign_in()
    assert (answer.status_code, "too long ago" in answer.content.decode()) == (403, True)
    assert not browser.is_signed_in
    browser.provider.asks_again = True  # as it is asked to by max_age
    assert browser.sign_in().status_code == 302
    assert browser.is_signed_in


def test_a_password_typed_here_is_fresh_whatever_came_before(browser, cast, admin):
    browser.provider.since = time.time() - HOUR
    browser.sign_in()
    assert not gives(browser.client, cast)
    browser.client.force_login(admin)
    assert gives(browser.client, cast)


def test_a_strength_that_is_asked_for_must_be_told(browser, cast, settings, monkeypatch):
    set_up(settings, monkeypatch, OIDC_REQUIRED_ACR="urn:example:strong urn:example:key")
    assert browser.leave()["acr_values"] == "urn:example:strong urn:example:key"
    for strength in ("urn:example:password", "", None, ["urn:example:password"], 1, {"a": 1}):
        browser.provider.strength = strength
        answer = browser.sign_in()
        assert (answer.status_code, "did not ask you for as much" in answer.content.decode()) == (403, True), strength
        assert not browser.is_signed_in
    browser.provider.strength = "urn:example:key"
    assert browser.sign_in().status_code == 302
    assert browser.is_signed_in


def test_what_a_token_may_say_of_time_and_strength():
    assert [_moment(one) for one in (None, True, "1", -1, 1e12, [], {})] == [None] * 7
    assert _moment(1_700_000_000).year == 2023
    assert _ways("a", ["b", 1], None, 3) == {"a", "b", "1"}


# --- SAML


class SamlBrowser(Browser):
    """Goes to a provider whose answers the test writes."""

    def __init__(self, provider):
        self.client, self.provider = Client(headers={"host": "testserver"}), provider

    def go(self, **query):
        left = self.client.get("/sign-in/saml/city/", query)
        return left["Location"]

    def post(self, xml):
        there = self.client.post("/sign-in/saml/city/acs/", saml.posted(xml))
        return self.client.get(there["Location"])


@pytest.fixture(scope="module")
def idp():
    return saml.Provider()


@pytest.fixture
def at_saml(idp, settings, monkeypatch, tmp_path):
    described = tmp_path / "idp.xml"
    described.write_text(idp.metadata())
    set_up(
        settings, monkeypatch, SAML_METADATA=described.as_uri(), SAML_ENTITY_ID=saml.ENTITY, SAML_UID_ATTRIBUTE="uid",
        SAML_LABEL="City account", SAML_TRUSTED_DOMAINS="test.example",
    )  # fmt: skip
    return SamlBrowser(idp)


def request_of(address) -> str:
    return zlib.decompress(b64decode(parse_qs(urlsplit(address).query)["SAMLRequest"][0]), -15).decode()


def arrive(browser, address, **more):
    asked = saml.request_id(address)
    return browser.post(browser.provider.response(asked, browser.provider.assertion(asked, **more)))


def test_saml_asks_anew_and_holds_the_answer_against_it(at_saml, cast, admin):
    first = at_saml.go()
    assert "ForceAuthn" not in request_of(first)
    assert arrive(at_saml, first, ago=HOUR).status_code == 302
    assert not gives(at_saml.client, cast)
    again = at_saml.go(again="1", next="/people/")
    assert 'ForceAuthn="true"' in request_of(again)
    refused = arrive(at_saml, again, ago=HOUR, number="_a2")
    assert (refused.status_code, NOT_AGAIN in refused.content.decode()) == (403, True)
    assert not gives(at_saml.client, cast)
    done = arrive(at_saml, at_saml.go(again="1", next="/people/"), number="_a3")
    assert (done.status_code, done["Location"]) == (302, "/people/")
    assert gives(at_saml.client, cast)


def test_saml_somebody_else_confirms_nothing(at_saml, cast, admin):
    arrive(at_saml, at_saml.go(), ago=HOUR)
    other = {"uid": ["s-2"], "email": [cast.viewer.email], "name": ["V"]}
    answer = arrive(at_saml, at_saml.go(again="1"), who=other, number="_a2")
    assert (answer.status_code, ANOTHER in answer.content.decode()) == (403, True)
    assert at_saml.client.get("/profile/").context["person"] == cast.owner


def test_saml_a_context_that_is_asked_for_must_be_told(at_saml, cast, settings, monkeypatch):
    strong = "https://refeds.org/profile/mfa"
    set_up(settings, monkeypatch, SAML_REQUIRED_CONTEXT=strong)
    address = at_saml.go()
    assert strong in request_of(address)
    answer = arrive(at_saml, address)
    assert (answer.status_code, "did not ask you for as much" in answer.content.decode()) == (403, True)
    assert not at_saml.is_signed_in
    assert arrive(at_saml, at_saml.go(), context=strong, number="_a2").status_code == 302
    assert at_saml.is_signed_in


def test_the_session_keeps_when_somebody_showed_who_they_are(browser, cast):
    browser.provider.since = time.time() + 60  # a clock that goes before
    browser.sign_in()
    kept = browser.client.session["shown_at"]
    assert kept <= timezone.now().isoformat()
