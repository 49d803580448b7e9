"""The read-only API: lists what pages show, as of any day, to members only."""

from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.services import create_plan
from initiatives.services import propose_commitment
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
        ("planned=x", "planned", "There is no such parameter here. Known: as_of,"),
        ("format=json", "format", "There is no such parameter here."),
        ("page=abc", "page", "there is no page “abc”"),
        ("page=0", "page", "there is no page “0”"),
        ("page=99", "page", "there is no page “99”"),
        ("page_size=501", "page_size", "from 1 to 500"),
        ("page_size=x", "page_size", "from 1 to 500"),
        ("as_of=2026-02-30", "as_of", "is not a day"),
        ("as_of=", "as_of", "one value, or leave it out"),
        ("page=1&page=2", "page", "one value, or leave it out"),
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
