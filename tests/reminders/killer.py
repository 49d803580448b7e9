"""Run as a program: on a seeded site, die at one named place again and again, then let the outbox drain.

Each death is a process of its own: this program forks, the child works until `kill -9` finds it at the place, and what
it left is found by the next one. Starting Python anew for each would only take longer. Leases run out by turning them
back in the database instead of waiting.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django
from django.conf import settings
from django.db import connections
from django.template.loader import get_template
from django.urls import reverse

AT = datetime(2026, 10, 5, 13, tzinfo=UTC)  # 09:00 in Philadelphia
ROUNDS = 50  # after that it counts as never drained


def die(point: str, work: Callable[[], object]) -> bool:
    """Whether the work was killed at the place."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            settings.FAILPOINT = point
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def lapse() -> None:
    from outbox.models import Message  # noqa: PLC0415 - Django must be set up first

    Message.objects.filter(lease_until__isnull=False).update(lease_until=AT - timedelta(days=400))


def run(point: str, times: int) -> tuple[int, str]:
    """How often it died, and the states once nothing is open."""
    from outbox.models import Message  # noqa: PLC0415
    from outbox.services import send_due_messages  # noqa: PLC0415
    from reminders.services import plan_messages  # noqa: PLC0415

    get_template("reminders/email/digest.html"), reverse("my-work")  # loaded once here, not in each child
    if point != "in_plan":
        plan_messages(at=AT)
    work = plan_messages if point == "in_plan" else send_due_messages
    deaths = 0
    for _ in range(times):
        deaths += die(point, lambda: work(at=AT))
        lapse()
    for n in range(ROUNDS):
        plan_messages(at=AT + timedelta(minutes=n))
        send_due_messages(at=AT + timedelta(minutes=n))
        if not Message.objects.open().exists():
            break
    return deaths, " ".join(sorted(Message.objects.values_list("state", flat=True)))


if __name__ == "__main__":
    django.setup()
    print(*run(sys.argv[1], int(sys.argv[2])))  # noqa: T201 - the parent test reads it
