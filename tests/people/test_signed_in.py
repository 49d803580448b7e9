"""Where a person is signed in, and an end to it elsewhere."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import Message
from people.models import Session
from people.services import update_user
from people.signed_in import SINCE, browser_of, name_of
from records.models import AuditEvent
from tests.build import act

PROFILE = reverse("people:profile")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def password(cast):
    cast.owner.set_password("secret-word")
    cast.owner.save()
    return "secret-word"


@pytest.fixture
def signed_in(cast, password):
    def _signed_in(browser: str) -> Client:
        client = Client(headers={"user-agent": browser})
        answer = client.post("/sign-in/", {"username": cast.owner.email, "password": password})
        assert answer.status_code == 302
        return client

    return _signed_in


def words(client: Client) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(PROFILE).content.decode()))


def test_each_browser_stands_there_and_the_lost_one_is_signed_out(signed_in, cast):
    desk, phone = signed_in(FIREFOX), signed_in(PHONE)
    text = words(desk)
    assert "Firefox on Windows , this one" in text
    assert "Safari on an iPhone" in text
    name = name_of(phone.session.session_key)
    assert phone.session.session_key not in desk.get(PROFILE).content.decode()
    answer = desk.post(reverse("people:session-end", args=[name]), follow=True)
    assert "That browser has to sign in again." in answer.content.decode()
    assert phone.get(PROFILE).status_code == 302
    assert desk.get(PROFILE).status_code == 200
    assert (
        "It had ended already." in desk.post(reverse("people:session-end", args=[name]), follow=True).content.decode()
    )
    assert AuditEvent.objects.filter(verb="user.sessions_ended", target_id=cast.owner.pk).count() == 1


def test_all_others_end_at_once(signed_in):
    desk, others = signed_in(FIREFOX), [signed_in(PHONE), signed_in("curl/8")]
    answer = desk.post(reverse("people:sessions-end"), follow=True)
    assert "Signed out everywhere else: 2 sessions." in answer.content.decode()
    assert [one.get(PROFILE).status_code for one in (desk, *others)] == [200, 302, 302]
    assert "Sign out everywhere else" not in desk.get(PROFILE).content.decode()


def test_nobody_ends_the_session_of_somebody_else(signed_in, cast):
    desk, other = signed_in(FIREFOX), Client()
    other.force_login(cast.viewer)
    other.post(reverse("people:session-end", args=[name_of(desk.session.session_key)]))
    other.post(reverse("people:sessions-end"))
    assert desk.get(PROFILE).status_code == 200
    assert not AuditEvent.objects.filter(verb="user.sessions_ended").exists()


def test_the_page_that_asks_never_ends_its_own(signed_in):
    desk = signed_in(FIREFOX)
    desk.post(reverse("people:session-end", args=[name_of(desk.session.session_key)]))
    assert desk.get(PROFILE).status_code == 200
    assert Session.objects.count() == 1


def test_a_session_that_is_used_ends_twelve_hours_after_sign_in_all_the_same(signed_in, password, settings):
    desk = signed_in(FIREFOX)
    session = desk.session
    session[SINCE] = (timezone.now() - timedelta(hours=11)).isoformat()
    session.save()
    changed = {"old_password": password, "new_password1": "another-long-word-9", "new_password2": "another-long-word-9"}
    answer = desk.post(reverse("people:password-change"), changed)  # writes the session again, under another key
    assert answer.status_code == 302
    assert Session.objects.get().expire_date <= timezone.now() + timedelta(hours=1)
    assert int(answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"]) <= 60 * 60


@pytest.mark.parametrize(
    ("told", "label"),
    [(FIREFOX, "Firefox on Windows"), (PHONE, "Safari on an iPhone"), ("", "A browser"), ("<b>\0" * 999, "A browser")],
)
def test_a_browser_is_named_as_far_as_it_tells(told, label):
    assert browser_of(told) == label


def test_an_administrator_signs_somebody_out_everywhere(signed_in, sign_in, cast):
    there = [signed_in(FIREFOX), signed_in(PHONE)]
    end = reverse("people:person-sessions-end", args=[cast.owner.pk])
    assert [client.get(PROFILE).status_code for client in there] == [200, 200]
    page = reverse("people:person-detail", args=[cast.owner.pk])
    for who in (cast.viewer, cast.manager):
        assert sign_in(who).post(end).status_code == 403, who.name
    admin = sign_in(cast.admin)
    assert end in admin.get(page).content.decode()
    assert admin.get(end).status_code == 302, "a look ends nothing"
    assert [client.get(PROFILE).status_code for client in there] == [200, 200]
    said = admin.post(end, follow=True).content.decode()
    assert "was signed out: 2 sessions ended." in said
    assert [client.get(PROFILE).status_code for client in there] == [302, 302]
    event = AuditEvent.objects.get(verb="user.sessions_ended")
    assert (event.target_id, event.actor_id) == (cast.owner.pk, cast.admin.pk)
    assert Message.objects.filter(person=cast.owner, kind="account", about=event.pk).count() == 1
    again = admin.post(end, follow=True).content.decode()
    assert "is signed in nowhere." in again
    assert AuditEvent.objects.filter(verb="user.sessions_ended").count() == 1


def test_an_administrator_who_signs_out_everywhere_stays_here_and_gets_no_mail(sign_in, cast):
    admin, elsewhere = sign_in(cast.admin), Client()
    elsewhere.force_login(cast.admin)
    end = reverse("people:person-sessions-end", args=[cast.admin.pk])
    assert "was signed out: 1 session ended." in admin.post(end, follow=True).content.decode()
    assert (admin.get(PROFILE).status_code, elsewhere.get(PROFILE).status_code) == (200, 302)
    assert not Message.objects.filter(kind="account").exists()
    assert "is signed in nowhere else." in admin.post(end, follow=True).content.decode()


def test_signing_somebody_out_asks_who_does_it(sign_in, cast, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    answer = sign_in(cast.admin).post(reverse("people:person-sessions-end", args=[cast.owner.pk]))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_whoever_is_deactivated_is_signed_out_at_once_and_stays_so_when_reactivated(signed_in, cast):
    there = [signed_in(FIREFOX), signed_in(PHONE)]
    for active in (False, True):
        update_user(user=cast.owner, fields={"is_active": active}, act=act())
        assert [client.get(PROFILE).status_code for client in there] == [302, 302]
