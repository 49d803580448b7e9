"""Each protection of the sender by itself; tests/mutants takes them away one by one and expects these to fail."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, OperationalError, transaction

from jobs.queue import LostLease
from outbox.mailer import Mailer, Unknown
from outbox.models import Message
from outbox.services import claim_messages, send_due_messages, sending
from outbox.services.sending import announce, deliver, settle
from reminders import mails
from reminders.models import MessageItem
from reminders.rendering import render_digest
from reminders.services import plan_messages
from tests.build import make_initiative, make_milestone, report
from tests.reminders.cast import MINUTE, SOON, TODAY, addresses, emails, lapse, morning, states

AT = morning(TODAY)


def test_a_lease_that_ran_out_is_lost_before_anybody_took_it_back(three):
    first = claim_messages(at=AT, limit=1)[0]
    lapse()
    with pytest.raises(LostLease):
        announce(first, at=AT)
    assert Message.objects.get(pk=first.pk).state == "claimed"


def test_the_database_refuses_a_second_digest_of_a_day(three):
    first = Message.objects.first()
    twin = Message(
        person=first.person, kind="digest", key=first.key, day=first.day, message_id="<another@x>",
        date=AT, planned_at=AT, next_try_at=AT,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_the_database_refuses_to_tell_one_thing_twice(three):
    item = MessageItem.objects.first()
    item.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()


def test_what_comes_up_after_the_digest_of_the_day_waits_for_the_next(three, plan, cast):
    send_due_messages(at=AT)
    late = make_initiative(plan, number="1.9", owner=cast.owner)
    report(late, "on_track", "2026-10-05T12:00", cast.owner)
    make_milestone(late, SOON)
    plan_messages(at=AT + timedelta(hours=1))
    send_due_messages(at=AT + timedelta(hours=1))
    assert addresses() == emails(three)
    plan_messages(at=morning(TODAY + timedelta(days=1)))
    send_due_messages(at=morning(TODAY + timedelta(days=1)))
    assert addresses() == emails([*three, cast.owner])


def test_pauses_between_attempts_grow_and_are_kept(three, relay, cast):
    relay.rcpt_answers[cast.owner.email] = "451 later"
    pauses, moment = [], AT
    for _ in range(7):
        send_due_messages(at=moment)
        row = Message.objects.get(person=cast.owner)
        pauses.append(int((row.next_try_at - moment).total_seconds()) // 60)
        attempts = row.attempts
        send_due_messages(at=row.next_try_at - timedelta(seconds=1))
        assert Message.objects.get(person=cast.owner).attempts == attempts
        moment = row.next_try_at
    assert pauses == [1, 2, 5, 15, 30, 60, 60]


def test_a_database_that_went_away_is_no_fault_of_the_message(three, monkeypatch):
    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(mails, "render_digest", gone)
    first = claim_messages(at=AT, limit=1)[0]
    with Mailer() as mailer, pytest.raises(OperationalError):
        deliver(first, mailer=mailer, at=AT)
    row = Message.objects.get(pk=first.pk)
    assert (row.state, row.attempts, row.note) == ("claimed", 0, "")


def test_one_row_that_cannot_be_looked_at_keeps_nobody_else_waiting(three, monkeypatch, cast):
    real = mails._is_for

    def broken(person_id, one, directory):
        if person_id == cast.owner.pk:
            raise KeyError("no such rule")
        return real(person_id, one, directory)

    monkeypatch.setattr(mails, "_is_for", broken)
    send_due_messages(at=AT)
    assert states() == {
        "owner@test.example": "queued",
        "contributor@test.example": "sent",
        "manager@test.example": "sent",
    }
    assert (
        Message.objects.get(person=cast.owner).note
        == "It could not be written or handed over: KeyError: 'no such rule'"
    )


def test_a_text_that_cannot_be_put_on_the_wire_fails_before_anybody_could_have_it(three, monkeypatch, cast):
    """In doubt are only mails whose text was on its way."""

    def unwritable(message, items, day):
        rendered = render_digest(message, items, day)
        return replace(rendered, text="\ud800") if message.person == cast.owner else rendered

    monkeypatch.setattr(mails, "render_digest", unwritable)
    send_due_messages(at=AT)
    row = Message.objects.get(person=cast.owner)
    assert (row.state, row.attempts) == ("queued", 1)
    assert "UnicodeEncodeError" in row.note
    assert len(mail.outbox) == 2


def test_a_sender_stopped_before_the_text_keeps_quiet_and_leaves_it_to_recovery(three, relay):
    first = claim_messages(at=AT, limit=1)[0]
    letter = announce(first, at=AT)
    with Mailer() as mailer:
        outcome = mailer.hand_over(letter, before=time.monotonic() - 1)
    assert isinstance(outcome, Unknown)
    assert settle(first, outcome, at=AT) == "left to recovery"
    assert relay.mails == []
    assert Message.objects.get(pk=first.pk).state == "sending"


def test_a_batch_is_looked_at_anew_once_it_is_not_fresh(three, monkeypatch, cast, plan):
    """What changes while a slow server keeps a batch waiting counts for the mails still to come."""
    monkeypatch.setattr(sending, "FRESH", -1.0)
    real = Mailer.hand_over

    def then_everything_ends(self, letter, before):
        plan.reminders_on = False
        plan.save()
        return real(self, letter, before)

    monkeypatch.setattr(Mailer, "hand_over", then_everything_ends)
    send_due_messages(at=AT)
    assert sorted(states().values()) == ["cancelled", "cancelled", "sent"]


def test_a_run_ends_by_itself_and_the_next_goes_on(three, monkeypatch):
    monkeypatch.setattr(sending, "RUN_FOR", -1)
    send_due_messages(at=AT)
    assert set(states().values()) == {"queued"}
    monkeypatch.undo()
    send_due_messages(at=AT + MINUTE)
    assert set(states().values()) == {"sent"}
