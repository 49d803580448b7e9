"""Whether mail goes out, for My work."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from initiatives.selectors.waiting import Waiting
from outbox.selectors import open_hold
from records.days import instant_in_words
from records.texts import isolated


def held_sending() -> Iterator[Waiting]:
    hold = open_hold()
    if hold is not None:
        since = instant_in_words(timezone.localtime(hold.since))
        by = f", by {isolated(hold.by.name)}" if hold.by else ""
        yield Waiting(
            "Sending is held",
            f"No mail goes out since {since}{by}: {hold.reason}",
            reverse("reminders:message-list"),
        )
