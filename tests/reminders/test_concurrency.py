"""Several planners and senders at once, in real transactions on PostgreSQL."""

import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections

from outbox.models import Message
from outbox.services import send_due_messages
from reminders.models import MessageItem
from reminders.services import plan_messages
from tests.build import build_cast, build_plan, make_initiative, make_milestone, report
from tests.reminders.cast import MINUTE, TODAY, morning
from tests.reminders.relay import running_relay
from tests.reminders.test_who import SOON

AT = morning(TODAY)
SIDE_BY_SIDE = 5

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def many(settings):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; senders side by side are tested on PostgreSQL")
    cast, plan = build_cast(), build_plan()
    people = [cast.owner, cast.contributor, cast.manager, cast.admin, cast.liaison]
    for number, person in enumerate(people):
        one = make_initiative(plan, number=f"1.{number + 4}", owner=person)
        report(one, "on_track", "2026-10-05T12:00", person)
        make_milestone(one, SOON)
    return people


def at_once(work: Callable[[], object], count: int = SIDE_BY_SIDE) -> None:
    gate = threading.Barrier(count)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []


def test_five_planners_at_once_plan_each_digest_once(many):
    at_once(lambda: plan_messages(at=AT))
    assert Counter(Message.objects.values_list("person", flat=True)) == Counter(person.pk for person in many)


def test_five_senders_at_once_send_each_mail_once(many, settings):
    plan_messages(at=AT)
    with running_relay() as (relay, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
        at_once(lambda: send_due_messages(at=AT + MINUTE))
        assert relay.addresses() == sorted(person.email for person in many)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def tick() -> None:
    """What each beat makes a worker do."""
    plan_messages(at=AT)
    send_due_messages(at=AT + MINUTE)


def cron() -> None:
    call_command("plan_messages", "--at", AT.isoformat(), stdout=StringIO())
    call_command("send_due_messages", "--at", (AT + MINUTE).isoformat(), stdout=StringIO())


def test_no_beat_but_cron_or_one_or_two_or_five_give_the_same_mails(many, settings):
    with running_relay() as (relay, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
        runs: dict[str, list[tuple[str, str, str, str]]] = {}
        for name, run in {
            "cron": cron,
            **{f"{count} beats": partial(at_once, tick, count) for count in (1, 2, 5)},
        }.items():
            run()
            runs[name] = sorted(headers(address, content) for address, content in relay.mails)
            relay.mails.clear()
            MessageItem.objects.all().delete()
            Message.objects.all().delete()
    assert [address for address, *_ in runs["cron"]] == sorted(person.email for person in many)
    assert runs == dict.fromkeys(runs, runs["cron"])


def headers(address: str, content: bytes) -> tuple[str, str, str, str]:
    mail = message_from_bytes(content)
    return address, mail["Message-ID"], mail["Date"], mail["Subject"]
