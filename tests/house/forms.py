"""The forms of every page as a browser knows them, found on the pages themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import resolve
from django.utils import timezone

from imports.models import Import
from imports.services import answer_words, work_on_next
from initiatives.models import Initiative
from outbox.services import hold_restored, put
from people.models import User
from reminders.models import Message
from reports.services import complete_report, reopen_report
from tests.build import act
from tests.conftest import NOW
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN
from web.forms import PageForm

TYPED = "Words nobody may lose"
TEXTS = {"text", "textarea"}
# Forms that are not ours to keep words of: passwords, and the sample of the gallery, which leads nowhere.
LEFT_OUT = {"people:password-change", "gallery"}


@dataclass
class Form:
    """A form as a browser knows it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # what a person fills in: name → type of the control
    choices: dict[str, list[str]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    buttons: list[dict[str, list[str]]] = field(default_factory=list)  # those that say something of their own

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
        elif tag == "button":
            self.form.buttons.append({name: [value]})
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
    put(kind="test", person=world.cast.admin.pk, key="waits", at=NOW)
    hold_restored(restored_from=NOW, act=act(timezone.now(), world.cast.admin, reason="The disk died."))


@dataclass
class Found:
    name: str  # of the address that takes the form
    form: Form
    who: User | None  # None: whoever opened the link
    opened: str = ""  # the page it stands on

    def client(self) -> Client:
        """A browser in which the page of the form stands open."""
        client = Client(raise_request_exception=True)
        if self.who is not None:
            client.force_login(self.who)
        elif self.opened:
            client.get(self.opened, follow=True)
        return client


# Before each a step that the pages need, and who looks at them.
STATES = {
    "an administrator": (None, "admin"),
    "an owner": (None, "owner"),
    "a report is completed": (completed, "admin"),
    "a report is reopened, in data that were brought back": (reopened, "admin"),
}


def walk(world) -> Iterator[tuple[list[Found], set[type]]]:
    """For each state of the world: the typed forms that its pages show, and the classes they are drawn from."""
    prepare(world)
    for step, who in STATES.values():
        if step:
            step(world)
        found, kinds = look(world, getattr(world.cast, who))
        yield [one for one in found if one.form.typed], kinds


def look(world, user: User) -> tuple[list[Found], set[type]]:
    """The forms on all pages of this person, and the classes they are drawn from."""
    found, kinds = [], set()
    client = client_of(user)
    for address in addresses():
        if address.is_api or address.name in OPEN | LEFT_OUT:
            continue
        path = address.path(world.values(address))
        if address.name == "initiatives:initiative-hand-over":
            path += f"?leaver={world.cast.owner.pk}"
        if address.name == "initiatives:initiative-bulk":
            path += "?all=1"
        answer = client.get(path)
        found += [
            Found(resolve(form.action.partition("?")[0]).view_name, form, user, opened=path)
            for form in forms_of(path, answer)
        ]
        kinds |= {type(value) for value in drawn_with(answer) if isinstance(value, PageForm)}
    return found, kinds


def drawn_with(answer) -> Iterator[Any]:
    """Every value that a template of the page had. A page drawn by one template alone has one context, not a list."""
    contexts = answer.context or ()
    for context in contexts if isinstance(contexts, list | tuple) else [contexts]:
        for layer in context.dicts:
            yield from layer.values()


def forms_of(path: str, answer) -> list[Form]:
    """The forms on a page; none where the answer is no page."""
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html") or answer.streaming:
        return []
    reader = Reader(path)
    reader.feed(answer.content.decode())
    return reader.forms


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client
