"""Every page, download and API endpoint that can speak for a past day says of it what it said on it.

Recorded on the day itself, then everything there is changes, then asked again with `?as_of=`.
"""

import io
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from django.urls import resolve, reverse

from goals.models import Evidence, Goal, Strategy
from goals.services import (
    create_evidence,
    create_goal,
    create_priority,
    update_evidence,
    update_goal,
    update_plan,
    update_strategy,
)
from initiatives.models import Initiative
from initiatives.services import (
    accept_commitment,
    complete_milestone,
    correct_status_update,
    delete_initiative,
    propose_commitment,
    update_initiative,
    update_milestone,
)
from people.models import Department
from people.services import create_department, update_department, update_user
from tests.build import act, at, make_initiative, make_milestone, report

DAY = "2026-09-30"
THAT_EVENING = "2026-09-30T22:00"  # UTC, still that day in Philadelphia
LATER = "2026-11-20T15:00"


@pytest.fixture
def rows(plan, cast) -> dict[str, Any]:
    """Two focus areas with work in them, as they stood on the day."""
    safer = create_priority(plan=plan, name="Safer", order=1, act=act())
    one = Goal.objects.get(plan=plan, number="1")
    create_evidence(plan=plan, fields={"text": "Homes lack internet", "share": 14}, goals=[one], act=act())
    two = Goal.objects.get(plan=plan, number="2")
    strategy = Strategy.objects.get(number="1.1")
    found = {
        "one": make_initiative(
            plan, number="1.1", owner=cast.owner, lead_department=cast.streets, strategy=strategy,
            due_date=date(2027, 3, 1), summary="Fiber to every site",
        ),
        "two": make_initiative(plan, number="2.1", goal=two, owner=cast.contributor, lead_department=cast.health),
        "gone": make_initiative(plan, number="2.2", goal=two, owner=cast.owner, visibility="internal"),
    }  # fmt: skip
    update_initiative(initiative=found["one"], fields={}, priorities=[safer], act=act())
    found["late"] = make_milestone(found["one"], date(2026, 9, 20))
    found["next"] = make_milestone(found["two"], date(2026, 10, 20))
    found["promise"] = propose_commitment(
        initiative=found["one"], department=cast.streets, what="Poles", due_date=date(2026, 9, 10), act=act()
    )
    found["said"] = report(found["one"], "on_track", "2026-09-20T12:00", cast.owner, happened="Half done", percent=40)
    report(found["two"], "at_risk", "2026-05-20T12:00", cast.contributor, happened="Waiting", help_needed="Hands")
    report(found["gone"], "on_hold", "2026-09-21T12:00", cast.owner)
    return found


def change_everything(plan, cast, rows) -> None:
    """All that a page could show, renamed, moved, said, met, deleted or new, from the first minute of the next day."""
    by = act("2026-10-01T04:00", cast.manager, reason="It changed.")
    one, two = rows["one"], rows["two"]
    update_plan(plan=plan, fields={"title": "Renamed plan", "expected_update_days": 30, "goal_label": "Pillar"}, act=by)
    update_goal(goal=Goal.objects.get(plan=plan, number="1"), fields={"title": "Renamed area"}, act=by)
    update_strategy(strategy=Strategy.objects.get(number="1.1"), fields={"title": "Renamed strategy"}, act=by)
    update_evidence(evidence=Evidence.objects.get(), fields={"text": "Homes have internet"}, act=by)
    create_goal(plan=plan, fields={"number": "3", "title": "New area"}, act=by)
    update_department(department=cast.streets, fields={"name": "Streets Authority"}, act=by)
    create_department(name="New office", abbreviation="NEW", act=by)
    update_user(user=cast.owner, fields={"name": "Renamed owner"}, act=by)
    update_initiative(
        initiative=one, fields={"title": "Renamed", "owner": cast.contributor, "due_date": date(2027, 6, 1)},
        priorities=[], act=by,
    )  # fmt: skip
    update_initiative(initiative=two, fields={"lead_department": cast.streets, "visibility": "internal"}, act=by)
    complete_milestone(milestone=rows["late"], completed_date=date(2026, 9, 29), act=by)
    update_milestone(milestone=rows["next"], fields={"due_date": date(2026, 12, 1), "title": "Moved step"}, act=by)
    make_milestone(two, date(2026, 10, 2), when="2026-10-01T05:00")
    accept_commitment(commitment=rows["promise"], act=act("2026-10-01T06:00", cast.liaison))
    propose_commitment(initiative=two, department=cast.health, what="New promise", due_date=None, act=by)
    correct_status_update(
        update=rows["said"], words={"happened": "Nothing done"},
        act=act("2026-10-02T12:00", cast.owner, reason="Mixed up"),
    )  # fmt: skip
    report(two, "completed", "2026-10-03T12:00", cast.contributor, happened="Done after all")
    delete_initiative(initiative=rows["gone"], act=act("2026-10-04T12:00", cast.manager, reason="Given up"))
    make_initiative(plan, number="1.2", when="2026-10-05T12:00", owner=cast.owner, lead_department=cast.streets)


class Words(HTMLParser):
    """What a person reads in <main>, link by link and word by word."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "main"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "main"

    def handle_data(self, data: str) -> None:
        if self.depth and data.strip():
            self.words.append(" ".join(data.split()))


def words(answer: Any) -> list[str]:
    parser = Words()
    parser.feed(answer.content.decode())
    return parser.words


def listed(answer: Any) -> list[str]:
    """A list that can be saved under a name: as it is today, for a view speaks for no day."""
    return [word for word in words(answer) if word not in {"Saved views", "Save this view"}]


def chart(answer: Any) -> list[str]:
    """The words around the time axis, but for the one that calls the day today."""
    text = re.sub("The line marks .*? Dots are", "Dots are", " ".join(listed(answer)))
    return re.sub(r" (Today|\d+ \w+ \d{4}) (?=\d+ )", " ", text, count=1).split()  # the first focus area follows


def lines(answer: Any) -> list[str]:
    return b"".join(answer.streaming_content).decode().splitlines()


def cells(answer: Any) -> list[Any]:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]


def records(answer: Any) -> Any:
    """The API's rows; `version` counts edits of the live row and is told of no past one."""
    told = answer.json()
    rows = told.get("results", [told])
    return [{name: value for name, value in row.items() if name != "version"} for row in rows]


Reader = Callable[[Any], Any]
PAGES: dict[str, tuple[str, Reader]] = {
    "plans": ("/plans/", words),
    "plan": ("/plans/test-plan/", words),
    "why this plan": ("/plans/test-plan/why/", words),
    "focus area 1": ("/plans/test-plan/goals/1/", words),
    "focus area 2": ("/plans/test-plan/goals/2/", words),
    "initiatives": ("/initiatives/", listed),
    "initiatives, filtered": ("/initiatives/?plan=test-plan&attention=on&sort=-due", listed),
    "initiatives, on a time axis": ("/initiatives/?view=timeline", chart),
    "initiatives as CSV": ("/initiatives/export.csv", lines),
    "initiatives as XLSX": ("/initiatives/export.xlsx", cells),
    "initiative": ("/initiatives/{one}/", words),
    "another": ("/initiatives/{two}/", words),
    "one deleted since": ("/initiatives/{gone}/", words),
    "its history": ("/initiatives/{one}/history/", words),
    "departments": ("/departments/", words),
    "department": ("/departments/Streets/", words),
    "commitments as CSV": ("/departments/Streets/commitments.csv", lines),
    "led as XLSX": ("/departments/DPH/initiatives.xlsx", cells),
    "API plans": ("/api/v1/plans/", records),
    "API goals": ("/api/v1/goals/?plan=test-plan", records),
    "API strategies": ("/api/v1/strategies/", records),
    "API initiatives": ("/api/v1/initiatives/", records),
    "API initiative": ("/api/v1/initiatives/{one}/", records),
    "API one deleted since": ("/api/v1/initiatives/{gone}/", records),
    "API milestones": ("/api/v1/milestones/", records),
    "API commitments": ("/api/v1/commitments/", records),
    "API status updates": ("/api/v1/status-updates/", records),
    "API departments": ("/api/v1/departments/", records),
    "API a department": ("/api/v1/departments/{streets}/", records),
    "API people": ("/api/v1/people/", records),
}  # fmt: skip


def address(path: str, rows: dict[str, Any], day: str = "") -> str:
    ids = {name: row.pk for name, row in rows.items()}
    path = path.format(**ids, streets=Department.objects.get(abbreviation="Streets").pk)
    return path + (("&" if "?" in path else "?") + f"as_of={day}" if day else "")


def test_a_past_day_says_what_it_said_on_that_day(plan, cast, rows, sign_in, time_machine):
    time_machine.move_to(at(THAT_EVENING), tick=False)
    reader = sign_in(cast.viewer)
    said = {name: read(reader.get(address(path, rows))) for name, (path, read) in PAGES.items()}
    assert all(said.values())
    time_machine.move_to(at(LATER), tick=False)
    change_everything(plan, cast, rows)
    reader = sign_in(cast.viewer)
    now = {name: read(reader.get(address(path, rows))) for name, (path, read) in PAGES.items() if "deleted" not in name}
    then = {name: read(reader.get(address(path, rows, DAY))) for name, (path, read) in PAGES.items()}
    assert [name for name in now if now[name] == said[name]] == []  # every page did change
    for name in PAGES:
        assert then[name] == said[name], name


@pytest.fixture
def past(plan, cast, rows, time_machine) -> dict[str, Any]:
    """After everything changed."""
    time_machine.move_to(at(LATER), tick=False)
    change_everything(plan, cast, rows)
    return rows


ONLY_PAGES = [name for name, (_, read) in PAGES.items() if read in (words, chart)]
# Where a link may lead from a page of the past: to a page of that day.
READING = {
    "initiatives:plan-list", "initiatives:plan-detail", "initiatives:plan-activity", "initiatives:plan-why",
    "initiatives:plan-easy-read", "initiatives:goal-detail", "initiatives:initiative-list",
    "initiatives:initiative-list-export", "initiatives:initiative-detail", "initiatives:initiative-history",
    "initiatives:department-list", "initiatives:department-detail", "initiatives:department-export",
}  # fmt: skip


def test_a_page_of_the_past_says_so_keeps_the_day_and_offers_no_change(past, cast, sign_in):
    client = sign_in(cast.manager)
    for name in ONLY_PAGES:
        path = address(PAGES[name][0], past, DAY)
        whole = client.get(path).content.decode()
        assert "strip-as-of" in whole, name
        banner = whole.split('<aside class="strip strip-as-of"')[1].split("</aside>")[0]
        assert "30 Sep 2026" in banner, name
        back = re.search(r'href="([^"]+)">Back to today', banner)
        assert back is not None, name
        assert "as_of" not in back[1], name
        html = whole.split("<main")[1].split("</main")[0]
        assert 'method="post"' not in html, name
        strays = []
        for link in re.findall(r'href="(/[^"#]*)', html):
            target, _, query = link.replace("&amp;", "&").partition("?")
            if resolve(target).view_name not in READING or "as_of=" not in query:
                strays.append(link)
        assert (name, strays) == (name, [])


BAD = {"soon": "is not a day", "2026-02-30": "is not a day", "2031-01-01": "has not come yet", "0001-01-01": "before"}


def test_a_day_that_is_none_gets_a_sentence(past, cast, sign_in):
    client = sign_in(cast.viewer)
    for name, (path, _) in PAGES.items():
        for day, why in BAD.items():
            answer = client.get(address(path, past, day))
            told = answer.content.decode()
            assert (name, day, answer.status_code, "As of: " in told, why in told) == (name, day, 400, True, True)


def test_a_day_before_the_first_that_is_kept_names_it_on_every_page_and_leads_there(past, cast, sign_in):
    client = sign_in(cast.viewer)
    for name, (path, _) in {**PAGES, "the plan that runs": ("/plan/", words)}.items():
        answer = client.get(address(path, past, "2020-01-01"))
        if path.startswith("/api/"):
            assert (name, answer.status_code) == (name, 404 if "{" in path else 200)
            continue
        text = " ".join(words(answer))
        assert (name, answer.status_code) == (name, 404)
        what = "initiative" if path.startswith("/initiatives/{") else "plan"
        assert f"The {what} was not kept here on that day" in text, name
        assert "The first day that was is 1 Jul 2025" in text, name
        link = re.search(r'href="([^"]*as_of=2025-07-01[^"]*)"', answer.content.decode())
        assert link is not None, name
        led_to = client.get(link[1].replace("&amp;", "&"), follow=True)
        assert led_to.status_code == 200, name
        assert b"".join(led_to.streaming_content) if led_to.streaming else led_to.content, name


def test_what_was_added_later_or_deleted_names_its_own_first_day(past, cast, sign_in):
    client = sign_in(cast.viewer)
    new = Initiative.objects.get(number="1.2")
    for path, day, sentence in (
        ("/plans/test-plan/goals/3/", "2026-09-30", "The focus area was not kept here on that day"),
        ("/departments/NEW/", "2026-09-30", "The department was not kept here on that day"),
        (f"/initiatives/{new.pk}/", "2026-09-30", "The initiative was not kept here on that day"),
        (f"/initiatives/{new.pk}/history/", "2026-09-30", "The initiative was not kept here on that day"),
        (f"/initiatives/{past['gone'].pk}/", "2026-10-05", "It had been deleted by then"),
    ):
        answer = client.get(f"{path}?as_of={day}")
        assert (path, answer.status_code, sentence in " ".join(words(answer))) == (path, 404, True)
        link = re.search(rf'href="({path}\?as_of=[^"]*)"', answer.content.decode())
        assert link is not None, path
        assert client.get(link[1]).status_code == 200, path


def test_today_is_no_past_day(past, cast, sign_in):
    html = sign_in(cast.manager).get(address("/initiatives/{one}/", past, "2026-11-20")).content.decode()
    assert "strip-as-of" not in html
    assert reverse("initiatives:initiative-edit", args=[past["one"].pk]) in html
