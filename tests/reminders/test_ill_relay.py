"""A mail server that is ill, one row that is poison, and names and addresses that want to break out.

Whatever it is, the others get their mail, and the message log says in words what happened.
"""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from outbox.models import Message
from outbox.selectors import health
from outbox.services import send_due_messages
from outbox.services.recovery import NO_TRACE
from people.models import User
from people.roles import Role
from people.services import create_user, grant_role
from reminders import rendering
from reminders.services import plan_messages
from tests.build import act, make_initiative, make_milestone, report
from tests.reminders.cast import SOON, TODAY, lapse, morning, states

AT = morning(TODAY)
HOUR = timedelta(hours=1)
OTHERS = ["contributor@test.example", "manager@test.example"]
BROKE = "The connection broke while the mail was handed over: "


def owner() -> Message:
    return Message.objects.get(person__email="owner@test.example")


def refuses(relay, settings):
    settings.EMAIL_PORT = 9


def says_nothing(relay, settings):
    relay.greeting, settings.EMAIL_TIMEOUT = None, 0.5


def is_closing(relay, settings):
    relay.greeting = "421 closing for the night"


@pytest.mark.parametrize(
    ("ill", "words"),
    [
        (refuses, "The mail server cannot be reached: [Errno 111] Connection refused."),
        (says_nothing, "The mail server cannot be reached: no answer in time."),
        (is_closing, "The mail server cannot be reached: 421 closing for the night."),
    ],
)
def test_a_server_that_takes_nobody_in_costs_nobody_their_mail(three, relay, settings, ill, words):
    good = settings.EMAIL_PORT, settings.EMAIL_TIMEOUT, relay.greeting
    ill(relay, settings)
    send_due_messages(at=AT)
    rows = Message.objects.all()
    assert {(row.state, row.note) for row in rows} == {("queued", words)}
    assert relay.mails == []
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT, relay.greeting = good
    send_due_messages(at=AT + HOUR)
    assert relay.addresses() == sorted(["owner@test.example", *OTHERS])
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("where", ["rcpt_answers", "data_answers"])
@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ("421 closing", "queued", "The mail server put it off: 421 closing"),
        ("451 greylisted", "queued", "The mail server put it off: 451 greylisted"),
        ("550 no such mailbox", "failed", "The mail server refused it for good: 550 no such mailbox"),
    ],
)
def test_what_it_refuses_one_person_is_in_words_and_the_others_get_their_mail(
    three, relay, where, answer, state, words
):
    getattr(relay, where)["owner@test.example"] = answer
    send_due_messages(at=AT)
    assert (owner().state, owner().note) == (state, words)
    assert relay.addresses() == OTHERS
    getattr(relay, where).clear()
    send_due_messages(at=AT + HOUR)
    assert relay.addresses() == sorted([*OTHERS, *(["owner@test.example"] if state == "queued" else [])])


@pytest.mark.parametrize(("silent", "words"), [(False, "Connection unexpectedly closed"), (True, "no answer in time")])
def test_one_mail_that_dies_or_falls_silent_after_data_is_left_alone(three, relay, settings, silent, words):
    """In doubt it is not sent again; without a trace a person hears of it; the others have their mail."""
    settings.EMAIL_TIMEOUT = 0.5
    relay.dies_after_data_for, relay.hang_after_data = {"owner@test.example"}, 1.0 if silent else 0.0
    send_due_messages(at=AT)
    assert (owner().state, owner().note) == ("sending", f"{BROKE}{words}.")
    assert relay.addresses() == sorted(["owner@test.example", *OTHERS])
    send_due_messages(at=AT + HOUR)
    lapse()
    send_due_messages(at=AT + 2 * HOUR)
    assert (owner().state, owner().note) == ("unconfirmed", f"{BROKE}{words}. {NO_TRACE}")
    assert relay.addresses() == sorted(["owner@test.example", *OTHERS])
    assert health(AT).unconfirmed == 1


@pytest.fixture
def fifty(plan):
    people = []
    for n in range(50):
        person = create_user(email=f"person{n:02}@test.example", name=f"Person {n}", act=act())
        grant_role(user=person, role=Role.CONTRIBUTOR, act=act())
        one = make_initiative(plan, number=f"1.{n + 10}", owner=person)
        report(one, "on_track", "2026-10-05T12:00", person)
        make_milestone(one, SOON)
        people.append(person)
    plan_messages(at=AT)
    return people


def test_a_field_that_fails_for_one_of_fifty_is_set_aside_after_five_attempts(fifty, relay, monkeypatch):
    real = rendering._sentence

    def broken(kind, context):
        if context["one"].owners[-1] == fifty[7].pk:
            raise ValueError("no such field")
        return real(kind, context)

    monkeypatch.setattr(rendering, "_sentence", broken)
    send_due_messages(at=AT)
    others = [person.email for person in fifty if person != fifty[7]]
    assert relay.addresses() == others
    poison = Message.objects.get(person=fifty[7])
    assert (poison.state, poison.attempts) == ("queued", 1)
    for n in range(1, 8):
        send_due_messages(at=AT + n * HOUR)
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("failed", 5)
    assert poison.note == "It could not be written or handed over: ValueError: no such field"
    assert relay.addresses() == others
    assert health(AT).failed == 1


def test_a_name_with_line_breaks_adds_no_header_and_no_receiver(three, relay):
    trap = "Owner\r\nBcc: everyone@test.example\r\n\r\nHello"
    User.objects.filter(email="owner@test.example").update(name=trap)
    send_due_messages(at=AT)
    assert sorted(relay.rcpts) == sorted(["owner@test.example", *OTHERS])
    for _, content in relay.mails:
        parsed = message_from_bytes(content, policy=policy.default)
        assert parsed["Bcc"] is None
        assert b"bcc:" not in content.partition(b"\r\n\r\n")[0].lower()


@pytest.mark.parametrize("address", ["x" * 288 + "@test.example", "ówner@test.example"])
def test_an_address_that_no_server_takes_keeps_nobody_else_waiting(three, relay, address):
    row = owner()
    type(row.person).objects.filter(pk=row.person_id).update(email=address[:254])
    relay.rcpt_answers[address[:254]] = "553 no such address"
    for n in range(6):
        send_due_messages(at=AT + n * HOUR)
    row.refresh_from_db()
    assert set(OTHERS) <= set(relay.addresses())
    assert row.state == "failed"
    assert row.note.startswith(("The mail server refused it for good: 553", "It could not be written or handed over"))
    assert row.attempts <= 5
    assert timezone.is_aware(row.ended_at)
