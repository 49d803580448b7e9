"""Data came back from a backup: no mail that went out since goes out again, and none that did not is lost."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from outbox.models import Hold, Message
from outbox.selectors import doubtful
from outbox.services import claim_messages, hold_restored, hold_sending, put, release_sending, send_due_messages
from reminders.services import plan_messages
from tests.build import act
from tests.reminders.cast import MINUTE, TODAY, addresses, lapse, morning, run

AT = morning(TODAY)
BACK = AT + 10 * MINUTE  # when the data were brought back
LATER = BACK + 10 * MINUTE


@pytest.fixture
def hold(three, cast):
    """Saved when three digests were planned and none was out; brought back ten minutes later."""
    return hold_restored(restored_from=AT, act=act(BACK, cast.admin, reason="The disk died."))


def record(settings, tmp_path, messages):
    path = tmp_path / "accepted"
    path.write_text("".join(f"accepted {one.message_id}\n" for one in messages))
    settings.RELAY_TRACE = f"ids:{path}"


@pytest.mark.usefixtures("hold")
def test_what_the_relay_took_since_does_not_go_out_again_and_what_it_did_not_does(settings, tmp_path, cast):
    first, second, third = Message.objects.order_by("pk")
    record(settings, tmp_path, [first, second])
    send_due_messages(at=BACK)
    assert mail.outbox == []
    assert release_sending(act=act(LATER, cast.admin)) == 2
    send_due_messages(at=LATER)
    assert addresses() == [third.person.email]
    first.refresh_from_db()
    assert (first.state, "The relay’s record" in first.note) == ("cancelled", True)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("decision", "sent"), [("arrived", 0), ("send", 3)])
def test_what_a_sender_had_claimed_when_the_data_were_saved_is_doubtful_too(cast, decision, sent):
    claim_messages(at=AT)
    hold_restored(restored_from=AT, act=act(BACK, cast.admin, reason="The disk died."))
    assert release_sending(act=act(LATER, cast.admin), decision=decision) == 3 - sent
    lapse()
    send_due_messages(at=LATER)
    assert len(mail.outbox) == sent


@pytest.mark.usefixtures("hold")
def test_what_went_out_counts_as_told_on_that_day_and_the_next(settings, tmp_path, cast):
    record(settings, tmp_path, Message.objects.all())
    release_sending(act=act(LATER, cast.admin))
    plan_messages(at=LATER)
    send_due_messages(at=LATER)
    run(TODAY + timedelta(days=1))
    assert mail.outbox == []


@pytest.mark.parametrize(("decision", "sent"), [("arrived", 0), ("send", 3)])
def test_without_a_record_a_person_decides_and_nothing_goes_out_before(hold, cast, decision, sent):
    with pytest.raises(ValidationError, match="choose whether they went out"):
        release_sending(act=act(LATER, cast.admin))
    send_due_messages(at=LATER)
    assert mail.outbox == []
    assert Hold.objects.get().is_open
    assert release_sending(act=act(LATER, cast.admin), decision=decision) == 3 - sent
    send_due_messages(at=LATER)
    assert len(mail.outbox) == sent


@pytest.mark.usefixtures("hold")
def test_a_record_that_cannot_be_read_releases_nothing(settings, tmp_path, cast):
    settings.RELAY_TRACE = f"ids:{tmp_path / 'missing'}"
    with pytest.raises(ValidationError, match="nobody knows what went out"):
        release_sending(act=act(LATER, cast.admin))
    assert Hold.objects.get().is_open


def test_what_was_put_in_after_the_return_is_not_doubtful(hold, cast):
    new = put(kind="test", person=cast.viewer.pk, key="later", at=LATER)
    assert new not in doubtful(hold)
    release_sending(act=act(LATER, cast.admin), decision="arrived")
    send_due_messages(at=LATER)
    assert addresses() == [cast.viewer.email]


@pytest.mark.usefixtures("three")
def test_data_that_were_saved_while_sending_was_held_are_held_for_the_new_reason(cast):
    hold_sending(act=act(AT, cast.admin, reason="A drill."))
    hold = hold_restored(restored_from=AT, act=act(BACK, reason="The disk died."))
    assert (Hold.objects.count(), hold.since, hold.reason) == (1, BACK, "The disk died.")
    assert doubtful(hold).count() == 3


@pytest.mark.usefixtures("three")
def test_after_an_ordinary_hold_nothing_is_doubtful(cast):
    hold_sending(act=act(BACK, cast.admin, reason="A drill."))
    assert release_sending(act=act(LATER, cast.admin)) == 0
    send_due_messages(at=LATER)
    assert len(mail.outbox) == 3


@pytest.mark.usefixtures("hold")
def test_the_page_says_how_many_may_have_gone_out_and_asks(cast, sign_in):
    client, page = sign_in(cast.manager), reverse("reminders:sending")
    shown = client.get(page).content.decode()
    assert "3 mails</a> may have gone out by" in shown
    assert "They did not go out: send them" in shown
    refused = client.post(page, {"release": "1"})
    assert refused.status_code == 422
    assert Hold.objects.get().is_open
    done = client.post(page, {"release": "1", "decision": "arrived"}, follow=True)
    assert "Mail goes out again. 3 had gone out before." in done.content.decode()
    assert not Hold.objects.get().is_open


@pytest.mark.usefixtures("hold")
def test_the_page_asks_nothing_where_the_relay_keeps_a_record(settings, tmp_path, cast, sign_in):
    record(settings, tmp_path, Message.objects.all()[:1])
    shown = sign_in(cast.manager).get(reverse("reminders:sending")).content.decode()
    assert "The mail server’s record says which" in shown
    assert "send them" not in shown
