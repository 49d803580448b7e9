"""The forms that are open to everybody, or to whoever holds a link out of a mail: they stand outside a session.

Each is named with the reason why what tests/house/test_forms.py asks of a form behind the sign-in does not fit it: a
one-time key, whom it was drawn for, a version, words that come back after a sign-in.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from goals.models import Goal
from initiatives.services import accept_commitment, propose_commitment
from outbox.services.putting import put
from people.links import INVITATION
from people.services import create_user, invite_user
from reminders.links import ITEM, PERSON
from reminders.models import MessageItem
from tests.build import act
from tests.conftest import NOW
from tests.house.forms import Found, Reader
from tests.house.world import World

ONCE = "its link ends with the first answer; what is sent after it is given back on the page that says so"
DOORS = {
    "sign-in": "whoever signs in has no session yet; a password is never given back",
    "password reset": "says the same to everybody, stores nothing, and its limits count a second try",
    "new password": "its link is used up by the first; a password is never given back",
    "invitation": "its link is used up by the first; a password is never given back",
    "answer of an update": ONCE,
    "answer of a milestone": ONCE,
    "answer of a commitment that is asked": ONCE,
    "answer of a commitment that is promised": "one button, nothing to type; its link ends with it",
    "answer of a new owner": ONCE,
    "answer of an update to read": "one button, nothing to type; its link ends with it",
    "new link": "one button, nothing to type; a second one within the day sends nothing",
    "new invitation": "one button, nothing to type; a second one within the day sends nothing",
    "unsubscribe": "one button, nothing to type; twice is once",
    "public verify": "keeps nothing; the answer shows what was asked",
}


def links(world: World) -> dict[str, str]:
    """The address of each, with a link that works; rows are made where the world has none in that state."""
    at, cast = timezone.now(), world.cast
    Goal.objects.filter(pk=world.initiative.goal_id).update(lead=cast.leader)
    promised = propose_commitment(
        initiative=world.initiative, department=cast.streets, what="Trucks", due_date=None, act=act(NOW)
    )
    accept_commitment(commitment=promised, act=act(NOW, cast.liaison))
    new = create_user(email="invited@test.example", name="Invited", act=act(NOW))
    late = create_user(email="late@test.example", name="Late", act=act(NOW))
    sent = [invite_user(user=person, act=act(NOW)) for person in (new, late)]
    sent[1].date = sent[1].planned_at = NOW.replace(year=2025)
    sent[1].save()
    forgot = [urlsafe_base64_encode(force_bytes(cast.viewer.pk)), default_token_generator.make_token(cast.viewer)]

    def item(kind, person, subject, day, *, is_old=False) -> str:
        message = put(kind="digest", person=person.pk, key=f"of {subject} {kind} {is_old}", at=at)
        if is_old:
            message.date = at.replace(year=2025)
            message.save()
        row = MessageItem.objects.create(
            message=message, person=person, kind=kind, subject_type=type(subject)._meta.model_name,
            subject_id=subject.pk, due_date=day, step=9 if is_old else 1, plan=world.plan, initiative=world.initiative,
            label="Told", reason="owner", planned_on=at.date(), seen_update_id=world.initiative.latest_update_id,
        )  # fmt: skip
        return reverse("reminders:answer", args=[ITEM.sign(str(row.pk))])

    world.initiative.refresh_from_db()
    day, asked = world.milestone.due_date, world.commitment
    return {
        "sign-in": reverse("people:sign-in"),
        "password reset": reverse("people:password-reset"),
        "new password": reverse("people:password-reset-confirm", args=forgot),
        "invitation": reverse("people:invitation", args=[INVITATION.sign(str(sent[0].pk))]),
        "answer of an update": item("update_due", cast.owner, world.initiative, day),
        "answer of a milestone": item("milestone_due_soon", cast.owner, world.milestone, day),
        "answer of a commitment that is asked": item("commitment_asked", cast.liaison, asked, asked.due_date),
        "answer of a commitment that is promised": item("commitment_due", cast.liaison, promised, day),
        "answer of a new owner": item("owner_asked", cast.owner, world.asked, at.date()),
        "answer of an update to read": item("update_to_read", cast.leader, world.update, day),
        "new link": item("milestone_due_soon", cast.owner, world.milestone, day, is_old=True),
        "new invitation": reverse("people:invitation", args=[INVITATION.sign(str(sent[1].pk))]),
        "unsubscribe": reverse("reminders:unsubscribe", args=[_signed(PERSON, cast.owner.pk)]),
        "public verify": reverse("public:report-verify"),
    }


def _signed(signer: Signer, key: int) -> str:
    return signer.sign(str(key))


def open_forms(world: World) -> Iterator[Found]:
    """Every form behind an open door, once for each button that says something of its own."""
    for name, link in links(world).items():
        cache.clear()  # so many tries that somebody would be asked to wait
        client = Client()
        answer = client.get(link, follow=True)
        assert answer.status_code == 200, (name, answer.status_code)
        page = urlsplit(answer.request["PATH_INFO"]).path
        reader = Reader(page)
        reader.feed(answer.content.decode())
        assert reader.forms, name
        for form in reader.forms:
            for button in form.buttons or [{}]:
                yield Found(name, replace(form, values=form.values | button), None, opened=link)
