"""What the log says of messages."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from records.verbs import FIELDS, register, register_page

register("message", "Message", settled="Message settled by hand")
register("sending", "Sending", held="Sending held", released="Sending released")
register("one_off", "One-off message", written="One-off message written", withdrawn="One-off message withdrawn")
register("subscription", "Mail preferences", changed="Mail preferences changed")
register("escalation", "Escalation", changed="Escalation changed")
FIELDS.update({"liaison_after": "Liaison is told after", "managers_after": "Plan managers are told after"})


def _messages(keys: Collection[int]) -> Mapping[int, str]:
    return {key: reverse("reminders:message-detail", args=[key]) for key in keys}


register_page("message", _messages, needs="reminders.view_all_messages")
