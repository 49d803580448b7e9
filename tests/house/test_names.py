"""Names stand apart from the words around them on every page, whatever their direction of writing."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from goals.services import create_goal
from initiatives.services import update_initiative
from people.services import create_department, create_user, update_department, update_user
from records.texts import isolated
from tests.build import act
from tests.house.addresses import addresses

ROOT = settings.BASE_DIR
MARK = "אב"
# What takes no markup: its text is a paragraph of its own.
PLAIN = {"option", "textarea"}
VOID = {"input", "meta", "link", "br", "hr", "img", "use", "path", "rect", "line", "circle", "col", "wbr"}
WRONG = ("\u200b\u2060", "\u202e\u2066", "\u3164", "\u00ad", "\u2800 \u200f")


class Beside(HTMLParser):
    """Texts in which a marked name stands beside other words, outside of <bdi>."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.path.append(tag)

    def handle_endtag(self, tag):
        while self.path and self.path.pop() != tag:
            pass

    def is_apart(self, word: str) -> bool:
        """The name by itself, or any word where the name is isolated by its own marks."""
        return MARK in word or "\u2068" in self.data

    def handle_data(self, data):
        self.data, words = data, data.split()
        if MARK in data and self.path[-1] not in PLAIN | {"bdi"} and any(not self.is_apart(word) for word in words):
            self.found.append(f"{self.path[-1]}: {' '.join(words)[:90]}")


@pytest.fixture
def marked(world):
    """Every person and department has a name that is one word written from right to left."""
    cast = world.cast
    for person in (cast.admin, cast.manager, cast.leader, cast.owner, cast.contributor, cast.liaison, cast.viewer):
        update_user(user=person, fields={"name": f"{MARK}{person.pk}"}, act=act("2026-10-05T13:00"))
    for row in (cast.oit, cast.streets, cast.health):
        fields = {"name": f"{MARK}-{row.pk}", "abbreviation": f"{MARK}.{row.pk}"}
        update_department(department=row, fields=fields, act=act("2026-10-05T13:00"))
        row.refresh_from_db()
    return world


def test_a_name_is_isolated_on_every_page(marked, sign_in):
    client = sign_in(marked.cast.admin)
    wrong = {}
    for address in addresses():
        if address.is_api:
            continue
        answer = client.get(address.path(marked.values(address)), follow=True)
        if answer.streaming or not answer["Content-Type"].startswith("text/html"):
            continue
        reader = Beside()
        reader.feed(answer.content.decode())
        if reader.found:
            wrong[address.name] = reader.found[:4]
    assert sorted(wrong.items()) == []


@pytest.mark.parametrize("text", WRONG)
def test_a_name_that_nobody_can_see_is_refused(plan, cast, initiative, text):
    by = act("2026-10-05T12:00", cast.admin)
    for tried in (
        lambda: create_department(name=text, abbreviation="A", act=by),
        lambda: create_department(name="A", abbreviation=text, act=by),
        lambda: create_user(email="a@test.example", name=text, act=by),
        lambda: create_goal(plan=plan, fields={"number": text, "title": "A"}, act=by),
        lambda: create_goal(plan=plan, fields={"number": "9", "title": text}, act=by),
        lambda: update_initiative(initiative=initiative, fields={"number": text}, act=by),
        lambda: update_initiative(initiative=initiative, fields={"title": text}, act=by),
    ):
        with pytest.raises(ValidationError):
            tried()


@pytest.mark.parametrize("text", [".", "..", "a/../b", "/", "a//b", "./x", "x/", "S\u200bR", "A\u00adB", "A\tB\u2060C"])
def test_an_abbreviation_that_cannot_stand_in_an_address_or_looks_like_another_is_refused_in_words(cast, text):
    with pytest.raises(ValidationError, match="Abbreviation: "):
        create_department(name="A", abbreviation=text, act=act())


@pytest.mark.parametrize("text", ["L&I", "Mural Arts", "a/b", "50% off?", "#1", "Ünder", "A.B.", "a\\b", "x;y", "+1"])
def test_any_other_is_taken_and_has_a_page(plan, cast, sign_in, text):
    create_department(name="The office", abbreviation=text, act=act())
    answer = sign_in(cast.viewer).get(reverse("initiatives:department-detail", args=[text]))
    assert answer.status_code == 200
    assert "The office" in answer.content.decode()


def test_a_number_that_is_another_address_is_refused(plan):
    with pytest.raises(ValidationError, match="Number: “new” is the address of another page"):
        create_goal(plan=plan, fields={"number": "new", "title": "A"}, act=act())


def test_two_numbers_never_look_the_same(plan, initiative):
    with pytest.raises(ValidationError, match="Number: it holds a character that cannot be seen"):
        update_initiative(initiative=initiative, fields={"number": "1\u200b.1"}, act=act("2026-10-05T12:00"))


@pytest.mark.parametrize("name", [f"{MARK} ב", "علي"])
def test_what_is_said_after_a_change_keeps_names_apart(marked, sign_in, name):
    cast, client = marked.cast, sign_in(marked.cast.admin)
    update_user(user=cast.viewer, fields={"name": name}, act=act("2026-10-05T13:01"))
    said = client.post(
        reverse("people:person-activity", args=[cast.viewer.pk]), {"active": "no"}, follow=True
    ).content.decode()
    assert f"\u2068{name}\u2069 can no longer sign in." in said
    assert isolated("Owner") == "Owner"  # turns nothing


def test_no_message_puts_a_bare_name_into_its_sentence():
    """In views a name reaches a sentence through `isolated`; in the text of a mail, through the filter."""
    bare = re.compile(r"f\"[^\"]*\{[a-z_.]*(?:person|user|leaver|department|grant|saved|by)\.name\}")
    views = [path for place in ("*/views.py", "*/views/*.py", "reminders/rendering.py") for path in ROOT.glob(place)]
    mails = list(ROOT.glob("templates/**/email/**/*.txt"))
    assert len(views) > 25
    assert len(mails) > 20
    assert [path.name for path in views if bare.search(path.read_text())] == []
    names = re.compile(r"\{\{ (?:department|person\.name|[a-z_.]*_by\.name) \}\}")
    assert [path.name for path in mails if names.search(path.read_text())] == []


def test_a_name_in_a_title_or_a_message_turns_no_word_around_it(world, sign_in):
    update_initiative(initiative=world.initiative, fields={"title": MARK}, act=act("2026-10-05T13:00"))
    world.initiative.refresh_from_db()
    name = f"\u2068{world.initiative.number} {MARK}\u2069"
    assert (f"Saved: {world.initiative}.", str(world.initiative)) == (f"Saved: {name}.", name[1:-1])
    client, page = sign_in(world.cast.owner), reverse("initiatives:status-update-create", args=[world.initiative.pk])
    assert f"<title>Publish an update: {name} – planapp</title>" in client.get(page).content.decode()
    sent = {"status": "on_track", "happened": "Done.", "version": world.initiative.latest_update_id}
    assert f"Published: {name} is reported on track." in client.post(page, sent, follow=True).content.decode()
    assert isolated("Left to right") == "Left to right"
