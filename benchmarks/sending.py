"""Sending digests beside smtplib that hands over the same bytes, with the same two commits a mail.

One connection each, to the same raw relay in a process of its own. The limit knows beforehand what to write: it makes
no look at what still holds and writes no text. Aim: a ratio of at most 3, with Django's own mail classes and ORM.
"""

import smtplib
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_connection, socket

from django.conf import settings
from django.db import connection

from benchmarks.due import seed
from benchmarks.measure import Pair, taking_turns
from outbox.mailer import FixedMail
from outbox.models import Message
from outbox.rendering import headers_of
from outbox.services import send_due_messages
from reminders.services import plan_messages

AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
SIZES = (1_000,)
INTENT = """UPDATE outbox_message SET state = 'sending', fence = fence + 1, attempts = 1, to_address = %s,
  rendered_on = %s, subject = %s, text = %s, html = %s, lease_until = clock_timestamp() + interval '1 minute'
  WHERE id = %s AND state = 'queued'"""
SENT = """UPDATE outbox_message SET state = 'sent', sent_at = %s, ended_at = %s, lease_until = NULL
  WHERE id = %s AND state = 'sending'"""
ANEW = """UPDATE outbox_message SET state = 'queued', fence = 0, attempts = 0, sent_at = NULL, ended_at = NULL,
  rendered_on = NULL, to_address = '', subject = '', text = '', html = ''"""


def run(size: int) -> list[Pair]:
    seed(at=AT, people=size, initiatives=size, milestones=size, due_every=1)
    plan_messages(at=AT)
    with relay() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        send_due_messages(at=AT)
        mails = [(row, FixedMail(row, headers_of(row)).content) for row in Message.objects.order_by("pk")]
        assert {row.state for row, _ in mails} == {"sent"}
        return [
            taking_turns(
                f"send {size:,} mails, each with two commits",
                lambda: _timed_anew(lambda: send_due_messages(at=AT)),
                lambda: _timed_anew(lambda: plain(mails, port)),
                rounds=3,
                aim=3.0,
            )
        ]


def plain(mails: list[tuple[Message, bytes]], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server, connection.cursor() as cursor:
        for row, content in mails:
            text = [row.to_address, row.rendered_on, row.subject, row.text, row.html]
            cursor.execute(INTENT, [*text, row.pk])
            server.sendmail("planapp@localhost", [row.to_address], content)
            cursor.execute(SENT, [AT, AT, row.pk])


def _timed_anew(work) -> None:
    """Every round begins with all of them queued, on a table without dead rows. Both sides pay for that alike."""
    with connection.cursor() as cursor:
        cursor.execute(ANEW)
        cursor.execute("VACUUM outbox_message")
    work()


@contextmanager
def relay():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.chaos.sink", "--port", str(port), "--log", str(Path(folder) / "log")]
        process = subprocess.Popen(command)
        try:
            for _ in range(200):
                try:
                    create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            process.kill()
            process.wait()
