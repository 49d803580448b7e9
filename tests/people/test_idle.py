"""A session that nobody uses ends; what a page asks by itself is no use of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Session
from tests.conftest import NOW
from tests.sign_in.test_factors import FIELD

LEFT = "/profile/sessions/left/"


@pytest.fixture(autouse=True)
def half_an_hour(settings, time_machine):
    settings.SESSION_IDLE_MINUTES = 30
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def at(time_machine):
    def _at(minutes: float) -> None:
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)

    return _at


def is_in(client) -> bool:
    return client.get("/profile/").status_code == 200


def test_a_session_ends_half_an_hour_after_it_was_used(sign_in, cast, at):
    client = sign_in(cast.owner)
    at(29.9)
    assert is_in(client)
    at(59.8)
    assert is_in(client)
    at(89.8)
    assert not is_in(client)


def test_it_ends_after_twelve_hours_however_much_it_is_used(sign_in, cast, at):
    client = sign_in(cast.owner)
    for minutes in range(20, 12 * 60, 20):
        at(minutes)
        assert is_in(client), minutes
    at(12 * 60)
    assert not is_in(client)


def test_use_is_written_down_once_a_minute(sign_in, cast, at, django_assert_num_queries):
    client = sign_in(cast.owner)
    page = reverse("people:password-change")
    at(0.9)
    with django_assert_num_queries(1):
        client.get(page)
    at(1)
    with django_assert_num_queries(2):
        client.get(page)
    assert Session.objects.get().last_seen_at == NOW + timedelta(minutes=1)


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(sign_in, cast, at):
    client = sign_in(cast.owner)
    for minutes in (10, 20, 29):
        at(minutes)
        assert client.get(LEFT, headers={"x-by-itself": "1"}).json() == {"left": (30 - minutes) * 60}
    at(30)
    assert client.get(LEFT, headers={"x-by-itself": "1"}).status_code == 302


def test_who_says_that_they_are_there_stays(sign_in, cast, at):
    client = sign_in(cast.owner)
    at(29)
    assert client.post(LEFT).json() == {"left": 30 * 60}
    at(58)
    assert is_in(client)


def test_the_api_counts_and_open_pages_do_not(sign_in, cast, at):
    client = sign_in(cast.owner)
    at(20)
    client.get("/public/")
    assert Session.objects.get().last_seen_at == NOW
    client.get("/api/v1/people/")
    assert Session.objects.get().last_seen_at == NOW + timedelta(minutes=20)


def test_what_was_typed_stands_there_again_after_signing_in(cast, at, sign_in):
    client, path = sign_in(cast.manager), reverse("people:person-create")
    fields = dict(FIELD.findall(client.get(path).content.decode()))
    at(31)
    sent = client.post(path, {**fields, "name": "Somebody New", "email": "new@test.example"})
    assert sent["Location"].startswith(reverse("people:sign-in"))
    back = client.post(sent["Location"], {"username": cast.manager.email, "password": "x"}, follow=True)
    assert 'value="Somebody New"' in back.content.decode()


def test_ones_profile_lists_what_is_in_use_and_when_it_was(sign_in, cast, at):
    Client().force_login(cast.owner)
    at(20)
    page = sign_in(cast.owner).get("/profile/").content.decode()
    assert page.count("last used") == 2
    at(45)
    client = Client()
    client.force_login(cast.owner)
    assert client.get("/profile/").content.decode().count("last used") == 2


def test_without_a_limit_there_is_none(sign_in, cast, at, settings):
    settings.SESSION_IDLE_MINUTES = 0
    client = sign_in(cast.owner)
    at(11 * 60)
    assert is_in(client)
    assert 'id="idle"' not in client.get("/profile/").content.decode()


def test_the_page_says_how_long_is_left(sign_in, cast):
    page = sign_in(cast.owner).get("/profile/").content.decode()
    assert 'data-left="1800" data-idle="1800"' in page
