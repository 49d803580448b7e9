"""How a mail leaves: rules B-31 and B-32, an ill mail server, lost leases, and what nobody can know."""

import hashlib
import logging
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.core import mail
from django.core.mail import BadHeaderError
from django.db import IntegrityError, transaction

from outbox.mailer import Accepted, FixedMail, Mailer
from outbox.models import Hold, Message
from outbox.rendering import headers_of
from outbox.selectors import health
from outbox.services import (
    claim_messages,
    hold_sending,
    recover,
    release_sending,
    send_due_messages,
    settle,
    settle_by_hand,
)
from outbox.services.sending import announce, deliver
from people.models import User
from reminders import rendering
from tests.build import act
from tests.reminders.cast import MINUTE, PAST, TODAY, lapse, morning, states

AT = morning(TODAY)
OTHERS_SENT = {"contributor@test.example": "sent", "manager@test.example": "sent"}


def test_b32_not_accepted_not_recorded_and_the_next_run_sends_only_that_one(three, relay, cast):
    relay.rcpt_answers[cast.owner.email] = "451 try again later"
    send_due_messages(at=AT)
    assert states() == {
        "owner@test.example": "queued",
        "contributor@test.example": "sent",
        "manager@test.example": "sent",
    }
    refused = Message.objects.get(person=cast.owner)
    assert refused.sent_at is None
    assert refused.note == "The mail server put it off: 451 try again later"
    relay.rcpt_answers.clear()
    send_due_messages(at=AT + 5 * MINUTE)
    assert relay.addresses() == sorted(person.email for person in three)
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("where", ["rcpt_answers", "data_answers"])
@pytest.mark.parametrize(
    ("answer", "state"), [("421 closing", "queued"), ("451 busy", "queued"), ("550 no such person", "failed")]
)
def test_refusals_are_kept_in_words_and_the_others_get_their_mail(three, relay, cast, where, answer, state):
    getattr(relay, where)[cast.owner.email] = answer
    send_due_messages(at=AT)
    assert states()[cast.owner.email] == state
    assert answer in Message.objects.get(person=cast.owner).note
    assert relay.addresses() == sorted([cast.contributor.email, cast.manager.email])


def test_a_550_is_not_tried_again_and_temporary_refusals_end_after_five_days(three, relay, cast):
    relay.rcpt_answers[cast.owner.email] = "550 no"
    relay.rcpt_answers[cast.manager.email] = "451 later"
    for hours in (0, 1, 24, 5 * 24 - 1, 5 * 24 + 1, 6 * 24):
        send_due_messages(at=AT + timedelta(hours=hours))
    assert Message.objects.get(person=cast.owner).attempts == 1
    late = Message.objects.get(person=cast.manager)
    assert (late.state, late.attempts, late.note) == ("failed", 5, "The mail server put it off: 451 later")


def test_a_server_that_hangs_or_dies_after_data_leaves_it_unknown_and_never_resends(three, relay, cast):
    relay.drop_after_data = True
    send_due_messages(at=AT)
    assert set(states().values()) == {"sending"}
    relay.drop_after_data = False
    send_due_messages(at=AT + MINUTE)
    assert len(relay.mails) == 3  # still leased: nobody touches them
    lapse()
    send_due_messages(at=AT + 2 * MINUTE)
    assert set(states().values()) == {"unconfirmed"}
    assert len(relay.mails) == 3
    assert health(AT).unconfirmed == 3


def test_a_server_that_does_not_answer_in_time_is_unknown(three, relay, settings):
    settings.EMAIL_TIMEOUT = 2
    Message.objects.exclude(person__email="owner@test.example").delete()
    relay.hang_after_data = 4
    send_due_messages(at=AT)
    assert states() == {"owner@test.example": "sending"}


def test_a_server_that_is_away_costs_nobody_their_mail(three, settings, relay):
    good, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    send_due_messages(at=AT)
    assert set(states().values()) == {"queued"}
    settings.EMAIL_PORT = good
    send_due_messages(at=AT + 2 * MINUTE)
    assert relay.addresses() == sorted(person.email for person in three)


def test_the_relays_log_settles_what_the_sender_left(three, relay, settings, tmp_path, cast):
    relay.drop_after_data = True
    send_due_messages(at=AT)
    relay.drop_after_data = False
    arrived = Message.objects.get(person=cast.owner)
    trace = tmp_path / "mail.log"
    trace.write_text(
        f"Oct  5 relay postfix/cleanup[1]: 4AB: message-id={arrived.message_id}\n"
        "Oct  5 relay postfix/qmgr[2]: 4AB: from=<a@b>, size=1, nrcpt=1 (queue active)\n"
        f"Oct  5 relay postfix/cleanup[1]: 4AC: message-id={Message.objects.get(person=cast.manager).message_id}\n"
    )
    settings.RELAY_TRACE = f"postfix:{trace}"
    lapse()
    relay.mails.clear()
    send_due_messages(at=AT + MINUTE)
    assert relay.addresses() == sorted([cast.contributor.email, cast.manager.email])  # not at the relay: sent now
    assert set(states().values()) == {"sent"}


def test_a_trace_that_cannot_be_read_concludes_nothing(three, relay, settings, tmp_path, caplog):
    relay.drop_after_data = True
    send_due_messages(at=AT)
    settings.RELAY_TRACE = f"ids:{tmp_path / 'missing'}"
    lapse()
    with caplog.at_level(logging.ERROR):
        recover(at=AT)
    assert set(states().values()) == {"sending"}
    assert "cannot be read" in caplog.text


def test_every_attempt_is_the_same_mail_byte_for_byte(three, relay, cast):
    relay.drop_after_data = True
    send_due_messages(at=AT)
    relay.drop_after_data = False
    for message in Message.objects.all():
        Message.objects.filter(pk=message.pk).update(lease_until=PAST)
    recover(at=AT)
    for message in Message.objects.all():
        settle_by_hand(message=message, decision="send", act=act("2026-10-05T13:30", cast.admin))
    send_due_messages(at=AT + 40 * MINUTE)
    by_person: dict[str, set[str]] = {}
    for address, content in relay.mails:
        by_person.setdefault(address, set()).add(hashlib.sha256(content).hexdigest())
    assert len(relay.mails) == 6
    assert {len(hashes) for hashes in by_person.values()} == {1}


def test_a_poison_row_is_set_aside_in_words_and_the_others_go_out(three, monkeypatch, cast):
    real = rendering.render_digest

    def broken(message, items, day):
        if message.person == cast.owner:
            raise KeyError("no such field")
        return real(message, items, day)

    monkeypatch.setattr("reminders.mails.render_digest", broken)
    moment = AT
    for _ in range(5):
        send_due_messages(at=moment)
        moment += timedelta(hours=2)
    assert states() == {
        "owner@test.example": "failed",
        "contributor@test.example": "sent",
        "manager@test.example": "sent",
    }
    assert "no such field" in Message.objects.get(person=cast.owner).note
    assert len(mail.outbox) == 2


def test_a_broken_address_keeps_nobody_else_from_their_mail(three, relay, cast):
    User.objects.filter(pk=cast.owner.pk).update(email="x" * 240 + "@test.example")
    moment = AT
    for _ in range(6):
        send_due_messages(at=moment)
        moment += timedelta(hours=2)
    assert {cast.contributor.email, cast.manager.email} <= set(relay.addresses())
    assert Message.objects.get(person=cast.owner).state in {"failed", "sent"}


def test_a_sender_that_lost_its_lease_settles_nothing(three):
    first = claim_messages(at=AT, limit=1)[0]
    assert announce(first, at=AT) is not None
    lapse()
    recover(at=AT)
    again = Message.objects.get(pk=first.pk)
    assert again.state == "unconfirmed"
    assert settle(first, Accepted(), at=AT) == "lost to another sender"
    assert Message.objects.get(pk=first.pk).state == "unconfirmed"


def test_a_claim_that_lapsed_is_not_announced(three):
    first = claim_messages(at=AT, limit=1)[0]
    lapse()
    send_due_messages(at=AT)
    assert len(mail.outbox) == 3
    with Mailer() as mailer:
        assert deliver(first, mailer=mailer, at=AT) == "lost to another sender"
    assert len(mail.outbox) == 3


def test_two_claims_never_hold_the_same_message(three):
    assert len(claim_messages(at=AT)) == 3
    assert claim_messages(at=AT) == []


def test_while_held_nothing_goes_out_and_nothing_is_lost(three, cast):
    hold_sending(act=act("2026-10-05T12:59", cast.admin, reason="restored from backup"))
    send_due_messages(at=AT)
    assert mail.outbox == []
    assert Hold.objects.filter(is_open=True).count() == 1
    release_sending(act=act("2026-10-05T13:30", cast.admin))
    send_due_messages(at=AT + MINUTE)
    assert len(mail.outbox) == 3


def test_the_database_refuses_states_that_do_not_fit(three):
    message = Message.objects.first()
    for fields in ({"state": "sent"}, {"state": "claimed"}, {"state": "failed"}, {"lease_until": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(**fields)


def test_a_mail_is_decided_by_its_row(three):
    message = claim_messages(at=AT, limit=1)[0]
    first = announce(message, at=AT).content
    again = FixedMail(Message.objects.get(pk=message.pk), headers_of(message)).content
    assert first == again
    assert message.message_id.encode() in first


@pytest.mark.parametrize("words", ["Plain.\n", "Zoë – naïve\r\n.dot\rend", "long " * 400 + "ä = ü\n.\n", "x" * 1200])
@pytest.mark.parametrize("html", ["", "<p>Grüße &amp; <b>more</b></p>\n"])
@pytest.mark.parametrize("subject", ["planapp: 1 late", "Ümläüte " * 20 + "!", "words " * 30 + "!"])
def test_what_goes_over_the_wire_says_what_the_row_says(words, html, subject):
    row = Message(
        message_id="<1@localhost>", date=AT, to_address="zoë@exämple.example", subject=subject, text=words, html=html
    )
    headers = {"List-Unsubscribe": f"<https://localhost/{'x' * 200}>", "Auto-Submitted": "auto-generated"}
    one = FixedMail(row, headers)
    read = BytesParser(policy=policy.default).parsebytes(one.content)
    assert {name: " ".join(read[name].split()) for name in ("Subject", "Message-ID", *headers)} == {
        "Subject": subject.strip(), "Message-ID": "<1@localhost>", **headers,
    }  # fmt: skip
    assert read["Date"].datetime == AT
    said = [part for part in read.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in said] == ["text/plain", *(["text/html"] if html else [])]
    for part, text in zip(said, [words, html], strict=False):
        assert part.get_content().split() == text.split()
    assert all(len(line) <= 998 for line in one.content.split(b"\r\n"))
    assert b"\n" not in one.content.replace(b"\r\n", b"")
    assert b"\r" not in one.content.replace(b"\r\n", b"")
    assert FixedMail(row, headers).content == one.content


@pytest.mark.parametrize("name", ["Subject", "X-Own"])
def test_a_header_of_two_lines_is_never_written(name):
    row = Message(message_id="<1@localhost>", date=AT, to_address="a@test.example", subject="One\nBcc: all", text="x")
    with pytest.raises(BadHeaderError):
        FixedMail(row, {name: "one\r\nBcc: all"})


@pytest.mark.parametrize(("decision", "state"), [("arrived", "sent"), ("send", "queued"), ("drop", "cancelled")])
def test_an_unconfirmed_message_is_settled_by_hand(three, cast, decision, state):
    announce(claim_messages(at=AT, limit=1)[0], at=AT)
    lapse()
    recover(at=AT)
    message = Message.objects.get(state="unconfirmed")
    settle_by_hand(message=message, decision=decision, act=act("2026-10-05T14:00", cast.admin, reason="asked them"))
    settled = Message.objects.get(pk=message.pk)
    assert (settled.state, settled.settled_by) == (state, cast.admin)
    assert settled.note == "Settled by hand: asked them"
