"""Every form, every field of it, and what no form should be sent: never a failure, nothing typed is lost unsaid.

What was typed is saved, or stands in the form again, or is on the page that refuses it; and what was saved can be saved
again unchanged without writing anything. What a page says of a field leads to that field.
"""

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction

from records.models import AuditEvent
from tests.house.doors import open_forms
from tests.house.forms import TEXTS, Found, walk

WORDS = "Forty sites"
END = "surveyed"
VALUES = {
    "NUL": f"{WORDS}\x00{END}",
    "half a character": f"{WORDS}\ud83d{END}",
    "5,000 digits": "7" * 5_000,
    "100,000 characters": WORDS + "x" * 100_000 + END,
    "nothing to see": "\u200b\u2060\u200d",
    "right to left": f"{WORDS}\u202e{END}\u2066",
    "line breaks of a browser": f"{WORDS}\r\n{END}\r",
    "blanks around": f" \t\u00a0{WORDS} {END}\u3000 ",
}
MODELS = {model._meta.model_name: model for model in apps.get_models()}
FORM = "application/x-www-form-urlencoded"
SUMMARY = re.compile(r'<div class="error-summary".*?</div>', re.DOTALL)


def body(values: dict[str, list[str]]) -> str:
    pairs = [(name, value) for name, some in values.items() for value in some]
    return "&".join(f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in pairs)


def is_kept(value: str, page: str) -> bool:
    """Whether the words stand on the page, whatever became of the blanks and signs between them."""
    if WORDS not in value:
        return value.strip("\u200b\u2060\u200d") == "" or value[:40] in page
    return WORDS in page and END in page


def astray(page: str) -> list[str]:
    """Links of what is wrong that lead to nothing on the page."""
    targets = [link for summary in SUMMARY.findall(page) for link in re.findall(r'href="#([^"]+)"', summary)]
    return [target for target in targets if f'id="{target}"' not in page]


def lost(one: Found, name: str, value: str) -> str:
    """What is wrong with the answer to this value in this field; empty where all is well."""
    client = one.client()
    sent = one.form.changed() | {name: [value]}
    events = AuditEvent.objects.count()
    answer = client.post(one.form.action, body(sent), content_type=FORM)
    text = html.unescape(answer.content.decode())
    if answer.status_code not in {200, 302, 400, 409, 413, 422}:
        return f"{answer.status_code}"
    if where := astray(text):
        return f"{answer.status_code}, links to {where}"
    if answer.status_code != 302:  # a box that is ticked holds no words that could be shown again
        kept = one.form.typed[name] not in TEXTS or is_kept(value, text)
        return "" if kept else f"{answer.status_code}, words are gone"
    new = list(AuditEvent.objects.order_by("pk")[events:])
    # What was made for the first time names no field in the audit log: its row says what was kept.
    made = [MODELS[event.target_type].objects.filter(pk=event.target_id).values() for event in new]
    said = [[(event.changes, event.reason) for event in new], [list(rows) for rows in made]]
    written = json.dumps(said, ensure_ascii=False, default=str)
    pages = [client.get(answer["Location"]), client.get(one.form.action)]  # where it leads, and the form once more
    after = "".join(page.content.decode() for page in pages if not page.streaming)
    if one.form.typed[name] in TEXTS and not is_kept(value, html.unescape(after) + written):
        return "saved, words are gone"
    return ""


def swept(forms: Iterable[Found], value: str) -> tuple[dict[tuple[str, ...], str], int]:
    """What is wrong with this value, by form and field; and how many were sent."""
    wrong, done = {}, set()
    for one in forms:
        said = ",".join(one.form.values.get("say", []))
        for name in one.form.typed.keys() - {"file"}:
            if (one.name, said, name) in done:
                continue
            done.add((one.name, said, name))
            cache.clear()  # so many tries that somebody would be asked to wait
            with transaction.atomic():
                try:
                    if told := lost(one, name, value):
                        wrong[one.name, said, name] = told
                except Exception as error:
                    wrong[one.name, said, name] = repr(error)[:200]
                transaction.set_rollback(True)
    return wrong, len(done)


@pytest.fixture
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("What a database cannot keep is PostgreSQL's to say")


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("what", VALUES)  # each a test of its own, so that they share the work
def test_whatever_is_typed_into_any_field_is_saved_or_shown_again(world, what):
    wrong, posts = swept((one for found, _ in walk(world) for one in found), VALUES[what])
    assert posts > 125
    assert wrong == {}, "\n".join(f"{k}: {v}" for k, v in wrong.items())


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("what", VALUES)
def test_so_it_is_behind_the_doors_that_stand_open(world, what):
    wrong, posts = swept(open_forms(world), VALUES[what])
    assert posts > 12
    assert wrong == {}, "\n".join(f"{k}: {v}" for k, v in wrong.items())
