"""The course of one initiative: the strip beside its updates, and the updates folded under the newest."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from initiatives.selectors.rows import updates
from initiatives.selectors.story import story_of
from initiatives.services import correct_status_update
from records.asof import AsOf
from tests.build import act, make_initiative, report
from tests.conftest import NOW


@pytest.fixture
def told(plan, cast):
    row = make_initiative(plan, number="1.1", owner=cast.owner)
    report(row, "on_track", "2026-06-27T12:00", cast.owner, percent=10, happened="It began.")
    report(row, "at_risk", "2026-08-16T12:00", cast.owner, percent=60, happened="Staff are short.")
    report(row, "on_track", "2026-09-25T12:00", cast.owner, happened="Staff were found.")
    return row


def test_each_update_lasts_until_the_next_and_the_newest_until_today(told):
    found = story_of(updates(told.pk, AsOf.now(NOW)), AsOf.now(NOW))
    assert [(one.status, one.percent, one.x, one.width) for one in found.stretches] == [
        ("on_track", 10, 0.0, 50.0), ("at_risk", 60, 50.0, 40.0), ("on_track", None, 90.0, 10.0),
    ]  # fmt: skip
    assert found.words == ("Reported: 27 Jun 2026 on track, 10%; 16 Aug 2026 at risk, 60%; 25 Sep 2026 on track.")
    then = AsOf.end_of(date(2026, 8, 31))
    assert [one.status for one in story_of(updates(told.pk, then), then).stretches] == ["on_track", "at_risk"]


def test_what_was_corrected_is_no_part_of_the_course(told, cast):
    wrong = report(told, "off_track", "2026-10-05T08:00", cast.owner)
    when = "2026-10-05T09:00"
    correct_status_update(
        update=wrong, words={"status": "on_track"}, act=act(when, cast.owner, reason="A slip of the mouse.")
    )
    found = story_of(updates(told.pk, AsOf.now(NOW)), AsOf.now(NOW))
    assert "off track" not in found.words


def test_one_update_is_no_course(plan, cast):
    row = make_initiative(plan, number="1.2", owner=cast.owner)
    report(row, "on_track", "2026-09-20T12:00", cast.owner)
    assert story_of(updates(row.pk, AsOf.now(NOW)), AsOf.now(NOW)) is None


def test_the_newest_update_is_open_and_the_others_are_folded(sign_in, cast, told):
    with time_machine.travel(NOW, tick=False):
        html = sign_in(cast.leader).get(reverse("initiatives:initiative-detail", args=[told.pk])).content.decode()
    newest, *older = html.split('<details class="update-fold">')
    assert "Staff were found." in newest
    assert len(older) == 2
    assert "Staff are short." in older[0]
    assert "It began." in older[1]
    assert 'aria-label="Reported: 27 Jun 2026' in html
