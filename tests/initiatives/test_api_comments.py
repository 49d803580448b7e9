"""Comments over the API: as they stand and stood, for whoever may read the plan."""

import pytest

from initiatives.services import add_comment, correct_comment, withdraw_comment
from tests.build import act, make_initiative, report


@pytest.fixture
def said(plan, cast):
    row = make_initiative(plan, number="1.1", owner=cast.owner)
    update = report(row, "at_risk", "2026-09-20T12:00", cast.owner)
    asked = add_comment(update=update, text="Why?", mentioned=cast.owner, act=act("2026-09-21T12:00", cast.leader))
    add_comment(update=update, text="Rain.", act=act("2026-09-22T12:00", cast.owner))
    return asked


def texts(client, **asked):
    answer = client.get("/api/v1/comments/", asked)
    assert answer.status_code == 200, answer.json()
    return [row["text"] for row in answer.json()["results"]]


def test_a_comment_says_about_what_by_whom_and_for_whom(said, cast, sign_in):
    row = sign_in(cast.viewer).get(f"/api/v1/comments/{said.pk}/").json()
    assert row == {
        "id": said.pk, "initiative_id": said.update.initiative_id, "update_id": said.update_id,
        "author_id": cast.leader.pk, "author_name": "Leader", "mentioned_id": cast.owner.pk, "mentioned_name": "Owner",
        "text": "Why?", "recorded_at": "2026-09-21T08:00:00-04:00", "changed_at": "2026-09-21T08:00:00-04:00",
    }  # fmt: skip


def test_the_past_has_what_was_said_then(said, cast, sign_in):
    client = sign_in(cast.viewer)
    correct_comment(comment=said, text="Why so?", act=act("2026-09-23T12:00", cast.leader))
    withdraw_comment(comment=said, act=act("2026-09-25T12:00", cast.leader))
    assert texts(client) == ["Rain."]
    assert texts(client, as_of="2026-09-24") == ["Why so?", "Rain."]
    assert texts(client, as_of="2026-09-21") == ["Why?"]
    assert client.get(f"/api/v1/comments/{said.pk}/").status_code == 404


def test_narrowed_by_plan_and_update(said, plan, cast, sign_in):
    client = sign_in(cast.viewer)
    assert texts(client, plan=plan.slug, update=said.update_id) == ["Why?", "Rain."]
    assert texts(client, update=said.update_id + 1) == []
    refused = client.get("/api/v1/comments/", {"update": "x"})
    assert refused.status_code == 400
    assert "“x” is not an id" in str(refused.json())
