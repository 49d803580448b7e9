"""A plan of any size in PostgreSQL: a few rows through the services, then multiplied by INSERT … SELECT.

Each initiative has 8 updates (so 9 versions) and 5 milestones, over the two years up to the fixed day.
"""

from datetime import UTC, date, datetime, timedelta

from django.db import connection

from goals.models import Goal, Plan
from goals.services import create_goal, create_plan
from initiatives.models import Initiative
from initiatives.services import add_milestone, create_initiative, record_status_update
from people.services import create_department, create_user
from records.audit import Act

BEGIN = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
UPDATES, MILESTONES = 8, 5


def seed(initiatives: int) -> Plan:
    """Fill an empty database with one plan of that many initiatives and return it."""
    plan = _first_rows()
    template = Initiative.objects.get(plan=plan, number="T.1")
    with connection.cursor() as cursor:
        _copy_initiatives(cursor, template, initiatives)
        _copy_updates(cursor, template)
        _copy_versions(cursor, template)
        _copy_milestones(cursor, template)
        cursor.execute("VACUUM ANALYZE")
    return plan


def _first_rows() -> Plan:
    act = Act(by=None, at=BEGIN)
    department = create_department(name="Department of Streets", abbreviation="Streets", act=act)
    owner = create_user(email="owner@bench.example", name="Owner", department=department, act=act)
    plan = create_plan(
        fields={
            "title": "Benchmark plan",
            "slug": "bench",
            "start_date": date(2025, 7, 1),
            "end_date": date(2027, 6, 30),
            "state": Plan.State.ACTIVE,
        },
        act=act,
    )
    for number in range(1, 6):
        create_goal(plan=plan, fields={"number": str(number), "title": f"Focus area {number}"}, act=act)
    row = create_initiative(
        plan=plan,
        fields={
            "goal": Goal.objects.get(plan=plan, number="1"),
            "number": "T.1",
            "title": "Free wireless in recreation centers",
            "summary": "Fiber and routers at recreation centers.",
            "owner": owner,
            "lead_department": department,
            "start_date": date(2025, 7, 1),
            "due_date": date(2027, 3, 31),
        },
        act=act,
    )
    add_milestone(initiative=row, fields={"title": "Sites fitted out", "due_date": date(2026, 12, 1)}, act=act)
    record_status_update(
        initiative=row,
        words={"status": "on_track", "percent": 40, "happened": "Three more sites were fitted out."},
        act=Act(by=owner, at=BEGIN + timedelta(days=1)),
    )
    return plan


def _columns(cursor, table: str, *without: str) -> list[str]:
    written = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    cursor.execute(written, [table])
    return [f'"{name}"' for (name,) in cursor.fetchall() if name not in without]


def _copy_initiatives(cursor, template: Initiative, count: int) -> None:
    same = _columns(cursor, "initiatives_initiative", "id", "number", "sort_key", "goal_id")
    cursor.execute(
        f"INSERT INTO initiatives_initiative (number, sort_key, goal_id, {', '.join(same)}) "
        f"SELECT 'B' || g, lpad(g::text, 8, '0'), "
        f"(SELECT min(id) FROM goals_goal) + g %% 5, {', '.join(same)} "
        f"FROM initiatives_initiative, generate_series(1, %s) g WHERE id = %s",
        [count - 1, template.pk],
    )


def _copy_updates(cursor, template: Initiative) -> None:
    same = _columns(cursor, "initiatives_statusupdate", "id", "initiative_id", "recorded_at", "stated_at")
    taken = ", ".join(f"u.{name}" for name in same)
    cursor.execute(
        f"INSERT INTO initiatives_statusupdate (initiative_id, recorded_at, stated_at, {', '.join(same)}) "
        f"SELECT i.id, u.recorded_at + g * interval '50 days', u.stated_at + g * interval '50 days', {taken} "
        f"FROM initiatives_statusupdate u, initiatives_initiative i, generate_series(1, %s) g "
        f"WHERE u.initiative_id = %s AND i.id <> %s",
        [UPDATES, template.pk, template.pk],
    )


def _copy_versions(cursor, template: Initiative) -> None:
    own = ("id", "subject_id", "number", "sort_key", "goal_id", "latest_update_id", "last_updated_at")
    same = _columns(cursor, "initiatives_initiativeversion", *own, "recorded_from", "recorded_until")
    taken = ", ".join(f"v.{name}" for name in same)
    cursor.execute(
        f"INSERT INTO initiatives_initiativeversion (subject_id, number, sort_key, goal_id, latest_update_id, "
        f"last_updated_at, recorded_from, recorded_until, {', '.join(same)}) "
        f"SELECT i.id, i.number, i.sort_key, i.goal_id, u.id, u.recorded_at, u.recorded_at, "
        f"lead(u.recorded_at) OVER (PARTITION BY i.id ORDER BY u.recorded_at), {taken} "
        f"FROM initiatives_initiative i JOIN initiatives_statusupdate u ON u.initiative_id = i.id, "
        f"(SELECT * FROM initiatives_initiativeversion WHERE subject_id = %s AND recorded_until IS NULL) v "
        f"WHERE i.id <> %s",
        [template.pk, template.pk],
    )


def _copy_milestones(cursor, template: Initiative) -> None:
    same = _columns(cursor, "initiatives_milestone", "id", "initiative_id")
    taken = ", ".join(f"m.{name}" for name in same)
    cursor.execute(
        f"INSERT INTO initiatives_milestone (initiative_id, {', '.join(same)}) SELECT i.id, {taken} "
        f"FROM initiatives_milestone m, initiatives_initiative i, generate_series(1, %s) g "
        f"WHERE m.initiative_id = %s AND i.id <> %s",
        [MILESTONES, template.pk, template.pk],
    )
    kept = _columns(cursor, "initiatives_milestoneversion", "id", "subject_id", "initiative_id")
    cursor.execute(
        f"INSERT INTO initiatives_milestoneversion (subject_id, initiative_id, {', '.join(kept)}) "
        f"SELECT m.id, m.initiative_id, {', '.join(f'v.{name}' for name in kept)} FROM initiatives_milestone m, "
        f"(SELECT * FROM initiatives_milestoneversion WHERE initiative_id = %s LIMIT 1) v "
        f"WHERE m.initiative_id <> %s",
        [template.pk, template.pk],
    )
