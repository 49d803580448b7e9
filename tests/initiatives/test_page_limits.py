"""A page with several lists shows the first rows of each and says how many there are; all of them by a link."""

import re

import pytest
from django.urls import reverse

from tests.build import make_initiative, report
from web.requests import MOST_ROWS as SHOWN

MORE = 3


@pytest.fixture
def many(plan, cast):
    """More initiatives of one person, department and focus area than a list shows, all of them late."""
    rows = [
        make_initiative(
            plan, number=f"1.{number}", owner=cast.owner, lead_department=cast.streets, title=f"Work {number:02}"
        )
        for number in range(1, SHOWN + MORE + 1)
    ]
    for row in rows:
        report(row, "on_track", "2026-01-05T12:00", cast.owner)
    return rows


def pages(plan, cast):
    return (
        (cast.owner, reverse("my-work")),
        (cast.liaison, reverse("initiatives:department-detail", args=[cast.streets.abbreviation])),
        (cast.viewer, reverse("initiatives:goal-detail", args=[plan.slug, "1"])),
    )


def titles(text: str) -> set[str]:
    return set(re.findall(r"Work \d\d", text))


def test_a_page_shows_the_first_rows_of_each_list_and_all_of_them_by_a_link(plan, cast, many, sign_in):
    for person, path in pages(plan, cast):
        client = sign_in(person)
        text = client.get(path).content.decode()
        assert titles(text) == {row.title for row in many[:SHOWN]}, path
        assert f"Show {MORE} more" in text
        link = re.search(r'href="(\?[^"]*rows=all)"', text)
        assert link
        whole = client.get(path + link[1].replace("&amp;", "&")).content.decode()
        assert titles(whole) == {row.title for row in many}, path
        assert "rows=all" not in whole


def test_the_numbers_of_a_page_count_all_rows(plan, cast, many, sign_in):
    assert f"{len(many)} things need you now" in sign_in(cast.owner).get("/").content.decode()
    _, path = pages(plan, cast)[1]
    figures = re.findall(r"<dd[^>]*>.*?(\d+)", sign_in(cast.liaison).get(path).content.decode(), re.DOTALL)
    assert [figures[0], figures[-1]] == [str(len(many))] * 2  # led, late


def test_the_link_keeps_the_day(plan, cast, many, sign_in):
    for person, path in pages(plan, cast)[1:]:
        text = sign_in(person).get(f"{path}?as_of=2026-09-30").content.decode()
        assert re.search(r'href="\?as_of=2026-09-30&amp;rows=all"', text)
