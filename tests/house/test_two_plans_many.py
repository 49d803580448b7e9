"""Two plans side by side, on pages that are about several at once: who manages one plan does what is about that one."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from goals.models import Priority
from goals.services import create_priority
from initiatives.models import Contribution, Initiative, Milestone
from initiatives.services import update_initiative
from people.models import RoleGrant, User
from people.roles import Role
from people.services import create_user, grant_role, revoke_role
from records.asof import local_day
from records.models import AuditEvent
from reminders.models import OneOff
from tests.build import build_plan, make_initiative
from tests.conftest import NOW
from tests.house import test_two_plans
from tests.house.test_two_plans import BY, HIDDEN, ROLES, client_of, leaks, text_of
from tests.house.test_two_plans_people import somebody_there

two = test_two_plans.two  # the fixture
AUDIT, BULK, HAND_OVER, ONE_OFF = (
    reverse(name)
    for name in (
        "people:audit-log", "initiatives:initiative-bulk", "initiatives:initiative-hand-over", "reminders:one-off-list",
    )
)  # fmt: skip


def manager(two):
    return client_of(two.people[Role.PLAN_MANAGER])


@pytest.mark.parametrize("role", [role for role in ROLES if role != Role.PLAN_MANAGER])
@pytest.mark.parametrize("path", [AUDIT, BULK, HAND_OVER, ONE_OFF])
def test_they_are_for_managers(two, role, path):
    assert client_of(two.people[role]).get(path).status_code == 403


def test_the_audit_log_holds_what_is_about_their_plan(two):
    somebody_there(two, "Numbat Person")
    grant_role(user=two.people[Role.VIEWER], role=Role.LEADER, plan_access=two.mine.access, act=BY)
    client = manager(two)
    for query in ("", "?q=quokka", "?what=initiative", "?format=csv", "?format=jsonl", "?page=2"):
        answer = client.get(AUDIT + query)
        assert answer.status_code == 200, query
        text = text_of(answer).replace('value="quokka"', "")
        assert HIDDEN not in text.lower(), query
        assert not [word for word in ("Numbat", "b.example") if word in text], query
    told = [json.loads(line) for line in text_of(client.get(AUDIT + "?format=jsonl")).splitlines() if line[:1] == "{"]
    found = {one["id"] for one in told}
    mine = Initiative.objects.filter(plan=two.mine).values("pk")
    expected = AuditEvent.objects.filter(target_type="initiative", target_id__in=mine)
    expected |= AuditEvent.objects.filter(parent_type="initiative", parent_id__in=mine)
    expected |= AuditEvent.objects.filter(target_type="plan", target_id=two.mine.pk)
    expected |= AuditEvent.objects.filter(parent_type="plan", parent_id=two.mine.pk)
    roles = AuditEvent.objects.filter(parent_type="planaccess", parent_id=two.mine_access.pk)
    assert set(expected.values_list("pk", flat=True)) | set(roles.values_list("pk", flat=True)) <= found
    assert {one["target_type"] for one in told} >= {"initiative", "goal", "milestone", "commitment", "user"}
    others = {one["target_id"] for one in told if one["target_type"] == "user"} - {
        one.pk for one in two.people.values()
    }
    assert not others, "of people only those who have a role for this plan"
    # Whoever manages everything reads everything.
    assert HIDDEN in text_of(client_of(two.world.cast.manager).get(AUDIT)).lower()


def test_who_did_it_is_asked_of_people_of_their_plan(two):
    other = somebody_there(two, "Numbat Person")
    answer = manager(two).get(f"{AUDIT}?person={other.pk}")
    assert "Numbat" not in text_of(answer)
    assert "not offered" in text_of(answer) or "“Who”" in text_of(answer)


def test_many_at_once_are_changed_in_their_plan_alone(two):
    mine = make_initiative(two.mine, number="1.8")
    theirs = two.world.initiative
    before = {row.pk: row.due_date for row in (mine, theirs)}
    client = manager(two)
    page = client.get(f"{BULK}?pick={mine.pk}&pick={theirs.pk}")
    assert (page.status_code, HIDDEN in text_of(page).lower()) == (200, False)
    assert f"{theirs.pk}:" not in page.context["form"]["chosen"].value()
    chosen = f"{mine.pk}:{mine.version},{theirs.pk}:{theirs.version}"
    typed = {"chosen": chosen, "visibility": "internal", "reason": "It was agreed."}
    shown = client.post(BULK, typed)
    assert (shown.status_code, HIDDEN in text_of(shown).lower()) == (200, False)
    seen = shown.context["form"]["seen"].value()
    done = client.post(BULK, {**typed, "seen": seen, "apply": "1"})
    assert done.status_code == 302
    assert HIDDEN not in text_of(client.get(done["Location"])).lower()
    rows = Initiative.objects.in_bulk([mine.pk, theirs.pk])
    assert (rows[mine.pk].visibility, rows[theirs.pk].visibility) == ("internal", theirs.visibility)
    assert {key: row.due_date for key, row in rows.items()} == before
    everything = client.get(f"{BULK}?all=1&plan={two.mine.slug}")
    assert f"{mine.pk}:" in everything.context["form"]["chosen"].value()


def test_many_at_once_offers_people_and_priorities_of_their_plan(two):
    other = somebody_there(two, "Numbat Person", Role.CONTRIBUTOR)
    mine = make_initiative(two.mine, number="1.8")
    create_priority(plan=two.mine, name="Wombat priority", act=BY)
    hidden = Priority.objects.filter(plan=two.world.plan)[0]
    client = manager(two)
    text = text_of(client.get(f"{BULK}?pick={mine.pk}"))
    assert ("Numbat" in text, HIDDEN in text.lower(), "Wombat priority" in text) == (False, False, True)
    for more in ({"owner": other.pk}, {"adds": hidden.pk}):
        sent = client.post(BULK, {"chosen": f"{mine.pk}:{mine.version}", **more})
        assert (sent.status_code, HIDDEN in text_of(sent).lower()) == (422, False), more
    assert Initiative.objects.get(pk=mine.pk).owner_id == mine.owner_id


def test_work_is_handed_over_in_their_plan_alone(two):
    leaver = two.people[Role.CONTRIBUTOR]  # owns something in both
    step = Milestone.objects.filter(initiative__plan=two.world.plan, deleted_at=None, owner=leaver)[0]
    team = make_initiative(two.world.plan, number="1.7")
    update_initiative(initiative=team, fields={}, contributors=[leaver], act=BY)
    client = manager(two)
    page = client.get(f"{HAND_OVER}?leaver={leaver.pk}")
    assert (page.status_code, "Wombat" in text_of(page)) == (200, True)
    assert not leaks(page, HAND_OVER)
    owned = set(Initiative.objects.filter(plan=two.mine, owner=leaver, deleted_at=None).values_list("pk", flat=True))
    assert owned
    sent = client.post(f"{HAND_OVER}?leaver={leaver.pk}", {"to": two.people[Role.LIAISON].pk, "reason": ""})
    assert sent.status_code == 302
    assert not Initiative.objects.filter(plan=two.mine, owner=leaver, deleted_at=None).exclude(
        reported_status__in=["completed", "cancelled"]
    )
    assert Initiative.objects.get(pk=two.world.initiative.pk).owner_id == leaver.pk
    assert Milestone.objects.get(pk=step.pk).owner_id == leaver.pk
    held = Contribution.objects.filter(initiative=team, person=leaver, recorded_until=None)
    assert held.exists(), "nor do they leave a team of the other plan"


def test_nobody_of_the_other_plan_leaves_or_takes_it_on(two):
    other = somebody_there(two, "Numbat Person", Role.CONTRIBUTOR)
    leaver = two.people[Role.CONTRIBUTOR]
    client = manager(two)
    assert "Numbat" not in text_of(client.get(HAND_OVER))
    refused = client.get(f"{HAND_OVER}?leaver={other.pk}")
    assert "Numbat" not in text_of(refused)
    page = client.get(f"{HAND_OVER}?leaver={leaver.pk}")
    assert "Numbat" not in text_of(page)
    sent = client.post(f"{HAND_OVER}?leaver={leaver.pk}", {"to": other.pk})
    assert sent.status_code == 422
    assert not Initiative.objects.filter(owner=other).exists()
    # Who left the plan and still holds something there can be handed over from.
    update_initiative(initiative=make_initiative(two.mine, number="1.8"), fields={"owner": other}, act=BY)
    assert "1.8" in text_of(client.get(f"{HAND_OVER}?leaver={other.pk}"))


def test_they_write_to_the_people_of_their_plan(two):
    client, world = manager(two), two.world
    page = client.get(ONE_OFF)
    assert page.status_code == 200
    assert not leaks(page, ONE_OFF)
    assert ONE_OFF in text_of(client.get(reverse("reminders:message-list")))
    day = local_day(NOW + timedelta(days=1))
    typed = {"subject": "Hello", "text": "All.", "audiences": ["owners"], "send_on": day.isoformat()}
    refused = client.post(ONE_OFF, {**typed, "plan": world.plan.pk})
    assert (refused.status_code, HIDDEN in text_of(refused).lower()) == (422, False)
    assert client.post(ONE_OFF, {**typed, "plan": two.mine.pk}).status_code == 302
    row = OneOff.objects.get(subject="Hello")
    assert row.plan == two.mine
    assert client.post(reverse("reminders:one-off-withdraw", args=[world.one_off.pk])).status_code == 404
    assert OneOff.objects.get(pk=world.one_off.pk).withdrawn_at is None
    assert client.post(reverse("reminders:one-off-withdraw", args=[row.pk])).status_code == 302
    assert OneOff.objects.get(pk=row.pk).withdrawn_at is not None


def test_a_form_of_one_plan_names_nobody_whom_its_reader_knows_from_another_alone(two):
    third = build_plan(slug="third-plan", title="Third plan")
    other = create_user(email="third@b.example", name="Third Person", act=BY)
    grant_role(user=other, role=Role.CONTRIBUTOR, plan_access=third.access, act=BY)
    me = two.people[Role.PLAN_MANAGER]
    grant_role(user=me, role=Role.PLAN_MANAGER, plan_access=third.access, act=BY)
    client = client_of(me)
    for plan, is_offered in ((two.mine, False), (third, True)):
        page = client.get(reverse("goals:goal-create", args=[plan.slug]))
        assert ("Third Person" in text_of(page)) is is_offered
        page = client.get(reverse("initiatives:initiative-create", args=[plan.slug]))
        assert ("Third Person" in text_of(page)) is is_offered
    assert "Third Person" in text_of(client.get("/api/v1/people/")), "they are told of in the plans together"
    assert RoleGrant.objects.filter(user=me, recorded_until=None).count() == 2


def test_what_was_changed_is_shown_as_long_as_its_plan_is_theirs(two):
    me = two.people[Role.PLAN_MANAGER]
    mine = make_initiative(two.mine, number="1.8")
    client = client_of(me)
    typed = {"chosen": f"{mine.pk}:{mine.version}", "visibility": "internal", "reason": "It was agreed."}
    seen = client.post(BULK, typed).context["form"]["seen"].value()
    result = client.post(BULK, {**typed, "seen": seen, "apply": "1"})["Location"]
    assert str(mine) in text_of(client.get(result))
    revoke_role(grant=RoleGrant.objects.get(user=me, recorded_until=None), act=BY)
    third = build_plan(slug="third", title="Third plan")
    grant_role(user=User.objects.get(pk=me.pk), role=Role.PLAN_MANAGER, plan_access=third.access, act=BY)
    answer = client.get(result)
    assert (answer.status_code, answer["Location"]) == (302, "/initiatives/")
