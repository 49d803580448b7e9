"""Signed links: of an invitation, with the number of its message, and of a person's feeds. Neither is stored anywhere.

Whether one still counts is decided when it is opened.
"""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from outbox.models import Message
from outbox.rendering import absolute
from people.models import User
from web.security_log import note

INVITATION = Signer(salt="people.invitation")
FEED = Signer(salt="people.feed")


def invitation_url(message: Message) -> str:
    return absolute(reverse("people:invitation", args=[INVITATION.sign(str(message.pk))]))


def invitation_number(token: str) -> int | None:
    """The message a token was made for; None for one that was forged or cut."""
    try:
        return int(INVITATION.unsign(token))
    except (BadSignature, ValueError):
        note("link.refused", door="invitation")
        return None


def feed_token(person: User) -> str:
    """The secret part of the address at which a feed reader asks in the name of this person."""
    return FEED.sign(f"{person.pk}.{person.feed_series}")


def feed_reader(token: str) -> User | None:
    """In whose name a feed reader asks; None for a token that is none of ours or has ended, or without an account.

    What the person may read is for whoever asks to look at, each time.
    """
    try:
        key, series = (int(part) for part in FEED.unsign(token).split("."))
    except (BadSignature, ValueError):
        note("link.refused", door="feed")
        return None
    person = User.objects.filter(pk=key, feed_series=series, feed_series__gt=0, is_active=True).first()
    if person is None:
        note("link.refused", door="feed", account=key)
    return person
