"""The read-only API: lists what pages show, as of any day, to members only."""

from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.models import Goal, Plan, Strategy
from goals.services import create_goal, create_plan, create_strategy, update_goal, update_plan, update_strategy
from initiatives.models import Initiative
from initiatives.services import delete_initiative, propose_commitment
from people.models import Department, User
from people.services import create_department, create_user, update_department, update_user
from tests.build import act, make_initiative, make_milestone, report

LISTS = [
    "plans", "goals", "strategies", "initiatives", "milestones", "status-updates", "commitments", "departments",
    "people",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_b47_strangers_and_people_without_a_role_read_nothing(cast, plan, name):
    assert Client().get(f"/api/v1/{name}/").status_code == 401
    roleless = Client()
    roleless.force_login(cast.stranger)
    answer = roleless.get(f"/api/v1/{name}/")
    assert (answer.status_code, "role" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_answers_and_nothing_can_be_written(cast, initiative, name, sign_in):
    make_milestone(initiative, date(2026, 12, 1))
    client = sign_in(cast.viewer)
    assert client.get(f"/api/v1/{name}/").status_code == 200
    assert client.post(f"/api/v1/{name}/", {}, content_type="application/json").status_code == 405


def test_initiatives_show_effective_and_reported_status_as_of_a_day(cast, plan, initiative, sign_in):
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner)
    make_milestone(initiative, date(2026, 9, 25))
    client = sign_in(cast.viewer)
    then = client.get("/api/v1/initiatives/?as_of=2026-09-24").json()["results"][0]
    late = client.get(f"/api/v1/initiatives/{initiative.pk}/?as_of=2026-09-26").json()
    assert (then["effective_status"], then["owner_name"]) == ("on_track", "Owner")
    assert (late["effective_status"], late["reported_status"]) == ("off_track", "on_track")
    before = client.get(f"/api/v1/initiatives/{initiative.pk}/?as_of=2025-06-01")
    assert before.status_code == 404


def test_b64_wrong_input_is_told(cast, plan, goal, sign_in):
    make_initiative(plan, number="1.1")
    make_initiative(plan, number="1.2")
    client = sign_in(cast.viewer)
    wrong = [("status=green", "status"), ("goal=x", "goal"), ("goal=99999", "goal"), ("as_of=soon", "as_of")]
    for query, field in wrong:
        answer = client.get(f"/api/v1/initiatives/?{query}")
        assert (answer.status_code, list(answer.json())) == (400, [field]), query
    assert client.get("/api/v1/initiatives/9999999999999999999/").status_code == 404
    assert client.get(f"/api/v1/initiatives/?goal={goal.pk}&page_size=1").json()["count"] == 2


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("planned=x", "planned", "There is no such parameter here. Known: after, as_of,"),
        ("format=json", "format", "There is no such parameter here."),
        ("after=abc", "after", "give a whole number from 1"),
        ("after=-1", "after", "give a whole number from 1"),
        ("after=99999999999999999999", "after", "give a whole number from 1"),
        ("page=2", "page", "There is no such parameter here"),
        ("page_size=501", "page_size", "from 1 to 500"),
        ("page_size=x", "page_size", "from 1 to 500"),
        ("as_of=2026-02-30", "as_of", "is not a day"),
        ("as_of=", "as_of", "one value, or leave it out"),
        ("after=1&after=2", "after", "one value, or leave it out"),
    ],
)
def test_what_a_list_does_not_know_is_refused_and_never_answered_with_everything(
    cast, plan, sign_in, name, query, field, says
):
    answer = sign_in(cast.viewer).get(f"/api/v1/{name}/?{query}")
    assert answer.status_code == 400
    assert says in str(answer.json()[field])


@pytest.mark.parametrize("name", ["goals", "strategies", "initiatives", "milestones", "status-updates", "commitments"])
def test_every_list_of_a_plan_is_narrowed_by_it(cast, plan, initiative, sign_in, name):
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner)
    client = sign_in(cast.viewer)
    every, mine = (client.get(f"/api/v1/{name}/{query}").json()["count"] for query in ("", "?plan=test-plan"))
    assert mine == every
    fields = {
        "title": "Other", "slug": "other", "start_date": date(2026, 7, 1), "end_date": date(2027, 6, 30),
    }  # fmt: skip
    create_plan(fields=fields, act=act("2026-10-01T12:00"))
    assert client.get(f"/api/v1/{name}/?plan=other").json()["count"] == 0
    refused = client.get(f"/api/v1/{name}/?plan=nowhere")
    assert (refused.status_code, refused.json()) == (400, {"plan": "Plan: there is no plan “nowhere”."})


def test_one_row_takes_a_day_and_nothing_else(cast, initiative, sign_in):
    path = f"/api/v1/initiatives/{initiative.pk}/"
    client = sign_in(cast.viewer)
    assert client.get(path).status_code == 200
    assert client.get(f"{path}?plan=test-plan").status_code == 400


@pytest.mark.parametrize("path", ["nowhere/", "goals/x/", "goals/\N{ARABIC-INDIC DIGIT ONE}/", "goals/999999/"])
def test_what_there_is_not_is_said_as_a_program_reads_it(cast, plan, sign_in, path):
    answer = sign_in(cast.viewer).get(f"/api/v1/{path}")
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_a_fault_of_ours_is_said_as_a_program_reads_it(cast, plan, monkeypatch):
    monkeypatch.setattr("web.api.as_of", lambda request: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(cast.viewer)
    answer = client.get("/api/v1/goals/")
    assert (answer.status_code, list(answer.json())) == (500, ["detail"])


@pytest.mark.parametrize("name", ["initiatives", "milestones", "commitments"])
def test_a_list_counts_its_rows_and_reads_them_once(cast, initiative, sign_in, name):
    """Rows that were looked for by their ids and then read again cost twice the widest query of the product."""
    propose_commitment(
        initiative=initiative, department=cast.streets, what="Two staff", due_date=None, act=act("2026-01-02")
    )
    make_milestone(initiative, date(2026, 12, 1))
    client = sign_in(cast.viewer)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(f"/api/v1/{name}/").json()["count"] == 1
    table = f'FROM "initiatives_{name.removesuffix("s")}version"'
    assert len([one for one in seen.captured_queries if table in one["sql"]]) == 2


def test_people_show_no_address(cast, sign_in):
    assert "email" not in sign_in(cast.viewer).get("/api/v1/people/").json()["results"][0]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="integer ranges are the database's own; the written description has SQLite's"
)
def test_the_written_description_is_the_real_one(tmp_path):
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
    assert fresh.read_text() == (settings.BASE_DIR / "docs" / "openapi.yaml").read_text()


def test_the_docs_page_lists_every_operation(cast, sign_in):
    text = sign_in(cast.viewer).get("/api/docs/").content.decode()
    assert all(f"/api/v1/{name}/" in text for name in LISTS)


@pytest.fixture
def long_lists(cast, plan, initiative):
    """Seven rows and more in every list."""
    for number in range(2, 9):
        row = make_initiative(plan, number=f"1.{number}", owner=cast.owner, lead_department=cast.streets)
        make_milestone(row, date(2026, 12, number))
        propose_commitment(initiative=row, department=cast.streets, what="Help", due_date=None, act=act())
        report(row, "on_track", f"2026-09-1{number}T12:00", cast.owner)
        create_plan(
            fields={
                "title": f"Plan {number}", "slug": f"plan-{number}", "start_date": date(2025, 7, number),
                "end_date": date(2027, 7, number),
            },
            act=act(),
        )  # fmt: skip
        create_department(name=f"Aa {number}", abbreviation=f"A{number}", act=act())
        create_user(email=f"aa{number}@test.example", name=f"Aa {number}", act=act())
        goal = create_goal(plan=plan, fields={"number": f"1{number}", "title": "More"}, act=act())
        create_strategy(goal=goal, fields={"number": "1", "title": "More"}, act=act())
    return plan


def meddle(name: str, plan, seen: list[int], cast) -> None:
    """Between two pages: a row that was read goes, or moves to the front of every order; another one is added."""
    mixed = act("2026-10-01T12:00", cast.manager)
    if name in {"initiatives", "milestones", "commitments", "status-updates"}:
        first = Initiative.objects.filter(deleted_at__isnull=True).earliest("pk")
        delete_initiative(initiative=first, act=mixed)
        new = make_initiative(plan, number=f"0.{first.pk}", when="2026-10-01T12:00")
        make_milestone(new, date(2026, 1, 1), when="2026-10-01T12:00")
    elif name == "people":
        create_user(email="a0@test.example", name=" A0", act=mixed)
        update_user(user=User.objects.get(pk=seen[0]), fields={"name": "Zz"}, act=mixed)
    elif name == "departments":
        create_department(name="A0", abbreviation="A0", act=mixed)
        update_department(department=Department.objects.get(pk=seen[0]), fields={"name": "Zz"}, act=mixed)
    elif name == "goals":
        update_goal(goal=Goal.objects.get(pk=seen[0]), fields={"number": "99"}, act=mixed)
        create_goal(plan=plan, fields={"number": "0", "title": "First"}, act=mixed)
    elif name == "strategies":
        update_strategy(strategy=Strategy.objects.get(pk=seen[0]), fields={"number": "99"}, act=mixed)
    else:
        update_plan(plan=Plan.objects.get(pk=seen[0]), fields={"start_date": date(2024, 1, 1)}, act=mixed)


@pytest.mark.parametrize("name", LISTS)
def test_no_row_is_skipped_or_told_twice_whatever_happens_between_two_pages(long_lists, cast, sign_in, name):
    client = sign_in(cast.viewer)
    before = {row["id"] for row in client.get(f"/api/v1/{name}/?page_size=500").json()["results"]}
    seen, href = [], f"/api/v1/{name}/?page_size=3"
    while href:
        answer = client.get(href).json()
        seen += [row["id"] for row in answer["results"]]
        if len(seen) == 3:
            meddle(name, long_lists, seen, cast)
        href = answer["next"]
    still = {row["id"] for row in client.get(f"/api/v1/{name}/?page_size=500").json()["results"]}
    assert len(before) >= 7
    assert len(seen) == len(set(seen))
    assert before & still <= set(seen)
    assert client.get(f"/api/v1/{name}/?page_size=3&as_of=2026-09-30").json()["next"]
