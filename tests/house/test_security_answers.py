"""What docs/security.md says of every answer, and that it says something of every row with a test that exists."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from people.services import set_password
from tests.build import act
from tests.conftest import NOW
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN

PAGES = ["/", "/nowhere/", "/sign-in/", "/api/v1/plans/", "/public/", "/healthz", "/initiatives/?as_of=soon"]


@pytest.fixture
def client(cast, plan) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.viewer)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_no_other_site_may_read_an_answer(client, path):
    answer = client.get(path, headers={"origin": "https://evil.example"})
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


@pytest.mark.parametrize("path", PAGES)
@override_settings(SECURE_HSTS_SECONDS=365 * 24 * 60 * 60, SECURE_HSTS_INCLUDE_SUBDOMAINS=True)
def test_over_tls_every_answer_asks_for_tls(client, path):
    asked = client.get(path, secure=True)["Strict-Transport-Security"]
    assert asked == "max-age=31536000; includeSubDomains"


def test_an_https_address_has_no_plain_way_in():
    """The settings of such an installation, as text: they are read once, at the start."""
    text = (settings.BASE_DIR / "planapp" / "settings.py").read_text()
    block = text[text.index('if SITE_URL.startswith("https://"):') :]
    assert 'SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"' in block
    assert "SECURE_SSL_REDIRECT = True" in block
    assert 'SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")' in text


@override_settings(SESSION_COOKIE_NAME="__Host-sessionid", SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
def test_cookies_say_what_a_browser_may_do_with_them(cast, plan):
    set_password(user=cast.viewer, password="a-long-password-1", act=act(NOW))
    client = Client()
    client.post(
        reverse("people:sign-in"), {"username": cast.viewer.email, "password": "a-long-password-1"}, secure=True
    )
    client.get("/people/", secure=True)
    cookies = {name: cookie for name, cookie in client.cookies.items() if cookie.value}
    assert {"__Host-sessionid", "__Host-device"} <= set(cookies)
    for name, cookie in cookies.items():
        assert (bool(cookie["secure"]), cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
        assert bool(cookie["httponly"]) == ("csrf" not in name), name  # scripts send the token of a form


def test_trace_is_refused_everywhere(client):
    answered = {address.name: client.trace(address.any_path()).status_code for address in addresses()}
    assert {name: status for name, status in answered.items() if status < 300} == {}


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/static/", "/static/js/", "/static/../manage.py", "/requirements.txt"]
)
def test_nothing_beside_the_product_is_served(client, path):
    assert client.get(path).status_code in {400, 404}


def test_every_text_names_its_letters(client, cast, plan):
    kinds = {}
    for address in addresses():
        answer = client.get(address.any_path())
        kind = answer.get("Content-Type", "")
        if kind.startswith("text/") and "charset=" not in kind:
            kinds[address.name] = kind
        if not kind and answer.content:
            kinds[address.name] = "none"
    assert kinds == {}


def test_signing_out_tells_the_browser_to_forget(client):
    answer = client.post(reverse("people:sign-out"))
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == '"cache"'


# The document ---------------------------------------------------------------------------------------------------------

DOCUMENT = settings.BASE_DIR / "docs" / "security.md"
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
OF_NONE = re.compile(r"^\| ((?:V\d+\.\d+\.\d+(?:, )?)+) \| ([^|]+) \|$", re.MULTILINE)
STATES = {"met", "not met", "does not apply"}
# How many rows each chapter of ASVS 5.0 has at levels 1 and 2.
CHAPTERS = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16,
    17: 7,
}  # fmt: skip


def rows() -> dict[str, tuple[str, ...]]:
    found = ROW.findall(DOCUMENT.read_text())
    assert len({row[0] for row in found}) == len(found)
    return {row[0]: row[1:] for row in found}


def test_every_row_is_answered_once():
    text = DOCUMENT.read_text()
    of_none = [name for names, _ in OF_NONE.findall(text) for name in names.split(", ")]
    every = [*rows(), *of_none]
    assert len(set(every)) == len(every)
    counted = {chapter: sum(name.startswith(f"V{chapter}.") for name in every) for chapter in CHAPTERS}
    assert (counted, len(every)) == (CHAPTERS, 253)


def test_every_answer_has_a_state_and_what_is_met_names_a_file():
    for name, (_, state, why, shown) in rows().items():
        assert state in STATES, name
        assert why.strip(), name
        assert state != "met" or shown.count("`") >= 2, name


def test_every_file_it_names_exists():
    named = {path for *_, shown in rows().values() for path in re.findall(r"`([^`]+)`", shown)}
    assert len(named) > 80
    assert sorted(path for path in named if not (settings.BASE_DIR / path).exists()) == []


def test_the_counts_it_tells_are_those_of_its_rows():
    text = DOCUMENT.read_text()
    states = [state for _, state, _, _ in rows().values()]
    told = dict(re.findall(r"^\| (met|not met|not met yet|does not apply) \| (\d+) \|$", text, re.MULTILINE))
    of_none = sum(len(names.split(", ")) for names, _ in OF_NONE.findall(text))
    counted = {state: states.count(state) for state in STATES}
    counted["does not apply"] += of_none
    assert {state: int(count) for state, count in told.items()} == counted


def test_every_way_in_is_open_on_purpose():
    text = DOCUMENT.read_text()
    ways = {"people:sign-in", "people:password-reset-confirm", "people:invitation", "reminders:answer", "metrics"}
    assert ways <= OPEN
    assert [way for way in ways if f"`{way}`" not in text] == []
