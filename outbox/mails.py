"""The outbox's own kind of message."""

from datetime import date

from outbox.kinds import Kind, Rendered, Verdict, register
from outbox.models import Message
from outbox.rendering import render


@register
class MailToMyself(Kind):
    """A mail to oneself, by the same road as every other."""

    name = "test"
    label = "Test to myself"

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        return render(message, "planapp: a test to yourself", "outbox/email/test", day=day)
