"""The activity of a plan as an Atom feed: the same acts as the page, for whoever may read it."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse

from initiatives.services import add_comment, update_initiative
from tests.build import act, report

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(plan, **query):
    return reverse("initiatives:plan-activity-feed", args=[plan.slug], query=query)


def read(client, who, address):
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)  # noqa: S314 - what planapp wrote itself


def titles(found):
    return [entry.findtext(f"{ATOM}title") for entry in found.iter(f"{ATOM}entry")]


@pytest.fixture
def said(initiative, cast):
    return report(initiative, "on_track", "2026-09-01T12:00", cast.owner)


def test_it_tells_of_the_acts_of_the_page_the_newest_first(client, plan, said, cast):
    add_comment(update=said, text="A word", act=act("2026-09-02T12:00", cast.leader))
    found = read(client, cast.viewer, feed(plan))
    assert titles(found)[:2] == [f"Comment: Comment on {said.initiative}", f"Status update: {said.initiative}"]
    entry = next(found.iter(f"{ATOM}entry"))
    assert entry.findtext(f"{ATOM}updated") == "2026-09-02T12:00:00+00:00"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Leader"
    assert f"/initiatives/{said.initiative_id}/" in entry.find(f"{ATOM}link").get("href")
    ids = [one.text for one in found.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    shown = client.get(
        reverse("initiatives:plan-activity", args=[plan.slug], query={"what": "comment"})
    ).content.decode()
    assert feed(plan, what="comment") in shown


def test_it_is_narrowed_and_put_on_a_day_as_the_page_is(client, plan, said, cast):
    add_comment(update=said, text="A word", act=act("2026-09-02T12:00", cast.leader))
    assert len(titles(read(client, cast.viewer, feed(plan, what="comment")))) == 1
    assert titles(read(client, cast.viewer, feed(plan, what="comment", as_of="2026-09-01"))) == []
    assert titles(read(client, cast.viewer, feed(plan, what="nonsense"))) == []


def test_strangers_and_people_without_a_role_get_none_of_it(client, plan, said, cast):
    assert client.get(feed(plan)).status_code == 302
    client.force_login(cast.stranger)
    assert client.get(feed(plan)).status_code == 403


def test_hostile_words_stay_words(client, plan, said, cast):
    fields = {"title": 'A <b>&amp;</b> ]]> \x01 \u202e "x" 😀'}
    update_initiative(
        initiative=said.initiative, fields=fields, act=act("2026-09-03T12:00", cast.manager, reason="<i>")
    )
    found = read(client, cast.viewer, feed(plan))
    assert "<b>&amp;</b> ]]>" in titles(found)[0]
    assert not list(found.iter(f"{ATOM}b"))
