"""The signed link of an invitation: the number of its message. Whether it still counts is decided when it is opened."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from outbox.models import Message
from outbox.rendering import absolute
from web.security_log import note

INVITATION = Signer(salt="people.invitation")


def invitation_url(message: Message) -> str:
    return absolute(reverse("people:invitation", args=[INVITATION.sign(str(message.pk))]))


def invitation_number(token: str) -> int | None:
    """The message a token was made for; None for one that was forged or cut."""
    try:
        return int(INVITATION.unsign(token))
    except (BadSignature, ValueError):
        note("link.refused", door="invitation")
        return None
