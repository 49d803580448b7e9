"""Ask an owner for an update: by whom, once a day, and never in vain."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from goals.models import Plan
from goals.services import update_plan
from initiatives.models import Initiative, UpdateRequest
from initiatives.services import (
    accept_commitment,
    ask_for_update,
    delete_initiative,
    override_status,
    propose_commitment,
    update_initiative,
    withdraw_commitment,
)
from records.models import AuditEvent
from tests.build import act, make_initiative


def ask(initiative, who, when="2026-11-02T15:00"):
    return ask_for_update(initiative=initiative, act=act(when, who))


def address(initiative, **query):
    return reverse("initiatives:initiative-ask", args=[initiative.pk], query=query)


@pytest.fixture
def owned(plan, cast):
    return make_initiative(plan, number="1.7", owner=cast.owner, lead_department=cast.streets)


def test_it_is_asked_once_a_day_whoever_presses_and_says_when_it_was(client, owned, cast):
    client.force_login(cast.manager)
    assert "finds the question in the next digest" in client.get(address(owned)).content.decode()
    key = client.get(address(owned)).context["form"]["idempotency_key"].value()
    for _ in range(2):
        shown = client.post(address(owned, next="/initiatives/"), {"idempotency_key": key})
        assert shown.url == "/initiatives/"
    again = client.post(address(owned), follow=True).content.decode()
    assert "Manager asked for it today already. Once a day is enough." in again
    client.force_login(cast.liaison)
    client.post(address(owned))
    assert UpdateRequest.objects.count() == 1
    assert AuditEvent.objects.filter(verb="initiative.update_asked").count() == 1
    assert "Manager asked today already." in client.get(address(owned)).content.decode()


def test_another_day_it_may_be_asked_again(owned, cast):
    ask(owned, cast.manager)
    assert ask(owned, cast.liaison, "2026-11-02T20:00").asked_by == cast.manager
    ask(owned, cast.liaison, "2026-11-03T15:00")
    assert list(UpdateRequest.objects.values_list("day", flat=True)) == [date(2026, 11, 2), date(2026, 11, 3)]


def test_only_managers_and_liaisons_of_what_they_lead_or_promise_may(client, plan, owned, cast):
    for who, may in {
        "viewer": 403,
        "contributor": 403,
        "owner": 403,
        "leader": 403,
        "manager": 200,
        "liaison": 200,
    }.items():
        client.force_login(getattr(cast, who))
        assert client.get(address(owned)).status_code == may, who
    other = make_initiative(plan, number="1.8", owner=cast.owner, lead_department=cast.health)
    client.force_login(cast.liaison)
    assert client.post(address(other)).status_code == 403
    promise = propose_commitment(
        initiative=other, department=cast.streets, what="Dig", due_date=None, act=act("2026-11-01T12:00")
    )
    accept_commitment(commitment=promise, act=act("2026-11-01T13:00", cast.liaison))
    assert client.post(address(other)).status_code == 302
    withdraw_commitment(commitment=promise, act=act("2026-11-01T14:00", cast.manager, reason="Not needed"))
    assert client.get(address(other)).status_code == 403


def without_owner(row, cast):
    Initiative.objects.filter(pk=row.pk).update(owner=None)


def of_oneself(row, cast):
    Initiative.objects.filter(pk=row.pk).update(owner=cast.manager)


def closed(row, cast):
    override_status(initiative=row, status="completed", act=act("2026-11-01T12:00", cast.manager, reason="Done"))


def on_hold(row, cast):
    override_status(initiative=row, status="on_hold", act=act("2026-11-01T12:00", cast.manager, reason="Waits"))


def not_begun(row, cast):
    update_initiative(initiative=row, fields={"start_date": date(2027, 1, 1)}, act=act("2026-11-01T12:00"))


def silent(row, cast):
    update_plan(plan=row.plan, fields={"reminders_on": False}, act=act("2026-11-01T12:00"))


def retired(row, cast):
    delete_initiative(initiative=row, act=act("2026-11-01T12:00", cast.manager))


REFUSED = {
    without_owner: "has no owner", of_oneself: "You own it yourself", closed: "It is completed", on_hold: "on hold",
    not_begun: "has not begun", silent: "sends no reminders", retired: "deleted",
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED, ids=lambda why: why.__name__)
def test_nobody_is_asked_in_vain(owned, cast, why):
    why(owned, cast)
    with pytest.raises(ValidationError, match=REFUSED[why]):
        ask(owned, cast.manager)
    assert not UpdateRequest.objects.exists()


def test_a_person_asks(owned):
    with pytest.raises(ValidationError, match="by a person"):
        ask(owned, None)


def test_a_refusal_is_said_on_the_page(client, owned, cast):
    on_hold(owned, cast)
    client.force_login(cast.manager)
    answer = client.post(address(owned))
    assert answer.status_code == 422
    assert "so no update is expected" in answer.content.decode()


def test_rows_that_are_stale_offer_it_and_no_others(client, plan, owned, cast):
    make_initiative(plan, number="1.8")  # nobody to ask
    make_initiative(plan, number="1.9", owner=cast.owner, start_date=timezone.localdate())  # nothing is due
    pages = [
        reverse("initiatives:initiative-list"),
        reverse("initiatives:goal-detail", args=[plan.slug, "1"]),
        reverse("initiatives:department-detail", args=["Streets"]),
    ]
    for page in pages:
        client.force_login(cast.manager)
        shown = client.get(page).content.decode()
        asked = set(re.findall(r'href="(/initiatives/\d+/ask/)', shown))
        assert asked == {address(owned)}, page
        client.force_login(cast.leader)
        assert "Ask for an update<" not in client.get(page).content.decode()
    client.force_login(cast.manager)
    assert "Ask for an update<" not in client.get(pages[0] + "?as_of=2026-11-01").content.decode()


@pytest.mark.parametrize("state", [Plan.State.DRAFT, Plan.State.ARCHIVED])
def test_in_a_plan_that_is_not_active_it_would_be_asked_in_vain(owned, cast, state):
    Plan.objects.filter(pk=owned.plan_id).update(state=state)
    with pytest.raises(ValidationError, match="This plan sends no reminders"):
        ask(owned, cast.manager)
