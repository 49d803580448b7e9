"""Home, for every role: what needs me now, why, how late, and the button beside it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from goals.models import Goal
from initiatives.models import StatusUpdate
from initiatives.selectors.last_act import last_act_of
from initiatives.services import (
    accept_commitment,
    complete_milestone,
    correct_status_update,
    deliver_commitment,
    move_commitment,
    propose_commitment,
    reopen_commitment,
    update_initiative,
)
from people.models import RoleGrant, User
from people.services import revoke_role, update_user
from records.audit import StaleVersion
from records.models import AuditEvent, Channel
from tests.build import act, make_initiative, make_milestone, report
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")
TODAY = date(2026, 10, 5)


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def days_ago(days: int) -> str:
    return f"{TODAY - timedelta(days=days)}T12:00"


def home(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("days", "said"),
    [(100, "10 days late"), (90, "Due now"), (80, "in 10 days"), (76, "in 14 days"), (75, None), (10, None)],
)
def test_an_update_is_due_from_two_weeks_before_it_is_stale(sign_in, cast, initiative, days, said):
    report(initiative, "on_track", days_ago(days), cast.owner)
    text = home(sign_in(cast.owner))
    assert ("Updates due" in text) == (said is not None)
    if said:
        assert said in text
        assert "one is expected every 90 days" in text


def test_nothing_reported_is_due_without_a_no_change_button(sign_in, cast, initiative):
    text = home(sign_in(cast.owner))
    assert "Nothing was reported yet" in text
    assert "No change" not in text
    assert "status-updates/new" in text


def test_no_change_takes_two_clicks(sign_in, cast, initiative):
    before = report(initiative, "on_track", days_ago(100), cast.owner)
    client = sign_in(cast.owner)
    text = home(client)  # first: open the page
    assert f'action="/initiatives/{initiative.pk}/status-updates/no-change/"' in text
    body = {"version": before.pk, "idempotency_key": f"no-change-{before.pk}", "next": "/"}
    answer = client.post(f"/initiatives/{initiative.pk}/status-updates/no-change/", body, follow=True)  # second
    assert answer.request["PATH_INFO"] == "/"
    assert "is still on track" in answer.content.decode()
    assert "Updates due" not in answer.content.decode()
    assert StatusUpdate.objects.count() == 2


@pytest.mark.parametrize("status", ["on_hold", "completed", "cancelled"])
def test_on_hold_and_closed_are_silent(sign_in, cast, initiative, status):
    make_milestone(initiative, date(2026, 9, 1), owner=cast.owner)
    report(initiative, status, days_ago(200), cast.owner)
    assert "Needs you now" not in home(sign_in(cast.owner))


def test_milestones_late_soon_and_next(sign_in, cast, initiative):
    report(initiative, "at_risk", days_ago(1), cast.owner)
    for days, title in [(-3, "Late one"), (14, "Soon one"), (20, "Next one"), (31, "Far one")]:
        make_milestone(initiative, TODAY + timedelta(days=days), title=title)
    make_milestone(initiative, TODAY, title="Named to another", owner=cast.viewer)
    text = home(sign_in(cast.owner))
    now, coming = text[text.index("Needs you now") : text.index("Next 30 days")], text[text.index("Next 30 days") :]
    assert "Late one" in now
    assert "3 days late" in now
    assert "Soon one" in now
    assert "Next one" in coming
    assert "Far one" not in text
    assert "Named to another" not in text
    assert "Named to another" in home(sign_in(cast.viewer))


def test_commitments_wait_for_the_liaison(sign_in, cast, initiative):
    promise = propose_commitment(
        initiative=initiative, department=cast.streets, what="Two crews", due_date=date(2026, 10, 9), act=act()
    )
    client = sign_in(cast.liaison)
    assert "Asked of your department" in home(client)
    said = client.post(f"/commitments/{promise.pk}/accept/", {"version": 1, "next": "/"}, follow=True).content.decode()
    assert "Accepted for Department of Streets" in said
    assert "Promised by your department" in said
    assert "Two crews" not in home(sign_in(cast.contributor))


def test_the_lead_is_asked_to_read_and_not_of_their_own(sign_in, cast, initiative):
    Goal.objects.filter(pk=initiative.goal_id).update(lead=cast.leader)
    update = report(initiative, "at_risk", days_ago(2), cast.owner, happened="Trouble")
    assert "Updates to read" in home(sign_in(cast.leader))
    client = sign_in(cast.leader)
    client.post(f"/status-updates/{update.pk}/acknowledge/", {"next": "/"})
    assert "Updates to read" not in home(client)
    report(initiative, "at_risk", days_ago(1), cast.leader, happened="Mine")
    assert "Updates to read" not in home(client)


def test_managers_see_what_is_nobodys_and_what_is_silent(sign_in, cast, plan, initiative):
    make_initiative(plan, number="2.1", title="Orphan")
    gone = make_initiative(plan, number="2.2", title="Left alone", owner=cast.contributor)
    update_user(user=cast.contributor, fields={"is_active": False}, act=act())
    report(gone, "on_track", days_ago(5))
    report(initiative, "on_track", days_ago(95), cast.owner)
    text = home(sign_in(cast.manager))
    for said in ("No owner: 1", "Owner gone: 1", "Not reported: 2", "Orphan", "Left alone", "last update 95 days ago"):
        assert said in text
    assert "The plan needs you" not in home(sign_in(cast.owner))


@pytest.mark.parametrize("who", ["viewer", "leader", "admin", "manager", "liaison"])
def test_everybody_without_work_is_shown_where_to_go(sign_in, cast, plan, who):
    text = home(sign_in(getattr(cast, who)))
    assert "The plan at a glance" in text
    assert "Needs you now" not in text


@pytest.mark.parametrize("who", ["manager", "owner", "liaison", "leader", "contributor"])
def test_home_costs_fourteen_queries_at_most_and_two_more_of_who_manages_people(
    sign_in, cast, plan, initiative, who, django_assert_max_num_queries
):
    Goal.objects.filter(pk=initiative.goal_id).update(lead=cast.leader)
    for number in ("1.2", "1.3", "1.4"):
        row = make_initiative(plan, number=number, owner=getattr(cast, who))
        make_milestone(row, date(2026, 10, 7))
        report(row, "on_track", days_ago(95), cast.admin, happened="x")
        propose_commitment(initiative=row, department=cast.streets, what="x", due_date=None, act=act())
    client = sign_in(getattr(cast, who))
    with django_assert_max_num_queries(16 if who == "manager" else 14):
        home(client)


def test_what_was_done_last_can_be_taken_back_for_a_while(sign_in, cast, initiative, time_machine):
    row = make_milestone(initiative, TODAY + timedelta(days=3))
    client = sign_in(cast.owner)
    assert "Take it back" not in home(client)
    complete_milestone(milestone=row, completed_date=TODAY, act=act(NOW, cast.owner))
    assert "Take it back" in home(client)
    assert "Take it back" not in home(sign_in(cast.manager))
    row.refresh_from_db()
    body = {"version": row.version, "next": "/"}
    answer = sign_in(cast.owner).post(f"/milestones/{row.pk}/reopen/", body)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    row.refresh_from_db()
    assert row.is_open
    assert "Take it back" not in home(client)


def test_an_update_just_published_leads_to_its_correction(sign_in, cast, plan, initiative):
    report(make_initiative(plan, number="1.2"), "on_track", days_ago(3), cast.manager)  # so that no two keys are alike
    report(initiative, "on_track", days_ago(2), cast.owner)
    said = report(initiative, "off_track", NOW, cast.owner)
    client = sign_in(cast.owner)
    assert f'href="/status-updates/{said.pk}/correct/">Correct it' in home(client)
    correct_status_update(
        update=said, words={"status": "on_track"}, act=act(NOW + timedelta(seconds=1), cast.owner, reason="Slip")
    )
    assert "Correct it" not in home(client)


def test_what_a_file_did_is_not_offered_to_be_taken_back(sign_in, cast, initiative):
    row = make_milestone(initiative, TODAY)
    complete_milestone(milestone=row, completed_date=TODAY, act=replace(act(NOW, cast.owner), channel=Channel.IMPORT))
    assert "Take it back" not in home(sign_in(cast.owner))


@pytest.mark.parametrize("after", [timedelta(minutes=-16), timedelta(minutes=-5)])
def test_nothing_is_offered_later_nor_for_what_was_followed(sign_in, cast, initiative, after):
    row = make_milestone(initiative, TODAY)
    complete_milestone(milestone=row, completed_date=TODAY, act=act(NOW + after, cast.owner))
    if after > timedelta(minutes=-15):
        update_initiative(
            initiative=initiative, fields={"title": "New"}, act=act(NOW - timedelta(minutes=1), cast.owner)
        )
    assert "Take it back" not in home(sign_in(cast.owner))


def test_what_may_not_be_changed_any_more_is_not_offered(sign_in, cast, initiative):
    moments = [NOW - timedelta(minutes=left) for left in (4, 3, 2, 1)]
    row = make_milestone(initiative, TODAY)
    complete_milestone(milestone=row, completed_date=TODAY, act=act(moments[0], cast.owner))
    update_initiative(initiative=initiative, fields={"owner": cast.manager}, act=act(moments[1], cast.manager))
    assert "Take it back" not in home(sign_in(cast.owner))
    report(initiative, "on_track", moments[2], cast.manager)
    assert last_act_of(cast.manager, NOW) is not None
    report(initiative, "at_risk", moments[3], cast.admin)
    assert last_act_of(cast.manager, NOW) is None


def test_help_that_is_asked_for_stands_beside_the_update_to_read(sign_in, cast, plan, initiative):
    Goal.objects.filter(plan=plan, number="1").update(lead=cast.leader)
    report(initiative, "at_risk", NOW - timedelta(days=1), cast.owner, help_needed="A **lawyer** for two days.")
    text = " ".join(home(sign_in(cast.leader)).split())
    assert "<strong>Asks for help:</strong> A lawyer for two days." in text


def test_where_nothing_waits_it_says_when_the_next_thing_is_due(sign_in, cast, initiative):
    report(initiative, "on_track", NOW - timedelta(days=1), cast.owner)
    text = home(sign_in(cast.owner))
    assert "Everything is answered. Thank you." in text
    assert "Nothing is due in 30 days either." in text
    make_milestone(initiative, TODAY + timedelta(days=20))
    assert "The next thing is due 25 Oct 2026." in home(sign_in(cast.owner))


def promised(initiative, cast, *, is_accepted=True):
    row = propose_commitment(
        initiative=initiative,
        department=cast.streets,
        what="Two crews",
        due_date=TODAY,
        act=act(NOW - timedelta(days=2)),
    )
    if is_accepted:
        accept_commitment(commitment=row, act=act(NOW - timedelta(days=1), cast.liaison))
    return row


def test_a_delivery_that_was_none_is_taken_back(sign_in, cast, initiative):
    row = deliver_commitment(commitment=promised(initiative, cast), act=act(NOW - timedelta(minutes=1), cast.liaison))
    client = sign_in(cast.liaison)
    assert "You marked as delivered: Two crews." in home(client)
    address = reverse("initiatives:commitment-reopen", args=[row.pk])
    answer = client.post(address, {"version": row.version, "next": "/"})
    assert answer.url == "/"
    row.refresh_from_db()
    assert (row.state, row.delivered_at, row.delivered_by) == ("accepted", None, None)
    client.post(address, {"version": row.version})  # twice is once
    assert AuditEvent.objects.filter(verb="commitment.reopened").count() == 1
    assert "You marked as delivered" not in home(client)


def test_only_what_was_delivered_is_opened_again_and_seen_as_it_is(cast, initiative):
    row = promised(initiative, cast)
    with pytest.raises(ValidationError, match="accepted; that cannot be done"):
        reopen_commitment(commitment=row, act=act(NOW, cast.liaison))
    deliver_commitment(commitment=row, act=act(NOW, cast.liaison))
    with pytest.raises(StaleVersion):
        reopen_commitment(commitment=row, seen_version=1, act=act(NOW, cast.liaison))


def test_what_was_asked_accepted_or_moved_leads_to_its_form(sign_in, cast, initiative):
    moments = [NOW - timedelta(minutes=left) for left in (3, 2, 1)]
    row = propose_commitment(
        initiative=initiative, department=cast.streets, what="Two crews", due_date=TODAY,
        act=act(moments[0], cast.manager),
    )  # fmt: skip
    withdraw = reverse("initiatives:commitment-withdraw", args=[row.pk])
    text = home(sign_in(cast.manager))
    assert f'<a href="{withdraw}">Withdraw it</a>' in text
    assert "You asked Department of Streets for: Two crews." in text
    accept_commitment(commitment=row, act=act(moments[1], cast.liaison))
    text = home(sign_in(cast.liaison))
    assert "You accepted: Two crews." in text
    assert f'<a href="{withdraw}">Withdraw it</a>' in text
    late = act(moments[2], cast.liaison, reason="A crew is ill")
    move_commitment(commitment=row, due_date=TODAY + timedelta(days=9), act=late)
    text = home(sign_in(cast.liaison))
    assert f'<a href="{reverse("initiatives:commitment-move", args=[row.pk])}">Move it again</a>' in text


def test_who_may_not_take_it_back_any_more_is_offered_nothing(cast, initiative):
    row = promised(initiative, cast)
    deliver_commitment(commitment=row, act=act(NOW - timedelta(minutes=1), cast.liaison))
    assert last_act_of(User.objects.get(pk=cast.liaison.pk), NOW) is not None
    revoke_role(grant=RoleGrant.objects.get(user=cast.liaison), act=act(NOW - timedelta(seconds=1)))
    assert last_act_of(User.objects.get(pk=cast.liaison.pk), NOW) is None
