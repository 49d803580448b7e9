"""Signed links in mails: to the page that answers one item, and to the one that ends a kind of mail.

A link holds nothing but the number of a row and a signature; whether it still counts is decided when it is opened.
"""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from outbox.models import Message
from outbox.rendering import absolute
from reminders.models import MessageItem
from web.security_log import note

ITEM = Signer(salt="reminders.item")
PERSON = Signer(salt="reminders.unsubscribe")


def answer_url(item: MessageItem) -> str:
    return absolute(reverse("reminders:answer", args=[ITEM.sign(str(item.pk))]))


def unsubscribe_url(message: Message) -> str:
    return absolute(reverse("reminders:unsubscribe", args=[PERSON.sign(str(message.person_id))]))


def item_number(token: str) -> int | None:
    """The item a token was made for; None for one that was forged or cut."""
    return _number(ITEM, token)


def person_number(token: str) -> int | None:
    return _number(PERSON, token)


def _number(signer: Signer, token: str) -> int | None:
    try:
        return int(signer.unsign(token))
    except (BadSignature, ValueError):
        note("link.refused", door="mail")
        return None
