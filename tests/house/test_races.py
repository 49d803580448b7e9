"""What is true of one person at a time is true of several at the same moment: at most one, and never none."""

import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from goals.models import Goal, Plan, Priority, Strategy
from goals.quarters import Quarter
from goals.services import create_goal, create_plan, create_priority, create_strategy, update_goal, update_plan
from initiatives.models import Initiative
from initiatives.services import create_initiative
from outbox.models import Hold
from outbox.services import hold_sending
from people.models import Department, RoleGrant, User
from people.roles import Role
from people.services import (
    create_department,
    create_user,
    grant_role,
    revoke_role,
    update_department,
    update_user,
)
from records import audit
from records.models import AuditEvent
from reports import services
from reports.models import QuarterSnapshot, ReportAct
from reports.snapshots.freezing import freeze_quarter
from tests.build import act, build_cast, build_plan

SIDE_BY_SIDE = 6
WHEN = "2026-10-05T14:00"
Q1 = Quarter(2027, 1)

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def postgresql_only():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")


def at_once(*works):
    """Each in a thread of its own; returns what each returned or raised, and waits for all to be at the gate."""
    results = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(number, work):
        try:
            gate.wait(20)
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def all_checked(monkeypatch):
    """Nobody writes before everybody has passed the check that comes before writing."""
    gate, settled = threading.Barrier(SIDE_BY_SIDE), audit.settled

    def wait(act, *rows):
        if not act.is_settled and threading.current_thread() is not threading.main_thread():
            gate.wait(20)
        return settled(act, *rows)

    return lambda: monkeypatch.setattr(audit, "settled", wait)


PLAN = {"title": "New", "start_date": "2026-07-01", "end_date": "2027-06-30"}
CREATIONS = {
    "department": (
        lambda n, _: create_department(name=f"D{n}", abbreviation=["PWD", "Pwd"][n % 2], act=act(WHEN)), Department,
    ),
    "user": (lambda n, _: create_user(email="same@test.example", name=f"N{n}", act=act(WHEN)), User),
    "plan": (lambda n, _: create_plan(fields={**PLAN, "slug": "same"}, act=act(WHEN)), Plan),
    "priority": (lambda n, plan: create_priority(plan=plan, name=["same", "Same"][n % 2], act=act(WHEN)), Priority),
    "goal": (lambda n, plan: create_goal(plan=plan, fields={"number": "7", "title": f"{n}"}, act=act(WHEN)), Goal),
    "strategy": (
        lambda n, plan: create_strategy(
            goal=Goal.objects.get(plan=plan, number="1"), fields={"number": "7", "title": f"{n}"}, act=act(WHEN)
        ),
        Strategy,
    ),
    "initiative": (
        lambda n, plan: create_initiative(
            plan=plan, act=act(WHEN),
            fields={
                "goal": Goal.objects.get(plan=plan, number="1"), "number": "1.7", "title": f"{n}",
                "start_date": "2026-07-01",
            },
        ),
        Initiative,
    ),
}  # fmt: skip
SENTENCES = {
    "department": "is already used.", "user": "already has an account.", "plan": "is already used by another plan.",
    "priority": "is already a priority of this plan.", "goal": "Number: 7 is already used.",
    "strategy": "Number: 7 is already used.", "initiative": "Number: 1.7 is already used in this plan.",
}  # fmt: skip


@pytest.mark.parametrize("kind", CREATIONS)
def test_of_equal_rows_made_at_once_one_is_made_and_the_others_are_refused_in_words(kind, all_checked):
    build_cast()
    plan = build_plan()
    create, model = CREATIONS[kind]
    before, events = model.objects.count(), AuditEvent.objects.count()
    all_checked()
    results = at_once(*[lambda n=n: create(n, plan) for n in range(SIDE_BY_SIDE)])
    refused = [one for one in results if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [ValidationError] * (SIDE_BY_SIDE - 1), results
    assert all(SENTENCES[kind] in one.messages[0] and hasattr(one, "error_dict") for one in refused)
    assert (model.objects.count(), AuditEvent.objects.count()) == (before + 1, events + 1)


def test_rows_renumbered_to_the_same_number_at_once_are_refused_in_words(all_checked):
    build_cast()
    plan = build_plan()
    goals = [
        create_goal(plan=plan, fields={"number": f"{n}", "title": f"{n}"}, act=act())
        for n in range(20, 20 + SIDE_BY_SIDE)
    ]
    all_checked()
    works = [lambda row=row: update_goal(goal=row, fields={"number": "9"}, act=act(WHEN)) for row in goals]
    refused = [one for one in at_once(*works) if isinstance(one, Exception)]
    assert [one.message_dict for one in refused] == [{"number": ["Number: 9 is already used."]}] * (SIDE_BY_SIDE - 1)


def test_every_unique_rule_of_a_recorded_row_has_its_sentence():
    for model in [Department, User, Plan, Priority, Goal, Strategy, Initiative]:
        named = {rule.name for rule in model._meta.constraints if type(rule).__name__ == "UniqueConstraint"}
        assert named <= set(model.unique), model


@pytest.fixture
def slow(monkeypatch):
    """Whoever has passed the checks takes a moment before anything is written."""
    settled = audit.settled

    def wait(act, *rows):
        time.sleep(0.3)
        return settled(act, *rows)

    def start():
        monkeypatch.setattr(audit, "settled", wait)
        monkeypatch.setattr("people.services.settled", wait)
        monkeypatch.setattr("reports.workflow.services.settled", wait)

    return start


def two_administrators():
    cast = build_cast()
    grant_role(user=cast.manager, role=Role.ADMINISTRATOR, act=act())
    grants = {row.user_id: row for row in RoleGrant.objects.filter(role=Role.ADMINISTRATOR)}
    return cast.admin, cast.manager, grants


def revoke(person, grants):
    return lambda: revoke_role(grant=grants[person.pk], act=act(WHEN))


def deactivate(person, grants):
    return lambda: update_user(user=person, fields={"is_active": False}, act=act(WHEN))


@pytest.mark.parametrize(("first", "second"), [(revoke, revoke), (deactivate, deactivate), (revoke, deactivate)])
def test_d7_two_administrators_who_take_the_right_from_each_other_leave_one(slow, first, second):
    one, two, grants = two_administrators()
    slow()
    results = at_once(first(one, grants), second(two, grants))
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [ValidationError], results
    assert "last administrator" in refused[0].messages[0]
    left = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, recorded_until__isnull=True, user__is_active=True)
    assert left.count() == 1


@pytest.mark.parametrize("step", ["completed", "reopened"])
def test_a_report_is_completed_and_reopened_once(slow, step):
    cast, plan = build_cast(), build_plan()
    freeze_quarter(plan=plan, quarter=Q1, act=act(WHEN))
    about = {"plan": plan, "quarter": Q1}
    work = services.complete_report
    if step == "reopened":
        services.complete_report(**about, act=act(WHEN, cast.leader))
        work = services.reopen_report
    revisions = QuarterSnapshot.objects.count()
    slow()
    press = act(WHEN, cast.admin, reason="A date was wrong.")
    results = at_once(*[lambda: work(**about, act=press)] * 4)
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [ValidationError] * 3, results
    assert ReportAct.objects.filter(kind=step).count() == 1
    assert QuarterSnapshot.objects.count() == revisions + (step == "reopened")


def test_sending_is_held_once(slow):
    cast = build_cast()
    slow()
    results = at_once(*[lambda: hold_sending(act=act(WHEN, cast.admin, reason="A storm."))] * 4)
    assert len({row.pk for row in results}) == Hold.objects.count() == 1
    assert AuditEvent.objects.filter(verb="sending.held").count() == 1


ROUNDS = 12


def in_a_chain(kind):
    """Six rows, each below the one before; and a function that puts one below another."""
    if kind == "department":
        rows = [create_department(name=f"D{n}", abbreviation=f"D{n}", act=act()) for n in range(SIDE_BY_SIDE)]
        return rows, lambda row, above: update_department(department=row, fields={"parent": above}, act=act(WHEN))
    rows = [create_plan(fields={**PLAN, "slug": f"p{n}"}, act=act()) for n in range(SIDE_BY_SIDE)]
    return rows, lambda row, above: update_plan(plan=row, fields={"predecessor": above}, act=act(WHEN))


@pytest.mark.parametrize("kind", ["department", "plan"])
def test_links_changed_at_once_form_no_circle_and_wait_for_one_another(kind):
    """Each locks the whole table before its own row; the other way round two would each wait for the other."""
    build_cast()
    rows, put_below = in_a_chain(kind)
    wrong = []
    for turn in range(ROUNDS):
        works = [
            lambda n=n, turn=turn: put_below(rows[n], rows[(n + 1 + turn % 2) % SIDE_BY_SIDE])
            for n in range(SIDE_BY_SIDE)
        ]
        results = at_once(*works)
        wrong += [one for one in results if isinstance(one, Exception) and not isinstance(one, ValidationError)]
        link = {"department": "parent_id", "plan": "predecessor_id"}[kind]
        above = dict(type(rows[0]).objects.values_list("pk", link))
        for start in above:
            way, key = set(), start
            while key is not None and key not in way:
                way.add(key)
                key = above.get(key)
            assert key is None, "a circle"
        type(rows[0]).objects.update(**{link: None})
    assert wrong == []


def test_a_row_is_changed_while_somebody_changes_what_it_points_to():
    """A department's editor writes an event of a person whose editor writes a version of the department."""
    cast = build_cast()
    wrong = []
    for turn in range(ROUNDS):
        results = at_once(
            lambda turn=turn: update_department(
                department=cast.health, fields={"name": f"Health {turn}", "parent": None}, act=act(WHEN, cast.owner)
            ),
            lambda turn=turn: update_user(
                user=cast.owner,
                fields={"name": f"Owner {turn}", "department": [cast.health, cast.streets][turn % 2]},
                act=act(WHEN, cast.admin),
            ),
        )
        wrong += [one for one in results if isinstance(one, Exception)]
    assert wrong == []


def test_an_initiative_is_not_added_to_a_plan_locked_at_the_same_moment():
    cast, plan = build_cast(), build_plan()
    stale = Plan.objects.get(pk=plan.pk)
    update_plan(plan=plan, fields={"is_locked": True}, act=act(WHEN, cast.admin))
    create, _ = CREATIONS["initiative"]
    with pytest.raises(ValidationError, match="The plan is locked"):
        create(1, stale)
