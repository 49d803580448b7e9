"""Three people with a digest each, and a mail server that can be told to be ill."""

import pytest

from reminders.services import plan_messages
from tests.build import make_initiative, make_milestone, report
from tests.reminders.cast import SOON, TODAY, morning
from tests.reminders.relay import running_relay


@pytest.fixture
def three(plan, cast):
    """Three people, each with one milestone due in a week; their digests are planned."""
    people = [cast.owner, cast.contributor, cast.manager]
    for number, person in enumerate(people):
        one = make_initiative(plan, number=f"1.{number + 4}", owner=person)
        report(one, "on_track", "2026-10-05T12:00", person)
        make_milestone(one, SOON)
    plan_messages(at=morning(TODAY))
    return people


@pytest.fixture
def relay(settings):
    with running_relay() as (server, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
        yield server
