"""Commitments through the client: ask, answer, deliver, move, withdraw; who may (rules B-49, G13, R22)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from initiatives.models import Commitment
from initiatives.services import propose_commitment
from records.models import AuditEvent
from tests.build import act, make_initiative
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def promise(cast, plan) -> Commitment:
    other = make_initiative(plan, number="1.9", owner=cast.owner, lead_department=cast.health)
    return propose_commitment(
        initiative=other, department=cast.streets, what="Two crews", due_date=date(2026, 10, 20), act=act()
    )


def to(name: str, row) -> str:
    return reverse(f"initiatives:commitment-{name}", args=[row.pk])


def test_propose_once_however_often_sent(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    body = {"department": cast.health.pk, "what": "Two testers", "due_date": "2026-12-01", "idempotency_key": "k"}
    for _ in range(2):
        assert client.post(to("create", initiative), body).status_code == 302
    row = Commitment.objects.get()
    assert (row.state, row.baseline_due_date) == ("proposed", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"department": ""}, "“Department”"),
        ({"department": "999"}, "“Department”"),
        ({"what": ""}, "“What”"),
        ({"due_date": "never"}, "“Due date” must be a real date"),
    ],
)
def test_bad_input_names_the_field(sign_in, cast, initiative, wrong, sentence):
    body = {"department": cast.health.pk, "what": "Two testers", "due_date": "2026-12-01"}
    answer = sign_in(cast.owner).post(to("create", initiative), body | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Commitment.objects.exists()


def test_the_liaison_accepts_and_delivers_and_goes_back(sign_in, cast, promise):
    client = sign_in(cast.liaison)
    accepted = client.post(to("accept", promise), {"version": 1, "next": "/departments/Streets/"})
    assert accepted["Location"] == "/departments/Streets/"
    promise.refresh_from_db()
    assert (promise.state, promise.accepted_by, promise.accepted_at) == ("accepted", cast.liaison, NOW)
    client.post(to("deliver", promise), {"version": 2})
    promise.refresh_from_db()
    assert (promise.state, promise.delivered_by) == ("delivered", cast.liaison)


def test_accepting_what_was_moved_meanwhile_says_so(sign_in, cast, promise):
    sign_in(cast.manager).post(to("move", promise), {"due_date": "2026-10-10", "reason": "Earlier", "version": 1})
    text = sign_in(cast.liaison).post(to("accept", promise), {"version": 1}, follow=True).content.decode()
    assert "Somebody else changed" in text
    promise.refresh_from_db()
    assert promise.state == "proposed"


def test_moving_and_withdrawing_need_a_reason(sign_in, cast, promise):
    client = sign_in(cast.liaison)
    client.post(to("accept", promise), {"version": 1})
    assert client.post(to("move", promise), {"due_date": "2026-11-20", "version": 2}).status_code == 422
    assert client.post(to("withdraw", promise), {"reason": "", "version": 2}).status_code == 422
    client.post(to("move", promise), {"due_date": "2026-11-20", "version": 2, "reason": "Snow season"})
    promise.refresh_from_db()
    assert (promise.due_date, promise.slip_count) == (date(2026, 11, 20), 1)
    client.post(to("withdraw", promise), {"reason": "No crews left", "version": 3})
    promise.refresh_from_db()
    assert promise.state == "withdrawn"
    assert AuditEvent.objects.get(verb="commitment.withdrawn").reason == "No crews left"
    assert "withdrawn; that cannot be done" in client.post(to("accept", promise), follow=True).content.decode()


def test_back_leads_to_our_own_pages_only(sign_in, cast, promise):
    answer = sign_in(cast.liaison).post(to("accept", promise), {"version": 1, "next": "https://elsewhere.example/"})
    assert answer["Location"].startswith("/initiatives/")


@pytest.mark.parametrize("name", ["accept", "deliver"])
def test_only_the_department_says_yes(sign_in, cast, promise, name):
    for person in (cast.owner, cast.leader, cast.viewer, cast.contributor):
        assert sign_in(person).post(to(name, promise), {"version": 1}).status_code == 403
    assert sign_in(cast.manager).post(to(name, promise), {"version": 1}).status_code == 302


def test_who_may_ask_and_take_back(sign_in, cast, promise):
    for person, asks, takes_back in [
        (cast.owner, 200, 200), (cast.manager, 200, 200), (cast.liaison, 200, 403), (cast.contributor, 403, 403),
        (cast.leader, 403, 403), (cast.viewer, 403, 403),
    ]:  # fmt: skip
        client = sign_in(person)
        assert client.get(to("create", promise.initiative)).status_code == asks, person
        assert client.get(to("withdraw", promise)).status_code == takes_back, person


def test_a_get_after_signing_in_changes_nothing(sign_in, cast, promise):
    assert sign_in(cast.liaison).get(to("accept", promise)).status_code == 302
    promise.refresh_from_db()
    assert promise.state == "proposed"


def test_a_liaison_promises_in_the_name_of_their_own_department_alone(sign_in, cast, plan):
    other = make_initiative(plan, number="1.8", owner=cast.owner, lead_department=cast.health)
    client = sign_in(cast.liaison)
    page = client.get(to("create", other)).content.decode()
    assert f'value="{cast.streets.pk}"' in page
    assert f'value="{cast.health.pk}"' not in page
    refused = client.post(to("create", other), {"department": cast.health.pk, "what": "Two testers", "due_date": ""})
    assert (refused.status_code, "“Department”" in refused.content.decode()) == (422, True)
    assert client.post(to("create", other), {"department": cast.streets.pk, "what": "Trucks"}).status_code == 302
    assert list(Commitment.objects.values_list("department", "state")) == [(cast.streets.pk, "proposed")]


def test_r22_a_liaison_declines_with_a_reason_and_nothing_else_takes_it_back(sign_in, cast, promise):
    client = sign_in(cast.liaison)
    page = client.get(reverse("initiatives:initiative-detail", args=[promise.initiative_id])).content.decode()
    assert "Decline" in page
    assert to("withdraw", promise) not in page
    assert to("deliver", promise) not in page
    assert client.get(to("withdraw", promise)).status_code == 403
    assert client.post(to("decline", promise), {"reason": " ", "version": 1}).status_code == 422
    assert client.post(to("decline", promise), {"reason": "No crews", "version": 1}).status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.answer, promise.answered_by) == ("declined", "No crews", cast.liaison)
    assert AuditEvent.objects.get(verb="commitment.declined").reason == "No crews"
    shown = sign_in(cast.viewer).get(reverse("initiatives:initiative-detail", args=[promise.initiative_id]))
    assert "No crews" in shown.content.decode()


OFFER = {"due_date": "2026-12-15", "reason": "After the season", "version": 1}


def test_r22_the_owner_agrees_to_another_date_and_it_is_promised(sign_in, cast, promise):
    liaison = sign_in(cast.liaison)
    sent = OFFER | {"department": cast.streets.pk}
    assert liaison.post(to("offer", promise), sent | {"due_date": "2026-10-20"}).status_code == 422  # as it was asked
    assert liaison.post(to("offer", promise), sent | {"reason": ""}).status_code == 422
    for _ in range(2):
        assert liaison.post(to("offer", promise), sent | {"idempotency_key": "o"}).status_code == 302
    promise.refresh_from_db()
    assert (promise.due_date, promise.offered_due_date, promise.state) == (
        date(2026, 10, 20), date(2026, 12, 15), "proposed",
    )  # fmt: skip
    assert liaison.post(to("agree", promise), {"version": 2}).status_code == 403
    owner = sign_in(cast.owner)
    work = owner.get("/").content.decode()
    assert "Proposed by departments instead" in work
    assert "After the season" in work
    owner.post(to("agree", promise), {"version": 2})
    promise.refresh_from_db()
    assert (promise.state, promise.due_date, promise.baseline_due_date, promise.slip_count, promise.accepted_by) == (
        "accepted", date(2026, 12, 15), date(2026, 12, 15), 0, cast.liaison,
    )  # fmt: skip
    assert not promise.has_offer


def test_r22_another_department_is_asked_once_the_owner_agrees(sign_in, cast, promise):
    sign_in(cast.liaison).post(to("offer", promise), OFFER | {"department": cast.health.pk, "due_date": "2026-10-20"})
    sign_in(cast.owner).post(to("agree", promise), {"version": 2})
    promise.refresh_from_db()
    assert (promise.state, promise.department, promise.due_date, promise.answer) == (
        "proposed", cast.health, date(2026, 10, 20), "",
    )  # fmt: skip
    assert sign_in(cast.liaison).post(to("accept", promise), {"version": 3}).status_code == 403


def test_r22_the_owner_keeps_to_what_was_asked(sign_in, cast, promise):
    sign_in(cast.liaison).post(to("offer", promise), OFFER | {"department": cast.streets.pk})
    owner = sign_in(cast.owner)
    owner.post(to("ask-again", promise), {"version": 2})
    promise.refresh_from_db()
    assert (promise.state, promise.has_offer, promise.answer) == ("proposed", False, "")
    said = owner.post(to("agree", promise), {"version": 3}, follow=True).content.decode()
    assert "proposes nothing else" in said
    assert sign_in(cast.liaison).post(to("accept", promise), {"version": 3}).status_code == 302


def test_r22_what_nobody_accepted_is_not_delivered(sign_in, cast, promise):
    said = sign_in(cast.liaison).post(to("deliver", promise), {"version": 1}, follow=True).content.decode()
    assert "is proposed; that cannot be done" in said
    promise.refresh_from_db()
    assert promise.state == "proposed"
