"""The time axis: quarters and years, zoom, what was agreed first, slips, milestones by name, what lies outside."""

import re
from datetime import date

import pytest
import time_machine

from goals.models import Goal
from goals.quarters import Quarter
from initiatives.selectors.timeline import axis_of
from initiatives.services import update_initiative
from tests.build import act, make_initiative, make_milestone
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")
LIST = "/initiatives/?view=timeline"


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def read(client, query="") -> str:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def bar(text, number) -> str:
    return re.search(
        rf'<svg[^>]*aria-label="{number} .*?</svg></td>|<svg[^>]*aria-label="{number} .*?</svg><span', text
    )[0]


def test_the_axis_of_a_plan_has_its_fiscal_years_and_quarters(plan):
    axis = axis_of([plan.versions.get()], "plan", NOW.date())
    assert (axis.start, axis.end) == (date(2025, 7, 1), date(2027, 6, 30))
    assert [one.label for one in axis.heads] == ["FY2026", "FY2027"]
    assert [one.label for one in axis.ticks] == ["Q1", "Q2", "Q3", "Q4"] * 2
    assert (axis.before, axis.after) == (None, None)
    assert axis.x(date(2025, 1, 1)) == 0.0
    assert axis.today(date(2028, 1, 1)) is None


@pytest.mark.parametrize(
    ("zoom", "start", "end", "ticks"),
    [
        ("year", date(2026, 7, 1), date(2027, 6, 30), ["Q1", "Q2", "Q3", "Q4"]),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31), ["Oct 2026", "Nov 2026", "Dec 2026"]),
    ],
)
def test_zoom_leads_to_the_days_before_and_after(sign_in, cast, plan, zoom, start, end, ticks):
    make_initiative(plan, number="1.1", due_date=date(2027, 1, 1))
    axis = sign_in(cast.viewer).get(f"{LIST}&zoom={zoom}").context["axis"]
    assert (axis.start, axis.end, [one.label for one in axis.ticks]) == (start, end, ticks)
    before = sign_in(cast.viewer).get(f"{LIST}&zoom={zoom}&at={axis.before}").context["axis"]
    assert before.after == start
    assert Quarter.of(before.end).next() == Quarter.of(start)


@pytest.mark.parametrize(
    "query", ["&zoom=week", "&zoom=year&at=never", "&zoom=quarter&at=9999-12-31", "&at=0001-01-01"]
)
def test_odd_zooms_still_show_the_axis(sign_in, cast, plan, query):
    make_initiative(plan, number="1.1")
    assert "Today" in read(sign_in(cast.viewer), query)


def test_a_plan_with_many_quarters_names_years_alone():
    assert [one.label for one in axis_of([], "plan", NOW.date()).heads] == ["FY2027"]


def test_bars_show_what_was_agreed_and_how_far_it_moved(sign_in, cast, plan):
    row = make_initiative(plan, number="1.1", due_date=date(2026, 12, 1))
    update_initiative(
        initiative=row, fields={"due_date": date(2027, 1, 11)}, act=act("2026-01-02T12:00", cast.manager, reason="Late")
    )
    make_initiative(plan, number="1.2", due_date=date(2026, 12, 1))
    text = read(sign_in(cast.viewer))
    assert 'class="agreed"' in bar(text, "1.1")
    assert 'class="slip"' in bar(text, "1.1")
    assert "to 11 Jan 2027, first agreed for 1 Dec 2026" in text
    assert "1 Jul 2025 – 11 Jan 2027, slipped 41 days" in text
    assert "agreed" not in bar(text, "1.2")


def test_what_goes_on_outside_is_marked_at_the_edge(sign_in, cast, plan):
    make_initiative(plan, number="1.1", start_date=date(2024, 1, 1), due_date=date(2028, 1, 1))
    make_initiative(plan, number="1.2", start_date=date(2023, 1, 1), due_date=date(2024, 1, 1))
    text = read(sign_in(cast.viewer))
    assert bar(text, "1.1").count('class="edge"') == 2
    assert 'class="seg' in bar(text, "1.1")
    assert bar(text, "1.2").count('class="edge"') == 1
    assert 'class="seg' not in bar(text, "1.2")


def test_milestones_are_links_with_their_names(sign_in, cast, plan):
    row = make_initiative(plan, number="1.1", due_date=date(2027, 1, 1))
    late = make_milestone(row, date(2026, 9, 1), title='Say "<hi>"')
    make_milestone(row, date(2029, 9, 1), title="Far away")
    text = read(sign_in(cast.viewer))
    assert f'href="/initiatives/{row.pk}/#milestone-{late.pk}"' in text
    assert 'aria-label="Say &quot;&lt;hi&gt;&quot;, late, was due 1 Sep 2026"' in text
    assert "Far away" not in text


def test_all_rows_stand_on_the_sheet_that_is_printed(sign_in, cast, plan):
    for number in range(55):
        make_initiative(plan, number=f"1.{number}")
    client = sign_in(cast.viewer)
    assert "rows=all" in read(client)
    answer = client.get(f"{LIST}&rows=all")
    assert len(answer.context["page"].object_list) == 55
    text = answer.content.decode()
    assert 'class="stack-tight sheet"' in text
    assert re.search(rf"<strong>{plan.title}</strong>, as of\s+<time[^>]*>.+?</time>, initiatives 1–55 of 55\.", text)
    assert len(client.get("/initiatives/?rows=all").context["page"].object_list) == 50


@pytest.mark.parametrize(
    ("query", "groups"),
    [("", ["1 Security", "2 Equity"]), ("&rows=all", []), ("&sort=due", []), ("&sort=due&group=owner", ["No owner"])],
)
def test_in_the_order_of_the_plan_its_focus_areas_are_groups(sign_in, cast, plan, query, groups):
    make_initiative(plan, number="1.1")
    make_initiative(plan, number="2.1", goal=Goal.objects.get(plan=plan, number="2"))
    text = read(sign_in(cast.viewer), query)
    assert [re.sub("<[^>]+>", "", one) for one in re.findall(r"<h2>.*?</h2>", text)] == groups
    opened = re.findall(r'<details class="unfold"( open)?>', text)
    assert opened == [" open", *[""] * (len(groups) - 1)][: len(groups)]
    assert text.count("<tbody") == max(1, len(groups))
