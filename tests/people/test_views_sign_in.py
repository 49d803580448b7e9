"""Sign in, passwords, and where a sign-in leads."""

import re

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse

from people.models import User
from people.services import create_user, update_user
from records.models import AuditEvent
from tests.build import act

SIGN_IN = "/sign-in/"
GOOD = "a long and unusual word"


def sign_in(client, email="owner@test.example", password="x", **more):
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def test_e_mail_in_any_case_signs_in(client, cast):
    answer = sign_in(client, "OWNER@Test.Example")
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_told_and_the_address_kept(client, cast, password):
    answer = sign_in(client, password=password)
    assert answer.status_code == 422
    assert 'value="owner@test.example"' in answer.content.decode()


def test_a_deactivated_person_cannot_sign_in_and_is_out_at_once(client, cast):
    sign_in(client)
    update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-05T12:00"))
    assert client.get(reverse("people:profile")).status_code == 302
    assert sign_in(client).status_code == 422


@pytest.mark.parametrize(
    "evil",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\thttps://evil.example"],
)
def test_next_leads_nowhere_but_here(client, cast, evil):
    assert sign_in(client, next=evil)["Location"] == "/"
    client.logout()
    assert evil.strip() not in re.findall(
        r'name="next" value="([^"]*)"', client.get(SIGN_IN, {"next": evil}).content.decode()
    )


def test_next_leads_back(client, cast):
    assert sign_in(client, next="/initiatives/?status=at_risk")["Location"] == "/initiatives/?status=at_risk"


@pytest.mark.parametrize(
    ("current", "back"),
    [("http://testserver/initiatives/?q=1", "%2Finitiatives%2F%3Fq%3D1"), ("https://evil.example/x", "%2F")],
)
def test_an_htmx_request_is_told_to_load_the_sign_in_page_whole(client, cast, current, back):
    answer = client.get("/initiatives/", headers={"hx-request": "true", "hx-current-url": current})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/sign-in/?next={back}")


def test_demo_accounts_show_in_the_demo_only(client, cast, settings):
    assert "planapp-demo" not in client.get(SIGN_IN).content.decode()
    settings.DEMO = True
    text = client.get(SIGN_IN).content.decode()
    assert text.count("@demo.example") >= 6
    assert "planapp-demo" in text


def test_signing_out_needs_a_post(client, cast):
    sign_in(client)
    assert client.get(reverse("people:sign-out")).status_code == 405
    assert client.post(reverse("people:sign-out"))["Location"] == SIGN_IN


def test_a_password_is_set_by_the_link_of_a_mail_once(client, cast, mailoutbox, settings):
    settings.SITE_URL = "https://plan.example"
    person = create_user(email="new@test.example", name="New", act=act())
    client.post(reverse("people:password-reset"), {"email": "NEW@test.example"}, headers={"host": "testserver"})
    (mail,) = mailoutbox
    link = re.search(r"https://plan\.example(/password-reset/\S+)", mail.body)[1]
    form = client.get(link, follow=True).request["PATH_INFO"]
    refused = client.post(form, {"new_password1": "short", "new_password2": "short"})
    assert refused.status_code == 422
    assert client.post(form, {"new_password1": GOOD, "new_password2": GOOD}).status_code == 302
    assert check_password(GOOD, User.objects.get(pk=person.pk).password)
    event = AuditEvent.objects.get(verb="user.password_set")
    assert (event.actor_label, event.channel, event.changes) == ("New", "email_link", {})
    assert "used already" in Client().get(link, follow=True).content.decode()


def test_asking_for_a_stranger_says_the_same_and_sends_nothing(client, cast, mailoutbox):
    known = client.post(reverse("people:password-reset"), {"email": "owner@test.example"})
    unknown = client.post(reverse("people:password-reset"), {"email": "nobody@test.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [mail.to for mail in mailoutbox] == [["owner@test.example"]]


def test_a_changed_password_ends_other_sessions(client, cast):
    other = Client()
    sign_in(client)
    sign_in(other)
    words = {"old_password": "x", "new_password1": GOOD, "new_password2": GOOD}
    assert client.post(reverse("people:password-change"), words).status_code == 302
    assert client.get(reverse("people:profile")).status_code == 200
    assert other.get(reverse("people:profile")).status_code == 302


def test_the_sign_in_form_of_an_old_tab_gets_its_words_back():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in/?next=/", {"username": "owner@test.example", "password": "secret-word"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "owner@test.example" in text
    assert "secret-word" not in text


def test_guessing_is_slowed_and_says_nothing_about_the_password(client, cast):
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 422
    refused = sign_in(client)  # the right one
    text = refused.content.decode()
    assert (refused.status_code, refused.wsgi_request.user.is_authenticated) == (429, False)
    assert "Too many tries. Wait 1 minute, then try again." in text
    assert 'value="owner@test.example"' in text
    assert 0 < int(refused["Retry-After"]) <= 60
    assert sign_in(client, "leader@test.example").status_code == 302  # others sign in from the same place


def test_a_forged_address_does_not_start_the_count_anew(client, cast):
    for n in range(10):
        client.post(
            SIGN_IN, {"username": "owner@test.example", "password": "no"}, headers={"X-Forwarded-For": f"10.0.0.{n}"}
        )
    answer = client.post(
        SIGN_IN, {"username": "owner@test.example", "password": "x"}, headers={"X-Forwarded-For": "10.1.1.1"}
    )
    assert answer.status_code == 429


def test_one_account_guessed_from_many_places_is_slowed_too(client, cast):
    for n in range(60):
        client.post(SIGN_IN, {"username": "owner@test.example", "password": "no"}, REMOTE_ADDR=f"127.0.0.{n + 2}")
    assert sign_in(client).status_code == 429


def test_asking_for_links_is_slowed(client, cast, mailoutbox):
    asked = [client.post("/password-reset/", {"email": "owner@test.example"}).status_code for _ in range(6)]
    assert asked == [302] * 5 + [429]
    assert len(mailoutbox) == 5


def test_signing_in_does_not_need_the_cache(client, cast, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert sign_in(client).status_code == 302


def test_a_stranger_is_led_to_the_published_reports(client):
    page = client.get("/", follow=True).content.decode()
    assert "To read the published reports you need no account" in page
    assert f'href="{reverse("public:report-list")}"' in page
