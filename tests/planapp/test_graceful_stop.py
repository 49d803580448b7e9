"""Asked to stop, a web server answers what it has begun, and a sender ends after the mail that is under way."""

import os
import signal
import socket
import threading
import time
import urllib.request
from collections import Counter
from contextlib import closing
from http.client import HTTPResponse

import pytest
from django.utils import timezone

from jobs.stopping import go_on, is_stopping, sigterm_is_heard, stop_soon
from outbox.models import Message
from outbox.services import put, send_due_messages
from planapp.celery import _stop_after_this_mail
from tests.chaos.sink import free_port
from tests.reminders.relay import running_relay

PATIENCE = 40


def states() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


@pytest.fixture(autouse=True)
def nobody_asked():
    yield
    go_on()


@pytest.fixture
def relay(settings):
    """A mail server that, once it has a mail, calls `relay.reached` and waits for `relay.may_answer`."""
    with running_relay() as (server, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 20
        take = server.take
        server.reached, server.may_answer = threading.Event(), threading.Event()

        def slowly(address, content):
            server.reached.set()
            assert server.may_answer.wait(PATIENCE)
            return take(address, content)

        server.take = slowly
        yield server
        server.may_answer.set()


@pytest.fixture
def three(cast):
    """A mail to each of three people is due."""
    at = timezone.now()
    for person in (cast.owner, cast.contributor, cast.manager):
        put(kind="test", person=person.pk, key="1", at=at)
    return at


def test_a_sender_ends_after_the_mail_under_way(three, relay):
    def ask():
        relay.reached.wait(PATIENCE)
        stop_soon()
        relay.may_answer.set()

    threading.Thread(target=ask, daemon=True).start()
    tally = send_due_messages(at=three)
    assert tally.counts["sent"] == 1
    assert states() == {"sent": 1, "queued": 2}
    assert set(Message.objects.filter(state="queued").values_list("attempts", "lease_until")) == {(0, None)}
    go_on()
    send_due_messages(at=three)
    assert states() == {"sent": 3}
    assert len(relay.mails) == 3


def test_one_who_was_asked_before_begins_nothing(three, relay):
    relay.may_answer.set()
    stop_soon()
    send_due_messages(at=three)
    assert (states(), relay.mails) == ({"queued": 3}, [])


def test_what_a_worker_is_asked_its_children_know():
    child = os.fork()
    if child == 0:
        end = time.monotonic() + 10
        while not is_stopping() and time.monotonic() < end:
            time.sleep(0.01)
        os._exit(0 if is_stopping() else 1)
    _stop_after_this_mail()
    assert os.waitpid(child, 0)[1] == 0


def test_a_command_hears_it_and_nothing_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with sigterm_is_heard():
        os.kill(os.getpid(), signal.SIGTERM)
        assert is_stopping()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_command_in_a_thread_goes_its_way():
    done = []

    def work():
        with sigterm_is_heard():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


# Real processes -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_request_that_has_begun_is_answered(start):
    port = free_port()
    own = {"HOST": "127.0.0.1", "PORT": str(port), "DJANGO_SETTINGS_MODULE": "planapp.settings_test"}  # no hashed files
    server = start("gunicorn", "planapp.wsgi", "-c", "planapp/gunicorn.py", **own)
    page = f"http://127.0.0.1:{port}/healthz"
    for _ in range(200):
        try:
            urllib.request.urlopen(page, timeout=5).close()
            break
        except OSError:
            assert server.poll() is None
            time.sleep(0.1)
    body = b"username=x&password=y"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: localhost:8000\r\nContent-Length: {len(body)}\r\n"
        head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        line.sendall(head.encode() + body[:5])
        time.sleep(0.3)  # until a thread has the request and waits for the rest of it
        server.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        with pytest.raises(OSError):  # noqa: PT011 - refused or reset: nothing new is begun
            urllib.request.urlopen(page, timeout=2)
        line.sendall(body[5:])
        with closing(HTTPResponse(line)) as answer:
            answer.begin()
            assert answer.status == 403  # the form came without its token, and a page says so
            assert b"</html>" in answer.read()
    assert server.wait(PATIENCE) == 0


@pytest.mark.slow
def test_a_worker_ends_after_the_mail_under_way(start, relay, three, settings):
    mails = {"EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}"}
    worker = start("celery", "-A", "planapp", "worker", "-c", "1", "--without-gossip", "--without-mingle", **mails)
    rung = start("celery", "-A", "planapp", "call", "outbox.send_due_messages", **mails)
    assert rung.wait(PATIENCE) == 0
    assert relay.reached.wait(PATIENCE)
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)  # until the worker has told its children
    relay.may_answer.set()
    assert worker.wait(PATIENCE) == 0
    assert states() == {"sent": 1, "queued": 2}
    assert len(relay.mails) == 1
    assert not Message.objects.filter(lease_until__isnull=False).exists()
