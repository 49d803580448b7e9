"""Every form that a person types into: words come back, nothing is replaced unseen, nothing is saved for nothing.

The forms are found on the pages themselves, so a new one is swept without being named here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from goals.models import Plan
from imports.models import Import
from imports.services import answer_words, work_on_next
from initiatives.models import Initiative
from people.models import User
from people.services import set_password
from records.models import AuditEvent
from reminders.models import Message
from reports.services import complete_report, reopen_report
from tests.build import act
from tests.conftest import NOW
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN
from tests.rooms import HEIGHT
from web.forms import PageForm

TYPED = "Words nobody may lose"
PASSWORD = "a long enough password"
TEXTS = {"text", "textarea"}
# Forms that are not ours to keep words of: passwords, and the sample of the gallery, which leads nowhere.
LEFT_OUT = {"people:password-change", "gallery"}
# Sending the form is itself the change, whatever stands in it; there is no unchanged save.
ACTIONS = {
    "initiatives:structure-retire", "initiatives:structure-merge", "initiatives:structure-split",
    "initiatives:structure-restore", "initiatives:structure-renumber",
    "initiatives:milestone-cancel", "initiatives:milestone-complete",
    "initiatives:initiative-hand-over", "people:role-grant", "imports:import-apply",
}  # fmt: skip
# Answered by a signed link out of a mail, without a session; or one button with nothing typed.
WITHOUT_SESSION = {"StatusAnswerForm", "MilestoneAnswerForm", "PlainAnswerForm", "ReportForm"}


@dataclass
class Form:
    """A form as a browser knows it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # what a person fills in: name → type of the control
    choices: dict[str, list[str]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    @property
    def has_text(self) -> bool:
        return not TEXTS.isdisjoint(self.typed.values())

    def changed(self) -> dict[str, list[str]]:
        """As drawn, but with words in every text, and something chosen where something must be."""
        sent = dict(self.values)
        for name, kind in self.typed.items():
            if kind in TEXTS and name not in {
                "number",
                "slug",
                "holidays",
                "due_soon_days",
                "overdue_days",
            }:
                sent[name] = [TYPED]
            elif name in self.required and not sent.get(name, [""])[0]:
                sent[name] = self.choices.get(name, [""])[-1:] or [""]
        return sent


class Reader(HTMLParser):
    """Collects the forms of a page that are sent by POST."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.form = page, [], None
        self.select, self.area, self.is_multiple = "", "", False

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        name, value = own.get("name", ""), own.get("value", "")
        if tag == "form":
            self.form = Form(own.get("action") or self.page) if own.get("method") == "post" else None
            self.forms += [self.form] if self.form else []
        elif self.form is None or not (name or tag == "option"):
            return
        elif tag == "input":
            self.form.required |= {name} if "required" in own else set()
            kind = "day" if own.get("class") == "day" else own.get("type", "text")
            self._input(kind, name, own.get("value", "on" if kind == "checkbox" else ""), "checked" in own)
        elif tag == "textarea":
            self.area, self.form.typed[name], self.form.values[name] = name, "textarea", [""]
        elif tag == "select":
            self.form.required |= {name} if "required" in own else set()
            self.select, self.form.typed[name], self.is_multiple = name, "select", "multiple" in own
        elif tag == "option" and self.select:
            self.form.choices.setdefault(self.select, []).append(value)
            if "selected" in own:
                self.form.values.setdefault(self.select, []).append(value)

    def _input(self, kind, name, value, checked):
        if kind != "hidden":
            self.form.typed[name] = kind
        if kind in {"radio", "checkbox"}:
            self.form.choices.setdefault(name, []).append(value)
            if checked:
                self.form.values.setdefault(name, []).append(value)
        elif kind != "file":
            self.form.values[name] = [value]

    def handle_data(self, data):
        if self.area:
            self.form.values[self.area] = [self.form.values[self.area][0] + data]

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            text = self.form.values[self.area][0]
            self.form.values[self.area] = [text.removeprefix("\n")]  # the line break that HTML leaves out
            self.area = ""
        elif tag == "select":
            if self.form and self.form.choices.get(self.select) and not self.is_multiple:  # else the first is chosen
                self.form.values.setdefault(self.select, self.form.choices[self.select][:1])
            self.select = ""
        elif tag == "form":
            self.form = None


def prepare(world) -> None:
    """A row in the state that each form asks for."""
    Message.objects.filter(person=world.cast.manager).update(
        state="failed", note="Refused.", ended_at=NOW, sent_at=None, lease_until=None
    )
    Initiative.objects.filter(pk=world.initiative.pk).update(override_status="at_risk", override_reason="A strike")


def completed(world) -> None:
    of = {"plan": world.plan, "quarter": world.plan.quarter_of(NOW.date().replace(month=9, day=30))}
    complete_report(**of, act=act(NOW, world.cast.leader))
    job = Import.objects.get()
    meanings = {("status", "Swimmingly"): "on_track"}
    answer_words(job=job, meanings=meanings, act=act(timezone.now(), world.cast.manager))
    work_on_next(at=timezone.now())


def reopened(world) -> None:
    of = {"plan": world.plan, "quarter": world.plan.quarter_of(NOW.date().replace(month=9, day=30))}
    reopen_report(**of, act=act(NOW, world.cast.admin, reason="A wrong name"))


@dataclass
class Found:
    name: str  # of the address that takes the form
    form: Form
    who: User


def walk(world) -> Iterator[tuple[list[Found], set[type]]]:
    """For each state of the world: the typed forms that its pages show, and the classes they are drawn from."""
    prepare(world)
    for step, who in ((None, "admin"), (None, "owner"), (completed, "admin"), (reopened, "admin")):
        if step:
            step(world)
        user = getattr(world.cast, who)
        client = Client()
        client.force_login(user)
        found, kinds = [], set()
        for address in addresses():
            if address.is_api or address.name in OPEN | LEFT_OUT:
                continue
            path = address.path(world.values(address))
            if address.name == "initiatives:initiative-hand-over":
                path += f"?leaver={world.cast.owner.pk}"
            answer = client.get(path)
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html") or answer.streaming:
                continue
            reader = Reader(path)
            reader.feed(answer.content.decode())
            found += [
                Found(resolve(form.action.partition("?")[0]).view_name, form, user)
                for form in reader.forms
                if form.typed
            ]
            for context in answer.context or ():
                for values in context.dicts:
                    kinds |= {type(value) for value in values.values() if isinstance(value, PageForm)}
        yield found, kinds


def classes(base: type = PageForm) -> Iterator[type]:
    for one in base.__subclasses__():
        yield one
        yield from classes(one)


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


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
