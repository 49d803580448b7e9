"""Run as a program: senders that are stopped at a named place, outlive their lease, and wake up when all is settled.

Prints how many were stopped, how many rows they changed after that, and how many mails they sent once more.
"""

import os
import signal
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.db import connections
from django.template.loader import get_template
from django.urls import reverse

from tests.chaos.sink import taken
from tests.reminders.killer import AT, lapse

PLACES = ("after_claim", "before_data", "after_250", "before_commit")
SHORT = 0.02  # of the mail server's time-out: how old an intent may be when the text's turn comes


def stopped(place: str) -> int:
    """Fork a sender that stops itself at the place, and wait until it has; its number."""
    from outbox import mailer  # noqa: PLC0415 - Django must be set up first
    from outbox.services import send_due_messages, sending  # noqa: PLC0415

    connections.close_all()
    child = os.fork()
    if child == 0:

        def stop(name: str) -> None:
            if name == place:
                os.kill(os.getpid(), signal.SIGSTOP)

        sending.failpoint = mailer.failpoint = stop
        sending.HAND_OVER = SHORT
        try:
            send_due_messages(at=AT)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), f"The sender ended before {place}."
    return child


def rows() -> list[tuple[object, ...]]:
    from outbox.models import Message  # noqa: PLC0415

    fields = ("state", "fence", "lease_until", "attempts", "next_try_at", "sent_at", "ended_at", "note", "text")
    return list(Message.objects.order_by("pk").values_list(*fields))


def anew(n: int) -> None:
    """Everybody's mail is due again, under names of its own."""
    from outbox.models import Message  # noqa: PLC0415

    for row in Message.objects.all():
        row.state, row.message_id, row.attempts, row.note = "queued", f"<{n}.{row.pk}@test.example>", 0, ""
        row.sent_at = row.ended_at = row.lease_until = None
        row.save()


def outlived(zombie: int) -> int:
    """Let others settle everything, wake it, and count the rows it changed."""
    from outbox.services import send_due_messages  # noqa: PLC0415

    time.sleep(SHORT * settings.EMAIL_TIMEOUT * 1.5)
    for _ in range(2):
        lapse()
        send_due_messages(at=AT)
    before = rows()
    assert {row[0] for row in before} == {"sent"}, before
    while True:  # it stops again at the next message of its batch, if it comes so far
        os.kill(zombie, signal.SIGCONT)
        ended = os.waitid(os.P_PID, zombie, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if ended is not None and ended.si_code in (os.CLD_EXITED, os.CLD_KILLED):
            break
        os.waitid(os.P_PID, zombie, os.WSTOPPED)
    return sum(one != two for one, two in zip(before, rows(), strict=True))


def run(times: int, log: Path) -> tuple[int, int, int]:
    from reminders.services import plan_messages  # noqa: PLC0415

    get_template("reminders/email/digest.html"), reverse("my-work")  # loaded once here, not in each child
    plan_messages(at=AT)
    written = 0
    for n in range(times):
        anew(n)
        zombie = stopped(PLACES[n % len(PLACES)])
        try:
            written += outlived(zombie)
        finally:
            os.kill(zombie, signal.SIGKILL)
            os.waitpid(zombie, 0)
    mails = [key for key, _, _ in taken(log)]
    return times, written, len(mails) - len(set(mails))


if __name__ == "__main__":
    django.setup()
    print(*run(int(sys.argv[1]), Path(sys.argv[2])))  # noqa: T201 - the parent test reads it
