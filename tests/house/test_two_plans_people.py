"""Two plans of two offices side by side: who works in one of them alone is not told of in the other."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import Goal, Strategy
from imports.exporting.files import FORMATS
from initiatives.models import Commitment, Initiative, Milestone, OwnerRequest
from initiatives.selectors.my_work import active_plans, my_work
from initiatives.services import propose_commitment, update_initiative
from people.models import Department, User
from people.roles import Role
from people.services import create_department, create_user, grant_role
from records.asof import AsOf
from tests.build import act, make_initiative
from tests.conftest import NOW
from tests.house import test_two_plans
from tests.house.test_two_plans import BY, ROLES, Two, client_of, text_of
from tests.imports.files import csv_file
from tests.imports.steps import send, sentences, take_guess

two = test_two_plans.two  # the fixture


def somebody_there(two: Two, name: str, role: Role = Role.VIEWER, **more: Any) -> User:
    """A person who has a role in the other plan alone."""
    user = create_user(email=f"{name.split()[0].lower()}@b.example", name=name, act=BY, **more)
    department = two.world.cast.streets if role == Role.LIAISON else None
    grant_role(user=user, role=role, department=department, plan_access=two.world.plan.access, act=BY)
    return user


@pytest.fixture
def other_department(two) -> Department:
    """The liaison of the one plan speaks for it in the other plan."""
    department = create_department(name="Numbat department", abbreviation="ND", act=BY)
    user = two.people[Role.LIAISON]
    grant_role(user=user, role=Role.LIAISON, department=department, plan_access=two.world.plan.access, act=BY)
    return department


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("query", ["", "?as_of={}"])
def test_a_department_names_nobody_of_the_other_plan(two, role, query):
    somebody_there(two, "Numbat Liaison", Role.LIAISON)
    somebody_there(two, "Dingo Member", department=two.world.cast.streets)
    client = client_of(two.people[role])
    for path in ("/departments/", f"/departments/{two.world.cast.streets.abbreviation}/"):
        answer = client.get(path + query.format(NOW.date()))
        assert answer.status_code == 200
        text = text_of(answer)
        assert not [word for word in ("Numbat Liaison", "Dingo Member", "@b.example") if word in text], path
        assert "Wombat liaison" in text, "who speaks for it here is named"


def test_addresses_of_a_department_are_for_whoever_keeps_accounts(two):
    cast, path = two.world.cast, f"/departments/{two.world.cast.streets.abbreviation}/"
    somebody_there(two, "Numbat Liaison", Role.LIAISON)
    for user in (cast.viewer, cast.leader, two.people[Role.PLAN_MANAGER]):
        assert "mailto:" not in text_of(client_of(user).get(path)), user.name
    for user in (cast.manager, cast.admin):
        assert "mailto:numbat@b.example" in text_of(client_of(user).get(path)), user.name


def test_a_liaison_in_several_plans_is_named_once(two):
    user = somebody_there(two, "Numbat Liaison", Role.LIAISON)
    grant_role(user=user, role=Role.LIAISON, department=two.world.cast.streets, act=BY)
    assert text_of(client_of(two.world.cast.viewer).get("/departments/")).count("Numbat Liaison") == 1


def test_a_liaison_promises_only_for_a_department_of_this_plan(two, other_department):
    row = Initiative.objects.get(plan=two.mine, number="1.2")
    client = client_of(two.people[Role.LIAISON])
    path = f"/initiatives/{row.pk}/commitments/new/"
    page = text_of(client.get(path))
    assert ("Numbat department" in page, "Department of Streets" in page) == (False, True)
    refused = client.post(path, {"department": other_department.pk, "what": "Two staff"})
    assert refused.status_code == 422
    assert not Commitment.objects.filter(department=other_department).exists()


def test_a_promise_of_a_department_spoken_for_elsewhere_gives_no_right(two, other_department):
    row = make_initiative(two.mine, number="1.9", owner=two.people[Role.CONTRIBUTOR])
    propose_commitment(initiative=row, department=other_department, what="Two staff", act=BY, due_date=None)
    user = User.objects.get(pk=two.people[Role.LIAISON].pk)
    assert not user.has_perm("initiatives.ask_for_update", Initiative.objects.get(pk=row.pk))
    promised = Initiative.objects.get(plan=two.mine, number="1.2")
    assert user.has_perm("initiatives.ask_for_update", promised), "Streets is asked for something there"


def test_my_work_holds_what_is_asked_of_departments_in_their_plan(two, other_department):
    here = make_initiative(two.mine, number="1.9")
    propose_commitment(initiative=here, department=other_department, what="Here", act=BY, due_date=None)
    there = two.world.initiative
    propose_commitment(initiative=there, department=other_department, what="There", act=BY, due_date=None)
    when = AsOf.now(NOW)
    everywhere = create_user(email="both@b.example", name="Both", act=BY)
    grant_role(user=everywhere, role=Role.LIAISON, department=other_department, act=BY)
    for person, expected in ((two.people[Role.LIAISON], {"There"}), (everywhere, {"Here", "There"})):
        user = User.objects.get(pk=person.pk)
        work = my_work(user, active_plans(when), when, limit=None)
        assert {row.what for row in work.to_accept if row.department_id == other_department.pk} == expected


def test_the_api_tells_of_people_of_the_own_plan_alone(two):
    other = somebody_there(two, "Numbat Person")
    nobody = create_user(email="none@b.example", name="Numbat Nobody", act=BY)
    client = client_of(two.people[Role.VIEWER])
    day = timezone.localdate(NOW)
    for query in ("", f"?as_of={day}"):
        names = {row["name"] for row in client.get(f"/api/v1/people/{query}").json()["results"]}
        assert names >= {"Wombat viewer", "Wombat leader", two.world.cast.manager.name}
        assert not names & {other.name, nobody.name}
        assert client.get(f"/api/v1/people/{other.pk}/{query}").status_code == 404
        assert client.get(f"/api/v1/people/{two.world.cast.manager.pk}/{query}").status_code == 200
    everybody = client_of(two.world.cast.viewer).get("/api/v1/people/").json()["results"]
    assert {other.name, nobody.name} <= {row["name"] for row in everybody}


def test_no_form_offers_people_of_the_other_plan(two):
    other = somebody_there(two, "Numbat Person", Role.CONTRIBUTOR)
    row = Initiative.objects.get(plan=two.mine, number="1.2")
    step = Milestone.objects.filter(initiative=row, deleted_at=None)[0]
    goal = Goal.objects.filter(plan=two.mine)[0]
    strategy = Strategy.objects.filter(goal__plan=two.mine)[0]
    for minute, role in enumerate((Role.LEADER, Role.CONTRIBUTOR)):
        asking = act(NOW + timedelta(minutes=minute), two.world.cast.manager)
        update_initiative(initiative=row, fields={"owner": two.people[role]}, act=asking)
    asked = OwnerRequest.objects.get(initiative=row, recorded_until=None)
    pages = {
        f"/initiatives/{row.pk}/milestones/new/": Role.CONTRIBUTOR,
        f"/milestones/{step.pk}/edit/": Role.CONTRIBUTOR,
        reverse("initiatives:owner-request-decline", args=[asked.pk]): Role.CONTRIBUTOR,
        f"/initiatives/{row.pk}/edit/": Role.PLAN_MANAGER,
        "/plans/open-plan/initiatives/new/": Role.PLAN_MANAGER,
        "/plans/open-plan/goals/new/": Role.PLAN_MANAGER,
        reverse("goals:goal-edit", args=["open-plan", goal.number]): Role.PLAN_MANAGER,
        reverse("goals:strategy-edit", args=[strategy.pk]): Role.PLAN_MANAGER,
        reverse("initiatives:structure-row", args=["open-plan", "initiative", row.pk]): Role.PLAN_MANAGER,
        "/messages/preferences/": Role.CONTRIBUTOR,
    }
    for path, role in pages.items():
        for user, is_offered in ((two.people[role], False), (two.world.cast.admin, True)):
            if role == Role.CONTRIBUTOR and is_offered and "decline" in path:
                continue  # hers alone to answer
            answer = client_of(user).get(path)
            assert (path, answer.status_code) == (path, 200)
            assert (path, user.name, "Numbat Person" in text_of(answer)) == (path, user.name, is_offered)
    manager = client_of(two.people[Role.PLAN_MANAGER])
    sent = {"title": "Step", "owner": other.pk}
    assert manager.post(f"/initiatives/{row.pk}/milestones/new/", sent).status_code == 422
    assert not Milestone.objects.filter(owner=other).exists()


def test_who_owns_it_stays_on_offer_though_they_left_the_plan(two):
    other = somebody_there(two, "Numbat Owner", Role.CONTRIBUTOR)
    row = Initiative.objects.get(plan=two.mine, number="1.2")
    update_initiative(initiative=row, fields={"owner": other}, act=BY)
    page = client_of(two.people[Role.PLAN_MANAGER]).get(f"/initiatives/{row.pk}/edit/")
    assert "Numbat Owner" in text_of(page)


def parts_of(body: bytes) -> list[bytes]:
    """What a file says: a workbook and a bundle of sheets are packed."""
    if not body.startswith(b"PK"):
        return [body]
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return [packed.read(name) for name in packed.namelist()]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_plan_as_a_file_holds_addresses_only_for_whoever_may_import_it(two, kind):
    owner = two.people[Role.CONTRIBUTOR]
    create_user(email="twin@b.example", name=owner.name, act=BY)
    path = f"/plans/open-plan/export/{kind}/"
    for user in (two.people[Role.VIEWER], two.people[Role.CONTRIBUTOR], two.world.cast.viewer):
        told = parts_of(client_of(user).get(path).content)
        assert not [part for part in told if b".example" in part], user.name
        assert [part for part in told if owner.name.encode() in part], user.name
    for user in (two.people[Role.PLAN_MANAGER], two.world.cast.manager):
        told = parts_of(client_of(user).get(path).content)
        assert [part for part in told if owner.email.encode() in part], "the name alone would lead to nobody"


def test_a_file_of_a_plan_finds_nobody_of_the_other_plan(two):
    other = somebody_there(two, "Numbat Person", Role.CONTRIBUTOR)
    owner = somebody_there(two, "Dingo Owner", Role.CONTRIBUTOR)
    update_initiative(initiative=Initiative.objects.get(plan=two.mine, number="1.2"), fields={"owner": owner}, act=BY)
    names = [other.name, other.email, "Wombat leader", two.world.cast.manager.name, owner.name]
    rows = [[f"1.{50 + at}", f"Lend laptops {at}", "1", name] for at, name in enumerate(names)]
    data = csv_file(["Number", "Initiative", "Focus area", "Owner"], *rows)
    refused = {}
    for user in (two.people[Role.PLAN_MANAGER], two.world.cast.manager):
        client = client_of(user)
        job = take_guess(client, send(client, two.mine, data))
        refused[user] = [sentence for _, sentence in sentences(job)]
    there, everywhere = refused.values()
    assert [sum(name in said for said in there) for name in names] == [1, 1, 0, 0, 0]
    assert not everywhere
