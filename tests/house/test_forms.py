"""Every form that a person types into: words come back, nothing is replaced unseen, nothing is saved for nothing.

The forms are found on the pages themselves, so a new one is swept without being named here.
"""

import html
import json
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from goals.models import Plan
from people.models import User
from people.services import set_password
from records.models import AuditEvent
from reminders.selectors.answers import SHOWN_FOR
from tests.build import act
from tests.conftest import NOW
from tests.house.doors import DOORS, ONCE, open_forms
from tests.house.forms import TEXTS, TYPED, Reader, client_of, walk
from tests.house.test_urls_guarded import OPEN
from tests.rooms import HEIGHT
from web.forms import PageForm

PASSWORD = "a long enough password"
# Sending the form is itself the change, whatever stands in it; there is no unchanged save.
ACTIONS = {
    "initiatives:structure-retire", "initiatives:structure-merge", "initiatives:structure-split",
    "initiatives:structure-restore", "initiatives:structure-renumber",
    "initiatives:milestone-cancel", "initiatives:milestone-complete",
    "goals:evidence-retire", "initiatives:initiative-hand-over", "people:role-grant", "imports:import-apply",
}  # fmt: skip
# Answered by a signed link out of a mail, without a session; or one button with nothing typed.
WITHOUT_SESSION = {"StatusAnswerForm", "MilestoneAnswerForm", "OwnerAnswerForm", "PlainAnswerForm", "ReportForm"}


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
    assert bare == {"account_reauthenticate"}  # asks for a password or a code, of which nothing may come back
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
            elif what := wrong_later(client, back.redirect_chain[-1][0] if back.redirect_chain else sent["Location"]):
                lost[one.name] = what
    assert lost == {}
    assert len(done) > 20


def wrong_later(client: Client, page: str) -> str:
    """They are there however often the page is drawn, until the person says that they are not wanted."""
    again = client.get(page).content.decode()
    button = re.search(r'formaction="([^"]+)" name="leave_words"\s+value="([^"]+)"', again)
    if TYPED not in again or button is None:
        return "gone after a reload"
    if 'id="leave-words"' not in again:
        return "the button belongs to no form"
    left = client.post(html.unescape(button[1]), {"leave_words": button[2]}, follow=True)
    return "" if left.status_code == 200 and TYPED not in left.content.decode() else "not left"


def test_words_that_came_back_are_there_until_they_are_saved_and_then_saved_once(world):
    set_password(user=world.cast.manager, password=PASSWORD, act=act(NOW))
    world.cast.manager.refresh_from_db()
    client, path = client_of(world.cast.manager), reverse("initiatives:initiative-edit", args=[world.initiative.pk])
    reader = Reader(path)
    reader.feed(client.get(path).content.decode())
    form = next(one for one in reader.forms if "summary" in one.typed)
    client.logout()
    where = client.post(path, form.changed())["Location"]
    cache.clear()
    client.post(where, {"username": world.cast.manager.email, "password": PASSWORD})
    for _ in range(2):
        reader = Reader(path)
        reader.feed(client.get(path).content.decode())
        back = next(one for one in reader.forms if "summary" in one.typed)
        assert back.values["summary"] == [TYPED]
        assert back.values["idempotency_key"] == form.values["idempotency_key"]
    refused = client.post(path, back.values | {"title": [""]})
    assert refused.status_code == 422
    assert TYPED in client.get(path).content.decode()
    events = AuditEvent.objects.count()
    saved = [client.post(path, back.values | {"reason": ["Said"]}) for _ in range(2)]
    assert [answer.status_code for answer in saved] == [302, 302]
    assert AuditEvent.objects.count() == events + 1
    assert "Your session had ended" not in client.get(path).content.decode()


def test_what_is_typed_into_one_field_alone_is_kept_or_stands_in_the_form_again(world):
    """Such as a reason for which nothing else was changed."""
    lost, done = {}, set()
    for found, _ in walk(world):
        for one in found:
            for name in [name for name, kind in one.form.typed.items() if kind in TEXTS]:
                if (one.name, name) in done:
                    continue
                done.add((one.name, name))
                client, events = client_of(one.who), AuditEvent.objects.count()
                with transaction.atomic():
                    answer = client.post(one.form.action, one.form.values | {name: [TYPED]})
                    page = answer.content.decode()
                    if answer.status_code == 302:
                        written = AuditEvent.objects.order_by("pk")[events:]
                        page = json.dumps([[event.changes, event.reason] for event in written])
                        page += "".join(
                            client.get(path).content.decode() for path in (answer["Location"], one.form.action)
                        )
                    transaction.set_rollback(True)
                if TYPED not in page:
                    lost[one.name, name] = answer.status_code
    assert lost == {}
    assert len(done) > 60


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


NO_FORM = {
    "initiatives:private-feed",  # a feed for programs
    "healthz", "readyz", "metrics", "people:password-reset-sent", "people:password-reset-complete",
    "public:report-list", "public:report-detail", "public:report-export", "public:report-compare",
    # To the city's provider and back; and the second step, which needs a first one (tests/sign_in).
    "account_login", "openid_connect_login", "openid_connect_callback", "openid_connect_logout", "saml_login",
    "saml_acs", "saml_finish_acs", "saml_sls", "saml_metadata", "mfa_authenticate",
}  # fmt: skip


def test_every_open_door_is_swept_and_has_its_reason(world):
    found = list(open_forms(world))
    assert {one.name for one in found} == DOORS.keys()
    reached = {resolve(path).view_name for one in found for path in (one.opened, one.form.action)}
    assert OPEN - reached == NO_FORM


def test_what_is_typed_behind_a_link_that_has_ended_meanwhile_is_given_back(world):
    """The first answer counts; the second finds the link used up, changes nothing and loses no word."""
    wrong, done = {}, 0
    for one in [one for one in open_forms(world) if DOORS[one.name] == ONCE and one.form.has_text]:
        done += 1
        with transaction.atomic():
            browser = one.client()
            first = browser.post(one.form.action, filled(one))
            assert first.status_code == 302, (one.name, first.status_code)
            events = AuditEvent.objects.count()
            with time_machine.travel(NOW + 2 * SHOWN_FOR, tick=False):  # what was answered is shown for a while
                second = browser.post(one.form.action, filled(one))
            if (second.status_code, AuditEvent.objects.count()) != (409, events):
                wrong[one.name] = (second.status_code, AuditEvent.objects.count() - events)
            elif TYPED not in second.content.decode():
                wrong[one.name] = "the words are gone"
            transaction.set_rollback(True)
    assert wrong == {}
    assert done >= 4


def filled(one) -> dict[str, list[str]]:
    """As a person fills it in: words, and a day to come."""
    days = {name: ["12 Mar 2027"] for name, kind in one.form.typed.items() if kind == "day"}
    return one.form.changed() | days


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
