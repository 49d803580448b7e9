"""A provider that runs, and planapp set up to use it."""

import logging
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from environs import Env

from planapp.identity import providers
from tests.sign_in import oidc


@pytest.fixture(scope="session")
def _served():
    with oidc.serving() as provider:
        yield provider


@pytest.fixture
def oidc_provider(_served, settings, monkeypatch):
    """Set up with groups, as by docs/single-sign-on.md; in the state in which it was made."""
    fresh = oidc.Provider(_served.address)
    for name, value in vars(fresh).items():
        setattr(_served, name, value)
    set_up(
        settings, monkeypatch, OIDC_ISSUER=_served.address, OIDC_CLIENT_ID=oidc.CLIENT, OIDC_CLIENT_SECRET=oidc.SECRET,
        OIDC_LABEL="City account", OIDC_GROUPS_CLAIM="groups",
    )  # fmt: skip
    return _served


def set_up(settings, monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.SIGN_IN_PROVIDERS, settings.SOCIALACCOUNT_PROVIDERS = providers(Env())


class Browser:
    """A client that goes to the provider and comes back, step by step."""

    def __init__(self, provider):
        self.client, self.provider = Client(), provider

    def leave(self, **query):
        """To the provider's page; what its address asks for."""
        answer = self.client.get("/sign-in/oidc/city/", query)
        assert answer.status_code == 302, answer.content
        parts = urlsplit(answer["Location"])
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.provider.address}/auth"
        return dict(parse_qsl(parts.query))

    def come_back(self, asked):
        parts = urlsplit(self.provider.authorize(asked))
        return self.client.get(parts.path, dict(parse_qsl(parts.query)))

    def sign_in(self, **query):
        return self.come_back(self.leave(**query))

    @property
    def is_signed_in(self):
        return self.client.get("/profile/").status_code == 200


@pytest.fixture
def browser(db, oidc_provider):
    return Browser(oidc_provider)


@pytest.fixture(autouse=True)
def _quiet():
    logging.getLogger("sign_in").setLevel(logging.ERROR)
    yield
    logging.getLogger("sign_in").setLevel(logging.NOTSET)
