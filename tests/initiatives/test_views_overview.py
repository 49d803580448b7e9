"""Plan and focus area pages, through the client."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from goals.models import Goal, Plan
from goals.quarters import Quarter
from goals.services import create_goal, create_strategy, update_plan
from initiatives.selectors.trend import quarter_ends
from initiatives.services import delete_initiative
from records.asof import AsOf, start_of_day
from records.audit import close_records
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def plan_page(plan) -> str:
    return reverse("initiatives:plan-detail", args=[plan.slug])


def read(client, path, status=200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_current_plan_leads_to_the_active_one(sign_in, cast, plan):
    build_plan("second-plan", title="Second plan", state=Plan.State.DRAFT)
    client = sign_in(cast.viewer)
    assert client.get("/plan/")["Location"] == plan_page(plan)
    assert f'<a href="{reverse("initiatives:plan-list")}">All plans</a>' in read(client, plan_page(plan))


def test_several_active_plans_or_none_lead_to_the_list(sign_in, cast, plan):
    second = build_plan("second-plan", title="Second plan")
    client = sign_in(cast.manager)
    assert client.get("/plan/")["Location"] == reverse("initiatives:plan-list")
    assert {"Test plan", "Second plan", "New plan"} <= _words_in(read(client, "/plans/"), "Test plan", "Second plan",
                                                                  "New plan")  # fmt: skip
    for one in (plan, second):
        update_plan(plan=one, fields={"state": Plan.State.ARCHIVED}, act=act(NOW))
    assert client.get("/plan/")["Location"] == reverse("initiatives:plan-list")


def test_no_plan_at_all_is_a_page_that_says_what_to_do(sign_in, cast):
    assert "There is no plan yet" in read(sign_in(cast.manager), "/plans/")
    assert "New plan" not in read(sign_in(cast.viewer), "/plans/")


def _words_in(text, *words):
    return {word for word in words if word in text}


def test_b01_the_overview_counts_what_nobody_reported_as_not_started(sign_in, cast, plan):
    make_initiative(plan, start_date=NOW.date())
    text = read(sign_in(cast.leader), plan_page(plan))
    assert "Not started: 1." in text
    assert "On track: " not in text


def test_b07_the_page_says_that_cancelled_ones_are_left_out(sign_in, cast, plan):
    for number, status in enumerate(["on_track", "on_track", "off_track", "completed", "cancelled"], start=1):
        report(make_initiative(plan, number=f"1.{number}"), status, "2026-10-01T12:00")
    text = read(sign_in(cast.leader), plan_page(plan))
    assert "Completed: 1, On track: 2, Off track: 1, Cancelled: 1." in text
    assert '25%<br><span class="muted small">1 of 4</span>' in text
    assert "Percentages leave cancelled initiatives out (1 in this plan)" in text


def test_b08_a_focus_area_without_initiatives_says_no_data(sign_in, cast, plan):
    report(make_initiative(plan, number="1.1"), "cancelled", "2026-10-01T12:00")
    text = read(sign_in(cast.leader), plan_page(plan))
    assert text.count("No data") == 4  # the only cancelled one, the empty one, the whole plan, and that in its trend
    goal = read(sign_in(cast.leader), reverse("initiatives:goal-detail", args=[plan.slug, "2"]))
    assert "No data" in goal
    assert "0%" not in goal


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_the_headline_says_how_the_open_initiatives_stand(sign_in, cast, plan):
    told = {"1.1": ("on_track", "on_track"), "1.2": ("on_track", "off_track"), "1.3": ("off_track", "off_track")}
    for number, (before, after) in told.items():
        row = make_initiative(plan, number=number, owner=cast.owner)
        report(row, before, "2026-09-20T12:00", cast.owner)
        report(row, after, "2026-10-02T12:00", cast.owner, help_needed="Two testers." if number == "1.3" else "")
    report(make_initiative(plan, number="1.4", owner=cast.owner), "completed", "2026-09-20T12:00", cast.owner)
    make_initiative(plan, number="1.5", start_date=date(2026, 1, 1), when="2026-09-20T12:00")
    text = words_of(read(sign_in(cast.leader), plan_page(plan)))
    assert (
        "1 of 4 open initiatives is on track; 2 are off track, 1 of them since FY2027 Q1 ended;"
        " 1 has no current update; 1 asks for help; 1 has no owner." in text
    )
    assert "3 of 4 were updated in the last 90 days." in text
    assert "1.3 Initiative 1.3 Two testers." in text  # what is asked for


def test_the_headline_is_a_sentence_where_nothing_is_on_track(sign_in, cast, plan):
    report(make_initiative(plan, number="1.1", owner=cast.owner), "off_track", "2026-10-02T12:00", cast.owner)
    assert "0 of 1 open initiative is on track; 1 is off track" in words_of(read(sign_in(cast.leader), plan_page(plan)))


def test_the_headline_of_a_plan_with_nothing_open(sign_in, cast, plan):
    client = sign_in(cast.leader)
    assert "The plan holds no initiative yet." in words_of(read(client, plan_page(plan)))
    report(make_initiative(plan, number="1.1", owner=cast.owner), "completed", "2026-09-20T12:00", cast.owner)
    assert "No initiative is open: 1 ended." in words_of(read(client, plan_page(plan)))


def test_the_trend_has_the_quarters_that_are_kept_each_with_its_own_rule(plan, cast):
    today = AsOf.now(NOW)
    row = make_initiative(plan, number="1.1", owner=cast.owner, when="2026-01-10T12:00", start_date=date(2026, 1, 10))
    report(row, "on_track", "2026-01-20T12:00", cast.owner)
    update_plan(plan=plan, fields={"expected_update_days": 365}, act=act("2026-07-10T12:00"))
    ends = quarter_ends(plan.versions.as_of(today).get(), Quarter.of(today.day))
    assert [(end.quarter.label, dict(end.rollup.counts)) for end in ends] == [
        ("FY2026 Q3", {"on_track": 1}),
        ("FY2026 Q4", {"no_current_update": 1}),  # 90 days were expected then
        ("FY2027 Q1", {"on_track": 1}),
    ]
    assert quarter_ends(plan.versions.as_of(today).get(), Quarter.of(today.day), goal_id=0) == []


def test_a_quarter_is_counted_once_only_when_nothing_can_be_recorded_in_it_any_more(
    plan, cast, django_assert_num_queries
):
    version, quarter = plan.versions.as_of(AsOf.now(NOW)).get(), Quarter.of(NOW.date())
    make_initiative(plan, number="1.1", owner=cast.owner, when="2026-09-20T12:00")
    assert [end.rollup.total for end in quarter_ends(version, quarter)] == [1]
    make_initiative(plan, number="1.2", owner=cast.owner, when="2026-09-30T23:59")  # it was in flight at midnight
    assert [end.rollup.total for end in quarter_ends(version, quarter)] == [2]
    close_records(until=start_of_day(quarter.first_day))
    assert [end.rollup.total for end in quarter_ends(version, quarter)] == [2]
    with django_assert_num_queries(0):
        assert [end.rollup.total for end in quarter_ends(version, quarter)] == [2]


def test_a_plan_without_focus_areas_is_not_an_error(sign_in, cast):
    plan = build_plan("bare")
    for goal in Goal.objects.filter(plan=plan):
        goal.versions.update(recorded_until=NOW)
    assert "This plan has nothing in it yet" in read(sign_in(cast.viewer), plan_page(plan))


def test_b43_live_part_and_the_page_as_of_a_day(sign_in, cast, plan):
    old = make_initiative(plan, number="1.1", title="Old one", owner=cast.owner)
    report(old, "on_track", "2026-09-20T12:00", cast.owner)
    report(old, "off_track", "2026-10-02T12:00", cast.owner)
    gone = make_initiative(plan, number="1.2", title="Gone one", owner=cast.owner)
    delete_initiative(initiative=gone, act=act("2026-10-04T12:00"))
    make_initiative(plan, number="1.3", title="New one", owner=cast.owner, when="2026-10-03T12:00")
    goal = reverse("initiatives:goal-detail", args=[plan.slug, "1"])
    client = sign_in(cast.leader)
    then = read(client, f"{goal}?as_of=2026-09-30")
    assert _words_in(then, "Old one", "Gone one", "New one") == {"Old one", "Gone one"}
    assert "The plan as it stood at the end of" in then
    assert "Off track" not in then
    now = read(client, goal)
    assert _words_in(now, "Old one", "Gone one", "New one") == {"Old one", "New one"}
    assert "Off track" in now
    moved = read(client, plan_page(plan))
    assert "1 stands worse" in moved
    assert "1 is new" in moved
    assert "1 was taken out of the plan" in moved


def test_links_stay_on_the_day(sign_in, cast, plan):
    make_initiative(plan, number="1.1")
    text = read(sign_in(cast.leader), plan_page(plan) + "?as_of=2026-09-30")
    assert f'href="{reverse("initiatives:goal-detail", args=[plan.slug, "1"])}?as_of=2026-09-30"' in text
    assert "as_of=2026-09-30&amp;goal=" in text or "&amp;as_of=2026-09-30" in text or "&as_of=2026-09-30" in text


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-10-06", "0001-01-01", "x" * 300])
@pytest.mark.parametrize("name", ["plan", "goal", "list", "departments"])
def test_a_bad_day_gets_a_sentence(sign_in, cast, plan, day, name):
    paths = {
        "plan": plan_page(plan),
        "goal": reverse("initiatives:goal-detail", args=[plan.slug, "1"]),
        "list": reverse("initiatives:initiative-list"),
        "departments": reverse("initiatives:department-list"),
    }
    assert "As of: " in read(sign_in(cast.viewer), f"{paths[name]}?as_of={day}", status=400)


def test_before_the_plan_there_is_a_sentence(sign_in, cast, plan):
    text = read(sign_in(cast.viewer), plan_page(plan) + "?as_of=2024-01-01", status=404)
    assert "was not kept here on that day" in text


def test_basis_and_source_stand_on_the_page(sign_in, cast, plan):
    update_plan(
        plan=plan, fields={"basis": "official-post", "source": "https://plan.example/", "sample_note": "All sample."},
        act=act("2026-10-01T12:00"),
    )  # fmt: skip
    goal = create_goal(plan=plan, fields={"number": "3", "title": "Third", "basis": "press"}, act=act(NOW))
    create_strategy(goal=goal, fields={"number": "3.1", "title": "Group", "basis": "illustrative"}, act=act(NOW))
    with time_machine.travel("2026-10-05T15:00Z", tick=False):
        text = read(sign_in(cast.viewer), plan_page(plan))
        assert _words_in(text, "Published by the City", 'href="https://plan.example/"', "All sample.") == {
            "Published by the City", 'href="https://plan.example/"', "All sample.",
        }  # fmt: skip
        assert "Sample grouping" in read(
            sign_in(cast.viewer), reverse("initiatives:goal-detail", args=[plan.slug, "3"])
        )


def test_pages_cost_the_same_for_one_row_and_for_three(sign_in, cast, plan, django_assert_max_num_queries):
    client = sign_in(cast.leader)
    counts = []
    for number in (1, 2, 3):
        row = make_initiative(plan, number=f"1.{number}", owner=cast.owner, due_date=date(2026, 9, 1))
        make_milestone(row, date(2026, 9, 1))
        make_milestone(row, date(2026, 11, 1))
        report(row, "at_risk", "2026-09-10T12:00", cast.owner)
        if number == 2:
            continue
        sizes = []
        for path in (plan_page(plan), reverse("initiatives:goal-detail", args=[plan.slug, "1"]), "/plans/"):
            read(client, path)  # what never changes any more is counted once
            with django_assert_max_num_queries(12) as captured:
                read(client, path)
            sizes.append(len(captured))
        counts.append(sizes)
    assert counts[0] == counts[1]


def test_a_page_of_a_plan_leads_to_the_other_plans_where_there_are_others(sign_in, cast, plan):
    at = reverse("initiatives:plan-detail", args=[plan.slug])
    assert "plan-menu" not in sign_in(cast.viewer).get(at).content.decode()
    assert "plan-menu" in sign_in(cast.manager).get(at).content.decode()
    other = build_plan(slug="next-one", title="The next one")
    page = sign_in(cast.viewer).get(at).content.decode()
    menu = page[page.index("plan-menu") : page.index("</details>", page.index("plan-menu"))]
    assert menu.index(plan.title) < menu.index(reverse("initiatives:plan-detail", args=[other.slug]))
    assert reverse("initiatives:plan-list") in menu
    assert "plan-menu" not in sign_in(cast.viewer).get("/").content.decode()
