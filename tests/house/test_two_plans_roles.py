"""A manager of one plan gives and takes the roles of that plan, and learns and changes nothing besides."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from goals.models import Goal
from initiatives.models import Initiative
from initiatives.services import update_initiative
from outbox.models import Message
from people.models import PlanAccess, RoleGrant, User
from people.roles import Role
from people.rules import plans_seen_by
from people.services import Newcomer, create_user, grant_role, invite_to_plan, revoke_role, update_user
from records.models import AuditEvent
from tests.build import act
from tests.conftest import NOW
from tests.house import test_two_plans
from tests.house.test_two_plans import BY, HIDDEN, ROLES, Two, client_of, leaks, text_of
from tests.house.test_two_plans_people import somebody_there

two = test_two_plans.two  # the fixture
ROLES_BELOW = [role for role in ROLES if role != Role.PLAN_MANAGER]


def page(name: str, *args: Any) -> str:
    return reverse(f"people:{name}", args=args)


def held(user: User) -> set[tuple[str, int | None]]:
    rows = RoleGrant.objects.filter(user=user, recorded_until__isnull=True)
    return set(rows.values_list("role", "plan_access"))


def give(two: Two, user: User, role: str = "viewer", plan: Any = "mine", **more: Any) -> Any:
    """What the manager of the one plan sends to give a role, whatever the page offers."""
    key = two.mine_access.pk if plan == "mine" else plan
    typed = {"role": role, "plan_access": key, "version": user.role_changes({two.mine_access.pk}), **more}
    return client_of(two.people[Role.PLAN_MANAGER]).post(page("role-grant", user.pk), typed)


def take(two: Two, grant: RoleGrant, by: User | None = None) -> Any:
    by = by or two.people[Role.PLAN_MANAGER]
    typed = {"version": grant.user.role_changes(plans_seen_by(by))}
    return client_of(by).post(page("role-revoke", grant.user_id, grant.pk), typed, follow=True)


def test_what_happens_in_another_plan_is_neither_told_nor_a_conflict(two):
    """The number on a page counts what its reader sees; a change elsewhere moves it for those who see that alone."""
    user, other = two.people[Role.VIEWER], PlanAccess.objects.exclude(pk=two.mine_access.pk)[0]
    mine, everything = client_of(two.people[Role.PLAN_MANAGER]), client_of(two.world.cast.admin)

    def numbers():
        return [
            one.get(page("person-detail", user.pk)).context["form"]["version"].value() for one in (mine, everything)
        ]

    seen = numbers()
    elsewhere = grant_role(user=user, role=Role.LEADER, plan_access=other, act=BY)
    revoke_role(grant=elsewhere, act=BY)
    assert numbers() == [seen[0], seen[1] + 2]
    typed = {"role": "leader", "plan_access": two.mine_access.pk}
    assert everything.post(page("role-grant", user.pk), typed | {"version": seen[1]}).status_code == 409
    assert mine.post(page("role-grant", user.pk), typed | {"version": seen[0]}).status_code == 302
    given = RoleGrant.objects.get(user=user, role=Role.LEADER, plan_access=two.mine_access)
    revoke = page("role-revoke", user.pk, given.pk)
    mine.post(revoke, {"version": seen[0]})
    assert ("leader", two.mine_access.pk) in held(user), "what they see has changed"
    grant_role(user=user, role=Role.LEADER, plan_access=other, act=BY)
    mine.post(revoke, {"version": seen[0] + 1})
    assert held(user) == {("viewer", two.mine_access.pk), ("leader", other.pk)}


def test_the_list_holds_who_has_a_role_there_or_everywhere(two):
    other = somebody_there(two, "Numbat Person")
    nobody = create_user(email="none@b.example", name="Numbat Nobody", act=BY)
    both = somebody_there(two, "Both Plans", Role.LEADER)
    grant_role(user=both, role=Role.VIEWER, plan_access=two.mine.access, act=BY)
    client = client_of(two.people[Role.PLAN_MANAGER])
    for query in ("", "?q=b.example", "?role=none", "?account=active"):
        text = text_of(client.get(page("person-list") + query))
        assert not [one.name for one in (other, nobody) if one.name in text], query
        assert HIDDEN not in text.lower(), query
    text = text_of(client.get(page("person-list")))
    assert {"Wombat viewer", "Both Plans", two.world.cast.admin.name} <= {
        name for name in ("Wombat viewer", "Both Plans", two.world.cast.admin.name) if name in text
    }
    # Nor does a filter tell which role somebody has elsewhere.
    assert "Both Plans" not in text_of(client.get(page("person-list") + "?role=leader"))
    assert "Both Plans" in text_of(client.get(page("person-list") + "?role=viewer"))
    assert "Numbat Person" in text_of(client_of(two.world.cast.manager).get(page("person-list")))


def test_the_page_of_a_person_tells_what_concerns_this_plan(two):
    both = somebody_there(two, "Both Plans", Role.LIAISON)
    grant = grant_role(user=both, role=Role.CONTRIBUTOR, plan_access=two.mine.access, act=BY)
    update_initiative(initiative=two.world.initiative, fields={"owner": both}, act=BY)
    for row in (*Initiative.objects.filter(plan=two.mine), *Goal.objects.filter(plan=two.mine)):
        assert HIDDEN not in str(row).lower()
    client = client_of(two.people[Role.PLAN_MANAGER])
    answer = client.get(page("person-detail", both.pk))
    text = text_of(answer)
    assert answer.status_code == 200
    assert not leaks(answer, page("person-detail", both.pk))
    assert "Contributor" in text
    assert "Open commitments of" not in text, "as a liaison they speak in the other plan"
    assert "Last sign-in" not in text
    assert page("role-revoke", both.pk, grant.pk) in text
    told = text_of(client_of(two.world.cast.manager).get(page("person-detail", both.pk)))
    assert ("Open commitments of" in told, HIDDEN in told.lower()) == (True, True)


@pytest.mark.parametrize("name", ["person-detail", "person-edit", "person-activity", "role-grant", "invitation-send"])
def test_nobody_of_another_plan_is_there_for_them(two, name):
    other = somebody_there(two, "Numbat Person")
    client = client_of(two.people[Role.PLAN_MANAGER])
    absent = page(name, other.pk).replace(f"/{other.pk}/", "/99999999/")
    for method in (client.get, client.post):
        expected = {403, 404} if name in {"person-edit", "person-activity", "invitation-send"} else {404, 405}
        assert method(page(name, other.pk)).status_code in expected
        assert method(absent).status_code in expected
    assert held(other) == {("viewer", two.world.plan.access_id)}


@pytest.mark.parametrize("role", ROLES)
def test_they_give_every_role_of_their_plan_and_take_it_away(two, role):
    user = two.people[Role.VIEWER]
    department = {"department": two.world.cast.streets.pk} if role == Role.LIAISON else {}
    assert give(two, user, role, **department).status_code == 302
    assert (role, two.mine_access.pk) in held(user)
    grant = RoleGrant.objects.get(user=user, role=role, recorded_until=None)
    answer = take(two, grant)
    assert (answer.status_code, "is no longer" in text_of(answer)) == (200, True)
    assert (role, two.mine_access.pk) not in held(user)
    told = AuditEvent.objects.filter(target_type="user", target_id=user.pk, actor_id=two.people[Role.PLAN_MANAGER].pk)
    assert set(told.values_list("parent_type", "parent_id")) == {("planaccess", two.mine_access.pk)}
    assert Message.objects.filter(person=user, kind="account").exists(), "they are told by mail"


def test_they_give_nothing_beyond_their_plan(two):
    user, me = two.people[Role.VIEWER], two.people[Role.PLAN_MANAGER]
    before = {one.pk: held(one) for one in (user, me)}
    for one in (user, me):
        for role in Role.values:
            department = {"department": two.world.cast.streets.pk} if role == Role.LIAISON else {}
            for plan in ("", two.world.plan.access_id, 99999999):
                answer = give(two, one, role, plan, **department)
                assert answer.status_code == 422, (one.name, role, plan)
                assert not leaks(answer, page("role-grant", one.pk))
        assert give(two, one, "administrator").status_code == 422
        assert give(two, one, "king").status_code == 422
    assert {one.pk: held(one) for one in (user, me)} == before


def test_a_page_that_is_old_shows_the_roles_of_their_plan_alone(two):
    both = somebody_there(two, "Both Plans", Role.LEADER)
    grant_role(user=both, role=Role.CONTRIBUTOR, plan_access=two.mine.access, act=BY)
    answer = give(two, both, "viewer", version=0)
    assert (answer.status_code, "Contributor" in text_of(answer)) == (409, True)
    assert not leaks(answer, page("role-grant", both.pk))
    assert "Leadership for" not in text_of(answer)


def test_they_take_no_role_of_another_plan_or_of_everything(two):
    both = somebody_there(two, "Both Plans")
    grant_role(user=both, role=Role.VIEWER, plan_access=two.mine.access, act=BY)
    for user in (both, two.world.cast.manager, two.world.cast.admin, two.world.cast.viewer):
        for grant in RoleGrant.objects.filter(user=user, recorded_until=None).exclude(plan_access=two.mine_access):
            assert take(two, grant).status_code == 404
            assert RoleGrant.objects.get(pk=grant.pk).recorded_until is None
    mine = RoleGrant.objects.get(user=both, plan_access=two.mine_access)
    # A role of theirs, at the address of somebody else.
    wrong = page("role-revoke", two.people[Role.VIEWER].pk, mine.pk)
    assert client_of(two.people[Role.PLAN_MANAGER]).post(wrong).status_code == 404
    assert RoleGrant.objects.get(pk=mine.pk).recorded_until is None


@pytest.mark.parametrize("role", ROLES_BELOW)
def test_no_other_role_in_a_plan_reaches_people(two, role):
    client, user = client_of(two.people[role]), two.people[Role.VIEWER]
    grant = RoleGrant.objects.get(user=two.people[Role.PLAN_MANAGER])
    typed = {"role": "viewer", "plan_access": two.mine_access.pk, "version": user.role_changes()}
    for path in (page("person-list"), page("person-detail", user.pk), page("person-invite")):
        assert client.get(path).status_code == 403, path
    assert client.post(page("role-grant", user.pk), typed).status_code == 403
    assert client.post(page("role-revoke", grant.user_id, grant.pk)).status_code == 403
    assert client.post(page("person-invite"), {"email": "x@b.example"}).status_code == 403
    assert "/people/" not in text_of(client.get("/plans/")), "nor does the menu lead there"


def test_the_last_manager_of_a_plan_leaves_it_to_somebody(two):
    me = two.people[Role.PLAN_MANAGER]
    grant = RoleGrant.objects.get(user=me)
    answer = take(two, grant)
    assert "This is the last plan manager of “Wombat plan”." in text_of(answer)
    assert RoleGrant.objects.get(pk=grant.pk).recorded_until is None
    second = two.people[Role.LEADER]
    assert give(two, second, "plan_manager").status_code == 302
    update_user(user=second, fields={"is_active": False}, act=BY)
    assert "This is the last plan manager" in text_of(take(two, grant)), "who cannot sign in runs nothing"
    update_user(user=second, fields={"is_active": True}, act=BY)
    take(two, grant)
    assert held(me) == set()
    last = RoleGrant.objects.get(user=second, role="plan_manager")
    assert take(two, last, by=two.world.cast.manager).status_code == 200
    assert RoleGrant.objects.get(pk=last.pk).recorded_until is not None, "the installation's manager runs the plan too"


def test_the_system_may_take_the_last_manager_away(two):
    grant = RoleGrant.objects.get(user=two.people[Role.PLAN_MANAGER])
    revoke_role(grant=grant, act=BY)
    assert RoleGrant.objects.get(pk=grant.pk).recorded_until is not None


def invited(two: Two, email: str, by: User | None = None, **more: Any) -> Any:
    typed = {"email": email, "name": "Some Body", "role": "contributor", "plan_access": two.mine_access.pk, **more}
    return client_of(by or two.people[Role.PLAN_MANAGER]).post(page("person-invite"), typed)


def test_they_let_somebody_new_into_their_plan(two):
    answer = invited(two, "Fresh@B.example")
    person = User.objects.get(email="fresh@b.example")
    assert (answer.status_code, answer["Location"]) == (302, page("person-detail", person.pk))
    assert held(person) == {("contributor", two.mine_access.pk)}
    assert set(Message.objects.filter(person=person).values_list("kind", flat=True)) == {"invitation"}
    verbs = AuditEvent.objects.filter(target_id=person.pk, target_type="user").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["user.created", "role.granted", "user.invited"]
    told = text_of(client_of(two.people[Role.PLAN_MANAGER]).get(page("person-detail", person.pk)))
    assert ("Send the invitation again" in told, "Deactivate the account" in told) == (True, False)
    Message.objects.filter(person=person).update(planned_at=NOW - timedelta(hours=1))
    again = client_of(two.people[Role.PLAN_MANAGER]).post(page("invitation-send", person.pk))
    assert again.status_code == 302
    assert Message.objects.filter(person=person, kind="invitation").count() == 2


def test_whoever_has_an_account_gets_the_role_and_keeps_the_rest(two):
    other = somebody_there(two, "Numbat Person")
    assert invited(two, other.email.upper()).status_code == 302
    other = User.objects.get(pk=other.pk)
    assert (other.name, other.department) == ("Numbat Person", None)
    assert held(other) == {("viewer", two.world.plan.access_id), ("contributor", two.mine_access.pk)}
    assert not Message.objects.filter(person=other, kind="invitation").exists()
    # Of whom another plan let in nobody of this one sends an invitation.
    again = client_of(two.people[Role.PLAN_MANAGER]).post(page("invitation-send", other.pk))
    assert again.status_code == 403


def test_whom_they_cannot_let_in(two):
    gone = somebody_there(two, "Numbat Person")
    update_user(user=gone, fields={"is_active": False}, act=BY)
    for email, more, sentence in (
        (gone.email, {}, "E-mail: n•@b.example cannot be invited. Ask an administrator.".replace("n•", "numbat")),
        ("a@b.example", {"plan_access": two.world.plan.access_id}, "Plan"),
        ("a@b.example", {"plan_access": ""}, "Plan"),
        ("a@b.example", {"role": "administrator"}, "Role"),
        ("a@b.example", {"role": "liaison"}, "Department: a liaison needs one."),
        ("nobody", {}, "E-mail: write an address"),
    ):
        answer = invited(two, email, **more)
        assert (answer.status_code, sentence in text_of(answer)) == (422, True), (email, more)
        assert not leaks(answer, page("person-invite"))
    assert not User.objects.filter(email="a@b.example").exists()
    assert held(gone) == {("viewer", two.world.plan.access_id)}


def test_the_service_gives_no_administrator_for_a_plan(two):
    newcomer = Newcomer("a@b.example", "A", role="administrator", plan_access=two.mine_access)
    with pytest.raises(ValidationError, match="an administrator is one for the whole installation"):
        invite_to_plan(newcomer=newcomer, act=BY)


def test_managers_of_everything_let_people_into_any_plan(two):
    for plan in (two.mine, two.world.plan):
        answer = invited(two, f"{plan.slug}@b.example", two.world.cast.manager, plan_access=plan.access_id)
        assert answer.status_code == 302
        assert held(User.objects.get(email=f"{plan.slug}@b.example")) == {("contributor", plan.access_id)}


def test_a_manager_of_everything_gives_an_administrator_nothing_by_this_way_either(two):
    admin = two.world.cast.admin
    answer = invited(two, admin.email, two.world.cast.manager)
    assert answer.status_code == 422
    assert (("contributor", two.mine_access.pk) in held(admin)) is False


def test_who_signed_in_long_ago_confirms_it_first(two, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    user = two.people[Role.VIEWER]
    grant = RoleGrant.objects.get(user=user)
    ways = [give(two, user, "leader"), invited(two, "fresh@b.example")]
    ways.append(client_of(two.people[Role.PLAN_MANAGER]).post(page("role-revoke", user.pk, grant.pk)))
    for answer in ways:
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert held(user) == {("viewer", two.mine_access.pk)}
    assert not User.objects.filter(email="fresh@b.example").exists()


def test_a_role_that_was_taken_away_counts_at_the_next_request(two):
    me, second = two.people[Role.PLAN_MANAGER], two.people[Role.LEADER]
    grant_role(user=second, role=Role.PLAN_MANAGER, plan_access=two.mine.access, act=BY)
    client = client_of(me)
    assert client.get(page("person-list")).status_code == 200
    revoke_role(grant=RoleGrant.objects.get(user=me), act=act(NOW, second))
    assert client.get(page("person-list")).status_code == 403
