"""Mails about an account itself: an invitation, and what was changed, told at the address the account had before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.urls import reverse

from outbox.kinds import Kind, Rendered, Verdict, register
from outbox.models import Message
from outbox.rendering import absolute, render
from outbox.services import put
from people.links import invitation_url
from people.models import User
from people.selectors import INVITED_FOR, latest_invitations
from records.audit import Act
from records.models import AuditEvent

ADDRESS = "The address of your account was changed: mails, and links to set a password, go to the new one now."
FEED_MADE = (
    "A private address was made at which a feed reader reads what happens in your plans. If that was not you, change "
    "your password: the address ends then."
)
TOLD = {  # by the verb of the event; of a role its words. Rooms above add theirs
    "user.changed": ADDRESS,
    "user.password_set": "A new password was set for your account.",
    "user.sessions_ended": "You were signed out everywhere. Sign in again; if you cannot, ask whoever did it.",
    "user.feed_made": FEED_MADE,
    "user.feed_ended": "The private address of your feed reader was ended.",
    "role.granted": "You were given a role: {0[1]}.",
    "role.revoked": "A role was taken from you: {0[0]}.",
}


class OfAnEvent(Kind):
    """Tells of an event, which nothing can take back: `about` is the event, and it goes to the account itself."""

    is_about_account = True

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        events = AuditEvent.objects.in_bulk([message.about or 0 for message in messages])
        return {message.pk: Verdict(content=events[message.about or 0]) for message in messages}


@register
class AccountChanged(OfAnEvent):
    """What somebody changed. `about` is the event; whoever took the account over cannot hide it by a new address."""

    name = "account"
    label = "Your account was changed"

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        event: AuditEvent = verdict.content
        what = TOLD[event.verb].format(event.changes.get("role", ["", ""]))
        context = {"what": what, "by": event.actor_label}
        return render(message, "planapp: your account was changed", "people/email/account_changed", day=day, **context)


@register
class NewBrowser(OfAnEvent):
    """Somebody signed in with a browser that this account was not used with before. `about` is the event."""

    name = "new_browser"
    label = "Sign-in with a new browser"

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        event: AuditEvent = verdict.content
        context = {
            "browser": event.changes["browser"][1], "at": event.happened_at,
            "profile": absolute(reverse("people:profile")),
        }  # fmt: skip
        return render(message, "planapp: a sign-in with a new browser", "people/email/new_browser", day=day, **context)


@register
class Invitation(Kind):
    """The way into a new account. A later one takes the place of those before it."""

    name = "invitation"
    label = "Invitation"
    is_about_account = True

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        latest = latest_invitations([message.person_id for message in messages])
        return {message.pk: _look(message, latest.get(message.person_id)) for message in messages}

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        context = {"link": invitation_url(message), "valid_days": INVITED_FOR.days}
        return render(message, "Your invitation to planapp", "people/email/invitation", day=day, **context)


def tell(user: User, event: AuditEvent, address: str, act: Act) -> None:
    """Tell the person, at the address they had, with the change itself and once. The system's own acts are not told."""
    if act.by is not None:
        put(kind=AccountChanged.name, person=user.pk, key=f"{event.pk}", at=act.at, about=event.pk, address=address)


def _look(message: Message, latest: int | None) -> Verdict:
    if message.person.has_joined:
        return Verdict(reason="The person has joined meanwhile.")
    if not message.person.is_active:
        return Verdict(reason="The account was deactivated meanwhile.")
    return Verdict(reason="" if latest == message.pk else "A later invitation takes its place.")
