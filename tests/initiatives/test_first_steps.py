"""From an empty installation to a plan that is alive: each step is derived, and says what is next and for whom."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.services import create_goal, create_plan, update_plan
from initiatives.selectors.first_steps import first_steps
from initiatives.selectors.my_work import active_plans
from jobs.heartbeats import beat
from jobs.models import Heartbeat
from outbox.models import Message
from outbox.services import put
from people.models import User
from people.services import Newcomer, create_department, create_user, grant_role, invite_people
from records.asof import AsOf
from tests.build import act, make_initiative

HOME = reverse("my-work")


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to("2026-10-05T14:00:00Z", tick=False)


@pytest.fixture
def admin(db) -> User:
    """All there is in the database."""
    person = create_user(email="a@test.example", name="Ada", password="x", act=act())
    grant_role(user=person, role="administrator", act=act())
    return person


def now(**more):
    return act(timezone.now(), **more)


def steps(admin):
    found = first_steps(admin, active_plans(AsOf.now(timezone.now())), timezone.now())
    return None if found is None else (found.next, [key for key, is_done in found.steps if is_done])


def text_of(answer):
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


def begun():
    fields = {"title": "City plan", "slug": "city", "start_date": "2026-07-01", "end_date": "2028-06-30"}
    plan = create_plan(fields=fields, act=now())
    plan.refresh_from_db()
    return plan


def test_each_step_is_done_by_what_is_there_and_the_next_one_is_named(admin, sign_in):
    client = sign_in(admin)
    done = ["administrator"]
    assert steps(admin) == ("plan", done)
    said = client.get(HOME).content.decode()
    assert f'href="{reverse("goals:plan-create")}?then=file"' in said
    assert "The plan needs you" not in said  # nothing is nobody's yet
    plan = begun()
    assert steps(admin) == ("departments", [*done, "plan"])
    office = create_department(name="Streets", abbreviation="STR", act=now())
    assert steps(admin) == ("people", [*done, "plan", "departments"])
    (owner,) = invite_people(newcomers=[Newcomer("o@test.example", "Owner", office, "contributor")], act=now())
    done += ["plan", "departments", "people"]
    assert steps(admin) == ("work", done)
    said = client.get(HOME).content.decode()
    assert "1 besides you, 0 of them joined." in said
    assert reverse("imports:import-start", args=[plan.slug]) in said
    goal = create_goal(plan=plan, fields={"number": "1", "title": "Safety"}, act=now())
    make_initiative(plan, goal=goal, number="1.1", owner=owner, when=timezone.now())
    make_initiative(plan, goal=goal, number="1.2", when=timezone.now())
    assert steps(admin) == ("active", [*done, "work"])
    assert "1 initiative has no owner yet." in text_of(client.get(HOME))


def running(admin):
    """A plan that became active now, with one owner."""
    plan = begun()
    goal = create_goal(plan=plan, fields={"number": "1", "title": "Safety"}, act=now())
    make_initiative(plan, goal=goal, number="1.1", owner=admin, when=timezone.now())
    create_department(name="Streets", abbreviation="STR", act=now())
    create_user(email="b@test.example", name="Bo", password="x", act=now())
    return update_plan(plan=plan, fields={"state": "active"}, act=now())


def test_it_ends_with_the_first_reminder(admin, sign_in):
    running(admin)
    assert steps(admin)[0] == "reminders"
    said = text_of(sign_in(admin).get(HOME))
    assert "First reminders Next They go out by themselves on working mornings. See what goes out next" in said
    assert "has not been seen in the last five minutes" in said
    beat(Heartbeat.Name.WORKER, at=timezone.now())
    assert "has not been seen" not in text_of(sign_in(admin).get(HOME))
    row = put(kind="digest", person=admin.pk, key="x", at=timezone.now())
    sent = {"sent_at": timezone.now(), "ended_at": timezone.now(), "rendered_on": "2026-10-05"}
    Message.objects.filter(pk=row.pk).update(state="sent", subject="S", to_address=admin.email, **sent)
    assert steps(admin) is None
    assert "First steps" not in text_of(sign_in(admin).get(HOME))


def test_a_plan_that_has_run_for_long_asks_nothing(admin, time_machine, django_assert_num_queries):
    running(admin)
    time_machine.move_to("2026-10-19T14:00:01Z", tick=False)
    plans = active_plans(AsOf.now(timezone.now()))
    with django_assert_num_queries(0):
        assert first_steps(admin, plans, timezone.now()) is None


@pytest.mark.parametrize("role", ["viewer", "contributor", "leader"])
def test_who_may_not_begin_is_told_who_can(admin, sign_in, role):
    reader = create_user(email="r@test.example", name="Reader", password="x", act=act())
    grant_role(user=reader, role=role, act=act())
    said = text_of(sign_in(reader).get(HOME))
    assert "No plan is active yet. A plan manager or an administrator sets one up." in said
    assert "First steps" not in said
    manager = create_user(email="m@test.example", name="Mo", password="x", act=act())
    grant_role(user=manager, role="plan_manager", act=act())
    assert "Plan managers set one up: Mo ." in text_of(sign_in(reader).get(HOME))
    assert "First steps" in text_of(sign_in(manager).get(HOME))
