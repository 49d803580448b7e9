"""The liaison's page, through the client: rule B-49's list, files, the past, odd names."""

import csv
import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from goals.models import Goal, Strategy
from initiatives.models import Commitment
from initiatives.services import accept_commitment, propose_commitment, update_initiative, withdraw_commitment
from people.roles import Role
from people.services import create_department, create_user, grant_role, update_department
from tests.build import act, make_initiative, make_milestone, report
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def promises(initiative, cast):
    """Of Streets: a late accepted one, one asked for, one withdrawn; of Health: one asked for."""

    def ask(department, what, due):
        return propose_commitment(
            initiative=initiative, department=department, what=what, due_date=due, act=act("2026-07-01T12:00")
        )

    late = ask(cast.streets, "Clear the ducts", date(2026, 10, 1))
    accept_commitment(commitment=late, act=act("2026-07-05T12:00", cast.liaison))
    asked = ask(cast.streets, "Lend two crews", date(2026, 11, 10))
    back = ask(cast.streets, "Paint the poles", date(2026, 11, 11))
    withdraw_commitment(commitment=back, act=act("2026-07-06T12:00", cast.manager, reason="Not needed"))
    foreign = ask(cast.health, "Inspect the depots", date(2026, 11, 12))
    return late, asked, back, foreign


def page_of(department) -> str:
    return reverse("initiatives:department-detail", args=[department.abbreviation])


def read(client, path, status=200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_b49_the_liaison_sees_the_departments_commitments_in_one_list(sign_in, cast, promises, initiative):
    make_milestone(initiative, date(2026, 9, 1), title="Ducts open", department=cast.streets)
    text = read(sign_in(cast.liaison), page_of(cast.streets))
    shown = {
        what for what in ("Clear the ducts", "Lend two crews", "Paint the poles", "Inspect the depots") if what in text
    }
    assert shown == {"Clear the ducts", "Lend two crews", "Paint the poles"}
    assert "you are its liaison" in text
    assert "4 days late" in text
    assert "Ducts open" in text
    assert "1 delivered, declined or withdrawn" in text
    for name in ("accept", "decline", "offer"):
        assert reverse(f"initiatives:commitment-{name}", args=[promises[1].pk]) in text
    assert reverse("initiatives:commitment-deliver", args=[promises[1].pk]) not in text  # nobody accepted it
    assert reverse("initiatives:commitment-deliver", args=[promises[0].pk]) in text
    assert reverse("initiatives:commitment-accept", args=[promises[0].pk]) not in text


@pytest.mark.parametrize("who", ["viewer", "leader", "contributor", "owner"])
def test_b49_who_is_not_its_liaison_gets_no_buttons(sign_in, cast, promises, who):
    text = read(sign_in(getattr(cast, who)), page_of(cast.streets))
    assert "Lend two crews" in text
    assert "/accept/" not in text
    assert "/deliver/" not in text


def test_b49_a_member_who_is_not_liaison_and_a_liaison_elsewhere_get_no_buttons(sign_in, cast, promises):
    member = create_user(email="member@test.example", name="Member", department=cast.streets, password="x", act=act())
    grant_role(user=member, role=Role.CONTRIBUTOR, act=act())
    assert "/accept/" not in read(sign_in(member), page_of(cast.streets))
    assert "/accept/" not in read(sign_in(cast.liaison), page_of(cast.health))


def test_the_buttons_accept_and_deliver_and_come_back(sign_in, cast, promises):
    client, asked = sign_in(cast.liaison), promises[1]
    for name, state in (("accept", "accepted"), ("deliver", "delivered")):
        asked.refresh_from_db()
        answer = client.post(
            reverse(f"initiatives:commitment-{name}", args=[asked.pk]),
            {"version": asked.version, "next": page_of(cast.streets)},
        )
        assert answer["Location"] == page_of(cast.streets)
        asked.refresh_from_db()
        assert asked.state == state
    assert "2 delivered, declined or withdrawn" in read(client, page_of(cast.streets))


def test_the_past_has_no_buttons_and_tells_the_states_of_then(sign_in, cast, promises):
    text = read(sign_in(cast.liaison), page_of(cast.streets) + "?as_of=2026-07-02")
    assert "Paint the poles" in text
    assert "delivered, declined or withdrawn" not in text
    assert "/accept/" not in text
    assert "you are its liaison" in text


def test_a_department_is_found_whatever_its_name_is_made_of(sign_in, cast, plan):
    client = sign_in(cast.viewer)
    for abbreviation in ("L&I", "Mural Arts", "A/B", "100%", "Q?", "Ä#1", "..x", "a.csv"):
        department = create_department(name=f"Name of {abbreviation}", abbreviation=abbreviation, act=act())
        assert f"Name of {abbreviation}".replace("&", "&amp;") in read(client, page_of(department))
    assert client.get("/departments/l%26i/").status_code == 200
    assert client.get("/departments/nope/").status_code == 404
    assert client.get("/departments/").status_code == 200


def test_a_renamed_department_is_still_found_by_its_old_name(sign_in, cast):
    update_department(department=cast.streets, fields={"abbreviation": "DOS"}, act=act("2026-10-01T12:00"))
    client = sign_in(cast.viewer)
    assert client.get("/departments/Streets/")["Location"] == "/departments/DOS/"
    assert "Department of Streets" in read(client, "/departments/Streets/?as_of=2026-09-01")
    assert "DOS" in read(client, "/departments/DOS/")
    assert "DOS" not in read(client, "/departments/DOS/?as_of=2026-09-01").split("<main")[1]


def test_offices_are_rolled_in_and_named(sign_in, cast, plan, initiative):
    office = create_department(name="Street lighting", abbreviation="Lights", parent=cast.streets, act=act())
    make_initiative(plan, number="1.2", title="New lamps", lead_department=office)
    propose_commitment(
        initiative=initiative, department=office, what="Count the lamps", due_date=None, act=act("2026-07-01T12:00")
    )
    text = read(sign_in(cast.liaison), page_of(cast.streets))
    for shown in ("New lamps", "Count the lamps", "Lights", "Street lighting"):
        assert shown in text
    assert "part of" in read(sign_in(cast.liaison), page_of(office))


def test_a_person_without_a_department_reads_the_list(sign_in, cast, plan):
    nobody = create_user(email="nowhere@test.example", name="Nowhere", password="x", act=act())
    grant_role(user=nobody, role=Role.VIEWER, act=act())
    assert "Yours:" not in read(sign_in(nobody), "/departments/")
    assert "Yours:" in read(sign_in(cast.liaison), "/departments/")


def test_b61_the_files_have_the_rows_of_the_page(sign_in, cast, promises):
    client = sign_in(cast.liaison)
    where = reverse("initiatives:department-export", args=["Streets", "commitments", "csv"])
    text = b"".join(client.get(where).streaming_content).decode("utf-8-sig")
    found = {row["Commitment"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(found) == ["Lend two crews", "Clear the ducts", "Paint the poles"]
    assert found["Clear the ducts"] == {
        "Commitment": "Clear the ducts", "Initiative": "1.1 Initiative 1.1", "Department": "Streets",
        "State": "Accepted", "Due": "2026-10-01", "First agreed": "2026-10-01", "Late (days)": "4",
        "Accepted": "2026-07-05", "Delivered": "",
    }  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(where.replace(".csv", ".xlsx")).getvalue())).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(found)
    led = reverse("initiatives:department-export", args=["Streets", "initiatives", "csv"])
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(led).streaming_content).decode("utf-8-sig"))))
    assert [row["Number"] for row in rows] == ["'1.1"]
    for wrong in ("/departments/Streets/commitments.pdf", "/departments/Streets/people.csv", "/departments/No/x.csv"):
        assert client.get(wrong).status_code == 404


def test_pages_cost_the_same_for_one_row_and_for_three(sign_in, cast, plan, django_assert_max_num_queries):
    client = sign_in(cast.liaison)
    counts = []
    for number in (1, 2, 3):
        row = make_initiative(plan, number=f"1.{number}", owner=cast.owner, lead_department=cast.streets)
        report(row, "on_track", "2026-09-20T12:00", cast.owner)
        make_milestone(row, date(2026, 11, 1), department=cast.streets)
        propose_commitment(
            initiative=row, department=cast.streets, what="Help", due_date=date(2026, 11, 1),
            act=act("2026-07-01T12:00"),
        )  # fmt: skip
        create_department(name=f"Office {number}", abbreviation=f"O{number}", parent=cast.streets, act=act())
        if number == 2:
            continue
        sizes = []
        for path in (page_of(cast.streets), "/departments/"):
            with django_assert_max_num_queries(12) as captured:
                assert client.get(path).status_code == 200
            sizes.append(len(captured))
        counts.append(sizes)
    assert counts[0] == counts[1]
    assert Commitment.objects.count() == 3


def test_the_page_of_a_person_says_what_they_answer_for(sign_in, cast, plan, initiative):
    Goal.objects.filter(pk=initiative.goal_id).update(lead=cast.liaison)
    make_milestone(initiative, date(2026, 11, 1), owner=cast.liaison)
    make_milestone(initiative, date(2026, 9, 1), owner=cast.liaison)
    row = make_initiative(plan, number="7.7", owner=cast.liaison, when="2026-03-01T12:00")
    update_initiative(initiative=initiative, fields={}, contributors=[cast.liaison], act=act("2026-03-01T12:00"))
    Strategy.objects.filter(goal=initiative.goal).update(lead=cast.liaison)
    propose_commitment(initiative=initiative, department=cast.streets, what="Poles", due_date=None, act=act())
    propose_commitment(
        initiative=row, department=cast.streets, what="Late", due_date=date(2026, 9, 1), act=act("2026-03-01T12:00")
    )
    answer = sign_in(cast.manager).get(reverse("people:person-detail", args=[cast.liaison.pk]))
    held = {one.label: (one.count, one.href) for one in answer.context["holdings"]}
    assert [(label, count) for label, (count, _) in held.items()] == [
        (f"Focus area {initiative.goal}, as its lead", None), ("Strategy 1.1 Protect, as its lead", None),
        ("Initiatives, as their owner", 1), ("Initiatives, as a contributor", 1),
        ("Open milestones in their name", 2), ("Open commitments of Streets, as its liaison", 2),
    ]  # fmt: skip
    owed = {one.label: (one.count, one.href) for one in answer.context["owed"]}
    assert {label: count for label, (count, _) in owed.items()} == {
        "Milestones that are late": 1, "Commitments of Streets that are late": 1,
        "Initiatives without a current update": 1,
    }  # fmt: skip
    assert "Updates initiatives their department leads" in answer.content.decode()
    client = sign_in(cast.manager)
    assert {client.get(href).status_code for _, href in [*held.values(), *owed.values()]} == {200}


def test_an_owner_who_was_asked_has_that_on_their_page_until_they_answer(sign_in, cast, plan, initiative):
    client = sign_in(cast.manager)
    page = reverse("people:person-detail", args=[cast.contributor.pk])
    assert "Nothing is late, and nothing waits for their answer." in client.get(page).content.decode()
    by = act("2026-10-05T12:00", cast.manager)
    update_initiative(initiative=initiative, fields={"owner": cast.contributor}, act=by)
    assert "Initiatives to accept or to decline as their owner" in client.get(page).content.decode()


def week_of(client, department) -> list[tuple[str, bool, bool, bool, bool]]:
    found = client.get(page_of(department)).context["week"]
    return [(one.row.what, one.may_accept, one.may_deliver, one.may_move, one.may_ask) for one in found]


def test_the_week_holds_what_asks_for_an_answer_is_late_or_due_within_seven_days(sign_in, cast, promises, initiative):
    """NOW is 5 October."""
    for what, due in {
        "On the seventh day": date(2026, 10, 12),
        "After it": date(2026, 10, 13),
        "Some day": None,
    }.items():
        row = propose_commitment(
            initiative=initiative, department=cast.streets, what=what, due_date=due, act=act("2026-07-01T12:00")
        )
        accept_commitment(commitment=row, act=act("2026-07-02T12:00", cast.liaison))
    client = sign_in(cast.liaison)
    assert week_of(client, cast.streets) == [
        ("Clear the ducts", False, True, True, True),
        ("On the seventh day", False, True, True, True),
        ("Lend two crews", True, False, False, True),
    ]
    assert [one.row.what for one in client.get(page_of(cast.streets)).context["later"]] == ["After it", "Some day"]
    text = read(client, page_of(cast.streets))
    back = f"?next={page_of(cast.streets)}"
    assert reverse("initiatives:commitment-move", args=[promises[0].pk]) + back in text
    assert reverse("initiatives:commitment-decline", args=[promises[1].pk]) + back in text
    assert reverse("initiatives:initiative-ask", args=[initiative.pk]) + back in text


@pytest.mark.parametrize("who", ["viewer", "leader", "contributor", "owner"])
def test_the_week_offers_nothing_to_who_only_looks(sign_in, cast, promises, who):
    assert {may for _, *may_do in week_of(sign_in(getattr(cast, who)), cast.streets) for may in may_do} == {False}


def test_a_plan_manager_may_do_all_of_it(sign_in, cast, promises):
    assert week_of(sign_in(cast.manager), cast.streets)[0] == ("Clear the ducts", False, True, True, True)


def test_a_past_week_is_read_only(sign_in, cast, promises):
    found = sign_in(cast.liaison).get(page_of(cast.streets) + "?as_of=2026-10-04").context["week"]
    assert [(one.may_accept, one.may_deliver, one.may_move, one.may_ask) for one in found] == [(False,) * 4] * 2
