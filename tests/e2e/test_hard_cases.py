"""The longest words that fit, names written from right to left, plans with nothing and with much: nothing overlaps."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import Plan
from goals.services import create_goal
from initiatives.models import Initiative, StatusUpdate
from initiatives.services import add_comment, save_view
from people.roles import Role
from people.services import create_department, create_user, grant_role
from records.asof import start_of_day
from reports.models import QuarterSnapshot
from reports.snapshots.freezing import freeze_due_quarters
from tests.build import act, build_cast, build_plan, make_initiative, make_milestone, report
from tests.e2e.conftest import scrolls_sideways
from tests.e2e.measures import overlaps

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
RIGHT_TO_LEFT = "שירותי העיר 311 (مدينة فيلادلفيا) and Streets"
WIDTHS = (320, 1280)


def word(length: int) -> str:
    """One word that nothing lets a line break in."""
    return ("Wasserwerksverwaltung" * 20)[:length]


@pytest.fixture
def cast():
    return build_cast()


@pytest.fixture
def hard(cast) -> Plan:
    """A plan in which everything that has a name has the longest one, or one from right to left."""
    today = timezone.localdate()
    then = start_of_day(today - timedelta(days=120))
    plan = build_plan(title=word(200), start_date=today - timedelta(days=400), end_date=today + timedelta(days=400))
    goal = create_goal(plan=plan, fields={"number": "3", "title": word(200)}, act=act(then))
    create_goal(plan=plan, fields={"number": "4", "title": RIGHT_TO_LEFT}, act=act(then))  # without any initiative
    office = create_department(name=word(200), abbreviation=word(40), act=act(then))
    other = create_department(name=RIGHT_TO_LEFT, abbreviation="שירותי", act=act(then))
    people = []
    for name, department in ((word(150), office), (RIGHT_TO_LEFT, other)):
        person = create_user(
            email=f"{word(40)}{len(people)}@test.example", name=name, department=department, password="x", act=act(then)
        )
        grant_role(user=person, role=Role.ADMINISTRATOR, department=None, act=act(then))
        people.append(person)
    for number, title in enumerate((word(200), RIGHT_TO_LEFT), 1):
        row = make_initiative(
            plan, goal=goal, number=f"3.{number}", title=title, owner=people[number - 1],
            lead_department=(office, other)[number - 1], due_date=today + timedelta(days=3), start_date=then.date(),
        )  # fmt: skip
        for day in range(40):  # in a week
            make_milestone(row, today + timedelta(days=day % 7), title=word(300) if day % 2 else RIGHT_TO_LEFT)
        told = report(
            row, "off_track", start_of_day(today - timedelta(days=3)), people[0],
            happened=word(600), next_steps=RIGHT_TO_LEFT, help_needed=word(600),
        )  # fmt: skip
        add_comment(update=told, text=word(1000), mentioned=people[1], act=act(timezone.now(), people[0]))
    save_view(owner=people[1], name=word(80), plan=None, query="status=on_track", is_shared=True, act=act())
    freeze_due_quarters(at=timezone.now())
    return plan


def faults_of(page, address: str, paths: list[str]) -> list[str]:
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            answer = page.goto(address + path)
            if answer.status != 200:
                faults.append(f"{path}: {answer.status}")
            if scrolls_sideways(page):
                faults.append(f"{path} at {width}: scrolls sideways")
            faults += [f"{path} at {width}: {one}" for one in overlaps(page)]
    return faults


def test_the_longest_words_and_names_from_right_to_left_overlap_nowhere(transactional_db, visit, live_server, hard):
    long, right_to_left = Initiative.objects.order_by("number")
    update = StatusUpdate.objects.get(initiative=long)
    person = right_to_left.owner
    frozen = QuarterSnapshot.objects.order_by("as_of_day").last()
    assert frozen is not None
    plan = reverse("initiatives:plan-detail", args=[hard.slug])
    paths = [
        "/", plan, f"{plan}activity/", f"{plan}structure/", f"{plan}goals/3/", f"{plan}goals/4/", f"{plan}easy-read/",
        "/plans/", "/initiatives/", "/initiatives/?view=timeline", "/initiatives/?group=owner", "/initiatives/views/",
        f"/initiatives/{long.pk}/", f"/initiatives/{right_to_left.pk}/", f"/initiatives/{long.pk}/history/",
        f"/initiatives/{long.pk}/edit/", f"/status-updates/{update.pk}/comments/", "/departments/",
        *(
            reverse("initiatives:department-detail", args=[row.lead_department.abbreviation])
            for row in (long, right_to_left)
        ),
        f"/search/?q={word(200)}", "/search/?q=Streets", "/people/", f"/people/{person.pk}/", "/profile/",
        "/reports/", f"/reports/{hard.slug}/{hard.quarter_of(frozen.as_of_day).slug}/", "/messages/next/",
    ]  # fmt: skip
    assert faults_of(visit(person, "/"), live_server.url, paths) == []


@pytest.mark.parametrize("initiatives", [0, 1])
def test_a_plan_with_hardly_anything_says_so_and_overlaps_nowhere(visit, live_server, cast, initiatives):
    plan = build_plan()
    for number in range(initiatives):
        make_initiative(plan, number=f"1.{number}")
    paths = ["/", f"/plans/{plan.slug}/", f"/plans/{plan.slug}/goals/2/", "/initiatives/", "/departments/", "/reports/"]
    assert faults_of(visit(cast.manager, "/"), live_server.url, [*paths, "/initiatives/?view=timeline"]) == []


@pytest.mark.parametrize("asked", ['"', "AND", "-x", "😀", "x" * 10_000], ids=["quote", "AND", "-x", "emoji", "10,000"])
def test_a_search_for_anything_is_answered(visit, live_server, cast, asked):
    build_plan()
    page = visit(cast.viewer, "/search/")
    assert faults_of(page, live_server.url, [f"/search/?q={quote(asked[:2000])}"]) == []
    assert page.request.get(f"{live_server.url}/search/?q={quote(asked)}").status == 200
