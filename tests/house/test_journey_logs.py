"""A whole journey along every mailed link: no line of a log, of ours or of the web server, holds a key."""

import io
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from initiatives.models import Initiative
from outbox.services import send_due_messages
from people.links import feed_token
from people.services import create_user, make_feed_address
from planapp import gunicorn
from tests.build import act, report
from tests.conftest import NOW
from tests.reminders.cast import TODAY, morning, run

LINK = re.compile(r"https?://\S+?/(answer|unsubscribe|invitation|password-reset)/(\S+?/\S*?)(?=[\s\"<)]|$)")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What our console would hold, at every level. First in line: a filter changes the record for those that follow."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
    before = root.level
    root.handlers.insert(0, handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def access_line(path: str, answer) -> str:
    """The line of the web server, with every atom that its format could name."""
    server = gunicorn.AccessLog.__new__(gunicorn.AccessLog)
    done = type("Answer", (), {"status": str(answer.status_code), "sent": 1, "headers": answer.items()})()
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": path, "SERVER_PROTOCOL": "HTTP/1.1", "PATH_INFO": path,
        "HTTP_REFERER": f"{settings.SITE_URL}{path}",
    }  # fmt: skip
    return str(server.atoms(done, [], environ, timedelta(seconds=1)))


def feed_of(person, plan) -> tuple[str, str]:
    """The private address of a feed reader, which is in no mail."""
    make_feed_address(user=person, seen=0, act=act(NOW, person))
    person.refresh_from_db()
    token = feed_token(person)
    path = reverse("initiatives:private-feed", args=[token, plan.slug])
    return token, f"{settings.SITE_URL}{path}"


def test_no_line_of_a_whole_journey_holds_a_key(initiative: Initiative, cast, log, time_machine):
    time_machine.move_to(morning(TODAY) + timedelta(hours=1), tick=False)
    report(initiative, "at_risk", "2026-06-01T12:00", cast.owner, "Vendor is slow")
    create_user(email="new@test.example", name="New", is_invited=True, act=act(NOW, cast.admin))
    run(TODAY)
    Client().post("/password-reset/", {"email": cast.owner.email})
    send_due_messages(at=morning(TODAY) + timedelta(hours=2))
    texts = [
        part for one in mail.outbox for part in (one.body, *(text for text, _ in getattr(one, "alternatives", [])))
    ]
    heads = [str(value) for one in mail.outbox for value in one.extra_headers.values()]
    found = {match[0]: match[1] for text in [*texts, *heads] for match in LINK.finditer(text)}
    assert set(found.values()) == {"answer", "unsubscribe", "invitation", "password-reset"}
    feed_key, feed = feed_of(cast.viewer, initiative.plan)
    found[feed] = "feeds"
    server = []
    for url in found:
        path = urlsplit(url.rstrip(">")).path
        named = {"password-reset", "unsubscribe", "activity.atom"}
        keys = [part for part in path.split("/") if len(part) > 12 and part not in named]
        assert keys, path
        for end in ("", "new-link/", "nowhere/", "?next=/"):
            client = Client(raise_request_exception=False)
            for answer in (client.get(path + end), client.post(path + end, {}), client.get(path + end + "x")):
                server.append(access_line(path + end, answer))
        for key in keys:
            assert key not in log.getvalue()
            assert key not in "".join(server)
    assert feed_key not in log.getvalue()
    assert "/answer/…" in log.getvalue()
    assert "/feeds/…" in log.getvalue()
