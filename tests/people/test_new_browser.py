"""Who signs in with a browser that the account was not used with before is told, and never in heaps."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from outbox.models import Message
from outbox.services import send_due_messages
from people.links import invitation_url
from people.services import create_user, note_new_browser, set_password
from records.models import AuditEvent
from tests.build import act
from tests.conftest import NOW

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def sign_in(client, person, password="x"):
    return client.post("/sign-in/", {"username": person.email, "password": password}, headers={"user-agent": FIREFOX})


def told():
    return Message.objects.filter(kind="new_browser")


def test_the_first_sign_in_with_a_browser_is_told_and_the_next_is_not(client, cast):
    sign_in(client, cast.owner)
    message = told().get()
    assert (message.person, message.address) == (cast.owner, cast.owner.email)
    event = AuditEvent.objects.get(pk=message.about)
    assert (event.verb, event.actor_id, event.changes) == (
        "user.new_browser", cast.owner.pk, {"browser": ["", "Firefox on Windows"]},
    )  # fmt: skip
    client.post(reverse("people:sign-out"))
    sign_in(client, cast.owner)
    assert told().count() == 1
    assert AuditEvent.objects.filter(verb="user.new_browser").count() == 1


def test_another_person_at_the_same_browser_is_told_too(client, cast):
    sign_in(client, cast.owner)
    client.post(reverse("people:sign-out"))
    sign_in(client, cast.viewer)
    assert {message.person for message in told()} == {cast.owner, cast.viewer}


def test_the_mail_says_which_browser_and_when_and_what_to_do(client, cast):
    sign_in(client, cast.owner)
    send_due_messages(at=NOW)
    (sent,) = [one for one in mail.outbox if "new browser" in one.subject]
    assert sent.to == [cast.owner.email]
    bodies = [sent.body, *(part.content for part in sent.alternatives)]
    for body in bodies:
        words = re.sub(r"\s+", " ", body)
        assert "Firefox on Windows" in words
        assert "5 Oct 2026" in words
        assert reverse("people:profile") in words
        assert "set a new password" in words


def test_a_browser_that_keeps_no_cookies_is_told_of_once_an_hour(cast, clock):
    for minutes in (0, 10, 59):
        clock.move_to(NOW + timedelta(minutes=minutes), tick=False)
        sign_in(Client(), cast.owner)
    assert told().count() == 1
    assert AuditEvent.objects.filter(verb="user.new_browser").count() == 3
    clock.move_to(NOW + timedelta(minutes=60), tick=False)
    sign_in(Client(), cast.owner)
    assert told().count() == 2


def test_nobody_is_told_of_a_refusal(client, cast):
    sign_in(client, cast.owner, "wrong")
    assert not told().exists()


def test_in_a_demo_nobody_is_told(client, cast, settings):
    settings.DEMO = True
    sign_in(client, cast.owner)
    assert not told().exists()


def test_the_browser_in_which_an_invitation_was_accepted_is_known(client, cast):
    person = create_user(email="new@test.example", name="New", is_invited=True, act=act(NOW, by=cast.admin))
    address = invitation_url(Message.objects.get(person=person)).partition("://")[2].partition("/")[2]
    words = {"new_password1": "a long and unusual word", "new_password2": "a long and unusual word"}
    answer = client.post(f"/{address}", words, follow=True)
    assert answer.status_code == 200
    sign_in(client, person, "a long and unusual word")
    assert not told().exists()


def test_it_goes_where_the_person_read_mail_at_that_moment(cast):
    note_new_browser(user=cast.owner, browser="Firefox", act=act(NOW, by=cast.owner))
    cast.owner.email = "taken-over@test.example"
    cast.owner.save()
    set_password(user=cast.owner, password="a long and unusual word", act=act(NOW, by=cast.owner))
    send_due_messages(at=NOW)
    (sent,) = [one for one in mail.outbox if "new browser" in one.subject]
    assert sent.to == ["owner@test.example"]
