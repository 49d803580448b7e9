"""The provider as the environment describes it: half of one stops the start with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from planapp.identity import providers, who_may_use_passwords


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"OIDC_ISSUER": "https://a.example"}, "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"),
        ({"OIDC_ISSUER": "https://a.example", "OIDC_CLIENT_ID": "x"}, "OIDC_CLIENT_SECRET"),
        ({"SAML_METADATA": "https://a.example"}, "SAML_ENTITY_ID and SAML_UID_ATTRIBUTE"),
    ],
)
def test_half_of_a_provider(monkeypatch, variables, words):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=words):
        providers(Env())


def test_none_is_set_up_by_itself():
    found, told = providers(Env())
    assert found == []
    assert {kind: one["APPS"] for kind, one in told.items()} == {"openid_connect": [], "saml": []}


def test_emergencies_need_somebody(monkeypatch):
    monkeypatch.setenv("PASSWORD_SIGN_IN", "emergency")
    with pytest.raises(ImproperlyConfigured, match="EMERGENCY_ADMINISTRATORS"):
        who_may_use_passwords(Env())
    monkeypatch.setenv("EMERGENCY_ADMINISTRATORS", " Admin@Phila.gov, ")
    assert who_may_use_passwords(Env()) == (True, frozenset({"admin@phila.gov"}))
