"""Signing in by SAML 2.0: what a provider signs for us now gets in, everything else is refused."""

import re

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from people.models import RoleGrant
from sign_in.models import FailedSignIn, GroupRole
from tests.sign_in import saml
from tests.sign_in.conftest import set_up

pytestmark = pytest.mark.django_db
PLACE = "/sign-in/saml/city/"


@pytest.fixture(scope="session")
def idp():
    return saml.Provider()


@pytest.fixture(autouse=True)
def _set_up(idp, settings, monkeypatch, tmp_path):
    described = tmp_path / "idp.xml"
    described.write_text(idp.metadata())
    set_up(
        settings, monkeypatch, SAML_METADATA=described.as_uri(), SAML_ENTITY_ID=saml.ENTITY, SAML_UID_ATTRIBUTE="uid",
        SAML_LABEL="City account", SAML_GROUPS_ATTRIBUTE="groups", SAML_TRUSTED_DOMAINS="test.example",
    )  # fmt: skip


class Browser:
    def __init__(self):
        self.client = Client(headers={"host": "testserver"})

    def leave(self, **query):
        answer = self.client.get(PLACE, query)
        assert answer["Location"].startswith(saml.SSO)
        return saml.request_id(answer["Location"])

    def post(self, xml):
        """As the provider's page makes a browser do it: posted from another site, then on to a page of ours."""
        there = self.client.post(f"{PLACE}acs/", saml.posted(xml))
        assert there.status_code == 302, there.content
        return self.client.get(there["Location"])

    @property
    def is_signed_in(self):
        return self.client.get("/profile/").status_code == 200


def arrive(idp, browser=None, *, destination=saml.ACS, **more):
    browser = browser or Browser()
    asked = browser.leave()
    return browser, browser.post(idp.response(asked, idp.assertion(asked, **more), destination=destination))


def test_somebody_with_an_account_gets_in_and_to_the_page_they_wanted(idp, cast):
    browser = Browser()
    asked = browser.leave(next="/initiatives/")
    answer = browser.post(idp.response(asked, idp.assertion(asked)))
    assert (answer.status_code, answer["Location"]) == (302, "/initiatives/")
    assert browser.client.get("/profile/").context["person"] == cast.owner


def test_a_person_is_known_by_an_identifier_that_stays(idp, cast):
    """The name that a SAML provider gives for one visit is another the next time."""
    for number in ("_a1", "_a2"):
        browser, _ = arrive(idp, number=number)
        assert browser.is_signed_in
    assert SocialAccount.objects.get().uid == "s-1"


def test_groups_give_roles_and_none_takes_them(idp, cast):
    GroupRole.objects.create(group="Leaders", role="leader")
    arrive(idp, who=saml.WHO | {"groups": ["Leaders", "Others"]})
    held = RoleGrant.objects.filter(user=cast.owner, recorded_until__isnull=True, role="leader")
    assert held.exists()
    arrive(idp)
    assert not held.exists()


def test_an_address_of_another_domain_is_not_believed(idp, cast, settings):
    settings.SOCIALACCOUNT_PROVIDERS["saml"]["APPS"][0]["settings"]["verified_email"] = ["phila.gov"]
    _, answer = arrive(idp)
    assert answer.status_code == 403
    assert "does not vouch" in answer.content.decode()


# --- attacks: nobody is signed in, and the reason is kept -------------------------------------------------------------


def tampered(idp, asked):
    return idp.response(asked, idp.assertion(asked).replace("owner@test.example", "admin@test.example"))


def unsigned(idp, asked):
    return idp.response(asked, re.sub(r"<ds:Signature.*?</ds:Signature>", "", idp.assertion(asked), flags=re.S))


def signed_by_a_stranger(idp, asked):
    other = saml.Provider()
    return other.response(asked, other.assertion(asked))


def wrapped(idp, asked):
    """A second assertion beside the signed one, or around it, for a reader that checks one and believes the other."""
    evil = re.sub(r"<ds:Signature.*?</ds:Signature>", "", idp.assertion(asked, number="_evil"), flags=re.S)
    evil = evil.replace("owner@test.example", "admin@test.example")
    return idp.response(asked, evil + idp.assertion(asked))


def wrapped_in_extensions(idp, asked):
    evil = re.sub(r"<ds:Signature.*?</ds:Signature>", "", idp.assertion(asked, number="_evil"), flags=re.S)
    hidden = f"<samlp:Extensions>{idp.assertion(asked)}</samlp:Extensions>"
    return idp.response(asked, evil.replace("owner@test", "admin@test")).replace(
        "<samlp:Status>", f"{hidden}<samlp:Status>"
    )


def for_another_service(idp, asked):
    return idp.response(asked, idp.assertion(asked, audience="https://other.example"))


def sent_elsewhere(idp, asked):
    return idp.response(asked, idp.assertion(asked), destination="https://other.example/acs")


def long_over(idp, asked):
    return idp.response(asked, idp.assertion(asked, late=3600))


def not_asked_for(idp, asked):
    return idp.response("", idp.assertion(""))


def another_request(idp, asked):
    return idp.response("ONELOGIN_other", idp.assertion("ONELOGIN_other"))


def with_an_entity(idp, asked):
    """A document that would make a careless reader read a file of the server."""
    head = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return head + idp.response(asked, idp.assertion(asked)).replace("Olivia Owner", "&x;")


def commented(idp, asked):
    """A comment splits a text that some readers cut off there."""
    return idp.response(asked, idp.assertion(asked).replace("owner@test.example", "admin@test.example<!---->.evil"))


ATTACKS = [
    tampered, unsigned, signed_by_a_stranger, wrapped, wrapped_in_extensions, for_another_service, sent_elsewhere,
    long_over, not_asked_for, another_request, with_an_entity, commented,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_answer_that_is_not_the_provider_s_for_us_now_signs_nobody_in(idp, cast, attack):
    browser = Browser()
    answer = browser.post(attack(idp, browser.leave()))
    assert answer.status_code == 403, answer.content.decode()
    assert "You were not signed in" in answer.content.decode()
    assert not browser.is_signed_in
    assert not SocialAccount.objects.exists()
    assert FailedSignIn.objects.get().reason


def test_an_answer_counts_once_and_in_the_browser_that_asked(idp, cast):
    victim = Browser()
    asked = victim.leave()
    xml = idp.response(asked, idp.assertion(asked))
    assert victim.post(xml).status_code == 302
    thief = Browser()
    assert thief.post(xml).status_code == 403
    victim.client.logout()
    assert victim.post(xml).status_code == 403
    assert not thief.is_signed_in
    assert not victim.is_signed_in


@pytest.mark.parametrize("rubbish", ["", "no base64 at all", "PHhtbD4=", "%00", "A" * 100_000])
def test_rubbish_is_a_sentence(cast, rubbish):
    browser = Browser()
    browser.leave()
    there = browser.client.post(f"{PLACE}acs/", {"SAMLResponse": rubbish})
    answer = browser.client.get(there["Location"]) if there.status_code == 302 else there
    assert answer.status_code in {400, 403, 413, 502}
    assert not browser.is_signed_in


def test_a_provider_s_clock_four_minutes_ahead_is_forgiven(idp, cast):
    browser, _ = arrive(idp, late=-240)
    assert browser.is_signed_in


def test_a_description_that_cannot_be_read_is_a_sentence(settings, cast, tmp_path):
    described = tmp_path / "other.xml"
    app = settings.SOCIALACCOUNT_PROVIDERS["saml"]["APPS"][0]
    for content in (None, "no xml", "<a/>"):
        if content is not None:
            described.write_text(content)
        app["settings"]["idp"]["metadata_url"] = described.as_uri()
        answer = Client(headers={"host": "testserver"}).get(PLACE)
        assert answer.status_code == 502, content
        assert "does not answer right now" in answer.content.decode()


def test_planapp_describes_itself_to_the_provider(cast):
    answer = Client(headers={"host": "testserver"}).get(f"{PLACE}metadata/")
    assert answer.status_code == 200
    assert saml.ACS in answer.content.decode()
    assert 'WantAssertionsSigned="true"' in answer.content.decode()
