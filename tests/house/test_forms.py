"""Every form that a person types into: words come back, nothing is replaced unseen, nothing is saved for nothing.

The forms are found on the pages themselves, so a new one is swept without being named here.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goals.models import Plan
from people.models import User
from people.services import set_password
from records.models import AuditEvent
from tests.build import act
from tests.conftest import NOW
from tests.house.forms import TYPED, client_of, walk
from tests.rooms import HEIGHT
from web.forms import PageForm

PASSWORD = "a long enough password"
# Sending the form is itself the change, whatever stands in it; there is no unchanged save.
ACTIONS = {
    "initiatives:structure-retire", "initiatives:structure-merge", "initiatives:structure-split",
    "initiatives:structure-restore", "initiatives:structure-renumber",
    "initiatives:milestone-cancel", "initiatives:milestone-complete",
    "initiatives:initiative-hand-over", "people:role-grant", "imports:import-apply",
}  # fmt: skip
# Answered by a signed link out of a mail, without a session; or one button with nothing typed.
WITHOUT_SESSION = {"StatusAnswerForm", "MilestoneAnswerForm", "PlainAnswerForm", "ReportForm"}


def classes(base: type = PageForm) -> Iterator[type]:
    for one in base.__subclasses__():
        yield one
        yield from classes(one)


def test_every_form_stands_on_the_one_base_and_is_swept_here(world):
    """A form with something to type carries what the base gives; a class that no page shows is not swept, and fails."""
    seen, bare = set(), set()
    for found, kinds in walk(world):
        seen |= kinds
        bare |= {one.name for one in found if not {"idempotency_key", "typed_by"} <= one.form.values.keys()}
    assert bare == set()
    product = {one for one in classes() if one.__module__.split(".")[0] in HEIGHT}
    bases = {base for one in product for base in one.__mro__[1:]}
    missing = {one.__name__ for one in product - seen - bases}
    assert missing - WITHOUT_SESSION == set()


def test_words_typed_before_the_session_ended_stand_in_the_form_after_signing_in(world):
    lost, done = {}, set()
    for user in (world.cast.admin, world.cast.owner):
        set_password(user=user, password=PASSWORD, act=act(NOW))
        user.refresh_from_db()
    for found, _ in walk(world):
        for one in found:
            if one.name in done or (
                "textarea" not in one.form.typed.values() and "text" not in one.form.typed.values()
            ):
                continue
            done.add(one.name)
            cache.clear()  # so many people sign in here that they would be asked to wait
            client = Client()
            sent = client.post(one.form.action, one.form.changed())
            if sent.status_code != 302 or not sent["Location"].startswith(reverse(settings.LOGIN_URL)):
                lost[one.name] = sent.status_code
                continue
            words = {"username": one.who.email, "password": PASSWORD}
            back = client.post(sent["Location"], words, follow=True)
            if back.status_code != 200 or TYPED not in back.content.decode():
                lost[one.name] = (back.status_code, back.redirect_chain)
    assert lost == {}
    assert len(done) > 20


def test_words_of_several_tabs_come_back_each_in_its_form(world):
    set_password(user=world.cast.owner, password=PASSWORD, act=act(NOW))
    world.cast.owner.refresh_from_db()
    forms, client = {}, Client()
    for found, _ in walk(world):
        for one in found:
            if one.who == world.cast.owner and "textarea" in one.form.typed.values():
                forms.setdefault(one.form.action, one.form)
    actions = list(forms)[:3]
    for n, action in enumerate(actions):
        sent = {name: f"{TYPED} {n}" if value == [TYPED] else value for name, value in forms[action].changed().items()}
        where = client.post(action, sent)["Location"]
    cache.clear()
    pages = [client.post(where, {"username": world.cast.owner.email, "password": PASSWORD}, follow=True)]
    pages += [client.get(action) for action in actions[:-1]]
    assert [f"{TYPED} {n}" in page.content.decode() for n, page in zip([2, 0, 1], pages, strict=True)] == [True] * 3


def test_a_form_drawn_before_somebody_else_saved_is_answered_with_both_texts_and_changes_nothing(world):
    wrong, done = {}, set()
    for found, _ in walk(world):
        for one in found:
            seen = one.form.values.get("version", [""])[0]
            if not seen or one.name in done:
                continue
            done.add(one.name)
            sent = one.form.changed() | {"version": [str(int(seen) - 1)]}
            before = AuditEvent.objects.count()
            with transaction.atomic():
                answer = client_of(one.who).post(one.form.action, sent)
                written = AuditEvent.objects.count() - before
                transaction.set_rollback(True)
            if (answer.status_code, written) != (409, 0):
                errors = [context.get("form").errors for context in answer.context or () if context.get("form")][:1]
                wrong[one.name] = (answer.status_code, written, errors)
            elif one.form.has_text and TYPED not in answer.content.decode():
                wrong[one.name] = "the words are gone"
    assert wrong == {}
    assert len(done) >= 15


def test_saving_what_was_drawn_writes_nothing(world):
    wrong = {}
    for found, _ in walk(world):
        for one in found:
            if one.name in ACTIONS:
                continue
            before = AuditEvent.objects.count()
            with transaction.atomic():
                answer = client_of(one.who).post(one.form.action, one.form.values)
                written = AuditEvent.objects.count() - before
                changes = AuditEvent.objects.order_by("-pk")[0].changes
                transaction.set_rollback(True)
            if written or answer.status_code not in {200, 302, 422}:
                wrong[one.name] = (answer.status_code, changes)
    assert wrong == {}


@pytest.fixture
def sent_twice(cast, plan, sign_in):
    client, new = sign_in(cast.manager), reverse("people:person-create")

    def send(key: str, email: str):
        return client.post(new, {"name": "New", "email": email, "idempotency_key": key})

    return send


def test_the_same_key_with_the_same_content_is_one_effect_and_with_other_content_a_new_request(sent_twice):
    answers = [sent_twice("k", email) for email in ("a@test.example", "a@test.example", "b@test.example")]
    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert answers[0]["Location"] == answers[1]["Location"] != answers[2]["Location"]
    assert User.objects.filter(name="New").count() == 2
    assert Plan.objects.count() == 1
