"""Builders for tests. They go through the services, so that history is there as in life."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from goals.models import Goal, Plan
from goals.services import create_goal, create_plan, create_strategy
from initiatives.models import Initiative, Milestone, StatusUpdate
from initiatives.services import add_milestone, create_initiative, record_status_update
from people.models import Department, User
from people.roles import Role
from people.services import create_department, create_user, grant_role
from records.audit import Act
from tests.kept_rows import kept_rows

BEGIN = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    """at("2026-09-30T23:59") in UTC; add an offset to say otherwise."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def act(when: str | datetime = BEGIN, by: User | None = None, **more) -> Act:
    return Act(by=by, at=at(when) if isinstance(when, str) else when, **more)


@dataclass(frozen=True)
class Cast:
    admin: User
    manager: User
    leader: User
    owner: User
    contributor: User
    liaison: User
    viewer: User
    stranger: User
    oit: Department
    streets: Department
    health: Department


@kept_rows()
def build_cast() -> Cast:
    begin = act()
    oit = create_department(name="Office of Innovation and Technology", abbreviation="OIT", act=begin)
    streets = create_department(name="Department of Streets", abbreviation="Streets", act=begin)
    health = create_department(name="Department of Public Health", abbreviation="DPH", act=begin)

    def person(word: str, role: str | None, department: Department | None = None) -> User:
        user = create_user(
            email=f"{word}@test.example", name=word.capitalize(), department=department or oit, password="x", act=begin
        )
        if role:
            grant_role(user=user, role=role, department=department if role == Role.LIAISON else None, act=begin)
        return user

    return Cast(
        admin=person("admin", Role.ADMINISTRATOR),
        manager=person("manager", Role.PLAN_MANAGER),
        leader=person("leader", Role.LEADER),
        owner=person("owner", Role.CONTRIBUTOR),
        contributor=person("contributor", Role.CONTRIBUTOR),
        liaison=person("liaison", Role.LIAISON, streets),
        viewer=person("viewer", Role.VIEWER),
        stranger=person("stranger", None),
        oit=oit,
        streets=streets,
        health=health,
    )


@kept_rows()
def build_plan(slug: str = "test-plan", **fields) -> Plan:
    begin = act()
    plan = create_plan(
        fields={
            "title": "Test plan",
            "slug": slug,
            "start_date": date(2025, 7, 1),
            "end_date": date(2027, 6, 30),
            "state": Plan.State.ACTIVE,
            "working_days": [0, 1, 2, 3, 4, 5, 6],
            **fields,
        },
        act=begin,
    )
    one = create_goal(plan=plan, fields={"number": "1", "title": "Security"}, act=begin)
    create_goal(plan=plan, fields={"number": "2", "title": "Equity"}, act=begin)
    create_strategy(goal=one, fields={"number": "1.1", "title": "Protect"}, act=begin)
    return plan


def make_initiative(plan: Plan, *, number: str = "1.1", when: str | datetime = BEGIN, **fields) -> Initiative:
    goal = fields.pop("goal", None) or Goal.objects.get(plan=plan, number="1")
    values = {
        "goal": goal,
        "number": number,
        "title": f"Initiative {number}",
        "start_date": date(2025, 7, 1),
        **fields,
    }
    return create_initiative(plan=plan, fields=values, act=act(when))


def make_milestone(initiative: Initiative, due: date | None, when: str | datetime = BEGIN, **fields) -> Milestone:
    return add_milestone(
        initiative=initiative, fields={"title": f"Step due {due}", "due_date": due, **fields}, act=act(when)
    )


def report(
    initiative: Initiative, status: str, when: str | datetime, by: User | None = None, happened: str = "", **words
) -> StatusUpdate:
    return record_status_update(
        initiative=initiative, words={"status": status, "happened": happened, **words}, act=act(when, by)
    )
