"""People to whom reminders are due, any number: one row of each kind through services, the rest as copies in SQL."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from goals.models import Goal, Plan
from goals.services import create_goal, create_plan
from initiatives.services import add_milestone, create_initiative, record_status_update
from people.roles import Role
from people.services import create_user, grant_role
from records.asof import local_day
from records.audit import Act

ADDRESS = "person00000@test.example"
FAR = "interval '200 days'"


@transaction.atomic
def seed(*, at: datetime, people: int, initiatives: int, milestones: int, due_every: int) -> Plan:
    """A plan on whose day `at` every `due_every`th milestone is due in a week and the others are far ahead.

    Initiatives are shared out among people, and milestones among initiatives, in turn.
    """
    day = local_day(at)
    act = Act(by=None, at=at - timedelta(days=100))
    plan = create_plan(fields=_plan(day), act=act)
    goal = create_goal(plan=plan, fields={"number": "1", "title": "Safe streets"}, act=act)
    person = create_user(email=ADDRESS, name="Owner", act=act)
    grant_role(user=person, role=Role.CONTRIBUTOR, act=act)
    one = create_initiative(plan=plan, fields=_initiative(goal, person, day), act=act)
    record_status_update(
        initiative=one,
        words={"status": "on_track", "happened": "Three more sites were fitted out."},
        act=Act(by=person, at=at - timedelta(hours=1)),
    )
    fields = {"title": "Sites fitted out", "due_date": day + timedelta(days=7)}
    step = add_milestone(initiative=one, fields=fields, act=act)
    soon, far = "t.due_date + 0 * n", f"(t.due_date + {FAR})::date"
    due = f"CASE WHEN n %% {due_every} = 0 THEN {soon} ELSE {far} END"
    with connection.cursor() as cursor:
        first = [_number_on(cursor, table, row.pk) for table, row in (
            ("people_user", person), ("initiatives_initiative", one), ("initiatives_milestone", step),
        )]  # fmt: skip
        copy(cursor, "people_user", people - 1, email="'person' || lpad(n::text, 5, '0') || '@test.example'")
        copy(cursor, "people_rolegrant", people - 1, user_id=f"{first[0]} + n")
        copy(
            cursor, "initiatives_initiative", initiatives - 1, owner_id=f"{first[0]} + n %% {people}",
            number="'1.' || (1000 + n)::text", sort_key="'1.' || (1000 + n)::text",
        )  # fmt: skip
        copy(
            cursor, "initiatives_milestone", milestones - 1, initiative_id=f"{first[1]} + n %% {initiatives}",
            due_date=due,
        )  # fmt: skip
    return plan


def copy(cursor: Any, table: str, count: int, **own: str) -> None:
    """`count` copies of a table's last row; `own` says in SQL what differs, `n` being the number of the copy."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND column_name <> 'id' AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = [own.get(name, f't."{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} "
        f"FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT 1) t, generate_series(1, %s) n ORDER BY n",
        [count],
    )


def _number_on(cursor: Any, table: str, key: int) -> int:
    """Copies are numbered on from their original, so that what belongs to a copy is found by counting."""
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, key])
    return key


def _plan(day: date) -> dict[str, Any]:
    return {
        "title": "Benchmark plan",
        "slug": "bench",
        "start_date": day - timedelta(days=365),
        "end_date": day + timedelta(days=365),
        "state": Plan.State.ACTIVE,
        "working_days": [0, 1, 2, 3, 4, 5, 6],
    }


def _initiative(goal: Goal, owner: Any, day: date) -> dict[str, Any]:
    return {
        "goal": goal,
        "number": "1.1000",
        "title": "Free wireless in recreation centers",
        "owner": owner,
        "start_date": day - timedelta(days=365),
    }
