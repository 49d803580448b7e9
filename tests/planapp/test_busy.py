"""Whoever asks for a lot of what costs work waits a moment; everybody else goes on."""

import json

import pytest
from django.urls import reverse


@pytest.fixture
def three_a_minute(settings, time_machine):
    settings.QUESTIONS_PER_MINUTE = 3
    time_machine.move_to("2026-10-05T14:00:00Z", tick=False)


@pytest.mark.parametrize(
    "path",
    ["/api/v1/plans/", "/search/?q=poles", "/search/suggestions/?q=po", "/reports/test-plan/FY2027-Q1/export.csv",
     "/plans/test-plan/export/xlsx/", "/plans/test-plan/import/", "/imports/1/rows/"],
)  # fmt: skip
def test_the_fourth_question_of_a_minute_waits(three_a_minute, sign_in, cast, plan, path):
    client = sign_in(cast.manager)
    assert 429 not in [client.get(path).status_code for _ in range(3)]
    refused = client.get(path)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Wait 60 seconds" in refused.content.decode()
    if path.startswith("/api/"):
        assert json.loads(refused.content).keys() == {"detail"}
    assert client.get(reverse("my-work")).status_code == 200
    assert sign_in(cast.owner).get("/api/v1/plans/").status_code == 200


def test_what_was_typed_is_given_back(three_a_minute, sign_in, cast, plan):
    client = sign_in(cast.manager)
    for _ in range(3):
        client.get("/search/?q=x")
    refused = client.post("/plans/test-plan/import/", {"note": "words that took a while"})
    assert refused.status_code == 429
    assert "words that took a while" in refused.content.decode()


@pytest.mark.parametrize("path", ["/imports/1/progress/", "/reports/files/", "/"])
def test_what_costs_little_is_not_counted(three_a_minute, sign_in, cast, plan, path):
    client = sign_in(cast.manager)
    assert 429 not in [client.get(path).status_code for _ in range(5)]


def test_a_minute_later_it_goes_on(three_a_minute, sign_in, cast, plan, time_machine, settings):
    client = sign_in(cast.manager)
    for _ in range(4):
        client.get("/search/?q=x")
    time_machine.move_to("2026-10-05T14:01:01Z", tick=False)
    assert client.get("/search/?q=x").status_code == 200
    settings.QUESTIONS_PER_MINUTE = 0
    assert {client.get("/search/?q=x").status_code for _ in range(9)} == {200}
